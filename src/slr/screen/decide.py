"""What the criteria and people say of one work, and where it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

from slr.rules import UNKNOWN_VALUE, Condition, Truth, Values, evaluate, fields, gaps

VERDICT_OF = {"pass": "include", "fail": "exclude", "review": "review"}
JUDGEMENT = "judgement"
"""What a work waits for that no fact would settle."""
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
SENTENCE_JOINER = {"en": "; ", "fa": "؛ "}


@dataclass(frozen=True)
class Work:
    """One work as the criteria see it.

    `values` holds the agreed value of each fact and field; `disagreeing` the several values of
    those on which the records of the work differ; `inputs` what each derived number rests on.
    """

    work_id: str
    values: dict[str, str | float]
    disagreeing: dict[str, list[str | float]] = field(default_factory=dict)
    conflict: str = ""
    inputs: Mapping[str, Sequence[str]] = field(default_factory=dict)


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


Judged = Mapping[tuple[str, str], Mapping[str, tuple[str, str]]]
"""By work and criterion: by reviewer, the verdict and its reason."""


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
    if not work.disagreeing:
        return _apply(work.values, criterion, work.inputs)
    asked = {f for case in criterion["cases"] for f in _asked(case)}
    open_facts = [f for f in sorted(work.disagreeing) if f in asked]
    choices = product(*(work.disagreeing[f] for f in open_facts))
    tried = [
        _apply(work.values | dict(zip(open_facts, choice, strict=True)), criterion, work.inputs)
        for choice in islice(choices, MOST_COMBINATIONS + 1)
    ]
    if len({d.verdict for d in tried}) == 1 and len(tried) <= MOST_COMBINATIONS:
        return tried[0]
    needs = sorted({work.inputs[f][0] if f in work.inputs else f for f in open_facts})
    reason = {lang: _fill(DISAGREE, lang, needs) for lang in ("en", "fa")}
    return Decision("review", "conflict", "review", reason, needs=tuple(needs))


def _asked(case: Mapping[str, Any]) -> list[str]:
    return fields(case["include_if"]) + (fields(case["when"]) if "when" in case else [])


def _apply(
    values: Values, criterion: Mapping[str, Any], inputs: Mapping[str, Sequence[str]]
) -> Decision:
    """Decide by the first case that applies or, its condition unknown, may apply.

    A case whose condition is missing a fact does not apply: what nobody recorded of a work, such
    as how the paper uses it, is not there.
    """
    for case in criterion["cases"]:
        basis = "stand-in" if case.get("stand_in") else "rule"
        applies = evaluate(case["when"], values) if "when" in case else Truth.MET
        if applies is Truth.UNKNOWN:
            gaps_filled = _gaps(case["when"], values, inputs)
            return _gap_decision(applies, "rule", gaps_filled, criterion, None)
        if applies is Truth.MET:
            break
    truth = evaluate(case["include_if"], values)
    if truth in (Truth.UNKNOWN, Truth.MISSING):
        gaps_filled = _gaps(case["include_if"], values, inputs)
        return _gap_decision(truth, basis, gaps_filled, criterion, case)
    verdict = "include" if truth is Truth.MET else "exclude"
    return Decision(verdict, basis, verdict, case["met" if truth is Truth.MET else "not_met"])


def _gaps(
    condition: Condition, values: Values, inputs: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Return the gaps of a condition, each with what would fill it.

    A derived number is filled by what it rests on; where that is known, by a judgement alone.
    """
    found: dict[str, str] = {}
    for name in gaps(condition, values):
        rests_on = [
            n for n in inputs.get(name, ()) if values.get(n, UNKNOWN_VALUE) == UNKNOWN_VALUE
        ]
        if name not in inputs:
            found[name] = name
        elif rests_on:
            found |= {one: one for one in rests_on}
        else:
            found[name] = JUDGEMENT
    return found


def _gap_decision(
    truth: Truth,
    basis: str,
    gaps_filled: Mapping[str, str],
    criterion: Mapping[str, Any],
    case: Mapping[str, Any] | None,
) -> Decision:
    """Return what the config lets a gap decide, with a reason that says that it was a gap."""
    gap, needs = truth.value, list(gaps_filled)
    verdict = VERDICT_OF[criterion[gap]]
    if verdict == "review":
        told = WAITS if truth is Truth.MISSING else WAITS_UNKNOWN
        reason = {lang: _fill(told, lang, needs) for lang in ("en", "fa")}
    elif case is None:
        reason = {lang: _fill(UNKNOWN, lang, needs) for lang in ("en", "fa")}
    else:
        of_case = case["met"] if verdict == "include" else case["not_met"]
        reason = {lang: f"{of_case[lang]} ({_fill(UNKNOWN, lang, needs)})" for lang in ("en", "fa")}
    waits_for = tuple(dict.fromkeys(gaps_filled.values())) if verdict == "review" else ()
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
    told = dict.fromkeys(reason for _, reason in said.values())
    words = {
        lang: f"{word} ({who}): {SENTENCE_JOINER[lang].join(told)}"
        for lang, word in (("en", "judgement"), ("fa", "داوری"))
    }
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
    basis = "votes" if any(d.basis == "votes" for d in decisions.values()) else "rule"
    met = {
        lang: SENTENCE_JOINER[lang].join(d.reason[lang] for d in decisions.values())
        for lang in ("en", "fa")
    }
    return _ended("included", None, basis, (), met)


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
