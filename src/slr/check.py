"""Reading and checking everything that people made, before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from slr import cocite, config, dedup, facts, io, lists, pull, screen
from slr.code.codings import read_codings
from slr.code.declared import read_declared
from slr.errors import ConfigError, Problem, SlrError, did_you_mean, refuse
from slr.identity import Names, read_named_sources
from slr.paths import (
    ALTERNATIVES,
    CONFIG,
    DECLARED,
    NAMED_SOURCES,
    RAW,
    RECORDS,
)
from slr.report import declared
from slr.screen import votes
from slr.screen.judgements import read_judgements


def check_raw(root: Path) -> None:
    """Read the config and every raw file as the stages will.

    Raises
    ------
    ConfigError
        If the config or the list of alternatives is wrong.
    SlrError
        With the faults of all files at once.
    """
    settings = config.load(root / CONFIG, lists.read(root))
    _check_names(root)
    records, _ = pull.read(root)
    refuse(faults(root, records, settings))


def faults(root: Path, records: pd.DataFrame, settings: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with all that people made of records, were these the records.

    Raises
    ------
    ConfigError
        If the list of alternatives is wrong.
    """
    alternatives = config.load_alternatives(root / ALTERNATIVES, settings, lists.read(root))
    names = Names(records["record_id"])
    reads: list[Callable[[], object]] = [
        lambda: dedup.read_judgements(root, records),
        lambda: facts.read_facts(root, settings["screen"]["facts"], names),
        lambda: facts.facts_of_entries(records, settings["screen"]["facts"]),
        lambda: read_judgements(root, settings["screen"]["criteria"], names),
        lambda: votes.check_files(root, settings["screen"]),
        lambda: screen.check_supposed(alternatives, settings["screen"], names),
        lambda: read_codings(root, names),
        lambda: read_declared(root, names, settings["code"]),
        lambda: _check_contexts(root, names),
        lambda: cocite.read_references(root),
        lambda: _check_declared(root),
        lambda: _check_baseline(settings["pull"].get("baseline", []), set(records["source"])),
    ]
    problems: list[Problem] = []
    for read in reads:
        try:
            read()
        except SlrError as error:
            problems += [_within(problem, root) for problem in error.problems]
    return list(dict.fromkeys(problems))


def _check_names(root: Path) -> None:
    """See that every raw file may be read, and that Snakemake takes its name as it is."""
    try:
        found = [path.relative_to(root) for path in io.files_below(root / RAW)]
    except SlrError as error:
        raise SlrError([_within(problem, root) for problem in error.problems]) from error
    problems = [
        Problem("has a brace in its name.", "Rename it.", path)
        for path in found
        if "{" in str(path) or "}" in str(path)
    ]
    refuse(problems)


def _check_contexts(root: Path, names: Names) -> None:
    """Read the contexts, and see that what they name is there once."""
    named = read_named_sources(root)
    cocite.read_contexts(root, Names([*names.ids, *named["record_id"]]))
    problems = [
        Problem(f"{name!r} is a record too.", "Delete the row.", NAMED_SOURCES, line, "record_id")
        for line, name in named["record_id"].items()
        if name in names.ids
    ]
    refuse(problems)


def _check_declared(root: Path) -> None:
    """Check what the review declares for its report."""
    for name, figure in declared.read(root).figures.items():
        if figure.get("layout") == "paired":
            _check_pairs(figure, DECLARED / "figures" / f"{name}.yaml")


def _check_pairs(figure: Mapping[str, Any], path: Path) -> None:
    """See that the pairs of rows of a drawing name a group of either side."""
    sides = [{group["group"]["en"] for group in side["groups"]} for side in figure["sides"]]
    at = "row_pairs_inferred"
    problems = [
        Problem(f"{name!r} is no group of that side.", did_you_mean(name, names), path, None, at)
        for pair in figure["row_pairs_inferred"]
        for name, names in zip(pair, sides, strict=True)
        if name not in names
    ]
    if problems:
        raise ConfigError(problems)


def _check_baseline(baseline: Sequence[str], sources: set[str]) -> None:
    for name in baseline:
        if name not in sources:
            found = f"{name!r} is no source of {RECORDS}."
            fix = did_you_mean(name, sources)
            raise ConfigError(Problem(found, fix, CONFIG, None, "pull.baseline"))


def _within(problem: Problem, root: Path) -> Problem:
    """Name files as a person in the project's folder would."""
    if not isinstance(problem.path, Path) or not problem.path.is_relative_to(root):
        return problem
    path = problem.path.relative_to(root)
    return Problem(problem.found, problem.fix, path, problem.line, problem.key)
