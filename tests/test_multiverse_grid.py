"""The grid of choices against the plain screen, universe by universe, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slr import multiverse
from slr.facts import facts_of_works
from slr.identity import Names
from slr.multiverse.axes import axes_of, size, span
from slr.multiverse.changes import change_criteria, combine, suppose
from slr.multiverse.firmness import firmness
from slr.multiverse.grid import Grid
from slr.multiverse.seen import Known, see
from slr.schemas.tables import ENTRY_FIELDS, columns
from slr.screen import screen, works_as_seen
from slr.screen.alike import Answers, decide_all
from slr.screen.decide import decide
from slr.screen.judgements import on_works

WORDS = {"en": "words", "fa": "واژه‌ها"}
DECLARED: dict[str, Any] = {
    "kind": {"type": "choice", "values": ["a", "b", "c"], "combine": "surest"},
    "ok": {"type": "choice", "values": ["yes", "no"]},
    "count": {"type": "count", "combine": "sum"},
    "rank": {"type": "number", "percentile": "count", "works_min": 2},
}
CRITERIA = ("first", "second")
SOURCES = ("s", "t")
RECORDS = [f"{source}/{letter}" for source in SOURCES for letter in "abcd"]

tests = st.one_of(
    st.sampled_from("abc").map(lambda value: {"kind": {"is": value}}),
    st.sampled_from(["yes", "no"]).map(lambda value: {"ok": {"is": value}}),
    st.integers(0, 3).map(lambda value: {"count": {"at_least": value}}),
    st.just({"year_from": {"at_least": 2010}}),
    st.booleans().map(lambda known: {"count": {"known": known}}),
    st.sampled_from([40, 60]).map(lambda value: {"rank": {"at_least": value}}),
)
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: {"any": parts}),
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: {"all": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=3,
)
gaps = st.sampled_from(["pass", "fail", "review"])


@st.composite
def criterion(draw: st.DrawFn) -> dict[str, Any]:
    def case(when: Any) -> dict[str, Any]:
        more = {"when": when} if when else {}
        return {"include_if": draw(conditions), "met": WORDS, "not_met": WORDS, **more}

    cases = [case(draw(tests))] if draw(st.booleans()) else []
    return {
        "question": WORDS,
        "unknown": draw(gaps),
        "missing": draw(gaps),
        "cases": [*cases, case(None)],
    }


@st.composite
def values(draw: st.DrawFn) -> dict[str, Any]:
    told = {
        "kind": st.sampled_from(["a", "b", "c", "unknown"]),
        "ok": st.sampled_from(["yes", "no", "unknown"]),
        "count": st.integers(0, 3),
    }
    return {fact: draw(kind) for fact, kind in told.items() if draw(st.booleans())}


def changes(own: int) -> st.SearchStrategy[dict[str, Any]]:
    """Changes that no other axis of the two decides too: `own` is the axis that makes them."""
    record = st.sampled_from(RECORDS[own::2])
    mine = CRITERIA[own]
    return st.one_of(
        st.lists(st.sampled_from(CRITERIA), min_size=1, unique=True).map(lambda n: {"without": n}),
        st.just({"judgements": "ignored"}),
        st.sampled_from(CRITERIA).map(lambda name: {"judgements": [name]}),
        gaps.map(lambda gap: {"gaps": {mine: gap}}),
        conditions.map(lambda condition: {"instead": {mine: condition}}),
        st.tuples(st.sampled_from(CRITERIA), conditions).map(lambda p: {"also": dict([p])}),
        st.tuples(record, values()).map(lambda p: {"suppose": dict([p])}),
        record.map(lambda name: {"apart": [name]}),
        st.lists(st.sampled_from(RECORDS), min_size=1, max_size=5).map(lambda n: {"leave_out": n}),
        values().map(lambda told: {"bring_in": {f"u/{own}": told}}),
    )


@st.composite
def reviews(draw: st.DrawFn) -> tuple[Known, dict[str, Any]]:
    """A small review with merged, disagreeing, disputed and judged works, and two axes."""
    records = pd.DataFrame({"record_id": RECORDS}, dtype="str").reindex(
        columns=["record_id", *ENTRY_FIELDS]
    )
    years = [draw(st.sampled_from(["2005", "2015", ""])) for _ in RECORDS]
    records["year"] = pd.array([year or None for year in years], dtype="str")
    joined = draw(st.lists(st.sampled_from(RECORDS), min_size=2, max_size=4, unique=True))
    leader = {name: name for name in RECORDS} | dict.fromkeys(joined, min(joined))
    clusters = pd.DataFrame({"record_id": RECORDS, "cluster_id": map(leader.get, RECORDS)})
    works = _merged(records, leader)
    disputed = draw(st.sampled_from(RECORDS))
    told = ["disputed" if work == disputed else None for work in works["work_id"]]
    works["conflict"] = pd.array(told, dtype="str")
    facts = [
        (record, fact, str(value), None, None, coder, "2026-01-01")
        for record in RECORDS
        for coder in draw(st.sampled_from([["me"], ["me", "you"]]))
        for fact, value in draw(values()).items()
    ]
    judgements = [
        (
            draw(st.sampled_from(RECORDS)),
            draw(st.sampled_from(CRITERIA)),
            verdict,
            who,
            "2026-01-01",
            "so",
        )
        for verdict, who in draw(
            st.lists(
                st.tuples(st.sampled_from(["include", "exclude"]), st.sampled_from(["x", "y"]))
            )
        )
    ]
    axes = {
        f"axis-{own}": {
            "group": "group",
            "label": WORDS,
            "baseline": WORDS,
            "choices": {
                f"choice-{at}": {"label": WORDS, "why": WORDS, **change}
                for at, change in enumerate(draw(st.lists(changes(own), min_size=1, max_size=3)))
            },
        }
        for own in (0, 1)
    }
    review = {
        "facts": DECLARED,
        "criteria": {name: draw(criterion()) for name in CRITERIA},
        "multiverse": {"groups": {"group": WORDS}, "axes": axes},
    }
    told = pd.DataFrame(facts, columns=columns("raw/facts"), dtype="str")
    known = Known(
        works,
        told,
        pd.DataFrame(judgements, columns=columns("raw/screening"), dtype="str"),
        clusters,
        review,
        works_as_seen(works, facts_of_works(told, clusters, DECLARED), DECLARED),
        records,
    )
    return known, review


def _merged(records: pd.DataFrame, leader: Mapping[str, str]) -> pd.DataFrame:
    """Merge records by the words of dedup: the fullest leads, then the first id; here, the year."""
    rows = []
    of_work: dict[str, list[str]] = {}
    for record, work in sorted(leader.items()):
        of_work.setdefault(work, []).append(record)
    years = dict(zip(records["record_id"], records["year"], strict=True))
    for work, ids in sorted(of_work.items()):
        year = next((years[i] for i in ids if not pd.isna(years[i])), None)
        rows.append({"work_id": work, "year": year, "year_from": year, "year_to": year,
                     "record_ids": " ".join(ids)})  # fmt: skip
    return pd.DataFrame(rows, columns=columns("dedup/works"), dtype="str")


def plain(known: Known, change: Mapping[str, Any]) -> dict[str, str]:
    """Screen the review as a change leaves it, by :func:`slr.screen.screen` alone."""
    assert known.records is not None
    gone, apart = set(change.get("leave_out", ())), set(change.get("apart", ()))
    was = dict(known.clusters.itertuples(index=False))
    now: dict[str, str] = {}
    for record in RECORDS:
        if record in gone:
            continue
        rest = [r for r in RECORDS if was[r] == was[record] and r not in apart | gone]
        led = record if record in apart else was[record] if was[record] not in apart else min(rest)
        now[record] = led
    brought = change.get("bring_in", {})
    clusters = pd.DataFrame(
        [*now.items(), *((name, name) for name in brought)], columns=["record_id", "cluster_id"]
    )
    disputed = dict(zip(known.works["work_id"], known.works["conflict"], strict=True))
    names = pd.DataFrame({"record_id": list(brought)}, dtype="str")
    records = pd.concat([known.records, names.reindex(columns=known.records.columns)])
    works = _merged(records, now | {name: name for name in brought})
    first = {work: record for record, work in reversed(now.items())}
    told = [disputed.get(was[first[work]]) if work in first else None for work in works["work_id"]]
    works["conflict"] = pd.array(told, dtype="str")
    facts = known.facts[known.facts["record_id"].isin(set(now))]
    supposed = {r: told for r, told in change.get("suppose", {}).items() if r in now}
    facts = suppose(facts, supposed | brought, Names(clusters["record_id"]), DECLARED)
    of_works = facts_of_works(facts, clusters, DECLARED)
    judged = on_works(known.judgements, clusters)
    ignored = change.get("judgements", [])
    judged = judged[:0] if ignored == "ignored" else judged[~judged["criterion"].isin(ignored)]
    criteria = change_criteria(known.settings["criteria"], change)
    review = {**known.settings, "criteria": criteria}
    outcomes = screen(works, of_works, judged, review)["outcomes"]
    return dict(zip(outcomes["work_id"], outcomes["status"], strict=True))


@given(reviews())
@settings(max_examples=100)
def test_works_that_are_alike_share_the_decision_that_each_would_get(
    drawn: tuple[Known, dict[str, Any]],
) -> None:
    known, review = drawn
    criteria = review["criteria"]
    alone = [decide(work, criteria, known.judged) for work in known.seen]
    assert decide_all(known.seen, criteria, known.judged, Answers()) == alone


@given(reviews())
@settings(max_examples=40)
def test_every_universe_is_the_plain_screen_with_its_settings(
    drawn: tuple[Known, dict[str, Any]],
) -> None:
    known, review = drawn
    axes = axes_of(review["multiverse"])
    grid = Grid(see(known, axes), review["criteria"], axes)
    universes = span(axes, 100, 1)
    assert len(universes) == size(axes)
    kept, waiting = grid.kept(universes), grid.waiting(universes)
    for at, universe in enumerate(universes.tolist()):
        change = combine(
            axis.choices[choice].change for axis, choice in zip(axes, universe, strict=True)
        )
        ended = plain(known, change)
        assert grid.works(kept[at]) == sorted(w for w, s in ended.items() if s == "included")
        assert grid.works(waiting[at]) == sorted(w for w, s in ended.items() if s == "awaiting")
        assert grid.count(kept)[at] == list(ended.values()).count("included")
        assert grid.count(waiting)[at] == list(ended.values()).count("awaiting")


@given(reviews())
@settings(max_examples=20)
def test_without_a_source_it_is_the_review_rerun_without_it(
    drawn: tuple[Known, dict[str, Any]],
) -> None:
    known, _ = drawn
    told = multiverse.left_out(known).set_index(["kind", "name"])
    base = {work for work, status in plain(known, {}).items() if status == "included"}
    for source in SOURCES:
        gone = [record for record in RECORDS if record.startswith(f"{source}/")]
        ended = plain(known, {"leave_out": gone})
        kept = {work for work, status in ended.items() if status == "included"}
        row = told.loc[("source", source)]
        assert row["included"] == len(kept)
        assert row["awaiting"] == list(ended.values()).count("awaiting")
        told_of = {
            part: [] if pd.isna(row[part]) else row[part].split() for part in ("added", "dropped")
        }
        assert told_of == {"added": sorted(kept - base), "dropped": sorted(base - kept)}
    for name in CRITERIA:
        ended = plain(known, {"without": [name]})
        assert told.loc[("criterion", name), "included"] == list(ended.values()).count("included")


@given(reviews())
@settings(max_examples=20)
def test_the_tables_count_what_the_universes_keep(drawn: tuple[Known, dict[str, Any]]) -> None:
    known, review = drawn
    axes = axes_of(review["multiverse"])
    tables = firmness(known)
    every = list(product(*(range(len(axis.choices)) for axis in axes)))
    kept = {}
    for universe in every:
        change = combine(a.choices[c].change for a, c in zip(axes, universe, strict=True))
        kept[universe] = {w for w, s in plain(known, change).items() if s == "included"}
    base = kept[0, 0]
    told = tables["universes"]
    assert told["included"].to_list() == [len(kept[u]) for u in every]
    assert told["shared"].to_list() == [len(kept[u] & base) for u in every]
    same = [every.index(next(v for v in every if kept[v] == kept[u])) for u in every]
    assert [told["list_no"].to_list().index(n) for n in told["list_no"]] == same
    for row in tables["firmness"].itertuples():
        assert row.kept_in == sum(row.work_id in works for works in kept.values())
        assert (row.included == "yes") == (row.work_id in base)
        turns = [
            sum(map(bool, u)) for u in every if (row.work_id in kept[u]) != (row.work_id in base)
        ]
        assert (None if pd.isna(row.flip_distance) else row.flip_distance) == min(
            turns, default=None
        )
    for row in tables["axes"].itertuples():
        at = [axis.name for axis in axes].index(row.axis)
        choice = [made.name for made in axes[at].choices].index(row.choice)
        if not choice:
            assert pd.isna(row.gained)
            continue
        pairs = [
            (kept[u], kept[tuple(0 if i == at else c for i, c in enumerate(u))])
            for u in every
            if u[at] == choice
        ]
        assert row.gained == pytest.approx(np.mean([len(a - b) for a, b in pairs]), abs=0.01)
        assert row.lost == pytest.approx(np.mean([len(b - a) for a, b in pairs]), abs=0.01)
        assert row.moves == len(set().union(*(a ^ b for a, b in pairs)))
        assert row.alone == len(kept[tuple(choice if i == at else 0 for i in range(len(axes)))])
