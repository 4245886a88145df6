"""Rank a review's works that wait, and tell what recall its votes have reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from slr import config, io
from slr.errors import Problem, SlrError
from slr.identity import Names
from slr.paths import CONFIG, DEDUPED, RANKED, SCREENED, VOTES
from slr.rank import stopping, votes, waiting
from slr.schemas.tables import columns
from slr.screen.inputs import read_votes

KEPT = Path(".snakemake/slr/rank")
"""Where features are kept; anyone may delete it."""
HEAD = 20
"""Works that are printed."""


@dataclass(frozen=True)
class Review:
    """What of a review its ranking reads.

    `texts` are those of `works`, in order; `outcomes` tell where each ended, without a row before
    the first screen; `decided` and `voted` are what the screen and what votes say of relevance,
    the latter in order of each work's first vote; `voters` is how many voted on each work, and
    `told` says which votes do not count.
    """

    works: pd.DataFrame
    texts: list[tuple[str, str]]
    outcomes: pd.DataFrame
    decided: dict[str, bool]
    voted: dict[str, bool]
    voters: dict[str, int]
    query: tuple[str, str]
    told: str


def read(root: Path) -> Review:
    """Read the works, what was said of them, and the words of the review's own questions.

    Raises
    ------
    SlrError
        If the works are not there, or a file with votes is no table of votes.
    """
    whole = config.load(root / CONFIG)
    if not (root / DEDUPED / "works.csv").exists():
        found = "there are no works to rank."
        raise SlrError(Problem(found, "Run `slr run` first.", root / DEDUPED / "works.csv"))
    works = io.read_made(root / DEDUPED / "works.csv", "dedup/works")
    clusters = io.read_made(root / DEDUPED / "clusters.csv", "dedup/clusters")
    cast, _ = read_votes(root, whole["screen"], Names(clusters["record_id"]), clusters)
    outcomes = pd.DataFrame(columns=columns("screen/outcomes"), dtype="str")
    if (root / SCREENED / "outcomes.csv").exists():
        outcomes = io.read_made(root / SCREENED / "outcomes.csv", "screen/outcomes")
    outcomes = outcomes[outcomes["work_id"].isin(works["work_id"])]
    ends_at = dict(zip(outcomes["work_id"], outcomes["criterion"], strict=True))
    return Review(
        works,
        texts_of(works),
        outcomes,
        decided(outcomes),
        votes.answers(cast.good),
        votes.voters(cast.good, ends_at),
        query_of(whole),
        cast.told(),
    )


def texts_of(works: pd.DataFrame) -> list[tuple[str, str]]:
    """Return title and abstract of each work."""
    parts = (works[name].fillna("") for name in ("title", "abstract"))
    return list(zip(*parts, strict=True))


def query_of(whole: Mapping[str, Any]) -> tuple[str, str]:
    """Return the review's title and the questions of its criteria, in all its languages."""
    title = " ".join(whole["review"]["title"].values())
    asked = [criterion.get("question", {}) for criterion in whole["screen"]["criteria"].values()]
    return title, " ".join(text for question in asked for text in question.values())


def decided(outcomes: pd.DataFrame) -> dict[str, bool]:
    """Return what the screen says of relevance: included works, and those that people left out.

    What a rule leaves out for its year or publisher is no example of another subject.
    """
    included = outcomes["status"] == "included"
    left_out = (outcomes["status"] == "excluded") & (outcomes["basis"] == "judgement")
    said = outcomes[included | left_out]
    return dict(zip(said["work_id"], said["status"] == "included", strict=True))


def rank(root: Path) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Order the works that wait, and write the table `rank/ranking`.

    What waits is what the screen has not decided, and before the first screen every work. Told is
    which votes do not count.

    Returns
    -------
    tuple
        The ranking, the first works to read, and what to tell.
    """
    given = read(root)
    known = given.outcomes
    ended = set(known.loc[known["status"] != "awaiting", "work_id"])
    ids = given.works["work_id"].to_list()
    found = waiting.order(
        ids,
        given.texts,
        given.decided | given.voted,
        query=given.query,
        waiting=[name for name in ids if name not in ended],
        kept=root / KEPT,
    )
    made = pd.DataFrame(
        {
            "rank": range(1, len(found.works) + 1),
            "work_id": found.works,
            "score": found.scores,
            "votes": [given.voters.get(name, 0) for name in found.works],
            "why": found.why,
        },
        columns=columns("rank/ranking"),
    )
    made["why"] = made["why"].replace("", None)
    io.write_table(root / RANKED / "ranking.csv", made, "rank/ranking")
    return made, head(made, given.works), given.told


def head(ranking: pd.DataFrame, works: pd.DataFrame) -> pd.DataFrame:
    """Return the first works to read, those with the fewest votes before all, with their titles."""
    first = ranking.sort_values("votes", kind="stable").head(HEAD)
    shown = first.merge(works[["work_id", "year", "title"]], on="work_id", how="left")
    return shown[["rank", "votes", "work_id", "year", "title", "why"]]


def reached(root: Path) -> dict[str, object]:
    """Return what recall the votes have reached, at least, with the source and what it assumes.

    The works are those on which people vote: voted on, or waiting. They are taken in the order of
    their first votes.

    Raises
    ------
    SlrError
        If nobody has voted.
    """
    given = read(root)
    waits = set(given.outcomes.loc[given.outcomes["status"] == "awaiting", "work_id"])
    if given.outcomes.empty:
        waits = set(given.works["work_id"])
    said = [int(relevant) for relevant in given.voted.values()]
    if not said:
        found = given.told or "nobody has voted yet"
        fix = "See docs/voting.md for what makes votes count."
        fix = fix if given.told else "Vote first; then ask again."
        raise SlrError(Problem(f"{found}.", fix, root / VOTES))
    total = len(waits | set(given.voters))
    rule = stopping.HYPERGEOMETRIC
    return {
        "works": total,
        "judged": len(said),
        "relevant": sum(said),
        "recall_at_least": round(stopping.recall_at_least(said, total), 4),
        "confidence": stopping.CONFIDENCE,
        "target": stopping.TARGET,
        "may_stop": stopping.may_stop(said, total),
        "rule": rule.name,
        "source": rule.source,
        "assumes": rule.assumes,
    }


def reached_in_words(told: Mapping[str, Any]) -> str:
    """Say what `reached` returns, the assumption beside the number."""
    may = "may be" if told["may_stop"] else "cannot be"
    return (
        f"{told['judged']} of {told['works']} works judged, {told['relevant']} relevant.\n"
        f"Recall is at least {told['recall_at_least']:.1%} with a confidence of "
        f"{told['confidence']:.0%}; a recall below {told['target']:.0%} {may} ruled out.\n"
        f"Rule: {told['rule']} ({told['source']}).\nAssumed: {told['assumes']}"
    )
