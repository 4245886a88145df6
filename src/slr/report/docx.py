"""A table of the report as a Word document, in the direction of its language.

The table is put together as XML: python-docx looks at all cells for each one that it is asked
for, which takes minutes for a table of a thousand rows.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm

from slr.bidi import LRI, PDI, RLI
from slr.report import markup
from slr.report.grid import Column, Table, shown

_NO_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest that a ZIP can say: the same table is the same bytes on any day."""
_SIZE = 17  # half points
_PAGE = Mm(210), Mm(297)
_MARGIN = Mm(15)
_TWIP = 635
"""Word's units of a picture in one of its units of a table."""
_WIDE = 7
"""Columns from which a table lies on its side."""
_ISOLATES = re.compile(f"([{LRI}{RLI}{PDI}])")
LRM, RLM = "\u200e", "\u200f"
"""Marks of the directions that text takes on, from left and from right."""


def as_docx(table: Table, lang: str) -> bytes:
    """Return a document with the title, the table and its notes."""
    document = docx.Document()
    section = document.sections[0]
    short, long = _PAGE
    on_its_side = len(table.columns) >= _WIDE
    wide, tall = (long, short) if on_its_side else (short, long)
    section.orientation = WD_ORIENT.LANDSCAPE if on_its_side else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = wide, tall
    section.left_margin = section.right_margin = _MARGIN
    room = (wide - 2 * _MARGIN) // _TWIP
    body = document.element.body
    parts = [_paragraph(table.title[lang], lang, bold=True, style="Caption")]
    if table.rows[lang]:
        parts.append(_table(table, lang, room))
    parts += [_paragraph(note, lang) for note in table.notes[lang]]
    for part in parts:
        body.insert(len(body) - 1, parse_xml(part))  # the last element is the section's
    return _steady(document)


def _table(table: Table, lang: str, room: int) -> str:
    whole = sum(column.share for column in table.columns)
    widths = [int(room * column.share / whole) for column in table.columns]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = _row(
        [_cell(_run(text, lang, bold=True), c, lang)
         for text, c in zip(table.heads[lang], table.columns, strict=True)],
        head=True,
    )  # fmt: skip
    rows = []
    for cells, spans in shown(table, lang):
        row = [
            _cell(_run(cell, lang, bold=column.kind == "head"), column, lang, span=span)
            for cell, column, span in zip(cells, table.columns, spans, strict=True)
        ]
        rows.append(_row(row))
    turned = "<w:bidiVisual/>" if lang == "fa" else ""
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="TableGrid"/>{turned}'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{head}{''.join(rows)}</w:tbl>"
    )


def _row(cells: list[str], *, head: bool = False) -> str:
    repeated = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(run: str, column: Column, lang: str, *, span: int = 1) -> str:
    """Return a cell; one that goes on over rows begins where `span` is more than one."""
    merged = '<w:vMerge w:val="restart"/>' if span > 1 else "<w:vMerge/>" if not span else ""
    side = '<w:jc w:val="end"/>' if column.kind == "number" else ""
    return (
        f"<w:tc><w:tcPr>{merged}</w:tcPr><w:p><w:pPr>{_direction(lang)}"
        f'<w:spacing w:before="20" w:after="20"/>{side}</w:pPr>{run}</w:p></w:tc>'
    )


def _paragraph(text: str, lang: str, *, bold: bool = False, style: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return (
        f"<w:p {nsdecls('w')}><w:pPr>{named}{_direction(lang)}</w:pPr>"
        f"{_run(text, lang, bold=bold)}</w:p>"
    )


def _direction(lang: str) -> str:
    return "<w:bidi/>" if lang == "fa" else ""


def _run(text: str, lang: str, *, bold: bool = False) -> str:
    """Return runs of text, each in its own direction.

    Word heeds the direction of a run, other programs that of its marks: both are there.
    """
    turned = lang == "fa"
    parts = _ISOLATES.split(markup.ordered(text, lang))
    runs = []
    for at, part in enumerate(parts):
        if at % 2:
            turned = part == RLI if part != PDI else lang == "fa"
        elif part:
            own = turned != (lang == "fa")
            mark = (RLM if turned else LRM) * own
            runs.append(_one(f"{mark}{part}{mark}", bold=bold, turned=turned))
    return "".join(runs)


def _one(text: str, *, bold: bool, turned: bool) -> str:
    heavy = "<w:b/><w:bCs/>" if bold else ""
    rtl = "<w:rtl/>" if turned else ""
    return (
        f'<w:r><w:rPr>{heavy}<w:sz w:val="{_SIZE}"/><w:szCs w:val="{_SIZE}"/>{rtl}'
        f'</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    )


def _steady(document: Any) -> bytes:
    """Return the document as bytes that do not tell when it was made."""
    written, steady = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(steady, "w") as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            about = zipfile.ZipInfo(name, _NO_DAY)
            about.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(about, old.read(name))
    return steady.getvalue()
