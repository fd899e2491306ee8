"""Documents of your own, or from an address, for `hrwatch try feed` and `try page`."""

import asyncio
import mimetypes
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

import hrwatch
from hrwatch import hops, wiring
from hrwatch.cli import output
from hrwatch.cli.place import FAILED, STANDARD_INPUT, Place, place
from hrwatch.errors import ExtractError, HrwatchError
from hrwatch.model.feeds import Entry, NotModified, Response, Validators
from hrwatch.model.settings import FetchSettings, HopLimits
from hrwatch.stages.fetch import Fetcher
from hrwatch.workers import Workers

WORKERS = 2
AHEAD = 4  # inputs that are being read at once

Inputs = Annotated[
    list[str] | None,
    typer.Argument(metavar="[URL|FILE]...", help="- or nothing: standard input."),
]
Read = Callable[[Workers, Response], Awaitable[dict[str, object]]]


def page(context: typer.Context, inputs: Inputs = None) -> None:
    """Read article pages and print their text."""
    try_all(place(context), inputs or [STANDARD_INPUT], _read_page)


async def _read_page(workers: Workers, document: Response) -> dict[str, object]:
    nothing_known = Entry(guid="", permalink=document.url, title="")
    task = hops.ArticleTask(nothing_known, document, None, "", document.fetched_at)
    reading = await workers.run(hops.read_article, task)
    if reading.article is None:
        raise ExtractError(reading.extract_error or "no article text found")
    return {
        "url": reading.article.canonical or reading.article.url,
        "title": reading.article.title,
        "text": reading.article.text,
        "language": reading.language,
        "authors": reading.article.authors,
        "published_at": reading.article.published_at,
        "published_offset": reading.article.published_offset,
    }


def try_all(where: Place, inputs: Sequence[str], read: Read) -> None:
    """Print a line for each input, in order; leave with 1 where one of them failed."""
    if not asyncio.run(_in_order(where, inputs, read)):
        raise typer.Exit(FAILED)


async def _in_order(where: Place, inputs: Sequence[str], read: Read) -> bool:
    rules, settings = where.rules_and_fetching()
    fetcher = Fetcher(
        _with_named(settings, inputs), clock=wiring.utc_now, version=hrwatch.__version__
    )
    workers = Workers(WORKERS, rules, HopLimits())
    good = True
    begun: deque[tuple[str, asyncio.Task[dict[str, object]]]] = deque()
    waiting = deque(inputs)
    try:
        while waiting or begun:
            while waiting and len(begun) < AHEAD:
                name = waiting.popleft()
                begun.append((name, asyncio.create_task(_one(where, fetcher, workers, name, read))))
            name, task = begun.popleft()
            try:
                told = await task
            except (HrwatchError, OSError) as error:
                good = False
                told = {"error": _reason(error)}
            output.json_line({"input": name, **told})
            if (pasted := told.get("yaml")) and sys.stderr.isatty():
                output.remark_lines(str(pasted))
    finally:
        await fetcher.aclose()
        await workers.close()
    return good


async def _one(
    where: Place, fetcher: Fetcher, workers: Workers, name: str, read: Read
) -> dict[str, object]:
    return await read(workers, await _document(where, fetcher, name))


async def _document(where: Place, fetcher: Fetcher, name: str) -> Response:
    """Return what `name` holds: an address, a file, or standard input."""
    if name.startswith(("http://", "https://")):
        route, home = await asyncio.to_thread(where.way, name)
        answer = await fetcher.fetch(name, route=route, home=home)
        if isinstance(answer, NotModified):  # nothing was asked of before
            raise HrwatchError("the server says that nothing changed, though it was asked afresh")
        return answer
    if name == STANDARD_INPUT:
        body, content_type = await asyncio.to_thread(sys.stdin.buffer.read), ""
    else:
        body = await asyncio.to_thread(Path(name).read_bytes)
        content_type = mimetypes.guess_type(name)[0] or ""
    return Response(
        url="",
        requested_url="",
        status=200,
        headers=(),
        content_type=content_type,
        body=body,
        validators=Validators(),
        retry_after=None,
        max_age=None,
        fetched_at=wiring.utc_now(),
    )


def _with_named(settings: FetchSettings, inputs: Sequence[str]) -> FetchSettings:
    """Allow the loopback addresses that are spelled out on the command line, and no others."""
    named = []
    for name in inputs:
        try:
            parts = urlsplit(name)
            port = parts.port
        except ValueError:
            continue  # told when it is asked for
        if parts.scheme in {"http", "https"} and parts.hostname in {"127.0.0.1", "::1"}:
            port = port or {"http": 80, "https": 443}[parts.scheme]
            named.append(f"[::1]:{port}" if ":" in parts.hostname else f"127.0.0.1:{port}")
    return replace(settings, allow_addresses=(*settings.allow_addresses, *named))


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
