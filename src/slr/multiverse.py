"""What other reasonable choices would have kept: the screen, run once for each alternative.

A multiverse analysis in the sense of Steegen, Tuerlinckx, Gelman & Vanpaemel (2016),
doi 10.1177/1745691616658637, over the choices that `data/raw/multiverse.yaml` lists. They and
the baseline come from the same hands: a share of alternatives is not a probability.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from slr.facts import facts_of_works
from slr.identity import Names
from slr.schemas.tables import columns
from slr.screen import works_as_seen
from slr.screen.decide import Work, decide, end
from slr.screen.judgements import latest, on_works

BASELINE = {"en": "The review as it stands", "fa": "مرور، چنان‌که هست"}


def compare(
    works: pd.DataFrame,
    facts: pd.DataFrame,
    judgements: pd.DataFrame,
    clusters: pd.DataFrame,
    settings: Mapping[str, Any],
    alternatives: Mapping[str, Any],
) -> pd.DataFrame:
    """Return table `screen/multiverse`: the baseline, then the alternatives in their order.

    Parameters
    ----------
    works, clusters
        Tables of the dedup stage.
    facts, judgements
        Tables `raw/facts` and `raw/screening`, of records.
    settings
        Section `screen` of the config.
    alternatives
        By id, what each changes; see `data/raw/multiverse.yaml`.
    """

    def see(supposed: Mapping[str, Mapping[str, Any]]) -> list[Work]:
        changed = suppose(facts, supposed, names, settings["facts"])
        of_works = facts_of_works(changed, clusters, settings["facts"])
        return works_as_seen(works, of_works, settings["facts"])

    names = Names(clusters["record_id"])
    as_they_are = see({})
    judged = latest(on_works(judgements, clusters))
    rows: list[dict[str, Any]] = []
    kept: dict[str, set[str]] = {}
    for name, change in {"baseline": {"label": BASELINE}, **alternatives}.items():
        criteria = change_criteria(settings["criteria"], change)
        heard = {} if change.get("judgements") == "ignored" else judged
        seen = see(change["suppose"]) if "suppose" in change else as_they_are
        ended = {w.work_id: end(w, decide(w, criteria, heard), criteria)["status"] for w in seen}
        kept[name] = {work_id for work_id, status in ended.items() if status == "included"}
        rows.append(
            {
                "alternative": name,
                "label": change["label"]["en"],
                "label_fa": change["label"]["fa"],
                "included": len(kept[name]),
                "awaiting": list(ended.values()).count("awaiting"),
                "added": " ".join(sorted(kept[name] - kept["baseline"])) or None,
                "dropped": " ".join(sorted(kept["baseline"] - kept[name])) or None,
            }
        )
    return pd.DataFrame(rows, columns=columns("screen/multiverse"))


def change_criteria(criteria: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
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
