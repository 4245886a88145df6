"""Bring records in: every entry of every file becomes a record or a reject, none is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from slr import io
from slr.errors import ConfigError, Problem, SlrError, refuse
from slr.paths import ANSWERS, PULLED, RECORDS
from slr.pull import archives, clean, frozen, sniff
from slr.pull.answers import Answers, enrich, take_in
from slr.pull.intake import Intake, Pulled
from slr.pull.intake import summary as summary


def run(root: Path) -> str:
    """Read all that was brought and answered; write the tables of the stage."""
    pulled = collect(root)
    pulled.write(root / PULLED)
    left = "\n".join(
        f"{ANSWERS / day}: asking began and came to no end. `slr pull --online` goes on with "
        "it, unless pull.online was changed since."
        for day in frozen.unfinished(root)
    )
    return f"{left}\n{pulled.told()}".strip()


def read(root: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records and rejects of all that was brought and answered."""
    tables = collect(root).tables
    return tables["records"], tables["rejects"]


def collect(root: Path, *, more: Sequence[Path] = (), some: bool = True) -> Pulled:
    """Return what the files of `data/raw/records/` and the replies in `data/raw/pulled/` hold.

    Parameters
    ----------
    more
        Files that are read as if they lay in `data/raw/records/`.
    some
        Whether there must be any.

    Raises
    ------
    SlrError
        With every file or reply that cannot be read; if there is none at all.
    """
    intake = Intake()
    files = sorted([*record_files(root), *more], key=lambda path: path.name)
    problems = _add(intake, files, root)
    answers = Answers()
    try:
        answers = take_in(root, intake)
    except SlrError as error:
        problems += error.problems
    if some and not files and not intake.losses:
        problems.append(Problem("no file there.", "Put your records there.", RECORDS))
    refuse(problems)
    pulled = intake.pulled()
    return Pulled(enrich(pulled.tables, answers), pulled.losses)


def record_files(root: Path) -> list[Path]:
    """Return the record files in order of name; notes (`README*`) may lie beside them."""
    inside = (path for path in io.files_below(root / RECORDS) if path.parent == root / RECORDS)
    files = [path for path in inside if not path.name.startswith((".", "README"))]
    refuse_braces(files)
    return files


def refuse_braces(files: Sequence[Path]) -> None:
    """Refuse names that Snakemake would take for a pattern."""
    named = [path for path in files if "{" in path.name or "}" in path.name]
    if named:
        raise SlrError([Problem("has a brace in its name.", "Rename it.", path) for path in named])


def read_files(files: Sequence[Path], root: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records and rejects of files, as `gather` does."""
    tables = gather(files, root).tables
    return tables["records"], tables["rejects"]


def gather(files: Sequence[Path], root: Path, form: str | None = None) -> Pulled:
    """Return what files of any format hold.

    Parameters
    ----------
    files
        Each file's name without its ending is the source of its records.
    root
        Paths in the tables are relative to it, where they can be.
    form
        The format of all of them, a name of `sniff.READERS`; told from the content if None.

    Raises
    ------
    SlrError
        With every file that cannot be read, is of no known format, or holds text and no entry.
    """
    intake = Intake(form)
    refuse(_add(intake, files, root))
    return intake.pulled()


def _add(intake: Intake, files: Sequence[Path], root: Path) -> list[Problem]:
    """Take files in; return what was wrong with those that cannot be."""
    problems: list[Problem] = []
    for path in files:
        try:
            before = len(intake.losses)
            for name, data in _members(path, root):
                intake.add(name, data)
            if len(intake.losses) == before:  # an archive of nothing is told too
                intake.add(_shown(path, root), b"")
        except SlrError as error:
            problems += error.problems
    return problems


def _members(path: Path, root: Path) -> Iterator[tuple[str, bytes]]:
    shown = _shown(path, root)
    for name, data in archives.members(path):
        yield clean.tidy(shown if path.suffix.lower() != ".zip" else f"{shown}/{name}"), data


def _shown(path: Path, root: Path) -> str:
    return clean.tidy(str(path.relative_to(root)) if path.is_relative_to(root) else str(path))


def import_files(files: Sequence[Path], out: Path) -> str:
    """Read record files from anywhere; write the tables to `out` and say what became of them.

    Raises
    ------
    SlrError
        If a file cannot be read, or holds text without an entry.
    """
    return bring_in(files, out).told()


def bring_in(files: Sequence[Path], out: Path, form: str | None = None) -> Pulled:
    """Read record files from anywhere, of a format told or found; write the tables to `out`."""
    if form is not None and form not in sniff.READERS:
        known = ", ".join(sniff.READERS)
        raise ConfigError(Problem(f"{form!r} is no format.", f"Known: {known}.", "--format"))
    pulled = gather(files, Path.cwd(), form)
    pulled.write(out)
    return pulled
