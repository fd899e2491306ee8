"""The newsroom's documents say what the stories say."""

from datetime import UTC, datetime

import pytest

from hrwatch.demo import markup
from hrwatch.demo.newsroom import Publication, publications
from hrwatch.stages.extract.article import extract
from hrwatch.stages.parse import parse

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BASE = "http://127.0.0.1:8930"
TOLD = {publication.name: publication for publication in publications(NOW, 2)}
WITH_STORIES = [publication for publication in TOLD.values() if publication.stories]


@pytest.mark.parametrize("publication", WITH_STORIES, ids=lambda publication: publication.name)
def test_feed_of_each_publication_is_read_with_all_its_stories(publication: Publication) -> None:
    parsed = parse(
        markup.feed(publication, BASE),
        url=f"{BASE}/feed",
        content_type=markup.CONTENT_TYPES[publication.format],
        now=NOW,
    )

    assert [(entry.title, entry.permalink, entry.published_at) for entry in parsed.entries] == [
        (story.title, BASE + story.path, story.published_at) for story in publication.stories
    ]
    assert parsed.language == publication.language


def test_page_of_a_busy_layout_gives_only_its_story() -> None:
    publication = TOLD["invented-courier"]
    story = next(story for story in publication.stories if story.slug == "spyware-cafe")
    page = markup.page(publication, story)

    article = extract(
        page, url=BASE + story.path, content_type="text/html; charset=utf-8", with_metadata=False
    )

    assert page.count(b"<a ") > 20
    assert [line for line in article.text.split("\n") if line] == [story.title, *story.paragraphs]


def test_every_document_says_that_it_is_invented() -> None:
    for publication in WITH_STORIES:
        assert markup.NOTICE.encode() in markup.feed(publication, BASE)
        for story in publication.stories:
            assert markup.NOTICE.encode() in markup.page(publication, story)


def test_page_in_arabic_runs_from_right_to_left() -> None:
    publication = TOLD["wakala-mutakhayyala"]

    page = markup.page(publication, publication.stories[0])

    assert b'<html lang="ar" dir="rtl">' in page
