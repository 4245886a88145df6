"""Each check of the doctor, good and bad, with how to mend it."""

from __future__ import annotations

import builtins
import os
import sys
from collections import namedtuple
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from stages import append, copy_raw, edit

from slr import doctor
from slr.doctor import examine
from slr.report import style

NAMES = ["Python", "packages", "fonts", "config", "raw data", "writable"]


def findings(root: Path) -> dict[str, tuple[bool, str]]:
    return {f.name: (f.good, f.told) for f in examine(root)}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_raw(tmp_path / "review")


def test_all_is_well(root: Path) -> None:
    found = findings(root)
    assert list(found) == NAMES
    assert [name for name, (good, _) in found.items() if not good] == []
    assert found["Python"][1] == ".".join(map(str, sys.version_info[:3]))
    assert found["config"][1] == "4 criteria"
    assert found["raw data"][1] == "83 records from 1 file"
    assert found["writable"][1] == "data/processed"


def test_looking_changes_nothing(root: Path) -> None:
    before = sorted(root.rglob("*"))
    findings(root)
    assert sorted(root.rglob("*")) == before


def test_an_old_python(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = namedtuple("version", "major minor micro")
    monkeypatch.setattr(doctor.sys, "version_info", version(3, 10, 4))
    assert findings(root)["Python"] == (
        False,
        "Python 3.10.4 is too old. Install 3.11 or newer and run `make setup`.",
    )


def test_packages_that_are_missing_or_old(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [
        "nowhere>=1",
        "pandas>=99",
        'only-on-mars>=1; sys_platform == "mars"',
        'x; extra == "dev"',
    ]
    monkeypatch.setattr(metadata, "requires", lambda _: asked)
    pandas = metadata.version("pandas")
    assert findings(root)["packages"] == (
        False,
        f"nowhere is not installed; pandas is {pandas}, needed >=99. Run `make setup`.",
    )


def test_slr_that_is_not_installed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", missing)
    assert findings(root)["packages"] == (False, "slr itself is not installed. Run `make setup`.")


def test_a_font_that_is_missing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style, "FONT_FILES", (root / "Vazirmatn-Regular.ttf",))
    good, told = findings(root)["fonts"]
    assert not good
    assert told == "Vazirmatn-Regular.ttf is missing from the package. Run `make setup`."


def test_a_package_that_cannot_be_imported(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "slr.report.style")
    monkeypatch.delattr("slr.report.style", raising=False)
    whole = builtins.__import__

    def broken(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return whole(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", broken)
    good, told = findings(root)["fonts"]
    assert not good
    assert told.startswith("matplotlib")
    assert told.endswith("cannot be imported. Run `make setup`.")


def test_a_broken_config(root: Path) -> None:
    edit(root / "config.yaml", "key_letters_min: 12", "key_letters_min: 0")
    found = findings(root)
    assert not found["config"][0]
    assert found["config"][1].endswith(
        "dedup.key_letters_min: 0 is out of range. Allowed: 1 to 100."
    )
    assert list(found) == NAMES


def test_broken_raw_data(root: Path) -> None:
    line = append(
        root / "data/raw/judgements/screening.csv", "Nobody,evidence,include,me,2026-11-24,?"
    )
    good, told = findings(root)["raw data"]
    assert not good
    assert told.startswith(
        f"data/raw/judgements/screening.csv:{line}: record_id: 'Nobody' is no record."
    )


def test_no_review_at_all(tmp_path: Path) -> None:
    found = findings(tmp_path)
    assert not found["config"][0]
    assert "config.yaml: cannot be read: no such file" in found["config"][1]
    assert not found["raw data"][0]


def test_a_folder_that_cannot_be_written(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = root / "data/processed/screen"
    locked.mkdir(parents=True)
    whole = doctor.os.access
    monkeypatch.setattr(doctor.os, "access", lambda p, mode: p != locked and whole(p, mode))
    assert findings(root)["writable"] == (
        False,
        f"{locked} cannot be written. Permit it with `chmod -R u+w {root / 'data/processed'}`.",
    )


def test_a_file_where_the_folder_must_be(root: Path) -> None:
    (root / "data/processed").write_text("")
    good, told = findings(root)["writable"]
    assert not good
    assert told == f"{root / 'data/processed'} is a file, where a folder must be. Move it away."


def test_without_a_review_nothing_below_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def walked(*_: object) -> None:
        raise AssertionError("walked")

    monkeypatch.setattr(Path, "rglob", walked)
    assert findings(tmp_path)["writable"] == (True, "data/processed")
    whole = os.access
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda p, mode: p != tmp_path and whole(p, mode))
        assert findings(tmp_path)["writable"] == (
            False,
            f"{tmp_path} cannot be written. Is this the folder of your review?",
        )
    (tmp_path / "data/processed").mkdir(parents=True)
    assert findings(tmp_path)["writable"] == (True, "data/processed")


@pytest.mark.parametrize("name", ["records/{a}.bib", "coding/}.csv"])
def test_a_brace_in_the_name_of_a_raw_file(root: Path, name: str) -> None:
    (root / "data/raw" / name).write_text("@misc{a, title={A}}")
    assert findings(root)["raw data"] == (
        False,
        f"data/raw/{name}: has a brace in its name. Rename it.",
    )


def test_figures_that_the_report_could_not_draw(root: Path) -> None:
    path = root / "data/raw/report/figures/figure1.yaml"
    whole = path.read_text()
    path.write_text("kind: drawing\nlayout: paired\ntitle: {en: One, fa: یک}\n")
    told = findings(root)["raw data"][1].splitlines()
    assert told == [
        "data/raw/report/figures/figure1.yaml:1: 'alt' is missing. Add it.",
        "data/raw/report/figures/figure1.yaml:1: 'row_pairs_inferred' is missing. Add it.",
        "data/raw/report/figures/figure1.yaml:1: 'sides' is missing. Add it.",
    ]
    assert "- [Strategy, Services]" in whole
    path.write_text(whole.replace("- [Strategy, Services]", "- [Strategy, Service]"))
    assert findings(root)["raw data"][1] == (
        "data/raw/report/figures/figure1.yaml: row_pairs_inferred: 'Service' is no group of that "
        "side. Did you mean 'Services'?"
    )
