"""RIS, one tag a line, as the specification of 2011 has it; Covidence reads it too.

`ID` is the `record_id`. Whatever has no tag is carried in `U5`: the kind in BibTeX's words (RIS
knows fewer) and fields that only one database has. Covidence takes RIS, EndNote XML and PubMed
text, 15,000 references at a time, and asks at the upload into which stage they go, "Included" and
"Irrelevant" among them (support.covidence.org, "Importing references"): decisions travel as one
file a status.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rispy.config import TAG_KEY_MAPPING

from slr.carried import FIELD, RIS_TAG, pack
from slr.export.items import Item
from slr.pull import ris
from slr.pull.entries import pages
from slr.text import names_of

MOST_OF_COVIDENCE = 15_000
_TYPES = {
    "article": "JOUR", "book": "BOOK", "collection": "BOOK", "inproceedings": "CPAPER",
    "proceedings": "CONF", "incollection": "CHAP", "inbook": "CHAP", "phdthesis": "THES",
    "mastersthesis": "THES", "thesis": "THES", "techreport": "RPRT", "report": "RPRT",
    "unpublished": "UNPB", "online": "ELEC", "dataset": "DATA", "software": "COMP",
    "patent": "PAT", "booklet": "PAMP",
}  # fmt: skip
_TAG_OF = {key: tag for tag, key in TAG_KEY_MAPPING.items()}
_TAGS = {field: _TAG_OF[names[0]] for field, names in ris.FIELDS.items()}
"""The tag of each field: the first that the reader takes it from."""


def write(items: Sequence[Item]) -> str:
    """Return entries as a RIS file."""
    return "".join(f"{tag}  - {value}\n" for item in items for tag, value in _entry(item))


def _entry(item: Item) -> Iterator[tuple[str, str]]:
    yield "TY", _TYPES.get(item.kind, "GEN")
    yield "ID", item.id
    values = item.extra | item.fields
    if "isbn" in values:
        yield _TAGS["issn"], values["isbn"]  # one tag for both: first the ISBN
    for name, tag in _TAGS.items():
        for value in _several(item, name, values.get(name, "")):
            yield tag, value
    if "pages" in values:
        yield from _pages(values["pages"])
    rest = {n: v for n, v in item.extra.items() if n not in _TAGS}
    yield RIS_TAG, f"{FIELD} {pack(rest | {'ENTRYTYPE': item.kind})}"
    yield "ER", ""


def _several(item: Item, name: str, value: str) -> list[str]:
    """Return the lines of a field: one a name or keyword, and what the reader joins to the same."""
    if name == "author":
        return item.names()
    if name == "editor":
        return names_of(value)
    parts = value.split("; ") if name == "keywords" else []
    whole = not parts or any(not part or part != part.strip() for part in parts)
    return [value] if value and whole else parts


def _pages(value: str) -> Iterator[tuple[str, str]]:
    first, dash, last = value.partition("-")
    if dash and pages(first, last) == value:
        yield "SP", first
        yield "EP", last
    else:
        yield "SP", value
