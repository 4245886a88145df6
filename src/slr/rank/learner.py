"""Learn what is relevant from what was judged so far: linear models, their scores averaged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from slr.rank.features import Features
from slr.rank.kernel import Kernel

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Times = Callable[[Floats], Floats]

RATIO = 9.8
"""All relevant texts together weigh as many times all others; ASReview's ELAS u4."""
ENOUGH = 1e-3
"""Residue of a linear system, as a share of its right side, with which it counts as solved."""
ROUNDS, STEPS = 8, 50


@dataclass(frozen=True)
class Model:
    """A linear model: the features it reads, and how it learns.

    `cost` is what an error costs against the size of the weights; `supposed` how many unjudged
    texts, drawn by chance, it takes for irrelevant; `share` its part of the score.
    """

    reads: str
    cost: float
    supposed: int
    share: float


MODELS = (
    Model("words", 0.2, 300, 1.0),
    Model("runs", 0.06, 300, 1.0),
    Model("titles", 0.2, 300, 0.7),
    Model("words", 0.2, 0, 1.0),
    Model("runs", 0.06, 0, 1.0),
)
"""What is averaged. No two err on the same records: words name the subject, runs of letters join
the forms of a word, titles tell as much of a record without abstract as of others; what is supposed
irrelevant keeps the first of a screening to the subject, and misleads where much is relevant."""


class Learner:
    """Scores texts by what was judged; each call goes on from the solution before.

    Parameters
    ----------
    made
        The features of all texts.
    seed
        Of the draw of supposed irrelevant texts.
    texts
        How many of the first rows may be drawn; all if None.
    """

    def __init__(self, made: Features, *, seed: int = 1, texts: int | None = None) -> None:
        self._kernels = {
            name: Kernel(getattr(made, name)) for name in dict.fromkeys(m.reads for m in MODELS)
        }
        drawn = np.random.default_rng(seed).permutation(len(made) if texts is None else texts)
        self._drawn: Ints = drawn
        self._duals = [np.zeros(len(made), np.float32) for _ in MODELS]

    def scores(self, judged: Ints, relevant: Flags) -> Floats:
        """Return a score for every text; the higher, the more like those judged relevant.

        Parameters
        ----------
        judged
            Rows that were judged.
        relevant
            For each of them whether it is relevant. Where none is, all that is learned is what
            not to look for.
        """
        total = np.zeros(len(self._duals[0]), np.float32)
        free = np.ones(len(total), np.bool_)
        free[judged] = False
        drawn = self._drawn[free[self._drawn]]
        for model, duals in zip(MODELS, self._duals, strict=True):
            kernel = self._kernels[model.reads]
            supposed = drawn[: min(model.supposed, len(drawn) // 2)]
            rows = np.concatenate([judged, supposed])
            signs = np.full(len(rows), -1, np.float32)
            signs[: len(judged)][relevant] = 1
            solved = solve(kernel, rows, signs, model.cost * balanced(signs), duals[rows])
            duals[:] = 0
            duals[rows] = solved
            total += np.float32(model.share) * standard(kernel.onto_all(rows, solved))
        return total

    def weights(self) -> Floats:
        """Return what each column of `words` weighed in the last call: how much it spoke for."""
        duals = self._duals[0]
        rows = np.flatnonzero(duals)
        return np.asarray(self._kernels[MODELS[0].reads].matrix[rows].T @ duals[rows], np.float32)


def balanced(signs: Floats) -> Floats:
    """Return weights of mean 1 under which the relevant weigh `RATIO` times all others."""
    positive = signs > 0
    relevant = int(np.count_nonzero(positive))
    others = len(signs) - relevant
    if not relevant or not others:
        return np.ones(len(signs), np.float32)
    weights = np.where(positive, 1, relevant / (RATIO * others))
    return np.asarray(weights * (len(signs) / weights.sum()), np.float32)


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
    times, ridge = kernel.among(rows), np.reciprocal(2 * costs)
    scale = np.reciprocal(kernel.lengths(rows) + ridge)
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
