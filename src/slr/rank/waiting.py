"""Order the works that wait by what was said of others, and say why each stands where it does."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from slr import io
from slr.errors import SlrError
from slr.rank import features as making
from slr.rank.features import Features, Terms
from slr.rank.learner import Learner, standard

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Texts = Sequence[tuple[str, str]]
"""Of each work its title, and what else is read of it."""

QUERY = 5
"""Answers with which what was learned weighs as much as likeness to the query."""
TOLD = 3
"""Terms that are named of each work."""
COMMON = 0.2
"""Share of texts from which on a term is not named: function words, in any language."""
FORM = 1
"""Of the file in which features are kept: one of another is made anew."""


@dataclass(frozen=True)
class Ranked:
    """Works in order, the one to read next first, each with its score and its strongest terms."""

    works: list[str]
    scores: list[float]
    why: list[str]


def order(
    works: Sequence[str],
    texts: Texts,
    answers: Mapping[str, bool],
    *,
    query: tuple[str, str] = ("", ""),
    waiting: Sequence[str] | None = None,
    kept: Path | None = None,
    seed: int = 1,
) -> Ranked:
    """Return works in the order in which they are best read, learned from what was said so far.

    It works from the first answer on, and without any: likeness to the query stands in for what is
    not known yet, and weighs less with every answer. While no answer is "relevant", the query is
    the one example of what is.

    Parameters
    ----------
    works, texts
        Ids of all works, each once, and their texts.
    answers
        Whether works are relevant, as `slr.rank.votes.answers` returns it.
    query
        Title and criteria of the review, in any language.
    waiting
        The works to order; those without an answer if None.
    kept
        Folder where features are kept from one call to the next.
    seed
        Of what is drawn by chance.

    Notes
    -----
    Equal scores go by id, and the order of `works` changes nothing. Making the features takes
    0.3 ms a work and is done once; the rest is linear in the length of the texts.

    Examples
    --------
    >>> ids = ["a", "b", "c"]
    >>> texts = [("Digital government", ""), ("Migraine", ""), ("Government online", "")]
    >>> order(ids, texts, {"a": True}).works
    ['c', 'b']
    """
    sort = sorted(range(len(works)), key=works.__getitem__)
    ids = [works[row] for row in sort]
    made = _features([*(texts[row] for row in sort), query], kept)
    wanted = set(waiting) if waiting is not None else set(ids) - set(answers)
    rows = np.array([row for row, name in enumerate(ids) if name in wanted], np.int64)
    said = [(row, answers[name]) for row, name in enumerate(ids) if name in answers]
    scores, weights = _scored(made, said, seed)
    best = rows[np.argsort(-scores[rows], kind="stable")]
    why = strongest(made, weights, best)
    return Ranked([ids[row] for row in best], [round(float(scores[row]), 3) for row in best], why)


def _scored(made: Features, said: Sequence[tuple[int, bool]], seed: int) -> tuple[Floats, Floats]:
    """Return a score for each text, and what each term speaks for; the query is the last text."""
    query = len(made) - 1
    asked = standard(
        sum(
            (standard(_like(getattr(made, name), query)) for name in making.KINDS),
            np.zeros(len(made), np.float32),
        )
    )
    terms = made.words[query].toarray().ravel()
    if not said:
        return asked, terms
    judged, relevant = map(list, zip(*said, strict=True))
    if not any(relevant) and made.words[query].nnz:
        judged, relevant = [*judged, query], [*relevant, True]
    learner = Learner(made, seed=seed, texts=query)
    learned = standard(learner.scores(np.array(judged, np.int64), np.array(relevant, np.bool_)))
    share = np.float32(QUERY / (QUERY + len(said)) if made.words[query].nnz else 0)
    weights = learner.weights()
    mixed = [
        share * part / (np.abs(part).max() or np.float32(1))
        for share, part in ((1 - share, weights), (share, terms))
    ]
    return (1 - share) * learned + share * asked, mixed[0] + mixed[1]


def _like(matrix: making.Matrix, row: int) -> Floats:
    """Return how like each text is to one, by the weights of shared terms."""
    return np.asarray((matrix @ matrix[row].T).toarray().ravel(), np.float32)


def strongest(made: Features, weights: Floats, rows: Ints) -> list[str]:
    """Return the terms that speak most for each row, the strongest first; empty where none does."""
    starts, columns, values = made.words.indptr, made.words.indices, made.words.data
    texts = np.bincount(columns, minlength=len(weights))
    named = np.where(texts <= max(COMMON * len(made), 2), weights, 0)
    share = values * named[columns]
    held = np.flatnonzero(np.diff(starts))
    begins, sizes = starts[held], np.diff(starts)[held]
    best = np.full((TOLD, len(made)), -1)
    for told in best:
        most = np.maximum.reduceat(share, begins)
        places = np.flatnonzero(share == np.repeat(most, sizes))
        first = places[np.searchsorted(places, begins)]
        told[held] = np.where(most > 0, columns[first], -1)
        share[first] = 0
    name = cache(made.terms.name)
    return [", ".join(name(term) for term in row if term >= 0) for row in best.T[rows].tolist()]


def _features(texts: Texts, kept: Path | None) -> Features:
    """Return the features of texts, from the folder where they are kept if they are there."""
    if kept is None:
        return making.features(texts)
    digest = hashlib.sha256(str(FORM).encode())
    for title, rest in texts:
        digest.update(f"{len(title)} {len(rest)} {title}{rest}".encode("utf-8", "surrogatepass"))
    path = kept / f"{digest.hexdigest()}.npz"
    if path.exists():
        try:
            return _joined(io.read_arrays(path))
        except SlrError:
            pass  # cut short by a full disk, or of another make: made anew
    made = making.features(texts)
    io.remove_folder(kept)
    io.write_arrays(path, _parts(made))
    return made


def _parts(made: Features) -> dict[str, NDArray[np.generic]]:
    parts: dict[str, NDArray[np.generic]] = {
        f"{name}.{part}": getattr(getattr(made, name), part)
        for name in making.KINDS
        for part in ("data", "indices", "indptr", "shape")
    }
    spelt = "\n".join(made.terms.words).encode()
    return parts | {"terms": np.frombuffer(spelt, np.uint8), "columns": made.terms.columns}


def _joined(parts: Mapping[str, NDArray[np.generic]]) -> Features:
    words_of, runs, titles = (
        making.matrix(*(parts[f"{name}.{part}"] for part in ("data", "indices", "indptr", "shape")))
        for name in making.KINDS
    )
    words = parts["terms"].tobytes().decode()
    columns = parts["columns"].astype(np.int64)
    return Features(words_of, runs, titles, Terms(words.split("\n") if words else [], columns))
