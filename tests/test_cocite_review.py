"""Networks of a review: from reference lists of people, exports and indexes, and from records."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from stages import copy_raw, edit, finished, made, run

from slr import cocite as stage
from slr.cocite import tables
from slr.cocite.gather import Tables, gather, labels
from slr.cocite.kinds import Known, Material
from slr.dedup import DEFAULTS
from slr.errors import ConfigError, SlrError
from slr.schemas.tables import columns
from slr.trace import trace

SETTINGS = {
    "closeness": {"theme": 1.0, "unit": 0.5, "section": 0.25, "text": 0.1},
    "min_weight": 1,
    "min_lists": 1,
    "min_coverage_pct": 50,
    "seed": 1,
}
WORKS = {
    "x/a": Known("Ahn, M and Bell, N.", "Cities", "2001", "One", ("trust", "E-government")),
    "x/b": Known("Bell, Nora and Cole, P", "cities", "2002", "Two", ("e-Government", "Trust")),
    "x/c": Known("Dahl, Q", "Towns", "2003", "Three", ()),
}
NO_CONTEXTS = pd.DataFrame(
    columns=["context_id", "record_id", "section", "unit", "unit_label", "work_id"]
)
REFERENCES = [("x/a", "y/1"), ("x/a", "y/2"), ("x/c", "y/1"), ("x/c", "y/2"), ("x/c", "x/a")]


def material(references: list[tuple[str, str]] = REFERENCES) -> Material:
    cited = {"y/1": Known("Ames, R", "Nature"), "y/2": Known("Bond, S and Ames, R.", "Science")}
    return Material(references, WORKS, cited, frozenset({"x/a", "x/b"}))


def network_of(settings: Mapping[str, Any], **changed: Any) -> dict[str, pd.DataFrame]:
    asked = SETTINGS | {"min_coverage_pct": 0, "networks": {"n": dict(settings)}} | changed
    labels = pd.DataFrame({"node_id": list(WORKS), "label": ["A", "B", "C"]})
    return tables.networks(asked, material(), labels)


def edges(made_: Mapping[str, pd.DataFrame]) -> list[list[Any]]:
    return made_["network_edges"][["source", "target", "weight", "via"]].to_numpy().tolist()


# --- the graph that the review has ---------------------------------------------------------------


def test_below_the_stated_share_there_is_no_cocitation() -> None:
    demanding = SETTINGS | {"min_coverage_pct": 51}
    kind, found, _, coverage = tables.graph(NO_CONTEXTS, material(), demanding)
    assert kind == "cited-together"
    assert found.empty
    told = coverage.set_index("measure")["value"].to_dict()
    assert told["included works with a reference list"] == 1
    assert told["share of included works with a list, per cent"] == 50
    assert told["references"] == 5


def test_at_the_stated_share_there_is_of_all_lists() -> None:
    kind, found, _, _ = tables.graph(NO_CONTEXTS, material(), SETTINGS)
    assert kind == "co-citation"
    assert found[["source", "target", "weight", "association", "via"]].to_numpy().tolist() == [
        ["x/a", "y/1", 1, 0.5, "x/c"],
        ["x/a", "y/2", 1, 0.5, "x/c"],
        ["y/1", "y/2", 2, 0.5, "x/a x/c"],
    ]


def test_two_lists_are_asked_for_where_the_config_does_not_say() -> None:
    settings = {name: value for name, value in SETTINGS.items() if name != "min_lists"}
    _, found, _, _ = tables.graph(NO_CONTEXTS, material(), settings)
    assert found["weight"].tolist() == [2]


def test_a_share_is_not_rounded_up() -> None:
    works = {f"x/{n}": Known() for n in range(3)}
    given = Material([("x/0", "y/1"), ("x/0", "y/2")], works, {}, frozenset(works))
    for least, kind in ((33.3, "co-citation"), (33.4, "cited-together")):
        settings = SETTINGS | {"min_coverage_pct": least}
        assert tables.graph(NO_CONTEXTS, given, settings)[0] == kind


# --- the networks of the config ------------------------------------------------------------------


def test_coupling_of_works() -> None:
    found = network_of({"of": "coupling", "among": "all"})
    assert edges(found) == [["x/a", "x/c", 2, "y/1 y/2"]]
    assert found["network_nodes"]["label"].tolist() == ["A", "C"]


def test_only_the_lists_of_the_included_count_unless_told() -> None:
    found = network_of({"of": "coupling"})
    assert found["networks"].iloc[0]["why_empty"] == "no two lists hold the same work"


def test_direct_citation_points_from_the_citing_work() -> None:
    assert edges(network_of({"of": "direct-citation", "among": "all"})) == [
        ["x/c", "x/a", 1, "x/c"]
    ]


def test_lists_that_hold_no_work_of_the_review_are_lists_all_the_same() -> None:
    settings = SETTINGS | {"networks": {"n": {"of": "direct-citation"}}}
    given_ = Material([("x/a", "y/1")], WORKS, {}, frozenset({"x/a", "x/b"}))
    made_ = tables.networks(settings, given_, pd.DataFrame({"node_id": [], "label": []}))
    assert made_["networks"].iloc[0]["why_empty"] == "no list holds a work of the review"


def test_authors_are_one_by_family_and_initial() -> None:
    found = network_of({"of": "co-authorship", "counting": "fractional"})
    assert edges(found) == [["ahn m", "bell n", 1, "x/a"], ["bell n", "cole p", 1, "x/b"]]
    assert found["network_nodes"]["label"].tolist() == ["Ahn, M", "Bell, N.", "Cole, P"]
    assert found["networks"].iloc[0]["nodes_are"] == "authors"


def test_fractionally_no_edge_is_left_out_unless_told() -> None:
    made_by_three = {"x/a": Known("Ahn, M and Bell, N and Cole, P")}
    given_ = Material([], made_by_three, {}, frozenset(made_by_three))
    labels = pd.DataFrame({"node_id": [], "label": []})
    asked = {"n": {"of": "co-authorship", "counting": "fractional"}}
    found = tables.networks(SETTINGS | {"networks": asked}, given_, labels)
    assert found["network_edges"]["weight"].tolist() == [0.5, 0.5, 0.5]


def test_keywords_are_one_whatever_their_case() -> None:
    found = network_of({"of": "keywords", "normalise": "jaccard"})
    assert edges(found) == [["e government", "trust", 2, "x/a x/b"]]
    assert found["network_edges"]["strength"].tolist() == [1]


def test_cocitation_of_authors_and_of_journals() -> None:
    found = network_of({"of": "co-citation", "nodes": "authors"})
    assert edges(found) == [["ames r", "bond s", 1, "x/a"]]
    found = network_of({"of": "co-citation", "nodes": "journals", "among": "all", "min_weight": 2})
    assert edges(found) == [["nature", "science", 2, "x/a x/c"]]


def test_a_network_of_too_few_lists_is_refused_with_the_numbers() -> None:
    found = network_of({"of": "co-citation"}, min_coverage_pct=51)
    assert found["network_edges"].empty
    assert found["networks"].iloc[0]["why_empty"] == (
        "refused: 1 of 2 works have what it is made of, "
        "under the 51 per cent that cocite.min_coverage_pct asks for"
    )


def test_too_high_a_threshold_is_told_with_the_heaviest_pair() -> None:
    found = network_of({"of": "keywords", "min_weight": 3})
    assert found["networks"].iloc[0]["why_empty"] == (
        "no two nodes have the weight 3 that the config asks for; the heaviest pair has 2"
    )


def test_authors_are_not_joined_where_most_references_do_not_name_them() -> None:
    lists = [("x/a", f"W{n}") for n in range(7)] + [("x/a", "y/1"), ("x/a", "x/b")]
    given_ = Material(lists, WORKS, material().cited, frozenset({"x/a"}))
    asked = {"of": "co-citation", "nodes": "authors"}
    labels_ = pd.DataFrame({"node_id": [], "label": []})
    made_ = {}
    for least in (22, 23):  # 2 of 9 name authors
        settings = SETTINGS | {"min_coverage_pct": least, "networks": {"n": asked}}
        made_[least] = tables.networks(settings, given_, labels_)["networks"].iloc[0]
    assert made_[22]["edges"] == 3  # Ames; Bell and Cole
    assert made_[23]["why_empty"] == (
        "refused: 2 of 9 references name authors, under the 23 per cent that "
        "cocite.min_coverage_pct asks for; pull.online.name_cited asks OpenAlex for more names"
    )


def test_what_a_large_graph_is_not_measured_of_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"of": "co-citation", "among": "all"}
    assert network_of(asked)["networks"].iloc[0]["not_measured"] is None
    monkeypatch.setattr("slr.cocite.measures.MOST_OF_PATHS", 5)
    monkeypatch.setattr("slr.cocite.measures.MOST_OF_COMMUNITIES", 2)
    found = network_of(asked)
    assert found["network_nodes"]["betweenness"].isna().all()
    assert found["networks"].iloc[0]["not_measured"] == (
        "betweenness and closeness are not counted: nodes times edges are more than 50,000,000; "
        "communities are not looked for: edges are more than 500,000"
    )


def test_more_edges_than_can_be_told_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slr.cocite.build.MOST_EDGES", 2)
    assert network_of({"of": "co-citation", "among": "all"})["networks"].iloc[0]["why_empty"] == (
        "refused: 3 edges have the weight 1, more than 2; ask for a greater weight"
    )
    assert len(edges(network_of({"of": "co-citation", "among": "all", "min_weight": 2}))) == 1
    with pytest.raises(ConfigError, match=r"cocite\.min_lists: refused: 3 edges .* Raise it\."):
        tables.graph(NO_CONTEXTS, material(), SETTINGS)


# --- gathering -----------------------------------------------------------------------------------


def given(
    raw: list[tuple[str, str]],
    pulled: list[tuple[str, str]],
    named: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> Tables:
    """Two records of one work, which OpenAlex knows as W1, and a second work with a DOI."""
    cited = [{"openalex_id": name, **told} for name, told in named.items()]
    entry = dict.fromkeys(columns("dedup/works"))
    works = [
        entry | {"work_id": "s/a", "title": "A study of towns", "author": "Ahn, M", "year": "2001"},
        entry | {"work_id": "s/b", "title": "Another of cities", "doi": "10.1000/b"},
    ]
    records = [("s/a", None), ("openalex/W1", '{"keywords": "trust; towns"}'), ("s/b", None)]
    return Tables(
        works=pd.DataFrame(works),
        clusters=pd.DataFrame(
            {"record_id": ["s/a", "openalex/W1", "s/b"], "cluster_id": ["s/a", "s/a", "s/b"]}
        ),
        records=pd.DataFrame(records, columns=["record_id", "extra"]),
        outcomes=pd.DataFrame({"work_id": ["s/a", "s/b"], "status": ["included", "excluded"]}),
        enrichment=pd.DataFrame(
            [("s/b", "OpenAlex", "W2")], columns=["record_id", "index", "answer_id"]
        ),
        cited_works=pd.DataFrame(cited, columns=columns("pull/cited_works"), dtype="str"),
        given=pd.DataFrame(raw, columns=["citing_id", "cited_id"], dtype="str"),
        pulled=pd.DataFrame(pulled, columns=["record_id", "cited"], dtype="str"),
    )


def test_lists_of_people_exports_and_indexes_are_joined() -> None:
    found, matched, notes = gather(
        given(
            [
                ("b", "https://doi.org/10.5/X"),
                ("https://openalex.org/W9", "10.1000/B"),
                ("W9", "10.1000/b"),
            ],
            [("openalex/W1", "https://openalex.org/W2"), ("s/a", "10.5/x"), ("s/b", "10.5/x")],
        ),
        DEFAULTS,
    )
    assert found.references == [
        ("W9", "s/b"),
        ("s/a", "10.5/x"),
        ("s/a", "s/b"),
        ("s/b", "10.5/x"),
    ]
    assert notes == ["  repeated rows: 2; each reference counts once"]
    assert {row["cited"]: row["status"] for row in matched.rows} == {
        "https://doi.org/10.5/X": "matched",
        "10.5/x": "matched",
        "10.1000/B": "matched",
        "10.1000/b": "matched",
        "https://openalex.org/W2": "matched",
    }


LAYNE = {"title": "Developing fully functional E-government: A four stage model",
         "author": "Layne, Karen and Lee, Jungwoo", "year": "2001",
         "journal": "Government Information Quarterly", "volume": "18", "pages": "122-136",
         "doi": "10.1016/s0740-624x(01)00066-1"}  # fmt: skip


def test_a_work_that_openalex_names_is_that_of_lines_and_dois() -> None:
    lines = [
        "https://openalex.org/W5",
        "W5",
        LAYNE["doi"],
        "Layne K, 2001, GOV INFORM Q, V18, P122",
    ]
    rows = given([], [("s/a", lines[0]), *(("s/b", line) for line in lines[1:])], {"W5": LAYNE})
    found, matched, _ = gather(rows, DEFAULTS)
    assert found.references == [("s/a", "W5"), ("s/b", "W5")]
    assert labels(found) == {"W5": ("Layne 2001", "2001")}
    assert {row["status"] for row in matched.rows} == {"matched"}
    told = next(row for row in matched.rows if row["cited"] == "W5")
    assert (told["title"], told["doi"]) == (LAYNE["title"], LAYNE["doi"])


def test_a_work_that_openalex_names_may_be_one_of_the_review() -> None:
    rows = given([], [("s/a", "W5")], {"W5": {"title": "Another of cities", "doi": "10.1000/b"}})
    assert gather(rows, DEFAULTS)[0].references == [("s/a", "s/b")]


def test_an_id_without_a_name_is_its_own_label() -> None:
    found, _, _ = gather(given([], [("s/a", "https://openalex.org/W5")]), DEFAULTS)
    assert labels(found) == {"W5": ("W5", "")}


def test_a_label_comes_from_the_line_that_tells_most() -> None:
    lines = [LAYNE["doi"], f"Layne K, 2001, GOV INFORM Q, V18, P122, DOI {LAYNE['doi']}"]
    found, _, _ = gather(given([], [("s/a", line) for line in lines]), DEFAULTS)
    assert labels(found) == {LAYNE["doi"]: ("Layne 2001", "2001")}


def test_keywords_come_from_all_records_of_a_work() -> None:
    assert gather(given([], []), DEFAULTS)[0].works["s/a"].keywords == ("trust", "towns")


def test_a_work_that_cites_itself_and_an_empty_list_are_told() -> None:
    rows = given([("s/b", pd.NA)], [("s/a", "W1"), ("s/a", "10.5/x")])  # type: ignore[list-item]
    found, _, notes = gather(rows, DEFAULTS)
    assert found.references == [("s/a", "10.5/x"), ("s/a", "s/a"), ("s/b", "")]
    assert notes == [
        "  empty lists: 1 work cites nothing",
        "  lists that hold the citing work itself: 1, such as s/a; left in",
    ]


# --- a whole review ------------------------------------------------------------------------------

NETWORKS = """  networks:
    coupling: {of: coupling, normalise: association}
    citations: {of: direct-citation}
    people: {of: co-authorship, counting: fractional, giant: true}
"""


@pytest.fixture(scope="module")
def with_lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped review, of which 18 works have a list of three."""
    root = copy_raw(tmp_path_factory.mktemp("lists") / "review")
    kept = [w["work_id"] for w in made(finished(), "screen/included")]
    lists = [f"{work},{cited}" for work in kept[:18] for cited in ("W1", "10.1/2", kept[0])]
    (root / "data/raw/citations/references.csv").write_text(
        "citing_id,cited_id\n" + "\n".join(lists) + "\n"
    )
    edit(root / "config.yaml", "min_coverage_pct: ", "min_coverage_pct: 51  # was ")
    path = root / "config.yaml"
    text = path.read_text("utf-8")
    before, _, after = text.partition("  networks:")
    path.write_text(before + NETWORKS + after[after.index("\n\n") :], "utf-8")
    return run(root)


def kept(root: Path) -> list[str]:
    return [w["work_id"] for w in made(root, "screen/included")][:18]


def test_a_review_with_reference_lists(with_lists: Path) -> None:
    graph = nx.read_graphml(with_lists / "data/processed/cocite/graph.graphml")
    assert graph.graph["kind"] == "co-citation"
    citing = kept(with_lists)
    found = made(with_lists, "cocite/edges")
    assert [(e["source"], e["target"], float(e["weight"]), e["level"]) for e in found] == [
        ("10.1/2", "W1", 18, ""),
        ("10.1/2", citing[0], 18, ""),
        ("W1", citing[0], 18, ""),
    ]
    assert {e["via"] for e in found} == {" ".join(sorted(citing))}
    nodes = made(with_lists, "cocite/nodes")
    assert {n["community"] for n in nodes} == {"1"}
    assert {(n["lists"], n["degree"], float(n["closeness"])) for n in nodes} == {("18", "2", 1.0)}
    measures = {
        r["measure"]: r["value"]
        for r in made(with_lists, "cocite/coverage")
        if r["kind"] == "co-citation"
    }
    assert measures["share of included works with a list, per cent"] == "51"


def test_the_networks_of_the_config(with_lists: Path) -> None:
    told = {n["network"]: n for n in made(with_lists, "cocite/networks")}
    assert list(told) == ["coupling", "citations", "people"]
    assert (told["coupling"]["nodes"], told["coupling"]["edges"]) == ("18", "153")
    found = [e for e in made(with_lists, "cocite/network_edges") if e["network"] == "coupling"]
    assert [(e["source"], e["target"]) for e in found] == list(combinations(kept(with_lists), 2))
    # Each pair shares three cited works, and each has three: 3 / (3 * 3).
    assert {float(e["strength"]) for e in found} == {round(1 / 3, 9)}
    assert told["citations"]["edges"] == "17"


def test_an_edge_leads_back_to_its_citing_works(with_lists: Path) -> None:
    first, second = kept(with_lists)[:2]
    edge, works = trace(with_lists, f"W1--{first}")
    assert edge.rows.iloc[0]["weight"] == 18
    assert works.rows["work_id"].tolist() == sorted(kept(with_lists))
    assert works.rows["title"].notna().all()
    found = {section.title: section.rows for section in trace(with_lists, f"{second}--{first}")}
    assert found["works behind it in citations"]["work_id"].tolist() == [second]
    behind = found["works behind it in coupling"]["work_id"].tolist()
    assert behind == ["10.1/2", "W1", first]


def test_a_second_run_writes_the_same_bytes(with_lists: Path, tmp_path: Path) -> None:
    folder = with_lists / "data/processed/cocite"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    path = with_lists / "data/raw/citations/references.csv"
    head, *rows = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([head, *reversed(rows)]) + "\n", "utf-8")
    stage.run(with_lists)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


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
