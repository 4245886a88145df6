"""Asking indexes: all that they have, once, and nothing for an answer that is none."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from asking import (
    CITED,
    DAY,
    KEYS,
    KNOWN,
    NEXT,
    PORTAL_QUERY,
    PORTALS,
    WORKS,
    Review,
    cut_off,
    review,
    work,
)
from conftest import PROJECT
from index_server import Fault

from slr import pull
from slr.errors import ConfigError
from slr.pull.online import ask

__all__ = ["review"]  # the fixture

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


def test_what_one_query_lacks_is_told_though_the_next_ends_the_asking(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {"few": {"openalex": {"search": "Portals of invented city number 1"}}}
    review.config({"queries": {**PORTAL_QUERY["queries"], **few}, "records_max": 6})
    server = review.servers["openalex"]
    monkeypatch.setattr(server, "refuses", lambda _: server.faults.append(Fault(403, b"{}")))
    too_much, refused = review.ask()
    assert "query 'portals' finds 7 works" in too_much
    assert "refuses (status 403" in refused


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


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_page_that_is_gone_begins_the_query_anew(
    review: Review, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr("slr.pull.indexes.openalex._PAGE", 3)
    two = {"queries": {**PORTAL_QUERY["queries"], "study": {"openalex": {"search": "study"}}}}
    review.config(two)
    with cut_off(review, monkeypatch) as server:
        assert "no good answer" in review.ask(OPENALEX_API_KEY="secret-key")[0]
    before = {name: kept for name, kept in review.kept().items() if "query" in name}
    asked = review.asked("openalex")
    server.faults = [Fault(status)]
    assert review.ask(now=NEXT, OPENALEX_API_KEY="secret-key") == []
    cursors = [one.params["cursor"] for one in server.asked[asked:]]
    assert cursors == ["3", "*", "3", "6", "*"]
    aside = "openalex/2026-03-01/aside-1"
    told = f"asked anew; 1 replies from before are in {aside}"
    assert [one for one in review.said if told in one]
    kept = {n: k for n, k in review.kept().items() if n.startswith(aside)}
    assert sorted(kept.values()) == sorted(before.values())
    found = review.tables()["records"]
    found = found[found["source"] == "openalex"]
    assert set(found["key"]) == {*(f"W{n}" for n in range(1, 8)), "W20"}
    assert found["file"].str.startswith("data/raw/pulled/openalex/2026-03-01/query-").all()


def test_a_page_that_is_gone_at_once_is_not_asked_for_without_end(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slr.pull.indexes.openalex._PAGE", 3)
    review.config(PORTAL_QUERY)
    server = review.servers["openalex"]
    monkeypatch.setattr(server, "refuses", lambda asked: asked.params["page"] == "2")
    for times in (1, 2):
        [problem] = review.ask()
        assert "does not know the page that it named itself" in problem
        assert review.asked("openalex") == 2 * times + (times > 1)
    assert len([n for n in review.kept() if "aside-" in n]) == 2


def test_a_query_that_has_grown_keeps_what_it_found(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slr.pull.indexes.openalex._PAGE", 3)
    review.config(PORTAL_QUERY)
    with cut_off(review, monkeypatch):
        review.ask()
    before = review.kept()
    review.config({**PORTAL_QUERY, "records_max": 5})
    [problem] = review.ask()
    assert "finds 7 works, more than 5" in problem
    assert before.items() <= review.kept().items()


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


# ---- names of cited works


def test_the_works_in_most_lists_are_named_and_stay_no_records(review: Review) -> None:
    second = work(40, "Second invented study of counters", cites=["W30", "W31", "W99"])
    review.servers["openalex"].works = [*WORKS, second]
    query = {"queries": {"counters": {"openalex": {"search": "counters"}}}}
    review.config(query | {"name_cited": 2})
    assert review.ask() == []
    # W30 is in two lists; of W1, W31 and W99, each in one, W1 comes first.
    assert review.servers["openalex"].asked[-1].params["filter"] == "openalex:W30|W1"
    found = review.tables()
    assert "openalex/W30" not in set(found["records"]["record_id"])
    named = found["cited_works"].set_index("openalex_id")
    assert list(named.index) == ["W1", "W30"]
    assert named.loc["W30", ["title", "author", "year", "doi"]].tolist() == [
        CITED["title"], "Invented, Ada and Otherwise, Bo", "2030", "10.5555/30",
    ]  # fmt: skip
    assert review.said[-2] == (
        "OpenAlex: 2 of 2 cited works named now, 0 asked for before; "
        "2 in fewer lists keep their ids"
    )


def test_a_name_is_asked_for_once_and_an_unknown_work_no_more(review: Review) -> None:
    review.config({"enrich": ["openalex"], "name_cited": 9})
    review.servers["openalex"].works = [{**KNOWN, "cites": ["W1", "W98"]}, PORTALS[0]]
    assert review.ask() == []
    assert "1 of 2 cited works named now" in review.said[-2]
    review.config({"enrich": ["openalex"], "name_cited": 10})
    before = review.asked("openalex")
    assert review.ask(NEXT) == []
    asked = [one.params.get("filter", "") for one in review.servers["openalex"].asked[before:]]
    assert not any(one.startswith("openalex:") for one in asked)
    assert list(review.tables()["cited_works"]["openalex_id"]) == ["W1"]
