"""Two records in a terminal: side by side where there is room, differences marked.

Terminals differ in what they do with right-to-left text: some order it, some do not, and those
that do take a whole line at once, so that two Persian values on one line would change places.
A value with such text therefore has its line to itself, in isolates (see `slr.bidi`), and never
another value beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from slr import bidi
from slr.compare import FIELDS, Compared, Likeness, Piece, differences
from slr.text import year_range

WIDE = 110
"""Columns from which two records stand side by side."""
OPENED = ("abstract", "note", "extra")
"""Fields that are shown only when all are asked for."""
BRIEF, WHOLE = 500, 4000
"""Characters of a value that are shown."""
MARK = "bold underline magenta"

_LABEL = 12
_NAMES = {"ENTRYTYPE": "type", "number": "issue"}
RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_STRONG = re.compile("[^\\W\\d_]")
_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f]")
_ISOLATES = re.compile(f"([{bidi.LRI}{bidi.RLI}{bidi.PDI}])")
_ORDERS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]")


def clean(text: str) -> str:
    r"""Return a text on one line, without what a terminal would obey instead of showing it.

    >>> clean("a\x1b[2J\u202eb")
    'a [2Jb'
    """
    return " ".join(_printable(text).split())


def _printable(text: str) -> str:
    return _OBEYED.sub(" ", _ORDERS.sub("", text))


def show(
    console: Console,
    left: Mapping[str, Any],
    right: Mapping[str, Any],
    reasons: Sequence[str],
    *,
    whole: bool = False,
) -> None:
    """Print two records and why they are shown.

    Parameters
    ----------
    left, right
        Rows of `pull/records`; with `work_id`, it is told of which work a record is known to be.
    reasons
        What is said above them, a line each.
    whole
        Whether abstracts and other long fields are shown too.
    """
    for line in lines(console, left, right, reasons, whole=whole):
        console.print(line, no_wrap=True, overflow="ignore", crop=False)


def lines(
    console: Console,
    left: Mapping[str, Any],
    right: Mapping[str, Any],
    reasons: Sequence[str],
    *,
    whole: bool = False,
) -> Iterator[Text]:
    """Yield what `show` prints."""
    width = console.width
    beside = width >= WIDE
    for told in reasons:
        yield from laid(console, Text(), Text(clean(told), "bold"), width, lang="en")
    names = [Text(_name(record)) for record in (left, right)]
    if beside:
        heads = [Text("A  ", "bold") + names[0], Text("B  ", "bold") + names[1]]
        yield from columns(console, Text(" " * _LABEL), heads, width)
    else:
        for letter, name in zip("AB", names, strict=True):
            yield from laid(console, Text(f"{letter}  ", "bold"), name, width, lang="en")
    found = differences(left, right, [f for f in FIELDS if whole or f not in OPENED])
    for one in found:
        yield from _field(console, one, beside=beside, most=WHOLE if whole else BRIEF)
    if not whole and (more := differences(left, right, OPENED)):
        named = ", ".join(f"{one.likeness.value} {one.field}" for one in more)
        yield Text(f"o shows {named}", style="dim")


def _name(record: Mapping[str, Any]) -> str:
    name, work = record["record_id"], record.get("work_id")
    parts = [name, f"{record['file']}:{record['line']}"]
    parts += [f"of the work {work}"] if work and work != name else []
    return "  ".join(map(clean, parts))


def _field(console: Console, one: Compared, *, beside: bool, most: int) -> Iterator[Text]:
    label = Text(f"{one.likeness.value} {_NAMES.get(one.field, one.field)}".ljust(_LABEL))
    if one.likeness in (Likeness.DIFFERENT, Likeness.ONE):
        label.stylize("bold")
    sides = [_value(console, one.field, side, most) for side in (one.left, one.right)]
    if beside and not any(RTL.search(side.plain) for side in sides):
        yield from columns(console, label, sides, console.width)
    elif one.likeness is Likeness.EQUAL:
        yield from laid(console, label, sides[0], console.width)
    else:
        for letter, side in zip("AB", sides, strict=True):
            if side.plain:
                yield from laid(console, label + Text(f"{letter}  ", "bold"), side, console.width)
                label = Text(" " * _LABEL)


def _value(console: Console, field: str, pieces: Sequence[Piece], most: int) -> Text:
    """Return a value with its differences marked, where styles fail by brackets."""
    text = Text()
    for piece in pieces:
        shown = re.sub(r"\s+", " ", _printable(piece.text))
        if piece.differs and console.color_system is None:
            shown = f"[{shown}]"
        text.append(shown, MARK if piece.differs else None)
    if len(text) > most:
        rest = len(text) - most
        text.truncate(most)
        text.append(f"… ({rest} more characters)")
    begin, end = year_range(text.plain) if field == "year" else (None, None)
    if begin != end:
        text.append(f" ({begin}–{end})")
    return text


def columns(console: Console, label: Text, sides: Sequence[Text], width: int) -> Iterator[Text]:
    """Yield two texts beside each other."""
    each = (width - _LABEL - 3) // 2
    wrapped = [_wrapped(console, side, each) for side in sides]
    for left, right in zip_longest(*wrapped, fillvalue=Text()):
        gap = " " * (each - cell_len(left.plain) + 3)
        yield label + left + Text(gap) + right
        label = Text(" " * _LABEL)


def laid(
    console: Console, label: Text, text: Text, width: int, *, lang: str | None = None
) -> Iterator[Text]:
    """Yield a text after its label, wrapped, each line in the order in which it is read.

    A value is read in the direction of its first letter, if no language is given.
    """
    if lang is None:
        first = _STRONG.search(text.plain)
        lang = "fa" if first and RTL.match(first[0]) else "en"
    indent = cell_len(label.plain)
    for line in _wrapped(console, text, max(width - indent, 20)):
        yield label + isolated(line, lang)
        label = Text(" " * indent)


def _wrapped(console: Console, text: Text, width: int) -> list[Text]:
    found = list(text.wrap(console, width))
    for line in found:
        line.rstrip()
    return found


def isolated(line: Text, lang: str) -> Text:
    """Do what `slr.bidi.isolate` does to a line that has styles and no isolates."""
    shown, done = Text(), 0
    for part in _ISOLATES.split(bidi.isolate(line.plain, lang)):
        if _ISOLATES.fullmatch(part):
            shown.append(part)
        elif part:
            shown.append_text(line[done : done + len(part)])
            done += len(part)
    return shown
