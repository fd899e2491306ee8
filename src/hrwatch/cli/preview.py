"""`hrwatch preview`: a subscriber's digest as it would be sent; sends and marks nothing."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from hrwatch import pipeline
from hrwatch.cli import output
from hrwatch.cli.place import place
from hrwatch.config import duration
from hrwatch.model.mail import Subscriber
from hrwatch.text import suggestion
from hrwatch.wiring import open_desk, utc_now


def preview(
    context: typer.Context,
    subscriber: Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="A subscriber's name.")],
    since: Annotated[
        str | None,
        typer.Option(
            help="All that the archive first saw in this time, such as 30d, by today's criteria "
            "and the tags it was archived with; without it, what waits for the next digest.",
            metavar="TIME",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Show the digest that a subscriber would get now."""
    where = place(context)
    config = where.config()
    wanted = _named(config.subscribers, subscriber)
    now = utc_now()
    try:
        reach = duration(since) if since is not None else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--since") from None
    with where.archive(config) as archive:
        desk = open_desk(config, archive)
        if reach is None:
            digest = asyncio.run(pipeline.preview_waiting(desk, wanted, now))
        else:
            digest = asyncio.run(pipeline.preview_since(desk, wanted, now - reach, now))
    if reach is not None:
        output.remark(
            "By the tags that each article was archived with: words that keywords were given since "
            "then find nothing older."
        )
    if not digest.matches:
        output.remark(
            "Nothing to tell: the archive holds no match for this subscriber in that time."
        )
        return
    output.line(output.plain(f"Subject: {digest.subject}"))
    output.line()
    output.line(output.plain_lines(digest.text.rstrip("\n")))


def _named(subscribers: Sequence[Subscriber], name: str) -> Subscriber:
    by_name = {subscriber.name: subscriber for subscriber in subscribers}
    if name in by_name:
        return by_name[name]
    raise typer.BadParameter(f"no subscriber is called {name!r}{suggestion(name, by_name)}")
