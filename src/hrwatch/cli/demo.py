"""`hrwatch demo`: the whole job on an invented newsroom, for whoever wants to see it first."""

import asyncio
import shlex
import shutil
import sys
import textwrap
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from hrwatch.cli import output
from hrwatch.cli.place import FAILED
from hrwatch.demo.telling import Look, Step

# What a newcomer may look at when the demo is over.
LOOKS = ("status", "feeds", "search keyword:torture", "preview arabic-reader --since 1d")


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

    console = output.console()

    def show(step: Step) -> None:
        words = output.plain_lines(step.words)
        match step.look:
            case Look.HEADING:
                console.print(Text(f"\n{words}", style="bold"))
            case Look.MAIL:
                console.print(Text(textwrap.indent(words, "    ")))
            case _:
                console.print(Text(words))

    where = rounds.free_directory(directory, Path.cwd())
    done = asyncio.run(rounds.run(where, show))
    told = f"All of it stays in {where}. Look at it with"
    show(Step(told, Look.HEADING))
    start = f"{_program()} --config {_shown(where / 'feeds.yaml')} --state-dir {_shown(where)}"
    for verb in LOOKS:
        show(Step(f"  {start} {verb}"))
    if not rounds.went_well(done):
        raise typer.Exit(FAILED)


def _program() -> str:
    """Return how this program is called from here."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{_shown(Path(sys.executable))} -m hrwatch"
    return "hrwatch" if shutil.which("hrwatch") == str(called) else _shown(called)


def _shown(path: Path) -> str:
    """Return a path for the shell, short where it lies below the current directory."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
