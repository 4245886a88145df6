"""The commands that begin a review and run its stages, and ask people what a stage needs."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slr.cli.shared import Json, Out, Reviewer, app, needed, print_json, refused, shown
from slr.errors import Problem, refuse

if TYPE_CHECKING:
    from slr.screen.people import Asked


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the new review.")],
    title: Annotated[str | None, typer.Option(help="What the review is called.")] = None,
    title_fa: Annotated[str | None, typer.Option(help="What it is called in Persian.")] = None,
    question: Annotated[str | None, typer.Option(help="What it asks.")] = None,
    eligible: Annotated[str | None, typer.Option(help="When a work is eligible.")] = None,
    from_year: Annotated[str | None, typer.Option(help="First year; any, if left out.")] = None,
) -> None:
    """Begin a review in a folder; then `slr run` there.

    It gets a config, rules, and a word on what goes where. At a terminal, what is not told is
    asked. A folder that holds a review is refused, and no file that is there is changed.
    """
    from slr.dialogue import terminal
    from slr.init import Answers, ask, begin

    given = {"title": title, "title_fa": title_fa, "question": question, "eligible": eligible,
             "year": from_year}  # fmt: skip
    screen = terminal() if title is None else None
    if screen:
        answers = ask(folder, given, screen.line, typer.echo)
    else:
        answers = Answers(**{name: value or "" for name, value in given.items()})
    made = begin(folder, answers)
    typer.echo(f"{folder}: {', '.join(map(str, made))}", err=True)
    typer.echo(f"Next: `slr run` in {folder}; it says what it waits for.", err=True)


@app.command()
def run(
    cores: Annotated[
        int | None, typer.Option(min=1, help="Stages that may run at once; all cores if not told.")
    ] = None,
) -> None:
    """Bring every stage up to date; tell the flow.

    Only what is stale runs. A killed run is resumed by the same command; a second run at the
    same time is refused.
    """
    from slr.run import run as run_all

    run_all(Path.cwd(), cores)


@app.command()
def pull(
    online: Annotated[
        bool,
        typer.Option("--online", help="First ask the indexes for what pull.online names."),
    ] = False,
) -> None:
    """Bring records in; lose none.

    They come from data/raw/records/ and data/raw/pulled/. Only with --online is any address opened.
    What was answered is kept in data/raw/pulled/ with its date, so that all later runs are offline;
    interrupted, the same command goes on.
    """
    problems = _asked() if online else []
    _stage("pull")
    refuse(problems)


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Record files of any format, .gz or .zip.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write to; made if needed.")],
    form: Annotated[
        str | None,
        typer.Option("--format", help="Format of the files; told from their content if left out."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Read record files anywhere into records.csv and rejects.csv.

    Formats are bibtex, ris, nbib, wos, refer, endnote, csljson and csv, and the replies of
    openalex, crossref, semanticscholar and scopus.
    """
    from slr.pull import bring_in

    pulled = bring_in(files, out, form)
    typer.echo(pulled.told(), err=True)
    if as_json:
        print_json(pulled.as_dict())


@app.command()
def dedup(
    records: Annotated[
        list[Path] | None, typer.Argument(help="Tables of records, .csv or .csv.gz.")
    ] = None,
    out: Out = None,
    review: Annotated[
        bool, typer.Option("--review", help="Ask a person about each pair that no rule decides.")
    ] = False,
    reviewer: Reviewer = None,
) -> None:
    """Find records of the same work; merge them, keep the evidence.

    Without RECORDS, the stage of the review. With RECORDS and --out, any tables with a
    `record_id` column.

    With --review, a person sees each open pair side by side, differences marked, and answers by
    single keys; each answer is kept in data/raw/judgements/duplicates.csv at once, and the same
    command goes on where it was left. Then `slr run`.
    """
    if review:
        refused(bool(records or out), "--review is for the pairs of the review, not for tables")
        from slr.dialogue import review as ask_about_pairs

        typer.echo(ask_about_pairs(Path.cwd(), reviewer), err=True)
        return
    refused(reviewer is not None, "--reviewer is for --review")
    if not records:
        refused(out is not None, "--out is for tables given by name")
        _stage("dedup")
        return
    from slr.dedup import DEFAULTS, dedup_files

    typer.echo(dedup_files(records, needed(out), DEFAULTS), err=True)


@app.command()
def screen(
    explain: Annotated[
        str | None,
        typer.Option("--explain", metavar="WORK", help="Walk one work through the criteria."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", metavar="OTHER.yaml", help="Another config: which works move?"),
    ] = None,
    silence: Annotated[
        bool,
        typer.Option("--silence", help="Print the excluded works most like the included ones."),
    ] = False,
    vote: Annotated[
        bool, typer.Option("--vote", help="Ask a person to vote on the works that lack votes.")
    ] = False,
    settle: Annotated[
        bool, typer.Option("--settle", help="Walk a person through votes that differ.")
    ] = False,
    conflicts: Annotated[
        bool, typer.Option("--conflicts", help="List the works on which votes differ.")
    ] = False,
    agreement: Annotated[
        bool, typer.Option("--agreement", help="Print how far the screeners agree.")
    ] = False,
    practice: Annotated[
        bool,
        typer.Option("--practice", help="Vote on settled works; then see how it compares."),
    ] = False,
    sample: Annotated[
        int | None, typer.Option(min=1, help="A packet of so many works, the same for everybody.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another packet.")] = 1,
    import_votes: Annotated[
        Path | None,
        typer.Option("--import-votes", help="Votes from ASReview, Rayyan or Covidence, as CSV."),
    ] = None,
    verdict: Annotated[
        str | None, typer.Option(help="What a list of Covidence was decided: include or exclude.")
    ] = None,
    stage: Annotated[
        str | None, typer.Option(help="title_abstract or full_text; the first if left out.")
    ] = None,
    reviewer: Reviewer = None,
    as_json: Json = False,
) -> None:
    """Apply the criteria of config.yaml, and what people judged.

    With --explain, nothing is written: each criterion is shown with the values that it asks for
    and who says so, its rule in words, its verdict, and what would flip it. With --against,
    nothing is written either: the works that move from these rules to others are listed, with
    the criteria that move each. With --silence, too, nothing is written: the excluded works that
    read most like the included ones are listed, each with the words that say so and why it is
    out, to be looked at again.

    With --vote, a person sees one work after another and votes by single keys, blind to others;
    each vote is kept in data/raw/judgements/votes.csv at once, and the same command goes on where
    it was left. Then `slr run`.
    """
    from slr.screen import people

    asked = people.Asked(
        vote, settle, conflicts, agreement, practice, sample, seed, import_votes, verdict
    )
    views = [explain is not None, against is not None, silence, asked.anything()].count(True)
    if views > 1:
        raise typer.BadParameter(
            "--explain, --against, --silence and what is about votes are of one kind: choose one"
        )
    by_people = stage is not None or reviewer is not None
    refused(by_people and not asked.anything(), "--stage and --reviewer are for votes: --vote, ...")
    refused(as_json and not views, "--json is for what is printed: --explain, --conflicts, ...")
    if explain is not None:
        _explained(explain, as_json)
    elif against is not None:
        _compared(against, as_json)
    elif silence:
        from slr.rank.silence import silence as find

        shown("excluded works most like the included ones", find(Path.cwd()), as_json=as_json)
    elif asked.anything():
        _by_people(asked, stage, reviewer, as_json=as_json)
    else:
        _stage("screen")


@app.command()
def code(
    coder: Annotated[
        str | None, typer.Option("--coder", help="Who codes: ask for answers to the codebook.")
    ] = None,
    double: Annotated[
        bool, typer.Option("--double", help="Ask about the studies that two people code.")
    ] = False,
    settle: Annotated[
        bool, typer.Option("--settle", help="Ask about what coders differ in.")
    ] = False,
    study: Annotated[
        str | None, typer.Option("--study", help="Ask about one study, answered or not.")
    ] = None,
) -> None:
    """Code the included studies by the codebook of config.yaml.

    Without --coder, the stage of the review. With --coder NAME, that person is asked what is
    open, study by study, and sees nobody else's answers; each answer is kept in
    data/raw/coding/codings.csv at once, and the same command goes on where it was left. With
    --settle, NAME decides where coders differ. Then `slr run`.
    """
    if coder is None:
        refused(
            double or settle or study is not None, "--double, --settle and --study need --coder"
        )
        _stage("code")
        return
    refused(settle and (double or study is not None), "--settle goes with --coder alone")
    from slr.code.dialogue import code as ask

    typer.echo(ask(Path.cwd(), coder, double=double, settle=settle, study=study), err=True)


@app.command()
def cocite(
    citations: Annotated[
        Path | None, typer.Argument(help="Table with the columns citing_id and cited_id.")
    ] = None,
    out: Out = None,
    min_weight: Annotated[float, typer.Option(min=0, help="Lightest edge to keep.")] = 1,
) -> None:
    """Build the citation network.

    Without CITATIONS, the stage of the review. With CITATIONS and --out, the co-citation graph
    of any table of references.
    """
    if citations is None:
        given = out is not None or min_weight != 1
        refused(given, "--out and --min-weight are for a table given by name")
        _stage("cocite")
        return
    from slr.cocite.table import cocite_file

    typer.echo(cocite_file(citations, needed(out), min_weight), err=True)


@app.command()
def report() -> None:
    """Draw the figures, tables, the PRISMA 2020 flow and the page."""
    _stage("report")


def _by_people(asked: Asked, stage: str | None, reviewer: str | None, *, as_json: bool) -> None:
    from slr.screen.people import answer
    from slr.show import tables

    told, sections = answer(Path.cwd(), asked, stage=stage, reviewer=reviewer)
    if as_json:
        print_json([section.as_dict() for section in sections])
    else:
        tables([(section.title, section.rows) for section in sections])
    if told:
        typer.echo(told, err=True)


def _asked() -> list[Problem]:
    from slr.pull.online import ask
    from slr.run import at_work
    from slr.show import Progress

    with at_work(Path.cwd()), Progress() as progress:
        try:
            return ask(Path.cwd(), progress.say, progress.told)
        except KeyboardInterrupt:
            progress.say("stopped; what was answered is kept, the same command goes on from there")
            raise


def _explained(work: str, as_json: bool) -> None:
    from slr.screen.explain import explain
    from slr.show import blocks

    told = explain(Path.cwd(), work)
    if as_json:
        print_json(told.as_dict())
        return
    typer.echo(f"{told.head()}\n")
    blocks(told.rows())


def _compared(other: Path, as_json: bool) -> None:
    from slr.screen.against import against
    from slr.show import tables

    told = against(Path.cwd(), other)
    if as_json:
        print_json(told.as_dict())
        return
    typer.echo("\n".join(told.lines()))
    tables(told.tables())


def _stage(name: str) -> None:
    from slr.run import at_work

    stage: Callable[[Path], str] = import_module(f"slr.{name}").run
    with at_work(Path.cwd()):
        typer.echo(f"{name}: {stage(Path.cwd())}", err=True)
