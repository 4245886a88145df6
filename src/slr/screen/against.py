"""The works that move between two rule sets, with the criteria that move each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from slr import config, lists
from slr.errors import ConfigError, SlrError
from slr.paths import CONFIG
from slr.schemas.columns import STATUSES
from slr.screen import works_as_seen
from slr.screen.alike import Answers, decide_all
from slr.screen.decide import Decision, Work, end
from slr.screen.inputs import read
from slr.screen.judgements import latest

ORDER = "the order of the criteria"
"""What moves a work where no decision on it differs."""
COLUMNS = [
    "work_id", "change", "status_before", "criterion_before", "status_now", "criterion_now",
    "moved_by", "reason_before", "reason_now", "title",
]  # fmt: skip


@dataclass(frozen=True)
class RuleSet:
    """A rule set and what it decides: of each work every decision, and where it ends."""

    criteria: Mapping[str, Any]
    works: Mapping[str, Work]
    decisions: Mapping[str, Mapping[str, Decision]]
    ended: Mapping[str, Mapping[str, Any]]

    def counts(self) -> dict[str, Any]:
        """Return how many works end where: by status, and by the criterion set aside at."""
        statuses = [one["status"] for one in self.ended.values()]
        gone = [e["criterion"] for e in self.ended.values() if e["status"] != "awaiting"]
        return {
            **{status: statuses.count(status) for status in STATUSES},
            "set_aside_at": {name: gone.count(name) for name in self.criteria},
        }


@dataclass(frozen=True)
class Compared:
    """Two rule sets: what each decides in numbers, the works that move, and what to know."""

    before: tuple[str, dict[str, Any]]
    now: tuple[str, dict[str, Any]]
    moved: pd.DataFrame
    notes: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values; what is missing is null."""
        rows = self.moved.astype(object).where(self.moved.notna(), None).to_dict("records")
        for row in rows:
            row["moved_by"] = row["moved_by"].split(", ")
        sides = {"before": self.before, "now": self.now}
        told = {side: {"config": name} | counts for side, (name, counts) in sides.items()}
        return {**told, "moved": rows, "notes": self.notes}

    def lines(self) -> list[str]:
        """Return the counts of both sides, before -> now, and the notes."""
        (first, a), (second, b) = self.before, self.now
        told = [f"before    {first}", f"now       {second}", *self.notes, ""]
        told += [
            f"{status.replace('_', ' '):<14}{_step(a[status], b[status])}" for status in STATUSES
        ]
        for name in {**a["set_aside_at"], **b["set_aside_at"]}:
            step = _step(a["set_aside_at"].get(name, "-"), b["set_aside_at"].get(name, "-"))
            told.append(f"  at {name:<20} {step}")
        return [*told, "", *([] if len(self.moved) else ["no work moves"])]

    def tables(self) -> list[tuple[str, pd.DataFrame]]:
        """Return the works that move, by what becomes of them; the reasons are in `as_dict`."""
        brief = pd.DataFrame(
            {
                "work_id": self.moved["work_id"],
                "before": _place(self.moved, "before"),
                "now": _place(self.moved, "now"),
                "moved_by": self.moved["moved_by"],
                "title": self.moved["title"],
            }
        )
        groups = brief.groupby(self.moved["change"], sort=False)
        return [(f"works {_TITLES[change]}", rows) for change, rows in groups]


def _place(moved: pd.DataFrame, side: str) -> pd.Series:
    """Return where works end on one side: `included`, or `excluded at evidence`."""
    status = moved[f"status_{side}"].str.replace("_", " ")
    at = moved[f"criterion_{side}"]
    return status.where(at.isna(), status + " at " + at.astype("str"))


def _step(before: object, now: object) -> str:
    return f"{before}" if before == now else f"{before} -> {now}"


def against(root: Path, other: Path) -> Compared:
    """Compare what the config decides with what another one would; nothing is written.

    Facts and judgements are those of the review. Of what `other` does not have, a fact or a
    criterion, nothing recorded counts there.

    Raises
    ------
    ConfigError
        If `other` is at fault, or declares facts otherwise than they are recorded.
    """
    named = lists.read(root)
    mine = config.load(root / CONFIG, named)["screen"]
    others = config.load(other, named)["screen"]
    before = _decided(root, mine, named)
    try:
        now = _decided(root, others, named, beside=mine)
    except SlrError as error:
        lead = f"{other}: what is recorded does not suit the facts that it declares:"
        raise ConfigError(f"{lead}\n{error}") from error
    titles = {work_id: work.values.get("title") for work_id, work in now.works.items()}
    moved = pd.DataFrame(moves(before, now), columns=COLUMNS[:-1])
    moved["title"] = moved["work_id"].map(titles)
    moved = moved.sort_values(["change", "work_id"], key=_in_order, ignore_index=True)
    sides = ((str(CONFIG), before.counts()), (str(other), now.counts()))
    return Compared(*sides, moved, _notes(mine, others, other))


_TITLES = {"gained": "gained", "lost": "lost", "other": "that end elsewhere"}
"""What becomes of works, in the order in which it is told."""


def _in_order(column: pd.Series) -> pd.Series:
    return column.map(list(_TITLES).index) if column.name == "change" else column


def _decided(
    root: Path,
    screen: Mapping[str, Any],
    named: lists.Lists,
    *,
    beside: Mapping[str, Any] | None = None,
) -> RuleSet:
    settings, known = read(root, screen, named, beside=beside)
    criteria, judged = settings["criteria"], latest(known.judgements)
    seen = works_as_seen(known.works, known.of_works, settings["facts"])
    works = {work.work_id: work for work in seen}
    decisions = dict(zip(works, decide_all(seen, criteria, judged, Answers()), strict=True))
    ended = {name: end(work, decisions[name], criteria) for name, work in works.items()}
    return RuleSet(criteria, works, decisions, ended)


def moves(before: RuleSet, now: RuleSet) -> list[dict[str, Any]]:
    """Return a row for each work that ends elsewhere, with the criteria that move it.

    A criterion moves a work if, exchanged alone, it brings the work to where it ends now. Where
    none does, all those move it whose decisions differ.
    """
    rows = []
    for work_id, was in before.ended.items():
        is_now = now.ended[work_id]
        if _end_of(was) == _end_of(is_now):
            continue
        gained, lost = (end["status"] == "included" for end in (is_now, was))
        rows.append(
            {
                "work_id": work_id,
                "change": "gained" if gained else "lost" if lost else "other",
                "status_before": was["status"],
                "criterion_before": was["criterion"],
                "status_now": is_now["status"],
                "criterion_now": is_now["criterion"],
                "moved_by": ", ".join(_movers(work_id, before, now)),
                "reason_before": was["reason"],
                "reason_now": is_now["reason"],
            }
        )
    return rows


def _end_of(ended: Mapping[str, Any]) -> tuple[str, str | None]:
    return ended["status"], ended["criterion"]


def _movers(work_id: str, before: RuleSet, now: RuleSet) -> list[str]:
    old, new = before.decisions[work_id], now.decisions[work_id]
    names = list({**before.criteria, **now.criteria})
    differing = [n for n in names if _says(n, old, before) != _says(n, new, now)]
    wanted = _end_of(now.ended[work_id])
    alone = [n for n in differing if _end_of(_exchanged(work_id, n, before, now)) == wanted]
    return alone or differing or [ORDER]


def _says(name: str, decisions: Mapping[str, Decision], of: RuleSet) -> tuple[str, str] | None:
    """Return a verdict, and the box of a work that fails; None where it is not asked."""
    if name not in decisions:
        return None
    return decisions[name].verdict, of.criteria[name].get("counts_as", "excluded")


def _exchanged(work_id: str, name: str, before: RuleSet, now: RuleSet) -> dict[str, Any]:
    """Return where a work ends by the rules of before with one criterion of now."""
    order = _merged(list(before.criteria), list(now.criteria))
    names = [n for n in order if n in (now.criteria if n == name else before.criteria)]
    of = {n: now if n == name else before for n in names}
    decisions = {n: side.decisions[work_id][n] for n, side in of.items()}
    criteria = {n: side.criteria[n] for n, side in of.items()}
    return end(now.works[work_id], decisions, criteria)


def _merged(before: Sequence[str], now: Sequence[str]) -> list[str]:
    """Return the criteria in the order of before, each that is new after the one it follows."""
    order = list(before)
    for place, name in enumerate(now):
        if name not in order:
            after = now[place - 1] if place else None
            order.insert(order.index(after) + 1 if after else 0, name)
    return order


def _notes(mine: Mapping[str, Any], others: Mapping[str, Any], other: Path) -> list[str]:
    """Say what of the config is not in the other one: what is recorded of it does not count."""
    told = []
    for part in ("criteria", "facts"):
        gone = [name for name in mine[part] if name not in others[part]]
        if gone:
            told.append(f"{other} has no {part} {', '.join(gone)}: what is recorded does not count")
    return told
