"""Write the data dictionary: what every table holds, taken from the schemas that check it.

``python -m slr.dictionary``, in the project's folder, brings `docs/data-dictionary.md` up to date.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slr import config, io
from slr.code import declared
from slr.code.codebook import Codebook
from slr.declared import is_derived
from slr.paths import CONFIG
from slr.schemas.columns import Table
from slr.schemas.made import MADE
from slr.schemas.raw import RAW
from slr.schemas.tables import schema

if TYPE_CHECKING:
    import pandera.pandas as pa

DICTIONARY = Path("docs/data-dictionary.md")

FOLDERS = {
    "raw/duplicates": "judgements",
    "raw/screening": "judgements",
    "raw/votes": "judgements",
    "raw/facts": "facts",
    "raw/lists": "lists",
    "raw/contexts": "citations",
    "raw/named_sources": "citations",
    "raw/references": "citations",
}
"""Folder of `data/raw` in which people keep a table; those not named here are codings."""

KINDS = {"Int64": "whole number", "Float64": "number"}
"""Kinds of column by their type; any other is text."""
YES = {True: "yes", False: ""}

HEAD = """\
# Data dictionary

Made from the schemas in `src/slr/schemas/` by `python -m slr.dictionary`; not to be edited here.
Each table is checked against its schema whenever it is read or written, so what stands here holds
for every file.

All tables are CSV: UTF-8, commas, one header line with the columns in this order. An empty cell
means that the value is missing, which is never the same as 0, as "no", or as `unknown` (someone
looked and could not tell). In facts, judgements and codings a record may be named by its bare key
where only one record has that key.
"""

RAW_HEAD = """\
## What people make: `data/raw/`

No run writes here; `slr add` puts new files there and changes none. Beside these tables lie
`records/*` (the records, in any format), `multiverse.yaml` (other choices; its form is in
`src/slr/schemas/config.schema.yaml`), and `report/` (what the report shows of this review alone;
the form is in `src/slr/schemas/report.schema.yaml`).
"""

DECLARED_HEAD = """\
## Tables that the shipped review declares

`code.tables` in `config.yaml` says what they hold. Each is `data/raw/coding/<name>.csv`, and
`data/processed/code/<name>.csv` with the columns `work_id` and `included` where its rows name a
record.
"""

CODEBOOK_HEAD = """\
## Variables that may be coded

The values of the column `variable` in `data/raw/coding/codings*.csv`, as the codebook in
`config.yaml` declares them. Any of them may also be `unknown`.

| variable | kind | allowed | asked where |
|---|---|---|---|
"""

FACTS_HEAD = """\
## Facts that may be recorded

The values of the column `fact` in `data/raw/facts/*.csv`, as `config.yaml` declares them. Any of
them may also be `unknown`.

| fact | kind | allowed | where records of one work differ |
|---|---|---|---|
"""

MADE_HEAD = """\
## What runs make: `data/processed/`

Anyone may delete these; `slr run` makes them again.
"""

COLUMNS_HEAD = "| column | kind | needed | meaning |\n|---|---|---|---|\n"


def render(settings: Mapping[str, Any]) -> str:
    """Return the dictionary as Markdown.

    Parameters
    ----------
    settings
        The whole config, for the facts that it declares.
    """
    parts = [
        HEAD,
        RAW_HEAD,
        *(_table(name) for name in RAW),
        FACTS_HEAD + "".join(_facts(settings["screen"]["facts"])),
        CODEBOOK_HEAD + "".join(_variables(Codebook.of(settings["code"]))),
        DECLARED_HEAD,
        *(
            _table(f"raw/{name}", declared.schema(table, raw=True))
            for name, table in settings["code"].get("tables", {}).items()
        ),
        MADE_HEAD,
        *(_table(name) for name in MADE),
    ]
    return "\n".join(parts)


def _variables(book: Codebook) -> Iterator[str]:
    for name, variable in book.variables.items():
        allowed = _cell(", ".join(variable.labels)) or "any words"
        if variable.kind == "number":
            bounds = (variable.least, variable.most)
            least, most = ("" if bound is None else f"{bound:g}" for bound in bounds)
            allowed = f"a number {least} to {most}" if least or most else "a number"
        where = "always" if variable.where is None else f"`{json.dumps(variable.where)}`"
        yield f"| `{name}` | {variable.kind} | {allowed} | {where} |\n"


def _table(name: str, declared: Table | None = None) -> str:
    found = schema(declared or name)
    unique = _list(f"`{column}`" for column in found.unique or [])
    told = f"{found.description} " + (f"No two rows share {unique}. " if unique else "")
    rows = "".join(_column(column, described) for column, described in found.columns.items())
    return f"### `{_path(name)}`\n\n{told.strip()}\n\n{COLUMNS_HEAD}{rows}"


def _path(name: str) -> str:
    group, table = name.split("/")
    if group != "raw":
        return f"{name}.csv"
    file = {"facts": "*", "lists": "*", "codings": "codings*"}.get(table, table)
    return f"{FOLDERS.get(name, 'coding')}/{file}.csv"


def _column(name: str, described: pa.Column) -> str:
    checks = [str(c.error).replace("<", "&lt;") for c in described.checks or [] if c.error]
    meaning = "; ".join(filter(None, [described.description, *checks]))
    kind = KINDS.get(str(described.dtype), "text")
    return f"| `{name}` | {kind} | {YES[not described.nullable]} | {_cell(meaning)} |\n"


def _facts(declared: Mapping[str, Any]) -> Iterator[str]:
    for name, kind in declared.items():
        if is_derived(kind):
            continue
        allowed = ", ".join(kind.get("values", []))
        if kind["type"] == "count":
            allowed = "a whole number, 0 or more"
        if "index" in kind:
            allowed += f"; only counts of {kind['index']} on {kind['as_of']} are used"
        differ = {"surest": "the first of the allowed values counts", "sum": "they are added"}
        told = differ.get(kind.get("combine", ""), "they stand side by side, as a conflict")
        if kind["type"] == "text":
            told = "they stand side by side"
        yield f"| `{name}` | {kind['type']} | {_cell(allowed) or 'any words'} | {told} |\n"


def _list(words: Iterable[str]) -> str:
    *first, last = [*words] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    io.write_text(DICTIONARY, render(config.load(CONFIG)))
