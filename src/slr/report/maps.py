"""Evidence maps: the included studies by any two variables, as circles or as a heat map."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slr.bidi import digits
from slr.code.maps import Lack, Value, joined
from slr.report import style, words
from slr.report.canvas import MARGIN, Canvas, nothing
from slr.report.heads import MOST_COLUMNS, MOST_ROWS, Heads, least_width
from slr.report.heat import Heat, Names
from slr.report.rows import records
from slr.report.shown import axis_title, axis_words, map_title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from slr.report.tables import Builder

_BLUE = style.COLOUR["blue"]
_NUMBERED = re.compile(r"([0-9۰-۹]+)\. (.+)", re.DOTALL)


def _say(key: str, lang: str, /, **fields: str | int) -> str:
    return words.load("charts").say(key, lang, **fields)


def picture(
    name: str, declared: Mapping[str, Any], build: Builder, *, rebuilt: bool = False
) -> style.Picture:
    """Return the picture of a map that the config declares; one that has no study says so."""
    of = EvidenceMap.of(name, declared, build)
    title = build.source.told(declared.get("title") or map_title(build, declared))
    alts = {lang: of.alt(lang) for lang in style.LANGS}
    told = {lang: of.caption(declared, lang) for lang in style.LANGS}
    captions = {
        lang: " ".join([*told[lang], _say("rebuilt", lang)] if rebuilt else told[lang])
        for lang in style.LANGS
    }
    if not any(of.cells.values()):
        return nothing(name, title, words.load("charts").both("empty_map"))
    if len(of.rows) > MOST_ROWS or len(of.columns) > MOST_COLUMNS:
        size = {"rows": len(of.rows), "columns": len(of.columns)}
        return nothing(name, title, words.load("charts").both("large_map", **size))
    draw = of.heat().draw if declared.get("draw") == "heat" else of.draw
    return style.Picture(name, title, captions, alts, draw)


@dataclass(frozen=True)
class EvidenceMap:
    """The studies in each cell; rows and columns by value, with their words."""

    rows: Sequence[tuple[Value, Names]]
    columns: Sequence[tuple[Value, Names]]
    cells: Mapping[tuple[Value, Value], frozenset[str]]
    heads: Mapping[str, Names]

    @classmethod
    def of(cls, name: str, declared: Mapping[str, Any], build: Builder) -> EvidenceMap:
        """Take the cells of a map from table `code/maps`."""
        found = build.data["code/maps"]
        cells = {
            (
                joined(row["row"], row["row_lacks"]),
                joined(row["column"], row["column_lacks"]),
            ): frozenset((row["work_ids"] or "").split())
            for row in records(found[found["map"] == name])
        }
        axes = {axis: axis_words(build, declared, axis) for axis in ("rows", "columns")}
        heads = {axis: axis_title(build, declared, axis) for axis in axes}
        return cls(
            [(v, axes["rows"](v)) for v in dict.fromkeys(row for row, _ in cells)],
            [(v, axes["columns"](v)) for v in dict.fromkeys(column for _, column in cells)],
            cells,
            heads,
        )

    def count(self, row: Value, column: Value) -> int:
        """Return how many studies are in a cell."""
        return len(self.cells.get((row, column), ()))

    def of_column(self, column: Value) -> int:
        """Return how many studies are in a column, each counted once."""
        return len(frozenset().union(*(self.cells[row, column] for row, _ in self.rows)))

    def of_row(self, row: Value) -> int:
        """Return how many studies are in a row, each counted once."""
        return len(frozenset().union(*(self.cells[row, column] for column, _ in self.columns)))

    def caption(self, declared: Mapping[str, Any], lang: str) -> list[str]:
        """Return the sentences of the caption."""
        about = declared.get("about") or words.load("charts").both("caption_map")
        told = [about[lang]]
        counts = [
            _say("pair", lang, name=name[lang], count=self.of_column(value))
            for value, name in self.columns
        ]
        listing = words.SEMICOLON[lang].join(counts)
        told.append(
            _say("caption_columns", lang, head=self.heads["columns"][lang], listing=listing)
        )
        thin = [
            name[lang]
            for v, name in self.columns
            if not isinstance(v, Lack) and self.of_column(v) <= 1
        ]
        if thin:
            told.append(_say("caption_thin", lang, names=words.SEMICOLON[lang].join(thin)))
        return told

    def alt(self, lang: str) -> str:
        """Return every cell that has studies, in words."""
        told = [
            _say("alt_cell", lang, column=column[lang], row=row[lang], count=self.count(r, c))
            for c, column in self.columns
            for r, row in self.rows
            if self.count(r, c)
        ]
        return words.SEMICOLON[lang].join(told) + "."

    def heat(self) -> Heat:
        """Return the map as a heat map, with the studies of each row and column at their ends."""
        return Heat(
            [name for _, name in self.rows],
            [name for _, name in self.columns],
            [[self.count(row, column) for column, _ in self.columns] for row, _ in self.rows],
            {key: words.load("charts").both("studies_in_all") for key in ("held", "having")},
            [_number(self.of_row(row)) for row, _ in self.rows],
            [_number(self.of_column(column)) for column, _ in self.columns],
            self.heads,
            (_lacking(self.rows), _lacking(self.columns)),
        )

    def draw(self, lang: str) -> Figure:
        """Draw a circle for each cell, its area the number of studies; bars above add up."""
        with style.use(lang):
            return _Bubbles(self, Canvas(style.DOUBLE, lang)).draw()


def _lacking(axis: Sequence[tuple[Value, Names]]) -> list[int]:
    return [at for at, (value, _) in enumerate(axis) if isinstance(value, Lack)]


def _number(count: int) -> Names:
    return {lang: digits(count, lang) for lang in style.LANGS}


_LABEL, _LEAST_LABEL = 2.7, 1.2
"""Most and least inches for the name of a row."""


class _Bubbles:
    """The map on its canvas: bars and names above, a row of circles for each row."""

    def __init__(self, of: EvidenceMap, canvas: Canvas) -> None:
        self.map = of
        self.canvas = canvas
        self.lang = canvas.lang
        rows = [name[self.lang] for _, name in of.rows] + [of.heads["columns"][self.lang]]
        widest = max(canvas.wide(text, weight="bold") for text in rows) + 0.2
        self.label = min(max(widest, _LEAST_LABEL), _LABEL)
        totals = [of.of_column(value) for value, _ in of.columns]
        least = least_width(canvas, [*map(len, of.cells.values()), *totals])
        canvas.width = max(canvas.width, 2 * MARGIN + self.label + len(of.columns) * least)
        self.end = canvas.width - MARGIN
        self.wide = (self.end - MARGIN - self.label) / len(of.columns)
        self.centres = [
            MARGIN + self.label + (at + 0.5) * self.wide for at in range(len(of.columns))
        ]

    def draw(self) -> Figure:
        canvas = self.canvas
        y = self._heads(MARGIN + 0.75)
        canvas.text(
            MARGIN, y - 0.04, self.map.heads["rows"][self.lang], weight="bold", va="bottom",
            width=self.label - 0.15,
        )  # fmt: skip
        largest = max(map(len, self.map.cells.values()))
        for value, name in self.map.rows:
            text = name[self.lang]
            tall = max(canvas.tall(text, self.label - 0.15), 0.3) + 0.12
            canvas.line([(MARGIN, y), (self.end, y)], colour=style.GREY, width=0.5)
            middle = y + tall / 2
            canvas.text(MARGIN, middle, text, width=self.label - 0.15)
            for x, (column, _) in zip(self.centres, self.map.columns, strict=True):
                self._cell(
                    x, middle, self.map.count(value, column), largest, _colour(column, value)
                )
            y += tall
        canvas.line([(MARGIN, y), (self.end, y)], colour=style.GREY, width=0.5)
        return canvas.finish(y + MARGIN)

    def _heads(self, base: float) -> float:
        """Draw the bars with the names of the columns below them; return where these end."""
        canvas, line = self.canvas, style.line_height(style.SIZE["note"])
        names = [_split(name[self.lang]) for _, name in self.map.columns]
        numbered = line if any(number for number, _ in names) else 0
        heads = Heads(canvas, [name for _, name in names], self.wide)
        end = base + 0.06 + numbered + heads.tall
        totals = [self.map.of_column(value) for value, _ in self.map.columns]
        columns = zip(self.centres, names, self.map.columns, totals, strict=True)
        for x, (number, name), (value, _), total in columns:
            tall = 0.55 * total / max(*totals, 1)
            half = min(0.14, self.wide * 0.4)
            canvas.bar(x - half, base - tall, 2 * half, tall, _colour(value))
            canvas.text(x, base - tall - 0.02, total, at="center", va="bottom", weight="bold")
            if number:
                canvas.text(x, base + 0.05, number, at="center", va="top", weight="bold")
            heads.draw(x, end, name)
        canvas.line([(MARGIN + self.label, base), (self.end, base)])
        canvas.text(
            MARGIN, base - 0.1, self.map.heads["columns"][self.lang], weight="bold",
            width=self.label - 0.15,
        )  # fmt: skip
        return end + 0.06

    def _cell(self, x: float, y: float, count: int, largest: int, colour: str) -> None:
        if not count:
            self.canvas.dot(x, y, 0.016, style.tint(style.LINE, 0.5))
            return
        radius = max(min(0.19, self.wide * 0.45) * (count / largest) ** 0.5, 0.075)
        self.canvas.dot(x, y, radius, style.tint(colour, 0.35), edge=colour)
        self.canvas.text(x, y, count, at="center", weight="bold")


def _split(name: str) -> tuple[str, str]:
    """Return the number that a name begins with, if it does, and the rest."""
    found = _NUMBERED.fullmatch(name)
    return (found[1], found[2]) if found else ("", name)


def _colour(value: Value, row: Value = "") -> str:
    if isinstance(value, Lack) or isinstance(row, Lack):
        return style.LINE
    return style.SERIES.get(int(value), _BLUE) if value.isascii() and value.isdigit() else _BLUE
