"""References as texts cite them: initials, no venue, wrong years, lists of authors cut short."""

from __future__ import annotations

from typing import Any

import pytest

from slr.dedup import DEFAULTS, engine
from slr.dedup.fields import is_cut, people

TITLE = "Learning decision trees from noisy data"


def found(*records: dict[str, str]) -> tuple[list[str], dict[str, list[str]]]:
    """Return the work of each record, in the order given, and the pairs."""
    given = [{"title": TITLE} | r for r in records]
    names = sorted({name for r in given for name in r})
    columns: dict[str, Any] = {n: [r.get(n, "") for r in given] for n in names}
    columns["record_id"] = [f"c/{k:02}" for k in range(len(given))]
    tables = engine(columns, {}, DEFAULTS)
    of = dict(zip(tables["clusters"]["record_id"], tables["clusters"]["cluster_id"], strict=True))
    return [of[i] for i in columns["record_id"]], tables["pairs"]


@pytest.mark.parametrize(
    "author",
    ["R Agrawal, T Imielinski", "Agrawal R, Imielinski T", "r. agrawal, t. imielinski",
     "agrawal, r., & imielinski, t.", "R. Agrawal & T. Imielinski"],
)  # fmt: skip
def test_two_names_are_two_whatever_stands_between(author: str) -> None:
    words, families = people(author)
    assert words == {"agrawal", "imielinski"}
    assert families == ("agrawal", "imielinski")


@pytest.mark.parametrize(
    ("author", "family"),
    [("van der Berg, J. A.", "van der berg"), ("Agrawal, R S", "agrawal"), ("王, 小明", "王")],
)
def test_one_name_stays_one(author: str, family: str) -> None:
    assert people(author)[1] == (family,)


def test_a_list_with_initials_is_the_same_as_the_names_in_full() -> None:
    works, _ = found(
        {"author": "V Vassalos, Y Papakonstantinou", "year": "1999"},
        {"author": "Vasilis Vassalos and Yannis Papakonstantinou", "year": "1999"},
    )
    assert len(set(works)) == 1


def test_a_work_cited_with_wrong_years_is_no_column() -> None:
    right = [{"author": "A. Blum and P. Chalasani", "year": "1994"}] * 6
    wrong = [{"author": "A. Blum and P. Chalasani", "year": year} for year in ("1996", "1998")]
    works, pairs = found(*right, *wrong)
    assert len(set(works[:6])) == 1
    assert not any("every issue" in reason for reason in pairs["reasons"])


def test_a_column_by_one_author_in_three_years_is_asked() -> None:
    years = ["1999", "1999", "2000", "2000", "2001", "2001"]
    works, _ = found(*({"title": "Trade notes in brief", "author": "Alonso, R.", "year": y,
                        "journal": "Record"} for y in years))  # fmt: skip
    assert len(set(works)) == 6


def test_a_stray_year_does_not_break_up_the_others() -> None:
    title = "Efficient and transparent recovery of applications in client-server systems"
    cited = {"title": title, "author": "Lomet, D. and Weikum, G. and Stokes, L."}
    dated = [cited | {"year": "1998"}] * 4
    works, _ = found(*dated, *[cited] * 3, cited | {"year": "2002"})
    assert len(set(works[:7])) == 1
    assert works[7] != works[0]


def test_a_contradiction_of_two_holds_back_both() -> None:
    title = "Efficient and transparent recovery of applications in client-server systems"
    cited = {"title": title, "author": "Lomet, D. and Weikum, G. and Stokes, L."}
    works, pairs = found(cited | {"year": "1998"}, cited, cited | {"year": "2002"})
    assert len(set(works)) == 3
    assert pairs["verdict"] == ["ask", "ask"]


def test_no_undated_record_joins_a_paper_and_its_article() -> None:
    title = "Integrating reliable memory in databases of the main kind and others"
    both = {"title": title, "author": "Ng, W. and Chen, P. and Aycock, C."}
    works, _ = found(
        both | {"year": "1997", "journal": "VLDB", "ENTRYTYPE": "inproceedings"},
        both,
        both | {"year": "1998", "journal": "VLDB Journal", "ENTRYTYPE": "article"},
    )
    assert works[0] != works[2]


def test_the_same_pages_speak_for_a_wrong_year() -> None:
    one = {"author": "Koch, C.", "journal": "VLDB", "pages": "249-260", "year": "2003"}
    works, _ = found(one, one | {"year": "2004"})
    assert len(set(works)) == 1
    works, _ = found(one, one | {"year": "2004", "pages": "649-660"})
    assert len(set(works)) == 2


@pytest.mark.parametrize(
    ("author", "cut"),
    [("SMT Yau et al.", True), ("Yau, S. and others", True), ("Yau, S., Si, A., ...", True),
     ("Etalin, B.", False), ("Brothers, A. and Othersson, B.", False)],
)  # fmt: skip
def test_a_list_may_say_that_it_is_cut(author: str, cut: bool) -> None:
    assert is_cut(author) is cut


def test_no_author_is_missing_from_a_list_that_is_cut() -> None:
    whole = "Yau, S. and Si, A. and McLeod, D. and Leong, H."
    told, _ = found({"author": "Yau, S. et al.", "year": "1999"}, {"author": whole, "year": "1999"})
    assert len(set(told)) == 1


@pytest.mark.parametrize(("other", "verdict"), [("Lazubu, M.", "ask"), ("Lubbu, C.", "same")])
def test_a_like_name_with_another_initial_is_another_person(other: str, verdict: str) -> None:
    _, pairs = found({"author": "Lubu, C.", "year": "2001"}, {"author": other, "year": "2001"})
    assert pairs["verdict"] == [verdict]
