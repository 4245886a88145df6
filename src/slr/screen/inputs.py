"""What a screen works on: read, checked, and brought to works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from slr import io, lists
from slr.facts import facts_answered, facts_of_entries, facts_of_works, read_facts
from slr.identity import Names
from slr.paths import DEDUPED, PULLED
from slr.schemas.tables import columns
from slr.screen import tally
from slr.screen import votes as voting
from slr.screen.judgements import on_works, read_judgements


@dataclass(frozen=True)
class Known:
    """All that is known of the works, and what people judged.

    `facts` and `judged` are of records, `of_works` and `judgements` the same of works; what votes
    decide, table `voted`, is among the facts.
    """

    works: pd.DataFrame
    clusters: pd.DataFrame
    names: Names
    facts: pd.DataFrame
    of_works: pd.DataFrame
    judged: pd.DataFrame
    judgements: pd.DataFrame
    votes: voting.Votes
    voted: pd.DataFrame


def read(
    root: Path,
    settings: Mapping[str, Any],
    named: lists.Lists,
    *,
    beside: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], Known]:
    """Return section `screen` of a config with its lists, and what its facts and criteria find.

    Parameters
    ----------
    named
        The lists of the review, in whose light the config was checked.
    beside
        The same section of another config: what only that one declares is read, and left out.
    """
    works = io.read_made(root / DEDUPED / "works.csv", "dedup/works")
    clusters = io.read_made(root / DEDUPED / "clusters.csv", "dedup/clusters")
    names = Names(clusters["record_id"])
    declared, criteria = settings["facts"], settings["criteria"]
    facts = read_facts(root, {**(beside or settings)["facts"], **declared}, names)
    answers = io.read_made(root / PULLED / "enrichment.csv", "pull/enrichment")
    votes, voted = read_votes(root, settings, names, clusters)
    told = [
        facts[facts["fact"].isin(list(declared))],
        facts_answered(answers, declared),
        pd.DataFrame(tally.as_facts(voted), columns=facts.columns, dtype="str"),
    ]
    if any("from" in fact for fact in declared.values()):
        records = io.read_made(root / PULLED / "records.csv", "pull/records")
        told.append(facts_of_entries(records, declared))
    facts = pd.concat(told, ignore_index=True)
    judged = read_judgements(root, {**(beside or settings)["criteria"], **criteria}, names)
    judged = judged[judged["criterion"].isin(list(criteria))]
    known = Known(
        works,
        clusters,
        names,
        facts,
        facts_of_works(facts, clusters, declared),
        judged,
        on_works(judged, clusters),
        votes,
        voted,
    )
    return lists.resolve(settings, named), known


def read_votes(
    root: Path, settings: Mapping[str, Any], names: Names, clusters: pd.DataFrame
) -> tuple[voting.Votes, pd.DataFrame]:
    """Read the votes until now, brought to works, and what they decide; none without stages."""
    read = voting.read_votes(root, settings, names, datetime.now(UTC))
    votes = replace(read, good=voting.on_works(read.good, clusters))
    if "votes" not in settings:
        return votes, pd.DataFrame(columns=columns("screen/voted"))
    votes = tally.without_own_settlements(votes, settings["votes"])
    return votes, tally.tally(votes.good, settings)
