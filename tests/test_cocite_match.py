"""Which cited lines are one work: real lines of Web of Science, Scopus and hand-typed lists."""

from __future__ import annotations

import random

import pytest

from slr.cocite.cited import Cited, read
from slr.cocite.match import Matched, Work, match
from slr.dedup import DEFAULTS

JANOWSKI = Work(
    "x/Janowski2015",
    {
        "title": "Digital government evolution: From transformation to contextualization",
        "author": "Janowski, Tomasz",
        "year": "2015",
        "journal": "Government Information Quarterly",
        "volume": "32",
        "number": "3",
        "pages": "221-236",
        "doi": "10.1016/j.giq.2015.07.001",
    },
    frozenset({"W1979978981"}),
)
LAYNE_WOS = "Layne K, 2001, GOV INFORM Q, V18, P122, DOI 10.1016/S0740-624X(01)00066-1"
LAYNE_SCOPUS = (
    "Layne K., Lee J., Developing fully functional E-government: A four stage model, "
    "Government Information Quarterly, 18, 2, pp. 122-136, (2001)"
)
LAYNE_OLD = (
    "Layne, K., Lee, J., Developing fully functional E-government: A four stage model (2001) "
    "Government Information Quarterly, 18 (2), pp. 122-136"
)
LAYNE_DOI = "10.1016/s0740-624x(01)00066-1"


def matched(*lines: str, works: tuple[Work, ...] = (JANOWSKI,)) -> Matched:
    return match(dict.fromkeys(lines, 1), works, DEFAULTS)


def status(found: Matched) -> dict[str, str]:
    return {row["cited"]: row["status"] for row in found.rows}


LINES = {
    "web of science": (LAYNE_WOS, Cited(
        doi=LAYNE_DOI, author="Layne, K", year="2001", journal="GOV INFORM Q", volume="18",
        pages="122")),
    "web of science, a book": ("Fountain J., 2001, BUILDING VIRTUAL STA", Cited(
        author="Fountain, J.", year="2001", journal="BUILDING VIRTUAL STA")),
    "web of science, a body": ("*WHO, 2004, WORLD REP ROAD", Cited(
        author="WHO", year="2004", journal="WORLD REP ROAD")),
    "web of science, nobody": ("[Anonymous], 2004, NATURE, V12, P3", Cited(
        year="2004", journal="NATURE", volume="12", pages="3")),
    "scopus": (LAYNE_SCOPUS, Cited(
        author="Layne, K. and Lee, J.", year="2001",
        title="Developing fully functional E-government: A four stage model",
        journal="Government Information Quarterly", volume="18", number="2", pages="122-136")),
    "scopus, before 2023": (LAYNE_OLD, Cited(
        author="Layne, K. and Lee, J.", year="2001",
        title="Developing fully functional E-government: A four stage model",
        journal="Government Information Quarterly", volume="18", number="2", pages="122-136")),
    "scopus, an abbreviated journal": (
        "Gil-Garcia J.R., Dawes S.S., Pardo T.A., Digital government and public management "
        "research: finding the crossroads, Public Manage. Rev., 20, 5, pp. 633-646, (2018)",
        Cited(author="Gil-Garcia, J.R. and Dawes, S.S. and Pardo, T.A.", year="2018",
              title="Digital government and public management research: finding the crossroads",
              journal="Public Manage. Rev", volume="20", number="5", pages="633-646")),
    "apa": (
        "Janowski, T. (2015). Digital government evolution: From transformation to "
        "contextualization. Government Information Quarterly, 32(3), 221-236. "
        "https://doi.org/10.1016/j.giq.2015.07.001",
        Cited(doi="10.1016/j.giq.2015.07.001", author="Janowski, T.", year="2015",
              title="Digital government evolution: From transformation to contextualization",
              journal="Government Information Quarterly", volume="32", number="3",
              pages="221-236")),
    "persian": (
        "دانایی‌فرد، ح. (۱۳۹۱). دولت الکترونیک و حکمرانی. فصلنامه مدیریت دولتی، ۴(۲)، صص. ۱۲-۳۰",
        Cited(author="دانایی‌فرد, ح.", year="1391", title="دولت الکترونیک و حکمرانی",
              journal="فصلنامه مدیریت دولتی", volume="4", number="2", pages="12-30")),
    "semantic scholar": (
        "Digital government evolution, 2015, 10.1016/j.giq.2015.07.001",
        Cited(doi="10.1016/j.giq.2015.07.001", year="2015", title="Digital government evolution")),
    "an address of openalex": ("https://openalex.org/W2100837269", Cited(openalex="W2100837269")),
    "an address of a doi": ("https://doi.org/10.1016/S0740-624X(01)00066-1", Cited(doi=LAYNE_DOI)),
}  # fmt: skip


@pytest.mark.parametrize("case", LINES)
def test_what_a_line_says(case: str) -> None:
    line, told = LINES[case]
    assert read(line) == told


@pytest.mark.parametrize("line", ["", " ", ",,,", "()", "(2001)", "A" * 100_000, "a, " * 50_000])
def test_any_line_is_read(line: str) -> None:
    assert read(line).doi == ""


def test_web_of_science_scopus_and_doi_are_one_work() -> None:
    found = matched(LAYNE_WOS, LAYNE_SCOPUS, LAYNE_OLD, LAYNE_DOI)
    assert set(found.nodes.values()) == {LAYNE_DOI}
    assert set(status(found).values()) == {"matched"}


def test_openalex_doi_and_text_are_the_work_of_the_review() -> None:
    lines = (
        "https://openalex.org/W1979978981",
        "W1979978981",
        "https://doi.org/10.1016/J.GIQ.2015.07.001",
        "Janowski T, 2015, GOV INFORM Q, V32, P221",
        LINES["apa"][0],
    )
    found = matched(*lines)
    assert found.nodes == dict.fromkeys(lines, "x/Janowski2015")
    assert set(status(found).values()) == {"matched"}


def test_one_author_year_and_journal_with_two_pages_are_two_works() -> None:
    lines = ("Layne K, 2001, GOV INFORM Q, V18, P122", "Layne K, 2001, GOV INFORM Q, V18, P300")
    found = matched(*lines)
    assert len(set(found.nodes.values())) == 2
    assert set(status(found).values()) == {"unmatched"}


def test_author_year_and_journal_alone_collapse_with_nothing() -> None:
    bare = "Layne K, 2001, GOV INFORM Q"
    found = matched(bare, LAYNE_WOS)
    assert status(found)[bare] == "doubtful"
    assert bare not in found.nodes
    nodes = {found.node(bare, citing) for citing in ("p", "q")}
    assert len(nodes) == 2
    assert all(node.startswith("cited/layne-2001-") for node in nodes)


def test_two_dois_are_two_works_whatever_else_agrees() -> None:
    lines = (
        "Layne K, 2001, GOV INFORM Q, V18, P122, DOI 10.1000/1",
        "Layne K, 2001, GOV INFORM Q, V18, P122, DOI 10.1000/2",
        "Layne K, 2001, GOV INFORM Q, V18, P122",
    )
    found = matched(*lines)
    assert found.nodes[lines[0]] != found.nodes[lines[1]]
    assert {status(found)[line] for line in lines} >= {"doubtful"}


def test_a_year_off_by_one_is_doubtful_and_kept_apart() -> None:
    lines = ("Layne K, 2001, GOV INFORM Q, V18, P122", "Layne K, 2002, GOV INFORM Q, V18, P122")
    found = matched(*lines)
    assert set(status(found).values()) == {"doubtful"}
    assert len(set(found.nodes.values())) == 2
    assert found.rows[0]["candidates"] == found.nodes[lines[1]]


def test_a_book_and_its_abbreviation_are_doubtful() -> None:
    found = matched("Fountain J., 2001, BUILDING VIRTUAL STA",
                    "Fountain J., Building the virtual state, (2001)")  # fmt: skip
    assert set(status(found).values()) == {"doubtful"}


def test_no_line_joins_two_works_of_the_review() -> None:
    columns = dict(JANOWSKI.columns, doi="")
    twin = Work("x/Twin", columns)
    line = LINES["apa"][0].partition(" https")[0]
    found = matched(line, works=(Work("x/One", columns), twin))
    assert found.nodes[line].startswith("cited/janowski-2015-")
    assert status(found) == {line: "doubtful"}
    assert found.rows[0]["candidates"] == "x/One | x/Twin"


def test_the_order_of_lines_changes_nothing() -> None:
    lines = [line for line, _ in LINES.values()]
    shuffled = random.Random(1).sample(lines, len(lines))
    assert matched(*lines).rows == matched(*shuffled).rows


def test_every_line_has_a_row() -> None:
    lines = [line for line, _ in LINES.values()]
    found = matched(*lines)
    assert [row["cited"] for row in found.rows] == sorted(lines)
    assert set(status(found).values()) <= {"matched", "doubtful", "unmatched"}
