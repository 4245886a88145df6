"""The files within a `.gz` or a `.zip`, read as they are; nothing is unpacked to the disk."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from slr.errors import Problem, SlrError
from slr.io import read_bytes

LARGEST = 1 << 30
"""Bytes of one file, and those that one archive may unpack to."""
MOST_FILES = 10_000
_SUSPECT_RATIO = 200
_SUSPECT_SIZE = 64 << 20
_READ = 1 << 20
_OFFICE = "[Content_Types].xml"
_ENTRY = b"PK\x01\x02"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those that exports come in; others may ask for gigabytes before they give a byte."""
_DISTRUST = "Do not trust it; ask for a clean one."


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and bytes of what a file holds: itself, or what it is an archive of.

    Raises
    ------
    SlrError
        If the file cannot be read, or is an archive that is damaged, locked, too large, or with
        names that lead out of it.
    """
    yield from unpacked(path, read_bytes(path, most=LARGEST))


def unpacked(path: Path, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the same of the bytes of a file; `path` is what it is called."""
    left = min(LARGEST, max(_SUSPECT_SIZE, _SUSPECT_RATIO * len(data)))
    if data.startswith(b"\x1f\x8b"):
        name = path.name.removesuffix(".gz")
        yield name, _unpacked(gzip.GzipFile(fileobj=io.BytesIO(data)), path, left)
    elif data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _of_zip(path, data, left)
    else:
        yield path.name, data


def _of_zip(path: Path, data: bytes, left: int) -> Iterator[tuple[str, bytes]]:
    if data.count(_ENTRY) > MOST_FILES:
        raise SlrError(Problem(f"holds more than {MOST_FILES:,} files.", _DISTRUST, path))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise SlrError(Problem(f"is a damaged archive: {error}.", "Get it anew.", path)) from error
    infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
    if any(info.filename == _OFFICE for info in infos):
        fix = "Save its table as CSV (UTF-8)."
        raise SlrError(Problem("is a workbook or document, no text.", fix, path))
    for info in infos:
        name = _safe(info, path)
        if any(part.startswith((".", "__MACOSX")) for part in name.parts):
            continue
        if name.name.startswith("README"):
            continue
        content = _member(archive, info, path, left)
        left -= len(content)
        yield str(name), content


def _safe(info: zipfile.ZipInfo, path: Path) -> PurePosixPath:
    """Return the name of a member, which leads nowhere else."""
    name = PurePosixPath(info.filename.replace("\\", "/"))
    if not name.parts or name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
        raise SlrError(Problem(f"holds a file named {info.filename!r}.", _DISTRUST, path))
    if stat.S_ISLNK(info.external_attr >> 16):
        raise SlrError(Problem(f"holds {info.filename!r}, a link.", _DISTRUST, path))
    return name


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, left: int) -> bytes:
    """Return what a member holds."""
    fix = "Unpack it yourself, or get it anew."
    told = ""
    if info.flag_bits & 1:
        told = "it is locked with a password"
    elif info.compress_type not in _METHODS:
        told = "it is packed in a way that is not read here"
    if told:
        raise SlrError(Problem(f"{info.filename!r} in it cannot be read: {told}.", fix, path))
    try:
        with archive.open(info) as member:
            return _unpacked(member, path, left)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError) as error:
        found = f"{info.filename!r} in it cannot be read: {error}."
        raise SlrError(Problem(found, fix, path)) from error


def _unpacked(file: IO[bytes] | gzip.GzipFile, path: Path, most: int) -> bytes:
    """Read to the end, and stop where an archive grows beyond what an export can be."""
    parts = []
    size = 0
    try:
        while part := file.read(_READ):
            parts.append(part)
            size += len(part)
            if size > most:
                fix = "Unpack it yourself if you trust it."
                raise SlrError(Problem("unpacks to too much for an export.", fix, path))
    except (OSError, EOFError, zlib.error) as error:
        fix = "Get it anew."
        raise SlrError(Problem(f"cannot be unpacked: {error}.", fix, path)) from error
    return b"".join(parts)
