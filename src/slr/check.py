"""Reading and checking everything that people made, before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from slr import cocite, code, config, dedup, facts, io, pull, screen
from slr.errors import Problem, SlrError
from slr.identity import Names, read_named_sources
from slr.paths import ALTERNATIVES, CONFIG, FACTS_STATED, FIGURES


def check_raw(root: Path) -> None:
    """Read the config and every raw file as the stages will.

    Raises
    ------
    ConfigError
        If the config or the list of alternatives is wrong.
    SlrError
        With the faults of all files at once.
    """
    settings = config.load(root / CONFIG)
    alternatives = config.load_alternatives(root / ALTERNATIVES, settings)
    records, _ = pull.read(root)
    names = Names(records["record_id"])
    reads: list[Callable[[], object]] = [
        lambda: dedup.read_judgements(root, records),
        lambda: facts.read_facts(root, settings["screen"]["facts"], names),
        lambda: screen.read_judgements(root, settings["screen"]["criteria"], names),
        lambda: screen.check_supposed(alternatives, names),
        lambda: code.read_coding(root, names, settings),
        lambda: _check_contexts(root, names),
        lambda: cocite.read_references(root),
        lambda: [io.read_json(root / path) for path in (FIGURES, FACTS_STATED)],
    ]
    problems: list[Problem] = []
    for read in reads:
        try:
            read()
        except SlrError as error:
            problems += [_within(problem, root) for problem in error.problems]
    if problems:
        raise SlrError(problems)


def _check_contexts(root: Path, names: Names) -> None:
    named = read_named_sources(root)
    cocite.read_contexts(root, Names([*names.ids, *named["record_id"]]))


def _within(problem: Problem, root: Path) -> Problem:
    """Name files as a person in the project's folder would."""
    if not isinstance(problem.path, Path) or not problem.path.is_relative_to(root):
        return problem
    path = problem.path.relative_to(root)
    return Problem(problem.found, problem.fix, path, problem.line, problem.key)
