"""A network in the formats of other programs: GraphML, GEXF, Pajek, VOSviewer's two files, CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from slr.carried import guard
from slr.cocite import graphml

Row = Mapping[str, Any]
NUMBERS = {"year": "long", "lists": "long", "degree": "long", "weighted_degree": "double",
           "betweenness": "double", "closeness": "double", "eigenvector": "double",
           "community": "long"}  # fmt: skip
OF_NODES = {"label": "string", "status": "string", **NUMBERS}
OF_EDGES = {"weight": "double", "lists": "long", "strength": "double", "level": "string",
            "via": "string"}  # fmt: skip
MOST_CLUSTERS = 1000
"""Clusters that VOSviewer's files may have."""
_GEXF = {"string": "string", "long": "integer", "double": "double"}


@dataclass(frozen=True)
class Graph:
    """A network as it is written: its rows in the order of the tables."""

    kind: str
    about: str
    nodes: Sequence[Row]
    """`node_id`, `label` in the language asked for, and what of `OF_NODES` is known."""
    edges: Sequence[Row]
    """`source`, `target`, `weight`, and what of `OF_EDGES` is known."""
    directed: bool = False

    def number(self) -> dict[str, int]:
        """Return the place of each node, from 1."""
        return {node["node_id"]: place for place, node in enumerate(self.nodes, 1)}

    def known(self, names: Mapping[str, str], rows: Sequence[Row]) -> dict[str, str]:
        """Return the attributes that some row has."""
        return {
            name: kind
            for name, kind in names.items()
            if any(not graphml.missing(row.get(name)) for row in rows)
        }


def write_graphml(graph: Graph) -> str:
    """Return the network as GraphML."""
    return "".join(
        graphml.lines(
            graph.nodes,
            graph.edges,
            kinds=(graph.known(OF_NODES, graph.nodes), graph.known(OF_EDGES, graph.edges)),
            about={"kind": graph.kind, "description": graph.about},
            directed=graph.directed,
        )
    )


def write_gexf(graph: Graph) -> str:
    """Return the network as GEXF 1.2, which Gephi reads.

    networkx writes the day into it, and has no way not to.
    """
    return "".join(_gexf(graph))


def _gexf(graph: Graph) -> Iterator[str]:
    of_nodes = {k: v for k, v in graph.known(OF_NODES, graph.nodes).items() if k != "label"}
    of_edges = {k: v for k, v in graph.known(OF_EDGES, graph.edges).items() if k != "weight"}
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">\n  <meta>\n'
    yield f"    <creator>slr export</creator>\n    <description>{escape(graph.about)}"
    yield "</description>\n  </meta>\n"
    kind = "directed" if graph.directed else "undirected"
    yield f'  <graph mode="static" defaultedgetype="{kind}">\n'
    for scope, attributes in (("node", of_nodes), ("edge", of_edges)):
        yield f'    <attributes class="{scope}" mode="static">\n'
        for place, (name, type_) in enumerate(attributes.items()):
            yield f'      <attribute id="{place}" title="{name}" type="{_GEXF[type_]}"/>\n'
        yield "    </attributes>\n"
    yield "    <nodes>\n"
    for node in graph.nodes:
        names = f'id="{escape(node["node_id"])}" label="{escape(node["label"])}"'
        yield f"      <node {names}>{_values(node, of_nodes)}</node>\n"
    yield "    </nodes>\n    <edges>\n"
    for place, edge in enumerate(graph.edges):
        ends = f'source="{escape(edge["source"])}" target="{escape(edge["target"])}"'
        weight = f'weight="{_number(edge["weight"])}"'
        yield f'      <edge id="{place}" {ends} {weight}>{_values(edge, of_edges)}</edge>\n'
    yield "    </edges>\n  </graph>\n</gexf>\n"


def _values(row: Row, names: Mapping[str, str]) -> str:
    told = "".join(
        f'<attvalue for="{place}" value="{escape(str(row[name]))}"/>'
        for place, name in enumerate(names)
        if not graphml.missing(row.get(name))
    )
    return f"<attvalues>{told}</attvalues>" if told else ""


def write_pajek(graph: Graph) -> str:
    """Return the network in Pajek's format; a label that several nodes have is told with the id.

    The format has no sign for a quote within a label: it becomes an apostrophe.
    """
    labels = [_line(node["label"]).replace('"', "'") for node in graph.nodes]
    shown = [
        label if labels.count(label) == 1 else f"{label} ({_line(node['node_id'])})"
        for label, node in zip(labels, graph.nodes, strict=True)
    ]
    place = graph.number()
    lines = ["*Network slr export", f"*Vertices {len(shown)}"]
    lines += [f'{at} "{label}"' for at, label in enumerate(shown, 1)]
    lines.append("*Arcs" if graph.directed else "*Edges")
    lines += [
        f"{place[e['source']]} {place[e['target']]} {_number(e['weight'])}" for e in graph.edges
    ]
    return "\n".join(lines) + "\n"


def write_map(graph: Graph) -> str:
    """Return the nodes as VOSviewer's map file; `write_network` has the links between them.

    The form is that of VOSviewer Online's documentation (docs/file-types/
    map-and-network-file-type.md): labels and descriptions with a comma, semicolon or quote stand in
    quotes, a description is HTML, and there are 1,000 clusters at the most.
    """
    head = ["id", "label", "description", "cluster", "weight<Links>",
            "weight<Total link strength>"]  # fmt: skip
    lines = ["\t".join(head)]
    for at, node in enumerate(graph.nodes, 1):
        cluster = node.get("community") or 0
        known = not graphml.missing(cluster) and 0 < cluster <= MOST_CLUSTERS
        cells = [at, _cell(node["label"]), _cell(escape(node["node_id"])),
                 int(cluster) if known else "", node["degree"],
                 _number(node["weighted_degree"])]  # fmt: skip
        lines.append("\t".join(map(str, cells)))
    return "\n".join(lines) + "\n"


def write_network(graph: Graph) -> str:
    """Return the links as VOSviewer's network file: two numbers of the map file, and a strength."""
    place = graph.number()
    return "".join(
        f"{place[e['source']]}\t{place[e['target']]}\t{_number(e['weight'])}\n" for e in graph.edges
    )


def write_csv(graph: Graph) -> str:
    """Return the edges as CSV, with the labels of both ends; no cell is a formula."""
    label = {node["node_id"]: node["label"] for node in graph.nodes}
    known = graph.known(OF_EDGES, graph.edges)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["source", "source_label", "target", "target_label", *known])
    for edge in graph.edges:
        ends = [cell for end in ("source", "target") for cell in (edge[end], label[edge[end]])]
        cells = ["" if graphml.missing(edge.get(name)) else edge[name] for name in known]
        writer.writerow([guard(str(cell)) for cell in (*ends, *cells)])
    return text.getvalue()


def _number(value: float) -> str:
    """Return a weight with all its digits, a whole one without a point."""
    return f"{value:.12g}"


def _cell(text: str) -> str:
    """Return a text for a cell of VOSviewer's files."""
    line = _line(text)
    return '"' + line.replace('"', '""') + '"' if any(sign in line for sign in ',;"') else line


def _line(text: str) -> str:
    """Return a text on one line, without the signs that part cells and lines."""
    return " ".join(str(text).split())


WRITERS: Mapping[str, Callable[[Graph], str]] = {
    "graphml": write_graphml,
    "gexf": write_gexf,
    "pajek": write_pajek,
    "vosviewer-map": write_map,
    "vosviewer-network": write_network,
    "csv": write_csv,
}
"""By the name of the format."""
