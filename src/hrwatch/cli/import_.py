"""`hrwatch import opml`: the feeds of another program's list, as YAML to paste. The operator's file
is never rewritten."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from hrwatch import config
from hrwatch.cli import opml as documents
from hrwatch.cli import output
from hrwatch.cli.place import FAILED, STANDARD_INPUT, Place, place
from hrwatch.config import additions, files
from hrwatch.errors import ConfigError
from hrwatch.model.feeds import Feed
from hrwatch.text import counted

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Bring feeds from elsewhere, as YAML to paste.",
)


@app.command("opml")
def opml(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="- is standard input.")],
) -> None:
    """Print the feeds of an OPML file that are not configured yet, to paste into your file."""
    named = "standard input" if str(file) == STANDARD_INPUT else str(file)
    try:
        offers = documents.read(_content(file))
    except ValueError as error:
        raise typer.BadParameter(f"{named} {error}", param_hint="FILE") from None
    came = additions.chosen(offers, _configured(place(context)))
    if came.feeds:
        count = counted(len(came.feeds), "feed")
        output.line(output.plain(f"# {count} of {named}, to paste under feeds:"))
        sys.stdout.write(additions.written(came.feeds))
    for offer, name in came.known:
        output.remark(f"line {offer.line}: {_called(offer)} is {name} already")
    for offer, why in came.refused:
        output.remark(f"line {offer.line}: {_called(offer)}: its address {why}")
    if not offers:
        output.remark(f"{named} names no feed: no outline in it has an xmlUrl")
    if came.refused:
        raise typer.Exit(FAILED)


def _content(file: Path) -> bytes:
    if str(file) == STANDARD_INPUT:
        return sys.stdin.buffer.read(documents.MAX_BYTES + 1)
    return files.content(file, documents.MAX_BYTES)


def _configured(where: Place) -> tuple[Feed, ...]:
    """Return the operator's feeds; none where there is no file yet."""
    try:
        path = config.locate(where.config_option, os.environ, Path())
    except ConfigError:
        return ()
    return config.load(path).feeds


def _called(offer: additions.Offer) -> str:
    return output.plain(offer.label, limit=100) or "an outline without a name"
