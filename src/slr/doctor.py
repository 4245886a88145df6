"""Looking over the machine and the review, and saying how to mend what is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from slr import config
from slr.errors import SlrError
from slr.paths import CONFIG, PROCESSED

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """The result of one check; `told` says what was found and, if it is bad, how to mend it."""

    name: str
    good: bool
    told: str


def examine(root: Path) -> Iterator[Finding]:
    """Yield the findings one by one, each as soon as it is known."""
    checks: list[tuple[str, Callable[[Path], str]]] = [
        ("Python", _python),
        ("packages", _packages),
        ("fonts", _fonts),
        ("config", _config),
        ("raw data", _raw),
        ("writable", _writable),
    ]
    for name, check in checks:
        try:
            yield Finding(name, True, check(root))
        except SlrError as error:
            yield Finding(name, False, str(error))
        except ImportError as error:
            yield Finding(name, False, f"{error.name} cannot be imported. Run `make setup`.")


def _python(_: Path) -> str:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        raise SlrError(f"Python {found} is too old. Install 3.11 or newer and run `make setup`.")
    return found


def _packages(_: Path) -> str:
    from packaging.requirements import Requirement

    wrong = []
    try:
        asked = [Requirement(line) for line in metadata.requires("slr") or []]
    except metadata.PackageNotFoundError as error:
        raise SlrError("slr itself is not installed. Run `make setup`.") from error
    needed = [r for r in asked if r.marker is None or r.marker.evaluate({"extra": ""})]
    for requirement in needed:
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is not installed")
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} is {version}, needed {requirement.specifier}")
    if wrong:
        raise SlrError(f"{'; '.join(wrong)}. Run `make setup`.")
    return f"{len(needed)} of {len(needed)} as needed"


def _fonts(_: Path) -> str:
    from slr.report import style

    missing = [path.name for path in style.FONT_FILES if not path.is_file()]
    if missing:
        raise SlrError(f"{', '.join(missing)} is missing from the package. Run `make setup`.")
    return ", ".join(path.stem for path in style.FONT_FILES)


def _config(root: Path) -> str:
    settings = config.load(root / CONFIG)
    return f"{len(settings['screen']['criteria'])} criteria"


def _raw(root: Path) -> str:
    from slr import pull
    from slr.check import check_raw
    from slr.pull.intake import summary

    check_raw(root)
    records, rejects = pull.read(root)
    return summary(records, rejects)


def _writable(root: Path) -> str:
    folder = root / PROCESSED
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        raise SlrError(f"{folder} is a file, where a folder must be. Move it away.")
    # Where no run has been, or no review is, what lies below is none of ours.
    whole = folder == root / PROCESSED and (root / CONFIG).exists()
    below = sorted(folder.rglob("*")) if whole else []
    locked = [path for path in [folder, *below] if not os.access(path, os.W_OK)]
    if locked and folder != root / PROCESSED:
        raise SlrError(f"{folder} cannot be written. Is this the folder of your review?")
    if locked:
        raise SlrError(f"{locked[0]} cannot be written. Permit it with `chmod -R u+w {folder}`.")
    return str(PROCESSED)
