"""Evidence maps: the included studies behind each pair of values of any two variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from slr.code.codebook import Codebook
from slr.schemas.tables import columns

Valued = dict[str, list[str]]
"""The values of each work, none where it has none."""


def cells(
    included: pd.DataFrame, values: pd.DataFrame, book: Codebook, declared: Mapping[str, Any]
) -> pd.DataFrame:
    """Return table `code/maps`: each cell of each map with the studies behind it, empty ones too.

    A study with several values stands in several cells; one that has no value of a variable
    stands in cells without it, which are there only if there is such a study.
    """
    rows = []
    for name, one in declared.items():
        across = valued(one["columns"], included, values, book)
        down = valued(one["rows"], included, values, book)
        for row in axis(one["rows"], down, book):
            for column in axis(one["columns"], across, book):
                here = [
                    work
                    for work in included["work_id"]
                    if _has(down[work], row) and _has(across[work], column)
                ]
                rows.append((name, row, column, len(here), " ".join(here) or None))
    return pd.DataFrame(rows, columns=columns("code/maps"))


def valued(name: str, included: pd.DataFrame, values: pd.DataFrame, book: Codebook) -> Valued:
    """Return what each included work has of a variable, or of a field such as its year."""
    found: Valued = {work: [] for work in included["work_id"]}
    if name in book.variables:
        variable = book.variables[name]
        of_it = values[values["variable"] == name]
        for work, value in zip(of_it["work_id"], of_it["value"], strict=True):
            found[work] = variable.parts(value)
        return found
    column = {"year": "year_from", "kind": "ENTRYTYPE"}.get(name, name)
    for work, value in zip(included["work_id"], included[column], strict=True):
        found[work] = [] if pd.isna(value) else [str(value)]
    return found


def axis(name: str, of_works: Valued, book: Codebook) -> list[str | None]:
    """Return the values of a variable in order, None last where a study has none.

    Values that the codebook lists come in its order, whether studies have them or not.
    """
    given = {value for values in of_works.values() for value in values}
    known = list(book.variables[name].labels) if name in book.variables else []
    found: list[str | None] = [*known, *sorted(given - set(known))]
    return [*found, None] if not all(of_works.values()) else found


def _has(values: list[str], wanted: str | None) -> bool:
    return not values if wanted is None else wanted in values
