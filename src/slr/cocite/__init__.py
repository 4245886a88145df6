"""Build the citation network: works cited together in one text, or co-cited by many.

Two inputs, two names. *Cited together* weighs two works of one text by how near they stand,
citation proximity analysis (Gipp & Beel 2009, Proceedings of ISSI 2009, 571-575). *Co-citation*
proper counts the works whose reference lists hold both (Small 1973, doi
10.1002/asi.4630240406) and needs those lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from slr.paths import COCITED, CONFIG, CONTEXTS, DEDUPED, PULLED, REFERENCES, SCREENED
from slr.text import counted

if TYPE_CHECKING:
    import pandas as pd

    from slr.cocite.build import Network
    from slr.cocite.gather import Tables
    from slr.identity import Names

CITED_TOGETHER = "cited-together"
CO_CITATION = "co-citation"
NOT_A_RECORD = "not a record"
SHARE_LISTED = "share of included works with a list, per cent"


def run(root: Path) -> str:
    """Build the graph that the review has, and the networks of the config; write their tables."""
    from slr import config, io
    from slr.cocite import gather, graphml, tables
    from slr.identity import Names, read_named_sources

    settings = config.load(root / CONFIG)
    read = read_tables(root)
    named = read_named_sources(root)
    names = Names([*read.clusters["record_id"], *named["record_id"]])
    contexts = read_contexts(root, names)
    work_of = dict(zip(read.clusters["record_id"], read.clusters["cluster_id"], strict=True))
    contexts = contexts.assign(work_id=contexts["record_id"].map(lambda r: work_of.get(r, r)))
    material, matched, notes = gather.gather(read, settings["dedup"])
    asked = settings["cocite"]
    kind, edges, found, coverage = tables.graph(contexts, material, asked)
    facts = io.read_table(root / SCREENED / "facts.csv", "screen/facts")
    labels = tables.label_nodes(read.works, facts, named, read.outcomes, gather.labels(material))
    nodes = tables.nodes(edges, labels, found, asked["seed"])
    made = {
        "nodes": nodes,
        "edges": edges,
        "coverage": coverage,
        "cited": gather.cited_rows(matched),
        **tables.networks(asked, material, labels),
    }
    for name, table in made.items():
        io.write_table(root / COCITED / f"{name}.csv", table, f"cocite/{name}")
    few = len(edges) <= graphml.MOST_EDGES
    parts = tables.graph_file(nodes, edges if few else edges.head(0), kind)
    io.write_parts(root / COCITED / "graph.graphml", parts)
    notes += tables.about_nodes(nodes, found)
    return "\n".join([told(kind, nodes, edges, found), *notes, *others(made["networks"], few)])


def told(kind: str, nodes: pd.DataFrame, edges: pd.DataFrame, found: Network | None) -> str:
    """Say what graph there is, or why it has no edges."""
    why = found.why_empty() if found else ""
    word = kind if kind == CO_CITATION else "cited together"
    head = f"{counted(len(nodes), 'node')} and {counted(len(edges), 'edge')}, {word}"
    return head + (f": {why}" if why else "")


def others(networks: pd.DataFrame, few: bool) -> Iterator[str]:
    """Say how large the other networks are, or why they are empty."""
    if not few:
        yield "  graph.graphml has no edges: they are too many; raise cocite.min_lists"
    for row in networks.fillna("").to_dict("records"):
        size = f"{counted(row['nodes'], 'node')} and {counted(row['edges'], 'edge')}"
        yield f"  {row['network']}: {row['why_empty'] or size}"
        if row["not_measured"]:
            yield f"    {row['not_measured']}"


def read_tables(root: Path) -> Tables:
    """Read what networks are made from."""
    from slr import io
    from slr.cocite.gather import Tables

    def made(folder: Path, name: str) -> pd.DataFrame:
        return io.read_made(root / folder / f"{name}.csv", f"{folder.name}/{name}")

    return Tables(
        works=io.read_table(root / DEDUPED / "works.csv", "dedup/works"),
        clusters=made(DEDUPED, "clusters"),
        records=made(PULLED, "records"),
        outcomes=io.read_table(root / SCREENED / "outcomes.csv", "screen/outcomes"),
        enrichment=made(PULLED, "enrichment"),
        cited_works=made(PULLED, "cited_works"),
        given=read_references(root),
        pulled=made(PULLED, "references"),
    )


def read_contexts(root: Path, names: Names) -> pd.DataFrame:
    """Read where the text cites works, names resolved; none where there is no file."""
    from slr import io

    return names.column(io.read_optional(root / CONTEXTS, "raw/contexts"), "record_id", CONTEXTS)


def read_references(root: Path) -> pd.DataFrame:
    """Read the reference lists that people brought; none where there is no file."""
    from slr import io

    return io.read_optional(root / REFERENCES, "raw/references")
