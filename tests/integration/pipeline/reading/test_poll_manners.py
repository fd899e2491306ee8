"""Polls of servers that lie, move, refuse, falter and come back: what becomes of the feed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders import a_feed
from fakes import Clock
from hrwatch import cadence, hops
from hrwatch.cadence.trust import POLLS_WITHOUT_A_LOOK
from hrwatch.errors import HopError, NoWorker
from hrwatch.model.feeds import (
    Because,
    Feed,
    FeedState,
    Outcome,
    PollReport,
    Route,
    State,
    Validators,
)
from hrwatch.model.settings import FetchSettings, HopLimits
from hrwatch.model.tags import Rules
from hrwatch.pipeline import Parts, due_feeds, poll_feed
from hrwatch.pipeline.reading import poll
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records
from hrwatch.workers import Workers
from loopback import Answer, Loopback, Request, an_answer, serving
from parts import the_parts

EVERY = timedelta(minutes=30)
TAG = '"one"'


def a_document(*titles: str) -> bytes:
    items = "".join(f"<item><guid>{t}</guid><title>Invented: {t}</title></item>" for t in titles)
    return f"<rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>".encode()


@dataclass
class Desk:
    """One feed that is polled again and again, on a clock of its own."""

    parts: Parts
    feed: Feed
    server: Loopback
    clock: Clock
    reports: list[PollReport] = field(default_factory=list)

    async def poll(self, after: timedelta = EVERY) -> FeedState:
        """Poll the feed some time later; return its state."""
        self.clock.advance(after)
        report = await poll_feed(self.parts, self.feed)
        assert report is not None
        self.reports.append(report)
        return await self.state()

    async def state(self) -> FeedState:
        (state,) = await self.parts.archive.read(feeds.states, [self.feed.name])
        return state

    async def titles(self) -> list[str]:
        """What the archive holds."""
        with self.parts.archive.reading() as connection:
            return [one.title.removeprefix("Invented: ") for one in records.stream(connection)]

    def asked(self) -> list[str | None]:
        """With which tag each request came."""
        return [request.headers.get("if-none-match") for request in self.server.requests]


@asynccontextmanager
async def a_desk(folder: Path, answers: dict[str, Answer], workers: Workers) -> AsyncIterator[Desk]:
    clock = Clock()
    async with serving(answers) as server:
        feed = a_feed(url=server.url("/wire"), every=EVERY)
        settings = FetchSettings(allow_addresses=(server.exemption,), gap=timedelta(0))
        fetcher = Fetcher(settings, clock=clock, version="1.0")
        archive = Archive.open("archive.db", directory=folder, writing=True, clock=clock)
        parts = the_parts(folder, archive=archive, fetcher=fetcher, workers=workers, clock=clock)
        await archive.write(feeds.sync, (feed,), clock())
        yield Desk(parts, feed, server, clock)
        await fetcher.aclose()
        await workers.close()
        archive.close()


def polled(
    folder: Path,
    answers: dict[str, Answer],
    test: Callable[[Desk], Awaitable[None]],
    workers: type[Workers] = Workers,
) -> None:
    """Run `test` with a desk whose feed is served at /wire."""

    async def main() -> None:
        async with a_desk(folder, answers, workers(0, Rules(), HopLimits())) as desk:
            await test(desk)

    asyncio.run(main())


class Stale:
    """A server, or a cache before it, that says "not modified" whatever happened since."""

    def __init__(self, document: bytes, tag: str = TAG) -> None:
        self.document, self.tag, self.is_honest = document, tag, False

    async def __call__(self, request: Request, writer: Any) -> None:
        asked = request.headers.get("if-none-match")
        if asked and (asked == self.tag or not self.is_honest):
            writer.write(b"HTTP/1.1 304 Not Modified\r\nETag: " + asked.encode() + b"\r\n\r\n")
        else:
            writer.write(an_answer(self.document, ETag=self.tag))


def test_poll_server_that_lies_with_304_is_found_out_and_not_believed_again(
    tmp_path: Path,
) -> None:
    server = Stale(a_document("first"))

    async def test(desk: Desk) -> None:
        await desk.poll()
        server.document = a_document("second", "first")
        for _ in range(POLLS_WITHOUT_A_LOOK):
            assert (await desk.poll()).outcome is Outcome.NOT_MODIFIED
        state = await desk.poll()
        assert (state.outcome, desk.reports[-1].new) == (Outcome.NEW, 1)
        server.document = a_document("third", "second", "first")
        assert (await desk.poll()).outcome is Outcome.NEW
        assert (await desk.poll()).outcome is Outcome.UNCHANGED
        assert await desk.titles() == ["first", "second", "third"]
        # A look, the proof, and from then on without the tag.
        assert desk.asked()[-4:] == [None, TAG, None, None]

    polled(tmp_path, {"/wire": server}, test)


def test_poll_honest_server_is_looked_at_now_and_then_and_stays_believed(tmp_path: Path) -> None:
    server = Stale(a_document("first"))
    server.is_honest = True

    async def test(desk: Desk) -> None:
        for _ in range(1 + POLLS_WITHOUT_A_LOOK):
            await desk.poll()
        assert (await desk.poll()).outcome is Outcome.UNCHANGED, "a look, and nothing to prove"
        assert (await desk.poll()).outcome is Outcome.NOT_MODIFIED
        # What changes just before a look is no lie.
        for _ in range(POLLS_WITHOUT_A_LOOK - 1):
            await desk.poll()
        server.document, server.tag = a_document("second", "first"), '"two"'
        assert (await desk.poll()).outcome is Outcome.NEW
        assert (await desk.poll()).outcome is Outcome.NOT_MODIFIED
        assert desk.asked()[-3:] == [None, TAG, '"two"']

    polled(tmp_path, {"/wire": server}, test)


def test_poll_answer_that_is_no_feed_replaces_no_validators(tmp_path: Path) -> None:
    good = Stale(a_document("first"))
    answers: dict[str, Answer] = {"/wire": good}

    async def test(desk: Desk) -> None:
        known = await desk.poll()
        for broken in (
            an_answer(b"<html><p>Under construction", ETag='"broken"'),
            an_answer(b"", ETag='"broken"'),
            an_answer(a_document(), ETag='"broken"'),
            an_answer(a_document("first")[:-60], ETag='"broken"'),
        ):
            answers["/wire"] = broken
            bad = await desk.poll()
            assert (bad.validators, bad.body_hash) == (known.validators, known.body_hash)
            assert (bad.entries, bad.newest_entry_at) == (1, known.newest_entry_at)
            answers["/wire"] = good
            again = await desk.poll()
            assert (again.state, again.outcome) == (State.OK, Outcome.NOT_MODIFIED)
        assert await desk.titles() == ["first"]

    polled(tmp_path, answers, test)


def test_poll_feed_that_shrinks_and_grows_again_loses_nothing_and_tells_no_news(
    tmp_path: Path,
) -> None:
    answers: dict[str, Answer] = {"/wire": an_answer(a_document("one", "two", "three"))}

    async def test(desk: Desk) -> None:
        await desk.poll()
        for titles in (("three",), (), ("one", "two", "three"), ("two",), ("three", "one")):
            answers["/wire"] = an_answer(a_document(*titles))
            state = await desk.poll()
            assert state.state is (State.OK if titles else State.EMPTY)
            assert desk.reports[-1].new == 0
            assert await desk.titles() == ["one", "two", "three"]
            assert state.entries == (len(titles) or 1), "an empty answer replaces nothing"

    polled(tmp_path, answers, test)


def test_poll_feed_that_is_always_cut_off_mails_what_comes_later(tmp_path: Path) -> None:
    cut = b"</channel></rss>"
    answers: dict[str, Answer] = {"/wire": an_answer(a_document("first").removesuffix(cut))}

    async def test(desk: Desk) -> None:
        desk.feed = replace(desk.feed, backfill=timedelta(0))
        await desk.poll()
        document = a_document("second", "first").removesuffix(cut)
        answers["/wire"] = an_answer(document)
        assert (await desk.poll()).state is State.INVALID
        with desk.parts.archive.reading() as connection:
            found = connection.exec_driver_sql("SELECT title, backlog FROM records ORDER BY title")
            kept = {title.removeprefix("Invented: "): bool(old) for title, old in found}
        assert kept == {"first": True, "second": False}

    polled(tmp_path, answers, test)


class OneEndsItsWorker(Workers):
    """Workers that end with one article, whatever is left away of it."""

    async def run(self, hop: Any, task: Any) -> Any:
        if hop is hops.read_article and task.entry.guid == "first":
            raise HopError("invented")
        return await super().run(hop, task)


def test_poll_feed_with_an_entry_that_cannot_be_read_mails_what_comes_later(
    tmp_path: Path,
) -> None:
    answers: dict[str, Answer] = {"/wire": an_answer(a_document("first"))}

    async def test(desk: Desk) -> None:
        desk.feed = replace(desk.feed, backfill=timedelta(0))
        await desk.poll()
        answers["/wire"] = an_answer(a_document("second", "first"))
        await desk.poll()
        with desk.parts.archive.reading() as connection:
            found = connection.exec_driver_sql("SELECT title, backlog FROM records").all()
        assert [(title, bool(old)) for title, old in found] == [("Invented: second", False)]

    polled(tmp_path, answers, test, OneEndsItsWorker)


def test_poll_that_lasts_longer_than_its_claim_keeps_the_feed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "RENEWED_EVERY", timedelta(milliseconds=10))
    answers: dict[str, Answer] = {}

    async def test(desk: Desk) -> None:
        others: list[FeedState | None] = []

        async def hanging(_request: Request, writer: Any) -> None:
            for _ in range(3):
                desk.clock.advance(poll.CLAIM * 2 / 3)
                await asyncio.sleep(0.3)
            others.append(
                await desk.parts.archive.write(
                    feeds.claim,
                    desk.feed.name,
                    owner="another process",
                    now=desk.clock(),
                    until=desk.clock() + EVERY,
                )
            )
            writer.write(an_answer(a_document("first")))

        answers["/wire"] = hanging
        assert (await desk.poll()).outcome is Outcome.NEW
        assert others == [None]

    polled(tmp_path, answers, test)


def test_due_feeds_frees_first_what_a_full_disk_kept_claimed(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        until = desk.clock() + timedelta(hours=1)
        claim = {"owner": desk.parts.owner, "now": desk.clock(), "until": until}
        assert await desk.parts.archive.write(feeds.claim, desk.feed.name, **claim)
        assert await due_feeds(desk.parts, [desk.feed], regardless=False) == ()

        desk.parts.unreleased.add(desk.feed.name)

        assert await due_feeds(desk.parts, [desk.feed], regardless=False) == (desk.feed,)
        assert not desk.parts.unreleased

    polled(tmp_path, {}, test)


def test_poll_410_stops_until_the_feed_is_named(tmp_path: Path) -> None:
    answers: dict[str, Answer] = {"/wire": an_answer(a_document("first"))}

    async def test(desk: Desk) -> None:
        await desk.poll()
        answers["/wire"] = an_answer(status="410 Gone")
        state = await desk.poll()
        assert (state.state, state.because, state.next_poll_at) == (State.GONE, Because.GONE, None)
        assert await desk.titles() == ["first"]
        desk.clock.advance(timedelta(days=99))
        chosen = (desk.feed,)
        assert await due_feeds(desk.parts, chosen, regardless=False) == ()
        assert await due_feeds(desk.parts, chosen, regardless=False, named=True) == chosen
        assert await due_feeds(desk.parts, chosen, regardless=True) == chosen
        answers["/wire"] = an_answer(a_document("second", "first"))
        assert (await desk.poll()).state is State.OK
        desk.clock.advance(EVERY)
        assert await due_feeds(desk.parts, chosen, regardless=False) == chosen

    polled(tmp_path, answers, test)


@pytest.mark.parametrize("status", ["200 OK", "304 Not Modified", "429 Invented", "503 Invented"])
def test_poll_retry_after_is_obeyed_whatever_it_comes_with(tmp_path: Path, status: str) -> None:
    good = an_answer(a_document("first"), ETag=TAG)
    answers: dict[str, Answer] = {"/wire": good}

    async def test(desk: Desk) -> None:
        await desk.poll()
        body = a_document("first") if status == "200 OK" else b""
        answers["/wire"] = an_answer(body, status, Retry_After="7200")
        state = await desk.poll()
        asked_at = desk.clock() + timedelta(hours=2)
        assert (state.next_poll_at, state.because) == (asked_at, Because.RETRY_AFTER)

    polled(tmp_path, answers, test)


def test_poll_moved_for_good_is_proposed_when_it_repeats_and_is_a_feed(tmp_path: Path) -> None:
    there = an_answer(a_document("first"), ETag=TAG)
    answers: dict[str, Answer] = {
        "/wire": an_answer(status="301 Moved Permanently", Location="/new"),
        "/new": an_answer(b"<html><form>Log in", Content_Type="text/html"),
    }

    async def test(desk: Desk) -> None:
        for _ in range(4):  # as portals and hijackers do
            assert cadence.proposal(await desk.poll()) is None
        answers["/new"] = there
        proposals = [cadence.proposal(await desk.poll()) for _ in range(4)]
        new = desk.server.url("/new")
        assert proposals == [None, None, new, new]
        assert (await desk.state()).address == desk.server.url("/wire"), "it is never taken"
        answers["/wire"] = there
        assert cadence.proposal(await desk.poll()) is None

    polled(tmp_path, answers, test)


def test_poll_refusal_is_left_alone_and_ends_with_the_refusal(tmp_path: Path) -> None:
    answers: dict[str, Answer] = {"/wire": an_answer(status="403 Forbidden")}

    async def test(desk: Desk) -> None:
        waits = []
        for _ in range(3):
            state = await desk.poll()
            assert (state.state, state.because) == (State.REFUSED, Because.REFUSED)
            assert state.next_poll_at is not None
            waits.append((state.next_poll_at - desk.clock()) / timedelta(hours=1))
        assert waits == [2, 3, 4]
        answers["/wire"] = an_answer(a_document("first"))
        state = await desk.poll()
        assert (state.state, state.failures, state.setbacks) == (State.OK, 0, 0)
        assert state.next_poll_at == desk.clock() + EVERY

    polled(tmp_path, answers, test)


class NoneToBeHad(Workers):
    """Workers of which none can be had."""

    async def run(self, hop: Any, task: Any) -> Any:
        raise NoWorker("no worker could be started: no room")


class Faulty(Workers):
    """A fault of ours."""

    async def run(self, hop: Any, task: Any) -> Any:
        raise RuntimeError("invented")


def test_poll_without_the_operators_proxy_is_no_failure_of_the_feed(tmp_path: Path) -> None:
    async def test(desk: Desk) -> None:
        desk.feed = replace(desk.feed, route=Route(proxy="http://127.0.0.1:9"))
        state = await desk.poll()
        assert (state.state, state.failures, state.because) == (State.NEW, 0, Because.NO_PROXY)
        assert desk.server.requests == []

    polled(tmp_path, {"/wire": an_answer(a_document("first"))}, test)


def test_poll_while_the_proxy_goes_leaves_the_pages_to_the_next_poll(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: dict[str, Answer] = {"/story": an_answer(b"<p>an invented story</p>")}

    async def test(desk: Desk) -> None:
        linked = "<item><guid>2</guid><title>Invented: linked</title><link>{}</link></item>"
        item = linked.format(desk.server.url("/story"))
        document = a_document("bare").replace(b"</channel>", f"{item}</channel>".encode())
        answers["/wire"] = an_answer(document)
        fetch = desk.parts.fetcher.fetch
        gone = Route(proxy="http://127.0.0.1:9")

        async def goes(url: str, *, obey_robots: bool = False, **asked: Any) -> Any:
            asked["route"] = gone if obey_robots else asked["route"]
            return await fetch(url, obey_robots=obey_robots, **asked)

        with monkeypatch.context() as patch:
            patch.setattr(desk.parts.fetcher, "fetch", goes)
            state = await desk.poll()
        assert (state.state, state.failures, state.because) == (State.NEW, 0, Because.NO_PROXY)
        assert "nothing goes around it" in (state.error or "")
        assert await desk.titles() == ["bare"]
        state = await desk.poll()
        assert (state.state, state.error) == (State.OK, None)
        assert sorted(await desk.titles()) == ["bare", "linked"]
        assert "/story" in [request.target for request in desk.server.requests]

    polled(tmp_path, answers, test)


@pytest.mark.parametrize(
    ("workers", "because"), [(NoneToBeHad, Because.NO_WORKER), (Faulty, Because.BUG)]
)
def test_poll_that_we_spoilt_is_no_failure_of_the_feed(
    tmp_path: Path, workers: type[Workers], because: Because
) -> None:
    async def test(desk: Desk) -> None:
        state = await desk.poll()
        assert (state.state, state.failures, state.setbacks) == (State.NEW, 0, 0)
        assert (state.validators, state.body_hash, state.bad_body_hash) == (
            Validators(),
            None,
            None,
        )
        assert (state.outcome, state.because) == (Outcome.FAILED, because)
        assert state.next_poll_at == desk.clock() + timedelta(minutes=1)
        assert desk.reports[-1].error == state.error

    polled(tmp_path, {"/wire": an_answer(a_document("first"), ETag=TAG)}, test, workers)
