"""The hops in a real worker, with the documents that are known to hurt the libraries."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from builders import NOW, a_response, an_entry
from hrwatch import hops
from hrwatch.errors import HopError, ParseError
from hrwatch.model.articles import Change, Reading
from hrwatch.model.feeds import Entry, Response
from hrwatch.model.settings import HopLimits
from hrwatch.model.tags import Keyword, Kind, Rules
from hrwatch.workers import Workers

RULES = Rules(keywords=(Keyword("torture", "Torture", (("en", ("tortur*",)),)),))
FIRST = "Three people told a court in Belarus on Monday that they were tortured in custody."
SECOND = (
    "The judge, who has presided over the trial since its beginning in the spring, adjourned the "
    "hearing until the twelfth, and asked the prosecution for the duty lists of the two stations."
)
STORY = f"{FIRST}\n{SECOND}"


def use(*tasks: tuple[Callable[..., Any], Any], count: int = 1, **limits: Any) -> list[Any]:
    """Do hops, one after the other, in workers that are closed then; errors are results too."""

    async def main() -> list[Any]:
        workers = Workers(count, RULES, HopLimits(**limits))
        try:
            return [
                (await asyncio.gather(workers.run(hop, task), return_exceptions=True))[0]
                for hop, task in tasks
            ]
        finally:
            await workers.close()

    return asyncio.run(main())


def feed_task(body: str | bytes, content_type: str = "") -> tuple[Any, hops.FeedTask]:
    """The hop that reads a feed, and its task."""
    body = body if isinstance(body, bytes) else body.encode()
    return hops.read_feed, hops.FeedTask(body, "http://wire.example/feed.xml", content_type, NOW)


def article_task(
    entry: Entry,
    page: Response | None = None,
    page_error: str | None = None,
    language: str = "",
) -> tuple[Any, hops.ArticleTask]:
    """The hop that reads an entry with its page, and its task."""
    return hops.read_article, hops.ArticleTask(entry, page, page_error, language, NOW)


def read(*arguments: Any, **named: Any) -> Reading:
    """Read one entry with its page, in this process."""
    (reading,) = use(article_task(*arguments, **named), count=0)
    assert isinstance(reading, Reading)
    return reading


def a_page(story: str = STORY, head: str = "", **changes: Any) -> Response:
    """A page with a story of one paragraph a line."""
    paragraphs = "".join(f"<p>{line}</p>" for line in story.splitlines())
    body = f"<html lang='en'><head>{head}</head><body><article>{paragraphs}</article></body></html>"
    return a_response(body.encode(), url="http://wire.example/stories/1", **changes)


def rss(item: str) -> str:
    """A feed with one item."""
    return f"<rss version='2.0'><channel><title>c</title><item>{item}</item></channel></rss>"


def revised(before: hops.ArticleTask, after: hops.ArticleTask) -> hops.Revised:
    """Read one article as it was and as it is, in this process."""
    (found,) = use((hops.read_change, hops.ChangeTask(before, after)), count=0)
    assert isinstance(found, hops.Revised)
    return found


def page_task(story: str = STORY, head: str = "", **changes: Any) -> hops.ArticleTask:
    """An entry with a page, as of a visit."""
    entry = changes.pop("entry", an_entry(summary=""))
    return article_task(entry, a_page(story, head, **changes))[1]


@pytest.mark.parametrize("count", [0, 1])
def test_read_feed_then_article_gives_what_is_archived(count: int) -> None:
    item = "<title>Court hears of torture</title><link>http://wire.example/stories/1</link>"
    (document,) = use(feed_task(rss(item)), count=count)
    assert isinstance(document, hops.Document)
    assert [one.marks.permalink for one in document.marked] == ["http://wire.example/stories/1"]
    (reading,) = use(article_task(document.feed.entries[0], a_page()), count=count)
    assert reading.title == "Court hears of torture"
    assert reading.text == STORY
    assert reading.language == "en"
    assert reading.article.url == "http://wire.example/stories/1"
    assert reading.fingerprint.words > 40
    assert reading.extract_error is None
    tags = {(tag.kind, tag.value) for tag in reading.tags}
    assert {(Kind.KEYWORD, "torture"), (Kind.COUNTRY, "BY")} <= tags
    for tag in reading.tags:
        for evidence in tag.evidence:
            told = reading.title if evidence.field == "title" else reading.text
            assert told[evidence.offset : evidence.offset + evidence.length] == evidence.found


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (an_entry(content="<p>All of it.</p>", summary="Some."), "All of it."),
        (an_entry(content="", summary="<p>Some</p> of it."), "Some\n\nof it."),
        (an_entry(content="", summary=""), ""),
    ],
)
def test_read_article_without_a_page_takes_what_the_feed_gives(entry: Entry, text: str) -> None:
    reading = read(entry, page_error="the server says 404 Not Found")
    assert reading.text == text
    assert reading.article is None
    assert reading.extract_error == "the server says 404 Not Found"


def test_read_article_where_no_page_was_wanted_tells_no_error() -> None:
    assert read(an_entry()).extract_error is None


@pytest.mark.parametrize(
    ("page", "error"),
    [
        (a_response(b"<html><body></body></html>"), "no article text found"),
        (a_response(b"%PDF-1.7"), "a PDF document, which is not read by this version"),
        (a_response(b"", content_type="image/png"), "image/png, not a web page"),
    ],
)
def test_read_article_of_a_page_without_one_keeps_the_entry_and_the_reason(
    page: Response, error: str
) -> None:
    reading = read(an_entry(summary="Some of it."), page)
    assert (reading.text, reading.article, reading.extract_error) == ("Some of it.", None, error)


def test_read_article_of_a_page_that_holds_less_than_the_feed_takes_the_feed() -> None:
    entry = an_entry(content=f"<p>{FIRST}</p><p>{SECOND}</p>" * 3)
    reading = read(entry, a_page("We value your privacy, and so do our nine hundred partners."))
    assert FIRST in reading.text
    assert reading.article is None
    assert reading.extract_error == "the page holds less text than the feed"


@pytest.mark.parametrize(
    ("first", "text"),
    [
        ("Court hears of torture", STORY),
        ("COURT HEARS OF “TORTURE”.", STORY),
        ("Court hears of torture again and again, says the judge of the court", None),
    ],
)
def test_read_article_first_line_that_repeats_the_title_is_dropped(
    first: str, text: str | None
) -> None:
    reading = read(an_entry(title="Court hears of torture"), a_page(f"{first}\n{STORY}"))
    assert reading.text == (text or f"{first}\n{STORY}")
    assert reading.article is not None
    assert reading.article.text == reading.text


@pytest.mark.parametrize(
    ("page", "title"),
    [
        (a_page(head="<title>The page's own title</title>"), "The page's own title"),
        (a_page(), FIRST + " The judge, who has presided over the…"),
        (None, "Told by the summary"),
    ],
)
def test_read_article_of_an_entry_without_title_finds_one(
    page: Response | None, title: str
) -> None:
    reading = read(an_entry(title="", summary="<b>Told</b> by the summary"), page)
    assert reading.title == title
    assert reading.text


METADATA = (
    '<meta name="author" content="Ada Writer"><meta property="article:published_time" content="{}">'
)


@pytest.mark.parametrize(
    ("written", "published_at"),
    [
        ("2026-03-01T08:00:00Z", datetime(2026, 3, 1, 8, 0, tzinfo=UTC)),
        ("2031-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
    ],
)
def test_read_article_asks_the_page_for_what_the_feed_does_not_tell(
    written: str, published_at: datetime | None
) -> None:
    page = a_page(head=METADATA.format(written))
    article = read(an_entry(authors=(), published_at=None), page).article
    assert article is not None
    assert (article.authors, article.published_at) == (("Ada Writer",), published_at)


def test_read_article_of_an_entry_that_tells_all_reads_no_metadata() -> None:
    page = a_page(head=METADATA.format("2026-03-01T08:00:00Z"))
    article = read(an_entry(authors=("A",), published_at=NOW), page).article
    assert article is not None
    assert (article.authors, article.published_at) == ((), None)


def test_read_article_language_of_the_feed_settles_a_short_text() -> None:
    entry = an_entry(title="Суд", summary="", content="")
    assert read(entry, language="be").language == "be"


# FACTS, feedparser: what it opens, raises or spends its time on, and what becomes of it here.
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"/dev/zero", ""),
        (b"http://127.0.0.1:9/feed.xml", ""),
        (b"a." * 200_000 + b"xn--" + b"a" * 200_000, "text/xml; charset=idna"),
        (b"[" * 200_000, "application/feed+json"),
        (bytes(range(256)) * 4_000, ""),
        (rss("<title>a</title>" + "<x>" * 200_000).encode(), ""),
        (b'<!DOCTYPE rss [<!ENTITY b "' + b"x" * 100_000 + b'">]>'
         + rss("<title>a</title><description>" + "&b;" * 3_000).encode(), ""),
    ],
    ids=["device", "address", "idna", "nested JSON", "binary", "nesting", "entities"],
)  # fmt: skip
def test_read_feed_of_what_is_no_feed_is_refused_in_no_time(body: bytes, content_type: str) -> None:
    (error,) = use(feed_task(body, content_type), cpu_seconds=2, memory_bytes=500_000_000)
    assert isinstance(error, ParseError)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (rss("<title>a &#xD800; b</title>"), ""),
        (rss("<title>a</title>" + "é" * 200_000), "text/xml; charset=punycode"),
        (rss("<title>a</title>" + "<x>" * 15_000 + "</x>" * 15_000), ""),
        (rss("<title>a</title><a>&b;</a>").replace("<a>", "<a " + "b='c' " * 20_000 + ">"), ""),
        ('<!DOCTYPE rss [<!ENTITY b "' + "x" * 1_000 + '">]>'
         + rss("<title>a</title><description>" + "&b;" * 3_000 + "</description>"), ""),
    ],
    ids=["surrogate", "punycode", "nesting", "attributes", "entities"],
)  # fmt: skip
def test_read_feed_that_is_hostile_but_readable_gives_its_entry(
    body: str, content_type: str
) -> None:
    (document,) = use(feed_task(body, content_type), cpu_seconds=5, memory_bytes=700_000_000)
    assert isinstance(document, hops.Document)
    assert document.feed.entries[0].title.startswith("a")


SLOW_FEED = rss("<title>a</title>" + "<dc:creator>x y</dc:creator>" * 150_000)
SLOW_PAGE = "<html><body><p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x</p></body></html>"


def test_read_feed_that_costs_too_much_is_ended_and_the_next_one_read() -> None:
    slow, good = use(feed_task(SLOW_FEED), feed_task(rss("<title>a</title>")), cpu_seconds=1)
    assert isinstance(slow, HopError)
    assert str(slow) == "took more than 1 s of processor time and was ended"
    assert isinstance(good, hops.Document)


def test_read_article_that_costs_too_much_is_ended_and_can_be_read_without_its_page() -> None:
    page = a_response(SLOW_PAGE.encode())
    hop, task = article_task(an_entry(), page)
    slow, good = use((hop, task), (hop, replace(task, page=None)), cpu_seconds=3)
    assert isinstance(slow, HopError)
    assert isinstance(good, Reading)


def test_read_feed_that_takes_too_long_is_ended_by_the_clock() -> None:
    (slow,) = use(feed_task(SLOW_FEED), wall=timedelta(seconds=1))
    assert isinstance(slow, HopError)
    assert str(slow) == "took more than 1 s and was ended"


def test_read_feed_that_needs_too_much_memory_is_ended_and_the_next_one_read() -> None:
    body = rss(f"<title>a</title><description>{'d' * 30_000_000}</description>")
    large, good = use(feed_task(body), feed_task(rss("<title>a</title>")), memory_bytes=150_000_000)
    assert isinstance(large, HopError)
    assert str(large) == "ran out of memory"
    assert isinstance(good, hops.Document)


def test_read_feed_large_comes_back_whole() -> None:
    items = "".join(
        f"<item><title>{n}</title><description>{'d' * 2_000}</description></item>"
        for n in range(4_000)
    )
    (document,) = use(feed_task(f"<rss version='2.0'><channel>{items}</channel></rss>"))
    assert len(document.feed.entries) == len(document.marks) == 4_000


@pytest.mark.parametrize("count", [0, 1])
def test_read_change_gives_what_is_there_now_and_what_was_changed(count: int) -> None:
    after = page_task(STORY.replace("Three people", "Four people"))
    (found,) = use((hops.read_change, hops.ChangeTask(page_task(), after)), count=count)

    assert found.change == Change(replaced=(("Three", "Four"),))
    assert found.alike > 0.9
    assert found.reading == read(after.entry, after.page)


def test_read_change_of_the_same_page_is_none_though_its_entry_tells_more() -> None:
    entry = an_entry(summary="<p>Something else that only the feed tells.</p>")
    found = revised(page_task(), page_task(entry=entry))

    assert (found.change, found.alike) == (None, 1.0)


@pytest.mark.parametrize(
    "around",
    [
        "<p><a href='/2'>A ferry was late again, and nobody was surprised by that</a></p>",
        "<div class='promo-box'><p>Our best stories, every Friday in your mailbox.</p></div>",
        "<p>Don't miss: <a href='/2'>A ferry was late again and nobody was surprised</a></p>",
        "<p>1,234 views</p>",
    ],
)
def test_read_change_of_what_stands_around_the_story_is_none(around: str) -> None:
    told = f"<p>{FIRST}</p>{around}<p>{SECOND}</p>"
    body = f"<html><body><article>{told}</article></body></html>".encode()
    found = revised(page_task(), article_task(an_entry(summary=""), a_response(body))[1])

    assert (found.change, found.alike) == (None, 1.0)


def test_read_change_of_a_paragraph_that_the_reading_passes_over_is_none() -> None:
    hidden = f"<div class='comment-list'><p>{SECOND}</p></div>"
    body = f"<html><body><article><p>{FIRST * 5}</p></article>{hidden}</body></html>".encode()
    before = page_task(f"{FIRST * 5}\n{SECOND}")
    found = revised(before, article_task(an_entry(summary=""), a_response(body))[1])

    assert SECOND not in found.reading.text
    assert found.change is None


def test_read_change_of_a_page_title_without_its_site_is_told() -> None:
    site = "<meta property='og:site_name' content='The Wire'>"
    old, new = "Three men in court", "Three men before a judge"
    found = revised(
        page_task(head=f"{site}<title>{old} | The Wire</title>"),
        page_task(head=f"{site}<title>{new} - The Wire</title>"),
    )

    assert found.change == Change(title=(f"{old} | The Wire", f"{new} - The Wire"))


def test_read_change_of_an_entry_title_is_told_where_the_page_keeps_its_own() -> None:
    found = revised(
        page_task(entry=an_entry(title="Three freed", summary="")),
        page_task(entry=an_entry(title="Nobody freed", summary="")),
    )

    assert found.change == Change(title=("Three freed", "Nobody freed"))


def test_read_change_of_entries_without_pages_compares_what_the_feed_gives() -> None:
    entry = an_entry(content=f"<p>{FIRST}</p><p>{SECOND}</p>")
    other = replace(entry, content=entry.content.replace("twelfth", "tenth"))
    found = revised(article_task(entry)[1], article_task(other)[1])

    assert found.change == Change(replaced=(("twelfth", "tenth"),))


PAGELESS = article_task(an_entry(), page_error="503")[1]
NO_ARTICLE = article_task(an_entry(), a_response(b"<html><body></body></html>"))[1]


@pytest.mark.parametrize(
    ("before", "after", "alike"),
    [
        (PAGELESS, page_task(), 1.0),
        (NO_ARTICLE, page_task(), 1.0),
        (NO_ARTICLE, NO_ARTICLE, 1.0),
        (page_task(), NO_ARTICLE, 0.0),
        (page_task(), PAGELESS, 0.0),
    ],
)
def test_read_change_without_an_article_on_one_side_tells_no_change(
    before: hops.ArticleTask, after: hops.ArticleTask, alike: float
) -> None:
    found = revised(before, after)

    assert (found.change, found.alike) == (None, alike)


def test_read_change_of_another_page_in_its_place_is_hardly_alike() -> None:
    notice = (
        "The page that you are looking for has moved or is no longer there. Go back to the front "
        "page of the site, or use the search at the top of it to find what you were looking for."
    )

    assert revised(page_task(), page_task(notice)).alike < 0.2
