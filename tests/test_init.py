"""A review of one's own: begun in an empty folder, by the rules of the installed package."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from conftest import PROJECT, environment, slr
from flit_core import buildapi
from test_docs import commands, same

from slr import cli, config
from slr.errors import ConfigError, StoppedError
from slr.init import FILES, QUESTIONS, Answers, ask, begin
from slr.workflow import RULES

EXPORT = PROJECT / "docs/example/more.bib"
"""Made-up publications, as a database might export them."""


def test_a_new_review_can_be_read(tmp_path: Path) -> None:
    made = begin(tmp_path / "new", Answers("One title", "یک عنوان", "What?", "When?", "2010"))
    assert sorted(made) == sorted(FILES.values())
    settings = config.load(tmp_path / "new/config.yaml")
    assert settings["review"]["title"] == {"en": "One title", "fa": "یک عنوان"}
    assert settings["review"]["about"]["en"] == "What?"
    assert list(settings["screen"]["criteria"]) == ["year", "eligible"]
    assert settings["screen"]["criteria"]["eligible"]["question"]["en"] == "When?"
    [case] = settings["screen"]["criteria"]["year"]["cases"]
    assert case["include_if"] == {"year_from": {"at_least": 2010}}


def test_what_is_not_told_has_a_sense(tmp_path: Path) -> None:
    begin(tmp_path / "new", Answers("One title"))
    settings = config.load(tmp_path / "new/config.yaml")
    assert settings["review"]["title"]["fa"] == "One title"
    assert list(settings["screen"]["criteria"]) == ["eligible"]


@pytest.mark.parametrize(
    "title",
    ['A "quoted" one: # not a comment', "{a: b}", "$title $$", "back\\slash", "- item", "null",
     "نام", "a\nb", "<script>x</script>", "%s %(a)s {0}"],
)  # fmt: skip
def test_any_title_is_only_a_title(tmp_path: Path, title: str) -> None:
    begin(tmp_path / "new", Answers(title, question=title, eligible=title))
    settings = config.load(tmp_path / "new/config.yaml")
    assert settings["review"]["title"]["en"] == " ".join(title.split())
    readme = (tmp_path / "new/README.md").read_text("utf-8")
    assert "<script>" not in readme.replace(r"\<", "")


@pytest.mark.parametrize("there", ["config.yaml", "Snakefile", "data/raw/records/a.bib"])
def test_a_folder_with_a_review_is_refused_and_left_alone(tmp_path: Path, there: str) -> None:
    path = tmp_path / there
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    with pytest.raises(ConfigError, match="holds a review already"):
        begin(tmp_path, Answers("One"))
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [path]


def test_other_files_of_a_folder_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    made = begin(tmp_path, Answers("One"))
    assert Path("README.md") not in made
    assert (tmp_path / "README.md").read_text() == "mine"


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (Answers(" "), "--title: a review needs a title."),
        (Answers("One", year="20O1"), "--from-year: '20O1' is no year."),
        (Answers("One", year="99999"), "--from-year: '99999' is no year."),
        (Answers("One", year="1395"), "--from-year: '1395' is no such year."),
    ],
)
def test_an_answer_that_is_none_is_refused_before_anything_is_written(
    tmp_path: Path, answers: Answers, told: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)):
        begin(tmp_path / "new", answers)
    assert not (tmp_path / "new").exists()


def answering(*said: str) -> tuple[list[str], Callable[[str], str]]:
    """Return the prompts that are shown, and who answers them; after the last, the input ends."""
    asked: list[str] = []
    rest = iter(said)

    def line(prompt: str) -> str:
        asked.append(prompt)
        try:
            return next(rest)
        except StopIteration:
            raise StoppedError from None

    return asked, line


NONE = dict.fromkeys(("title", "title_fa", "question", "eligible", "year"))


def test_five_questions_are_asked_at_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rich.console import Console

    from slr.dialogue import Terminal

    asked, line = answering("One title", "", "What?", "", "2001")
    screen = Terminal(Console(), lambda: "", line)
    monkeypatch.setattr("slr.dialogue.terminal", lambda: screen)
    cli.app(["init", str(tmp_path / "new")], standalone_mode=False)
    assert len(asked) == 5
    assert config.load(tmp_path / "new/config.yaml")["review"]["about"]["en"] == "What?"


def test_what_cannot_be_used_is_asked_again_at_once(tmp_path: Path) -> None:
    told: list[str] = []
    asked, line = answering(" ", "One", "", "", "", "soon", "1395", "۲۰۱۶")
    answers = ask(tmp_path, NONE, line, told.append)
    assert [QUESTIONS[name] for name in ("title", "title", "title_fa")] == asked[:3]
    assert asked[4:] == [QUESTIONS["eligible"], *[QUESTIONS["year"]] * 3]
    assert told == [
        "That cannot be used: a review needs a title. Tell it: --title TITLE.",
        "That cannot be used: 'soon' is no year. Write four digits.",
        "That cannot be used: '1395' is no such year. "
        "Write one from 1500 to 2999, Gregorian: 1395 begins in 2016.",
    ]
    begin(tmp_path, answers)
    text = (tmp_path / "config.yaml").read_text("utf-8")
    assert "year_from: {at_least: 2016}" in text
    assert "پیش از ۲۰۱۶" in text


def test_at_the_end_of_the_input_what_was_answered_is_kept(tmp_path: Path) -> None:
    told: list[str] = []
    answers = ask(tmp_path, NONE, answering("One", "یک")[1], told.append)
    assert answers == Answers("One", "یک")
    assert told == [f"What was not answered is for later: write it in {tmp_path / 'config.yaml'}."]
    with pytest.raises(StoppedError, match="stopped at the end of the input"):
        ask(tmp_path, NONE, answering()[1], told.append)


def test_what_is_given_and_the_folder_are_looked_at_before_anything_is_asked(
    tmp_path: Path,
) -> None:
    asked, line = answering()
    with pytest.raises(ConfigError, match="is no year"):
        ask(tmp_path, {**NONE, "year": "x"}, line, print)
    (tmp_path / "Snakefile").touch()
    with pytest.raises(ConfigError, match="holds a review already"):
        ask(tmp_path, NONE, line, print)
    assert asked == []


def test_the_rules_of_the_package_are_those_at_the_top() -> None:
    top = {path.name: path.read_bytes() for path in (PROJECT / "workflow/rules").iterdir()}
    assert {path.name: path.read_bytes() for path in RULES.iterdir()} == top
    assert all(path.is_symlink() for path in RULES.iterdir())  # one source of rules


def test_the_built_package_has_the_rules_and_the_templates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    name = buildapi.build_wheel(str(tmp_path))
    with zipfile.ZipFile(tmp_path / name) as wheel:
        held = {n: wheel.read(n) for n in wheel.namelist() if "/workflow/" in n or "/init/" in n}
    for path in (PROJECT / "workflow/rules").iterdir():
        assert held[f"slr/workflow/rules/{path.name}"] == path.read_bytes()
    assert {f"slr/init/{template}" for template in FILES} <= set(held)
    source = buildapi.build_sdist(str(tmp_path))
    with tarfile.open(tmp_path / source) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {f"workflow/rules/{path.name}" for path in RULES.iterdir()} <= names


@pytest.fixture(scope="session")
def begun(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """What became of a new review whose README was followed word for word, as its transcript."""

    def fill(folder: Path) -> None:
        review = folder / "review"
        folder.mkdir()
        done = slr(folder, "init", "review", "--title", "Made-up works", "--from-year", "1900")
        assert done.returncode == 0, done.stderr
        shutil.copy(EXPORT, review / "export.bib")
        told = []
        for command, printed in commands(review / "README.md"):
            output = call(review, command)
            told.append({"command": command, "printed": printed, "output": output})
        (folder / "told.json").write_text(json.dumps(told))

    return once("begun", fill)


def call(folder: Path, command: str) -> str:
    program, *args = shlex.split(command)
    line = [sys.executable, "-m", "slr", *args] if program == "slr" else ["bash", "-c", command]
    done = subprocess.run(
        line,
        cwd=folder,
        env=environment(PROJECT),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, (command, done.stderr)
    return done.stderr + done.stdout


def test_the_readme_of_a_new_review_can_be_followed(begun: Path) -> None:
    told = json.loads((begun / "told.json").read_text())
    assert len(told) >= 6
    for one in told:
        assert same(one["printed"], one["output"]), (one["command"], one["output"])
    review = begun / "review"
    flow = json.loads((review / "data/processed/report/flow.json").read_text("utf-8"))
    assert (flow["identified"], flow["awaiting"], flow["included"]) == (3, 3, 0)
    assert flow["expected"] == {}
    page = (review / "data/processed/report/index.html").read_text("utf-8")
    assert "Made-up works" in page
    assert "econstruction" not in page


def test_a_new_review_waits_for_records_and_changes_nothing(tmp_path: Path) -> None:
    begin(tmp_path / "new", Answers("One"))
    before = set((tmp_path / "new").rglob("*"))
    done = slr(tmp_path / "new", "run")
    assert done.returncode == 0
    assert done.stdout.startswith("This review has no records yet.\n  Put exports of databases")
    assert set((tmp_path / "new").rglob("*")) == before


def test_each_figure_of_an_empty_review_says_why(begun: Path) -> None:
    figures = begun / "review/data/processed/report/figures"
    for name, told in (
        ("makeup", "No study is included yet."),
        ("multiverse", "No other choice is tried"),
        ("design_by_year", "No included study is in this map yet."),
    ):
        assert told in (figures / f"{name}.en.svg").read_text("utf-8")
        assert (figures / f"{name}.fa.pdf").stat().st_size > 1000


def test_a_section_of_comments_alone_is_an_empty_one(tmp_path: Path) -> None:
    begin(tmp_path, Answers("One"))
    text = (tmp_path / "config.yaml").read_text("utf-8")
    assert yaml.safe_load(text)["pull"] is None
    assert config.load(tmp_path / "config.yaml")["pull"] == {}
