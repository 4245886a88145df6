"""The house: what is run again and what is not, kills, failures, two runs at once.

These tests run the real `Snakefile`, rules and `slr run` on a toy: the package with stages that
only hash what they read. The review itself is run in the last tests of this file.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import copy_project, environment, slr
from toy import STAGES, declared_files, make_toy, python, write

DOWNSTREAM = {
    "pull": set(STAGES),
    "dedup": set(STAGES) - {"pull"},
    "screen": {"screen", "code", "cocite", "report"},
    "code": {"code", "report"},
    "cocite": {"cocite", "report"},
    "report": {"report"},
}


@pytest.fixture(scope="session")
def finished(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A toy with a finished run. Copy it, do not change it."""

    def fill(folder: Path) -> None:
        make_toy(folder)
        done = slr(folder, "run")
        assert done.returncode == 0, done.stderr
        assert ran(done) == set(STAGES)

    return once("toy", fill)


@pytest.fixture
def toy(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished toy, to be changed."""
    folder = tmp_path / "toy with spaces"
    shutil.copytree(finished, folder, symlinks=True)
    return folder


def ran(done: subprocess.CompletedProcess[str]) -> set[str]:
    """Name the stages that a run says it has run, each on a line with its seconds."""
    assert done.returncode == 0, done.stderr
    if "nothing to do" in done.stderr:
        return set()
    lines = [line for line in done.stderr.splitlines() if line.endswith(" s)")]
    return {line.split()[0] for line in lines}


def made(folder: Path) -> dict[str, str]:
    """Hash all that is under `data/processed`, hidden files too."""
    root = folder / "data/processed"
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def set_letters(folder: Path, count: int) -> None:
    """Change a value of the config on which dedup and all after it depend."""
    path = folder / "config.yaml"
    line = next(x for x in path.read_text().splitlines() if "key_letters_min:" in x)
    edit(path, line, f"  key_letters_min: {count}")


@contextmanager
def started(
    folder: Path, stderr: int = subprocess.DEVNULL, **env: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Start `slr run` and make sure that it is gone afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "slr", "run"],
        cwd=folder,
        env={**environment(folder), **env},
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        start_new_session=True,
        # Tests that a script runs in the background hand on that it is to be ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def test_second_run_runs_nothing_and_writes_nothing(toy: Path) -> None:
    before = {path: path.stat() for path in (toy / "data/processed").rglob("*")}
    done = slr(toy, "run")
    assert ran(done) == set()
    assert "checked" not in done.stdout
    assert done.stdout == "flow\ndata/processed/report/index.html\n"
    after = {path: path.stat() for path in (toy / "data/processed").rglob("*")}
    assert {p: s.st_mtime_ns for p, s in after.items()} == {
        p: s.st_mtime_ns for p, s in before.items()
    }


def test_a_touch_of_any_file_reruns_nothing(toy: Path) -> None:
    old = time.time_ns() - 10**12
    for path in sorted(toy.rglob("*")):
        if path.is_file() and ".snakemake" not in path.parts:
            later = 10**9 * (path.relative_to(toy).parts[:2] == ("data", "raw"))
            os.utime(path, ns=(old, old + later))  # what is read is newer than all that is made
    assert ran(slr(toy, "run")) == set()


@pytest.mark.parametrize(
    ("file", "old", "new", "again"),
    [
        ("src/slr/code.py", "first", "second", DOWNSTREAM["code"]),
        ("src/slr/cocite.py", "first", "second", DOWNSTREAM["cocite"]),
        ("src/slr/shared.py", "1", "2", DOWNSTREAM["dedup"]),
        ("src/slr/report/flow.py", "flow", "other", set()),  # the toy's report imports it not
        ("src/slr/cli.py", "sys.exit", "exit", set()),
        ("requirements.lock", "pandas", "Pandas", set(STAGES)),
        ("config.yaml", "min_weight: 0.25", "min_weight: 0.5", DOWNSTREAM["cocite"]),
        (
            "config.yaml",
            "citations_in_findings: {at_least: 1}",
            "citations_in_findings: {at_least: 2}",
            DOWNSTREAM["screen"],
        ),
        ("data/raw/records/paper.bib", "1", "2", set(STAGES)),
        ("data/raw/coding/table4.csv", "e", "f", DOWNSTREAM["code"]),
    ],
    ids=[
        "code",
        "cocite",
        "shared",
        "not-imported",
        "cli",
        "lock",
        "config",
        "threshold",
        "records",
        "coding",
    ],
)
def test_an_edit_reruns_what_depends_on_it_and_nothing_else(
    toy: Path, file: str, old: str, new: str, again: set[str]
) -> None:
    edit(toy / file, old, new)
    os.utime(toy / file, (1, 1))  # a file restored with an old time has changed all the same
    assert ran(slr(toy, "run")) == again


def test_new_and_removed_raw_files_are_noticed(toy: Path) -> None:
    write(toy / "data/raw/records/more.bib", "@misc{a}")
    assert ran(slr(toy, "run")) == set(STAGES)
    write(toy / "data/raw/lists/journals.csv", "name,issn,source,date,note\n")
    assert ran(slr(toy, "run")) == DOWNSTREAM["screen"]
    (toy / "data/raw/multiverse.yaml").unlink()
    assert ran(slr(toy, "run")) == DOWNSTREAM["screen"]


def test_files_without_snakemakes_notes_are_made_again(toy: Path, finished: Path) -> None:
    write(toy / "data/processed/pull/records.csv", "stale")
    shutil.rmtree(toy / ".snakemake")
    assert ran(slr(toy, "run")) == set(STAGES)
    assert made(toy) == made(finished)


@pytest.mark.parametrize(
    ("spoil", "stage"),
    [
        (lambda t: (t / "data/processed/pull/rejects.csv").unlink(), "pull"),
        (lambda t: (t / "data/processed/report/figures/prisma.fa.pdf").unlink(), "report"),
        (lambda t: write(t / "data/processed/code/table1.csv", "by hand"), "code"),
        (lambda t: next((t / ".snakemake/metadata").iterdir()).unlink(), None),
        (lambda t: write(t / ".snakemake/slr/ledger.json", "{"), "pull"),
    ],
    ids=["lost-leaf", "lost-figure", "edited", "note", "ledger"],
)
def test_a_spoilt_output_is_made_again(
    toy: Path, finished: Path, spoil: Callable[[Path], None], stage: str | None
) -> None:
    spoil(toy)
    done = slr(toy, "run")
    assert ran(done) == DOWNSTREAM[stage] if stage else ran(done)
    assert made(toy) == made(finished)


@pytest.fixture(scope="session")
def undisturbed(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """What a run gives that nothing disturbed, with the config that the killed ones end with."""

    def fill(folder: Path) -> None:
        make_toy(folder)
        set_letters(folder, 33)
        assert slr(folder, "run").returncode == 0

    return once("undisturbed", fill)


def disturb(folder: Path) -> None:
    """Change what every stage depends on."""
    set_letters(folder, 22)
    with (folder / "data/raw/records/paper.bib").open("a") as file:
        file.write("% disturbed")


def settle(folder: Path) -> None:
    """Change it again, to what the undisturbed run has."""
    set_letters(folder, 33)
    edit(folder / "data/raw/records/paper.bib", "% disturbed", "")


@pytest.mark.parametrize("stage", STAGES)
def test_killed_in_a_stage_the_next_run_gives_the_bytes_of_an_undisturbed_one(
    toy: Path, undisturbed: Path, stage: str
) -> None:
    """Only the parent is killed, when the stage has replaced two of its files."""
    disturb(toy)
    before = versions(toy, stage)
    with started(toy, **{f"TOY_{stage.upper()}": "slow"}) as process:
        wait_for(lambda: len(versions(toy, stage) - before) >= 2)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert_whole_and_completed(toy, undisturbed)


def assert_whole_and_completed(toy: Path, undisturbed: Path) -> None:
    assert all(map(is_whole, contents(toy).values()))
    settle(toy)
    done = slr(toy, "run")
    assert done.returncode == 0, done.stderr
    assert made(toy) == made(undisturbed)


def versions(folder: Path, stage: str) -> set[tuple[str, int]]:
    """Tell the files of a stage and when each took its place."""
    files = (folder / "data/processed" / stage).rglob("[!.]*")
    return {(str(path), path.stat().st_mtime_ns) for path in files if path.is_file()}


def contents(folder: Path) -> dict[str, str]:
    """Read what anyone sees in `data/processed`: not the hidden files that are being written."""
    root = folder / "data/processed"
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in root.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def is_whole(text: str) -> bool:
    lines = text.splitlines()
    return len(lines) == 500 and len(set(lines)) == 1


@pytest.mark.parametrize("moment", [0.9, 1.4, 2.0])
def test_killed_at_any_moment_the_next_run_completes(
    toy: Path, undisturbed: Path, moment: float
) -> None:
    disturb(toy)
    with started(toy) as process:
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert_whole_and_completed(toy, undisturbed)


def test_a_stage_dies_with_its_run(toy: Path) -> None:
    set_letters(toy, 22)
    with started(toy, TOY_SCREEN="slow") as process:
        log = toy / "logs/screen.log"
        log.unlink()
        wait_for(log.exists)
        child = child_of(process.pid)
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_for(lambda: not Path(f"/proc/{child}").exists(), 2)


def child_of(pid: int) -> str:
    """Find the child that some thread of a process has started."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return next(c for t in tasks for c in (t / "children").read_text().split())


def test_a_second_run_is_told_of_the_first(toy: Path) -> None:
    set_letters(toy, 22)
    with started(toy, TOY_DEDUP="slow") as process:
        wait_for(lambda: (toy / ".slr.lock").read_text() == f"{process.pid}\n")
        before = made(toy)
        done = slr(toy, "run")
        assert done.returncode == 1
        assert done.stderr == (
            f"another `slr run` is at work here (process {process.pid}). Wait until it has ended.\n"
        )
        assert done.stdout == ""
        assert made(toy).keys() >= before.keys()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_says_how_to_go_on(toy: Path, number: signal.Signals) -> None:
    set_letters(toy, 22)
    (toy / "logs/dedup.log").unlink()
    with started(toy, stderr=subprocess.PIPE, TOY_DEDUP="slow") as process:
        wait_for((toy / "logs/dedup.log").exists)
        time.sleep(0.5)
        os.killpg(process.pid, number)  # as a terminal does
        _, told = process.communicate(timeout=20)
    assert process.returncode == 1
    assert told.decode().endswith("stopped during dedup. Run again to go on.\n")


@pytest.mark.parametrize(("mood", "status"), [("fail", 1), ("config", 2)])
def test_a_failed_stage_leaves_the_last_good_files(
    toy: Path, finished: Path, undisturbed: Path, mood: str, status: int
) -> None:
    before = made(finished)
    set_letters(toy, 33)
    done = slr(toy, "run", TOY_SCREEN=mood)
    assert done.returncode == status
    told = done.stderr.splitlines()
    assert told[-2].endswith("Mend it.")
    assert told[-1] == (
        "screen failed, see above and logs/screen.log. Mend it and run again; "
        "the files of its last good run are still there."
    )
    assert "Traceback" not in done.stderr
    after = made(toy)
    for name, value in before.items():
        if not name.startswith("dedup/"):
            assert after[name] == value, name
    assert slr(toy, "run").returncode == 0
    assert made(toy) == made(undisturbed)


def test_a_stage_that_leaves_a_file_out_keeps_the_last_good_ones(toy: Path) -> None:
    """Snakemake would delete every file of the stage, and tell of all in its own words."""
    edit(
        toy / "src/slr/toy.py",
        'for number, name in enumerate(files["outputs"]):\n',
        'for number, name in enumerate(files["outputs"]):\n'
        '        if number > 1 and mood == "lose":\n'
        "            (root / name).unlink()\n"
        "            continue\n",
    )
    assert slr(toy, "run").returncode == 0
    before = made(toy)
    set_letters(toy, 33)
    done = slr(toy, "run", TOY_SCREEN="lose")
    assert done.returncode == 1
    *_, told = done.stderr.splitlines()
    assert told.startswith("data/processed/screen/")
    assert told.endswith(
        "was not made, though screen ended well: a fault of slr. "
        "The files of its last good run are still there. Please report this line."
    )
    assert "Snakemake" not in done.stderr
    assert "Missing" not in done.stderr
    after = made(toy)
    kept = [name for name in before if not name.startswith("dedup/")]
    assert {name: after.get(name) for name in kept} == {name: before[name] for name in kept}
    assert {"screen", "report"} <= ran(slr(toy, "run"))


def test_a_broken_config_stops_the_run_before_anything_is_touched(toy: Path) -> None:
    edit(toy / "config.yaml", "key_letters_min", "key_leters_min")
    done = slr(toy, "run")
    assert done.returncode == 2
    assert "did you mean 'key_letters_min'" in done.stderr.lower()
    assert done.stderr.startswith("config.yaml:")


def test_a_fault_in_raw_data_stops_the_run_before_anything_is_touched(toy: Path) -> None:
    write(
        toy / "src/slr/check.py",
        "from slr import errors\ndef check_raw(root):\n    raise errors.SlrError('a.csv:1: no')\n",
    )
    before = made(toy)
    done = slr(toy, "run")
    assert (done.returncode, done.stderr) == (1, "a.csv:1: no\n")
    assert made(toy) == before


def test_a_place_that_cannot_be_written_is_named(toy: Path) -> None:
    shutil.rmtree(toy / "data/processed")
    (toy / "data/processed").symlink_to("/proc/self")  # not even root can write there
    done = slr(toy, "run")
    assert done.returncode == 1
    assert "data/processed" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def copy_of(folder: Path, review: Path) -> Path:
    shutil.copytree(review, folder, symlinks=True)
    return folder


READ = """
import json, os, sys
from pathlib import Path

root, seen = Path.cwd(), set()

def hook(event, args):
    if event == "open" and isinstance(args[0], (str, os.PathLike)):
        path, writes = Path(os.path.abspath(args[0])), str(args[1] or "r")[0] in "wax"
        if path.is_relative_to(root / "data") and not writes and path.name[0] != ".":
            seen.add(path.relative_to(root).as_posix())

sys.addaudithook(hook)
import importlib
importlib.import_module("slr.STAGE").run(Path())
print(json.dumps(sorted(seen)))
"""


@pytest.fixture(scope="session")
def declared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[str]]]:
    """What each rule of the project reads and writes."""
    folder = tmp_path_factory.mktemp("declared")
    copy_project(folder)
    return declared_files(folder)


@pytest.mark.parametrize("stage", STAGES)
def test_a_rule_names_every_file_that_its_stage_reads_and_writes(
    review: Path, declared: dict[str, dict[str, list[str]]], tmp_path: Path, stage: str
) -> None:
    """What a rule leaves out would not rerun the stage; what it adds would rerun it in vain."""
    copy = copy_of(tmp_path / "copy", review)
    shutil.rmtree(copy / "data/processed" / stage)
    done = python(copy, READ.replace("STAGE", stage))
    read = set(json.loads(done.splitlines()[-1]))
    assert read - set(declared[stage]["outputs"]) <= set(declared[stage]["inputs"])
    assert sorted(f"data/processed/{name}" for name in made(copy) if name.startswith(stage)) == (
        sorted(declared[stage]["outputs"])
    )


def test_the_review_has_the_same_bytes_with_one_core_in_another_folder(
    review: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "elsewhere, with spaces"
    copy_project(folder)
    done = slr(folder, "run", "--cores", "1")
    assert done.returncode == 0, done.stderr
    assert made(folder) == made(review)


def test_a_second_run_of_the_review_runs_nothing(review: Path, tmp_path: Path) -> None:
    done = slr(copy_of(tmp_path / "copy", review), "run")
    assert ran(done) == set()
    *flow, report = done.stdout.splitlines()
    assert len(flow) == 6
    assert report == "data/processed/report/index.html"


def test_the_lint_of_snakemake_is_clean(project: Path, tmp_path: Path) -> None:
    copy_project(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--lint"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_neither_the_rules_nor_the_config_load_pandas(project: Path, tmp_path: Path) -> None:
    copy_project(tmp_path)
    code = """
import sys
from slr import config, fingerprint, ledger, paths, run
config.load(paths.CONFIG)
fingerprint.fingerprint("report")
print(sorted({"pandas", "pandera", "matplotlib", "numpy"} & set(sys.modules)))
"""
    assert python(tmp_path, code) == "[]\n"
