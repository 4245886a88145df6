"""Bad input: told with file, line, field and remedy before anything runs; no file is changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from stages import append, copy_raw, edit, line_of, snapshot

from slr.check import check_raw
from slr.errors import ConfigError, SlrError

Break = Callable[[Path], int | None]

RAW = Path("data/raw")
FACTS = RAW / "facts/paper.csv"
SCREENING = RAW / "judgements/screening.csv"
DUPLICATES = RAW / "judgements/duplicates.csv"


def added(path: Path, line: str) -> Break:
    return lambda root: append(root / path, line)


def changed(path: Path, old: str, new: str) -> Break:
    def do(root: Path) -> int:
        edit(root / path, old, new)
        return line_of(root / path, new.strip("\n"))

    return do


def without_column(path: Path, column: str) -> Break:
    def do(root: Path) -> int:
        lines = (root / path).read_text("utf-8").split("\n")
        names = lines[0].split(",")
        lines[0] = ",".join("x" if name == column else name for name in names)
        (root / path).write_text("\n".join(lines), "utf-8")
        return 1

    return do


def rewritten(path: Path, encode: Callable[[str], bytes]) -> Break:
    def do(root: Path) -> int:
        (root / path).write_bytes(encode((root / path).read_text("utf-8")))
        return 1

    return do


def latin1(path: Path) -> Break:
    def do(root: Path) -> int:
        line = append(root / path, "Naik2012,identified,include,me,2026-11-24,Gr\u00f6nlund")
        data = (root / path).read_bytes().replace("\u00f6".encode(), b"\xf6")
        (root / path).write_bytes(data)
        return line

    return do


def removed(path: Path) -> Break:
    return lambda root: (root / path).unlink()


BROKEN: dict[str, tuple[Break, Path, str]] = {
    "a judgement on no record": (
        added(SCREENING, "Naik2021,evidence,include,me,2026-11-24,why"),
        SCREENING,
        "record_id: 'Naik2021' is no record. Did you mean 'Naik2012'?",
    ),
    "a judgement on no criterion": (
        added(SCREENING, "Naik2012,quality,include,me,2026-11-24,why"),
        SCREENING,
        "'quality' is no criterion. Known: citations, credibility, evidence, identified.",
    ),
    "no verdict": (
        added(SCREENING, "Naik2012,evidence,maybe,me,2026-11-24,why"),
        SCREENING,
        "verdict: 'maybe' is not allowed; allowed: include, exclude.",
    ),
    "no day": (
        added(SCREENING, "Naik2012,evidence,include,me,24.11.2026,why"),
        SCREENING,
        "date: '24.11.2026' is not allowed; allowed: a Gregorian day as YYYY-MM-DD.",
    ),
    "a judgement without a reason": (
        added(SCREENING, "Naik2012,evidence,include,me,2026-11-24,"),
        SCREENING,
        "reason: is empty. It needs a value.",
    ),
    "a judgement on a pair of no record": (
        added(DUPLICATES, "Naik2012,Nobody1999,same,me,2026-11-24,why"),
        DUPLICATES,
        "record_b: 'Nobody1999' is no record. 166 are known; none is near.",
    ),
    "a fact that is not declared": (
        added(FACTS, "Naik2012,refereed,yes,,,me,2026-11-24"),
        FACTS,
        "the fact 'refereed' is not declared. Known: ",
    ),
    "a count that is no number": (
        added(FACTS, "Naik2012,cited_by,about 10,OpenAlex,,me,2026-11-24"),
        FACTS,
        "cited_by: 'about 10' is no whole number. Write a number, or unknown.",
    ),
    "a fact outside its vocabulary": (
        added(FACTS, "Naik2012,evidence_kind,survey,,,me,2026-11-24"),
        FACTS,
        "evidence_kind is never 'survey'. Known: case-study, ",
    ),
    "a ragged row": (
        added(FACTS, "Naik2012,evidence_kind"),
        FACTS,
        "2 cells where the header has 7. Quote cells that hold a comma.",
    ),
    "a missing column": (
        without_column(FACTS, "coder"),
        FACTS,
        "the column 'coder' is missing. Add it to the header.",
    ),
    "a wrong encoding": (
        latin1(SCREENING),
        SCREENING,
        "byte 0xf6 is not UTF-8. Save the file as UTF-8.",
    ),
    "a table in UTF-16": (
        rewritten(FACTS, lambda text: text.encode("utf-16")),
        FACTS,
        "byte 0xff is not UTF-8. Save the file as UTF-8.",
    ),
    "a coding outside its vocabulary": (
        changed(
            RAW / "coding/table2.csv",
            "Set up e-mail system and internal network,none",
            "Set up e-mail system and internal network,nothing",
        ),
        RAW / "coding/table2.csv",
        "common_step: 'nothing' is not allowed; allowed: web-presence, interaction, ",
    ),
    "a coding of no record": (
        changed(
            RAW / "coding/codings.csv", "\npaper/Janowski2015,stage,", "\npaper/Janovski,stage,"
        ),
        RAW / "coding/codings.csv",
        "record_id: 'paper/Janovski' is no record. Did you mean 'paper/Janowski2015'?",
    ),
    "a misspelt key of a declared table": (
        changed(RAW / "report/tables/table3.yaml", "merged: 2", "mergd: 2"),
        RAW / "report/tables/table3.yaml",
        "mergd: is not known here. Did you mean 'merged'?",
    ),
    "a context of no record": (
        changed(
            RAW / "citations/contexts.csv", "\n1,paper/SaeiRoshan2010", "\n1,paper/SaeiRoshan2011"
        ),
        RAW / "citations/contexts.csv",
        "record_id: 'paper/SaeiRoshan2011' is no record. Did you mean 'paper/SaeiRoshan2010'?",
    ),
    "a place without a number": (
        changed(
            RAW / "citations/contexts.csv", "\n1,paper/SaeiRoshan2010", "\none,paper/SaeiRoshan2010"
        ),
        RAW / "citations/contexts.csv",
        "context_id: 'one' is no number. Write one.",
    ),
    "broken JSON": (
        changed(RAW / "report/statements.json", "{\n", "{,\n"),
        RAW / "report/statements.json",
        "not JSON: Expecting property name enclosed in double quotes. "
        "Look at the quotes, commas and braces there.",
    ),
    "a missing file": (
        removed(RAW / "coding/table3.csv"),
        RAW / "coding/table3.csv",
        "cannot be read: no such file or directory. Is the path right, and may you read it?",
    ),
}


def test_the_shipped_files_are_good(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    before = snapshot(root)
    check_raw(root)
    assert snapshot(root) == before


@pytest.mark.parametrize(("broken", "path", "told"), BROKEN.values(), ids=BROKEN.keys())
def test_bad_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Break, path: Path, told: str
) -> None:
    root = copy_raw(tmp_path / "review")
    if "JSON" in told:
        text = (root / path).read_text("utf-8")
        (root / path).write_text("{,\n" + text.split("\n", 1)[1], "utf-8")
        line: int | None = 1
    else:
        line = broken(root)
    before = snapshot(root)
    monkeypatch.chdir(root)  # as `slr run` does, so that files are named from the review
    with pytest.raises(SlrError) as caught:
        check_raw(Path())
    place = f"{path}:{line}: " if line else f"{path}: "
    [first, *others] = str(caught.value).split("\n")
    assert first.startswith(place + told)
    assert all(other.startswith(str(path)) for other in others)
    assert caught.value.status == 1
    assert snapshot(root) == before


def test_an_unknown_field_in_a_criterion_is_a_fault_of_the_config(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    edit(root / "config.yaml", "{peer_reviewed: {is: ", "{peerreviewed: {is: ")
    with pytest.raises(ConfigError, match="Did you mean 'peer_reviewed'") as caught:
        check_raw(root)
    assert caught.value.status == 2


def test_an_alternative_on_no_record_is_refused(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    edit(root / "data/raw/multiverse.yaml", "{paper/Janowski2016: ", "{paper/Janowski2061: ")
    with pytest.raises(SlrError) as caught:
        check_raw(root)
    assert str(caught.value) == (
        "data/raw/multiverse.yaml: editorial.suppose: 'paper/Janowski2061' is no record. "
        "Did you mean 'paper/Janowski2016'?"
    )


def test_two_contradicting_judgements_are_no_fault_of_the_input(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    for who, verdict in (("me", "include"), ("you", "exclude")):
        append(root / SCREENING, f"Naik2012,evidence,{verdict},{who},2026-11-24,why")
    check_raw(root)


def test_the_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    append(root / SCREENING, "Nobody,evidence,include,me,2026-11-24,why")
    append(root / FACTS, "Naik2012,cited_by,x,OpenAlex,,me,2026-11-24")
    append(root / DUPLICATES, "Naik2012,Nobody,same,me,2026-11-24,why")
    with pytest.raises(SlrError) as caught:
        check_raw(root)
    assert [str(p.path) for p in caught.value.problems] == list(
        map(str, (DUPLICATES, FACTS, SCREENING))
    )


def test_a_record_that_was_rejected_is_no_record(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    bib = root / "data/raw/records/paper.bib"
    bib.write_text(
        bib.read_text("utf-8").replace("@article{Naik2012,", "@article{Naik2012, x = {"), "utf-8"
    )
    with pytest.raises(SlrError, match="'paper/Naik2012' is no record"):
        check_raw(root)


def test_a_new_source_may_repeat_a_key_of_the_review(tmp_path: Path) -> None:
    """Adding never orphans a decision: what ships names records in full."""
    root = copy_raw(tmp_path / "review")
    (root / "data/raw/records/mine.bib").write_text(
        "@article{Janowski2015, title={Digital government}}\n@misc{IBM, title={Who knows}}\n"
        "@misc{Veenstra2011, title={Another}}\n@misc{LayneLee2001, title={And more}}\n"
    )
    check_raw(root)
