"""The dialogue about pairs: what is asked, what is seen, and that no answer is lost."""

from __future__ import annotations

import io as streams
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest
from conftest import environment
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from stages import PROJECT, append, copy_raw, rows

from slr import dialogue, pull
from slr.dedup.review import Asked, Queue, next_pairs
from slr.errors import ConfigError, SlrError
from slr.paths import DUPLICATES
from slr.schemas.tables import columns

# --- what is asked -------------------------------------------------------------------------------

TODAY = "2026-11-25"


def asked(*pairs: tuple[object, ...], clusters: dict[str, str] | None = None) -> Asked:
    """Tables of pairs (a, b, score, verdict, basis), each record its own work unless told."""
    names = sorted({str(name) for a, b, *_ in pairs for name in (a, b)})
    of = {"record_id": names, "cluster_id": [(clusters or {}).get(n, n) for n in names]}
    found = pd.DataFrame([(*p, "why") for p in pairs], columns=columns("dedup/pairs"))
    records = pd.DataFrame({"record_id": names}).reindex(columns=columns("pull/records"))
    return Asked(records, pd.DataFrame(of), found)


def ask(a: str, b: str, score: float | None = 90.0) -> tuple[object, ...]:
    return a, b, score, "ask", "rule"


def judged(*said: tuple[str, str, str, str]) -> pd.DataFrame:
    """Judgements (a, b, verdict, reviewer), all of one day."""
    filled = [(*one, TODAY, "because") for one in said]
    return pd.DataFrame(filled, columns=columns("raw/duplicates"), dtype="str")


def pairs_of(queue: Queue) -> list[str]:
    return ["".join(question.pair) for question in queue.questions]


CHAIN = (ask("a", "b"), ask("a", "c", 95), ask("b", "c", None), ask("d", "e", 95))

FOLLOWS: dict[str, tuple[list[tuple[str, str, str, str]], list[str], int]] = {
    "nothing yet: the highest score first, one without last": ([], ["ac", "de", "ab", "bc"], 0),
    "same and same": ([("a", "b", "same", "I"), ("c", "b", "same", "I")], ["de"], 1),
    "same and different": ([("b", "a", "same", "I"), ("a", "c", "different", "I")], ["de"], 1),
    "same and reports of one study": (
        [("b", "a", "same", "I"), ("a", "c", "same_study", "I")],
        ["de"],
        1,
    ),
    "different and different tell nothing": (
        [("a", "b", "different", "I"), ("a", "c", "different", "I")],
        ["de", "bc"],
        0,
    ),
    "what others answered counts too": (
        [("a", "b", "same", "I"), ("b", "c", "same", "Ann")],
        ["de"],
        1,
    ),
    "the later judgement of one reviewer counts": (
        [("a", "b", "same", "I"), ("b", "c", "same", "I"), ("a", "b", "different", "I")],
        ["de"],
        1,
    ),
}


@pytest.mark.parametrize(("said", "left", "spared"), FOLLOWS.values(), ids=FOLLOWS.keys())
def test_what_is_asked_next(
    said: list[tuple[str, str, str, str]], left: list[str], spared: int
) -> None:
    queue = next_pairs(asked(*CHAIN), judged(*said), "I")
    assert pairs_of(queue) == left
    assert queue.spared == spared


def test_records_that_a_rule_joined_are_one() -> None:
    by_rule = ("a", "b", 100.0, "same", "rule")
    one = {"a": "a", "b": "a"}
    tables = asked(by_rule, ask("a", "c"), ask("b", "c"), clusters=one)
    assert pairs_of(next_pairs(tables, judged(("a", "c", "different", "I")), "I")) == []
    apart = asked(by_rule, ask("a", "c"), ask("b", "c"))  # the clusters did not bear the rule out
    assert pairs_of(next_pairs(apart, judged(("a", "c", "different", "I")), "I")) == ["bc"]
    # What only an answer joined is apart again once the answer is another.
    answered = ("a", "b", 100.0, "same", "judgement")
    tables = asked(answered, ask("a", "c"), ask("b", "c"), clusters=one)
    later = judged(("a", "b", "different", "I"), ("a", "c", "different", "I"))
    assert pairs_of(next_pairs(tables, later, "I")) == ["bc"]


def test_contradictions_come_first_and_say_who_said_what() -> None:
    said = judged(("d", "e", "same", "Ann"), ("e", "d", "different", "Bob"))
    tables = asked(*CHAIN)
    assert pairs_of(next_pairs(tables, said, "I")) == ["de", "ac", "ab", "bc"]
    [question] = [q for q in next_pairs(tables, said, "I").questions if q.said]
    assert [(one.reviewer, one.verdict) for one in question.said] == [
        ("Ann", "same"),
        ("Bob", "different"),
    ]
    assert dialogue.reasons(question) == [
        "score 95: people contradict each other",
        "Ann said same on 2026-11-25: because",
        "Bob said different on 2026-11-25: because",
    ]


def test_a_reviewer_is_asked_again_only_where_contradicted_since() -> None:
    tables = asked(ask("a", "b"))
    said = [("a", "b", "same", "Ann"), ("a", "b", "different", "Bob")]
    assert pairs_of(next_pairs(tables, judged(said[0]), "Ann")) == []
    assert pairs_of(next_pairs(tables, judged(*said), "Bob")) == []
    assert pairs_of(next_pairs(tables, judged(*said), "Ann")) == ["ab"]
    stood = judged(*said, ("a", "b", "same", "Ann"))
    assert pairs_of(next_pairs(tables, stood, "Ann")) == []
    assert pairs_of(next_pairs(tables, stood, "Bob")) == ["ab"]
    settled = judged(*said, ("a", "b", "different", "Ann"))
    assert pairs_of(next_pairs(tables, settled, "Cem")) == []


def test_only_pairs_with_some_records_can_be_asked_for() -> None:
    assert pairs_of(next_pairs(asked(*CHAIN), judged(), "I", among={"b", "e"})) == [
        "de",
        "ab",
        "bc",
    ]


NAMES = "abcdef"
EDGES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=15)


@given(EDGES, st.lists(st.integers(0, 2), min_size=6, max_size=6))
def test_answering_all_that_is_asked_settles_all(
    edges: list[tuple[str, str]], groups: list[int]
) -> None:
    """Somebody who knows the works is asked no more than needed, and all pairs come out right."""
    truth = dict(zip(NAMES, groups, strict=True))
    pairs = sorted({(min(e), max(e)) for e in edges if e[0] != e[1]})
    tables = asked(*(ask(a, b, float(ord(a) * ord(b) % 7)) for a, b in pairs))
    said: list[tuple[str, str, str, str]] = []
    while questions := next_pairs(tables, judged(*said), "I").questions:
        a, b = questions[0].pair
        said.append((a, b, "same" if truth[a] == truth[b] else "different", "I"))
    graph = nx.Graph([(a, b) for a, b, verdict, _ in said if verdict == "same"])
    graph.add_nodes_from(NAMES)
    part = {n: i for i, names in enumerate(nx.connected_components(graph)) for n in names}
    apart = {frozenset((part[a], part[b])) for a, b, verdict, _ in said if verdict == "different"}
    for a, b in pairs:
        if truth[a] == truth[b]:
            assert part[a] == part[b]
        else:
            assert frozenset((part[a], part[b])) in apart
    assert nx.is_forest(graph), "no answer that followed was asked for"


# --- the walk ------------------------------------------------------------------------------------

MORE = """
@article{A, author={Nam, Ada}, title={Digital state and its many citizens, a study}, year={2015}}
@unpublished{B, author={Nam, Ada}, title={Digital state and its many citizens, a study.},
  year={2014}, journal={SSRN preprint}}
@techreport{C, author={Nam, Ada}, title={Something else, of bridges and their keepers},
  year={2009}}
@article{X, author={نمونه, آرش}, title={پژوهشی دربارهٔ مشارکت شهروندان در شهر تهران}, year={1399}}
@unpublished{Y, author={نمونه, آرش}, title={پژوهشي درباره مشاركت شهروندان در شهر تهران},
  year={1399}, journal={preprint}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = copy_raw(tmp_path / "review")
    (folder / "data/raw/records/more.bib").write_text(MORE, "utf-8")
    return folder


class Script:
    """A person who presses keys, and what they saw before each."""

    def __init__(self, keys: Iterable[str], lines: Iterable[str] = (), width: int = 80) -> None:
        self._keys, self._lines = iter(keys), iter(lines)
        self.screens: list[str] = []
        self.doing: dict[int, Callable[[], object]] = {}
        self._out = streams.StringIO()
        self.terminal = dialogue.Terminal(
            Console(width=width, file=self._out), self._key, lambda _: next(self._lines)
        )

    def _key(self) -> str:
        self.screens.append(self._out.getvalue())
        self._out.seek(0)
        self._out.truncate()
        self.doing.get(len(self.screens), lambda: None)()
        return next(self._keys)


def tables(root: Path) -> Asked:
    """Three records of one title, each pair asked about, and one more pair."""
    pairs = [
        ("more/A", "more/B", 99.0, "ask", "rule", "the titles are alike"),
        ("more/A", "more/C", 98.0, "ask", "rule", "the titles are alike"),
        ("more/B", "more/C", 97.0, "ask", "rule", "the titles are alike"),
        ("more/X", "more/Y", 96.0, "ask", "rule", "they may be two reports of one study"),
    ]
    names = [f"more/{key}" for key in "ABCXY"]
    clusters = pd.DataFrame({"record_id": names, "cluster_id": names})
    found = pd.DataFrame(pairs, columns=columns("dedup/pairs"))
    return Asked(pull.read(root)[0], clusters, found)


def walk(root: Path, script: Script, reviewer: str = "Ann") -> str:
    return dialogue.walk(tables(root), reviewer, script.terminal, root=root, today=TODAY)


def written(root: Path) -> list[tuple[str, ...]]:
    """The judgements beyond the two that ship."""
    kept = ("record_a", "record_b", "verdict", "reviewer")
    return [tuple(row[name] for name in kept) for row in rows(root / DUPLICATES)[2:]]


def test_answers_are_kept_and_what_follows_is_not_asked(root: Path) -> None:
    script = Script("ssd")
    told = walk(root, script)
    assert written(root) == [
        ("more/A", "more/B", "same", "Ann"),
        ("more/A", "more/C", "same", "Ann"),
        ("more/X", "more/Y", "different", "Ann"),
    ]
    assert told == "3 answered, 1 not asked, as they follow, none left. Next: `slr run`."
    assert "pair 1 of 4 · 0 answered today" in script.screens[0]
    assert "pair 3 of 3 · 2 answered today · 1 follow from what is known" in script.screens[2]
    assert (
        "more/A and more/B same: kept in data/raw/judgements/duplicates.csv:4" in script.screens[1]
    )
    assert "they may be two reports of one study" in script.screens[2]
    last = rows(root / DUPLICATES)[-1]
    assert (last["date"], last["reason"]) == (
        TODAY,
        "Both records read side by side; asked because they may be two reports of one study",
    )


def test_an_answer_is_in_the_file_before_it_is_said_to_be(root: Path) -> None:
    script = Script("sq")
    seen_by_then: list[object] = []
    script.doing[2] = lambda: seen_by_then.extend(written(root))
    walk(root, script)
    assert seen_by_then == [("more/A", "more/B", "same", "Ann")]


def test_stop_and_go_on(root: Path) -> None:
    assert walk(root, Script("sq")) == (
        "1 answered, 3 left for `slr dedup --review`. Next: `slr run`."
    )
    script = Script("kdk")
    assert walk(root, script) == (
        "1 answered, 1 skipped, 1 not asked, as they follow, 1 left for `slr dedup --review`. "
        "Next: `slr run`."
    ), "the first that was skipped follows from the second"
    assert "more/A" in script.screens[0]
    assert "more/C" in script.screens[0]
    assert "pair 1 of 3 · 1 answered today" in script.screens[0]


def test_a_step_can_be_taken_back(root: Path) -> None:
    before = (root / DUPLICATES).read_bytes()
    script = Script("usuk" + "uudq")
    told = walk(root, script)
    assert "Nothing was answered yet." in script.screens[1]
    assert "The last step is taken back." in script.screens[3]
    assert "pair 1 of 4 · 0 answered today" in script.screens[3]
    assert written(root) == [("more/A", "more/B", "different", "Ann")]
    assert (root / DUPLICATES).read_bytes().startswith(before)
    assert told.startswith("1 answered, 3 left")


def test_what_somebody_wrote_after_is_never_taken_back(root: Path) -> None:
    script = Script("sudq")
    line = "more/X,more/Y,same,Bob,2026-11-25,seen"
    script.doing[2] = lambda: append(root / DUPLICATES, line)
    walk(root, script)
    assert "Somebody has written after your answer" in script.screens[2]
    assert "more/B" in script.screens[2]
    assert written(root) == [
        ("more/A", "more/B", "same", "Ann"),
        ("more/X", "more/Y", "same", "Bob"),
        ("more/A", "more/B", "different", "Ann"),
    ]
    assert len(script.screens) == 4
    assert "more/C" in script.screens[3], "what Bob answered meanwhile is not asked"


def test_judgements_on_records_that_came_meanwhile_disturb_nobody(root: Path) -> None:
    script = Script("sq")
    line = "new/Z,more/Y,same,Bob,2026-11-25,seen"
    script.doing[1] = lambda: append(root / DUPLICATES, line)
    walk(root, script)
    assert written(root)[1] == ("more/A", "more/B", "same", "Ann")


def test_keys_on_other_keyboards_mean_the_same_and_others_nothing(root: Path) -> None:
    script = Script(["x", "\x1b[A", "sd", "\r", "س", "ی", "Ы", "в"])
    walk(root, script)
    assert [verdict for _, _, verdict, _ in written(root)] == ["same", "different", "same"]
    assert all("That key means nothing here" in screen for screen in script.screens[1:5])


def test_all_fields_a_reason_of_ones_own_and_help(root: Path) -> None:
    script = Script("n?soq", lines=["=1+1, \x1b[31mگفت «همان»"])
    walk(root, script)
    assert "Your reason: =1+1, [31mگفت «همان»" in script.screens[1]
    assert "two publications of one study" in script.screens[2]
    assert rows(root / DUPLICATES)[-1]["reason"] == "=1+1, [31mگفت «همان»"
    assert "Your reason" not in script.screens[3]


def test_a_disk_that_fails_ends_the_walk_and_nothing_is_said_to_be_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int, __: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(SlrError, match=r"duplicates\.csv: cannot be written: no space left"):
        walk(root, Script("s"))
    assert written(root) == []


@pytest.mark.parametrize(("given", "name"), [("Ann", "Ann"), (None, "Bob"), ("علی", "علی")])
def test_who_judges_is_told_or_asked_once(given: str | None, name: str) -> None:
    said = judged(("a", "b", "same", "Cem"))
    assert dialogue.who(given, said, Script("", lines=["Bob"]).terminal) == name


def test_who_judges_is_by_default_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "dora")
    assert dialogue.who(None, judged(), Script("", lines=[""]).terminal) == "dora"


@pytest.mark.parametrize("given", ["", "  ", "a\x1bb", "a\nb"])
def test_a_name_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(ConfigError, match="Tell who judges: --reviewer NAME"):
        dialogue.who(given, judged(), Script("").terminal)


# --- at a real terminal --------------------------------------------------------------------------


class Person:
    """Somebody at a terminal of 100 columns in which `slr` runs."""

    def __init__(self, folder: Path, *args: str) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(self._ours, (40, 100))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "slr", *args],
            cwd=folder,
            env={**environment(PROJECT), "TERM": "xterm-256color"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = ""

    def reads(self, text: str) -> str:
        """Wait until a text is shown, after what was read before; return all up to there."""
        while text not in self.seen:
            self.seen += self._more()
        before, _, self.seen = self.seen.partition(text)
        return before

    def presses(self, key: str) -> None:
        """Press a key once the program waits for single keys."""
        while termios.tcgetattr(self._ours)[3] & termios.ICANON:
            assert self.process.poll() is None, self.seen
            time.sleep(0.01)
        os.write(self._ours, key.encode())

    def types(self, line: str) -> None:
        os.write(self._ours, f"{line}\n".encode())

    def leaves(self) -> int:
        """Wait for the end; return the exit status."""
        status = self.process.wait(timeout=120)
        os.close(self._ours)
        return status

    def _more(self) -> str:
        ready, _, _ = select.select([self._ours], [], [], 120)
        if not ready:
            pytest.fail(f"nothing more is shown after {self.seen!r}")
        try:
            return os.read(self._ours, 65536).decode("utf-8", "replace")
        except OSError:
            pytest.fail(f"the program ended, having shown {self.seen!r}")


@contextmanager
def person(folder: Path, *args: str) -> Iterator[Person]:
    at_work = Person(folder, *args)
    try:
        yield at_work
    finally:
        if at_work.process.poll() is None:
            at_work.process.kill()
            at_work.process.wait()


def test_a_review_at_a_terminal_killed_and_gone_on_with(root: Path) -> None:
    with person(root, "dedup", "--review") as ann:
        ann.reads("Who judges?")
        ann.types("Ann")
        ann.reads("pair 1 of ")
        ann.presses("d")
        ann.reads("different: kept in data/raw/judgements/duplicates.csv:4")
        ann.process.kill()
    first = written(root)
    assert len(first) == 1
    with (root / DUPLICATES).open("ab") as file:
        file.write(b"more/X,more/Y,sam")  # as a crash in the midst of writing leaves it
    with person(root, "dedup", "--review", "--reviewer", "Ann") as ann:
        assert "more/X,more/Y,sam" in ann.reads("asked again.")
        ann.reads("Any key goes on.")  # the first question would wipe it off the screen
        ann.presses(" ")
        assert " · 1 answered today" in ann.reads("q quit")
        ann.presses("q")
        ann.reads("Next: `slr run`.")
        assert ann.leaves() == 0
    assert written(root) == first


def test_without_a_terminal_nothing_is_asked(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "slr", "dedup", "--review"],
        cwd=root,
        env=environment(PROJECT),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "slr: --review needs a person at a terminal. "
        "The open pairs are those with `ask` in data/processed/dedup/pairs.csv.\n"
    )
