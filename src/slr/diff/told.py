"""A difference as it is told in a terminal: a few lines first, then tables with the ids."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from slr.diff import Difference, kinds
from slr.diff.compare import joined
from slr.report import markup, words

ROWS_MAX = 10
"""How many rows of a section a terminal shows; JSON and the page have all."""
CELL_MAX = 80
"""Longest cell, in characters: an abstract that changed would fill the screen, twice."""
_SUFFIXES = ("_before", "_now")
_OF_WORKS = ("decisions", "facts", "studies", "waiting", "fields")


def lines(told: Difference) -> Iterator[str]:
    """Yield what is compared, what people changed, and how much came of it."""
    yield f"before    {told.before.told()}"
    yield f"now       {told.now.told()}"
    for note in told.notes:
        yield f"note      {note.told()}"
    yield ""
    for row in told.inputs.head(ROWS_MAX).itertuples():
        values = f": {_value(row.before)} -> {_value(row.now)}" if row.kind == "config" else ""
        yield f"{row.change:<8}  {_input(row.kind, row.name)}{values}"
    if len(told.inputs) > ROWS_MAX:
        yield f"... and {len(told.inputs) - ROWS_MAX} more inputs"
    if len(told.inputs):
        yield ""
    if not told.sections:
        yield "nothing changed"
        return
    wide = max(len(name) for name in [*told.sections, "included"])
    before, now = told.included
    yield f"{'included':<{wide}}  {before} -> {now}{_gained(told)}"
    for name, table in told.sections.items():
        counts = ", ".join(f"{n} {change}" for change, n in kinds(table).items())
        yield f"{name:<{wide}}  {counts}"


def tables(told: Difference) -> Iterator[tuple[str, pd.DataFrame, int]]:
    """Yield the title of each section, its first rows as `brief` has them, and how many it has.

    What came with a work that is new or gone is left out: the outcomes name the work.
    """
    say = words.load("changes")
    for name, table in told.sections.items():
        shown = table
        if name == "works":
            shown = table[~table["change"].isin(["new", "gone"])]
        elif name in _OF_WORKS and "outcomes" in told.sections:
            ended = told.sections["outcomes"]
            whole = ended.loc[ended["change"].isin(["new", "gone"]), "work_id"]
            shown = table[~table["work_id"].isin(whole)]
        if len(shown):
            yield say.say(f"section_{name}", "en"), brief(shown.head(ROWS_MAX)), len(shown)


def brief(table: pd.DataFrame) -> pd.DataFrame:
    """Join what the fields of a row were into `before`, and what they are into `now`.

    >>> brief(pd.DataFrame({"change": ["new"], "a_before": [None], "b_before": [None],
    ...                     "a_now": ["x"], "b_now": ["y"]})).to_dict("list")
    {'change': ['new'], 'before': [nan], 'now': ['x, y']}
    """
    late = [name for name in ("reason", "title") if name in table]
    hidden = (*_SUFFIXES, "_fa", "files")
    shown = {name: table[name] for name in table if name not in late and not name.endswith(hidden)}
    for suffix in _SUFFIXES:
        fields = [name for name in table if name.endswith(suffix)]
        if fields:
            shown[suffix[1:]] = joined(table[fields])
    return pd.DataFrame(shown | {name: table[name] for name in late}).apply(_shortened)


def _shortened(column: pd.Series) -> pd.Series:
    text = column.astype("str")
    return text.mask(text.str.len() > CELL_MAX, text.str.slice(0, CELL_MAX - 1) + "…")


def _value(value: object) -> str:
    return "none" if pd.isna(value) else _shortened(pd.Series([value])).iloc[0]


def _input(kind: str, name: str) -> str:
    known = {"config": f"config.yaml: {name}", "file": name, "code": f"the code of {name}"}
    return markup.bare(known[kind])  # a file of another folder may have any name


def _gained(told: Difference) -> str:
    if "outcomes" not in told.sections:
        return ""
    counts = told.sections["outcomes"]["included"].value_counts()
    parts = [f"{counts[kind]} {kind}" for kind in ("gained", "lost") if kind in counts]
    return f" ({', '.join(parts)})" if parts else ""
