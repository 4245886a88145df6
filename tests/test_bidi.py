"""Persian and Latin on one line: isolates and digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slr.bidi import LRI, PDI, RLI, digits, isolate, plain, show


def _marked(text: str) -> str:
    """Write isolates visibly: [R ...], [L ...]."""
    return text.replace(RLI, "[R ").replace(LRI, "[L ").replace(PDI, "]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("مدل", "[R مدل]"),
        ("Janowski: مدل", "[R [L Janowski]: مدل]"),
        ("Janowski (2015): مدل", "[R [L Janowski (2015)]: مدل]"),
        ("منبع Corydon (2016; 2017) و", "[R منبع [L Corydon (2016; 2017)] و]"),
        ("(Janowski 2015)", "[R ([L Janowski 2015])]"),
        ("Dias & Gomes 2021، بعد", "[R [L Dias & Gomes 2021]، بعد]"),
        ("van Veenstra et al. 2011.", "[R [L van Veenstra et al. 2011].]"),
        ("Pittaway et al. گفت", "[R [L Pittaway et al.] گفت]"),
        ("در 2000–2021 بود", "[R در [L 2000–2021] بود]"),
        ("در ۲۰۰۰–۲۰۲۱ بود", "[R در [L ۲۰۰۰–۲۰۲۱] بود]"),
        ("گام‌های ۱-۴", "[R گام‌های [L ۱-۴]]"),
        ("سال 2015", "[R سال 2015]"),
        ("10.17705/1jais.00140، بعد", "[R [L 10.17705/1jais.00140]، بعد]"),
        ("یک\n\nTwo", "[R یک]\n\n[R [L Two]]"),
        ("", ""),
    ],
)
def test_persian_lines_isolate_latin_runs_and_ranges(text: str, expected: str) -> None:
    assert _marked(isolate(text, "fa")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Stage 4, 2000–2021", "Stage 4, 2000–2021"),
        ("read as 'توسعه چابک' here", "[L read as '[R توسعه چابک]' here]"),
        ("سرویس‌ها (خدمات)", "[L [R سرویس‌ها (خدمات)]]"),
        ("(تجارت)", "[L ([R تجارت])]"),
    ],
)
def test_english_lines_isolate_persian_runs(text: str, expected: str) -> None:
    assert _marked(isolate(text, "en")) == expected


_TEXT = st.text(alphabet="ab AZé019۰۹٫.,;:()–-/&«»\nاب‌یپ،؛%@" + LRI + RLI + PDI, max_size=40)


@given(_TEXT, st.sampled_from(["en", "fa"]), st.sampled_from(["en", "fa"]))
def test_isolating_twice_is_isolating_once_and_the_last_language_wins(
    text: str, first: str, second: str
) -> None:
    assert isolate(isolate(text, first), second) == isolate(text, second)


@given(_TEXT, st.sampled_from(["en", "fa"]))
def test_isolating_only_adds_marks_and_closes_each(text: str, lang: str) -> None:
    isolated = isolate(text, lang)
    assert plain(isolated) == plain(text)
    for line in isolated.split("\n"):
        assert line.count(PDI) == line.count(RLI) + line.count(LRI)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (83, "۸۳"),
        (0.5, "۰٫۵"),
        ("1,800", "۱٬۸۰۰"),
        ("12,345.6", "۱۲٬۳۴۵٫۶"),
        ("40 %", "۴۰٪"),
        ("2000–2021", "۲۰۰۰–۲۰۲۱"),
        ("بخش 4.1.1.", "بخش ۴.۱.۱."),
        ("Janowski 2015 و 35", "Janowski 2015 و ۳۵"),
        ("Janowski2015", "Janowski2015"),
        ("10.17705/1jais.00140", "10.17705/1jais.00140"),
    ],
)
def test_digits_are_persian_outside_latin_runs(text: str | float, expected: str) -> None:
    assert digits(text, "fa") == expected
    assert digits(text, "en") == str(text)
    assert plain(digits(isolate(str(text), "fa"), "fa")) == expected


def test_show_gives_digits_and_order() -> None:
    assert _marked(show("1–4 از Janowski 2015", "fa")) == "[R [L ۱–۴] از [L Janowski 2015]]"
