"""`hrwatch try feed`: what a feed or a listing page gives, and the YAML to add it."""

import functools
import re
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from hrwatch import hops, selectors
from hrwatch.cli.place import STANDARD_INPUT, place
from hrwatch.cli.trial.documents import Inputs, try_all
from hrwatch.config import additions
from hrwatch.errors import NoListing, WebPage
from hrwatch.model.feeds import Entry, Feed, OfferedFeed, ParsedFeed, Response, Select
from hrwatch.workers import Workers

LISTING = "listing"  # the format of a page that was read as a list of news


def _selector(value: str | None) -> str | None:
    try:
        if value is not None:
            selectors.xpath(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return value


def _option(name: str, told: str) -> Any:  # what typer.Option returns
    return typer.Option(name, metavar="CSS", help=told, callback=_selector)


def feed(  # noqa: PLR0913, PLR0917 - one for each selector
    context: typer.Context,
    inputs: Inputs = None,
    entry: Annotated[str | None, _option("--entry", "Of a page: what holds one entry.")] = None,
    link: Annotated[
        str | None, _option("--link", "Of a page: the link to an entry's page.")
    ] = None,
    title: Annotated[str | None, _option("--title", "Of a page: an entry's title.")] = None,
    date: Annotated[str | None, _option("--date", "Of a page: an entry's date.")] = None,
) -> None:
    """Read feeds, or pages that list news, and print their entries and the YAML to add them."""
    select = Select(entry or "", link or "", title or "", date or "")
    read = functools.partial(_read, select=select)
    try_all(place(context), inputs or [STANDARD_INPUT], read)


async def _read(workers: Workers, document: Response, select: Select) -> dict[str, object]:
    task = hops.FeedTask(document.body, document.url, document.content_type, document.fetched_at)
    if select == Select():
        try:
            return _told((await workers.run(hops.read_feed, task)).feed, document.url, (), select)
        except WebPage as error:
            no_feed = error
    offers = await workers.run(hops.read_offers, task)
    page = hops.ListingTask(task.body, task.url, task.content_type, select=select, now=task.now)
    try:
        return _told(
            (await workers.run(hops.read_listing, page)).feed, document.url, offers, select
        )
    except NoListing as error:
        if not offers:
            reason = f"{no_feed}; {error}" if select == Select() else str(error)
            raise NoListing(reason) from None
        nothing = ParsedFeed(LISTING, "", document.url, "", None, (), (str(error),))
        return _told(nothing, document.url, offers, select)


def _told(
    parsed: ParsedFeed, address: str, offers: tuple[OfferedFeed, ...], select: Select
) -> dict[str, object]:
    return {
        "format": parsed.format,
        "title": parsed.title,
        "link": parsed.link,
        "language": parsed.language,
        "entries": [_entry(entry) for entry in parsed.entries],
        "warnings": parsed.warnings,
        "feeds": [{"url": one.url, "title": one.title, "type": one.type} for one in offers],
        "yaml": _yaml(parsed, address, offers, select),
    }


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "guid": entry.guid,
        "permalink": entry.permalink,
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "authors": entry.authors,
        "published_at": entry.published_at,
        "whole_day": entry.whole_day,
        "published_text": entry.published_text,
        "published_offset": entry.published_offset,
        "updated_at": entry.updated_at,
        "categories": entry.categories,
    }


def _yaml(parsed: ParsedFeed, address: str, offers: tuple[OfferedFeed, ...], select: Select) -> str:
    """Return what was read as it would stand under `feeds:`; of a page its first feed rather than
    the page, and what else there is as a comment. Empty for a file that tells no address."""
    if parsed.format != LISTING:
        return _listed(_feed(address, parsed.title, parsed))
    page = address or parsed.link
    label = re.sub("[^a-z0-9]+", "-", (urlsplit(page).hostname or "").removeprefix("www."))
    found = [_feed(one.url, label, parsed) for one in offers] if select == Select() else []
    if parsed.entries and (own := _feed(page, label, parsed)):
        found.append(replace(own, url=None, page=page, select=select))
    named = [one for one in found if one]
    return _listed(named[0] if named else None) + "".join(
        f"  # or: {'page' if one.page else 'url'}: {one.address}\n" for one in named[1:]
    )


def _feed(address: str, label: str, parsed: ParsedFeed) -> Feed | None:
    """Return a feed as it may be added, or None where its address may not stand in the file."""
    offer = additions.Offer(1, label, parsed.title, address, parsed.language)
    return next(iter(additions.chosen((offer,), ()).feeds), None)


def _listed(one: Feed | None) -> str:
    return additions.written((one,)).removeprefix("feeds:\n") if one else ""
