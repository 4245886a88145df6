"""Apply the criteria of the config and the judgements of people to every work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
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
from slr.screen import tally
from slr.screen import votes as voting
from slr.screen.decide import Decision, Judged, Work, decide, end
from slr.screen.judgements import latest, on_works, read_judgements
from slr.stages import STAGES


@dataclass(frozen=True)
class Inputs:
    """What the screen reads: section `screen` of the config, and tables of records and works.

    `facts` are those of records, with what votes decide among them; `votes` have a `work_id`.
    """

    settings: Mapping[str, Any]
    works: pd.DataFrame
    clusters: pd.DataFrame
    facts: pd.DataFrame
    judgements: pd.DataFrame
    votes: voting.Votes
    voted: pd.DataFrame


def read(root: Path) -> Inputs:
    """Read and check all that the screen needs, and count the votes until now."""
    settings = config.load(root / CONFIG)["screen"]
    works = io.read_table(root / DEDUPED / "works.csv", "dedup/works")
    clusters = io.read_table(root / DEDUPED / "clusters.csv", "dedup/clusters")
    names = Names(clusters["record_id"])
    enrichment = io.read_table(root / PULLED / "enrichment.csv", "pull/enrichment")
    facts = read_facts(root, settings["facts"], names)
    votes, voted = read_votes(root, settings, names, clusters)
    facts = pd.concat(
        [
            facts,
            facts_answered(enrichment, settings["facts"]),
            pd.DataFrame(tally.as_facts(voted), columns=facts.columns, dtype="str"),
        ],
        ignore_index=True,
    )
    judgements = read_judgements(root, settings["criteria"], names)
    return Inputs(settings, works, clusters, facts, judgements, votes, voted)


def read_votes(
    root: Path, settings: Mapping[str, Any], names: Names, clusters: pd.DataFrame
) -> tuple[voting.Votes, pd.DataFrame]:
    """Read the votes until now, brought to works, and what they decide; none without stages."""
    read = voting.read_votes(root, settings, names, datetime.now(UTC))
    votes = voting.Votes(voting.on_works(read.good, clusters), read.bad)
    if "votes" not in settings:
        return votes, pd.DataFrame(columns=columns("screen/voted"))
    votes = tally.without_own_settlements(votes, settings["votes"])
    return votes, tally.tally(votes.good, settings)


def run(root: Path) -> str:
    """Screen the works of the dedup stage; write decisions, outcomes, included and the rest."""
    from slr import multiverse

    given = read(root)
    settings, clusters = given.settings, given.clusters
    alternatives = config.load_alternatives(root / ALTERNATIVES, {"screen": settings})
    check_supposed(alternatives, Names(clusters["record_id"]))
    of_works = facts_of_works(given.facts, clusters, settings["facts"])
    judged = on_works(given.judgements, clusters)
    tables = screen(given.works, of_works, judged, settings, given.voted)
    tables["unused_facts"] = unused_facts(given.facts, settings["facts"])
    tables["bad_votes"] = given.votes.bad
    tables["multiverse"] = multiverse.compare(
        given.works, given.facts, given.judgements, clusters, settings, alternatives
    )
    for name, table in tables.items():
        io.write_table(root / SCREENED / f"{name}.csv", table, f"screen/{name}")
    return "; ".join(filter(None, [summary(tables["outcomes"]), given.votes.told()]))


def summary(outcomes: pd.DataFrame) -> str:
    """Say how many works are included, set aside, and waiting."""
    counts = outcomes["status"].value_counts()
    told = f"{counts.get('included', 0)} of {len(outcomes)} works included"
    waiting = counts.get("awaiting", 0)
    return told + (f"; {waiting} wait, see outcomes.csv" if waiting else "")


def check_supposed(alternatives: Mapping[str, Any], names: Names) -> None:
    """Refuse an alternative that supposes something of a record that does not exist."""
    for name, change in alternatives.items():
        for record in change.get("suppose", {}):
            try:
                names.resolve(record)
            except SlrError as error:
                told = error.problems[0]
                key = f"{name}.suppose"
                raise SlrError(Problem(told.found, told.fix, ALTERNATIVES, None, key)) from error


def screen(
    works: pd.DataFrame,
    facts: pd.DataFrame,
    judgements: pd.DataFrame,
    settings: Mapping[str, Any],
    voted: pd.DataFrame | None = None,
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
    """
    criteria = settings["criteria"]
    judged = latest(judgements)
    seen = works_as_seen(works, facts, settings["facts"])
    if voted is None:
        voted = pd.DataFrame(columns=columns("screen/voted"))
    by_votes = tally.decisions(voted, settings.get("votes"), works["work_id"])
    decisions, outcomes = [], []
    for work in seen:
        row = decide(work, criteria, judged)
        for stage in (name for name in STAGES if name in row):
            if (work.work_id, stage) not in judged:
                row[stage] = by_votes[work.work_id, stage]
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
        "conflicts": _conflicts(seen, facts, judgements, judged, ended, made, voted),
        "voted": voted,
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
