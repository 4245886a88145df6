"""Agreement: against published worked examples, by brute force, and where it is undefined."""

from __future__ import annotations

from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from slr.agreement import (
    MEASURES,
    NO_OVERLAP,
    NOT_TWO,
    ONE_VALUE,
    TOO_MANY,
    agreement,
    by_pair,
    numbers_apart,
    sets_apart,
)

COLUMNS = ["unit", "rater", "value"]


def from_rows(*rows: str) -> pd.DataFrame:
    """Ratings of one rater a row, one unit a word; `.` is none."""
    said = [
        (str(unit), f"rater {rater}", value)
        for rater, row in enumerate(rows)
        for unit, value in enumerate(row.split())
        if value != "."
    ]
    return pd.DataFrame(said, columns=COLUMNS)


def from_cells(cells: dict[tuple[str, str], int]) -> pd.DataFrame:
    """Ratings of two raters from how often each two values met."""
    pairs = [pair for pair, times in cells.items() for _ in range(times)]
    return from_rows(*(" ".join(side) for side in zip(*pairs, strict=True)))


def from_counts(*rows: tuple[int, ...]) -> pd.DataFrame:
    """Ratings of as many raters as a unit has, from how many gave each value."""
    said = []
    for unit, row in enumerate(rows):
        given_ = [str(value) for value, times in enumerate(row) for _ in range(times)]
        said += [(str(unit), f"rater {n:02}", value) for n, value in enumerate(given_)]
    return pd.DataFrame(said, columns=COLUMNS)


def found(ratings: pd.DataFrame, **options: object) -> dict[str, float | None]:
    return {r["measure"]: r["value"] for r in agreement(ratings, draws=0, **options)}  # type: ignore[arg-type]


KRIPPENDORFF_2011 = from_rows(
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
"""Four observers, twelve units, some missing: Krippendorff (2011), section C."""


def test_krippendorff_2011_with_missing_values() -> None:
    assert found(KRIPPENDORFF_2011)["krippendorff"] == pytest.approx(0.743, abs=5e-4)
    by_interval = found(KRIPPENDORFF_2011, distance=numbers_apart)["krippendorff"]
    assert by_interval == pytest.approx(0.849, abs=5e-4)


def test_krippendorff_2011_of_two_observers() -> None:
    binary = from_rows("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
    nominal = from_rows("a a b b d c c c e d d a", "b a b b b c c c e d d d")
    assert found(binary)["krippendorff"] == pytest.approx(0.095, abs=5e-4)
    assert found(nominal)["krippendorff"] == pytest.approx(0.692, abs=5e-4)


def test_gwet_2014_four_raters_with_missing_ratings() -> None:
    """The same ratings in Gwet (2014), whose package irrCAC prints these five digits."""
    told = found(KRIPPENDORFF_2011)
    assert told["raw"] == pytest.approx(0.81818, abs=5e-6)
    assert told["gwet_ac1"] == pytest.approx(0.77544, abs=5e-6)
    assert told["fleiss"] == pytest.approx(0.76117, abs=5e-6)
    assert told["pabak"] == pytest.approx(0.77273, abs=5e-6)
    assert told["krippendorff"] == pytest.approx(0.74342, abs=5e-6)
    assert told["cohen"] is None


def test_gwet_2014_two_abstractors() -> None:
    """Table `cont3x3abstractors` of Gwet (2014), by his package irrCAC."""
    e, a, n = "Ectopic", "AIU", "NIU"
    told = found(from_cells({(e, e): 13, (a, a): 20, (a, n): 7, (n, a): 4, (n, n): 56}))
    assert told["cohen"] == pytest.approx(0.7964094, abs=5e-8)
    assert told["fleiss"] == pytest.approx(0.7962397, abs=5e-8)  # of two raters: Scott's pi
    assert told["gwet_ac1"] == pytest.approx(0.8493305, abs=5e-8)


def test_cohen_1968_three_diagnoses() -> None:
    """Table 1 of Cohen (1968), doi 10.1037/h0026256: 200 cases, kappa .492 without weights."""
    cells = [(88, 14, 18), (10, 40, 10), (2, 6, 12)]
    told = found(
        from_cells({(str(i), str(j)): n for i, row in enumerate(cells) for j, n in enumerate(row)})
    )
    assert told["raw"] == pytest.approx(0.70)
    assert told["cohen"] == pytest.approx(0.492, abs=5e-4)


@pytest.mark.parametrize(("cells", "kappa"), [((40, 9, 6, 45), 0.70), ((80, 10, 5, 5), 0.32)])
def test_feinstein_cicchetti_1990_equal_agreement_unequal_kappa(
    cells: tuple[int, int, int, int], kappa: float
) -> None:
    """Feinstein & Cicchetti (1990), doi 10.1016/0895-4356(90)90158-L: the first paradox.

    Agreement is .85 in both; PABAK, twice that less one, does not fall with the prevalence.
    """
    pairs = [("yes", "yes"), ("yes", "no"), ("no", "yes"), ("no", "no")]
    told = found(from_cells(dict(zip(pairs, cells, strict=True))))
    assert told["raw"] == pytest.approx(0.85)
    assert told["cohen"] == pytest.approx(kappa, abs=5e-3)
    assert told["pabak"] == pytest.approx(0.70)


def test_fleiss_kappa_of_fourteen_raters() -> None:
    """Ten subjects, fourteen raters, five values: the worked example of Fleiss' kappa in
    Wikipedia, in the form of Fleiss (1971), Table 1; kappa .210, agreement .378.
    """
    told = found(
        from_counts(
            (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
            (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
        )
    )  # fmt: skip
    assert told["raw"] == pytest.approx(0.378, abs=5e-4)
    assert told["fleiss"] == pytest.approx(0.210, abs=5e-4)


# --- what holds for all ratings ------------------------------------------------------------------

RATINGS = st.dictionaries(
    st.tuples(st.integers(0, 7), st.integers(0, 3)), st.sampled_from("abc"), min_size=1
).map(
    lambda said: pd.DataFrame(
        [(f"u{unit}", f"r{rater}", value) for (unit, rater), value in said.items()], columns=COLUMNS
    )
)


def by_hand(ratings: pd.DataFrame) -> tuple[float | None, float | None]:
    """Raw agreement and nominal alpha, pair of ratings by pair of ratings."""
    units = [list(v) for _, v in ratings.groupby("unit")["value"] if len(v) > 1]
    if not units:
        return None, None
    shares = [
        sum(a == b for a, b in combinations(unit, 2)) / (len(unit) * (len(unit) - 1) / 2)
        for unit in units
    ]
    every = [value for unit in units for value in unit]
    n = len(every)
    apart = sum((1 - share) * len(unit) for share, unit in zip(shares, units, strict=True)) / n
    chance = sum(a != b for a, b in combinations(every, 2)) / (n * (n - 1) / 2)
    return sum(shares) / len(shares), 1 - apart / chance if chance else None


@given(RATINGS)
def test_raw_and_alpha_are_those_of_every_pair_of_ratings(ratings: pd.DataFrame) -> None:
    raw, alpha = by_hand(ratings)
    told = found(ratings)
    assert told["raw"] == (None if raw is None else pytest.approx(raw))
    assert told["krippendorff"] == (None if alpha is None else pytest.approx(alpha))


@given(RATINGS, st.randoms(use_true_random=False))
def test_neither_the_order_nor_the_names_of_raters_and_units_matter(
    ratings: pd.DataFrame, random: object
) -> None:
    raters = {name: f"x{9 - int(name[1:])}" for name in ratings["rater"].unique()}
    other = ratings.assign(rater=ratings["rater"].map(raters), unit="z" + ratings["unit"])
    other = other.sample(frac=1, random_state=random.randint(0, 99))  # type: ignore[attr-defined]
    told = found(other)
    assert told == {k: v if v is None else pytest.approx(v) for k, v in found(ratings).items()}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_cohen_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    a, b = zip(*pairs, strict=True)
    told = found(from_rows(" ".join(a), " ".join(b)))["cohen"]
    if len({*a, *b}) == 1:
        assert told is None
    else:
        assert told == pytest.approx(cohen_kappa_score(a, b))


@given(RATINGS)
def test_pairs_are_the_agreement_of_the_two_alone(ratings: pd.DataFrame) -> None:
    told = by_pair(ratings, values="abc", draws=0)
    raters = sorted(ratings["rater"].unique())
    assert len(told) == len(MEASURES) * len(raters) * (len(raters) - 1) // 2
    for a, b in combinations(raters, 2):
        rows = [r for r in told if (r["rater_a"], r["rater_b"]) == (a, b)]
        alone = agreement(ratings[ratings["rater"].isin([a, b])], values="abc", draws=0)
        assert [{"rater_a": a, "rater_b": b, **row} for row in alone] == rows


# --- where it is undefined, and how sure it is ----------------------------------------------------


def test_what_is_undefined_says_why() -> None:
    alone = agreement(from_rows("a b . .", ". . a b"))
    assert {(r["value"], r["why"], r["units"]) for r in alone} == {(None, NO_OVERLAP, 0)}
    same = {r["measure"]: r for r in agreement(from_rows("a a a", "a a a"), values=["a", "b"])}
    assert (same["raw"]["value"], same["pabak"]["value"], same["gwet_ac1"]["value"]) == (1, 1, 1)
    for name in ("cohen", "fleiss", "krippendorff"):
        assert (same[name]["value"], same[name]["why"]) == (None, ONE_VALUE)
    three = {r["measure"]: r for r in agreement(from_rows("a b", "a b", "b b"))}
    assert (three["cohen"]["value"], three["cohen"]["why"]) == (None, NOT_TWO)


def test_too_many_values_are_not_compared() -> None:
    many = " ".join(map(str, range(1_001)))
    assert {r["why"] for r in agreement(from_rows(many, many))} == {TOO_MANY}


def test_nobody_rated() -> None:
    nothing = pd.DataFrame([], columns=COLUMNS)
    assert {r["why"] for r in agreement(nothing)} == {NO_OVERLAP}
    assert by_pair(nothing) == []


def test_the_interval_holds_the_value_and_narrows_with_more_units() -> None:
    cells = {("a", "a"): 4, ("a", "b"): 2, ("b", "a"): 1, ("b", "b"): 5}
    few = agreement(from_cells(cells))
    many = agreement(from_cells({pair: 25 * times for pair, times in cells.items()}))
    for small, large in zip(few, many, strict=True):
        assert large["value"] == pytest.approx(small["value"], abs=0.03)
        assert small["low"] < small["value"] < small["high"]
        assert large["high"] - large["low"] < 0.4 * (small["high"] - small["low"])


def test_the_interval_of_raw_agreement_is_that_of_a_share() -> None:
    """Of 100 units 80 agree: the normal interval of a share is .80 ± .078."""
    ratings = from_cells({("a", "a"): 40, ("b", "b"): 40, ("a", "b"): 10, ("b", "a"): 10})
    raw = agreement(ratings)[0]
    assert raw["low"] == pytest.approx(0.722, abs=0.015)
    assert raw["high"] == pytest.approx(0.878, abs=0.015)
    assert agreement(ratings) == agreement(ratings.sample(frac=1, random_state=1))


def test_sets_that_share_nothing_are_as_far_apart_as_can_be() -> None:
    assert sets_apart("a;b", "c") == 1
    assert sets_apart("a; b", "b;a") == 0
    assert sets_apart("", "a") == 1
    assert sets_apart("a;b", "b;c") == pytest.approx(1 - 1 / 3 * 1 / 3)
