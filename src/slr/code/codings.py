"""What people coded: read, brought to works, settled where they disagree, compared.

A row is one coder's answer to one question on one study, never edited: the latest of a coder
supersedes. What the codebook does not know, or no longer allows, is set aside with the reason.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from slr import io
from slr.agreement import Distance, agreement, numbers_apart, sets_apart
from slr.code.codebook import Codebook, Variable
from slr.errors import SlrError, did_you_mean, refuse
from slr.identity import Names
from slr.paths import CODING, SETTLED
from slr.rules import UNKNOWN_VALUE
from slr.schemas.tables import columns

PATTERN = "codings*.csv"
SCHEMA = "raw/codings"
_DISTANCES: Mapping[str, Distance] = {"number": numbers_apart, "categories": sets_apart}

Answers = dict[str, dict[str, dict[str, str]]]
"""By work, variable and coder: the latest answer."""


@dataclass(frozen=True)
class Codings:
    """The rows of all files of codings, and those that settle, names resolved."""

    given: pd.DataFrame
    settled: pd.DataFrame

    def on(self, work_of: Mapping[str, str]) -> Codings:
        """Return the same with the `work_id` of each row, in the order in which they count."""
        return Codings(*(_on_works(table, work_of) for table in (self.given, self.settled)))


def _on_works(table: pd.DataFrame, work_of: Mapping[str, str]) -> pd.DataFrame:
    return table.assign(work_id=table["record_id"].map(work_of)).sort_values("time", kind="stable")


def read_codings(root: Path, names: Names) -> Codings:
    """Read the codings of all files, and what settles them; none where there is no file."""
    frames, problems = [], []
    for path in [*sorted((root / CODING).glob(PATTERN)), root / SETTLED]:
        shown = CODING / path.name
        try:
            read = names.column(io.read_optional(path, SCHEMA), "record_id", shown)
            place = [f"{shown}:{line}" for line in read.index]
            frames.append(read.assign(place=place).reset_index(drop=True))
        except SlrError as error:
            problems += error.problems
    refuse(problems)
    *given, settled = frames
    none = settled.iloc[:0]
    return Codings(pd.concat([none, *given], ignore_index=True), settled)


def latest(table: pd.DataFrame, book: Codebook) -> Answers:
    """Return the latest answer of each coder that the codebook allows; who spoke last is last."""
    found: Answers = {}
    rows = table[["work_id", "variable", "coder", "value"]].itertuples(index=False)
    for work, name, coder, value in rows:
        variable = book.variables.get(name)
        if variable is not None and variable.fault(value) is None:
            answers = found.setdefault(work, {}).setdefault(name, {})
            answers.pop(coder, None)
            answers[coder] = variable.tidy(value)
    return found


def settle(
    coded: Codings, book: Codebook, works: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return tables `code/values` and `code/disagreements` of the included works.

    A value is what a settler said, or what all coders say. Words in free text stand side by
    side; any other difference is a disagreement, and the study has no value until it is settled.
    """
    given, settled = latest(coded.given, book), latest(coded.settled, book)
    values, open_ = [], []
    for work in works:
        for name, variable in book.variables.items():
            said = given.get(work, {}).get(name, {})
            by = settled.get(work, {}).get(name, {})
            if by:
                coder = list(by)[-1]
                values.append((work, name, by[coder], "settled", coder))
            elif said:
                one = agreed(variable, list(said.values()))
                if one is None:
                    open_ += [(work, name, coder, said[coder]) for coder in sorted(said)]
                else:
                    basis = "one coder" if len(said) == 1 else "agreed"
                    values.append((work, name, one, basis, " | ".join(sorted(said))))
    return (
        pd.DataFrame(values, columns=columns("code/values"), dtype="str"),
        pd.DataFrame(open_, columns=columns("code/disagreements"), dtype="str"),
    )


def agreed(variable: Variable, said: Sequence[str]) -> str | None:
    """Return the one value that answers come to; None where they differ."""
    distinct = list(dict.fromkeys(said))
    if len(distinct) == 1:
        return distinct[0]
    if variable.kind == "text":
        return " | ".join(sorted(value for value in distinct if value != UNKNOWN_VALUE))
    return None


def unused(coded: Codings, book: Codebook) -> pd.DataFrame:
    """Return table `code/unused_codings`: each row that counts for nothing, and why."""
    rows = [
        (row.record_id, row.variable, row.value, row.coder, row.place, why)
        for table in (coded.given, coded.settled)
        for row in table.itertuples()
        if (why := _why_unused(row.variable, row.value, book))
    ]
    return pd.DataFrame(rows, columns=columns("code/unused_codings"), dtype="str")


def _why_unused(name: str, value: str, book: Codebook) -> str:
    if name not in book.variables:
        fix = did_you_mean(name, book.variables) if book.variables else ""
        return f"the codebook has no variable {name!r}. {fix}".strip()
    fault = book.variables[name].fault(value)
    return " ".join(fault).strip() if fault else ""


def agreements(coded: Codings, book: Codebook) -> pd.DataFrame:
    """Return table `code/agreement`: how far coders agree, by variable that two coded.

    Settling comes after and does not count. `unknown` is an answer like any other, but not
    where answers are numbers. Free text is not compared.
    """
    given = latest(coded.given, book)
    rows = []
    for name, variable in book.variables.items():
        if variable.kind == "text":
            continue
        ratings = pd.DataFrame(_ratings(given, variable), columns=["unit", "rater", "value"])
        if not ratings.duplicated("unit").any():
            continue
        possible = list(variable.labels) if variable.kind != "categories" else ()
        distance = _DISTANCES.get(variable.kind)
        for one in agreement(ratings, values=possible, distance=distance):
            told = [one[key] for key in ("measure", "value", "low", "high")]
            numbers = [_rounded(value) for value in told[1:]]
            rows.append((name, variable.kind, one["units"], told[0], *numbers, one["why"]))
    table = pd.DataFrame(rows, columns=columns("code/agreement"))
    return table.astype({"value": "Float64", "low": "Float64", "high": "Float64"})


def _ratings(given: Answers, variable: Variable) -> Iterator[tuple[str, str, str]]:
    for work in sorted(given):
        for coder, value in sorted(given[work].get(variable.name, {}).items()):
            if variable.kind != "number" or value != UNKNOWN_VALUE:
                yield work, coder, value


def _rounded(value: Any) -> float | None:
    return None if value is None else round(float(value), 4)


def sample(works: Sequence[str], book: Codebook) -> list[str]:
    """Return the studies that two people code: a share of all, by chance with a seed.

    Whether a study is one of them hangs on its name and the seed alone, up to the number of
    studies, so that an addition changes as little as can be.
    """
    ranked = sorted(works, key=lambda work: hashlib.sha256(f"{book.seed}:{work}".encode()).digest())
    drawn = set(ranked[: math.ceil(len(works) * book.double_pct / 100)])
    return [work for work in works if work in drawn]
