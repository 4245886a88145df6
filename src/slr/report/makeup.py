"""The make-up of the included studies: year, journal, language, and what the config names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from slr.code.maps import Lack, Value, valued
from slr.report import style, words
from slr.report.canvas import MARGIN, Canvas, nothing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from slr.report.measures import Source

Names = Mapping[str, str]
"""A name in each language."""

_BOOKS = {"book", "mvbook", "inbook", "bookinbook", "incollection", "collection"}
_BLUE, _GREY = style.COLOUR["blue"], style.LINE
_MOST_ROWS = {"journal": 8, "language": 5}
_MOST = 14
"""Most rows of a variable of the codebook."""


def picture(source: Source, settings: Mapping[str, Any], *, rebuilt: bool) -> style.Picture:
    """Return the picture `makeup`; where no study is included yet, it says so.

    Parameters
    ----------
    source
        The studies, with all that is coded of them.
    settings
        `report.makeup` of the config.
    rebuilt
        Whether the review is a reconstruction, which the caption then says.
    """
    facts = _facts(source, settings)
    title = settings.get("title")
    titles = source.told(title) if title else _both("title_makeup", count=facts.count)
    if not facts.count:
        return nothing("makeup", titles, _both("empty_makeup"))
    notes = [source.told(note) for note in settings.get("notes", [])]
    if rebuilt:
        notes.append(_both("rebuilt"))
    return style.Picture(
        "makeup",
        titles,
        {lang: _caption(facts, titles, notes, lang) for lang in style.LANGS},
        {lang: _alt(facts, lang) for lang in style.LANGS},
        partial(draw, facts),
    )


def _say(key: str, lang: str, /, **fields: str | int) -> str:
    return words.load("charts").say(key, lang, **fields)


def _both(key: str, /, **fields: str | int) -> dict[str, str]:
    return words.load("charts").both(key, **fields)


@dataclass(frozen=True)
class _Panel:
    """A variable of the codebook: its words, how many studies have each, whether in its order."""

    head: Names
    labels: Mapping[str, Names]
    counts: Counter[Value]
    ordered: bool


@dataclass(frozen=True)
class _Facts:
    """What the make-up counts."""

    count: int
    years: Counter[int]
    no_year: int
    stated: tuple[int, int] | None
    panels: Mapping[str, Counter[Value]]
    variables: Mapping[str, _Panel]
    books: int


def _facts(source: Source, settings: Mapping[str, Any]) -> _Facts:
    studies = source.studies
    years = studies["year_from"].dropna()
    stated = settings.get("years_stated")
    return _Facts(
        count=len(studies),
        years=Counter(int(year) for year in years),
        no_year=len(studies) - len(years),
        stated=(stated[0], stated[1]) if stated else None,
        panels={name: _counted(source, name) for name in ("journal", "language")},
        variables={name: _panel(source, name, settings) for name in settings.get("variables", ())},
        books=int(studies["ENTRYTYPE"].isin(_BOOKS).sum()),
    )


def _panel(source: Source, name: str, settings: Mapping[str, Any]) -> _Panel:
    variable = source.book.variables[name]
    head = settings.get("heads", {}).get(name) or variable.title
    labels = source.labels(name) | settings.get("words", {}).get(name, {})
    return _Panel(head, labels, _counted(source, name), variable.kind == "category")


def _counted(source: Source, name: str) -> Counter[Value]:
    values, open_ = source.data["code/values"], source.data["code/disagreements"]
    of_works = valued(name, source.studies, values, open_, source.book)
    return Counter(value for values in of_works.values() for value in values)


def _caption(facts: _Facts, title: Names, notes: Sequence[Names], lang: str) -> str:
    told = [f"{title[lang]}."]
    if facts.years:
        span = {"first": str(min(facts.years)), "last": str(max(facts.years))}
        told.append(_say("makeup_years", lang, **span))
    if facts.stated:
        first, last = facts.stated
        oldest = min(facts.years, default=first)
        key = "makeup_late" if oldest > first else "makeup_stated"
        span = {"first": str(first), "last": str(last)}
        told.append(_say(key, lang, **span, **({"oldest": oldest} if "late" in key else {})))
    if facts.no_year:
        told.append(_say("makeup_no_year", lang, count=facts.no_year))
    common = facts.panels["journal"].most_common()
    journals = [(name, n) for name, n in common if isinstance(name, str)]
    if journals and journals[0][1] > 1:
        name, count = journals[0]
        told.append(_say("makeup_journal", lang, count=count, all=facts.count, name=name))
    told.append(
        _say("makeup_books", lang, count=facts.books)
        if facts.books
        else _say("makeup_no_book", lang)
    )
    persian = facts.panels["language"]["fa"]
    told.append(
        _say("makeup_persian", lang, count=persian) if persian else _say("makeup_no_persian", lang)
    )
    return " ".join([*told, *(note[lang] for note in notes)])


def _alt(facts: _Facts, lang: str) -> str:
    told = [_say("alt_makeup", lang, count=facts.count)]
    years = [_pair(str(year), count, lang) for year, count in sorted(facts.years.items())]
    groups = [(_say("year", lang), years)]
    for name, rows in _panels(facts, lang).items():
        head = _head(facts, name, lang)
        groups.append((head, [_pair(row.label, row.count, lang) for row in rows]))
    told += [f"{head}: {words.SEMICOLON[lang].join(parts)}." for head, parts in groups if parts]
    return " ".join(told)


def _head(facts: _Facts, panel: str, lang: str) -> str:
    return facts.variables[panel].head[lang] if panel in facts.variables else _say(panel, lang)


def _pair(name: str, count: int, lang: str) -> str:
    return _say("pair", lang, name=name, count=count)


@dataclass(frozen=True)
class _Row:
    label: str
    count: int
    colour: str = _BLUE


def _panels(facts: _Facts, lang: str) -> dict[str, list[_Row]]:
    """Return the rows of each panel of horizontal bars, longest first, not stated last.

    A variable that has one value a study keeps the order of the codebook, and comes after others.
    """
    panels = {
        name: _rows(name, {}, counts, _MOST_ROWS[name], lang)
        for name, counts in facts.panels.items()
    }
    for name, one in sorted(facts.variables.items(), key=lambda item: item[1].ordered):
        if one.ordered:
            panels[name] = _ordered(one, lang)
        else:
            panels[name] = _rows(name, one.labels, one.counts, _MOST, lang)
    return panels


def _ordered(panel: _Panel, lang: str) -> list[_Row]:
    rows = [
        _Row(words[lang], panel.counts[value], _colour(value))
        for value, words in panel.labels.items()
        if panel.counts[value]
    ]
    return rows + _lacking(panel.counts, lang)


def _lacking(counts: Counter[Value], lang: str) -> list[_Row]:
    say = words.load("tables").say
    return [
        _Row(say(f"lacks {lack.value}", lang), counts[lack], style.tint(_GREY, 0.6))
        for lack in Lack
        if counts[lack]
    ]


def _colour(value: str) -> str:
    if value.isascii() and value.isdigit():
        return style.SERIES.get(int(value), _BLUE)
    return _BLUE


def _rows(
    panel: str, labels: Mapping[str, Names], counts: Counter[Value], most: int, lang: str
) -> list[_Row]:
    known = sorted((-n, name) for name, n in counts.items() if isinstance(name, str))
    rows = [
        _Row(labels[name][lang] if name in labels else _label(panel, name, lang), -n)
        for n, name in known
    ]
    if len(rows) > most:
        rest = rows[most - 1 :]
        others = _say("others", lang, count=len(rest))
        rows = [*rows[: most - 1], _Row(others, sum(row.count for row in rest), _GREY)]
    return rows + _lacking(counts, lang)


def _label(panel: str, value: str, lang: str) -> str:
    key = f"{panel}_{value.replace(' ', '_')}"
    return _say(key, lang) if key in words.load("charts") else value


_WIDTHS = (2.75, 2.05, 1.9)
"""Inches for the journals, for the column between, and for the last."""
_BETWEEN = 0.2


def draw(facts: _Facts, lang: str) -> Figure:
    """Draw years as columns, and the panels as bars of one scale."""
    with style.use(lang):
        canvas = Canvas(style.DOUBLE, lang)
        top = _draw_years(canvas, facts, lang) if facts.years or facts.stated else MARGIN
        panels = _panels(facts, lang)
        columns = _columns(facts)
        beside = {}
        if len(columns) == len(_WIDTHS):
            [last] = columns[-1]
            widest = max((canvas.wide(row.label) for row in panels[last]), default=0.0) + 0.14
            beside[last] = min(widest, 1.3)
        scale = min(
            (wide - beside.get(name, 0.0) - 0.25)
            / max((row.count for row in panels[name]), default=1)
            for names, wide in zip(columns, _WIDTHS, strict=False)
            for name in names
        )
        x, bottom = MARGIN, top
        for names, wide in zip(columns, _WIDTHS, strict=False):
            y = top
            for name in names:
                head = _head(facts, name, lang)
                y = _draw_panel(canvas, x, y, wide, head, panels[name], scale, beside.get(name))
                y += 0.16
            bottom = max(bottom, y - 0.16)
            x += wide + _BETWEEN
        return canvas.finish(bottom + MARGIN)


def _columns(facts: _Facts) -> list[tuple[str, ...]]:
    """Return the panels of each column: journals, the first variable above languages, the other."""
    first, *rest = [*facts.variables, ""][:2] if facts.variables else [""]
    between = tuple(name for name in (first, "language") if name)
    return [("journal",), between, *((name,) for name in rest if name)]


def _draw_panel(
    canvas: Canvas,
    x: float,
    y: float,
    width: float,
    title: str,
    rows: Sequence[_Row],
    scale: float,
    beside: float | None,
) -> float:
    """Draw bars with their labels beside them, in a room of a width, or else above them."""
    canvas.text(x, y, title, va="top", weight="bold", size=style.SIZE["text"], width=width)
    y += canvas.tall(title, width, style.SIZE["text"], "bold") + 0.05
    for row in rows:
        if beside is None:
            canvas.text(x, y, row.label, va="top", width=width)
            y += canvas.tall(row.label, width) + 0.015
            tall, start = 0.09, x
        else:
            lines = canvas.tall(row.label, beside - 0.05)
            canvas.text(x, y + lines / 2, row.label, width=beside - 0.05)
            tall, start = 0.11, x + beside
            y += (lines - tall) / 2
        canvas.bar(start, y, row.count * scale, tall, row.colour)
        canvas.text(
            start + row.count * scale + 0.05,
            y + tall / 2,
            row.count,
            weight="bold",
            size=style.SIZE["least"],
        )
        y += tall + (0.05 if beside is None else (lines - tall) / 2 + 0.02)
    return y


def _draw_years(canvas: Canvas, facts: _Facts, lang: str) -> float:
    """Draw a column for each year, over all years that the paper states; return where it ends."""
    canvas.text(
        MARGIN, MARGIN, _say("year", lang), va="top", weight="bold", size=style.SIZE["text"]
    )
    ends = [*facts.years, *(facts.stated or ())]
    first, last = min(ends), max(ends)
    pitch = (canvas.width - 2 * MARGIN) / (last - first + 1)
    base, most = 1.25, max(facts.years.values(), default=1)
    every = max(1, int(-(-0.3 // pitch)))
    for year in range(first, last + 1):
        centre = MARGIN + (year - first + 0.5) * pitch
        if (count := facts.years[year]) > 0:
            _draw_year(canvas, centre, base, pitch, count, 0.72 * count / most)
        if (year - first) % every == 0:
            canvas.text(
                centre, base + 0.04, str(year), at="center", va="top", size=style.SIZE["least"]
            )
    canvas.line([(MARGIN, base), (canvas.width - MARGIN, base)])
    bottom = base + 0.2
    if facts.stated:
        begins, ends_ = (
            MARGIN + (year - first) * pitch for year in (facts.stated[0], facts.stated[1] + 1)
        )
        bottom = _draw_stated(canvas, facts.stated, begins, ends_, bottom + 0.04)
    return bottom + 0.12


def _draw_year(
    canvas: Canvas, centre: float, base: float, pitch: float, count: int, tall: float
) -> None:
    """Draw the column of a year, with its count where there is room for it."""
    canvas.bar(centre - pitch * 0.36, base - tall, pitch * 0.72, tall, _BLUE)
    if pitch > 0.14:
        canvas.text(
            centre,
            base - tall - 0.02,
            count,
            at="center",
            va="bottom",
            weight="bold",
            size=style.SIZE["least"],
        )


def _draw_stated(
    canvas: Canvas, stated: tuple[int, int], begins: float, ends: float, level: float
) -> float:
    """Draw a bracket under the years that the paper states; return where it ends."""
    left, right = begins + 0.03, ends - 0.03
    bracket = [(left, level - 0.04), (left, level), (right, level), (right, level - 0.04)]
    canvas.line(bracket, colour=style.MUTED)
    canvas.text(
        (begins + ends) / 2,
        level + 0.03,
        _say("stated_years", canvas.lang, first=str(stated[0]), last=str(stated[1])),
        at="center",
        va="top",
        size=style.SIZE["least"],
        colour=style.MUTED,
    )
    return level + 0.2
