"""Which record a judgement, fact or coding means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from slr import io
from slr.errors import Problem, SlrError, did_you_mean
from slr.paths import NAMED_SOURCES
from slr.schemas.tables import columns


class Names:
    """Turns the names that people write into the ids that tables use.

    A full ``<source>/<key>`` names itself; a bare key is accepted where only one id has it.
    """

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids = frozenset(ids)
        self._by_key: defaultdict[str, list[str]] = defaultdict(list)
        for name in sorted(self.ids):
            self._by_key[name.split("/", 1)[-1]].append(name)

    def resolve(self, name: str) -> str:
        """Return the id that `name` means.

        Raises
        ------
        SlrError
            If no id, or more than one, has that name.
        """
        if name in self.ids:
            return name
        found = self._by_key.get(name, [])
        if len(found) == 1:
            return found[0]
        if found:
            raise SlrError(Problem(f"{name!r} is a key of {' and '.join(found)}.", "Say which."))
        fix = did_you_mean(name, [*self.ids, *self._by_key])
        raise SlrError(Problem(f"{name!r} is no record.", fix))

    def column(self, frame: pd.DataFrame, column: str, path: Path) -> pd.DataFrame:
        """Return `frame` with `column` resolved; every unknown name is told with its line.

        The index of `frame` holds the lines, as `slr.io.read_table` gives them.
        """
        problems: list[Problem] = []
        resolved: list[str] = []
        for line, name in frame[column].items():
            try:
                resolved.append(self.resolve(name))
            except SlrError as error:
                told = error.problems[0]
                problems.append(Problem(told.found, told.fix, path, line, column))
        if problems:
            raise SlrError(problems)
        return frame.assign(**{column: resolved})


def read_named_sources(root: Path) -> pd.DataFrame:
    """Read the sources that are cited and are no records; none where there is no file."""
    path = root / NAMED_SOURCES
    if not path.exists():
        return pd.DataFrame(columns=columns("raw/named_sources"), dtype="str")
    return io.read_table(path, "raw/named_sources")
