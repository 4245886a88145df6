"""How far the screeners agree, stage by stage."""

from __future__ import annotations

import pandas as pd

from slr.agreement import agreement, by_pair
from slr.schemas.columns import SCREENING_STAGES
from slr.schemas.tables import columns
from slr.screen.votes import ratings

VOTED = ("include", "exclude", "unsure")


def screeners_agree(votes: pd.DataFrame) -> pd.DataFrame:
    """Return table `screen/agreement`: by stage, over all screeners, then for every two.

    An `unsure` is a value like the others: it agrees with another `unsure` alone. `gwet_ac1` and
    `pabak` take it for possible only where somebody was unsure at that stage.

    Parameters
    ----------
    votes
        As `slr.screen.votes.on_works` returns them; what each voted alone, before anything was
        settled, is compared.
    """
    rows = []
    for stage in SCREENING_STAGES:
        of_stage = ratings(votes, stage)
        if of_stage["rater"].nunique() < 2:
            continue
        possible = VOTED if "unsure" in set(of_stage["value"]) else VOTED[:2]
        rows += [{"stage": stage, **row} for row in agreement(of_stage, values=possible)]
        rows += [{"stage": stage, **row} for row in by_pair(of_stage, values=possible)]
    return pd.DataFrame(rows, columns=columns("screen/agreement"))
