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
from slr.screen import on_works, screen

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
    rows: list[dict[str, Any]] = []
    kept: dict[str, set[str]] = {}
    for name, change in {"baseline": {"label": BASELINE}, **alternatives}.items():
        changed = change_settings(settings, change)
        supposed = suppose(facts, change.get("suppose", {}), Names(clusters["record_id"]))
        heard = judgements.iloc[:0] if change.get("judgements") == "ignored" else judgements
        outcomes = screen(
            works,
            facts_of_works(supposed, clusters, settings["facts"]),
            on_works(heard, clusters),
            changed,
        )["outcomes"]
        kept[name] = set(outcomes.loc[outcomes["status"] == "included", "work_id"])
        rows.append(
            {
                "alternative": name,
                "label": change["label"]["en"],
                "label_fa": change["label"]["fa"],
                "included": len(kept[name]),
                "awaiting": int((outcomes["status"] == "awaiting").sum()),
                "added": " ".join(sorted(kept[name] - kept["baseline"])) or None,
                "dropped": " ".join(sorted(kept["baseline"] - kept[name])) or None,
            }
        )
    return pd.DataFrame(rows, columns=columns("screen/multiverse"))


def change_settings(settings: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return section `screen` of the config with the criteria changed as an alternative says."""
    criteria = {}
    for name, criterion in settings["criteria"].items():
        if name in change.get("without", ()):
            continue
        cases = criterion["cases"]
        if name in change.get("instead", {}):
            [*_, last] = cases
            cases = [{**last, "include_if": change["instead"][name], "when": None}]
            cases = [{k: v for k, v in case.items() if v is not None} for case in cases]
        if name in change.get("also", {}):
            wider = change["also"][name]
            cases = [{**c, "include_if": {"any": [c["include_if"], wider]}} for c in cases]
        gap = change.get("gaps", {}).get(name)
        changed = {"unknown": gap, "missing": gap} if gap else {}
        criteria[name] = {**criterion, **changed, "cases": cases}
    return {**settings, "criteria": criteria}


def suppose(
    facts: pd.DataFrame, supposed: Mapping[str, Mapping[str, Any]], names: Names
) -> pd.DataFrame:
    """Return the facts with those of some records replaced by what an alternative supposes."""
    for record, values in supposed.items():
        record_id = names.resolve(record)
        replaced = (facts["record_id"] == record_id) & facts["fact"].isin(list(values))
        rows = [
            {"record_id": record_id, "fact": fact, "value": str(value), "coder": "supposed"}
            for fact, value in values.items()
        ]
        facts = pd.concat([facts[~replaced], pd.DataFrame(rows)], ignore_index=True)
    return facts
