"""OpenAlex: how it is asked, and how its works are read.

Its documentation: https://developers.openalex.org. Works come in the form of 2023 (`host_venue`)
or the present one (`primary_location`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from slr.io import LONGEST
from slr.pull.entries import Entry, Reject
from slr.pull.indexes.items import Item, entries, filled, part, parts, plain, split, text, yes_no
from slr.pull.indexes.request import Request
from slr.pull.people import people

__all__ = ["parse", "split"]

NAME = "OpenAlex"
ADDRESS = "https://api.openalex.org"
KEY = "OPENALEX_API_KEY"
EXACT = True
NEEDS_KEY = False
INTERVAL_S = 0.1
PAGED_BY = {"page", "per_page", "per-page", "cursor", "select", "api_key", "mailto"}
BATCH = 50
CHASED = 25
"""Works whose citing works are asked for at once: few enough for one address."""
_PAGE = 100
_WITHOUT_CURSOR = 10_000 // _PAGE
"""Pages that may be asked for by number."""
_ID = re.compile(r"W\d+")


def headers(key: str) -> dict[str, str]:
    """Return what a request must say to be let in; the key stands in no address."""
    return {"Authorization": f"Bearer {key}"} if key else {}


def search(params: Mapping[str, str], *, key: str = "") -> Request:
    """Return the first request of a query in OpenAlex's own parameters."""
    # Paging by cursor, without an end at 10,000, is for those with a key.
    first = {"cursor": "*"} if key else {"page": "1"}
    return Request("/works", {**params, "per_page": str(_PAGE), **first})


def total(reply: Any) -> int | None:
    """Return how many works the reply says that there are in all."""
    count = part(reply, "meta", "count")
    return count if isinstance(count, int) else None


def following(request: Request, reply: Any) -> Request | None:
    """Return the request for the page after a reply, None after the last."""
    if "per_page" not in request.params or not parts(reply, "results"):
        return None
    if "cursor" in request.params:
        cursor = text(part(reply, "meta", "next_cursor"))
        return request.turned(cursor=cursor) if cursor else None
    page = int(request.params["page"])
    pages = -(-(total(reply) or 0) // _PAGE)
    return request.turned(page=str(page + 1)) if page < min(pages, _WITHOUT_CURSOR) else None


def by_dois(dois: Sequence[str]) -> Request:
    """Return the request for the works with these DOIs, at most `BATCH`."""
    if len(dois) == 1 and re.search(r"[,|+]", dois[0]):  # signs that a filter takes for its own
        return Request(f"/works/doi:{dois[0]}", {})
    return Request("/works", {"filter": f"doi:{'|'.join(dois)}", "per_page": str(_PAGE)})


def alone(doi: str) -> bool:
    """Tell whether a DOI must be asked for by itself."""
    return bool(re.search(r"[,|+]", doi))


def by_title(title: str) -> Request:
    """Return the request for the few works that are most like a title."""
    words = " ".join(re.sub(r"[^\w\s]|_", " ", title).split())
    return Request("/works", {"filter": f"title.search:{words}", "per_page": "5"})


def by_ids(ids: Sequence[str]) -> Request:
    """Return the request for works by OpenAlex's ids, at most `BATCH`."""
    return Request("/works", {"filter": f"openalex:{'|'.join(ids)}", "per_page": str(_PAGE)})


def citing(ids: Sequence[str], *, key: str = "") -> Request:
    """Return the first request for the works that cite any of at most `CHASED` works."""
    return search({"filter": f"cites:{'|'.join(ids)}"}, key=key)


def short(address: str) -> str:
    """Return the id of a work without its address; empty where it is none.

    >>> short("https://openalex.org/W1979978981"), short("10.1000/x")
    ('W1979978981', '')
    """
    found = _ID.fullmatch(address.rsplit("/", 1)[-1])
    return found.group() if found else ""


def _entry(item: Item, line: int) -> Entry | Reject:
    work_id = short(text(item.get("id")))
    if not work_id:
        return Reject(line, "", "the item has no id of OpenAlex")
    venue = part(item, "primary_location", "source") or item.get("host_venue")
    pages = [text(part(item, "biblio", f"{end}_page")) for end in ("first", "last")]
    fields = {
        "title": plain(item.get("title") or item.get("display_name")),
        "author": _authors(item),
        "year": text(item.get("publication_year")),
        "journal": text(part(venue, "display_name")),
        "volume": text(part(item, "biblio", "volume")),
        "number": text(part(item, "biblio", "issue")),
        "pages": "-".join(dict.fromkeys(filter(None, pages))),
        "doi": text(item.get("doi")),
        "issn": "; ".join(map(text, parts(venue, "issn"))),
        "abstract": abstract(item.get("abstract_inverted_index")),
        "publisher": text(part(venue, "host_organization_name")) or text(part(venue, "publisher")),
        "language": text(item.get("language")),
        "pmid": text(part(item, "ids", "pmid")).rsplit("/", 1)[-1],
        "database": NAME,
        "cited_by": text(item.get("cited_by_count")),
        "cited_by_index": NAME,
        "retracted": yes_no(item.get("is_retracted")),
    }
    listed = tuple(filter(None, map(text, parts(item, "referenced_works"))))
    return Entry(work_id, text(item.get("type")), line, filled(fields), references=listed)


parse = entries(_entry)


def _authors(item: Item) -> str:
    names = [
        text(part(one, "author", "display_name")) or text(part(one, "raw_author_name"))
        for one in parts(item, "authorships")
    ]
    return " and ".join(
        name
        for said in names
        for name in people(said.replace(";", " "), given_first=True, one=True)
    )


def abstract(index: Any) -> str:
    """Return the text of an abstract that is kept as the places of its words.

    >>> abstract({"again": [2], "and": [1], "never": [0]})
    'never and again'
    """
    if not isinstance(index, dict):
        return ""
    placed = [
        (place, word)
        for word, places in index.items()
        if isinstance(places, list)
        for place in places
        if isinstance(place, int)
    ]
    if sum(len(word) + 1 for _, word in placed) > LONGEST:
        return ""  # a few words at many places would fill the memory
    return plain(" ".join(word for _, word in sorted(placed)))
