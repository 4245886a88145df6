"""Count where every record went: the numbers of the PRISMA flow, computed from the stage tables.

Nothing here is typed in. What a review did not do, or does not say, is absent: never 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slr import io, paths
from slr.errors import SlrError
from slr.stages import FULL_TEXT, TITLE_ABSTRACT, is_stage

if TYPE_CHECKING:
    import pandas as pd

FLOW = paths.REPORTED / "flow.json"
SHOWN_CRITERIA = 4
"""How many lines the terminal gives to criteria; of more, those in the middle share one."""

Flow = dict[str, Any]


def compute(
    records: pd.DataFrame,
    rejects: pd.DataFrame,
    works: pd.DataFrame,
    outcomes: pd.DataFrame,
    decisions: pd.DataFrame,
    criteria: Mapping[str, Any],
    expected: Mapping[str, int],
) -> Flow:
    """Return the content of `report/flow.json`.

    Parameters
    ----------
    records, rejects, works, outcomes, decisions
        Tables of the stages `pull`, `dedup` and `screen`.
    criteria
        `screen.criteria` of the config, in the order in which they are asked.
    expected
        What the paper states: `identified`, `included`; empty where there is no paper.

    Returns
    -------
    dict
        `identified`, `duplicates_removed`, `screened`, `not_retrieved`, `excluded` (by criterion,
        without those that count as not retrieved), `awaiting`, `included`, `expected`; and

        - `sources`: records by source;
        - `other_methods`: those of them found otherwise than by search, where there are any:
          `citation_searching`;
        - `unreadable`: entries that could not be read, outside `identified`;
        - `not_retrieved_by`: works not retrieved, by each criterion that counts as that;
        - `awaiting_at`: works that wait, by the criterion that could not be decided; those that
          wait before all criteria are in `awaiting` alone;
        - `remaining`: works left after each criterion;
        - `stand_in`: by criterion that has one, the works set aside by a stand-in;
        - `included_by`: included works by what that rests on;
        - `gaps_decided`: by criterion, cases that an unknown or missing fact decided.
    """
    status = outcomes["status"].value_counts()
    excluded = outcomes[outcomes["status"] == "excluded"]
    out_of = excluded["criterion"].value_counts()
    not_retrieved = outcomes.loc[outcomes["status"] == "not_retrieved", "criterion"].value_counts()
    awaiting_at = outcomes.loc[outcomes["status"] == "awaiting", "criterion"].value_counts()
    by_stand_in = excluded.loc[excluded["basis"] == "stand-in", "criterion"].value_counts()
    included_by = outcomes.loc[outcomes["status"] == "included", "basis"].value_counts()
    chased = int((records["source"] == paths.CHASED).sum())
    return {
        "identified": len(records),
        "sources": _counts(records["source"].value_counts().sort_index()),
        **({"other_methods": {"citation_searching": chased}} if chased else {}),
        "unreadable": len(rejects),
        "duplicates_removed": int(sum(len(ids.split()) - 1 for ids in works["record_ids"])),
        "screened": len(outcomes),
        "not_retrieved": int(status.get("not_retrieved", 0)),
        "not_retrieved_by": {
            name: int(not_retrieved.get(name, 0))
            for name in criteria
            if is_retrieval(criteria[name])
        },
        "excluded": {
            name: int(out_of.get(name, 0)) for name in criteria if not is_retrieval(criteria[name])
        },
        "awaiting": int(status.get("awaiting", 0)),
        "awaiting_at": {name: int(awaiting_at.get(name, 0)) for name in criteria},
        "included": int(status.get("included", 0)),
        "remaining": remaining(outcomes, criteria),
        "stand_in": {
            name: int(by_stand_in.get(name, 0))
            for name in criteria
            if any(case.get("stand_in") for case in criteria[name]["cases"])
        },
        "included_by": {basis: int(included_by.get(basis, 0)) for basis in bases(criteria)},
        "gaps_decided": gaps_decided(decisions, outcomes, criteria),
        "expected": dict(expected),
    }


def by_study(outcomes: pd.DataFrame, studies: pd.DataFrame) -> dict[str, int]:
    """Count the included `studies` apart from the `reports` on them.

    Nothing where table `dedup/studies` is empty: nobody joined works as reports of one study.
    """
    if studies.empty:
        return {}
    included = outcomes.loc[outcomes["status"] == "included", "work_id"]
    study_of = {
        work: study
        for study, works in zip(studies["study_id"], studies["work_ids"], strict=True)
        for work in works.split()
    }
    return {"studies": len({study_of.get(w, w) for w in included}), "reports": len(included)}


def bases(criteria: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the inclusion of a work may rest on."""
    by_votes = ("votes",) if any(map(is_stage, criteria.values())) else ()
    return ("rule", *by_votes, "judgement")


def by_stage(outcomes: pd.DataFrame, criteria: Mapping[str, Any], voted: pd.DataFrame) -> Flow:
    """Return the counts that only stages at which people vote have; none where nobody does.

    Returns
    -------
    dict
        - `excluded_early`: works excluded on title and abstract, or by a criterion before that;
        - `sought`: works left after it, whose full text is sought;
        - `assessed`: works that were found, and are in or out: one that waits is not assessed yet;
        - `excluded_for`: by stage, the works that its votes exclude, by the criterion or reason
          that is named; the empty word counts those for which none is.

        `excluded_early` where people vote on title and abstract, `assessed` where they vote on
        full texts, `sought` where they do both.
    """
    stages = [name for name in criteria if is_stage(criteria[name])]
    if not stages:
        return {}
    order = list(criteria)
    early = order[: order.index(TITLE_ABSTRACT) + 1] if TITLE_ABSTRACT in stages else []
    at_early = outcomes["criterion"].isin(early)
    awaiting = outcomes["status"] == "awaiting"
    out_early = int((at_early & (outcomes["status"] == "excluded")).sum())
    waits_early = int((awaiting & (at_early | outcomes["criterion"].isna())).sum())
    flow: Flow = {}
    if early:
        flow["excluded_early"] = out_early
    if len(stages) > 1:
        flow["sought"] = len(outcomes) - out_early - waits_early
    if FULL_TEXT in stages:
        ended = outcomes["status"].isin(["included", "excluded"])
        flow["assessed"] = int((ended & ~at_early).sum())
    return flow | {"excluded_for": {name: _named(name, outcomes, voted) for name in stages}}


def _named(stage: str, outcomes: pd.DataFrame, voted: pd.DataFrame) -> dict[str, int]:
    """Count the works that votes exclude at a stage, by the criterion or reason that they name."""
    here = (outcomes["status"] == "excluded") & (outcomes["criterion"] == stage)
    ended = outcomes[here]
    at_stage = voted[(voted["stage"] == stage) & voted["criterion"].notna()]
    named = dict(zip(at_stage["work_id"], at_stage["criterion"], strict=True))
    counts = Counter(
        named.get(work_id, "") if basis == "votes" else ""  # a judgement in place of the votes
        for work_id, basis in zip(ended["work_id"], ended["basis"], strict=True)
    )
    return dict(sorted(counts.items()))


def is_retrieval(criterion: Mapping[str, Any]) -> bool:
    """Tell whether a work that fails the criterion counts as not retrieved."""
    return bool(criterion.get("counts_as") == "not_retrieved")


def set_aside(flow: Mapping[str, Any], criterion: str) -> int:
    """Return how many works ended at a criterion, as excluded or as not retrieved."""
    ended: Mapping[str, int] = flow["excluded"] | flow["not_retrieved_by"]
    return ended[criterion]


def remaining(outcomes: pd.DataFrame, criteria: Iterable[str]) -> dict[str, int]:
    """Count the works left after each criterion; one that waits at a criterion is not."""
    order = {name: place for place, name in enumerate(criteria)}
    waits_before_all = -1
    ended = [
        len(order) if status == "included" else order.get(criterion, waits_before_all)
        for status, criterion in zip(outcomes["status"], outcomes["criterion"], strict=True)
    ]
    return {name: sum(place > here for place in ended) for name, here in order.items()}


def gaps_decided(
    decisions: pd.DataFrame, outcomes: pd.DataFrame, criteria: Iterable[str]
) -> dict[str, dict[str, int]]:
    """Count how often a gap decided a case, by criterion and kind of gap.

    It did where the work's outcome rests on the gap, or where the config let the gap pass and
    the work is included. Where a person overrode the rule, the person decided.
    """
    included = set(outcomes.loc[outcomes["status"] == "included", "work_id"])
    rests = (decisions["decisive"] == "yes") | decisions["work_id"].isin(included)
    decided = decisions[rests & (decisions["basis"] != "judgement")]
    counts = decided.groupby(["criterion", "gap"]).size()
    return {
        name: {kind: int(counts.get((name, kind), 0)) for kind in ("unknown", "missing")}
        for name in criteria
    }


def check(flow: Flow) -> None:
    """Refuse a flow in which something was lost or counted twice.

    Raises
    ------
    SlrError
        Naming both sides of each sum that does not hold.
    """
    excluded = sum(flow["excluded"].values())
    ended = flow["included"] + excluded + flow["not_retrieved"] + flow["awaiting"]
    sums = [
        (
            f"identified {flow['identified']}",
            flow["identified"],
            f"duplicates removed {flow['duplicates_removed']} + screened {flow['screened']}",
            flow["duplicates_removed"] + flow["screened"],
        ),
        (
            f"screened {flow['screened']}",
            flow["screened"],
            f"included {flow['included']} + excluded {excluded} + not retrieved "
            f"{flow['not_retrieved']} + awaiting {flow['awaiting']}",
            ended,
        ),
    ]
    sums += _stage_sums(flow)
    if flow["not_retrieved_by"]:
        by = " + ".join(f"{n} by {name}" for name, n in flow["not_retrieved_by"].items())
        counted = sum(flow["not_retrieved_by"].values())
        whole = flow["not_retrieved"]
        sums.append((f"not retrieved {whole}", whole, by, counted))
    if flow.get("included_by"):
        by = " + ".join(f"{n} by {basis}" for basis, n in flow["included_by"].items())
        counted = sum(flow["included_by"].values())
        sums.append((f"included {flow['included']}", flow["included"], by, counted))
    if flow.get("remaining"):
        name, left = list(flow["remaining"].items())[-1]
        sums.append((f"included {flow['included']}", flow["included"], f"left after {name}", left))
    faults = [
        f"{one} is not {other} = {total}" for one, count, other, total in sums if count != total
    ]
    if faults:
        raise SlrError(f"The flow does not balance: {'; '.join(faults)}.")


def _stage_sums(flow: Flow) -> list[tuple[str, int, str, int]]:
    """Return the sums that hold where people vote: each side in words, and its count."""
    sums = []
    for name, named in flow.get("excluded_for", {}).items():
        whole, parts = flow["excluded"][name], sum(named.values())
        sums.append((f"excluded by {name} {whole}", whole, f"its reasons {parts}", parts))
    if "assessed" in flow:
        early = flow.get("excluded_early", 0)
        late = sum(flow["excluded"].values()) - early
        told = f"included {flow['included']} + excluded after it was sought {late}"
        assessed = flow["assessed"]
        sums.append((f"assessed {assessed}", assessed, told, flow["included"] + late))
    if "sought" in flow:
        order = list(flow["awaiting_at"])
        after = order[order.index(TITLE_ABSTRACT) + 1 :]
        waits = sum(flow["awaiting_at"][name] for name in after)
        sought, gone, assessed = flow["sought"], flow["not_retrieved"], flow["assessed"]
        told = f"not retrieved {gone} + assessed {assessed} + awaiting {waits}"
        sums.append((f"sought {sought}", sought, told, gone + assessed + waits))
    return sums


def differs(flow: Mapping[str, Any]) -> list[str]:
    """Say, for each count that the paper states, where this run has another."""
    return [
        f"{name} is {flow[name]} here, {stated} in the paper"
        for name, stated in flow.get("expected", {}).items()
        if flow.get(name) != stated
    ]


def summary_lines(root: Path) -> list[str]:
    """Tell the flow of the last run for a terminal: six lines, and more where there is need.

    Reads flow.json alone. The last line is what is included; works that wait and counts that
    differ from the paper's are told after it.
    """
    return lines(io.read_json(root / FLOW))


def lines(flow: Flow) -> list[str]:
    """Set a flow in lines of text: what is left, how many, and how many went."""
    rows = [
        ("records identified", flow["identified"], _unreadable(flow)),
        ("after duplicates", flow["screened"], f"{flow['duplicates_removed']} removed"),
        *_criteria_rows(flow),
    ]
    by = [f"{n} by {basis}" for basis, n in flow["included_by"].items() if n]
    name, left, note = rows[-1]
    rows[-1] = (name, left, "; ".join(filter(None, [note, ", ".join(by)])))
    wide = max(len(name) for name, _, _ in rows)
    told = [
        f"{name:<{wide}}  {left:>5}" + (f"  ({note})" if note else "") for name, left, note in rows
    ]
    if flow["awaiting"]:
        told.append(
            f"{'awaiting':<{wide}}  {flow['awaiting']:>5}  (see waiting.csv: what each lacks)"
        )
    if bad := flow.get("bad_votes"):
        told.append(
            f"{'votes at fault':<{wide}}  {bad:>5}  (they count for nothing: see bad_votes.csv)"
        )
    return told + [f"Differs from the paper: {difference}." for difference in differs(flow)]


def _unreadable(flow: Flow) -> str:
    count = flow.get("unreadable", 0)
    return f"{count} more could not be read, see rejects.csv" if count else ""


def _criteria_rows(flow: Flow) -> list[tuple[str, int, str]]:
    names = list(flow["remaining"])
    rows = [_criterion_row(flow, name) for name in names]
    if len(rows) <= SHOWN_CRITERIA:
        return rows
    keep = SHOWN_CRITERIA // 2
    between = names[keep : len(names) - 1]
    gone = sum(set_aside(flow, name) for name in between)
    note = f"{gone} set aside{_waiting(flow, between)}"
    shared = (f"{len(between)} more criteria", flow["remaining"][between[-1]], note)
    return [*rows[:keep], shared, rows[-1]]


def _criterion_row(flow: Flow, name: str) -> tuple[str, int, str]:
    shown = name.replace("_", " ") + (" (stand-in)" if name in flow["stand_in"] else "")
    left, gone = flow["remaining"][name], set_aside(flow, name)
    waiting = _waiting(flow, [name])
    if name in flow["excluded"]:
        return shown, left, f"{gone} set aside{waiting}"
    if name == "identified":  # not to be mistaken for the records identified
        return "identified works", left, f"{gone} not identified{waiting}"
    return shown, left, f"{gone} not retrieved{waiting}"


def _waiting(flow: Flow, names: Iterable[str]) -> str:
    """Say how many works wait at criteria, so that each line adds up to the one above it."""
    count = sum(flow.get("awaiting_at", {}).get(name, 0) for name in names)
    return f", {count} {'waits' if count == 1 else 'wait'}" if count else ""


def _counts(series: pd.Series) -> dict[str, int]:
    return {str(name): int(count) for name, count in series.items()}
