"""What fuzzing found worth keeping is read again, and the oracle sees what it must."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pull_oracle
import pytest
from pull_oracle import DATA, BrokenPromiseError

from slr.pull import ris, sniff
from slr.pull.entries import Chunk, Entry, Reject

CORPUS = sorted(path for path in (DATA / "fuzz").rglob("*") if path.is_file())


@pytest.mark.parametrize("form", [*pull_oracle.GOOD, "archive"])
def test_every_reader_has_inputs_that_were_found(form: str) -> None:
    assert [path for path in CORPUS if path.parent.name == form]


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_must_hold_holds_of_what_was_found(path: Path) -> None:
    data = path.read_bytes()
    if path.parent.name == "archive":
        pull_oracle.unpack(data)
    else:
        pull_oracle.check(path.parent.name, data)


@pytest.mark.parametrize("form", pull_oracle.GOOD)
def test_what_must_hold_holds_of_the_samples(form: str) -> None:
    plain, *others = pull_oracle.seeds(form)
    for data in (plain, *others):
        pull_oracle.check(form, data)
    intake = pull_oracle.taken(plain, form)
    assert intake is not None
    assert intake.losses[0].kept == 2
    pull_oracle.tabled(intake)


def losing(chunks: Iterable[Chunk]) -> Iterator[Entry | Reject]:
    """Lose the first entry."""
    return iter(list(ris.parse(chunks))[1:])


def spoiling(chunks: Iterable[Chunk]) -> Iterator[Entry | Reject]:
    """Let what stands before an entry change it."""
    before = ""
    for entry in ris.parse(chunks):
        if isinstance(entry, Entry):
            entry.fields["title"] += before
            before = entry.fields["title"]
        yield entry


FAULTS = {
    "an entry is lost": (losing, "entries found are not those told"),
    "an entry is changed by another": (spoiling, "the entry after is not as it was"),
}  # fmt: skip
Parse = Callable[[Iterable[Chunk]], Iterator[Entry | Reject]]


@pytest.mark.parametrize(("parse", "told"), FAULTS.values(), ids=FAULTS.keys())
def test_the_oracle_sees(monkeypatch: pytest.MonkeyPatch, parse: Parse, told: str) -> None:
    faulty = SimpleNamespace(split=ris.split, parse=parse)
    monkeypatch.setitem(sniff.READERS, "ris", faulty)
    with pytest.raises(BrokenPromiseError, match=told):
        pull_oracle.check("ris", pull_oracle.GOOD["ris"][1].format(key=1, title="A").encode())
