"""Step 4, decide: same, different or ask, each with its reasons.

A model weighs the evidence (`model.json`, made by `slr.dedup.train`); hard rules stand above it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from slr import io
from slr.dedup.block import Pairs
from slr.dedup.prepare import Flags, Floats, Ints, Prepared, Texts, texts
from slr.dedup.score import Scores

SAME, ASK, DIFFERENT = "same", "ask", "different"
LONG_TITLE = 50
"""Letters from which the likeness of two titles counts in full."""
MOST_HOLDERS = 12
"""Records with one title above which the title alone is no reason to ask."""
CERTAINTY = 0.99
"""Least probability of a pair on which a rule is certain."""
FAR = 0.1
"""Probability below which two records are no one work, whatever a third says."""
SHORT_TITLE = 12
"""Letters up to which it counts least."""

EVIDENCE = {
    "title": (0.60, 0.85, 1.0),
    "title_words": (0.20, 0.70, 1.0),
    "title_within": (0.50, 0.85, 1.0),
    "title_swap": (0.4, 0.04, 0.0),
    "authors": (0.0, 0.3, 1.0),
    "authors_within": (0.0, 0.5, 1.0),
    "first_author": (0.5, 0.8, 1.0),
    "year_gap": (2.0, 0.5, 0.0),
    "venue": (0.3, 0.6, 0.95),
    "volume": (0.0, 0.5, 1.0),
    "number": (0.0, 0.5, 1.0),
    "first_page": (0.0, 0.5, 1.0),
    "last_page": (0.0, 0.5, 1.0),
    "doi": (0.0, 0.5, 1.0),
    "abstract": (0.5, 0.7, 0.95),
}
"""Of each feature, the value that speaks against in full, the neutral one, and that which speaks
for in full; between them evidence grows evenly. What is not known is neutral."""

TERMS = (*(f"{name} {way}" for name in EVIDENCE for way in ("for", "against")),
         "short title", "place for")  # fmt: skip
"""The names of the columns of `terms`."""


@dataclass(frozen=True)
class Model:
    """Weights of evidence, in logits, and what their sum means."""

    intercept: float
    weights: dict[str, float]
    same_at: float
    """Probability from which two records are the same."""
    ask_at: float
    """Probability from which a person is asked."""

    def logits(self, matrix: Floats) -> Floats:
        """Return the weighed evidence of each row of `terms`."""
        weights = np.array([self.weights.get(name, 0.0) for name in TERMS])
        result: Floats = matrix @ weights + self.intercept
        return result


@cache
def shipped() -> Model:
    """Return the model that comes with the package."""
    return model_of(io.read_json(Path(__file__).with_name("model.json")))


def model_of(read: dict[str, Any]) -> Model:
    """Return a model from the JSON form that `slr.dedup.train` writes."""
    return Model(read["intercept"], read["weights"], read["same_at"], read["ask_at"])


def probability(logits: Floats) -> Floats:
    """Return the probability that a logit stands for."""
    return 1 / (1 + np.exp(-np.clip(logits, -40, 40)))


def terms(p: Prepared, s: Scores) -> Floats:
    """Return the evidence on each pair: one column a term, 0 where nothing is known."""
    columns = []
    for name, (against, neutral, wholly) in EVIDENCE.items():
        value = s[name]
        columns.append(np.clip((value - neutral) / (wholly - neutral), 0, 1))
        columns.append(-np.clip((value - neutral) / (against - neutral), 0, 1))
    shorter = np.minimum(p.letters[s.pairs.a], p.letters[s.pairs.b])
    short = np.clip((LONG_TITLE - shorter) / (LONG_TITLE - SHORT_TITLE), 0, 1)
    columns.append(-np.where(np.isnan(s["title"]), 1.0, short))
    columns.append(one_place(s).astype(np.float64))
    return np.nan_to_num(np.column_stack(columns))


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
    """What the hard rules say of each pair: 0 nothing, else a place in `REASONS`."""

    forbidden: Ints
    asked: Ints
    certain: Ints


CERTAIN = (
    "",
    "the DOI and the title are the same",
    "the place in the volume and the title are the same",
    "the place and the authors are the same, and the titles are alike",
)
FORBIDDEN = (
    "",
    "the numbers in the titles differ",
    "the titles name different parts or editions",
    "one is of another kind: a correction, retraction, comment, reply or protocol",
    "the DOIs differ",
    "the title returns with every issue, and the issue is another",
    "they were printed in different places",
    "the years are far apart",
    "one is a book, the other a chapter",
)
ASKED = (
    "",
    "one study in two reports: a preprint and an article",
    "one study in two languages: the place is the same",
    "one study in two languages: the DOI is the same",
    "the DOI is the same, but the titles differ",
    "the DOI is the same, but the authors differ",
    "the DOI or place is the same, but one is marked as another kind, such as retracted",
    "one title names a part or edition, the other none",
    "the title returns with every issue, and nothing tells which issue it is",
    "one word of the title stands for another",
    "the years and the venues differ: perhaps a conference paper and its article",
    "the titles are not quite the same, and the venues differ",
    "the DOIs differ, all else is the same",
    "the title stands there with several years",
    "they are of two kinds: a book, a thesis, a paper of a conference, an article",
    "perhaps the abstract of a meeting and its article",
    "the issue or the page of one volume differs",
    "perhaps one study in two reports: a preprint and an article",
)
WHOLE = ("book", "phdthesis", "mastersthesis", "thesis", "techreport", "report")
UNTOLD = ("", "misc", "online", "unpublished")
CHAPTERS = ("incollection", "inbook")

OTHER_WORD = ASKED.index("one word of the title stands for another")
SOFT = ASKED.index("one title names a part or edition, the other none")
"""Reasons from this place on hold back only pairs that would be merged."""


def rules(p: Prepared, s: Scores) -> Rules:
    """Return which pairs may never be merged, which only by a person, and which are certain.

    Of several rules that hold, the first gives the reason.
    """
    return Rules(_forbidden(p, s), _asked(p, s), _certain(p, s))


def _forbidden(p: Prepared, s: Scores) -> Ints:
    a, b = s.pairs.a, s.pairs.b
    place, one_doi, preprint = one_place(s), s["doi"] == 1, p.preprint[a] != p.preprint[b]
    pages = place & (s["last_page"] == 1) & (p.first_page[a] > 1)
    other_parts = (p.parts[a] != p.parts[b]) & (p.parts[a] != "") & (p.parts[b] != "")
    yearly = (p.many_years[a] | p.many_years[b]) & ~((s["year_gap"] <= 1) & _long(p, s))
    column = p.recurs[a] | p.recurs[b] | yearly
    other_issue = (s["year_gap"] > 0) | (s["volume"] == 0) | (s["number"] == 0)
    other_issue |= (s["first_page"] == 0) | (s["authors_within"] < 0.5)
    known_issue = one_doi | (place & (s["authors_within"] >= 0.5))
    book = (p.entry_type[a] == "book") != (p.entry_type[b] == "book")
    chapter = np.isin(p.entry_type[a], CHAPTERS) | np.isin(p.entry_type[b], CHAPTERS)
    return _first(
        s.numbers_differ & ~pages & ~one_doi,
        other_parts & ~pages & ~one_doi,
        (p.kind[a] != p.kind[b]) & ~one_doi & ~pages,
        (s["doi"] == 0) & ~_wrong_doi(s) & ~preprint,
        column & other_issue & ~known_issue,
        other_place(s) & ~one_doi & ~preprint,
        (s["year_gap"] > 1) & ~one_doi & ~place & ~preprint,
        book & chapter,
    )


def _asked(p: Prepared, s: Scores) -> Ints:
    a, b = s.pairs.a, s.pairs.b
    place, one_doi, preprint = one_place(s), s["doi"] == 1, p.preprint[a] != p.preprint[b]
    pages = place & (s["last_page"] == 1) & (p.first_page[a] > 1)
    scripts = (p.script[a] != p.script[b]) & (p.script[a] != "") & (p.script[b] != "")
    one_issue = (s["last_page"] == 1) | (s["number"] == 1) | (s["venue"] > 0.8)
    languages = scripts & (s["volume"] == 1) & (s["first_page"] == 1) & one_issue
    other_parts, a_part = p.parts[a] != p.parts[b], (p.parts[a] == "") | (p.parts[b] == "")
    other_title = (s["title"] < 0.6) & ~_of_one_supplement(p, s)
    other_word = s.numbers_differ | (s["title_swap"] > 0.1) | (other_parts & ~a_part)
    other_title |= (s["title"] >= 0.6) & other_word & ~pages
    other_authors = (s["title"] >= 0.6) & (s["authors_within"] < 0.34)
    alone = ~place & ~one_doi
    told = s["abstract"] > 0.9
    return _first(
        preprint & ~one_doi & (s["title"] > 0.85) & ~(s["authors_within"] < 0.5),
        languages & (s["year_gap"] == 0),
        scripts & one_doi,
        one_doi & other_title,
        one_doi & other_authors & ~(place & (s["title"] > 0.9)),
        (one_doi | pages) & (p.kind[a] != p.kind[b]),
        other_parts & a_part & alone & (s["title"] > 0.8),
        (p.recurs[a] | p.recurs[b]) & alone & (s["title"] > 0.9),
        ((s["title_swap"] > 0.05) | _negated(p, s)) & ~pages & ~one_doi & ~told,
        (s["year_gap"] > 0) & (s["venue"] < 0.6) & alone & (s["title"] > 0.85),
        (s["venue"] < 0.5) & (s["title"] < 0.95) & alone & ~told,
        (s["doi"] == 0) & _wrong_doi(s) & ~pages & ~(s["abstract"] > 0.95),
        (p.many_years[a] | p.many_years[b]) & (s["year_gap"] == 1) & alone & ~told,
        _of_two_kinds(p, s) & alone & ~told,
        (p.meeting[a] != p.meeting[b]) & (s["first_page"] == 0) & alone & ~told,
        (s["volume"] == 1)
        & (s["number"] == 0)
        & ~(s["first_page"] == 1)
        & ~pages
        & ~one_doi
        & ~told,
        preprint & ~one_doi,
    )


def _certain(p: Prepared, s: Scores) -> Ints:
    a = s.pairs.a
    place, by_them, near = one_place(s), ~(s["authors_within"] < 0.5), ~(s["year_gap"] > 1)
    titled = (s["title"] > 0.9) | (s["title_within"] > 0.97)
    pages = place & (s["last_page"] == 1) & (s["venue"] > 0.8)
    spanned = pages & (s["title"] == 1) & (p.last_page[a] > p.first_page[a])
    alike = (s["authors"] > 0.9) & (s["title"] > 0.6)
    return _first(
        (s["doi"] == 1) & (titled | np.isnan(s["title"])) & (by_them | (place & titled)),
        place & titled & near & (by_them | spanned) & ~(s["title_swap"] > 0.1),
        pages & near & alike & (p.first_page[a] > 1) & ~(s["number"] == 0),
    )


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
    result: Flags = (whole & known) | (paper & (s["venue"] < 0.6))
    return result


def _wrong_doi(s: Scores) -> Flags:
    """Tell which pairs agree in all but the DOI, of which one is then wrong."""
    whole = (s["title"] > 0.97) & (s["year_gap"] == 0) & ~(s["authors_within"] < 0.6)
    result: Flags = (s["doi"] == 0) & whole & (s["first_page"] == 1) & ~(s["venue"] < 0.6)
    return result


def _of_one_supplement(p: Prepared, s: Scores) -> Flags:
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


@dataclass(frozen=True)
class Decided:
    """Decisions on pairs: one row a pair."""

    pairs: Pairs
    score: Floats
    """How sure it is that the two are one work, in per cent; NaN where it was not computed."""
    verdict: Texts
    reasons: Texts
    judged: Flags
    """Whether people have judged the pair."""
    disputed: Flags
    """Whether their judgements contradict each other."""

    def __len__(self) -> int:
        return len(self.pairs)


OF_PAIRS = ("score", "verdict", "reasons", "judged", "disputed")


def decide(p: Prepared, s: Scores, model: Model, key_letters_min: int) -> Decided:
    """Return verdict and reasons on each pair by rule and model, those that differ left out."""
    sure, said = probability(model.logits(terms(p, s))), rules(p, s)
    enough = ~too_short(p, s, key_letters_min)
    would = ((sure >= model.same_at) & enough) | (said.certain > 0)
    held, open_ = said.asked > 0, said.forbidden == 0
    same = would & ~held & open_
    alone = (s["title"] > 0.97) & (p.holders[s.pairs.a] <= MOST_HOLDERS)
    near = (enough & ((sure >= model.ask_at) | alone)) | (
        (s["doi"] == 1) & ~_of_one_supplement(p, s)
    )
    ask = open_ & ~same & np.where(held, (said.asked < SOFT) | would, near)
    kept = np.flatnonzero(same | ask)
    score = np.where(said.certain > 0, CERTAINTY + (1 - CERTAINTY) * sure, sure)
    first = [
        ASKED[held_back] or (CERTAIN[sure_of] if merged else "")
        for held_back, sure_of, merged in zip(
            said.asked[kept], said.certain[kept], same[kept], strict=True
        )
    ]
    rest = reasons(s.take(kept))
    reason = texts(f"{one}; {two}" if one else two for one, two in zip(first, rest, strict=True))
    verdict = np.where(same[kept], SAME, ASK).astype(object)
    no = np.zeros(len(kept), np.bool_)
    return Decided(s.pairs[kept], np.round(100 * score[kept], 1), verdict, reason, no, no)


def contradict(p: Prepared, s: Scores, model: Model) -> Flags:
    """Tell which pairs can be no one work, whatever others they agree with."""
    said = rules(p, s)
    sure = probability(model.logits(terms(p, s)))
    result: Flags = (said.forbidden > 0) | ((said.asked > 0) & (said.asked < SOFT))
    result |= said.asked == OTHER_WORD
    result |= (said.certain == 0) & (sure < FAR) & (said.asked == 0)
    return result


def too_short(p: Prepared, s: Scores, key_letters_min: int) -> Flags:
    """Tell which pairs have a title of fewer letters than can tell a work."""
    shorter = np.minimum(p.letters[s.pairs.a], p.letters[s.pairs.b])
    return shorter < key_letters_min


Range = tuple[float, float, str]
CLAUSES: dict[str, tuple[Range, ...]] = {
    "title": (
        (0.999, 9, "titles equal"),
        (0.9, 0.999, "titles nearly equal"),
        (0, 0.9, "titles alike in part"),
    ),
    "authors_within": (
        (0.999, 9, "authors agree"),
        (0.5, 0.999, "most authors agree"),
        (0, 0.5, "authors differ"),
    ),
    "year_gap": (
        (0, 0.5, "years agree"),
        (0.5, 1.5, "years differ by one"),
        (1.5, 1e9, "years differ"),
    ),
    "venue": ((0.8, 9, "venues agree"), (0, 0.5, "venues differ")),
    "volume": ((0.5, 9, "volume equal"), (0, 0.5, "volumes differ")),
    "first_page": ((0.5, 9, "first page equal"), (0, 0.5, "pages differ")),
    "doi": ((0.5, 9, "DOI equal"), (0, 0.5, "DOIs differ")),
    "abstract": ((0.9, 9, "abstracts agree"), (0, 0.6, "abstracts differ")),
}
"""What is said of each feature, by the range of its value (the lower end counts in)."""


def reasons(s: Scores) -> Texts:
    """Return in words what of each pair is equal, alike and other; what is unknown is not said."""
    code = np.zeros(len(s), np.int64)
    for name, ranges in CLAUSES.items():
        state = np.zeros(len(s), np.int64)
        for place, (low, high, _) in enumerate(ranges, start=1):
            state[(s[name] >= low) & (s[name] < high)] = place
        code = code * 4 + state
    distinct, inverse = np.unique(code, return_inverse=True)
    told = np.empty(len(distinct), object)
    told[:] = [_in_words(int(one)) for one in distinct]
    return told[inverse]


def _in_words(code: int) -> str:
    said = []
    for ranges in reversed(CLAUSES.values()):
        code, state = divmod(code, 4)
        if state:
            said.append(ranges[state - 1][2])
    return ", ".join(reversed(said)) or "nothing is known of either"


def joined(parts: list[Decided]) -> Decided:
    """Return the decisions of several tables as one."""
    pairs = [np.concatenate([getattr(d.pairs, side) for d in parts]) for side in ("a", "b")]
    rest = [np.concatenate([getattr(d, name) for d in parts]) for name in OF_PAIRS]
    return Decided(Pairs(*pairs), *rest)


def overruled(decided: Decided, judged: Mapping[tuple[int, int], tuple[str, str]]) -> Decided:
    """Return the decisions with those of people in their place, sorted by pair.

    Parameters
    ----------
    decided
        Decisions by rule.
    judged
        By pair of rows, the verdict (``conflict`` where people disagree) and the reasons.
    """
    both = list(zip(decided.pairs.a.tolist(), decided.pairs.b.tolist(), strict=True))
    scores = dict(zip(both, decided.score.tolist(), strict=True))
    free = np.array([pair not in judged for pair in both], np.bool_)
    names = sorted(judged)
    disputed = np.array([judged[pair][0] == "conflict" for pair in names], np.bool_)
    verdict = [ASK if judged[pair][0] == "conflict" else judged[pair][0] for pair in names]
    theirs = Decided(
        Pairs(np.array([a for a, _ in names], np.int64), np.array([b for _, b in names], np.int64)),
        np.array([scores.get(pair, np.nan) for pair in names], np.float64),
        texts(verdict),
        texts(judged[pair][1] for pair in names),
        ~disputed,
        disputed,
    )
    whole = joined([_of(decided, free), theirs])
    return _of(whole, np.lexsort((whole.pairs.b, whole.pairs.a)))


def _of(decided: Decided, chosen: Flags | Ints) -> Decided:
    return Decided(decided.pairs[chosen], *(getattr(decided, name)[chosen] for name in OF_PAIRS))
