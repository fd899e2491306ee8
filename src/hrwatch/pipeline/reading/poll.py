"""A poll: one feed from its address to records in the archive."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta

from hrwatch import cadence
from hrwatch.errors import (
    ArchiveError,
    FetchError,
    HopError,
    HrwatchError,
    ParseError,
    ProxyUnreachable,
)
from hrwatch.hops import Document
from hrwatch.model.feeds import (
    Feed,
    FeedState,
    KnownEntry,
    NotModified,
    Outcome,
    PollReport,
    Response,
    Validators,
)
from hrwatch.pipeline.parts import Parts
from hrwatch.pipeline.reading import document
from hrwatch.pipeline.reading.entries import OURS, Archived, Unread, archive_entries
from hrwatch.pipeline.reading.restated import restate
from hrwatch.pipeline.reading.turns import Turns
from hrwatch.stages.dedup import identity
from hrwatch.stages.store.articles import feeds as feed_table
from hrwatch.stages.store.articles import purged, recognising

# What a visit has read is committed in steps, so that a kill costs a step and not the whole feed.
ENTRIES_PER_COMMIT = 50
# A visit may last for hours: pages that hang, and a gap between them that the operator chose. So
# its claim is renewed as long as it lasts, and is as long as a process may be held up. A killed one
# is found out sooner, because the next one to hold the archive for writing releases what nobody can
# be working on.
CLAIM = timedelta(minutes=30)
RENEWED_EVERY = timedelta(minutes=5)

log = logging.getLogger(__name__)


async def due_feeds(
    parts: Parts, feeds: Sequence[Feed], *, regardless: bool, named: bool = False
) -> tuple[Feed, ...]:
    """Return which of `feeds` are to be polled now, the longest overdue first; `regardless` of
    what their next poll is set to. Those that are gone for good only where somebody `named` them.
    """
    by_name = {feed.name: feed for feed in feeds}
    for name in tuple(parts.unreleased):
        await _release(parts, name)
    now = parts.clock()
    names = await parts.archive.read(feed_table.due, by_name, now, regardless, named)
    return tuple(by_name[name] for name in names)


async def poll_pass(
    parts: Parts, feeds: Iterable[Feed], tell: Callable[[PollReport], None]
) -> None:
    """Visit each of `feeds` once, some at a time; `tell` is called as each is done."""
    turns = Turns(parts.per_site)
    for feed in feeds:
        turns.add(feed)
    running: set[asyncio.Task[None]] = set()

    async def visit(feed: Feed) -> None:
        report = None
        try:
            report = await poll_feed(parts, feed)
        finally:
            turns.leave(feed, report)
        if report is not None:
            tell(report)

    try:
        while len(turns):
            while feed_next := turns.take():
                running.add(asyncio.create_task(visit(feed_next)))
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # what is raised here is the archive's trouble, or our end
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def poll_feed(parts: Parts, feed: Feed) -> PollReport | None:
    """Visit one feed and archive what is new; return what came of it, or None when somebody else
    has claimed it. Whatever goes wrong with the feed is told in the report and in its state."""
    started_at = parts.clock()
    state = await parts.archive.note(
        feed_table.claim,
        feed.name,
        owner=parts.owner,
        now=started_at,
        until=started_at + CLAIM,
    )
    if state is None:
        return None
    try:
        with _kept(parts, feed):
            report, state = await _visit(parts, feed, state)
    except OURS as error:
        report, state = _spoilt(parts, feed, state, error)
    except (FetchError, ParseError, HopError) as error:
        report, state = _failed(parts, feed, state, error)
    except (HrwatchError, asyncio.CancelledError):
        # Not the feed's fault: the archive is in trouble, or we are about to end.
        await _release(parts, feed.name)
        raise
    except Exception as error:  # a bug that one feed meets must not stop the others
        log.exception("event=bug feed=%s", feed.name)
        told = HopError(f"hrwatch met {type(error).__name__} here; its log has the details")
        report, state = _spoilt(parts, feed, state, told)
    try:
        await parts.archive.note(feed_table.finish, state, parts.owner)
    except ArchiveError:
        parts.unreleased.add(feed.name)
        raise
    return replace(report, seconds=(parts.clock() - started_at).total_seconds())


async def _release(parts: Parts, name: str) -> None:
    """Free a feed; where the archive does not let us, remember that it is to be freed."""
    try:
        await parts.archive.note(feed_table.release, name, parts.owner)
    except ArchiveError:
        parts.unreleased.add(name)
    else:
        parts.unreleased.discard(name)


@contextmanager
def _kept(parts: Parts, feed: Feed) -> Iterator[None]:
    """Keep the claim on a feed for the length of its visit. By a timer, not by a task that waits:
    few visits last so long."""
    loop = asyncio.get_running_loop()
    keeper: asyncio.Task[None] | None = None

    async def renew() -> None:
        while True:
            until = parts.clock() + CLAIM
            # Where the archive is in trouble, the visit itself meets it, or will at its end.
            with suppress(ArchiveError):
                await parts.archive.note(
                    feed_table.renew, feed.name, owner=parts.owner, until=until
                )
            await asyncio.sleep(RENEWED_EVERY.total_seconds())

    def begin() -> None:
        nonlocal keeper
        keeper = loop.create_task(renew())

    timer = loop.call_later(RENEWED_EVERY.total_seconds(), begin)
    try:
        yield
    finally:
        timer.cancel()
        if keeper is not None:
            keeper.cancel()


async def _visit(parts: Parts, feed: Feed, state: FeedState) -> tuple[PollReport, FeedState]:
    """Ask for a feed's document, archive what is new in it, compare what is known; return what
    came of it, and how the feed stands since."""
    answer = await document.ask(parts, feed, cadence.validators_to_ask_with(state, feed))
    if isinstance(answer, NotModified):
        return _nothing_new(parts, feed, state, answer)
    body_hash = hashlib.sha256(answer.body).hexdigest()
    if body_hash == state.body_hash:
        return _nothing_new(parts, feed, state, answer)
    found = await document.read(parts, feed, state, answer, body_hash)
    # Megabytes, maybe, and reading the entries' pages may take minutes.
    answer = replace(answer, body=b"")
    if isinstance(found, HopError):
        state = replace(state, bad_body_hash=document.bad(body_hash))
        return _failed(parts, feed, state, found)
    language = feed.language or found.feed.language
    known = await _known(parts, feed, found)
    new = await _new(parts, found, known)
    steps = await _archived(parts, feed, state, new, language)
    is_all = await restate(parts, feed, identity.recognised(found.marked, known), language)
    archived, copied = sum(step.new for step in steps), sum(step.copies for step in steps)
    unread = [step.error for step in steps if step.error]
    if unread:
        report, state = _unread(parts, feed, state, unread)
        return replace(report, new=archived, copies=copied), state
    if not is_all:  # the same document is read again, and its server asked for it
        answer, body_hash = replace(answer, validators=Validators()), document.in_part(body_hash)
    state = cadence.after_reading(
        state,
        feed,
        answer,
        found.feed,
        new=len(new),
        body_hash=body_hash,
        now=parts.clock(),
        chance=parts.chance(),
        lied=bool(new) and await document.lied(parts, feed, state),
    )
    outcome = Outcome.NEW if new else Outcome.UNCHANGED
    return PollReport(feed.name, outcome, new=len(new), copies=copied), state


async def _known(parts: Parts, feed: Feed, found: Document) -> tuple[KnownEntry, ...]:
    return await parts.archive.read(
        recognising.known,
        feed.name,
        guid_keys={marks.guid_key for marks in found.marks if marks.guid_key},
        permalinks={marks.permalink for marks in found.marks if marks.permalink},
        title_keys=(),
    )


async def _new(
    parts: Parts, found: Document, known: tuple[KnownEntry, ...]
) -> tuple[identity.Marked, ...]:
    """Return the entries that are not known, and of no article that was purged."""
    unseen = identity.unseen(found.marked, known)
    pages = {(one.marks.permalink, one.marks.title_key) for one in unseen}
    gone = await parts.archive.read(purged.of_pages, pages)
    return tuple(one for one in unseen if (one.marks.permalink, one.marks.title_key) not in gone)


async def _archived(
    parts: Parts, feed: Feed, state: FeedState, new: Sequence[identity.Marked], language: str
) -> list[Archived]:
    """Read and archive new entries, a step at a time; return what each step came to."""
    steps = []
    for start in range(0, len(new), ENTRIES_PER_COMMIT):
        batch = new[start : start + ENTRIES_PER_COMMIT]
        steps.append(await archive_entries(parts, feed, state, batch, language))
        if isinstance(steps[-1].error, ProxyUnreachable) and not steps[-1].new:
            break  # each of the others might wait for a whole deadline, in vain too
    return steps


def _unread(
    parts: Parts, feed: Feed, state: FeedState, errors: Sequence[Unread]
) -> tuple[PollReport, FeedState]:
    """Return what a visit came to that could not read every entry even by its title. The others
    are kept; those are tried at the next poll."""
    blamed = [error for error in errors if not isinstance(error, OURS)]
    if not blamed:
        return _spoilt(parts, feed, state, errors[0])
    # The document was read: what comes later is news.
    state = replace(state, first_polled_at=state.first_polled_at or parts.clock())
    return _failed(parts, feed, state, blamed[0])


def _nothing_new(
    parts: Parts, feed: Feed, state: FeedState, answer: NotModified | Response
) -> tuple[PollReport, FeedState]:
    state = cadence.after_nothing_new(state, feed, answer, now=parts.clock(), chance=parts.chance())
    return PollReport(feed.name, state.outcome or Outcome.UNCHANGED), state


def _failed(
    parts: Parts, feed: Feed, state: FeedState, error: HrwatchError
) -> tuple[PollReport, FeedState]:
    report = PollReport(feed.name, Outcome.FAILED, error=str(error))
    return report, cadence.after_failure(
        state, feed, error, now=parts.clock(), chance=parts.chance()
    )


def _spoilt(
    parts: Parts, feed: Feed, state: FeedState, error: HrwatchError
) -> tuple[PollReport, FeedState]:
    report = PollReport(feed.name, Outcome.FAILED, error=str(error))
    return report, cadence.after_our_trouble(
        state, feed, error, now=parts.clock(), chance=parts.chance()
    )
