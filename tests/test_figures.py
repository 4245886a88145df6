"""The data figures: drawn without overlap in both languages, and true to the tables."""

import itertools
import random
from typing import Any

import pandas as pd
import pytest
import review_tables
import stages
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from slr import cocite, report
from slr.bidi import RLI, digits, plain
from slr.cocite.build import Asked, build
from slr.cocite.lists import lists_of
from slr.cocite.tables import edge_rows, nodes
from slr.code import maps as code_maps
from slr.code.codebook import Codebook
from slr.code.maps import Lack
from slr.report import (
    attrition,
    canvas,
    curve,
    declared,
    flow,
    graph,
    maps,
    network,
    prisma,
    style,
    words,
)
from slr.report.measures import Source
from slr.report.tables import Builder
from slr.schemas.tables import columns

_NAMES = [
    "prisma", "attrition", "makeup", "network", "multiverse", "specification_curve",
    "evidence_map", "common_steps", "concepts",
]  # fmt: skip
_CASES = list(itertools.product(_NAMES, style.LANGS))
_OWN = declared.read(stages.PROJECT)
_ALL = report.figure_names(stages.PROJECT, review_tables.settings())
_NO_CONTEXTS = pd.DataFrame(columns=columns("raw/contexts"), dtype="str")
_HAIR = 0.5  # pixels at 100 dpi

Pictures = dict[str, style.Picture]


def _build(tables: dict[str, Any], counted: dict[str, Any]) -> Builder:
    source = Source(tables, _NO_CONTEXTS, _OWN.figures, review_tables.settings(), counted)
    return Builder(source, _OWN)


def _pictures(tables: dict[str, Any], counted: dict[str, Any]) -> Pictures:
    made = report.all_pictures(_build(tables, counted), _ALL)
    return {picture.name: picture for picture in made if picture.name in _NAMES}


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    return review_tables.read()


@pytest.fixture(scope="module")
def counted() -> dict[str, Any]:
    return review_tables.counted()


@pytest.fixture(scope="module")
def pictures(tables: dict[str, Any], counted: dict[str, Any]) -> Pictures:
    return _pictures(tables, counted)


@pytest.fixture(scope="module")
def drawn(pictures: Pictures) -> dict[tuple[str, str], Figure]:
    return {(name, lang): _draw(pictures[name], lang) for name, lang in _CASES}


def _draw(picture: style.Picture, lang: str) -> Figure:
    fig = picture.draw(lang)
    with style.use(lang):
        fig.draw_without_rendering()
    return fig


def _texts(fig: Figure) -> list[Text]:
    return [text for text in fig.axes[0].texts if text.get_text()]


def _box(text: Text) -> Bbox:
    return text.get_window_extent()


def _overlap(one: Bbox, two: Bbox, hair: float = _HAIR) -> bool:
    shared = Bbox.intersection(one, two)
    return shared is not None and min(shared.width, shared.height) > hair


def _within(inner: Bbox, outer: Bbox) -> bool:
    return (
        inner.x0 >= outer.x0 - _HAIR
        and inner.x1 <= outer.x1 + _HAIR
        and inner.y0 >= outer.y0 - _HAIR
        and inner.y1 <= outer.y1 + _HAIR
    )


def _shown(fig: Figure) -> str:
    return " ".join(plain(text.get_text()).replace("\n", " ") for text in _texts(fig))


# ---- how they look


def test_there_are_nine(pictures: Pictures) -> None:
    assert list(pictures) == _NAMES


@pytest.mark.parametrize(("name", "lang"), _CASES)
def test_text_is_on_the_page_large_enough_and_apart(
    drawn: dict[tuple[str, str], Figure], name: str, lang: str
) -> None:
    fig = drawn[name, lang]
    texts = _texts(fig)
    boxes = [_box(text) for text in texts]
    for text, box in zip(texts, boxes, strict=True):
        assert _within(box, fig.bbox), plain(text.get_text())
        assert float(text.get_fontsize()) >= style.SIZE["least"]
    line = style.line_height(style.SIZE["least"]) * fig.dpi
    for (one, a), (two, b) in itertools.combinations(zip(texts, boxes, strict=True), 2):
        # The height of a line is more than that of its letters: a fifth of it may be shared.
        assert not _overlap(a, b, line / 5), (plain(one.get_text()), plain(two.get_text()))


@pytest.mark.parametrize(("name", "lang"), _CASES)
def test_the_page_is_as_wide_as_a_journal_page(
    drawn: dict[tuple[str, str], Figure], name: str, lang: str
) -> None:
    assert drawn[name, lang].get_size_inches()[0] == style.DOUBLE
    assert drawn[name, lang].get_size_inches()[1] <= 9.5


@pytest.mark.parametrize(("name", "lang"), [c for c in _CASES if c[0] in ("prisma", "concepts")])
def test_boxes_hold_their_text_and_stand_apart(
    drawn: dict[tuple[str, str], Figure], name: str, lang: str
) -> None:
    fig = drawn[name, lang]
    patches = [patch for patch in fig.axes[0].patches if isinstance(patch, FancyBboxPatch)]
    extents = {str(patch.get_label()): patch.get_window_extent() for patch in patches}
    by_number = {label.split()[1]: box for label, box in extents.items()}
    for text in _texts(fig):
        label = str(text.get_label())
        if label.startswith("text in "):
            assert _within(_box(text), by_number[label.removeprefix("text in ")])
    for (one, a), (two, b) in itertools.combinations(extents.items(), 2):
        if "frame" not in one + two:
            assert not _overlap(a, b), (one, two)


@pytest.mark.parametrize("name", _NAMES)
def test_persian_text_is_isolated_and_in_persian_digits(
    drawn: dict[tuple[str, str], Figure], name: str
) -> None:
    for text in _texts(drawn[name, "fa"]):
        for line in text.get_text().split("\n"):
            assert line.startswith(RLI)
            assert digits(plain(line), "fa") == plain(line)


@pytest.mark.parametrize("name", ["attrition", "evidence_map", "prisma"])
def test_drawn_twice_it_is_the_same(pictures: Pictures, name: str) -> None:
    one, two = (style.render(pictures[name].draw("fa"), f"{name}.fa", dpi=60) for _ in range(2))
    assert one == two


@pytest.mark.parametrize(("name", "lang"), _CASES)
def test_each_has_words_in_both_languages(pictures: Pictures, name: str, lang: str) -> None:
    picture = pictures[name]
    for text in (picture.title[lang], picture.caption[lang], picture.alt[lang]):
        assert text
        assert "{" not in text
        assert plain(text) == text
    assert len(picture.alt[lang]) > 60


@pytest.mark.parametrize("name", ["prisma", "charts", "network"])
def test_phrases_load(name: str) -> None:
    assert words.load(name).keys()


# ---- what they say


def test_the_flow_shows_each_count_and_what_is_not_reported(
    drawn: dict[tuple[str, str], Figure], pictures: Pictures
) -> None:
    shown = _shown(drawn["prisma", "en"])
    for told in (
        "Records identified (n = 83)",
        "Duplicate records (n = 2)",
        "Records screened (n = 81)",
        "Reports not retrieved (n = 20)",
        "Reports excluded (n = 26)",
        "Credibility (n = 13)",
        "Evidence, stand-in (n = 6)",
        "Citations, stand-in (n = 7)",
        "Works included in the review (n = 35)",
        "By the rule (n = 33)",
        "By judgement (n = 2)",
        "Reports sought for retrieval: not reported",
        "From each database: not reported",
        "Reconstruction, not the authors' list.",
    ):
        assert told in shown
    assert "(n = 0)" not in shown
    assert "Awaiting" not in shown
    assert "شواهد، معیار جانشین (تعداد: ۶)" in _shown(drawn["prisma", "fa"])
    assert "says nothing of the work's own evidence" in pictures["prisma"].caption["en"]


def test_the_flow_of_another_run(counted: dict[str, Any]) -> None:
    run = counted | {
        "identified": 86,
        "sources": {"mine": 3, "paper": 83},
        "screened": 84,
        "included": 36,
        "awaiting": 1,
        "excluded": {"credibility": 13, "evidence": 7, "citations": 7},
        "included_by": {"rule": 34, "judgement": 2},
        "remaining": {"identified": 64, "credibility": 51, "evidence": 43, "citations": 36},
    }
    flow.check(run)
    criteria = review_tables.settings()["screen"]["criteria"]
    whole = prisma.picture(run, criteria)
    for picture in (whole, attrition.picture(run, criteria)):
        for lang in style.LANGS:
            fig = _draw(picture, lang)
            assert all(_within(_box(text), fig.bbox) for text in _texts(fig))
            assert digits("36", lang) in _shown(fig)
    shown = _shown(whole.draw("en"))
    assert "Awaiting a fact or a judgement (n = 1)" in shown
    assert "Evidence (n = 7, of them 6 by a stand-in)" in shown
    assert "From mine (n = 3)" in shown
    assert "it has 86 identified and 36 included" in whole.caption["en"]


def test_citation_searching_has_a_box_of_its_own(counted: dict[str, Any]) -> None:
    run = counted | {
        "identified": 95,
        "sources": {"citation-searching": 12, "paper": 83},
        "other_methods": {"citation_searching": 12},
        "duplicates_removed": 14,
    }
    flow.check(run)
    picture = prisma.picture(run, review_tables.settings()["screen"]["criteria"])
    for lang in style.LANGS:
        fig = _draw(picture, lang)
        assert all(_within(_box(text), fig.bbox) for text in _texts(fig))
    shown = _shown(picture.draw("en"))
    assert "Of them identified by other methods:" in shown
    assert "Citation searching (n = 12)" in shown
    assert "From citation-searching" not in shown


def test_the_flow_of_another_review(counted: dict[str, Any]) -> None:
    criteria = {"full_text": {"counts_as": "not_retrieved"}, "quality": {}}
    review = counted | {
        "not_retrieved_by": {"full_text": 20},
        "excluded": {"quality": 26},
        "remaining": {"full_text": 61, "quality": 35},
        "stand_in": {},
        "gaps_decided": {},
        "expected": {},
        "sought": 81,
        "assessed": 61,
        "removed_automation": 4,
        "studies": 30,
    }
    picture = prisma.picture(review, criteria)
    shown = _shown(_draw(picture, "en"))
    assert "Reports assessed for eligibility (n = 61)" in shown
    assert "Marked ineligible by automation tools (n = 4)" in shown
    assert "quality (n = 26)" in shown
    assert "Studies (n = 30)" in shown
    for told in ("stand-in", "econstruction", "identify"):
        assert told not in shown + picture.caption["en"]


def test_two_criteria_may_leave_works_unretrieved(counted: dict[str, Any]) -> None:
    criteria = {
        "identified": {"counts_as": "not_retrieved", "name": {"en": "Identification", "fa": "ش"}},
        "full_text": {"counts_as": "not_retrieved"},
        "quality": {},
    }
    review = counted | {
        "not_retrieved_by": {"identified": 15, "full_text": 5},
        "excluded": {"quality": 26},
        "remaining": {"identified": 66, "full_text": 61, "quality": 35},
        "stand_in": {},
        "gaps_decided": {},
    }
    flow.check(review)
    whole = prisma.picture(review, criteria)
    shown = _shown(_draw(whole, "en"))
    for told in ("not retrieved (n = 20)", "Identification (n = 15)", "full text (n = 5)"):
        assert told in shown
    assert "the citation does not identify" not in whole.caption["en"]
    fig = _draw(attrition.picture(review, criteria), "en")
    assert "Not retrieved: full text" in _shown(fig)
    bars = [p for p in fig.axes[0].patches if isinstance(p, Rectangle)]
    scale = bars[0].get_width() / review["identified"]
    assert [round(bar.get_width() / scale) for bar in bars[1:5]] == [2, 15, 5, 26]
    assert bars[3].get_x() == pytest.approx(bars[4].get_x() + bars[4].get_width())


def test_the_waterfall_loses_what_the_flow_loses(
    drawn: dict[tuple[str, str], Figure], counted: dict[str, Any]
) -> None:
    bars = [p for p in drawn["attrition", "en"].axes[0].patches if isinstance(p, Rectangle)]
    whole, *lost, by_rule, by_judgement = (bar.get_width() for bar in bars)
    scale = whole / counted["identified"]
    assert [round(width / scale) for width in lost] == [2, 20, 13, 6, 7]
    assert [round(width / scale) for width in (by_rule, by_judgement)] == [33, 2]
    assert sum(lost) + by_rule + by_judgement == pytest.approx(whole)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("attrition", "48 are not among the 35 included: 2 were duplicates and 46 works"),
        ("makeup", "from 2005 to 2021. The paper says 2000 to 2021"),
        ("makeup", "29 of 35 are in one journal, Government Information Quarterly."),
        ("makeup", "None is a book. None is in Persian."),
        ("makeup", "states no country or region for 22"),
        ("makeup", "column year_from"),
        ("makeup", "section of the paper that uses a study, not a reading"),
        ("multiverse", "15 alternatives"),
        ("multiverse", "from 26 to 57 works, where the review has 35. 2 of them"),
        ("multiverse", "no probability"),
        ("multiverse", "(evidence, citations) read how the paper uses a work; they say nothing of"),
        ("specification_curve", "from 17 to 91 works, the middle half of them from 35 to 48"),
        ("specification_curve", "35, comes out in 856 of them (4.6%), by 26 different lists"),
        ("specification_curve", "a share of the universes is not a probability"),
        ("specification_curve", "(evidence, citations) read how the paper uses a work"),
        ("common_steps", "Web presence: 11; Interaction with citizens: 7;"),
        ("common_steps", "2 have none of them: Zarei et al. model, Williamson model."),
        ("concepts", "All 28 sources are among the included."),
        ("evidence_map", "On one study or none rest: 1. Automation; 2. Transformation."),
        ("network", "53 works cited in the same paragraph, list item or table row"),
        ("network", "the citations of one text, not co-citation"),
    ],
)
def test_captions_hold_what_was_counted(pictures: Pictures, name: str, told: str) -> None:
    assert told in pictures[name].caption["en"]


@pytest.mark.parametrize(
    "name", ["prisma", "attrition", "makeup", "multiverse", "evidence_map", "specification_curve"]
)
def test_captions_own_that_it_is_a_reconstruction(pictures: Pictures, name: str) -> None:
    assert "reconstruction, not the authors' list" in pictures[name].caption["en"]
    assert "بازسازی است" in pictures[name].caption["fa"]


def test_without_choices_the_curve_says_why_it_is_empty(tables: dict[str, Any]) -> None:
    none = tables | {"screen/axes": tables["screen/axes"].iloc[:0]}
    [picture] = curve.pictures(none, {}, [], rebuilt=False)
    for lang, told in (("en", "No other choices are named"), ("fa", "گزینش دیگری")):
        assert told in picture.caption[lang]
        assert told in _shown(_draw(picture, lang))


def test_no_caption_blames_a_study(pictures: Pictures) -> None:
    for picture in pictures.values():
        for told in ("lack of evidence", "insufficient", "too few citations", "not cited enough"):
            assert told not in picture.caption["en"] + picture.alt["en"]


def test_a_study_that_is_not_coded_is_counted_as_such(
    tables: dict[str, Any], counted: dict[str, Any]
) -> None:
    first = tables["code/studies"]["work_id"][0]
    values = tables["code/values"]
    changed = tables | {
        "code/values": values[values["work_id"] != first],
        "code/studies": tables["code/studies"].assign(
            journal=tables["code/studies"]["journal"].where(
                tables["code/studies"]["work_id"] != first
            )
        ),
    }
    picture = _pictures(changed, counted)["makeup"]
    assert "not coded yet: 1" in picture.alt["en"]
    assert "Sustainability: 1; not stated: 1. Language" in picture.alt["en"]
    assert "not coded yet" in _shown(_draw(picture, "en"))


def test_what_there_is_nothing_of_says_why(tables: dict[str, Any], counted: dict[str, Any]) -> None:
    empty = tables | {
        "code/values": tables["code/values"].iloc[:0],
        "code/studies": tables["code/studies"].iloc[:0],
        "code/maps": tables["code/maps"].iloc[:0],
        "screen/multiverse": tables["screen/multiverse"].iloc[:1],
    }
    found = _pictures(empty, counted)
    for name, told in (
        ("makeup", "No study is included yet."),
        ("multiverse", "No other choice is tried"),
        ("evidence_map", "No included study is in this map yet."),
    ):
        assert told in _shown(_draw(found[name], "en"))
        assert told in found[name].alt["en"]
        assert _shown(_draw(found[name], "fa"))


def test_a_source_that_is_not_included_is_marked(
    tables: dict[str, Any], counted: dict[str, Any]
) -> None:
    table4 = tables["code/table4"].copy()
    table4.loc[0, "included"] = "no"
    picture = _pictures(tables | {"code/table4": table4}, counted)["concepts"]
    assert "27 of the 28 sources are among the included" in picture.caption["en"]
    assert "Schuppan 2009 (not included)" in picture.alt["en"]


@pytest.mark.parametrize("lang", style.LANGS)
def test_a_map_as_a_heat_map(tables: dict[str, Any], counted: dict[str, Any], lang: str) -> None:
    one = review_tables.settings()["code"]["maps"]["evidence_map"] | {"draw": "heat"}
    fig = _draw(maps.picture("evidence_map", one, _build(tables, counted)), lang)
    shown = _shown(fig)
    for number in ("28", "7", "3"):
        assert digits(number, lang) in shown
    assert all(_within(_box(text), fig.bbox) for text in _texts(fig))
    cells = [p for p in fig.axes[0].patches if isinstance(p, Rectangle)]
    assert len(cells) == 7 * 5


def test_a_study_of_two_values_is_counted_once_in_a_sum(
    tables: dict[str, Any], counted: dict[str, Any]
) -> None:
    """Kuwait and the United Kingdom share a study; with the country in rows it stands in both."""
    one = {"rows": "country", "columns": "stage"}
    book = Codebook.of(review_tables.settings()["code"])
    cells = code_maps.cells(
        tables["screen/included"],
        tables["code/values"],
        tables["code/disagreements"],
        book,
        {"by_country": one},
    )
    made = maps.EvidenceMap.of("by_country", one, _build(tables | {"code/maps": cells}, counted))
    assert (made.of_row("Kuwait"), made.of_row("United Kingdom")) == (1, 2)
    in_cells = sum(made.count(row, "4") for row, _ in made.rows)
    assert (in_cells, made.of_column("4")) == (29, 28)


def test_names_of_columns_that_do_not_fit_stand_upright_and_overlap_nowhere() -> None:
    years = [(str(year), {lang: str(year) for lang in style.LANGS}) for year in range(1990, 2024)]
    lack = (Lack.NOT_CODED, {"en": "not coded yet", "fa": "هنوز کدگذاری نشده"})
    named = [*years, lack]
    rows = [("r", {"en": "Row", "fa": "سطر"}), lack]
    cells = {(r, c): frozenset({f"s/{c}"}) for r, _ in rows for c, _ in named}
    made = maps.EvidenceMap(rows, named, cells, {"rows": rows[0][1], "columns": years[0][1]})
    for draw in (made.draw, made.heat().draw):
        for lang in style.LANGS:
            upright = [t for t in _texts(draw(lang)) if t.get_rotation() == 90]
            assert len(upright) == len(named)
            boxes = sorted((text.get_window_extent() for text in upright), key=lambda box: box.x0)
            assert all(a.x1 <= b.x0 + _HAIR for a, b in itertools.pairwise(boxes))


def test_a_map_that_no_page_can_show_says_so(
    tables: dict[str, Any], counted: dict[str, Any]
) -> None:
    rows = [("map", f"value {n}", None, "0", None, 1, "s/a") for n in range(201)]
    cells = pd.DataFrame(rows, columns=columns("code/maps"))
    build = _build(tables | {"code/maps": cells}, counted)
    picture = maps.picture("map", {"rows": "country", "columns": "stage"}, build)
    assert "201 rows and 1 column, more than a page can show" in picture.caption["en"]


def test_columns_are_cut_about_evenly() -> None:
    assert canvas.split([1, 1, 1, 9], 2) == [[0, 1, 2], [3]]
    assert sorted(canvas.split([5], 3)) == [[], [], [0]]


# ---- the network


def _network(tables: dict[str, Any], **changed: Any) -> style.Picture:
    given = {
        "nodes": tables["cocite/nodes"],
        "edges": tables["cocite/edges"],
        "coverage": tables["cocite/coverage"],
        "min_weight": 0.5,
        "seed": 1,
    } | changed
    [picture] = network.pictures(**given)
    return picture


def test_the_order_of_rows_changes_nothing(tables: dict[str, Any]) -> None:
    nodes = tables["cocite/nodes"].sample(frac=1, random_state=3)
    edges = tables["cocite/edges"].sample(frac=1, random_state=4)
    edges = edges.rename(columns={"source": "target", "target": "source"})
    shuffled = _network(tables, nodes=nodes, edges=edges)
    one, two = (
        style.render(picture.draw("en"), "network.en", dpi=60)
        for picture in (_network(tables), shuffled)
    )
    assert one == two


def test_every_line_of_the_table_is_drawn(tables: dict[str, Any]) -> None:
    edges = tables["cocite/edges"]
    fig = _network(tables).draw("en")
    keys = 1  # the line that explains the weight
    assert len(fig.axes[0].lines) == int((edges["weight"] >= 0.5).sum()) + keys
    assert "weight 0.5" in _shown(fig)


def _co_citation(works: int) -> dict[str, Any]:
    chance = random.Random(5)
    ids = [f"s/W{at:03d}" for at in range(works)]
    rows = [
        (f"s/C{citing:03d}", cited) for citing in range(works) for cited in chance.sample(ids, 6)
    ]
    found = build(Asked("", "co-citation"), lists_of(*map(list, zip(*rows, strict=True))))
    edges = edge_rows(found).reindex(columns=columns("cocite/edges"))
    labels = pd.DataFrame(
        {
            "node_id": ids,
            "label": [f"Author {at} 2010" for at in range(works)],
            "label_fa": [f"نویسندهٔ {at} 2010" for at in range(works)],
            "status": ["included" if at % 3 else "excluded" for at in range(works)],
            "year": [2010] * works,
        }
    )
    made = {"nodes": nodes(edges, labels, found, 1), "edges": edges}
    rows = [("co-citation", "edges", len(edges)), ("co-citation", cocite.SHARE_LISTED, 60)]
    return made | {"coverage": pd.DataFrame(rows, columns=["kind", "measure", "value"])}


@pytest.mark.parametrize("lang", style.LANGS)
def test_co_citation_has_its_own_words_and_colours(tables: dict[str, Any], lang: str) -> None:
    picture = _network(tables, **_co_citation(40), min_weight=1)
    assert picture.title["en"] == "Co-citation of 40 works"
    assert "60 per cent of the included works have a reference list." in picture.caption["en"]
    assert "one text" not in picture.caption["en"]
    fig = _draw(picture, lang)
    faces = {patch.get_facecolor() for patch in fig.axes[0].patches}
    assert len(faces) > 3
    boxes = [_box(text) for text in _texts(fig)]
    assert all(_within(box, fig.bbox) for box in boxes)
    line = style.line_height(style.SIZE["least"]) * fig.dpi
    assert not any(_overlap(a, b, line / 5) for a, b in itertools.combinations(boxes, 2))


def test_of_too_many_works_the_heaviest_are_drawn(
    tables: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "MOST_NODES", 12)
    picture = _network(tables, **_co_citation(30), min_weight=1)
    assert "The 12 works with the heaviest lines are drawn, of 30." in picture.caption["en"]
    fig = picture.draw("en")
    circles = [p for p in fig.axes[0].patches if isinstance(p, Circle)]
    communities = _shown(fig).count(" drawn")
    assert communities >= 2
    keys = 2 + communities
    assert len(circles) == 12 + keys


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"min_weight": 2}, "none of 724 lines has the weight 2"),
        ({"edges": "none"}, "no two works are joined"),
        ({"edges": "none", "coverage": "none"}, "the review has neither places"),
    ],
)
def test_without_lines_it_says_why(
    tables: dict[str, Any], changed: dict[str, Any], told: str
) -> None:
    empty = {k: tables[f"cocite/{k}"].iloc[:0] for k, v in changed.items() if v == "none"}
    picture = _network(tables, **(changed | empty))
    assert told in picture.caption["en"]
    assert told in _shown(_draw(picture, "en"))
    assert picture.alt["fa"] == picture.caption["fa"]
