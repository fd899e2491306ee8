"""Which feeds a page advertises."""

import pytest

from hrwatch.errors import ParseError, WebPage
from hrwatch.model.feeds import OfferedFeed
from hrwatch.stages.parse import discovery, parse
from listings import NOW

ADDRESS = "https://wire.example/en/news"


def read(markup: str, url: str = ADDRESS) -> tuple[OfferedFeed, ...]:
    """Read the feeds of a page."""
    return discovery.read(markup.encode(), url=url, content_type="text/html")


@pytest.mark.parametrize(
    ("markup", "address", "kind"),
    [
        ("<link rel=alternate type=application/rss+xml href=/feed>", "/feed", "rss"),
        ("<link rel='alternate home' type='application/atom+xml' href='a'>", "/en/a", "atom"),
        ("<link REL=Alternate TYPE='application/feed+json;charset=utf-8' href=/j>", "/j", "json"),
        ("<link rel=alternate type=application/rdf+xml href=/f.rdf>", "/f.rdf", "rss"),
        ("<base href=/deep/><link rel=alternate type=text/xml href=rss.xml>", "/deep/rss.xml", ""),
        ("<p><a href='/en/rss'>RSS</a>", "/en/rss", ""),
        ("<p><a href='/news/feed/'>Feed</a>", "/news/feed/", ""),
        ("<p><a href='/rss.xml'>RSS</a>", "/rss.xml", ""),
        ("<p><a href='/news.atom'>Atom</a>", "/news.atom", ""),
        ("<p><a href='/index.php?format=feed'>Feed</a>", "/index.php?format=feed", ""),
        ("<p><a type='application/rss+xml' href='/x'>Feed</a>", "/x", "rss"),
        ("<p><a href='feed:https://wire.example/y/feed'>Feed</a>", "/y/feed", ""),
    ],
)
def test_read_page_that_advertises_a_feed_names_it(markup: str, address: str, kind: str) -> None:
    (offer,) = read(f"<html>{markup}")
    assert (offer.url, offer.type) == (f"https://wire.example{address}", kind)


@pytest.mark.parametrize(
    "markup",
    [
        "<link rel=alternate hreflang=fr href=/fr/news>",
        "<link rel=stylesheet type=text/css href=/feed.css>",
        "<link rel=alternate type=application/json href=/wp-json/posts/1>",
        "<link rel=alternate type=application/json+oembed href=/oembed?url=feed>",
        "<link rel=alternate type=application/rss+xml href=/en/news/comments/feed/>",
        "<link rel=alternate type=application/rss+xml href=javascript:alert(1)>",
        "<a href='https://feedly.com/i/subscription/feed/x'>Follow</a>",
        "<a href='/rss-icon.png'>icon</a>",
        "<a href='/news/feedback'>Tell us</a>",
        "<a href='https://atom.example/'>Atom</a>",
        "<a href='/feeding-children'>On hunger</a>",
    ],
)
def test_read_what_only_looks_like_a_feed_is_none(markup: str) -> None:
    assert read(f"<html><p>{markup}") == ()


def test_read_several_keeps_their_order_each_once_declared_ones_first() -> None:
    offers = read(
        "<html><body><a href='/b/feed'>B</a><a href='/a.xml?utm_source=x'>A</a>"
        "<link rel=alternate type=application/rss+xml title='All &amp; everything' href=/a.xml>"
        "<link rel=alternate type=application/atom+xml href=/c.xml>"
    )
    assert offers == (
        OfferedFeed("https://wire.example/a.xml", "All & everything", "rss"),
        OfferedFeed("https://wire.example/c.xml", "", "atom"),
        OfferedFeed("https://wire.example/b/feed", "B", ""),
    )


def test_read_page_of_many_links_names_at_most_fifty() -> None:
    links = "".join(f"<a href='/{n}/feed'>x</a>" for n in range(2_000))
    assert len(read(f"<html>{links}")) == discovery.MAX_OFFERS


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        ("<p>No", "an HTML page, not a feed; it advertises no feed; if it lists news, give its"),
        (
            "<link rel=alternate type=application/rss+xml href=/feed>",
            "an HTML page, not a feed; it advertises this one: https://wire.example/feed$",
        ),
        (
            "".join(f"<a href=/{n}/feed>x</a>" for n in range(5)),
            "it advertises these: https://wire.example/0/feed, https://wire.example/1/feed, "
            "https://wire.example/2/feed$",
        ),
    ],
)
def test_parse_page_where_a_feed_should_be_names_the_feeds_it_advertises(
    markup: str, said: str
) -> None:
    with pytest.raises(WebPage, match=said):
        parse(f"<!doctype html>{markup}".encode(), url=ADDRESS, content_type="", now=NOW)


def test_read_empty_document_is_refused() -> None:
    with pytest.raises(ParseError):
        read("")
