"""The two states of a review that are compared: where each is, and what is known of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slr import config, io, kept, ledger
from slr.diff.compare import FILES, FLOW, INPUTS, NUMBERS
from slr.errors import Problem, SlrError
from slr.paths import CHANGES, CONFIG, PROCESSED, RANKED, RAW, REPORTED
from slr.report import markup, words
from slr.run import raw
from slr.schemas.made import MADE

if TYPE_CHECKING:
    import pandas as pd

_RAW_PATTERNS = ("records/*", "pulled/*/*/*", "facts/*.csv", "lists/*.csv", "judgements/*.csv",
                 "judgements/votes/*.csv", "coding/*", "citations/*", "report/*", "report/*/*",
                 "multiverse.yaml")  # fmt: skip
_JSON = {FLOW: REPORTED / "flow.json", NUMBERS: REPORTED / "numbers.json"}


@dataclass(frozen=True)
class Side:
    """One state of a review.

    `kind` is ``run`` (a complete run), ``files`` (as they are now, which no complete run left) or
    ``folder``. `home` is laid out like a review or, for a bare copy of
    `data/processed`, that copy. `files` and `inputs` are hashes by path, as in a review;
    `altered` are files of a kept run that were edited in place.
    """

    kind: str
    home: Path
    files: ledger.Hashes
    inputs: ledger.Hashes
    ended: datetime | None = None
    code: Mapping[str, str] = field(default_factory=dict)
    altered: tuple[str, ...] = ()

    def told(self, lang: str = "en") -> str:
        """Say which state it is."""
        say = words.load("changes").say
        match self.kind:
            case "run":
                return say("side_run", lang, what=self.moment)
            case "folder":
                return say("side_folder", lang, what=self.home.as_posix())
        return say("side_files", lang)

    @property
    def moment(self) -> str:
        """When the run ended, in local time."""
        return f"{self.ended.astimezone():%Y-%m-%d %H:%M:%S}" if self.ended else ""

    def path(self, name: Path) -> Path:
        """Return where a file is that is `name` in a review."""
        whole = self.home / name
        bare = name.is_relative_to(PROCESSED) and not (self.home / PROCESSED).is_dir()
        return self.home / name.relative_to(PROCESSED) if bare else whole

    @cached_property
    def settings(self) -> dict[str, str] | None:
        """The config, flat: each value as text by its dotted key; None where it is not known."""
        path = self.home / CONFIG
        try:
            return dict(_flat(config.read(path))) if path.exists() else None
        except SlrError:
            return None


def now_and_before(root: Path, other: Path | None) -> tuple[Side, Side]:
    """Return the present state of a review, and the one that it is compared with.

    That is another folder, if one is given. Else it is the last complete run before the present
    one; where the present files are not those of a complete run, the last complete one.

    Raises
    ------
    SlrError
        If there is nothing to compare.
    """
    if not (root / PROCESSED).is_dir():
        raise SlrError(Problem("is not there yet.", "Run `slr run` first.", root / PROCESSED))
    runs = kept.runs(root)
    files = ledger.hashes(
        root, [(PROCESSED / name).as_posix() for name in _below(root / PROCESSED)]
    )
    now = Side("files", root, files, _inputs(root))
    if runs and runs[0].files == files:
        now = _kept(runs.pop(0))
    if other is not None:
        return now, _folder(other)
    if not runs:
        found = "there is no earlier run to compare with."
        fix = "Change something and `slr run` again, or name a folder: `slr diff DIR`."
        raise SlrError(Problem(found, fix))
    return now, _kept(runs[0])


def _kept(run: kept.Run) -> Side:
    """Take a run that was kept, with its files as they are found."""
    files = ledger.hashes(run.root, run.files)
    altered = tuple(path for path, value in files.items() if value != run.files[path])
    return Side("run", run.root, files, run.inputs, run.ended, run.code, altered)


def _folder(path: Path) -> Side:
    """Take another folder: a review, or a copy of its `data/processed`."""
    inside = path / PROCESSED
    where = inside if inside.is_dir() else path
    if not (where / "dedup").is_dir():
        fix = "Name the folder of a review that has been run, or a copy of its data/processed."
        raise SlrError(Problem("holds no results of a review.", fix, path))
    files = {
        (PROCESSED / at.relative_to(where)).as_posix(): value
        for name, value in ledger.hashes(where, _below(where)).items()
        if (at := where / name)
    }
    return Side("folder", path, files, _inputs(path))


def _below(folder: Path) -> Iterator[str]:
    """Yield the files that stages made: none hidden, not the page of changes, nor a ranking."""
    for path in io.files_below(folder):
        name = path.relative_to(folder)
        ranking = (PROCESSED / name).is_relative_to(RANKED)
        if not path.name.startswith(".") and PROCESSED / name != CHANGES and not ranking:
            yield name.as_posix()


def _inputs(root: Path) -> ledger.Hashes:
    """Hash what people made, as the rules name it."""
    return ledger.hashes(root, [path for pattern in _RAW_PATTERNS for path in raw(pattern, root)])


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield each value below a nested one as text on one line, by its dotted name."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        for number, inner in enumerate(value, 1):
            yield from _flat(inner, f"{name}[{number}]")
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield markup.bare(name), markup.bare(text)


class State(Mapping[str, "pd.DataFrame"]):
    """The tables of one side, each read when it is first asked for."""

    def __init__(self, side: Side) -> None:
        self.side = side
        there = [name for name in (*MADE, *_JSON) if side.files.get(path_of(name))]
        self._names = [*there, FILES, INPUTS]
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            self._read[name] = self._load(name)
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _load(self, name: str) -> pd.DataFrame:
        import pandas as pd

        if name == FILES:
            return pd.DataFrame(self._files(), columns=["kind", "name", "file", "hash"])
        if name == INPUTS:
            return pd.DataFrame(self._inputs(), columns=["kind", "name", "value"])
        path = self.side.path(Path(path_of(name)))
        if name in _JSON:
            counts = [
                (key, text) for key, text in _flat(io.read_json(path)) if key.lower() != "note"
            ]
            return pd.DataFrame(counts, columns=["count", "value"])
        return io.read_made(path, name)

    def _files(self) -> Iterator[tuple[str, str, str, str | None]]:
        """Yield the files of the report that are no tables of a schema and no counts."""
        known = {path_of(name) for name in (*MADE, *_JSON)}
        report = f"{REPORTED.as_posix()}/"
        for path, value in self.side.files.items():
            if path.startswith(report) and path not in known:
                file = path.removeprefix(report)
                folder, _, last = file.rpartition("/")
                kind = folder if folder in ("figures", "tables") else "files"
                yield kind, file if kind == "files" else last.split(".", 1)[0], file, value

    def _inputs(self) -> Iterator[tuple[str, str, str | None]]:
        """Yield what the results rest on: values of the config, raw files, the code."""
        yield from (("config", key, text) for key, text in (self.side.settings or {}).items())
        yield from (("file", path, value) for path, value in self.side.inputs.items())
        yield from (("code", stage, value) for stage, value in self.side.code.items())


def path_of(name: str) -> str:
    """Return the path of a table in a review."""
    return (_JSON.get(name) or PROCESSED / f"{name}.csv").as_posix()


def knows_inputs(side: Side) -> bool:
    """Tell whether it is known what a side rests on."""
    return side.settings is not None and (side.kind == "run" or (side.home / RAW).is_dir())
