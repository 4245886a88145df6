"""Draw the figures, write the tables and the page: everything that a reader gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from slr.report.grid import Table
    from slr.report.page import Content, Drawn
    from slr.report.style import Picture
    from slr.report.tables import Builder

FIGURES = ("prisma", "attrition", "makeup", "network", "multiverse", "specification_curve")
"""The figures of every review; one that has nothing to show says why."""
SOURCES = "sources"
"""The figure of a review that has several sources."""
TABLES = (
    "studies", "excluded", "agreement", "multiverse", "axes", "firmness", "left_out", "additions",
    "waiting",
)  # fmt: skip
"""The tables of every review."""
LANGS = ("en", "fa")
FIGURE_KINDS = ("svg", "pdf", "png")
TABLE_KINDS = ("csv", "md", "tex", "html", "docx")


def figure_names(root: Path, settings: Mapping[str, Any]) -> list[str]:
    """Return the figures of a review: those of every one, its maps, and those it declares.

    What it may have several sources in, files of records tell: the names are known before a run.
    """
    several = [SOURCES] if _may_have_several_sources(root) else []
    return [*FIGURES, *several, *_own(root, settings, "figures", FIGURES)]


def _may_have_several_sources(root: Path) -> bool:
    from slr.run import raw

    files = raw("records/*", root)
    return (
        len(files) > 1
        or any(name.lower().endswith(".zip") for name in files)
        or bool(raw("pulled/*/*/*", root))
    )


def table_names(root: Path, settings: Mapping[str, Any]) -> list[str]:
    """Return the tables of a review: those of every one, its maps, and those it declares."""
    return [*TABLES, *_own(root, settings, "tables", TABLES)]


def _own(root: Path, settings: Mapping[str, Any], kind: str, every: Sequence[str]) -> list[str]:
    from slr.report import declared

    found = {*declared.names(root, kind), *settings["code"].get("maps", {})} - set(every)
    return in_order(found, settings)


def in_order(names: Iterable[str], settings: Mapping[str, Any]) -> list[str]:
    """Return names of a review's own in the order of `report.shown`, others after them by name."""
    order = {name: at for at, name in enumerate(settings["report"].get("shown", []))}
    return sorted(names, key=lambda name: (order.get(name, len(order)), name))


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
    from slr.text import counted

    content, pictures = prepare(root)
    drawn = draw.draw(pictures, content.source.settings["report"]["png_dpi"])
    write(root / paths.REPORTED, replace(content, figures=drawn))
    return f"{counted(len(drawn), 'figure')}, {counted(len(content.tables), 'table')}, one page"


def prepare(root: Path) -> tuple[Content, list[Picture]]:
    """Read and count everything; nothing is drawn yet.

    Raises
    ------
    SlrError
        If a table is at fault, or if the flow does not balance.
    """
    from slr import config, paths
    from slr.report import additions, claims, declared, flow, page, tables
    from slr.report.measures import Source

    settings = config.load(root / paths.CONFIG)
    own = declared.read(root)
    data = read_tables(root, settings)
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
    baseline = config.baseline(settings, pulled["source"])
    data["report/additions"] = additions.additions(pulled, clusters, outcomes, baseline)
    data["report/waiting"] = additions.waiting(
        works, outcomes, decisions, settings["screen"]["facts"]
    )
    source = Source(data, read_contexts(root, data), own.figures, settings, counted)
    build = tables.Builder(source, own)
    content = page.Content(
        source=source,
        declared=own,
        tables=build.all(table_names(root, settings)),
        figures=[],
        claims=claims.check(own.statements, own.answers, source),
    )
    drawn = all_pictures(build, figure_names(root, settings))
    return content, drawn


def write(out: Path, content: Content) -> None:
    """Write every file of the report, the page last; what an earlier run left there goes."""
    from slr import io
    from slr.report import explore, graph, numbers, page

    source = content.source
    review, seed = source.settings["review"], source.settings["cocite"]["seed"]
    nodes, edges, coverage = (
        source.data[f"cocite/{name}"] for name in ("nodes", "edges", "coverage")
    )
    net = graph.Network(nodes, edges, coverage, 0, seed)
    _write_figures(out / "figures", content.figures)
    _write_tables(out / "tables", content.tables)
    for name in ("additions", "waiting"):
        io.write_table(out / f"{name}.csv", source.data[f"report/{name}"], f"report/{name}")
    about = " ".join(source.settings["review"]["about"]["en"].split())
    counts = numbers.numbers(source, content.declared.numbers)
    io.write_json(out / "numbers.json", {"Note": about, **counts})
    io.write_text(out / "numbers.tex", numbers.macros(counts, about))
    io.write_text(out / "references.bib", numbers.references(source.data, about))
    for lang in LANGS:
        text = numbers.methods(source.flow, source.settings, content.declared.words, lang)
        io.write_text(out / f"methods.{lang}.md", text)
    io.write_json(out / "flow.json", source.flow)
    for lang, text in explore.pages(net, source.data, source.contexts, review).items():
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
                io.write_bytes(folder / name, grid.write(table, lang, kind))
                names.add(name)
    io.remove_others(folder, names)


def read_tables(root: Path, settings: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Read the tables of all stages before this one, by the names of their schemas.

    Nodes and edges of the networks of the config are in no figure or table, and may be many.
    """
    from slr import io
    from slr.code.declared import schema
    from slr.paths import CODED, PROCESSED
    from slr.schemas.made import MADE

    apart = ("report/", "rank/", "cocite/network_")
    names = [name for name in MADE if not name.startswith(apart)]
    data = {name: io.read_table(root / PROCESSED / f"{name}.csv", name) for name in names}
    for name, declared in settings["code"].get("tables", {}).items():
        path = root / CODED / f"{name}.csv"
        data[f"code/{name}"] = io.read_table(path, schema(declared))
    return data


def read_contexts(root: Path, data: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Read where a text cites works; none for a review that has no such file."""
    from slr import cocite
    from slr.identity import Names, read_named_sources

    named = read_named_sources(root)
    names = Names([*data["pull/records"]["record_id"], *named["record_id"]])
    return cocite.read_contexts(root, names)


def all_pictures(build: Builder, names: Sequence[str]) -> list[Picture]:
    """Return every figure of the report, in the order of their names.

    Those of a review that is rebuilt say so, each by itself: their files leave the page.
    """
    from slr.report import attrition, charts, curve, makeup, maps, network, prisma, sources
    from slr.report.rows import stand_ins_note

    source, data, settings = build.source, build.data, build.settings
    declared, criteria = build.declared, settings["screen"]["criteria"]
    rebuilt = bool(settings["review"]["expected"])
    notes = stand_ins_note(criteria, declared.words)
    pictures = [
        prisma.picture(source.flow, criteria),
        attrition.picture(source.flow, criteria),
        makeup.picture(source, settings["report"].get("makeup", {}), rebuilt=rebuilt),
        charts.multiverse_picture(data["screen/multiverse"], notes, rebuilt=rebuilt),
        *curve.pictures(data, settings["review"]["expected"], notes, rebuilt=rebuilt),
        *network.pictures(
            data["cocite/nodes"], data["cocite/edges"], data["cocite/coverage"],
            settings["report"]["labels_min_weight"], settings["cocite"]["seed"], rebuilt=rebuilt,
        ),
        *(
            maps.picture(name, one, build, rebuilt=rebuilt)
            for name, one in settings["code"].get("maps", {}).items()
        ),
    ]  # fmt: skip
    if SOURCES in names:
        inside = frozenset(build.included)
        found = data["dedup/sources"], data["dedup/overlaps"]
        pictures.append(sources.picture(*found, inside))
    pictures += _declared_pictures(build)
    pictures.sort(key=lambda picture: names.index(picture.name))
    if not rebuilt:
        return pictures
    redrawn = {name for name, one in declared.figures.items() if one["kind"] == "drawing"}
    return [_noted(picture, is_drawing=picture.name in redrawn) for picture in pictures]


def _declared_pictures(build: Builder) -> list[Picture]:
    """Return the figures that the review declares in files of their own."""
    from slr import config
    from slr.report import diagrams, heat, shown, trees
    from slr.report.declared import blamed
    from slr.report.rows import work_of_key

    baseline = config.baseline(build.settings, build.data["pull/records"]["source"])
    work_of = work_of_key(build.data, baseline)
    pictures = []
    for name, one in build.declared.figures.items():
        with blamed(f"figures/{name}.yaml"):
            match one["kind"]:
                case "heat":
                    grid = shown.tally(build, one)
                    made = heat.picture(name, one, grid, build.source)
                case "tree":
                    made = trees.picture(name, one, build.source, build.labels)
                case _:
                    made = diagrams.picture(name, one, frozenset(build.included), work_of)
        pictures.append(made)
    return pictures


def _noted(picture: Picture, *, is_drawing: bool) -> Picture:
    """Have a picture say that it is a reconstruction: of the review, or of a drawing in print."""
    from dataclasses import replace

    from slr.report import words

    note = words.load("figures").both("drawing" if is_drawing else "review")
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
