"""Which record a name means."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from slr.errors import SlrError
from slr.identity import Names

IDS = ["paper/Nam2014", "paper/Kumar2015", "mine/Kumar2015", "mine/a/b", "plain"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("paper/Nam2014", "paper/Nam2014"),
        ("Nam2014", "paper/Nam2014"),
        ("mine/Kumar2015", "mine/Kumar2015"),
        ("a/b", "mine/a/b"),
        ("plain", "plain"),
    ],
)
def test_a_name_means_one_record(name: str, meant: str) -> None:
    assert Names(IDS).resolve(name) == meant


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Kumar2015", "'Kumar2015' is a key of mine/Kumar2015 and paper/Kumar2015. Say which."),
        ("Nam2041", "'Nam2041' is no record. Did you mean 'Nam2014'?"),
        ("paper/Nam", "'paper/Nam' is no record. Did you mean 'paper/Nam2014'?"),
        ("nam2014", "'nam2014' is no record. Did you mean 'Nam2014'?"),
        (
            "",
            "'' is no record. Known: Kumar2015, Nam2014, a/b, mine/Kumar2015, mine/a/b, "
            "paper/Kumar2015, paper/Nam2014, plain.",
        ),
    ],
)
def test_a_name_that_means_none_or_several_is_told(name: str, told: str) -> None:
    with pytest.raises(SlrError) as caught:
        Names(IDS).resolve(name)
    assert str(caught.value) == told


def test_a_column_of_names_is_resolved_and_its_frame_kept() -> None:
    frame = pd.DataFrame({"key": ["Nam2014", "mine/Kumar2015"], "x": [1, 2]}, index=[2, 5])
    found = Names(IDS).column(frame, "key", Path("t.csv"))
    assert found["key"].to_list() == ["paper/Nam2014", "mine/Kumar2015"]
    assert found.index.to_list() == [2, 5]
    assert frame["key"].to_list() == ["Nam2014", "mine/Kumar2015"]


def test_every_wrong_name_of_a_column_is_told_with_its_line() -> None:
    frame = pd.DataFrame({"key": ["Nam2014", "Kumar2015", "Nam2015"]}, index=[2, 4, 9])
    with pytest.raises(SlrError) as caught:
        Names(IDS).column(frame, "key", Path("t.csv"))
    assert str(caught.value).split("\n") == [
        "t.csv:4: key: 'Kumar2015' is a key of mine/Kumar2015 and paper/Kumar2015. Say which.",
        "t.csv:9: key: 'Nam2015' is no record. Did you mean 'Nam2014'?",
    ]
