"""A feed of which less than everything may be kept, polled: what is asked for, and what is left."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders import a_feed
from fakes import Clock
from hrwatch.model.articles import Kept, Record
from hrwatch.model.feeds import Feed, Keep, Terms
from hrwatch.model.settings import FetchSettings, HopLimits
from hrwatch.model.tags import Rules
from hrwatch.pipeline.reading import poll
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records
from hrwatch.workers import Workers
from loopback import an_answer, serving
from newsdesk import a_page
from parts import the_parts


@pytest.fixture(scope="module")
def workers() -> Workers:
    """Workers in this process, made ready once: that is most of what a poll here costs."""
    return Workers(0, Rules(), HopLimits())


def polled(folder: Path, workers: Workers, **changes: Any) -> tuple[Record, list[str], bytes]:
    """Poll a feed of one story; return its record, what was asked for, and the archive's file."""
    clock = Clock()
    answers: dict[str, Any] = {}
    told: list[Record] = []
    asked: list[str] = []

    async def main() -> None:
        async with serving(answers) as server:
            answers["/story"] = a_page(
                "Invented ferry is late", *["Quokkas rowed to Belarus."] * 40
            )
            answers["/wire"] = an_answer(
                b"<rss version='2.0'><channel><item><title>Invented ferry is late</title><link>"
                + server.url("/story").encode()
                + b"</link><description>The feed tells of wombats.</description></item>"
                b"</channel></rss>"
            )
            feed: Feed = a_feed(url=server.url("/wire"), **changes)
            settings = FetchSettings(allow_addresses=(server.exemption,), gap=timedelta(0))
            fetcher = Fetcher(settings, clock=clock, version="1.0")
            archive = Archive.open("archive.db", directory=folder, writing=True, clock=clock)
            parts = the_parts(
                folder, archive=archive, fetcher=fetcher, workers=workers, clock=clock
            )
            await archive.write(feeds.sync, (feed,), clock())
            report = await poll.poll_feed(parts, feed)
            assert report is not None
            assert (report.new, report.error) == (1, None)
            with archive.reading() as connection:
                told.extend(records.stream(connection))
            asked.extend(request.target for request in server.requests)
            await fetcher.aclose()
            archive.close()

    asyncio.run(main())
    return told[0], asked, (folder / "archive.db").read_bytes()


@pytest.mark.parametrize(
    ("keep", "kept", "text"),
    [
        (Keep.HEADLINE, Kept.HEADLINE, ""),
        (Keep.SUMMARY, Kept.SUMMARY, "The feed tells of wombats."),
    ],
)
def test_poll_of_what_is_kept_in_part_reads_the_page_for_tags_and_writes_no_word_of_it(
    tmp_path: Path, workers: Workers, keep: Keep, kept: Kept, text: str
) -> None:
    record, asked, file = polled(tmp_path, workers, keep=keep)

    assert "/story" in asked
    assert (record.kept, record.text) == (kept, text)
    assert record.page_sha256 is not None
    assert "BY" in {tag.value for tag in record.tags}
    for word in (b"quokka", b"Quokka"):
        assert word not in file
    assert (b"wombats" in file) is (keep is Keep.SUMMARY)


def test_poll_of_a_feed_whose_terms_forbid_copies_asks_for_no_page(
    tmp_path: Path, workers: Workers
) -> None:
    record, asked, file = polled(tmp_path, workers, keep=Keep.HEADLINE, terms=Terms.FORBIDDEN)

    assert asked == ["/wire"]
    assert (record.kept, record.extract_error, record.page_sha256) == (Kept.HEADLINE, None, None)
    assert b"wombats" not in file


def test_poll_of_what_is_kept_in_part_leaves_nothing_that_near_copies_are_found_by(
    tmp_path: Path, workers: Workers
) -> None:
    polled(tmp_path, workers, keep=Keep.HEADLINE)

    archive = Archive.open("archive.db", directory=tmp_path, writing=False)
    with archive, archive.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sketches").scalar() == 0
