"""The PRISMA 2020 flow (Page et al. 2021, doi 10.1136/bmj.n71), and where the rest went.

Every count comes from flow.json. A box whose count the review does not have is dashed and says
"not reported": it is never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from slr.paths import CHASED
from slr.report import style, words
from slr.report.canvas import MARGIN, Canvas
from slr.report.flow import differs, is_retrieval, set_aside
from slr.report.layout import Box, Look, Para, Sheet, head, height
from slr.stages import TITLE_ABSTRACT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Flow = Mapping[str, Any]

_BLUE, _ORANGE = style.COLOUR["blue"], style.COLOUR["orange"]
_BAND = 0.27  # width of the names of the phases
_LEFT, _WIDE = 0.42, 2.9  # of the boxes that records pass
_GAP = 0.34  # between columns
_ROW = 0.17  # between rows
_INSET = 0.07  # of what is not reported, within its box
_ASIDE = Look(style.LINE, 0.06)
_UNREPORTED = Look(style.LINE, 0.0, dashed=True)


def pictures(flow: Flow, criteria: Mapping[str, Any]) -> list[style.Picture]:
    """Return the pictures `prisma` and `attrition`.

    Parameters
    ----------
    flow : mapping
        The content of flow.json.
    criteria : mapping
        `screen.criteria` of the config.
    """
    flow = {**flow, "names": {name: one.get("name") for name, one in criteria.items()}}
    return [
        style.Picture(
            name,
            {lang: _say(f"title_{name}", lang, **_counts(flow)) for lang in style.LANGS},
            {lang: _caption(name, flow, lang) for lang in style.LANGS},
            {lang: _alt(name, flow, criteria, lang) for lang in style.LANGS},
            partial(draw, flow, criteria),
            has_note=name == "prisma" and bool(_stated(flow, "note_reconstruction", "en")),
        )
        for name, draw in (("prisma", draw_prisma), ("attrition", draw_attrition))
    ]


def name_of(criterion: str, flow: Flow, lang: str) -> str:
    """Return the name of a criterion; its id where it has none."""
    name = flow.get("names", {}).get(criterion)
    return name[lang] if name else criterion.replace("_", " ")


def _say(key: str, lang: str, /, **fields: str | int) -> str:
    return words.load("prisma").say(key, lang, **fields)


def _is_voted(flow: Flow) -> bool:
    """Tell whether people vote on works in this review."""
    return "votes" in flow["included_by"]


def _is_about_identification(flow: Flow) -> bool:
    """Tell whether works are not retrieved only because no one could tell which they are."""
    return [name for name, count in flow["not_retrieved_by"].items() if count] == ["identified"]


def _counts(flow: Flow) -> dict[str, int]:
    """Return the counts that captions name."""
    return {
        "identified": flow["identified"],
        "duplicates": flow["duplicates_removed"],
        "screened": flow["screened"],
        "set_aside": flow["not_retrieved"] + sum(flow["excluded"].values()),
        "included": flow["included"],
        "gone": flow["identified"] - flow["included"],
        **flow["included_by"],
    }


def _caption(name: str, flow: Flow, lang: str) -> str:
    key = f"caption_{name}_votes" if name == "prisma" and _is_voted(flow) else f"caption_{name}"
    told = [_say(key, lang, **_counts(flow))]
    if flow["awaiting"]:
        told.append(_say("caption_awaiting", lang, count=flow["awaiting"]))
    if name == "prisma" and "assessed" in flow and flow["awaiting"]:
        told.append(_say("caption_assessed", lang))
    if name == "prisma":
        told.append(_say("caption_not_reported", lang))
    if _is_about_identification(flow):
        told.append(_say("caption_retrieval", lang))
    if flow["stand_in"]:
        told.append(_say("stand_in_note", lang))
    if name == "prisma":
        for criterion, gaps in flow["gaps_decided"].items():
            if count := sum(gaps.values()):
                told.append(
                    _say("gap", lang, count=count, criterion=name_of(criterion, flow, lang))
                )
    return " ".join(told + _stated(flow, "reconstruction", lang))


def _stated(flow: Flow, key: str, lang: str) -> list[str]:
    """Say what the paper states, where there is a paper, and whether this run differs."""
    stated = flow["expected"]
    if not {"identified", "included"} <= set(stated):
        return []
    told = [_say(key, lang, **{k: stated[k] for k in ("identified", "included")})]
    if differs(dict(flow)):
        told.append(_say("differs", lang, identified=flow["identified"], included=flow["included"]))
    return told


# ---- the flow


@dataclass(frozen=True)
class _Part:
    """A box: what it says, what it would say if the review reported it, and a box within it."""

    paras: Sequence[Para]
    missing: Sequence[str] = ()
    look: Look = _ASIDE
    within: Sequence[Para] = ()

    def height(self, width: float, lang: str) -> float:
        inner = (height(paras, width - 2 * _INSET, lang) + _INSET for paras, _ in self._nested())
        return height(self.paras, width, lang) + sum(inner)

    def draw(self, sheet: Sheet, place: Box) -> Box:
        nested = self._nested()
        look = Look(self.look.colour, self.look.fill, self.look.dashed, bool(nested))
        if not nested:
            return sheet.card(place, self.paras, look, va="center")
        box = sheet.card(Box(place.x, place.y, place.w, place.h), self.paras, look)
        bottom = box.bottom
        for paras, own in reversed(nested):
            inner = place.w - 2 * _INSET
            tall = height(paras, inner, sheet.lang)
            bottom -= tall + _INSET
            sheet.card(Box(place.x + _INSET, bottom, inner, tall), paras, own)
        return box

    def _nested(self) -> list[tuple[Sequence[Para], Look]]:
        boxes: list[tuple[Sequence[Para], Look]] = []
        if self.within:
            boxes.append((self.within, self.look))
        if self.missing:
            small = style.SIZE["least"]
            told = [Para(text, small, colour=style.MUTED) for text in self.missing]
            boxes.append((told, _UNREPORTED))
        return boxes


def draw_prisma(flow: Flow, criteria: Mapping[str, Any], lang: str) -> Figure:
    """Draw the flow in the boxes of PRISMA 2020: what passes, and beside it what is set aside."""
    sheet = Sheet(style.DOUBLE, lang)
    right = _LEFT + _WIDE + _GAP
    beside_wide = style.DOUBLE - right - MARGIN
    y, previous, edges = MARGIN, None, []
    for main, beside in _rows(flow, criteria, lang):
        own = main.height(_WIDE, lang)
        short = beside.height(beside_wide, lang) if beside else 0.0
        tall = max(own, short)
        own = tall if own > 0.7 * tall else own  # nearly as high as its neighbour: make it so
        box = main.draw(sheet, Box(_LEFT, y + (tall - own) / 2, _WIDE, own))
        if previous:
            sheet.arrow((box.centre, previous.bottom), (box.centre, box.y))
        if beside:
            place = beside.draw(sheet, Box(right, y + (tall - short) / 2, beside_wide, short))
            sheet.arrow((box.far, place.middle), (right, place.middle), dashed=beside.look.dashed)
        edges.append((y, y + tall))
        previous, y = box, y + tall + _ROW
    if flow["awaiting"]:
        _draw_awaiting(sheet, flow, edges[-2][1], edges[-1][0], right, beside_wide)
    bands = [("band_identification", 0, 0), ("band_screening", 1, 3), ("band_included", 4, 4)]
    places = [Box(MARGIN, edges[a][0], _BAND, edges[b][1] - edges[a][0]) for _, a, b in bands]
    for place in places:
        sheet.card(place, (), Look(_BLUE, 0.22, frame=True))
    _write_note(sheet, y - _ROW + 0.06, flow, lang)
    fig = sheet.draw()
    with style.use(lang):
        for (key, _, _), place in zip(bands, places, strict=True):
            style.put(
                fig.axes[0],
                style.mirror(place.centre, style.DOUBLE, lang),
                place.middle,
                _say(key, lang),
                lang,
                at="center",
                weight="bold",
                rotation=90,
                rotation_mode="anchor",
            ).set_label("band")
    return fig


def _write_note(sheet: Sheet, y: float, flow: Flow, lang: str) -> None:
    told = _stated(flow, "note_reconstruction", lang)
    if told:
        place = Box(_LEFT, y, style.DOUBLE - _LEFT - MARGIN, 0)
        sheet.card(
            place,
            [Para(" ".join(told), style.SIZE["least"], colour=style.MUTED)],
            Look(style.PAPER, 0.0),
        )


def _rows(flow: Flow, criteria: Mapping[str, Any], lang: str) -> list[tuple[_Part, _Part | None]]:
    """Return each box that records pass, with the box beside it."""
    passed = Look(_BLUE, 0.08)
    early = _excluded_early(flow, criteria, lang)
    sought = _whole("sought", flow.get("sought"), passed, lang)
    return [
        (_identified(flow, passed, lang), _removed(flow, lang)),
        (_Part([_n("screened", flow["screened"], lang)], look=passed), early),
        (sought, _not_retrieved(flow, lang)),
        (_assessed(flow, criteria, passed, lang), _excluded(flow, criteria, lang)),
        (_included(flow, lang), None),
    ]


def _n(key: str, count: int, lang: str) -> Para:
    return head(_say("count", lang, name=_say(key, lang), count=count))


def _item(text: str, before: float = 0.02) -> Para:
    return Para(text, bullet=True, before=before)


def _whole(key: str, count: int | None, look: Look, lang: str) -> _Part:
    """Return a box of one count, or the dashed box that says that it is not reported."""
    if count is not None:
        return _Part([_n(key, count, lang)], look=look)
    text = _say("not_reported", lang, name=_say(key, lang))
    return _Part([Para(text, colour=style.MUTED)], look=_UNREPORTED)


def _unreported(keys: Sequence[str], flow: Flow, lang: str) -> list[str]:
    """Name, for each key of flow.json that this review lacks, what is not reported."""
    return [_say("not_reported", lang, name=_say(key, lang)) for key in keys if key not in flow]


def _identified(flow: Flow, look: Look, lang: str) -> _Part:
    paras = [_n("identified", flow["identified"], lang)]
    others = flow.get("other_methods", {})
    found = {name: count for name, count in flow["sources"].items() if name != CHASED}
    if len(flow["sources"]) > 1:
        paras += [
            _item(_say("from_source", lang, name=name, count=count))
            for name, count in found.items()
        ]
    within = [Para(_say("other_methods", lang))] if others else []
    within += [
        _item(_say("count", lang, name=_say(name, lang), count=count))
        for name, count in others.items()
    ]
    return _Part(paras, _unreported(["databases", "registers"], flow, lang), look, within)


def _removed(flow: Flow, lang: str) -> _Part:
    paras = [head(_say("removed", lang))]
    known = {"duplicates": flow["duplicates_removed"], "automation": flow.get("removed_automation")}
    paras += [
        _item(_say("count", lang, name=_say(key, lang), count=count))
        for key, count in known.items()
        if count is not None
    ]
    if flow.get("unreadable"):
        name = _say("unreadable", lang)
        paras.append(_item(_say("count", lang, name=name, count=flow["unreadable"])))
    keys = ["other_reasons"] if known["automation"] is not None else ["automation", "other_reasons"]
    return _Part(paras, _unreported(keys, flow, lang), _ASIDE)


def _not_retrieved(flow: Flow, lang: str) -> _Part:
    paras = [_n("not_retrieved", flow["not_retrieved"], lang)]
    by = flow["not_retrieved_by"]
    if len(by) > 1:
        paras += [_item(_say("count", lang, name=name_of(n, flow, lang), count=by[n])) for n in by]
    elif _is_about_identification(flow):
        paras.append(Para(_say("not_retrieved_identified", lang)))
    return _Part(paras, look=_ASIDE)


def _assessed(flow: Flow, criteria: Mapping[str, Any], look: Look, lang: str) -> _Part:
    part = _whole("assessed", flow.get("assessed"), look, lang)
    if "assessed" in flow:
        return part
    asks_first = [is_retrieval(criteria[name]) for name in criteria]
    if not any(asks_first) or asks_first != sorted(asks_first, reverse=True):
        return part  # works are set aside before some are not retrieved: no one count fits here
    left = list(flow["remaining"].values())[sum(asks_first) - 1]
    return _Part([*part.paras, Para(_say("left_here", lang, count=left))], look=part.look)


def _early(flow: Flow, criteria: Mapping[str, Any]) -> list[str]:
    """Return the criteria at which a work is excluded before its full text is sought."""
    if "excluded_early" not in flow:
        return []
    order = list(criteria)
    return order[: order.index(TITLE_ABSTRACT) + 1]


def _excluded_early(flow: Flow, criteria: Mapping[str, Any], lang: str) -> _Part:
    early = _early(flow, criteria)
    if not early:
        return _whole("excluded_early", None, _ASIDE, lang)
    key = "excluded_early" if len(early) == 1 else "records_excluded"
    paras = [_n(key, flow["excluded_early"], lang)]
    if len(early) > 1 or set(flow["excluded_for"][TITLE_ABSTRACT]) - {""}:
        paras += [_item(text) for name in early for text in _reasons(flow, name, criteria, lang)]
    return _Part(paras, look=_ASIDE)


def _excluded(flow: Flow, criteria: Mapping[str, Any], lang: str) -> _Part:
    late = [name for name in flow["excluded"] if name not in _early(flow, criteria)]
    paras = [_n("excluded", sum(flow["excluded"][name] for name in late), lang)]
    paras += [_item(text) for name in late for text in _reasons(flow, name, criteria, lang)]
    if flow["stand_in"]:
        note = _say("stand_in_note", lang)
        paras.append(Para(note, style.SIZE["least"], colour=style.MUTED, before=0.04))
    return _Part(paras, look=_ASIDE)


def _reasons(flow: Flow, criterion: str, criteria: Mapping[str, Any], lang: str) -> list[str]:
    """Name a criterion with its count; where people vote, by the reasons that they name."""
    named = flow.get("excluded_for", {}).get(criterion, {})
    if not set(named) - {""}:
        return [_reason(flow, criterion, lang)]
    stage = name_of(criterion, flow, lang)
    told = []
    for reason in sorted(named, key=lambda one: (-named[one], one)):
        words_of = criteria[criterion]["reasons"].get(reason, {})
        label = _say("no_reason", lang)
        if reason:
            label = (flow.get("names", {}).get(reason) or words_of)[lang]
        name = _say("named_reason", lang, stage=stage, reason=label)
        told.append(_say("count", lang, name=name, count=named[reason]))
    return told


def _reason(flow: Flow, criterion: str, lang: str) -> str:
    """Name a criterion with its count; a stand-in is called one."""
    count, replaced = flow["excluded"][criterion], flow["stand_in"].get(criterion)
    name = name_of(criterion, flow, lang)
    if replaced is not None and 0 < replaced < count:
        return _say("stand_in_some", lang, name=name, count=count, some=replaced)
    if replaced is not None:
        name = _say("stand_in", lang, name=name)
    return _say("count", lang, name=name, count=count)


def _included(flow: Flow, lang: str) -> _Part:
    paras = [_n("included", flow["included"], lang)]
    paras += [
        _item(_say("count", lang, name=_say(f"by_{basis}", lang), count=count))
        for basis, count in flow["included_by"].items()
    ]
    known = [key for key in ("studies", "reports") if key in flow]
    paras += [_item(_say("count", lang, name=_say(key, lang), count=flow[key])) for key in known]
    missing = [] if known else [_say("not_reported", lang, name=_say("studies_apart", lang))]
    return _Part(paras, missing, Look(_BLUE, 0.22))


def _draw_awaiting(
    sheet: Sheet, flow: Flow, above: float, top: float, x: float, width: float
) -> None:
    """Draw what waits beside what is included; it branches off before that."""
    place = Box(x, top + 0.14, width, 0.0)
    branch, middle = _LEFT + _WIDE / 2, (above + top) / 2
    sheet.card(place, _awaiting(flow, sheet.lang), Look(_ORANGE, 0.14))
    sheet.arrow((branch, middle), (place.centre, middle), (place.centre, place.y))


def _awaiting(flow: Flow, lang: str) -> list[Para]:
    """Say how many wait; where people vote, at which stage too, so that each box adds up."""
    if not _is_voted(flow):
        return [_n("awaiting", flow["awaiting"], lang)]
    at = {name: count for name, count in flow["awaiting_at"].items() if count}
    told = [_say("count", lang, name=name_of(name, flow, lang), count=at[name]) for name in at]
    return [_n("awaiting_votes", flow["awaiting"], lang), *map(_item, told)]


def _alt(name: str, flow: Flow, criteria: Mapping[str, Any], lang: str) -> str:
    """Say everything that stands in the drawing."""
    if name == "attrition":
        steps = _steps(flow, criteria, lang)
        texts = [_say("count", lang, name=step.name, count=step.count) for step in steps]
    else:
        parts = [part for row in _rows(flow, criteria, lang) for part in row if part]
        texts = [text for part in parts for text in (*(p.text for p in part.paras), *part.missing)]
        if flow["awaiting"]:
            texts += [para.text for para in _awaiting(flow, lang)]
    return " ".join(text if text.endswith(".") else f"{text}." for text in texts)


# ---- where the rest went


@dataclass(frozen=True)
class _Step:
    name: str
    count: int
    left: int
    colour: str
    hatched: bool = False
    is_set_aside: bool = True


def _steps(flow: Flow, criteria: Mapping[str, Any], lang: str) -> list[_Step]:
    """Return what went, in the order in which it went, with what was left."""
    left = flow["identified"] - flow["duplicates_removed"]
    steps = [
        _Step(_say("duplicates", lang), flow["duplicates_removed"], left, style.LINE, False, False)
    ]
    for name in criteria:
        count = set_aside(flow, name)
        left -= count
        if name in flow["excluded"]:
            hatched = bool(flow["stand_in"].get(name))
            label = name_of(name, flow, lang)
            label = _say("stand_in", lang, name=label) if name in flow["stand_in"] else label
            steps.append(_Step(label, count, left, _ORANGE, hatched))
        else:
            label = _not_retrieved_at(name, flow, lang)
            steps.append(_Step(label, count, left, style.LINE))
    if flow["awaiting"]:
        left -= flow["awaiting"]
        yellow = style.COLOUR["yellow"]
        steps.append(_Step(_say("awaiting", lang), flow["awaiting"], left, yellow, False, False))
    return steps


def _not_retrieved_at(criterion: str, flow: Flow, lang: str) -> str:
    """Name the works that a criterion leaves unretrieved; by the criterion where several do."""
    if criterion == "identified":
        return _say("not_identified", lang)
    if len(flow["not_retrieved_by"]) > 1:
        return _say("not_retrieved_at", lang, name=name_of(criterion, flow, lang))
    return _say("not_retrieved", lang)


_START, _PITCH, _THICK = 1.85, 0.3, 0.2  # of the bars: where they start, how far apart, how high


def draw_attrition(flow: Flow, criteria: Mapping[str, Any], lang: str) -> Figure:
    """Draw a waterfall from the records identified to the works included."""
    with style.use(lang):
        canvas = Canvas(style.DOUBLE, lang)
        end = style.DOUBLE - 1.55
        scale = (end - _START) / max(flow["identified"], 1)
        _write_label(canvas, 0, _say("identified", lang), "bold")
        whole = flow["identified"] * scale
        canvas.bar(_START, _level(0), whole, _THICK, style.tint(_BLUE, 0.35))
        _number(canvas, _START + whole, _level(0) + _THICK / 2, flow["identified"])
        steps = _steps(flow, criteria, lang)
        for row, step in enumerate(steps, 1):
            # Where works wait, those that are left would count them too.
            _draw_step(canvas, row, step, scale, tell_left=not flow["awaiting"])
        row = len(steps) + 1
        _write_label(canvas, row, _say("included", lang), "bold")
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
        told = _say("left", canvas.lang, count=step.left)
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
    split = _say("split_votes" if _is_voted(flow) else "split", canvas.lang, **flow["included_by"])
    beyond = x + 0.18 + canvas.wide(str(flow["included"]), weight="bold")
    if beyond + canvas.wide(split) <= canvas.width - MARGIN:
        canvas.text(beyond, y + thick / 2, split, colour=style.MUTED)
    else:
        canvas.text(start + 0.08, y + thick / 2, split, colour=style.PAPER)


def _draw_bracket(canvas: Canvas, x: float, top: float, bottom: float, flow: Flow) -> None:
    count = _counts(flow)["set_aside"]
    canvas.line([(x - 0.06, top), (x, top), (x, bottom), (x - 0.06, bottom)])
    text = _say("bracket", canvas.lang, count=count)
    room = canvas.width - x - 0.08 - MARGIN
    canvas.text(x + 0.08, (top + bottom) / 2, text, weight="bold", width=room)
