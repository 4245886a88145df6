"""What a file is, told by its content: the encoding first, then the format."""

from __future__ import annotations

import codecs
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

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
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
    (b"Rar!", "a RAR archive"),
    (b"SQLite format", "a database"),
)


def decode(data: bytes) -> tuple[Source, str]:
    """Return the text of a file, and how its encoding was guessed; empty where it was told.

    A byte order mark, else strict UTF-8, else UTF-16 by its zero bytes, UTF-8 with a few bad
    bytes, or cp1252 or cp1256 by script.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace")
            bad = "\ufffd" in text and text.encode(encoding) != data[len(mark) :]
            if encoding == "utf-8" and bad:
                text = data[len(mark) :].decode(encoding, "surrogateescape")
            told = f"bytes that are not {encoding.upper()} became \ufffd" if bad else ""
            return Source(text, encoding, len(mark), len(data)), told
    if encoding := _by_zeros(data[:4096]):
        text = data.decode(encoding, "replace")
        return Source(text, encoding, 0, len(data)), f"read as {encoding.upper()}"
    try:
        return Source(data.decode("utf-8")), ""
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "surrogateescape")
    stray = len(re.findall("[\udc80-\udcff]", text))
    good = len(re.findall("[^\x00-\x7f\udc80-\udcff]", text))
    if good > stray:
        told = f"{stray} byte{'s' * (stray != 1)} not UTF-8 became \ufffd"
        return Source(text, "utf-8"), told
    # Arabic words are runs of high bytes, accented Latin letters stand between plain ones.
    high = re.findall(rb"[\x80-\xff]+", data[: LOOKED_AT * 4])
    in_runs = sum(len(run) for run in high if len(run) > 2)
    encoding = "cp1256" if in_runs * 2 > sum(map(len, high)) else "cp1252"
    return Source(data.decode(encoding, "replace"), encoding), f"not UTF-8: read as {encoding}"


def _by_zeros(head: bytes) -> str:
    """Return the UTF-16 whose zero bytes stand where they would; empty where they do not."""
    odd, even = head[1::2].count(0), head[0::2].count(0)
    if odd + even <= max(8, len(head) // 16) or min(odd, even) * 4 > max(odd, even):
        return ""  # few, or everywhere, as a fault of the disk leaves them
    return "utf-16-le" if odd > even else "utf-16-be"


def _json_format(head: str) -> str | None:
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
