"""The interactive page of the network: one self-contained file a language.

Places are computed here, from the graph and the seed alone; the script of the page only moves,
hides and tells. Every text of a record goes in as JSON, and comes out as text, never as HTML.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx

from slr.bidi import digits
from slr.cocite import CO_CITATION
from slr.cocite.graphml import missing
from slr.report import LANGS, document, markup, words
from slr.report.graph import spread
from slr.report.rows import Data, labels_of_records, records

if TYPE_CHECKING:
    import pandas as pd

    from slr.report.graph import Network

MOST_NODES = 400
MOST_EDGES = 4_000
"""Of more lines than a browser moves easily, the heaviest are on the page."""
_WIDE = 1_000
_DECIMALS = 1
_HERE = Path(__file__).parent


def pages(
    net: Network,
    data: Data,
    contexts: pd.DataFrame,
    review: Mapping[str, Any],
) -> dict[str, str]:
    """Return the page in each language; the same tables give the same text.

    Parameters
    ----------
    net
        The graph that the review has, with all its lines.
    contexts
        Table `raw/contexts`, for what works cited together are cited for.
    review
        Section `review` of the config.
    """
    from markupsafe import Markup

    drawn = chosen(net)
    places = place(drawn, net.seed)
    script = (_HERE / "explore.js").read_text("utf-8")
    parts = [Page(lang, review) for lang in LANGS]
    made = {}
    for lang in LANGS:
        told = content(net, drawn, places, data, contexts, lang)
        made[lang] = document.render(
            "explore.html.j2",
            parts,
            p=parts[LANGS.index(lang)],
            script=Markup(script),  # noqa: S704  (our own)
            hashed=base64.b64encode(hashlib.sha256(f"\n{script}".encode()).digest()).decode(),
            content=Markup(_embedded(told)),  # noqa: S704  (escaped there)
            empty=net.why_empty(lang) if not len(drawn) else "",
            langs=LANGS,
        )
    return made


class Page(document.Part):
    """The page in one language, as the template asks for it."""

    def __init__(self, lang: str, review: Mapping[str, Any]) -> None:
        super().__init__(lang, "explore", review)


def chosen(net: Network) -> nx.Graph:
    """Return the part of the graph that is on the page: the heaviest works and lines."""
    ranked = sorted(net.whole, key=net.rank)[:MOST_NODES]
    inside = net.whole.subgraph(ranked)
    lines = sorted((-weight, *sorted((a, b))) for a, b, weight in inside.edges(data="weight"))[
        :MOST_EDGES
    ]
    graph = nx.Graph()
    graph.add_nodes_from(sorted({name for _, *ends in lines for name in ends}))
    graph.add_weighted_edges_from(sorted((a, b, -weight) for weight, a, b in lines))
    return graph


def place(graph: nx.Graph, seed: int) -> dict[str, tuple[float, float]]:
    """Place works in a square of `_WIDE`, the groups that lines join side by side in rows.

    Springs (Fruchterman & Reingold 1991, doi 10.1002/spe.4380211102) within each group, from
    places that the seed gives; the largest group comes first.
    """
    groups = sorted((sorted(part) for part in nx.connected_components(graph)),
                    key=lambda part: (-len(part), part))  # fmt: skip
    found: dict[str, tuple[float, float]] = {}
    room = sqrt(sum(_side(part) ** 2 for part in groups)) * 1.15 or 1.0
    x = y = tall = 0.0
    for part in groups:
        side = _side(part)
        if x and x + side > room:
            x, y, tall = 0.0, y + tall, 0.0
        for name, (across, down) in _springs(graph, part, seed).items():
            found[name] = (x + side * (0.5 + 0.42 * across), y + side * (0.5 + 0.42 * down))
        x, tall = x + side, max(tall, side)
    scale = _WIDE / max(room, y + tall)
    return {
        name: (round(across * scale, _DECIMALS), round(down * scale, _DECIMALS))
        for name, (across, down) in sorted(found.items())
    }


def _side(part: Sequence[str]) -> float:
    return sqrt(len(part)) + 0.6


def _springs(graph: nx.Graph, part: Sequence[str], seed: int) -> dict[str, tuple[float, float]]:
    """Lay out one group between -1 and 1, its nodes as numbers in the order of their ids."""
    number = {name: at for at, name in enumerate(part)}
    ordered = nx.Graph()
    ordered.add_nodes_from(range(len(part)))
    # Heavy lines pull no more than the root of their weight, or all that is heavy is one spot.
    lines = graph.subgraph(part).edges(data="weight")
    ordered.add_weighted_edges_from(sorted((number[a], number[b], sqrt(w)) for a, b, w in lines))
    found = nx.spring_layout(ordered, seed=seed, iterations=120, k=2.2 / sqrt(len(part)))
    return {
        part[at]: both
        for at, both in spread({at: complex(*xy) for at, xy in found.items()}).items()
    }


def content(
    net: Network,
    graph: nx.Graph,
    places: Mapping[str, tuple[float, float]],
    data: Data,
    contexts: pd.DataFrame,
    lang: str,
) -> dict[str, Any]:
    """Return what the page shows: nodes, edges, and the works or places behind each edge."""
    number = {name: at for at, name in enumerate(graph)}
    behind: dict[str, int] = {}
    edges = []
    for edge in sorted(records(net.edges), key=_ends):
        ends = _ends(edge)
        if not graph.has_edge(*ends):
            continue
        via = [behind.setdefault(name, len(behind)) for name in str(edge["via"] or "").split()]
        edges.append([number[ends[0]], number[ends[1]], edge["weight"], via])
    titles = _titles(data)
    nodes = [
        [name, markup.bare(net.label(name, lang)),
         *(net.about[name][told] for told in ("year", "status", "community")),
         *places[name], titles.get(name, "")]
        for name in graph
    ]  # fmt: skip
    told = words.load("explore")
    phrases = told.keys()
    return {
        "lang": lang,
        "kind": net.kind,
        "nodes": [[_known(cell) for cell in node] for node in nodes],
        "edges": edges,
        "behind": list(_behind(net, behind, data, contexts, lang)),
        "left": [len(net.whole) - len(graph), net.whole.number_of_edges() - len(edges)],
        "say": {key: _template(told, key, lang) for key in phrases},
    }


def _ends(edge: Mapping[str, Any]) -> list[str]:
    return sorted((edge["source"], edge["target"]))


def _template(told: words.Words, key: str, lang: str) -> str:
    """Return a phrase with its fields as they stand, for the script to fill in."""
    return told.say(key, lang, **{name: f"{{{name}}}" for name in told.fields(key)})


def _behind(
    net: Network,
    names: Mapping[str, int],
    data: Data,
    contexts: pd.DataFrame,
    lang: str,
) -> Iterator[list[str]]:
    """Yield id and words of each citing work, or of each place of the text."""
    if net.kind == CO_CITATION:
        works = data["dedup/works"].rename(columns={"work_id": "record_id"})
        label, titles = labels_of_records(works), _titles(data)
        for name in names:
            known = label[name][lang] if name in label else name
            yield [name, digits(known, lang), titles.get(name, "")]
        return
    first = contexts.drop_duplicates("context_id").set_index("context_id")
    told = words.load("explore")
    for name in names:
        row = first.loc[int(name)]
        said = row["claim_en"] if lang == "en" else row["snippet_fa"]
        where = told.say("where", lang, section=digits(str(row["section"]), lang), number=int(name))
        yield [name, where, digits(str(_known(said) or row["unit_label"]), lang)]


def _titles(data: Data) -> dict[str, str]:
    works = data["dedup/works"]
    titles = dict(zip(works["work_id"], works["title"].fillna(""), strict=True))
    cited = data["cocite/cited"].dropna(subset=["cited_id"])
    for name, title in zip(cited["cited_id"], cited["title"].fillna(""), strict=True):
        titles[name] = titles.get(name) or title
    return {name: markup.bare(title) for name, title in titles.items()}


def _known(value: Any) -> Any:
    """Return a value as JSON has it; what is not known is null."""
    if missing(value):
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _embedded(told: Mapping[str, Any]) -> str:
    """Return JSON for the inside of a script element: nothing in it can end the element."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=int)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
