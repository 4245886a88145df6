"""Indexes on loopback that answer in the forms of OpenAlex, Crossref, Semantic Scholar, Scopus.

The works are invented. `faults` are answered first, one a request.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Work = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """One bad answer: a status and body, headers, and what is done with the connection."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    byte_s: float = 0.0


@dataclass
class Asked:
    """One request as it came."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]
    posted: Any = None


class Server(ThreadingHTTPServer):
    """Answers `works` in the form of one index."""

    daemon_threads = True

    def __init__(self, form: str, works: list[Work]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.form = form
        self.works = works
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, asked: Asked) -> Any:
        """The reply in the form of the index; None for a thing that is not there."""
        return globals()[f"_{self.form}"](self.works, asked)

    def refuses(self, asked: Asked) -> bool:
        """Whether a request is one that the index does not take."""
        return False

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of the tests."""


@contextmanager
def serving(form: str, works: list[Work]) -> Iterator[Server]:
    """Serve on loopback for a while."""
    server = Server(form, works)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._reply()

    def do_POST(self) -> None:
        self._reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def log_message(self, *_: object) -> None:
        pass

    def _reply(self, posted: Any = None) -> None:
        parts = urlsplit(self.path)
        params = {name: values[0] for name, values in parse_qs(parts.query).items()}
        asked = Asked(unquote(parts.path), params, dict(self.headers.items()), posted)
        self.server.asked.append(asked)
        if self.server.faults:
            self._fail(self.server.faults.pop(0))
            return
        if self.server.refuses(asked):
            self._fail(Fault(400, b'{"error": "not that"}'))
            return
        found = self.server.answer(asked)
        body = json.dumps(found if found is not None else {"error": "not found"}).encode()
        self._send(404 if found is None else 200, body, {})

    def _fail(self, fault: Fault) -> None:
        self._send(fault.status, fault.body, fault.headers, fault.cut_after, fault.byte_s)

    def _send(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str],
        cut_after: int | None = None,
        byte_s: float = 0.0,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        sent = body if cut_after is None else body[:cut_after]
        if byte_s:
            for at in range(len(sent)):
                self.wfile.write(sent[at : at + 1])
                self.wfile.flush()
                time.sleep(byte_s)
        else:
            self.wfile.write(sent)
        if cut_after is not None:
            self.close_connection = True


def _openalex(works: list[Work], asked: Asked) -> Any:
    if asked.path.startswith("/works/doi:"):
        doi = asked.path.removeprefix("/works/doi:")
        return next((openalex(w) for w in works if w["doi"] == doi), None)
    kind, _, value = asked.params.get("filter", "").partition(":")
    wanted = value.split("|")
    found = [
        work
        for work in works
        if {
            "": lambda w: asked.params.get("search", "") in w["title"],
            "doi": lambda w: w["doi"] in wanted,
            "openalex": lambda w: w["id"] in wanted,
            "cites": lambda w: set(w.get("cites", ())) & set(wanted),
            "title.search": lambda w: value.split()[0] in w["title"],
        }[kind](work)
    ]
    size = int(asked.params["per_page"])
    if "cursor" in asked.params:
        at = 0 if asked.params["cursor"] == "*" else int(asked.params["cursor"])
        following = str(at + size) if at + size < len(found) else None
    else:
        at, following = (int(asked.params.get("page", "1")) - 1) * size, None
    results = [openalex(work) for work in found[at : at + size]]
    return {"meta": {"count": len(found), "next_cursor": following}, "results": results}


def openalex(work: Work) -> Work:
    """A work as OpenAlex has it; `raw` is one that it answered indeed."""
    if "raw" in work:
        return dict(work["raw"])
    words = work.get("abstract", "").split()
    return {
        "id": f"https://openalex.org/{work['id']}",
        "doi": f"https://doi.org/{work['doi']}" if work.get("doi") else None,
        "title": work["title"],
        "publication_year": work["year"],
        "type": "article",
        "language": work.get("language"),
        "authorships": [{"author": {"display_name": name}} for name in work["authors"]],
        "primary_location": {
            "source": {
                "display_name": work["journal"],
                "issn": None,
                "host_organization_name": work.get("publisher"),
            }
        },
        "biblio": {"volume": "3", "issue": None, "first_page": "1", "last_page": "9"},
        "abstract_inverted_index": {
            word: [n for n, other in enumerate(words) if other == word] for word in words
        }
        or None,
        "cited_by_count": work["cited"],
        "is_retracted": work.get("retracted", False),
        "referenced_works": [f"https://openalex.org/{one}" for one in work.get("cites", ())],
    }


def _crossref(works: list[Work], asked: Asked) -> Any:
    if asked.path.startswith("/works/"):
        doi = asked.path.removeprefix("/works/")
        found = [crossref(work) for work in works if work["doi"] == doi]
        return {"status": "ok", "message-type": "work", "message": found[0]} if found else None
    if "filter" in asked.params and "doi:" in asked.params["filter"]:
        dois = {part.removeprefix("doi:") for part in asked.params["filter"].split(",")}
        found = [work for work in works if work["doi"] in dois]
    elif "query.bibliographic" in asked.params:
        first = asked.params["query.bibliographic"].split()[0]
        found = [work for work in works if first in work["title"]]
    else:
        found = [work for work in works if asked.params.get("query", "") in work["title"]]
    size = int(asked.params["rows"])
    at = int(asked.params.get("offset", "0"))
    message = {
        "total-results": len(found),
        "items": [crossref(work) for work in found[at : at + size]],
    }
    return {"status": "ok", "message-type": "work-list", "message": message}


def crossref(work: Work) -> Work:
    """A work as Crossref has it: with markup, and a retraction where there is one."""
    given = [name.rsplit(" ", 1) for name in work["authors"]]
    return {
        "DOI": work["doi"].upper(),
        "type": "journal-article",
        "title": [f"<i>{work['title'].split()[0]}</i> {work['title'].split(' ', 1)[1]}"],
        "author": [{"given": first, "family": last} for first, last in given],
        "issued": {"date-parts": [[work["year"]]]},
        "container-title": [work["journal"]],
        "publisher": work.get("publisher"),
        "abstract": f"<jats:p>{work['abstract']}</jats:p>" if work.get("abstract") else None,
        "is-referenced-by-count": work["cited"] - 1,
        "updated-by": [{"type": "retraction", "DOI": "10.5555/notice"}]
        if work.get("retracted")
        else [],
        "reference": [{"DOI": "10.5555/cited", "unstructured": "Cited, A. A cited work. 1999."}],
    }


def _semanticscholar(works: list[Work], asked: Asked) -> Any:
    def paper(work: Work) -> Work:
        return {
            "paperId": f"s2{work['id'].lower()}",
            "title": work["title"],
            "year": work["year"],
            "venue": work["journal"],
            "journal": None,
            "authors": [{"name": name} for name in work["authors"]],
            "externalIds": {"DOI": work["doi"]},
            "citationCount": work["cited"] + 1,
            "publicationTypes": ["JournalArticle"],
            "references": [{"title": "A cited work", "year": 1999, "externalIds": None}],
        }

    if asked.posted is not None:
        by_doi = {f"DOI:{work['doi']}": paper(work) for work in works}
        return [by_doi.get(one) for one in asked.posted["ids"]]
    found = [paper(work) for work in works if asked.params["query"] in work["title"]]
    if asked.path.endswith("/match"):
        return {"data": found[:1]} if found else None
    at = int(asked.params.get("token", "0"))
    token = str(at + 2) if at + 2 < len(found) else None
    return {"total": len(found), "token": token, "data": found[at : at + 2]}


def _scopus(works: list[Work], asked: Asked) -> Any:
    query = asked.params["query"]
    at, size = int(asked.params.get("start", "0")), int(asked.params["count"])
    if "DOI(" in query:
        found = [work for work in works if f'DOI("{work["doi"]}")' in query]
    else:
        found = [work for work in works if query.split('"')[1] in work["title"]]
    entries = [
        {
            "eid": f"2-s2.0-{work['id'][1:]}",
            "dc:title": work["title"],
            "dc:creator": f"{work['authors'][0].split()[-1]} {work['authors'][0][0]}.",
            "prism:publicationName": work["journal"],
            "prism:coverDate": f"{work['year']}-01-01",
            "prism:doi": work["doi"],
            "citedby-count": str(work["cited"]),
            "subtypeDescription": "Article",
        }
        for work in found[at : at + size]
    ] or [{"@_fa": "true", "error": "Result set was empty"}]
    return {"search-results": {"opensearch:totalResults": str(len(found)), "entry": entries}}
