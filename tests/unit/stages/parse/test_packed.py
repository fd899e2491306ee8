"""Bodies that are gzip without saying so are undone, within a bound."""

import gzip

import pytest

from builders import NOW
from hrwatch.errors import ParseError
from hrwatch.stages.parse import packed, parse

FEED = (
    b"<rss version='2.0'><channel>"
    + b"".join(b"<item><title>Story %d</title></item>" % n for n in range(2_000))
    + b"</channel></rss>"
)


def test_unpacked_body_that_is_not_packed_is_left() -> None:
    assert packed.unpacked(FEED) == (FEED, True)


def test_unpacked_gzip_is_undone() -> None:
    assert packed.unpacked(gzip.compress(FEED)) == (FEED, True)


def test_unpacked_gzip_that_stops_gives_what_is_there() -> None:
    body, whole = packed.unpacked(gzip.compress(FEED)[:-2_000])
    assert FEED.startswith(body)
    assert body
    assert not whole


def test_unpacked_bomb_is_refused() -> None:
    with pytest.raises(ParseError, match="unpacks to more than"):
        packed.unpacked(gzip.compress(b"\0" * (packed.MAX_BYTES + 1)))


def test_unpacked_gzip_that_is_broken_is_told() -> None:
    with pytest.raises(ParseError, match="broken"):
        packed.unpacked(b"\x1f\x8b\x08\x00" + b"\xff" * 100)


def test_parse_gzip_that_stops_is_a_feed_that_is_cut_off() -> None:
    feed = parse(gzip.compress(FEED)[:-2_000], url="http://w.example/", content_type="", now=NOW)
    assert 0 < len(feed.entries) < 2_000
    assert feed.cut_off
    assert "gzip data that stops before its end" in feed.warnings


def test_parse_gzip_without_its_end_is_cut_off_even_where_the_feed_ends() -> None:
    feed = parse(gzip.compress(FEED)[:-4], url="http://w.example/", content_type="", now=NOW)
    assert len(feed.entries) == 2_000
    assert feed.cut_off


def test_parse_gzip_within_gzip_is_told() -> None:
    body = gzip.compress(gzip.compress(FEED))
    with pytest.raises(ParseError, match="gzip data that nothing unpacked"):
        parse(body, url="http://w.example/", content_type="", now=NOW)
