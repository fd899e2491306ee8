"""The hops in this process: whatever a feed gives becomes a reading. Pages and workers, and what is
hostile to the libraries, stand in tests/integration/test_hops.py."""

import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, an_entry
from hrwatch import hops
from hrwatch.errors import ParseError
from hrwatch.model.articles import Reading
from hrwatch.model.feeds import Entry
from hrwatch.model.tags import Field, Keyword, Rules

RULES = Rules(keywords=(Keyword("torture", "Torture", (("en", ("tortur*",)),)),))
PIECES = ["Belarus", "torture", "Минск", "ایران", "<p>", "</p>", "&amp;", "\n", "a", "🏛"]
WORDS = st.lists(st.sampled_from(PIECES) | st.text(max_size=8)).map(" ".join)


@pytest.fixture(scope="module")
def ready() -> dict[str, Callable[[Any], Any]]:
    return {name: make() for name, make in hops.registry(RULES).items()}


def _read(ready: dict[str, Callable[[Any], Any]], entry: Entry, **changes: Any) -> Reading:
    task = {"page": None, "page_error": None, "language": "", "now": NOW} | changes
    reading = ready["read_article"](hops.ArticleTask(entry, **task))
    assert isinstance(reading, Reading)
    return reading


def test_registry_names_every_hop_as_it_is_called(ready: dict[str, Callable[[Any], Any]]) -> None:
    every = (
        hops.read_feed,
        hops.read_listing,
        hops.read_offers,
        hops.read_article,
        hops.read_change,
    )
    assert ready.keys() == {hop.__name__ for hop in every}


@pytest.mark.parametrize(
    "task",
    [
        hops.FeedTask(b"<rss/>", "http://wire.example/feed", "text/xml", NOW),
        hops.ArticleTask(an_entry(), None, "404 Not Found", "be", NOW),
    ],
)
def test_task_comes_through_to_a_worker(task: object) -> None:
    assert pickle.loads(pickle.dumps(task)) == task  # noqa: S301 - written right here


def test_read_feed_of_what_is_no_feed_is_refused(ready: dict[str, Callable[[Any], Any]]) -> None:
    with pytest.raises(ParseError):
        ready["read_feed"](hops.FeedTask(b"no feed", "http://wire.example/", "", NOW))


@pytest.mark.parametrize(
    ("entry", "title", "text"),
    [
        (an_entry(title="T", content="<p>All.</p>", summary="Some."), "T", "All."),
        (an_entry(title="T", content="", summary="Some."), "T", "Some."),
        (an_entry(title="T", content="", summary=""), "T", ""),
        (an_entry(title="", content="", summary="Told"), "Told", "Told"),
        (an_entry(title="", content="", summary="x" * 200), "x" * 119 + "…", "x" * 200),
        (an_entry(title="A title", content="<p>A TITLE.</p><p>Text</p>"), "A title", "Text"),
    ],
)
def test_read_article_without_a_page_is_what_the_feed_gives(
    entry: Entry, title: str, text: str, ready: dict[str, Callable[[Any], Any]]
) -> None:
    reading = _read(ready, entry)

    assert (reading.title, reading.text, reading.article) == (title, text, None)
    assert reading.extract_error is None


def test_read_article_without_a_page_keeps_the_reason(
    ready: dict[str, Callable[[Any], Any]],
) -> None:
    assert _read(ready, an_entry(), page_error="404").extract_error == "404"


@given(title=WORDS, summary=WORDS, content=WORDS)
def test_read_article_of_any_words_is_a_reading_whose_evidence_stands_in_it(
    title: str, summary: str, content: str, ready: dict[str, Callable[[Any], Any]]
) -> None:
    reading = _read(ready, an_entry(title=title, summary=summary, content=content))

    for tag in reading.tags:
        for evidence in tag.evidence:
            told = reading.title if evidence.field is Field.TITLE else reading.text
            assert told[evidence.offset : evidence.offset + evidence.length] == evidence.found
