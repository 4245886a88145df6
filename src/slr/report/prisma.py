"""The PRISMA 2020 flow (Page et al. 2021, doi 10.1136/bmj.n71).

Every count comes from flow.json. A box whose count the review does not have is dashed and says
"not reported": it is never 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slr.paths import CHASED
from slr.report import style
from slr.report.canvas import MARGIN
from slr.report.flow import is_retrieval
from slr.report.flow_words import (
    Criteria,
    Flow,
    is_about_identification,
    is_voted,
    name_of,
    say,
    stated,
)
from slr.report.flow_words import picture as flow_picture
from slr.report.layout import Box, Look, Para, Sheet, head, height
from slr.stages import TITLE_ABSTRACT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BLUE, _ORANGE = style.COLOUR["blue"], style.COLOUR["orange"]
_BAND = 0.27  # width of the names of the phases
_LEFT, _WIDE = 0.42, 2.9  # of the boxes that records pass
_GAP = 0.34  # between columns
_ROW = 0.17  # between rows
_INSET = 0.07  # of what is not reported, within its box
_ASIDE = Look(style.LINE, 0.06)
_UNREPORTED = Look(style.LINE, 0.0, dashed=True)


def picture(flow: Flow, criteria: Criteria) -> style.Picture:
    """Return the picture `prisma`; the parameters are those of `flow_words.picture`."""
    return flow_picture("prisma", flow, criteria, _draw, _told)


def _told(flow: Flow, criteria: Criteria, lang: str) -> list[str]:
    parts = [part for row in _rows(flow, criteria, lang) for part in row if part]
    texts = [text for part in parts for text in (*(p.text for p in part.paras), *part.missing)]
    if flow["awaiting"]:
        texts += [para.text for para in _awaiting(flow, lang)]
    return texts


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


def _draw(flow: Flow, criteria: Criteria, lang: str) -> Figure:
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
                say(key, lang),
                lang,
                at="center",
                weight="bold",
                rotation=90,
                rotation_mode="anchor",
            ).set_label("band")
    return fig


def _write_note(sheet: Sheet, y: float, flow: Flow, lang: str) -> None:
    told = stated(flow, "note_reconstruction", lang)
    if told:
        place = Box(_LEFT, y, style.DOUBLE - _LEFT - MARGIN, 0)
        sheet.card(
            place,
            [Para(" ".join(told), style.SIZE["least"], colour=style.MUTED)],
            Look(style.PAPER, 0.0),
        )


def _rows(flow: Flow, criteria: Criteria, lang: str) -> list[tuple[_Part, _Part | None]]:
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
    return head(say("count", lang, name=say(key, lang), count=count))


def _item(text: str, before: float = 0.02) -> Para:
    return Para(text, bullet=True, before=before)


def _whole(key: str, count: int | None, look: Look, lang: str) -> _Part:
    """Return a box of one count, or the dashed box that says that it is not reported."""
    if count is not None:
        return _Part([_n(key, count, lang)], look=look)
    text = say("not_reported", lang, name=say(key, lang))
    return _Part([Para(text, colour=style.MUTED)], look=_UNREPORTED)


def _unreported(keys: Sequence[str], flow: Flow, lang: str) -> list[str]:
    """Name, for each key of flow.json that this review lacks, what is not reported."""
    return [say("not_reported", lang, name=say(key, lang)) for key in keys if key not in flow]


def _identified(flow: Flow, look: Look, lang: str) -> _Part:
    paras = [_n("identified", flow["identified"], lang)]
    others = flow.get("other_methods", {})
    found = {name: count for name, count in flow["sources"].items() if name != CHASED}
    if len(flow["sources"]) > 1:
        paras += [
            _item(say("from_source", lang, name=name, count=count)) for name, count in found.items()
        ]
    within = [Para(say("other_methods", lang))] if others else []
    within += [
        _item(say("count", lang, name=say(name, lang), count=count))
        for name, count in others.items()
    ]
    return _Part(paras, _unreported(["databases", "registers"], flow, lang), look, within)


def _removed(flow: Flow, lang: str) -> _Part:
    paras = [head(say("removed", lang))]
    known = {"duplicates": flow["duplicates_removed"], "automation": flow.get("removed_automation")}
    paras += [
        _item(say("count", lang, name=say(key, lang), count=count))
        for key, count in known.items()
        if count is not None
    ]
    if flow.get("unreadable"):
        name = say("unreadable", lang)
        paras.append(_item(say("count", lang, name=name, count=flow["unreadable"])))
    keys = ["other_reasons"] if known["automation"] is not None else ["automation", "other_reasons"]
    return _Part(paras, _unreported(keys, flow, lang), _ASIDE)


def _not_retrieved(flow: Flow, lang: str) -> _Part:
    paras = [_n("not_retrieved", flow["not_retrieved"], lang)]
    by = flow["not_retrieved_by"]
    if len(by) > 1:
        paras += [_item(say("count", lang, name=name_of(n, flow, lang), count=by[n])) for n in by]
    elif is_about_identification(flow):
        paras.append(Para(say("not_retrieved_identified", lang)))
    return _Part(paras, look=_ASIDE)


def _assessed(flow: Flow, criteria: Criteria, look: Look, lang: str) -> _Part:
    part = _whole("assessed", flow.get("assessed"), look, lang)
    if "assessed" in flow:
        return part
    asks_first = [is_retrieval(criteria[name]) for name in criteria]
    if not any(asks_first) or asks_first != sorted(asks_first, reverse=True):
        return part  # works are set aside before some are not retrieved: no one count fits here
    left = list(flow["remaining"].values())[sum(asks_first) - 1]
    return _Part([*part.paras, Para(say("left_here", lang, count=left))], look=part.look)


def _early(flow: Flow, criteria: Criteria) -> list[str]:
    """Return the criteria at which a work is excluded before its full text is sought."""
    if "excluded_early" not in flow:
        return []
    order = list(criteria)
    return order[: order.index(TITLE_ABSTRACT) + 1]


def _excluded_early(flow: Flow, criteria: Criteria, lang: str) -> _Part:
    early = _early(flow, criteria)
    if not early:
        return _whole("excluded_early", None, _ASIDE, lang)
    key = "excluded_early" if len(early) == 1 else "records_excluded"
    paras = [_n(key, flow["excluded_early"], lang)]
    if len(early) > 1 or set(flow["excluded_for"][TITLE_ABSTRACT]) - {""}:
        paras += [_item(text) for name in early for text in _reasons(flow, name, criteria, lang)]
    return _Part(paras, look=_ASIDE)


def _excluded(flow: Flow, criteria: Criteria, lang: str) -> _Part:
    late = [name for name in flow["excluded"] if name not in _early(flow, criteria)]
    paras = [_n("excluded", sum(flow["excluded"][name] for name in late), lang)]
    paras += [_item(text) for name in late for text in _reasons(flow, name, criteria, lang)]
    if flow["stand_in"]:
        note = say("stand_in_note", lang)
        paras.append(Para(note, style.SIZE["least"], colour=style.MUTED, before=0.04))
    return _Part(paras, look=_ASIDE)


def _reasons(flow: Flow, criterion: str, criteria: Criteria, lang: str) -> list[str]:
    """Name a criterion with its count; where people vote, by the reasons that they name."""
    named = flow.get("excluded_for", {}).get(criterion, {})
    if not set(named) - {""}:
        return [_reason(flow, criterion, lang)]
    stage = name_of(criterion, flow, lang)
    told = []
    for reason in sorted(named, key=lambda one: (-named[one], one)):
        words_of = criteria[criterion]["reasons"].get(reason, {})
        label = say("no_reason", lang)
        if reason:
            label = (flow.get("names", {}).get(reason) or words_of)[lang]
        name = say("named_reason", lang, stage=stage, reason=label)
        told.append(say("count", lang, name=name, count=named[reason]))
    return told


def _reason(flow: Flow, criterion: str, lang: str) -> str:
    """Name a criterion with its count; a stand-in is called one."""
    count, replaced = flow["excluded"][criterion], flow["stand_in"].get(criterion)
    name = name_of(criterion, flow, lang)
    if replaced is not None and 0 < replaced < count:
        return say("stand_in_some", lang, name=name, count=count, some=replaced)
    if replaced is not None:
        name = say("stand_in", lang, name=name)
    return say("count", lang, name=name, count=count)


def _included(flow: Flow, lang: str) -> _Part:
    paras = [_n("included", flow["included"], lang)]
    paras += [
        _item(say("count", lang, name=say(f"by_{basis}", lang), count=count))
        for basis, count in flow["included_by"].items()
    ]
    known = [key for key in ("studies", "reports") if key in flow]
    paras += [_item(say("count", lang, name=say(key, lang), count=flow[key])) for key in known]
    missing = [] if known else [say("not_reported", lang, name=say("studies_apart", lang))]
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
    if not is_voted(flow):
        return [_n("awaiting", flow["awaiting"], lang)]
    at = {name: count for name, count in flow["awaiting_at"].items() if count}
    told = [say("count", lang, name=name_of(name, flow, lang), count=at[name]) for name in at]
    return [_n("awaiting_votes", flow["awaiting"], lang), *map(_item, told)]
