"""PubMed's NBIB (MEDLINE) form.

The parser `nbib` drops the tags that it does not know, and fails on a date it does not expect;
the form is one tag a line, and is read here.
"""

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

# A file put after one without a last line end begins on the last line of that.
START = re.compile(r"^(?:PMID ?-|(?<=\n\n)(?:OWN|STAT) ?-)|(?<=\S)PMID- \d+[ \t]*$", re.MULTILINE)
_BLOCK = re.compile(r"\n[ \t]*\n(?=[A-Z][A-Z0-9]{1,3} *- )")
_ONCE = re.compile(r"^TI *- ", re.MULTILINE)
_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}) *- ?(.*)")
_ANY_TAG = re.compile(r"^(?:TI|FAU|AU|DP|JT)  ?- ", re.MULTILINE)
_QUIET = re.compile(r"[\s\d.:)]*")
_FIELDS = {
    "title": ("TI", "BTI", "TT"),
    "author": ("FAU", "AU", "CN"),
    "editor": ("FED", "ED"),
    "year": ("DP", "DEP", "EDAT"),
    "journal": ("JT", "TA"),
    "volume": ("VI",),
    "number": ("IP",),
    "pages": ("PG",),
    "doi": ("doi",),
    "abstract": ("AB", "OAB"),
    "publisher": ("PB",),
    "language": ("LA",),
    "keywords": ("OT", "MH"),
    "issn": ("IS",),
    "isbn": ("ISBN",),
    "note": ("GN",),
}


def split(source: Source) -> Iterator[Chunk]:
    """Cut a text where `PMID` stands."""
    for begin, until in source.cut(START):
        cuts = [begin, *repeated(source.text, begin, until, _BLOCK, _ONCE), until]
        for start, end in pairwise(cuts):
            yield from _piece(source, start, end)


def _piece(source: Source, start: int, end: int) -> Iterator[Chunk]:
    text = source.text[start:end]
    if START.match(source.text, start):
        closed = until_stranger(source.text, start, end, "PubMed")
        yield source.chunk(start, closed)
        yield from between(source, closed, end, _QUIET)
    elif _ANY_TAG.search(text):
        yield source.chunk(start, end, kind="headless")
    else:
        yield from between(source, start, end, _QUIET)


def _parse_one(chunk: Chunk) -> Entry | Reject:
    values: Values = {}
    last: list[str] = []
    warnings = []
    for line in chunk.text.split("\n"):
        tag = _TAG.match(line)
        if tag:
            last = values.setdefault(tag.group(1), [])
            last.append(tag.group(2).strip())
        elif line.strip() and last:
            if not line.startswith("   "):
                warnings.append("a wrapped line is not indented: joined to the one before")
            last[-1] += f" {line.strip()}"
    key = " ".join(values.pop("PMID", []))
    if chunk.kind == "headless":
        return Reject(chunk.line, key, "no PMID line begins the entry")
    if not any(any(several) for several in values.values()):
        return Reject(chunk.line, key, "the entry holds nothing but its number")
    for name in ("AID", "LID"):
        doi = [v.removesuffix("[doi]").strip() for v in values.get(name, ()) if "[doi]" in v]
        if doi:
            values.setdefault("doi", doi[:1])
    if values.get("FAU") and values.get("CN"):
        values["FAU"] = values["FAU"] + values.pop("CN")
    values["IS"] = [re.sub(r"\s*\((.*?)\)", "", v) for v in values.get("IS", ())]
    types = values.get("PT", [])
    fields = chosen(values, _FIELDS) | {"pmid": key, "database": "PubMed"}
    return Entry(key, "; ".join(types), chunk.line, fields, tuple(warnings))


parse = each(_parse_one)
