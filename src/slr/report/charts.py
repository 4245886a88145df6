"""The figure of the other choices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from slr.report import style, words
from slr.report.canvas import MARGIN, Canvas, nothing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from slr.report.grid import Both

_BLUE = style.COLOUR["blue"]


def multiverse_picture(
    multiverse: pd.DataFrame, notes: Sequence[Both], *, rebuilt: bool
) -> style.Picture:
    """Return the picture `multiverse`; a review without other choices says so.

    Parameters
    ----------
    multiverse : DataFrame
        Table `screen/multiverse`, the baseline first.
    notes
        What stand-ins do not tell.
    rebuilt : bool
        Whether the review is a reconstruction, which the caption then says.
    """
    title = _both("title_multiverse", count=int(multiverse["included"].iloc[0]))
    if len(multiverse) == 1:
        return nothing("multiverse", title, _both("empty_multiverse"))
    return style.Picture(
        "multiverse",
        title,
        {lang: _multiverse_caption(multiverse, notes, rebuilt, lang) for lang in style.LANGS},
        {lang: _multiverse_alt(multiverse, notes, lang) for lang in style.LANGS},
        partial(draw_multiverse, multiverse),
    )


def _say(key: str, lang: str, /, **fields: str | int) -> str:
    return words.load("charts").say(key, lang, **fields)


def _both(key: str, /, **fields: str | int) -> dict[str, str]:
    return words.load("charts").both(key, **fields)


# ---- other choices


def _ids(cell: object) -> list[str]:
    return [] if pd.isna(cell) else str(cell).split()


@dataclass(frozen=True)
class _Choice:
    label: str
    included: int
    added: int
    dropped: int
    awaiting: int


def _choices(multiverse: pd.DataFrame, lang: str) -> list[_Choice]:
    """Return the baseline and the alternatives, in the order of the table."""
    label = "label_fa" if lang == "fa" else "label"
    return [
        _Choice(
            row[label],
            int(row["included"]),
            len(_ids(row["added"])),
            len(_ids(row["dropped"])),
            int(row["awaiting"]),
        )
        for row in multiverse.to_dict("records")
    ]


def _multiverse_caption(
    multiverse: pd.DataFrame, notes: Sequence[Both], rebuilt: bool, lang: str
) -> str:
    baseline, *others = _choices(multiverse, lang)
    numbers = [choice.included for choice in others]
    told = [
        _say(
            "caption_multiverse",
            lang,
            alternatives=len(others),
            least=min(numbers),
            most=max(numbers),
            count=baseline.included,
        )
    ]
    if same := numbers.count(baseline.included):
        told.append(_say("caption_same", lang, same=same))
    told += [_say("caption_hands", lang), *(note[lang] for note in notes)]
    if rebuilt:
        told.append(_say("rebuilt", lang))
    return " ".join(told)


def _multiverse_alt(multiverse: pd.DataFrame, notes: Sequence[Both], lang: str) -> str:
    rows = [
        _say("alt_row", lang, label=c.label, included=c.included, added=c.added, dropped=c.dropped)
        for c in _choices(multiverse, lang)
    ]
    listing = words.SEMICOLON[lang].join(rows) + "."
    return " ".join([listing, *(note[lang] for note in notes)])


_LABELS, _COLUMN = 2.75, 0.52
_COLOURS = {"added": style.COLOUR["green"], "dropped": style.COLOUR["vermilion"]}


def draw_multiverse(multiverse: pd.DataFrame, lang: str) -> Figure:
    """Draw each choice as a dot on one scale, with what it adds and drops."""
    choices = _choices(multiverse, lang)
    with style.use(lang):
        canvas = Canvas(style.DOUBLE, lang)
        scale = _Scale.of(choices, canvas.width)
        _draw_heads(canvas, scale)
        top = y = MARGIN + 0.22
        for at, choice in enumerate(choices):
            tall = max(canvas.tall(choice.label, _LABELS), 0.14) + 0.08
            if at % 2 == 0:
                canvas.bar(MARGIN, y, canvas.width - 2 * MARGIN, tall, "#F7F8F9", zorder=0.1)
            _draw_row(canvas, scale, choice, y + tall / 2, is_baseline=at == 0)
            y += tall
        middle = scale.place(scale.baseline)
        canvas.line([(middle, top), (middle, y)], colour=_BLUE, width=0.9)
        return canvas.finish(y + MARGIN)


@dataclass(frozen=True)
class _Scale:
    """Where numbers of works stand, and the columns of numbers behind them."""

    baseline: int
    low: int
    inch: float
    start: float
    end: float
    columns: list[str]

    @classmethod
    def of(cls, choices: list[_Choice], width: float) -> _Scale:
        columns = ["included", "added", "dropped"]
        columns += ["waiting"] if any(choice.awaiting for choice in choices) else []
        start = _LABELS + 0.25
        end = width - MARGIN - _COLUMN * len(columns) - 0.15
        numbers = [choice.included for choice in choices]
        low, high = min(numbers), max(numbers)
        inch = (end - start) / max(high - low, 1)
        return cls(choices[0].included, low, inch, start, end, columns)

    def place(self, number: int) -> float:
        return self.start + (number - self.low) * self.inch

    def column(self, at: int) -> float:
        """Return where a column ends."""
        return self.end + 0.15 + _COLUMN * (at + 1)


def _draw_heads(canvas: Canvas, scale: _Scale) -> None:
    level = MARGIN + 0.08
    for at, name in enumerate(scale.columns):
        x = scale.column(at)
        _write_head(canvas, x - 0.04, level, name, at="end")
        if name in _COLOURS:
            canvas.bar(x - 0.29, MARGIN + 0.17, 0.25, 0.025, _COLOURS[name])
    _write_head(canvas, (scale.start + scale.end) / 2, level, "works_included", at="center")


def _write_head(canvas: Canvas, x: float, y: float, key: str, at: Any) -> None:
    text = _say(key, canvas.lang)
    canvas.text(x, y, text, at=at, colour=style.MUTED, size=style.SIZE["least"])


def _draw_row(
    canvas: Canvas, scale: _Scale, choice: _Choice, y: float, *, is_baseline: bool
) -> None:
    """Draw a choice with its label and numbers."""
    weight: Any = "bold" if is_baseline else "normal"
    canvas.text(MARGIN + 0.04, y, choice.label, width=_LABELS, weight=weight)
    _draw_choice(canvas, choice, scale, y, is_baseline=is_baseline)
    cells = [choice.included, choice.added, choice.dropped, choice.awaiting]
    for at, number in enumerate(cells[: len(scale.columns)]):
        if at and not number:
            continue  # nothing added or dropped: an empty cell reads faster than a 0
        x = scale.column(at) - 0.04
        canvas.text(x, y, number, at="end", weight="normal" if at else "bold")


def _draw_choice(
    canvas: Canvas, choice: _Choice, scale: _Scale, y: float, *, is_baseline: bool
) -> None:
    """Draw the dot, and the way to it: down by what is dropped, then up by what is added."""
    here, place = scale.place(scale.baseline), scale.place(choice.included)
    lowest = scale.place(scale.baseline - choice.dropped)
    if choice.dropped:
        at = y + (0.03 if choice.added else 0)
        canvas.line([(here, at), (lowest, at)], colour=_COLOURS["dropped"], width=2.2)
    if choice.added:
        at = y - (0.03 if choice.dropped else 0)
        canvas.line([(lowest, at), (place, at)], colour=_COLOURS["added"], width=2.2)
    face = _BLUE if is_baseline else style.INK
    canvas.dot(place, y, 0.055 if is_baseline else 0.045, face)
