"""CSL-JSON, one item a line; what it has no field for is carried in `custom`, which is for that."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from slr.carried import CSL_KEY
from slr.export.items import Item
from slr.pull import csljson
from slr.text import names_of

_TYPES = {
    "article": "article-journal", "book": "book", "collection": "book", "proceedings": "book",
    "inproceedings": "paper-conference", "incollection": "chapter", "inbook": "chapter",
    "phdthesis": "thesis", "mastersthesis": "thesis", "thesis": "thesis", "techreport": "report",
    "report": "report", "unpublished": "manuscript", "online": "webpage", "dataset": "dataset",
    "software": "software", "patent": "patent", "booklet": "pamphlet",
}  # fmt: skip
_NAME_OF = {ours: theirs for theirs, ours in csljson.FIELDS.items()}


def write(items: Sequence[Item]) -> str:
    """Return entries as a CSL-JSON file."""
    lines = [json.dumps(_item(item), ensure_ascii=False) for item in items]
    return "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"


def _item(item: Item) -> dict[str, Any]:
    values = item.fields | item.extra
    made: dict[str, Any] = {"id": item.id, "type": _TYPES.get(item.kind, "document")}
    made |= {_NAME_OF[name]: value for name, value in values.items() if name in _NAME_OF}
    if authors := item.names():
        made["author"] = [_name(name) for name in authors]
    if editors := names_of(item.extra.get("editor", "")):
        made["editor"] = [_name(name) for name in editors]
    if year := item.fields.get("year"):
        whole = re.fullmatch("[1-9][0-9]{3}", year)
        made["issued"] = {"date-parts": [[int(year)]]} if whole else {"literal": year}
    written = {*_NAME_OF, "editor"}
    rest = {name: value for name, value in item.extra.items() if name not in written}
    return made | {"custom": {CSL_KEY: rest | {"ENTRYTYPE": item.kind}}}


def _name(name: str) -> dict[str, str]:
    family, _, given = name.partition(", ")
    return {"family": family, "given": given} if family and given else {"literal": name}
