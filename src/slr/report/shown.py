"""Tables that a review declares: rows, columns, values, counts, totals and notes, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from slr.code.codebook import labelled
from slr.code.maps import Lack, Value, joined
from slr.report import LANGS, words
from slr.report.grid import Both, Column, Table
from slr.report.rows import records

if TYPE_CHECKING:
    from slr.report.tables import Builder

Row = Mapping[str, Any]


def table(build: Builder, name: str, declared: Mapping[str, Any]) -> Table:
    """Return a declared table; `kind` is ``rows`` (unless told), ``cross`` or ``marks``."""
    made = {"rows": _rows, "cross": _cross, "marks": _marks}[declared.get("kind", "rows")]
    return made(build, name, declared)


def _made(build: Builder, name: str, declared: Mapping[str, Any], *args: Any, **more: Any) -> Table:
    """Return the table with the title and notes that are declared."""
    notes = [build.source.told(note) for note in declared.get("notes", [])]
    title = build.source.told(declared["title"])
    return build.table(name, *args, note=notes, title=title, **more)


# ---- a row for each row of a table


def _rows(build: Builder, name: str, declared: Mapping[str, Any]) -> Table:
    source = declared["from"]
    shown = declared["columns"]
    columns = [_column(at, one) for at, one in enumerate(shown)]
    heads = {c.key: build.source.told(one["head"]) for c, one in zip(columns, shown, strict=True)}
    found = _sorted(records(build.source.frame(source)), declared.get("sort", []))
    rows = [[_cell(build, source, one["cell"], row, found) for one in shown] for row in found]
    works = [_work(build, row) for row in found]
    for cells in declared.get("totals", []):
        rows.append([_total(build, cell) for cell in cells])
        works.append("")
    return _made(
        build, name, declared, columns, rows,
        works=works, merged=declared.get("merged", 0),
        totals=len(declared.get("totals", [])), more_heads=heads,
    )  # fmt: skip


def _column(at: int, one: Mapping[str, Any]) -> Column:
    cell = one["cell"]
    links = isinstance(cell, Mapping) and ("label" in cell or cell.get("links", False))
    return Column(f"{'study' if links else 'column'} {at}", one.get("kind", "text"), one["share"])


def _sorted(rows: list[Any], by: Sequence[str]) -> list[Any]:
    """Return rows sorted by columns, numbers as numbers, what is missing last."""

    def key(row: Row) -> list[tuple[bool, int, str]]:
        return [(row[c] is None, *_order(row[c])) for c in by]

    return sorted(rows, key=key) if by else rows


def _order(value: Any) -> tuple[int, str]:
    text = str(value)
    return (int(text), "") if text.isdecimal() else (0, text)


def _work(build: Builder, row: Row) -> str:
    """Return the work that a row is about; a named source is none."""
    work = row.get("work_id")
    return str(work) if work in build.bases else ""


def _total(build: Builder, cell: Any) -> Any:
    if isinstance(cell, Mapping) and "en" not in cell:
        counted = build.source.numbers(cell)
        return counted[0] if counted else ""
    return cell


def _cell(build: Builder, source: str, cell: Any, row: Row, rows: Sequence[Row]) -> Any:
    """Return one cell: a column by its name, or what a form of `cell` makes of the row."""
    if isinstance(cell, str):
        return _value(build, source, cell, row)
    for form, make in _CELLS.items():
        if form in cell:
            return make(build, source, cell, row)
    if "count" in cell:
        group, where = cell["count"], cell.get("where", {})
        return sum(
            one[group] == row[group] and all(one[k] == v for k, v in where.items()) for one in rows
        )
    return {lang: row[cell[lang]] or row[cell["en"]] or "" for lang in LANGS}


def _label(build: Builder, _source: str, cell: Row, row: Row) -> Both:
    return build.labels[row[cell["label"]]]


def _inside(build: Builder, _source: str, cell: Row, row: Row) -> Both:
    return build.inside(row[cell["inside"]])


def _surety(build: Builder, _source: str, _cell: Row, row: Row) -> Both:
    return build.surety(row)


def _joined(build: Builder, source: str, cell: Row, row: Row) -> Both:
    parts = [_value(build, source, one, row) for one in cell["join"]]
    return build.joined([part for part in parts if any(part.values())])


def _or_else(build: Builder, source: str, cell: Row, row: Row) -> Any:
    value = _value(build, source, cell["column"], row)
    told = any(value.values()) if isinstance(value, Mapping) else value not in (None, "")
    return value if told else cell.get("else", "")


_CELLS: Mapping[str, Callable[[Builder, str, Row, Row], Any]] = {
    "label": _label,
    "inside": _inside,
    "surety": _surety,
    "join": _joined,
    "column": _or_else,
}
"""What a cell may be besides a column as it is, by the word that asks for it."""


def _value(build: Builder, source: str, name: str, row: Row) -> Any:
    """Return a column in words: a pair of languages, a label of a vocabulary, or as it is."""
    if f"{name}_en" in row:
        return {lang: row[f"{name}_{lang}"] or "" for lang in LANGS}
    if source == "studies" and name in build.source.book.variables:
        return build.coded(name, row[name])
    declared = build.settings["code"].get("tables", {}).get(source, {}).get("columns", {})
    known = declared.get(name, {}).get("values", {})
    value = row[name]
    if value is None:
        return ""
    return labelled(known, value) if value in known else _bare(build, value)


def _bare(build: Builder, value: Any) -> Any:
    return build.word(value) if isinstance(value, str) else value


# ---- counts of one variable against another


def _cross(build: Builder, name: str, declared: Mapping[str, Any]) -> Table:
    """Return the studies by two variables, with sums; those without a value come first."""
    down, across = declared["rows"], declared["columns"]
    frame = records(build.source.studies)
    variables = build.source.book.variables
    values = list(variables[across["variable"]].labels)
    columns = [Column("head", "head", 0.2), Column("none", "number", 0.1)]
    columns += [Column(f"value {v}", "number", 0.09) for v in values]
    columns.append(Column("all", "number", 0.09))
    heads = {"head": declared["heads"]["rows"]}
    heads |= {key: declared["heads"][key] for key in ("none", "all")}
    heads |= {
        f"value {v}": {lang: words.fill(across["head"][lang], lang, value=v) for lang in LANGS}
        for v in values
    }
    labels = dict(build.source.labels(down["variable"]))
    rows: list[list[Any]] = []
    for value in [*labels, None]:
        here = [study for study in frame if study[down["variable"]] == value]
        if value is None and not here:
            continue
        of = [study[across["variable"]] for study in here]
        counts = [of.count(None), *(of.count(v) for v in values)]
        label = build.say.both(f"lacks {Lack.NOT_CODED.value}") if value is None else labels[value]
        rows.append([label, *counts, sum(counts)])
    sums = [sum(row[at] for row in rows) for at in range(1, len(columns))]
    rows.append([declared["heads"]["sums"], *sums])
    return _made(build, name, declared, columns, rows, totals=1, more_heads=heads)


# ---- which of some things has which of others


def _marks(build: Builder, name: str, declared: Mapping[str, Any]) -> Table:
    """Return which of the things in rows has which word of a vocabulary, with sums."""
    grid = tally(build, declared)
    heads = {f"value {value}": label for value, label in grid.labels.items()}
    heads |= {"no": declared["heads"]["number"], "head": declared["heads"]["rows"],
              "lacks": declared["heads"]["lacking"]}  # fmt: skip
    columns = [Column("no", "number", 0.04), Column("head", "head", 0.25)]
    columns += [Column(f"value {v}", share=0.12) for v in grid.labels]
    columns.append(Column("lacks", "number", 0.08))
    rows: list[list[Any]] = []
    for number, label, counts in grid.rows:
        marks = [declared["marks"]["has" if count else "lacks"] for count in counts]
        rows.append([number, label, *marks, counts.count(0)])
    totals = [
        build.say.both("of_models", count=having, all=len(grid.rows)) for having in grid.having
    ]
    rows.append(["", declared["heads"]["having"], *totals, ""])
    return _made(build, name, declared, columns, rows, totals=1, more_heads=heads)


class Grid:
    """How many rows of a declared table each thing has of each word of a vocabulary."""

    def __init__(
        self,
        frame: Sequence[Row],
        labels: Mapping[str, Both],
        *,
        number: str,
        name: str,
        word: str,
    ) -> None:
        self.labels = labels
        counts: dict[Any, tuple[Both, dict[str, int]]] = {}
        for row in frame:
            label = {lang: row[f"{name}_{lang}"] for lang in LANGS}
            _, of = counts.setdefault(row[number], (label, dict.fromkeys(labels, 0)))
            if row[word] in of:
                of[row[word]] += 1
        self.rows = [
            (int(n), label, [of[v] for v in labels]) for n, (label, of) in sorted(counts.items())
        ]

    @property
    def having(self) -> list[int]:
        """How many things have each word."""
        return [sum(row[2][at] > 0 for row in self.rows) for at in range(len(self.labels))]


def tally(build: Builder, declared: Mapping[str, Any]) -> Grid:
    """Count a declared table as `kind: marks` and figures of `kind: heat` say."""
    table, column = declared["from"], declared["columns"]
    known = build.settings["code"]["tables"][table]["columns"][column]["values"]
    labels = {value: label for value, label in known.items() if value != "none"}
    return Grid(
        records(build.source.frame(table)), labels,
        number=declared["rows"]["number"], name=declared["rows"]["name"], word=column,
    )  # fmt: skip


# ---- the cells of an evidence map


def map_table(build: Builder, name: str, declared: Mapping[str, Any]) -> Table:
    """Return the cells of a map that have studies, with these studies."""
    found = build.data["code/maps"]
    cells = records(found[(found["map"] == name) & (found["studies"] > 0)])
    columns = [
        Column("map_row", "head", 0.25), Column("map_column", share=0.25),
        Column("studies_here", "number", 0.1), Column("which", share=0.4),
    ]  # fmt: skip
    axes = [axis_words(build, declared, axis) for axis in ("rows", "columns")]
    rows = [
        [
            axes[0](joined(cell["row"], cell["row_lacks"])),
            axes[1](joined(cell["column"], cell["column_lacks"])),
            cell["studies"],
            build.named((cell["work_ids"] or "").split()),
        ]
        for cell in cells
    ]  # fmt: skip
    heads = {f"map_{axis}": axis_title(build, declared, f"{axis}s") for axis in ("row", "column")}
    note = ["note_map" if rows else "none_map"]
    title = declared.get("title") or map_title(build, declared)
    return build.table(name, columns, rows, merged=1, note=note, title=title, more_heads=heads)


def map_title(build: Builder, declared: Mapping[str, Any]) -> Both:
    """Say what a map sets against what."""
    names = {axis: axis_title(build, declared, axis) for axis in ("rows", "columns")}
    return {
        lang: build.say.say("title_map", lang, **{axis: names[axis][lang] for axis in names})
        for lang in LANGS
    }


def axis_title(build: Builder, declared: Mapping[str, Any], axis: str) -> Both:
    """Return what an axis of a map is called: as declared, or as its variable or field is."""
    if told := declared.get(f"{axis}_head"):
        return cast("Both", told)
    name = declared[axis]
    if name in build.source.book.variables:
        return build.source.book.variables[name].title
    return build.say.both(f"head_{name}")


def axis_words(build: Builder, declared: Mapping[str, Any], axis: str) -> Callable[[Value], Both]:
    """Return what gives the words of a value on an axis of a map, or of why there is none."""
    name = declared[axis]
    labels = dict(build.source.labels(name)) if name in build.source.book.variables else {}
    labels |= declared.get("words", {}).get(axis, {})
    none = declared.get("none", {}).get(axis)

    def told(value: Value) -> Both:
        if not isinstance(value, Lack):
            return labels.get(value) or build.word(value)
        own = value in (Lack.NOT_STATED, Lack.NOT_ASKED) and none
        return own or build.say.both(f"lacks {value.value}")

    return told
