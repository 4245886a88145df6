"""What other reasonable choices would have kept, and how firm that makes the result.

A multiverse analysis in the sense of Steegen, Tuerlinckx, Gelman & Vanpaemel (2016),
doi 10.1177/1745691616658637, with the specification curve of Simonsohn, Simmons & Nelson (2020),
doi 10.1038/s41562-020-0912-z: the alternatives of `data/raw/multiverse.yaml` one by one, and the
axes of `screen.multiverse` of the config as a grid. The choices and the baseline come from the
same hands: a share of them is not a probability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from slr.multiverse.axes import Axis, axes_of, one_axis
from slr.multiverse.changes import Change, change_criteria
from slr.multiverse.firmness import firmness
from slr.multiverse.grid import Grid
from slr.multiverse.seen import Known, see
from slr.schemas.tables import columns

__all__ = ["Known", "change_criteria", "compare", "needs_records", "tables"]

AS_IT_STANDS = {"en": "The review as it stands", "fa": "مرور، چنان‌که هست"}


def tables(known: Known, alternatives: Mapping[str, Change]) -> dict[str, pd.DataFrame]:
    """Return the tables `multiverse` and `left_out`, and those of :func:`firmness`.

    Parameters
    ----------
    known
        All that the screen knows; with `records` where :func:`needs_records` says so.
    alternatives
        By id, what each changes; see `data/raw/multiverse.yaml`.
    """
    made = {"multiverse": compare(known, alternatives), "left_out": left_out(known)}
    return made | firmness(known)


def needs_records(
    clusters: pd.DataFrame, settings: Mapping[str, Any], alternatives: Mapping[str, Change]
) -> bool:
    """Tell whether works are taken apart, for which the records themselves are needed."""
    axes = [*axes_of(settings.get("multiverse", {})), *one_axis(alternatives, {})]
    changes = [choice.change for axis in axes for choice in axis.choices]
    apart = any(change.get("leave_out") or change.get("apart") for change in changes)
    return apart or len(_sources(clusters)) > 1


def compare(known: Known, alternatives: Mapping[str, Change]) -> pd.DataFrame:
    """Return table `screen/multiverse`: the baseline, then the alternatives in their order."""
    axes = one_axis(alternatives, AS_IT_STANDS)
    rows = [
        {"alternative": choice.name, "label": choice.label["en"], "label_fa": choice.label["fa"]}
        for choice in axes[0].choices
    ]
    told = zip(rows, _told(known, axes), strict=True)
    return pd.DataFrame([row | more for row, more in told], columns=columns("screen/multiverse"))


def left_out(known: Known) -> pd.DataFrame:
    """Return table `screen/left_out`: the review without each source, and without each criterion.

    Works keep the records that are left to them as dedup joined them.
    """
    changes: dict[tuple[str, str], Change] = {}
    for source, ids in _sources(known.clusters).items():
        changes["source", source] = {"leave_out": ids}
    for name in known.settings["criteria"]:
        changes["criterion", name] = {"without": [name]}
    axes = one_axis({" ".join(key): change for key, change in changes.items()}, AS_IT_STANDS)
    rows = [{"kind": kind, "name": name} for kind, name in changes]
    told = zip(rows, _told(known, axes)[1:], strict=True)
    return pd.DataFrame([row | more for row, more in told], columns=columns("screen/left_out"))


def _sources(clusters: pd.DataFrame) -> dict[str, list[str]]:
    """Return the records of each source, both in order."""
    ids = clusters["record_id"].sort_values()
    by_source = ids.groupby([name.partition("/")[0] for name in ids])
    return {str(source): list(of_source) for source, of_source in by_source}


def _told(known: Known, axes: Sequence[Axis]) -> list[dict[str, Any]]:
    """Tell of each choice on a single axis what it includes, adds and drops."""
    import numpy as np

    grid = Grid(see(known, axes), known.settings["criteria"], axes)
    universes = np.arange(len(axes[0].choices)).reshape(-1, 1)
    kept, waiting = grid.kept(universes), grid.waiting(universes)
    included, awaiting = grid.count(kept), grid.count(waiting)
    works = [set(grid.works(one)) for one in kept]
    return [
        {
            "included": int(included[at]),
            "awaiting": int(awaiting[at]),
            "added": " ".join(sorted(works[at] - works[0])) or None,
            "dropped": " ".join(sorted(works[0] - works[at])) or None,
        }
        for at in range(len(universes))
    ]
