"""The items of a reply: a JSON document that holds one list of them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from slr.pull.entries import Chunk, Entry, Reject, Source, between, outline

Item = dict[str, Any]

_DECODER = json.JSONDecoder(strict=False)
_LISTS = {"results", "items", "data", "entry"}
_AROUND = {"message", "search-results"}
_KEYS = "DOI|paperId|eid"
_OPENALEX = r'"id"\s*:\s*"(?:https?://openalex\.org/)?W\d'
"""Not only its name: authors and journals within a work have an `id` too."""
_LOOKED_AT = 1 << 12
_SPARE = 1 << 20
"""Characters that may be read in vain, with twice the text, before a value ends where the next
item seems to begin: that may be within it."""
_CUT, _CUT_SHORT = 12, ("Unterminated string", "Invalid \\")
"""How an error looks that is one of a value cut short: near the end, or of these kinds."""
_FIRST = re.compile(r'\{\s*"([^"]*)"\s*:')
_FIRST_LISTED = re.compile(r'"(?:results|items|data|entry)"\s*:\s*\[\s*\{\s*"([^"]*)"\s*:')
_NAME = re.compile(r'[\s,]*"((?:[^"\\]++|\\.)*+)"\s*:\s*')
_CLOSING = re.compile(r"[\s,]*\}")
_PAST = re.compile(r"\s*(?:[,\]]|\Z)")
_GOES_ON = re.compile(r"[\s\ufeff]*[,\]]")
_SIGN = re.compile(r'(?=[\[\]{}"]|\Z)')
_QUIET = re.compile(r"(?:[\s,}\ufeff]|null\b)*+")
_MARKUP = re.compile(
    r"</?(?:(?:jats|mml):[a-z][\w.-]*|i|b|u|em|strong|sub|sup|scp|sc|p|br|span|div|tt|sec|title|"
    r"italic|bold)(?:\s+[\w:-]+\s*=[^<>]*)?\s*/?>"
)
"""The tags that publishers set in titles and abstracts; `a<b and c>d` has none of them."""


def entries(
    parse_one: Callable[[Item, int], Entry | Reject],
) -> Callable[[Iterable[Chunk]], Iterator[Entry | Reject]]:
    """Return the `parse` of a reply from what reads one item, given with its line."""

    def parse(chunks: Iterable[Chunk]) -> Iterator[Entry | Reject]:
        """Yield every item of the pieces, in order, read or rejected."""
        for chunk in chunks:
            if not chunk.note:
                yield _parse(chunk, parse_one)

    return parse


def _parse(chunk: Chunk, parse_one: Callable[[Item, int], Entry | Reject]) -> Entry | Reject:
    try:
        item = _DECODER.decode(chunk.text)
    except (ValueError, RecursionError) as error:
        return Reject(chunk.line, "", f"not JSON: {str(error).split(':', maxsplit=1)[0].lower()}")
    alone = part(item, "message")  # how Crossref wraps a single work
    item = alone if isinstance(alone, dict) else item
    return parse_one(item, chunk.line) if isinstance(item, dict) else _no_item(chunk)


def _no_item(chunk: Chunk) -> Reject:
    return Reject(chunk.line, "", f"no item: {outline(chunk.text)}")


def split(source: Source) -> Iterator[Chunk]:
    """Cut a reply, or several on end, into the items of their lists; what has none is an item.

    An item that is broken ends where the next seems to begin.
    """
    cutter = _Cutter(source.text)
    text, at, inside, around = source.text, 0, 0, 0
    end: int | None = 0
    while (at := _quiet_to(text, at)) < len(text):
        if text[at] == "]":
            inside, at = max(inside - 1, 0), at + 1
            if around and not inside:
                at, around = cutter.closed(at, around)
        elif text[at] == "[":
            inside, at = inside + 1, at + 1
        elif text[at] == "{" and not inside and (found := cutter.list_in(at)):
            at, around = found
        else:
            end = cutter.value(at) if text[at] == "{" else cutter.skipped(at)
            following = cutter.following(at) if end is None else end
            if text[at] == "{" and inside and end is not None and not _GOES_ON.match(text, end):
                following = cutter.swallowed(at, end) or end
                end = end if following == end else None
            if text[at] == "{":
                yield source.chunk(at, following, kind="open" if end is None else "")
            else:
                yield from between(source, at, following, _QUIET)
            at = following
    if inside and end is not None:
        yield source.chunk(at, at, note="the reply breaks off: its list of items is not closed")


class _Cutter:
    """Finds where the values of a text end; what fails takes no square of the time of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._affordable = 2 * len(text) + _SPARE
        first = _FIRST_LISTED.search(text) or _FIRST.search(text)
        name = first.group(1) if first else "id"
        again = _KEYS if name == "id" else f"{re.escape(name)}|{_KEYS}"
        self._begins = re.compile(rf'\{{\s*(?:"(?:{again})"\s*:|{_OPENALEX})')

    def following(self, at: int) -> int:
        """Return where the next item seems to begin."""
        found = self._begins.search(self._text, at + 1)
        return found.start() if found else len(self._text)

    def value(self, at: int) -> int | None:
        """Return where a value ends, None where it is none."""
        limit = self.following(at) if self._affordable < 0 else len(self._text)
        size = _LOOKED_AT
        while True:
            piece = self._text[at : min(at + size, limit)]  # an error counts the lines before it
            whole = at + size >= limit
            try:
                end = _DECODER.raw_decode(piece)[1]
                if whole or end < len(piece):
                    return at + end
            except json.JSONDecodeError as error:
                cut = error.pos > len(piece) - _CUT or error.msg.startswith(_CUT_SHORT)
                if whole or not cut:
                    self._affordable -= len(piece)
                    return None
            except (ValueError, RecursionError):  # a number too long, or braces too deep
                self._affordable -= len(piece)
                return None
            size *= 4

    def swallowed(self, at: int, end: int) -> int | None:
        """Return where another item begins within one that ends with the end of its list.

        An item that breaks off after the member of a list of its own takes the items after it for
        more members, and the end of their list for that of its own. Another item is told from a
        reference by the names it has in common with this.
        """
        self._affordable -= end - at
        names = self._names(at)
        inner = self.following(at)
        while inner < end and self._affordable > 0:
            after = self.value(inner)
            if after is None or 2 * len(self._names(inner) & names) > len(names):
                return inner
            self._affordable -= after - inner
            inner = self.following(after - 1)
        return None

    def _names(self, at: int) -> set[str]:
        """Return the names in an object that is whole; none where that is too deep to tell."""
        try:
            return set(_DECODER.raw_decode(self._text, at)[0])
        except RecursionError:
            return set()

    def skipped(self, at: int) -> int | None:
        """Return where something ends that is neither item nor list, None where that is not known.

        A text that no comma follows may be one whose quotes are those of other texts.
        """
        if self._text[at] != '"':
            return next(_SIGN.finditer(self._text, at)).end()
        end = self.value(at)
        return end if end is not None and _PAST.match(self._text, end) else None

    def list_in(self, at: int, around: int = 1) -> tuple[int, int] | None:
        """Return where the list of items of an object begins, and how many objects are around it.

        None where the object is one item, or is broken before.
        """
        end: int | None = at + 1
        while end is not None and (named := _NAME.match(self._text, end)):
            name, value = named.group(1), named.end()
            if name in _LISTS and self._text.startswith("[", value):
                return value, around
            inner = name in _AROUND and self._text.startswith("{", value) and around == 1
            if inner and (found := self.list_in(value, 2)):
                return found
            end = self.value(value)
        return None

    def closed(self, at: int, around: int) -> tuple[int, int]:
        """Return where the objects end around a list that ended, or where the next list begins.

        The same place if they do not end; and how many objects are around what follows.
        """
        end = at
        for left in range(around, 0, -1):
            while named := _NAME.match(self._text, end):
                if named.group(1) in _LISTS and self._text.startswith("[", named.end()):
                    return named.end(), left
                after = self.value(named.end())
                if after is None:
                    return at, 0
                end = after
            closing = _CLOSING.match(self._text, end)
            if closing is None:
                return at, 0
            end = closing.end()
        return end, 0


def _quiet_to(text: str, at: int) -> int:
    found = _QUIET.match(text, at)
    return found.end() if found else at


def listed(reply: Any) -> int:
    """Return how many items a reply holds, as `split` cuts it.

    >>> listed({"message": {"items": [{}, {}]}}), listed([{}, None]), listed({"id": "W1"})
    (2, 1, 1)
    """
    if isinstance(reply, list):
        return sum(1 if isinstance(item, dict) else listed(item) for item in reply)
    if not isinstance(reply, dict):
        return 0
    for name, value in reply.items():
        if name in _LISTS and isinstance(value, list):
            return listed(value)
        if name in _AROUND and isinstance(value, dict):
            return listed(value)
    return 1


def is_list(reply: Any) -> bool:
    """Tell whether a reply holds a list of items, as the answer to a search does.

    >>> is_list({"results": []}), is_list({"error": "quota"}), is_list({"results": {"a": 1}})
    (True, False, False)
    """
    if not isinstance(reply, dict):
        return isinstance(reply, list)
    return any(
        (name in _LISTS and isinstance(value, list))
        or (name in _AROUND and isinstance(value, dict) and is_list(value))
        for name, value in reply.items()
    )


def text(value: Any) -> str:
    """Return a value that should be a text or number as text; empty where it is neither.

    >>> text(None), text(12), text(True), text(["a"]), text(" a ")
    ('', '12', '', '', 'a')
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value).strip()


def part(value: Any, *path: str) -> Any:
    """Return what stands at a path of an item; None where anything on the way is missing.

    >>> part({"a": {"b": 1}}, "a", "b"), part({"a": None}, "a", "b"), part([], "a")
    (1, None, None)
    """
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def parts(value: Any, *path: str) -> list[Any]:
    """Return the list that stands at a path of an item; empty where there is none."""
    found = part(value, *path)
    return found if isinstance(found, list) else []


def plain(value: Any) -> str:
    """Return a text without the tags in which publishers set titles and abstracts.

    >>> plain("<jats:p>A &lt; B in <i>E. coli</i></jats:p>"), plain("if a<c and d>e, A<B>C")
    ('A < B in E. coli', 'if a<c and d>e, A<B>C')
    """
    bare = _MARKUP.sub(lambda m: "" if m.group().strip("</>")[:4] != "jats" else " ", text(value))
    return " ".join(html.unescape(bare).split())


def yes_no(value: Any) -> str:
    """Return a flag in the words of a fact; empty where the index says nothing.

    >>> yes_no(True), yes_no(False), yes_no(None)
    ('yes', 'no', '')
    """
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else ""


def filled(fields: dict[str, str]) -> dict[str, str]:
    """Return the fields that hold something."""
    return {name: value for name, value in fields.items() if value}
