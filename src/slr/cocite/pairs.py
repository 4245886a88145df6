"""Count how often two members stand in one list, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from slr.cocite.lists import Ints, Lists, starts_of

Floats = npt.NDArray[np.float64]
DECIMALS = 9
"""To which weights are rounded, so that three thirds are one."""
AT_ONCE = 100_000
"""Pairs that are counted at once, so that memory does not grow with them."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of members, the lesser first, in order; one row a pair."""

    source: Ints
    target: Ints
    count: Ints
    """The number of lists that hold both."""
    weight: Floats | Ints
    """The same, or the sum of what each such list counts for."""

    def __len__(self) -> int:
        return len(self.source)

    def take(self, chosen: npt.NDArray[np.bool_]) -> Pairs:
        """Return some of the rows."""
        return Pairs(
            self.source[chosen], self.target[chosen], self.count[chosen], self.weight[chosen]
        )


def pairs(lists: Lists, *, worth: Floats | None = None) -> Iterator[Pairs]:
    """Yield every pair that some list holds, in blocks in the order of the members.

    Parameters
    ----------
    worth
        What each list adds to the weight of each of its pairs; 1 if not told.

    Notes
    -----
    For every item, the items after it in its list are its pairs; taken in the order of the items,
    the pairs of one member stand together and are counted by sorting. The cost grows with the
    sum of the squares of the lists' lengths, and of memory with the longest run of one member.
    """
    bits = max(len(lists.members) - 1, 1).bit_length()
    ends = np.repeat(lists.starts[1:], lists.sizes())
    order = np.argsort(lists.items, kind="stable")
    follow = (ends - np.arange(len(ends)) - 1)[order]
    of_member = starts_of(np.bincount(lists.items, minlength=len(lists.members)))
    before = starts_of(follow)[of_member]  # pairs before those of each member
    holder = lists.holder_of() if worth is not None else None
    begin = 0
    while begin < len(lists.members):
        end = int(np.searchsorted(before, before[begin] + AT_ONCE, side="right")) - 1
        end = max(end, begin + 1)
        rows = slice(of_member[begin], of_member[end])
        entries, counts = order[rows], follow[rows]
        # The place of the k-th item after an entry is that of the entry, plus k.
        first = entries + 1 - starts_of(counts)[:-1]
        target = lists.items[np.repeat(first, counts) + np.arange(counts.sum())]
        fits = (end - begin).bit_length() + bits <= 32  # half the bytes are sorted twice as fast
        source = ((lists.items[entries] - begin) << bits).astype(np.uint32 if fits else np.int64)
        codes = np.repeat(source, counts) | target.astype(source.dtype)
        each = None if worth is None or holder is None else worth[holder[entries]].repeat(counts)
        if len(codes):
            yield _counted(codes, bits, begin, each)
        begin = end


def _counted(codes: npt.NDArray[np.integer], bits: int, begin: int, worth: Floats | None) -> Pairs:
    """Count equal pairs, each coded as one number; adds up in the order of the lists."""
    if worth is None:
        codes.sort()
    else:
        order = np.argsort(codes, kind="stable")
        codes, worth = codes[order], worth[order]
    begins = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
    count = np.diff(begins, append=len(codes))
    codes = codes[begins]
    source = (codes >> bits).astype(np.int64) + begin
    target = (codes & ((1 << bits) - 1)).astype(np.int64)
    if worth is None:
        return Pairs(source, target, count, count)
    weight: Floats = np.add.reduceat(worth, begins)
    return Pairs(source, target, count, weight.round(DECIMALS))
