"""The notebooks run on the results of a run, read nothing else, and say what the tables say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import PROJECT, environment

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
EXECUTE = """
import sys
import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
resources = {"metadata": {"path": sys.argv[2]}}
NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
nbformat.write(notebook, sys.argv[1])
"""

Notebook = dict[str, list[dict[str, object]]]


def cells(notebook: Path, kind: str) -> list[str]:
    read = json.loads(notebook.read_text("utf-8"))
    return ["".join(cell["source"]) for cell in read["cells"] if cell["cell_type"] == kind]


@pytest.fixture(scope="session")
def shown(
    review: Path, once: Callable[[str, Callable[[Path], None]], Path]
) -> Callable[[str], str]:
    """Run a notebook where only what it may read is there; return all that it shows as text."""

    def execute(name: str) -> str:
        def fill(folder: Path) -> None:
            (folder / "notebooks").mkdir(parents=True)
            (folder / "data").mkdir()
            (folder / "data/processed").symlink_to(review / "data/processed")
            (folder / "config.yaml").symlink_to(review / "config.yaml")
            copy = Path(shutil.copy(PROJECT / "notebooks" / name, folder / "notebooks"))
            done = subprocess.run(
                [sys.executable, "-c", EXECUTE, copy, copy.parent],
                env={**environment(review), "JUPYTER_PREFER_ENV_PATH": "1"},
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=180,
                check=False,
            )
            assert done.returncode == 0, done.stderr[-3000:]
            left = {path.name for path in copy.parent.iterdir()} - {copy.name}
            assert not left, f"{name} wrote {left}"

        folder = once(f"notebook-{name}", fill)
        return "\n".join(_outputs(folder / "notebooks" / name))

    return execute


def _outputs(notebook: Path) -> list[str]:
    found = []
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            found += [output.get("text", ""), data.get("text/plain", "")]
            found += ["<picture>"] if "image/png" in data else []
    return ["".join(part) for part in found]


def test_there_are_three() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["1-screening", "2-figure", "3-network"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_stripped_and_without_functions(notebook: Path) -> None:
    read = json.loads(notebook.read_text("utf-8"))
    for cell in read["cells"]:
        assert not cell.get("outputs"), "strip the outputs before you commit"
        assert cell.get("execution_count") is None
    code = "\n".join(cells(notebook, "code"))
    assert not re.search(r"^\s*(?:async\s+)?(?:def|class)\s|\blambda\b", code, re.MULTILINE)
    assert "data/raw" not in code
    assert "labelled reconstruction" in "\n".join(cells(notebook, "markdown"))


def test_screening_gives_the_counts_of_other_choices(shown: Callable[[str], str]) -> None:
    told = shown("1-screening.ipynb")
    assert re.search(r"included\s+35\b", told)
    assert re.search(r"identified\s+61\s+61\b", told)
    assert re.search(r"evidence\s+42\s+<NA>", told)
    assert re.search(r"citations\s+35\s+38\b", told)
    moved = set(re.findall(r"paper/\w+", told.split("with your choice")[1]))
    assert moved == {"paper/LayneLee2001", "paper/PierrePeters2000", "paper/Zarei2008"}
    assert told.rstrip().endswith("33")


def test_figure_is_restyled(shown: Callable[[str], str]) -> None:
    told = shown("2-figure.ipynb")
    assert told.count("<picture>") == 3
    assert int(re.search(r"(\d+) parts recoloured", told).group(1)) > 0


def test_network_is_read(shown: Callable[[str], str], review: Path) -> None:
    told = shown("3-network.ipynb")
    edges = (review / "data/processed/cocite/edges.csv").read_text("utf-8").splitlines()[1:]
    assert f"cited-together with 88 nodes and {len(edges)} edges" in told
    assert told.count("<picture>") == 1
