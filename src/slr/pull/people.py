"""Names as exports print them, to ``Family, Given and Family, Given``."""

from __future__ import annotations

import re

from bibtexparser.middlewares.names import parse_single_name_into_parts

_ARABIC = re.compile("[\u0600-\u06ff]")
_PERSIAN_AND = re.compile(r"\s+و\s+")
_PERSIAN_LIST = re.compile(r"،|\sو\s")
_PERSIAN_NAME = re.compile(r"^([^،]+)،\s*([^،]+)$")
_BODY = re.compile(
    r"(سازمان|وزارت|دانشگاه|مرکز|شورا|مؤسسه|موسسه|بانک|معاونت|پژوهش|انجمن|شرکت|ستاد|دفتر|مجلس)"
)
"""What the names of Persian bodies begin with; their «و» joins words, not people."""
_INITIALS = re.compile(r"(?:[^\W\d_]\.?-?){1,4}")
_IDS = re.compile(r"\s*\(\d{6,}\)")
_PLAIN = re.compile(r"[^\W\d_]+, [^\W\d_]+\.?")
_OLD_SCOPUS = re.compile(r"[^,]+, (?:[^\W\d_]\.[ -]?)+(?:, [^,]+, (?:[^\W\d_]\.[ -]?)+)*")
_OTHERS = re.compile(r"(?i)(?:et al\.?|others|\.\.\.|…|و همکاران|و دیگران)")


def people(value: str, *, given_first: bool = False, one: bool = False) -> list[str]:
    """Return the names of a list, each in one form; the mark between them is told from the list.

    Parameters
    ----------
    value
        Names apart by semicolons, bars, ``and``, commas, «،» or «و».
    given_first
        Whether a name of several words without a comma has the family name last; where it is
        not known, only initials tell which word is which, and the name stays as it is.
    one
        Whether the field is for one name, or for names apart by semicolons: then neither a comma
        nor an ``and`` parts what may be one name.

    >>> people("Kim S.; Lee J.-H."), people("AB Kim, J Lee, ...")
    (['Kim, S.', 'Lee, J.-H.'], ['Kim, AB', 'Lee, J'])
    >>> people("García Márquez, Gabriel José", one=True), people("Health and Welfare", one=True)
    (['García Márquez, Gabriel José'], ['Health and Welfare'])
    """
    if _PLAIN.fullmatch(value):
        return [value]
    apart = _apart(_IDS.sub("", value), one)
    names = [_one(name, given_first) for name in apart if not _OTHERS.fullmatch(name)]
    return [name for name in names if name]


def has_others(value: str) -> bool:
    """Tell whether a list says that it leaves names out."""
    return any(_OTHERS.fullmatch(name) for name in _apart(value, one=False))


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


def _apart(value: str, one: bool) -> list[str]:
    value = " ".join(value.split()).replace(". -", ".-")
    by_and = re.split(r"(?i),? and ", value)
    if re.search(r"[;؛]", value):
        names = [_PERSIAN_NAME.sub(r"\1, \2", name) for name in re.split(r"[;؛]", value)]
    elif "|" in value:
        names = value.split("|")
    elif len(by_and) > 1:
        names = by_and if not one or all("," in n or _has_initials(n) for n in by_and) else [value]
    elif _ARABIC.search(value) and (one or _PERSIAN_LIST.search(value) or _BODY.match(value)):
        names = persian(value)
    elif _OLD_SCOPUS.fullmatch(value):
        names = re.split(r"(?<=\.), ", value)
    else:
        parts = value.split(", ")
        names = parts if _are_several(parts, one) and not _jr(parts) else [value]
    return [name for name in (n.strip().removeprefix("and ") for n in names) if name.strip(" .,-")]


def _are_several(parts: list[str], one: bool) -> bool:
    """Tell whether what stands between commas are names, and not the parts of one."""
    whole = all(" " in part.strip() for part in parts)
    if len(parts) == 2:
        others = _OTHERS.fullmatch(parts[1].strip()) is not None
        return others or (whole and (not one or all(map(_has_initials, parts))))
    return len(parts) > 2 and (whole or not one)


def _has_initials(name: str) -> bool:
    words = name.split()
    return len(words) > 1 and (_is_initials(words[0]) or _is_initials(words[-1]))


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
