"""Counts of rows against columns as a heat map."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slr.report import style, words
from slr.report.canvas import MARGIN, Canvas
from slr.report.heads import Heads, least_width
from slr.report.shown import Grid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from slr.report.measures import Source

Names = Mapping[str, str]
"""A name in each language."""

_BLUE = style.COLOUR["blue"]


def _say(key: str, lang: str, /, **fields: str | int) -> str:
    return words.load("charts").say(key, lang, **fields)


def _pair(name: str, count: int, lang: str) -> str:
    return _say("pair", lang, name=name, count=count)


@dataclass(frozen=True)
class Heat:
    """A heat map: names of rows and columns, counts, and what stands at the ends of both.

    `heads` has the words above the `ends` of rows (``held``) and before those of columns
    (``having``). A row that ends in nothing is one without any count. `titles` has the words for
    all `rows` and all `columns`, and `lacking` tells which of them hold studies without a value.
    """

    rows: Sequence[Names]
    columns: Sequence[Names]
    cells: Sequence[Sequence[int]]
    heads: Mapping[str, Names]
    row_ends: Sequence[Names]
    column_ends: Sequence[Names]
    titles: Mapping[str, Names] = field(default_factory=dict)
    lacking: tuple[Collection[int], Collection[int]] = ((), ())

    def alt(self, lang: str) -> str:
        """Return each row with its counts, in words."""
        told = []
        for name, row in zip(self.rows, self.cells, strict=True):
            columns = zip(self.columns, row, strict=True)
            held = [_pair(column[lang], count, lang) for column, count in columns if count]
            told.append(f"{name[lang]}: {words.COMMA[lang].join(held) or _say('has_none', lang)}")
        return words.SEMICOLON[lang].join(told) + "."

    def draw(self, lang: str) -> Figure:
        """Draw a row for each name, a column for each word, and the ends of both."""
        with style.use(lang):
            return _Drawing(self, Canvas(style.DOUBLE, lang)).draw()


def of_marks(grid: Grid, heads: Mapping[str, Names]) -> Heat:
    """Return the heat map of which things have which words; ends say how many of how many."""
    cells = [counts for _, _, counts in grid.rows]

    def share(count: int, every: int) -> Names:
        return words.load("charts").both("of", count=count, all=every)

    return Heat(
        [label for _, label, _ in grid.rows],
        list(grid.labels.values()),
        cells,
        heads,
        [share(sum(n > 0 for n in row), len(row)) for row in cells],
        [share(having, len(cells)) for having in grid.having],
    )


def picture(name: str, declared: Mapping[str, Any], grid: Grid, source: Source) -> style.Picture:
    """Return the picture of a declared figure of kind ``heat``."""
    heat = of_marks(grid, declared["heads"])
    said = declared["caption"]
    first = source.told(said["first"])
    complete = sum(all(row) for row in heat.cells)
    captions = {}
    for lang in style.LANGS:
        having = [
            _pair(label[lang], count, lang)
            for label, count in zip(heat.columns, grid.having, strict=True)
        ]
        told = [first[lang]]
        told.append(f"{declared['heads']['having'][lang]}: {words.SEMICOLON[lang].join(having)}.")
        told.append(words.fill(said["complete"][lang], lang, all=complete, steps=len(grid.labels)))
        told.append(_lacking(heat, said, lang))
        captions[lang] = " ".join([*told, said["last"][lang]])
    alts = {lang: heat.alt(lang) for lang in style.LANGS}
    return style.Picture(name, source.told(declared["title"]), captions, alts, heat.draw)


def _lacking(heat: Heat, said: Mapping[str, Any], lang: str) -> str:
    """Name the rows without any count."""
    bare = [name[lang] for name, row in zip(heat.rows, heat.cells, strict=True) if not any(row)]
    if not bare:
        return str(said["none_lacking"][lang])
    names = words.COMMA[lang].join(bare)
    return words.fill(said["lacking"][lang], lang, count=len(bare), names=names)


_LABEL, _LEAST_LABEL, _HELD, _APART = 2.6, 1.0, 0.95, 0.04
"""Most and least inches for the name of a row, for what stands at its end, and between cells."""


class _Drawing:
    """The heat map on its canvas: heads, rows, and the ends of the columns below."""

    def __init__(self, heat: Heat, canvas: Canvas) -> None:
        self.heat = heat
        self.canvas = canvas
        self.lang = canvas.lang
        title = heat.titles.get("rows", heat.heads["having"])[self.lang]
        names = [name[self.lang] for name in heat.rows]
        widest = max(canvas.wide(text, weight="bold") for text in [title, *names])
        self.label = min(max(widest + 0.2, _LEAST_LABEL), _LABEL)
        ends = max((canvas.wide(e[self.lang], weight="bold") for e in heat.column_ends), default=0)
        counts = [count for row in heat.cells for count in row]
        least = max(least_width(canvas, counts), ends + _APART)
        every, rest = max(len(heat.columns), 1), 2 * MARGIN + self.label + _HELD
        canvas.width = max(canvas.width, rest + every * least)
        self.end = canvas.width - MARGIN
        self.wide = (canvas.width - rest) / every
        self.most = max(counts, default=0)

    def draw(self) -> Figure:
        y = self._heads()
        ends = self.heat.row_ends
        for at, (name, row) in enumerate(zip(self.heat.rows, self.heat.cells, strict=True)):
            y = self._row(y, at, name[self.lang], row, ends[at][self.lang])
        return self.canvas.finish(self._ends(y + 0.06) + MARGIN)

    def _middle(self, column: int) -> float:
        return MARGIN + self.label + (column + 0.5) * self.wide

    def _heads(self) -> float:
        """Write the names of the columns; return where they end."""
        names = [name[self.lang] for name in self.heat.columns]
        heads = Heads(self.canvas, names, self.wide, "bold")
        y = MARGIN + heads.tall + 0.06
        if title := self.heat.titles.get("columns"):
            self.canvas.text(MARGIN + self.label, MARGIN, title[self.lang], va="top", weight="bold")
            y += style.line_height(style.SIZE["note"]) + 0.04
        if title := self.heat.titles.get("rows"):
            self.canvas.text(
                MARGIN, y - 0.04, title[self.lang], va="bottom", weight="bold",
                width=self.label - 0.1,
            )  # fmt: skip
        for at, name in enumerate(names):
            heads.draw(self._middle(at), y - 0.04, name)
        self.canvas.text(
            self.end,
            y - 0.04,
            self.heat.heads["held"][self.lang],
            at="end",
            va="bottom",
            colour=style.MUTED,
            width=_HELD - 0.1,
        )
        return y

    def _row(self, y: float, at: int, name: str, row: Sequence[int], end: str) -> float:
        """Draw a name with its cells; return where its row ends."""
        tall = max(0.235, self.canvas.tall(name, self.label - 0.1) + 0.05)
        middle, bare = y + tall / 2, not any(row)
        colour = style.MUTED if bare else style.INK
        self.canvas.text(MARGIN, middle, name, width=self.label - 0.1, colour=colour)
        for column, count in enumerate(row):
            lacks = at in self.heat.lacking[0] or column in self.heat.lacking[1]
            self._cell(column, y, tall, count, style.LINE if lacks else _BLUE)
        self.canvas.text(
            self.end,
            middle,
            _say("has_none", self.lang) if bare else end,
            at="end",
            weight="bold" if bare else "normal",
            colour=style.COLOUR["vermilion"] if bare else style.INK,
        )
        return y + tall

    def _cell(self, column: int, y: float, tall: float, count: int, colour: str) -> None:
        x = MARGIN + self.label + column * self.wide
        share = 0.25 + 0.55 * count / self.most if count else 0
        face = style.tint(colour, share) if count else "#F4F5F7"
        half = _APART / 2
        self.canvas.bar(x + half, y + half, self.wide - _APART, tall - _APART, face)
        if count:
            ink = style.PAPER if share > 0.6 else style.INK
            self.canvas.text(x + self.wide / 2, y + tall / 2, count, at="center", colour=ink)

    def _ends(self, y: float) -> float:
        """Write the ends of the columns below a line; return where that ends."""
        self.canvas.line([(MARGIN, y), (self.end, y)])
        title, room = self.heat.heads["having"][self.lang], self.label - 0.1
        tall = self.canvas.tall(title, room, weight="bold") + 0.1
        middle = y + tall / 2
        self.canvas.text(MARGIN, middle, title, weight="bold", width=room)
        for at, end in enumerate(self.heat.column_ends):
            self.canvas.text(self._middle(at), middle, end[self.lang], at="center", weight="bold")
        return y + tall
