"""Articles looked at again: what became of them is told to who was told of them.

VISIT   an article whose time has come → look at its page → what does it say of the article?
        → store: a capture, a version, what waits for subscribers, the next visit
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hrwatch.cadence import visits as schedule
from hrwatch.errors import HrwatchError, NoWorker, ProxyUnreachable
from hrwatch.model.articles import Change, Kept, Record
from hrwatch.model.evidence import Standing, Visit
from hrwatch.model.feeds import Feed, Terms
from hrwatch.model.mail import Reason
from hrwatch.pipeline.parts import Parts
from hrwatch.pipeline.reading.looking import Found, Subject, look_at
from hrwatch.pipeline.reading.shared_looks import seen_for_another
from hrwatch.stages.store.articles import looks
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.articles import visits as visit_table
from hrwatch.stages.store.articles.looks import Look
from hrwatch.stages.store.articles.visits import Due

AT_ONCE = 2
# A visit waits for its turn at a site that may be read by polls meanwhile.
CLAIM = timedelta(minutes=30)
# After trouble of our own.
AGAIN = timedelta(minutes=10)
_OF_SITE = 500  # due visits that are in memory
# Who becomes due meanwhile, at a site that nobody waits for, waits no longer than this.
_FRESH = timedelta(minutes=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """What one visit came to."""

    record: str
    feed: str
    standing: Standing
    reason: Reason | None = None
    version: int | None = None  # that was added
    change: Change | None = None
    error: str | None = None


@dataclass(slots=True)
class VisitTurns:
    """Visits that are under way: few, and no two to one site; and those that wait."""

    sites: dict[str, str] = field(default_factory=dict)  # by record
    _waiting: dict[str, deque[Due]] = field(default_factory=dict)  # by site, none of them empty
    _read_at: datetime | None = None

    async def take(
        self, parts: Parts, feeds: Iterable[Feed], but: frozenset[str] = frozenset()
    ) -> tuple[Feed, Due] | None:
        """Begin the visit whose turn it is, but none to the articles `but`; None for none now."""
        if len(self.sites) >= AT_ONCE:
            return None
        by_name = {feed.name: feed for feed in feeds}
        names, now = visited_feeds(by_name.values()), parts.clock()
        if not self._waiting or not self._is_fresh(now):
            found = await parts.archive.read(visit_table.due, names, now, _OF_SITE)
            self._wait((due for due in found if due.record not in but), now)
        while len(self.sites) < AT_ONCE and (due := self._next()):
            if due.feed in names and due.record not in self.sites:
                self.sites[due.record] = due.site
                return by_name[due.feed], due
        return None

    def leave(self, due: Due) -> None:
        """End a visit."""
        self.sites.pop(due.record, None)

    def _is_fresh(self, now: datetime) -> bool:
        return self._read_at is not None and timedelta() <= now - self._read_at < _FRESH

    def _wait(self, found: Iterable[Due], now: datetime) -> None:
        self._waiting, self._read_at = {}, now
        for due in found:
            self._waiting.setdefault(due.site, deque()).append(due)

    def _next(self) -> Due | None:
        """Take the longest overdue that waits for a free site."""
        busy = set(self.sites.values())
        free = [queue[0] for site, queue in self._waiting.items() if site not in busy]
        if not free:
            return None
        site = min(free, key=lambda due: due.since).site
        due = self._waiting[site].popleft()
        if not self._waiting[site]:
            del self._waiting[site]
        return due


def first_visits(
    records: Iterable[Record], feeds: Iterable[Feed], now: datetime, chance: Callable[[], float]
) -> tuple[Visit, ...]:
    """Return the visits that are to be made to articles that matched: of those that have a page
    which their feed lets be read again."""
    revisited = {feed.name for feed in feeds if may_be_visited(feed)}
    return tuple(
        first_visit(record, now, chance())
        for record in records
        if record.feed in revisited and record.entry.permalink and record.kept is not Kept.NOTHING
    )


def first_visit(record: Record, now: datetime, chance: float) -> Visit:
    """Return the first visit to an article."""
    return Visit(
        record=record.id,
        feed=record.feed,
        url=record.entry.permalink,
        next_visit_at=schedule.planned(record.first_seen_at, now, chance),
        body_sha256=record.page_sha256,
    )


def may_be_visited(feed: Feed) -> bool:
    """Say whether the pages of a feed's articles are looked at again."""
    return feed.revisit and feed.full_text and feed.terms is not Terms.FORBIDDEN


def visited_feeds(feeds: Iterable[Feed]) -> frozenset[str]:
    """Return the names of the feeds whose articles are visited now."""
    return frozenset(feed.name for feed in feeds if feed.enabled and may_be_visited(feed))


async def revisit_pass(parts: Parts, feeds: Iterable[Feed]) -> tuple[Looked, ...]:
    """Make each visit that is due once; return what they came to."""
    feeds, turns = tuple(feeds), VisitTurns()
    looked: list[Looked] = []
    made: set[str] = set()
    running: set[asyncio.Task[None]] = set()

    async def visit(feed: Feed, due: Due) -> None:
        try:
            came = await revisit(parts, feed, due)
        finally:
            turns.leave(due)
        if came is not None:
            looked.append(came)

    try:
        while True:
            while turn := await turns.take(parts, feeds, frozenset(made)):
                made.add(turn[1].record)
                running.add(asyncio.create_task(visit(*turn)))
            if not running:
                return tuple(looked)
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # what is raised here is the archive's trouble, or our end
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def revisit(parts: Parts, feed: Feed, due: Due) -> Looked | None:
    """Look at an article's page again, and write down what came of it; None where there was
    nothing to be looked at any more, or nobody could."""
    now = parts.clock()
    visit = await parts.archive.note(
        visit_table.claim, due.record, owner=parts.owner, now=now, until=now + CLAIM
    )
    if visit is None:
        return None
    try:
        record = await parts.archive.read(record_table.get, visit.record)
        if not isinstance(record, Record) or not await _is_visited(parts, record):
            await parts.archive.write(visit_table.end, visit.record)
            return None
        look = await _look(parts, feed, record, visit)
        if look is None or not await _keep(parts, look):
            return None
    except (HrwatchError, asyncio.CancelledError):
        # Not the article's fault: the archive is in trouble, or we are about to end.
        await parts.archive.note(visit_table.release, visit.record, parts.owner)
        raise
    return _told(look)


async def _is_visited(parts: Parts, record: Record) -> bool:
    if record.kept is Kept.NOTHING:
        return False
    return await parts.archive.read(visit_table.is_alone, record)


async def _look(parts: Parts, feed: Feed, record: Record, visit: Visit) -> Look | None:
    """Return what came of a visit; None where it was put off."""
    try:
        subject = Subject(parts, feed, record, visit)
        found = await seen_for_another(subject) or await look_at(subject)
    except (NoWorker, ProxyUnreachable) as error:
        again = replace(visit, next_visit_at=parts.clock() + AGAIN, error=str(error))
        await parts.archive.note(visit_table.finish, again, parts.owner)
        return None
    except HrwatchError:
        raise
    except Exception as error:  # a bug that one page meets must not stop the others
        log.exception("event=bug visit=%s", visit.record)
        told = f"hrwatch met {type(error).__name__} here; its log has the details"
        found = Found(Standing.UNCLEAR, error=told)
    if found.standing is Standing.THERE:
        visit = replace(
            visit,
            wants_page=False,
            etag=found.validators.etag,
            last_modified=found.validators.last_modified,
            body_sha256=found.body_sha256 or visit.body_sha256,
        )
    after = schedule.after(
        visit,
        found.standing,
        first_seen_at=record.first_seen_at,
        now=parts.clock(),
        chance=parts.chance(),
        status=found.status,
        error=found.error,
        seen_at=found.seen_at,
    )
    reason = schedule.news(visit, after)
    return Look(record, after, found.evidence, found.version, reason=reason)


async def _keep(parts: Parts, look: Look) -> bool:
    return await parts.archive.write(looks.keep, look, parts.owner, parts.clock())


def _told(look: Look) -> Looked:
    version, visit = look.version, look.visit
    looked = Looked(
        record=visit.record,
        feed=visit.feed,
        standing=visit.standing,
        reason=look.reason or (Reason.CHANGED if version and version.change else None),
        version=version.version if version else None,
        change=version.change if version else None,
        error=visit.error,
    )
    found = f" version={looked.version}" if looked.version else ""
    found += f" reason={looked.reason}" if looked.reason else ""
    log.log(
        logging.INFO if found else logging.DEBUG,
        "event=visit record=%s feed=%s standing=%s%s",
        looked.record,
        looked.feed,
        looked.standing,
        found,
    )
    return looked
