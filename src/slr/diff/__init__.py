"""What a run changed against the last one: works, decisions, counts, tables, figures, edges."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from slr.diff import compare, sides
from slr.diff.compare import CLUSTERS, FILES, FLOW, INPUTS, OUTCOMES, RECORDS, RULES, Sections
from slr.diff.sides import Side, State
from slr.errors import Problem, SlrError
from slr.report import words
from slr.report.rows import records

SECTIONS = (
    "outcomes", "waiting", "conflicts", "works", "records", "decisions", "facts", "unused_facts",
    "voted", "bad_votes", "agreement", "multiverse", "left_out", "axes", "firmness", "grid",
    "rejects", "warnings", "references", "enrichment", "cited_works", "pairs", "fields", "reports",
    "studies", "values", "disagreements", "unused_codings", "coding_agreement", "maps", "edges",
    "nodes", "coverage", "cited", "networks", "network_edges", "flow", "numbers", "figures",
    "tables", "files",
)  # fmt: skip
"""All sections that tell results, in the order in which they are shown."""

_IDS = ["work_id", "was", "others", "record_id", "record_ids", "node_id", "source", "target",
        "record_a", "record_b"]  # fmt: skip
_ENTRY = ["record_id", "title", "author", "year"]


@dataclass(frozen=True)
class Note:
    """What a reader must know of the comparison: a phrase of words/changes.yaml, its fields."""

    key: str
    fields: dict[str, str]

    def told(self, lang: str = "en") -> str:
        """Say it."""
        return words.load("changes").say(self.key, lang, **self.fields)


@dataclass(frozen=True)
class Difference:
    """What differs between two states of a review.

    `inputs` is what people changed: `kind` (config, file or code), `name`, `change`, and of the
    config the values `before` and `now`. `sections` is what came of it, in the order of
    `SECTIONS`. `entries` are the records that it names, `included` and `flow` the counts of
    before and now.
    """

    before: Side
    now: Side
    inputs: pd.DataFrame
    sections: Sections
    notes: list[Note]
    entries: pd.DataFrame
    included: tuple[int, int]
    flow: tuple[dict[str, str], dict[str, str]]

    def as_dict(self) -> dict[str, Any]:
        """Return all as plain values; what is missing is null."""
        return {
            "before": self.before.told(),
            "now": self.now.told(),
            "notes": [note.told() for note in self.notes],
            "included": dict(zip(("before", "now"), self.included, strict=True)),
            "inputs": records(self.inputs),
            "counts": {name: kinds(table) for name, table in self.sections.items()},
            "sections": {name: records(table) for name, table in self.sections.items()},
        }


def diff(root: Path, other: Path | None = None) -> Difference:
    """Tell what the last run changed against the one before, or against another folder.

    Raises
    ------
    SlrError
        If there is nothing to compare with, or if a side has no outcomes that can be read.
    """
    now, before = sides.now_and_before(root, other)
    old, new = State(before), State(now)
    differing, notes = _differing(old, new)
    found = compare.compare(old, new, differing)
    inputs = found.pop("inputs", pd.DataFrame(columns=["change", "kind", "name", "before", "now"]))
    found = {name: found[name] for name in SECTIONS if name in found}
    entries = _entries(old, new, found)
    titles = entries.set_index("record_id")["title"]
    return Difference(
        before=before,
        now=now,
        inputs=_inputs(inputs, before, now),
        sections={name: _titled(table, titles) for name, table in found.items()},
        notes=[*_notes(before, now), *notes],
        entries=entries,
        included=(_included(old), _included(new)),
        flow=(_flow(old), _flow(new)),
    )


def kinds(table: pd.DataFrame) -> dict[str, int]:
    """Count the rows of a section by the kind of change, in the order of the rows."""
    return {str(change): int(n) for change, n in table["change"].value_counts(sort=False).items()}


def _notes(before: Side, now: Side) -> list[Note]:
    notes = [Note("note_files", {})] if now.kind == "files" else []
    altered = [*before.altered, *now.altered]
    notes += [Note("note_altered", {"path": path}) for path in altered]
    if not (sides.knows_inputs(before) and sides.knows_inputs(now)):
        notes.append(Note("note_inputs", {}))
    return notes


def _differing(old: State, new: State) -> tuple[set[str], list[Note]]:
    """Name the tables that differ, and say which could not be compared.

    Raises
    ------
    SlrError
        If the clusters or outcomes of a side cannot be read: all else hangs on them.
    """
    differing, notes = {FILES, INPUTS}, []
    for name in (CLUSTERS, OUTCOMES, *RULES):
        path = sides.path_of(name)
        one, other = old.side.files.get(path), new.side.files.get(path)
        if name in (FILES, INPUTS) or one == other:
            continue
        try:
            for state in (old, new):
                state[name]
            differing.add(name)
        except SlrError as error:
            if name in (CLUSTERS, OUTCOMES):
                found = "this cannot be compared. Was it made by another version of slr?"
                raise SlrError([Problem(found), *error.problems]) from error
            notes.append(Note("note_table", {"table": name, "why": str(error.problems[0])}))
    return differing, notes


def _inputs(found: pd.DataFrame, before: Side, now: Side) -> pd.DataFrame:
    """Leave out what is known of one side only, and hashes, which tell a person nothing."""
    known = {
        "config": before.settings is not None and now.settings is not None,
        "file": sides.knows_inputs(before) and sides.knows_inputs(now),
        "code": bool(before.code and now.code),
    }
    found = found.rename(columns={"value_before": "before", "value_now": "now"})
    found = found[found["kind"].map(known).astype(bool)]
    values = found[["before", "now"]].where(found["kind"] == "config")
    return found.assign(**values).reset_index(drop=True)


def _entries(old: State, new: State, sections: Sections) -> pd.DataFrame:
    """Return the records that sections name, as they are now or else as they were."""
    columns = [
        table[column] for table in sections.values() for column in _IDS if column in table
    ] + [sections["works"][side] for side in ("before", "now") if "works" in sections]
    if not columns:
        return pd.DataFrame(columns=_ENTRY, dtype="str")
    named = pd.concat(columns).dropna().drop_duplicates().str.split().explode().unique()
    known = [state[RECORDS] for state in (new, old) if RECORDS in state]
    entries = pd.concat([table.loc[table["record_id"].isin(named), _ENTRY] for table in known])
    return entries.drop_duplicates("record_id").reset_index(drop=True)


def _titled(table: pd.DataFrame, titles: pd.Series) -> pd.DataFrame:
    """Give the rows about a work or a record its title."""
    for column in ("work_id", "record_id", "node_id"):
        if column in table:
            return table.assign(title=table[column].map(titles))
    if "record_ids" in table:  # works: the one that is there now, or the last there was
        first = table["now"].fillna(table["before"]).str.split().str[0]
        return table.assign(title=first.map(titles))
    return table


def _included(state: State) -> int:
    return int((state[OUTCOMES]["status"] == "included").sum())


def _flow(state: State) -> dict[str, str]:
    """Return the counts of the flow by dotted name; none where there are none."""
    if FLOW not in state:
        return {}
    try:
        return dict(zip(state[FLOW]["count"], state[FLOW]["value"], strict=True))
    except SlrError:
        return {}
