"""Gather what networks are made of: reference lists from people and from indexes, and the works."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from slr.cocite.cited import Cited, read
from slr.cocite.kinds import Known, Material, keywords_of
from slr.cocite.lists import lists_of, oddities, work_key
from slr.cocite.match import Matched, Work, match
from slr.schemas.made import CITED_AS
from slr.schemas.tables import columns
from slr.text import families_of

OPENALEX = "openalex"


@dataclass(frozen=True)
class Tables:
    """The tables of the review that networks are made from."""

    works: pd.DataFrame
    clusters: pd.DataFrame
    records: pd.DataFrame
    outcomes: pd.DataFrame
    enrichment: pd.DataFrame
    cited_works: pd.DataFrame
    """Table `pull/cited_works`: names of works that OpenAlex lists by id."""
    given: pd.DataFrame
    """Table `raw/references`: what people brought."""
    pulled: pd.DataFrame
    """Table `pull/references`: what exports and indexes list."""


def gather(tables: Tables, settings: Mapping[str, Any]) -> tuple[Material, Matched, list[str]]:
    """Return the material of networks, what became of each cited line, and what is unusual.

    Parameters
    ----------
    settings
        Section `dedup` of the config.
    """
    work_of = dict(zip(tables.clusters["record_id"], tables.clusters["cluster_id"], strict=True))
    works = list(_works(tables, work_of))
    names = _names(works, work_of)
    rows = [
        (names.get(citing) or names.get(key := work_key(citing)) or key, cited)
        for citing, cited in _rows(tables, _bare(work_of))
    ]
    lines = Counter(cited for _, cited in dict.fromkeys(rows) if cited and cited not in work_of)
    matched = match(lines, works, settings, _answered(tables.cited_works))
    found = [
        (citing, (work_of.get(cited) or matched.node(cited, citing)) if cited else "")
        for citing, cited in rows
    ]
    references = sorted(set(found))
    ends = [citing for citing, _ in found], [cited for _, cited in found]
    notes = list(oddities(lists_of(*ends), *ends, {}))
    known = _known(tables, work_of)
    cited = {name: told for name, told in _told(matched) if name not in known}
    cited |= {
        name: Known(told.author, told.journal, told.year, told.title)
        for name, told in _mentions(rows, matched)
    }
    outcomes = tables.outcomes
    included = outcomes.loc[outcomes["status"] == "included", "work_id"]
    return Material(references, known, cited, frozenset(included)), matched, notes


def _rows(tables: Tables, bare: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield citing and cited, as given; in lists of people a bare key names a record."""
    for citing, cited in zip(
        tables.given["citing_id"], tables.given["cited_id"].fillna(""), strict=True
    ):
        yield bare.get(citing, citing), bare.get(cited, cited)
    yield from zip(tables.pulled["record_id"], tables.pulled["cited"], strict=True)


def _bare(work_of: Mapping[str, str]) -> dict[str, str]:
    """Return the record that a key names, where only one has it."""
    named: dict[str, list[str]] = {}
    for record_id in work_of:
        named.setdefault(record_id.split("/", 1)[-1], []).append(record_id)
    return {key: ids[0] for key, ids in named.items() if len(ids) == 1}


def _answered(cited_works: pd.DataFrame) -> dict[str, Cited]:
    """Return what OpenAlex says of the works that it lists by id."""
    rows = cited_works[["openalex_id", *CITED_AS]].fillna("")
    return {name: Cited(name, **told) for name, told in zip(
        rows["openalex_id"], rows[list(CITED_AS)].to_dict("records"), strict=True
    )}  # fmt: skip


def _told(matched: Matched) -> Iterator[tuple[str, Known]]:
    """Yield each node with what is told of it: by the line that tells most, of equals the first."""
    best: dict[str, Known] = {}
    for row in matched.rows:
        told = Known(row["author"], row["journal"], row["year"], row["title"])
        if row["cited_id"] and _says(told) > _says(best.get(row["cited_id"])):
            best[row["cited_id"]] = told
    for name in {row["cited_id"]: None for row in matched.rows if row["cited_id"]}:
        yield name, best.get(name, Known())


def _says(known: Known | None) -> int:
    return sum(map(bool, (known.author, known.journal, known.year, known.title))) if known else 0


def _mentions(rows: Sequence[tuple[str, str]], matched: Matched) -> Iterator[tuple[str, Any]]:
    """Yield the nodes of the lines of which each mention is kept apart."""
    apart = {row["cited"] for row in matched.rows if not row["cited_id"]}
    for citing, cited in rows:
        if cited in apart:
            yield matched.node(cited, citing), read(cited)


def _works(tables: Tables, work_of: Mapping[str, str]) -> Iterator[Work]:
    """Yield the works for matching, with the ids that OpenAlex has for their records."""
    ids: defaultdict[str, set[str]] = defaultdict(set)
    for record_id in tables.records["record_id"]:
        key = record_id.split("/", 1)[1].upper()
        if read(key).openalex:
            ids[work_of[record_id]].add(key)
    said = tables.enrichment[tables.enrichment["index"].str.casefold() == OPENALEX]
    for record_id, answer in zip(said["record_id"], said["answer_id"], strict=True):
        ids[work_of[record_id]].add(work_key(answer))
    columns = ("title", "author", "year", "journal", "volume", "number", "pages", "doi")
    given = tables.works[["work_id", *columns]].fillna("")
    for name, *values in given.itertuples(index=False):
        told = dict(zip(columns, map(str, values), strict=True))
        yield Work(name, told, frozenset(ids.get(name, ())))


def _names(works: Sequence[Work], work_of: Mapping[str, str]) -> dict[str, str]:
    """Return the work that a record, DOI or OpenAlex id names; a DOI of two works names none."""
    names: dict[str, str] = {}
    twice: set[str] = set()
    for work in works:
        for name in filter(None, {work.columns["doi"], *work.openalex}):
            if names.setdefault(name, work.work_id) != work.work_id:
                twice.add(name)
    return {name: work for name, work in names.items() if name not in twice} | dict(work_of)


def _known(tables: Tables, work_of: Mapping[str, str]) -> dict[str, Known]:
    """Return what is known of the works; keywords come from all their records."""
    keywords: defaultdict[str, list[str]] = defaultdict(list)
    records = tables.records[["record_id", "extra"]].fillna("")
    for record_id, extra in records.itertuples(index=False):
        if '"keywords"' in extra:
            keywords[work_of[record_id]] += keywords_of(str(json.loads(extra).get("keywords", "")))
    given = tables.works[["work_id", "author", "journal", "year", "title"]].fillna("")
    return {
        name: Known(author, journal, year, title, tuple(keywords.get(name, ())))
        for name, author, journal, year, title in given.itertuples(index=False)
    }


def labels(material: Material) -> dict[str, tuple[str, str]]:
    """Return label and year of the cited works that are none of the review's."""
    return {name: (label_of(known, name), known.year) for name, known in material.cited.items()}


def cited_rows(matched: Matched) -> pd.DataFrame:
    """Return table `cocite/cited`: what became of each cited line."""
    made = pd.DataFrame(matched.rows, columns=columns("cocite/cited"), dtype="str")
    made = made.mask(made == "")
    return made.assign(citing_works=pd.to_numeric(made["citing_works"]).astype("Int64"))


def label_of(known: Known, name: str) -> str:
    """Return first author and year of a cited work; else its title, or its id."""
    families = families_of(known.author)
    return f"{families[0]} {known.year}".strip() if families else known.title[:60] or name
