"""A poll: one feed from its address to records in the archive."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import hrwatch
from hrwatch import cadence, hops, text
from hrwatch.errors import (
    ArchiveError,
    FetchError,
    HopError,
    HrwatchError,
    LayoutChanged,
    NoListing,
    NoWorker,
    ParseError,
)
from hrwatch.model.articles import Candidate, Copy, Reading, Record
from hrwatch.model.feeds import (
    Entry,
    Feed,
    FeedState,
    NotModified,
    Outcome,
    ParsedFeed,
    PollReport,
    Response,
)
from hrwatch.pipeline.parts import Parts
from hrwatch.pipeline.turns import Turns
from hrwatch.stages.dedup import copies, identity
from hrwatch.stages.extract import carries_full_text
from hrwatch.stages.fetch import FEEDS, PAGES
from hrwatch.stages.store import feeds as feed_table
from hrwatch.stages.store import records as record_table

# A claim outlasts the longest visit that the limits allow; a killed process is found out sooner,
# because the next one to hold the archive for writing releases what nobody can be working on.
CLAIM = timedelta(minutes=30)
# Entries of one feed that are read at once; with the feeds visited it bounds pages in memory.
ENTRIES_AT_ONCE = 2
# What a visit has read is committed in steps, so that a kill costs a step and not the whole feed.
ENTRIES_PER_COMMIT = 50

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Archived:
    """What one step of a visit came to."""

    new: int
    copies: int
    error: HopError | None  # of an entry that could not be read at all


@dataclass(frozen=True, slots=True)
class _Linked:
    """Records with their originals, and those that turned out to be originals of earlier ones."""

    records: tuple[Record, ...]
    repeated_before: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Read:
    """An entry with what was made of it."""

    entry: Entry
    marks: identity.Marks
    reading: Reading
    page_sha256: str | None


async def due_feeds(parts: Parts, feeds: Sequence[Feed], *, regardless: bool) -> tuple[Feed, ...]:
    """Return which of `feeds` are to be polled now, the longest overdue first; `regardless` of
    what their next poll is set to."""
    by_name = {feed.name: feed for feed in feeds}
    now = parts.clock()
    names = await parts.archive.read(feed_table.due, by_name, now, regardless)
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
        try:
            report = await poll_feed(parts, feed)
        finally:
            turns.leave(feed)
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
        report, state = await _visit(parts, feed, state)
    except (FetchError, ParseError, HopError) as error:
        report, state = _failed(parts, feed, state, error)
    except (HrwatchError, asyncio.CancelledError):
        # Not the feed's fault: the archive is in trouble, or we are about to end.
        with suppress(ArchiveError):  # then the claim runs out by itself
            await parts.archive.note(feed_table.release, feed.name, parts.owner)
        raise
    except Exception as error:  # a bug that one feed meets must not stop the others
        log.exception("event=bug feed=%s", feed.name)
        told = HopError(f"hrwatch met {type(error).__name__} here; its log has the details")
        report, state = _failed(parts, feed, state, told)
    await parts.archive.note(feed_table.finish, state, parts.owner)
    return replace(report, seconds=(parts.clock() - started_at).total_seconds())


async def _visit(parts: Parts, feed: Feed, state: FeedState) -> tuple[PollReport, FeedState]:
    accept = PAGES if feed.page else FEEDS
    answer = await parts.fetcher.fetch(feed.address, validators=state.validators, accept=accept)
    if isinstance(answer, NotModified):
        return _nothing_new(parts, feed, state, answer)
    body_hash = hashlib.sha256(answer.body).hexdigest()
    if body_hash == state.body_hash:
        return _nothing_new(parts, feed, state, answer)
    parsed = await _parse(parts, feed, state, answer, body_hash)
    if isinstance(parsed, HopError):
        if not isinstance(parsed, NoWorker):  # then the machine, not the document, is at fault
            state = replace(state, bad_body_hash=_bad(body_hash))
        return _failed(parts, feed, state, parsed)
    told = [identity.marks(entry) for entry in parsed.entries]
    known = await parts.archive.read(
        record_table.known,
        feed.name,
        guid_keys={marks.guid_key for marks in told if marks.guid_key},
        permalinks={marks.permalink for marks in told if marks.permalink},
        title_keys=(),
    )
    new = identity.unseen(parsed.entries, known)
    steps = [
        await _archive(parts, feed, state, batch, feed.language or parsed.language)
        for batch in _batches(new, ENTRIES_PER_COMMIT)
    ]
    archived = sum(step.new for step in steps)
    copied = sum(step.copies for step in steps)
    unread = [step.error for step in steps if step.error]
    if unread:
        # The others are kept; what could not be read even by its title is tried at the next poll.
        report, state = _failed(parts, feed, state, unread[0])
        return replace(report, new=archived, copies=copied), state
    state = cadence.after_reading(
        state, feed, answer, parsed, new=len(new), body_hash=body_hash, now=parts.clock()
    )
    outcome = Outcome.NEW if new else Outcome.UNCHANGED
    return PollReport(feed.name, outcome, new=len(new), copies=copied), state


async def _parse(
    parts: Parts, feed: Feed, state: FeedState, answer: Response, body_hash: str
) -> ParsedFeed | HopError:
    if _bad(body_hash) == state.bad_body_hash:
        return HopError("the same document ended its worker before: it is not read again")
    body, url, content_type, now = answer.body, answer.url, answer.content_type, answer.fetched_at
    try:
        if feed.page:
            listing = hops.ListingTask(body, url, content_type, feed.select, now)
            return await parts.workers.run(hops.read_listing, listing)
        return await parts.workers.run(hops.read_feed, hops.FeedTask(body, url, content_type, now))
    except HopError as error:
        return error
    except NoListing as error:
        raise _no_entries(error, feed, state) from error


def _no_entries(error: NoListing, feed: Feed, state: FeedState) -> ParseError:
    """Return what a listing page without entries means: it never had any, or it has changed. What
    was read from it before is left alone."""
    command = f"hrwatch try feed {feed.address}"
    if not state.entries:
        return NoListing(f"{error}: look at it with `{command}`, and name its entries with select")
    return LayoutChanged(
        f"{error}, where there were {state.entries} entries: see what is left with `{command}`, "
        "and name its entries with select"
    )


def _bad(body_hash: str) -> str:
    """Return what a document that ended its worker is remembered by: another version of hrwatch
    tries it again."""
    return hashlib.sha256(f"{hrwatch.__version__} {body_hash}".encode()).hexdigest()


async def _archive(
    parts: Parts, feed: Feed, state: FeedState, entries: Sequence[Entry], language: str
) -> _Archived:
    """Read the entries' pages and archive them in one transaction."""
    slots = asyncio.Semaphore(ENTRIES_AT_ONCE)

    async def read(entry: Entry) -> _Read | HopError:
        async with slots:
            return await _read(parts, feed, entry, language)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(read(entry)) for entry in entries]
    outcomes = [task.result() for task in tasks]
    read_entries = [one for one in outcomes if isinstance(one, _Read)]
    async with parts.linking:
        candidates = await parts.archive.read(
            record_table.candidates,
            permalinks={one.marks.permalink for one in read_entries if one.marks.permalink},
            text_hashes={h for one in read_entries if (h := one.reading.fingerprint.text_hash)},
        )
        linked = _link(parts, feed, state, read_entries, candidates)
        await parts.archive.write(
            record_table.add,
            linked.records,
            rules_hash=parts.rules_hash,
            relinked=linked.repeated_before,
        )
    until = parts.clock() + CLAIM
    await parts.archive.note(feed_table.renew, feed.name, owner=parts.owner, until=until)
    errors = tuple(one for one in outcomes if isinstance(one, HopError))
    return _Archived(
        new=len(linked.records),
        copies=sum(record.copy is not None for record in linked.records),
        error=errors[0] if errors else None,
    )


async def _read(parts: Parts, feed: Feed, entry: Entry, language: str) -> _Read | HopError:
    page, page_error = await _page(parts, feed, entry)
    page_sha256 = hashlib.sha256(page.body).hexdigest() if page else None
    task = hops.ArticleTask(entry, page, page_error, language, parts.clock())
    try:
        reading = await parts.workers.run(hops.read_article, task)
    except NoWorker as error:
        return error  # the page is not to blame: it is read when there is room again
    except HopError as error:
        less = await _read_less(parts, task, error)
        if isinstance(less, HopError):
            return less
        reading = less
    return _Read(entry, identity.marks(entry), reading, page_sha256)


async def _read_less(parts: Parts, task: hops.ArticleTask, error: HopError) -> Reading | HopError:
    """Read an entry whose page or text ended its worker: without the page, then by its title
    alone, so that it is archived and tagged by what can be read, with the reason."""
    without_page = replace(task, page=None, page_error=str(error))
    bare = replace(task.entry, summary="", content="")
    for less in (without_page, replace(without_page, entry=bare)):
        try:
            return await parts.workers.run(hops.read_article, less)
        except NoWorker as none:
            return none
        except HopError as again:
            error = again
    return error


async def _page(parts: Parts, feed: Feed, entry: Entry) -> tuple[Response | None, str | None]:
    """Return the entry's page, or why there is none; both None where none is wanted."""
    if not feed.full_text or not entry.permalink or carries_full_text(entry):
        return None, None
    try:
        answer = await parts.fetcher.fetch(entry.permalink, accept=PAGES)
    except FetchError as error:
        return None, str(error)
    return (None, "not modified") if isinstance(answer, NotModified) else (answer, None)


def _link(
    parts: Parts,
    feed: Feed,
    state: FeedState,
    read: Sequence[_Read],
    known: tuple[Candidate, ...],
) -> _Linked:
    """Turn what was read into records, each linked to the original that it repeats."""
    now = parts.clock()
    candidates = list(known) if parts.link_copies else []
    records, repeated_before = [], {}
    for one in read:
        copy = copies.copy_of(
            feed_address=feed.address,
            permalink=one.marks.permalink,
            title=one.reading.title,
            told=one.reading.fingerprint,
            candidates=candidates,
        )
        record = _record(feed, state, one, copy, now)
        records.append(record)
        if not parts.link_copies:
            continue
        earlier = copies.repeated_before(
            feed_address=feed.address,
            permalink=record.permalink,
            title=record.title,
            candidates=candidates,
        )
        if copy is None and earlier:
            repeated_before[record.id] = earlier
        candidates.append(
            Candidate(
                record=record.id,
                feed=feed.name,
                feed_address=feed.address,
                permalink=record.permalink,
                title_key=text.title_key(record.title),
                text_hash=record.fingerprint.text_hash,
                copy_of=copy.of if copy else None,
            )
        )
    return _Linked(tuple(records), repeated_before)


def _record(feed: Feed, state: FeedState, one: _Read, copy: Copy | None, now: datetime) -> Record:
    record_id = identity.record_id(feed.name, one.marks)
    reading = one.reading
    first_poll = state.first_polled_at is None
    return Record(
        id=record_id,
        version=1,
        feed=feed.name,
        entry=_no_later(replace(one.entry, summary=reading.summary, content=""), now),
        permalink=one.marks.permalink,
        article=reading.article,
        title=reading.title,
        text=reading.text,
        language=reading.language,
        fingerprint=reading.fingerprint,
        tags=reading.tags,
        copy=copy,
        story=copy.of if copy else record_id,
        first_seen_at=now,
        backlog=cadence.is_backlog(one.entry, feed, first_poll=first_poll, now=now),
        page_sha256=one.page_sha256,
        extract_error=reading.extract_error,
        guid_key=one.marks.guid_key,
    )


def _no_later(entry: Entry, now: datetime) -> Entry:
    """Return an entry whose dates do not lie ahead. Not before: an entry is recognised by its date
    as written, which is the same at every poll, and `now` is not."""
    published_at, updated_at = entry.published_at, entry.updated_at
    if published_at and published_at > now:
        entry = replace(entry, published_at=now, whole_day=False)
    return replace(entry, updated_at=now) if updated_at and updated_at > now else entry


def _nothing_new(
    parts: Parts, feed: Feed, state: FeedState, answer: NotModified | Response
) -> tuple[PollReport, FeedState]:
    state = cadence.after_nothing_new(state, feed, answer, parts.clock())
    return PollReport(feed.name, state.outcome or Outcome.UNCHANGED), state


def _failed(
    parts: Parts, feed: Feed, state: FeedState, error: HrwatchError
) -> tuple[PollReport, FeedState]:
    report = PollReport(feed.name, Outcome.FAILED, error=str(error))
    return report, cadence.after_failure(state, feed, error, parts.clock())


def _batches(entries: Sequence[Entry], size: int) -> Iterator[Sequence[Entry]]:
    return (entries[start : start + size] for start in range(0, len(entries), size))
