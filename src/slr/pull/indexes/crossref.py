"""Crossref: how it is asked, and how its works are read.

Its documentation: https://www.crossref.org/documentation/retrieve-metadata/rest-api. What
retracts or corrects a work stands in `updated-by`; a notice has `update-to`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slr.pull.entries import Entry, Reject
from slr.pull.indexes.items import Item, entries, filled, part, parts, plain, split, text
from slr.pull.indexes.request import Request

__all__ = ["parse", "split"]

NAME = "Crossref"
ADDRESS = "https://api.crossref.org"
KEY = "CROSSREF_MAILTO"
"""Not a key but an address of mail; who gives one is let in more often."""
EXACT = True
NEEDS_KEY = False
INTERVAL_S = 0.4
PAGED_BY = {"rows", "offset", "cursor", "select", "sample", "mailto"}
BATCH = 50
_PAGE = 200
_WITHOUT_CURSOR = 10_000
"""Works that may be asked for by number. A cursor of Crossref stays the same from page to page and
is gone after minutes: with it nothing could be resumed."""
_RETRACTS = {"retraction", "withdrawal", "removal", "partial_retraction"}


def headers(key: str) -> dict[str, str]:
    """Return what a request must say: who asks, in the words that Crossref looks for."""
    return {"User-Agent": f"slr (mailto:{key})"} if key else {}


def search(params: Mapping[str, str], *, key: str = "") -> Request:
    """Return the first request of a query in Crossref's own parameters."""
    # Oldest first, so that works that come in between stand behind all that were asked for.
    steady = {"sort": "created", "order": "asc"}
    return Request("/works", {**steady, **params, "rows": str(_PAGE), "offset": "0"})


def total(reply: Any) -> int | None:
    """Return how many works the reply says that there are in all."""
    count = part(reply, "message", "total-results")
    return count if isinstance(count, int) else None


def following(request: Request, reply: Any) -> Request | None:
    """Return the request for the page after a reply, None after the last."""
    if "offset" not in request.params:
        return None
    at = int(request.params["offset"]) + _PAGE
    return request.turned(offset=str(at)) if at < min(total(reply) or 0, _WITHOUT_CURSOR) else None


def by_dois(dois: Sequence[str]) -> Request:
    """Return the request for the works with these DOIs, at most `BATCH`."""
    if len(dois) == 1 and alone(dois[0]):
        return Request(f"/works/{dois[0]}", {})
    return Request("/works", {"filter": ",".join(f"doi:{d}" for d in dois), "rows": str(_PAGE)})


def alone(doi: str) -> bool:
    """Tell whether a DOI must be asked for by itself: a comma would end it in a filter."""
    return "," in doi


def by_title(title: str) -> Request:
    """Return the request for the few works that are most like a title."""
    return Request("/works", {"query.bibliographic": title, "rows": "5"})


def _entry(item: Item, line: int) -> Entry | Reject:
    doi = text(item.get("DOI")).lower()
    if not doi:
        return Reject(line, "", "the item has no DOI")
    title = ": ".join(filter(None, (_first(item, "title"), _first(item, "subtitle"))))
    updates = [part(one, "type") for one in parts(item, "updated-by")]
    fields = {
        "title": plain(title),
        "author": _names(item, "author"),
        "editor": _names(item, "editor"),
        "year": _year(item),
        "journal": plain(_first(item, "container-title")),
        "volume": text(item.get("volume")),
        "number": text(item.get("issue")),
        "pages": text(item.get("page")) or text(item.get("article-number")),
        "doi": doi,
        "issn": "; ".join(map(text, parts(item, "ISSN"))),
        "isbn": "; ".join(map(text, parts(item, "ISBN"))),
        "abstract": plain(item.get("abstract")),
        "publisher": text(item.get("publisher")),
        "language": text(item.get("language")),
        "database": NAME,
        "cited_by": text(item.get("is-referenced-by-count")),
        "cited_by_index": NAME,
        # Crossref knows of a retraction only where it was told: nothing said is not "no".
        "retracted": "yes" if _RETRACTS & set(map(text, updates)) else "",
        "updated_by": _updates(item, "updated-by"),
        "update_to": _updates(item, "update-to"),
    }
    listed = tuple(filter(None, map(_cited, parts(item, "reference"))))
    return Entry(doi, text(item.get("type")), line, filled(fields), references=listed)


parse = entries(_entry)


def _first(item: Item, name: str) -> str:
    return next(filter(None, map(text, parts(item, name))), "")


def _names(item: Item, role: str) -> str:
    names = []
    for one in parts(item, role):
        family = " ".join(filter(None, (text(part(one, "family")), text(part(one, "suffix")))))
        name = ", ".join(filter(None, (family, text(part(one, "given")))))
        names.append(name or text(part(one, "name")))
    return " and ".join(filter(None, names))


def _year(item: Item) -> str:
    for name in ("published-print", "published", "published-online", "issued", "created"):
        dates = parts(item, name, "date-parts")
        if dates and isinstance(dates[0], list) and dates[0] and dates[0][0]:
            return text(dates[0][0])
    return ""


def _updates(item: Item, name: str) -> str:
    told = [f"{text(part(u, 'type'))} {text(part(u, 'DOI'))}".strip() for u in parts(item, name)]
    return "; ".join(filter(None, told))


def _cited(reference: Any) -> str:
    """Return a cited work as printed; as its DOI, title, or what there is, where it is not."""
    printed = text(part(reference, "unstructured"))
    doi = text(part(reference, "DOI"))
    if printed:
        return f"{plain(printed)} {doi}".strip() if doi not in printed else plain(printed)
    names = ("author", "year", "article-title", "volume-title", "journal-title", "volume")
    told = [plain(part(reference, name)) for name in (*names, "first-page")]
    return ", ".join(filter(None, (*told, doi)))
