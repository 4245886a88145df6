"""The citation network: works cited together in the paper, or co-citation where lists exist.

Each group of joined works is laid out by itself and the groups are set in rows. The layout depends
on the graph and the seed alone, never on the order of rows in the tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from math import cos, hypot, pi, sin, sqrt
from typing import TYPE_CHECKING, Any, Literal

import networkx as nx
import pandas as pd
from matplotlib.patheffects import withStroke

from slr.bidi import digits
from slr.cocite import CO_CITATION, NOT_A_RECORD, SHARE_LISTED
from slr.report import style, words
from slr.report.canvas import MARGIN, Canvas, split

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_NODES = 120
"""Of more nodes than this those with the heaviest lines are drawn."""
_MOST_ON_CIRCLE = 9
_BLUE = style.COLOUR["blue"]
_LEAST = style.SIZE["least"]
_LINE = style.line_height(_LEAST)
_COLOURS = [style.COLOUR[c] for c in ("blue", "orange", "green", "purple", "vermilion", "sky")]
_RADIUS = 0.05
_APART = 0.16  # between groups

Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom, in inches and in reading direction."""


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
            {lang: _say(f"title_{net.kind}", lang, **net.counts) for lang in style.LANGS},
            {lang: " ".join(_caption(net, rebuilt, lang)) for lang in style.LANGS},
            {lang: _alt(net, lang) for lang in style.LANGS},
            partial(draw, net),
        )
    ]


@dataclass(frozen=True)
class Network:
    """What is drawn of a graph, and what is known of it."""

    nodes: pd.DataFrame
    edges: pd.DataFrame
    coverage: pd.DataFrame
    min_weight: float
    seed: int
    laid_out: dict[str, _Group] = field(default_factory=dict, repr=False)

    @cached_property
    def kind(self) -> str:
        """Which of the two graphs it is: that of the count of edges."""
        told = self.coverage.loc[self.coverage["measure"] == "edges", "kind"]
        return str(told.iloc[0]) if len(told) else "cited-together"

    @cached_property
    def whole(self) -> nx.Graph:
        """All lines that are heavy enough, in order."""
        graph = nx.Graph()
        rows = self.edges[self.edges["weight"] >= self.min_weight]
        pairs = sorted(
            (min(a, b), max(a, b), float(weight))
            for a, b, weight in zip(rows["source"], rows["target"], rows["weight"], strict=True)
        )
        graph.add_nodes_from(sorted({node for a, b, _ in pairs for node in (a, b)}))
        graph.add_weighted_edges_from(pairs)
        return graph

    @cached_property
    def graph(self) -> nx.Graph:
        """The part that is drawn: of too many nodes, those with the heaviest lines."""
        if len(self.whole) <= MOST_NODES:
            return self.whole
        kept = set(sorted(self.whole, key=self.rank)[:MOST_NODES])
        part = nx.Graph()
        part.add_nodes_from(node for node in self.whole if node in kept)
        part.add_edges_from(
            (a, b, data) for a, b, data in self.whole.edges(data=True) if {a, b} <= kept
        )
        return part

    def rank(self, node: str) -> tuple[float, str]:
        """Order nodes by the weight of their lines, heaviest first, then by id."""
        return -self.whole.degree(node, weight="weight"), node

    @cached_property
    def about(self) -> dict[str, Mapping[str, Any]]:
        """The row of each node."""
        return {row["node_id"]: row for row in self.nodes.to_dict("records")}

    @cached_property
    def groups(self) -> list[list[str]]:
        """Works that lines join, each group in order, largest first."""
        parts = (sorted(part) for part in nx.connected_components(self.graph))
        return sorted(parts, key=lambda part: (-len(part), part))

    @property
    def counts(self) -> dict[str, int]:
        """Nodes and edges that are heavy enough."""
        return {"nodes": len(self.whole), "edges": self.whole.number_of_edges()}

    def status(self, node: str) -> str:
        """Return where a node ended, or that it is no record."""
        return str(self.about[node]["status"])

    def label(self, node: str, lang: str) -> str:
        """Return the name of a node, in the digits of the language."""
        return digits(self.about[node]["label_fa" if lang == "fa" else "label"], lang)

    def measure(self, name: str) -> int | None:
        """Return a number of the coverage, where it is there."""
        told = self.coverage.loc[self.coverage["measure"] == name, "value"]
        return int(told.iloc[0]) if len(told) else None


def _say(key: str, lang: str, /, **fields: str | float) -> str:
    return words.load("network").say(key, lang, **_whole(fields))


def _whole(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields that are whole numbers as such, so that 2.0 reads 2."""
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in fields.items()
    }


# ---- words


def _why_empty(net: Network, lang: str) -> str:
    if len(net.edges):
        return _say("empty_too_light", lang, edges=len(net.edges), weight=net.min_weight)
    if not any(net.coverage["value"] > 0):
        return _say("empty_no_contexts", lang)
    return _say("empty_no_edges", lang)


def _caption(net: Network, rebuilt: bool, lang: str) -> list[str]:
    if not len(net.whole):
        return [_why_empty(net, lang)]
    told = [
        _say(f"caption_{net.kind}", lang, **net.counts, weight=net.min_weight, **_places(net, lang))
    ]
    share = net.measure(SHARE_LISTED)
    if share is not None:
        told.append(
            _say("coverage" if net.kind == CO_CITATION else "too_few_lists", lang, share=share)
        )
    if len(net.graph) < len(net.whole):
        told.append(_say("drawn_some", lang, drawn=len(net.graph), nodes=len(net.whole)))
    labelled = sum(len(_group(net, part, lang).labels) for part in net.groups)
    if labelled < len(net.graph):
        told.append(_say("labels_some", lang, labelled=labelled, nodes=len(net.graph)))
    statuses = [net.status(node) for node in net.graph]
    told.append(_say("included_here", lang, included=statuses.count("included")))
    all_included = {n for n, row in net.about.items() if row["status"] == "included"}
    if alone := len(all_included - set(net.whole)):
        told.append(_say("left_out", lang, count=alone))
    if lighter := len(net.edges) - net.whole.number_of_edges():
        told.append(_say("lighter", lang, count=lighter))
    if named := statuses.count(NOT_A_RECORD):
        told.append(_say("named_sources", lang, count=named))
    told.append(_say("layout", lang))
    return [*told, _say("rebuilt", lang)] if rebuilt else told


def _places(net: Network, lang: str) -> dict[str, str]:
    """Name the places of the text that the lines drawn stand for."""
    if net.kind == CO_CITATION:
        return {}
    levels = set(net.edges.loc[net.edges["weight"] >= net.min_weight, "level"])
    found = [name for name in ("theme", "unit", "section", "text") if name in levels]
    return {"places": words.COMMA[lang].join(_say(f"level_{name}", lang) for name in found)}


def _alt(net: Network, lang: str) -> str:
    if not len(net.whole):
        return _why_empty(net, lang)
    told = [_say("alt_groups", lang, count=len(net.groups))]
    groups = ([net.label(node, lang) for node in part] for part in net.groups)
    told += [f"{words.SEMICOLON[lang].join(names)}." for names in groups]
    return " ".join(told)


# ---- layout


@dataclass(frozen=True)
class _Label:
    at: Literal["start", "center", "end"]
    x: float
    y: float
    box: Rectangle


@dataclass(frozen=True)
class _Group:
    """A group of works as laid out: places of dots and labels, and the room they take."""

    places: Mapping[str, tuple[float, float]]
    labels: Mapping[str, _Label]
    box: Rectangle

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]


def _group(net: Network, part: Sequence[str], lang: str) -> _Group:
    """Lay out a group as small as lets every work be named; named as many as can be at the most."""
    key = f"{lang} {part[0]}"
    if key not in net.laid_out:
        best = None
        for room in (1.0, 1.25, 1.5, 1.8, 2.2, 2.6):
            places = layout(net.graph, part, net.seed, room)
            wide = max(x for x, _ in places.values()) - min(x for x, _ in places.values())
            if best and wide > style.DOUBLE * 0.62:
                break
            labels = _labels(net, places, lang)
            if best is None or len(labels) > len(best[1]):
                best = places, labels
            if len(labels) == len(part):
                break
        assert best
        boxes = [label.box for label in best[1].values()]
        boxes += [(x - 0.1, y - 0.1, x + 0.1, y + 0.1) for x, y in best[0].values()]
        box = (
            min(b[0] for b in boxes),
            min(b[1] for b in boxes),
            max(b[2] for b in boxes),
            max(b[3] for b in boxes),
        )
        net.laid_out[key] = _Group(*best, box)
    return net.laid_out[key]


def layout(
    graph: nx.Graph, part: Sequence[str], seed: int, room: float = 1.0
) -> dict[str, tuple[float, float]]:
    """Place the works of a group, in inches about its centre.

    Few stand on a circle, in order of id from the top; more are placed by springs (Fruchterman &
    Reingold 1991), from places that the seed gives.
    """
    count = len(part)
    if count <= _MOST_ON_CIRCLE:
        radius = (0.14 + 0.042 * count) * room
        turn = pi / 2 + (pi / count if count % 2 == 0 and count > 2 and count % 4 == 0 else 0.0)
        angles = [turn - 2 * pi * at / count for at in range(count)]
        return {
            node: (round(radius * cos(a), 6), round(-radius * sin(a), 6))
            for node, a in zip(part, angles, strict=True)
        }
    ordered = nx.Graph()
    ordered.add_nodes_from(part)
    ordered.add_edges_from(
        sorted((min(a, b), max(a, b), d) for a, b, d in graph.subgraph(part).edges(data=True))
    )
    found = nx.spring_layout(
        ordered, seed=seed, iterations=150, weight="weight", k=1.6 / sqrt(count)
    )
    scale = min(0.36 * sqrt(count) * room, style.DOUBLE * 0.31)
    return {
        node: (round(x * scale, 4), round(y * scale * 0.8, 4)) for node, (x, y) in found.items()
    }


def _labels(
    net: Network, places: Mapping[str, tuple[float, float]], lang: str
) -> dict[str, _Label]:
    """Place labels beside their dots, where they meet no other; leave out those that cannot."""
    radii = {node: _radius(net, node) + 0.01 for node in places}
    taken: list[Rectangle] = [
        (x - radii[node], y - radii[node], x + radii[node], y + radii[node])
        for node, (x, y) in places.items()
    ]
    found: dict[str, _Label] = {}
    for node in sorted(places, key=net.rank):
        text = style.show(net.label(node, lang), lang)
        wide, _ = style.text_size(text, _LEAST, lang)
        for label in _candidates(places[node], wide, radii[node]):
            if not any(_meet(label.box, box) for box in taken):
                taken.append(label.box)
                found[node] = label
                break
    return found


def _candidates(place: tuple[float, float], wide: float, radius: float) -> Iterable[_Label]:
    """Offer places for a label: away from the centre of the group first."""
    x, y = place
    off, half = radius + 0.04, _LINE / 2
    after = _Label("start", x + off, y, (x + off, y - half, x + off + wide, y + half))
    before = _Label("end", x - off, y, (x - off - wide, y - half, x - off, y + half))
    level = off + half - 0.02
    above = _Label(
        "center", x, y - level, (x - wide / 2, y - level - half, x + wide / 2, y - level + half)
    )
    below = _Label(
        "center", x, y + level, (x - wide / 2, y + level - half, x + wide / 2, y + level + half)
    )
    length = hypot(x, y) or 1.0
    sides = [after, before] if x >= 0 else [before, after]
    ends = [above, below] if y <= 0 else [below, above]
    return [*ends, *sides] if abs(x) / length < 0.3 else [*sides, *ends]


def _meet(one: Rectangle, two: Rectangle) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


def _rows(groups: Sequence[_Group], room: float) -> list[list[int]]:
    """Set groups in as few rows as hold them, in order, the rows about equally full."""
    widths = [group.width + _APART for group in groups]
    for count in range(1, len(groups)):
        rows = split(widths, count)
        if all(sum(widths[at] for at in row) <= room + _APART for row in rows):
            return [row for row in rows if row]
    return [[at] for at in range(len(groups))]


# ---- drawing


def draw(net: Network, lang: str) -> Figure:
    """Draw the groups in rows and a key below them, or the reason why there are none."""
    with style.use(lang):
        canvas = Canvas(style.DOUBLE, lang)
        if not len(net.whole):
            return canvas.reason(_why_empty(net, lang))
        groups = [_group(net, part, lang) for part in net.groups]
        room = canvas.width - 2 * MARGIN
        y = MARGIN
        for row in _rows(groups, room):
            spare = (room - sum(groups[at].width for at in row)) / len(row)
            tall = max(groups[at].height for at in row)
            x = MARGIN + spare / 2
            for at in row:
                group = groups[at]
                corner = x - group.box[0], y + (tall - group.height) / 2 - group.box[1]
                _draw_group(canvas, net, group, corner, lang)
                x += group.width + spare
            y += tall + _APART
        return canvas.finish(_draw_key(canvas, net, y + 0.04) + MARGIN)


def _draw_group(
    canvas: Canvas, net: Network, group: _Group, corner: tuple[float, float], lang: str
) -> None:
    dx, dy = corner
    for a, b, data in net.graph.edges(data=True):
        if a in group.places and b in group.places:
            ends = [(group.places[n][0] + dx, group.places[n][1] + dy) for n in (a, b)]
            canvas.line(ends, colour=style.tint(style.LINE, 0.6), width=_width(net, data["weight"]))
    for node, (x, y) in group.places.items():
        _draw_dot(canvas, x + dx, y + dy, net.status(node), _colour(net, node), _radius(net, node))
    for node, label in group.labels.items():
        written = canvas.text(
            label.x + dx,
            label.y + dy,
            net.label(node, lang),
            at=label.at,
            size=_LEAST,
            colour=style.INK if net.status(node) == "included" else style.MUTED,
        )
        if len(group.places) > _MOST_ON_CIRCLE:  # where lines run below names
            written.set_path_effects([withStroke(linewidth=1.5, foreground=style.PAPER)])


def _width(net: Network, weight: float) -> float:
    """Return how wide a line of a weight is, in points."""
    heaviest: float = max(data for _, _, data in net.whole.edges(data="weight"))
    most = 2.2 if net.kind == CO_CITATION else 1.8
    return 0.3 + most * weight / max(heaviest, 1.0)


def _colour(net: Network, node: str) -> str:
    community = net.about[node]["community"]
    if net.kind != CO_CITATION:
        return _BLUE
    if pd.isna(community) or int(community) > len(_COLOURS):
        return style.LINE
    return _COLOURS[int(community) - 1]


def _radius(net: Network, node: str) -> float:
    if net.kind != CO_CITATION:
        return _RADIUS
    most: float = max(weight for _, weight in net.whole.degree(weight="weight"))
    heavy = float(net.whole.degree(node, weight="weight"))
    return 0.03 + 0.06 * sqrt(heavy / most)


def _draw_dot(canvas: Canvas, x: float, y: float, status: str, colour: str, radius: float) -> None:
    if status == "included":
        canvas.dot(x, y, radius, colour, edge=colour)
    elif status == NOT_A_RECORD:
        canvas.square(x, y, radius, style.PAPER, edge=style.MUTED if colour == _BLUE else colour)
    else:
        canvas.dot(x, y, radius, style.PAPER, edge=style.MUTED if colour == _BLUE else colour)


def _draw_key(canvas: Canvas, net: Network, y: float) -> float:
    """Explain dots and widths in a row; return where it ends."""
    statuses = {net.status(node) for node in net.graph}
    colour = style.MUTED if net.kind == CO_CITATION else _BLUE
    keys = []
    if "included" in statuses:
        keys.append(("key_included", "included"))
    if statuses - {"included", NOT_A_RECORD}:
        keys.append(("key_not_included", "excluded"))
    if NOT_A_RECORD in statuses:
        keys.append(("key_named", NOT_A_RECORD))
    x, middle = MARGIN + 0.06, y + _LINE / 2
    for key, status in keys:
        text = _say(key, canvas.lang)
        _draw_dot(canvas, x, middle, status, colour, _RADIUS)
        canvas.text(x + 0.12, middle, text, size=_LEAST, colour=style.MUTED)
        x += 0.12 + canvas.wide(text, _LEAST) + 0.25
    weights = sorted({float(w) for _, _, w in net.graph.edges(data="weight")})
    for weight in weights if len(weights) <= 3 else [weights[0], weights[-1]]:
        text = _say("key_weight", canvas.lang, weight=weight)
        canvas.line(
            [(x, middle), (x + 0.25, middle)],
            width=_width(net, weight),
            colour=style.tint(style.LINE, 0.6),
        )
        canvas.text(x + 0.31, middle, text, size=_LEAST, colour=style.MUTED)
        x += 0.31 + canvas.wide(text, _LEAST) + 0.25
    return y + _LINE
