"""Rows of the stages' tables as plain values, and the names that works go by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from slr.report import LANGS, words
from slr.report.grid import Both
from slr.text import families_of

if TYPE_CHECKING:
    import pandas as pd

Data = Mapping[str, "pd.DataFrame"]
"""The tables of all stages, by the names of their schemas."""


def labels(data: Data) -> dict[str, Both]:
    """Return author and year of every work and named source, in both languages."""
    works = data["dedup/works"].rename(columns={"work_id": "record_id"})
    found = labels_of_records(works)
    for node in records(data["cocite/nodes"]):
        found[node["node_id"]] = {"en": node["label"], "fa": node["label_fa"]}
    return found


def labels_of_records(frame: pd.DataFrame) -> dict[str, Both]:
    """Return first family name and year of each entry; its key where it names no author."""
    found: dict[str, Both] = {}
    for entry in records(frame[["record_id", "author", "year"]]):
        families = families_of(entry["author"]) if entry["author"] else []
        family = families[0] if families else entry["record_id"].split("/", 1)[1]
        label = " ".join(filter(None, [family, entry["year"]]))
        found[entry["record_id"]] = dict.fromkeys(LANGS, label)
    return found


def work_of_key(data: Data, baseline: Sequence[str]) -> dict[str, str]:
    """Return the work of each key of the review's own sources."""
    clusters = data["dedup/clusters"]
    work_of = dict(zip(clusters["record_id"], clusters["cluster_id"], strict=True))
    pulled = data["pull/records"]
    found: dict[str, str] = {}
    for source in baseline:
        own = pulled[pulled["source"] == source]
        for key, record in zip(own["key"], own["record_id"], strict=True):
            found.setdefault(key, work_of[record])
    return found


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as plain values, None where one is missing."""
    rows: list[dict[str, Any]] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return rows


def vocabulary(declared: Mapping[str, Both], value: str | None) -> Both:
    """Translate a word of the data: as the review declares, or of every review; else as it is."""
    if value is None:
        return dict.fromkeys(LANGS, "")
    if value in declared:
        return declared[value]
    say = words.load("tables")
    key = f"value {value}"
    return say.both(key) if key in say else dict.fromkeys(LANGS, value)


def stand_ins_note(criteria: Mapping[str, Any], declared: Mapping[str, Both]) -> list[Both]:
    """Say what stand-ins do not tell, naming the criteria that have one; nothing if none has."""
    say = words.load("tables")
    named = [
        name for name in criteria if any(case.get("stand_in") for case in criteria[name]["cases"])
    ]
    if not named:
        return []
    note = {}
    for lang in LANGS:
        names = [vocabulary(declared, name)[lang] for name in named]
        note[lang] = say.say("note_stand_ins", lang, names=words.COMMA[lang].join(names))
    return [note]
