"""The excluded works most like the included ones, to be looked at again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from slr.errors import SlrError
from slr.rank.features import features
from slr.rank.learner import Learner
from slr.rank.review import read
from slr.rank.waiting import strongest

PARTS = 5
"""Parts of the excluded works: each is scored by what was learned from the others."""
SHOWN = 10
COLUMNS = ["work_id", "year", "title", "likeness", "why", "nearest", "criterion", "reason"]


def silence(root: Path, *, count: int = SHOWN) -> pd.DataFrame:
    """Return the excluded works that are most like the included ones.

    Returns
    -------
    DataFrame
        One row a work, the likest first: `likeness` as the standard score among the excluded,
        `why` the terms that speak most for it, `nearest` the included work most like it, and the
        criterion and reason of its exclusion.

    Raises
    ------
    SlrError
        If the screen has included or excluded nothing.
    """
    given = read(root)
    status = dict(zip(given.outcomes["work_id"], given.outcomes["status"], strict=True))
    ended = given.works[given.works["work_id"].map(status).isin(["included", "excluded"])]
    ended = ended.sort_values("work_id", ignore_index=True)
    relevant = ended["work_id"].map(status).eq("included").to_numpy(np.bool_)
    if not relevant.any() or relevant.all():
        missing = "excluded" if relevant.any() else "included"
        raise SlrError(f"No work is {missing}, so there is nothing to compare. Run `slr run`.")
    text = dict(zip(given.works["work_id"], given.texts, strict=True))
    scores, why, nearest = _likeness([text[name] for name in ended["work_id"]], relevant)
    made = ended[["work_id", "year", "title"]].assign(
        likeness=scores, why=why, nearest=[ended["work_id"][row] for row in nearest]
    )
    made = made[~relevant].merge(
        given.outcomes[["work_id", "criterion", "reason"]], on="work_id", how="left"
    )
    made = made.sort_values("likeness", ascending=False, kind="stable", ignore_index=True)
    return made[COLUMNS].head(count)


def _likeness(
    texts: list[tuple[str, str]], relevant: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> tuple[list[float], list[str], list[int]]:
    """Return for each text its score, its strongest terms, and the included text nearest to it.

    No excluded text is scored by a model that was told that it is excluded.
    """
    made = features(texts)
    scores, why = np.zeros(len(texts)), [""] * len(texts)
    excluded = np.flatnonzero(~relevant)
    for part in range(min(PARTS, len(excluded))):
        held = excluded[part::PARTS]
        others = np.setdiff1d(np.arange(len(texts)), held)
        learner = Learner(made)
        scores[held] = learner.scores(others, relevant[others])[held]
        told = strongest(made, learner.weights(), held)
        for row, terms in zip(held.tolist(), told, strict=True):
            why[row] = terms
    spread = scores[excluded].std() or 1.0
    scores = (scores - scores[excluded].mean()) / spread
    included = np.flatnonzero(relevant)
    nearest = included[np.asarray((made.words @ made.words[included].T).argmax(axis=1)).ravel()]
    return scores.round(2).tolist(), why, nearest.tolist()
