"""Begin a review: a folder with all that `slr run` needs, and a word on what goes where."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template

from slr import config, io
from slr.errors import ConfigError, Problem
from slr.paths import CONFIG, RAW, RECORDS
from slr.report.markup import bare

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
FIRST_YEAR, LAST_YEAR = 1000, 2999
_YEAR = """\
    year:
      question:
        en: "Did it appear in {year} or later?"
        fa: "در {year} یا پس از آن منتشر شده است؟"
      unknown: review
      missing: review
      cases:
        - include_if: {{year_from: {{at_least: {year}}}}}
          met: {{en: "appeared in {year} or later", fa: "در {year} یا پس از آن منتشر شده است"}}
          not_met: {{en: "appeared before {year}", fa: "پیش از {year} منتشر شده است"}}
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
    "year": "From which year on? (empty: any)",
}
"""The five questions, by the field of `Answers` that each fills."""


def begin(folder: Path, answers: Answers) -> list[Path]:
    """Make a review; return the files that were written.

    A file of the same name that is there already, as a README of yours, stays as it is.

    Raises
    ------
    ConfigError
        If the folder holds a review, or an answer cannot be used. Nothing is written then.
    """
    there = [path for path in _OF_REVIEW if (folder / path).exists()]
    if there:
        fix = "Choose another folder."
        raise ConfigError(Problem(f"holds a review already: {there[0]} is there.", fix, folder))
    if folder.exists() and not folder.is_dir():
        raise ConfigError(Problem("is a file, where a folder must be.", "Choose another.", folder))
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


def _fields(answers: Answers) -> dict[str, str]:
    """Return what stands in the templates: texts quoted for YAML, and bare for Markdown."""
    title = bare(answers.title)
    if not title:
        raise ConfigError(Problem("a review needs a title.", "Tell it: --title TITLE.", "--title"))
    question = bare(answers.question) or title
    year = answers.year.strip()
    if year and not (re.fullmatch("[0-9]{4}", year) and FIRST_YEAR <= int(year) <= LAST_YEAR):
        raise ConfigError(Problem(f"{year!r} is no year.", "Write four digits.", "--from-year"))
    return {
        "title": _quoted(title),
        "title_fa": _quoted(bare(answers.title_fa) or title),
        "question": _quoted(question),
        "eligible": _quoted(bare(answers.eligible) or "Is the work eligible?"),
        "year": _YEAR.format(year=year) if year else "",
        "plain_title": _markdown(title),
        "plain_question": _markdown(question),
    }


def _quoted(text: str) -> str:
    """Quote a text for YAML, whose double quotes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _markdown(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", text)
