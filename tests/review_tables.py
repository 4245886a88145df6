"""The tables of the shipped review up to the network, and its flow, as the figures take them."""

from __future__ import annotations

from functools import cache
from typing import Any

import stages

from slr import config, io
from slr.code.declared import schema
from slr.report import flow

TABLES = (
    "pull/records",
    "pull/rejects",
    "dedup/works",
    "screen/outcomes",
    "screen/decisions",
    "screen/multiverse",
    "dedup/clusters",
    "screen/included",
    "screen/axes",
    "screen/groups",
    "screen/universes",
    "screen/firmness",
    "screen/grid",
    "code/studies",
    "code/values",
    "code/disagreements",
    "code/maps",
    "cocite/nodes",
    "cocite/edges",
    "cocite/coverage",
)


@cache
def read() -> dict[str, Any]:
    """Return the tables by name, rows numbered from 0. Not to be changed."""
    made = stages.finished() / stages.MADE
    tables = {name: io.read_table(made / f"{name}.csv", name) for name in TABLES}
    for name, declared in settings()["code"]["tables"].items():
        tables[f"code/{name}"] = io.read_table(made / f"code/{name}.csv", schema(declared))
    return {name: table.reset_index(drop=True) for name, table in tables.items()}


@cache
def settings() -> dict[str, Any]:
    """Return the config of the shipped review."""
    return config.load(stages.PROJECT / "config.yaml")


def counted(**changed: Any) -> dict[str, Any]:
    """Compute the flow of the shipped review, with other tables where they are given."""
    tables = {
        name: changed.get(name, read()[f"{stage}/{name}"])
        for stage, name in (
            ("pull", "records"),
            ("pull", "rejects"),
            ("dedup", "works"),
            ("screen", "outcomes"),
            ("screen", "decisions"),
        )
    }
    review = settings()
    return flow.compute(
        *tables.values(), review["screen"]["criteria"], review["review"]["expected"]
    )
