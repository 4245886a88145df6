"""Step 5, merge: one row a work, and where its records differ."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from slr.dedup.prepare import Columns
from slr.text import year_range

FIELDS = (
    "ENTRYTYPE", "title", "author", "year", "year_from", "year_to", "journal", "volume", "number",
    "pages", "doi", "isbn", "abstract", "publisher", "language", "note",
)  # fmt: skip
"""The columns that describe a publication, in the order of the tables."""

_DATE = re.compile(r"[A-Za-z]{3}")
Table = dict[str, list[str]]


def merge(
    columns: Columns, leader: Sequence[int], conflicts: Mapping[int, str]
) -> tuple[Table, Table]:
    """Return the tables `works` and `conflicts`, by column; an empty text is a missing value.

    The fullest record of a work leads: one with a title before one without, then the one with
    most fields, then the first id. What it lacks is filled from the others in that order; its
    note, which speaks of the record itself, is not. Of abstracts the longest is kept, and pages
    that a spreadsheet made a date of only where no record has others.

    Parameters
    ----------
    columns
        `record_id` and any of `FIELDS`, in the order of `record_id`.
    leader
        For each record, the record that names its work.
    conflicts
        By such a record, why people must look at the work.
    """
    ids = columns["record_id"]
    nothing = [""] * len(ids)
    fields = [columns.get(name) or nothing for name in FIELDS]
    members: dict[int, list[int]] = {}
    for row, name in enumerate(leader):
        members.setdefault(name, []).append(row)
    works: Table = {name: [] for name in ("work_id", *FIELDS, "record_ids", "conflict")}
    differing: Table = {name: [] for name in ("work_id", "field", "record_id", "value", "kept")}
    for name in sorted(members, key=ids.__getitem__):
        rows = members[name]
        if len(rows) == 1:
            values = [column[rows[0]] for column in fields]
        else:
            values = [_best(field, column) for field, column in _ordered(fields, rows)]
            _differences(differing, ids[name], rows, (ids, fields, values))
        begins, ends = year_range(values[3])
        values[4:6] = ("" if year is None else str(year) for year in (begins, ends))
        for field, value in zip(FIELDS, values, strict=True):
            works[field].append(value)
        works["work_id"].append(ids[name])
        works["record_ids"].append(" ".join(ids[row] for row in rows))
        works["conflict"].append(conflicts.get(name, ""))
    return works, differing


def _ordered(fields: Sequence[Sequence[str]], rows: list[int]) -> list[tuple[str, list[str]]]:
    """Return each field with its values, the fullest record's first."""
    title = fields[FIELDS.index("title")]
    filled = {row: sum(bool(column[row]) for column in fields[:-1]) for row in rows}
    rows = sorted(rows, key=lambda row: (not title[row], -filled[row], row))
    return [(name, [column[row] for row in rows])
            for name, column in zip(FIELDS, fields, strict=True)]  # fmt: skip


def _best(field: str, values: list[str]) -> str:
    """Return the value of a field that the work has, of those in the order of its records."""
    if field == "note":
        return values[0]
    given = [value for value in values if value]
    if field == "abstract":
        return max(given, key=len, default="")
    if field == "pages":
        given = [value for value in given if not _DATE.search(value)] or given
    return given[0] if given else ""


def _differences(
    table: Table,
    name: str,
    rows: list[int],
    told: tuple[Sequence[str], Sequence[Sequence[str]], list[str]],
) -> None:
    """Add the fields on which the records of a work differ, one row a record that has a value.

    What only some of them say is no difference.
    """
    ids, fields, values = told
    for field, column, kept in zip(FIELDS, fields, values, strict=True):
        said = [row for row in rows if column[row]]
        if len({column[row] for row in said}) < 2:
            continue
        for row in said:
            table["work_id"].append(name)
            table["field"].append(field)
            table["record_id"].append(ids[row])
            table["value"].append(column[row])
            table["kept"].append("yes" if column[row] == kept else "no")
