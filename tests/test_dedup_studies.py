"""Reports of one study stay two works and count as one study; which sources found what."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stages import append, copy_raw, finished, made, rows, run

from slr import io, report
from slr.dedup import DEFAULTS, dedup, dedup_files
from slr.dedup.overlap import overlap
from slr.errors import ConfigError
from slr.paths import DUPLICATES
from slr.report import flow
from slr.trace import trace

COLUMNS = ["record_a", "record_b", "verdict", "reviewer", "date", "reason"]
ARTICLE = {
    "title": "Effects of open data on municipal budgets", "author": "Rossi, Ada and Kaya, Deniz",
    "year": "2020", "journal": "Government Information Quarterly", "volume": "37",
    "pages": "101-115", "doi": "10.1016/j.giq.2020.1", "ENTRYTYPE": "article",
}  # fmt: skip
PREPRINT = ARTICLE | {
    "journal": "SocArXiv", "volume": "", "pages": "", "doi": "10.31235/osf.io/abc", "year": "2019",
}  # fmt: skip
PERSIAN = {
    "title": "آثار داده باز بر بودجه شهرداری‌ها", "author": "رضایی, سارا", "year": "1399",
    "journal": "مدیریت دولتی", "volume": "12", "number": "3", "pages": "101-115",
}  # fmt: skip
ENGLISH = {
    "title": "Effects of open data on municipal budgets", "author": "Rezaei, Sara", "year": "2020",
    "journal": "Public Administration (Tehran)", "volume": "12", "number": "3", "pages": "101-115",
}  # fmt: skip


def join(
    records: dict[str, dict[str, str]], *said: tuple[str, str, str, str, str]
) -> dict[str, pd.DataFrame]:
    frame = pd.DataFrame([{"record_id": name, **r} for name, r in records.items()])
    judgements = pd.DataFrame([(*one, "read") for one in said], columns=COLUMNS, dtype="str")
    return dedup(frame, judgements, DEFAULTS)


def of_study(a: str, b: str, verdict: str = "same_study", day: str = "2026-01-01") -> Any:
    return a, b, verdict, "Ann", day


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (PREPRINT, ARTICLE, "one study in two reports: a preprint and an article"),
        (PERSIAN, ENGLISH, "one study in two languages: the place is the same"),
        (
            PERSIAN | {"volume": "", "doi": "10.22059/jipa.1"},
            {"title": ENGLISH["title"], "doi": "10.22059/JIPA.1", "year": "2020"},
            "one study in two languages: the DOI or PMID is the same",
        ),
    ],
)
def test_what_may_be_one_study_is_offered_and_kept_apart(
    one: dict[str, str], other: dict[str, str], why: str
) -> None:
    tables = join({"a/1": one, "b/1": other})
    [pair] = tables["pairs"].to_dict("records")
    assert pair["verdict"] == "ask"
    assert pair["reasons"].startswith(why)
    assert len(tables["works"]) == 2
    assert tables["studies"].empty


def test_two_reports_of_one_study_stay_two_works() -> None:
    tables = join({"a/1": PREPRINT, "b/1": ARTICLE}, of_study("b/1", "a/1"))
    assert list(tables["works"]["work_id"]) == ["a/1", "b/1"]
    assert tables["studies"].to_dict("records") == [{"study_id": "a/1", "work_ids": "a/1 b/1"}]
    [pair] = tables["pairs"].to_dict("records")
    assert (pair["verdict"], pair["basis"]) == ("same_study", "judgement")


def test_one_line_undoes_a_study() -> None:
    said = of_study("a/1", "b/1"), of_study("a/1", "b/1", "different", "2026-01-02")
    tables = join({"a/1": PREPRINT, "b/1": ARTICLE}, *said)
    assert tables["studies"].empty
    assert len(tables["works"]) == 2


def test_a_study_joins_works_whatever_records_were_named() -> None:
    records = {"a/1": PREPRINT, "b/1": ARTICLE, "c/1": ARTICLE, "d/1": PERSIAN}
    tables = join(records, of_study("a/1", "c/1"), of_study("d/1", "b/1"))
    assert list(tables["works"]["work_id"]) == ["a/1", "b/1", "d/1"]
    assert tables["studies"].to_dict("records") == [{"study_id": "a/1", "work_ids": "a/1 b/1 d/1"}]


def test_two_records_that_a_rule_would_merge_are_apart_as_reports() -> None:
    tables = join({"a/1": ARTICLE, "b/1": ARTICLE}, of_study("a/1", "b/1"))
    assert len(tables["works"]) == 2
    assert tables["studies"]["work_ids"].to_list() == ["a/1 b/1"]


def test_who_says_one_work_and_who_says_one_study_must_talk() -> None:
    other = ("a/1", "b/1", "same", "Bob", "2026-01-01")
    tables = join({"a/1": PREPRINT, "b/1": ARTICLE}, of_study("a/1", "b/1"), other)
    assert tables["works"]["conflict"].notna().all()
    assert tables["studies"].empty


def test_one_study_is_counted_once_and_its_reports_are_told(tmp_path: Path) -> None:
    root = run(copy_raw(tmp_path / "review"), "pull", "dedup", "screen")
    before = flow_of(root)
    assert "studies" not in before
    first, second = [w["work_id"] for w in made(root, "screen/included")][:2]
    append(root / DUPLICATES, f"{first},{second},same_study,Ann,2026-01-01,Same survey")
    run(root, "dedup", "screen")
    assert [s["work_ids"] for s in made(root, "dedup/studies")] == [f"{first} {second}"]
    after = flow_of(root)
    assert (after.pop("studies"), after.pop("reports")) == (34, 35)
    assert after == before


def flow_of(root: Path) -> dict[str, Any]:
    read = {
        name: io.read_table(root / "data/processed" / f"{name}.csv", name)
        for name in ("pull/records", "pull/rejects", "dedup/works", "screen/outcomes",
                     "screen/decisions", "dedup/studies")
    }  # fmt: skip
    from slr import config

    criteria = config.load(root / "config.yaml")["screen"]["criteria"]
    *tables, studies = read.values()
    return flow.compute(*tables, criteria, {}) | flow.by_study(tables[3], studies)


# --- sources -------------------------------------------------------------------------------------


def test_sources_by_hand() -> None:
    ids = ["p/1", "p/2", "q/1", "q/2", "q/3", "r/1"]
    made_ = overlap(ids, [i[0] for i in ids], [0, 1, 0, 3, 3, 0])
    assert list(zip(*made_["sources"].values(), strict=True)) == [
        ("p", "2", "2", "1"),
        ("q", "3", "2", "1"),
        ("r", "1", "1", "0"),
    ]
    assert list(zip(*made_["overlaps"].values(), strict=True)) == [
        ("p", "1", "1", "p/2"),
        ("q", "1", "1", "q/2"),
        ("p q r", "3", "1", "p/1"),
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("pqrs"), st.integers(0, 5)), max_size=14))
def test_every_work_has_one_set_of_sources(drawn: list[tuple[str, int]]) -> None:
    sources = [source for source, _ in drawn]
    first = {work: row for row, (_, work) in reversed(list(enumerate(drawn)))}
    ids = [f"{source}/{row}" for row, source in enumerate(sources)]
    made_ = overlap(ids, sources, [first[work] for _, work in drawn])
    found: dict[str, set[str]] = {}
    for name, works in zip(made_["overlaps"]["sources"], made_["overlaps"]["work_ids"],
                           strict=True):  # fmt: skip
        found[name] = set(works.split())
    wanted = {
        ids[first[work]]: " ".join(sorted({s for s, w in drawn if w == work})) for _, work in drawn
    }
    assert found == {name: {w for w, s in wanted.items() if s == name} for name in wanted.values()}
    assert not any(a & b for a, b in combinations(found.values(), 2))
    assert sum(map(int, made_["overlaps"]["works"])) == len(wanted)
    for name, works, alone in zip(*(made_["sources"][c] for c in ("source", "works", "alone")),
                                  strict=True):  # fmt: skip
        assert int(works) == sum(name in those.split() for those in wanted.values())
        assert int(alone) == sum(those == name for those in wanted.values())


def test_the_source_of_a_table_from_outside_is_told_by_its_ids_or_its_name(tmp_path: Path) -> None:
    header, entry = "record_id,title,doi\n", "Effects of open data on budgets,10.1/a\n"
    (tmp_path / "wos.csv").write_text(f"{header}1,{entry}")
    (tmp_path / "more.csv").write_text(f"{header}scopus/1,{entry}")
    dedup_files([tmp_path / "wos.csv", tmp_path / "more.csv"], tmp_path / "out", DEFAULTS)
    found = {s["source"]: (s["works"], s["alone"]) for s in rows(tmp_path / "out/sources.csv")}
    assert found == {"scopus": ("1", "0"), "wos": ("1", "0")}
    dedup_files([tmp_path / "wos.csv"], tmp_path / "one", DEFAULTS)
    assert not (tmp_path / "one/sources.csv").exists()


@pytest.fixture(scope="module")
def two_sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped review, with a second source that has one of its works and one of its own."""
    root = copy_raw(tmp_path_factory.mktemp("sources") / "review")
    paper = next(r for r in made(finished(), "pull/records") if r["doi"])
    own = "@article{Own2020, author={Rossi, Ada}, title={Open data and municipal budgets}}"
    shared = f"title={{{paper['title']}}}, doi={{{paper['doi']}}}, author={{{paper['author']}}}"
    (root / "data/raw/records/scopus.bib").write_text(
        f"{own}\n@article{{Its, {shared}}}\n", "utf-8"
    )
    first, second = [w["work_id"] for w in made(finished(), "screen/included")][:2]
    append(root / DUPLICATES, f"{first},{second},same_study,Ann,2026-01-01,Same survey")
    return run(root)


def test_the_sources_of_a_review_are_drawn_and_traced(two_sources: Path) -> None:
    found = {s["source"]: (s["records"], s["works"], s["alone"])
             for s in made(two_sources, "dedup/sources")}  # fmt: skip
    assert found == {"paper": ("83", "81", "80"), "scopus": ("2", "2", "1")}
    [section] = trace(two_sources, "source.scopus")
    assert section.title == "works that scopus found, 1 of 2 alone"
    assert section.rows["sources"].to_list() == ["scopus", "paper scopus"]
    assert section.rows["work_id"].to_list()[0] == "scopus/Own2020"
    [section] = trace(two_sources, "sources")
    assert section.rows["works"].to_list() == [80, 1, 1]
    with pytest.raises(ConfigError, match="Did you mean 'scopus'"):
        trace(two_sources, "source.scopis")
    content, pictures = report.prepare(two_sources)
    [picture] = [one for one in pictures if one.name == "sources"]
    assert picture.alt["en"].startswith(
        "paper: 81 works, 80 of them alone. scopus: 2 works, 1 of them alone. paper: 80 works, "
    )
    assert "۸۲ اثر، ۸۱ اثر را تنها یک منبع" in picture.caption["fa"]
    assert (content.source.flow["studies"], content.source.flow["reports"]) == (34, 35)
    shown = {t.get_text() for lang in ("en", "fa") for t in picture.draw(lang).axes[0].texts}
    assert {"80", "included", "scopus"} <= shown
    assert any("۸۰" in text for text in shown)


def test_a_study_is_traced_from_its_count_and_from_its_works(two_sources: Path) -> None:
    [section] = trace(two_sources, "studies")
    [study] = section.rows.to_dict("records")
    assert len(study["reports"].split()) == 2
    for work in study["reports"].split():
        told = {s.title: s.rows for s in trace(two_sources, work)}
        assert told["study"]["study_id"].to_list() == [study["study_id"]]


def test_where_nobody_joined_reports_there_is_no_study_to_trace() -> None:
    [section] = trace(finished(), "studies")
    assert section.rows.empty
    assert list(section.rows) == ["study_id", "reports"]
    assert "study" not in [s.title for s in trace(finished(), "LayneLee2001")]


def test_one_source_is_not_drawn() -> None:
    _, pictures = report.prepare(finished())
    assert "sources" not in [one.name for one in pictures]
