"""What the archive knows for the operator's mails, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from builders import NOW, a_feed, a_mail, a_match, a_record
from hrwatch.model.articles import Copy, CopyKind
from hrwatch.model.mail import Delivery, Digest, MailKind, Status
from hrwatch.model.operating import Traffic
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records
from hrwatch.stages.store.mail import affairs, ledger, notices, outbox
from postgres import Place

DAY = timedelta(days=1)
WEEK = 7 * DAY


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with place.open() as opened:
        yield opened


def settled(archive: Archive, number: int, status: Status, *, again: bool = False) -> None:
    """Write a mail to `desk` five days ago, and settle it yesterday."""
    mail = a_mail(message_id=f"<{number}>")
    digest = Digest(f"d{number}", "desk", None, (), ())
    archive.write_now(outbox.enqueue, digest, (mail,), NOW - 5 * DAY)
    delivery = Delivery(f"<{number}>", "desk", status, NOW - DAY, "552 full")
    archive.write_now(outbox.settle, delivery, NOW + DAY if again else None)


def test_traffic_counts_the_week_and_what_waits(archive: Archive) -> None:
    for number in range(3):
        settled(archive, number, Status.SENT)
    settled(archive, 3, Status.REFUSED)
    settled(archive, 4, Status.DEFERRED, again=True)
    settled(archive, 5, Status.DEFERRED)
    urgent = Digest("u", "desk", None, (), (), kind=MailKind.URGENT)
    archive.write_now(outbox.enqueue, urgent, (a_mail(message_id="<u>"),), NOW - DAY)
    empty = Digest("e", "desk", None, (), ())
    archive.write_now(outbox.enqueue, empty, (), NOW - DAY)

    with archive.reading() as connection:
        found = affairs.traffic(connection, NOW - WEEK)
        later = affairs.traffic(connection, NOW)

    assert found == Traffic(6, 1, 3, 1, 0, 2, NOW - 5 * DAY, 1)
    assert later == Traffic(waiting=2, waiting_since=NOW - 5 * DAY, parked=1)


def test_mail_that_was_withdrawn_is_neither_refused_nor_lost(archive: Archive) -> None:
    record = a_record()
    archive.write_now(records.add, (record,))
    archive.write_now(ledger.add, {"desk": (a_match(record),)}, 1, NOW)
    digest = Digest("d", "desk", None, (), (a_match(record),))
    archive.write_now(outbox.enqueue, digest, (a_mail(),), NOW)
    gone = Delivery(a_mail().message_id, "desk", Status.REFUSED, NOW, "not sent")
    archive.write_now(outbox.withdraw, gone)

    with archive.reading() as connection:
        found = affairs.traffic(connection, NOW - WEEK)
        assert (found.refused, found.withdrawn) == (0, 1)
        assert affairs.lost(connection, NOW - WEEK) == ()


def test_lost_are_the_refused_of_late_and_those_that_are_parked(
    archive: Archive,
) -> None:
    settled(archive, 1, Status.SENT)
    settled(archive, 2, Status.REFUSED)
    settled(archive, 3, Status.UNKNOWN)
    settled(archive, 4, Status.DEFERRED, again=True)

    with archive.reading() as connection:
        found = affairs.lost(connection, NOW - WEEK)
        assert [(one.message_id, one.is_parked) for one in found] == [("<2>", False), ("<3>", True)]
        assert [one.message_id for one in affairs.lost(connection, NOW)] == ["<3>"]
        assert affairs.parked(connection) == 1
        assert affairs.last_sent_at(connection) == NOW - DAY


def test_only_copies_names_feeds_of_which_all_is_somebody_elses(archive: Archive) -> None:
    a_copy = Copy("o", CopyKind.SAME_TEXT, 1.0)
    own = Copy("m0", CopyKind.SAME_TEXT, 1.0)
    archive.write_now(
        records.add,
        [
            a_record("o", feed="original"),
            *(a_record(f"e{n}", feed="echo", story="o", copy=a_copy) for n in range(4)),
            a_record("m0", feed="mixed", story="o", copy=a_copy),
            *(a_record(f"m{n}", feed="mixed", story="m0", copy=own) for n in range(1, 4)),
            a_record("f0", feed="few", story="o", copy=a_copy),
        ],
    )

    with archive.reading() as connection:
        assert affairs.only_copies(connection, NOW, 4) == (("echo", 4),)
        assert affairs.only_copies(connection, NOW + DAY, 1) == ()


def test_stock_counts_articles_once_and_the_bytes_of_mail(archive: Archive) -> None:
    archive.write_now(records.add, [a_record("a"), a_record("b", first_seen_at=NOW - WEEK)])
    archive.write_now(outbox.put, (a_mail(),), NOW)

    with archive.reading() as connection:
        found = affairs.stock(connection, NOW)

    assert found == (2, 1, 1, len(a_mail().bytes))


def test_began_is_when_the_first_feed_came(archive: Archive) -> None:
    with archive.reading() as connection:
        assert affairs.began_at(connection) is None
    archive.write_now(feeds.sync, (a_feed(),), NOW)
    with archive.reading() as connection:
        assert affairs.began_at(connection) == NOW


def test_report_is_queued_once_and_its_numbers_are_the_next_ones(archive: Archive) -> None:
    def report(name: str, number: int) -> bool:
        mail = a_mail(message_id=f"<{number}>", subscriber="", kind=MailKind.REPORT)
        at = NOW + number * DAY
        return archive.write_now(notices.report, name, mail, {"archive": number * 10**12}, at)

    assert report("report:2026-W09", 1)
    assert not report("report:2026-W09", 2)
    assert report("report:2026-W10", 3)
    with archive.reading() as connection:
        assert notices.last_report(connection) == (NOW + 3 * DAY, {"archive": 3 * 10**12})
        rows = connection.execute(sa.text("SELECT message_id, kind FROM outbox ORDER BY 1"))
        assert [tuple(row) for row in rows] == [("<1>", "report"), ("<3>", "report")]


def test_alert_is_noted_with_its_mail_and_forgotten_when_it_is_over(archive: Archive) -> None:
    archive.write_now(notices.alert, ("disk", "alert:last"), a_mail(message_id="<1>"), NOW)
    archive.write_now(notices.alert, ("alert:last",), a_mail(message_id="<2>"), NOW + DAY)
    archive.write_now(notices.forget, ("disk",))

    with archive.reading() as connection:
        assert notices.told(connection) == {"alert:last": NOW + DAY}
        assert notices.last_report(connection) is None
