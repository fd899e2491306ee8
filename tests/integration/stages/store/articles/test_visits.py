"""Visits in the archive: made once, due at their time, had by one at a time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, a_match, a_record
from hrwatch.model.evidence import Standing, Visit
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import looks, records, visits
from hrwatch.stages.store.mail import ledger, subscribers
from hrwatch.stages.store.running import clock
from postgres import Place

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FIRST, SECOND, OTHER = (a_record(f"record{n}", title=f"Invented {n}") for n in (1, 2, 3))
ROWS = (
    Visit("record1", "wire", "http://wire.example/1", next_visit_at=NOW + 2 * HOUR),
    Visit("record2", "wire", "http://wire.example/2", next_visit_at=NOW + HOUR),
    Visit("record3", "other", "http://other.example/3", next_visit_at=NOW + HOUR / 2),
)


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with place.open() as opened:
        opened.write_now(records.add, (FIRST, SECOND, OTHER), visits=ROWS)
        yield opened


def due(archive: Archive, *feeds: str, after: timedelta = 2 * HOUR) -> list[str]:
    with archive.reading() as connection:
        found = visits.due(connection, feeds or ("wire", "other"), NOW + after, 10)
    return [one.record for one in found]


def claim(archive: Archive, record: str, owner: str = "us") -> Visit | None:
    now = NOW + 2 * HOUR
    until = now + HOUR
    return archive.write_now(visits.claim, record, owner=owner, now=now, until=until)


def known(archive: Archive, record: str) -> Visit | None:
    with archive.reading() as connection:
        return visits.of(connection, [record, "nobody"]).get(record)


def test_due_are_those_of_the_feeds_whose_time_has_come_the_longest_overdue_first(
    archive: Archive,
) -> None:
    assert due(archive) == ["record3", "record2", "record1"]
    assert due(archive, "wire", after=HOUR) == ["record2"]
    assert due(archive, "wire", after=HOUR / 2) == []
    archive.write_now(visits.add, (replace(ROWS[0], next_visit_at=NOW),))  # it is there already
    assert known(archive, "record1") == ROWS[0]


def test_claimed_visit_is_due_to_nobody_until_it_is_finished_or_released(archive: Archive) -> None:
    assert claim(archive, "record1") == ROWS[0]
    assert claim(archive, "record1", "them") is None
    assert due(archive, "wire") == ["record2"]
    later = replace(
        ROWS[0],
        standing=Standing.REMOVED,
        visits=3,
        last_visit_at=NOW + 2 * HOUR,
        next_visit_at=NOW + DAY,
        missing=3,
        missing_since=NOW,
        missing_until=NOW + 2 * HOUR,
        removed_at=NOW + 2 * HOUR,
        status=404,
        error="the server answers 404 Not Found",
        etag='"1"',
        last_modified="yesterday",
        body_sha256="ab" * 32,
    )
    assert not archive.write_now(visits.finish, later, "them")
    assert archive.write_now(visits.finish, later, "us")
    assert known(archive, "record1") == later
    assert claim(archive, "record2")
    archive.write_now(visits.release, "record2", "us")
    assert due(archive, "wire") == ["record2"]
    with archive.reading() as connection:
        assert visits.watched(connection, ("wire",), NOW) == visits.Watched(2, NOW + HOUR, 1)
        assert visits.watched(connection, ("wire",), NOW + DAY).removed == 0


def test_look_at_what_matched_for_nobody_is_the_last(archive: Archive) -> None:
    archive.write_now(ledger.add, {"desk": (a_match(FIRST),)}, 3, NOW)
    for record in (FIRST, SECOND):
        visit = claim(archive, record.id)
        assert visit is not None
        assert archive.write_now(looks.keep, looks.Look(record, visit), "us", NOW)
    assert known(archive, "record1") is not None
    assert known(archive, "record2") is None


def test_look_at_what_was_changed_or_purged_meanwhile_writes_nothing(archive: Archive) -> None:
    visit = claim(archive, "record1")
    assert visit is not None
    archive.write_now(records.add, (replace(FIRST, version=2),))
    later = replace(visit, visits=1, next_visit_at=NOW + DAY)
    look = looks.Look(FIRST, later, version=replace(FIRST, version=2, text="Half-written."))
    assert not archive.write_now(looks.keep, look, "us", NOW)
    assert known(archive, "record1") == ROWS[0]
    assert claim(archive, "record1") == ROWS[0]


def test_mend_after_the_clock_was_ahead_lets_no_visit_wait_for_that_time(archive: Archive) -> None:
    assert claim(archive, "record1")
    ahead = replace(ROWS[0], last_visit_at=NOW + 99 * DAY, next_visit_at=NOW + 100 * DAY)
    archive.write_now(visits.finish, ahead, "us")
    archive.write_now(subscribers.sync, {"desk": (("countries", "*"),)}, NOW + 99 * DAY)
    assert archive.write_now(clock.mend, NOW) is not None
    visit = known(archive, "record1")
    assert visit is not None
    assert visit.next_visit_at == NOW
