"""Step 2, block: the pairs of records that are worth a comparison, near linear in the records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from slr.dedup.prepare import Flags, Floats, Ints, Prepared, Texts, codes

WINDOW = 11
"""Records with one key are compared with so many that follow; groups up to 12 are whole."""
GRAMS = (3, 5, 8)
"""Letters of the runs by which titles are found alike: short bear faults, long ones are rare."""
MOST_HOLDERS = 40
"""A run of letters that more titles hold tells little, and is dropped."""
MOST_GRAMS = 32
"""So many runs of a title are looked up."""
NEIGHBOURS = 10
"""Most other titles that a title is compared with."""
LEAST_SHARE = 0.15
"""Share of weighed runs in common from which two titles are compared."""
PRODUCTS_AT_ONCE = 4_000_000
MEMBERS = 6
"""So many records of one title are compared with those of a title like it."""
KEY_LETTERS = 4
ROWS_AT_ONCE = 20_000
PREFIX = 28


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows, ``a < b``, each once, sorted."""

    a: Ints
    b: Ints

    def __len__(self) -> int:
        return len(self.a)

    def __getitem__(self, chosen: Flags | Ints | slice) -> Pairs:
        return Pairs(self.a[chosen], self.b[chosen])


def block(prepared: Prepared) -> Pairs:
    """Return the pairs that share a key or whose titles share runs of letters.

    A record has at most `WINDOW` pairs forward a key and `NEIGHBOURS` by likeness, so that the
    number of pairs grows with the number of records. An empty key is shared with nothing.
    """
    n = len(prepared)
    found = [windowed(key, order) for key, order in keys(prepared)]
    found.append(alike(prepared))
    pairs = distinct(np.concatenate(found))
    return Pairs(pairs // max(n, 1), pairs % max(n, 1))


def keys(p: Prepared) -> Iterator[tuple[Ints, Ints]]:
    """Yield codes of exact keys, -1 for none, each with the order of records within one key."""
    author = codes(p.first_family)
    title = codes(key if len(key) >= KEY_LETTERS else "" for key in p.title_key)
    initials = p.venues[2]
    venue = codes(initials[v] if v >= 0 else "" for v in p.venue)
    year = np.where(p.year_from > 0, p.year_from, -1)
    by_title = np.lexsort((np.arange(len(p)), year, author, title))
    by_year = np.lexsort((np.arange(len(p)), title, author, year))
    yield title, by_title
    yield title, by_year
    yield codes(p.doi), by_title
    yield codes(p.pmid), by_title
    yield joined(codes(p.isbn), p.first_page), by_title
    yield joined(venue, p.volume, p.first_page), by_title
    yield joined(p.volume, p.first_page, year), by_title
    yield joined(author, p.first_page, p.last_page), by_title
    yield joined(author, p.volume, p.first_page), by_title
    yield joined(codes(p.families), year, np.where(p.author_count > 2, 0, -1)), by_title
    yield joined(author, venue, p.volume, p.number), by_title
    prefix = codes(key[:PREFIX] if len(key) >= PREFIX else "" for key in p.title_key)
    yield prefix, by_title
    yield joined(prefix, author), by_title
    other = [
        t.replace(" ", "") if t else k for t, k in zip(p.other_title, p.title_key, strict=True)
    ]
    yield codes(key if len(key) >= PREFIX else "" for key in other), by_title


def joined(*parts: Ints) -> Ints:
    """Return one code for each combination of codes; -1 where a part is -1."""
    whole = parts[0].copy()
    for part in parts[1:]:
        _, whole = np.unique(whole * (int(part.max(initial=0)) + 2) + part, return_inverse=True)
    for part in parts:
        whole = np.where(part < 0, -1, whole)
    return whole


def windowed(key: Ints, order: Ints) -> Ints:
    """Return the packed pairs of records that share a key and stand near in `order`."""
    n = len(key)
    ordered = order[np.argsort(key[order], kind="stable")]
    ordered = ordered[key[ordered] >= 0]
    ranked = key[ordered]
    found = [np.empty(0, np.int64)]
    for step in range(1, WINDOW + 1):
        near = ranked[step:] == ranked[:-step]
        if not near.any():
            break
        found.append(packed(ordered[:-step][near], ordered[step:][near], n))
    return np.concatenate(found)


def distinct(values: Ints) -> Ints:
    """Return the different values, sorted. By sorting: `np.unique` hashes, which takes longer."""
    ordered = np.sort(values)
    result: Ints = ordered[np.diff(ordered, prepend=-1) != 0]
    return result


def packed(a: Ints, b: Ints, n: int) -> Ints:
    """Return pairs of rows as single numbers, the smaller row first."""
    result: Ints = np.minimum(a, b) * n + np.maximum(a, b)
    return result


def alike(p: Prepared) -> Ints:
    """Return the packed pairs of records whose titles share runs of letters.

    Equal titles are looked up once; `MEMBERS` records of each stand for all of them. The product
    of the sparse matrix of titles and runs with itself is formed a part at a time, and of each
    row the greatest entries are kept.
    """
    title = codes(key if len(key) >= KEY_LETTERS else "" for key in p.title_key)
    order = np.argsort(title, kind="stable")
    order = order[title[order] >= 0]
    firsts = np.flatnonzero(np.diff(title[order], prepend=-1))
    if len(firsts) < 2:
        return np.empty(0, np.int64)
    starts, grams, weights = _grams(p.title_key[order[firsts]])
    sizes = np.minimum(np.diff(firsts, append=len(order)), MEMBERS)
    found = []
    for a, b in _nearest(starts, grams, weights):
        one, other = _members(a, b, sizes)
        found.append(
            packed(order[firsts[one[0]] + one[1]], order[firsts[other[0]] + other[1]], len(p))
        )
    return distinct(np.concatenate(found))


def _members(a: Ints, b: Ints, sizes: Ints) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Return every combination of the members of titles `a` and `b`: title and place in it."""
    counts = sizes[a] * sizes[b]
    pair = np.repeat(np.arange(len(a)), counts)
    place = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
    width = sizes[b][pair]
    return (a[pair], place // width), (b[pair], place % width)


def _nearest(starts: Ints, grams: Ints, weights: Floats) -> Iterator[tuple[Ints, Ints]]:
    """Yield for each title its neighbours of highest share among those after it, in parts."""
    title = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    order = np.argsort(grams, kind="stable")  # within one run, by title
    ends = np.searchsorted(grams[order], grams[order], side="right")
    after = np.empty(len(grams), np.int64)
    after[order] = ends - np.arange(len(order)) - 1
    place = np.empty(len(grams), np.int64)
    place[order] = np.arange(len(order))
    reached = np.concatenate([[0], np.cumsum(after)])
    cuts = np.searchsorted(reached[starts], np.arange(0, reached[-1], PRODUCTS_AT_ONCE))
    bounds = distinct(np.append(cuts, len(starts) - 1))
    for begin, end in pairwise([0, *bounds[bounds > 0].tolist()]):
        span = slice(int(starts[begin]), int(starts[end]))
        count = after[span]
        entry = np.repeat(np.arange(span.start, span.stop), count)
        step = np.arange(len(entry)) - np.repeat(np.cumsum(count) - count, count)
        met = order[place[entry] + 1 + step]
        pair = (title[entry] - begin) * (len(starts) - 1) + title[met]
        by_pair = np.argsort(pair, kind="stable")
        pair, product = pair[by_pair], (weights[entry] * weights[met])[by_pair]
        first = np.flatnonzero(np.diff(pair, prepend=-1))
        share = np.add.reduceat(product, first) if len(first) else product
        near = share >= LEAST_SHARE
        pair, share = pair[first][near], share[near]
        a, b = pair // (len(starts) - 1) + begin, pair % (len(starts) - 1)
        ranked = np.lexsort((b, -share, a))
        a, b = a[ranked], b[ranked]
        kept = np.arange(len(a)) - np.searchsorted(a, a) < NEIGHBOURS
        yield a[kept], b[kept]


def _grams(keys_: Texts) -> tuple[Ints, Ints, Floats]:
    """Return the telling runs of letters of each title: starts, hashed runs, weights.

    Of the runs held by 2 to `MOST_HOLDERS` titles, each title keeps the `MOST_GRAMS` of lowest
    hash: the same ones wherever they stand (bottom-k sampling), whatever the length of the title.
    Weights are such that the product of two rows is their cosine by inverse frequency.
    """
    bits = min(26, max(16, len(keys_).bit_length() + 7))
    counts = np.zeros(1 << bits, np.int32)
    chunks = range(0, len(keys_), ROWS_AT_ONCE)
    for begin in chunks:
        row, grams = _hashed(keys_[begin : begin + ROWS_AT_ONCE], bits)
        counts += np.bincount(grams, minlength=1 << bits).astype(np.int32)
    sizes, kept = [], []
    for begin in chunks:
        chunk = keys_[begin : begin + ROWS_AT_ONCE]
        if len(chunks) > 1:  # to hash twice takes less than to keep all
            row, grams = _hashed(chunk, bits)
        telling = (counts[grams] >= 2) & (counts[grams] <= MOST_HOLDERS)
        row, grams = row[telling], grams[telling]
        place = np.arange(len(row)) - np.searchsorted(row, row)
        row, grams = row[place < MOST_GRAMS], grams[place < MOST_GRAMS]
        sizes.append(np.bincount(row, minlength=len(chunk)))
        kept.append(grams)
    starts = np.concatenate([[0], np.cumsum(np.concatenate(sizes))])
    grams = np.concatenate(kept)
    weights = np.log(len(keys_) / counts[grams] + 1.0)
    row = np.repeat(np.arange(len(keys_)), np.diff(starts))
    norms = np.sqrt(np.bincount(row, weights**2, minlength=len(keys_)))
    return starts, grams, weights / np.maximum(norms, 1e-9)[row]


def _hashed(keys_: Texts, bits: int) -> tuple[Ints, Ints]:
    """Return row and hash of every distinct run of letters, sorted by both."""
    lengths = np.array([len(key) for key in keys_], np.int64)
    letters = np.frombuffer("".join(keys_).encode("utf-32-le", "replace"), np.uint32)
    row = np.repeat(np.arange(len(keys_)), lengths)
    rows, grams = [], []
    for size in GRAMS:
        if len(letters) < size:
            continue
        whole = row[size - 1 :] == row[: len(row) - size + 1]
        value = np.full(len(letters) - size + 1, size, np.uint64)
        for step in range(size):
            value = value * np.uint64(1_000_003) + letters[step : len(letters) - size + 1 + step]
        value ^= value >> np.uint64(31)
        value *= np.uint64(0x9E3779B97F4A7C15)
        rows.append(row[: len(value)][whole])
        grams.append((value[whole] >> np.uint64(64 - bits)).astype(np.int64))
    if not rows:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    both = distinct((np.concatenate(rows) << bits) | np.concatenate(grams))
    return both >> bits, both & ((1 << bits) - 1)
