"""The command line: parses, dispatches, and tells what went wrong. No logic lives here."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

import typer

from slr.cli import stages as stages
from slr.cli import tools as tools
from slr.cli.shared import app
from slr.errors import SlrError


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
