"""Later versions of an article, and what became of its page, in the ledger: who is told what, once,
and nothing that is so no more."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import NOW, a_mail, a_match, a_record
from hrwatch.model.articles import Change, Record
from hrwatch.model.mail import Delivery, Digest, Match, Reason, Status
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import looks, records
from hrwatch.stages.store.mail import fates, ledger, outbox, settling, subscribers
from postgres import Place, Places

FIRST = a_record("record1", title="Invented 1")
SECOND = replace(FIRST, version=2, change=Change(added=("A line more.",)))
THIRD = replace(SECOND, version=3)
COMPLETED = replace(SECOND, change=None)  # the page came later: no change by the publisher
BOTH = {"one": (("countries", "*"),), "two": (("countries", "*"),)}
LATER = NOW + timedelta(hours=5)


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with place.open() as opened:
        opened.write_now(subscribers.sync, BOTH, NOW)
        opened.write_now(records.add, (FIRST,))
        yield opened


def matched(archive: Archive, record: Record, *readers: str) -> None:
    """Add a version and match it: it is what these readers ask for."""
    archive.write_now(records.add, (record,))
    matches = {name: [a_match(record)] if name in readers else [] for name in BOTH}
    versions = [record] if record.version > 1 else []
    archive.write_now(ledger.add, matches, 10, NOW, versions=versions)


def told(archive: Archive, *readers: str) -> None:
    """Write a digest of all that waits for these readers."""
    for name in readers:
        with archive.reading() as connection:
            waiting = ledger.waiting(connection, name)
        matches = tuple(a_match(one.record, reason=one.reason) for one in waiting)
        key = f"{name}-{len(matches)}-{waiting[0].record.version}-{waiting[0].reason}"
        assert write(archive, name, key, *matches)


def write(archive: Archive, reader: str, key: str, *matches: Match) -> bool:
    digest = Digest(key, reader, None, (), matches)
    mail = a_mail(message_id=f"<{key}@example.org>", subscriber=reader)
    return archive.write_now(outbox.enqueue, digest, (mail,), NOW)


def waits(archive: Archive, reader: str) -> list[tuple[int, Reason]]:
    with archive.reading() as connection:
        return [(one.record.version, one.reason) for one in ledger.waiting(connection, reader)]


def test_later_version_is_changed_for_who_was_told_and_new_in_its_place_for_who_waits(
    archive: Archive,
) -> None:
    matched(archive, FIRST, "one", "two")
    told(archive, "one")
    matched(archive, SECOND, "one", "two")
    assert waits(archive, "one") == [(2, Reason.CHANGED)]
    assert waits(archive, "two") == [(2, Reason.NEW)]
    matched(archive, THIRD, "one", "two")
    assert waits(archive, "one") == [(3, Reason.CHANGED)]
    assert waits(archive, "two") == [(3, Reason.NEW)]
    told(archive, "one", "two")
    matched(archive, THIRD, "one", "two")  # as after a crash: matched again
    assert waits(archive, "one") == waits(archive, "two") == []


def test_article_that_is_edited_all_day_is_told_as_changed_a_few_times(archive: Archive) -> None:
    matched(archive, FIRST, "one", "two")
    told(archive, "one")
    for version in range(2, 9):
        matched(archive, replace(SECOND, version=version), "one", "two")
        if version < 7:
            assert waits(archive, "one") == [(version, Reason.CHANGED)]
            told(archive, "one")
    assert waits(archive, "one") == []
    assert waits(archive, "two") == [(8, Reason.NEW)]


def test_later_version_that_matches_no_more_is_told_to_who_was_told_before(
    archive: Archive,
) -> None:
    matched(archive, FIRST, "one", "two")
    told(archive, "one")
    matched(archive, SECOND)
    assert waits(archive, "one") == [(2, Reason.CHANGED)]
    assert waits(archive, "two") == []


def test_later_version_that_matches_for_the_first_time_is_new(archive: Archive) -> None:
    matched(archive, FIRST, "one")
    matched(archive, SECOND, "one", "two")
    assert waits(archive, "two") == [(2, Reason.NEW)]


def test_later_version_of_what_needed_no_telling_needs_none(archive: Archive) -> None:
    matched(archive, FIRST, "one")
    archive.write_now(settling.settle, "one", (a_match(FIRST),), NOW, None)
    matched(archive, SECOND, "one")
    assert waits(archive, "one") == []


def test_completed_article_takes_the_place_of_what_waits_and_is_no_change(
    archive: Archive,
) -> None:
    matched(archive, FIRST, "one")
    told(archive, "one")
    matched(archive, COMPLETED, "one", "two")
    assert waits(archive, "one") == []
    assert waits(archive, "two") == [(2, Reason.NEW)]


def test_digest_of_a_version_that_another_took_the_place_of_is_not_written(
    archive: Archive,
) -> None:
    matched(archive, FIRST, "one")
    matched(archive, SECOND, "one")
    assert not write(archive, "one", "late", a_match(FIRST))
    assert write(archive, "one", "right", a_match(SECOND))


def test_mail_that_was_withdrawn_lets_the_latest_version_wait_as_new(archive: Archive) -> None:
    matched(archive, FIRST, "one")
    assert write(archive, "one", "digest1", a_match(FIRST))
    matched(archive, SECOND, "one")
    assert waits(archive, "one") == [(2, Reason.CHANGED)]
    gone = Delivery("<digest1@example.org>", "one", Status.REFUSED, NOW)
    archive.write_now(outbox.withdraw, gone)
    assert waits(archive, "one") == [(2, Reason.NEW)]


def test_mail_of_a_change_that_was_withdrawn_lets_the_latest_change_wait(archive: Archive) -> None:
    matched(archive, FIRST, "one")
    assert write(archive, "one", "digest1", a_match(FIRST))
    matched(archive, SECOND, "one")
    assert write(archive, "one", "digest2", a_match(SECOND, reason=Reason.CHANGED))
    matched(archive, THIRD, "one")
    gone = Delivery("<digest2@example.org>", "one", Status.REFUSED, NOW)
    archive.write_now(outbox.withdraw, gone)
    assert waits(archive, "one") == [(3, Reason.CHANGED)]


def test_removed_is_told_once_to_who_was_told_of_the_article_by_then(archive: Archive) -> None:
    matched(archive, FIRST, "one", "two")
    told(archive, "one")
    for _ in range(2):
        archive.write_now(fates.add_removed, FIRST, LATER)
    assert waits(archive, "one") == [(1, Reason.REMOVED)]
    assert waits(archive, "two") == [(1, Reason.NEW)]
    told(archive, "one", "two")
    archive.write_now(fates.add_removed, FIRST, LATER)
    assert waits(archive, "one") == []
    assert waits(archive, "two") == [(1, Reason.REMOVED)]


def test_removed_that_waits_is_taken_back_when_the_page_returns(archive: Archive) -> None:
    matched(archive, FIRST, "one")
    told(archive, "one")
    archive.write_now(fates.add_removed, FIRST, LATER)
    archive.write_now(fates.add_returned, FIRST, LATER)
    assert waits(archive, "one") == []
    archive.write_now(fates.add_removed, FIRST, LATER)
    assert waits(archive, "one") == [(1, Reason.REMOVED)], "it was never told"


def test_returned_is_told_to_who_was_told_that_it_was_removed(archive: Archive) -> None:
    matched(archive, FIRST, "one", "two")
    told(archive, "one", "two")
    archive.write_now(fates.add_removed, FIRST, LATER)
    told(archive, "one")
    archive.write_now(fates.add_returned, FIRST, LATER)
    assert waits(archive, "one") == [(1, Reason.RETURNED)]
    assert waits(archive, "two") == []


def test_returned_that_waits_is_taken_back_when_the_page_is_removed_again(
    archive: Archive,
) -> None:
    matched(archive, FIRST, "one")
    told(archive, "one")
    archive.write_now(fates.add_removed, FIRST, LATER)
    told(archive, "one")
    archive.write_now(fates.add_returned, FIRST, LATER)
    archive.write_now(fates.add_removed, FIRST, LATER)
    assert waits(archive, "one") == []


def test_removed_waits_for_nobody_who_left(archive: Archive) -> None:
    matched(archive, FIRST, "one", "two")
    told(archive, "one", "two")
    archive.write_now(subscribers.sync, {"two": BOTH["two"]}, LATER)
    archive.write_now(fates.add_removed, FIRST, LATER)
    archive.write_now(subscribers.sync, BOTH, LATER)
    assert waits(archive, "one") == []
    assert waits(archive, "two") == [(1, Reason.REMOVED)]


def test_removed_of_an_article_that_its_feed_goes_on_changing_is_told_once(
    archive: Archive,
) -> None:
    matched(archive, FIRST, "one")
    told(archive, "one")
    archive.write_now(fates.add_removed, FIRST, LATER)
    told(archive, "one")
    matched(archive, SECOND, "one")
    archive.write_now(fates.add_removed, SECOND, LATER + timedelta(days=1))
    assert waits(archive, "one") == [(2, Reason.CHANGED)]
    archive.write_now(fates.add_returned, SECOND, LATER + timedelta(days=2))
    assert waits(archive, "one") == [(2, Reason.CHANGED), (2, Reason.RETURNED)]


def test_version_that_another_writer_overtook_on_the_server_is_left_and_its_hash_with_it(
    places: Places, tmp_path: Path
) -> None:
    place = places.make("postgresql", tmp_path / "state")
    with place.open() as archive:
        archive.write_now(records.add, (FIRST,))
    engine = sa.create_engine(place.url)

    def write(connection: sa.Connection, words: str) -> frozenset[str]:
        version = replace(SECOND, text=words)
        told = looks.Restated(FIRST.id, words, looked_at=FIRST, version=version)
        return looks.keep_restated(connection, [told])

    def write_second() -> frozenset[str]:
        with engine.begin() as connection:
            return write(connection, "second")

    waiting = sa.text("SELECT 1 FROM pg_locks WHERE NOT granted")
    with ThreadPoolExecutor(1) as thread, place.aside() as server:
        with engine.begin() as connection:
            assert write(connection, "first") == frozenset()
            second = thread.submit(write_second)
            for _ in range(500):
                if server.execute(waiting).all():
                    break
                time.sleep(0.01)
        assert second.result(10) == {FIRST.id}
        found = server.execute(sa.text("SELECT text, entry_hash FROM records WHERE version = 2"))
        assert [tuple(row) for row in found] == [("first", "first")]
    engine.dispose()
