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
_JOIN = {"en": ", ", "fa": "، "}
_GLUE = {"en": "; ", "fa": "؛ "}


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

    def caption(self, lang: str, rebuilt: bool) -> list[str]:
        """Return the sentences of the caption."""
        del rebuilt  # Table 2 is the paper's
        told = [_say("caption_common_steps", lang, **self.counts())]
        having = [_pair(n[lang], c, lang) for n, c in zip(self.names, self.having, strict=True)]
        told.append(f"{_say('models_having', lang)}: {_GLUE[lang].join(having)}.")
        complete = sum(all(row) for row in self.cells)
        told.append(_say("caption_all_steps", lang, all=complete, steps=len(self.names)))
        if lacking := self.lacking:
            names = _JOIN[lang].join(model[lang] for model in lacking)
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
            rows.append(f"{model[lang]}: {_JOIN[lang].join(held) or _say('has_none', lang)}")
        return _GLUE[lang].join(rows) + "."

    def draw(self, lang: str) -> Figure:
        """Draw a heat map: a row a model, a column a common step."""
        with style.use(lang):
            canvas = Canvas(style.DOUBLE, lang)
            label, held, gap = 2.6, 0.95, 0.04
            wide = (canvas.width - 2 * MARGIN - label - held) / max(len(self.names), 1)
            heads = max(canvas.tall(n[lang], wide - 0.08, weight="bold") for n in self.names)
            y = MARGIN + heads + 0.06
            for at, name in enumerate(self.names):
                x = MARGIN + label + (at + 0.5) * wide
                canvas.text(
                    x,
                    y - 0.04,
                    name[lang],
                    at="center",
                    va="bottom",
                    weight="bold",
                    width=wide - 0.08,
                )
            end = canvas.width - MARGIN
            canvas.text(
                end,
                y - 0.04,
                _say("steps_held", lang),
                at="end",
                va="bottom",
                colour=style.MUTED,
                width=held - 0.1,
            )
            most = max(max(row) for row in self.cells)
            for model, row in zip(self.models, self.cells, strict=True):
                tall = max(0.235, canvas.tall(model[lang], label - 0.1) + 0.05)
                middle, bare = y + tall / 2, not any(row)
                canvas.text(
                    MARGIN,
                    middle,
                    model[lang],
                    width=label - 0.1,
                    colour=style.MUTED if bare else style.INK,
                )
                for at, count in enumerate(row):
                    x = MARGIN + label + at * wide
                    share = 0.25 + 0.55 * count / most if count else 0
                    canvas.bar(
                        x + gap / 2,
                        y + gap / 2,
                        wide - gap,
                        tall - gap,
                        style.tint(_BLUE, share) if count else "#F4F5F7",
                    )
                    if count:
                        canvas.text(
                            x + wide / 2,
                            middle,
                            count,
                            at="center",
                            colour=style.PAPER if share > 0.6 else style.INK,
                        )
                kept = sum(count > 0 for count in row)
                told = _say("of", lang, count=kept, all=len(row))
                canvas.text(
                    end,
                    middle,
                    _say("has_none", lang) if bare else told,
                    at="end",
                    weight="bold" if bare else "normal",
                    colour=style.COLOUR["vermilion"] if bare else style.INK,
                )
                y += tall
            y += 0.06
            canvas.line([(MARGIN, y), (end, y)])
            tall = canvas.tall(_say("models_having", lang), label - 0.1, weight="bold") + 0.1
            canvas.text(
                MARGIN, y + tall / 2, _say("models_having", lang), weight="bold", width=label - 0.1
            )
            for at, count in enumerate(self.having):
                told = _say("of", lang, count=count, all=len(self.models))
                canvas.text(
                    MARGIN + label + (at + 0.5) * wide,
                    y + tall / 2,
                    told,
                    at="center",
                    weight="bold",
                )
            return canvas.finish(y + tall + MARGIN)
