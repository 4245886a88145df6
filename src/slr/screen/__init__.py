"""Apply the criteria of the config and the judgements of people to every work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from slr import config, io
from slr.config import WORK_FIELDS
from slr.errors import Problem, SlrError
from slr.facts import facts_answered, facts_of_works, read_facts, unused_facts
from slr.identity import Names
from slr.paths import ALTERNATIVES, CONFIG, DEDUPED, PULLED, SCREENED
from slr.rules import UNKNOWN_VALUE
from slr.schemas.tables import ENTRY_FIELDS, columns
from slr.screen.decide import Decision, Judged, Work, decide, end
from slr.screen.judgements import latest, on_works, read_judgements


def run(root: Path) -> str:
    """Screen the works of the dedup stage; write decisions, outcomes, included and the rest."""
    from slr import multiverse

    whole = config.load(root / CONFIG)
    settings = whole["screen"]
    works = io.read_table(root / DEDUPED / "works.csv", "dedup/works")
    clusters = io.read_table(root / DEDUPED / "clusters.csv", "dedup/clusters")
    names = Names(clusters["record_id"])
    enrichment = io.read_table(root / PULLED / "enrichment.csv", "pull/enrichment")
    facts = read_facts(root, settings["facts"], names)
    facts = pd.concat([facts, facts_answered(enrichment, settings["facts"])], ignore_index=True)
    judgements = read_judgements(root, settings["criteria"], names)
    alternatives = config.load_alternatives(root / ALTERNATIVES, whole)
    check_supposed(alternatives, settings, names)
    of_works = facts_of_works(facts, clusters, settings["facts"])
    tables = screen(works, of_works, on_works(judgements, clusters), settings)
    tables["unused_facts"] = unused_facts(facts, settings["facts"])
    records = None
    if multiverse.needs_records(clusters, settings, alternatives):
        records = io.read_table(root / PULLED / "records.csv", "pull/records")
    known = multiverse.Known(works, facts, judgements, clusters, settings, records)
    tables |= multiverse.tables(known, alternatives)
    for name, table in tables.items():
        io.write_table(root / SCREENED / f"{name}.csv", table, f"screen/{name}")
    return summary(tables["outcomes"])


def summary(outcomes: pd.DataFrame) -> str:
    """Say how many works are included, set aside, and waiting."""
    counts = outcomes["status"].value_counts()
    told = f"{counts.get('included', 0)} of {len(outcomes)} works included"
    waiting = counts.get("awaiting", 0)
    return told + (f"; {waiting} wait, see outcomes.csv" if waiting else "")


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
) -> dict[str, pd.DataFrame]:
    """Return the tables `decisions`, `outcomes`, `included`, `facts` and `conflicts`.

    Every criterion is asked of every work; the first that is not met decides where it ends.

    Parameters
    ----------
    works, facts
        Tables `dedup/works` and `screen/facts`.
    judgements
        Table `raw/screening` with `work_id`, in order of date.
    settings
        Section `screen` of the config.
    """
    criteria = settings["criteria"]
    judged = latest(judgements)
    seen = works_as_seen(works, facts, settings["facts"])
    decisions, outcomes = [], []
    for work in seen:
        row = decide(work, criteria, judged)
        outcomes.append({"work_id": work.work_id, **end(work, row, criteria)})
        decided, status = outcomes[-1]["criterion"], outcomes[-1]["status"]
        for name, decision in row.items():
            kept_by_it = status == "included" and decision.rule_verdict != "include"
            decisive = name == decided or kept_by_it
            decisions.append(_decision_row(work.work_id, name, decision, decisive))
    ended = pd.DataFrame(outcomes, columns=columns("screen/outcomes"))
    made = pd.DataFrame(decisions, columns=columns("screen/decisions"))
    return {
        "decisions": made,
        "outcomes": ended,
        "included": _included(works, ended),
        "facts": facts,
        "conflicts": _conflicts(seen, facts, judgements, judged, ended, made),
    }


def works_as_seen(
    works: pd.DataFrame, facts: pd.DataFrame, declared: Mapping[str, Any]
) -> list[Work]:
    """Return each work with its fields and facts as numbers or text, in order of id."""
    values: dict[str, dict[str, str | float]] = {name: {} for name in works["work_id"]}
    disagreeing: dict[str, dict[str, list[str | float]]] = {name: {} for name in works["work_id"]}
    for name, kind in WORK_FIELDS.items():
        for work_id, value in zip(works["work_id"], works[name], strict=True):
            if pd.notna(value):
                values[work_id][name] = _typed(str(value), kind)
    for row in facts.itertuples():
        kind = declared[row.fact]["type"]
        if row.agreement == "disagree":
            several = [_typed(v, kind) for v in row.value.split(" | ")]
            disagreeing[row.work_id][row.fact] = several
        else:
            values[row.work_id][row.fact] = _typed(row.value, kind)
    conflicts = works.set_index("work_id")["conflict"].fillna("")
    return [Work(n, values[n], disagreeing[n], conflicts[n]) for n in sorted(values)]


def _typed(value: str, kind: str) -> str | float:
    return float(value) if kind == "count" and value != UNKNOWN_VALUE else value


def _decision_row(
    work_id: str, criterion: str, decision: Decision, decisive: bool
) -> dict[str, Any]:
    return {
        "work_id": work_id,
        "criterion": criterion,
        "verdict": decision.verdict,
        "basis": decision.basis,
        "rule_verdict": decision.rule_verdict,
        "gap": decision.gap,
        "needs": " ".join(decision.needs) or None,
        "decisive": "yes" if decisive else "no",
        "reviewer": decision.reviewer,
        "reason": decision.reason["en"],
        "reason_fa": decision.reason["fa"],
    }


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
) -> pd.DataFrame:
    """List every fact and judgement on which there is disagreement, and whether it matters.

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
    found = pd.DataFrame(rows, columns=columns("screen/conflicts"))
    return found.sort_values(["work_id", "kind", "field"], ignore_index=True)
