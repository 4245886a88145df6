"""What votes cost: a million by 50 people on 20,000 works, read, counted, and one more appended.

Prints seconds of the processor and the peak of memory. Some rows hold quoted commas, as notes do.
"""

from __future__ import annotations

import random
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from slr import appending
from slr.identity import Names
from slr.paths import VOTES
from slr.schemas.tables import columns
from slr.screen import tally, votes
from slr.stages import with_stages

WORKS = [f"src/Work{number:05d}" for number in range(20_000)]
PEOPLE = [f"Person {number}" for number in range(50)]
STAGE = {"stages": {"title_abstract": {"needed": 2}}, "conflicts": "third"}
WORDS = {"en": "words", "fa": "واژه‌ها"}


def main() -> None:
    """Measure reading, counting and appending."""
    case = {"include_if": {"year_from": {"at_least": 2000}}, "met": WORDS, "not_met": WORDS}
    rule = {"question": WORDS, "unknown": "pass", "missing": "pass", "cases": [case]}
    screening = with_stages({"facts": {}, "criteria": {"recent": rule}, "votes": STAGE})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / VOTES
        write(path)
        with measured("read"):
            read = votes.read_votes(Path(folder), screening, Names(WORKS), datetime.now(UTC))
        print(f"  {len(read.good):,} votes count, {len(read.bad):,} do not")
        clusters = pd.DataFrame({"record_id": WORKS, "cluster_id": WORKS})
        brought = votes.on_works(read.good, clusters)
        with measured("who gave what to which work"):
            votes.ratings(brought, "title_abstract")
        with measured("what they decide"):
            print(f"  {tally.tally(brought, screening)['state'].value_counts().to_dict()}")
        row = dict.fromkeys(columns("raw/votes"), "") | {
            "record_id": WORKS[0], "stage": "title_abstract", "kind": "vote", "reviewer": "Ann",
            "verdict": "include", "time": "2026-01-01T00:00:00Z",
        }  # fmt: skip
        with measured("the first row appended"):
            appending.append_row(path, row, "raw/votes")
        with measured("a hundred more"):
            for _ in range(100):
                appending.append_row(path, row, "raw/votes")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak of memory: {peak:,.0f} MiB")


def write(path: Path) -> None:
    """Write a million votes."""
    chance = random.Random(1)
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(columns("raw/votes")) + "\n")
        for at, person in enumerate(PEOPLE):
            for number, work in enumerate(WORKS):
                verdict = chance.choice(["include", "exclude", "exclude", "unsure"])
                note = '"well, so"' if number % 5 == 0 else ""
                moment = f"2026-0{1 + at % 9}-11T{number % 24:02d}:{number % 60:02d}:00Z"
                said = f"{person},{verdict},,{note},{moment},{number:016x}"
                file.write(f"{work},title_abstract,vote,,{said}\n")


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Print the seconds of the processor that something takes."""
    before = time.process_time()
    yield
    print(f"{what}: {time.process_time() - before:.2f} s")


if __name__ == "__main__":
    main()
