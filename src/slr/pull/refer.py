"""Refer, as EndNote writes it (`.enw`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from slr.pull.entries import Chunk, Entry, Reject, Source, Values, between, chosen, each
from slr.pull.people import people

START = re.compile(r"^%0 |(?:\A|(?<=\n\n))%[AT] ", re.MULTILINE)
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
    for start, end in source.cut(START):
        if START.match(source.text, start):
            yield source.chunk(start, end)
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
        values[name] = [people(author) for author in values.get(name, ())]
    fields = chosen(values, _FIELDS)
    return Entry(key, kind, chunk.line, {_named(n): v for n, v in fields.items()})


def _named(tag: str) -> str:
    return f"%{tag}" if len(tag) == 1 else tag


parse = each(_parse_one)
