"""Stages at which people vote, as facts and criteria of the screen.

What the votes on a work decide at a stage is a fact of the work, and the stage is a criterion that
asks for this fact. So everything that knows of criteria knows of the stages too, and a work whose
votes do not decide waits, as it does for any fact that nobody has recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slr.errors import did_you_mean

TITLE_ABSTRACT, FULL_TEXT = "title_abstract", "full_text"
STAGES = (TITLE_ABSTRACT, FULL_TEXT)
CODER = "votes"
"""The coder of facts that votes decide."""

Fault = tuple[tuple[str | int, ...], str, str]

_NAMES = {
    TITLE_ABSTRACT: {"en": "Title and abstract", "fa": "عنوان و چکیده"},
    FULL_TEXT: {"en": "Full text", "fa": "متن کامل"},
}
_QUESTIONS = {
    TITLE_ABSTRACT: {
        "en": "Do people who read its title and abstract vote for it?",
        "fa": "آیا کسانی که عنوان و چکیده‌اش را خوانده‌اند به آن رأی می‌دهند؟",
    },
    FULL_TEXT: {
        "en": "Do people who read the whole of it vote for it?",
        "fa": "آیا کسانی که متن کاملش را خوانده‌اند به آن رأی می‌دهند؟",
    },
}
_MET = {"en": "votes include it", "fa": "رأی‌ها آن را می‌پذیرند"}
_NOT_MET = {"en": "votes exclude it", "fa": "رأی‌ها آن را کنار می‌گذارند"}


def with_stages(screen: Mapping[str, Any]) -> dict[str, Any]:
    """Return section `screen` of the config with the voting stages among its criteria and facts."""
    voting = screen["votes"]["stages"]
    stage_facts = {
        name: {"type": "choice", "values": ["include", "exclude"], "by": CODER} for name in voting
    }
    criteria: dict[str, Any] = {}
    order = [name for name in STAGES if name in voting]
    for name, criterion in screen["criteria"].items():
        criteria |= {s: _criterion(s, screen) for s in order if _before(screen, s) == name}
        criteria[name] = criterion
    criteria |= {s: _criterion(s, screen) for s in order if _before(screen, s) is None}
    return {**screen, "facts": {**screen["facts"], **stage_facts}, "criteria": criteria}


def _before(screen: Mapping[str, Any], stage: str) -> str | None:
    """Return the criterion before which a stage is asked; None at the end."""
    first = next(iter(screen["criteria"]), None) if stage == TITLE_ABSTRACT else None
    before: str | None = screen["votes"]["stages"][stage].get("before", first)
    return before


def _criterion(stage: str, screen: Mapping[str, Any]) -> dict[str, Any]:
    case = {"include_if": {stage: {"is": "include"}}, "met": _MET, "not_met": _NOT_MET}
    return {
        "name": _NAMES[stage],
        "question": _QUESTIONS[stage],
        "unknown": "review",
        "missing": "review",
        "cases": [case],
        "by": CODER,
        "needed": screen["votes"]["stages"][stage]["needed"],
        "reasons": reasons(screen),
    }


def is_stage(criterion: Mapping[str, Any]) -> bool:
    """Tell whether a criterion is a stage at which people vote."""
    return bool(criterion.get("by") == CODER)


def reasons(screen: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """Return the reasons that a screener may name, by id: the criteria's questions, then others.

    That a report could not be had is no reason to exclude it: PRISMA 2020 counts it apart.
    """
    asked = {
        name: criterion["question"]
        for name, criterion in screen["criteria"].items()
        if name not in STAGES and not _is_retrieval(criterion)
    }
    return asked | dict(screen["votes"].get("reasons", {}))


def faults(screen: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the votes of section `screen`, before its stages are filled in."""
    votes, criteria = screen["votes"], screen["criteria"]
    at = ("screen", "votes")
    for name in STAGES:
        for part in ("criteria", "facts"):
            if name in screen[part]:
                yield ("screen", part, name), "is a stage of votes.", "Choose another name."
    for name in sorted(set(votes.get("reasons", {})) & {*criteria, *STAGES}):
        yield (*at, "reasons", name), "is a criterion already.", "Drop it, or choose another name."
    if ("senior" in votes) != (votes["conflicts"] == "senior"):
        fix = "Name who settles under `senior`, with `conflicts: senior`, or neither."
        yield at, "senior and conflicts do not go together.", fix
    people = votes.get("reviewers")
    if people and "senior" in votes and votes["senior"] not in people:
        fix = did_you_mean(votes["senior"], people)
        yield (*at, "senior"), f"{votes['senior']!r} is no reviewer.", fix
    for name, stage in votes["stages"].items():
        if "before" in stage and stage["before"] not in criteria:
            found = f"{stage['before']!r} is no criterion."
            fix = did_you_mean(stage["before"], criteria)
            yield (*at, "stages", name, "before"), found, fix
            return
        if people and stage["needed"] > len(people):
            found = f"{stage['needed']} votes are needed, and {len(people)} may vote."
            yield (*at, "stages", name, "needed"), found, "Need fewer, or name more reviewers."
    yield from _order_faults(screen)


def _order_faults(screen: Mapping[str, Any]) -> Iterator[Fault]:
    """See that the stages come in the order in which PRISMA 2020 counts."""
    order = list(with_stages(screen)["criteria"])
    at = ("screen", "votes", "stages")
    if all(name in order for name in STAGES) and order.index(STAGES[0]) > order.index(STAGES[1]):
        yield (*at, FULL_TEXT, "before"), "comes before title_abstract.", "Ask it later."
    after = order[order.index(TITLE_ABSTRACT) + 1 :] if TITLE_ABSTRACT in order else order
    retrieval = [n for n in order if _is_retrieval(screen["criteria"].get(n, {}))]
    if retrieval != after[: len(retrieval)]:
        found = "what counts as not retrieved is not asked right after title and abstract."
        fix = "Put these criteria first of those after title_abstract, and before full_text."
        yield at, found, fix


def _is_retrieval(criterion: Mapping[str, Any]) -> bool:
    return bool(criterion.get("counts_as") == "not_retrieved")
