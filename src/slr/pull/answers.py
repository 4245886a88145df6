"""What indexes answered, read from the replies that are kept: records, and more on records.

A reply to a query, or to chasing, brings records in. A reply on a DOI or a title says more of
records that are there. No address is opened here.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from rapidfuzz import fuzz

from slr import text
from slr.errors import Problem, SlrError
from slr.paths import ANSWERS, CHASED, RECORDS
from slr.pull import frozen
from slr.pull.indexes import INDEXES
from slr.pull.intake import Intake
from slr.schemas.tables import columns

GAPS = ("abstract", "publisher", "language", "ENTRYTYPE")
"""Fields of a record that an answer fills where the record has nothing."""
FACTS = ("cited_by", "retracted", "updated_by", "update_to")
"""What only an index knows of a work, and knows for that day."""
LETTERS_MIN = 12
"""Letters that a title must have to be looked for."""
TITLE_MIN_PCT = 95
DOUBTFUL_MIN_PCT = 85
_KIND_UNTOLD = "misc"

Row = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What one index says of one work: a row of `pull/records` and whence it came."""

    index: str
    day: str
    file: str
    key: str
    row: Row
    more: Mapping[str, str]
    cited: list[str] = field(default_factory=list)


@dataclass
class Answers:
    """The newest answers of each index: on each work by its id there, by DOI, and by title."""

    by_id: dict[tuple[str, str], Answer] = field(default_factory=dict)
    by_doi: dict[tuple[str, str], Answer] = field(default_factory=dict)
    by_title: dict[tuple[str, str], list[Answer]] = field(default_factory=dict)
    cited: dict[str, Answer] = field(default_factory=dict)
    """Of works that were asked for because records cite them, by the id."""

    def take(self, answer: Answer) -> None:
        """Take an answer in, unless a newer one on the same work is there."""
        if (answer.index, answer.key) in self.by_id:
            return
        self.by_id[answer.index, answer.key] = answer
        if answer.row["doi"]:
            self.by_doi.setdefault((answer.index, answer.row["doi"]), answer)


def take_in(root: Path, intake: Intake) -> Answers:
    """Add the records that replies bring to `intake`; return all that the replies say.

    Raises
    ------
    SlrError
        If a reply is missing or is not what was answered; if a file has the source that the
        records of replies have, so that an id would not tell which is meant.
    """
    answers = Answers()
    of_people = set(intake.columns["records"]["source"])
    taken: defaultdict[str, set[str]] = defaultdict(set)
    for reply in frozen.replies(root):
        if reply.index not in INDEXES or reply.reply is None:
            continue
        found = reply.purpose in (frozen.QUERY, frozen.BACKWARD, frozen.FORWARD)
        chased = found and reply.purpose != frozen.QUERY
        source = CHASED if chased else reply.index
        if found and source in of_people:
            told = f"a file here is named {source}, as the records that were asked for are."
            raise SlrError(Problem(told, "Rename it.", RECORDS))
        into = intake if found else Intake()
        before = {name: len(into.columns[name]["record_id"]) for name in ("records", "references")}
        into.add(
            reply.path.as_posix(),
            reply.reply,
            form=reply.index,
            source=source,
            taken=taken[source] if found else set(),
        )
        said = list(_answers(into, before, reply))
        if reply.purpose == frozen.CITED:
            answers.cited = {answer.key: answer for answer in said} | answers.cited
            continue
        for answer in said:
            answers.take(answer)
        if reply.purpose == frozen.TITLE:
            asked = (reply.index, reply.about[0])
            answers.by_title.setdefault(asked, said)
    return answers


def _answers(intake: Intake, before: Mapping[str, int], reply: frozen.Frozen) -> Iterator[Answer]:
    """Yield the answers that the last file brought, with what each cites."""
    cited: defaultdict[object, list[str]] = defaultdict(list)
    references = intake.columns["references"]
    for at in range(before["references"], len(references["record_id"])):
        cited[references["record_id"][at]].append(str(references["cited"][at]))
    records = intake.columns["records"]
    for at in range(before["records"], len(records["record_id"])):
        row = {name: column[at] for name, column in records.items()}
        yield Answer(
            reply.index,
            reply.day,
            reply.path.as_posix(),
            str(row["key"]),
            row,
            json.loads(str(row["extra"] or "{}")),
            cited[row["record_id"]],
        )


def enrich(tables: Mapping[str, pd.DataFrame], answers: Answers) -> dict[str, pd.DataFrame]:
    """Return the tables with what the indexes say of the records.

    A gap of a record is filled by the first index, in the order of `INDEXES`, that has the
    field, and `extra` says by which and of what day; nothing that a record has is changed.
    `references` gains the lists of the indexes, each under its name, `enrichment` and
    `cited_works` are new, and `warnings` names the titles that are only alike.
    """
    tables = dict(tables) | {"cited_works": _cited_works(answers)}
    if not answers.by_id:
        none = pd.DataFrame(columns=columns("pull/enrichment"), dtype="str")
        return tables | {"enrichment": none}
    said: list[Row] = []
    lists: list[Row] = []
    doubts: list[Row] = []
    records = tables["records"].astype(object).where(tables["records"].notna(), None)
    rows = records.to_dict("records")
    for row in rows:
        filled: dict[str, str] = {}
        for index in INDEXES:
            answer, found_by, doubt = _match(row, index, answers)
            if doubt:
                doubts.append(doubt)
            if answer is None:
                continue
            said += _said(row, answer, found_by, filled)
            if found_by != "itself":
                lists += [
                    {"record_id": row["record_id"], "listed_by": index, "position": n, "cited": c}
                    for n, c in enumerate(answer.cited, 1)
                ]
        if filled:
            told = json.loads(row["extra"] or "{}") | {"filled": filled}
            row["extra"] = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return tables | {
        "records": pd.DataFrame(rows, columns=columns("pull/records")),
        "references": _joined(tables["references"], lists, "pull/references"),
        "warnings": _joined(tables["warnings"], doubts, "pull/warnings"),
        "enrichment": pd.DataFrame(said, columns=columns("pull/enrichment")),
    }


def _cited_works(answers: Answers) -> pd.DataFrame:
    """Return table `pull/cited_works`; a work that is answered on several days, by the newest."""
    rows = [
        {**answer.row, "openalex_id": name, "date": answer.day, "file": answer.file}
        for name, answer in sorted(answers.cited.items())
    ]
    return pd.DataFrame(rows, columns=columns("pull/cited_works"), dtype="str")


def _joined(table: pd.DataFrame, rows: list[Row], name: str) -> pd.DataFrame:
    if not rows:
        return table
    return pd.concat([table, pd.DataFrame(rows, columns=columns(name))], ignore_index=True)


def _match(row: Row, index: str, answers: Answers) -> tuple[Answer | None, str, Row | None]:
    """Return what an index says of a record, how it was found, and a title only alike."""
    own = row["source"] in (index, CHASED) and answered(str(row["file"]))
    if own and (answer := answers.by_id.get((index, str(row["key"])))):
        return answer, "itself", None
    if row["doi"]:
        return answers.by_doi.get((index, row["doi"])), "doi", None
    best: tuple[float, Answer] | None = None
    for answer in answers.by_title.get((index, str(row["title"] or "")), ()):
        like = fuzz.ratio(text.title_key(row["title"]), text.title_key(answer.row["title"] or ""))
        if like >= TITLE_MIN_PCT and agrees(row, answer.row):
            return answer, "title", None
        if best is None or like > best[0]:
            best = (like, answer)
    if best is None or best[0] < DOUBTFUL_MIN_PCT:
        return None, "", None
    told = (
        f"{INDEXES[index].NAME} has no such title; nearest is {best[1].key}, "
        f"{str(best[1].row['title'])[:120]!r}: not used"
    )
    place = {name: row[name] for name in ("file", "line", "key")}
    return None, "", place | {"warning": told}


def answered(file: str) -> bool:
    """Tell whether a record came in a reply: a file of people may have the name of an index."""
    return file.startswith(f"{ANSWERS.as_posix()}/")


def agrees(one: Row, other: Row) -> bool:
    """Tell whether first author and year allow two records of like titles to be one work.

    What either lacks is no sign; but some sign there must be.
    """
    signs = []
    if one["author"] and other["author"]:
        signs.append(text.surname_key(one["author"]) == text.surname_key(other["author"]))
    if one["year_from"] is not None and other["year_from"] is not None:
        near = one["year_from"] - 1 <= other["year_to"] and other["year_from"] - 1 <= one["year_to"]
        signs.append(near)
    return bool(signs) and all(signs)


def _said(row: Row, answer: Answer, found_by: str, filled: dict[str, str]) -> Iterator[Row]:
    """Yield what an answer says of a record; fill the gaps of the record with it."""
    told = {name: answer.more[name] for name in FACTS if answer.more.get(name)}
    for name in () if found_by == "itself" else GAPS:
        value = answer.row[name]
        if not value or (name == "ENTRYTYPE" and value == _KIND_UNTOLD):
            continue
        if not row[name] or (name == "ENTRYTYPE" and row[name] == _KIND_UNTOLD):
            row[name] = value
            filled[name] = f"{INDEXES[answer.index].NAME}, {answer.day}"
            told[name] = value
        elif name != "abstract":  # where the record has one, a second is of no use
            told[name] = value
    if not told and found_by != "itself":
        told["doi"] = answer.row["doi"] or answer.key
    for name, value in told.items():
        yield {
            "record_id": row["record_id"],
            "index": INDEXES[answer.index].NAME,
            "answer_id": answer.key,
            "found_by": found_by,
            "field": name,
            "value": value,
            "date": answer.day,
            "used": "yes" if name in filled and name in GAPS else "no",
            "file": answer.file,
        }
