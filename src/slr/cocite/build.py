"""Build one network: from lists to nodes and edges, with what lies behind each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from slr.cocite import measures, strength
from slr.cocite.lists import Ints, Lists, lists_of
from slr.cocite.pairs import DECIMALS, Pairs, pairs

CO_CITATION, COUPLING, DIRECT = "co-citation", "coupling", "direct-citation"
CO_AUTHORSHIP, KEYWORDS = "co-authorship", "keywords"
MOST_EDGES = 1_000_000
"""Edges of a network of a review, each told with whose lists are behind it; one list of 10,000
references makes 50 million pairs."""


@dataclass(frozen=True)
class Asked:
    """What the config asks of one network."""

    name: str
    of: str
    """What joins two nodes: one of the five above."""
    nodes: str = "works"
    """What a node is: works, authors or journals; keywords for keywords."""
    min_weight: float = 1
    counting: str = "full"
    """full: each list adds 1 to each of its pairs; fractional: 1 / (members - 1)."""
    normalise: str | None = None
    giant: bool = False
    """Whether only the largest component is kept."""
    among: str = "included"
    """Whose lists count: those of the works included, or of all that were screened."""


@dataclass(frozen=True)
class Network:
    """A network: nodes in order of id; edges in order, with the lists behind them."""

    asked: Asked
    names: list[str]
    occurrences: Ints
    """How many lists hold each node."""
    edges: Pairs
    """Ends are places in `names`."""
    strength: measures.Floats | None
    via: list[list[str]]
    """By edge, whose lists join the two."""
    lists: int
    """The lists that it was made from."""
    outside: int = 0
    """Nodes that are not in the largest component, where only that was asked for."""
    heaviest: float = 0
    """Weight of the heaviest pair, whether or not it is heavy enough."""
    too_many: int = 0
    """Edges that are heavy enough, where they are too many to be made."""

    def graph(self) -> measures.Edges:
        """Return the graph for measuring."""
        return measures.Edges(
            len(self.names),
            self.edges.source,
            self.edges.target,
            self.edges.weight.astype(np.float64),
        )

    def why_empty(self) -> str:
        """Say why there are no edges; empty where there are some."""
        if len(self.edges):
            return ""
        if self.too_many:
            return (
                f"refused: {self.too_many:,} edges have the weight {self.asked.min_weight:g}, more "
                f"than {MOST_EDGES:,}; ask for a greater weight"
            )
        if not self.lists:
            return f"no work has {_MISSING[self.asked.of]}"
        if not self.heaviest:
            return _NO_PAIR[self.asked.of]
        return (
            f"no two nodes have the weight {self.asked.min_weight:g} that the config asks for; "
            f"the heaviest pair has {self.heaviest:g}"
        )


_MISSING = {
    CO_CITATION: "a reference list",
    COUPLING: "a reference list",
    DIRECT: "a reference list",
    CO_AUTHORSHIP: "an author",
    KEYWORDS: "a keyword",
}
_NO_PAIR = {
    CO_CITATION: "no list holds two",
    COUPLING: "no two lists hold the same work",
    DIRECT: "no list holds a work of the review",
    CO_AUTHORSHIP: "no work has two authors",
    KEYWORDS: "no work has two keywords",
}


def build(asked: Asked, lists: Lists) -> Network:
    """Return the network of members that stand in lists together.

    Parameters
    ----------
    lists
        For co-citation, the cited by citing work; for coupling, the citing by cited work; for
        co-authorship and keywords, those of each work.
    """
    worth = strength.fractional(lists) if asked.counting == "fractional" else None
    kept: list[Pairs] = []
    heaviest, count = 0.0, 0
    for block in pairs(lists, worth=worth):
        heaviest = max(heaviest, float(block.weight.max()))
        heavy = block.take(block.weight >= asked.min_weight)
        count += len(heavy)
        kept = [*kept, heavy] if count <= MOST_EDGES else []
    made = _made(asked, lists, _joined(kept), heaviest)
    return replace(made, too_many=count if count > MOST_EDGES else 0)


def cites(asked: Asked, rows: Sequence[tuple[str, str, str]], lists: int) -> Network:
    """Return the network of members of which one cites the other, the citing one first.

    The weight is the number of citing works, or fractionally of the share of its list.

    Parameters
    ----------
    rows
        Citing work, and the members that stand for it and for a work that it cites. Whatever
        cites itself has no edge.
    lists
        The reference lists that they were taken from.
    """
    once = sorted({row for row in rows if row[1] != row[2]})
    length: dict[str, int] = {}
    for work, _, _ in once:
        length[work] = length.get(work, 0) + 1
    names = sorted({name for _, *ends in once for name in ends})
    place = {name: at for at, name in enumerate(names)}
    found: dict[tuple[int, int], list[str]] = {}
    for work, citing, cited in once:
        found.setdefault((place[citing], place[cited]), []).append(work)
    shares = asked.counting == "fractional"
    weights = {
        ends: round(sum(1 / length[w] for w in works), DECIMALS) if shares else len(works)
        for ends, works in found.items()
    }
    ends = sorted(ends for ends, weight in weights.items() if weight >= asked.min_weight)
    edges = Pairs(
        np.array([a for a, _ in ends], np.int64),
        np.array([b for _, b in ends], np.int64),
        np.array([len(found[e]) for e in ends], np.int64),
        np.array([weights[e] for e in ends], np.float64),
    )
    held = lists_of([w for w, *both in once for _ in both], [n for _, *both in once for n in both])
    heaviest = max(weights.values(), default=0)
    made = _made(asked, held, edges, heaviest, via=[sorted(found[e]) for e in ends])
    return replace(made, lists=lists)


def _joined(blocks: Sequence[Pairs]) -> Pairs:
    whole = blocks or [Pairs(*(np.empty(0, np.int64) for _ in range(4)))]
    return Pairs(*(np.concatenate([getattr(b, name) for b in whole])
                   for name in ("source", "target", "count", "weight")))  # fmt: skip


def _made(
    asked: Asked,
    lists: Lists,
    edges: Pairs,
    heaviest: float,
    via: list[list[str]] | None = None,
) -> Network:
    """Keep the nodes with an edge, and those of the largest component if only that is asked for."""
    count = len(lists.members)
    ends = np.concatenate([edges.source, edges.target])
    linked = np.bincount(ends, minlength=count) > 0
    outside = 0
    if asked.giant and len(edges):
        whole = measures.Edges(count, edges.source, edges.target, edges.weight.astype(np.float64))
        inside = measures.giant(whole)
        outside = int((linked & ~inside).sum())
        chosen = inside[edges.source]
        via = via and list(chain.from_iterable([v] for v, c in zip(via, chosen, strict=True) if c))
        edges, linked = edges.take(chosen), linked & inside
    occurs = np.bincount(lists.items, minlength=count)
    found = strength.NORMALISED.get(asked.normalise or "")
    how_strong = None
    if found and len(edges):
        one, other = occurs[edges.source].astype(float), occurs[edges.target].astype(float)
        how_strong = found(edges.weight.astype(float), one, other)
    if via is None:
        via = list(holders_of(lists, edges))
    new = np.cumsum(linked) - 1
    return Network(
        asked,
        [lists.members[at] for at in np.flatnonzero(linked).tolist()],
        occurs[linked],
        Pairs(new[edges.source], new[edges.target], edges.count, edges.weight),
        how_strong,
        via,
        len(lists.holders),
        outside,
        heaviest,
    )


def holders_of(lists: Lists, edges: Pairs) -> Iterator[list[str]]:
    """Yield, for each pair, whose lists hold both, sorted."""
    turned = lists.turned()
    held: dict[int, set[int]] = {}

    def of(member: int) -> set[int]:
        if member not in held:
            begin, end = turned.starts[member], turned.starts[member + 1]
            held[member] = set(turned.items[begin:end].tolist())
        return held[member]

    for source, target in zip(edges.source.tolist(), edges.target.tolist(), strict=True):
        yield [lists.holders[at] for at in sorted(of(source) & of(target))]


def asked_for(settings: Mapping[str, Mapping[str, Any]]) -> list[Asked]:
    """Return the networks that the config names, in its order."""
    own = {CO_AUTHORSHIP: {"nodes": "authors"}, KEYWORDS: {"nodes": "keywords"}}
    all_kept = {"min_weight": 0}  # a part of a list is less than 1
    return [
        Asked(
            name,
            **{
                **(all_kept if wanted.get("counting") == "fractional" else {}),
                **wanted,
                **own.get(wanted["of"], {}),
            },
        )
        for name, wanted in settings.items()
    ]
