"""Evidence maps: the included studies behind each pair of values of any two variables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

import pandas as pd

from slr.code.codebook import Codebook, Variable
from slr.rules import UNKNOWN_VALUE, Truth, evaluate
from slr.schemas.columns import LACKS
from slr.schemas.tables import columns


class Lack(Enum):
    """Why a study has no value. That somebody looked and could not tell is a value, `unknown`."""

    NOT_STATED, NOT_CODED, DISPUTED, NOT_ASKED = LACKS


Value = str | Lack
Valued = dict[str, list[Value]]
"""The values of each work, or why it has none."""


def cells(
    included: pd.DataFrame,
    values: pd.DataFrame,
    disagreements: pd.DataFrame,
    book: Codebook,
    declared: Mapping[str, Any],
) -> pd.DataFrame:
    """Return table `code/maps`: each cell of each map with the studies behind it, empty ones too.

    A study with several values stands in several cells; one that has no value of a variable
    stands in cells that say why, which are there only if there is such a study.
    """
    rows = []
    for name, one in declared.items():
        across, down = (
            valued(one[axis], included, values, disagreements, book) for axis in ("columns", "rows")
        )
        for row in in_order(one["rows"], down, book):
            for column in in_order(one["columns"], across, book):
                here = [w for w in included["work_id"] if row in down[w] and column in across[w]]
                cell = (*_split(row), *_split(column))
                rows.append((name, *cell, len(here), " ".join(here) or None))
    return pd.DataFrame(rows, columns=columns("code/maps"))


def _split(value: Value) -> tuple[str | None, str | None]:
    return (None, value.value) if isinstance(value, Lack) else (value, None)


def joined(value: str | None, lack: str | None) -> Value:
    """Return the value of a row or column of `code/maps`."""
    return Lack(lack) if value is None else value


def valued(
    name: str,
    included: pd.DataFrame,
    values: pd.DataFrame,
    disagreements: pd.DataFrame,
    book: Codebook,
) -> Valued:
    """Return what each included work has of a variable, or of a field such as its year."""
    if name in book.variables:
        return _coded(book.variables[name], included["work_id"], values, disagreements)
    column = {"year": "year_from", "kind": "ENTRYTYPE"}.get(name, name)
    return {
        work: [Lack.NOT_STATED if pd.isna(value) else str(value)]
        for work, value in zip(included["work_id"], included[column], strict=True)
    }


def _coded(
    variable: Variable, works: Iterable[str], values: pd.DataFrame, disagreements: pd.DataFrame
) -> Valued:
    answers: dict[str, dict[str, str]] = {work: {} for work in works}
    rows = values.loc[values["work_id"].isin(list(answers)), ["work_id", "variable", "value"]]
    for work, name, value in rows.itertuples(index=False):
        answers[work][name] = value
    differ = set(disagreements.loc[disagreements["variable"] == variable.name, "work_id"])

    def of(work: str, own: Mapping[str, str]) -> list[Value]:
        if variable.name in own:
            return list(variable.parts(own[variable.name]))
        if work in differ:
            return [Lack.DISPUTED]
        applies = evaluate(variable.where, own) if variable.where else Truth.MET
        waits = applies in (Truth.MET, Truth.MISSING)
        return [Lack.NOT_CODED if waits else Lack.NOT_ASKED]

    return {work: of(work, own) for work, own in answers.items()}


def in_order(name: str, of_works: Valued, book: Codebook) -> list[Value]:
    """Return the values of a variable in order, what is unknown or lacking last.

    Values that the codebook lists come in its order, whether studies have them or not; numbers
    by their size, and words by their letters.
    """
    given = {value for values in of_works.values() for value in values}
    known = list(book.variables[name].labels) if name in book.variables else []
    told = [value for value in given if isinstance(value, str) and value not in known]
    lacks = [lack for lack in Lack if lack in given]
    return [*known, *sorted(told, key=_place), *lacks]


def _place(value: str) -> tuple[bool, bool, float, str]:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    words = not math.isfinite(number)
    return value == UNKNOWN_VALUE, words, 0 if words else number, value
