"""Which sources found which works, as sets and their overlaps (an UpSet plot).

After Lex et al. (2014), UpSet: visualization of intersecting sets, doi 10.1109/TVCG.2014.2346248.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from slr.report import style, words
from slr.report.canvas import MARGIN, Canvas, nothing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.figure import Figure

MOST_COLUMNS = 18
"""Sets of sources that are drawn, the largest ones; the others are counted in the caption."""
_BLUE, _ORANGE = style.COLOUR["blue"], style.COLOUR["orange"]
_LIGHT = 0.35
_NAMES, _BARS = 1.45, 1.0  # inches: of the names of sources, and of the longest of their bars
_GAP = 0.5  # behind the bars, for their numbers
_HIGH, _ROW, _PITCH = 1.35, 0.25, 0.34  # of the columns, of a row, from one column to the next
_THICK = 0.14
_KEY = 0.09


@dataclass(frozen=True)
class _Row:
    source: str
    works: int
    alone: int


@dataclass(frozen=True)
class _Column:
    sources: tuple[str, ...]
    works: int
    included: int


def picture(
    sources: pd.DataFrame, overlaps: pd.DataFrame, included: frozenset[str]
) -> style.Picture:
    """Return the picture `sources`; where fewer than two have records, it says so.

    Parameters
    ----------
    sources, overlaps
        Tables `dedup/sources` and `dedup/overlaps`.
    included
        The included works.
    """
    if len(sources) < 2:
        only = words.load("sources")
        return nothing("sources", only.both("title_none"), only.both("none"))
    rows = [_Row(r.source, int(r.works), int(r.alone)) for r in sources.itertuples()]
    rows.sort(key=lambda row: (-row.works, row.source))
    columns = [
        _Column(tuple(r.sources.split()), int(r.works), len(included & set(r.work_ids.split())))
        for r in overlaps.itertuples()
    ]
    return style.Picture(
        "sources",
        words.load("sources").both("title", count=len(rows)),
        {lang: _caption(columns, lang) for lang in style.LANGS},
        {lang: _alt(rows, columns, lang) for lang in style.LANGS},
        partial(draw, rows, columns[:MOST_COLUMNS]),
    )


def _say(key: str, lang: str, /, **fields: str | int) -> str:
    return words.load("sources").say(key, lang, **fields)


def _caption(columns: Sequence[_Column], lang: str) -> str:
    works = sum(column.works for column in columns)
    alone = sum(column.works for column in columns if len(column.sources) == 1)
    told = _say("caption", lang, works=works, alone=alone)
    rest = columns[MOST_COLUMNS:]
    if not rest:
        return told
    count = sum(column.works for column in rest)
    return f"{told} {_say('caption_rest', lang, sets=len(rest), works=count)}"


def _alt(rows: Sequence[_Row], columns: Sequence[_Column], lang: str) -> str:
    """Say everything that stands in the drawing."""
    told = [_say("row", lang, source=r.source, works=r.works, alone=r.alone) for r in rows]
    told += [
        _say("column", lang, sources=words.COMMA[lang].join(c.sources), works=c.works,
             included=c.included)
        for c in columns[:MOST_COLUMNS]
    ]  # fmt: skip
    return ". ".join(told) + "."


def draw(rows: Sequence[_Row], columns: Sequence[_Column], lang: str) -> Figure:
    """Draw the sources as rows and the sets of sources that found the same as columns."""
    start = MARGIN + _NAMES + _BARS + _GAP
    pitch = min(_PITCH, (style.DOUBLE - MARGIN - start) / len(columns))
    top = MARGIN + 0.2 + _HIGH
    with style.use(lang):
        canvas = Canvas(style.DOUBLE, lang)
        _draw_key(canvas)
        most = max(column.works for column in columns)
        for at, column in enumerate(columns):
            x = start + (at + 0.5) * pitch
            _draw_column(canvas, x, top, column, _HIGH / most, min(_THICK * 1.3, pitch * 0.7))
        longest = max(row.works for row in rows)
        for at, row in enumerate(rows):
            y = top + 0.12 + (at + 0.5) * _ROW
            if at % 2 == 0:
                canvas.bar(MARGIN, y - _ROW / 2, canvas.width - 2 * MARGIN, _ROW, "#F7F8F9",
                           zorder=0.1)  # fmt: skip
            _draw_row(canvas, row, y, _BARS / longest)
        _draw_dots(canvas, rows, columns, (start, top + 0.12, pitch))
        return canvas.finish(top + 0.12 + len(rows) * _ROW + MARGIN)


def _draw_key(canvas: Canvas) -> None:
    """Say what the colours mean, where there is room: above the names."""
    told = [
        (_BLUE, "included"),
        (style.tint(_BLUE, _LIGHT), "not_included"),
        (_ORANGE, "alone"),
        (style.tint(_ORANGE, _LIGHT), "shared"),
    ]
    for at, (colour, key) in enumerate(told):
        y = MARGIN + 0.12 + at * 0.19
        canvas.bar(MARGIN + 0.04, y - _KEY / 2, _KEY, _KEY, colour)
        canvas.text(MARGIN + 0.2, y, _say(key, canvas.lang), size=style.SIZE["least"])


def _draw_column(
    canvas: Canvas, x: float, foot: float, column: _Column, scale: float, thick: float
) -> None:
    """Draw how many works exactly these sources found, the included ones at the foot."""
    inside, whole = column.included * scale, column.works * scale
    canvas.bar(x - thick / 2, foot - whole, thick, whole, style.tint(_BLUE, _LIGHT))
    canvas.bar(x - thick / 2, foot - inside, thick, inside, _BLUE)
    canvas.text(x, foot - whole - 0.08, column.works, at="center", size=style.SIZE["least"])


def _draw_row(canvas: Canvas, row: _Row, y: float, scale: float) -> None:
    """Draw how many works a source found, those that it alone found first."""
    room, size = _NAMES - 0.1, style.SIZE["note"]
    name = row.source
    while canvas.wide(name, size) > room and len(name) > 2:
        name = f"{name.rstrip('…')[:-1]}…"
    canvas.text(MARGIN + 0.04, y, name, size=size)
    x, alone, whole = MARGIN + _NAMES, row.alone * scale, row.works * scale
    canvas.bar(x, y - _THICK / 2, whole, _THICK, style.tint(_ORANGE, _LIGHT))
    canvas.bar(x, y - _THICK / 2, alone, _THICK, _ORANGE)
    canvas.text(x + whole + 0.05, y, row.works, size=style.SIZE["least"])


def _draw_dots(
    canvas: Canvas,
    rows: Sequence[_Row],
    columns: Sequence[_Column],
    place: tuple[float, float, float],
) -> None:
    """Mark the sources of each column, joined by a line."""
    start, top, pitch = place
    for at, column in enumerate(columns):
        x = start + (at + 0.5) * pitch
        marked = []
        for number, row in enumerate(rows):
            y = top + (number + 0.5) * _ROW
            inside = row.source in column.sources
            canvas.dot(x, y, 0.055, style.INK if inside else style.GREY)
            marked += [y] if inside else []
        if len(marked) > 1:
            canvas.line([(x, marked[0]), (x, marked[-1])], colour=style.INK, width=1.4, zorder=1.5)
