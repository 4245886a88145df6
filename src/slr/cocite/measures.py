"""What is measured of a graph: components, communities, centralities.

Nodes are numbers in the order of the table of nodes, so that nothing depends on how Python hashes
a name; what is random has a seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
import numpy.typing as npt
from scipy import sparse

from slr.cocite.lists import Ints

Floats = npt.NDArray[np.float64]
MOST_OF_PATHS = 50_000_000
"""Nodes times edges above which shortest paths are not counted: some seconds."""
MOST_OF_COMMUNITIES = 500_000
"""Edges above which no communities are looked for: some seconds."""
NOT_COUNTED = {
    "betweenness": "betweenness and closeness are not counted: nodes times edges are more than "
    f"{MOST_OF_PATHS:,}",
    "community": f"communities are not looked for: edges are more than {MOST_OF_COMMUNITIES:,}",
}
"""Why a column is empty, where the graph has edges."""
_CELLS = 2_000_000
_DECIMALS = 6
_STEPS = 1_000


@dataclass(frozen=True)
class Edges:
    """An undirected graph: `count` nodes, and one row an edge."""

    count: int
    source: Ints
    target: Ints
    weight: Floats

    def matrix(self, *, weighted: bool) -> sparse.csr_matrix:
        """Return the symmetric matrix of the graph."""
        values = self.weight if weighted else np.ones(len(self.source))
        ends = (
            np.concatenate([self.source, self.target]),
            np.concatenate([self.target, self.source]),
        )
        shape = (self.count, self.count)
        matrix = sparse.coo_matrix((np.concatenate([values, values]), ends), shape=shape).tocsr()
        if not weighted:
            matrix.data[:] = 1.0  # two ways of one pair are one line
        return matrix


def degrees(edges: Edges) -> tuple[Ints, Floats]:
    """Return the number of lines at each node, and the sum of their weights."""
    both = np.concatenate([edges.source, edges.target])
    weights = np.concatenate([edges.weight, edges.weight])
    return (
        np.bincount(both, minlength=edges.count),
        np.round(np.bincount(both, weights, edges.count), _DECIMALS),
    )


def giant(edges: Edges) -> npt.NDArray[np.bool_]:
    """Tell which nodes are in the largest component; of equal ones that with the first node."""
    if not edges.count:
        return np.empty(0, np.bool_)
    _, part = sparse.csgraph.connected_components(edges.matrix(weighted=False), directed=False)
    result: npt.NDArray[np.bool_] = part == np.bincount(part).argmax()
    return result


def communities(edges: Edges, seed: int) -> Ints | None:
    """Return the community of each node, 1 for the largest; None for a graph too large.

    Louvain's method (Blondel et al. 2008, doi 10.1088/1742-5468/2008/10/P10008): modularity is
    raised step by step, in an order that the seed gives.
    """
    if len(edges.source) > MOST_OF_COMMUNITIES:
        return None
    graph = nx.Graph()
    graph.add_nodes_from(range(edges.count))
    lines = sorted(
        zip(edges.source.tolist(), edges.target.tolist(), edges.weight.tolist(), strict=True)
    )
    graph.add_weighted_edges_from(lines)
    parts = nx.community.louvain_communities(graph, weight="weight", seed=seed)
    found = np.zeros(edges.count, np.int64)
    for number, part in enumerate(sorted(parts, key=lambda part: (-len(part), min(part))), 1):
        found[sorted(part)] = number
    return found


def paths(edges: Edges) -> tuple[Floats, Floats] | None:
    """Return betweenness and closeness of each node, 0 to 1; None for a graph too large.

    Lines count alike, whatever their weight. Betweenness is the share of shortest paths between
    two others that pass a node (Freeman 1977, doi 10.2307/3033543), by the sums of Brandes (2001,
    doi 10.1080/0022250X.2001.9990249) for many sources at once. Closeness is the reciprocal of the
    mean distance, times the share of nodes that are reached (Wasserman & Faust 1994, 5.2.2).

    Notes
    -----
    Time grows with nodes times edges.
    """
    n = edges.count
    if n * len(edges.source) > MOST_OF_PATHS:
        return None
    matrix = edges.matrix(weighted=False)
    between, close = np.zeros(n), np.zeros(n)
    at_once = max(_CELLS // max(n, 1), 1)
    for begin in range(0, n, at_once):
        sources = np.arange(begin, min(begin + at_once, n))
        levels = _levels(matrix, sources)
        between += _passed(matrix, levels, sources)
        far = sum((distance * (level > 0).sum(axis=0) for distance, level in enumerate(levels)),
                  start=np.zeros(len(sources)))  # fmt: skip
        reached = sum((level > 0).sum(axis=0) for level in levels) - 1
        with np.errstate(invalid="ignore", divide="ignore"):
            close[sources] = np.where(far > 0, reached / far * reached / (n - 1), 0.0)
    pairs = (n - 1) * (n - 2)
    between = between / pairs if pairs > 0 else between
    return np.round(between, _DECIMALS), np.round(close, _DECIMALS)


def _levels(matrix: sparse.csr_matrix, sources: Ints) -> list[Floats]:
    """Return, by distance, how many shortest paths lead from each source to each node."""
    paths = np.zeros((matrix.shape[0], len(sources)))
    paths[sources, np.arange(len(sources))] = 1
    seen, levels = paths > 0, [paths]
    while True:
        paths = matrix @ levels[-1]
        paths[seen] = 0
        if not paths.any():
            return levels
        seen |= paths > 0
        levels.append(paths)


def _passed(matrix: sparse.csr_matrix, levels: list[Floats], sources: Ints) -> Floats:
    """Return for each node the sum of its dependencies, from the farthest level to the nearest."""
    depends = np.zeros_like(levels[0])
    for level, nearer in zip(levels[:0:-1], levels[-2::-1], strict=True):
        share = np.divide(1 + depends, level, out=np.zeros_like(level), where=level > 0)
        depends += (matrix @ share) * nearer
    depends[sources, np.arange(len(sources))] = 0
    result: Floats = depends.sum(axis=1)
    return result


def eigenvector(edges: Edges) -> Floats:
    """Return the eigenvector centrality of each node, 1 for the greatest (Bonacich 1972).

    doi 10.1080/0022250X.1972.9989806; of the matrix of weights with its diagonal raised, which
    changes no eigenvector and lets the power iteration settle on two-coloured graphs too.
    """
    if not len(edges.source):
        return np.zeros(edges.count)
    matrix = edges.matrix(weighted=True)
    raised = float(matrix.sum(axis=1).max())
    now = np.ones(edges.count)
    for _ in range(_STEPS):
        following = matrix @ now + raised * now
        following /= following.max()
        settled = np.abs(following - now).max() < 10.0 ** -(_DECIMALS + 2)
        now = following
        if settled:
            break
    return np.round(now, _DECIMALS)
