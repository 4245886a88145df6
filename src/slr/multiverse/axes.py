"""The choices that a reviewer has, by axis, and the universes that they span."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from slr.multiverse.changes import Change

BASELINE = "baseline"
"""The id of the choice that the review makes, on every axis."""

Universes = npt.NDArray[np.int64]
"""One row a universe, one column an axis: the place of the choice made, 0 for the baseline."""


@dataclass(frozen=True)
class Choice:
    """One way to decide what an axis asks."""

    name: str
    label: Mapping[str, str]
    why: Mapping[str, str] = field(default_factory=dict)
    change: Change = field(default_factory=dict)


@dataclass(frozen=True)
class Axis:
    """What reasonable reviewers decide differently; the first choice is the review's."""

    name: str
    choices: Sequence[Choice]
    group: str = ""
    label: Mapping[str, str] = field(default_factory=dict)


def axes_of(multiverse: Mapping[str, Any]) -> list[Axis]:
    """Return the axes of section `screen.multiverse` of the config, in its order."""
    return [
        Axis(
            name,
            [
                Choice(BASELINE, axis["baseline"]),
                *(Choice(n, c["label"], c["why"], c) for n, c in axis["choices"].items()),
            ],
            axis["group"],
            axis["label"],
        )
        for name, axis in multiverse.get("axes", {}).items()
    ]


def one_axis(changes: Mapping[str, Change], label: Mapping[str, str]) -> list[Axis]:
    """Return changes as the choices of a single axis, each tried by itself."""
    choices = [
        Choice(name, change.get("label", {}), {}, change) for name, change in changes.items()
    ]
    return [Axis("alternative", [Choice(BASELINE, label), *choices])]


def size(axes: Sequence[Axis]) -> int:
    """Return how many universes the axes span."""
    return prod(len(axis.choices) for axis in axes)


def span(axes: Sequence[Axis], most: int, seed: int) -> Universes:
    """Return the universes to try: all, the last axis turning fastest, or a sample.

    Parameters
    ----------
    most
        Of a larger grid so many are drawn, each as likely as any other and none twice.
    seed
        Seed of the sample.
    """
    whole = size(axes)
    numbers: Sequence[int] = range(whole)
    if whole > most:
        chance = random.Random(seed)  # noqa: S311  (a sample, no secret; numbers of any size)
        drawn: set[int] = set()
        while len(drawn) < most:
            drawn.add(chance.randrange(whole))
        numbers = sorted(drawn)
    universes = np.zeros((len(numbers), len(axes)), np.int64)
    for row, number in enumerate(numbers):
        rest = number
        for at in range(len(axes) - 1, -1, -1):
            rest, universes[row, at] = divmod(rest, len(axes[at].choices))
    return universes


def nearest(axes: Sequence[Axis], most: int) -> tuple[Universes, int]:
    """Return the universes nearest to the baseline, and how far away all of them are among these.

    They come in the order of the number of changed choices: first the baseline, then all with
    one change, with two, and so on, as long as no more than `most` are asked for.
    """
    rows: list[tuple[int, ...]] = []
    for distance in range(len(axes) + 1):
        farther = list(_at(axes, distance, most - len(rows)))
        if len(rows) + len(farther) > most:
            return _table(rows, axes), distance - 1
        rows += farther
    return _table(rows, axes), len(axes)


def _at(axes: Sequence[Axis], distance: int, most: int) -> Iterator[tuple[int, ...]]:
    """Yield the universes at a distance; one more than `most` where there are more."""
    told = 0
    for changed in combinations(range(len(axes)), distance):
        for made in product(*(range(1, len(axes[at].choices)) for at in changed)):
            universe = [0] * len(axes)
            for at, choice in zip(changed, made, strict=True):
                universe[at] = choice
            yield tuple(universe)
            told += 1
            if told > most:
                return


def _table(rows: Sequence[Sequence[int]], axes: Sequence[Axis]) -> Universes:
    return np.array(rows, np.int64).reshape(len(rows), len(axes))
