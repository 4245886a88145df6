"""Parts of `slr run` by themselves; the whole is in test_workflow.py."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from pathlib import Path

import pytest

from slr import ledger
from slr import run as run_module
from slr.errors import ConfigError, SlrError
from slr.run import LOCK, raw, run

DIE = "from slr import run; run.die_with_parent(); print('alive')"


def stage_of(run_pid: str | None) -> subprocess.CompletedProcess[str]:
    """Start what a stage starts with, as a child of this process."""
    env = {k: v for k, v in os.environ.items() if k != "SLR_RUN_PID"}
    if run_pid is not None:
        env["SLR_RUN_PID"] = run_pid
    return subprocess.run(
        [sys.executable, "-c", DIE], env=env, capture_output=True, text=True, check=False
    )


def test_a_stage_of_this_run_or_by_hand_goes_on() -> None:
    assert stage_of(str(os.getpid())).stdout == "alive\n"
    assert stage_of(None).stdout == "alive\n"


def test_a_stage_whose_run_is_gone_does_nothing() -> None:
    done = stage_of("1")
    assert done.returncode != 0
    assert "The run that started this stage has ended; nothing was done." in done.stderr


def test_raw_lists_what_people_made_and_no_notes(tmp_path: Path) -> None:
    folder = tmp_path / "data/raw/records"
    folder.mkdir(parents=True)
    for name in ("b.bib", "a.bib", "README.md", ".hidden.bib"):
        (folder / name).touch()
    (folder / "folder.bib").mkdir()
    assert raw("records/*", tmp_path) == ["data/raw/records/a.bib", "data/raw/records/b.bib"]
    assert raw("judgements/screening.csv", tmp_path) == []


def test_a_folder_without_a_workflow_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        run(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: there is no Snakefile here. Go to the folder of the review."
    )
    assert list(tmp_path.iterdir()) == []


def test_the_lock_survives_in_name_only(tmp_path: Path) -> None:
    """A lock file left by a killed run, whatever is in it, stops nobody."""
    from slr.run import alone

    (tmp_path / LOCK).write_text("99999999\n")
    with alone(tmp_path):
        assert (tmp_path / LOCK).read_text() == f"{os.getpid()}\n"
        with (
            pytest.raises(SlrError, match=rf"at work here \(process {os.getpid()}\)"),
            alone(tmp_path),
        ):
            pass
    with alone(tmp_path):
        pass


def entry(root: Path, inputs: list[str], outputs: list[str]) -> ledger.Entry:
    return {"inputs": ledger.hashes(root, inputs), "outputs": ledger.hashes(root, outputs)}


@pytest.fixture
def ledger_of_one(tmp_path: Path) -> Path:
    """A folder whose only stage, `pull`, has read `in` and written `out`."""
    (tmp_path / ".snakemake/metadata").mkdir(parents=True)
    (tmp_path / ".snakemake/metadata/b3V0").touch()  # base64 of "out"
    for name in ("in", "out"):
        (tmp_path / name).write_text(name)
    ledger.write(tmp_path, {"pull": entry(tmp_path, ["in"], ["out"])})
    return tmp_path


def test_nothing_is_stale_as_it_was_left(ledger_of_one: Path) -> None:
    os.utime(ledger_of_one / "in")
    assert ledger.stale(ledger_of_one, ["pull"]) == set()
    assert ledger.stale(ledger_of_one, ["pull", "dedup"]) == {"dedup"}


@pytest.mark.parametrize("name", ["in", "out"])
def test_other_contents_make_a_stage_stale(ledger_of_one: Path, name: str) -> None:
    times = (ledger_of_one / name).stat()
    (ledger_of_one / name).write_text("another")
    os.utime(ledger_of_one / name, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert ledger.stale(ledger_of_one, ["pull"]) == {"pull"}


@pytest.mark.parametrize("name", ["in", "out", ".snakemake/metadata/b3V0", str(ledger.LEDGER)])
def test_a_lost_file_makes_a_stage_stale(ledger_of_one: Path, name: str) -> None:
    (ledger_of_one / name).unlink()
    assert ledger.stale(ledger_of_one, ["pull"]) == {"pull"}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"pull": {}}', '{"pull": {"inputs": 1, "outputs": {}}}']
)
def test_a_damaged_ledger_makes_every_stage_stale(ledger_of_one: Path, text: str) -> None:
    (ledger_of_one / ledger.LEDGER).write_text(text)
    assert ledger.stale(ledger_of_one, ["pull"]) == {"pull"}


def test_long_names_are_found_as_snakemake_splits_them(tmp_path: Path) -> None:
    name = "data/processed/report/" + "x" * 400
    expected = ledger._note(tmp_path, name).relative_to(tmp_path / ".snakemake/metadata")
    assert [part[0] for part in expected.parts[:-1]] == ["@"] * (len(expected.parts) - 1)
    assert all(len(part) <= 255 for part in expected.parts)


@pytest.mark.parametrize("name", ["data/processed/code/b.csv", "logs/benchmarks/code.tsv"])
def test_an_output_that_is_read_only_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for other in ("data/processed/code/a.csv", name):
        (tmp_path / other).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / other).touch()
    run_module._check_writable(tmp_path)
    deny(monkeypatch, tmp_path / name)
    with pytest.raises(SlrError) as caught:
        run_module._check_writable(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / name}: is read-only. "
        "Permit it with `chmod -R u+w data/processed logs`, and run again."
    )


def deny(monkeypatch: pytest.MonkeyPatch, *paths: Path) -> None:
    """Make paths seem forbidden, which nothing is to root."""
    whole = os.access
    monkeypatch.setattr(os, "access", lambda p, mode: Path(p) not in paths and whole(p, mode))


def test_caches_go_into_the_project_where_there_is_no_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(getpass, "getuser", nameless)
    for name in ("XDG_CACHE_HOME", "MPLCONFIGDIR", "LOGNAME"):
        monkeypatch.setenv(name, "")  # so that it is put back afterwards
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", "/proc/self/nonexistent")
    deny(monkeypatch, Path("/proc/self"))
    run_module._find_a_home()
    assert os.environ["XDG_CACHE_HOME"] == str(tmp_path / ".snakemake/cache")
    assert os.environ["MPLCONFIGDIR"] == str(tmp_path / ".snakemake/cache/matplotlib")
    assert os.environ["LOGNAME"] == str(os.getuid())


def test_a_home_that_can_be_written_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CACHE_HOME", "MPLCONFIGDIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    run_module._find_a_home()
    assert not {"XDG_CACHE_HOME", "MPLCONFIGDIR"} & set(os.environ)


@pytest.mark.parametrize("name", ["data/raw/records", "data/raw/records/a.bib", "data/raw"])
def test_raw_files_that_may_not_be_read_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "data/raw/records").mkdir(parents=True)
    (tmp_path / "data/raw/records/a.bib").touch()
    monkeypatch.chdir(tmp_path)
    deny(monkeypatch, Path(name))
    with pytest.raises(SlrError) as caught:
        run_module._check_raw(Path())
    assert str(caught.value) == (
        f"{name}: cannot be read: permission denied. "
        "Permit it with `chmod -R u+rX data/raw`, and run again."
    )
