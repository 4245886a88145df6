"""The page and what lies beside it: whole, self-contained, in two languages, and only text."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import stages
from bibtexparser import parse_string
from matplotlib.figure import Figure

from slr import config, pull, report
from slr.errors import SlrError
from slr.report import FIGURE_KINDS, LANGS, TABLE_KINDS, draw, flow, grid, numbers, page, style
from slr.report.declared import Declared
from slr.report.page import Content, Drawn

SVG = b'<svg width="500pt" height="200pt" xmlns="http://www.w3.org/2000/svg"></svg>'
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
SETTINGS = config.load(stages.PROJECT / "config.yaml")
FIGURES = report.figure_names(stages.PROJECT, SETTINGS)
TABLES = report.table_names(stages.PROJECT, SETTINGS)
HOSTILE = '<script>alert("x")</script></style>{{ 7*7 }} & \u202e'


def fake(pictures: Sequence[style.Picture], _: int = 0) -> list[Drawn]:
    files = {lang: {"svg": SVG, "pdf": b"%PDF", "png": b"\x89PNG"} for lang in style.LANGS}
    return [Drawn(picture, files) for picture in pictures]


def other(content: Content, **changed: Any) -> Content:
    """The same page of another source."""
    return replace(content, source=replace(content.source, **changed))


class Page(HTMLParser):
    """What a page consists of; raises where its elements are not well nested."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.loads: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: dict[str, list[str]] = {"en": [], "fa": []}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = dict(attrs)
        self.tags.append((tag, at))
        if at.get("id"):
            self.ids.append(str(at["id"]))
        if tag == "a" and at.get("href"):
            self.links.append((self.lang, str(at["href"])))
        self.loads += [str(at[a]) for a in ("src", "srcset", "data", "poster") if at.get(a)]
        if tag not in VOID:
            self.open.append((tag, at))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if self.lang and not any(tag in ("style", "code", "bdi", "pre") for tag, _ in self.open):
            self.words[self.lang].append(data)

    @property
    def lang(self) -> str:
        return next((str(a["id"]) for _, a in self.open if a.get("class") == "part"), "")


@pytest.fixture(scope="module")
def content() -> Content:
    made, pictures = report.prepare(stages.finished())
    return replace(made, figures=fake(pictures))


@pytest.fixture(scope="module")
def html(content: Content) -> str:
    return page.render(content)


@pytest.fixture(scope="module")
def read(html: str) -> Page:
    return Page(html)


# ---- the page


def test_it_is_well_formed_and_names_everything_once(read: Page) -> None:
    assert [name for name, count in Counter(read.ids).items() if count > 1] == []


def test_every_link_leads_somewhere_on_the_page_in_its_language(read: Page) -> None:
    network = [(lang, f"network.{lang}.html") for lang in LANGS]
    assert [link for link in read.links if not link[1].startswith("#")] == network
    for lang, href in read.links:
        if (lang, href) in network:  # the one file beside the page that it leads to
            continue
        assert href[1:] in read.ids, href
        assert href[1:].startswith(lang) or href in ("#en", "#fa"), href


def test_a_cited_source_that_the_network_leaves_out_goes_by_its_key(content: Content) -> None:
    """With a higher `cocite.min_weight` fewer nodes are left, and no record names such a source."""
    data = content.source.data
    fewer = {**data, "cocite/nodes": data["cocite/nodes"].head(0)}
    part = page.Part(other(content, data=fewer), "en")
    answers = [*part.answers, *(one for listed in part.lists for one in listed["items"])]
    listed = [one for answer in answers for one in (answer, *answer.get("stages", []))]
    assert "IBM" in {source["name"] for one in listed for source in one["sources"]}


def test_every_label_points_to_an_element(read: Page) -> None:
    for _, at in read.tags:
        if name := at.get("aria-labelledby"):
            assert set(name.split()) <= set(read.ids)


def test_it_loads_nothing_from_elsewhere(html: str, read: Page) -> None:
    assert read.loads
    assert all(load.startswith("data:") for load in read.loads)
    assert not any(tag in ("script", "link", "iframe", "object", "base") for tag, _ in read.tags)
    style_sheet = html[html.index("<style>") : html.index("</style>")]
    assert all(url.startswith("data:") for url in re.findall(r"url\(([^)]*)", style_sheet))
    assert "@import" not in style_sheet
    [policy] = [at for tag, at in read.tags if at.get("http-equiv")]
    assert "default-src 'none'" in str(policy["content"])


def test_it_is_read_by_all(read: Page) -> None:
    images = [at for tag, at in read.tags if tag == "img"]
    assert len(images) == 2 * len(FIGURES)
    assert all(at["alt"] and at["width"] == "500" for at in images)
    for needed in ("main", "header", "footer", "nav"):
        assert sum(tag == needed for tag, _ in read.tags) >= 2, needed
    assert [at["lang"] for tag, at in read.tags if tag == "main"] == ["en", "fa"]
    assert [at["dir"] for tag, at in read.tags if tag == "main"] == ["ltr", "rtl"]
    assert all(at.get("scope") for tag, at in read.tags if tag == "th")
    assert [tag for tag, _ in read.tags].count("h1") == 2


def test_both_languages_say_the_same(read: Page) -> None:
    ids = {lang: [i[3:] for i in read.ids if i.startswith(f"{lang}-")] for lang in LANGS}
    assert ids["en"] == ids["fa"]
    english = re.findall("[A-Za-z]{4,}", " ".join(read.words["fa"]))
    assert set(english) <= {"English"}, Counter(english).most_common(20)
    persian = " ".join(read.words["fa"])
    assert not re.search("[0-9]", persian), re.findall(".{20}[0-9].{20}", persian)[:5]


def test_it_says_what_it_is_at_head_and_foot(content: Content, html: str) -> None:
    for lang in LANGS:
        about = content.source.settings["review"]["about"][lang]
        part = html[html.index(f'<div class="part" id="{lang}"') :]
        assert part.count(page.Part(content, lang).x(about)) >= 2
    assert 'content: "A reconstruction of the review by Tavakoli-Rad \\26  Miri' in html


def test_the_flow_is_told_with_its_records(content: Content) -> None:
    steps = page.Part(content, "en").steps
    assert [len(step["ids"]) for step in steps] == [83, 2, 20, 13, 6, 7, 35]
    told = " ".join(step["text"] for step in steps)
    for count in (83, 81, 61, 48, 42, 35):
        assert re.search(rf"\b{count}\b", told), count
    assert "stand-in" in steps[4]["text"]
    assert [step["trace"] for step in steps[:2]] == ["identified", "duplicates_removed"]


def test_every_record_stands_there_with_its_place(content: Content) -> None:
    rows = page.Part(content, "fa").records
    assert len(rows) == 83
    assert all(re.fullmatch(r"data/raw/records/paper\.bib:\d+", row["place"]) for row in rows)
    merged = {row["id"] for row in rows if row["merged"]}
    assert merged == {"paper/BaumDiMaio2001", "paper/Touche2000"}


def test_a_page_of_very_many_records_lists_those_of_the_included_works(
    content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid, "ROWS_MAX", 40)
    html = page.render(content)
    test_every_link_leads_somewhere_on_the_page_in_its_language(Page(html))
    part = page.Part(content, "en")
    clusters = content.source.data["dedup/clusters"]
    included = clusters["cluster_id"].isin(content.source.data["screen/included"]["work_id"])
    assert [row["id"] for row in part.records] == list(clusters.loc[included, "record_id"])
    assert part.records_caption.startswith(f"{included.sum()} of 83 records")
    assert "slr trace identified</code> (83: more than a page" in html
    assert html.count("the list (35)") == 1


@pytest.mark.parametrize("kind", ["md", "tex", "html"])
def test_a_very_long_table_is_whole_as_csv_and_says_so_elsewhere(
    content: Content, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    [table] = [table for table in content.tables if table.name == "excluded"]
    rows = table.rows["en"]
    monkeypatch.setattr(grid, "ROWS_MAX", len(rows))
    assert "the first" not in grid.write(table, "en", kind).decode()
    monkeypatch.setattr(grid, "ROWS_MAX", 5)
    text = grid.write(table, "en", kind).decode()
    assert f"the first 5 of {len(rows)} rows; tables/excluded.en.csv has all" in text
    assert [row[-1] for row in rows if grid.breakable(row[-1]) in text or row[-1] in text] == [
        row[-1] for row in rows[:5]
    ]
    assert len(grid.write(table, "en", "csv").decode().splitlines()) == len(rows) + 1


def test_answers_name_the_sources_outside(content: Content) -> None:
    answers = page.Part(content, "en").answers
    assert [answer["id"] for answer in answers] == ["Q1", "Q2", "Q3"]
    [second] = [answer for answer in answers if answer["id"] == "Q2"]
    outside = {source["name"] for source in second["sources"] if not source["inside"]}
    assert outside == {
        "Pittaway 2010",
        "Soares 2009",
        "Arif 2021",
        "Pierre & Peters 2000",
        "Riley 2004",
    }
    assert "5 of the 6" in second["note"]
    people, strategies = page.Part(content, "en").lists
    assert len(people["items"]) == len(strategies["items"]) == 4
    assert all(role["own_none"] for role in people["items"])
    assert not any(one["cites"] for one in strategies["items"])


def test_a_hostile_title_is_only_text(content: Content) -> None:
    pulled = content.source.data["pull/records"].copy()
    pulled.loc[pulled.index[0], ["title", "file"]] = HOSTILE
    review = {**content.source.settings["review"], "title": dict.fromkeys(LANGS, HOSTILE)}
    review["about"] = dict.fromkeys(LANGS, HOSTILE)
    changed = other(
        content,
        data={**content.source.data, "pull/records": pulled},
        settings={**content.source.settings, "review": review},
    )
    made = page.render(changed)
    assert "<script" not in made
    assert made.count("</style>") == 1
    assert "\u202e" not in made
    assert "{{ 7*7 }}" in made
    Page(made)


def test_a_review_without_a_paper_has_no_answers(content: Content) -> None:
    review = {**content.source.settings["review"], "expected": {}}
    source = content.source
    bare = other(
        replace(content, claims=[], figures=[], declared=Declared()),
        contexts=source.contexts.iloc[:0],
        figures={},
        settings={**source.settings, "review": review},
        flow={**source.flow, "expected": {}},
    )
    made = Page(page.render(bare))
    assert "en-flow" in made.ids
    assert "en-answers" not in made.ids
    links = {href for _, href in made.links} - {f"network.{lang}.html" for lang in LANGS}
    assert all(href[1:] in made.ids for href in links)


def test_a_count_that_differs_is_told(content: Content) -> None:
    changed = other(content, flow={**content.source.flow, "included": 36})
    part = page.Part(changed, "en")
    assert part.stated == ""
    assert part.differs == ["The paper states 35 included; this run has 36."]


def test_what_to_fill_in_leaves_out_what_stand_ins_ask(content: Content) -> None:
    asked = [fact["name"] for fact in page.Part(content, "en").facts]
    assert asked == [
        "identification", "peer_reviewed", "publisher_kind", "evidence_kind", "cited_by",
    ]  # fmt: skip


def test_each_command_to_try_names_what_it_traces(content: Content) -> None:
    """Works that only lists of references know have no source before their key."""
    data = dict(content.source.data)
    data["cocite/edges"] = (
        data["cocite/edges"].head(1).assign(source="10.1/(x)", target="W2004282671")
    )
    nodes = data["cocite/nodes"].head(2).assign(node_id=["10.1/(x)", "W2004282671"])
    data["cocite/nodes"] = nodes
    traces = page.Part(other(content, data=data), "en").traces
    assert traces[0] == {"what": "included", "key": "trace_included"}
    assert traces[-1] == {"what": "'10.1/(x)--W2004282671'", "key": "trace_edge"}


def test_an_addition_is_summed_up(content: Content) -> None:
    data = dict(content.source.data)
    rows = (
        data["screen/outcomes"]
        .head(2)
        .assign(record_id=["new/a", "new/b"], merged=["no", "yes"], status=["included", "included"])
    )
    data["report/additions"] = rows
    told = page.Part(other(content, data=data), "en").additions_summary
    assert "2 records were added: 1 of works that the review had, 1 new" in told
    assert "Without them the review has 34 included works." in told


# ---- all files


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "review"
    shutil.copytree(stages.finished(), root)
    for folder in ("figures", "tables"):
        (root / "data/processed/report" / folder).mkdir(parents=True)
        (root / "data/processed/report" / folder / "stale.en.csv").write_text("old")
    monkeypatch.setattr(draw, "draw", fake)
    told = report.run(root)
    assert told == "15 figures, 16 tables, one page"
    return root / "data/processed/report"


def test_a_run_writes_what_is_declared_and_nothing_else(written: Path) -> None:
    found = {p.relative_to(written).as_posix() for p in written.rglob("*") if p.is_file()}
    figures = {f"figures/{n}.{lang}.{k}" for n in FIGURES for lang in LANGS for k in FIGURE_KINDS}
    tables = {f"tables/{n}.{lang}.{k}" for n in TABLES for lang in LANGS for k in TABLE_KINDS}
    single = {
        "index.html", "flow.json", "numbers.json", "numbers.tex", "references.bib", "methods.en.md",
        "methods.fa.md", "additions.csv", "waiting.csv", "network.en.html", "network.fa.html",
    }  # fmt: skip
    assert found == figures | tables | single
    told = json.loads((written / "flow.json").read_text("utf-8"))
    assert told["included"] == 35
    assert told["note"].startswith("A reconstruction of the review")
    counts = json.loads((written / "numbers.json").read_text("utf-8"))
    assert counts["Note"] == told["note"]
    assert f"% {told['note']}\n" in (written / "numbers.tex").read_text("utf-8")


def test_the_workflow_takes_the_names_without_pandas_or_matplotlib() -> None:
    asked = (
        "import sys; from pathlib import Path; from slr.report import figure_names;"
        "figure_names(Path(), {'code': {}, 'report': {}});"
        "print({'pandas', 'pandera', 'matplotlib', 'networkx'} & set(sys.modules))"
    )
    env = {"PYTHONPATH": str(stages.PROJECT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", asked], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_a_flow_that_does_not_balance_writes_nothing(tmp_path: Path) -> None:
    root = tmp_path / "review"
    shutil.copytree(stages.finished(), root)
    path = root / "data/processed/screen/outcomes.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), "utf-8")
    with pytest.raises(SlrError, match="does not balance"):
        report.run(root)
    assert not (root / "data/processed/report").exists()


# ---- for a manuscript


def test_every_count_has_a_name_of_letters(content: Content) -> None:
    counts = numbers.numbers(content.source, content.declared.numbers)
    assert all(re.fullmatch("[A-Za-z]+", name) for name in counts)
    assert counts["Identified"] == 83
    assert counts["LeftAfterCredibility"] == 48
    assert counts["LeftAfterEvidence"] == 42
    assert counts["IncludedByJudgement"] == 2
    assert counts["StageFourStudies"] == 28
    assert counts["NotRetrievedIdentified"] == 20
    assert counts["Uncoded"] == 0
    macros = numbers.macros(counts, "What this\nis.")
    assert macros.startswith("% What this is.\n")
    assert r"\newcommand{\slrIdentified}{83}" in macros
    assert len(re.findall(r"\\newcommand", macros)) == len(counts)


def test_references_come_back_the_same(content: Content, tmp_path: Path) -> None:
    text = numbers.references(content.source.data, content.source.settings["review"]["about"]["en"])
    library = parse_string(text)
    assert library.failed_blocks == []
    included = content.source.data["screen/included"]
    assert sorted(library.entries_dict) == sorted(w.split("/")[1] for w in included["work_id"])
    path = tmp_path / "paper.bib"
    path.write_text(text, "utf-8")
    records, rejects = pull.read_files([path], tmp_path)
    assert rejects.empty
    titles = dict(zip(records["record_id"], records["title"], strict=True))
    assert titles == dict(zip(included["work_id"], included["title"], strict=True))
    notes = dict(zip(records["record_id"], records["note"], strict=True))
    assert "identification: candidate" in notes["paper/Chen2009"]
    assert "from memory: pages volume" in notes["paper/Aladwani2013"]
    assert text.startswith("% A reconstruction")


@pytest.mark.parametrize(
    "title", ["50% of R&D_x #1 $5", "a } b { c", "~ ^ \\input{x}", "@article{x,"]
)
def test_any_title_makes_a_sound_entry(content: Content, title: str, tmp_path: Path) -> None:
    included = content.source.data["screen/included"].head(2).copy()
    included.loc[included.index[0], "title"] = title
    text = numbers.references({**content.source.data, "screen/included": included}, "x")
    assert len(parse_string(text).entries) == 2
    path = tmp_path / "paper.bib"
    path.write_text(text, "utf-8")
    records, rejects = pull.read_files([path], tmp_path)
    assert rejects.empty
    assert len(records) == 2


def test_studies_without_a_code_are_counted(content: Content) -> None:
    studies = content.source.data["code/studies"]
    coded = ["no"] * 3 + list(studies["coded"])[3:]
    data = {**content.source.data, "code/studies": studies.assign(coded=coded)}
    counts = numbers.numbers(replace(content.source, data=data), content.declared.numbers)
    assert counts["Uncoded"] == 3
    assert counts["StageFourStudies"] == 28
    assert counts["ModelsWithInteraction"] == 7


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("author", "World Bank", "{World Bank}"),
        (
            "author",
            "Janowski, Tomasz and R&D Office and others",
            r"Janowski, Tomasz and {R\&D Office} and others",
        ),
        ("author", "یونسکو", "{یونسکو}"),
        ("doi", "10.1000/a_b#c%d&e<f>", "10.1000/a_b#c%d&e<f>"),
        ("doi", r"10.1000/a{b}\c", "10.1000/a%7Bb%7D%5Cc"),
    ],
)
def test_names_of_bodies_are_whole_and_a_doi_is_as_given(
    content: Content, name: str, value: str, written: str
) -> None:
    included = content.source.data["screen/included"].head(2).copy()
    included.loc[included.index[0], name] = value
    library = parse_string(
        numbers.references({**content.source.data, "screen/included": included}, "x")
    )
    assert library.failed_blocks == []
    key = included["work_id"].iloc[0].split("/")[1]
    assert library.entries_dict[key][name] == written


def test_each_criterion_of_retrieval_is_told_with_its_own_count(content: Content) -> None:
    criteria = content.source.settings["screen"]["criteria"]
    criteria = {**criteria, "credibility": {**criteria["identified"]}}
    excluded = content.source.flow["excluded"]
    counted = {
        **content.source.flow,
        "not_retrieved_by": {"identified": 20, "credibility": 13},
        "excluded": {k: n for k, n in excluded.items() if k != "credibility"},
    }
    settings = {**content.source.settings, "screen": {"criteria": criteria}}
    text = numbers.methods(counted, settings, {}, "en")
    assert "could not be answered for 20, which" in text
    assert "could not be answered for 13, which" in text


@pytest.mark.parametrize("lang", LANGS)
def test_methods_are_written_from_the_config(content: Content, lang: str) -> None:
    text = numbers.methods(
        content.source.flow, content.source.settings, content.declared.words, lang
    )
    for criterion in content.source.settings["screen"]["criteria"].values():
        assert criterion["question"][lang] in text
    stand_in = {"en": "a stand-in was asked", "fa": "معیاری جانشین پرسیده شد"}[lang]
    assert text.count(stand_in) == 2
    assert not re.search(r"[{}]", text)
    counts = ("83", "81", "35", "33") if lang == "en" else ("۸۳", "۸۱", "۳۵", "۳۳")
    assert all(count in text for count in counts)


# ---- drawing in two processes


def drawn_by(picture_count: int) -> list[style.Picture]:
    def plain(lang: str) -> Figure:
        with style.use(lang):
            made = style.figure(1, 1)
            style.put(made, 0.5, 0.5, lang, lang)
            return made

    both = dict.fromkeys(style.LANGS, "x")
    return [style.Picture(f"p{n}", both, both, both, plain) for n in range(picture_count)]


def test_two_processes_draw_the_same_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw, "_may_fork", lambda: True)
    two = draw.draw(drawn_by(2), 72)
    monkeypatch.setattr(draw, "_may_fork", lambda: False)
    one = draw.draw(drawn_by(2), 72)
    assert [d.files for d in one] == [d.files for d in two]


def test_a_picture_that_cannot_be_drawn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> Figure:
        raise SlrError("cannot be drawn")

    monkeypatch.setattr(draw, "_may_fork", lambda: True)
    both = dict.fromkeys(style.LANGS, "x")
    with pytest.raises(SlrError, match="cannot be drawn"):
        draw.draw([style.Picture("p", both, both, both, broken)], 72)


def test_the_same_content_gives_the_same_page(content: Content, html: str) -> None:
    assert page.render(content) == html
    assert not re.search(r"\b2\d{3}-\d{2}-\d{2}T", html)


def test_flow_is_checked_before_anything_is_made(content: Content) -> None:
    with pytest.raises(SlrError):
        flow.check({**content.source.flow, "included": 34})
    assert isinstance(content.source.contexts, pd.DataFrame)
