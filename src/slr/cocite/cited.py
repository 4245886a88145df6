"""Read what a reference list says of one cited work: an id, or a line of text.

Web of Science writes ``Family I, 2000, ABBREV J, V9, P1, DOI 10...``; Scopus writes authors,
title, journal, volume, issue, pages and year, in two orders; others write what they like. Read is
what can be told for sure; what cannot stays not known, and the line itself is never changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from slr.cocite.lists import work_key
from slr.text import doi_key

_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩،؛", "01234567890123456789,;")
_MOST = 2_000
"""Letters of a line that are looked at."""
_OPENALEX = re.compile(r"W\d+")
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s,;\]]+", re.IGNORECASE)
_DOI_WORD = re.compile(
    r"(?:,\s*)?(?:\[?\s*(?:doi|https?://(?:dx\.)?doi\.org/)[:\s]*)+$", re.IGNORECASE
)
_YEAR = r"(?:1[3-9]|20)\d\d"
_WOS = re.compile(
    rf"(?P<author>[^,]+), (?:(?P<year>{_YEAR}), )?(?P<source>[^,]+(?:, (?!V\S+$|P\S+$)[^,]+)*?)"
    r"(?:, V(?P<volume>[\w-]+))?(?:, (?:P|ARTN )(?P<page>[\w-]+))?"
)
_IN_BRACKETS = re.compile(rf"\(({_YEAR})[a-z]?\)")
_ANY_YEAR = re.compile(rf"(?<!\d)({_YEAR})(?!\d)")
_PAGES = re.compile(r"\b(?:pp?\.|pages?|صص?\.?)\s*([\w]+(?:\s*[-\u2013]\s*[\w]+)?)", re.IGNORECASE)
_VOLUME = re.compile(
    r"(?:^|,\s*)(?:vol\.?\s*)?(\d{1,4})\s*"
    r"(?:\((\d+(?:-\d+)?)\)|,\s*(\d{1,4}))?(?:,\s*(\d+\s*[-\u2013]\s*\d+))?\s*$",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.[\s-]?)+|[^\W\d_a-z]{1,3}")
_NAME = re.compile(r"[^\W\d_][\w'\u2019 -]*? (?:[^\W\d_]\.[ -]?)+")
_AND = re.compile(r"^(?:and|&|و)\s+|\s*\bet al\.?$", re.IGNORECASE)


@dataclass(frozen=True)
class Cited:
    """What a reference says of a work; what it does not say is empty.

    `author` is ``Family, Given and Family, Given``, as in the table of records.
    """

    openalex: str = ""
    doi: str = ""
    author: str = ""
    year: str = ""
    title: str = ""
    journal: str = ""
    volume: str = ""
    number: str = ""
    pages: str = ""


def read(line: str) -> Cited:
    """Return what a reference says.

    >>> read("https://openalex.org/W2100837269")
    Cited(openalex='W2100837269', doi='', author='', year='', title='', journal='', volume='', \
number='', pages='')
    >>> told = read("Bhatnagar S, 2000, INFORM TECHNOL DEV, V9, P1")
    >>> told.author, told.year, told.journal, told.volume, told.pages
    ('Bhatnagar, S', '2000', 'INFORM TECHNOL DEV', '9', '1')
    >>> told = read("Layne K., Lee J., Developing fully functional E-government: A four stage "
    ...             "model, Government Information Quarterly, 18, 2, pp. 122-136, (2001)")
    >>> told.author, told.title[:10], told.journal, told.volume, told.pages
    ('Layne, K. and Lee, J.', 'Developing', 'Government Information Quarterly', '18', '122-136')
    """
    key = work_key(line)
    if _OPENALEX.fullmatch(key):
        return Cited(openalex=key)
    if doi_key(key) == key and key and " " not in key:
        return Cited(doi=key)
    text = line[:_MOST].translate(_DIGITS)
    found = _DOI.search(text)
    doi = doi_key(found[0].rstrip(").")) if found else ""
    if found:
        text = _DOI_WORD.sub("", text[: found.start()].rstrip()).rstrip(" ,;[")
    wos = _WOS.fullmatch(text)
    if wos and (wos["volume"] or wos["page"] or wos["source"].isupper()):
        return _of_wos(wos, doi)
    return _of_text(text, doi)


def _of_wos(found: re.Match[str], doi: str) -> Cited:
    author = found["author"].strip("*[] ")
    family, _, initials = author.rpartition(" ")
    if not family or not re.fullmatch(r"[^\W\d_]{1,4}\.?(?:[^\W\d_]\.)*", initials):
        family, initials = author, ""
    named = "" if author.casefold() == "anonymous" else f"{family}, {initials}".strip(", ")
    return Cited(
        doi=doi,
        author=named,
        year=found["year"] or "",
        journal=found["source"],
        volume=found["volume"] or "",
        pages=found["page"] or "",
    )


def _of_text(text: str, doi: str) -> Cited:
    """Read a line in which authors come first, then a title; a year stands somewhere."""
    pages = _PAGES.search(text)
    year = _IN_BRACKETS.search(text) or max(
        _ANY_YEAR.finditer(text), key=re.Match.start, default=None
    )
    head, tail = text, ""
    if year:
        head, tail = text[: year.start()], text[year.end() :]
    authors, rest = _people(head)
    tail = tail.strip(" ,.;:")
    if rest.strip(" ,.;:(") and not tail:  # Scopus, new: the year ends the line
        title, after = _title(rest, stops=False)
    elif rest.strip(" ,.;:("):  # Scopus, old: authors, title (year) journal
        title, after = rest.strip(" ,.;:("), tail
    else:  # authors (year) title
        title, after = _title(tail)
    journal, volume, number, bare = _place(after)
    return Cited(
        doi=doi,
        author=" and ".join(authors),
        year=year[1] if year else "",
        title=title,
        journal=journal,
        volume=volume,
        number=number,
        pages=re.sub(r"\s*[-\u2013]\s*", "-", pages[1] if pages else bare),
    )


def _people(head: str) -> tuple[list[str], str]:
    """Take the names off the beginning of a line: ``Family I.`` or ``Family, I.``, with commas."""
    pieces = [piece.strip() for piece in re.split(r"[,;]", head)]
    names: list[str] = []
    at = 0
    while at < len(pieces):
        piece = _AND.sub("", pieces[at]).strip()
        after = pieces[at + 1] if at + 1 < len(pieces) else ""
        if _NAME.fullmatch(f"{piece.rstrip('.')}." if piece.endswith(".") else piece):
            family, given = re.fullmatch(r"(.*?) ((?:[^\W\d_]\.[ -]?)+)", piece).groups()  # type: ignore[union-attr]
            names.append(f"{family}, {given.strip()}")
            at += 1
        elif piece and len(piece.split()) <= 4 and _INITIALS.fullmatch(after.strip(" (")):
            names.append(f"{piece}, {after}")
            at += 2
        else:
            break
    return names, ", ".join(pieces[at:]).strip()


def _title(text: str, *, stops: bool = True) -> tuple[str, str]:
    """Cut a title off what follows it: at a full stop, else at the last comma before a place.

    Where commas set parts apart, a stop may be that of an abbreviated journal.
    """
    text = text.strip(" ,.;:(")
    stop = re.search(r"(?<=[\w)\]?!]{3})[.?!]\s+(?=\w)", text) if stops else None
    if stop:
        return text[: stop.start()].strip(), text[stop.end() :].strip()
    pieces = [piece.strip() for piece in text.split(",")]
    numbers = next(
        (at for at, piece in enumerate(pieces) if at and re.match(r"(?:vol|pp?\.|\d|ص)", piece)),
        len(pieces),
    )
    if numbers < 2:
        return text, ""
    return ", ".join(pieces[: numbers - 1]), ", ".join(pieces[numbers - 1 :])


def _place(text: str) -> tuple[str, str, str, str]:
    """Read journal, volume, issue, and pages that no word announces."""
    before = re.split(r",?\s*\b(?:pp?\.|pages?\b|صص?\b)", text.strip(" ,.;:("), maxsplit=1)[0]
    text = before.strip(" ,")
    found = _VOLUME.search(text)
    if not found:
        return text, "", "", ""
    journal = text[: found.start()].strip(" ,.;:")
    return journal, found[1], found[2] or found[3] or "", found[4] or ""
