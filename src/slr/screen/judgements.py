"""What people judged: read, checked, and brought to works."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from slr import io
from slr.errors import Problem, did_you_mean, refuse
from slr.identity import Names
from slr.paths import SCREENING
from slr.screen.decide import Judged


def read_judgements(root: Path, criteria: Mapping[str, Any], names: Names) -> pd.DataFrame:
    """Read and check the judgements of people, their names resolved; none without a file."""
    judgements = io.read_optional(root / SCREENING, "raw/screening")
    problems = [
        Problem(f"{name!r} is no criterion.", did_you_mean(name, criteria), SCREENING, line)
        for line, name in judgements["criterion"].items()
        if name not in criteria
    ]
    refuse(problems)
    return names.column(judgements, "record_id", SCREENING)


def on_works(judgements: pd.DataFrame, clusters: pd.DataFrame) -> pd.DataFrame:
    """Return the judgements with the `work_id` that each is about, in order of date."""
    joined = judgements.merge(clusters, on="record_id").rename(columns={"cluster_id": "work_id"})
    return joined.sort_values("date", kind="stable")


def latest(judgements: pd.DataFrame) -> Judged:
    """Return the latest verdict of every reviewer on each work and criterion."""
    said: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
    for row in judgements.itertuples():
        said.setdefault((row.work_id, row.criterion), {})[row.reviewer] = (row.verdict, row.reason)
    return said
