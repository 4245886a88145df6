"""How long the whole review takes, and a run with nothing to do beside `snakemake --version`.

Prints wall seconds, the peak memory of the largest process, and the ratio of medians, taken in
turn so that a change of the machine's speed touches both.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).parents[1]
COPIED = ("Snakefile", "config.yaml", "workflow", "data/raw")
TURNS = 5


def main() -> None:
    """Run the review once from nothing, then the two commands in turn."""
    binaries = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as folder:
        review = Path(folder)
        copy(review)
        whole = timed([binaries / "slr", "run"], review)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"whole review: {whole:.1f} s, largest process {peak:.0f} MiB")
        for stage in sorted((review / "logs/benchmarks").glob("*.tsv")):
            seconds = stage.read_text("utf-8").splitlines()[1].split("\t")[0]
            print(f"  {stage.stem}: {float(seconds):.1f} s")
        nothing, version = [], []
        for _ in range(TURNS):
            nothing.append(timed([binaries / "slr", "run"], review))
            version.append(timed([binaries / "snakemake", "--version"], review))
        ours, theirs = statistics.median(nothing), statistics.median(version)
        print(f"nothing to do: {ours:.2f} s; snakemake --version: {theirs:.2f} s")
        print(f"ratio {ours / theirs:.2f} (at most 2 is wanted)")


def copy(target: Path) -> None:
    """Copy what a review consists of."""
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        else:
            shutil.copy(source, target / name)


def timed(command: list[str | Path], folder: Path) -> float:
    """Run a command to its end; return wall seconds."""
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
