"""Feeds in their dialects become one type; what is no feed is told in plain words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed_documents import atom, rss
from hrwatch.errors import ParseError
from hrwatch.model.feeds import Entry, ParsedFeed
from hrwatch.stages.parse import fields, hints, parse

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
URL = "https://wire.example/feeds/all.xml"
ITEM = "<item><title>T</title><link>https://wire.example/1</link></item>"


def read(markup: str | bytes, *, content_type: str = "", url: str = URL) -> ParsedFeed:
    """Parse a document as it came from the address."""
    body = markup if isinstance(markup, bytes) else markup.encode()
    return parse(body, url=url, content_type=content_type, now=NOW)


def only(feed: ParsedFeed) -> Entry:
    """The one entry of a feed."""
    (entry,) = feed.entries
    return entry


def test_parse_rss_gives_all_that_it_tells() -> None:
    item = (
        "<item><title>Court hears &amp;amp; adjourns</title><link>https://wire.example/1</link>"
        '<guid isPermaLink="false">w-1</guid><description>Short.</description>'
        "<content:encoded>&lt;p&gt;Long.&lt;/p&gt;</content:encoded>"
        "<dc:creator>A. Writer</dc:creator><dc:creator>B. Writer</dc:creator>"
        "<category>Courts</category><category>Courts</category><category>Prisons</category>"
        "<pubDate>Mon, 02 Mar 2026 10:30:00 +0200</pubDate></item>"
    )
    channel = "<link>https://wire.example/</link><language>en_GB</language><ttl>45</ttl>"
    assert read(rss(item, channel=channel)) == ParsedFeed(
        format="rss20",
        title="Wire",
        link="https://wire.example/",
        language="en-GB",
        ttl=timedelta(minutes=45),
        entries=(
            Entry(
                guid="w-1",
                permalink="https://wire.example/1",
                title="Court hears & adjourns",
                summary="Short.",
                content="<p>Long.</p>",
                authors=("A. Writer", "B. Writer"),
                published_at=datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
                published_offset=120,
                categories=("Courts", "Prisons"),
            ),
        ),
    )


def test_parse_atom_gives_all_that_it_tells() -> None:
    entry = (
        '<entry><id>urn:1</id><title type="html">A &lt;b&gt;bold&lt;/b&gt; claim</title>'
        '<link rel="self" href="https://wire.example/1.atom"/>'
        '<link rel="alternate" type="application/pdf" href="https://wire.example/1.pdf"/>'
        '<link rel="alternate" type="text/html" href="https://wire.example/1"/>'
        "<published>2026-03-01T10:00:00Z</published><updated>2026-03-01T12:00:00+01:00</updated>"
        "<author><name>A. Writer</name><email>a@wire.example</email></author>"
        '<summary>Short.</summary><content type="html">&lt;p&gt;Long.&lt;/p&gt;</content>'
        '<category term="courts" label="Courts"/></entry>'
    )
    assert only(read(atom(entry))) == Entry(
        guid="urn:1",
        permalink="https://wire.example/1",
        title="A bold claim",
        summary="Short.",
        content="<p>Long.</p>",
        authors=("A. Writer",),
        published_at=datetime(2026, 3, 1, 10, 0, tzinfo=UTC),
        updated_at=datetime(2026, 3, 1, 11, 0, tzinfo=UTC),
        categories=("courts",),
    )


def test_parse_rdf_gives_link_and_date() -> None:
    document = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<channel rdf:about="x"><title>Wire</title></channel>'
        '<item rdf:about="https://wire.example/1"><title>T</title>'
        "<dc:date>2026-03-01T10:00:00Z</dc:date></item></rdf:RDF>"
    )
    feed = read(document)
    entry = only(feed)
    assert feed.format == "rss10"
    assert entry.permalink == entry.guid == "https://wire.example/1"
    assert entry.published_at == entry.updated_at == datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("inside", "permalink"),
    [
        ("<link>/a?id=7&amp;x=1</link>", "https://www.wire.example/a?id=7&x=1"),
        ("<link>\n https://wire.example/a \n</link>", "https://wire.example/a"),
        ("<guid>https://wire.example/g</guid>", "https://wire.example/g"),
        ('<guid isPermaLink="true">https://wire.example/g</guid>', "https://wire.example/g"),
        ('<guid isPermaLink="false">https://wire.example/g</guid>', ""),
        ("<guid>7</guid>", ""),
        ("<link>https://wire.example/a</link><guid>https://wire.example/g</guid>",
         "https://wire.example/a"),
        ("<guid>https://wire.example/g</guid><link>https://wire.example/a</link>",
         "https://wire.example/a"),
        ("<link>javascript:alert(1)</link>", ""),
        ("<link>https://wire.example/x<![CDATA[?a=1&b=2]]></link>",
         "https://wire.example/x?a=1&b=2"),
        ("", ""),
    ],
)  # fmt: skip
def test_parse_rss_permalink_is_link_then_permanent_guid(inside: str, permalink: str) -> None:
    channel = "<link>https://www.wire.example/</link>"
    entry = only(read(rss(f"<item><title>T</title>{inside}</item>", channel=channel)))
    assert entry.permalink == permalink


@pytest.mark.parametrize(
    ("attributes", "inside", "permalink"),
    [
        ("", '<link href="a"/>', "https://wire.example/feeds/a"),
        ('xml:base="https://other.example/b/"', '<link href="a"/>', "https://other.example/b/a"),
        ('xml:base="/b/"', '<link href="a"/>', "https://wire.example/b/a"),
        ("", "<id>https://wire.example/1</id>", ""),
        ("", '<link rel="enclosure" href="https://wire.example/1.mp3"/>', ""),
    ],
)
def test_parse_atom_permalink_is_the_alternate_link(
    attributes: str, inside: str, permalink: str
) -> None:
    feed = read(atom(f"<entry><title>T</title>{inside}</entry>", attributes=attributes))
    assert only(feed).permalink == permalink


def test_parse_guid_does_not_depend_on_the_address_of_the_feed() -> None:
    document = rss("<item><title>T</title><guid>story/7</guid></item>")
    one = read(document, url="https://wire.example/feed")
    other = read(document, url="https://cdn.example/moved/feed")
    assert only(one).guid == only(other).guid == "story/7"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Q&amp;amp;A: &amp;#8216;why&amp;#8217;", "Q&A: ‘why’"),
        ("<![CDATA[<strong>Bold</strong>&nbsp;claim]]>", "Bold claim"),
        ("5 &lt; 7 and &lt;T&gt; stays", "5 < 7 and <T> stays"),
        ("two\n   lines", "two lines"),
        ("user\u202egnp.exe", "usergnp.exe"),
        ("", ""),
        ("x" * 3_000, "x" * 999 + "…"),
    ],
)
def test_parse_title_is_one_clean_line(written: str, title: str) -> None:
    item = f"<item><title>{written}</title><link>https://wire.example/1</link></item>"
    assert only(read(rss(item))).title == title


def test_parse_date_is_read_by_the_language_that_the_operator_names() -> None:
    body = {
        "xml": rss("<item><title>T</title><pubDate>02/01/2026</pubDate></item>"),
        "json": '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", '
        '"content_text": "T", "date_published": "02/01/2026"}]}',
        "sitemap": f"<urlset><url><loc>{URL}</loc><lastmod>02/01/2026</lastmod></url></urlset>",
    }
    for document in body.values():
        feed = parse(document.encode(), url=URL, content_type="", now=NOW, language="fr")
        assert feed.language == "fr"
        entry = only(feed)
        assert (entry.published_at or entry.updated_at) == datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Mon, 02 Mar 2026 08:00:00 GMT", datetime(2026, 3, 2, 8, 0, tzinfo=UTC)),
        ("2026-03-02T08:00:00+05:30", datetime(2026, 3, 2, 2, 30, tzinfo=UTC)),
        ("Mon, 02 Mar 2026 20:00:00 GMT", datetime(2026, 3, 2, 20, 0, tzinfo=UTC)),
        ("Fri, 31 Dec 2099 00:00:00 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Mon, 01 Jan 99999 00:00:00 GMT", None),
        ("Mon, 30 Feb 2026 25:61:61 GMT", None),
        ("yesterday-ish", None),
        ("", None),
        ("1" * 50_000 + " " * 50_000 + "x", None),
        ("Mon, " + "0" * 100_000 + " Jan 2026", None),
        ("2026-03", datetime(2026, 3, 1, tzinfo=UTC)),
        ("20260302", datetime(2026, 3, 2, tzinfo=UTC)),
        ("02 Mar 2026 08:00 GMT", datetime(2026, 3, 2, 8, 0, tzinfo=UTC)),
        ("2026년 01월 05일 오후 3:00:00", datetime(2026, 1, 5, 15, 0, tzinfo=UTC)),
        # feedparser reads a year in these and puts the current month's first day to it.
        ("2026/01/05", datetime(2026, 1, 5, tzinfo=UTC)),
        ("2026", None),
        ("2026-" + "-" * 100_000 + "T", None),
        ("99999999999999999999", None),
        ("-62135596801", None),
        ("вт, 02 мар 2026 08:00:00 +0300", datetime(2026, 3, 2, 5, 0, tzinfo=UTC)),
        ("mer, 16 nov 2022", datetime(2022, 11, 16, tzinfo=UTC)),
        ("2 hours ago", None),
        ("02/11/2026", None),
    ],
)
def test_parse_date_is_utc_and_within_reason(written: str, read_as: datetime | None) -> None:
    item = f"<item><title>T</title><pubDate>{written}</pubDate></item>"
    assert only(read(rss(item))).published_at == read_as


@pytest.mark.parametrize(
    ("dates", "published_at", "text", "whole_day"),
    [
        ("<pubDate>2 mars 2026</pubDate>", datetime(2026, 3, 2, tzinfo=UTC), "", True),
        ("<pubDate>soon</pubDate>", None, "soon", False),
        ("<pubDate>so\u202eon &#13; or later</pubDate>", None, "soon or later", False),
        (
            "<pubDate>Tue, 01 Dec 2026 08:00:00 GMT</pubDate>",
            datetime(2026, 12, 1, 8, tzinfo=UTC),
            "Tue, 01 Dec 2026 08:00:00 GMT",
            False,
        ),
        (
            "<pubDate>soon</pubDate><dc:date>2026-03-01T10:00:00Z</dc:date>",
            datetime(2026, 3, 1, 10, tzinfo=UTC),
            "soon",
            False,
        ),
        ("", None, "", False),
    ],
)
def test_parse_date_keeps_the_publishers_words_where_they_say_more(
    dates: str, published_at: datetime | None, text: str, whole_day: bool
) -> None:
    item = f"<item><title>T</title>{dates}</item>"
    entry = only(read(rss(item)))
    assert (entry.published_at, entry.published_text, entry.whole_day) == (
        published_at,
        text,
        whole_day,
    )


@pytest.mark.parametrize(
    ("told", "minutes"),
    [
        ("<pubDate>Sun, 01 Mar 2026 14:05:00 -0600</pubDate>", -360),
        ("<dc:date>2026-03-01T10:00:00+03:00</dc:date>", 180),
        ("<pubDate>soon</pubDate><dc:date>2026-03-01T10:00:00+03:00</dc:date>", 180),
        ("<pubDate>Sun, 01 Mar 2026 14:05:00 GMT</pubDate>", None),
    ],
)
def test_parse_date_keeps_the_offset_of_the_publishers_clock(
    told: str, minutes: int | None
) -> None:
    assert only(read(rss(f"<item><title>T</title>{told}</item>"))).published_offset == minutes


def test_parse_date_of_atom_keeps_the_offset_of_the_publishers_clock() -> None:
    entry = "<entry><title>T</title><published>2026-03-01T14:05:00-06:00</published></entry>"
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>W</title>{entry}</feed>'
    assert only(read(feed.encode())).published_offset == -360


def test_parse_date_in_digits_is_read_in_the_order_of_the_feeds_language() -> None:
    item = "<language>fr</language><item><title>T</title><pubDate>02/11/2025</pubDate></item>"
    assert only(read(rss(item))).published_at == datetime(2025, 11, 2, tzinfo=UTC)


def test_parse_content_is_html_then_the_longest() -> None:
    entry = (
        "<entry><title>T</title><content type='text'>plain and by far the longest of them</content>"
        "<content type='html'>&lt;p&gt;a&lt;/p&gt;</content>"
        "<content type='html'>&lt;p&gt;longer&lt;/p&gt;</content></entry>"
    )
    assert only(read(atom(entry))).content == "<p>longer</p>"


def test_parse_content_alone_is_not_repeated_as_summary() -> None:
    item = "<item><title>T</title><content:encoded>Long.</content:encoded></item>"
    assert (only(read(rss(item))).summary, only(read(rss(item))).content) == ("", "Long.")


def test_parse_markup_is_left_as_it_is() -> None:
    item = "<item><description>&lt;p onclick='x'&gt;a&amp;nbsp;b&lt;script&gt;</description></item>"
    assert only(read(rss(item))).summary == "<p onclick='x'>a&nbsp;b<script>"


@pytest.mark.parametrize(
    ("channel", "ttl"),
    [
        ("<ttl>60</ttl>", timedelta(hours=1)),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>often</ttl>", None),
        ("<ttl>99999999</ttl>", hints.MAX_TTL),
        (f"<ttl>{'9' * 5_000}</ttl>", None),
        ("", None),
    ],
)
def test_parse_ttl_is_minutes_within_reason(channel: str, ttl: timedelta | None) -> None:
    assert read(rss(ITEM, channel=channel)).ttl == ttl


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<?xml version='1.0' encoding='windows-1251'?>", "cp1251"),
        ("<?xml version='1.0' encoding='utf-8'?>", "utf-8-sig"),
        ("<?xml version='1.0' encoding='UTF-16'?>", "utf-16"),
        ("<?xml version='1.0' encoding='utf-16'?>", "utf-8"),
        ("", "utf-8"),
        ("\n\n<!-- made by hand --><?xml version='1.0' encoding='koi8-r'?>", "koi8-r"),
    ],
)
def test_parse_declared_encoding_is_used(body: str, content_type: str) -> None:
    document = body + "<rss version='2.0'><channel><item><title>Задержание</title></item></channel>"
    assert only(read((document + "</rss>").encode(content_type))).title == "Задержание"


@pytest.mark.parametrize(
    ("declared", "header", "encoded"),
    [
        ("utf-8", "text/html; charset=ISO-8859-1", "utf-8"),
        ("windows-1251", "text/xml; charset=ISO-8859-1", "cp1251"),
        ("utf-8", "text/xml; charset=iso-2022-jp", "utf-8"),
        ("utf-8", "text/xml; charset=punycode", "utf-8"),
        ("punycode", "text/xml; charset=idna", "utf-8"),
        ("utf-7", "", "utf-8"),
        ("x-evil", "text/xml; charset=windows-1251", "cp1251"),
        ("iso-8859-1", "text/xml", "utf-8"),
    ],
)
def test_parse_charset_of_header_does_not_beat_the_document(
    declared: str, header: str, encoded: str
) -> None:
    document = rss("<item><title>Задержание</title></item>").replace(
        '<?xml version="1.0"?>', f'<?xml version="1.0" encoding="{declared}"?>'
    )
    assert only(read(document.encode(encoded), content_type=header)).title == "Задержание"


NO_FEED_HERE = (
    "an HTML page, not a feed; it advertises no feed; if it lists news, give its address as page "
    "instead of url"
)


@pytest.mark.parametrize(
    ("body", "looks"),
    [
        (b"", "an empty document, not a feed"),
        (b" \n\t ", "an empty document, not a feed"),
        (b"<!DOCTYPE html><html><title>x</title>", NO_FEED_HERE),
        (b"<html><body><p>Not found</p>", NO_FEED_HERE),
        (b"<?xml version='1.0'?><!-- x --><!DOCTYPE html PUBLIC '-//W3C//DTD' 'x'><html/>",
         NO_FEED_HERE),
        (b'{"a": 1}', "JSON, not a feed"),
        (b"[" * 200_000, "JSON, not a feed"),
        (b'{"items": []}', "JSON, not a feed"),
        (b"<opml version='2.0'/>",
         "an OPML list of feeds (hrwatch import opml prints what to paste), not a feed"),
        (b"<error>no</error>", "XML that begins with <error>, not a feed"),
        (b"\x1f\x8b\x00", "gzip data that nothing unpacked, not a feed"),
        (b"%PDF-1.7", "a PDF document, not a feed"),
        (b"\x89PNG\r\n", "an image, not a feed"),
        (b"PK\x03\x04", "a zip archive, not a feed"),
        (b"Service Unavailable", "plain text, not a feed"),
        (bytes(range(200, 256)) * 10 + b"\x00", "binary data, not a feed"),
        # FACTS: feedparser.parse(bytes) opens a local file, or fetches, where the body names one.
        (b"/etc/passwd", "plain text, not a feed"),
        (b"/dev/zero", "plain text, not a feed"),
        (b"http://127.0.0.1:9/feed", "plain text, not a feed"),
        (b"file:///etc/passwd", "plain text, not a feed"),
    ],
)  # fmt: skip
def test_parse_what_is_no_feed_says_what_it_looks_like(body: bytes, looks: str) -> None:
    with pytest.raises(ParseError) as refusal:
        read(body)
    assert str(refusal.value) == looks


@pytest.mark.parametrize(
    "item",
    [
        "<item><title>a &#xD800;&#xDFFF; b</title></item>",
        "<item><title>a &#0; &#x110000; &#99999999999; b</title></item>",
        f"<item><title>a &#{'9' * 5_000}; b</title></item>",
        "<item><title>a \x00\x01\x0b\x1b b</title></item>",
        "<item><title>a \ufffe\uffff b</title></item>",
    ],
)
def test_parse_characters_that_xml_forbids_are_left_out(item: str) -> None:
    entry = only(read(rss(item)))
    assert entry.title == "a b" or entry.title.startswith("a ")
    entry.title.encode()


def test_parse_raw_surrogates_give_text_that_encodes() -> None:
    body = rss("<item><title>a \ud800 b</title></item>").encode("utf-8", "surrogatepass")
    only(read(body)).title.encode()


def test_parse_broken_feed_with_whole_entries_gives_them_and_a_warning() -> None:
    feed = read(rss("<item><title>A</b> B</title></item>", ITEM))
    assert [entry.title for entry in feed.entries] == ["A B", "T"]
    assert feed.warnings[0].startswith("not well-formed: ")


def test_parse_feed_without_entries_is_a_feed() -> None:
    assert read(rss()).entries == ()


def test_parse_feed_wrapped_in_a_page_is_read() -> None:
    assert len(read(f"<html><body>{rss(ITEM)}</body></html>").entries) == 1


def test_parse_entries_with_nothing_in_them_are_told() -> None:
    feed = read(rss("<item></item>", ITEM, "<item><pubDate>x</pubDate></item>"))
    assert [entry.tells_something for entry in feed.entries] == [False, True, False]
    assert feed.warnings == ("2 entries have nothing in them",)


def test_parse_all_of_an_entry_is_bounded() -> None:
    item = (
        f"<item><title>{'t' * 5_000}</title><guid>{'g' * 100_000}</guid>"
        f"<description>{'d' * 600_000}</description>"
        f"<content:encoded>{'c' * 600_000}</content:encoded>"
        + "".join(f"<dc:creator>{n} {'w' * 500}</dc:creator>" for n in range(100))
        + "".join(f"<category>{n} {'k' * 500}</category>" for n in range(100))
        + "</item>"
    )
    entry = only(read(rss(item)))
    assert len(entry.title) == fields.MAX_TITLE
    assert entry.guid.startswith("sha256:")
    assert len(entry.guid) < 100
    assert len(entry.summary) == len(entry.content) == fields.MAX_MARKUP
    assert len(entry.authors) == fields.MAX_AUTHORS
    assert len(entry.categories) == fields.MAX_CATEGORIES
    assert max(map(len, entry.authors + entry.categories)) == fields.MAX_NAME


def test_parse_endless_categories_cost_no_more_than_those_that_are_kept() -> None:
    many = "".join(f"<category domain='x'><![CDATA[c{n}]]></category>" for n in range(50_000))
    feed = read(rss(f"<item><title>T</title>{many}</item>", ITEM, "<category/>" * 60_000))
    assert len(feed.entries[0].categories) == fields.MAX_CATEGORIES
    assert len(feed.entries) == 2


def test_parse_long_guids_stay_apart() -> None:
    items = [f"<item><guid>{'g' * 3_000}{n}</guid></item>" for n in range(2)]
    one, other = read(rss(*items)).entries
    assert one.guid != other.guid


def test_parse_too_many_entries_reads_the_first_and_says_so() -> None:
    feed = read(rss(*(f"<item><title>{n}</title></item>" for n in range(fields.MAX_ENTRIES + 1))))
    assert len(feed.entries) == fields.MAX_ENTRIES
    assert feed.warnings == ("5001 entries: only the first 5000 are read",)


@pytest.mark.parametrize(
    "before",
    [
        f'<!DOCTYPE rss [<!ENTITY a9 "{"laugh" * 10_000}">]>',
        '<!DOCTYPE rss [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss SYSTEM "http://[::1]:9/" [<!ENTITY % p SYSTEM "http://[::1]:9/p"> %p;]>',
    ],
    ids=["of its own", "local file", "external"],
)  # fmt: skip
def test_parse_entities_of_the_document_bring_nothing_in(before: str) -> None:
    item = "<item><title>T</title><description>&a9;</description></item>"
    entry = only(read(rss(item, before=before)))
    assert entry.title == "T"
    assert len(entry.summary) < 10_000
    assert "root:" not in entry.summary


def test_parse_named_entities_of_html_are_read() -> None:
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss.dtd">'
    entry = only(read(rss("<item><title>caf&eacute;&nbsp;noir</title></item>", before=doctype)))
    assert entry.title == "café noir"


FRAGMENTS = st.sampled_from(
    ["<rss version='2.0'>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<link>",
     "<guid>", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "</entry>", "<link href='",
     "'/>", "<![CDATA[", "]]>", "<!--", "-->", "<?xml", "?>", "&", "&#xD800;", "&#", ";", "&lt;",
     "<pubDate>", "2026-03-02", "<content:encoded>", "xml:base='", "\x00", "\ud800", "<", ">", "é",
     "<!DOCTYPE", "[", "]", "<image>", "<author>", "<source url='x'>", "<category>", "<svg>",
     "<math>", "<div>"]
)  # fmt: skip


@given(st.one_of(st.binary(), st.lists(FRAGMENTS).map("".join)), st.text(max_size=30))
def test_parse_any_document_gives_entries_or_parse_error(
    document: bytes | str, content_type: str
) -> None:
    body = document if isinstance(document, bytes) else document.encode("utf-8", "surrogatepass")
    try:
        feed = parse(body, url=URL, content_type=content_type, now=NOW)
    except ParseError:
        return
    for entry in feed.entries:
        assert entry.permalink == "" or entry.permalink.startswith(("http://", "https://"))
        entry.title.encode()
