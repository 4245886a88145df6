"""What can be exported of a review: records or works, each with all that is known of its entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slr.carried import NAMES, unpack, unpack_names
from slr.errors import ConfigError, Problem, did_you_mean, refuse
from slr.paths import PULLED
from slr.report.rows import records as rows_of
from slr.schemas.columns import STATUSES
from slr.text import names_of

if TYPE_CHECKING:
    import pandas as pd

    from slr.trace import Review

RECORDS = ("records", "duplicates_removed")
WORKS = ("works", "screened", *STATUSES)
NETWORK = "network"
ALIASES = {"identified": "records"}
"""Names of `slr trace` for the same rows."""

_OF_ENTRY = (
    "title", "author", "year", "journal", "volume", "number", "pages", "doi", "isbn", "abstract",
    "publisher", "language", "note",
)  # fmt: skip
_TIED = {NAMES: "author", "and_others": "author"}
"""Fields that say something of another one, and hold only beside its value."""


@dataclass(frozen=True)
class Item:
    """One record or work: its id, kind in BibTeX's words, fields, and where it ended.

    `fields` holds the columns of an entry that have a value, `extra` all others of the entry.
    """

    id: str
    kind: str
    fields: dict[str, str]
    extra: dict[str, str] = field(default_factory=dict)
    status: str = ""
    criterion: str = ""
    reason: str = ""

    def names(self) -> list[str]:
        """Return the authors, names of bodies that hold an "and" whole."""
        return names_of(self.fields.get("author", ""), unpack_names(self.extra.get(NAMES, "")))


def select(review: Review, what: str) -> list[Item]:
    """Return the records or works that `what` names, in the order of their table.

    Raises
    ------
    ConfigError
        If nothing that can be exported has that name.
    SlrError
        If the stage that makes the table has not run.
    """
    what = ALIASES.get(what, what)
    if what in RECORDS:
        return _records(review, what)
    if what in WORKS:
        return _works(review, what)
    known = [*RECORDS, *WORKS, NETWORK, *ALIASES]
    told = f"{what!r} is nothing that can be exported."
    raise ConfigError(Problem(told, did_you_mean(what, known)))


def _records(review: Review, what: str) -> list[Item]:
    records = review["records"]
    if what == "duplicates_removed":
        clusters = review["clusters"]
        merged = clusters.loc[clusters["record_id"] != clusters["cluster_id"], "record_id"]
        records = records[records["record_id"].isin(set(merged))]
    extras = extras_of(records)
    return [
        Item(row["record_id"], row["ENTRYTYPE"] or "misc", _fields(row), extras[row["record_id"]])
        for row in rows_of(records)
    ]


def _works(review: Review, what: str) -> list[Item]:
    works = review["works"]
    outcomes: dict[str, Mapping[str, Any]] = {}
    if what != "works" or review.has("outcomes"):
        outcomes = {row["work_id"]: row for row in rows_of(review["outcomes"])}
    if what == "screened":
        works = works[works["work_id"].isin(set(outcomes))]
    elif what != "works":
        there = {name for name, row in outcomes.items() if row["status"] == what}
        works = works[works["work_id"].isin(there)]
    return of_works(works, review["records"], outcomes)


def of_works(
    works: pd.DataFrame,
    records: pd.DataFrame,
    outcomes: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[Item]:
    """Return works with what their records hold beyond the columns of a work.

    Of several records the first by id that has a field gives it; one that says something of
    another field, such as how it was printed, only where its record and the work agree on that.

    Parameters
    ----------
    works
        Table `dedup/works` or `screen/included`, or some of its rows.
    records
        Table `pull/records`.
    outcomes
        Rows of `screen/outcomes` by `work_id`; none where nothing was screened.
    """
    by_id = {row["record_id"]: row for row in rows_of(records)}
    extras = extras_of(records)
    ends = outcomes or {}
    return [_work(row, ends.get(row["work_id"], {}), by_id, extras) for row in rows_of(works)]


def _work(
    row: Mapping[str, Any],
    outcome: Mapping[str, Any],
    records: Mapping[str, Mapping[str, Any]],
    extras: Mapping[str, dict[str, str]],
) -> Item:
    fields = _fields(row)
    extra: dict[str, str] = {}
    for name in row["record_ids"].split():
        for key, value in extras.get(name, {}).items():
            about = _TIED.get(key) or (key.removesuffix("_printed") if "_printed" in key else "")
            if about not in _OF_ENTRY or (records[name][about] or "") == fields.get(about, ""):
                extra.setdefault(key, value)
    told = {name: outcome.get(name) or "" for name in ("status", "criterion", "reason")}
    return Item(row["work_id"], row["ENTRYTYPE"] or "misc", fields, extra, **told)


def extras_of(records: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return what each record holds beyond the columns, by `record_id`."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    path = PULLED / "records.csv"
    problems = []
    for record_id, line, text in zip(
        records["record_id"], records.index, records["extra"].fillna("{}"), strict=True
    ):
        extra = unpack(text)
        if extra is None:
            told = "is no JSON object of texts."
            problems.append(Problem(told, "Run `slr pull` again.", path, line, "extra"))
        else:
            found[record_id] = extra
    refuse(problems)
    return found


def _fields(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: " ".join(row[name].split()) for name in _OF_ENTRY if row[name]}
