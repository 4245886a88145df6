"""Names as exports print them, to ``Family, Given and Family, Given``."""

from __future__ import annotations

import re

from bibtexparser.middlewares.names import parse_single_name_into_parts

_ARABIC = re.compile("[\u0600-\u06ff]")
_PERSIAN_AND = re.compile(r"\s+و\s+")
_BODY = re.compile(
    r"(سازمان|وزارت|دانشگاه|مرکز|شورا|مؤسسه|موسسه|بانک|معاونت|پژوهش|انجمن|شرکت|ستاد|دفتر|مجلس)"
)
"""What the names of Persian bodies begin with; their «و» joins words, not people."""
_INITIALS = re.compile(r"(?:[^\W\d_]\.?-?){1,4}")
_IDS = re.compile(r"\s*\(\d{6,}\)")
_PLAIN = re.compile(r"[^\W\d_]+, [^\W\d_]+\.?")
_OLD_SCOPUS = re.compile(r"[^,]+, (?:[^\W\d_]\.[ -]?)+(?:, [^,]+, (?:[^\W\d_]\.[ -]?)+)*")
_OTHERS = re.compile(r"(?i)(?:et al\.?|others|\.\.\.|…|و همکاران|و دیگران)")


def people(value: str, *, given_first: bool = False) -> str:
    """Return a list of names in one form; the mark between them is told from the list itself.

    Parameters
    ----------
    value
        Names apart by semicolons, bars, ``and``, commas, «،» or «و».
    given_first
        Whether a name of several words without a comma has the family name last; where it is
        not known, only initials tell which word is which, and the name stays as it is.

    >>> people("Kim S.; Lee J.-H.")
    'Kim, S. and Lee, J.-H.'
    >>> people("AB Kim, J Lee, ...")
    'Kim, AB and Lee, J'
    """
    if _PLAIN.fullmatch(value):
        return value
    names = [_one(n, given_first) for n in _apart(_IDS.sub("", value)) if not _OTHERS.fullmatch(n)]
    return " and ".join(name for name in names if name)


def has_others(value: str) -> bool:
    """Tell whether a list says that it leaves names out."""
    return any(_OTHERS.fullmatch(name) for name in _apart(value))


def persian(name: str) -> list[str]:
    """Split what stands between two ``and`` where it is Persian names with «،» and «و».

    A single word on either side of one «،» makes it family and given name.

    >>> persian("ساعی، احمد و رضایی، علی")
    ['ساعی, احمد', 'رضایی, علی']
    >>> persian("احمد ساعی، علی رضایی و حسن کریمی")
    ['احمد ساعی', 'علی رضایی', 'حسن کریمی']
    """
    if "{" in name or not _ARABIC.search(name) or _BODY.match(name.strip()):
        return [name]
    names: list[str] = []
    for piece in _PERSIAN_AND.split(name):
        parts = [part.strip() for part in piece.split("،") if part.strip()]
        if len(parts) == 2 and min(len(part.split()) for part in parts) == 1:
            names.append(", ".join(parts))
        else:
            names += parts
    return names


def _apart(value: str) -> list[str]:
    value = " ".join(value.split()).replace(". -", ".-")
    if re.search(r"[;؛]", value):
        names = re.split(r"[;؛]", value)
    elif "|" in value:
        names = value.split("|")
    elif re.search(r"(?i) and ", value):
        names = re.split(r"(?i),? and ", value)
    elif _ARABIC.search(value):
        names = persian(value)
    elif _OLD_SCOPUS.fullmatch(value):
        names = re.split(r"(?<=\.), ", value)
    else:
        parts = value.split(", ")
        several = len(parts) > 2 or _OTHERS.fullmatch(parts[-1].strip()) is not None
        several = several or (len(parts) == 2 and all(" " in p.strip() for p in parts))
        names = parts if several and not _jr(parts) else [value]
    return [name for name in (n.strip().removeprefix("and ") for n in names) if name.strip(" .,-")]


def _jr(parts: list[str]) -> bool:
    return any(re.fullmatch(r"(?i)(?:jr|sr|i{2,3}|iv)\.?", p.strip()) for p in parts)


def _one(name: str, given_first: bool) -> str:
    if "," in name:
        family, given = name.split(",", 1)
        return ", ".join(filter(None, (family.strip(), given.strip(" ,"))))
    words = name.split()
    if len(words) < 2:
        return name
    last = len(words)
    while last > 1 and _is_initials(words[last - 1]):
        last -= 1
    first = 0
    while first < len(words) - 1 and _is_initials(words[first]):
        first += 1
    if last < len(words) and first == 0:
        return f"{' '.join(words[:last])}, {' '.join(words[last:])}"
    if first and last == len(words):
        return f"{' '.join(words[first:])}, {' '.join(words[:first])}"
    if given_first:
        parts = parse_single_name_into_parts(name, strict=False)
        family = " ".join(parts.von + parts.last + parts.jr)
        return f"{family}, {' '.join(parts.first)}" if parts.first else family
    return name


def _is_initials(word: str) -> bool:
    return word.upper() == word and word.lower() != word and bool(_INITIALS.fullmatch(word))
