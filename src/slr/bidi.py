"""Put Persian and Latin text on one line in the right order.

A renderer orders mixed text by the Unicode bidirectional algorithm (UAX #9). Left alone it takes
the direction of a label from its first letter, so that a Persian label that starts with a Latin
name comes out in the wrong order, and it reverses a range written with an en dash, so that
"2000–2021" in Persian text reads "2021–2000". Isolates (UAX #9, section 2.4.2) cure both.

Nothing here shapes or reorders letters: matplotlib and browsers do that themselves.
"""

from __future__ import annotations

import re

LRI, RLI, PDI = "\u2066", "\u2067", "\u2069"
_ISOLATES = {ord(mark): None for mark in (LRI, RLI, "\u2068", PDI)}

_LATIN = "A-Za-z\u00c0-\u024f"
_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_DIGIT = "0-9\u06f0-\u06f9\u0660-\u0669"

# A Latin run: words with a Latin letter, then words, numbers and bracketed groups of these.
# It ends in a letter or digit, so that the comma or full stop after it stays in the Persian text.
_INNER = rf"[^\s{_RTL}()\[\]{{}}«»“”\"\u2066-\u2069]"
_ITEM = rf"[{_LATIN}0-9](?:{_INNER}*[{_LATIN}0-9])?(?:(?<=\bal)\.)?"
_WORD = rf"(?=[0-9./:_–-]*[{_LATIN}]){_ITEM}"
_JOINT = r"(?:\s+&\s+|\.?,?\s+|\s+[–/]\s+)"
_GROUP = rf"\s?\({_ITEM}(?:(?:{_JOINT}|;\s+){_ITEM})*\)"
_LATIN_RUN = rf"{_WORD}(?:{_JOINT}{_ITEM}|{_GROUP})*"

_NUMBER = rf"[{_DIGIT}]+(?:[.,/\u066b\u066c][{_DIGIT}]+)*"
_RANGE = rf"{_NUMBER}(?:\s?[-\u2010-\u2015]\s?{_NUMBER})+"

_LTR_RUNS = re.compile(rf"{_LATIN_RUN}|{_RANGE}")
_LATIN_RUNS = re.compile(rf"({_LATIN_RUN})")

# A Persian run in English text: from one right-to-left letter to the last, with its brackets.
_PIECE = rf"(?:[^{_LATIN}()\n]|\([^{_LATIN}()\n]*\))*"
_RTL_RUNS = re.compile(rf"[{_RTL}](?:{_PIECE}(?:[{_RTL}]|\([^{_LATIN}()\n]*\)))?")
_HAS_RTL = re.compile(rf"[{_RTL}]")

_TO_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_DECIMAL = re.compile(r"(?<![\d.])(\d+)\.(\d+)(?!\.?\d)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_PERCENT = re.compile(r"(?<=\d) ?%")


def plain(text: str) -> str:
    """Remove all isolates, leaving the text as it was written.

    Examples
    --------
    >>> plain(isolate("مدل Janowski 2015", "fa"))
    'مدل Janowski 2015'
    """
    return text.translate(_ISOLATES)


def isolate(text: str, lang: str) -> str:
    """Wrap each line so that any renderer shows it in the order in which it is read.

    Parameters
    ----------
    text : str
        One or more lines; each is isolated by itself, so wrap first and isolate then.
    lang : {"en", "fa"}
        The language of the whole. For ``fa`` every line that is not empty becomes RLI...PDI with
        Latin runs and number ranges in LRI...PDI (also ranges in Persian digits: the lower number
        stands on the left in both languages). For ``en`` a line that holds Persian becomes
        LRI...PDI with each Persian run in RLI...PDI; a line without Persian is left alone.

    Returns
    -------
    str
        Isolates already in the text are dropped first, so isolating twice is isolating once,
        and the last language wins.

    Examples
    --------
    >>> isolate("Janowski (2015): مدل", "fa") == f"{RLI}{LRI}Janowski (2015){PDI}: مدل{PDI}"
    True
    >>> isolate("stage 2000–2021", "en")
    'stage 2000–2021'
    """
    one = _isolate_fa if lang == "fa" else _isolate_en
    return "\n".join(one(line) for line in plain(text).split("\n"))


def digits(text: str | int | float, lang: str) -> str:
    """Show numbers in the digits of a language.

    Parameters
    ----------
    text : str, int or float
        A number, or text that holds numbers.
    lang : {"en", "fa"}
        For ``fa`` the digits become ۰ to ۹, the decimal point of a number ٫, the comma between
        thousands ٬ and the per cent sign after a number ٪. For ``en`` nothing changes.

    Returns
    -------
    str
        Digits in a Latin run ("Janowski 2015", a DOI, a key) stay as they are: a name with its
        year is one Latin fragment. Works before or after :func:`isolate`.

    Examples
    --------
    >>> digits("1,800 و 3.5% در 2000–2021", "fa")
    '۱٬۸۰۰ و ۳٫۵٪ در ۲۰۰۰–۲۰۲۱'
    >>> digits("مدل Janowski 2015", "fa")
    'مدل Janowski 2015'
    """
    text = str(text)
    if lang != "fa":
        return text
    parts = _LATIN_RUNS.split(text)  # odd places hold the Latin runs
    return "".join(part if at % 2 else _persian_digits(part) for at, part in enumerate(parts))


def show(text: str | int | float, lang: str) -> str:
    """Give text its digits and its order: :func:`digits`, then :func:`isolate`."""
    return isolate(digits(text, lang), lang)


def _isolate_fa(line: str) -> str:
    if not line.strip():
        return line
    return RLI + _LTR_RUNS.sub(lambda run: LRI + run.group() + PDI, line) + PDI


def _isolate_en(line: str) -> str:
    if not _HAS_RTL.search(line):
        return line
    return LRI + _RTL_RUNS.sub(lambda run: RLI + run.group() + PDI, line) + PDI


def _persian_digits(text: str) -> str:
    text = _DECIMAL.sub(r"\1٫\2", text)
    text = _THOUSANDS.sub("٬", text)
    return _PERCENT.sub("٪", text).translate(_TO_PERSIAN)
