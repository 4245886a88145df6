"""What is kept of complete runs, and when: on the toy, whose stages only hash what they read."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import slr
from test_workflow import made, ran, set_letters, started, versions, wait_for
from toy import STAGES, make_toy, write

from slr import io, kept
from slr.errors import SlrError

PAGE = "data/processed/report/changes.html"


@pytest.fixture
def toy(once: Callable[[str, Callable[[Path], None]], Path], tmp_path: Path) -> Path:
    """A copy of the toy with one finished run, to be changed."""

    def fill(folder: Path) -> None:
        make_toy(folder)
        done = slr(folder, "run")
        assert done.returncode == 0, done.stderr

    folder = tmp_path / "toy"
    shutil.copytree(once("toy", fill), folder, symlinks=True)
    return folder


def left(folder: Path) -> list[dict[str, str]]:
    """Hash what each kept run left, the last one first."""
    return [made(run.root) for run in kept.runs(folder)]


def test_a_complete_run_is_kept_with_its_files_config_and_inputs(toy: Path) -> None:
    [run] = kept.runs(toy)
    assert made(run.root) == made(toy)
    assert {f"data/processed/{name}": value for name, value in made(toy).items()} == run.files
    assert (run.root / "config.yaml").read_bytes() == (toy / "config.yaml").read_bytes()
    assert set(run.code) == set(STAGES)
    assert "data/raw/records/big.bib" in run.inputs
    assert not [path for path in run.inputs if not path.startswith("data/raw/")]


def test_a_run_costs_links_until_its_files_are_replaced(toy: Path) -> None:
    for letters in (22, 33):
        set_letters(toy, letters)
        assert ran(slr(toy, "run"))
    new, old = kept.runs(toy)
    for path in new.files:
        assert (toy / path).samefile(new.root / path), path
    pulled = "data/processed/pull/records.csv"  # pull does not depend on what was changed
    assert (new.root / pulled).samefile(old.root / pulled)
    screened = "data/processed/screen/outcomes.csv"
    assert (new.root / screened).read_bytes() != (old.root / screened).read_bytes()


def test_the_last_two_are_kept_and_a_run_with_nothing_to_do_keeps_nothing(toy: Path) -> None:
    states = left(toy)
    for letters in (22, 33):
        set_letters(toy, letters)
        assert ran(slr(toy, "run"))
        states = [made(toy), *states][:2]
        assert left(toy) == states
    before = {path: path.stat().st_mtime_ns for path in (toy / kept.RUNS).rglob("*")}
    assert ran(slr(toy, "run")) == set()
    assert {path: path.stat().st_mtime_ns for path in (toy / kept.RUNS).rglob("*")} == before


def test_a_run_whose_stages_make_the_same_again_is_a_run(toy: Path) -> None:
    """What it changed is nothing, and that is what is to be told of it."""
    write(toy / "src/slr/shared.py", "X = 2\n")  # other code, the same results
    first = made(toy)
    assert ran(slr(toy, "run"))
    assert left(toy) == [first, first]


def test_a_killed_run_is_not_kept_and_resumed_follows_the_last_complete_one(toy: Path) -> None:
    first = made(toy)
    set_letters(toy, 22)
    before = versions(toy, "screen")
    with started(toy, TOY_SCREEN="slow") as process:
        wait_for(lambda: len(versions(toy, "screen") - before) >= 2)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert made(toy) != first
    assert left(toy) == [first]
    assert ran(slr(toy, "run"))
    assert left(toy) == [made(toy), first]
    assert made(toy) != first


def test_a_failed_run_is_not_kept(toy: Path) -> None:
    first = made(toy)
    set_letters(toy, 22)
    assert slr(toy, "run", TOY_SCREEN="fail").returncode == 1
    assert left(toy) == [first]


def test_a_run_that_died_before_it_was_kept_is_kept_by_the_next(toy: Path) -> None:
    """As after a kill between the last stage and the keeping: nothing is left to do but that."""
    set_letters(toy, 22)
    assert ran(slr(toy, "run"))
    newest, older = kept.runs(toy)
    unfinished = newest.root.with_name(f".{newest.root.name}")
    newest.root.rename(unfinished)
    (unfinished / "run.json").unlink()
    assert ran(slr(toy, "run")) == set()
    assert left(toy) == [made(toy), made(older.root)]
    assert not unfinished.exists()


def test_the_page_of_changes_goes_with_the_first_change_and_not_before(toy: Path) -> None:
    write(toy / PAGE, "old")
    assert ran(slr(toy, "run")) == set()
    assert (toy / PAGE).exists()
    set_letters(toy, 22)
    assert slr(toy, "run", TOY_DEDUP="fail").returncode == 1
    assert not (toy / PAGE).exists()


def test_the_page_of_changes_is_not_kept(toy: Path) -> None:
    write(toy / "data/processed/report/changes.html", "asked for")
    write(toy / "src/slr/code.py", (toy / "src/slr/code.py").read_text() + "# an edit\n")
    assert ran(slr(toy, "run"))
    assert not [name for state in left(toy) for name in state if name.endswith("changes.html")]


def test_a_run_that_cannot_be_kept_is_complete_all_the_same(toy: Path) -> None:
    shutil.rmtree(toy / kept.RUNS)
    write(toy / kept.RUNS, "a file where the folder belongs")
    set_letters(toy, 22)
    done = slr(toy, "run")
    assert done.returncode == 0
    assert "This run is complete, but `slr diff` cannot tell of it: " in done.stderr
    assert done.stdout.endswith("data/processed/report/index.html\n")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"ended": "x", "files": 1}', "\x00"])
def test_a_damaged_run_is_as_good_as_none(toy: Path, text: str) -> None:
    [run] = kept.runs(toy)
    (run.root / "run.json").write_text(text)
    assert kept.runs(toy) == []
    kept.keep(toy, b"", [])
    [again] = kept.runs(toy)
    assert (again.files, again.root != run.root) == (run.files, True)
    assert [path.name for path in (toy / kept.RUNS).iterdir()] == [again.root.name]


def test_where_no_link_can_be_made_a_copy_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, _target: Path) -> None:
        raise OSError(1, "Operation not permitted")

    write(tmp_path / "a", "text")
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    io.link(tmp_path / "a", tmp_path / "deep/b")
    assert (tmp_path / "deep/b").read_text() == "text"
    assert not (tmp_path / "a").samefile(tmp_path / "deep/b")
    with pytest.raises(SlrError, match="none: cannot be kept: no such file"):
        io.link(tmp_path / "none", tmp_path / "c")
