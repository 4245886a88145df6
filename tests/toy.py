"""A toy of the project: its rules and machinery, with stages that only hash what they read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import copy_project, environment

from slr.fingerprint import files

STAGES = ("pull", "dedup", "screen", "code", "cocite", "report")
TOY_STAGE = '''
"""A toy stage: every output is the hash of the stage's inputs, section of the config and word."""
from slr import toy
{imports}

WORD = "first"


def run(root):
    return toy.make(root, "{stage}", WORD)
'''
TOY = """
import hashlib, json, os, time
from pathlib import Path
from slr.errors import ConfigError, SlrError
from slr.io import write_text


def make(root, stage, word):
    files = json.loads((Path(__file__).parent / "toy.json").read_text())[stage]
    config = (root / "config.yaml").read_text().split(f"\\n{stage}:")[1].split("\\n\\n")[0]
    digest = hashlib.sha256((config + word).encode())
    for name in filter(os.path.exists, files["inputs"]):
        digest.update((root / name).read_bytes())
    mood = os.environ.get(f"TOY_{stage.upper()}", "")
    for number, name in enumerate(files["outputs"]):
        write_text(root / name, f"{name} {digest.hexdigest()}\\n" * 500)
        if number == 1 and mood == "slow":
            time.sleep(60)
        if number == 1 and mood == "fail":
            raise SlrError("data/raw/a.csv:3: year: 'x' is no year. Mend it.")
        if number == 1 and mood == "config":
            raise ConfigError("config.yaml:3: pull: no. Mend it.")
    return f"{len(files['outputs'])} files"
"""
TOY_CLI = """
import importlib, sys
from pathlib import Path
from slr import run
from slr.errors import SlrError


def main():
    try:
        if sys.argv[1] == "run":
            run.run(Path.cwd(), int(sys.argv[2]) if sys.argv[2:] else None)
        else:
            run.die_with_parent()
            print(importlib.import_module(f"slr.{sys.argv[1]}").run(Path.cwd()))
    except SlrError as error:
        print(error, file=sys.stderr)
        sys.exit(error.status)
    except KeyboardInterrupt:
        sys.exit(130)
"""
FEW = """
LANGS, FIGURE_KINDS, TABLE_KINDS = ["en", "fa"], ["svg", "pdf", "png"], ["csv"]


def figure_names(root, settings):
    return ["prisma"]


def table_names(root, settings):
    return ["studies"]
"""  # so that a run is quick
WAITS = """
def has_records(root):
    return True


def lines(root, settings):
    return []
"""
TOY_FILES = {
    "toy": TOY,
    "cli": TOY_CLI,
    "waits": WAITS,
    "check": "def check_raw(root):\n    print('checked')\n",
    "shared": "X = 1\n",  # what dedup and report share
    "report/flow": "def summary_lines(root):\n    return ['flow']\n",
}


def make_toy(folder: Path) -> None:
    """Fill a folder with the toy."""
    copy_project(folder)
    package = folder / "src/slr"
    kept = {package / "run.py", package / "__main__.py"}
    for machinery in ("config", "fingerprint", "kept", "ledger", "paths"):
        kept |= set(files(machinery, package))
    for path in sorted(package.rglob("*"), reverse=True):
        if path not in kept:
            if path.is_file():
                path.unlink()
            elif not any(path.iterdir()):
                path.rmdir()
    big = folder / "data/raw/records/big.bib"
    big.write_bytes(b"%" * 3_000_000)  # past the size up to which Snakemake compares contents
    for stage in STAGES:
        imports = "from slr import shared" if stage in ("dedup", "report") else ""
        imports += FEW if stage == "report" else ""
        name = "report/__init__" if stage == "report" else stage
        write(package / f"{name}.py", TOY_STAGE.format(stage=stage, imports=imports))
    for name, text in TOY_FILES.items():
        write(package / f"{name}.py", text)
    write(package / "toy.json", json.dumps(declared_files(folder)))


def write(path: Path, text: str) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def declared_files(folder: Path) -> dict[str, dict[str, list[str]]]:
    """Ask Snakemake what each rule reads and writes."""
    code = """
import json
from pathlib import Path
from snakemake import api
from snakemake.settings import enums, types
quiet = types.OutputSettings(quiet={enums.Quietness.ALL}, enable_file_logging=False)
with api.SnakemakeApi(quiet) as snakemake:
    workflow = snakemake.workflow(types.ResourceSettings(cores=1), snakefile=Path("Snakefile"))
    rules = workflow._workflow.rules
    found = {r.name: {"inputs": list(map(str, r.input)), "outputs": list(map(str, r.output))}
             for r in rules if r.name != "all"}
print(json.dumps(found))
"""
    done = python(folder, code)
    shutil.rmtree(folder / ".snakemake", ignore_errors=True)
    found: dict[str, dict[str, list[str]]] = json.loads(done)
    assert set(found) == set(STAGES)
    return found


def python(folder: Path, code: str) -> str:
    """Run Python with the package of `folder`, in it; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
