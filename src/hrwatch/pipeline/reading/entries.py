"""From new entries to records: their pages read, copies linked, archived in one transaction."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hrwatch import cadence, hops
from hrwatch.errors import HopError, NoWorker, ProxyUnreachable
from hrwatch.model.articles import Reading, Record
from hrwatch.model.evidence import Capture, Visit
from hrwatch.model.feeds import Entry, Feed, FeedState, Keep, Response
from hrwatch.pipeline.parts import Parts
from hrwatch.pipeline.reading import keeping, linking, pages
from hrwatch.pipeline.reading.evidence import Fetched, as_fetched_for, entry_capture, page_of
from hrwatch.pipeline.reading.pages import NoPage
from hrwatch.pipeline.reading.revisit import first_visit, may_be_visited
from hrwatch.pipeline.reading.room import Share
from hrwatch.stages.dedup import identity
from hrwatch.stages.extract import MAX_PAGE
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.evidence import bodies
from hrwatch.stages.store.evidence.bodies import Packed

# Entries of one feed that are read at once; with the feeds visited it bounds pages in memory.
ENTRIES_AT_ONCE = 2
# Bytes of pages, compressed, after which what was read is archived and begun anew. Fifty pages are
# a megabyte or two, mostly.
MOST_HELD = 2_000_000

# Why an entry could not be read: it is to blame itself, or our machine or proxy is.
Unread = HopError | ProxyUnreachable
OURS = (NoWorker, ProxyUnreachable)


@dataclass(frozen=True, slots=True)
class Archived:
    """What one step of a visit came to."""

    new: int
    copies: int
    error: Unread | None  # of an entry that could not be read at all


@dataclass(frozen=True, slots=True)
class _Read:
    """An entry with what was made of it."""

    record: str
    entry: Entry
    marks: identity.Marks
    reading: Reading
    page_sha256: str | None
    evidence: tuple[Capture, Packed] | None  # None: the feed keeps none
    wants_page: bool  # it could not be had, for a reason that may pass


async def archive_entries(
    parts: Parts, feed: Feed, state: FeedState, entries: Sequence[identity.Marked], language: str
) -> Archived:
    """Read the entries' pages and archive them: in one transaction, or in several where the pages
    are large."""
    remaining = iter(entries)
    steps: list[Archived] = []
    share = Share()
    try:
        while outcomes := await _read_some(parts, feed, remaining, language, share):
            steps.append(await _archive(parts, feed, state, outcomes))
            await pages.withdraw(parts, share)
    finally:
        await pages.withdraw(parts, share)
    return Archived(
        new=sum(step.new for step in steps),
        copies=sum(step.copies for step in steps),
        error=_worst([step.error for step in steps if step.error]),
    )


async def _read_some(
    parts: Parts,
    feed: Feed,
    remaining: Iterator[identity.Marked],
    language: str,
    share: Share,
) -> list[_Read | Unread]:
    """Read entries, a few at once, until there are no more or their pages are so long that they are
    to be archived; return what came of them, in their order."""
    numbered = enumerate(remaining)
    outcomes: dict[int, _Read | Unread] = {}

    async def read_on() -> None:
        while share.size < MOST_HELD and await parts.room.admits(share):
            taken = next(numbered, None)
            if taken is None:
                return
            position, one = taken
            outcomes[position] = await _read(parts, feed, one, language, share)

    async with asyncio.TaskGroup() as group:
        for _ in range(ENTRIES_AT_ONCE):
            group.create_task(read_on())
    return [outcomes[position] for position in sorted(outcomes)]


async def _archive(
    parts: Parts, feed: Feed, state: FeedState, outcomes: Sequence[_Read | Unread]
) -> Archived:
    read_entries = [one for one in outcomes if isinstance(one, _Read)]
    now = parts.clock()
    rules_hash = parts.rule_sets.hash_for(feed.name)
    records = [
        replace(_record(feed, state, one, now), rules_hash=rules_hash) for one in read_entries
    ]
    async with parts.linking:
        linked = await linking.link(parts, feed, records)
        await parts.archive.write(
            record_table.add,
            [keeping.kept(record, feed.keep) for record in linked.records],
            relinked=linked.repeated_before,
            # Nobody can be compared with a text that is not there.
            hashes=linked.hashes if feed.keep is Keep.FULL else {},
            evidence={one.record: one.evidence for one in read_entries if one.evidence},
            visits=_later_visits(parts, feed, read_entries, records),
        )
        if parts.link_near:
            await linking.learn(parts)
    return Archived(
        new=len(linked.records),
        copies=sum(record.copy is not None for record in linked.records),
        error=_worst([one for one in outcomes if not isinstance(one, _Read)]),
    )


def _later_visits(
    parts: Parts, feed: Feed, read_entries: Sequence[_Read], records: Sequence[Record]
) -> tuple[Visit, ...]:
    """Return the visits to the pages that could not be had now and may be had later."""
    if not may_be_visited(feed):
        return ()
    return tuple(
        replace(first_visit(record, parts.clock(), parts.chance()), wants_page=True)
        for one, record in zip(read_entries, records, strict=True)
        if one.wants_page
    )


def _worst(errors: Sequence[Unread]) -> Unread | None:
    """Return the error to tell: an input that is to blame tells more than a machine that is short
    of room."""
    return min(errors, key=lambda error: isinstance(error, OURS), default=None)


async def _read(
    parts: Parts, feed: Feed, one: identity.Marked, language: str, share: Share
) -> _Read | Unread:
    entry = one.entry
    record = identity.record_id(feed.name, one.marks)
    try:
        found = await pages.page_for(parts, feed, one, record, share)
    except ProxyUnreachable as error:
        return error  # neither page nor site is to blame: it is read when the proxy is back
    fetched = found if isinstance(found, Fetched) else None
    missing = found if isinstance(found, NoPage) else None
    page_error = missing.reason if missing else None
    # Many may wait for a worker: none keeps more in memory than is read of it.
    page = None if fetched is None else await asyncio.to_thread(_page, fetched)
    task = hops.ArticleTask(entry, page, page_error, language, parts.clock(), feed.cues)
    try:
        reading = await parts.workers.run(hops.read_article, task)
    except NoWorker as error:
        return error  # the page is not to blame: it is read when there is room again
    except HopError as error:
        less = await _read_less(parts, task, error)
        if isinstance(less, HopError):
            return less
        reading = less
    evidence = _evidence(parts, feed, entry, fetched, record) if feed.keep is Keep.FULL else None
    page_sha256 = fetched.packed.sha256 if fetched else None
    wants_page = missing is not None and missing.may_pass
    return _Read(record, entry, one.marks, reading, page_sha256, evidence, wants_page)


def _page(fetched: Fetched) -> Response:
    """Return a page as it goes to a worker: what is read of it, and no headers."""
    packed = fetched.packed
    body = bodies.unpack(packed.compressed, packed.size, most=MAX_PAGE)
    return replace(page_of(fetched.capture, body), headers=())


def _evidence(
    parts: Parts, feed: Feed, entry: Entry, fetched: Fetched | None, record: str
) -> tuple[Capture, Packed]:
    if fetched is None:
        return entry_capture(entry, record=record, feed=feed.name, now=parts.clock())
    if fetched.capture.record == record:
        return fetched.capture, fetched.packed
    return as_fetched_for(fetched, record=record, feed=feed.name), fetched.packed


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


def _record(feed: Feed, state: FeedState, one: _Read, now: datetime) -> Record:
    record_id = one.record
    reading = one.reading
    return Record(
        id=record_id,
        version=1,
        feed=feed.name,
        entry=no_later(replace(one.entry, summary=reading.summary, content=""), now),
        permalink=one.marks.permalink,
        article=reading.article,
        title=reading.title,
        text=reading.text,
        language=reading.language,
        fingerprint=reading.fingerprint,
        tags=reading.tags,
        copy=None,
        story=record_id,
        first_seen_at=now,
        backlog=cadence.is_backlog(one.entry, feed, state, now=now),
        page_sha256=one.page_sha256,
        extract_error=reading.extract_error,
        guid_key=one.marks.guid_key,
        entry_hash=one.marks.entry_hash,
    )


def no_later(entry: Entry, now: datetime) -> Entry:
    """Return an entry whose dates do not lie ahead. Not before: an entry is recognised by its date
    as written, which is the same at every poll, and `now` is not."""
    published_at, updated_at = entry.published_at, entry.updated_at
    if published_at and published_at > now:
        entry = replace(entry, published_at=now, whole_day=False, published_offset=None)
    return replace(entry, updated_at=now) if updated_at and updated_at > now else entry
