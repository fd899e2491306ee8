"""`hrwatch check`: reads the operator's file and tells every mistake, with its place."""

import typer

from hrwatch.cli import output
from hrwatch.cli.place import place
from hrwatch.errors import ConfigError
from hrwatch.text import counted

BAD = 2


def check(context: typer.Context) -> None:
    """Say whether the operator's file is good; every mistake on a line of its own."""
    try:
        config = place(context).config()
    except ConfigError as error:
        for mistake in error.mistakes:
            output.line(output.plain(str(mistake), limit=None))
        raise typer.Exit(BAD) from None
    for warning in config.warnings:
        output.line(output.plain(f"warning: {warning}", limit=None))
    enabled = sum(feed.enabled for feed in config.feeds)
    output.line(
        f"{output.plain(str(config.path))}: good. "
        f"{counted(len(config.feeds), 'feed')} ({enabled} enabled), "
        f"{counted(len(config.rules.keywords), 'keyword')}, "
        f"{counted(len(config.subscribers), 'subscriber')}."
    )
