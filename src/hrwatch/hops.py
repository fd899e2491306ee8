"""The hops: what runs in a worker. Bytes that strangers wrote go in, our own types come out.

    read_feed      the body of a feed → ParsedFeed                    (parse)
    read_article   an entry and its page → Reading                    (extract, tag, fingerprint)

The libraries behind them are imported at the first hop that needs them, so that the main
process, which only names hops, loads none.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from hrwatch import text
from hrwatch.errors import ExtractError
from hrwatch.model.articles import Article, Reading
from hrwatch.model.feeds import Entry, ParsedFeed, Response
from hrwatch.model.tags import Rules
from hrwatch.stages.dedup import copies
from hrwatch.stages.extract import extract, plain

if TYPE_CHECKING:
    from hrwatch.stages.tag import Tagger

# How much of a text stands for the title where there is none.
TITLE_FROM_TEXT = 120
EARLIEST_YEAR = 1990
AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FeedTask:
    """A feed's body as fetched."""

    body: bytes
    url: str  # where it came from, after redirects
    content_type: str
    now: datetime


@dataclass(frozen=True, slots=True)
class ArticleTask:
    """A new entry, and its page where one was fetched."""

    entry: Entry
    page: Response | None
    page_error: str | None  # why there is no page, where one was wanted
    language: str  # of the feed, as the operator or the feed says; may be empty
    now: datetime


def read_feed(task: FeedTask) -> ParsedFeed:
    """Given a feed's body, return the feed; raise ParseError where it is none."""
    from hrwatch.stages.parse import parse  # noqa: PLC0415 - feedparser, only where it is needed

    return parse(task.body, url=task.url, content_type=task.content_type, now=task.now)


def read_article(task: ArticleTask, tagger: "Tagger") -> Reading:
    """Given an entry and its page, return what is archived of them.

    The text is the page's article, else the feed's own content, else its summary; a page that
    holds no article is told in `extract_error` and ends nothing.
    """
    from hrwatch.stages.tag import language as languages  # noqa: PLC0415 - py3langid's model

    article, error = _article(task)
    title = task.entry.title or (article.title if article else "")
    summary = plain(task.entry.summary)
    told = plain(task.entry.content) or summary
    if article and 2 * len(article.text) >= len(told):
        told = article.text
    elif article:  # a consent page, a paywall: the feed itself tells more
        article, error = None, "the page holds less text than the feed"
    title = title or text.clean_line(told, TITLE_FROM_TEXT)
    told = _without_title(told, title)
    if article:
        article = replace(article, text=told)
    hint = task.language or (article.language if article else "")
    language = languages.detect(title, told, hint)
    return Reading(
        title=title,
        summary=summary,
        text=told,
        language=language,
        article=article,
        fingerprint=copies.fingerprint(title, told),
        tags=tagger.tag(title, told, language),
        extract_error=error,
    )


def registry(rules: Rules) -> Mapping[str, Callable[[Any], object]]:
    """Given the rules, return the hops by name; the tagger is built when the first one needs it."""

    @functools.cache
    def tagger() -> "Tagger":
        from hrwatch.stages.tag import Tagger  # noqa: PLC0415 - its tables, only where needed

        return Tagger(rules)

    return {
        read_feed.__name__: read_feed,
        read_article.__name__: lambda task: read_article(task, tagger()),
    }


def _article(task: ArticleTask) -> tuple[Article | None, str | None]:
    if task.page is None:
        return None, task.page_error
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
        article = replace(article, published_at=None)
    return article, None


def _without_title(told: str, title: str) -> str:
    """Return the text without a first line that only repeats the title."""
    first, separator, rest = told.partition("\n")
    if separator and text.title_key(first) == text.title_key(title):
        return rest.lstrip("\n")
    return told
