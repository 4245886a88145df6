"""What is known of records beyond their entries, and what works inherit of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, product
from pathlib import Path
from typing import Any

import pandas as pd

from slr import io
from slr.errors import Problem, SlrError, did_you_mean
from slr.identity import Names
from slr.paths import FACTS
from slr.rules import UNKNOWN_VALUE
from slr.schemas.tables import columns


def read_facts(root: Path, declared: Mapping[str, Any], names: Names) -> pd.DataFrame:
    """Read and check the facts of all files of `data/raw/facts/`, their names resolved."""
    frames, problems = [], []
    for path in sorted((root / FACTS).glob("*.csv")):
        shown = FACTS / path.name
        facts = io.read_table(path, "raw/facts")
        for line, fact, value in zip(facts.index, facts["fact"], facts["value"], strict=True):
            fault = _fact_fault(fact, value, declared)
            if fault:
                problems.append(Problem(*fault, shown, line))
        try:
            frames.append(names.column(facts, "record_id", shown))
        except SlrError as error:
            problems += error.problems
    if problems:
        raise SlrError(problems)
    if not frames:
        return pd.DataFrame(columns=columns("raw/facts"), dtype="str")
    return pd.concat(frames, ignore_index=True)


def _fact_fault(fact: str, value: str, declared: Mapping[str, Any]) -> tuple[str, str] | None:
    if fact not in declared:
        return f"the fact {fact!r} is not declared.", did_you_mean(fact, declared)
    if value == UNKNOWN_VALUE:
        return None
    kind = declared[fact]
    if kind["type"] == "choice" and value not in kind["values"]:
        return f"{fact} is never {value!r}.", did_you_mean(value, [*kind["values"], UNKNOWN_VALUE])
    if kind["type"] == "count" and not (value.isascii() and value.isdigit()):
        return f"{fact}: {value!r} is no whole number.", f"Write a number, or {UNKNOWN_VALUE}."
    return None


def facts_of_works(
    facts: pd.DataFrame, clusters: pd.DataFrame, declared: Mapping[str, Any]
) -> pd.DataFrame:
    """Return table `screen/facts`: each work inherits the facts of all its records.

    A coder's later row takes the place of an earlier one. Counts of another index or day than
    the config names are left out. An unknown value gives way to a known one. Known values of
    several records that differ are combined as the config says; where it says nothing, and
    where the coders of one record differ, they stand side by side.
    """
    rows_used = [
        _is_used(declared[fact], index, date)
        for fact, index, date in zip(facts["fact"], facts["index"], facts["date"], strict=True)
    ]
    used = facts[pd.Series(rows_used, index=facts.index, dtype="bool")]
    used = used.sort_values("date", kind="stable", na_position="first")
    used = used.drop_duplicates(["record_id", "fact", "coder"], keep="last")
    joined = used.merge(clusters, on="record_id")
    joined = joined.sort_values(["record_id", "coder"], kind="stable")
    several = joined.duplicated(["cluster_id", "fact"], keep=False)
    rows = []
    for (work_id, fact), group in joined[several].groupby(["cluster_id", "fact"], sort=True):
        of_records = [list(values) for _, values in group.groupby("record_id")["value"]]
        value, agreement = _combine(of_records, declared[fact])
        ids = " ".join(dict.fromkeys(group["record_id"]))
        rows.append((work_id, fact, value, agreement, ids))
    combined = pd.DataFrame(rows, columns=columns("screen/facts"), dtype="str")
    single = joined[~several].rename(columns={"cluster_id": "work_id"})
    single = single.assign(agreement="one", record_ids=single["record_id"])
    table = pd.concat([single[columns("screen/facts")], combined])
    return table.sort_values(["work_id", "fact"], ignore_index=True)


def _is_used(kind: Mapping[str, Any], index: object, date: object) -> bool:
    """Tell whether a row counts: any does, unless the config names one index and one day."""
    if "index" in kind and index != kind["index"]:
        return False
    return "as_of" not in kind or bool(date == kind["as_of"])


def _combine(of_records: Sequence[Sequence[str]], kind: Mapping[str, Any]) -> tuple[str, str]:
    """Return one value of those that the coders of each record gave, and how it came about."""
    told = [[v for v in dict.fromkeys(values) if v != UNKNOWN_VALUE] for values in of_records]
    known = [values for values in told if values]
    if not known:
        return UNKNOWN_VALUE, "equal"
    if kind.get("combine") == "sum" and len(known) > 1:
        totals = sorted({sum(map(int, values)) for values in product(*known)})
        return " | ".join(map(str, totals)), "sum" if len(totals) == 1 else "disagree"
    distinct = list(dict.fromkeys(chain.from_iterable(known)))
    if len(distinct) == 1:
        return distinct[0], "equal"
    if kind["type"] == "text":
        return " | ".join(distinct), "equal"
    if kind.get("combine") == "surest" and all(len(values) == 1 for values in known):
        return min(distinct, key=kind["values"].index), "surest"
    return " | ".join(distinct), "disagree"
