"""Inclusion criteria of every usual kind, each on records as a database exports them."""

from __future__ import annotations

import atexit
import csv
import io
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from stages import PROJECT, run

from slr import config, lists
from slr.errors import ConfigError, SlrError
from slr.screen import screen
from slr.screen.inputs import read

HEAD = (
    "EID", "Authors", "Title", "Year", "Source title", "Cited by", "DOI", "Abstract",
    "Author Keywords", "Publisher", "ISSN", "Language of Original Document", "Document Type",
)  # fmt: skip
GIQ, LNCS = "Government Information Quarterly", "Lecture Notes in Computer Science"
ROWS = {
    "a1": ("Janowski, T.", "Digital government evolution: From transformation to contextualization",
           "2015", GIQ, "812", "10.1016/j.giq.2015.07.001", "Four stages of digital government.",
           "digital government; contextualization", "Elsevier Ltd", "0740-624X", "English",
           "Article"),
    "a2": ("Layne, K.; Lee, J.", "Developing fully functional E-government: A four stage model",
           "2001", GIQ, "1503", "10.1016/S0740-624X(01)00066-1", "A model of e-government.",
           "", "JAI Press", "", "English", "Article"),
    "a3": ("Reza, A.", "حكمراني الكترونيك در ايران", "1399", "مدیریت دولتی", "", "",
           "دولت‌الکترونیک و اعتماد شهروندان", "حکمرانی؛ اعتماد", "دانشگاه تهران", "2008-5877",
           "Persian", "Article"),
    "a4": ("Kim, S.", "Trust in open data portals", "2020", LNCS, "0", "10.1007/978-3-030-1", "",
           "open data", "Springer", "0302-9743", "English", "Conference Paper"),
    "a5": ("Wirtz, B.", "Governance of artificial intelligence: a systematic review", "2020",
           "The Information Society", "40", "10.1080/a5", "A review of e-governance studies.",
           "", "Taylor and Francis", "", "English", "Review"),
    "a6": ("Doe, J.", "RETRACTED: Smart cities and public value", "2020", "Cities & Society", "5",
           "10.1016/a6", "A survey of city managers.", "smart cities", "Elsevier", "", "English",
           "Article"),
    "a7": ("Li, W.", "中国电子政务发展研究", "2020", "电子政务", "5", "10.1016/a7",
           "电子政务的评估。", "", "", "", "Chinese", "Article"),
    "a8": ("Nam, T.", "Citizens and the digital state", "", "Journal of None", "3", "10.1016/a8",
           "Womens' use of services.", "", "", "", "", "Book"),
}  # fmt: skip
RECORDED = """record_id,fact,value,index,source,coder,date
a1,peer_reviewed,yes,,,me,2026-01-01
a2,peer_reviewed,yes,,,me,2026-01-01
a4,peer_reviewed,no,,,me,2026-01-01
a5,peer_reviewed,unknown,,,me,2026-01-01
a1,evidence,case-study,,,me,2026-01-01
a4,evidence,conceptual,,,me,2026-01-01
a1,full_text,yes,,,me,2026-01-01
a2,full_text,no,,,me,2026-01-01
a6,retracted,yes,,Retraction Watch,me,2026-01-01
a1,retracted,no,,,me,2026-01-01
a1,cited_openalex,910,OpenAlex,,me,2026-01-01
a2,cited_openalex,1800,OpenAlex,,me,2025-01-01
a5,cited_openalex,unknown,OpenAlex,,me,2026-01-01
"""
LISTS = {
    "journals": "name,issn,source,date,note\n"
    f"{GIQ},0740-624X; 1872-9517,Scopus source list,2026-01-01,\n"
    "Information Society,,Scopus source list,2026-01-01,\n"
    "Cities and Society,,Scopus source list,2026-01-01,\n"
    ",2008-5877,ISC,2026-01-01,the journal by its number alone\n",
    "publishers": "name,issn,source,date,note\nelsevier*,,our own,2026-01-01,\n"
    "JAI Press,,our own,2026-01-01,\n",
}
FACTS = {
    "issn": {"type": "text", "from": "issn"},
    "keywords": {"type": "text", "from": "keywords"},
    "topic": {"type": "text", "joined": ["title", "abstract"], "where_known": ["keywords"]},
    "strict": {"type": "text", "joined": ["title", "abstract", "keywords"]},
    "peer_reviewed": {"type": "choice", "values": ["yes", "no"]},
    "evidence": {"type": "choice", "values": ["case-study", "survey", "conceptual"]},
    "full_text": {"type": "choice", "values": ["yes", "no"]},
    "retracted": {"type": "choice", "values": ["yes", "no"]},
    "cited_scopus": {"type": "count", "from": "cited_by", "index": "Scopus"},
    "cited_openalex": {"type": "count", "index": "OpenAlex", "as_of": "2026-01-01"},
    "a_year": {"type": "number", "per_year": "cited_scopus", "as_of": "2025-12-31"},
    "rank": {"type": "number", "percentile": "cited_scopus", "works_min": 3},
    "rank_openalex": {"type": "number", "percentile": "cited_openalex", "works_min": 1},
}
DIGITAL = ["digital*", "e-gov*", "smart cit*", "الکترونیک", "电子政务"]
TOPIC = {"any": [{"title": {"matches": DIGITAL}}, {"abstract": {"matches": DIGITAL}}]}

# By kind: the condition, then the works that it includes and those that wait for a value.
# What is unknown fails, what is missing waits; all others are excluded.
KINDS: dict[str, tuple[dict[str, Any], str, str]] = {
    "years, both ends within": ({"year_from": {"between": [2001, 2020]}}, "1 2 3 4 5 6 7", "8"),
    "years, a solar year by its later half": ({"year_to": {"at_least": 2021}}, "3", "8"),
    "languages": ({"language": {"in": ["en", "fa"]}}, "1 2 3 4 5 6", "8"),
    "types": ({"ENTRYTYPE": {"in": ["article", "inproceedings"]}}, "1 2 3 4 5 6 7", ""),
    "no books": ({"not": {"ENTRYTYPE": {"is": "book"}}}, "1 2 3 4 5 6 7", ""),
    "venues by name": ({"journal": {"in_list": "journals"}}, "1 2 5 6", ""),
    "venues by ISSN": ({"issn": {"in_list": "journals"}}, "1 3", "2 5 6 7 8"),
    "venues by either": (
        {"any": [{"issn": {"in_list": "journals"}}, {"journal": {"in_list": "journals"}}]},
        "1 2 3 5 6",
        "7 8",
    ),
    "publishers by words": ({"publisher": {"matches_list": "publishers"}}, "1 2 6", "7 8"),
    "peer review": ({"peer_reviewed": {"is": "yes"}}, "1 2", "3 6 7 8"),
    "kind of evidence": ({"evidence": {"in": ["case-study", "survey"]}}, "1", "2 3 5 6 7 8"),
    "citations in all": ({"cited_scopus": {"at_least": 5}}, "1 2 5 6 7", "3"),
    "citations of one index and day": (
        {"cited_openalex": {"at_least": 900}}, "1", "2 3 4 6 7 8",
    ),
    "citations in either index": (
        {"any": [{"cited_openalex": {"at_least": 900}}, {"cited_scopus": {"at_least": 40}}]},
        "1 2 5",
        "3 4 6 7 8",
    ),
    "citations a year": ({"a_year": {"at_least": 1}}, "1 2 5", "3 8"),
    "citations a year, just above": ({"a_year": {"between": [60.12, 73]}}, "2", "3 8"),
    "the upper half of the year": ({"rank": {"at_least": 50}}, "5 6 7", "3 8"),
    "the top quarter of the year": ({"rank": {"at_least": 75}}, "5", "3 8"),
    "percentile by index": ({"rank_openalex": {"at_least": 50}}, "1", "2 3 4 6 7 8"),
    "not retracted": (
        {"not": {"any": [{"retracted": {"is": "yes"}}, {"title": {"matches": "retracted"}}]}},
        "1",
        "2 3 4 5 7 8",
    ),
    "full text at hand": ({"full_text": {"is": "yes"}}, "1", "3 4 5 6 7 8"),
    "an abstract at all": ({"abstract": {"known": True}}, "1 2 3 5 6 7 8", ""),
    "keywords in the title": ({"title": {"matches": DIGITAL}}, "1 2 3 6 7 8", ""),
    "keywords in title or abstract": (TOPIC, "1 2 3 5 6 7 8", "4"),
    "keywords in the entry's own": ({"keywords": {"matches": "open data"}}, "4", "2 5 7 8"),
    "keywords anywhere, own ones no gap": ({"topic": {"matches": "trust"}}, "4", ""),
    "keywords anywhere, each a gap": ({"strict": {"matches": "اعتماد"}}, "3", "2 4 5 7 8"),
    "two groups of keywords": (
        {"all": [{"topic": {"matches": DIGITAL}}, {"topic": {"matches": ["stage*", "اعتماد"]}}]},
        "1 2 3",
        "4",
    ),
    "none of some keywords": ({"not": {"topic": {"matches": ["smart cit*", "wom*n*"]}}},
                              "1 2 3 5 7", "4"),
}  # fmt: skip


@cache
def review() -> Path:
    """A review of these records, dedup done. Only to be read."""
    root = Path(tempfile.mkdtemp(prefix="slr-criteria-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *((key, *row) for key, row in ROWS.items())])
    files = {"records/scopus.csv": text.getvalue(), "facts/scopus.csv": RECORDED}
    files |= {f"lists/{name}.csv": text for name, text in LISTS.items()}
    for name, content in files.items():
        path = root / "data/raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    write(root / "config.yaml", {"one": TOPIC})
    return run(root, "pull", "dedup")


def write(
    path: Path,
    conditions: Mapping[str, Any],
    facts: Mapping[str, Any] = FACTS,
    unknown: str = "fail",
    missing: str = "review",
) -> Path:
    """Write a config with a criterion for each condition; the rest is that of the project."""
    whole = yaml.safe_load((PROJECT / "config.yaml").read_text("utf-8"))
    whole["pull"]["baseline"] = ["scopus"]
    criteria = {}
    for name, condition in conditions.items():
        words = {
            w: {"en": f"{name}: {w}", "fa": f"{name}: {w} به فارسی"} for w in ("met", "not_met")
        }
        criteria[name] = {
            "question": {"en": f"{name}?", "fa": f"{name}؟"},
            "unknown": unknown,
            "missing": missing,
            "cases": [{"include_if": condition, **words}],
        }
    whole["screen"] = {"facts": facts, "criteria": criteria}
    path.write_text(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False), "utf-8")
    return path


def screened(path: Path) -> dict[str, pd.DataFrame]:
    """Screen the records by a config; return the tables of the stage."""
    named = lists.read(review())
    settings, known = read(review(), config.load(path, named)["screen"], named)
    return screen(known.works, known.of_works, known.judgements, settings)


def ended(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return the verdict of the only criterion by the number of each work."""
    rows = tables["decisions"]
    return {
        name[-1]: verdict for name, verdict in zip(rows["work_id"], rows["verdict"], strict=True)
    }


@pytest.mark.parametrize(("condition", "included", "waiting"), KINDS.values(), ids=KINDS.keys())
def test_a_criterion_of_a_usual_kind(
    tmp_path: Path, condition: dict[str, Any], included: str, waiting: str
) -> None:
    found = ended(screened(write(tmp_path / "config.yaml", {"one": condition})))
    of = {v: " ".join(sorted(n for n, said in found.items() if said == v)) for v in found.values()}
    assert (of.get("include", ""), of.get("review", "")) == (included, waiting)
    assert len(found) == len(ROWS)


GAPS = {  # by condition: a work whose value is missing, one whose value is unknown
    "between": ({"cited_openalex": {"between": [1, 9]}}, "3", "5", "cited_openalex"),
    "a year": ({"a_year": {"at_least": 1}}, "3", "", "cited_scopus"),
    "a rank": ({"rank": {"at_least": 75}}, "8", "1", "year_from"),
    "matches": ({"keywords": {"matches": "trust"}}, "2", "", "keywords"),
    "matches_list": ({"publisher": {"matches_list": "publishers"}}, "7", "", "publisher"),
    "in_list": ({"issn": {"in_list": "journals"}}, "5", "", "issn"),
}


@pytest.mark.parametrize("says", ["pass", "fail", "review"])
@pytest.mark.parametrize(
    ("condition", "missing", "unknown", "needs"), GAPS.values(), ids=GAPS.keys()
)
def test_what_a_gap_does_is_the_configs_to_say(
    tmp_path: Path, says: str, condition: dict[str, Any], missing: str, unknown: str, needs: str
) -> None:
    verdict = {"pass": "include", "fail": "exclude", "review": "review"}[says]
    path = tmp_path / "config.yaml"
    for gap, number in (("missing", missing), ("unknown", unknown)):
        if number:
            rows = screened(write(path, {"one": condition}, **{gap: says}))["decisions"]
            [row] = rows[rows["work_id"] == f"scopus/a{number}"].to_dict("records")
            assert (row["verdict"], row["gap"]) == (verdict, gap)
            told = {"pass": "met", "fail": "not_met"}.get(says, "waits")
            assert told in row["reason"]
            assert ("به فارسی" if says != "review" else "در انتظار") in row["reason_fa"]
            if says == "review" and gap == "missing":
                assert row["needs"] == needs


def test_a_rank_that_too_few_works_give_waits_for_a_judgement(tmp_path: Path) -> None:
    path = write(tmp_path / "config.yaml", {"one": {"rank": {"at_least": 75}}}, unknown="review")
    rows = screened(path)["decisions"].set_index("work_id")
    row = rows.loc["scopus/a1"]
    assert (row["verdict"], row["needs"], row["reason"]) == (
        "review", "judgement", "waits: rank not known",
    )  # fmt: skip


def test_derived_numbers_are_facts_with_the_records_behind_them(tmp_path: Path) -> None:
    facts = screened(write(tmp_path / "config.yaml", {"one": TOPIC}))["facts"]
    found = {
        (row.work_id[-1], row.fact): row.value
        for row in facts[facts["agreement"] == "derived"].itertuples()
    }
    a_year = {n: found.get((n, "a_year")) for n in "12345678"}
    assert a_year == {  # 812 in 2015 to 2025, 1503 in 2001 to 2025, the rest in 2020 to 2025
        "1": "73.81818182", "2": "60.12", "3": None, "4": "0", "5": "6.666666667",
        "6": "0.8333333333", "7": "0.8333333333", "8": None,
    }  # fmt: skip
    ranks = {n: found.get((n, "rank")) for n in "12345678"}
    assert ranks == {  # of the four of 2020: 0, 5, 5 and 40
        "1": "unknown", "2": "unknown", "3": None, "4": "12.5", "5": "87.5", "6": "50", "7": "50",
        "8": None,
    }  # fmt: skip
    assert set(facts.loc[facts["work_id"] == "scopus/a5", "record_ids"]) == {"scopus/a5"}


def test_what_entries_say_names_its_place(tmp_path: Path) -> None:
    named = lists.read(review())
    path = write(tmp_path / "config.yaml", {"one": TOPIC})
    _, known = read(review(), config.load(path, named)["screen"], named)
    [row] = known.facts[(known.facts["fact"] == "issn") & (known.facts["record_id"] == "scopus/a1")
                        ].to_dict("records")  # fmt: skip
    assert (row["value"], row["coder"]) == ("0740-624X", "entry")
    assert row["source"] == "data/raw/records/scopus.csv:2"
    [row] = known.facts[(known.facts["fact"] == "cited_scopus")
                        & (known.facts["record_id"] == "scopus/a2")].to_dict("records")  # fmt: skip
    assert (row["value"], row["index"]) == ("1503", "Scopus")


AT = "screen.criteria.one.cases.0.include_if"
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a list nearly named": (
        {"issn": {"in_list": "journal"}},
        f"{AT}: there is no list 'journal' in data/raw/lists/. Did you mean 'journals'?",
    ),
    "a language by another name than its code": (
        {"language": {"in": ["en", "per"]}},
        f"{AT}: language is never 'per'. Write its code: 'fa'.",
    ),
    "a list named with its path": (
        {"publisher": {"matches_list": "publishers.csv"}},
        f"{AT}: there is no list 'publishers.csv' in data/raw/lists/. Did you mean 'publishers'?",
    ),
    "a field nearly named": (
        {"issnn": {"in_list": "journals"}},
        f"{AT}: the field 'issnn' is not known. Did you mean 'issn'?",
    ),
    "a test nearly named": (
        {"title": {"match": "x"}},
        f"{AT}.title.match: is not known here. Did you mean 'matches'?",
    ),
    "a list's test nearly named": (
        {"issn": {"inlist": "journals"}},
        f"{AT}.issn.inlist: is not known here. Did you mean 'in_list'?",
    ),
    "phrases in a count": (
        {"cited_scopus": {"matches": "x"}},
        f"{AT}: 'cited_scopus' is no text, so 'matches' cannot be asked. "
        "Use is, in, at_least, at_most or between.",
    ),
    "a range of words": (
        {"evidence": {"between": [1, 2]}},
        f"{AT}: 'evidence' is no count, so 'between' cannot be asked. Use is or in.",
    ),
    "a number that is just so": (
        {"a_year": {"is": 2}},
        f"{AT}: 'a_year' is no choice, so 'is' cannot be asked. "
        "Use at_least, at_most or between.",
    ),
    "a joined text that is just so": (
        {"topic": {"is": "x"}},
        f"{AT}: 'topic' is joined, so 'is' cannot be asked. Use matches.",
    ),
    "a range turned round": (
        {"year_from": {"between": [2021, 2000]}},
        f"{AT}: between 2021 and 2000 is nothing. Write the lower one first.",
    ),
    "a phrase that is none": (
        {"title": {"matches": ["ok", "*"]}},
        f"{AT}: the phrase '*' holds no letter. Write words.",
    ),
    "half a range": (
        {"year_from": {"between": [2000]}},
        f"{AT}.year_from.between: [2000] is too short. Write [lowest, highest]; both are within.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("condition", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_a_condition_that_is_none_is_refused(
    tmp_path: Path, condition: dict[str, Any], told: str
) -> None:
    path = write(tmp_path / "config.yaml", {"one": condition})
    with pytest.raises(ConfigError) as caught:
        config.load(path, lists.read(review()))
    [problem] = caught.value.problems
    assert str(problem) == f"{path}:{problem.line}: {told}"
    assert problem.line
    assert "include_if" in "".join(
        path.read_text("utf-8").split("\n")[problem.line - 4 : problem.line]
    )


BAD_FACTS: dict[str, tuple[dict[str, Any], str]] = {
    "a number of nothing": (
        {"type": "number"},
        "x: a number that nothing gives. Name a count under `per_year` or `percentile`.",
    ),
    "a year's share of no count": (
        {"type": "number", "per_year": "cited_scopuss", "as_of": "2025-01-01"},
        "x.per_year: 'cited_scopuss' is no count. Did you mean 'cited_scopus'?",
    ),
    "of no day": (
        {"type": "number", "per_year": "cited_scopus"},
        "x.per_year: of which day cited_scopus is, is not told. Add `as_of: YYYY-MM-DD`.",
    ),
    "of two days": (
        {"type": "number", "per_year": "cited_openalex", "as_of": "2020-01-01"},
        "x.per_year: cited_openalex is of another day. Drop `as_of`.",
    ),
    "two ways at once": (
        {"type": "number", "per_year": "cited_openalex", "percentile": "cited_openalex"},
        "x.percentile: per_year is told already. Keep one.",
    ),
    "a text that is a number": (
        {"type": "text", "percentile": "cited_scopus"},
        "x.percentile: what is percentile is a number. Write `type: number`.",
    ),
    "a text joined of no text": (
        {"type": "text", "joined": ["titel"]},
        "x.joined: 'titel' is no text. Did you mean 'title'?",
    ),
    "joined of joined": (
        {"type": "text", "joined": ["topic"], "where_known": ["abstract"]},
        "x.joined: 'topic' is no text. Known: ENTRYTYPE, abstract, author, doi, issn, journal, "
        "keywords, language, publisher, title.",
    ),
    "a count joined": (
        {"type": "count", "joined": ["title"]},
        "x.joined: only a text is joined. Write `type: text`.",
    ),
    "works without a rank": (
        {"type": "count", "works_min": 5},
        "x.works_min: only what is percentile has it. Drop it.",
    ),
    "told and worked out": (
        {"type": "text", "joined": ["title"], "from": "note"},
        "x.from: it is joined, so nothing tells it. Drop it.",
    ),
}


@pytest.mark.parametrize(("fact", "told"), BAD_FACTS.values(), ids=BAD_FACTS.keys())
def test_a_fact_that_cannot_be_is_refused(tmp_path: Path, fact: dict[str, Any], told: str) -> None:
    path = write(tmp_path / "config.yaml", {"one": TOPIC}, FACTS | {"x": fact})
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    [problem] = caught.value.problems
    assert str(problem).removeprefix(f"{path}:{problem.line}: screen.facts.") == told


def test_a_field_that_no_entry_has_is_refused(tmp_path: Path) -> None:
    facts = FACTS | {"issn": {"type": "text", "from": "isssn"}}
    with pytest.raises(ConfigError) as caught:
        screened(write(tmp_path / "config.yaml", {"one": TOPIC}, facts))
    assert str(caught.value) == (
        "config.yaml: screen.facts.issn.from: no entry has a field 'isssn'. Did you mean 'issn'?"
    )


BAD_LISTS = {
    "no date": ("name,issn,source,date,note\nA,,me,,\n", ":2: date: is empty. It needs a value."),
    "no source": (
        "name,issn,source,date,note\nA,,,2026-01-01,\n",
        ":2: source: is empty. It needs a value.",
    ),
    "nothing named": (
        "name,issn,source,date,note\n,,me,2026-01-01,\n",
        ":2: the row names nothing. Give a name or an ISSN.",
    ),
    "an ISSN with a wrong digit": (
        "name,issn,source,date,note\nA,0740-624X,me,2026-01-01,\nB,0740-6241,me,2026-01-01,\n",
        ":3: '0740-6241' is no ISSN. Look at its digits: the last checks the others.",
    ),
    "a phrase that is none": (
        "name,issn,source,date,note\n*,,me,2026-01-01,\n",
        ":2: the phrase '*' holds no letter. Write words.",
    ),
    "no rows": ("name,issn,source,date,note\n", ": holds no rows. Add some."),
    "a column nearly named": (
        "nam,issn,source,date,note\nA,,me,2026-01-01,\n",
        ":1: the column 'name' is missing. Add it to the header.",
    ),
}


@pytest.mark.parametrize(("text", "told"), BAD_LISTS.values(), ids=BAD_LISTS.keys())
def test_a_list_that_is_none_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "data/raw/lists/bad.csv"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    with pytest.raises(SlrError) as caught:
        lists.read(tmp_path)
    assert str(caught.value).split("\n")[0].endswith(f"data/raw/lists/bad.csv{told}")


def test_a_list_knows_which_row_names_a_journal() -> None:
    journals = lists.read(review())["journals"]
    by_number, by_name = journals.row_of("1872-9517"), journals.row_of("The information society")
    assert by_number is not None
    assert by_name is not None
    assert (by_number.name, by_number.source, by_number.line) == (GIQ, "Scopus source list", 2)
    assert (by_name.name, by_name.line) == ("Information Society", 3)
    assert journals.row_of("Information Societies") is None
