"""Find the records of one work, by judgement and by rule; merge them and keep the evidence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, combinations, pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
from rapidfuzz import fuzz

from slr import io, text
from slr.errors import Problem, SlrError
from slr.identity import Names
from slr.paths import CONFIG, DEDUPED, DUPLICATES, PULLED
from slr.schemas.tables import ENTRY_FIELDS, columns
from slr.text import year_range

GRAM = 3
"""Letters of the runs by which titles are found alike."""
NEIGHBOURS = 10
"""Most records with which a record is compared for the likeness of their titles."""

DEFAULTS = {"key_letters_min": 12, "ask_similarity_min_pct": 90}
"""Settings for tables from outside a review."""

Pair = tuple[str, str]


def run(root: Path) -> str:
    """Cluster the records of the pull stage; write works, clusters, pairs and conflicts."""
    from slr import config

    records = io.read_table(root / PULLED / "records.csv", "pull/records")
    judgements = read_judgements(root, records)
    whole = config.load(root / CONFIG)
    baseline = whole["pull"]["baseline"]
    tables = dedup(records, judgements, whole["dedup"], leading=baseline)
    write(tables, root / DEDUPED)
    return summary(tables, len(records))


def read_judgements(root: Path, records: pd.DataFrame) -> pd.DataFrame:
    """Read the judgements on pairs, their names resolved; none where there is no file."""
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
    for name, table in tables.items():
        io.write_table(out / f"{name}.csv", table, f"dedup/{name}")


def dedup_files(files: Sequence[Path], out: Path, settings: Mapping[str, Any]) -> str:
    """Cluster the records of tables from outside the review; write the stage's tables to `out`."""
    wanted = ["record_id", *(f for f in ENTRY_FIELDS if not f.startswith("year_"))]
    frames = [io.read_columns(path, wanted, ["record_id"]) for path in files]
    records = pd.concat(frames, ignore_index=True)
    repeated = sorted(set(records.loc[records["record_id"].duplicated(), "record_id"]))
    if repeated:
        raise SlrError(
            [
                Problem(f"record_id {name!r} stands there twice.", "Give each record its own.")
                for name in repeated
            ]
        )
    none = pd.DataFrame(columns=columns("raw/duplicates"), dtype="str")
    tables = dedup(records, none, settings)
    write(tables, out)
    return summary(tables, len(records))


def summary(tables: Mapping[str, pd.DataFrame], records: int) -> str:
    """Say how many works the records are, and how many pairs a person may look at."""
    works = len(tables["works"])
    asked = int((tables["pairs"]["verdict"] == "ask").sum())
    told = f"{works} works in {records} records, {records - works} duplicates removed"
    return told + (f"; {asked} pairs to look at, see pairs.csv" if asked else "")


def dedup(
    records: pd.DataFrame,
    judgements: pd.DataFrame,
    settings: Mapping[str, Any],
    *,
    leading: Collection[str] = (),
) -> dict[str, pd.DataFrame]:
    """Return the tables `works`, `clusters`, `pairs` and `conflicts`.

    Two records are one work if the latest judgements on the pair say so or, where there is
    none, if a rule does: equal DOIs and no contradiction, or equal titles of enough letters
    with the same first author and overlapping years. Titles that are only much alike are listed
    for a person and not merged. A judgement always wins over a rule, and a cluster that holds a
    pair judged different falls back to what judgements alone join.

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
    """
    records = records.sort_values("record_id", ignore_index=True)
    prepared = prepare(records, settings["key_letters_min"])
    judged = latest(judgements)
    pairs = set(block(prepared, settings["ask_similarity_min_pct"])) | set(judged)
    rows = prepared.set_index("record_id").to_dict("index")
    decided = [decide(pair, rows, judged, settings) for pair in sorted(pairs)]
    found = pd.DataFrame(decided, columns=columns("dedup/pairs"))
    found = found[(found["verdict"] != "different") | (found["basis"] != "rule")]
    found = ask_where_chains_contradict(found, prepared)
    by_precedence = sorted(prepared["record_id"], key=lambda name: _rank(name, leading))
    clusters, conflicts = cluster(by_precedence, found)
    works, fields = merge(records, clusters, conflicts)
    return {"works": works, "clusters": clusters, "pairs": found, "conflicts": fields}


def prepare(records: pd.DataFrame, key_letters_min: int) -> pd.DataFrame:
    """Return one row of comparison keys a record; a key that is too short is empty."""
    given = records.reindex(columns=["record_id", "title", "author", "doi", "year"]).astype(object)
    given = given.where(given.notna(), "")
    titles = given["title"].map(text.title_key)
    prepared = pd.DataFrame(
        {
            "record_id": given["record_id"],
            "title_key": titles.where(titles.str.len() >= key_letters_min, ""),
            "author_key": given["author"].map(text.surname_key),
            "doi_key": given["doi"].map(text.doi_key),
        }
    )
    years = [year_range(str(year)) for year in given["year"]]
    prepared["year_from"] = [y[0] for y in years]
    prepared["year_to"] = [y[1] for y in years]
    return prepared


def block(prepared: pd.DataFrame, similarity_min_pct: float) -> Iterable[Pair]:
    """Yield the pairs worth a look: equal DOI, equal title, or titles with like n-grams.

    Every record with a title is compared with at most `NEIGHBOURS` nearest others, so that the
    number of pairs grows with the number of records and not with its square; finding them still
    takes time that does. Records with an empty key are in no pair.
    """
    prepared = prepared.sort_values(["year_from", "record_id"])
    for keys in (["doi_key"], ["title_key"], ["title_key", "author_key"]):
        for _, ids in prepared[(prepared[keys] != "").all(axis=1)].groupby(keys)["record_id"]:
            # A long run of equal keys is joined by its neighbours; all pairs would be its square.
            for a, b in chain(pairwise(ids), combinations(ids[:NEIGHBOURS], 2)):
                yield (min(a, b), max(a, b))
    titled = prepared[prepared["title_key"].str.len() >= GRAM].sort_values("record_id")
    titled = titled.drop_duplicates("title_key")
    if len(titled) > 1:
        yield from _alike(titled, similarity_min_pct)


def _alike(titled: pd.DataFrame, similarity_min_pct: float) -> Iterable[Pair]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.neighbors import NearestNeighbors

    grams = TfidfVectorizer(analyzer="char", ngram_range=(GRAM, GRAM)).fit_transform(
        titled["title_key"]
    )
    nearest = NearestNeighbors(n_neighbors=min(NEIGHBOURS + 1, len(titled)), metric="cosine")
    distances, neighbours = nearest.fit(grams).kneighbors(grams)
    ids = titled["record_id"].to_list()
    near = 1 - similarity_min_pct / 200  # n-grams fall apart faster than letters do
    for row, (far, others) in enumerate(zip(distances, neighbours, strict=True)):
        for distance, other in zip(far, others, strict=True):
            if other != row and distance <= near:
                yield (min(ids[row], ids[other]), max(ids[row], ids[other]))


def decide(
    pair: Pair,
    rows: Mapping[str, Mapping[str, Any]],
    judged: Mapping[Pair, tuple[str, str]],
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the row of `dedup/pairs` of one pair."""
    a, b = rows[pair[0]], rows[pair[1]]
    score = None
    if a["title_key"] and b["title_key"]:
        score = round(fuzz.ratio(a["title_key"], b["title_key"]), 1)
    row: dict[str, Any] = {"record_a": pair[0], "record_b": pair[1], "score": score}
    if pair in judged:
        verdict, reasons = judged[pair]
        if verdict == "conflict":
            return row | {"verdict": "ask", "basis": "conflict", "reasons": reasons}
        return row | {"verdict": verdict, "basis": "judgement", "reasons": reasons}
    verdict, reasons = _rule(a, b, score, settings["ask_similarity_min_pct"])
    return row | {"verdict": verdict, "basis": "rule", "reasons": reasons}


def _rule(
    a: Mapping[str, Any], b: Mapping[str, Any], score: float | None, ask_at: float
) -> tuple[str, str]:
    """Return the verdict on two records and its reasons in words."""
    one_doi = bool(a["doi_key"]) and a["doi_key"] == b["doi_key"]
    other_doi = bool(a["doi_key"] and b["doi_key"]) and not one_doi
    one_title = bool(a["title_key"]) and a["title_key"] == b["title_key"]
    one_author = bool(a["author_key"]) and a["author_key"] == b["author_key"]
    other_author = bool(a["author_key"] and b["author_key"]) and not one_author
    other_year = _apart(a, b)
    if other_doi:
        return "different", "the DOIs differ"
    if one_doi and (score is None or score >= ask_at) and not other_author:
        return "same", "the DOI is the same and nothing contradicts it"
    if one_title and one_author and not other_year:
        return "same", "title and first author are the same and the years agree"
    if one_doi:
        return "ask", "the DOI is the same, but title or author differ"
    if score is not None and score >= ask_at:
        said = ["the titles are alike"]
        said += ["the first author differs"] if other_author else []
        said += ["the years differ"] if other_year else []
        return "ask", "; ".join(said)
    return "different", "the titles differ"


def ask_where_chains_contradict(pairs: pd.DataFrame, prepared: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs, those that rules join into a contradiction turned over to a person.

    Two records that agree with a third can contradict each other: two DOIs, or years apart where
    not all have one DOI. No pair of such a chain is merged by a rule.
    """
    by_rule = (pairs["verdict"] == "same") & (pairs["basis"] == "rule")
    part_of = _components(list(prepared["record_id"]), _pairs_of(pairs[by_rule]))
    parts = prepared.assign(part=prepared["record_id"].map(part_of))
    parts = parts[parts.duplicated("part", keep=False)]
    chains = parts.assign(doi=parts["doi_key"].where(parts["doi_key"] != "")).groupby("part")
    dois = chains["doi"].nunique()
    one_doi = (dois == 1) & (chains["doi"].count() == chains.size())
    years_apart = chains["year_from"].max() > chains["year_to"].min()
    torn = set(dois.index[(dois > 1) | (years_apart & ~one_doi)])
    ask = by_rule & pairs["record_a"].map(part_of).isin(torn)
    reasons = pairs["reasons"] + "; but records that agree with both contradict each other"
    return pairs.assign(
        verdict=pairs["verdict"].mask(ask, "ask"), reasons=pairs["reasons"].mask(ask, reasons)
    )


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


def cluster(ids: list[str], pairs: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Join records into works; return `clusters` and, by work, what people must settle.

    A cluster is named by the record that comes first in `ids`. Where it holds a pair judged
    different, only judgements join its records; where these contradict themselves, nothing does.
    """
    conflicts: dict[str, str] = {}
    same = pairs[pairs["verdict"] == "same"]
    apart = list(_pairs_of(pairs[pairs["verdict"] == "different"]))
    by_people = list(_pairs_of(same[same["basis"] == "judgement"]))
    cluster_of = _components(ids, _pairs_of(same))
    split = {cluster_of[a] for a, b in apart if cluster_of[a] == cluster_of[b]}
    if split:
        kept = [p for p in _pairs_of(same) if cluster_of[p[0]] not in split]
        kept += [p for p in by_people if cluster_of[p[0]] in split]
        cluster_of = _components(ids, kept)
        torn = {cluster_of[a] for a, b in apart if cluster_of[a] == cluster_of[b]}
        for name in [n for n in ids if cluster_of[n] in torn]:
            conflicts[name] = "judgements on its duplicates contradict each other"
        kept = [p for p in kept if cluster_of[p[0]] not in torn]
        cluster_of = _components(ids, kept)
    disputed = pairs[pairs["basis"] == "conflict"]
    for a, b in _pairs_of(disputed):
        for name in (a, b):
            conflicts[cluster_of[name]] = "judgements on its duplicates contradict each other"
    of_ids = {"record_id": ids, "cluster_id": [cluster_of[n] for n in ids]}
    table = pd.DataFrame(of_ids, dtype="str").sort_values("record_id", ignore_index=True)
    return table, conflicts


def merge(
    records: pd.DataFrame, clusters: pd.DataFrame, conflicts: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one row a work, and the fields on which the records of a work differ.

    The fullest record of a work leads: one with a title before one without, then the one with
    most fields, then the first id. What it lacks is filled from the others; its note, which
    speaks of the record itself, is not.
    """
    entries = records.reindex(columns=["record_id", *ENTRY_FIELDS]).merge(clusters, on="record_id")
    bibliographic = [f for f in ENTRY_FIELDS if f != "note"]
    entries["_titled"] = entries["title"].notna()
    entries["_filled"] = entries[bibliographic].notna().sum(axis=1)
    ordered = entries.sort_values(
        ["cluster_id", "_titled", "_filled", "record_id"], ascending=[True, False, False, True]
    )
    groups = ordered.groupby("cluster_id", sort=True)
    works = groups[ENTRY_FIELDS].first()  # column by column, the first value that is not missing
    works["note"] = groups["note"].nth(0).set_axis(works.index)
    years = [year_range(str(year)) for year in works["year"]]
    for place, name in enumerate(("year_from", "year_to")):
        works[name] = pd.array([ends[place] for ends in years], dtype="Int64")
    members = entries.groupby("cluster_id")["record_id"].agg(lambda ids: " ".join(sorted(ids)))
    works = works.assign(record_ids=members, conflict=pd.Series(conflicts, dtype="str"))
    return works.rename_axis("work_id").reset_index(), _differences(ordered, works)


def _differences(entries: pd.DataFrame, works: pd.DataFrame) -> pd.DataFrame:
    rows = []
    several = entries[entries.duplicated("cluster_id", keep=False)]
    for name, group in several.groupby("cluster_id"):
        for field in ENTRY_FIELDS:
            values = group[field].astype("str").where(group[field].notna())
            if values.nunique(dropna=False) < 2:
                continue
            kept = works.at[name, field]
            for record_id, value in sorted(zip(group["record_id"], values, strict=True)):
                same = pd.notna(value) and str(value) == str(kept)
                rows.append((name, field, record_id, value, "yes" if same else "no"))
    return pd.DataFrame(rows, columns=columns("dedup/conflicts"))


def _pairs_of(pairs: pd.DataFrame) -> Iterable[Pair]:
    return zip(pairs["record_a"], pairs["record_b"], strict=True)


def _components(ids: list[str], edges: Iterable[Pair]) -> dict[str, str]:
    graph = nx.Graph()
    graph.add_nodes_from(ids)
    graph.add_edges_from(edges)
    rank = {name: place for place, name in enumerate(ids)}
    parts = nx.connected_components(graph)
    return {name: min(part, key=rank.__getitem__) for part in parts for name in part}


def _rank(record_id: str, leading: Collection[str]) -> tuple[bool, str]:
    return record_id.split("/", 1)[0] not in leading, record_id


def _apart(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Tell whether both years are known and their ranges do not touch."""
    bounds = [a["year_from"], a["year_to"], b["year_from"], b["year_to"]]
    if any(pd.isna(bound) for bound in bounds):
        return False
    return bool(a["year_to"] < b["year_from"] or b["year_to"] < a["year_from"])
