"""How well, how fast and with how much memory duplicates are found, beside bib-dedupe.

Quality needs labelled sets, which are no part of the project: `SLR_DEDUP_SETS` names a folder of
tables (``NAME.csv.gz``) with the columns that `slr dedup` reads and the true `cluster_id`. The
model is trained anew for each set on all the others, so that no figure is of a set it has seen.
`SLR_DEDUP_PEER` names the Python of an environment with bib-dedupe, which is run on the same
records; without it, its column stays empty. `SLR_DEDUP_MOST` is the largest made table of the
curve of cost (records, 10,000 unless told; 1,000,000 takes some minutes).
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from slr import dedup, io
from slr.dedup import block, decide, prepare, train

SETS, PEER, MOST = "SLR_DEDUP_SETS", "SLR_DEDUP_PEER", "SLR_DEDUP_MOST"
COLUMNS = ("record_id", "title", "author", "year", "journal", "volume", "number", "pages", "doi",
           "abstract", "ENTRYTYPE")  # fmt: skip
SLR = [sys.executable, "-m", "slr"]

PEER_RUN = """
import sys
import pandas as pd
from bib_dedupe.bib_dedupe import block, cluster, match, prep
if __name__ == "__main__":
    records = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
    records = records.drop(columns="cluster_id").rename(columns={"record_id": "ID"})
    ids = list(records["ID"])
    matched = match(block(prep(records)))
    of = {i: i for i in ids}
    for group in cluster(matched):
        of.update(dict.fromkeys(group, group[0]))
    said = pd.DataFrame({"record_id": ids, "cluster_id": [of[i] for i in ids]})
    said.to_csv(sys.argv[2], index=False)
"""


def main() -> None:
    """Print the table of quality and cost by set, then the curve of cost."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        if os.environ.get(SETS):
            quality(Path(os.environ[SETS]), out)
        else:
            print(f"quality: skipped, {SETS} names no folder of labelled sets")
        curve(out, int(os.environ.get(MOST, "10000")))


# --- quality -------------------------------------------------------------------------------------


def quality(folder: Path, out: Path) -> None:
    """Print for each labelled set: ours, trained on the others, and the peer's."""
    paths = {path.name.split(".")[0]: path for path in sorted(folder.glob("*.csv.gz"))}
    examples = {name: train.examples(train.read(path)) for name, path in paths.items()}
    head = ("set", "records", "recall of blocks", "pairs", "FP", "FN", "precision", "recall", "F1",
            "asked", "CPU s", "MiB", "peer FP", "peer FN", "peer F1", "peer CPU s", "peer MiB",
            "times as fast", "errors, ratio")  # fmt: skip
    print(" | ".join(head))
    for name, path in paths.items():
        others = [one for other, one in examples.items() if other != name]
        row = [name, *blocks(path), *ours(path, train.train(others), out)]
        print(" | ".join(str(cell) for cell in [*row, *beside(path, row, out)]))


def blocks(path: Path) -> list[object]:
    """Return records, the share of true pairs that are compared, and the number of pairs."""
    columns = train.read(path)
    p = prepare.prepare(columns)
    pairs = block.block(p)
    clusters = columns["cluster_id"]
    true = sum(clusters[a] == clusters[b] for a, b in zip(pairs.a, pairs.b, strict=True))
    return [len(p), round(true / max(paired(Counter(clusters).values()), 1), 4), len(pairs)]


def ours(path: Path, model: dict[str, object], out: Path) -> list[object]:
    """Return the errors of the model, and the cost of the command as it is shipped."""
    columns = train.read(path)
    shipped = decide.shipped
    decide.shipped = lambda: decide.model_of(model)  # type: ignore[assignment]
    tables = dedup.engine(columns, {}, dedup.DEFAULTS)
    decide.shipped = shipped
    said = dict(zip(tables["clusters"]["record_id"], tables["clusters"]["cluster_id"], strict=True))
    asked = tables["pairs"]["verdict"].count("ask")
    cost = spent([*SLR, "dedup", str(path), "--out", str(out / "ours")])
    return [*errors(columns, said), asked, *cost]


def beside(path: Path, row: list[object], out: Path) -> list[object]:
    """Return the errors and the cost of the peer, and how ours stand to them."""
    python = os.environ.get(PEER)
    if not python:
        return ["-"] * 7
    script, answer = out / "peer.py", out / "peer.csv"
    script.write_text(PEER_RUN, "utf-8")
    cost = spent([python, str(script), str(path), str(answer)])
    read = io.read_cells(answer, ["record_id", "cluster_id"], [])
    said = dict(zip(read["record_id"], read["cluster_id"], strict=True))
    wrong = errors(train.read(path), said)
    our_f1, our_cpu = float(str(row[8])), float(str(row[10]))
    lost = round((1 - our_f1) / (1 - wrong[4]), 2) if wrong[4] < 1 else "-"
    return [wrong[0], wrong[1], wrong[4], *cost, round(cost[0] / our_cpu, 1), lost]


def errors(columns: dict[str, list[str]], said: dict[str, str]) -> list[float]:
    """Return false merges, missed pairs, precision, recall and F1, pair by pair."""
    true = dict(zip(columns["record_id"], columns["cluster_id"], strict=True))
    hit = paired(Counter((true[r], said[r]) for r in true).values())
    found, wanted = paired(Counter(said.values()).values()), paired(Counter(true.values()).values())
    precision, recall = hit / found if found else 1.0, hit / wanted if wanted else 1.0
    f1 = 2 * precision * recall / (precision + recall) if hit else 0.0
    return [found - hit, wanted - hit, round(precision, 4), round(recall, 4), round(f1, 4)]


def paired(sizes: Iterator[int] | object) -> int:
    """Return the number of pairs within groups of these sizes."""
    return sum(size * (size - 1) // 2 for size in sizes)  # type: ignore[attr-defined]


def spent(command: list[str]) -> tuple[float, int]:
    """Run a command; return its seconds of the processor and its peak memory in MiB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    watch = [sys.executable, "-c", WATCH, *command]
    peak = int(subprocess.run(watch, capture_output=True, text=True, check=True).stdout.split()[-1])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return round(seconds, 2), peak


WATCH = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=sys.stderr, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


# --- cost ----------------------------------------------------------------------------------------


def curve(out: Path, most: int) -> None:
    """Print seconds and memory for made tables of 1,000 records and more."""
    print("records | works found | works made | CPU s | MiB | us a record")
    size = 1000
    while size <= most:
        path = out / f"made-{size}.csv.gz"
        works = make(path, size)
        seconds, peak = spent([*SLR, "dedup", str(path), "--out", str(out / "made")])
        found = len(io.read_cells(out / "made" / "works.csv", ["work_id"], [])["work_id"])
        print(f"{size} | {found} | {works} | {seconds} | {peak} | {seconds / size * 1e6:.0f}")
        size *= 10


def make(path: Path, records: int, seed: int = 1) -> int:
    """Write a table of made records, a third of them perturbed copies; return the works in it.

    Titles are put together from the words of many subjects, so that they share words and runs of
    letters as titles of one field do.
    """
    chance = random.Random(seed)
    vocabulary = words(chance)
    works = 0
    with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=1) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*COLUMNS, "cluster_id"])
        written = 0
        while written < records:
            work = original(chance, vocabulary, works)
            works += 1
            copies = chance.choices((1, 2, 3, 4), (72, 18, 7, 3))[0]
            for _ in range(min(copies, records - written)):
                record = perturbed(chance, work) if copies > 1 else work
                writer.writerow([f"s{written % 7}/{written}", *record, f"w{works}"])
                written += 1
    return works


SYLLABLES = (
    "ba", "cor", "den", "fil", "gra", "hyp", "in", "ka", "lo", "mer", "na", "or", "pre", "qui",
    "ro", "sta", "ti", "ur", "vas", "xen", "yl", "zo", "tion", "al", "ment",
)  # fmt: skip
COMMON = ("the", "of", "and", "in", "a", "for", "with", "study", "effect", "patients", "model",
          "analysis", "treatment", "clinical", "trial", "risk", "review", "systems")  # fmt: skip
VENUES = (
    "Journal of Clinical Oncology", "Government Information Quarterly", "BMJ", "Diabetes",
    "Annals of Internal Medicine", "Public Administration Review", "Nature Methods",
)  # fmt: skip
ABBREVIATED = {"Journal of Clinical Oncology": "J Clin Oncol", "Nature Methods": "Nat Methods",
               "Government Information Quarterly": "Gov Inf Q",
               "Annals of Internal Medicine": "Ann Intern Med"}  # fmt: skip


def words(chance: random.Random) -> list[str]:
    """Return 30,000 made words."""
    return ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 5))) for _ in range(30_000)]


def original(chance: random.Random, vocabulary: list[str], number: int) -> list[str]:
    """Return the fields of a made work, in the order of `COLUMNS`."""
    rank = [int(len(vocabulary) * chance.random() ** 3) for _ in range(chance.randint(4, 9))]
    said = [word for place in rank for word in (vocabulary[place], chance.choice(COMMON))]
    names = [
        f"{vocabulary[chance.randrange(9000)].title()}, {chance.choice('ABCDEFGHJKLMNPRST')}."
        for _ in range(chance.randint(1, 6))
    ]
    first = chance.randint(1, 1500)
    return [
        " ".join(said).capitalize(),
        " and ".join(names),
        str(chance.randint(1985, 2024)),
        chance.choice(VENUES),
        str(chance.randint(1, 90)),
        str(chance.randint(1, 12)),
        f"{first}-{first + chance.randint(3, 20)}",
        f"10.{1000 + number % 9000}/w{number}" if chance.random() < 0.6 else "",
        "",
        "article",
    ]


def perturbed(chance: random.Random, work: list[str]) -> list[str]:
    """Return a record of a work as another database would have it."""
    title, author, year, venue, volume, number, pages, doi, abstract, kind = work
    if chance.random() < 0.3:
        place = chance.randrange(len(title))
        title = title[:place] + title[place + 1 :]
    if chance.random() < 0.3:
        title = title.upper() + chance.choice(("", ".", " [Review]"))
    if chance.random() < 0.2:
        author = " and ".join(author.split(" and ")[:2])
    if chance.random() < 0.4:
        venue = ABBREVIATED.get(venue, venue)
    if chance.random() < 0.3:
        begin, end = pages.split("-")
        pages = f"{begin}-{end[-1]}" if len(begin) == len(end) else pages
    number, doi = (value if chance.random() < 0.7 else "" for value in (number, doi))
    return [title, author, year, venue, volume, number, pages, doi, abstract, kind]


if __name__ == "__main__":
    print(json.dumps({"sets": os.environ.get(SETS, ""), "peer": bool(os.environ.get(PEER))}))
    main()
