"""What each table holds: columns in order, types, allowed values, keys.

These schemas are checked at every read and every write, and the data dictionary is made from
them. A column has one name and one meaning in the whole project.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from slr.errors import Problem, SlrError
from slr.schemas.columns import MEANING, Table
from slr.schemas.made import ENTRY, MADE
from slr.schemas.raw import RAW

ENTRY_FIELDS = list(ENTRY)
"""The fields that describe a publication, in order."""


def schema(name: str | Table) -> pa.DataFrameSchema:
    """Return the schema of `raw/<table>` or `<stage>/<table>`, or of a table that is declared."""
    return _known(name) if isinstance(name, str) else _schema("declared", name)


@cache
def _known(name: str) -> pa.DataFrameSchema:
    return _schema(name, _table(name))


def _table(name: str | Table) -> Table:
    return (RAW | MADE)[name] if isinstance(name, str) else name


def _schema(name: str, table: Table) -> pa.DataFrameSchema:
    title, cols, unique = table
    for key, col in cols.items():
        col.description = col.description or MEANING.get(key, "")
    return pa.DataFrameSchema(
        cols,
        name=name,
        description=title,
        strict=True,
        ordered=True,
        unique=unique or None,
        coerce=True,
    )


def columns(name: str | Table) -> list[str]:
    """Return the columns of a table in order."""
    return list(_table(name)[1])


def check(
    frame: pd.DataFrame,
    name: str | Table,
    *,
    path: Path | None = None,
    lines: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Return `frame` with the columns, order and types of its schema.

    Parameters
    ----------
    frame
        One row an item; its index is not kept.
    path, lines
        The file it came from, and the line of each row, for messages.

    Raises
    ------
    SlrError
        With all faults at once, each with line, column, value and what is allowed.
    """
    wanted = columns(name)
    given = [c for c in wanted if c in frame.columns]
    frame = frame[given + [c for c in frame.columns if c not in wanted]]
    try:
        checked: pd.DataFrame = schema(name).validate(frame.reset_index(drop=True), lazy=True)
    except SchemaErrors as error:
        raise SlrError(_problems(error.failure_cases, path, lines)) from None
    return checked


def _problems(cases: pd.DataFrame, path: Path | None, lines: Sequence[int] | None) -> list[Problem]:
    """Reword pandera's failure cases: one problem a cell, in the order of the file."""
    mistyped = cases.loc[cases["check"].astype(str).str.contains("dtype"), "column"]
    found: dict[tuple[int, str], Problem] = {}
    for case in cases.to_dict("records"):
        if case["column"] in set(mistyped) and "dtype" not in str(case["check"]):
            continue  # where one cell has the wrong type, the checks of its column all fail
        row = None if pd.isna(case["index"]) else int(case["index"])
        line = None if row is None else (lines[row] if lines else row + 2)
        col = str(case["column"]) if case["schema_context"] == "Column" else None
        kind = str(case["check"])
        value = case["failure_case"]
        if kind == "not_nullable":
            problem = Problem("is empty.", "It needs a value.", path, line, col)
        elif kind == "column_in_dataframe":
            problem = Problem("the column is missing.", "Add it.", path, line, str(value))
            col = str(value)
        elif kind == "column_in_schema":
            problem = Problem("the column is not known.", "Drop it.", path, line, str(value))
            col = str(value)
        elif "dtype" in kind:
            problem = Problem(f"{value!r} is no number.", "Write one.", path, line, col)
        elif kind == "multiple_fields_uniqueness":
            col = str(case["column"])
            problem = Problem(f"{value!r} stands there twice.", "Keep one row.", path, line, col)
        else:
            problem = Problem(f"{value!r} is not allowed;", f"{kind}.", path, line, col)
        found.setdefault((line or 0, col or ""), problem)
    return [found[key] for key in sorted(found)]
