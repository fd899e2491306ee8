"""The hops that read what feeds and pages list: their bodies, as fetched, to entries."""

from hrwatch.hops.tasks import Document, FeedTask, ListingTask
from hrwatch.model.feeds import OfferedFeed, ParsedFeed
from hrwatch.stages.dedup import identity


def read_feed(task: FeedTask) -> Document:
    """Given a feed's body, return the feed; raise ParseError where it is none."""
    from hrwatch.stages.parse import parse  # noqa: PLC0415 - feedparser, only where it is needed

    feed = parse(
        task.body,
        url=task.url,
        content_type=task.content_type,
        now=task.now,
        language=task.language,
    )
    return _marked(feed)


def read_listing(task: ListingTask) -> Document:
    """Given a listing page's body, return its entries; raise NoListing where there are none, and
    ParseError where it is no page."""
    from hrwatch.stages.parse import listing  # noqa: PLC0415 - lxml, only where it is needed

    page = listing.read(
        task.body,
        url=task.url,
        content_type=task.content_type,
        select=task.select,
        now=task.now,
        language=task.language,
    )
    return _marked(page)


def read_offers(task: FeedTask) -> tuple[OfferedFeed, ...]:
    """Given a page's body, return the feeds that it advertises, in its order; raise ParseError
    where it is no page."""
    from hrwatch.stages.parse import discovery  # noqa: PLC0415 - the same

    return discovery.read(task.body, url=task.url, content_type=task.content_type)


def _marked(feed: ParsedFeed) -> Document:
    return Document(feed, tuple(map(identity.marks, feed.entries)))
