"""The package knows no review: not the topic of the shipped one, nor its tables or its names."""

from __future__ import annotations

import re
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
ALLOWED = {
    # Real titles and names, in examples of what a function makes of a text; files of other makers.
    "report/markup.py", "export/bibtex.py", "bidi.py", "text.py", "dedup/fields.py",
    "dedup/prepare.py", "cli.py", "phrases.py",
}  # fmt: skip


def texts() -> list[Path]:
    return sorted(
        p for p in SOURCE.rglob("*") if p.suffix in (".py", ".yaml", ".j2", ".md", ".smk")
    )


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_module_does_not_know_the_shipped_review(path: Path) -> None:
    found = sorted(set(TOPIC.findall(path.read_text("utf-8"))))
    name = path.relative_to(SOURCE).as_posix()
    if name in ALLOWED:
        text = "\n".join(
            line for line in path.read_text("utf-8").splitlines() if not _is_example(line)
        )
        found = sorted(set(TOPIC.findall(text)))
    assert found == []


def _code(path: Path) -> str:
    lines = path.read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.strip().startswith(">>>"))


def _is_example(line: str) -> bool:
    """Tell whether a line shows an example, or is a comment that explains by one."""
    bare = line.strip()
    return (
        bool(re.match(r">>>|\.\.\.|['\"(\[]|#|slr trace|Janowski", bare)) or "Janowski 2015" in bare
    )


def test_no_key_of_a_shipped_record_is_in_the_code() -> None:
    records, _ = pull.read(PROJECT)
    code = {path: path.read_text("utf-8") for path in texts() if path.name != "cli.py"}
    for key in records["key"]:
        assert [str(p) for p, text in code.items() if re.search(rf"\b{key}\b", text)] == [], key


def test_no_fact_or_criterion_of_the_shipped_review_is_asked_for_by_name() -> None:
    """But for the few that every review may have, which stay absent where a review has none."""
    known = {"identified", "identification", "recalled_fields", "name", "name_fa", "cited_by"}
    screen = config.load(PROJECT / "config.yaml")["screen"]
    for name in {*screen["facts"], *screen["criteria"]} - known:
        if "_" in name:
            asked = [p.name for p in texts() if f'"{name}"' in _code(p)]
            assert asked == [], name
