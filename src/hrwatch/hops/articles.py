"""The hops that read an article: an entry and its page, and the same before and now."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hrwatch import text
from hrwatch.errors import ExtractError
from hrwatch.hops.tasks import ArticleTask, ChangeTask, Revised
from hrwatch.model.articles import Article, Reading
from hrwatch.stages.dedup import changes, copies
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
