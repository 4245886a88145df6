"""Conditions over facts: the truth tables of Kleene's logic, written out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slr.rules import Truth, evaluate, fields, gaps

T, F, U, M = Truth.MET, Truth.NOT_MET, Truth.UNKNOWN, Truth.MISSING

VALUES = {"t": "yes", "f": "no", "u": "unknown"}  # and "m" is missing
PART = {name: {name: {"is": "yes"}} for name in "tfum"}
TRUTH = {"t": T, "f": F, "u": U, "m": M}

#          any  all
TABLE = {
    "tt": (T, T),
    "tf": (T, F),
    "tu": (T, U),
    "tm": (T, M),
    "ff": (F, F),
    "fu": (U, F),
    "fm": (M, F),
    "uu": (U, U),
    "um": (M, M),
    "mm": (M, M),
}


@pytest.mark.parametrize(("pair", "truths"), TABLE.items(), ids=TABLE.keys())
def test_truth_tables(pair: str, truths: tuple[Truth, Truth]) -> None:
    for order in (pair, pair[::-1]):
        parts = [PART[name] for name in order]
        assert evaluate({"any": parts}, VALUES) is truths[0]
        assert evaluate({"all": parts}, VALUES) is truths[1]


@pytest.mark.parametrize(("name", "truth"), [("t", F), ("f", T), ("u", U), ("m", M)])
def test_not(name: str, truth: Truth) -> None:
    assert evaluate({"not": PART[name]}, VALUES) is truth


@pytest.mark.parametrize(
    ("test", "value", "met"),
    [
        ({"is": "yes"}, "yes", True),
        ({"is": "yes"}, "Yes", False),
        ({"is": 1}, 1.0, True),
        ({"is": "1"}, "1", True),
        ({"in": ["a", "b"]}, "b", True),
        ({"in": ["a", "b"]}, "c", False),
        ({"in": [1, 2]}, 2.0, True),
        ({"at_least": 10}, 10.0, True),
        ({"at_least": 10}, 9.0, False),
        ({"at_most": 10}, 10.0, True),
        ({"at_most": 10}, 11.0, False),
        ({"at_least": 1}, 0.0, False),
        ({"between": [2000, 2021]}, 2000.0, True),
        ({"between": [2000, 2021]}, 2021.0, True),
        ({"between": [2000, 2021]}, 1999.0, False),
        ({"between": [0.5, 1.5]}, 1.6, False),
        ({"matches": "govern*"}, "Digital Governance", True),
        ({"matches": ["x", "حکمرانی"]}, "حكمراني خوب", True),
        ({"matches": ["x", "y"]}, "z", False),
    ],
)
def test_tests_and_their_bounds(test: dict[str, object], value: str | float, met: bool) -> None:
    assert evaluate({"x": test}, {"x": value}) is (T if met else F)


def test_what_is_unknown_is_neither_met_nor_not() -> None:
    for test in (
        {"is": "yes"}, {"in": ["unknown"]}, {"at_least": 0}, {"between": [0, 9]},
        {"matches": "unknown"}, {"in_list": None}, {"matches_list": None},
    ):  # fmt: skip
        assert evaluate({"x": test}, {"x": "unknown"}) is U
        assert evaluate({"x": test}, {}) is M


def test_whether_a_value_is_known_is_never_a_gap() -> None:
    for known, truths in ((True, (T, F, F)), (False, (F, T, T))):
        found = [evaluate({name: {"known": known}}, VALUES) for name in "tum"]
        assert tuple(found) == truths
    condition = {"any": [{"m": {"known": True}}, PART["u"]]}
    assert gaps(condition, VALUES) == ["u"]
    assert fields(condition) == ["m", "u"]


CONDITIONS = st.recursive(
    st.sampled_from(list(PART.values())),
    lambda inner: (
        st.builds(lambda c: {"not": c}, inner)
        | st.builds(lambda c: {"any": c}, st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda c: {"all": c}, st.lists(inner, min_size=1, max_size=3))
    ),
    max_leaves=8,
)


@given(CONDITIONS)
def test_a_gap_decides_only_what_every_filling_would_not(condition: dict[str, object]) -> None:
    """Where all ways to fill the gaps agree on paper, a met or failed answer is one of them."""
    answer = evaluate(condition, VALUES)
    fillings = [
        evaluate(condition, {"t": "yes", "f": "no", "u": u, "m": m})
        for u in ("yes", "no")
        for m in ("yes", "no")
    ]
    if answer in (T, F):
        assert set(fillings) == {answer}
    assert set(fillings) <= {T, F}


@given(CONDITIONS, CONDITIONS)
def test_de_morgan(a: dict[str, object], b: dict[str, object]) -> None:
    left = evaluate({"not": {"any": [a, b]}}, VALUES)
    assert left is evaluate({"all": [{"not": a}, {"not": b}]}, VALUES)


def test_fields_and_gaps_are_named_once_in_order() -> None:
    condition = {"any": [PART["u"], {"all": [PART["t"], {"not": PART["m"]}]}, PART["u"]]}
    assert fields(condition) == ["m", "t", "u"]
    assert gaps(condition, VALUES) == ["m", "u"]
