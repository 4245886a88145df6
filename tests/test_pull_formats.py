# ruff: noqa: E501 - tables of cases are read by the row
"""One small export a platform: what is read of each, and where it stands."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from slr import pull
from slr.pull import sniff

DATA = Path(__file__).parent / "data"
GIQ = "Government Information Quarterly"
DGE = "Digital government evolution"
PAR = "Public Administration Review"
EG = "Electronic government"
DP = "Dawes, Sharon S. and Pardo, Theresa A."
DEPAR = "10.1111/j.1540-6210.2008.00981.x"
J15 = "10.1016/j.giq.2015.07.001"

# file: format, and of each record: key, kind, title, author, year, journal, volume, number, pages, DOI
READ = {
    "scopus.csv": ("csv", [
        ("2-s2.0-84940461893", "article", f"{DGE}: From transformation to contextualization",
         "Janowski, Tomasz", "2015", GIQ, "32", "3", "221-236", J15),
        ("2-s2.0-85081000000", "article", "From digital government to digital governance",
         "Erkut, Burak and van Veenstra, Anne Fleur", "2020", "Sustainability (Switzerland)", "12",
         "3", "860", "10.3390/su12030860"),
    ]),
    "scopus.ris": ("ris", [(J15, "article", DGE, "Janowski, T.", "2015", GIQ, "32", "3", "221-236", J15)]),
    "wos.ciw": ("wos", [
        ("WOS:000169400000003", "article",
         "Developing fully functional E-government: A four stage model",
         "Layne, Karen and Lee, Jungwoo", "2001", GIQ.upper(), "18", "2", "122-136",
         "10.1016/s0740-624x(01)00066-1"),
        ("WOS:000261000000010", "article", "The Evolution and Continuing Challenges of E-Governance",
         "Dawes, SS", "2008", PAR.upper(), "", "", "", ""),
    ]),
    "wos.txt": ("csv", [
        ("WOS:000169400000003", "article", '"Developing" fully functional E-government',
         "Layne, Karen and Lee, Jungwoo", "2001", GIQ.upper(), "18", "2", "122-136",
         "10.1016/s0740-624x(01)00066-1"),
        ("WOS:000300000000001", "article", "حکمرانی الکترونیک", "Saei, Ahmad", "2012",
         "POLITICAL QUARTERLY", "42", "", "e5", ""),
    ]),
    "pubmed.nbib": ("nbib", [
        ("25897892", "article", "Digital health governance: a scoping review of models.",
         "Kim, Soonhee and Lee, Jooho and Health Group", "2015",
         "Journal of medical Internet research", "17", "4", "e101", "10.2196/jmir.4000"),
        ("30000001", "misc", "[Electronic governance in Iran].", "Saei, Ahmad", "2018",
         "Iranian journal", "", "", "", ""),
    ]),
    "pubmed.csv": ("csv", [
        ("25897892", "misc", "Digital health governance: a scoping review of models",
         "Kim, S and Lee, J and van der Berg, JP.", "2015", "J Med Internet Res", "", "", "",
         "10.2196/jmir.4000"),
        ("30000001", "misc", "One author", "Saei, A.", "2018", "Iran J", "", "", "", ""),
    ]),
    "endnote.xml": ("endnote", [
        ("12", "article", "Introducing e-Gov: History, Definitions & Issues",
         "Grönlund, Åke and Horan, Thomas A.", "2005", "Communications of the AIS", "15", "",
         "713-729", "10.17705/1cais.01539"),
        ("13", "book", "R & D in government", "World Bank", "1399", "", "", "", "", ""),
    ]),
    "endnote.enw": ("refer", [
        ("10.17705/1cais.01539", "article", "Introducing e-Gov: History, Definitions, and Issues",
         "Grönlund, Åke and Horan, Thomas A.", "2005", "Communications of the AIS", "15", "1",
         "713-729", "10.17705/1cais.01539"),
        ("entry", "book", "World Development Report", "World Bank", "1997", "", "", "", "", ""),
    ]),
    "zotero.json": ("csljson", [
        ("http://zotero.org/users/1/items/ABCD1234", "article", "Transformational government",
         "van Veenstra, Anne Fleur and World Bank", "2012", GIQ, "29", "4", "504-511",
         "10.1016/j.giq.2012.03.004"),
        ("saei1391", "book", "حکمرانی الکترونیک", "ساعی, احمد", "1391", "", "", "", "", ""),
    ]),
    "zotero.csv": ("csv", [
        ("ABCD1234", "article", "Transformational government",
         "van Veenstra, Anne Fleur and World Bank", "2012", GIQ, "29", "4", "504-511",
         "10.1016/j.giq.2012.03.004"),
        ("EFGH5678", "book", "حکمرانی الکترونیک", "ساعی, احمد", "1391", "", "", "", "", ""),
    ]),
    "dimensions.csv": ("csv", [
        ("pub.1000000001", "article", DGE, "Janowski, Tomasz and Lee, J", "2015", GIQ, "32", "3",
         "221-236", J15),
        ("pub.1000000002", "inproceedings", "Second one", "Kim, Soonhee", "2016",
         "Proceedings of dg.o", "", "", "1-10", ""),
    ]),
    "lens.csv": ("csv", [
        ("000-123-456-789-01X", "article", DGE, "Janowski, Tomasz and van Beethoven, Ludwig",
         "2015", GIQ, "32", "3", "221-236", J15),
    ]),
    "openalex.csv": ("csv", [
        ("https://openalex.org/W100", "article", DGE,
         "Janowski, Tomasz and van Veenstra, Anne Fleur", "2015", GIQ, "32", "3", "221-236", J15),
        ("https://openalex.org/W101", "unpublished", "Second", "", "2020", "", "", "", "", ""),
    ]),
    "ieee.csv": ("csv", [
        ("10.1109/bigdata.2019.1", "misc", "Smart cities and e-government",
         "Kim, S. and Lee, J.-H.", "2019", "2019 IEEE International Conference on Big Data", "",
         "", "1-8", "10.1109/bigdata.2019.1"),
    ]),
    "pop.csv": ("csv", [
        ("entry", "misc", "Developing fully functional E-government", "Layne, K and Lee, J", "2001",
         "Government information quarterly", "", "", "", ""),
        ("entry~2", "book", "A book", "Kim, AB", "", "", "", "", "", ""),
    ]),
    "proquest.csv": ("csv", [
        ("200000001", "misc", EG, "Dawes, Sharon S and Pardo, Theresa A", "2008", PAR, "68", "S1",
         "S86-S102", DEPAR),
    ]),
    "ebsco.csv": ("csv", [("35000000", "article", EG, DP, "2008", PAR, "68", "", "86", DEPAR)]),
    "rayyan.csv": ("csv", [
        ("rayyan-100000001", "misc", EG, DP, "2008", PAR, "68", "", "86-102", DEPAR),
    ]),
    "asreview.csv": ("csv", [
        ("0", "misc", EG, "Dawes, S. and Pardo, T.", "2008", "", "", "", "", DEPAR),
        ("1", "misc", "حکمرانی الکترونیک", "ساعی, احمد and رضایی, علی", "1391", "", "", "", "", ""),
    ]),
    "sid.csv": ("csv", [
        ("entry", "misc", "حکمرانی الکترونیک و توسعه", "ساعی احمد and رضایی علی", "1391", "سیاست",
         "42", "1", "81-100", ""),
    ]),
    "magiran.csv": ("csv", [
        ("entry", "misc", "دولت الكترونيك در ايران", "احمد ساعي and علي رضايي and حسن كريمي", "1395",
         "مديريت دولتي", "", "12", "15", ""),
    ]),
    "noormags.ris": ("ris", [
        ("entry", "article", "حکمرانی الکترونیک و توسعه", "ساعی, احمد and رضایی, علی", "1391",
         "سیاست", "42", "", "81-100", ""),
    ]),
    "ovid.ris": ("ris", [
        ("123", "article", "ER visits - a first wrapped title", "Kim, S.", "2010", "Lancet", "", "",
         "", ""),
        ("entry", "article", "No end here", "Lee, J.", "", "", "", "", "", ""),
        ("entry~2", "book", "Last, without an end", "World Bank", "", "", "", "", "", ""),
    ]),
}  # fmt: skip
SHOWN = [
    "key",
    "ENTRYTYPE",
    "title",
    "author",
    "year",
    "journal",
    "volume",
    "number",
    "pages",
    "doi",
]


def table(pulled: pull.Pulled, name: str) -> list[dict[str, object]]:
    frame = pulled.tables[name]
    return [dict(row) for row in frame.astype(object).where(frame.notna(), "").to_dict("records")]


def extra(name: str, number: int = 0) -> dict[str, str]:
    found = json.loads(str(table(pull.gather([DATA / name], DATA), "records")[number]["extra"]))
    assert isinstance(found, dict)
    return found


def test_every_sample_is_tested() -> None:
    assert {p.name for p in DATA.iterdir()} == {*READ, "README.md"}


@pytest.mark.parametrize("name", READ)
def test_what_is_read_of_each_platform(name: str) -> None:
    form, wanted = READ[name]
    pulled = pull.gather([DATA / name], DATA)
    assert [tuple(row[column] for column in SHOWN) for row in table(pulled, "records")] == wanted
    assert pulled.losses[0].format == form
    assert (pulled.losses[0].found, pulled.losses[0].kept) == (len(wanted), len(wanted))
    assert table(pulled, "rejects") == []


@pytest.mark.parametrize("name", READ)
def test_format_is_told_by_content_alone_and_may_be_named(name: str, tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes((DATA / name).read_bytes())
    packed = tmp_path / "export.gz"
    packed.write_bytes(gzip.compress((DATA / name).read_bytes()))
    form, wanted = READ[name]
    for pulled in (
        pull.gather([path], tmp_path),
        pull.gather([path], tmp_path, form),
        pull.gather([packed], tmp_path),
    ):
        assert [row["key"] for row in table(pulled, "records")] == [row[0] for row in wanted]


@pytest.mark.parametrize("name", READ)
def test_bytes_and_line_of_an_entry_are_those_of_the_file(name: str) -> None:
    data = (DATA / name).read_bytes()
    source, _ = sniff.decode(data)
    width = 2 if source.encoding.startswith("utf-16") else 1
    for row in table(pull.gather([DATA / name], DATA), "records"):
        first, end = int(str(row["first_byte"])), int(str(row["end_byte"]))
        entry = data[first:end].decode(source.encoding)
        before = data[:first].decode("utf-16" if width == 2 else source.encoding)
        ends = before.count("\n") or before.count("\r")
        assert row["line"] == ends + 1
        words = " ".join(entry.replace('""', '"').split())
        assert str(row["title"]).split(" - ", maxsplit=1)[0][:12] in words or "&" in str(
            row["title"]
        )


CITED = {
    "scopus.csv": [
        "Layne K., Lee J., Developing fully functional E-government: A four stage model, Government "
        "Information Quarterly, 18, 2, pp. 122-136, (2001)",
        "Dawes S.S., The Evolution and Continuing Challenges of E-Governance, (2008)",
    ],
    "scopus.ris": ["Layne K., Lee J., Developing, (2001)", "Dawes S.S., Evolution, (2008)"],
    "wos.ciw": [
        "Bhatnagar S, 2000, INFORM TECHNOL DEV, V9, P1",
        "Fountain J., 2001, BUILDING VIRTUAL STA",
    ],
    "wos.txt": ["Bhatnagar S, 2000, V9, P1", "Fountain J., 2001"],
    "lens.csv": ["001-002-003-004-005", "006-007-008-009-010"],
    "openalex.csv": ["https://openalex.org/W1", "https://openalex.org/W2"],
}


@pytest.mark.parametrize("name", CITED)
def test_cited_references_are_rows_of_their_own(name: str) -> None:
    pulled = pull.gather([DATA / name], DATA)
    first, source = (table(pulled, "records")[0][name] for name in ("record_id", "source"))
    assert table(pulled, "references") == [
        {"record_id": first, "listed_by": source, "position": n, "cited": cited}
        for n, cited in enumerate(CITED[name], 1)
    ]


COUNTS = {
    "scopus.csv": ("812", "Scopus", None),
    "scopus.ris": ("812", "Scopus", "5 March 2024"),
    "wos.ciw": ("1503", "Web of Science", "2024-03-05"),
    "wos.txt": ("1503", "Web of Science", None),
    "dimensions.csv": ("700", "Dimensions", None),
    "lens.csv": ("650", "Lens", None),
    "openalex.csv": ("910", "OpenAlex", None),
    "ieee.csv": ("5", "IEEE Xplore", None),
    "pop.csv": ("1803", "Google Scholar", "2024-03-05 10:00:00"),
}


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_has_its_index_and_date(name: str) -> None:
    fields = extra(name)
    found = tuple(fields.get(n) for n in ("cited_by", "cited_by_index", "cited_by_date"))
    assert found == COUNTS[name]


def test_an_unknown_count_is_not_zero() -> None:
    assert "cited_by" not in extra("scopus.csv", 1)
    assert extra("openalex.csv", 1)["cited_by"] == "0"


def test_columns_that_are_not_known_are_kept() -> None:
    assert extra("asreview.csv")["included"] == "1"
    assert extra("lens.csv")["Source Country"] == "Netherlands"
    assert extra("pubmed.nbib", 1)["TT"] == "حکمرانی الکترونیک در ایران"
    assert extra("ovid.ris", 2)["place_published"] == "Washington"


def test_a_printed_value_that_was_changed_is_kept() -> None:
    assert extra("noormags.ris")["year_printed"] == "۱۳۹۱"
    assert extra("scopus.csv", 1)["doi_printed"] == "10.3390/SU12030860"
    assert "doi_printed" not in extra("scopus.csv")
