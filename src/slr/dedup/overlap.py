"""Which source found what alone, and which sources found the same works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from slr.dedup.merge import Table


def overlap(ids: Sequence[str], sources: Sequence[str], leader: Sequence[int]) -> dict[str, Table]:
    """Return the tables `sources` and `overlaps`, by column.

    Parameters
    ----------
    ids, sources, leader
        For each record its id, its source, and the record that names its work.
    """
    by_work: dict[int, set[str]] = {}
    for source, name in zip(sources, leader, strict=True):
        by_work.setdefault(name, set()).add(source)
    works: dict[tuple[str, ...], list[str]] = {}
    for name in sorted(by_work, key=ids.__getitem__):
        works.setdefault(tuple(sorted(by_work[name])), []).append(ids[name])
    order = sorted(works, key=lambda those: (-len(works[those]), len(those), those))
    records = Counter(sources)
    found = Counter(source for those in by_work.values() for source in those)
    names = sorted(records)
    return {
        "sources": {
            "source": names,
            "records": [str(records[name]) for name in names],
            "works": [str(found[name]) for name in names],
            "alone": [str(len(works.get((name,), ()))) for name in names],
        },
        "overlaps": {
            "sources": [" ".join(those) for those in order],
            "count": [str(len(those)) for those in order],
            "works": [str(len(works[those])) for those in order],
            "work_ids": [" ".join(works[those]) for those in order],
        },
    }
