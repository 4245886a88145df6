"""How soon relevant records are found, at what cost, and how often a stopping rule falls short.

Quality needs labelled sets, which are no part of the project: `SLR_SCREENING_SETS` names a folder
of tables (``NAME.csv.gz``) with `record_id`, `title`, `abstract` and `label_included`, and
``baseline_asreview.csv``: the priors of each replay and what ASReview's ELAS u4 reached from them
(`dataset`, `seed`, `prior_included_id`, `prior_excluded_id`, `WSS95`, `WSS100`, `RRF10`,
`user_cpu_s`, `sys_cpu_s`). `SLR_SCREENING_PEER` names the command of an ASReview 3, which is then
run in the same run, for its cost; without it the cost in the table is taken.
`SLR_SCREENING_REPLAYS` is the number of replays from other priors, drawn by chance, that stopping
is measured with (none unless told). `SLR_RANK_MOST` is the number of made works that are ordered
(10,000 unless told).
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
from itertools import groupby
from math import comb
from pathlib import Path

import numpy as np

from slr.rank import stopping, waiting
from slr.rank.features import features
from slr.rank.replay import replay
from slr.rank.simulate import read_labelled

SETS, PEER, REPLAYS, MOST = (
    "SLR_SCREENING_SETS", "SLR_SCREENING_PEER", "SLR_SCREENING_REPLAYS", "SLR_RANK_MOST",
)  # fmt: skip
MEASURES = ("WSS95", "WSS100", "RRF10")
SLR = [sys.executable, "-m", "slr"]


def main() -> None:
    """Print quality and cost by set, then stopping by set, then the cost of many works."""
    folder = os.environ.get(SETS)
    if folder:
        with tempfile.TemporaryDirectory() as out:
            quality(Path(folder), Path(out))
        coverage(Path(folder), int(os.environ.get(REPLAYS, "0")))
    else:
        print(f"quality and stopping: skipped, {SETS} names no folder of labelled sets")
    many(int(os.environ.get(MOST, "10000")))


# --- quality -------------------------------------------------------------------------------------


def quality(folder: Path, out: Path) -> None:
    """Print for each set the gain over the peer, from the same priors, and both costs."""
    with (folder / "baseline_asreview.csv").open(encoding="utf-8", newline="") as file:
        told = sorted(csv.DictReader(file), key=lambda row: (row["dataset"], row["seed"]))
    print("set | " + " | ".join(f"{name} (gain)" for name in MEASURES) + " | CPU s | peer | ratio")
    means, costs = [], []
    for name, group in groupby(told, key=lambda row: row["dataset"]):
        rows = list(group)
        made = [ours(folder / f"{name}.csv.gz", row, out) for row in rows]
        scores = np.array([[float(m[0][x]) for x in MEASURES] for m in made]).mean(0)
        peers = np.array([[float(row[x]) for x in MEASURES] for row in rows]).mean(0)
        theirs = [peer(folder / f"{name}.csv.gz", row) for row in rows]
        cpu = [sum(m[1] for m in made) / len(rows), sum(theirs) / len(rows)]
        means.append([scores, scores - peers])
        costs.append(cpu)
        print(line(name, scores, scores - peers, cpu), flush=True)
    scores, gains = np.array(means).mean(0)
    print(line("mean", scores, gains, list(np.array(costs).mean(0))))


def line(name: str, scores: np.ndarray, gains: np.ndarray, cpu: list[float]) -> str:
    """Return a line of the table."""
    cells = [f"{score:.3f} ({gain:+.3f})" for score, gain in zip(scores, gains, strict=True)]
    return " | ".join([name, *cells, f"{cpu[0]:.1f}", f"{cpu[1]:.1f}", f"{cpu[0] / cpu[1]:.2f}"])


def ours(path: Path, row: dict[str, str], out: Path) -> tuple[dict[str, float], float]:
    """Return our measures from given priors, and the seconds of the processor."""
    given = [f"--prior-{w}={row[f'prior_{w}_id']}" for w in ("included", "excluded")]
    cost = spent([*SLR, "simulate", str(path), *given, "--out", str(out)])
    return json.loads((out / "metrics.json").read_text("utf-8")), cost


def peer(path: Path, row: dict[str, str]) -> float:
    """Return the seconds of the processor that the peer took: now, or when the table was made."""
    command = os.environ.get(PEER)
    if not command:
        return float(row["user_cpu_s"]) + float(row["sys_cpu_s"])
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "set.csv"
        plain.write_bytes(gzip.decompress(path.read_bytes()))
        with plain.open(encoding="utf-8-sig", newline="") as file:
            labelled = [one["record_id"] for one in csv.DictReader(file)]
        priors = [str(labelled.index(row[f"prior_{w}_id"])) for w in ("included", "excluded")]
        return spent([command, "simulate", str(plain), "--prior-idx", *priors, "--seed",
                      row["seed"], "--output", f"{folder}/out.asreview"])  # fmt: skip


def spent(command: list[str]) -> float:
    """Run a command; return its seconds of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# --- stopping ------------------------------------------------------------------------------------


def coverage(folder: Path, replays: int) -> None:
    """Print for each set and rule in how many replays recall was below the target."""
    if not replays:
        print(f"stopping: skipped, {REPLAYS} says how many replays a set")
        return
    print("set | rule | target | replays | short | 95 % interval | least recall | read, mean")
    for path in sorted(folder.glob("*.csv.gz")):
        labelled = read_labelled(path)
        made, relevant = features(labelled.texts), np.array(labelled.relevant, np.bool_)
        chance = np.random.default_rng(11)
        rules: dict[str, list[dict[str, object]]] = {}
        for seed in range(replays):
            priors = [int(chance.choice(np.flatnonzero(relevant == w))) for w in (True, False)]
            order = replay(made, relevant, priors, seed=seed)[2:]
            found = relevant[order].astype(int).tolist()
            for told in stopping.replayed(found, seed=[seed, *priors]):
                rules.setdefault(f"{told['rule']} | {told['target']}", []).append(told)
        for rule, told in rules.items():
            used = [one for one in told if one["recall"] is not None]
            short = sum(bool(one["short"]) for one in used)
            low, high = interval(short, len(used))
            if used:
                least = min(float(str(one["recall"])) for one in used)
                read = np.mean([float(str(one["screened_share"])) for one in used])
                cells = [f"{low:.3f} to {high:.3f}", f"{least:.3f}", f"{read:.2f}"]
                row = [path.name[:-7], rule, len(used), short, *cells]
                print(" | ".join(map(str, row)), flush=True)


def interval(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of Clopper and Pearson."""

    def bound(reached: int, at_least: bool) -> float:
        low, high = 0.0, 1.0
        for _ in range(50):
            p = (low + high) / 2
            upper = sum(comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(reached, of + 1))
            small = upper < 0.025 if at_least else upper < 0.975
            low, high = (p, high) if small else (low, p)
        return low

    return (bound(hits, True) if hits else 0.0, bound(hits + 1, False) if hits < of else 1.0)


# --- many works ----------------------------------------------------------------------------------


def many(works: int) -> None:
    """Print what it takes to order made works, the first time and after a batch of answers."""
    print("works | answers | s | CPU s | peak MiB")
    chance = np.random.default_rng(1)
    words = np.array([f"w{n:x}q{n % 97}" for n in range(60_000)])
    texts = []
    for _ in range(works):
        said = words[np.minimum(chance.zipf(1.3, 180), len(words)) - 1]
        texts.append((" ".join(said[:12]), " ".join(said[12:])))
    ids = [f"s/{n:07}" for n in range(works)]
    picks = random.Random(1)
    with tempfile.TemporaryDirectory() as kept:
        for count in (0, 25, 1000):
            answers = {name: picks.random() < 0.1 for name in picks.sample(ids, min(count, works))}
            begun = time.perf_counter(), time.process_time()
            waiting.order(ids, texts, answers, query=texts[0], kept=Path(kept))
            took = time.perf_counter() - begun[0], time.process_time() - begun[1]
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(f"{works} | {count} | {took[0]:.1f} | {took[1]:.1f} | {peak}", flush=True)


if __name__ == "__main__":
    main()
