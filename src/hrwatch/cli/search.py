"""`hrwatch search`: records of the archive that a query asks for."""

from dataclasses import asdict
from typing import Annotated

import typer

from hrwatch import query as queries
from hrwatch.cli import output
from hrwatch.cli.place import place
from hrwatch.config import Config
from hrwatch.config.references import check_query
from hrwatch.errors import QueryError
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds as feed_table
from hrwatch.stages.store.articles import search as search_table

LIMIT = 50


def search(
    context: typer.Context,
    query: Annotated[
        str,
        typer.Argument(
            help='Words, "phrases", begin*, -not, OR, (…), near each other: police ~5 crowd; '
            "country:BY, keyword:torture, mentions:BY, language:ru, feed:NAME, since:2026-11-01, "
            "until:2026-11-30.",
            metavar="QUERY",
            show_default=False,
        ),
    ],
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=10_000)] = LIMIT,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """Search the archive, the newest first."""
    where = place(context)
    try:
        asked = queries.parse(query)
    except QueryError as error:
        raise typer.BadParameter(str(error), param_hint="QUERY") from None
    config = where.config()
    with where.archive(config) as archive:
        _check(query, asked, config, archive)
        with archive.reading() as connection:
            found = search_table.find(connection, asked, limit=limit)
    if as_json:
        for one in found:
            output.json_line(asdict(one))
        return
    for one in found:
        output.line(output.plain(f"{one.record}  {_when(one)}  {one.feed}  [{one.language}]"))
        output.line(f"  {output.plain(one.title)}")
        output.line(f"  {output.plain(one.snippet)}")
        output.line(f"  {output.plain(one.url)}")
    output.remark(f"{len(found)} found" + (", maybe more (--limit)" if len(found) == limit else ""))


def _check(written: str, asked: queries.Node, config: Config, archive: Archive) -> None:
    """Raise BadParameter where the query names what neither the file nor the archive knows: it
    would find nothing, and not say why."""
    feeds = {feed.name for feed in config.feeds}
    keywords = {keyword.id for keyword in config.rules.keywords}
    try:
        check_query(written, asked, feeds=feeds, keywords=keywords)
    except QueryError:
        with archive.reading() as connection:
            feeds.update(feed_table.names(connection))
            keywords.update(search_table.keywords(connection))
    try:
        check_query(written, asked, feeds=feeds, keywords=keywords)
    except QueryError as error:
        raise typer.BadParameter(str(error), param_hint="QUERY") from None


def _when(found: search_table.Found) -> str:
    """Return when a record was published, a day without a time of day as a day; where that is not
    known, when it was first seen, and that it is."""
    if found.published_at is None or found.published_at == found.first_seen_at:
        return f"seen {output.instant(found.first_seen_at)}"
    if found.whole_day:
        return f"{found.published_at:%Y-%m-%d}"
    return f"{output.instant(found.published_at)}"
