"""Records of one work are joined, others never; nothing is lost on the way."""

from __future__ import annotations

import gzip
from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stages import append, copy_raw, finished, made, rows, run

from slr import dedup as stage
from slr.dedup import DEFAULTS, dedup, dedup_files
from slr.errors import SlrError

NO_JUDGEMENTS = pd.DataFrame(
    columns=["record_a", "record_b", "verdict", "reviewer", "date", "reason"], dtype="str"
)
TITLE = "Digital government evolution"


def record(record_id: str, title: str = TITLE, **fields: str | None) -> dict[str, Any]:
    row = {"author": "Janowski, Tomasz", "year": "2015", "doi": None}
    return {"record_id": record_id, "title": title} | row | fields


def judged(*rows_: tuple[str, str, str] | tuple[str, str, str, str, str]) -> pd.DataFrame:
    full = [(*r, "me", "2026-01-01")[:5] if len(r) == 3 else r for r in rows_]
    return pd.DataFrame([(*r, "why") for r in full], columns=NO_JUDGEMENTS.columns, dtype="str")


def join(
    records: list[dict[str, Any]], judgements: pd.DataFrame = NO_JUDGEMENTS
) -> dict[str, pd.DataFrame]:
    return dedup(pd.DataFrame(records), judgements, DEFAULTS)


def groups(tables: dict[str, pd.DataFrame]) -> set[frozenset[str]]:
    by = tables["clusters"].groupby("cluster_id")["record_id"]
    return {frozenset(ids) for _, ids in by}


def sets(*texts: str) -> set[frozenset[str]]:
    return {frozenset(text.split()) for text in texts}


# --- the shipped review --------------------------------------------------------------------------


def test_the_81_works_come_from_two_judgements_and_nothing_else() -> None:
    clusters = made(finished(), "dedup/clusters")
    assert len(clusters) == len({c["record_id"] for c in clusters}) == 83
    assert len({c["cluster_id"] for c in clusters}) == 81
    merged = {
        c["record_id"]: c["cluster_id"] for c in clusters if c["record_id"] != c["cluster_id"]
    }
    assert merged == {
        "paper/BaumDiMaio2001": "paper/BaumDi2002",
        "paper/Touche2000": "paper/Deloitte2002",
    }
    pairs = made(finished(), "dedup/pairs")
    assert [(p["record_a"], p["record_b"], p["verdict"], p["basis"]) for p in pairs] == [
        ("paper/BaumDi2002", "paper/BaumDiMaio2001", "same", "judgement"),
        ("paper/Deloitte2002", "paper/Touche2000", "same", "judgement"),
    ]


@pytest.mark.parametrize(
    ("one", "other"), [("Chen2007", "Chen2009"), ("Janowski2015", "Janowski2016")]
)
def test_works_of_like_names_stay_apart(one: str, other: str) -> None:
    of = {c["record_id"]: c["cluster_id"] for c in made(finished(), "dedup/clusters")}
    assert of[f"paper/{one}"] != of[f"paper/{other}"]


def test_records_without_a_title_stay_apart() -> None:
    untitled = [r["record_id"] for r in made(finished(), "pull/records") if not r["title"]]
    assert len(untitled) > 10
    of = {c["record_id"]: c["cluster_id"] for c in made(finished(), "dedup/clusters")}
    alone = [r for r in untitled if r not in ("paper/BaumDi2002", "paper/Deloitte2002")]
    assert [of[r] for r in alone] == alone


def test_without_the_judgements_nothing_is_merged(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    (root / "data/raw/judgements/duplicates.csv").unlink()
    run(root, "pull", "dedup")
    assert len(made(root, "dedup/works")) == 83
    assert made(root, "dedup/pairs") == []


def test_a_merged_work_keeps_the_fullest_record_and_shows_the_rest() -> None:
    [work] = [w for w in made(finished(), "dedup/works") if w["work_id"] == "paper/BaumDi2002"]
    assert work["title"] == "Gartner's Four Phases of E-Government Model"
    assert (work["year"], work["year_from"], work["year_to"]) == ("2001", "2001", "2001")
    assert work["record_ids"] == "paper/BaumDi2002 paper/BaumDiMaio2001"
    shown = {
        (c["field"], c["record_id"], c["value"], c["kept"])
        for c in made(finished(), "dedup/conflicts")
        if c["work_id"] == "paper/BaumDi2002" and c["field"].startswith("year")
    }
    assert shown == {
        ("year", "paper/BaumDi2002", "2002", "no"),
        ("year", "paper/BaumDiMaio2001", "2001", "yes"),
        ("year_from", "paper/BaumDi2002", "2002", "no"),
        ("year_from", "paper/BaumDiMaio2001", "2001", "yes"),
        ("year_to", "paper/BaumDi2002", "2002", "no"),
        ("year_to", "paper/BaumDiMaio2001", "2001", "yes"),
    }


# --- the rules -----------------------------------------------------------------------------------

DOI = "10.1016/j.giq.2015.07.001"
PAIRS = {
    "equal": ({}, {}, "same"),
    "in other dress": ({}, {"title": "DIGITAL  Government: Evolution"}, "same"),
    "one year missing": ({}, {"year": None}, "same"),
    "a solar year that touches": ({"year": "1394"}, {"year": "2016"}, "same"),
    "a solar year that does not": ({"year": "1394"}, {"year": "2017"}, "ask"),
    "other years": ({}, {"year": "2016"}, "ask"),
    "another first author": ({}, {"author": "Chen, Yu-Che"}, "ask"),
    "no author": ({}, {"author": None}, "ask"),
    "nearly one title": ({}, {"title": "Digital governments evolution"}, "same"),
    "another title": ({}, {"title": "Transparency of public budgets"}, None),
    "one DOI": ({"doi": DOI}, {"doi": f"https://doi.org/{DOI.upper()}"}, "same"),
    "one DOI, no title": ({"doi": DOI, "title": ""}, {"doi": DOI}, "same"),
    "one DOI, another title": ({"doi": DOI}, {"doi": DOI, "title": "Public budgets again"}, "ask"),
    "one DOI, another author": ({"doi": DOI}, {"doi": DOI, "author": "Chen, Y."}, "ask"),
    "other DOIs": ({"doi": DOI}, {"doi": "10.1000/2"}, None),
    "no DOI in words": ({"doi": "n/a", "title": ""}, {"doi": "n/a", "title": ""}, None),
    "empty titles": ({"title": ""}, {"title": ""}, None),
    "titles of signs only": ({"title": "—"}, {"title": "—"}, None),
    "short titles": ({"title": "Trust"}, {"title": "Trust"}, None),
    "eleven letters": ({"title": "Public trus"}, {"title": "Public trus"}, None),
    "twelve letters": ({"title": "Public trusts"}, {"title": "Public trusts"}, "same"),
    "Persian in two spellings": (
        {"title": "حكمراني الكترونيك در ايران", "author": "ساعي, احمد", "year": "1399"},
        {"title": "حکمرانی\u200cالکترونیک در ایران", "author": "ساعی, احمد", "year": "1399"},
        "same",
    ),
    "two Persian titles": (
        {"title": "حکمرانی الکترونیک در ایران", "author": "ساعی, احمد", "year": "1399"},
        {"title": "دولت الکترونیک و شهروندان", "author": "ساعی, احمد", "year": "1399"},
        None,
    ),
}


@pytest.mark.parametrize(("one", "other", "verdict"), PAIRS.values(), ids=PAIRS.keys())
def test_two_records(one: dict[str, str], other: dict[str, str], verdict: str | None) -> None:
    tables = join([record("x/b") | one, record("x/a") | other])
    assert tables["pairs"]["verdict"].to_list() == ([verdict] if verdict else [])
    assert groups(tables) == (sets("x/a x/b") if verdict == "same" else sets("x/a", "x/b"))
    if verdict:
        assert tables["pairs"].iloc[0][["record_a", "record_b", "basis"]].to_list() == [
            "x/a",
            "x/b",
            "rule",
        ]


def test_equal_records_are_found_among_many_of_one_title() -> None:
    """Sorted by id, the equal ones stand far from each other."""
    many = [record(f"x/{n:02}", author=f"{'ABCDEFGHIJKLMNO'[n % 15] * 3}, X.") for n in range(45)]
    expected = {frozenset(f"x/{n:02}" for n in (k, k + 15, k + 30)) for k in range(15)}
    assert groups(join(many)) == expected


# --- judgements ----------------------------------------------------------------------------------


def test_different_beats_a_rule() -> None:
    tables = join([record("x/a"), record("x/b")], judged(("x/b", "x/a", "different")))
    assert groups(tables) == sets("x/a", "x/b")
    assert tables["pairs"][["verdict", "basis"]].to_numpy().tolist() == [["different", "judgement"]]
    assert tables["works"]["conflict"].isna().all()


def test_same_beats_a_rule() -> None:
    two = [record("x/a", doi=DOI), record("x/b", title="Transparency of budgets", doi="10.1/2")]
    assert groups(join(two, judged(("x/a", "x/b", "same")))) == sets("x/a x/b")


def test_a_later_judgement_of_the_same_reviewer_counts() -> None:
    two = [record("x/a"), record("x/b")]
    later = ("x/b", "x/a", "different", "me", "2026-02-01")
    earlier = ("x/a", "x/b", "same", "me", "2026-01-01")
    for order in ((earlier, later), (later, earlier)):
        assert groups(join(two, judged(*order))) == sets("x/a", "x/b")


def test_reviewers_who_contradict_each_other_leave_a_conflict() -> None:
    three = [record("x/a"), record("x/b"), record("x/c", title="Transparency of budgets")]
    tables = join(
        three,
        judged(
            ("x/a", "x/b", "same", "me", "2026-01-01"),
            ("x/a", "x/b", "different", "you", "2026-01-02"),
        ),
    )
    [pair] = tables["pairs"].to_dict("records")
    assert (pair["verdict"], pair["basis"]) == ("ask", "conflict")
    assert pair["reasons"] == "me: why; you: why"
    assert groups(tables) == sets("x/a", "x/b", "x/c")
    works = tables["works"].set_index("work_id")["conflict"]
    told = "judgements on its duplicates contradict each other"
    assert works.to_dict() == {"x/a": told, "x/b": told} | {"x/c": works["x/c"]}
    assert pd.isna(works["x/c"])


def test_judgements_that_cannot_all_hold_leave_a_conflict() -> None:
    three = [record(f"x/{k}", title=f"{k * 3} of budgets and trust") for k in "abc"]
    tables = join(
        three, judged(("x/a", "x/b", "same"), ("x/b", "x/c", "same"), ("x/a", "x/c", "different"))
    )
    assert groups(tables) == sets("x/a", "x/b", "x/c")
    assert tables["works"]["conflict"].notna().all()


def test_a_pair_judged_different_leaves_what_judgements_join() -> None:
    three = [record("x/a"), record("x/b"), record("x/c")]
    tables = join(three, judged(("x/a", "x/b", "same"), ("x/b", "x/c", "different")))
    assert groups(tables) == sets("x/a x/b", "x/c")
    assert tables["works"]["conflict"].isna().all()


def test_a_work_whose_duplicates_are_disputed_waits_in_review(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    append(
        root / "data/raw/judgements/duplicates.csv",
        "paper/Touche2000,paper/Deloitte2002,different,another,2026-11-24,Two reports",
    )
    run(root, "pull", "dedup", "screen")
    assert len(made(root, "dedup/works")) == 82
    waiting = [o for o in made(root, "screen/outcomes") if o["status"] == "awaiting"]
    assert [(o["work_id"], o["basis"], o["needs"]) for o in waiting] == [
        ("paper/Deloitte2002", "conflict", "judgement"),
        ("paper/Touche2000", "conflict", "judgement"),
    ]
    disputed = [c for c in made(root, "screen/conflicts") if c["kind"] == "duplicates"]
    assert [(c["work_id"], c["settled"]) for c in disputed] == [
        ("paper/Deloitte2002", "no"),
        ("paper/Touche2000", "no"),
    ]


def test_a_judgement_on_one_record_alone_is_refused(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    line = append(
        root / "data/raw/judgements/duplicates.csv", "Naik2012,paper/Naik2012,same,me,2026-11-24,?"
    )
    run(root, "pull")
    with pytest.raises(SlrError) as caught:
        stage.run(root)
    assert str(caught.value) == (
        f"data/raw/judgements/duplicates.csv:{line}: record_b: names 'paper/Naik2012' twice. "
        "Name two records."
    )


# --- what holds for any table --------------------------------------------------------------------

RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "title": st.sampled_from([TITLE, "Digital goverment evolution", "Trust", "", None]),
            "author": st.sampled_from(["Janowski, Tomasz", "Chen, Yu", None]),
            "year": st.sampled_from(["2015", "2016", "1394", None, "?"]),
            "doi": st.sampled_from([DOI, "10.1/2", None, None]),
            "note": st.sampled_from(["n", None]),
        }
    ),
    max_size=9,
)
VERDICTS = st.lists(
    st.tuples(
        st.integers(0, 8),
        st.integers(0, 8),
        st.sampled_from(["same", "different"]),
        st.sampled_from(["me", "you"]),
        st.sampled_from(["2026-01-01", "2026-01-02"]),
    ),
    max_size=4,
)


def build(
    drawn: list[dict[str, Any]], verdicts: list[tuple[int, int, str, str, str]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    columns = ["record_id", "title", "author", "year", "doi", "note"]
    records = pd.DataFrame(
        [{"record_id": f"x/{n}"} | row for n, row in enumerate(drawn)], columns=columns, dtype="str"
    )
    told = [(f"x/{a}", f"x/{b}", *rest) for a, b, *rest in verdicts if a != b]
    known = set(records["record_id"])
    return records, judged(*(t for t in told if {t[0], t[1]} <= known))  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(RECORDS, VERDICTS, st.randoms())
def test_the_order_of_rows_changes_nothing(
    drawn: list[dict[str, Any]], verdicts: list[Any], random: Any
) -> None:
    records, judgements = build(drawn, verdicts)
    order = list(records.index)
    random.shuffle(order)
    before = dedup(records, judgements, DEFAULTS)
    after = dedup(records.loc[order], judgements, DEFAULTS)
    for name, table in before.items():
        pd.testing.assert_frame_equal(table, after[name])


@settings(max_examples=40, deadline=None)
@given(RECORDS, VERDICTS)
def test_every_record_is_in_one_cluster_and_clusters_are_components(
    drawn: list[dict[str, Any]], verdicts: list[Any]
) -> None:
    records, judgements = build(drawn, verdicts)
    tables = dedup(records, judgements, DEFAULTS)
    assert sorted(tables["clusters"]["record_id"]) == sorted(records["record_id"])
    named = " ".join(tables["works"]["record_ids"]).split()
    assert sorted(named) == sorted(records["record_id"])
    pairs = tables["pairs"]
    if (pairs["verdict"] != "different").all():
        graph = nx.Graph()
        graph.add_nodes_from(records["record_id"])
        same = pairs[pairs["verdict"] == "same"]
        graph.add_edges_from(zip(same["record_a"], same["record_b"], strict=True))
        assert groups(tables) == {frozenset(part) for part in nx.connected_components(graph)}


@settings(max_examples=40, deadline=None)
@given(RECORDS)
def test_every_two_equal_records_are_one_work(drawn: list[dict[str, Any]]) -> None:
    records, none = build(drawn, [])
    of = dict(dedup(records, none, DEFAULTS)["clusters"].itertuples(index=False))
    for a, b in combinations(records.to_dict("records"), 2):
        if a["title"] == b["title"] == TITLE and a["author"] == b["author"] == "Chen, Yu":
            dois = {doi for doi in (a["doi"], b["doi"]) if isinstance(doi, str)}
            if a["year"] == b["year"] and len(dois) < 2:
                assert of[a["record_id"]] == of[b["record_id"]]


def test_merging_fills_fields_and_takes_the_note_of_the_leader_only() -> None:
    a = record("x/a") | {"note": "of a", "pages": "1-9", "volume": None}
    b = record("x/b") | {"note": None, "pages": "1--9", "volume": "3", "journal": "GIQ"}
    tables = join([a, b])
    [work] = tables["works"].to_dict("records")
    assert (work["pages"], work["volume"], work["journal"]) == ("1--9", "3", "GIQ")
    assert pd.isna(work["note"])
    shown = tables["conflicts"].set_index(["field", "record_id"])["kept"].to_dict()
    assert shown == {
        ("pages", "x/a"): "no",
        ("pages", "x/b"): "yes",
    }


# --- tables from outside -------------------------------------------------------------------------


def test_any_table_with_record_ids(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv.gz"
    one.write_text(
        "cluster_id,title,record_id,colour,author,year\n"
        f'1,{TITLE},7,red,"Janowski, T.",2015\n1,{TITLE},8,red,"Chen, Y.",2015\n'
    )
    two.write_bytes(gzip.compress(f'record_id,author,title\n9,"Janowski, T",{TITLE}\n'.encode()))
    told = dedup_files([one, two], tmp_path / "deep" / "out", DEFAULTS)
    assert told == "2 works in 3 records, 1 duplicate removed; 2 pairs to look at, see pairs.csv"
    out = tmp_path / "deep" / "out"
    assert rows(out / "clusters.csv") == [
        {"record_id": "7", "cluster_id": "7"},
        {"record_id": "8", "cluster_id": "8"},
        {"record_id": "9", "cluster_id": "7"},
    ]
    pairs = [(p["record_a"], p["record_b"], p["verdict"]) for p in rows(out / "pairs.csv")]
    assert pairs == [("7", "8", "ask"), ("7", "9", "same"), ("8", "9", "ask")]
    scores = [float(p["score"]) for p in rows(out / "pairs.csv")]
    assert scores[1] > 90 > max(scores[0], scores[2])
    assert [w["work_id"] for w in rows(out / "works.csv")] == ["7", "8"]


def test_a_record_id_in_two_tables_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text('record_id,title\nr0,"a\nb"\nr1,T\n')
    (tmp_path / "two.csv").write_text("record_id,title\nr2,T\nr1,T\n")
    with pytest.raises(SlrError) as caught:
        dedup_files([tmp_path / "one.csv", tmp_path / "two.csv"], tmp_path / "out", DEFAULTS)
    assert str(caught.value) == (
        f"{tmp_path}/two.csv:3: record_id: 'r1' stands at {tmp_path}/one.csv:4 already. "
        "Give each record its own."
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["record_id,title\n", "record_id\nr1\nr2\n"])
def test_tables_with_next_to_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    dedup_files([tmp_path / "t.csv"], tmp_path / "out", DEFAULTS)
    ids = text.split()[1:]
    assert [c["record_id"] for c in rows(tmp_path / "out" / "clusters.csv")] == ids


def test_an_addition_never_renames_a_work_of_the_baseline() -> None:
    two = pd.DataFrame([record("paper/a"), record("a/z")])
    assert set(dedup(two, NO_JUDGEMENTS, DEFAULTS)["clusters"]["cluster_id"]) == {"a/z"}
    led = dedup(two, NO_JUDGEMENTS, DEFAULTS, leading=["paper"])
    assert led["clusters"]["record_id"].to_list() == ["a/z", "paper/a"]
    assert set(led["clusters"]["cluster_id"]) == {"paper/a"}


# --- chains --------------------------------------------------------------------------------------

CHAINS = {
    "two DOIs and none": (
        [record("x/a", doi="10.1/conf"), record("x/b", doi="10.1/journal"), record("x/c")],
        3,
    ),
    "two years and none": (
        [record("x/a", year="2007"), record("x/b", year="2009"), record("x/c", year=None)],
        3,
    ),
    "two years under one DOI": (
        [record("x/a", year="2007", doi="10.1/a"), record("x/b", year="2009", doi="10.1/a")],
        1,
    ),
    "nothing contradicts": ([record("x/a", doi="10.1/a"), record("x/b"), record("x/c")], 1),
}


@pytest.mark.parametrize(("records", "works"), CHAINS.values(), ids=CHAINS.keys())
def test_a_third_record_joins_no_two_that_contradict_each_other(
    records: list[dict[str, Any]], works: int
) -> None:
    tables = join(records)
    assert len(tables["works"]) == works
    verdicts = set(tables["pairs"]["verdict"])
    assert verdicts == ({"same"} if works == 1 else {"ask"})
    if works > 1:
        assert tables["pairs"]["reasons"].str.contains("contradict each other").any()


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "10.1/a", "10.1/b"]), st.sampled_from(["", "2007", "2009"])),
        min_size=2,
        max_size=6,
    )
)
@settings(deadline=None, max_examples=40)
def test_no_work_made_by_rules_holds_two_dois(drawn: list[tuple[str, str]]) -> None:
    records = [
        record(f"x/{place}", doi=doi or None, year=year or None)
        for place, (doi, year) in enumerate(drawn)
    ]
    of = {r["record_id"]: r for r in records}
    for ids in groups(join(records)):
        assert len({of[name]["doi"] for name in ids} - {None}) <= 1
        if all(of[name]["doi"] is None for name in ids):
            assert len({of[name]["year"] for name in ids} - {None}) <= 1


def test_titles_too_short_for_a_run_of_letters_are_no_fault() -> None:
    records = pd.DataFrame([record("x/a", "AI"), record("x/b", "ML")])
    short = {**DEFAULTS, "key_letters_min": 1}
    assert len(dedup(records, NO_JUDGEMENTS, short)["works"]) == 2
