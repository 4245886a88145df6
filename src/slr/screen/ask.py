"""Which works a screener is to look at: what waits, a sample, what is settled, what differs."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from slr import config, io, lists, screen
from slr.errors import ConfigError, Problem, did_you_mean
from slr.paths import CONFIG, PROCESSED
from slr.screen import tally
from slr.screen.inputs import read
from slr.screen.tally import Ballot

RANKING = PROCESSED / "rank/ranking.csv"
"""Works in the order in which they are best read, where something has ranked them."""


@dataclass(frozen=True)
class Stage:
    """One stage of a review, as it is at this moment.

    Attributes
    ----------
    name
        `title_abstract` or `full_text`.
    settings
        Section `screen` of the config.
    works
        Rows of `dedup/works` by id, in the order in which they are best read: those that meet all
        that is asked before the stage.
    ballots
        What was said of each work at the stage.
    votes
        All votes of the review, as `slr.screen.votes.on_works` returns them.
    """

    name: str
    settings: Mapping[str, Any]
    works: Mapping[str, Mapping[str, Any]]
    ballots: Mapping[str, Ballot]
    votes: pd.DataFrame

    @property
    def voting(self) -> Mapping[str, Any]:
        """Section `screen.votes` of the config."""
        found: Mapping[str, Any] = self.settings["votes"]
        return found

    @property
    def needed(self) -> int:
        """How many votes a decision needs."""
        return int(self.voting["stages"][self.name]["needed"])

    def result(self, work_id: str) -> tally.Result:
        """Return what the votes on a work come to."""
        return tally.result(self.ballots.get(work_id, Ballot()), self.voting, self.name)

    def voters(self, work_id: str) -> set[str]:
        """Return who has voted on a work."""
        return {vote.reviewer for vote in self.ballots.get(work_id, Ballot()).votes}


def load(root: Path, stage: str | None) -> Stage:
    """Read the works, facts and votes that are there now; nothing is written.

    Parameters
    ----------
    stage
        The stage to look at; the first of the config if None.

    Raises
    ------
    ConfigError
        If people do not vote in this review, or not at that stage.
    """
    named = lists.read(root)
    whole = config.load(root / CONFIG, named)["screen"]
    name = stage_of(whole, stage)
    settings, given = read(root, whole, named)
    tables = screen.screen(given.works, given.of_works, given.judgements, settings, given.voted)
    reached = reaching(tables["decisions"], tables["outcomes"], list(settings["criteria"]), name)
    rows = {row["work_id"]: row for row in _plain(given.works) if row["work_id"] in reached}
    order = ranked(root, rows)
    said = tally.ballots(given.votes.good)
    of_stage = {work: ballot for (work, at), ballot in said.items() if at == name}
    return Stage(name, settings, {n: rows[n] for n in order}, of_stage, given.votes.good)


def stage_of(settings: Mapping[str, Any], stage: str | None) -> str:
    """Return the stage that is meant.

    Raises
    ------
    ConfigError
        If people do not vote in this review, or not at that stage.
    """
    if "votes" not in settings:
        fix = "Say under `screen.votes` at which stages they do: see docs/voting.md."
        raise ConfigError(Problem("people do not vote in this review.", fix, CONFIG))
    known = [name for name in settings["criteria"] if name in settings["votes"]["stages"]]
    if stage is not None and stage not in known:
        fix = did_you_mean(stage, known)
        raise ConfigError(Problem(f"{stage!r} is no stage.", fix, key="--stage"))
    return stage or known[0]


def may_vote(voting: Mapping[str, Any], reviewer: str) -> None:
    """Refuse somebody whom the config does not let vote, and a name that no vote can have.

    Raises
    ------
    ConfigError
        Naming who may.
    """
    if "|" in reviewer:
        fix = "Leave it out: it sets names apart."
        raise ConfigError(Problem("holds a |.", fix, key="--reviewer"))
    people = voting.get("reviewers")
    if people and reviewer not in {*people, voting.get("senior", reviewer[:0])}:
        fix = did_you_mean(reviewer, people)
        found = f"{reviewer!r} is no reviewer of this review."
        raise ConfigError(Problem(found, fix, CONFIG, key="screen.votes.reviewers"))


def reaching(
    decisions: pd.DataFrame, outcomes: pd.DataFrame, order: Sequence[str], stage: str
) -> set[str]:
    """Return the works that meet all that is asked before a stage."""
    earlier = decisions["criterion"].isin(order[: order.index(stage)])
    gone = set(decisions.loc[earlier & (decisions["verdict"] != "include"), "work_id"])
    gone |= set(
        outcomes.loc[outcomes["basis"].eq("conflict") & outcomes["criterion"].isna(), "work_id"]
    )
    return set(outcomes["work_id"]) - gone


def ranked(root: Path, works: Iterable[str]) -> list[str]:
    """Return works in the order of the ranking, where there is one; the others follow by name."""
    place: dict[str, int] = {}
    if (root / RANKING).exists():
        table = io.read_columns(root / RANKING, ["work_id"], ["work_id"])
        place = {name: at for at, name in reversed(list(enumerate(table["work_id"])))}
    return sorted(works, key=lambda name: (place.get(name, len(place)), name))


def waiting(stage: Stage, reviewer: str, among: Collection[str] | None = None) -> list[str]:
    """Return the works on which a reviewer is to vote.

    Parameters
    ----------
    among
        A sample, on all of which everybody votes; if None, the works that lack votes.
    """
    open_ = (
        among
        if among is not None
        else [name for name in stage.works if len(stage.voters(name)) < stage.needed]
    )
    chosen = set(open_)
    return [n for n in stage.works if n in chosen and reviewer not in stage.voters(n)]


def sample(works: Iterable[str], count: int, seed: int) -> list[str]:
    """Return the works of a packet, the same for everybody.

    Each work has a number of its own from its id and the seed, and the lowest are taken: works
    that are added later take single places, and leave the others as they are.
    """

    def number(name: str) -> str:
        return hashlib.sha256(f"{seed}\0{name}".encode()).hexdigest()

    return sorted(works, key=number)[:count]


def settled(stage: Stage, reviewer: str, among: Collection[str] | None = None) -> list[str]:
    """Return the works that are decided, and that a student has not voted on: to practise."""
    practised = stage.votes[
        (stage.votes["stage"] == stage.name)
        & (stage.votes["kind"] == "practice")
        & (stage.votes["reviewer"] == reviewer)
    ]
    done = set(practised["work_id"])
    return [
        name
        for name in stage.works
        if (among is None or name in among)
        and name not in done
        and reviewer not in stage.voters(name)
        and stage.result(name).verdict
    ]


def conflicts(stage: Stage) -> list[str]:
    """Return the works on which votes differ, and which wait for that."""
    return [name for name in stage.works if stage.result(name).state == "conflict"]


def to_settle(stage: Stage, reviewer: str) -> list[str]:
    """Return the conflicts that a reviewer may settle, as the config says."""
    if stage.voting["conflicts"] == "third":
        return [name for name in conflicts(stage) if reviewer not in stage.voters(name)]
    if stage.voting["conflicts"] == "senior" and reviewer != stage.voting["senior"]:
        return []
    return conflicts(stage)


def conflict_table(stage: Stage) -> pd.DataFrame:
    """Return the conflicts as a table: the work, who said what, and why."""
    rows = []
    for name in conflicts(stage):
        votes = stage.ballots[name].votes
        why = [(v.reviewer, " ".join(filter(None, [v.criterion, v.reason]))) for v in votes]
        rows.append(
            {
                "work_id": name,
                "title": stage.works[name]["title"],
                "said": " | ".join(f"{vote.reviewer}: {vote.verdict}" for vote in votes),
                "reasons": " | ".join(f"{who}: {told}" for who, told in why if told) or None,
            }
        )
    return pd.DataFrame(rows, columns=["work_id", "title", "said", "reasons"])


def compared(stage: Stage, reviewer: str) -> pd.DataFrame:
    """Return what a student voted beside what was settled: one row a work on which they voted.

    A work that is not settled yet is left out, so that nothing is told that may still change.
    """
    own = stage.votes[
        (stage.votes["stage"] == stage.name)
        & (stage.votes["reviewer"] == reviewer)
        & (stage.votes["kind"] != "settlement")
    ].drop_duplicates("work_id", keep="last")
    rows = []
    for work_id, verdict in zip(own["work_id"], own["verdict"], strict=True):
        ended = stage.result(work_id) if work_id in stage.works else tally.Result("incomplete")
        if ended.verdict:
            why = tally.why(ended, stage.settings["criteria"][stage.name]["reasons"])
            told = "; ".join(dict.fromkeys(vote.reason for vote in ended.by if vote.reason))
            same = "yes" if verdict == ended.verdict else "no"
            rows.append((work_id, verdict, ended.verdict, same, why or None, told or None))
    names = ["work_id", "voted", "settled", "same", "criterion", "reason"]
    return pd.DataFrame(rows, columns=names).sort_values(["same", "work_id"], ignore_index=True)


def compared_told(table: pd.DataFrame) -> str:
    """Say in one line how a student's votes compare with what was settled."""
    if table.empty:
        return "Nothing to compare yet: vote first, on works that are settled."
    same = int((table["same"] == "yes").sum())
    differ = table[table["same"] == "no"].groupby(["voted", "settled"]).size()
    parts = [f"{count} {voted} where settled {said}" for (voted, said), count in differ.items()]
    return ", ".join([f"{same} of {len(table)} as settled", *parts])


def _plain(works: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = works.astype(object).where(works.notna(), None).to_dict("records")
    return rows
