"""What a review waits for: what only people can bring, and the command that takes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from slr import io
from slr.paths import CODED, DEDUPED, RECORDS
from slr.run import raw

NO_RECORDS = f"""\
This review has no records yet.
  Put exports of databases into {RECORDS}/, in any format (BibTeX, RIS, NBIB, EndNote, CSV,
  CSL-JSON, Web of Science), or let `slr add FILE...` do it and say what each record is.
  Or name queries under pull.online in config.yaml, and `slr pull --online`.
Then `slr run` again."""


def has_records(root: Path) -> bool:
    """Tell whether there is any record file, or any reply of an index."""
    return bool(raw("records/*", root) or raw("pulled/*/*/*", root))


def lines(root: Path, settings: Mapping[str, Any]) -> Iterator[str]:
    """Yield what waits for a person after a run, a line each; nothing where nothing does.

    Works that wait at a criterion are told with the flow.
    """
    asked = _count(root / DEDUPED / "pairs.csv", "verdict", "ask")
    if asked:
        yield f"waits for a person: {_of(asked, 'pair')} that may be one work: `slr dedup --review`"
    if settings["code"].get("codebook"):
        left = _count(root / CODED / "studies.csv", "coded", "no")
        if left:
            studies = _of(left, "included study")
            yield f"waits for a person: {studies} to code: `slr code --coder NAME`"
    if io.read_cells(root / CODED / "disagreements.csv", ["work_id"], [])["work_id"]:
        told = "waits for a person: answers that differ: `slr code --settle --coder NAME`"
        yield told


def _count(path: Path, column: str, value: str) -> int:
    return io.read_cells(path, [column], [])[column].count(value)


def _of(count: int, what: str) -> str:
    several = f"{what.removesuffix('y')}ies" if what.endswith("y") else f"{what}s"
    return f"{count} {what if count == 1 else several}"
