"""Lists that criteria compare with: journals, publishers, words; each row with its source.

A name on a list is compared by its letters, an ISSN as an ISSN. What `in_list` and `matches_list`
name in the config is a file of `data/raw/lists/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from slr import io, phrases
from slr.errors import Problem, refuse
from slr.paths import LISTS
from slr.text import fold, issns

LIST_TESTS = ("in_list", "matches_list")
_SEVERAL = re.compile("[;|؛；]")
_NOT_TELLING = {"and", "the"}
"""Words that one spelling of a name has and another leaves out."""


@dataclass(frozen=True)
class Row:
    """One row of a list: what it names, and who says so."""

    name: str
    source: str
    date: str
    line: int


@dataclass(frozen=True)
class Listed:
    """One list, with its rows by the keys under which they are looked for."""

    name: str
    rows: Mapping[str, Row] = field(repr=False)
    phrases: tuple[str, ...] = field(repr=False)

    def row_of(self, value: str) -> Row | None:
        """Return the row that names what a field names; None if none does."""
        return next((self.rows[key] for key in keys(value) if key in self.rows), None)

    def has(self, value: str) -> bool:
        """Tell whether what a field names is on the list."""
        return any(key in self.rows for key in keys(value))

    def matches(self, value: str) -> bool:
        """Tell whether a text holds a name of the list, taken as a phrase."""
        return phrases.compiled(self.phrases).first_in(value) is not None


Lists = Mapping[str, Listed]


def read(root: Path) -> dict[str, Listed]:
    """Read and check the lists of `data/raw/lists/`, by name: the file's, without its ending.

    Raises
    ------
    SlrError
        With every row that names nothing, or has an ISSN whose check digit is wrong.
    """
    found: dict[str, Listed] = {}
    problems: list[Problem] = []
    for path in sorted((root / LISTS).glob("[!.]*.csv")):
        table = io.read_table(path, "raw/lists")
        columns = ("name", "issn", "source", "date")
        told = table[list(columns)].astype("object").where(table.notna(), "").itertuples()
        rows: dict[str, Row] = {}
        names: list[str] = []
        for line, name, issn, source, day in told:
            problems += [Problem(*fault, LISTS / path.name, line) for fault in _faults(name, issn)]
            row = Row(name or issn, source, day, line)
            names += [name] if name else []
            for key in (*keys(name), *issns(issn)):
                rows.setdefault(key, row)
        if not rows:
            problems.append(Problem("holds no rows.", "Add some.", LISTS / path.name))
        found[path.stem] = Listed(path.stem, rows, tuple(dict.fromkeys(names)))
    refuse(problems)
    return found


def _faults(name: str, issn: str) -> Iterator[tuple[str, str]]:
    if not name and not issn:
        yield "the row names nothing.", "Give a name or an ISSN."
    elif name and (fault := phrases.fault(name)):
        yield fault
    for one in filter(None, re.split(r"[\s,;|]+", issn)):
        if not issns(one):
            yield f"{one!r} is no ISSN.", "Look at its digits: the last checks the others."


@lru_cache(4096)
def keys(value: str) -> tuple[str, ...]:
    """Return the keys under which a list may have what a field names.

    >>> keys("Information, Communication & Society") == keys("information communication society")
    True
    >>> keys("0740-624X")
    ('0740624X', '0740624x')
    """
    parts = [part for part in _SEVERAL.split(value) if part.strip()]
    named = [_name_key(part) for part in (*parts, *([value] if len(parts) > 1 else []))]
    return (*issns(value), *filter(None, named))


def _name_key(name: str) -> str:
    words = fold(name).split()
    return "".join(w for w in words if w not in _NOT_TELLING) or "".join(words)


def resolve(part: Any, lists: Lists) -> Any:
    """Return a part of the config with each list that a condition names in the place of its name.

    The config was checked, so every list that it names is there.
    """
    if isinstance(part, list):
        return [resolve(one, lists) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        key: lists[inner] if key in LIST_TESTS and isinstance(inner, str) else resolve(inner, lists)
        for key, inner in part.items()
    }
