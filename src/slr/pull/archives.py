"""The files within a `.gz` or a `.zip`, read as they are; nothing is unpacked to the disk."""

from __future__ import annotations

import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from slr.errors import Problem, SlrError
from slr.io import read_bytes

LARGEST = 1 << 30
"""Bytes that one archive may unpack to."""
_SUSPECT_RATIO = 200
_SUSPECT_SIZE = 64 << 20
_READ = 1 << 20
_OFFICE = "[Content_Types].xml"


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and bytes of what a file holds: itself, or what it is an archive of.

    Raises
    ------
    SlrError
        If the file cannot be read, or is an archive that is damaged, locked, too large, or with
        names that lead out of it.
    """
    yield from unpacked(path, read_bytes(path))


def unpacked(path: Path, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the same of the bytes of a file; `path` is what it is called."""
    if data.startswith(b"\x1f\x8b"):
        name = path.name.removesuffix(".gz")
        yield name, _unpacked(gzip.GzipFile(fileobj=io.BytesIO(data)), len(data), path)
    elif data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _of_zip(path, data)
    else:
        yield path.name, data


def _of_zip(path: Path, data: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise SlrError(Problem(f"is a damaged archive: {error}.", "Get it anew.", path)) from error
    if any(info.filename == _OFFICE for info in infos):
        fix = "Save its table as CSV (UTF-8)."
        raise SlrError(Problem("is a workbook or document, no text.", fix, path))
    left = LARGEST
    for info in infos:
        name = PurePosixPath(info.filename.replace("\\", "/"))
        if not name.parts or name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
            fix = "Do not trust it; ask for a clean one."
            raise SlrError(Problem(f"holds a file named {info.filename!r}.", fix, path))
        if any(part.startswith((".", "__MACOSX")) for part in name.parts):
            continue
        if name.name.startswith("README"):
            continue
        try:
            with archive.open(info) as member:
                content = _unpacked(member, info.compress_size, path, left)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError) as error:
            fix = "Unpack it yourself, or get it anew."
            raise SlrError(Problem(f"{name} in it cannot be read: {error}.", fix, path)) from error
        left -= len(content)
        yield str(name), content


def _unpacked(
    file: IO[bytes] | gzip.GzipFile, packed: int, path: Path, most: int = LARGEST
) -> bytes:
    """Read to the end, and stop where an archive grows beyond what an export can be."""
    parts = []
    size = 0
    try:
        while part := file.read(_READ):
            parts.append(part)
            size += len(part)
            if size > most or (size > _SUSPECT_SIZE and size > packed * _SUSPECT_RATIO):
                fix = "Unpack it yourself if you trust it."
                raise SlrError(Problem("unpacks to too much for an export.", fix, path))
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        fix = "Get it anew."
        raise SlrError(Problem(f"cannot be unpacked: {error}.", fix, path)) from error
    return b"".join(parts)
