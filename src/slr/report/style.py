"""The look of all figures: fonts, colours, widths, text that fits, and files that repeat.

A figure module draws inside ``with style.use(lang):``, makes its figure with :func:`figure`, writes
with :func:`put` (or passes phrases for ticks and legends through :func:`show`: digits, and the
order of Persian and Latin) and offers its figures as :class:`Picture`. :func:`render` makes the
files.
"""

from __future__ import annotations

import io as _bytes
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from xml.sax.saxutils import escape

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Bbox

from slr.bidi import isolate, plain, show
from slr.report import FIGURE_KINDS, LANGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from matplotlib.axes import Axes
    from matplotlib.text import Text

__all__ = [
    "COLOUR", "DOUBLE", "FONT_FILES", "GREY", "INK", "LANGS", "LINE", "MUTED", "PAPER",
    "SERIES", "SINGLE", "SIZE", "Picture", "end", "figure", "font", "line_height", "mirror", "put",
    "render", "show", "start", "text_size", "tint", "use", "wrap",
]  # fmt: skip

SINGLE, DOUBLE = 3.5, 7.2
"""Widths in inches of one and of two columns of a journal page."""

SIZE: Mapping[str, float] = {"title": 8.5, "head": 8.0, "text": 7.5, "note": 7.0, "least": 6.5}
"""Font sizes in points by use; nothing is set smaller than ``least``."""

COLOUR: Mapping[str, str] = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "vermilion": "#D55E00",
    "sky": "#56B4E9",
    "yellow": "#F0E442",
    "black": "#000000",
}
"""Colours that colour-blind readers tell apart (Okabe and Ito 2008), in the order of use."""

SERIES: Mapping[int, str] = {
    0: "#7B8794",
    1: COLOUR["sky"],
    2: COLOUR["green"],
    3: COLOUR["orange"],
    4: COLOUR["blue"],
}
"""The colour of each value of an ordered variable in every figure; 0 is none of them, or all."""

INK, MUTED, LINE, GREY, PAPER = "#1F2933", "#52606D", "#7B8794", "#E4E7EB", "#FFFFFF"
"""Text; text of less weight; borders and arrows; fills and grids; ground."""

_HERE = Path(__file__).parent
_STYLE = _HERE / "slr.mplstyle"
FONT_FILES = tuple(_HERE / "fonts" / f"Vazirmatn-{weight}.ttf" for weight in ("Regular", "Bold"))
"""The fonts that ship with the package, for Persian and Latin; DejaVu Sans stands behind them."""

_FAMILIES = ["Vazirmatn", "DejaVu Sans"]
_ENDINGS = frozenset({"ها", "های", "هایی", "ای", "تر", "ترین"})
_BEGINNINGS = frozenset({"می", "نمی"})
"""Parts of Persian words that the paper prints with a space where others join them."""
_EDGE = 0.05  # inches around what stands at the foot
_WHOLE = 0.05  # inches: whole pixels at the usual dots an inch, so that the figure stays as sharp
_LEADING = 1.5625
"""From one line to the next, in font sizes: ascent and descent of Vazirmatn, as matplotlib
sets lines of "normal" spacing (any other spacing makes the lines of a paragraph uneven)."""


@dataclass(frozen=True)
class Picture:
    """A figure of the report: its file name, its words in both languages, how to draw it.

    ``title``, ``caption`` and ``alt`` map ``en`` and ``fa`` to plain text (without isolates);
    ``draw(lang)`` returns a new figure and has no other effect. ``note`` says what the figure is
    worth wherever its files go: in what describes them, and at their foot, unless ``has_note``
    says that the drawing tells it itself.
    """

    name: str
    title: Mapping[str, str]
    caption: Mapping[str, str]
    alt: Mapping[str, str]
    draw: Callable[[str], Figure]
    note: Mapping[str, str] = field(default_factory=dict)
    has_note: bool = False


@cache
def _register_fonts() -> None:
    for path in FONT_FILES:
        font_manager.fontManager.addfont(str(path))


@contextmanager
def use(lang: str) -> Iterator[None]:
    """Draw in the project's style: ``with use("fa"): ...``. Nothing outside is changed.

    Parameters
    ----------
    lang : {"en", "fa"}
        The language of the figure's text. Axes are not mirrored by it: see :func:`mirror`.
    """
    if lang not in LANGS:
        raise ValueError(f"language {lang!r} is not one of {LANGS}")
    _register_fonts()
    with mpl.rc_context(fname=_STYLE):  # from the defaults, not from a matplotlibrc of the user
        yield


def figure(width: float, height: float) -> Figure:
    """Make an empty figure of a size in inches, bound to no window; call inside :func:`use`."""
    made = Figure(figsize=(width, height))
    FigureCanvasAgg(made)
    return made


def start(lang: str) -> str:
    """Return the side on which a line of the language starts, as ``ha`` takes it."""
    return "right" if lang == "fa" else "left"


def end(lang: str) -> str:
    """Return the side on which a line of the language ends, as ``ha`` takes it."""
    return "left" if lang == "fa" else "right"


def mirror(x: float, width: float, lang: str) -> float:
    """Turn a place measured from the side where reading starts into one from the left.

    Examples
    --------
    >>> mirror(1.0, 7.2, "en"), round(mirror(1.0, 7.2, "fa"), 3)
    (1.0, 6.2)
    """
    return width - x if lang == "fa" else x


def tint(colour: str, share: float) -> str:
    """Mix a colour with white; ``share`` 1 is the colour itself, 0 is white.

    Examples
    --------
    >>> tint("#0072B2", 0.5)
    '#80b9d9'
    """
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{int(255 - (255 - part) * share + 0.5):02x}" for part in parts)


@lru_cache(maxsize=64)
def font(size: float, weight: str = "normal") -> FontProperties:
    """Return the project's font at a size in points; ``weight`` is ``normal`` or ``bold``."""
    _register_fonts()
    return FontProperties(family=_FAMILIES, size=size, weight=weight)


@lru_cache(maxsize=20_000)
def _line_width(line: str, size: float, weight: str) -> float:
    drawn, _, _ = text_to_path.get_text_width_height_descent(line, font(size, weight), False)
    return float(drawn) / 72


def line_height(size: float) -> float:
    """Return the distance in inches between two lines of text of a size in points."""
    return size / 72 * _LEADING


def text_size(text: str, size: float, lang: str, weight: str = "normal") -> tuple[float, float]:
    """Measure text with the real font.

    Parameters
    ----------
    text : str
        One or more lines, with or without isolates.
    size : float
        Points.
    lang : {"en", "fa"}
    weight : {"normal", "bold"}

    Returns
    -------
    tuple of float
        Width of the widest line and height of all lines, in inches.
    """
    lines = text.split("\n")
    wide = max(_line_width(isolate(line, lang), size, weight) for line in lines)
    return wide, len(lines) * line_height(size)


def wrap(
    text: str,
    width: float,
    size: float,
    lang: str,
    *,
    weight: str = "normal",
    balance: bool = False,
) -> str:
    """Break text into lines that fit a width, each in its own order and digits.

    Parameters
    ----------
    text : str
        Plain text; line breaks in it are kept, other spaces may become breaks.
    width : float
        Inches. A single word that is wider stays whole on a line of its own.
    size : float
        Points.
    lang : {"en", "fa"}
    weight : {"normal", "bold"}
    balance : bool
        Make the lines about equally long, without using more of them.

    Returns
    -------
    str
        Lines joined by line breaks, each ready to draw. Draw with ``ha=start(lang)`` and
        ``multialignment`` the same, unless centred.
    """
    lines: list[str] = []
    for part in show(text, lang).split("\n"):
        words = _plain_words(part)
        fitted = _fill(words, width, size, weight, lang)
        if balance and len(fitted) > 1:
            fitted = _balanced(words, len(fitted), width, size, weight, lang)
        lines += fitted
    return "\n".join(isolate(line, lang) for line in lines)


def _plain_words(text: str) -> list[str]:
    """Split text where a line may break: not within a Persian word that is written apart."""
    pieces: list[str] = []
    for word in plain(text).split():
        if pieces and (word in _ENDINGS or pieces[-1] in _BEGINNINGS):
            pieces[-1] += f" {word}"
        else:
            pieces.append(word)
    return pieces or [""]


def _fill(words: list[str], width: float, size: float, weight: str, lang: str) -> list[str]:
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if _line_width(isolate(longer, lang), size, weight) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _balanced(
    words: list[str], count: int, width: float, size: float, weight: str, lang: str
) -> list[str]:
    low, high = width / 2, width
    best = _fill(words, width, size, weight, lang)
    for _ in range(6):
        middle = (low + high) / 2
        tried = _fill(words, middle, size, weight, lang)
        if len(tried) <= count:
            best, high = tried, middle
        else:
            low = middle
    return best


def put(  # noqa: PLR0913  (how to write text, each by name)
    target: Axes | Figure,
    x: float,
    y: float,
    text: str | float,
    lang: str,
    *,
    at: Literal["start", "center", "end"] = "start",
    va: Literal["top", "center", "bottom", "baseline"] = "center",
    size: float = SIZE["text"],
    weight: Literal["normal", "bold"] = "normal",
    colour: str = INK,
    width: float | None = None,
    balance: bool = False,
    **more: Any,
) -> Text:
    """Write text in the project's font, digits and order.

    Parameters
    ----------
    target : Axes or Figure
        What to write on; ``x`` and ``y`` are in its coordinates.
    text : str or number
        Plain text; isolates in it are harmless.
    at : {"start", "center", "end"}
        The side of the text that stands at ``x``: the start is left in English, right in Persian.
    width : float, optional
        Inches to wrap to; without it only line breaks in the text are kept.
    **more
        Passed on to matplotlib (``rotation``, ``transform``, ``zorder``, ...).

    Returns
    -------
    matplotlib.text.Text
    """
    side = {"start": start(lang), "center": "center", "end": end(lang)}[at]
    if width is None:
        shown = show(text, lang)
    else:
        shown = wrap(str(text), width, size, lang, weight=weight, balance=balance)
    return target.text(
        x,
        y,
        shown,
        ha=side,
        va=va,
        multialignment=side,
        color=colour,
        fontproperties=font(size, weight),
        parse_math=False,
        **more,
    )


def render(
    fig: Figure,
    name: str,
    *,
    title: str = "",
    alt: str = "",
    note: str = "",
    foot: bool = True,
    dpi: int | None = None,
) -> dict[str, bytes]:
    """Return a figure as SVG, PDF and PNG; the same figure gives the same bytes.

    Parameters
    ----------
    fig : Figure
    name : str
        ``<name>.<lang>``, of which the identifiers in the SVG are made.
    title, alt : str
        Plain text for readers who cannot see the figure: ``<title>`` and ``<desc>`` in the SVG;
        the title also in the PDF and the PNG.
    note : str
        What the figure is worth: the subject and a keyword of the PDF, the description of the PNG.
    foot : bool
        Whether the note is also written below the figure, on a page as much longer.
    dpi : int, optional
        Dots an inch of the PNG; that of the style where it is not given.
    """
    lang = name.rpartition(".")[2]
    lang = lang if lang in LANGS else "en"
    made = {}
    with use(lang), _foot(fig, note if foot else "", lang) as page:
        for kind in FIGURE_KINDS:
            data = _bytes.BytesIO()
            more: dict[str, Any] = {"dpi": dpi} if dpi and kind == "png" else {}
            told = _metadata(kind, title, note)
            fig.savefig(data, format=kind, metadata=told, bbox_inches=page, **more)
            drawn = data.getvalue()
            made[kind] = _describe(drawn, name, title, alt) if kind == "svg" else drawn
    return made


@contextmanager
def _foot(fig: Figure, note: str, lang: str) -> Iterator[Bbox | None]:
    """Write a note below a figure; yield the page in inches, None where it stays as it is.

    The figure keeps its size and all that is in it its place: only what is saved reaches lower.
    """
    if not note:
        yield None
        return
    wide, tall = fig.get_size_inches()
    size, room = SIZE["least"], wide - 2 * _EDGE
    text = wrap(note, room, size, lang)
    x, y = mirror(_EDGE, wide, lang) / wide, -_EDGE / tall
    written = put(fig, x, y, note, lang, va="top", size=size, colour=MUTED, width=room)
    needed = text_size(text, size, lang)[1] + 2 * _EDGE
    below = ceil(needed / _WHOLE) * _WHOLE
    try:
        yield Bbox.from_extents(0, -below, wide, tall)
    finally:
        written.remove()


def _metadata(kind: str, title: str, note: str) -> dict[str, Any]:
    if kind == "svg":
        return {"Date": None, "Creator": None, "Description": note or None}
    if kind == "pdf":
        told = {"Title": title or None, "Subject": note or None, "Keywords": note or None}
        return {"CreationDate": None, "Creator": None, "Producer": None, **told}
    shown = {"Title": title, "Description": note}
    return {"Software": None, **{name: text for name, text in shown.items() if text}}


def _describe(svg: bytes, name: str, title: str, alt: str) -> bytes:
    """Put title and description at the head of an SVG, where screen readers look for them."""
    if not (title or alt):
        return svg
    told = {f"{name}.{tag}": (tag, text) for tag, text in (("title", title), ("desc", alt)) if text}
    words = "".join(f' <{t} id="{id_}">{escape(text)}</{t}>\n' for id_, (t, text) in told.items())
    lang = name.rpartition(".")[2]
    opening = svg.index(b"<svg ")
    closing = svg.index(b">", opening) + 1
    head = svg[:closing].removesuffix(b">")
    head += f' role="img" xml:lang="{lang}" aria-labelledby="{" ".join(told)}">\n'.encode()
    return head + words.encode() + svg[closing:].lstrip(b"\n")
