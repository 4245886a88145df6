"""The dialogue in which a coder answers the codebook, study by study, or settles differences.

Here is what is seen and typed; what is asked, and what an answer means, is in `slr.code.ask`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.text import Text

from slr import appending
from slr.code import ask
from slr.code.ask import Question, Studies
from slr.dialogue import Terminal, checked_name, mend, terminal
from slr.errors import ConfigError, Problem, SlrError, StoppedError
from slr.paths import CODINGS, SETTLED
from slr.sidebyside import clean
from slr.text import counted

SCHEMA = "raw/codings"
_COMMANDS = ":u undo  :a abstract  :n note  :q quit  :? help  (an empty line skips)"
_SHOWN = 300
"""Characters of an abstract that are shown unless all of it is asked for."""

HELP = """
Type the number or word of a value, several apart by commas where several may
hold; `unknown` where you looked and could not tell. An empty line leaves the
question for another time.

:u  undo      take back the last answer
:a  abstract  show the whole abstract; again to shorten it
:n  note      write a note for the answer that follows
:q  quit      what was answered is saved; the same command goes on from here
"""


def now() -> str:
    """Return this moment in UTC, as codings name it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def code(
    root: Path,
    coder: str,
    *,
    double: bool = False,
    settle: bool = False,
    study: str | None = None,
) -> str:
    """Ask a coder what is open; say what became of it.

    Parameters
    ----------
    double
        Ask only about the studies that two people code.
    settle
        Ask about what coders differ in, instead of what is not coded.
    study
        Ask about this study alone, also what is answered already.

    Raises
    ------
    ConfigError
        If nobody sits at a terminal, or the config has no codebook.
    """
    name = checked_name(coder, "--coder")
    studies = ask.load(root)
    screen = terminal()
    if screen is None:
        fix = f"Or write rows to {CODINGS} yourself."
        raise ConfigError(Problem("--coder needs a person at a terminal.", fix))
    for path in (CODINGS, SETTLED):
        screen.tell(mend(root, path, SCHEMA))
    work = ask.study_named(studies, study) if study else None
    return Walk(studies, name, screen, root, now, double=double, settle=settle, only=work).run()


@dataclass
class Walk:
    """One sitting of a coder; `clock` tells the time of each answer."""

    studies: Studies
    coder: str
    screen: Terminal
    root: Path
    clock: Callable[[], str]
    double: bool = False
    settle: bool = False
    only: str | None = None
    steps: list[tuple[Question, appending.Appended | None]] = field(default_factory=list)
    again: Question | None = None
    notice: str = ""
    note: str = ""
    whole: bool = False

    def run(self) -> str:
        """Ask until nothing is open or the coder stops; say what was done."""
        while True:
            open_ = self._open()
            waiting = self._waiting(open_)
            if not waiting or not self._ask(waiting[0], open_):
                break
        self._say(self.notice)
        left = len(self._open()) if self.only is None else 0
        answered = sum(kept is not None for _, kept in self.steps)
        skipped = len(self.steps) - answered
        told = [f"{answered} answered", f"{skipped} skipped" * bool(skipped)]
        told.append(f"{left} left" if left else "none left")
        return f"{', '.join(filter(None, told))}. Next: `slr run`."

    def _open(self) -> list[Question]:
        """Return what is open now: the files are read anew, others may be at work."""
        given, settled = ask.said(self.root, self.studies)
        if self.settle:
            return ask.to_settle(self.studies, given, settled)
        if self.only is not None:
            return ask.again(self.studies, given, self.coder, self.only)
        return ask.to_code(self.studies, given, self.coder, double=self.double)

    def _waiting(self, open_: list[Question]) -> list[Question]:
        seen = {(step.work, step.variable.name) for step, _ in self.steps}
        if self.again:
            return [self.again]
        return [q for q in open_ if (q.work, q.variable.name) not in seen]

    def _ask(self, question: Question, open_: list[Question]) -> bool:
        """Ask a question until a step is done; tell whether to go on."""
        self._draw(question, open_)
        while True:
            try:
                typed = self.screen.line(question.variable.name.replace("_", " "))
                if typed.strip().casefold() == ":n":
                    self.note = clean(self.screen.line("Note"))
                    continue
            except (StoppedError, KeyboardInterrupt):
                return False
            match typed.strip().casefold():
                case ":q":
                    return False
                case ":?":
                    self._say(HELP)
                case ":a":
                    self.whole = not self.whole
                    self._draw(question, open_)
                case ":u":
                    self._undo()
                    return True
                case "":
                    self._done(question, None, "left for another time")
                    return True
                case text if text.startswith(":"):
                    self._say(f"That means nothing here. {_COMMANDS}")
                case _:
                    if self._answer(question, clean(typed)):
                        return True

    def _answer(self, question: Question, typed: str) -> bool:
        """Keep an answer; tell whether it was one."""
        try:
            value = ask.understood(question.variable, typed)
        except SlrError as error:
            self._say(str(error))
            return False
        row = {
            "record_id": question.work,
            "variable": question.variable.name,
            "value": value,
            "coder": self.coder,
            "time": self.clock(),
            "note": self.note,
        }
        path = SETTLED if self.settle else CODINGS
        kept = appending.append_row(self.root / path, row, SCHEMA)
        self._done(question, kept, f"{value}: kept in {path}:{kept.line}")
        return True

    def _done(self, question: Question, kept: appending.Appended | None, told: str) -> None:
        self.steps.append((question, kept))
        self.again, self.note = None, ""
        self.notice = f"{question.work}, {question.variable.name}: {told}"

    def _undo(self) -> None:
        """Take back the last step; a row that others have written after stays, and is told."""
        if not self.steps:
            self.notice = "Nothing was answered yet."
            return
        self.again, kept = self.steps.pop()
        if kept is None or appending.take_back(kept):
            self.notice = "The last answer is taken back."
        else:
            self.notice = "Somebody has written after it, so it stays; a later answer counts."

    def _draw(self, question: Question, open_: list[Question]) -> None:
        console = self.screen.console
        console.clear()
        done, every = ask.progress(self.studies, open_)
        told = f"{done} of {counted(every, 'study', 'studies')} done"
        told += f" · {counted(len(open_), 'question')} open"
        console.rule(Text(told, style="bold"), align="left")
        self._say(self.notice)
        self.notice = ""
        self._study(question.work)
        variable = question.variable
        console.print()
        for lang in dict.fromkeys(variable.question.values()):
            console.print(Text(lang, style="bold"))
        if variable.help:
            console.print(Text(" · ".join(dict.fromkeys(variable.help.values())), style="dim"))
        for key, value in ask.choices(variable):
            words = " · ".join(dict.fromkeys([value, *variable.labels[value].values()]))
            console.print(Text(f"  {key:>3}  {words}"))
        for who, value in sorted(question.said.items()):
            console.print(Text(f"{clean(who)} said: {clean(value)}"))
        console.print(Text(_COMMANDS, style="dim"))

    def _study(self, work: str) -> None:
        rows = self.studies.rows
        row = rows[rows["work_id"] == work].iloc[0].fillna("")
        about = [row["author"], row["year"], row["journal"]]
        self._say(clean(str(row["title"])) or work)
        self._say(" · ".join([work, *(clean(str(part)) for part in about if part)]))
        abstract = clean(str(row["abstract"]))
        if len(abstract) > _SHOWN and not self.whole:
            abstract = f"{abstract[:_SHOWN]}… (:a shows all)"
        self._say(abstract)

    def _say(self, told: str) -> None:
        if told:
            self.screen.console.print(Text(told))
