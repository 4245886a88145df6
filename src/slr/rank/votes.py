"""What votes say of works: relevant or not, one answer a work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from slr.schemas.columns import SCREENING_STAGES
from slr.screen.tally import Ballot, ballots

if TYPE_CHECKING:
    import pandas as pd


def answers(votes: pd.DataFrame) -> dict[str, bool]:
    """Return whether each work that was voted on is relevant, in order of its first vote.

    The stage that looks closest decides, and there the last settlement, else the majority; where
    votes are even the work is relevant, for what may be is to be found. A work on which all are
    unsure is left out. Votes for practice count for nothing.

    Parameters
    ----------
    votes
        As `slr.screen.votes.on_works` returns them.
    """
    said = ballots(votes)
    found = {}
    for work in votes["work_id"].unique():
        balances = (_balance(said.get((work, stage))) for stage in reversed(SCREENING_STAGES))
        closest = next((balance for balance in balances if balance is not None), None)
        if closest is not None:
            found[work] = closest >= 0
    return found


def _balance(ballot: Ballot | None) -> int | None:
    """Return how many more people are for a work than against it; None where nobody is either."""
    if ballot is None:
        return None
    votes = [ballot.settlement] if ballot.settlement else ballot.votes
    sides = [1 if vote.verdict == "include" else -1 for vote in votes if vote.verdict != "unsure"]
    return sum(sides) if sides else None


def voters(votes: pd.DataFrame, ends_at: Mapping[str, str | None]) -> dict[str, int]:
    """Return how many voted on each work: at the stage at which it ends or waits, else at any.

    Parameters
    ----------
    votes
        As `slr.screen.votes.on_works` returns them.
    ends_at
        The criterion at which works end, of table `screen/outcomes`.
    """
    own = votes[votes["kind"] == "vote"]
    here = own["work_id"].map(ends_at)
    counts = own[~here.isin(SCREENING_STAGES) | (own["stage"] == here)]
    return {
        str(name): int(n) for name, n in counts.groupby("work_id")["reviewer"].nunique().items()
    }
