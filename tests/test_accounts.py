"""What the rules decide is told alike everywhere: decisions, trace, and the PRISMA reasons."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
from conditions import nested
from hypothesis import given, settings
from hypothesis import strategies as st

from slr import io
from slr.facts import facts_of_works
from slr.report import flow
from slr.schemas.columns import STATUSES
from slr.schemas.tables import columns
from slr.screen import screen
from slr.trace import trace

WORDS = ["digital state", "e-Government", "حكمراني الكترونيك", "电子政务研究", "trust"]
FACTS = {
    "kind": {"type": "choice", "values": ["a", "b", "c"]},
    "cited": {"type": "count", "as_of": "2025-12-31"},
    "words": {"type": "text"},
    "a_year": {"type": "number", "per_year": "cited"},
    "rank": {"type": "number", "percentile": "cited", "works_min": 2},
}
KIND, NUMBER = st.sampled_from(["a", "b", "c"]), st.integers(0, 30)
PHRASE = st.sampled_from(["digital*", "egovernment", "حکمرانی*", "政务", "trust", "stat*"])
RANGE = st.tuples(NUMBER, NUMBER).map(sorted)
LEAF = st.one_of(
    st.builds(lambda v: {"kind": {"is": v}}, KIND),
    st.builds(lambda v: {"kind": {"in": v}}, st.lists(KIND, min_size=1, max_size=2)),
    st.builds(lambda n: {"cited": {"at_least": n}}, NUMBER),
    st.builds(lambda r: {"cited": {"between": r}}, RANGE),
    st.builds(lambda r: {"year_from": {"between": [2000 + n for n in r]}}, RANGE),
    st.builds(lambda n: {"a_year": {"at_most": n}}, NUMBER),
    st.builds(lambda n: {"rank": {"at_least": 3 * n}}, NUMBER),
    st.builds(lambda p: {"words": {"matches": p}}, st.lists(PHRASE, min_size=1, max_size=2)),
    st.builds(lambda k: {"title": {"known": k}}, st.booleans()),
)
CONDITION = nested(LEAF, 4)
GAP = st.sampled_from(["pass", "fail", "review"])


@st.composite
def criteria(draw: st.DrawFn) -> dict[str, Any]:
    """Up to four criteria, some with a case that stands in for what could not be known."""
    made = {}
    for name in draw(st.lists(st.sampled_from("pqrs"), unique=True, min_size=1, max_size=4)):
        words = {w: {"en": f"{name} {w}", "fa": f"{name} {w} فا"} for w in ("met", "not_met")}
        cases = [{"include_if": draw(CONDITION), **words}]
        if draw(st.booleans()):
            cases.insert(
                0, {"when": draw(LEAF), "stand_in": True, "include_if": draw(LEAF), **words}
            )
        made[name] = {
            "question": {"en": f"{name}?", "fa": f"{name}؟"},
            "unknown": draw(GAP),
            "missing": draw(GAP),
            "counts_as": draw(st.sampled_from(["excluded", "not_retrieved"])),
            "cases": cases,
        }
    return made


RECORD = st.fixed_dictionaries(
    {},
    optional={
        "year": st.integers(1998, 2026),
        "title": st.sampled_from(WORDS),
        "kind": st.lists(st.sampled_from(["a", "b", "c", "unknown"]), min_size=1, max_size=2),
        "cited": st.lists(st.sampled_from(["0", "3", "30", "unknown"]), min_size=1, max_size=2),
        "words": st.lists(st.sampled_from(WORDS), min_size=1, max_size=2),
    },
)  # fmt: skip
VOTE = st.tuples(
    st.integers(0, 5), st.sampled_from("pqrs"), st.sampled_from(["include", "exclude"]),
    st.sampled_from(["me", "you"]),
)  # fmt: skip


@settings(max_examples=10)
@given(criteria(), st.lists(RECORD, min_size=1, max_size=6), st.lists(VOTE, max_size=4))
def test_every_decision_is_in_the_table_in_the_trace_and_in_the_flow(
    asked: dict[str, Any], records: list[dict[str, Any]], votes: list[tuple[int, str, str, str]]
) -> None:
    ids = [f"x/w{n}" for n in range(len(records))]
    works, clusters, facts, judgements = tables(ids, asked, records, votes)
    of_works = facts_of_works(facts, clusters, FACTS)
    made = screen(works, of_works, judgements, {"facts": FACTS, "criteria": asked})
    counted = flow.compute(
        clusters.assign(source="x"), pd.DataFrame(), works, made["outcomes"], made["decisions"],
        asked, {},
    )  # fmt: skip
    flow.check(counted)
    assert list(zip(made["decisions"]["work_id"], made["decisions"]["criterion"], strict=True)) == [
        (work, name) for work in ids for name in asked
    ]
    told = Counter(
        zip(made["outcomes"]["status"], made["outcomes"]["criterion"].fillna(""), strict=True)
    )
    for name, criterion in asked.items():
        box = "not_retrieved_by" if criterion["counts_as"] == "not_retrieved" else "excluded"
        assert counted[box][name] == told[criterion["counts_as"], name]
        assert counted["awaiting_at"][name] == told["awaiting", name]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, works, clusters, made)
        traced(root, made, counted, asked)


def traced(
    root: Path, made: dict[str, pd.DataFrame], counted: dict[str, Any], asked: dict[str, Any]
) -> None:
    """Compare what `slr trace` tells of counts, criteria and works with table and flow."""
    for status in STATUSES:
        [section] = trace(root, status)
        whole = counted[status] if status != "excluded" else sum(counted["excluded"].values())
        assert len(section.rows) == whole
    left = len(made["outcomes"])
    for name, criterion in asked.items():
        [section] = trace(root, f"screen.{name}")
        verdicts = Counter(section.rows["verdict"])
        box = "not_retrieved_by" if criterion["counts_as"] == "not_retrieved" else "excluded"
        assert len(section.rows) == left
        assert verdicts["exclude"] == counted[box][name]
        assert verdicts["review"] == counted["awaiting_at"][name]
        left = counted["remaining"][name]
    for work_id, rows in list(made["decisions"].groupby("work_id"))[:2]:
        sections = {section.title: section.rows for section in trace(root, str(work_id))}
        for column in ("criterion", "verdict", "basis", "reason", "reason_fa"):
            assert list(sections["decisions"][column]) == list(rows[column])
        [outcome] = made["outcomes"].loc[made["outcomes"]["work_id"] == work_id, "reason"]
        assert list(sections["outcome"]["reason"]) == [outcome]


def tables(
    ids: list[str],
    asked: dict[str, Any],
    records: list[dict[str, Any]],
    votes: list[tuple[int, str, str, str]],
) -> list[pd.DataFrame]:
    """Return works, clusters, facts and judgements as the stages before would give them."""
    entries, facts = [], []
    for work_id, record in zip(ids, records, strict=True):
        year = record.get("year")
        entry = {"title": record.get("title"), "year_from": year, "year_to": year}
        entries.append({"work_id": work_id, "record_ids": work_id, **entry})
        for fact in ("kind", "cited", "words"):
            facts += [
                (work_id, fact, value, None, None, who, "2025-12-31")
                for who, value in zip(("me", "you"), record.get(fact, ()), strict=False)
            ]
    works = pd.DataFrame(entries).reindex(columns=columns("dedup/works"))
    works = works.astype({"conflict": "str", "title": "str"})
    clusters = pd.DataFrame({"record_id": ids, "cluster_id": ids})
    of = [(*vote, "2026-01-01", "why") for vote in votes if vote[0] < len(ids) and vote[1] in asked]
    judged = pd.DataFrame(
        [(ids[n], ids[n], *rest) for n, *rest in of],
        columns=["work_id", "record_id", "criterion", "verdict", "reviewer", "date", "reason"],
        dtype="str",
    )
    return [works, clusters, pd.DataFrame(facts, columns=columns("raw/facts"), dtype="str"), judged]


def write(
    root: Path, works: pd.DataFrame, clusters: pd.DataFrame, made: dict[str, pd.DataFrame]
) -> None:
    """Write the tables that `slr trace` reads; those of other stages have no rows."""
    records = works.rename(columns={"work_id": "record_id"}).assign(
        source="x", key=works["work_id"].str[2:], file="x.bib", line=1, first_byte=0, end_byte=1
    )
    whole = {
        "pull/records": records.reindex(columns=columns("pull/records")),
        "dedup/works": works,
        "dedup/clusters": clusters,
        **{f"screen/{name}": made[name] for name in ("decisions", "outcomes", "facts")},
    }
    others = (
        "dedup/pairs", "dedup/studies", "dedup/sources", "dedup/overlaps", "screen/voted",
        "code/values", "cocite/nodes", "cocite/edges", "cocite/networks", "cocite/network_nodes",
        "cocite/network_edges", "raw/contexts",
    )  # fmt: skip
    for name in others:
        whole[name] = pd.DataFrame(columns=columns(name), dtype="str")
    for name, table in whole.items():
        place = (
            "data/raw/citations/contexts" if name == "raw/contexts" else f"data/processed/{name}"
        )
        io.write_table(root / f"{place}.csv", table, name)
