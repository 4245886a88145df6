"""Which model of Table 2 has which common step, as a heat map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slr.report import style, words
from slr.report.canvas import MARGIN, Canvas

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Names = Mapping[str, str]
"""A name in each language."""

_BLUE = style.COLOUR["blue"]


def _say(key: str, lang: str, /, **fields: str | int) -> str:
    return words.load("charts").say(key, lang, **fields)


def _pair(name: str, count: int, lang: str) -> str:
    return _say("pair", lang, name=name, count=count)


@dataclass(frozen=True)
class Steps:
    """How many steps of each model are each common step."""

    models: Sequence[Names]
    names: Sequence[Names]
    cells: Sequence[Sequence[int]]

    @classmethod
    def of(cls, table: pd.DataFrame, step_names: Mapping[str, Names]) -> Steps:
        """Take table `code/table2_common_steps`; steps are in the order of the config."""
        found = set(table["common_step"])
        keys = [key for key in step_names if key in found]
        keys += sorted(found - set(keys))
        grid = table.pivot(index="model_no", columns="common_step", values="steps").sort_index()
        models = table.drop_duplicates("model_no").set_index("model_no").loc[grid.index]
        return cls(
            [{lang: row[f"model_{lang}"] for lang in style.LANGS} for _, row in models.iterrows()],
            [step_names.get(key, dict.fromkeys(style.LANGS, key)) for key in keys],
            [[int(grid.at[model, key]) for key in keys] for model in grid.index],
        )

    def counts(self) -> dict[str, int]:
        """Return the counts that the title names."""
        return {"models": len(self.models)}

    @property
    def lacking(self) -> list[Names]:
        """Models that have none of the steps."""
        pairs = zip(self.models, self.cells, strict=True)
        return [model for model, row in pairs if not any(row)]

    @property
    def having(self) -> list[int]:
        """Models that have each common step."""
        return [sum(row[at] > 0 for row in self.cells) for at in range(len(self.names))]

    def caption(self, lang: str) -> list[str]:
        """Return the sentences of the caption."""
        told = [_say("caption_common_steps", lang, **self.counts())]
        having = [_pair(n[lang], c, lang) for n, c in zip(self.names, self.having, strict=True)]
        told.append(f"{_say('models_having', lang)}: {words.SEMICOLON[lang].join(having)}.")
        complete = sum(all(row) for row in self.cells)
        told.append(_say("caption_all_steps", lang, all=complete, steps=len(self.names)))
        if lacking := self.lacking:
            names = words.COMMA[lang].join(model[lang] for model in lacking)
            told.append(_say("caption_lacking", lang, count=len(lacking), names=names))
        else:
            told.append(_say("caption_none_lacking", lang))
        return [*told, _say("caption_our_reading", lang)]

    def alt(self, lang: str) -> str:
        """Return each model with its steps, in words."""
        rows = []
        for model, row in zip(self.models, self.cells, strict=True):
            steps = zip(self.names, row, strict=True)
            held = [_pair(name[lang], count, lang) for name, count in steps if count]
            rows.append(f"{model[lang]}: {words.COMMA[lang].join(held) or _say('has_none', lang)}")
        return words.SEMICOLON[lang].join(rows) + "."

    def draw(self, lang: str) -> Figure:
        """Draw a heat map: a row a model, a column a common step."""
        with style.use(lang):
            return _Grid(self, Canvas(style.DOUBLE, lang)).draw()


_LABEL, _HELD, _APART = 2.6, 0.95, 0.04
"""Inches for the name of a model, for how many steps it has, and between two cells."""


class _Grid:
    """The heat map on its canvas: heads, a row a model, and the sums below."""

    def __init__(self, steps: Steps, canvas: Canvas) -> None:
        self.steps = steps
        self.canvas = canvas
        self.lang = canvas.lang
        self.end = canvas.width - MARGIN
        room = canvas.width - 2 * MARGIN - _LABEL - _HELD
        self.wide = room / max(len(steps.names), 1)
        self.most = max(max(row) for row in steps.cells)

    def draw(self) -> Figure:
        y = self._heads()
        for model, row in zip(self.steps.models, self.steps.cells, strict=True):
            y = self._row(y, model[self.lang], row)
        return self.canvas.finish(self._sums(y + 0.06) + MARGIN)

    def _middle(self, column: int) -> float:
        return MARGIN + _LABEL + (column + 0.5) * self.wide

    def _heads(self) -> float:
        """Write the names of the steps; return where they end."""
        names = [name[self.lang] for name in self.steps.names]
        room = self.wide - 0.08
        y = MARGIN + max(self.canvas.tall(name, room, weight="bold") for name in names) + 0.06
        for at, name in enumerate(names):
            self.canvas.text(
                self._middle(at),
                y - 0.04,
                name,
                at="center",
                va="bottom",
                weight="bold",
                width=room,
            )
        self.canvas.text(
            self.end,
            y - 0.04,
            _say("steps_held", self.lang),
            at="end",
            va="bottom",
            colour=style.MUTED,
            width=_HELD - 0.1,
        )
        return y

    def _row(self, y: float, model: str, row: Sequence[int]) -> float:
        """Draw a model with its cells; return where its row ends."""
        tall = max(0.235, self.canvas.tall(model, _LABEL - 0.1) + 0.05)
        middle, bare = y + tall / 2, not any(row)
        colour = style.MUTED if bare else style.INK
        self.canvas.text(MARGIN, middle, model, width=_LABEL - 0.1, colour=colour)
        for at, count in enumerate(row):
            self._cell(at, y, tall, count)
        kept = sum(count > 0 for count in row)
        told = _say("of", self.lang, count=kept, all=len(row))
        self.canvas.text(
            self.end,
            middle,
            _say("has_none", self.lang) if bare else told,
            at="end",
            weight="bold" if bare else "normal",
            colour=style.COLOUR["vermilion"] if bare else style.INK,
        )
        return y + tall

    def _cell(self, column: int, y: float, tall: float, count: int) -> None:
        x = MARGIN + _LABEL + column * self.wide
        share = 0.25 + 0.55 * count / self.most if count else 0
        face = style.tint(_BLUE, share) if count else "#F4F5F7"
        half = _APART / 2
        self.canvas.bar(x + half, y + half, self.wide - _APART, tall - _APART, face)
        if count:
            ink = style.PAPER if share > 0.6 else style.INK
            self.canvas.text(x + self.wide / 2, y + tall / 2, count, at="center", colour=ink)

    def _sums(self, y: float) -> float:
        """Write how many models have each step below a line; return where that ends."""
        self.canvas.line([(MARGIN, y), (self.end, y)])
        title, room = _say("models_having", self.lang), _LABEL - 0.1
        tall = self.canvas.tall(title, room, weight="bold") + 0.1
        middle = y + tall / 2
        self.canvas.text(MARGIN, middle, title, weight="bold", width=room)
        for at, count in enumerate(self.steps.having):
            told = _say("of", self.lang, count=count, all=len(self.steps.models))
            self.canvas.text(self._middle(at), middle, told, at="center", weight="bold")
        return y + tall
