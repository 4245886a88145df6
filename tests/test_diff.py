"""What a run changed: by meaning, on keys, works followed by their records; in three forms."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from stages import MADE, append, copy_raw, edit, finished, made, run
from test_report import HOSTILE, Page

from slr import cli, config, diff, kept, ledger
from slr.diff import Difference, compare, told, works
from slr.diff.compare import CLUSTERS, OUTCOMES, Sections
from slr.errors import SlrError
from slr.report import LANGS, changes, page

Groups = dict[str, str]
"""The records of each work, apart by spaces, by the id of the work."""


def clusters(groups: Groups) -> pd.DataFrame:
    rows = [(record, work) for work, ids in groups.items() for record in ids.split()]
    return pd.DataFrame(rows, columns=["record_id", "cluster_id"], dtype="str")


def outcomes(ended: dict[str, str]) -> pd.DataFrame:
    """A table of outcomes: `included`, or the criterion at which a work was excluded."""
    rows = [
        (work, "included" if at == "included" else "excluded", None if at == "included" else at)
        for work, at in ended.items()
    ]
    table = pd.DataFrame(rows, columns=["work_id", "status", "criterion"], dtype="str")
    return table.assign(basis="rule", reason="why", reason_fa="چرا")


def state(groups: Groups, ended: dict[str, str] | None = None) -> dict[str, pd.DataFrame]:
    told = ended or dict.fromkeys(groups, "included")
    return {CLUSTERS: clusters(groups), OUTCOMES: outcomes(told)}


def between(before: dict[str, pd.DataFrame], now: dict[str, pd.DataFrame]) -> Sections:
    return compare.compare(before, now)


def cells(table: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    chosen = table[list(columns)].astype(object)
    return [tuple(row) for row in chosen.where(chosen.notna(), None).to_numpy().tolist()]


# ---- works, followed by their records

WORKS: dict[str, tuple[Groups, Groups, list[tuple[str | None, ...]]]] = {
    "the same": ({"a": "a b", "c": "c"}, {"c": "c", "a": "b a"}, []),
    "new": ({"a": "a"}, {"a": "a", "b": "b c"}, [("new", None, "b", "b c")]),
    "gone": ({"a": "a", "b": "b c"}, {"a": "a"}, [("gone", "b", None, "b c")]),
    "merged": ({"a": "a", "b": "b"}, {"a": "a b"}, [("merged", "a b", "a", "a b")]),
    "split": ({"a": "a b"}, {"a": "a", "b": "b"}, [("split", "a", "a b", "a b")]),
    "renamed": ({"b": "b c"}, {"c": "b c"}, [("renamed", "b", "c", None)]),
    "joined": ({"a": "a"}, {"a": "a z"}, [("joined", "a", "a", "z")]),
    "left": ({"a": "a z"}, {"a": "a"}, [("left", "a", "a", "z")]),
    "joined by one that names it": (
        {"b": "b"},
        {"a": "a b"},
        [("renamed", "b", "a", None), ("joined", "b", "a", "a")],
    ),
    "a record that moved": (
        {"a": "a b", "c": "c"},
        {"a": "a", "c": "b c"},
        [("merged", "a c", "c", "b c"), ("split", "a", "a c", "a b")],
    ),
}


@pytest.mark.parametrize(("before", "now", "expected"), WORKS.values(), ids=WORKS)
def test_works_are_followed_by_their_records(
    before: Groups, now: Groups, expected: list[tuple[str | None, ...]]
) -> None:
    found = works.changes(works.follow(clusters(before), clusters(now)))
    assert cells(found, "change", "before", "now", "record_ids") == expected


@pytest.mark.parametrize(
    ("before", "now", "one"),
    [
        ({"a": "a b c"}, {"a": "a", "b": "b c"}, [("a", "a")]),  # the id counts first
        ({"a": "a b c"}, {"b": "b c", "d": "a d"}, [("a", "b")]),  # then how many records
        (
            {"b": "a b", "d": "c d"},
            {"c": "b c", "e": "a d e"},
            [("b", "c")],
        ),  # nothing else decides: the order of the ids
    ],
)
def test_which_work_it_is_that_was(before: Groups, now: Groups, one: list[tuple[str, str]]) -> None:
    for first, second, swap in ((before, now, 1), (now, before, -1)):
        pairs = works.follow(clusters(first), clusters(second)).pairs
        assert sorted(c[::swap] for c in cells(pairs[pairs["one"]], "before", "now")) == one


def test_a_work_that_another_record_names_is_neither_new_nor_gone() -> None:
    before, now = state({"b": "b"}), state({"a": "a b"})
    for name, ids in (("before", "b"), ("now", "a")):
        tables = before if name == "before" else now
        tables["screen/decisions"] = pd.DataFrame(
            {"work_id": [ids], "criterion": "c", "verdict": "include", "basis": "rule",
             "reviewer": None}, dtype="str",
        )  # fmt: skip
        tables["cocite/edges"] = pd.DataFrame(
            {"source": ["aa"] if ids == "b" else ["a"], "target": ["b"] if ids == "b" else ["aa"],
             "weight": ["1.0"], "level": ["unit"]}, dtype="str",
        )  # fmt: skip
        tables["code/evidence_map"] = pd.DataFrame(
            {"stage": ["1"], "concept_no": ["1"], "studies": ["2"],
             "work_ids": [" ".join(sorted(["aa", ids]))]}, dtype="str",
        )  # fmt: skip
    found = between(before, now)
    assert set(found) == {"works", "outcomes"}
    assert cells(found["outcomes"], "change", "work_id", "was") == [("renamed", "a", "b")]


def test_outcomes_of_merged_and_split_works_name_where_they_went() -> None:
    before = state({"a": "a b", "c": "c", "d": "d"}, {"a": "included", "c": "x", "d": "included"})
    now = state({"a": "a", "b": "b", "c": "c d"}, {"a": "x", "b": "included", "c": "included"})
    table = between(before, now)["outcomes"]
    shown = ("change", "included", "work_id", "others", "criterion_before", "criterion_now")
    assert cells(table, *shown) == [
        ("changed", "gained", "c", None, "x", None),
        ("changed", "lost", "a", None, None, "x"),
        ("merged", "lost", "d", "c", None, None),
        ("split", "gained", "b", "a", None, None),
    ]


# ---- the shipped review, changed


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Difference]:
    """Change a copy of the review, run some stages again, and compare it with the review."""

    def change(how: Callable[[Path], object], *stages_: str) -> Difference:
        root = tmp_path / "changed"
        shutil.copytree(finished(), root)
        how(root)
        run(root, *stages_)
        return diff.diff(root, finished())

    return change


SCREEN_ON = ("screen", "code", "cocite")


def test_a_judgement(changed: Callable[..., Difference]) -> None:
    row = 'LayneLee2001,evidence,include,example,2026-11-24,"Read, and judged to be evidence"'
    found = changed(
        lambda root: append(root / "data/raw/judgements/screening.csv", row), *SCREEN_ON
    )
    assert cells(found.inputs, "kind", "name", "change") == [
        ("file", "data/raw/judgements/screening.csv", "changed")
    ]
    [ended] = diff.records(found.sections["outcomes"])
    assert (ended["change"], ended["included"]) == ("changed", "gained")
    assert ended["work_id"] == "paper/LayneLee2001"
    assert (ended["status_before"], ended["criterion_before"]) == ("excluded", "evidence")
    assert (ended["status_now"], ended["criterion_now"]) == ("included", None)
    assert (ended["basis_before"], ended["basis_now"]) == ("stand-in", "judgement")
    [decided] = diff.records(found.sections["decisions"])
    assert (decided["criterion"], decided["verdict_before"], decided["verdict_now"]) == (
        "evidence", "exclude", "include",
    )  # fmt: skip
    assert decided["reviewer_now"] == "example"
    assert found.included == (35, 36)
    assert not {"works", "records", "edges", "rejects"} & set(found.sections)


def test_a_changed_threshold(changed: Callable[..., Difference]) -> None:
    def raise_(root: Path) -> None:
        edit(root / "config.yaml", "{citations_in_findings: {at_least: 1}}",
             "{citations_in_findings: {at_least: 2}}")  # fmt: skip

    found = changed(raise_, *SCREEN_ON)
    [setting] = diff.records(found.inputs)
    assert setting["name"] == (
        "screen.criteria.citations.cases[1].include_if.citations_in_findings.at_least"
    )
    assert (setting["before"], setting["now"]) == ("1", "2")
    once = {
        fact["work_id"]
        for fact in made(finished(), "screen/facts")
        if (fact["fact"], fact["value"]) == ("citations_in_findings", "1")
    }
    kept_by_it = {
        row["work_id"]
        for row in made(finished(), "screen/decisions")
        if (row["criterion"], row["basis"]) == ("citations", "stand-in")
    } & {row["work_id"] for row in made(finished(), "screen/included")}
    lost = found.sections["outcomes"]
    assert set(lost.loc[lost["included"] == "lost", "work_id"]) == once & kept_by_it
    assert len(lost) == len(once & kept_by_it) == found.included[0] - found.included[1] > 0
    assert set(lost["criterion_now"]) == {"citations"}


def test_an_added_source(changed: Callable[..., Difference]) -> None:
    def add(root: Path) -> None:
        shutil.copy("docs/example/more.bib", root / "data/raw/records/more.bib")
        shutil.copy("docs/example/facts.csv", root / "data/raw/facts/more.csv")

    found = changed(add, "pull", "dedup", *SCREEN_ON)
    keys = ["more/Example2022", "more/Example2023", "more/Nemuneh1402"]
    assert cells(found.sections["records"], "change", "record_id") == [("new", k) for k in keys]
    assert cells(found.sections["works"], "change", "now") == [("new", key) for key in keys]
    assert sorted(cells(found.sections["outcomes"], "change", "work_id", "status_now")) == [
        ("new", "more/Example2022", "excluded"),
        ("new", "more/Example2023", "included"),
        ("new", "more/Nemuneh1402", "awaiting"),
    ]
    assert set(found.sections["decisions"]["change"]) == {"new"}
    [title] = found.sections["records"].loc[lambda t: t["record_id"] == keys[2], "title"]
    assert title == "پژوهشی ساختگی دربارهٔ مشارکت شهروندان، تنها برای تمرین"


def test_merged_and_split_by_people(changed: Callable[..., Difference]) -> None:
    def judge(root: Path) -> None:
        path = root / "data/raw/judgements/duplicates.csv"
        text = path.read_text("utf-8")
        kept_lines = [line for line in text.splitlines() if "Touche2000" not in line]
        assert len(kept_lines) == len(text.splitlines()) - 1
        path.write_text("\n".join(kept_lines) + "\n", "utf-8")
        append(path, "Janowski2015,Janowski2016,same,example,2026-11-24,an example")

    found = changed(judge, "dedup", *SCREEN_ON)
    assert cells(found.sections["works"], "change", "before", "now") == [
        ("merged", "paper/Janowski2015 paper/Janowski2016", "paper/Janowski2015"),
        ("split", "paper/Deloitte2002", "paper/Deloitte2002 paper/Touche2000"),
    ]
    ended = found.sections["outcomes"]
    assert cells(ended[ended["change"] != "changed"], "change", "work_id", "others") == [
        ("merged", "paper/Janowski2016", "paper/Janowski2015"),
        ("split", "paper/Touche2000", "paper/Deloitte2002"),
    ]
    pairs = found.sections["pairs"]
    assert ("new", "paper/Janowski2015", "paper/Janowski2016") in cells(
        pairs, "change", "record_a", "record_b"
    ) or ("changed", "paper/Janowski2015", "paper/Janowski2016") in cells(
        pairs, "change", "record_a", "record_b"
    )


def test_edges_go_with_a_higher_least_weight(changed: Callable[..., Difference]) -> None:
    found = changed(
        lambda root: edit(root / "config.yaml", "min_weight: 0.25 ", "min_weight: 0.5 "), "cocite"
    )
    light = {
        (e["source"], e["target"])
        for e in made(finished(), "cocite/edges")
        if float(e["weight"]) < 0.5
    }
    edges = found.sections["edges"]
    assert set(edges["change"]) == {"gone"}
    assert set(cells(edges, "source", "target")) == light
    assert "outcomes" not in found.sections


def test_a_place_in_a_file_is_no_part_of_a_record(changed: Callable[..., Difference]) -> None:
    def push_down(root: Path) -> None:
        path = root / "data/raw/records/paper.bib"
        path.write_text("% a line more\n\n" + path.read_text("utf-8"), "utf-8")

    found = changed(push_down, "pull")
    before, now = (made(r, "pull/records") for r in (finished(), found.now.home))
    assert before[0]["line"] != now[0]["line"]
    assert found.sections == {}


# ---- what is compared with what


def complete(root: Path) -> None:
    """Note in the ledger and keep what is there, as `slr run` does when all stages are done."""
    files = sorted(p.relative_to(root).as_posix() for p in (root / MADE).rglob("*.*"))
    raw = sorted(p.relative_to(root).as_posix() for p in (root / "data/raw").rglob("*.csv"))
    entry: ledger.Entry = {
        "inputs": ledger.hashes(root, raw),
        "outputs": ledger.hashes(root, files),
    }
    ledger.write(root, {"screen": entry})
    kept.keep(root, (root / "config.yaml").read_bytes(), ["screen"])


@pytest.fixture
def review(tmp_path: Path) -> Path:
    """A copy of the finished review, kept as a complete run."""
    root = tmp_path / "review"
    shutil.copytree(finished(), root)
    complete(root)
    return root


def judge(root: Path) -> None:
    row = 'LayneLee2001,evidence,include,example,2026-11-24,"An example"'
    append(root / "data/raw/judgements/screening.csv", row)


def test_the_last_run_is_compared_with_the_one_before(review: Path) -> None:
    with pytest.raises(SlrError) as caught:
        diff.diff(review)
    assert caught.value.status == 1
    assert str(caught.value) == (
        "there is no earlier run to compare with. "
        "Change something and `slr run` again, or name a folder: `slr diff DIR`."
    )
    judge(review)
    run(review, *SCREEN_ON)
    by_hand = diff.diff(review)
    assert (by_hand.before.kind, by_hand.now.kind) == ("run", "files")
    assert [note.key for note in by_hand.notes] == ["note_files"]
    assert len(by_hand.sections["outcomes"]) == 1
    complete(review)
    found = diff.diff(review)
    assert (found.before.kind, found.now.kind, found.notes) == ("run", "run", [])
    assert found.before.home == by_hand.before.home
    for name, rows in by_hand.sections.items():
        assert_frame_equal(found.sections[name], rows)
    complete(review)
    assert diff.diff(review).sections == {}


def test_a_file_edited_in_place_after_its_run_is_told(review: Path) -> None:
    path = review / MADE / "screen/outcomes.csv"
    with path.open("r+", encoding="utf-8") as file:  # as some editors save
        text = file.read().replace(",included,", ",excluded,", 1)
        file.seek(0)
        file.write(text)
    found = diff.diff(review)
    assert [note.told() for note in found.notes if note.key == "note_altered"] == [
        "data/processed/screen/outcomes.csv was edited by hand after that run; "
        "the comparison is with the edited file."
    ]


def test_a_bare_copy_of_the_results_will_do(review: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(review / MADE, bare)
    judge(review)
    run(review, "screen")
    found = diff.diff(review, bare)
    assert len(found.sections["outcomes"]) == 1
    assert found.inputs.empty
    assert "note_inputs" in [note.key for note in found.notes]


@pytest.mark.parametrize(
    ("spoil", "notes"),
    [
        (lambda text: text.replace("verdict", "judged", 1), "the column 'verdict' is missing."),
        (lambda text: text.replace("include", "in\x1bclude", 1), "U+001B"),
        (lambda _: "", "the file is empty."),
        (lambda text: text + '"', "not CSV"),
    ],
    ids=["other column", "control character", "empty", "not csv"],
)
def test_a_table_of_another_version_is_left_out_and_told(
    review: Path, tmp_path: Path, spoil: Callable[[str], str], notes: str
) -> None:
    older = tmp_path / "older"
    shutil.copytree(review, older)
    path = older / MADE / "screen/decisions.csv"
    path.write_text(spoil(path.read_text("utf-8")), "utf-8")
    found = diff.diff(review, older)
    [note] = found.notes
    assert note.told().startswith("screen/decisions was not compared. ")
    assert notes in note.told()
    assert found.sections == {}


def test_without_clusters_or_outcomes_nothing_can_be_compared(review: Path, tmp_path: Path) -> None:
    older = tmp_path / "older"
    shutil.copytree(review, older)
    path = older / MADE / "dedup/clusters.csv"
    path.write_text(path.read_text("utf-8").replace("cluster_id", "work", 1), "utf-8")
    with pytest.raises(SlrError, match=r"another version of slr\?\n.*clusters\.csv:1: ") as caught:
        diff.diff(review, older)
    assert caught.value.status == 1
    path.unlink()
    with pytest.raises(SlrError, match=r"clusters\.csv"):
        diff.diff(review, older)


def test_a_folder_from_elsewhere_cannot_speak_to_the_terminal(
    review: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = tmp_path / "other"
    shutil.copytree(review, other)
    edit(other / "config.yaml", "min_weight: 0.25 ", 'min_weight: "a\\e[31mb" ')
    (other / "data/raw/records/a\x1b[31m.bib").touch()
    said = call(review, str(other), monkeypatch=monkeypatch, capsys=capsys)
    assert "config.yaml: cocite.min_weight: a[31mb -> 0.25" in said
    assert "gone      data/raw/records/a[31m.bib" in said
    assert "\x1b" not in said


def test_folders_that_hold_no_review(review: Path, tmp_path: Path) -> None:
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(SlrError, match="holds no results of a review"):
            diff.diff(review, folder)
    with pytest.raises(SlrError, match=r"data/processed: is not there yet\. Run `slr run` first\."):
        diff.diff(copy_raw(tmp_path / "raw"))


# ---- as it is told


def call(
    root: Path, *args: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    monkeypatch.chdir(root)
    capsys.readouterr()
    cli.app(["diff", *args], standalone_mode=False)
    return capsys.readouterr().out


def test_in_a_terminal_the_summary_first_then_the_ids(
    review: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    judge(review)
    edit(review / "config.yaml", "min_weight: 0.25 ", "min_weight: 0.5 ")
    run(review, *SCREEN_ON)
    complete(review)
    said = call(review, monkeypatch=monkeypatch, capsys=capsys)
    lines = said.splitlines()
    assert lines[0].startswith("before    the run that ended 20")
    assert lines[1].startswith("now       the run that ended 20")
    assert "changed   config.yaml: cocite.min_weight: 0.25 -> 0.5" in lines
    assert "changed   data/raw/judgements/screening.csv" in lines
    [edges] = [line for line in lines if line.split() == ["edges", "644", "gone"]]
    assert lines.index("where works ended (1)") > lines.index(edges)
    [gained] = [line for line in lines if line.startswith("included ")]
    assert gained.split() == ["included", "35", "->", "36", "(1", "gained)"]
    assert "paper/LayneLee2001  excluded, evidence, stand-in  included, judgement" in said
    assert "edges of the citation network (644)" in lines
    assert "... and 634 more; --json has all" in lines
    whole = json.loads(call(review, "--json", monkeypatch=monkeypatch, capsys=capsys))
    assert len(whole["sections"]["edges"]) == whole["counts"]["edges"]["gone"] == 644
    assert whole["included"] == {"before": 35, "now": 36}
    assert whole["sections"]["outcomes"][0]["work_id"] == "paper/LayneLee2001"
    assert {"kind", "name", "change", "before", "now"} <= set(whole["inputs"][0])


def test_that_nothing_changed_is_said(
    review: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    complete(review)
    said = call(review, monkeypatch=monkeypatch, capsys=capsys)
    assert said.splitlines()[2:] == ["", "nothing changed"]
    assert (
        json.loads(call(review, "--json", monkeypatch=monkeypatch, capsys=capsys))["counts"] == {}
    )


def test_what_comes_with_a_new_work_is_told_once_in_a_terminal() -> None:
    before, now = state({"a": "a"}), state({"a": "a", "b": "b"})
    sections = between(before, now)
    side = diff.Side("files", Path(), {}, {})
    empty = pd.DataFrame(columns=["kind", "name", "change", "before", "now"])
    entries = pd.DataFrame(columns=["record_id", "title", "author", "year"], dtype="str")
    found = Difference(side, side, empty, sections, [], entries, (1, 2), ({}, {}))
    assert set(sections) == {"works", "outcomes"}
    assert [title for title, *_ in told.tables(found)] == ["where works ended"]


# ---- as a page


@pytest.fixture
def shown(review: Path) -> tuple[Difference, str]:
    """The page of a judgement, an added source with a hostile title, and a changed setting."""
    judge(review)
    edit(review / "config.yaml", "min_weight: 0.25 ", "min_weight: 0.5 ")
    shutil.copy("docs/example/more.bib", review / "data/raw/records/more.bib")
    shutil.copy("docs/example/facts.csv", review / "data/raw/facts/more.csv")
    edit(review / "data/raw/records/more.bib", "An invented study of one-stop services", HOSTILE)
    run(review)
    complete(review)
    found = diff.diff(review)
    at = page.anchors(row["record_id"] for row in made(review, "pull/records"))
    told_of = config.load(review / "config.yaml")["review"]
    return found, changes.render(found, told_of, at, {})


def test_the_page(shown: tuple[Difference, str]) -> None:
    found, html = shown
    read = Page(html)
    assert [name for name, count in Counter(read.ids).items() if count > 1] == []
    ids = {lang: [i[3:] for i in read.ids if i.startswith(f"{lang}-")] for lang in LANGS}
    assert ids["en"] == ids["fa"]
    assert {f"section_{name}" for name in found.sections} <= set(ids["en"])
    assert not any(tag in ("script", "link", "iframe", "object", "base") for tag, _ in read.tags)
    assert all(load.startswith("data:") for load in read.loads)
    for lang, href in read.links:
        where, _, name = href.partition("#")
        assert where in ("", "index.html"), href
        assert name.startswith(lang) or href in ("#en", "#fa"), href
        assert where or name in read.ids
    for lang in LANGS:
        part = html[html.index(f'<div class="part" id="{lang}"') :]
        assert f'href="index.html#{lang}-record-paper-LayneLee2001"' in part
        assert f'href="index.html#{lang}-record-more-Nemuneh1402"' in part
    english = re_words(" ".join(read.words["fa"]))
    assert english <= {"English"}, english
    assert "<script>alert" not in html


def re_words(text: str) -> set[str]:
    return {word for word in text.split() if word.isascii() and word.isalpha() and len(word) > 3}


def test_the_page_gives_the_answer_first(shown: tuple[Difference, str]) -> None:
    _, html = shown
    order = [
        "Included works: 35 before, 37 now",
        "Now included (2)",
        "paper/<wbr>LayneLee2001",
        "What is compared",
        "cocite.min_weight</code> 0.25",
        "What came of it",
        "Where works ended",
    ]
    places = [html.index(text) for text in order]
    assert places == sorted(places)
    assert "آثار برگزیده: پیش‌تر ۳۵، اکنون ۳۷" in html


def test_the_page_is_written_when_asked_for(
    review: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    complete(review)
    path = review / MADE / "report/changes.html"
    call(review, monkeypatch=monkeypatch, capsys=capsys)
    assert not path.exists()
    call(review, "--page", monkeypatch=monkeypatch, capsys=capsys)
    assert "Nothing changed." in path.read_text("utf-8")
    before = diff.diff(review)
    assert (before.now.kind, before.sections) == ("run", {})  # the page is no result
