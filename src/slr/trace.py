"""The records, decisions and places behind a number, a work or an edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from slr import io
from slr.cocite import read_contexts
from slr.errors import SHOWN, ConfigError, Problem, SlrError, did_you_mean
from slr.identity import Names, read_named_sources
from slr.paths import COCITED, CODED, DEDUPED, PULLED, SCREENED
from slr.schemas.columns import STATUSES
from slr.text import counted

TABLES = {
    "records": PULLED,
    "rejects": PULLED,
    "works": DEDUPED,
    "clusters": DEDUPED,
    "pairs": DEDUPED,
    "dedup/studies": DEDUPED,
    "sources": DEDUPED,
    "overlaps": DEDUPED,
    "decisions": SCREENED,
    "outcomes": SCREENED,
    "facts": SCREENED,
    "voted": SCREENED,
    "multiverse": SCREENED,
    "values": CODED,
    "left_out": SCREENED,
    "axes": SCREENED,
    "groups": SCREENED,
    "universes": SCREENED,
    "firmness": SCREENED,
    "grid": SCREENED,
    "nodes": COCITED,
    "edges": COCITED,
    "networks": COCITED,
    "network_nodes": COCITED,
    "network_edges": COCITED,
}
EDGE = "--"


@dataclass(frozen=True)
class Section:
    """One table of an answer."""

    title: str
    rows: pd.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """Return the section as plain values; what is missing is null."""
        rows = self.rows.astype(object).where(self.rows.notna(), None).to_dict("records")
        return {"title": self.title, "rows": rows}


class Review:
    """The processed tables of a review, each read once when it is first asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._read: dict[str, pd.DataFrame] = {}

    def has(self, name: str) -> bool:
        """Tell whether the stage that makes a table has run."""
        return (self.root / TABLES[name] / f"{_stem(name)}.csv").exists()

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            folder = TABLES[name]
            path = self.root / folder / f"{_stem(name)}.csv"
            if not path.exists():
                raise SlrError(Problem("is not there yet.", "Run `slr run` first.", path))
            self._read[name] = io.read_table(path, f"{folder.name}/{_stem(name)}")
        return self._read[name]


def _stem(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def trace(root: Path, what: str) -> list[Section]:
    """Return what stands behind `what`.

    Parameters
    ----------
    what
        A count of the flow (``identified``, ``included``, ...), a criterion
        (``screen.credibility``), a source (``source.scopus``), a record or work, or an edge
        (``A--B``).

    Raises
    ------
    ConfigError
        If nothing has that name.
    """
    review = Review(root)
    if what in _COUNTS:
        return [_COUNTS[what](review)]
    criteria = list(dict.fromkeys(review["decisions"]["criterion"]))
    if what.startswith("screen.") and "/" not in what:
        return [decisions_of(review, what.removeprefix("screen."), criteria)]
    if what.startswith("source.") and "/" not in what:
        return [_source(review, what.removeprefix("source."))]
    names = _names(review)
    keys = [name.split("/", 1)[-1] for name in names.ids]
    if EDGE in what and what not in keys and what not in names.ids:
        return _edge(review, what)
    try:
        return _work(review, names.resolve(what))
    except SlrError as error:
        if what in keys:  # several records have that key
            raise ConfigError(error.problems) from error
        stages = [*(f"screen.{c}" for c in criteria), *(f"source.{s}" for s in _sources(review))]
        known = [*_COUNTS, *stages, *names.ids, *keys]
        raise ConfigError(
            Problem(f"nothing is called {what!r}.", did_you_mean(what, known))
        ) from error


def _names(review: Review) -> Names:
    return Names([*review["records"]["record_id"], *review["nodes"]["node_id"]])


def multiverse_of(root: Path) -> Section:
    """Return what other reasonable choices would have kept."""
    return Section("what other choices would have kept", Review(root)["multiverse"])


def _identified(review: Review) -> Section:
    columns = ["record_id", "title", "author", "year", "file", "line"]
    return Section("records identified", review["records"][columns])


def _duplicates(review: Review) -> Section:
    clusters = review["clusters"]
    merged = clusters[clusters["record_id"] != clusters["cluster_id"]]
    pairs = review["pairs"][review["pairs"]["verdict"] == "same"]
    rows = merged.rename(columns={"cluster_id": "work_id"})
    reasons: dict[str, list[str]] = {}
    for *both, reason in pairs[["record_a", "record_b", "reasons"]].itertuples(index=False):
        for name in both:
            reasons.setdefault(name, []).append(reason)
    told = ["; ".join(reasons.get(name, ())) for name in rows["record_id"]]
    return Section("duplicate records removed", rows.assign(reasons=told))


def _screened(review: Review) -> Section:
    return _with_status(review, list(STATUSES), "works screened")


def _with_status(review: Review, statuses: list[str], title: str) -> Section:
    found = review["outcomes"][review["outcomes"]["status"].isin(statuses)]
    told = [] if statuses == ["included"] else ["reason"]  # why one is in: see the work itself
    entries = review["works"][["work_id", "year", "title", "record_ids"]]
    rows = found[["work_id", "status", "criterion", "basis"]].merge(entries, on="work_id")
    rows = rows.merge(found[["work_id", *told]], on="work_id")
    return Section(title, rows if len(statuses) > 1 else rows.drop(columns="status"))


def _studies(review: Review) -> Section:
    """Return the studies of which several reports are included."""
    outcomes = review["outcomes"]
    included = set(outcomes.loc[outcomes["status"] == "included", "work_id"])
    studies = review["dedup/studies"]
    kept = [[w for w in ids.split() if w in included] for ids in studies["work_ids"]]
    found = [
        (study, " ".join(works))
        for study, works in zip(studies["study_id"], kept, strict=True)
        if len(works) > 1
    ]
    rows = pd.DataFrame(found, columns=["study_id", "reports"], dtype="str")
    return Section("included studies of several reports", rows)


def _found(review: Review) -> Section:
    columns = ["sources", "works", "work_ids"]
    return Section("works by the sources that found them", review["overlaps"][columns])


def _sources(review: Review) -> list[str]:
    return list(review["sources"]["source"])


def _source(review: Review, name: str) -> Section:
    """Return the works that a source found, those that it alone found first."""
    known = _sources(review)
    if name not in known:
        raise ConfigError(Problem(f"no source is called {name!r}.", did_you_mean(name, known)))
    found = [
        (work, those)
        for those, ids in review["overlaps"][["sources", "work_ids"]].itertuples(index=False)
        if name in those.split()
        for work in ids.split()
    ]
    rows = pd.DataFrame(found, columns=["work_id", "sources"], dtype="str")
    rows = rows.merge(review["works"][["work_id", "year", "title"]], on="work_id")
    rows = rows.merge(review["outcomes"][["work_id", "status"]], on="work_id", how="left")
    rows = rows.sort_values("sources", key=lambda s: s != name, kind="stable")
    alone = int((rows["sources"] == name).sum())
    return Section(f"works that {name} found, {alone} of {len(rows)} alone", rows)


_COUNTS: Mapping[str, Any] = {
    "identified": _identified,
    "sources": _found,
    "studies": _studies,
    "duplicates_removed": _duplicates,
    "screened": _screened,
    **{
        status: lambda review, s=status: _with_status(review, [s], f"works {s.replace('_', ' ')}")
        for status in STATUSES
    },
}


def decisions_of(
    review: Review | Mapping[str, pd.DataFrame], name: str, criteria: list[str]
) -> Section:
    """Return the decisions of a criterion on the works that reach it, with their counts."""
    if name not in criteria:
        found = f"no criterion is called {name!r}."
        raise ConfigError(Problem(found, did_you_mean(name, criteria)))
    made = review["decisions"]
    here = made[made["criterion"] == name]
    earlier = criteria[: criteria.index(name)]
    stopped = review["outcomes"]
    gone = set(stopped.loc[stopped["criterion"].isin(earlier), "work_id"])
    asked = here[~here["work_id"].isin(gone)]
    columns = ["work_id", "verdict", "basis", "rule_verdict", "gap", "needs", "reviewer", "reason"]
    counts = ", ".join(f"{n} {v}" for v, n in asked["verdict"].value_counts().items())
    reach = counted(len(asked), "work that reaches", "works that reach")
    title = f"decisions of {name} on the {reach} it: {counts}"
    return Section(title, asked[columns])


def _work(review: Review, name: str) -> list[Section]:
    clusters = review["clusters"].set_index("record_id")["cluster_id"]
    work_id = clusters.get(name, name)
    members = list(clusters.index[clusters == work_id])
    records = review["records"]
    nodes = review["nodes"]
    sections = [
        Section("records", records.loc[records["record_id"].isin(members), _RECORD]),
        Section("pairs", _touching(review["pairs"], ("record_a", "record_b"), members)),
        Section("study", _study(review["dedup/studies"], work_id)),
        Section("facts", _of(review["facts"], work_id)),
        Section("outcome", _of(review["outcomes"], work_id)),
        Section("decisions", _of(review["decisions"], work_id)),
        Section("votes", _of(review["voted"], work_id)),
        Section("coding", _of(review["values"], work_id)),
        Section("node", nodes[nodes["node_id"] == work_id]),
        Section("contexts", _contexts(review, {work_id, *members})),
        Section("edges", _touching(review["edges"], ("source", "target"), [work_id])),
    ]
    return [section for section in sections if len(section.rows)]


_RECORD = ["record_id", "title", "author", "year", "journal", "doi", "note", "file", "line"]


def _of(table: pd.DataFrame, work_id: str) -> pd.DataFrame:
    return table[table["work_id"] == work_id].drop(columns="work_id")


def _study(studies: pd.DataFrame, work_id: str) -> pd.DataFrame:
    """Return the study that a work is a report of, where it has others."""
    return studies[studies["work_ids"].map(lambda ids: work_id in ids.split()).astype(bool)]


def _touching(table: pd.DataFrame, ends: tuple[str, str], names: list[str]) -> pd.DataFrame:
    return table[table[ends[0]].isin(names) | table[ends[1]].isin(names)]


def _edge(review: Review, what: str) -> list[Section]:
    """Return an edge of the graph and of each network that has it, with what is behind it."""
    clusters = review["clusters"].set_index("record_id")["cluster_id"]
    low, high = sorted(_ends(review, what, clusters))
    edges = review["edges"]
    edge = edges[(edges["source"] == low) & (edges["target"] == high)]
    sections = []
    if len(edge):
        sections = [Section("edge", edge), _behind(review, edge.iloc[0], clusters)]
    more = review["network_edges"]
    either = ((more["source"] == low) & (more["target"] == high)) | (
        (more["source"] == high) & (more["target"] == low)
    )
    for _, row in more[either].iterrows():
        name = row["network"]
        sections.append(Section(f"edge of the network {name}", row.to_frame().T))
        sections.append(Section(f"works behind it in {name}", _titled(review, row["via"].split())))
    if not sections:
        raise SlrError(f"{low} and {high} are not joined: {_why_not(review)}.")
    return sections


def _ends(review: Review, what: str, clusters: pd.Series[str]) -> list[str]:
    """Return the two nodes that an edge names by id, key or label; an id may hold the sign."""
    nodes = Names([*_names(review).ids, *review["network_nodes"]["node_id"]])
    labels = _labels(review)
    places = [at for at in range(len(what)) if what.startswith(EDGE, at)]
    for place in places:
        both = [what[:place].strip(), what[place + len(EDGE) :].strip()]
        if all(nodes.knows(name) or name in labels for name in both):
            break
    else:
        both = what.split(EDGE, 1)
    ends = []
    for name in both:
        try:
            found = _of_label(name, labels) if not nodes.knows(name) else nodes.resolve(name)
            found = found or nodes.resolve(name.strip())
        except SlrError as error:
            raise ConfigError(error.problems) from error
        ends.append(str(clusters.get(found, found)))
    return ends


def _labels(review: Review) -> dict[str, list[str]]:
    """Return the nodes of the graph and the networks by their labels."""
    found: dict[str, set[str]] = {}
    for table in (review["nodes"], review["network_nodes"]):
        for node, label in zip(table["node_id"], table["label"], strict=True):
            found.setdefault(label, set()).add(node)
    return {label: sorted(those) for label, those in found.items()}


def _of_label(name: str, labels: Mapping[str, list[str]]) -> str:
    """Return the node that a label names, empty where none; refuse a label of several."""
    found = labels.get(name, [])
    if len(found) > 1:
        shown = " and ".join(found[:SHOWN])
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise SlrError(Problem(f"{name!r} is the label of {shown}{more}.", "Say which."))
    return found[0] if found else ""


def _behind(review: Review, edge: pd.Series[Any], clusters: pd.Series[str]) -> Section:
    via = str(edge["via"]).split()
    if pd.isna(edge["level"]):
        return Section("citing works", _titled(review, via))
    ends = (edge["source"], edge["target"])
    records = {n for n, cluster in clusters.items() if cluster in ends} | set(ends)
    contexts = _contexts(review, records)
    return Section("contexts", contexts[contexts["context_id"].astype("str").isin(via)])


def _titled(review: Review, works: list[str]) -> pd.DataFrame:
    told = review["works"][["work_id", "year", "title"]]
    return pd.DataFrame({"work_id": works}).merge(told, on="work_id", how="left")


def _why_not(review: Review) -> str:
    of_contexts = review["edges"]["level"].notna().any() or review["edges"].empty
    return (
        "no place cites both near enough"
        if of_contexts
        else "too few reference lists hold both; see cocite.min_lists"
    )


def _contexts(review: Review, records: set[str]) -> pd.DataFrame:
    named = read_named_sources(review.root)
    names = Names([*review["records"]["record_id"], *named["record_id"]])
    contexts = read_contexts(review.root, names)
    columns = ["context_id", "record_id", "section", "unit_label", "paper_line", "claim_en"]
    return contexts.loc[contexts["record_id"].isin(records), columns]
