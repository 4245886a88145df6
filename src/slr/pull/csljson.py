"""CSL-JSON, as Zotero and Crossref write it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from slr.carried import CSL_KEY, NAMES, pack_names, unpack
from slr.pull.entries import Chunk, Entry, Reject, Source, between, outline

_KEYS = "id|type|title|DOI|author|abstract|citation-key|container-title|issued|indexed"
START = re.compile(rf'\{{[^{{}}]*?"(?:{_KEYS})"\s*:')
_WRAP = re.compile(
    r'\s*+\{(?:\s*+"[\w-]++"\s*+:\s*+(?:"[^"]*+"|[\w.-]++|\{)(?:\s*+,)?+)*?'
    r'\s*+"(?:items|references|results|data)"\s*+:\s*+\['
)
_QUIET = re.compile(r"[\s,\[\]}]*")
FIELDS = {
    "title": "title",
    "container-title": "journal",
    "volume": "volume",
    "issue": "number",
    "page": "pages",
    "DOI": "doi",
    "ISBN": "isbn",
    "ISSN": "issn",
    "abstract": "abstract",
    "publisher": "publisher",
    "language": "language",
    "note": "note",
    "URL": "url",
    "keyword": "keywords",
    "source": "database",
}
_DECODER = json.JSONDecoder(strict=False)


def split(source: Source) -> Iterator[Chunk]:
    """Cut a text into its items; one that is broken ends where the next seems to begin."""
    text = source.text
    wrapped = _WRAP.match(text)
    at = done = wrapped.end() if wrapped else 0
    first = re.compile(r'\{\s*"([^"]*)"\s*:').search(text, at)
    again = re.escape(first.group(1)) if first else "id"
    begins = re.compile(rf'\{{\s*"(?:{again}|{_KEYS})"\s*:')
    affordable = 2 * len(text)  # so that many broken items take no square of the time of one
    while (start := text.find("{", at)) >= 0:
        yield from between(source, done, start, _QUIET)
        end = failed = None
        until = begins.search(text, start + 1) if affordable < 0 else None
        end, failed = _end(text, start, until.start() if until else None)
        if end is None:
            affordable -= failed
            following = until or begins.search(text, start + 1)
            done = following.start() if following else len(text)
        else:
            done = end
        yield source.chunk(start, done, kind="open" if end is None else "")
        at = done
    yield from between(source, done, len(text), _QUIET)


def _end(text: str, start: int, until: int | None) -> tuple[int | None, int]:
    """Return where an item ends, or None and how far the failure was."""
    try:
        if until is not None:
            return start + _DECODER.raw_decode(text[start:until])[1], 0
        return _DECODER.raw_decode(text, start)[1], 0
    except json.JSONDecodeError as error:
        return None, error.pos
    except (ValueError, RecursionError):  # a number too long, or braces too deep
        return None, len(text) - start


def parse(chunks: Iterable[Chunk]) -> Iterator[Entry | Reject]:
    """Yield every entry of the pieces, in order, read or rejected."""
    for chunk in chunks:
        if not chunk.note:
            try:
                yield _parse_one(chunk)
            except RecursionError:
                yield Reject(chunk.line, "", "not JSON that is read here: braces too deep")


def _parse_one(chunk: Chunk) -> Entry | Reject:
    named = re.search(r'"(?:id|citation-key)"\s*:\s*"?([^",}\s]+)', chunk.text)
    key = named.group(1) if named else ""
    if chunk.kind == "open":
        return Reject(chunk.line, key, f"not JSON: {_why(chunk.text)}")
    item: dict[str, Any] = _DECODER.decode(chunk.text)
    key = str(item.pop("id", "") or item.get("DOI", ""))
    kind = str(item.pop("type", ""))
    carried = _carried(item)
    fields: dict[str, str] = {}
    for name, value in item.items():
        if name in ("author", "editor"):
            names = _names(value)
            fields[name] = " and ".join(names)
            if name == "author":
                fields[NAMES] = pack_names(names)
        elif name == "issued":
            fields["year"] = _date(value)
        elif name == "is-referenced-by-count":
            fields |= {"cited_by": _text(value), "cited_by_index": "Crossref"}
        elif name != "reference":
            fields[FIELDS.get(name, name)] = _text(value)
    fields = {name: value for name, value in fields.items() if value}
    if carried is not None:
        return Entry(key, kind, chunk.line, fields).with_carried(carried)
    if not fields:
        return Reject(chunk.line, key, "the item holds nothing but its type")
    return Entry(key, kind, chunk.line, fields, references=_references(item.get("reference")))


def _carried(item: dict[str, Any]) -> dict[str, str] | None:
    """Take out what our own export carries; None where the item is none of ours."""
    custom = item.get("custom")
    if not isinstance(custom, dict) or (found := unpack(json.dumps(custom.get(CSL_KEY)))) is None:
        return None
    del custom[CSL_KEY]
    if not custom:
        del item["custom"]
    return found


def _why(text: str) -> str:
    try:
        _DECODER.raw_decode(text)
    except ValueError as error:
        return outline(str(error).split(":")[0].lower())
    except RecursionError:
        return "braces too deep"
    return "the item is not closed"


def _names(people: Any) -> list[str]:
    names = []
    for one in people if isinstance(people, list) else [people]:
        if not isinstance(one, dict):
            names.append(_text(one))
            continue
        family = " ".join(
            filter(None, (_text(one.get("non-dropping-particle")), _text(one.get("family"))))
        )
        given = " ".join(
            filter(None, (_text(one.get("given")), _text(one.get("dropping-particle"))))
        )
        family = " ".join(filter(None, (family, _text(one.get("suffix")))))
        whole = _text(one.get("literal")) or _text(one.get("name"))
        names.append(", ".join(filter(None, (family, given))) or whole)
    return [name for name in names if name]


def _date(value: Any) -> str:
    if isinstance(value, dict):
        parts = value.get("date-parts")
        if isinstance(parts, list) and parts and isinstance(parts[0], list):
            firsts = [_text(p[0]) for p in parts if isinstance(p, list) and p]
            return "-".join(firsts)
        return _text(value.get("raw") or value.get("literal") or value.get("season"))
    return _text(value)


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(v, (str, int, float)) for v in value):
        return "; ".join(str(v) for v in value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _references(listed: Any) -> tuple[str, ...]:
    return tuple(_text(one) for one in listed) if isinstance(listed, list) else ()
