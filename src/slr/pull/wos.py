"""Web of Science: the tagged form (`.ciw`, `.txt`), and the tags that its tables share."""

from __future__ import annotations

import re
from collections.abc import Iterator

from slr.pull.entries import Chunk, Entry, Reject, Source, Values, chosen, closed, each, pages
from slr.pull.people import people

START = re.compile(r"(?:^|(?<=^ER))PT [A-Z]", re.MULTILINE)
_END = re.compile(r"^ER(?:[ \t]*$\n?|(?=PT [A-Z]))", re.MULTILINE)
_TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|)$")
_ANY_TAG = re.compile(r"^(?:AU|TI|SO|UT) \S", re.MULTILINE)
_QUIET = re.compile(r"(?:\s++|FN [^\n]*+|VR [^\n]*+|EF)*+")
_ONE_A_LINE = {"AU", "AF", "BA", "BF", "ED", "BE", "CA", "CR", "C1", "C3"}
FIELDS = {
    "title": ("TI",),
    "author": ("AF", "AU", "BF", "BA", "CA"),
    "editor": ("BE", "ED"),
    "year": ("PY", "PD", "EA"),
    "journal": ("SO",),
    "volume": ("VL",),
    "number": ("IS",),
    "doi": ("DI",),
    "abstract": ("AB",),
    "publisher": ("PU",),
    "language": ("LA",),
    "keywords": ("DE",),
    "issn": ("SN", "EI"),
    "isbn": ("BN",),
    "cited_by": ("TC",),
    "cited_by_date": ("DA",),
}


def split(source: Source) -> Iterator[Chunk]:
    """Cut a text where `PT` stands."""
    return closed(source, START, _END, _ANY_TAG, _QUIET)


def _parse_one(chunk: Chunk) -> Entry | Reject:
    values: Values = {}
    last, tag_of_last = [""], ""
    for line in chunk.text.split("\n"):
        tag = _TAG.match(line)
        if tag and tag.group(1) in ("ER", "EF"):
            break
        if tag:
            last, tag_of_last = values.setdefault(tag.group(1), []), tag.group(1)
            last.append((tag.group(2) or "").strip())
        elif line.strip() and tag_of_last in _ONE_A_LINE:
            last.append(line.strip())
        elif line.strip():
            last[-1] += f" {line.strip()}"
    key = "".join(values.get("UT", []))
    if chunk.kind == "headless":
        return Reject(chunk.line, key, "no PT line begins the entry")
    warnings = ("no ER line ends the entry: mended",) if chunk.kind == "open" else ()
    return entry(values, key, chunk.line, warnings)


def entry(values: Values, key: str, line: int, warnings: tuple[str, ...] = ()) -> Entry | Reject:
    """Return an entry from the values of its two-letter tags."""
    kind = "; ".join(values.get("DT", [])) or {"J": "article", "B": "book"}.get(
        "".join(values.get("PT", [])), ""
    )
    values.pop("PT", None)
    ends = [" ".join(values.pop(name, [])) for name in ("BP", "EP", "AR")]
    for name in ("AU", "AF", "BA", "BF", "ED", "BE"):
        values[name] = [one for said in values.get(name, ()) for one in people(said, one=True)]
    references = tuple(values.pop("CR", []))
    fields = chosen(values, FIELDS)
    if not fields:
        return Reject(line, key, "the entry holds nothing but its type")
    fields |= {"pages": pages(*ends), "database": "Web of Science"}
    if fields.get("cited_by"):
        fields["cited_by_index"] = "Web of Science"
    return Entry(key, kind, line, fields, warnings, references)


parse = each(_parse_one)
