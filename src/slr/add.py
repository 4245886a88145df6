"""Add record files to the corpus, and say of each record what it is before anything is screened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from slr import check, config, dedup, io, pull
from slr.dedup.review import Asked
from slr.errors import ConfigError, Problem, SlrError, refuse
from slr.paths import CONFIG, DEDUPED, RECORDS, SCREENED
from slr.pull.intake import Loss, Pulled
from slr.run import at_work
from slr.sidebyside import clean
from slr.text import families_of

KINDS = {
    "new": "new",
    "known": "already known",
    "possibly": "possibly known: a person decides",
    "repeated": "repeated: one work with another of these",
}
"""What an added record can be, with the title of its list."""
COLUMNS = ["record_id", "kind", "work_id", "status", "like", "score", "reason", "place", "entry"]
NOT_SCREENED = "not screened yet"


@dataclass(frozen=True)
class Addition:
    """What files would bring to the corpus, before they are copied.

    `records` has one row an added record, `changed` one row a work of the corpus that would be
    another, `asked` the records and pairs of the corpus with the addition. `there` are files of
    the corpus that were given again, byte for byte: as where copying was cut off between two.
    """

    files: list[Path]
    losses: list[Loss]
    records: pd.DataFrame
    rejects: pd.DataFrame
    warnings: pd.DataFrame
    changed: pd.DataFrame
    asked: Asked
    there: list[Path] = field(default_factory=list)

    def sections(self) -> list[tuple[str, pd.DataFrame]]:
        """Return the lists that a person reads, those that are not empty."""
        shown = ["record_id", "work_id", "status", "like", "score", "reason", "entry"]
        lists = [(t, self.records[self.records["kind"] == k][shown]) for k, t in KINDS.items()]
        lists.append(("works of the corpus that would change", self.changed))
        lists.append(("rejected", _placed(self.rejects, "reason")))
        lists.append(("mended, guessed or skipped", _placed(self.warnings, "warning")))
        return [(title, table.map(_printable)) for title, table in lists if len(table)]

    def told(self) -> str:
        """Say how many records are what, in one line, and which files are there already."""
        there = [f"{path} is there already, the same bytes." for path in self.there]
        return "\n".join([*there, *([self._counted()] if self.files else [])])

    def _counted(self) -> str:
        counts = self.counts()
        parts = [f"{counts[kind]} {KINDS[kind].split(':')[0]}" for kind in KINDS if counts[kind]]
        found = len(self.records)
        told = f"{found} record{'s' * (found != 1)}: {', '.join(parts)}"
        if rejected := counts["rejected"]:
            told += f"; {rejected} entr{'y' if rejected == 1 else 'ies'} rejected"
        if counts["known"] == found:
            told += ". No work is new: only the count of records found grows"
        return told

    def counts(self) -> dict[str, int]:
        """Return the number of records of each kind, and of rejects."""
        kinds = self.records["kind"].value_counts()
        return {kind: int(kinds.get(kind, 0)) for kind in KINDS} | {"rejected": len(self.rejects)}

    def as_dict(self) -> dict[str, object]:
        """Return all of it for a machine."""
        pairs = self.asked.pairs[self.asked.pairs["verdict"] == "ask"]
        new = pairs[["record_a", "record_b"]].isin(set(self.records["record_id"])).any(axis=1)
        tables = {
            "records": self.records,
            "rejects": self.rejects,
            "warnings": self.warnings,
            "changed": self.changed,
            "pairs": pairs[new],
        }
        return {
            **Pulled({}, self.losses).as_dict(),
            "counts": self.counts(),
            "there": [str(path) for path in self.there],
            **{name: _rows(table) for name, table in tables.items()},
        }


def plan(files: Sequence[Path], root: Path) -> Addition:
    """Read files, and find what their records are to the corpus; nothing is written.

    Raises
    ------
    ConfigError
        If `root` is no review, or its config is wrong.
    SlrError
        With every file that cannot be read, holds no record, or has a name or contents that are
        there (both is well); and with every name of a record in `data/raw/` that the addition
        would make unclear.
    """
    if not (root / RECORDS).is_dir():
        fix = "Go to the folder of the review."
        raise ConfigError(Problem("there is no such folder here.", fix, RECORDS))
    pull.refuse_braces(files)
    there = [path for path in files if _is_there(path, root)]
    parts = _read(files, pull.record_files(root), root)
    files = [path for path in files if path not in there]
    settings = config.load(root / CONFIG)
    old = pull.collect(root, some=False).tables["records"]
    together = pull.collect(root, more=files).tables["records"]
    was_there = _was_there(files, parts, old, together)
    _refuse_unclear(root, old, together, settings)
    asked, before = _dedup(root, old, together, settings)
    rows = {name: _joined(part.tables[name] for part in parts) for name in ("rejects", "warnings")}
    return Addition(
        files=list(files),
        there=[RECORDS / path.name for path in dict.fromkeys(there)],
        losses=[loss for part in parts for loss in part.losses],
        records=classify(together[~was_there], before, asked, _statuses(root)),
        changed=changed(before, asked.clusters),
        asked=asked,
        **rows,
    )


def copy(addition: Addition, root: Path) -> str:
    """Copy the files into `data/raw/records/`, all or none; say where they are.

    Raises
    ------
    SlrError
        If a file of that name has come there meanwhile, a run is at work, or one cannot be written.
    """
    data = {RECORDS / path.name: io.read_bytes(path) for path in addition.files}
    written: list[Path] = []
    with at_work(root):
        if there := [target for target in data if (root / target).exists()]:
            raise SlrError([Problem("is there already.", "Try again.", path) for path in there])
        try:
            for target, contents in data.items():
                io.write_bytes(root / target, contents)
                written.append(target)
        except SlrError:
            for target in written:
                (root / target).unlink(missing_ok=True)
            raise
    return f"added {', '.join(map(str, written))}." if written else "nothing was added."


def classify(
    new: pd.DataFrame,
    before: pd.DataFrame,
    asked: Asked,
    statuses: Mapping[str, tuple[str, str]],
) -> pd.DataFrame:
    """Return one row an added record: what it is, and of which work.

    Parameters
    ----------
    new
        The added records, rows of `pull/records`.
    before
        Table `dedup/clusters` of the corpus without them.
    asked
        Tables of the corpus with them.
    statuses
        Status and reason of the last run, by record.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`, in the order of `new`. `kind` is ``known`` where a record of the corpus
        is of the same work, ``repeated`` where only added ones are and another names the work,
        ``possibly`` where a person must say, else ``new``. `like` are the records that it may be
        the same as; score and reason are those of the likest.
    """
    work_before = dict(zip(before["record_id"], before["cluster_id"], strict=True))
    work_of = dict(zip(asked.clusters["record_id"], asked.clusters["cluster_id"], strict=True))
    members: dict[str, list[str]] = {}
    for record, work in work_of.items():
        members.setdefault(work, []).append(record)
    doubts = _doubts(asked.pairs, work_of)

    def standing(names: Iterable[str]) -> dict[str, str | None]:
        """Say of which works of the corpus records are, and what became of the first."""
        old = [name for name in names if name in work_before]
        if not old:
            return {}
        status, reason = statuses.get(old[0], (NOT_SCREENED, None))
        works = " ".join(dict.fromkeys(work_before[name] for name in old))
        return {"work_id": works, "status": status, "reason": reason}

    rows = []
    for record in new.to_dict("records"):
        name, work = record["record_id"], work_of[record["record_id"]]
        known = standing(members[work])
        asked_of = [name] if known else members[work]
        found = sorted(chain.from_iterable(doubts.get(n, []) for n in asked_of))
        row: dict[str, Any] = {"kind": "new"}
        if known:
            row = {"kind": "known", **known}
        elif work != name:
            row, found = {"kind": "repeated", "work_id": work}, []
        elif found:
            maybe = standing(m for doubt in found for m in members[work_of[doubt.like]])
            row = {"kind": "possibly", **maybe, "reason": found[0].reason}
        if found:
            row["like"] = " ".join(dict.fromkeys(doubt.like for doubt in found))
            row["score"] = found[0].score
        place = f"{record['file']}:{record['line']}"
        rows.append({**row, "record_id": name, "place": place, "entry": _entry(record)})
    return pd.DataFrame(rows, columns=COLUMNS)


def changed(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the works of the corpus that an addition joins or splits: one row each, by name.

    Parameters
    ----------
    before, after
        Tables `dedup/clusters` without and with the addition.
    """
    both = before.merge(after, on="record_id", suffixes=("_before", "_after"))
    rows = []
    for here, there, told in (
        ("cluster_id_after", "cluster_id_before", "become one work"),
        ("cluster_id_before", "cluster_id_after", "was one work, falls apart into"),
    ):
        for name, group in both.groupby(here, sort=True):
            works = sorted(set(group[there]))
            if len(works) > 1:
                rows.append({"work_id": name, "change": told, "works": " ".join(works)})
    return pd.DataFrame(rows, columns=["work_id", "change", "works"])


def _read(files: Sequence[Path], there: Sequence[Path], root: Path) -> list[Pulled]:
    """Read each file; refuse what could not be added, with all reasons at once."""
    parts: dict[Path, Pulled] = {}
    problems: list[Problem] = []
    for path in (path for path in files if not _is_there(path, root)):
        try:
            part = pull.gather([path], root)
        except SlrError as error:
            problems += error.problems
            continue
        if problem := _unfit(path, files, [*there, *parts], root, _why_empty(part)):
            problems.append(problem)
        parts[path] = part
    refuse(problems)
    return list(parts.values()) or [pull.gather([], root)]


def _is_there(path: Path, root: Path) -> bool:
    """Tell whether a file is one of the corpus already, by name and contents."""
    target = root / RECORDS / path.name
    return target in pull.record_files(root) and path.is_file() and _same_bytes(path, target)


def _unfit(
    path: Path, files: Sequence[Path], others: Iterable[Path], root: Path, empty: str
) -> Problem | None:
    """Say why a file cannot be added, if it cannot."""
    target = root / RECORDS / path.name
    nothing = "There is nothing to add."
    twin = next((other for other in others if _same_bytes(path, other)), None)
    shown = RECORDS / path.name
    like = twin.relative_to(root) if twin and twin.is_relative_to(root) else twin
    there = target.exists()  # with other contents
    same_name = sum(other.name == path.name for other in files) > 1
    another = "Its name is the source's name; give yours another."
    faults = (
        (path.name.startswith("."), "begins with a dot, so it would never be read.", "Rename it."),
        (path.name.startswith("README"), "has the name of a note.", "Give it another."),
        (same_name, "has the name of another.", "Give it another."),
        (there, f"{shown} is there already.", another),
        (twin is not None, f"holds the same bytes as {like}.", nothing),
        (empty != "", empty, "Look into it."),
    )
    return next((Problem(found, fix, path) for bad, found, fix in faults if bad), None)


def _why_empty(part: Pulled) -> str:
    """Say of what holds no record what was wrong with its first entry; empty where it has some."""
    if len(part.tables["records"]):
        return ""
    first = part.tables["rejects"][["line", "reason"]].head(1).itertuples(index=False)
    return f"holds no record that can be read{''.join(f'; line {n}: {why}' for n, why in first)}."


def _same_bytes(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and io.read_bytes(one) == io.read_bytes(other)


def _was_there(
    files: Sequence[Path], parts: Sequence[Pulled], old: pd.DataFrame, together: pd.DataFrame
) -> pd.Series:
    """Tell of each record of the corpus with the addition whether it was there before.

    Raises
    ------
    SlrError
        If a record of the corpus would get another id, for decisions hang on it.
    """
    place = ["file", "line", "first_byte"]
    known = pd.MultiIndex.from_frame(old[place].astype("str"))
    was_there = pd.MultiIndex.from_frame(together[place].astype("str")).isin(known)
    renamed = sorted(set(old["record_id"]) - set(together.loc[was_there, "record_id"]))
    if renamed:
        found = "has the name of a source that is there: {} would get another name."
        found = found.format(", ".join(renamed[:3]))
        named = {name.split("/", 1)[0] for name in renamed}
        sources = [set(part.tables["records"]["source"]) for part in parts]
        raise SlrError(
            [
                Problem(found, "Give it another name.", path)
                for path, of in zip(files, sources, strict=True)
                if of & named
            ]
        )
    return pd.Series(was_there, index=together.index)


def _refuse_unclear(
    root: Path, old: pd.DataFrame, together: pd.DataFrame, settings: Mapping[str, Any]
) -> None:
    """Refuse an addition by which what people made would no longer be clear."""
    found = check.faults(root, together, settings)
    if not found:
        return
    before = {_what(problem) for problem in check.faults(root, old, settings)}
    if caused := [problem for problem in found if _what(problem) not in before]:
        raise SlrError([Problem("With these records the following would be unclear."), *caused])


def _what(problem: Problem) -> tuple[object, ...]:
    return problem.path, problem.line, problem.key, problem.found


def _dedup(
    root: Path, old: pd.DataFrame, together: pd.DataFrame, settings: Mapping[str, Any]
) -> tuple[Asked, pd.DataFrame]:
    """Return the corpus with the addition, and its clusters without."""
    judgements = dedup.read_judgements(root, together)
    leading = config.baseline(settings, together["source"])
    after = dedup.dedup(together, judgements, settings["dedup"], leading=leading)
    asked = Asked(together, after["clusters"], after["pairs"])
    if old.empty:
        return asked, after["clusters"][:0]
    of_old = judgements[["record_a", "record_b"]].isin(set(old["record_id"])).all(axis=1)
    before = dedup.dedup(old, judgements[of_old], settings["dedup"], leading=leading)
    return asked, before["clusters"]


def _statuses(root: Path) -> dict[str, tuple[str, str]]:
    """Return what the last run decided on each record; nothing where there was none."""
    try:
        clusters = io.read_table(root / DEDUPED / "clusters.csv", "dedup/clusters")
        outcomes = io.read_table(root / SCREENED / "outcomes.csv", "screen/outcomes")
    except SlrError:  # not there, or of another version: the next run makes them anew
        return {}
    table = clusters.merge(outcomes, left_on="cluster_id", right_on="work_id")
    wanted = table[["record_id", "status", "reason"]]
    return {name: (status, reason) for name, status, reason in wanted.itertuples(index=False)}


@dataclass(frozen=True, order=True)
class _Doubt:
    """A record that another may be the same as; the likest comes first."""

    rank: float
    like: str
    reason: str = field(compare=False)
    score: float | None = field(compare=False)


def _doubts(pairs: pd.DataFrame, work_of: Mapping[str, str]) -> dict[str, list[_Doubt]]:
    """Return, by record, what a person is to be asked of it."""
    doubts: dict[str, list[_Doubt]] = {}
    asked = pairs.loc[pairs["verdict"] == "ask", ["record_a", "record_b", "score", "reasons"]]
    for a, b, score, reason in asked.itertuples(index=False):
        known = None if pd.isna(score) else float(score)
        for one, other in ((a, b), (b, a)):
            if work_of[one] != work_of[other]:
                rank = 1.0 if known is None else -known
                doubts.setdefault(one, []).append(_Doubt(rank, other, reason, known))
    return doubts


def _entry(record: Mapping[str, Any]) -> str:
    """Say in one line which publication a record is of."""
    value = {k: "" if pd.isna(record[k]) else str(record[k]) for k in ("author", "year", "title")}
    families = families_of(value["author"])
    names = f"{families[0]} et al." if len(families) > 2 else " & ".join(families)
    year = f"({value['year']})" if value["year"] else ""
    return " ".join(part for part in (names, year, value["title"]) if part) or "(empty)"


def _placed(table: pd.DataFrame, what: str) -> pd.DataFrame:
    place = table["file"].astype("str") + ":" + table["line"].astype("str")
    return table.assign(place=place)[["place", "key", what]]


def _printable(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _rows(table: pd.DataFrame) -> list[dict[str, object]]:
    plain = table.astype(object)
    found: list[dict[str, object]] = plain.where(plain.notna(), None).to_dict("records")
    return found


def _joined(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Put tables below each other; those without rows have no types and are left out."""
    kept = list(tables)
    some = [table for table in kept if len(table)]
    return pd.concat(some, ignore_index=True) if some else kept[0]
