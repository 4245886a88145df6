"""From texts in any script to weighted terms: words, pairs of words, and runs of letters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from slr.text import fold

Ints = NDArray[np.int64]
Matrix = Any
"""A sparse matrix of SciPy, rows compressed; it has no types."""

KINDS = ("words", "runs", "titles")
RUN = 4
"""Letters of a run, the spaces around its word among them."""
PAD = " "
MOST_COMMON = 0.95
"""Share of texts above which a term tells nothing and is left out."""

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]+"
)
"""Scripts written without spaces: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""


@dataclass(frozen=True)
class Features:
    """The weighted terms of texts, three kinds, one row a text.

    `words` has words and pairs of neighbours, `runs` the runs of letters within words, `titles`
    the words of the title alone. Every row has length 1, or 0 where a text has no term. `terms`
    names the columns of `words`.
    """

    words: Matrix
    runs: Matrix
    titles: Matrix
    terms: Terms

    def __len__(self) -> int:
        rows: int = self.words.shape[0]
        return rows


@dataclass(frozen=True)
class Terms:
    """The names of columns: words by id, and pairs of them by the two ids in one number."""

    words: Sequence[str]
    columns: Ints

    def name(self, column: int) -> str:
        """Return the word, or the two words, of a column."""
        key, count = int(self.columns[column]), len(self.words)
        if key < count:
            return self.words[key]
        first, second = divmod(key - count, count)
        return f"{self.words[first]} {self.words[second]}"


def features(texts: Iterable[tuple[str, str]]) -> Features:
    """Return the weighted terms of texts, each a title and what else there is of it.

    Words are compared as `slr.text.fold` writes them, so that spellings of one word in any script
    are one; those of scripts without spaces are cut into pairs of letters. A term weighs
    (1 + ln tf) (1 + ln((1 + n) / (1 + df))), tf its times in the text, df the texts of n that
    have it; each text is then brought to length 1.

    Notes
    -----
    Linear in the length of the texts: each spelling is folded once, and runs of letters are made
    from the words, not from the texts. The weights are those of scikit-learn's `TfidfVectorizer`
    with ``sublinear_tf``, which a test compares with; it takes longer to import than this to run.

    Examples
    --------
    >>> made = features([("Digital government", ""), ("digital governance", ""), ("حكمراني", "")])
    >>> made.words.shape[0], [made.terms.name(c) for c in made.words[1].indices]
    (3, ['digital', 'governance', 'digital governance'])
    """
    words, ids, starts, ends = _numbered(texts)
    counts = _counts(ids, starts, len(words))
    both, columns = _with_pairs(counts, ids, starts, len(words))
    runs = sparse.csr_matrix(counts @ _runs(words)) if words else counts
    kept = _kept(both)
    return Features(
        _weighted(both[:, kept]),
        _weighted(runs),
        _weighted(_titles(ids, starts, ends, len(words))),
        Terms(words, columns[kept]),
    )


def _numbered(texts: Iterable[tuple[str, str]]) -> tuple[list[str], Ints, Ints, Ints]:
    """Return the words, the texts as their ids, and where each begins and its title ends."""
    known: dict[str, int] = {}
    spelt: dict[str, tuple[int, ...]] = {}
    ids: list[int] = []
    places = [0]
    for text in texts:
        for part in text:
            for spelling in part.split():
                found = spelt.get(spelling)
                if found is None:
                    found = tuple(known.setdefault(w, len(known)) for w in words_of(spelling))
                    spelt[spelling] = found
                ids += found
            places.append(len(ids))
    bounds = np.array(places, np.int64)
    return list(known), np.array(ids, np.int64), bounds[::2], bounds[1::2]


def _titles(ids: Ints, starts: Ints, ends: Ints, width: int) -> Matrix:
    """Return the counts of the words of the titles alone."""
    sizes = ends - starts[:-1]
    begins = np.concatenate([[0], np.cumsum(sizes)])
    inside = np.repeat(starts[:-1] - begins[:-1], sizes) + np.arange(begins[-1])
    return _counts(ids[inside], begins, width)


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded; in scripts without spaces, pairs of letters.

    >>> words_of("E-Government, 電子政府")
    ['e', 'government', '電子', '子政', '政府']
    """
    found: list[str] = []
    for word in fold(text).split(" "):
        at = 0
        for run in _UNSPACED.finditer(word):
            found += [word[at : run.start()]]
            letters = run[0]
            found += [letters[i : i + 2] for i in range(max(len(letters) - 1, 1))]
            at = run.end()
        found.append(word[at:])
    return [word for word in found if word]


def matrix(data: Any, indices: Any, indptr: Any, shape: Any) -> Matrix:
    """Return the sparse matrix that has these parts."""
    return sparse.csr_matrix((data, indices, indptr), shape=tuple(int(size) for size in shape))


def _counts(ids: Ints, starts: Ints, width: int) -> Matrix:
    ones = np.ones(len(ids), np.float32)
    counts = sparse.csr_matrix((ones, ids, starts), shape=(len(starts) - 1, width))
    counts.sum_duplicates()
    return counts


def _with_pairs(counts: Matrix, ids: Ints, starts: Ints, width: int) -> tuple[Matrix, Ints]:
    """Return the counts of words and of pairs of neighbours, and the key of each column."""
    keys = ids[:-1] * width + ids[1:]
    inside = np.ones(len(keys), np.bool_)
    ends = starts[1:-1]
    inside[ends[(ends > 0) & (ends < len(ids))] - 1] = False
    names, columns = np.unique(keys[inside], return_inverse=True)
    before = np.concatenate([[0], np.cumsum(inside)])
    pairs = _counts(columns, before[np.minimum(starts, len(before) - 1)], len(names))
    both = sparse.hstack([counts, pairs], format="csr")
    return both, np.concatenate([np.arange(width), names + width])


def _runs(words: Sequence[str]) -> Matrix:
    """Return how often each word has each run of letters: one row a word."""
    known: dict[str, int] = {}
    columns: list[int] = []
    starts = [0]
    for word in words:
        padded = f"{PAD}{word}{PAD}"
        places = range(max(len(padded) - RUN + 1, 1))
        columns += [known.setdefault(padded[at : at + RUN], len(known)) for at in places]
        starts.append(len(columns))
    return _counts(np.array(columns, np.int64), np.array(starts, np.int64), len(known))


def _kept(counts: Matrix) -> Ints:
    """Return the columns that tell something: not in nearly every text."""
    texts = np.bincount(counts.indices, minlength=counts.shape[1])
    few = counts.shape[0] < 1 / (1 - MOST_COMMON)
    kept: Ints = np.flatnonzero((texts <= MOST_COMMON * counts.shape[0]) | few)
    return kept


def _weighted(counts: Matrix) -> Matrix:
    """Return the counts as weights, each row of length 1."""
    rows, width = counts.shape
    texts = np.bincount(counts.indices, minlength=width)
    rarity = (1 + np.log((1 + rows) / (1 + texts))).astype(np.float32)
    weights = (1 + np.log(counts.data)) * rarity[counts.indices]
    sizes = np.diff(counts.indptr)
    of = np.repeat(np.arange(rows), sizes)
    length = np.sqrt(np.bincount(of, weights.astype(np.float64) ** 2, rows))
    weights /= np.repeat(np.maximum(length, 1e-12), sizes)
    made = (weights.astype(np.float32), counts.indices, counts.indptr)
    return sparse.csr_matrix(made, shape=counts.shape)
