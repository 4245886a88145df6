"""The paper's figures: nothing overflows, overlaps or is left out, and captions own up."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import stages
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from slr.bidi import digits, plain
from slr.report import declared, diagrams, style

_DATA = {
    name: figure
    for name, figure in declared.read(stages.PROJECT).figures.items()
    if figure["kind"] == "drawing"
}
_INCLUDED = frozenset({"paper/WendyDamodaran2007", "paper/Janowski2015"})
_WORKS = {
    key: f"paper/{key}"
    for key in ("Corydon2016", "WendyDamodaran2007", "ODPM", "UKGov2018", "Pittaway2010")
}


def _pictures(
    figures: dict[str, Any], included: frozenset[str], works: dict[str, str]
) -> dict[str, style.Picture]:
    return {n: diagrams.picture(n, figure, included, works) for n, figure in figures.items()}


_PICTURES = _pictures(_DATA, _INCLUDED, _WORKS)
_CASES = list(itertools.product(_PICTURES, style.LANGS))
_HAIR = 0.5  # pixels at 100 dpi


@pytest.fixture(scope="module")
def drawn() -> dict[tuple[str, str], Figure]:
    figures = {(name, lang): _PICTURES[name].draw(lang) for name, lang in _CASES}
    for fig in figures.values():
        fig.draw_without_rendering()
    return figures


def _patches(fig: Figure, kind: str) -> dict[str, Bbox]:
    """Return the extents of boxes ("box") or of frames ("frame") by number."""
    labelled = (
        (str(patch.get_label()), patch)
        for patch in fig.axes[0].patches
        if isinstance(patch, FancyBboxPatch)
    )
    return {
        label.split()[1]: patch.get_window_extent()
        for label, patch in labelled
        if label.startswith(kind)
    }


def _texts(fig: Figure) -> list[tuple[str, Text]]:
    """Return each text with the number of its box; 0 is the key below the drawing."""
    return [(str(text.get_label()).removeprefix("text in "), text) for text in fig.axes[0].texts]


def _within(inner: Bbox, outer: Bbox) -> bool:
    return (
        inner.x0 >= outer.x0 - _HAIR
        and inner.x1 <= outer.x1 + _HAIR
        and inner.y0 >= outer.y0 - _HAIR
        and inner.y1 <= outer.y1 + _HAIR
    )


def _overlap(one: Bbox, two: Bbox) -> bool:
    shared = Bbox.intersection(one, two)
    return shared is not None and min(shared.width, shared.height) > _HAIR


def test_there_are_six_pictures() -> None:
    assert sorted(_PICTURES) == ["channels", *(f"figure{n}" for n in range(1, 6))]


@pytest.mark.parametrize(("name", "lang"), _CASES)
def test_no_text_leaves_its_box_or_the_page(
    drawn: dict[tuple[str, str], Figure], name: str, lang: str
) -> None:
    fig = drawn[name, lang]
    boxes = {**_patches(fig, "box"), **_patches(fig, "frame"), "0": fig.bbox}
    for number, text in _texts(fig):
        assert _within(text.get_window_extent(), boxes[number]), plain(text.get_text())
    assert all(_within(box, fig.bbox) for box in boxes.values())


@pytest.mark.parametrize(("name", "lang"), _CASES)
def test_no_boxes_or_texts_overlap(
    drawn: dict[tuple[str, str], Figure], name: str, lang: str
) -> None:
    fig = drawn[name, lang]
    boxes = _patches(fig, "box")
    for (a, one), (b, two) in itertools.combinations(boxes.items(), 2):
        assert not _overlap(one, two), f"boxes {a} and {b}"
    texts = [(text.get_text(), text.get_window_extent()) for _, text in _texts(fig)]
    for (a, one), (b, two) in itertools.combinations(texts, 2):
        assert not _overlap(one, two), plain(f"{a} | {b}")
    for number, text in _texts(fig):
        strangers = (box for other, box in boxes.items() if other != number)
        assert not any(_overlap(text.get_window_extent(), box) for box in strangers)


@pytest.mark.parametrize(("name", "lang"), _CASES)
def test_text_is_large_enough_and_pages_have_a_journals_width(
    drawn: dict[tuple[str, str], Figure], name: str, lang: str
) -> None:
    fig = drawn[name, lang]
    assert min(text.get_fontsize() for _, text in _texts(fig)) >= style.SIZE["least"]
    assert fig.get_figwidth() in {style.SINGLE, style.DOUBLE}
    assert fig.get_figheight() < 9


def _phrases(entry: Any, lang: str) -> Iterator[str]:
    """Yield every text of an entry of figures.json that a drawing must show."""
    if isinstance(entry, dict):
        if set(entry) == {"en", "fa"}:
            yield entry[lang]
            return
        for key, value in entry.items():
            if key not in {"title", "about", "doubts", "alt", "source", "edges", "notes",
                           "row_pairs_inferred"}:  # fmt: skip
                yield from _phrases(value, lang)
    elif isinstance(entry, list):
        for value in entry:
            yield from _phrases(value, lang)


@pytest.mark.parametrize(("name", "lang"), _CASES)
def test_every_phrase_is_drawn_and_told(
    drawn: dict[tuple[str, str], Figure], name: str, lang: str
) -> None:
    phrases = [digits(phrase, lang) for phrase in _phrases(_DATA[name], lang)]
    assert len(phrases) >= 4
    shown = " | ".join(
        plain(text.get_text()).replace("\n", " ") for _, text in _texts(drawn[name, lang])
    )
    for phrase in phrases:
        assert phrase in shown
        assert phrase in digits(_PICTURES[name].alt[lang], lang)


def _dashed(fig: Figure, label: str) -> list[bool]:
    artists = [*fig.axes[0].patches, *fig.axes[0].lines]
    return [
        artist.get_linestyle() not in {"solid", "-"}
        for artist in artists
        if str(artist.get_label()).startswith(label)
    ]


@pytest.mark.parametrize("lang", style.LANGS)
def test_what_is_inferred_is_dashed(drawn: dict[tuple[str, str], Figure], lang: str) -> None:
    # Figure 1: two side heads, then the pairs; only strategy, services and processes were printed.
    figure1 = drawn["figure1", lang]
    assert _dashed(figure1, "box") == [False] * 2 + [False, False, True, False] + [True] * 4
    assert _dashed(figure1, "line") == [True] * 4 + [False, True]  # pairs, then the key
    assert _dashed(drawn["figure2", lang], "arrow") == [True, False, False, False]
    assert _dashed(drawn["figure3", lang], "frame") == [True]
    assert _dashed(drawn["figure4", lang], "arrow") == [False, False, True, True]
    assert _dashed(drawn["figure4", lang], "frame")[:2] == [True, True]
    assert all(_dashed(drawn["figure5", lang], "box"))


@pytest.mark.parametrize("name", _PICTURES)
def test_persian_is_the_mirror_image(drawn: dict[tuple[str, str], Figure], name: str) -> None:
    fig = {lang: drawn[name, lang] for lang in style.LANGS}
    first = {lang: next(iter(_patches(fig[lang], "box").values())) for lang in style.LANGS}
    assert first["en"].x0 < fig["en"].bbox.width / 2 < first["fa"].x1
    assert first["fa"].x1 == pytest.approx(fig["fa"].bbox.width - first["en"].x0)


def test_captions_name_the_source_and_whether_it_is_included() -> None:
    inside = {
        name: "This work is among the 2 included." in picture.caption["en"]
        for name, picture in _PICTURES.items()
    }
    outside = {
        name: "This work is outside the 2 included." in picture.caption["en"]
        for name, picture in _PICTURES.items()
    }
    assert [name for name, told in inside.items() if told] == ["figure2"]
    assert [name for name, told in outside.items() if told] == [
        "channels", "figure1", "figure3", "figure4",
    ]  # fmt: skip
    assert "names no source" in _PICTURES["figure5"].caption["en"]
    assert "بیرون از ۲ اثر" in _PICTURES["figure1"].caption["fa"]
    assert "Corydon2016" in _PICTURES["figure1"].caption["fa"]


def test_a_work_of_another_source_with_the_same_key_is_another_work() -> None:
    included = _INCLUDED | {"student/Corydon2016"}
    made = _pictures(_DATA, included, _WORKS)
    assert "This work is outside the 3 included." in made["figure1"].caption["en"]


@pytest.mark.parametrize("name", _PICTURES)
def test_captions_own_up_to_the_arrangement(name: str) -> None:
    assert "the arrangement is ours" in _PICTURES[name].caption["en"]
    assert "چیدمان از ماست" in _PICTURES[name].caption["fa"]
    assert ("Dashed lines" in _PICTURES[name].caption["en"]) == (name != "channels")
