"""Whose page may stand for whose: no feed is given less than its own word."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, a_capture, a_feed, an_entry
from hrwatch.model.feeds import Entry, Feed, Route
from hrwatch.pipeline.reading.pages import may_take

HOUR = timedelta(hours=1)
LINK = "https://wire.example/stories/1"
WIRE = a_feed(name="wire", url="https://feeds.wire.example/all.xml")
OTHER = a_feed(name="other", url="https://other.example/feed")
READER = a_feed(name="reader", url="https://reader.example/feed")
PROXY, PIN = Route(proxy="socks5h://127.0.0.1:9050"), Route(tls_sha256="a" * 64)


def through(feed: Feed, route: Route, **changes: str) -> Feed:
    return a_feed(**{"name": feed.name, "url": feed.url, "route": route, **changes})


@pytest.mark.parametrize(
    ("by", "feed", "is_taken"),
    [
        (WIRE, READER, True),
        (OTHER, READER, True),
        (READER, WIRE, True),
        (through(WIRE, PROXY), READER, False),
        (WIRE, through(READER, PROXY), False),
        (through(WIRE, PROXY), through(READER, PROXY), True),
        (through(WIRE, PIN), through(READER, PIN), False),  # each the pin of its own host
        (through(WIRE, PIN), through(WIRE, PIN, name="second"), True),
    ],
)
def test_page_is_taken_from_a_feed_that_goes_the_same_way(
    by: Feed, feed: Feed, is_taken: bool
) -> None:
    entry = an_entry(permalink=LINK, published_at=NOW - HOUR)

    assert may_take(entry, feed, a_capture(requested_url=LINK), by) is is_taken


@pytest.mark.parametrize(
    ("by", "requested", "is_taken"),
    [
        (WIRE, f"{LINK}?utm_source=rss", True),  # the site's own feed may spell it as it likes
        (OTHER, f"{LINK}?utm_source=rss", False),
        (OTHER, f"{LINK};jsessionid=0123456789abcdef", False),
        (OTHER, LINK, True),
    ],
)
def test_page_is_taken_from_strangers_under_the_very_same_address_only(
    by: Feed, requested: str, is_taken: bool
) -> None:
    entry = an_entry(permalink=f"{LINK}#top", published_at=NOW - HOUR)

    assert may_take(entry, READER, a_capture(requested_url=requested), by) is is_taken


@pytest.mark.parametrize(
    ("entry", "by", "is_taken"),
    [
        (an_entry(published_at=NOW - HOUR), OTHER, True),
        (an_entry(published_at=NOW + HOUR), OTHER, False),  # fetched before it was published
        (an_entry(published_at=NOW + HOUR), WIRE, False),
        (an_entry(published_at=NOW - HOUR, updated_at=NOW + HOUR), WIRE, False),
        (an_entry(published_at=None), OTHER, False),  # who knows what stood there
        (an_entry(published_at=None), WIRE, True),
        (an_entry(published_at=NOW - HOUR, whole_day=True), OTHER, False),
        (an_entry(published_at=NOW - HOUR, whole_day=True), WIRE, True),
    ],
)
def test_page_is_no_older_than_what_the_entry_speaks_of(
    entry: Entry, by: Feed, is_taken: bool
) -> None:
    told = replace(entry, permalink=LINK)

    assert may_take(told, READER, a_capture(requested_url=LINK), by) is is_taken
