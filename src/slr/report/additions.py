"""What records beyond the review's own changed, and what still waits for a person."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import pandas as pd

from slr import paths
from slr.declared import WORK_FIELDS
from slr.report import words
from slr.schemas.tables import columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

JUDGEMENT = "judgement"
"""What a work waits for that only a person's judgement settles."""
VOTES = "votes"
"""What a work waits for at a stage where people vote."""


def additions(
    pulled: pd.DataFrame, clusters: pd.DataFrame, outcomes: pd.DataFrame, baseline: Collection[str]
) -> pd.DataFrame:
    """Return table `report/additions`: each record of a source that is not the review's own.

    Parameters
    ----------
    pulled, clusters, outcomes
        Tables `pull/records`, `dedup/clusters` and `screen/outcomes`.
    baseline
        The sources that are the review itself.
    """
    known = clusters.merge(pulled[["record_id", "source"]], on="record_id")
    own = set(known.loc[known["source"].isin(list(baseline)), "cluster_id"])
    new = known[~known["source"].isin(list(baseline))].rename(columns={"cluster_id": "work_id"})
    table = new.merge(outcomes, on="work_id").sort_values("record_id", ignore_index=True)
    merged = table["work_id"].isin(own).map({True: "yes", False: "no"})
    return table.assign(merged=merged)[columns("report/additions")]


def waiting(
    works: pd.DataFrame,
    outcomes: pd.DataFrame,
    decisions: pd.DataFrame,
    declared: Mapping[str, Any],
) -> pd.DataFrame:
    """Return table `report/waiting`: each work that waits, all it needs, and the file for it.

    What later criteria will ask for is named too, so that one visit to the file is enough; of a
    count, `note` names the one index and day (`declared`, the config's facts) that are used.
    """
    waits = outcomes[outcomes["status"] == "awaiting"].merge(works, on="work_id")
    open_ = decisions[(decisions["verdict"] == "review") & decisions["needs"].notna()]
    later = open_.groupby("work_id")["needs"].agg(" ".join).to_dict()
    rows = []
    for work in waits.to_dict("records"):
        first = work["needs"] if pd.notna(work["needs"]) else ""
        needs = list(dict.fromkeys(f"{first} {later.get(work['work_id'], '')}".split()))
        at_duplicates = pd.isna(work["criterion"])
        fill_in = (
            paths.DUPLICATES.as_posix()
            if at_duplicates
            else _files(needs, work["record_ids"].split())
        )
        told = {"needs": " ".join(needs) or None, "note": count_of(needs, declared, "en")}
        rows.append({**work, **told, "fill_in": fill_in})
    return pd.DataFrame(rows, columns=columns("report/waiting"))


def count_of(needs: Iterable[str], declared: Mapping[str, Any], lang: str) -> str | None:
    """Say of which index and day the counts among some facts must be; None where there are none."""
    say = words.load("tables")
    told = []
    for fact in sorted(set(needs) & set(declared)):
        match declared[fact]:
            case {"index": index, "as_of": day}:
                told.append(say.say("count_of", lang, fact=fact, index=index, day=str(day)))
            case {"index": index}:
                told.append(say.say("count_of_any_day", lang, fact=fact, index=index))
    return words.SEMICOLON[lang].join(told) or None


def _files(needs: Iterable[str], record_ids: list[str]) -> str:
    """Name the files in which a person adds what a work needs."""
    sources = sorted({record.split("/", 1)[0] for record in record_ids})
    wanted = set(needs)
    judged = {JUDGEMENT, *WORK_FIELDS}  # what an entry lacks is no fact that one could record
    files = [paths.SCREENING] if wanted & judged or not wanted else []
    if VOTES in wanted:
        files.append(paths.VOTES)
    if wanted - judged - {VOTES}:
        files += [paths.FACTS / f"{source}.csv" for source in sources]
    return " ".join(file.as_posix() for file in files)
