"""Groups with the works in them, as a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slr.bidi import digits
from slr.report import style, words
from slr.report.canvas import MARGIN, split
from slr.report.layout import Box, Look, Para, Sheet, head, height
from slr.report.rows import records

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from slr.report.grid import Both
    from slr.report.measures import Source

_BLUE = style.COLOUR["blue"]


def picture(
    name: str, declared: Mapping[str, Any], source: Source, labels: Mapping[str, Both]
) -> style.Picture:
    """Return the picture of a declared figure of kind ``tree``; `labels` name the works."""
    tree = _Tree.of(declared, source, labels)
    said = declared["caption"]
    first = source.told(said["first"])
    inside, every = tree.counts()
    whose = said["all_inside" if inside == every else "some_inside"]
    captions = {
        lang: " ".join(
            [first[lang], words.fill(whose[lang], lang, inside=inside, sources=every),
             said["last"][lang]]
        )
        for lang in style.LANGS
    }  # fmt: skip
    alts = {lang: tree.alt(lang) for lang in style.LANGS}
    return style.Picture(name, source.told(declared["title"]), captions, alts, tree.draw)


@dataclass(frozen=True)
class _Source:
    name: Both
    theme: Both
    is_included: bool

    def label(self, lang: str) -> str:
        name = digits(self.name[lang], lang)
        if self.is_included:
            return name
        return words.load("charts").say("outside", lang, name=name)


@dataclass(frozen=True)
class _Group:
    number: int
    name: Both
    sources: Sequence[_Source]

    def title(self, lang: str) -> str:
        return words.load("charts").say("numbered", lang, number=self.number, name=self.name[lang])


@dataclass(frozen=True)
class _Tree:
    """The groups of a table in their order, and the words at the root."""

    groups: Sequence[_Group]
    root: Both

    @classmethod
    def of(cls, declared: Mapping[str, Any], source: Source, labels: Mapping[str, Both]) -> _Tree:
        number, name = declared["group"]["number"], declared["group"]["name"]
        found: dict[int, tuple[Both, list[_Source]]] = {}
        for row in records(source.frame(declared["from"])):
            named = {lang: row[f"{name}_{lang}"] for lang in style.LANGS}
            theme = {lang: row[f"{declared['text']}_{lang}"] for lang in style.LANGS}
            _, sources = found.setdefault(int(row[number]), (named, []))
            sources.append(_Source(labels[row["work_id"]], theme, row["included"] == "yes"))
        groups = [_Group(n, named, sources) for n, (named, sources) in sorted(found.items())]
        return cls(groups, source.told(declared["root"]))

    def counts(self) -> tuple[int, int]:
        """Return how many sources are included studies, and how many there are."""
        every = [one for group in self.groups for one in group.sources]
        return sum(one.is_included for one in every), len(every)

    def alt(self, lang: str) -> str:
        told = []
        for group in self.groups:
            sources = [f"{s.label(lang)} ({s.theme[lang]})" for s in group.sources]
            title = f"{group.title(lang)} ({len(sources)})"
            told.append(f"{title}: {words.SEMICOLON[lang].join(sources)}.")
        return " ".join(told)

    def draw(self, lang: str) -> Figure:
        """Draw a tree: the root, its groups in columns of about one height, their sources."""
        sheet = Sheet(style.DOUBLE, lang)
        columns, gutter = 3, 0.16
        wide = (style.DOUBLE - 2 * MARGIN - columns * gutter) / columns
        cards = [_Card(group, wide, lang) for group in self.groups]
        root_wide = 2.9
        place = Box((style.DOUBLE - root_wide) / 2, MARGIN, root_wide, 0)
        root = sheet.card(place, [head(self.root[lang], "center")], Look(_BLUE, 0.3))
        trunk, top = root.bottom + 0.1, root.bottom + 0.2
        stems = []
        for at, column in enumerate(split([card.tall + _APART for card in cards], columns)):
            x, y = MARGIN + at * (wide + gutter) + gutter, top
            stem, middle = x - gutter / 2, trunk
            for number in column:
                middle = cards[number].draw(sheet, x, y)
                sheet.arrow((stem, middle), (x, middle), headed=False)
                y += cards[number].tall + _APART
            if column:
                sheet.arrow((stem, trunk), (stem, middle), headed=False)
                stems.append(stem)
        ends = sorted([*stems, root.centre])
        sheet.arrow((ends[0], trunk), (ends[-1], trunk), headed=False)
        sheet.arrow((root.centre, root.bottom), (root.centre, trunk), headed=False)
        return sheet.draw()


_APART = 0.14  # between the cards of a column


class _Card:
    """A group, its count, and its sources with their themes, as high as they need."""

    def __init__(self, group: _Group, width: float, lang: str) -> None:
        self.width = width
        text = f"{group.title(lang)} ({len(group.sources)})"
        self.title = [head(text)]
        least = style.SIZE["least"]
        self.sources = []
        for at, source in enumerate(group.sources):
            colour = _BLUE if source.is_included else style.MUTED
            name = source.label(lang)
            before = 0.05 if at else 0.0
            self.sources += [
                Para(name, least, "bold", colour, before=before),
                Para(source.theme[lang], least),
            ]
        self.top = height(self.title, width, lang)
        self.tall = self.top + height(self.sources, width, lang)

    def draw(self, sheet: Sheet, x: float, y: float) -> float:
        """Put the card on a sheet; return the height at which a line should meet it."""
        first = sheet.card(Box(x, y, self.width, self.top), self.title, Look(_BLUE, 0.18))
        sheet.card(Box(x, first.bottom, self.width, 0), self.sources, Look(_BLUE, 0.03))
        return first.middle
