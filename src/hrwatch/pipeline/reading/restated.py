"""What a feed says otherwise than before of entries that are known.

    it links to another address → its visits are made there
    its text is the page's      → its next visit is moved to now
    its text is the feed's      → compared with what the feed gave before → a version, or noise

Which entries are known is `identity`'s to say. What shares a guid and nothing else with what was
there before is no version of it, and is left alone.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hrwatch import hops, urls
from hrwatch.cadence import visits as schedule
from hrwatch.errors import HopError, NoWorker
from hrwatch.model.articles import Kept, Record
from hrwatch.model.evidence import CaptureKind, Visit
from hrwatch.model.feeds import Entry, Feed, Keep
from hrwatch.pipeline.parts import Parts
from hrwatch.pipeline.reading.entries import no_later
from hrwatch.pipeline.reading.evidence import entry_capture, entry_of
from hrwatch.pipeline.reading.looking import STILL_ITSELF, later, versions_of
from hrwatch.stages.dedup import identity
from hrwatch.stages.store.articles import looks
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.articles import visits as visit_table
from hrwatch.stages.store.articles.looks import Restated
from hrwatch.stages.store.evidence import bodies, captures

# Of one feed at one poll; the others wait for the next.
MOST_COMPARED = 20
# A feed that says something else at every poll makes no more versions of an entry than so many,
# and none within the hour after the last.
MOST_VERSIONS = 30
SOONEST = timedelta(hours=1)

log = logging.getLogger(__name__)


async def restate(
    parts: Parts, feed: Feed, recognised: Sequence[identity.Recognised], language: str
) -> bool:
    """Given the known entries of a feed's document, write what became of those of which it says
    something else than before; return whether it was done with all of them: else the document is
    to be read again at the next poll."""
    visits = await parts.archive.read(visit_table.of, {one.record for one in recognised})
    moved = _moved(recognised, visits, parts.clock())
    visits |= moved
    told = [one for one in recognised if one.is_restated]
    first = int(parts.chance() * len(told))  # not always the same ones wait for the next poll
    done: list[Restated] = []
    hastened: dict[str, Visit] = {}
    compared, is_all = 0, True
    for one in (*told[first:], *told[:first]):
        hashed = Restated(one.record, one.marked.marks.entry_hash)
        record = (
            await parts.archive.read(record_table.get, one.record) if one.is_comparable else None
        )
        if not isinstance(record, Record) or not _is_whole(feed, record):
            done.append(hashed)
        elif record.article is not None:
            if visit := visits.get(record.id):
                now = parts.clock()
                hastened[record.id] = schedule.hastened(visit, record.first_seen_at, now)
            done.append(hashed)
        elif record.version >= MOST_VERSIONS:
            done.append(hashed)
        elif compared >= MOST_COMPARED or _is_of_the_last_hour(parts, record):
            is_all = False
        else:
            compared += 1
            try:
                done.append(await _compared(parts, feed, record, one.marked, language))
            except NoWorker:
                is_all = False
    if not (done or moved):
        return is_all
    left = await parts.archive.write(
        looks.keep_restated, done, hastened=hastened, moved=tuple(moved.values())
    )
    return is_all and not left


def _moved(
    recognised: Sequence[identity.Recognised], visits: Mapping[str, Visit], now: datetime
) -> dict[str, Visit]:
    """Return the visits to articles that their feed links to under another address."""
    moved = {}
    for one in recognised:
        visit, url = visits.get(one.record), one.marked.entry.permalink
        if visit is None or not url or url == visit.url:
            continue
        if urls.canonical(visit.url) != one.marked.marks.permalink:
            moved[one.record] = schedule.moved(visit, url, now)
    return moved


async def _compared(
    parts: Parts, feed: Feed, record: Record, marked: identity.Marked, language: str
) -> Restated:
    hashed = Restated(record.id, marked.marks.entry_hash)
    now = parts.clock()
    evidence = entry_capture(marked.entry, record=record.id, feed=feed.name, now=now)
    before = await _entry_before(parts, record)
    if before is None:  # nothing was kept: what there is now is what is compared later
        return replace(hashed, looked_at=record, evidence=evidence)
    was, told = (
        hops.ArticleTask(entry, None, None, language or record.language, now, feed.cues)
        for entry in (before, marked.entry)
    )
    task = hops.ChangeTask(was, told, await versions_of(parts, record))
    try:
        revised = await parts.workers.run(hops.read_change, task)
    except NoWorker:
        raise
    except HopError as error:
        log.warning("event=unread record=%s feed=%s error=%r", record.id, feed.name, str(error))
        return hashed
    change, reading = revised.change, revised.reading
    if change is None:
        return hashed
    if revised.alike < STILL_ITSELF and change.title:
        log.warning("event=another-article record=%s feed=%s", record.id, feed.name)
        return hashed
    entry = replace(marked.entry, summary=reading.summary, content="")
    version = replace(
        later(parts, feed, record, reading, change),
        entry=no_later(entry, now),
        permalink=marked.marks.permalink,
        guid_key=marked.marks.guid_key,
        entry_hash=marked.marks.entry_hash,
        extract_error=record.extract_error,
    )
    log.info("event=entry-changed record=%s feed=%s", record.id, feed.name)
    return replace(hashed, looked_at=record, evidence=evidence, version=version)


async def _entry_before(parts: Parts, record: Record) -> Entry | None:
    """Return what the feed gave of an entry when it was last captured."""
    links = await parts.archive.read(captures.of, record.id)
    held = [
        link.capture for link in links if link.capture and link.capture.kind is CaptureKind.ENTRY
    ]
    body = await parts.archive.read(bodies.get, held[-1].body_sha256) if held else None
    return None if body is None else entry_of(body)


def _is_whole(feed: Feed, record: Record) -> bool:
    return feed.keep is Keep.FULL and record.kept is Kept.FULL


def _is_of_the_last_hour(parts: Parts, record: Record) -> bool:
    """Say whether the version was made just now, in place of another."""
    seen_at = record.seen_at if record.version > 1 else None
    return seen_at is not None and seen_at > parts.clock() - SOONEST
