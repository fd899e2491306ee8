"""What a document is: its text, what it looks like, and the feed in it where there is one."""

import re
from dataclasses import replace
from datetime import datetime

from hrwatch.errors import ParseError, WebPage
from hrwatch.model.feeds import ParsedFeed
from hrwatch.stages.parse import bounds, charset, discovery, json_feed, packed, sitemap, xml
from hrwatch.stages.parse.lists import only_lists

# Where the root element is looked for, in characters.
_HEAD = 4_000
# What may stand before the root: comments, instructions, and a document type with its name.
_PROLOG = re.compile(
    r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s+([\w:]+)[^>\[]*(?:\[.*?\]\s*)?>)", re.S | re.I
)
_ROOT = re.compile(r"\s*<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_FEED_TAG = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel)[\s>]", re.I)
_SITEMAP_TAG = re.compile(r"<(?:[\w.-]+:)?(?:urlset|sitemapindex)[\s/>]")
_JSON_FEED = re.compile(r'"version"\s{0,20}:\s{0,20}"https?:\\?/\\?/(?:www\.)?jsonfeed\.org')
_MAGIC = (
    (b"\x1f\x8b", "gzip data that nothing unpacked"),
    (b"PK\x03\x04", "a zip archive"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"GIF8", "an image"),
    (b"\xff\xd8\xff", "an image"),
)


def parse(
    body: bytes, *, url: str, content_type: str, now: datetime, language: str = ""
) -> ParsedFeed:
    """Given a document, the address it came from, its Content-Type and the time, return the feed
    in it; raise ParseError, saying what the document looks like, when there is none.

    `language` is the operator's word on what it is written in; it goes before the document's own.
    Dates may lie after `now`. At most `fields.MAX_ENTRIES` entries are read; what was odd is told
    in `warnings`.
    """
    body, whole = packed.unpacked(body)
    for magic, name in _MAGIC:
        if body.startswith(magic):
            raise ParseError(f"{name}, not a feed")
    markup, warnings = charset.decoded(body, content_type)
    if not whole:
        warnings = (*warnings, "gzip data that stops before its end")
    feed = _feed(markup, url, now, language)
    listed = only_lists(feed.entries)
    if listed:
        warnings = (*warnings, "only lists, no articles")
    return replace(
        feed,
        warnings=(*warnings, *feed.warnings),
        cut_off=feed.cut_off or not whole,
        only_lists=listed,
    )


def _feed(markup: str, url: str, now: datetime, language: str) -> ParsedFeed:
    """Return the feed of whatever format; raise ParseError where there is none."""
    head = markup[:_HEAD].lstrip()
    # Behind the warnings of a server, too: JSON holds no tag, and no XML begins with a brace.
    if head.startswith("{") or _JSON_FEED.search(head):
        return json_feed.read(markup, url=url, now=now, language=language)
    is_feed = _FEED_TAG.search(markup)
    if not is_feed and _SITEMAP_TAG.search(head):
        return sitemap.read(markup, url=url, now=now, language=language)
    looks = _looks_like(head)
    hopeless = looks in ("an empty document", "JSON")
    # Some feeds stand within an HTML page that their server wraps around everything.
    if not hopeless and (looks != "an HTML page" or is_feed):
        bounds.check(markup)
        feed = xml.read(markup, url=url, now=now, language=language)
        if feed is not None:
            return feed
    if looks == "an HTML page":
        raise WebPage(f"{looks}, not a feed; {discovery.told(markup, url)}")
    raise ParseError(f"{looks}, not a feed")


def _looks_like(head: str) -> str:
    """Return in plain words what a document looks like from its beginning."""
    if not head:
        return "an empty document"
    if head[0] in "{[":
        return "JSON"
    document_type, root = _beginning(head)
    if "html" in (document_type, root):
        return "an HTML page"
    if root == "opml":
        return "an OPML list of feeds (hrwatch import opml prints what to paste)"
    if root:
        return f"XML that begins with <{root[:40]}>"
    return "binary data" if "\ufffd" in head or "\x00" in head else "plain text"


def _beginning(head: str) -> tuple[str, str]:
    """Return the names of the document type and of the root element, in lower case, as far as
    there are such."""
    document_type, position = "", 0
    while match := _PROLOG.match(head, position):
        document_type = document_type or (match[1] or "").lower()
        position = match.end()
    root = _ROOT.match(head, position)
    return document_type, root[1].lower() if root else ""
