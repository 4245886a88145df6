"""When to stop: the tests against brute force and published numbers, and their assumptions told."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slr.rank.stopping import (
    first_stop,
    may_stop,
    missing_at_least,
    recall_at_least,
    replayed,
    sample_stop,
)


def at_most(k: int, left: int, relevant: int, drawn: int) -> float:
    """P(X <= k) for a hypergeometric X, by counting draws."""
    ways = sum(
        math.comb(relevant, x) * math.comb(left - relevant, drawn - x)
        for x in range(min(k, relevant, drawn) + 1)
        if drawn - x <= left - relevant
    )
    return ways / math.comb(left, drawn)


def by_every_stretch(found: list[int], total: int, missed: int) -> float:
    """The paper's test as it is written: every stretch of records that ends now."""
    if missed > total - len(found):
        return 0.0
    return min(
        at_most(sum(found[i:]), total - i, sum(found[i:]) + missed, len(found) - i)
        for i in range(len(found) + 1)
    )


@given(st.lists(st.integers(0, 1), min_size=1, max_size=25), st.integers(0, 25), st.integers(0, 6))
def test_the_test_is_the_least_of_all_stretches(found: list[int], more: int, missed: int) -> None:
    total = len(found) + more
    ours = missing_at_least(found, total, missed)
    assert ours == pytest.approx(by_every_stretch(found, total, missed), abs=1e-9)


def test_one_record_may_be_missing_until_19_in_20_of_the_rest_were_read() -> None:
    """Of 100 that are left after the last find, a draw of n misses one with (100 - n) / 100."""
    found = [1] * 5 + [0] * 95
    assert missing_at_least(found, 105, 1) == pytest.approx(5 / 100)
    assert missing_at_least([*found, 0], 105, 1) == pytest.approx(4 / 100)
    assert not may_stop(found[:-1], 105)
    assert may_stop([*found, 0], 105)


@given(st.lists(st.integers(0, 1), min_size=1, max_size=30).filter(any), st.integers(0, 30))
def test_recall_at_least_is_the_largest_number_missing_that_is_not_refused(
    found: list[int], more: int
) -> None:
    total = len(found) + more
    kept = [m for m in range(more + 1) if by_every_stretch(found, total, m) >= 0.05 - 1e-12]
    assert recall_at_least(found, total) == pytest.approx(sum(found) / (sum(found) + max(kept)))


def test_nothing_found_or_nothing_left() -> None:
    assert recall_at_least([0, 0], 10) == 0
    assert recall_at_least([0, 1, 0], 3) == 1


def test_a_sample_is_judged_beside_the_ranking() -> None:
    shown, judged = sample_stop([1] * 10 + [0] * 90, seed=[1]) or (0, 0)
    assert shown == 10
    assert 10 < judged <= 100  # to draw ten relevant ones takes others, too
    shown, judged = sample_stop([1] * 50, seed=[1]) or (0, 0)
    assert shown == judged <= 50  # ten were drawn, and all ten were shown
    assert sample_stop([1] * 9 + [0] * 9, seed=[1]) is None


def test_a_replay_says_when_each_rule_would_have_stopped() -> None:
    found = [1, 1, 1, 0, 1, *[0] * 195]
    stop = first_stop(found)
    assert may_stop(found[:stop], 200)
    assert not any(may_stop(found[:n], 200) for n in range(1, stop))
    ranked, sampled = replayed(found, seed=[1])
    assert (ranked["screened"], ranked["recall"], ranked["short"]) == (stop, 1, False)
    assert (sampled["screened"], sampled["recall"], sampled["short"]) == (None, None, None)
    assert all(rule["assumes"] and rule["source"] for rule in (ranked, sampled))
