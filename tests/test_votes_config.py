"""Section `screen.votes` of the config: what it adds to the criteria, and its faults."""

from __future__ import annotations

from pathlib import Path

import pytest
from stages import PROJECT, edit

from slr import config
from slr.errors import ConfigError, SlrError
from slr.facts import read_facts
from slr.identity import Names

VOTING = """  votes:
    stages:
      title_abstract: {needed: 2}
      full_text: {needed: 2}
    conflicts: third
    reviewers: [Ann, Bob]

code:  """

CONFIGS: dict[str, tuple[str, str, str, str]] = {
    "a key that is not known": ("needed: 2}", "needed: 2, unsur: include}", "unsur", "'unsure'?"),
    "no votes needed": ("needed: 2}", "needed: 0}", "title_abstract.needed", "1 to 100"),
    "more votes than people": ("needed: 2}", "needed: 3}", "title_abstract.needed", "2 may vote"),
    "a criterion that is not there": (
        "needed: 2}", "needed: 2, before: credibilty}", "title_abstract.before", "'credibility'?"
    ),
    "retrieval before title and abstract": (
        "needed: 2}", "needed: 2, before: credibility}", "stages", "right after title and abstract"
    ),
    "a senior without need": (
        "conflicts: third", "conflicts: third\n    senior: Ann", "votes", "senior"
    ),
    "no senior": ("conflicts: third", "conflicts: senior", "votes", "Name who settles"),
    "a senior nobody knows": (
        "conflicts: third", "conflicts: senior\n    senior: Anne", "votes.senior", "'Ann'?"
    ),
    "a reason that is a criterion": (
        "conflicts: third",
        "conflicts: third\n    reasons: {evidence: {en: a, fa: b}}",
        "reasons.evidence",
        "is a criterion already",
    ),
    "a fact of a stage's name": (
        "role:  ", "full_text: {type: text}\n    role:  ", "facts.full_text", "is a stage of votes"
    ),
}  # fmt: skip


@pytest.fixture
def configured(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    text = (PROJECT / "config.yaml").read_text("utf-8")
    path.write_text(text.replace("code:  ", VOTING, 1), "utf-8")
    return path


def test_stages_stand_among_the_criteria(configured: Path) -> None:
    loaded = config.load(configured)["screen"]
    rules = ["identified", "credibility", "evidence", "citations"]
    assert list(loaded["criteria"]) == ["title_abstract", *rules, "full_text"]
    edit(configured, "full_text: {needed: 2}", "full_text: {needed: 2, before: citations}")
    assert list(config.load(configured)["screen"]["criteria"])[-2:] == ["full_text", "citations"]
    assert "votes" not in config.load(PROJECT / "config.yaml")["screen"]


@pytest.mark.parametrize(("old", "new", "key", "told"), CONFIGS.values(), ids=CONFIGS.keys())
def test_a_wrong_section_is_told_with_its_key(
    configured: Path, old: str, new: str, key: str, told: str
) -> None:
    configured.write_text(configured.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigError) as caught:
        config.load(configured)
    said = [str(problem) for problem in caught.value.problems]
    assert [one for one in said if key in one and told in one], said


def test_nobody_writes_what_votes_decide_as_a_fact(tmp_path: Path, configured: Path) -> None:
    facts = tmp_path / "data/raw/facts/mine.csv"
    facts.parent.mkdir(parents=True)
    facts.write_text("record_id,fact,value,index,source,coder,date\na/1,full_text,include,,,Ann,\n")
    declared = config.load(configured)["screen"]["facts"]
    with pytest.raises(SlrError, match=r"mine\.csv:2: full_text is what votes decide\."):
        read_facts(tmp_path, declared, Names(["a/1"]))
