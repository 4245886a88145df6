"""The citation network as VOSviewer's JSON."""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from slr.cocite import CITED_TOGETHER, CO_CITATION
from slr.cocite.build import CO_AUTHORSHIP, COUPLING, DIRECT, KEYWORDS
from slr.export.graphs import MOST_CLUSTERS
from slr.report.rows import records

if TYPE_CHECKING:
    import pandas as pd

_TITLES = {
    CITED_TOGETHER: "Works cited together in the paper",
    CO_CITATION: "Co-citation",
    COUPLING: "Bibliographic coupling",
    DIRECT: "Direct citation",
    CO_AUTHORSHIP: "Co-authorship",
    KEYWORDS: "Keywords",
}
_STRENGTH = {
    CITED_TOGETHER: "closeness",
    CO_CITATION: "citing works",
    COUPLING: "shared references",
    DIRECT: "citations",
    CO_AUTHORSHIP: "works",
    KEYWORDS: "works",
}


def write(
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    titles: Mapping[str, str],
    about: str,
    lang: str,
    kind: str,
    nodes_are: str = "works",
) -> str:
    """Return the network as a VOSviewer JSON file.

    The form is that of VOSviewer Online's documentation (github.com/neesjanvaneck/
    VOSviewer-Online-Docs, docs/file-types/json-file-type.md), which VOSviewer reads too. Ids are
    those of the tables; what is not known is left out, never null.

    Parameters
    ----------
    nodes, edges
        Tables `cocite/nodes` and `cocite/edges`, or some of their rows.
    titles
        The title of each node that has one.
    about
        What the review is; shown beside the map.
    lang
        The language of the labels: ``en`` or ``fa``.
    kind
        What joins two nodes: cited-together, or what the config says of the network.
    nodes_are
        What a node is: works, authors, journals or keywords.
    """
    weights = _weights(edges)
    network = {
        "items": [
            _item(n, titles, lang) | {"weights": weights[n["node_id"]]} for n in records(nodes)
        ],
        "links": [
            {"source_id": e["source"], "target_id": e["target"], "strength": float(e["weight"])}
            for e in records(edges)
        ],
    }
    words = {
        "item": nodes_are.removesuffix("s"),
        "items": nodes_are,
        "link_strength": _STRENGTH[kind],
    }
    made = {
        "info": {"title": _TITLES[kind], "description": html.escape(about)},
        "config": {"terminology": words},
        "network": network,
    }
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _item(node: Mapping[str, Any], titles: Mapping[str, str], lang: str) -> dict[str, Any]:
    label = (lang == "fa" and node.get("label_fa")) or node["label"]
    item = {"id": node["node_id"], "label": label}
    if title := titles.get(node["node_id"]):
        item["description"] = html.escape(title)  # VOSviewer shows it as HTML
    if node["community"] is not None and node["community"] <= MOST_CLUSTERS:
        item["cluster"] = int(node["community"])
    return item


def _weights(edges: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return the weights of the nodes by the names that VOSviewer gives them."""
    links: Counter[str] = Counter()
    strength: Counter[str] = Counter()
    for edge in records(edges):
        for end in (edge["source"], edge["target"]):
            links[end] += 1
            strength[end] += edge["weight"]
    return {n: {"Links": links[n], "Total link strength": float(strength[n])} for n in links}


def within(
    nodes: pd.DataFrame, edges: pd.DataFrame, works: Collection[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the part of a network that lies between some works."""
    inside = set(works)
    kept = edges[edges["source"].isin(inside) & edges["target"].isin(inside)]
    return nodes[nodes["node_id"].isin({*kept["source"], *kept["target"]})], kept
