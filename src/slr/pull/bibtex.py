"""BibTeX and BibLaTeX: cut where an entry begins, so that a fault in one never costs another.

bibtexparser splits the names; its own splitter of files is not used, because it drops what it
cannot read, leaves `#` unevaluated, and run entry by entry it takes longer than all of the rest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from bibtexparser.middlewares.names import (
    parse_single_name_into_parts,
    split_multiple_persons_names,
)

from slr.carried import AS_IT_STANDS, BIBTEX_FIELD, NAMES, pack_names, unpack, verbatim
from slr.pull.entries import FOREIGN, Chunk, Entry, Reject, Source, between, outline
from slr.pull.latex import accents, decode
from slr.pull.people import people, persian

_KINDS = (
    "article|book|booklet|collection|conference|dataset|inbook|incollection|inproceedings|manual"
    "|mastersthesis|misc|online|patent|phdthesis|proceedings|report|software|techreport|thesis"
    "|unpublished"
)
_ENTRY_START = re.compile(
    rf"^[ \t]*@(?:[ \t]*\w+\s*[{{(]|(?i:{_KINDS})[ \t]+[^\s,={{}}()]+[ \t]*,)", re.MULTILINE
)
_SAME_LINE = re.compile(r"[^%\n]*?(?=@[ \t]*\w+\s*[{(])")
_WITH_KEY = re.compile(r"@[ \t]*\w+\s*[{(]\s*[^\s,={}()]+\s*,")
_HEADLESS = re.compile(
    rf"^[ \t]*(?:(?P<comment>%[^\n]*?@)[ \t]*)?(?i:{_KINDS})\s*\{{\s*(?P<key>[^\s,={{}}()]+)\s*,",
    re.MULTILINE,
)
_QUIET = re.compile(r"(?:[\s,;]|%[^\n]*)*+")
_HEAD = re.compile(r"@[ \t]*(\w+)\s*(?=[{(])")
_HEAD_OR_MARK = re.compile(r"@[ \t]*\w+\s*\{|[{}]")
_STRING = re.compile(r"\s*([^\s=]+)\s*=\s*")
_KEY = re.compile(r'([^,={}"]*+)(?:,|\Z)')
_KEY_ALONE = re.compile(r"\s*([^\s,={}\"]+)\s+(?=[\w:.-]+\s*=)")
_NAME = re.compile(r'[\s,]*([^\s=,{}"#]+)\s*=\s*')
_BARE = re.compile(r'[^\s{}",#]+')
_JOIN = re.compile(r"\s*#\s*")
_GOES_ON = re.compile(r"\s*,\s*[\w-]+\s*=")
# A brace and its match, up to five deep; deeper ones are counted.
_GROUP = re.compile("X".join(["{(?:[^{}]++|"] * 5).replace("X", "") + r"\{[^{}]*+\}" + ")*+}" * 5)
_MARKS = {"{": re.compile("[{}]"), '"': re.compile(r'[{}"]'), "(": re.compile(r'[{}")]')}
_NO_ENTRIES = ("comment", "preamble", "string")
_MONTHS = {
    name[:3].lower(): name
    for name in (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    )
}  # fmt: skip
_INHERITED = {"title": "booktitle", "subtitle": "booksubtitle", "titleaddon": "booktitleaddon"}
_NOT_INHERITED = {"crossref", "xref", "entryset", "ids", "label", "note", "abstract", "keywords"}

NOT_CLOSED = "the entry is not closed: a brace, quote or comma is missing"


def split(source: Source) -> Iterator[Chunk]:
    """Cut a text into the pieces that begin with an entry's ``@``.

    An entry begins at the start of a line, on the line on which another one ends and, between
    entries or where one is not closed, wherever an ``@``, a kind and a key stand. A closed
    ``@comment`` is one piece, whatever stands in it.
    """
    text = source.text
    done = 0
    first = next(_starts(text))
    headless = _headless(text, 0, first)
    if FOREIGN.search(text, 0, headless[0]):
        yield from between(source, 0, headless[0], _QUIET)
    yield from _lost(source, headless)
    affordable = 2 * len(text)  # so that many open comments take no square of the time of one
    for start, end in pairwise(_starts(text)):
        if start < done:
            continue
        if text[start + 1 : start + 9].lower().lstrip().startswith("comment"):
            head = _HEAD.match(text, start)
            until = len(text) if affordable > 0 else end
            closed = _closing(text, head.end(), until) if head else None
            affordable -= (closed or until) - start
            if closed is not None and closed > end:
                done = closed
                yield source.chunk(start, closed, kind="comment", note=_skipped(text[start:closed]))
                continue
        head = _HEAD.match(text, start, end)
        ends = _closing(text, head.end(), end) if head and text[head.end()] == "{" else None
        alone = ends is not None and text.find("@", ends, end) < 0
        cuts = [start, end] if alone else [start, *_further_starts(text, start, end), end]
        for at, until in pairwise(cuts):
            if not alone:
                head = _HEAD.match(text, at, until)
                ends = _closing(text, head.end(), until) if head else None
            yield from _piece(source, at, until, ends)


def _piece(source: Source, at: int, until: int, ends: int | None) -> Iterator[Chunk]:
    """Yield the piece at a place, which ends where told or nowhere, and what follows it."""
    text = source.text
    closed = until if ends is None else ends
    whole = text[at:closed]
    head = _HEAD.match(whole)
    kind = head.group(1).lower() if head else ""
    note = ""
    if kind in _NO_ENTRIES:
        note = _skipped(whole) if kind == "comment" else kind
    # What goes on in fields belongs to the entry that was closed too early.
    goes_on = _GOES_ON.match(text, closed, until) and not note
    rest = text[closed:until] if goes_on else ""
    yield source.chunk(
        at, closed + len(rest), text=whole, kind=kind, rest=rest, note=note, whole=ends is not None
    )
    if not goes_on and not text[closed:until].isspace():
        *lost, ends = _headless(text, closed, until)
        yield from between(source, closed, lost[0] if lost else until, _QUIET)
        yield from _lost(source, [*lost, ends])


def _headless(text: str, start: int, end: int) -> list[int]:
    """Return where, between entries, one stands that lacks its ``@`` or is behind a ``%``."""
    return [*(found.start() for found in _HEADLESS.finditer(text, start, end)), end]


def _lost(source: Source, places: Iterable[int]) -> Iterator[Chunk]:
    """Yield what is no entry though it looks like one."""
    for start, end in pairwise(places):
        found = _HEADLESS.match(source.text, start)
        behind = found is not None and found.group("comment") is not None
        told = f"an entry behind a % is skipped: {outline(source.text[start:end])}"
        yield source.chunk(
            start, end, kind="comment" if behind else "headless", note=told if behind else ""
        )


def _starts(text: str) -> Iterator[int]:
    """Yield where entries begin at the start of a line, or in the first text; then the end."""
    first = True
    for found in _ENTRY_START.finditer(text):
        start = found.start() + found.group().index("@")
        if first and (before := _after_text(text, 0, start)) < start:
            yield before
        first = False
        yield start
    if first and (before := _after_text(text, 0, len(text))) < len(text):
        yield before
    yield len(text)


def _skipped(comment: str) -> str:
    within = len(_ENTRY_START.findall(comment)) - 1
    told = f", with {within} entr{'y' if within == 1 else 'ies'} in it" if within > 0 else ""
    return f"a @comment is skipped{told}: {outline(comment)}"


def _further_starts(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where more entries begin between one at the start of a line and the next such one."""
    matches: dict[int, int] | None = None
    while True:
        opening = _HEAD.match(text, start, end)
        if opening is None:
            closed = None
        elif text[opening.end()] == "(":
            following = _WITH_KEY.search(text, opening.end(), end)
            closed = _closing(text, opening.end(), following.start() if following else end)
        elif matches is None:
            closed = _closing(text, opening.end(), end)
        else:
            closed = matches.get(opening.end())
        if closed is None:
            # Looked up from here on: to count anew for each would take a square of the time.
            matches = _matches(text, start, end) if matches is None else matches
            found = _WITH_KEY.search(text, start + 1, end)
            start = found.start() if found else end
        elif text.find("@", closed, end) < 0:
            return
        else:
            same_line = _SAME_LINE.match(text, closed, end)
            start = same_line.end() if same_line else _after_text(text, closed, end)
        if start == end:
            return
        yield start


def _after_text(text: str, at: int, end: int) -> int:
    """Return where an entry begins after other text on its line, such as a number; else `end`."""
    seen = text.rfind("\n", 0, at) + 1
    comment = False
    for found in _WITH_KEY.finditer(text, at, end):
        line = text.rfind("\n", seen, found.start())
        comment = text.find("%", max(line, seen), found.start()) >= 0 or (comment and line < 0)
        if not comment:
            return found.start()
        seen = found.start()
    return end


def _matches(text: str, start: int, end: int) -> dict[int, int]:
    """Return where each brace of an entry that is closed is opened, and the place after its end."""
    found: dict[int, int] = {}
    opened: list[tuple[int, int]] = []
    depth = 0
    for mark in _HEAD_OR_MARK.finditer(text, start, end):
        if text[mark.end() - 1] == "{":
            depth += 1
            if mark.end() > mark.start() + 1:
                opened.append((mark.end() - 1, depth))
        elif depth:
            if opened and opened[-1][1] == depth:
                found[opened.pop()[0]] = mark.end()
            depth -= 1
    return found


def _closing(text: str, opening: int, end: int | None = None) -> int | None:
    """Return where what opens with a brace, quote or round bracket is closed; None if nowhere.

    Within braces, and after a backslash, a quote closes nothing; within braces or quotes no
    round bracket does.
    """
    opener = text[opening : opening + 1]
    end = len(text) if end is None else end
    if opener not in _MARKS:
        return None
    if opener == "{" and (quick := _GROUP.match(text, opening, end)):
        return quick.end()
    closer = {"{": "}", '"': '"', "(": ")"}[opener]
    depth, quoted = 0, False
    for mark in _MARKS[opener].finditer(text, opening + 1, end):
        char = mark.group()
        if char == '"' and (depth or text[mark.start() - 1] == "\\"):
            continue
        if depth == 0 and char == closer and not quoted:
            return mark.end()
        if char == '"':
            quoted = not quoted
        depth += (char == "{") - (char == "}")
    return None


def parse(chunks: Iterable[Chunk]) -> Iterator[Entry | Reject]:
    """Yield every entry of the pieces, in order, read or rejected.

    An abbreviation (``@string``) means what it last meant before the entry or, where it is
    defined only later, what it first means there.
    """
    pieces = list(chunks)
    strings = dict(_MONTHS)
    first: dict[str, str] = {}
    for name, value in _strings(pieces, {}):
        first.setdefault(name, value)
    strings.update(first)
    if not any("crossref" in piece.text.lower() for piece in pieces):
        return _in_turn(pieces, strings)
    found = list(_in_turn(pieces, strings))
    parents: dict[str, Entry] = {}
    for entry in found:
        if isinstance(entry, Entry):
            parents.setdefault(entry.key.lower(), entry)
    return (_inherit(e, parents) if isinstance(e, Entry) else e for e in found)


def _in_turn(pieces: list[Chunk], strings: dict[str, str]) -> Iterator[Entry | Reject]:
    """Yield the entries of the pieces; each piece is let go once it is read."""
    pieces.reverse()
    while pieces:
        chunk = pieces.pop()
        if chunk.kind == "string":
            strings.update(_strings([chunk], strings))
        elif chunk.kind == "headless":
            found = _HEADLESS.match(chunk.text)
            yield Reject(chunk.line, found.group("key") if found else "", "no @ begins the entry")
        elif not chunk.note:
            yield _parse_one(chunk, strings)


def _inherit(entry: Entry, parents: Mapping[str, Entry]) -> Entry:
    """Return an entry with the fields that it lacks and the entry it refers to has."""
    wanted = entry.fields.get("crossref", "")
    if not wanted or entry.own:  # it inherited when it was read first
        return entry
    parent = parents.get(wanted.lower())
    if parent is None:
        told = f"crossref names {wanted}, which is not in the file"
        return replace(entry, warnings=(*entry.warnings, told))
    of_parent = {_INHERITED.get(n, n): v for n, v in parent.fields.items()}
    taken = {n: v for n, v in of_parent.items() if n not in _NOT_INHERITED and v}
    return replace(entry, fields=taken | entry.fields)


def _strings(chunks: Iterable[Chunk], known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield name and value of every ``@string`` that can be read."""
    for chunk in chunks:
        if chunk.kind != "string" or not (head := _HEAD.match(chunk.text)):
            continue
        body = chunk.text[head.end() + 1 : -1]
        named = _STRING.match(body)
        value = _value(body, named.end(), known) if named else None
        if named and value and not body[value[1] :].strip(" \t\n,"):
            yield named.group(1).lower(), value[0]


def _value(body: str, at: int, strings: Mapping[str, str]) -> tuple[str, int] | None:
    """Return the value that begins at a place, ``#`` joined, and its end; None if not closed."""
    parts = []
    while True:
        quick = _GROUP.match(body, at)
        bare = None if quick else _BARE.match(body, at)
        if quick:
            end = quick.end()
            parts.append(body[at + 1 : end - 1])
        elif bare:
            end = bare.end()
            word = bare.group()
            parts.append(strings.get(word.lower(), word))
        else:
            closed = _closing(body, at) if body[at : at + 1] in ("{", '"') else None
            if closed is None:
                return None
            end = closed
            parts.append(body[at + 1 : end - 1])
        joined = _JOIN.match(body, end) if body[end : end + 1] != "," else None
        if joined is None:
            return "".join(parts), end
        at = joined.end()


def _parse_one(chunk: Chunk, strings: Mapping[str, str]) -> Entry | Reject:
    head = _HEAD.match(chunk.text)
    closer = {"{": "}", "(": ")"}.get(chunk.text[head.end() : head.end() + 1]) if head else None
    body = chunk.text[head.end() + 1 : -1] if head else ""
    key, at, warnings = _key(body)
    if not head or closer is None or not chunk.text.endswith(closer):
        lost = chunk.text[head.end() + 1 :] if head else chunk.text.partition(" ")[2]
        return Reject(chunk.line, _key(lost)[0], NOT_CLOSED)
    if not chunk.whole:
        return Reject(chunk.line, key, NOT_CLOSED)
    if _GOES_ON.match(chunk.rest):
        return Reject(chunk.line, key, "the entry is closed too early: there is a brace too many")
    raw: dict[str, str] = {}
    times: Counter[str] = Counter()
    last = ""
    while True:
        named = _NAME.match(body, at)
        if named is None and not body[at:].strip(" \t\n,"):
            break
        if named is None:
            told = f"the field {last} is not closed, or a comma is missing after it"
            return Reject(chunk.line, key, told if last else NOT_CLOSED)
        name = named.group(1).lower()
        if last and "," not in named.group()[: named.start(1) - at]:
            warnings.append(f"a comma is missing after the field {last}: mended")
        value = _value(body, named.end(), strings)
        if value is None and body[named.end() : named.end() + 1] in (",", ""):
            value = "", named.end()
        if value is None:
            told = f"the field {name} is not closed, or a comma is missing after it"
            return Reject(chunk.line, key, told)
        times[name] += 1
        if name not in raw:
            raw[name] = value[0]
        elif raw[name] != value[0]:
            raw[f"{name}~{times[name]}"] = value[0]
            warnings.append(f"the field {name} stands there twice: the first counts")
        last, at = name, value[1]
    return _taken_back(Entry(key, chunk.kind, chunk.line, _decoded(raw), tuple(warnings)))


def _taken_back(entry: Entry) -> Entry:
    """Return an entry with what our own export carries in a field of its own."""
    carried = unpack(entry.fields.get(BIBTEX_FIELD, ""))
    if carried is None:
        return entry
    # Where LaTeX needs another form of a value, the value itself is carried too.
    gone = {n for n in AS_IT_STANDS & carried.keys() if entry.fields.get(n) == verbatim(carried[n])}
    gone.add(BIBTEX_FIELD)
    fields = {name: value for name, value in entry.fields.items() if name not in gone}
    return replace(entry, fields=fields).with_carried(carried)


def _key(body: str) -> tuple[str, int, list[str]]:
    """Return the key, where the fields begin, and what is odd about it."""
    if found := _KEY.match(body):
        return found.group(1).strip(), found.end(), []
    if found := _KEY_ALONE.match(body):
        return found.group(1), found.end(), ["a comma is missing after the key: mended"]
    if _NAME.match(body):
        return "", 0, ["the entry has no key"]
    return re.split(r'[\s,={}"]', body.strip(), maxsplit=1)[0], 0, []


def _decoded(raw: dict[str, str]) -> dict[str, str]:
    fields = {}
    for name, value in raw.items():
        if name in ("author", "editor"):
            names = _names(accents(value))
            read = [_name(n) for n in names if n.lower() != "others"]
            fields[name] = " and ".join(read)
            if name == "author" and (whole := pack_names(read)):
                fields[NAMES] = whole
            if name == "author" and any(n.lower() == "others" for n in names):
                fields["and_others"] = "yes"
        elif name == "pages":
            fields[name] = decode(value).replace("--", "-")
        else:
            fields[name] = decode(value)
    return fields


def _names(value: str) -> list[str]:
    if "{" in value:
        names: list[str] = split_multiple_persons_names(value)
    else:
        names = [n for n in re.split(r"(?i)(?:^|\s+)and(?:\s+|$)", " ".join(value.split())) if n]
        if len(names) == 1 and (";" in value or value.count(",") > 1):
            names = people(names[0], one=True)  # apart as other formats have them
    return [one for name in names for one in persian(name)]


def _name(raw: str) -> str:
    """Return one author as ``Family, Given``; a corporate name without its braces."""
    if "{" not in raw and "\\" not in raw and raw.count(",") == 1:
        family, given = raw.split(",")
        return ", ".join(filter(None, (" ".join(family.split()), " ".join(given.split()))))
    if raw.startswith("{") and _closing(raw, 0) == len(raw) and "," not in raw:
        return decode(raw[1:-1])
    parts = parse_single_name_into_parts(raw, strict=False)
    family = " ".join(parts.von + parts.last + parts.jr)
    given = " ".join(parts.first)
    return decode(f"{family}, {given}" if given else family)
