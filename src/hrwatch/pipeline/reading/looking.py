"""What is found at an article's address: the article as it was, changed, gone, or something else.

Like is compared with like: what was captured and what is there now are read by the same code of
today. So a change of our rules or of our extractor is never a publisher's change.
"""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus

from hrwatch import hops, text
from hrwatch.errors import BadStatus, FetchError, HopError, NoWorker, ProxyUnreachable
from hrwatch.model.articles import Article, Change, Kept, Reading, Record
from hrwatch.model.evidence import Capture, CaptureKind, Standing, Visit
from hrwatch.model.feeds import Feed, Keep, NotModified, Response, Validators
from hrwatch.pipeline.parts import Parts
from hrwatch.pipeline.reading import keeping
from hrwatch.pipeline.reading.evidence import page_capture, page_of
from hrwatch.stages.dedup import changes
from hrwatch.stages.extract import MAX_PAGE
from hrwatch.stages.fetch import PAGES
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import looks
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.evidence import bodies, captures
from hrwatch.stages.store.evidence.bodies import Packed

# Of an article that is still itself so much is there; below, the address shows something else.
STILL_ITSELF = 0.2
# Versions, beside the first, that may stand at the address again: caches serve old pages.
MOST_TOLD_APART = 8
# Every so many visits ask without validators: some servers give the same ones for good.
UNCONDITIONAL = 3
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


@dataclass(frozen=True, slots=True)
class Subject:
    """An article that is looked at, with what is known of it."""

    parts: Parts
    feed: Feed
    record: Record  # its latest version
    visit: Visit


@dataclass(frozen=True, slots=True)
class Found:
    """What a visit found at the address."""

    standing: Standing
    status: int | None = None
    error: str | None = None
    seen_at: datetime | None = None  # by a look that was made for another feed; None: now
    validators: Validators = field(default_factory=Validators)
    body_sha256: str | None = None  # of the article's page; None: the one that is known
    evidence: looks.Evidence | None = None
    version: Record | None = None


async def look_at(subject: Subject) -> Found:
    """Return what is found at the article's address; raise NoWorker or ProxyUnreachable where
    nobody could look."""
    feed, visit = subject.feed, subject.visit
    asked_with = Validators(visit.etag, visit.last_modified)
    if visit.visits % UNCONDITIONAL == UNCONDITIONAL - 1 or visit.wants_page:
        asked_with = Validators()
    try:
        answer = await subject.parts.fetcher.fetch(
            visit.url,
            validators=asked_with,
            accept=PAGES,
            route=feed.route,
            home=feed.address,
            obey_robots=True,
        )
    except ProxyUnreachable:
        raise
    except FetchError as error:
        status = error.status if isinstance(error, BadStatus) else None
        standing = Standing.MISSING if status in _GONE else Standing.UNREACHABLE
        return Found(standing, status, str(error))
    if isinstance(answer, NotModified):
        return Found(Standing.THERE, HTTPStatus.NOT_MODIFIED, validators=asked_with)
    return await judged(subject, answer, await asyncio.to_thread(bodies.pack, answer.body))


async def judged(subject: Subject, answer: Response, packed: Packed, note: str = "") -> Found:
    """Given what an article's address answers, its body packed, and what is to be noted of its
    capture, return what that says of the article; raise NoWorker."""
    feed, record, visit = subject.feed, subject.record, subject.visit
    there = Found(
        Standing.THERE, answer.status, validators=answer.validators, body_sha256=packed.sha256
    )
    if packed.sha256 == visit.body_sha256 and not visit.wants_page:
        return there
    if feed.keep is Keep.FULL and record.kept is Kept.FULL:
        capture = page_capture(answer, packed, record=record.id, feed=feed.name, note=note)
        there = replace(there, evidence=(capture, packed))
    page = replace(answer, body=answer.body[:MAX_PAGE], headers=())
    try:
        if visit.wants_page:
            return await _completed(subject, page, there)
        return await _compared(subject, page, there)
    except NoWorker:
        raise
    except HopError as error:
        return _unclear(there, str(error))


async def _completed(subject: Subject, page: Response, there: Found) -> Found:
    """Return what came of a page that could not be had when its article was archived: a version
    with its text, which is no change by the publisher."""
    reading = await _read(subject, page, subject.record.entry.title)
    if reading.article is None:
        return there
    if not await _tells_of(reading.article, subject.record):
        return _unclear(there)
    return _with_version(subject, reading, None, there)


async def _compared(subject: Subject, page: Response, there: Found) -> Found:
    """Return what a page says against what it said when it was last seen with the article."""
    record = subject.record
    before = await _page_before(subject)
    if before is None:  # nothing like it was kept: what there is now is what is compared later
        if subject.visit.standing is not Standing.REMOVED:
            return there
        reading = await _read(subject, page, record.title)
        return there if await _tells_of(reading.article, record) else _unclear(there)
    task = hops.ChangeTask(
        _task(subject, before, record.title),
        _task(subject, page, record.title),
        await versions_of(subject.parts, record),
    )
    revised = await subject.parts.workers.run(hops.read_change, task)
    if revised.alike < STILL_ITSELF:
        return _unclear(there)
    if revised.is_again:  # what the latest version was read from is what is compared later
        return replace(there, body_sha256=None)
    change, reading = revised.change, revised.reading
    # An article whose words are the feed's changes with these.
    if change is None or record.article is None or record.kept is not Kept.FULL:
        return there
    if change.title:
        reading = await _read(subject, page, change.title[1])
    return _with_version(subject, reading, change, there)


async def _tells_of(article: Article | None, record: Record) -> bool:
    """Say whether a page that there is nothing to compare with is the one that its feed speaks of,
    by the words of the title, or of what the feed says."""
    return article is not None and await asyncio.to_thread(_has_words_of, article, record)


def _has_words_of(article: Article, record: Record) -> bool:
    asked = text.search_text(record.title).split()
    there = frozenset(text.search_text(article.title).split())
    if asked and sum(word in there for word in asked) >= len(asked) / 2:
        return True
    if not record.text:
        return not asked
    was, now = changes.Told("", record.text), changes.Told("", article.text)
    return changes.alike(was, now) >= STILL_ITSELF


def _unclear(there: Found, error: str | None = None) -> Found:
    """Return the same where the address shows something else: a capture, and nothing that the
    article would be recognised by."""
    told = error or "the address shows something else"
    return Found(Standing.UNCLEAR, there.status, told, evidence=there.evidence)


async def _read(subject: Subject, page: Response, title: str) -> Reading:
    return await subject.parts.workers.run(hops.read_article, _task(subject, page, title))


def _task(subject: Subject, page: Response, title: str) -> hops.ArticleTask:
    feed, record = subject.feed, subject.record
    entry = replace(record.entry, title=title)
    language = feed.language or record.language
    return hops.ArticleTask(entry, page, None, language, subject.parts.clock(), feed.cues)


async def _page_before(subject: Subject) -> Response | None:
    """Return the page as it was last seen with the article on it."""
    found = await captured(subject.parts.archive, subject.record.id, subject.visit.body_sha256)
    return None if found is None else replace(await beginning(*found), headers=())


async def captured(
    archive: Archive, record: str, body_sha256: str | None
) -> tuple[Capture, Packed] | None:
    """Return the latest capture of an article's page with this body; None where it is not kept."""
    for link in reversed(await archive.read(captures.of, record)):
        capture = link.capture
        if capture and capture.kind is CaptureKind.PAGE and capture.body_sha256 == body_sha256:
            packed = await archive.read(bodies.packed, capture.body_sha256)
            if packed:
                return capture, packed
    return None


async def beginning(capture: Capture, packed: Packed) -> Response:
    """Return a page as it was captured, as much of it as is read."""
    body = await asyncio.to_thread(bodies.unpack, packed.compressed, packed.size, most=MAX_PAGE)
    return page_of(capture, body)


def _with_version(subject: Subject, reading: Reading, change: Change | None, there: Found) -> Found:
    version = later(subject.parts, subject.feed, subject.record, reading, change)
    return replace(there, version=replace(version, page_sha256=there.body_sha256))


def later(
    parts: Parts, feed: Feed, record: Record, reading: Reading, change: Change | None
) -> Record:
    """Return the next version of an article, as much of it as is kept. It stays in its story and
    what it was a copy of, and was first seen when it was."""
    version = replace(
        record,
        version=record.version + 1,
        article=reading.article,
        title=reading.title,
        text=reading.text,
        language=reading.language,
        fingerprint=reading.fingerprint,
        tags=reading.tags,
        extract_error=reading.extract_error,
        rules_hash=parts.rule_sets.hash_for(feed.name),
        seen_at=parts.clock(),
        change=change,
    )
    return keeping.kept(version, feed.keep)


async def versions_of(parts: Parts, record: Record) -> tuple[changes.Told, ...]:
    """Return what the first and the latest versions of an article say; none where there is one."""
    if record.version == 1:
        return ()
    found = await parts.archive.read(record_table.versions, record.id)
    some = (*found[:1], *found[1:][-MOST_TOLD_APART:])
    return tuple(changes.Told(one.title, one.text) for one in some)
