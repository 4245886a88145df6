"""One name a stage, in all seven places; and rules that say what stages write."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from stages import BEFORE_REPORT, PROJECT, finished

from slr import cli, config, paths
from slr.run import STAGES as IN_RUN

STAGES = ["pull", "dedup", "screen", "code", "cocite", "report"]
RULES = PROJECT / "workflow" / "rules"
WRITTEN = re.compile(r'data/processed/([\w./]+?)"')


def schema() -> dict[str, object]:
    text = (PROJECT / "src/slr/schemas/config.schema.yaml").read_text("utf-8")
    loaded: dict[str, object] = yaml.safe_load(text)["properties"]
    return loaded


def test_the_run_has_these_stages_in_this_order() -> None:
    assert list(IN_RUN) == STAGES
    assert [*BEFORE_REPORT, "report"] == STAGES


def test_rule_files() -> None:
    assert sorted(p.stem for p in RULES.glob("*.smk")) == sorted(STAGES)
    for stage in STAGES:
        rules = re.findall(r"^rule (\w+):", (RULES / f"{stage}.smk").read_text("utf-8"), re.M)
        assert rules == [stage]
    included = re.findall(r"rules/(\w+)\.smk", (PROJECT / "Snakefile").read_text("utf-8"))
    assert included == STAGES


@pytest.mark.parametrize("stage", STAGES)
def test_a_rule_calls_its_stage(stage: str) -> None:
    text = (RULES / f"{stage}.smk").read_text("utf-8")
    assert f'"exec slr {stage} > {{log}} 2>&1"' in text
    assert f'fingerprint("{stage}")' in text
    assert f'"logs/{stage}.log"' in text


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_a_module_or_a_package_with_a_run(stage: str) -> None:
    source = PROJECT / "src" / "slr"
    [path] = [p for p in (source / f"{stage}.py", source / stage / "__init__.py") if p.exists()]
    assert re.search(r"^def run\(root: Path\) -> str:", path.read_text("utf-8"), re.M)


def test_config_sections() -> None:
    config = yaml.safe_load((PROJECT / "config.yaml").read_text("utf-8"))
    assert list(config) == list(schema()) == ["review", *STAGES]


def test_verbs() -> None:
    verbs = [
        c.name or (c.callback.__name__ if c.callback else "") for c in cli.app.registered_commands
    ]
    assert [verb for verb in verbs if verb in STAGES] == STAGES


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_has_a_test_file(stage: str) -> None:
    assert (PROJECT / "tests" / f"test_{stage}.py").exists()


def outputs(stage: str) -> set[str]:
    """The files that a rule says its stage writes, from `data/processed/`."""
    text = (RULES / f"{stage}.smk").read_text("utf-8")
    block = text[text.index("output:") : text.index("log:")]
    found = set(WRITTEN.findall(block))
    if stage == "code":  # and the tables that the config declares
        declared = config.load(PROJECT / "config.yaml")["code"]["tables"]
        found |= {f"code/{name}.csv" for name in declared}
    return found


@pytest.mark.parametrize("stage", BEFORE_REPORT)
def test_a_rule_names_the_files_that_the_stage_writes(stage: str) -> None:
    folder = finished() / "data" / "processed"
    written = {str(p.relative_to(folder)) for p in (folder / stage).rglob("*") if p.is_file()}
    assert outputs(stage) == written


def test_folders_are_those_of_the_stages() -> None:
    made = sorted(p.name for p in (finished() / "data/processed").iterdir())
    assert made == sorted(BEFORE_REPORT)
    assert {Path(file).parts[0] for stage in STAGES for file in outputs(stage)} == set(STAGES)


def test_rules_mark_every_output_so_that_a_failure_keeps_the_last_good_file() -> None:
    for stage in STAGES:
        text = (RULES / f"{stage}.smk").read_text("utf-8")
        block = text[text.index("output:") : text.index("log:")]
        assert len(re.findall(r"^        \w+=", block, re.M)) == block.count("update(")


def test_no_path_of_the_paths_module_is_outside_the_review() -> None:
    named = {name: value for name, value in vars(paths).items() if isinstance(value, Path)}
    assert named
    assert all(not path.is_absolute() and ".." not in path.parts for path in named.values())


def test_stages_do_not_import_the_command_line() -> None:
    for path in (PROJECT / "src" / "slr").rglob("*.py"):
        if path.parent.name != "cli" and path.name != "__main__.py":
            assert not re.search(r"slr\.cli|from slr import .*\bcli\b", path.read_text("utf-8")), (
                path
            )
