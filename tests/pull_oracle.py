"""What must hold of whatever bytes a reader is given; tests and the fuzzer ask the same.

What a format can promise about the entries beside a broken one:

- BibTeX, RIS, Web of Science, EndNote XML, CSL-JSON and tables mark where an entry ends, so what
  stands before a fault stays as it is, and each begins in a way that is found again, so does what
  stands after it. One thing in BibTeX is no such fault: a closed entry after which its fields go
  on (`, name =`) has a brace too many and is rejected itself.
- NBIB and Refer mark no end: lines that follow belong to the entry before. It stays a record under
  its key, but may get more fields; what stands after is found again.
- In a table, a row of column names begins another table: what follows is read by its columns.
- All is read in one encoding, so the promise is for bytes that leave the file what it was, of
  bytes and not of UTF-16.
"""

from __future__ import annotations

import gzip
import re
import time
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

from slr.errors import SlrError
from slr.pull import archives, encodings
from slr.pull.indexes import INDEXES
from slr.pull.intake import TABLES, Intake
from slr.schemas import tables

DATA = Path(__file__).parent / "data"
ENDINGS = {
    "bibtex": (".bib",), "ris": (".ris",), "nbib": (".nbib",), "wos": (".ciw", ".txt"),
    "refer": (".enw",), "endnote": (".xml",), "csljson": (".json",), "csv": (".csv", ".txt"),
}  # fmt: skip

BIB = "@article{{{key},\n  title = {{{title}}},\n  author = {{Kim, S.}},\n  year = {{2001}}\n}}\n"
RIS = "TY  - JOUR\nID  - {key}\nTI  - {title}\nAU  - Kim, S.\nPY  - 2001\nER  - \n"
CIW = "PT J\nAU Kim, S\nTI {title}\nPY 2001\nUT {key}\nER\n"
NBIB = "PMID- {key}\nTI  - {title}\nFAU - Kim, S\nDP  - 2001\n"
ENW = "%0 Journal Article\n%F {key}\n%T {title}\n%A Kim, S.\n%D 2001\n"
XML = (
    "<record><rec-number>{key}</rec-number><titles><title>{title}</title></titles>"
    "<dates><year>2001</year></dates></record>\n"
)
JSON = '{{"id": "{key}", "type": "article-journal", "title": "{title}", "volume": "1"}}'
CSV = "{key},{title},Kim S.,2001\n"
OPENALEX = (
    '{{"id": "https://openalex.org/W{key}", "title": "{title}", "publication_year": 2001, '
    '"authorships": [{{"author": {{"id": "https://openalex.org/A1", "display_name": "S. Kim"}}}}]}}'
)
CROSSREF = (
    '{{"DOI": "10.5555/{key}", "title": ["{title}"], "issued": {{"date-parts": [[2001]]}}, '
    '"author": [{{"given": "S.", "family": "Kim"}}]}}'
)
PAPER = (
    '{{"paperId": "{key}", "title": "{title}", "year": 2001, "authors": [{{"name": "S. Kim"}}]}}'
)
SCOPUS = (
    '{{"eid": "2-s2.0-{key}", "dc:title": "{title}", "prism:coverDate": "2001-05-01", '
    '"dc:creator": "Kim S."}}'
)
GOOD = {
    "bibtex": ("", BIB, ""), "ris": ("", RIS, ""), "nbib": ("", NBIB, ""), "wos": ("", CIW, ""),
    "refer": ("", ENW, ""), "endnote": ("<xml><records>\n", XML, "</records></xml>\n"),
    "csljson": ("[\n", JSON, "\n]\n"), "csv": ("key,title,authors,year\n", CSV, ""),
    "openalex": ("[\n", OPENALEX, "\n]\n"), "crossref": ("[\n", CROSSREF, "\n]\n"),
    "semanticscholar": ("[\n", PAPER, "\n]\n"), "scopus": ("[\n", SCOPUS, "\n]\n"),
}  # fmt: skip
OPEN_ENDED = ("nbib", "refer")
JSONS = ("csljson", *INDEXES)
KEYS = {"openalex": ("111", "999")}
PLACES = ("record_id", "key", "line", "first_byte", "end_byte")
LARGE = 100_000
SLOW = 10.0
"""Seconds of the processor for about 100 kB; what grows with its size takes under one."""


class BrokenPromiseError(AssertionError):
    """Something that must hold of every input does not."""


def check(form: str | None, data: bytes) -> None:
    """Read bytes as one format and see that all that must hold does.

    What takes long is done with one input of many, always with the same.
    """
    turn = zlib.crc32(data)
    intake = taken(data, form)
    if intake is not None:
        holds(intake, data)
        if turn % 16 == 0:
            tabled(intake)
    if form is not None:
        beside(form, data)
        if turn % 128 == 0:
            steady(form, data)


def unpack(data: bytes) -> None:
    """Read bytes as an archive or file of any kind."""
    try:
        members = list(archives.unpacked(Path("x.zip"), data))
    except SlrError as error:
        _worded(error)
        return
    for _, content in members[:4]:
        check(None, content)


def taken(data: bytes, form: str | None) -> Intake | None:
    """Return what a file holds, None where it is refused in words."""
    intake = Intake(form)
    try:
        intake.add("x", data)
    except SlrError as error:
        _worded(error)
        return None
    return intake


def holds(intake: Intake, data: bytes) -> None:
    """See that nothing is lost, and that every place is one in the file."""
    [loss] = intake.losses
    rows = {name: rows_of(intake, name) for name in TABLES}
    _sure(loss.found == loss.kept + loss.rejected, "entries found are not those told")
    _sure(loss.kept == len(rows["records"]), "records are not those kept")
    _sure(loss.rejected == len(rows["rejects"]), "rejects are not those told")
    ids = [row["record_id"] for row in rows["records"]]
    _sure(len(set(ids)) == len(ids), "two records have one id")
    last = data.count(b"\n") + data.count(b"\r") + 1
    for name in ("records", "rejects", "warnings"):
        _sure(all(1 <= row["line"] <= last for row in rows[name]), f"{name}: no such line")
    done = 0
    line, counted = 1, 0
    for row in rows["records"]:
        first, end = row["first_byte"], row["end_byte"]
        _sure(done <= first < end <= len(data), "a record's bytes are not its own")
        if not loss.encoding.startswith("utf-16") and not loss.encoding.startswith("utf-32"):
            line += len(re.findall(rb"\r\n|\r|\n", data[counted:first]))
            counted = first
            _sure(row["line"] == line, "a record's line is not that of its first byte")
        done = end
    for name in TABLES:
        for row in rows[name]:
            for value in row.values():
                if isinstance(value, str):
                    value.encode()
                    _sure(not re.search("[\x00-\x1f\x7f]", value), f"{name}: no cell of a table")


def tabled(intake: Intake) -> None:
    """See that the tables are what their schemas say."""
    pulled = intake.pulled()
    for name in TABLES:
        tables.check(pulled.tables[name], f"pull/{name}")
    pulled.told().encode()


def sandwich(form: str, data: bytes) -> bytes:
    """Return a file of a good entry, bytes, and a good entry again."""
    head, good, tail = GOOD[form]
    first, last = (good.format(key=k, title=f"Title {k}") for k in KEYS.get(form, ("k111", "k999")))
    mark = ",\n" if form in JSONS else "\n"
    return f"{head}{first}{mark}".encode() + data + f"{mark}{last}{tail}".encode()


def beside(form: str, data: bytes) -> None:
    """See that a good entry before and one after the bytes are as they are alone."""
    whole = sandwich(form, data)
    if encodings.decode(whole)[0].encoding.startswith("utf-16"):
        return
    intake = taken(whole, form)
    _sure(intake is not None, "two good entries are not read at all")
    assert intake is not None
    holds(intake, whole)
    alone = Intake(form)
    alone.add("x", sandwich(form, b" "))
    wanted = [_said(row) for row in rows_of(alone, "records")]
    records = rows_of(intake, "records")
    found = [_said(row) for row in records]
    if form in OPEN_ENDED:
        _sure(any(str(row["key"]).startswith("k111") for row in records), "the first lost its key")
    elif form != "bibtex" or not data.lstrip().startswith(b","):
        _sure(wanted[0] in found, "the entry before is not as it was")
    told = intake.columns["warnings"]["warning"]
    if "the column names stand there again" not in told:
        _sure(wanted[1] in found, "the entry after is not as it was")


def steady(form: str, data: bytes) -> None:
    """See that a long file made of the bytes takes no square of their time."""
    if not data:
        return
    half = data[: len(data) // 2]
    times = LARGE // len(data)
    for large in (data * times, half * times + data[len(half) :] * times):
        began = time.process_time()
        taken(large, form)
        _sure(time.process_time() - began < SLOW, "time grows faster than the file")


def seeds(form: str) -> list[bytes]:
    """Return the samples of a format, and two plain entries."""
    folder, endings = (
        (DATA / "indexes", (f"{form}.json",)) if form in INDEXES else (DATA, ENDINGS[form])
    )
    paths = sorted(p for p in folder.iterdir() if p.name.endswith(endings) and p.is_file())
    texts = [path.read_bytes() for path in paths]
    if form == "bibtex":
        texts.append((DATA.parents[1] / "data/raw/records/paper.bib").read_bytes()[:3000])
    return [sandwich(form, b" "), *texts]


def rows_of(intake: Intake, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table that is being made."""
    columns = intake.columns[table]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _said(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in PLACES}


def _worded(error: SlrError) -> None:
    _sure("a fault of slr" not in str(error), str(error))
    str(error).encode()


def _sure(true: bool, told: str) -> None:
    if not true:
        raise BrokenPromiseError(told)


def archives_of_samples() -> list[bytes]:
    """Return small archives, stored and packed."""
    packed = [gzip.compress(GOOD["ris"][1].encode(), mtime=0)]
    for how in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w", how) as archive:
            for form, ending in ENDINGS.items():
                archive.writestr(zipfile.ZipInfo(f"{form}{ending[0]}"), seeds(form)[0])
        packed.append(buffer.getvalue())
    return packed
