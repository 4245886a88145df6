"""The agreement of screeners: by stage, all together and two by two."""

from __future__ import annotations

import pandas as pd
import pytest

from slr.schemas import tables
from slr.screen.agreed import screeners_agree

VOTES = """
a b c d e f
i i e e e u
i e e e e e
i . e . e .
"""


def votes(stage: str, *, unsure: bool = True) -> list[tuple[str, str, str, str]]:
    words = {"i": "include", "e": "exclude", "u": "unsure" if unsure else "exclude"}
    works, *rows = (line.split() for line in VOTES.split("\n") if line)
    return [
        (work, stage, f"screener {n}", words[said])
        for n, row in enumerate(rows, start=1)
        for work, said in zip(works, row, strict=True)
        if said != "."
    ]


def told(rows: list[tuple[str, str, str, str]]) -> pd.DataFrame:
    table = screeners_agree(
        pd.DataFrame(rows, columns=["work_id", "stage", "reviewer", "verdict"]).assign(kind="vote")
    )
    return tables.check(table, "screen/agreement")


def one(table: pd.DataFrame, measure: str, pair: tuple[str, str] | None = None) -> pd.Series:
    a, b = pair or (None, None)
    of_pair = (
        table["rater_a"].isna() if a is None else (table["rater_a"] == a) & (table["rater_b"] == b)
    )
    [(_, row)] = table[of_pair & (table["measure"] == measure)].iterrows()
    return row


def test_all_and_every_pair_where_votes_are_missing() -> None:
    table = told(votes("title_abstract"))
    everyone = one(table, "raw")
    # a, c, d and e agree wholly, b and f not at all: six works with two votes or more
    assert (everyone["value"], everyone["units"], everyone["ratings"]) == (
        pytest.approx(4 / 6),
        6,
        15,
    )
    assert one(table, "cohen")["why"] == "defined for two raters only"
    third = one(table, "cohen", ("screener 1", "screener 3"))
    assert (third["value"], third["units"]) == (1, 3)
    assert one(table, "raw", ("screener 1", "screener 2"))["value"] == pytest.approx(4 / 6)


def test_unsure_is_possible_only_where_somebody_was() -> None:
    two = [row for row in votes("full_text", unsure=False) if row[2] != "screener 3"]
    # of two values PABAK is twice the agreement less one; of three, (3 × agreement - 1) / 2
    assert one(told(two), "pabak")["value"] == pytest.approx(2 * 5 / 6 - 1)
    three = [row for row in votes("full_text") if row[2] != "screener 3"]
    assert one(told(three), "pabak")["value"] == pytest.approx((3 * 4 / 6 - 1) / 2)


def test_one_screener_agrees_with_nobody() -> None:
    alone = [row for row in votes("full_text") if row[2] == "screener 1"]
    assert told(alone).empty
    assert set(told([*alone, *votes("title_abstract")])["stage"]) == {"title_abstract"}
