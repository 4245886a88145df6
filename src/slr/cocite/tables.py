"""The tables of the stage: the graph that the review has, and the networks of the config."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from slr import text
from slr.cocite import CITED_TOGETHER, CO_CITATION, NOT_A_RECORD, SHARE_LISTED, graphml, measures
from slr.cocite.build import Asked, Network, asked_for
from slr.cocite.kinds import WORKS, Material, covered, named, network
from slr.cocite.together import cited_together
from slr.errors import ConfigError, Problem
from slr.paths import CONFIG
from slr.schemas.tables import columns

MIN_LISTS = 2
"""Reference lists that two works must share to be joined, where the config does not say."""
_NODES = {"label": "string", "label_fa": "string", "status": "string", "year": "long",
          "degree": "long", "weighted_degree": "double", "lists": "long", "betweenness": "double",
          "closeness": "double", "eigenvector": "double", "community": "long"}  # fmt: skip
_EDGES = {"weight": "double", "association": "double", "level": "string", "via": "string"}
_ROUNDED = 9


def graph(
    contexts: pd.DataFrame,
    material: Material,
    settings: Mapping[str, Any],
) -> tuple[str, pd.DataFrame, Network | None, pd.DataFrame]:
    """Return the kind of graph the review has, its edges, its network, and what it rests on.

    Co-citation is taken where enough included works have a reference list; else works cited
    together in the text. Coverage says so in numbers either way.

    Parameters
    ----------
    contexts
        Table `raw/contexts` with `work_id`.
    settings
        Section `cocite` of the config.
    """
    kind, rows = CITED_TOGETHER, _rests_on(contexts, material)
    found = None
    if material.references:
        asked = Asked("", CO_CITATION, WORKS, settings.get("min_lists", MIN_LISTS),
                      normalise="association")  # fmt: skip
        listed, included = covered(asked, material)
        share = 100 * listed / included if included else 0
        rows += [
            (CO_CITATION, "included works with a reference list", listed),
            (CO_CITATION, SHARE_LISTED, int(share)),
            (CO_CITATION, "references", sum(1 for _, cited in material.references if cited)),
        ]
        if share >= settings["min_coverage_pct"]:
            kind, found = CO_CITATION, network(replace(asked, among="all"), material)
            if found.too_many:
                raise ConfigError(
                    Problem(f"{found.why_empty()}.", "Raise it.", CONFIG, None, "cocite.min_lists")
                )
    if found is None:
        edges = cited_together(contexts, settings["closeness"], settings["min_weight"])
    else:
        edges = edge_rows(found).rename(columns={"strength": "association"})
    rows.append((kind, "edges", len(edges)))
    coverage = pd.DataFrame(rows, columns=columns("cocite/coverage"))
    return kind, edges.reindex(columns=columns("cocite/edges")), found, coverage


def _rests_on(contexts: pd.DataFrame, material: Material) -> list[tuple[str, str, int]]:
    cited = set(contexts["work_id"])
    return [
        (CITED_TOGETHER, "contexts", contexts["context_id"].nunique()),
        (CITED_TOGETHER, "citations", len(contexts)),
        (CITED_TOGETHER, "works and named sources cited", len(cited)),
        (CITED_TOGETHER, "included works cited", len(material.included & cited)),
    ]


def edge_rows(found: Network) -> pd.DataFrame:
    """Return the edges of a network: ends, weight, strength, and whose lists join them."""
    names = np.array(found.names, object)
    strength = found.strength
    return pd.DataFrame(
        {
            "source": names[found.edges.source],
            "target": names[found.edges.target],
            "weight": found.edges.weight.astype(np.float64),
            "lists": found.edges.count,
            "strength": None if strength is None else strength.round(_ROUNDED),
            "via": [" ".join(works) for works in found.via],
        }
    )


def node_rows(found: Network, seed: int) -> pd.DataFrame:
    """Return the nodes of a network: how often they occur, and what is measured of each."""
    edges = found.graph()
    degree, weighted = measures.degrees(edges)
    between, close = measures.paths(edges) or (None, None)
    parts = measures.communities(edges, seed) if len(found.edges) else None
    return pd.DataFrame(
        {
            "node_id": found.names,
            "lists": found.occurrences,
            "degree": degree,
            "weighted_degree": weighted,
            "betweenness": between,
            "closeness": close,
            "eigenvector": measures.eigenvector(edges),
            "community": parts,
        }
    )


def nodes(
    edges: pd.DataFrame,
    labels: pd.DataFrame,
    found: Network | None,
    seed: int,
) -> pd.DataFrame:
    """Return table `cocite/nodes`: of works cited together only the degrees are counted.

    Centralities and communities make sense for co-citation alone.
    """
    if found is not None:
        made = node_rows(found, seed)
    else:
        ends = pd.concat([edges["source"], edges["target"]], ignore_index=True)
        weights = pd.concat([edges["weight"], edges["weight"]], ignore_index=True)
        told = weights.astype(float).groupby(ends).agg(["size", "sum"])
        made = pd.DataFrame(
            {"node_id": told.index, "degree": told["size"], "weighted_degree": told["sum"].round(6)}
        )
    made = made.merge(labels, on="node_id", how="left")
    made["label"] = made["label"].fillna(made["node_id"])
    made["label_fa"] = made["label_fa"].fillna(made["label"])
    made["status"] = made["status"].fillna(NOT_A_RECORD)
    return made.reindex(columns=columns("cocite/nodes"))


def networks(
    settings: Mapping[str, Any], material: Material, labels: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return the tables of the networks that the config names: an overview, nodes and edges."""
    told, all_nodes, all_edges = [], [], []
    label_of = dict(zip(labels["node_id"], labels["label"], strict=True))
    for asked in asked_for(settings.get("networks", {})):
        have, among = covered(asked, material)
        share = 100 * have / among if among else 0.0
        if share < settings["min_coverage_pct"] or not have:
            told.append(_overview(asked, have, among, None, _refused(have, among, settings)))
            continue
        named_, of = named(asked, material) or (0, 0)
        if of and 100 * named_ / of < settings["min_coverage_pct"]:
            told.append(_overview(asked, have, among, None, _unnamed(asked, named_, of, settings)))
            continue
        found = network(asked, material)
        points = node_rows(found, settings["seed"])
        told.append(_overview(asked, have, among, found, found.why_empty()))
        told[-1]["not_measured"] = "; ".join(not_measured(points)) or None
        name = asked.name
        points = points.assign(network=name)
        points["label"] = [_named(node, asked, material, label_of) for node in points["node_id"]]
        all_nodes.append(points)
        all_edges.append(edge_rows(found).assign(network=name))
    return {
        "networks": pd.DataFrame(told, columns=columns("cocite/networks")),
        "network_nodes": _stacked(all_nodes, "cocite/network_nodes"),
        "network_edges": _stacked(all_edges, "cocite/network_edges"),
    }


def _refused(have: int, among: int, settings: Mapping[str, Any]) -> str:
    return (
        f"refused: {have} of {among} works have what it is made of, "
        f"under the {settings['min_coverage_pct']:g} per cent that cocite.min_coverage_pct asks for"
    )


def _unnamed(asked: Asked, have: int, of: int, settings: Mapping[str, Any]) -> str:
    """Say why authors or journals are not joined, where most references do not name them."""
    return (
        f"refused: {have:,} of {of:,} references name {asked.nodes}, under the "
        f"{settings['min_coverage_pct']:g} per cent that cocite.min_coverage_pct asks for; "
        "pull.online.name_cited asks OpenAlex for more names"
    )


def not_measured(nodes: pd.DataFrame) -> list[str]:
    """Say what is not measured of the nodes of a graph, as it is too large."""
    return [why for name, why in measures.NOT_COUNTED.items()
            if len(nodes) and nodes[name].isna().all()]  # fmt: skip


def about_nodes(nodes: pd.DataFrame, found: Network | None) -> Iterator[str]:
    """Say what is not known of the nodes of the graph of the review."""
    if nameless := int((nodes["label"] == nodes["node_id"]).sum()):
        yield (
            f"  known by an id alone: {nameless:,} of {len(nodes):,} nodes; "
            "pull.online.name_cited asks OpenAlex for the names behind its ids"
        )
    for why in not_measured(nodes) if found is not None else []:
        yield f"  {why}"


def _overview(
    asked: Asked, have: int, among: int, found: Network | None, why: str
) -> dict[str, object]:
    return {
        "network": asked.name,
        "of": asked.of,
        "nodes_are": asked.nodes,
        "counting": asked.counting,
        "normalise": asked.normalise,
        "min_weight": asked.min_weight,
        "works": among,
        "covered": have,
        "nodes": len(found.names) if found else 0,
        "edges": len(found.edges) if found else 0,
        "outside": found.outside if found else 0,
        "why_empty": why or None,
    }


def _named(node: str, asked: Asked, material: Material, label_of: Mapping[str, str]) -> str:
    if asked.nodes == WORKS and asked.of not in ("co-authorship", "keywords"):
        return label_of.get(node, node)
    return material.spelling(node)


def _stacked(tables: Sequence[pd.DataFrame], name: str) -> pd.DataFrame:
    wanted = columns(name)
    whole = [table.reindex(columns=wanted).astype(object) for table in tables]
    return pd.concat(whole, ignore_index=True) if whole else pd.DataFrame(columns=wanted)


def label_nodes(
    works: pd.DataFrame,
    facts: pd.DataFrame,
    named: pd.DataFrame,
    outcomes: pd.DataFrame,
    cited: Mapping[str, tuple[str, str]],
) -> pd.DataFrame:
    """Return `node_id`, `label`, `label_fa`, `status` and `year` of all that may be a node.

    A label is the name under which the text cites the work, with its year; where it does not
    cite it, the family name of its first author.

    Parameters
    ----------
    cited
        Label and year of cited works that are none of the review's.
    """
    told = facts.pivot(index="work_id", columns="fact", values="value")
    told = told.reindex(index=works["work_id"], columns=["name", "name_fa"])
    status = dict(zip(outcomes["work_id"], outcomes["status"], strict=True))
    rows: list[tuple[Any, ...]] = []
    for work, *named_so in zip(works.itertuples(), told["name"], told["name_fa"], strict=True):
        families = text.families_of(work.author) if pd.notna(work.author) else []
        family = families[0] if families else work.work_id.split("/", 1)[1]
        year = f" {work.year}" if pd.notna(work.year) else ""
        labels = [
            (f"{name.split(' | ')[0]}" if pd.notna(name) else family) + year for name in named_so
        ]
        rows.append((work.work_id, *labels, status[work.work_id], work.year_from))
    rows += [(s.record_id, s.name, s.name_fa, NOT_A_RECORD, None) for s in named.itertuples()]
    there = {row[0] for row in rows}
    rows += [
        (name, label, label, NOT_A_RECORD, text.year_range(year)[0])
        for name, (label, year) in sorted(cited.items())
        if name not in there
    ]
    return pd.DataFrame(rows, columns=["node_id", "label", "label_fa", "status", "year"])


def graph_file(nodes: pd.DataFrame, edges: pd.DataFrame, kind: str) -> Iterator[bytes]:
    """Yield the parts of the graph as GraphML, nodes and edges in the order of the tables."""
    kinds = _used(_NODES, nodes), _used(_EDGES, edges)
    rows = [_plain(table, used) for table, used in zip((nodes, edges), kinds, strict=True)]
    parts = graphml.lines(*rows, kinds=kinds, about={"kind": kind})
    return (part.encode() for part in parts)


def _used(kinds: Mapping[str, str], table: pd.DataFrame) -> dict[str, str]:
    """Return the attributes that some row has."""
    return {name: kind for name, kind in kinds.items() if table[name].notna().any()}


def _plain(table: pd.DataFrame, kinds: Collection[str]) -> list[dict[str, Any]]:
    ends = [name for name in ("node_id", "source", "target") if name in table]
    rows: list[dict[str, Any]] = table[[*ends, *kinds]].astype(object).to_dict("records")
    return rows
