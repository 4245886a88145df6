"""Asking indexes, and what becomes of their answers: kept once, read offline, never mixed up."""

from __future__ import annotations

import json
import os
import socket
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from conftest import PROJECT
from index_server import Fault, Server, Work, serving

from slr import pull
from slr.errors import ConfigError, SlrError
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


# ---- queries


def test_a_query_brings_records_in(review: Review) -> None:
    review.config(PORTAL_QUERY)
    assert review.ask() == []
    records = review.tables()["records"].set_index("record_id")
    found = records[records["source"] == "openalex"]
    assert sorted(found.index) == [f"openalex/W{n}" for n in range(1, 8)]
    first = found.loc["openalex/W1"]
    assert first["title"] == "Portals of invented city number 1"
    assert first["author"] == "Invented, Ada and Otherwise, Bo"
    assert (first["doi"], first["pages"], first["year_from"]) == ("10.5555/1", "1-9", 2001)
    assert first["abstract"] == (
        "About Portals of invented city number 1 and again Portals of invented city number 1"
    )
    assert first["file"].startswith("data/raw/pulled/openalex/2026-03-01/query-portals-")
    assert "OpenAlex: query portals: 7 works" in review.said


def test_all_pages_are_asked_for_with_and_without_a_key(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slr.pull.indexes.openalex._PAGE", 3)
    review.config(PORTAL_QUERY)
    review.ask()
    assert [one.params["page"] for one in review.servers["openalex"].asked] == ["1", "2", "3"]
    review.ask(OPENALEX_API_KEY="secret-key")
    cursors = [one.params.get("cursor") for one in review.servers["openalex"].asked[3:]]
    assert cursors == ["*", "3", "6"]
    assert len(review.tables()["records"]) == 3 + 7  # the same works, answered again
    assert all(b"secret-key" not in content for content in review.kept().values())


@pytest.mark.parametrize(
    ("index", "params", "expected"),
    [
        ("crossref", {"query": "Portals"}, {f"crossref/10.5555/{n}" for n in range(1, 8)}),
        ("semanticscholar", {"query": "Portals"}, {f"semanticscholar/s2w{n}" for n in range(1, 8)}),
        ("scopus", {"query": 'TITLE("Portals")'}, {f"scopus/2-s2.0-{n}" for n in range(1, 8)}),
    ],
)
def test_every_index_answers_a_query(
    review: Review, index: str, params: dict[str, str], expected: set[str]
) -> None:
    review.config({"queries": {"portals": {index: params}}})
    assert review.ask(**KEYS) == []
    records = review.tables()["records"]
    found = records[records["source"] == index]
    assert set(found["record_id"]) == expected
    assert set(found["title"]) == {w["title"] for w in PORTALS}
    assert all(found["author"].str.startswith("Invented, A"))
    assert all(b"secret" not in content for content in review.kept().values())


def test_an_empty_answer_is_an_answer(review: Review) -> None:
    review.config({
        "queries": {
            "none": {"openalex": {"search": "Nowhere"}, "crossref": {"query": "Nowhere"},
                     "semanticscholar": {"query": "Nowhere"}}
        }
    })  # fmt: skip
    assert review.ask(**KEYS) == []
    assert len(review.tables()["records"]) == 3
    assert review.tables()["rejects"].empty


def test_a_query_that_finds_too_much_is_not_paged_through(review: Review) -> None:
    review.config(PORTAL_QUERY | {"records_max": 6})
    [problem] = review.ask()
    assert problem == (
        "OpenAlex: query 'portals' finds 7 works, more than 6. "
        "Narrow it, or raise pull.online.records_max in config.yaml."
    )
    assert review.kept() == {}


def test_a_query_that_finds_too_much_costs_no_other(review: Review) -> None:
    few = {"few": {"openalex": {"search": "Portals of invented city number 1"}}}
    review.config({"queries": {**PORTAL_QUERY["queries"], **few}, "records_max": 6})
    assert len(review.ask()) == 1
    records = review.tables()["records"]
    assert list(records.loc[records["source"] == "openalex", "record_id"]) == ["openalex/W1"]


def test_crossref_is_paged_to_the_end_by_number(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cursor of Crossref stays one and the same, and is gone after minutes."""
    monkeypatch.setattr("slr.pull.indexes.crossref._PAGE", 3)
    review.config({"queries": {"portals": {"crossref": {"query": "Portals"}}}})
    server = review.servers["crossref"]
    answer = server.answer
    monkeypatch.setattr(server, "answer", lambda asked: _one_less(answer(asked)))
    [short] = review.ask()  # a page in the middle that lacks a work ends nothing
    assert short.startswith("Crossref: query portals: 4 works only of 7; more is not to be had.")
    assert [one.params["offset"] for one in server.asked] == ["0", "3", "6"]


def _one_less(reply: Any) -> Any:
    reply["message"]["items"].pop()
    return reply


def test_a_cursor_that_does_not_move_ends_the_asking(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slr.pull.indexes.openalex._PAGE", 3)
    review.config(PORTAL_QUERY)
    server = review.servers["openalex"]
    answer = server.answer

    def stuck(asked: Any) -> Any:
        reply = answer(asked)
        reply["meta"]["next_cursor"] = "3"
        return reply

    monkeypatch.setattr(server, "answer", stuck)
    [problem] = review.ask(OPENALEX_API_KEY="secret-key")
    assert problem == "OpenAlex: names the same page again and again."


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(404, b"{}"), "has nothing at /works (404)"),
        (Fault(200, b'{"error": "quota"}'), "answered, but with no list of works: {"),
        (Fault(200, b'{"results": {"a": 1}}'), "answered, but with no list of works: {"),
        (Fault(200, b"null"), "answered, but with no list of works: null"),
        (Fault(200, b"12"), "answered, but with no list of works: 12"),
        (Fault(200, b'{"meta": {"count": "7"}, "results": []}'), "how many works there are"),
        (Fault(200, b'{"meta": {"count": 0}, "results": [], "k": "secret-key"}'), "says your key"),
    ],
    ids=["404", "error", "no-list", "null", "number", "no-count", "key"],
)
def test_what_is_no_answer_is_not_kept(review: Review, fault: Fault, told: str) -> None:
    review.config(PORTAL_QUERY)
    review.servers["openalex"].faults = [fault]
    [problem] = review.ask(OPENALEX_API_KEY="secret-key")
    assert told in problem
    assert "secret-key" not in problem
    assert review.kept() == {}
    assert review.ask(OPENALEX_API_KEY="secret-key") == []
    assert len(review.tables()["records"]) == 3 + 7


def test_a_key_that_is_refused_is_not_shown(review: Review) -> None:
    review.config(PORTAL_QUERY)
    review.servers["openalex"].faults = [Fault(403, b'{"error": "no such key: secret-key"}')]
    [problem] = review.ask(OPENALEX_API_KEY="secret-key")
    assert "no such key: (your key)" in problem
    assert "secret-key" not in problem


def test_one_doi_that_is_refused_costs_no_other(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (review.root / "data/raw/records/own.bib").open("a", encoding="utf-8") as file:
        file.write("@article{Bad, title = {A bad one among others}, doi={10.5555/bad}}")
    review.config({"enrich": ["openalex"]})
    monkeypatch.setattr(
        review.servers["openalex"],
        "refuses",
        lambda asked: "10.5555/bad" in asked.params.get("filter", ""),
    )
    [problem] = review.ask()
    assert problem.startswith("OpenAlex: status 400")
    found = set(review.tables()["enrichment"]["record_id"])
    assert found == {"own/Known", "own/Untold"}


def test_a_count_is_of_the_day_on_which_it_was_answered(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slr.pull.indexes.openalex._PAGE", 3)
    review.config(PORTAL_QUERY)
    server = review.servers["openalex"]
    answer = server.answer
    monkeypatch.setattr(server, "answer", lambda asked: _cut_off(server, answer(asked), TRIES))
    review.ask()
    monkeypatch.setattr(server, "answer", answer)
    server.faults.clear()
    review.ask(NEXT)
    dates = review.tables()["enrichment"].query("field == 'cited_by'")["date"].value_counts()
    assert dates.to_dict() == {"2026-03-01": 3, "2026-03-02": 4}


def test_a_file_with_the_name_of_an_index_is_not_taken_for_it(review: Review) -> None:
    own = review.root / "data/raw/records/own.bib"
    own.rename(own.with_name("openalex.bib"))
    review.config({"enrich": ["openalex"]})
    assert review.ask() == []
    assert set(review.tables()["enrichment"]["record_id"]) == {"openalex/Known", "openalex/Untold"}
    review.config(PORTAL_QUERY)
    [problem] = review.ask()
    assert "has the name of an index that is asked for records (openalex.bib)" in problem


def test_an_address_that_is_none_is_refused_at_once(review: Review) -> None:
    review.config(PORTAL_QUERY)
    problems = ask(
        review.root,
        review.said.append,
        lambda *_: None,
        environ={"SLR_OPENALEX_URL": "ftp://x"},
        now=lambda: DAY,
    )
    assert str(problems[0]).startswith("OpenAlex: SLR_OPENALEX_URL is no address.")


def test_what_was_asked_is_written_down_word_for_word(review: Review) -> None:
    review.config(PORTAL_QUERY)
    review.ask()
    [begun] = [json.loads(text) for name, text in review.kept().items() if "begun" in name]
    [ended] = [json.loads(text) for name, text in review.kept().items() if "finished" in name]
    assert begun["queries"] == {"portals": {"search": "Portals"}}
    assert ended["counts"] == {"query portals": {"came": 7, "told": 7}}


# ---- kept, resumed, offline


def test_nothing_is_asked_twice_on_a_day_and_all_again_on_the_next(review: Review) -> None:
    review.config(PORTAL_QUERY | {"enrich": ["openalex"]})
    review.ask()
    before, kept = review.asked("openalex"), review.kept()
    review.ask()
    assert review.asked("openalex") == before
    assert review.kept() == kept
    review.ask(NEXT)
    assert review.asked("openalex") == 2 * before
    assert kept.items() < review.kept().items()


def test_an_interrupted_asking_goes_on_where_it_stopped(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slr.pull.indexes.openalex._PAGE", 3)
    review.config(PORTAL_QUERY)
    server = review.servers["openalex"]
    answer = server.answer
    monkeypatch.setattr(server, "answer", lambda asked: _cut_off(server, answer(asked), TRIES))
    [problem] = review.ask()
    assert "no good answer in 6 tries: status 500" in problem
    assert "came to no end" in pull.run(review.root)
    monkeypatch.setattr(server, "answer", answer)
    server.faults.clear()
    server.asked.clear()
    assert review.ask(NEXT) == []
    assert [one.params["page"] for one in server.asked] == ["2", "3"]
    assert {Path(name).parts[1] for name in review.kept()} == {"2026-03-01"}
    assert "came to no end" not in pull.run(review.root)
    assert len(review.tables()["records"]) == 3 + 7


def _cut_off(server: Server, reply: Any, tries: int) -> Any:
    """Answer, and fail from then on."""
    server.faults = [Fault(500)] * tries
    return reply


def test_an_asking_that_nothing_came_of_leaves_nothing(review: Review) -> None:
    review.config(PORTAL_QUERY)
    review.servers["openalex"].faults = [Fault(500)] * TRIES
    assert len(review.ask()) == 1
    assert review.kept() == {}
    assert "came to no end" not in pull.run(review.root)


def test_one_index_that_fails_costs_no_other(review: Review) -> None:
    query = {"openalex": {"search": "Portals"}, "crossref": {"query": "Portals"}}
    review.config({"queries": {"portals": query}})
    review.servers["openalex"].faults = [Fault(403, b'{"error": "no"}')]
    [problem] = review.ask()
    assert problem.startswith("OpenAlex: refuses (status 403: no).")
    sources = review.tables()["records"]["source"].value_counts()
    assert sources.to_dict() == {"crossref": 7, "own": 3}


def test_an_index_that_needs_a_key_is_told_of(review: Review) -> None:
    review.config({"queries": {"q": {"scopus": {"query": 'TITLE("Portals")'}}}})
    [problem] = review.ask()
    assert problem == (
        "Scopus: was not asked: it answers only who has a key. "
        "Get a key and put it in the environment as SCOPUS_API_KEY."
    )
    assert review.asked("scopus") == 0


def test_without_asking_no_socket_is_opened(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    review.config(PORTAL_QUERY | {"enrich": ["openalex", "crossref"]})
    review.ask()

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refused)
    monkeypatch.chdir(review.root)
    assert "10 records" in pull.run(review.root)
    once = {p.name: p.read_bytes() for p in (review.root / "data/processed/pull").iterdir()}
    pull.run(review.root)
    again = {p.name: p.read_bytes() for p in (review.root / "data/processed/pull").iterdir()}
    assert once == again
    assert set(once) == {
        "records.csv", "rejects.csv", "references.csv", "warnings.csv", "enrichment.csv"
    }  # fmt: skip


def test_a_reply_that_was_changed_is_refused(review: Review) -> None:
    review.config(PORTAL_QUERY)
    review.ask()
    [reply] = (review.root / "data/raw/pulled").rglob("*.reply.json.gz")
    reply.write_bytes(reply.read_bytes()[:-3])
    with pytest.raises(SlrError, match=r"query-portals-\w+\.reply\.json\.gz: cannot be unpacked"):
        review.tables()
    import gzip

    reply.write_bytes(gzip.compress(b'{"results": []}', mtime=0))
    with pytest.raises(SlrError, match="its reply is not what was answered"):
        review.tables()
    reply.unlink()
    with pytest.raises(SlrError, match="cannot be read"):
        review.tables()


def test_a_request_that_is_none_is_refused(review: Review) -> None:
    review.config(PORTAL_QUERY)
    review.ask()
    [asked] = (review.root / "data/raw/pulled").rglob("*.request.json")
    asked.write_text('{"purpose": "query", "about": "portals"}', "utf-8")
    with pytest.raises(SlrError, match="is no request as slr writes it"):
        review.tables()


def test_a_later_answer_takes_the_place_of_an_earlier(review: Review) -> None:
    review.config(PORTAL_QUERY)
    review.ask()
    review.servers["openalex"].works = [work(1, "Portals under another title", cited=99)]
    review.ask(NEXT)
    tables = review.tables()
    records = tables["records"].set_index("record_id")
    assert records.loc["openalex/W1", "title"] == "Portals under another title"
    assert len(records) == 3 + 7  # what was found once stays found
    again = tables["warnings"]["warning"].str.startswith("answered before")
    assert list(tables["warnings"].loc[again, "key"]) == ["W1"]
    counts = tables["enrichment"].query("field == 'cited_by'").set_index("record_id")
    assert counts.loc["openalex/W1", ["value", "date"]].to_list() == ["99", "2026-03-02"]
    assert counts.loc["openalex/W2", ["value", "date"]].to_list() == ["20", "2026-03-01"]


# ---- more on the records that are there


def test_gaps_are_filled_and_nothing_is_changed(review: Review) -> None:
    review.config({"enrich": ["openalex"]})
    assert review.ask() == []
    known = review.tables()["records"].set_index("record_id").loc["own/Known"]
    assert known["publisher"] == "As printed"
    assert known["abstract"].startswith("About Invented study of digital counters")
    assert known["language"] == "en"
    assert json.loads(known["extra"])["filled"] == {
        "abstract": "OpenAlex, 2026-03-01",
        "language": "OpenAlex, 2026-03-01",
    }


def test_each_index_keeps_its_own_count(review: Review) -> None:
    review.config({"enrich": ["openalex", "crossref", "semanticscholar", "scopus"]})
    assert review.ask(**KEYS) == []
    said = review.tables()["enrichment"]
    counts = said[(said["record_id"] == "own/Known") & (said["field"] == "cited_by")]
    by_index = dict(zip(counts["index"], counts["value"], strict=True))
    assert by_index == {
        "OpenAlex": "200", "Crossref": "199", "Semantic Scholar": "201", "Scopus": "200"
    }  # fmt: skip
    assert set(counts["date"]) == {"2026-03-01"}
    assert set(counts["found_by"]) == {"doi"}
    retracted = said[(said["record_id"] == "own/Known") & (said["field"] == "retracted")]
    assert dict(zip(retracted["index"], retracted["value"], strict=True)) == {
        "OpenAlex": "yes", "Crossref": "yes"
    }  # fmt: skip


def test_a_doi_with_a_tilde_is_whole(review: Review) -> None:
    review.servers["crossref"].works = [work(51, "Tilde of invented kind", doi="10.5555/a~b")]
    review.config({"queries": {"q": {"crossref": {"query": "Tilde"}}}})
    assert review.ask() == []
    said = review.tables()["enrichment"].query("field == 'cited_by'")
    assert said[["record_id", "value"]].values.tolist() == [["crossref/10.5555/a~b", "509"]]


def test_a_retraction_that_crossref_was_not_told_of_is_not_denied(review: Review) -> None:
    review.config({"enrich": ["openalex", "crossref"]})
    review.ask()
    said = review.tables()["enrichment"]
    of = said[(said["record_id"] == "own/Untold") & (said["field"] == "retracted")]
    assert list(of["index"]) == ["OpenAlex"]
    assert list(of["value"]) == ["no"]


def test_a_record_without_a_doi_is_found_by_its_title_or_left_alone(review: Review) -> None:
    review.config({"enrich": ["openalex"]})
    review.ask()
    tables = review.tables()
    said = tables["enrichment"].drop_duplicates("record_id").set_index("record_id")
    assert said.loc["own/Untold", ["answer_id", "found_by"]].to_list() == ["W21", "title"]
    assert "own/Alike" not in said.index
    doubt = tables["warnings"].set_index("key").loc["Alike", "warning"]
    assert doubt.startswith("OpenAlex has no such title; nearest is W21")


def test_lists_of_references_stand_apart_by_who_lists_them(review: Review) -> None:
    review.config({"enrich": ["openalex", "crossref"]})
    review.ask()
    lists = review.tables()["references"].query("record_id == 'own/Known'")
    assert lists[["listed_by", "position", "cited"]].values.tolist() == [
        ["openalex", 1, "https://openalex.org/W1"],
        ["openalex", 2, "https://openalex.org/W30"],
        ["crossref", 1, "Cited, A. A cited work. 1999. 10.5555/cited"],
    ]


def test_markup_of_publishers_is_no_text(review: Review) -> None:
    review.config({"queries": {"portals": {"crossref": {"query": "Portals"}}}})
    review.ask()
    first = review.tables()["records"].set_index("record_id").loc["crossref/10.5555/1"]
    assert first["title"] == "Portals of invented city number 1"
    assert first["abstract"].startswith("About Portals")


def test_dois_that_a_filter_would_tear_are_asked_for_alone(review: Review) -> None:
    torn = work(50, "Torn by signs of the filter", doi="10.5555/a,b|c")
    for one in review.servers.values():
        one.works = [*WORKS, torn]
    (review.root / "data/raw/records/own.bib").write_text(
        BIB + "@article{Torn, title = {Torn by signs of the filter}, doi = {10.5555/a,b|c}}",
        "utf-8",
    )
    review.config({"enrich": ["openalex", "crossref"]})
    assert review.ask() == []
    said = review.tables()["enrichment"].query("record_id == 'own/Torn' and field == 'cited_by'")
    assert sorted(said["index"]) == ["Crossref", "OpenAlex"]


def test_new_records_alone_are_asked_for_on_the_same_day(review: Review) -> None:
    review.config({"enrich": ["openalex"]})
    review.ask()
    before = review.asked("openalex")
    with (review.root / "data/raw/records/own.bib").open("a", encoding="utf-8") as file:
        file.write("@article{New, title = {Portals of invented city number 3}, doi={10.5555/3}}")
    review.ask()
    new = review.servers["openalex"].asked[before:]
    assert [one.params["filter"] for one in new] == ["doi:10.5555/3"]


# ---- following citations


def included(review: Review, *record_ids: str) -> None:
    folder = review.root / "data/processed/screen"
    folder.mkdir(parents=True, exist_ok=True)
    from slr.schemas.tables import columns

    rows = [{"work_id": name, "record_ids": name, "basis": "rule"} for name in record_ids]
    table = pd.DataFrame(rows, columns=columns("screen/included"))
    table.to_csv(folder / "included.csv", index=False)


def test_citations_of_included_works_are_followed_both_ways(review: Review) -> None:
    review.config({"enrich": ["openalex"], "chase": ["backward", "forward"]})
    included(review, "own/Known", "own/Alike")
    assert review.ask() == []
    records = review.tables()["records"]
    chased = records[records["source"] == "citation-searching"]
    assert sorted(chased["record_id"]) == [
        "citation-searching/W1", "citation-searching/W30", "citation-searching/W31"
    ]  # fmt: skip
    assert "OpenAlex: 1 of the included works are not known to it" in review.said


def test_citations_wait_for_a_screening(review: Review) -> None:
    review.config({"chase": ["forward"]})
    assert review.ask() == []
    assert any("wait for the screening" in word for word in review.said)


# ---- the config


def test_a_config_that_asks_nothing_is_told_what_is_missing(review: Review) -> None:
    whole = (PROJECT / "config.yaml").read_text("utf-8")
    settings = yaml.safe_load(whole)
    assert "queries" not in settings["pull"].get("online", {})
    review.config({"enrich": ["openalex"]})
    text = (review.root / "config.yaml").read_text("utf-8")
    bare = text.replace(', "online": {"enrich": ["openalex"]}', "")
    (review.root / "config.yaml").write_text(bare, "utf-8")
    with pytest.raises(ConfigError, match=r"config.yaml: pull.online: is missing"):
        review.ask()


@pytest.mark.parametrize("name", ["cursor", "per_page", "mailto", "apiKey", "apikey", "select"])
def test_paging_and_keys_are_not_for_the_config(review: Review, name: str) -> None:
    review.config({"queries": {"q": {"openalex": {"search": "x", name: "1"}}}})
    with pytest.raises(ConfigError, match="neither pages nor selects"):
        review.ask()


# ---- real replies

SETS = os.environ.get("SLR_OPENALEX_SETS")


@pytest.mark.skipif(not SETS, reason="SLR_OPENALEX_SETS names no folder of replies")
@pytest.mark.parametrize(
    ("name", "works", "cited"),
    [("Sep_2021", 271, 14_302), ("Donners_2021", 258, 7_528), ("Oud_2018", 952, 31_282)],
)
def test_whole_reviews_as_openalex_answered(
    tmp_path: Path, name: str, works: int, cited: int
) -> None:
    pulled = pull.gather([Path(str(SETS)) / name / "works.zip"], tmp_path)
    assert len(pulled.tables["records"]) == works
    assert len(pulled.tables["references"]) == cited
    assert pulled.tables["rejects"].empty


@pytest.mark.skipif(not SETS, reason="SLR_OPENALEX_SETS names no folder of replies")
def test_a_whole_review_is_asked_for_and_brought_in(review: Review) -> None:
    with zipfile.ZipFile(Path(str(SETS)) / "Oud_2018/works.zip") as archive:
        items = [item for name in archive.namelist() for item in json.loads(archive.read(name))]
    review.servers["openalex"].works = [{"title": "", "raw": item} for item in items]
    review.config({"queries": {"all": {"openalex": {"search": ""}}}})
    assert review.ask() == []
    assert review.asked("openalex") == 10  # pages of a hundred
    records = review.tables()["records"]
    assert len(records) == 3 + 952
    counts = review.tables()["enrichment"].query("field == 'cited_by'")["value"].astype(int)
    assert counts.sum() == sum(item["cited_by_count"] for item in items)
