"""Text as HTML, LaTeX, Markdown and CSV: escaped, with the digits and order of its language.

A title may hold anything. What is put into a file here means itself and nothing else, and no text
turns the order of what stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from slr.bidi import LRI, PDI, RLI, digits, isolate

__all__ = ["bare", "csv", "html", "markdown", "tex"]

_HAS_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_SIGNED = re.compile("[+−-][0-9.,]+%?")
_APART = re.compile(rf"{PDI}([.,:;]\s+){LRI}")
"""Latin runs that only a Latin mark sets apart are one run, read from left to right."""
_MARKS = re.compile(f"([{LRI}{RLI}{PDI}])")

_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "`": r"\textasciigrave{}",
    '"': r"\textquotedbl{}", "\n": " ", "\t": " ",
}  # fmt: skip
_MARKDOWN = re.compile(r"([\\`*_\[\]~|!#$^@])")
"""With what pandoc reads besides: formulas, raised text and citations."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def ordered(text: str | float, lang: str) -> str:
    """Return text with the digits of a language and isolates around what runs the other way.

    Text wholly in the other direction is one isolate, so that its punctuation stays inside.

    >>> ordered("Governance: a review (2015)", "fa") == f"{LRI}Governance: a review (2015){PDI}"
    True
    >>> ordered(35, "fa")
    '۳۵'
    """
    plain = bare(str(text))
    if lang == "fa":
        if _HAS_LATIN.search(plain) and not _has_rtl(plain):
            return f"{LRI}{plain}{PDI}"
        if _SIGNED.fullmatch(plain):
            return f"{LRI}{digits(plain, lang)}{PDI}"
        return _inner(isolate(digits(plain, lang), lang), RLI)
    if _has_rtl(plain):
        if not _HAS_LATIN.search(plain):
            return f"{RLI}{plain}{PDI}"
        return _inner(isolate(plain, lang), LRI)
    return plain


def _has_rtl(plain: str) -> bool:
    """Tell whether text holds a letter written from right to left: English text isolates it."""
    return isolate(plain, "en") != plain


def _inner(isolated: str, outer: str) -> str:
    """Take off the isolate around the whole: the document has that direction already."""
    whole = isolated.startswith(outer) and isolated.endswith(PDI)
    return _APART.sub(r"\1", isolated[1:-1] if whole else isolated)


def bare(text: str) -> str:
    """Return text on one line without marks that turn what stands beside it."""
    return " ".join(_CONTROLS.sub("", text).split())


def html(text: str | float, lang: str) -> str:
    """Return text as HTML, what runs the other way in ``<bdi>``.

    >>> html("<script>", "en"), html("مدل Janowski", "fa")
    ('&lt;script&gt;', 'مدل <bdi dir="ltr" lang="en">Janowski</bdi>')
    """
    latin = ' lang="en"' if _HAS_LATIN.search(str(text)) else ""
    opening = {LRI: f'<bdi dir="ltr"{latin}>', RLI: '<bdi dir="rtl" lang="fa">'}
    return _marked(ordered(text, lang), escape, opening, "</bdi>")


def tex(text: str | float, lang: str) -> str:
    r"""Return text as LaTeX; the commands for the other language are those of polyglossia.

    >>> print(tex("50% of R&D", "en"))
    50\% of R\&D
    """
    opening = {LRI: r"\textenglish{", RLI: r"\textpersian{"}
    made = _marked(ordered(text, lang), _tex, opening, "}")
    # At the begin of a row these would belong to the end of the row before.
    return f"{{{made[0]}}}{made[1:]}" if made.startswith(("[", "*")) else made


def _tex(text: str) -> str:
    return "".join(_TEX.get(char, char) for char in text).replace("--", "-{}-")


def markdown(text: str | float, lang: str) -> str:
    r"""Return text for a cell or a line of Markdown.

    >>> print(markdown("a|b <i>", "en"))
    a\|b &lt;i&gt;
    """
    return _MARKDOWN.sub(r"\\\1", escape(ordered(text, lang), quote=False))


def csv(text: str | float) -> str:
    """Return text for a cell of a spreadsheet, which must not take it for a formula.

    >>> csv("=1+1"), csv("2005")
    ("'=1+1", '2005')
    """
    plain = _CONTROLS.sub("", str(text).replace("\r", " "))
    return f"'{plain}" if plain.lstrip(" ").startswith(_FORMULA) else plain


def _marked(text: str, escaped: Callable[[str], str], opening: dict[str, str], closing: str) -> str:
    parts = _MARKS.split(text)
    return "".join(
        opening.get(part, closing) if at % 2 else escaped(part) for at, part in enumerate(parts)
    )
