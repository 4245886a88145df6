# ruff: noqa: E501 - tables of cases are read by the row
"""Files put one after another, and entries that lost the line they begin with: none disappears."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pull_oracle
import pytest
from test_pull_faults import BIB, CIW, ENW, NBIB, RIS, XML, outcome, read, warnings

from slr import pull
from slr.errors import SlrError

CSV = "key,title,year\n{key},{title},2001\n"

JOINED = {
    "RIS": (RIS, ""),
    "RIS without the last line end": (RIS, "\n"),
    "RIS without the last blank either": (RIS, " \n"),
    "Web of Science": (CIW, ""),
    "Web of Science without the last line end": (CIW, "\n"),
    "NBIB": (NBIB, ""),
    "NBIB without the last line end": (NBIB, "\n"),
    "Refer": (ENW, ""),
    "Refer without the last line end": (ENW, "\n"),
    "BibTeX": (BIB, ""),
    "BibTeX without the last line end": (BIB, "\n"),
    "EndNote XML": (f"<xml><records>{XML}</records></xml>", ""),
    "CSV": (CSV, ""),
}  # fmt: skip


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize(("form", "lacks"), JOINED.values(), ids=JOINED.keys())
def test_two_files_put_together_are_both_read(
    tmp_path: Path, form: str, lacks: str, mark: str
) -> None:
    first, second = form.format(key=1, title="A"), form.format(key=2, title="B")
    pulled = read(tmp_path, first.removesuffix(lacks) + mark + second)
    found = pulled.tables["records"]
    assert dict(zip(found["key"], found["title"], strict=True)) == {"1": "A", "2": "B"}
    assert set(found["year"]) == ({None} if "xml" in form else {"2001"})
    assert pulled.tables["rejects"].empty


def test_a_second_table_may_have_its_columns_in_another_order(tmp_path: Path) -> None:
    text = CSV.format(key=1, title="A") + "year,authors,title,key\n2002,Kim S.,B,2\n"
    pulled = read(tmp_path, text)
    shown = pulled.tables["records"][["key", "title", "year"]].to_numpy().tolist()
    assert shown == [["1", "A", "2001"], ["2", "B", "2002"]]
    assert warnings(pulled) == [(3, "the column names stand there again")]


@pytest.mark.parametrize(
    "names", ["Rank\tPublication ID\tTitle\tPubYear", "PT\tUT\tTI\tPY\t"], ids=["Dimensions", "WoS"]
)
def test_column_names_stand_again_though_the_first_says_nothing(tmp_path: Path, names: str) -> None:
    rows = [f"J\t{n}\tThe title {n}\t2001" for n in (1, 2)]
    pulled = read(tmp_path, "\n".join([names, rows[0], names, rows[1], ""]))
    assert list(pulled.tables["records"]["title"]) == ["The title 1", "The title 2"]


def test_a_row_of_words_that_name_columns_is_a_record(tmp_path: Path) -> None:
    text = "title,year,journal,note,pages\nYear,2001,Volume,x,1\n"
    assert list(read(tmp_path, text).tables["records"]["title"]) == ["Year"]


HEADLESS = {
    "NBIB": (
        NBIB.format(key=1, title="A") + "\n" + NBIB.format(key=2, title="B").split("\n", 1)[1]
        + "\n" + NBIB.format(key=3, title="C"),
        [(1, "1", "kept"), (6, "", "no PMID line begins the entry"), (10, "3", "kept")],
    ),
    "Refer": (
        ENW.format(key=1, title="A") + "\n" + ENW.format(key=2, title="B").split("\n", 1)[1]
        + "\n" + ENW.format(key=3, title="C"),
        [(1, "1", "kept"), (7, "2", "kept"), (12, "3", "kept")],
    ),
    "BibTeX": (
        BIB.format(key=1, title="A") + BIB.format(key=2, title="B")[1:] + BIB.format(key=3, title="C"),
        [(1, "1", "kept"), (5, "2", "no @ begins the entry"), (9, "3", "kept")],
    ),
    "BibTeX, the first of all": (
        BIB.format(key=1, title="A")[1:] + BIB.format(key=2, title="B"),
        [(1, "1", "no @ begins the entry"), (5, "2", "kept")],
    ),
    "EndNote XML": (
        f"<records>{XML.format(key=1, title='A')}\n{XML.format(key=2, title='B')[8:]}\n"
        + XML.format(key=3, title="C"),
        [(1, "1", "kept"), (1, "2", "no <record> begins the record"), (3, "3", "kept")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), HEADLESS.values(), ids=HEADLESS.keys())
def test_an_entry_without_its_first_line_is_none_of_the_one_before(
    tmp_path: Path, text: str, wanted: list[tuple[int, str, str]]
) -> None:
    assert outcome(read(tmp_path, text)) == wanted


def test_an_empty_line_within_an_entry_parts_nothing(tmp_path: Path) -> None:
    text = NBIB.format(key=1, title="A").replace("\n", "\n\n")
    [record] = read(tmp_path, text).tables["records"].to_dict("records")
    assert (record["key"], record["title"], record["year"]) == ("1", "A", "2001")


def test_an_entry_behind_a_percent_sign_is_skipped_and_told(tmp_path: Path) -> None:
    pulled = read(tmp_path, BIB.format(key=1, title="A") + "%" + BIB.format(key=2, title="B"))
    assert outcome(pulled) == [(1, "1", "kept")]
    told = "an entry behind a % is skipped: %@article{2, title = {B}, year = {2001} }"
    assert warnings(pulled) == [(5, told)]


MENDED = {
    "an ER without its dash": (RIS.replace("ER  - ", "ER"), [(1, "the ER line has no dash: mended")]),
    "hard spaces": (RIS.replace("  - ", "\xa0\xa0-\xa0"), []),
}  # fmt: skip


@pytest.mark.parametrize(("form", "told"), MENDED.values(), ids=MENDED.keys())
def test_loose_forms_of_ris(tmp_path: Path, form: str, told: list[tuple[int, str]]) -> None:
    pulled = read(tmp_path, form.format(key=1, title="A"))
    [record] = pulled.tables["records"].to_dict("records")
    assert [record[n] for n in ("key", "title", "author", "year")] == ["1", "A", "Kim, S.", "2001"]
    assert warnings(pulled) == told


def test_a_column_without_a_name_is_kept(tmp_path: Path) -> None:
    pulled = read(tmp_path, "title,year,\nA,2001,x\nB,2002\nC,2003,\n")
    found = pulled.tables["records"][["title", "year", "extra"]].fillna("").to_numpy().tolist()
    assert found == [["A", "2001", '{"(no name)": "x"}'], ["B", "2002", ""], ["C", "2003", ""]]


FORMS = [form for form in pull_oracle.GOOD if form not in pull_oracle.INDEXES]


@pytest.mark.parametrize("second", FORMS)
@pytest.mark.parametrize("first", FORMS)
@pytest.mark.parametrize("between", ["", "\n\n"])
def test_an_entry_of_another_format_is_rejected_and_not_lost(
    first: str, second: str, between: str
) -> None:
    texts = []
    for form, key in ((first, "k111"), (second, "k999")):
        head, good, tail = pull_oracle.GOOD[form]
        texts.append(head + good.format(key=key, title=f"Title {key}") + tail)
    intake = pull_oracle.taken(between.join(texts).encode(), None)
    assert intake is not None
    [loss] = intake.losses
    assert loss.found == loss.kept + loss.rejected >= 2
    begins = (texts[0] + between).count("\n") + 1
    lines = [
        row["line"] for name in ("records", "rejects") for row in pull_oracle.rows_of(intake, name)
    ]
    assert min(lines) < begins <= max(lines)


@pytest.mark.parametrize(
    "header", ["Title\tAuthors\tYear", '"Authors";"Title";"Year"', "عنوان,نویسندگان,سال"]
)
@pytest.mark.parametrize("first", ["nbib", "refer", "ris"])
def test_a_table_behind_entries_is_rejected(first: str, header: str) -> None:
    head, good, tail = pull_oracle.GOOD[first]
    text = head + good.format(key="k111", title="Title k111") + tail
    intake = pull_oracle.taken(f"{text}{header}\nA title,B,2001\n".encode(), None)
    assert intake is not None
    [reject] = pull_oracle.rows_of(intake, "rejects")
    assert reject["line"] == text.count("\n") + 1
    assert reject["reason"].startswith("an entry of another format, a table: ")
    [record] = pull_oracle.rows_of(intake, "records")
    assert record["title"] == "Title k111"


def test_a_line_of_an_abstract_that_names_columns_is_no_table() -> None:
    told = "Title, authors and year,\nthe title, the authors, and 3.5% more. So:\ntitle, author"
    text = f"PMID- 1\nTI  - Whole\nAB  - {told}\nDP  - 2001\n"
    intake = pull_oracle.taken(text.encode(), None)
    assert intake is not None
    [record] = pull_oracle.rows_of(intake, "records")
    assert (record["abstract"], record["year"]) == (" ".join(told.split()), "2001")


@pytest.mark.parametrize(
    "sign", ["\0" * 5000, "\x1a", "\x0c", "\x0b", "\u2028", "\x85", "\ufeff\ufeff"]
)
@pytest.mark.parametrize("form", FORMS)
def test_a_sign_that_ends_files_or_pages_hides_no_entry(form: str, sign: str) -> None:
    head, good, tail = pull_oracle.GOOD[form]
    one, two = (good.format(key=key, title=f"Title {key}") for key in ("k111", "k999"))
    mark = ",\n" if form == "csljson" else ""
    intake = pull_oracle.taken((head + one + mark + sign + two + tail).encode(), form)
    assert intake is not None
    titles = [row["title"] for row in pull_oracle.rows_of(intake, "records")]
    assert titles == ["Title k111", "Title k999"]


def test_an_archive_of_nothing_and_a_file_of_zeros_are_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "e.zip", "w"):
        pass
    (tmp_path / "a.bib").write_text(BIB.format(key="a", title="A"), "utf-8")
    pulled = pull.gather([tmp_path / "a.bib", tmp_path / "e.zip"], tmp_path)
    assert "e.zip is empty or holds only comments" in pulled.told()
    (tmp_path / "z.bib").write_bytes(b"\0" * 5000)
    with pytest.raises(SlrError, match=r"z\.bib: holds nothing but zero bytes\. Get it anew"):
        pull.gather([tmp_path / "z.bib"], tmp_path)
