"""A row that people add is in the file whole or not at all, whoever else is at work."""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from slr import appending, io
from slr.errors import SlrError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


JUDGED = "raw/duplicates"
JUDGED_HEADER = "record_a,record_b,verdict,reviewer,date,reason\n"
ROW = {
    "record_a": "a/1",
    "record_b": "b/2",
    "verdict": "same",
    "reviewer": "Ann",
    "date": "2026-11-25",
    "reason": "One text",
}
LINE = "a/1,b/2,same,Ann,2026-11-25,One text\n"


def test_a_row_is_appended_in_the_order_of_the_files_own_header(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "d.csv"
    first = appending.append_row(path, ROW, JUDGED)
    assert path.read_text() == JUDGED_HEADER + LINE
    assert (first.line, first.start, first.data) == (2, len(JUDGED_HEADER), LINE.encode())
    path.write_bytes(b"\xef\xbb\xbfreason,record_a,record_b,date,reviewer,verdict\r\n")
    assert appending.append_row(path, ROW, JUDGED).line == 2
    assert path.read_bytes().endswith(b"One text,a/1,b/2,2026-11-25,Ann,same\r\n")
    assert io.read_table(path, JUDGED).to_dict("records") == [ROW]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip),
        min_size=4,
        max_size=4,
    )
)
@example(["=1+1", '+"x",y', "@SUM(A1)", "-2"])
@example(["س، ص", "漢字", "a\u2028b", "\ufeff"])
def test_what_is_appended_is_read_as_it_was_given(values: list[str]) -> None:
    names_of_values = ("record_a", "record_b", "reviewer", "reason")
    row = ROW | dict(zip(names_of_values, values, strict=True))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "d.csv")
        for _ in range(2):
            appending.append_row(path, row, JUDGED)
        assert io.read_table(path, JUDGED).to_dict("records") == [row, row]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"verdict": "maybe"},
            "verdict: 'maybe' is not allowed; allowed: same, same_study, different.",
        ),
        ({"reviewer": ""}, "reviewer: is empty. It needs a value."),
        ({"reason": "a\nb"}, "reason: holds a line break or control character. Leave it out."),
        ({"reason": "\x1b[2J"}, "reason: holds a line break or control character. Leave it out."),
        ({"reason": "\udcff"}, "reason: holds a line break or control character. Leave it out."),
    ],
)
def test_a_row_that_is_none_is_not_appended(
    tmp_path: Path, change: dict[str, str], told: str
) -> None:
    with pytest.raises(SlrError) as caught:
        appending.append_row(tmp_path / "d.csv", ROW | change, JUDGED)
    assert str(caught.value) == told
    assert names(tmp_path) == []


def test_nothing_is_appended_to_what_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    for text, told_ in (
        ("record_a,record_b\n", "d.csv:1: the column 'verdict' is missing. Add it to the header."),
        (JUDGED_HEADER + "a,b\n", "d.csv:2: 2 cells where the header has 6."),
    ):
        path.write_text(text)
        with pytest.raises(SlrError) as caught:
            appending.append_row(path, ROW, JUDGED)
        assert told_ in str(caught.value)
        assert path.read_text() == text


def test_a_full_disk_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "d.csv"
    write = os.write
    for text in (None, JUDGED_HEADER + LINE):
        if text:
            path.write_text(text)
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", lambda file, data: write(file, data[:7]))
            with pytest.raises(SlrError, match=r"cannot be written: no space left on device\."):
                appending.append_row(path, ROW, JUDGED)
        assert (path.read_text() if path.exists() else None) == text
    assert names(tmp_path) == ["d.csv"]


def test_a_row_is_taken_back_only_while_it_is_the_last(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    first = appending.append_row(path, ROW, JUDGED)
    second = appending.append_row(path, ROW | {"reviewer": "Bob"}, JUDGED)
    assert not appending.take_back(first)
    assert path.read_text() == JUDGED_HEADER + LINE + LINE.replace("Ann", "Bob")
    assert appending.take_back(second)
    assert not appending.take_back(second)
    assert appending.take_back(first)
    assert path.read_text() == JUDGED_HEADER


def test_a_torn_last_line_is_set_aside_wherever_it_was_torn(tmp_path: Path) -> None:
    line = 'a/1,"b/""2"",x",different,Åsa,2026-11-25,"مقالهٔ دیگر, نه همان"\n'.encode()
    kept = (JUDGED_HEADER + LINE).encode()
    whole = 0
    for cut in range(1, len(line)):
        path = tmp_path / f"{cut}.csv"
        path.write_bytes(kept + line[:cut])
        torn = appending.mend_end(path, JUDGED)
        aside = appending.torn_aside(path)
        if torn:
            assert path.read_bytes() == kept
            assert aside.read_bytes() == line[:cut] + b"\n"
            assert aside.name.startswith(".")
        else:  # all that is missing is the line end, or the end of a reason
            whole += 1
            assert path.read_bytes() == kept + line[:cut] + b"\n"
            assert not aside.exists()
        appending.append_row(path, ROW, JUDGED)
        assert len(io.read_table(path, JUDGED)) == 2 + (not torn)
        assert appending.mend_end(path, JUDGED) == ""
    assert whole == 1


@pytest.mark.parametrize(
    "text",
    [
        JUDGED_HEADER + LINE.rstrip(),
        JUDGED_HEADER.rstrip(),
        JUDGED_HEADER + LINE.replace("One text", '"One\ntext"').rstrip(),
    ],
    ids=["a row", "the header", "a cell of two lines"],
)
def test_a_missing_last_line_end_is_added(tmp_path: Path, text: str) -> None:
    path = tmp_path / "d.csv"
    path.write_text(text)
    assert appending.mend_end(path, JUDGED) == ""
    assert path.read_text() == text + "\n"
    assert appending.mend_end(tmp_path / "none.csv", JUDGED) == ""
    assert names(tmp_path) == ["d.csv"]


def test_an_open_quote_far_above_is_left_to_a_person(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    text = JUDGED_HEADER + LINE.replace("One", '"One') + LINE * 3 + "a/1,b/"
    path.write_text(text)
    assert appending.mend_end(path, JUDGED) == ""
    assert path.read_text() == text
    with pytest.raises(SlrError, match=r"d\.csv:2: not CSV"):
        appending.append_row(path, ROW, JUDGED)
    assert path.read_text() == text


APPENDING = """
import sys
from pathlib import Path
from slr import appending
row = {"record_b": "b/2", "verdict": "same", "reviewer": sys.argv[2], "date": "2026-11-25",
       "reason": "long " * 2000}
for number in range(int(sys.argv[3])):
    appending.append_row(Path(sys.argv[1]), row | {"record_a": f"a/{number}"}, "raw/duplicates")
"""


def test_people_at_work_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "d.csv"
    people, each = ("Ann", "Bob", "Cem"), 15
    at_work = [
        subprocess.Popen([sys.executable, "-c", APPENDING, str(path), person, str(each)])
        for person in people
    ]
    assert [process.wait(timeout=120) for process in at_work] == [0, 0, 0]
    written = io.read_table(path, JUDGED)
    for person in people:
        own = written.loc[written["reviewer"] == person, "record_a"]
        assert own.to_list() == [f"a/{number}" for number in range(each)]
    assert len(written) == len(people) * each
    assert names(path.parent) == ["d.csv"]


def test_a_row_goes_to_the_file_that_an_editor_put_in_place(tmp_path: Path) -> None:
    """The editor saves while we wait for the lock: the row must not go to the file of before."""
    path = tmp_path / "d.csv"
    path.write_text(JUDGED_HEADER)
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with subprocess.Popen([sys.executable, "-c", APPENDING, str(path), "Ann", "1"]) as waiting:
            while str(path) not in open_files(waiting.pid):
                assert waiting.poll() is None
                time.sleep(0.01)
            saved = tmp_path / "saved"
            saved.write_text(JUDGED_HEADER + LINE)
            saved.replace(path)
            fcntl.flock(held, fcntl.LOCK_UN)
            assert waiting.wait(timeout=60) == 0
    assert len(io.read_table(path, JUDGED)) == 2


def open_files(pid: int) -> list[str]:
    links = Path(f"/proc/{pid}/fd")
    if not links.exists():
        pytest.skip("needs /proc to see that the process waits")
    found = []
    for link in links.iterdir():
        with contextlib.suppress(OSError):
            found.append(str(link.readlink()))
    return found


@pytest.fixture
def bytes_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of all that is read from files that rows are appended to."""
    sizes: list[int] = []
    pread, whole = os.pread, Path.read_bytes

    def counted(file: int, size: int, at: int) -> bytes:
        data = pread(file, size, at)
        sizes.append(len(data))
        return data

    def counted_whole(path: Path) -> bytes:
        data = whole(path)
        sizes.append(len(data))
        return data

    monkeypatch.setattr(os, "pread", counted)
    monkeypatch.setattr(Path, "read_bytes", counted_whole)
    return sizes


def test_a_row_costs_the_same_in_a_large_file(tmp_path: Path, bytes_read: list[int]) -> None:
    """Once surveyed, a file is read again only at its end and where others wrote."""
    path = tmp_path / "d.csv"
    path.write_text(JUDGED_HEADER + LINE * 100_000)
    assert appending.append_row(path, ROW, JUDGED).line == 100_002
    bytes_read.clear()
    assert appending.append_row(path, ROW, JUDGED).line == 100_003
    with path.open("a") as others:
        others.write(LINE * 3)
    assert appending.append_row(path, ROW, JUDGED).line == 100_007
    assert sum(bytes_read) < 40_000 < path.stat().st_size
    assert path.read_text() == JUDGED_HEADER + LINE * 100_006


def test_what_is_known_of_a_file_is_forgotten_where_it_was_edited(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    appending.append_row(path, ROW, JUDGED)
    header = "reason,record_a,record_b,date,reviewer,verdict\n"
    path.write_text(header + "One text,a/1,b/2,2026-11-25,Ann,same\n" * 50)  # the same file, longer
    assert appending.append_row(path, ROW, JUDGED).line == 52
    assert path.read_text().endswith("One text,a/1,b/2,2026-11-25,Ann,same\n")
    path.write_text(header)  # and shorter
    assert appending.append_row(path, ROW, JUDGED).line == 2
    path.write_text(path.read_text() + 'One text,"a/1,b/2\n')
    with pytest.raises(SlrError, match=r"d\.csv:3: not CSV"):
        appending.append_row(path, ROW, JUDGED)


VOTING = """
import sys
from pathlib import Path
from slr import appending
path, person, start = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
row = {"record_b": "b/2", "verdict": "same", "reviewer": person, "date": "2026-11-25",
       "reason": "long, and \\"quoted\\" " * 200}
for number in range(start, start + 500):
    appending.append_row(path, row | {"record_a": f"a/{number}"}, "raw/duplicates")
    print(number, flush=True)
"""


def test_no_acknowledged_row_is_lost_where_people_are_killed(tmp_path: Path) -> None:
    """Three people append to one file, each killed and started again at moments of chance."""
    path = tmp_path / "d.csv"
    chance = random.Random(5)
    told: set[tuple[str, int]] = set()
    torn = b""
    for start in (0, 1000, 2000):
        at_work = {
            person: subprocess.Popen(
                [sys.executable, "-c", VOTING, str(path), person, str(start)],
                stdout=subprocess.PIPE,
                text=True,
            )
            for person in ("Ann", "Bob", "Cem")
        }
        for process in at_work.values():
            assert process.stdout is not None
            process.stdout.readline()  # all are at it
        told |= {(person, start) for person in at_work}
        for person, process in at_work.items():
            time.sleep(chance.uniform(0.05, 0.4))
            process.send_signal(signal.SIGKILL)
            rest = process.communicate()[0].split("\n")[:-1]  # the last may be half a line
            told |= {(person, int(number)) for number in rest}
        with path.open("ab") as file:  # as a machine that stops leaves it
            torn = LINE.replace("One", '"One').encode()[: chance.randrange(5, 30)]
            file.write(torn)
    assert appending.mend_end(path, JUDGED) == torn.decode()
    written = io.read_table(path, JUDGED)
    pairs = zip(written["reviewer"], written["record_a"], strict=True)
    kept = [(person, int(record.removeprefix("a/"))) for person, record in pairs]
    assert len(told) > 9
    assert told <= set(kept)
    assert len(kept) == len(set(kept))
    assert len(kept) - len(told) <= 9  # one row each, written and not yet told of
