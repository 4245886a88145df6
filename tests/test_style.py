"""The look of figures: fonts, text that fits, files that repeat."""

import io
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure
from PIL import Image, ImageChops, ImageOps

from slr.bidi import isolate
from slr.report import style

_PERSIAN = "مشارکت عمومی و ایجاد حکمرانی در سه کشور (2000–2021) به گفتهٔ Janowski 2015 و دیگران"
_ENGLISH = "Management of organisational change, says Grönlund & Horan 2005, in three countries"
_TEXTS = {"en": _ENGLISH, "fa": _PERSIAN}


def _draw(lang: str) -> Figure:
    with style.use(lang):
        fig = style.figure(style.SINGLE, 2)
        axes = fig.add_subplot()
        axes.bar([1, 2], [3, 4], color=style.COLOUR["blue"])
        axes.set_title(style.show(_TEXTS[lang][:30], lang))
        style.put(axes, 1, 2, _TEXTS[lang], lang, width=1.5)
    return fig


def _picture() -> style.Picture:
    both = {"en": "A <title>", "fa": "عنوان & شرح"}
    return style.Picture("made", both, both, {"en": "Two bars.", "fa": "دو ستون."}, _draw)


def _write(folder: Path) -> None:
    """Write the six files of a picture."""
    folder.mkdir(exist_ok=True)
    picture = _picture()
    for lang in style.LANGS:
        name = f"{picture.name}.{lang}"
        title, alt = picture.title[lang], picture.alt[lang]
        for kind, data in style.render(picture.draw(lang), name, title=title, alt=alt).items():
            (folder / f"{name}.{kind}").write_bytes(data)


def test_a_picture_gives_six_files_of_the_same_bytes_each_time(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        _write(tmp_path / folder)
    one, two = (sorted((tmp_path / folder).iterdir()) for folder in ("one", "two"))
    assert [path.name for path in one] == [
        f"made.{lang}.{kind}" for lang in ("en", "fa") for kind in ("pdf", "png", "svg")
    ]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_files_hold_no_date_and_the_users_settings_do_not_show(tmp_path: Path) -> None:
    _write(tmp_path / "plain")
    with mpl.rc_context({"font.size": 20, "lines.linewidth": 9, "savefig.dpi": 50}):
        _write(tmp_path / "set")
    for path in sorted((tmp_path / "plain").iterdir()):
        assert path.read_bytes() == (tmp_path / "set" / path.name).read_bytes()
        assert b"CreationDate" not in path.read_bytes()
        assert b"dc:date" not in path.read_bytes()


def test_svg_tells_its_title_and_description(tmp_path: Path) -> None:
    _write(tmp_path)
    root = ET.parse(tmp_path / "made.fa.svg").getroot()
    title, desc = list(root)[:2]
    assert (title.text, desc.text) == ("عنوان & شرح", "دو ستون.")
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert root.get("role") == "img"
    assert not list(root.iter("{http://www.w3.org/2000/svg}text")), "text is drawn as paths"


@pytest.mark.parametrize("lang", style.LANGS)
def test_a_note_stands_below_the_figure_and_in_each_file(lang: str) -> None:
    note = {"en": "Rebuilt, not the authors'. " * 3, "fa": "بازسازی است. " * 6}[lang].strip()
    fig = _draw(lang)
    plain = style.render(fig, f"made.{lang}")
    noted, again = (style.render(fig, f"made.{lang}", note=note) for _ in range(2))
    unseen = style.render(fig, f"made.{lang}", note=note, foot=False)
    assert noted == again
    assert not fig.texts, "the figure is left as it was"
    images = {
        name: Image.open(io.BytesIO(made["png"]))
        for name, made in {"plain": plain, "noted": noted, "unseen": unseen}.items()
    }
    wide, tall = images["plain"].size
    assert images["unseen"].size == (wide, tall)
    assert images["noted"].size[0] == wide
    assert tall < images["noted"].size[1] < tall + 150
    kept = images["noted"].convert("RGB").crop((0, 0, wide, tall - 1))
    ours = images["plain"].convert("RGB").crop((0, 0, wide, tall - 1))
    assert ImageChops.difference(kept, ours).getbbox() is None, "nothing moved"
    foot = images["noted"].convert("L").crop((0, tall, *images["noted"].size))
    assert foot.getextrema()[0] < 150
    assert ImageOps.invert(foot).getbbox()[3] < foot.height, "no line is cut off"
    for made in (noted, unseen):
        assert Image.open(io.BytesIO(made["png"])).info["Description"] == note
        assert note in made["svg"].decode().replace("&#x27;", "'").replace("&apos;", "'")
        assert b"/Subject" in made["pdf"]


@pytest.mark.parametrize("lang", style.LANGS)
@pytest.mark.parametrize("width", [1.0, 1.7, 3.0])
@pytest.mark.parametrize("balance", [True, False])
def test_wrapped_lines_fit_and_keep_all_words(lang: str, width: float, balance: bool) -> None:
    wrapped = style.wrap(_TEXTS[lang], width, 7, lang, balance=balance)
    assert style.text_size(wrapped, 7, lang)[0] <= width
    whole = style.show(_TEXTS[lang], lang)
    bare = [style.plain(text).split() for text in (wrapped, whole)]
    assert bare[0] == bare[1]
    assert all(line == isolate(line, lang) for line in wrapped.split("\n"))


def test_balanced_text_has_no_more_lines_and_a_shorter_longest_one() -> None:
    greedy, even = (style.wrap(_ENGLISH, 2.4, 7, "en", balance=b) for b in (False, True))
    assert greedy.count("\n") == even.count("\n") > 0
    assert style.text_size(even, 7, "en")[0] < style.text_size(greedy, 7, "en")[0]


def test_a_persian_word_written_apart_is_not_broken() -> None:
    wrapped = style.wrap("سرویس ها می شوند", 0.1, 7, "fa")
    assert [style.plain(line) for line in wrapped.split("\n")] == ["سرویس ها", "می شوند"]


@pytest.mark.parametrize("lang", style.LANGS)
def test_measured_and_drawn_sizes_agree(lang: str) -> None:
    wrapped = style.wrap(_TEXTS[lang], 1.6, 7.5, lang)
    with style.use(lang):
        fig = style.figure(4, 3)
        drawn = style.put(fig, 0.5, 0.5, wrapped, lang, size=7.5).get_window_extent()
    width, height = style.text_size(wrapped, 7.5, lang)
    assert drawn.width / fig.dpi == pytest.approx(width, abs=0.01)
    assert drawn.height / fig.dpi == pytest.approx(height, abs=0.01)


def test_persian_letters_are_shaped_and_ordered_by_the_renderer() -> None:
    """Joined letters are narrower than single ones, and an isolated range keeps its order."""
    joined, single = style.text_size("بببب", 10, "fa")[0], style.text_size("ب", 10, "fa")[0]
    assert joined < 0.9 * 4 * single
    path, reverse = (_outline(text) for text in ("۲۰۰۰–۲۰۲۱", "۲۰۲۱–۲۰۰۰"))
    assert path != reverse
    assert _outline(isolate("۲۰۰۰–۲۰۲۱", "fa")) == _outline("\u2066۲۰۰۰–۲۰۲۱\u2069")
    assert _outline("\u2067۲۰۲۱–۲۰۰۰\u2069") == _outline(isolate("۲۰۰۰–۲۰۲۱", "fa"))


def _outline(text: str) -> list[list[float]]:
    from matplotlib.textpath import TextPath

    outline = TextPath((0, 0), text, prop=style.font(10)).vertices
    return [[round(float(x), 3) for x in point] for point in outline]


def test_fonts_ship_with_their_licence() -> None:
    assert [path.stat().st_size > 100_000 for path in style.FONT_FILES] == [True, True]
    licence = style.FONT_FILES[0].with_name("OFL.txt").read_text(encoding="utf-8")
    assert "SIL Open Font License, Version 1.1" in licence


def test_a_sign_that_vazirmatn_lacks_comes_from_the_font_behind_it() -> None:
    assert style.text_size("→", 10, "en")[0] > 0  # a missing glyph would warn, and so fail


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'de' is not one of"), style.use("de"):
        pass


def test_style_opens_no_window() -> None:
    code = "import sys, slr.report.style; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
