"""Works that one text cites together, weighed by how near they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

import pandas as pd

LEVELS = ("theme", "unit", "section", "text")
"""How near two citations stand, nearest first."""


def cited_together(
    contexts: pd.DataFrame, closeness: Mapping[str, float], min_weight: float
) -> pd.DataFrame:
    """Return the pairs of works that one text cites near each other, with weight and level.

    A pair's weight is that of the nearest place that cites both. `via` names the contexts of
    that place. Pairs that share only the text are all pairs there are: they come in only where
    `min_weight` lets them.

    Parameters
    ----------
    contexts
        Table `raw/contexts` with `work_id`.
    closeness
        Weight of each of `LEVELS`.
    min_weight
        Lightest edge that is kept.
    """
    found: dict[tuple[str, str], tuple[str, set[int]]] = {}
    places = {
        "theme": ["context_id", "unit_label"],
        "unit": ["context_id"],
        "section": ["section"],
        "text": [],
    }
    for level in LEVELS:
        if closeness[level] < min_weight:
            continue
        # A paragraph is one unit and one theme only where its label sets sentences apart.
        here = contexts[contexts["unit"] == "table-row"] if level == "theme" else contexts
        for group in _groups(here, places[level]):
            of_work = group.groupby("work_id")["context_id"].agg(set).to_dict()
            for a, b in combinations(sorted(of_work), 2):
                nearest, via = found.setdefault((a, b), (level, set()))
                if nearest == level:
                    via |= of_work[a] | of_work[b]
    rows = [
        (a, b, closeness[level], level, " ".join(map(str, sorted(via))))
        for (a, b), (level, via) in sorted(found.items())
    ]
    return pd.DataFrame(rows, columns=["source", "target", "weight", "level", "via"])


def _groups(contexts: pd.DataFrame, by: list[str]) -> Iterable[pd.DataFrame]:
    return (group for _, group in contexts.groupby(by)) if by else [contexts]
