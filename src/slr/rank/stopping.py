"""When to stop: the recall that a screening has reached, with a stated confidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CONFIDENCE = 0.95
TARGET = 0.95
SAMPLED = 10
"""Relevant records of the sample in a replay, all of which must be found."""
SAMPLE_TARGET = 0.7
"""The recall that they stand for."""
LOOKS = 200
"""How often a replay looks whether it could stop: every half per cent of the records."""


@dataclass(frozen=True)
class Rule:
    """A way to bound recall: where it is from, and what it takes for granted."""

    name: str
    source: str
    assumes: str


HYPERGEOMETRIC = Rule(
    "hypergeometric",
    "Callaghan & Müller-Hansen 2020, doi:10.1186/s13643-020-01521-4",
    "The records judged last are taken for a draw by chance from those not judged before. That "
    "errs on the safe side while the order is better than chance, and on the other where the "
    "relevant records left are like nothing judged so far. It is looked at again and again, "
    "uncorrected.",
)
SAMPLE = Rule(
    "sample",
    "Lewis, Yang & Frieder 2021, doi:10.1145/3459637.3482415; with all of 10 found, the target "
    "method of Cormack & Grossman 2016, doi:10.1145/2911451.2911510",
    "The relevant records of the sample were drawn by chance from all records, before and without "
    "regard to the ranking, and judged as the others are.",
)


@dataclass(frozen=True)
class _Draws:
    """The stretches of a screening that end now, each taken for a draw from what was left.

    Arrays of one entry a stretch: records left when it began, records in it, relevant ones in it.
    """

    left: Ints
    drawn: Ints
    relevant: Ints


def _draws(found: Sequence[int], total: int) -> _Draws:
    """Return the stretches that begin at the start and after each relevant record.

    Between two of those nothing is gained: a stretch with the same relevant records is the
    stronger evidence the longer it is.
    """
    flags = np.asarray(found, np.int64)
    begins = np.concatenate([[0], np.flatnonzero(flags) + 1])
    after = np.concatenate([np.cumsum(flags[::-1])[::-1], [0]])
    return _Draws(total - begins, len(flags) - begins, after[begins])


def missing_at_least(found: Sequence[int], total: int, missed: int) -> float:
    """Return how probable so few finds are, at most, if `missed` relevant records are left.

    Parameters
    ----------
    found
        1 for a relevant record, 0 for another, in the order judged.
    total
        Records, judged or not.
    missed
        Relevant records supposed to be among those not judged.

    Returns
    -------
    float
        The least probability of any stretch of records that ends with the last one judged: that
        a draw by chance from what was left then holds no more relevant records than it did.

    Notes
    -----
    Callaghan & Müller-Hansen 2020, the test on ranked records ("ranked quasi-sampling").
    """
    if missed > total - len(found):
        return 0.0
    draws = _draws(found, total)
    return float(_at_most(draws.relevant, draws.left, draws.relevant + missed, draws.drawn).min())


def _at_most(seen: Ints, left: Ints, relevant: Ints, drawn: Ints) -> Floats:
    """Return P(X <= seen) for X relevant records among `drawn` of `left`, hypergeometric."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, int(left.max()) + 1)))])

    def choose(n: Ints, k: Ints) -> Floats:
        possible = (k >= 0) & (k <= n)
        k = np.where(possible, k, 0)
        n = np.where(possible, n, 0)
        return np.where(possible, logs[n] - logs[k] - logs[n - k], -np.inf)

    x = np.arange(int(seen.max()) + 1)[:, None]
    terms = choose(relevant, x) + choose(left - relevant, drawn - x) - choose(left, drawn)
    summed: Floats = np.where(x <= seen, np.exp(terms), 0).sum(axis=0)
    return summed


def recall_at_least(found: Sequence[int], total: int, *, confidence: float = CONFIDENCE) -> float:
    """Return the least recall that the hypergeometric test does not refuse; 0 where none is found.

    Parameters
    ----------
    found, total
        As for `missing_at_least`.
    confidence
        Probability with which recall is at least what is returned, if the assumption holds.

    Notes
    -----
    The test of Callaghan & Müller-Hansen 2020 turned round: the largest number of relevant records
    that may be missing is sought, by halves, for the probability falls with it.
    """
    hits = sum(found)
    low, high = 0, total - len(found) + 1
    while high - low > 1:
        middle = (low + high) // 2
        kept = missing_at_least(found, total, middle) >= 1 - confidence
        low, high = (middle, high) if kept else (low, middle)
    return hits / (hits + low) if hits else 0.0


def may_stop(
    found: Sequence[int],
    total: int,
    *,
    target: float = TARGET,
    confidence: float = CONFIDENCE,
) -> bool:
    """Tell whether a recall below `target` can be ruled out, by the hypergeometric test."""
    fewest = math.floor(sum(found) / target + 1e-9) + 1 - sum(found)
    return missing_at_least(found, total, fewest) < 1 - confidence


def first_stop(
    found: Sequence[int], *, target: float = TARGET, confidence: float = CONFIDENCE
) -> int:
    """Return after how many records of a whole order the hypergeometric test lets one stop.

    All, where it never does. It is looked at every half per cent of the records.
    """
    total = len(found)
    step = max(1, total // LOOKS)
    for judged in range(step, total, step):
        if any(found[:judged]) and may_stop(
            found[:judged], total, target=target, confidence=confidence
        ):
            return judged
    return total


def sample_stop(found: Sequence[int], *, seed: Sequence[int]) -> tuple[int, int] | None:
    """Return how far the ranking goes until it has come to all of a sample's relevant records.

    Records are drawn by chance until `SAMPLED` relevant ones are among them.

    Returns
    -------
    tuple of int, or None
        Records shown in ranked order, and those judged in all: the sample is judged, too. None
        where there are not so many relevant ones.
    """
    flags = np.asarray(found, np.bool_)
    drawn = np.random.default_rng(seed).permutation(len(flags))
    relevant = np.flatnonzero(flags[drawn])
    if len(relevant) < SAMPLED:
        return None
    sample = drawn[: relevant[SAMPLED - 1] + 1]
    shown = int(sample[flags[sample]].max()) + 1
    return shown, shown + int(np.count_nonzero(sample >= shown))


def replayed(found: Sequence[int], *, seed: Sequence[int]) -> list[dict[str, object]]:
    """Return for each rule when it would have stopped an order, and what it had then.

    `recall` is what was reached, `short` whether that is below the target: with a confidence of
    95 per cent, one replay in twenty may be. All three are None where a rule cannot be used. The
    seed is several numbers, so that two replays need not draw the same places.
    """
    total, relevant = len(found), sum(found)
    ranked = first_stop(found) if relevant else None
    stops = [
        (HYPERGEOMETRIC, TARGET, None if ranked is None else (ranked, ranked)),
        (SAMPLE, SAMPLE_TARGET, sample_stop(found, seed=seed)),
    ]
    made = []
    for rule, target, stop in stops:
        recall = None if stop is None else sum(found[: stop[0]]) / relevant
        told = {
            "screened": None if stop is None else stop[1],
            "screened_share": None if stop is None else round(stop[1] / total, 6),
            "recall": None if recall is None else round(recall, 6),
            "short": None if recall is None else recall < target,
        }
        head = {"rule": rule.name, "target": target, "confidence": CONFIDENCE}
        made.append(head | told | {"source": rule.source, "assumes": rule.assumes})
    return made
