"""Where the rest went: a waterfall from the records identified to the works included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slr.report import style
from slr.report.canvas import MARGIN, Canvas
from slr.report.flow import set_aside
from slr.report.flow_words import Criteria, Flow, counts, is_voted, name_of, say
from slr.report.flow_words import picture as flow_picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BLUE, _ORANGE = style.COLOUR["blue"], style.COLOUR["orange"]
_START, _PITCH, _THICK = 1.85, 0.3, 0.2  # of the bars: where they start, how far apart, how high


def picture(flow: Flow, criteria: Criteria) -> style.Picture:
    """Return the picture `attrition`; the parameters are those of `flow_words.picture`."""
    return flow_picture("attrition", flow, criteria, _draw, _told)


def _told(flow: Flow, criteria: Criteria, lang: str) -> list[str]:
    steps = _steps(flow, criteria, lang)
    return [say("count", lang, name=step.name, count=step.count) for step in steps]


@dataclass(frozen=True)
class _Step:
    name: str
    count: int
    left: int
    colour: str
    hatched: bool = False
    is_set_aside: bool = True


def _steps(flow: Flow, criteria: Criteria, lang: str) -> list[_Step]:
    """Return what went, in the order in which it went, with what was left."""
    left = flow["identified"] - flow["duplicates_removed"]
    steps = [
        _Step(say("duplicates", lang), flow["duplicates_removed"], left, style.LINE, False, False)
    ]
    for name in criteria:
        count = set_aside(flow, name)
        left -= count
        if name in flow["excluded"]:
            hatched = bool(flow["stand_in"].get(name))
            label = name_of(name, flow, lang)
            label = say("stand_in", lang, name=label) if name in flow["stand_in"] else label
            steps.append(_Step(label, count, left, _ORANGE, hatched))
        else:
            label = _not_retrieved_at(name, flow, lang)
            steps.append(_Step(label, count, left, style.LINE))
    if flow["awaiting"]:
        left -= flow["awaiting"]
        yellow = style.COLOUR["yellow"]
        steps.append(_Step(say("awaiting", lang), flow["awaiting"], left, yellow, False, False))
    return steps


def _not_retrieved_at(criterion: str, flow: Flow, lang: str) -> str:
    """Name the works that a criterion leaves unretrieved; by the criterion where several do."""
    if criterion == "identified":
        return say("not_identified", lang)
    if len(flow["not_retrieved_by"]) > 1:
        return say("not_retrieved_at", lang, name=name_of(criterion, flow, lang))
    return say("not_retrieved", lang)


def _draw(flow: Flow, criteria: Criteria, lang: str) -> Figure:
    """Draw a waterfall from the records identified to the works included."""
    with style.use(lang):
        canvas = Canvas(style.DOUBLE, lang)
        end = style.DOUBLE - 1.55
        scale = (end - _START) / max(flow["identified"], 1)
        _write_label(canvas, 0, say("identified", lang), "bold")
        whole = flow["identified"] * scale
        canvas.bar(_START, _level(0), whole, _THICK, style.tint(_BLUE, 0.35))
        _number(canvas, _START + whole, _level(0) + _THICK / 2, flow["identified"])
        steps = _steps(flow, criteria, lang)
        for row, step in enumerate(steps, 1):
            # Where works wait, those that are left would count them too.
            _draw_step(canvas, row, step, scale, tell_left=not flow["awaiting"])
        row = len(steps) + 1
        _write_label(canvas, row, say("included", lang), "bold")
        _draw_included(canvas, flow, _START, _level(row), scale, _THICK)
        _join_above(canvas, row, _START + steps[-1].left * scale)
        aside = [at for at, step in enumerate(steps, 1) if step.is_set_aside]
        if aside:
            top, bottom = _level(aside[0]), _level(aside[-1]) + _THICK
            _draw_bracket(canvas, end + 0.42, top, bottom, flow)
        return canvas.finish(_level(row) + _THICK + MARGIN)


def _level(row: int) -> float:
    return MARGIN + _PITCH * row


def _write_label(canvas: Canvas, row: int, label: str, weight: Any = "normal") -> None:
    room = _START - MARGIN - 0.1
    canvas.text(MARGIN, _level(row) + _THICK / 2, label, weight=weight, width=room)


def _join_above(canvas: Canvas, row: int, x: float) -> None:
    """Draw a line from the bar above down to the top of a row."""
    canvas.line([(x, _level(row) - _PITCH + _THICK), (x, _level(row))])


def _draw_step(canvas: Canvas, row: int, step: _Step, scale: float, *, tell_left: bool) -> None:
    """Draw what went at a step as a bar that ends where the one above begins."""
    _write_label(canvas, row, step.name)
    x, wide = _START + step.left * scale, step.count * scale
    hatch = "////" if step.hatched else None
    face = style.tint(step.colour, 0.45 if step.hatched else 0.75)
    edge = step.colour if step.hatched else None
    canvas.bar(x, _level(row), wide, _THICK, face, edge=edge, hatch=hatch)
    _join_above(canvas, row, x + wide)
    middle = _level(row) + _THICK / 2
    _number(canvas, x + wide, middle, step.count)
    if step.left and tell_left:
        told = say("left", canvas.lang, count=step.left)
        least = style.SIZE["least"]
        canvas.text(x - 0.05, middle, told, at="end", size=least, colour=style.MUTED)


def _number(canvas: Canvas, x: float, y: float, count: int) -> None:
    canvas.text(x + 0.06, y, count, weight="bold")


def _draw_included(
    canvas: Canvas, flow: Flow, start: float, y: float, scale: float, thick: float
) -> None:
    """Draw the bar of the included works, those by judgement lighter."""
    x = start
    for basis, count in flow["included_by"].items():
        face = style.tint(_BLUE, 0.55) if basis == "judgement" else _BLUE
        canvas.bar(x, y, count * scale, thick, face)
        x += count * scale
    _number(canvas, x, y + thick / 2, flow["included"])
    split = say("split_votes" if is_voted(flow) else "split", canvas.lang, **flow["included_by"])
    beyond = x + 0.18 + canvas.wide(str(flow["included"]), weight="bold")
    if beyond + canvas.wide(split) <= canvas.width - MARGIN:
        canvas.text(beyond, y + thick / 2, split, colour=style.MUTED)
    else:
        canvas.text(start + 0.08, y + thick / 2, split, colour=style.PAPER)


def _draw_bracket(canvas: Canvas, x: float, top: float, bottom: float, flow: Flow) -> None:
    count = counts(flow)["set_aside"]
    canvas.line([(x - 0.06, top), (x, top), (x, bottom), (x - 0.06, bottom)])
    text = say("bracket", canvas.lang, count=count)
    room = canvas.width - x - 0.08 - MARGIN
    canvas.text(x + 0.08, (top + bottom) / 2, text, weight="bold", width=room)
