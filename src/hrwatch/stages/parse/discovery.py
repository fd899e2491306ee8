"""The feeds that a page advertises: what it declares, then what its links look like."""

import re

from hrwatch import text, urls
from hrwatch.errors import ParseError
from hrwatch.model.feeds import OfferedFeed
from hrwatch.stages.parse import page as pages
from hrwatch.stages.parse.page import Element, Page

MAX_OFFERS = 50
MAX_TITLE = 200
MAX_NAMED = 3
_TYPES = {
    "application/rss+xml": "rss",
    "application/rdf+xml": "rss",
    "application/atom+xml": "atom",
    "application/feed+json": "json",
}
# Declared for feeds and for much else: only where the address says so as well.
_BROAD_TYPES = frozenset(("application/json", "application/xml", "text/xml", "text/json"))
_LIKE_FEED = re.compile(
    r"(?<!/)/(?:rss|atom|feeds?)(?:[/.?]|$)|/[\w-]*(?:rss|atom|feed)[\w-]*\.(?:xml|rss|rdf|json|php|asp)"
    r"|\.(?:rss|atom|rdf)(?:$|\?)|[?&](?:feed|format|type)=(?:rss|atom|feed)|/index\.rdf$"
    r"|^https?://feeds?\.|feedburner\.com/",
    re.I,
)
_FEED_SCHEME = re.compile(r"^feed:(?=https?:)", re.I)
# A reader's or a podcast player's page, which only names a feed; a comment feed is no news.
_UNLIKE_FEED = re.compile(
    r"/comments?/feed|[?&]url=|^https?://[^/]*(?:feedly|netvibes|inoreader|google|yahoo|facebook"
    r"|twitter|linkedin)\.com|/(?:wp-json|oembed)|\.(?:png|svg|jpe?g|gif|css|js|pdf)(?:$|\?)",
    re.I,
)


def read(body: bytes, *, url: str, content_type: str) -> tuple[OfferedFeed, ...]:
    """Given a page and its address, return the feeds it advertises, each once, declared ones first
    and otherwise in the order of the page; raise ParseError where it is no page."""
    markup, _ = pages.decoded(body, content_type)
    return offered(pages.read(markup, url))


def told(markup: str, url: str) -> str:
    """Given the text of a page that stands where a feed should be, say in words for the operator
    where its feeds are."""
    try:
        offers = offered(pages.read(markup, url))
    except ParseError:
        offers = ()
    if not offers:
        return "it advertises no feed; if it lists news, give its address as page instead of url"
    named = ", ".join(offer.url for offer in offers[:MAX_NAMED])
    return f"it advertises {'this one' if len(offers) == 1 else 'these'}: {named}"


def offered(page: Page) -> tuple[OfferedFeed, ...]:
    """Given a page, return the feeds it advertises."""
    found: dict[str, OfferedFeed] = {}
    for element in page.root.iter("link"):
        if "alternate" in (element.get("rel") or "").lower().split():
            _take(found, page, element, element.get("title") or "")
    for element in page.root.iter("a"):
        if len(found) >= MAX_OFFERS:
            break
        if element.get("href") and (_type(element) or _LIKE_FEED.search(element.get("href"))):
            _take(found, page, element, element.get("title") or pages.words(element))
    return tuple(found.values())[:MAX_OFFERS]


def _take(found: dict[str, OfferedFeed], page: Page, element: Element, title: str) -> None:
    written = _FEED_SCHEME.sub("", (element.get("href") or "").strip())  # feed:https://…
    address = urls.absolute(written, page.base)
    declared = (element.get("type") or "").partition(";")[0].strip().lower()
    if not address or _UNLIKE_FEED.search(address):
        return
    if declared in _TYPES or (
        (declared in _BROAD_TYPES or not declared or element.tag == "a")
        and _LIKE_FEED.search(address)
    ):
        line = text.clean_line(title, MAX_TITLE)
        found.setdefault(
            urls.canonical(address), OfferedFeed(address, line, _TYPES.get(declared, ""))
        )


def _type(element: Element) -> str:
    return _TYPES.get((element.get("type") or "").partition(";")[0].strip().lower(), "")
