"""What several test files share: copies of the project, and one finished run of it."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

PROJECT = Path(__file__).parents[1]
PARTS = ("Snakefile", "config.yaml", "requirements.lock", "workflow", "data/raw", "src")

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")  # --hypothesis-profile=default looks for new examples


@pytest.fixture(scope="session")
def project() -> Path:
    """The checkout under test; nothing is written there."""
    return PROJECT


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Make a folder once for all workers: the first to come makes it, the others wait."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if worker else base

    def make(name: str, fill: Callable[[Path], None]) -> Path:
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            folder, ready = shared / name, shared / f"{name}.ready"
            if not ready.exists():
                assert not folder.exists(), f"{name} could not be made, see the first failure"
                fill(folder)
                ready.touch()
        return folder

    return make


def copy_project(folder: Path) -> None:
    """Copy what a run needs, without anything that a run made."""
    for part in PARTS:
        target = folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if (PROJECT / part).is_dir():
            shutil.copytree(
                PROJECT / part, target, ignore=shutil.ignore_patterns("__pycache__", ".*")
            )
        else:
            shutil.copy(PROJECT / part, target)


def environment(folder: Path) -> dict[str, str]:
    """The environment in which `slr` is the code of `folder`."""
    left_out = ("PYTEST_", "COV_", "SLR_", "PYTHONDONTWRITEBYTECODE")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
    return {**kept, "PYTHONPATH": str(folder / "src")}


def slr(
    folder: Path, *args: str, timeout_s: float = 300, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run `slr` with the code of `folder`, in it."""
    return subprocess.run(
        [sys.executable, "-m", "slr", *args],
        cwd=folder,
        env={**environment(folder), **env},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


@pytest.fixture(scope="session")
def review(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A copy of the project with a finished run of the whole review. Read it, do not change it."""

    def fill(folder: Path) -> None:
        copy_project(folder)
        done = slr(folder, "run")
        assert done.returncode == 0, done.stderr

    return once("review", fill)
