"""A page in inches for data figures: text, bars, lines and dots where the code puts them.

Places are measured from the top and from the side where reading starts, as in
:mod:`slr.report.layout`, so that a Persian figure is the mirror image of the English one.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from matplotlib.lines import Line2D
from matplotlib.patches import Circle, PathPatch, Polygon, Rectangle
from matplotlib.path import Path

from slr.report import style

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure
    from matplotlib.text import Text

MARGIN = 0.05
"""Inches around the whole figure."""
DASHES = (0, (3.2, 2.0))

Point = tuple[float, float]
Rect = tuple[float, float, float, float]


class Canvas:
    """Draws at once; :meth:`finish` cuts the page to its height and returns the figure.

    Make and use it inside ``with style.use(lang):``.
    """

    def __init__(self, width: float, lang: str) -> None:
        self.width = width
        self.lang = lang
        self.figure = style.figure(width, 1)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.axis("off")

    def finish(self, height: float) -> Figure:
        """Give the page its height in inches and return it."""
        self.figure.set_size_inches(self.width, height)
        self.axes.set_xlim(0, self.width)
        self.axes.set_ylim(height, 0)
        return self.figure

    def text(  # noqa: PLR0913  (how to write text, each by name)
        self,
        x: float,
        y: float,
        text: str | float,
        *,
        at: Literal["start", "center", "end"] = "start",
        va: Literal["top", "center", "bottom", "baseline"] = "center",
        size: float = style.SIZE["note"],
        weight: Literal["normal", "bold"] = "normal",
        colour: str = style.INK,
        width: float | None = None,
        **more: Any,
    ) -> Text:
        """Write text; ``at`` is the side of it that stands at ``x``."""
        return style.put(
            self.axes,
            self._x(x),
            y,
            text,
            self.lang,
            at=at,
            va=va,
            size=size,
            weight=weight,
            colour=colour,
            width=width,
            balance=width is not None,
            **more,
        )

    def bar(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        face: str,
        *,
        edge: str | None = None,
        hatch: str | None = None,
        zorder: float = 1,
    ) -> None:
        """Fill a rectangle; hatching has the colour of the edge."""
        left = self._x(x + w) if self.lang == "fa" else x
        self.axes.add_patch(
            Rectangle(
                (left, y),
                w,
                h,
                facecolor=face,
                edgecolor=edge or face,
                linewidth=0.6 if edge else 0.0,
                hatch=hatch,
                zorder=zorder,
            )
        )

    def bars(self, places: Sequence[Rect], face: str, *, zorder: float = 1) -> None:
        """Fill many rectangles with one colour as one shape: places are x, y, width, height."""
        if not places:
            return
        corners = []
        for x, y, w, h in places:
            left = self._x(x + w) if self.lang == "fa" else x
            corners += [(left, y), (left + w, y), (left + w, y + h), (left, y + h), (left, y)]
        codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * len(places)
        self.axes.add_patch(
            PathPatch(
                Path(corners, codes), facecolor=face, edgecolor=face, linewidth=0.0, zorder=zorder
            )
        )

    def line(
        self,
        points: Sequence[Point],
        *,
        colour: str = style.LINE,
        width: float = 0.7,
        dashed: bool = False,
        zorder: float = 0.5,
    ) -> None:
        """Join points by straight lines."""
        self.axes.add_line(
            Line2D(
                [self._x(x) for x, _ in points],
                [y for _, y in points],
                color=colour,
                linewidth=width,
                linestyle=DASHES if dashed else "solid",
                solid_capstyle="butt",
                solid_joinstyle="miter",
                zorder=zorder,
            )
        )

    def dot(
        self,
        x: float,
        y: float,
        radius: float,
        face: str,
        *,
        edge: str | None = None,
        zorder: float = 2,
    ) -> None:
        """Draw a circle of a radius in inches."""
        self.axes.add_patch(
            Circle(
                (self._x(x), y),
                radius,
                facecolor=face,
                edgecolor=edge or face,
                linewidth=0.9 if edge else 0.0,
                zorder=zorder,
            )
        )

    def square(self, x: float, y: float, radius: float, face: str, *, edge: str) -> None:
        """Draw a square that stands on a corner, as wide as a circle of the radius."""
        x, r = self._x(x), radius * 1.15
        corners = [(x - r, y), (x, y - r), (x + r, y), (x, y + r)]
        self.axes.add_patch(
            Polygon(corners, closed=True, facecolor=face, edgecolor=edge, linewidth=0.9, zorder=2)
        )

    def reason(self, why: str) -> Figure:
        """Write why there is nothing to draw, and nothing else; return the page."""
        size, wide = style.SIZE["text"], self.width * 0.7
        tall = self.tall(why, wide, size) + 0.5
        self.text(
            self.width / 2, tall / 2, why, at="center", size=size, width=wide, colour=style.MUTED
        )
        return self.finish(tall)

    def note(self, y: float, text: str, *, size: float = style.SIZE["least"]) -> float:
        """Write a note over the whole width below ``y``; return where it ends."""
        wide = self.width - 2 * MARGIN
        written = self.text(
            MARGIN, y, text, va="top", size=size, colour=style.MUTED, width=wide
        ).get_text()
        return y + (written.count("\n") + 1) * style.line_height(size)

    def wide(self, text: str, size: float = style.SIZE["note"], weight: str = "normal") -> float:
        """Measure the width of text as it will be shown."""
        return style.text_size(style.show(text, self.lang), size, self.lang, weight)[0]

    def tall(
        self, text: str, width: float, size: float = style.SIZE["note"], weight: str = "normal"
    ) -> float:
        """Measure the height of text broken to a width."""
        shown = style.wrap(text, width, size, self.lang, weight=weight, balance=True)
        return (shown.count("\n") + 1) * style.line_height(size)

    def _x(self, x: float) -> float:
        return style.mirror(x, self.width, self.lang)


def nothing(name: str, title: Mapping[str, str], why: Mapping[str, str]) -> style.Picture:
    """Return the picture of what there is nothing of yet: it says why."""
    return style.Picture(name, title, why, why, partial(_draw_reason, why), has_note=True)


def _draw_reason(why: Mapping[str, str], lang: str) -> Figure:
    with style.use(lang):
        return Canvas(style.DOUBLE, lang).reason(why[lang])


def split(sizes: Sequence[float], parts: int) -> list[list[int]]:
    """Cut a sequence into parts, in order, so that the largest part is as small as can be.

    >>> split([4, 5, 7, 3, 3, 6], 3)
    [[0, 1], [2, 3], [4, 5]]
    """
    best: dict[tuple[int, int], tuple[float, list[list[int]]]] = {(0, 0): (0.0, [])}
    for used in range(1, parts + 1):
        for end in range(len(sizes) + 1):
            tried = [
                (
                    max(best[used - 1, cut][0], sum(sizes[cut:end])),
                    [*best[used - 1, cut][1], list(range(cut, end))],
                )
                for cut in range(end + 1)
                if (used - 1, cut) in best
            ]
            if tried:
                best[used, end] = min(tried, key=lambda found: found[0])
    return best[parts, len(sizes)][1]
