"""What a review declares for its own report: tables, figures, statements, numbers and words.

Each is data in `data/raw/report/`, checked against `schemas/report.schema.yaml`; every part may
be absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slr import config, io
from slr.errors import ConfigError, Problem, SlrError, refuse
from slr.paths import DECLARED


@dataclass(frozen=True)
class Declared:
    """The parts by name; `statements` is what a paper says, with how a run can check it."""

    tables: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    statements: Sequence[Mapping[str, Any]] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    numbers: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Any] = field(default_factory=dict)


@contextmanager
def blamed(path: str) -> Iterator[None]:
    """Tell which file of `data/raw/report/` names what this review does not have."""
    try:
        yield
    except KeyError as error:
        found = f"{error.args[0]!r} is no table, column or variable of this review."
        fix = "Is it spelt as in config.yaml?"
        raise ConfigError(Problem(found, fix, DECLARED / path)) from error


def names(root: Path, kind: str) -> list[str]:
    """Return the names of the declared tables or figures, by their files alone."""
    return sorted(path.stem for path in _files(root, kind))


def _files(root: Path, kind: str) -> list[Path]:
    found = (root / DECLARED / kind).glob("*.yaml")
    return sorted(path for path in found if not path.name.startswith("."))


def read(root: Path) -> Declared:
    """Read and check all that is declared.

    Raises
    ------
    SlrError
        With the faults of all files at once.
    """
    problems = []

    def part(path: Path, kind: str, empty: Any) -> Any:
        if not path.exists():
            return empty
        try:
            shown = path.relative_to(root)
            return config.read_part(path, kind, shown)
        except SlrError as error:
            problems.extend(error.problems)
            return empty

    folder = root / DECLARED
    found = Declared(
        {path.stem: part(path, "table", {}) for path in _files(root, "tables")},
        {path.stem: part(path, "figure", {}) for path in _files(root, "figures")},
        _statements(folder / "statements.json", root, problems),
        part(folder / "answers.yaml", "answers", {}),
        part(folder / "numbers.yaml", "numbers", {}),
        part(folder / "words.yaml", "vocabulary", {}),
    )
    refuse(problems)
    return found


def _statements(path: Path, root: Path, problems: list[Any]) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    try:
        stated: list[dict[str, Any]] = io.read_json(path)
        config.check_part(stated, "statements", path.relative_to(root))
    except SlrError as error:
        problems.extend(error.problems)
        return []
    return stated
