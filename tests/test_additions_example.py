"""The worked example of docs/adding-studies.md: one study more, one set aside, one that waits."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import PROJECT, copy_project

from slr import add, code, config, dedup, io, pull, screen
from slr.report import flow
from slr.report.additions import additions, waiting

EXAMPLE = PROJECT / "docs/example"
INCLUDED, EXCLUDED, WAITING = "more/Example2023", "more/Example2022", "more/Nemuneh1402"
SCREEN_TABLES = ("decisions", "outcomes", "included", "facts")

Row = dict[str, str]


def run_stages(root: Path) -> None:
    for stage in (pull, dedup, screen, code):
        stage.run(root)


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_work(root: Path, table: str = "screen/outcomes") -> dict[str, Row]:
    return {row["work_id"]: row for row in rows(root / f"data/processed/{table}.csv")}


def outcome(root: Path, record_id: str) -> Row:
    clusters = rows(root / "data/processed/dedup/clusters.csv")
    [work_id] = [row["cluster_id"] for row in clusters if row["record_id"] == record_id]
    return by_work(root)[work_id]


def append(path: Path, **values: str) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header, restval="", lineterminator="\n").writerow(values)


def fact(root: Path, name: str, value: str) -> None:
    append(
        root / "data/raw/facts/more.csv",
        record_id=WAITING,
        fact=name,
        value=value,
        index="OpenAlex",
        source="a test",
        coder="example",
        date="2026-11-23",
    )


@pytest.fixture(scope="session")
def before(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The shipped review, up to the stage `code`."""

    def fill(folder: Path) -> None:
        copy_project(folder)
        run_stages(folder)

    return once("before-additions", fill)


@pytest.fixture(scope="session")
def after(before: Path, once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The same with the records, facts and coding of the example."""

    def fill(folder: Path) -> None:
        shutil.copytree(before, folder)
        add.copy(add.plan([EXAMPLE / "more.bib"], folder), folder)
        shutil.copy(EXAMPLE / "facts.csv", folder / "data/raw/facts/more.csv")
        coding = (EXAMPLE / "codings.csv").read_text("utf-8").splitlines()
        with (folder / "data/raw/coding/codings.csv").open("a", encoding="utf-8") as codings:
            codings.writelines(f"{row}\n" for row in coding[1:])
        run_stages(folder)

    return once("after-additions", fill)


def copy(source: Path, folder: Path) -> Path:
    return Path(shutil.copytree(source, folder / "project"))


def test_one_in_one_out_one_waiting(after: Path) -> None:
    outcomes = by_work(after)
    assert sum(row["status"] == "included" for row in outcomes.values()) == 36
    assert outcomes[INCLUDED]["status"] == "included"
    assert outcomes[INCLUDED]["basis"] == "rule"
    out = outcomes[EXCLUDED]
    assert (out["status"], out["criterion"]) == ("excluded", "credibility")
    assert out["reason"] == "not known to be refereed, nor from an academic press"
    waits = outcomes[WAITING]
    assert (waits["status"], waits["criterion"]) == ("awaiting", "citations")
    assert waits["needs"] == "cited_by"
    assert waits["reason"] == "waits: cited_by not recorded yet"


def test_stand_ins_are_never_used_for_additions(after: Path) -> None:
    decisions = rows(after / "data/processed/screen/decisions.csv")
    new = [row for row in decisions if row["work_id"].startswith("more/")]
    assert len(new) == 12
    assert {row["basis"] for row in new} == {"rule"}
    assert not any("stand-in" in row["reason"] for row in new)


@pytest.mark.parametrize("table", SCREEN_TABLES)
def test_nothing_decided_before_changes(before: Path, after: Path, table: str) -> None:
    old = (before / f"data/processed/screen/{table}.csv").read_bytes().splitlines()
    new = (after / f"data/processed/screen/{table}.csv").read_bytes().splitlines()
    assert [line for line in new if not line.startswith(b"more/")] == old
    assert len(new) > len(old)


def test_every_record_is_accounted_for(after: Path) -> None:
    settings = config.load(after / "config.yaml")
    tables = {
        name: io.read_table(after / f"data/processed/{name}.csv", name)
        for name in (
            "pull/records",
            "pull/rejects",
            "dedup/works",
            "screen/outcomes",
            "screen/decisions",
        )
    }
    counted = flow.compute(
        *tables.values(), settings["screen"]["criteria"], settings["review"]["expected"]
    )
    flow.check(counted)
    assert (counted["identified"], counted["screened"], counted["included"]) == (86, 84, 36)
    assert (counted["excluded"]["credibility"], counted["awaiting"]) == (14, 1)


def test_the_new_study_is_coded(after: Path) -> None:
    studies = by_work(after, "code/studies")
    assert len(studies) == 36
    assert {row["coded"] for row in studies.values()} == {"yes"}
    values = {
        row["variable"]: row["value"]
        for row in rows(after / "data/processed/code/values.csv")
        if row["work_id"] == INCLUDED
    }
    assert (values["stage"], values["evidence_kind"]) == ("4", "case-study")


def test_the_report_tells_what_was_added(after: Path) -> None:
    processed = after / "data/processed"
    pulled = io.read_table(processed / "pull/records.csv", "pull/records")
    clusters = io.read_table(processed / "dedup/clusters.csv", "dedup/clusters")
    works = io.read_table(processed / "dedup/works.csv", "dedup/works")
    outcomes = io.read_table(processed / "screen/outcomes.csv", "screen/outcomes")
    decisions = io.read_table(processed / "screen/decisions.csv", "screen/decisions")
    added = additions(pulled, clusters, outcomes, ["paper"])
    assert dict(zip(added["record_id"], added["status"], strict=True)) == {
        EXCLUDED: "excluded",
        INCLUDED: "included",
        WAITING: "awaiting",
    }
    assert set(added["merged"]) == {"no"}
    declared = config.load(after / "config.yaml")["screen"]["facts"]
    [row] = waiting(works, outcomes, decisions, declared).to_dict("records")
    assert (row["work_id"], row["needs"]) == (WAITING, "cited_by")
    assert row["fill_in"] == "data/raw/facts/more.csv"
    assert row["note"] == "cited_by: index OpenAlex, day 2026-11-23"


def test_the_missing_count_settles_it(after: Path, tmp_path: Path) -> None:
    root = copy(after, tmp_path)
    fact(root, "cited_by", "9")
    screen.run(root)
    assert outcome(root, WAITING)["status"] == "excluded"
    fact(root, "cited_by", "10")
    screen.run(root)
    assert outcome(root, WAITING)["status"] == "included"


def test_an_unknown_count_waits_for_a_judgement(after: Path, tmp_path: Path) -> None:
    root = copy(after, tmp_path)
    fact(root, "cited_by", "unknown")
    screen.run(root)
    assert outcome(root, WAITING)["status"] == "awaiting"
    assert "cited_by not known" in outcome(root, WAITING)["reason"]
    append(
        root / "data/raw/judgements/screening.csv",
        record_id=WAITING,
        criterion="citations",
        verdict="include",
        reviewer="a student",
        date="2026-11-24",
        reason="Central to the question",
    )
    screen.run(root)
    assert outcome(root, WAITING)["status"] == "included"
    assert outcome(root, WAITING)["basis"] == "judgement"


@pytest.mark.parametrize("source", ["again", "zotero"])
def test_a_duplicate_inherits_the_decisions(before: Path, tmp_path: Path, source: str) -> None:
    """Whichever of the two names comes first in the alphabet."""
    root = copy(before, tmp_path)
    entry = """@article{JanowskiAgain,
      author = {Janowski, T.},
      title = {Digital government evolution: from transformation to contextualization},
      doi = {https://doi.org/10.1016/J.GIQ.2015.07.001},
      year = {2015}}"""
    (root / "data/raw/records" / f"{source}.bib").write_text(entry, "utf-8")
    run_stages(root)
    old = outcome(before, "paper/Janowski2015")
    for record_id in ("paper/Janowski2015", f"{source}/JanowskiAgain"):
        new = outcome(root, record_id)
        assert new | {"work_id": ""} == old | {"work_id": ""}
    assert len(by_work(root)) == 81
    studies = by_work(root, "code/studies")
    assert len(studies) == 35
    assert {row["coded"] for row in studies.values()} == {"yes"}


def test_the_example_says_that_it_is_invented() -> None:
    records, _ = pull.read_files([EXAMPLE / "more.bib"], EXAMPLE)
    assert set(records["note"]) == {"Invented for the exercise; there is no such publication"}
    assert records["doi"].isna().all()
    for row in rows(EXAMPLE / "facts.csv"):
        assert row["coder"] == "example"
        assert row["source"].startswith("example: ")
        assert "made-up" in row["source"] or "invented" in row["source"]
