"""Adding records: what is refused, what each record is said to be, and that decisions stay."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from stages import append, copy_raw, edit, finished, made, rows, run, snapshot
from test_cli import Call, call
from test_review import MORE, Script, person

from slr import add, dialogue, io
from slr.dedup.review import Asked
from slr.diff.works import changes, follow
from slr.errors import ConfigError, SlrError
from slr.paths import DUPLICATES, RECORDS
from slr.schemas.tables import columns

__all__ = ["call"]  # the fixture

NO_ENTRY = "holds text but no entry."
KNOWN = """
@article{J, author={Janowski, T.}, year={2015}, doi={https://doi.org/10.1016/J.GIQ.2015.07.001},
  title={Digital government evolution: from transformation to contextualization}}
"""
ALIKE = """
@unpublished{K, author={Janowski, Tomasz}, year={2013}, journal={SSRN preprint},
  title={Digital government evolution: From transformation to contextualisation}}
"""
NEW = (
    "@article{N, author={Nam, Ada}, year={2020}, title={Something else altogether, of one town}}\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_raw(tmp_path / "review")


def bib(folder: Path, text: str | bytes, name: str = "x.bib") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    data = text if isinstance(text, bytes) else text.encode()
    (folder / name).write_bytes(data)
    return folder / name


def kinds(root: Path, *files: Path) -> dict[str, str]:
    table = add.plan(files, root).records
    return dict(zip(table["record_id"], table["kind"], strict=True))


# --- what is refused -----------------------------------------------------------------------------


def test_files_are_copied_as_they_are_and_nothing_is_overwritten(
    root: Path, tmp_path: Path
) -> None:
    good = bib(tmp_path, "@misc{k, title={T}}\r\n")
    assert add.copy(add.plan([good], root), root) == "added data/raw/records/x.bib."
    assert (root / RECORDS / "x.bib").read_bytes() == b"@misc{k, title={T}}\r\n"
    before = snapshot(root)
    other = bib(tmp_path / "other", "@misc{k, title={U}}", "x.bib")
    twin = bib(tmp_path, "@misc{k, title={T}}\r\n", "twin.bib")
    cases = {
        f"{other}: data/raw/records/x.bib is there already. "
        "Its name is the source's name; give yours another.": [other],
        f"{twin}: holds the same bytes as data/raw/records/x.bib. There is nothing to add.": [twin],
        f"{tmp_path / 'n.txt'}: {NO_ENTRY}": [bib(tmp_path, "x", "n.txt")],
        f"{tmp_path / 'e.bib'}: holds no record that can be read; line 1: the entry is not": [
            bib(tmp_path, "@misc{k, title={T", "e.bib")
        ],
        f"{tmp_path / '.h.bib'}: begins with a dot, so it would never be read. Rename it.": [
            bib(tmp_path, NEW, ".h.bib")
        ],
        f"{tmp_path / 'README.bib'}: has the name of a note. Give it another.": [
            bib(tmp_path, NEW, "README.bib")
        ],
        f"{tmp_path / 'a{b}.bib'}: has a brace in its name. Rename it.": [
            bib(tmp_path, NEW, "a{b}.bib")
        ],
        f"{tmp_path / 'none.bib'}: cannot be read: no such file": [tmp_path / "none.bib"],
    }
    fine = bib(tmp_path, NEW, "fine.bib")
    for told, files in cases.items():
        with pytest.raises(SlrError) as caught:
            add.plan([fine, *files], root)
        assert str(caught.value).startswith(told)
    assert snapshot(root) == before


def test_copying_that_was_cut_off_is_completed_by_the_same_command(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [bib(tmp_path, NEW, "a.bib"), bib(tmp_path, KNOWN, "b.bib")]
    write = io.write_bytes

    def killed(path: Path, data: bytes) -> None:
        if path.name == "b.bib":
            raise KeyboardInterrupt
        write(path, data)

    addition = add.plan(files, root)
    with monkeypatch.context() as patched:
        patched.setattr(io, "write_bytes", killed)
        with pytest.raises(KeyboardInterrupt):
            add.copy(addition, root)
    again = add.plan(files, root)
    assert again.told().startswith(
        "data/raw/records/a.bib is there already, the same bytes.\n1 record: 1 already known"
    )
    assert again.as_dict()["there"] == ["data/raw/records/a.bib"]
    assert add.copy(again, root) == "added data/raw/records/b.bib."
    whole = add.plan(files, root)
    assert whole.told().splitlines() == [
        f"data/raw/records/{name}.bib is there already, the same bytes." for name in "ab"
    ]
    assert (list(whole.records), whole.counts()["new"]) == (add.COLUMNS, 0)
    assert add.copy(whole, root) == "nothing was added."


def test_all_reasons_are_told_at_once(root: Path, tmp_path: Path) -> None:
    pair = [bib(tmp_path / d, NEW + d, "same.bib") for d in ("p", "q")]
    twins = [bib(tmp_path, KNOWN, name) for name in ("one.bib", "two.bib")]
    with pytest.raises(SlrError) as caught:
        add.plan([tmp_path / "none.bib", *pair, *twins], root)
    assert [problem.found for problem in caught.value.problems] == [
        "cannot be read: no such file or directory.",
        "has the name of another.",
        "has the name of another.",
        f"holds the same bytes as {twins[0]}.",
    ]


def test_records_are_added_to_a_review_only(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no such folder here\. Go to the folder of the review"):
        add.plan([bib(tmp_path, NEW)], tmp_path / "elsewhere")


def test_the_first_records_of_a_review(root: Path, tmp_path: Path) -> None:
    shutil.rmtree(root / "data/raw")
    (root / RECORDS).mkdir(parents=True)
    assert kinds(root, bib(tmp_path, NEW)) == {"x/N": "new"}


def test_a_disk_that_fails_leaves_none_of_the_files(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    addition = add.plan([bib(tmp_path, NEW, "a.bib"), bib(tmp_path, KNOWN, "b.bib")], root)
    write = io.write_bytes

    def full(path: Path, data: bytes) -> None:
        if path.name == "b.bib":
            raise SlrError("no space")
        write(path, data)

    monkeypatch.setattr(io, "write_bytes", full)
    with pytest.raises(SlrError, match="no space"):
        add.copy(addition, root)
    assert sorted(p.name for p in (root / RECORDS).glob("*.bib")) == ["paper.bib"]


def test_a_file_that_came_meanwhile_is_not_overwritten(root: Path, tmp_path: Path) -> None:
    addition = add.plan([bib(tmp_path, NEW)], root)
    (root / RECORDS / "x.bib").write_text("somebody's")
    with pytest.raises(SlrError, match=r"data/raw/records/x\.bib: is there already"):
        add.copy(addition, root)
    assert (root / RECORDS / "x.bib").read_text() == "somebody's"


def test_no_record_of_the_corpus_gets_another_name(root: Path, tmp_path: Path) -> None:
    """A source of the same name that is read before another takes the keys of that other."""
    bib(root / RECORDS, "TY  - JOUR\nID  - N\nTI  - Other\nER  - \n", "more.ris")
    taking = bib(tmp_path, NEW, "more.bib")
    with pytest.raises(SlrError) as caught:
        add.plan([taking], root)
    assert str(caught.value) == (
        f"{taking}: has the name of a source that is there: more/N would get another name. "
        "Give it another name."
    )
    free = bib(tmp_path / "free", NEW.replace("{N,", "{M,"), "more.bib")
    assert kinds(root, free) == {"more/M": "new"}


def test_names_that_people_wrote_stay_clear(root: Path, tmp_path: Path) -> None:
    line = append(root / "data/raw/judgements/screening.csv", "Chen2009,evidence,include,I,,seen")
    edit(root / "data/raw/judgements/screening.csv", "include,I,,", "include,I,2026-11-25,")
    with pytest.raises(SlrError) as caught:
        add.plan([bib(tmp_path, NEW.replace("{N,", "{Chen2009,"))], root)
    assert str(caught.value) == (
        "With these records the following would be unclear.\n"
        f"data/raw/judgements/screening.csv:{line}: record_id: 'Chen2009' is a key of "
        "paper/Chen2009 and x/Chen2009. Say which."
    )


def test_what_was_wrong_before_does_not_stop_an_addition(root: Path, tmp_path: Path) -> None:
    append(root / "data/raw/judgements/screening.csv", "x/N,evidence,include,I,2026-11-25,seen")
    append(root / "data/raw/judgements/screening.csv", "x/O,evidence,include,I,2026-11-25,seen")
    assert kinds(root, bib(tmp_path, NEW)) == {"x/N": "new"}


# --- what each record is -------------------------------------------------------------------------


def test_new_known_possibly_known_repeated_and_rejected(root: Path, tmp_path: Path) -> None:
    shutil.copytree(finished() / "data/processed", root / "data/processed")
    twice = NEW.replace("{N,", "{M,")
    file = bib(tmp_path, KNOWN + NEW + twice + "@misc{broken, title={x\n" + ALIKE)
    addition = add.plan([file], root)
    table = addition.records.set_index("record_id")
    assert table["kind"].to_dict() == {
        "x/J": "known",
        "x/N": "repeated",
        "x/M": "new",
        "x/K": "possibly",
    }
    assert table.loc["x/J", ["work_id", "status"]].to_list() == ["paper/Janowski2015", "included"]
    [kept] = [r for r in made(root, "screen/outcomes") if r["work_id"] == "paper/Janowski2015"]
    assert table.loc["x/J", "reason"] == kept["reason"]
    assert table.loc["x/N", "work_id"] == "x/M"
    assert table.loc["x/K", "work_id"] == "paper/Janowski2015"
    pairs = addition.as_dict()["pairs"]  # with both records of the work
    assert {pair["record_a"] for pair in pairs} == {"paper/Janowski2015", "x/J"}
    assert {pair["record_b"] for pair in pairs} == {"x/K"}
    told = [[pair["reasons"], pair["score"]] for pair in pairs]
    assert table.loc["x/K", ["reason", "score"]].to_list() in told
    [reject] = addition.rejects.to_dict("records")
    assert (reject["file"], reject["line"], reject["key"]) == (str(file), 6, "broken")
    assert addition.told() == (
        "4 records: 1 new, 1 already known, 1 possibly known, 1 repeated; 1 entry rejected"
    )


def test_an_excluded_work_is_known_with_the_reason(root: Path, tmp_path: Path) -> None:
    shutil.copytree(finished() / "data/processed", root / "data/processed")
    out = next(r for r in made(root, "screen/outcomes") if r["criterion"] == "credibility")
    [work] = [r for r in made(root, "dedup/works") if r["work_id"] == out["work_id"]]
    entry = "@{}{{Again, title={{{}}}, author={{{}}}, year={{{}}}}}"
    file = bib(tmp_path, entry.format("misc", work["title"], work["author"], work["year"]))
    [row] = add.plan([file], root).records.to_dict("records")
    assert (row["kind"], row["work_id"]) == ("known", out["work_id"])
    assert (row["status"], row["reason"]) == ("excluded", out["reason"])


def test_nothing_is_said_of_works_that_were_never_screened(root: Path, tmp_path: Path) -> None:
    [row] = add.plan([bib(tmp_path, KNOWN)], root).records.to_dict("records")
    assert (row["kind"], row["status"]) == ("known", "not screened yet")


def test_all_known_is_said(root: Path, tmp_path: Path) -> None:
    assert add.plan([bib(tmp_path, KNOWN)], root).told() == (
        "1 record: 1 already known. No work is new: only the count of records found grows"
    )


def corpus(clusters: dict[str, str], *pairs: tuple[str, str, float | None]) -> Asked:
    found = [(a, b, score, "ask", "rule", f"{a} {b}") for a, b, score in pairs]
    return Asked(
        pd.DataFrame(),
        pd.DataFrame({"record_id": list(clusters), "cluster_id": list(clusters.values())}),
        pd.DataFrame(found, columns=columns("dedup/pairs")),
    )


def added(*names: str) -> pd.DataFrame:
    blank = dict.fromkeys(columns("pull/records"))
    return pd.DataFrame([{**blank, "record_id": n, "file": "f", "line": 1} for n in names])


def test_doubts_are_named_the_likest_first_and_none_within_a_work() -> None:
    before = pd.DataFrame({"record_id": ["p/a", "p/b"], "cluster_id": ["p/a", "p/b"]})
    after = corpus(
        {"p/a": "p/a", "p/b": "p/b", "n/1": "p/a", "n/2": "n/2", "n/3": "n/2"},
        ("n/1", "p/a", 99),
        ("n/2", "p/a", 91),
        ("n/3", "p/b", 97),
        ("n/2", "p/b", None),
    )
    statuses = {"p/a": ("included", "in"), "p/b": ("excluded", "out")}
    table = add.classify(added("n/1", "n/2", "n/3"), before, after, statuses)
    wanted = ["record_id", "kind", "work_id", "status", "like", "score", "reason"]
    shown = table[wanted].astype(object).where(table[wanted].notna(), "")
    assert shown.to_numpy().tolist() == [
        ["n/1", "known", "p/a", "included", "", "", "in"],
        ["n/2", "possibly", "p/b p/a", "excluded", "p/b p/a", 97, "n/3 p/b"],
        ["n/3", "repeated", "n/2", "", "", "", ""],
    ]


def test_works_that_an_addition_joins_or_splits_are_listed() -> None:
    before = {"p/a": "p/a", "p/b": "p/b", "p/c": "p/c", "p/d": "p/c", "p/e": "p/e"}
    after = {"p/a": "p/a", "p/b": "p/a", "p/c": "p/c", "p/d": "p/d", "p/e": "n/e", "n/e": "n/e"}
    tables = [pd.DataFrame(t.items(), columns=["record_id", "cluster_id"]) for t in (before, after)]
    assert add.changed(*tables).to_numpy().tolist() == [
        ["p/a", "become one work", "p/a p/b"],
        ["p/c", "was one work, falls apart into", "p/c p/d"],
    ]


TORN = "Participatory budgeting in coastal municipalities: evidence from registers"
JOINED = "Street lighting and trust in local councils: a survey of eleven towns"
BY = "author={Vik, Anna and Moe, Per and Aas, Liv}, year={2018}, journal={Local Affairs}"
BASE = f"""
@article{{untitled, doi={{10.5555/bridge.1}}, {BY}}}
@article{{titled, title={{{JOINED}}}, {BY}}}
@article{{undated, title={{{TORN}}}, author={{Berg, Ola and Lie, Siv and Dahl, Jan}},
  doi={{10.5555/wedge.1}}}}
@article{{dated, title={{{TORN}}}, author={{Berg, Ola and Lie, Siv and Dahl, Jan}}, year={{2010}}}}
"""
BRIDGE = f"@article{{b, title={{{JOINED}}}, {BY}, doi={{10.5555/bridge.1}}}}"
WEDGE = f"""
@article{{w, title={{{TORN}}}, author={{Berg, Ola and Lie, Siv and Dahl, Jan}}, year={{2015}},
  doi={{10.5555/wedge.1}}}}
"""


def test_what_an_addition_joins_or_splits_is_told_before_and_after(
    call: Call, root: Path, tmp_path: Path
) -> None:
    """A record that bridges two works joins them; one that contradicts a part splits a work."""
    (root / RECORDS / "base.bib").write_text(BASE)
    before = dict(clusters_of(run(root, "pull", "dedup")))
    assert before["base/titled"] != before["base/untitled"]
    assert before["base/undated"] == before["base/dated"]
    planned = add.plan([bib(tmp_path, BRIDGE + WEDGE, "more.bib")], root)
    assert planned.changed.to_numpy().tolist() == [
        ["base/titled", "become one work", "base/titled base/untitled"],
        ["base/dated", "was one work, falls apart into", "base/dated base/undated"],
    ]
    said = call(root, "add", tmp_path / "more.bib", "--dry-run")
    assert "works of the corpus that would change" in said.out
    earlier = io.read_table(root / CLUSTERS, "dedup/clusters")
    add.copy(planned, root)
    run(root, "pull", "dedup")
    works = changes(follow(earlier, io.read_table(root / CLUSTERS, "dedup/clusters")))
    told = works[works["change"].isin(["merged", "split"])]
    assert told[["change", "before", "now"]].to_numpy().tolist() == [
        ["merged", "base/titled base/untitled", "base/titled"],
        ["split", "base/dated", "base/dated base/undated"],
    ]


CLUSTERS = Path("data/processed/dedup/clusters.csv")


def clusters_of(root: Path) -> list[tuple[str, str]]:
    return [(c["record_id"], c["cluster_id"]) for c in made(root, "dedup/clusters")]


def test_decisions_stay_with_their_works(root: Path, tmp_path: Path) -> None:
    """As on the page, an addition of which nothing is judged changes no decision of before."""
    add.copy(add.plan([bib(tmp_path, KNOWN + NEW + ALIKE, "a.bib")], root), root)
    run(root, "pull", "dedup", "screen")
    before = {row["work_id"]: row for row in made(finished(), "screen/outcomes")}
    after = {row["work_id"]: row for row in made(root, "screen/outcomes")}
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"a/N", "a/K"}


# --- the command ---------------------------------------------------------------------------------


def test_a_dry_run_shows_the_same_and_changes_nothing(
    call: Call, root: Path, tmp_path: Path
) -> None:
    file = bib(tmp_path, KNOWN + NEW + ALIKE)
    before = snapshot(root)
    tried = call(root, "add", file, "--dry-run")
    assert snapshot(root) == before
    assert tried.status == 0
    assert tried.err.endswith("nothing was changed: a dry run.\n")
    done = call(root, "add", file, "--yes")
    assert done.out == tried.out
    assert done.err == (
        "3 records: 1 new, 1 already known, 1 possibly known\n"
        "added data/raw/records/x.bib.\n"
        "2 to settle: `slr dedup --review`. Next: `slr run`.\n"
    )
    for text in ("new (1)", "already known (1)", "possibly known: a person decides (1)", "x/K"):
        assert text in done.out


def test_without_a_terminal_nothing_is_asked_and_nothing_is_judged(
    call: Call, root: Path, tmp_path: Path
) -> None:
    before = (root / DUPLICATES).read_bytes()
    said = call(root, "add", bib(tmp_path, ALIKE))
    assert said.status == 0
    assert "1 to settle: `slr dedup --review`." in said.err
    assert (root / DUPLICATES).read_bytes() == before


def test_json_for_a_machine(call: Call, root: Path, tmp_path: Path) -> None:
    file = bib(tmp_path, KNOWN + "@misc{broken, title={x\n" + ALIKE)
    said = call(root, "add", file, "--json")
    told = json.loads(said.out)
    assert told["dry_run"] is False
    assert told["counts"] == {"new": 0, "known": 1, "possibly": 1, "repeated": 0, "rejected": 1}
    assert [(r["record_id"], r["kind"], r["work_id"]) for r in told["records"]] == [
        ("x/J", "known", "paper/Janowski2015"),
        ("x/K", "possibly", "paper/Janowski2015"),
    ]
    assert told["rejects"][0]["line"] == 4
    assert {pair["verdict"] for pair in told["pairs"]} == {"ask"}
    assert (told["files"][0]["found"], told["files"][0]["kept"]) == (3, 2)
    assert (root / RECORDS / "x.bib").exists()


def test_titles_cannot_command_the_terminal(call: Call, root: Path, tmp_path: Path) -> None:
    evil = "@misc{k, title={Title with a \x9b2J and \u202eanother thing}}"
    said = call(root, "add", bib(tmp_path, evil), "--dry-run")
    assert "anothe" in said.out
    assert not {"\x9b", "\u202e"} & set(said.out)


def test_an_answer_makes_a_known_work_of_a_possible_one(root: Path, tmp_path: Path) -> None:
    addition = add.plan([bib(tmp_path, ALIKE)], root)
    add.copy(addition, root)
    script = Script("s")
    told = dialogue.settle(addition.asked, root, script.terminal, reviewer="Ann", among={"x/K"})
    assert told == "1 answered, none left. Next: `slr run`."
    judged = rows(root / DUPLICATES)[-1]
    assert {judged["record_a"], judged["record_b"]} == {"paper/Janowski2015", "x/K"}
    run(root, "pull", "dedup")
    [work] = [r for r in made(root, "dedup/works") if "x/K" in r["record_ids"]]
    assert work["work_id"] == "paper/Janowski2015"


def test_at_a_terminal_a_person_is_asked_about_the_added_pairs_only(
    root: Path, tmp_path: Path
) -> None:
    bib(root / RECORDS, MORE, "more.bib")
    with person(root, "add", str(bib(tmp_path, ALIKE)), "--reviewer", "Ann") as ann:
        shown = ann.reads("pair 1 of 1")
        assert "possibly known" in shown
        assert "added data/raw/records/x.bib." in shown
        ann.reads("q quit")
        ann.presses("d")
        ann.reads("1 answered, none left. Next: `slr run`.")
        assert ann.leaves() == 0
    assert rows(root / DUPLICATES)[-1]["verdict"] == "different"
