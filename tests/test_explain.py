"""One work walked through the criteria: values, rule, verdict, and what would flip it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import test_criteria as criteria
from conditions import nested
from hypothesis import given, settings
from hypothesis import strategies as st
from stages import finished, snapshot
from typer.testing import CliRunner

from slr import cli
from slr.errors import ConfigError
from slr.rules_words import in_words
from slr.screen.decide import Work, apply_rule
from slr.screen.explain import explain
from slr.screen.flips import flips

RUNNER = CliRunner()


def flips_of(name: str, work: str, root: Path | None = None) -> list[tuple[str, str, str]]:
    [asked] = [a for a in explain(root or finished(), work).criteria if a.criterion == name]
    return [(flip.field, flip.value, flip.verdict) for flip in asked.flips]


def test_a_work_is_walked_through_every_criterion() -> None:
    told = explain(finished(), "Janowski2015")
    assert (told.work_id, told.status) == ("paper/Janowski2015", "included")
    assert [asked.criterion for asked in told.criteria] == [
        "identified", "credibility", "evidence", "citations",
    ]  # fmt: skip
    credibility = told.criteria[1]
    assert credibility.rule == (
        "include if peer_reviewed is yes, or publisher_kind is academic-press\n"
        "unknown: fail; missing: review"
    )
    [refereed, kind] = credibility.values
    assert (refereed.field, refereed.value, kind.value) == ("peer_reviewed", "yes", "journal")
    assert (refereed.record_id, refereed.coder, refereed.date) == (
        "paper/Janowski2015", "reconstruction", "2026-11-23",
    )  # fmt: skip
    assert (credibility.verdict, credibility.basis) == ("include", "rule")


def test_a_gap_that_does_not_matter_is_no_reason() -> None:
    """Once the journal is on the list, nobody needs to look the ISSN up."""
    words = {"en": "no", "fa": "نه"}
    venue = {"any": [{"issn": {"is": "1"}}, {"journal": {"is": "J"}}]}
    case = {"include_if": {"all": [venue, {"not": {"retracted": {"is": "yes"}}}]}}
    criterion = {"missing": "review", "unknown": "review", "cases": [
        case | {"met": words, "not_met": words}]}  # fmt: skip
    assert apply_rule(Work("w", {"journal": "J"}), criterion).needs == ("retracted",)
    assert apply_rule(Work("w", {"journal": "K"}), criterion).needs == ("issn", "retracted")


@pytest.mark.parametrize(
    ("name", "work", "expected"),
    [
        ("credibility", "Janowski2015", [("peer_reviewed", "no", "exclude")]),
        (
            "identified",
            "Janowski2015",
            [("identification", "candidate, title-printed or unresolved", "exclude")],
        ),
        (
            "citations",
            "Janowski2015",
            [("citations_in_paper", "0", "review"), ("citations_in_findings", "0", "exclude")],
        ),
        ("identified", "Heeks2001", [("identification", "verified or recalled", "include")]),
    ],
)
def test_what_would_flip_a_verdict_of_the_shipped_review(
    name: str, work: str, expected: list[tuple[str, str, str]]
) -> None:
    assert flips_of(name, work) == expected


def test_the_criterion_that_decides_is_marked() -> None:
    told = explain(finished(), "LayneLee2001")
    assert [asked.criterion for asked in told.criteria if asked.decides] == ["evidence"]
    assert told.status == "excluded"


def test_a_judgement_stands_beside_what_the_rule_says() -> None:
    asked = explain(finished(), "Chen2009").criteria[0]
    assert (asked.verdict, asked.basis, asked.rule_verdict) == ("include", "judgement", "exclude")
    row = asked.row()
    assert row["verdict"] == "include, by judgement; the rule alone says exclude"
    assert row["flips"].endswith("the judgement stands, whatever the rule says")


def test_a_work_is_found_by_any_of_its_names() -> None:
    by_record = explain(finished(), "paper/BaumDiMaio2001")
    assert by_record.work_id == "paper/BaumDi2002"
    assert by_record.record_ids == ["paper/BaumDi2002", "paper/BaumDiMaio2001"]
    assert explain(finished(), "BaumDiMaio2001") == by_record
    of_both = {seen.record_id for asked in by_record.criteria for seen in asked.values}
    assert of_both >= set(by_record.record_ids)


def test_a_name_that_nothing_has_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ConfigError) as caught:
        explain(finished(), "Janowsky2015")
    assert str(caught.value) == "'Janowsky2015' is no record. Did you mean 'Janowski2015'?"


# --- numbers, texts and lists --------------------------------------------------------------------


def explained(tmp_path: Path, condition: dict[str, Any], number: str) -> Any:
    """Explain a work of the records of `test_criteria` under one condition."""
    criteria.write(criteria.review() / "config.yaml", {"one": condition})
    [asked] = explain(criteria.review(), f"a{number}").criteria
    return asked


@pytest.mark.parametrize(
    ("condition", "number", "expected"),
    [
        ({"cited_scopus": {"at_least": 10}}, "6", [("cited_scopus", "at least 10", "include")]),
        ({"cited_scopus": {"at_least": 10}}, "1", [("cited_scopus", "at most 9", "exclude")]),
        (
            {"cited_scopus": {"at_least": 10}},
            "3",
            [
                ("cited_scopus", "at most 9", "exclude"),
                ("cited_scopus", "at least 10", "include"),
            ],
        ),
        (
            {"year_from": {"between": [2010, 2018]}},
            "1",
            [
                ("year_from", "at most 2009", "exclude"),
                ("year_from", "at least 2019", "exclude"),
            ],
        ),
        ({"year_from": {"is": 2015}}, "2", [("year_from", "2015", "include")]),
        ({"a_year": {"at_least": 2.5}}, "6", [("a_year", "at least 2.5", "include")]),
        (
            {"not": {"a_year": {"between": [2.5, 7]}}},
            "5",
            [("a_year", "less than 2.5", "include"), ("a_year", "more than 7", "include")],
        ),
        ({"language": {"in": ["en", "fa"]}}, "7", [("language", "en or fa", "include")]),
        ({"language": {"in": ["en", "fa"]}}, "1", [("language", "anything else", "exclude")]),
        ({"title": {"matches": ["x*", "y"]}}, "1",
         [("title", "holds one of «x*», «y»", "include")]),
        ({"title": {"matches": "stage"}}, "2", [("title", "not (holds «stage»)", "exclude")]),
        ({"journal": {"in_list": "journals"}}, "4",
         [("journal", "is on the list journals", "include")]),
        # No single field alone: the title holds it, and so does the abstract.
        ({"topic": {"matches": "digital"}}, "1", []),
        ({"all": [{"cited_scopus": {"at_least": 10}}, {"language": {"is": "en"}}]}, "7", []),
    ],
)  # fmt: skip
def test_what_would_flip_a_verdict(
    tmp_path: Path, condition: dict[str, Any], number: str, expected: list[tuple[str, str, str]]
) -> None:
    asked = explained(tmp_path, condition, number)
    assert [(f.field, f.value, f.verdict) for f in asked.flips] == expected
    if not expected:
        assert asked.row()["flips"] == "no single field alone would change what the rule says"


def test_a_derived_number_is_shown_with_what_it_rests_on(tmp_path: Path) -> None:
    asked = explained(tmp_path, {"a_year": {"at_least": 2}}, "5")
    number, count, year = asked.values
    assert (number.value, number.how) == ("6.666666667", "cited_scopus over 6 years, 2020 to 2025")
    assert (count.value, count.coder, count.index) == ("40", "entry", "Scopus")
    assert (year.field, year.value, year.record_id) == ("year_from", "2020", "scopus/a5")


def test_the_row_of_a_list_is_shown_with_its_source(tmp_path: Path) -> None:
    journal, row = explained(tmp_path, {"journal": {"in_list": "journals"}}, "5").values
    assert (journal.value, journal.record_id) == ("The Information Society", "scopus/a5")
    assert row.told() == (
        "journal in journals = Information Society  "
        "(data/raw/lists/journals.csv:3, 2026-01-01, Scopus source list)"
    )


VALUE = st.sampled_from(["a", "b", "c"])
LEAF = (
    st.builds(lambda v: {"word": {"is": v}}, VALUE)
    | st.builds(lambda v: {"word": {"in": v}}, st.lists(VALUE, min_size=1, max_size=2))
    | st.builds(lambda n: {"count": {"at_least": n}}, st.integers(0, 4))
    | st.builds(lambda n: {"count": {"at_most": n}}, st.integers(0, 4))
    | st.builds(lambda a, b: {"count": {"between": sorted((a, b))}}, *[st.integers(0, 4)] * 2)
)
CONDITION = nested(LEAF, 5)
DECLARED = {"word": {"type": "choice", "values": ["a", "b", "c"]}, "count": {"type": "count"}}


@settings(max_examples=150)
@given(CONDITION, VALUE | st.none(), st.integers(0, 6) | st.none())
def test_flips_are_all_there_are(
    condition: dict[str, Any], word: str | None, count: int | None
) -> None:
    """Compared with every value tried in turn: a field flips the verdict if and only if told."""
    told = {"en": "x", "fa": "x"}
    case = {"include_if": condition, "met": told, "not_met": told}
    criterion = {"unknown": "fail", "missing": "review", "cases": [case]}
    values = {k: v for k, v in {"word": word, "count": count}.items() if v is not None}
    now = apply_rule(Work("x/a", values), criterion).verdict
    found = {(f.field, f.verdict) for f in flips(Work("x/a", values), criterion, DECLARED)}
    tried = {"word": ["a", "b", "c"], "count": list(range(8))}
    asked = [name for name in tried if f"'{name}'" in str(condition)]
    expected = {
        (name, apply_rule(Work("x/a", values | {name: value}), criterion).verdict)
        for name in asked
        for value in tried[name]
    }
    assert found == {(name, verdict) for name, verdict in expected if verdict != now}


# --- rules in words ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"not": {"a": {"is": "x"}}}, "not (a is x)"),
        ({"a": {"between": [2000, 2021]}}, "a is between 2000 and 2021"),
        ({"a": {"known": True}}, "a is known"),
        ({"a": {"known": False}}, "a is not known"),
        (
            {"any": [{"a": {"is": "x"}}, {"all": [{"b": {"is": 1}}, {"c": {"at_most": 2.5}}]}]},
            "a is x, or (b is 1, and c is at most 2.5)",
        ),
        (
            {"any": [{"a": {"matches": "x"}},
                     {"all": [{"b": {"known": True}}, {"b": {"matches": "x"}}]}]},
            "a or b (if known) holds «x»",
        ),
        ({"all": [{"a": {"is": "x"}}]}, "a is x"),
    ],
)  # fmt: skip
def test_a_rule_in_words(condition: dict[str, Any], words: str) -> None:
    assert in_words(condition) == words


# --- the command ---------------------------------------------------------------------------------


def test_the_command_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(finished())
    before = snapshot(finished())
    done = RUNNER.invoke(cli.app, ["screen", "--explain", "Janowski2015"])
    assert done.exit_code == 0
    assert "evidence: Does enough data support its conclusions?" in done.stdout
    done = RUNNER.invoke(cli.app, ["screen", "--explain", "Janowski2015", "--json"])
    told = json.loads(done.stdout)
    assert told["criteria"][1]["flips"] == [
        {"field": "peer_reviewed", "value": "no", "verdict": "exclude"}
    ]
    assert snapshot(finished()) == before


@pytest.mark.parametrize(
    "args", [["--json"], ["--explain", "a", "--against", "b"]], ids=["json", "both"]
)
def test_options_that_do_not_go_together(args: list[str]) -> None:
    assert RUNNER.invoke(cli.app, ["screen", *args]).exit_code == 2
