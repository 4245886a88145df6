"""The kinds of column that tables are made of, and the meaning of the names they share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import pandera.pandas as pa

Table = tuple[str, dict[str, pa.Column], list[str]]
"""A table: what a row is, its columns in order, and the columns that together are unique."""

VERDICTS = ["include", "exclude", "review"]
STATUSES = ["included", "excluded", "not_retrieved", "awaiting"]
BASES = ["rule", "stand-in", "votes", "judgement", "conflict"]
SCREENING_STAGES = ["title_abstract", "full_text"]
VOTED = ["include", "exclude", "unsure"]
VOTE_KINDS = ["vote", "settlement", "practice"]
YES_NO = ["yes", "no"]
LACKS = ["not stated", "not coded", "coders differ", "not asked"]
"""Why a study has no value: its record lacks it, nobody coded it, or the codebook asks no such."""
EARLIEST = 1900
"""No judgement or coding is older; a year below is of another calendar."""
DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

MEANING = {
    "record_id": "one bibliographic entry of one source, as `<source>/<key>`",
    "work_id": "one publication: the first `record_id` of its cluster",
    "source": "the file, without its ending, that the record came from",
    "key": "the entry's key in its file; a visible suffix tells repeated keys apart",
    "file": "the file, as a path from the project's folder",
    "line": "the line of the file on which the entry begins, from 1",
    "ENTRYTYPE": "kind of entry, in BibTeX's words",
    "title": "title as given",
    "author": "`Family, Given and Family, Given`; corporate names without braces",
    "year": "year in four digits, the first of a range; below 1500 it is solar Hijri",
    "year_from": "Gregorian year in which the printed year begins",
    "year_to": "Gregorian year in which the printed year ends",
    "journal": "journal, proceedings or series",
    "volume": "volume as given",
    "number": "issue or report number as given",
    "pages": "pages as given, from and to with a hyphen",
    "doi": "DOI in lower case, without resolver or prefix",
    "isbn": "ISBNs with a right check digit, without hyphens",
    "abstract": "abstract as given",
    "publisher": "publisher as given",
    "language": "language of the work, ISO 639-1",
    "note": "note as given",
    "extra": "all other fields of the entry, as a JSON object",
    "reason": "why, in words",
    "reason_fa": "why, in Persian",
    "record_a": "one record of a pair",
    "record_b": "the other record",
    "reviewer": "who judged",
    "coder": "who coded",
    "date": "day of the judgement, the last vote, coding or answer",
    "criterion": "id of a criterion of the config",
    "verdict": "include, exclude or review",
    "basis": "what the verdict rests on: rule, stand-in, votes, judgement or conflict",
    "status": "where the work ended: included, excluded, not_retrieved or awaiting",
    "record_ids": "the records behind it, apart by spaces",
    "work_ids": "the works behind it, apart by spaces",
    "fact": "name of a fact of the config",
    "value": "its value; `unknown` where someone looked and could not tell",
    "index": "the citation index that a count was read from",
    "variable": "name of a variable of the codebook",
    "context_id": "one place of the text; sources that share it are cited together",
}


def column(
    meaning: str = "",
    *,
    dtype: str = "str",
    empty: bool = True,
    allowed: Sequence[object] | None = None,
    at_least: int | None = None,
    matches: tuple[str, str] | None = None,
) -> pa.Column:
    """Describe a column.

    Parameters
    ----------
    meaning
        What a cell says; where empty, the meaning that `MEANING` gives the column's name.
    empty
        Whether a cell may be missing.
    allowed, at_least
        The values allowed, or the least one.
    matches
        A pattern for the whole text, and the words that tell a person what it asks for.
    """
    checks = []
    if allowed is not None:
        told = f"allowed: {', '.join(map(str, allowed))}"
        checks.append(pa.Check.isin(list(allowed), error=told))
    if at_least is not None:
        checks.append(pa.Check.ge(at_least, error=f"allowed: {at_least} or more"))
    if matches is not None:
        pattern, told = matches
        checks.append(pa.Check(partial(_match, re.compile(pattern)), error=told))
    return pa.Column(dtype, checks, nullable=empty, coerce=True, description=meaning or None)


def text(meaning: str = "", **checks: Any) -> pa.Column:
    """Describe a column of text that may be empty."""
    return column(meaning, **checks)


def needed(meaning: str = "", **checks: Any) -> pa.Column:
    """Describe a column of text that may not be empty, nor blank."""
    checks.setdefault("matches", (r"\s*\S[\s\S]*", "it needs more than blanks"))
    return column(meaning, empty=False, **checks)


def number(meaning: str = "", *, empty: bool = False, at_least: int = 0) -> pa.Column:
    """Describe a column of whole numbers."""
    return column(meaning, dtype="Int64", empty=empty, at_least=at_least)


def choice(allowed: Sequence[str], meaning: str = "", *, empty: bool = False) -> pa.Column:
    """Describe a column of a few allowed words."""
    return column(meaning, empty=empty, allowed=list(allowed))


def identifier(meaning: str = "") -> pa.Column:
    """Describe a column of full ids."""
    return needed(meaning, matches=(r"[^/\s]+/\S+", "allowed: <source>/<key>, without spaces"))


def day(*, empty: bool = False) -> pa.Column:
    """Describe a column of days."""
    told = "allowed: a Gregorian day as YYYY-MM-DD"
    col = column(empty=empty)
    col.checks.append(pa.Check(_is_day, element_wise=True, error=told))
    return col


def moment(meaning: str = "") -> pa.Column:
    """Describe a column of moments in UTC."""
    told = "allowed: a moment in UTC as YYYY-MM-DDTHH:MM:SSZ"
    return needed(meaning, matches=(rf"{DAY}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}Z", told))


def _match(pattern: re.Pattern[str], cells: pd.Series) -> pd.Series:
    """Tell which cells match as a whole; equal ones are looked at once."""
    return cells.isin([cell for cell in cells.unique() if pattern.fullmatch(cell)])


def _is_day(value: str) -> bool:
    """Tell whether a day exists and is Gregorian: days are compared as text, so all must be."""
    try:
        return bool(re.fullmatch(DAY, value)) and date.fromisoformat(value).year >= EARLIEST
    except ValueError:
        return False
