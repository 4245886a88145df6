"""Step 3, score: how much the two records of each pair are alike, field by field.

All pairs at once, in compiled routines. What one of the two does not say is NaN: neither alike
nor unlike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler

from slr.dedup.block import Pairs, distinct
from slr.dedup.prepare import Bags, Flags, Floats, Ints, Prepared, Texts

ONE_WORD = 0.76
"""Likeness from which two words are spellings of one."""
MOST_EDITS = 1
"""Edits between two like words above which they may be other words: hypo- and hypertension."""
SPELLINGS = 0.93
"""Likeness above which two lists of family names are spellings of one."""
MOST_LEFT = 12
"""Of titles that differ by more words, the spellings of words are not compared."""
ABSTRACT_LETTERS = 300
WORTH_TITLE = 0.55
"""Likeness of titles below which a pair needs another reason to be scored."""
AT_ONCE = 300_000
"""Pairs that are scored at once, so that memory does not grow with the records."""


@dataclass(frozen=True)
class Scores:
    """Likeness of pairs: one row a pair."""

    pairs: Pairs
    values: dict[str, Floats]
    """By the name of the feature: 0 to 1, `year_gap` in years; NaN where not known."""
    numbers_differ: Flags
    """Whether each title holds a number that the other lacks."""
    number_added: Flags
    """Whether one title holds a number that the other lacks, and not the other way round."""

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, name: str) -> Floats:
        return self.values[name]

    def take(self, chosen: Flags | Ints) -> Scores:
        """Return some of the rows."""
        values = {name: column[chosen] for name, column in self.values.items()}
        return Scores(
            self.pairs[chosen], values, self.numbers_differ[chosen], self.number_added[chosen]
        )


def score(p: Prepared, pairs: Pairs, *, all_pairs: bool = False) -> Scores:
    """Return the likeness of the pairs that are worth it, or of all.

    A pair is worth it if its titles are somewhat alike, or if DOI, place or all authors are the
    same.
    """
    title = _titles(p, pairs)
    if not all_pairs:
        worth = (title >= WORTH_TITLE) | _other_reason(p, pairs)
        pairs, title = pairs[worth], title[worth]
    a, b = pairs.a, pairs.b
    words = _compare(p.title_words, pairs, p.title_words.weights)
    names = _compare(p.names, pairs, np.ones(len(p.names.words)))
    within = _authors(p, a, b, names)
    values = {
        "title": title,
        "title_words": words.shared / np.maximum(words.most, 1e-9),
        "title_within": words.shared / np.maximum(words.least, 1e-9),
        "title_swap": words.swapped / np.maximum(words.least, 1e-9),
        "authors": within * _share(p, a, b),
        "authors_within": within,
        "first_author": _likeness(p.first_family, a, b, JaroWinkler.normalized_similarity),
        "year_gap": _year_gap(p, a, b),
        "venue": _venues(p, a, b),
        "volume": _equal(p.volume, a, b),
        "number": _equal(p.number, a, b),
        "first_page": _first_page(p, a, b),
        "last_page": _equal(p.last_page, a, b),
        "doi": _dois(p, a, b),
        "isbn": _same_text(p.isbn, a, b),
        "pmid": _same_text(p.pmid, a, b),
        "abstract": _abstracts(p, a, b),
    }
    one = title == 1  # letter by letter, however its words are set apart
    values["title_words"] = np.where(one, 1.0, values["title_words"])
    values["title_within"] = np.where(one, 1.0, values["title_within"])
    values["title_swap"] = np.where(one, 0.0, values["title_swap"])
    untitled = (p.title_key[a] == "") | (p.title_key[b] == "")
    for name in ("title_words", "title_within", "title_swap"):
        values[name] = np.where(untitled, np.nan, values[name])
    return Scores(pairs, values, words.left_number & words.right_number,
                  words.left_number ^ words.right_number)  # fmt: skip


def _other_reason(p: Prepared, pairs: Pairs) -> Flags:
    """Tell which pairs share a DOI, a place, or the names of three and more authors."""
    a, b = pairs.a, pairs.b
    doi = (p.doi[a] == p.doi[b]) & (p.doi[a] != "")
    pages = (p.first_page[a] == p.first_page[b]) & (p.first_page[a] >= 0)
    volume = (p.volume[a] == p.volume[b]) & (p.volume[a] >= 0)
    authors = (p.families[a] == p.families[b]) & (p.author_count[a] > 2)
    first = (p.first_family[a] == p.first_family[b]) & (p.first_family[a] != "")
    pmid = (p.pmid[a] == p.pmid[b]) & (p.pmid[a] != "")
    result: Flags = (doi | pmid | (pages & (volume | first)) | authors).astype(np.bool_)
    return result


def _titles(p: Prepared, pairs: Pairs) -> Floats:
    """Return the likeness of titles, or of the title in brackets of one where that is greater."""
    a, b = pairs.a, pairs.b
    found = _likeness(p.title_key, a, b, fuzz.ratio, 100)
    for one, other in ((a, b), (b, a)):
        double = np.flatnonzero(p.other_title[one] != "")
        if len(double):
            inner = _likeness(p.other_title, one[double], other[double], fuzz.ratio, 100, p.title)
            found[double] = np.fmax(found[double], inner)
    return found


def _likeness(
    values: Texts,
    a: Ints,
    b: Ints,
    scorer: Callable[..., float],
    whole: float = 1,
    others: Texts | None = None,
) -> Floats:
    """Return the likeness of texts, 0 to 1; NaN where one is empty."""
    left, right = values[a], (values if others is None else others)[b]
    found = np.full(len(a), np.nan)
    known = np.flatnonzero((left != "") & (right != ""))
    if len(known):
        found[known] = process.cpdist(left[known], right[known], scorer=scorer) / whole
    return found


def _authors(p: Prepared, a: Ints, b: Ints, names: _Words) -> Floats:
    """Return the share of the words of the shorter list of names that are in the other.

    Where the family names together are nearly one text, as when spaces are set otherwise, it is 1.
    """
    within = names.shared / np.maximum(names.least, 1e-9)
    whole = _likeness(p.families_key, a, b, fuzz.ratio, 100)
    within = np.where(whole > SPELLINGS, 1.0, within)
    return np.where(names.least == 0, np.nan, within)


def _share(p: Prepared, a: Ints, b: Ints) -> Floats:
    """Return how many authors the shorter list has of those of the longer.

    A list that says that it is cut lacks none.
    """
    shorter = np.where(p.author_count[a] <= p.author_count[b], a, b)
    longer = np.where(shorter == a, b, a)
    share = p.author_count[shorter] / np.maximum(p.author_count[longer], 1)
    return np.where(p.authors_cut[shorter], 1.0, share)


def _equal(values: Ints, a: Ints, b: Ints) -> Floats:
    """Return 1 for equal numbers, 0 for others, NaN where one is not known."""
    known = (values[a] >= 0) & (values[b] >= 0)
    return np.where(known, values[a] == values[b], np.nan)


def _first_page(p: Prepared, a: Ints, b: Ints) -> Floats:
    """Return 1 for equal first pages, 0 for others; NaN where both may be true.

    An item may span two pages, of which one record has only one, and have a page in print and a
    number on line.
    """
    found = _equal(p.first_page, a, b)
    for one, other in ((a, b), (b, a)):
        either = (p.other_page[one] >= 0) & (p.other_page[one] == p.first_page[other])
        found = np.where(either, 1.0, found)
    near = (found == 0) & (np.abs(p.first_page[a] - p.first_page[b]) == 1)
    last = np.maximum(p.last_page, p.first_page)
    near |= (found == 0) & (p.first_page[a] <= last[b]) & (p.first_page[b] <= last[a])
    near |= (found == 0) & (p.locator[a] != p.locator[b])
    return np.where(near, np.nan, found)


def _same_text(values: Texts, a: Ints, b: Ints) -> Floats:
    left, right = values[a], values[b]
    return np.where((left != "") & (right != ""), left == right, np.nan).astype(np.float64)


def _year_gap(p: Prepared, a: Ints, b: Ints) -> Floats:
    """Return the years between two records, 0 where their ranges touch."""
    gap = np.maximum(p.year_from[a] - p.year_to[b], p.year_from[b] - p.year_to[a])
    known = (p.year_from[a] > 0) & (p.year_from[b] > 0)
    return np.where(known, np.maximum(gap, 0), np.nan)


def _venues(p: Prepared, a: Ints, b: Ints) -> Floats:
    """Return the likeness of venues, by name, by the beginnings of words, by initials.

    Each pair of venues is compared once. An abbreviation is alike if its words are beginnings of
    the other's in order, or if it is the run of their first letters.
    """
    found = np.full(len(a), np.nan)
    known = np.flatnonzero((p.venue[a] >= 0) & (p.venue[b] >= 0))
    if not len(known):
        return found
    va, vb = p.venue[a[known]], p.venue[b[known]]
    count = len(p.venues[0])
    both, inverse = np.unique(np.minimum(va, vb) * count + np.maximum(va, vb), return_inverse=True)
    one, other = both // count, both % count
    names, stems, initials = p.venues
    like = _likeness(names, one, other, fuzz.token_sort_ratio, 100)
    several = (_lengths(initials[one]) >= 2) & (_lengths(initials[other]) >= 2)
    within = _likeness(names, one, other, fuzz.token_set_ratio, 100)
    like = np.fmax(like, np.where(several, 0.9 * within, 0.0))
    by_stems = _likeness(stems, one, other, fuzz.token_sort_ratio, 100)
    by_stems = np.where(several, by_stems, 0.0)
    for short, long in ((one, other), (other, one)):
        last = texts_last(names[short])
        acronym = process.cpdist(last, initials[long], scorer=fuzz.partial_ratio)
        fits = (acronym == 100) & (_lengths(last) >= 3) & (_lengths(initials[long]) >= 3)
        like = np.fmax(like, np.where(fits, 1.0, 0.0))
    same = (initials[one] == initials[other]) & (_lengths(initials[one]) >= 3)
    like = np.fmax(np.fmax(like, by_stems), np.where(same, 0.9, 0.0))
    found[known] = np.where(one == other, 1.0, like)[inverse]
    return found


def texts_last(values: Texts) -> Texts:
    """Return the shortest word of three letters and more of each text."""
    made = np.empty(len(values), object)
    made[:] = [min((w for w in v.split() if 3 <= len(w) <= 8), key=len, default="") for v in values]
    return made


def _lengths(values: Texts) -> Ints:
    return np.array([len(v) for v in values], np.int64)


def _dois(p: Prepared, a: Ints, b: Ints) -> Floats:
    """Return 1 for equal DOIs, 0 for others; NaN where one is the other, cut short."""
    found = _same_text(p.doi, a, b)
    other = np.flatnonzero(found == 0)
    cut = [
        _is_cut(left, right) or _is_cut(right, left)
        for left, right in zip(p.doi[a[other]], p.doi[b[other]], strict=True)
    ]
    found[other[np.array(cut, np.bool_)]] = np.nan
    return found


def _is_cut(short: str, whole: str) -> bool:
    """Tell whether a DOI may be another, cut short at the end of one of its parts.

    One that goes on in the middle of a part is another (``10.1/a1`` and ``10.1/a12``), and so is
    the next version of a review (``.pub2``).
    """
    if not whole.startswith(short):
        return False
    inside = short[-1:].isalnum() and whole[len(short)].isalnum()
    return not inside and not whole[len(short) :].startswith(".pub")


def _abstracts(p: Prepared, a: Ints, b: Ints) -> Floats:
    """Return the likeness of the beginnings of abstracts."""
    used = distinct(np.concatenate([a, b]))
    short = np.full(len(p), "", object)
    short[used] = [text[:ABSTRACT_LETTERS].casefold().strip() for text in p.abstract[used]]
    return _likeness(short, a, b, fuzz.ratio, 100)


@dataclass(frozen=True)
class _Words:
    """Two bags of words compared: weights shared and not, one row a pair."""

    shared: Floats
    least: Floats
    most: Floats
    swapped: Floats
    """Weight of the words of one that stand for others, the lesser of the two sides."""
    left_number: Flags
    right_number: Flags


def _compare(bags: Bags, pairs: Pairs, weights: Floats) -> _Words:
    """Compare the bags of each pair; words that are spellings of one count as shared."""
    count, size = len(pairs), max(len(bags.words), 1)
    left, right = _entries(bags, pairs.a, size), _entries(bags, pairs.b, size)
    whole = [np.bincount(e // size, weights[e % size], count) for e in (left, right)]
    rest = [np.setdiff1d(left, right, assume_unique=True),
            np.setdiff1d(right, left, assume_unique=True)]  # fmt: skip
    shared = whole[0] - np.bincount(rest[0] // size, weights[rest[0] % size], count)
    numeric = np.array([w.isdecimal() for w in bags.words], np.bool_)
    number = [np.bincount(r[numeric[r % size]] // size, minlength=count) > 0 for r in rest]
    open_ = [r[~numeric[r % size]] for r in rest]
    at = _crossed(open_[0] // size, open_[1] // size, count)
    met = [entries[place] for entries, place in zip(open_, at, strict=True)]
    words = [bags.words[entries % size] for entries in met]
    spelt, edits = _spellings(*words), _edits(*words)
    unmatched = []
    for side, entries in enumerate(open_):
        matched = np.zeros(len(entries), np.bool_)
        matched[at[side][spelt]] = True
        found = entries[matched]
        surely = np.zeros(len(entries), np.bool_)
        surely[at[side][spelt & (edits <= MOST_EDITS)]] = True
        lost = entries[~surely]
        unmatched.append(np.bincount(lost // size, weights[lost % size], count))
        if side == 0:
            shared = shared + np.bincount(found // size, weights[found % size], count)
    least, most = np.minimum(*whole), np.maximum(*whole)
    return _Words(np.minimum(shared, least), least, most, np.minimum(*unmatched), number[0],
                  number[1])  # fmt: skip


def _entries(bags: Bags, rows: Ints, size: int) -> Ints:
    """Return ``pair * size + word`` for every word of the record in each pair."""
    sizes = bags.sizes()[rows]
    pair = np.repeat(np.arange(len(rows)), sizes)
    offset = np.arange(len(pair)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    result: Ints = pair * size + bags.items[bags.starts[rows][pair] + offset]
    return result


def _crossed(left: Ints, right: Ints, count: int) -> tuple[Ints, Ints]:
    """Return every combination of the entries of a pair: place in left, place in right."""
    sizes = [np.bincount(side, minlength=count) for side in (left, right)]
    sizes = [np.where(np.maximum(*sizes) <= MOST_LEFT, s, 0) for s in sizes]
    starts = [np.searchsorted(side, np.arange(count)) for side in (left, right)]
    crossed = sizes[0] * sizes[1]
    pair = np.repeat(np.arange(count), crossed)
    place = np.arange(len(pair)) - np.repeat(np.cumsum(crossed) - crossed, crossed)
    width = sizes[1][pair]
    return starts[0][pair] + place // width, starts[1][pair] + place % width


def _spellings(one: Texts, other: Texts) -> Flags:
    """Tell which words are spellings of one."""
    if not len(one):
        return np.empty(0, np.bool_)
    result: Flags = process.cpdist(one, other, scorer=fuzz.ratio) >= 100 * ONE_WORD
    return result


def _edits(one: Texts, other: Texts) -> Ints:
    """Return the edits between words: letters put in, left out, exchanged or swapped."""
    if not len(one):
        return np.empty(0, np.int64)
    result: Ints = process.cpdist(one, other, scorer=OSA.distance).astype(np.int64)
    return result
