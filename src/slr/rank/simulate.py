"""Replay a labelled set: from a file to an order, its measures, and when one could have stopped."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from slr import io
from slr.errors import ConfigError, Problem, SlrError, did_you_mean
from slr.rank.features import features
from slr.rank.metrics import measures
from slr.rank.replay import replay
from slr.rank.stopping import first_stop, replayed

LABEL = "label_included"
TEXTS = ("title", "abstract", "keywords")
DOTS = 200
"""Dots an inch of the curve as PNG."""
TELL_AFTER_S = 10
"""Seconds after which progress is told, and between one line of it and the next."""


@dataclass(frozen=True)
class Labelled:
    """A labelled set in order of its ids, so that the order of its rows changes nothing."""

    ids: list[str]
    texts: list[tuple[str, str]]
    relevant: list[bool]

    def rows(self, named: Sequence[str], option: str, *, relevant: bool) -> list[int]:
        """Return the rows of priors; refuse one that is not there or is labelled otherwise."""
        place = {name: row for row, name in enumerate(self.ids)}
        problems = []
        for name in named:
            if name not in place:
                found = f"{name!r} is no record of the file."
                problems.append(Problem(found, did_you_mean(name, place), key=option))
            elif self.relevant[place[name]] != relevant:
                found = f"{name!r} has the label {int(not relevant)}."
                problems.append(Problem(found, f"Name one with {int(relevant)}.", key=option))
        if problems:
            raise ConfigError(problems)
        return [place[name] for name in named]


def simulate_file(
    path: Path,
    out: Path,
    *,
    included: Sequence[str],
    excluded: Sequence[str],
    seed: int = 1,
    curve: bool = False,
) -> str:
    """Replay a labelled table; write ``order.csv`` and ``metrics.json`` to `out`.

    Parameters
    ----------
    path
        Table with `record_id`, `label_included` (0 or 1) and `title`, `abstract` or both.
    included, excluded
        Ids of the priors: the records whose labels are known at the start.
    seed
        Of all that is drawn by chance.
    curve
        Whether to draw found against screened, too: ``curve.<en|fa>.<svg|pdf|png>``.

    Returns
    -------
    str
        The measures in words.
    """
    labelled = read_labelled(path)
    priors = labelled.rows(included, "--prior-included", relevant=True)
    priors += labelled.rows(excluded, "--prior-excluded", relevant=False)
    priors = list(dict.fromkeys(priors))
    if not included:
        fix = "Name at least one record that is relevant."
        raise ConfigError(Problem("no prior is relevant.", fix, key="--prior-included"))
    relevant = np.array(labelled.relevant, np.bool_)
    tell = _progress(len(relevant))
    order = replay(features(labelled.texts), relevant, priors, seed=seed, tell=tell).tolist()
    found = [int(relevant[row]) for row in order[len(priors) :]]
    told: dict[str, object] = {
        "n": len(relevant),
        "n_included": int(relevant.sum()),
        "n_prior": len(priors),
        "n_prior_included": int(relevant[priors].sum()),
        "seed": seed,
        **measures(found),
        "stopping": replayed(found, seed=[seed, *priors]),
    }
    shown = ["1"] * len(priors) + ["0"] * len(found)
    columns = {"record_id": [labelled.ids[row] for row in order], "prior": shown}
    io.write_cells(out / "order.csv", columns)
    io.write_json(out / "metrics.json", told)
    if curve:
        _draw(found, out)
    return _summary(told)


def _draw(found: Sequence[int], out: Path) -> None:
    """Draw the curve in both languages; matplotlib is imported here, for it takes a second."""
    from slr.report import recall
    from slr.report.draw import draw

    drawn = draw([recall.picture(found, first_stop(found))], DOTS)
    for made in drawn:
        for lang, files in made.files.items():
            for kind, data in files.items():
                io.write_bytes(out / f"{made.picture.name}.{lang}.{kind}", data)


def read_labelled(path: Path) -> Labelled:
    """Read a labelled set.

    Raises
    ------
    SlrError
        With file and line of every label that is not 0 or 1 and every id that stands there
        twice; if there is no record, or neither a title nor an abstract in any column.
    """
    needed = ["record_id", LABEL]
    cells = io.read_cells(path, [*needed, *TEXTS], needed)
    if not set(TEXTS) & set(cells):
        fix = f"It needs one of {', '.join(TEXTS)}."
        raise SlrError(Problem("no column holds a text.", fix, path, 1))
    ids, labels = cells["record_id"], [label.strip() for label in cells[LABEL]]
    if not ids:
        raise SlrError(Problem("holds no record.", "It needs at least one row.", path, 1))
    twice = {name for name, times in Counter(ids).items() if times > 1}
    if twice or not {"0", "1"}.issuperset(labels):
        raise SlrError(_faults(path, twice))
    title, *others = (cells.get(name) or [""] * len(ids) for name in TEXTS)
    rest = [" ".join(parts) for parts in zip(*others, strict=True)]
    order = sorted(range(len(ids)), key=ids.__getitem__)
    return Labelled(
        [ids[row] for row in order],
        [(title[row], rest[row]) for row in order],
        [labels[row] == "1" for row in order],
    )


def _faults(path: Path, twice: set[str]) -> list[Problem]:
    """Return what is wrong with labels and ids, with lines: the file is read once more for them."""
    header, rows, lines = io.read_rows(path)
    label, record = header.index(LABEL), header.index("record_id")
    problems: list[Problem] = []
    seen: set[str] = set()
    for row, line in zip(rows, lines, strict=True):
        if row[label].strip() not in ("0", "1"):
            found = f"{row[label]!r} is no label."
            problems.append(Problem(found, "Write 1 for relevant, else 0.", path, line, LABEL))
        if row[record] in twice & seen:
            found = f"{row[record]!r} stands there twice."
            fix = "Give each record its own."
            problems.append(Problem(found, fix, path, line, "record_id"))
        seen.add(row[record])
    return problems


def _summary(told: Mapping[str, object]) -> str:
    size = f"{told['n_included']} relevant of {told['n']}"
    if told["WSS95"] is None:
        return f"simulate: {size}, none left to find after the priors"
    shown = ", ".join(f"{name} {told[name]:.3f}" for name in ("WSS95", "WSS100", "RRF10"))
    return f"simulate: {size}; {shown}"


def _progress(size: int) -> Callable[[int], None]:
    """Return a function that tells on stderr how far a long replay is; a quick one is silent."""
    told = time.monotonic()

    def tell(done: int) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL_AFTER_S:
            told = time.monotonic()
            sys.stderr.write(f"slr: simulate: {done:,} of {size:,} records shown\n")

    return tell
