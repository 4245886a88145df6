"""A table of the report, and how it is written: CSV, Markdown, LaTeX, HTML; and Word, apart."""

from __future__ import annotations

import csv
import io as text_io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from slr.report import markup, words

_TEX_NEEDS = {
    "en": r"""Needs \usepackage{booktabs,longtable} and, for Persian names, xelatex or lualatex with
\usepackage{polyglossia}\setmainlanguage{english}\setotherlanguage{persian}
\newfontfamily\persianfont[Script=Arabic]{Vazirmatn}""",
    "fa": r"""Compile with xelatex or lualatex: \usepackage{booktabs,longtable,polyglossia}
\setmainlanguage{persian}\setotherlanguage{english}
\newfontfamily\persianfont[Script=Arabic]{Vazirmatn}""",
}

ROWS_MAX = 2_000
"""Rows that a person is given to read in one place; of a longer table the CSV alone has all."""

Both = Mapping[str, str]
"""A text in each language."""


@dataclass(frozen=True)
class Column:
    """A column: key of its heading in words/tables.yaml, what its cells are, how wide it is.

    `kind` is ``head`` (names the row), ``text``, ``number`` or ``code`` (an id); `share` is its
    part of a page's width in LaTeX.
    """

    key: str
    kind: str = "text"
    share: float = 0.1


@dataclass(frozen=True)
class Table:
    """A table ready to be written: words and cells in both languages.

    The first `merged` columns are shown once for rows that follow each other and agree in them.
    `works` holds, for each row, the work that it is about, or nothing.
    """

    name: str
    title: Both
    notes: Mapping[str, Sequence[str]]
    columns: Sequence[Column]
    heads: Mapping[str, Sequence[str]]
    rows: Mapping[str, Sequence[Sequence[str]]]
    works: Sequence[str]
    merged: int = 0
    totals: int = 0


def write(table: Table, lang: str, kind: str) -> bytes:
    """Return a table as the content of a file; `kind` is one of `TABLE_KINDS`."""
    if kind == "csv":
        return as_csv(table, lang).encode()
    table = readable(table)
    if kind == "docx":
        from slr.report.docx import as_docx

        return as_docx(table, lang)
    texts = {"md": as_markdown, "tex": as_tex, "html": as_document}
    return texts[kind](table, lang).encode()


def readable(table: Table) -> Table:
    """Return a table as people read it: of a long one the first rows, and a note that says so."""
    count = len(table.works)
    if count <= ROWS_MAX:
        return table

    def cut(rows: Sequence[Any]) -> list[Any]:
        return [*rows[:ROWS_MAX], *rows[count - table.totals :]]

    say = words.load("tables")
    fields: dict[str, str | int] = {
        "shown": ROWS_MAX,
        "count": count - table.totals,
        "name": table.name,
    }
    return replace(
        table,
        rows={lang: cut(rows) for lang, rows in table.rows.items()},
        works=cut(table.works),
        notes={
            lang: [say.say("note_cut", lang, **fields), *notes]
            for lang, notes in table.notes.items()
        },
    )


def as_csv(table: Table, lang: str) -> str:
    """Return a table as CSV: heads and cells, digits as in all languages' spreadsheets."""
    buffer = text_io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in [table.heads[lang], *table.rows[lang]]:
        writer.writerow([markup.csv(cell) for cell in row])
    return buffer.getvalue()


def as_markdown(table: Table, lang: str) -> str:
    """Return a table as Markdown with its title and notes."""

    def line(cells: Iterable[str]) -> str:
        return f"| {' | '.join(cells)} |"

    def told(text: str) -> str:
        return markup.markdown(text, lang)

    rules = ["---:" if c.kind == "number" else "---" for c in table.columns]
    lines = [f"**{told(table.title[lang])}**", "", line(map(told, table.heads[lang])), line(rules)]
    lines += [line(told(cell) for cell in row) for row, _ in shown(table, lang)]
    lines += ["", *(f"{told(note)}  " for note in table.notes[lang])]
    if lang == "fa":
        lines = ['<div dir="rtl" lang="fa">', "", *lines, "", "</div>"]
    return "\n".join(lines) + "\n"


def as_tex(table: Table, lang: str) -> str:
    """Return a table as a LaTeX longtable with booktabs rules, title and notes."""

    def told(text: str) -> str:
        return markup.tex(text, lang)

    widths = "".join(
        rf"p{{{c.share:g}\linewidth}}" if c.kind != "number" else "r" for c in table.columns
    )
    head = " & ".join(map(told, table.heads[lang])) + r" \\"
    lines = [f"% {line}" for line in _TEX_NEEDS[lang].splitlines()]
    lines += [r"\begingroup\footnotesize", rf"\begin{{longtable}}{{@{{}}{widths}@{{}}}}"]
    lines += [rf"\caption{{{told(table.title[lang])}}}\label{{tab:{table.name}-{lang}}}\\"]
    lines += [r"\toprule", head, r"\midrule", r"\endfirsthead"]
    lines += [r"\toprule", head, r"\midrule", r"\endhead", r"\bottomrule", r"\endfoot"]
    body = [" & ".join(map(told, row)) + r" \\" for row, _ in shown(table, lang)]
    if table.totals:
        body.insert(len(body) - table.totals, r"\midrule")
    lines += [*body, r"\end{longtable}"]
    lines += [rf"\noindent {told(note)}\par" for note in table.notes[lang]]
    return "\n".join([*lines, r"\endgroup"]) + "\n"


def as_document(table: Table, lang: str) -> str:
    """Return a table as an HTML document of its own."""
    direction = "rtl" if lang == "fa" else "ltr"
    style = (
        "body{font:16px/1.6 Vazirmatn,system-ui,sans-serif;margin:1rem;color:#1f2933}"
        "table{border-collapse:collapse}caption{text-align:start;font-weight:bold}"
        "th,td{border-bottom:1px solid #cbd2d9;padding:.3rem .6rem;text-align:start;"
        "vertical-align:top}.n{text-align:end}.box{overflow-x:auto}"
    )
    return (
        f'<!doctype html>\n<html lang="{lang}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(markup.bare(table.title[lang]))}</title>\n<style>{style}</style>\n"
        f"</head>\n<body>\n{as_html(table, lang)}</body>\n</html>\n"
    )


def as_html(table: Table, lang: str, link: Callable[[str], str] | None = None) -> str:
    """Return a table as a piece of HTML with caption and notes.

    Parameters
    ----------
    link
        Gives the address to which the name of a row about a work leads, or nothing.
    """

    def told(text: str) -> str:
        return markup.html(text, lang)

    heads = "".join(
        f'<th scope="col"{_class(c)}>{told(h)}</th>'
        for c, h in zip(table.columns, table.heads[lang], strict=True)
    )
    widths = "".join(
        "<col>" if c.kind == "number" else f'<col style="width:{c.share:.0%}">'
        for c in table.columns
    )
    rows = list(shown(table, lang))
    lines = []
    for at, (row, spans) in enumerate(rows):
        cells = []
        for column, cell, span in zip(table.columns, row, spans, strict=True):
            if not span:
                continue
            text = breakable(cell) if column.kind == "code" else told(cell)
            work = table.works[at]
            named = work and cell and column.key.partition(" ")[0] == "study"
            if link and named and (place := link(work)):
                text = f'<a href="{place}">{text}</a>'
            cells.append(_html_cell(column, text, span))
        lines.append(f"<tr>{''.join(cells)}</tr>")
    cut = len(lines) - table.totals
    foot = f"<tfoot>\n{chr(10).join(lines[cut:])}\n</tfoot>\n" if table.totals else ""
    body = f"<tbody>\n{chr(10).join(lines[:cut])}\n</tbody>\n" if lines else ""
    name = f"{lang}-table-{table.name}"
    notes = " ".join(told(note) for note in table.notes[lang])
    grid = (
        f'<div class="box" role="region" tabindex="0" aria-labelledby="{name}-title">\n'
        f'<table>\n<caption id="{name}-title">{told(table.title[lang])}</caption>\n'
        f"<colgroup>{widths}</colgroup>\n<thead>\n<tr>{heads}</tr>\n</thead>\n{body}{foot}</table>\n</div>\n"
    )
    if not lines:
        grid = f'<p class="title">{told(table.title[lang])}</p>\n'
    return f'<div class="table" id="{name}">\n{grid}<p class="note">{notes}</p>\n</div>\n'


def _html_cell(column: Column, text: str, span: int) -> str:
    rows = f' rowspan="{span}"' if span > 1 else ""
    if column.kind == "head":
        return f'<th scope="{"rowgroup" if span > 1 else "row"}"{rows}>{text}</th>'
    if column.kind == "code" and text:
        text = f"<code>{text}</code>"
    return f"<td{rows}{_class(column)}>{text}</td>"


def breakable(name: str) -> str:
    """Return an id as HTML that may break after a slash."""
    return "/<wbr>".join(escape(part) for part in markup.bare(name).split("/"))


def _class(column: Column) -> str:
    return ' class="n"' if column.kind == "number" else ""


def shown(table: Table, lang: str) -> Iterable[tuple[list[str], list[int]]]:
    """Yield each row as shown, and over how many rows each cell stands; 0 where it is hidden.

    A merged cell that repeats the one above it is empty.
    """
    rows = table.rows[lang]
    for at, row in enumerate(rows):
        cells, spans = [], []
        for place, cell in enumerate(row):
            key = row[: place + 1] if place < table.merged else None
            if key and at and rows[at - 1][: place + 1] == key:
                cells.append("")
                spans.append(0)
                continue
            span = 1
            while key and at + span < len(rows) and rows[at + span][: place + 1] == key:
                span += 1
            cells.append(cell)
            spans.append(span)
        yield cells, spans
