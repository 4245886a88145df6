"""What the command tells of other choices and of how firm the result is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slr import config
from slr.paths import CONFIG
from slr.report import firm
from slr.trace import Review, Section, multiverse_of

if TYPE_CHECKING:
    import pandas as pd

SECTIONS = {
    "axes": "what each choice of the grid includes and moves",
    "groups": "what each group of choices moves by itself",
    "firmness": "how near each work is to a change",
    "left_out": "the review without one source or one criterion",
}

_ONLY_IN_JSON = ["group", "axis_label", "axis_label_fa", "why", "why_fa", "universes", "mean"]


@dataclass(frozen=True)
class Told:
    """Sections to be shown, the alternatives first, and the sentences on what they are worth."""

    sections: list[Section]
    paragraphs: list[list[str]]
    grid: dict[str, Any]

    def shown(self) -> list[tuple[str, pd.DataFrame]]:
        """Return the sections after the first with the columns that fit a terminal."""
        return [
            (section.title, section.rows.drop(columns=_ONLY_IN_JSON, errors="ignore"))
            for section in self.sections[1:]
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return all as plain values: the alternatives at the top, the rest under its name."""
        first, *others = self.sections
        more = {
            name: section.as_dict()["rows"] for name, section in zip(SECTIONS, others, strict=True)
        }
        return {**first.as_dict(), "grid": self.grid, "told": self.paragraphs, **more}


def tell(root: Path) -> Told:
    """Return what other choices would have kept, and how firm that makes the result.

    Raises
    ------
    SlrError
        If the screen has not run.
    """
    review = Review(root)
    expected = config.load(root / CONFIG)["review"]["expected"]
    data = {
        f"screen/{name}": review[name]
        for name in ("axes", "groups", "universes", "firmness", "grid")
    }
    sections = [multiverse_of(root)]
    for name, title in SECTIONS.items():
        rows = review[name]
        if name == "firmness":
            rows = rows[(rows["included"] == "yes") | (rows["flip_distance"] == 1)]
        sections.append(Section(title, rows))
    counted = firm.count(data, expected)
    grid = dict(counted.grid) | {
        "count": counted.count,
        "stated_by_the_paper": counted.stated,
        "universes_with_the_count": counted.times,
        "lists_with_the_count": counted.lists,
        "universes_with_the_list_of_the_review": counted.same,
        "universes_by_included": {
            int(n): int(times)
            for n, times in data["screen/universes"]["included"].value_counts().sort_index().items()
        },
    }
    return Told(sections, firm.sentences(data, expected, "en"), grid)
