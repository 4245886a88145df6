"""Step 1, prepare: one row of comparison keys a record, as arrays."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from slr.dedup import fields, wording
from slr.text import fold

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
Columns = Mapping[str, Sequence[str]]
"""A table by column; an empty text is a missing value."""

READ = ("title", "author", "year", "journal", "volume", "number", "pages", "doi", "isbn",
        "abstract", "ENTRYTYPE", "extra", "note")  # fmt: skip
"""The columns that are compared, where a table has them."""

KIND_NAMES = ("", *wording.KINDS)
LEAST_WORD_WEIGHT = 0.2
YEARS_OF_A_COLUMN = 3


@dataclass(frozen=True)
class Bags:
    """Sets of words, one a record: those of record r are ``items[starts[r]:starts[r + 1]]``."""

    starts: Ints
    items: Ints
    words: Texts
    """The vocabulary; `items` are places in it."""
    weights: Floats
    """Weight of each word: the rarer, the heavier (inverse document frequency, natural log)."""

    def sizes(self) -> Ints:
        """Return the number of words of each record."""
        return np.diff(self.starts)


@dataclass(frozen=True)
class Prepared:
    """The keys of all records, in the order of `ids`. Numbers are -1 where nothing is known."""

    ids: list[str]
    title: Texts
    """Folded title, words apart by spaces."""
    title_key: Texts
    """The same without spaces."""
    letters: Ints
    """Letters of the title, those of scripts without spaces counted as four."""
    other_title: Texts
    """Folded title in brackets, of a record that has two."""
    title_words: Bags
    names: Bags
    """The words of the authors' names."""
    families: Texts
    """Family names in order, apart by ``|``."""
    families_key: Texts
    """The same without spaces between and within names."""
    first_family: Texts
    first_initial: Texts
    """Initial of the first author's given name; "" where none is told."""
    author_count: Ints
    authors_cut: Flags
    """Whether there are more authors than are named."""
    year_from: Ints
    year_to: Ints
    venue: Ints
    venues: tuple[Texts, Texts, Texts]
    volume: Ints
    number: Ints
    first_page: Ints
    last_page: Ints
    other_page: Ints
    """What else the first page may be, where a spreadsheet made a date of it."""
    locator: Flags
    """Whether the first page is the number of an article instead."""
    doi: Texts
    isbn: Texts
    pmid: Texts
    abstract: Texts
    kind: Ints
    """Place in `KIND_NAMES`."""
    parts: Texts
    """The numbered parts and editions that the title names."""
    aspects: Texts
    """What the title names of a further text of some work: a follow-up, a letter."""
    yearly: Flags
    """Whether the title has a word of those that return every year."""
    recurs: Flags
    """Whether the title is one that returns with every issue, by its words."""
    holders: Ints
    """The number of records with the title."""
    many_years: Flags
    """Whether records of `YEARS_OF_A_COLUMN` years and more have the title."""
    preprint: Flags
    meeting: Flags
    """Whether the journal is named with a meeting, as Embase does for abstracts."""
    negations: Ints
    """How many words of the title turn it into its opposite: `without`, بدون, 无."""
    script: Texts
    entry_type: Texts

    def __len__(self) -> int:
        return len(self.ids)


def prepare(columns: Columns) -> Prepared:
    """Return the comparison keys of records.

    Parameters
    ----------
    columns
        `record_id` and any of `READ`, one text a record, in the order that the result keeps.
    """
    ids = list(columns["record_id"])
    given = {name: columns.get(name) or [""] * len(ids) for name in READ}
    plain = [fields.plain(title) for title in given["title"]]
    folded = [fold(title)[: fields.TITLE_LETTERS].rstrip() for title in plain]
    titles = [fields.numbered(title) for title in folded]
    people = [fields.people(author) for author in given["author"]]
    families = [names for _, names in people]
    firsts = [names[0] if names else "" for names in families]
    years = [fields.years_of(year) for year in given["year"]]
    pages = [fields.pages_of(page) for page in given["pages"]]
    venue, venues = _venues(given["journal"])
    dois = [fields.doi_of(doi) for doi in given["doi"]]
    types = [kind.casefold() for kind in given["ENTRYTYPE"]]
    named = [venues[0][v] if v >= 0 else "" for v in venue]
    preprint = [fields.is_preprint(*one) for one in zip(named, dois, types, strict=True)]
    kinds = {name: place for place, name in enumerate(KIND_NAMES)}
    return Prepared(
        ids=ids,
        title=texts(titles),
        title_key=texts(title.replace(" ", "") for title in titles),
        letters=np.array([fields.letters_of(t.replace(" ", "")) for t in titles], np.int64),
        other_title=texts(fields.other_title(title) for title in plain),
        title_words=_bags([sorted(set(fields.words_of(title))) for title in titles]),
        names=_bags([sorted(bag) for bag, _ in people]),
        families=texts("|".join(names) for names in families),
        families_key=texts("".join(names[:20]).replace(" ", "") for names in families),
        first_family=texts(firsts),
        first_initial=texts(fields.initial_of(author) for author in given["author"]),
        author_count=np.array([len(names) for names in families], np.int64),
        authors_cut=np.array([fields.is_cut(author) for author in given["author"]], np.bool_),
        year_from=np.array([y[0] for y in years], np.int64),
        year_to=np.array([y[1] for y in years], np.int64),
        venue=venue,
        venues=venues,
        volume=_numbers(fields.number_of(value) for value in given["volume"]),
        number=_numbers(fields.number_of(value) for value in given["number"]),
        first_page=_numbers(p[0] for p in pages),
        last_page=_numbers(p[1] for p in pages),
        other_page=_numbers(p[2] for p in pages),
        locator=np.array([fields.is_locator(page) for page in given["pages"]], np.bool_),
        doi=texts(dois),
        isbn=texts(fields.isbn_of(isbn) if isbn else "" for isbn in given["isbn"]),
        pmid=texts(map(fields.pmid_of, given["extra"], given["note"])),
        abstract=texts(given["abstract"]),
        kind=np.array(
            [kinds[fields.kind_of(*both)] for both in zip(given["title"], folded, strict=True)],
            np.int64,
        ),
        parts=texts(fields.parts_of(title) for title in titles),
        aspects=texts(map(fields.aspects_of, given["title"], folded)),
        yearly=np.array([bool(wording.YEARLY.search(title)) for title in folded], np.bool_),
        recurs=np.array([fields.recurs(title) for title in folded], np.bool_),
        holders=_holders(titles),
        many_years=_of_many_years(titles, years, firsts),
        preprint=np.array(preprint, np.bool_),
        meeting=np.array([bool(wording.MEETING.search(j)) for j in given["journal"]], np.bool_),
        negations=np.array([len(wording.NEGATION.findall(t)) for t in titles], np.int64),
        script=texts(script_of(title) for title in titles),
        entry_type=texts(types),
    )


def _of_many_years(
    titles: Sequence[str], years: Sequence[tuple[int, int]], firsts: Sequence[str]
) -> Flags:
    """Tell which records have a title that stands there with `YEARS_OF_A_COLUMN` years and more.

    A work that is cited with wrong years is no column: most name its author and its year.
    """
    seen: dict[str, Counter[tuple[int, str]]] = {}
    for title, (year, _), first in zip(titles, years, firsts, strict=True):
        if title and year:
            seen.setdefault(title, Counter())[year, first] += 1
    many = set()
    for title, found in seen.items():
        most = max((count for (_, first), count in found.items() if first), default=0)
        if len({year for year, _ in found}) >= YEARS_OF_A_COLUMN and 2 * most <= found.total():
            many.add(title)
    return np.array([title in many for title in titles], np.bool_)


def _holders(titles: Sequence[str]) -> Ints:
    counts = Counter(titles)
    return np.array([counts[title] for title in titles], np.int64)


def texts(values: Iterable[str]) -> Texts:
    """Return texts as an array of objects."""
    made = list(values)
    array = np.empty(len(made), object)
    array[:] = made
    return array


def codes(values: Iterable[Any]) -> Ints:
    """Return a number for each value, equal for equal values, in order of first sight; "" is -1."""
    seen: dict[Any, int] = {"": -1}
    return np.array([seen.setdefault(value, len(seen) - 1) for value in values], np.int64)


def script_of(folded: str) -> str:
    """Return the script of most letters of a text, by its Unicode name; "" if it has none.

    >>> script_of("حکمرانی الکترونیک e"), script_of("governance"), script_of("2001")
    ('ARABIC', 'LATIN', '')
    """
    if folded.isascii():
        return "LATIN" if any(c.isalpha() for c in folded) else ""
    names = [unicodedata.name(c, "?").split(" ")[0] for c in folded[:60] if c.isalpha()]
    joined = ["CJK" if n in ("HIRAGANA", "KATAKANA", "HANGUL") else n for n in names]
    return max(sorted(set(joined)), key=joined.count, default="")


def _bags(sets: Sequence[Sequence[str]]) -> Bags:
    sizes = np.array([len(one) for one in sets], np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    seen: dict[str, int] = {}
    items = np.fromiter(
        (seen.setdefault(word, len(seen)) for word in chain.from_iterable(sets)),
        np.int64,
        count=int(starts[-1]),
    )
    counts = np.bincount(items, minlength=len(seen))
    weights = np.log((len(sets) + 1) / (counts + 0.5))
    return Bags(starts, items, texts(seen), np.maximum(weights, LEAST_WORD_WEIGHT))


def _venues(journals: Sequence[str]) -> tuple[Ints, tuple[Texts, Texts, Texts]]:
    seen: dict[tuple[str, str, str], int] = {}
    place = np.full(len(journals), -1, np.int64)
    for row, journal in enumerate(journals):
        if journal:
            keys = fields.venue_of(journal)
            if keys[0]:
                place[row] = seen.setdefault(keys, len(seen))
    made = list(seen)
    return place, (
        texts(k[0] for k in made),
        texts(k[1] for k in made),
        texts(k[2] for k in made),
    )


def _numbers(values: Iterable[str]) -> Ints:
    return np.array([int(value) if value else -1 for value in values], np.int64)
