"""What a document is, before it is read as a feed: its text, and what it looks like."""

import re
from datetime import datetime

from hrwatch import text
from hrwatch.errors import ParseError
from hrwatch.model.feeds import ParsedFeed
from hrwatch.stages.parse import xml

# Where the root of a feed is looked for, in characters.
_HEAD = 2_000
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})[\"']")
_PROLOG = re.compile(
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>\s*)*", re.S
)
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_HTML_START = re.compile(
    r"\s*(?:<\?xml.{0,200}?\?>\s*)?(?:<!--.{0,500}?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
_FEED_TAG = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf|channel)[\s>]", re.I)
_MAGIC = (
    (b"\x1f\x8b", "gzip data that nothing unpacked"),
    (b"PK\x03\x04", "a zip archive"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"GIF8", "an image"),
    (b"\xff\xd8\xff", "an image"),
)
# Documents that carry entries and that this version does not read.
_UNREAD_ROOTS = {
    "urlset": "a sitemap",
    "sitemapindex": "an index of sitemaps",
    "opml": "an OPML list of feeds",
}


def parse(body: bytes, *, url: str, content_type: str, now: datetime) -> ParsedFeed:
    """Given a document, the address it came from, its Content-Type and the time, return the feed
    in it; raise ParseError, saying what the document looks like, when there is none.

    Dates after `now` count as `now`. At most `xml.MAX_ENTRIES` entries are read.
    """
    for magic, name in _MAGIC:
        if body.startswith(magic):
            raise ParseError(f"{name}, not a feed")
    markup = text.decode(body, _declared(body), text.header_charset(content_type))
    if not markup.strip():
        raise ParseError("an empty document, not a feed")
    head = markup[:_HEAD].lstrip()
    if head[0] in "{[":
        if '"https://jsonfeed.org/version/' in head or "jsonfeed.org\\/version" in head:
            raise ParseError("a JSON Feed, which is not read by this version")
        raise ParseError("JSON, not a feed")
    if _HTML_START.match(head) and not _FEED_TAG.search(markup):
        raise ParseError("an HTML page, not a feed")
    root = _root(head)
    if root in _UNREAD_ROOTS:
        raise ParseError(f"{_UNREAD_ROOTS[root]}, which is not read by this version")
    feed = xml.read(markup, url=url, now=now)
    if feed is None:
        raise ParseError(f"{_looks_like(head, root)}, not a feed")
    return feed


def _declared(body: bytes) -> str:
    match = _DECLARED.match(body[:400])
    return match[1].decode("ascii", "replace") if match else ""


def _root(head: str) -> str:
    """Return the local name of the root element in lower case, or an empty string."""
    prolog = _PROLOG.match(head)
    match = _ROOT.match(head, prolog.end() if prolog else 0)
    return match[1].rpartition(":")[2].lower() if match else ""


def _looks_like(head: str, root: str) -> str:
    if root == "html" or _HTML_START.match(head):
        return "an HTML page"
    if root:
        return f"XML or HTML that begins with <{root[:40]}>"
    if "\ufffd" in head or "\x00" in head:
        return "binary data"
    return "plain text"
