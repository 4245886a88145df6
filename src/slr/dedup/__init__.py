"""Find the records of one work and merge them: prepare, block, score, decide, cluster, merge.

Each step is a module of its own and a pure function of tables; this one puts them in a row.
The steps work on columns of texts, without pandas, which takes longer to import than to do
without.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slr.errors import Problem, SlrError
from slr.paths import CONFIG, DEDUPED, DUPLICATES, PULLED
from slr.text import counted

if TYPE_CHECKING:
    import pandas as pd

    from slr.dedup.decide import Decided
    from slr.dedup.merge import Table
    from slr.dedup.prepare import Columns, Prepared

DEFAULTS = {"key_letters_min": 12, "same_min_pct": 90, "ask_min_pct": 70}
"""Settings for tables from outside a review."""

_COUNTED = ("year_from", "year_to", "records", "works", "alone", "count")
TELL_AFTER_S = 10
"""Seconds after which progress is told, and between one line of it and the next."""

Pair = tuple[str, str]


def run(root: Path) -> str:
    """Cluster the records of the pull stage; write works, clusters, pairs and conflicts."""
    from slr import config, io

    records = io.read_table(root / PULLED / "records.csv", "pull/records")
    judgements = read_judgements(root, records)
    whole = config.load(root / CONFIG)
    baseline = config.baseline(whole, records["source"])
    tables = dedup(records, judgements, whole["dedup"], leading=baseline)
    write(tables, root / DEDUPED)
    return summary(tables, len(records))


def read_judgements(root: Path, records: pd.DataFrame) -> pd.DataFrame:
    """Read the judgements on pairs, their names resolved; none where there is no file."""
    from slr import io
    from slr.identity import Names

    judgements = io.read_optional(root / DUPLICATES, "raw/duplicates")
    names = Names(records["record_id"])
    for column in ("record_a", "record_b"):
        judgements = names.column(judgements, column, DUPLICATES)
    alone = judgements[judgements["record_a"] == judgements["record_b"]]
    if len(alone):
        raise SlrError(
            [
                Problem(f"names {name!r} twice.", "Name two records.", DUPLICATES, line, "record_b")
                for line, name in alone["record_b"].items()
            ]
        )
    return judgements


def write(tables: Mapping[str, pd.DataFrame], out: Path) -> None:
    """Write the stage's tables to a folder."""
    from slr import io

    for name, table in tables.items():
        io.write_table(out / f"{name}.csv", table, f"dedup/{name}")


def dedup_files(files: Sequence[Path], out: Path, settings: Mapping[str, Any]) -> str:
    """Cluster the records of tables from outside the review; write the stage's tables to `out`."""
    from slr import io
    from slr.dedup.merge import FIELDS
    from slr.dedup.prepare import READ

    fields = dict.fromkeys((*FIELDS, *READ, "source"))
    wanted = ["record_id", *(f for f in fields if f[:5] != "year_")]
    columns: dict[str, list[str]] = {name: [] for name in wanted}
    places: list[tuple[Path, int]] = []
    for path in files:
        read = io.read_cells(path, wanted, ["record_id"])
        count = len(read["record_id"])
        for name in wanted:
            columns[name] += read.get(name) or [""] * count
        places.append((path, count))
    ids = columns["record_id"]
    _check_once(ids, places)
    stems = chain.from_iterable([path.name.split(".", 1)[0]] * count for path, count in places)
    columns["source"] = [
        given or (_source(name) if "/" in name else stem)
        for given, name, stem in zip(columns["source"], ids, stems, strict=True)
    ]
    tables = engine(columns, {}, settings)
    del tables["studies"]  # nobody has judged
    if len(tables["sources"]["source"]) < 2:
        del tables["sources"], tables["overlaps"]
    for name, table in tables.items():
        io.write_cells(out / f"{name}.csv", table)
    asked = tables["pairs"]["verdict"].count("ask")
    return _summary(len(tables["works"]["work_id"]), len(ids), asked)


def _check_once(ids: Sequence[str], places: Sequence[tuple[Path, int]]) -> None:
    """Refuse ids that stand in the files more than once; tell where each stands."""
    if len(set(ids)) == len(ids):
        return
    from slr import io

    at = ((path, line) for path, _ in places for line in io.lines_of_rows(path))
    first: dict[str, tuple[Path, int]] = {}
    problems = []
    for name, (path, line) in zip(ids, at, strict=True):
        if name in first:
            where = "{}:{}".format(*first[name])
            found = f"{name!r} stands at {where} already."
            problems.append(Problem(found, "Give each record its own.", path, line, "record_id"))
        else:
            first[name] = (path, line)
    raise SlrError(problems)


def summary(tables: Mapping[str, pd.DataFrame], records: int) -> str:
    """Say how many works the records are, and how many pairs a person may look at."""
    asked = int((tables["pairs"]["verdict"] == "ask").sum())
    return _summary(len(tables["works"]), records, asked)


def _summary(works: int, records: int, asked: int) -> str:
    found = f"{counted(works, 'work')} in {counted(records, 'record')}"
    told = f"{found}, {counted(records - works, 'duplicate')} removed"
    return told + (f"; {counted(asked, 'pair')} to look at, see pairs.csv" if asked else "")


def dedup(
    records: pd.DataFrame,
    judgements: pd.DataFrame,
    settings: Mapping[str, Any],
    *,
    leading: Collection[str] = (),
) -> dict[str, pd.DataFrame]:
    """Return the tables of the stage: `works`, `clusters`, `pairs`, `conflicts` and so on.

    Two records are one work if the latest judgements on the pair say so or, where there is
    none, if the evidence of all fields together is sure enough and no hard rule stands against
    it. What is nearly sure, and what is one study in two reports or two languages, is listed for
    a person and not merged. A judgement always wins over a rule, and a cluster that holds a pair
    judged apart falls back to what judgements alone join. Works of which people say that they
    are of one study stay two works, and are listed in `studies`.

    Parameters
    ----------
    records
        Table `pull/records`, or any table with `record_id` and some of its columns.
    judgements
        Table `raw/duplicates` with full record ids.
    settings
        Section `dedup` of the config.
    leading
        Sources whose records name their works, so that an addition never renames one.

    Notes
    -----
    Near linear in the number of records: each has a bounded number of pairs.
    """
    import pandas as pd

    columns = {
        name: records[name].astype(object).where(records[name].notna(), "").map(str).to_list()
        for name in records.columns
    }
    made = engine(columns, latest(judgements), settings, leading=leading)
    tables = {}
    for name, table in made.items():
        frame = pd.DataFrame(table, dtype="str")
        frame = frame.mask(frame == "")
        kinds = {"score": "Float64"} | dict.fromkeys(_COUNTED, "Int64")
        for column in kinds.keys() & set(frame.columns):
            frame[column] = pd.to_numeric(frame[column]).astype(kinds[column])
        tables[name] = frame
    return tables


def engine(
    columns: Columns,
    judged: Mapping[Pair, tuple[str, str]],
    settings: Mapping[str, Any],
    *,
    leading: Collection[str] = (),
) -> dict[str, Table]:
    """Return the tables of the stage by column; an empty text is a missing value.

    Parameters
    ----------
    columns
        The records by column, `record_id` among them.
    judged
        Verdict and reasons on pairs of ids, the lesser id first, as `latest` gives them.
    settings, leading
        As in `dedup`.
    """
    from slr.dedup import block, cluster, decide, merge, overlap, prepare, studies

    tell = _progress()
    ids = columns["record_id"]
    order = sorted(range(len(ids)), key=ids.__getitem__)
    columns = {name: [values[row] for row in order] for name, values in columns.items()}
    ids = columns["record_id"]
    tell(f"{len(ids)} records: their keys")
    p = prepare.prepare(columns)
    tell("the pairs worth a comparison")
    pairs = block.block(p)
    decided = _with_judgements(_decided(p, pairs, settings, tell), p.ids, judged)
    ranked = sorted(range(len(ids)), key=lambda row: (_source(ids[row]) not in leading, ids[row]))
    rank = [0] * len(ids)
    for place, row in enumerate(ranked):
        rank[row] = place
    tell("the clusters")
    decided = cluster.ask_where_torn(p, decided, _model(settings), rank)
    clusters = cluster.cluster(decided, rank)
    tell("the works")
    leader = clusters.leader.tolist()
    works, conflicts = merge.merge(columns, leader, clusters.conflicts)
    joined = decided.pairs[decided.verdict == decide.SAME_STUDY]
    reports = zip(joined.a.tolist(), joined.b.tolist(), strict=True)
    return {
        "works": works,
        "clusters": {
            "record_id": list(ids),
            "cluster_id": [ids[row] for row in leader],
        },
        "pairs": _pairs_table(ids, decided),
        "conflicts": conflicts,
        "studies": studies.studies(ids, reports, leader, rank),
        **overlap.overlap(ids, columns.get("source") or list(map(_source, ids)), leader),
    }


def latest(judgements: pd.DataFrame) -> dict[Pair, tuple[str, str]]:
    """Return the verdict and reason on each judged pair, whichever way round it is named.

    A reviewer's later judgement takes the place of an earlier one. Where reviewers contradict
    each other the verdict is ``conflict``.
    """
    said: dict[Pair, dict[str, tuple[str, str]]] = {}
    for row in judgements.sort_values("date", kind="stable").itertuples():
        pair = (min(row.record_a, row.record_b), max(row.record_a, row.record_b))
        said.setdefault(pair, {})[row.reviewer] = (row.verdict, row.reason)
    result: dict[Pair, tuple[str, str]] = {}
    for pair, by in said.items():
        verdicts = {verdict for verdict, _ in by.values()}
        reasons = "; ".join(f"{who}: {reason}" for who, (_, reason) in sorted(by.items()))
        result[pair] = (verdicts.pop() if len(verdicts) == 1 else "conflict", reasons)
    return result


def _model(settings: Mapping[str, Any]) -> Any:
    from slr.dedup import decide

    limits = {name: settings[f"{name[:-3]}_min_pct"] / 100 for name in ("same_at", "ask_at")}
    return replace(decide.shipped(), **limits)


def _decided(
    p: Prepared, pairs: Any, settings: Mapping[str, Any], tell: Callable[[str], None]
) -> Decided:
    """Score and decide all pairs, a part at a time."""
    from slr.dedup import decide, score

    model, letters = _model(settings), settings["key_letters_min"]
    parts = []
    for begin in range(0, max(len(pairs), 1), score.AT_ONCE):
        tell(f"{begin} of {len(pairs)} pairs compared")
        scores = score.score(p, pairs[slice(begin, begin + score.AT_ONCE)])
        parts.append(decide.decide(p, scores, model, letters))
    return decide.joined(parts)


def _with_judgements(
    decided: Decided, ids: Sequence[str], judged: Mapping[Pair, tuple[str, str]]
) -> Decided:
    """Put the judgements of people in the place of the decisions on their pairs."""
    if not judged:
        return decided
    from slr.dedup import decide

    row = {name: place for place, name in enumerate(ids)}
    known = {(row[a], row[b]): said for (a, b), said in judged.items() if a in row and b in row}
    return decide.overruled(decided, known)


def _pairs_table(ids: Sequence[str], decided: Decided) -> Table:
    basis = [
        "conflict" if disputed else "judgement" if judged else "rule"
        for judged, disputed in zip(decided.judged, decided.disputed, strict=True)
    ]
    scores = ["" if math.isnan(score) else str(score) for score in decided.score.tolist()]
    return {
        "record_a": [ids[row] for row in decided.pairs.a.tolist()],
        "record_b": [ids[row] for row in decided.pairs.b.tolist()],
        "score": scores,
        "verdict": decided.verdict.tolist(),
        "basis": basis,
        "reasons": decided.reasons.tolist(),
    }


def _source(record_id: str) -> str:
    return record_id.split("/", 1)[0]


def _progress() -> Callable[[str], None]:
    """Return a function that tells on stderr where a long run is; a quick one is silent."""
    begun = told = time.monotonic()

    def tell(what: str) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= TELL_AFTER_S:
            told = now
            sys.stderr.write(f"slr: dedup: {now - begun:.0f} s: {what}\n")

    return tell
