"""What our own exports add to a format, and how the readers take it back.

A format has no place for some of what a record holds: its `record_id`, its kind in BibTeX's
words, fields that only one database has. It travels as one JSON object of texts in a field of
ours, so that an export that is read again gives the same records. The writers of `slr.export`
and the readers of `slr.pull` both take what they need from here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence

from slr.text import names_of

FIELD = "slr_extra"
"""The column that holds what is carried; in BibTeX the field of that name with a hyphen."""
RECORD_ID = "slr_record_id"
"""Where `record_id` is not ours to name: in tables for ASReview, in notes for Rayyan."""
BIBTEX_FIELD = FIELD.replace("_", "-")
RIS_TAG = "U5"
"""User definable 5 of the RIS specification (2011)."""
AS_IT_STANDS = frozenset({"doi", "url"})
"""Fields that LaTeX reads as they stand."""
CSL_KEY = "slr"
"""Within `custom`, the object that CSL-JSON has for what has no field of its own."""
NAMES = "author_whole"
"""The field with the authors that hold an "and": names in `author` are apart by just that."""
OF_THE_RUN = ("status", "criterion", "reason")
"""Columns of an export that tell of a run and not of the record; not read back."""

_FORMULA = re.compile("^'*[=+\\-@\t\r\n＝＋－＠]")


def pack(carried: Mapping[str, str]) -> str:
    """Return what is carried as one line.

    >>> pack({"ENTRYTYPE": "inbook", "Country": "ایران"})
    '{"Country": "ایران", "ENTRYTYPE": "inbook"}'
    """
    return json.dumps(carried, ensure_ascii=False, sort_keys=True)


def unpack(text: str) -> dict[str, str] | None:
    """Return what a text carries; None where it is no JSON object of texts.

    >>> unpack('{"ENTRYTYPE": "inbook"}'), unpack("PMID: 12"), unpack('{"a": 1}')
    ({'ENTRYTYPE': 'inbook'}, None, None)
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict) and all(isinstance(value, str) for value in found.values()):
        return found
    return None


def pack_names(names: Sequence[str]) -> str:
    """Return the names that hold an ``and``, as a record keeps them; empty where none does.

    Where these alone do not tell which name is which, all are returned.

    >>> pack_names(["Kim, A", "Health and Welfare"]), pack_names(["A", "B", "A and B"])
    ('["Health and Welfare"]', '["A", "B", "A and B"]')
    """
    whole = [name for name in names if " and " in f" {name} "]
    if whole and names_of(" and ".join(names), whole) != list(names):
        whole = list(names)
    return json.dumps(whole, ensure_ascii=False) if whole else ""


def unpack_names(text: str) -> list[str]:
    """Return the names that `pack_names` kept; none where it is nothing of the kind.

    >>> unpack_names('["Ministry of Health and Welfare"]'), unpack_names("yes")
    (['Ministry of Health and Welfare'], [])
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    is_list = isinstance(found, list) and all(isinstance(name, str) for name in found)
    return found if is_list else []


def verbatim(value: str) -> str:
    r"""Return a DOI or address for BibTeX, as it stands; only what would end the field goes.

    >>> print(verbatim("10.1000/a_b#c%d"), verbatim("10.1000/a{b}"))
    10.1000/a_b#c%d 10.1000/a%7Bb%7D
    """
    return re.sub(r"[{}\\]", lambda char: f"%{ord(char.group()):02X}", value)


def guard(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    An apostrophe before ``=``, ``+``, ``-``, ``@``, a tab or a line end, as OWASP recommends
    (CSV Injection, owasp.org/www-community/attacks/CSV_Injection), and before the full-width
    forms, which East Asian versions of Excel take for the same. Excel and LibreOffice show the
    apostrophe of a CSV file as it stands. One more is put before apostrophes that such a
    character follows, so that `unguard` undoes it.

    >>> guard("=1+1"), guard("'=x"), guard("'Tis")
    ("'=1+1", "''=x", "'Tis")
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """Return a cell as it was before `guard`.

    >>> unguard("'=1+1"), unguard("''=x"), unguard("'Tis"), unguard("=1")
    ('=1+1', "'=x", "'Tis", '=1')
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def tag(record_id: str, *, hashed: bool = False) -> str:
    """Return what tells a record apart in ASCII: its id or, where that is not ASCII, a hash.

    >>> tag("paper/Kim2020"), tag("مجله/ساعی")
    ('paper/Kim2020', 'slr-e1317f76988815ea')
    """
    if record_id.isascii() and not hashed:
        return record_id
    return f"slr-{hashlib.sha256(record_id.encode()).hexdigest()[:16]}"


def untagged(title: str, record_id: str) -> str:
    """Return a title without the tag of its record at its end.

    >>> untagged("Smart cities [paper/Kim2020]", "paper/Kim2020")
    'Smart cities'
    """
    for mark in (tag(record_id), tag(record_id, hashed=True)):
        if title.endswith(f"[{mark}]"):
            return title.removesuffix(f"[{mark}]").rstrip()
    return title
