"""The hard rules of step 4: what may never be merged, what only by a person, what is certain.

They stand above the model. Each looks at all pairs at once; of several that hold, the first gives
the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slr.dedup.prepare import Flags, Ints, Prepared
from slr.dedup.score import Scores

LONG_TITLE = 50
"""Letters from which a title tells a work as well as any."""
SHORT_BOOK = 12
"""Letters of a title below which an ISBN is not enough: every volume of a series has one."""
MANY_AUTHORS = 3
"""Authors from which a list of names tells a work."""
LIKE_FAMILY = 0.6
"""Likeness from which two family names may be taken for spellings of one."""


def one_place(s: Scores) -> Flags:
    """Tell which pairs stand on one page of one volume, and no venue speaks against it."""
    result: Flags = (
        (s["volume"] == 1) & (s["first_page"] == 1) & ~(s["venue"] < 0.3) & ~(s["last_page"] == 0)
    )
    return result


def other_place(s: Scores) -> Flags:
    """Tell which pairs were printed in two places: another volume, and other pages or venue."""
    other_volume = (s["volume"] == 0) & ~(s["first_page"] == 1)
    other_year = other_volume & (s["year_gap"] > 0)
    elsewhere = ((s["venue"] < 0.8) & (s["first_page"] == 0)) | (s["venue"] < 0.5) & (
        s["volume"] == 0
    )
    other_item = (s["number"] == 0) & (s["first_page"] == 0) & ~(s["last_page"] == 1)
    result: Flags = (other_volume & ((s["first_page"] == 0) | (s["venue"] < 0.8))) | (
        elsewhere & ~((s["first_page"] == 1) & (s["volume"] == 1))
    )
    result |= (other_item & (s["volume"] == 1)) | other_year
    return result


@dataclass(frozen=True)
class Rules:
    """What the hard rules say of each pair."""

    forbidden: Flags
    asked: Ints
    """A place in `ASKED`; 0 where no rule holds the pair back."""
    certain: Ints
    """A place in `CERTAIN`; 0 where none is certain."""


CERTAIN = (
    "",
    "the DOI or PMID and the title are the same",
    "the ISBN and the title are the same",
    "the place in the volume and the title are the same",
    "the place and the authors are the same, and the titles are alike",
)
ASKED = (
    "",
    "one study in two reports: a preprint and an article",
    "one study in two languages: the place is the same",
    "one study in two languages: the DOI or PMID is the same",
    "the DOI or PMID is the same, but the titles differ",
    "the DOI or PMID is the same, but the authors differ",
    "the DOI, PMID or place is the same, but one is marked as another kind, such as retracted",
    "one title names a part or edition, the other none",
    "one title names a further text, such as a follow-up or a letter, the other none",
    "the title returns with every issue, and nothing tells which issue it is",
    "authors and venue are the same, and the titles are alike in part",
    "one word of the title stands for another",
    "the years differ: perhaps a yearly report, or a conference paper and its article",
    "the titles are not quite the same, and the venues differ",
    "the DOIs or PMIDs differ, all else is the same",
    "they are of two kinds: a book, a thesis, a paper of a conference, an article",
    "perhaps the abstract of a meeting and its article",
    "the issue or the page differs",
    "the venues differ: perhaps an abstract and its article",
    "the first authors have one family name and other initials",
    "the ISBNs differ: perhaps two editions or volumes",
    "perhaps one study in two reports: a preprint and an article",
)
WHOLE = ("book", "phdthesis", "mastersthesis", "thesis", "techreport", "report")
UNTOLD = ("", "misc", "online", "unpublished")
CHAPTERS = ("incollection", "inbook")

NEW_TITLE = ASKED.index("authors and venue are the same, and the titles are alike in part")
"""The one of these that is asked though the evidence is not enough to merge."""
ANOTHER_YEAR = ASKED.index(
    "the years differ: perhaps a yearly report, or a conference paper and its article"
)
OTHER_WORD = ASKED.index("one word of the title stands for another")
SOFT = ASKED.index("one title names a part or edition, the other none")
"""Reasons from this place on hold back only pairs that would be merged."""


def rules(p: Prepared, s: Scores) -> Rules:
    """Return which pairs may never be merged, which only by a person, and which are certain."""
    return Rules(_forbidden(p, s), _asked(p, s), _certain(p, s))


def _forbidden(p: Prepared, s: Scores) -> Flags:
    a, b = s.pairs.a, s.pairs.b
    place, one_id, preprint = one_place(s), one_identifier(s), p.preprint[a] != p.preprint[b]
    pages = _whole_place(p, s)
    other_parts = (p.parts[a] != p.parts[b]) & (p.parts[a] != "") & (p.parts[b] != "")
    yearly = (p.many_years[a] | p.many_years[b]) & ~((s["year_gap"] <= 1) & _long(p, s))
    column = p.recurs[a] | p.recurs[b] | yearly
    other_issue = (s["year_gap"] > 0) | (s["volume"] == 0) | (s["number"] == 0)
    other_issue |= (s["first_page"] == 0) | (s["authors_within"] < 0.5)
    known_issue = one_id | (place & (s["authors_within"] >= 0.5))
    book = (p.entry_type[a] == "book") != (p.entry_type[b] == "book")
    chapter = np.isin(p.entry_type[a], CHAPTERS) | np.isin(p.entry_type[b], CHAPTERS)
    never: Flags = s.numbers_differ & ~pages & ~one_id
    never |= other_parts & ~pages & ~one_id
    never |= (p.kind[a] != p.kind[b]) & ~one_id & ~pages
    never |= (s["doi"] == 0) & ~_wrong_doi(s) & ~preprint
    never |= (s["pmid"] == 0) & ~(s["doi"] == 1) & ~pages & ~preprint
    never |= column & other_issue & ~known_issue
    never |= other_place(s) & ~one_id & ~preprint
    never |= (s["year_gap"] > 1) & ~one_id & ~place & ~preprint
    never |= book & chapter
    return never


def _asked(p: Prepared, s: Scores) -> Ints:
    a, b = s.pairs.a, s.pairs.b
    place, one_id, preprint = one_place(s), one_identifier(s), p.preprint[a] != p.preprint[b]
    pages = _whole_place(p, s)
    scripts = (p.script[a] != p.script[b]) & (p.script[a] != "") & (p.script[b] != "")
    one_issue = (s["last_page"] == 1) | (s["number"] == 1) | (s["venue"] > 0.8)
    languages = scripts & (s["volume"] == 1) & (s["first_page"] == 1) & one_issue
    other_parts, a_part = p.parts[a] != p.parts[b], (p.parts[a] == "") | (p.parts[b] == "")
    one_page = (s["volume"] == 1) & (s["first_page"] == 1)
    other_title = (s["title"] < 0.6) & ~of_one_supplement(p, s)
    other_word = s.numbers_differ | (s["title_swap"] > 0.1) | (other_parts & ~a_part)
    other_title |= (s["title"] >= 0.6) & other_word & ~pages
    other_authors = (s["title"] >= 0.6) & (s["authors_within"] < 0.34)
    alone = ~place & ~one_id
    told = s["abstract"] > 0.9
    other_id = ((s["doi"] == 0) & _wrong_doi(s) & ~pages) | (s["pmid"] == 0)
    column = p.recurs[a] | p.recurs[b] | ((p.many_years[a] | p.many_years[b]) & ~_long(p, s))
    return _first(
        preprint & ~one_id & (s["title"] > 0.85) & ~(s["authors_within"] < 0.5),
        languages & (s["year_gap"] == 0),
        scripts & one_id,
        one_id & other_title,
        one_id & other_authors & ~(place & (s["title"] > 0.9)),
        (one_id | pages) & (p.kind[a] != p.kind[b]),
        other_parts & a_part & alone & (s["title"] > 0.8),
        (p.aspects[a] != p.aspects[b]) & alone & ~told,
        column & alone & (s["title"] > 0.9),
        _new_title(p, s) & alone,
        ((s["title_swap"] > 0.05) | _negated(p, s)) & ~pages & ~one_id & ~told,
        _another_year(p, s) & alone & ~told & ~_same_pages(p, s),
        (s["venue"] < 0.5) & (s["title"] < 0.95) & alone & ~told,
        other_id & ~(s["abstract"] > 0.95),
        _of_two_kinds(p, s) & alone & ~told,
        (p.meeting[a] != p.meeting[b]) & (s["first_page"] == 0) & alone & ~told & ~_leaves(p, s),
        _another_page(p, s) & ~pages & alone & ~told,
        _both(p, s, "article") & (s["venue"] < 0.5) & ~one_page & alone & ~told,
        _other_initials(p, s) & alone & ~told,
        _both(p, s, "book") & (s["isbn"] == 0) & ~one_id,
        preprint & ~one_id,
    )


def _certain(p: Prepared, s: Scores) -> Ints:
    a, b = s.pairs.a, s.pairs.b
    place, by_them, near = one_place(s), ~(s["authors_within"] < 0.5), ~(s["year_gap"] > 1)
    titled = (s["title"] > 0.9) | (s["title_within"] > 0.97)
    pages = place & (s["last_page"] == 1) & (s["venue"] > 0.8)
    spanned = pages & (s["title"] == 1) & (p.last_page[a] > p.first_page[a])
    alike = (s["authors"] > 0.9) & (s["title"] > 0.6)
    identified = one_identifier(s) & (titled | np.isnan(s["title"]))
    book = (s["isbn"] == 1) & (s["title"] > 0.9) & ~(s["first_page"] == 0)
    return _first(
        identified & (by_them | (place & titled)),
        book & by_them & near & (p.entry_type[a] == p.entry_type[b]) & (p.letters[a] >= SHORT_BOOK),
        place & titled & near & (by_them | spanned) & ~(s["title_swap"] > 0.1),
        pages & near & alike & (p.first_page[a] > 1) & ~(s["number"] == 0),
    )


def one_identifier(s: Scores) -> Flags:
    """Tell which pairs have the same DOI or the same PMID."""
    result: Flags = (s["doi"] == 1) | (s["pmid"] == 1)
    return result


def _whole_place(p: Prepared, s: Scores) -> Flags:
    """Tell which pairs agree in volume, first and last page, and do not begin at page 1."""
    result: Flags = one_place(s) & (s["last_page"] == 1) & (p.first_page[s.pairs.a] > 1)
    return result


def _same_pages(p: Prepared, s: Scores) -> Flags:
    """Tell which pairs have one title and span the same pages, of whatever volume.

    Two printings of one text do not begin and end alike, but where each begins at page 1.
    """
    first, last = p.first_page[s.pairs.a], p.last_page[s.pairs.a]
    result: Flags = (s["first_page"] == 1) & (s["last_page"] == 1) & (first > 1) & (last > first)
    result &= (s["title"] > 0.95) & ~(s["volume"] == 0) & ~(s["authors_within"] < 0.5)
    return result


def _another_year(p: Prepared, s: Scores) -> Flags:
    """Tell which pairs are a year apart, and not by their kind an article before and in print.

    On labelled sets, of 530 such pairs with equal titles and neither place nor identifier in
    common, 4 are one work.
    """
    a, b = s.pairs.a, s.pairs.b
    in_press = (s["venue"] > 0.8) & (p.entry_type[a] == p.entry_type[b]) & _long(p, s)
    in_press &= (np.minimum(p.author_count[a], p.author_count[b]) >= MANY_AUTHORS) & ~(
        p.yearly[a] | p.yearly[b]
    )
    another = (s["year_gap"] == 1) & ~(s["volume"] == 1)
    result: Flags = another & (s["title"] > 0.85) & ~in_press
    return result


def _another_page(p: Prepared, s: Scores) -> Flags:
    """Tell which pairs stand in another issue of a volume, or on other pages."""
    issue = (s["volume"] == 1) & (s["number"] == 0) & ~(s["first_page"] == 1)
    page = (s["volume"] == 1) & (s["first_page"] == 0) & ~(s["last_page"] == 1) & ~_leaves(p, s)
    result: Flags = issue | page
    return result


def _leaves(p: Prepared, s: Scores) -> Flags:
    """Tell which pairs are of one page each in one volume, and of a meeting: two abstracts.

    An abstract is no article of another abstract, whatever its page.
    """
    a, b = s.pairs.a, s.pairs.b
    one_page = (p.first_page == p.last_page) & (p.first_page >= 0)
    met = (p.meeting[a] | p.meeting[b]) & one_page[a] & one_page[b]
    met &= (s["volume"] == 1) & (s["year_gap"] == 0) & (s["authors"] > 0.9)
    result: Flags = met & (s["title"] == 1) & ~(s["number"] == 0) & _long(p, s)
    return result


def _other_initials(p: Prepared, s: Scores) -> Flags:
    """Tell which pairs are by few, of whom the first shares a family name with another person."""
    a, b = s.pairs.a, s.pairs.b
    known = (p.first_initial[a] != "") & (p.first_initial[b] != "")
    alone = np.maximum(p.author_count[a], p.author_count[b]) == 1
    one_family = (s["first_author"] > 0.9) | (alone & (s["first_author"] > LIKE_FAMILY))
    differ = known & (p.first_initial[a] != p.first_initial[b]) & one_family
    few = np.maximum(p.author_count[a], p.author_count[b]) < MANY_AUTHORS
    result: Flags = differ & few & ~((s["venue"] > 0.8) & _long(p, s))
    return result


def _new_title(p: Prepared, s: Scores) -> Flags:
    """Tell which pairs may be one article before and in print, its title changed in between."""
    a, b = s.pairs.a, s.pairs.b
    placed = (p.first_page >= 0) | (p.volume >= 0)
    authors = (s["authors_within"] > 0.99) & (s["first_author"] > 0.9)
    authors &= np.minimum(p.author_count[a], p.author_count[b]) > MANY_AUTHORS
    authors &= (s["venue"] > 0.8) & ~(s["year_gap"] > 1) & (placed[a] != placed[b])
    result: Flags = authors & (s["title_within"] > 0.5) & (s["title"] < 0.85)
    return result


def _both(p: Prepared, s: Scores, entry_type: str) -> Flags:
    """Tell which pairs are both of a type."""
    result: Flags = (p.entry_type[s.pairs.a] == entry_type) & (
        p.entry_type[s.pairs.b] == entry_type
    )
    return result


def _long(p: Prepared, s: Scores) -> Flags:
    """Tell which pairs have titles that are longer than those of columns."""
    result: Flags = np.minimum(p.letters[s.pairs.a], p.letters[s.pairs.b]) >= LONG_TITLE
    return result


def _negated(p: Prepared, s: Scores) -> Flags:
    """Tell which pairs have long titles of which one denies what the other says."""
    result: Flags = (p.negations[s.pairs.a] != p.negations[s.pairs.b]) & (s["title"] > 0.8)
    return result


def _of_two_kinds(p: Prepared, s: Scores) -> Flags:
    """Tell which pairs are, by their types, publications of two kinds with one title."""
    one, other = p.entry_type[s.pairs.a], p.entry_type[s.pairs.b]
    whole = (np.isin(one, WHOLE) | np.isin(other, WHOLE)) & (one != other)
    known = ~np.isin(one, UNTOLD) & ~np.isin(other, UNTOLD)
    paper = ((one == "inproceedings") & (other == "article")) | (
        (one == "article") & (other == "inproceedings")
    )
    result: Flags = (whole & known) | (paper & ((s["venue"] < 0.6) | (s["year_gap"] > 0)))
    return result


def two_printings(p: Prepared, s: Scores) -> Flags:
    """Tell which pairs are of two kinds and of two years: a conference paper and its article."""
    result: Flags = _of_two_kinds(p, s) & (s["year_gap"] > 0)
    result &= ~one_place(s) & ~one_identifier(s)
    return result


def _wrong_doi(s: Scores) -> Flags:
    """Tell which pairs agree in all but the DOI, of which one is then wrong."""
    whole = (s["title"] > 0.97) & (s["year_gap"] == 0) & ~(s["authors_within"] < 0.6)
    result: Flags = (s["doi"] == 0) & whole & (s["first_page"] == 1) & ~(s["venue"] < 0.6)
    return result


def of_one_supplement(p: Prepared, s: Scores) -> Flags:
    """Tell which pairs share a DOI as the abstracts of one supplement do: other pages, authors."""
    a, b = s.pairs.a, s.pairs.b
    pages = (p.first_page[a] >= 0) & (p.first_page[b] >= 0) & (p.first_page[a] != p.first_page[b])
    result: Flags = pages | (s["authors_within"] < 0.5) | s.numbers_differ
    return result


def _first(*conditions: Flags) -> Ints:
    found = np.zeros(len(conditions[0]), np.int64)
    for place, holds in enumerate(conditions, start=1):
        found[(found == 0) & holds] = place
    return found
