"""Reading tells the line; writing is whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import gzip
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from io import BufferedWriter, FileIO
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from slr import io
from slr.errors import SlrError

HEADER = "citing_id,cited_id\n"
SCHEMA = "raw/references"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def told(path: Path, data: bytes | str, schema: str = SCHEMA) -> list[str]:
    """Write a file, read it as a table, and return the faults without the path."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(SlrError) as caught:
        io.read_table(path, schema)
    return [str(problem).removeprefix(str(path)) for problem in caught.value.problems]


def test_a_table_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "t.csv"
    frame = pd.DataFrame(
        {"citing_id": ["a", 'b "quoted"', "ج، د"], "cited_id": ["x,y", "0", " z "]}
    )
    io.write_table(path, frame, SCHEMA)
    assert path.read_bytes() == (
        'citing_id,cited_id\na,"x,y"\n"b ""quoted""",0\nج، د, z \n'.encode()
    )
    assert io.read_table(path, SCHEMA).to_dict("list") == frame.to_dict("list")


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfciting_id,cited_id\na,b\n",
        b"citing_id,cited_id\r\na,b\r\n",
        b"citing_id,cited_id\ra,b\r",
        b"cited_id,citing_id\nb,a\n",
        b"citing_id,cited_id\n\na,b",
        gzip.compress(b"citing_id,cited_id\na,b\n"),
    ],
    ids=["byte order mark", "CRLF", "CR", "columns in another order", "blank line", "gzip"],
)
def test_the_same_table_in_other_dress(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    frame = io.read_table(path, SCHEMA)
    assert list(frame.columns) == ["citing_id", "cited_id"]
    assert frame.to_numpy().tolist() == [["a", "b"]]


def test_rows_know_the_line_on_which_they_begin(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(HEADER + 'a,"two\nlines"\n\nb,c\n')
    assert list(io.read_table(path, SCHEMA).index) == [2, 5]


FAULTS = {
    "ragged": (
        HEADER + "a,b,c\n",
        [":2: 3 cells where the header has 2. Quote cells that hold a comma."],
    ),
    "ragged after a cell of three lines": (
        HEADER + 'a,"1\n2\n3"\nb\n',
        [":5: 1 cells where the header has 2. Quote cells that hold a comma."],
    ),
    "open quote": (
        HEADER + 'a,b\nc,"d\ne,f\n',
        [":3: not CSV: unexpected end of data. Mend the quotes of the row that begins there."],
    ),
    "text after a quote": (
        HEADER + 'a,"b"c\n',
        [":2: not CSV: ',' expected after '\"'. Mend the quotes of the row that begins there."],
    ),
    "empty": ("", [": the file is empty. It needs at least a header."]),
    "missing column": (
        "citing_id\na\n",
        [":1: the column 'cited_id' is missing. Add it to the header."],
    ),
    "unknown column": (
        "citing_id,cited_id,cited_by\na,b,c\n",
        [":1: the column 'cited_by' is not known. Did you mean 'cited_id'?"],
    ),
    "column twice": (
        "citing_id,cited_id,cited_id\na,b,c\n",
        [":1: the column 'cited_id' stands there twice. Keep one."],
    ),
    "empty cell": (
        HEADER + "a,b\n,c\nd,\n",
        [":3: citing_id: is empty. It needs a value.", ":4: cited_id: is empty. It needs a value."],
    ),
    "empty cell after a cell of two lines": (
        HEADER + '"a\nb",c\n,d\n',
        [":4: citing_id: is empty. It needs a value."],
    ),
    "Latin-1": (
        HEADER.encode() + b"a,b\nGr\xf6nlund,c\n",
        [":3: byte 0xf6 is not UTF-8. Save the file as UTF-8."],
    ),
    "Latin-1 after a byte order mark": (
        b"\xef\xbb\xbf" + HEADER.encode() + b"\xe9,b\n",
        [":2: byte 0xe9 is not UTF-8. Save the file as UTF-8."],
    ),
    "UTF-16": (
        HEADER.encode("utf-16"),
        [":1: byte 0xff is not UTF-8. Save the file as UTF-8."],
    ),
}


@pytest.mark.parametrize(("data", "faults"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_told_with_its_line(
    tmp_path: Path, data: bytes | str, faults: list[str]
) -> None:
    assert told(tmp_path / "t.csv", data) == faults


def test_a_damaged_gzip_is_told(tmp_path: Path) -> None:
    [fault] = told(tmp_path / "t.csv.gz", gzip.compress(HEADER.encode() * 99)[:-12])
    assert fault.startswith(": cannot be read: ")


@pytest.mark.parametrize("name", ["none.csv", "."])
def test_what_is_no_file_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(SlrError, match=r"cannot be read: .* Is the path right"):
        io.read_table(tmp_path / name, SCHEMA)


def test_broken_json_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"a": 1,\n "b": }\n')
    with pytest.raises(SlrError) as caught:
        io.read_json(path)
    assert str(caught.value) == (
        f"{path}:2: not JSON: Expecting value. Look at the quotes, commas and braces there."
    )


def test_some_columns_of_any_table(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"b,record_id,x,x\n1,r1,?,?\n,r2,?,?\n"))
    frame = io.read_columns(path, ["record_id", "a", "b"], ["record_id"])
    assert list(frame.columns) == ["record_id", "b"]
    assert frame["b"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a\n1\n", ":1: the column 'record_id' is missing. Add it to the header."),
        ("record_id,a,a\nr,1,2\n", ":1: the column 'a' stands there twice. Keep one."),
        ("record_id,a\nr,1\n,2\n", ":3: record_id: is empty. It needs a value."),
    ],
)
def test_faults_of_any_table(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(SlrError) as caught:
        io.read_columns(path, ["record_id", "a"], ["record_id"])
    assert str(caught.value) == f"{path}{fault}"


def test_a_table_that_breaks_its_schema_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("as it was")
    with pytest.raises(SlrError, match="citing_id: is empty"):
        io.write_table(path, pd.DataFrame({"citing_id": [None], "cited_id": ["b"]}), SCHEMA)
    assert path.read_text() == "as it was"


@pytest.mark.parametrize("failing", ["open", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, code: int
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("as it was")

    class Full(BufferedWriter):
        def writelines(self, parts: Iterable[bytes]) -> None:  # type: ignore[override]
            self.write(next(iter(parts))[:1])  # the disk is full after one byte
            raise OSError(code, os.strerror(code))

    def fail(self: Path, *_: object) -> Full:
        if failing == "open":
            return Full(FileIO(self, "wb"))
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, failing, fail)
    with pytest.raises(SlrError) as caught:
        io.write_text(path, "new")
    assert str(caught.value) == (
        f"{path}: cannot be written: {os.strerror(code).lower()}. "
        "The file there before is unchanged. Make room or permit writing, and run again."
    )
    monkeypatch.undo()
    assert path.read_text() == "as it was"
    assert names(tmp_path) == ["t.csv"]


def test_a_file_where_a_folder_must_be(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file")
    with pytest.raises(SlrError, match=r"folder/t.csv: cannot be written: .* run again\."):
        io.write_text(tmp_path / "folder" / "t.csv", "new")


@pytest.mark.skipif(os.geteuid() == 0, reason="no folder is read-only to root")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("as it was")
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(SlrError, match="cannot be written: permission denied"):
            io.write_text(tmp_path / "t.csv", "new")
    finally:
        tmp_path.chmod(0o755)
    assert (tmp_path / "t.csv").read_text() == "as it was"


def test_a_full_disk(tmp_path: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("a small tmpfs can only be mounted by root, where the machine permits it")
    try:
        path = tmp_path / "t.csv"
        path.write_text("as it was")
        with pytest.raises(SlrError, match="no space left on device"):
            io.write_bytes(path, b"x" * 200_000)
        assert path.read_text() == "as it was"
        assert names(tmp_path) == ["t.csv"]
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_a_stage_whose_run_has_died_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    monkeypatch.setenv("SLR_RUN_PID", str(dead.pid))
    with pytest.raises(SlrError, match="has ended; nothing was written"):
        io.write_text(tmp_path / "t.csv", "new")
    assert names(tmp_path) == []


@pytest.mark.parametrize("pid", [os.getpid, os.getppid])
def test_a_stage_whose_run_lives_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pid: object
) -> None:
    assert callable(pid)
    monkeypatch.setenv("SLR_RUN_PID", str(pid()))
    io.write_text(tmp_path / "t.csv", "new")
    assert (tmp_path / "t.csv").read_text() == "new"


def test_what_an_earlier_run_made_is_removed(tmp_path: Path) -> None:
    for name in ("keep.csv", "old.csv", ".x.part"):
        (tmp_path / name).write_text("")
    (tmp_path / "folder").mkdir()
    io.remove_others(tmp_path, {"keep.csv"})
    assert names(tmp_path) == [".x.part", "folder", "keep.csv"]


def test_a_control_character_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "references.csv"
    path.write_text("citing_id,cited_id\na,b\na,c\x00d\n")
    with pytest.raises(SlrError) as caught:
        io.read_table(path, "raw/references")
    assert str(caught.value) == f"{path}:3: holds the control character U+0000. Delete it."


def test_files_below_are_listed_and_links_to_nothing_left_out(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("b", "in/a"):
        (tmp_path / name).touch()
    (tmp_path / "broken").symlink_to("nowhere")
    assert io.files_below(tmp_path) == [tmp_path / "b", tmp_path / "in/a"]
    assert io.files_below(tmp_path / "missing") == []


# --- appending -----------------------------------------------------------------------------------

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
    first = io.append_row(path, ROW, JUDGED)
    assert path.read_text() == JUDGED_HEADER + LINE
    assert (first.line, first.start, first.data) == (2, len(JUDGED_HEADER), LINE.encode())
    path.write_bytes(b"\xef\xbb\xbfreason,record_a,record_b,date,reviewer,verdict\r\n")
    assert io.append_row(path, ROW, JUDGED).line == 2
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
            io.append_row(path, row, JUDGED)
        assert io.read_table(path, JUDGED).to_dict("records") == [row, row]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"verdict": "maybe"}, "verdict: 'maybe' is not allowed; allowed: same, different."),
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
        io.append_row(tmp_path / "d.csv", ROW | change, JUDGED)
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
            io.append_row(path, ROW, JUDGED)
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
                io.append_row(path, ROW, JUDGED)
        assert (path.read_text() if path.exists() else None) == text
    assert names(tmp_path) == ["d.csv"]


def test_a_row_is_taken_back_only_while_it_is_the_last(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    first = io.append_row(path, ROW, JUDGED)
    second = io.append_row(path, ROW | {"reviewer": "Bob"}, JUDGED)
    assert not io.take_back(first)
    assert path.read_text() == JUDGED_HEADER + LINE + LINE.replace("Ann", "Bob")
    assert io.take_back(second)
    assert not io.take_back(second)
    assert io.take_back(first)
    assert path.read_text() == JUDGED_HEADER


def test_a_torn_last_line_is_set_aside_wherever_it_was_torn(tmp_path: Path) -> None:
    line = 'a/1,"b/""2"",x",different,Åsa,2026-11-25,"مقالهٔ دیگر, نه همان"\n'.encode()
    kept = (JUDGED_HEADER + LINE).encode()
    whole = 0
    for cut in range(1, len(line)):
        path = tmp_path / f"{cut}.csv"
        path.write_bytes(kept + line[:cut])
        torn = io.mend_end(path, JUDGED)
        aside = io.torn_aside(path)
        if torn:
            assert path.read_bytes() == kept
            assert aside.read_bytes() == line[:cut] + b"\n"
            assert aside.name.startswith(".")
        else:  # all that is missing is the line end, or the end of a reason
            whole += 1
            assert path.read_bytes() == kept + line[:cut] + b"\n"
            assert not aside.exists()
        io.append_row(path, ROW, JUDGED)
        assert len(io.read_table(path, JUDGED)) == 2 + (not torn)
        assert io.mend_end(path, JUDGED) == ""
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
    assert io.mend_end(path, JUDGED) == ""
    assert path.read_text() == text + "\n"
    assert io.mend_end(tmp_path / "none.csv", JUDGED) == ""
    assert names(tmp_path) == ["d.csv"]


def test_an_open_quote_far_above_is_left_to_a_person(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    text = JUDGED_HEADER + LINE.replace("One", '"One') + LINE * 3 + "a/1,b/"
    path.write_text(text)
    assert io.mend_end(path, JUDGED) == ""
    assert path.read_text() == text
    with pytest.raises(SlrError, match=r"d\.csv:2: not CSV"):
        io.append_row(path, ROW, JUDGED)
    assert path.read_text() == text


APPENDING = """
import sys
from pathlib import Path
from slr import io
row = {"record_b": "b/2", "verdict": "same", "reviewer": sys.argv[2], "date": "2026-11-25",
       "reason": "long " * 2000}
for number in range(int(sys.argv[3])):
    io.append_row(Path(sys.argv[1]), row | {"record_a": f"a/{number}"}, "raw/duplicates")
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
