"""Printing in a terminal: tables, and how far long work has come."""

from __future__ import annotations

import time
from collections.abc import Iterable
from types import TracebackType

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from slr.bidi import isolate

SHORT = 32
"""Cells up to this long are never broken over lines."""
LEAST_WIDTH = 22
"""Width that a column of long cells needs; where there is less, rows are printed as blocks."""
PIPED_WIDTH = 160
"""Width where the output is no terminal."""


EVERY_S = 10.0
"""Seconds between two words on progress where the output is no terminal."""


class Progress:
    """Tells on stderr how far work has come: bars in a terminal, else a line now and then."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._bars = Bars(
            *columns,
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._last = time.monotonic()

    def __enter__(self) -> Progress:
        self._bars.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def say(self, words: str) -> None:
        """Print a line; the bars stay below it."""
        self._console.print(Text(words))

    def told(self, what: str, done: int, of: int | None) -> None:
        """Take how much of something is done, and of how much where that is known."""
        if self._console.is_terminal:
            if what not in self._tasks:
                for task in self._tasks.values():
                    self._bars.update(task, visible=False)
                self._tasks[what] = self._bars.add_task(what, total=of)
            self._bars.update(self._tasks[what], completed=done, total=of)
        elif time.monotonic() - self._last > EVERY_S:
            self._last = time.monotonic()
            self.say(f"{what}: {done:,}" + (f" of {of:,}" if of is not None else ""))


def tables(
    sections: Iterable[tuple[str, pd.DataFrame]], totals: Iterable[int] | None = None
) -> None:
    """Print each table under its title; `totals` tells of how many rows each is the beginning.

    Left out are columns without a value, those in Persian (JSON has them), and `record_ids`
    where every work has one record of its own name.
    """
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PIPED_WIDTH)
    told = list(sections)
    for (title, frame), total in zip(told, totals or [len(f) for _, f in told], strict=True):
        rows = _worth_showing(frame).astype(object)
        if console.is_terminal:  # so that no cell from right to left takes the next one with it
            rows = rows.map(lambda cell: isolate(cell, "en") if isinstance(cell, str) else cell)
        console.print(Text(f"{title} ({total})", style="bold"))
        draw = _grid if _fits(rows, console.width) else _blocks
        draw(console, rows)
        if len(rows) < total:
            console.print(Text(f"... and {total - len(rows)} more; --json has all", style="dim"))
        console.print()


def blocks(rows: pd.DataFrame) -> None:
    """Print one row below the other, each as names and values, however wide the terminal is."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PIPED_WIDTH)
    else:
        rows = rows.map(lambda cell: isolate(cell, "en") if isinstance(cell, str) else cell)
    _blocks(console, rows)


def _worth_showing(frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame.dropna(axis="columns", how="all")
    rows = rows[[c for c in rows.columns if not c.endswith("_fa")]]
    if {"work_id", "record_ids"} <= set(rows) and (rows["work_id"] == rows["record_ids"]).all():
        rows = rows.drop(columns="record_ids")
    return rows


def _grid(console: Console, rows: pd.DataFrame) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in rows.columns:
        short = _longest(rows[name]) <= SHORT
        least = None if short else LEAST_WIDTH
        table.add_column(name, overflow="fold", no_wrap=short, min_width=least)
    for row in rows.itertuples(index=False):
        table.add_row(*(Text(_cell(value)) for value in row))
    console.print(table)


def _blocks(console: Console, rows: pd.DataFrame) -> None:
    """Print one row below the other, each as names and values."""
    first, *others = rows.columns
    for row in rows.to_dict("records"):
        console.print(Text(_cell(row[first]), style="bold"))
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1))
        table.add_column(no_wrap=True, style="dim")
        table.add_column(overflow="fold")
        for name in others:
            if not pd.isna(row[name]):
                table.add_row(f"  {name}", Text(_cell(row[name])))
        console.print(table)


def _fits(rows: pd.DataFrame, width: int) -> bool:
    """Tell whether long cells would keep a readable width beside the short ones."""
    longest = [_longest(rows[name]) for name in rows.columns]
    left = width - sum(n + 2 for n in longest if n <= SHORT)
    return left >= LEAST_WIDTH * sum(n > SHORT for n in longest)


def _longest(values: pd.Series) -> int:
    return max([len(str(values.name)), *(len(_cell(v)) for v in values)])


def _cell(value: object) -> str:
    """Return a value for people: fractions to three decimals; JSON and CSV have all.

    >>> [_cell(value) for value in (0.46875000000000017, 0.0, 20.0, 0.000123456, 12, None)]
    ['0.469', '0', '20', '0.000123', '12', '']
    """
    if pd.isna(value):
        return ""
    if isinstance(value, float):
        shown = f"{value:.3f}" if abs(value) >= 0.001 else f"{value:.3g}"
        return shown.rstrip("0").rstrip(".") if "." in shown and "e" not in shown else shown
    return str(value)
