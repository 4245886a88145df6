"""The config: what is refused, with the very words that a person reads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml
from stages import PROJECT, RAW, copy_raw, edit, line_of

from slr import config, declared
from slr.errors import ConfigError
from slr.init import Answers, begin
from slr.schemas.made import ENTRY

SHIPPED = PROJECT / "config.yaml"

BROKEN = {
    "a fact of an operator's name": (
        "    remark: ",
        "    any: {type: text}\n    remark: ",
        "  facts:",
        "screen.facts: 'any' is not allowed. Allowed: a word of small letters, digits and "
        "underscores; not any, all, not, judgement or votes.",
    ),
    "weights that rise with distance": (
        "unit: 0.5",
        "unit: 0.1",
        "closeness:",
        "cocite.closeness: the weights rise with distance. "
        "Let theme be the largest, then unit, section and text.",
    ),
    "nodes that a network cannot have": (
        "{of: co-authorship,",
        "{of: co-authorship, nodes: journals,",
        "people:",
        "cocite.networks.people.nodes: the nodes are authors. Drop it.",
    ),
    "an index of what is no count": (
        "    recalled_fields:       {type: text}",
        "    recalled_fields:       {type: text, index: OpenAlex}",
        "recalled_fields",
        "screen.facts.recalled_fields.index: only a count has it. Drop it.",
    ),
    "unknown key": (
        "same_min_pct: 90",
        "same_min_pct: 90\n  treshold: 1",
        "treshold",
        "dedup.treshold: is not known here. Known: ask_min_pct, key_letters_min, same_min_pct.",
    ),
    "near miss": (
        "png_dpi: ",
        "png_dpj: 300\n  png_dpi: ",
        "png_dpj",
        "report.png_dpj: is not known here. Did you mean 'png_dpi'?",
    ),
    "unknown section": (
        "\ndedup:",
        "\ndedupe: {}\ndedup:",
        "dedupe:",
        "dedupe: is not known here. Did you mean 'dedup'?",
    ),
    "too large": (
        "same_min_pct: 90",
        "same_min_pct: 101",
        "101",
        "dedup.same_min_pct: 101 is out of range. Allowed: 50 to 100.",
    ),
    "too small": (
        "key_letters_min: 12",
        "key_letters_min: 0",
        "key_letters_min",
        "dedup.key_letters_min: 0 is out of range. Allowed: 1 to 100.",
    ),
    "open range": (
        "included: 35}",
        "included: -1}",
        "included: -1",
        "review.expected.included: -1 is out of range. Allowed: 0 or more.",
    ),
    "wrong type": (
        "key_letters_min: 12",
        "key_letters_min: twelve",
        "twelve",
        "dedup.key_letters_min: 'twelve' is not of the kind integer. Allowed: 1 to 100.",
    ),
    "a number with a leading zero is none": (
        "key_letters_min: 12",
        "key_letters_min: 012",
        "012",
        "dedup.key_letters_min: '012' is not of the kind integer. Allowed: 1 to 100.",
    ),
    "not a number": (
        "same_min_pct: 90",
        "same_min_pct: .nan",
        ".nan",
        "dedup.same_min_pct: '.nan' is not of the kind number. Allowed: 50 to 100.",
    ),
    "a list for a word": (
        "baseline: [paper]",
        "baseline: paper",
        "baseline",
        "pull.baseline: 'paper' is not of the kind array.",
    ),
    "missing key": (
        "key_letters_min: 12",
        "# key_letters_min: 12",
        "dedup:",
        "dedup: 'key_letters_min' is missing. Add it.",
    ),
    "value not allowed": (
        "unknown: review",
        "unknown: perhaps",
        "perhaps",
        "screen.criteria.citations.unknown: 'perhaps' is not allowed. Allowed: pass, fail, review.",
    ),
    "unknown field in a criterion": (
        "{peer_reviewed: {is: ",
        "{peer_review: {is: ",
        "{peer_review:",
        "screen.criteria.credibility.cases.0.include_if: the field 'peer_review' is not known. "
        "Did you mean 'peer_reviewed'?",
    ),
    "value outside the vocabulary": (
        "{publisher_kind: {is: academic-press}}",
        "{publisher_kind: {is: acadmic-press}}",
        "acadmic-press",
        "screen.criteria.credibility.cases.0.include_if: publisher_kind is never 'acadmic-press'. "
        "Did you mean 'academic-press'?",
    ),
    "a count compared with a word": (
        "{citations_in_findings: {at_least: 1}}",
        "{citations_in_findings: {is: one}}",
        "{is: one}",
        "screen.criteria.citations.cases.0.include_if: citations_in_findings is never 'one'. "
        "Write a number.",
    ),
    "a word asked for its size": (
        "{publisher_kind: {is: academic-press}}",
        "{publisher_kind: {at_least: 1}}",
        "{publisher_kind: {at_least",
        "screen.criteria.credibility.cases.0.include_if: 'publisher_kind' is no count, so "
        "'at_least' cannot be asked. Use is or in.",
    ),
    "a test that is none": (
        "{citations_in_findings: {at_least: 1}}",
        "{citations_in_findings: {atleast: 1}}",
        "{atleast",
        "screen.criteria.citations.cases.0.include_if.citations_in_findings.atleast: "
        "is not known here. Did you mean 'at_least'?",
    ),
    "every case is conditional": (
        "        - include_if: {cited_by: {at_least: 10}}",
        "        - when: {language: {is: en}}\n          include_if: {cited_by: {at_least: 10}}",
        "unknown: review",
        "screen.criteria.citations.cases: the last case, and no other, must do without `when`. "
        "Else a work may have no case, or a case no work.",
    ),
    "a fact with the name of a field": (
        "    year_of_work: ",
        "    doi: {type: text}\n    year_of_work: ",
        "    doi:",
        "screen.facts.doi: is a field of the work already. Choose another name.",
    ),
    "a choice without values": (
        "    year_of_work: ",
        "    colour: {type: choice}\n    year_of_work: ",
        "    colour:",
        "screen.facts.colour: a choice without values. List them under `values`.",
    ),
    "words added up": (
        "    year_of_work: ",
        "    colour: {type: text, combine: sum}\n    year_of_work: ",
        "    colour:",
        "screen.facts.colour.combine: only counts add up. Drop it.",
    ),
    "surest of counts": (
        "    year_of_work: ",
        "    colour: {type: count, combine: surest}\n    year_of_work: ",
        "    colour:",
        "screen.facts.colour.combine: only a choice has a surest value. Drop it.",
    ),
    "the same key twice": (
        "key_letters_min: 12",
        "key_letters_min: 11\n  key_letters_min: 12",
        "key_letters_min: 12",
        "dedup.key_letters_min: stands there twice. Keep one.",
    ),
    "a key that is a number": (
        "key_letters_min: 12",
        "1: 2\n  key_letters_min: 12",
        "  1: 2",
        "dedup: a key here is no word. Quote it, or write a word.",
    ),
    "an alias of what it stands in": (
        "baseline: [paper]",
        "baseline: &x [*x]",
        "&x",
        "pull: nested too deeply. Does an alias name what it stands in?",
    ),
    "not YAML": (
        "\ndedup:",
        "\nrubbish\ndedup:",
        "dedup:",
        "not YAML: could not find expected ':'. Look at the indentation and quotes there.",
    ),
    "a control character": (
        "baseline: [paper]",
        "baseline: [paper\x01]",
        "\x01",
        "the character U+0001 may not stand in YAML. Delete it.",
    ),
}


def changed(folder: Path, old: str, new: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(SHIPPED.read_text("utf-8"), "utf-8")
    edit(path, old, new)
    return path


@pytest.mark.parametrize(("old", "new", "marker", "told"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_config_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, marker: str, told: str
) -> None:
    path = changed(tmp_path, old, new)
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    lines = str(caught.value).split("\n")
    number = line_of(path, marker)
    if told.startswith("screen.criteria.citations.cases:"):
        number = max(
            n for n, line in enumerate(path.read_text().split("\n"), 1) if "cases:" in line
        )
    assert lines == [f"{path}:{number}: {told}"]
    assert caught.value.status == 2


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", ":1: it holds no keys. Write `key: value` lines."),
        (b"# only a comment\n", ":1: it holds no keys. Write `key: value` lines."),
        (b"- a\n- b\n", ":1: it holds no keys. Write `key: value` lines."),
        (b"a: 1\nb: \xff\n", ":2: byte 0xff is not UTF-8. Save the file as UTF-8."),
        (b"\xef\xbb\xbfa: \xe9t\xe9\n", ":1: byte 0xe9 is not UTF-8. Save the file as UTF-8."),
    ],
)
def test_a_file_that_is_no_config(tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    assert str(caught.value) == f"{path}{told}"


def test_no_config_at_all(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    assert str(caught.value) == (
        f"{path}: cannot be read: no such file or directory. "
        "Is the path right, and may you read it?"
    )


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    path = changed(tmp_path, "key_letters_min: 12", "key_letters_min: 0")
    edit(path, "seed: ", "seeds: 1\n  seed: ")
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    assert [p.line for p in caught.value.problems] == [
        line_of(path, "key_letters_min: 0"),
        line_of(path, "seeds: 1"),
    ]


def test_the_shipped_config_says_what_the_readme_of_the_corpus_says() -> None:
    settings = config.load(SHIPPED)
    assert settings["review"]["expected"] == {"identified": 83, "included": 35}
    assert list(settings["screen"]["criteria"]) == [
        "identified",
        "credibility",
        "evidence",
        "citations",
    ]
    assert settings["screen"]["criteria"]["identified"]["counts_as"] == "not_retrieved"
    stand_ins = {
        name: [bool(case.get("stand_in")) for case in criterion["cases"]]
        for name, criterion in settings["screen"]["criteria"].items()
    }
    assert stand_ins == {
        "identified": [False],
        "credibility": [False],
        "evidence": [True, False],
        "citations": [True, False],
    }
    assert settings["screen"]["facts"]["cited_by"]["as_of"] == "2026-11-23"  # a text, no date


def test_only_votes_may_stand_for_all_criteria(tmp_path: Path) -> None:
    begin(tmp_path, Answers("One"))
    path = tmp_path / "config.yaml"
    whole = yaml.safe_load(path.read_text("utf-8"))
    bare: dict[str, Any] = {"facts": {}, "criteria": {}}
    path.write_text(yaml.safe_dump({**whole, "screen": bare}), "utf-8")
    with pytest.raises(ConfigError, match=r"screen\.criteria: holds no criterion\. Name"):
        config.load(path)
    votes = {"stages": {"title_abstract": {"needed": 1}}, "conflicts": "third"}
    path.write_text(yaml.safe_dump({**whole, "screen": {**bare, "votes": votes}}), "utf-8")
    assert list(config.load(path)["screen"]["criteria"]) == ["title_abstract"]


def test_words_of_yaml_stay_words(tmp_path: Path) -> None:
    path = changed(tmp_path, 'values: ["yes", "no"]', "values: [yes, no]")
    assert config.load(path)["screen"]["facts"]["peer_reviewed"]["values"] == ["yes", "no"]


ALTERNATIVES = {
    "unknown criterion": (
        "a:\n  label: {en: A, fa: A}\n  without: [evidense]\n",
        ":3: a.without: the criterion 'evidense' is not known. Did you mean 'evidence'?",
    ),
    "unknown part": (
        "a:\n  label: {en: A, fa: A}\n  witout: [evidence]\n",
        ":3: a.witout: is not known here. Did you mean 'without'?",
    ),
    "unknown field": (
        "a:\n  label: {en: A, fa: A}\n  also: {evidence: {rôle: {is: model}}}\n",
        ":3: a.also.evidence: the field 'rôle' is not known. Did you mean 'role'?",
    ),
    "supposed of no fact": (
        "a:\n  label: {en: A, fa: A}\n  suppose:\n    paper/Nam2014: {language: fa}\n",
        ":4: a.suppose.paper/Nam2014: the fact 'language' is not declared. Known: "
        "authors_latin, citations_in_findings, citations_in_paper, cited_by, evidence_kind, "
        "identification, name, name_fa, peer_reviewed, publisher_kind, recalled_fields, remark, "
        "role, title_en, verification_source, year_of_work.",
    ),
    "supposed count that is none": (
        "a:\n  label: {en: A, fa: A}\n  suppose:\n    paper/Nam2014: {cited_by: many}\n",
        ":4: a.suppose.paper/Nam2014: cited_by is never 'many'. Write a number.",
    ),
    "supposed value outside": (
        "a:\n  label: {en: A, fa: A}\n  suppose:\n    paper/Nam2014: {role: modell}\n",
        ":4: a.suppose.paper/Nam2014: role is never 'modell'. Did you mean 'model'?",
    ),
    "the baseline": (
        "baseline:\n  label: {en: A, fa: A}\n",
        ":1: baseline: is the review as it stands. Choose another name.",
    ),
    "no label": ("a: {judgements: ignored}\n", ":1: a: 'label' is missing. Add it."),
}


@pytest.mark.parametrize(("text", "told"), ALTERNATIVES.values(), ids=ALTERNATIVES.keys())
def test_a_broken_alternative_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "multiverse.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        config.load_alternatives(path, config.load(SHIPPED))
    assert str(caught.value) == f"{path}{told}"


def test_a_review_needs_no_alternatives(tmp_path: Path) -> None:
    assert config.load_alternatives(tmp_path / "none.yaml", config.load(SHIPPED)) == {}
    assert len(config.load_alternatives(RAW / "multiverse.yaml", config.load(SHIPPED))) == 15


def test_reading_the_config_loads_neither_pandas_nor_pandera() -> None:
    code = (
        "import sys; from pathlib import Path; from slr import config;"
        f"c = config.load(Path({str(SHIPPED)!r}));"
        f"config.load_alternatives(Path({str(RAW / 'multiverse.yaml')!r}), c);"
        "heavy = {'pandas', 'pandera', 'numpy', 'matplotlib', 'networkx'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_fields_that_criteria_may_ask_for_are_fields_of_works() -> None:
    assert set(declared.WORK_FIELDS) <= set(ENTRY)
    counts = {name for name, kind in declared.WORK_FIELDS.items() if kind == "count"}
    assert counts == {"year_from", "year_to"}


def schema() -> dict[str, Any]:
    source = resources.files("slr.schemas").joinpath("config.schema.yaml")
    loaded: dict[str, Any] = yaml.safe_load(source.read_text("utf-8"))
    return loaded


def parts(node: Any, at: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every schema within a schema, with its place."""
    if not isinstance(node, dict):
        return
    if "type" in node or "$ref" in node or "enum" in node:
        yield at, node
    for key in ("properties", "$defs"):
        for name, inner in node.get(key, {}).items():
            yield from parts(inner, f"{at}.{name}")
    for key in ("items", "additionalProperties"):
        yield from parts(node.get(key), f"{at}.{key}")


def test_every_level_of_the_schema_refuses_what_it_does_not_name() -> None:
    objects = {at: node for at, node in parts(schema()) if node.get("type") == "object"}
    assert len(objects) > 15
    assert [at for at, node in objects.items() if "additionalProperties" not in node] == []


def test_config_in_a_copy_of_the_project_is_the_shipped_one(tmp_path: Path) -> None:
    root = copy_raw(tmp_path / "copy")
    assert config.load(root / "config.yaml") == config.load(SHIPPED)
