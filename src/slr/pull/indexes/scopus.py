"""Scopus: how it is asked, and how its documents are read.

Its documentation: https://dev.elsevier.com/documentation/ScopusSearchAPI.wadl. The standard view,
which every key may see, names the first author only and has neither abstract nor references.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from slr.pull.entries import Entry, Reject
from slr.pull.indexes.items import Item, entries, filled, part, parts, plain, split, text
from slr.pull.indexes.request import Request
from slr.pull.people import people

__all__ = ["parse", "split"]

NAME = "Scopus"
ADDRESS = "https://api.elsevier.com"
KEY = "SCOPUS_API_KEY"
EXACT = True
NEEDS_KEY = True
INTERVAL_S = 0.2
PAGED_BY = {"start", "count", "cursor", "apiKey", "httpAccept", "insttoken"}
BATCH = 25
_PATH = "/content/search/scopus"
_PAGE = 25
_WITHOUT_CURSOR = 5000
"""Results that may be asked for by number."""


def headers(key: str) -> dict[str, str]:
    """Return what a request must say to be let in; an institution's token follows a colon."""
    own, _, institution = key.partition(":")
    asked = {"X-ELS-APIKey": own, "Accept": "application/json"}
    return asked | ({"X-ELS-Insttoken": institution} if institution else {})


def search(params: Mapping[str, str], *, key: str = "") -> Request:
    """Return the first request of a query in Scopus' own parameters."""
    return Request(_PATH, {**params, "count": str(_PAGE), "start": "0"})


def total(reply: Any) -> int | None:
    """Return how many documents the reply says that there are in all."""
    count = text(part(reply, "search-results", "opensearch:totalResults"))
    return int(count) if count.isdecimal() and len(count) < 10 else None


def following(request: Request, reply: Any) -> Request | None:
    """Return the request for the page after a reply, None after the last."""
    start = int(request.params.get("start", "0")) + _PAGE
    within = min(total(reply) or 0, _WITHOUT_CURSOR)
    return request.turned(start=str(start)) if start < within else None


def by_dois(dois: Sequence[str]) -> Request:
    """Return the request for the documents with these DOIs, at most `BATCH`."""
    return Request(_PATH, {"query": " OR ".join(f'DOI("{d}")' for d in dois), "count": str(_PAGE)})


def alone(doi: str) -> bool:
    """Tell whether a DOI must be asked for by itself; a quote would end it in a query."""
    return '"' in doi


def by_title(title: str) -> Request:
    """Return the request for the few documents that are most like a title."""
    words = " ".join(re.sub(r"[^\w\s]|_", " ", title).split())
    return Request(_PATH, {"query": f'TITLE("{words}")', "count": "5"})


def _entry(item: Item, line: int) -> Entry | Reject:
    document = text(item.get("eid")) or text(item.get("dc:identifier"))
    if not document:
        return Reject(line, "", text(item.get("error")) or "the item has no id of Scopus")
    authors = list(filter(None, (text(part(one, "authname")) for one in parts(item, "author"))))
    fields = {
        "title": plain(item.get("dc:title")),
        "author": " and ".join(
            name
            for said in authors or [text(item.get("dc:creator"))]
            for name in people(said, one=True)
        ),
        "year": text(item.get("prism:coverDate"))[:4],
        "journal": plain(item.get("prism:publicationName")),
        "volume": text(item.get("prism:volume")),
        "number": text(item.get("prism:issueIdentifier")),
        "pages": text(item.get("prism:pageRange")) or text(item.get("article-number")),
        "doi": text(item.get("prism:doi")),
        "issn": text(item.get("prism:issn")) or text(item.get("prism:eIssn")),
        "abstract": plain(item.get("dc:description")),
        "pmid": text(item.get("pubmed-id")),
        "keywords": text(item.get("authkeywords")),
        "database": NAME,
        "cited_by": text(item.get("citedby-count")),
        "cited_by_index": NAME,
    }
    kind = text(item.get("subtypeDescription")) or text(item.get("prism:aggregationType"))
    return Entry(document, kind, line, filled(fields))


parse = entries(_entry)
