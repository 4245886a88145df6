"""What one field of a record says, in a form that can be compared: titles, names, pages, venues.

Every function takes a value as given and returns a key; an empty key says that nothing is known.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote

from slr.dedup import wording
from slr.text import doi_key, fold, year_range

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,30}>")
_ENTITY = re.compile(r"&#?\w{1,10};?")
_TRAILER = re.compile(r" ?\[[^\[\]]{1,32}\]\.?$")
_BEHIND = re.compile(r"[\[(]([^\[\]()]{1,32})[\])]")
_BRACKETED = re.compile(r"[\[(]([^\[\]()]{12,})[\])]")
_WIDE = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uf900-\ufaff\U00020000-\U0003ffff])"
)
"""Scripts that put no spaces between words: each of their characters counts as a word."""
_TAIL = re.compile(r" (i{1,3}|iv|vi{0,3}|ix|x)$")

_DASHES = re.compile("[\u2010-\u2015\u2212\uff0d-]+")
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATED = re.compile(rf"(?:(\d{{1,2}})-({_MONTH})[a-z]*|({_MONTH})[a-z]*-(\d{{1,4}}))(?:-\d+)?")
_MONTHS = {name: place for place, name in enumerate(_MONTH.split("|"), start=1)}
_PAGE = re.compile(r"0*(\d+)")
_LOCATOR = re.compile(r"\s*[A-Za-z]\d{4,}\s*")
_ASIDE = re.compile(r"\([^()]{0,60}\)")

_PMID = re.compile(r"\bpmid\W{1,5}(\d{1,9})\b", re.IGNORECASE)
_BETWEEN = re.compile(r",? (?:and|&) |;|\.(?=[A-Z][a-z])|،")
_INITIALS = re.compile(r"\b(?:[A-Z]{1,3}(?![\w'’-])\.?\s?-?)+(?!\w)|\b(?:et al|others)\b\.?")

_CUT = re.compile(
    r"\bet\.? al\b|\b(?:and|&) others\b|(?:\.\.\.|…)\s*$|و همکاران|\bи др\b|ほか|等\s*$",
    re.IGNORECASE,
)

MOST_TRAILERS = 4
"""Remarks in brackets that are taken from the end of a title."""
MOST_INITIALS = 3
"""Letters up to which capitals are initials."""
MOST_BEHIND = 120
"""So many characters at the end of a title are looked at for remarks."""
MOST_VENUE_WORDS = 20
"""Of a venue of more words the beginning is compared."""
TITLE_LETTERS = 500
"""Of a longer title the beginning is compared."""
NAME_LETTERS = 100
"""Of a longer name of a person or venue the beginning is compared."""


def plain(title: str) -> str:
    """Return a title without mark-up, entities, and what databases write behind it.

    >>> plain("Role of Ca<sup>2</sup> in H&#233;c. [Review] [53 refs]")
    'Role of Ca2 in Héc.'
    """
    title = " ".join(title.split())
    if "<" in title:
        title = _TAG.sub("", title)
    if "&" in title:
        title = _ENTITY.sub(lambda found: html.unescape(found[0]), title)
    if "(" in title:
        title = wording.OF_ANOTHER.split(title)[0].rstrip() or title
    if "[" in title:
        title = wording.REMARK.sub("", title) or title
    for _ in range(MOST_TRAILERS):
        if not title.endswith(("]", "].")):
            break
        title = _TRAILER.sub("", title) or title
    return title


def other_title(title: str) -> str:
    """Return the folded title that stands in brackets beside another, as translations do."""
    if "[" not in title and "(" not in title:
        return ""
    inner = max(_BRACKETED.findall(title), key=len, default="")
    return fold(inner) if 2 * len(inner) > len(title) - len(inner) - 2 else ""


def letters_of(key: str) -> int:
    """Return how many letters a key says: a character that is a syllable or word counts as four.

    >>> letters_of("governance"), letters_of("中国哲学史")
    (10, 20)
    """
    return len(key) if key.isascii() else len(key) + 3 * len(_WIDE.findall(key))


def words_of(folded: str) -> list[str]:
    """Split folded text into words; scripts without spaces, into characters."""
    if not folded.isascii():
        folded = _WIDE.sub(r" \1 ", folded)
    return folded.split()


def parts_of(numbered_title: str) -> str:
    """Return the numbered parts, phases and editions that a title names.

    >>> parts_of("governance part 2 the 2 edition")
    '2 edition|part 2'
    """
    if not any(sign in numbered_title for sign in wording.PART_SIGNS):
        return ""
    found = [
        f"{m[1]} {m[2]}"
        for m in wording.PART.finditer(numbered_title)
        if m[2].isdecimal() or m[2] in wording.LETTERS
    ]
    found += [f"{m[1]} edition" for m in wording.EDITION.finditer(numbered_title)]
    return "|".join(sorted(found))


def numbered(folded: str) -> str:
    """Return a folded title with the numbers of its parts and editions as digits.

    >>> numbered("governance part two the second edition")
    'governance part 2 the 2 edition'
    """
    if any(sign in folded for sign in wording.PART_SIGNS):
        folded = wording.PART.sub(_digits_of_part, folded)
        folded = wording.ORDINAL.sub(lambda m: m[1] or f"{wording.SPELT[m[2]]} ", folded)
    if not folded.endswith(("i", "v", "x")):
        return folded
    return _TAIL.sub(lambda m: f" {wording.ROMAN[m[1]]}", folded)


def _digits_of_part(found: re.Match[str]) -> str:
    number = found[2]
    name = wording.SAME_PART.get(found[1], found[1])
    return f"{name} {wording.ROMAN.get(number) or wording.SPELT.get(number) or number}"


def kind_of(title: str, folded: str) -> str:
    """Return which kind of publication beside an article a title names, or nothing."""
    if "(" in title and wording.OF_ANOTHER.search(title):
        return "a correction"
    if title[:3].casefold() == "re:":
        return "a comment"
    for said in _remarks(title):
        for name, pattern in wording.TRAILING.items():
            if pattern.fullmatch(said):
                return name
    if not any(sign in folded for sign in wording.KIND_SIGNS):
        return ""
    return next((name for name, pattern in wording.KINDS.items() if pattern.search(folded)), "")


def _remarks(title: str) -> list[str]:
    """Return what stands in brackets at the end of a title as given, folded."""
    if not title.endswith(("]", "].", ")", ").")):
        return []
    return [fold(found) for found in _BEHIND.findall(title[-MOST_BEHIND:])]


def aspects_of(title: str, folded: str) -> str:
    """Return what a title, as given and folded, names of a further text of some work.

    >>> aspects_of("Eculizumab [Letter]", "eculizumab"), aspects_of("", "eculizumab a follow up")
    ('letter', 'follow-up')
    """
    found = {wording.ASIDES[said] for said in _remarks(title) if said in wording.ASIDES}
    if any(sign in folded for sign in wording.ASPECT_SIGNS):
        found |= {name for name, pattern in wording.ASPECTS.items() if pattern.search(folded)}
    return "|".join(sorted(found))


def recurs(folded: str) -> bool:
    """Tell whether a folded title is one that returns with every issue or volume."""
    return bool(wording.COLUMN.match(folded))


def people(author: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the words of the names (without initials), and the family names in order.

    Names in any order and with any separator are bags of words; "Family, Given" tells which word
    is the family's, and in "Given Family" the last is taken.
    """
    author = " ".join(author.replace("\u200c", " ").split())
    if "&" in author:
        author = _ENTITY.sub(lambda found: html.unescape(found[0]), author)
    names = [name for said in _BETWEEN.split(author) for name in _names_of(said) if name.strip()]
    if len(names) == 1 and author.count(",") > 1:
        names = author.split(",")
    bag: set[str] = set()
    families = []
    for said, family in map(_person, names):
        bag.update(said)
        if family:
            families.append(family)
    return frozenset(bag), tuple(families)


def _names_of(said: str) -> list[str]:
    """Split names between which commas stand, where each has initials: they are no "Family, Given".

    >>> _names_of("R Agrawal, R. Srikant"), _names_of("Agrawal R, Srikant R")
    (['R Agrawal', ' R. Srikant'], ['Agrawal R', ' Srikant R'])
    >>> _names_of("van der Berg, J. A."), _names_of("Agrawal, R S")
    (['van der Berg, J. A.'], ['Agrawal, R S'])
    """
    names = said.split(",")
    if len(names) == 1 or not all(map(_has_initials, names)):
        return [said]
    return names


def _has_initials(name: str) -> bool:
    """Tell whether a name is initials before or behind a word that is none."""
    initials = [_are_initials(word) or _is_initial(word) for word in name.split()]
    return len(initials) > 1 and initials[0] != initials[-1]


def _is_initial(word: str) -> bool:
    """Tell whether a word is one letter, of a script that has capitals."""
    letters = word.replace(".", "")
    return len(letters) == 1 and letters.upper() != letters.lower()


@lru_cache(maxsize=1 << 16)
def _person(name: str) -> tuple[tuple[str, ...], str]:
    """Return the words of one name, and the family's."""
    if name.strip().casefold() in {"others", "et al", "et al."}:
        return (), ""
    head, comma, _ = name.partition(",")
    said = words_of(fold(_without_initials(name)))
    said = [w for w in said if len(w) > 1 or _WIDE.match(w)] or said
    if comma:
        family = fold(head)
    else:
        spaced = said and not name.strip().isupper() and not _WIDE.match(said[-1])
        family = said[-1] if spaced else fold(name)
    return tuple(said), family[:NAME_LETTERS]


def _without_initials(name: str) -> str:
    shorter = _INITIALS.sub(" ", name)
    return shorter if any(c.isalpha() for c in shorter) else name


def is_cut(author: str) -> bool:
    """Tell whether a list of authors says that it names only some of them.

    >>> is_cut("Lee, K et al."), is_cut("Lee, K and others"), is_cut("Lee, K and Park, S")
    (True, True, False)
    """
    return bool(_CUT.search(author))


def initial_of(author: str) -> str:
    """Return the folded initial of the first author's given name, where one is told.

    >>> initial_of("Lee, Kim and Park, S."), initial_of("Kim S. Lee"), initial_of("Lee K")
    ('k', 'k', 'k')
    >>> initial_of("K Lee, S Park"), initial_of("k. lee, s. park"), initial_of("WHO")
    ('k', 'k', '')
    """
    if "&" in author:
        author = _ENTITY.sub(lambda found: html.unescape(found[0]), author)
    name = _names_of(_BETWEEN.split(author, maxsplit=1)[0])[0]
    _, comma, given = name.partition(",")
    if comma:
        return fold(given.split(",")[0])[:1]
    said = name.split()
    if len(said) < 2 or name.isupper():
        return ""
    given = next(filter(_are_initials, said), said[0]) if _are_initials(said[-1]) else said[0]
    return fold(given)[:1]


def _are_initials(word: str) -> bool:
    return word.isupper() and len(word.replace(".", "").replace("-", "")) <= MOST_INITIALS


@lru_cache(maxsize=1 << 16)
def pages_of(pages: str) -> tuple[str, str, str]:
    """Return the number of the first page, of the last, and what else the first may be.

    A spreadsheet makes dates of pages: "21-Aug" was 8-21, or 21-8 for 21-28.

    >>> pages_of("353-60"), pages_of("21-Aug"), pages_of("S30--S31"), pages_of("e1002")
    (('353', '360', ''), ('21', '', '8'), ('30', '31', ''), ('1002', '', ''))
    """
    if not pages:
        return "", "", ""
    given = _DASHES.sub("-", unicodedata.normalize("NFKC", pages).casefold()).replace(" ", "")
    dated = _DATED.fullmatch(given)
    if dated:
        return str(int(dated[1] or dated[4])), "", str(_MONTHS[dated[2] or dated[3]])
    head, dash, tail = given.partition("-")
    first, last = _PAGE.search(head), _PAGE.search(tail) if dash else None
    begins = _ascii(first[1])[:9] if first else ""
    ends_at = _ascii(last[1])[:9] if last else ""
    if begins and ends_at and len(ends_at) < len(begins):
        ends_at = begins[: len(begins) - len(ends_at)] + ends_at
    return begins, ends_at, ""


def is_locator(pages: str) -> bool:
    """Tell whether pages are the number of an article that has none, such as ``c1804``."""
    return bool(_LOCATOR.fullmatch(pages))


@lru_cache(maxsize=1 << 16)
def number_of(value: str) -> str:
    """Return the volume or issue number in a value that may hold more.

    >>> number_of("44 (2 Supplement 1)"), number_of("Part 2. 117"), number_of("Suppl")
    ('44', '117', '')
    """
    found = re.findall(r"\d+", value)
    if not found:
        return ""
    chosen = found[0] if value.strip()[0].isdigit() else found[-1]
    return _ascii(chosen)[:9]


def _ascii(digits: str) -> str:
    return str(int(digits[:18]))


@lru_cache(maxsize=1 << 16)
def years_of(year: str) -> tuple[int, int]:
    """Return the Gregorian years in which a printed year begins and ends; (0, 0) if not known."""
    begins, ends = year_range(year)
    if begins is None:
        found = re.search(r"(?<!\d)(?:1[2-9]|20)\d\d(?!\d)", year)
        begins, ends = year_range(found[0]) if found else (None, None)
    return begins or 0, ends or 0


@lru_cache(maxsize=1 << 16)
def venue_of(venue: str) -> tuple[str, str, str]:
    """Return a venue's folded words, the beginnings of its words, and their first letters.

    >>> venue_of("Journal of Clinical Oncology: Official Journal")[1:]
    ('jou cli onc off jou', 'jcooj')
    """
    given = html.unescape(venue) if "&" in venue else venue
    given = wording.MEETING.sub("", given) or given
    if "(" in given:
        given = _ASIDE.sub(" ", given) if _ASIDE.sub("", given).strip() else given
    said = [w for w in fold(given).split() if w not in wording.SMALL and not w.isdigit()]
    named = [w for w in said if w not in wording.GENERAL] or said
    named = named[:MOST_VENUE_WORDS]
    return (
        " ".join(named)[:NAME_LETTERS],
        " ".join(w[:3] for w in named),
        "".join(w[0] for w in named),
    )


def isbn_of(isbn: str) -> str:
    """Return what the two forms of an ISBN share: nine digits; nothing for an ISSN.

    >>> isbn_of("978-0-306-40615-7"), isbn_of("0-306-40615-2"), isbn_of("1234-5678")
    ('030640615', '030640615', '')
    """
    digits = isbn.split(" ", maxsplit=1)[0].replace("-", "").casefold()
    if len(digits) == 13 and digits.startswith("978"):
        return digits[3:12]
    return digits[:9] if len(digits) == 10 else digits if len(digits) != 8 else ""


def pmid_of(*texts: str) -> str:
    """Return the first PMID that is named in texts.

    >>> pmid_of("", '{"pmid": "123456"}'), pmid_of("PMID: 7 and more"), pmid_of("PMC12")
    ('123456', '7', '')
    """
    for text in texts:
        found = _PMID.search(text) if text else None
        if found:
            return found[1]
    return ""


def is_preprint(venue: str, doi: str, entry_type: str) -> bool:
    """Tell whether a record is of a preprint, by the name of its server or its DOI."""
    return (
        bool(wording.PREPRINT_DOI.match(doi) or wording.PREPRINT_VENUE.search(venue))
        and entry_type != "book"
    )


def doi_of(doi: str) -> str:
    """Return a DOI's key, also where an export wrote more before it."""
    if "%" in doi:
        doi = unquote(doi)
    key = doi_key(doi)
    if key or "10." not in doi:
        return key
    return doi_key(doi[doi.index("10.") :].split()[0])
