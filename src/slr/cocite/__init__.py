"""Build the citation network: works cited together in one text, or co-cited by many.

Two inputs, two names. *Cited together* weighs two works of one text by how near they stand,
citation proximity analysis (Gipp & Beel 2009, Proceedings of ISSI 2009, 571-575). *Co-citation*
proper counts the works whose reference lists hold both (Small 1973, doi
10.1002/asi.4630240406) and needs those lists.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from slr.paths import COCITED, CONFIG, CONTEXTS, DEDUPED, REFERENCES, SCREENED

if TYPE_CHECKING:
    import pandas as pd

    from slr.identity import Names

CITED_TOGETHER = "cited-together"
CO_CITATION = "co-citation"
NOT_A_RECORD = "not a record"
SHARE_LISTED = "share of included works with a list, per cent"
LEVELS = ("theme", "unit", "section", "text")
"""How near two citations stand, nearest first."""


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


