"""How far people agree: chance-corrected measures, right where votes are missing.

A rating is one rater's value for one unit: a vote on a work, or a coding of a study. Notation
follows Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., chapters 2 to 5: `p_a` is the
agreement observed, over the units that two or more rated; `p_e` that expected by chance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Distance = Callable[[str, str], float]

MEASURES = ("raw", "cohen", "fleiss", "krippendorff", "gwet_ac1", "pabak")
DRAWS = 2_000
"""Bootstrap samples of the units, whose percentiles are the 95 % interval."""
LEVEL = 0.95
SEED = 20210701
MOST_VALUES = 1_000
"""Most distinct values: their distances from each other fill a square table."""
CHUNK = 20_000_000
"""Most cells of the table of bootstrap weights that is in memory at once."""

NO_OVERLAP = "no unit was rated by two"
ONE_VALUE = "all ratings that it compares are the same, so chance alone would agree as well"
NOT_TWO = "defined for two raters only"
TOO_MANY = f"more than {MOST_VALUES} different values"


@dataclass(frozen=True)
class Patterns:
    """The units that were rated, those with equal ratings taken together.

    `counts[p, k]` is how many raters gave value `k` to a unit of pattern `p`, `units[p]` how many
    units are of it, `pairs[p]` what each of two raters gave, -1 for nothing, where there are two.
    """

    counts: Floats
    units: Ints
    pairs: Ints | None


def agreement(
    ratings: pd.DataFrame,
    *,
    values: Sequence[str] = (),
    distance: Distance | None = None,
    draws: int = DRAWS,
) -> list[dict[str, Any]]:
    """Return each measure over all raters, with its interval, in the order of `MEASURES`.

    Parameters
    ----------
    ratings
        Columns `unit`, `rater` and `value`, texts, one row a unit and rater.
    values
        The values that a rater could give; those that nobody gave count for `gwet_ac1` and
        `pabak`, whose chance is spread over all that were possible.
    distance
        How far two values are apart, 0 for equal ones; else 0 where they are equal and 1 where
        not. Only Krippendorff's alpha heeds it.
    draws
        Bootstrap samples; none, no interval.

    Returns
    -------
    list of dict
        `measure`, `value`, `low`, `high`, `units` (rated by two or more), `ratings` (of these
        units) and `why`, which tells why a value is undefined; None where there is nothing.
    """
    shown, grid = _grid(ratings, values)
    return _measured(grid, shown, _distances(shown, distance), draws)


def by_pair(
    ratings: pd.DataFrame,
    *,
    values: Sequence[str] = (),
    distance: Distance | None = None,
    draws: int = DRAWS,
) -> list[dict[str, Any]]:
    """Return the measures of every two raters, as `agreement` does, with `rater_a`, `rater_b`.

    Two raters who share no unit have rows too, which say so.
    """
    shown, grid = _grid(ratings, values)
    apart = _distances(shown, distance)
    raters = sorted(ratings["rater"].unique())
    return [
        {"rater_a": raters[a], "rater_b": raters[b], **row}
        for a, b in combinations(range(len(raters)), 2)
        for row in _measured(grid[:, [a, b]], shown, apart, draws)
    ]


def numbers_apart(a: str, b: str) -> float:
    """Return the square of the difference of two numbers: the interval distance of alpha.

    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.

    >>> numbers_apart("3", "5")
    4.0
    """
    return (float(a) - float(b)) ** 2


def sets_apart(a: str, b: str, separator: str = ";") -> float:
    """Return how far two sets of values are apart: the MASI distance, from 0 to 1.

    Passonneau (2006), Measuring Agreement on Set-Valued Items (MASI), LREC: one less the share
    that they have in common (Jaccard) times 1 where they are equal, 2/3 where one holds the
    other, 1/3 where they only overlap.

    >>> round(sets_apart("a;b", "a;b;c;d"), 3)
    0.667
    """
    one, other = ({v.strip() for v in s.split(separator) if v.strip()} for s in (a, b))
    if one == other:
        return 0.0
    weight = 2 / 3 if one <= other or other <= one else 1 / 3
    return 1 - weight * len(one & other) / len(one | other)


def _grid(ratings: pd.DataFrame, values: Sequence[str]) -> tuple[list[str], Ints]:
    """Return the values, sorted, and who gave which: units × raters, -1 where none."""
    shown = sorted({*values, *ratings["value"]})
    units, _ = pd.factorize(ratings["unit"])
    raters = pd.Categorical(ratings["rater"], sorted(ratings["rater"].unique()))
    grid = np.full((units.max(initial=-1) + 1, len(raters.categories)), -1)
    grid[units, raters.codes] = pd.Categorical(ratings["value"], shown).codes
    return shown, grid


def _distances(shown: Sequence[str], distance: Distance | None) -> Floats | None:
    if len(shown) > MOST_VALUES:
        return None
    if distance is None:
        return 1 - np.eye(len(shown))
    return np.array([[distance(a, b) for b in shown] for a in shown]).reshape(len(shown), -1)


def _patterns(grid: Ints, values: int) -> Patterns:
    """Take units with equal ratings together: whose they are matters only where two rated."""
    if grid.shape[1] == 2:
        wide = values + 1
        met = np.bincount((grid[:, 0] + 1) * wide + grid[:, 1] + 1, minlength=wide**2)
        met[0] = 0  # rated by neither
        [kept] = np.nonzero(met)
        pairs = np.stack(np.divmod(kept, wide), axis=1) - 1
        return Patterns(_counted(pairs, values), met[kept], pairs)
    grid = grid[(grid >= 0).any(axis=1)]
    counts, units = np.unique(_counted(grid, values), axis=0, return_counts=True)
    return Patterns(counts, units, None)


def _counted(grid: Ints, values: int) -> Floats:
    counts = np.zeros((len(grid), values))
    rows, columns = np.nonzero(grid >= 0)
    np.add.at(counts, (rows, grid[rows, columns]), 1)
    return counts


def _measured(
    grid: Ints, shown: Sequence[str], apart: Floats | None, draws: int
) -> list[dict[str, Any]]:
    of_unit = (grid >= 0).sum(axis=1)
    shared = of_unit[of_unit >= 2]
    seen: dict[str, Any] = {"units": len(shared), "ratings": int(shared.sum())}
    nothing: dict[str, Any] = {"value": None, "low": None, "high": None, **seen}
    if apart is None or not len(shared):
        why = NO_OVERLAP if apart is not None else TOO_MANY
        return [{"measure": name, **nothing, "why": why} for name in MEASURES]
    patterns = _patterns(grid, len(shown))
    [found] = _measures(patterns, patterns.units[None, :].astype(float), apart)
    drawn = _bootstrap(patterns, apart, draws)
    rows = []
    for at, name in enumerate(MEASURES):
        if np.isnan(found[at]):
            why = NOT_TWO if name == "cohen" and patterns.pairs is None else ONE_VALUE
            rows.append({"measure": name, **nothing, "why": why})
        else:
            low, high = _interval(drawn[:, at])
            rows.append(
                {
                    "measure": name,
                    "value": float(found[at]),
                    "low": low,
                    "high": high,
                    **seen,
                    "why": None,
                }
            )
    return rows


def _bootstrap(patterns: Patterns, apart: Floats, draws: int) -> Floats:
    """Return the measures of `draws` samples of the units, with replacement (Efron 1979)."""
    chance = np.random.default_rng(SEED)
    total = int(patterns.units.sum())
    at_once = max(1, CHUNK // len(patterns.units))
    parts = [np.empty((0, len(MEASURES)))]
    for start in range(0, draws, at_once):
        size = min(at_once, draws - start)
        weights = chance.multinomial(total, patterns.units / total, size=size)
        parts.append(_measures(patterns, weights.astype(float), apart))
    return np.concatenate(parts)


def _interval(drawn: Floats) -> tuple[float | None, float | None]:
    """Return the percentile interval; none where it would leave out undefined samples."""
    defined = drawn[~np.isnan(drawn)]
    if not len(drawn) or len(defined) < LEVEL * len(drawn):
        return None, None
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _measures(patterns: Patterns, weights: Floats, apart: Floats) -> Floats:
    """Return the measures, a row for each row of weights; NaN where one is undefined.

    - raw: mean share of the pairs of raters of a unit that agree.
    - fleiss: Fleiss (1971), doi 10.1037/h0031619, for uneven numbers of raters by Gwet (2014).
    - krippendorff: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.
    - gwet_ac1: Gwet (2008), doi 10.1348/000711006X126600.
    - pabak: Byrt, Bishop & Carlin (1993), doi 10.1016/0895-4356(93)90018-V; for more than two
      values Brennan & Prediger (1981), doi 10.1177/001316448104100307.
    """
    counts = patterns.counts
    raters, values = counts.sum(axis=1), counts.shape[1]
    two = raters >= 2
    shared, of_shared, on = counts[two], raters[two], weights[:, two]
    with np.errstate(divide="ignore", invalid="ignore"):
        agreeing = (shared * (shared - 1)).sum(axis=1) / (of_shared * (of_shared - 1))
        raw = on @ agreeing / on.sum(axis=1)
        share = weights @ (counts / raters[:, None]) / weights.sum(axis=1, keepdims=True)
        same = (share**2).sum(axis=1)
        given = on @ shared
        total = given.sum(axis=1)
        observed = on @ (((shared @ apart) * shared).sum(axis=1) / (of_shared - 1)) / total
        expected = ((given @ apart) * given).sum(axis=1) / (total * (total - 1))
        alpha = 1 - observed / expected
        ac1 = _corrected(raw, (1 - same) / (values - 1) if values > 1 else np.ones_like(raw))
        pabak = _corrected(raw, np.full_like(raw, 1 / values))
    cohen = _cohen(patterns, weights)
    fleiss = _corrected(raw, same)
    found = np.stack([raw, cohen, fleiss, alpha, ac1, pabak], axis=1)
    return np.where(np.isfinite(found), found, np.nan)


def _cohen(patterns: Patterns, weights: Floats) -> Floats:
    """Return Cohen's kappa (1960, doi 10.1177/001316446002000104), of the units both rated."""
    if patterns.pairs is None:
        return np.full(len(weights), np.nan)
    both = (patterns.pairs >= 0).all(axis=1)
    a, b = patterns.pairs[both].T
    on, one = weights[:, both], np.eye(patterns.counts.shape[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        total = on.sum(axis=1)
        observed = on @ (a == b) / total
        expected = ((on @ one[a]) * (on @ one[b])).sum(axis=1) / total**2
    return _corrected(observed, expected)


def _corrected(observed: Floats, expected: Floats) -> Floats:
    """Return agreement beyond chance, as a share of what chance leaves."""
    with np.errstate(divide="ignore", invalid="ignore"):
        left = 1 - expected
        return np.where(left > 1e-12, (observed - expected) / left, np.nan)
