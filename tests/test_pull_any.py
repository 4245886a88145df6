# ruff: noqa: E501 - tables of cases are read by the row
"""Whatever the bytes and the records: what holds for all of them, and how long it takes."""

from __future__ import annotations

import csv
import io
import json
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_pull_faults import BIB, CIW, DATA, ENW, NBIB, RIS, read

from slr import pull
from slr.errors import SlrError
from slr.pull import sniff
from slr.pull.indexes import INDEXES

# --- any bytes, any records ----------------------------------------------------------------------

SEEDS = [
    path.read_bytes() for path in sorted(DATA.iterdir()) if path.is_file() and path.suffix != ".md"
]
TOKENS = [
    b'"', b"{", b"}", b"\n", b"\r", b"\0", b"\xff", b"TY  - ", b"ER  - \n", b"@misc{", b",", b"\t",
    b"<record>", b"</record>", b"&x;", b"\\", b"%0 ", b"PT J\n", b"PMID- ", b"[", b"]", b"UK  - x\n",
    b"\xef\xbb\xbf", b"\\ud800", b"\xe2\x80\x8c", b'""', b"=", b"#",
]  # fmt: skip


@st.composite
def disturbed(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 30))] = draw(st.sampled_from(TOKENS))
    return bytes(data)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | disturbed(), st.none() | st.sampled_from(list(sniff.READERS)))
def test_any_bytes_end_in_records_or_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, form: str | None
) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        pulled = read(folder, data, "any", form)
    except SlrError as error:
        told = str(error)
        if "a fault of slr" in told:
            raise
        return
    pulled.write(folder / "any-out")
    losses = [(loss.found, loss.kept, loss.rejected) for loss in pulled.losses]
    assert losses == [(kept + lost, kept, lost) for _, kept, lost in losses]
    assert len(pulled.tables["records"]) == sum(kept for _, kept, _ in losses)


WORD = st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1, max_size=8)
TITLE = st.lists(WORD, min_size=1, max_size=6).map(" ".join)
FAMILY = st.text(st.sampled_from("abcdefgéñçاحمدس"), min_size=2, max_size=8)
RECORDS = st.lists(
    st.fixed_dictionaries({
        "title": TITLE,
        "author": st.lists(st.tuples(FAMILY, FAMILY).map(", ".join), min_size=1, max_size=3),
        "year": st.integers(1600, 2030).map(str),
        "journal": TITLE,
        "doi": st.integers(1).map(lambda n: f"10.1000/{n}"),
    }),
    min_size=1,
    max_size=4,
)  # fmt: skip


def written(records: list[dict[str, object]], form: str) -> str:
    """Write records in the plainest way that each format has."""
    if form == "csljson":
        return json.dumps([
            {"id": str(n), "type": "article-journal", "title": r["title"], "DOI": r["doi"],
             "container-title": r["journal"], "issued": {"date-parts": [[r["year"]]]},
             "author": [dict(zip(("family", "given"), a.split(", "), strict=True)) for a in r["author"]]}
            for n, r in enumerate(records)
        ], ensure_ascii=False)  # fmt: skip
    if form == "csv":
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["key", "title", "authors", "year", "journal", "doi"])
        for n, r in enumerate(records):
            names = "; ".join(r["author"])  # type: ignore[arg-type]
            writer.writerow([n, r["title"], names, r["year"], r["journal"], r["doi"]])
        return out.getvalue()
    if form == "endnote":
        return "".join(
            f"<record><rec-number>{n}</rec-number><ref-type name='Journal Article'>17</ref-type>"
            f"<contributors><authors>{''.join(f'<author>{a}</author>' for a in r['author'])}"  # type: ignore[attr-defined]
            f"</authors></contributors><titles><title>{r['title']}</title><secondary-title>"
            f"{r['journal']}</secondary-title></titles><dates><year>{r['year']}</year></dates>"
            f"<electronic-resource-num>{r['doi']}</electronic-resource-num></record>"
            for n, r in enumerate(records)
        )
    if form == "bibtex":
        return "\n".join(
            f"@article{{{n},\n  title = {{{r['title']}}},\n  author = {{{' and '.join(r['author'])}}},\n"  # type: ignore[arg-type]
            f"  year = {r['year']},\n  journal = {{{r['journal']}}},\n  doi = {{{r['doi']}}}\n}}"
            for n, r in enumerate(records)
        )
    head, tags, end, between = {
        "ris": ("TY  - JOUR", "ID TI AU PY T2 DO", "ER  - ", "  - "),
        "wos": ("PT J", "UT TI AF PY SO DI", "ER", " "),
        "refer": ("%0 Journal Article", "%F %T %A %D %J %R", "", " "),
        "nbib": ("", "PMID TI FAU DP JT AID", "", "- "),
    }[form]
    lines = []
    for n, r in enumerate(records):
        lines.append(head)
        for tag, name in zip(
            tags.split(), (None, "title", "author", "year", "journal", "doi"), strict=True
        ):
            value = str(n) if name is None else r[name]
            end_of_doi = " [doi]" if tag == "AID" else ""
            shown = f"{tag:4}" if form == "nbib" else tag
            several = value if isinstance(value, list) else [value]
            lines += [f"{shown}{between}{one}{end_of_doi}" for one in several]
        lines.append(end)
    return "\n".join(lines)


@pytest.mark.parametrize("form", [form for form in sniff.READERS if form not in INDEXES])
@settings(max_examples=40, deadline=None)
@given(records=RECORDS)
def test_records_survive_being_written_and_read(
    tmp_path_factory: pytest.TempPathFactory, form: str, records: list[dict[str, object]]
) -> None:
    pulled = read(tmp_path_factory.getbasetemp(), written(records, form), f"w-{form}")
    assert [loss.format for loss in pulled.losses] == [form]
    assert len(pulled.tables["rejects"]) == 0
    wanted = [r | {"author": " and ".join(r["author"])} for r in records]  # type: ignore[arg-type]
    found = pulled.tables["records"][["title", "author", "year", "journal", "doi"]].to_dict(
        "records"
    )
    assert found == wanted


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=8), st.sampled_from([RIS, CIW, NBIB, ENW, BIB]))
def test_broken_entries_leave_the_others_as_they_are(
    tmp_path_factory: pytest.TempPathFactory, good: list[bool], form: str
) -> None:
    entries = []
    for n, whole in enumerate(good):
        entry = form.format(key=f"k{n}", title=f"Title {n}")
        entries.append(entry if whole else entry[: len(entry) * 3 // 4] + "\n")
    pulled = read(tmp_path_factory.getbasetemp(), "\n".join(entries), "broken")
    titles = dict(
        zip(pulled.tables["records"]["key"], pulled.tables["records"]["title"], strict=True)
    )
    assert {
        f"k{n}": f"Title {n}" for n, whole in enumerate(good) if whole
    }.items() <= titles.items()
    assert pulled.losses[0].found == len(good)


SLOW = {
    "open braces": "@misc{a, title = {" * 20_000,
    "braces within": "@misc{a, title = {" + "{" * 200_000,
    "quotes": '@misc{a, t = "' * 20_000,
    "at signs": "@" * 300_000 + "{",
    "round brackets": "@misc(a, t = " * 20_000,
    "comments": "@comment{" * 20_000,
    "lines of comments": "@comment{\n" * 20_000,
    "fields": "@misc{a" + ", t = {x}, t = {y}" * 20_000 + "}",
    "columns": ",".join(["title", *map(str, range(20_000))])
    + "\n"
    + ",".join(map(str, range(20_001))),
    "numbers": 'title,issn\nA,"' + "123 1 " * 20_000 + '"\n',
    "CSV quotes": "title,year\n" + 'a,"\n' * 50_000,
    "CSV odd quotes": "title,year\n" + '"a""\n' * 50_000,
    "CSV quotes that each line closes and opens": "title,year\n" + 'a","b\n' * 150_000,
    "entries on one line": "@misc{k, title = {A}} " * 40_000,
    "entries behind a percent sign": "@misc{k, title = {A}} % " + "@misc{k, " * 40_000,
    "lines between entries": "@misc{k, title = {A}}\n" + "article {k\n" * 40_000,
    "JSON braces": '[{"id": 1, "a": [' * 20_000,
    "JSON deep": '[{"id": ' + "[" * 200_000,
    "JSON open": '[{"id": "' + '{"id": ' * 50_000,
    "items of an index open": '{"results": ['
    + '{"id": "https://openalex.org/W1", "title": "' * 50_000,
    "items of an index deep": '{"results": [' + '{"id": "https://openalex.org/W1", "a": [' * 20_000,
    "lists of an index open": '{"results": [{"id": "https://openalex.org/W1"}], "a": 1 ' * 20_000,
    "objects around": '{"message": ' * 100_000,
    "records open": "<records>" + "<record><a>" * 20_000,
    "RIS types": "TY  - JOUR\n" * 20_000,
    "RIS blank": "TY  - " + " " * 300_000 + "\n",
    "macros": "@misc{a, title = {" + "\\a{" * 20_000 + "}" * 20_000 + "}}",
    "names": "@misc{a, author = {" + "a and " * 20_000 + "}}",
    "commas": "@misc{a, author = {" + ", " * 50_000 + "}}",
    "spaces": "@misc{a" + " " * 200_000 + "= {x}}",
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW.keys())
def test_time_grows_with_size_and_not_with_its_square(tmp_path: Path, text: str) -> None:
    began = time.process_time()
    with suppress(SlrError):
        read(tmp_path, text)
    assert time.process_time() - began < 10  # each takes under one second alone


def test_the_samples_are_read_in_any_order_with_the_same_ids(tmp_path: Path) -> None:
    paths = [DATA / name for name in ("zotero.json", "scopus.csv", "wos.ciw")]
    ids = set(pull.gather(paths, tmp_path).tables["records"]["record_id"])
    assert ids == set(pull.gather(sorted(paths), tmp_path).tables["records"]["record_id"])
