"""Code the included studies by the codebook, and take in the tables that people made of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from slr import io
from slr.code import codings, maps
from slr.code.codebook import Codebook
from slr.code.codings import Codings, read_codings
from slr.code.declared import read_declared, resolved, schema
from slr.identity import Names
from slr.paths import CODED, CONFIG, DEDUPED, SCREENED
from slr.schemas.tables import columns
from slr.text import counted


def run(root: Path) -> str:
    """Code the included works of the screen stage; write one table a file."""
    from slr import config

    settings = config.load(root / CONFIG)["code"]
    works = io.read_table(root / DEDUPED / "works.csv", "dedup/works")
    clusters = io.read_table(root / DEDUPED / "clusters.csv", "dedup/clusters")
    included = io.read_table(root / SCREENED / "included.csv", "screen/included")
    outcomes = io.read_table(root / SCREENED / "outcomes.csv", "screen/outcomes")
    facts = io.read_table(root / SCREENED / "facts.csv", "screen/facts")
    names = Names(clusters["record_id"])
    work_of = dict(zip(clusters["record_id"], clusters["cluster_id"], strict=True))
    tables = code(included, facts, work_of, read_codings(root, names), settings)
    tables["excluded"] = excluded(works, outcomes)
    for name, table in tables.items():
        io.write_table(root / CODED / f"{name}.csv", table, f"code/{name}")
    kept = set(included["work_id"])
    for name, table in read_declared(root, names, settings).items():
        told = resolved(table, settings["tables"][name], work_of, kept)
        io.write_table(root / CODED / f"{name}.csv", told, schema(settings["tables"][name]))
    return summary(tables)


def summary(tables: Mapping[str, pd.DataFrame]) -> str:
    """Say how many included studies are coded, and what a person has to look at."""
    studies = tables["studies"]
    coded = int((studies["coded"] == "yes").sum())
    left = len(studies) - coded
    open_ = tables["disagreements"].drop_duplicates(["work_id", "variable"])
    told = [
        f"{counted(coded, 'study', 'studies')} coded",
        f"{left} not yet, see studies.csv" * bool(left),
        f"{counted(len(open_), 'disagreement')}, see disagreements.csv" * bool(len(open_)),
    ]
    if unused := len(tables["unused_codings"]):
        said = counted(unused, "coding is", "codings are")
        told.append(f"{said} not of the codebook, see unused_codings.csv")
    return "; ".join(filter(None, told))


def code(
    included: pd.DataFrame,
    facts: pd.DataFrame,
    work_of: Mapping[str, str],
    coded: Codings,
    settings: Mapping[str, Any],
) -> dict[str, pd.DataFrame]:
    """Return the tables that every review has, by name.

    Parameters
    ----------
    included, facts
        Tables of the screen stage.
    work_of
        The work of each record.
    coded
        What people coded, with full record ids.
    settings
        Section `code` of the config.
    """
    book = Codebook.of(settings)
    on_works = coded.on(work_of)
    values, disagreements = codings.settle(on_works, book, list(included["work_id"]))
    return {
        "studies": studies(included, values, facts),
        "values": values,
        "disagreements": disagreements,
        "unused_codings": codings.unused(coded, book),
        "agreement": codings.agreements(on_works, book),
        "maps": maps.cells(included, values, disagreements, book, settings.get("maps", {})),
    }


def studies(included: pd.DataFrame, values: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Return the included studies, each with whether anything of it is coded."""
    told = facts.pivot(index="work_id", columns="fact", values="value")
    told = told.reindex(columns=["identification", "recalled_fields"])
    table = included.merge(told, "left", left_on="work_id", right_index=True)
    coded = table["work_id"].isin(set(values["work_id"])).map({True: "yes", False: "no"})
    return table.assign(coded=coded)[columns("code/studies")]


def excluded(works: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return every work that is not included, with the reason (PRISMA 2020, item 16b)."""
    out = outcomes[outcomes["status"] != "included"]
    return out.merge(works, on="work_id")[columns("code/excluded")]
