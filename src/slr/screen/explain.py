"""One work walked through the criteria: what is known, what the rule says, what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from slr import config, derived, io, lists
from slr.errors import ConfigError, SlrError
from slr.facts import why_unused
from slr.paths import CONFIG, DEDUPED, LISTS
from slr.rules import Condition, conditions, fields
from slr.rules_words import in_words, number
from slr.screen import tally, with_votes, works_as_seen
from slr.screen.decide import Decision, Work, decide, end
from slr.screen.flips import Flip, flips
from slr.screen.inputs import Known, read
from slr.screen.judgements import latest

CELL_MAX = 120
"""Longest value that a terminal shows, in characters: JSON has abstracts whole."""
_OF_ENTRY = {"year_from": "year", "year_to": "year"}
"""Field of an entry by that of the work which is made of it."""


@dataclass(frozen=True)
class Seen:
    """A value that a criterion asks for, and who says so: one row a record and coder."""

    field: str
    value: str | None
    record_id: str | None = None
    coder: str | None = None
    date: str | None = None
    index: str | None = None
    source: str | None = None
    how: str | None = None

    def told(self) -> str:
        """Return it as one line."""
        behind = [self.how, self.record_id, self.coder, self.index, self.date, self.source]
        told = ", ".join(filter(None, behind))
        value = "not recorded" if self.value is None else self.value
        value = value if len(value) <= CELL_MAX else f"{value[: CELL_MAX - 1]}…"
        return f"{self.field} = {value}" + (f"  ({told})" if told else "")


@dataclass(frozen=True)
class Asked:
    """One criterion asked of the work."""

    criterion: str
    question: str
    rule: str
    values: list[Seen]
    verdict: str
    basis: str
    rule_verdict: str
    reason: str
    flips: list[Flip]
    decides: bool

    def row(self) -> dict[str, str]:
        """Return it as names and values for a terminal."""
        said = f"{self.verdict}, by {self.basis}"
        if self.verdict != self.rule_verdict:
            said += f"; the rule alone says {self.rule_verdict}"
        changes = [f"{flip.field}: {flip.value} -> {flip.verdict}" for flip in self.flips]
        changes = changes or ["no single field alone would change what the rule says"]
        stands = ["the judgement stands, whatever the rule says"] * (self.basis == "judgement")
        return {
            "criterion": f"{self.criterion}: {self.question}",
            "rule": self.rule,
            "known": "\n".join(seen.told() for seen in self.values) or "nothing is asked",
            "verdict": said + (" (this decides)" if self.decides else ""),
            "reason": self.reason,
            "flips": "\n".join([*changes, *stands]),
        }


@dataclass(frozen=True)
class Explained:
    """A work, where it ends, and every criterion on the way."""

    work_id: str
    title: str | None
    record_ids: list[str]
    status: str
    reason: str
    criteria: list[Asked]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    def head(self) -> str:
        """Return what the work is and where it ends, in two lines."""
        known = f"{self.work_id}: {self.title or 'without a title'}"
        return f"{known}\n{self.status.replace('_', ' ')}: {self.reason}"

    def rows(self) -> pd.DataFrame:
        """Return the criteria as a table of texts."""
        return pd.DataFrame([asked.row() for asked in self.criteria], dtype="object")


def explain(root: Path, name: str) -> Explained:
    """Walk a work through the criteria of the config, by what is recorded now.

    Parameters
    ----------
    name
        The work's id, the id of one of its records, or a key that one record alone has.

    Raises
    ------
    ConfigError
        If nothing has that name; it suggests what may be meant.
    """
    named = lists.read(root)
    whole = config.load(root / CONFIG, named)
    settings, known = read(root, whole["screen"], named)
    try:
        record_id = known.names.resolve(name)
    except SlrError as error:
        raise ConfigError(error.problems) from error
    clusters = known.clusters.set_index("record_id")["cluster_id"]
    work_id = clusters[record_id]
    seen = works_as_seen(known.works, known.of_works, settings["facts"])
    work = next(one for one in seen if one.work_id == work_id)
    differing = io.read_table(root / DEDUPED / "conflicts.csv", "dedup/conflicts")
    entry = known.works[known.works["work_id"] == work_id].iloc[0]
    sources = _Sources(work, entry, known, settings["facts"], differing)
    voted = known.voted[known.voted["work_id"] == work_id]
    by_votes = tally.decisions(voted, settings.get("votes"), [work_id])
    judged = latest(known.judgements)
    by_rule = decide(work, settings["criteria"], judged)
    decisions = with_votes(work_id, by_rule, judged, by_votes)
    ended = end(work, decisions, settings["criteria"])
    return Explained(
        work_id,
        entry["title"] if pd.notna(entry["title"]) else None,
        sorted(clusters.index[clusters == work_id]),
        ended["status"],
        ended["reason"],
        [
            _asked(work, sources, n, settings["criteria"][n], decision, n == ended["criterion"])
            for n, decision in decisions.items()
        ],
    )


def _asked(
    work: Work,
    sources: _Sources,
    name: str,
    criterion: Mapping[str, Any],
    decision: Decision,
    decides: bool,
) -> Asked:
    parts = [
        part for case in criterion["cases"] for part in (case.get("when", {}), case["include_if"])
    ]
    asked = {field for part in parts for field in fields(part)}
    seen = [one for field in sorted(asked) for one in sources.of(field)]
    return Asked(
        name,
        criterion["question"]["en"],
        _rule(criterion),
        list(dict.fromkeys([*seen, *(one for part in parts for one in _on_lists(work, part))])),
        decision.verdict,
        decision.basis,
        decision.rule_verdict,
        decision.reason["en"],
        flips(work, criterion, sources.declared),
        decides,
    )


def _on_lists(work: Work, condition: Condition) -> Iterator[Seen]:
    """Yield the row of each list that names what a field names."""
    for field, test, listed in conditions(condition):
        if test == "in_list" and (row := listed.row_of(str(work.values.get(field, "")))):
            told = {"date": row.date, "source": row.source}
            at = f"{LISTS / listed.name}.csv:{row.line}"
            yield Seen(f"{field} in {listed.name}", row.name, how=at, **told)


def _rule(criterion: Mapping[str, Any]) -> str:
    """Return the cases of a criterion in words, and what a gap does."""
    told: list[str] = []
    for case in criterion["cases"]:
        stands_in = " (a stand-in)" if case.get("stand_in") else ""
        when = f"where {in_words(case['when'])}: " if "when" in case else ""
        otherwise = "otherwise: " if told else ""
        told.append(f"{when or otherwise}include if {in_words(case['include_if'])}{stands_in}")
    gaps = f"unknown: {criterion['unknown']}; missing: {criterion['missing']}"
    return "\n".join([*told, gaps])


@dataclass(frozen=True)
class _Sources:
    """Tells of each value of a work who says so."""

    work: Work
    entry: pd.Series
    known: Known
    declared: Mapping[str, Any]
    differing: pd.DataFrame

    def of(self, field: str) -> Iterator[Seen]:
        """Yield the value of a field, once for each record and coder behind it."""
        if field not in self.declared:
            yield from self._of_entry(field)
            return
        if field in self.work.inputs:
            yield Seen(field, self._value(field), how=self._how(field))
            for one in self.work.inputs[field]:
                yield from self.of(one)
            return
        ids = self.entry["record_ids"].split()
        facts = self.known.facts
        rows = facts[facts["record_id"].isin(ids) & (facts["fact"] == field)]
        rows = rows[why_unused(rows, self.declared) == ""]
        for row in rows.sort_values(["record_id", "coder"]).to_dict("records"):
            told = {name: row[name] for name in ("date", "index", "source") if pd.notna(row[name])}
            yield Seen(field, row["value"], row["record_id"], row["coder"], **told)
        if rows.empty:
            yield Seen(field, None)

    def _of_entry(self, field: str) -> Iterator[Seen]:
        value = self._value(field)
        if value is None:
            yield Seen(field, None)
            return
        here = self.differing[self.differing["work_id"] == self.work.work_id]
        differs = here[here["field"] == _OF_ENTRY.get(field, field)]
        kept = differs.loc[differs["kept"] == "yes", "record_id"]
        records = list(kept) if len(differs) else self.entry["record_ids"].split()
        for record_id in records:
            yield Seen(field, value, record_id, how="its entry")

    def _value(self, field: str) -> str | None:
        if field in self.work.disagreeing:
            return " | ".join(map(number, self.work.disagreeing[field]))
        return number(self.work.values[field]) if field in self.work.values else None

    def _how(self, field: str) -> str | None:
        fact = self.declared[field]
        if "percentile" in fact:
            return f"percentile of {fact['percentile']} among the works of its year"
        counted = derived.as_of_year(fact, self.declared)
        if "year_from" not in self.work.values:
            return None
        begun = self.work.values["year_from"]
        years = derived.years_counted(begun, counted)
        return f"{fact['per_year']} over {years} years, {number(begun)} to {counted}"
