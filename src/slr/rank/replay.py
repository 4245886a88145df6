"""Replay a screening whose answers are known: what would have been shown, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from slr.rank.features import Features
from slr.rank.learner import Learner

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

GROWTH = 0.05
"""Judged records by which, as a share of those there are, the next learning waits."""


def replay(
    made: Features,
    relevant: Flags,
    priors: Sequence[int],
    *,
    seed: int = 1,
    tell: Callable[[int], None] = lambda _: None,
) -> Ints:
    """Return all rows in the order in which they would have been shown, priors first.

    Each record shown is judged as `relevant` says, and what is shown next is learned from the
    answers so far: anew after every record at first, and less often as they grow in number. When
    all relevant ones have been shown nothing more is learned: no measure depends on the rest.

    Parameters
    ----------
    made
        The features of the records, in order of their ids, so that equal scores go by id.
    relevant
        Whether each row is relevant.
    priors
        Rows that are judged at the start.
    tell
        Takes how many were shown so far.
    """
    learner = Learner(made, seed=seed)
    order: list[int] = list(dict.fromkeys(priors))
    waiting = np.ones(len(made), np.bool_)
    waiting[order] = False
    while len(order) < len(made):
        judged = np.array(order, np.int64)
        scores = learner.scores(judged, relevant[judged])
        rows = np.flatnonzero(waiting)
        best = rows[np.argsort(-scores[rows], kind="stable")]
        size = max(1, int(GROWTH * len(order))) if relevant[rows].any() else len(rows)
        shown = best[:size].tolist()
        order += shown
        waiting[shown] = False
        tell(len(order))
    return np.array(order, np.int64)
