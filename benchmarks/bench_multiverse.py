"""How long the multiverse of a large review takes: the shipped one, repeated, with all its choices.

Every copy of a record has its own id, and citation counts of its own, which one more criterion
asks for. Prints CPU seconds of the plain screen, of the alternatives one by one, of leaving out
each source and criterion, and of the grid, and the peak memory.

    python benchmarks/bench_multiverse.py [WORKS ...]
"""

from __future__ import annotations

import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from slr import config, dedup, io, multiverse, pull
from slr.facts import facts_of_works, read_facts
from slr.identity import Names
from slr.multiverse.firmness import firmness
from slr.paths import ALTERNATIVES, CONFIG, DEDUPED, PULLED
from slr.screen import screen, works_as_seen
from slr.screen.judgements import on_works, read_judgements

PROJECT = Path(__file__).parents[1]
SIZES = (300, 10_000, 100_000)
AT_LEAST = {"include_if": {"cited_by": {"at_least": 1}}}


def main() -> None:
    """Time each size that is asked for."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copy(PROJECT / CONFIG, root / CONFIG)
        shutil.copytree(PROJECT / "data/raw", root / "data/raw")
        pull.run(root)
        dedup.run(root)
        for size in [int(arg) for arg in sys.argv[1:]] or SIZES:
            measure(root, size)


def measure(root: Path, size: int) -> None:
    """Time the parts of the screen on about so many works."""
    settings = config.load(root / CONFIG)
    alternatives = config.load_alternatives(root / ALTERNATIVES, settings)
    known = repeated(root, settings["screen"], size)
    print(f"{len(known.works)} works, {len(known.facts)} facts")

    def plain() -> pd.DataFrame:
        of_works = facts_of_works(known.facts, known.clusters, known.settings["facts"])
        judged = on_works(known.judgements, known.clusters)
        return screen(known.works, of_works, judged, known.settings)["outcomes"]

    outcomes = timed("plain screen", plain)
    table = timed("15 alternatives", lambda: multiverse.compare(known, alternatives))
    assert int(table["included"][0]) == int((outcomes["status"] == "included").sum())
    timed("leaving out sources and criteria", lambda: multiverse.left_out(known))
    grid = timed("the grid", lambda: firmness(known))["universes"]
    assert int(grid["included"][0]) == int(table["included"][0])
    print(f"  {len(grid)} universes")
    print(f"  peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def repeated(root: Path, settings: dict[str, Any], size: int) -> multiverse.Known:
    """Return what is known of the shipped review, as often as makes so many works."""
    works = io.read_table(root / DEDUPED / "works.csv", "dedup/works")
    clusters = io.read_table(root / DEDUPED / "clusters.csv", "dedup/clusters")
    records = io.read_table(root / PULLED / "records.csv", "pull/records")
    names = Names(clusters["record_id"])
    facts = read_facts(root, settings["facts"], names)
    judgements = read_judgements(root, settings["criteria"], names)
    times = range(max(1, size // len(works)))

    def copies(table: pd.DataFrame, *ids: str) -> pd.DataFrame:
        of_each = []
        for n in times:
            more = {name: table[name] + f"x{n}" if n else table[name] for name in ids}
            of_each.append(table.assign(**more))
        return pd.concat(of_each, ignore_index=True)

    chance = random.Random(1)
    counted = copies(clusters, "record_id", "cluster_id")
    counts = pd.DataFrame(
        {
            "record_id": counted["record_id"],
            "fact": "cited_by",
            "value": [str(chance.randrange(2000)) for _ in range(len(counted))],
            "index": settings["facts"]["cited_by"]["index"],
            "coder": "me",
            "date": settings["facts"]["cited_by"]["as_of"],
        }
    )
    told = pd.concat([copies(facts, "record_id"), counts], ignore_index=True)
    words = {"en": "so", "fa": "so"}
    more = {"question": words, "unknown": "fail", "missing": "pass",
            "cases": [{**AT_LEAST, "met": words, "not_met": words}]}  # fmt: skip
    repeated_works = copies(works, "work_id")
    of_works = facts_of_works(told, counted, settings["facts"])
    return multiverse.Known(
        repeated_works,
        told,
        copies(judgements, "record_id"),
        counted,
        settings | {"criteria": settings["criteria"] | {"counted": more}},
        works_as_seen(repeated_works, of_works, settings["facts"]),
        copies(records, "record_id"),
    )


def timed(what: str, work: Callable[[], Any]) -> Any:
    """Do some work and print how long it took."""
    begun = time.process_time()
    made = work()
    print(f"  {what}: {time.process_time() - begun:.1f} s")
    return made


if __name__ == "__main__":
    main()
