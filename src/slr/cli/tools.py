"""The commands beside the stages: they add to a review, carry it elsewhere and question it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from slr.cli.shared import Json, Reviewer, app, print_json, refused, shown
from slr.errors import SlrError


@app.command()
def add(
    files: Annotated[list[Path], typer.Argument(help="Record files to add to the corpus.")],
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing; leave open pairs for later.")
    ] = False,
    reviewer: Reviewer = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be added; change nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Add record files, and say what each record is; then `slr run`.

    They are copied to data/raw/records/. Each record is new, already known (of which work, and what
    became of it), or possibly known: then you are asked, record beside record, unless --yes or
    --json is given or nobody sits at a terminal. Rejected entries are told with file and line.
    Decisions and codings that are there stay attached. If any file is refused, none is copied.
    """
    from slr import add as adding
    from slr.dialogue import mend, settle, terminal
    from slr.show import tables

    root = Path.cwd()
    if not dry_run and (torn := mend(root)):
        typer.echo(torn, err=True)
    addition = adding.plan(files, root)
    if as_json:
        print_json(addition.as_dict() | {"dry_run": dry_run})
    else:
        tables(addition.sections())
    told = "nothing was changed: a dry run." if dry_run else adding.copy(addition, root)
    typer.echo("\n".join(filter(None, [addition.told(), told])), err=True)
    if not dry_run:
        screen = None if yes or as_json else terminal()
        new = set(addition.records["record_id"])
        typer.echo(settle(addition.asked, root, screen, reviewer=reviewer, among=new), err=True)


@app.command()
def trace(
    what: Annotated[
        str, typer.Argument(help="A count, screen.CRITERION, a record or work, or A--B.")
    ],
    as_json: Json = False,
) -> None:
    """Print what is behind a number, a work or an edge.

    That is its records, decisions and contexts. Counts are identified, duplicates_removed,
    screened, included, excluded, not_retrieved and awaiting.
    """
    from slr.show import tables
    from slr.trace import trace as find

    sections = find(Path.cwd(), what)
    if as_json:
        print_json([section.as_dict() for section in sections])
    else:
        tables([(section.title, section.rows) for section in sections])


@app.command()
def export(
    what: Annotated[str, typer.Argument(help="records, works, included, awaiting, network, ...")],
    to: Annotated[str, typer.Option("--to", help="Format to write.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; printed if left out, or -.")
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of a network's labels: en or fa.")] = "en",
    force: Annotated[bool, typer.Option("--force", help="Replace a file of another make.")] = False,
    stage: Annotated[
        str | None, typer.Option(help="Of votes: title_abstract or full_text.")
    ] = None,
    reviewer: Annotated[str | None, typer.Option(help="Of votes: whose; all if left out.")] = None,
    verdict: Annotated[
        str | None, typer.Option(help="Of votes, to Covidence: include or exclude.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Tell the counts as JSON; after the entries, on stderr.")
    ] = False,
) -> None:
    """Write records, works, votes or a network for another tool.

    `slr import` reads records and works back. WHAT is records (or identified), duplicates_removed,
    works, screened, included, excluded, not_retrieved, awaiting, network, or network.NAME for one
    that the config names. Formats are bib, ris, csv, csl, asreview, rayyan and covidence; of
    networks vosviewer, vosviewer-map, vosviewer-network, graphml, gexf, pajek and csv. Or WHAT is
    votes, to asreview, rayyan or covidence, which `slr screen --import-votes` reads back.
    """
    from slr.export.command import export as write
    from slr.export.command import save

    if what == "votes":
        from slr.export.votes import export_votes

        exported = export_votes(Path.cwd(), to, stage, reviewer, verdict)
    else:
        given = stage is not None or reviewer is not None or verdict is not None
        refused(given, "--stage, --reviewer and --verdict are for votes")
        exported = write(Path.cwd(), what, to, lang)
    printed = out is None or str(out) == "-"
    where = "standard output" if printed else str(out)
    if printed:
        typer.echo(exported.text.encode(), nl=False)
    else:
        save(Path.cwd(), Path(where), exported.text, force=force)
    typer.echo(exported.told(where), err=True)
    if as_json:
        print_json(exported.as_dict(where), err=printed)


@app.command()
def diff(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]",
            help="Another folder of the review, or a copy of its data/processed; "
            "the last complete run before this one if left out.",
        ),
    ] = None,
    page: Annotated[
        bool, typer.Option("--page", help="Write data/processed/report/changes.html as well.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print what a run changed against the last one.

    Each change comes with its ids. Works are followed by their records, so that one whose id
    changed is still the same.
    """
    from slr.diff import diff as find
    from slr.diff.told import lines
    from slr.diff.told import tables as sections
    from slr.show import tables

    told = find(Path.cwd(), folder)
    if page:
        from slr.report.changes import write

        typer.echo(write(Path.cwd(), told), err=True)
    if as_json:
        print_json(told.as_dict())
        return
    typer.echo("\n".join(lines(told)))
    shown = list(sections(told))
    if shown:
        typer.echo()
    tables([(title, rows) for title, rows, _ in shown], [total for *_, total in shown])


@app.command()
def rank(
    stopping: Annotated[
        bool, typer.Option("--stopping", help="Tell what recall is reached, and if one may stop.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Order the works that wait by what the votes so far teach.

    The one to read next comes first. It works from the first vote on, and without any: the review's
    title and questions then stand for what is looked for. Written to
    data/processed/rank/ranking.csv; the first are printed, those with the fewest votes before all,
    each with the terms that speak for it.
    """
    from slr.rank import review

    if stopping:
        told = review.reached(Path.cwd())
        if as_json:
            print_json(told)
        else:
            typer.echo(review.reached_in_words(told))
        return
    made, first, votes_told = review.rank(Path.cwd())
    if votes_told:
        typer.echo(f"slr: rank: {votes_told}", err=True)
    shown("works to read next", first, as_json=as_json, whole=made)


@app.command()
def simulate(
    labelled: Annotated[
        Path, typer.Argument(help="Table with record_id, title, abstract and label_included.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder to write to; made if needed.")],
    prior_included: Annotated[
        list[str], typer.Option("--prior-included", help="A record known to be relevant.")
    ],
    prior_excluded: Annotated[
        list[str] | None, typer.Option("--prior-excluded", help="One known not to be.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of what is drawn by chance.")] = 1,
    curve: Annotated[
        bool, typer.Option("--curve", help="Draw found against screened, too.")
    ] = False,
) -> None:
    """Replay a labelled set in the order that `slr rank` would give.

    Writes order.csv, the records in the order shown, and metrics.json, how soon the relevant
    ones came and when one could have stopped. Priors may be given several times.
    """
    from slr.rank.simulate import simulate_file

    told = simulate_file(
        labelled,
        out,
        included=prior_included,
        excluded=prior_excluded or [],
        seed=seed,
        curve=curve,
    )
    typer.echo(told, err=True)


@app.command()
def multiverse(as_json: Json = False) -> None:
    """Print what other reasonable choices would have kept.

    First the alternatives of data/raw/multiverse.yaml one by one; then what all combinations of
    the choices of config.yaml (screen.multiverse) include, which choice moves what, how near each
    work is to a change, and the review without each source and criterion.
    """
    from slr.multiverse.told import tell
    from slr.show import tables

    told = tell(Path.cwd())
    if as_json:
        print_json(told.as_dict())
        return
    first = told.sections[0]
    tables([(first.title, first.rows)])
    typer.echo("\n".join(["", *(" ".join(lines) for lines in told.paragraphs), ""]))
    tables(told.shown())


@app.command()
def doctor() -> None:
    """Check all that a review needs to run.

    That is Python, packages, fonts, config, raw data and writability.
    """
    from slr.doctor import examine

    bad = 0
    for finding in examine(Path.cwd()):
        bad += not finding.good
        typer.echo(f"{'ok ' if finding.good else 'BAD'}  {finding.name:10} {finding.told}")
    if bad:
        raise SlrError(f"{bad} of the checks found something to mend.")
