"""From new entries to records: their pages read, copies linked, archived in one transaction."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hrwatch import cadence, hops
from hrwatch.errors import FetchError, HopError, NoWorker, ProxyUnreachable
from hrwatch.model.articles import Reading, Record
from hrwatch.model.feeds import Entry, Feed, FeedState, NotModified, Response
from hrwatch.pipeline import linking
from hrwatch.pipeline.parts import Parts
from hrwatch.stages.dedup import identity
from hrwatch.stages.extract import MAX_PAGE, carries_full_text
from hrwatch.stages.fetch import PAGES
from hrwatch.stages.store import records as record_table

# Entries of one feed that are read at once; with the feeds visited it bounds pages in memory.
ENTRIES_AT_ONCE = 2


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

    entry: Entry
    marks: identity.Marks
    reading: Reading
    page_sha256: str | None


async def archive_entries(
    parts: Parts, feed: Feed, state: FeedState, entries: Sequence[identity.Marked], language: str
) -> Archived:
    """Read the entries' pages and archive them in one transaction."""
    slots = asyncio.Semaphore(ENTRIES_AT_ONCE)

    async def read(one: identity.Marked) -> _Read | Unread:
        async with slots:
            return await _read(parts, feed, one, language)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(read(entry)) for entry in entries]
    outcomes = [task.result() for task in tasks]
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
            linked.records,
            relinked=linked.repeated_before,
            hashes=linked.hashes,
        )
        if parts.link_near:
            await linking.learn(parts)
    # An input that is to blame tells more than a machine that is short of room.
    errors = sorted(
        (one for one in outcomes if not isinstance(one, _Read)),
        key=lambda error: isinstance(error, OURS),
    )
    return Archived(
        new=len(linked.records),
        copies=sum(record.copy is not None for record in linked.records),
        error=errors[0] if errors else None,
    )


async def _read(parts: Parts, feed: Feed, one: identity.Marked, language: str) -> _Read | Unread:
    entry = one.entry
    try:
        page, page_error = await _page(parts, feed, entry)
    except ProxyUnreachable as error:
        return error  # neither page nor site is to blame: it is read when the proxy is back
    page_sha256 = hashlib.sha256(page.body).hexdigest() if page else None
    if page:  # many may wait for a worker: none keeps more in memory than is read of it
        page = replace(page, body=page.body[:MAX_PAGE], headers=())
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
    return _Read(entry, one.marks, reading, page_sha256)


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
    """Return the entry's page, or why there is none; both None where none is wanted. Raise
    ProxyUnreachable where nobody could be asked."""
    if not feed.full_text or not entry.permalink or carries_full_text(entry):
        return None, None
    try:
        answer = await parts.fetcher.fetch(
            entry.permalink,
            accept=PAGES,
            route=feed.route,
            home=feed.address,
            obey_robots=True,
        )
    except ProxyUnreachable:
        raise
    except FetchError as error:
        return None, str(error)
    return (None, "not modified") if isinstance(answer, NotModified) else (answer, None)


def _record(feed: Feed, state: FeedState, one: _Read, now: datetime) -> Record:
    record_id = identity.record_id(feed.name, one.marks)
    reading = one.reading
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
        copy=None,
        story=record_id,
        first_seen_at=now,
        backlog=cadence.is_backlog(one.entry, feed, state, now=now),
        page_sha256=one.page_sha256,
        extract_error=reading.extract_error,
        guid_key=one.marks.guid_key,
        entry_hash=one.marks.entry_hash,
    )


def _no_later(entry: Entry, now: datetime) -> Entry:
    """Return an entry whose dates do not lie ahead. Not before: an entry is recognised by its date
    as written, which is the same at every poll, and `now` is not."""
    published_at, updated_at = entry.published_at, entry.updated_at
    if published_at and published_at > now:
        entry = replace(entry, published_at=now, whole_day=False)
    return replace(entry, updated_at=now) if updated_at and updated_at > now else entry
