"""How long bringing records in takes: BibTeX beside bibtexparser, RIS and CSV of 100,000 records.

Prints seconds of the processor, ratios, peak memory, and what is wanted. The files are made anew,
each time the same, in a temporary folder.
"""

from __future__ import annotations

import logging
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import bibtexparser

from slr.pull import bring_in

WORDS = (
    "governance", "digital", "transformation", "service", "data", "open", "policy", "citizen",
    "network", "state",
)  # fmt: skip
ENTRIES = 10_000
RECORDS = 100_000
TURNS = 3


def main() -> None:
    """Time each format; BibTeX in turn with bibtexparser, so that both meet the same machine."""
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        bib = write(out / "many.bib", entry, ENTRIES)
        text = bib.read_text("utf-8")
        ours, theirs = [], []
        for _ in range(TURNS):
            theirs.append(timed(lambda: bibtexparser.parse_string(text)))
            ours.append(timed(lambda: bring_in([bib], out / "bib")))
        ratio = statistics.median(ours) / statistics.median(theirs)
        print(
            f"BibTeX, {ENTRIES} entries, {size(bib)}: {statistics.median(ours):.1f} s to the tables"
        )
        print(f"  bibtexparser, whole: {statistics.median(theirs):.1f} s")
        print(f"  ratio {ratio:.2f} (at most 1.5 is wanted)")
        for name, one, head in (("ris", ris, ""), ("csv", row, HEADER)):
            path = write(out / f"many.{name}", one, RECORDS, head)
            seconds = timed(lambda path=path: bring_in([path], out / path.stem))  # type: ignore[misc]
            told = f"{name.upper()}, {RECORDS} records, {size(path)}: {seconds:.1f} s"
            print(f"{told} (at most 30 is wanted)")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MiB")


def write(path: Path, one: Callable[[int], str], count: int, head: str = "") -> Path:
    """Write a file of many records."""
    random.seed(1)
    path.write_text(head + "".join(one(number) for number in range(count)), "utf-8")
    return path


def timed(work: Callable[[], object]) -> float:
    """Do it once; return seconds of the processor, which others on the machine do not touch."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def size(path: Path) -> str:
    """Return the size of a file in words."""
    return f"{path.stat().st_size / 1e6:.0f} MB"


def words(count: int) -> str:
    """Return some words."""
    return " ".join(random.choices(WORDS, k=count))


def entry(number: int) -> str:
    """Return one BibTeX entry."""
    return (
        f"@article{{key{number},\n"
        '  author = {Dawes, Sharon S. and Pardo, Theresa A. and M{\\"u}ller, J{\\"o}rg},\n'
        f"  title = {{The {{UK}}'s {words(10)} {number}}},\n"
        "  journal = {Government Information Quarterly},\n"
        f"  year = {{{2000 + number % 20}}},\n  volume = {{{number % 50}}},\n"
        f"  number = {{{number % 4}}},\n  pages = {{{number}--{number + 10}}},\n"
        f"  doi = {{10.1016/j.giq.{number}}},\n  abstract = {{{words(120)}}},\n"
        "  keywords = {a; b; c},\n  publisher = {Elsevier}\n}\n\n"
    )


def ris(number: int) -> str:
    """Return one RIS record."""
    return (
        f"TY  - JOUR\nID  - {number}\nAU  - Dawes, Sharon S.\nAU  - Pardo, Theresa A.\n"
        f"TI  - {words(10)} {number}\nT2  - Government Information Quarterly\n"
        f"PY  - {2000 + number % 20}\nVL  - {number % 50}\nIS  - {number % 4}\nSP  - {number}\n"
        f"EP  - {number + 10}\nDO  - 10.1016/j.giq.{number}\nSN  - 0740-624X\nLA  - en\nKW  - a\n"
        f"KW  - b\nAB  - {words(100)}\nER  - \n\n"
    )


HEADER = (
    '"Authors","Author full names","Title","Year","Source title","Volume","Issue","Page start",'
    '"Page end","Cited by","DOI","Abstract","ISSN","Language of Original Document",'
    '"Document Type","Source","EID"\n'
)


def row(number: int) -> str:
    """Return one row as Scopus writes it."""
    return (
        '"Dawes S.S.; Pardo T.A.","Dawes, Sharon S. (1234567); Pardo, Theresa A. (7654321)",'
        f'"{words(10)} {number}","{2000 + number % 20}","Government Information Quarterly",'
        f'"{number % 50}","{number % 4}","{number}","{number + 10}","{number % 100}",'
        f'"10.1016/j.giq.{number}","{words(100)}","0740624X","English","Article","Scopus",'
        f'"2-s2.0-{number}"\n'
    )


if __name__ == "__main__":
    main()
