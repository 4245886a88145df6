"""Bring records in: every entry of every file becomes a record or a reject, none is lost."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pandas as pd
from bibtexparser import model, parse_string
from bibtexparser.middlewares.names import (
    parse_single_name_into_parts,
    split_multiple_persons_names,
)
from pylatexenc.latex2text import LatexNodes2Text

from slr import io
from slr.errors import ConfigError, Problem, SlrError
from slr.paths import PULLED, RECORDS
from slr.schemas.tables import ENTRY_FIELDS, columns
from slr.text import year_range

logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what it says is in rejects.csv

_ENTRY_START = re.compile(r"^[ \t]*@[ \t]*(\w+)\s*[{(]", re.MULTILINE)
_SAME_LINE = re.compile(r"[^%\n]*?(?=@[ \t]*\w+\s*[{(])")
_WITH_KEY = re.compile(r"@[ \t]*\w+\s*[{(]\s*[^\s,={}()]+\s*,")
_HEAD = re.compile(r"@[ \t]*(\w+)\s*(?=[{(])")
_KEY = re.compile(r"@\w+[{(]\s*([^\s,={}]*+)(?!\s*=)")
_STRING = re.compile(r"@\w+[{(]\s*([^\s=]+)\s*=")
_BARE_VALUE = re.compile(r'[^\s{}"#]+')
_GOES_ON = re.compile(r"\s*,\s*[\w-]+\s*=")
_BARE = re.compile(r"(?<!\\)([&%$#])")
_NO_ENTRIES = ("comment", "preamble", "string")
_JOURNAL = ("journal", "journaltitle", "booktitle", "howpublished")


@dataclass(frozen=True)
class Chunk:
    """The text of one entry, from its ``@`` to its end, and what stands before the next."""

    text: str
    rest: str
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
        chunks = list(split(content))
        if all(chunk.kind in _NO_ENTRIES for chunk in chunks):
            lines = (line.strip() for line in content.splitlines())
            if not chunks and any(line and not line.startswith("%") for line in lines):
                raise SlrError(Problem("holds text but no entry.", "Is it BibTeX?", path))
            told.append(f"{path} is empty or holds only comments")
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
    if not (root / RECORDS).is_dir():
        fix = "Go to the folder of the review."
        raise ConfigError(Problem("there is no such folder here.", fix, RECORDS))
    names = [path.name for path in files]
    for path in files:
        target = root / RECORDS / path.name
        if path.suffix.lower() != ".bib":
            problems.append(Problem("is no .bib file.", "Export as BibTeX.", path))
        elif names.count(path.name) > 1:
            problems.append(Problem("has the name of another.", "Give it another.", path))
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
    repeated = int(records["key"].astype("str").str.contains(r"~\d+$").sum())
    told += f"; {repeated} with a key that was taken, told apart by ~2" if repeated else ""
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

    The text is first cut where an entry begins, so that a brace missing in one entry never
    swallows the next. Each piece is then parsed alone. An abbreviation (``@string``) means what
    it last meant before the entry or, where it is defined only later, what it first means there.
    """
    chunks = list(split(text))
    strings: dict[str, str] = {}
    for name, value in _strings(chunks, {}):
        strings.setdefault(name, value)
    for chunk in chunks:
        if chunk.kind == "string":
            strings.update(_strings([chunk], strings))
        elif chunk.kind not in _NO_ENTRIES:
            yield _parse_one(chunk, strings)


def split(text: str) -> Iterator[Chunk]:
    """Cut a BibTeX text into the pieces that begin with an entry's ``@``.

    An entry begins at the start of a line, on the line on which another one ends or, where the
    other is not closed, wherever an ``@``, a kind and a key stand.
    """
    starts = [m.start() + m.group().index("@") for m in _ENTRY_START.finditer(text)]
    line, counted = 1, 0
    for start, end in pairwise([*starts, len(text)]):
        cuts = [start, *_further_starts(text, start, end), end]
        for at, until in pairwise(cuts):
            line += text.count("\n", counted, at)
            counted = at
            head = _HEAD.match(text, at, until)
            kind = head.group(1) if head else ""
            body = _HEAD.sub(r"@\1", text[at:until], count=1)
            closed = _closing(body, len(kind) + 1) or len(body)
            yield Chunk(body[:closed], body[closed:], line, kind.lower())


def _further_starts(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where more entries begin between one at the start of a line and the next such one."""
    while True:
        opening = _HEAD.match(text, start, end)
        closed = _closing(text, opening.end(), end) if opening else None
        if closed is None:
            found = _WITH_KEY.search(text, start + 1, end)
            start = found.start() if found else end
        else:
            same_line = _SAME_LINE.match(text, closed, end)
            start = same_line.end() if same_line else end
        if start == end:
            return
        yield start


def _closing(text: str, opening: int, end: int | None = None) -> int | None:
    """Return where what opens with a brace or quote is closed; None where it is not.

    A quote within braces, or after a backslash, closes nothing. Entries in round brackets are
    left to the parser.
    """
    closer = {"{": "}", '"': '"'}.get(text[opening : opening + 1])
    depth = 0
    for mark in re.compile(r'[{}"]').finditer(text, opening + 1, len(text) if end is None else end):
        char = mark.group()
        escaped = char == '"' and text[mark.start() - 1] == "\\"
        if depth == 0 and char == closer and not escaped:
            return mark.end()
        depth += (char == "{") - (char == "}")
    return None


def _strings(chunks: Iterable[Chunk], known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield name and value of every ``@string`` that can be read."""
    for chunk in chunks:
        named = _STRING.match(chunk.text) if chunk.kind == "string" else None
        parts = _parts(chunk.text[named.end() : -1]) if named else None
        if named and parts:
            yield named.group(1).lower(), _joined(parts, known)


def _parts(value: str) -> list[str] | None:
    """Return the parts of a value that ``#`` joins; None where they are not so joined."""
    parts, at = [], 0
    value = value.strip()
    while at < len(value):
        bare = _BARE_VALUE.match(value, at)
        end = bare.end() if bare else _closing(value, at)
        if end is None:
            return None
        parts.append(value[at:end])
        rest = value[end:].lstrip()
        if rest and not rest.startswith("#"):
            return None
        at = len(value) - len(rest[1:].lstrip()) if rest else len(value)
    return parts


def _joined(parts: Iterable[str], strings: Mapping[str, str]) -> str:
    """Return a value without its braces and quotes, abbreviations written out."""
    return "".join(
        part[1:-1] if part[0] in '{"' else strings.get(part.lower(), part) for part in parts
    )


def decode(value: str) -> str:
    r"""Turn LaTeX accents and macros into Unicode and drop the braces that only group.

    Marks that LaTeX would take for commands but exports leave bare (``&``, ``%``, ``$``) stay.

    >>> decode(r"Erd{\H o}s & {IT}: 50% in {\'E}vora")
    'Erdős & IT: 50% in Évora'
    """
    if "\\" in value:
        value = LatexNodes2Text(math_mode="verbatim").latex_to_text(_BARE.sub(r"\\\1", value))
    return " ".join(value.replace("{", "").replace("}", "").split())


def _parse_one(chunk: Chunk, strings: Mapping[str, str]) -> Entry | Reject:
    named = _KEY.match(chunk.text)
    key = named.group(1) if named else ""
    library = parse_string(chunk.text, parse_stack=[])
    duplicate = [b for b in library.failed_blocks if isinstance(b, model.DuplicateFieldKeyBlock)]
    names = [field.key.lower() for entry in library.entries for field in entry.fields]
    twice = sorted(
        {n for n in names if names.count(n) > 1}.union(*(b.duplicate_keys for b in duplicate))
    )
    if twice:
        told = ", ".join(twice)
        return Reject(chunk.line, key, f"the field {told} stands there twice; keep one")
    if len(library.entries) != 1 or library.failed_blocks:
        return Reject(
            chunk.line, key, "the entry is not closed: a brace, quote or comma is missing"
        )
    if _GOES_ON.match(chunk.rest):
        return Reject(chunk.line, key, "the entry is closed too early: there is a brace too many")
    found = library.entries[0]
    values = {f.key.lower(): _parts(str(f.value)) for f in found.fields}
    fused = [name for name, parts in values.items() if parts is None]
    if fused:
        told = f"the field {fused[0]} is not closed, or a comma is missing after it"
        return Reject(chunk.line, key, told)
    raw = {name: _joined(parts or [], strings) for name, parts in values.items()}
    authors = split_multiple_persons_names(raw.pop("author", ""))
    fields = {name: decode(value) for name, value in raw.items()}
    if authors:
        fields["author"] = " and ".join(_name(a) for a in authors if a.lower() != "others")
    if "others" in map(str.lower, authors):
        fields["and_others"] = "yes"
    return Entry(found.key.strip(), found.entry_type, chunk.line, fields)


def _name(raw: str) -> str:
    """Return one author as ``Family, Given``; a corporate name without its braces."""
    if raw.startswith("{") and _closing(raw, 0) == len(raw) and "," not in raw:
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
