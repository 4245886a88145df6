"""What works inherit of their records, and where it is said that they disagree."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from slr import lists
from slr.errors import ConfigError, SlrError
from slr.facts import (
    facts_answered,
    facts_of_entries,
    facts_of_works,
    read_facts,
    unused_facts,
)
from slr.identity import Names

DECLARED = {
    "kind": {"type": "choice", "values": ["journal", "report"]},
    "sure": {"type": "choice", "values": ["seen", "known", "guessed"], "combine": "surest"},
    "cited": {"type": "count", "combine": "sum"},
    "counted": {"type": "count", "index": "OpenAlex", "as_of": "2026-01-01"},
    "remark": {"type": "text"},
}
CLUSTERS = pd.DataFrame({"record_id": ["x/a", "x/b", "x/c"], "cluster_id": ["x/a", "x/a", "x/c"]})
COLUMNS = ["record_id", "fact", "value", "index", "source", "coder", "date"]

ME, YOU = ("me", "2026-01-01"), ("you", "2026-01-01")

CASES: dict[str, tuple[list[tuple[object, ...]], tuple[str, str, str] | None]] = {
    "one": ([("x/a", "kind", "journal", *ME)], ("journal", "one", "x/a")),
    "of the other record": ([("x/b", "kind", "journal", *ME)], ("journal", "one", "x/b")),
    "equal": (
        [("x/a", "kind", "journal", *ME), ("x/b", "kind", "journal", *ME)],
        ("journal", "equal", "x/a x/b"),
    ),
    "records disagree": (
        [("x/a", "kind", "journal", *ME), ("x/b", "kind", "report", *ME)],
        ("journal | report", "disagree", "x/a x/b"),
    ),
    "coders disagree": (
        [("x/a", "kind", "journal", *ME), ("x/a", "kind", "report", *YOU)],
        ("journal | report", "disagree", "x/a"),
    ),
    "a later row of a coder counts": (
        [("x/a", "kind", "report", "me", "2026-01-02"), ("x/a", "kind", "journal", *ME)],
        ("report", "one", "x/a"),
    ),
    "a row without a day is the earliest": (
        [("x/a", "kind", "report", *ME), ("x/a", "kind", "journal", "me", None)],
        ("report", "one", "x/a"),
    ),
    "unknown gives way": (
        [("x/a", "kind", "unknown", *ME), ("x/b", "kind", "report", *ME)],
        ("report", "equal", "x/a x/b"),
    ),
    "unknown alone": ([("x/a", "kind", "unknown", *ME)], ("unknown", "one", "x/a")),
    "unknown twice": (
        [("x/a", "kind", "unknown", *ME), ("x/b", "kind", "unknown", *ME)],
        ("unknown", "equal", "x/a x/b"),
    ),
    "the surest of two records": (
        [("x/a", "sure", "guessed", *ME), ("x/b", "sure", "known", *ME)],
        ("known", "surest", "x/a x/b"),
    ),
    "two coders of one record are not made sure": (
        [("x/a", "sure", "guessed", *ME), ("x/a", "sure", "known", *YOU)],
        ("guessed | known", "disagree", "x/a"),
    ),
    "counts of two records add up": (
        [("x/a", "cited", "2", *ME), ("x/b", "cited", "3", *ME)],
        ("5", "sum", "x/a x/b"),
    ),
    "counts of two coders do not": (
        [("x/a", "cited", "2", *ME), ("x/a", "cited", "2", *YOU)],
        ("2", "equal", "x/a"),
    ),
    "counts of two coders who differ": (
        [("x/a", "cited", "2", *ME), ("x/a", "cited", "4", *YOU), ("x/b", "cited", "3", *ME)],
        ("5 | 7", "disagree", "x/a x/b"),
    ),
    "an unknown count makes an unknown sum": (
        [("x/a", "cited", "unknown", *ME), ("x/b", "cited", "3", *ME)],
        ("unknown", "sum", "x/a x/b"),
    ),
    "remarks stand side by side": (
        [("x/a", "remark", "one", *ME), ("x/b", "remark", "two", *ME)],
        ("one | two", "equal", "x/a x/b"),
    ),
    "a count of another index": ([("x/a", "counted", "7", "me", "2026-01-01", "Scopus")], None),
    "a count of another day": ([("x/a", "counted", "7", "me", "2026-01-02", "OpenAlex")], None),
    "a count of the index and day": (
        [("x/a", "counted", "7", "me", "2026-01-01", "OpenAlex")],
        ("7", "one", "x/a"),
    ),
    "none": ([], None),
}


@pytest.mark.parametrize(("given", "kept"), CASES.values(), ids=CASES.keys())
def test_a_work_inherits(
    given: list[tuple[object, ...]], kept: tuple[str, str, str] | None
) -> None:
    rows = [(r, f, v, (*rest, None)[0], None, who, day) for r, f, v, who, day, *rest in given]
    facts = pd.DataFrame(rows, columns=COLUMNS, dtype="str")
    for order in (facts, facts.iloc[::-1]):
        found = facts_of_works(order, CLUSTERS, DECLARED)
        assert found["work_id"].to_list() == (["x/a"] if kept else [])
        if kept:
            assert tuple(found.loc[0, ["value", "agreement", "record_ids"]]) == kept


def test_each_work_has_its_own() -> None:
    rows = [
        (f"x/{k}", "kind", v, None, None, *ME)
        for k, v in zip("cb", ("report", "journal"), strict=True)
    ]
    found = facts_of_works(pd.DataFrame(rows, columns=COLUMNS, dtype="str"), CLUSTERS, DECLARED)
    assert found[["work_id", "value"]].to_numpy().tolist() == [
        ["x/a", "journal"],
        ["x/c", "report"],
    ]


BAD = {
    "a fact that is none": (
        "a,knd,journal,,,me,",
        "the fact 'knd' is not declared. Did you mean 'kind'?",
    ),
    "a value outside": ("a,kind,jornal,,,me,", "kind is never 'jornal'. Did you mean 'journal'?"),
    "no number": (
        "a,cited,many,,,me,",
        "cited: 'many' is no whole number. Write a number, or unknown.",
    ),
    "a negative number": (
        "a,cited,-1,,,me,",
        "cited: '-1' is no whole number. Write a number, or unknown.",
    ),
    "a fraction": (
        "a,cited,1.5,,,me,",
        "cited: '1.5' is no whole number. Write a number, or unknown.",
    ),
    "Persian digits": (
        "a,cited,۱۲,,,me,",
        "cited: '۱۲' is no whole number. Write a number, or unknown.",
    ),
    "no record": (
        "d,kind,journal,,,me,",
        "record_id: 'd' is no record. Known: a, b, c, x/a, x/b, x/c.",
    ),
    "no value": ("a,kind,,,,me,", "value: is empty. It needs a value."),
    "no coder": ("a,kind,journal,,,,", "coder: is empty. It needs a value."),
}


@pytest.mark.parametrize(("row", "told"), BAD.values(), ids=BAD.keys())
def test_a_bad_fact_is_told_with_its_line(tmp_path: Path, row: str, told: str) -> None:
    folder = tmp_path / "data" / "raw" / "facts"
    folder.mkdir(parents=True)
    head = ",".join(COLUMNS)
    (folder / "mine.csv").write_text(f'{head}\na,remark,"two\nlines",,,me,2026-01-01\n{row}\n')
    with pytest.raises(SlrError) as caught:
        read_facts(tmp_path, DECLARED, Names(CLUSTERS["record_id"]))
    assert str(caught.value).removeprefix(f"{tmp_path}/") == f"data/raw/facts/mine.csv:4: {told}"


def test_all_faults_of_all_files_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "raw" / "facts"
    folder.mkdir(parents=True)
    head = ",".join(COLUMNS)
    (folder / "a.csv").write_text(f"{head}\nd,kind,jornal,,,me,\n")
    (folder / "b.csv").write_text(f"{head}\na,cited,x,,,me,\n")
    with pytest.raises(SlrError) as caught:
        read_facts(tmp_path, DECLARED, Names(CLUSTERS["record_id"]))
    places = [(str(p.path), p.line) for p in caught.value.problems]
    assert places == [
        ("data/raw/facts/a.csv", 2),
        ("data/raw/facts/a.csv", 2),
        ("data/raw/facts/b.csv", 2),
    ]


def test_no_facts_at_all(tmp_path: Path) -> None:
    facts = read_facts(tmp_path, DECLARED, Names(CLUSTERS["record_id"]))
    assert facts_of_works(facts, CLUSTERS, DECLARED).empty


@pytest.mark.parametrize("folder", ["facts", "lists"])
def test_a_hidden_file_is_none_of_the_review(tmp_path: Path, folder: str) -> None:
    """Such as those that a Mac leaves beside the files of a stick."""
    path = tmp_path / "data/raw" / folder / "._more.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\x00\x05\x16\x07")
    assert read_facts(tmp_path, DECLARED, Names([])).empty
    assert lists.read(tmp_path) == {}


def test_what_counts_for_nothing_is_listed_with_the_reason() -> None:
    rows = [
        ("x/a", "counted", "50", "Scopus", "", "me", "2026-01-01"),
        ("x/a", "counted", "51", "OpenAlex", "", "me", "2026-01-02"),
        ("x/a", "counted", "52", "OpenAlex", "", "me", "2026-01-01"),
        ("x/b", "kind", "journal", None, "", "me", "2025-12-31"),
        ("x/b", "kind", "report", None, "", "me", "2026-01-01"),
    ]
    facts = pd.DataFrame(rows, columns=COLUMNS)
    other = "not OpenAlex of 2026-01-01, which the config asks for"
    assert list(unused_facts(facts, DECLARED)[["value", "reason"]].itertuples(index=False)) == [
        ("50", other),
        ("51", other),
        ("journal", "the same coder recorded it again later"),
    ]
    used = facts_of_works(facts, CLUSTERS, DECLARED)
    assert dict(zip(used["fact"], used["value"], strict=True)) == {
        "counted": "52",
        "kind": "report",
    }


def answered(field: str, value: str, index: str = "OpenAlex", day: str = "2026-01-01") -> tuple:
    return ("x/a", index, "W1", "doi", field, value, day, "no", "data/raw/pulled/a.json.gz")


ANSWERED = ["record_id", "index", "answer_id", "found_by", "field", "value", "date", "used", "file"]


def test_a_count_of_an_index_is_a_fact_of_its_day() -> None:
    rows = [answered("counted", "7"), answered("publisher", "a publisher is no declared fact")]
    facts = facts_answered(pd.DataFrame(rows, columns=ANSWERED), DECLARED)
    assert facts.to_numpy().tolist() == [
        ["x/a", "counted", "7", "OpenAlex", "data/raw/pulled/a.json.gz", "OpenAlex", "2026-01-01"]
    ]
    of_works = facts_of_works(facts, CLUSTERS, DECLARED)
    assert of_works[["work_id", "fact", "value"]].to_numpy().tolist() == [["x/a", "counted", "7"]]


@pytest.mark.parametrize(("index", "day"), [("Crossref", "2026-01-01"), ("OpenAlex", "2026-01-02")])
def test_a_count_of_another_index_or_day_counts_for_nothing(index: str, day: str) -> None:
    rows = [answered("counted", "7"), answered("counted", "9", index, day)]
    facts = facts_answered(pd.DataFrame(rows, columns=ANSWERED), DECLARED)
    assert facts_of_works(facts, CLUSTERS, DECLARED)["value"].to_list() == ["7"]
    assert unused_facts(facts, DECLARED)["value"].to_list() == ["9"]


def test_a_fact_declared_with_words_that_no_index_has_is_refused() -> None:
    table = pd.DataFrame([answered("kind", "no")], columns=ANSWERED)
    with pytest.raises(ConfigError, match=r"screen.facts.kind: kind is never 'no'"):
        facts_answered(table, DECLARED)


FROM = {
    "issn": {"type": "text", "from": "issn"},
    "kind": {"type": "choice", "values": ["journal", "report"], "from": "Kind of source"},
    "counted": {"type": "count", "from": "cited_by", "index": "Scopus", "as_of": "2026-01-01"},
}


def entries(*extras: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "record_id": [f"x/{k}" for k in "abc"[: len(extras)]],
            "file": "x.csv",
            "line": range(2, 2 + len(extras)),
            "extra": [json.dumps(extra) if extra else None for extra in extras],
        }
    )


def test_entries_tell_facts_with_their_place() -> None:
    records = entries({"issn": "0740-624X", "Kind of source": "Journal"}, {})
    found = facts_of_entries(records, FROM)
    assert found[["record_id", "fact", "value", "source", "coder"]].to_numpy().tolist() == [
        ["x/a", "issn", "0740-624X", "x.csv:2", "entry"],
        ["x/a", "kind", "journal", "x.csv:2", "entry"],
    ]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"cited_by": "7", "cited_by_index": "Scopus", "cited_by_date": "2026-01-01 10:00"}, None),
        (
            {"cited_by": "7", "cited_by_index": "Scopus"},
            "not Scopus of 2026-01-01, which the config asks for",
        ),
        (
            {"cited_by": "7", "cited_by_index": "Google Scholar", "cited_by_date": "2026-01-01"},
            "not Scopus of 2026-01-01, which the config asks for",
        ),
        (
            {"cited_by": "many", "cited_by_index": "Scopus", "cited_by_date": "2026-01-01"},
            "an entry says it, and it is no such value",
        ),
        ({"Kind of source": "Blog"}, "an entry says it, and it is no such value"),
    ],
)
def test_what_an_entry_says_counts_where_it_fits(told: dict[str, str], reason: str | None) -> None:
    """An export is no person who could be asked to mend it: what does not fit is set aside."""
    facts = facts_of_entries(entries(told, {"Kind of source": "report"}), FROM)
    unused = unused_facts(facts, FROM)
    assert unused["reason"].to_list() == ([reason] if reason else [])
    assert len(facts_of_works(facts, CLUSTERS, FROM)) == len(facts) - len(unused)


def test_what_people_recorded_comes_before_what_an_entry_says() -> None:
    facts = facts_of_entries(entries({"Kind of source": "Journal"}), FROM)
    recorded = pd.DataFrame(
        [("x/a", "kind", "report", None, None, "me", "2026-01-01")], columns=COLUMNS, dtype="str"
    )
    both = pd.concat([recorded, facts], ignore_index=True)
    used = facts_of_works(both, CLUSTERS, FROM)
    assert used[["value", "agreement"]].to_numpy().tolist() == [["report", "one"]]
    [row] = unused_facts(both, FROM).to_dict("records")
    assert (row["coder"], row["reason"]) == (
        "entry", "a person recorded it apart from the entry",
    )  # fmt: skip


def test_an_entry_and_an_index_that_contradict_each_other_are_a_conflict() -> None:
    facts = facts_of_entries(entries({"Kind of source": "Journal"}), FROM)
    row = ("x/a", "kind", "report", "OpenAlex", "reply.json", "OpenAlex", "2026-01-01")
    answered = pd.DataFrame([row], columns=COLUMNS, dtype="str")
    both = facts_of_works(pd.concat([answered, facts], ignore_index=True), CLUSTERS, FROM)
    assert both[["value", "agreement"]].to_numpy().tolist() == [["report | journal", "disagree"]]


def test_an_index_that_answers_tells_the_fact_that_is_from_its_field() -> None:
    answers = pd.DataFrame(
        [("x/a", "Scopus", "cited_by", "9", "2026-01-01", "reply.json")],
        columns=["record_id", "index", "field", "value", "date", "file"],
    )
    [row] = facts_answered(answers, FROM).to_dict("records")
    assert (row["fact"], row["value"], row["coder"]) == ("counted", "9", "Scopus")


def test_a_derived_number_is_not_recorded(tmp_path: Path) -> None:
    declared = DECLARED | {"a_year": {"type": "number", "per_year": "counted"}}
    path = tmp_path / "data/raw/facts/x.csv"
    path.parent.mkdir(parents=True)
    path.write_text("record_id,fact,value,index,source,coder,date\na,a_year,3,,,me,\n")
    with pytest.raises(SlrError) as caught:
        read_facts(tmp_path, declared, Names(CLUSTERS["record_id"]))
    assert str(caught.value) == (
        "data/raw/facts/x.csv:2: a_year is worked out from other facts. Delete the row."
    )
