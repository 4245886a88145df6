"""The paper's tables from coded data, counted once more by other means."""

from __future__ import annotations

import csv
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from stages import PROJECT, append, copy_raw, edit, finished, made, run

from slr import code as stage
from slr.code import table1
from slr.errors import SlrError

CODING = PROJECT / "data" / "raw" / "coding"


def raw(name: str) -> list[dict[str, str]]:
    with (CODING / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bare(name: str) -> str:
    return name.removeprefix("paper/")


# --- Table 1 -------------------------------------------------------------------------------------


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
    assert [row["source_term_en"].split(" (")[0] for row in found] == [
        "Digitization",
        "Transformation",
        "Engagement",
        "Contextualization",
    ]


STAGES = pd.DataFrame(raw("table1"))


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [(0, "external_change", "yes"), (1, "external_change", "yes"), (3, "internal_change", "no")],
)
def test_a_stage_that_breaks_the_rule_is_refused(row: int, column: str, value: str) -> None:
    stages = STAGES.copy()
    stages.loc[row, column] = value
    with pytest.raises(SlrError, match=r"table1\.csv: its stages are .* Correct the three columns"):
        table1(stages)


def test_a_stage_too_few_is_refused() -> None:
    with pytest.raises(SlrError, match="where the rule leaves"):
        table1(STAGES.iloc[:3])


def test_stages_come_in_the_order_of_the_rule() -> None:
    assert table1(STAGES.iloc[::-1])["stage_no"].to_list() == STAGES["stage_no"].to_list()


# --- Table 2 -------------------------------------------------------------------------------------


def test_common_steps_of_the_fifteen_models() -> None:
    grid = made(finished(), "code/table2_common_steps")
    assert len(grid) == 15 * 4
    have = Counter(row["common_step"] for row in grid if row["steps"] != "0")
    assert have == {"web-presence": 11, "interaction": 7, "transaction": 10, "integration": 10}
    steps_of: dict[int, set[str]] = {n: set() for n in range(1, 16)}
    for row in grid:
        if row["steps"] != "0":
            steps_of[int(row["model_no"])].add(row["common_step"])
    assert [n for n, steps in steps_of.items() if len(steps) == 4] == [6, 7, 8, 10]
    assert [n for n, steps in steps_of.items() if not steps] == [9, 15]


def test_counts_of_common_steps_are_those_of_the_coding() -> None:
    counted = Counter((row["model_no"], row["common_step"]) for row in raw("table2"))
    for row in made(finished(), "code/table2_common_steps"):
        assert int(row["steps"]) == counted[row["model_no"], row["common_step"]]


def test_table_2_has_every_step_in_order() -> None:
    found = made(finished(), "code/table2")
    order = [(int(r["model_no"]), int(r["step_no"])) for r in found]
    assert order == sorted(order)
    assert len(order) == len(raw("table2")) == 72
    kept = {w["work_id"] for w in made(finished(), "screen/included")}
    work_of = {c["record_id"]: c["cluster_id"] for c in made(finished(), "dedup/clusters")}
    for row in found:
        inside = work_of.get(row["record_id"], row["record_id"]) in kept
        assert row["included"] == ("yes" if inside else "no")


# --- Table 4 -------------------------------------------------------------------------------------


def test_sources_by_concept() -> None:
    counts = made(finished(), "code/table4_counts")
    assert [int(row["sources"]) for row in counts] == [4, 5, 7, 3, 3, 6]
    assert [row["included"] for row in counts] == [row["sources"] for row in counts]
    assert [len(row["work_ids"].split()) for row in counts] == [4, 5, 7, 3, 3, 6]
    assert sum(int(row["sources"]) for row in counts) == 28


def test_table_4_names_the_works_of_the_coding() -> None:
    assert [bare(row["work_id"]) for row in made(finished(), "code/table4")] == [
        bare(row["key"]) for row in raw("table4")
    ]


@pytest.mark.parametrize(("name", "size"), [("table3", 5), ("table5", 10)])
def test_tables_3_and_5_are_the_coding(name: str, size: int) -> None:
    found = made(finished(), f"code/{name}")
    assert found == [{c: row[c] for c in found[0]} for row in raw(name)]
    assert len(found) == size


def test_table_5_has_two_blocks() -> None:
    assert len({row["block"] for row in made(finished(), "code/table5")}) == 2


# --- studies, excluded, map ----------------------------------------------------------------------


def test_the_35_studies_and_what_is_coded_of_them() -> None:
    found = made(finished(), "code/studies")
    coded = {bare(row["record_id"]): row for row in raw("studies")}
    assert len(found) == len(coded) == 35
    for row in found:
        coding = coded[bare(row["work_id"])]
        same = (
            "stage",
            "concept_no",
            "theme_en",
            "country",
            "sector",
            "evidence_kind",
            "finding_en",
        )
        assert {name: row[name] for name in same} == {name: coding[name] for name in same}
        assert row["coded"] == "yes"
        assert bool(row["concept_en"]) == bool(row["concept_no"])
        assert bool(row["stage_en"]) == (row["stage"] != "0")
    assert Counter(row["basis"] for row in found) == {"rule": 33, "judgement": 2}
    stages = Counter(row["stage"] for row in found)
    assert (stages["1"], stages["2"], stages["4"]) == (1, 1, 28)


def test_the_46_set_aside_have_reasons() -> None:
    found = made(finished(), "code/excluded")
    assert Counter(row["status"] for row in found) == {"excluded": 26, "not_retrieved": 20}
    assert all(row["reason"] and row["reason_fa"] for row in found)
    kept = {w["work_id"] for w in made(finished(), "screen/included")}
    assert kept.isdisjoint(row["work_id"] for row in found)


def test_the_map_of_evidence_adds_up() -> None:
    cells = made(finished(), "code/evidence_map")
    assert sum(int(cell["studies"]) for cell in cells) == 35
    named = " ".join(cell["work_ids"] for cell in cells).split()
    assert sorted(named) == sorted(w["work_id"] for w in made(finished(), "screen/included"))
    assert all(len(cell["work_ids"].split()) == int(cell["studies"]) for cell in cells)
    counted = Counter((row["stage"], row["concept_no"]) for row in raw("studies"))
    for cell in cells:
        assert int(cell["studies"]) == counted[cell["stage"], cell["concept_no"]]
    assert [(c["stage"], c["concept_no"]) for c in cells] == [
        (stage, concept) for stage in "01234" for concept in ("", *"123456")
    ]


def test_a_new_study_without_a_coding_is_there_and_says_so(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    (root / "data/raw/records/new.bib").write_text("@article{New2024, title={A study of trust}}\n")
    append(
        root / "data/raw/judgements/screening.csv",
        "New2024,identified,include,me,2026-11-24,Seen",
    )
    for criterion in ("credibility", "evidence", "citations"):
        append(
            root / "data/raw/judgements/screening.csv",
            f"New2024,{criterion},include,me,2026-11-24,Seen",
        )
    run(root, "pull", "dedup", "screen")
    assert stage.run(root) == "35 studies coded; 1 not yet, see studies.csv"
    [new] = [s for s in made(root, "code/studies") if s["work_id"] == "new/New2024"]
    assert (new["coded"], new["stage"], new["concept_no"]) == ("no", "", "")
    cells = made(root, "code/evidence_map")
    assert (cells[-1]["stage"], cells[-1]["studies"]) == ("", "1")
    assert sum(int(cell["studies"]) for cell in cells) == 36


# --- codings outside their vocabulary ------------------------------------------------------------

STUDY = "paper/Chen2009,{stage},4.2,{concept},,,,,{kind},,"
BAD: dict[str, tuple[str, str, str, str]] = {
    "stage": (
        "studies",
        STUDY.format(stage=5, concept="", kind="review"),
        "stage",
        "5 is not allowed; allowed: 0, 1, 2, 3, 4.",
    ),
    "concept": (
        "studies",
        STUDY.format(stage=4, concept=7, kind="review"),
        "concept_no",
        "7 is not in the vocabulary. Known: 1, 2, 3, 4, 5, 6.",
    ),
    "kind of evidence": (
        "studies",
        STUDY.format(stage=4, concept=1, kind="survey"),
        "evidence_kind",
        "'survey' is not in the vocabulary. Known: case-study, conceptual, "
        "empirical-qualitative, empirical-quantitative, mixed, model-only, policy-report, review, "
        "unknown.",
    ),
    "record": (
        "studies",
        STUDY.replace("Chen2009", "Chen2019").format(stage=4, concept=1, kind="review"),
        "record_id",
        "'paper/Chen2019' is no record. Did you mean 'paper/Chen2009'?",
    ),
    "common step": (
        "table2",
        '15,x,"Williamson model",Williamson2003,2003,9,x,Share,sharing',
        "common_step",
        "'sharing' is not in the vocabulary. Known: integration, interaction, none, transaction, "
        "web-presence.",
    ),
    "yes or no": (
        "table1",
        "5,x,Five,x,Five,yes,yes,perhaps,",
        "concept_change",
        "'perhaps' is not allowed; allowed: yes, no.",
    ),
}


@pytest.mark.parametrize(("table", "line", "column", "told"), BAD.values(), ids=BAD.keys())
def test_a_coding_outside_its_vocabulary_is_refused(
    tmp_path: Path, table: str, line: str, column: str, told: str
) -> None:
    root = copy_raw(tmp_path / "review")
    path = root / "data/raw/coding" / f"{table}.csv"
    if table == "studies":  # else the study would stand there twice
        text = path.read_text("utf-8")
        kept = [row for row in text.split("\n") if "Chen2009" not in row]
        path.write_text("\n".join(kept), "utf-8")
    number = append(path, line)
    run(root, "pull", "dedup", "screen")
    with pytest.raises(SlrError) as caught:
        stage.run(root)
    assert str(caught.value).removeprefix(f"{root}/") == (
        f"data/raw/coding/{table}.csv:{number}: {column}: {told}"
    )


def test_codings_of_two_records_of_a_work_that_differ_are_refused() -> None:
    included: dict[str, Any] = {"work_id": ["x/a"], "basis": ["rule"]}
    entry = {c: [None] for c in ("author", "year", "title", "journal", "language")}
    codings = pd.DataFrame(raw("studies")).iloc[:2].assign(record_id=["x/b", "x/a"], stage=[1, 2])
    concepts = pd.DataFrame({"concept_no": [], "concept_en": [], "concept_fa": []}, dtype="str")
    facts = pd.DataFrame(columns=["work_id", "fact", "value"])
    for first in (0, 1):
        same = codings.iloc[[first, first]].assign(record_id=["x/b", "x/a"])
        others = (
            {"x/a": "x/a", "x/b": "x/a"},
            facts,
            STAGES.astype({"stage_no": "int"}),
            concepts,
        )
        [row] = stage.studies(pd.DataFrame(included | entry), same, *others).to_dict("records")
        assert row["stage"] == first + 1
        with pytest.raises(SlrError, match="x/a is coded already, otherwise") as caught:
            stage.studies(pd.DataFrame(included | entry), codings, *others)
        assert len(caught.value.problems) == 1


def test_a_review_of_another_vocabulary(tmp_path: Path) -> None:
    """The words come from the config, not from the code."""
    root = copy_raw(tmp_path / "review")
    edit(
        root / "config.yaml",
        "  common_steps:",
        '  common_steps:\n    sharing: {en: "Sharing", fa: "اشتراک"}',
    )
    append(
        root / "data/raw/coding/table2.csv",
        '15,x,"Williamson model",Williamson2003,2003,9,x,Share,sharing',
    )
    run(root, "pull", "dedup", "screen", "code")
    grid = made(root, "code/table2_common_steps")
    assert [(r["model_no"], r["steps"]) for r in grid if r["common_step"] == "sharing"] == [
        (str(n), "1" if n == 15 else "0") for n in range(1, 16)
    ]
