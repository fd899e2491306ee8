"""Digests, the ledger and the outbox: nobody is told twice, and no mail is lost on its way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from builders import NOW, a_mail, a_match, a_record
from hrwatch.model.mail import Delivery, Digest, Mail, Match, Status, Window
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.mail import ledger, outbox, settling
from postgres import Place

MINUTE = timedelta(minutes=1)
TODAY = Window("2026-03-02", NOW, NOW.date())
FIRST, SECOND, THIRD = (a_record(f"record{n}", title=f"Invented {n}") for n in (1, 2, 3))
COPY = replace(a_record("record4", title="Invented 1"), story=FIRST.id)


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with place.open() as opened:
        opened.write_now(records.add, (FIRST, SECOND, THIRD))
        yield opened


def matched(archive: Archive, *found: Match, subscriber: str = "desk", up_to: int = 3) -> None:
    archive.write_now(ledger.add, {subscriber: found}, up_to, NOW)


def waiting(archive: Archive, subscriber: str = "desk") -> list[str]:
    with archive.reading() as connection:
        return [one.record.id for one in ledger.waiting(connection, subscriber)]


def a_digest(*matches: Match, id: str = "digest1", window: Window | None = TODAY) -> Digest:
    return Digest(id, "desk", window, (), matches)


def enqueue(archive: Archive, digest: Digest, mail: Mail | None = None) -> bool:
    return archive.write_now(outbox.enqueue, digest, (mail,) if mail else (), NOW)


def count(archive: Archive, table: str) -> int:
    with archive.reading() as connection:
        return connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - a table's name, written below


# Matching once


def test_unmatched_gives_every_record_once_in_pieces_without_backlog(archive: Archive) -> None:
    archive.write_now(records.add, (replace(a_record("old"), backlog=True), COPY))
    seen = []
    while True:
        with archive.reading() as connection:
            piece = ledger.unmatched(connection, 2)
        if piece is None:
            break
        seen.append([record.id for record in piece.records])
        archive.write_now(ledger.add, {}, piece.up_to, NOW)
    assert seen == [["record1", "record2"], ["record3"], ["record4"]]


def test_unmatched_after_a_slower_pass_does_not_go_back(archive: Archive) -> None:
    matched(archive, up_to=3)
    matched(archive, up_to=2)
    with archive.reading() as connection:
        assert ledger.unmatched(connection, 10) is None


def test_add_match_twice_waits_once_and_settled_stays_settled(archive: Archive) -> None:
    for _ in range(2):
        matched(archive, a_match(FIRST))
    assert waiting(archive) == ["record1"]
    assert enqueue(archive, a_digest(a_match(FIRST)), a_mail())
    matched(archive, a_match(FIRST))
    assert waiting(archive) == []
    assert count(archive, "ledger") == 1


def test_waiting_is_each_subscribers_own_in_the_order_of_writing(archive: Archive) -> None:
    matched(archive, a_match(SECOND), a_match(FIRST))
    matched(archive, a_match(THIRD), subscriber="another")
    assert waiting(archive) == ["record1", "record2"]
    assert waiting(archive, "another") == ["record3"]


def test_waiting_of_more_matches_than_one_statement_holds(archive: Archive) -> None:
    many = [a_record(f"many{n:04}") for n in range(1_100)]
    archive.write_now(records.add, many)
    matched(archive, *map(a_match, many))
    assert waiting(archive) == [record.id for record in many]


def test_add_match_of_no_record_is_a_bug(archive: Archive) -> None:
    with pytest.raises(sa.exc.IntegrityError, match=r"(?i)foreign key"):
        matched(archive, a_match(a_record("unknown")))


def test_settle_without_digest_needs_no_telling(archive: Archive) -> None:
    matched(archive, a_match(FIRST), a_match(SECOND))
    assert archive.write_now(settling.settle, "desk", (a_match(FIRST),), NOW, None) == 1
    assert archive.write_now(settling.settle, "desk", (a_match(FIRST),), NOW, None) == 0
    assert waiting(archive) == ["record2"]


# A digest, all of it or nothing


def test_enqueue_digest_settles_its_matches_and_queues_its_mail(archive: Archive) -> None:
    matched(archive, a_match(FIRST), a_match(SECOND))
    assert enqueue(archive, a_digest(a_match(FIRST)), a_mail())
    assert waiting(archive) == ["record2"]
    with archive.reading() as connection:
        assert outbox.window_taken(connection, "desk", TODAY.key)
        assert not outbox.window_taken(connection, "another", TODAY.key)
        assert outbox.counts(connection) == {Status.QUEUED: 1}


def test_enqueue_second_digest_of_a_window_writes_nothing(archive: Archive) -> None:
    matched(archive, a_match(FIRST), a_match(SECOND))
    assert enqueue(archive, a_digest(a_match(FIRST)), a_mail())
    again = a_digest(a_match(SECOND), id="digest2")
    assert not enqueue(archive, again, a_mail(message_id="<2@example.org>"))
    assert waiting(archive) == ["record2"]
    assert (count(archive, "digests"), count(archive, "outbox")) == (1, 1)


def test_enqueue_match_that_another_digest_answers_for_writes_nothing(archive: Archive) -> None:
    matched(archive, a_match(FIRST), a_match(SECOND))
    assert enqueue(archive, a_digest(a_match(FIRST), window=None), a_mail())
    both = a_digest(a_match(FIRST), a_match(SECOND), id="digest2")
    assert not enqueue(archive, both, a_mail(message_id="<2@example.org>"))
    assert waiting(archive) == ["record2"]
    assert (count(archive, "digests"), count(archive, "outbox")) == (1, 1)


def test_enqueue_at_once_as_often_as_there_is_something(archive: Archive) -> None:
    matched(archive, a_match(FIRST), a_match(SECOND))
    for number, record in enumerate((FIRST, SECOND)):
        digest = a_digest(a_match(record), id=f"digest{number}", window=None)
        assert enqueue(archive, digest, a_mail(message_id=f"<{number}@example.org>"))
    assert count(archive, "outbox") == 2


def test_enqueue_empty_window_is_taken_without_a_mail(archive: Archive) -> None:
    assert enqueue(archive, a_digest())
    assert not enqueue(archive, a_digest(id="digest2"))
    with archive.reading() as connection:
        assert outbox.window_taken(connection, "desk", TODAY.key)
        assert outbox.counts(connection) == {}


# The way of a mail


@pytest.fixture
def queued(archive: Archive) -> Archive:
    for number in (2, 1):
        at = NOW - number * MINUTE
        mail = a_mail(message_id=f"<{number}@example.org>")
        digest = a_digest(id=f"digest{number}", window=None)
        archive.write_now(outbox.enqueue, digest, (mail,), at)
    return archive


def due(
    archive: Archive, later: timedelta = timedelta(0), *, regardless: bool = False
) -> list[str]:
    with archive.reading() as connection:
        found = outbox.waiting(connection, now=NOW + later, regardless=regardless)
        return [one.message_id for one in found]


def claim(
    archive: Archive, message_id: str = "<2@example.org>", later: timedelta = timedelta(0)
) -> tuple[Mail, int] | None:
    now = NOW + later
    until = now + 10 * MINUTE
    found = archive.write_now(outbox.claim, message_id, owner="us", now=now, until=until)
    return found and (found.mail, found.attempts)


def settle(archive: Archive, status: Status, again: timedelta | None = None) -> None:
    delivery = Delivery("<2@example.org>", "desk", status, NOW, "invented")
    archive.write_now(outbox.settle, delivery, NOW + again if again is not None else None)


def test_waiting_mails_come_oldest_first(queued: Archive) -> None:
    assert due(queued) == ["<2@example.org>", "<1@example.org>"]


def test_claim_mail_is_sending_and_is_had_once(queued: Archive) -> None:
    assert claim(queued) == (a_mail(message_id="<2@example.org>"), 1)
    assert claim(queued) is None
    assert due(queued) == ["<1@example.org>"]
    with queued.reading() as connection:
        assert outbox.counts(connection) == {Status.SENDING: 1, Status.QUEUED: 1}


def test_claim_that_ran_out_gives_the_same_bytes_again(queued: Archive) -> None:
    first = claim(queued)
    again = claim(queued, later=10 * MINUTE)
    assert first is not None
    assert again == (first[0], 2)


def test_claim_after_a_crash_is_free_at_the_next_start(queued: Archive, place: Place) -> None:
    assert claim(queued)
    queued.close()
    with place.open() as reopened:
        assert due(reopened) == ["<2@example.org>", "<1@example.org>"]
        assert claim(reopened) == (a_mail(message_id="<2@example.org>"), 2)


@pytest.mark.parametrize("status", [Status.SENT, Status.REFUSED, Status.DEFERRED, Status.UNKNOWN])
def test_settle_for_good_closes_the_matter(queued: Archive, status: Status) -> None:
    assert claim(queued)
    settle(queued, status)
    assert due(queued, timedelta(days=30), regardless=True) == ["<1@example.org>"]
    assert claim(queued, later=timedelta(days=30)) is None
    with queued.reading() as connection:
        assert outbox.counts(connection) == {status: 1, Status.QUEUED: 1}


@pytest.mark.parametrize("status", [Status.DEFERRED, Status.UNKNOWN])
def test_settle_for_now_is_due_again_when_its_time_comes(queued: Archive, status: Status) -> None:
    assert claim(queued)
    settle(queued, status, again=5 * MINUTE)
    assert due(queued, 4 * MINUTE) == ["<1@example.org>"]
    assert due(queued, 5 * MINUTE) == ["<2@example.org>", "<1@example.org>"]
    assert due(queued, regardless=True) == ["<2@example.org>", "<1@example.org>"]
    assert claim(queued, later=5 * MINUTE) == (a_mail(message_id="<2@example.org>"), 2)


def test_claim_unknown_mail_gives_none(queued: Archive) -> None:
    assert claim(queued, "<unknown@example.org>") is None
