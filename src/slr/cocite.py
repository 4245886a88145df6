"""Build the citation network: works cited together in one text, or co-cited by many.

Two inputs, two names. *Cited together* weighs two works of one text by how near they stand,
citation proximity analysis (Gipp & Beel 2009, Proceedings of ISSI 2009, 571-575). *Co-citation*
proper counts the works whose reference lists hold both (Small 1973, doi
10.1002/asi.4630240406) and needs those lists.
"""

from __future__ import annotations

import io as bytes_io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd

from slr import io, text
from slr.identity import Names, read_named_sources
from slr.paths import COCITED, CONFIG, CONTEXTS, DEDUPED, REFERENCES, SCREENED
from slr.schemas.tables import columns

CITED_TOGETHER = "cited-together"
CO_CITATION = "co-citation"
NOT_A_RECORD = "not a record"
SHARE_LISTED = "share of included works with a list, per cent"
LEVELS = ("theme", "unit", "section", "text")
"""How near two citations stand, nearest first."""
MOST_EDGES_OF_GRAPHML = 200_000


def run(root: Path) -> str:
    """Build the graph that the review has; write nodes, edges, coverage and GraphML."""
    from slr import config

    settings = config.load(root / CONFIG)["cocite"]
    works = io.read_table(root / DEDUPED / "works.csv", "dedup/works")
    clusters = io.read_table(root / DEDUPED / "clusters.csv", "dedup/clusters")
    outcomes = io.read_table(root / SCREENED / "outcomes.csv", "screen/outcomes")
    facts = io.read_table(root / SCREENED / "facts.csv", "screen/facts")
    work_of = dict(zip(clusters["record_id"], clusters["cluster_id"], strict=True))
    named = read_named_sources(root)
    names = Names([*clusters["record_id"], *named["record_id"]])
    references = read_references(root)
    kind, edges, coverage = network(
        read_contexts(root, names), references, work_of, outcomes, settings
    )
    labels = label_nodes(works, facts, named, outcomes)
    tables = describe(edges, labels, settings["seed"] if kind == CO_CITATION else None)
    tables["coverage"] = coverage
    for name, table in tables.items():
        io.write_table(root / COCITED / f"{name}.csv", table, f"cocite/{name}")
    graph = graphml(tables["nodes"], tables["edges"], kind)
    io.write_bytes(root / COCITED / "graph.graphml", graph)
    return f"{len(tables['nodes'])} nodes and {len(edges)} edges, {kind.replace('-', ' ')}"


def read_contexts(root: Path, names: Names) -> pd.DataFrame:
    """Read where the text cites works, names resolved; none where there is no file."""
    return names.column(io.read_optional(root / CONTEXTS, "raw/contexts"), "record_id", CONTEXTS)


def read_references(root: Path) -> pd.DataFrame | None:
    """Read the reference lists; None where there is no file."""
    path = root / REFERENCES
    return io.read_table(path, "raw/references") if path.exists() else None


def network(
    contexts: pd.DataFrame,
    references: pd.DataFrame | None,
    work_of: Mapping[str, str],
    outcomes: pd.DataFrame,
    settings: Mapping[str, Any],
) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Return the kind of graph, its edges, and what it rests on.

    Co-citation is taken where enough included works have a reference list; else works cited
    together in the text. Coverage says so in numbers either way.
    """
    included = set(outcomes.loc[outcomes["status"] == "included", "work_id"])
    cited = contexts.assign(work_id=contexts["record_id"].map(lambda r: work_of.get(r, r)))
    rows = [
        (CITED_TOGETHER, "contexts", contexts["context_id"].nunique()),
        (CITED_TOGETHER, "citations", len(contexts)),
        (CITED_TOGETHER, "works and named sources cited", cited["work_id"].nunique()),
        (CITED_TOGETHER, "included works cited", len(included & set(cited["work_id"]))),
    ]
    kind = CITED_TOGETHER
    if references is not None:
        references = references.map(lambda r: work_of.get(r, r)).drop_duplicates()
        listed = included & set(references["citing_id"])
        share = 100 * len(listed) / len(included) if included else 0
        rows += [
            (CO_CITATION, "included works with a reference list", len(listed)),
            (CO_CITATION, SHARE_LISTED, int(share)),
            (CO_CITATION, "references", len(references)),
        ]
        kind = CO_CITATION if share >= settings["min_coverage_pct"] else CITED_TOGETHER
    if kind == CO_CITATION and references is not None:
        edges = cocitations(references, settings["min_weight"])
        edges["via"] = list(citing_works(references, edges))
    else:
        edges = cited_together(cited, settings["closeness"], settings["min_weight"])
    rows.append((kind, "edges", len(edges)))
    return kind, edges, pd.DataFrame(rows, columns=columns("cocite/coverage"))


def cited_together(
    contexts: pd.DataFrame, closeness: Mapping[str, float], min_weight: float
) -> pd.DataFrame:
    """Return table `cocite/edges` of the works that one text cites near each other.

    A pair's weight is that of the nearest place that cites both. `via` names the contexts of
    that place. Pairs that share only the text are all pairs there are: they come in only where
    `min_weight` lets them.

    Parameters
    ----------
    contexts
        Table `raw/contexts` with `work_id`.
    closeness
        Weight of each of `LEVELS`.
    min_weight
        Lightest edge that is kept.
    """
    found: dict[tuple[str, str], tuple[str, set[int]]] = {}
    places = {
        "theme": ["context_id", "unit_label"],
        "unit": ["context_id"],
        "section": ["section"],
        "text": [],
    }
    for level in LEVELS:
        if closeness[level] < min_weight:
            continue
        # A paragraph is one unit and one theme only where its label sets sentences apart.
        here = contexts[contexts["unit"] == "table-row"] if level == "theme" else contexts
        for group in _groups(here, places[level]):
            of_work = group.groupby("work_id")["context_id"].agg(set).to_dict()
            for a, b in combinations(sorted(of_work), 2):
                nearest, via = found.setdefault((a, b), (level, set()))
                if nearest == level:
                    via |= of_work[a] | of_work[b]
    rows = [
        (a, b, closeness[level], level, " ".join(map(str, sorted(via))))
        for (a, b), (level, via) in sorted(found.items())
    ]
    return pd.DataFrame(rows, columns=columns("cocite/edges"))


def _groups(contexts: pd.DataFrame, by: list[str]) -> Iterable[pd.DataFrame]:
    return (group for _, group in contexts.groupby(by)) if by else [contexts]


def cocitations(references: pd.DataFrame, min_weight: float) -> pd.DataFrame:
    """Return table `cocite/edges` of works that reference lists hold together.

    The weight of a pair is the number of citing works whose list holds both. Computed as a
    sparse product: the cost grows with the sum of the squares of the lists' lengths.

    Parameters
    ----------
    references
        `citing_id`, `cited_id`, one row a reference; repeated rows count once.
    """
    import numpy as np
    from scipy import sparse

    once = references.drop_duplicates(["citing_id", "cited_id"])
    citing, _ = pd.factorize(once["citing_id"], sort=True)
    cited, ids = pd.factorize(once["cited_id"], sort=True)
    shape = (citing.max(initial=-1) + 1, len(ids))
    ones = np.ones(len(once), dtype="int64")
    matrix = sparse.csr_matrix((ones, (citing, cited)), shape=shape)
    pairs = sparse.triu(matrix.T @ matrix, k=1).tocoo()
    keep = pairs.data >= min_weight
    edges = pd.DataFrame(
        {
            "source": np.asarray(ids)[pairs.row[keep]],
            "target": np.asarray(ids)[pairs.col[keep]],
            "weight": pairs.data[keep],
        }
    )
    return edges.sort_values(["source", "target"], ignore_index=True)


def citing_works(references: pd.DataFrame, edges: pd.DataFrame) -> Iterable[str]:
    """Yield, for each edge, the citing works whose lists hold both ends."""
    citing: defaultdict[str, set[str]] = defaultdict(set)
    for work, cited in zip(references["citing_id"], references["cited_id"], strict=True):
        citing[cited].add(work)
    for a, b in zip(edges["source"], edges["target"], strict=True):
        yield " ".join(sorted(citing[a] & citing[b]))


def label_nodes(
    works: pd.DataFrame, facts: pd.DataFrame, named: pd.DataFrame, outcomes: pd.DataFrame
) -> pd.DataFrame:
    """Return `node_id`, `label`, `label_fa` and `status` of every work and named source.

    A label is the name under which the text cites the work, with its year; where it does not
    cite it, the family name of its first author.
    """
    told = facts.pivot(index="work_id", columns="fact", values="value")
    told = told.reindex(index=works["work_id"], columns=["name", "name_fa"])
    status = outcomes.set_index("work_id")["status"]
    rows = []
    for work in works.itertuples():
        families = text.families_of(work.author) if pd.notna(work.author) else []
        family = families[0] if families else work.work_id.split("/", 1)[1]
        year = f" {work.year}" if pd.notna(work.year) else ""
        labels = [
            (f"{name.split(' | ')[0]}" if pd.notna(name) else family) + year
            for name in told.loc[work.work_id, ["name", "name_fa"]]
        ]
        rows.append((work.work_id, *labels, status[work.work_id]))
    rows += [(s.record_id, s.name, s.name_fa, NOT_A_RECORD) for s in named.itertuples()]
    return pd.DataFrame(rows, columns=["node_id", "label", "label_fa", "status"])


def describe(
    edges: pd.DataFrame, labels: pd.DataFrame | None, seed: int | None
) -> dict[str, pd.DataFrame]:
    """Return tables `nodes` and `edges`: degree, weighted degree and, with a seed, communities.

    Communities are Louvain's (Blondel et al. 2008, doi 10.1088/1742-5468/2008/10/P10008) and
    make sense for co-citation alone; without a seed there are none.
    """
    graph = nx.Graph()
    for edge in edges.itertuples():
        graph.add_edge(edge.source, edge.target, weight=float(edge.weight))
    nodes = pd.DataFrame({"node_id": sorted(graph)})
    if labels is None:
        bare = nodes["node_id"]
        labels = pd.DataFrame(
            {"node_id": bare, "label": bare, "label_fa": bare, "status": NOT_A_RECORD}
        )
    nodes = nodes.merge(labels, on="node_id", how="left")
    nodes["label"] = nodes["label"].fillna(nodes["node_id"])
    nodes["label_fa"] = nodes["label_fa"].fillna(nodes["label"])
    nodes["status"] = nodes["status"].fillna(NOT_A_RECORD)
    nodes["degree"] = [graph.degree(n) for n in nodes["node_id"]]
    nodes["weighted_degree"] = [graph.degree(n, weight="weight") for n in nodes["node_id"]]
    if seed is not None and len(graph):
        parts = nx.community.louvain_communities(_ordered(graph), weight="weight", seed=seed)
        ranked = sorted(parts, key=lambda part: (-len(part), min(part)))
        number = {n: place for place, part in enumerate(ranked, 1) for n in part}
        nodes["community"] = nodes["node_id"].map(number)
    return {
        "nodes": nodes.reindex(columns=columns("cocite/nodes")),
        "edges": edges.reindex(columns=columns("cocite/edges")),
    }


def _ordered(graph: nx.Graph) -> nx.Graph:
    """Return the graph with nodes and edges in order, so that a seed gives one result."""
    ordered = nx.Graph()
    ordered.add_nodes_from(sorted(graph))
    ordered.add_edges_from(sorted((min(a, b), max(a, b), d) for a, b, d in graph.edges(data=True)))
    return ordered


def graphml(nodes: pd.DataFrame, edges: pd.DataFrame, kind: str) -> bytes:
    """Return the graph as GraphML, nodes and edges in the order of the tables.

    Written by the pure-Python writer: the other one gives other bytes where lxml is installed.
    """
    graph = nx.Graph(kind=kind)
    for node in nodes.to_dict("records"):
        name = node.pop("node_id")
        graph.add_node(name, **{k: _plain(v) for k, v in node.items() if pd.notna(v)})
    for edge in edges.to_dict("records"):
        ends = edge.pop("source"), edge.pop("target")
        graph.add_edge(*ends, **{k: _plain(v) for k, v in edge.items() if pd.notna(v)})
    buffer = bytes_io.BytesIO()
    nx.write_graphml_xml(graph, buffer)
    return buffer.getvalue()


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def cocite_file(path: Path, out: Path, min_weight: float) -> str:
    """Write nodes, edges and, up to 200,000 edges, GraphML of one table of references."""
    references = io.read_table(path, "raw/references")
    edges = cocitations(references, min_weight)
    tables = describe(edges, None, None)
    io.write_table(out / "nodes.csv", tables["nodes"], "cocite/nodes")
    io.write_text(
        out / "edges.csv",
        edges[["source", "target", "weight"]].to_csv(index=False, lineterminator="\n"),
    )
    told = f"{len(tables['nodes'])} nodes and {len(edges)} edges"
    if len(edges) > MOST_EDGES_OF_GRAPHML:
        (out / "graph.graphml").unlink(missing_ok=True)
        return f"{told}; graph.graphml is left out above {MOST_EDGES_OF_GRAPHML:,} edges"
    io.write_bytes(out / "graph.graphml", graphml(tables["nodes"], tables["edges"], CO_CITATION))
    return told
