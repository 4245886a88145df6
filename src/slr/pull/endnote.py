"""EndNote XML, one record at a time, through defusedxml: no entity is ever expanded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from slr.pull.entries import Chunk, Entry, Reject, Source, Values, chosen, closed, each, outline
from slr.pull.people import people

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

START = re.compile(r"<record(?=[\s>])[^<>]*>")
_END = re.compile(r"</record\s*>")
_QUIET = re.compile(r"(?:\s++|<\?xml[^<>]*\?>|</?(?:xml|records)[^<>]*>)*+")
_WITHIN = re.compile(r"<(?:rec-number|ref-type|contributors|titles|title)[\s>]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9A-Fa-f]+);)")
_LISTS = {"keyword": "keywords", "full-title": "periodical", "abbr-1": "periodical-abbreviated"}
_FIELDS = {
    "title": ("title", "short-title", "translated-title"),
    "author": ("authors",),
    "editor": ("secondary-authors",),
    "year": ("year", "date"),
    "journal": ("secondary-title", "periodical", "tertiary-title", "periodical-abbreviated"),
    "volume": ("volume",),
    "number": ("number", "issue"),
    "pages": ("pages",),
    "doi": ("electronic-resource-num",),
    "abstract": ("abstract",),
    "publisher": ("publisher",),
    "language": ("language",),
    "note": ("notes",),
    "keywords": ("keywords",),
    "issn": ("isbn",),
    "url": ("url",),
    "database": ("remote-database-name", "database"),
    "accessed": ("access-date",),
}


def split(source: Source) -> Iterator[Chunk]:
    """Cut a text where `<record>` stands."""
    return closed(source, START, _END, _WITHIN, _QUIET)


def _parse_one(chunk: Chunk) -> Entry | Reject:
    named = re.search(r"<rec-number>\s*(\S+?)\s*</rec-number>", chunk.text)
    key = named.group(1) if named else ""
    if chunk.kind == "open":
        return Reject(chunk.line, key, "the record is not closed: </record> is missing")
    if chunk.kind == "headless":
        return Reject(chunk.line, key, "no <record> begins the record")
    text, marks = _AMPERSAND.subn("&amp;", _CONTROL.sub(" ", chunk.text))
    warnings = ("a bare & is read as itself: mended",) if marks else ()
    try:
        record = fromstring(text)
    except ParseError as error:
        line = chunk.line + error.position[0] - 1
        return Reject(
            chunk.line, key, f"not XML, at line {line}: {str(error).split(':', maxsplit=1)[0]}"
        )
    except (DefusedXmlException, ValueError) as error:
        return Reject(chunk.line, key, f"not XML that is read here: {outline(str(error))}")
    values = _values(record)
    kind = " ".join(e.get("name", "") or _text(e) for e in record.iter("ref-type"))
    for name in ("ref-type", "rec-number"):
        values.pop(name, None)
    fields = chosen(values, _FIELDS)
    if not fields:
        return Reject(chunk.line, key, "the record holds nothing")
    return Entry(key, kind, chunk.line, fields, warnings)


def _values(record: Element) -> Values:
    """Return what stands in the leaves of a record, by the name of the element around it."""
    values: Values = {}
    for part in record:
        if part.tag == "contributors":
            for group in part:
                names = [one for name in group for one in people(_text(name), one=True)]
                values.setdefault(str(group.tag), []).extend(names)
        elif part.tag in ("titles", "periodical", "dates", "keywords"):
            for leaf in part:
                values.setdefault(_LISTS.get(str(leaf.tag), str(leaf.tag)), []).append(_text(leaf))
        elif part.tag == "urls":
            for leaf in part.iter("url"):
                values.setdefault("url", []).append(_text(leaf))
        else:
            values.setdefault(str(part.tag), []).append(_text(part))
    values["date"] = values.pop("pub-dates", [])
    return values


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


parse = each(_parse_one)
