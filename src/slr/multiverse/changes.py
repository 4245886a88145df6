"""What a choice changes: criteria, judgements, and what is known of some records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from slr.identity import Names

Change = Mapping[str, Any]
"""What an alternative or a choice says, in the words of the config's schema (`alternative`)."""


def combine(changes: Iterable[Change]) -> dict[str, Any]:
    """Return several changes as one; their order does not matter.

    The config refuses axes that put two conditions or two verdicts in one place.

    >>> combine([{"without": ["a"]}, {"without": ["b"], "gaps": {"c": "pass"}}])
    {'without': ['a', 'b'], 'gaps': {'c': 'pass'}}
    """
    made: dict[str, Any] = {}
    for change in changes:
        for key in ("without", "leave_out", "apart"):
            if key in change:
                made[key] = [*made.get(key, []), *change[key]]
        for key in ("instead", "gaps"):
            if key in change:
                made[key] = made.get(key, {}) | change[key]
        for key in ("suppose", "bring_in"):
            for record, values in change.get(key, {}).items():
                of_record = made.setdefault(key, {}).setdefault(record, {})
                made[key][record] = of_record | values
        for name, wider in change.get("also", {}).items():
            also = made.setdefault("also", {})
            also[name] = {"any": [also[name], wider]} if name in also else wider
        if change.get("judgements") == "ignored" or made.get("judgements") == "ignored":
            made["judgements"] = "ignored"
        elif "judgements" in change:
            made["judgements"] = [*made.get("judgements", []), *change["judgements"]]
    return made


def ignores(change: Change, criterion: str) -> bool:
    """Tell whether a change leaves what people judged under a criterion out of account."""
    ignored = change.get("judgements", ())
    return ignored == "ignored" or criterion in ignored


def touches(change: Change, criterion: str) -> bool:
    """Tell whether a change may give another verdict under a criterion on the same facts."""
    named = [change.get(key, ()) for key in ("without", "instead", "also", "gaps")]
    return ignores(change, criterion) or any(criterion in names for names in named)


def records_of(change: Change) -> set[str]:
    """Return the records, as the change names them, of which it supposes something."""
    return {name for key in ("suppose", "leave_out", "apart") for name in change.get(key, ())}


def change_criteria(criteria: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """Return the criteria changed as an alternative says."""
    result = {}
    for name, criterion in criteria.items():
        if name in change.get("without", ()):
            continue
        cases = criterion["cases"]
        if name in change.get("instead", {}):
            last = {key: value for key, value in cases[-1].items() if key != "when"}
            cases = [{**last, "include_if": change["instead"][name]}]
        if name in change.get("also", {}):
            wider = change["also"][name]
            cases = [{**c, "include_if": {"any": [c["include_if"], wider]}} for c in cases]
        gap = change.get("gaps", {}).get(name)
        changed = {"unknown": gap, "missing": gap} if gap else {}
        result[name] = {**criterion, **changed, "cases": cases}
    return result


def suppose(
    facts: pd.DataFrame,
    supposed: Mapping[str, Mapping[str, Any]],
    names: Names,
    declared: Mapping[str, Any],
) -> pd.DataFrame:
    """Return the facts with those of some records replaced by what an alternative supposes.

    A supposed count is one of the index and day that the config names, else it would not count.
    """
    for record, values in supposed.items():
        record_id = names.resolve(record)
        replaced = (facts["record_id"] == record_id) & facts["fact"].isin(list(values))
        rows = [
            {
                "record_id": record_id,
                "fact": fact,
                "value": str(value),
                "coder": "supposed",
                "index": declared[fact].get("index"),
                "date": declared[fact].get("as_of"),
            }
            for fact, value in values.items()
        ]
        facts = pd.concat([facts[~replaced], pd.DataFrame(rows)], ignore_index=True)
    return facts
