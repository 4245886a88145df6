"""The dialogue in which a person says of pairs of records whether they are one work.

Here is what is seen and pressed; what is asked, and what follows from answers, is in
`slr.dedup.review`, and how two records differ in `slr.compare`.
"""

from __future__ import annotations

import getpass
import sys
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd
import typer
from rich.console import Console
from rich.text import Text

from slr import appending, io, sidebyside
from slr.dedup.review import (
    DIFFERENT,
    SAME,
    SAME_STUDY,
    Asked,
    Question,
    Queue,
    answer,
    default_reason,
    load,
    next_pairs,
)
from slr.errors import ConfigError, Problem, StoppedError
from slr.identity import Names
from slr.paths import DUPLICATES
from slr.sidebyside import clean

SCHEMA = "raw/duplicates"
KEYS = {"s": SAME, "r": SAME_STUDY, "d": DIFFERENT, "k": "skip", "u": "undo", "o": "fields",
        "n": "reason", "q": "quit", "?": "help"}  # fmt: skip
_SHOWN_KEYS = "s same  r reports  d different  k skip  u undo  o fields  n reason  q quit  ? help"
# The same keys where the keyboard is set to Persian, Arabic or Russian.
_OTHER_LAYOUTS = str.maketrans(
    "سقینعخدضيыквлгщтй؟هثپئةزؤшуьс", "srdkuonqdsrdkuonq?iemmmcciemc"
)  # the letters that two languages share, they have on the same key

_TOLD = {SAME: "same", SAME_STUDY: "reports of one study", DIFFERENT: "different"}
HELP = """
s  same        one publication, entered twice: the two records become one work
r  reports     two publications of one study: a preprint and its article, a
               work and its translation; both stay, and count as one study
d  different   two publications of two studies
k  skip        leave the pair for another time; until then it is two works
u  undo        take back the last step
o  all fields  show every field, the abstract too; again to close
n  reason      write a reason of your own for the answer that follows
q  quit        what was answered is saved; the same command goes on from here

=  equal     ≈  another spelling, calendar or punctuation of the same
≠  differs   ·  only one of the two has a value
"""


@dataclass(frozen=True)
class Terminal:
    """Where a person is: what is shown goes to `console`; `key` and `line` wait for them."""

    console: Console
    key: Callable[[], str]
    line: Callable[[str], str]

    def tell(self, told: str) -> None:
        """Show what the first question would wipe off the screen, until a key is pressed."""
        if told:
            self.console.print(Text(f"{told}\nAny key goes on."))
            plain(self.key)


def terminal() -> Terminal | None:
    """Return the terminal that this process talks to; None where nobody sits at one."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None

    def line(prompt: str) -> str:
        try:
            return input(f"{prompt}{' ' if prompt.endswith('?') else ': '}")
        except EOFError:
            typer.echo()
            raise StoppedError from None

    return Terminal(Console(highlight=False), typer.getchar, line)


def mend(root: Path, shown: Path = DUPLICATES, schema: str = SCHEMA) -> str:
    """See that a file of judgements ends with a whole row; say what a crash had torn off."""
    path = root / shown
    torn = appending.mend_end(path, schema)
    if not torn:
        return ""
    aside = shown.with_name(appending.torn_aside(path).name)
    return (
        f"{shown}: the last line was torn, as by a crash, and is now in {aside}: "
        f"{clean(torn)!r}. What it answered is asked again."
    )


def review(root: Path, reviewer: str | None) -> str:
    """Ask a person about all open pairs of a review; say what became of them.

    Raises
    ------
    ConfigError
        If nobody sits at a terminal.
    """
    screen = terminal()
    if screen is None:
        fix = "The open pairs are those with `ask` in data/processed/dedup/pairs.csv."
        raise ConfigError(Problem("--review needs a person at a terminal.", fix))
    screen.tell(mend(root))
    with screen.console.status("Reading the records and finding their pairs"):
        asked = load(root)
    return settle(asked, root, screen, reviewer=reviewer)


def settle(
    asked: Asked,
    root: Path,
    screen: Terminal | None,
    *,
    reviewer: str | None,
    among: Collection[str] | None = None,
) -> str:
    """Ask a person about the open pairs, if there are any and somebody is there to be asked.

    Returns what became of them, and what to do next.
    """
    judgements = judged(asked, root)
    open_ = next_pairs(asked, judgements, reviewer or "", among=among).questions
    if not open_:
        return "No pair is open. Next: `slr run`."
    if screen is None:
        return f"{len(open_)} to settle: `slr dedup --review`. Next: `slr run`."
    name = who(reviewer, judgements, screen)
    # What stands on the screen goes up, where it can be read again: questions wipe the screen.
    screen.console.print("\n" * screen.console.height)
    today = date.today().isoformat()  # the day where the person is
    return walk(asked, name, screen, root=root, today=today, among=among)


def judged(asked: Asked, root: Path) -> pd.DataFrame:
    """Read what people have said of these records until now.

    Judgements on other records are left out: somebody may be adding some at this moment.
    """
    with appending.no_appends(root / DUPLICATES):
        said = io.read_optional(root / DUPLICATES, SCHEMA)
    names = Names(asked.records["record_id"])
    for column in ("record_a", "record_b"):
        said = names.column(said[said[column].map(names.knows).astype(bool)], column, DUPLICATES)
    return said


def who(given: str | None, judgements: pd.DataFrame, screen: Terminal) -> str:
    """Return the name under which a person judges: the one given, or asked for once."""
    if given is None:
        known = sorted(set(judgements["reviewer"]))
        if known:
            screen.console.print(Text(f"Judged until now: {', '.join(map(clean, known))}"))
        name = _user()
        given = screen.line(f"Who judges? [{name}]" if name else "Who judges?") or name
    return checked_name(given, "--reviewer")


def checked_name(given: str, option: str) -> str:
    """Return the name of a person, without what is no part of one; `option` is where it is told."""
    name = clean(given)
    if not name or name != given.strip():
        found = "is no name." if not name else "holds what is no part of a name."
        raise ConfigError(Problem(found, f"Tell who judges: {option} NAME.", key=option))
    return name


def _user() -> str:
    try:
        return clean(getpass.getuser())
    except (KeyError, OSError):  # a uid without a name; the latter since Python 3.13
        return ""


def walk(
    asked: Asked,
    reviewer: str,
    screen: Terminal,
    *,
    root: Path,
    today: str,
    among: Collection[str] | None = None,
) -> str:
    """Ask a person about each open pair, and keep every answer as it is given.

    An answer is on the disk before it is said to be. The file is read anew before each question,
    so that what someone else answers meanwhile is not asked.

    Parameters
    ----------
    asked
        The records and the tables of the dedup stage.
    reviewer, today
        Who judges, and the date of the judgements.
    root
        Folder of the review.
    among
        Records of which at least one is in each pair to ask about; any, if None.
    """
    return _Walk(asked, reviewer, screen, root, today, among).run()


@dataclass
class _Walk:
    asked: Asked
    reviewer: str
    screen: Terminal
    root: Path
    today: str
    among: Collection[str] | None
    steps: list[tuple[Question, appending.Appended | None]] = field(default_factory=list)
    again: Question | None = None
    notice: str = ""
    reason: str = ""
    wide_open: bool = False

    def __post_init__(self) -> None:
        clusters = self.asked.clusters.rename(columns={"cluster_id": "work_id"})
        known = self.asked.records.merge(clusters, on="record_id")
        self.rows = known.set_index("record_id", drop=False).to_dict("index")

    def run(self) -> str:
        first: int | None = None
        while True:
            judgements = judged(self.asked, self.root)
            queue = next_pairs(self.asked, judgements, self.reviewer, among=self.among)
            first = queue.spared if first is None else first
            waiting = self._waiting(queue)
            if not waiting or not self._ask(waiting, queue.spared, self._so_far(judgements)):
                break
        self._say(self.notice)
        answered = sum(kept is not None for _, kept in self.steps)
        open_ = {question.pair for question in queue.questions}
        skipped = sum(kept is None and asked.pair in open_ for asked, kept in self.steps)
        spared, left = max(queue.spared - first, 0), len(open_)
        told = [f"{answered} answered", f"{skipped} skipped" * bool(skipped)]
        told.append(f"{spared} not asked, as they follow" * bool(spared))
        told.append(f"{left} left for `slr dedup --review`" if left else "none left")
        return f"{', '.join(filter(None, told))}. Next: `slr run`."

    def _waiting(self, queue: Queue) -> list[Question]:
        first = [self.again] if self.again else []
        seen = {question.pair for question in [*first, *(step for step, _ in self.steps)]}
        return first + [q for q in queue.questions if q.pair not in seen]

    def _so_far(self, judgements: pd.DataFrame) -> int:
        own = judgements["reviewer"] == self.reviewer
        return int((own & (judgements["date"] == self.today)).sum())

    def _ask(self, waiting: list[Question], spared: int, today: int) -> bool:
        """Ask the first question until a step is done; tell whether to go on."""
        question = waiting[0]
        place = f"pair {len(self.steps) + 1} of {len(self.steps) + len(waiting)}"
        told = f"{place} · {today} answered today"
        told += f" · {spared} follow from what is known" if spared else ""
        self._draw(question, told)
        while True:
            match meaning(self.screen.key):
                case "same" | "same_study" | "different" as verdict:
                    self._keep(question, verdict)
                    return True
                case "skip":
                    self._done(question, None, "skipped; it is asked again next time")
                    return True
                case "undo" if self.steps:
                    self._undo()
                    return True
                case "undo":
                    self._say("Nothing was answered yet.")
                case "fields":
                    self.wide_open = not self.wide_open
                    self._draw(question, told)
                case "reason":
                    self.reason = clean(self.screen.line("Reason"))
                    self._draw(question, told)
                case "help":
                    self._say(HELP)
                case "quit":
                    return False
                case _:
                    self._say(f"That key means nothing here. {_SHOWN_KEYS}")

    def _keep(self, question: Question, verdict: str) -> None:
        reason = self.reason or default_reason(question)
        row = answer(question.pair, verdict, reviewer=self.reviewer, date=self.today, reason=reason)
        kept = appending.append_row(self.root / DUPLICATES, row, SCHEMA)
        self._done(question, kept, f"{_TOLD[verdict]}: kept in {DUPLICATES}:{kept.line}")

    def _done(self, question: Question, kept: appending.Appended | None, told: str) -> None:
        self.steps.append((question, kept))
        self.again, self.reason = None, ""
        self.notice = f"{' and '.join(map(clean, question.pair))} {told}"

    def _undo(self) -> None:
        """Take back the last step; a row that others have written after stays, and is told."""
        question, kept = self.steps.pop()
        self.again = question
        self.reason = ""
        if kept is None or appending.take_back(kept):
            self.notice = "The last step is taken back."
        else:
            self.notice = (
                f"Somebody has written after your answer, so {DUPLICATES}:{kept.line} stays. "
                "Answer again: the later answer counts."
            )

    def _draw(self, question: Question, told: str) -> None:
        console = self.screen.console
        console.clear()
        console.rule(Text(told, style="bold"), align="left")
        self._say(self.notice)
        self.notice = ""
        left, right = (self.rows[name] for name in question.pair)
        sidebyside.show(console, left, right, reasons(question), whole=self.wide_open)
        if self.reason:
            self._say(f"Your reason: {self.reason}")
        console.print()
        console.print(Text(_SHOWN_KEYS, style="dim"))

    def _say(self, told: str) -> None:
        if told:
            self.screen.console.print(Text(told))


def reasons(question: Question) -> list[str]:
    """Say why a pair is asked about, and who has said what of it."""
    score = "" if question.score is None else f"score {question.score:g}: "
    why = question.reasons if not question.said else "people contradict each other"
    told = [f"{score}{why}"] if why else []
    return told + [
        f"{one.reviewer} said {_TOLD[one.verdict]} on {one.date}: {one.reason}"
        for one in question.said
    ]


def meaning(key: Callable[[], str]) -> str:
    """Return what the next key means; no more than one key at a time means anything."""
    return KEYS.get(plain(key), "")


def plain(key: Callable[[], str]) -> str:
    """Return the next key as it is on an English keyboard, digits as ASCII; q at the end."""
    try:
        pressed = key()
    except EOFError:
        return "q"
    folded = unicodedata.normalize("NFKC", pressed).casefold().translate(_OTHER_LAYOUTS)
    return "".join(str(unicodedata.digit(char, char)) for char in folded)
