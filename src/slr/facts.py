"""What is known of records beyond their entries, and what works inherit of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from itertools import chain, product
from pathlib import Path
from typing import Any

import pandas as pd

from slr import io
from slr.declared import is_derived
from slr.errors import ConfigError, Problem, SlrError, did_you_mean, refuse
from slr.identity import Names
from slr.paths import CONFIG, FACTS
from slr.rules import UNKNOWN_VALUE
from slr.schemas.tables import columns
from slr.text import fold

ENTRY = "entry"
"""The coder of what a record's own entry says."""
_OFTEN = ("issn", "keywords", "cited_by", "retracted", "url", "database")
"""Fields that entries often have beside the columns of `pull/records`."""
_APART = "a person recorded it apart from the entry"


def read_facts(root: Path, declared: Mapping[str, Any], names: Names) -> pd.DataFrame:
    """Read and check the facts of all files of `data/raw/facts/`, their names resolved."""
    frames, problems = [], []
    for path in sorted((root / FACTS).glob("[!.]*.csv")):
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
    refuse(problems)
    if not frames:
        return pd.DataFrame(columns=columns("raw/facts"), dtype="str")
    return pd.concat(frames, ignore_index=True)


def facts_answered(enrichment: pd.DataFrame, declared: Mapping[str, Any]) -> pd.DataFrame:
    """Return what indexes say of declared facts, in the form of `raw/facts`.

    The coder is the index, the date that of its answer: what is said of another index or day
    than the config names counts for nothing, as of any other fact.

    Raises
    ------
    ConfigError
        If the config declares such a fact with other values than indexes have.
    """
    fields = {n: kind.get("from", n) for n, kind in declared.items() if not is_derived(kind)}
    named = pd.DataFrame({"fact": list(fields), "field": list(fields.values())}, dtype="str")
    said = enrichment.merge(named, on="field")
    for fact, value in said[["fact", "value"]].drop_duplicates().itertuples(index=False):
        if fault := _fact_fault(fact, value, declared):
            found, fix = fault
            raise ConfigError(Problem(found, fix, CONFIG, None, f"screen.facts.{fact}"))
    said = said.rename(columns={"file": "source"})
    return said.assign(coder=said["index"])[columns("raw/facts")]


def facts_of_entries(records: pd.DataFrame, declared: Mapping[str, Any]) -> pd.DataFrame:
    """Return what the records' own entries say of the facts that are `from` a field of them.

    The form is that of `raw/facts`: the coder is `entry`, the source the place of the entry. A
    count is of the index and day that the entry tells. A value of a choice is the declared one
    that it equals when folded.

    Parameters
    ----------
    records
        Table `pull/records`.

    Raises
    ------
    ConfigError
        If no entry has such a field, and none is known to have it.
    """
    asked = {n: kind["from"] for n, kind in declared.items() if "from" in kind}
    if not asked:
        return pd.DataFrame(columns=columns("raw/facts"), dtype="str")
    extras = [json.loads(extra) if extra else {} for extra in records["extra"].fillna("")]
    _check_fields(asked, {*records.columns, *chain.from_iterable(extras)})
    places = [f"{f}:{n}" for f, n in zip(records["file"], records["line"], strict=True)]
    told = []
    for fact, field in asked.items():
        given = records[field].fillna("") if field in records else [e.get(field) for e in extras]
        for record, value, extra, place in zip(
            records["record_id"], given, extras, places, strict=True
        ):
            if value:
                day = str(extra.get(f"{field}_date", ""))[:10]
                index = extra.get(f"{field}_index")
                told.append((record, fact, str(value), index, place, ENTRY, day or None))
    return _as_declared(pd.DataFrame(told, columns=columns("raw/facts"), dtype="str"), declared)


def _as_declared(facts: pd.DataFrame, declared: Mapping[str, Any]) -> pd.DataFrame:
    """Write the values of choices as the config does."""
    spelt = {
        (name, fold(value)): value
        for name, kind in declared.items()
        for value in kind.get("values", ())
    }
    pairs = zip(facts["fact"], facts["value"], strict=True)
    values = [spelt.get((fact, fold(value)), value) for fact, value in pairs]
    return facts.assign(value=pd.Series(values, facts.index, dtype="str"))


def _check_fields(asked: Mapping[str, str], known: Collection[str]) -> None:
    problems = [
        Problem(
            f"no entry has a field {field!r}.",
            did_you_mean(field, {*known, *_OFTEN}),
            CONFIG,
            None,
            f"screen.facts.{fact}.from",
        )
        for fact, field in asked.items()
        if field not in {*known, *_OFTEN}
    ]
    if problems:
        raise ConfigError(problems)


def _fact_fault(fact: str, value: str, declared: Mapping[str, Any]) -> tuple[str, str] | None:
    if fact not in declared:
        return f"the fact {fact!r} is not declared.", did_you_mean(fact, declared)
    kind = declared[fact]
    if "by" in kind:
        return f"{fact} is what votes decide.", "Drop the row, and vote: `slr screen --vote`."
    if is_derived(kind):
        return f"{fact} is worked out from other facts.", "Delete the row."
    return None if value == UNKNOWN_VALUE else _value_fault(fact, value, kind)


def _value_fault(fact: str, value: str, kind: Mapping[str, Any]) -> tuple[str, str] | None:
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
    used = facts[why_unused(facts, declared) == ""]
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


def unused_facts(facts: pd.DataFrame, declared: Mapping[str, Any]) -> pd.DataFrame:
    """Return table `screen/unused_facts`: the rows that count for nothing, and why."""
    reasons = why_unused(facts, declared)
    unused = facts.assign(reason=reasons)[reasons != ""]
    return unused.sort_values(["record_id", "fact", "coder", "date"])[
        columns("screen/unused_facts")
    ]


def why_unused(facts: pd.DataFrame, declared: Mapping[str, Any]) -> pd.Series:
    """Return for each row why it counts for nothing; empty where it counts.

    A count does not, if it is of another index or day than the config names; nor does what an
    entry says and is no value of the fact, or was recorded of it apart; nor does a row in whose
    place the same coder put a later one.
    """
    reasons = pd.Series("", index=facts.index, dtype="str")
    reasons = reasons.mask(_unfit(facts, declared), "an entry says it, and it is no such value")
    for fact, kind in declared.items():
        asked = " of ".join(kind[key] for key in ("index", "as_of") if key in kind)
        for key, column in (("index", "index"), ("as_of", "date")):
            if key in kind:
                other = (facts["fact"] == fact) & (facts[column].fillna("") != kind[key])
                reasons = reasons.mask(other, f"not {asked}, which the config asks for")
    reasons = reasons.mask(_superseded(facts, reasons == ""), _APART)
    counted = facts[reasons == ""].sort_values("date", kind="stable", na_position="first")
    later = counted.duplicated(["record_id", "fact", "coder"], keep="last")
    reasons[later.index[later]] = "the same coder recorded it again later"
    return reasons


def _unfit(facts: pd.DataFrame, declared: Mapping[str, Any]) -> pd.Series:
    """Tell which values of entries are none of their facts: people's were refused at once."""
    by_entry = facts["coder"] == ENTRY
    if not by_entry.any():
        return by_entry
    said = facts.loc[by_entry, ["fact", "value"]].drop_duplicates()
    bad = [(f, v) for f, v in said.itertuples(index=False) if _fact_fault(f, v, declared)]
    return by_entry & pd.MultiIndex.from_frame(facts[["fact", "value"]]).isin(bad)


def _superseded(facts: pd.DataFrame, counts: pd.Series) -> pd.Series:
    """Tell which values of entries stand beside one that a person recorded, and that counts.

    Not beside what an index answered, whose coder is the index: the two may disagree.
    """
    by_entry = counts & (facts["coder"] == ENTRY)
    if not by_entry.any():
        return by_entry
    by_people = counts & ~by_entry & (facts["coder"] != facts["index"].fillna(""))
    names = pd.MultiIndex.from_frame(facts[["record_id", "fact"]])
    return by_entry & names.isin(names[by_people])


def _sum(told: Sequence[Sequence[str]]) -> tuple[str, str]:
    """Add up the counts of a work's records; an unknown one makes an unknown sum, not a lower."""
    if not all(told):
        return UNKNOWN_VALUE, "sum"
    totals = sorted({sum(map(int, values)) for values in product(*told)})
    return " | ".join(map(str, totals)), "sum" if len(totals) == 1 else "disagree"


def _combine(of_records: Sequence[Sequence[str]], kind: Mapping[str, Any]) -> tuple[str, str]:
    """Return one value of those that the coders of each record gave, and how it came about."""
    told = [[v for v in dict.fromkeys(values) if v != UNKNOWN_VALUE] for values in of_records]
    known = [values for values in told if values]
    if not known:
        return UNKNOWN_VALUE, "equal"
    if kind.get("combine") == "sum" and len(told) > 1:
        return _sum(told)
    distinct = list(dict.fromkeys(chain.from_iterable(known)))
    if len(distinct) == 1:
        return distinct[0], "equal"
    if kind["type"] == "text":
        return " | ".join(distinct), "equal"
    if kind.get("combine") == "surest" and all(len(values) == 1 for values in known):
        return min(distinct, key=kind["values"].index), "surest"
    return " | ".join(distinct), "disagree"
