"""Tables as CSV: read and written against their schemas, or a few columns of them as text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from slr.errors import Problem, SlrError, did_you_mean, refuse
from slr.io.files import read_text, write_parts, write_text

if TYPE_CHECKING:
    import pandas as pd

    from slr.schemas.columns import Table

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CONTROL_BYTES = bytes(code for code in range(32) if _CONTROL.match(chr(code)))

LONGEST = 1 << 24
"""Characters of a cell: an abstract or a reference list may pass the default of csv, 128 kB."""
_ROWS_AT_ONCE = 10_000

csv.field_size_limit(LONGEST)


def read_table(path: Path, schema: str | Table) -> pd.DataFrame:
    """Read a CSV file and check it against its schema.

    Empty cells become missing values. The result has the columns of the schema in its order; its
    index is the line on which each row begins.

    Raises
    ------
    SlrError
        With every fault of the file: file, line, column, what was found and what is allowed.
    """
    import pandas as pd

    from slr.schemas import tables

    header, rows, lines = read_rows(path)
    wanted = tables.columns(schema)
    check_header(path, header, wanted, wanted)
    refuse(_control_characters(path, rows, lines))
    frame = pd.DataFrame(rows, columns=header, dtype="str")
    frame = frame.mask(frame == "")
    checked = tables.check(frame, schema, path=path, lines=lines)
    return checked.set_axis(pd.Index(lines, name="line_number"), axis="index")


def read_made(path: Path, schema: str) -> pd.DataFrame:
    """Read a table that a stage wrote, as text: in a fifth of the time of `read_table`.

    Its cells were checked when they were written. Here its columns are, and that it holds no
    control characters; where anything is at fault, `read_table` finds it and tells it.
    """
    import pandas as pd

    from slr.schemas import tables

    text = read_text(path)
    try:
        frame = pd.read_csv(
            io.StringIO(text), dtype="str", keep_default_na=False, na_values=[""], index_col=False
        )
    except ValueError:  # the parser's own errors among them
        frame = pd.DataFrame()
    if list(frame.columns) != tables.columns(schema) or control_character(text):
        frame = read_table(path, schema).reset_index(drop=True).astype("str")
    return frame


def read_optional(path: Path, schema: str) -> pd.DataFrame:
    """Read a table as `read_table` does; a file that is not there is a table without rows."""
    import pandas as pd

    from slr.schemas import tables

    if path.exists():
        return read_table(path, schema)
    return pd.DataFrame(columns=tables.columns(schema), dtype="str")


def read_columns(path: Path, wanted: list[str], required: list[str]) -> pd.DataFrame:
    """Read some columns of a CSV file, plain or gzipped, from outside the review.

    Columns of `wanted` that the file lacks are left out, others of the file are ignored. A cell
    of `required` must hold a value.
    """
    import pandas as pd

    header, rows, lines = read_rows(path)
    check_header(path, [c for c in header if c in wanted], required, wanted)
    frame = pd.DataFrame(rows, columns=header, dtype="str")
    frame = frame.loc[:, [c for c in wanted if c in header]]
    frame = frame.mask(frame == "")
    refuse(
        Problem("is empty.", "It needs a value.", path, line, name)
        for name in required
        for line, empty in zip(lines, frame[name].isna(), strict=True)
        if empty
    )
    return frame


def read_cells(path: Path, wanted: list[str], required: list[str]) -> dict[str, list[str]]:
    """Read some columns of a CSV file as `read_columns` does, as lists of texts, row by row.

    For large tables: nothing but the wanted cells is held in memory, and pandas is not needed.
    """
    text = read_text(path)
    cells = _plain_cells(path, text, wanted, required)
    if cells is None:
        cells = _quoted_cells(path, text, wanted, required)
    return cells


def _plain_cells(
    path: Path, text: str, wanted: list[str], required: list[str]
) -> dict[str, list[str]] | None:
    """Split a table without quotes at its commas and line ends, a tenth of the work of csv.

    None where a line has more or fewer cells than the header, is empty, or lacks what it needs:
    then that is for csv to say.
    """
    import numpy as np

    header = text.partition("\n")[0].split(",")
    if '"' in text or "\0" in text:
        return None
    check_header(path, [c for c in header if c in wanted], required, wanted)
    text = text.removesuffix("\n")
    marks = np.frombuffer(text.encode(), np.uint8)
    marks = marks[(marks == ord(",")) | (marks == ord("\n"))]
    line = np.frombuffer(b"," * (len(header) - 1) + b"\n", np.uint8)
    if (len(marks) + 1) % len(line) or (marks != np.resize(line, len(marks))).any():
        return None
    flat = text.replace("\n", ",").split(",")
    found = {
        name: flat[len(header) + place :: len(header)]
        for place, name in enumerate(header)
        if name in wanted
    }
    whole = all("" not in found[name] for name in required) and (len(header) > 1 or "" not in flat)
    return found if whole else None


def _quoted_cells(
    path: Path, text: str, wanted: list[str], required: list[str]
) -> dict[str, list[str]]:
    header: list[str] = []
    cells: dict[str, list[str]] = {}
    for row, line in _rows_of(path, text):
        if not header:
            header = row
            check_header(path, [c for c in header if c in wanted], required, wanted)
            places = [(place, name) for place, name in enumerate(header) if name in wanted]
            cells = {name: [] for _, name in places}
            lines: list[int] = []
            continue
        for place, name in places:
            cells[name].append(row[place])
        lines.append(line)
    refuse(
        Problem("is empty.", "It needs a value.", path, line, name)
        for name in required
        for line, cell in zip(lines, cells[name], strict=True)
        if not cell
    )
    return cells


def read_rows(path: Path) -> tuple[list[str], list[list[str]], list[int]]:
    """Return the header of a CSV file, its rows, and the line on which each row begins."""
    numbered = list(_rows_of(path, read_text(path)))
    rows = [row for row, _ in numbered]
    return rows[0], rows[1:], [line for _, line in numbered[1:]]


def lines_of_rows(path: Path) -> list[int]:
    """Return the line on which each row of a CSV file begins, the header left out."""
    return [line for _, line in _rows_of(path, read_text(path))][1:]


def _rows_of(path: Path, text: str) -> Iterator[tuple[list[str], int]]:
    """Yield header and rows, each with the line on which it begins."""
    reader = csv.reader(_lines(text), strict=True)
    problems: list[Problem] = []
    start = 1
    try:
        header = next(reader, None)
        if header is None:
            raise SlrError(Problem("the file is empty.", "It needs at least a header.", path))
        _check_commas(path, header)
        yield header, 1
        start = reader.line_num + 1
        for row in reader:
            if row and len(row) != len(header):
                found = f"{len(row)} cells where the header has {len(header)}."
                problems.append(Problem(found, "Quote cells that hold a comma.", path, start))
            elif row:
                yield row, start
            start = reader.line_num + 1
    except csv.Error as error:
        fix = "Mend the quotes of the row that begins there."
        raise SlrError(Problem(f"not CSV: {error}.", fix, path, start)) from error
    refuse(problems)


def _check_commas(path: Path, header: list[str]) -> None:
    """Refuse a table whose cells something else sets apart, as Excel does in many countries."""
    signs = {";": "semicolons", "\t": "tabs"}
    for sign, name in signs.items() if len(header) == 1 else ():
        if sign in header[0]:
            fix = "Save it as CSV with commas (UTF-8)."
            raise SlrError(Problem(f"its cells are set apart by {name}.", fix, path, 1))


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a text, without a second copy of the whole."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin) + 1 or len(text)
        yield text[begin:end]
        begin = end


def check_header(path: Path, header: list[str], required: list[str], known: list[str]) -> None:
    """Refuse a header that lacks a column, has one that is not known, or one twice."""
    _check_commas(path, header)
    missing = [
        Problem(f"the column {name!r} is missing.", "Add it to the header.", path, 1)
        for name in required
        if name not in header
    ]
    unknown = [
        Problem(f"the column {name!r} is not known.", did_you_mean(name, known), path, 1)
        for name in header
        if name not in known
    ]
    twice = [
        Problem(f"the column {name!r} stands there twice.", "Keep one.", path, 1)
        for name in sorted({n for n in header if header.count(n) > 1})
    ]
    refuse(missing + unknown + twice)


def control_character(text: str) -> bool:
    """Tell whether a text holds a character that neither XML nor a terminal bears."""
    raw = text.encode("utf-8", "surrogatepass")  # where no other character has such a byte
    return len(raw.translate(None, _CONTROL_BYTES)) < len(raw)  # ten times as fast as a search


def _control_characters(
    path: Path, rows: Iterable[Iterable[str]], lines: Iterable[int]
) -> Iterator[Problem]:
    """Tell of characters that neither XML nor a terminal bears, such as NUL."""
    for row, line in zip(rows, lines, strict=True):
        found = _CONTROL.search("".join(row))
        if found:
            told = f"holds the control character U+{ord(found[0]):04X}."
            yield Problem(told, "Delete it.", path, line)


def write_table(path: Path, frame: pd.DataFrame, schema: str | Table) -> None:
    """Check a table against its schema and write it as CSV, whole or not at all."""
    from slr.schemas import tables

    checked = tables.check(frame, schema, path=path)
    parts = (
        checked.iloc[at : at + _ROWS_AT_ONCE]
        .to_csv(index=False, header=at == 0, lineterminator="\n")
        .encode()
        for at in range(0, max(len(checked), 1), _ROWS_AT_ONCE)
    )
    write_parts(path, parts)


def write_cells(path: Path, columns: dict[str, list[str]]) -> None:
    """Write columns of texts as CSV, whole or not at all; nothing is checked against a schema."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    write_text(path, text.getvalue())
