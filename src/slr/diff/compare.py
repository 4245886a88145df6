"""What differs between the tables of two states of a review: by meaning, on keys, with ids."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from slr.diff.works import Followed, changes, follow
from slr.schemas.made import ENTRY, MADE

Tables = Mapping[str, "pd.DataFrame"]
"""Tables of a state, by the names of their schemas; and those of `OTHERS`."""
Sections = dict[str, "pd.DataFrame"]
"""What differs, by section; each has a column `change`. Sections without a row are left out."""

RECORDS, CLUSTERS, OUTCOMES = "pull/records", "dedup/clusters", "screen/outcomes"
FLOW, NUMBERS, FILES, INPUTS = "report/flow", "report/numbers", "report/files", "inputs"
OTHERS = (FLOW, NUMBERS, FILES, INPUTS)
"""What is no table of a stage: counts, and hashes of files."""

SAME = Followed(
    pd.DataFrame(columns=["record_id", "before", "now"], dtype="str"),
    pd.DataFrame(columns=["before", "now", "one"]).astype({"one": bool}),
)
"""Where no record went to another work."""


@dataclass(frozen=True)
class Rule:
    """How a table is compared.

    Rows are the same where they agree in `keys`, and have changed where they differ in `fields`.
    A table with `cells` tells each changed field by itself; one with `contents` tells what stood
    in a row that is gone, or stands in a new one. Ids of works are in `works`, lists of such ids
    in `lists`.
    """

    keys: tuple[str, ...]
    fields: tuple[str, ...] = ()
    cells: bool = False
    contents: bool = False
    works: tuple[str, ...] = ("work_id",)
    lists: tuple[str, ...] = ()


def _all_of(table: str, *keys: str, lists: tuple[str, ...] = ()) -> Rule:
    fields = tuple(column for column in MADE[table][1] if column not in keys)
    return Rule(keys, fields, cells=True, contents=True, lists=lists)


RULES: dict[str, Rule] = {
    RECORDS: Rule(("record_id",), (*ENTRY, "extra"), cells=True),
    "screen/decisions": Rule(("work_id", "criterion"), ("verdict", "basis", "reviewer")),
    "screen/conflicts": Rule(("work_id", "kind", "field"), ("values", "settled")),
    "report/waiting": Rule(("work_id",), ("needs", "fill_in")),
    "screen/facts": Rule(("work_id", "fact"), ("value", "agreement")),
    "screen/unused_facts": Rule(("record_id", "fact", "value", "index", "coder", "date", "reason")),
    "screen/voted": Rule(("work_id", "stage"), ("state", "verdict", "votes", "criterion")),
    "screen/bad_votes": Rule(("file", "record_id", "stage", "reviewer", "field", "found")),
    "screen/agreement": Rule(("stage", "measure", "rater_a", "rater_b"), ("value", "units")),
    "screen/multiverse": Rule(("alternative",), ("included", "awaiting")),
    "screen/left_out": Rule(("kind", "name"), ("included", "awaiting")),
    "screen/axes": Rule(("axis", "choice"), ("least", "most", "mean", "alone")),
    "screen/firmness": Rule(("work_id",), ("share_pct", "flip_distance")),
    "screen/grid": Rule(("measure",), ("value",)),
    "pull/rejects": Rule(("file", "key", "reason")),
    "pull/warnings": Rule(("file", "key", "warning")),
    "pull/references": Rule(("record_id", "listed_by", "position"), ("cited",)),
    "pull/cited_works": Rule(("openalex_id",), ("title", "author", "year", "journal", "doi")),
    "pull/enrichment": Rule(("record_id", "index", "field"), ("value", "date", "used")),
    "dedup/pairs": Rule(("record_a", "record_b"), ("verdict", "basis")),
    "dedup/conflicts": Rule(("work_id", "field", "record_id"), ("value", "kept")),
    "dedup/studies": Rule(("study_id",), ("work_ids",), works=("study_id",), lists=("work_ids",)),
    "code/studies": _all_of("code/studies", "work_id"),
    "code/values": Rule(("work_id", "variable"), ("value", "basis")),
    "code/disagreements": Rule(("work_id", "variable", "coder"), ("value",)),
    "code/unused_codings": Rule(("record_id", "variable", "value", "coder", "reason")),
    "code/agreement": Rule(("variable", "measure"), ("studies", "value")),
    "code/maps": Rule(
        ("map", "row", "row_lacks", "column", "column_lacks"), ("studies",), lists=("work_ids",)
    ),
    "cocite/edges": Rule(("source", "target"), ("weight", "level"), works=("source", "target")),
    "cocite/nodes": Rule(("node_id",), ("status",), works=("node_id",)),
    "cocite/coverage": Rule(("kind", "measure"), ("value",)),
    "cocite/cited": Rule(("cited",), ("cited_id", "status")),
    "cocite/networks": Rule(("network",), ("nodes", "edges", "why_empty")),
    "cocite/network_edges": Rule(
        ("network", "source", "target"), ("weight",), works=("source", "target")
    ),
    FLOW: Rule(("count",), ("value",)),
    NUMBERS: Rule(("count",), ("value",)),
    FILES: Rule(("kind", "name", "file"), ("hash",)),
    INPUTS: Rule(("kind", "name"), ("value",)),
}
"""What is compared. Places (file, line, byte) are none of a record's meaning; the number of a
node's community is dealt anew with any change, and its degree is told by its edges."""

LEFT_OUT = {
    CLUSTERS: "works are followed by it",
    OUTCOMES: "compared by `outcomes`",
    "dedup/works": "follows from records and clusters",
    "dedup/sources": "follows from records and clusters",
    "dedup/overlaps": "follows from records and clusters",
    "cocite/network_nodes": "follows from its edges",
    "rank/ranking": "made by `slr rank`, not by a run",
    "screen/included": "follows from outcomes",
    "screen/groups": "follows from universes",
    "screen/universes": "told by the axes and by the firmness of each work",
    "code/excluded": "follows from outcomes",
    "report/additions": "follows from outcomes; against the baseline, not the run before",
}
"""Tables that have no rule, and why."""

_NAMED = {
    "dedup/conflicts": "fields",
    "dedup/studies": "reports",
    "code/agreement": "coding_agreement",
}
_ORDER = ["changed", "merged", "split", "renamed", "new", "joined", "gone", "left"]
_ENDED = ["status", "criterion", "basis"]


def compare(before: Tables, now: Tables, differing: Collection[str] | None = None) -> Sections:
    """Return what differs between two states of a review.

    Parameters
    ----------
    before, now
        The tables of each state; a value is asked for only where it is needed.
    differing
        The tables that differ at all, all others being the same; those of both states if None.
        `dedup/clusters` must be among them if it differs.

    Returns
    -------
    dict
        `works` (see :func:`slr.diff.works.changes`), `outcomes` (see :func:`outcomes`), and for
        each other table of `RULES` the rows that are new, gone or changed: its keys, `change`,
        and what each field was `_before` and is `_now`; or, for tables that tell cells, `field`,
        `before` and `now`. Works of before go by the ids that they have now.
    """
    names = [n for n in before if n in now] if differing is None else list(differing)
    followed = SAME
    found: Sections = {}
    if CLUSTERS in names:
        followed = follow(before[CLUSTERS], now[CLUSTERS])
        found["works"] = changes(followed)
    if OUTCOMES in names or CLUSTERS in names:
        found["outcomes"] = outcomes(before[OUTCOMES], now[OUTCOMES], followed)
    for name, rule in RULES.items():
        if name in names:
            found[_short(name)] = rows(_renamed(before[name], rule, followed), now[name], rule)
    if "pairs" in found:  # that two records are different works is news only where it was open
        table = found["pairs"]
        told = table[["verdict_before", "verdict_now"]].isin(["same", "ask"]).any(axis="columns")
        found["pairs"] = table[told]
    if "files" in found:
        files = found.pop("files")
        for kind in ("figures", "tables", "files"):
            found[kind] = _by_name(files[files["kind"] == kind])
    return {name: _sorted(table) for name, table in found.items() if len(table)}


def _short(name: str) -> str:
    """Name a section after its table; tables of one name in two stages are told apart."""
    stage, _, table = name.rpartition("/")
    return _NAMED.get(name, table or stage)


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    rank = table["change"].map({change: at for at, change in enumerate(_ORDER)})
    return table.loc[rank.sort_values(kind="stable").index].reset_index(drop=True)


def _renamed(table: pd.DataFrame, rule: Rule, followed: Followed) -> pd.DataFrame:
    """Give works of before the ids that they have now."""
    ids = followed.renamed()
    if not ids:
        return table
    given = {c: table[c].map(ids).fillna(table[c]) for c in rule.works if c in table}
    for column in rule.lists:
        given[column] = table[column].map(
            lambda text: " ".join(sorted(ids.get(one, one) for one in text.split())),
            na_action="ignore",
        )
    table = table.assign(**given)
    if "source" in rule.works:  # an edge has no direction
        low, high = table["source"], table["target"]
        turned = low > high
        table = table.assign(source=low.mask(turned, high), target=high.mask(turned, low))
    return table


def rows(before: pd.DataFrame, now: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """Return the rows of a table that are new, gone or changed, by key.

    Rows whose keys are not unique are paired in their order.
    """
    keys, fields = list(rule.keys), list(rule.fields)
    sides = [table[[*keys, *fields]].astype("str") for table in (before, now)]
    if any(side.duplicated(keys).any() for side in sides):
        sides = [side.assign(_nth=side.groupby(keys, dropna=False).cumcount()) for side in sides]
        keys = [*keys, "_nth"]
    both = sides[0].merge(
        sides[1], on=keys, how="outer", suffixes=("_before", "_now"), indicator="change"
    )
    if "_nth" in both:
        both = both.drop(columns="_nth")
    change = both["change"].astype("str")
    change = change.map({"left_only": "gone", "right_only": "new", "both": "changed"})
    both = both.assign(change=change)
    differ = {name: _differ(both[f"{name}_before"], both[f"{name}_now"]) for name in fields}
    one_sided = both["change"] != "changed"
    if rule.cells:
        return _cells(both, rule, differ, one_sided)
    any_differ = pd.DataFrame(differ, index=both.index).any(axis="columns") | one_sided
    wide = [f"{name}_{side}" for side in ("before", "now") for name in fields]
    return both.loc[any_differ, ["change", *rule.keys, *wide]]


def _differ(one: pd.Series, other: pd.Series) -> pd.Series:
    return (one != other) & ~(one.isna() & other.isna())


def _cells(
    both: pd.DataFrame, rule: Rule, differ: Mapping[str, pd.Series], one_sided: pd.Series
) -> pd.DataFrame:
    """Return a row for each changed cell, and for each row that is new or gone."""
    keys = list(rule.keys)
    whole = both.loc[one_sided, ["change", *keys]]
    if rule.contents:
        sides = ("before", "now")
        texts = {s: joined(both.loc[one_sided, [f"{n}_{s}" for n in rule.fields]]) for s in sides}
        whole = whole.assign(**texts)
    parts = [whole]
    for name, differs in differ.items():
        cells = both.loc[differs & ~one_sided, ["change", *keys, f"{name}_before", f"{name}_now"]]
        cells.columns = pd.Index(["change", *keys, "before", "now"])
        parts.append(cells.assign(field=name))
    order = ["change", *keys, "field", "before", "now"]
    return pd.concat(parts).sort_index(kind="stable").reindex(columns=order)


def joined(fields: pd.DataFrame) -> pd.Series:
    """Return the values of each row as one text, apart by commas; missing where it has none."""
    texts = pd.Series("", index=fields.index, dtype="str")
    for name in fields:
        values = fields[name].astype("str")
        texts = texts.mask(values.notna(), texts + ", " + values)
    texts = texts.str.removeprefix(", ")
    return texts.mask(texts == "")


def outcomes(before: pd.DataFrame, now: pd.DataFrame, followed: Followed) -> pd.DataFrame:
    """Return where works ended otherwise than before.

    Returns
    -------
    DataFrame
        `change`: changed, new, gone, merged (into the `others`), split (from them), or renamed;
        `included`: gained or lost, if one of them; `work_id` as it is now, or was; `was`, if it
        was another; `status`, `criterion` and `basis` `_before` and `_now`; `reason` and
        `reason_fa` of the last outcome it had.
    """
    kept = ["work_id", *_ENDED, "reason", "reason_fa"]
    old = before[kept].rename(columns={"work_id": "was"})
    old = old.assign(work_id=followed.now_of(old["was"]))
    lone = old["work_id"].isna() | ~old["work_id"].isin(now["work_id"])
    both = old[~lone].merge(now[kept], on="work_id", how="outer", suffixes=("_before", "_now"))
    ends = old[lone].drop(columns="work_id").rename(columns={n: f"{n}_before" for n in kept[1:]})
    ends.insert(0, "work_id", ends["was"])
    table = pd.concat([both, ends], ignore_index=True)
    differs = table["was"] != table["work_id"]  # true also where there is no work of before
    for name in _ENDED:
        differs |= _differ(table[f"{name}_before"], table[f"{name}_now"])
    table = table[differs | table["status_now"].isna()]
    for name in ("reason", "reason_fa"):
        table = table.assign(**{name: table[f"{name}_now"].fillna(table[f"{name}_before"])})
    return _told(table, followed)


def _told(table: pd.DataFrame, followed: Followed) -> pd.DataFrame:
    """Name the kind of each change of an outcome."""
    was, ends = table["status_before"].notna(), table["status_now"].notna()
    same = pd.concat(
        [_differ(table[f"{n}_before"], table[f"{n}_now"]) for n in _ENDED], axis="columns"
    )
    change = pd.Series("changed", index=table.index, dtype="str")
    change = change.mask(was & ends & ~same.any(axis="columns"), "renamed")
    into = table["was"].map(followed.others("before")).astype("str").where(~ends)
    out_of = table["work_id"].map(followed.others("now")).astype("str").where(~was)
    change = change.mask(~was, "new").mask(~ends, "gone")
    change = change.mask(into.notna(), "merged").mask(out_of.notna(), "split")
    before, now = (table[f"status_{side}"] == "included" for side in ("before", "now"))
    included = pd.Series(index=table.index, dtype="str")
    included = included.mask(now & ~before, "gained").mask(before & ~now, "lost")
    table = table.assign(
        change=change,
        included=included,
        was=table["was"].where(was & (table["was"] != table["work_id"])),
        others=into.fillna(out_of),
    )
    wide = [f"{name}_{side}" for side in ("before", "now") for name in _ENDED]
    order = ["change", "included", "work_id", "was", "others", *wide, "reason", "reason_fa"]
    table = table[order].sort_values(["included", "work_id"], na_position="last")
    return table.reset_index(drop=True)


def _by_name(files: pd.DataFrame) -> pd.DataFrame:
    """Join the files of each figure or table: new or gone if all are, else changed."""
    groups = files.groupby("name", sort=False)
    counts = groups["change"].nunique()
    change = groups["change"].first().where(counts == 1, "changed")
    names = groups["file"].agg(" ".join)
    return pd.DataFrame({"change": change, "files": names}).reset_index()
