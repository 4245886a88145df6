# ruff: noqa: E501 - tables of cases are read by the row
"""Files that are broken, hostile or foreign: nothing is lost, nothing fails without words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import PROJECT, slr

from slr import io, pull
from slr.errors import ConfigError, SlrError
from slr.pull import intake
from slr.pull.clean import doi, serials, tidy, years
from slr.pull.intake import EXPECTED
from slr.pull.people import people

DATA = Path(__file__).parent / "data"
SOURCE = str(PROJECT / "src")

RIS = "TY  - JOUR\nID  - {key}\nTI  - {title}\nAU  - Kim, S.\nPY  - 2001\nER  - \n"
CIW = "PT J\nAU Kim, S\nTI {title}\nPY 2001\nUT {key}\nER\n"
NBIB = "PMID- {key}\nTI  - {title}\nFAU - Kim, S\nDP  - 2001\n"
ENW = "%0 Journal Article\n%F {key}\n%T {title}\n%A Kim, S.\n%D 2001\n"
XML = "<record><rec-number>{key}</rec-number><titles><title>{title}</title></titles></record>"
BIB = "@article{{{key},\n  title = {{{title}}},\n  year = {{2001}}\n}}\n"


def read(
    tmp_path: Path, data: str | bytes, name: str = "x", form: str | None = None
) -> pull.Pulled:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return pull.gather([path], tmp_path, form)


def outcome(pulled: pull.Pulled) -> list[tuple[int, str, str]]:
    """Line, key and either `kept` or the reason of every entry, in order of the file."""
    kept = [(int(r["line"]), r["key"], "kept") for r in pulled.tables["records"].to_dict("records")]
    lost = [
        (int(r["line"]), r["key"], r["reason"]) for r in pulled.tables["rejects"].to_dict("records")
    ]
    return sorted(kept + lost)


def warnings(pulled: pull.Pulled) -> list[tuple[int, str]]:
    found = pulled.tables["warnings"].to_dict("records")
    return [(int(row["line"]), row["warning"]) for row in found]


BROKEN = {
    "RIS without TY": (
        RIS.format(key=1, title="A") + "\nTI  - B\nAU  - Lee, J.\nER  - \n" + RIS.format(key=3, title="C"),
        [(1, "1", "kept"), (8, "", "no TY line begins the entry"), (11, "3", "kept")],
    ),
    "RIS without ER": (
        RIS.format(key=1, title="A").replace("ER  - \n", "") + RIS.format(key=2, title="B"),
        [(1, "1", "kept"), (6, "2", "kept")],
    ),
    "RIS of a type alone": (
        "TY  - JOUR\nER  - \n" + RIS.format(key=2, title="B"),
        [(1, "", "the entry holds nothing but its type"), (3, "2", "kept")],
    ),
    "Web of Science without ER": (
        CIW.format(key=1, title="A").replace("ER\n", "") + CIW.format(key=2, title="B"),
        [(1, "1", "kept"), (6, "2", "kept")],
    ),
    "Web of Science without PT": (
        CIW.format(key=1, title="A") + "AU Lee, J\nTI B\nER\n" + CIW.format(key=3, title="C"),
        [(1, "1", "kept"), (7, "", "no PT line begins the entry"), (10, "3", "kept")],
    ),
    "NBIB without PMID": (
        "TI  - A\nAU  - Kim S\n\n" + NBIB.format(key=2, title="B"),
        [(1, "", "no PMID line begins the entry"), (4, "2", "kept")],
    ),
    "XML not closed": (
        "<xml><records>\n<record><rec-number>1</rec-number>\n" + XML.format(key=2, title="B"),
        [(2, "1", "the record is not closed: </record> is missing"), (3, "2", "kept")],
    ),
    "XML tags crossed": (
        XML.format(key=1, title="A</titles>") + "\n" + XML.format(key=2, title="B"),
        [(1, "1", "not XML, at line 1: mismatched tag"), (2, "2", "kept")],
    ),
    "XML entity": (
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n<xml><records>'
        + XML.format(key=1, title="a <b>&e;</b>")
        + "\n" + XML.format(key=2, title="B"),
        [(2, "1", "kept"), (3, "2", "kept")],
    ),
    "JSON not closed": (
        '[\n{"id": "1", "title": "A", "author": [{"family": "Kim"},\n'
        '{"id": "2", "title": "B"},\n{"id": "3", "title": "C"}\n]',
        [(2, "1", "not JSON: expecting value"), (3, "2", "kept"), (4, "3", "kept")],
    ),
    "JSON without a quote": (
        '[{"id": "1", "title": "A},\n{"id": "2", "title": "B"}]',
        [(1, "1", "not JSON: unterminated string starting at"), (2, "2", "kept")],
    ),
    "CSV ragged": (
        "key,title,year\n1,A,2001\n2,B, and C,2002\n3,D\n4,E,2004\n",
        [
            (2, "1", "kept"),
            (3, "2", "4 cells where the header has 3"),
            (4, "3", "2 cells where the header has 3"),
            (5, "4", "kept"),
        ],
    ),
    "CSV with a quote left open": (
        'key,title,year\n1,"A,2001\n2,"B",2002\n3,"C\nc",2003\n',
        [(2, "", "its quotes: ',' expected after '\"'"), (3, "2", "kept"), (4, "3", "kept")],
    ),
    "CSV with a quote open to the end": (
        'key,title,year\n1,"A",2001\n2,"B,2002\n3,C,2003\n4,D,2004\n',
        [(2, "1", "kept"), (3, "", "a quote is not closed"), (4, "3", "kept"), (5, "4", "kept")],
    ),
    "CSV with cells too many that are empty": (
        "key,title,year\n1,A,2001,,\n,,\n\n2,B,2002\n",
        [(2, "1", "kept"), (5, "2", "kept")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), BROKEN.values(), ids=BROKEN.keys())
def test_a_fault_in_one_entry_costs_no_other(
    tmp_path: Path, text: str, wanted: list[tuple[int, str, str]]
) -> None:
    pulled = read(tmp_path, text)
    assert [(line, key.removeprefix("entry"), told) for line, key, told in outcome(pulled)] == [
        (line, key, told) for line, key, told in wanted
    ]
    assert sum(loss.found for loss in pulled.losses) == len(wanted)


def test_no_entity_is_expanded(tmp_path: Path) -> None:
    pulled = read(tmp_path, BROKEN["XML entity"][0])
    assert list(pulled.tables["records"]["title"]) == ["a &e;", "B"]
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    text = f'<!DOCTYPE x [<!ENTITY a0 "ha">{bomb}]><records>{XML.format(key=1, title="&a11;")}'
    assert list(read(tmp_path, text).tables["records"]["title"]) == ["&a11;"]


def test_text_between_entries_is_told(tmp_path: Path) -> None:
    pulled = read(tmp_path, "Provider: X\n\n" + RIS.format(key=1, title="A") + "see note\n")
    assert warnings(pulled) == [
        (1, "text between the entries is skipped: Provider: X"),
        (9, "text between the entries is skipped: see note"),
    ]


def test_a_repeated_tag_keeps_all_its_values(tmp_path: Path) -> None:
    text = RIS.format(key=1, title="A").replace("ER", "TI  - B\nUR  - http://a/x;y\nUK  - u\nER")
    [record] = read(tmp_path, text).tables["records"].to_dict("records")
    assert record["title"] == "A; B"
    assert json.loads(record["extra"]) == {"UK": "u", "type": "JOUR", "url": "http://a/x;y"}


# --- encodings -----------------------------------------------------------------------------------

FRENCH = RIS.format(key=1, title="Évaluation de l’État à Besançon")
PERSIAN = RIS.format(key=1, title="حكمراني الكترونيك در ايران").replace("Kim, S.", "ساعي، احمد")
ENCODED = {
    "UTF-8": (PERSIAN, "utf-8", []),
    "UTF-8 with BOM": (PERSIAN, "utf-8-sig", []),
    "UTF-16": (PERSIAN, "utf-16", []),
    "UTF-16 big end first": ("\ufeff" + PERSIAN, "utf-16-be", []),
    "UTF-32": (PERSIAN, "utf-32", []),
    "UTF-16 without BOM": (FRENCH, "utf-16-le", [(1, "read as UTF-16-LE")]),
    "Persian UTF-16 without BOM": (
        "TY  - JOUR\nTI  - حکمرانی الکترونیک در ایران\nN2  - "
        + "حکمرانی الکترونیک " * 40
        + "\nER  - \n",
        "utf-16-be",
        [(1, "read as UTF-16-BE")],
    ),
    "Latin": (FRENCH, "cp1252", [(1, "not UTF-8: read as cp1252")]),
    "Persian": (PERSIAN, "cp1256", [(1, "not UTF-8: read as cp1256")]),
}


@pytest.mark.parametrize(("text", "encoding", "told"), ENCODED.values(), ids=ENCODED.keys())
def test_encodings(tmp_path: Path, text: str, encoding: str, told: list[tuple[int, str]]) -> None:
    pulled = read(tmp_path, text.encode(encoding))
    assert (
        pulled.tables["records"]["title"][0] == text.split("TI  - ")[1].split("\n", maxsplit=1)[0]
    )
    assert warnings(pulled) == told


def test_a_last_character_without_all_its_bytes_is_told_and_has_those_it_has(
    tmp_path: Path,
) -> None:
    data = RIS.format(key=1, title="A").replace("ER  - ", "N1  - b").encode("utf-16-le")[:-1]
    pulled = read(tmp_path, b"\xff\xfe" + data)
    assert warnings(pulled)[0] == (1, "bytes that are not UTF-16-LE became \ufffd")
    [(first, end)] = pulled.tables["records"][["first_byte", "end_byte"]].to_numpy()
    assert (first, end) == (2, 2 + len(data))


def test_zeros_that_a_disk_left_are_no_utf_16(tmp_path: Path) -> None:
    data = (
        RIS.format(key=1, title="A").encode()
        + bytes(999)
        + b"\n"
        + RIS.format(key=2, title="B").encode()
    )
    assert list(read(tmp_path, data).tables["records"]["title"]) == ["A", "B"]


def test_a_bad_byte_among_good_ones_spoils_only_itself(tmp_path: Path) -> None:
    cut = RIS.format(key=2, title="حکمرانی").encode().replace("ی".encode(), "ی".encode()[:1])
    pulled = read(tmp_path, PERSIAN.encode() + cut)
    assert list(pulled.tables["records"]["title"]) == ["حكمراني الكترونيك در ايران", "حکمران\ufffd"]
    assert warnings(pulled) == [(1, "1 byte not UTF-8 became \ufffd")]
    first, end = pulled.tables["records"][["first_byte", "end_byte"]].iloc[1]
    assert end - first == len(cut)


MIXED = {"French": ("Évaluation de l’État", "cp1252"), "Persian": ("حكمراني الكترونيك", "cp1256")}


@pytest.mark.parametrize(("title", "old"), MIXED.values(), ids=MIXED.keys())
def test_files_of_two_encodings_put_together_are_both_read(
    tmp_path: Path, title: str, old: str
) -> None:
    entries = [RIS.format(key=1, title=title).encode(), RIS.format(key=2, title=title).encode(old)]
    pulled = read(tmp_path, b"".join(entries))
    assert list(pulled.tables["records"]["title"]) == [title, title]
    assert warnings(pulled) == [(1, f"1 line not UTF-8 read as {old}")]
    places = pulled.tables["records"][["first_byte", "end_byte"]].to_numpy().tolist()
    both = len(entries[0]) + len(entries[1])
    assert places == [[0, len(entries[0])], [len(entries[0]), both]]


# --- files that hold nothing, or nothing that is known -------------------------------------------

EMPTY = {
    "nothing": b"",
    "blank": b" \n\t\r\n",
    "a mark": b"\xef\xbb\xbf",
    "comments": b"% one\n@comment{x}\n@string{a = {b}}\n",
    "column names": b"title,year\n",
}


@pytest.mark.parametrize("data", EMPTY.values(), ids=EMPTY.keys())
def test_a_file_that_holds_nothing_is_told(tmp_path: Path, data: bytes) -> None:
    pulled = read(tmp_path, data)
    first, *_, last = pulled.told().split("\n")
    assert (first, last) == ("x is empty or holds only comments", "0 records from 0 files")


UNKNOWN = {
    "a letter": ("Dear all,\nplease find attached", None, "holds text but no entry."),
    "a page": ("<!DOCTYPE html><html><body>record</body></html>", None, "holds text but no entry."),
    "a PDF": ("%PDF-1.7 ...", None, "is a PDF, no text."),
    "other JSON": ('{"a": 1}', None, "holds text but no entry."),
    "RIS said to be BibTeX": (RIS, "bibtex", "holds text but no entry."),
    "BibTeX said to be RIS": (BIB, "ris", "holds text but no entry."),
    "a letter said to be a table": ("Dear all", "csv", "holds text but no entry."),
}


@pytest.mark.parametrize(("text", "form", "told"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_a_file_of_no_known_format_is_an_error(
    tmp_path: Path, text: str, form: str | None, told: str
) -> None:
    with pytest.raises(SlrError) as caught:
        read(tmp_path, text, form=form)
    assert str(caught.value) == f"x: {told} {EXPECTED}"


def test_more_entries_than_any_export_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST", 3)
    assert len(read(tmp_path, RIS.format(key=1, title="A") * 3).tables["records"]) == 3
    with pytest.raises(SlrError) as caught:
        read(tmp_path, RIS.format(key=1, title="A") * 4)
    assert str(caught.value) == (
        "x: holds more than 3 entries. Split it, if it is what a database exported."
    )


def test_a_field_that_no_table_can_hold_costs_its_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(io, "LONGEST", 100)
    text = "".join(RIS.format(key=n, title="A" * n) for n in (100, 101))
    assert outcome(read(tmp_path, text)) == [
        (1, "100", "kept"),
        (7, "101", "a field has more than 100 characters"),
    ]


def test_a_key_and_a_fault_are_told_in_short(tmp_path: Path) -> None:
    text = (
        f"@misc{{{'k' * 5000} x\n@misc{{a, title = {{A}} {'n' * 5000} = {{x}}, {'n' * 5000} {{x}}}}"
    )
    rejects = read(tmp_path, text).tables["rejects"]
    assert [len(key) for key in rejects["key"]] == [200, 1]
    assert rejects["reason"].str.len().max() <= 1000


def test_all_files_at_fault_are_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a", "b", "c.ris")]
    paths[0].write_text("words")
    paths[2].write_text(RIS.format(key=1, title="A"))
    with pytest.raises(SlrError) as caught:
        pull.bring_in(paths, tmp_path / "out")
    assert [str(p.path) for p in caught.value.problems] == [str(paths[0]), str(paths[1])]
    assert not (tmp_path / "out").exists()


def test_a_format_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'xls' is no format") as caught:
        pull.bring_in([], tmp_path, "xls")
    assert caught.value.status == 2


def test_the_loss_report(tmp_path: Path) -> None:
    text = "".join(BIB.format(key=n, title=n) for n in range(3)) + "@misc{k title={A}, year={x}}\n"
    text += "".join(f"@misc{{bad{n}, title={{A\n" for n in range(5))
    pulled = read(tmp_path, text, "x.bib")
    assert pulled.told() == (
        "x.bib (bibtex, utf-8): 9 found, 4 kept, 1 of them mended, 5 rejected\n"
        "  line 13: k: a comma is missing after the key: mended\n"
        "  line 13: k: year: 'x' is no year that can be told\n"
        "  line 14: bad0: the entry is not closed: a brace, quote or comma is missing\n"
        "  line 15: bad1: the entry is not closed: a brace, quote or comma is missing\n"
        "  line 16: bad2: the entry is not closed: a brace, quote or comma is missing\n"
        "  ... and 2 more, see the tables\n"
        "4 records from 1 file; 5 rejected, see rejects.csv"
    )
    counts = {"found": 9, "kept": 4, "mended": 1, "rejected": 5}
    told = pulled.as_dict()
    assert {name: told[name] for name in counts} == counts
    [file] = told["files"]  # type: ignore[misc]
    assert file == {"file": "x.bib", "format": "bibtex", "encoding": "utf-8", **counts,
                    "faults": 7, "repeated": 0, "wrong": pulled.losses[0].wrong}  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "status"), [(["x.ris"], 0), (["no.ris"], 1), (["x.ris", "--format", "xls"], 2)]
)
def test_exit_status_and_output_of_the_command(
    tmp_path: Path, arguments: list[str], status: int
) -> None:
    (tmp_path / "x.ris").write_text(RIS.format(key=1, title="A"))
    done = slr(tmp_path, "import", *arguments, "--out", "deep/out", "--json", PYTHONPATH=SOURCE)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert (tmp_path / "deep/out/records.csv").exists() == (status == 0)
    if status == 0:
        assert json.loads(done.stdout)["kept"] == 1
        assert done.stderr == "1 record from 1 file\n"


# --- values --------------------------------------------------------------------------------------

YEARS = {
    "2015": ("2015", 2015, 2015), "2001a": ("2001", 2001, 2001), "c2004": ("2004", 2004, 2004),
    "2001-05/2002-01": ("2001", 2001, 2002), "[2006]": ("2006", 2006, 2006), "2004-2005": ("2004", 2004, 2005), "1998-99": ("1998", 1998, 1999),
    "2004-05": ("2004", 2004, 2004), "۲۰۱۵": ("2015", 2015, 2015), "١٣٩٩": ("1399", 2020, 2021),
    "۱۳۹۹/۰۵/۱۲": ("1399", 2020, 2021), "1399-1400": ("1399", 2020, 2022), "2015 Mar 12": ("2015", 2015, 2015),
    "20150312": ("2015", 2015, 2015), "1399 [2020]": ("2020", 2020, 2020), "12/03/2015": ("2015", 2015, 2015),
    "in press": ("", None, None), "": ("", None, None), "20155": ("", None, None), "20O1": ("", None, None),
    "2001, 1999": ("", None, None), "1441 ق": ("", None, None), "0": ("", None, None),
}  # fmt: skip
DOIS = {
    "10.1016/J.GIQ.2015.07.001": "10.1016/j.giq.2015.07.001",
    "https://doi.org/10.1000/1": "10.1000/1",
    "http://dx.doi.org/10.1000/1.": "10.1000/1",
    "doi: 10.1000/1;": "10.1000/1",
    "https://doi-org.proxy.edu/10.1000/1": "10.1000/1",
    "https://doi.org/10.1000%2F1": "10.1000/1",
    "10.1016/S0740-624X(01)00066-1": "10.1016/s0740-624x(01)00066-1",
    "(see 10.1000/1)": "10.1000/1",
    "https://doi.org/10.1002/(SICI)1-2(1998)49:8%3C693::A-4%3E3.0.CO;2-O":
        "10.1002/(sici)1-2(1998)49:8<693::a-4>3.0.co;2-o",
    "10.1175/1520-0493(1993)121&lt;2202:I&gt;2.0.CO;2": "10.1175/1520-0493(1993)121<2202:i>2.0.co;2",
    "<a href='x'>10.1000/1</a>": "10.1000/1",
    r"10.1175/1(1993)121{\textless}2202:I{\textgreater}2.0.CO;2": "10.1175/1(1993)121<2202:i>2.0.co;2",
    "10.1175/1(1993)121$<$2202:I$>$2.0.CO;2": "10.1175/1(1993)121<2202:i>2.0.co;2",
    "10.1000.10/123": "10.1000.10/123",
    "https://doi.org/10/gf5q2s": "10/gf5q2s",
    "n/a": "", "10.1000": "", "10.1000/": "", "": "",
}  # fmt: skip
PEOPLE = {
    "Kim S., Lee J., Park K.": "Kim, S. and Lee, J. and Park, K.",
    "Kim, S., Lee, J.": "Kim, S. and Lee, J.",
    "S Kim, JH Lee": "Kim, S and Lee, JH",
    "Kim, Soonhee; World Bank": "Kim, Soonhee and World Bank",
    "Kim, Soonhee": "Kim, Soonhee",
    "احمد ساعی, علی رضایی": "احمد ساعی and علی رضایی",
    "King, Martin Luther, Jr.": "King, Martin Luther, Jr.",
    "Kim, S.; et al.": "Kim, S.",
    "World Health Organization": "World Health Organization",
    "ساعی، احمد؛ رضایی، علی": "ساعی, احمد and رضایی, علی",
    "": "",
}


@pytest.mark.parametrize(("printed", "wanted"), YEARS.items())
def test_years(printed: str, wanted: tuple[str, int | None, int | None]) -> None:
    assert years(printed) == wanted


@pytest.mark.parametrize(("printed", "wanted"), DOIS.items())
def test_dois(printed: str, wanted: str) -> None:
    assert doi(printed) == wanted == doi(wanted)


@pytest.mark.parametrize(
    ("printed", "wanted"),
    [
        ("García Márquez, Gabriel José", ["García Márquez, Gabriel José"]),
        ("Organisation for Economic Co-operation and Development",) * 2,
        ("موسوی خمینی, سید محمد", ["موسوی خمینی, سید محمد"]),
        ("Kim, S. and Lee, J.", ["Kim, S.", "Lee, J."]),
        ("Kim S, Lee J", ["Kim, S", "Lee, J"]),
        ("Kim S; Lee J", ["Kim, S", "Lee, J"]),
    ],
)
def test_a_field_for_one_name_is_parted_only_where_it_is_sure(
    printed: str, wanted: list[str] | str
) -> None:
    assert people(printed, one=True) == ([wanted] if isinstance(wanted, str) else wanted)


@pytest.mark.parametrize(("printed", "wanted"), PEOPLE.items())
def test_people(printed: str, wanted: str) -> None:
    assert " and ".join(people(printed)) == wanted


def test_one_name_a_line_stays_one(tmp_path: Path) -> None:
    names = ["García Márquez, Gabriel José", "Organisation for Co-operation and Development"]
    forms = {
        "RIS": "TY  - JOUR\n" + "".join(f"AU  - {n}\n" for n in names) + "TI  - A\nER  - \n",
        "Refer": "%0 Journal Article\n" + "".join(f"%A {n}\n" for n in names) + "%T A\n",
        "WoS": "PT J\nAF " + "\n   ".join(names) + "\nTI A\nER\n",
    }
    for form, text in forms.items():
        [row] = read(tmp_path, text).tables["records"].to_dict("records")
        assert row["author"] == " and ".join(names), form
        assert json.loads(json.loads(row["extra"])["author_whole"]) == names[1:], form


@pytest.mark.parametrize(
    ("printed", "wanted"),
    [
        ("Kim, A.; Lee, B.", "Kim, A. and Lee, B."),
        ("Kim A., Lee B., Park C.", "Kim, A. and Lee, B. and Park, C."),
        ("King, Jr, Martin", "King Jr, Martin"),
        (r"\c{C}elik, \.{I}. and \v Skoda, A", "Çelik, İ. and Škoda, A"),
    ],
)
def test_names_of_bibtex_however_they_are_apart(tmp_path: Path, printed: str, wanted: str) -> None:
    [author] = read(tmp_path, f"@article{{k, author = {{{printed}}}}}").tables["records"]["author"]
    assert author == wanted


def test_one_author_of_zotero_has_two_family_names(tmp_path: Path) -> None:
    text = 'Key,Item Type,Author,Title\nK,book,"García Márquez, Gabriel José",A\n'
    [author] = read(tmp_path, text).tables["records"]["author"]
    assert author == "García Márquez, Gabriel José"


def test_the_year_of_a_list_of_covidence_and_a_date_of_ris(tmp_path: Path) -> None:
    table = "Title,Authors,Published Year,Covidence #\nA,Kim,2001,#7\n"
    dated = "TY  - JOUR\nTI  - A\nY1  - 2019/12/01/Winter2019/2020\nER  - \n"
    [row] = read(tmp_path, table).tables["records"].to_dict("records")
    assert (row["key"], row["year"]) == ("#7", "2001")
    [row] = read(tmp_path, dated).tables["records"].to_dict("records")
    assert (row["year"], row["year_to"]) == ("2019", 2019)


def test_serials() -> None:
    assert serials("0740-624X") == ([], ["0740-624X"], [])
    assert serials("ISBN 978 0 262 03384 8 (hbk); 0-306-40615-2") == (
        ["9780262033848", "0306406152"],
        [],
        [],
    )
    assert serials("1234-5678; 9780262033847") == ([], [], ["1234-5678", "9780262033847"])


def test_what_cannot_be_told_is_empty_with_a_warning(tmp_path: Path) -> None:
    text = "title,year,doi,issn,cited by\nA,in press,none,1234-5678,many\n"
    pulled = read(tmp_path, text)
    [record] = pulled.tables["records"].to_dict("records")
    assert (record["year"], record["doi"]) == (None, None)
    assert [told.split(":")[0] for _, told in warnings(pulled)] == [
        "year",
        "doi",
        "issn",
        "cited_by",
    ]
    printed = {"year_printed": "in press", "doi_printed": "none", "issn_printed": "1234-5678",
               "cited_by_printed": "many"}  # fmt: skip
    assert json.loads(record["extra"]) == printed


def test_entries_after_other_text_on_their_line_are_found(tmp_path: Path) -> None:
    path = tmp_path / "numbered.bib"
    path.write_text(
        "1. @article{a, title={One}}\n2. @article{b, title={Two}}\n"
        "% @article{old, title={Put aside}}\n@article{c, title={Three}}\nsee @misc{d, title={Four}}\n"
    )
    records, rejects = pull.read_files([path], tmp_path)[:2]
    assert list(records["key"]) == ["a", "b", "c", "d"]
    assert rejects.empty


def test_a_macro_that_is_no_text_leaves_the_value_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "macros.bib"
    titles = [r"A \href{http://x}", r"\cite{Chen} and \frac", r"C:\temp\new", r"\LaTeX for all"]
    path.write_text("".join(f"@misc{{k{n}, title={{{t}}}}}\n" for n, t in enumerate(titles)))
    records = pull.read_files([path], tmp_path)[0]
    assert list(records["title"]) == titles


def test_a_mark_of_order_within_a_value_is_no_part_of_it() -> None:
    """It would be taken for the beginning of a file, wherever the value is written to."""
    assert tidy("\ufeffA \ufefftitle\ufeff") == "A title"
