"""Both graphs, weighed once more by hand or by brute force."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from collections import Counter
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stages import PROJECT, finished, made, rows

from slr.cocite import graphml, measures, strength, table
from slr.cocite.build import CO_CITATION, COUPLING, Asked, build, cites
from slr.cocite.lists import Lists, joined_forms, lists_of
from slr.cocite.pairs import pairs
from slr.cocite.table import cocite_file
from slr.cocite.together import cited_together
from slr.errors import SlrError

REFERENCES = st.lists(st.tuples(st.sampled_from("pqrstu"), st.sampled_from("abcdef")), max_size=40)
References = list[tuple[str, str]]


def lists(rows: References) -> Lists:
    return lists_of([citing for citing, _ in rows], [cited for _, cited in rows])


def counted(rows: References) -> dict[tuple[str, str], set[str]]:
    """For each pair of cited works, the works that cite both: by going through all of them."""
    of: dict[str, set[str]] = {}
    for citing, cited in rows:
        of.setdefault(citing, set()).add(cited)
    found: dict[tuple[str, str], set[str]] = {}
    for citing, cited_works in of.items():
        for a, b in combinations(sorted(cited_works), 2):
            found.setdefault((a, b), set()).add(citing)
    return found


def weights(rows: References, **asked: Any) -> dict[tuple[str, str], float]:
    """The edges of a network, by the names of their ends, in order."""
    found = build(Asked("", asked.pop("of", CO_CITATION), **asked), lists(rows))
    ends = zip(found.edges.source.tolist(), found.edges.target.tolist(), strict=True)
    named = [(found.names[a], found.names[b]) for a, b in ends]
    return dict(zip(named, found.edges.weight.tolist(), strict=True))


# --- counting ------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(REFERENCES, st.integers(1, 3))
def test_pairs_are_those_of_brute_force(rows: References, least: int) -> None:
    expected = {k: v for k, v in sorted(counted(rows).items()) if len(v) >= least}
    found = build(Asked("", CO_CITATION, min_weight=least), lists(rows))
    ends = zip(found.edges.source.tolist(), found.edges.target.tolist(), strict=True)
    named = [(found.names[a], found.names[b]) for a, b in ends]
    assert named == list(expected)
    assert found.edges.weight.tolist() == [len(works) for works in expected.values()]
    assert found.via == [sorted(works) for works in expected.values()]
    assert set(found.names) == {name for pair in expected for name in pair}


@settings(max_examples=60, deadline=None)
@given(REFERENCES, st.integers(1, 12))
def test_blocks_of_any_size_count_the_same(rows: References, at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("slr.cocite.pairs.AT_ONCE", at_once)
        blocks = list(pairs(lists(rows)))
    found = [
        (a, b, n)
        for block in blocks
        for a, b, n in zip(block.source.tolist(), block.target.tolist(), block.count.tolist(),
                           strict=True)
    ]  # fmt: skip
    names = lists(rows).members
    assert [(names[a], names[b], n) for a, b, n in found] == [
        (*pair, len(works)) for pair, works in sorted(counted(rows).items())
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), max_size=20))
def test_names_are_in_order_whichever_way_they_are_sorted(names: list[str]) -> None:
    found = []
    for room in (0, 1 << 20):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("slr.cocite.lists._ROOM", room)
            made = lists_of(["p"] * len(names), names)
        found.append((made.members, made.items.tolist()))
    assert found[0] == found[1] == (sorted({*names} - {""}), list(range(len({*names} - {""}))))


@settings(max_examples=60, deadline=None)
@given(REFERENCES)
def test_coupling_is_cocitation_the_other_way_round(rows: References) -> None:
    turned = [(cited, citing) for citing, cited in rows]
    expected = {pair: len(works) for pair, works in sorted(counted(turned).items())}
    assert weights(turned, of=COUPLING) == expected


@settings(max_examples=60, deadline=None)
@given(REFERENCES)
def test_fractionally_each_member_gets_one_of_each_list(rows: References) -> None:
    of: dict[str, set[str]] = {}
    for citing, cited in rows:
        of.setdefault(citing, set()).add(cited)
    total: Counter[str] = Counter()
    for (a, b), weight in weights(rows, counting="fractional", min_weight=0).items():
        total[a] += weight
        total[b] += weight
    assert total == pytest.approx(
        Counter(name for cited in of.values() if len(cited) > 1 for name in cited)
    )


def test_three_thirds_are_one() -> None:
    rows = [(citing, cited) for citing in "pqr" for cited in ("a", "b", citing + "1", citing + "2")]
    assert weights(rows, counting="fractional", min_weight=1) == {("a", "b"): 1.0}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=20))
def test_direct_citations_have_a_direction_and_no_loops(rows: References) -> None:
    found = cites(
        Asked("", "direct-citation"), [(citing, citing, cited) for citing, cited in rows], 1
    )
    ends = zip(found.edges.source.tolist(), found.edges.target.tolist(), strict=True)
    assert [(found.names[a], found.names[b]) for a, b in ends] == sorted(
        {row for row in rows if row[0] != row[1]}
    )


@settings(max_examples=30, deadline=None)
@given(REFERENCES, st.randoms())
def test_the_order_of_references_changes_nothing(rows: References, random: Any) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    asked = Asked("", CO_CITATION, counting="fractional", normalise="cosine", min_weight=0)
    before, after = (build(asked, lists(r)) for r in (rows, shuffled))
    assert before.names == after.names
    assert before.via == after.via
    for one, other in zip(
        before.edges.__dict__.values(), after.edges.__dict__.values(), strict=True
    ):
        assert one.tobytes() == other.tobytes()
    assert measures.communities(before.graph(), 1).tolist() == (  # type: ignore[union-attr]
        measures.communities(after.graph(), 1).tolist()  # type: ignore[union-attr]
    )


# --- measures ------------------------------------------------------------------------------------


@st.composite
def graphs(draw: Any) -> nx.Graph:
    count = draw(st.integers(1, 9))
    every = list(combinations(range(count), 2))
    graph = nx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(draw(st.lists(st.sampled_from(every), unique=True)) if every else [])
    return graph


def edges_of(graph: nx.Graph) -> measures.Edges:
    ends = np.array(sorted(graph.edges), np.int64).reshape(-1, 2)
    return measures.Edges(len(graph), ends[:, 0], ends[:, 1], np.ones(len(ends)))


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_measures_are_those_of_networkx(graph: nx.Graph) -> None:
    edges = edges_of(graph)
    found = measures.paths(edges)
    assert found is not None
    for mine, theirs in zip(
        found, (nx.betweenness_centrality(graph), nx.closeness_centrality(graph)), strict=True
    ):
        assert mine.tolist() == pytest.approx(list(theirs.values()), abs=1e-6)
    largest = max(len(part) for part in nx.connected_components(graph))
    inside = set(np.flatnonzero(measures.giant(edges)).tolist())
    assert len(inside) == largest
    assert nx.node_connected_component(graph, min(inside)) == inside


def test_the_middle_of_a_star_is_its_centre() -> None:
    found = measures.eigenvector(edges_of(nx.star_graph(4)))
    assert found.tolist() == pytest.approx([1, 0.5, 0.5, 0.5, 0.5], abs=1e-6)


def test_strengths_by_hand() -> None:
    told = np.array([2.0]), np.array([4.0]), np.array([8.0])
    assert {name: float(found(*told)[0]) for name, found in strength.NORMALISED.items()} == {
        "association": pytest.approx(2 / 32),
        "cosine": pytest.approx(2 / 32**0.5),
        "inclusion": pytest.approx(2 / 4),
        "jaccard": pytest.approx(2 / 10),
    }


def test_communities_of_two_groups_that_barely_touch() -> None:
    rows = [(f"p{n}", w) for n in range(4) for w in "abc"]
    rows += [(f"q{n}", w) for n in range(5) for w in "xyz"] + [("r", "a"), ("r", "x")]
    found = build(Asked("", CO_CITATION), lists(rows))
    parts = measures.communities(found.graph(), 1)
    assert parts is not None
    assert dict(zip(found.names, parts.tolist(), strict=True)) == dict.fromkeys(
        "abc", 1
    ) | dict.fromkeys("xyz", 2)


def test_the_largest_component_alone() -> None:
    rows = [("p", "a"), ("p", "b"), ("p", "c"), ("q", "x"), ("q", "y")]
    found = build(Asked("", CO_CITATION, giant=True), lists(rows))
    assert (found.names, found.outside) == (["a", "b", "c"], 2)
    assert found.via == [["p"]] * 3


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
        assert node["community"] == node["betweenness"] == node["lists"] == ""


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


# --- any table of references ---------------------------------------------------------------------

FILE = "cited_id,citing_id\nb,p\na,p\na,q\nb,q\nc,q\na,q\n"
TWICE = "\n  repeated rows: 1; each reference counts once"


def test_any_table_of_references(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(FILE)
    told = cocite_file(tmp_path / "c.csv", tmp_path / "out", 1)
    assert told == "3 nodes and 3 edges" + TWICE
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


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("pqr"), st.text("aب,\" 'é", min_size=1).filter(lambda t: t.strip())
        ),
        max_size=25,
    ),
    st.integers(1, 2),
)
def test_the_table_of_edges_is_that_of_brute_force(pairs_: References, least: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "c.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([("citing_id", "cited_id"), *pairs_])
        cocite_file(path, Path(folder), least)
        found = [
            (e["source"], e["target"], int(e["weight"])) for e in rows(path.parent / "edges.csv")
        ]
    assert found == [
        (*pair, len(works))
        for pair, works in sorted(counted(pairs_).items())
        if len(works) >= least
    ]


FAULTS = {
    "no rows": ("", "0 nodes and 0 edges\n  no edges: the table has no rows"),
    "lists of one": ("p,a\nq,a\n", "0 nodes and 0 edges\n  no edges: no list holds two works"),
    "an empty list": (
        "p,a\np,b\nq,\n",
        "2 nodes and 1 edge\n  empty lists: 1 work cites nothing",
    ),
    "a list citing itself": (
        "p,p\np,a\n",
        "2 nodes and 1 edge\n  lists that hold the citing work itself: 1, such as p; left in",
    ),
    "a cycle": ("a,b\nb,c\nc,a\n", "0 nodes and 0 edges\n  no edges: no list holds two works"),
    "a citing work twice": (
        "p,a\np,b\nq,a\np,a\np,c\n",
        "3 nodes and 3 edges\n  repeated rows: 1; each reference counts once",
    ),
    "three forms of an id": (
        "p,https://doi.org/10.1/X\np,W5\nq,10.1/x\nq,https://openalex.org/W5\nr,doi:10.1/X\nr,W5\n",
        "2 nodes and 1 edge\n  ids in several forms (DOI, OpenAlex): 2 works; each is one node",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_is_unusual_is_told(tmp_path: Path, case: str) -> None:
    text, told = FAULTS[case]
    (tmp_path / "c.csv").write_text("citing_id,cited_id\n" + text)
    assert cocite_file(tmp_path / "c.csv", tmp_path / "out", 1) == told


def test_three_forms_are_one_node_of_the_bare_form(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("citing_id,cited_id\n" + FAULTS["three forms of an id"][0])
    cocite_file(tmp_path / "c.csv", tmp_path / "out", 1)
    assert (tmp_path / "out/edges.csv").read_text() == "source,target,weight\n10.1/x,W5,3\n"


def test_ids_of_one_form_stay_as_they_are() -> None:
    names = {"https://openalex.org/W1", "https://doi.org/10.1/A", "W2", "10.2/b", "x"}
    assert joined_forms(names) == {}


def test_too_high_a_threshold_is_told_with_the_heaviest_pair(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(FILE)
    assert cocite_file(tmp_path / "c.csv", tmp_path / "out", 5) == (
        f"0 nodes and 0 edges{TWICE}\n"
        "  no edges: no two works are in 5 lists together; the heaviest pair has 2"
    )


def test_a_list_of_ten_thousand(tmp_path: Path) -> None:
    many = "".join(f"p,w{n:05d}\n" for n in range(10_000))
    (tmp_path / "c.csv").write_text(f"citing_id,cited_id\n{many}q,w00000\nq,w09999\n")
    told = cocite_file(tmp_path / "c.csv", tmp_path / "out", 2)
    assert told == (
        "2 nodes and 1 edge\n"
        "  lists of 1,000 references and more: 1, the longest of p with 10,000; "
        "they alone make 49,995,000 pairs"
    )
    assert (tmp_path / "out/edges.csv").read_text() == "source,target,weight\nw00000,w09999,2\n"


@pytest.mark.parametrize(
    ("header", "lacks"), [("citing_id,x", "cited_id"), ("x,cited_id", "citing_id")]
)
def test_a_column_that_is_missing_is_named(tmp_path: Path, header: str, lacks: str) -> None:
    (tmp_path / "c.csv").write_text(f"{header}\np,a\n")
    with pytest.raises(SlrError, match=f"c.csv:1: the column '{lacks}' is missing"):
        cocite_file(tmp_path / "c.csv", tmp_path / "out", 1)


@pytest.mark.parametrize("sign", ["\x01", "\x00"])
def test_a_control_character_is_refused(tmp_path: Path, sign: str) -> None:
    (tmp_path / "c.csv").write_text(f"citing_id,cited_id\np,a{sign}\np,b\n")
    with pytest.raises(SlrError, match=r"holds a control character\. Delete it\."):
        cocite_file(tmp_path / "c.csv", tmp_path / "out", 1)
    assert not (tmp_path / "out").exists()


def test_too_many_edges_for_graphml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "c.csv").write_text(FILE)
    monkeypatch.setattr(graphml, "MOST_EDGES", 3)
    cocite_file(tmp_path / "c.csv", tmp_path / "out", 1)
    assert (tmp_path / "out/graph.graphml").exists()
    monkeypatch.setattr(graphml, "MOST_EDGES", 2)
    assert cocite_file(tmp_path / "c.csv", tmp_path / "out", 1) == (
        "3 nodes and 3 edges; graph.graphml is left out above 2 edges" + TWICE
    )
    assert not (tmp_path / "out/graph.graphml").exists()


def test_the_limit_is_the_one_promised() -> None:
    assert graphml.MOST_EDGES == 200_000


def test_graphml_of_awkward_names_reads_back(tmp_path: Path) -> None:
    names = ['a<&>"', "ب\u200cپ", "a'b]]>"]
    with (tmp_path / "c.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("citing_id", "cited_id"), *(("p", name) for name in names)])
    cocite_file(tmp_path / "c.csv", tmp_path / "out", 1)
    assert sorted(nx.read_graphml(tmp_path / "out/graph.graphml").nodes) == sorted(names)


def test_rows_wider_than_the_room_are_cut_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "c.csv").write_text(FILE)
    monkeypatch.setattr(table, "BYTES_AT_ONCE", 1)
    cocite_file(tmp_path / "c.csv", tmp_path / "out", 1)
    assert (tmp_path / "out/edges.csv").read_text() == "source,target,weight\na,b,2\na,c,1\nb,c,1\n"


@pytest.mark.parametrize("at_once", [1, 1 << 20])
def test_one_very_long_id_makes_no_other_row_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Nor is it cut: all rows are those of brute force, however few are written at once."""
    long = "x, " * 33_334
    others = [f"w{n:04d}" for n in range(60)]
    cited = "".join(f"p,{name}\n" for name in others)
    (tmp_path / "c.csv").write_text(f'citing_id,cited_id\n{cited}q,w0000\nq,"{long}"\n')
    monkeypatch.setattr(table, "BYTES_AT_ONCE", at_once)
    cocite_file(tmp_path / "c.csv", tmp_path / "out", 1)
    found = [(e["source"], e["target"], e["weight"]) for e in rows(tmp_path / "out/edges.csv")]
    pairs_ = [*combinations(others, 2), ("w0000", long)]
    assert sorted(found) == sorted((one, other, "1") for one, other in pairs_)


# --- beside metaknowledge ------------------------------------------------------------------------

PEER = "SLR_COCITE_PEER"
EXPORT = [
    ["Small H, 1973, J AM SOC INFORM SCI, V24, P265", "Garfield E, 1955, SCIENCE, V122, P108"],
    ["Small H, 1973, J AM SOC INFORM SCI, V24, P265", "Garfield E, 1955, SCIENCE, V122, P108",
     "Kessler MM, 1963, AM DOC, V14, P10"],
    ["Kessler MM, 1963, AM DOC, V14, P10", "Garfield E, 1955, SCIENCE, V122, P108",
     "Price DJD, 1965, SCIENCE, V149, P510"],
]  # fmt: skip
THEIRS = """
import sys, json, metaknowledge
graph = metaknowledge.RecordCollection(sys.argv[1]).networkCoCitation()
print(json.dumps(sorted(sorted([a.lower(), b.lower()]) + [d["weight"]]
                        for a, b, d in graph.edges(data=True))))
"""


@pytest.mark.skipif(not os.environ.get(PEER), reason=f"{PEER} names no Python with metaknowledge")
def test_counts_are_those_of_metaknowledge(tmp_path: Path) -> None:
    entries = "".join(
        f"PT J\nAU Author, A\nTI Title {at}\nSO JOURNAL\nPY 2020\nCR "
        + "\n   ".join(cited)
        + f"\nUT WOS:{at:015d}\nER\n\n"
        for at, cited in enumerate(EXPORT)
    )
    path = tmp_path / "savedrecs.txt"
    path.write_text(f"FN Thomson Reuters Web of Science\nVR 1.0\n{entries}EF\n", "utf-8-sig")
    said = subprocess.run(
        [os.environ[PEER], "-c", THEIRS, str(path)], check=True, capture_output=True, text=True
    )
    theirs = {(a, b): n for a, b, n in json.loads(said.stdout.splitlines()[-1])}
    listed = [(str(at), line) for at, cited in enumerate(EXPORT) for line in cited]
    # Their names of cited works are author, year and journal.
    named = [(citing, ", ".join(cited.lower().split(", ")[:3])) for citing, cited in listed]
    ours = {pair: len(works) for pair, works in counted(named).items()}
    assert theirs == ours
    assert sorted(ours.values()) == sorted(weights(listed).values())
