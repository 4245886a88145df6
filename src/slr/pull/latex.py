"""LaTeX accents and macros to Unicode."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "r": "\u030a", "d": "\u0323",
}  # fmt: skip
# The accents that names and titles are full of; pylatexenc, which reads the rest, takes long.
_ACCENT = re.compile(
    r"""\\(?:([`'^"~=.])[ \t\n]*(?:\{(?:\\([ij])|([A-Za-z]))\}|\\([ij])(?![A-Za-z])|([A-Za-z]))"""
    r"""|([uvHckrd])(?:[ \t\n]*\{([A-Za-z])\}|[ \t\n]+([A-Za-z])))"""
)
_BRACED = re.compile(rf"\{{(?:{_ACCENT.pattern})\}}")
_ESCAPED = re.compile(r"\\([&%$#_])")
_BARE = re.compile(r"(?<!\\)([&%$#])")


def accents(value: str) -> str:
    r"""Turn the accents of single letters into Unicode: nothing that names are split at.

    >>> accents(r"M{\"u}ller, J{\"{o}}rg and {World Bank}")
    'Müller, Jörg and {World Bank}'
    """
    return _BRACED.sub(_accented, value) if "\\" in value else value


def decode(value: str) -> str:
    r"""Turn LaTeX accents and macros into Unicode and drop the braces that only group.

    Marks that LaTeX would take for commands but exports leave bare (``&``, ``%``, ``$``) stay.

    >>> decode(r"Erd{\H o}s & {IT}: 50% in {\'E}vora")
    'Erdős & IT: 50% in Évora'
    """
    if "\\" in value:
        value = _ACCENT.sub(_accented, value)
    if "\\" in value:
        escaped = _ESCAPED.sub(r"\1", value)
        value = _macros(value) if "\\" in escaped else escaped
    if "{" in value or "}" in value:
        value = value.replace("{", "").replace("}", "")
    return " ".join(value.split())


def _accented(match: re.Match[str]) -> str:
    accent = match.group(1) or match.group(6)
    letter = next(g for g in match.group(2, 3, 4, 5, 7, 8) if g)
    return unicodedata.normalize("NFC", letter + _ACCENTS[accent])


@cache
def _converter() -> tuple[Any, Any]:
    from pylatexenc.latex2text import LatexNodes2Text
    from pylatexenc.latexwalker import get_default_latex_context_db

    # Both are made once: pylatexenc would make them anew for each value.
    return LatexNodes2Text(math_mode="verbatim"), get_default_latex_context_db()


def _macros(value: str) -> str:
    from pylatexenc.latexwalker import LatexWalker, LatexWalkerError

    to_text, context = _converter()
    walker = LatexWalker(_BARE.sub(r"\\\1", value), latex_context=context, tolerant_parsing=True)
    try:
        text: str = to_text.nodelist_to_text(walker.get_latex_nodes()[0])
    except (RecursionError, LatexWalkerError):  # what no one wrote by hand stays as it is
        return value
    return text
