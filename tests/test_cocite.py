"""Both graphs, weighed once more by hand or by brute force."""

from __future__ import annotations

import csv
import io as bytes_io
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stages import PROJECT, copy_raw, edit, finished, made, rows, run

from slr import cocite as stage
from slr.cocite import (
    cited_together,
    citing_works,
    cocitations,
    cocite_file,
    describe,
    graphml,
    network,
)
from slr.errors import SlrError

REFERENCES = st.lists(st.tuples(st.sampled_from("pqrstu"), st.sampled_from("abcdef")), max_size=40)


def references(pairs: list[tuple[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["citing_id", "cited_id"], dtype="str")


def counted(pairs: list[tuple[str, str]]) -> dict[tuple[str, str], set[str]]:
    """For each pair of cited works, the works that cite both: by going through all of them."""
    lists: dict[str, set[str]] = {}
    for citing, cited in pairs:
        lists.setdefault(citing, set()).add(cited)
    found: dict[tuple[str, str], set[str]] = {}
    for citing, cited_works in lists.items():
        for a, b in combinations(sorted(cited_works), 2):
            found.setdefault((a, b), set()).add(citing)
    return found


# --- co-citation ---------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(REFERENCES, st.integers(1, 3))
def test_cocitations_are_those_of_brute_force(pairs: list[tuple[str, str]], least: int) -> None:
    expected = {k: v for k, v in sorted(counted(pairs).items()) if len(v) >= least}
    edges = cocitations(references(pairs), least)
    ends = list(zip(edges["source"], edges["target"], strict=True))
    assert dict(zip(ends, edges["weight"], strict=True)) == {k: len(v) for k, v in expected.items()}
    assert ends == list(expected)
    via = list(citing_works(references(pairs), edges))
    assert via == [" ".join(sorted(works)) for works in expected.values()]


@settings(max_examples=30, deadline=None)
@given(REFERENCES, st.randoms())
def test_the_order_of_references_changes_nothing(pairs: list[tuple[str, str]], random: Any) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)
    before, after = (cocitations(references(p), 1) for p in (pairs, shuffled))
    pd.testing.assert_frame_equal(before, after)
    bytes_of = [
        graphml(*describe(edges, None, 1).values(), "co-citation") for edges in (before, after)
    ]
    assert bytes_of[0] == bytes_of[1]


def test_degrees() -> None:
    edges = cocitations(references([("p", "a"), ("p", "b"), ("q", "a"), ("q", "b"), ("q", "c")]), 1)
    nodes = describe(edges, None, None)["nodes"].set_index("node_id")
    assert nodes["degree"].to_dict() == {"a": 2, "b": 2, "c": 2}
    assert nodes["weighted_degree"].to_dict() == {"a": 3, "b": 3, "c": 2}
    assert nodes["community"].isna().all()


def test_communities_of_two_groups_that_barely_touch() -> None:
    pairs = [(f"p{n}", w) for n in range(4) for w in "abc"]
    pairs += [(f"q{n}", w) for n in range(5) for w in "xyz"] + [("r", "a"), ("r", "x")]
    nodes = describe(cocitations(references(pairs), 1), None, 1)["nodes"]
    assert nodes.set_index("node_id")["community"].to_dict() == dict.fromkeys(
        "abc", 1
    ) | dict.fromkeys("xyz", 2)


# --- cited together ------------------------------------------------------------------------------

CLOSENESS = {"theme": 1.0, "unit": 0.5, "section": 0.25, "text": 0.1}
TOY = [
    #  context, work, section, unit, label
    (1, "a", "2", "paragraph", "one"),
    (1, "b", "2", "paragraph", "one"),
    (1, "a", "2", "paragraph", "one"),
    (2, "c", "2", "list-item", "two"),
    (3, "d", "3", "table-row", "row 1, theme X"),
    (3, "e", "3", "table-row", "row 1, theme X"),
    (3, "f", "3", "table-row", "row 1, theme Y"),
    (4, "d", "3", "paragraph", "three"),
    (4, "a", "3", "paragraph", "three"),
    (5, "d", "3", "paragraph", "four"),
    (5, "a", "3", "paragraph", "four"),
]
BY_HAND = {
    "ab": (0.5, "unit", "1"),
    "ac": (0.25, "section", "1 2"),
    "ad": (0.5, "unit", "4 5"),
    "ae": (0.25, "section", "3 4 5"),
    "af": (0.25, "section", "3 4 5"),
    "bc": (0.25, "section", "1 2"),
    "de": (1.0, "theme", "3"),
    "df": (0.5, "unit", "3"),
    "ef": (0.5, "unit", "3"),
}
FAR = {"bd", "be", "bf", "cd", "ce", "cf"}


def toy() -> pd.DataFrame:
    return pd.DataFrame(TOY, columns=["context_id", "work_id", "section", "unit", "unit_label"])


@pytest.mark.parametrize("least", [0.25, 0.26, 0.5, 1, 1.5])
def test_weights_by_hand(least: float) -> None:
    edges = cited_together(toy(), CLOSENESS, least)
    found = {r.source + r.target: (r.weight, r.level, r.via) for r in edges.itertuples()}
    assert found == {pair: told for pair, told in BY_HAND.items() if told[0] >= least}


def test_what_shares_only_the_text_comes_in_where_it_is_let() -> None:
    edges = cited_together(toy(), CLOSENESS, 0.1)
    assert {r.source + r.target for r in edges.itertuples() if r.level == "text"} == FAR
    assert len(edges) == len(list(combinations("abcdef", 2)))


def test_the_order_of_contexts_changes_nothing() -> None:
    before = cited_together(toy(), CLOSENESS, 0.1)
    after = cited_together(toy().iloc[::-1], CLOSENESS, 0.1)
    pd.testing.assert_frame_equal(before, after)


# --- the shipped graph ---------------------------------------------------------------------------


def test_the_shipped_graph_is_of_works_cited_together() -> None:
    coverage = made(finished(), "cocite/coverage")
    with (PROJECT / "data/raw/citations/contexts.csv").open(encoding="utf-8", newline="") as file:
        contexts = list(csv.DictReader(file))
    assert {row["kind"] for row in coverage} == {"cited-together"}
    measures = {row["measure"]: int(row["value"]) for row in coverage}
    assert measures["contexts"] == len({c["context_id"] for c in contexts}) == 63
    assert measures["citations"] == len(contexts) == 102
    assert measures["included works cited"] == 35
    assert measures["edges"] == len(made(finished(), "cocite/edges"))


def test_janowski_and_dias_gomes_stand_in_one_paragraph() -> None:
    [edge] = [
        e
        for e in made(finished(), "cocite/edges")
        if (e["source"], e["target"]) == ("paper/DiasGomes2021", "paper/Janowski2015")
    ]
    assert (float(edge["weight"]), edge["level"], edge["via"]) == (0.5, "unit", "24")


def test_every_shipped_edge_names_contexts_that_cite_both_ends() -> None:
    with (PROJECT / "data/raw/citations/contexts.csv").open(encoding="utf-8", newline="") as file:
        contexts = list(csv.DictReader(file))
    work_of = {c["record_id"]: c["cluster_id"] for c in made(finished(), "dedup/clusters")}
    cites: dict[str, set[str]] = {}
    for row in contexts:
        cites.setdefault(work_of.get(row["record_id"], row["record_id"]), set()).add(
            row["context_id"]
        )
    for edge in made(finished(), "cocite/edges"):
        via = set(edge["via"].split())
        assert via
        assert via <= cites[edge["source"]] | cites[edge["target"]]
        assert edge["source"] < edge["target"]
        if edge["level"] in ("theme", "unit"):
            assert via <= cites[edge["source"]] & cites[edge["target"]]


def test_nodes_have_the_degrees_of_the_edges_and_a_status() -> None:
    edges = made(finished(), "cocite/edges")
    degree = Counter([e["source"] for e in edges] + [e["target"] for e in edges])
    status = {o["work_id"]: o["status"] for o in made(finished(), "screen/outcomes")}
    for node in made(finished(), "cocite/nodes"):
        ends = [e for e in edges if node["node_id"] in (e["source"], e["target"])]
        assert int(node["degree"]) == degree[node["node_id"]] == len(ends)
        assert float(node["weighted_degree"]) == pytest.approx(
            sum(float(e["weight"]) for e in ends)
        )
        assert node["status"] == status.get(node["node_id"], "not a record")
        assert node["community"] == ""


def test_the_graphml_holds_the_tables() -> None:
    path = finished() / "data/processed/cocite/graph.graphml"
    graph = nx.read_graphml(path)
    assert graph.graph["kind"] == "cited-together"
    nodes = made(finished(), "cocite/nodes")
    assert list(graph.nodes) == [n["node_id"] for n in nodes]
    assert [graph.nodes[n["node_id"]]["label_fa"] for n in nodes] == [n["label_fa"] for n in nodes]
    edges = made(finished(), "cocite/edges")
    assert {frozenset((a, b)): d["weight"] for a, b, d in graph.edges(data=True)} == {
        frozenset((e["source"], e["target"])): float(e["weight"]) for e in edges
    }


# --- reference lists in a review -----------------------------------------------------------------

SETTINGS = {"closeness": CLOSENESS, "min_weight": 1, "min_coverage_pct": 50, "seed": 1}
OUTCOMES = pd.DataFrame(
    {"work_id": ["x/a", "x/b", "x/c"], "status": ["included", "included", "excluded"]}
)
NO_CONTEXTS = pd.DataFrame(columns=["context_id", "record_id", "section", "unit", "unit_label"])
LISTS = [("x/a", "y/1"), ("x/a", "y/2"), ("x/a2", "y/2"), ("x/c", "y/1"), ("x/c", "y/2")]
WORK_OF = {"x/a": "x/a", "x/a2": "x/a", "x/b": "x/b", "x/c": "x/c"}


def test_below_the_stated_share_there_is_no_cocitation() -> None:
    demanding = SETTINGS | {"min_coverage_pct": 51}
    kind, edges, coverage = network(NO_CONTEXTS, references(LISTS), WORK_OF, OUTCOMES, demanding)
    assert kind == "cited-together"
    assert edges.empty
    told = coverage.set_index("measure")["value"].to_dict()
    assert told["included works with a reference list"] == 1
    assert told["share of included works with a list, per cent"] == 50
    assert (
        told["references"] == 4
    )  # of merged records, the one reference that both have counts once


def test_at_the_stated_share_there_is() -> None:
    kind, edges, _ = network(NO_CONTEXTS, references(LISTS), WORK_OF, OUTCOMES, SETTINGS)
    assert kind == "co-citation"
    assert edges[["source", "target", "weight", "via"]].to_numpy().tolist() == [
        ["y/1", "y/2", 2, "x/a x/c"]
    ]


def test_a_share_is_not_rounded_up() -> None:
    outcomes = pd.DataFrame({"work_id": [f"x/{n}" for n in range(3)], "status": ["included"] * 3})
    lists = references([("x/0", "y/1"), ("x/0", "y/2")])
    for least, kind in ((33.3, "co-citation"), (33.4, "cited-together")):
        settings_ = SETTINGS | {"min_coverage_pct": least}
        assert network(NO_CONTEXTS, lists, {}, outcomes, settings_)[0] == kind


def test_a_review_with_reference_lists(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    kept = [w["work_id"] for w in made(finished(), "screen/included")]
    lists = [f"{work},{cited}" for work in kept[:18] for cited in ("W1", "10.1/2", kept[0])]
    (root / "data/raw/citations/references.csv").write_text(
        "citing_id,cited_id\n" + "\n".join(lists) + "\n"
    )
    edit(root / "config.yaml", "min_coverage_pct: ", "min_coverage_pct: 51  # was ")
    run(root)
    assert (
        nx.read_graphml(root / "data/processed/cocite/graph.graphml").graph["kind"] == "co-citation"
    )
    edges = made(root, "cocite/edges")
    assert [(e["source"], e["target"], float(e["weight"]), e["level"]) for e in edges] == [
        ("10.1/2", "W1", 18, ""),
        ("10.1/2", kept[0], 18, ""),
        ("W1", kept[0], 18, ""),
    ]
    assert {e["via"] for e in edges} == {" ".join(sorted(kept[:18]))}
    assert {n["community"] for n in made(root, "cocite/nodes")} == {"1"}
    measures = {
        r["measure"]: r["value"]
        for r in made(root, "cocite/coverage")
        if r["kind"] == "co-citation"
    }
    assert measures["share of included works with a list, per cent"] == "51"


def test_a_context_of_no_record_is_refused(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    path = root / "data/raw/citations/contexts.csv"
    edit(path, "\n1,paper/SaeiRoshan2010,", "\n1,paper/SaeiRoshan2001,")
    run(root, "pull", "dedup", "screen")
    with pytest.raises(SlrError) as caught:
        stage.run(root)
    assert str(caught.value) == (
        "data/raw/citations/contexts.csv:2: record_id: 'paper/SaeiRoshan2001' is no record. "
        "Did you mean 'paper/SaeiRoshan2010'?"
    )


# --- any table of references ---------------------------------------------------------------------

FILE = "cited_id,citing_id\nb,p\na,p\na,q\nb,q\nc,q\na,q\n"


def test_any_table_of_references(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(FILE)
    told = cocite_file(tmp_path / "c.csv", tmp_path / "out", 1)
    assert told == "3 nodes and 3 edges"
    assert (tmp_path / "out/edges.csv").read_text() == "source,target,weight\na,b,2\na,c,1\nb,c,1\n"
    nodes = [
        (n["node_id"], n["degree"], float(n["weighted_degree"]))
        for n in rows(tmp_path / "out/nodes.csv")
    ]
    assert nodes == [("a", "2", 3), ("b", "2", 3), ("c", "2", 2)]
    graph = nx.read_graphml(tmp_path / "out/graph.graphml")
    assert graph.graph["kind"] == "co-citation"
    assert graph.edges["a", "b"]["weight"] == 2


def test_lighter_edges_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(FILE)
    cocite_file(tmp_path / "c.csv", tmp_path / "out", 2)
    assert (tmp_path / "out/edges.csv").read_text() == "source,target,weight\na,b,2\n"
    assert [n["node_id"] for n in rows(tmp_path / "out/nodes.csv")] == ["a", "b"]


def test_no_references_no_graph(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("citing_id,cited_id\n")
    assert cocite_file(tmp_path / "c.csv", tmp_path / "out", 1) == "0 nodes and 0 edges"
    assert (tmp_path / "out/edges.csv").read_text() == "source,target,weight\n"


def test_too_many_edges_for_graphml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "c.csv").write_text(FILE)
    monkeypatch.setattr(stage, "MOST_EDGES_OF_GRAPHML", 3)
    assert cocite_file(tmp_path / "c.csv", tmp_path / "out", 1) == "3 nodes and 3 edges"
    assert (tmp_path / "out/graph.graphml").exists()
    monkeypatch.setattr(stage, "MOST_EDGES_OF_GRAPHML", 2)
    assert cocite_file(tmp_path / "c.csv", tmp_path / "out", 1) == (
        "3 nodes and 3 edges; graph.graphml is left out above 2 edges"
    )
    assert not (tmp_path / "out/graph.graphml").exists()


def test_the_limit_is_the_one_promised() -> None:
    assert stage.MOST_EDGES_OF_GRAPHML == 200_000


def test_graphml_of_awkward_names_reads_back() -> None:
    edges = cocitations(references([("p", 'a<&>"'), ("p", "ب\u200cپ")]), 1)
    data = graphml(*describe(edges, None, None).values(), "co-citation")
    assert sorted(nx.read_graphml(bytes_io.BytesIO(data)).nodes) == ['a<&>"', "ب\u200cپ"]
