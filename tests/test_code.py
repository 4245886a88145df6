"""Codings and declared tables, counted once more by other means."""

from __future__ import annotations

import csv
import random
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from stages import PROJECT, append, copy_raw, edit, finished, made, run

from slr import agreement, config
from slr import code as stage
from slr.code import codings, maps
from slr.code.codebook import Codebook
from slr.code.codings import Codings
from slr.errors import ConfigError, SlrError
from slr.schemas.tables import columns

CODING = PROJECT / "data" / "raw" / "coding"


def raw(name: str) -> list[dict[str, str]]:
    with (CODING / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bare(name: str) -> str:
    return name.removeprefix("paper/")


# --- declared tables -----------------------------------------------------------------------------


def test_four_of_eight_combinations_remain() -> None:
    """The rule in its own words: no internal, then no external; no external, then no concept."""
    left = [
        (internal, external, concept)
        for internal, external, concept in product((False, True), repeat=3)
        if not (not internal and external) and not (not external and concept)
    ]
    assert len(left) == 4
    changes = ("internal_change", "external_change", "concept_change")
    found = made(finished(), "code/table1")
    assert [tuple(row[c] == "yes" for c in changes) for row in found] == left
    assert [row["stage_no"] for row in found] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Transformation,دولت الکترونیک,E-government,yes,no,no",
         "Transformation,دولت الکترونیک,E-government,no,yes,no"),
        ("E-governance,yes,yes,no", "E-governance,yes,no,no"),
    ],
    ids=["against the rule", "one twice"],
)  # fmt: skip
def test_a_row_that_breaks_the_rule_is_refused(tmp_path: Path, old: str, new: str) -> None:
    root = copy_raw(tmp_path / "review")
    edit(root / "data/raw/coding/table1.csv", old, new)
    run(root, "pull", "dedup", "screen")
    with pytest.raises(SlrError, match=r"table1\.csv: its rows are .* Correct internal_change,"):
        stage.run(root)


def test_rows_of_a_table_know_their_work_and_whether_it_is_included() -> None:
    found = made(finished(), "code/table2")
    order = [(int(r["model_no"]), int(r["step_no"])) for r in found]
    assert order == sorted(order)
    assert len(order) == len(raw("table2")) == 72
    kept = {w["work_id"] for w in made(finished(), "screen/included")}
    work_of = {c["record_id"]: c["cluster_id"] for c in made(finished(), "dedup/clusters")}
    for row in [*found, *made(finished(), "code/table4")]:
        assert row["work_id"] == work_of.get(row["key"], row["key"])
        assert row["included"] == ("yes" if row["work_id"] in kept else "no")


@pytest.mark.parametrize(("name", "size"), [("table3", 5), ("table5", 10)])
def test_a_table_of_words_alone_is_the_coding(name: str, size: int) -> None:
    found = made(finished(), f"code/{name}")
    assert found == [{c: row[c] for c in found[0]} for row in raw(name)]
    assert len(found) == size


BAD: dict[str, tuple[str, str, str]] = {
    "a word outside its vocabulary": (
        "table2",
        '15,x,"Williamson model",Williamson2003,2003,9,x,Share,sharing',
        "common_step: 'sharing' is not allowed; allowed: web-presence, interaction, transaction, "
        "integration, none.",
    ),
    "yes or no": (
        "table1",
        "5,x,Five,x,Five,yes,yes,perhaps,",
        "concept_change: 'perhaps' is not allowed; allowed: no, yes.",
    ),
    "no record": (
        "table4",
        "1,x,One,x,One,paper/Chen2019",
        "key: 'paper/Chen2019' is no record. Did you mean 'paper/Chen2009'?",
    ),
    "no number": ("table3", "one,x,x,x,x,x,x,x,x", "row_no: 'one' is no number. Write one."),
}


@pytest.mark.parametrize(("table", "line", "told"), BAD.values(), ids=BAD.keys())
def test_a_table_outside_its_declaration_is_refused(
    tmp_path: Path, table: str, line: str, told: str
) -> None:
    root = copy_raw(tmp_path / "review")
    number = append(root / "data/raw/coding" / f"{table}.csv", line)
    run(root, "pull", "dedup", "screen")
    with pytest.raises(SlrError) as caught:
        stage.run(root)
    assert str(caught.value).removeprefix(f"{root}/") == (
        f"data/raw/coding/{table}.csv:{number}: {told}"
    )


def test_another_review_declares_other_tables(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    edit(
        root / "config.yaml",
        "            web-presence: {",
        '            sharing: {en: "Sharing", fa: "اشتراک"}\n            web-presence: {',
    )
    append(
        root / "data/raw/coding/table2.csv",
        '15,x,"Williamson model",Williamson2003,2003,9,x,Share,sharing',
    )
    run(root, "pull", "dedup", "screen", "code")
    shared = [r for r in made(root, "code/table2") if r["common_step"] == "sharing"]
    assert [row["model_no"] for row in shared] == ["15"]


# --- studies, excluded, values -------------------------------------------------------------------


def test_the_35_studies_and_what_is_coded_of_them() -> None:
    found = made(finished(), "code/studies")
    assert len(found) == 35
    assert {row["coded"] for row in found} == {"yes"}
    assert Counter(row["basis"] for row in found) == {"rule": 33, "judgement": 2}
    given = {(r["record_id"], r["variable"]): r["value"] for r in raw("codings")}
    values = made(finished(), "code/values")
    assert {(v["work_id"], v["variable"]): v["value"] for v in values} == given
    stages = Counter(v["value"] for v in values if v["variable"] == "stage")
    assert stages == {"0": 3, "1": 1, "2": 1, "3": 2, "4": 28}


def test_the_46_set_aside_have_reasons() -> None:
    found = made(finished(), "code/excluded")
    assert Counter(row["status"] for row in found) == {"excluded": 26, "not_retrieved": 20}
    assert all(row["reason"] and row["reason_fa"] for row in found)
    kept = {w["work_id"] for w in made(finished(), "screen/included")}
    assert kept.isdisjoint(row["work_id"] for row in found)


def test_the_map_of_evidence_adds_up() -> None:
    cells = made(finished(), "code/maps")
    assert sum(int(cell["studies"]) for cell in cells) == 35
    named = " ".join(cell["work_ids"] for cell in cells).split()
    assert sorted(named) == sorted(w["work_id"] for w in made(finished(), "screen/included"))
    coded: dict[str, dict[str, str]] = {}
    for row in raw("codings"):
        coded.setdefault(row["record_id"], {})[row["variable"]] = row["value"]
    counted = Counter((study.get("concept", ""), study["stage"]) for study in coded.values())
    assert {(c["row"], c["column"]): int(c["studies"]) for c in cells} == {
        (concept, one): counted[concept, one] for concept in ("", *"123456") for one in "01234"
    }


def test_a_new_study_without_a_coding_is_there_and_says_so(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    (root / "data/raw/records/new.bib").write_text("@article{New2024, title={A study of trust}}\n")
    for criterion in ("identified", "credibility", "evidence", "citations"):
        append(
            root / "data/raw/judgements/screening.csv",
            f"New2024,{criterion},include,me,2026-11-24,Seen",
        )
    run(root, "pull", "dedup", "screen")
    assert stage.run(root) == "35 studies coded; 1 not yet, see studies.csv"
    [new] = [s for s in made(root, "code/studies") if s["work_id"] == "new/New2024"]
    assert new["coded"] == "no"
    cells = made(root, "code/maps")
    assert sum(int(cell["studies"]) for cell in cells) == 36
    lacks = {
        (c["row_lacks"], c["column_lacks"]): c["work_ids"] for c in cells if c["studies"] != "0"
    }
    assert lacks["not coded", "not coded"] == "new/New2024"


# --- codings -------------------------------------------------------------------------------------

CODE: dict[str, Any] = {
    "codebook": {
        "design": {"question": {}, "type": "category", "values": ["trial", "survey"]},
        "arms": {
            "question": {},
            "type": "number",
            "at_least": 1,
            "where": {"design": {"is": "trial"}},
        },
        "places": {"question": {}, "type": "categories", "values": ["x", "y", "z"]},
        "blind": {"question": {}, "type": "yes_no"},
        "finding": {"question": {}, "type": "text"},
    }
}
BOOK = Codebook.of(CODE)


def table(*rows: str) -> pd.DataFrame:
    """Rows as `work variable value coder [second of the day]`, blanks in values as `_`."""
    parts = [(*row.split(), "0")[:5] for row in rows]
    return pd.DataFrame(
        [
            (
                w,
                w,
                name,
                value.replace("_", " "),
                who,
                f"2026-01-01T00:00:{int(at):02}Z",
                None,
                "f:2",
            )
            for w, name, value, who, at in parts
        ],
        columns=["record_id", "work_id", "variable", "value", "coder", "time", "note", "place"],
    ).sort_values("time", kind="stable")


def settled(given: list[str], said: list[str] | None = None) -> tuple[list[Any], list[Any]]:
    values, open_ = codings.settle(
        Codings(table(*given), table(*(said or []))), BOOK, ["s/a", "s/b"]
    )
    return values.to_dict("records"), open_.to_dict("records")


def test_the_latest_of_a_coder_counts() -> None:
    values, open_ = settled(["s/a design survey ann 2", "s/a design trial ann 1"])
    assert [v["value"] for v in values] == ["survey"]
    assert (values[0]["basis"], values[0]["coders"]) == ("one coder", "ann")
    assert open_ == []


@pytest.mark.parametrize(
    ("name", "one", "two", "value"),
    [
        ("design", "trial", "trial", "trial"),
        ("places", "x;y", "y;_x", "x; y"),  # the same set, in whatever order
        ("arms", "2", "2.0", "2"),
        ("finding", "more", "less", "less | more"),  # words stand side by side
        ("design", "trial", "survey", None),
        ("places", "x", "x;y", None),
        ("arms", "2", "3", None),
        ("arms", "2", "unknown", None),
        ("blind", "yes", "no", None),
    ],
)
def test_two_coders_agree_or_nothing_is_said(
    name: str, one: str, two: str, value: str | None
) -> None:
    values, open_ = settled([f"s/a {name} {one} ann", f"s/a {name} {two} bo"])
    assert [v["value"] for v in values] == ([] if value is None else [value])
    assert [row["coder"] for row in open_] == ([] if value else ["ann", "bo"])


def test_what_is_settled_outranks_and_leaves_the_codings_there() -> None:
    given = ["s/a design trial ann", "s/a design survey bo"]
    values, open_ = settled(given, ["s/a design survey cy"])
    assert [(v["value"], v["basis"], v["coders"]) for v in values] == [("survey", "settled", "cy")]
    assert open_ == []


def test_who_settled_last_settles() -> None:
    said = ["s/a design survey cy 1", "s/a design trial di 2", "s/a design survey cy 3"]
    values, _ = settled(["s/a design trial ann", "s/a design survey bo"], said)
    assert [(v["value"], v["coders"]) for v in values] == [("survey", "cy")]


def test_a_codebook_that_changed_loses_nothing() -> None:
    """Values that are no longer allowed, and variables that are gone, wait with their place."""
    given = table("s/a design cohort ann", "s/a colour red ann", "s/a arms none ann")
    found = codings.unused(Codings(given, table()), BOOK)
    assert list(found["variable"]) == ["design", "colour", "arms"]
    assert list(found["place"]) == ["f:2"] * 3
    assert found["reason"][0] == "design is never 'cohort'. Known: survey, trial, unknown."
    assert found["reason"][1].startswith("the codebook has no variable 'colour'.")
    assert found["reason"][2] == "arms: 'none' is no number. Write one, or unknown."
    values, open_ = codings.settle(Codings(given, table()), BOOK, ["s/a"])
    assert (len(values), len(open_)) == (0, 0)


def test_a_value_taken_out_of_the_shipped_codebook_is_told_and_kept(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    edit(root / "config.yaml", '        model-only: {en: "model only", fa: "تنها مدل"}\n', "")
    before = (root / "data/raw/coding/codings.csv").read_bytes()
    run(root, "pull", "dedup", "screen")
    told = stage.run(root)
    assert told == ("35 studies coded; 1 coding is not of the codebook, see unused_codings.csv")
    [row] = made(root, "code/unused_codings")
    assert (row["variable"], row["value"]) == ("evidence_kind", "model-only")
    place, line = row["place"].split(":")
    assert (
        "evidence_kind,model-only" in (root / place).read_text("utf-8").split("\n")[int(line) - 1]
    )
    assert (root / "data/raw/coding/codings.csv").read_bytes() == before


def test_agreement_is_that_of_the_measures_by_type() -> None:
    """Numbers by their squares, sets by how much they share, the rest by being equal."""
    given = table(
        *(f"s/{n} arms {n + shift} {who}" for n in range(1, 9)
          for who, shift in (("ann", 0), ("bo", int(n == 8)))),
        "s/1 blind yes ann", "s/1 blind yes bo", "s/2 blind no ann", "s/2 blind yes bo",
        "s/3 blind no ann", "s/3 blind no bo",
        "s/1 places x;y ann", "s/1 places x bo", "s/2 places z ann", "s/2 places z bo",
        "s/1 finding more ann", "s/1 finding less bo", "s/4 design trial ann",
    )  # fmt: skip
    found = codings.agreements(Codings(given, table()), BOOK)
    assert set(found["variable"]) == {"arms", "blind", "places"}  # two coded nothing else
    by = {(r.variable, r.measure): r for r in found.itertuples()}
    assert by["blind", "raw"].value == pytest.approx(2 / 3, abs=1e-4)
    # ann: 1 yes, 2 no; bo: 2 yes, 1 no; expected 1/3·2/3 + 2/3·1/3
    assert by["blind", "cohen"].value == pytest.approx((2 / 3 - 4 / 9) / (5 / 9), abs=1e-4)
    assert by["arms", "raw"].value == pytest.approx(7 / 8)
    assert by["arms", "krippendorff"].value > 0.98  # 8 and 9 are nearly the same
    assert by["arms", "krippendorff"].studies == 8
    sets = agreement.agreement(
        pd.DataFrame(
            [("1", "a", "x; y"), ("1", "b", "x"), ("2", "a", "z"), ("2", "b", "z")],
            columns=["unit", "rater", "value"],
        ),
        distance=agreement.sets_apart,
    )
    [alpha] = [row["value"] for row in sets if row["measure"] == "krippendorff"]
    assert by["places", "krippendorff"].value == pytest.approx(alpha, abs=1e-4)


def test_the_order_of_rows_changes_nothing() -> None:
    given = table(
        *(f"s/{work} design {random.Random(who + work).choice(['trial', 'survey'])} {who} {at}"
          for at, (work, who) in enumerate(product("ab", ["ann", "bo", "cy"])))
    )  # fmt: skip
    shuffled = given.sample(frac=1, random_state=7).sort_values("time", kind="stable")
    one, two = (
        codings.settle(Codings(rows, table()), BOOK, ["s/a", "s/b"]) for rows in (given, shuffled)
    )
    assert one[0].equals(two[0])
    assert one[1].equals(two[1])


@pytest.mark.parametrize(("pct", "drawn"), [(0, 0), (20, 20), (33, 33), (100, 100)])
def test_the_sample_is_a_share_and_the_same_each_time(pct: int, drawn: int) -> None:
    works = [f"s/{n}" for n in range(100)]
    book = Codebook(BOOK.variables, pct, seed=1)
    found = codings.sample(works, book)
    assert len(found) == drawn
    assert found == codings.sample(works, book)
    assert found == [work for work in works if work in set(found)]  # in the order of the studies
    if 0 < pct < 100:
        assert found != codings.sample(works, Codebook(BOOK.variables, pct, seed=2))
        more = set(codings.sample([*works, "s/new"], book))
        assert len(set(found) - more) <= 1


def test_a_question_is_asked_only_where_it_applies() -> None:
    asked = [v.name for v in BOOK.asked({})]
    assert "arms" not in asked
    assert "arms" in [v.name for v in BOOK.asked({"design": "trial"})]
    assert "arms" not in [v.name for v in BOOK.asked({"design": "unknown"})]


def test_a_map_takes_fields_of_works_and_many_values() -> None:
    included = pd.DataFrame(
        {
            "work_id": ["s/a", "s/b"], "year_from": [2001, pd.NA], "journal": ["J", None],
            "language": ["en", "fa"], "ENTRYTYPE": ["article", "book"],
        }
    )  # fmt: skip
    coded = codings.settle(
        Codings(table("s/a places x;z ann", "s/b places x ann"), table()), BOOK, ["s/a", "s/b"]
    )
    found = maps.cells(included, *coded, BOOK, {"m": {"rows": "places", "columns": "year"}})
    cells = {(r.row, r.column): r.work_ids for r in found.itertuples() if r.studies}
    none = found["column"].isna()
    assert cells["x", "2001"] == "s/a"
    assert cells["z", "2001"] == "s/a"
    assert list(found.loc[none & (found["row"] == "x"), "work_ids"]) == ["s/b"]
    assert list(dict.fromkeys(found["row"])) == ["x", "y", "z"]  # y too, though no study has it
    assert set(found.loc[none, "column_lacks"]) == {"not stated"}
    assert list(found.columns) == columns("code/maps")


def test_a_map_tells_why_a_study_has_no_value() -> None:
    works = [f"s/{name}" for name in "abcdef"]
    included = pd.DataFrame({"work_id": works})
    coded = codings.settle(
        Codings(
            table(
                "s/a design trial ann", "s/a arms 10 ann",
                "s/b design trial ann",
                "s/c design survey ann",
                "s/d design trial ann", "s/d arms 2 ann", "s/d arms 3 bob",
                "s/e design trial ann", "s/e arms unknown ann",
            ),
            table(),
        ),
        BOOK,
        works,
    )  # fmt: skip
    found = maps.cells(included, *coded, BOOK, {"m": {"rows": "arms", "columns": "design"}})
    rows = found.fillna("").itertuples()
    cells = {(r.row or r.row_lacks, r.column or r.column_lacks): r.work_ids for r in rows}
    assert {cell: work for cell, work in cells.items() if work} == {
        ("10", "trial"): "s/a",
        ("not coded", "trial"): "s/b",
        ("not asked", "survey"): "s/c",
        ("coders differ", "trial"): "s/d",
        ("unknown", "trial"): "s/e",
        ("not coded", "not coded"): "s/f",
    }
    order = list(dict.fromkeys(row for row, _ in cells))
    assert order == ["10", "unknown", "not coded", "coders differ", "not asked"]


def test_numbers_on_an_axis_come_by_their_size() -> None:
    works = [f"s/{name}" for name in "abc"]
    rows = table("s/a arms 10 ann", "s/b arms 9 ann", "s/c arms unknown ann")
    values, open_ = codings.settle(Codings(rows, table()), BOOK, works)
    included = pd.DataFrame({"work_id": works})
    arms = maps.valued("arms", included, values, open_, BOOK)
    assert maps.in_order("arms", arms, BOOK) == ["9", "10", "unknown"]


# --- the config ----------------------------------------------------------------------------------

FAULTS = {
    "      type: category                      # category": (
        "      type: text                      # category",
        "code.codebook.stage.values: a text has no list of values. Drop it.",
    ),
    'where: {stage: {is: "4"}}': (
        'where: {theme: {is: "4"}}',
        "code.codebook.concept.where: 'theme' is not known there. "
        "Name a variable that is asked before it.",
    ),
    '      where: {stage: {is: "4"}}': (
        '      where: {stage: {is: "7"}}',
        "code.codebook.concept.where: stage is never '7'. Known: 0, 1, 2, 3, 4.",
    ),
    "      rows: concept\n": (
        "      rows: concepts\n",
        "code.maps.evidence_map.rows: 'concepts' is no variable. Did you mean 'concept'?",
    ),
    "      unique: [pair_no]": (
        "      unique: [pair_on]",
        "code.tables.table5.unique: 'pair_on' is no column of the table. Did you mean 'pair_no'?",
    ),
    "        block: {type: text,": (
        "        block: {type: choice,",
        "code.tables.table5.columns.block: a choice, and no other, has values. "
        "List them under `values`.",
    ),
}


@pytest.mark.parametrize(("old", "new", "told"), [(k, *v) for k, v in FAULTS.items()])
def test_a_codebook_that_cannot_be_asked_is_refused(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    path = tmp_path / "config.yaml"
    text = (PROJECT / "config.yaml").read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    assert told in str(caught.value)
