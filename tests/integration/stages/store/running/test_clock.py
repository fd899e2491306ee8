"""An archive that was written while the clock was ahead, opened when the clock is right again."""

from datetime import datetime, timedelta

from builders import NOW, a_feed, a_feed_state, a_mail
from hrwatch.model.mail import Delivery, Digest, Status
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds
from hrwatch.stages.store.mail import outbox, subscribers
from hrwatch.stages.store.running import clock

AHEAD = NOW + timedelta(days=4000)
PAIRS = {"desk": (("countries", "*"),)}


def write(archive: Archive, at: datetime) -> None:
    """Let a feed be polled, a subscriber come into force and a mail be deferred at that time."""
    archive.write_now(feeds.sync, (a_feed(),), at)
    archive.write_now(subscribers.sync, PAIRS, at)
    archive.write_now(feeds.claim, "wire", owner="us", now=at, until=at)
    polled = a_feed_state(last_polled_at=at, next_poll_at=at + timedelta(minutes=30))
    archive.write_now(feeds.finish, polled, "us")
    mail = a_mail()
    digest = Digest("digest1", "desk", None, (), ())
    archive.write_now(outbox.enqueue, digest, (mail,), at)
    archive.write_now(outbox.claim, mail.message_id, owner="us", now=at, until=at)
    deferred = Delivery(mail.message_id, "desk", Status.DEFERRED, at)
    archive.write_now(outbox.settle, deferred, at + timedelta(minutes=5))


def due(archive: Archive) -> tuple[tuple[str, ...], int]:
    with archive.reading() as connection:
        mails = outbox.waiting(connection, now=NOW, regardless=False)
        return feeds.due(connection, ("wire",), NOW, False), len(mails)


def test_mend_after_the_clock_was_ahead_lets_nothing_wait_for_that_time(archive: Archive) -> None:
    write(archive, AHEAD)
    assert due(archive) == ((), 0)

    found = archive.write_now(clock.mend, NOW)

    assert found == AHEAD
    assert due(archive) == (("wire",), 1)
    with archive.reading() as connection:
        (asked,) = subscribers.in_force(connection, "desk")
    assert asked.since == NOW  # what is found now counts as found after it was asked for
    assert archive.write_now(clock.mend, NOW) is None, "told once, not at every start"


def test_mend_by_a_sound_clock_changes_nothing(archive: Archive) -> None:
    write(archive, NOW - timedelta(minutes=20))

    assert archive.write_now(clock.mend, NOW) is None
    assert due(archive) == ((), 1)


def test_mend_leaves_a_clock_that_was_set_back_by_little_alone(archive: Archive) -> None:
    write(archive, NOW + clock.SLACK)

    assert archive.write_now(clock.mend, NOW) is None
    assert due(archive) == ((), 0)


def test_mend_of_an_empty_archive_finds_nothing(archive: Archive) -> None:
    assert archive.write_now(clock.mend, NOW) is None
