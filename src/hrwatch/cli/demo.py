"""`hrwatch demo`: the whole job on an invented newsroom, for whoever wants to see it first."""

import asyncio
import shlex
import shutil
import sys
import textwrap
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from hrwatch.cli.place import FAILED
from hrwatch.demo.telling import Look, Step


def demo(
    directory: Annotated[
        Path | None,
        typer.Option(
            "--dir",
            metavar="DIR",
            help="A new or empty directory; ./hrwatch-demo or the next free one if left out.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Do the whole job on an invented newsroom: no network, no mail server."""
    from hrwatch.demo import rounds  # noqa: PLC0415 - only this verb pays for the server

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)

    def show(step: Step) -> None:
        match step.look:
            case Look.HEADING:
                console.print(Text(f"\n{step.words}", style="bold"))
            case Look.MAIL:
                console.print(Text(textwrap.indent(step.words, "    ")))
            case _:
                console.print(Text(step.words))

    where = rounds.free_directory(directory, Path.cwd())
    done = asyncio.run(rounds.run(where, show))
    told = f"All of it stays in {where}. Look at it with"
    show(Step(told, Look.HEADING))
    start = f"{_program()} --config {_shown(where / 'feeds.yaml')} --state-dir {_shown(where)}"
    for verb in ("status", "search torture", "preview front-page", "export --format csv"):
        show(Step(f"  {start} {verb}"))
    if not rounds.went_well(done):
        raise typer.Exit(FAILED)


def _program() -> str:
    """Return how this program is called from here."""
    return "hrwatch" if shutil.which("hrwatch") == sys.argv[0] else _shown(Path(sys.argv[0]))


def _shown(path: Path) -> str:
    """Return a path for the shell, short where it lies below the current directory."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
