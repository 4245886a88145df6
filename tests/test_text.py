"""The normaliser: what it joins, what it keeps apart, and what holds for any text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slr.text import (
    doi_key,
    families_of,
    fold,
    names_of,
    surname_key,
    title_key,
    year_range,
)

ONE_SPELLING = {
    "case": ("Government", "GOVERNMENT"),
    "German ss": ("Straße", "STRASSE"),
    "accents": ("Régulation", "Regulation"),
    "composed and not": ("é", "e\u0301"),
    "Greek accent": ("ή", "η"),
    "ligature": ("ﬁnance", "finance"),
    "full width": ("Ｅ－Ｇｏｖ", "E-Gov"),
    "dash and hyphen": ("e-government", "e–government"),
    "dash and space": ("e-government", "e government"),
    "underscore": ("e_government", "e government"),
    "two spaces": ("open  data ", "open data"),
    "Arabic yeh": ("حكمراني", "حکمرانی"),
    "alef maksura": ("مصطفى", "مصطفی"),
    "yeh with hamza": ("مسائل", "مسایل"),
    "teh marbuta": ("دولة", "دوله"),
    "heh with yeh": ("خانۀ", "خانه"),
    "alef with madda": ("آینده", "اینده"),
    "alef with hamza": ("تأثیر", "تاثیر"),
    "waw with hamza": ("مؤلف", "مولف"),
    "hamza": ("اجزاء", "اجزا"),
    "vowel marks": ("مُدیریت", "مدیریت"),
    "tatweel": ("دولـــت", "دولت"),
    "non-joiner": ("می\u200cشود", "میشود"),
    "direction marks": ("\u202bدولت\u202c", "دولت"),
    "Persian digits": ("۱۳۹۹", "1399"),
    "Arabic digits": ("١٣٩٩", "1399"),
    "presentation forms": ("ﺩﻭﻟﺖ", "دولت"),
    "Russian yo": ("ещё", "еще"),
    "soft hyphen": ("govern\u00adment", "government"),
    "word joiner": ("e\u2060government", "egovernment"),
    "half-width katakana": ("ｶﾞ", "ガ"),
}

TWO_WORDS = {
    "letters": ("2.0", "3.0"),
    "Russian short i": ("й", "и"),
    "Chinese": ("政府", "政治"),
    "traditional and simplified": ("電子", "电子"),
    "Japanese voicing": ("か", "が"),
    "Devanagari vowels": ("की", "का"),
    "Thai vowels": ("กี", "กา"),
    "Hebrew letters": ("ממשל", "ממשלה"),
    "Persian letters": ("کار", "گار"),
    "Persian words": ("دولت الکترونیک", "حکمرانی الکترونیک"),
}


@pytest.mark.parametrize(("one", "other"), ONE_SPELLING.values(), ids=ONE_SPELLING.keys())
def test_spellings_of_one_word_are_joined(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), TWO_WORDS.values(), ids=TWO_WORDS.keys())
def test_two_words_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("  ", ""),
        ("—“”!", ""),
        ("Régulation  of E-Government: ۱۳۹۹", "regulation of e government 1399"),
        ("हिन्दी में", "हिन्दी में"),
        ("ё\u0308\u0306", "ӗ"),
        ("ء", "ء"),
        ("❤\ufe0f data", "data"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == unicodedata.normalize("NFC", folded)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


NEAR_MARKS = st.sampled_from(
    [*"aеиاءـ1 ｶか", *map(chr, range(0x300, 0x345)), *map(chr, range(0x620, 0x660))]
)


@given(st.text(NEAR_MARKS, max_size=6))
def test_folding_twice_is_folding_once_where_marks_pile_up(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(categories=["L", "Nd"]), min_size=1))
def test_letters_never_become_nothing(text: str) -> None:
    if any(c.isalnum() for c in unicodedata.normalize("NFKC", text)):
        assert title_key(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_lower_case_words(text: str) -> None:
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    assert fold(text) == " ".join(words)


def test_no_two_common_chinese_signs_become_one() -> None:
    signs = [chr(code) for code in range(0x4E00, 0x9FA6)]
    assert len({fold(sign) for sign in signs}) == len(signs)


def test_title_key_has_no_spaces() -> None:
    assert title_key("می‌شود") == title_key("می شود") == "میشود"


@pytest.mark.parametrize(
    ("doi", "key"),
    [
        ("10.1016/J.GIQ.2015.07.001", "10.1016/j.giq.2015.07.001"),
        ("https://doi.org/10.1016/j.giq.2015.07.001", "10.1016/j.giq.2015.07.001"),
        ("http://dx.doi.org/10.1016/j.giq.2015.07.001.", "10.1016/j.giq.2015.07.001"),
        ("doi.org/10.1000/1", "10.1000/1"),
        ("DOI: 10.1000/1 ", "10.1000/1"),
        ("doi 10.1000/1;", "10.1000/1"),
        ("", ""),
        ("n/a", ""),
        ("NA", ""),
        ("-", ""),
        ("https://doi.org/", ""),
    ],
)
def test_doi_key(doi: str, key: str) -> None:
    assert doi_key(doi) == key


def test_names() -> None:
    authors = "Barcevičius, Egidijus and World Bank and van Veenstra, Anne Fleur"
    assert names_of(authors) == [
        "Barcevičius, Egidijus",
        "World Bank",
        "van Veenstra, Anne Fleur",
    ]
    assert families_of(authors) == ["Barcevičius", "World Bank", "van Veenstra"]
    assert surname_key(authors) == "barcevicius"
    assert names_of("") == families_of("") == []
    assert surname_key("") == ""


@pytest.mark.parametrize(
    ("printed", "span"),
    [
        ("2015", (2015, 2015)),
        ("1399", (2020, 2021)),
        ("۱۳۹۹", (2020, 2021)),
        ("1499", (2120, 2121)),
        ("1500", (1500, 1500)),
        (" 2015 ", (2015, 2015)),
        ("", (None, None)),
        ("in press", (None, None)),
        ("2015-16", (None, None)),
        ("20155", (None, None)),
    ],
)
def test_year_range(printed: str, span: tuple[int | None, int | None]) -> None:
    assert year_range(printed) == span
