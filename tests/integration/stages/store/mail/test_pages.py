"""A digest in several mails: under which number and on which page each match was told, and what
becomes of it when one of the mails does not leave. The same on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from builders import NOW, a_mail, a_match, a_record, an_entry
from hrwatch.model.mail import Delivery, Digest, Mail, MailKind, Page, Status, Window
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.mail import ledger, outbox
from hrwatch.stages.store.removing import purging, requested
from postgres import Place

TODAY = Window("2026-03-02", NOW, NOW.date())
RECORDS = tuple(
    a_record(
        f"record{n}",
        entry=an_entry(guid=f"{n}", permalink=f"http://wire.example/{n}", title=f"Invented {n}"),
        article=None,
    )
    for n in range(1, 6)
)
PAGES = tuple(
    Page(f"{place} of 3", f"{place}", "", numbers)
    for place, numbers in enumerate(((1, 2), (3,), (4, 5)), 1)
)
DIGEST = Digest("digest1", "desk", TODAY, PAGES, tuple(map(a_match, RECORDS)), (1, 2, 3, 4, 5))


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with place.open() as opened:
        opened.write_now(records.add, RECORDS)
        opened.write_now(ledger.add, {"desk": DIGEST.matches}, len(RECORDS), NOW)
        assert opened.write_now(outbox.enqueue, DIGEST, mails(), NOW)
        yield opened


def mails(digest: str = "digest1") -> tuple[Mail, ...]:
    return tuple(a_mail(message_id=f"<{digest}-{n}@example.org>", page=n) for n in (1, 2, 3))


def places(archive: Archive) -> list[tuple[Any, ...]]:
    with archive.reading() as connection:
        found = connection.execute(sa.text("SELECT record, number, page FROM ledger ORDER BY 1"))
        return [tuple(row) for row in found]


def waiting(archive: Archive) -> list[str]:
    with archive.reading() as connection:
        return [one.record.id for one in ledger.waiting(connection, "desk")]


def withdraw(archive: Archive, page: int) -> None:
    gone = Delivery(f"<digest1-{page}@example.org>", "desk", Status.REFUSED, NOW)
    archive.write_now(outbox.withdraw, gone)


def test_each_match_is_kept_with_its_number_and_its_page(archive: Archive) -> None:
    assert places(archive) == [
        ("record1", 1, 1),
        ("record2", 2, 1),
        ("record3", 3, 2),
        ("record4", 4, 3),
        ("record5", 5, 3),
    ]


def test_pages_of_a_digest_are_mailed_in_their_order(archive: Archive) -> None:
    with archive.reading() as connection:
        found = outbox.waiting(connection, now=NOW, regardless=False)
    assert [one.message_id for one in found] == [mail.message_id for mail in mails()]


def test_withdrawing_one_page_reopens_what_stood_on_it_and_nothing_else(archive: Archive) -> None:
    withdraw(archive, 3)
    assert waiting(archive) == ["record4", "record5"]
    assert places(archive)[2:] == [
        ("record3", 3, 2),
        ("record4", None, None),
        ("record5", None, None),
    ]
    with archive.reading() as connection:
        assert outbox.window_taken(connection, "desk", TODAY.key)


def test_withdrawing_a_mail_of_before_there_were_pages_reopens_all_it_told(
    archive: Archive,
) -> None:
    def forget(connection: sa.Connection) -> None:
        connection.execute(sa.text("UPDATE ledger SET number = NULL, page = NULL"))

    archive.write_now(forget)
    withdraw(archive, 1)
    assert waiting(archive) == [record.id for record in RECORDS]


def test_mail_of_no_digest_is_withdrawn_alone(archive: Archive) -> None:
    answer = a_mail(message_id="<answer@example.org>", kind=MailKind.ANSWER)
    archive.write_now(outbox.put, (answer,), NOW)
    gone = Delivery("<answer@example.org>", "desk", Status.REFUSED, NOW)
    archive.write_now(outbox.withdraw, gone)
    assert waiting(archive) == []


@pytest.mark.parametrize("sent", [(), (1,), (1, 2, 3)], ids=["none sent", "first sent", "all sent"])
def test_purge_takes_back_the_pages_that_have_not_left(
    archive: Archive, sent: tuple[int, ...]
) -> None:
    for page in sent:
        done = Delivery(f"<digest1-{page}@example.org>", "desk", Status.SENT, NOW)
        archive.write_now(outbox.settle, done, None)
    with archive.reading() as connection:
        found = requested.held(connection, "record4")
    later = NOW + timedelta(days=1)
    assert archive.write_now(purging.purge, found, "asked for", now=later, software="x")
    assert (
        waiting(archive)
        == {
            (): ["record1", "record2", "record3", "record5"],
            (1,): ["record3", "record5"],
            (1, 2, 3): [],
        }[sent]
    )
    with archive.reading() as connection:
        assert outbox.counts(connection) == ({Status.SENT: len(sent)} if sent else {})
        assert outbox.window_taken(connection, "desk", TODAY.key) is bool(sent)
