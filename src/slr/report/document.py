"""What the pages of the report share: head and style, and words as HTML in one language."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slr.report import LANGS, grid, markup, style, words
from slr.report.grid import Both

if TYPE_CHECKING:
    from markupsafe import Markup

_HERE = Path(__file__).parent


class Part:
    """A page in one language: its words as HTML, and what the review is."""

    def __init__(self, lang: str, phrases: str, review: Mapping[str, Any]) -> None:
        self.lang = lang
        self.dir = "rtl" if lang == "fa" else "ltr"
        self.say = words.load(phrases)
        self.title = review["title"][lang]
        self.about = review["about"][lang]
        self.rebuilt = bool(review["expected"])

    @property
    def above(self) -> Markup:
        """What stands above the title."""
        return self.t("of_review")

    @property
    def window(self) -> str:
        """What the page is called in its window."""
        return markup.bare(self.title)

    def part_title(self, section: str) -> Markup:
        """Return what a part of the page is called."""
        return self.t(section)

    def t(self, key: str, **fields: str | int) -> Markup:
        """Return a phrase as HTML."""
        return self.x(self._say(key, **fields))

    def x(self, text: str | float) -> Markup:
        """Return any text as HTML, escaped, with its digits and order."""
        from markupsafe import Markup

        return Markup(markup.html(text, self.lang))  # noqa: S704  (escaped there)

    def breakable(self, name: str) -> Markup:
        """Return an id or a path as HTML that may break after a slash."""
        from markupsafe import Markup

        return Markup(grid.breakable(name))  # noqa: S704  (escaped there)

    def plain(self, key: str) -> str:
        """Return a phrase for an attribute."""
        return self._say(key)

    def _say(self, key: str, /, **fields: str | int) -> str:
        """Return a phrase of this page; one that it lacks is that of the report's page."""
        known = self.say if key in self.say else words.load("page")
        return known.say(key, self.lang, **fields)


def render(template: str, parts: Sequence[Part], **more: object) -> str:
    """Return a page: a template filled with its parts, one a language."""
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    about = {part.lang: part.about for part in parts}
    return environment.get_template(template).render(
        parts=parts,
        window_title=" · ".join(dict.fromkeys(part.window for part in parts)),
        css=Markup(css(about)),  # noqa: S704  (see css)
        **more,
    )


def css(about: Both) -> str:
    """Return the style sheet with the fonts in it and the line at the foot of printed pages."""
    text = (_HERE / "page.css").read_text("utf-8")
    for name, path in zip(("FONT_REGULAR", "FONT_BOLD"), style.FONT_FILES, strict=True):
        text = text.replace(name, uri("font/ttf", path.read_bytes()))
    for lang in LANGS:
        line = markup.bare(about[lang]).split(":", 1)[0].split(". ", 1)[0]
        text = text.replace(f"PRINT_{lang.upper()}", _css_string(line))
    return text


def _css_string(text: str) -> str:
    r"""Return text for the inside of a CSS string: nothing in it can end the string or the style.

    >>> print(_css_string('a"</b'))
    a\22 \3c /b
    """
    return re.sub(r"[\"'\\<>&\n\r\f\x00]", lambda c: f"\\{ord(c.group()):x} ", text)


def uri(kind: str, data: bytes) -> str:
    """Return an image or a font as an address that holds it."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
