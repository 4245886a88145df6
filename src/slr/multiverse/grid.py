"""Many universes at once: each criterion is asked once for each way to ask it, then combined.

A work is included where no criterion turns it away, so a universe is an AND over columns: one a
criterion, as the choices of the universe let it be asked. Works that no column tells apart are
counted together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from slr.multiverse.axes import Axis, Universes
from slr.multiverse.changes import change_criteria, combine, ignores, touches
from slr.multiverse.seen import Row, Rows
from slr.screen.alike import alike
from slr.screen.decide import decide

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Verdicts = npt.NDArray[np.int8]
INCLUDE, EXCLUDE, REVIEW = 0, 1, 2
CODE = {"include": INCLUDE, "exclude": EXCLUDE, "review": REVIEW}
CELLS_AT_ONCE = 4_000_000
"""Most cells (universes by kinds of works) that are worked on at a time."""


@dataclass(frozen=True)
class Factor:
    """What decides of works in one respect, in each way that the choices on some axes allow.

    `verdicts` has a row for each combination of these choices, the last axis turning fastest,
    and a column for each sort of works; `sort` is the column of each row of works.
    """

    axes: tuple[int, ...]
    sizes: tuple[int, ...]
    verdicts: Verdicts
    sort: Numbers

    def ways(self, universes: Universes) -> Numbers:
        """Return for each universe the row of `verdicts` that holds in it."""
        way = np.zeros(len(universes), np.int64)
        for axis, size in zip(self.axes, self.sizes, strict=True):
            way = way * size + universes[:, axis]
        return way


class Grid:
    """The works of a review under all choices on some axes.

    Works of one sort under every factor are one unit, and so is each work that may be seen in
    several ways. `unit_of` is the unit of each work, in order of id; `weights` is the number of
    works in each unit.
    """

    def __init__(self, rows: Rows, criteria: Mapping[str, Any], axes: Sequence[Axis]) -> None:
        self.axes = axes
        factors = [
            *_presence(rows, axes),
            _disputed(rows.rows),
            *(_criterion(name, criteria, axes, rows) for name in criteria),
        ]
        sorts = np.stack([factor.sort for factor in factors], axis=1)
        _, first, kind = np.unique(sorts, axis=0, return_index=True, return_inverse=True)
        self._factors = []
        for factor in factors:
            verdicts = factor.verdicts[:, factor.sort[first]]
            self._factors.append((factor, verdicts == INCLUDE, verdicts == REVIEW))
        self._of_units(rows.rows, kind.reshape(-1).tolist(), len(first))

    def _of_units(self, rows: Sequence[Row], kind: Sequence[int], kinds: int) -> None:
        seen: dict[str, list[int]] = {}
        for row, of_row in zip(rows, kind, strict=True):
            seen.setdefault(row.work.work_id, []).append(of_row)
        self._several = [of_work for _, of_work in sorted(seen.items()) if len(of_work) > 1]
        self.unit_of: dict[str, int] = {}
        unit = kinds
        for work, of_work in sorted(seen.items()):
            self.unit_of[work] = of_work[0] if len(of_work) == 1 else unit
            unit += len(of_work) > 1
        units = np.array(list(self.unit_of.values()), np.int64)
        self.weights = np.bincount(units, minlength=unit).astype(np.float64)

    def kept(self, universes: Universes) -> Flags:
        """Return for each universe and unit whether it is included."""
        kept = np.ones((len(universes), self._kinds), np.bool_)
        for factor, included, _ in self._factors:
            kept &= included[factor.ways(universes)]
        return self._with_several(kept)

    def waiting(self, universes: Universes) -> Flags:
        """Return for each universe and unit whether it waits for a person."""
        alive = np.ones((len(universes), self._kinds), np.bool_)
        waits = np.zeros_like(alive)
        for factor, included, review in self._factors:
            way = factor.ways(universes)
            if review.any():
                waits |= alive & review[way]
            alive &= included[way]
        return self._with_several(waits)

    @property
    def _kinds(self) -> int:
        return len(self.weights) - len(self._several)

    def _with_several(self, flags: Flags) -> Flags:
        """Add a column for each work seen in several ways, of which one is there at a time."""
        if not self._several:
            return flags
        begins = np.cumsum([0, *(len(of_work) for of_work in self._several[:-1])])
        ways = flags[:, [one for of_work in self._several for one in of_work]]
        return np.hstack([flags, np.logical_or.reduceat(ways, begins, axis=1)])

    def count(self, flags: Flags) -> Numbers:
        """Return for each universe how many works have a flag."""
        counted: npt.NDArray[np.float64] = flags @ self.weights
        return counted.astype(np.int64)

    def parts(self, universes: Universes) -> Iterator[Universes]:
        """Yield the universes in parts small enough to be worked on at once."""
        step = max(1, CELLS_AT_ONCE // max(len(self.weights), 1))
        for begin in range(0, len(universes), step):
            yield universes[begin : begin + step]

    def works(self, flags: Flags) -> list[str]:
        """Return the works that have a flag in one universe, in order of id."""
        return [work for work, unit in self.unit_of.items() if flags[unit]]


def _presence(rows: Rows, axes: Sequence[Axis]) -> Iterator[Factor]:
    """Yield which works are there, for each set of axes that bears on some."""
    for bearing, present in rows.present.items():
        sizes = tuple(len(axes[axis].choices) for axis in bearing)
        borne = sorted(set().union(*present.values()))
        verdicts = np.full((len(present), len(borne) + 1), EXCLUDE, np.int8)
        verdicts[:, -1] = INCLUDE  # all rows on which these axes do not bear
        sort = np.full(len(rows.rows), len(borne), np.int64)
        sort[borne] = np.arange(len(borne))
        for way, combination in enumerate(product(*(range(size) for size in sizes))):
            verdicts[way, sort[sorted(present[combination])]] = INCLUDE
        yield _factor(bearing, sizes, verdicts, sort)


def _disputed(rows: Sequence[Row]) -> Factor:
    """Return which works wait whatever is asked, since people disagree on their duplicates."""
    waits = np.array([bool(row.work.conflict) for row in rows], np.int64)
    return _factor((), (), np.array([[INCLUDE, REVIEW]], np.int8), waits)


def _criterion(name: str, criteria: Mapping[str, Any], axes: Sequence[Axis], rows: Rows) -> Factor:
    """Return what a criterion says of each work, in each way that it may be asked."""
    bearing = tuple(
        at for at, axis in enumerate(axes) if any(touches(c.change, name) for c in axis.choices)
    )
    sizes = tuple(len(axes[axis].choices) for axis in bearing)
    ways: dict[tuple[int, ...], tuple[dict[str, Any], bool]] = {}
    felt = []
    for made in product(*(range(size) for size in sizes)):
        chosen = [axes[a].choices[c].change for a, c in zip(bearing, made, strict=True)]
        felt.append(
            tuple(c if touches(one, name) else 0 for c, one in zip(made, chosen, strict=True))
        )
        if felt[-1] not in ways:
            change = combine(chosen)
            changed = change_criteria({name: criteria[name]}, change)
            ways[felt[-1]] = changed, ignores(change, name)
    works = [row.work for row in rows.rows]
    said = [row.judged.get((row.work.work_id, name), {}) for row in rows.rows]
    variants = [changed[name] for changed, _ in ways.values() if name in changed]
    sort, first = alike(works, said, variants, rows.answers)
    found = {}
    for way, (changed, ignored) in ways.items():
        told = [_verdict(rows.rows[at], name, changed, ignored=ignored) for at in first]
        found[way] = np.array(told, np.int8)
    return _factor(
        bearing, sizes, np.array([found[way] for way in felt], np.int8), np.array(sort, int)
    )


def _factor(
    axes: tuple[int, ...], sizes: tuple[int, ...], verdicts: Verdicts, sort: Numbers
) -> Factor:
    """Return a factor with sorts of works made one that have the same verdicts throughout."""
    distinct, same = np.unique(verdicts, axis=1, return_inverse=True)
    return Factor(axes, sizes, distinct, same.reshape(-1)[sort])


def _verdict(row: Row, name: str, criteria: Mapping[str, Any], *, ignored: bool) -> int:
    if name not in criteria:
        return INCLUDE  # it is not asked
    decision = decide(row.work, criteria, {} if ignored else row.judged)[name]
    return CODE[decision.verdict]
