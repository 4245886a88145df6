"""Numbers that are worked out from counts: citations a year, and percentiles within a year.

What a number rests on not being known, it is not known either; where the records of a work
disagree on a count, each of its values gives one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slr.declared import WORKS_MIN, inputs_of
from slr.rules import UNKNOWN_VALUE, Value, Values

Disagreeing = Mapping[str, Sequence[Value]]
Told = tuple[Values, Disagreeing]
"""The values of a work, and those on which its records disagree."""
Worked = Callable[[Value, Value, bool], Value]
"""Gives a number from a count, a year, and whether the count is disputed."""


def numbers(works: Sequence[Told], declared: Mapping[str, Any]) -> dict[str, list[list[Value]]]:
    """Return, by derived number, what it is for each work.

    No value: what it rests on is missing. One: it is that, or unknown. Several: one for each
    value on which the records of the work disagree.
    """
    made = {}
    for name, fact in declared.items():
        if "per_year" in fact:
            made[name] = _each(works, fact["per_year"], _per_year(as_of_year(fact, declared)))
        elif "percentile" in fact:
            count = fact["percentile"]
            ranks = _percentile(_counts_by_year(works, count), fact.get("works_min", WORKS_MIN))
            made[name] = _each(works, count, ranks)
    return made


def inputs(declared: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what each derived number rests on: its count, then the year."""
    return {name: inputs_of(fact) for name, fact in declared.items() if inputs_of(fact)}


def as_of_year(fact: Mapping[str, Any], declared: Mapping[str, Any]) -> int:
    """Return the year of the day on which the count of a `per_year` was read."""
    day: str = fact.get("as_of") or declared[fact["per_year"]]["as_of"]
    return int(day[:4])


def years_counted(published: Value, counted: int) -> int:
    """Return the calendar years from publication to count, both counted.

    >>> years_counted(2019.0, 2026)
    8
    """
    return counted - int(published) + 1


def _each(works: Sequence[Told], count: str, worked: Worked) -> list[list[Value]]:
    made: list[list[Value]] = []
    for values, disagreeing in works:
        year, disputed = values.get("year_from"), count in disagreeing
        counts = disagreeing.get(count, [values[count]] if count in values else [])
        found = (
            one if one == UNKNOWN_VALUE else worked(one, year, disputed)
            for one in counts
            if year is not None
        )
        made.append(list(dict.fromkeys(found)))
    return made


def _per_year(counted: int) -> Worked:
    def worked(count: Value, published: Value, _: bool) -> Value:
        years = years_counted(published, counted)
        return float(count) / years if years > 0 else UNKNOWN_VALUE

    return worked


def _percentile(by_year: Mapping[Value, Sequence[float]], works_min: int) -> Worked:
    """Return the percentile rank in the form of Hazen, ties at the middle of their ranks.

    Notes
    -----
    100 (b + e / 2) / n, where of the n works of the year, this one among them, b have fewer
    citations and e as many: Bornmann, Leydesdorff & Mutz (2013), Journal of Informetrics 7(1),
    158-165, on Hazen (1914). A work whose count is disputed is ranked among those whose is not.
    """

    def worked(count: Value, published: Value, disputed: bool) -> Value:
        counts = by_year.get(published, ())
        several = len(counts) + disputed
        if several < works_min:
            return UNKNOWN_VALUE
        fewer = bisect_left(counts, float(count))
        equal = bisect_right(counts, float(count)) - fewer + disputed
        return 50 * (2 * fewer + equal) / several

    return worked


def _counts_by_year(works: Sequence[Told], count: str) -> dict[Value, list[float]]:
    by_year: dict[Value, list[float]] = {}
    for values, _ in works:
        if "year_from" in values and values.get(count, UNKNOWN_VALUE) != UNKNOWN_VALUE:
            by_year.setdefault(values["year_from"], []).append(float(values[count]))
    return {year: sorted(counts) for year, counts in by_year.items()}
