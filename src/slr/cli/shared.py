"""The application that every command joins, and what their options and answers share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pandas as pd

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


def shown(
    title: str, rows: pd.DataFrame, *, as_json: bool, whole: pd.DataFrame | None = None
) -> None:
    """Print rows; as JSON, `whole`, the table of which they are the beginning."""
    from slr.show import tables

    whole = rows if whole is None else whole
    if as_json:
        print_json(whole.astype(object).where(whole.notna(), None).to_dict("records"))
    else:
        tables([(title, rows)], [len(whole)])


def refused(given: bool, why: str) -> None:
    """Refuse the call, with exit status 2 and `why`, if what does not belong to it was given."""
    if given:
        raise typer.BadParameter(why)


def needed(out: Path | None) -> Path:
    """Return the folder to write to, without which the call is refused."""
    if out is None:
        raise typer.BadParameter("tell where to write: --out DIR")
    return out


def print_json(value: object, *, err: bool = False) -> None:
    """Print JSON in any script as it is, dates and paths as text."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str), err=err)
