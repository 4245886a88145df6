"""What a screener sees of a work: its entry, its abstract with terms marked, the criteria."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from slr.screen.tally import Vote
from slr.sidebyside import MARK, RTL, WIDE, clean, columns, laid
from slr.text import fold, names_of, year_range

FIELDS = ("title", "author", "year", "journal", "ENTRYTYPE", "language", "doi", "abstract")
"""The fields that are shown, and by which `seen` knows what a screener saw."""
BRIEF = 1800
_WORD = re.compile(r"[\w\u200c\u200d\u0640\u0610-\u061a\u064b-\u065f\u0670]+")
_LABEL = 4


def seen(work: Mapping[str, Any]) -> str:
    """Return the fingerprint of what is shown of a work: 16 hexadecimal digits.

    Where it differs between two votes, their screeners did not see the same.
    """
    shown = json.dumps([work[name] for name in FIELDS], ensure_ascii=False)
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


def lines(
    console: Console,
    work: Mapping[str, Any],
    marked: Sequence[str],
    *,
    whole: bool = False,
) -> Iterator[Text]:
    """Yield what is shown of a work.

    Parameters
    ----------
    work
        A row of `dedup/works`.
    marked
        Words and phrases to mark; one that ends in ``*`` marks all words that begin with it.
    whole
        Whether all of a long abstract is shown.
    """
    terms = [(fold(term.rstrip("*")).split(), term.endswith("*")) for term in marked]
    width = console.width
    title = _marked(console, clean(work["title"] or "without a title"), terms)
    title.stylize("bold")
    yield from laid(console, Text(), title, width)
    if work["author"]:
        people = "; ".join(names_of(work["author"]))
        yield from laid(console, Text(), Text(clean(people)), width)
    if work["journal"]:
        yield from laid(console, Text(), Text(clean(work["journal"]), "italic"), width)
    about = [
        _year(work["year"] or ""),
        work["ENTRYTYPE"],
        work["language"],
        work["doi"],
        work["work_id"],
    ]
    yield Text(" · ".join(clean(part) for part in about if part), "dim")
    yield Text()
    abstract = clean(work["abstract"] or "")
    if not abstract:
        yield Text("no abstract", "dim")
        return
    text = _marked(console, abstract, terms)
    if len(text) > BRIEF and not whole:
        rest = len(text) - BRIEF
        text.truncate(BRIEF)
        text.append(f"… ({rest} more characters: o)")
    yield from laid(console, Text(), text, width)


def _year(year: str) -> str:
    """Return a printed year, one of the solar Hijri calendar with the Gregorian ones."""
    begin, end = year_range(year)
    return year if begin == end else f"{year} ({begin}–{end})"


def _marked(console: Console, shown: str, terms: Sequence[tuple[Sequence[str], bool]]) -> Text:
    """Return a text with terms marked in any spelling, where styles fail by brackets."""
    spans = _spans(shown, terms)
    if console.color_system is None:
        for start, end in reversed(spans):
            shown = f"{shown[:start]}[{shown[start:end]}]{shown[end:]}"
        return Text(shown)
    text = Text(shown)
    for start, end in spans:
        text.stylize(MARK, start, end)
    return text


def _spans(shown: str, terms: Sequence[tuple[Sequence[str], bool]]) -> list[tuple[int, int]]:
    """Return where terms stand in a text, by its words folded; none within another."""
    words = [(fold(found[0]), found.start(), found.end()) for found in _WORD.finditer(shown)]
    spans = []
    done = -1
    for at, (_, start, _) in enumerate(words):
        lengths = [len(parts) for parts, open_ in terms if _stands(parts, words[at:], open_)]
        if lengths and start > done:
            done = words[at + max(lengths) - 1][2]
            spans.append((start, done))
    return spans


def _stands(
    parts: Sequence[str],
    words: Sequence[tuple[str, int, int]],
    open_: bool,
) -> bool:
    if not parts or len(words) < len(parts):
        return False
    *whole, last = parts
    found = words[len(whole)][0]
    same = all(part == word for part, (word, _, _) in zip(whole, words, strict=False))
    return same and (found.startswith(last) if open_ else found == last)


def asked(reasons: Mapping[str, Mapping[str, str]], chosen: str) -> Iterator[Text]:
    """Yield the criteria, each with the number by which it is chosen."""
    for number, (name, words) in enumerate(reasons.items(), 1):
        style = MARK if name == chosen else "bold"
        yield Text(f"{number:>2} ", style) + Text(f"{name}  ", style) + Text(clean(words["en"]))


def said(console: Console, votes: Sequence[Vote]) -> Iterator[Text]:
    """Yield who said what of a work: two beside each other where there is room for it."""
    texts = [_said(vote) for vote in votes]
    if len(texts) == 2 and console.width >= WIDE and not any(RTL.search(t.plain) for t in texts):
        yield from columns(console, Text(" " * _LABEL), texts, console.width)
        return
    for text in texts:
        yield from laid(console, Text(" " * _LABEL), text, console.width, lang="en")


def _said(vote: Vote) -> Text:
    text = Text(f"{clean(vote.reviewer)}: ") + Text(vote.verdict, "bold")
    for part in filter(None, [vote.criterion, clean(vote.reason), clean(vote.note)]):
        text += Text(f" · {part}")
    return text
