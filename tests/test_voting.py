"""The dialogues about votes: what is asked, seen and kept; samples, practice and settling."""

from __future__ import annotations

import io as streams
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import environment
from rich.console import Console
from stages import append, copy_raw, edit, made, rows, run

from slr import cli, dialogue
from slr.errors import ConfigError, SlrError
from slr.paths import VOTES
from slr.screen import ask, card, vote
from slr.screen.ask import Stage
from slr.screen.explain import explain
from slr.screen.tally import Vote

BIB = """
@article{Kim2020, title={A governance framework}, author={Kim, A}, year={2020},
 journal={GIQ}, doi={10.1000/x1}, abstract={Digital e-governance, and governance in general.}}
@article{Saei1400, title={تحول حكمراني الكترونيك}, author={ساعی, احمد and رضایی, زهرا}, year={1400},
 journal={سیاست}, language={fa},
 abstract={حکمرانی دیجیتال با رویکرد Janowski (2015) در سال‌های 2015–2021}}
@article{Lee2019, title={Roads}, author={Lee, B}, year={2019}, journal={Cars}}
"""
VOTING = """
  votes:
    stages:
      title_abstract: {needed: 2}
      full_text: {needed: 1}
    conflicts: third
    reviewers: [Ann, Bob, Cem, سارا]
    reasons:
      off_topic: {en: "Not about governance", fa: "دربارهٔ حکمرانی نیست"}
    marked: [governance, حکمرانی الکترونیک, framew*]

code:                                     # coding"""
NOW = datetime(2026, 11, 1, 10, tzinfo=UTC)
WORKS = ["few/Kim2020", "few/Lee2019", "few/Saei1400"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A review of three works, one Persian, on whose title and abstract people vote."""
    folder = copy_raw(tmp_path / "review")
    (folder / "data/raw/records/few.bib").write_text(BIB, "utf-8")
    edit(folder / "config.yaml", "\ncode:                                     # coding", VOTING)
    config = folder / "config.yaml"
    config.write_text(
        config.read_text("utf-8").replace("missing: review", "missing: pass"), "utf-8"
    )
    return run(folder, "pull", "dedup")


def sit(
    root: Path, pressed: str, *lines: str, who: str = "Ann", kind: str = "vote", width: int = 100,
    queue: list[str] | None = None, stage: str | None = None, colours: bool = True,
) -> tuple[str, str]:  # fmt: skip
    """Press keys in a sitting; return what was seen and what it ended with."""
    here = only(ask.load(root, stage))
    keys, typed = iter(pressed), iter(lines)
    moments = (NOW + timedelta(seconds=n) for n in range(1000))
    seconds = iter(range(0, 10_000, 10))
    console = Console(
        file=streams.StringIO(), width=width, force_terminal=colours,
        color_system="standard" if colours else None,
    )  # fmt: skip

    def key() -> str:
        try:
            return next(keys)
        except StopIteration:
            raise EOFError from None

    screen = dialogue.Terminal(console, key, lambda _: next(typed))
    asked = ask.waiting(here, who) if queue is None else queue
    session = vote.Session(
        root, screen, here, who, kind, asked, lambda: next(moments), lambda: next(seconds)
    )
    told = session.run()
    assert isinstance(console.file, streams.StringIO)
    return console.file.getvalue(), told


def only(here: Stage) -> Stage:
    """Leave the works of the shipped review out."""
    works = {name: here.works[name] for name in here.works if name.startswith("few/")}
    return Stage(here.name, here.settings, works, here.ballots, here.votes)


def cast(root: Path, *said: str, kind: str = "vote", stage: str = "title_abstract") -> None:
    """Append votes written as `reviewer work verdict [criterion]`."""
    from slr import appending

    for number, one in enumerate(said):
        who, work, verdict, *why = one.split()
        at = (NOW - timedelta(days=2) + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
        row = {"record_id": f"few/{work}", "stage": stage, "kind": kind, "reviewer": who,
               "verdict": verdict, "criterion": "".join(why), "reason": "", "note": "",
               "time": at, "seen": ""}  # fmt: skip
        appending.append_row(root / VOTES, row, "raw/votes")


def kept(root: Path) -> list[tuple[str, ...]]:
    names = ("reviewer", "record_id", "verdict", "criterion", "reason", "note")
    return [tuple(row[name] for name in names) for row in rows(root / VOTES)]


# --- voting --------------------------------------------------------------------------------------


def test_keys_vote_and_each_vote_is_kept(root: Path) -> None:
    seen, told = sit(root, "nri6em", "look at table 2", "fits well")
    assert kept(root) == [
        ("Ann", "few/Kim2020", "include", "", "fits well", "look at table 2"),
        ("Ann", "few/Lee2019", "exclude", "", "", ""),
        ("Ann", "few/Saei1400", "unsure", "", "", ""),
    ]
    assert told == "3 voted on, none left."
    assert "There is no criterion '6'." in seen
    [first, *_] = rows(root / VOTES)
    assert (first["stage"], first["kind"], first["time"]) == (
        "title_abstract",
        "vote",
        "2026-11-01T10:00:00Z",
    )
    assert re.fullmatch("[0-9a-f]{16}", first["seen"])
    assert ask.waiting(only(ask.load(root, None)), "Ann") == []
    assert ask.waiting(only(ask.load(root, None)), "Bob") == WORKS


@pytest.mark.parametrize("keys", ["4e", "۴ث", "٤e", "4у", "4E"])
def test_a_reason_is_chosen_by_its_number_on_any_keyboard(root: Path, keys: str) -> None:
    sit(root, keys + "q")
    assert kept(root) == [("Ann", "few/Kim2020", "exclude", "off_topic", "", "")]


def test_a_reason_can_be_taken_back_or_named(root: Path) -> None:
    sit(root, "44ece4i", "evidence")
    assert [row[3] for row in kept(root)] == [
        "",
        "evidence",
        "",
    ]  # who includes excludes for nothing


def test_stop_skip_undo_and_go_on(root: Path) -> None:
    seen, told = sit(root, "ukiueq")
    assert "Nothing was answered yet." in seen
    assert "few/Kim2020 skipped; it is asked again next time" in seen
    assert "The last step is taken back." in seen
    assert told == "1 voted on, 1 skipped, 2 left."
    assert kept(root) == [("Ann", "few/Lee2019", "exclude", "", "", "")]
    assert ask.waiting(only(ask.load(root, None)), "Ann") == ["few/Kim2020", "few/Saei1400"]
    _, told = sit(root, "ii")
    assert told == "2 voted on, none left."


def test_a_vote_stays_where_somebody_wrote_after_it(root: Path) -> None:
    here = only(ask.load(root, None))
    console = Console(file=streams.StringIO(), width=100)
    keys = iter("iueq")

    def key() -> str:
        pressed = next(keys)
        if pressed == "u":
            cast(root, "Bob Kim2020 exclude")
        return pressed

    screen = dialogue.Terminal(console, key, lambda _: "")
    vote.Session(root, screen, here, "Ann", "vote", WORKS, lambda: NOW).run()
    assert "Somebody has written after your vote" in console.file.getvalue()  # type: ignore[attr-defined]
    assert [row[:3] for row in kept(root)] == [
        ("Ann", "few/Kim2020", "include"),
        ("Bob", "few/Kim2020", "exclude"),
        ("Ann", "few/Kim2020", "exclude"),
    ]


def test_nobody_sees_the_votes_of_others(root: Path) -> None:
    cast(root, "Bob Kim2020 exclude off_topic", "Bob Saei1400 include")
    seen, _ = sit(root, "?iii")
    assert "Bob" not in seen
    assert "a settlement" not in seen
    assert seen.count("Not about governance") == 3  # the reason of the list, once a work


def test_works_with_enough_votes_are_not_asked(root: Path) -> None:
    cast(root, "Bob Kim2020 exclude", "Cem Kim2020 include", "Bob Lee2019 include")
    here = only(ask.load(root, None))
    assert ask.waiting(here, "Ann") == ["few/Lee2019", "few/Saei1400"]
    assert ask.waiting(here, "Ann", WORKS) == WORKS  # a packet is for everybody


def test_full_texts_are_asked_of_what_the_votes_before_left(root: Path) -> None:
    assert only(ask.load(root, "full_text")).works == {}
    cast(
        root,
        "Ann Kim2020 include",
        "Bob Kim2020 include",
        "Ann Lee2019 include",
        "Bob Lee2019 exclude",
    )
    assert list(only(ask.load(root, "full_text")).works) == ["few/Kim2020"]
    seen, _ = sit(root, "e4e", stage="full_text")
    assert "With full texts a reason is needed: choose a number first, then e." in seen
    assert kept(root)[-1] == ("Ann", "few/Kim2020", "exclude", "off_topic", "", "")


def test_the_ranking_gives_the_order(root: Path) -> None:
    ranking = root / ask.RANKING
    ranking.parent.mkdir(parents=True)
    ranking.write_text("work_id,score\nfew/Saei1400,0.9\nfew/gone,0.8\nfew/Lee2019,0.5\n")
    assert list(only(ask.load(root, None)).works) == ["few/Saei1400", "few/Lee2019", "few/Kim2020"]


def test_what_is_explained_is_what_the_screen_decided(root: Path) -> None:
    """Votes that agree, that differ, that are too few, and a judgement that comes before them."""
    cast(root, "Ann Kim2020 include", "Bob Kim2020 include", "Ann Saei1400 include")
    cast(root, "Ann Lee2019 include", "Bob Lee2019 exclude")
    judged = "few/Saei1400,title_abstract,exclude,Ann,2026-11-01,seen"
    append(root / "data/raw/judgements/screening.csv", judged)
    run(root, "screen")
    ended = {row["work_id"]: row for row in made(root, "screen/outcomes")}
    said_of = made(root, "screen/decisions")
    bases = {}
    for work in WORKS:
        told = explain(root, work)
        assert (told.status, told.reason) == (ended[work]["status"], ended[work]["reason"])
        assert [(a.criterion, a.verdict, a.basis, a.reason) for a in told.criteria] == [
            (row["criterion"], row["verdict"], row["basis"], row["reason"])
            for row in said_of
            if row["work_id"] == work
        ]
        bases[work] = told.criteria[0].basis
    assert bases == {
        "few/Kim2020": "votes", "few/Lee2019": "conflict", "few/Saei1400": "judgement",
    }  # fmt: skip


def test_what_is_seen(root: Path) -> None:
    seen, _ = sit(root, "iii", colours=False)
    first = seen.split("few/Kim2020 include")[0]
    for part in ("A [governance] [framework]", "2020 · article · 10.1000/x1 · few/Kim2020",
                 "Digital e-[governance], and [governance] in general.", "4 off_topic",
                 "Is it refereed, or from an academic press?", "title and abstract · 1 of 3 · Ann",
                 ):  # fmt: skip
        assert part in first
    assert "no abstract" in seen
    persian = seen.split("few/Lee2019 include")[1]
    title, people, *_ = [line for line in persian.split("\n") if "\u2067" in line]
    # From right to left, marked in another spelling; Latin and ranges keep their order.
    assert title == "\u2067تحول [حكمراني الكترونيك]\u2069"
    assert people == "\u2067ساعی, احمد; رضایی, زهرا\u2069"
    assert "\u2066Janowski (2015)\u2069" in persian
    assert "\u20662015–2021\u2069" in persian
    assert "1400 (2021–2022) · article · fa" in persian


def test_the_rate_and_what_is_left_are_told(root: Path) -> None:
    queue = [*WORKS, *WORKS]
    seen, _ = sit(root, "iiiiq", queue=queue)
    # The clock goes on by ten seconds at each look: three votes in forty seconds.
    assert "4 of 6 · 270 an hour, 1 min left" in seen
    assert "2 of 6 · Ann" in re.sub("\x1b\\[[0-9;]*m", "", seen)


@pytest.mark.parametrize(
    ("term", "text", "spans"),
    [
        ("governance", "Governance, e-governance; governances", ["Governance", "governance"]),
        ("govern*", "Governance e-governing misgoverned", ["Governance", "governing"]),
        (
            "digital state",
            "A digital  STATE, a digital-state, digital",
            ["digital STATE", "digital-state"],
        ),
        ("می‌شود", "ميشود و می‌شود", ["ميشود", "می‌شود"]),
        ("état", "L'Etat, l’ÉTAT", ["Etat", "ÉTAT"]),
        ("*", "anything", []),
    ],
)
def test_terms_are_marked_in_any_spelling(term: str, text: str, spans: list[str]) -> None:
    console = Console(file=streams.StringIO(), width=100, color_system=None)
    work = dict.fromkeys(card.FIELDS, "") | {"title": text, "work_id": "a/1"}
    shown = next(card.lines(console, work, [term])).plain
    assert re.findall(r"\[([^]]*)\]", shown) == spans


def test_a_long_abstract_is_cut_until_all_is_asked_for(root: Path) -> None:
    work = dict.fromkeys(card.FIELDS, "") | {"abstract": "word " * 1000, "work_id": "a/1"}
    console = Console(file=streams.StringIO(), width=100)
    short, whole = (
        "\n".join(line.plain for line in card.lines(console, work, [], whole=w))
        for w in (False, True)
    )
    assert "more characters: o" in short
    assert whole.count("word") == 1000


def test_escapes_in_records_and_reasons_are_not_obeyed(root: Path) -> None:
    work = dict.fromkeys(card.FIELDS, "") | {"title": "a\x1b[2J\u202eb", "work_id": "a/1"}
    console = Console(file=streams.StringIO(), width=100, color_system=None)
    assert next(card.lines(console, work, [])).plain == "a [2Jb"
    said = Vote("Ann", "include", reason="\x1b]0;x\x07")
    assert "\x1b" not in "".join(line.plain for line in card.said(console, [said]))


# --- samples and practice ------------------------------------------------------------------------


def test_a_packet_is_the_same_for_everybody_and_new_records_take_single_places() -> None:
    works = [f"a/{n}" for n in range(200)]
    packet = ask.sample(works, 20, 7)
    assert packet == ask.sample(reversed(works), 20, 7)
    assert len(set(packet)) == 20
    assert packet != ask.sample(works, 20, 8)
    assert ask.sample(works, 10, 7) == packet[:10]
    more = ask.sample([*works, *(f"b/{n}" for n in range(20))], 20, 7)
    stayed = [name for name in more if name in packet]
    assert stayed == packet[: len(stayed)]
    assert 20 - len(stayed) == sum(name.startswith("b/") for name in more)


def test_a_student_is_told_only_after_the_vote(root: Path) -> None:
    cast(root, "Ann Kim2020 exclude off_topic", "Bob Kim2020 exclude off_topic")
    cast(root, "Ann Lee2019 include", "Bob Lee2019 include", "Ann Saei1400 include")
    here = only(ask.load(root, None))
    queue = ask.settled(here, "سارا")
    assert queue == ["few/Kim2020", "few/Lee2019"]
    assert ask.settled(here, "Ann") == []
    seen, told = sit(root, "ii", who="سارا", kind="practice", queue=queue)
    before, after = seen.split("include: kept in", maxsplit=1)
    assert "Settled was" not in before
    assert "Settled was exclude: off_topic" in after
    assert told == "2 practised, none left."
    here = only(ask.load(root, None))
    assert ask.settled(here, "سارا") == []
    table = ask.compared(here, "سارا")
    assert table[["work_id", "voted", "settled", "same"]].to_numpy().tolist() == [
        ["few/Kim2020", "include", "exclude", "no"],
        ["few/Lee2019", "include", "include", "yes"],
    ]
    assert ask.compared_told(table) == "1 of 2 as settled, 1 include where settled exclude"
    # Practice decides nothing.
    assert here.result("few/Kim2020").verdict == "exclude"
    assert ask.waiting(here, "سارا") == ["few/Saei1400"]
    assert len(ask.compared(here, "Cem")) == 0


# --- conflicts -----------------------------------------------------------------------------------


def test_conflicts_are_listed_and_settled_by_who_may(root: Path) -> None:
    cast(root, "Ann Kim2020 include", "Bob Kim2020 exclude off_topic", "Ann Lee2019 include")
    here = only(ask.load(root, None))
    [listed] = ask.conflict_table(here).to_dict("records")
    assert (listed["work_id"], listed["said"], listed["reasons"]) == (
        "few/Kim2020",
        "Ann: include | Bob: exclude",
        "Bob: off_topic",
    )
    assert ask.to_settle(here, "Ann") == []
    queue = ask.to_settle(here, "Cem")
    seen, told = sit(
        root, "m4e", who="Cem", kind="settlement", queue=queue, width=130, colours=False
    )
    assert re.search(r"Ann: include +Bob: exclude · off_topic", seen)  # beside each other
    assert "A settlement is include or exclude." in seen
    assert told == "1 settled, none left."
    here = only(ask.load(root, None))
    assert ask.conflicts(here) == []
    assert (here.result("few/Kim2020").state, here.result("few/Kim2020").verdict) == (
        "settled",
        "exclude",
    )
    assert rows(root / VOTES)[-1]["kind"] == "settlement"


@pytest.mark.parametrize(
    ("rule", "who", "may"),
    [
        ("consensus", "Ann", True),
        ("consensus", "Cem", True),
        ("senior\n    senior: Cem", "Ann", False),
        ("senior\n    senior: Cem", "Cem", True),
    ],
)
def test_who_settles_is_in_the_config(root: Path, rule: str, who: str, may: bool) -> None:
    edit(root / "config.yaml", "conflicts: third", f"conflicts: {rule}")
    cast(root, "Ann Kim2020 include", "Bob Kim2020 exclude")
    here = only(ask.load(root, None))
    assert ask.to_settle(here, who) == (["few/Kim2020"] if may else [])


def test_votes_of_a_persian_name_are_below_each_other() -> None:
    console = Console(file=streams.StringIO(), width=150)
    votes = [Vote("سارا", "include", reason="مرتبط است"), Vote("Bob", "exclude")]
    assert len(list(card.said(console, votes))) == 2


# --- the command ---------------------------------------------------------------------------------


def call(*args: str) -> None:
    cli.app(["screen", *args], standalone_mode=False)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--vote", "--settle"], "--vote and --settle do not go together."),
        (["--settle", "--sample", "3"], "--settle takes no --sample."),
        (["--seed", "3"], "--seed is for --sample."),
        (["--verdict", "include"], "--verdict is for --import-votes."),
        (["--conflicts", "--stage", "fulltext"], "'fulltext' is no stage. Did you mean"),
        (["--vote", "--reviewer", "Ann"], "--vote needs a person at a terminal."),
        (["--practice"], "whose votes?"),
    ],
)
def test_calls_that_cannot_be_answered(
    root: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], told: str
) -> None:
    monkeypatch.chdir(root)
    with pytest.raises(ConfigError) as caught:
        call(*args)
    assert told in str(caught.value)


def test_a_review_without_stages_says_how_to_have_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(run(copy_raw(tmp_path / "review"), "pull", "dedup"))
    with pytest.raises(
        ConfigError, match=r"people do not vote in this review\. Say under `screen.votes`"
    ):
        call("--conflicts")


def test_only_reviewers_of_the_config_vote(root: Path) -> None:
    here = ask.load(root, None)
    ask.may_vote(here.voting, "سارا")
    with pytest.raises(ConfigError, match="'Anna' is no reviewer of this review"):
        ask.may_vote(here.voting, "Anna")


def test_a_packet_and_conflicts_are_printed(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    call("--sample", "2", "--seed", "4")
    told = capsys.readouterr()
    assert "packet of seed 4 at title_abstract (2)" in told.out
    assert "slr screen --vote --reviewer NAME --sample 2 --seed 4" in told.err
    call("--conflicts", "--json")
    assert capsys.readouterr().out.startswith('[\n  {\n    "title": "conflicts at title_abstract"')


@pytest.fixture
def terminal(root: Path) -> Iterator[int]:
    """A pseudo-terminal in which `slr screen --vote` runs."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (40, 100))
    with subprocess.Popen(
        [sys.executable, "-m", "slr", "screen", "--vote", "--reviewer", "سارا"],
        cwd=root,
        env=environment(Path(__file__).parents[1]) | {"TERM": "xterm"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    ) as process:
        os.close(slave)
        yield master
        process.kill()
    os.close(master)


def read_until(master: int, wanted: str, seconds: float = 90) -> str:
    seen, end = b"", time.monotonic() + seconds
    while wanted not in seen.decode("utf-8", "ignore"):
        left = end - time.monotonic()
        assert left > 0, f"{wanted!r} did not come; seen: {seen.decode('utf-8', 'replace')}"
        if select.select([master], [], [], left)[0]:
            try:
                seen += os.read(master, 65536)
            except OSError:  # Linux: the other side is closed
                break
    return seen.decode("utf-8", "replace")


def press(master: int, keys: str) -> None:
    """Press keys once the program waits for single keys."""
    while termios.tcgetattr(master)[3] & termios.ICANON:
        time.sleep(0.01)
    os.write(master, keys.encode())


def test_in_a_terminal_with_a_persian_keyboard(root: Path, terminal: int) -> None:
    seen = read_until(terminal, "q quit")
    assert "few/Kim2020" in seen
    press(terminal, "۴ث")
    seen = read_until(terminal, "Roads")
    assert "exclude: kept in" in seen
    assert kept(root) == [("سارا", "few/Kim2020", "exclude", "off_topic", "", "")]
    press(terminal, "ض")
    assert "1 voted on" in read_until(terminal, "slr run")


def test_a_torn_vote_is_told_and_asked_again(root: Path) -> None:
    cast(root, "Ann Kim2020 include", "Ann Lee2019 include")
    path = root / VOTES
    path.write_bytes(path.read_bytes()[:-40])
    torn = dialogue.mend(root, VOTES, "raw/votes")
    assert torn.startswith(f"{VOTES}: the last line was torn, as by a crash")
    assert ask.waiting(only(ask.load(root, None)), "Ann") == ["few/Lee2019", "few/Saei1400"]


def test_a_vote_that_cannot_be_written_is_not_acknowledged(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:5]))
    with pytest.raises(SlrError, match="no space left on device"):
        sit(root, "i")
