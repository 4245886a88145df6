"""How firm the result is: what the universes of the grid keep, and which choices move what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd

from slr.multiverse.axes import Axis, Universes, axes_of, nearest, size, span
from slr.multiverse.grid import Grid, Numbers
from slr.multiverse.seen import Known, see
from slr.schemas.tables import columns

MOST, SEED = 20_000, 1
"""Most universes that are tried, and the seed of their sample, where the config says nothing."""


@dataclass(frozen=True)
class Tried:
    """What came out of universes, in their order.

    `included`, `awaiting` and `shared` (works that the baseline keeps too) are counts of works;
    `lists` numbers the different lists of works in the order in which they turn up; `kept_in` is
    for each unit of works the number of universes that keep it.
    """

    included: Numbers
    awaiting: Numbers
    shared: Numbers
    lists: Numbers
    kept_in: Numbers


def firmness(known: Known) -> dict[str, pd.DataFrame]:
    """Return the tables `axes`, `groups`, `universes`, `firmness` and `grid` of the screen stage.

    Where the config has no axes, the baseline is the only universe.

    Notes
    -----
    Linear in the universes tried times the units of works that the criteria can tell apart, of
    which there are no more than works and mostly far fewer.
    """
    settings = known.settings.get("multiverse", {})
    axes = axes_of(settings)
    most, seed = settings.get("universes_max", MOST), settings.get("seed_of_sample", SEED)
    groups = settings.get("groups", {})
    grid = Grid(see(known, axes), known.settings["criteria"], axes)
    universes = span(axes, most, seed)
    near, reach = nearest(axes, most)
    tried = _try(grid, universes)
    works = _works(grid, tried, near)
    return {
        "axes": _axes(grid, universes, tried),
        "groups": _groups(grid, groups, most, seed),
        "universes": _universes(axes, universes, tried),
        "firmness": works,
        "grid": _grid(axes, tried, {"seed": seed, "distance_searched": reach}),
    }


def _try(grid: Grid, universes: Universes) -> Tried:
    """Screen the works in each universe."""
    base = grid.kept(_baseline(grid))[0]
    parts: list[tuple[Numbers, Numbers, Numbers]] = []
    kept_in = np.zeros(len(grid.weights), np.int64)
    known: dict[bytes, int] = {}
    lists: list[int] = []
    for part in grid.parts(universes):
        kept = grid.kept(part)
        counts = grid.count(kept), grid.count(grid.waiting(part)), grid.count(kept & base)
        parts.append(counts)
        kept_in += kept.sum(axis=0)
        for row in np.packbits(kept[:, grid.weights > 0], axis=1):
            digest = blake2b(row.tobytes(), digest_size=16).digest()
            lists.append(known.setdefault(digest, len(known) + 1))
    included, awaiting, shared = (np.concatenate(some) for some in zip(*parts, strict=True))
    return Tried(included, awaiting, shared, np.array(lists, np.int64), kept_in)


def _baseline(grid: Grid) -> Universes:
    return np.zeros((1, len(grid.axes)), np.int64)


# ---- by axis and group


def _axes(grid: Grid, universes: Universes, tried: Tried) -> pd.DataFrame:
    """Return table `screen/axes`: what each choice keeps, and moves against the baseline's."""
    rows = []
    for at, axis in enumerate(grid.axes):
        for made, choice in enumerate(axis.choices):
            counts = tried.included[universes[:, at] == made]
            alone = _baseline(grid)
            alone[0, at] = made
            rows.append(
                {
                    "group": axis.group,
                    "axis": axis.name,
                    "axis_label": axis.label["en"],
                    "axis_label_fa": axis.label["fa"],
                    "choice": choice.name,
                    "label": choice.label["en"],
                    "label_fa": choice.label["fa"],
                    "why": choice.why.get("en"),
                    "why_fa": choice.why.get("fa"),
                    "universes": len(counts),
                    "least": counts.min() if len(counts) else None,
                    "most": counts.max() if len(counts) else None,
                    "mean": _mean(counts),
                    "alone": grid.count(grid.kept(alone))[0],
                    **(_moved(grid, universes, at, made) if made else {}),
                }
            )
    return pd.DataFrame(rows, columns=columns("screen/axes"))


def _moved(grid: Grid, universes: Universes, axis: int, choice: int) -> dict[str, Any]:
    """Compare each universe that makes a choice with the one that differs from it in that alone."""
    came: list[Numbers] = []
    went: list[Numbers] = []
    ever = np.zeros(len(grid.weights), np.bool_)
    for part in grid.parts(universes[universes[:, axis] == choice]):
        without = part.copy()
        without[:, axis] = 0
        kept, before = grid.kept(part), grid.kept(without)
        came.append(grid.count(kept & ~before))
        went.append(grid.count(before & ~kept))
        ever |= (kept != before).any(axis=0)
    return {
        "gained": _mean(np.concatenate(came)) if came else None,
        "lost": _mean(np.concatenate(went)) if went else None,
        "moves": grid.count(ever[np.newaxis])[0],
    }


def _groups(
    grid: Grid, groups: Mapping[str, Mapping[str, str]], most: int, seed: int
) -> pd.DataFrame:
    """Return table `screen/groups`: each group of axes varied by itself."""
    base = grid.kept(_baseline(grid))
    rows = []
    for group, label in groups.items():
        places = [at for at, axis in enumerate(grid.axes) if axis.group == group]
        spanned = span([grid.axes[at] for at in places], most, seed)
        universes = np.zeros((len(spanned), len(grid.axes)), np.int64)
        universes[:, places] = spanned
        counts: list[Numbers] = []
        ever = np.zeros(len(grid.weights), np.bool_)
        for part in grid.parts(universes):
            kept = grid.kept(part)
            counts.append(grid.count(kept))
            ever |= (kept != base).any(axis=0)
        included = np.concatenate(counts)
        rows.append(
            {
                "group": group,
                "label": label["en"],
                "label_fa": label["fa"],
                "axes": len(places),
                "universes": len(universes),
                "least": included.min(),
                "most": included.max(),
                "moves": grid.count(ever[np.newaxis])[0],
            }
        )
    return pd.DataFrame(rows, columns=columns("screen/groups"))


# ---- by universe and work


def choices_of(axes: Sequence[Axis], universe: Sequence[int]) -> str | None:
    """Name the choices that differ from the baseline's, as ``axis=choice``, apart by spaces."""
    made = [
        f"{axis.name}={axis.choices[choice].name}"
        for axis, choice in zip(axes, universe, strict=True)
        if choice
    ]
    return " ".join(made) or None


def _universes(axes: Sequence[Axis], universes: Universes, tried: Tried) -> pd.DataFrame:
    """Return table `screen/universes`: what each keeps."""
    return pd.DataFrame(
        {
            "universe": range(1, len(universes) + 1),
            "choices": [choices_of(axes, row) for row in universes.tolist()],
            "changed": (universes != 0).sum(axis=1),
            "included": tried.included,
            "awaiting": tried.awaiting,
            "shared": tried.shared,
            "list_no": tried.lists,
        },
        columns=columns("screen/universes"),
    )


def _works(grid: Grid, tried: Tried, near: Universes) -> pd.DataFrame:
    """Return table `screen/firmness`: how often each work is kept, and how near a change is."""
    base = grid.kept(_baseline(grid))[0]
    flip = np.full(len(grid.weights), -1, np.int64)
    begin = 0
    for part in grid.parts(near):
        turned = grid.kept(part) != base
        new = (flip < 0) & turned.any(axis=0)
        flip[new] = begin + turned[:, new].argmax(axis=0)
        begin += len(part)
    told = []
    for unit, first in enumerate(flip.tolist()):
        turns = near[first].tolist() if first >= 0 else []
        told.append(
            {
                "included": "yes" if base[unit] else "no",
                "kept_in": tried.kept_in[unit],
                "share_pct": round(100 * tried.kept_in[unit] / len(tried.included), 1),
                "flip_distance": sum(choice > 0 for choice in turns) or None,
                "flip_by": choices_of(grid.axes, turns) if turns else None,
            }
        )
    rows = [{"work_id": work, **told[unit]} for work, unit in grid.unit_of.items()]
    return pd.DataFrame(rows, columns=columns("screen/firmness"))


def _grid(axes: Sequence[Axis], tried: Tried, searched: Mapping[str, int]) -> pd.DataFrame:
    """Return table `screen/grid`: what the grid is, and how the counts lie."""
    whole, number = size(axes), len(tried.included)
    low, middle, high = np.percentile(tried.included, [25, 50, 75], method="inverted_cdf")
    told = {
        "axes": len(axes),
        "universes_in_grid": whole,
        "universes_tried": number,
        "sampled": "yes" if number < whole else "no",
        **searched,
        "lists": len(set(tried.lists.tolist())),
        "least": tried.included.min(),
        "lower_quartile": low,
        "median": middle,
        "upper_quartile": high,
        "most": tried.included.max(),
    }
    rows = [(measure, str(value)) for measure, value in told.items()]
    return pd.DataFrame(rows, columns=columns("screen/grid"), dtype="str")


def _mean(counts: Numbers) -> float | None:
    return round(float(counts.mean()), 2) if len(counts) else None
