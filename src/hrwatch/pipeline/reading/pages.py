"""The page of an entry: fetched, or taken as another feed had it fetched a moment or days ago.

A feed chooses what it links to, how, and when. So whose page is believed for whom is bounded:
nobody is given an older page than the one his own feed speaks of, nor one that somebody else's
odd spelling of the address may have changed (decision 0027).
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urldefrag, urlsplit

from hrwatch import text, urls
from hrwatch.errors import (
    BadStatus,
    FetchError,
    ProxyUnreachable,
    Resting,
    RobotsUnread,
    Unreachable,
)
from hrwatch.model.evidence import Capture
from hrwatch.model.feeds import Entry, Feed, NotModified, Terms
from hrwatch.pipeline.parts import Parts
from hrwatch.pipeline.reading import evidence
from hrwatch.pipeline.reading.evidence import Fetched
from hrwatch.pipeline.reading.room import Share
from hrwatch.stages.dedup.identity import Marked
from hrwatch.stages.extract import carries_full_text
from hrwatch.stages.fetch import PAGES
from hrwatch.stages.store.evidence import bodies, captures

# How long a page that was fetched for one feed is read again for others.
SHARED_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class NoPage:
    """Why a page that was wanted cannot be had."""

    reason: str
    may_pass: bool = False  # at another time it may be had


async def page_for(
    parts: Parts, feed: Feed, one: Marked, record: str, share: Share
) -> Fetched | NoPage | None:
    """Return the page of an entry, or why it cannot be had; None where none is wanted. Raise
    ProxyUnreachable where nobody could be asked.

    It is kept and offered to other feeds as part of `share`, until `withdraw` is called with that.
    """
    page = await _page_for(parts, feed, one, record, share)
    if isinstance(page, Fetched):
        await parts.room.keep(share, len(page.packed.compressed))
    return page


async def _page_for(
    parts: Parts, feed: Feed, one: Marked, record: str, share: Share
) -> Fetched | NoPage | None:
    entry = one.entry
    wanted = feed.full_text and feed.terms is not Terms.FORBIDDEN
    if not wanted or not entry.permalink or carries_full_text(entry):
        return None
    permalink = one.marks.permalink
    if not permalink:
        return await _fetched(parts, feed, entry, record)
    found = await _offered(parts, feed, entry, permalink)
    found = found or await _archived(parts, feed, one)
    # While the archive was asked, somebody may have begun to fetch it.
    found = found or await _offered(parts, feed, entry, permalink)
    if found:
        return found
    if permalink in parts.pages:  # of somebody from whom it is not taken
        return await _fetched(parts, feed, entry, record)
    parts.pages[permalink] = offer = asyncio.get_running_loop().create_future()
    share.offered.append(permalink)
    try:
        fetched = await _fetched(parts, feed, entry, record)
        offer.set_result(fetched if isinstance(fetched, Fetched) else None)
    finally:
        if not offer.done():
            offer.set_result(None)
    return fetched


async def withdraw(parts: Parts, share: Share) -> None:
    """Keep and offer these pages no longer: they are in the archive now, or will not be."""
    for permalink in share.offered:
        del parts.pages[permalink]
    share.offered.clear()
    await parts.room.leave(share)


def may_take(entry: Entry, feed: Feed, capture: Capture, by: Feed) -> bool:
    """Say whether a page that was fetched for the feed `by` may stand for the page of an entry of
    another feed. Whether it is the same page, and is not too old, is not asked here."""
    if not goes_the_same_way(feed, by):
        return False
    is_at_home = urls.same_site(by.address, capture.requested_url)
    if not is_at_home and urldefrag(entry.permalink).url != capture.requested_url:
        return False
    spoken_of_at = _spoken_of_at(entry)
    return is_at_home if spoken_of_at is None else capture.fetched_at >= spoken_of_at


def goes_the_same_way(feed: Feed, by: Feed) -> bool:
    """Say whether what was fetched for the feed `by` came by the way that another feed asks for."""
    if by.route != feed.route:
        return False
    # The pinned certificate is the one of the feed's own host.
    return not feed.route.tls_sha256 or _host(by.address) == _host(feed.address)


async def _offered(parts: Parts, feed: Feed, entry: Entry, permalink: str) -> Fetched | None:
    """Return a page that another feed is having fetched in this moment, once it is there."""
    offer = parts.pages.get(permalink)
    if offer is None:
        return None
    await asyncio.wait((offer,))
    page = offer.result()
    return page if page and may_take(entry, feed, page.capture, page.by) else None


async def _archived(parts: Parts, feed: Feed, one: Marked) -> Fetched | None:
    """Return the page as it was captured for another feed; only under the same title where the
    entry has no date: a page may be rewritten, and told of anew, in an hour."""
    found = await parts.archive.read(
        captures.of_page, text.key(one.marks.permalink), parts.clock() - SHARED_FOR
    )
    undated = _spoken_of_at(one.entry) is None
    for capture, title_key in found:
        by = parts.feeds.get(capture.feed)
        if by is None or not may_take(one.entry, feed, capture, by):
            continue
        if undated and title_key != one.marks.title_key:
            continue
        packed = await parts.archive.read(bodies.packed, capture.body_sha256)
        if packed is not None:
            return Fetched(capture, packed, by)
    return None


async def _fetched(parts: Parts, feed: Feed, entry: Entry, record: str) -> Fetched | NoPage:
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
        return NoPage(str(error), may_pass=_may_pass(error))
    if isinstance(answer, NotModified):
        return NoPage("not modified")
    packed = await asyncio.to_thread(bodies.pack, answer.body)
    capture = evidence.page_capture(answer, packed, record=record, feed=feed.name)
    return Fetched(capture, packed, feed)


def _may_pass(error: FetchError) -> bool:
    """Say whether a page may be had later: the site, or the way there, limps, and has not said
    what it thinks of the page or of us."""
    if isinstance(error, BadStatus):
        limps = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return limps or error.status == HTTPStatus.TOO_MANY_REQUESTS
    return isinstance(error, Unreachable | Resting | RobotsUnread)


def _spoken_of_at(entry: Entry) -> datetime | None:
    """Return when the feed says that it was published or updated; None where it gives no time."""
    published_at = None if entry.whole_day else entry.published_at
    return max((at for at in (published_at, entry.updated_at) if at), default=None)


def _host(address: str) -> str | None:
    return urlsplit(address).hostname
