"""What is drawn of the citation network, where its works stand, and which of them are named.

Each group of joined works is laid out by itself. The layout depends on the graph and the seed
alone, never on the order of rows in the tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import cos, hypot, pi, sin, sqrt
from typing import Any, Literal, TypeVar

import networkx as nx
import pandas as pd

from slr.bidi import digits
from slr.cocite import CO_CITATION, SHARE_LISTED
from slr.report import style, words
from slr.report.canvas import split

MOST_NODES = 120
"""Of more nodes than this those with the heaviest lines are drawn."""
MOST_ON_CIRCLE = 9
LEAST = style.SIZE["least"]
LINE = style.line_height(LEAST)
RADIUS = 0.05
APART = 0.16
"""Inches between groups."""

_FEW = 30
"""Works of a group that springs alone set well apart."""
_HEAVIEST = 20
Item = TypeVar("Item", int, str)

Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom, in inches and in reading direction."""


@dataclass(frozen=True)
class Network:
    """What is drawn of a graph, and what is known of it."""

    nodes: pd.DataFrame
    edges: pd.DataFrame
    coverage: pd.DataFrame
    min_weight: float
    seed: int
    laid_out: dict[str, Group] = field(default_factory=dict, repr=False)

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
    def heaviest(self) -> tuple[float, float]:
        """The weight of the heaviest line, and the greatest sum of those at one node."""
        lines = (weight for _, _, weight in self.whole.edges(data="weight"))
        sums = (weight for _, weight in self.whole.degree(weight="weight"))
        return max(lines, default=0.0), max(sums, default=0.0)

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

    def nameless(self, node: str) -> bool:
        """Tell whether a node is known by its id alone, which is no name to show."""
        return bool(self.about[node]["label"] == node)

    def why_empty(self, lang: str) -> str:
        """Say why there is nothing to draw."""
        share = self.measure(SHARE_LISTED)
        if len(self.edges):
            return say("empty_too_light", lang, edges=len(self.edges), weight=self.min_weight)
        if share is not None and self.kind != CO_CITATION and not self.measure("contexts"):
            return say("empty_too_few_lists", lang, share=share)
        if not any(self.coverage["value"] > 0):
            return say("empty_no_contexts", lang)
        return say("empty_no_edges", lang)

    def measure(self, name: str) -> int | None:
        """Return a number of the coverage, where it is there."""
        told = self.coverage.loc[self.coverage["measure"] == name, "value"]
        return int(told.iloc[0]) if len(told) else None


def say(key: str, lang: str, /, **fields: str | float) -> str:
    """Return a phrase of the network."""
    return words.load("network").say(key, lang, **whole_numbers(fields))


def whole_numbers(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields that are whole numbers as such, so that 2.0 reads 2."""
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in fields.items()
    }


def radius_of(net: Network, node: str) -> float:
    """Return the radius of a dot, in inches: of co-citations it grows with the lines' weight."""
    if net.kind != CO_CITATION:
        return RADIUS
    _, most = net.heaviest
    heavy = float(net.whole.degree(node, weight="weight"))
    return 0.03 + 0.06 * sqrt(heavy / most)


@dataclass(frozen=True)
class Label:
    """A name: where it stands, how it is set there, and the room that it takes."""

    at: Literal["start", "center", "end"]
    x: float
    y: float
    box: Rectangle


@dataclass(frozen=True)
class Group:
    """A group of works as laid out: places of dots and labels, and the room they take."""

    places: Mapping[str, tuple[float, float]]
    labels: Mapping[str, Label]
    box: Rectangle

    @property
    def width(self) -> float:
        """Inches from side to side."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        """Inches from top to bottom."""
        return self.box[3] - self.box[1]


def lay_out(net: Network, part: Sequence[str], lang: str) -> Group:
    """Lay out a group as small as lets every work be named; named as many as can be at the most."""
    key = f"{lang} {part[0]}"
    if key not in net.laid_out:
        best = None
        for room in (1.0, 1.25, 1.5, 1.8, 2.2, 2.6):
            places = layout(net.graph, part, net.seed, room)
            wide = max(x for x, _ in places.values()) - min(x for x, _ in places.values())
            if best and wide > style.DOUBLE * 0.72:
                break
            named = labels(net, places, lang)
            if best is None or len(named) > len(best[1]):
                best = places, named
            if len(named) == sum(not net.nameless(node) for node in part):
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
        net.laid_out[key] = Group(*best, box)
    return net.laid_out[key]


def layout(
    graph: nx.Graph, part: Sequence[str], seed: int, room: float = 1.0
) -> dict[str, tuple[float, float]]:
    """Place the works of a group, in inches about its centre.

    Few stand on a circle, in order of id from the top; more are placed by springs (Fruchterman &
    Reingold 1991), from places that the seed gives.
    """
    count = len(part)
    if count <= MOST_ON_CIRCLE:
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
    scale = min(0.36 * sqrt(count) * room, style.DOUBLE * 0.36)
    even = spread({node: complex(*xy) for node, xy in found.items()})
    return {
        node: (round(x * scale, 4), round(y * scale * 0.85, 4)) for node, (x, y) in even.items()
    }


def spread(found: Mapping[Item, complex]) -> dict[Item, tuple[float, float]]:
    """Move works along their rays so that the disc is filled about evenly, between -1 and 1.

    Springs put what is much co-cited on one spot, where no dot is seen and no name stands.
    """
    centre = sum(found.values()) / len(found)
    rays = {at: spot - centre for at, spot in found.items()}
    most = max(map(abs, rays.values())) or 1.0
    order = sorted(rays, key=lambda at: (round(abs(rays[at]), 9), at))
    made = {}
    for rank, at in enumerate(order):
        far = abs(rays[at])
        even = sqrt((rank + 0.5) / len(order))
        wanted = far / most if len(order) <= _FEW else 0.3 * far / most + 0.7 * even
        spot = rays[at] / far * wanted if far else 0j
        made[at] = (spot.real, spot.imag)
    return made


def labels(net: Network, places: Mapping[str, tuple[float, float]], lang: str) -> dict[str, Label]:
    """Place labels beside their dots, where they meet no other; leave out those that cannot.

    Where there is no free place, those of the heaviest works, which stand in the thick of it, may
    lie over lighter dots that are not included.
    """
    radii = {node: radius_of(net, node) + 0.01 for node in places}
    order = sorted(places, key=net.rank)
    dots: list[Rectangle] = [
        (x - radii[node], y - radii[node], x + radii[node], y + radii[node])
        for node in order
        for x, y in [places[node]]
    ]
    included = [box for node, box in zip(order, dots, strict=True)
                if net.status(node) == "included"]  # fmt: skip
    found: dict[str, Label] = {}
    for rank, node in enumerate(order):
        if net.nameless(node):
            continue
        text = style.show(net.label(node, lang), lang)
        wide, _ = style.text_size(text, LEAST, lang)
        names = [label.box for label in found.values()]
        offered = list(_candidates(places[node], wide, radii[node]))
        few = [*names, *included, *dots[: rank + 1]]
        for taken in [[*names, *dots], *([few] if rank < _HEAVIEST else [])]:
            free = (one for one in offered if not any(_meet(one.box, box) for box in taken))
            if label := next(free, None):
                found[node] = label
                break
    return found


def _candidates(place: tuple[float, float], wide: float, radius: float) -> Iterable[Label]:
    """Offer places for a label: away from the centre of the group first."""
    x, y = place
    off, half = radius + 0.04, LINE / 2
    after = Label("start", x + off, y, (x + off, y - half, x + off + wide, y + half))
    before = Label("end", x - off, y, (x - off - wide, y - half, x - off, y + half))
    level = off + half - 0.02
    above = Label(
        "center", x, y - level, (x - wide / 2, y - level - half, x + wide / 2, y - level + half)
    )
    below = Label(
        "center", x, y + level, (x - wide / 2, y + level - half, x + wide / 2, y + level + half)
    )
    length = hypot(x, y) or 1.0
    sides = [after, before] if x >= 0 else [before, after]
    ends = [above, below] if y <= 0 else [below, above]
    return [*ends, *sides] if abs(x) / length < 0.3 else [*sides, *ends]


def _meet(one: Rectangle, two: Rectangle) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


def in_rows(groups: Sequence[Group], room: float) -> list[list[int]]:
    """Set groups in as few rows as hold them, in order, the rows about equally full."""
    widths = [group.width + APART for group in groups]
    for count in range(1, len(groups)):
        rows = split(widths, count)
        if all(sum(widths[at] for at in row) <= room + APART for row in rows):
            return [row for row in rows if row]
    return [[at] for at in range(len(groups))]
