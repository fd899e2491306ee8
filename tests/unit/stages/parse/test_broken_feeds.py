"""XML feeds that are broken give what they hold, and say what was wrong with them."""

import pytest

from builders import NOW
from feed_documents import atom, rss
from hrwatch.model.feeds import ParsedFeed
from hrwatch.stages.parse import fields, parse
from hrwatch.stages.parse.markup import mend

URL = "https://wire.example/feeds/all.xml"

ONE = "<item><title>One</title><link>https://wire.example/1</link></item>"
TWO = "<item><title>Two</title><link>https://wire.example/2</link></item>"
LAST = "<item><title>Last</title><guid>3</guid><description>A long text</description></item>"


def read(markup: str) -> ParsedFeed:
    """Parse a document."""
    return parse(markup.encode(), url=URL, content_type="", now=NOW)


def titles(feed: ParsedFeed) -> list[str]:
    """What the entries are called."""
    return [entry.title for entry in feed.entries]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Law &amp; order", "Law & order"),
        ("Law & order", "Law & order"),
        ("AT&T &co; &nosuchthing;", "AT&T &co; &nosuchthing;"),
        ("caf&eacute;&nbsp;noir &mdash; &laquo;x&raquo;", "café noir — «x»"),
        ("5 < 7 << 9", "5 < 7 << 9"),
        ("a ]]> b", "a ]]> b"),
        ("a &#xD800; &#0; &#99999999; b", "a b"),
        ("<![CDATA[Law & order &eacute;]]>", "Law & order é"),
    ],
)
def test_parse_signs_that_xml_does_not_allow_are_mended_before_the_parser_gives_up(
    written: str, title: str
) -> None:
    feed = read(rss(f"<item><title>{written}</title></item>"))
    assert titles(feed) == [title]
    assert not any("not well-formed" in warning for warning in feed.warnings)


def test_parse_link_in_a_section_keeps_its_ampersand() -> None:
    feed = read(rss("<item><link><![CDATA[https://w.example/?a=1&b=2&copy=3]]></link></item>"))
    assert feed.entries[0].permalink == "https://w.example/?a=1&b=2&copy=3"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n\n \ufeff", ""),
        ("<br />\n<b>Warning</b>: Cannot modify header in <b>/x.php</b><br />\n", ""),
        ("PHP Notice: undefined & unloved <in /x.php\n", ""),
        ("", "\n<!-- cached 0.01 s --><script>track(1 < 2 && 3)</script>"),
        ("<html><body><p>A page", "</body></html>"),
        ("<!-- <rss> -->", "\n"),
    ],
)
def test_parse_what_stands_around_a_feed_does_not_break_it(before: str, after: str) -> None:
    feed = read(before + rss(ONE, TWO) + after)
    assert titles(feed) == ["One", "Two"]
    assert not any("not well-formed" in warning for warning in feed.warnings)
    assert not feed.cut_off


@pytest.mark.parametrize(
    "broken",
    [
        "<item><title>Bad</title><description><![CDATA[never closed</description></item>",
        "<item><title>Bad</title><!-- never closed </item>",
        '<item><title>Bad</title><description><a href="x>never closed</description></item>',
        "<item><title>Bad</title><description><![CDATA[x]]</description></item>",
        "<item><title>Bad</title></description></item></item>",
        "<item><title>Bad</title><guid>2</guid><title</item>",
    ],
)
@pytest.mark.parametrize("more", ["", "<item><title>M</title><content:encoded><![CDATA[<p>m]]>"
                                  "</content:encoded><!-- m --></item>"])  # fmt: skip
def test_parse_entry_that_is_broken_loses_no_other(broken: str, more: str) -> None:
    feed = read(rss(ONE, broken, TWO, more))
    assert titles(feed) == ["One", "Bad", "Two", *(["M"] if more else [])]
    assert feed.entries[2].permalink == "https://wire.example/2"


def test_parse_entry_that_is_broken_keeps_what_its_fields_hold() -> None:
    broken = (
        '<entry><id>urn:1</id><title type="html">A &amp;amp; B</title><link rel="alternate" '
        'href="https://wire.example/1"/><summary>Short.</summary><a href="x></entry>'
    )
    whole = "<entry><id>urn:2</id><title>T</title></entry>"
    feed = read(atom(broken, whole))
    assert [(entry.guid, entry.title, entry.permalink) for entry in feed.entries] == [
        ("urn:1", "A & B", "https://wire.example/1"),
        ("urn:2", "T", ""),
    ]


def test_parse_quotation_mark_that_is_left_open_ends_with_its_entry() -> None:
    guid = '<guid isPermaLink="false">{}</guid>'
    items = (
        f'<item><title>A</title>{guid.format(1)}<p class="x>open</item>',
        f"<item><title>B</title>{guid.format(2)}</item>",
        f"<item><title>C</title>{guid.format(3)}</item>",
    )
    assert [(entry.guid, entry.title) for entry in read(rss(*items)).entries] == [
        ("1", "A"),
        ("2", "B"),
        ("3", "C"),
    ]


def test_parse_entities_that_a_document_defines_are_left_to_the_parser() -> None:
    before = '\n<!DOCTYPE rss [\n<!ENTITY paper "The Wire">\n]>\n'
    feed = read(rss("<item><title>&paper;, daily</title></item>", before=before))
    assert titles(feed) == ["The Wire, daily"]


@pytest.mark.parametrize("declared", ["", ' xmlns:r="http://unheard.example/of"'])
def test_parse_entries_of_an_odd_or_missing_namespace_are_read(declared: str) -> None:
    item = "<r:item><r:title>{0}</r:title><r:link>https://wire.example/{0}</r:link></r:item>"
    feed = read(
        f"<r:rss{declared} version='2.0'><r:channel><r:title>Wire</r:title>"
        f"{item.format(1)}{item.format(2)}</r:channel></r:rss>"
    )
    assert [(entry.title, entry.permalink) for entry in feed.entries] == [
        ("1", "https://wire.example/1"),
        ("2", "https://wire.example/2"),
    ]


@pytest.mark.parametrize(
    ("document", "read_as"),
    [
        ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
         'xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>W</title></channel>'
         "<item><title>T</title><link>https://w.example/1</link></item></rdf:RDF>", "rss090"),
        ('<rss version="0.91"><channel><item><title>T</title><link>https://w.example/1</link>'
         "</item></channel></rss>", "rss091u"),
        ('<rss version="0.94"><channel><item><title>T</title><link>https://w.example/1</link>'
         "</item></channel></rss>", "rss094"),
        ('<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>T</title>'
         '<link rel="alternate" href="https://w.example/1"/></entry></feed>', "atom03"),
        ('<feed xmlns="http://unheard.example/atom"><entry><title>T</title>'
         '<link href="https://w.example/1"/></entry></feed>', "atom"),
        ('<CHANNEL HREF="https://w.example/"><ITEM HREF="https://w.example/1"><TITLE>T</TITLE>'
         "</ITEM></CHANNEL>", "unknown"),
    ],
)  # fmt: skip
def test_parse_dialects_of_xml_are_read(document: str, read_as: str) -> None:
    feed = read(document)
    (entry,) = feed.entries
    assert (feed.format, entry.title, entry.permalink) == (read_as, "T", "https://w.example/1")
    assert not feed.cut_off


def test_parse_address_behind_feedburner_is_the_permalink() -> None:
    item = (
        "<item><title>T</title><link>https://feeds.example/~r/1</link><feedburner:origLink>"
        "https://wire.example/1</feedburner:origLink></item>"
    )
    document = rss(item).replace(
        "<rss ", '<rss xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" '
    )
    assert read(document).entries[0].permalink == "https://wire.example/1"


WHOLE = rss(ONE, TWO, LAST)


@pytest.mark.parametrize(
    ("until", "left"),
    [
        ("<title>Last", ["One", "Two"]),
        ("</title><guid>3", ["One", "Two"]),
        ("long text</desc", ["One", "Two"]),
        ("</item></channel>", ["One", "Two"]),
        ("</channel></rss>", ["One", "Two", "Last"]),
    ],
)
def test_parse_feed_cut_off_leaves_out_the_entry_that_it_was_cut_off_in(
    until: str, left: list[str]
) -> None:
    feed = read(WHOLE[: WHOLE.index(until)])
    assert titles(feed) == left
    assert feed.cut_off
    assert any("cut off" in warning for warning in feed.warnings)


@pytest.mark.parametrize(
    "document",
    [
        WHOLE,
        rss(),
        atom(),
        WHOLE.replace("</item>", ""),  # its writer never closes any
        WHOLE.removesuffix("</rss>"),
    ],
)
def test_parse_feed_that_ends_is_not_cut_off(document: str) -> None:
    assert not read(document).cut_off


def test_parse_feed_cut_off_before_its_first_entry_is_cut_off() -> None:
    feed = read(WHOLE[: WHOLE.index("<item>")])
    assert (feed.entries, feed.cut_off) == ((), True)


def test_parse_endless_entries_are_cut_before_they_are_parsed() -> None:
    many = "<item><title>m</title></item>" * (fields.MAX_ENTRIES * 10)
    document = rss(ONE, many, channel="<link>https://w.example/</link>")
    assert len(mend(document).text) < len(document) / 9
    feed = read(document)
    assert len(feed.entries) == fields.MAX_ENTRIES
    assert feed.warnings == ("50001 entries: only the first 5000 are read",)
    assert not feed.cut_off


def test_parse_feed_of_lists_says_so() -> None:
    items = [f"<item><link>https://wire.example/tag/{name}</link></item>" for name in "abc"]
    feed = read(rss(*items))
    assert feed.only_lists
    assert feed.warnings == ("only lists, no articles",)
    assert not read(rss(*items, ONE)).only_lists
