"""`slr export`: what is asked for, in the format that is asked for, and what stays behind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slr import config, io
from slr.cocite import CITED_TOGETHER, CO_CITATION
from slr.cocite.build import DIRECT
from slr.errors import ConfigError, Problem, SlrError, did_you_mean
from slr.export import bibtex, csljson, graphs, network, ris, tables
from slr.export.items import ALIASES, NETWORK, WORKS, Item, select
from slr.paths import CONFIG, PROCESSED, PULLED, RAW
from slr.report import rows
from slr.trace import Review

if TYPE_CHECKING:
    import pandas as pd

VOSVIEWER = "vosviewer"
OF_NETWORKS = (VOSVIEWER, *graphs.WRITERS)
FORMATS = tuple(
    dict.fromkeys(("bib", "ris", "csv", "csl", "asreview", "rayyan", "covidence", *OF_NETWORKS))
)
LANGS = ("en", "fa")
_WRITERS: Mapping[str, Callable[[Sequence[Item]], str]] = {
    "ris": ris.write,
    "covidence": ris.write,
    "csl": csljson.write,
    "csv": tables.write_csv,
    "asreview": tables.write_asreview,
    "rayyan": tables.write_rayyan,
}
_WITH_DECISIONS = ("csv", "asreview", "rayyan")
_OURS = re.compile(
    rb"slr[_-]extra|slr_record_id|slr export|\"custom\": \{\"slr\""
    rb"|\Aid\tlabel\tdescription\tcluster\tweight<Links>|\A(?:\d+\t\d+\t[\d.e+-]+\n)+\Z"
)
_LOOKED_AT = 1 << 20


@dataclass(frozen=True)
class Exported:
    """An export: its text, how many it holds, and what was left out, each with the reason."""

    what: str
    form: str
    text: str
    count: int
    left_out: list[str] = field(default_factory=list)

    def told(self, where: str) -> str:
        """Say what was written and what was not."""
        thing = "nodes" if _of_network(self.what, self.form) else "entries"
        head = f"{self.what} as {self.form}: {self.count} {thing} to {where}"
        lines = [head, *(f"  left out: {told}" for told in self.left_out)]
        if self.form == "covidence" and self.count > ris.MOST_OF_COVIDENCE:
            lines.append(f"  Covidence takes {ris.MOST_OF_COVIDENCE:,} at a time: cut the file")
        return "\n".join(lines)

    def as_dict(self, where: str) -> dict[str, Any]:
        """Return the same for a machine."""
        return {
            "what": self.what,
            "format": self.form,
            "out": where,
            "exported": self.count,
            "left_out": self.left_out,
        }


def export(root: Path, what: str, form: str, lang: str = "en") -> Exported:
    """Return what a review holds, written in a format.

    Parameters
    ----------
    what
        A name of `slr.export.items`: records, works, where they ended, or the network.
    form
        One of `FORMATS`.
    lang
        Language of the labels of a network.

    Raises
    ------
    ConfigError
        If there is no such thing, no such format, or the one does not go into the other.
    SlrError
        If the stage that makes it has not run.
    """
    for word, known, kind in ((form, FORMATS, "format"), (lang, LANGS, "language")):
        if word not in known:
            raise ConfigError(Problem(f"{word!r} is no {kind}.", did_you_mean(word, known)))
    review = Review(root)
    if _network_name(what) and form not in OF_NETWORKS:
        fix = f"Use --to {', '.join(OF_NETWORKS)}."
        raise ConfigError(Problem(f"the network does not go into {form}.", fix))
    if _of_network(what, form):
        return _network(review, what, form, lang)
    items = select(review, what)
    write = _WRITERS.get(form) or partial(bibtex.write, comment=_about(root, what, "en"))
    return Exported(what, form, write(items), len(items), _left_out(root, what, form, items))


def _of_network(what: str, form: str) -> bool:
    """Tell whether a network is written; csv is a format of records too."""
    return form in OF_NETWORKS and (form != "csv" or bool(_network_name(what)))


def _network_name(what: str) -> str:
    """Return the name of what is asked for, if it is a network; empty if it is not."""
    return what if what == NETWORK or what.startswith(f"{NETWORK}.") else ""


def _network(review: Review, what: str, form: str, lang: str) -> Exported:
    nodes, edges, kind, nodes_are = _rows(review, what)
    works = review["works"]
    left_out = []
    if not _network_name(what):
        items = select(review, what)
        if ALIASES.get(what, what) not in WORKS:
            fix = f"Use one of {', '.join((NETWORK, *WORKS))}."
            raise ConfigError(Problem(f"a network is of works, not of {what}.", fix))
        nodes, edges = network.within(nodes, edges, [item.id for item in items])
        if alone := len(items) - len(nodes):
            left_out.append(f"{alone} of {len(items)} works, which have no link to another of them")
    about = _about(review.root, what, lang)
    if form == VOSVIEWER:
        titles = dict(zip(works["work_id"], works["title"].fillna(""), strict=True))
        text = network.write(nodes, edges, titles, about, lang, kind, nodes_are)
    else:
        label = "label_fa" if lang == "fa" and "label_fa" in nodes else "label"
        graph = graphs.Graph(
            kind, about, rows.records(nodes.assign(label=nodes[label])), rows.records(edges),
            directed=kind == DIRECT,
        )  # fmt: skip
        text = graphs.WRITERS[form](graph)
    return Exported(what, form, text, len(nodes), left_out)


def _rows(review: Review, what: str) -> tuple[pd.DataFrame, pd.DataFrame, str, str]:
    """Return nodes, edges, kind and what a node is, of the review's graph or another network."""
    name = _network_name(what).removeprefix(NETWORK).removeprefix(".")
    if not name:
        edges = review["edges"].rename(columns={"association": "strength"})
        kind = CITED_TOGETHER if edges["level"].notna().any() else CO_CITATION
        return review["nodes"], edges, kind, "works"
    told = review["networks"].set_index("network")
    if name not in told.index:
        found = f"no network of the config is called {name!r}."
        raise ConfigError(Problem(found, did_you_mean(name, told.index)))
    nodes, edges = (review[f"network_{part}"] for part in ("nodes", "edges"))
    of = told.loc[name]
    here = nodes[nodes["network"] == name], edges[edges["network"] == name]
    return *here, of["of"], of["nodes_are"]


def _about(root: Path, what: str, lang: str) -> str:
    """Say what made the file, and what the review is."""
    about: str = config.load(root / CONFIG)["review"]["about"][lang]
    return " ".join(f"slr export: {what}. {about}".split())


def _left_out(root: Path, what: str, form: str, items: Sequence[Item]) -> list[str]:
    told = []
    if form == "rayyan":
        told += tables.without_column(items, "Rayyan", tables.HELD_BY_RAYYAN)
    if form not in _WITH_DECISIONS and len({item.status for item in items}) > 1:
        told.append(f"where each work ended, which {form} cannot say; export one status at a time")
    return told + without_references(root, items)


def without_references(root: Path, items: Sequence[Item]) -> list[str]:
    """Say that the lists of references, where there are some, go into no export."""
    path = PULLED / "references.csv"
    if not items or not (root / path).exists() or io.read_bytes(root / path).count(b"\n") < 2:
        return []
    return [f"lists of references, which go into no export; see {path}"]


def save(root: Path, out: Path, text: str, *, force: bool = False) -> None:
    """Write an export to a file, whole or not at all.

    A file that is there is replaced if an export made it. Another one is not, unless `force`
    says so, and nothing in the folders of the review that people or stages write is.

    Raises
    ------
    ConfigError
        If the place is not one for exports.
    """
    place = out.resolve()
    for folder, fix in (
        (RAW, "Write elsewhere; `slr add` brings a file in."),
        (PROCESSED, "Write elsewhere; the stages write there."),
    ):
        if place.is_relative_to((root / folder).resolve()):
            raise ConfigError(Problem(f"is within {folder}.", fix, out))
    if out.is_dir():
        raise ConfigError(Problem("is a folder.", "Name a file.", out))
    if out.exists() and not force and not _made_here(io.read_bytes(out)):
        found = "is there already, and no export of slr made it."
        raise SlrError(Problem(found, "Give another name, or say --force.", out))
    io.write_text(out, text)


def _made_here(data: bytes) -> bool:
    empty = data.strip() in (b"", b"[]", ",".join(tables.RAYYAN).encode())
    return empty or _OURS.search(data[:_LOOKED_AT]) is not None
