"""Apply the criteria of the config and the judgements of people to every work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from pathlib import Path
from typing import Any

import pandas as pd

from slr import config, io
from slr.config import WORK_FIELDS
from slr.errors import Problem, SlrError, did_you_mean
from slr.facts import facts_answered, facts_of_works, read_facts, unused_facts
from slr.identity import Names
from slr.paths import ALTERNATIVES, CONFIG, DEDUPED, PULLED, SCREENED, SCREENING
from slr.rules import UNKNOWN_VALUE, Truth, evaluate, fields, gaps
from slr.schemas.tables import ENTRY_FIELDS, columns

VERDICT_OF = {"pass": "include", "fail": "exclude", "review": "review"}
MOST_COMBINATIONS = 64
"""Most combinations of disagreeing facts that are tried before the work waits for a person."""

WAITS = {
    "en": "waits: {needs} not recorded yet",
    "fa": "در انتظار: {needs} هنوز ثبت نشده است",
}
UNKNOWN = {"en": "{needs} not known", "fa": "{needs} دانسته نیست"}
WAITS_UNKNOWN = {
    "en": "waits: {needs} not known",
    "fa": "در انتظار: {needs} دانسته نیست",
}
DISAGREE = {
    "en": "waits: its records disagree on {needs}",
    "fa": "در انتظار: رکوردهای آن دربارهٔ {needs} سازگار نیستند",
}
CONTRADICT = {
    "en": "waits: judgements contradict each other ({who})",
    "fa": "در انتظار: داوری‌ها با هم ناسازگارند ({who})",
}
DUPLICATES = {
    "en": "waits: judgements on its duplicates contradict each other",
    "fa": "در انتظار: داوری‌ها دربارهٔ رکوردهای تکراری آن ناسازگارند",
}
LIST_JOINER = {"en": ", ", "fa": "، "}


@dataclass(frozen=True)
class Work:
    """One work as the criteria see it.

    `values` holds the agreed value of each fact and field; `disagreeing` the several values of
    those on which the records of the work differ.
    """

    work_id: str
    values: dict[str, str | float]
    disagreeing: dict[str, list[str | float]] = field(default_factory=dict)
    conflict: str = ""


@dataclass(frozen=True)
class Decision:
    """The verdict on one work under one criterion: a row of `screen/decisions`."""

    verdict: str
    basis: str
    rule_verdict: str
    reason: Mapping[str, str]
    gap: str | None = None
    needs: tuple[str, ...] = ()
    reviewer: str | None = None


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
    check_supposed(alternatives, names)
    of_works = facts_of_works(facts, clusters, settings["facts"])
    tables = screen(works, of_works, on_works(judgements, clusters), settings)
    tables["unused_facts"] = unused_facts(facts, settings["facts"])
    tables["multiverse"] = multiverse.compare(
        works, facts, judgements, clusters, settings, alternatives
    )
    for name, table in tables.items():
        io.write_table(root / SCREENED / f"{name}.csv", table, f"screen/{name}")
    return summary(tables["outcomes"])


def summary(outcomes: pd.DataFrame) -> str:
    """Say how many works are included, set aside, and waiting."""
    counts = outcomes["status"].value_counts()
    told = f"{counts.get('included', 0)} of {len(outcomes)} works included"
    waiting = counts.get("awaiting", 0)
    return told + (f"; {waiting} wait, see outcomes.csv" if waiting else "")


def read_judgements(root: Path, criteria: Mapping[str, Any], names: Names) -> pd.DataFrame:
    """Read and check the judgements of people, their names resolved; none without a file."""
    judgements = io.read_optional(root / SCREENING, "raw/screening")
    problems = [
        Problem(f"{name!r} is no criterion.", did_you_mean(name, criteria), SCREENING, line)
        for line, name in judgements["criterion"].items()
        if name not in criteria
    ]
    if problems:
        raise SlrError(problems)
    return names.column(judgements, "record_id", SCREENING)


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


def on_works(judgements: pd.DataFrame, clusters: pd.DataFrame) -> pd.DataFrame:
    """Return the judgements with the `work_id` that each is about, in order of date."""
    joined = judgements.merge(clusters, on="record_id").rename(columns={"cluster_id": "work_id"})
    return joined.sort_values("date", kind="stable")


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


Judged = Mapping[tuple[str, str], Mapping[str, tuple[str, str]]]
"""By work and criterion: by reviewer, the verdict and its reason."""


def latest(judgements: pd.DataFrame) -> Judged:
    """Return the latest verdict of every reviewer on each work and criterion."""
    said: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
    for row in judgements.itertuples():
        said.setdefault((row.work_id, row.criterion), {})[row.reviewer] = (row.verdict, row.reason)
    return said


def decide(work: Work, criteria: Mapping[str, Any], judged: Judged) -> dict[str, Decision]:
    """Return the decision on one work under each criterion, in the order of the config."""
    decisions = {}
    for name, criterion in criteria.items():
        by_rule = apply_rule(work, criterion)
        said = judged.get((work.work_id, name), {})
        decisions[name] = _judge(by_rule, said) if said else by_rule
    return decisions


def apply_rule(work: Work, criterion: Mapping[str, Any]) -> Decision:
    """Return what a criterion's rule says of a work.

    Where the work's records disagree on a fact, the rule is tried with each value: if all give
    one verdict it stands, else the work waits for a person.
    """
    asked = {f for case in criterion["cases"] for f in _asked(case)}
    open_facts = [f for f in sorted(work.disagreeing) if f in asked]
    choices = product(*(work.disagreeing[f] for f in open_facts))
    tried = [
        _apply(work.values | dict(zip(open_facts, choice, strict=True)), criterion)
        for choice in islice(choices, MOST_COMBINATIONS + 1)
    ]
    if len({d.verdict for d in tried}) == 1 and len(tried) <= MOST_COMBINATIONS:
        return tried[0]
    reason = {lang: _fill(DISAGREE, lang, open_facts) for lang in ("en", "fa")}
    return Decision("review", "conflict", "review", reason, needs=tuple(open_facts))


def _asked(case: Mapping[str, Any]) -> list[str]:
    return fields(case["include_if"]) + (fields(case["when"]) if "when" in case else [])


def _apply(values: Mapping[str, str | float], criterion: Mapping[str, Any]) -> Decision:
    """Decide by the first case that applies or, its condition unknown, may apply.

    A case whose condition is missing a fact does not apply: what nobody recorded of a work, such
    as how the paper uses it, is not there.
    """
    for case in criterion["cases"]:
        basis = "stand-in" if case.get("stand_in") else "rule"
        applies = evaluate(case["when"], values) if "when" in case else Truth.MET
        if applies is Truth.UNKNOWN:
            return _gap_decision(applies, "rule", gaps(case["when"], values), criterion, None)
        if applies is Truth.MET:
            break
    truth = evaluate(case["include_if"], values)
    if truth in (Truth.UNKNOWN, Truth.MISSING):
        return _gap_decision(truth, basis, gaps(case["include_if"], values), criterion, case)
    verdict = "include" if truth is Truth.MET else "exclude"
    return Decision(verdict, basis, verdict, case["met" if truth is Truth.MET else "not_met"])


def _gap_decision(
    truth: Truth,
    basis: str,
    needs: Sequence[str],
    criterion: Mapping[str, Any],
    case: Mapping[str, Any] | None,
) -> Decision:
    """Return what the config lets a gap decide, with a reason that says that it was a gap."""
    gap = truth.value
    verdict = VERDICT_OF[criterion[gap]]
    if verdict == "review":
        told = WAITS if truth is Truth.MISSING else WAITS_UNKNOWN
        reason = {lang: _fill(told, lang, needs) for lang in ("en", "fa")}
    elif case is None:
        reason = {lang: _fill(UNKNOWN, lang, needs) for lang in ("en", "fa")}
    else:
        of_case = case["met"] if verdict == "include" else case["not_met"]
        reason = {lang: f"{of_case[lang]} ({_fill(UNKNOWN, lang, needs)})" for lang in ("en", "fa")}
    waits_for = tuple(needs) if verdict == "review" else ()
    return Decision(verdict, basis, verdict, reason, gap, waits_for)


def _fill(words: Mapping[str, str], lang: str, needs: Sequence[str]) -> str:
    return words[lang].format(needs=LIST_JOINER[lang].join(needs))


def _judge(by_rule: Decision, said: Mapping[str, tuple[str, str]]) -> Decision:
    """Let people override the rule; where they contradict each other, the work waits."""
    who = ", ".join(sorted(said))
    verdicts = sorted({verdict for verdict, _ in said.values()})
    if len(verdicts) > 1:
        reason = {lang: CONTRADICT[lang].format(who=who) for lang in ("en", "fa")}
        return Decision(
            "review", "conflict", by_rule.verdict, reason, needs=("judgement",), reviewer=who
        )
    told = "; ".join(dict.fromkeys(reason for _, reason in said.values()))
    words = {"en": f"judgement ({who}): {told}", "fa": f"داوری ({who}): {told}"}
    return Decision(verdicts[0], "judgement", by_rule.verdict, words, gap=by_rule.gap, reviewer=who)


def end(
    work: Work, decisions: Mapping[str, Decision], criteria: Mapping[str, Any]
) -> dict[str, Any]:
    """Return where a work ends: at the first criterion that it does not meet, or included."""
    if work.conflict:
        reason = DUPLICATES
        return _ended("awaiting", None, "conflict", ("judgement",), reason)
    for name, decision in decisions.items():
        if decision.verdict == "review":
            return _ended("awaiting", name, decision.basis, decision.needs, decision.reason)
        if decision.verdict == "exclude":
            status = criteria[name].get("counts_as", "excluded")
            return _ended(status, name, decision.basis, (), decision.reason)
    overridden = [d for d in decisions.values() if d.rule_verdict != "include"]
    if overridden:
        return _ended("included", None, "judgement", (), overridden[0].reason)
    met = {
        lang: ("; " if lang == "en" else "؛ ").join(d.reason[lang] for d in decisions.values())
        for lang in ("en", "fa")
    }
    return _ended("included", None, "rule", (), met)


def _ended(
    status: str,
    criterion: str | None,
    basis: str,
    needs: Sequence[str],
    reason: Mapping[str, str],
) -> dict[str, Any]:
    return {
        "status": status,
        "criterion": criterion,
        "basis": basis,
        "needs": " ".join(needs) or None,
        "reason": reason["en"],
        "reason_fa": reason["fa"],
    }


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
