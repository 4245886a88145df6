"""Bring records in: every entry of every file becomes a record or a reject, none is lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from pathlib import Path

import pandas as pd

from slr import io
from slr.errors import ConfigError, Problem, SlrError
from slr.paths import PULLED, RECORDS
from slr.pull import archives, clean, sniff
from slr.pull.entries import Entry, Reject, Source
from slr.schemas.tables import columns

TABLES = ("records", "rejects", "references", "warnings")
EXPECTED = (
    "Expected: BibTeX, RIS, PubMed NBIB, EndNote XML or Refer, CSL-JSON, Web of Science, or a "
    "table (CSV, TSV) with column names."
)
_SHOWN = 5
"""How many lines a file has in the report of what was wrong."""


@dataclass
class Loss:
    """What became of the entries of one file."""

    file: str
    format: str
    encoding: str
    found: int = 0
    kept: int = 0
    mended: int = 0
    rejected: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Pulled:
    """The tables that files became, and what was lost on the way."""

    tables: dict[str, pd.DataFrame]
    losses: list[Loss]

    def write(self, out: Path) -> None:
        """Write every table to a folder."""
        for name in TABLES:
            io.write_table(out / f"{name}.csv", self.tables[name], f"pull/{name}")

    def told(self) -> str:
        """Say what became of each file, the first faults of each, and all in one line."""
        lines = []
        for loss in self.losses:
            if loss.found == 0:
                lines.append(f"{loss.file} is empty or holds only comments")
            elif loss.wrong:
                counts = f"{loss.found} found, {loss.kept} kept"
                counts += f", {loss.mended} of them mended" if loss.mended else ""
                counts += f", {loss.rejected} rejected" if loss.rejected else ""
                lines.append(f"{loss.file} ({loss.format}, {loss.encoding}): {counts}")
            lines += [f"  {told}" for told in loss.wrong[:_SHOWN]]
            if len(loss.wrong) > _SHOWN:
                lines.append(f"  ... and {len(loss.wrong) - _SHOWN} more, see the tables")
        return "\n".join([*lines, summary(self.tables["records"], self.tables["rejects"])])

    def as_dict(self) -> dict[str, object]:
        """Return the same for a machine."""
        files = [asdict(loss) | {"wrong": loss.wrong[:_SHOWN]} for loss in self.losses]
        total = {n: sum(getattr(loss, n) for loss in self.losses) for n in
                 ("found", "kept", "mended", "rejected")}  # fmt: skip
        return {"files": files, **total}


def run(root: Path) -> str:
    """Read every file of `data/raw/records/`; write the tables of the stage."""
    pulled = gather(record_files(root), root)
    pulled.write(root / PULLED)
    return pulled.told()


def read(root: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records and rejects of all files of `data/raw/records/`."""
    return read_files(record_files(root), root)


def record_files(root: Path, *, some: bool = True) -> list[Path]:
    """Return the record files in order of name; notes (`README*`) may lie beside them.

    That there are none is an error, unless `some` is false.
    """
    inside = (path for path in io.files_below(root / RECORDS) if path.parent == root / RECORDS)
    files = [path for path in inside if not path.name.startswith((".", "README"))]
    refuse_braces(files)
    if some and not files:
        raise SlrError(Problem("no file there.", "Put your records there.", RECORDS))
    return files


def refuse_braces(files: Sequence[Path]) -> None:
    """Refuse names that Snakemake would take for a pattern."""
    named = [path for path in files if "{" in path.name or "}" in path.name]
    if named:
        raise SlrError([Problem("has a brace in its name.", "Rename it.", path) for path in named])


def read_files(files: Sequence[Path], root: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records and rejects of files, as `gather` does."""
    tables = gather(files, root).tables
    return tables["records"], tables["rejects"]


def gather(files: Sequence[Path], root: Path, form: str | None = None) -> Pulled:
    """Return what files of any format hold.

    Parameters
    ----------
    files
        Each file's name without its ending is the source of its records.
    root
        Paths in the tables are relative to it, where they can be.
    form
        The format of all of them, a name of `sniff.READERS`; told from the content if None.

    Raises
    ------
    SlrError
        With every file that cannot be read, is of no known format, or holds text and no entry.
    """
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in TABLES}
    losses: list[Loss] = []
    problems: list[Problem] = []
    ids = _Ids()
    for path in files:
        try:
            for name, data in _members(path, root):
                losses.append(_read_one(name, data, form, ids, rows))
        except SlrError as error:
            problems += error.problems
    if problems:
        raise SlrError(problems)
    tables = {n: pd.DataFrame(rows[n], columns=columns(f"pull/{n}")) for n in TABLES}
    found = sum(loss.found for loss in losses)
    if found != len(tables["records"]) + len(tables["rejects"]):
        raise SlrError(f"{found} entries found and not as many told: a fault of slr. Report it.")
    return Pulled(tables, losses)


def _members(path: Path, root: Path) -> Iterator[tuple[str, bytes]]:
    shown = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    for name, data in archives.members(path):
        yield clean.tidy(shown if path.suffix.lower() != ".zip" else f"{shown}/{name}"), data


def _read_one(
    name: str, data: bytes, form: str | None, ids: _Ids, rows: dict[str, list[dict[str, object]]]
) -> Loss:
    """Read one file; add to `rows` and return what became of its entries."""
    if what := sniff.binary(data):
        raise SlrError(Problem(f"is {what}, no text.", EXPECTED, name))
    source, guess = sniff.decode(data)
    chosen = form or sniff.format_of(source)
    blank = not source.text.strip("\ufeff \t\n\x00")
    if chosen is None and not blank:
        raise SlrError(Problem("holds text but no entry.", EXPECTED, name))
    loss = Loss(name, chosen or "", source.encoding)
    if guess:
        _warn(rows, loss, 1, "", guess)
    if chosen and not blank:
        _fill(source, chosen, loss, ids, rows)
    return loss


def _fill(
    source: Source, form: str, loss: Loss, ids: _Ids, rows: dict[str, list[dict[str, object]]]
) -> None:
    reader = sniff.READERS[form]
    chunks = list(reader.split(source))
    places = [chunk for chunk in chunks if not chunk.note]
    if not places and not _is_bare(source.text, form, {chunk.kind for chunk in chunks}):
        raise SlrError(Problem("holds text but no entry.", EXPECTED, loss.file))
    for chunk in chunks:
        if chunk.note and (chunk.kind == "comment" or not chunk.kind):
            _warn(rows, loss, chunk.line, "", chunk.note)
    stem = _stem(loss.file)
    for chunk, entry in zip_longest(places, reader.parse(chunks)):
        loss.found += chunk is not None
        if isinstance(entry, Reject):
            key, reason = clean.tidy(entry.key), clean.tidy(entry.reason)
            reject = {"file": loss.file, "line": entry.line, "key": key, "reason": reason}
            rows["rejects"].append(reject)
            loss.rejected += 1
            loss.wrong.append(_where(entry.line, key, reason))
        elif isinstance(entry, Entry):
            row, warnings = clean.row(entry, words=form != "bibtex")
            # Databases give no keys to some; a DOI is steadier than the place in the file.
            by_doi = str(row["doi"] or "") if form != "bibtex" else ""
            record_id = ids.unused(stem, entry.key or by_doi)
            rows["records"].append({
                "record_id": record_id, "source": stem, "key": record_id.split("/", 1)[1], **row,
                "file": loss.file, "line": entry.line,
                "first_byte": chunk.first_byte, "end_byte": chunk.end_byte,
            })  # fmt: skip
            loss.kept += 1
            loss.mended += bool(entry.warnings)
            for warning in dict.fromkeys(warnings):
                _warn(rows, loss, entry.line, entry.key, warning)
            rows["references"] += [
                {"record_id": record_id, "position": n, "cited": cited}
                for n, cited in enumerate(filter(None, map(clean.tidy, entry.references)), 1)
            ]


def _is_bare(text: str, form: str, kinds: set[str]) -> bool:
    """Tell whether a file without entries is one that has none: comments, or column names."""
    if kinds:
        return kinds <= {"comment", "string", "preamble"}
    lines = (line.strip("\ufeff \t") for line in text.split("\n"))
    return form == "csv" or not any(line and not line.startswith("%") for line in lines)


def _warn(
    rows: dict[str, list[dict[str, object]]], loss: Loss, line: int, key: str, warning: str
) -> None:
    key, warning = clean.tidy(key), clean.tidy(warning)
    rows["warnings"].append({"file": loss.file, "line": line, "key": key, "warning": warning})
    loss.wrong.append(_where(line, key, warning))


def _where(line: int, key: str, told: str) -> str:
    return f"line {line}: {key}: {told}" if key else f"line {line}: {told}"


def _stem(name: str) -> str:
    """Return the source that a file's name stands for."""
    bare = re.sub(r"(?i)\.gz$", "", name.replace("\\", "/").rsplit("/", 1)[-1])
    return re.sub(r"[\s/]+", "-", Path(bare).stem) or "file"


class _Ids:
    """Gives every record an id; a key that is empty or taken gets the first free suffix."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._next: Counter[str] = Counter()

    def unused(self, source: str, key: str) -> str:
        bare = "_".join(clean.tidy(key).split()) or "entry"
        wanted = f"{source}/{bare}"
        name = wanted
        while name in self._used:
            self._next[wanted] += 1
            name = f"{wanted}~{self._next[wanted] + 1}"
        self._used.add(name)
        return name


def import_files(files: Sequence[Path], out: Path) -> str:
    """Read record files from anywhere; write the tables to `out` and say what became of them.

    Raises
    ------
    SlrError
        If a file cannot be read, or holds text without an entry.
    """
    return bring_in(files, out).told()


def bring_in(files: Sequence[Path], out: Path, form: str | None = None) -> Pulled:
    """Read record files from anywhere, of a format told or found; write the tables to `out`."""
    if form is not None and form not in sniff.READERS:
        known = ", ".join(sniff.READERS)
        raise ConfigError(Problem(f"{form!r} is no format.", f"Known: {known}.", "--format"))
    pulled = gather(files, Path.cwd(), form)
    pulled.write(out)
    return pulled


def summary(records: pd.DataFrame, rejects: pd.DataFrame) -> str:
    """Say how many records were read and, if any, how many were not."""
    files = records["file"].nunique()
    told = f"{len(records)} records from {files} file{'s' * (files != 1)}"
    repeated = int(records["key"].astype("str").str.contains(r"^(?!entry~).*~\d+$").sum())
    told += f"; {repeated} with a key that was taken, told apart by ~2" if repeated else ""
    return told + (f"; {len(rejects)} rejected, see rejects.csv" if len(rejects) else "")
