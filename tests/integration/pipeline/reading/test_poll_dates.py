"""Entries that are dated in the future or not at all, from the feed to the archive."""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders import a_feed
from fakes import Clock
from hrwatch.model.articles import Record
from hrwatch.model.feeds import FeedState
from hrwatch.model.settings import FetchSettings, HopLimits
from hrwatch.model.tags import Rules
from hrwatch.pipeline.reading import poll
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records
from hrwatch.workers import Workers
from loopback import an_answer, serving
from parts import the_parts

# Polls on these days of March 2026, from the 2nd; the entries are dated the 20th.
DAYS = (0, 1, 17, 18, 30)
WRITTEN = "Fri, 20 Mar 2026 08:00:00 +0100"
LINK = "<link>https://wire.example/1</link>"


async def _polled(folder: Path, bodies: Sequence[str]) -> tuple[list[Record], FeedState]:
    """Poll one feed that says these in turn, a body for each of DAYS."""
    clock = Clock()
    beginning = clock()
    answers: dict[str, Any] = {}
    async with serving(answers) as server:
        feed = a_feed(url=server.url("/wire"), full_text=False)
        settings = FetchSettings(allow_addresses=(server.exemption,), gap=timedelta(0))
        fetcher = Fetcher(settings, clock=clock, version="1.0")
        workers = Workers(0, Rules(), HopLimits())
        with closing(
            Archive.open("archive.db", directory=folder, writing=True, clock=clock)
        ) as archive:
            parts = the_parts(
                folder, archive=archive, fetcher=fetcher, workers=workers, clock=clock
            )
            await archive.write(feeds.sync, (feed,), clock())
            for day, body in zip(DAYS, bodies, strict=True):
                clock.now = beginning + timedelta(days=day, milliseconds=1)
                answers["/wire"] = an_answer(body.encode())
                report = await poll.poll_feed(parts, feed)
                assert report is not None
                assert report.error is None
            held = await archive.read(lambda connection: list(records.stream(connection)))
            (state,) = await archive.read(feeds.states, [feed.name])
        await fetcher.aclose()
        await workers.close()
    return held, state


def _feed(item: str, poll_number: int) -> str:
    """A feed of one item, told differently at every poll."""
    return (
        f"<rss version='2.0'><channel><title>Wire {poll_number}</title>"
        f"<item><title>Invented court to sit</title>{item}</item></channel></rss>"
    )


@pytest.mark.parametrize(
    "item",
    [
        "<guid>one</guid>" + LINK,
        "<guid>another at poll {}</guid>" + LINK,
        LINK,
        "<description>It sits.</description>",
    ],
    ids=["guid", "guid-changes", "link", "nameless"],
)
def test_poll_entry_dated_in_the_future_is_archived_once_as_first_seen(
    tmp_path: Path, item: str
) -> None:
    dated = f"<pubDate>{WRITTEN}</pubDate>{item}"
    bodies = [_feed(dated.format(number), number) for number in range(len(DAYS))]
    held, state = asyncio.run(_polled(tmp_path, bodies))
    (record,) = held
    assert record.entry.published_at == record.first_seen_at
    assert record.entry.published_text == WRITTEN
    assert state.newest_entry_at is not None
    assert state.last_polled_at is not None
    assert state.newest_entry_at < state.last_polled_at


def test_poll_entry_with_words_for_a_date_keeps_them(tmp_path: Path) -> None:
    bodies = [_feed(f"<pubDate>some day</pubDate>{LINK}", number) for number in range(len(DAYS))]
    held, _ = asyncio.run(_polled(tmp_path, bodies))
    (record,) = held
    assert record.entry.published_at is None
    assert record.entry.published_text == "some day"
