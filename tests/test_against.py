"""Two rule sets: which works move, and which criterion moves each."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stages import edit, finished, made, run, snapshot
from typer.testing import CliRunner

from slr import cli
from slr.errors import ConfigError
from slr.screen.against import ORDER, RuleSet, against, moves
from slr.screen.decide import Decision, Work, end

FINDINGS = "citations_in_findings: {at_least: 1}"
EVIDENCE = "    evidence:\n      name"
RUNNER = CliRunner()


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return Path(shutil.copy(finished() / "config.yaml", tmp_path / "other.yaml"))


def block(path: Path, first: str, after: str) -> str:
    text = path.read_text("utf-8")
    return text[text.index(first) : text.index(after)]


def test_the_same_rules_move_nothing(other: Path) -> None:
    found = against(finished(), other)
    assert found.moved.empty
    assert found.before[1] == found.now[1]
    assert found.before[1]["included"] == 35
    assert found.before[1]["set_aside_at"] == {
        "identified": 20, "credibility": 13, "evidence": 6, "citations": 7,
    }  # fmt: skip
    assert found.lines()[-1] == "no work moves"


def test_a_threshold_moves_what_a_run_with_it_would_move(other: Path, tmp_path: Path) -> None:
    edit(other, FINDINGS, "citations_in_findings: {at_least: 2}")
    found = against(finished(), other)
    root = Path(shutil.copytree(finished(), tmp_path / "review"))
    shutil.copy(other, root / "config.yaml")
    run(root, "screen")
    was = {o["work_id"]: (o["status"], o["criterion"]) for o in made(finished(), "screen/outcomes")}
    now = {o["work_id"]: (o["status"], o["criterion"]) for o in made(root, "screen/outcomes")}
    assert set(found.moved["work_id"]) == {work for work in was if was[work] != now[work]} != set()
    assert set(found.moved["moved_by"]) == {"citations"}
    assert set(found.moved["change"]) == {"lost"}
    kept = sum(status == "included" for status, _ in now.values())
    assert (found.before[1]["included"], found.now[1]["included"]) == (35, kept)


def test_a_criterion_that_is_dropped(other: Path) -> None:
    edit(other, block(other, "    evidence:\n      n", "    citations:\n      n"), "")
    edit(other, block(other, "  multiverse:", "code:  "), "")  # it names the criterion
    found = against(finished(), other)
    gained = found.moved[found.moved["change"] == "gained"]
    assert list(gained["work_id"]) == [
        "paper/LayneLee2001", "paper/PierrePeters2000", "paper/Zarei2008",
    ]  # fmt: skip
    assert set(found.moved["moved_by"]) == {"evidence"}
    assert found.now[1]["included"] == 38  # as the alternative no-evidence of the multiverse says
    [alternative] = [
        row for row in made(finished(), "screen/multiverse") if row["alternative"] == "no-evidence"
    ]
    assert alternative["included"] == "38"
    assert found.notes == [f"{other} has no criteria evidence: what is recorded does not count"]


def test_a_criterion_that_is_new_and_two_that_move_only_together(other: Path) -> None:
    """Works that are not identified come in only if credibility lets them too."""
    edit(other, "in: [verified, recalled]", "in: [verified, recalled, candidate]")
    seen = block(other, "    credibility:\n", EVIDENCE)
    seen = seen.replace("credibility:", "seen:")
    seen = seen.replace('peer_reviewed: {is: "yes"}', "identification: {is: verified}")
    edit(other, EVIDENCE, seen + EVIDENCE)
    found = against(finished(), other)
    movers = dict(zip(found.moved["work_id"], found.moved["moved_by"], strict=True))
    now = dict(zip(found.moved["work_id"], found.moved["criterion_now"], strict=True))
    assert {movers[work] for work in movers if now[work] == "credibility"} == {"identified"}
    assert {movers[work] for work in movers if now[work] == "seen"} <= {"seen", "identified, seen"}
    assert "seen" in set(now.values())


FAULTY: dict[str, tuple[Callable[[Path], None], str]] = {
    "a field nearly named": (
        lambda path: edit(path, "{peer_reviewed: {is: ", "{peer_reviewd: {is: "),
        "the field 'peer_reviewd' is not known. Did you mean 'peer_reviewed'?",
    ),
    "a list that is not there": (
        lambda path: edit(path, "{identification: {in: [verified, recalled]}}",
                          "{journal: {in_list: journals}}"),
        "there is no list 'journals' in data/raw/lists/. Make data/raw/lists/journals.csv.",
    ),
    "a value that was recorded and is not declared": (
        lambda path: edit(path, "conceptual, model-only, ", "conceptual, "),
        "evidence_kind is never 'model-only'.",
    ),
    "no YAML": (lambda path: path.write_text("{", "utf-8") and None, "not YAML"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "told"), FAULTY.values(), ids=FAULTY.keys())
def test_a_fault_of_the_other_config_names_it(
    other: Path, spoil: Callable[[Path], None], told: str
) -> None:
    spoil(other)
    with pytest.raises(ConfigError) as caught:
        against(finished(), other)
    assert str(caught.value).startswith(f"{other}:")
    assert told in str(caught.value)
    assert caught.value.status == 2


def test_the_command_writes_nothing(other: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(other, FINDINGS, "citations_in_findings: {at_least: 2}")
    monkeypatch.chdir(finished())
    before = snapshot(finished())
    done = RUNNER.invoke(cli.app, ["screen", "--against", str(other)])
    assert done.exit_code == 0
    assert "included      35 -> " in done.stdout
    done = RUNNER.invoke(cli.app, ["screen", "--against", str(other), "--json"])
    told = json.loads(done.stdout)
    assert told["before"]["included"] - told["now"]["included"] == len(told["moved"])
    assert {tuple(row["moved_by"]) for row in told["moved"]} == {("citations",)}
    assert snapshot(finished()) == before


# --- what holds for any two rule sets ------------------------------------------------------------

VERDICTS = st.sampled_from(["include", "exclude", "review"])
NAMES = st.lists(st.sampled_from("abcd"), unique=True, min_size=1, max_size=4)


def ruled(names: list[str], verdicts: dict[str, str]) -> RuleSet:
    criteria: dict[str, Any] = {name: {} for name in names}
    told = {"en": "x", "fa": "x"}
    decisions = {n: Decision(verdicts[n], "rule", verdicts[n], told) for n in names}
    work = Work("x/a", {})
    return RuleSet(
        criteria, {"x/a": work}, {"x/a": decisions}, {"x/a": end(work, decisions, criteria)}
    )


EACH = st.fixed_dictionaries(dict.fromkeys("abcd", VERDICTS))


@settings(max_examples=300)
@given(NAMES, NAMES, EACH, EACH)
def test_a_work_that_moves_is_moved_by_something_that_differs(
    old: list[str], new: list[str], was: dict[str, str], now: dict[str, str]
) -> None:
    before, after = ruled(old, was), ruled(new, now)
    rows = moves(before, after)
    place = [
        (side.ended["x/a"]["status"], side.ended["x/a"]["criterion"]) for side in (before, after)
    ]
    assert bool(rows) == (place[0] != place[1])
    for row in rows:
        movers = row["moved_by"].split(", ")
        if movers != [ORDER]:
            said = [{n: v[n] for n in names} for names, v in ((old, was), (new, now))]
            assert all(said[0].get(name) != said[1].get(name) for name in movers)
        else:
            assert {n: was[n] for n in old} == {n: now[n] for n in new}
