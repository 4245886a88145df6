"""What the tests of single stages share: copies of the raw data, and stages run in this process."""

from __future__ import annotations

import atexit
import csv
import shutil
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path

PROJECT = Path(__file__).parents[1]
RAW = PROJECT / "data" / "raw"
BIB = RAW / "records" / "paper.bib"
GOLDEN = Path(__file__).parent / "golden"
MADE = Path("data/processed")
BEFORE_REPORT = ("pull", "dedup", "screen", "code", "cocite")


def copy_raw(folder: Path) -> Path:
    """Copy the config and all that people made; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(PROJECT / "config.yaml", folder / "config.yaml")
    shutil.copytree(RAW, folder / "data" / "raw")
    return folder


def run(root: Path, *stages: str) -> Path:
    """Run stages by their function, as `slr STAGE` would; return the folder."""
    for stage in stages or BEFORE_REPORT:
        import_module(f"slr.{stage}").run(root)
    return root


@cache
def finished() -> Path:
    """A copy of the shipped review with all stages before the report done. Only to be read."""
    folder = Path(tempfile.mkdtemp(prefix="slr-stages-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return run(copy_raw(folder / "review"))


def rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file by the standard library alone; an empty cell is an empty text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def made(root: Path, table: str) -> list[dict[str, str]]:
    """Read a table that a stage made, named `<stage>/<table>`."""
    return rows(root / MADE / f"{table}.csv")


def edit(path: Path, old: str, new: str) -> None:
    """Change a text that stands in a file exactly once."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1, f"{old!r} stands in {path} {text.count(old)} times"
    path.write_text(text.replace(old, new), "utf-8")


def append(path: Path, line: str) -> int:
    """Add a line to a file; return its number."""
    text = path.read_text("utf-8")
    path.write_text(f"{text}{line}\n", "utf-8")
    return text.count("\n") + 1


def line_of(path: Path, text: str) -> int:
    """Return the number of the first line that holds a text."""
    lines = path.read_text("utf-8").split("\n")
    return next(number for number, line in enumerate(lines, 1) if text in line)


def snapshot(root: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
