"""From the fields of an entry to the columns of a record: values cleaned only where that is sure.

Where cleaning changes a value, or cannot tell what it means, the printed one stays in `extra`.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html import unescape
from urllib.parse import unquote

from slr import languages
from slr.pull.entries import Entry
from slr.schemas.tables import ENTRY_FIELDS
from slr.text import HIJRI_BEFORE, HIJRI_TO_GREGORIAN, fold, is_issn, year_range

_JOURNAL = ("journal", "journaltitle", "booktitle", "howpublished")
_UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_DIGITS = {ord(c): str(n) for digits in ("۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩") for n, c in enumerate(digits)}
_SICI = r"<[^\s\"<>]+>\d\.\d\.co;2(?:-[^\s\"<>])?"
"""The end of a DOI made of a serial item's number (ANSI/NISO Z39.56), with its angle brackets."""
_DOI = re.compile(rf"(?i)10\.\d{{4,9}}(?:\.\d+)*/[^\s\"<>]+(?:{_SICI})?|^10/\w+$")
_ESCAPED = re.compile(r"(?i)%(?:2|3[ce])|&[lg]t;")
_SHORT_DOI = re.compile(r"(?i)^\s*(?:https?://)?doi\.org/(10/\w+)\s*$")
_ANGLE = re.compile(r"\{?\\text(less|greater)\b(?:\{\})?\}?|\$([<>])\$")
_YEAR = re.compile(r"(?<!\d)(?P<year>1\d{3}|20\d{2})(?:(?:0\d|1[0-2])[0-3]\d)?(?!\d)")
_OF_RIS = re.compile(r"\s*(\d{4})/\d{0,2}/\d{0,2}/")
"""A date of RIS: year, month, day and other information, which may name another year."""
_LUNAR = re.compile(r"\d\s*(?:ه[^\s\d]*\s*)?\.?ق|\bA\.?H\b")
_SHORT_RANGE = re.compile(r"(?<!\d)(\d{4})\s*[-–/]\s*(\d{2})(?!\d|[-/.]\d)")
_LONG_RANGE = re.compile(r"(?<!\d)\d{4}(?:-\d\d){0,2}\s*[-–—/]\s*\d{4}(?!\d)")
_PAGES = re.compile(r"(?i)^(?:pp?|pages?|ص|صص|صفحه|صفحات)\s*[.:]?\s*(?=[\w\d])")
_DASHES = re.compile(r"\s*[-–—‐‑−]+\s*")
_BIBTEX_KINDS = {
    "article", "book", "booklet", "inbook", "incollection", "inproceedings", "manual",
    "mastersthesis", "misc", "online", "phdthesis", "proceedings", "techreport", "report",
    "thesis", "unpublished", "dataset", "software", "patent",
}  # fmt: skip
_CODES = {
    "jour": "article", "ejour": "article", "mgzn": "article", "news": "article", "inpr": "article",
    "abst": "article", "j": "article", "conf": "inproceedings", "cpaper": "inproceedings",
    "chap": "incollection", "echap": "incollection", "ebook": "book", "edbook": "book",
    "thes": "phdthesis", "rprt": "techreport", "govdoc": "techreport", "unpb": "unpublished",
}  # fmt: skip
_WORDS = (
    (("conference", "proceeding", "cpaper", "همایش", "کنفرانس"), "inproceedings"),
    (("chapter", "book section"), "incollection"),
    (("thesis", "dissertation", "پایان نامه", "رساله"), "phdthesis"),
    (("preprint", "working paper", "posted content", "unpublished"), "unpublished"),
    (("article", "journal", "review", "editorial", "letter", "مقاله"), "article"),
    (("report",), "techreport"),
    (("book", "monograph", "کتاب"), "book"),
)


def row(entry: Entry, *, words: bool) -> tuple[dict[str, object], list[str]]:
    """Return the columns of one record, and what was changed or could not be told.

    Parameters
    ----------
    entry
        The entry; fields without a column go to `extra`.
    words
        Whether its kind is a database's words, to be put in BibTeX's.
    """
    fields = {_name(name): tidy(value) for name, value in entry.fields.items()}
    fields = {name: value for name, value in fields.items() if value}
    warnings = list(entry.warnings)
    journal = next((fields.pop(name) for name in _JOURNAL if name in fields), None)
    if "issue" in fields and "number" not in fields:  # what BibLaTeX calls it
        fields["number"] = fields.pop("issue")
    printed = fields.get("year_printed", "")
    year = fields.get("year") or ("" if printed else fields.get("date", ""))
    kept, begins, ends = years(year)
    for said in (printed, fields.get("date", "")):  # a range, of which the year is the first
        if said and (whole := years(said))[0] == kept:
            begins, ends = whole[1:]
            break
    if year and kept != fields.get("year", kept):
        fields["year_printed"] = year
    if year and not kept:
        warnings.append(f"year: {year[:80]!r} is no year that can be told")
    fields["year"] = kept
    _identifiers(fields, warnings)
    for name in ("volume", "number"):
        if name in fields:
            _change(fields, name, _ascii_digits(fields[name]))
    if "pages" in fields:
        _change(fields, "pages", _PAGES.sub("", _DASHES.sub("-", _ascii_digits(fields["pages"]))))
    if "language" in fields:
        _change(fields, "language", languages.code_of(fields["language"]))
    if not re.fullmatch(r"\d*", fields.get("cited_by", "")):
        _count(fields, warnings)
    kind = kind_of(entry.kind) if words else entry.kind
    if words and entry.kind and fold(entry.kind) != kind:
        fields["type"] = tidy(entry.kind)
    if fields.get("author") == "others":
        fields["author"] = ""
    known = {name: fields.pop(name, "") or None for name in ENTRY_FIELDS if name != "journal"}
    extra = json.dumps(fields, ensure_ascii=False, sort_keys=True) if fields else None
    return {
        **known,
        "ENTRYTYPE": kind,
        "journal": journal,
        "year_from": begins,
        "year_to": ends,
        "extra": extra,
    }, warnings


def tidy(value: str) -> str:
    """Return a value on one line, without byte order marks and what no file can hold."""
    if not value.isprintable():
        value = value.replace("\ufeff", "")
        value = _UNWRITABLE.sub(lambda m: " " if m.group() < "\x80" else "\ufffd", value)
    elif "  " not in value and value[:1] != " " and value[-1:] != " ":
        return value  # no other blank can be printed
    return " ".join(value.split())


_name = lru_cache(4096)(tidy)


def years(printed: str) -> tuple[str, int | None, int | None]:
    """Return the year in four digits, and the Gregorian years in which it begins and ends.

    Of a range the first counts; where both calendars are given, the Gregorian year does. What
    is no year for sure is empty.

    >>> years("c2004"), years("[2006]"), years("2001a")
    (('2004', 2004, 2004), ('2006', 2006, 2006), ('2001', 2001, 2001))
    >>> years("2004-2005"), years("۱۳۹۹"), years("1399/2020")
    (('2004', 2004, 2005), ('1399', 2020, 2021), ('2020', 2020, 2020))
    >>> years("in press"), years("1441 ق")
    (('', None, None), ('', None, None))
    """
    plain = _ascii_digits(printed)
    if of_ris := _OF_RIS.match(plain):
        plain = of_ris[1]
    if len(plain) == 4 and plain.isdecimal() and plain[0] in "12":
        return plain, *year_range(plain)
    if _LUNAR.search(plain):
        return "", None, None
    found = list(dict.fromkeys(m.group("year") for m in _YEAR.finditer(plain)))
    if len(found) == 1:
        begins, ends = year_range(found[0])
        short = _SHORT_RANGE.search(plain)
        if short and short.group(1) == found[0] and int(short.group(2)) > 12 and begins == ends:
            last = int(found[0][:2] + short.group(2))
            ends = last if begins and begins < last <= begins + 10 else ends
        return found[0], begins, ends
    if len(found) == 2:
        low, high = sorted(map(int, found))
        if low < HIJRI_BEFORE <= high and high - low - HIJRI_TO_GREGORIAN in (0, 1):
            return str(high), high, high
        first, last = map(int, found)
        if _LONG_RANGE.search(plain) and first < last <= first + 10:
            return found[0], year_range(found[0])[0], year_range(found[1])[1]
    return "", None, None


def doi(printed: str) -> str:
    """Return a DOI in canonical form, empty where there is none.

    >>> doi("https://doi.org/10.1016/J.GIQ.2015.07.001."), doi("(doi:10.1000/a(b)c)")
    ('10.1016/j.giq.2015.07.001', '10.1000/a(b)c')
    >>> doi("10.1002/(SICI)1097-4571(1998)49:8%3C693::AID-ASI4%3E3.0.CO;2-O")
    '10.1002/(sici)1097-4571(1998)49:8<693::aid-asi4>3.0.co;2-o'
    """
    value = unescape(unquote(printed)) if _ESCAPED.search(printed) else printed
    if "$" in value or "\\" in value:  # as LaTeX writes angle brackets
        value = _ANGLE.sub(lambda m: m[2] or {"less": "<", "greater": ">"}[m[1]], value)
    short = _SHORT_DOI.match(value)
    found = _DOI.search(short.group(1) if short else value.strip())
    if not found:
        return ""
    bare = found.group().rstrip(".,;:'’”*")
    while bare.endswith((")", "]", "}")):
        pair = {")": "(", "]": "[", "}": "{"}[bare[-1]]
        if bare.count(bare[-1]) <= bare.count(pair):
            break
        bare = bare[:-1].rstrip(".,;:")
    return bare.casefold() if bare.split("/", 1)[-1] else ""


@lru_cache(4096)
def serials(printed: str) -> tuple[list[str], list[str], list[str]]:
    """Return the ISBNs, the ISSNs and what is neither, by length and check digit.

    >>> serials("978-0-262-03384-8; 0740-624X (print), 1234-5678")
    (['9780262033848'], ['0740-624X'], ['1234-5678'])
    """
    isbns: list[str] = []
    issns: list[str] = []
    others: list[str] = []
    for piece in re.split(r"[;,|/()\n]", _ascii_digits(printed)):
        if not re.search(r"\d", piece) or _kept(piece, isbns, issns):
            continue
        words = [word for word in piece.split() if re.search(r"\d{3}", word)]
        others += [word for word in words or [piece.strip()] if not _kept(word, isbns, issns)]
    return list(dict.fromkeys(isbns)), list(dict.fromkeys(issns)), others


def _kept(piece: str, isbns: list[str], issns: list[str]) -> bool:
    bare = re.sub(r"(?i)^\W*(?:[ep]?-?issn|isbn)(?:-1[03])?\b", "", piece)
    bare = re.sub(r"[\s\-–‐:.]", "", bare).upper()
    if is_issn(bare):
        issns.append(f"{bare[:4]}-{bare[4:]}")
    elif is_isbn(bare):
        isbns.append(bare)
    else:
        return False
    return True


def is_isbn(bare: str) -> bool:
    """Tell whether ten or thirteen characters have the check digit of an ISBN."""
    if re.fullmatch(r"[0-9]{9}[0-9X]", bare):
        return sum(w * _digit(c) for w, c in zip(range(10, 0, -1), bare, strict=True)) % 11 == 0
    if re.fullmatch(r"97[89][0-9]{10}", bare):
        return sum((3 if n % 2 else 1) * int(c) for n, c in enumerate(bare)) % 10 == 0
    return False


@lru_cache(4096)
def kind_of(words: str) -> str:
    """Return the kind of an entry in BibTeX's words.

    >>> kind_of("JOUR"), kind_of("Conference Paper"), kind_of("article-journal"), kind_of("")
    ('article', 'inproceedings', 'article', 'misc')
    """
    plain = fold(words)
    if plain in _BIBTEX_KINDS:
        return plain
    if plain in _CODES:
        return _CODES[plain]
    return next((kind for marks, kind in _WORDS if any(m in plain for m in marks)), "misc")


def _identifiers(fields: dict[str, str], warnings: list[str]) -> None:
    if printed := fields.get("doi"):
        _change(fields, "doi", doi(printed))
        if not fields["doi"]:
            warnings.append(f"doi: {printed[:80]!r} is no DOI")
    for name in ("isbn", "issn"):
        printed = fields.pop(name, "")
        if not printed:
            continue
        isbns, issns, others = serials(printed)
        for place, found in (("isbn", isbns), ("issn", issns)):
            if found:
                before = fields.get(place, "")
                told = [f for f in found if f not in before]
                fields[place] = "; ".join(filter(None, (before, *told)))
        if others or not (isbns or issns):
            fields[f"{name}_printed"] = printed
            warnings.append(f"{name}: {printed[:80]!r} has no right check digit")
        elif _bare(printed) != _bare("".join(isbns + issns)):
            fields[f"{name}_printed"] = printed


def _bare(serial: str) -> str:
    return re.sub(r"[\s;,-]", "", serial).upper()


def _change(fields: dict[str, str], name: str, value: str) -> None:
    if value != fields[name]:
        fields[f"{name}_printed"] = fields[name]
        fields[name] = value


def _count(fields: dict[str, str], warnings: list[str]) -> None:
    printed = fields.pop("cited_by")
    plain = _ascii_digits(printed)
    fields["cited_by_printed"] = printed
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+|\d+(?:\.0+)?", plain):
        fields["cited_by"] = plain.split(".")[0].replace(",", "")
    else:
        warnings.append(f"cited_by: {printed[:80]!r} is no count")


def _ascii_digits(text: str) -> str:
    return text if text.isascii() else text.translate(_DIGITS)


def _digit(char: str) -> int:
    return 10 if char == "X" else int(char)
