"""What a text is, told by its content."""

from __future__ import annotations

import re

from slr.pull import bibtex, csljson, delimited, endnote, nbib, refer, ris, wos
from slr.pull.entries import Source
from slr.pull.indexes import INDEXES

READERS = {
    "bibtex": bibtex,
    "ris": ris,
    "nbib": nbib,
    "wos": wos,
    "refer": refer,
    "endnote": endnote,
    "csljson": csljson,
    "csv": delimited,
    **INDEXES,
}
"""Every format by the name that `--format` takes; each has `split` and `parse`."""

LOOKED_AT = 1 << 20
"""Characters of a file that tell its format."""

_STARTS = {
    "bibtex": re.compile(r"^[ \t]*@[ \t]*[A-Za-z]\w*\s*[{(]", re.MULTILINE),
    "ris": ris.START,
    "nbib": nbib.START,
    "wos": wos.START,
    "refer": refer.START,
}
_ANSWERS = {
    "openalex": re.compile(r'"id"\s*:\s*"https://openalex\.org/W\d'),
    "crossref": re.compile(r'"message-type"\s*:\s*"work'),
    "semanticscholar": re.compile(r'"paperId"\s*:'),
    "scopus": re.compile(r'"search-results"\s*:'),
}
"""What replies of the indexes hold, each alone."""
_BINARY = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"PK\x03\x04", "an archive in an archive"),
    (b"\x1f\x8b", "an archive in an archive"),
    (b"BZh", "a bz2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format", "a database"),
)


def _json_format(head: str) -> str | None:
    if re.fullmatch(r"\s*\[\s*\]\s*", head):
        return "csljson"
    answer = next((name for name, mark in _ANSWERS.items() if mark.search(head)), None)
    return answer or ("csljson" if csljson.START.search(head) else None)


def binary(data: bytes) -> str:
    """Say what a file is that is no text at all; empty where it may be text."""
    for mark, name in _BINARY:
        if data.startswith(mark):
            return name
    return ""


def format_of(source: Source) -> str | None:
    """Return the format of a text, None where it is none that can be read."""
    head = source.text[:LOOKED_AT]
    start = head.lstrip("\ufeff \t\n")[:200]
    if start.startswith(("[", "{")) and (json := _json_format(head)):
        return json
    if start.startswith("<") and endnote.START.search(head):
        return "endnote"
    counts = {name: len(pattern.findall(head)) for name, pattern in _STARTS.items()}
    best = max(counts, key=lambda name: counts[name])
    header = delimited.header_of(source.text)
    entry = _STARTS[best].search(head)
    # A table may hold such lines in its cells: what stands first counts.
    if header and (entry is None or header.end <= entry.start()):
        return "csv"
    if counts[best]:
        return best
    if re.match(r"(?i)\s*(@(comment|string|preamble)|%[^0-9A-Z]|%\Z)", head):
        return "bibtex"
    return None
