"""A difference as it is told in a terminal: a few lines first, then tables with the ids."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from slr.diff import Difference, kinds
from slr.report import words

ROWS_MAX = 10
"""How many rows of a section a terminal shows; JSON and the page have all."""
CELL_MAX = 80
"""Longest cell, in characters: an abstract that changed would fill the screen, twice."""
_SUFFIXES = ("_before", "_now")


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


def tables(told: Difference) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each section under its title, what was and what is in one column each."""
    say = words.load("changes")
    for name, table in told.sections.items():
        yield say.say(f"section_{name}", "en"), brief(table)


def brief(table: pd.DataFrame) -> pd.DataFrame:
    """Join what the fields of a row were into `before`, and what they are into `now`.

    >>> brief(pd.DataFrame({"change": ["new"], "a_before": [None], "b_before": [None],
    ...                     "a_now": ["x"], "b_now": ["y"]})).to_dict("list")
    {'change': ['new'], 'before': [nan], 'now': ['x, y']}
    """
    late = [name for name in ("files", "reason", "title") if name in table]
    early = [name for name in table if name not in late and not name.endswith((*_SUFFIXES, "_fa"))]
    shown = {name: table[name] for name in early}
    for suffix in _SUFFIXES:
        fields = [name for name in table if name.endswith(suffix)]
        if fields:
            shown[suffix[1:]] = _joined(table[fields])
    return pd.DataFrame(shown | {name: table[name] for name in late}).apply(_shortened)


def _joined(fields: pd.DataFrame) -> pd.Series:
    texts = pd.Series("", index=fields.index, dtype="str")
    for name in fields:
        text = fields[name].astype("str")
        texts = texts.mask(text.notna(), texts + ", " + text.fillna(""))
    texts = texts.str.removeprefix(", ")
    return texts.mask(texts == "")


def _shortened(column: pd.Series) -> pd.Series:
    text = column.astype("str")
    return text.mask(text.str.len() > CELL_MAX, text.str.slice(0, CELL_MAX - 1) + "…")


def _value(value: object) -> str:
    return "none" if pd.isna(value) else _shortened(pd.Series([value])).iloc[0]


def _input(kind: str, name: str) -> str:
    return {"config": f"config.yaml: {name}", "file": name, "code": f"the code of {name}"}[kind]


def _gained(told: Difference) -> str:
    if "outcomes" not in told.sections:
        return ""
    counts = told.sections["outcomes"]["included"].value_counts()
    parts = [f"{counts[kind]} {kind}" for kind in ("gained", "lost") if kind in counts]
    return f" ({', '.join(parts)})" if parts else ""
