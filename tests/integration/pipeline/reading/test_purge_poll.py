"""What was purged is still in its feed, and polled again and again. In this process, on SQLite and
on PostgreSQL; every story is invented."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from builders import a_feed
from fakes import Clock
from hrwatch.model.feeds import Outcome
from hrwatch.model.settings import FetchSettings, HopLimits
from hrwatch.model.tags import Rules
from hrwatch.pipeline.reading import poll
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds
from hrwatch.stages.store.removing import purging, requested
from hrwatch.workers import Workers
from loopback import an_answer, serving
from newsdesk import a_page
from parts import the_parts
from postgres import Place

ITEM = (
    "<item><title>{title}</title>{link}<guid>{guid}</guid><description>{told}</description></item>"
)
USUAL = {"title": "Qvorrel speaks", "guid": "story-1", "told": "Qvorrel, in short."}


@pytest.fixture(scope="module")
def workers() -> Workers:
    """Workers in this process, made ready once: that is most of what a poll here costs."""
    return Workers(0, Rules(), HopLimits())


def a_document(*items: str) -> bytes:
    told = "".join(items)
    return an_answer(f"<rss version='2.0'><channel>{told}</channel></rss>".encode())


@pytest.mark.parametrize(
    ("has_page", "again"),
    [
        (True, {}),
        (True, {"guid": "story-1b", "title": "Qvorrel spoke", "told": "Qvorrel, at length."}),
        (False, {"title": "Qvorrel spoke", "told": "Qvorrel, at length."}),
    ],
    ids=["as before", "all new but its page", "all new but its guid, and no page"],
)
def test_poll_after_a_purge_brings_nothing_of_the_article_back(
    place: Place, clock: Clock, workers: Workers, has_page: bool, again: dict[str, str]
) -> None:
    def change(link: str) -> tuple[bytes, bytes]:
        link = f"<link>{link}</link>" if has_page else ""
        return (
            a_document(ITEM.format(link=link, **USUAL)),
            a_document(
                ITEM.format(link=link, **USUAL | again), "<item><title>Ferry</title></item>"
            ),
        )

    told = asyncio.run(_polled_purged_polled(place, clock, workers, change))
    assert "Qvorrel" not in told
    assert "Ferry" in told


async def _polled_purged_polled(
    place: Place, clock: Clock, workers: Workers, change: Callable[[str], tuple[bytes, bytes]]
) -> str:
    """Poll, purge what came, poll again, by another feed too; return all that the tables hold."""
    answers: dict[str, Any] = {"/story": a_page("Qvorrel speaks")}
    async with serving(answers) as server:
        before, after = change(server.url("/story"))
        answers |= {"/wire": before, "/list": after}
        wire = a_feed(url=server.url("/wire"))
        other = a_feed(name="list", url=server.url("/list"))
        fetcher = Fetcher(
            FetchSettings(allow_addresses=(server.exemption,), gap=timedelta(0)),
            clock=clock,
            version="1.0",
        )
        archive = place.open(clock=clock)
        parts = the_parts(
            place.directory, archive=archive, fetcher=fetcher, workers=workers, clock=clock
        )
        await archive.write(feeds.sync, (wire, other), clock())
        await poll.poll_feed(parts, wire)
        (record_id,) = _column(archive, "SELECT id FROM records")
        with archive.reading() as connection:
            found = requested.held(connection, record_id)
        archive.write_now(purging.purge, found, "a request", now=clock(), software="hrwatch 1")
        answers["/wire"] = after
        for feed in (wire, other) if found[0].url else (wire,):
            report = await poll.poll_feed(parts, feed)
            assert report is not None
            assert (report.outcome, report.error) == (Outcome.NEW, None)
        tables = ("records", "tags", "captures", "visits", "ledger")
        told = "\n".join(row for table in tables for row in _column(archive, _whole(table)))
        await fetcher.aclose()
        archive.close()
    return told


def _whole(table: str) -> str:
    return f"SELECT * FROM {table}"  # noqa: S608 - a table's name, written above


def _column(archive: Archive, query: str) -> list[str]:
    with archive.reading() as connection:
        rows = connection.execute(sa.text(query)).all()
    return [str(row[0]) if len(row) == 1 else repr(row) for row in rows]
