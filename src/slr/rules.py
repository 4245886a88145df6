"""Declarative conditions over named facts, in a logic that keeps what is not known apart.

A condition is plain data: ``any``, ``all`` and ``not`` over tests of one field, such as
``{peer_reviewed: {is: "yes"}}``. Nothing in it is ever evaluated as code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import Any

from slr.phrases import compiled

UNKNOWN_VALUE = "unknown"
"""The value of a fact that someone looked for and could not tell."""


class Truth(Enum):
    """Whether a condition is met, is not, or cannot be told for one of two reasons."""

    MET = "met"
    NOT_MET = "not met"
    UNKNOWN = "unknown"  # someone looked and could not tell
    MISSING = "missing"  # no one has looked yet


Condition = Mapping[str, Any]
Value = str | float
Values = Mapping[str, Value]


def evaluate(condition: Condition, values: Values) -> Truth:
    """Tell whether `values` meet a condition (Kleene's three-valued logic).

    A gap decides only where the rest does not: ``any`` is met by one part that is met, ``all``
    fails by one that is not. Of two gaps, a missing value counts before an unknown one, since
    it can be filled. ``known`` asks for the gap itself, and so is never one.

    >>> evaluate({"any": [{"a": {"is": 1}}, {"b": {"at_least": 2}}]}, {"b": 3})
    <Truth.MET: 'met'>
    >>> evaluate({"all": [{"a": {"is": 1}}, {"b": {"at_least": 2}}]}, {"b": 3})
    <Truth.MISSING: 'missing'>
    """
    [(key, inner)] = condition.items()
    if key == "not":
        return _negate(evaluate(inner, values))
    if key == "any":
        return _first_of((evaluate(part, values) for part in inner), Truth.MET, Truth.NOT_MET)
    if key == "all":
        return _first_of((evaluate(part, values) for part in inner), Truth.NOT_MET, Truth.MET)
    [(test, wanted)] = inner.items()
    return tested(values.get(key), test, wanted)


def tested(value: Value | None, test: str, wanted: Any) -> Truth:
    """Tell what one test says of a value; None is a value that is missing."""
    if test == "known":
        return _truth((value is not None and value != UNKNOWN_VALUE) == wanted)
    if value is None:
        return Truth.MISSING
    if value == UNKNOWN_VALUE:
        return Truth.UNKNOWN
    return _truth(TESTS[test](value, wanted))


def gaps(condition: Condition, values: Values) -> list[str]:
    """Return the fields whose gaps leave a condition open, in order of name.

    Not those in parts that are met or not met all the same, nor those of which it only asks
    whether they are known.

    >>> gaps({"all": [{"a": {"is": 1}}, {"any": [{"b": {"is": 2}}, {"c": {"is": 3}}]}]}, {"c": 3})
    ['a']
    """
    return sorted(set(_gaps(condition, values)))


def _gaps(condition: Condition, values: Values) -> Iterator[str]:
    if evaluate(condition, values) in (Truth.MET, Truth.NOT_MET):
        return
    [(key, inner)] = condition.items()
    if key in ("any", "all"):
        for part in inner:
            yield from _gaps(part, values)
    elif key == "not":
        yield from _gaps(inner, values)
    else:
        yield key


def fields(condition: Condition) -> list[str]:
    """Return the fields that a condition names, in order of name."""
    return sorted({field for field, _, _ in conditions(condition)})


def conditions(condition: Condition) -> Iterator[tuple[str, str, Any]]:
    """Yield the ``field, test, wanted`` triples of a condition, at any depth."""
    for key, inner in condition.items():
        if key == "not":
            yield from conditions(inner)
        elif key in ("any", "all"):
            for part in inner:
                yield from conditions(part)
        else:
            yield from ((key, test, wanted) for test, wanted in inner.items())


def _first_of(parts: Iterable[Truth], deciding: Truth, otherwise: Truth) -> Truth:
    found = set()
    for truth in parts:
        if truth is deciding:
            return deciding
        found.add(truth)
    for truth in (Truth.MISSING, Truth.UNKNOWN):
        if truth in found:
            return truth
    return otherwise


def _negate(truth: Truth) -> Truth:
    return {Truth.MET: Truth.NOT_MET, Truth.NOT_MET: Truth.MET}.get(truth, truth)


def _truth(holds: bool) -> Truth:
    return Truth.MET if holds else Truth.NOT_MET


def _same(value: Value, wanted: Value) -> bool:
    if isinstance(value, str) or isinstance(wanted, str):
        return str(value) == str(wanted)
    return float(value) == float(wanted)


def _holds_phrase(value: Value, wanted: str | list[str]) -> bool:
    several = wanted if isinstance(wanted, str) else tuple(wanted)
    return compiled(several).first_in(str(value)) is not None


TESTS: Mapping[str, Callable[[Value, Any], bool]] = {
    "is": _same,
    "in": lambda value, wanted: any(_same(value, one) for one in wanted),
    "at_least": lambda value, wanted: float(value) >= float(wanted),
    "at_most": lambda value, wanted: float(value) <= float(wanted),
    "between": lambda value, wanted: float(wanted[0]) <= float(value) <= float(wanted[1]),
    "matches": _holds_phrase,
    "in_list": lambda value, wanted: wanted.has(str(value)),
    "matches_list": lambda value, wanted: wanted.matches(str(value)),
}
"""The tests of one known value. The lists of the last two are resolved: see `slr.lists`."""
