"""How long it takes to screen many works by eight usual criteria, stage files read and written.

The works are made: title and abstract of a few words, some of them not ASCII, an ISSN and keywords
in the entry, a few facts a work, and gaps in all of them. The time is that of the processor, which
others on the machine do not change. `SLR_SCREEN_WORKS` says how many (100,000 unless told).
"""

from __future__ import annotations

import json
import os
import random
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from slr import io, screen
from slr.schemas.tables import columns

PROJECT = Path(__file__).parents[1]
WORKS = "SLR_SCREEN_WORKS"
WORDS = [
    *("governance", "government", "digital", "electronic", "service", "public", "citizens", "data"),
    *("policy", "model", "stage", "trust", "adoption", "state", "open", "smart", "city", "system"),
    *("naïve", "“quoted”", "حکمرانی", "دولت", "الکترونیک", "the", "of", "and", "in", "to", "for"),
    *("participation", "transformation", "with", "study", "analysis", "results", "framework"),
]
JOURNALS = [f"Journal of {a} {b}" for a in WORDS[:12] for b in WORDS[8:18]]


def criterion(name: str, condition: dict[str, Any]) -> dict[str, Any]:
    words = {"en": name, "fa": name}
    case = {"include_if": condition, "met": words, "not_met": words}
    return {"question": words, "unknown": "fail", "missing": "review", "cases": [case]}


def topic(*phrases: str) -> dict[str, Any]:
    return {"topic": {"matches": list(phrases)}}


ABOUT = ("govern*", "حکمرانی", "public sector", "gov*nance", "state*", "دولت")
DIGITAL = ("digital*", "electronic*", "smart cit*", "open data", "e-government")
CRITERIA = {
    "years": {"year_from": {"between": [2000, 2021]}},
    "languages": {"language": {"in": ["en", "fa"]}},
    "types": {"ENTRYTYPE": {"in": ["article", "inproceedings", "incollection"]}},
    "venues": {"any": [{"issn": {"in_list": "journals"}}, {"journal": {"in_list": "journals"}}]},
    "refereed": {"peer_reviewed": {"is": "yes"}},
    "retraction": {
        "not": {"any": [{"retracted": {"is": "yes"}}, {"title": {"matches": "retract*"}}]}
    },
    "citations": {"any": [{"cites_per_year": {"at_least": 1}}, {"cites_rank": {"at_least": 50}}]},
    "keywords": {"all": [topic(*ABOUT), topic(*DIGITAL)]},
}
FACTS = {
    "issn": {"type": "text", "from": "issn"},
    "keywords": {"type": "text", "from": "keywords"},
    "topic": {"type": "text", "joined": ["title", "abstract"], "where_known": ["keywords"]},
    "peer_reviewed": {"type": "choice", "values": ["yes", "no"]},
    "retracted": {"type": "choice", "values": ["yes", "no"]},
    "cited_by": {"type": "count", "index": "OpenAlex", "as_of": "2026-11-23"},
    "cites_per_year": {"type": "number", "per_year": "cited_by"},
    "cites_rank": {"type": "number", "percentile": "cited_by"},
}


def make(root: Path, count: int) -> None:
    """Make the files that the stage reads."""
    chance = random.Random(1)
    config = yaml.safe_load((PROJECT / "config.yaml").read_text("utf-8"))
    criteria = {name: criterion(name, condition) for name, condition in CRITERIA.items()}
    config["screen"] = {"facts": FACTS, "criteria": criteria}
    (root / "config.yaml").write_text(json.dumps(config, ensure_ascii=False), "utf-8")
    works, records, facts = [], [], []
    for number in range(count):
        name, year = f"made/{number:07}", str(chance.randint(1995, 2025))
        entry = {
            "ENTRYTYPE": chance.choice(["article", "article", "book", "inproceedings"]),
            "title": " ".join(chance.choices(WORDS, k=12)), "year": year, "year_from": int(year),
            "year_to": int(year), "journal": chance.choice(JOURNALS), "language": "en",
            "abstract": " ".join(chance.choices(WORDS, k=180)) if chance.random() < 0.8 else None,
        }  # fmt: skip
        works.append({"work_id": name, "record_ids": name, **entry})
        extra = {"issn": "0740-624X", "keywords": "; ".join(chance.choices(WORDS, k=4))}
        records.append({"record_id": name, "source": "made", "key": name[5:], **entry,
                        "extra": json.dumps(extra, ensure_ascii=False), "file": "made.bib",
                        "line": number + 1, "first_byte": 0, "end_byte": 0})  # fmt: skip
        recorded = {
            "peer_reviewed": chance.choice(["yes", "yes", "no", "unknown"]),
            "retracted": "no",
            "cited_by": str(chance.randint(0, 99)),
        }
        for fact, value in recorded.items():
            if chance.random() < 0.9:
                index = "OpenAlex" if fact == "cited_by" else ""
                facts.append((name, fact, value, index, "", "me", "2026-11-23"))
    clusters = pd.DataFrame({"record_id": [w["work_id"] for w in works]})
    clusters["cluster_id"] = clusters["record_id"]
    made = root / "data/processed"
    for name, rows in (("dedup/works", works), ("pull/records", records), ("pull/enrichment", [])):
        table = pd.DataFrame(rows).reindex(columns=columns(name))
        io.write_table(made / f"{name}.csv", table, name)
    io.write_table(made / "dedup/clusters.csv", clusters, "dedup/clusters")
    table = pd.DataFrame(facts, columns=columns("raw/facts"))
    io.write_table(root / "data/raw/facts/made.csv", table, "raw/facts")
    listed = pd.DataFrame({"name": JOURNALS[::2], "source": "made", "date": "2026-11-23"})
    listed = listed.reindex(columns=columns("raw/lists"))
    io.write_table(root / "data/raw/lists/journals.csv", listed, "raw/lists")


def main() -> None:
    """Print the time of each part of a screen."""
    count = int(os.environ.get(WORKS, "100000"))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make(root, count)
        begun = time.process_time()
        told = screen.run(root)
        took = time.process_time() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cost = f"{took:.1f} s of processor, {memory:.0f} MiB"
    print(f"{count:,} works, {len(CRITERIA)} criteria: {cost}; {told}")


if __name__ == "__main__":
    main()
