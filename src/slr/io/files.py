"""Whole files: bytes, text, JSON and arrays. What is written appears whole or not at all."""

from __future__ import annotations

import gzip
import io
import json
import os
import secrets
import shutil
import stat
import sys
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slr.errors import Problem, SlrError, refuse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RUN_PID = "SLR_RUN_PID"
"""Environment variable with the process id of the `slr run` that started this stage."""


def read_bytes(path: Path, *, most: int = sys.maxsize) -> bytes:
    """Read a file as it is, if it is one and has no more than `most` bytes.

    A pipe or device is refused: it may have no end, or never begin.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode) and not stat.S_ISDIR(about.st_mode):
            raise SlrError(Problem("is a pipe or device.", "Save it to a file first.", path))
        if about.st_size > most:
            found = f"is larger than {most >> 20:,} MiB."
            raise SlrError(Problem(found, "Split it, if it is an export.", path))
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        fix = "Is the path right, and may you read it?"
        raise SlrError(Problem(f"cannot be read: {why(error)}", fix, path)) from error


def read_text(path: Path) -> str:
    """Read a UTF-8 text file, plain or gzipped, with or without a byte order mark.

    Raises
    ------
    SlrError
        If the file cannot be read, or is not UTF-8 (with the line of the first bad byte).
    """
    data = read_bytes(path)
    try:
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        fix = "It is damaged or cut off: get it anew."
        raise SlrError(Problem(f"cannot be read: {why(error)}", fix, path)) from error
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        line = before.count(b"\n") + 1
        found = f"byte 0x{error.object[error.start]:02x} is not UTF-8."
        raise SlrError(Problem(found, "Save the file as UTF-8.", path, line)) from error


def read_json(path: Path) -> Any:
    """Read a JSON file; a fault is told with its line."""
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        fix = "Look at the quotes, commas and braces there."
        raise SlrError(Problem(f"not JSON: {error.msg}.", fix, path, error.lineno)) from error


def read_arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    """Read what `write_arrays` wrote; nothing in the file is ever run.

    Raises
    ------
    SlrError
        If it cannot be read, or is not such a file.
    """
    import numpy as np

    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            return {name: held[name] for name in held.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise SlrError(Problem(f"cannot be read: {why(error)}", "Delete it.", path)) from error


def files_below(folder: Path) -> list[Path]:
    """List the files of a folder and of those in it, sorted.

    Raises
    ------
    SlrError
        With every folder and file that may not be read: a search would pass over the folders.
    """
    folders = [folder] if os.path.lexists(folder) else []
    paths = []
    for at, inner, names in os.walk(folder):
        folders += [Path(at, name) for name in inner]
        paths += [Path(at, name) for name in names]
    _refuse_unreadable(folders, os.R_OK | os.X_OK, folder)
    found = sorted(path for path in paths if path.is_file())
    _refuse_unreadable(found, os.R_OK, folder)
    return found


def _refuse_unreadable(paths: Iterable[Path], mode: int, folder: Path) -> None:
    fix = f"Permit it with `chmod -R u+rX {folder}`, and run again."
    refuse(
        Problem("cannot be read: permission denied.", fix, path)
        for path in sorted(paths)
        if not os.access(path, mode)
    )


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with LF line ends, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write JSON, two spaces a level, in the order of `value`."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_arrays(path: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Write arrays of NumPy to one file, whole or not at all."""
    import numpy as np

    held = io.BytesIO()
    np.savez(held, allow_pickle=False, **arrays)
    write_parts(path, [held.getbuffer()])


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file so that it appears whole or not at all."""
    write_parts(path, [data])


def write_parts(path: Path, parts: Iterable[bytes | bytearray | memoryview]) -> None:
    """Write a file from parts that may be made while it is written, whole or not at all.

    The bytes go to a new file of a unique name in the same folder, which then takes the place
    of `path`. A stage whose run has died writes nothing: the next run may be at work already.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                file.writelines(parts)
            if orphaned():
                raise SlrError("The run that started this stage has ended; nothing was written.")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        fix = "The file there before is unchanged. Make room or permit writing, and run again."
        raise SlrError(Problem(f"cannot be written: {why(error)}", fix, path)) from error


def orphaned() -> bool:
    """Tell whether the `slr run` that started this process is gone."""
    run = os.environ.get(RUN_PID)
    return run is not None and run not in (str(os.getppid()), str(os.getpid()))


def link(path: Path, at: Path) -> None:
    """Give a file a second name, so that it outlives being replaced; a copy where none can be."""
    try:
        at.parent.mkdir(parents=True, exist_ok=True)
        try:
            at.hardlink_to(path)
        except OSError:  # another file system, or one without links
            shutil.copyfile(path, at)
    except OSError as error:
        fix = "Make room or permit writing, and run again."
        raise SlrError(Problem(f"cannot be kept: {why(error)}", fix, path)) from error


def move(path: Path, at: Path) -> None:
    """Put a file elsewhere in the same review, where none is of that name."""
    try:
        at.parent.mkdir(parents=True, exist_ok=True)
        path.rename(at)
    except OSError as error:
        fix = "Make room or permit writing, and run again."
        raise SlrError(Problem(f"cannot be moved: {why(error)}", fix, path)) from error


def remove(path: Path) -> None:
    """Delete a file that the workflow made, if it is there."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        problem = Problem(f"cannot be deleted: {why(error)}", "Permit writing there.", path)
        raise SlrError(problem) from error


def remove_folder(folder: Path) -> None:
    """Delete a folder that the workflow made, with all in it; nothing where there is none."""
    shutil.rmtree(folder, ignore_errors=True)


def remove_others(folder: Path, keep: set[str]) -> None:
    """Delete the files of `folder` that are not in `keep`: what an earlier run made there."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name not in keep and not path.name.endswith(".part"):
            path.unlink()


def why(error: Exception) -> str:
    """Return what the system says of a failure, for a message."""
    return f"{(getattr(error, 'strerror', None) or str(error)).lower()}."
