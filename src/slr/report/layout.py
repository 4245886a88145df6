"""Boxes that are as large as their text, and arrows between them, on a sheet in inches.

Places are measured from the top and from the side where reading starts, so that one layout serves
both languages: a Persian drawing is its mirror image, with Persian text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Polygon

from slr.report import style

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAD = 0.075
"""Inches between the border of a box and its text."""
MARGIN = 0.04
"""Inches around the whole sheet."""
_INDENT = 0.1  # of an item behind its bullet
_HEAD, _SPREAD = 0.075, 0.03  # length and half width of an arrow's head
_DASHES = (0, (3.2, 2.0))

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle: where it starts in reading direction, its top, width and height (inches)."""

    x: float
    y: float
    w: float
    h: float

    @property
    def far(self) -> float:
        """The side where reading ends."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.h

    @property
    def middle(self) -> float:
        """The height of the centre."""
        return self.y + self.h / 2

    @property
    def centre(self) -> float:
        """The centre in reading direction."""
        return self.x + self.w / 2


@dataclass(frozen=True)
class Para:
    """A paragraph: its text and how it is set; ``before`` is space above it in inches."""

    text: str
    size: float = style.SIZE["note"]
    weight: Literal["normal", "bold"] = "normal"
    colour: str = style.INK
    at: Literal["start", "center"] = "start"
    bullet: bool = False
    before: float = 0.0


@dataclass(frozen=True)
class Look:
    """How a box is drawn; ``dashed`` says that it is inferred, ``frame`` that it holds boxes."""

    colour: str = style.LINE
    fill: float = 0.08
    dashed: bool = False
    frame: bool = False


def head(text: str, at: Literal["start", "center"] = "start") -> Para:
    """Set a heading."""
    return Para(text, style.SIZE["text"], "bold", at=at)


def items(texts: Sequence[str], apart: float = 0.0) -> list[Para]:
    """Set a list with bullets; ``apart`` is space between items, for lists of long ones."""
    return [Para(text, bullet=True, before=apart if at else 0.02) for at, text in enumerate(texts)]


def fit(paras: Sequence[Para], width: float, lang: str) -> list[Para]:
    """Break each paragraph into lines that fit a box of a width."""
    return [
        replace(
            para,
            text=style.wrap(
                para.text,
                width - 2 * PAD - (_INDENT if para.bullet else 0),
                para.size,
                lang,
                weight=para.weight,
                balance=True,
            ),
        )
        for para in paras
    ]


def height(paras: Sequence[Para], width: float, lang: str) -> float:
    """Return the height of a box of a width that holds the paragraphs, in inches."""
    return 2 * PAD * 0.75 + sum(_tall(para) for para in fit(paras, width, lang))


def _tall(fitted: Para) -> float:
    return fitted.before + (fitted.text.count("\n") + 1) * style.line_height(fitted.size)


class Sheet:
    """Collects boxes, text and arrows, then draws them all.

    Artists carry labels for whoever checks the drawing: ``box 3`` and ``frame 2`` for boxes and
    for boxes that hold others, ``text in 3`` for text that belongs inside box 3.
    """

    def __init__(self, width: float, lang: str) -> None:
        self.width = width
        self.lang = lang
        self._marks: list[Callable[[Axes], None]] = []
        self._boxes = 0
        self._bottom = 0.0

    def card(
        self,
        place: Box,
        paras: Sequence[Para] = (),
        look: Look | None = None,
        *,
        va: Literal["top", "center"] = "top",
    ) -> Box:
        """Draw a box with paragraphs in it, at least as high as they need.

        Parameters
        ----------
        place : Box
            Its height is the least height.
        paras : sequence of Para
        look : Look, optional
        va : {"top", "center"}
            Where the paragraphs stand when the box is higher than they need.

        Returns
        -------
        Box
            The box as drawn.
        """
        fitted = fit(paras, place.w, self.lang)
        needed = height(paras, place.w, self.lang) if paras else 0.0
        box = replace(place, h=max(place.h, needed))
        self._boxes += 1
        number = self._boxes
        self._bottom = max(self._bottom, box.bottom)
        shown = look or Look()
        self._marks.append(lambda axes: self._draw_box(axes, box, shown, number))
        y = box.y + PAD * 0.75 + ((box.h - needed) / 2 if va == "center" else 0.0)
        for para in fitted:
            self._marks.append(self._writer(para, box, y + para.before, number))
            y += _tall(para)
        return box

    def arrow(self, *points: Point, dashed: bool = False, headed: bool = True) -> None:
        """Draw a line through points, with a head at the last unless told otherwise."""
        self._marks.append(lambda axes: self._draw_arrow(axes, points, dashed, headed))

    def key(self, y: float, entries: Sequence[tuple[bool, str]]) -> None:
        """Explain solid and dashed lines in a row: pairs of (dashed, text)."""
        x, size = MARGIN, style.SIZE["least"]
        for dashed, text in entries:
            level = y + style.line_height(size) / 2
            self.arrow((x, level), (x + 0.24, level), dashed=dashed, headed=False)
            wide, _ = style.text_size(style.show(text, self.lang), size, self.lang)
            place = Box(x + 0.3, y, wide, style.line_height(size))
            para = Para(style.show(text, self.lang), size, colour=style.MUTED)
            self._marks.append(self._writer(para, replace(place, x=place.x - PAD), y, 0))
            x = place.far + 0.25
        self._bottom = max(self._bottom, y + style.line_height(size))

    def draw(self) -> Figure:
        """Draw everything on a figure of the sheet's width and of the height that it needs."""
        tall = self._bottom + MARGIN
        with style.use(self.lang):
            fig = style.figure(self.width, tall)
            axes = fig.add_axes((0, 0, 1, 1))
            axes.set_xlim(0, self.width)
            axes.set_ylim(tall, 0)
            axes.axis("off")
            for mark in self._marks:
                mark(axes)
        return fig

    def _x(self, x: float) -> float:
        return style.mirror(x, self.width, self.lang)

    def _draw_box(self, axes: Axes, box: Box, look: Look, number: int) -> None:
        left = min(self._x(box.x), self._x(box.far))
        axes.add_patch(
            FancyBboxPatch(
                (left, box.y),
                box.w,
                box.h,
                boxstyle="round,pad=0,rounding_size=0.04",
                facecolor=style.tint(look.colour, look.fill),
                edgecolor=style.tint(look.colour, 0.8),
                linewidth=0.8 if look.dashed else 0.7,
                linestyle=_DASHES if look.dashed else "solid",
                label=f"{'frame' if look.frame else 'box'} {number}",
            )
        )

    def _writer(self, para: Para, box: Box, y: float, number: int) -> Callable[[Axes], None]:
        indent = _INDENT if para.bullet else 0.0
        x = box.centre if para.at == "center" else box.x + PAD + indent

        def write(axes: Axes) -> None:
            text = style.put(
                axes,
                self._x(x),
                y,
                para.text,
                self.lang,
                at=para.at,
                va="top",
                size=para.size,
                weight=para.weight,
                colour=para.colour,
            )
            text.set_label(f"text in {number}")
            if para.bullet:
                dot = self._x(x - indent * 0.75)
                level = y + style.line_height(para.size) * 0.52
                axes.plot([dot], [level], "o", ms=1.6, color=style.MUTED)

        return write

    def _draw_arrow(self, axes: Axes, points: Sequence[Point], dashed: bool, headed: bool) -> None:
        placed = [(self._x(x), y) for x, y in points]
        (x0, y0), (x1, y1) = placed[-2:]
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        dx, dy = (x1 - x0) / length, (y1 - y0) / length
        if headed:
            base = (x1 - dx * _HEAD, y1 - dy * _HEAD)
            side = (-dy * _SPREAD, dx * _SPREAD)
            corners = [
                (x1, y1),
                (base[0] + side[0], base[1] + side[1]),
                (base[0] - side[0], base[1] - side[1]),
            ]
            axes.add_patch(Polygon(corners, closed=True, facecolor=style.MUTED, edgecolor="none"))
            placed[-1] = base
        axes.add_line(
            Line2D(
                [x for x, _ in placed],
                [y for _, y in placed],
                color=style.MUTED,
                linewidth=0.9,
                linestyle=_DASHES if dashed else "solid",
                solid_joinstyle="miter",
                label="arrow" if headed else "line",
            )
        )
