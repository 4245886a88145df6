"""Which record a judgement, fact or coding means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from slr import io
from slr.errors import SHOWN, Problem, SlrError, did_you_mean, refuse
from slr.paths import NAMED_SOURCES


class Names:
    """Turns the names that people write into the ids that tables use.

    A full ``<source>/<key>`` names itself; a bare key is accepted where only one id has it.
    """

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids = frozenset(ids)
        self._by_key: defaultdict[str, list[str]] = defaultdict(list)
        for name in sorted(self.ids):
            self._by_key[name.split("/", 1)[-1]].append(name)

    def knows(self, name: str) -> bool:
        """Tell whether a name means one id."""
        return len(self._meant(name)) == 1

    def resolve(self, name: str) -> str:
        """Return the id that `name` means.

        Raises
        ------
        SlrError
            If no id, or more than one, has that name.
        """
        found = self._meant(name)
        if len(found) == 1:
            return found[0]
        if found:
            raise SlrError(Problem(f"{name!r} is a key of {' and '.join(found)}.", "Say which."))
        fix = did_you_mean(name, [*self.ids, *self._by_key])
        raise SlrError(Problem(f"{name!r} is no record.", fix))

    def shortest(self, name: str) -> str:
        """Return the shortest name that means the id `name`: its key, or all of it.

        >>> names = Names(["a/one", "a/two", "b/two", "W3", "10.1/x"])
        >>> [names.shortest(name) for name in ("a/one", "a/two", "W3")]
        ['one', 'a/two', 'W3']
        """
        key = name.split("/", 1)[-1]
        return key if self._meant(key) == [name] else name

    def _meant(self, name: str) -> list[str]:
        return [name] if name in self.ids else self._by_key.get(name, [])

    def column(self, frame: pd.DataFrame, column: str, path: Path) -> pd.DataFrame:
        """Return `frame` with `column` resolved; every unknown name is told with its line.

        The index of `frame` holds the lines, as `slr.io.read_table` gives them.
        """
        problems: list[Problem] = []
        resolved: list[str] = []
        for line, name in frame[column].items():
            found = self._meant(name)
            if len(found) == 1:
                resolved += found
            elif len(problems) < SHOWN:  # to look for what may be meant takes time
                try:
                    self.resolve(name)
                except SlrError as error:
                    told = error.problems[0]
                    problems.append(Problem(told.found, told.fix, path, line, column))
            else:
                problems.append(Problem(f"{name!r} is no record.", "", path, line, column))
        refuse(problems)
        return frame.assign(**{column: pd.Series(resolved, frame.index, dtype="str")})


def read_named_sources(root: Path) -> pd.DataFrame:
    """Read the sources that are cited and are no records; none where there is no file."""
    return io.read_optional(root / NAMED_SOURCES, "raw/named_sources")
