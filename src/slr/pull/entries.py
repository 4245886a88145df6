"""What every reader shares: a text with its places, the pieces it is cut into, what they become."""

from __future__ import annotations

import re
import sys
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from slr.carried import NAMES, RECORD_ID, pack_names

_UNITS = {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4, "utf-32-be": 4}
# A byte order mark within a text is what a file begins with that was put after another.
_MARK = re.compile(r"\ufeff(?=TY  -|PMID-|PT |FN |%0 |@)")
# What old systems end a file or page with, and faults of the disk leave, hides the line behind it.
_STRAY = "\ufeff\x00\x0b\x0c\x1a\x85\u2028\u2029"
_STRAY_START = re.compile(f"^[{_STRAY}]+", re.MULTILINE)
_PART = 1 << 20
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
    whole: bool = False
    """Whether its end was found, in a format whose entries are closed."""


@dataclass(frozen=True)
class Entry:
    """One entry as read: its key, type, line, and fields by name in Unicode."""

    key: str
    kind: str
    line: int
    fields: dict[str, str]
    warnings: tuple[str, ...] = field(default=(), compare=False)
    references: tuple[str, ...] = field(default=(), compare=False)
    own: bool = field(default=False, compare=False)
    """Whether our own export wrote it: its kind is BibTeX's word, and nothing is guessed."""

    def with_carried(self, carried: Mapping[str, str]) -> Entry:
        """Return the entry with what our own export carried beside its fields; those come first."""
        rest = {n: v for n, v in carried.items() if n not in (RECORD_ID, "ENTRYTYPE")}
        key, kind = carried.get(RECORD_ID, self.key), carried.get("ENTRYTYPE", self.kind)
        return replace(self, key=key, kind=kind, fields=rest | self.fields, own=True)


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
    shown
        The same with other characters for those surrogates, one for one.
    """

    def __init__(
        self,
        text: str,
        encoding: str = "utf-8",
        skipped: int = 0,
        size: int = sys.maxsize,
        shown: str | None = None,
    ) -> None:
        self._size = size
        self._unit = _UNITS.get(encoding, 1)
        self.encoding = encoding
        self._pairs = array("Q")
        if "\r" in text:
            pairs = (m.start() - n for n, m in enumerate(re.finditer("\r\n", text)))
            self._pairs = array("Q", pairs)
        self._raw = _one_line_end(text)
        self._one_byte = (text.isascii() and self._unit == 1) or encoding.startswith("cp")
        self.text = _printable(self._raw if shown is None else _one_line_end(shown))
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
        whole: bool = False,
    ) -> Chunk:
        """Return the piece between two offsets; `text` where it is not just what is there."""
        line, first_byte = self.place(start)
        _, end_byte = self.place(end)
        text = text or self.text[start:end]
        return Chunk(text, line, first_byte, end_byte, kind, rest, note, whole)

    def cut(self, start: re.Pattern[str]) -> Iterator[tuple[int, int]]:
        """Yield the pieces that begin where a pattern matches, and the one before them first."""
        at = 0
        for match in start.finditer(self.text):
            if match.start() > at:
                yield at, match.start()
            at = match.start()
        if at < len(self.text):
            yield at, len(self.text)


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _printable(text: str) -> str:
    """Return as many characters, none a bad byte or a sign that hides how a line begins."""
    if any(sign in text for sign in _STRAY):
        text = _STRAY_START.sub(lambda found: "\n" * len(found.group()), text)
        text = _MARK.sub("\n", text)
    if text.isascii() or not _BAD_BYTE.search(text):
        return text
    # By parts: the pieces between bad bytes would take many times the memory of the text.
    parts = (text[at : at + _PART] for at in range(0, len(text), _PART))
    return "".join(_BAD_BYTE.sub("\ufffd", part) for part in parts)


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
            several = [v for v in values[tag] if v]
            fields[name] = between.join(several)
            if name == "author" and (whole := pack_names(several)):
                fields[NAMES] = whole
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


def closed(
    source: Source,
    begin: re.Pattern[str],
    ending: re.Pattern[str],
    within: re.Pattern[str],
    quiet: re.Pattern[str],
) -> Iterator[Chunk]:
    """Cut a text into entries that have a line or tag at either end.

    One that lacks its end is of the kind ``open``. Of what stands between two, that in which
    `within` is found is an entry that lacks its beginning, ``headless``.
    """
    for start, end in source.cut(begin):
        until = start
        if begin.match(source.text, start):
            ended = ending.search(source.text, start, end)
            until = ended.end() if ended else end
            yield source.chunk(start, until, kind="" if ended else "open")
        if within.search(source.text, until, end):
            yield source.chunk(until, end, kind="headless")
        else:
            yield from between(source, until, end, quiet)


def between(source: Source, start: int, end: int, quiet: re.Pattern[str]) -> Iterator[Chunk]:
    """Yield what stands between two entries, unless it is blank or known to mean nothing.

    An entry of another format there is a piece by itself.
    """
    text = source.text[start:end]
    if text.strip() and (FOREIGN.search(text) or not quiet.fullmatch(text)):
        begin = start + len(text) - len(text.lstrip())
        strangers = list(FOREIGN.finditer(text, begin - start))
        until = start + strangers[0].start() if strangers else end
        if skipped := source.text[begin:until].strip():
            note = f"text between the entries is skipped: {outline(skipped)}"
            yield source.chunk(begin, until, kind=BETWEEN, note=note)
        starts = [start + found.start() for found in strangers]
        for found, at, until in zip(strangers, starts, [*starts[1:], end], strict=False):
            form = list(_OTHERS)[(found.lastindex or 1) - 1]
            note = f"an entry of another format, {form}: put it in a file of its own"
            yield source.chunk(at, until, kind=STRANGER, note=note)


BETWEEN, STRANGER = "between", "stranger"
"""The kinds of a piece that is text between entries, and of an entry of another format there."""
_OTHERS = {
    "BibTeX": r"@[ \t]*[A-Za-z]+[ \t]*\{[^\s,={}()]+,",
    "RIS": r"TY  ?- [A-Z]",
    "PubMed": r"PMID ?- ?\w",
    "Web of Science": r"PT [JBSPC]\n",
    "EndNote": r"%0 [A-Z]",
    "EndNote XML": r"(?:<[^\n>]*>[ \t]*)*?<record>",
    "CSL-JSON": r'\[?[ \t]*\{[ \t]*\n?[ \t]*"(?:id|type|DOI|title)"[ \t]*:',
    "a table": r"(?i:(?=[^\n]*(?:title|عنوان))(?=[^\n]*(?:author|نویسند|پدیدآور)))"
    r'"?[\w ()]{2,40}"?(?:[,;|\t]"?[\w ()./-]{0,40}"?){2,}$|PT\tAU\t',
}
FOREIGN = re.compile(
    r"^(?:" + "|".join(f"({pattern})" for pattern in _OTHERS.values()) + ")", re.MULTILINE
)
"""How an entry of any format begins, for where it stands in a file of another."""


def until_stranger(text: str, start: int, end: int, own: str) -> int:
    """Return where an entry of another format begins in one that has no end of its own."""
    names = list(_OTHERS)
    found = FOREIGN.finditer(text, start + 1, end)
    return next((m.start() for m in found if names[(m.lastindex or 1) - 1] != own), end)


def repeated(
    text: str, start: int, end: int, block: re.Pattern[str], once: re.Pattern[str]
) -> Iterator[int]:
    """Yield where, after an empty line, an entry seems to begin that lacks its first line.

    Parameters
    ----------
    block
        The empty line, before a tag.
    once
        What an entry has once. Lines after an empty line that hold none, or the first, belong
        to the entry before.
    """
    at = start
    held = False
    for found in block.finditer(text, start, end):
        held = held or once.search(text, at, found.end()) is not None
        following = block.search(text, found.end() - 1, end)
        until = following.start() if following else end
        at = found.end()
        if held and once.search(text, at, until):
            yield at


def each(
    parse_one: Callable[[Chunk], Entry | Reject],
) -> Callable[[Iterable[Chunk]], Iterator[Entry | Reject]]:
    """Return the `parse` of a format whose entries have nothing to do with one another."""

    def parse(chunks: Iterable[Chunk]) -> Iterator[Entry | Reject]:
        """Yield every entry of the pieces, in order, read or rejected."""
        return (parse_one(chunk) for chunk in chunks if not chunk.note)

    return parse
