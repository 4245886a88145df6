# ruff: noqa: E501 - tables of cases are read by the row
"""Archives that cannot be trusted, names that are odd, and paths that are no file."""

from __future__ import annotations

import csv
import gzip
import io
import os
import stat
import zipfile
from pathlib import Path

import pytest
from conftest import slr
from test_pull_faults import BIB, RIS, SOURCE, read

from slr import pull
from slr.errors import SlrError
from slr.pull import archives

# --- archives ------------------------------------------------------------------------------------


def packed(names: dict[str, str], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, text in names.items():
            archive.writestr(zipfile.ZipInfo(name), text, how)
    return buffer.getvalue()


def linked() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("x.ris")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def locked() -> bytes:
    """A member whose two headers say that it is encrypted: bit 0 of the flags, by the format."""
    data = bytearray(packed({"x.ris": RIS}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def test_members_of_an_archive_are_read_as_files(tmp_path: Path) -> None:
    names = {
        "a/one.ris": RIS.format(key=1, title="A"),
        "two.bib": BIB.format(key=2, title="B"),
        "README.md": "notes",
        "__MACOSX/._one.ris": "junk",
    }
    pulled = read(tmp_path, packed(names), "all.zip")
    found = pulled.tables["records"][["record_id", "file"]].to_numpy().tolist()
    assert found == [["one/1", "all.zip/a/one.ris"], ["two/2", "all.zip/two.bib"]]


def test_members_of_one_name_are_both_read(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x.ris", RIS.format(key=1, title="A"))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("x.ris", RIS.format(key=1, title="B"))
    found = read(tmp_path, buffer.getvalue(), "all.zip").tables["records"]
    assert dict(zip(found["record_id"], found["title"], strict=True)) == {"x/1": "A", "x/1~2": "B"}


def test_an_archive_in_an_archive_is_told(tmp_path: Path) -> None:
    with pytest.raises(SlrError, match=r"all\.zip/in\.zip: is an archive in an archive, no text"):
        read(tmp_path, packed({"in.zip": packed({"x.ris": RIS}).decode("latin-1")}), "all.zip")


HOSTILE = {
    "a way out": (packed({"../x.ris": RIS}), "holds a file named '../x.ris'. Do not trust it; ask for a clean one."),
    "an absolute path": (packed({"/etc/x.ris": RIS}), "holds a file named '/etc/x.ris'. Do not trust it; ask for a clean one."),
    "a drive": (packed({"C:\\x.ris": RIS}), "holds a file named 'C:\\\\x.ris'. Do not trust it; ask for a clean one."),
    "a workbook": (packed({"[Content_Types].xml": "<a/>"}), "is a workbook or document, no text. Save its table as CSV (UTF-8)."),
    "a zip cut short": (packed({"x.ris": RIS * 99})[:60], "is a damaged archive: File is not a zip file. Get it anew."),
    "a member without a name": (packed({"": RIS}), "holds a file named ''. Do not trust it; ask for a clean one."),
    "a link": (linked(), "holds 'x.ris', a link. Do not trust it; ask for a clean one."),
    "a password": (locked(), "'x.ris' in it cannot be read: it is locked with a password. Unpack it yourself, or get it anew."),
    "another way to pack": (
        packed({"x.ris": RIS}, zipfile.ZIP_LZMA),
        "'x.ris' in it cannot be read: it is packed in a way that is not read here. Unpack it yourself, or get it anew.",
    ),
    "a wrong sum": (
        packed({"x.ris": RIS}, zipfile.ZIP_STORED).replace(b"JOUR", b"BOOK"),
        "'x.ris' in it cannot be read: Bad CRC-32 for file 'x.ris'. Unpack it yourself, or get it anew.",
    ),
    "very many files": (
        packed({f"{n}.ris": "" for n in range(10_001)}, zipfile.ZIP_STORED),
        "holds more than 10,000 files. Do not trust it; ask for a clean one.",
    ),
    "a gzip cut short": (gzip.compress(RIS.encode())[:-9], "cannot be unpacked: Compressed file ended before the end-of-stream marker was reached. Get it anew."),
}  # fmt: skip


@pytest.mark.parametrize(("data", "told"), HOSTILE.values(), ids=HOSTILE.keys())
def test_an_archive_that_cannot_be_trusted_is_refused(
    tmp_path: Path, data: bytes, told: str
) -> None:
    with pytest.raises(SlrError) as caught:
        read(tmp_path, data)
    assert str(caught.value) == f"{tmp_path / 'x'}: {told}"


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: packed({"x.ris": data.decode()})])
def test_a_bomb_is_refused(tmp_path: Path, pack: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_SUSPECT_SIZE", 1 << 20)
    with pytest.raises(SlrError, match="unpacks to too much for an export"):
        read(tmp_path, pack(b" " * (4 << 20)))  # type: ignore[operator]


# --- names and paths ---------------------------------------------------------------------------

NAMES = {
    "a line break": b"a\nb.ris",
    "a way out": b"folder/../x.ris",
    "not UTF-8": b"caf\xe9.ris",
    "Persian": "مقاله‌ها.ris".encode(),
    "marks of direction": "\u202esir.x".encode(),
    "a command": b"$(rm x); '`.ris",
    "an option's look": b"./--out.ris",
    "no ending": b"x",
    "spaces": b" x .ris",
    "very long": b"x" * 250 + b".ris",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_whatever_a_file_is_called_it_is_read(tmp_path: Path, name: bytes) -> None:
    (tmp_path / "folder").mkdir()
    path = tmp_path / os.fsdecode(name)
    path.write_text(RIS.format(key=1, title="A"))
    done = slr(tmp_path, "import", str(path), "--out", "out", PYTHONPATH=SOURCE)
    assert (done.returncode, done.stderr) == (0, "1 record from 1 file\n")
    [row] = csv.DictReader((tmp_path / "out/records.csv").read_text("utf-8").splitlines())
    assert row["title"] == "A"
    assert row["record_id"] == f"{row['source']}/1"


def unusable(folder: Path) -> dict[str, str]:
    """Things of a folder that are no files to read, and what is said of each."""
    (folder / "folder").mkdir()
    (folder / "loop").symlink_to("loop")
    (folder / "nowhere").symlink_to("missing")
    os.mkfifo(folder / "pipe")
    with (folder / "huge").open("wb") as file:
        file.truncate(1 << 40)  # takes no room on the disk
    why = "Is the path right, and may you read it?"
    return {
        "folder": f"cannot be read: is a directory. {why}",
        "loop": f"cannot be read: too many levels of symbolic links. {why}",
        "nowhere": f"cannot be read: no such file or directory. {why}",
        "pipe": "is a pipe or device. Save it to a file first.",
        "/dev/zero": "is a pipe or device. Save it to a file first.",
        "huge": "is larger than 1,024 MiB. Split it, if it is an export.",
        "a\0b": f"cannot be read: embedded null byte. {why}",
        "x" * 300: f"cannot be read: file name too long. {why}",
    }


def test_what_is_no_file_is_told_and_nothing_hangs(tmp_path: Path) -> None:
    wanted = unusable(tmp_path)
    with pytest.raises(SlrError) as caught:
        pull.gather([tmp_path / name for name in wanted], tmp_path)
    assert [(p.path, f"{p.found} {p.fix}") for p in caught.value.problems] == [
        (tmp_path / name, told) for name, told in wanted.items()
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.ris").touch(0o000)
    with pytest.raises(SlrError, match="cannot be read: permission denied"):
        pull.gather([tmp_path / "x.ris"], tmp_path)
