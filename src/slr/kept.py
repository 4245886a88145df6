"""The last two complete runs, kept so that one can be compared with the one before.

Files of `data/processed` are never changed in place: a new one takes the place of the old one. So
a hard link keeps what a run left, at no cost until a later run replaces it. A run is kept when it
has completed, and not before: one that failed or was killed, and is resumed, is compared with the
last complete one before it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from slr import io, ledger
from slr.errors import SlrError
from slr.paths import CONFIG, RAW

RUNS = Path(".snakemake/slr/runs")
_RUN = "run.json"
_DIGITS = 6
_KEEP = 2  # the last one, and the one that it is compared with


@dataclass(frozen=True)
class Run:
    """A complete run: where its config and files are kept, laid out as in a review.

    `files` and `inputs` are the hashes of what it made and of what people had made; `code` is the
    fingerprint of each stage.
    """

    root: Path
    ended: datetime
    files: ledger.Hashes
    inputs: ledger.Hashes
    code: Mapping[str, str]


def keep(root: Path, config: bytes, ran: Collection[str]) -> None:
    """Keep the run that has just completed, and the one before it.

    Parameters
    ----------
    config
        Content of `config.yaml` when the run began.
    ran
        The stages that ran. Where none did, nothing is kept anew, unless the files are not those
        of the last run that was kept: a run was killed before it could be.
    """
    entries = ledger.read(root)
    files = _all(entries, "outputs")
    kept = runs(root)
    if kept and not ran and kept[0].files == files:
        return
    from slr.fingerprint import fingerprint

    folders = _folders(root)
    number = int(folders[0].name) + 1 if folders else 1
    unfinished = root / RUNS / f".{number:0{_DIGITS}}"
    io.remove_folder(unfinished)
    for path in files:
        io.link(root / path, unfinished / path)
    io.write_bytes(unfinished / CONFIG, config)
    raw = f"{RAW.as_posix()}/"
    noted = {
        "ended": datetime.now().astimezone().isoformat(timespec="seconds"),
        "code": {stage: fingerprint(stage) for stage in entries},
        "inputs": {p: h for p, h in _all(entries, "inputs").items() if p.startswith(raw)},
        "files": files,
    }
    io.write_json(unfinished / _RUN, noted)
    unfinished.rename(root / RUNS / f"{number:0{_DIGITS}}")
    for folder in {*folders} - {run.root for run in kept[: _KEEP - 1]}:
        io.remove_folder(folder)


def runs(root: Path) -> list[Run]:
    """Return the runs that are kept, the last one first; one that is damaged is as good as none."""
    return [run for folder in _folders(root) if (run := _read(folder))]


def _folders(root: Path) -> list[Path]:
    return sorted((root / RUNS).glob("[0-9]" * _DIGITS), reverse=True)


def _read(folder: Path) -> Run | None:
    try:
        noted: dict[str, Any] = io.read_json(folder / _RUN)
        ended = datetime.fromisoformat(noted["ended"])
        files, inputs, code = (noted[part] for part in ("files", "inputs", "code"))
    except (SlrError, KeyError, TypeError, ValueError):
        return None
    whole = all(isinstance(part, dict) for part in (files, inputs, code))
    return Run(folder, ended, files, inputs, code) if whole else None


def _all(entries: Mapping[str, ledger.Entry], part: str) -> ledger.Hashes:
    """Join the hashes of all stages, sorted by path."""
    parts: list[ledger.Hashes] = [
        entry["inputs"] if part == "inputs" else entry["outputs"] for entry in entries.values()
    ]
    return dict(sorted(chain.from_iterable(hashes.items() for hashes in parts)))
