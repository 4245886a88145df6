"""The table of alternatives in the README of the corpus, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest
from stages import append, copy_raw, edit, finished, made, run

# Typed from the table "Where a reasonable reviewer could differ, and what is then included".
INCLUDED = {
    "baseline": 35,
    "seen-only": 26,
    "rule-only": 33,
    "candidates": 35,
    "definitions": 36,
    "editorial": 36,
    "no-evidence": 38,
    "no-citations": 42,
    "findings-only": 57,
    "own-evidence": 26,
    "own-evidence-no-citations": 33,
    "unknown-refereeing": 35,
    "norris-book": 36,
    "models": 37,
    "grey": 39,
    "grey-and-unknown": 44,
}


def multiverse(root: Path) -> dict[str, dict[str, str]]:
    return {row["alternative"]: row for row in made(root, "screen/multiverse")}


@pytest.mark.parametrize(("name", "included"), INCLUDED.items())
def test_row(name: str, included: int) -> None:
    assert int(multiverse(finished())[name]["included"]) == included


def test_rows_are_those_and_in_that_order() -> None:
    assert list(multiverse(finished())) == list(INCLUDED)


def test_what_is_added_and_dropped_makes_the_difference() -> None:
    kept = {w["work_id"] for w in made(finished(), "screen/included")}
    works = {w["work_id"] for w in made(finished(), "dedup/works")}
    for row in multiverse(finished()).values():
        added, dropped = set(row["added"].split()), set(row["dropped"].split())
        assert len(kept | added) - len(dropped) == int(row["included"])
        assert dropped <= kept
        assert added <= works - kept


@pytest.mark.parametrize(
    ("name", "added", "dropped"),
    [
        ("rule-only", "", "paper/Chen2009 paper/DiasGomes2021"),
        ("editorial", "paper/Janowski2016", ""),
        ("norris-book", "paper/Norris2011", ""),
        ("candidates", "", ""),
    ],
)
def test_which_works(name: str, added: str, dropped: str) -> None:
    row = multiverse(finished())[name]
    assert (row["added"], row["dropped"]) == (added, dropped)


def test_every_alternative_is_named_in_both_languages() -> None:
    for row in multiverse(finished()).values():
        assert row["label"].isascii()
        assert any("\u0600" <= c <= "\u06ff" for c in row["label_fa"])


def test_a_supposed_count_counts(tmp_path: Path) -> None:
    """Of a work that the paper does not cite; its index and day are those of the config."""
    root = copy_raw(tmp_path / "review")
    (root / "data/raw/records/new.bib").write_text("@article{New2024, title={A study of trust}}\n")
    facts = root / "data/raw/facts/new.csv"
    facts.write_text("record_id,fact,value,index,source,coder,date\n")
    for fact, value in (
        ("identification", "verified"),
        ("peer_reviewed", "yes"),
        ("evidence_kind", "case-study"),
    ):
        append(facts, f"new/New2024,{fact},{value},,,me,2026-11-23")
    edit(
        root / "data/raw/multiverse.yaml",
        "seen-only:",
        'often-cited:\n  label: {en: "Cited often", fa: "پراستناد"}\n'
        "  suppose: {New2024: {cited_by: 10}}\n"
        'seldom-cited:\n  label: {en: "Cited seldom", fa: "کم‌استناد"}\n'
        "  suppose: {New2024: {cited_by: 9}}\nseen-only:",
    )
    found = multiverse(run(root, "pull", "dedup", "screen"))
    assert (found["baseline"]["included"], found["baseline"]["awaiting"]) == ("35", "1")
    assert (found["often-cited"]["included"], found["often-cited"]["added"]) == (
        "36",
        "new/New2024",
    )
    assert (found["seldom-cited"]["included"], found["seldom-cited"]["awaiting"]) == ("35", "0")


def test_a_review_without_alternatives_has_the_baseline(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    (root / "data/raw/multiverse.yaml").unlink()
    assert list(multiverse(run(root, "pull", "dedup", "screen"))) == ["baseline"]
