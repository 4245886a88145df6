# ruff: noqa: E501 - tables of cases are read by the row
"""What is exported and read again is the same, whatever the records hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from slr import pull
from slr.carried import guard, pack_names, unguard
from slr.export import bibtex, csljson, ris, tables
from slr.export.items import Item, select
from slr.pull import clean
from slr.pull.entries import Entry
from slr.schemas.tables import ENTRY_FIELDS

DATA = Path(__file__).parent / "data"
WRITERS = {
    "bib": lambda items: bibtex.write(items, "a comment, with title, author and @article{x,"),
    "ris": ris.write,
    "csv": tables.write_csv,
    "csl": csljson.write,
    "asreview": tables.write_asreview,
}

# --- records -------------------------------------------------------------------------------------

HOSTILE = [
    "{", "}", "{}", '"', "'", "''", "@", "@article{x,", "#", "\\", "\\'e", "\\textbackslash{}", "%",
    "\n", "\r\n", "\t", "ER  -", "TY  - JOUR", "AU  - ", "=", "=1+1", "+", "-", "'=", "+x", ",",
    ";", "; ", " and ", " AND ", "and", "others", "et al.", "|", "«", "،", " و ", "و", "~", "^", "_",
    "&", "$", "$x^2$", "--", "---", "``", "''", "<b>", "&amp;", "[", "]", "(", ")", "http://x.org/10.1234/a",
    "10.1234/ab(c)", "References: a; b", "Cited by: 5", "\u200c", "\u200f", "\ufeff", "\xa0", "\u2028",
    "{\\\"o}", "\\&", "\\_", "حکمرانی", "治理", "Управление", "é", "e\u0301", "🙂", "\x00", "\x01", "\x85", "NA",
    "slr_extra", "slr_record_id: a/b", "[x/k1]", "title,author,year", "…", "Jr.", "van der", "A.", "AB",
]  # fmt: skip
PIECE = st.sampled_from(HOSTILE) | st.text(max_size=8) | st.sampled_from(["Word", "two words", " "])
TEXT = st.lists(PIECE, min_size=1, max_size=5).map("".join)
NAME = st.one_of(
    TEXT,
    st.tuples(TEXT, TEXT).map(", ".join),
    st.sampled_from(["Janowski, Tomasz", "Ministry of Health and Welfare", "World Bank", "ساعی, احمد",
                     "de la Cruz, Maria", "King, Jr., Martin", "others", "IBM"]),
)  # fmt: skip
KINDS = ["article", "book", "inproceedings", "incollection", "inbook", "misc", "phdthesis", "online",
         "mastersthesis", "techreport", "dataset", "electronic", "thesis", "proceedings"]  # fmt: skip
EXTRA = st.sampled_from([
    "keywords", "url", "issn", "editor", "database", "date", "accessed", "x-identification", "type",
    "Source Country", "crossref", "booktitle", "howpublished", "month", "شناسه", "cited_by", "status",
    "record_id", "key", "title~2", "issue", "Notes", "TT", "abstract note", "references", "included",
])  # fmt: skip
FIELDS = st.fixed_dictionaries({}, optional={
    "title": TEXT,
    "year": st.sampled_from(["2015", "c2004", "2004-2005", "۱۳۹۹", "1399/2020", "in press", "2001a"]) | TEXT,
    "journal": TEXT,
    "volume": TEXT | st.sampled_from(["12", "۱۲"]),
    "number": TEXT,
    "pages": TEXT | st.sampled_from(["1-5", "5-5", "e101", "S1-S12", "12--15", "pp. 3", "-"]),
    "doi": TEXT | st.sampled_from(["10.1016/S0740-624X(01)00066-1", "10.1000/a{b}\\c", "10.1000/a_b#c%d"]),
    "isbn": st.sampled_from(["978-0-262-03384-8", "0262033844; 0740-624X", "123"]),
    "abstract": TEXT,
    "publisher": TEXT,
    "language": TEXT | st.sampled_from(["en", "Persian"]),
    "note": TEXT,
})  # fmt: skip
KEY = TEXT | st.from_regex(r"[a-zA-Z0-9:.-]{1,8}", fullmatch=True)


def record(key: str, kind: str, fields: dict[str, str], names: list[str]) -> dict[str, Any]:
    """Return a record as the readers make it of an entry."""
    plain = [name for name in map(clean.tidy, names) if name]
    read = {"author": " and ".join(plain), "author_whole": pack_names(plain)}
    entry = Entry(key, kind, 1, fields | {name: value for name, value in read.items() if value})
    row, _ = clean.row(entry, words=False)
    return {"record_id": f"src/{'_'.join(clean.tidy(key).split()) or 'entry'}", **row}


RECORDS = st.lists(
    st.builds(
        record,
        KEY,
        st.sampled_from(KINDS),
        st.builds(lambda a, b: a | b, st.dictionaries(EXTRA, TEXT, max_size=3), FIELDS),
        st.lists(NAME, max_size=4),
    ),
    max_size=4,
    unique_by=lambda row: str(row["record_id"]),
)


def items_of(rows: list[dict[str, Any]]) -> list[Item]:
    table = pd.DataFrame(rows, columns=["record_id", *ENTRY_FIELDS, "extra"], dtype=object)
    return select({"records": table}, "records")  # type: ignore[arg-type]


def read_again(folder: Path, text: str) -> list[dict[str, Any]]:
    path = folder / "export.any"
    path.write_bytes(text.encode())
    pulled = pull.gather([path], folder)
    assert pulled.tables["rejects"].empty, text
    table = pulled.tables["records"]
    found = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in found]


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return what must be the same: the columns of an entry, and every other field."""
    entry = {name: row[name] or None for name in ENTRY_FIELDS}
    return entry | {"extra": json.loads(row["extra"] or "{}")}


@pytest.mark.parametrize("form", WRITERS)
@settings(max_examples=80, deadline=None)
@given(rows=RECORDS)
@example(rows=[])
@example(rows=[record("k", "misc", {}, ["{ and ", "Ministry of Health and Welfare"])])
@example(rows=[record("k", "misc", {}, ["A", "B", "A and B"])])
def test_export_then_import_gives_the_same_records(
    tmp_path_factory: pytest.TempPathFactory, form: str, rows: list[dict[str, Any]]
) -> None:
    text = WRITERS[form](items_of(rows))
    found = read_again(tmp_path_factory.getbasetemp(), text)
    assert [shown(row) for row in found] == [shown(row) for row in rows]
    assert [row["key"] for row in found] == [row["record_id"] for row in rows]
    assert WRITERS[form](items_of(rows)) == text


@given(TEXT)
def test_a_guarded_cell_is_no_formula_and_comes_back(cell: str) -> None:
    assert guard(cell)[:1] not in set("=+-@\t\r\n＝＋－＠")
    assert unguard(guard(cell)) == cell


@pytest.mark.parametrize(
    "name", sorted(path.name for path in DATA.iterdir() if path.is_file() and path.suffix != ".md")
)
def test_what_databases_export_goes_out_and_comes_back(tmp_path: Path, name: str) -> None:
    table = pull.gather([DATA / name], DATA).tables["records"]
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    for form, write in WRITERS.items():
        found = read_again(tmp_path, write(items_of(rows)))
        assert [shown(row) for row in found] == [shown(row) for row in rows], form
        assert [row["key"] for row in found] == [row["record_id"] for row in rows]
