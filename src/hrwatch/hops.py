"""The hops: what runs in a worker. Bytes that strangers wrote go in, our own types come out.

    read_feed      the body of a feed → ParsedFeed                    (parse)
    read_listing   the body of a listing page → ParsedFeed            (parse)
    read_offers    the body of a page → the feeds it advertises       (parse)
    read_article   an entry and its page → Reading                    (extract, tag, fingerprint)
    read_change    the same, before and now → Revised                 (extract, tag, dedup)

The libraries behind them are imported at the first hop that needs them, so that the main
process, which only names hops, loads none.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hrwatch import text
from hrwatch.errors import ExtractError
from hrwatch.model.articles import Article, Change, Reading
from hrwatch.model.feeds import Entry, OfferedFeed, ParsedFeed, Response, Select, Validators
from hrwatch.model.tags import Cues, Rules
from hrwatch.stages.dedup import changes, copies, identity
from hrwatch.stages.extract import plain, tidy
from hrwatch.stages.extract.mojibake import mended

if TYPE_CHECKING:
    from hrwatch.stages.tag import Tagger

# How much of a text stands for the title where there is none.
TITLE_FROM_TEXT = 120
# What is longer is the text, and is kept as that.
LONGEST_SUMMARY = 10_000
EARLIEST_YEAR = 1990
AHEAD = timedelta(days=1)
# Invented, and long enough for every library to be asked.
_SAMPLE_URL = "http://sample.invalid/"
_SAMPLE_TIME = datetime(2026, 1, 1, tzinfo=UTC)
_SAMPLE_TEXT = b"The ferry to the island was late again, and nobody on the quay was surprised. " * 8
_SAMPLE_PAGE = b"<html><body><article><p>" + _SAMPLE_TEXT + b"</p></article></body></html>"
_SAMPLE_FEED = (
    b"<rss version='2.0'><channel><title>Quay</title><item><title>The ferry was late</title>"
    b"<pubDate>Thu, 01 Jan 2026 00:00:00 GMT</pubDate></item></channel></rss>"
)
_SAMPLE_LISTING = (
    b"<html><body><ul><li>1 January 2026 <a href=/1>The ferry to the island was late</a></li>"
    b"<li>31 December 2025 <a href=/2>Nobody on the quay was surprised</a></li></ul></body></html>"
)


@dataclass(frozen=True, slots=True)
class FeedTask:
    """A feed's body as fetched."""

    body: bytes
    url: str  # where it came from, after redirects
    content_type: str
    now: datetime
    language: str = ""  # as the operator says


@dataclass(frozen=True, slots=True)
class ListingTask:
    """A listing page's body as fetched, and where the operator says that its entries stand."""

    body: bytes
    url: str  # where it came from, after redirects
    content_type: str
    select: Select
    now: datetime
    language: str = ""  # as the operator says


@dataclass(frozen=True, slots=True)
class ArticleTask:
    """A new entry, and its page where one was fetched."""

    entry: Entry
    page: Response | None
    page_error: str | None  # why there is no page, where one was wanted
    language: str  # of the feed, as the operator or the feed says; may be empty
    now: datetime
    cues: Cues = field(default_factory=Cues)  # of the feed


@dataclass(frozen=True, slots=True)
class ChangeTask:
    """One article as it was, from what the archive kept as evidence, and as it is now."""

    before: ArticleTask
    after: ArticleTask
    versions: tuple[changes.Told, ...] = ()  # what the archive has of it, where that is several


@dataclass(frozen=True, slots=True)
class Revised:
    """An article as it is now, against what it was, both read by today's code."""

    reading: Reading  # of what is there now
    # None: nothing, or noise, or nothing that like can be compared with, or what a version says.
    change: Change | None
    # Share of the words of the old text that are still there, 0 to 1. 0 where there was an article
    # and is none now; 1 where there was none, so that nothing can be missed.
    alike: float
    is_again: bool = False  # a version says what it says now, and it said something else between


@dataclass(frozen=True, slots=True)
class Document:
    """A feed or a listing page, read, with what each of its entries is recognised by."""

    feed: ParsedFeed
    marks: tuple[identity.Marks, ...]  # in the order of feed.entries

    @property
    def marked(self) -> Iterator[identity.Marked]:
        """The entries, each with its marks."""
        return map(identity.Marked, self.feed.entries, self.marks)


def read_feed(task: FeedTask) -> Document:
    """Given a feed's body, return the feed; raise ParseError where it is none."""
    from hrwatch.stages.parse import parse  # noqa: PLC0415 - feedparser, only where it is needed

    feed = parse(
        task.body,
        url=task.url,
        content_type=task.content_type,
        now=task.now,
        language=task.language,
    )
    return _marked(feed)


def read_listing(task: ListingTask) -> Document:
    """Given a listing page's body, return its entries; raise NoListing where there are none, and
    ParseError where it is no page."""
    from hrwatch.stages.parse import listing  # noqa: PLC0415 - lxml, only where it is needed

    page = listing.read(
        task.body,
        url=task.url,
        content_type=task.content_type,
        select=task.select,
        now=task.now,
        language=task.language,
    )
    return _marked(page)


def read_offers(task: FeedTask) -> tuple[OfferedFeed, ...]:
    """Given a page's body, return the feeds that it advertises, in its order; raise ParseError
    where it is no page."""
    from hrwatch.stages.parse import discovery  # noqa: PLC0415 - the same

    return discovery.read(task.body, url=task.url, content_type=task.content_type)


def read_article(task: ArticleTask, tagger: "Tagger") -> Reading:
    """Given an entry and its page, return what is archived of them.

    The text is the page's article, else the feed's own content, else its summary; a page that
    holds no article is told in `extract_error` and ends nothing.
    """
    return _reading(_told(task), task, tagger)


def read_change(task: ChangeTask, tagger: "Tagger") -> Revised:
    """Given an article as it was and as it is now, return what is archived of it as it is now, and
    what its publisher changed in substance.

    Like is compared with like: a page with a page, what a feed gives with what it gave.
    """
    before, after = _told(task.before), _told(task.after)
    reading = _reading(after, task.after, tagger)
    if before.article is None and (task.before.page or task.after.page):
        return Revised(reading, None, 1.0)  # a page that was missing has come, or not yet
    if (before.article is None) != (after.article is None):
        return Revised(reading, None, 0.0)
    by_entry = before.title != after.title  # the feed's title, which a page's need not follow
    old, new = _comparable(before, by_entry=by_entry), _comparable(after, by_entry=by_entry)
    change = changes.changed(old, new)
    if change is not None:  # unless it is what stands around the story, as the markup tells
        old, new = _with_surroundings(old, task.before), _with_surroundings(new, task.after)
        change = changes.changed(old, new)
    alike = changes.alike(old, new)
    if change is not None:
        now = replace(new, title=change.title[1] if change.title else after.title, text=after.text)
        if any(_is_said_by(one, now) for one in task.versions):
            return Revised(reading, None, alike, is_again=True)
    return Revised(reading, change, alike)


def registry(rules: Rules) -> Mapping[str, Callable[[], Callable[[Any], object]]]:
    """Given the rules, return by the name of each hop what makes it ready: it loads the libraries
    behind the hop and tries them on a sample, so that what the machine has no room for is told
    before any input could be blamed for it."""

    def ready_to_read_feeds() -> Callable[[FeedTask], Document]:
        read_feed(FeedTask(_SAMPLE_FEED, _SAMPLE_URL, "", _SAMPLE_TIME))
        return read_feed

    def ready_to_read_listings() -> Callable[[ListingTask], Document]:
        read_listing(ListingTask(_SAMPLE_LISTING, _SAMPLE_URL, "", Select(), _SAMPLE_TIME))
        return read_listing

    def ready_to_read_offers() -> Callable[[FeedTask], tuple[OfferedFeed, ...]]:
        read_offers(FeedTask(_SAMPLE_LISTING, _SAMPLE_URL, "", _SAMPLE_TIME))
        return read_offers

    def ready_to_read_articles() -> Callable[[ArticleTask], Reading]:
        read = functools.partial(read_article, tagger=_tagger(rules))
        read(ArticleTask(Entry("", "", ""), _sample_page(), None, "", _SAMPLE_TIME))
        return read

    def ready_to_read_changes() -> Callable[[ChangeTask], Revised]:
        read = functools.partial(read_change, tagger=_tagger(rules))
        sample = ArticleTask(Entry("", "", ""), _sample_page(), None, "", _SAMPLE_TIME)
        read(ChangeTask(sample, sample))
        return read

    return {
        read_feed.__name__: ready_to_read_feeds,
        read_listing.__name__: ready_to_read_listings,
        read_offers.__name__: ready_to_read_offers,
        read_article.__name__: ready_to_read_articles,
        read_change.__name__: ready_to_read_changes,
    }


@functools.lru_cache(maxsize=1)
def _tagger(rules: Rules) -> "Tagger":
    """Return the tagger for these rules: the last one, where they are the same."""
    from hrwatch.stages.tag import Tagger  # noqa: PLC0415 - its tables, only where needed

    return Tagger(rules)


@dataclass(frozen=True, slots=True)
class _Told:
    """What an entry and its page tell, before anything is made of it."""

    title: str
    summary: str
    text: str
    article: Article | None
    error: str | None


def _told(task: ArticleTask) -> _Told:
    article, error = _article(task)
    title = tidy.title(mended(task.entry.title) or (article.title if article else ""))
    summary = tidy.tidied(plain(task.entry.summary))
    told = tidy.tidied(plain(task.entry.content)) or summary
    if article and 2 * len(article.text) >= len(told):
        told = article.text
    elif article:  # a consent page, a paywall: the feed itself tells more
        article, error = None, "the page holds less text than the feed"
    title = title or text.clean_line(told, TITLE_FROM_TEXT)
    told = tidy.without_title(told, title)
    if article:
        article = replace(article, text=told)
    return _Told(title, summary, told, article, error)


def _reading(told: _Told, task: ArticleTask, tagger: "Tagger") -> Reading:
    from hrwatch.stages.tag import language as languages  # noqa: PLC0415 - py3langid's model

    hint = task.language or (told.article.language if told.article else "")
    language = languages.detect(told.title, told.text, hint)
    return Reading(
        title=told.title,
        summary=told.summary[:LONGEST_SUMMARY].rstrip(),
        text=told.text,
        language=language,
        article=told.article,
        fingerprint=copies.fingerprint(told.title, told.text),
        tags=tagger.tag(told.title, told.text, language, task.entry.categories, task.cues),
        extract_error=told.error,
    )


def _is_said_by(version: changes.Told, now: changes.Told) -> bool:
    before = replace(version, furniture=now.furniture, names=now.names)
    return changes.changed(before, now) is None


def _comparable(told: _Told, *, by_entry: bool) -> changes.Told:
    """Return what is compared: of a page its own title, unless that of its entry is another."""
    title = tidy.title(told.article.title) if told.article and not by_entry else told.title
    return changes.Told(title, tidy.without_title(told.text, title))


def _with_surroundings(told: changes.Told, task: ArticleTask) -> changes.Told:
    from hrwatch.stages.extract.surroundings import relined, surroundings  # noqa: PLC0415 - lxml

    entry, page = task.entry, task.page
    around = (
        surroundings(page.body, url=page.url, content_type=page.content_type)
        if page
        else surroundings(
            f"{entry.summary} {entry.content}".encode("utf-8", "replace"),
            url=entry.permalink,
            content_type="text/html; charset=utf-8",
        )
    )
    return changes.Told(
        title=told.title,
        text=relined(told.text, around.blocks),
        furniture=around.lines,
        names=around.names,
        page="\n".join(around.blocks),
    )


def _marked(feed: ParsedFeed) -> Document:
    return Document(feed, tuple(map(identity.marks, feed.entries)))


def _sample_page() -> Response:
    return Response(
        url=_SAMPLE_URL,
        requested_url=_SAMPLE_URL,
        status=200,
        headers=(),
        content_type="text/html",
        body=_SAMPLE_PAGE,
        validators=Validators(),
        retry_after=None,
        max_age=None,
        fetched_at=_SAMPLE_TIME,
    )


def _article(task: ArticleTask) -> tuple[Article | None, str | None]:
    if task.page is None:
        return None, task.page_error
    from hrwatch.stages.extract.article import extract  # noqa: PLC0415 - lxml, only in workers

    entry, page = task.entry, task.page
    try:
        article = extract(
            page.body,
            url=page.url,
            content_type=page.content_type,
            with_metadata=not (entry.authors and entry.published_at),
        )
    except ExtractError as error:
        return None, str(error)
    published_at = article.published_at
    if published_at and not (
        published_at.year >= EARLIEST_YEAR and published_at <= task.now + AHEAD
    ):
        article = replace(article, published_at=None, published_offset=None)
    return article, None
