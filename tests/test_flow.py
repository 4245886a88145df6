"""The flow: the shipped review's counts, conservation, and what the terminal is told."""

import copy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import review_tables
from hypothesis import given, settings
from hypothesis import strategies as st

from slr import io
from slr.errors import SlrError
from slr.report import flow as flows

_CRITERIA: dict[str, Any] = {
    "known": {"counts_as": "not_retrieved", "cases": [{}]},
    "sound": {"cases": [{"stand_in": True}, {}]},
    "cited": {"cases": [{}]},
}


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    return review_tables.counted()


def test_the_shipped_review(shipped: dict[str, Any]) -> None:
    gaps = {"unknown": 0, "missing": 0}
    assert shipped == {
        "identified": 83,
        "sources": {"paper": 83},
        "unreadable": 0,
        "duplicates_removed": 2,
        "screened": 81,
        "not_retrieved": 20,
        "not_retrieved_by": {"identified": 20},
        "excluded": {"credibility": 13, "evidence": 6, "citations": 7},
        "awaiting": 0,
        "awaiting_at": {"identified": 0, "credibility": 0, "evidence": 0, "citations": 0},
        "included": 35,
        "remaining": {"identified": 61, "credibility": 48, "evidence": 42, "citations": 35},
        "stand_in": {"evidence": 6, "citations": 7},
        "included_by": {"rule": 33, "judgement": 2},
        "gaps_decided": {
            "identified": gaps,
            "credibility": {"unknown": 1, "missing": 0},
            "evidence": gaps,
            "citations": gaps,
        },
        "expected": {"identified": 83, "included": 35},
    }
    flows.check(shipped)
    assert flows.differs(shipped) == []


def test_what_was_not_done_is_absent(shipped: dict[str, Any]) -> None:
    absent = {"sought", "assessed", "removed_automation", "studies", "reports", "other_methods"}
    assert absent.isdisjoint(shipped)


def test_citation_searching_is_counted_by_itself_and_within_the_whole() -> None:
    records = pd.DataFrame({"source": ["scopus", "citation-searching", "citation-searching"]})
    works = pd.DataFrame({"record_ids": ["a/1", "b/1 b/2"]})
    outcomes = pd.DataFrame({
        "work_id": ["a/1", "b/1"], "status": "awaiting", "criterion": "cited", "basis": "rule"
    })  # fmt: skip
    none = pd.DataFrame(columns=["work_id", "criterion", "gap", "decisive", "basis"])
    flow = flows.compute(records, none, works, outcomes, none, _CRITERIA, {})
    assert flow["identified"] == 3
    assert flow["other_methods"] == {"citation_searching": 2}
    assert flow["sources"] == {"citation-searching": 2, "scopus": 1}


def test_six_lines_for_the_terminal(shipped: dict[str, Any], tmp_path: Path) -> None:
    io.write_json(tmp_path / flows.FLOW, shipped)
    assert flows.summary_lines(tmp_path) == [
        "records identified       83",
        "after duplicates         81  (2 removed)",
        "identified works         61  (20 not identified)",
        "credibility              48  (13 set aside)",
        "evidence (stand-in)      42  (6 set aside)",
        "citations (stand-in)     35  (7 set aside; 33 by rule, 2 by judgement)",
    ]


def test_lines_tell_what_waits_and_what_differs(shipped: dict[str, Any]) -> None:
    flow = copy.deepcopy(shipped)
    flow |= {"identified": 84, "screened": 82, "awaiting": 1, "unreadable": 1}
    flows.check(flow)
    lines = flows.lines(flow)
    assert lines[0] == "records identified       84  (1 more could not be read, see rejects.csv)"
    assert lines[-2:] == [
        "awaiting                  1  (see waiting.csv: what each lacks)",
        "Differs from the paper: identified is 84 here, 83 in the paper.",
    ]


def test_a_line_tells_what_waits_there_so_that_it_adds_up(shipped: dict[str, Any]) -> None:
    flow = copy.deepcopy(shipped)
    flow["excluded"]["evidence"] -= 1
    flow |= {"awaiting": 1, "note": "What this is."}
    flow["awaiting_at"]["evidence"] = 1
    flows.check(flow)
    assert "evidence (stand-in)      42  (5 set aside, 1 waits)" in flows.lines(flow)
    del flow["awaiting_at"]  # as a run before this one wrote it
    assert "evidence (stand-in)      42  (5 set aside)" in flows.lines(flow)


def test_more_criteria_share_a_line() -> None:
    names = ["known", "a", "b", "c", "d", "last"]
    flow = {
        "identified": 20,
        "duplicates_removed": 0,
        "screened": 20,
        "not_retrieved": 6,
        "not_retrieved_by": {"known": 5, "b": 1},
        "excluded": {name: 1 for name in names[1:] if name != "b"},
        "awaiting": 0,
        "included": 10,
        "remaining": dict(zip(names, [15, 14, 13, 12, 11, 10], strict=True)),
        "stand_in": {},
        "included_by": {"rule": 10, "judgement": 0},
        "expected": {},
    }
    flows.check(flow)
    assert [line.split("  ")[0] for line in flows.lines(flow)] == [
        "records identified", "after duplicates", "known", "a", "3 more criteria", "last",
    ]  # fmt: skip
    assert flows.lines(flow)[4].split() == ["3", "more", "criteria", "11", "(3", "set", "aside)"]


_ENDS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                ("included", None, "rule"),
                ("included", None, "judgement"),
                ("not_retrieved", "known", "rule"),
                ("excluded", "sound", "stand-in"),
                ("excluded", "sound", "rule"),
                ("excluded", "cited", "judgement"),
                ("awaiting", "sound", "conflict"),
                ("awaiting", None, "conflict"),
            ]
        ),
        st.integers(1, 3),
    ),
    max_size=12,
)


def _computed(ends: list[tuple[tuple[str, str | None, str], int]]) -> dict[str, Any]:
    """Compute the flow of works that end so, each of some records."""
    ids = [f"s/W{at}" for at in range(len(ends))]
    rows = [(id_, *end) for id_, (end, _) in zip(ids, ends, strict=True)]
    outcomes = pd.DataFrame(rows, columns=["work_id", "status", "criterion", "basis"], dtype="str")
    of_works = [" ".join([id_] * count) for id_, (_, count) in zip(ids, ends, strict=True)]
    works = pd.DataFrame({"work_id": ids, "record_ids": of_works}, dtype="str")
    records = pd.DataFrame({"source": ["s"] * sum(count for _, count in ends)}, dtype="str")
    columns = ["work_id", "criterion", "decisive", "gap", "basis"]
    decisions = pd.DataFrame(columns=columns, dtype="str")
    return flows.compute(records, records[:0], works, outcomes, decisions, _CRITERIA, {})


@given(_ENDS)
@settings(max_examples=40, deadline=None)
def test_every_flow_balances(ends: list[tuple[tuple[str, str | None, str], int]]) -> None:
    flow = _computed(ends)
    flows.check(flow)
    left = flow["screened"] - sum(end == ("awaiting", None, "conflict") for end, _ in ends)
    for name, after in flow["remaining"].items():
        left -= flows.set_aside(flow, name) + flow["awaiting_at"][name]
        assert left == after
    assert flow["identified"] == sum(count for _, count in ends)
    assert flow["stand_in"]["sound"] <= flow["excluded"]["sound"]
    assert list(flow["excluded"]) == ["sound", "cited"]
    assert flow["not_retrieved_by"] == {"known": flow["not_retrieved"]}
    left = [flow["screened"], *flow["remaining"].values()]
    assert left == sorted(left, reverse=True)


@given(_ENDS, st.sampled_from(["identified", "screened", "included", "awaiting"]))
@settings(max_examples=20, deadline=None)
def test_a_flow_that_lost_one_fails(
    ends: list[tuple[tuple[str, str | None, str], int]], lost: str
) -> None:
    flow = _computed(ends)
    flow[lost] += 1
    with pytest.raises(SlrError, match="does not balance"):
        flows.check(flow)


def test_each_criterion_tells_its_own_count(shipped: dict[str, Any]) -> None:
    flow = shipped | {
        "not_retrieved_by": {"identified": 15, "full_text": 5},
        "remaining": {
            "identified": 66, "full_text": 61, "credibility": 48, "evidence": 42, "citations": 35,
        },
    }  # fmt: skip
    flows.check(flow)
    told = flows.lines(flow)
    assert "66  (15 not identified)" in told[2]
    assert "61  (5 not retrieved)" in told[3]
    with pytest.raises(SlrError, match="not retrieved 20 is not 15 by identified"):
        flows.check(flow | {"not_retrieved_by": {"identified": 15}})


def test_the_imbalance_is_named(shipped: dict[str, Any]) -> None:
    broken = shipped | {"awaiting": 3}
    with pytest.raises(SlrError) as told:
        flows.check(broken)
    assert str(told.value) == (
        "The flow does not balance: screened 81 is not included 35 + excluded 26 + "
        "not retrieved 20 + awaiting 3 = 84."
    )


def test_a_work_that_two_clusters_claim_is_noticed() -> None:
    works = review_tables.read()["dedup/works"]
    twice = works["record_ids"].where(works.index > 0, "paper/A paper/B")
    flow = review_tables.counted(works=works.assign(record_ids=twice))
    with pytest.raises(SlrError, match=r"identified 83 is not duplicates removed 3"):
        flows.check(flow)


def test_a_gap_that_passes_counts_where_the_work_is_included() -> None:
    outcomes = pd.DataFrame({"work_id": ["s/A", "s/B"], "status": ["included", "excluded"]})
    decisions = pd.DataFrame(
        [
            ("s/A", "sound", "no", "unknown", "rule"),  # passed on a gap, and is in
            ("s/B", "sound", "no", "missing", "rule"),  # out for another reason
            ("s/B", "cited", "yes", "missing", "stand-in"),  # out for the gap
            ("s/A", "cited", "yes", "unknown", "judgement"),  # a person decided
        ],
        columns=["work_id", "criterion", "decisive", "gap", "basis"],
    )
    assert flows.gaps_decided(decisions, outcomes, _CRITERIA) == {
        "known": {"unknown": 0, "missing": 0},
        "sound": {"unknown": 1, "missing": 0},
        "cited": {"unknown": 0, "missing": 1},
    }


def test_the_terminal_needs_neither_pandas_nor_matplotlib() -> None:
    asked = (
        "import sys, slr.report.flow; sys.exit(bool({'pandas', 'matplotlib'} & set(sys.modules)))"
    )
    env = {"PYTHONPATH": str(Path(flows.__file__).parents[2])}
    assert subprocess.run([sys.executable, "-c", asked], env=env, check=False).returncode == 0
