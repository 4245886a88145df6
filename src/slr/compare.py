"""What two records say alike and what they say differently, field by field and word by word."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd
from rapidfuzz.distance import LCSseq

from slr.schemas.tables import ENTRY_FIELDS
from slr.text import doi_key, fold, title_key, year_range

FIELDS = [name for name in ENTRY_FIELDS if name not in ("year_from", "year_to")] + ["extra"]
"""What is compared, in the order in which it is shown."""
PROSE = {"title", "author", "journal", "publisher", "abstract", "note", "extra"}
"""Fields in which it does not matter where words are parted; in others 1-10 is not 110."""
MOST_WORDS = 4000
"""Words of a value that are compared; what is beyond counts as different."""

# Scripts that are written without spaces are compared letter by letter, each with its marks.
_SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_MARKS = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3"
    "\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef"
)
_SIGNS = r"!-/:-@\[-`{-~«»،؛؟\u2010-\u205e\u3000-\u303f\uff00-\uff0f"
_TOKEN = re.compile(rf"[\s{_SIGNS}]+|[{_SPACELESS}][{_MARKS}]*|[^\s{_SIGNS}{_SPACELESS}]+")


class Likeness(StrEnum):
    """How the values of a field agree, by the sign that shows it."""

    EQUAL = "="
    ALIKE = "≈"
    """The same in another spelling, calendar or punctuation."""
    DIFFERENT = "≠"
    ONE = "·"
    """Only one record has a value."""


@dataclass(frozen=True)
class Piece:
    """A run of a value, and whether the other record lacks it."""

    text: str
    differs: bool


@dataclass(frozen=True)
class Compared:
    """One field of two records; the pieces of a side together are its value."""

    field: str
    likeness: Likeness
    left: tuple[Piece, ...]
    right: tuple[Piece, ...]


def differences(
    left: Mapping[str, Any], right: Mapping[str, Any], fields: Collection[str] = FIELDS
) -> list[Compared]:
    """Compare two records; a field that neither has is left out.

    Parameters
    ----------
    left, right
        Rows of `pull/records`, or parts of them; a missing value is no value.
    fields
        What to compare, in this order.
    """
    return [
        compare(name, values[0], values[1])
        for name in fields
        if any(values := [_value(record.get(name)) for record in (left, right)])
    ]


def compare(field: str, left: str, right: str) -> Compared:
    """Compare two values of a field; one of them may be empty.

    Words count as equal that `slr.text.fold` makes so. They are matched in order (a longest
    common subsequence), so that a word which moved is marked in both.

    >>> [p.text for p in compare("title", "Digital state: a study", "Digital State, a review").left
    ...  if p.differs]
    ['study']
    """
    if not (left and right) or left == right:
        likeness = Likeness.EQUAL if left == right else Likeness.ONE
        return Compared(field, likeness, _whole(left), _whole(right))
    if _one(field, left, right):
        return Compared(field, Likeness.ALIKE, _whole(left), _whole(right))
    parts = [_TOKEN.findall(value) for value in (left, right)]
    marks = _marks(*parts, key=title_key if field in PROSE else fold)
    if not any(map(any, marks)):
        return Compared(field, Likeness.ALIKE, _whole(left), _whole(right))
    one, other = (tuple(_pieces(p, m)) for p, m in zip(parts, marks, strict=True))
    return Compared(field, Likeness.DIFFERENT, one, other)


def _one(field: str, left: str, right: str) -> bool:
    """Tell whether values that look different are one by what the field means."""
    if field == "doi":
        return bool(doi_key(left)) and doi_key(left) == doi_key(right)
    if field == "year":
        (a, b), (c, d) = year_range(left), year_range(right)
        return None not in {a, b, c, d} and max(a or 0, c or 0) <= min(b or 0, d or 0)
    return False


def _marks(
    left: list[str], right: list[str], *, key: Callable[[str], str]
) -> tuple[list[bool], list[bool]]:
    """Tell of each token whether the other side lacks it; what has no letter is never marked."""
    sides = (left, right)
    keys = [[key(token) for token in side] for side in sides]
    places = [[at for at, k in enumerate(side) if k] for side in keys]
    if not any(places):  # nothing but punctuation: all of it counts
        return [True] * len(left), [True] * len(right)
    marks = tuple([False] * len(side) for side in sides)
    seen = [
        [side[at] for at in where[:MOST_WORDS]] for side, where in zip(keys, places, strict=True)
    ]
    joint = "" if key is title_key else " "
    for block in _unequal(*seen):
        texts = [joint.join(side[part]) for side, part in zip(seen, block, strict=True)]
        if texts[0] != texts[1]:
            for mark, where, part in zip(marks, places, block, strict=True):
                for at in where[part]:
                    mark[at] = True
    for mark, where in zip(marks, places, strict=True):
        for at in where[MOST_WORDS:]:
            mark[at] = True
    return marks[0], marks[1]


def _unequal(left: list[str], right: list[str]) -> Iterator[tuple[slice, slice]]:
    """Yield the parts between what two sequences have in common."""
    begin = (0, 0)
    for a, b, length in [*LCSseq.opcodes(left, right).as_matching_blocks()]:
        if (a, b) != begin:
            yield slice(begin[0], a), slice(begin[1], b)
        begin = (a + length, b + length)


def _pieces(tokens: list[str], marks: list[bool]) -> Iterator[Piece]:
    """Join neighbouring tokens of one kind; what parts two marked words is marked with them."""
    kinds = list(marks)
    for at in range(1, len(tokens) - 1):
        kinds[at] |= marks[at - 1] and marks[at + 1] and not fold(tokens[at])
    begin = 0
    for at in range(1, len(tokens) + 1):
        if at == len(tokens) or kinds[at] != kinds[begin]:
            yield Piece("".join(tokens[begin:at]), kinds[begin])
            begin = at


def _whole(value: str) -> tuple[Piece, ...]:
    return (Piece(value, False),) if value else ()


def _value(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)
