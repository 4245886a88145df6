"""Tables that people made of the studies or the text: their columns are declared in the config."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from slr import io
from slr.errors import Problem, SlrError, refuse
from slr.identity import Names, read_named_sources
from slr.paths import CODING
from slr.schemas import columns as kinds
from slr.schemas.columns import Table

REFERENCES = ("record", "source")
"""Types of a column that names a record, or a record or named source."""


def schema(declared: Mapping[str, Any], *, raw: bool = False) -> Table:
    """Return the form of a declared table: as people wrote it (`raw`), or as the stage writes it.

    Each column is a number, a word of a vocabulary, a record, or text; one that is `optional`
    may be empty. A pair of columns ``name_en`` and ``name_fa`` is declared as ``name`` of type
    ``words``.
    """
    cols = {}
    for name, column in declared["columns"].items():
        for full in _names(name, column):
            cols[full] = _column(column)
    if not raw and _reference(declared):
        cols |= {"work_id": kinds.needed(), "included": kinds.choice(kinds.YES_NO)}
    return declared["row"], cols, list(declared.get("unique", []))


def _names(name: str, column: Mapping[str, Any]) -> list[str]:
    return [f"{name}_fa", f"{name}_en"] if column["type"] == "words" else [name]


def _column(declared: Mapping[str, Any]) -> Any:
    told, empty = declared.get("meaning", ""), declared.get("optional", False)
    match declared["type"]:
        case "number":
            return kinds.number(told, empty=empty)
        case "choice":
            return kinds.choice(list(declared["values"]), told, empty=empty)
    return kinds.text(told) if empty else kinds.needed(told)


def _reference(declared: Mapping[str, Any]) -> str | None:
    """Return the column that names a record, if the table has one."""
    found = (name for name, one in declared["columns"].items() if one["type"] in REFERENCES)
    return next(found, None)


def read_declared(root: Path, names: Names, settings: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Read and check the tables that the config declares, `data/raw/coding/<name>.csv`.

    Raises
    ------
    SlrError
        With every fault of every table; a table that is declared must be there.
    """
    tables, problems = {}, []
    named = read_named_sources(root)
    for name, declared in settings.get("tables", {}).items():
        path = CODING / f"{name}.csv"
        try:
            table = io.read_table(root / path, schema(declared, raw=True))
            for column, one in declared["columns"].items():
                if one["type"] in REFERENCES:
                    more = named["record_id"] if one["type"] == "source" else ()
                    table = Names([*names.ids, *more]).column(table, column, path)
            if nested := declared.get("nested"):
                table = _nested(table, nested, path)
        except SlrError as error:
            problems += error.problems
        else:
            tables[name] = table
    refuse(problems)
    return tables


def resolved(
    table: pd.DataFrame, declared: Mapping[str, Any], work_of: Mapping[str, str], kept: set[str]
) -> pd.DataFrame:
    """Return a table with the work of each row, where its rows name one."""
    if column := _reference(declared):
        works = table[column].map(lambda record: work_of.get(record, record))
        marked = works.isin(kept).map({True: "yes", False: "no"})
        table = table.assign(work_id=works, included=marked)
    if order := declared.get("unique"):
        table = table.sort_values(order, kind="stable")
    return table


def _nested(table: pd.DataFrame, questions: list[str], path: Path) -> pd.DataFrame:
    """Return the rows that questions of yes and no leave, each a precondition of the next.

    Of all combinations those remain in which no question is answered yet with yes where the one
    before it is answered with no. These, and no other, must be the rows of the table.
    """
    left = [c for c in product(("no", "yes"), repeat=len(questions)) if _descends(c)]
    given = dict(zip(zip(*(table[c] for c in questions), strict=True), table.index, strict=True))
    if set(left) != set(given) or len(given) != len(table):
        found = f"its rows are {sorted(given)}, where each question after the first leaves {left}."
        raise SlrError(Problem(found, f"Correct {', '.join(questions)}.", path))
    return table.loc[[given[c] for c in left]]


def _descends(combination: tuple[str, ...]) -> bool:
    """Tell whether no later answer is yes without the one before it."""
    return list(combination) == sorted(combination, reverse=True)
