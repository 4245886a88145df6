"""What is still to be asked of a coder or settler, and what an answer that was typed means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from slr import config, io
from slr.code import codings
from slr.code.codebook import Codebook, Variable, listed
from slr.code.codings import Answers, read_codings
from slr.errors import ConfigError, Problem, SlrError
from slr.identity import Names
from slr.paths import CONFIG, DEDUPED, SCREENED
from slr.rules import UNKNOWN_VALUE
from slr.text import latin_digits

_MARKS = re.compile("[;,؛،]")


@dataclass(frozen=True)
class Question:
    """A question on a study; `said` holds what is known of its answers, by coder."""

    work: str
    variable: Variable
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Studies:
    """The included studies of the last run, in order, and the codebook."""

    book: Codebook
    rows: pd.DataFrame
    work_of: Mapping[str, str]

    @property
    def works(self) -> list[str]:
        """Their ids."""
        return list(self.rows["work_id"])


def load(root: Path) -> Studies:
    """Read the included studies and the codebook.

    Raises
    ------
    ConfigError
        If the config has no codebook.
    SlrError
        If no run has said which studies are included.
    """
    book = Codebook.of(config.load(root / CONFIG)["code"])
    if not book.variables:
        fix = "Say there what is asked of each study."
        raise ConfigError(Problem("is missing.", fix, CONFIG, None, "code.codebook"))
    path = root / SCREENED / "included.csv"
    if not path.exists():
        raise SlrError(Problem("is not there yet.", "Run `slr run` first.", path))
    clusters = io.read_table(root / DEDUPED / "clusters.csv", "dedup/clusters")
    work_of = dict(zip(clusters["record_id"], clusters["cluster_id"], strict=True))
    return Studies(book, io.read_table(path, "screen/included"), work_of)


def said(root: Path, studies: Studies) -> tuple[Answers, Answers]:
    """Return what was coded and what was settled until now, by work, variable and person."""
    on_works = read_codings(root, Names(studies.work_of)).on(studies.work_of)
    found = (codings.latest(table, studies.book) for table in (on_works.given, on_works.settled))
    return next(found), next(found)


def to_code(
    studies: Studies, given: Answers, coder: str, *, double: bool = False
) -> list[Question]:
    """Return what a coder has not answered yet, study by study; nothing of what others say.

    With `double`, only of the studies that two people code.
    """
    works = codings.sample(studies.works, studies.book) if double else studies.works
    questions = []
    for work in works:
        own = _own(given, work, coder)
        questions += [Question(work, v) for v in studies.book.asked(own) if v.name not in own]
    return questions


def again(studies: Studies, given: Answers, coder: str, work: str) -> list[Question]:
    """Return all that is asked of one study, with what the coder answered before."""
    own = _own(given, work, coder)
    return [
        Question(work, v, {coder: own[v.name]} if v.name in own else {})
        for v in studies.book.asked(own)
    ]


def _own(given: Answers, work: str, coder: str) -> dict[str, str]:
    of_work = given.get(work, {})
    return {name: by[coder] for name, by in of_work.items() if coder in by}


def to_settle(studies: Studies, given: Answers, settled: Answers) -> list[Question]:
    """Return each question on which coders differ and which nobody has settled."""
    return [
        Question(work, variable, given[work][name])
        for work in studies.works
        for name, variable in studies.book.variables.items()
        if name in given.get(work, {})
        and name not in settled.get(work, {})
        and codings.agreed(variable, list(given[work][name].values())) is None
    ]


def choices(variable: Variable) -> list[tuple[str, str]]:
    """Return what may be typed for each value of a variable, and the value.

    Values that are numbers are typed as they are; others by their place in the list.
    """
    if all(value.isascii() and value.isdigit() for value in variable.labels):
        return [(value, value) for value in variable.labels]
    return [(str(at), value) for at, value in enumerate(variable.labels, 1)]


def understood(variable: Variable, typed: str) -> str:
    """Return the answer that was typed: a value, its place or its words, `unknown`, or any text.

    Raises
    ------
    SlrError
        If the codebook does not allow it.
    """
    text = typed.strip()
    if text.casefold() != UNKNOWN_VALUE:
        if variable.labels:
            parts = _MARKS.split(text) if variable.kind == "categories" else [text]
            text = listed([_value(variable, part.strip()) for part in parts if part.strip()])
        elif variable.kind == "number":
            text = latin_digits(text).replace("٫", ".")
    else:
        text = UNKNOWN_VALUE
    if fault := variable.fault(text):
        raise SlrError(Problem(*fault))
    return variable.tidy(text)


def _value(variable: Variable, typed: str) -> str:
    known = dict(choices(variable))
    if (place := latin_digits(typed)) in known:
        return known[place]
    for value, words in variable.labels.items():
        if typed.casefold() in (value.casefold(), *(word.casefold() for word in words.values())):
            return value
    return typed


def study_named(studies: Studies, name: str) -> str:
    """Return the included study that a name means.

    Raises
    ------
    SlrError
        If it is no record, or not included.
    """
    work = studies.work_of[Names(studies.work_of).resolve(name)]
    if work not in set(studies.works):
        raise SlrError(Problem(f"{name!r} is not included.", "Only included studies are coded."))
    return work


def progress(studies: Studies, questions: Sequence[Question]) -> tuple[int, int]:
    """Return how many studies have nothing open, and how many there are."""
    open_ = {question.work for question in questions}
    return len(studies.works) - len(open_), len(studies.works)
