"""How soon an order shows the relevant records: the measures of the field."""

from __future__ import annotations

import math
from collections.abc import Sequence

NEARLY = 1e-9
"""What is taken off before rounding up, so that 0.95 of 100 is 95 and not 96."""


def measures(found: Sequence[int]) -> dict[str, float | int | None]:
    """Return the measures of an order, priors left out.

    Parameters
    ----------
    found
        1 for a relevant record, 0 for another, in the order shown.

    Returns
    -------
    dict
        With N records, R of them relevant, and k(r) the records shown until ceil(r R) relevant
        ones were:

        `WSS95`, `WSS100`
            Work saved over sampling, ``1 - k(r) / N - (1 - r)``: the share that need not be
            read, less what reading at random would have saved (Cohen et al. 2006,
            doi:10.1197/jamia.M1929).
        `RRF5`, `RRF10`, `RRF20`
            Relevant records found, as a share of R, among the first ceil(x N) (Ferdinands et al.
            2023, doi:10.1186/s13643-023-02257-7).
        `ATD`
            Average time to discovery as a share of N, the mean of rank / N over the relevant
            (same source).
        `loss`
            Area above the curve of found against shown, from 0, the best order, to 1, the worst
            (ASReview's normalised loss).
        `screened_to_95`, `screened_to_100`
            k(.95) and k(1).

        All are None where no record is relevant.
    """
    size = len(found)
    ranks = [place for place, relevant in enumerate(found, start=1) if relevant]
    relevant = len(ranks)
    names = ("WSS95", "WSS100", "RRF5", "RRF10", "RRF20", "ATD", "loss", "screened_to_95",
             "screened_to_100")  # fmt: skip
    if not relevant:
        return dict.fromkeys(names)
    to_95, to_100 = ranks[_part(0.95, relevant) - 1], ranks[-1]
    made: dict[str, float | int | None] = {
        "WSS95": 1 - to_95 / size - 0.05,
        "WSS100": 1 - to_100 / size,
    }
    for per_cent in (5, 10, 20):
        shown = _part(per_cent / 100, size)
        made[f"RRF{per_cent}"] = sum(rank <= shown for rank in ranks) / relevant
    made["ATD"] = sum(ranks) / relevant / size
    area = sum(size - rank + 1 for rank in ranks)
    best = relevant * (size - (relevant - 1) / 2)
    made["loss"] = (best - area) / (relevant * (size - relevant)) if size > relevant else 0.0
    made = {name: round(value or 0.0, 6) for name, value in made.items()}
    return made | {"screened_to_95": to_95, "screened_to_100": to_100}


def _part(share: float, whole: int) -> int:
    return max(1, math.ceil(share * whole - NEARLY))
