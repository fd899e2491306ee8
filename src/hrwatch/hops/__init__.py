"""The hops: what runs in a worker. Bytes that strangers wrote go in, our own types come out.

    read_feed      the body of a feed → ParsedFeed                    (parse)
    read_listing   the body of a listing page → ParsedFeed            (parse)
    read_offers    the body of a page → the feeds it advertises       (parse)
    read_article   an entry and its page → Reading                    (extract, tag, fingerprint)
    read_change    the same, before and now → Revised                 (extract, tag, dedup)

The libraries behind them are imported at the first hop that needs them, so that the main
process, which only names hops, loads none.
"""

from hrwatch.hops.articles import read_article, read_change
from hrwatch.hops.documents import read_feed, read_listing, read_offers
from hrwatch.hops.ready import registry
from hrwatch.hops.tasks import (
    ArticleTask,
    ChangeTask,
    Document,
    FeedTask,
    ListingTask,
    Revised,
)

__all__ = [
    "ArticleTask",
    "ChangeTask",
    "Document",
    "FeedTask",
    "ListingTask",
    "Revised",
    "read_article",
    "read_change",
    "read_feed",
    "read_listing",
    "read_offers",
    "registry",
]
