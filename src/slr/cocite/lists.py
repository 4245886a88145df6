"""Lists of what goes together: the references of a work, its authors, its keywords.

Kept as arrays, so that a million references take megabytes: pandas takes longer to import than
the networks of most reviews take to count.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from slr.text import counted, doi_key

Ints = npt.NDArray[np.int64]
LONG_LIST = 1_000
"""References of one work from which it is told how many pairs they make."""
_ROOM = 1 << 28
"""Bytes of all names, each as wide as the widest, up to which they are sorted as bytes."""
_OPENALEX = re.compile(r"https?://(?:api\.)?openalex\.org/(?:works/)?(w\d+)/?", re.IGNORECASE)


@dataclass(frozen=True)
class Lists:
    """Sets of members, one a holder: those of holder h are ``items[starts[h]:starts[h + 1]]``."""

    holders: list[str]
    """Sorted; those with an empty list are among them."""
    members: list[str]
    """Sorted; `items` are places in it, ascending within each list."""
    starts: Ints
    items: Ints

    def sizes(self) -> Ints:
        """Return the length of each list."""
        return np.diff(self.starts)

    def holder_of(self) -> Ints:
        """Return the holder of each item."""
        return np.repeat(np.arange(len(self.holders)), self.sizes())

    def turned(self) -> Lists:
        """Return the lists by member: of each work, those that cite it."""
        order = np.argsort(self.items, kind="stable")
        counts = np.bincount(self.items, minlength=len(self.members))
        return Lists(self.members, self.holders, starts_of(counts), self.holder_of()[order])


def starts_of(counts: npt.NDArray[np.integer]) -> Ints:
    """Return where each of several runs begins, and where the last one ends."""
    starts = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def lists_of(holders: Sequence[str], members: Sequence[str]) -> Lists:
    """Return the lists of which each row names a holder and a member; repeated rows count once.

    An empty member is a list that is known to be empty, not a member.
    """
    of_holder, holder_names = _places(holders)
    of_member, member_names = _places(members)
    count = max(len(member_names), 1)
    rows = of_holder * count + of_member
    if member_names[:1] == [""]:
        rows = rows[of_member > 0] - 1
        member_names = member_names[1:]
    rows.sort()
    once = rows[np.diff(rows, prepend=-1) > 0]
    sizes = np.bincount(once // count, minlength=len(holder_names))
    return Lists(holder_names, member_names, starts_of(sizes), once % count)


def _places(names: Sequence[str]) -> tuple[Ints, list[str]]:
    """Return the place of each name among the sorted names.

    Short names in ASCII are sorted as bytes, in half the time that a dictionary of them takes.
    """
    wide = max(map(len, names), default=0)
    whole = "".join(names)
    if wide * len(names) <= _ROOM and whole.isascii() and "\0" not in whole:
        distinct, at = np.unique(np.array(names, f"S{wide}"), return_inverse=True)
        return at.astype(np.int64), [name.decode() for name in distinct.tolist()]
    ordered = sorted(set(names))
    place = {name: at for at, name in enumerate(ordered)}
    return np.fromiter(map(place.__getitem__, names), np.int64, len(names)), ordered


def work_key(name: str) -> str:
    """Return the bare form of a DOI or OpenAlex id; what is neither is returned as it is.

    >>> work_key("https://doi.org/10.1016/J.GIQ.2015.07.001")
    '10.1016/j.giq.2015.07.001'
    >>> work_key("https://openalex.org/W2100837269")
    'W2100837269'
    >>> work_key("Gipp2009")
    'Gipp2009'
    """
    found = _OPENALEX.fullmatch(name.strip())
    if found:
        return found[1].upper()
    return (doi_key(name) if "10." in name else "") or name


def joined_forms(names: Collection[str]) -> dict[str, str]:
    """Return the one name of each work whose id is written in several forms.

    A work that is written in one form alone keeps it, and is not in the result.
    """
    forms: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        if "10." in name or "openalex.org" in name.lower():
            forms[work_key(name)].append(name)
    return {
        name: key
        for key, written in forms.items()
        if len(written) > 1 or (key not in written and key in names)
        for name in written
    }


def renamed(values: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Return `values` with the names that some of them have."""
    return [names.get(value, value) for value in values]


def oddities(
    lists: Lists, citing: Sequence[str], cited: Sequence[str], forms: Mapping[str, str]
) -> Iterator[str]:
    """Say what is unusual in reference lists, each with what was done with it."""
    if forms:
        works = len(set(forms.values()))
        yield f"  ids in several forms (DOI, OpenAlex): {counted(works, 'work')}; each is one node"
    empty = int((lists.sizes() == 0).sum())
    if empty:
        yield f"  empty lists: {counted(empty, 'work cites', 'works cite')} nothing"
    repeated = len(cited) - cited.count("") - len(lists.items)
    if repeated:
        yield f"  repeated rows: {repeated}; each reference counts once"
    own = {one for one, other in zip(citing, cited, strict=True) if one == other}
    if own:
        yield f"  lists that hold the citing work itself: {len(own)}, such as {min(own)}; left in"
    sizes = lists.sizes()
    long = np.flatnonzero(sizes >= LONG_LIST)
    if len(long):
        made = int((sizes[long] * (sizes[long] - 1) // 2).sum())
        name = lists.holders[int(sizes.argmax())]
        yield (
            f"  lists of {LONG_LIST:,} references and more: {len(long)}, the longest of {name} "
            f"with {int(sizes.max()):,}; they alone make {made:,} pairs"
        )
