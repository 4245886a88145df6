"""Drawings that a review declares: boxes with words, and arrows between them, laid out by code.

The words come from `data/raw/report/figures/`; whatever of an arrangement is inferred is dashed.
A layout is one of `LAYOUTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from slr.report import style, words
from slr.report.layout import MARGIN, PAD, Box, Look, Para, Sheet, head, height, items

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Data = Mapping[str, Any]

_WIDE = style.DOUBLE - 2 * MARGIN
_GAP = 0.3  # between columns that an arrow joins
_ROW = 0.1  # between boxes that stand below one another
_BLUE, _GREEN, _ORANGE = (style.COLOUR[name] for name in ("blue", "green", "orange"))


def picture(
    name: str, data: Data, included: frozenset[str], work_of: Mapping[str, str]
) -> style.Picture:
    """Return a drawing.

    Parameters
    ----------
    name
        Name of the figure.
    data : mapping
        The figure as it is declared.
    included : frozenset of str
        Ids of the included works, by which the caption says whether the figure's source is one.
    work_of : mapping
        The work of each key of the review's own sources.
    """
    titles = {lang: _title(data, lang) for lang in style.LANGS}
    alts = {lang: f"{data['alt'][lang]} {_listing(data, lang)}" for lang in style.LANGS}
    captions = {lang: _caption(data, included, work_of, lang) for lang in style.LANGS}
    return style.Picture(name, titles, captions, alts, partial(LAYOUTS[data["layout"]], data))


def _say(key: str, lang: str, /, **fields: str | int) -> str:
    return words.load("diagrams").say(key, lang, **fields)


def _title(data: Data, lang: str) -> str:
    title: str = data["title"][lang]
    if "number" not in data:
        return title
    if data["number"] is None:
        return _say("unnumbered", lang, title=title)
    return _say("numbered", lang, number=data["number"], title=title)


def _caption(data: Data, included: frozenset[str], work_of: Mapping[str, str], lang: str) -> str:
    sentences = [f"{_title(data, lang)}.", *_texts(data.get("about", []), lang)]
    if key := data.get("source", {}).get("key"):
        inside = work_of.get(key) in included
        sentences.append(_say("inside" if inside else "outside", lang, count=len(included)))
    return " ".join([*sentences, *_texts(data.get("doubts", []), lang)])


# ---- alternative text: everything that the drawing says, as a list


def _listing(data: Data, lang: str) -> str:
    """Name every group of a drawing with its items."""
    between = words.SEMICOLON[lang]
    groups = (
        f"{group}: {between.join(texts)}" if texts else group
        for group, texts in _groups(data, lang)
    )
    return " ".join(group if group.endswith(".") else f"{group}." for group in groups)


def _groups(data: Data, lang: str) -> Iterable[tuple[str, list[str]]]:
    """Yield each heading of a drawing with the phrases below it."""
    match data["layout"]:
        case "paired":
            for side in data["sides"]:
                yield side["side"][lang], []
                for group in side["groups"]:
                    yield group["group"][lang], _texts(group["items"], lang)
        case "logic_model":
            yield from _groups_of_logic_model(data, lang)
        case "parts":
            yield data["title"][lang], _texts(data["components"], lang)
        case "framework":
            yield from _groups_of_framework(data, lang)
        case "columns":
            for step in data["steps"]:
                yield _numbered(step["step"], step["name"][lang], lang), _texts(step["items"], lang)
        case _:
            for item in data["items"]:
                yield item["name"][lang], [item["text"][lang]]


def _groups_of_logic_model(data: Data, lang: str) -> Iterable[tuple[str, list[str]]]:
    inputs, process, results = _texts(data["column_heads"], lang)
    yield data["actor"][lang], []
    yield inputs, _texts(data["inputs"], lang)
    yield process, _texts(data["process"], lang)
    for kind in ("products", "outcomes"):
        yield f"{results} ({data['heads'][kind][lang]})", _texts(data[kind], lang)


def _groups_of_framework(data: Data, lang: str) -> Iterable[tuple[str, list[str]]]:
    external, internal = (data["heads"][kind][lang] for kind in ("external", "internal"))
    for factor in data["external_factors"]:
        yield f"{external} ({factor['name'][lang]})", [factor["text"][lang]]
    for factor in data["internal_factors"]:
        yield f"{internal} ({factor['name'][lang]})", _texts(factor["stages"], lang)
        if features := factor.get("features_of_each_stage"):
            yield features["head"][lang], _texts(features["items"], lang)
    for outcome in data["outcomes"]:
        yield outcome["name"][lang], [outcome["text"][lang]]


def _texts(pairs: Iterable[Mapping[str, str]], lang: str) -> list[str]:
    return [pair[lang] for pair in pairs]


def _numbered(number: int, name: str, lang: str) -> str:
    return _say("step", lang, number=number, name=name)


# ---- drawings


def draw_paired(data: Data, lang: str) -> Figure:
    """Draw the boxes of two sides beside each other, in the pairs that were inferred."""
    sheet = Sheet(style.DOUBLE, lang)
    wide = (_WIDE - _GAP) / 2
    starts, colours = (MARGIN, MARGIN + wide + _GAP), (_BLUE, _GREEN)
    y = MARGIN
    for side, x, colour in zip(data["sides"], starts, colours, strict=True):
        title = [head(side["side"][lang], "center")]
        heads = sheet.card(Box(x, y, wide, 0.3), title, Look(colour, 0.22), va="center")
    y = heads.bottom + _ROW
    for pair in _pairs(data):
        paras = [[head(g["group"][lang]), *items(_texts(g["items"], lang))] for g in pair]
        tall = max(height(text, wide, lang) for text in paras)
        row = [
            sheet.card(Box(x, y, wide, tall), text, Look(c, dashed=not g["label_extracted"]))
            for x, c, g, text in zip(starts, colours, pair, paras, strict=True)
        ]
        level = row[0].middle
        sheet.arrow((row[0].far, level), (row[1].x, level), dashed=True, headed=False)
        y = row[0].bottom + _ROW
    sheet.key(y, [(False, _say("key_printed", lang)), (True, _say("key_inferred", lang))])
    return sheet.draw()


def _pairs(data: Data) -> list[tuple[Data, Data]]:
    """Return the groups of both sides in the pairs that the data infer."""
    first, second = (
        {group["group"]["en"]: group for group in side["groups"]} for side in data["sides"]
    )
    return [(first[a], second[b]) for a, b in data["row_pairs_inferred"]]


def draw_logic_model(data: Data, lang: str) -> Figure:
    """Draw who gives inputs, the inputs, the process and its results from start to end."""
    sheet = Sheet(style.DOUBLE, lang)
    widths = (0.9, 1.95, 1.35, _WIDE - 0.9 - 1.95 - 1.35 - 3 * _GAP)
    starts = [MARGIN + sum(widths[:at]) + at * _GAP for at in range(4)]
    for at, title in enumerate(data["column_heads"], start=1):
        text = [head(title[lang], "center")]
        place = Box(starts[at], MARGIN, widths[at], 0.3)
        top = sheet.card(place, text, Look(fill=0.2), va="center")
    y = top.bottom + _ROW
    lists = [
        [head(data["heads"][kind][lang]), *items(_texts(data[kind], lang))]
        for kind in ("products", "outcomes")
    ]
    products = sheet.card(Box(starts[3], y, widths[3], 0), lists[0], Look(_GREEN))
    below = Box(starts[3], products.bottom + _ROW, widths[3], 0)
    outcomes = sheet.card(below, lists[1], Look(_GREEN))
    level = (products.y + outcomes.bottom) / 2

    def centred(at: int, paras: list[Para], colour: str, least: float = 0.0) -> Box:
        tall = max(height(paras, widths[at], lang), least)
        place = Box(starts[at], level - tall / 2, widths[at], tall)
        return sheet.card(place, paras, Look(colour), va="center")

    actor = centred(0, [head(data["actor"][lang], "center")], _ORANGE, 0.5)
    inputs = centred(1, items(_texts(data["inputs"], lang)), _BLUE)
    process = centred(2, [head(data["process"][0][lang], "center")], _BLUE, 0.7)
    inferred = {(edge["from"], edge["to"]): _is_inferred(edge) for edge in data["edges"]}
    sheet.arrow((actor.far, level), (inputs.x, level), dashed=inferred["actor", "inputs"])
    sheet.arrow((inputs.far, level), (process.x, level), dashed=inferred["inputs", "process"])
    bend = process.far + _GAP / 2
    for box, to in ((products, "products"), (outcomes, "outcomes")):
        path = ((process.far, level), (bend, level), (bend, box.middle), (box.x, box.middle))
        sheet.arrow(*path, dashed=inferred["process", to])
    _arrow_key(sheet, outcomes.bottom + _ROW, lang)
    return sheet.draw()


def _is_inferred(edge: Data) -> bool:
    return not str(edge["basis"]).startswith("text")


def _arrow_key(sheet: Sheet, y: float, lang: str) -> None:
    sheet.key(y, [(False, _say("key_text", lang)), (True, _say("key_inferred", lang))])


def draw_parts(data: Data, lang: str) -> Figure:
    """Draw up to four components side by side: how they stand to each other is not known."""
    sheet = Sheet(style.SINGLE, lang)
    parts = data["components"]
    frame = Box(MARGIN, MARGIN, style.SINGLE - 2 * MARGIN, 4 * _ROW - _ROW + 2 * 0.42)
    sheet.card(frame, look=Look(style.LINE, 0.04, dashed=True, frame=True))
    wide = (frame.w - 3 * _ROW) / 2
    for at, part in enumerate(parts):
        row, column = divmod(at, 2)
        x = frame.x + _ROW + column * (wide + _ROW)
        y = frame.y + _ROW + row * (0.42 + _ROW)
        sheet.card(Box(x, y, wide, 0.42), [head(part[lang], "center")], Look(_BLUE), va="center")
    sheet.key(frame.bottom + 0.05, [(True, _say("key_inferred", lang))])
    return sheet.draw()


def draw_rows(data: Data, lang: str) -> Figure:
    """Draw rows, a name before its sentence."""
    sheet = Sheet(style.DOUBLE, lang)
    name_wide, y = 1.75, MARGIN
    for number, item in enumerate(data["items"], start=1):
        name = [head(_numbered(number, item["name"][lang], lang))]
        text = [Para(item["text"][lang], style.SIZE["text"])]
        wide = _WIDE - name_wide - 0.05
        tall = max(height(name, name_wide, lang), height(text, wide, lang), 0.34)
        first = sheet.card(Box(MARGIN, y, name_wide, tall), name, Look(_BLUE, 0.18), va="center")
        place = Box(first.far + 0.05, y, wide, tall)
        sheet.card(place, text, Look(_BLUE, 0.04), va="center")
        y = first.bottom + 0.06
    return sheet.draw()


def draw_framework(data: Data, lang: str) -> Figure:
    """Draw external factors, internal factors and outcomes, with the arrows that the text gives."""
    sheet = Sheet(style.DOUBLE, lang)
    widths = (1.6, _WIDE - 1.6 - 1.2 - 2 * _GAP, 1.2)
    starts = [MARGIN + sum(widths[:at]) + at * _GAP for at in range(3)]
    bare = [head(data["heads"][kind][lang], "center") for kind in ("external", "internal")]
    top = MARGIN + height(bare[:1], widths[0], lang)
    paras = [_factor(factor, lang) for factor in data["external_factors"]]
    inner = widths[0] - 2 * _ROW
    stages = [_Stages(factor, widths[1] - 2 * _ROW, lang) for factor in data["internal_factors"]]
    needs = [height(text, inner, lang) for text in paras]
    apart = _ROW * (len(paras) - 1)
    tall = max(sum(needs) + apart, sum(part.height for part in stages) + 0.28)
    spare = (tall - apart - sum(needs)) / len(needs)
    frames = [
        Box(x, MARGIN, wide, top - MARGIN + tall + _ROW)
        for x, wide in zip(starts[:2], widths[:2], strict=True)
    ]
    for frame, title in zip(frames, bare, strict=True):
        sheet.card(frame, [title], Look(style.LINE, 0.04, dashed=True, frame=True))
    y = top
    for text, need in zip(paras, needs, strict=True):
        box = Box(starts[0] + _ROW, y, inner, need + spare)
        y = sheet.card(box, text, Look(_ORANGE), va="center").bottom + _ROW
    upper = stages[0].draw(sheet, starts[1] + _ROW, top)
    lower = stages[1].draw(sheet, starts[1] + _ROW, top + tall - stages[1].height)
    place = Box(starts[2], top, widths[2], tall)
    outcomes = sheet.card(place, _factor(data["outcomes"][0], lang), Look(_GREEN), va="center")
    paths = (
        ((frames[0].far, upper.middle), (upper.x, upper.middle)),
        ((upper.far, upper.middle), (outcomes.x, upper.middle)),
        ((lower.centre, lower.y), (lower.centre, upper.bottom)),
        ((lower.far, lower.middle), (outcomes.x, lower.middle)),
    )
    for edge, path in zip(data["edges"], paths, strict=True):
        sheet.arrow(*path, dashed=_is_inferred(edge))
    _arrow_key(sheet, frames[0].bottom + 0.05, lang)
    return sheet.draw()


def _factor(factor: Data, lang: str) -> list[Para]:
    text = Para(factor["text"][lang], at="center", before=0.02)
    return [head(factor["name"][lang], "center"), text]


class _Stages:
    """A box with a name, four stages in a row and, where it has them, the features of each."""

    def __init__(self, factor: Data, width: float, lang: str) -> None:
        self.width = width
        self.title = [head(factor["name"][lang])]
        self.chips = [
            [Para(_numbered(at, name, lang), style.SIZE["least"], at="center")]
            for at, name in enumerate(_texts(factor["stages"], lang), start=1)
        ]
        features = factor.get("features_of_each_stage")
        self.features = _features(features, lang) if features else []
        self.inner = width - 2 * PAD
        self.chip_width = (self.inner - 0.05 * (len(self.chips) - 1)) / len(self.chips)
        self.top = height(self.title, width, lang)
        self.chip_height = max(height(chip, self.chip_width, lang) for chip in self.chips)
        self.height = self.top + self.chip_height + PAD
        if self.features:
            self.height += height(self.features, self.inner, lang) + 0.06

    def draw(self, sheet: Sheet, x: float, y: float) -> Box:
        """Put the box and what is in it on a sheet."""
        box = sheet.card(Box(x, y, self.width, self.height), self.title, Look(_BLUE, frame=True))
        level = y + self.top
        for at, chip in enumerate(self.chips):
            left = x + PAD + at * (self.chip_width + 0.05)
            sheet.card(Box(left, level, self.chip_width, self.chip_height), chip, Look(_BLUE, 0.2))
        if self.features:
            below = Box(x + PAD, level + self.chip_height + 0.06, self.inner, 0)
            sheet.card(below, self.features, Look(_BLUE, 0.0, dashed=True))
        return box


def _features(features: Data, lang: str) -> list[Para]:
    listed = words.COMMA[lang].join(_texts(features["items"], lang))
    return [Para(features["head"][lang], weight="bold"), Para(listed)]


def draw_columns(data: Data, lang: str) -> Figure:
    """Draw steps as columns, each with its list."""
    sheet = Sheet(style.DOUBLE, lang)
    steps = data["steps"]
    wide = (_WIDE - _ROW * (len(steps) - 1)) / len(steps)
    lists = [items(_texts(step["items"], lang), apart=0.04) for step in steps]
    tall = max(height(paras, wide, lang) for paras in lists)
    for at, (step, paras) in enumerate(zip(steps, lists, strict=True)):
        x, look = MARGIN + at * (wide + _ROW), style.SERIES[step["step"]]
        title = [head(_numbered(step["step"], step["name"][lang], lang), "center")]
        place = Box(x, MARGIN, wide, 0.3)
        top = sheet.card(place, title, Look(look, 0.25, dashed=True), va="center")
        place = Box(x, top.bottom + 0.05, wide, tall)
        last = sheet.card(place, paras, Look(look, 0.07, dashed=True))
    sheet.key(last.bottom + 0.05, [(True, _say("key_inferred", lang))])
    return sheet.draw()


LAYOUTS: Mapping[str, Callable[[Data, str], Figure]] = {
    "paired": draw_paired,
    "logic_model": draw_logic_model,
    "parts": draw_parts,
    "rows": draw_rows,
    "framework": draw_framework,
    "columns": draw_columns,
}
