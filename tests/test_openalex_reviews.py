"""Whole reviews from first record to report, from OpenAlex's replies and the authors' labels."""

from __future__ import annotations

import csv
import json
import os
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from asking import DAY, _at_once
from conftest import slr
from index_server import serving
from stages import made, rows, run

from slr.init import Answers, begin
from slr.pull.online import ask

SETS = os.environ.get("SLR_OPENALEX_SETS")
pytestmark = pytest.mark.skipif(
    not SETS, reason="SLR_OPENALEX_SETS names no folder of replies of OpenAlex"
)
LABELS = {"Sep_2021": (271, 40), "Donners_2021": (258, 15), "Oud_2018": (952, 20)}
"""Records and included records, as the collection tells them."""
VOTES = {"stages": {"full_text": {"needed": 1}}, "conflicts": "consensus"}
AUTHORS = "the authors"
PATIENCE_S = 1800
"""For a run of a thousand records on a machine that others use too."""
CODE = {
    "codebook": {
        "form": {
            "question": {"en": "Of what type is it?", "fa": "از چه نوعی است؟"},
            "type": "category",
            "values": ["article", "review", "other"],
        },
        "abstract": {
            "question": {"en": "Has it an abstract?", "fa": "چکیده دارد؟"},
            "type": "yes_no",
        },
        "references": {
            "question": {"en": "How many works does it cite?", "fa": "به چند اثر استناد می‌کند؟"},
            "type": "number",
            "at_least": 0,
        },
    },
    "double_pct": 100,
    "maps": {"form_by_abstract": {"rows": "form", "columns": "abstract", "draw": "heat"}},
}


def replies(name: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(Path(str(SETS)) / name / "works.zip") as archive:
        return [item for page in archive.namelist() for item in json.loads(archive.read(page))]


def labels_file(name: str) -> Path:
    return Path(str(SETS)) / name / "labels.csv"


def labels(name: str) -> dict[str, bool]:
    """Whether the authors included each record, by our ids."""
    found = rows(labels_file(name))
    return {
        f"openalex/{row['openalex_id'].rsplit('/', 1)[-1]}": row["label_included"] == "1"
        for row in found
    }


def write_rows(path: Path, header: str, table: list[tuple[str, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(table)


def prepare(root: Path, name: str) -> None:
    """Begin the review, ask for its records, and take the authors' labels in as votes."""
    criteria = (Path(str(SETS)) / name / "criteria.txt").read_text("utf-8").strip()
    begin(root, Answers(f"{name}, from its own records", question=criteria))
    settings = yaml.safe_load((root / "config.yaml").read_text("utf-8"))
    settings["pull"] = {"online": {"queries": {"all": {"openalex": {"search": ""}}}}}
    settings["code"] = CODE
    settings["screen"] = {"facts": {}, "criteria": {}, "votes": VOTES}
    text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
    (root / "config.yaml").write_text(text, "utf-8")
    with serving("openalex", [{"title": "", "raw": item} for item in replies(name)]) as server:
        problems = ask(
            root,
            lambda _: None,
            lambda *_: None,
            environ={"SLR_OPENALEX_URL": server.url},
            now=lambda: DAY,
        )
    assert problems == []
    run(root, "pull", "dedup")
    told = slr(root, "screen", "--import-votes", labels_file(name), "--reviewer", AUTHORS)
    assert told.returncode == 0, told.stderr
    assert f"asreview: {LABELS[name][0]} votes at full_text" in told.stderr


def coded(item: dict[str, Any]) -> dict[str, str]:
    """What can be coded of a work from OpenAlex's reply alone."""
    form = item["type"] if item["type"] in ("article", "review") else "other"
    return {
        "form": form,
        "abstract": "yes" if item["abstract_inverted_index"] else "no",
        "references": str(len(item["referenced_works"])),
    }


@pytest.fixture(scope="module", params=LABELS)
def whole(
    request: pytest.FixtureRequest,
    once: Callable[[str, Callable[[Path], None]], Path],
) -> tuple[str, Path]:
    """A review that was run, coded by two, and run again."""
    name: str = request.param

    def fill(root: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("slr.pull.online.Line", _at_once)
            prepare(root, name)
        done = slr(root, "run", timeout_s=PATIENCE_S)
        assert done.returncode == 0, done.stderr
        kept = {row["work_id"] for row in made(root, "screen/included")}
        assert f"{len(kept)} included studies to code" in done.stdout
        given = [
            (record, variable, value, coder, f"2026-01-01T00:00:0{at}Z", "")
            for item in replies(name)
            if (record := f"openalex/{item['id'].rsplit('/', 1)[-1]}") in kept
            for at, (variable, value) in enumerate(coded(item).items())
            for coder in ("one", "two")
        ]
        header = "record_id,variable,value,coder,time,note"
        write_rows(root / "data/raw/coding/codings.csv", header, given)
        done = slr(root, "run", timeout_s=PATIENCE_S)
        assert done.returncode == 0, done.stderr
        assert "to code" not in done.stdout
        assert {line.split()[0] for line in done.stderr.splitlines()} == {"code", "report"}

    return name, once(f"openalex-{name}", fill)


def flow(root: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((root / "data/processed/report/flow.json").read_text("utf-8"))
    return told


def test_the_flow_is_that_of_the_labels(whole: tuple[str, Path]) -> None:
    name, root = whole
    said = labels(name)
    records, included = LABELS[name]
    assert (len(said), sum(said.values())) == (records, included)
    told = flow(root)
    assert (told["identified"], told["duplicates_removed"]) == (records, 0)
    assert (told["screened"], told["assessed"], told["awaiting"]) == (records, records, 0)
    assert told["excluded"] == {"full_text": records - included}
    assert (told["included"], told["included_by"]["votes"]) == (included, included)
    ended = {row["work_id"]: row["status"] == "included" for row in made(root, "screen/outcomes")}
    assert ended == said


def test_what_is_coded_is_counted_in_the_map(whole: tuple[str, Path]) -> None:
    name, root = whole
    kept = {row["work_id"] for row in made(root, "screen/included")}
    counted = Counter(
        (one["form"], one["abstract"])
        for item in replies(name)
        if f"openalex/{item['id'].rsplit('/', 1)[-1]}" in kept
        for one in [coded(item)]
    )
    cells = {(c["row"], c["column"]): int(c["studies"]) for c in made(root, "code/maps")}
    assert {cell: n for cell, n in cells.items() if n} == dict(counted)
    agreed = [row for row in made(root, "code/agreement") if row["measure"] == "raw"]
    assert [row["value"] for row in agreed] == ["1.0"] * 3
    assert {int(row["studies"]) for row in agreed} == {len(kept)}


def test_the_report_is_whole(whole: tuple[str, Path]) -> None:
    name, root = whole
    report = root / "data/processed/report"
    page = (report / "index.html").read_text("utf-8")
    assert f"{name}, from its own records" in page
    assert "form_by_abstract" in page
    for lang in ("en", "fa"):
        assert (report / f"figures/form_by_abstract.{lang}.svg").stat().st_size > 1000
        assert (report / f"tables/excluded.{lang}.docx").stat().st_size > 10_000
    assert len(rows(report / "tables/excluded.en.csv")) == (
        flow(root)["screened"] - flow(root)["included"]
    )
    done = slr(root, "run", timeout_s=PATIENCE_S)
    assert "nothing to do" in done.stderr
