"""Words and phrases in texts of any script: what is found, what is not, and how long it takes."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slr.phrases import LONGEST, compiled, fault

FOUND = [
    ("governance", "On Governance.", "capitals and punctuation"),
    ("naive", "A naïve model", "accents"),
    ("govern*", "Governments and governors", "an open end"),
    ("*government", "eGovernment", "an open beginning"),
    ("wom*n", "Women in IT", "letters within a word"),
    ("organi*ation*", "Organisations", "within and at the end"),
    ("digital* gov*", "Digitalised government", "stars in two words"),
    ("e-government", "egovernment in Asia", "without the hyphen"),
    ("egovernment", "E-Government in Asia", "with the hyphen"),
    ("public sector", "the public\nsector", "over a line end"),
    ("دولت الکترونیک", "ارزیابی دولت الكترونيك", "Arabic letters for Persian ones"),
    ("کتاب‌های", "كتاب هاي الکترونیکی", "a blank for a joiner"),
    ("کتاب‌های", "کتابهای الکترونیکی", "nothing for a joiner"),
    ("می‌شود", "می شود", "a joiner for a blank"),
    ("حکمران*", "حکمرانی خوب", "an open end in Persian"),
    ("مسئول", "مسئول", "the same in two forms"),
    ("电子政务", "中国电子政务发展研究", "Chinese, without blanks"),
    ("电*务", "中国电子政务发展", "Chinese, with a star"),
    ("電子政府", "日本の電子政府と行政", "Japanese"),
    ("รัฐบาล", "การพัฒนารัฐบาลดิจิทัล", "Thai"),
    ("전자정부*", "전자정부의 발전", "Korean, with a particle"),
    ("электронн* правительств*", "Электронное правительство России", "Cyrillic"),
    ("e-government", "Trust; e-government; Iran", "one of several keywords"),
]
NOT_FOUND = [
    ("govern", "governance", "no star, no part of a word"),
    ("art", "smart cities", "within a word"),
    ("ment", "government", "the end of a word"),
    ("wom*n", "womanly", "a star ends where the word does"),
    ("digital* gov*", "digital and gov", "words in between"),
    ("public services", "public; services", "over two keywords"),
    ("public services", "public | services", "over the values of two records"),
    ("خدمات عمومی", "خدمات؛ عمومی", "over two Persian keywords"),
    ("دولت", "دولتمرد", "a part of a Persian word"),
    ("电*务", "电子政治", "another ending"),
    ("a*b c", "ab", "fewer words"),
    ("x", "", "nothing"),
]


@pytest.mark.parametrize(("phrase", "text"), [row[:2] for row in FOUND], ids=[r[2] for r in FOUND])
def test_found(phrase: str, text: str) -> None:
    assert compiled(phrase).first_in(text) == phrase


@pytest.mark.parametrize(
    ("phrase", "text"), [row[:2] for row in NOT_FOUND], ids=[r[2] for r in NOT_FOUND]
)
def test_not_found(phrase: str, text: str) -> None:
    assert compiled(phrase).first_in(text) is None


def test_the_first_of_several_that_is_found_is_told() -> None:
    assert compiled(("smart", "city", "cit*")).first_in("Cities of art") == "cit*"


AT_A_WORD = "Put it at a word, as in 'govern*'."


@pytest.mark.parametrize(
    ("phrase", "told"),
    [
        ("", ("the phrase '' holds no letter.", "Write words.")),
        ("*", ("the phrase '*' holds no letter.", "Write words.")),
        ("…!", ("the phrase '…!' holds no letter.", "Write words.")),
        ("a * b", ("in the phrase 'a * b' a * stands alone.", AT_A_WORD)),
        ("a**", ("in the phrase 'a**' a * stands alone.", AT_A_WORD)),
        ("a" * (LONGEST + 1), ("a phrase of 201 characters.", "Allowed: 200.")),
        ("govern*", None),
        ("کتاب‌*", None),
        ("e-*", ("in the phrase 'e-*' a * stands alone.", AT_A_WORD)),
    ],
)  # fmt: skip
def test_what_is_no_phrase(phrase: str, told: tuple[str, str] | None) -> None:
    assert fault(phrase) == told


WORD = st.text("ab", min_size=1, max_size=5)


@given(st.lists(WORD, min_size=1, max_size=4), st.text("ab*", min_size=1, max_size=6))
def test_a_single_word_with_stars_is_found_as_a_shell_would_find_it(
    words: list[str], glob: str
) -> None:
    if fault(glob):
        return
    core = glob.strip("*")
    if "*" not in core:  # blanks do not count there: an independent reading, letter by letter
        pattern = " ?".join(core)
        begin = "" if glob[0] == "*" else r"(?<!\w)"
        end = "" if glob[-1] == "*" else r"(?!\w)"
        expected = re.search(f"{begin}{pattern}{end}", " ".join(words)) is not None
    else:
        expected = any(fnmatchcase(word, glob) for word in words)
    assert (compiled(glob).first_in(" ".join(words)) is not None) == expected


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("*a*a*a*a*a*a*a*a*b*", "a" * 300_000),
        ("a*a*a*a*a*a*a*a*b", "a" * 300_000),
        ("a" * 100 + "b", "a" * 300_000),
        ("a a a a a a a b", "a " * 150_000),
        ("a*b a*b a*b", "ab " * 100_000),
    ],
)
def test_no_phrase_and_text_make_it_hang(phrase: str, text: str) -> None:
    """Each would take a backtracking expression longer than anyone waits."""
    assert compiled(phrase).first_in(text) == (phrase if text.startswith("ab") else None)
