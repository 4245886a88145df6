"""Replies of the indexes as they came, kept with their requests in `data/raw/pulled/`.

A reply is two files of one name: `.reply.json.gz`, byte by byte what was answered, and
`.request.json`, written after it: what was asked, when, for which query or works, and the hash of
the reply. No reply is ever written over. A reply in a folder further down was set aside.
"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from slr import io
from slr.errors import Problem, SlrError, refuse
from slr.paths import ANSWERS
from slr.pull import archives
from slr.pull.indexes.request import Request

_ASKED = ".request.json"
_REPLY = ".reply.json.gz"
QUERY, DOIS, TITLE, BACKWARD, FORWARD, CITED = PURPOSES = (
    "query", "dois", "title", "backward", "forward", "cited",
)  # fmt: skip
"""What a reply answers: a query, DOIs or a title of records, chasing, or ids of cited works."""


@dataclass(frozen=True)
class Frozen:
    """One reply with its request.

    `about` holds what was asked for: the id of the query, the DOIs, the title, or ids of works.
    `reply` is None where the index said that it has no such thing.
    """

    index: str
    day: str
    path: Path
    purpose: str
    about: list[str]
    reply: bytes | None


@dataclass(frozen=True)
class Store:
    """The replies of one index of one day, in `data/raw/pulled/<index>/<day>`.

    `begun` is what is written beside the first reply: what was asked, the queries word for word.
    """

    folder: Path
    name: str
    begun: Mapping[str, Any]

    def reply(self, purpose: str, request: Request, about: list[str]) -> Frozen | None:
        """Return the reply to a request, None where it was not answered yet."""
        path = self._asked(purpose, request, about)
        return read(path) if path.exists() else None

    def keep(
        self, purpose: str, request: Request, about: list[str], when: str, reply: bytes | None
    ) -> Frozen:
        """Write a reply and, when it is there whole, its request."""
        asked = self._asked(purpose, request, about)
        if not (self.folder / self.name).exists():
            io.write_json(self.folder / self.name, self.begun)
        if reply is not None:
            # No time and no name within: the same reply is the same bytes.
            io.write_bytes(_reply_of(asked), gzip.compress(reply, mtime=0))
        told = {
            "request": request.as_dict(),
            "purpose": purpose,
            "about": about,
            "asked": when,
            "found": reply is not None,
            "sha256": hashlib.sha256(reply or b"").hexdigest(),
        }
        io.write_json(asked, told)
        return read(asked)

    def set_aside(self, purpose: str, about: list[str]) -> tuple[Path, int]:
        """Put the replies to what is to be asked anew where they are kept and not read.

        Returns the folder, and how many replies are in it.
        """
        asked = sorted(self.folder.glob(f"{purpose}-*{_ASKED}"))
        asked = [path for path in asked if io.read_json(path)["about"] == about]
        aside = next(
            folder
            for n in itertools.count(1)
            if not (folder := self.folder / f"aside-{n}").exists()
        )
        for path in asked:
            for part in (path, _reply_of(path)):  # a reply without its request counts for nothing
                io.move(part, aside / part.name)
        return aside, len(asked)

    def about(self, purpose: str) -> set[str]:
        """Return all that was asked for with a purpose."""
        asked = map(io.read_json, self.folder.glob(f"{purpose}-*{_ASKED}"))
        return {one for told in asked for one in told["about"]}

    def _asked(self, purpose: str, request: Request, about: list[str]) -> Path:
        named = f"{purpose}-{about[0]}" if purpose == QUERY else purpose
        return self.folder / f"{named}-{request.digest}{_ASKED}"


def begin(root: Path, index: str, plan: Mapping[str, Any], today: date, when: str) -> Store:
    """Return where the replies to a plan go: where the same plan was left off, or to today's."""
    name = f"begun-{_digest(plan)}.json"
    told = {"index": index, "begun": when, **plan}
    for day in sorted((root / ANSWERS / index).glob("*/"), reverse=True):
        if (day / name).exists() and not (day / name.replace("begun", "finished")).exists():
            return Store(day, name, told)
    return Store(root / ANSWERS / index / today.isoformat(), name, told)


def finish(store: Store, plan: Mapping[str, Any], counts: Mapping[str, Any], when: str) -> None:
    """Write that a plan was carried out, with the counts; once, and only if anything came."""
    path = store.folder / f"finished-{_digest(plan)}.json"
    if (store.folder / store.name).exists() and not path.exists():
        io.write_json(path, {"finished": when, **counts})


def about(root: Path, index: str, purpose: str) -> set[str]:
    """Return all that an index was asked for with a purpose, on whatever day."""
    asked = map(io.read_json, (root / ANSWERS / index).glob(f"*/{purpose}-*{_ASKED}"))
    return {one for told in asked for one in told["about"]}


def unfinished(root: Path) -> list[str]:
    """Return the days, as `<index>/<day>`, on which asking began and came to no end."""
    begun = (root / ANSWERS).glob("*/*/begun-*.json")
    left = [p for p in begun if not p.with_name(p.name.replace("begun", "finished", 1)).exists()]
    return sorted({f"{path.parts[-3]}/{path.parts[-2]}" for path in left})


def replies(root: Path) -> Iterator[Frozen]:
    """Yield every reply that is kept, newest first.

    Raises
    ------
    SlrError
        With every reply that is missing, or changed since it came, or without a proper request.
    """
    problems: list[Problem] = []
    when: dict[Path, str] = {}
    for path in sorted((root / ANSWERS).glob(f"*/*/*{_ASKED}")):
        try:
            when[path] = _told(path, _shown(path, root))["asked"]
        except SlrError as error:
            problems += error.problems
    for path in sorted(when, key=lambda p: when[p], reverse=True):
        try:
            yield read(path, root)
        except SlrError as error:
            problems += error.problems
    refuse(problems)


def read(asked: Path, root: Path = Path()) -> Frozen:
    """Read one reply by the path of its request, and see that it is what was answered."""
    shown = _shown(asked, root)
    told = _told(asked, shown)
    path = _reply_of(asked)
    reply = None
    if told["found"]:
        _, reply = next(archives.members(path))
        if hashlib.sha256(reply).hexdigest() != told["sha256"]:
            raise SlrError(Problem("its reply is not what was answered.", _FIX, shown))
    # The day of the answer: an asking may go on for days in the folder of its first.
    day = told["asked"][:10]
    return Frozen(asked.parts[-3], day, _shown(path, root), told["purpose"], told["about"], reply)


_FIX = "Get it back, or delete it and its reply and ask again: `slr pull --online`."


def _shown(path: Path, root: Path) -> Path:
    return path.relative_to(root) if path.is_relative_to(root) else path


def _told(asked: Path, shown: Path) -> dict[str, Any]:
    told = io.read_json(asked)
    if not _is_request(told):
        raise SlrError(Problem("is no request as slr writes it.", _FIX, shown))
    return dict(told)


def _reply_of(asked: Path) -> Path:
    return asked.with_name(asked.name.removesuffix(_ASKED) + _REPLY)


def _digest(plan: Mapping[str, Any]) -> str:
    said = json.dumps(plan, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode("utf-8")).hexdigest()[:16]


def _is_request(told: Any) -> bool:
    kinds = {"purpose": str, "about": list, "asked": str, "found": bool, "sha256": str}
    return (
        isinstance(told, dict)
        and all(isinstance(told.get(name), kind) for name, kind in kinds.items())
        and told["purpose"] in PURPOSES
        and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", told["asked"]) is not None
        and all(isinstance(one, str) for one in told["about"])
    )
