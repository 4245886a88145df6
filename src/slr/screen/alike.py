"""Works that criteria cannot tell apart: a rule is tried once for each kind of them.

Of thousands of works only what the tests of a rule say of each counts, and that is little: so
each test is asked of each distinct value once, by all criteria and universes together, and works
of which all tests say the same share one decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from slr.rules import Value, conditions, tested
from slr.screen.decide import Decision, Judged, Work, decide

Said = Mapping[str, tuple[str, str]]
"""What people said of a work under a criterion: by reviewer, the verdict and its reason."""
Test = tuple[str, str, Any]
"""The field, the test, and what it compares with."""


class Answers:
    """What tests said of values, remembered."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], dict[Value | None, str]] = {}

    def columns(self, works: Sequence[Work], tests: Iterable[Test]) -> list[list[str]]:
        """Return for each test, in order of field, what it says of each work: a value of `Truth`.

        All tests of a field are asked of one value after the other: a text is folded once.
        """
        found = []
        for field, several in groupby(sorted(tests, key=lambda test: test[0]), lambda t: t[0]):
            values = [work.values.get(field) for work in works]
            asked = [
                (test, wanted, self._told.setdefault((test, repr(wanted)), {}))
                for _, test, wanted in several
            ]
            for value in dict.fromkeys(values):
                for test, wanted, told in asked:
                    if value not in told:
                        told[value] = tested(value, test, wanted).value
            found += [list(map(told.__getitem__, values)) for _, _, told in asked]
        return found


def alike(
    works: Sequence[Work],
    said: Sequence[Said],
    variants: Sequence[Mapping[str, Any]],
    answers: Answers,
) -> tuple[list[int], list[int]]:
    """Give works one number that are sure to get one decision.

    Parameters
    ----------
    said
        What people said of each work.
    variants
        The ways in which a criterion may be asked.

    Returns
    -------
    tuple
        The number of each work, and for each number the first work that has it.
    """
    cases = [case for criterion in variants for case in criterion["cases"]]
    parts = [case[part] for case in cases for part in ("when", "include_if") if part in case]
    tests = {(f, t, repr(w)): (f, t, w) for part in parts for f, t, w in conditions(part)}
    inputs = works[0].inputs if works else {}  # the same for all works
    behind = {name for field, _, _ in tests for name in inputs.get(field, ())}
    tests |= {(name, "known", "True"): (name, "known", True) for name in behind}
    fields = sorted({field for field, _, _ in tests})
    known: dict[Any, int] = {}
    first: list[int] = []
    numbers = []
    told = zip(*answers.columns(works, tests.values()), strict=True)
    for at, (work, by_people, key) in enumerate(zip(works, said, told, strict=True)):
        whole: tuple[Any, ...] = key
        if work.disagreeing or by_people:
            several = tuple(tuple(work.disagreeing.get(field, ())) for field in fields)
            whole = (*key, several, tuple(by_people.items()))
        numbers.append(known.setdefault(whole, len(first)))
        if numbers[-1] == len(first):
            first.append(at)
    return numbers, first


def decide_all(
    works: Sequence[Work], criteria: Mapping[str, Any], judged: Judged, answers: Answers
) -> list[dict[str, Decision]]:
    """Return of each work what `decide` returns of it; works that are alike share decisions."""
    decisions: list[dict[str, Decision]] = [{} for _ in works]
    for name, criterion in criteria.items():
        said = [judged.get((work.work_id, name), {}) for work in works]
        numbers, first = alike(works, said, [criterion], answers)
        made = [decide(works[at], {name: criterion}, judged)[name] for at in first]
        for row, number in zip(decisions, numbers, strict=True):
            row[name] = made[number]
    return decisions
