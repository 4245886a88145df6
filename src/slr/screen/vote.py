"""The dialogue in which a person votes on works, one after another, by single keys.

What is asked is in `slr.screen.ask`, what is seen of a work in `slr.screen.card`. A screener never
sees the votes of others; who settles a conflict sees them all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from rich.text import Text

from slr import appending, dialogue
from slr.dialogue import Terminal
from slr.errors import ConfigError, Problem
from slr.paths import VOTES
from slr.screen import ask, card
from slr.screen.ask import Stage
from slr.screen.votes import SCHEMA, moment
from slr.sidebyside import clean, isolated
from slr.stages import FULL_TEXT

VERDICTS = {"i": "include", "e": "exclude", "m": "unsure"}
_KEYS = (
    "i include  e exclude  m unsure  1-9 why  r reason  n note  k skip  u undo  o all  q quit  ?"
)
_SETTLING = _KEYS.replace("  m unsure", "")

FEW = 3
"""Votes from which on it is told how quick they come."""

HELP = """
i  include      to the next stage, or into the review
e  exclude      choose the criterion first, by its number; with full texts you must
m  unsure       neither; what that counts as, the config says
1-9, c          the criterion for which you exclude; the same again takes it back
r  reason       why, in your own words
n  note         what you want remembered
k  skip         leave the work for another time
u  undo         take back the last step
o  all          show the whole of a long abstract; again to close
q  quit         what was answered is saved; the same command goes on from here
"""


@dataclass
class Draft:
    """What is said of the work on the screen, before a verdict is given."""

    criterion: str = ""
    reason: str = ""
    note: str = ""


Step = tuple[str, appending.Appended | None]
"""A work, and the row that was appended for it; None where it was skipped."""


@dataclass
class Session:
    """One sitting: a list of works to vote on, to practise on, or to settle.

    `now` tells the moment of a vote, `clock` the seconds that pass.
    """

    root: Path
    screen: Terminal
    stage: Stage
    reviewer: str
    kind: str
    queue: Sequence[str]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic
    steps: list[Step] = field(default_factory=list)
    draft: Draft = field(default_factory=Draft)
    notice: str = ""
    wide_open: bool = False

    def __post_init__(self) -> None:
        self.started = self.clock()
        self.reasons: Mapping[str, Any] = self.stage.settings["criteria"][self.stage.name][
            "reasons"
        ]
        self.keys = _SETTLING if self.kind == "settlement" else _KEYS

    def run(self) -> str:
        """Ask until all is answered or the person stops; say what became of it."""
        while len(self.steps) < len(self.queue) and self._ask(self.queue[len(self.steps)]):
            pass
        self._say(self.notice)
        done = sum(kept is not None for _, kept in self.steps)
        left = len(self.queue) - done
        verb = {"vote": "voted on", "practice": "practised", "settlement": "settled"}[self.kind]
        skipped = len(self.steps) - done
        told = [f"{done} {verb}", f"{skipped} skipped" * bool(skipped)]
        told.append(f"{left} left" if left else "none left")
        return f"{', '.join(filter(None, told))}."

    def _ask(self, work_id: str) -> bool:
        """Ask of one work until a step is done; tell whether to go on."""
        self._draw(work_id)
        while True:
            pressed = dialogue.plain(self.screen.key)
            if len(pressed) == 2 and pressed[0].isdigit():  # a number and a verdict, typed at once
                self._choose(work_id, pressed[0])
                pressed = pressed[1]
            match pressed:
                case "i" | "e" | "m":
                    if self._keep(work_id, VERDICTS[pressed]):
                        return True
                case "k":
                    self._done(work_id, None, "skipped; it is asked again next time")
                    return True
                case "u" if self.steps:
                    self._undo()
                    return True
                case "u":
                    self._say("Nothing was answered yet.")
                case "q":
                    return False
                case _:
                    self._change(work_id, pressed)

    def _change(self, work_id: str, pressed: str) -> None:
        """Do what a key does that ends no step: say more of the work, or see more of it."""
        match pressed:
            case "o":
                self.wide_open = not self.wide_open
                self._draw(work_id)
            case "c":
                self._choose(work_id, self.screen.line("Criterion, by number or name"))
            case "r":
                self.draft.reason = clean(self.screen.line("Reason"))
                self._draw(work_id)
            case "n":
                self.draft.note = clean(self.screen.line("Note"))
                self._draw(work_id)
            case "?":
                self._say(HELP)
            case _ if pressed.isdigit():
                self._choose(work_id, pressed)
            case _:
                self._say(f"That key means nothing here. {self.keys}")

    def _choose(self, work_id: str, named: str) -> None:
        """Choose the criterion for which the work is excluded; the same again takes it back."""
        known = list(self.reasons)
        number = int(named) if named.strip().isdecimal() else 0
        name = known[number - 1] if 0 < number <= len(known) else named.strip()
        if name not in self.reasons:
            self._say(f"There is no criterion {clean(named)!r}.")
            return
        self.draft.criterion = "" if name == self.draft.criterion else name
        self._draw(work_id)

    def _keep(self, work_id: str, verdict: str) -> bool:
        """Append a row; tell whether there is one, as a verdict may lack something."""
        if verdict == "unsure" and self.kind == "settlement":
            self._say("A settlement is include or exclude.")
            return False
        if verdict == "exclude" and not self.draft.criterion and self.stage.name == FULL_TEXT:
            self._say("With full texts a reason is needed: choose a number first, then e.")
            return False
        row = {
            "record_id": work_id,
            "stage": self.stage.name,
            "kind": self.kind,
            "criterion": self.draft.criterion if verdict == "exclude" else "",
            "reviewer": self.reviewer,
            "verdict": verdict,
            "reason": self.draft.reason,
            "note": self.draft.note,
            "time": moment(self.now()),
            "seen": card.seen(self.stage.works[work_id]),
        }
        kept = appending.append_row(self.root / VOTES, row, SCHEMA)
        told = f"{verdict}: kept in {VOTES}:{kept.line}"
        if self.kind == "practice":
            told += f". Settled was {self._settled(work_id)}"
        self._done(work_id, kept, told)
        return True

    def _settled(self, work_id: str) -> str:
        """Say what was settled of a work: only after the student has voted on it."""
        ended = self.stage.result(work_id)
        parts = [f"{v.criterion} {v.reason}".strip() for v in ended.by if v.criterion or v.reason]
        return ": ".join(filter(None, [ended.verdict, "; ".join(dict.fromkeys(parts))]))

    def _done(self, work_id: str, kept: appending.Appended | None, told: str) -> None:
        self.steps.append((work_id, kept))
        self.draft = Draft()
        self.notice = f"{clean(work_id)} {told}"

    def _undo(self) -> None:
        """Take back the last step; a row that others have written after stays, and is told."""
        _, kept = self.steps.pop()
        self.draft = Draft()
        if kept is None or appending.take_back(kept):
            self.notice = "The last step is taken back."
        else:
            self.notice = (
                f"Somebody has written after your vote, so {VOTES}:{kept.line} stays. "
                "Vote again: the later vote counts."
            )

    def _progress(self) -> str:
        """Say how far this sitting has come, how quick it is, and how long the rest takes."""
        name = self.stage.name.replace("_", " and " if "abstract" in self.stage.name else " ")
        told = f"{name} · {len(self.steps) + 1} of {len(self.queue)}"
        hours = (self.clock() - self.started) / 3600
        done = sum(kept is not None for _, kept in self.steps)
        if done >= FEW and hours:
            rate = done / hours
            left = (len(self.queue) - len(self.steps)) / rate
            told += f" · {rate:,.0f} an hour, {_duration(left)} left"
        return told

    def _draw(self, work_id: str) -> None:
        console = self.screen.console
        console.clear()
        told = Text(f"{self._progress()} · {self.reviewer}", style="bold")
        console.rule(isolated(told, "en"), align="left")
        self._say(self.notice)
        self.notice = ""
        marked = self.stage.voting.get("marked", ())
        work = self.stage.works[work_id]
        shown = [*card.lines(console, work, marked, whole=self.wide_open), Text()]
        shown += card.asked(self.reasons, self.draft.criterion)
        if self.kind == "settlement":
            shown += [Text(), *card.said(console, self.stage.ballots[work_id].votes)]
        for line in shown:
            console.print(line, no_wrap=True, overflow="ignore", crop=False)
        for name in ("criterion", "reason", "note"):
            if value := getattr(self.draft, name):
                self._say(f"Your {name}: {value}")
        console.print()
        console.print(Text(self.keys, style="dim"))

    def _say(self, told: str) -> None:
        if told:
            self.screen.console.print(isolated(Text(told), "en"))


def _duration(hours: float) -> str:
    if hours < 1:
        return f"{max(round(hours * 60), 1)} min"
    return f"{hours:.1f} h"


def vote(
    root: Path, reviewer: str | None, stage: str | None, packet: tuple[int, int] | None
) -> str:
    """Ask a person to vote on the works that lack votes, or on a packet of them."""
    screen, here, name = _begin(root, reviewer, stage, "--vote")
    among = ask.sample(here.works, *packet) if packet else None
    queue = ask.waiting(here, name, among)
    if not queue:
        return f"Nothing waits for {name} at {here.name}. Next: `slr run`."
    told = Session(root, screen, here, name, "vote", queue).run()
    return f"{told} Next: `slr run`."


def practise(
    root: Path, reviewer: str | None, stage: str | None, packet: tuple[int, int] | None
) -> tuple[str, pd.DataFrame]:
    """Let a student vote on works that are settled, then show how the votes compare.

    Without a person at a terminal nothing is asked: the votes until now are compared.
    """
    if dialogue.terminal() is None:
        if reviewer is None:
            raise ConfigError(Problem("whose votes?", "Tell it: --reviewer NAME."))
        here = ask.load(root, stage)
        table = ask.compared(here, reviewer)
        return ask.compared_told(table), table
    screen, here, name = _begin(root, reviewer, stage, "--practice")
    among = ask.sample(here.works, *packet) if packet else None
    queue = ask.settled(here, name, among)
    told = ""
    if queue:
        told = Session(root, screen, here, name, "practice", queue).run()
        here = ask.load(root, here.name)
    table = ask.compared(here, name)
    return " ".join(filter(None, [told, ask.compared_told(table)])), table


def settle(root: Path, reviewer: str | None, stage: str | None) -> str:
    """Walk a person through the conflicts that they may settle."""
    screen, here, name = _begin(root, reviewer, stage, "--settle")
    queue = ask.to_settle(here, name)
    others = len(ask.conflicts(here)) - len(queue)
    kept_for = f" {others} are for others to settle: {name} has voted on them." * bool(others)
    if here.voting["conflicts"] == "senior" and others:
        kept_for = f" {others} are for {here.voting['senior']} to settle."
    if not queue:
        return f"No conflict for {name} to settle at {here.name}.{kept_for}"
    told = Session(root, screen, here, name, "settlement", queue).run()
    return f"{told}{kept_for} Next: `slr run`."


def _begin(
    root: Path, reviewer: str | None, stage: str | None, option: str
) -> tuple[Terminal, Stage, str]:
    """See that somebody sits here and may vote; read what there is to vote on."""
    screen = dialogue.terminal()
    if screen is None:
        fix = "Votes of other tools: `slr screen --import-votes FILE`."
        raise ConfigError(Problem(f"{option} needs a person at a terminal.", fix))
    screen.tell(dialogue.mend(root, VOTES, SCHEMA))
    with screen.console.status("Reading the works and the votes"):
        here = ask.load(root, stage)
    name = dialogue.who(reviewer, here.votes, screen)
    ask.may_vote(here.voting, name)
    return screen, here, name
