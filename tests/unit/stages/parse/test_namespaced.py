"""Elements of a publisher's own for countries and topics are read as categories."""

import time
from datetime import UTC, datetime

import pytest

from hrwatch.stages.parse import parse
from hrwatch.stages.parse.namespaced import as_categories

NOW = datetime(2026, 11, 1, tzinfo=UTC)
FEED = (
    "<rss version='2.0' xmlns:own='https://own.example/' xmlns:dc='http://purl.org/dc/elements/1.1/'"
    " xmlns:media='http://search.yahoo.com/mrss/'><channel><title>Own</title>"
    "<item><title>One</title><description>A story</description>{}</item></channel></rss>"
)


def categories(elements: str) -> tuple[str, ...]:
    """Return the categories of the one entry of a feed that has these elements."""
    read = parse(
        FEED.format(elements).encode(), url="https://own.example/", content_type="", now=NOW
    )
    (entry,) = read.entries
    assert (entry.title, entry.summary, read.warnings) == ("One", "A story", ())
    return entry.categories


@pytest.mark.parametrize(
    ("elements", "read"),
    [
        ("<category>Peru</category>", ("Peru",)),
        ("<dc:subject>Peru</dc:subject>", ("Peru",)),
        ("<media:keywords>Peru, Torture</media:keywords>", ("Peru", "Torture")),
        (
            "<own:countries><own:id name='Peru' slug='p'/><own:id name=\"Chile\">7</own:id>"
            "</own:countries><own:topics><own:id name='Arms &amp; war'/></own:topics>",
            ("Peru", "Chile", "Arms & war"),
        ),
        (
            "<own:country iso3='PER'>Peru</own:country><own:country>Chile</own:country>",
            ("Peru", "Chile"),
        ),
        ("<own:theme><![CDATA[Torture]]></own:theme>", ("Torture",)),
        ("<own:countries>Peru, Chile</own:countries>", ("Peru, Chile",)),
        ("<own:topics><own:topic>Torture</own:topic></own:topics>", ("Torture",)),
        ("<own:topics/><own:country/>", ()),
        ("<own:person name='Ada'/><own:kind name='News'/>", ()),
    ],
)
def test_parse_elements_for_countries_and_topics_are_categories(
    elements: str, read: tuple[str, ...]
) -> None:
    assert categories(elements) == read


def test_as_categories_feed_without_such_elements_is_as_it_was() -> None:
    markup = FEED.format("<category>Peru</category><media:title>x</media:title>")
    assert as_categories(markup) == markup


@pytest.mark.parametrize(
    "piece", ["<a:country ", "<a:countries>", "<a:topics><b:c name='", "<a:topic>", ":country"]
)
def test_as_categories_hostile_markup_takes_time_in_proportion_to_its_length(piece: str) -> None:
    def seconds(size: int) -> float:
        started = time.process_time()
        as_categories(piece * (size // len(piece)))
        return time.process_time() - started

    small, large = (min(seconds(size) for _ in range(3)) for size in (50_000, 400_000))
    assert large < 24 * small + 0.05  # eight times the text
