"""Step 5, cluster: join records into works so that no work holds a contradiction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from slr.dedup import block, decide, score
from slr.dedup.block import Pairs
from slr.dedup.decide import Decided, Model
from slr.dedup.prepare import Flags, Ints, Prepared, codes

TORN = "; but records that agree with both contradict each other"
OUTVOTED = 3
"""Contradictions of one record for each of another from which the one is wrong."""
DISPUTED = "judgements on its duplicates contradict each other"


@dataclass(frozen=True)
class Clusters:
    """Which work each record is."""

    leader: Ints
    """The record that names the work, one entry a record."""
    conflicts: dict[int, str]
    """By leader, what people must settle."""


class Parts:
    """Disjoint sets of numbers; each is named by its member of lowest rank."""

    def __init__(self, rank: Sequence[int]) -> None:
        self.up = list(range(len(rank)))
        self.rank = rank

    def of(self, item: int) -> int:
        """Return the member that names the set of `item`."""
        up = self.up
        while up[item] != item:
            up[item] = up[up[item]]
            item = up[item]
        return item

    def join(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Make one set of the sets of each pair."""
        for a, b in pairs:
            one, other = self.of(a), self.of(b)
            if self.rank[other] < self.rank[one]:
                one, other = other, one
            self.up[other] = one

    def all(self) -> Ints:
        """Return the name of the set of every item."""
        return np.array([self.of(item) for item in range(len(self.up))], np.int64)


def ask_where_torn(p: Prepared, decided: Decided, model: Model, rank: Sequence[int]) -> Decided:
    """Return the decisions, those that join a contradiction turned over to a person.

    Two records that agree with a third may contradict each other. Of such a chain the surest
    pairs are joined first, all of one sureness at once; those that would tear a work are asked.
    """
    same = decided.verdict == decide.SAME
    told = decided.pairs[_apart(decided)]
    found = contradictions(p, decided.pairs[same], model, rank)
    apart = Pairs(np.concatenate([found.a, told.a]), np.concatenate([found.b, told.b]))
    settled = decided.judged & same
    if len(apart):
        joined = set(zip(decided.pairs.a[settled].tolist(), decided.pairs.b[settled].tolist(),
                         strict=True))  # fmt: skip
        free = [(a, b) not in joined
                for a, b in zip(apart.a.tolist(), apart.b.tolist(), strict=True)]  # fmt: skip
        apart = apart[np.array(free, np.bool_)]
    if not len(apart):
        return decided
    whole = Parts(rank)
    whole.join(_both(decided.pairs[same]))
    torn = {whole.of(a) for a, b in _both(apart) if whole.of(a) == whole.of(b)}
    within = np.array([whole.of(a) in torn for a in decided.pairs.a.tolist()], np.bool_)
    refused = _refused(decided, same & within, apart, rank)
    reasons = decided.reasons.copy()
    reasons[refused] = [text + TORN for text in reasons[refused]]
    verdict = np.where(refused, decide.ASK, decided.verdict).astype(object)
    return replace(decided, verdict=verdict, reasons=reasons)


def contradictions(p: Prepared, same: Pairs, model: Model, rank: Sequence[int]) -> Pairs:
    """Return the pairs within works of three records and more that can be no one work.

    In works of up to 12 records every pair is looked at; in larger ones each record is compared
    with those next to it by DOI, year, kind, place and title, where a difference must show.
    """
    parts = Parts(rank)
    parts.join(_both(same))
    work = parts.all()
    work = np.where(np.bincount(work, minlength=len(p))[work] > 2, work, -1)
    if not (work >= 0).any():
        return same[np.zeros(len(same), np.bool_)]
    row = np.arange(len(p))
    orders = (
        (codes(p.doi), p.year_from),
        (p.year_from, p.first_page),
        (p.kind, codes(p.parts)),
        (p.volume, p.first_page),
        (codes(p.title_key), codes(p.families)),
    )
    found = [block.windowed(work, np.lexsort((row, second, first))) for first, second in orders]
    packed = block.distinct(np.concatenate(found))
    pairs = Pairs(packed // len(p), packed % len(p))
    against = []
    for begin in range(0, len(pairs), score.AT_ONCE):
        scores = score.score(p, pairs[slice(begin, begin + score.AT_ONCE)], all_pairs=True)
        against.append(decide.contradict(p, scores, model))
    return pairs[np.concatenate(against)]


def _refused(decided: Decided, chosen: Flags, apart: Pairs, rank: Sequence[int]) -> Flags:
    """Return which of the chosen pairs would tear a work, joined in the order of sureness.

    Of pairs of one sureness those without strays come first: what a stray agrees with holds
    together without it.
    """
    parts = Parts(rank)
    parts.join(_both(decided.pairs[chosen & decided.judged]))
    refused = np.zeros(len(decided), np.bool_)
    open_ = chosen & ~decided.judged
    stray = _strays(apart, len(rank))
    strays = stray[decided.pairs.a] | stray[decided.pairs.b]
    for level in np.unique(decided.score[open_])[::-1]:
        whole = open_ & (decided.score == level)
        for tier in (np.flatnonzero(whole & ~strays), np.flatnonzero(whole & strays)):
            before = parts.up.copy()
            parts.join(_both(decided.pairs[tier]))
            torn = {parts.of(a) for a, b in _both(apart) if parts.of(a) == parts.of(b)}
            if not torn:
                continue
            bad = np.array([parts.of(a) in torn for a in decided.pairs.a[tier].tolist()], np.bool_)
            refused[tier[bad]] = True
            parts.up = before
            parts.join(_both(decided.pairs[tier[~bad]]))
    return refused


def _strays(apart: Pairs, count: int) -> Flags:
    """Tell which records of pairs that can be no one work may be the wrong ones in their works.

    Both of a pair may be, but where one contradicts `OUTVOTED` times as many as the other.
    """
    against = np.bincount(np.concatenate([apart.a, apart.b]), minlength=count)
    stray = np.zeros(count, np.bool_)
    for one, other in ((apart.a, apart.b), (apart.b, apart.a)):
        stray[one[against[other] < OUTVOTED * against[one]]] = True
    return stray


def cluster(decided: Decided, rank: Sequence[int]) -> Clusters:
    """Join records into works, each named by the record of lowest rank.

    A judgement wins: a work that holds a pair judged apart falls back to what judgements
    alone join; where these contradict themselves, nothing is joined and people must settle it.
    """
    same = decided.verdict == decide.SAME
    apart = list(_both(decided.pairs[_apart(decided)]))
    parts = Parts(rank)
    parts.join(_both(decided.pairs[same]))
    conflicts: dict[int, str] = {}
    split = {parts.of(a) for a, b in apart if parts.of(a) == parts.of(b)}
    if split:
        within = np.array([parts.of(a) in split for a in decided.pairs.a.tolist()], np.bool_)
        kept = same & (~within | decided.judged)
        parts = Parts(rank)
        parts.join(_both(decided.pairs[kept]))
        torn = {parts.of(a) for a, b in apart if parts.of(a) == parts.of(b)}
        within = np.array([parts.of(a) in torn for a in decided.pairs.a.tolist()], np.bool_)
        conflicts = {int(m): DISPUTED for m in range(len(rank)) if parts.of(m) in torn}
        parts = Parts(rank)
        parts.join(_both(decided.pairs[kept & ~within]))
    for pair in _both(decided.pairs[decided.disputed]):
        conflicts |= {parts.of(item): DISPUTED for item in pair}
    return Clusters(parts.all(), conflicts)


def _apart(decided: Decided) -> Flags:
    """Tell which pairs people keep apart as works, be they of one study or not."""
    result: Flags = np.isin(decided.verdict.astype(str), decide.APART)
    return result


def _both(pairs: Pairs) -> Iterable[tuple[int, int]]:
    return zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)
