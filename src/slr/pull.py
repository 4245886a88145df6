"""Bring records in: every entry of every file becomes a record or a reject, none is lost."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from bibtexparser import model, parse_string
from bibtexparser.middlewares import RemoveEnclosingMiddleware, ResolveStringReferencesMiddleware
from bibtexparser.middlewares.names import (
    parse_single_name_into_parts,
    split_multiple_persons_names,
)
from pylatexenc.latex2text import LatexNodes2Text

from slr import io
from slr.errors import Problem, SlrError
from slr.paths import PULLED, RECORDS
from slr.schemas.tables import ENTRY_FIELDS, columns
from slr.text import year_range

logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what it says is in rejects.csv

_ENTRY_START = re.compile(r"^[ \t]*@[ \t]*(\w+)[ \t]*[{(]", re.MULTILINE)
_KEY = re.compile(r"[{(]\s*([^\s,={}()]*)\s*,")
_BARE = re.compile(r"(?<!\\)([&%$#])")
_NO_ENTRIES = ("comment", "preamble", "string")
_JOURNAL = ("journal", "journaltitle", "booktitle", "howpublished")


@dataclass(frozen=True)
class Chunk:
    """The text of one entry: from its ``@`` to the next one at the start of a line."""

    text: str
    line: int
    kind: str


def run(root: Path) -> str:
    """Read every file of `data/raw/records/`; write `records.csv` and `rejects.csv`."""
    records, rejects = read(root)
    io.write_table(root / PULLED / "records.csv", records, "pull/records")
    io.write_table(root / PULLED / "rejects.csv", rejects, "pull/rejects")
    return summary(records, rejects)


def read(root: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records and rejects of all files of `data/raw/records/`."""
    files = record_files(root)
    if not files:
        raise SlrError(Problem("no .bib file there.", "Put your records there.", RECORDS))
    return read_files(files, root)


def record_files(root: Path) -> list[Path]:
    """Return the record files in order of name; a file of another kind is refused.

    Notes on the search (`README.md`, `*.txt`) may lie beside them.
    """
    files = sorted(p for p in (root / RECORDS).glob("*") if not p.name.startswith("."))
    unknown = [p for p in files if p.suffix.lower() not in (".bib", ".md", ".txt")]
    if unknown:
        raise SlrError(
            [Problem("is no .bib file.", "Export as BibTeX.", p.relative_to(root)) for p in unknown]
        )
    return [p for p in files if p.suffix.lower() == ".bib"]


def read_files(files: Sequence[Path], root: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records and rejects of BibTeX files.

    Parameters
    ----------
    files
        Each file's name without its ending is the source of its records.
    root
        Paths in the tables are relative to it, where they can be.
    """
    records: list[dict[str, object]] = []
    rejects: list[dict[str, object]] = []
    used: set[str] = set()
    for path in files:
        name = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
        source = re.sub(r"[\s/]+", "-", path.stem)
        for entry in parse(io.read_text(path)):
            if isinstance(entry, Reject):
                rejects.append({"file": name, **vars(entry)})
                continue
            record_id = _unused(f"{source}/{entry.key}", used)
            used.add(record_id)
            place = {"source": source, "key": record_id.split("/", 1)[1], "file": name}
            records.append({"record_id": record_id, **place, **_row(entry)})
    return (
        pd.DataFrame(records, columns=columns("pull/records")),
        pd.DataFrame(rejects, columns=columns("pull/rejects")),
    )


def import_files(files: Sequence[Path], out: Path) -> str:
    """Read record files from anywhere; write `records.csv` and `rejects.csv` to `out`.

    Raises
    ------
    SlrError
        If a file cannot be read, or holds text without an entry.
    """
    records, rejects = read_files(files, Path.cwd())
    told = []
    for path in files:
        content = io.read_text(path)
        if not _ENTRY_START.search(content):
            if any(line.strip() and not line.startswith("%") for line in content.splitlines()):
                raise SlrError(Problem("holds text but no entry.", "Is it BibTeX?", path))
            told.append(f"{path} is empty")
    io.write_table(out / "records.csv", records, "pull/records")
    io.write_table(out / "rejects.csv", rejects, "pull/rejects")
    return "; ".join([summary(records, rejects), *told])


def add_files(files: Sequence[Path], root: Path) -> str:
    """Copy record files into `data/raw/records/`, where nothing is ever overwritten.

    Raises
    ------
    SlrError
        If a file cannot be read, holds no record, or has the name of one that is there.
    """
    problems = []
    for path in files:
        target = root / RECORDS / path.name
        if path.suffix.lower() != ".bib":
            problems.append(Problem("is no .bib file.", "Export as BibTeX.", path))
        elif target.exists():
            fix = "Its name is the source's name; give yours another."
            problems.append(Problem(f"{RECORDS / path.name} is there already.", fix, path))
        elif read_files([path], root)[0].empty:
            problems.append(Problem("holds no record that can be read.", "Is it BibTeX?", path))
    if problems:
        raise SlrError(problems)
    for path in files:
        io.write_text(root / RECORDS / path.name, io.read_text(path))
    added = ", ".join(str(RECORDS / path.name) for path in files)
    return f"added {added}. Next: `slr run`."


def summary(records: pd.DataFrame, rejects: pd.DataFrame) -> str:
    """Say how many records were read and, if any, how many were not."""
    files = records["file"].nunique()
    told = f"{len(records)} records from {files} file{'s' * (files != 1)}"
    return told + (f"; {len(rejects)} rejected, see rejects.csv" if len(rejects) else "")


@dataclass(frozen=True)
class Entry:
    """One entry as read: its key, type, line, and fields by name in Unicode."""

    key: str
    kind: str
    line: int
    fields: dict[str, str]


@dataclass(frozen=True)
class Reject:
    """One entry that could not be read, and why."""

    line: int
    key: str
    reason: str


def parse(text: str) -> Iterator[Entry | Reject]:
    """Yield every entry of a BibTeX text, in order, read or rejected.

    The text is first cut where an entry begins at the start of a line, so that a brace missing
    in one entry never swallows the next. Each piece is then parsed alone.
    """
    chunks = list(split(text))
    strings = "".join(c.text for c in chunks if c.kind == "string")
    for chunk in chunks:
        if chunk.kind not in _NO_ENTRIES:
            yield _parse_one(chunk, strings)


def split(text: str) -> Iterator[Chunk]:
    """Cut a BibTeX text into the pieces that begin with an entry's ``@``."""
    starts = list(_ENTRY_START.finditer(text))
    ends = [s.start() for s in starts[1:]] + [len(text)]
    line, counted = 1, 0
    for start, end in zip(starts, ends, strict=True):
        at = start.start() + len(start.group()) - len(start.group().lstrip())
        line += text.count("\n", counted, at)
        counted = at
        yield Chunk(text[at:end], line, start.group(1).lower())


def decode(value: str) -> str:
    r"""Turn LaTeX accents and macros into Unicode and drop the braces that only group.

    Marks that LaTeX would take for commands but exports leave bare (``&``, ``%``, ``$``) stay.

    >>> decode(r"Erd{\H o}s & {IT}: 50% in {\'E}vora")
    'Erdős & IT: 50% in Évora'
    """
    if "\\" in value:
        value = LatexNodes2Text(math_mode="verbatim").latex_to_text(_BARE.sub(r"\\\1", value))
    return " ".join(value.replace("{", "").replace("}", "").split())


def _parse_one(chunk: Chunk, strings: str) -> Entry | Reject:
    named = _KEY.search(chunk.text)
    key = named.group(1) if named else ""
    library = parse_string(strings + chunk.text, parse_stack=[])
    duplicate = [b for b in library.failed_blocks if isinstance(b, model.DuplicateFieldKeyBlock)]
    if duplicate:
        twice = ", ".join(sorted(duplicate[0].duplicate_keys))
        return Reject(chunk.line, key, f"the field {twice} stands there twice; keep one")
    if len(library.entries) != 1 or library.failed_blocks:
        return Reject(chunk.line, key, "the entry is not closed: a brace or quote is missing")
    fused = [f.key for f in library.entries[0].fields if _closes_early(str(f.value))]
    if fused:
        return Reject(chunk.line, key, f"a comma is missing after the field {fused[0]}")
    for middleware in (
        ResolveStringReferencesMiddleware(True),
        RemoveEnclosingMiddleware(True),
    ):
        library = middleware.transform(library)
    found = library.entries[0]
    raw = {f.key.lower(): str(f.value) for f in found.fields}
    authors = split_multiple_persons_names(raw.pop("author", ""))
    fields = {name: decode(value) for name, value in raw.items()}
    if authors:
        fields["author"] = " and ".join(_name(a) for a in authors if a.lower() != "others")
    if "others" in map(str.lower, authors):
        fields["and_others"] = "yes"
    return Entry(found.key.strip(), found.entry_type, chunk.line, fields)


def _closes_early(value: str) -> bool:
    """Tell whether a braced value goes on after its closing brace, other than by ``#``."""
    depth = 0
    for position, char in enumerate(value):
        depth += (char == "{") - (char == "}")
        if depth == 0:
            rest = value[position + 1 :].strip()
            return value.startswith("{") and bool(rest) and not rest.startswith("#")
    return False


def _name(raw: str) -> str:
    """Return one author as ``Family, Given``; a corporate name without its braces."""
    if raw.startswith("{") and raw.endswith("}") and "," not in raw:
        return decode(raw[1:-1])
    parts = parse_single_name_into_parts(raw, strict=False)
    family = " ".join(parts.von + parts.last + parts.jr)
    given = " ".join(parts.first)
    return decode(f"{family}, {given}" if given else family)


def _row(entry: Entry) -> dict[str, object]:
    """Return the columns of one record; fields without a column go to `extra`."""
    fields = dict(entry.fields)
    journal = next((fields.pop(name) for name in _JOURNAL if fields.get(name)), None)
    begins, ends = year_range(fields.get("year", ""))
    known = {name: fields.pop(name, "") or None for name in ENTRY_FIELDS if name != "journal"}
    extra = json.dumps(fields, ensure_ascii=False, sort_keys=True) if fields else None
    return {
        **known,
        "ENTRYTYPE": entry.kind,
        "journal": journal,
        "year_from": begins,
        "year_to": ends,
        "extra": extra,
        "line": entry.line,
    }


def _unused(wanted: str, used: Iterable[str]) -> str:
    """Return `wanted`, or with the first free suffix where the key is empty or taken."""
    stem = wanted if not wanted.endswith("/") else f"{wanted}entry"
    stem = re.sub(r"\s+", "_", stem)
    name, count = stem, 1
    while name in used:
        count += 1
        name = f"{stem}~{count}"
    return name
