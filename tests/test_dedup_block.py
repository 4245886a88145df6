"""The pairs that are compared: all that may be one work, and not many more."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest

from slr.dedup import DEFAULTS, block, engine
from slr.dedup.prepare import prepare


def columns(records: list[dict[str, str]]) -> dict[str, list[str]]:
    names = {"record_id"} | {name for r in records for name in r}
    made = {name: [r.get(name, "") for r in records] for name in names}
    return made | {"record_id": [f"x/{place:06}" for place in range(len(records))]}


def pairs(records: list[dict[str, str]]) -> set[tuple[int, int]]:
    found = block.block(prepare(columns(records)))
    return set(zip(found.a.tolist(), found.b.tolist(), strict=True))


ONE = {"title": "Transparency of public budgets"}
OTHER = {"title": "Haemoglobin in newborn mice"}
SHARED = {
    "DOI": ({"doi": "10.1/x"}, {"doi": "https://doi.org/10.1/X"}),
    "PMID": ({"extra": '{"pmid": "123"}'}, {"extra": '{"a": "b", "PMID": "123"}'}),
    "ISBN and page": ({"isbn": "978-0-1", "pages": "5-9"}, {"isbn": "97801", "pages": "5--9"}),
    "venue, volume and page": (
        {"journal": "Journal of Clinical Oncology", "volume": "3", "pages": "12-15"},
        {"journal": "J Clin Oncol", "volume": "3 (1)", "pages": "12"},
    ),
    "title": (OTHER, {"title": "HAEMOGLOBIN in new-born mice."}),
    "a title in brackets": (
        {"title": "Hémoglobine (Haemoglobin in newborn and adult mice)"},
        {"title": "Haemoglobin in newborn and adult mice"},
    ),
    "a fault in the title": (OTHER, {"title": "Hemoglobin in newborn mice"}),
    "a title without its end": (
        {"title": "Haemoglobin in newborn mice: a study of forty families"},
        OTHER,
    ),
    "three authors and the year": (
        {"author": "Aa, B. and Bb, C. and Cc, D.", "year": "2001"},
        {"author": "Aa, Bo and Bb, Cy and Cc, Di", "year": "2001"},
    ),
}


@pytest.mark.parametrize(("one", "other"), SHARED.values(), ids=SHARED.keys())
def test_what_two_records_share_brings_them_together(
    one: dict[str, str], other: dict[str, str]
) -> None:
    assert (0, 2) in pairs([ONE | one, {"title": "Another matter"}, OTHER | other])
    assert (0, 2) not in pairs([ONE, {"title": "Another matter"}, {"title": "Voting by post"}])


@pytest.mark.parametrize("field", ["title", "doi", "isbn", "author", "year", "volume", "pages"])
@pytest.mark.parametrize("value", ["", "—", "n/a"])
def test_an_empty_key_is_shared_with_nothing(field: str, value: str) -> None:
    assert pairs([{field: value}] * 5) == set()


HOSTILE: dict[str, Any] = {
    "one title": lambda n: [{"title": "Digital government evolution"}] * n,
    "one title, author and year": lambda n: (
        [{"title": "Digital government evolution", "author": "Doe, J.", "year": "2015"}] * n
    ),
    "one place": lambda n: [
        {
            "title": f"{k * 7919:x}",
            "volume": "1",
            "pages": "1-2",
            "year": "2000",
            "journal": "J X Y",
        }
        for k in range(n)
    ],
    "numbered titles": lambda n: [{"title": f"Report on digital government {k}"} for k in range(n)],
    "titles of one letter": lambda n: [{"title": "abcم中"[k % 5]} for k in range(n)],
    "signs": lambda n: [{"title": "—!?[]()" * (k % 9)} for k in range(n)],
    "nothing": lambda n: [{"title": ""}] * n,
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_pairs_grow_no_faster_than_records(make: Any) -> None:
    """A record has a bounded number of pairs a key, whatever the table."""
    for count in (1000, 4000):
        assert len(pairs(make(count))) <= 2 * block.WINDOW * count


LONG = {
    "100,000 letters": ["ab c" * 25_000 + str(k) for k in range(6)],
    "brackets": ["[a]" * 30_000 + str(k) for k in range(6)] + ["x " + "[a]" * 30_000] * 3,
    "spaces": [" " * 100_000 + str(k) for k in range(6)],
    "open brackets": ["(" * 50_000, "<a" * 50_000, "&#1" * 30_000, "[" * 50_000],
    "half a character": ["bad \ud800 title of some length"] * 3,
    "marks": ["e" + "\u0301" * 50_000] * 3,
}


@pytest.mark.parametrize("titles", LONG.values(), ids=LONG.keys())
def test_hostile_titles_do_no_harm(titles: list[str]) -> None:
    made = columns([{"title": title, "author": " " * 50_000 + "and A" * 9} for title in titles])
    tables = engine(made, {}, DEFAULTS)
    assert tables["clusters"]["record_id"] == made["record_id"]
    assert sum(len(ids.split()) for ids in tables["works"]["record_ids"]) == len(titles)


def test_a_crowd_of_equal_records_is_one_work_and_few_questions() -> None:
    same = {"title": "Digital government evolution", "author": "Doe, J.", "year": "2015"}
    tables = engine(columns([same] * 2000), {}, DEFAULTS)
    assert len(tables["works"]["work_id"]) == 1
    alone = engine(columns([{"title": "Digital government evolution"}] * 2000), {}, DEFAULTS)
    assert len(alone["works"]["work_id"]) == 2000
    assert alone["pairs"]["verdict"] == []


def test_blocks_do_not_depend_on_the_order_of_records() -> None:
    records = [
        {"title": f"Haemoglobin of newborn mice in {city} {k % 7}", "year": str(1990 + k % 9)}
        for k, city in enumerate(["Shiraz", "Isfahan", "Kerman", "Yazd"] * 40)
    ]
    order = list(range(len(records)))
    random.Random(4).shuffle(order)
    straight = columns(records)
    mixed = {name: [values[k] for k in order] for name, values in straight.items()}
    assert engine(mixed, {}, DEFAULTS) == engine(straight, {}, DEFAULTS)


SETS = os.environ.get("SLR_DEDUP_SETS")


@pytest.mark.skipif(not SETS, reason="SLR_DEDUP_SETS names no folder of labelled sets")
def test_nearly_all_true_pairs_of_the_labelled_sets_are_compared() -> None:
    from slr.dedup import train

    for path in sorted(Path(str(SETS)).glob("*.csv.gz")):
        table = train.read(path)
        found = block.block(prepare(table))
        clusters = table["cluster_id"]
        hit = sum(clusters[a] == clusters[b] for a, b in zip(found.a, found.b, strict=True))
        sizes = [clusters.count(name) for name in set(clusters)]
        assert hit >= 0.995 * sum(n * (n - 1) // 2 for n in sizes), path.name
        assert len(found) <= 12 * len(clusters), path.name
