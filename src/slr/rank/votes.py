"""What votes say of works: relevant or not, one answer a work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from slr.schemas.columns import SCREENING_STAGES

if TYPE_CHECKING:
    import pandas as pd


def on_works(votes: pd.DataFrame, clusters: pd.DataFrame) -> pd.DataFrame:
    """Return the votes that count with the `work_id` of each, in order of each work's first vote.

    A later vote of the same reviewer on the same work at the same stage takes the place of an
    earlier one; where votes were settled, the settlement counts in their place; votes for practice
    count for nothing.

    Parameters
    ----------
    votes
        Table `raw/votes` with full record ids.
    clusters
        Table `dedup/clusters`.
    """
    work = dict(zip(clusters["record_id"], clusters["cluster_id"], strict=True))
    known = votes.assign(work_id=votes["record_id"].map(work)).dropna(subset="work_id")
    known = known[known["kind"] != "practice"]
    known["settles"] = known["kind"] == "settlement"
    settled = known.groupby(["work_id", "stage"])["settles"].transform("max")
    known = known[known["settles"] == settled]
    known = known.sort_values("time", kind="stable")
    known["first"] = known.groupby("work_id")["time"].transform("min")
    latest = known.drop_duplicates(["work_id", "stage", "reviewer"], keep="last")
    return latest.sort_values(["first", "work_id"], kind="stable").drop(
        columns=["first", "settles"]
    )


def answers(votes: pd.DataFrame) -> dict[str, bool]:
    """Return whether each work that was voted on is relevant, in order of its first vote.

    The stage that looks closest decides, and there the majority; where votes are even the work
    is relevant, for what may be is to be found. A work on which all are unsure is left out.

    Parameters
    ----------
    votes
        As `on_works` returns them.
    """
    said: dict[str, dict[str, int]] = {}
    for work, stage, verdict in zip(
        votes["work_id"], votes["stage"], votes["verdict"], strict=True
    ):
        balance = said.setdefault(work, {})
        if verdict != "unsure":
            balance[stage] = balance.get(stage, 0) + (1 if verdict == "include" else -1)
    return {work: _closest(balance) >= 0 for work, balance in said.items() if balance}


def _closest(balance: Mapping[str, int]) -> int:
    return next(balance[stage] for stage in reversed(SCREENING_STAGES) if stage in balance)
