"""Conditions in words, as a person reads them in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slr.rules import Condition

_JOINED = {"any": " or ", "all": " and "}


def in_words(condition: Condition) -> str:
    """Return a condition as one line.

    >>> in_words({"any": [{"peer_reviewed": {"is": "yes"}}, {"cited_by": {"at_least": 10}}]})
    'peer_reviewed is yes, or cited_by is at least 10'
    >>> in_words({"any": [{"title": {"matches": "a*"}}, {"abstract": {"matches": "a*"}}]})
    'title or abstract holds «a*»'
    """
    [(key, inner)] = condition.items()
    if key == "not":
        return f"not ({in_words(inner)})"
    if key in _JOINED:
        if shared := _of_several(key, inner):
            return shared
        parts = [_bracketed(part) for part in inner]
        return parts[0] if len(parts) == 1 else f",{_JOINED[key]}".join(parts)
    [(test, wanted)] = inner.items()
    return f"{key} {of_test(test, wanted)}"


def of_test(test: str, wanted: Any) -> str:
    """Return what a test asks of a value."""
    return _TESTS[test](wanted)


def number(value: float | str) -> str:
    """Return a number as it is read, any other value as it is.

    >>> number(10.0), number(2.5), number("unknown")
    ('10', '2.5', 'unknown')
    """
    return value if isinstance(value, str) else f"{value:.10g}"


def _bracketed(part: Condition) -> str:
    [key] = part
    told = in_words(part)
    return f"({told})" if key in _JOINED and len(part[key]) > 1 and ", " in told else told


def _of_several(key: str, parts: Sequence[Condition]) -> str:
    """Return one test of several fields, where it is that; a text searched where known is too."""
    tests: list[tuple[str, Mapping[str, Any]]] = []
    for part in parts:
        [(field, inner)] = part.items()
        if field == "all" and len(inner) == 2 and list(inner[0].values()) == [{"known": True}]:
            [(field, inner)] = inner[1].items()
            field = f"{field} (if known)"
        if field in ("any", "all", "not"):
            return ""
        tests.append((field, inner))
    if len(tests) < 2 or key != "any" or any(test != tests[0][1] for _, test in tests):
        return ""
    *others, last = [field for field, _ in tests]
    [(test, wanted)] = tests[0][1].items()
    return f"{', '.join(others)} or {last} {of_test(test, wanted)}"


def _one_of(wanted: Sequence[Any]) -> str:
    return ", ".join(number(one) for one in wanted)


def _quoted(wanted: str | Sequence[str]) -> str:
    several = [wanted] if isinstance(wanted, str) else wanted
    told = ", ".join(f"«{one}»" for one in several)
    return told if len(several) == 1 else f"one of {told}"


_TESTS: Mapping[str, Callable[[Any], str]] = {
    "is": lambda wanted: f"is {number(wanted)}",
    "in": lambda wanted: f"is one of {_one_of(wanted)}" if len(wanted) > 1 else f"is {wanted[0]}",
    "at_least": lambda wanted: f"is at least {number(wanted)}",
    "at_most": lambda wanted: f"is at most {number(wanted)}",
    "between": lambda wanted: f"is between {number(wanted[0])} and {number(wanted[1])}",
    "matches": lambda wanted: f"holds {_quoted(wanted)}",
    "in_list": lambda wanted: f"is on the list {wanted.name}",
    "matches_list": lambda wanted: f"holds a name of the list {wanted.name}",
    "known": lambda wanted: "is known" if wanted else "is not known",
}
