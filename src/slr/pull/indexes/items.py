"""The items of a reply: a JSON document that holds one list of them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from slr.pull.entries import Chunk, Entry, Reject, Source, outline

Item = dict[str, Any]

_DECODER = json.JSONDecoder()
_LISTS = {"results", "items", "data", "entry"}
_AROUND = {"message", "search-results"}
_BLANK = re.compile(r"[ \t\n\r\ufeff]*")
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
        item = json.loads(chunk.text)
    except (ValueError, RecursionError) as error:
        return Reject(chunk.line, "", f"not JSON: {str(error).split(':', maxsplit=1)[0].lower()}")
    alone = part(item, "message")  # how Crossref wraps a single work
    item = alone if isinstance(alone, dict) else item
    return parse_one(item, chunk.line) if isinstance(item, dict) else _no_item(chunk)


def _no_item(chunk: Chunk) -> Reject:
    return Reject(chunk.line, "", f"no item: {outline(chunk.text)}")


def split(source: Source) -> Iterator[Chunk]:
    """Cut a reply into the items of its list, or take it for the one item that it is.

    A reply that breaks off is cut as far as it is whole; the rest is one piece that is no JSON.
    """
    text = source.text
    at = _blank_to(text, 0)
    try:
        begins = _list_in(text, at)
        if begins is None:
            yield source.chunk(at, len(text))
            return
        for start, end in _elements(text, begins):
            at = end
            if text[start] == "{":
                yield source.chunk(start, end)
    except (ValueError, IndexError, RecursionError):
        yield source.chunk(at, len(text), kind="open")


def _list_in(text: str, at: int) -> int | None:
    """Return where the list of items begins, None where the document is one item."""
    if text[at] == "[":
        return at
    if text[at] != "{":
        return None
    for name, value in _members(text, at):
        if name in _LISTS and text[value] == "[":
            return value
        if name in _AROUND and text[value] == "{":
            return _list_in(text, value)
    return None


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Yield the names of an object that begins at a place, and where their values begin."""
    at = _blank_to(text, at + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        if not isinstance(name, str):
            raise ValueError("a member without a name")
        value = _blank_to(text, _blank_to(text, at) + 1)
        yield name, value
        _, at = _DECODER.raw_decode(text, value)
        at = _after_comma(text, at)


def _elements(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield where the elements of a list that begins at a place begin and end."""
    at = _blank_to(text, at + 1)
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        yield at, end
        at = _after_comma(text, end)


def _after_comma(text: str, at: int) -> int:
    at = _blank_to(text, at)
    return _blank_to(text, at + 1) if text[at] == "," else at


def _blank_to(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def listed(reply: Any) -> int:
    """Return how many items a reply holds, as `split` cuts it.

    >>> listed({"message": {"items": [{}, {}]}}), listed([{}, None]), listed({"id": "W1"})
    (2, 1, 1)
    """
    if isinstance(reply, list):
        return sum(isinstance(item, dict) for item in reply)
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
