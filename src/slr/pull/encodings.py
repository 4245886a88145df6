"""From bytes to text: what encoding a file is in, and what a guess was."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from slr.pull.entries import Source

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PART = 1 << 20
_LOOKED_AT = 1 << 22
"""Bytes that tell the script of an old encoding."""
_BAD_LINE = re.compile("^[^\n\r\udc80-\udcff]*+[\udc80-\udcff][^\n\r]*", re.MULTILINE)
_LINE_END = re.compile("[\n\r]")


def decode(data: bytes) -> tuple[Source, str]:
    """Return the text of a file, and how its encoding was guessed; empty where it was told.

    A byte order mark, else UTF-16 by its zero bytes, else strict UTF-8, else cp1252 or cp1256 by
    script: of the whole, or of the lines that are no UTF-8 where others are.
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
    stray = _strays(text)
    good = len(text) - len(text.encode("ascii", "ignore")) - stray
    if good * 20 < stray:
        encoding = _by_script(data[:_LOOKED_AT])
        return Source(data.decode(encoding, "replace"), encoding), f"not UTF-8: read as {encoding}"
    return _mixed(text)


def _by_script(data: bytes) -> str:
    """Return the old encoding that bytes are in by the script they would be.

    Arabic words are runs of high bytes, accented Latin letters stand between plain ones.
    """
    high = re.findall(rb"[\x80-\xff]+", data)
    in_runs = sum(len(run) for run in high if len(run) > 2)
    return "cp1256" if in_runs * 2 > sum(map(len, high)) else "cp1252"


def _by_zeros(head: bytes) -> str:
    """Return the UTF-16 whose zero bytes stand where they would; empty where they do not."""
    odd, even = head[1::2].count(0), head[0::2].count(0)
    if odd + even <= max(8, len(head) // 16) or min(odd, even) * 4 > max(odd, even):
        return ""  # few, or everywhere, as a fault of the disk leaves them
    return "utf-16-le" if odd > even else "utf-16-be"


def _mixed(text: str) -> tuple[Source, str]:
    """Return a text in UTF-8 with lines in an old encoding, as files put together have them.

    A line of which more is no UTF-8 than is, but for ASCII, is in the old one; a bad byte in
    another spoils only itself.
    """
    old_lines = spoilt = 0
    sample = bytearray()
    for part in _parts(text):
        for found in _BAD_LINE.finditer(part):
            if _is_old(found.group()):
                old_lines += 1
                sample += _bytes(found.group()) if len(sample) < _LOOKED_AT else b""
            else:
                spoilt += _strays(found.group())
    encoding = _by_script(bytes(sample))

    def raw(found: re.Match[str]) -> str:
        line = found.group()
        return _bytes(line).decode("ascii", "surrogateescape") if _is_old(line) else line

    def shown(found: re.Match[str]) -> str:
        line = found.group()
        return _bytes(line).decode(encoding, "replace") if _is_old(line) else line

    told = []
    if old_lines:
        told.append(f"{old_lines} line{'s' * (old_lines != 1)} not UTF-8 read as {encoding}")
    if spoilt:
        told.append(f"{spoilt} byte{'s' * (spoilt != 1)} not UTF-8 became \ufffd")
    texts = ["".join(_BAD_LINE.sub(form, part) for part in _parts(text)) for form in (raw, shown)]
    return Source(texts[0], shown=texts[1]), "; ".join(told)


def _is_old(line: str) -> bool:
    """Tell whether the bytes of a line that are no UTF-8 outnumber the characters that are."""
    beyond = len(line) - len(line.encode("ascii", "ignore"))
    return 2 * _strays(line) >= beyond


def _strays(line: str) -> int:
    return len(_bytes(line)) - len(line.encode("utf-8", "ignore"))


def _bytes(line: str) -> bytes:
    return line.encode("utf-8", "surrogateescape")


def _parts(text: str) -> Iterator[str]:
    """Yield a text by whole lines, so much at a time that what is made of it stays small."""
    at = 0
    while at < len(text):
        found = _LINE_END.search(text, min(at + _PART, len(text)))
        end = found.end() if found else len(text)
        yield text[at:end]
        at = end
