"""Learn what is relevant from what was judged so far: two linear models, their scores averaged."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from slr.rank.features import Features
from slr.rank.kernel import Kernel

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Times = Callable[[Floats], Floats]

COSTS = (0.11, 0.03)
"""What an error costs against the size of the weights, in the model of words and in that of runs."""
RATIO = 9.8
"""All relevant texts together weigh as many times all others; ASReview's ELAS u4."""
SUPPOSED = 300
"""Unjudged texts, drawn by chance, that are supposed irrelevant."""
ENOUGH = 1e-3
"""Residue of a linear system, as a share of its right side, with which it counts as solved."""
ROUNDS, STEPS = 8, 50


class Learner:
    """Scores texts by what was judged; each call goes on from the solution before.

    Parameters
    ----------
    made
        The features of all texts.
    seed
        Of the draw of supposed irrelevant texts.
    """

    def __init__(self, made: Features, *, seed: int = 1) -> None:
        self._kernels = [Kernel(made.words), Kernel(made.runs)]
        self._drawn = np.random.default_rng(seed).permutation(len(made))
        self._duals = [np.zeros(len(made), np.float32) for _ in self._kernels]

    def scores(self, judged: Ints, relevant: Flags) -> Floats:
        """Return a score for every text; the higher, the more like those judged relevant.

        Parameters
        ----------
        judged
            Rows that were judged.
        relevant
            For each of them whether it is relevant; one must be.
        """
        rows, signs, weights = self._examples(judged, relevant)
        total = np.zeros(len(self._drawn), np.float32)
        for at, (kernel, cost) in enumerate(zip(self._kernels, COSTS, strict=True)):
            solved = solve(kernel, rows, signs, cost * weights, self._duals[at][rows])
            self._duals[at][:] = 0
            self._duals[at][rows] = solved
            total += standard(kernel.onto_all(rows, solved))
        return total

    def _examples(self, judged: Ints, relevant: Flags) -> tuple[Ints, Floats, Floats]:
        """Return rows, signs and weights: those judged, and some that are supposed irrelevant."""
        free = np.ones(len(self._drawn), np.bool_)
        free[judged] = False
        most = int(np.count_nonzero(free)) // 2
        supposed = self._drawn[free[self._drawn]][: min(SUPPOSED, most)]
        rows = np.concatenate([judged, supposed])
        signs = np.full(len(rows), -1, np.float32)
        signs[: len(judged)][relevant] = 1
        positive = signs > 0
        others = max(int(np.count_nonzero(~positive)), 1)
        share = np.count_nonzero(positive) / (RATIO * others)
        weights = np.where(positive, 1, share)
        weights *= len(rows) / weights.sum()
        return rows, signs, np.asarray(weights, np.float32)


def standard(scores: Floats) -> Floats:
    """Return the scores with mean 0 and deviation 1, so that those of two models can be added."""
    spread = float(scores.std())
    centred: Floats = scores - scores.mean()
    return centred / np.float32(spread) if spread > 0 else centred


def solve(kernel: Kernel, rows: Ints, signs: Floats, costs: Floats, start: Floats) -> Floats:
    """Return the coefficients of a support vector machine with squared hinge loss, one a row.

    Least is ``|w|^2 / 2 + sum(costs * max(0, 1 - signs * f)^2)`` with f linear in the texts and a
    constant that is penalised as the weights are: scikit-learn's `LinearSVC`, which a test
    compares with. Newton's method on the examples within the margin, each step by conjugate
    gradients, from the coefficients in `start`.

    Notes
    -----
    Chapelle 2007, Training a support vector machine in the primal, doi:10.1162/neco.2007.19.5.1155,
    section 3. Costs are low, so systems are well conditioned: some ten products of a matrix.
    """
    times, ridge = kernel.among(rows), 1 / (2 * costs)
    scale = 1 / (kernel.lengths(rows) + ridge)
    solved = start
    within = signs * times(solved) < 1
    for _ in range(ROUNDS):
        solved = _solved(times, ridge, scale, np.where(within, signs, 0), within, solved)
        found = signs * times(solved) < 1
        if np.array_equal(found, within):
            break
        within = found
    return solved


def _solved(
    times: Times, ridge: Floats, scale: Floats, wanted: Floats, within: Flags, start: Floats
) -> Floats:
    """Solve the system of the examples within the margin by conjugate gradients."""
    solved: Floats = np.where(within, start, 0).astype(np.float32)
    rest = np.where(within, wanted - times(solved) - ridge * solved, 0).astype(np.float32)
    step = scaled = scale * rest
    size = float(rest @ scaled)
    enough = ENOUGH**2 * float(wanted @ (scale * wanted))
    for _ in range(STEPS):
        if size <= enough:
            break
        moved = np.where(within, times(step) + ridge * step, 0).astype(np.float32)
        length = np.float32(size / float(step @ moved))
        solved = solved + length * step
        rest = rest - length * moved
        scaled = scale * rest
        size, before = float(rest @ scaled), size
        step = scaled + np.float32(size / before) * step
    return solved
