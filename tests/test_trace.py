"""What stands behind a number, a work or an edge."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from stages import copy_raw, finished, made, run

from slr.errors import ConfigError, SlrError
from slr.trace import multiverse_of, trace

COUNTS = {
    "identified": 83,
    "duplicates_removed": 2,
    "screened": 81,
    "included": 35,
    "excluded": 26,
    "not_retrieved": 20,
    "awaiting": 0,
}


def sections(what: str, root: Path | None = None) -> dict[str, pd.DataFrame]:
    return {section.title: section.rows for section in trace(root or finished(), what)}


@pytest.mark.parametrize(("what", "count"), COUNTS.items())
def test_a_count_has_as_many_rows(what: str, count: int) -> None:
    [rows] = sections(what).values()
    assert len(rows) == count


def test_the_included_are_those_of_the_table() -> None:
    [rows] = sections("included").values()
    assert rows["work_id"].to_list() == [w["work_id"] for w in made(finished(), "screen/included")]
    assert "title" in rows
    assert "record_ids" in rows


def test_removed_duplicates_have_reasons() -> None:
    [rows] = sections("duplicates_removed").values()
    assert rows["record_id"].to_list() == ["paper/BaumDiMaio2001", "paper/Touche2000"]
    assert rows["work_id"].to_list() == ["paper/BaumDi2002", "paper/Deloitte2002"]
    assert rows["reasons"].str.startswith("reconstruction: One").all()


@pytest.mark.parametrize(
    ("criterion", "reach", "told"),
    [
        ("identified", 81, "61 include, 20 exclude"),
        ("credibility", 61, "48 include, 13 exclude"),
        ("evidence", 48, "42 include, 6 exclude"),
        ("citations", 42, "35 include, 7 exclude"),
    ],
)
def test_a_criterion_shows_the_works_that_reach_it(criterion: str, reach: int, told: str) -> None:
    [(title, rows)] = sections(f"screen.{criterion}").items()
    assert title == f"decisions of {criterion} on the {reach} works that reach it: {told}"
    assert len(rows) == reach
    assert {"verdict", "basis", "reason"} <= set(rows.columns)


def test_a_work_shows_all_that_is_known_of_it() -> None:
    found = sections("Janowski2015")
    assert list(found) == [
        "records",
        "facts",
        "outcome",
        "decisions",
        "coding",
        "node",
        "contexts",
        "edges",
    ]
    assert found["records"]["record_id"].to_list() == ["paper/Janowski2015"]
    assert found["decisions"]["criterion"].to_list() == [
        "identified",
        "credibility",
        "evidence",
        "citations",
    ]
    assert found["outcome"]["status"].to_list() == ["included"]
    coding = found["coding"].set_index("variable")["value"]
    assert coding["stage"] == "0"
    assert coding["contexts"] == "24; 25"
    contexts = set(found["contexts"]["context_id"])
    assert {24, 25} <= contexts
    ends = found["edges"][["source", "target"]].to_numpy().tolist()
    assert all("paper/Janowski2015" in pair for pair in ends)
    assert len(ends) == found["node"]["degree"].iloc[0]


@pytest.mark.parametrize("name", ["Touche2000", "paper/Touche2000", "Deloitte2002"])
def test_a_merged_record_leads_to_its_work(name: str) -> None:
    found = sections(name)
    assert found["records"]["record_id"].to_list() == ["paper/Deloitte2002", "paper/Touche2000"]
    assert found["pairs"]["verdict"].to_list() == ["same"]


def test_a_named_source_is_found_in_the_network() -> None:
    assert {"node", "contexts", "edges"} <= set(sections("UNESCO"))


@pytest.mark.parametrize(
    "what",
    [
        "Janowski2015--DiasGomes2021",
        "DiasGomes2021--Janowski2015",
        "paper/Janowski2015 -- paper/DiasGomes2021",
    ],
)
def test_an_edge_shows_the_places_that_cite_both(what: str) -> None:
    found = sections(what)
    assert list(found) == ["edge", "contexts"]
    [edge] = found["edge"].to_dict("records")
    assert (edge["weight"], edge["level"], edge["via"]) == (0.5, "unit", "24")
    assert set(found["contexts"]["context_id"]) == {24}
    assert set(found["contexts"]["record_id"]) == {"paper/DiasGomes2021", "paper/Janowski2015"}


def test_two_works_that_are_not_joined() -> None:
    edges = {(e["source"], e["target"]) for e in made(finished(), "cocite/edges")}
    nodes = sorted(n["node_id"] for n in made(finished(), "cocite/nodes"))
    a, b = next((a, b) for a in nodes for b in nodes if a < b and (a, b) not in edges)
    with pytest.raises(SlrError, match="are not joined: no place cites both near enough") as caught:
        trace(finished(), f"{a}--{b}")
    assert caught.value.status == 1


def test_an_edge_may_be_named_by_the_labels_of_its_ends() -> None:
    label = {n["node_id"]: n["label"] for n in made(finished(), "cocite/nodes")}
    ends = [label[f"paper/{key}"] for key in ("Janowski2015", "DiasGomes2021")]
    told = [s.as_dict() for s in trace(finished(), "--".join(ends))]
    assert told == [s.as_dict() for s in trace(finished(), "Janowski2015--DiasGomes2021")]


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("Janowsky2015", "nothing is called 'Janowsky2015'. Did you mean 'Janowski2015'?"),
        ("inclded", "nothing is called 'inclded'. Did you mean 'included'?"),
        (
            "screen.credability",
            "no criterion is called 'credability'. Did you mean 'credibility'?",
        ),
        (
            "Janowski2015--DiasGomez2021",
            "'DiasGomez2021' is no record. Did you mean 'DiasGomes2021'?",
        ),
    ],
)
def test_a_name_of_nothing_is_told_with_the_nearest(what: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        trace(finished(), what)
    assert str(caught.value) == told
    assert caught.value.status == 2


def test_before_any_run(tmp_path: Path) -> None:
    for what in ("included", "screen.evidence", "Janowski2015", "A--B"):
        with pytest.raises(SlrError, match=r"is not there yet\. Run `slr run` first\.") as caught:
            trace(copy_raw(tmp_path / what), what)
        assert caught.value.status == 1
    with pytest.raises(SlrError, match="Run `slr run` first"):
        multiverse_of(tmp_path)


def test_a_key_of_two_records_is_told(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    (root / "data/raw/records/mine.bib").write_text(
        "@misc{Janowski2015, title={A}}\n@misc{a--b, title={B}}\n"
    )
    (root / "data/raw/records/source.old.bib").write_text("@misc{c, title={C}}\n")
    run(root)
    with pytest.raises(ConfigError) as caught:
        trace(root, "Janowski2015")
    assert str(caught.value) == (
        "'Janowski2015' is a key of mine/Janowski2015 and paper/Janowski2015. Say which."
    )
    assert sections("a--b", root)["records"]["record_id"].to_list() == ["mine/a--b"]
    assert sections("source.old/c", root)["records"]["record_id"].to_list() == ["source.old/c"]
    assert len(sections("awaiting", root)["works awaiting"]) == 3


def test_what_would_have_been_kept() -> None:
    section = multiverse_of(finished())
    assert section.rows["included"].to_list()[:2] == [35, 26]


@pytest.mark.parametrize("what", ["included", "screen.evidence", "Touche2000"])
def test_sections_are_plain_values(what: str) -> None:
    for section in trace(finished(), what):
        told: dict[str, Any] = json.loads(json.dumps(section.as_dict(), allow_nan=False))
        assert told["title"] == section.title
        assert len(told["rows"]) == len(section.rows)
        assert told == section.as_dict()


def test_tables_of_a_finished_run_are_only_read(tmp_path: Path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(finished(), root)
    before = {p: p.stat().st_mtime_ns for p in root.rglob("*")}
    trace(root, "Janowski2015")
    assert {p: p.stat().st_mtime_ns for p in root.rglob("*")} == before
