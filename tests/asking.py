"""A small review of invented works whose indexes are on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import PROJECT
from index_server import Asked, Fault, Server, Work, serving

from slr import pull
from slr.pull.online import ask
from slr.pull.transport import TRIES, Line

DAY, NEXT = datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC)
KEYS = {"SEMANTIC_SCHOLAR_API_KEY": "s2-secret", "SCOPUS_API_KEY": "scopus-secret"}


def work(number: int, title: str, **more: Any) -> Work:
    base = {
        "id": f"W{number}",
        "doi": f"10.5555/{number}",
        "title": title,
        "year": 2000 + number,
        "authors": ["Ada Invented", "Bo Otherwise"],
        "journal": "Journal of Invented Studies",
        "publisher": "Invented Press",
        "language": "en",
        "abstract": f"About {title} and again {title}",
        "cited": 10 * number,
    }
    return base | more


PORTALS = [work(n, f"Portals of invented city number {n}") for n in range(1, 8)]
KNOWN = work(20, "Invented study of digital counters", cites=["W1", "W30"], retracted=True)
UNTOLD = work(21, "Untold: an invented work without an identifier", doi="10.5555/21")
CITED = work(30, "Cited invented work of old")
CITING = work(31, "Citing invented work of late", cites=["W20"])
WORKS = [*PORTALS, KNOWN, UNTOLD, CITED, CITING]

BIB = """
@article{Known, title = {Invented study of digital counters}, author = {Invented, Ada},
  year = {2020}, doi = {10.5555/20}, publisher = {As printed}}
@article{Untold, title = {Untold: an invented work without an identifier},
  author = {Invented, Ada and Otherwise, Bo}, year = {2021}}
@article{Alike, title = {Untold: an invented work without any identifier at all},
  author = {Someone, Else}, year = {1990}}
"""


@dataclass
class Review:
    """A small review whose indexes are on loopback."""

    root: Path
    servers: dict[str, Server]
    said: list[str] = field(default_factory=list)

    def config(self, online: dict[str, Any]) -> None:
        whole = (PROJECT / "config.yaml").read_text("utf-8")
        own = json.dumps({"baseline": ["own"], "online": online})
        before, after = whole.split("\npull:", 1)
        rest = after[after.index("\ndedup:") :]
        (self.root / "config.yaml").write_text(f"{before}\npull: {own}\n{rest}", "utf-8")

    def ask(self, now: datetime = DAY, **environ: str) -> list[str]:
        urls = {f"SLR_{name.upper()}_URL": one.url for name, one in self.servers.items()}
        problems = ask(
            self.root,
            self.said.append,
            lambda *_: None,
            environ=urls | environ,
            now=lambda: now,
        )
        return list(map(str, problems))

    def tables(self) -> dict[str, pd.DataFrame]:
        return dict(pull.collect(self.root).tables)

    def kept(self) -> dict[str, bytes]:
        folder = self.root / "data/raw/pulled"
        paths = (p for p in sorted(folder.rglob("*")) if p.is_file())
        return {str(p.relative_to(folder)): p.read_bytes() for p in paths}

    def asked(self, index: str) -> int:
        return len(self.servers[index].asked)


@pytest.fixture
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Review]:
    monkeypatch.setattr("slr.pull.online.Line", _at_once)
    (tmp_path / "data/raw/records").mkdir(parents=True)
    (tmp_path / "data/raw/records/own.bib").write_text(BIB, "utf-8")
    with ExitStack() as stack:
        forms = ("openalex", "crossref", "semanticscholar", "scopus")
        yield Review(tmp_path, {f: stack.enter_context(serving(f, WORKS)) for f in forms})


def _at_once(
    name: str, address: str, headers: dict[str, str], _: float, say: Any, secret: str
) -> Line:
    """Let no test wait for an index."""
    return Line(name, address, headers, 0.0, say, secret, sleep=lambda _: None)


PORTAL_QUERY = {"queries": {"portals": {"openalex": {"search": "Portals"}}}}


@contextmanager
def cut_off(review: Review, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """OpenAlex answers one page of three works in here, and fails from then on."""
    monkeypatch.setattr("slr.pull.indexes.openalex._PAGE", 3)
    server = review.servers["openalex"]
    answer = server.answer

    def once(asked: Asked) -> Any:
        server.faults = [Fault(500)] * TRIES
        return answer(asked)

    with monkeypatch.context() as patch:
        patch.setattr(server, "answer", once)
        yield server
    server.faults.clear()
    server.asked.clear()
