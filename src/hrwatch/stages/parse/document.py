"""What a document is: its text, what it looks like, and the feed in it where there is one."""

import re
from datetime import datetime

from hrwatch import text
from hrwatch.errors import ParseError, WebPage
from hrwatch.model.feeds import ParsedFeed
from hrwatch.stages.parse import discovery, xml

# Where the root element is looked for, in characters.
_HEAD = 4_000
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})[\"']")
# What may stand before the root: comments, instructions, and a document type with its name.
_PROLOG = re.compile(
    r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s+([\w:]+)[^>\[]*(?:\[.*?\]\s*)?>)", re.S | re.I
)
_ROOT = re.compile(r"\s*<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_FEED_TAG = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf|channel)[\s>]", re.I)
_JSON_FEED = re.compile(r'"version"\s*:\s*"https?:\\?/\\?/jsonfeed\.org')
_MAGIC = (
    (b"\x1f\x8b", "gzip data that nothing unpacked"),
    (b"PK\x03\x04", "a zip archive"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"GIF8", "an image"),
    (b"\xff\xd8\xff", "an image"),
)
# Documents that list addresses, and that this version does not read.
_UNREAD = {
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
    looks = _looks_like(markup)
    if looks in _UNREAD.values() or looks == "a JSON Feed":
        raise ParseError(f"{looks}, which is not read by this version")
    hopeless = looks in ("an empty document", "JSON")
    # Some feeds stand within an HTML page that their server wraps around everything.
    if not hopeless and (looks != "an HTML page" or _FEED_TAG.search(markup)):
        feed = xml.read(markup, url=url, now=now)
        if feed is not None:
            return feed
    if looks == "an HTML page":
        raise WebPage(f"{looks}, not a feed; {discovery.told(body, url, content_type)}")
    raise ParseError(f"{looks}, not a feed")


def _declared(body: bytes) -> str:
    """Return the encoding that the XML declaration names, or an empty string."""
    match = _DECLARED.search(body[:400])
    return match[1].decode("ascii", "replace") if match else ""


def _looks_like(markup: str) -> str:
    """Return in plain words what a document looks like from its beginning."""
    head = markup[:_HEAD].lstrip()
    if not head:
        return "an empty document"
    if head[0] in "{[":
        return "a JSON Feed" if _JSON_FEED.search(head) else "JSON"
    document_type, root = _beginning(head)
    if "html" in (document_type, root):
        return "an HTML page"
    if root:
        return _UNREAD.get(root, f"XML that begins with <{root[:40]}>")
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
