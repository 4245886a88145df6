"""What would change a criterion's verdict on a work: which value of which single field.

The values that are tried stand for all that the criterion tells apart: a choice has few, the
numbers between two bounds are alike, and a text holds a phrase or does not. What a rule says of
each is asked of the rule itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, groupby, pairwise
from math import ceil, floor
from typing import Any

from slr.declared import WORK_FIELDS
from slr.rules import TESTS, UNKNOWN_VALUE, Value, conditions
from slr.rules_words import number, of_test
from slr.screen.decide import Work, apply_rule

MOST_TESTS = 4
"""Most tests of one text whose combinations are all tried; of more, each alone and all."""


@dataclass(frozen=True)
class Flip:
    """A change of one field after which the rule says something else."""

    field: str
    value: str
    verdict: str


def flips(work: Work, criterion: Mapping[str, Any], declared: Mapping[str, Any]) -> list[Flip]:
    """Return each change of one field that changes what a criterion's rule says of a work."""
    now = apply_rule(work, criterion).verdict
    found = []
    for field, tests in _tests(criterion).items():
        fact = declared[field] if field in declared else {"type": WORK_FIELDS[field]}
        for told, verdict in _verdicts(work, criterion, field, fact, tests):
            if verdict != now:
                found.append(Flip(field, told, verdict))
    return found


def _tests(criterion: Mapping[str, Any]) -> dict[str, list[tuple[str, Any]]]:
    """Return the tests of a criterion by field, each once."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for case in criterion["cases"]:
        for part in (case.get("when", {}), case["include_if"]):
            for field, test, wanted in conditions(part):
                if (test, wanted) not in found.setdefault(field, []):
                    found[field].append((test, wanted))
    return found


def _verdicts(
    work: Work,
    criterion: Mapping[str, Any],
    field: str,
    fact: Mapping[str, Any],
    tests: Sequence[tuple[str, Any]],
) -> Iterator[tuple[str, str]]:
    """Yield what a field may be, in words, and what the rule then says; like values as one."""

    def asked(value: Value) -> str:
        others = {name: told for name, told in work.disagreeing.items() if name != field}
        changed = replace(work, values=work.values | {field: value}, disagreeing=others)
        return apply_rule(changed, criterion).verdict

    if fact["type"] in ("count", "number"):
        whole = fact["type"] == "count"
        spans = pairwise([None, *_cuts(tests, whole=whole), None])
        said = [(low, high, asked(_within(low, high))) for low, high in spans]
        for verdict, alike in groupby(said, key=lambda one: one[2]):
            several = list(alike)
            yield _span(several[0][0], several[-1][1], whole=whole), verdict
        return
    by_verdict: dict[str, list[tuple[int, str]]] = {}
    for changes, told, value in _values(work.values.get(field), fact, tests):
        by_verdict.setdefault(asked(value), []).append((changes, told))
    for verdict, tried in by_verdict.items():
        fewest = min(changes for changes, _ in tried)
        *others, last = [told for changes, told in tried if changes == fewest]
        yield f"{', '.join(others)} or {last}" if others else last, verdict


Cut = tuple[float, bool]
"""A number, and whether it belongs below the cut: a bound that is at most it, or less than it."""


def _cuts(tests: Sequence[tuple[str, Any]], *, whole: bool) -> list[Cut]:
    """Return where the answers to tests of a number change; whole numbers are cut below one."""
    cuts: set[Cut] = set()
    for test, wanted in tests:
        match test:
            case "at_least":
                cuts.add((wanted, False))
            case "at_most":
                cuts.add((wanted, True))
            case "between":
                cuts |= {(wanted[0], False), (wanted[1], True)}
            case "is" | "in":
                for one in wanted if isinstance(wanted, list) else [wanted]:
                    cuts |= {(one, False), (one, True)}
    if whole:
        cuts = {(floor(n) + 1 if below else ceil(n), False) for n, below in cuts}
        cuts = {cut for cut in cuts if cut[0] > 0}
    return sorted(cuts)


def _within(low: Cut | None, high: Cut | None) -> float:
    """Return a number between two cuts."""
    if low is None:
        return 0.0 if high is None else high[0] - 1
    if not low[1]:
        return low[0]
    return low[0] + 1 if high is None else (low[0] + high[0]) / 2


def _span(low: Cut | None, high: Cut | None, *, whole: bool) -> str:
    """Return what lies between two cuts, in words."""
    if low is None and high is None:
        return "any number"
    if whole and high is not None:
        last = high[0] - 1
        if low is None:
            return f"at most {number(last)}" if last else "0"
        return number(last) if low[0] == last else f"{number(low[0])} to {number(last)}"
    least = "" if low is None else f"{'more than' if low[1] else 'at least'} {number(low[0])}"
    most = "" if high is None else f"{'at most' if high[1] else 'less than'} {number(high[0])}"
    return " and ".join(filter(None, [least, most]))


def _values(
    now: Value | None, fact: Mapping[str, Any], tests: Sequence[tuple[str, Any]]
) -> Iterator[tuple[int, str, str]]:
    """Yield values that a word or text may have: in how much each differs, in words, and it."""
    if fact["type"] == "choice":
        for value in fact["values"]:
            yield 1, value, value
        return
    named = [
        one for test, w in tests if test in ("is", "in") for one in ([w] if test == "is" else w)
    ]
    for value in dict.fromkeys(map(str, named)):
        yield 1, value, value
    now = None if now == UNKNOWN_VALUE else now
    held = [(test, wanted) for test, wanted in tests if test not in ("is", "in", "known")]
    if not held:
        yield 1, "anything else" if named else "any text", "\N{HORIZONTAL ELLIPSIS}"
        return
    holds = {n for n, (t, wanted) in enumerate(held) if now is not None and TESTS[t](now, wanted)}
    for chosen in _subsets(len(held)):
        changed = [n for n in range(len(held)) if (n in chosen) != (n in holds)]
        told = " and ".join(
            of_test(*held[n]) if n in chosen else f"not ({of_test(*held[n])})" for n in changed
        )
        if changed or now is None:
            text = "; ".join(_sample(*held[n]) for n in chosen)
            yield len(changed), told or "any other text", text or "\N{HORIZONTAL ELLIPSIS}"


def _subsets(count: int) -> Iterator[tuple[int, ...]]:
    sizes = range(count + 1) if count <= MOST_TESTS else (0, 1, count)
    for size in sizes:
        yield from combinations(range(count), size)


def _sample(test: str, wanted: Any) -> str:
    """Return a text of which a test holds."""
    if test == "in_list":
        return str(next(row.name for row in wanted.rows.values()))
    several = wanted.phrases if test == "matches_list" else wanted
    first = several if isinstance(several, str) else several[0]
    return str(first).replace("*", "")
