"""Words and phrases looked for in texts of any script, without regular expressions.

A phrase is compared through `slr.text.fold`, so that case, accents, punctuation and the spelling
of letters do not count. Blanks within it do not count either: "e-government" is found in
"egovernment", and a Persian word with and without its joiner is one. It begins and ends where
words do, except in scripts that are written without blanks. ``*`` stands for any letters of one
word. The time is linear in the text, whatever phrase and text hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

from slr.text import fold

LONGEST = 200
"""Characters that a phrase may have."""
_OFTEN = 100_000
"""Characters of the longest text that is remembered: longer ones would fill the memory."""
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "THAI", "LAO", "KHMER", "MYANMAR")
"""Scripts that put no blanks between words, as `unicodedata.name` begins."""
_PARTS = re.compile("[;|؛；]")
"""What parts the keywords of a list, or the values of several records; no phrase crosses it."""

Glob = tuple[str, ...]
"""The pieces of a word between its stars; an empty one at an end where a star stands there."""


@dataclass(frozen=True)
class Phrase:
    """One phrase, ready to be looked for.

    `words` are its words cut at their stars; `core` its letters where stars stand at its ends at
    most, else None; `spaced` the same as it is found where blanks are as they were written;
    `rarest` the longest run of letters, without which no text can hold it.
    """

    printed: str
    words: tuple[Glob, ...]
    core: str | None
    spaced: str
    rarest: str
    begins: bool
    ends: bool

    def found_in(self, text: Folded) -> bool:
        """Tell whether a part of a text whose letters hold `rarest` holds the phrase."""
        if self.core is None:
            return any(self._globbed(text.words, at) for at in range(len(text.words)))
        if self.spaced in text.spaced:
            return True
        places = _places(self.core, text.letters)
        size = len(self.core)
        return any(
            (not self.begins or at in text.edges) and (not self.ends or at + size in text.edges)
            for at in places
        )

    def _globbed(self, words: Sequence[str], at: int) -> bool:
        within = words[at : at + len(self.words)]
        return len(within) == len(self.words) and all(map(_glob, self.words, within))


class Folded:
    """A text, or a part of one, as phrases are looked for in it."""

    def __init__(self, folded: str) -> None:
        self.spaced = f" {folded} "
        self.letters = folded.replace(" ", "")

    @cached_property
    def words(self) -> list[str]:
        """The words of the text."""
        return self.spaced.split()

    @cached_property
    def edges(self) -> frozenset[int]:
        """The places in `letters` where a word begins or ends."""
        return frozenset(accumulate(map(len, self.words), initial=0))


@dataclass(frozen=True)
class Phrases:
    """Several phrases, of which one is enough."""

    phrases: tuple[Phrase, ...]

    def first_in(self, value: str) -> str | None:
        """Return the first phrase that a text holds, as it was written; None if it holds none."""
        parts = _folded_often(value) if len(value) <= _OFTEN else _folded(value)
        for phrase in self.phrases:
            for part in parts:
                if phrase.rarest in part.letters and phrase.found_in(part):
                    return phrase.printed
        return None


@lru_cache(1024)
def compiled(written: str | tuple[str, ...]) -> Phrases:
    """Return phrases, one or several, ready to be looked for.

    >>> compiled(("digital govern*", "دولت الکترونیک")).first_in("On digital governance")
    'digital govern*'
    >>> compiled("دولت الکترونیک").first_in("ارزیابی دولت‌الكترونيك در ایران")
    'دولت الکترونیک'
    >>> compiled("电子政务").first_in("中国电子政务发展研究")
    '电子政务'
    >>> compiled("art").first_in("Smart cities")
    """
    several = (written,) if isinstance(written, str) else written
    return Phrases(tuple(map(_phrase, several)))


def fault(written: str) -> tuple[str, str] | None:
    """Say what is wrong with a phrase and how to mend it; None if nothing is."""
    if len(written) > LONGEST:
        return f"a phrase of {len(written)} characters.", f"Allowed: {LONGEST}."
    if not fold(written):
        return f"the phrase {written!r} holds no letter.", "Write words."
    if any(not (left or right) for left, right in _stars(written)):
        found = f"in the phrase {written!r} a * stands alone."
        return found, "Put it at a word, as in 'govern*'."
    return None


def _phrase(written: str) -> Phrase:
    words = _globs(written)
    first, last = words[0][0], words[-1][-1]
    begins = bool(first) and not _unspaced(first[0])
    ends = bool(last) and not _unspaced(last[-1])
    core = _core(words)
    if core is not None:
        spaced = " ".join(map("".join, words))
        spaced = f"{' ' * begins}{spaced}{' ' * ends}"
        return Phrase(written, words, core, spaced, core, begins, ends)
    if first and not begins:
        words = (("", *words[0]), *words[1:])
    if last and not ends:
        words = (*words[:-1], (*words[-1], ""))
    rarest = max((piece for word in words for piece in word), key=len)
    return Phrase(written, words, None, "", rarest, begins, ends)


def _globs(written: str) -> tuple[Glob, ...]:
    """Fold a phrase and cut it into words, and each word at its stars."""
    words: list[list[str]] = []
    pieces = written.split("*")
    for piece, (left, right) in zip(pieces, [(False, False), *_stars(written)], strict=True):
        first, *others = fold(piece).split() or [""]
        if left and right:
            words[-1].append(first)
        elif left:
            words[-1].append("")
            words += [[first]] if first else []
        elif right:
            words.append(["", first])
        elif first:
            words.append([first])
        words += [[word] for word in others]
    return tuple(map(tuple, words))


def _stars(written: str) -> list[tuple[bool, bool]]:
    """Tell of each star whether it touches a word on its left, and on its right."""
    pieces = written.split("*")
    touches_right = [fold(f"{piece}x").split()[-1] != "x" for piece in pieces]
    touches_left = [fold(f"x{piece}").split()[0] != "x" for piece in pieces]
    return list(zip(touches_right[:-1], touches_left[1:], strict=True))


def _core(words: Sequence[Glob]) -> str | None:
    """Return the letters of a phrase whose only stars stand at its two ends; else None."""
    bare = [list(word) for word in words]
    if len(bare[0]) > 1 and not bare[0][0]:
        del bare[0][0]
    if len(bare[-1]) > 1 and not bare[-1][-1]:
        del bare[-1][-1]
    return "".join(word[0] for word in bare) if all(len(word) == 1 for word in bare) else None


def _glob(glob: Glob, word: str) -> bool:
    """Tell whether a word is that of a glob; to take each piece at its first place is enough."""
    if len(glob) == 1:
        return word == glob[0]
    first, *between, last = glob
    at, end = len(first), len(word) - len(last)
    if end < at or not word.startswith(first) or not word.endswith(last):
        return False
    for piece in between:
        at = word.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True


def _places(core: str, letters: str) -> Iterator[int]:
    at = letters.find(core)
    while at >= 0:
        yield at
        at = letters.find(core, at + 1)


def _unspaced(char: str) -> bool:
    return unicodedata.name(char, "").startswith(_UNSPACED)


def _folded(value: str) -> tuple[Folded, ...]:
    """Fold the parts of a text."""
    parts = _PARTS.split(value) if _PARTS.search(value) else [value]
    return tuple(Folded(fold(part)) for part in parts)


_folded_often = lru_cache(64)(_folded)
"""The same, remembered: the criteria of one work ask for the same few texts."""
