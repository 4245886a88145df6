"""Where things are, from the folder of a review."""

from pathlib import Path

CONFIG = Path("config.yaml")

RAW = Path("data/raw")
"""What people made; nothing ever overwrites it."""
RECORDS = RAW / "records"
ANSWERS = RAW / "pulled"
"""What indexes answered, as it came: `<index>/<day>/`."""
CHASED = "citation-searching"
"""The source of records found by following citations, which PRISMA 2020 counts by itself."""
FACTS = RAW / "facts"
LISTS = RAW / "lists"
DUPLICATES = RAW / "judgements/duplicates.csv"
VOTES = RAW / "judgements/votes.csv"
"""Where votes are appended; others lie beside it as votes*.csv, or in a folder votes/."""
SCREENING = RAW / "judgements/screening.csv"
ALTERNATIVES = RAW / "multiverse.yaml"
CODING = RAW / "coding"
CODINGS = CODING / "codings.csv"
SETTLED = CODING / "settled.csv"
DECLARED = RAW / "report"
"""What the report shows of this review alone, each part in a file of its own."""
CONTEXTS = RAW / "citations/contexts.csv"
REFERENCES = RAW / "citations/references.csv"
NAMED_SOURCES = RAW / "citations/named_sources.csv"

PROCESSED = Path("data/processed")
"""What the stages made; anyone may delete it."""
PULLED = PROCESSED / "pull"
DEDUPED = PROCESSED / "dedup"
SCREENED = PROCESSED / "screen"
CODED = PROCESSED / "code"
COCITED = PROCESSED / "cocite"
REPORTED = PROCESSED / "report"
RANKED = PROCESSED / "rank"
"""What `slr rank` makes: it is no stage, and runs when a person asks."""
CHANGES = REPORTED / "changes.html"
"""What the last run changed: made by `slr diff --page`, gone as soon as it is out of date."""
