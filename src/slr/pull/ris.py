"""RIS, as strict as the standard and as loose as the exports; rispy reads each entry alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from rispy import RisParser
from rispy.config import TAG_KEY_MAPPING

from slr.carried import FIELD, RIS_TAG, unpack
from slr.pull.entries import Chunk, Entry, Reject, Source, Values, chosen, closed, each, pages
from slr.pull.people import people

# A hard space is what pages of the web make of a blank.
_TYPE = r"TY[ \t\xa0]{1,3}-"
# A file put after one without a last line end begins on the line of its ER.
START = re.compile(
    rf"(?:^[ \t\xa0]{{0,3}}|(?<=^ER  -)|(?<=^ER  - )){_TYPE}(?=[ \t\xa0]*[A-Za-z]|[ \t]*$)",
    re.MULTILINE,
)
_END = re.compile(
    rf"^[ \t\xa0]{{0,3}}ER(?:[ \t\xa0]{{1,3}}-[ \t\xa0]*(?:$\n?|(?={_TYPE}))"
    rf"|[ \t]*$\n?(?=\s*(?:\Z|{_TYPE})))",
    re.MULTILINE,
)
_TAG = re.compile(
    r"[ \t\xa0]{0,3}([A-Z][A-Z0-9])(?:([ \xa0]{2})|[ \t\xa0]{1,3})-(?:[ \t\xa0]?(.*))$"
)
_ANY_TAG = re.compile(r"^[ \t\xa0]{0,3}(?:[A-Z][A-Z0-9]  -|(?:TI|T1|AU|A1|PY|Y1) - )", re.MULTILINE)
_QUIET = re.compile(r"[\s\d.)]*")
_CITED = re.compile(r"(?i)\bcited by\s*:\s*(\d+)")
_EXPORTED = re.compile(r"(?i)\bexport date\s*:\s*([^;]+)")
_REFERENCES = re.compile(r"(?is)\s*references\s*:\s*(.+)")

FIELDS = {
    "title": ("title", "primary_title", "translated_title", "short_title"),
    "author": ("authors", "first_authors"),
    "editor": ("secondary_authors", "ED"),
    "year": ("year", "publication_year"),
    "journal": (
        "secondary_title", "alternate_title3", "journal_name", "alternate_title2",
        "alternate_title1", "BT",
    ),
    "volume": ("volume",),
    "number": ("number",),
    "doi": ("doi", "DI"),
    "abstract": ("abstract", "notes_abstract"),
    "publisher": ("publisher",),
    "language": ("language",),
    "note": ("notes",),
    "keywords": ("keywords",),
    "url": ("urls", "LK"),
    "issn": ("issn",),
    "database": ("name_of_database",),
    "date": ("date",),
    "accessed": ("access_date",),
}  # fmt: skip


class _Parser(RisParser):  # type: ignore[misc]
    """Rispy's parser, told to keep repeated tags, URLs with semicolons, and a tag called UK."""

    UNKNOWN_TAG = "??"
    DEFAULT_MAPPING = {k: v for k, v in TAG_KEY_MAPPING.items() if k != "UK"} | {"??": "unknown"}
    DEFAULT_DELIMITER_MAPPING: ClassVar[dict[str, str]] = {}


_PARSER = _Parser(enforce_list_tags=False)


def split(source: Source) -> Iterator[Chunk]:
    """Cut a text where `TY` stands; what follows `ER` is told, or an entry without `TY`."""
    return closed(source, START, _END, _ANY_TAG, _QUIET)


def _parse_one(chunk: Chunk) -> Entry | Reject:
    lines, warnings = _lines(chunk.text)
    if chunk.kind == "headless":
        key = next((line[6:] for line in lines if line.startswith("ID  -")), "")
        skipped = len(chunk.text) - len(chunk.text.lstrip("\n"))
        return Reject(chunk.line + skipped, key, "no TY line begins the entry")
    [found] = _PARSER.parse_lines(iter(lines))
    values: Values = {}
    for name, value in found.items():
        if name == "unknown":
            values |= {tag: several for tag, several in value.items() if tag}
        else:
            values[name] = value if isinstance(value, list) else [value]
    kind = " ".join(values.pop("type_of_reference", []))
    key = "".join(values.pop("id", [])[:1]) or "".join(values.get("accession_number", [])[:1])
    first, last = (" ".join(values.pop(n, [])) for n in ("start_page", "end_page"))
    carried = _carried(values)
    if carried is None:
        for name in ("authors", "first_authors", "secondary_authors"):
            values[name] = [one for said in values.get(name, ()) for one in people(said, one=True)]
        _unmix(values)
    fields = chosen(values, FIELDS)
    fields["pages"] = pages(first, last)
    if carried is not None:
        return Entry(key, kind, chunk.line, fields, tuple(warnings)).with_carried(carried)
    fields, references = _of_scopus(fields)
    if not any(fields.values()):
        return Reject(chunk.line, key, "the entry holds nothing but its type")
    return Entry(key, kind, chunk.line, fields, tuple(warnings), references)


def _carried(values: Values) -> dict[str, str] | None:
    """Take out what our own export carries; None where the entry is none of ours."""
    for value in values.get(RIS_TAG, ()):
        mark, _, packed = value.partition(" ")
        if mark == FIELD and (found := unpack(packed)) is not None:
            values[RIS_TAG] = [v for v in values[RIS_TAG] if v != value]
            return found
    return None


def _lines(text: str) -> tuple[list[str], list[str]]:
    """Return an entry in the form that the standard asks for, one line a tag, and what was odd."""
    lines: list[str] = []
    warnings: list[str] = []
    wide = None
    if text.rstrip().endswith("\nER"):
        text = f"{text.rstrip()}  - "
        warnings.append("the ER line has no dash: mended")
    for line in text.split("\n"):
        tag = _TAG.match(line)
        if tag and tag.group(1) == "ER" and (tag.group(3) or "").strip():
            tag = None  # a wrapped line that happens to begin so
        if tag and tag.group(2) is None:
            # With one space before the dash it may be a wrapped line, unless the tag is known.
            if tag.group(1) not in TAG_KEY_MAPPING:
                tag = None
            elif wide:
                warnings.append(f"the tag {tag.group(1)} has one space before its dash: mended")
        if wide is None and tag:
            wide = tag.group(2) is not None
        if tag and tag.group(1) == "ER":
            break
        if tag:
            lines.append(f"{tag.group(1)}  - {(tag.group(3) or '').strip()}")
        elif lines and line.strip():
            lines[-1] += f" {line.strip()}"
    else:
        warnings.append("no ER line ends the entry: mended")
    return [*lines, "ER  - "], warnings


def _unmix(values: Values) -> None:
    """Take the DOI from where some exports put it."""
    if not any(values.get("doi", ())):
        for name in ("type_of_work", "urls", "LK", "custom7", "note"):
            found = [v for v in values.get(name, ()) if re.search(r"\b10\.\d{4,9}/\S", v)]
            if found:
                values["doi"] = found[:1]
                return


def _of_scopus(fields: dict[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Read the count and the references that Scopus puts among its notes."""
    note = fields.get("note", "")
    if "ited" not in note and "eferences" not in note:
        return fields, ()
    references: list[str] = []
    kept = []
    before, mark, listed = note.partition("References: ")
    if mark:
        references = [part.strip() for part in listed.split("; ") if part.strip()]
        note = before
    if cited := _CITED.search(note):
        fields["cited_by"] = cited.group(1)
        fields["cited_by_index"] = fields.get("database", "")
        if exported := _EXPORTED.search(note):
            fields["cited_by_date"] = exported.group(1).strip()
    kept = [p.strip() for p in note.split(";") if p.strip()]
    fields["note"] = "; ".join(kept)
    return fields, tuple(references)


parse = each(_parse_one)
