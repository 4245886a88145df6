"""Votes from the exports of ASReview LAB, Rayyan and Covidence, as a file of our own.

A row is of the record whose whole id it names, as our exports do; else of the one work with its
DOI, or with its title and year. A bare key says nothing: tools number their rows, and a key may be
such a number. What cannot be told is told, and left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from slr import config, io
from slr.carried import RECORD_ID, unguard, untagged
from slr.errors import ConfigError, Problem, SlrError, did_you_mean
from slr.identity import Names
from slr.paths import CONFIG, DEDUPED, PULLED, VOTES
from slr.schemas.tables import columns
from slr.screen import ask, votes
from slr.screen.votes import SCHEMA, moment
from slr.stages import FULL_TEXT, TITLE_ABSTRACT, reasons
from slr.text import counted, doi_key, fold, title_key

Row = Mapping[str, str]
_LABELLED = ("asreview_label", "included", "label_included")
"""Columns of labels: what ASReview LAB was told, and what its data sets were labelled before."""
_LABELS = {"1": "include", "0": "exclude", "1.0": "include", "0.0": "exclude"}
_OF_RAYYAN = {"Included": "include", "Excluded": "exclude", "Maybe": "unsure"}
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_INCLUSION = re.compile(rf"RAYYAN-INCLUSION:\s*\{{((?:\s*{_QUOTED}\s*=>\s*{_QUOTED},?)*)\s*\}}")
_SAID = re.compile(rf"{_QUOTED}\s*=>\s*{_QUOTED}")
_WHY = re.compile(r"RAYYAN-EXCLUSION-REASONS:\s*([^|]*)")
_NOTES = re.compile(rf"{_QUOTED}\s*=>\s*\[((?:\s*{_QUOTED},?)*)\s*\]")
_OURS = re.compile(rf"{RECORD_ID}: (\S+)")
_WHY_OF_COVIDENCE = re.compile(r"Exclusion reason:\s*([^;]*)")
_LISTS = {
    "irrelevant": (TITLE_ABSTRACT, "exclude"),
    "select": (TITLE_ABSTRACT, "include"),
    "excluded": (FULL_TEXT, "exclude"),
    "included": (FULL_TEXT, "include"),
}
"""The lists of Covidence by the names of their files, `review_<number>_<list>_csv_<moment>.csv`:
the stage, and what was decided of their references."""


@dataclass(frozen=True)
class Given:
    """A file to import, and what the caller says of it."""

    path: Path
    stage: str | None = None
    reviewer: str | None = None
    verdict: str | None = None


@dataclass(frozen=True)
class Foreign:
    """One vote of another tool; `reason` in its words."""

    row: Row
    line: int
    reviewer: str
    verdict: str
    reason: str = ""
    note: str = ""
    time: str = ""


def import_votes(root: Path, given: Given) -> str:
    """Bring the votes of another tool's export into a new file below `data/raw/judgements/votes/`.

    Votes that say what the reviewer's last one here says are left out.

    Raises
    ------
    ConfigError
        If the file is none of these, or it must be told who voted or what was decided.
    SlrError
        If some rows could not be brought to a record, or contradict each other; the others are
        imported.
    """
    settings = config.load(root / CONFIG)["screen"]
    tool, found, stage = read(given, settings)
    clusters = io.read_table(root / DEDUPED / "clusters.csv", "dedup/clusters")
    records = io.read_table(root / PULLED / "records.csv", "pull/records")
    work_of = dict(clusters[["record_id", "cluster_id"]].itertuples(index=False))
    which = _Which(records, work_of)
    now = datetime.now(UTC)
    rows, problems = [], []
    for one in found:
        ask.may_vote(settings["votes"], one.reviewer)
        try:
            record = which.record(one.row)
        except SlrError as error:
            fault = error.problems[0]
            problems.append(Problem(fault.found, fault.fix, given.path, one.line))
            continue
        vote = _vote(one, record, stage, reasons(settings), moment(now))
        rows.append({**vote, "line": str(one.line), "work": which.work_of[record]})
    rows, torn = _of_one_mind(rows, given.path)
    problems += torn
    before = votes.read_votes(root, settings, Names(clusters["record_id"]), now).good
    fresh = _new(pd.DataFrame(rows, columns=columns(SCHEMA), dtype="str"), before, work_of)
    told = f"{tool}: {counted(len(fresh), 'vote')} at {stage}"
    told += f", {len(rows) - len(fresh)} as they were before" * (len(rows) > len(fresh))
    if len(fresh):
        place = _place(root, tool)
        io.write_table(root / place, fresh, SCHEMA)
        told += f", in {place}. Next: `slr run`"
    if problems:
        head = f"{told}. What is told here is left out:"
        raise SlrError([Problem(head, ""), *problems])
    return f"{told}."


def read(given: Given, settings: Mapping[str, Any]) -> tuple[str, list[Foreign], str]:
    """Return the tool that made a file, the votes in it, and their stage.

    Raises
    ------
    ConfigError
        If it is of none that is known, or something must be told that the file does not say.
    """
    header, rows, lines = io.read_rows(given.path)
    cells = [dict(zip(header, map(unguard, row), strict=True)) for row in rows]
    listed = next((_LISTS[name] for name in _LISTS if f"_{name}_csv" in given.path.name), None)
    stage = ask.stage_of(settings, given.stage or (listed[0] if listed else None))
    numbered = list(zip(cells, lines, strict=True))
    if "Covidence #" in header:
        verdict = given.verdict or (_decided(listed, stage) if listed else None)
        if verdict not in ("include", "exclude"):
            fix = "Say what was decided of this list: --verdict include, or exclude."
            raise ConfigError(Problem("is a list of Covidence.", fix, given.path))
        return "covidence", list(_covidence(numbered, verdict, _who(given))), stage
    if given.verdict is not None:
        raise ConfigError(Problem("--verdict is for lists of Covidence.", "Drop it.", given.path))
    if labelled := next((name for name in _LABELLED if name in header), None):
        return "asreview", _of(given, list(_asreview(numbered, labelled, given))), stage
    if "notes" in header:
        return "rayyan", _of(given, list(_rayyan(numbered))), stage
    if set(columns(SCHEMA)) - set(header) <= {"kind"}:
        fix = f"Put it beside {VOTES} under a name that begins with votes."
        raise ConfigError(Problem("is a file of votes of our own.", fix, given.path))
    fix = f"It needs {', '.join(_LABELLED)}, notes of Rayyan, or Covidence #."
    raise ConfigError(Problem("is no export of ASReview, Rayyan or Covidence.", fix, given.path))


def _who(given: Given) -> str:
    if not given.reviewer:
        fix = "Tell it: --reviewer NAME."
        raise ConfigError(Problem("does not say who voted.", fix, given.path))
    return given.reviewer


def _decided(listed: tuple[str, str], stage: str) -> str:
    """Return what was decided at a stage of a list: full texts were let through before."""
    return "include" if listed[0] == FULL_TEXT and stage == TITLE_ABSTRACT else listed[1]


Numbered = Sequence[tuple[dict[str, str], int]]


def _of(given: Given, found: list[Foreign]) -> list[Foreign]:
    """Return the votes of the reviewer who is asked for; all if none is."""
    who = sorted({one.reviewer for one in found})
    if given.reviewer is None or not who:
        return found
    if given.reviewer not in who:
        told = f"has no votes of {given.reviewer!r}."
        raise ConfigError(Problem(told, did_you_mean(given.reviewer, who), given.path))
    return [one for one in found if one.reviewer == given.reviewer]


def _asreview(rows: Numbered, labelled: str, given: Given) -> Iterator[Foreign]:
    """Yield the labels of ASReview LAB: 1 relevant, 0 irrelevant, empty where nobody looked.

    Where people log in, an export names who labelled; of one person, the caller may say it.
    """
    people = {row["asreview_user_name"] for row, _ in rows if row.get("asreview_user_name")}
    for row, line in rows:
        if (label := row[labelled]) in _LABELS:
            named = row.get("asreview_user_name", "")
            who = named if named and (len(people) > 1 or not given.reviewer) else _who(given)
            note = row.get("asreview_note") or row.get("exported_notes_1", "")
            time = _moment(row.get("asreview_time", ""))
            yield Foreign(row, line, who, _LABELS[label], note=note, time=time)


def _moment(time: str) -> str:
    """Return a time of ASReview, seconds since 1970 or ISO 8601, as votes write it; else empty."""
    try:
        if re.fullmatch(r"\d+(\.\d+)?", time):
            return moment(datetime.fromtimestamp(float(time), UTC))
        then = datetime.fromisoformat(time)
    except (ValueError, OverflowError, OSError):
        return ""
    return moment(then if then.tzinfo else then.replace(tzinfo=UTC))


def _rayyan(rows: Numbered) -> Iterator[Foreign]:
    """Yield the decisions in the notes of Rayyan, of all reviewers.

    It does not say whose the reasons are: they are used where only one person excludes.
    """
    for row, line in rows:
        found = _INCLUSION.search(row["notes"])
        said = {
            who: _OF_RAYYAN.get(what, "") for who, what in _SAID.findall(found[1] if found else "")
        }
        written = row["notes"].partition("USER-NOTES:")[2]
        notes = {
            who: "; ".join(re.findall(_QUOTED, several))
            for who, several, _ in _NOTES.findall(written)
        }
        why = _WHY.search(row["notes"])
        alone = list(said.values()).count("exclude") == 1
        for who, verdict in said.items():
            if verdict:
                reason = why[1].strip() if why and alone and verdict == "exclude" else ""
                note = _unescaped(notes.get(who, ""))
                yield Foreign(row, line, _unescaped(who), verdict, reason, note)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _covidence(rows: Numbered, verdict: str, reviewer: str) -> Iterator[Foreign]:
    """Yield the references of one list of Covidence: what was agreed on, not by whom."""
    for row, line in rows:
        why = _WHY_OF_COVIDENCE.search(row.get("Notes", ""))
        reason = why[1].strip() if why and verdict == "exclude" else ""
        yield Foreign(row, line, reviewer, verdict, reason)


class _Which:
    """Knows which record a row of another tool is of."""

    def __init__(self, records: pd.DataFrame, work_of: Mapping[str, str]) -> None:
        self.work_of = work_of
        self._by: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        rows = records[["record_id", "doi", "title", "year"]].fillna("")
        for record_id, doi, title, year in rows.itertuples(index=False):
            if doi:
                self._by["doi", doi_key(doi)].append(record_id)
            if title_key(title):
                self._by["title", title_key(title), year].append(record_id)

    def record(self, row: Row) -> str:
        """Return the id of the record that a row is of.

        Raises
        ------
        SlrError
            If no record, or several that are not one work, can be meant.
        """
        ours = _OURS.search(row.get("notes", ""))
        stated = [row.get(n, "") for n in (RECORD_ID, "record_id", "key", "Accession Number")]
        stated.append(f"openalex/{row.get('openalex_id', '').rpartition('/')[2]}")
        for name in [*([ours[1]] if ours else []), *stated]:
            if name in self.work_of:
                return name
        title = row.get("title") or row.get("Title", "")
        for name in filter(None, stated):
            title = untagged(title, name)
        year = row.get("year") or row.get("Published Year", "")
        doi = doi_key(row.get("doi") or row.get("DOI", ""))
        for key in (("doi", doi), ("title", title_key(title), year)):
            found = self._by.get(key, []) if key[1] else []
            if len({self.work_of[name] for name in found}) == 1:
                return found[0]
            if found:
                told = f"{key[1]!r} may be {' or '.join(found)}."
                raise SlrError(Problem(told, f"Add a column {RECORD_ID} that says which."))
        fix = f"Add a column {RECORD_ID} with the record_id."
        raise SlrError(Problem(f"{title[:60]!r} is no record here.", fix))


def _vote(
    one: Foreign, record: str, stage: str, known: Mapping[str, Mapping[str, str]], now: str
) -> dict[str, str]:
    """Return a row of `raw/votes`; a reason that the config knows becomes its id."""
    names = {fold(text): name for name, words in known.items() for text in (name, *words.values())}
    given = [part.strip() for part in one.reason.split(",") if part.strip()]
    whole = names.get(fold(one.reason), "")
    named = whole or next((names[fold(part)] for part in given if fold(part) in names), "")
    rest = [] if whole else [part for part in given if names.get(fold(part)) != named or not named]
    return {
        "record_id": record,
        "stage": stage,
        "kind": votes.ONE_OF,
        "criterion": named,
        "reviewer": one.reviewer,
        "verdict": one.verdict,
        "reason": " ".join(", ".join(rest).split()),
        "note": " ".join(one.note.split()),
        "time": one.time or now,
        "seen": "",
    }


def _of_one_mind(
    rows: Sequence[dict[str, str]], path: Path
) -> tuple[list[dict[str, str]], list[Problem]]:
    """Leave out, and tell, what one person says both of and against one work at one moment.

    Two records of the work have different labels then, and none of them is the later one.
    """
    said: defaultdict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for row in rows:
        said[row["work"], row["reviewer"], row["time"]][row["verdict"]] = row["line"]
    torn = {key: lines for key, lines in said.items() if len(lines) > 1}
    problems = []
    for (work, who, _), lines in torn.items():
        told = " and ".join(f"{verdict} in line {line}" for verdict, line in lines.items())
        fix = f"Say which holds, by a vote on {work}, or that its records are two works."
        problems.append(Problem(f"{who} says of {work}: {told}.", fix, path))
    left = [row for row in rows if (row["work"], row["reviewer"], row["time"]) not in torn]
    return left, problems


def _new(rows: pd.DataFrame, before: pd.DataFrame, work_of: Mapping[str, str]) -> pd.DataFrame:
    """Leave out votes that say no more than the last one of their reviewer on the work.

    What a tool does not carry, such as whose a reason is, takes none away from the vote here.
    """
    keys = ["work_id", "stage", "kind", "reviewer"]
    last = before.assign(work_id=before["record_id"].map(work_of))
    last = last.drop_duplicates(keys, keep="last")
    met = rows.assign(work_id=rows["record_id"].map(work_of))
    met = met.merge(last, on=keys, how="left", suffixes=("", "_before"))
    known = met["verdict"] == met["verdict_before"]
    for name in ("criterion", "reason", "note"):
        same = met[name].map(_words) == met[f"{name}_before"].fillna("").map(_words)
        known &= same | (met[name] == "")
    return rows[~known.to_numpy()].replace("", None)


def _words(text: str) -> str:
    """Return a text without the signs that the tools set reasons apart by."""
    return " ".join(re.split(r"[\s,;|/]+", text))


def _place(root: Path, tool: str) -> Path:
    """Return a new file for the votes of a tool."""
    folder = VOTES.parent / "votes"
    number = 1
    while (root / folder / f"{tool}-{number}.csv").exists():
        number += 1
    return folder / f"{tool}-{number}.csv"
