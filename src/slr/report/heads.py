"""The names of the columns of a map: across where they fit, upright where they do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from slr.report import style
from slr.report.canvas import Canvas

MOST_COLUMNS, MOST_ROWS = 80, 200
"""What a page can show of a map; its table shows all."""
_SIZE = style.SIZE["note"]
_LONGEST = 60
"""Characters of an upright name; the table has the rest."""
_APART = 0.06


def least_width(canvas: Canvas, counts: Iterable[int]) -> float:
    """Return the inches that a column needs for its counts, and for an upright name."""
    widest = max((canvas.wide(str(n), weight="bold") for n in counts), default=0.0)
    return max(style.line_height(_SIZE), widest + _APART)


class Heads:
    """The names of columns, each in a room of so many inches; `tall` is the height of all."""

    def __init__(
        self,
        canvas: Canvas,
        names: Sequence[str],
        room: float,
        weight: Literal["normal", "bold"] = "normal",
    ) -> None:
        self._canvas = canvas
        self._weight: Literal["normal", "bold"] = weight
        self._room = room - _APART
        words = {word for name in names for word in name.split()}
        self.upright = any(canvas.wide(word, weight=weight) > self._room for word in words)
        if not self.upright:
            self.tall = max((self._tall(name) for name in names), default=0.0)
            return
        widest = max(canvas.wide(_cut(name), weight=weight) for name in names)
        lines = int(room / style.line_height(_SIZE))
        self._room = widest if lines < 2 else widest / lines * 1.3
        self.tall = max(map(self._long, names)) + _APART

    def _tall(self, name: str) -> float:
        return self._canvas.tall(name, self._room, weight=self._weight)

    def _long(self, name: str) -> float:
        lang, weight = self._canvas.lang, self._weight
        lines = style.wrap(_cut(name), self._room, _SIZE, lang, weight=weight, balance=True)
        return max(style.text_size(line, _SIZE, lang, weight)[0] for line in lines.split("\n"))

    def draw(self, x: float, y: float, name: str) -> None:
        """Write a name above `y`, in the middle of its column."""
        if not self.upright:
            self._canvas.text(
                x, y, name, at="center", va="bottom", weight=self._weight, width=self._room
            )
            return
        # An upright text grows to the top from its left end, in any script.
        left: Literal["start", "end"] = "end" if self._canvas.lang == "fa" else "start"
        self._canvas.text(
            x, y, _cut(name), at=left, va="center", weight=self._weight, width=self._room,
            rotation=90, rotation_mode="anchor",
        )  # fmt: skip


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip()}…"
