"""Tables: our own CSV, and those that ASReview LAB and Rayyan read. No cell is a formula."""

from __future__ import annotations

import csv
import io as text_io
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from slr.carried import FIELD, OF_THE_RUN, RECORD_ID, guard, pack, tag
from slr.export.items import Item

CSV = (
    "record_id", "ENTRYTYPE", "title", "author", "year", "journal", "volume", "number", "pages",
    "doi", "isbn", "issn", "abstract", "keywords", "publisher", "language", "url", "note",
)  # fmt: skip
ASREVIEW = (
    "title", "abstract", "authors", "keywords", "year", "doi", "url", "included", RECORD_ID, FIELD,
)  # fmt: skip
RAYYAN = (
    "key", "title", "year", "month", "day", "journal", "issn", "volume", "issue", "pages",
    "authors", "url", "language", "publisher", "location", "abstract", "notes", "doi", "keywords",
)  # fmt: skip
HELD_BY_RAYYAN = frozenset({*RAYYAN, "number", "author", "note"})
"""The fields of an entry that go into its columns."""
_OF_THE_ROW = ("record_id", "ENTRYTYPE")
_LABELS = {"included": "1", "excluded": "0"}
_VERDICTS = {"included": "Included", "excluded": "Excluded"}


def write_csv(items: Sequence[Item]) -> str:
    """Return our own table: every field, where each work ended, and the rest in one column."""
    run = OF_THE_RUN if any(item.status for item in items) else ()
    rows = []
    for item in items:
        values = item.extra | item.fields | {"record_id": item.id, "ENTRYTYPE": item.kind}
        rest = {n: v for n, v in item.extra.items() if n not in CSV or n in _OF_THE_ROW}
        ended = [getattr(item, name) for name in run]
        rows.append([*(values.get(name, "") for name in CSV), *ended, pack(rest)])
    return table((*CSV, *run, FIELD), rows)


def write_asreview(items: Sequence[Item]) -> str:
    """Return a table for ASReview LAB 3.

    Its columns are those of the documentation (asreview.readthedocs.io, "Data format");
    `included` is 1 or 0 as decided here, empty where nothing was. ASReview keeps all other
    columns and gives them back; pandas, through which they go, makes numbers of what looks like
    one, so fields that must come back as they are stand in one column of text.

    ASReview takes records for duplicates, and hides them, where titles and abstracts are the same
    once cut to ``[a-z0-9]`` (3.0.8, asreview/data/utils.py): all Persian titles without an
    abstract are. The id of the record at the end of each title tells them apart; our reader takes
    it off.
    """
    plain = [_tagged(item) for item in items]
    alike = Counter(map(_as_asreview_compares, plain))
    rows = []
    for item, title in zip(items, plain, strict=True):
        fields = item.extra | item.fields
        shown = fields | {
            "title": title
            if alike[_as_asreview_compares(title)] == 1
            else _tagged(item, hashed=True),
            "authors": ";".join(item.names()),
            "keywords": re.sub(r"\s*;\s*", ";", fields.get("keywords", "")),
            "included": _LABELS.get(item.status, ""),
            RECORD_ID: item.id,
            FIELD: pack(
                {n: v for n, v in fields.items() if n not in ("title", "abstract")}
                | {"ENTRYTYPE": item.kind}
            ),
        }
        rows.append([shown.get(name, "") for name in ASREVIEW])
    return table(ASREVIEW, rows)


def _tagged(item: Item, *, hashed: bool = False) -> str:
    return f"{item.fields.get('title', '')} [{tag(item.id, hashed=hashed)}]".strip()


def _as_asreview_compares(title: str) -> str:
    return re.sub("[^a-z0-9]", "", unicodedata.normalize("NFKD", title).lower())


def write_rayyan(items: Sequence[Item]) -> str:
    """Return a table for Rayyan.

    Columns, and authors apart by " and ", are those of Rayyan's own reader and writer of CSV
    (github.com/hammady/rayyan-formats-plugins), with `doi` and `keywords` as its exports have
    them now. `notes` ends with the decision in the form of Rayyan's exports; whether an upload
    makes it one again is documented nowhere, but notes are kept and shown. They hold the
    `record_id` too, since Rayyan gives keys of its own.
    """
    rows = []
    for item in items:
        values = item.extra | item.fields
        shown = {name: values.get(name, "") for name in RAYYAN} | {
            "key": item.id,
            "issue": values.get("number", ""),
            "authors": item.fields.get("author", ""),
            "notes": _notes(item),
        }
        rows.append([shown[name] for name in RAYYAN])
    return table(RAYYAN, rows)


def _notes(item: Item) -> str:
    parts = [item.fields.get("note", ""), f"{RECORD_ID}: {item.id}"]
    if item.status in _VERDICTS:
        parts.append(f'RAYYAN-INCLUSION: {{"slr"=>"{_VERDICTS[item.status]}"}}')
    if item.status == "excluded":
        # Rayyan sets reasons apart by commas.
        parts.append(f"RAYYAN-EXCLUSION-REASONS: {item.reason.replace(',', ';')}")
    return " | ".join(filter(None, parts))


def without_column(items: Iterable[Item], tool: str, held: Collection[str]) -> list[str]:
    """Say which fields a tool has no column for, each with the number of its entries.

    Among them the type of the entry: a table tells neither Rayyan nor Covidence of it.

    Parameters
    ----------
    held
        The fields that it has a column for.
    """
    found = Counter(
        name
        for item in items
        for name in (*item.fields, *item.extra, *(["ENTRYTYPE"] if item.kind else []))
        if name not in held
    )
    named = ", ".join(f"{name} ({found[name]})" for name in sorted(found))
    return [f"fields that {tool} has no column for: {named}"] if named else []


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV, no cell of which is a formula."""
    buffer = text_io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([guard(cell) for cell in row] for row in rows)
    return buffer.getvalue()
