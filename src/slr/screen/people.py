"""What `slr screen` does about people: which of its options go together, and what each answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from slr.errors import ConfigError, Problem
from slr.screen import ask, exchange, vote
from slr.screen.agreed import screeners_agree
from slr.trace import Section


@dataclass(frozen=True)
class Asked:
    """The options of `slr screen` that are about people."""

    vote: bool = False
    settle: bool = False
    conflicts: bool = False
    agreement: bool = False
    practice: bool = False
    sample: int | None = None
    seed: int = 1
    import_votes: Path | None = None
    verdict: str | None = None

    def anything(self) -> bool:
        """Tell whether any of them is given."""
        return self != Asked()


def answer(
    root: Path, asked: Asked, *, stage: str | None, reviewer: str | None
) -> tuple[str, list[Section]]:
    """Do what is asked; return what to say of it, and the tables to print.

    Raises
    ------
    ConfigError
        If the options do not go together, or people do not vote in this review.
    """
    _check(asked)
    packet = (asked.sample, asked.seed) if asked.sample else None
    if asked.vote:
        return vote.vote(root, reviewer, stage, packet), []
    if asked.settle:
        return vote.settle(root, reviewer, stage), []
    if asked.practice:
        told, table = vote.practise(root, reviewer, stage, packet)
        return told, [Section("votes beside what was settled", table)] if len(table) else []
    if asked.import_votes:
        given = exchange.Given(asked.import_votes, stage, reviewer, asked.verdict)
        return exchange.import_votes(root, given), []
    return _listed(ask.load(root, stage), asked)


def _listed(here: ask.Stage, asked: Asked) -> tuple[str, list[Section]]:
    """Tell what is known at a stage: agreement, conflicts, or a packet to vote on."""
    if asked.agreement:
        table = screeners_agree(here.votes)
        told = "" if len(table) else "No stage has votes of two screeners."
        return told, [Section("how far the screeners agree", table)]
    if asked.conflicts:
        table = ask.conflict_table(here)
        told = "Settle them: `slr screen --settle --reviewer NAME`." if len(table) else ""
        return told or "No votes differ.", [Section(f"conflicts at {here.name}", table)]
    names = ask.sample(here.works, asked.sample or 1, asked.seed)
    rows = [{n: here.works[name][n] for n in ("work_id", "year", "title")} for name in names]
    title = f"packet of seed {asked.seed} at {here.name}"
    options = f"--sample {asked.sample} --seed {asked.seed} --stage {here.name}"
    told = f"Vote on it: `slr screen --vote --reviewer NAME {options}`."
    return told, [Section(title, pd.DataFrame(rows))]


def _check(asked: Asked) -> None:
    """Refuse options of which only one can be done, and those that belong to another."""
    does = {
        "--vote": asked.vote,
        "--settle": asked.settle,
        "--conflicts": asked.conflicts,
        "--agreement": asked.agreement,
        "--practice": asked.practice,
        "--import-votes": asked.import_votes is not None,
    }
    given = [name for name, on in does.items() if on]
    if len(given) > 1:
        raise ConfigError(Problem(f"{' and '.join(given)} do not go together.", "Ask for one."))
    if asked.verdict is not None and asked.import_votes is None:
        raise ConfigError(Problem("--verdict is for --import-votes.", "Drop it."))
    if asked.seed != Asked.seed and asked.sample is None:
        raise ConfigError(Problem("--seed is for --sample.", "Say how many: --sample N."))
    if asked.sample is not None and given and given[0] not in ("--vote", "--practice"):
        raise ConfigError(Problem(f"{given[0]} takes no --sample.", "Drop it."))
