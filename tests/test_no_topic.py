"""The package knows no review: not the topic of the shipped one, nor its tables or its names."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from conftest import PROJECT

from slr import config, pull

SOURCE = PROJECT / "src/slr"
TOPIC = re.compile(
    r"governance|e-government|t-gov|tavakoli|janowski|facts_stated|common_steps|stage of the model"
    r"|\btable[ _]?[1-5]\b|figure_?[1-5]\b|حکمرانی|توکلی|یانوفسکی|جدول [۱-۵]",
    re.IGNORECASE,
)
KINDS = (".py", ".yaml", ".j2", ".md", ".smk")
FILES = sorted(path for path in SOURCE.rglob("*") if path.suffix in KINDS)


@cache
def knows(path: Path) -> str:
    """What a file says but for comments and docstrings, whose examples may be of real titles."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        return text
    tree = ast.parse(text)
    for node in ast.walk(tree):
        documented = isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        )
        if documented and ast.get_docstring(node) is not None:
            node.body[0] = ast.Pass()
    return ast.unparse(tree)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_file_does_not_know_the_shipped_review(path: Path) -> None:
    assert sorted(set(TOPIC.findall(knows(path)))) == []


def test_what_is_looked_for_is_found() -> None:
    """The shipped review itself is full of it."""
    found = TOPIC.findall((PROJECT / "config.yaml").read_text("utf-8"))
    assert len(found) > 20


def test_no_key_of_a_shipped_record_is_in_the_code() -> None:
    records, _ = pull.read(PROJECT)
    told = "\n".join(map(knows, FILES))
    assert set(records["key"]) & set(re.findall(r"\w+", told)) == set()


def test_no_fact_or_criterion_of_the_shipped_review_is_asked_for_by_name() -> None:
    """But for the few that every review may have, which stay absent where a review has none."""
    every = {"identification", "recalled_fields", "name_fa", "cited_by"}
    screen = config.load(PROJECT / "config.yaml")["screen"]
    told = "\n".join(map(knows, FILES))
    own = {name for name in (*screen["facts"], *screen["criteria"]) if "_" in name} - every
    assert own
    assert [name for name in own if f"'{name}'" in told or f'"{name}"' in told] == []
