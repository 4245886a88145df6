"""What the documents say is true: commands run, links lead somewhere, counts are those of a run."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import yaml
from conftest import PROJECT
from matplotlib import image

import slr as package
from slr import cli, cocite, code, config, declared, dedup, dictionary, lists, pull, report, screen
from slr.config import faults
from slr.config.document import load_schema, schema_faults
from slr.dedup import rules
from slr.errors import SlrError
from slr.export.command import FORMATS
from slr.export.items import ALIASES, RECORDS, WORKS
from slr.report import draw, flow
from slr.report.page import Drawn
from slr.report.style import LANGS, Picture

FOLDERS = ("docs", "data/raw", "examples")
DOCUMENTS = sorted(
    [*PROJECT.glob("*.md")] + [p for folder in FOLDERS for p in (PROJECT / folder).rglob("*.md")]
)
README = PROJECT / "README.md"
ADDING = PROJECT / "docs/adding-studies.md"
EXPORTING = PROJECT / "docs/exporting.md"
NEW = PROJECT / "docs/new-review.md"
CODING = PROJECT / "docs/coding.md"
MULTIVERSE = PROJECT / "docs/multiverse.md"
RANKING = PROJECT / "docs/ranking.md"
SCREENING = PROJECT / "docs/screening.md"
FINDING = PROJECT / "docs/finding-duplicates.md"
NETWORKS = PROJECT / "docs/networks.md"
VOTING = PROJECT / "docs/voting.md"
PICTURE = "docs/flow.png"
DRAWN = "data/processed/report/figures/prisma.en.png"
MADE_BY_READERS = {
    "data/raw/citations/references.csv",
    "data/raw/coding/settled.csv",
    "data/raw/facts/more.csv",
    "data/raw/judgements/votes.csv",
    "data/raw/judgements/votes/",
    "data/raw/lists/",
}
KINDS = ("svg", "pdf", "png")
REWRITE = bool(os.environ.get("SLR_GOLDEN"))


def name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def fenced(document: Path, language: str) -> list[str]:
    text = document.read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(document: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the commands in their order, each with the lines that it is said to print."""
    for block in fenced(document, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *printed = part.splitlines()
            yield command, printed


def same(printed: list[str], output: str) -> bool:
    """Tell whether the output has these lines in order; `...` stands for anything."""
    words = " ".join(printed).split()
    pattern = r"\s*".join(".*?" if word == "..." else re.escape(word) for word in words)
    return re.search(pattern, output, re.DOTALL) is not None


def call(folder: Path, command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run `slr ...` in this process, other commands in a shell; return all that was printed."""
    program, *args = shlex.split(command)
    if program != "slr":
        done = subprocess.run(
            ["bash", "-euc", command], cwd=folder, capture_output=True, text=True, check=True
        )
        return done.stdout + done.stderr
    capsys.readouterr()
    cli.app(args, standalone_mode=False)
    told = capsys.readouterr()
    return told.err + told.out


def run_stages(folder: Path) -> str:
    """Do what `slr run` does, each stage once, in this process; the workflow is tested apart."""
    told = [stage.run(folder) for stage in (pull, dedup, screen, code, cocite, report)]
    return "\n".join([*told, *flow.summary_lines(folder), "data/processed/report/index.html"])


def follow(document: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command, printed in commands(document):
        output = run_stages(folder) if command == "slr run" else call(folder, command, capsys)
        assert same(printed, output), f"`{command}` does not print {printed}, but:\n{output}"


@pytest.fixture
def finished(review: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the finished review with its documents, and the current folder."""
    folder = Path(shutil.copytree(review, tmp_path / "review", symlinks=True))
    shutil.copytree(PROJECT / "docs", folder / "docs")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(draw, "draw", partial(drawn_before, folder / "data/processed/report"))
    return folder


def drawn_before(folder: Path, pictures: list[Picture], _dpi: int) -> list[Drawn]:
    """Take the figures of the finished run: to draw them anew tells nothing of the documents."""

    def files(name: str) -> dict[str, bytes]:
        return {kind: (folder / f"figures/{name}.{kind}").read_bytes() for kind in KINDS}

    drawn = [p for p in pictures if (folder / f"figures/{p.name}.en.svg").exists()]
    return [Drawn(p, {lang: files(f"{p.name}.{lang}") for lang in LANGS}) for p in drawn]


def test_readme_can_be_followed(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follow(README, finished, capsys)
    outcomes = (finished / "data/processed/screen/outcomes.csv").read_text("utf-8")
    assert outcomes.count(",included,") == 37  # one by judgement, one added
    told = json.loads((finished / "data/processed/report/flow.json").read_text("utf-8"))
    assert (told["identified"], told["included"], told["awaiting"]) == (86, 37, 1)
    page = (finished / "data/processed/report/index.html").read_text("utf-8")
    for key in ("Example2022", "Example2023", "Nemuneh1402"):
        assert f'"#en-record-more-{key}"' in section(page, "additions")
    assert '"#en-record-more-Nemuneh1402"' in section(page, "waiting")
    assert "data/raw/facts/more.csv" in section(page, "waiting")
    changes = (finished / "data/processed/report/changes.html").read_text("utf-8")
    links = set(re.findall(r'href="index\.html#([^"]+)"', changes))
    assert {"en-record-paper-LayneLee2001", "fa-record-more-Nemuneh1402"} <= links
    assert links <= set(re.findall(r'id="([^"]+)"', page))


def section(page: str, name: str) -> str:
    _, found = page.split(f'id="en-{name}"')
    return found.split("</section>", maxsplit=1)[0].replace("<wbr>", "")


def test_adding_studies_can_be_followed(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follow(ADDING, finished, capsys)
    with (finished / "data/processed/code/studies.csv").open(encoding="utf-8") as file:
        studies = list(csv.DictReader(file))
    assert len(studies) == 36
    assert {study["coded"] for study in studies} == {"yes"}


def test_networks_can_be_followed(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follow(NETWORKS, finished, capsys)
    assert (finished / "network.gexf").exists()


def test_exporting_can_be_followed(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follow(FINDING, finished, capsys)
    follow(EXPORTING, finished, capsys)
    text = " ".join(EXPORTING.read_text("utf-8").split())
    assert [name for name in (*RECORDS, *WORKS, *ALIASES) if name not in text] == []
    assert [form for form in FORMATS if f"| `{form}` |" not in text] == []


def test_voting_can_be_followed(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [section_] = fenced(VOTING, "yaml")
    path = finished / "config.yaml"
    before, code_, after = path.read_text("utf-8").partition("\ncode:")
    path.write_text(f"{before}\n{section_}{code_}{after}", "utf-8")
    follow(VOTING, finished, capsys)
    with (finished / "data/processed/screen/voted.csv").open(encoding="utf-8") as file:
        states = {row["work_id"]: row["state"] for row in csv.DictReader(file)}
    assert states == {
        "paper/Alexander2008": "conflict",
        "paper/Janowski2015": "agreed",
        "paper/Kim2009": "agreed",
        "paper/Nour2008": "incomplete",
    }


def test_a_review_of_your_own_can_be_begun(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    follow(NEW, finished, capsys)
    assert (finished / "mine/README.md").read_text("utf-8").startswith("# Made-up works\n")


def test_coding_can_be_followed(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follow(CODING, finished, capsys)
    with (finished / "data/processed/code/values.csv").open(encoding="utf-8") as file:
        [value] = [
            row
            for row in csv.DictReader(file)
            if row["work_id"] == "paper/Janowski2015" and row["variable"] == "stage"
        ]
    assert (value["value"], value["basis"], value["coders"]) == ("0", "settled", "Cy")


@pytest.mark.parametrize("form", ["code.tables", "a table", "the codebook"])
def test_what_the_docs_declare_is_allowed(form: str) -> None:
    """The YAML in the documents passes the schemas, beside the rest of the shipped config."""
    document = CODING if form == "the codebook" else NEW
    parts = [yaml.safe_load(text) for text in fenced(document, "yaml")]
    whole = config.read(PROJECT / "config.yaml")
    if form == "a table":
        [shown] = [part for part in parts if "title" in part]
        config.check_part(shown, "table", NEW)
        return
    for part in parts:
        if set(part) <= {"tables", "codebook"}:
            code_ = {**part, "maps": {}}
            schema = load_schema("config.schema.yaml")
            found = schema_faults({**whole, "code": code_}, schema)
            assert found + faults.coding_faults(code_) == []


def test_every_rule_that_gives_a_reason_is_told() -> None:
    """The tables of reasons are those of the rules, in their order but for the one that moves."""
    told = re.findall(r"^\| (\S[^|]*?) \|", FINDING.read_text("utf-8"), re.MULTILINE)
    given = [reason for reason in told if reason in {*rules.CERTAIN, *rules.ASKED}]
    hard = [*rules.ASKED[1 : rules.SOFT], rules.ASKED[rules.NEW_TITLE]]
    soft = [reason for reason in rules.ASKED[rules.SOFT :] if reason not in hard]
    assert given == [*rules.CERTAIN[1:], *hard, *soft]


def test_multiverse_can_be_followed(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follow(MULTIVERSE, finished, capsys)
    text = MULTIVERSE.read_text("utf-8")
    schema = yaml.safe_load((PROJECT / "src/slr/schemas/config.schema.yaml").read_text("utf-8"))
    keys = [key for key in schema["$defs"]["other_choice"]["properties"] if len(key) > 3]
    assert [key for key in keys if key != "label" and f"| `{key}` |" not in text] == []
    axis = schema["$defs"]["multiverse"]["properties"]
    [example] = fenced(MULTIVERSE, "yaml")
    assert set(yaml.safe_load(example)["multiverse"]) == set(axis)


def test_ranking_can_be_followed(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follow(RANKING, finished, capsys)


def test_screening_can_be_followed(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follow(SCREENING, finished, capsys)


def test_the_criteria_and_list_of_screening_are_ones(tmp_path: Path) -> None:
    [example] = fenced(SCREENING, "yaml")
    [journals] = fenced(SCREENING, "text")
    path = tmp_path / "data/raw/lists/journals.csv"
    path.parent.mkdir(parents=True)
    path.write_text(journals, "utf-8")
    whole = (PROJECT / "config.yaml").read_text("utf-8")
    before, after = whole[: whole.index("\n  facts:") + 1], whole[whole.index("\ncode:") + 1 :]
    indented = "".join(f"  {line}\n" for line in example.splitlines())
    (tmp_path / "config.yaml").write_text(before + indented + after, "utf-8")
    found = config.load(tmp_path / "config.yaml", lists.read(tmp_path))["screen"]
    assert list(found["criteria"]) == ["about", "venue", "cited"]


def test_screening_names_every_test_and_every_way_to_tell_a_fact() -> None:
    schema = yaml.safe_load((PROJECT / "src/slr/schemas/config.schema.yaml").read_text("utf-8"))
    text = SCREENING.read_text("utf-8")
    assert [
        test for test in schema["$defs"]["test"]["properties"] if f"`{test}: " not in text
    ] == []
    ways = ("from", "joined", "where_known", "per_year", "percentile", "works_min", "as_of")
    assert set(ways) <= set(schema["$defs"]["fact"]["properties"])
    assert [way for way in ways if f"`{way}" not in text] == []
    assert [field for field in declared.WORK_FIELDS if f"`{field}`" not in text] == []


def test_the_readme_tells_the_flow(review: Path) -> None:
    [told] = fenced(README, "text")
    lines = [*flow.summary_lines(review), "data/processed/report/index.html"]
    assert told.splitlines() == lines


def test_the_readme_tells_what_the_35_are(review: Path) -> None:
    def rows(table: str) -> list[dict[str, str]]:
        with (review / f"data/processed/{table}.csv").open(encoding="utf-8") as file:
            return list(csv.DictReader(file))

    text = " ".join(README.read_text("utf-8").split())
    included = rows("screen/included")
    assert len(included) == 35
    begin = min(int(row["year_from"]) for row in included)
    assert f"these 35 begin in {begin}" in text
    [(_, journal)] = Counter(row["journal"] for row in included).most_common(1)
    table = len({row["work_id"] for row in rows("code/table4") if row["included"] == "yes"})
    assert f"{table} of the 35 stand in one table, {journal} are in one journal" in text
    assert not [row for row in included if row["ENTRYTYPE"] == "book" or row["language"] == "fa"]
    assert "none is a book, none is Persian" in text
    others = [int(row["included"]) for row in rows("screen/multiverse")[1:]]
    assert f"keep from {min(others)} to {max(others)} works" in text
    universes = rows("screen/universes")
    there = [row for row in universes if row["included"] == "35"]
    lists = len({row["list_no"] for row in there})
    told = f"Of all {len(universes):,} combinations of such choices {len(there)} include"
    assert f"{told} exactly 35 works, by {lists} different lists" in text
    firm = [row for row in rows("screen/firmness") if row["included"] == "yes"]
    always = sum(int(row["kept_in"]) == len(universes) for row in firm)
    assert f"{always} of the 35 are included in every one" in text
    assert f"the other {sum(row['flip_distance'] == '1' for row in firm)} go out" in text
    outcomes = Counter(row["status"] for row in rows("screen/outcomes"))
    assert f"{outcomes['not_retrieved']} works could not be identified" in text


def test_the_readme_says_that_it_is_a_reconstruction() -> None:
    text = README.read_text("utf-8")
    assert "labelled reconstruction" in text
    assert "Two criteria are stand-ins" in text
    settings = config.load(PROJECT / "config.yaml")["screen"]["criteria"]
    stand_ins = {n for n, c in settings.items() if any(k.get("stand_in") for k in c["cases"])}
    assert stand_ins == {"evidence", "citations"}


def test_the_picture_is_the_one_that_a_run_draws(review: Path) -> None:
    if REWRITE:
        shutil.copy(review / DRAWN, PROJECT / PICTURE)
    assert f"]({PICTURE})" in README.read_text("utf-8")
    shown, drawn = image.imread(PROJECT / PICTURE), image.imread(review / DRAWN)
    assert np.array_equal(shown, drawn), f"out of date: cp {DRAWN} {PICTURE}"


def test_the_data_dictionary_is_up_to_date() -> None:
    path = PROJECT / dictionary.DICTIONARY
    made = dictionary.render(config.load(PROJECT / "config.yaml"))
    if REWRITE:
        path.write_text(made, "utf-8")
    assert path.read_text("utf-8") == made, "out of date: run `python -m slr.dictionary`"


def test_the_data_dictionary_leaves_no_column_unexplained() -> None:
    text = dictionary.render(config.load(PROJECT / "config.yaml"))
    cells = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    assert len(cells) > 200
    assert not [row[0] for row in cells if not row[-1].strip(" |")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text("utf-8")
    headings = {
        re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower()).replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("#")
    }
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif not target.startswith("https://"):
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_commands_and_modules_exist(document: Path) -> None:
    text = document.read_text("utf-8")
    verbs = {command.name or command.callback.__name__ for command in cli.app.registered_commands}
    for verb in re.findall(r"\bslr ([a-z]+)(?=[ `])", " ".join(re.findall(r"`[^`\n]+`", text))):
        assert verb in verbs, f"slr {verb}"
    targets = re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for target in re.findall(r"`make ([a-z]+)`|^make ([a-z]+)", text, re.MULTILINE):
        assert "".join(target) in targets, target
    for path in re.findall(r"`((?:src|workflow|data/raw|docs|notebooks)/[\w./-]+)`", text):
        assert path in MADE_BY_READERS or (PROJECT / path).exists(), path


def test_every_decision_is_listed() -> None:
    pages = sorted((PROJECT / "docs/decisions").glob("0*.md"))
    listed = (PROJECT / "docs/decisions/README.md").read_text("utf-8")
    assert len({page.name[:4] for page in pages}) == len(pages)
    for page in pages:
        title, *sections = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
        assert sections == ["Context", "Decision", "Consequences"]
        assert title.startswith(f"{page.name[:4]} ")
        assert f"| [{title[:4]}]({page.name}) | {title[5:]} |" in listed


def test_citation_file() -> None:
    cited = yaml.safe_load((PROJECT / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    assert cited["cff-version"] == "1.2.0"
    assert cited["type"] == "software"
    assert cited["version"] == package.__version__
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", cited["date-released"])
    assert cited["license"] == "MIT"
    assert cited["authors"] == [{"name": "The slr developers"}]
    [paper] = cited["references"]
    assert {"type", "title", "authors"} <= set(paper)
    assert all(set(author) == {"family-names", "given-names"} for author in paper["authors"])
    assert paper["title"] == config.load(PROJECT / "config.yaml")["review"]["title"]["fa"]
    guessed = {"journal", "year", "volume", "issue", "doi", "url", "publisher", "date-published"}
    assert not guessed & set(paper)


def test_changelog_has_this_version() -> None:
    text = (PROJECT / "CHANGELOG.md").read_text("utf-8")
    released = yaml.safe_load((PROJECT / "CITATION.cff").read_text("utf-8"))["date-released"]
    assert f"## [{package.__version__}] - {released}" in text


def test_licences() -> None:
    assert (PROJECT / "LICENSE").read_text("utf-8").startswith("MIT License\n")
    rights = (PROJECT / "data/raw/LICENSE.md").read_text("utf-8")
    for said in ("Facts are free", "remain their authors'", "full text is not copied in"):
        assert said in rights


def test_the_records_are_those_that_the_readme_lists() -> None:
    listed = (PROJECT / "data/raw/records/README.md").read_text("utf-8")
    for path in (PROJECT / "data/raw/records").glob("*.bib"):
        records, _ = pull.read_files([path], PROJECT)
        assert f"| `{path.name}` | {len(records)} |" in listed


@pytest.mark.parametrize("wrong", ["slr trace nobody", "slr add nowhere.bib"])
def test_a_command_that_fails_is_seen(
    wrong: str, finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SlrError):
        call(finished, wrong, capsys)


@pytest.mark.parametrize(
    ("printed", "output", "expected"),
    [
        ([], "anything", True),
        (["a b"], "a   b\n", True),
        (["a ... c"], "a\nb c", True),
        (["a", "..."], "b", False),
        (["b", "a"], "a b", False),
    ],
)
def test_what_counts_as_the_same_output(printed: list[str], output: str, expected: bool) -> None:
    assert same(printed, output) is expected
