"""Which works are reports of one study, as people say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from slr.dedup.cluster import Parts
from slr.dedup.merge import Table


def studies(
    ids: Sequence[str],
    joined: Iterable[tuple[int, int]],
    leader: Sequence[int],
    rank: Sequence[int],
) -> Table:
    """Return the table `studies`, by column: one row a study of two works or more.

    Parameters
    ----------
    ids
        The record ids.
    joined
        Pairs of records that people say are of one study.
    leader
        For each record, the record that names its work.
    rank
        The rank of each record; the work of lowest rank names the study.
    """
    parts = Parts(rank)
    parts.join((leader[a], leader[b]) for a, b in joined)
    members: dict[int, list[str]] = {}
    for name in sorted(set(leader), key=ids.__getitem__):
        members.setdefault(parts.of(name), []).append(ids[name])
    several = [name for name in sorted(members, key=ids.__getitem__) if len(members[name]) > 1]
    return {
        "study_id": [ids[name] for name in several],
        "work_ids": [" ".join(members[name]) for name in several],
    }
