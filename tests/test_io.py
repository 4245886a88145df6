"""Reading tells the line; writing is whole or not at all."""

from __future__ import annotations

import errno
import gzip
import os
import subprocess
import sys
from collections.abc import Iterable
from io import BufferedWriter, FileIO
from pathlib import Path

import pandas as pd
import pytest

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
        [":3: citing_id: is empty. It needs a value."],  # an empty list may be told
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
    assert fault.endswith("It is damaged or cut off: get it anew.")


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
