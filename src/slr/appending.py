"""Appending to tables that people make: a whole row or none, by several people at once.

A file is surveyed once by a process, and from then on only where it has grown, so that a row takes
the same time in a file of a million as in a new one.
"""

from __future__ import annotations

import csv
import errno
import fcntl
import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from slr import io as slr_io
from slr.errors import Problem, SlrError

_NO_LINE = re.compile("[\x00-\x08\x0a-\x1f\ud800-\udfff]")
_AT_ONCE = 1 << 20
_TAIL = 4096  # bytes by which a file is known again


@dataclass(frozen=True)
class Appended:
    """A row that was appended: its line, its first byte, and its bytes."""

    path: Path
    line: int
    start: int
    data: bytes


def append_row(path: Path, row: Mapping[str, str], schema: str) -> Appended:
    """Append a row to a table that people make; when this returns, the row is on the disk.

    The row is written whole or not at all, in the order of the file's own header; a file that
    is not there begins with the header of the schema. Whoever appends waits for whoever is at it,
    so that two people at work on one file lose nothing.

    Raises
    ------
    SlrError
        If the row is not one of the schema, or the file is not a table or cannot be written.
    """
    from slr.schemas import tables

    wanted = tables.columns(schema)
    _check_row([row[name] for name in wanted], wanted, schema)
    with _locked(path) as file:
        _mend(file, path, schema)
        if os.fstat(file).st_size == 0:
            _write_end(file, _csv_line(wanted, b"\n"))
        known = _survey(file, path, wanted)
        data = _csv_line([row[name] for name in known.header], known.end)
        _write_end(file, data)
        appended = Appended(path, known.lines + 1, known.size, data)
        known.take(file, data)
        known.changed = os.fstat(file).st_mtime_ns
        return appended


def take_back(appended: Appended) -> bool:
    """Remove a row that was appended, if it still is the last of its file; tell whether it was."""
    with _locked(appended.path) as file:
        after = os.fstat(file).st_size - appended.start
        last = after == len(appended.data)
        if last and os.pread(file, after, appended.start) == appended.data:
            os.ftruncate(file, appended.start)
            os.fsync(file)
            return True
    return False


def mend_end(path: Path, schema: str) -> str:
    """See that a table to which rows are appended ends with a whole row; return what was torn.

    A last row without a line end gets one. A last line that is no whole row, as a crash leaves
    it, is moved to the file's neighbour `.<name>.torn`, and its text is returned.
    """
    if not path.exists():
        return ""
    with _locked(path) as file:
        return _mend(file, path, schema)


@contextmanager
def no_appends(path: Path) -> Iterator[None]:
    """Hold off those who append to a file, so that no half row is read."""
    try:
        file = os.open(path, os.O_RDONLY)  # it may be somebody else's, and not ours to write
    except OSError:
        yield  # who reads it says what is wrong
        return
    try:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield
    finally:
        os.close(file)


def torn_aside(path: Path) -> Path:
    """Return where the torn ends of a table are kept."""
    return path.with_name(f".{path.name}.torn")


@dataclass
class _Known:
    """What this process knows of a table: its header, and what its first `size` bytes hold."""

    header: Sequence[str]
    end: bytes
    size: int = 0
    lines: int = 0
    quotes: int = 0
    tail: bytes = b""
    changed: int = 0

    def take(self, file: int, data: bytes) -> None:
        """Count what follows the part that is known."""
        self.lines += data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
        self.lines -= self.tail.endswith(b"\r") and data.startswith(b"\n")
        self.quotes += data.count(b'"')
        self.size += len(data)
        begin = max(self.size - _TAIL, 0)
        self.tail = os.pread(file, self.size - begin, begin)

    def is_of(self, file: int) -> bool:
        """Tell whether a file still begins with what is known, as far as its times and end say."""
        about = os.fstat(file)
        if about.st_size == self.size:
            return about.st_mtime_ns == self.changed
        before = os.pread(file, len(self.tail), self.size - len(self.tail))
        return about.st_size > self.size and before == self.tail


_surveyed: dict[tuple[int, int], _Known] = {}


def _survey(file: int, path: Path, wanted: list[str]) -> _Known:
    """Return what is known of a table after reading what it has grown by since the last time.

    Raises
    ------
    SlrError
        If the file is no table of these columns, as far as header, quotes and last line tell.
    """
    about = os.fstat(file)
    place = (about.st_dev, about.st_ino)
    known = _surveyed.pop(place, None)
    if known is None or not known.is_of(file):
        first = _line_from(file, 0)
        header = _cells(first) or slr_io.read_rows(path)[0]
        slr_io.check_header(path, header, wanted, wanted)
        known = _Known(header, b"\r\n" if first.endswith(b"\r\n") else b"\n")
    grown = known.size < about.st_size
    while data := os.pread(file, _AT_ONCE, known.size):
        known.take(file, data)
    if grown and (known.quotes % 2 or not _ends_with_row(file, known)):
        slr_io.read_rows(path)  # tells what is wrong, if anything is
    known.changed = about.st_mtime_ns
    _surveyed[place] = known
    return known


def _line_from(file: int, start: int) -> bytes:
    """Return the line of a file that begins at a byte, with its end."""
    line = b""
    while b"\n" not in line and (data := os.pread(file, _AT_ONCE, start + len(line))):
        line += data
    return line.partition(b"\n")[0] + b"\n" * (b"\n" in line)


def _ends_with_row(file: int, known: _Known) -> bool:
    """Tell whether the last line of a file that ends with a line end has the cells of a row."""
    start = _last_line(file, known.size - 1)
    return len(_cells(os.pread(file, known.size - start, start))) == len(known.header)


def _cells(line: bytes) -> list[str]:
    """Return the cells of a line; none where it cannot be read as such."""
    try:
        return next(csv.reader([line.decode("utf-8-sig")], strict=True), [])
    except (UnicodeDecodeError, csv.Error):
        return []


def _last_line(file: int, end: int) -> int:
    """Return where the line begins that ends at a byte."""
    while end > 0:
        start = max(end - _TAIL, 0)
        data = os.pread(file, end - start, start)
        found = max(data.rfind(b"\n"), data.rfind(b"\r"))
        if found >= 0:
            return start + found + 1
        end = start
    return 0


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Open a file to append to it, made if needed, and be the only one who does."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = not path.exists()
        file = _open_locked(path)
        try:
            yield file
        finally:
            if made and os.fstat(file).st_size == 0:
                path.unlink(missing_ok=True)
            os.close(file)
    except OSError as error:
        fix = "What was there before is unchanged. Make room or permit writing, and try again."
        raise SlrError(Problem(f"cannot be written: {slr_io.why(error)}", fix, path)) from error


def _open_locked(path: Path) -> int:
    """Open and lock the file of that name, also where an editor puts another in its place."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
        fcntl.flock(file, fcntl.LOCK_EX)
        if path.exists() and os.path.samestat(os.fstat(file), path.stat()):
            return file
        os.close(file)


def _write_end(file: int, data: bytes) -> None:
    """Write bytes to the end of a file and to the disk: all of them, or none."""
    start = os.fstat(file).st_size
    try:
        if os.write(file, data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(file)
    except OSError:
        os.ftruncate(file, start)
        raise


def _mend(file: int, path: Path, schema: str) -> str:
    """Do what `mend_end` does, to a file that is locked."""
    from slr.schemas import tables

    size = os.fstat(file).st_size
    if size == 0 or os.pread(file, 1, size - 1) in b"\r\n":
        return ""
    data = path.read_bytes()
    cut = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
    inside = data[:cut].count(b'"') % 2  # the line goes on a quoted cell: no row of ours
    if inside or _is_row(data[:cut], data[cut:], tables.columns(schema), schema):
        if data.count(b'"') % 2 == 0:
            _write_end(file, b"\n")
        return ""
    with _locked(torn_aside(path)) as aside:
        _write_end(aside, data[cut:] + b"\n")
    os.ftruncate(file, cut)
    os.fsync(file)
    return data[cut:].decode("utf-8", "replace")


def _is_row(before: bytes, line: bytes, wanted: list[str], schema: str) -> bool:
    """Tell whether a line is a whole row of a table, or its header where nothing is before it."""
    try:
        texts = [io.StringIO(part.decode("utf-8-sig"), newline="") for part in (before, line)]
        header, row = (next(csv.reader(text, strict=True), []) for text in texts)
        if not before:
            return sorted(row) == sorted(wanted)
        _check_row(row, header, schema)
    except (UnicodeDecodeError, csv.Error, SlrError):
        return False
    return True


def _check_row(row: list[str], header: list[str], schema: str) -> None:
    """Check a row against a schema, and that it can stand in one line of a UTF-8 file."""
    import pandas as pd

    from slr.schemas import tables

    if len(row) != len(header):
        raise SlrError(f"The row has {len(row)} cells where the header has {len(header)}.")
    for name, value in zip(header, row, strict=True):
        if _NO_LINE.search(value):
            fix = "Leave it out."
            raise SlrError(Problem("holds a line break or control character.", fix, key=name))
    frame = pd.DataFrame([row], columns=header, dtype="str")
    tables.check(frame.mask(frame == ""), schema)


def _csv_line(cells: list[str], end: bytes) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue().encode("utf-8") + end
