"""Phrases in two languages: what is read, what is refused."""

from pathlib import Path

import pytest

from slr.errors import SlrError
from slr.report import words

_PATH = Path("words/made.yaml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: {en: one}", "words/made.yaml:1: a: lacks fa."),
        ("a: {en: one, fa: ''}", "words/made.yaml:1: a: lacks fa."),
        ("a: {fa: یک}", "words/made.yaml:1: a: lacks en."),
        ("a: {en: 1, fa: ۱}\nb: {en: 2, fa: ۲, de: 2}", "words/made.yaml:2: b: has 'de'"),
        ("a: {en: 1, fa: ۱}\na: {en: 2, fa: ۲}", "words/made.yaml:2: a: is written twice."),
        ("a: {en: 1, en: 2, fa: ۲}", "words/made.yaml:1: a: has a language twice."),
        ("a: {en: '{n} left', fa: ماند}", "a: has other fields in en than in fa."),
        ("a: one", "words/made.yaml:1: a: is not a pair of en and fa."),
        ("- a", "words/made.yaml: holds no phrases."),
        ("a: {en: 'one", "words/made.yaml:1: not YAML"),
    ],
)
def test_faulty_phrases_are_refused_with_their_line(text: str, told: str) -> None:
    with pytest.raises(SlrError) as caught:
        words.parse(text, _PATH)
    assert told in str(caught.value)


def test_all_faults_of_a_file_are_told_at_once() -> None:
    with pytest.raises(SlrError) as caught:
        words.parse("a: {en: one}\nb: {fa: دو}", _PATH)
    assert [problem.key for problem in caught.value.problems] == ["a", "b"]


def test_fields_take_the_digits_of_the_language() -> None:
    made = words.Words("made", words.parse("a: {en: '{n} of {k}', fa: '{n} از {k}'}", _PATH))
    assert made.both("a", n=35, k="Janowski2015") == {
        "en": "35 of Janowski2015",
        "fa": "۳۵ از Janowski2015",
    }


def test_a_number_takes_the_words_that_go_with_it() -> None:
    text = "a: {en: '{n:work is|works are} in', fa: '{n} اثر هست'}"
    made = words.Words("made", words.parse(text, _PATH))
    assert [made.say("a", "en", n=n) for n in (0, 1, 2)] == [
        "0 works are in", "1 work is in", "2 works are in",
    ]  # fmt: skip
    assert made.say("a", "fa", n=1) == "۱ اثر هست"


def test_an_unknown_phrase_is_told_with_the_nearest() -> None:
    made = words.Words("made", words.parse("outside: {en: out, fa: بیرون}", _PATH))
    with pytest.raises(SlrError, match="Did you mean 'outside'"):
        made.say("outsid", "en")


@pytest.mark.parametrize("path", sorted(words._FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_file_is_sound(path: Path) -> None:
    shipped = words.load(path.stem)
    for key in list(shipped.keys()):
        fields = dict.fromkeys(shipped.fields(key), 2)
        for lang in words.LANGS:
            assert "|" not in shipped.say(key, lang, **fields)
