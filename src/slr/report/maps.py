"""Figures of the coded tables: common steps (Table 2), concepts (Table 4), stage by concept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from slr.bidi import digits
from slr.report import style, words
from slr.report.canvas import MARGIN, Canvas, split
from slr.report.layout import Box, Look, Para, Sheet, head, height
from slr.report.makeup import stage_name
from slr.report.steps import Names, Steps

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BLUE = style.COLOUR["blue"]


def pictures(
    common_steps: pd.DataFrame | None,
    table4: pd.DataFrame | None,
    evidence_map: pd.DataFrame | None,
    stages: pd.DataFrame | None,
    nodes: pd.DataFrame | None,
    step_names: Mapping[str, Names],
    *,
    rebuilt: bool = False,
) -> list[style.Picture]:
    """Return `common_steps`, `concepts` and `evidence_map`, each where its table is there.

    Parameters
    ----------
    common_steps : DataFrame or None
        Table `code/table2_common_steps`.
    table4 : DataFrame or None
        Table `code/table4`.
    evidence_map : DataFrame or None
        Table `code/evidence_map`.
    stages : DataFrame or None
        Table `code/table1`, for the names of the stages.
    nodes : DataFrame or None
        Table `cocite/nodes`, for the names under which the text cites works.
    step_names : mapping
        `code.common_steps` of the config.
    rebuilt : bool
        Whether the review is a reconstruction, which captions then say.
    """
    made = []
    if common_steps is not None and len(common_steps):
        made.append(_picture("common_steps", Steps.of(common_steps, step_names)))
    if table4 is not None and len(table4):
        origin = "caption_concepts_origin" if rebuilt else None
        made.append(_picture("concepts", _Concepts.of(table4, nodes), origin))
    if evidence_map is not None and len(evidence_map):
        evidence = _Evidence.of(evidence_map, stages, table4)
        made.append(_picture("evidence_map", evidence, "rebuilt" if rebuilt else None))
    return made


def _picture(name: str, data: Any, origin: str | None = None) -> style.Picture:
    """Return the picture of some data; `origin` is the phrase that says where the data are from."""
    captions = {
        lang: [*data.caption(lang), *([_say(origin, lang)] if origin else [])]
        for lang in style.LANGS
    }
    return style.Picture(
        name,
        {lang: _say(f"title_{name}", lang, **data.counts()) for lang in style.LANGS},
        {lang: " ".join(captions[lang]) for lang in style.LANGS},
        {lang: data.alt(lang) for lang in style.LANGS},
        partial(_draw, data),
    )


def _draw(data: Any, lang: str) -> Figure:
    figure: Figure = data.draw(lang)
    return figure


def _say(key: str, lang: str, /, **fields: str | int) -> str:
    return words.load("charts").say(key, lang, **fields)


def _pair(name: str, count: int, lang: str) -> str:
    return _say("pair", lang, name=name, count=count)


# ---- Table 4: concepts and their sources


@dataclass(frozen=True)
class _Source:
    name: Names
    theme: Names
    is_included: bool

    def label(self, lang: str) -> str:
        name = digits(self.name[lang], lang)
        return name if self.is_included else _say("outside", lang, name=name)


@dataclass(frozen=True)
class _Concept:
    number: int
    name: Names
    sources: Sequence[_Source]


@dataclass(frozen=True)
class _Concepts:
    """The concepts of Table 4 with their sources."""

    concepts: Sequence[_Concept]

    @classmethod
    def of(cls, table: pd.DataFrame, nodes: pd.DataFrame | None) -> _Concepts:
        names: dict[str, Names] = {}
        if nodes is not None:
            rows = zip(nodes["node_id"], nodes["label"], nodes["label_fa"], strict=True)
            names = {node: {"en": en, "fa": fa} for node, en, fa in rows}
        concepts = []
        for number, group in table.groupby("concept_no", sort=True):
            sources = []
            for row in group.to_dict("records"):
                bare = dict.fromkeys(style.LANGS, row["work_id"].partition("/")[2])
                theme = {lang: row[f"theme_{lang}"] for lang in style.LANGS}
                name = names.get(row["work_id"], bare)
                sources.append(_Source(name, theme, row["included"] == "yes"))
            name = {lang: group[f"concept_{lang}"].iloc[0] for lang in style.LANGS}
            concepts.append(_Concept(int(number), name, sources))
        return cls(concepts)

    def counts(self) -> dict[str, int]:
        sources = sum(len(concept.sources) for concept in self.concepts)
        return {"concepts": len(self.concepts), "sources": sources}

    def caption(self, lang: str) -> list[str]:
        counts = self.counts()
        inside = sum(s.is_included for concept in self.concepts for s in concept.sources)
        if inside == counts["sources"]:
            whose = _say("caption_concepts_all", lang, sources=inside)
        else:
            sources = counts["sources"]
            whose = _say("caption_concepts_some", lang, inside=inside, sources=sources)
        return [_say("caption_concepts", lang, concepts=counts["concepts"]), whose]

    def alt(self, lang: str) -> str:
        told = []
        for concept in self.concepts:
            sources = [f"{s.label(lang)} ({s.theme[lang]})" for s in concept.sources]
            title = f"{self._title(concept, lang)} ({len(sources)})"
            told.append(f"{title}: {words.SEMICOLON[lang].join(sources)}.")
        return " ".join(told)

    def _title(self, concept: _Concept, lang: str) -> str:
        return stage_name(concept.number, concept.name[lang], lang)

    def draw(self, lang: str) -> Figure:
        """Draw a tree: the table, its concepts in columns of about one height, their sources."""
        sheet = Sheet(style.DOUBLE, lang)
        columns, gutter = 3, 0.16
        wide = (style.DOUBLE - 2 * MARGIN - columns * gutter) / columns
        cards = [
            _Card(concept, self._title(concept, lang), wide, lang) for concept in self.concepts
        ]
        text = _say("root", lang, **self.counts())
        root_wide = 2.9
        place = Box((style.DOUBLE - root_wide) / 2, MARGIN, root_wide, 0)
        root = sheet.card(place, [head(text, "center")], Look(_BLUE, 0.3))
        trunk, top = root.bottom + 0.1, root.bottom + 0.2
        stems = []
        for at, column in enumerate(split([card.tall + _APART for card in cards], columns)):
            x, y = MARGIN + at * (wide + gutter) + gutter, top
            stem, middle = x - gutter / 2, trunk
            for number in column:
                middle = cards[number].draw(sheet, x, y)
                sheet.arrow((stem, middle), (x, middle), headed=False)
                y += cards[number].tall + _APART
            if column:
                sheet.arrow((stem, trunk), (stem, middle), headed=False)
                stems.append(stem)
        ends = sorted([*stems, root.centre])
        sheet.arrow((ends[0], trunk), (ends[-1], trunk), headed=False)
        sheet.arrow((root.centre, root.bottom), (root.centre, trunk), headed=False)
        return sheet.draw()


_APART = 0.14  # between the cards of a column


class _Card:
    """A concept, its count, and its sources with their themes, as high as they need."""

    def __init__(self, concept: _Concept, title: str, width: float, lang: str) -> None:
        self.width = width
        text = f"{title} ({len(concept.sources)})"
        self.title = [head(text)]
        least = style.SIZE["least"]
        self.sources = []
        for at, source in enumerate(concept.sources):
            colour = _BLUE if source.is_included else style.MUTED
            name = source.label(lang)
            before = 0.05 if at else 0.0
            self.sources += [
                Para(name, least, "bold", colour, before=before),
                Para(source.theme[lang], least),
            ]
        self.top = height(self.title, width, lang)
        self.tall = self.top + height(self.sources, width, lang)

    def draw(self, sheet: Sheet, x: float, y: float) -> float:
        """Put the card on a sheet; return the height at which a line should meet it."""
        first = sheet.card(Box(x, y, self.width, self.top), self.title, Look(_BLUE, 0.18))
        sheet.card(Box(x, first.bottom, self.width, 0), self.sources, Look(_BLUE, 0.03))
        return first.middle


# ---- stage by concept


_UNNAMED: Names = dict.fromkeys(style.LANGS, "")


@dataclass(frozen=True)
class _Evidence:
    """Included studies by stage (columns) and concept (rows). None is what has no number."""

    stages: Sequence[tuple[int | None, Names]]
    concepts: Sequence[tuple[int | None, Names]]
    cells: Mapping[tuple[int | None, int | None], int]

    @classmethod
    def of(
        cls, table: pd.DataFrame, stages: pd.DataFrame | None, table4: pd.DataFrame | None
    ) -> _Evidence:
        cells = {
            (_number(stage), _number(concept)): int(count)
            for stage, concept, count in zip(
                table["stage"], table["concept_no"], table["studies"], strict=True
            )
        }
        stage_names = {0: words.load("charts").both("whole_model")} | _named(
            stages, "stage_no", "name"
        )
        concept_names = _named(table4, "concept_no", "concept")
        numbers = sorted({stage for stage, _ in cells if stage is not None})
        rows: list[tuple[int | None, Names]] = [(n, stage_names.get(n, _UNNAMED)) for n in numbers]
        if any(stage is None for stage, _ in cells):
            rows.append((None, words.load("charts").both("not_coded")))
        found = sorted({concept for _, concept in cells if concept is not None})
        columns = [
            *((n, concept_names.get(n, _UNNAMED)) for n in found),
            (None, words.load("charts").both("no_concept")),
        ]
        return cls(rows, columns, cells)

    def counts(self) -> dict[str, int]:
        return {"count": sum(self.cells.values())}

    def total(self, stage: int | None) -> int:
        return sum(count for (of, _), count in self.cells.items() if of == stage)

    def caption(self, lang: str) -> list[str]:
        told = [_say("caption_evidence_map", lang)]
        listing = [
            _pair(stage_name(number, name[lang], lang), self.total(number), lang)
            for number, name in self.stages
        ]
        told.append(_say("caption_stages", lang, listing=words.SEMICOLON[lang].join(listing)))
        thin = [str(n) for n, _ in self.stages if n and self.total(n) <= 1]
        if thin:
            told.append(_say("caption_thin", lang, stages=words.COMMA[lang].join(thin)))
        return [*told, _say("caption_stage", lang)]

    def alt(self, lang: str) -> str:
        told = [
            _say(
                "alt_cell",
                lang,
                stage=stage_name(stage, stage_names[lang], lang),
                concept=stage_name(concept, concept_names[lang], lang),
                count=self.cells[stage, concept],
            )
            for stage, stage_names in self.stages
            for concept, concept_names in self.concepts
            if self.cells.get((stage, concept))
        ]
        return words.SEMICOLON[lang].join(told) + "."

    def draw(self, lang: str) -> Figure:
        """Draw a circle for each cell, its area the number of studies; bars above add up."""
        with style.use(lang):
            canvas = Canvas(style.DOUBLE, lang)
            label, end = 2.7, canvas.width - MARGIN
            wide = (end - MARGIN - label) / len(self.stages)
            names = [name[lang] for _, name in self.stages]
            line = style.line_height(style.SIZE["note"])
            heads = line + max(canvas.tall(name, wide - 0.08) for name in names)
            most = max(self.total(number) for number, _ in self.stages)
            base = MARGIN + 0.75
            y = base + 0.06 + heads + 0.06
            centres = [MARGIN + label + (at + 0.5) * wide for at in range(len(self.stages))]
            for x, name, (number, _) in zip(centres, names, self.stages, strict=True):
                colour = _colour(number)
                tall = 0.55 * self.total(number) / max(most, 1)
                canvas.bar(x - 0.14, base - tall, 0.28, tall, colour)
                canvas.text(
                    x,
                    base - tall - 0.02,
                    self.total(number),
                    at="center",
                    va="bottom",
                    weight="bold",
                )
                if number is not None:
                    canvas.text(x, base + 0.05, number, at="center", va="top", weight="bold")
                canvas.text(x, base + 0.05 + line, name, at="center", va="top", width=wide - 0.08)
            canvas.line([(MARGIN + label, base), (end, base)])
            canvas.text(MARGIN, base - 0.1, _say("studies_by_stage", lang), weight="bold")
            canvas.text(MARGIN, y - 0.04, _say("concept_head", lang), weight="bold", va="bottom")
            largest = max(self.cells.values())
            for number, concept in self.concepts:
                text = stage_name(number, concept[lang], lang)
                tall = max(canvas.tall(text, label - 0.15), 0.3) + 0.12
                canvas.line([(MARGIN, y), (end, y)], colour=style.GREY, width=0.5)
                middle = y + tall / 2
                canvas.text(MARGIN, middle, text, width=label - 0.15)
                for x, (stage, _) in zip(centres, self.stages, strict=True):
                    count = self.cells.get((stage, number), 0)
                    self._draw_cell(canvas, x, middle, count, largest, _colour(stage))
                y += tall
            canvas.line([(MARGIN, y), (end, y)], colour=style.GREY, width=0.5)
            return canvas.finish(y + MARGIN)

    def _draw_cell(
        self, canvas: Canvas, x: float, y: float, count: int, largest: int, colour: str
    ) -> None:
        if not count:
            canvas.dot(x, y, 0.016, style.tint(style.LINE, 0.5))
            return
        radius = max(0.19 * (count / largest) ** 0.5, 0.075)
        canvas.dot(x, y, radius, style.tint(colour, 0.35), edge=colour)
        canvas.text(x, y, count, at="center", weight="bold")


def _colour(stage: int | None) -> str:
    return style.LINE if stage is None else style.STAGE.get(stage, _BLUE)


def _number(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _named(table: pd.DataFrame | None, number: str, name: str) -> dict[int, Names]:
    if table is None:
        return {}
    return {
        int(row[number]): {lang: row[f"{name}_{lang}"] for lang in style.LANGS}
        for row in table.to_dict("records")
    }
