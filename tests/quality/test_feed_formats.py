"""Real feeds of every format: no document gives fewer entries than the better of two parsers.

The documents belong to others and are not in this repository; see `tests/conftest.py`.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from builders import NOW
from conftest import Corpora
from hrwatch.errors import ParseError
from hrwatch.model.feeds import ParsedFeed
from hrwatch.stages.parse import parse

# Where the other parser's count is wrong, and why.
EXCEPTIONS = {
    "kurtmckee_feedparser__tests_illformed_rss_incomplete_cdata.xml": (
        "it stops within the title of its only entry, which comes whole at the next poll"
    ),
    "kagisearch_fastfeedparser__tests_integration_osm-pl.xml": (
        "it stops within its last entry, which comes whole at the next poll"
    ),
}
# What the manifest calls JSON Feed and is none: the input that one program makes feeds of.
NO_JSON_FEED = {"RSS-Bridge_rss-bridge__tests_Formats_samples_feed.common.json"}
AT_LEAST = 800


@pytest.fixture(scope="module")
def documents(corpora: Corpora) -> list[tuple[Mapping[str, str], Path]]:
    """What the manifest says of each document, and where that lies."""
    (manifest,) = corpora.unpack("feeds-dev").rglob("manifest.csv")
    rows = csv.DictReader(manifest.read_text().splitlines())
    return [(row, manifest.parent / row["file"]) for row in rows]


def test_parse_no_real_document_gives_fewer_entries_than_another_parser_finds(
    documents: list[tuple[Mapping[str, str], Path]],
) -> None:
    assert len(documents) >= AT_LEAST
    missing = {}
    for row, path in documents:
        wanted = max(_count(row["entries_feedparser"]), _count(row["entries_fastfeedparser"]))
        feed = _read(path)
        found = len(feed.entries) if isinstance(feed, ParsedFeed) else 0
        if found < wanted:
            missing[path.name] = f"{found} of {wanted}: {feed if isinstance(feed, str) else ''}"
    assert missing.keys() == EXCEPTIONS.keys(), missing


@pytest.mark.parametrize("what", ["JSON Feed", "sitemap", "gzip bytes"])
def test_parse_real_documents_that_feedparser_cannot_read_are_read(
    documents: list[tuple[Mapping[str, str], Path]], what: str
) -> None:
    told = dict(_told(documents, what))
    assert told
    refused = {name: feed for name, feed in told.items() if isinstance(feed, str)}
    if what == "sitemap":  # an index is told as that
        refused = {name: why for name, why in refused.items() if "put one of them in" not in why}
    assert refused == {}


def _told(
    documents: list[tuple[Mapping[str, str], Path]], what: str
) -> Iterator[tuple[str, ParsedFeed | str]]:
    for row, path in documents:
        if row["format"] == what and path.name not in NO_JSON_FEED:
            yield path.name, _read(path)


def _read(path: Path) -> ParsedFeed | str:
    try:
        return parse(path.read_bytes(), url="http://wire.example/feed", content_type="", now=NOW)
    except ParseError as error:
        return str(error)


def _count(told: str) -> int:
    """Return a count of the manifest, where a parser that failed is one that found nothing."""
    return int(told) if told.isdigit() else 0
