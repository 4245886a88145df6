"""The schemas: one bad example for each kind of rule, and words for every column."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from stages import PROJECT

from slr import config
from slr.errors import SlrError
from slr.schemas.columns import MEANING
from slr.schemas.made import MADE
from slr.schemas.raw import RAW
from slr.schemas.tables import check, columns, schema

JUDGEMENT = {
    "record_id": "paper/Nam2014",
    "criterion": "identified",
    "verdict": "include",
    "reviewer": "A",
    "date": "2026-01-31",
    "reason": "seen",
}
CONTEXT = dict.fromkeys(columns("raw/contexts"), "x") | {
    "context_id": "4",
    "unit": "paragraph",
    "paper_line": "1",
}
SOURCE = dict.fromkeys(columns("raw/named_sources"), "x") | {"record_id": "paper/Nam2014"}
NODE = dict.fromkeys(columns("cocite/nodes")) | {
    "node_id": "paper/Nam2014",
    "label": "Nam 2014",
    "label_fa": "Nam 2014",
    "status": "included",
    "degree": 1,
    "weighted_degree": 0.5,
}
RECORD = dict.fromkeys(columns("pull/records")) | {
    "record_id": "paper/Nam2014",
    "source": "paper",
    "key": "Nam2014",
    "file": "data/raw/records/paper.bib",
    "line": 1,
    "first_byte": 0,
    "end_byte": 9,
}

BAD = {
    "empty": ("raw/screening", JUDGEMENT, "reason", None, "reason: is empty. It needs a value."),
    "not one of the allowed": (
        "raw/screening",
        JUDGEMENT,
        "verdict",
        "included",
        "verdict: 'included' is not allowed; allowed: include, exclude.",
    ),
    "no day": (
        "raw/screening",
        JUDGEMENT,
        "date",
        "31.1.2026",
        "date: '31.1.2026' is not allowed; allowed: a Gregorian day as YYYY-MM-DD.",
    ),
    "a day and more": (
        "raw/screening",
        JUDGEMENT,
        "date",
        "2026-01-31\n",
        "date: '2026-01-31\\n' is not allowed; allowed: a Gregorian day as YYYY-MM-DD.",
    ),
    "no number": (
        "raw/contexts",
        CONTEXT,
        "context_id",
        "four",
        "context_id: 'four' is no number. Write one.",
    ),
    "no whole number": (
        "raw/contexts",
        CONTEXT,
        "context_id",
        "1.5",
        "context_id: '1.5' is no number. Write one.",
    ),
    "too small": (
        "raw/contexts",
        CONTEXT,
        "context_id",
        "0",
        "context_id: 0 is not allowed; allowed: 1 or more.",
    ),
    "a negative weight": (
        "cocite/nodes",
        NODE,
        "weighted_degree",
        -0.5,
        "weighted_degree: -0.5 is not allowed; allowed: 0 or more.",
    ),
    "no record id": (
        "pull/records",
        RECORD,
        "record_id",
        "Nam2014",
        "record_id: 'Nam2014' is not allowed; allowed: <source>/<key>, without spaces.",
    ),
    "a record id with a space": (
        "pull/records",
        RECORD,
        "record_id",
        "paper/Nam 2014",
        "record_id: 'paper/Nam 2014' is not allowed; allowed: <source>/<key>, without spaces.",
    ),
}


@pytest.mark.parametrize(("name", "row", "column", "value", "told"), BAD.values(), ids=BAD.keys())
def test_a_bad_value_is_refused(
    name: str, row: dict[str, object], column: str, value: object, told: str
) -> None:
    good = pd.DataFrame([row])
    check(good, name)
    bad = pd.DataFrame([row, row | {column: value}]).drop_duplicates()
    bad = bad.assign(**{schema(name).unique[0]: ["a/b", "c/d"]}) if _keyed(name, column) else bad
    with pytest.raises(SlrError) as caught:
        check(bad, name, path=Path("t.csv"))
    assert str(caught.value) == f"t.csv:3: {told}"


def _keyed(name: str, column: str) -> bool:
    """Tell whether two rows need keys of their own, and the key is not what is tested."""
    return bool(schema(name).unique) and schema(name).unique != [column]


def test_a_repeated_key_is_refused() -> None:
    with pytest.raises(SlrError) as caught:
        check(pd.DataFrame([SOURCE, SOURCE]), "raw/named_sources", path=Path("t.csv"), lines=[2, 7])
    assert str(caught.value) == (
        "t.csv:2: record_id: 'paper/Nam2014' stands there twice. Keep one row.\n"
        "t.csv:7: record_id: 'paper/Nam2014' stands there twice. Keep one row."
    )


def test_a_column_too_few_or_too_many_is_refused() -> None:
    frame = pd.DataFrame([JUDGEMENT])
    with pytest.raises(SlrError) as caught:
        check(frame.drop(columns="reason").assign(raison="?"), "raw/screening", path=Path("t.csv"))
    assert str(caught.value) == (
        "t.csv: raison: the column is not known. Drop it.\n"
        "t.csv: reason: the column is missing. Add it."
    )


def test_columns_come_out_in_the_order_of_the_schema() -> None:
    frame = pd.DataFrame([dict(reversed(JUDGEMENT.items()))])
    assert list(check(frame, "raw/screening").columns) == list(JUDGEMENT)


def test_all_faults_of_a_file_are_told_twenty_at_most() -> None:
    frame = pd.DataFrame([JUDGEMENT | {"verdict": "perhaps"}] * 25)
    with pytest.raises(SlrError) as caught:
        check(frame, "raw/screening", path=Path("t.csv"))
    assert len(caught.value.problems) == 25
    lines = str(caught.value).split("\n")
    assert len(lines) == 21
    assert lines[-1] == "... and 5 more of the same run."


TABLES = {**RAW, **MADE}


@pytest.mark.parametrize("name", TABLES)
def test_every_table_and_column_is_described(name: str) -> None:
    title, cols, unique = TABLES[name]
    assert title
    assert title.endswith(".")
    assert set(unique) <= set(cols)
    assert [key for key, col in schema(name).columns.items() if not col.description] == []
    assert schema(name).strict


def test_every_meaning_is_of_some_column() -> None:
    used = {column for _, cols, _ in TABLES.values() for column in cols}
    assert set(MEANING) - used == set()


def test_every_raw_table_has_a_schema() -> None:
    folders = {"facts": "facts"}  # any number of files, one schema
    names = {
        folders.get(path.parent.name, path.stem)
        for path in (PROJECT / "data" / "raw").rglob("*.csv")
    }
    declared = config.load(PROJECT / "config.yaml")["code"]["tables"]
    assert names <= {name.removeprefix("raw/") for name in RAW} | set(declared)


def test_every_table_that_a_rule_makes_has_a_schema() -> None:
    rules = "".join(p.read_text("utf-8") for p in (PROJECT / "workflow" / "rules").glob("*.smk"))
    written = set(re.findall(r'=update\("data/processed/(\w+/\w+)\.csv"\)', rules))
    assert written == set(MADE) - {"rank/ranking"}  # which `slr rank` makes, when asked
    assert len(written) == 6 + 7 + 16 + 7 + 7 + 2


def test_names_of_columns_are_lower_case_words_but_for_bibtex() -> None:
    names = {column for _, cols, _ in TABLES.values() for column in cols} - {"ENTRYTYPE"}
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)] == []


@pytest.mark.parametrize("day", ["2026-99-99", "2026-02-30", "۲۰۲۶-۰۱-۰۱", "1405-09-10"])
def test_a_day_that_is_none_or_of_another_calendar_is_refused(day: str) -> None:
    """The latest judgement counts, and days are compared as text."""
    row = dict(zip(columns("raw/screening"), ("a", "b", "include", "me", day, "why"), strict=True))
    with pytest.raises(SlrError, match="a Gregorian day"):
        check(pd.DataFrame([row]), "raw/screening")
    check(pd.DataFrame([row | {"date": "2026-02-28"}]), "raw/screening")
    with pytest.raises(SlrError, match="more than blanks"):
        check(pd.DataFrame([row | {"date": "2026-02-28", "reason": " \n "}]), "raw/screening")
