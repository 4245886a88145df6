"""Tables of the stage `cocite`: the graph of the review, and the networks of the config."""

from slr.schemas.columns import Table, choice, column, needed, number, text

MEASURED = {
    "degree": number("edges at the node"),
    "weighted_degree": column("sum of their weights", dtype="Float64", at_least=0),
    "betweenness": column(
        "share of shortest paths that pass it, 0 to 1; empty where too large", dtype="Float64"
    ),
    "closeness": column("nearness to all others, 0 to 1; empty where too large", dtype="Float64"),
    "eigenvector": column("eigenvector centrality, 1 for the greatest", dtype="Float64"),
    "community": number("community by modularity, from 1", empty=True),
}
"""What is measured of a node of a network; cited together has degrees alone."""

NETWORKS: dict[str, Table] = {
    "cocite/nodes": (
        "The graph's nodes: one row a work or named source.",
        {
            "node_id": needed("a `work_id`, or a named source that is no record"),
            "label": needed("author and year"),
            "label_fa": needed("author and year, as the text writes them"),
            "status": needed("status of the work, or `not a record`"),
            "year": number("Gregorian year, the first of a range", empty=True),
            "lists": number("reference lists that hold it; empty for cited together", empty=True),
            **MEASURED,
        },
        ["node_id"],
    ),
    "cocite/edges": (
        "The graph's edges: one row a pair, `source` before `target`.",
        {
            "source": needed("a node"),
            "target": needed("another node"),
            "weight": column("closeness, or number of citing works", dtype="Float64", at_least=0),
            "association": column(
                "association strength; empty for cited together", dtype="Float64"
            ),
            "level": text("how close: theme, unit, section or text; empty for co-citation"),
            "via": text("the contexts or citing works behind it, apart by spaces"),
        },
        ["source", "target"],
    ),
    "cocite/cited": (
        "What became of each cited line: one row a distinct line of the reference lists.",
        {
            "cited": needed("the line, as given"),
            "cited_id": text("the node that it is; empty where each mention is one of its own"),
            "status": choice(
                ["matched", "doubtful", "unmatched"],
                "matched with a work or another line, doubtful and kept apart, or like no other",
            ),
            "reason": needed(),
            "candidates": text("nodes that it may be, apart by ` | `"),
            "author": text("authors, as far as the line tells"),
            "year": text("year, as far as the line tells"),
            "title": text("title, as far as the line tells"),
            "journal": text("journal, as far as the line tells"),
            "doi": text("DOI, as far as the line tells"),
            "citing_works": number("works whose list has the line", at_least=1),
        },
        ["cited"],
    ),
    "cocite/networks": (
        "The networks that the config names: one row a network.",
        {
            "network": needed("its name in the config"),
            "of": needed("what joins two nodes"),
            "nodes_are": needed("what a node is"),
            "counting": needed("full or fractional"),
            "normalise": text("the measure of strength"),
            "min_weight": column("the lightest edge that is kept", dtype="Float64"),
            "works": number("works whose lists count"),
            "covered": number("of these, works that have what the network is made of"),
            "nodes": number("nodes with an edge"),
            "edges": number("edges"),
            "outside": number("nodes left out, as they are not in the largest component"),
            "why_empty": text("why it has no edges"),
            "not_measured": text("what is not measured of its nodes, as it is too large, and why"),
        },
        ["network"],
    ),
    "cocite/network_nodes": (
        "The nodes of those networks: one row a network and node.",
        {
            "network": needed("its name in the config"),
            "node_id": needed("a work, or the key of an author, journal or keyword"),
            "label": needed("author and year, or as most works write it"),
            "lists": number("lists that hold it: of references, authors or keywords"),
            **MEASURED,
        },
        ["network", "node_id"],
    ),
    "cocite/network_edges": (
        "The edges of those networks: one row a network and pair; of direct citation, "
        "`source` cites `target`.",
        {
            "network": needed("its name in the config"),
            "source": needed("a node"),
            "target": needed("another node"),
            "weight": column("lists that join the two, each in full or in part", dtype="Float64"),
            "lists": number("lists that join the two", at_least=1),
            "strength": column("the weight, normalised as the config asks", dtype="Float64"),
            "via": needed("whose lists those are, apart by spaces"),
        },
        ["network", "source", "target"],
    ),
    "cocite/coverage": (
        "What the graph rests on: one row a measure.",
        {
            "kind": choice(["cited-together", "co-citation"], "which graph"),
            "measure": needed("what is measured"),
            "value": number("a count, or a whole percentage where the measure says so"),
        },
        ["kind", "measure"],
    ),
}
