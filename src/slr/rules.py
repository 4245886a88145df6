"""Declarative conditions over named facts, in a logic that keeps what is not known apart.

A condition is plain data: ``any``, ``all`` and ``not`` over tests of one field, such as
``{peer_reviewed: {is: "yes"}}``. Nothing in it is ever evaluated as code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

UNKNOWN_VALUE = "unknown"
"""The value of a fact that someone looked for and could not tell."""


class Truth(Enum):
    """Whether a condition is met, is not, or cannot be told for one of two reasons."""

    MET = "met"
    NOT_MET = "not met"
    UNKNOWN = "unknown"  # someone looked and could not tell
    MISSING = "missing"  # no one has looked yet


Condition = Mapping[str, Any]
Values = Mapping[str, str | float]


def evaluate(condition: Condition, values: Values) -> Truth:
    """Tell whether `values` meet a condition (Kleene's three-valued logic).

    A gap decides only where the rest does not: ``any`` is met by one part that is met, ``all``
    fails by one that is not. Of two gaps, a missing value counts before an unknown one, since
    it can be filled.

    >>> evaluate({"any": [{"a": {"is": 1}}, {"b": {"at_least": 2}}]}, {"b": 3})
    <Truth.MET: 'met'>
    >>> evaluate({"all": [{"a": {"is": 1}}, {"b": {"at_least": 2}}]}, {"b": 3})
    <Truth.MISSING: 'missing'>
    """
    [(key, inner)] = condition.items()
    if key == "not":
        return _negate(evaluate(inner, values))
    if key == "any":
        return _first_of([evaluate(part, values) for part in inner], Truth.MET, Truth.NOT_MET)
    if key == "all":
        return _first_of([evaluate(part, values) for part in inner], Truth.NOT_MET, Truth.MET)
    if key not in values:
        return Truth.MISSING
    if values[key] == UNKNOWN_VALUE:
        return Truth.UNKNOWN
    [(test, wanted)] = inner.items()
    return Truth.MET if _holds(test, values[key], wanted) else Truth.NOT_MET


def gaps(condition: Condition, values: Values) -> list[str]:
    """Return the fields of a condition that are missing or unknown, in order of name."""
    return sorted({f for f in fields(condition) if values.get(f, UNKNOWN_VALUE) == UNKNOWN_VALUE})


def fields(condition: Condition) -> list[str]:
    """Return the fields that a condition names, in order of name."""
    found: set[str] = set()
    for key, inner in condition.items():
        if key == "not":
            found.update(fields(inner))
        elif key in ("any", "all"):
            found.update(*(fields(part) for part in inner))
        else:
            found.add(key)
    return sorted(found)


def _first_of(parts: Iterable[Truth], deciding: Truth, otherwise: Truth) -> Truth:
    found = set(parts)
    for truth in (deciding, Truth.MISSING, Truth.UNKNOWN):
        if truth in found:
            return truth
    return otherwise


def _negate(truth: Truth) -> Truth:
    return {Truth.MET: Truth.NOT_MET, Truth.NOT_MET: Truth.MET}.get(truth, truth)


def _holds(test: str, value: str | float, wanted: Any) -> bool:
    match test:
        case "is":
            return _same(value, wanted)
        case "in":
            return any(_same(value, one) for one in wanted)
        case "at_least":
            return float(value) >= float(wanted)
        case "at_most":
            return float(value) <= float(wanted)
    raise ValueError(f"no such test: {test}")  # the config's schema lets no other through


def _same(value: str | float, wanted: str | float) -> bool:
    if isinstance(value, str) or isinstance(wanted, str):
        return str(value) == str(wanted)
    return float(value) == float(wanted)
