"""What was kept for as long as the operator said is cut to its headline, a few articles at a time.
The same on SQLite and on PostgreSQL; every story is invented."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from builders import NOW, TEXT, a_feed, a_mail, a_match, a_record, a_tag, an_entry, an_evidence
from fakes import Clock
from hrwatch import pipeline
from hrwatch.model.articles import Change, Kept, Record
from hrwatch.model.evidence import Capture, CaptureKind
from hrwatch.model.feeds import Feed
from hrwatch.model.mail import Delivery, Digest, Status
from hrwatch.model.settings import FetchSettings, HopLimits
from hrwatch.model.tags import Field, Rules
from hrwatch.pipeline.reading import retention as pass_
from hrwatch.query import parse
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records, search
from hrwatch.stages.store.evidence import bodies, captures, tombstones, verifying
from hrwatch.stages.store.mail import ledger, outbox, settling
from hrwatch.stages.store.removing import retention
from hrwatch.stages.store.removing.retention import Term
from hrwatch.workers import Workers
from parts import the_parts
from postgres import Places

DAY = timedelta(days=1)
YEAR = 365 * DAY
WIRE = a_feed(keep_for=YEAR)
EVER = a_feed(name="ever")
BODY = b"<p>They were tortured.</p>"
IN_TITLE = an_evidence(field=Field.TITLE, found="torture", offset=28, length=7)


def an_old(name: str, **changes: object) -> Record:
    entry = an_entry(guid=name, permalink=f"http://wire.example/{name}", summary="Wombats.")
    tags = (a_tag(evidence=(an_evidence(), IN_TITLE)), a_tag("BY"))
    return a_record(
        name, **{"entry": entry, "tags": tags, "first_seen_at": NOW - YEAR - DAY} | changes
    )


OLD = an_old("record01")
WAITS = an_old("record02")
YOUNG = an_old("record03", first_seen_at=NOW - YEAR + DAY)
OTHER = an_old("record04", feed="ever")
UNASKED = an_old("record05")


@pytest.fixture
def archive(archive: Archive) -> Iterator[Archive]:
    archive.write_now(feeds.sync, (WIRE, EVER), NOW - YEAR)
    later = replace(OLD, version=2, change=Change(added=("Wombats.",)), seen_at=NOW)
    archive.write_now(records.add, (OLD, WAITS, YOUNG, OTHER), hashes={OLD.id: (1, 2)})
    archive.write_now(records.add, (later,))
    capture = Capture(
        kind=CaptureKind.PAGE,
        record=OLD.id,
        feed=OLD.feed,
        requested_url="",
        url="",
        redirects=(),
        status=200,
        headers=(),
        content_type="",
        fetched_at=NOW - YEAR,
        body_sha256=bodies.pack(BODY).sha256,
        body_size=len(BODY),
        certificate_sha256=None,
        software="hrwatch 1",
    )
    archive.write_now(captures.append, [(capture, BODY)])
    archive.write_now(ledger.add, {"desk": [a_match(WAITS)]}, 5, NOW)
    archive.write_now(records.add, (UNASKED,))
    yield archive


def passed(archive: Archive, folder: Path, *of: Feed, after: timedelta = timedelta()) -> int:
    """Run the pass for these feeds, so long after NOW; return how many articles it cut."""
    clock = Clock()
    assert clock() == NOW
    clock.advance(after)

    async def main() -> int:
        fetcher = Fetcher(FetchSettings(), clock=clock, version="1.0")
        workers = Workers(0, Rules(), HopLimits())
        parts = the_parts(folder, archive=archive, fetcher=fetcher, workers=workers, clock=clock)
        try:
            return await pipeline.keep_no_longer(parts, of)
        finally:
            await fetcher.aclose()
            await workers.close()

    return asyncio.run(main())


def kept(archive: Archive) -> dict[str, Kept]:
    with archive.reading() as connection:
        return {one.id: one.kept for one in records.stream(connection)}


def test_pass_cuts_what_is_over_and_nothing_else(archive: Archive, tmp_path: Path) -> None:
    assert passed(archive, tmp_path, WIRE, EVER) == 1

    assert kept(archive) == {
        OLD.id: Kept.HEADLINE,
        WAITS.id: Kept.FULL,
        YOUNG.id: Kept.FULL,
        OTHER.id: Kept.FULL,
        UNASKED.id: Kept.FULL,
    }
    assert passed(archive, tmp_path, WIRE, EVER) == 0


def test_pass_leaves_headline_and_tags_of_every_version_and_no_word_of_the_text(
    archive: Archive, tmp_path: Path
) -> None:
    passed(archive, tmp_path, WIRE)

    with archive.reading() as connection:
        first, second = records.versions(connection, OLD.id)
        found = search.find(connection, parse("court"), limit=10)
        gone = search.find(connection, parse("police"), limit=10)
        sketches = connection.exec_driver_sql("SELECT count(*) FROM sketches").scalar()
    for one in (first, second):
        assert (one.title, one.text, one.entry.summary) == (OLD.title, "", "")
        assert [tag.value for tag in one.tags] == ["torture", "BY"]
        assert [word.found for word in one.tags[0].evidence] == ["", "torture"]
        assert one.fingerprint == OLD.fingerprint
    assert second.change is None
    assert OLD.id in {one.record for one in found}
    assert OLD.id not in {one.record for one in gone}
    assert sketches == 0
    assert TEXT not in repr((first, second))


def test_words_that_were_taken_out_leave_the_index_a_day_later(
    places: Places, tmp_path: Path
) -> None:
    def indexed(archive: Archive) -> bool:
        query = "SELECT count(*) FROM search_index_data WHERE instr(block, CAST(? AS BLOB))"
        with archive.reading() as connection:
            return bool(connection.exec_driver_sql(query, ("wombatology",)).scalar())

    with places.make("sqlite", tmp_path / "state").open() as archive:
        archive.write_now(feeds.sync, (WIRE,), NOW - YEAR)
        archive.write_now(records.add, (replace(OLD, text="wombatology"),))
        archive.write_now(records.add, (replace(OTHER, text="Something else."),))
        archive.write_now(ledger.add, {}, 5, NOW)
        assert passed(archive, tmp_path, WIRE) == 1
        assert indexed(archive)
        assert passed(archive, tmp_path, WIRE, after=0.9 * DAY) == 0
        assert indexed(archive)
        assert passed(archive, tmp_path, WIRE, after=DAY) == 0
        assert not indexed(archive)
        with archive.reading() as connection:
            assert search.find(connection, parse("something"), limit=9)
            assert not retention.has_words_to_forget(connection, NOW + 9 * DAY)


def test_pass_removes_captures_and_says_that_the_operator_set_the_time(
    archive: Archive, tmp_path: Path
) -> None:
    passed(archive, tmp_path, WIRE)

    with archive.reading() as connection:
        (tombstone,) = captures.of(connection, OLD.id)
        assert bodies.get(connection, bodies.pack(BODY).sha256) is None
        assert retention.counts(connection) == {Kept.HEADLINE: 2}
        faults: list[str] = []
        verifying.verify(connection, faults.append, lambda *_: None)
    assert faults == []
    assert tombstone.capture is not None
    assert tombstones.reason(tombstone.capture) == "kept for 365d as configured"


def test_pass_goes_on_with_what_waited_once_it_was_told(archive: Archive, tmp_path: Path) -> None:
    archive.write_now(settling.settle_all, "desk", NOW)
    assert passed(archive, tmp_path, WIRE) == 2
    assert kept(archive)[WAITS.id] is Kept.HEADLINE


def test_pass_empties_mails_that_told_of_an_article_once_they_have_left(
    archive: Archive, tmp_path: Path
) -> None:
    for number, record in enumerate((OLD, YOUNG)):
        mail = a_mail(message_id=f"<{number}@example.org>")
        digest = Digest(f"digest{number}", "desk", None, (), (a_match(record),))
        archive.write_now(ledger.add, {"desk": digest.matches}, 5, NOW)
        assert archive.write_now(outbox.enqueue, digest, (mail,), NOW)
    assert passed(archive, tmp_path, WIRE) == 0

    for status in (Status.DEFERRED, Status.REFUSED):  # parked, refused: nobody has them
        for number in range(2):
            nobodys = Delivery(f"<{number}@example.org>", "desk", status, NOW)
            archive.write_now(outbox.settle, nobodys)
        assert passed(archive, tmp_path, WIRE) == 0
    for number in range(2):
        sent = Delivery(f"<{number}@example.org>", "desk", Status.SENT, NOW)
        archive.write_now(outbox.settle, sent, None)
    assert passed(archive, tmp_path, WIRE) == 1

    with archive.reading() as connection:
        query = "SELECT message_id FROM outbox WHERE length(bytes) > 0"
        assert list(connection.exec_driver_sql(query).scalars()) == ["<1@example.org>"]


def test_pass_reads_no_table_as_a_whole(places: Places, tmp_path: Path) -> None:
    scanned: list[str] = []

    def explain(connection: sa.Connection) -> None:
        def each(*told: Any) -> None:
            _, cursor, statement, values, _, is_many = told
            if statement.startswith(("SELECT", "UPDATE", "DELETE")):
                asked = f"EXPLAIN QUERY PLAN {statement}"
                plan = cursor.connection.cursor().execute(asked, values[0] if is_many else values)
                scanned.extend(f"{row[3]}: {statement}" for row in plan if "SCAN" in row[3])

        sa.event.listen(connection, "before_cursor_execute", each)
        term = Term((WIRE.name,), NOW, "invented")
        cut = replace(OLD, text="", kept=Kept.HEADLINE)
        assert retention.shorten(connection, term, lambda _: cut, limit=9, now=NOW, software="x")

    with places.make("sqlite", tmp_path / "state").open() as archive:
        archive.write_now(records.add, (OLD,), hashes={OLD.id: (1, 2)})
        archive.write_now(ledger.add, {}, 5, NOW)
        archive.write_now(explain)
    assert scanned == []


def test_pass_without_a_time_that_is_set_asks_for_nothing(archive: Archive, tmp_path: Path) -> None:
    assert passed(archive, tmp_path, EVER) == 0
    assert set(kept(archive).values()) == {Kept.FULL}


def test_pass_takes_many_in_steps_and_no_more_steps_than_it_may(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pass_, "RECORDS_AT_ONCE", 2)
    monkeypatch.setattr(pass_, "STEPS", 2)
    archive.write_now(records.add, [an_old(f"more{n:04}") for n in range(7)])
    archive.write_now(ledger.add, {}, 20, NOW)
    assert [passed(archive, tmp_path, WIRE) for _ in range(3)] == [4, 4, 1]
