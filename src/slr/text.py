"""The one normaliser: from text in any script to a key for comparison.

Keys are for comparing only. The value itself is never changed, and no key is exported as one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Letters that Arabic-script keyboards and exports use for one another. Folding them can only
# join spellings of one word.
_FAMILIES = str.maketrans(
    {
        "ي": "ی",
        "ى": "ی",
        "ئ": "ی",
        "ے": "ی",
        "ك": "ک",
        "ڪ": "ک",
        "ة": "ه",
        "ۀ": "ه",
        "ە": "ه",
        "ہ": "ه",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ؤ": "و",
        "ء": None,
        "ـ": None,  # tatweel only stretches the line
    }
)
HIJRI_BEFORE = 1500
"""A printed year below this is solar Hijri."""
HIJRI_TO_GREGORIAN = 621
"""A solar Hijri year y runs from March of y + 621 to March of y + 622."""

_JOINERS = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
    "\U000e0100-\U000e01ef]"
)
_ISSN = re.compile(r"(?<!\w)(\d{4})[-–‐ ]?(\d{3}[\dX])(?!\w)")
_ASCII = {n: chr(n).lower() if chr(n).isalnum() else " " for n in range(128)}
_OFTEN = 40
"""Longest word that is remembered: longer ones hardly come twice."""
_MOST = 1 << 16
"""Most words that are remembered at a time."""


def fold(text: str) -> str:
    """Return `text` in one case, one form and one spelling, words apart by single spaces.

    NFKC, case folding, Latin and Arabic diacritics off, the Arabic and Persian letter families
    joined, digits of every script as ASCII, punctuation as space. A zero-width non-joiner
    counts as nothing, so that "می‌شود" equals "میشود"; `title_key` makes it equal "می شود" too.
    A text that holds a letter or digit never becomes empty. Idempotent.

    >>> fold("Régulation  of E-Government: ۱۳۹۹")
    'regulation of e government 1399'
    >>> fold("كتاب‌هاي") == fold("کتابهای")
    True
    """
    if text.isascii():
        return " ".join(text.translate(_ASCII).split())
    # No step looks beyond a blank, so words can be folded one by one, and remembered.
    folded = " ".join(filter(None, map(_FOLDED.__getitem__, text.split())))
    return folded or _words(unicodedata.normalize("NFC", _plain(text)))


def _plain(text: str) -> str:
    return _JOINERS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _fold(word: str) -> str:
    bare = _bare(unicodedata.normalize("NFKD", _plain(word)))
    joined = unicodedata.normalize("NFC", bare).translate(_FAMILIES)
    return _words("".join(_digit(c) for c in unicodedata.normalize("NFC", joined)))


class _Folded(dict[str, str]):
    """Words and what they are folded to, worked out when they are asked for."""

    def __missing__(self, word: str) -> str:
        folded = _fold(word)
        if len(word) <= _OFTEN:
            if len(self) >= _MOST:
                self.clear()
            self[word] = folded
        return folded


_FOLDED = _Folded()


def title_key(title: str) -> str:
    """Return the letters and digits of a title, folded, without spaces.

    >>> title_key("حکمرانی‌ الکترونیک") == title_key("حكمراني الكترونيك")
    True
    """
    return fold(title).replace(" ", "")


def doi_key(doi: str) -> str:
    """Return a DOI in lower case without resolver, prefix or trailing punctuation.

    What is no DOI, such as the "n/a" of an export, has an empty key and equals nothing.

    >>> doi_key("https://doi.org/10.1016/J.GIQ.2015.07.001.")
    '10.1016/j.giq.2015.07.001'
    >>> doi_key("n/a")
    ''
    """
    prefix = r"^(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:?\s*)"
    key = re.sub(prefix, "", doi.strip().casefold()).rstrip(".,; ")
    return key if key.startswith(("10.", "10/")) else ""


def is_issn(bare: str) -> bool:
    """Tell whether eight characters have the check digit of an ISSN (ISO 3297)."""
    if not re.fullmatch(r"[0-9]{7}[0-9X]", bare):
        return False
    digits = [10 if c == "X" else int(c) for c in bare]
    return sum(w * d for w, d in zip(range(8, 0, -1), digits, strict=True)) % 11 == 0


def issns(printed: str) -> list[str]:
    """Return the ISSNs in a text whose check digit is right, without hyphens.

    >>> issns("0740-624X (print); 1872-9517; 1234-5678")
    ['0740624X', '18729517']
    """
    found = _ISSN.findall("".join(map(_digit, printed)).upper())
    return [bare for bare in map("".join, found) if is_issn(bare)]


def surname_key(author: str) -> str:
    """Return the folded family name of the first author of a ``Family, Given and ...`` list.

    >>> surname_key("Barcevičius, Egidijus and Liva, Giovanni")
    'barcevicius'
    """
    first = author.split(" and ", maxsplit=1)[0]
    return fold(first.split(",")[0])


def names_of(author: str, whole: Iterable[str] = ()) -> list[str]:
    """Split a ``Family, Given and Family, Given`` list into its names.

    Parameters
    ----------
    whole
        Names of the list that hold an ``and`` and are one, in their order.

    >>> names_of("Kim, A and Ministry of Health and Welfare", ["Ministry of Health and Welfare"])
    ['Kim, A', 'Ministry of Health and Welfare']
    """
    waiting = list(whole)
    if not waiting:
        return [name.strip() for name in author.split(" and ") if name.strip()]
    names: list[str] = []
    listed, at = f"{author} and ", 0
    while at < len(listed):
        name = next((n for n in waiting if listed.startswith(f"{n} and ", at)), None)
        if name is None:
            name = listed[at : listed.index(" and ", at)]
        else:
            waiting.remove(name)
        at += len(name) + len(" and ")
        names.append(name.strip())
    return [name for name in names if name]


def families_of(author: str) -> list[str]:
    """Return the family (or corporate) names of an author list, in order."""
    return [name.split(",")[0].strip() for name in names_of(author)]


def year_range(year: str) -> tuple[int | None, int | None]:
    """Return the Gregorian years in which a printed year begins and ends.

    >>> year_range("2015")
    (2015, 2015)
    >>> year_range("1399")
    (2020, 2021)
    >>> year_range("in press")
    (None, None)
    """
    found = re.fullmatch(r"\s*(\d{4})\s*", year)
    if not found:
        return None, None
    value = int(found.group(1))
    if value < HIJRI_BEFORE:
        return value + HIJRI_TO_GREGORIAN, value + HIJRI_TO_GREGORIAN + 1
    return value, value


def _bare(decomposed: str) -> str:
    """Drop the marks that only decorate a Latin, Greek or Arabic letter, and the dots of ё.

    Marks of other scripts (the breve of Cyrillic й, Devanagari vowel signs, Japanese voicing)
    tell letters apart and stay.
    """
    kept: list[str] = []
    base, script = "", ""
    for char in decomposed:
        if not unicodedata.combining(char):
            base, script = char, unicodedata.name(char, "").split(" ")[0]
        elif script in ("LATIN", "GREEK", "ARABIC") or (base == "е" and char == "\u0308"):
            continue
        kept.append(char)
    return "".join(kept)


def _words(text: str) -> str:
    """Put single spaces for all but letters, digits and the marks that belong to them."""
    kept: list[str] = []
    for char in text:
        mark = unicodedata.category(char).startswith("M") and kept and kept[-1] != " "
        kept.append(char if mark or char.isalnum() else " ")
    return " ".join("".join(kept).split())


def latin_digits(text: str) -> str:
    """Return a text with the digits of any script as 0 to 9.

    >>> latin_digits("۱۲٫۵")
    '12٫5'
    """
    return "".join(map(_digit, text))


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with the word that goes with it; `many` is `one` with an s unless told.

    >>> counted(1, "study", "studies"), counted(2, "record")
    ('1 study', '2 records')
    """
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def _digit(char: str) -> str:
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return char
