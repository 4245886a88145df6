"""The command line: exit statuses, what is told where, and never a traceback."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from index_server import serving
from stages import BIB, PROJECT, append, copy_raw, edit, finished, rows, snapshot

from slr import cli


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str


Call = Callable[..., Said]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """Call `slr ARGS` in a folder, in this process."""

    def run(folder: Path, *args: str | Path) -> Said:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["slr", *map(str, args)])
        capfd.readouterr()
        status: object = 0
        try:
            cli.main()
        except SystemExit as ended:
            status = ended.code
        said = capfd.readouterr()
        return Said(int(str(status or 0)), said.out, said.err)

    return run


CONFIG = (PROJECT / "config.yaml").read_text("utf-8")
PULL_ONLINE = CONFIG[CONFIG.index("  online:") : CONFIG.index("\ndedup:")]
ONE_QUERY = """  online:
    queries: {q: {openalex: {search: Invented}, scopus: {query: Invented}}}
"""


def bib(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


# --- asking indexes ------------------------------------------------------------------------------


def test_asking_without_saying_what(tmp_path: Path, call: Call) -> None:
    root = copy_raw(tmp_path / "review")
    edit(root / "config.yaml", PULL_ONLINE, "")
    said = call(root, "pull", "--online")
    assert said.status == 2
    assert said.err.startswith("slr: config.yaml: pull.online: is missing. Say there what to ask")
    assert not (root / "data/raw/pulled").exists()


def test_asking_and_then_bringing_in(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copy_raw(tmp_path / "review")
    edit(root / "config.yaml", PULL_ONLINE, ONE_QUERY)
    work = {"id": "W1", "doi": "10.5555/1", "title": "Invented", "year": 2001, "authors": ["A B"],
            "journal": "J", "cited": 1}  # fmt: skip
    with serving("openalex", [work]) as server:
        monkeypatch.setenv("SLR_OPENALEX_URL", server.url)
        said = call(root, "pull", "--online")
        assert said.status == 1  # Scopus was asked for, and there is no key
        assert "OpenAlex: query q: 1 works" in said.err
        assert "84 records from 2 files" in said.err
        assert "Scopus: was not asked" in said.err
        assert len(server.asked) == 1
    again = call(root, "pull")
    assert again.status == 0
    assert rows(root / "data/processed/pull/records.csv")[-1]["record_id"] == "openalex/W1"


# --- help ----------------------------------------------------------------------------------------


def test_the_list_of_commands_cuts_no_line(call: Call, tmp_path: Path) -> None:
    commands = call(tmp_path, "--help").out.partition("Commands:")[2]
    assert commands
    assert "..." not in commands


COMMANDS = {
    "run": ["every stage", "--cores", "resumed"],
    "pull": ["data/raw/records", "lose none", "--online", "data/raw/pulled"],
    "import": ["FILES", "--out", "records.csv", "rejects.csv"],
    "dedup": ["RECORDS", "--out", "evidence", "record_id", ".csv.gz", "--review", "--reviewer"],
    "screen": ["criteria", "judgements"],
    "code": ["included studies", "codebook"],
    "cocite": ["CITATIONS", "--out", "--min-weight", "citing_id", "cited_id"],
    "report": ["figures", "tables", "PRISMA 2020"],
    "add": ["FILES", "data/raw/records", "--yes", "--dry-run", "--json", "already known"],
    "trace": ["WHAT", "--json", "screen.CRITERION", "A--B", "not_retrieved"],
    "export": ["WHAT", "--to", "--out", "--force", "--json", "not_retrieved", "vosviewer"],
    "diff": ["DIR", "--page", "--json", "the last complete run", "ids", "changes.html"],
    "multiverse": ["other reasonable choices", "--json"],
    "doctor": ["Python", "packages", "fonts", "config", "raw data", "writability"],
}


@pytest.mark.parametrize(("command", "words"), COMMANDS.items())
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help(call: Call, tmp_path: Path, command: str, words: list[str], flag: str) -> None:
    said = call(tmp_path, command, flag)
    assert (said.status, said.err) == (0, "")
    told = " ".join(said.out.split())
    assert [word for word in words if word.lower() not in told.lower()] == []


def test_help_of_all_reads_like_a_manual(call: Call, tmp_path: Path) -> None:
    told = call(tmp_path, "--help").out
    assert [command for command in COMMANDS if f"\n  {command} " not in told] == []
    for words in (
        "pull, dedup, screen, code, cocite and report",
        "Exit status: 0 done; 1",
        "slr trace screen.credibility",
        "slr add more.bib",
    ):
        assert words in told
    assert max(map(len, told.split("\n"))) <= 100


# --- exit statuses -------------------------------------------------------------------------------


BAD_CALLS: dict[str, tuple[list[str], int, str]] = {
    "no such command": (["pul"], 2, "pul"),
    "no such option": (["pull", "--fast"], 2, "--fast"),
    "an argument missing": (["trace"], 2, "Missing argument 'what'"),
    "import without a folder": (["import", "config.yaml"], 2, "--out"),
    "import without a file": (["import", "--out", "o"], 2, "Missing argument 'files'"),
    "import of no file": (
        ["import", "none.bib", "--out", "o"],
        1,
        "slr: none.bib: cannot be read: no such file or directory. "
        "Is the path right, and may you read it?",
    ),
    "import of a folder": (
        ["import", "data", "--out", "o"],
        1,
        "slr: data: cannot be read: is a directory.",
    ),
    "import of text": (
        ["import", "config.yaml", "--out", "o"],
        1,
        "slr: config.yaml: ",
    ),
    "dedup of a table, nowhere to": (["dedup", "config.yaml"], 2, "--out DIR"),
    "dedup to a folder, of nothing": (["dedup", "--out", "o"], 2, "--out is for tables"),
    "dedup of no table": (
        ["dedup", "none.csv", "--out", "o"],
        1,
        "slr: none.csv: cannot be read: no such file",
    ),
    "dedup of another table": (
        ["dedup", "data/raw/judgements/screening.csv", "--out", "o"],
        0,
        "2 works in 2 records",
    ),
    "dedup of a table without ids": (
        ["dedup", "data/raw/citations/references.csv", "--out", "o"],
        1,
        "references.csv:1: the column 'record_id' is missing. Add it to the header.",
    ),
    "cocite of no table": (
        ["cocite", "none.csv", "--out", "o"],
        1,
        "slr: none.csv: cannot be read",
    ),
    "cocite nowhere to": (["cocite", "config.yaml"], 2, "--out DIR"),
    "cocite to a folder, of nothing": (["cocite", "--out", "o"], 2, "--out and --min-weight are"),
    "cocite of another table": (
        ["cocite", "data/raw/judgements/screening.csv", "--out", "o"],
        1,
        "screening.csv:1: the column 'citing_id' is missing. Add it to the header.",
    ),
    "a weight below nothing": (
        ["cocite", "x.csv", "--out", "o", "--min-weight", "-1"],
        2,
        "or equal to 0",
    ),
    "a weight that is none": (
        ["cocite", "x.csv", "--out", "o", "--min-weight", "x"],
        2,
        "a valid number",
    ),
    "a stage before those it needs": (["screen"], 1, "dedup/works.csv: cannot be read"),
    "trace before a run": (["trace", "included"], 1, "is not there yet. Run `slr run` first."),
    "multiverse before a run": (["multiverse"], 1, "Run `slr run` first."),
    "add of no file": (["add", "none.bib"], 1, "none.bib: cannot be read"),
    "add of another file": (["add", "config.yaml"], 1, "config.yaml: "),
    "a review of tables": (["dedup", "--review", "config.yaml"], 2, "not for tables"),
    "a reviewer of nothing": (["dedup", "--reviewer", "Ann"], 2, "--reviewer is for --review"),
    "a run where there is none": (["run"], 2, "there is no Snakefile here."),
    "no cores": (["run", "--cores", "0"], 2, "or equal to 1"),
}


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_raw(tmp_path_factory.mktemp("cli") / "review")
    (root / "data/raw/citations/references.csv").write_text("citing_id,cited_id\n")
    return root


@pytest.mark.parametrize(("args", "status", "told"), BAD_CALLS.values(), ids=BAD_CALLS.keys())
def test_a_bad_call(call: Call, untouched: Path, args: list[str], status: int, told: str) -> None:
    before = snapshot(untouched)
    said = call(untouched, *args)
    assert said.status == status
    assert told in " ".join(said.err.replace("│", " ").split())
    assert "Traceback" not in said.out + said.err
    assert "a fault of slr itself" not in said.err
    made = [n for n in snapshot(untouched) if n not in before and not n.startswith(".slr.")]
    assert all(name.startswith("o/") for name in made)
    if status:
        assert made == [] or args[0] == "dedup"


def test_a_broken_config_ends_with_two(call: Call, tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    edit(root / "config.yaml", "seed: ", "sed: 1\n  seed: ")
    (root / "data" / "processed").mkdir()
    for command in ("screen", "code", "cocite"):
        said = call(root, command)
        assert said.status == 2
        assert "cocite.sed: is not known here. Did you mean 'seed'?" in said.err


def test_a_fault_of_ours_says_so_in_two_lines(
    call: Call, untouched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Path) -> str:
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr("slr.pull.run", broken)
    said = call(untouched, "pull")
    assert said.status == 1
    first, second = said.err.strip().split("\n")
    assert first.startswith("slr: a fault of slr itself, at test_cli.py:")
    assert first.endswith("ZeroDivisionError: of all things")
    assert second == "Please report it with the command that you ran and this line."


def test_no_arguments_show_the_help(call: Call, tmp_path: Path) -> None:
    said = call(tmp_path)
    assert "Exit status: 0 done" in said.out + said.err


# --- stages --------------------------------------------------------------------------------------


def test_stages_run_one_by_one_and_say_what_they_did(call: Call, tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    told = {
        "pull": "pull: 83 records from 1 file\n",
        "dedup": "dedup: 81 works in 83 records, 2 duplicates removed\n",
        "screen": "screen: 35 of 81 works included\n",
        "code": "code: 35 studies coded\n",
    }
    for command, line in told.items():
        assert call(root, command) == Said(0, "", line)
    said = call(root, "cocite")
    assert (said.status, said.out) == (0, "")
    graph, people = said.err.splitlines()
    assert graph == "cocite: 88 nodes and 724 edges, cited together"
    assert people.startswith("  people: ")
    made = snapshot(root / "data/processed")
    assert made == snapshot(finished() / "data/processed")


# --- import --------------------------------------------------------------------------------------


def test_import(call: Call, tmp_path: Path) -> None:
    good = bib(tmp_path / "x.bib", "@article{a, author={B, C and {World Bank}}, title={T}}\n")
    said = call(tmp_path, "import", good, BIB, "--out", "deep/er")
    assert said == Said(0, "", "84 records from 2 files\n")
    first = rows(tmp_path / "deep/er/records.csv")[0]
    assert (first["record_id"], first["author"]) == ("x/a", "B, C and World Bank")
    needed = "record_id,title,author,year,journal,volume,number,pages,doi,abstract,isbn,ENTRYTYPE"
    assert set(needed.split(",")) <= set(first)
    assert (tmp_path / "deep/er/rejects.csv").read_text() == "file,line,key,reason\n"


def test_rejects_are_told_and_are_no_failure(call: Call, tmp_path: Path) -> None:
    text = "@article{a, title={T}}\n\n@book{b, title={T\n@misc{c, title={U}}\n"
    bib(tmp_path / "x.bib", text)
    said = call(tmp_path, "import", "x.bib", "--out", "o")
    assert said == Said(
        0,
        "",
        "x.bib (bibtex, utf-8): 3 found, 2 kept, 1 rejected\n"
        "  line 3: b: the entry is not closed: a brace, quote or comma is missing\n"
        "2 records from 1 file; 1 rejected, see rejects.csv\n",
    )
    assert [r["record_id"] for r in rows(tmp_path / "o/records.csv")] == ["x/a", "x/c"]
    [reject] = rows(tmp_path / "o/rejects.csv")
    assert (reject["file"], reject["line"], reject["key"]) == ("x.bib", "3", "b")


@pytest.mark.parametrize(
    "text",
    ["", "\n \n", "% only\n  % comments\n", "@comment{x}\n", "\ufeff", '@preamble{"x"}\n'],
)
def test_a_file_without_entries_is_told_and_is_no_failure(
    call: Call, tmp_path: Path, text: str
) -> None:
    bib(tmp_path / "x.bib", text)
    said = call(tmp_path, "import", "x.bib", "--out", "o")
    assert (said.status, said.out) == (0, "")
    assert said.err.startswith("x.bib is empty or holds only comments\n")
    assert said.err.endswith("0 records from 0 files\n")
    assert rows(tmp_path / "o/records.csv") == rows(tmp_path / "o/rejects.csv") == []


@pytest.mark.parametrize(
    "data", [b"Dear reader,\nsee below.\n", b"%PDF-1.7\n", b"\x1f\x8bbroken", b"@"]
)
def test_what_holds_no_entries_leaves_no_records(call: Call, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.bib").write_bytes(data)
    said = call(tmp_path, "import", BIB, "x.bib", "--out", "o")
    assert said.status == 1
    assert said.err.startswith("slr: x.bib")
    assert not (tmp_path / "o").exists()


# --- dedup and cocite of any table ---------------------------------------------------------------


def test_dedup_of_tables(call: Call, tmp_path: Path) -> None:
    table = (
        "colour,cluster_id,record_id,title,author\n"
        'red,1,r1,Digital government evolution,"Janowski, T."\n'
        'red,1,r2,DIGITAL GOVERNMENT EVOLUTION,"Janowski, Tomasz"\n'
        "red,1,r3,,\nred,1,r4,,\n"
    )
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(table.encode()))
    said = call(tmp_path, "dedup", "t.csv.gz", "--out", "a/b")
    assert said == Said(0, "", "3 works in 4 records, 1 duplicate removed\n")
    assert (tmp_path / "a/b/clusters.csv").read_text() == (
        "record_id,cluster_id\nr1,r1\nr2,r1\nr3,r3\nr4,r4\n"
    )
    assert {p.name for p in (tmp_path / "a/b").iterdir()} >= {"works.csv", "pairs.csv"}


def test_cocite_of_a_table(call: Call, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("citing_id,cited_id\np,a\np,b\nq,a\nq,b\nq,c\n")
    assert call(tmp_path, "cocite", "c.csv", "--out", "o").err == "3 nodes and 3 edges\n"
    said = call(tmp_path, "cocite", "c.csv", "--out", "o", "--min-weight", "2")
    assert said == Said(0, "", "2 nodes and 1 edge\n")
    assert (tmp_path / "o/edges.csv").read_text() == "source,target,weight\na,b,2\n"
    assert {p.name for p in (tmp_path / "o").iterdir()} == {
        "edges.csv",
        "nodes.csv",
        "graph.graphml",
    }


# --- add, trace, multiverse, doctor --------------------------------------------------------------


def test_add(call: Call, tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    bib(tmp_path / "more.bib", "@article{a, title={T}}\n")
    said = call(root, "add", "../more.bib")
    assert (said.status, " ".join(said.out.split())) == (0, "new (1) record_id entry more/a T")
    assert said.err == (
        "1 record: 1 new\nadded data/raw/records/more.bib.\nNo pair is open. Next: `slr run`.\n"
    )
    assert call(tmp_path, "add", "more.bib").status == 2
    assert not (tmp_path / "data").exists()


def test_trace_prints_a_table(call: Call) -> None:
    said = call(finished(), "trace", "included")
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("works included (35)\n")
    assert sum("paper/" in line for line in said.out.split("\n")) == 35
    edge = call(finished(), "trace", "Janowski2015--DiasGomes2021").out
    assert "edge (1)" in edge
    assert "contexts (2)" in edge
    assert "paragraph 1 of 4.1" in edge


def test_trace_prints_json(call: Call) -> None:
    told = json.loads(call(finished(), "trace", "included", "--json").out)
    assert [section["title"] for section in told] == ["works included"]
    assert len(told[0]["rows"]) == 35
    edge = json.loads(call(finished(), "trace", "Janowski2015--DiasGomes2021", "--json").out)
    assert edge[0]["rows"][0]["weight"] == 0.5
    assert {row["context_id"] for row in edge[1]["rows"]} == {24}
    work = json.loads(call(finished(), "trace", "Janowski2015", "--json").out)
    assert work[0]["rows"][0]["record_id"] == "paper/Janowski2015"
    assert work[0]["rows"][0]["doi"] is None or work[0]["rows"][0]["doi"].startswith("10.")


def test_trace_of_nothing(call: Call) -> None:
    said = call(finished(), "trace", "inclded")
    assert said == Said(2, "", "slr: nothing is called 'inclded'. Did you mean 'included'?\n")


def test_multiverse(call: Call) -> None:
    said = call(finished(), "multiverse")
    assert said.out.startswith("what other choices would have kept (16)\n")
    told = json.loads(call(finished(), "multiverse", "--json").out)
    assert told["rows"][0]["included"] == 35


def test_doctor(call: Call, tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "review")
    said = call(root, "doctor")
    assert (said.status, said.err) == (0, "")
    assert [line.split()[0] for line in said.out.strip().split("\n")] == ["ok"] * 6
    append(root / "data/raw/judgements/screening.csv", "Nobody,evidence,include,me,2026-11-24,?")
    said = call(root, "doctor")
    assert said.status == 1
    assert said.err == "slr: 1 of the checks found something to mend.\n"
    assert [line for line in said.out.split("\n") if line.startswith("BAD  raw data")]
