"""How well, how fast and with how much memory duplicates are found, beside bib-dedupe.

Quality needs labelled sets, which are no part of the project: `SLR_DEDUP_SETS` names a folder of
tables (``NAME.csv.gz``) with the columns that `slr dedup` reads and the true `cluster_id`. The
model is trained anew for each set on all the others, so that no figure is of a set it has seen.
`SLR_DEDUP_PEER` names the Python of an environment with bib-dedupe, which is run on the same
records; without it, its column stays empty. `SLR_DEDUP_MOST` is the largest made table of the
curve of cost (records, 10,000 unless told; 1,000,000 takes some minutes), and
`SLR_DEDUP_PICTURE` a file for its picture. `dedup_read.csv` holds the pairs on which labels and
answer differ, read one by one: by ids, for the records stay where they are.
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
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import drawn

from slr import dedup, io
from slr.dedup import block, decide, prepare, train

SETS, PEER, MOST = "SLR_DEDUP_SETS", "SLR_DEDUP_PEER", "SLR_DEDUP_MOST"
PICTURE = "SLR_DEDUP_PICTURE"
REAL = (5000, 10_000)
Read = dict[tuple[str, str], bool]
COLUMNS = ("record_id", "title", "author", "year", "journal", "volume", "number", "pages", "doi",
           "abstract", "ENTRYTYPE")  # fmt: skip
SLR = [sys.executable, "-m", "slr"]

PEER_RUN = """
import sys
import pandas as pd
from bib_dedupe.bib_dedupe import block, cluster, match, prep
if __name__ == "__main__":
    records = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
    # The kinds of entry of some sets are guessed, and with them the peer finds less.
    records = records.drop(columns=["cluster_id", "ENTRYTYPE"], errors="ignore")
    records = records.rename(columns={"record_id": "ID"})
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
            speed(Path(os.environ[SETS]), out)
        else:
            print(f"quality: skipped, {SETS} names no folder of labelled sets")
        curve(out, int(os.environ.get(MOST, "10000")))


# --- quality -------------------------------------------------------------------------------------


def quality(folder: Path, out: Path) -> None:
    """Print for each labelled set: ours, trained on the others, and the peer's."""
    paths = {path.name.split(".")[0]: path for path in sorted(folder.glob("*.csv.gz"))}
    examples = {name: train.examples(train.read(path)) for name, path in paths.items()}
    read = read_by_people()
    head = ("set", "records", "recall of blocks", "pairs", "FP", "FN", "precision", "95 % from",
            "to", "recall", "F1", "F1 read", "asked", "% of records", "CPU s", "peer FP",
            "peer FN", "peer F1", "peer F1 read", "peer CPU s", "errors, ratio")  # fmt: skip
    print(" | ".join(head))
    for name, path in paths.items():
        columns = train.read(path)
        others = [one for other, one in examples.items() if other != name]
        said, asked = answer(columns, train.train(others))
        found, raw = errors(columns, said), errors(columns, said, read.get(name, {}))
        cost = spent([*SLR, "dedup", str(path), "--out", str(out / "ours")])
        share = round(100 * asked / len(said), 2)
        row = [name, *blocks(columns), *found[:3], *bounds(found), *found[3:5], raw[4], asked,
               share, cost[0]]  # fmt: skip
        print(" | ".join(map(str, [*row, *beside(path, columns, found, read.get(name, {}), out)])))


def blocks(columns: dict[str, list[str]]) -> list[object]:
    """Return records, the share of true pairs that are compared, and the number of pairs."""
    p = prepare.prepare(columns)
    pairs = block.block(p)
    clusters = columns["cluster_id"]
    true = sum(clusters[a] == clusters[b] for a, b in zip(pairs.a, pairs.b, strict=True))
    return [len(p), round(true / max(paired(Counter(clusters).values()), 1), 4), len(pairs)]


def answer(columns: dict[str, list[str]], model: dict[str, object]) -> tuple[dict[str, str], int]:
    """Return the work of each record by a model, and how many pairs it asks about."""
    shipped = decide.shipped
    decide.shipped = lambda: decide.model_of(model)  # type: ignore[assignment]
    tables = dedup.engine(columns, {}, dedup.DEFAULTS)
    decide.shipped = shipped
    said = dict(zip(tables["clusters"]["record_id"], tables["clusters"]["cluster_id"], strict=True))
    return said, tables["pairs"]["verdict"].count("ask")


def beside(
    path: Path, columns: dict[str, list[str]], ours: list[float], read: Read, out: Path
) -> list[object]:
    """Return the errors and the cost of the peer, and how our errors stand to them."""
    if not os.environ.get(PEER):
        return ["-"] * 6
    cost, said = peer(path, out)
    wrong, after = errors(columns, said), errors(columns, said, read)
    lost = round((1 - ours[4]) / (1 - wrong[4]), 2) if wrong[4] < 1 else "-"
    return [wrong[0], wrong[1], wrong[4], after[4], cost[0], lost]


def peer(path: Path, out: Path) -> tuple[tuple[float, float, int], dict[str, str]]:
    """Run the peer; return its cost, and the work of each record."""
    script, found = out / "peer.py", out / "peer.csv"
    script.write_text(PEER_RUN, "utf-8")
    cost = spent([str(os.environ[PEER]), str(script), str(path), str(found)])
    read = io.read_cells(found, ["record_id", "cluster_id"], [])
    return cost, dict(zip(read["record_id"], read["cluster_id"], strict=True))


def errors(
    columns: dict[str, list[str]], said: dict[str, str], read: Read | None = None
) -> list[float]:
    """Return false merges, missed pairs, precision, recall and F1, pair by pair.

    Pairs that were read, and of which the label does not hold, are set aside if `read` is given.
    """
    true = dict(zip(columns["record_id"], columns["cluster_id"], strict=True))
    hit = paired(Counter((true[r], said[r]) for r in true).values())
    found, wanted = paired(Counter(said.values()).values()), paired(Counter(true.values()).values())
    for a, b in (pair for pair, holds in (read or {}).items() if not holds):
        hit -= true[a] == true[b] and said[a] == said[b]
        wanted -= true[a] == true[b]
        found -= said[a] == said[b]
    precision, recall = hit / found if found else 1.0, hit / wanted if wanted else 1.0
    f1 = 2 * precision * recall / (precision + recall) if hit else 0.0
    return [found - hit, wanted - hit, round(precision, 4), round(recall, 4), round(f1, 4), found]


def bounds(found: list[float]) -> list[float]:
    """Return the exact 95 % bounds of precision (Clopper & Pearson 1934, 10.1093/biomet/26.4.404).

    The pairs of one work are counted as if each were drawn by itself.
    """
    from scipy.stats import binomtest

    merged = int(found[5])
    if not merged:
        return [0.0, 1.0]
    bound = binomtest(merged - int(found[0]), merged).proportion_ci(0.95, method="exact")
    return [round(float(bound.low), 4), round(float(bound.high), 4)]


def read_by_people() -> dict[str, Read]:
    """Return, by set, the pairs that were read one by one, and whether the label holds."""
    told: dict[str, Read] = {}
    wanted = ["set", "record_a", "record_b", "label", "read_as"]
    cells = io.read_cells(Path(__file__).with_name("dedup_read.csv"), wanted, wanted)
    for name, a, b, label, seen in zip(*(cells[column] for column in wanted), strict=True):
        holds = {"same": "one", "different": "two"}[label] == seen
        told.setdefault(name, {})[a, b] = holds
    return told


def paired(sizes: Iterable[int]) -> int:
    """Return the number of pairs within groups of these sizes."""
    return sum(size * (size - 1) // 2 for size in sizes)


def spent(command: list[str]) -> tuple[float, float, int]:
    """Run a command; return seconds of the processor and of the clock, and peak memory in MiB."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    watch = [sys.executable, "-c", WATCH, *command]
    peak = int(subprocess.run(watch, capture_output=True, text=True, check=True).stdout.split()[-1])
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - begun
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return round(seconds, 2), round(wall, 2), peak


WATCH = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=sys.stderr, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


def speed(folder: Path, out: Path) -> None:
    """Print the cost of the whole process for real records of all sets together, both in turn."""
    print("real records | CPU s | wall s | MiB | peer CPU s | peer wall s | CPU ratio | wall ratio")
    for records in REAL:
        path = out / f"real-{records}.csv.gz"
        together(folder, path, records)
        ours = spent([*SLR, "dedup", str(path), "--out", str(out / "ours")])
        row: list[object] = [records, *ours]
        if os.environ.get(PEER):
            theirs = peer(path, out)[0]
            row += [*theirs[:2], *(round(theirs[at] / ours[at], 1) for at in (0, 1))]
        print(" | ".join(map(str, row)))


def together(folder: Path, path: Path, most: int) -> None:
    """Write records of all labelled sets, in an order by chance that is the same each time."""
    columns = [*COLUMNS, "isbn", "cluster_id"]
    rows = []
    for name in sorted(folder.glob("*.csv.gz")):
        read = train.read(name)
        cells = zip(*(read.get(c) or [""] * len(read["record_id"]) for c in columns), strict=True)
        rows += [[f"{name.name.split('.')[0]}/{row[0]}", *row[1:]] for row in cells]
    random.Random(1).shuffle(rows)
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows[:most]])


# --- cost ----------------------------------------------------------------------------------------


def curve(out: Path, most: int) -> None:
    """Print seconds and memory for made tables of 1,000 records and more; draw them if asked."""
    print("records | works found | works made | CPU s | wall s | MiB | us a record")
    points = []
    for size in sizes(most):
        path = out / f"made-{size}.csv.gz"
        works = make(path, size)
        seconds, wall, peak = spent([*SLR, "dedup", str(path), "--out", str(out / "made")])
        found = len(io.read_cells(out / "made" / "works.csv", ["work_id"], [])["work_id"])
        each = f"{seconds / size * 1e6:.0f}"
        print(f"{size} | {found} | {works} | {seconds} | {wall} | {peak} | {each}", flush=True)
        points.append((size, seconds, peak))
        if os.environ.get(PICTURE):
            drawn.cost(points, "records", Path(os.environ[PICTURE]))


def sizes(most: int) -> list[int]:
    """Return 1,000, 3,000, 10,000 and so on.

    >>> sizes(30000)
    [1000, 3000, 10000, 30000]
    """
    return [size for power in range(3, 9) for size in (10**power, 3 * 10**power) if size <= most]


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
