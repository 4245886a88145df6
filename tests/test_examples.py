"""The review in examples/: it runs, and what its README says of it is so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import PROJECT, slr
from stages import made
from test_docs import fenced

from slr import pull

PLACES = PROJECT / "examples/places"


@pytest.fixture(scope="session")
def places(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A copy of the example with a finished run."""

    def fill(folder: Path) -> None:
        shutil.copytree(PLACES, folder)
        done = slr(folder, "run")
        assert done.returncode == 0, done.stderr
        (folder / "told.txt").write_text(done.stdout, "utf-8")

    return once("places", fill)


def test_it_ends_as_its_readme_says(places: Path) -> None:
    said = fenced(PROJECT / "examples/README.md", "text")[0]
    assert (places / "told.txt").read_text("utf-8") == said


def test_what_two_coded_and_a_third_settled(places: Path) -> None:
    values = {(v["work_id"], v["variable"]): v for v in made(places, "code/values")}
    assert len(values) == 4 * 3
    settled = values["giq/Alexander2008", "says"]
    assert (settled["value"], settled["basis"], settled["coders"]) == (
        "country; region", "settled", "third",
    )  # fmt: skip
    assert made(places, "code/disagreements") == []
    raw = {row["variable"]: row for row in made(places, "code/agreement")
           if row["measure"] == "raw"}  # fmt: skip
    assert (raw["says"]["value"], raw["part"]["value"]) == ("0.75", "1.0")
    cells = {(c["map"], c["row"], c["column"]): c["work_ids"] for c in made(places, "code/maps")}
    assert cells["part_by_year", "africa", "2009"] == "giq/Schuppan2009"
    assert cells["part_by_developing", "asia", "yes"] == "giq/HamnerAlQahtani2009"


def test_its_entries_are_those_of_the_shipped_review() -> None:
    """Real works, as they stand there: nothing of them was written anew."""
    own, rejects = pull.read(PLACES)
    assert rejects.empty
    shipped = pull.read(PROJECT)[0].set_index("key")
    for row in own.itertuples():
        there = shipped.loc[row.key]
        for field in ("title", "author", "year", "journal", "doi", "pages"):
            assert getattr(row, field) == there[field], (row.key, field)


def test_the_page_and_the_flow_are_its_own(places: Path) -> None:
    report = places / "data/processed/report"
    assert json.loads((report / "flow.json").read_text("utf-8"))["included"] == 4
    page = (report / "index.html").read_text("utf-8")
    assert "Evidence map: Part of the world by Year" in page
    assert "نقشهٔ شواهد: بخش جهان در برابر سال" in page
    assert "econstruction" not in page
