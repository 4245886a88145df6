"""The citation network: works cited together in the paper, or co-citation where lists exist.

The groups of `slr.report.graph` are set in rows, with a key below them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.patheffects import withStroke

from slr.bidi import digits
from slr.cocite import CO_CITATION, NOT_A_RECORD, SHARE_LISTED
from slr.cocite.measures import MOST_OF_PATHS
from slr.report import style, words
from slr.report.canvas import MARGIN, Canvas
from slr.report.graph import (
    APART,
    LEAST,
    LINE,
    MOST_ON_CIRCLE,
    RADIUS,
    Group,
    Network,
    in_rows,
    lay_out,
    radius_of,
    say,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BLUE = style.COLOUR["blue"]
_COLOURS = [style.COLOUR[c] for c in ("blue", "orange", "green", "purple", "vermilion", "sky")]


def pictures(
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    coverage: pd.DataFrame,
    min_weight: float,
    seed: int,
    *,
    rebuilt: bool = False,
) -> list[style.Picture]:
    """Return the picture `network`; where there is nothing to draw, it says why.

    Parameters
    ----------
    nodes, edges, coverage : DataFrame
        Tables of the stage `cocite`.
    min_weight : float
        `report.labels_min_weight` of the config: the lightest line that is drawn.
    seed : int
        `cocite.seed` of the config, for the layout of large groups.
    rebuilt : bool
        Whether the review is a reconstruction, which the caption then says.
    """
    net = Network(nodes, edges, coverage, min_weight, seed)
    return [
        style.Picture(
            "network",
            {lang: say(f"title_{net.kind}", lang, **net.counts) for lang in style.LANGS},
            {lang: " ".join(_caption(net, rebuilt, lang)) for lang in style.LANGS},
            {lang: _alt(net, lang) for lang in style.LANGS},
            partial(draw, net),
        )
    ]


# ---- words


def _caption(net: Network, rebuilt: bool, lang: str) -> list[str]:
    if not len(net.whole):
        return [net.why_empty(lang)]
    co_cited = net.kind == CO_CITATION
    least = min(weight for _, _, weight in net.whole.edges(data="weight"))
    told = [say(f"caption_{net.kind}", lang, **net.counts, weight=least, **_places(net, lang))]
    share = net.measure(SHARE_LISTED)
    if share is not None:
        told.append(say("coverage" if co_cited else "too_few_lists", lang, share=share))
    if len(net.graph) < len(net.whole):
        told.append(say("drawn_some", lang, drawn=len(net.graph), nodes=len(net.whole)))
    labelled = sum(len(lay_out(net, part, lang).labels) for part in net.groups)
    nameless = sum(map(net.nameless, net.graph))
    if labelled < len(net.graph) - nameless:
        told.append(say("labels_some", lang, labelled=labelled, nodes=len(net.graph) - nameless))
    statuses = [net.status(node) for node in net.graph]
    told.append(say("included_here", lang, included=statuses.count("included")))
    all_included = {n for n, row in net.about.items() if row["status"] == "included"}
    if alone := len(all_included - set(net.whole)):
        told.append(say("left_out", lang, count=alone))
    if lighter := len(net.edges) - net.whole.number_of_edges():
        told.append(say("lighter", lang, count=lighter))
    if named := statuses.count(NOT_A_RECORD):
        told.append(say("cited_works" if co_cited else "named_sources", lang, count=named))
    if nameless:
        told.append(say("nameless", lang, count=nameless, of=len(net.graph)))
    if co_cited and net.nodes["betweenness"].isna().all():
        told.append(say("not_counted", lang, most=MOST_OF_PATHS))
    told.append(say("layout", lang))
    return [*told, say("rebuilt", lang)] if rebuilt else told


def _places(net: Network, lang: str) -> dict[str, str]:
    """Name the places of the text that the lines drawn stand for."""
    if net.kind == CO_CITATION:
        return {}
    levels = set(net.edges.loc[net.edges["weight"] >= net.min_weight, "level"])
    found = [name for name in ("theme", "unit", "section", "text") if name in levels]
    return {"places": words.COMMA[lang].join(say(f"level_{name}", lang) for name in found)}


def _alt(net: Network, lang: str) -> str:
    if not len(net.whole):
        return net.why_empty(lang)
    told = [say("alt_groups", lang, count=len(net.groups))]
    groups = ([net.label(node, lang) for node in part] for part in net.groups)
    told += [f"{words.SEMICOLON[lang].join(names)}." for names in groups]
    return " ".join(told)


# ---- drawing


def draw(net: Network, lang: str) -> Figure:
    """Draw the groups in rows and a key below them, or the reason why there are none."""
    with style.use(lang):
        canvas = Canvas(style.DOUBLE, lang)
        if not len(net.whole):
            return canvas.reason(net.why_empty(lang))
        groups = [lay_out(net, part, lang) for part in net.groups]
        room = canvas.width - 2 * MARGIN
        y = MARGIN
        for row in in_rows(groups, room):
            spare = (room - sum(groups[at].width for at in row)) / len(row)
            tall = max(groups[at].height for at in row)
            x = MARGIN + spare / 2
            for at in row:
                group = groups[at]
                corner = x - group.box[0], y + (tall - group.height) / 2 - group.box[1]
                _draw_group(canvas, net, group, corner, lang)
                x += group.width + spare
            y += tall + APART
        return canvas.finish(_draw_key(canvas, net, y + 0.04) + MARGIN)


def _draw_group(
    canvas: Canvas, net: Network, group: Group, corner: tuple[float, float], lang: str
) -> None:
    dx, dy = corner
    for a, b, weight in sorted(net.graph.edges(data="weight"), key=lambda line: line[2]):
        if a in group.places and b in group.places:
            ends = [(group.places[n][0] + dx, group.places[n][1] + dy) for n in (a, b)]
            canvas.line(ends, colour=_grey(net, weight), width=_width(net, weight))
    for node, (x, y) in group.places.items():
        _draw_dot(
            canvas, x + dx, y + dy, net.status(node), _colour(net, node), radius_of(net, node)
        )
    for node, label in group.labels.items():
        written = canvas.text(
            label.x + dx,
            label.y + dy,
            net.label(node, lang),
            at=label.at,
            size=LEAST,
            colour=style.INK if net.status(node) == "included" else style.MUTED,
        )
        if len(group.places) > MOST_ON_CIRCLE:  # where lines run below names
            written.set_path_effects([withStroke(linewidth=1.5, foreground=style.PAPER)])


def _grey(net: Network, weight: float) -> str:
    """Return the grey of a line: of co-citations, the lighter the paler, for they are many."""
    if net.kind != CO_CITATION:
        return style.tint(style.LINE, 0.6)
    return style.tint(style.LINE, 0.15 + 0.6 * weight / max(net.heaviest[0], 1.0))


def _width(net: Network, weight: float) -> float:
    """Return how wide a line of a weight is, in points."""
    heaviest, _ = net.heaviest
    most = 2.2 if net.kind == CO_CITATION else 1.8
    return 0.3 + most * weight / max(heaviest, 1.0)


def _colour(net: Network, node: str) -> tuple[str, str]:
    community = net.about[node]["community"]
    if net.kind != CO_CITATION:
        return _BLUE, style.MUTED
    if pd.isna(community) or int(community) > len(_COLOURS):
        return style.LINE, style.LINE
    return (_COLOURS[int(community) - 1],) * 2


def _draw_dot(
    canvas: Canvas, x: float, y: float, status: str, colours: tuple[str, str], radius: float
) -> None:
    """Draw a work: filled with the first colour if included, else edged with the second."""
    colour, edge = colours
    if status == "included":
        canvas.dot(x, y, radius, colour, edge=colour)
    elif status == NOT_A_RECORD:
        canvas.square(x, y, radius, style.PAPER, edge=edge)
    else:
        canvas.dot(x, y, radius, style.PAPER, edge=edge)


def _draw_key(canvas: Canvas, net: Network, y: float) -> float:
    """Explain dots and widths in a row; return where it ends."""
    statuses = {net.status(node) for node in net.graph}
    colours = (style.MUTED if net.kind == CO_CITATION else _BLUE, style.MUTED)
    keys = []
    if "included" in statuses:
        keys.append(("key_included", "included"))
    if statuses - {"included", NOT_A_RECORD}:
        keys.append(("key_not_included", "excluded"))
    if NOT_A_RECORD in statuses:
        keys.append(("key_cited" if net.kind == CO_CITATION else "key_named", NOT_A_RECORD))
    x, middle = MARGIN + 0.06, y + LINE / 2
    for key, status in keys:
        text = say(key, canvas.lang)
        _draw_dot(canvas, x, middle, status, colours, RADIUS)
        canvas.text(x + 0.12, middle, text, size=LEAST, colour=style.MUTED)
        x += 0.12 + canvas.wide(text, LEAST) + 0.25
    weights = sorted({float(w) for _, _, w in net.graph.edges(data="weight")})
    for weight in weights if len(weights) <= 3 else [weights[0], weights[-1]]:
        text = say("key_weight", canvas.lang, weight=weight)
        canvas.line(
            [(x, middle), (x + 0.25, middle)],
            width=_width(net, weight),
            colour=_grey(net, weight),
        )
        canvas.text(x + 0.31, middle, text, size=LEAST, colour=style.MUTED)
        x += 0.31 + canvas.wide(text, LEAST) + 0.25
    return _draw_communities(canvas, net, y + LINE)


def _draw_communities(canvas: Canvas, net: Network, y: float) -> float:
    """Name the communities by their heaviest works, a row each; return where the last ends."""
    if net.kind != CO_CITATION:
        return y
    for number, works in _communities(net):
        colour = _COLOURS[number - 1] if number <= len(_COLOURS) else style.LINE
        middle = y + 0.06 + LINE / 2
        canvas.dot(MARGIN + 0.06, middle, RADIUS, colour, edge=colour)
        names = words.COMMA[canvas.lang].join(net.label(work, canvas.lang) for work in works[:3])
        key = "key_community" if number <= len(_COLOURS) else "key_communities"
        text = say(key, canvas.lang, number=digits(str(number), canvas.lang), names=names,
                    works=len(works))  # fmt: skip
        size = style.SIZE["least"]
        wide = canvas.width - 2 * MARGIN - 0.18
        canvas.text(MARGIN + 0.18, middle, text, size=size, width=wide, colour=style.MUTED)
        y += 0.06 + max(LINE, canvas.tall(text, wide, size))
    return y


def _communities(net: Network) -> list[tuple[int, list[str]]]:
    """Return the works drawn of each community; those without a colour together.

    Those with a name come first, then the heaviest.
    """
    found: dict[int, list[str]] = {}
    for node in sorted(net.graph, key=lambda node: (net.nameless(node), net.rank(node))):
        number = net.about[node]["community"]
        if not pd.isna(number):
            found.setdefault(min(int(number), len(_COLOURS) + 1), []).append(node)
    return sorted(found.items())
