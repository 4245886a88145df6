"""Refer, as EndNote writes it (`.enw`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from slr.pull.entries import (
    Chunk,
    Entry,
    Reject,
    Source,
    Values,
    between,
    chosen,
    each,
    repeated,
    until_stranger,
)
from slr.pull.people import people

# A file put after one without a last line end begins on the last line of that.
START = re.compile(
    r"^%0 |(?:\A|(?<=\n\n))%[AT] "
    r"|(?<=\S)%0 (?:Journal Article|Book|Conference|Thesis|Report|Generic)",
    re.MULTILINE,
)
_BLOCK = re.compile(r"\n[ \t]*\n(?=%[0-9A-Z@] )")
_ONCE = re.compile(r"^%T ", re.MULTILINE)
_TAG = re.compile(r"%([0-9A-Z@!?+~<>\[\]()*&#$^=]) (.*)|%([0-9A-Z@!?+~<>\[\]()*&#$^=])$")
_QUIET = re.compile(r"\s*")
_FIELDS = {
    "title": ("T", "Q"),
    "author": ("A",),
    "editor": ("E",),
    "year": ("D",),
    "journal": ("J", "B", "S"),
    "volume": ("V",),
    "number": ("N",),
    "pages": ("P",),
    "doi": ("R",),
    "abstract": ("X",),
    "publisher": ("I",),
    "language": ("G",),
    "note": ("Z",),
    "keywords": ("K",),
    "url": ("U",),
    "issn": ("@",),
    "database": ("~",),
    "date": ("8",),
    "accessed": ("[",),
}


def split(source: Source) -> Iterator[Chunk]:
    """Cut a text where `%0` stands, or a first tag after an empty line."""
    for begin, until in source.cut(START):
        first, *others = pairwise(
            [begin, *repeated(source.text, begin, until, _BLOCK, _ONCE), until]
        )
        yield from _first(source, *first)
        for start, end in others:
            yield from _entry(source, start, end)


def _entry(source: Source, start: int, end: int) -> Iterator[Chunk]:
    closed = until_stranger(source.text, start, end, "EndNote")
    yield source.chunk(start, closed)
    yield from between(source, closed, end, _QUIET)


def _first(source: Source, start: int, end: int) -> Iterator[Chunk]:
    if START.match(source.text, start):
        yield from _entry(source, start, end)
    elif re.search(r"^%[AT] ", source.text[start:end], re.MULTILINE):
        yield source.chunk(start, end, kind="headless")
    else:
        yield from between(source, start, end, _QUIET)


def _parse_one(chunk: Chunk) -> Entry | Reject:
    values: Values = {}
    last: list[str] = []
    for line in chunk.text.split("\n"):
        tag = _TAG.match(line)
        if tag:
            last = values.setdefault(tag.group(1) or tag.group(3), [])
            last.append((tag.group(2) or "").strip())
        elif line.strip() and last:
            last[-1] += f" {line.strip()}"
    key = " ".join(values.get("F", values.get("M", []))[:1])
    kind = " ".join(values.pop("0", []))
    if chunk.kind == "headless":
        return Reject(chunk.line, key, "no %0 line begins the entry")
    if not any(any(several) for several in values.values()):
        return Reject(chunk.line, key, "the entry holds nothing but its type")
    for name in ("A", "E"):
        values[name] = [one for said in values.get(name, ()) for one in people(said, one=True)]
    fields = chosen(values, _FIELDS)
    return Entry(key, kind, chunk.line, {_named(n): v for n, v in fields.items()})


def _named(tag: str) -> str:
    return f"%{tag}" if len(tag) == 1 else tag


parse = each(_parse_one)
