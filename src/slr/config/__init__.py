"""Reading and checking the config: one function for Snakemake and the command line.

Imports neither pandas nor pandera, so that a run with nothing to do stays quick.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slr import stages
from slr.config import document, faults
from slr.declared import Where, written_out

if TYPE_CHECKING:
    from slr.lists import Lists


def load(path: Path, lists: Lists | None = None) -> dict[str, Any]:
    """Read and check `config.yaml`; tests of joined texts are written out.

    Stages at which people vote stand among the criteria.

    Parameters
    ----------
    lists
        The lists of the review; where they are not given, their names are not checked.

    Raises
    ------
    ConfigError
        With every fault: file, line, key, what was found and what is allowed.
    """
    config, lines = document.read(path)
    config = {name: {} if value is None else value for name, value in config.items()}
    schema = document.load_schema("config.schema.yaml")
    document.refuse(path, lines, document.schema_faults(config, schema))
    screen = config["screen"]
    document.refuse(path, lines, faults.config_faults(config, lists))
    if "votes" in screen:
        screen = stages.with_stages(screen)
    rest = {key: part for key, part in screen.items() if key != "facts"}
    return config | {"screen": screen | written_out(rest, screen["facts"])}


def read(path: Path) -> dict[str, Any]:
    """Read a config without checking it: it may be one of another version of slr.

    Raises
    ------
    ConfigError
        If it is not YAML, or holds no keys.
    """
    return document.read(path)[0]


def load_alternatives(
    path: Path, config: Mapping[str, Any], lists: Lists | None = None
) -> dict[str, Any]:
    """Read and check the alternatives that the multiverse tries; none where there is no file."""
    if not path.exists():
        return {}
    alternatives, lines = document.read(path)
    schema = document.load_schema("config.schema.yaml")
    part = schema["$defs"]["alternatives"]
    document.refuse(path, lines, document.schema_faults(alternatives, part, schema))
    found = faults.alternative_faults(alternatives, config["screen"], lists)
    document.refuse(path, lines, found)
    written: dict[str, Any] = written_out(alternatives, config["screen"]["facts"])
    return written


def check_part(value: Any, part: str, path: Path) -> None:
    """Check a value against one part of the schema of what reports declare.

    Raises
    ------
    ConfigError
        With every fault; lines are not known for JSON, keys are.
    """
    _check_part(value, part, path, {})


def read_part(path: Path, part: str, shown: Path) -> dict[str, Any]:
    """Read a YAML file and check it against one part of the schema of what reports declare."""
    value, lines = document.read(path)
    _check_part(value, part, shown, lines)
    return value


def _check_part(value: Any, part: str, path: Path, lines: Mapping[Where, int]) -> None:
    schema = document.load_schema("report.schema.yaml")
    document.refuse(path, lines, document.schema_faults(value, schema["$defs"][part], schema))


def baseline(config: Mapping[str, Any], sources: Iterable[str]) -> list[str]:
    """Return the sources that are the review itself: those named, else all that there are."""
    named: list[str] | None = config["pull"].get("baseline")
    return sorted(set(sources)) if named is None else named
