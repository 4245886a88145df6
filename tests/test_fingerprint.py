"""The code behind a stage: an edit counts for the stages that import the file, and no others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slr.fingerprint import files, fingerprint

IMPORTS = (
    "from slr import {0}",
    "from slr.{0} import name",
    "import slr.{0}",
    "import slr.{0} as other",
    "from . import {0}",
    "from .{0} import name",
    "def inner():\n    from slr import {0}",
    "class Inner:\n    def inner(self):\n        if name:\n            import slr.{0}",
    "try:\n    from slr.{0} import name\nexcept ImportError:\n    pass",
)


def package(folder: Path, sources: dict[str, str]) -> Path:
    """Write a package `slr` of the given files and return its folder."""
    root = folder / "src" / "slr"
    for name, text in {"__init__.py": "", **sources}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def names(stage: str, root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in files(stage, root)]


@pytest.mark.parametrize("line", IMPORTS)
def test_every_form_of_import_is_followed(tmp_path: Path, line: str) -> None:
    root = package(tmp_path, {"a.py": line.format("b"), "b.py": "import slr.c", "c.py": ""})
    assert names("a", root) == ["__init__.py", "a.py", "b.py", "c.py"]
    assert names("b", root) == ["__init__.py", "b.py", "c.py"]


def test_a_package_counts_with_its_inits_and_data(tmp_path: Path) -> None:
    root = package(
        tmp_path,
        {
            "a.py": "from slr.report.page import name",
            "b.py": "import slr",
            "report/__init__.py": "from .style import name",
            "report/page.py": "from .. import errors",
            "report/style.py": "",
            "report/unused.py": "",
            "report/words/page.yaml": "",
            "report/fonts/a.ttf": "",
            "report/__pycache__/style.cpython-311.pyc": "",
            "report/words/.page.yaml.swp": "",
            "errors.py": "",
        },
    )
    assert names("a", root) == [
        "__init__.py",
        "a.py",
        "errors.py",
        "report/__init__.py",
        "report/fonts/a.ttf",
        "report/page.py",
        "report/style.py",
        "report/words/page.yaml",
    ]
    assert names("b", root) == ["__init__.py", "b.py"]


def test_imports_in_a_circle_and_from_outside_end(tmp_path: Path) -> None:
    root = package(tmp_path, {"a.py": "import slr.b, os, slrx", "b.py": "from slr import a"})
    assert names("a", root) == ["__init__.py", "a.py", "b.py"]


def test_a_touch_changes_nothing_and_an_edit_does(tmp_path: Path) -> None:
    root = package(tmp_path, {"a.py": "from slr import b", "b.py": "X = 1\n"})
    before = fingerprint("a", root)
    os.utime(root / "b.py", (1, 1))
    assert fingerprint("a", root) == before
    (root / "b.py").write_text("X = 2\n")
    assert fingerprint("a", root) != before


def test_an_import_added_by_an_edit_is_followed(tmp_path: Path) -> None:
    root = package(tmp_path, {"a.py": "", "b.py": "X = 1\n"})
    assert names("a", root) == ["__init__.py", "a.py"]
    (root / "a.py").write_text("from slr import b\n")
    assert names("a", root) == ["__init__.py", "a.py", "b.py"]


def test_the_lock_counts_for_every_stage(tmp_path: Path) -> None:
    root = package(tmp_path, {"a.py": "", "b.py": ""})
    before = [fingerprint(stage, root) for stage in "ab"]
    (tmp_path / "requirements.lock").write_text("pandas==3\n")
    after = [fingerprint(stage, root) for stage in "ab"]
    assert all(old != new for old, new in zip(before, after, strict=True))


def test_the_same_text_under_another_name_is_another_fingerprint(tmp_path: Path) -> None:
    root = package(tmp_path, {"a.py": "", "report/__init__.py": "", "report/x.yaml": "1"})
    before = fingerprint("report", root)
    (root / "report/x.yaml").rename(root / "report/y.yaml")
    assert fingerprint("report", root) != before


MODULES = "abcdef"


@settings(max_examples=60, deadline=None)
@given(
    edges=st.sets(st.tuples(st.sampled_from(MODULES), st.sampled_from(MODULES)), max_size=12),
    form=st.sampled_from(IMPORTS),
    edited=st.sampled_from(MODULES),
)
def test_an_edit_changes_the_stages_that_reach_it_and_no_others(
    tmp_path_factory: pytest.TempPathFactory, edges: set[tuple[str, str]], form: str, edited: str
) -> None:
    """The oracle is a plain walk over the drawn graph of imports."""
    sources = {
        f"{m}.py": "\n".join(form.format(to) for start, to in sorted(edges) if start == m)
        for m in MODULES
    }
    root = package(tmp_path_factory.mktemp("drawn"), sources)
    before = {m: fingerprint(m, root) for m in MODULES}
    (root / f"{edited}.py").write_text(sources[f"{edited}.py"] + "\n# edited")
    changed = {m for m in MODULES if fingerprint(m, root) != before[m]}

    reaching = {edited}
    while more := {start for start, to in edges if to in reaching} - reaching:
        reaching |= more
    assert changed == reaching


def test_the_stages_of_the_project_share_no_module_of_another_stage() -> None:
    """An edit of `report` must not rerun `pull`; the closure is of the real package."""
    behind = {p for s in ("pull", "dedup", "screen") for p in files(s)}
    assert not {"page.html.j2", "run.py"} & {path.name for path in behind}
    assert "cli" not in {path.parent.name for path in behind}
