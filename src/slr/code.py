"""Code the included studies into the review's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from slr import io
from slr.errors import Problem, SlrError, did_you_mean
from slr.identity import Names, read_named_sources
from slr.paths import CODED, CODING, CONFIG, DEDUPED, SCREENED
from slr.schemas.tables import columns

CHANGES = ["internal_change", "external_change", "concept_change"]
"""The three questions of Table 1, each a precondition of the next."""
NO_STEP = "none"
"""The word for a step of a model that is none of the common steps."""
TABLES = ["studies", "table1", "table2", "table3", "table4", "table5"]


Coding = Mapping[str, pd.DataFrame]
"""The codings that people made, with full record ids, by table of `TABLES`."""


def run(root: Path) -> str:
    """Code the included works of the screen stage; write one table a file."""
    from slr import config

    settings = config.load(root / CONFIG)
    works = io.read_table(root / DEDUPED / "works.csv", "dedup/works")
    clusters = io.read_table(root / DEDUPED / "clusters.csv", "dedup/clusters")
    included = io.read_table(root / SCREENED / "included.csv", "screen/included")
    outcomes = io.read_table(root / SCREENED / "outcomes.csv", "screen/outcomes")
    facts = io.read_table(root / SCREENED / "facts.csv", "screen/facts")
    coding = read_coding(root, Names(clusters["record_id"]), settings)
    tables = code(included, outcomes, works, clusters, facts, coding, settings["code"])
    for name, table in tables.items():
        io.write_table(root / CODED / f"{name}.csv", table, f"code/{name}")
    return summary(tables["studies"])


def summary(studies: pd.DataFrame) -> str:
    """Say how many included studies are coded."""
    coded = int((studies["coded"] == "yes").sum())
    left = len(studies) - coded
    return f"{coded} studies coded" + (f"; {left} not yet, see studies.csv" if left else "")


def read_coding(root: Path, names: Names, settings: Mapping[str, Any]) -> Coding:
    """Read and check what people coded: names resolved, values within the config's words."""
    tables = {n: io.read_table(root / CODING / f"{n}.csv", f"raw/{n}") for n in TABLES}
    named = read_named_sources(root)
    shown = {n: CODING / f"{n}.csv" for n in TABLES}
    for name, column in (("studies", "record_id"), ("table4", "key")):
        tables[name] = names.column(tables[name], column, shown[name])
    both = Names([*names.ids, *named["record_id"]])
    tables["table2"] = both.column(tables["table2"], "key", shown["table2"])
    steps = [*settings["code"]["common_steps"], NO_STEP]
    _check_words(tables["table2"]["common_step"], steps, shown["table2"], "common_step")
    kinds = settings["screen"]["facts"].get("evidence_kind", {}).get("values")
    if kinds:
        words = [*kinds, "unknown"]
        _check_words(tables["studies"]["evidence_kind"], words, shown["studies"], "evidence_kind")
    concepts = sorted(set(tables["table4"]["concept_no"]))
    _check_words(tables["studies"]["concept_no"], concepts, shown["studies"], "concept_no")
    table1(tables["table1"])  # refuses stages that break the rule
    return tables


def _check_words(values: pd.Series, allowed: Sequence[object], path: Path, column: str) -> None:
    problems = [
        Problem(
            f"{value!r} is not in the vocabulary."
            if isinstance(value, str)
            else f"{value} is not in the vocabulary.",
            did_you_mean(str(value), map(str, allowed)),
            path,
            line,
            column,
        )
        for line, value in values.items()
        if pd.notna(value) and value not in allowed
    ]
    if problems:
        raise SlrError(problems)


def code(
    included: pd.DataFrame,
    outcomes: pd.DataFrame,
    works: pd.DataFrame,
    clusters: pd.DataFrame,
    facts: pd.DataFrame,
    coding: Coding,
    settings: Mapping[str, Any],
) -> dict[str, pd.DataFrame]:
    """Return every table of the stage by name.

    Parameters
    ----------
    included, outcomes, facts
        Tables of the screen stage.
    works, clusters
        Tables of the dedup stage.
    coding
        What people coded.
    settings
        Section `code` of the config.
    """
    work_of = dict(zip(clusters["record_id"], clusters["cluster_id"], strict=True))
    kept = set(included["work_id"])
    stages = table1(coding["table1"])
    concepts = coding["table4"].drop_duplicates("concept_no")
    coded = studies(included, coding["studies"], work_of, facts, stages, concepts)
    sources = table4(coding["table4"], work_of, kept)
    steps = table2(coding["table2"], work_of, kept)
    return {
        "studies": coded,
        "table1": stages,
        "table2": steps,
        "table2_common_steps": common_steps(steps, list(settings["common_steps"])),
        "table3": coding["table3"].reindex(columns=columns("code/table3")),
        "table4": sources,
        "table4_counts": count_by_concept(sources),
        "table5": coding["table5"].reindex(columns=columns("code/table5")),
        "excluded": excluded(works, outcomes),
        "evidence_map": evidence_map(coded, stages, concepts),
    }


def studies(
    included: pd.DataFrame,
    codings: pd.DataFrame,
    work_of: Mapping[str, str],
    facts: pd.DataFrame,
    stages: pd.DataFrame,
    concepts: pd.DataFrame,
) -> pd.DataFrame:
    """Return the included studies with their codings; a study without one says so.

    Raises
    ------
    SlrError
        If two codings of one work differ; which of them holds is for people to say.
    """
    own = codings.drop(columns=["record_id", "sections"])
    own = own.assign(work_id=codings["record_id"].map(work_of)).drop_duplicates()
    twice = own[own.duplicated("work_id")]
    if len(twice):
        path = CODING / "studies.csv"
        raise SlrError(
            [
                Problem(f"{name} is coded already, otherwise.", "Keep one coding.", path, line)
                for line, name in twice["work_id"].items()
            ]
        )
    named = stages[["stage_no", "name_en", "name_fa"]].set_axis(
        ["stage", "stage_en", "stage_fa"], axis=1
    )
    told = facts.pivot(index="work_id", columns="fact", values="value")
    told = told.reindex(columns=["identification", "recalled_fields"])
    table = included.merge(own, on="work_id", how="left").merge(named, on="stage", how="left")
    table = table.merge(concepts[["concept_no", "concept_en", "concept_fa"]], "left", "concept_no")
    table = table.merge(told, "left", left_on="work_id", right_index=True)
    coded = table["work_id"].isin(own["work_id"]).map({True: "yes", False: "no"})
    return table.assign(coded=coded)[columns("code/studies")]


def table1(stages: pd.DataFrame) -> pd.DataFrame:
    """Return the stages that the paper's rule leaves of the eight combinations of change.

    No internal change, then no external; no external, then no change of concepts (section 4.1,
    the second sentence of the rule). The combinations that remain must be those of the coding.

    Raises
    ------
    SlrError
        If a coded stage is not one of them, or one of them is coded by no stage.
    """
    left = [c for c in product(("no", "yes"), repeat=len(CHANGES)) if _nested(c)]
    coded = dict(zip(zip(*(stages[c] for c in CHANGES), strict=True), stages.index, strict=True))
    if set(left) != set(coded) or len(coded) != len(stages):
        found = f"its stages are {sorted(coded)}, where the rule leaves {left}."
        raise SlrError(
            Problem(found, "Correct the three columns of change.", CODING / "table1.csv")
        )
    return stages.loc[[coded[c] for c in left]].reindex(columns=columns("code/table1"))


def _nested(combination: tuple[str, ...]) -> bool:
    """Tell whether no later change is there without the one before it."""
    return list(combination) == sorted(combination, reverse=True)


def table2(steps: pd.DataFrame, work_of: Mapping[str, str], kept: set[str]) -> pd.DataFrame:
    """Return the steps of the models; a model that is no record keeps its own name."""
    works = steps["key"].map(lambda key: work_of.get(key, key))
    table = steps.rename(columns={"key": "record_id", "year_printed": "year"})
    table = table.assign(included=works.isin(kept).map({True: "yes", False: "no"}))
    return table.sort_values(["model_no", "step_no"])[columns("code/table2")]


def common_steps(steps: pd.DataFrame, words: list[str]) -> pd.DataFrame:
    """Return how many steps of each model are each common step; 0 where it lacks one."""
    models = steps[["model_no", "model_en", "model_fa"]].drop_duplicates("model_no")
    grid = models.merge(pd.DataFrame({"common_step": words}), how="cross")
    counts = steps.groupby(["model_no", "common_step"]).size().rename("steps").reset_index()
    grid = grid.merge(counts, on=["model_no", "common_step"], how="left")
    return grid.assign(steps=grid["steps"].fillna(0).astype("Int64"))


def table4(sources: pd.DataFrame, work_of: Mapping[str, str], kept: set[str]) -> pd.DataFrame:
    """Return the sources of the concepts, each with whether it is an included study."""
    works = sources["key"].map(work_of)
    marked = works.isin(kept).map({True: "yes", False: "no"})
    return sources.assign(work_id=works, included=marked)[columns("code/table4")]


def count_by_concept(sources: pd.DataFrame) -> pd.DataFrame:
    """Count the sources of each concept, and the included studies among them."""
    by = sources.groupby(["concept_no", "concept_en", "concept_fa"], sort=True)
    counted = by.agg(
        sources=("work_id", "size"),
        included=("included", lambda marks: int((marks == "yes").sum())),
        work_ids=("work_id", " ".join),
    )
    return counted.reset_index()


def excluded(works: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return every work that is not included, with the reason (PRISMA 2020, item 16b)."""
    out = outcomes[outcomes["status"] != "included"]
    return out.merge(works, on="work_id")[columns("code/excluded")]


def evidence_map(coded: pd.DataFrame, stages: pd.DataFrame, concepts: pd.DataFrame) -> pd.DataFrame:
    """Count the included studies behind every stage and concept, empty cells too.

    Stage 0 is the model as a whole; a cell without a concept holds studies that have none; a
    cell without a stage holds studies that are not coded yet.
    """
    cells = [(s, c) for s in [0, *stages["stage_no"]] for c in [None, *concepts["concept_no"]]]
    if coded["stage"].isna().any():
        cells.append((None, None))
    rows = []
    for stage, concept in cells:
        here = coded[_equal(coded["stage"], stage) & _equal(coded["concept_no"], concept)]
        rows.append((stage, concept, len(here), " ".join(here["work_id"]) or None))
    return pd.DataFrame(rows, columns=columns("code/evidence_map"))


def _equal(values: pd.Series, wanted: int | None) -> pd.Series:
    return values.isna() if wanted is None else (values == wanted).fillna(False)
