"""Tables: CSV with any mark between its cells, TSV, and Web of Science's tab-delimited form."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from typing import NamedTuple

from slr import io  # noqa: F401 - it sets how long a cell may be
from slr.carried import FIELD, OF_THE_RUN, RECORD_ID, unguard, unpack, untagged
from slr.pull import columns, wos
from slr.pull.entries import Chunk, Entry, Reject, Source, Values, chosen, pages
from slr.pull.people import has_others, people

_MARKS = ("\t", ",", ";", "|")
_HEADER_WITHIN = 20
_LINES_OF_A_ROW = 2000
"""Most lines that one row may take; a quote left open ends there at the latest."""
_LINES_AT_LAST = 10
_SPARE = 1 << 20
"""Characters that may be read in vain, with four times the file, before rows may take fewer lines:
else every line of some files would be read two thousand times."""


@dataclass(frozen=True)
class Header:
    """The row with the names of the columns."""

    line: int
    end: int
    mark: str
    names: list[str]
    quoted: bool
    unnamed: int = 0


@dataclass(frozen=True)
class Row(Chunk):
    """A piece that is one row; `fault` says why it cannot be read."""

    cells: tuple[str, ...] = ()
    fault: str = ""
    mended: str = ""
    header: Header | None = None


class _Cells(NamedTuple):
    """What was read of a row: its cells, the place after it, its lines, and what was wrong."""

    cells: tuple[str, ...]
    end: int
    lines: int = 1
    fault: str = ""
    mended: str = ""


def header_of(text: str, least: int = 2) -> Header | None:
    """Return the first row that names the columns of a known export, None where there is none."""
    at = 0
    for line in range(1, _HEADER_WITHIN + 1):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        found = [_header(text[at : min(end, at + 100_000)], line, end, mark) for mark in _MARKS]
        best = max(found, key=_known)
        titles = line == 1 and [name.casefold() for name in best.names] == ["title"]
        if _known(best) >= least or titles:
            return best
        if end >= len(text):
            return None
        at = end + 1
    return None


def _known(header: Header) -> int:
    return len({columns.OF_COLUMN.get(columns.folded(name)) for name in header.names} - {None})


def _header(text: str, line: int, end: int, mark: str) -> Header:
    try:
        names = next(csv.reader([text], delimiter=mark), [])
    except csv.Error:
        names = []
    names = [name.strip("\ufeff ") for name in names]
    width = len(names)
    while names and not names[-1]:
        names.pop()
    quoted = mark != "\t" or "PT" not in names
    return Header(line, end, mark, names, quoted, width - len(names))


def split(source: Source) -> Iterator[Chunk]:
    """Cut a table into its rows.

    A row that has not as many cells as the header, or a fault in its quotes, is one piece; where
    it went on over several lines, rows are looked for again from its second line.
    """
    header = header_of(source.text) or header_of(source.text, least=1)
    if header is None:
        yield source.chunk(0, len(source.text), note="no line names columns that are known")
        return
    before = source.text[: header.end].rpartition("\n")[0]
    if before.strip() and not re.fullmatch(r"sep=.\s*", before):
        yield source.chunk(0, len(before), note=f"lines before the column names: {before[:60]!r}")
    yield from _rows(source, header)


def _rows(source: Source, header: Header) -> Iterator[Chunk]:
    text = source.text
    at = header.end + 1
    broken: tuple[int, str] | None = None  # offset and fault of a row not yet told
    affordable = _SPARE + 4 * len(text)
    while at < len(text):
        row = _row(text, at, header, _LINES_OF_A_ROW if affordable > 0 else _LINES_AT_LAST)
        if row.fault:
            affordable -= row.end - at
        if not row.fault and not any(row.cells):
            at = _line_end(text, at)
        elif row.fault and (row.lines > 1 or broken):
            broken = broken or (at, row.fault)
            at = _line_end(text, at)
        else:
            if broken:
                yield _made(source, broken[0], at, _Cells((), at, 1, broken[1]), header)
                broken = None
            if again := _header_again(row, header):
                yield source.chunk(at, row.end, note="the column names stand there again")
                header = again
            else:
                yield _made(source, at, row.end, row, header)
            at = row.end
    if broken:
        yield _made(source, broken[0], len(text), _Cells((), at, 1, broken[1]), header)


def _header_again(row: _Cells, header: Header) -> Header | None:
    """Return the column names of a table put after another; None where a row is no such thing."""
    cells = [cell.strip("\ufeff ") for cell in row.cells]
    if not cells or len(cells[0]) > 40:
        return None
    if cells[0] != header.names[0] and columns.folded(cells[0]) not in columns.OF_COLUMN:
        return None
    while cells and not cells[-1]:
        cells.pop()
    known = sum(columns.folded(cell) in columns.OF_COLUMN for cell in cells)
    if cells == header.names or (known > 2 and known * 2 > len(cells)):
        return replace(header, names=cells, unnamed=len(row.cells) - len(cells))
    return None


def _made(source: Source, start: int, end: int, row: _Cells, header: Header) -> Row:
    line, first_byte = source.place(start)
    _, end_byte = source.place(end)
    return Row(
        "", line, first_byte, end_byte, cells=row.cells, fault=row.fault, mended=row.mended,
        header=header,
    )  # fmt: skip


def _row(text: str, at: int, header: Header, most: int) -> _Cells:
    """Return the cells of the row that begins at a place, and how far it goes."""
    end = _line_end(text, at)
    line = text[at:end].removesuffix("\n")
    width = len(header.names)
    taken, fault = 1, ""
    if header.quoted and '"' in line:
        cells, taken, fault = _quoted(text, at, header.mark, most)
        for _ in range(taken - 1):
            end = _line_end(text, end)
    else:
        cells = line.split(header.mark)
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if not fault and not any(cell.strip() for cell in cells):
        return _Cells((), end, taken)
    if not fault and width < len(cells) <= width + header.unnamed:
        return _Cells(tuple(cells), end, taken)
    if not fault and len(cells) != width:
        fault = f"{len(cells)} cells where the header has {width}"
    if fault and header.mark == "\t" and line.count("\t") == width - 1:
        told = "quotes that open or close no cell are kept as they stand: mended"
        return _Cells(tuple(line.split("\t")), _line_end(text, at), mended=told)
    return _Cells(tuple(cells), end, taken, fault)


def _quoted(text: str, at: int, mark: str, most: int) -> tuple[list[str], int, str]:
    """Return the cells of a row with quotes, how many lines it takes, and its fault."""
    reader = csv.reader(islice(_lines(text, at), most), delimiter=mark, strict=True)
    try:
        return next(reader), reader.line_num, ""
    except csv.Error as error:
        told = str(error)
        told = "a quote is not closed" if "unexpected end" in told else f"its quotes: {told}"
        return [], max(reader.line_num, 1), told


def _lines(text: str, at: int) -> Iterator[str]:
    while at < len(text):
        end = _line_end(text, at)
        yield text[at:end]
        at = end


def _line_end(text: str, at: int) -> int:
    """Return the place after the end of the line."""
    return text.find("\n", at) + 1 or len(text)


def parse(chunks: Iterable[Chunk]) -> Iterator[Entry | Reject]:
    """Yield every row of the pieces, in order, read or rejected."""
    names: list[str] = []
    folded: list[str] = []
    platform = ""
    for chunk in chunks:
        if not isinstance(chunk, Row) or chunk.header is None:
            continue
        if names is not chunk.header.names:
            names = chunk.header.names
            folded = [columns.folded(name) for name in names]
            platform = columns.platform(folded)
        if chunk.fault:
            yield Reject(chunk.line, _key_of(chunk.cells, folded), chunk.fault)
        elif FIELD in names:
            yield _own(chunk, names)
        elif not chunk.header.quoted:
            cells = zip_longest(names, chunk.cells, fillvalue="")
            values = {name or "(no name)": _listed(name, cell) for name, cell in cells}
            yield wos.entry(values, "".join(values.get("UT", [])), chunk.line)
        else:
            yield _entry(chunk, names, folded, platform)


def _listed(tag: str, cell: str) -> list[str]:
    several = tag in ("AU", "AF", "BA", "BF", "ED", "BE", "CR", "C1")
    return [part.strip() for part in cell.split("; ")] if several else [cell.strip()]


def _key_of(cells: tuple[str, ...], folded: list[str]) -> str:
    """Return the key of a row with too few or many cells, where it surely is one: the first."""
    return cells[0].strip()[:80] if cells and columns.OF_COLUMN.get(folded[0]) == "key" else ""


_OUR_NOTE = re.compile(rf"(?:^| \| ){RECORD_ID}: (\S+)(?: \| |$)")
"""What our export writes into the notes of Rayyan, which gives keys of its own."""
_OF_ASREVIEW = ("authors", "keywords", "year", "doi", "url", "included", "record_id")
"""Columns for ASReview alone; the record's own values are in those that are carried."""


def _own(row: Row, names: list[str]) -> Entry:
    """Return the entry of a row that our own export wrote, as it was; nothing is guessed."""
    named = zip_longest(names, row.cells, fillvalue="")
    cells = {n or "(no name)": unguard(c.strip()) for n, c in named if c.strip()}
    carried = unpack(cells.get(FIELD, "{}"))
    if carried is not None:
        cells.pop(FIELD, None)
    if RECORD_ID in names:
        key = cells.pop(RECORD_ID, "")
        cells = {n: c for n, c in cells.items() if n not in _OF_ASREVIEW}
        cells["title"] = untagged(cells.get("title", ""), key)
    else:
        key = cells.pop("record_id", "")
    kind = cells.pop("ENTRYTYPE", "")
    fields = {n: c for n, c in cells.items() if c and n not in OF_THE_RUN}
    return Entry(key, kind, row.line, fields).with_carried(carried or {})


def _entry(row: Row, names: list[str], folded: list[str], platform: str) -> Entry | Reject:
    values: Values = {}
    printed: dict[str, str] = {}
    ours = next((found for cell in row.cells if (found := _OUR_NOTE.search(cell))), None)
    cells = tuple(map(unguard, row.cells)) if ours else row.cells
    for name, plain, cell in zip_longest(names, folded, cells, fillvalue=""):
        if cell and not cell.isspace():
            tag = plain if plain in columns.OF_COLUMN else name or "(no name)"
            values.setdefault(tag, []).append(cell.strip())
            printed[tag] = name or tag
    if "source" in values and any(n in folded for n in columns.FIELDS["journal"][:10]):
        values["database"] = values.pop("source")
    references = next((values.pop(n) for n in columns.FIELDS["references"] if n in values), [])
    given_first = bool(columns.GIVEN_FIRST & values.keys()) or platform == "IEEE Xplore"
    authors = next((n for n in columns.FIELDS["author"] if n in values), None)
    others = authors is not None and has_others(values[authors][0])
    if authors:
        one = platform in columns.BY_SEMICOLON or bool(columns.OF_LISTS & values.keys())
        values[authors] = [
            name
            for said in values[authors]
            for name in people(said, given_first=given_first, one=one)
        ]
    fields = chosen(values, columns.FIELDS)
    fields = {n if n in columns.FIELDS else printed.get(n, n): v for n, v in fields.items()}
    key = fields.pop("key", "")
    if ours:
        key, fields["note"] = ours.group(1), _OUR_NOTE.sub("", fields["note"])
    kind = fields.pop("kind", "")
    ends = [fields.pop(n, "") for n in ("first_page", "last_page", "article_number")]
    if not fields.get("pages"):
        fields["pages"] = pages(*ends)
    elif ends[2]:
        fields["article_number"] = ends[2]
    if platform == "Google Scholar":  # Publish or Perish writes 0 for what it does not know
        fields = {n: v for n, v in fields.items() if v != "0" or n == "cited_by"}
    if platform:
        fields.setdefault("database", platform)
        if fields.get("cited_by"):
            fields["cited_by_index"] = platform
    if others:
        fields["and_others"] = "yes"
    cited = tuple(
        r for listed in references for r in re.split(r"\s*(?:;\s+|;$|\|)\s*", listed) if r
    )
    warnings = (row.mended,) if row.mended else ()
    return Entry(key, kind, row.line, fields, warnings, cited)
