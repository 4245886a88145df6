"""What files of 100 MB cost: real ones, broken ones, and ones made to hurt.

Prints, for each, megabytes, seconds of the processor, the peak of memory, how many times the file
that is above what an import of nothing takes, and what became of it. Each is read by a process of
its own, from a temporary folder. Twice the size shall take twice the time: `--check` reads each at
a quarter and at half of it too, and says so where it does not.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import bench_pull

MB = 1_000_000
BIB = Path(__file__).parents[1] / "data/raw/records/paper.bib"


def main() -> None:
    """Read every file, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="all if none")
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.read:
        read(asked.read)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.txt")
        path.write_text("% nothing\n")
        base = measured(path)["peak"]
        print(f"an import of nothing: {base:.0f} MiB")
        for name in asked.names or CASES:
            sizes = [1 / 4, 1 / 2, 1] if asked.check else [1]
            times = []
            for part in sizes:
                write(path, name, int(asked.megabytes * MB * part))
                done = measured(path)
                times.append(done["seconds"])
            size = path.stat().st_size / MB
            above = (done["peak"] - base) * 1.048576 / max(size, 1)
            print(
                f"{name}: {size:.0f} MB, {done['seconds']:.0f} s, {done['peak']:.0f} MiB"
                f" ({above:.1f} x the file); {done['told']}"
            )
            if asked.check and times[2] > 3 * times[1] > 5 and times[1] > 3 * times[0]:
                print(f"  grows faster than the file: {times} s for sizes of 1, 2 and 4")


def measured(path: Path) -> dict[str, float]:
    """Read a file in a process of its own, and return what it took."""
    done = subprocess.run(
        [sys.executable, __file__, "--read", str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return {"seconds": 0, "peak": 0, "told": f"FAILED: {done.stderr[-300:]}"}  # type: ignore[dict-item]
    loaded: dict[str, float] = json.loads(done.stdout)
    return loaded


def read(path: Path) -> None:
    """Read a file and write its tables; print what it took."""
    from slr.errors import SlrError
    from slr.pull import bring_in

    try:
        told = bring_in([path], path.parent / "out").told().split("\n")[-1]
    except SlrError as error:
        told = str(error).removeprefix(f"{path}: ")[:80]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": time.process_time(), "peak": peak, "told": told}))


def write(path: Path, name: str, size: int) -> None:
    """Write a file of a kind, as large as is asked for."""
    random.seed(1)
    with path.open("wb") as file:
        for part in CASES[name](size):
            file.write(part)


def repeated(text: str, head: str = "", tail: str = "") -> Callable[[int], Iterator[bytes]]:
    """Return a case that is one text, again and again."""

    def case(size: int) -> Iterator[bytes]:
        yield head.encode()
        times = max(1, MB // len(text))
        for _ in range(size // (times * len(text.encode()))):
            yield text.encode() * times
        yield tail.encode()

    return case


def perturbed(one: Callable[[int], str], head: str = "") -> Callable[[int], Iterator[bytes]]:
    """Return a case of many records, each tenth of which lacks a character somewhere."""

    def case(size: int) -> Iterator[bytes]:
        yield head.encode()
        written, number = 0, 0
        while written < size:
            text = one(number)
            if number % 10 == 0:
                at = random.randrange(len(text))
                text = text[:at] + text[at + 1 :]
            written += len(text.encode())
            number += 1
            yield text.encode()

    return case


def stray(size: int) -> Iterator[bytes]:
    """Yield letters of UTF-8 with bytes between them that are none."""
    yield b"TY  - JOUR\nTI  - "
    for _ in range(size // MB):
        yield b"\xd8\xa7\xe9" * (MB // 3)


def nested(size: int) -> Iterator[bytes]:
    """Yield one field in very many braces."""
    yield b"@misc{a, title = {"
    for char in (b"{", b"}"):
        yield char * (size // 2)
    yield b"}}"


def gzip_bomb(size: int) -> Iterator[bytes]:
    """Yield a small file that unpacks to twenty times what is asked for."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as file:
        for _ in range(20 * size // MB):
            file.write(b" " * MB)
    yield buffer.getvalue()


def zip_bomb(size: int) -> Iterator[bytes]:
    """Yield an archive of many members, each small, all of them too much."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(20 * size // (50 * MB)):
            archive.writestr(f"{number}.bib", b" " * 50 * MB)
    yield buffer.getvalue()


def many_members(size: int) -> Iterator[bytes]:
    """Yield an archive of very many empty members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(size // 200):
            archive.writestr(zipfile.ZipInfo(f"{number}.bib"), b"")
    yield buffer.getvalue()


def paper(number: int) -> str:
    """Return an entry of the shipped records."""
    return f"\n@{ENTRIES[number % len(ENTRIES)]}"


ENTRIES = BIB.read_text("utf-8").split("\n@")[1:]
WORDS = "governance and transformation "
CASES: dict[str, Callable[[int], Iterator[bytes]]] = {
    "BibTeX, shipped entries": perturbed(paper),
    "BibTeX, English": perturbed(bench_pull.entry),
    "RIS": perturbed(bench_pull.ris),
    "CSV": perturbed(bench_pull.row, bench_pull.HEADER),
    "BibTeX on one line": repeated("@misc{k, title = {A title of some words}, year = 2001} "),
    "one entry not closed": repeated(WORDS, "@misc{k, title = {"),
    "one line": repeated(WORDS),
    "only @": repeated("@"),
    "only {": repeated("{"),
    "only a beginning": repeated("@misc{"),
    "only line ends": repeated("\n"),
    "stray bytes": stray,
    "braces without end": repeated("{", "@misc{k, title = {"),
    "braces in braces": nested,
    "comments not closed": repeated("@comment{\n"),
    "smallest entries": repeated("@a{b}\n"),
    "smallest RIS entries": repeated("TY  - A\n"),
    "smallest rows": repeated("a,1\n", "title,year\n"),
    "a quote not closed": repeated(f"{WORDS},2001\n", 'title,year\n"A,2000\n'),
    "a quote that each line closes and opens": repeated('a","b\n', 'title,year\n"A,2000\n'),
    "one cell": repeated(WORDS, 'title,year\n"', '",2001\n'),
    "JSON in JSON": repeated('[{"id": '),
    "JSON not closed": repeated('{"id": "a", "title": ', "["),
    "XML not closed": repeated("<record><titles>"),
    "one RIS value": repeated(f"{WORDS}\n", "TY  - JOUR\nTI  - "),
    "one NBIB entry": repeated("AU  - Kim S\n", "PMID- 1\n"),
    "one Refer value": repeated(f"{WORDS}\n", "%0 Book\n%T "),
    "gzip bomb": gzip_bomb,
    "zip bomb": zip_bomb,
    "zip of very many members": many_members,
}

if __name__ == "__main__":
    main()
