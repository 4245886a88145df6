"""What a coder sees and types, and what is kept of it."""

from __future__ import annotations

import io as text_io
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from rich.console import Console
from stages import append, rows, run

from slr.code import ask
from slr.code.dialogue import Walk, code
from slr.dialogue import Terminal
from slr.errors import ConfigError, SlrError, StoppedError
from slr.init import Answers, begin

RECORDS = """\
@article{One2001, title={One study of a first thing}, author={Alpha, Ann}, year={2001}}
@article{Two2002, title={Another study of a second thing}, author={Beta, Bo}, year={2002},
  abstract={An invented abstract.}}
"""
FILE = Path("data/raw/coding/codings.csv")
SETTLED = Path("data/raw/coding/settled.csv")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A review of two included studies, with the codebook of a new review."""
    folder = tmp_path / "review"
    begin(folder, Answers("Made-up works for the test"))
    (folder / "data/raw/records/own.bib").write_text(RECORDS)
    screening = folder / "data/raw/judgements/screening.csv"
    screening.parent.mkdir()
    screening.write_text("record_id,criterion,verdict,reviewer,date,reason\n")
    for key in ("One2001", "Two2002"):
        append(screening, f"own/{key},eligible,include,ann,2026-01-01,Made up")
    run(folder, "pull", "dedup", "screen")
    return folder


class Person:
    """Types prepared lines; `seen` is all that was shown."""

    def __init__(self, *typed: str) -> None:
        self.typed: Iterator[str] = iter(typed)
        self.shown = text_io.StringIO()
        console = Console(file=self.shown, width=100, force_terminal=False)
        self.terminal = Terminal(console, lambda: "", self._line)

    def _line(self, _: str) -> str:
        try:
            return next(self.typed)
        except StopIteration:
            raise StoppedError from None

    @property
    def seen(self) -> str:
        return self.shown.getvalue()


def sit(root: Path, coder: str, person: Person, **how: object) -> str:
    studies = ask.load(root)
    clock = iter(f"2026-01-0{n}T00:00:00Z" for n in range(1, 10))
    walk = Walk(studies, coder, person.terminal, root, lambda: next(clock), **how)  # type: ignore[arg-type]
    return walk.run()


def kept(root: Path, file: Path = FILE) -> list[tuple[str, str, str, str]]:
    found = rows(root / file)
    return [(r["record_id"], r["variable"], r["value"], r["coder"]) for r in found]


def test_each_study_is_asked_what_applies_to_it(root: Path) -> None:
    person = Person("1", "120", "Works", "review", "Nothing new")
    assert sit(root, "ann", person) == "5 answered, none left. Next: `slr run`."
    assert kept(root) == [
        ("own/One2001", "design", "experiment", "ann"),
        ("own/One2001", "sample_size", "120", "ann"),
        ("own/One2001", "finding", "Works", "ann"),
        ("own/Two2002", "design", "review", "ann"),  # and so no question on its sample
        ("own/Two2002", "finding", "Nothing new", "ann"),
    ]
    assert "An invented abstract." in person.seen
    assert "2  observation · مشاهده" in person.seen


def test_what_was_answered_is_not_asked_again(root: Path) -> None:
    sit(root, "ann", Person("4", ":q"))
    person = Person(":q")
    assert sit(root, "ann", person) == "0 answered, 3 left. Next: `slr run`."
    assert "design" not in person.seen.split("What does it find?")[-1]


def test_the_second_coder_sees_nothing_of_the_first(root: Path) -> None:
    sit(root, "ann", Person("1", "77", "A very telling finding", ":q"))
    person = Person("2", ":q")
    sit(root, "bo", person)
    assert "77" not in person.seen
    assert "telling" not in person.seen
    assert "ann" not in person.seen
    assert kept(root)[-1] == ("own/One2001", "design", "observation", "bo")


def test_an_answer_that_is_none_is_asked_again_with_the_reason(root: Path) -> None:
    person = Person("cohort", "9", "experiment", "many", "-3", "۱۲", ":q")
    sit(root, "ann", person)
    assert kept(root) == [
        ("own/One2001", "design", "experiment", "ann"),
        ("own/One2001", "sample_size", "12", "ann"),  # typed in Persian digits
    ]
    assert "design is never 'cohort'." in person.seen
    assert "sample_size: 'many' is no number." in person.seen
    assert "sample_size is never below 0." in person.seen


def test_undo_takes_the_last_answer_out_of_the_file(root: Path) -> None:
    person = Person("1", ":u", "3", ":n", "a note, with a comma", "Nothing", ":q")
    assert sit(root, "ann", person) == "2 answered, 2 left. Next: `slr run`."
    assert kept(root) == [
        ("own/One2001", "design", "review", "ann"),
        ("own/One2001", "finding", "Nothing", "ann"),
    ]
    assert [row["note"] for row in rows(root / FILE)] == ["", "a note, with a comma"]
    assert "The last answer is taken back." in person.seen


def test_an_empty_line_leaves_a_question_for_another_time(root: Path) -> None:
    assert sit(root, "ann", Person("", "Works", ":q")) == (
        "1 answered, 1 skipped, 3 left. Next: `slr run`."
    )
    assert kept(root) == [("own/One2001", "finding", "Works", "ann")]


def test_an_end_of_input_is_a_stop(root: Path) -> None:
    assert sit(root, "ann", Person("1")) == "1 answered, 4 left. Next: `slr run`."


def test_only_the_sample_is_coded_twice(root: Path) -> None:
    """A fifth of two studies, rounded up, is one."""
    studies = ask.load(root)
    asked = {q.work for q in ask.to_code(studies, {}, "bo", double=True)}
    assert len(asked) == 1


def test_differences_are_settled_by_a_row_of_their_own(root: Path) -> None:
    sit(root, "ann", Person("1", "10", "Works", "4", "Same"))
    sit(root, "bo", Person("1", "12", "Works", "4", "Same"))
    before = (root / FILE).read_bytes()
    run(root, "code")
    [one, two] = rows(root / "data/processed/code/disagreements.csv")
    assert (one["variable"], one["value"], two["value"]) == ("sample_size", "10", "12")
    person = Person("12")
    told = sit(root, "cy", person, settle=True)
    assert told == "1 answered, none left. Next: `slr run`."
    assert "ann said: 10" in person.seen
    assert "bo said: 12" in person.seen
    assert (root / FILE).read_bytes() == before
    assert kept(root, SETTLED) == [("own/One2001", "sample_size", "12", "cy")]
    run(root, "code")
    assert rows(root / "data/processed/code/disagreements.csv") == []
    values = rows(root / "data/processed/code/values.csv")
    [value] = [v for v in values if v["variable"] == "sample_size"]
    assert (value["value"], value["basis"], value["coders"]) == ("12", "settled", "cy")


def test_a_value_that_is_no_longer_allowed_is_asked_again(root: Path) -> None:
    sit(root, "ann", Person("3", "Nothing", "4", "Same"))
    config = root / "config.yaml"
    text = config.read_text("utf-8")
    config.write_text(text.replace('        review: {en: "review", fa: "مرور"}\n', ""), "utf-8")
    open_ = ask.to_code(ask.load(root), ask.said(root, ask.load(root))[0], "ann")
    assert [(q.work, q.variable.name) for q in open_] == [("own/One2001", "design")]
    run(root, "code")
    [lost] = rows(root / "data/processed/code/unused_codings.csv")
    assert lost["reason"] == (
        "design is never 'review'. Known: experiment, observation, other, unknown."
    )


def test_one_study_can_be_coded_anew(root: Path) -> None:
    sit(root, "ann", Person("3", "Nothing", ":q"))
    studies = ask.load(root)
    person = Person("1", "8", "Much")
    sit(root, "ann", person, only=ask.study_named(studies, "One2001"))
    assert "ann said: review" in person.seen
    assert kept(root)[-3:] == [
        ("own/One2001", "design", "experiment", "ann"),
        ("own/One2001", "sample_size", "8", "ann"),
        ("own/One2001", "finding", "Much", "ann"),
    ]
    with pytest.raises(SlrError, match="'Three' is no record"):
        ask.study_named(studies, "Three")


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1, 3", "x; z"), ("z; x", "x; z"), ("y، x", "x; y"), ("x x", None), ("UNKNOWN", "unknown"),
     ("ایکس", "x"), ("", None)],
)  # fmt: skip
def test_several_values_are_typed_in_any_way(typed: str, value: str | None) -> None:
    from slr.code.codebook import Variable

    labels = {
        "x": {"en": "X-ray", "fa": "ایکس"},
        "y": {"en": "Y", "fa": "ی"},
        "z": {"en": "z", "fa": "ز"},
    }
    places = Variable.of("places", {"question": {}, "type": "categories", "values": labels})
    if value is None:
        with pytest.raises(SlrError):
            ask.understood(places, typed)
    else:
        assert ask.understood(places, typed) == value


def test_what_the_terminal_would_obey_is_not_shown(root: Path) -> None:
    bib = root / "data/raw/records/own.bib"
    bib.write_text(bib.read_text().replace("One study", "One \x1b[2J study"), "utf-8")
    run(root, "pull", "dedup", "screen")
    person = Person(":q")
    sit(root, "ann", person)
    assert "\x1b" not in person.seen


def test_without_a_codebook_or_a_terminal_it_says_so(root: Path) -> None:
    with pytest.raises(ConfigError, match="needs a person at a terminal"):
        code(root, "ann")
    with pytest.raises(ConfigError, match="--coder: is no name"):
        code(root, " ")
    config = yaml.safe_load((root / "config.yaml").read_text("utf-8"))
    config["code"] = {}
    (root / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    with pytest.raises(ConfigError, match=r"config.yaml: code\.codebook: is missing"):
        code(root, "ann")
