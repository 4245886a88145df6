"""The tables: counts, both languages, marks for sources outside, text that is only text."""

from __future__ import annotations

import csv
import io as text_io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pytest
import stages

from slr import config
from slr.bidi import digits
from slr.errors import SlrError
from slr.report import LANGS, grid, markup, prepare, table_names
from slr.report.additions import additions, count_of, waiting
from slr.report.docx import LRM, RLM
from slr.report.page import Content
from slr.report.tables import Builder

TABLES = table_names(stages.PROJECT, config.load(stages.PROJECT / "config.yaml"))
HOSTILE = '=cmd|"<script>alert(1)</script>"&\\input{x}_$%#^~{}`[a](http://x) \u202etxt\u2066'
PERSIAN = re.compile("[\u0600-\u06ff]")


@pytest.fixture(scope="module")
def content() -> Content:
    return prepare(stages.finished())[0]


@pytest.fixture(scope="module")
def by_name(content: Content) -> dict[str, grid.Table]:
    return {table.name: table for table in content.tables}


def text_of(html: str) -> str:
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_data(self, data: str) -> None:
            found.append(data)

    Reader().feed(html)
    return "".join(found)


def test_every_table_is_there_with_its_rows(by_name: dict[str, grid.Table]) -> None:
    assert {name: len(table.rows["en"]) for name, table in by_name.items()} == {
        "studies": 35,
        "excluded": 46,
        "agreement": 0,
        "multiverse": 16,
        "axes": 29,
        "firmness": 50,
        "left_out": 5,
        "additions": 0,
        "waiting": 0,
        "evidence_map": 6,
        "table1": 4,
        "table2": 72,
        "table2_common_steps": 16,
        "table3": 5,
        "table4": 29,
        "table5": 10,
    }
    assert list(by_name) == TABLES


@pytest.mark.parametrize("name", TABLES)
def test_both_languages_are_complete(by_name: dict[str, grid.Table], name: str) -> None:
    table = by_name[name]
    for lang in LANGS:
        assert len(table.rows[lang]) == len(table.works)
        assert all(len(row) == len(table.columns) for row in table.rows[lang])
        assert table.title[lang]
        assert all(table.notes[lang])
        assert all(table.heads[lang])
    assert all(PERSIAN.search(head) for head in table.heads["fa"])
    assert not any(PERSIAN.search(head) for head in table.heads["en"])
    for en, fa in zip(table.rows["en"], table.rows["fa"], strict=True):
        assert [bool(cell) for cell in en] == [bool(cell) for cell in fa] or name == "studies"


@pytest.mark.parametrize("name", TABLES)
def test_every_note_says_that_it_is_a_reconstruction(
    by_name: dict[str, grid.Table], name: str
) -> None:
    assert "reconstruction" in by_name[name].notes["en"][-1]
    assert "بازسازی" in by_name[name].notes["fa"][-1]


def test_a_stand_in_is_called_so_and_says_nothing_of_the_work(
    by_name: dict[str, grid.Table],
) -> None:
    table = by_name["excluded"]
    rows = [" ".join(row) for row in table.rows["en"]]
    by_stand_in = [row for row in rows if "“evidence”" in row or "“citations”" in row]
    assert len(by_stand_in) == 13
    assert all("stand-in" in row and "nothing is said of" in row for row in by_stand_in)
    assert "was not appraised" in table.notes["en"][0]
    for lang in LANGS:
        for one in by_name.values():
            told = grid.as_markdown(one, lang)
            assert not re.search(
                r"(lacks|no|not enough|too few) (evidence|citations?)\b", told.lower()
            ) or (
                one.name == "multiverse"  # which names choices, not works
            )


def test_sources_outside_the_included_are_marked(by_name: dict[str, grid.Table]) -> None:
    at = by_name["table2"].heads["en"].index("Source among the 35?")
    assert {row[at] for row in by_name["table2"].rows["en"]} == {"✗ not among the 35"}
    assert any("Of its 15 sources, 0" in note for note in by_name["table2"].notes["en"])
    at = by_name["table4"].heads["en"].index("Source among the 35?")
    assert {row[at] for row in by_name["table4"].rows["en"][:-1]} == {"yes"}


def test_counts_of_the_paper_tables(by_name: dict[str, grid.Table]) -> None:
    common = by_name["table2_common_steps"]
    assert common.rows["en"][-1][2:6] == ["11 of 15", "7 of 15", "10 of 15", "10 of 15"]
    assert "11 of the 15 models lack at least one of them." in common.notes["en"]
    assert [row[2] for row in by_name["table4"].rows["en"]][-1] == "28"
    counts = dict.fromkeys((row[0], row[2]) for row in by_name["table4"].rows["en"][:-1])
    assert [int(count) for _, count in counts] == [4, 5, 7, 3, 3, 6]
    assert by_name["evidence_map"].rows["en"][-1][-1] == "35"
    assert [row[-1] for row in by_name["evidence_map"].rows["en"]] == [
        "3",
        "1",
        "1",
        "2",
        "28",
        "35",
    ]
    assert "Contextualization" in by_name["table1"].rows["fa"][-1][-1]


def test_the_multiverse_rows(by_name: dict[str, grid.Table]) -> None:
    rows = by_name["multiverse"].rows["en"]
    assert [int(row[1]) for row in rows] == [
        35, 26, 33, 35, 36, 36, 38, 42, 57, 26, 33, 35, 36, 37, 39, 44,
    ]  # fmt: skip
    assert rows[1][2] == "−9"
    assert rows[7][2] == "+7"
    for lang, said in (("en", "(evidence, citations)"), ("fa", "(شواهد، استنادها)")):
        assert said in grid.as_markdown(by_name["multiverse"], lang)


def test_recalled_fields_and_judgements_are_named(by_name: dict[str, grid.Table]) -> None:
    table = by_name["studies"]
    at = table.heads["en"].index("How sure the entry is")
    surety = dict(zip(table.works, (row[at] for row in table.rows["en"]), strict=True))
    assert surety["paper/Aladwani2013"] == "seen in a source; from memory: pages, volume"
    assert surety["paper/Chen2009"] == "a candidate, not confirmed; in by judgement"


def test_persian_html_has_its_digits_and_isolates_latin(by_name: dict[str, grid.Table]) -> None:
    html = grid.as_document(by_name["table1"], "fa")
    assert '<html lang="fa" dir="rtl">' in html
    latin = '<bdi dir="ltr" lang="en">Contextualization (Policy-Driven Electronic Governance)</bdi>'
    assert latin in html
    assert not re.search("[0-9]", text_of(grid.as_html(by_name["table3"], "fa")))


def unmarked(text: str) -> str:
    return text.replace(LRM, "").replace(RLM, "")


def test_what_runs_the_other_way_in_word_keeps_its_order() -> None:
    said = {"en": "عنوان: چرا؟", "fa": "Are We #1 Yet?"}
    for lang, turned in (("en", True), ("fa", False)):
        lists = {name: [said[lang]] for name in LANGS}
        rows = {name: [[said[lang]]] for name in LANGS}
        table = grid.Table("one", said, lists, [grid.Column("study")], lists, rows, [""])
        document = docx.Document(text_io.BytesIO(grid.write(table, lang, "docx")))
        [run] = document.tables[0].rows[1].cells[0].paragraphs[0].runs
        mark = RLM if turned else LRM
        assert run.text == f"{mark}{said[lang]}{mark}"
        assert ("<w:rtl/>" in run._r.xml) == turned


@pytest.mark.parametrize("lang", LANGS)
def test_word_holds_every_cell_in_the_direction_of_its_language(
    by_name: dict[str, grid.Table], lang: str
) -> None:
    table = by_name["table2"]
    data = grid.write(table, lang, "docx")
    assert data == grid.write(table, lang, "docx")
    document = docx.Document(text_io.BytesIO(data))
    title, *notes = [one.text for one in document.paragraphs]
    assert unmarked(title) == digits(table.title[lang], lang)
    assert len(notes) == len(table.notes[lang])
    [made] = document.tables
    assert len(made.rows) == 1 + 72
    assert [unmarked(cell.text) for cell in made.rows[0].cells] == [
        digits(head, lang) for head in table.heads[lang]
    ]
    for at in (1, 72):  # a merged cell is read as the one that it goes on from
        assert [unmarked(cell.text) for cell in made.rows[at].cells] == [
            digits(cell, lang) for cell in table.rows[lang][at - 1]
        ]
    assert ("bidiVisual" in document.element.xml) == (lang == "fa")
    starts = len(re.findall('<w:vMerge w:val="restart"/>', document.element.xml))
    assert starts == 4 * 15  # number, model, year and the word on its source, of each model


def test_merged_cells_cover_every_row_once(by_name: dict[str, grid.Table]) -> None:
    html = grid.as_html(by_name["table2"], "en")
    rows = re.findall(r"<tr>(.*?)</tr>", html)[1:]
    spans = [int(n) for row in rows for n in re.findall(r'scope="rowgroup" rowspan="(\d+)"', row)]
    assert sum(spans) == 72
    assert len(spans) == 15


# ---- hostile text


def hostile_table() -> grid.Table:
    texts: dict[str, Any] = dict.fromkeys(LANGS, HOSTILE)
    lists = {lang: [HOSTILE] for lang in LANGS}
    rows = {lang: [[HOSTILE, HOSTILE]] for lang in LANGS}
    columns = [grid.Column("study", "head"), grid.Column("id", "code")]
    heads = {lang: [HOSTILE, HOSTILE] for lang in LANGS}
    return grid.Table("hostile", texts, lists, columns, heads, rows, ["paper/x"])


@pytest.mark.parametrize("lang", LANGS)
def test_hostile_text_is_only_text(lang: str) -> None:
    table = hostile_table()
    html = grid.as_document(table, lang)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    markdown = grid.as_markdown(table, lang)
    assert "<script>" not in markdown
    assert "[a](" not in markdown.replace(r"\[a\](", "")
    cells = next(line for line in markdown.splitlines() if line.startswith("|"))
    assert len(re.findall(r"(?<!\\)\|", cells)) == 3
    tex = grid.as_tex(table, lang)
    assert r"\input" not in tex
    assert r"\textbackslash{}input\{x\}\_\$\%\#" in tex
    assert [markup.tex(text, "en")[:3] for text in ("[1pt]", "*")] == ["{[}", "{*}"]
    word = docx.Document(text_io.BytesIO(grid.write(table, lang, "docx")))
    assert "<script>alert(1)</script>" in digits(word.tables[0].rows[1].cells[0].text, "en")
    read = list(csv.reader(text_io.StringIO(grid.as_csv(table, lang))))
    assert all(cell.startswith("'=") for row in read for cell in row)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " =", "＝"])
def test_no_cell_is_a_formula(start: str) -> None:
    assert markup.csv(f"{start}1+1")[0] == "'"


@pytest.mark.parametrize("start", ["[", "*"])
def test_no_cell_is_an_argument_of_the_row_before(start: str) -> None:
    cells = {"en": [[f"{start}Letter] to the editor", "x"]] * 2}
    table = replace(hostile_table(), rows=cells, works=["paper/x", "paper/y"])
    body = grid.as_tex(table, "en").partition(r"\endfoot")[2]
    assert body.count("\n{" + start + "}") == 2
    assert "\n" + start not in body


@pytest.mark.parametrize("lang", LANGS)
def test_no_text_turns_its_neighbours(lang: str) -> None:
    html = markup.html("مدل \u202eABC\u2066 و DEF", lang)
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", html)
    assert html.count("<bdi") == html.count("</bdi>")


def test_a_signed_number_keeps_its_sign_before_it() -> None:
    assert markup.html("+7", "fa") == '<bdi dir="ltr">+۷</bdi>'


# ---- additions and waiting


def test_nothing_is_added_and_nothing_waits(content: Content) -> None:
    assert content.source.data["report/additions"].empty
    assert content.source.data["report/waiting"].empty
    table = next(t for t in content.tables if t.name == "waiting")
    assert "No work waits in this run." in grid.as_html(table, "en")


def test_a_source_beyond_the_baseline_is_an_addition(content: Content) -> None:
    data = content.source.data
    frame = data["pull/records"], data["dedup/clusters"], data["screen/outcomes"]
    found = additions(*frame, baseline=[])
    assert len(found) == 83
    assert set(found["merged"]) == {"no"}
    assert additions(*frame, baseline=["paper"]).empty


def test_what_waits_names_all_that_it_needs_and_the_file(content: Content) -> None:
    works = content.source.data["dedup/works"].head(1)
    work = works["work_id"].iloc[0]
    outcomes = (
        content.source.data["screen/outcomes"]
        .head(1)
        .assign(status="awaiting", criterion="identified", needs="identification")
    )
    decisions = content.source.data["screen/decisions"]
    decisions = decisions[decisions["work_id"] == work].assign(
        verdict="review", needs=["identification", "peer_reviewed", None, "cited_by"]
    )
    facts = {"cited_by": {"type": "count", "index": "Crossref", "as_of": "2024-02-29"}}
    [row] = waiting(works, outcomes, decisions, facts).to_dict("records")
    assert row["needs"] == "identification peer_reviewed cited_by"
    assert row["fill_in"] == "data/raw/facts/paper.csv"
    assert row["note"] == "cited_by: index Crossref, day 2024-02-29"
    judged = outcomes.assign(needs="judgement")
    [row] = waiting(works, judged, decisions.head(0), facts).to_dict("records")
    assert row["fill_in"] == "data/raw/judgements/screening.csv"
    assert row["note"] is None
    of_entry = outcomes.assign(needs="year_from")  # no fact: an entry lacks it, a person judges
    [row] = waiting(works, of_entry, decisions.head(0), facts).to_dict("records")
    assert row["fill_in"] == "data/raw/judgements/screening.csv"
    at_duplicates = outcomes.assign(criterion=None, needs="judgement")
    [row] = waiting(works, at_duplicates, decisions.head(0), facts).to_dict("records")
    assert row["fill_in"] == "data/raw/judgements/duplicates.csv"


def test_a_count_is_of_one_index_and_day() -> None:
    facts = {
        "cited_by": {"type": "count", "index": "Crossref", "as_of": "2024-02-29"},
        "downloads": {"type": "count", "index": "the publisher"},
        "year": {"type": "count"},
    }
    assert count_of(["year", "downloads", "cited_by"], facts, "en") == (
        "cited_by: index Crossref, day 2024-02-29; downloads: index the publisher, any day"
    )
    assert count_of(["cited_by"], facts, "fa") == "cited_by: نمایهٔ Crossref، روز ۲۰۲۴-۰۲-۲۹"
    assert count_of(["year", "judgement"], facts, "en") is None


def test_the_table_of_what_waits_shows_the_note(content: Content) -> None:
    row = dict.fromkeys(content.source.data["report/waiting"].columns)
    work = content.source.data["dedup/works"]["work_id"].iloc[0]
    row |= {"work_id": work, "criterion": "citations", "needs": "cited_by judgement"}
    row |= dict.fromkeys(("fill_in", "reason", "reason_fa"), "x")
    data = {**content.source.data, "report/waiting": pd.DataFrame([row])}
    table = next(t for t in rebuilt(content, data) if t.name == "waiting")
    at = [column.key for column in table.columns].index("count_of")
    assert table.rows["en"][0][at] == "cited_by: index OpenAlex, day 2026-11-23"
    assert "نمایهٔ OpenAlex" in table.rows["fa"][0][at]
    assert sum(column.share for column in table.columns) < 1


def rebuilt(content: Content, data: dict[str, pd.DataFrame]) -> list[grid.Table]:
    source = replace(content.source, data=data)
    return Builder(source, content.declared).all(TABLES)


def test_files_hold_what_the_tables_hold(by_name: dict[str, grid.Table], tmp_path: Path) -> None:
    path = tmp_path / "studies.csv"
    path.write_bytes(grid.write(by_name["studies"], "fa", "csv"))
    rows = stages.rows(path)
    assert len(rows) == 35
    assert rows[0]["شناسه"] == "paper/Aladwani2013"


# ---- declarations that name what is not there


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"from": "tables4"}, "'code/tables4' is no table, column or variable of this review."),
        ({"columns": [{"head": {"en": "a", "fa": "آ"}, "cell": "concepts", "share": 0.1}]},
         "'concepts' is no table, column or variable of this review."),
        ({"notes": [{"en": "{n}", "fa": "{n}", "fields": {"n": {"flow": "includes"}}}]},
         "the measure {'flow': 'includes'} cannot be counted"),
        ({"notes": [{"en": "{n}", "fa": "{n}"}]}, "has the field 'n', which is not there."),
        ({"notes": [{"en": "{n.x}", "fa": "x"}]}, "has the field 'n.x', which is not there."),
    ],
    ids=["table", "column", "measure", "field", "attribute"],
)  # fmt: skip
def test_a_declaration_that_names_what_is_not_there_is_told(
    content: Content, change: dict[str, Any], told: str
) -> None:
    own = content.declared
    other = replace(own, tables={**own.tables, "table4": {**own.tables["table4"], **change}})
    with pytest.raises(SlrError) as caught:
        Builder(content.source, other).all(["table4"])
    assert told in str(caught.value)


def test_rows_may_be_sorted_by_numbers_and_words(content: Content) -> None:
    own = content.declared
    other = replace(own, tables={**own.tables, "table4": {**own.tables["table4"], "sort": ["key"]}})
    [table] = Builder(content.source, other).all(["table4"])
    keys = sorted(content.source.data["code/table4"]["key"])
    assert [work for work in table.works if work] == keys


def test_rows_about_a_work_lead_to_its_record(by_name: dict[str, grid.Table]) -> None:
    for name, links in (("studies", 35), ("table4", 28), ("table2", 0), ("excluded", 46)):
        html = grid.as_html(by_name[name], "en", lambda work: f"#{work}")
        work = by_name[name].works[0]
        assert html.count("<a href=") >= links, name
        assert (f'href="#{work}"' in html) == bool(work)
