"""What each stage read and wrote, by content: how a run knows that a file is still what it was.

Snakemake judges by times and by its own notes on each output. Both mislead: a file restored with
an old time, a processed file edited by hand, notes that were lost or half written. The ledger
keeps the hash of every input and output of each finished stage, and names the stages that have to
be made again. It lies in `.snakemake`, with the notes that it completes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypedDict

from slr.errors import SlrError
from slr.io import read_json, write_json

LEDGER = Path(".snakemake/slr/ledger.json")
_NOTES = Path(".snakemake/metadata")
_NAME_MAX = 254  # Snakemake splits the names of its notes there, one less than a file system takes

Hashes = dict[str, str | None]
"""Path from the project folder to hash; None where there is no such file."""


class Entry(TypedDict):
    """What one finished stage read and wrote."""

    inputs: Hashes
    outputs: Hashes


def read(root: Path) -> dict[str, Entry]:
    """Read the ledger; empty where there is none or it is damaged, so that all is made again."""
    try:
        found = read_json(root / LEDGER)
    except SlrError:
        return {}
    whole = isinstance(found, dict) and all(map(_is_entry, found.values()))
    return found if whole else {}


def _is_entry(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(part), dict) for part in ("inputs", "outputs")
    )


def write(root: Path, entries: Mapping[str, Entry]) -> None:
    """Replace the ledger."""
    write_json(root / LEDGER, dict(sorted(entries.items())))


def stale(root: Path, stages: Iterable[str]) -> set[str]:
    """Name the stages whose files are not what their last good run read and left."""
    entries = read(root)
    seen: Hashes = {}

    def same(recorded: Hashes) -> bool:
        seen.update(hashes(root, set(recorded) - set(seen)))
        return all(seen[path] == value for path, value in recorded.items())

    return {
        stage
        for stage in stages
        if stage not in entries
        or not same(entries[stage]["inputs"])
        or not same(entries[stage]["outputs"])
        or not all(_note(root, path).is_file() for path in entries[stage]["outputs"])
    }


def hashes(root: Path, paths: Iterable[str]) -> Hashes:
    """Hash the contents of files, in order of their paths."""
    return {path: _hash(root / path) for path in sorted(paths)}


def _hash(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _note(root: Path, output: str) -> Path:
    """Return where Snakemake keeps its note on an output."""
    name = base64.urlsafe_b64encode(output.encode()).decode()
    parts = [name[i : i + _NAME_MAX] for i in range(0, len(name), _NAME_MAX)]
    return root.joinpath(_NOTES, *(f"@{part}" for part in parts[:-1]), parts[-1])
