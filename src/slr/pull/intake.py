"""Taking files in: every entry of every file becomes a record or a reject, none is lost."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd

from slr import io
from slr.errors import Problem, SlrError
from slr.pull import clean, encodings, sniff
from slr.pull.entries import BETWEEN, STRANGER, Chunk, Entry, Reject, Source, outline
from slr.pull.indexes import INDEXES
from slr.schemas.tables import columns
from slr.text import counted

TABLES = ("records", "rejects", "references", "warnings")
EXPECTED = (
    "Expected: BibTeX, RIS, PubMed NBIB, EndNote XML or Refer, CSL-JSON, Web of Science, or a "
    "table (CSV, TSV) with column names."
)
MOST = 1_000_000
"""Pieces of one file; no search finds more, and a file of nothing but beginnings would."""
_NO_ENTRIES = {"comment", "string", "preamble", BETWEEN, STRANGER}
_SHOWN = 5
"""How many lines a file has in the report of what was wrong."""
_KEY, _TOLD = 200, 1000
"""How much of a key and of a fault is told: where a brace is missing it may be the whole file."""


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
    repeated: int = 0
    faults: int = 0
    wrong: list[str] = field(default_factory=list)

    def tell(self, line: int, key: str, told: str) -> None:
        """Count what was wrong, and keep the first of it in words."""
        self.faults += 1
        if self.faults <= _SHOWN:
            self.wrong.append(f"line {line}: {key}: {told}" if key else f"line {line}: {told}")


@dataclass(frozen=True)
class Pulled:
    """The tables that files became, and what was lost on the way."""

    tables: dict[str, pd.DataFrame]
    losses: list[Loss]

    def write(self, out: Path) -> None:
        """Write every table to a folder."""
        for name, table in self.tables.items():
            io.write_table(out / f"{name}.csv", table, f"pull/{name}")

    def told(self) -> str:
        """Say what became of each file, the first faults of each, and all in one line."""
        lines = []
        for loss in self.losses:
            if loss.found == 0:
                lines.append(f"{loss.file} is empty or holds only comments")
            elif loss.faults:
                counts = f"{loss.found} found, {loss.kept} kept"
                counts += f", {loss.mended} of them mended" if loss.mended else ""
                counts += f", {loss.rejected} rejected" if loss.rejected else ""
                counts += f", {loss.repeated} answered before" if loss.repeated else ""
                lines.append(f"{loss.file} ({loss.format}, {loss.encoding}): {counts}")
            lines += [f"  {told}" for told in loss.wrong]
            if loss.faults > _SHOWN:
                lines.append(f"  ... and {loss.faults - _SHOWN} more, see the tables")
        return "\n".join([*lines, summary(self.tables["records"], self.tables["rejects"])])

    def as_dict(self) -> dict[str, object]:
        """Return the same for a machine."""
        files = [asdict(loss) for loss in self.losses]
        total = {n: sum(getattr(loss, n) for loss in self.losses) for n in
                 ("found", "kept", "mended", "rejected", "repeated")}  # fmt: skip
        return {"files": files, **total}


class Intake:
    """Takes files from memory, one by one, and makes the tables of all that they held.

    Parameters
    ----------
    form
        The format of all files, a name of `sniff.READERS`; told from the content if None.
    """

    def __init__(self, form: str | None = None) -> None:
        self.columns: dict[str, dict[str, list[object]]] = {
            table: {name: [] for name in columns(f"pull/{table}")} for table in TABLES
        }
        self.losses: list[Loss] = []
        self._form = form
        self._ids = _Ids()

    def add(
        self,
        name: str,
        data: bytes,
        *,
        form: str | None = None,
        source: str = "",
        taken: set[str] | None = None,
    ) -> Loss:
        """Read one file and return what became of its entries.

        Parameters
        ----------
        name, data
            Its name, for the tables, and its bytes.
        form
            Its format; that of all files if None.
        source
            The source of its records; the stem of the name if empty.
        taken
            Keys that were taken in before, so that their entries repeat what is known; those of
            this file are added. Without it, a repeated key is another record.

        Raises
        ------
        SlrError
            If it is of no known format, or holds text and no entry, or more entries than any
            export; what was taken in before is then of no use.
        """
        if what := sniff.binary(data):
            raise SlrError(Problem(f"is {what}, no text.", EXPECTED, name))
        text, guess = encodings.decode(data)
        if data and not data.strip(b"\0"):
            raise SlrError(Problem("holds nothing but zero bytes.", "Get it anew.", name))
        chosen = form or self._form or sniff.format_of(text)
        blank = not text.text.strip("\ufeff \t\n\x00")
        if chosen is None and not blank:
            raise SlrError(Problem("holds text but no entry.", EXPECTED, name))
        loss = Loss(name, chosen or "", text.encoding)
        if guess:
            self._warn(loss, 1, "", guess)
        if chosen and not blank:
            self._fill(loss, chosen, text, source or _stem(name), taken)
        self.losses.append(loss)
        return loss

    def pulled(self) -> Pulled:
        """Return the tables of all files that were added."""
        tables = {name: pd.DataFrame(self.columns[name]) for name in TABLES}
        found = sum(loss.found - loss.repeated for loss in self.losses)
        if found != len(tables["records"]) + len(tables["rejects"]):
            raise SlrError(
                f"{found} entries found and not as many told: a fault of slr. Report it."
            )
        return Pulled(tables, self.losses)

    def _fill(
        self, loss: Loss, form: str, source: Source, stem: str, taken: set[str] | None
    ) -> None:
        """Add what a text holds, one entry after the other."""
        reader = sniff.READERS[form]
        places: deque[tuple[int, int]] = deque()
        kinds: set[str] = set()
        for entry in reader.parse(self._placed(loss, reader.split(source), places, kinds)):
            place = places.popleft()
            if isinstance(entry, Entry) and taken is not None and entry.key in taken:
                loss.repeated += 1
                self._warn(loss, entry.line, entry.key, "answered before: the newest answer counts")
            elif isinstance(entry, Entry):
                if taken is not None:
                    taken.add(entry.key)
                self._keep(loss, form, stem, place, entry)
            else:
                self._reject(loss, entry)
        only_strangers = loss.found and kinds <= _NO_ENTRIES
        if only_strangers or (not loss.found and not _is_bare(source.text, form, kinds)):
            raise SlrError(Problem("holds text but no entry.", EXPECTED, loss.file))

    def _placed(
        self, loss: Loss, chunks: Iterable[Chunk], places: deque[tuple[int, int]], kinds: set[str]
    ) -> Iterator[Chunk]:
        """Pass pieces on; count the entries and keep their places, tell of what is no entry."""
        for number, chunk in enumerate(chunks):
            if number == MOST:
                fix = "Split it, if it is what a database exported."
                raise SlrError(Problem(f"holds more than {MOST:,} entries.", fix, loss.file))
            if not chunk.note:
                places.append((chunk.first_byte, chunk.end_byte))
                loss.found += 1
            elif chunk.kind == STRANGER:
                loss.found += 1
                self._reject(loss, Reject(chunk.line, "", f"{chunk.note}: {outline(chunk.text)}"))
            elif chunk.kind in ("comment", BETWEEN, ""):
                self._warn(loss, chunk.line, "", chunk.note)
            kinds.add(chunk.kind)
            yield chunk

    def _keep(self, loss: Loss, form: str, stem: str, place: tuple[int, int], entry: Entry) -> None:
        row, warnings = clean.row(entry, words=form != "bibtex" and not entry.own)
        # Of the columns of a shorter entry none can be.
        long = place[1] - place[0] > io.LONGEST // 2
        texts = (*row.values(), *entry.references) if long else ()
        if any(isinstance(text, str) and len(text) > io.LONGEST for text in texts):
            told = f"a field has more than {io.LONGEST:,} characters"
            self._reject(loss, Reject(entry.line, entry.key, told))
            return
        # Databases give no keys to some; a DOI is steadier than the place in the file.
        by_doi = str(row["doi"] or "") if form != "bibtex" else ""
        record_id = self._ids.unused(stem, entry.key or by_doi)
        self._add("records", {
            "record_id": record_id, "source": stem, "key": record_id.split("/", 1)[1], **row,
            "file": loss.file, "line": entry.line,
            "first_byte": place[0], "end_byte": place[1],
        })  # fmt: skip
        loss.kept += 1
        loss.mended += bool(entry.warnings)
        for warning in dict.fromkeys(warnings):
            self._warn(loss, entry.line, entry.key, warning)
        for n, cited in enumerate(filter(None, map(clean.tidy, entry.references)), 1):
            self._add("references", {
                "record_id": record_id, "listed_by": stem, "position": n, "cited": cited,
            })  # fmt: skip

    def _reject(self, loss: Loss, reject: Reject) -> None:
        key, reason = clean.tidy(reject.key[:_KEY]), clean.tidy(reject.reason[:_TOLD])
        row = {"file": loss.file, "line": reject.line, "key": key, "reason": reason}
        self._add("rejects", row)
        loss.rejected += 1
        loss.tell(reject.line, key, reason)

    def _warn(self, loss: Loss, line: int, key: str, warning: str) -> None:
        key, warning = clean.tidy(key[:_KEY]), clean.tidy(warning[:_TOLD])
        row = {"file": loss.file, "line": line, "key": key, "warning": warning}
        self._add("warnings", row)
        loss.tell(line, key, warning)

    def _add(self, table: str, row: Mapping[str, object]) -> None:
        for name, column in self.columns[table].items():
            column.append(row[name])


def _is_bare(text: str, form: str, kinds: set[str]) -> bool:
    """Tell whether a file without entries is one that has none: comments, or column names."""
    if kinds:
        return kinds <= (_NO_ENTRIES if form == "bibtex" else _NO_ENTRIES - {BETWEEN})
    if form in INDEXES:
        return True  # a list without items: nothing was found
    if form == "csljson":
        return not text.strip("\ufeff \t\n[]")
    lines = (line.strip("\ufeff \t") for line in text.split("\n"))
    return form == "csv" or not any(line and not line.startswith("%") for line in lines)


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


def summary(records: pd.DataFrame, rejects: pd.DataFrame) -> str:
    """Say how many records were read and, if any, how many were not."""
    files = records["file"].nunique()
    told = f"{counted(len(records), 'record')} from {counted(files, 'file')}"
    repeated = int(records["key"].astype("str").str.contains(r"^(?!entry~).*~\d+$").sum())
    told += f"; {repeated} with a key that was taken, told apart by ~2" if repeated else ""
    return told + (f"; {len(rejects)} rejected, see rejects.csv" if len(rejects) else "")
