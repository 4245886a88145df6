"""The make-up of the included studies: year, journal, language, stage, country."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from slr.report import style, words
from slr.report.canvas import MARGIN, Canvas

if TYPE_CHECKING:
    from matplotlib.figure import Figure

YEARS_STATED = "A5"
"""The fact of facts_stated.json that gives the years the paper covers."""
_BOOKS = {"book", "mvbook", "inbook", "bookinbook", "incollection", "collection"}
_BLUE, _GREY = style.COLOUR["blue"], style.LINE
_MOST_ROWS = {"journal": 8, "country": 14, "language": 5}

Stated = Sequence[Mapping[str, Any]]
"""The content of facts_stated.json."""


def picture(
    studies: pd.DataFrame, works: pd.DataFrame, stated: Stated | None, rebuilt: bool
) -> style.Picture:
    """Return the picture `makeup`; see :func:`slr.report.charts.pictures`."""
    facts = _facts(studies, works, stated)
    return style.Picture(
        "makeup",
        _both("title_makeup", count=facts.count),
        {lang: _caption(facts, rebuilt, lang) for lang in style.LANGS},
        {lang: _alt(facts, lang) for lang in style.LANGS},
        partial(draw, facts),
    )


def _say(key: str, lang: str, /, **fields: str | int) -> str:
    return words.load("charts").say(key, lang, **fields)


def _both(key: str, /, **fields: str | int) -> dict[str, str]:
    return words.load("charts").both(key, **fields)


@dataclass(frozen=True)
class _Facts:
    """What the make-up counts. A value of None in a count is one that is not stated."""

    count: int
    years: Counter[int]
    no_year: int
    stated: tuple[int, int] | None
    panels: Mapping[str, Counter[str | None]]
    stages: Sequence[tuple[int | None, Mapping[str, str], int]]
    books: int
    in_table4: int


def _facts(studies: pd.DataFrame, works: pd.DataFrame, stated: Stated | None) -> _Facts:
    entries = works.set_index("work_id").loc[studies["work_id"]]
    years = entries["year_from"].dropna()
    panels: dict[str, Counter[str | None]] = {
        name: Counter(None if pd.isna(value) else str(value) for value in studies[name])
        for name in ("journal", "language")
    }
    panels["country"] = Counter(
        name
        for value in studies["country"]
        for name in ([None] if pd.isna(value) else [part.strip() for part in value.split(";")])
    )
    return _Facts(
        count=len(studies),
        years=Counter(int(year) for year in years),
        no_year=len(entries) - len(years),
        stated=_stated_years(stated),
        panels=panels,
        stages=_stages(studies),
        books=int(entries["ENTRYTYPE"].isin(_BOOKS).sum()),
        in_table4=int(studies["concept_no"].notna().sum()),
    )


def _stated_years(stated: Stated | None) -> tuple[int, int] | None:
    for fact in stated or ():
        first, dash, last = str(fact["value"]).replace("–", "-").partition("-")
        if fact["id"] == YEARS_STATED and dash and first.isdigit() and last.isdigit():
            return int(first), int(last)
    return None


def _stages(studies: pd.DataFrame) -> list[tuple[int | None, dict[str, str], int]]:
    """Return each stage that studies have, with its name and count; those not coded last."""
    rows: list[tuple[int | None, dict[str, str], int]] = []
    for stage, group in studies.dropna(subset="stage").groupby("stage", sort=True):
        first, number = group.iloc[0], int(stage)
        names = {}
        for lang in style.LANGS:
            name = first[f"stage_{lang}"]
            whole = _say("whole_model", lang) if number == 0 else ""
            names[lang] = whole if pd.isna(name) else str(name)
        rows.append((number, names, len(group)))
    if missing := int(studies["stage"].isna().sum()):
        rows.append((None, _both("not_coded"), missing))
    return rows


def stage_name(number: int | None, name: str, lang: str) -> str:
    """Return a stage with its number, as in `4. Conceptualisation`."""
    if number is None:
        return name
    return _say("stage", lang, number=number, name=name) if name else str(number)


def _caption(facts: _Facts, rebuilt: bool, lang: str) -> str:
    told = [f"{_say('title_makeup', lang, count=facts.count)}."]
    if facts.years:
        span = {"first": str(min(facts.years)), "last": str(max(facts.years))}
        told.append(_say("makeup_years", lang, **span))
    if facts.stated:
        first, last = facts.stated
        oldest = min(facts.years, default=first)
        key = "makeup_late" if rebuilt and oldest > first else "makeup_stated"
        span = {"first": str(first), "last": str(last)}
        told.append(_say(key, lang, **span, **({"oldest": oldest} if "late" in key else {})))
    if facts.no_year:
        told.append(_say("makeup_no_year", lang, count=facts.no_year))
    journals = [(name, n) for name, n in facts.panels["journal"].most_common() if name]
    if journals and journals[0][1] > 1:
        name, count = journals[0]
        told.append(_say("makeup_journal", lang, count=count, all=facts.count, name=name))
    told.append(
        _say("makeup_books", lang, count=facts.books)
        if facts.books
        else _say("makeup_no_book", lang)
    )
    if rebuilt:
        persian = facts.panels["language"]["fa"]
        told.append(
            _say("makeup_persian", lang, count=persian)
            if persian
            else _say("makeup_no_persian", lang)
        )
    if facts.in_table4:
        told.append(_say("makeup_table4", lang, count=facts.in_table4, all=facts.count))
    told.append(_say("makeup_stage", lang))
    told.append(_say("makeup_country", lang, count=facts.panels["country"][None]))
    if rebuilt:
        told.append(_say("rebuilt", lang))
    return " ".join(told)


def _alt(facts: _Facts, lang: str) -> str:
    told = [_say("alt_makeup", lang, count=facts.count)]
    years = [_pair(str(year), count, lang) for year, count in sorted(facts.years.items())]
    groups = [("year", years)]
    for title, rows in _panels(facts, lang).items():
        groups.append((title, [_pair(row.label, row.count, lang) for row in rows]))
    told += [
        f"{_say(key, lang)}: {words.SEMICOLON[lang].join(parts)}." for key, parts in groups if parts
    ]
    return " ".join(told)


def _pair(name: str, count: int, lang: str) -> str:
    return _say("pair", lang, name=name, count=count)


@dataclass(frozen=True)
class _Row:
    label: str
    count: int
    colour: str = _BLUE


def _panels(facts: _Facts, lang: str) -> dict[str, list[_Row]]:
    """Return the rows of each panel of horizontal bars, longest first, not stated last."""
    panels = {
        name: _rows(name, counts, _MOST_ROWS[name], lang) for name, counts in facts.panels.items()
    }
    panels["stage_panel"] = [
        _Row(
            stage_name(number, names[lang], lang),
            count,
            _GREY if number is None else style.STAGE.get(number, _BLUE),
        )
        for number, names, count in facts.stages
    ]
    return panels


def _rows(panel: str, counts: Counter[str | None], most: int, lang: str) -> list[_Row]:
    known = sorted((-n, name) for name, n in counts.items() if name is not None)
    rows = [_Row(_label(panel, name, lang), -n) for n, name in known]
    if len(rows) > most:
        rest = rows[most - 1 :]
        others = _say("others", lang, count=len(rest))
        rows = [*rows[: most - 1], _Row(others, sum(row.count for row in rest), _GREY)]
    if counts[None]:
        rows.append(_Row(_say("not_stated", lang), counts[None], style.tint(_GREY, 0.6)))
    return rows


def _label(panel: str, value: str, lang: str) -> str:
    key = f"{panel}_{value.replace(' ', '_')}"
    return _say(key, lang) if key in words.load("charts") else value


_COLUMNS = ((("journal",), 2.75), (("stage_panel", "language"), 2.05), (("country",), 1.9))
_BETWEEN = 0.2


def draw(facts: _Facts, lang: str) -> Figure:
    """Draw years as columns, and journal, stage, language and country as bars of one scale."""
    with style.use(lang):
        canvas = Canvas(style.DOUBLE, lang)
        top = _draw_years(canvas, facts, lang) if facts.years or facts.stated else MARGIN
        panels = _panels(facts, lang)
        country = max((canvas.wide(row.label) for row in panels["country"]), default=0.0) + 0.14
        country = min(country, 1.3)
        beside = {"country": country}
        scale = min(
            (wide - beside.get(name, 0.0) - 0.25)
            / max((row.count for row in panels[name]), default=1)
            for names, wide in _COLUMNS
            for name in names
        )
        x, bottom = MARGIN, top
        for names, wide in _COLUMNS:
            y = top
            for name in names:
                y = _draw_panel(canvas, x, y, wide, name, panels[name], scale, beside.get(name))
                y += 0.16
            bottom = max(bottom, y - 0.16)
            x += wide + _BETWEEN
        return canvas.finish(bottom + MARGIN)


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
    name = _say(title, canvas.lang)
    canvas.text(x, y, name, va="top", weight="bold", size=style.SIZE["text"], width=width)
    y += canvas.tall(name, width, style.SIZE["text"], "bold") + 0.05
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
