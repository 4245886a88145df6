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
from slr.dedup import rules
from slr.dedup.block import Pairs
from slr.dedup.prepare import Flags, Floats, Ints, Prepared, Texts, texts
from slr.dedup.score import Scores

SAME, ASK, DIFFERENT = "same", "ask", "different"
SAME_STUDY = "same_study"
"""Two works that are reports of one study: kept apart as works. Only people say so."""
APART = (DIFFERENT, SAME_STUDY)
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
    short = np.clip((rules.LONG_TITLE - shorter) / (rules.LONG_TITLE - SHORT_TITLE), 0, 1)
    columns.append(-np.where(np.isnan(s["title"]), 1.0, short))
    columns.append(rules.one_place(s).astype(np.float64))
    return np.nan_to_num(np.column_stack(columns))


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
    sure, said = probability(model.logits(terms(p, s))), rules.rules(p, s)
    enough = ~too_short(p, s, key_letters_min)
    would = ((sure >= model.same_at) & enough) | (said.certain > 0)
    held, open_ = said.asked > 0, ~said.forbidden
    same = would & ~held & open_
    alone = (s["title"] > 0.97) & (p.holders[s.pairs.a] <= MOST_HOLDERS)
    near = (enough & ((sure >= model.ask_at) | alone)) | (
        rules.one_identifier(s) & ~rules.of_one_supplement(p, s)
    )
    always = held & ((said.asked < rules.SOFT) | (said.asked == rules.NEW_TITLE))
    free = ~held | (said.asked == rules.ANOTHER_YEAR)
    ask = open_ & ~same & (always | would | (near & free))
    kept = np.flatnonzero(same | ask)
    score = np.where(said.certain > 0, CERTAINTY + (1 - CERTAINTY) * sure, sure)
    first = [
        rules.ASKED[held_back] or (rules.CERTAIN[sure_of] if merged else "")
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
    said = rules.rules(p, s)
    sure = probability(model.logits(terms(p, s)))
    result: Flags = said.forbidden | ((said.asked > 0) & (said.asked < rules.SOFT))
    result |= (said.asked == rules.OTHER_WORD) | rules.two_printings(p, s)
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
    "pmid": ((0.5, 9, "PMID equal"), (0, 0.5, "PMIDs differ")),
    "isbn": ((0.5, 9, "ISBN equal"), (0, 0.5, "ISBNs differ")),
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
