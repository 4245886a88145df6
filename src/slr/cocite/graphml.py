"""A graph as GraphML, from rows in their order.

The same bytes whatever is installed, and in seconds for 200,000 edges: networkx writes other
bytes where lxml is there, and holds every element in memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns '
    'http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n'
)
MOST_EDGES = 200_000
"""Of more edges no GraphML is written: no program opens it."""


def lines(
    nodes: Iterable[Mapping[str, Any]],
    edges: Iterable[Mapping[str, Any]],
    *,
    kinds: tuple[Mapping[str, str], Mapping[str, str]],
    about: Mapping[str, str],
    directed: bool = False,
) -> Iterator[str]:
    """Yield the parts of a GraphML file.

    Parameters
    ----------
    nodes
        `node_id` and attributes of each.
    edges
        `source`, `target` and attributes of each.
    kinds
        The GraphML type of each attribute of nodes and of edges: string, long or double. An
        attribute that is not there, None or NaN is left out.
    about
        Attributes of the graph.
    """
    scopes = [("graph", dict.fromkeys(about, "string")), ("node", kinds[0]), ("edge", kinds[1])]
    keys: dict[tuple[str, str], str] = {}
    yield _HEAD
    for scope, names in scopes:
        for name, kind in names.items():
            key = keys[scope, name] = f"d{len(keys)}"
            yield (
                f'  <key id="{key}" for="{scope}" attr.name="{escape(name)}" attr.type="{kind}"/>\n'
            )
    yield f'  <graph edgedefault="{"directed" if directed else "undirected"}">\n'
    for name, value in about.items():
        yield f'    <data key="{keys["graph", name]}">{escape(value)}</data>\n'
    for node in nodes:
        data = _data(node, kinds[0], [keys["node", name] for name in kinds[0]])
        yield f'    <node id="{escape(node["node_id"])}">{data}</node>\n'
    for edge in edges:
        data = _data(edge, kinds[1], [keys["edge", name] for name in kinds[1]])
        ends = f'source="{escape(edge["source"])}" target="{escape(edge["target"])}"'
        yield f"    <edge {ends}>{data}</edge>\n"
    yield "  </graph>\n</graphml>\n"


def _data(row: Mapping[str, Any], names: Iterable[str], keys: Sequence[str]) -> str:
    return "".join(
        f'<data key="{key}">{escape(str(row[name]))}</data>'
        for name, key in zip(names, keys, strict=True)
        if not missing(row.get(name))
    )


def missing(value: Any) -> bool:
    """Tell whether a value is None, NaN or pandas' NA, which have no place in a file."""
    return value is None or str(value) == "<NA>" or (isinstance(value, float) and math.isnan(value))
