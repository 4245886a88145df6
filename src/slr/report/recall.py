"""The curve of relevant records found against records screened."""

from __future__ import annotations

from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING

from matplotlib.ticker import FuncFormatter, MaxNLocator

from slr.report import style, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HIGH = 2.6
_SIDE, _WIDE = 0.16, 0.78  # shares of the width: beside the axis with its name, and within
_BLUE, _RED = style.COLOUR["blue"], style.COLOUR["vermilion"]


def picture(found: Sequence[int], stop: int | None = None) -> style.Picture:
    """Return the picture `curve`.

    Parameters
    ----------
    found
        1 for a relevant record, 0 for another, in the order screened.
    stop
        After how many records a rule would have stopped, if one would have.
    """
    said = words.load("recall")
    caption = said.both("caption", found=sum(found), total=len(found))
    if stop is not None:
        more = said.both("caption_stop", stop=stop, reached=sum(found[:stop]))
        caption = {lang: f"{caption[lang]} {more[lang]}" for lang in style.LANGS}
    return style.Picture(
        "curve", said.both("title"), caption, caption, partial(draw, list(found), stop)
    )


def draw(found: Sequence[int], stop: int | None, lang: str) -> Figure:
    """Draw found against screened; in Persian it begins on the right."""
    said = words.load("recall")
    total, relevant = len(found), sum(found)
    curve = [0, *accumulate(found)]
    with style.use(lang):
        fig = style.figure(style.SINGLE, _HIGH)
        axes = fig.add_axes((_SIDE if lang == "en" else 1 - _SIDE - _WIDE, 0.19, _WIDE, 0.75))
        axes.step(range(total + 1), curve, where="post", color=_BLUE, linewidth=1.4, zorder=3)
        axes.plot([0, total], [0, relevant], color=style.MUTED, linewidth=0.8, linestyle="--")
        _frame(axes, total, max(relevant, 1), lang)
        style.put(
            axes, total * 0.62, relevant * 0.55, said.say("chance", lang), lang, va="top",
            size=style.SIZE["least"], colour=style.MUTED,
        )  # fmt: skip
        if stop is not None:
            reached = curve[stop]
            axes.plot([stop, stop], [0, reached], color=_RED, linewidth=0.9, zorder=2)
            axes.plot([stop], [reached], "o", color=_RED, markersize=3.5, zorder=4)
            text = said.say("stop", lang, stop=stop, reached=reached, found=relevant)
            late = stop > total / 2
            style.put(
                axes, stop + (-0.02 if late else 0.02) * total, relevant * 0.12, text, lang,
                at="end" if late else "start", size=style.SIZE["least"], colour=_RED,
            )  # fmt: skip
        return fig


def _frame(axes: Axes, total: int, relevant: int, lang: str) -> None:
    """Set the ends, ticks and names of both axes."""
    said = words.load("recall")
    ends = (0, total) if lang == "en" else (total, 0)
    axes.set_xlim(*ends)
    axes.set_ylim(0, relevant * 1.05)
    axes.yaxis.set_ticks_position("left" if lang == "en" else "right")
    for name in ("left", "right"):
        axes.spines[name].set_visible((name == "left") == (lang == "en"))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5, integer=True))
        axis.set_major_formatter(FuncFormatter(lambda value, _: style.show(int(value), lang)))
        for label in axis.get_ticklabels():
            label.set_fontproperties(style.font(style.SIZE["least"]))
    style.put(axes, 0.5, -0.16, said.say("screened", lang), lang, at="center",
              transform=axes.transAxes)  # fmt: skip
    style.put(axes, -0.14 if lang == "en" else 1.14, 0.5, said.say("found", lang), lang,
              at="center", rotation=90, transform=axes.transAxes)  # fmt: skip
