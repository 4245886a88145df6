"""Semantic Scholar: how it is asked, and how its papers are read.

Its documentation: https://api.semanticscholar.org/api-docs/graph. A search in bulk gives no
references; a batch by DOI does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slr.pull.entries import Entry, Reject
from slr.pull.indexes.items import Item, entries, filled, part, parts, plain, split, text
from slr.pull.indexes.request import Request
from slr.pull.people import people

__all__ = ["parse", "split"]

NAME = "Semantic Scholar"
ADDRESS = "https://api.semanticscholar.org/graph/v1"
KEY = "SEMANTIC_SCHOLAR_API_KEY"
EXACT = False
"""The count that it tells of is an estimate."""
NEEDS_KEY = True
INTERVAL_S = 1.1
PAGED_BY = {"token", "fields", "limit", "offset"}
BATCH = 100
_FIELDS = (
    "title,abstract,authors,year,venue,journal,publicationVenue,publicationTypes,externalIds,"
    "citationCount"
)
_REFERENCES = ",references.externalIds,references.title,references.year"


def headers(key: str) -> dict[str, str]:
    """Return what a request must say to be let in."""
    return {"x-api-key": key} if key else {}


def search(params: Mapping[str, str], *, key: str = "") -> Request:
    """Return the first request of a query in Semantic Scholar's own parameters."""
    return Request("/paper/search/bulk", {**params, "fields": _FIELDS})


def total(reply: Any) -> int | None:
    """Return how many papers the reply says that there are in all."""
    count = part(reply, "total")
    return count if isinstance(count, int) else None


def following(request: Request, reply: Any) -> Request | None:
    """Return the request for the page after a reply, None after the last."""
    token = text(part(reply, "token"))
    return request.turned(token=token) if token and parts(reply, "data") else None


def by_dois(dois: Sequence[str]) -> Request:
    """Return the request for the papers with these DOIs, at most `BATCH`."""
    ids = tuple(f"DOI:{doi}" for doi in dois)
    return Request("/paper/batch", {"fields": _FIELDS + _REFERENCES}, ids)


def alone(doi: str) -> bool:
    """Tell whether a DOI must be asked for by itself: none must, they are posted."""
    return False


def by_title(title: str) -> Request:
    """Return the request for the paper whose title is nearest."""
    return Request("/paper/search/match", {"query": title, "fields": _FIELDS})


def _entry(item: Item, line: int) -> Entry | Reject:
    paper = text(item.get("paperId"))
    if not paper:
        return Reject(line, "", "the item has no id of Semantic Scholar")
    journal = part(item, "journal", "name") or item.get("venue")
    authors = [text(part(one, "name")) for one in parts(item, "authors")]
    fields = {
        "title": plain(item.get("title")),
        "author": " and ".join(
            name
            for said in authors
            for name in people(said.replace(";", " "), given_first=True, one=True)
        ),
        "year": text(item.get("year")),
        "journal": plain(journal),
        "volume": text(part(item, "journal", "volume")),
        "pages": text(part(item, "journal", "pages")),
        "doi": text(part(item, "externalIds", "DOI")),
        "issn": text(part(item, "publicationVenue", "issn")),
        "abstract": plain(item.get("abstract")),
        "pmid": text(part(item, "externalIds", "PubMed")),
        "database": NAME,
        "cited_by": text(item.get("citationCount")),
        "cited_by_index": NAME,
    }
    kind = "; ".join(map(text, parts(item, "publicationTypes")))
    listed = tuple(filter(None, map(_cited, parts(item, "references"))))
    return Entry(paper, kind, line, filled(fields), references=listed)


parse = entries(_entry)


def _cited(reference: Any) -> str:
    told = (plain(part(reference, "title")), text(part(reference, "year")))
    return ", ".join(filter(None, (*told, text(part(reference, "externalIds", "DOI")))))
