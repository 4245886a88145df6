"""The works as the choices let them be seen: which there are, and what is known of each.

Most choices change how works are judged; some change the works: what is supposed of a record,
records that are left out, that stand apart, or that are brought in. Only the works that these
touch are made anew, once for each combination of choices that bears on them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

import pandas as pd

from slr.dedup.merge import FIELDS, merge
from slr.facts import facts_of_works
from slr.identity import Names
from slr.multiverse.axes import Axis
from slr.multiverse.changes import Change, combine, records_of, suppose
from slr.screen import works_as_seen
from slr.screen.alike import Answers
from slr.screen.decide import Judged, Work
from slr.screen.judgements import latest, on_works

Combination = tuple[int, ...]
"""The choices made on all axes."""


@dataclass(frozen=True)
class Known:
    """All that the screen knows: its tables, and the section `screen` of the config.

    `seen` are the works as the review sees them, `answers` what tests have said of their values.
    `records` (table `pull/records`) is needed where works are taken apart, else it may be None.
    """

    works: pd.DataFrame
    facts: pd.DataFrame
    judgements: pd.DataFrame
    clusters: pd.DataFrame
    settings: Mapping[str, Any]
    seen: Sequence[Work]
    records: pd.DataFrame | None = None
    answers: Answers = field(default_factory=Answers)

    @cached_property
    def names(self) -> Names:
        """What the records may be called."""
        return Names(self.clusters["record_id"])

    @cached_property
    def judged(self) -> Judged:
        """What people said of the works as the review sees them."""
        return latest(on_works(self.judgements, self.clusters))


@dataclass(frozen=True)
class Row:
    """A work in one of the ways it may be seen, and what people said of it."""

    work: Work
    judged: Judged


@dataclass
class Rows:
    """Every work in every way it may be seen.

    The first `len(known.works)` rows are the works as the review sees them. `present` tells, for
    a set of axes and each combination of their choices, which of the rows that these axes bear
    on are there; a row that is in none of the lists is always there.
    """

    rows: list[Row]
    answers: Answers
    present: dict[tuple[int, ...], dict[Combination, set[int]]] = field(default_factory=dict)


def see(known: Known, axes: Sequence[Axis]) -> Rows:
    """Return the works in all the ways that the axes let them be seen."""
    made = Rows([Row(work, known.judged) for work in known.seen], known.answers)
    at = {work.work_id: row for row, work in enumerate(known.seen)}
    touched = _touched(known, axes)
    groups: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for cluster, by in touched.items():
        groups[tuple(sorted({axis for axis, _ in by}))].append(cluster)
    for bearing in sorted(groups):
        made.present[bearing] = _versions(known, axes, bearing, groups[bearing], touched, made, at)
    return made


def _touched(known: Known, axes: Sequence[Axis]) -> dict[str, set[tuple[int, int]]]:
    """Return by cluster the axes and choices under which its work may be another.

    Where a fact ranks a work among all, what is changed of one record bears on every work.
    """
    ranked = any("percentile" in fact for fact in known.settings["facts"].values())
    clusters = list(known.works["work_id"]) if ranked else []
    cluster_of = dict(zip(known.clusters["record_id"], known.clusters["cluster_id"], strict=True))
    touched: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for axis, one in enumerate(axes):
        for choice, made in enumerate(one.choices):
            for record in records_of(made.change):
                touched[cluster_of[known.names.resolve(record)]].add((axis, choice))
            brought = list(made.change.get("bring_in", ()))
            if brought or records_of(made.change):
                for name in [*brought, *clusters]:
                    touched[name].add((axis, choice))
    return touched


def _versions(
    known: Known,
    axes: Sequence[Axis],
    bearing: tuple[int, ...],
    clusters: Sequence[str],
    touched: Mapping[str, set[tuple[int, int]]],
    made: Rows,
    at: Mapping[str, int],
) -> dict[Combination, set[int]]:
    """Add the versions of some works to the rows; return which are there in each combination."""
    present: dict[Combination, set[int]] = {}
    built: dict[tuple[str, Combination], set[int]] = {
        (name, (0,) * len(bearing)): {at[name]} if name in at else set() for name in clusters
    }
    for combination in product(*(range(len(axes[axis].choices)) for axis in bearing)):
        wanted: dict[Combination, list[str]] = defaultdict(list)
        chosen = list(zip(bearing, combination, strict=True))
        for name in clusters:
            felt = tuple(
                choice if (axis, choice) in touched[name] else 0 for axis, choice in chosen
            )
            wanted[felt].append(name)
        there: set[int] = set()
        for felt, names in wanted.items():
            new = [name for name in names if (name, felt) not in built]
            if new:
                changes = [axes[a].choices[c].change for a, c in zip(bearing, felt, strict=True)]
                built |= {(name, felt): set() for name in new}
                for name, row in _changed(known, combine(changes), new):
                    as_before = name in at and _same(row, made.rows[at[name]], known)
                    built[name, felt].add(at[name] if as_before else len(made.rows))
                    made.rows += [] if as_before else [row]
            there.update(*(built[name, felt] for name in names))
        present[combination] = there
    return present


def _same(row: Row, other: Row, known: Known) -> bool:
    """Tell whether a work and what was said of it are the same in two ways of seeing it."""
    keys = [(row.work.work_id, name) for name in known.settings["criteria"]]
    said = all(row.judged.get(key) == other.judged.get(key) for key in keys)
    return said and row.work == other.work


def _changed(known: Known, change: Change, clusters: Sequence[str]) -> list[tuple[str, Row]]:
    """Return the works that some clusters become under a change, each with its first cluster."""
    names = known.names
    gone = {names.resolve(name) for name in change.get("leave_out", ())}
    apart = {names.resolve(name) for name in change.get("apart", ())}
    brought = {r: v for r, v in change.get("bring_in", {}).items() if r in clusters}
    members = known.clusters[known.clusters["cluster_id"].isin(list(clusters))]
    was = dict(zip(members["record_id"], members["cluster_id"], strict=True))
    was |= {record: record for record in brought}
    now = _regrouped({r: c for r, c in was.items() if r not in gone}, apart)
    table = pd.DataFrame({"record_id": list(now), "cluster_id": list(now.values())}, dtype="str")
    declared = known.settings["facts"]
    supposed = {names.resolve(name): told for name, told in change.get("suppose", {}).items()}
    supposed = {record: told for record, told in supposed.items() if record in now}
    facts = known.facts[known.facts["record_id"].isin(list(now))]
    facts = suppose(facts, supposed | brought, Names(now), declared)
    judgements = known.judgements[known.judgements["record_id"].isin(list(now))]
    judged = latest(on_works(judgements, table))
    works = _works(known, was, now, clusters)
    seen = works_as_seen(works, facts_of_works(facts, table, declared), declared)
    first = {cluster: was[record] for record, cluster in reversed(now.items())}
    return [(first[work.work_id], Row(work, judged)) for work in seen]


def _regrouped(was: Mapping[str, str], apart: set[str]) -> dict[str, str]:
    """Return the work of each record that is left, those that stand apart by themselves.

    What is left of a work keeps its name, even where the record that gave it is gone; where that
    record stands apart, the work goes by the first record of the rest.
    """
    rest: dict[str, str] = {}
    for record, cluster in sorted(was.items()):
        if record not in apart and cluster in apart:
            rest.setdefault(cluster, record)
    return {r: r if r in apart else rest.get(c, c) for r, c in sorted(was.items())}


def _works(
    known: Known, was: Mapping[str, str], now: Mapping[str, str], clusters: Sequence[str]
) -> pd.DataFrame:
    """Return table `dedup/works` for the works of some records, merged anew where others go."""
    before = known.works[known.works["work_id"].isin(list(clusters))]
    members: dict[str, list[str]] = defaultdict(list)
    for record, work in now.items():
        members[work].append(record)
    same = [
        " ".join(members[work]) == ids
        for work, ids in before[["work_id", "record_ids"]].itertuples(index=False)
    ]
    as_before = set(before.loc[same, "work_id"])
    ids = [record for record, work in now.items() if work not in as_before]
    if not ids:
        return before[same]
    pulled = known.records
    if pulled is None:
        pulled = pd.DataFrame(columns=["record_id", *FIELDS], dtype="str")
    table = pulled[pulled["record_id"].isin(ids)].set_index("record_id").reindex(ids)
    columns = {
        name: table[name].astype(object).where(table[name].notna(), "").map(str).to_list()
        for name in FIELDS
    }
    place = {record: row for row, record in enumerate(ids)}
    leader = [place[members[now[record]][0]] for record in ids]
    merged, _ = merge({"record_id": ids, **columns}, leader, {})
    disputed = dict(zip(before["work_id"], before["conflict"].fillna(""), strict=True))
    merged["conflict"] = [disputed.get(was[record], "") for record in merged["work_id"]]
    merged["work_id"] = [now[record] for record in merged["work_id"]]
    anew = pd.DataFrame(merged, dtype="str")
    return pd.concat([before[same].astype("str"), anew.mask(anew == "")], ignore_index=True)
