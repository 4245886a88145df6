"""Co-citation of any table of references, for tables too large for pandas.

Pairs are counted and written block by block, so that memory follows the references and not the
edges.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from slr import io
from slr.cocite import CO_CITATION, graphml
from slr.cocite.lists import Ints, Lists, joined_forms, lists_of, oddities, renamed
from slr.cocite.pairs import Pairs, pairs
from slr.errors import Problem, SlrError
from slr.text import counted

Item = TypeVar("Item")
BYTES_AT_ONCE = 1 << 24
"""Room for rows that are written at once."""
WIDEST = 512
"""Bytes of an id up to which rows are put together with room for the longest."""
_QUOTED = re.compile(r'[",\n\r]')


def cocite_file(path: Path, out: Path, min_weight: float) -> str:
    """Write nodes, edges and, of few enough edges, GraphML of one table of references."""
    lists, told = read(path)
    tally = Tally(lists, min_weight)
    # Counting, putting rows together and writing go on at once, each a block behind the other.
    rows = ahead(edge_rows(lists.members, ahead(tally.blocks())))
    io.write_parts(out / "edges.csv", rows)
    joined = np.flatnonzero(tally.degree)
    names = [lists.members[place] for place in joined.tolist()]
    io.write_cells(
        out / "nodes.csv",
        {
            "node_id": names,
            "label": names,
            "degree": list(map(str, tally.degree[joined].tolist())),
            "weighted_degree": list(map(str, tally.weight[joined].tolist())),
        },
    )
    head = f"{counted(len(names), 'node')} and {counted(tally.edges, 'edge')}"
    if tally.edges > graphml.MOST_EDGES:
        io.remove(out / "graph.graphml")
        head += f"; graph.graphml is left out above {graphml.MOST_EDGES:,} edges"
    else:
        parts = graph_of(lists.members, joined, tally)
        io.write_parts(out / "graph.graphml", (part.encode() for part in parts))
    return "\n".join([head, *told, *why_empty(lists, tally, min_weight)])


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield items, each made in a thread of its own while the one before it is used."""
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(next, items, None)
        while (item := following.result()) is not None:
            following = pool.submit(next, items, None)
            yield item


@dataclass
class Tally:
    """What is counted while the edges pass: only those that are heavy enough do."""

    lists: Lists
    min_weight: float
    edges: int = 0
    heaviest: int = 0
    degree: Ints = field(init=False)
    weight: Ints = field(init=False)
    kept: list[Pairs] = field(default_factory=list)
    """The edges, as long as they are few enough for GraphML."""

    def __post_init__(self) -> None:
        self.degree = np.zeros(len(self.lists.members), np.int64)
        self.weight = np.zeros(len(self.lists.members), np.int64)

    def blocks(self) -> Iterator[Pairs]:
        """Yield the blocks of edges."""
        for found in pairs(self.lists):
            self.heaviest = max(self.heaviest, int(found.count.max()))
            block = found.take(found.count >= self.min_weight) if self.min_weight > 1 else found
            self.edges += len(block)
            ends = np.concatenate([block.source, block.target])
            weights = np.concatenate([block.count, block.count])
            self.degree += np.bincount(ends, minlength=len(self.degree))
            self.weight += np.bincount(ends, weights, len(self.weight)).astype(np.int64)
            self.kept = [*self.kept, block] if self.edges <= graphml.MOST_EDGES else []
            if len(block):
                yield block


def read(path: Path) -> tuple[Lists, list[str]]:
    """Read a table of references, and say what is unusual in it.

    Ids of one work in several forms are joined. A row without a cited work says that a list is
    empty. A row that stands there twice counts once, and a work that cites itself is left in.
    """
    columns = ["citing_id", "cited_id"]
    cells = io.read_cells(path, columns, ["citing_id"])
    io.check_header(path, list(cells), columns, columns)
    citing, cited = cells["citing_id"], cells["cited_id"]
    lists = lists_of(citing, cited)
    distinct = {*lists.holders, *lists.members}
    if io.control_character("".join(distinct)):
        raise SlrError(
            [
                Problem(f"the id {name!r} holds a control character.", "Delete it.", path)
                for name in sorted(filter(io.control_character, distinct))
            ]
        )
    forms = joined_forms(distinct)
    if forms:
        citing, cited = renamed(citing, forms), renamed(cited, forms)
        lists = lists_of(citing, cited)
    return lists, list(oddities(lists, citing, cited, forms))


def why_empty(lists: Lists, tally: Tally, min_weight: float) -> Iterator[str]:
    """Say why there are no edges, where there are none."""
    if tally.edges:
        return
    if not lists.holders:
        yield "  no edges: the table has no rows"
    elif not lists.items.size:
        yield "  no edges: every list is empty"
    elif int(lists.sizes().max()) < 2:
        yield "  no edges: no list holds two works"
    else:
        yield (
            f"  no edges: no two works are in {min_weight:g} lists together; "
            f"the heaviest pair has {tally.heaviest}"
        )


def edge_rows(names: Sequence[str], blocks: Iterator[Pairs]) -> Iterator[bytes | bytearray]:
    """Yield the table of edges as CSV: source, target and weight.

    Cells are put side by side with room for the longest, as arrays of bytes; then the bytes that
    no cell fills are taken out. No id holds a NUL. Where an id is very long, that room would be
    gigabytes, and rows are put together one by one.
    """
    cells = [f"{_cell(name)},".encode() for name in names] or [b","]
    yield b"source,target,weight\n"
    if max(map(len, cells)) > WIDEST:
        for block in blocks:
            yield from _one_by_one(cells, block)
        return
    ids = np.array(cells)
    for block in blocks:
        weights = np.array([f"{weight}\n".encode() for weight in range(block.count.max() + 1)])
        row = np.dtype([("source", ids.dtype), ("target", ids.dtype), ("weight", weights.dtype)])
        at_once = max(BYTES_AT_ONCE // row.itemsize, 1)
        for begin in range(0, len(block), at_once):
            part = slice(begin, begin + at_once)
            room = bytearray(len(block.source[part]) * row.itemsize)
            rows = np.frombuffer(room, row)
            rows["source"] = ids[block.source[part]]
            rows["target"] = ids[block.target[part]]
            rows["weight"] = weights[block.count[part]]
            yield room.translate(None, b"\0")


def _one_by_one(cells: Sequence[bytes], block: Pairs) -> Iterator[bytearray]:
    rows = bytearray()
    counted = zip(block.source.tolist(), block.target.tolist(), block.count.tolist(), strict=True)
    for source, target, count in counted:
        rows += b"%b%b%d\n" % (cells[source], cells[target], count)
        if len(rows) >= BYTES_AT_ONCE:
            yield rows
            rows = bytearray()
    yield rows


def _cell(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if _QUOTED.search(name) else name


def graph_of(names: Sequence[str], joined: Ints, tally: Tally) -> Iterator[str]:
    """Yield the parts of the graph as GraphML."""
    nodes = (
        {
            "node_id": names[place],
            "label": names[place],
            "degree": degree,
            "weighted_degree": weight,
        }
        for place, degree, weight in zip(
            joined.tolist(),
            tally.degree[joined].tolist(),
            tally.weight[joined].tolist(),
            strict=True,
        )
    )
    edges = (
        {"source": names[source], "target": names[target], "weight": weight}
        for block in tally.kept
        for source, target, weight in zip(
            block.source.tolist(), block.target.tolist(), block.weight.tolist(), strict=True
        )
    )
    kinds = {"label": "string", "degree": "long", "weighted_degree": "long"}, {"weight": "long"}
    return graphml.lines(nodes, edges, kinds=kinds, about={"kind": CO_CITATION})
