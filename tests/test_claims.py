"""The paper says, this run has: computed, not typed; complete in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
import stages

from slr.errors import ConfigError
from slr.report import claims, declared, prepare
from slr.report.measures import Source
from slr.report.page import Content


@pytest.fixture(scope="module")
def content() -> Content:
    return prepare(stages.finished())[0]


@pytest.fixture(scope="module")
def source(content: Content) -> Source:
    return content.source


OWN = declared.read(stages.PROJECT)
CHECKED = {fact["id"] for fact in OWN.statements if "check" in fact}


def check(stated: list[dict[str, Any]], source: Source) -> list[claims.Claim]:
    return claims.check(stated, OWN.answers, source)


@pytest.fixture(scope="module")
def stated() -> list[dict[str, Any]]:
    return [dict(fact) for fact in OWN.statements]


def verdicts(made: list[claims.Claim]) -> dict[str, str]:
    return {one.id: one.verdict for one in made}


def test_the_shipped_review(content: Content) -> None:
    made = verdicts(list(content.claims))
    assert {name for name, verdict in made.items() if verdict == "differs"} == {"A5"}
    assert {name for name, verdict in made.items() if verdict != "unchecked"} == CHECKED
    [years] = [one for one in content.claims if one.id == "A5"]
    assert (years.says["en"], years.has["en"]) == ("2000–2021", "2005–2021")
    assert years.has["fa"] == "۲۰۰۵–۲۰۲۱"


def test_an_agreement_by_construction_says_so(content: Content) -> None:
    for name in ("A4", "F3", "F4", "F7"):
        [one] = [claim for claim in content.claims if claim.id == name]
        assert "By construction" in one.reason["en"]
        assert "بنا بر ساخت" in one.reason["fa"]


def fewer(table: str) -> Callable[[Source], Source]:
    """Take the last row of a table away."""
    return lambda s: replace(s, data={**s.data, table: s.data[table].iloc[:-1]})


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        (lambda s: replace(s, flow={**s.flow, "identified": 84}), {"F3", "F7", "F8"}),
        (
            lambda s: replace(s, flow={**s.flow, "included": 34}),
            {"A4", "F4", "F7", "F8", "X6", "X32"},
        ),
        (fewer("code/table1"), {"F13", "F15", "F16"}),
        (fewer("code/table2"), {"F24"}),
        (fewer("code/table3"), {"X10"}),
        (fewer("code/table4"), {"F36", "X6", "X32"}),
        (fewer("code/table5"), {"F49"}),
        (
            lambda s: replace(
                s, figures={**s.figures, "figure3": {"number": 3, "components": [1]}}
            ),
            {"F32"},
        ),
        (
            lambda s: replace(s, contexts=s.contexts[s.contexts["section"] != "2.2"]),
            {"F66", "F67", "X6"},
        ),
    ],
)
def test_another_input_gives_another_verdict(
    source: Source,
    stated: list[dict[str, Any]],
    changed: Callable[[Source], Source],
    wrong: set[str],
) -> None:
    made = verdicts(check(stated, changed(source)))
    assert {name for name, verdict in made.items() if verdict == "differs"} == wrong | {"A5"}


def test_another_statement_gives_another_verdict(
    source: Source, stated: list[dict[str, Any]]
) -> None:
    other = [{**fact, "value": 16} if fact["id"] == "F23" else fact for fact in stated]
    [one] = [claim for claim in check(other, source) if claim.id == "F23"]
    assert (one.verdict, one.says["en"], one.has["en"]) == ("differs", "16", "15")


def test_a_review_without_the_table_is_not_judged(
    source: Source, stated: list[dict[str, Any]]
) -> None:
    made = check(stated, replace(source, figures={}))
    by_id = verdicts(made)
    assert {by_id[name] for name in ("F31", "F32", "F45", "F51")} == {"unchecked"}


def test_a_review_without_tables_is_not_judged(
    source: Source, stated: list[dict[str, Any]]
) -> None:
    data = {name: table.iloc[:0] for name, table in source.data.items()}
    flow = dict.fromkeys(source.flow, 0)
    bare = replace(source, data=data, figures={}, contexts=source.contexts.iloc[:0], flow=flow)
    made = verdicts(check(stated, bare))
    judged = {name for name, verdict in made.items() if verdict != "unchecked"}
    assert judged == {"A4", "F3", "F4", "F8", "F25", "F62"}


@pytest.mark.parametrize("source_of_student", ["a_student", "student"])
def test_a_key_of_another_source_changes_nothing(
    source: Source, stated: list[dict[str, Any]], source_of_student: str
) -> None:
    """Before and after `paper` in the alphabet."""
    keys = ["Janowski2015", "Chen2007", "Chen2009", "UKGov2018", "Deloitte2002"]
    ids = [f"{source_of_student}/{key}" for key in keys]
    pulled = source.data["pull/records"]
    others = pulled.head(len(keys)).assign(
        record_id=ids, source=source_of_student, key=keys, year_from=1999
    )
    clusters = pd.DataFrame({"record_id": ids, "cluster_id": ids})
    data = {
        **source.data,
        "pull/records": pd.concat([others, pulled], ignore_index=True),
        "dedup/clusters": pd.concat([clusters, source.data["dedup/clusters"]]),
    }
    names = ("F12", "F40", "X11", "X13", "X19")
    one, two = (
        {c.id: c for c in check(stated, s) if c.id in names}
        for s in (source, replace(source, data=data))
    )
    assert one == two
    assert {c.verdict for c in one.values()} == {"agrees"}


def test_a_record_that_is_not_there_is_not_judged(
    source: Source, stated: list[dict[str, Any]]
) -> None:
    pulled = source.data["pull/records"]
    data = {**source.data, "pull/records": pulled[pulled["key"] != "Chen2007"]}
    assert verdicts(check(stated, replace(source, data=data)))["X13"] == "unchecked"


def test_a_fault_of_a_check_is_not_hidden(source: Source, stated: list[dict[str, Any]]) -> None:
    table = source.data["code/table2"].rename(columns={"model_no": "number"})
    with pytest.raises(ConfigError, match=r"model_no.*cannot be counted"):
        check(stated, replace(source, data={**source.data, "code/table2": table}))


@pytest.mark.parametrize("value", ["35", "in words"])
def test_a_statement_of_fewer_numbers_is_listed(
    source: Source, stated: list[dict[str, Any]], value: str
) -> None:
    changed = [{**fact, "value": value} for fact in stated if fact["id"] in ("F7", "F36")]
    for one in check(changed, source):
        assert one.verdict == "differs"
        assert one.says["en"] in ("", "35", ": 35 in all")


def test_every_statement_is_in_persian(stated: list[dict[str, Any]]) -> None:
    for fact in stated:
        persian = fact["statement_fa"]
        assert re.search("[\u0600-\u06ff]", persian), fact["id"]
        assert not re.search("[يك]", persian), f"{fact['id']}: Arabic letters"
    assert len(stated) == 122


def test_places_are_told_in_persian(stated: list[dict[str, Any]]) -> None:
    places = OWN.answers["places"]
    left = {
        word
        for fact in stated
        for word in re.findall("[A-Za-z]{2,}", claims.place(fact["where"], places, "fa"))
    }
    assert left == set()


def test_every_reason_has_its_words(stated: list[dict[str, Any]]) -> None:
    worth = {fact["check"]["worth"] for fact in stated if "check" in fact}
    assert worth == set(OWN.answers["worth"])
    for reason in OWN.answers["worth"].values():
        assert set(reason) == {"agrees", "differs"}


def test_lists_and_inconsistencies(content: Content) -> None:
    made = list(content.claims)
    people, strategies = OWN.answers["lists"]
    assert [one.id for one in claims.named(made, people["statements"])] == [
        "F53", "F54", "F55", "F56",
    ]  # fmt: skip
    assert [one.id for one in claims.named(made, strategies["statements"])] == [
        "F58", "F59", "F60", "F61",
    ]  # fmt: skip
    assert sum(one.id.startswith(OWN.answers["inconsistencies"]) for one in made) == 32
