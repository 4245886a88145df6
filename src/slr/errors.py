"""What is told when something is wrong: what, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

SHOWN = 20
"""How many problems of one failure are printed; the rest are counted."""
LIKE_ENOUGH = 0.6
"""Likeness of two words, 0 to 1, from which one may be meant by the other."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Printed as ``path:line: key: found. fix``; parts that are not known are left out.
    """

    found: str
    fix: str = ""
    path: Path | str | None = None
    line: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        where = ""
        if self.path is not None:
            where = f"{self.path}:{self.line}: " if self.line else f"{self.path}: "
        what = f"{self.key}: {self.found}" if self.key else self.found
        return f"{where}{what}" + (f" {self.fix}" if self.fix else "")


class SlrError(Exception):
    """The data or the run fell short of what was asked (exit status 1)."""

    status = 1

    def __init__(self, problems: Problem | str | Sequence[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__(str(self))

    def __str__(self) -> str:
        lines = [str(p) for p in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"... and {len(self.problems) - SHOWN} more of the same run.")
        return "\n".join(lines)


class ConfigError(SlrError):
    """The call or the config was wrong (exit status 2)."""

    status = 2


class StoppedError(SlrError):
    """Who was asked ended the input, by Ctrl-D say (exit status 1)."""

    def __init__(self) -> None:
        fix = "What was answered before is kept; the same command goes on from there."
        super().__init__(Problem("stopped at the end of the input.", fix))


def refuse(problems: Iterable[Problem]) -> None:
    """Raise all that is wrong as one `SlrError`; do nothing where nothing is."""
    if found := list(problems):
        raise SlrError(found)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Suggest the nearest known word, or list the few that there are.

    >>> did_you_mean("treshold", ["threshold", "seed"])
    "Did you mean 'threshold'?"
    >>> did_you_mean("zzz", ["seed", "a"])
    'Known: a, seed.'
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    options = sorted(set(known))
    near = process.extractOne(
        word, options, scorer=OSA.normalized_similarity, score_cutoff=LIKE_ENOUGH
    )
    if near:
        return f"Did you mean {near[0]!r}?"
    if len(options) > 30:
        return f"{len(options)} are known; none is near."
    return f"Known: {', '.join(options)}."
