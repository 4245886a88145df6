# ruff: noqa: E501 - tables of cases are read by the row
"""Export: what goes out of each stage, in which form, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from stages import PROJECT, copy_raw, finished, made, run
from test_cli import Call, Said, call  # noqa: F401 - `call` is a fixture
from test_export_roundtrip import HOSTILE

from slr import pull
from slr.errors import ConfigError, SlrError
from slr.export import bibtex, csljson, graphs, network, ris, tables
from slr.export.command import FORMATS, OF_NETWORKS, export, save
from slr.export.items import Item, of_works
from slr.identity import Names
from slr.trace import trace

ENTRY = ["ENTRYTYPE", "title", "author", "year", "journal", "volume", "number", "pages", "doi",
         "isbn", "abstract", "publisher", "language", "note"]  # fmt: skip
BACK = ("bib", "ris", "csv", "csl", "asreview", "covidence")
KIM = Item(
    "scopus/10.1(x)",
    "inproceedings",
    {
        "title": "Smart {cities} & 50% of R_D",
        "author": "Kim, Soonhee and Ministry of Health and Welfare",
        "year": "1399",
        "journal": "Proceedings of dg.o",
        "pages": "1-8",
        "doi": "10.1000/a_b",
        "isbn": "9780262033848",
    },
    {
        "keywords": "a; b",
        "issn": "0740-624X",
        "author_whole": '["Ministry of Health and Welfare"]',
        "and_others": "yes",
        "Source Country": "Iran",
    },
    status="included",
    reason="both, as it were",
)


def read(path: Path) -> list[dict[str, str]]:
    table = pull.gather([path], path.parent).tables["records"]
    return [dict(row) for row in table.astype(object).where(table.notna(), "").to_dict("records")]


def cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# --- there and back ------------------------------------------------------------------------------


@pytest.mark.parametrize("form", BACK)
@pytest.mark.parametrize(("what", "table", "count"), [
    ("records", "pull/records", 83),
    ("works", "dedup/works", 81),
    ("included", "screen/included", 35),
])  # fmt: skip
def test_the_shipped_review_comes_back(
    tmp_path: Path, form: str, what: str, table: str, count: int
) -> None:
    exported = export(finished(), what, form)
    path = tmp_path / "taken"
    save(tmp_path, path, exported.text)
    found = read(path)
    wanted = made(finished(), table)
    assert len(wanted) == exported.count == count
    assert [[r[n] for n in ENTRY] for r in found] == [[r[n] for n in ENTRY] for r in wanted]
    ids = [row.get("record_id") or row["work_id"] for row in wanted]
    assert [row["key"] for row in found] == ids
    names = Names([row["record_id"] for row in found])
    assert [names.resolve(name) for name in ids] == [f"taken/{name}" for name in ids]
    assert exported.left_out == (
        [f"where each work ended, which {form} cannot say; export one status at a time"]
        if what == "works" and form not in ("csv", "asreview")
        else []
    )


def test_an_export_of_records_keeps_every_other_field(tmp_path: Path) -> None:
    path = tmp_path / "taken"
    for form in BACK:
        save(tmp_path, path, export(finished(), "records", form).text, force=True)
        assert [r["extra"] for r in read(path)] == [
            r["extra"] for r in made(finished(), "pull/records")
        ]


@pytest.mark.parametrize(
    ("what", "count"),
    [
        ("identified", 83), ("duplicates_removed", 2), ("screened", 81), ("excluded", 26),
        ("not_retrieved", 20), ("awaiting", 0),
    ],
)  # fmt: skip
def test_a_count_of_the_flow_goes_out_as_it_is_traced(what: str, count: int) -> None:
    exported = export(finished(), what, "csv")
    [section] = trace(finished(), what)
    name = "work_id" if "work_id" in section.rows and what != "duplicates_removed" else "record_id"
    found = [row["record_id"] for row in cells(exported.text)]
    assert found == section.rows[name].to_list()
    assert exported.count == len(found) == count


@pytest.mark.parametrize("form", [form for form in FORMATS if form not in OF_NETWORKS[:-1]])
def test_nothing_is_an_export_too_and_is_read_as_nothing(tmp_path: Path, form: str) -> None:
    path = tmp_path / "none"
    save(tmp_path, path, export(finished(), "awaiting", form).text)
    pulled = pull.gather([path], tmp_path)
    assert pulled.tables["records"].empty
    assert pulled.tables["rejects"].empty


# --- the forms themselves ------------------------------------------------------------------------


def test_bibtex_is_what_latex_reads() -> None:
    assert bibtex.write([KIM], "A list, of @all") == (
        "% A list,\n% of (at)all\n\n"
        "@inproceedings{scopus/10.1-x-,\n"
        r"  title = {Smart \textbraceleft{}cities\textbraceright{} \& 50\% of R\_D}," + "\n"
        "  author = {Kim, Soonhee and {Ministry of Health and Welfare} and others},\n"
        "  year = {1399},\n"
        "  pages = {1-8},\n"
        "  doi = {10.1000/a_b},\n"
        "  isbn = {9780262033848},\n"
        "  booktitle = {Proceedings of dg.o},\n"
        "  keywords = {a; b},\n"
        "  issn = {0740-624X},\n"
        r'  slr-extra = {\textbraceleft{}"Source Country": "Iran", '
        r'"slr\_record\_id": "scopus/10.1(x)"\textbraceright{}}' + "\n}\n"
    )


def test_ids_that_differ_only_in_what_bibtex_cannot_hold_get_keys_of_their_own(
    tmp_path: Path,
) -> None:
    items = [Item(f"s/{key}", "misc", {"title": key}) for key in ("a(b", "a)b", "A)B")]
    text = bibtex.write(items, "x")
    assert re.findall(r"@misc\{(.*),", text) == ["s/a-b", "s/a-b-2", "s/A-B-3"]
    save(tmp_path, tmp_path / "x.bib", text)
    assert [row["key"] for row in read(tmp_path / "x.bib")] == ["s/a(b", "s/a)b", "s/A)B"]


def test_ris_is_one_tag_a_line() -> None:
    assert ris.write([KIM]).splitlines() == [
        "TY  - CPAPER",
        "ID  - scopus/10.1(x)",
        "SN  - 9780262033848",
        "TI  - Smart {cities} & 50% of R_D",
        "AU  - Kim, Soonhee",
        "AU  - Ministry of Health and Welfare",
        "PY  - 1399",
        "T2  - Proceedings of dg.o",
        "DO  - 10.1000/a_b",
        "KW  - a",
        "KW  - b",
        "SN  - 0740-624X",
        "SP  - 1",
        "EP  - 8",
        'U5  - slr_extra {"ENTRYTYPE": "inproceedings", "Source Country": "Iran", '
        '"and_others": "yes", "author_whole": "[\\"Ministry of Health and Welfare\\"]"}',
        "ER  - ",
    ]


def test_csl_has_people_and_bodies_apart() -> None:
    [item] = json.loads(csljson.write([KIM]))
    assert item["author"] == [
        {"family": "Kim", "given": "Soonhee"},
        {"literal": "Ministry of Health and Welfare"},
    ]
    assert (item["id"], item["type"]) == ("scopus/10.1(x)", "paper-conference")
    assert item["issued"] == {"date-parts": [[1399]]}
    assert (item["container-title"], item["page"], item["DOI"], item["ISSN"]) == (
        "Proceedings of dg.o", "1-8", "10.1000/a_b", "0740-624X",
    )  # fmt: skip
    assert item["custom"]["slr"]["ENTRYTYPE"] == "inproceedings"


def test_a_body_with_an_and_is_one_author_from_file_to_file(tmp_path: Path) -> None:
    names = "Kim, A and {Ministry of Health and Welfare} and {World Bank} and others"
    (tmp_path / "a.bib").write_text(f"@book{{k, title={{T}}, author={{{names}}}}}")
    root = copy_raw(tmp_path / "review")
    (root / "data/raw/records/paper.bib").unlink()
    (tmp_path / "a.bib").rename(root / "data/raw/records/a.bib")
    run(root, "pull")
    assert f"  author = {{{names}}}\n" in export(root, "records", "bib").text
    assert [line[6:] for line in export(root, "records", "ris").text.splitlines()
            if line.startswith("AU")] == ["Kim, A", "Ministry of Health and Welfare", "World Bank"]  # fmt: skip


def test_the_references_of_the_report_are_written_by_the_same_writer() -> None:
    from slr.report import numbers

    data = {
        name: pd.DataFrame(made(finished(), name), dtype="str").replace("", pd.NA)
        for name in ("screen/included", "screen/facts", "pull/records")
    }
    body = "Ministry of Health and Welfare"
    for name, column in (("screen/included", "work_id"), ("pull/records", "record_id")):
        at = data[name][column] == "paper/Janowski2015"
        data[name].loc[at, "author"] = f"Janowski, Tomasz and {body}"
    data["pull/records"].loc[at, "extra"] = json.dumps({"author_whole": json.dumps([body])})
    text = numbers.references(data, "x")
    assert f"author = {{Janowski, Tomasz and {{{body}}}}}" in text
    assert "@article{Janowski2015," in text


# --- tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [tables.write_csv, tables.write_asreview, tables.write_rayyan])
def test_no_cell_is_a_formula(write: Any) -> None:
    items = [
        Item(f"s/{n}", "misc", {"title": t, "author": t, "note": t, "journal": t}, {"url": t})
        for n, t in enumerate(["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "'=1", "'", *HOSTILE])
    ]
    text = write(items)
    begun = {cell[:1] for row in csv.reader(io.StringIO(text)) for cell in row}
    assert not begun & set("=+-@＝＋－＠\t\r\n")
    assert "'=1+1" in text
    assert "''=1" in text


def test_our_own_table_says_where_each_work_ended() -> None:
    found = cells(export(finished(), "excluded", "csv").text)
    wanted = [r for r in made(finished(), "screen/outcomes") if r["status"] == "excluded"]
    columns = ("status", "criterion", "reason")
    assert [[r[c] for c in columns] for r in found] == [[r[c] for c in columns] for r in wanted]
    assert "status" not in cells(export(finished(), "records", "csv").text)[0]


def as_asreview_does(text: str, labels: dict[int, int]) -> str:
    """Read and write a table as ASReview LAB 3.0.8 does (asreview/data/tabular.py)."""
    frame = pd.read_csv(io.StringIO(text), sep=None, engine="python")
    frame["asreview_label"] = frame.index.map(labels)
    return frame.rename_axis("record_id").to_csv(None, index=True)


def test_asreview_gives_back_what_it_was_given(tmp_path: Path) -> None:
    persian = [
        Item("m/ساعی", "article", {"title": "حکمرانی الکترونیک", "year": "1391", "volume": "3"}),
        Item("m/رضایی", "article", {"title": "دولت هوشمند", "isbn": "0262033844"}),
        Item("m/k-1", "book", {"title": "شهر", "abstract": "An abstract"}, status="included"),
        Item("m/k1", "book", {"title": "شهر", "abstract": "An abstract"}, status="excluded"),
        Item("m/none", "misc", {"author": "World Bank"}, status="awaiting"),
    ]
    text = tables.write_asreview([*persian, KIM])
    assert text.splitlines()[0].startswith("title,abstract,authors,keywords,year,doi,url,included")
    found = cells(text)
    assert [row["included"] for row in found] == ["", "", "1", "0", "", "1"]
    assert found[5]["authors"] == "Kim, Soonhee;Ministry of Health and Welfare"
    assert found[5]["keywords"] == "a;b"
    # ASReview cuts titles to this before it calls two records duplicates.
    assert len({re.sub("[^a-z0-9]", "", row["title"].lower()) for row in found}) == 6
    path = tmp_path / "asreview.csv"
    path.write_text(as_asreview_does(text, {0: 1, 1: 0}), "utf-8")
    back = read(path)
    for item, row in zip([*persian, KIM], back, strict=True):
        assert {name: row[name] for name in item.fields} == item.fields
        assert (row["key"], row["ENTRYTYPE"]) == (item.id, item.kind)
    assert json.loads(back[0]["extra"]) == {"asreview_label": "1.0"}
    assert json.loads(back[5]["extra"]) == KIM.extra


def test_rayyan_has_its_own_columns_and_gives_back_the_id(tmp_path: Path) -> None:
    out = Item("s/o", "misc", {"title": "=x", "note": "seen"}, status="excluded", reason="a, b")
    text = tables.write_rayyan([KIM, out])
    given = (PROJECT / "tests/data/rayyan.csv").read_text("utf-8").splitlines()[0].split(",")
    assert text.splitlines()[0].split(",") == [n for n in given if not n.endswith("_id")]
    first, second = cells(text)
    assert first["authors"] == "Kim, Soonhee and Ministry of Health and Welfare"
    assert first["notes"] == (
        'slr_record_id: scopus/10.1(x) | RAYYAN-INCLUSION: {"slr"=>"Included"}'
    )
    assert second["notes"] == (
        'seen | slr_record_id: s/o | RAYYAN-INCLUSION: {"slr"=>"Excluded"} | '
        "RAYYAN-EXCLUSION-REASONS: a; b"
    )
    assert tables.without_column([KIM, out], "Rayyan", tables.HELD_BY_RAYYAN) == [
        "fields that Rayyan has no column for: ENTRYTYPE (2), Source Country (1), and_others (1), "
        "author_whole (1), isbn (1)"
    ]
    path = tmp_path / "rayyan.csv"  # Rayyan gives keys of its own
    path.write_text(text.replace("\nscopus/10.1(x),", "\nrayyan-1,"), "utf-8")
    back = read(path)
    assert [row["key"] for row in back] == ["scopus/10.1(x)", "s/o"]
    assert [row["title"] for row in back] == ["Smart {cities} & 50% of R_D", "=x"]


# --- works ---------------------------------------------------------------------------------------


def test_a_work_has_what_any_of_its_records_has() -> None:
    def row(name: str, **fields: str) -> dict[str, str | None]:
        return {"record_id": name, "ENTRYTYPE": "article", **dict.fromkeys(ENTRY[1:]), **fields}

    records = pd.DataFrame([
        row("a/1", author="X and Y", year="2004", extra='{"year_printed": "c2004", "url": "u"}'),
        row("b/2", author="X and Y", year="2005",
            extra='{"year_printed": "c2005", "author_whole": "[\\"X and Y\\"]", "keywords": "k"}'),
    ])  # fmt: skip
    works = pd.DataFrame([
        {**row("a/1", author="X and Y", year="2005"), "work_id": "a/1", "record_ids": "a/1 b/2"}
    ])  # fmt: skip
    [item] = of_works(works, records)
    assert item.extra == {
        "url": "u", "year_printed": "c2005", "author_whole": '["X and Y"]', "keywords": "k",
    }  # fmt: skip
    assert item.names() == ["X and Y"]


# --- the network ---------------------------------------------------------------------------------


def no_nulls(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(no_nulls, value.values()))
    return all(map(no_nulls, value)) if isinstance(value, list) else value is not None


@pytest.mark.parametrize(("lang", "label"), [("en", "label"), ("fa", "label_fa")])
def test_the_network_is_that_of_the_tables(lang: str, label: str) -> None:
    exported = export(finished(), "network", "vosviewer", lang)
    told = json.loads(exported.text)
    nodes, edges = made(finished(), "cocite/nodes"), made(finished(), "cocite/edges")
    items, links = told["network"]["items"], told["network"]["links"]
    assert [(i["id"], i["label"]) for i in items] == [(n["node_id"], n[label]) for n in nodes]
    assert [(k["source_id"], k["target_id"], k["strength"]) for k in links] == [
        (e["source"], e["target"], float(e["weight"])) for e in edges
    ]
    assert [i["weights"] for i in items] == [
        {"Links": int(n["degree"]), "Total link strength": float(n["weighted_degree"])}
        for n in nodes
    ]
    assert no_nulls(told)
    assert told["info"]["title"] == "Works cited together in the paper"
    assert exported.count == len(nodes)


def test_a_network_of_some_works_says_which_have_no_link() -> None:
    exported = export(finished(), "excluded", "vosviewer")
    told = json.loads(exported.text)["network"]
    there = {item["id"] for item in told["items"]}
    excluded = {r["work_id"] for r in made(finished(), "screen/outcomes") if r["status"] == "excluded"}  # fmt: skip
    assert there < excluded
    ends = {link[end] for link in told["links"] for end in ("source_id", "target_id")}
    assert ends == there
    [left_out] = exported.left_out
    alone = len(excluded) - len(there)
    assert left_out == f"{alone} of 26 works, which have no link to another of them"


def a_graph(text: str, form: str) -> nx.Graph:
    """Read an export of a network by networkx."""
    if form == "graphml":
        return nx.parse_graphml(text)
    if form == "gexf":
        return nx.read_gexf(io.BytesIO(text.encode()))
    return nx.parse_pajek(text)


@pytest.mark.parametrize("form", ["graphml", "gexf", "pajek"])
def test_other_programs_read_the_network(form: str) -> None:
    exported = export(finished(), "network", form)
    graph = a_graph(exported.text, form)
    nodes, edges = made(finished(), "cocite/nodes"), made(finished(), "cocite/edges")
    assert len(graph) == exported.count == len(nodes)
    label = {n["node_id"]: n["label"] for n in nodes}
    if form == "pajek":  # whose ids are the labels
        twice = {text for text in label.values() if list(label.values()).count(text) > 1}
        label = {n: f"{text} ({n})" if text in twice else text for n, text in label.items()}
        expected = {(label[e["source"]], label[e["target"]]): float(e["weight"]) for e in edges}
    else:
        expected = {(e["source"], e["target"]): float(e["weight"]) for e in edges}
        assert {n: data["label"] for n, data in graph.nodes(data=True)} == label
    assert {(a, b): float(data["weight"]) for a, b, data in graph.edges(data=True)} == expected


@pytest.mark.parametrize("form", list(graphs.WRITERS))
def test_a_network_has_no_date_and_the_same_bytes(form: str) -> None:
    one = export(finished(), "network", form, "fa").text
    assert one == export(finished(), "network", form, "fa").text
    assert "lastmodified" not in one
    assert date.today().isoformat() not in one


def test_the_two_files_of_vosviewer_fit_together() -> None:
    nodes, edges = made(finished(), "cocite/nodes"), made(finished(), "cocite/edges")
    text = export(finished(), "network", "vosviewer-map").text
    table = list(csv.reader(io.StringIO(text), delimiter="\t"))
    links = [
        line.split("\t")
        for line in export(finished(), "network", "vosviewer-network").text.splitlines()
    ]
    assert table[0][:2] == ["id", "label"]
    assert [row[:3] for row in table[1:]] == [
        [str(at), n["label"], n["node_id"]] for at, n in enumerate(nodes, 1)
    ]
    node = {row[0]: row[2] for row in table[1:]}
    assert [(node[a], node[b], float(weight)) for a, b, weight in links] == [
        (e["source"], e["target"], float(e["weight"])) for e in edges
    ]


def test_awkward_labels_stay_on_their_line_and_within_their_quotes() -> None:
    label = 'a "b"\t<c>\n& ۱'
    rows = [
        {"node_id": n, "label": label, "degree": 1, "weighted_degree": 2.0} for n in ("x/1", "x/2")
    ]
    graph = graphs.Graph("k", "<&>", rows, [{"source": "x/1", "target": "x/2", "weight": 2.0}])
    assert graphs.write_pajek(graph).splitlines() == [
        "*Network slr export", "*Vertices 2", "1 \"a 'b' <c> & ۱ (x/1)\"", "2 \"a 'b' <c> & ۱ (x/2)\"", "*Edges", "1 2 2",
    ]  # fmt: skip
    assert graphs.write_map(graph).splitlines()[1] == '1\t"a ""b"" <c> & ۱"\tx/1\t\t1\t2'
    assert a_graph(graphs.write_graphml(graph), "graphml").nodes["x/1"]["label"] == label
    assert a_graph(graphs.write_gexf(graph), "gexf").edges["x/1", "x/2"]["weight"] == 2


def test_weights_keep_their_digits_and_cells_are_no_formulas() -> None:
    rows = [{"node_id": n, "label": "=SUM(A1)", "degree": 1, "weighted_degree": 1234567.5,
             "community": 1001} for n in ("@x", "y")]  # fmt: skip
    graph = graphs.Graph("k", "", rows, [{"source": "@x", "target": "y", "weight": 1234567.5}])
    assert graphs.write_pajek(graph).splitlines()[-1] == "1 2 1234567.5"
    assert graphs.write_network(graph) == "1\t2\t1234567.5\n"
    assert graphs.write_map(graph).splitlines()[1] == "1\t=SUM(A1)\t@x\t\t1\t1234567.5"
    assert a_graph(graphs.write_gexf(graph), "gexf").edges["@x", "y"]["weight"] == 1234567.5
    assert graphs.write_csv(graph).splitlines()[1] == "'@x,'=SUM(A1),y,'=SUM(A1),1234567.5"


def test_vosviewer_is_told_what_a_node_is() -> None:
    nodes = pd.DataFrame({"node_id": ["a", "b"], "label": ["A", "B"], "community": [1, 1]})
    edges = pd.DataFrame({"source": ["a"], "target": ["b"], "weight": [2.0]})
    told = json.loads(network.write(nodes, edges, {}, "", "en", "co-authorship", "authors"))
    assert told["config"]["terminology"] == {
        "item": "author", "items": "authors", "link_strength": "works",
    }  # fmt: skip


# --- the command ---------------------------------------------------------------------------------

REFUSED: dict[str, tuple[list[str], int, str]] = {
    "nothing of that name": (
        ["inclded", "--to", "bib"], 2,
        "slr: 'inclded' is nothing that can be exported. Did you mean 'included'?",
    ),
    "no such format": (["included", "--to", "bibtx"], 2, "slr: 'bibtx' is no format."),
    "no such language": (
        ["network", "--to", "vosviewer", "--lang", "de"], 2, "slr: 'de' is no language. Known: en, fa.",
    ),
    "a network as a list": (
        ["network", "--to", "ris"], 2,
        "slr: the network does not go into ris. "
        "Use --to vosviewer, graphml, gexf, pajek, vosviewer-map, vosviewer-network, csv.",
    ),
    "records as a network": (
        ["records", "--to", "vosviewer"], 2, "slr: a network is of works, not of records.",
    ),
    "no format": (["included"], 2, "Missing option '--to'"),
    "into what people made": (
        ["included", "--to", "bib", "--out", "data/raw/records/new.bib"], 2,
        "slr: data/raw/records/new.bib: is within data/raw. Write elsewhere; `slr add` brings a file in.",
    ),
    "into what the stages made": (
        ["records", "--to", "csv", "--out", "data/processed/pull/records.csv", "--force"], 2,
        "slr: data/processed/pull/records.csv: is within data/processed.",
    ),
    "into a folder": (["records", "--to", "csv", "--out", "data"], 2, "slr: data: is a folder."),
    "over a file of another make": (
        ["records", "--to", "csv", "--out", "config.yaml"], 1,
        "slr: config.yaml: is there already, and no export of slr made it. "
        "Give another name, or say --force.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("args", "status", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused(call: Call, args: list[str], status: int, told: str) -> None:  # noqa: F811
    said = call(finished(), "export", *args)
    assert (said.status, said.out) == (status, "")
    assert told in " ".join(said.err.replace("│", " ").split())
    assert (finished() / "config.yaml").read_bytes() == (PROJECT / "config.yaml").read_bytes()


def test_a_stage_that_has_not_run_is_named(call: Call, tmp_path: Path) -> None:  # noqa: F811
    root = run(copy_raw(tmp_path / "review"), "pull", "dedup")
    said = call(root, "export", "included", "--to", "bib")
    assert said.err.endswith("screen/outcomes.csv: is not there yet. Run `slr run` first.\n")
    assert (said.status, said.out) == (1, "")
    found = cells(call(root, "export", "works", "--to", "asreview").out)
    assert len(found) == 81
    assert {row["included"] for row in found} == {""}


def test_out_is_a_file_or_what_is_printed(call: Call, tmp_path: Path) -> None:  # noqa: F811
    out = tmp_path / "deep/er/x.ris"
    said = call(finished(), "export", "included", "--to", "ris", "--out", out)
    assert said == Said(0, "", f"included as ris: 35 entries to {out}\n")
    for args in ([], ["--out", "-"]):
        printed = call(finished(), "export", "included", "--to", "ris", *args)
        assert printed.out.encode() == out.read_bytes()
        assert printed.err == "included as ris: 35 entries to standard output\n"


def test_counts_are_told_to_a_machine(call: Call, tmp_path: Path) -> None:  # noqa: F811
    out = tmp_path / "x.csv"
    args = ("export", "included", "--to", "rayyan", "--json")
    told = json.loads(call(finished(), *args, "--out", out).out)
    assert told == {
        "what": "included", "format": "rayyan", "out": str(out), "exported": 35,
        "left_out": ["fields that Rayyan has no column for: ENTRYTYPE (35), x-identification (35)"],
    }  # fmt: skip
    printed = call(finished(), *args)
    assert printed.out == out.read_text("utf-8")
    assert json.loads(printed.err[printed.err.index("{") :])["exported"] == 35


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_may_be_made_anew_in_its_place(tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    for what in ("included", "awaiting", "excluded"):
        save(finished(), out, export(finished(), what, form).text)
    save(finished(), out, "")
    save(finished(), out, "of another make")
    with pytest.raises(SlrError, match="no export of slr made it"):
        save(finished(), out, "x")
    save(finished(), out, "x", force=True)
    assert out.read_text() == "x"


def test_a_link_into_the_raw_data_is_seen(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    (tmp_path / "link").symlink_to(root / "data/raw/records")
    with pytest.raises(ConfigError, match="is within data/raw"):
        save(root, tmp_path / "link/paper.bib", "", force=True)


def test_what_covidence_takes_at_once_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ris, "MOST_OF_COVIDENCE", 34)
    told = export(finished(), "included", "covidence").told("x")
    assert told.splitlines()[1:] == ["  Covidence takes 34 at a time: cut the file"]
    assert export(finished(), "included", "ris").told("x") == "included as ris: 35 entries to x"


def test_lists_of_references_are_told_to_stay(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    (root / "data/raw/records/paper.bib").unlink()
    wos = PROJECT / "tests/data/wos.ciw"
    (root / "data/raw/records/wos.ciw").write_bytes(wos.read_bytes())
    run(root, "pull")
    assert export(root, "records", "ris").told("x").splitlines() == [
        "records as ris: 2 entries to x",
        "  left out: lists of references, which go into no export; see "
        "data/processed/pull/references.csv",
    ]


def test_a_table_that_was_edited_to_pieces_is_told(tmp_path: Path) -> None:
    root = run(copy_raw(tmp_path / "review"), "pull")
    path = root / "data/processed/pull/records.csv"
    lines = path.read_text("utf-8").split("\n")
    lines[1] = lines[1].replace('"{""', '"[""', 1)
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(SlrError, match=r"records\.csv:2: extra: is no JSON object of texts"):
        export(root, "records", "bib")
