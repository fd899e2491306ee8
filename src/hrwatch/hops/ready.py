"""The hops made ready in a worker, each tried on a sample."""

import functools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hrwatch.hops.articles import read_article, read_change
from hrwatch.hops.documents import read_feed, read_listing, read_offers
from hrwatch.hops.tasks import ArticleTask, ChangeTask, Document, FeedTask, ListingTask, Revised
from hrwatch.model.articles import Reading
from hrwatch.model.feeds import Entry, OfferedFeed, Response, Select, Validators
from hrwatch.model.tags import Rules

if TYPE_CHECKING:
    from hrwatch.stages.tag import Tagger

# Invented, and long enough for every library to be asked.
_SAMPLE_URL = "http://sample.invalid/"
_SAMPLE_TIME = datetime(2026, 1, 1, tzinfo=UTC)
_SAMPLE_TEXT = b"The ferry to the island was late again, and nobody on the quay was surprised. " * 8
_SAMPLE_PAGE = b"<html><body><article><p>" + _SAMPLE_TEXT + b"</p></article></body></html>"
_SAMPLE_FEED = (
    b"<rss version='2.0'><channel><title>Quay</title><item><title>The ferry was late</title>"
    b"<pubDate>Thu, 01 Jan 2026 00:00:00 GMT</pubDate></item></channel></rss>"
)
_SAMPLE_LISTING = (
    b"<html><body><ul><li>1 January 2026 <a href=/1>The ferry to the island was late</a></li>"
    b"<li>31 December 2025 <a href=/2>Nobody on the quay was surprised</a></li></ul></body></html>"
)


def registry(rules: Rules) -> Mapping[str, Callable[[], Callable[[Any], object]]]:
    """Given the rules, return by the name of each hop what makes it ready: it loads the libraries
    behind the hop and tries them on a sample, so that what the machine has no room for is told
    before any input could be blamed for it."""

    def ready_to_read_feeds() -> Callable[[FeedTask], Document]:
        read_feed(FeedTask(_SAMPLE_FEED, _SAMPLE_URL, "", _SAMPLE_TIME))
        return read_feed

    def ready_to_read_listings() -> Callable[[ListingTask], Document]:
        read_listing(ListingTask(_SAMPLE_LISTING, _SAMPLE_URL, "", Select(), _SAMPLE_TIME))
        return read_listing

    def ready_to_read_offers() -> Callable[[FeedTask], tuple[OfferedFeed, ...]]:
        read_offers(FeedTask(_SAMPLE_LISTING, _SAMPLE_URL, "", _SAMPLE_TIME))
        return read_offers

    def ready_to_read_articles() -> Callable[[ArticleTask], Reading]:
        read = functools.partial(read_article, tagger=_tagger(rules))
        read(ArticleTask(Entry("", "", ""), _sample_page(), None, "", _SAMPLE_TIME))
        return read

    def ready_to_read_changes() -> Callable[[ChangeTask], Revised]:
        read = functools.partial(read_change, tagger=_tagger(rules))
        sample = ArticleTask(Entry("", "", ""), _sample_page(), None, "", _SAMPLE_TIME)
        read(ChangeTask(sample, sample))
        return read

    return {
        read_feed.__name__: ready_to_read_feeds,
        read_listing.__name__: ready_to_read_listings,
        read_offers.__name__: ready_to_read_offers,
        read_article.__name__: ready_to_read_articles,
        read_change.__name__: ready_to_read_changes,
    }


@functools.lru_cache(maxsize=1)
def _tagger(rules: Rules) -> "Tagger":
    """Return the tagger for these rules: the last one, where they are the same."""
    from hrwatch.stages.tag import Tagger  # noqa: PLC0415 - its tables, only where needed

    return Tagger(rules)


def _sample_page() -> Response:
    return Response(
        url=_SAMPLE_URL,
        requested_url=_SAMPLE_URL,
        status=200,
        headers=(),
        content_type="text/html",
        body=_SAMPLE_PAGE,
        validators=Validators(),
        retry_after=None,
        max_age=None,
        fetched_at=_SAMPLE_TIME,
    )
