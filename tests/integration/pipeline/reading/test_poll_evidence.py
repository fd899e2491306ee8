"""What a poll leaves as evidence: pages as they came, entries where there is no page, and one fetch
of a page for all feeds that carry it. Every story is invented."""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from builders import NOW, a_feed
from fakes import Clock
from hrwatch import pipeline
from hrwatch.model.evidence import Capture, CaptureKind
from hrwatch.model.feeds import Feed, Keep, PollReport, Redirect, Terms
from hrwatch.model.settings import HopLimits
from hrwatch.model.tags import Rules
from hrwatch.pipeline.reading import evidence, poll
from hrwatch.stages.store import tables
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds
from hrwatch.stages.store.evidence import bodies, captures, verifying
from hrwatch.workers import Workers
from loopback import Answer, Loopback, a_fetcher, an_answer, names, serving
from newsdesk import a_page
from parts import the_parts

TITLE = "Invented court hears of torture"
PAGE = a_page(TITLE, *["Three people told an invented court in Arvenia of their arrest. "] * 9)
DATE = format_datetime(NOW - timedelta(hours=3))


@dataclass
class Newsroom:
    """A server that is several sites, and a pipeline that polls them."""

    answers: dict[str, Answer]
    server: Loopback
    parts: pipeline.Parts
    archive: Archive
    clock: Clock

    def url(self, site: str, path: str) -> str:
        return f"http://{site}.example:{self.server.port}{path}"

    def feed(self, site: str, *items: str, **changes: Any) -> Feed:
        """Let a site of that name have a feed with these items."""
        path = f"/{site}.xml"
        body = f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>"
        self.answers[path] = an_answer(body.encode())
        return a_feed(name=site, url=self.url(site, path), **changes)

    def item(self, link: str, title: str = TITLE, date: str = DATE, text: str = "") -> str:
        dated = f"<pubDate>{date}</pubDate>" if date else ""
        told = f"<description>{text}</description>" if text else ""
        return f"<item><title>{title}</title><link>{link}</link>{dated}{told}</item>"

    async def poll(self, *polled: Feed) -> list[PollReport | None]:
        """Poll feeds at the same moment."""
        await self.archive.write(feeds.sync, polled, self.clock())
        parts = replace(self.parts, feeds=self.parts.feeds | {feed.name: feed for feed in polled})
        self.parts = parts
        reports = await asyncio.gather(*(poll.poll_feed(parts, feed) for feed in polled))
        assert parts.pages == {}
        return list(reports)

    def asked(self, path: str) -> int:
        return sum(request.target.partition("?")[0] == path for request in self.server.requests)

    def captured(self) -> list[Capture]:
        with self.archive.reading() as connection:
            assert verifying.verify(connection, pytest.fail, lambda *_: None).faults == 0
            rows = connection.execute(sa.select(tables.captures).order_by("number"))
            return [c for c in (captures.link_from(row).capture for row in rows) if c]

    def body(self, capture: Capture) -> bytes | None:
        with self.archive.reading() as connection:
            return bodies.get(connection, capture.body_sha256)


@asynccontextmanager
async def a_newsroom(folder: Path, archive: Archive) -> AsyncIterator[Newsroom]:
    clock = Clock()
    answers: dict[str, Answer] = {"/story": PAGE}
    resolve = names(wire="127.0.0.1", second="127.0.0.1", third="127.0.0.1")
    async with serving(answers) as server, a_fetcher(server, resolve=resolve) as fetcher:
        workers = Workers(0, Rules(), HopLimits())
        parts = the_parts(folder, archive=archive, fetcher=fetcher, workers=workers, clock=clock)
        yield Newsroom(answers, server, parts, archive, clock)
        await workers.close()


def at_a_newsroom(
    folder: Path, archive: Archive, test: Callable[[Newsroom], Awaitable[None]]
) -> None:
    async def main() -> None:
        async with a_newsroom(folder, archive) as newsroom:
            await test(newsroom)

    asyncio.run(main())


def test_page_is_captured_as_it_came_with_the_way_there(tmp_path: Path, archive: Archive) -> None:
    async def test(room: Newsroom) -> None:
        room.answers["/go"] = an_answer(status="302 Found", Location="/story?a=1")
        feed = room.feed("wire", room.item(room.url("wire", "/go")))
        await room.poll(feed)

        (capture,) = room.captured()
        sent = PAGE.split(b"\r\n\r\n", 1)[1]
        assert capture.kind is CaptureKind.PAGE
        assert capture.feed == "wire"
        assert capture.requested_url == room.url("wire", "/go")
        assert capture.url == room.url("wire", "/story?a=1")
        assert capture.redirects == (Redirect(room.url("wire", "/go"), 302),)
        assert (capture.status, capture.fetched_at) == (200, NOW)
        assert ("Content-Length", str(len(sent))) in capture.headers
        assert room.body(capture) == sent
        with archive.reading() as connection:
            row = connection.execute(sa.select(tables.records)).one()
        assert (row.id, row.page_sha256) == (capture.record, hashlib.sha256(sent).hexdigest())

    at_a_newsroom(tmp_path, archive, test)


@pytest.mark.parametrize("settings", [{"full_text": False}, {"terms": Terms.FORBIDDEN}, {}])
def test_entry_without_a_page_is_captured_as_the_feed_gave_it(
    tmp_path: Path, archive: Archive, settings: dict[str, Any]
) -> None:
    async def test(room: Newsroom) -> None:
        room.answers["/gone"] = an_answer(status="404 Not Found")
        told = "&lt;p&gt;Three &amp;amp; more&lt;/p&gt; 虚构 \U0001f600"
        feed = room.feed("wire", room.item(room.url("wire", "/gone"), text=told), **settings)
        await room.poll(feed)

        (capture,) = room.captured()
        body = room.body(capture)
        assert body is not None
        entry = evidence.entry_of(body)
        assert (capture.kind, capture.status) == (CaptureKind.ENTRY, None)
        assert (entry.title, entry.summary) == (TITLE, "<p>Three &amp; more</p> 虚构 \U0001f600")
        assert (entry.permalink, entry.published_at) == (
            room.url("wire", "/gone"),
            NOW - timedelta(hours=3),
        )
        assert capture.url == room.url("wire", "/gone")  # never the feed's own address

    at_a_newsroom(tmp_path, archive, test)


@pytest.mark.parametrize("keep", [Keep.HEADLINE, Keep.SUMMARY])
def test_feed_of_which_less_is_kept_leaves_no_capture(
    tmp_path: Path, archive: Archive, keep: Keep
) -> None:
    async def test(room: Newsroom) -> None:
        page, none = room.item(room.url("wire", "/story")), room.item("", "Told without a page")
        await room.poll(room.feed("wire", page, none, keep=keep))

        assert room.captured() == []
        assert room.asked("/story") == 1

    at_a_newsroom(tmp_path, archive, test)


@pytest.mark.parametrize("at_once", [True, False])
def test_page_of_several_feeds_is_fetched_once_and_captured_for_each(
    tmp_path: Path, archive: Archive, at_once: bool
) -> None:
    async def test(room: Newsroom) -> None:
        link = room.url("wire", "/story?utm_source=rss")
        polled = [
            room.feed("wire", room.item(link)),
            room.feed("second", room.item(link, "Torture, as told by others")),
            room.feed("third", room.item(link)),
        ]
        for some in [polled] if at_once else [[feed] for feed in polled]:
            reports = await room.poll(*some)
            assert [report and (report.new, report.error) for report in reports] == [
                (1, None)
            ] * len(some)

        assert room.asked("/story") == 1
        found = room.captured()
        assert sorted(capture.feed for capture in found) == ["second", "third", "wire"]
        (own,) = [capture for capture in found if not capture.note]
        others = [capture for capture in found if capture.note]
        assert {capture.note for capture in others} == {f"as fetched for record {own.record}"}
        assert {capture.body_sha256 for capture in others} == {own.body_sha256}
        with archive.reading() as connection:
            texts = connection.scalars(sa.select(tables.records.c.text)).all()
        assert ["Arvenia" in text for text in texts] == [True] * 3

    at_a_newsroom(tmp_path, archive, test)


def test_page_that_one_feed_could_not_get_is_asked_for_by_the_others(
    tmp_path: Path, archive: Archive
) -> None:
    async def test(room: Newsroom) -> None:
        asked: list[str] = []

        async def story(request: Any, writer: asyncio.StreamWriter) -> None:
            asked.append(request.target)
            writer.write(an_answer(status="403 Forbidden") if len(asked) == 1 else PAGE)
            await writer.drain()
            writer.close()

        room.answers["/story"] = story
        item = room.item(room.url("wire", "/story"))
        await room.poll(room.feed("second", item), room.feed("third", item))

        assert len(asked) == 2
        assert sorted(capture.kind for capture in room.captured()) == ["entry", "page"]

    at_a_newsroom(tmp_path, archive, test)


def test_page_that_is_told_of_again_later_is_fetched_again(
    tmp_path: Path, archive: Archive
) -> None:
    async def test(room: Newsroom) -> None:
        link = room.url("wire", "/story")
        await room.poll(room.feed("second", room.item(link)))
        room.clock.advance(timedelta(hours=2))
        later = format_datetime(room.clock() - timedelta(hours=1))
        await room.poll(room.feed("third", room.item(link, date=later)))

        assert room.asked("/story") == 2

    at_a_newsroom(tmp_path, archive, test)


@pytest.mark.parametrize(("size", "there"), [(600_000, {4, 5}), (6_000, {0})])
def test_large_pages_are_written_before_more_are_read(
    tmp_path: Path, archive: Archive, size: int, there: set[int]
) -> None:
    async def test(room: Newsroom) -> None:
        written: list[int] = []

        async def look(_: Any, writer: asyncio.StreamWriter) -> None:
            with archive.reading() as connection:
                counted = sa.select(sa.func.count()).select_from(tables.records)
                written.append(connection.scalar(counted) or 0)
            writer.write(an_answer(b"<p>The last one.</p>"))
            await writer.drain()
            writer.close()

        links = [f"/{number}" for number in range(6)]
        for link in links:
            noise = random.Random(link).randbytes(size)  # noqa: S311 - what does not compress
            room.answers[link] = an_answer(b"<p>An invented page.</p><!--" + noise)
        room.answers["/5"] = look
        items = [room.item(room.url("wire", link), f"Invented story {link}") for link in links]
        (report,) = await room.poll(room.feed("wire", *items))

        assert report is not None
        assert (report.new, report.error) == (6, None)
        assert set(written) <= there
        assert len(room.captured()) == 6

    at_a_newsroom(tmp_path, archive, test)
