"""How fast, and with how much memory, a co-citation graph is made, beside metaknowledge.

Works and references are made up, the same ones each time: about 30 references a work, some works
cited far more often than most. `SLR_COCITE_PEER` names the Python of an environment with
metaknowledge 3.4.1, which counts the same lists, written as a Web of Science export: its time and
memory are of the network alone, without reading and writing; ours are of the whole process, tables
written. `SLR_COCITE_MOST` is the largest number of citing works of the curve of cost (10,000
unless told), and `SLR_COCITE_PICTURE` a file for its picture.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import drawn

PEER, MOST, PICTURE = "SLR_COCITE_PEER", "SLR_COCITE_MOST", "SLR_COCITE_PICTURE"
BESIDE = 10_000
"""Citing works of the run beside the peer: 22.9 s of its time where this was written."""

OURS = """
import resource, subprocess, sys, time
begun = time.perf_counter()
subprocess.run([sys.executable, "-m", "slr", "cocite", *sys.argv[1:]], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""
THEIRS = """
import resource, sys, time
import metaknowledge
records = metaknowledge.RecordCollection(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF)
begun = time.perf_counter()
graph = records.networkCoCitation()
used = resource.getrusage(resource.RUSAGE_SELF)
cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
print(time.perf_counter() - begun, cpu, used.ru_maxrss / 1024, graph.number_of_edges())
"""


def main() -> None:
    """Print the run beside the peer, then the curve of cost."""
    with tempfile.TemporaryDirectory() as folder:
        beside(Path(folder))
        curve(Path(folder), int(os.environ.get(MOST, "10000")))


def references(works: int) -> Iterator[tuple[int, list[int]]]:
    """Yield citing works, each with what it cites."""
    chance = random.Random(works)
    for work in range(works):
        wanted = max(2, round(chance.gauss(30, 10)))
        cited: set[int] = set()
        while len(cited) < wanted:
            cited.add(int(9 * works * chance.random() ** 2.2))
        yield work, sorted(cited)


def beside(folder: Path) -> None:
    """Print time and memory of both on the same lists."""
    table = write_table(folder, BESIDE)
    ours = measured([sys.executable, "-c", OURS, str(table), "--out", str(folder / "out")])
    edges = count(folder / "out/edges.csv")
    print(f"{BESIDE:,} citing works, {count(table):,} references, {edges:,} edges")
    print(f"slr cocite, whole process: {ours[0]:.2f} s, {ours[1]:.2f} s CPU, {ours[2]:.0f} MiB")
    if not os.environ.get(PEER):
        print(f"metaknowledge: skipped, {PEER} names no Python that has it")
        return
    theirs = measured([os.environ[PEER], "-c", THEIRS, str(write_export(folder, BESIDE))])
    print(f"metaknowledge, network alone: {theirs[0]:.2f} s, {theirs[1]:.2f} s CPU, "
          f"{theirs[2]:.0f} MiB, {theirs[3]:,.0f} edges")  # fmt: skip
    print(f"times as fast: {theirs[0] / ours[0]:.1f} ({theirs[1] / ours[1]:.1f} by CPU); "
          f"share of the memory: {ours[2] / theirs[2]:.2f}")  # fmt: skip


def curve(folder: Path, most: int) -> None:
    """Print cost against size, for all edges and for those of weight 2; draw the second."""
    points: list[tuple[int, float, float]] = []
    print("citing works | references | least weight | edges | s | CPU s | MiB")
    works = 1_000
    while works <= most:
        table = write_table(folder, works)
        for least in ("1", "2"):
            call = [sys.executable, "-c", OURS, str(table), "--out", str(folder / "out")]
            cost = measured([*call, "--min-weight", least])
            cells = (f"{works:,}", f"{count(table):,}", least,
                     f"{count(folder / 'out/edges.csv'):,}",
                     f"{cost[0]:.2f}", f"{cost[1]:.2f}", f"{cost[2]:.0f}")  # fmt: skip
            print(" | ".join(cells), flush=True)
        points.append((count(table), cost[1], cost[2]))
        works = most if works < most < 3 * works else 3 * works
    if os.environ.get(PICTURE):
        drawn.cost(points, "references", Path(os.environ[PICTURE]))


def write_table(folder: Path, works: int) -> Path:
    """Write the lists as a table of citing and cited ids."""
    path = folder / f"citations-{works}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("citing_id,cited_id\n")
        for work, cited in references(works):
            file.writelines(f"W{10**9 + work},W{2 * 10**9 + other}\n" for other in cited)
    return path


def write_export(folder: Path, works: int) -> Path:
    """Write the same lists as a Web of Science export, as metaknowledge reads them."""
    path = folder / "savedrecs.txt"
    with path.open("w", encoding="utf-8-sig") as file:
        file.write("FN Thomson Reuters Web of Science\nVR 1.0\n")
        for work, cited in references(works):
            file.write(f"PT J\nAU Author, A\nTI Title {work}\nSO JOURNAL\nPY 2020\n")
            file.write("CR " + "\n   ".join(
                f"Name{other} A, 1990, J TESTS, V{other}, P1" for other in cited))  # fmt: skip
            file.write(f"\nUT WOS:{work:015d}\nER\n\n")
        file.write("EF\n")
    return path


def measured(call: list[str]) -> list[float]:
    """Return the numbers of the last line that a process prints."""
    done = subprocess.run(call, check=True, capture_output=True, text=True)
    return [float(number) for number in done.stdout.split("\n")[-2].split()]


def count(path: Path) -> int:
    """Return the rows of a table below its header."""
    with path.open("rb") as file:
        return sum(1 for _ in file) - 1


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
