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
_ESCAPED = re.compile(r"\\(?:([&%$#_])|text(backslash|braceleft|braceright|ascii\w+)\{\})")
_SPELT = {"asciitilde": "~", "asciicircum": "^", "backslash": "\0", "braceleft": "\1",
          "braceright": "\2"}  # fmt: skip
_BLANK = str.maketrans("\0\1\2", "   ")
_KEPT = str.maketrans("\0\1\2", "\\{}")
"""Marks that stand for themselves: no command, and no brace that groups."""
_MACRO = re.compile(r"\\([A-Za-z]+)")
_OF_STYLE = frozenset(
    {"emph", "text", "textit", "textbf", "textsc", "textrm", "texttt", "textsf", "textsl"}
    | {"textup", "mathrm", "mbox", "it", "bf", "em"}
)
"""Macros that only dress their text."""
_BARE = re.compile(r"(?<!\\)([&%$#])")


def accents(value: str) -> str:
    r"""Turn the accents of single letters into Unicode: nothing that names are split at.

    >>> accents(r"M{\"u}ller, J{\"{o}}rg and {World Bank}")
    'Müller, Jörg and {World Bank}'
    """
    return _ACCENT.sub(_accented, _BRACED.sub(_accented, value)) if "\\" in value else value


def decode(value: str) -> str:
    r"""Turn LaTeX accents and macros into Unicode and drop the braces that only group.

    Marks that LaTeX would take for commands but exports leave bare (``&``, ``%``, ``$``) stay. A
    value with a macro that stands for no character and no style stays as it is: nothing is lost.

    >>> decode(r"Erd{\H o}s & {IT}: 50% in {\'E}vora")
    'Erdős & IT: 50% in Évora'
    """
    if "\\" in value:
        value = _ACCENT.sub(_accented, value)
    if "\\" in value:
        escaped = _ESCAPED.sub(_unescaped, value.translate(_BLANK))
        if "\\" in escaped:
            if not all(map(_is_text, _MACRO.findall(value))):
                return " ".join(value.split())
            value = _macros(value)
        else:
            bare = escaped.replace("{", "").replace("}", "")
            return " ".join(bare.translate(_KEPT).split())
    if "{" in value or "}" in value:
        value = value.replace("{", "").replace("}", "")
    return " ".join(value.split())


def _unescaped(match: re.Match[str]) -> str:
    mark, name = match.groups()
    return mark or _SPELT.get(name, match.group())


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


@cache
def _is_text(macro: str) -> bool:
    """Tell whether a macro is an accent, a style, or stands for characters of its own."""
    if len(macro) == 1 or macro in _OF_STYLE:
        return True
    from pylatexenc.latex2text import get_default_latex_context_db

    spec = get_default_latex_context_db().get_macro_spec(macro)
    meant = getattr(spec, "simplify_repl", None)
    return isinstance(meant, str) and bool(meant.strip()) and not set("%<") & set(meant)


def _macros(value: str) -> str:
    from pylatexenc.latexwalker import LatexWalker, LatexWalkerError

    to_text, context = _converter()
    walker = LatexWalker(_BARE.sub(r"\\\1", value), latex_context=context, tolerant_parsing=True)
    try:
        text: str = to_text.nodelist_to_text(walker.get_latex_nodes()[0])
    except (
        RecursionError,
        IndexError,
        LatexWalkerError,
    ):  # what no one wrote by hand stays as it is
        return value
    return text
