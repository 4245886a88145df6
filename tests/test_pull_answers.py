"""What becomes of answers: kept once, read offline, never mixed up, and what they add."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pandas as pd
import pytest
from asking import BIB, KEYS, NEXT, PORTAL_QUERY, WORKS, Review, cut_off, review, work
from index_server import Fault

from slr import pull
from slr.errors import SlrError
from slr.pull.transport import TRIES

__all__ = ["review"]  # the fixture

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
    review.config(PORTAL_QUERY)
    with cut_off(review, monkeypatch) as server:
        [problem] = review.ask()
        assert "no good answer in 6 tries: status 500" in problem
        assert "came to no end" in pull.run(review.root)
    assert review.ask(NEXT) == []
    assert [one.params["page"] for one in server.asked] == ["2", "3"]
    assert {Path(name).parts[1] for name in review.kept()} == {"2026-03-01"}
    assert "came to no end" not in pull.run(review.root)
    assert len(review.tables()["records"]) == 3 + 7


def test_a_count_is_of_the_day_on_which_it_was_answered(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    review.config(PORTAL_QUERY)
    with cut_off(review, monkeypatch):
        review.ask()
    review.ask(NEXT)
    dates = review.tables()["enrichment"].query("field == 'cited_by'")["date"].value_counts()
    assert dates.to_dict() == {"2026-03-01": 3, "2026-03-02": 4}


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
        "records.csv", "rejects.csv", "references.csv", "warnings.csv", "enrichment.csv",
        "cited_works.csv",
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
