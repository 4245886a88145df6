"""What every reader shares: a text with its places, the pieces it is cut into, what they become."""

from __future__ import annotations

import re
import sys
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

_UNITS = {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4, "utf-32-be": 4}
_BAD_BYTE = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True)
class Chunk:
    """One piece of a file with its place.

    A piece is an entry, or, where `note` says why, something that is no entry and is told.
    """

    text: str
    line: int
    first_byte: int
    end_byte: int
    kind: str = ""
    rest: str = ""
    note: str = ""


@dataclass(frozen=True)
class Entry:
    """One entry as read: its key, type, line, and fields by name in Unicode."""

    key: str
    kind: str
    line: int
    fields: dict[str, str]
    warnings: tuple[str, ...] = field(default=(), compare=False)
    references: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Reject:
    """One entry that could not be read, and why."""

    line: int
    key: str
    reason: str


class Source:
    """A text with line ends made one kind, and the line and byte of each place in it.

    Parameters
    ----------
    text
        The text as decoded; bytes that are none of the encoding stand there as surrogates.
    encoding
        What it was decoded from.
    skipped
        Bytes before the text: those of a byte order mark.
    size
        Bytes of the whole; told where the last character may lack some of its own.
    """

    def __init__(
        self, text: str, encoding: str = "utf-8", skipped: int = 0, size: int = sys.maxsize
    ) -> None:
        self._size = size
        self._unit = _UNITS.get(encoding, 1)
        self.encoding = encoding
        self._pairs = array("Q")
        if "\r" in text:
            pairs = (m.start() - n for n, m in enumerate(re.finditer("\r\n", text)))
            self._pairs = array("Q", pairs)
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        self._raw = text
        self._one_byte = (text.isascii() and self._unit == 1) or encoding.startswith("cp")
        bad = not text.isascii() and text != "\ufffd" and _BAD_BYTE.search(text)
        self.text = _BAD_BYTE.sub("\ufffd", text) if bad else text
        self._at = (0, 1, skipped)

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and byte of an offset; quick where offsets are asked for in order."""
        before, line, byte = self._at
        if offset < before:
            raise ValueError("places are asked for in order")
        pairs = bisect_left(self._pairs, offset) - bisect_left(self._pairs, before)
        if self._one_byte:
            length = offset - before
        else:
            length = len(self._raw[before:offset].encode(self.encoding, "surrogateescape"))
        self._at = (
            offset,
            line + self._raw.count("\n", before, offset),
            min(byte + length + pairs * self._unit, self._size),
        )
        return self._at[1:]

    def chunk(
        self,
        start: int,
        end: int,
        *,
        text: str = "",
        kind: str = "",
        rest: str = "",
        note: str = "",
    ) -> Chunk:
        """Return the piece between two offsets; `text` where it is not just what is there."""
        line, first_byte = self.place(start)
        _, end_byte = self.place(end)
        return Chunk(text or self.text[start:end], line, first_byte, end_byte, kind, rest, note)

    def cut(self, start: re.Pattern[str]) -> Iterator[tuple[int, int]]:
        """Yield the pieces that begin where a pattern matches, and the one before them first."""
        at = 0
        for match in start.finditer(self.text):
            if match.start() > at:
                yield at, match.start()
            at = match.start()
        if at < len(self.text):
            yield at, len(self.text)


def outline(text: str) -> str:
    """Return the beginning of a text, for a message.

    >>> outline("one  two " * 20)
    'one two one two one two one two one two one two one two one …'
    """
    told = " ".join(text[:400].split())
    return f"{told[:60].rstrip()} …" if len(told) > 60 else told


Values = dict[str, list[str]]
"""What a tagged entry holds: every tag with its values in order."""


def chosen(
    values: Values, table: dict[str, tuple[str, ...]], separate: str = "; "
) -> dict[str, str]:
    """Return fields by our names, each from the first tag that has it; other tags under their own.

    Parameters
    ----------
    values
        Values by tag; none is lost.
    table
        Our name of a field, and the tags that may hold it, best first.
    separate
        What stands between several values of one tag, but for `author` and `editor`.
    """
    fields: dict[str, str] = {}
    used = set()
    seen = set()
    for name, tags in table.items():
        tag = next((t for t in tags if any(values.get(t, ()))), None)
        if tag:
            between = " and " if name in ("author", "editor") else separate
            fields[name] = between.join(v for v in values[tag] if v)
            used.add(tag)
            seen.add(fields[name])
    for tag, several in values.items():
        value = separate.join(v for v in several if v)
        if tag not in used and value and value not in seen:
            fields[tag if tag not in fields else f"{tag}~2"] = value
    return fields


def pages(first: str, last: str, number: str = "") -> str:
    """Return a range of pages from its ends, else the article number.

    >>> pages("12", "15"), pages("12-15", "15"), pages("", "", "e120")
    ('12-15', '12-15', 'e120')
    """
    first, last = first.strip(), last.strip()
    if first and last and last != first and not re.search(r"\d\s*[-–—]+\s*\d", first):
        return f"{first}-{last}"
    return first or last or number.strip()


def between(source: Source, start: int, end: int, quiet: re.Pattern[str]) -> Iterator[Chunk]:
    """Yield what stands between two entries, unless it is blank or known to mean nothing."""
    text = source.text[start:end]
    if text.strip() and not quiet.fullmatch(text):
        begin = start + len(text) - len(text.lstrip())
        yield source.chunk(begin, end, note=f"text between the entries is skipped: {outline(text)}")


def each(
    parse_one: Callable[[Chunk], Entry | Reject],
) -> Callable[[Iterable[Chunk]], Iterator[Entry | Reject]]:
    """Return the `parse` of a format whose entries have nothing to do with one another."""

    def parse(chunks: Iterable[Chunk]) -> Iterator[Entry | Reject]:
        """Yield every entry of the pieces, in order, read or rejected."""
        return (parse_one(chunk) for chunk in chunks if not chunk.note)

    return parse
