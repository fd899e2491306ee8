"""Sitemaps of news and of dated pages become entries; an index names what to ask for instead."""

from datetime import UTC, datetime

import pytest

from builders import NOW
from hrwatch.errors import ParseError
from hrwatch.model.feeds import Entry, ParsedFeed
from hrwatch.stages.parse import fields, parse

URL = "https://wire.example/news.xml"
PAGE = "<url><loc>https://wire.example/{0}</loc><lastmod>2026-03-0{1}</lastmod></url>"


def read(markup: str) -> ParsedFeed:
    """Parse a document."""
    return parse(markup.encode(), url=URL, content_type="text/xml", now=NOW)


def urlset(*pages: str) -> str:
    """A sitemap around addresses."""
    return (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{"".join(pages)}</urlset>'
    )


def news(title: str, *, prefix: str = "news", more: str = "") -> str:
    """An address with news."""
    fields_ = {
        "title": title,
        "publication_date": "2026-03-02T10:30:00+02:00",
        "keywords": "Courts, Prisons",
    }
    told = "".join(f"<{prefix}:{name}>{it}</{prefix}:{name}>" for name, it in fields_.items())
    publication = (
        f"<{prefix}:publication><{prefix}:name>Wire</{prefix}:name>"
        f"<{prefix}:language>en</{prefix}:language></{prefix}:publication>"
    )
    return (
        f"<url><loc>https://wire.example/1?a=1&amp;b=2</loc>{more}"
        f"<{prefix}:news>{publication}{told}</{prefix}:news></url>"
    )


@pytest.mark.parametrize("prefix", ["news", "n"])
def test_sitemap_of_news_gives_all_that_it_tells(prefix: str) -> None:
    assert read(urlset(news("Court &amp; prison", prefix=prefix))) == ParsedFeed(
        format="sitemap-news",
        title="Wire",
        link="https://wire.example/",
        language="en",
        ttl=None,
        entries=(
            Entry(
                guid="",
                permalink="https://wire.example/1?a=1&b=2",
                title="Court & prison",
                published_at=datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
                published_offset=120,
                categories=("Courts", "Prisons"),
            ),
        ),
    )


def test_sitemap_of_dated_pages_gives_them_with_the_time_of_their_last_change() -> None:
    undated = "<url><loc>https://wire.example/about</loc></url>"
    feed = read(urlset(PAGE.format("a", 1), undated, PAGE.format("b", 2)))
    assert [(entry.permalink, entry.updated_at) for entry in feed.entries] == [
        ("https://wire.example/a", datetime(2026, 3, 1, tzinfo=UTC)),
        ("https://wire.example/b", datetime(2026, 3, 2, tzinfo=UTC)),
    ]
    assert feed.format == "sitemap"
    assert feed.warnings == ("1 pages without a date or address are left out",)


def test_sitemap_what_is_said_in_sections_is_read_and_comments_are_not() -> None:
    page = (
        "<url><!-- <loc>https://wire.example/old</loc> --><loc><![CDATA[https://wire.example/a?b=1"
        "&c=2]]></loc><lastmod> 2026-03-01 </lastmod></url>"
    )
    (entry,) = read(urlset(page)).entries
    assert entry.permalink == "https://wire.example/a?b=1&c=2"


def test_sitemap_cut_off_gives_the_pages_that_are_whole() -> None:
    whole = urlset(PAGE.format("a", 1), PAGE.format("b", 2))
    feed = read(whole[: whole.index("</loc><lastmod>2026-03-02")])
    assert len(feed.entries) == 1
    assert feed.cut_off
    assert feed.warnings == ("cut off before its end",)


def test_sitemap_of_endless_pages_gives_the_newest() -> None:
    old = [PAGE.format(n, 1) for n in range(fields.MAX_ENTRIES)]
    feed = read(urlset(*old, PAGE.format("new", 2)))
    assert len(feed.entries) == fields.MAX_ENTRIES
    assert feed.entries[0].permalink == "https://wire.example/new"


def test_sitemap_entities_of_its_own_bring_nothing_in() -> None:
    before = '<!DOCTYPE urlset [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    page = "<url><loc>https://wire.example/&a;</loc><lastmod>2026-03-01</lastmod></url>"
    (entry,) = read(before + urlset(page)).entries
    assert "root:" not in entry.permalink


def test_sitemap_that_dates_nothing_is_told() -> None:
    with pytest.raises(ParseError, match="a sitemap that dates none of its pages"):
        read(urlset("<url><loc>https://wire.example/about</loc></url>"))


def test_sitemap_without_pages_is_one_without_entries() -> None:
    assert read(urlset()).entries == ()


@pytest.mark.parametrize(
    ("children", "told"),
    [
        (["a", "b"], "such as https://wire.example/a, https://wire.example/b"),
        (["a", "b", "c", "news-1", "e"],
         "such as https://wire.example/news-1, https://wire.example/a, https://wire.example/b"
         " (and 2 more)"),
        ([], "an index of sitemaps that names none"),
    ],
)  # fmt: skip
def test_sitemap_index_names_the_sitemaps_to_ask_for(children: list[str], told: str) -> None:
    listed = "".join(f"<sitemap><loc>/{name}</loc></sitemap>" for name in children)
    with pytest.raises(ParseError) as refusal:
        read(f"<?xml version='1.0'?><sitemapindex>{listed}</sitemapindex>")
    assert str(refusal.value).endswith(told)


def test_sitemap_index_names_no_address_that_is_no_web_address() -> None:
    with pytest.raises(ParseError, match="that names none"):
        read("<sitemapindex><sitemap><loc>file:///etc/passwd</loc></sitemap></sitemapindex>")
