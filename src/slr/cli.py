"""The command line: parses, dispatches, and tells what went wrong. No logic lives here."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slr.errors import Problem, SlrError

if TYPE_CHECKING:
    import pandas as pd

    from slr.screen.people import Asked

HELP = """Run a systematic literature review that anyone can rerun.

A review is a folder with config.yaml, a Snakefile and data/raw/. Its stages are
pull, dedup, screen, code, cocite and report; each reads the files of those before
it and writes data/processed/<stage>/. `slr run` brings all of them up to date.

Exit status: 0 done; 1 the data or the run fell short of what was asked; 2 the call
or the config was wrong.
"""

EXAMPLES = """Examples:

  slr init DIR                     begin a review

  slr run                          the whole review, only what is stale

  slr trace included               the works behind a number

  slr trace screen.credibility     the decisions of one criterion

  slr trace KEY                    all that is known of one work

  slr diff                         what the last run changed

  slr add more.bib                 one more source; then `slr run`

  slr dedup --review               say which records are one work, pair by pair

  slr rank                         what to read next, learned from the votes so far

  slr export included --to ris --out included.ris
                                   the included works, for another tool
"""

app = typer.Typer(
    name="slr",
    help=HELP,
    epilog=EXAMPLES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Out = Annotated[Path | None, typer.Option("--out", help="Folder to write to; made if needed.")]
Reviewer = Annotated[
    str | None, typer.Option("--reviewer", help="Who judges; asked for once if left out.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def main() -> None:
    """Run the command line; every failure that was foreseen is told without a traceback."""
    try:
        app()
    except SlrError as error:
        typer.echo(f"slr: {error}", err=True)
        sys.exit(error.status)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the one place where our own faults end
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        typer.echo(
            f"slr: a fault of slr itself, at {place}: {type(error).__name__}: {error}\n"
            "Please report it with the command that you ran and this line.",
            err=True,
        )
        sys.exit(1)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the new review.")],
    title: Annotated[str | None, typer.Option(help="What the review is called.")] = None,
    title_fa: Annotated[str | None, typer.Option(help="What it is called in Persian.")] = None,
    question: Annotated[str | None, typer.Option(help="What it asks.")] = None,
    eligible: Annotated[str | None, typer.Option(help="When a work is eligible.")] = None,
    from_year: Annotated[str | None, typer.Option(help="First year; any, if left out.")] = None,
) -> None:
    """Begin a review: config, rules, and a word on what goes where; then `slr run` in it.

    At a terminal, what is not told is asked. A folder that holds a review is refused, and no
    file that is there is changed.
    """
    from slr.dialogue import terminal
    from slr.init import QUESTIONS, Answers, begin

    given = {"title": title, "title_fa": title_fa, "question": question, "eligible": eligible,
             "year": from_year}  # fmt: skip
    screen = terminal() if title is None else None
    answers = {
        name: screen.line(QUESTIONS[name]) if value is None and screen else value or ""
        for name, value in given.items()
    }
    made = begin(folder, Answers(**answers))
    typer.echo(f"{folder}: {', '.join(map(str, made))}", err=True)
    typer.echo(f"Next: `slr run` in {folder}; it says what it waits for.", err=True)


@app.command()
def run(
    cores: Annotated[
        int | None, typer.Option(min=1, help="Stages that may run at once; all cores if not told.")
    ] = None,
) -> None:
    """Bring every stage up to date, then tell the flow and where the report is.

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
    """Bring records in from data/raw/records/ and data/raw/pulled/; lose none.

    Only with --online is any address opened. What was answered is kept in data/raw/pulled/ with
    its date, so that all later runs are offline; interrupted, the same command goes on.
    """
    problems = _asked() if online else []
    _stage("pull")
    if problems:
        raise SlrError(problems)


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
        _print_json(pulled.as_dict())


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
        _refused(bool(records or out), "--review is for the pairs of the review, not for tables")
        from slr.dialogue import review as ask_about_pairs

        typer.echo(ask_about_pairs(Path.cwd(), reviewer), err=True)
        return
    _refused(reviewer is not None, "--reviewer is for --review")
    if not records:
        _refused(out is not None, "--out is for tables given by name")
        _stage("dedup")
        return
    from slr.dedup import DEFAULTS, dedup_files

    typer.echo(dedup_files(records, _needed(out), DEFAULTS), err=True)


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
    """Apply the criteria of config.yaml and the judgements and votes of people.

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
    _refused(
        by_people and not asked.anything(), "--stage and --reviewer are for votes: --vote, ..."
    )
    _refused(as_json and not views, "--json is for what is printed: --explain, --conflicts, ...")
    if explain is not None:
        _explained(explain, as_json)
    elif against is not None:
        _compared(against, as_json)
    elif silence:
        from slr.rank.silence import silence as find

        _shown("excluded works most like the included ones", find(Path.cwd()), as_json=as_json)
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
        _refused(
            double or settle or study is not None, "--double, --settle and --study need --coder"
        )
        _stage("code")
        return
    _refused(settle and (double or study is not None), "--settle goes with --coder alone")
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
        _refused(given, "--out and --min-weight are for a table given by name")
        _stage("cocite")
        return
    from slr.cocite.table import cocite_file

    typer.echo(cocite_file(citations, _needed(out), min_weight), err=True)


@app.command()
def report() -> None:
    """Draw the figures, tables, the PRISMA 2020 flow and the page."""
    _stage("report")


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
    """Add record files to data/raw/records/, and say what each record is; then use `slr run`.

    Each is new, already known (of which work, and what became of it), or possibly known: then
    you are asked, record beside record, unless --yes or --json is given or nobody sits at a
    terminal. Rejected entries are told with file and line. Decisions and codings that are there
    stay attached. If any file is refused, none is copied.
    """
    from slr import add as adding
    from slr.dialogue import mend, settle, terminal
    from slr.show import tables

    root = Path.cwd()
    torn = "" if dry_run else mend(root)
    addition = adding.plan(files, root)
    if as_json:
        _print_json(addition.as_dict() | {"dry_run": dry_run})
    else:
        tables(addition.sections())
    told = "nothing was changed: a dry run." if dry_run else adding.copy(addition, root)
    typer.echo("\n".join(filter(None, [torn, addition.told(), told])), err=True)
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
    """Print the records, decisions and contexts behind a number, a work or an edge.

    Counts are identified, duplicates_removed, screened, included, excluded, not_retrieved and
    awaiting.
    """
    from slr.show import tables
    from slr.trace import trace as find

    sections = find(Path.cwd(), what)
    if as_json:
        _print_json([section.as_dict() for section in sections])
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
    """Write records, works or the network for another tool; `slr import` reads them back.

    WHAT is records (or identified), duplicates_removed, works, screened, included, excluded,
    not_retrieved, awaiting, network, or network.NAME for one that the config names. Formats are
    bib, ris, csv, csl, asreview, rayyan and covidence; of networks vosviewer, vosviewer-map,
    vosviewer-network, graphml, gexf, pajek and csv. Or WHAT is votes, to asreview, rayyan or
    covidence, which `slr screen --import-votes` reads back.
    """
    from slr.export.command import export as write
    from slr.export.command import save

    if what == "votes":
        from slr.export.votes import export_votes

        exported = export_votes(Path.cwd(), to, stage, reviewer, verdict)
    else:
        given = stage is not None or reviewer is not None or verdict is not None
        _refused(given, "--stage, --reviewer and --verdict are for votes")
        exported = write(Path.cwd(), what, to, lang)
    printed = out is None or str(out) == "-"
    where = "standard output" if printed else str(out)
    if printed:
        typer.echo(exported.text.encode(), nl=False)
    else:
        save(Path.cwd(), Path(where), exported.text, force=force)
    typer.echo(exported.told(where), err=True)
    if as_json:
        _print_json(exported.as_dict(where), err=printed)


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
    """Print what a run changed against the last one, each change with its ids.

    Works are followed by their records, so that one whose id changed is still the same.
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
        _print_json(told.as_dict())
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
    """Order the works that wait by what the votes so far teach; the one to read next comes first.

    It works from the first vote on, and without any: the review's title and questions then stand
    for what is looked for. Written to data/processed/rank/ranking.csv; the first are printed, those
    with the fewest votes before all, each with the terms that speak for it.
    """
    from slr.rank import review

    if stopping:
        told = review.reached(Path.cwd())
        if as_json:
            _print_json(told)
        else:
            typer.echo(review.reached_in_words(told))
        return
    made, votes_told = review.rank(Path.cwd())
    if votes_told:
        typer.echo(f"slr: rank: {votes_told}", err=True)
    _shown("works to read next", review.head(made, Path.cwd()), as_json=as_json, whole=made)


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
    """Replay a labelled set as if it were screened in the order of `slr rank`.

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
    """Print what other reasonable choices would have kept, and how firm that makes the result.

    First the alternatives of data/raw/multiverse.yaml one by one; then what all combinations of
    the choices of config.yaml (screen.multiverse) include, which choice moves what, how near each
    work is to a change, and the review without each source and criterion.
    """
    from slr.multiverse.told import tell
    from slr.show import tables

    told = tell(Path.cwd())
    if as_json:
        _print_json(told.as_dict())
        return
    first = told.sections[0]
    tables([(first.title, first.rows)])
    typer.echo("\n".join(["", *(" ".join(lines) for lines in told.paragraphs), ""]))
    tables(told.shown())


@app.command()
def doctor() -> None:
    """Check Python, packages, fonts, config, raw data and writability."""
    from slr.doctor import examine

    bad = 0
    for finding in examine(Path.cwd()):
        bad += not finding.good
        typer.echo(f"{'ok ' if finding.good else 'BAD'}  {finding.name:10} {finding.told}")
    if bad:
        raise SlrError(f"{bad} of the checks found something to mend.")


def _by_people(asked: Asked, stage: str | None, reviewer: str | None, *, as_json: bool) -> None:
    from slr.screen.people import answer
    from slr.show import tables

    told, sections = answer(Path.cwd(), asked, stage=stage, reviewer=reviewer)
    if as_json:
        _print_json([section.as_dict() for section in sections])
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
        _print_json(told.as_dict())
        return
    typer.echo(f"{told.head()}\n")
    blocks(told.rows())


def _compared(other: Path, as_json: bool) -> None:
    from slr.screen.against import against
    from slr.show import tables

    told = against(Path.cwd(), other)
    if as_json:
        _print_json(told.as_dict())
        return
    typer.echo("\n".join(told.lines()))
    tables(told.tables())


def _stage(name: str) -> None:
    from slr.run import at_work

    stage: Callable[[Path], str] = import_module(f"slr.{name}").run
    with at_work(Path.cwd()):
        typer.echo(f"{name}: {stage(Path.cwd())}", err=True)


def _shown(
    title: str, rows: pd.DataFrame, *, as_json: bool, whole: pd.DataFrame | None = None
) -> None:
    """Print rows; as JSON the whole table of which they are the beginning."""
    from slr.show import tables

    whole = rows if whole is None else whole
    if as_json:
        _print_json(whole.astype(object).where(whole.notna(), None).to_dict("records"))
    else:
        tables([(title, rows)], [len(whole)])


def _refused(given: bool, why: str) -> None:
    if given:
        raise typer.BadParameter(why)


def _needed(out: Path | None) -> Path:
    if out is None:
        raise typer.BadParameter("tell where to write: --out DIR")
    return out


def _print_json(value: object, *, err: bool = False) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str), err=err)
