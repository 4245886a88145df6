"""The specification curve: all combinations of choices by what they include, and what they choose.

After Simonsohn, Simmons & Nelson (2020), doi 10.1038/s41562-020-0912-z. Combinations that include
as many works stand as one step, as wide as they are many, so that the picture does not depend on
any order among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

from slr.report import firm, style, words
from slr.report.canvas import MARGIN, Canvas, Rect
from slr.report.grid import Both
from slr.report.rows import Data, records

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_LABELS, _NUMBERS = 2.75, 0.45
_TALL, _ROW = 1.75, 0.165
_BLUE = style.COLOUR["blue"]
_SHADES = 8
"""Steps from white to the darkest: twice as often as in all universes, or more."""


def pictures(
    data: Data, expected: Mapping[str, int], notes: Sequence[Both], *, rebuilt: bool
) -> list[style.Picture]:
    """Return the picture `specification_curve`; where the config names no choices, it says so.

    Parameters
    ----------
    data
        The tables `screen/axes`, `universes`, `firmness` and `grid`.
    expected
        What the paper states.
    notes
        What stand-ins do not tell.
    rebuilt
        Whether the review is a reconstruction, which the caption then says.
    """
    if data["screen/axes"].empty:
        none = words.load("tables").both("none_axes")
        return [style.Picture("specification_curve", none, none, none, partial(_draw_none, none))]
    told = firm.count(data, expected)
    say = words.load("firm")
    steps = _steps(data["screen/universes"])
    captions, alts = {}, {}
    for lang in style.LANGS:
        no_word = [note[lang] for note in notes]
        hands = [say.say("hands", lang), *no_word]
        if rebuilt:
            hands.append(words.load("charts").say("rebuilt", lang))
        [out, moved, _] = firm.sentences(data, expected, lang)
        captions[lang] = " ".join([say.say("caption_read", lang), *out[1:3], *hands])
        listing = words.SEMICOLON[lang].join(
            say.say("alt_count", lang, included=step.included, universes=step.universes)
            for step in steps
        )
        alts[lang] = " ".join([say.say("alt_curve", lang, listing=listing), *out, *moved, *no_word])
    title = say.both("title_curve", universes=told.tried)
    draw = partial(draw_curve, steps, _choices(data["screen/axes"]), told)
    return [style.Picture("specification_curve", title, captions, alts, draw)]


@dataclass(frozen=True)
class Step:
    """The universes that include as many works, and how many of them make each choice."""

    included: int
    universes: int
    made: Mapping[str, int]


@dataclass(frozen=True)
class Choice:
    """A choice that is not the review's: ``axis=choice``, its words, and what it gives alone."""

    name: str
    axis: Mapping[str, str]
    label: Mapping[str, str]
    universes: int
    alone: int


def _steps(universes: pd.DataFrame) -> list[Step]:
    """Return the universes by number of works included, fewest first."""
    chosen = universes[["included", "choices"]].dropna()
    chosen = chosen.assign(choices=chosen["choices"].str.split()).explode("choices")
    made = chosen.groupby(["included", "choices"]).size()
    steps = []
    for included, number in universes["included"].value_counts().sort_index().items():
        there = made.loc[included].to_dict() if included in made.index.levels[0] else {}
        steps.append(Step(int(included), int(number), there))
    return steps


def _choices(axes: pd.DataFrame) -> list[Choice]:
    return [
        Choice(
            f"{row['axis']}={row['choice']}",
            {"en": row["axis_label"], "fa": row["axis_label_fa"]},
            {"en": row["label"], "fa": row["label_fa"]},
            row["universes"],
            row["alone"],
        )
        for row in records(axes)
        if row["choice"] != "baseline"
    ]


@dataclass(frozen=True)
class _Frame:
    """Where the universes and the counts stand, in inches."""

    left: float
    right: float
    top: float
    bottom: float
    universes: int
    most: int

    def x(self, universes: int) -> float:
        return self.left + (self.right - self.left) * universes / self.universes

    def y(self, included: int) -> float:
        return self.bottom - (self.bottom - self.top) * included / self.most


def draw_curve(
    steps: Sequence[Step], choices: Sequence[Choice], told: firm.Firm, lang: str
) -> Figure:
    """Draw the counts as steps, the number to be found among them, and the choices below."""
    with style.use(lang):
        canvas = Canvas(style.DOUBLE, lang)
        top = MARGIN + 0.3
        frame = _Frame(
            _LABELS + 0.15,
            canvas.width - MARGIN - _NUMBERS,
            top,
            top + _TALL,
            sum(step.universes for step in steps),
            _round_up(max(*(step.included for step in steps), told.count)),
        )
        _draw_scale(canvas, frame)
        _draw_steps(canvas, frame, steps, told)
        _mark(canvas, frame, steps, told)
        y = _draw_strips(canvas, frame, steps, choices, frame.bottom + 0.42)
        y = canvas.note(y + 0.06, words.load("firm").say("key", lang))
        return canvas.finish(y + MARGIN)


def _draw_none(none: Mapping[str, str], lang: str) -> Figure:
    """Draw nothing but why there is nothing to draw."""
    with style.use(lang):
        canvas = Canvas(style.DOUBLE, lang)
        return canvas.finish(canvas.note(MARGIN, none[lang]) + MARGIN)


def _round_up(number: int) -> int:
    return max(10, -(-number // 10) * 10)


def _draw_scale(canvas: Canvas, frame: _Frame) -> None:
    say = words.load("firm").say
    size = style.SIZE["least"]
    canvas.text(
        frame.left, MARGIN + 0.08, say("works_included", canvas.lang), colour=style.MUTED, size=size
    )
    every = 10 if frame.most <= 60 else 20 if frame.most <= 120 else _round_up(frame.most // 5)
    for number in range(0, frame.most + 1, every):
        y = frame.y(number)
        canvas.line([(frame.left, y), (frame.right, y)], colour=style.GREY, width=0.5, zorder=0.1)
        canvas.text(frame.left - 0.06, y, number, at="end", colour=style.MUTED, size=size)
    middle = (frame.left + frame.right) / 2
    below = say("sorted", canvas.lang, universes=frame.universes)
    canvas.text(middle, frame.bottom + 0.12, below, at="center", colour=style.MUTED, size=size)


def _draw_steps(canvas: Canvas, frame: _Frame, steps: Sequence[Step], told: firm.Firm) -> None:
    """Draw one bar a number of works; that which is looked for has a colour of its own."""
    others = []
    for step, x, wide in _placed(frame, steps):
        y = frame.y(step.included)
        if step.included == told.count:
            canvas.bar(x, y, wide, frame.bottom - y, _BLUE)
        else:
            others.append((x, y, wide, frame.bottom - y))
    canvas.bars(others, style.tint(style.LINE, 0.45))


def _placed(frame: _Frame, steps: Sequence[Step]) -> Iterator[tuple[Step, float, float]]:
    """Yield each step with its place and width."""
    before = 0
    for step in steps:
        x = frame.x(before)
        before += step.universes
        yield step, x, frame.x(before) - x


def _mark(canvas: Canvas, frame: _Frame, steps: Sequence[Step], told: firm.Firm) -> None:
    """Say above the steps how often the number that is looked for comes out, and point to it."""
    key = "mark_expected" if told.stated else "mark_baseline"
    text = words.load("firm").say(
        key, canvas.lang, count=told.count, times=told.times, share=told.share, lists=told.lists
    )
    below = sum(step.universes for step in steps if step.included < told.count)
    centre = frame.x(below) + (frame.x(told.times) - frame.left) / 2
    wide = canvas.wide(text, weight="bold")
    start = min(max(centre - wide / 2, frame.left + 0.05), frame.right - wide)
    y, level = frame.top + 0.2, frame.y(told.count)
    canvas.text(start, y, text, colour=_BLUE, weight="bold")
    canvas.line([(centre, y + 0.12), (centre, level)], colour=_BLUE, width=0.9)
    canvas.line([(frame.left, level), (centre, level)], colour=_BLUE, width=0.9, dashed=True)


def _draw_strips(
    canvas: Canvas, frame: _Frame, steps: Sequence[Step], choices: Sequence[Choice], y: float
) -> float:
    """Draw for each choice where it is made; return where the last strip ends."""
    say = words.load("firm").say
    size = style.SIZE["least"]
    canvas.text(MARGIN, y, say("strip", canvas.lang), weight="bold", size=size)
    canvas.text(
        canvas.width - MARGIN, y, say("alone", canvas.lang), at="end", colour=style.MUTED, size=size
    )
    y += 0.12
    axis: Mapping[str, str] | None = None
    for choice in choices:
        if choice.axis != axis:
            axis = choice.axis
            y += 0.05
            canvas.line([(MARGIN, y), (canvas.width - MARGIN, y)], colour=style.GREY, width=0.5)
            heading = f"{axis[canvas.lang]}:"
            tall = canvas.tall(heading, _LABELS, size, "bold")
            canvas.text(
                MARGIN, y + 0.03, heading, va="top", size=size, width=_LABELS, weight="bold"
            )
            y += tall + 0.03
        y = _draw_strip(canvas, frame, steps, choice, y)
    return y


def _draw_strip(
    canvas: Canvas, frame: _Frame, steps: Sequence[Step], choice: Choice, y: float
) -> float:
    size = style.SIZE["least"]
    label = choice.label[canvas.lang]
    tall = max(canvas.tall(label, _LABELS - 0.1, size), _ROW)
    middle = y + tall / 2
    canvas.text(MARGIN + 0.1, middle, label, size=size, width=_LABELS - 0.1)
    usual = choice.universes / frame.universes
    shades: dict[int, list[Rect]] = {}
    for step, x, wide in _placed(frame, steps):
        if made := step.made.get(choice.name, 0):
            shade = ceil(_SHADES * min(1.0, made / step.universes / usual / 2))
            shades.setdefault(shade, []).append((x, middle - 0.055, wide, 0.11))
    for shade, places in sorted(shades.items()):
        canvas.bars(places, style.tint(style.INK, shade / _SHADES))
    canvas.text(canvas.width - MARGIN, middle, choice.alone, at="end", size=size)
    return y + tall
