"""Duplicates are found alike in every script: real titles, and variations of them made by hand.

`tests/data/dedup/scripts.csv` holds titles of data/raw/records/paper.bib and of known books, each
with the spellings that keyboards and databases make of it, and hard negatives: the same pattern
with another city, year, part or method.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from stages import rows

from slr.dedup import DEFAULTS, engine

RECORDS = rows(Path(__file__).parent / "data/dedup/scripts.csv")
BY_ID = {r["record_id"]: r for r in RECORDS}


def found(records: list[dict[str, Any]]) -> dict[str, dict[str, list[str]]]:
    columns = {
        name: [r.get(name) or "" for r in records] for name in {k for r in records for k in r}
    }
    return engine(columns, {}, DEFAULTS)


def merged(tables: dict[str, dict[str, list[str]]]) -> dict[str, str]:
    clusters = tables["clusters"]
    return dict(zip(clusters["record_id"], clusters["cluster_id"], strict=True))


@pytest.fixture(scope="module")
def tables() -> dict[str, dict[str, list[str]]]:
    return found(RECORDS)


@pytest.mark.parametrize(
    ("script", "pairs"), [("Persian", 9), ("Arabic", 7), ("Cyrillic", 10), ("CJK", 9)]
)
def test_precision_and_recall_by_script(
    tables: dict[str, dict[str, list[str]]], script: str, pairs: int
) -> None:
    of = merged(tables)
    ids = sorted(i for i, r in BY_ID.items() if r["script"] == script)
    count = Counter(
        (BY_ID[a]["cluster_id"] == BY_ID[b]["cluster_id"], of[a] == of[b])
        for a, b in combinations(ids, 2)
    )
    hit, false, missed = count[True, True], count[False, True], count[True, False]
    assert hit + missed == pairs
    assert (hit / (hit + false), hit / (hit + missed)) == (1.0, 1.0)


def test_no_two_scripts_meet(tables: dict[str, dict[str, list[str]]]) -> None:
    of = merged(tables)
    assert all(BY_ID[a]["script"] == BY_ID[leader]["script"] for a, leader in of.items())
    pairs = tables["pairs"]
    for a, b in zip(pairs["record_a"], pairs["record_b"], strict=True):
        assert BY_ID[a]["script"] == BY_ID[b]["script"]


def test_another_city_is_asked_or_different_never_merged(
    tables: dict[str, dict[str, list[str]]],
) -> None:
    cities = [r["record_id"] for r in RECORDS if "در شهر" in r["title"]]
    assert len(cities) == 4
    pairs = tables["pairs"]
    reasons = {
        frozenset((a, b)): why
        for a, b, why in zip(pairs["record_a"], pairs["record_b"], pairs["reasons"], strict=True)
    }
    for a, b in combinations(cities, 2):
        if BY_ID[a]["cluster_id"] != BY_ID[b]["cluster_id"]:
            why = reasons[frozenset((a, b))]
            assert why.startswith("one word of the title stands for another; titles nearly equal")


PERSIAN = {
    "title": "طراحی مدل حکمرانی خوب الکترونیک در حوزه آموزش الکترونیک ایران",
    "author": "مقدسی, علیرضا and مانیان, امیر",
    "year": "1395",
    "volume": "8",
    "number": "3",
    "pages": "591-620",
}
ENGLISH = {
    "title": "A model of good electronic governance for electronic learning in Iran",
    "author": "Moghaddasi, Alireza and Manian, Amir",
    "year": "2016",
    "volume": "8",
    "number": "3",
    "pages": "591-620",
}
DOI = "10.22059/jitm.2016.59091"


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ({"doi": DOI}, {"doi": DOI, "volume": "", "pages": ""}, "the DOI or PMID is the same"),
        ({}, {}, "the place is the same"),
        ({"year": "1394"}, {}, "the place is the same"),
        ({"year": "1393"}, {}, None),
        ({}, {"pages": "591-640", "number": ""}, None),
        ({}, {"pages": "12-40"}, None),
    ],
)
def test_an_article_and_its_english_record_are_one_study_to_ask(
    one: dict[str, str], other: dict[str, str], reason: str | None
) -> None:
    two = [{"record_id": "x/fa"} | PERSIAN | one, {"record_id": "x/en"} | ENGLISH | other]
    tables = found(two)
    assert len(set(merged(tables).values())) == 2
    if reason is None:
        assert tables["pairs"]["verdict"] == []
    else:
        assert tables["pairs"]["verdict"] == ["ask"]
        assert tables["pairs"]["reasons"][0].startswith(f"one study in two languages: {reason}")


def test_the_order_of_the_records_changes_nothing() -> None:
    reverse = found(RECORDS[::-1])
    assert reverse == found(RECORDS)
    assert pd.Series(reverse["works"]["work_id"]).is_monotonic_increasing
