"""Apply the criteria of the config and the judgements of people to every work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from slr import config, derived, io, lists
from slr.declared import WORK_FIELDS
from slr.errors import Problem, SlrError
from slr.facts import unused_facts
from slr.identity import Names
from slr.paths import ALTERNATIVES, CONFIG, PULLED, SCREENED
from slr.rules import UNKNOWN_VALUE, Value
from slr.schemas.tables import ENTRY_FIELDS, columns
from slr.screen import tally
from slr.screen.agreed import screeners_agree
from slr.screen.alike import Answers, decide_all
from slr.screen.decide import Decision, Judged, Work, end
from slr.screen.inputs import read
from slr.screen.judgements import latest
from slr.stages import STAGES
from slr.text import counted


def run(root: Path) -> str:
    """Screen the works of the dedup stage; write decisions, outcomes, included and the rest."""
    from slr import multiverse

    named = lists.read(root)
    whole = config.load(root / CONFIG, named)
    alternatives = config.load_alternatives(root / ALTERNATIVES, whole, named)
    settings, known = read(root, whole["screen"], named)
    check_supposed(alternatives, settings, known.names)
    seen = works_as_seen(known.works, known.of_works, settings["facts"])
    answers = Answers()
    tables = screen(
        known.works, known.of_works, known.judgements, settings, known.voted, seen, answers
    )
    tables["unused_facts"] = unused_facts(known.facts, settings["facts"])
    tables["bad_votes"] = known.votes.bad
    tables["agreement"] = screeners_agree(known.votes.good)
    records = None
    if multiverse.needs_records(known.clusters, settings, alternatives):
        records = io.read_made(root / PULLED / "records.csv", "pull/records")
    supposed = multiverse.Known(
        known.works, known.facts, known.judged, known.clusters, settings, seen, records, answers
    )
    tables |= multiverse.tables(supposed, lists.resolve(alternatives, named))
    for name, table in tables.items():
        io.write_table(root / SCREENED / f"{name}.csv", table, f"screen/{name}")
    return "; ".join(filter(None, [summary(tables["outcomes"]), known.votes.told()]))


def summary(outcomes: pd.DataFrame) -> str:
    """Say how many works are included, set aside, and waiting."""
    counts = outcomes["status"].value_counts()
    told = f"{counts.get('included', 0)} of {counted(len(outcomes), 'work')} included"
    waiting = counts.get("awaiting", 0)
    return told + (f"; {counted(waiting, 'waits', 'wait')}, see outcomes.csv" if waiting else "")


def check_supposed(
    alternatives: Mapping[str, Any], settings: Mapping[str, Any], names: Names
) -> None:
    """Refuse an alternative or a choice on an axis that names a record that does not exist."""
    for name, change in alternatives.items():
        _check_records(change, names, ALTERNATIVES, name)
    for axis, of_axis in settings.get("multiverse", {}).get("axes", {}).items():
        for choice, change in of_axis["choices"].items():
            key = f"screen.multiverse.axes.{axis}.choices.{choice}"
            _check_records(change, names, CONFIG, key)


def _check_records(change: Mapping[str, Any], names: Names, path: Path, key: str) -> None:
    for part in ("suppose", "leave_out", "apart"):
        for record in change.get(part, ()):
            try:
                names.resolve(record)
            except SlrError as error:
                told = error.problems[0]
                bad = Problem(told.found, told.fix, path, None, f"{key}.{part}")
                raise SlrError(bad) from error
    for source in change.get("bring_in", ()):
        if source in names.ids:
            found, fix = (
                f"{source!r} is a record already.",
                "Use `suppose` for what is known of it.",
            )
            raise SlrError(Problem(found, fix, path, None, f"{key}.bring_in"))


def screen(
    works: pd.DataFrame,
    facts: pd.DataFrame,
    judgements: pd.DataFrame,
    settings: Mapping[str, Any],
    voted: pd.DataFrame | None = None,
    seen: Sequence[Work] | None = None,
    answers: Answers | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the tables `decisions`, `outcomes`, `included`, `facts`, `conflicts` and `voted`.

    Every criterion is asked of every work; the first that is not met decides where it ends.

    Parameters
    ----------
    works, facts
        Tables `dedup/works` and `screen/facts`.
    judgements
        Table `raw/screening` with `work_id`, in order of date.
    settings
        Section `screen` of the config.
    voted
        Table `screen/voted`, whose verdicts are among the facts; none where people do not vote.
    seen
        The works as :func:`works_as_seen` returns them, where that was done already.
    answers
        Where what tests say is remembered, for who asks after this.
    """
    criteria = settings["criteria"]
    judged = latest(judgements)
    if seen is None:
        seen = works_as_seen(works, facts, settings["facts"])
    if voted is None:
        voted = pd.DataFrame(columns=columns("screen/voted"))
    by_votes = tally.decisions(voted, settings.get("votes"), works["work_id"])
    decisions, outcomes = [], []
    for work, by_rule in zip(
        seen, decide_all(seen, criteria, judged, answers or Answers()), strict=True
    ):
        row = with_votes(work.work_id, by_rule, judged, by_votes)
        ended = end(work, row, criteria)
        outcomes.append({"work_id": work.work_id, **ended})
        for name, decision in row.items():
            kept_by_it = ended["status"] == "included" and decision.rule_verdict != "include"
            decisive = name == ended["criterion"] or kept_by_it
            decisions.append(_decision_row(work.work_id, name, decision, decisive))
    ends = pd.DataFrame(outcomes, columns=columns("screen/outcomes"))
    made = pd.DataFrame(decisions, columns=columns("screen/decisions"))
    return {
        "decisions": made,
        "outcomes": ends,
        "included": _included(works, ends),
        "facts": with_derived(facts, seen, settings["facts"]),
        "conflicts": _conflicts(seen, facts, judgements, judged, ends, made, voted),
        "voted": voted,
    }


def with_votes(
    work_id: str,
    by_rule: Mapping[str, Decision],
    judged: Judged,
    by_votes: Mapping[tuple[str, str], Decision],
) -> dict[str, Decision]:
    """Return the decisions on one work with those of votes; a judgement comes before these.

    `by_votes` is what `tally.decisions` returns of the work's stages.
    """
    voted = [name for name in STAGES if name in by_rule and (work_id, name) not in judged]
    return {**by_rule, **{stage: by_votes[work_id, stage] for stage in voted}}


def works_as_seen(
    works: pd.DataFrame, facts: pd.DataFrame, declared: Mapping[str, Any]
) -> list[Work]:
    """Return each work with its fields, facts and derived numbers, in order of id."""
    values: dict[str, dict[str, Value]] = {name: {} for name in works["work_id"]}
    disagreeing: dict[str, dict[str, list[Value]]] = {name: {} for name in works["work_id"]}
    for name, kind in WORK_FIELDS.items():
        told = works[works[name].notna()]
        for work_id, value in zip(*_lists(told, "work_id", name), strict=True):
            values[work_id][name] = _typed(str(value), kind)
    for work_id, fact, value, agreement in zip(
        *_lists(facts, "work_id", "fact", "value", "agreement"), strict=True
    ):
        kind = declared[fact]["type"]
        if agreement == "disagree":
            disagreeing[work_id][fact] = [_typed(v, kind) for v in value.split(" | ")]
        else:
            values[work_id][fact] = _typed(value, kind)
    ids = sorted(values)
    rests_on = derived.inputs(declared)
    of_each = [(values[n], disagreeing[n]) for n in ids]
    for name, numbers in derived.numbers(of_each, declared).items():
        for work_id, several in zip(ids, numbers, strict=True):
            if len(several) == 1:
                values[work_id][name] = several[0]
            elif several:
                disagreeing[work_id][name] = several
    conflicts = dict(zip(works["work_id"], works["conflict"].fillna(""), strict=True))
    return [Work(n, values[n], disagreeing[n], conflicts[n], rests_on) for n in ids]


def with_derived(
    facts: pd.DataFrame, seen: Sequence[Work], declared: Mapping[str, Any]
) -> pd.DataFrame:
    """Return table `screen/facts` with a row for each derived number, of the records behind it."""
    rests_on = derived.inputs(declared)
    if not rests_on:
        return facts
    counts = facts[facts["fact"].isin([count for count, *_ in rests_on.values()])]
    behind = counts.set_index(["work_id", "fact"])["record_ids"].to_dict()
    rows = []
    for work in seen:
        for name, (count, *_) in rests_on.items():
            one = [work.values[name]] if name in work.values else []
            several = work.disagreeing.get(name, one)
            if several:
                told = " | ".join(v if isinstance(v, str) else f"{v:.10g}" for v in several)
                rows.append((work.work_id, name, told, "derived", behind[work.work_id, count]))
    made = pd.DataFrame(rows, columns=columns("screen/facts"), dtype="str")
    return pd.concat([facts, made]).sort_values(["work_id", "fact"], ignore_index=True)


def _lists(table: pd.DataFrame, *names: str) -> list[list[Any]]:
    """Return columns as lists: to walk through those of pandas takes five times as long."""
    return [table[name].to_list() for name in names]


def _typed(value: str, kind: str) -> Value:
    return float(value) if kind == "count" and value != UNKNOWN_VALUE else value


def _decision_row(
    work_id: str, criterion: str, decision: Decision, decisive: bool
) -> tuple[str | None, ...]:
    return (
        work_id,
        criterion,
        decision.verdict,
        decision.basis,
        decision.rule_verdict,
        decision.gap,
        " ".join(decision.needs) or None,
        "yes" if decisive else "no",
        decision.reviewer,
        decision.reason["en"],
        decision.reason["fa"],
    )


def _included(works: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    kept = outcomes.loc[outcomes["status"] == "included", ["work_id", "basis"]]
    return works[["work_id", *ENTRY_FIELDS, "record_ids"]].merge(kept, on="work_id")


def _conflicts(
    seen: Sequence[Work],
    facts: pd.DataFrame,
    judgements: pd.DataFrame,
    judged: Judged,
    outcomes: pd.DataFrame,
    decisions: pd.DataFrame,
    voted: pd.DataFrame,
) -> pd.DataFrame:
    """List every fact, judgement and vote on which there is disagreement, and whether it matters.

    It does while the work waits and a decision on it is open for that disagreement.
    """
    waits = set(outcomes.loc[outcomes["status"] == "awaiting", "work_id"])
    disputed = decisions[(decisions["basis"] == "conflict") & decisions["work_id"].isin(waits)]
    open_ = {
        (row.work_id, need)
        for row in disputed.itertuples()
        for need in (row.criterion, *row.needs.split())
    }
    rows = []
    for row in facts[facts["agreement"] == "disagree"].itertuples():
        settled = "no" if (row.work_id, row.fact) in open_ else "yes"
        rows.append((row.work_id, "fact", row.fact, row.value, row.record_ids, settled))
    records = judgements.groupby(["work_id", "criterion"])["record_id"].agg(
        lambda ids: " ".join(sorted(set(ids)))
    )
    for (work_id, criterion), said in judged.items():
        verdicts = {verdict for verdict, _ in said.values()}
        if len(verdicts) > 1:
            told = " | ".join(f"{who}: {verdict}" for who, (verdict, _) in sorted(said.items()))
            settled = "no" if (work_id, criterion) in open_ else "yes"
            ids = records[(work_id, criterion)]
            rows.append((work_id, "judgement", criterion, told, ids, settled))
    rows += [
        (work.work_id, "duplicates", "cluster", work.conflict, work.work_id, "no")
        for work in seen
        if work.conflict
    ]
    for row in voted[voted["state"].isin(["conflict", "settled"])].itertuples():
        settled = "no" if (row.work_id, row.stage) in open_ else "yes"
        rows.append((row.work_id, "votes", row.stage, row.said, row.work_id, settled))
    found = pd.DataFrame(rows, columns=columns("screen/conflicts"))
    return found.sort_values(["work_id", "kind", "field"], ignore_index=True)
