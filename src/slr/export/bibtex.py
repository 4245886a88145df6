"""BibTeX: one entry a record, in plain UTF-8 but for what LaTeX would take for commands.

Every value comes back the same through `slr.pull.bibtex`: braces are spelt as commands, so that
they are in balance whatever a title holds, and a name that could be taken apart stands in braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from slr.carried import BIBTEX_FIELD, NAMES, RECORD_ID, pack
from slr.export.items import Item
from slr.text import names_of

VENUE = {"article": "journal", "inproceedings": "booktitle", "incollection": "booktitle"}
_SPELT = {c: f"\\{c}" for c in "&%$#_"} | {
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_VENUES = {"journal", "journaltitle", "booktitle", "howpublished"}
_READ_OTHERWISE = {"author", "crossref", "xref", BIBTEX_FIELD, NAMES, "and_others", *_VENUES}
"""Names of fields that mean something to a reader of BibTeX; ours of that name is carried."""
_PLAIN = re.compile("[a-z][a-z0-9_-]*")
_KIND = re.compile("(?!(?:comment|preamble|string)$)[a-z]+")
_SPECIAL = re.compile(r"(?i)[\\{}&%$#_~^\",،]|(?<!\S)(?:and|و)(?!\S)")
_AS_IT_STANDS = ("doi", "url")


def write(items: Sequence[Item], comment: str) -> str:
    """Return entries as a BibTeX file.

    Parameters
    ----------
    comment
        What stands above the entries; no entry begins in it, and no table.
    """
    taken: set[str] = set()
    entries = [_entry(item, _key(item.id, taken)) for item in items]
    return "\n".join([head(comment), *entries])


def head(comment: str) -> str:
    """Return text as lines of comment that no reader takes for an entry or for column names."""
    plain = " ".join(comment.split()).replace("@", "(at)")
    return "".join(f"% {line}\n" for line in re.split(r"(?<=[,;|]) ", plain))


def _key(record_id: str, taken: set[str]) -> str:
    """Return a citation key: the id, but for what BibTeX or LaTeX could not read in it."""
    bare = key = re.sub(r"[\s,={}()%#~\\\"']", "-", record_id)
    number = 1
    while key.casefold() in taken:
        number += 1
        key = f"{bare}-{number}"
    taken.add(key.casefold())
    return key


def _entry(item: Item, key: str) -> str:
    kind = item.kind if _KIND.fullmatch(item.kind) else "misc"
    carried = {} if key == item.id else {RECORD_ID: item.id}
    if kind != item.kind:
        carried["ENTRYTYPE"] = item.kind
    others = item.extra.get("and_others") == "yes"
    written = dict(item.fields) | {"author": names(item.names(), others=others)}
    if "journal" in written:
        # Where the entry has another venue too, only "journal" is read first.
        alone = not _VENUES & item.extra.keys()
        written[VENUE.get(kind, "howpublished") if alone else "journal"] = written.pop("journal")
    for name, value in item.extra.items():
        if name in _VENUES or (name not in _READ_OTHERWISE and _PLAIN.fullmatch(name)):
            written[name] = names(names_of(value)) if name == "editor" else value
        elif name != NAMES and not (others and name == "and_others"):
            carried[name] = value
    fields = {n: v if n in ("author", "editor") else _value(n, v) for n, v in written.items() if v}
    if carried:
        fields[BIBTEX_FIELD] = bibtex(pack(carried))
    return entry(kind, key, fields)


def entry(kind: str, key: str, fields: Mapping[str, str]) -> str:
    """Return one entry; its values are written as `bibtex`, `names` or `verbatim` return them."""
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
    return ",\n".join([f"@{kind}{{{key}", *lines]) + "\n}\n"


def _value(name: str, value: str) -> str:
    return verbatim(value) if name in _AS_IT_STANDS else bibtex(value)


def bibtex(value: str) -> str:
    r"""Return text as the value of a field; no brace in it can end the field.

    >>> print(bibtex("R&D {50%}"))
    R\&D \textbraceleft{}50\%\textbraceright{}
    """
    return "".join(_SPELT.get(char, char) for char in " ".join(str(value).split()))


def verbatim(value: str) -> str:
    r"""Return a DOI or address, which LaTeX reads as it stands unless it could end the field.

    >>> print(verbatim("10.1000/a_b#c%d"))
    10.1000/a_b#c%d
    """
    return bibtex(value) if re.search(r"[{}\\]", value) else " ".join(value.split())


def names(people: Iterable[str], *, others: bool = False) -> str:
    r"""Return a list of names; one without a comma is that of a body, set whole in braces.

    Parameters
    ----------
    others
        Whether the list leaves names out.

    >>> print(names(["Janowski, Tomasz", "Ministry of Health and Welfare"], others=True))
    Janowski, Tomasz and {Ministry of Health and Welfare} and others
    """
    return " and ".join([*map(_name, people), *["others"] * others])


def _name(name: str) -> str:
    family, comma, given = name.partition(", ")
    if not comma or not family or not given or "," in family:
        return f"{{{bibtex(name)}}}"
    if _SPECIAL.search(family) or _SPECIAL.search(given):
        return f"{{{bibtex(family)}}}, {{{bibtex(given)}}}"
    return name
