"""The phrases that the report shows, in English and Persian: words/<module>.yaml.

A file maps keys to ``{en: ..., fa: ...}``. A phrase may hold fields, ``{count}``, the same in both
languages; numbers put into them get the digits of the language. ``{count:work is|works are}`` is
the number with the words that go with it: the first for 1, else the second.
"""

from __future__ import annotations

import string
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from slr import io
from slr.bidi import digits
from slr.errors import Problem, SlrError, did_you_mean, refuse
from slr.report import LANGS

if TYPE_CHECKING:
    from yaml import Node

COMMA = {"en": ", ", "fa": "، "}
SEMICOLON = {"en": "; ", "fa": "؛ "}
"""What stands between the parts of a list."""
GROUP = {"en": ",", "fa": "٬"}
"""What stands between the thousands of a number."""
_GROUPED_FROM = 10_000
_FOLDER = Path(__file__).parent / "words"


class Words:
    """The phrases of one module.

    Examples
    --------
    >>> words = Words("example", {"kept": {"en": "{count} kept", "fa": "{count} اثر ماند"}})
    >>> words.say("kept", "fa", count=35)
    '۳۵ اثر ماند'
    >>> words.both("kept", count=35)["en"]
    '35 kept'
    """

    def __init__(self, name: str, phrases: dict[str, dict[str, str]]) -> None:
        self.name = name
        self._phrases = phrases

    def __contains__(self, key: str) -> bool:
        return key in self._phrases

    def keys(self) -> list[str]:
        """Return all keys in the order of the file."""
        return list(self._phrases)

    def fields(self, key: str) -> set[str]:
        """Return the names of the fields that a phrase has."""
        return _fields(self.say(key, LANGS[0]))

    def say(self, key: str, lang: str, /, **fields: str | int | float) -> str:
        """Return the phrase in a language, with its fields filled in; without isolates."""
        if key not in self._phrases:
            fix = did_you_mean(key, self._phrases)
            raise SlrError(Problem("is no phrase.", fix, _FOLDER / f"{self.name}.yaml", key=key))
        return fill(self._phrases[key][lang], lang, **fields)

    def both(self, key: str, /, **fields: str | int | float) -> dict[str, str]:
        """Return the phrase in both languages, filled with the same fields."""
        return {lang: self.say(key, lang, **fields) for lang in LANGS}


def fill(text: str, lang: str, /, **fields: str | int | float) -> str:
    """Return a text with its fields filled in, numbers with the digits of the language.

    Raises
    ------
    SlrError
        If the text has a field that is not given, or is no text with fields.
    """
    if not fields:
        return text
    if unknown := fields_of(text) - set(fields):
        found = f"{text!r} has the field {min(unknown)!r}, which is not there."
        raise SlrError(Problem(found, f"Known: {', '.join(fields)}; write {{{{ for a brace."))
    return text.format(**{name: _Told(_said(value, lang)) for name, value in fields.items()})


class _Told(str):
    """What is put into a field; a format of it is the words for 1 and for other numbers."""

    __slots__ = ()

    def __format__(self, words: str) -> str:
        if not words:
            return str(self)
        one, _, many = words.partition("|")
        return f"{self} {one if self in ('1', '۱') else many}"


def _said(value: str | float, lang: str) -> str:
    """Write a field; whole numbers of five digits and more in groups of three, as years never are.

    >>> _said(18432, "en"), _said(18432, "fa"), _said(2021, "en")
    ('18,432', '۱۸٬۴۳۲', '2021')
    """
    if isinstance(value, int) and abs(value) >= _GROUPED_FROM:
        return digits(f"{value:,}", lang).replace(",", GROUP[lang])
    return digits(value, lang)


@cache
def load(name: str) -> Words:
    """Read words/<name>.yaml once.

    Raises
    ------
    SlrError
        For each key that lacks a language, has another one, is empty or written twice, or whose
        languages differ in their fields; with file and line.
    """
    path = _FOLDER / f"{name}.yaml"
    return Words(name, parse(io.read_text(path), path))


def parse(text: str, path: Path) -> dict[str, dict[str, str]]:
    """Read phrases from YAML; ``path`` only names the file in messages."""
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise SlrError(Problem(f"not YAML: {error.problem}.", "", path, line)) from error
    if not isinstance(root, yaml.MappingNode):
        raise SlrError(Problem("holds no phrases.", "Write `key: {en: ..., fa: ...}`.", path))
    phrases: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    for at, value in root.value:
        key = str(at.value)
        found = "is written twice." if key in phrases else ""
        phrases[key], fault = _phrase(value)
        if found or fault:
            fix = "Give it one text in en and one in fa, with the same fields."
            problems.append(Problem(found or fault, fix, path, at.start_mark.line + 1, key))
    refuse(problems)
    return phrases


def _phrase(node: Node) -> tuple[dict[str, str], str]:
    """Return the texts by language, and what is wrong with them (empty when nothing is)."""
    import yaml

    if not isinstance(node, yaml.MappingNode):
        return {}, "is not a pair of en and fa."
    texts = {str(k.value): str(v.value).strip() for k, v in node.value}
    if len(texts) < len(node.value):
        return texts, "has a language twice."
    for lang in LANGS:
        if not texts.get(lang):
            return texts, f"lacks {lang}."
    if more := sorted(set(texts) - set(LANGS)):
        return texts, f"has {more[0]!r}, which is neither en nor fa."
    if _fields(texts["en"]) != _fields(texts["fa"]):
        return texts, "has other fields in en than in fa."
    return texts, ""


def fields_of(text: str) -> set[str]:
    """Return the names of the fields of a text; what is no text with fields has one of no name."""
    try:
        return _fields(text)
    except ValueError:
        return {"?"}


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
