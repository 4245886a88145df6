"""Begin a review: a folder with all that `slr run` needs, and a word on what goes where."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template

from slr import config, io
from slr.bidi import digits
from slr.errors import ConfigError, Problem, StoppedError
from slr.paths import CONFIG, RAW, RECORDS
from slr.report.markup import bare
from slr.text import latin_digits

SNAKEFILE = Path("Snakefile")
FILES = {
    "config.yaml": CONFIG,
    "Snakefile": SNAKEFILE,
    "gitignore": Path(".gitignore"),
    "README.md": Path("README.md"),
    "raw.md": RAW / "README.md",
    "records.md": RECORDS / "README.md",
}
"""Where each template goes."""
_OF_REVIEW = (CONFIG, SNAKEFILE, RAW)
"""What makes a folder a review."""
FIRST_YEAR, LAST_YEAR = 1500, 2999
_YEAR = """\
    year:
      question:
        en: "Did it appear in {year} or later?"
        fa: "در {year_fa} یا پس از آن منتشر شده است؟"
      unknown: review
      missing: review
      cases:
        - include_if: {{year_from: {{at_least: {year}}}}}
          met: {{en: "appeared in {year} or later", fa: "در {year_fa} یا پس از آن منتشر شده است"}}
          not_met: {{en: "appeared before {year}", fa: "پیش از {year_fa} منتشر شده است"}}
"""


@dataclass(frozen=True)
class Answers:
    """What is asked of who begins a review; what is empty is left for later."""

    title: str
    title_fa: str = ""
    question: str = ""
    eligible: str = ""
    year: str = ""


QUESTIONS = {
    "title": "What is the review called?",
    "title_fa": "What is it called in Persian? (empty: the same)",
    "question": "What does it ask?",
    "eligible": "When is a work eligible? (one question, for the screeners)",
    "year": "From which year on, Gregorian? (empty: any)",
}
"""The five questions, by the field of `Answers` that each fills."""


def ask(
    folder: Path,
    given: Mapping[str, str | None],
    line: Callable[[str], str],
    tell: Callable[[str], None],
) -> Answers:
    """Ask what is not given, and again where an answer cannot be used.

    At the end of the input the rest is left for later.

    Raises
    ------
    ConfigError
        If the folder or what is given cannot be used; nothing is asked then.
    StoppedError
        If the input ends before there is a title.
    """
    _check_folder(folder)
    answers = {name: value for name, value in given.items() if value is not None}
    for name, value in answers.items():
        _checked(name, value)
    for name, question in QUESTIONS.items():
        while name not in answers:
            try:
                said = line(question)
                _checked(name, said)
            except ConfigError as error:
                tell(f"That cannot be used: {error.problems[0].found} {error.problems[0].fix}")
            except StoppedError:
                if "title" not in answers:
                    raise
                tell(f"What was not answered is for later: write it in {folder / CONFIG}.")
                return Answers(**answers)
            else:
                answers[name] = said
    return Answers(**answers)


def begin(folder: Path, answers: Answers) -> list[Path]:
    """Make a review; return the files that were written.

    A file of the same name that is there already, as a README of yours, stays as it is.

    Raises
    ------
    ConfigError
        If the folder holds a review, or an answer cannot be used. Nothing is written then.
    """
    _check_folder(folder)
    filled = _fields(answers)
    made = []
    for name, path in FILES.items():
        if not (folder / path).exists():
            text = resources.files("slr.init").joinpath(name).read_text("utf-8")
            told = text if name in ("gitignore", "Snakefile") else Template(text).substitute(filled)
            io.write_text(folder / path, told)
            made.append(path)
    config.load(folder / CONFIG)  # what was written is what can be read
    return made


def _check_folder(folder: Path) -> None:
    there = [path for path in _OF_REVIEW if (folder / path).exists()]
    if there:
        fix = "Choose another folder."
        raise ConfigError(Problem(f"holds a review already: {there[0]} is there.", fix, folder))
    if folder.exists() and not folder.is_dir():
        raise ConfigError(Problem("is a file, where a folder must be.", "Choose another.", folder))


def _checked(name: str, answer: str) -> str:
    """Return an answer as it is used.

    Raises
    ------
    ConfigError
        If it cannot be used.
    """
    text = bare(answer)
    if name == "title" and not text:
        raise ConfigError(Problem("a review needs a title.", "Tell it: --title TITLE.", "--title"))
    if name == "year" and text:
        year = latin_digits(text)
        if not re.fullmatch("[0-9]{4}", year):
            raise ConfigError(Problem(f"{text!r} is no year.", "Write four digits.", "--from-year"))
        if not FIRST_YEAR <= int(year) <= LAST_YEAR:
            fix = f"Write one from {FIRST_YEAR} to {LAST_YEAR}, Gregorian: 1395 begins in 2016."
            raise ConfigError(Problem(f"{text!r} is no such year.", fix, "--from-year"))
        return year
    return text


def _fields(answers: Answers) -> dict[str, str]:
    """Return what stands in the templates: texts quoted for YAML, and bare for Markdown."""
    title, year = _checked("title", answers.title), _checked("year", answers.year)
    question = bare(answers.question) or title
    return {
        "title": _quoted(title),
        "title_fa": _quoted(bare(answers.title_fa) or title),
        "question": _quoted(question),
        "eligible": _quoted(bare(answers.eligible) or "Is the work eligible?"),
        "year": _YEAR.format(year=year, year_fa=digits(year, "fa")) if year else "",
        "plain_title": _markdown(title),
        "plain_question": _markdown(question),
    }


def _quoted(text: str) -> str:
    """Quote a text for YAML, whose double quotes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _markdown(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", text)
