"""Inner products of texts: all at once where texts are few, else formed as they are needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Matrix = Any
"""A sparse matrix of SciPy, rows compressed; it has no types."""

WHOLE = 3000
"""Texts up to which all inner products are kept, 36 MB: beyond, they cost more than they spare."""
COMMON = 1 / 50
"""Share of texts from which a term is multiplied as a dense column."""
AT_ONCE = 2000
"""Dense columns that are held at once."""


class Kernel:
    """Inner products of the rows of a sparse matrix, plus 1 for the constant of a linear model."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self._whole = products(matrix) if matrix.shape[0] <= WHOLE else None

    def among(self, rows: Ints) -> Callable[[Floats], Floats]:
        """Return the function that multiplies the inner products among `rows` by a vector."""
        if self._whole is not None:
            square = self._whole[np.ix_(rows, rows)] + np.float32(1)
            return lambda vector: np.asarray(square @ vector)
        part = self.matrix[rows]
        turned = part.T.tocsr()
        return lambda vector: np.asarray(part @ (turned @ vector) + vector.sum())

    def lengths(self, rows: Ints) -> Floats:
        """Return the inner product of each row with itself: 1, or 0 for an empty text, plus 1."""
        return np.asarray(np.diff(self.matrix.indptr)[rows] > 0, np.float32) + np.float32(1)

    def onto_all(self, rows: Ints, vector: Floats) -> Floats:
        """Return the inner products of every row with `rows`, times `vector`."""
        if self._whole is not None:
            spread = np.zeros(len(self._whole), np.float32)
            spread[rows] = vector
            made = self._whole @ spread
        else:
            made = self.matrix @ (self.matrix[rows].T @ vector)
        return np.asarray(made + vector.sum(), np.float32)


def products(matrix: Matrix) -> Floats:
    """Return the inner products of all rows with all rows.

    Notes
    -----
    Common terms are few and fill the result, so they are multiplied as dense columns; the rest
    are many and fill little. Together that takes less time than either.
    """
    rows = matrix.shape[0]
    texts = np.bincount(matrix.indices, minlength=matrix.shape[1])
    common = np.flatnonzero(texts > COMMON * rows)
    rare = np.flatnonzero((texts <= COMMON * rows) & (texts > 1))
    few = matrix[:, rare]
    made: Floats = np.asarray((few @ few.T).todense(), np.float32)
    for begin in range(0, len(common), AT_ONCE):
        part = matrix[:, common[begin : begin + AT_ONCE]].toarray()
        made += part @ part.T
    alone = np.asarray(matrix.multiply(matrix).sum(axis=1), np.float32).ravel()
    np.fill_diagonal(made, alone)
    return made
