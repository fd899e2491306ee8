"""A poll on a machine that is short of room: nothing is archived with less than could be read."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from builders import a_feed
from fakes import Clock
from hrwatch import hops
from hrwatch.errors import NoWorker
from hrwatch.model.feeds import Outcome
from hrwatch.model.settings import FetchSettings, HopLimits
from hrwatch.model.tags import Rules
from hrwatch.pipeline.reading import poll
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds
from hrwatch.workers import Workers
from loopback import an_answer, serving
from newsdesk import a_page
from parts import the_parts


class ShortOfRoom(Workers):
    """Workers of which none can be had for the first article."""

    refused = 0

    async def run(self, hop: Any, task: Any) -> Any:
        """Do the hop, or not."""
        if hop is hops.read_article and not self.refused:
            self.refused += 1
            raise NoWorker("no worker could be started: no room")
        return await super().run(hop, task)


def test_poll_of_a_page_that_robots_txt_disallows_keeps_the_entry_by_its_own_text(
    tmp_path: Path,
) -> None:
    clock = Clock()
    answers: dict[str, Any] = {}

    async def main() -> None:
        async with serving(answers) as server:
            answers["/robots.txt"] = an_answer(b"User-agent: *\nDisallow: /")
            answers["/wire"] = an_answer(
                b"<rss version='2.0'><channel><item><title>Invented court hears of torture</title>"
                b"<link>" + server.url("/story").encode() + b"</link></item></channel></rss>"
            )
            feed = a_feed(url=server.url("/wire"))
            settings = FetchSettings(allow_addresses=(server.exemption,), gap=timedelta(0))
            fetcher = Fetcher(settings, clock=clock, version="1.0")
            archive = Archive.open("archive.db", directory=tmp_path, writing=True, clock=clock)
            parts = the_parts(
                tmp_path,
                archive=archive,
                fetcher=fetcher,
                workers=Workers(0, Rules(), HopLimits()),
                clock=clock,
            )
            await archive.write(feeds.sync, (feed,), clock())
            report = await poll.poll_feed(parts, feed)
            assert report is not None
            assert (report.outcome, report.new, report.error) == (Outcome.NEW, 1, None)
            with archive.reading() as connection:
                (kept,) = connection.exec_driver_sql(
                    "SELECT title, extract_error FROM records"
                ).all()
            assert kept == (
                "Invented court hears of torture",
                "robots.txt of 127.0.0.1 asks not to read this page",
            )
            assert [request.target for request in server.requests] == ["/wire", "/robots.txt"]
            await fetcher.aclose()
            await parts.workers.close()
            archive.close()

    asyncio.run(main())


def test_poll_without_a_worker_for_an_article_leaves_it_to_the_next_poll(tmp_path: Path) -> None:
    clock = Clock()
    answers: dict[str, Any] = {}

    async def main() -> None:
        async with serving(answers) as server:
            answers["/story"] = a_page("Invented court hears of torture")
            answers["/wire"] = an_answer(
                b"<rss version='2.0'><channel><item><title>Invented court hears of torture</title>"
                b"<link>" + server.url("/story").encode() + b"</link></item></channel></rss>"
            )
            feed = a_feed(url=server.url("/wire"))
            settings = FetchSettings(allow_addresses=(server.exemption,), gap=timedelta(0))
            fetcher = Fetcher(settings, clock=clock, version="1.0")
            archive = Archive.open("archive.db", directory=tmp_path, writing=True, clock=clock)
            parts = the_parts(
                tmp_path,
                archive=archive,
                fetcher=fetcher,
                workers=ShortOfRoom(0, Rules(), HopLimits()),
                clock=clock,
            )
            await archive.write(feeds.sync, (feed,), clock())
            first = await poll.poll_feed(parts, feed)
            second = await poll.poll_feed(parts, feed)
            assert first is not None
            assert second is not None
            assert (first.outcome, first.error) == (
                Outcome.FAILED,
                "no worker could be started: no room",
            )
            assert (second.outcome, second.new) == (Outcome.NEW, 1)
            (state,) = await archive.read(feeds.states, [feed.name])
            assert state.bad_body_hash is None
            await fetcher.aclose()
            await parts.workers.close()
            archive.close()

    asyncio.run(main())
