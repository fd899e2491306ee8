"""`hrwatch demo`: the whole job on an invented newsroom, for whoever wants to see it first."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.padding import Padding
from rich.text import Text

from hrwatch.cli import output
from hrwatch.cli.place import FAILED


def demo(
    directory: Annotated[
        Path | None,
        typer.Option(
            "--dir",
            metavar="DIR",
            help="An empty or new directory for what comes of it; a new ./hrwatch-demo if left out.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Do the whole job on an invented newsroom: no network, no mail server."""
    from hrwatch import demo as newsroom_demo  # noqa: PLC0415 - only this verb pays for it

    console = output.console()

    def show(step: newsroom_demo.Step) -> None:
        match step.look:
            case newsroom_demo.Look.HEADING:
                console.print(Text(f"\n{step.words}", style="bold"))
            case newsroom_demo.Look.MAIL:
                console.print(Padding(Text(step.words), (1, 0, 1, 4)))
            case _:
                console.print(Text(step.words))

    where = newsroom_demo.free_directory(directory, Path.cwd())
    rounds = asyncio.run(newsroom_demo.run(where, show))
    options = f"--config {where / 'feeds.yaml'} --state-dir {where}"
    show(
        newsroom_demo.Step(f"All of it is in {where}; look at it with", newsroom_demo.Look.HEADING)
    )
    for verb in ("status", "search torture", "preview front-page", "export --format csv"):
        show(newsroom_demo.Step(f"  hrwatch {options} {verb}"))
    if not newsroom_demo.went_well(rounds):
        raise typer.Exit(FAILED)
