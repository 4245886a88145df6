"""BibTeX: one entry a record, in plain UTF-8 but for what LaTeX would take for commands.

Every value comes back the same through `slr.pull.bibtex`: braces are spelt as commands, so that
they are in balance whatever a title holds, and a name that could be taken apart stands in braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from slr.carried import AS_IT_STANDS, BIBTEX_FIELD, NAMES, RECORD_ID, pack, verbatim
from slr.export.items import Item
from slr.text import names_of

VENUE = {"article": "journal", "inproceedings": "booktitle", "incollection": "booktitle"}
_SPELT = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_"}
    | {
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)
_VENUES = {"journal", "journaltitle", "booktitle", "howpublished"}
_READ_OTHERWISE = {"author", "crossref", "xref", BIBTEX_FIELD, NAMES, "and_others", *_VENUES}
"""Names of fields that mean something to a reader of BibTeX; ours of that name is carried."""
_PLAIN = re.compile("[a-z][a-z0-9_-]*")
_KIND = re.compile("(?!(?:comment|preamble|string)$)[a-z]+")
_SPECIAL = re.compile(r"(?i)[\\{}&%$#_~^\",،;؛|]|(?<!\S)(?:and|و)(?!\S)")


def write(items: Sequence[Item], comment: str, keys: Mapping[str, str] | None = None) -> str:
    """Return entries as a BibTeX file.

    Parameters
    ----------
    comment
        What stands above the entries.
    keys
        The citation key of each item; where None, its id, so that it comes back as that.
    """
    # On lines of their own, parts of the comment are not taken for the names of columns.
    plain = " ".join(comment.split()).replace("@", "(at)")
    head = "".join(f"% {line}\n" for line in re.split(r"(?<=[,;|]) ", plain))
    taken: set[str] = set()
    entries = [
        _entry(item, keys[item.id], {}) if keys else _entry(item, *_key(item.id, taken))
        for item in items
    ]
    return "\n".join([head, *entries])


def readable(key: str) -> str:
    """Return a citation key without what BibTeX or LaTeX could not read in it.

    >>> readable("10.1016/s0740-624x(01)00066-1")
    '10.1016/s0740-624x-01-00066-1'
    """
    return re.sub(r"[\s,={}()%#~\\\"']", "-", key)


def _key(record_id: str, taken: set[str]) -> tuple[str, dict[str, str]]:
    """Return the citation key of a record, and the id itself where the key is not just that."""
    bare = key = readable(record_id)
    number = 1
    while key.casefold() in taken:
        number += 1
        key = f"{bare}-{number}"
    taken.add(key.casefold())
    return key, {} if key == record_id else {RECORD_ID: record_id}


def _entry(item: Item, key: str, carried: dict[str, str]) -> str:
    kind = item.kind if _KIND.fullmatch(item.kind) else "misc"
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
    fields = {n: v if n in ("author", "editor") else bibtex(v) for n, v in written.items() if v}
    for name in AS_IT_STANDS & fields.keys():
        fields[name] = verbatim(written[name])
        if fields[name] != written[name]:
            carried[name] = written[name]
    if carried:
        fields[BIBTEX_FIELD] = bibtex(pack(carried))
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
    return ",\n".join([f"@{kind}{{{key}", *lines]) + "\n}\n"


def bibtex(value: str) -> str:
    r"""Return text as the value of a field; no brace in it can end the field.

    >>> print(bibtex("R&D {50%}"))
    R\&D \textbraceleft{}50\%\textbraceright{}
    """
    return value.translate(_SPELT)


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
    if not comma or not family.strip() or family.endswith(" ") or not given or "," in family:
        return f"{{{bibtex(name)}}}"
    if _SPECIAL.search(family) or _SPECIAL.search(given):
        return f"{{{bibtex(family)}}}, {{{bibtex(given)}}}"
    return name
