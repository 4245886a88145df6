"""What people voted: read from all files, checked, and brought to works.

A vote that is at fault counts for nothing and stops nothing: it is told with its file, line and
remedy, and counts once it is mended. Rows are never edited by us; a later vote of the same
reviewer on the same work and stage takes the place of an earlier one.
"""

from __future__ import annotations

import csv
import io as text_io
import re
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from slr import appending, io
from slr.errors import SHOWN, Problem, SlrError, did_you_mean, refuse
from slr.identity import Names
from slr.paths import VOTES
from slr.schemas.columns import SCREENING_STAGES, VOTE_KINDS, VOTED
from slr.schemas.tables import columns
from slr.stages import reasons

SCHEMA = "raw/votes"
WRITTEN = "%Y-%m-%dT%H:%M:%SZ"
"""How a vote writes its moment, which is in UTC."""
ONE_OF = "vote"
"""The kind of a vote where a file does not say, as those of other makes do not."""
_TORN = ("the last line is torn, as by a crash.", "Delete it, and vote again on its work.")
_QUOTE = "Quote cells that hold a comma."
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(frozen=True)
class Votes:
    """Votes that count, with full record ids, in order of time; and table `screen/bad_votes`.

    `good` has the columns of `raw/votes`, with `file` and `line`. `unread` is whether there are
    files that nobody reads, as the config has no stages.
    """

    good: pd.DataFrame
    bad: pd.DataFrame
    unread: bool = False

    def told(self) -> str:
        """Say how many votes count for nothing; empty where all count."""
        if self.unread:
            return "votes are not read, as `screen.votes` of config.yaml is not there"
        count = len(self.bad[["file", "line"]].drop_duplicates())
        named = "votes count" if count > 1 else "vote counts"
        return f"{count} {named} for nothing until mended, see bad_votes.csv" if count else ""


def vote_files(root: Path) -> list[Path]:
    """List the files with votes, as seen from the review: `votes*.csv`, and those of `votes/`."""
    folder = VOTES.parent
    found = [*(root / folder).glob("votes*.csv"), *(root / folder / "votes").glob("*.csv")]
    return sorted(p.relative_to(root) for p in found if p.is_file() and p.name[0] != ".")


def check_files(root: Path, screen: Mapping[str, Any]) -> None:
    """See that each file with votes can be read as a table of votes; rows may still be bad.

    Raises
    ------
    SlrError
        With the faults of all files.
    """
    problems = []
    for shown in vote_files(root) if "votes" in screen else ():
        try:
            _table(_read(root / shown), root / shown)
        except SlrError as error:
            problems += error.problems
    refuse(problems)


def read_votes(root: Path, screen: Mapping[str, Any], names: Names, now: datetime) -> Votes:
    """Read and check all votes of a review.

    Parameters
    ----------
    screen
        Section `screen` of the config; without `votes` there, no file is read.
    names
        The records that votes may name.
    now
        The moment after which no vote can have been cast.

    Raises
    ------
    SlrError
        If a file is not UTF-8, or lacks a column.
    """
    parts, faults = [_none()], []
    files = vote_files(root)
    for shown in files if "votes" in screen else ():
        with appending.no_appends(root / shown):
            text = _read(root / shown)
        frame, odd = _table(text, root / shown)
        frame["file"] = shown.as_posix()
        checks = _checks(frame, screen, names, now)
        bad = pd.DataFrame([*odd, *checks], columns=["line", "field", "found", "remedy"])
        bad = bad.astype({"line": "int64"})
        bad["file"] = shown.as_posix()
        named = frame[["line", "record_id", "stage", "reviewer"]]
        faults.append(bad.merge(named, on="line", how="left"))
        parts.append(frame[~frame["line"].isin(bad["line"])])
    good = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    full = {name: names.resolve(name) for name in good["record_id"].unique()}
    good["record_id"] = good["record_id"].map(full).astype("str")
    good = good.sort_values("time", kind="stable", ignore_index=True)
    bad = pd.concat([pd.DataFrame(columns=columns("screen/bad_votes")), *faults])
    bad = bad.sort_values(["file", "line"], kind="stable")[list(bad.columns)]
    return Votes(good, bad, unread=bool(files) and "votes" not in screen)


def _read(path: Path) -> str:
    """Return the text of a file; a crash may have torn the last line within a letter."""
    try:
        return io.read_text(path)
    except SlrError:
        whole, end, torn = io.read_bytes(path).rpartition(b"\n")
        try:
            kept = (whole + end).decode("utf-8-sig")
        except UnicodeDecodeError:
            kept = ""
        if not kept:
            raise
        return kept.replace("\r\n", "\n") + torn.decode("utf-8", "replace")


def _none() -> pd.DataFrame:
    empty = pd.DataFrame(columns=[*columns(SCHEMA), "file"], dtype="str")
    return empty.assign(line=pd.Series(dtype="int64"))


Fault = tuple[int, str | None, str, str]
"""The line of a vote, the column that is at fault, what was found, and how to mend it."""


def _table(text: str, path: Path) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the rows of a file that have the cells of the header, with their lines; and the rest.

    pandas reads in a third of the time of csv, but does not tell of rows with too few cells.
    """
    wanted = [name for name in columns(SCHEMA) if name != "kind"]
    odd: list[Fault] = []
    frame = _even(text)
    if frame is not None:
        io.check_header(path, list(frame.columns), wanted, columns(SCHEMA))
        lines = list(range(2, len(frame) + 2))
    else:
        header, rows, lines, uneven = _rows_as_far_as_they_go(text, path)
        io.check_header(path, header, wanted, columns(SCHEMA))
        odd = [(line, None, found, fix) for line, found, fix in uneven]
        frame = pd.DataFrame(rows, columns=header, dtype="str")
    if "kind" not in frame:
        frame["kind"] = ONE_OF
    frame["kind"] = frame["kind"].mask(frame["kind"] == "", ONE_OF)
    return frame[columns(SCHEMA)].assign(
        line=pd.Series(lines, index=frame.index, dtype="int64")
    ), odd


def _even(text: str) -> pd.DataFrame | None:
    """Return a table where each line is a row with the cells of the header; else None.

    Every second part between quotes is outside them: there as many commas must be as the header
    has, times the lines. So many in the whole, and too many in no row, are enough in every row.
    """
    header, _, rest = text.partition("\n")
    parts = text.split('"')
    outside = parts[::2]
    count = text.count("\n") + (not text.endswith("\n"))
    commas = sum(part.count(",") for part in outside)
    plain = len(parts) % 2 and not any("\n" in part for part in parts[1::2])
    if not plain or "\n\n" in text or commas != header.count(",") * count or not rest:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            stream = text_io.StringIO(text)
            return pd.read_csv(stream, dtype="str", keep_default_na=False, index_col=False)
        except (ValueError, pd.errors.ParserWarning):
            return None


def _checks(
    frame: pd.DataFrame, screen: Mapping[str, Any], names: Names, now: datetime
) -> Iterator[Fault]:
    """Yield every fault of every vote; all that a column holds is looked at once."""
    voting = screen["votes"]
    stages = [name for name in SCREENING_STAGES if name in voting["stages"]]
    people = voting.get("reviewers")
    may = {*people, voting.get("senior", people[0])} if people else None
    yield from _not_among(frame, "stage", stages, "is no stage of this review.")
    yield from _not_among(frame, "kind", VOTE_KINDS, "is no kind of vote.")
    yield from _not_among(frame, "verdict", VOTED, "is no verdict.")
    yield from _not_among(frame, "criterion", ["", *reasons(screen)], "is no criterion or reason.")
    yield from _faulty(frame, "reviewer", _no_name)
    if may:
        yield from _not_among(frame, "reviewer", may, "is no reviewer of this review.")
    yield from _faulty(frame, "record_id", _unknown_record(names))
    yield from _faulty(frame, "time", lambda time: _no_time(time, now))
    for name in ("record_id", "reviewer", "reason", "note", "seen"):
        yield from _faulty(frame, name, _control)
    settles = frame["kind"] == "settlement"
    for line in frame.loc[settles & (frame["verdict"] == "unsure"), "line"]:
        yield line, "verdict", "a settlement is not unsure.", "Write include or exclude."
    if senior := voting.get("senior"):
        for line in frame.loc[settles & (frame["reviewer"] != senior), "line"]:
            yield line, "reviewer", f"only {senior} settles here.", f"Let {senior} settle it."


Check = Callable[[str], tuple[str, str] | None]


def _not_among(
    frame: pd.DataFrame, column: str, allowed: Collection[str], found: str
) -> Iterator[Fault]:
    known = set(allowed)
    shown = [word for word in allowed if word]

    def check(value: str) -> tuple[str, str] | None:
        return None if value in known else (f"{value!r} {found}", did_you_mean(value, shown))

    return _faulty(frame, column, check)


def _faulty(frame: pd.DataFrame, column: str, check: Check) -> Iterator[Fault]:
    """Yield the faults that a check finds, called once for each value of a column."""
    told = {value: fault for value in frame[column].unique() if (fault := check(value))}
    if told:
        at = frame[column].isin(list(told))
        for line, value in zip(frame.loc[at, "line"], frame.loc[at, column], strict=True):
            yield line, column, *told[value]


def _unknown_record(names: Names) -> Check:
    """Return the check of record ids; to look for what may be meant takes time, so it ends."""
    looked = 0

    def check(name: str) -> tuple[str, str] | None:
        nonlocal looked
        if names.knows(name):
            return None
        looked += 1
        if looked > SHOWN:
            return f"{name!r} is no record.", "Name a record_id of pull/records.csv."
        try:
            names.resolve(name)
        except SlrError as error:
            return error.problems[0].found, error.problems[0].fix
        return None

    return check


def _no_name(value: str) -> tuple[str, str] | None:
    if not value.strip():
        return "is empty.", "Say who voted."
    if value != value.strip():
        return f"{value!r} begins or ends with a space.", "Drop it: it would be another person."
    return ("holds a |, which sets names apart.", "Leave it out.") if "|" in value else None


def _control(value: str) -> tuple[str, str] | None:
    return ("holds a control character.", "Delete it.") if not _clean(value) else None


def _clean(value: str) -> bool:
    return value.isprintable() or not any(ord(c) < 32 and c not in "\t\n" for c in value)


def _no_time(time: str, now: datetime) -> tuple[str, str] | None:
    if time <= now.strftime(WRITTEN) and _MOMENT.fullmatch(time):
        try:
            datetime.strptime(time, WRITTEN)
        except ValueError:
            return f"there is no {time!r}.", "Look at the calendar and the clock."
        return None
    if not _MOMENT.fullmatch(time):
        return f"{time!r} is no moment.", "Write it in UTC as YYYY-MM-DDTHH:MM:SSZ."
    told = "Wait until then, or mend it: it is in UTC."
    return f"{time} is in the future.", told


def on_works(votes: pd.DataFrame, clusters: pd.DataFrame) -> pd.DataFrame:
    """Return votes with the `work_id` that each is about, in order of time."""
    work_of = clusters.set_index("record_id")["cluster_id"]
    return votes.assign(work_id=votes["record_id"].map(work_of))


def latest(votes: pd.DataFrame) -> pd.DataFrame:
    """Return the last row of each reviewer on a work and stage, of each kind of row apart.

    `votes` is as `on_works` returns it.
    """
    return votes.drop_duplicates(["work_id", "stage", "reviewer", "kind"], keep="last")


def ratings(votes: pd.DataFrame, stage: str) -> pd.DataFrame:
    """Return what each reviewer voted by themselves at a stage, before anything was settled.

    Parameters
    ----------
    votes
        As `on_works` returns them.

    Returns
    -------
    DataFrame
        Columns `unit` (the work), `rater` and `value` (include, exclude or unsure), one row a unit
        and rater, in their order: what `slr.agreement` takes.
    """
    own = latest(votes[(votes["stage"] == stage) & (votes["kind"] == ONE_OF)])
    named = {"work_id": "unit", "reviewer": "rater", "verdict": "value"}
    table = own[list(named)].rename(columns=named)
    return table.sort_values(["unit", "rater"], ignore_index=True)


def moment(now: datetime) -> str:
    """Return a moment as votes write it."""
    return now.astimezone(UTC).strftime(WRITTEN)


def _rows_as_far_as_they_go(
    text: str, path: Path
) -> tuple[list[str], list[list[str]], list[int], list[tuple[int, str, str]]]:
    """Return what `io.read_rows` does, and apart the rows that are none.

    Of each of these the line, what is wrong, and the remedy.

    Raises
    ------
    SlrError
        If not even the header can be read.
    """
    reader = csv.reader(text_io.StringIO(text), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    odd: list[tuple[int, str, str]] = []
    header: list[str] | None = None
    start = 1
    try:
        for row in reader:
            if header is None:
                header = row
            elif row and len(row) != len(header):
                found = f"{len(row)} cells where the header has {len(header)}."
                torn = len(row) < len(header) and reader.line_num > text.count("\n")
                odd.append((start, *_TORN) if torn else (start, found, _QUOTE))
            elif row:
                rows.append(row)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        taken = text.count("\n", 0) - start + 1
        more = f" Nor are the {taken} lines after it." if taken > 1 else ""
        fix = "Mend the quotes of the row that begins there."
        torn = start > text.count("\n")
        odd.append((start, *_TORN) if torn else (start, f"not CSV: {error}.{more}", fix))
    if header is None:
        fix = "It needs at least a header."
        raise SlrError(Problem("the file is empty, or its header is no CSV.", fix, path, 1))
    return header, rows, lines, odd
