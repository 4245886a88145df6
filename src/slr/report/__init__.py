"""Draw the figures, write the tables and the page: everything that a reader gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from slr.report.grid import Table
    from slr.report.page import Content, Drawn
    from slr.report.style import Picture

FIGURES = (
    "prisma", "figure1", "figure2", "figure3", "figure4", "figure5", "channels", "makeup",
    "common_steps", "concepts", "network", "attrition", "evidence_map", "multiverse",
    "specification_curve",
)  # fmt: skip
REDRAWN = ("figure1", "figure2", "figure3", "figure4", "figure5", "channels")
TABLES = (
    "studies", "excluded", "table1", "table2", "table2_common_steps", "table3", "table4", "table5",
    "evidence_map", "multiverse", "axes", "firmness", "left_out", "additions", "waiting",
)  # fmt: skip
LANGS = ("en", "fa")
FIGURE_KINDS = ("svg", "pdf", "png")
TABLE_KINDS = ("csv", "md", "tex", "html")


def run(root: Path) -> str:
    """Read the tables of all stages; write figures, tables, counts, references and the page.

    Raises
    ------
    SlrError
        If the flow does not balance; nothing is written then.
    """
    from dataclasses import replace

    from slr import paths
    from slr.report import draw

    content, pictures = prepare(root)
    drawn = draw.draw(pictures, content.settings["report"]["png_dpi"])
    write(root / paths.REPORTED, replace(content, figures=drawn))
    return f"{len(drawn)} figures, {len(content.tables)} tables, one page"


def prepare(root: Path) -> tuple[Content, list[Picture]]:
    """Read and count everything; nothing is drawn yet.

    Raises
    ------
    SlrError
        If a table is at fault, or if the flow does not balance.
    """
    from slr import config, paths
    from slr.report import additions, claims, flow, page, sources, tables

    settings = config.load(root / paths.CONFIG)
    data = read_tables(root)
    contexts, drawings, stated = read_paper(root, data)
    pulled, clusters = data["pull/records"], data["dedup/clusters"]
    works, outcomes = data["dedup/works"], data["screen/outcomes"]
    decisions = data["screen/decisions"]
    criteria, expected = settings["screen"]["criteria"], settings["review"]["expected"]
    counted = flow.compute(
        pulled, data["pull/rejects"], works, outcomes, decisions, criteria, expected,
    )  # fmt: skip
    counted |= flow.by_stage(outcomes, criteria, data["screen/voted"])
    counted |= flow.by_study(outcomes, data["dedup/studies"])
    if bad := len(data["screen/bad_votes"][["file", "line"]].drop_duplicates()):
        counted["bad_votes"] = bad
    flow.check(counted)
    counted["note"] = " ".join(settings["review"]["about"]["en"].split())
    baseline = settings["pull"]["baseline"]
    data["report/additions"] = additions.additions(pulled, clusters, outcomes, baseline)
    data["report/waiting"] = additions.waiting(
        works, outcomes, decisions, settings["screen"]["facts"]
    )
    checked = claims.check(stated, claims.Source(data, contexts, drawings, settings, counted))
    content = page.Content(
        data=data,
        settings=settings,
        flow=counted,
        tables=tables.build(data, settings),
        figures=[],
        claims=checked,
        contexts=contexts,
        drawings=drawings,
    )
    included = frozenset(data["screen/included"]["work_id"])
    drawn = all_pictures(data, settings, counted, drawings, stated)
    return content, [
        *drawn, *sources.pictures(data["dedup/sources"], data["dedup/overlaps"], included)
    ]  # fmt: skip


def write(out: Path, content: Content) -> None:
    """Write every file of the report, the page last; what an earlier run left there goes."""
    from slr import io
    from slr.report import explore, graph, numbers, page

    review, seed = content.settings["review"], content.settings["cocite"]["seed"]
    nodes, edges, coverage = (
        content.data[f"cocite/{name}"] for name in ("nodes", "edges", "coverage")
    )
    net = graph.Network(nodes, edges, coverage, 0, seed)
    _write_figures(out / "figures", content.figures)
    _write_tables(out / "tables", content.tables)
    for name in ("additions", "waiting"):
        io.write_table(out / f"{name}.csv", content.data[f"report/{name}"], f"report/{name}")
    about = " ".join(content.settings["review"]["about"]["en"].split())
    counts = numbers.numbers(content.flow, content.data)
    io.write_json(out / "numbers.json", {"Note": about, **counts})
    io.write_text(out / "numbers.tex", numbers.macros(counts, about))
    io.write_text(out / "references.bib", numbers.references(content.data, about))
    for lang in LANGS:
        text = numbers.methods(content.flow, content.settings, lang)
        io.write_text(out / f"methods.{lang}.md", text)
    io.write_json(out / "flow.json", content.flow)
    for lang, text in explore.pages(net, content.data, content.contexts, review).items():
        io.write_text(out / f"network.{lang}.html", text)
    io.write_text(out / "index.html", page.render(content))


def _write_tables(folder: Path, tables: Sequence[Table]) -> None:
    from slr import io
    from slr.report import grid

    names = set()
    for table in tables:
        for lang in LANGS:
            for kind in TABLE_KINDS:
                name = f"{table.name}.{lang}.{kind}"
                io.write_text(folder / name, grid.write(table, lang, kind))
                names.add(name)
    io.remove_others(folder, names)


def read_tables(root: Path) -> dict[str, pd.DataFrame]:
    """Read the tables of all stages before this one, by the names of their schemas.

    Nodes and edges of the networks of the config are in no figure or table, and may be many.
    """
    from slr import io
    from slr.paths import PROCESSED
    from slr.schemas.made import MADE

    apart = ("report/", "rank/", "cocite/network_")
    names = [name for name in MADE if not name.startswith(apart)]
    return {name: io.read_table(root / PROCESSED / f"{name}.csv", name) for name in names}


def read_paper(
    root: Path, data: Mapping[str, pd.DataFrame]
) -> tuple[pd.DataFrame, dict[str, Any], list[dict[str, Any]]]:
    """Read what is kept of the paper: where it cites, its figures, its statements.

    Each is empty for a review that has no such file.
    """
    from slr import cocite, io, paths
    from slr.identity import Names, read_named_sources

    named = read_named_sources(root)
    names = Names([*data["pull/records"]["record_id"], *named["record_id"]])
    contexts = cocite.read_contexts(root, names)
    drawings = io.read_json(root / paths.FIGURES) if (root / paths.FIGURES).exists() else {}
    stated = _statements(root / paths.FACTS_STATED)
    return contexts, drawings, stated


def _statements(path: Path) -> list[dict[str, Any]]:
    from slr import io

    stated: list[dict[str, Any]] = io.read_json(path) if path.exists() else []
    return stated


def all_pictures(
    data: Mapping[str, pd.DataFrame],
    settings: Mapping[str, Any],
    flow: Mapping[str, Any],
    drawings: Mapping[str, Any],
    stated: Sequence[Mapping[str, Any]],
) -> list[Picture]:
    """Return every figure of the report, in the order of `FIGURES`.

    Those of a review that is rebuilt say so, each by itself: their files leave the page.
    """
    from slr.report import charts, curve, diagrams, maps, network, prisma
    from slr.report.rows import work_of_key

    included = frozenset(data["screen/included"]["work_id"])
    work_of = work_of_key(data, settings["pull"]["baseline"])
    rebuilt = bool(settings["review"]["expected"])
    pictures = [
        *prisma.pictures(dict(flow), settings["screen"]["criteria"]),
        *(diagrams.pictures(drawings, included, work_of) if drawings else []),
        *charts.pictures(
            data["code/studies"], data["dedup/works"], data["screen/multiverse"],
            stated=stated, rebuilt=rebuilt, criteria=settings["screen"]["criteria"],
        ),
        *curve.pictures(
            data, settings["review"]["expected"], settings["screen"]["criteria"], rebuilt=rebuilt
        ),
        *maps.pictures(
            data["code/table2_common_steps"], data["code/table4"], data["code/evidence_map"],
            data["code/table1"], data["cocite/nodes"], settings["code"]["common_steps"],
            rebuilt=rebuilt,
        ),
        *network.pictures(
            data["cocite/nodes"], data["cocite/edges"], data["cocite/coverage"],
            settings["report"]["labels_min_weight"], settings["cocite"]["seed"], rebuilt=rebuilt,
        ),
    ]  # fmt: skip
    pictures.sort(key=lambda picture: FIGURES.index(picture.name))
    return [_noted(picture) for picture in pictures] if rebuilt else pictures


def _noted(picture: Picture) -> Picture:
    """Have a picture say that it is a reconstruction: of the review, or of a drawing in print."""
    from dataclasses import replace

    from slr.report import words

    note = words.load("figures").both("drawing" if picture.name in REDRAWN else "review")
    alt = {lang: f"{picture.alt[lang]} {note[lang]}" for lang in LANGS}
    return replace(picture, alt=alt, note=note)


def _write_figures(folder: Path, drawn: Sequence[Drawn]) -> None:
    from slr import io

    names = set()
    for one in drawn:
        for lang, files in one.files.items():
            for kind, content in files.items():
                name = f"{one.picture.name}.{lang}.{kind}"
                io.write_bytes(folder / name, content)
                names.add(name)
    io.remove_others(folder, names)
