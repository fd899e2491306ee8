"""The periods that a subscriber's digests tell of: each begins where the one before it ended,
whatever happened between."""

import re
from collections.abc import Callable, Coroutine
from datetime import time, timedelta
from email.message import Message
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest

from builders import a_match, a_record, a_subscriber
from hrwatch.model.mail import (
    Beginning,
    Cadence,
    Delivery,
    MailKind,
    Mute,
    MuteKind,
    Quiet,
    Schedule,
    Status,
    Subscriber,
)
from hrwatch.stages.match import criteria
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.mail import (
    beginnings,
    ledger,
    outbox,
    subscribers,
    subscriptions,
    undelivered,
)
from postgres import Place, Places
from writing_desk import SEVERE, WritingDesk, at_the_desk, instant

DAILY = Schedule(Cadence.DAILY, time(7))
_PERIOD = re.compile(r"Period: (.+?) to (.+?), Vilnius time")
FIRST = ", when your subscription began,"


@pytest.fixture
def file(places: Places, tmp_path: Path) -> Place:
    """A place on SQLite: what these tests ask is not the database's to answer."""
    return places.make("sqlite", tmp_path / "state")


def reader(schedule: Schedule = DAILY, **changes: object) -> Subscriber:
    return a_subscriber(schedule=schedule, timezone="Europe/Vilnius", **changes)


def end_of(head: str) -> str:
    """One end of what a mail tells, without what a change of clocks or a short time adds."""
    return re.sub(r" \(UTC\S+\)|(?<=:\d\d):00", "", head)


def periods(desk: WritingDesk, *, alerts: bool = False) -> list[tuple[str, str]]:
    """What each mail tells of its period, the oldest first: of digests, or of `alerts`."""
    found = []
    for mail in desk.mails():
        text = " ".join(text_of(mail).split())
        if text.startswith("Alert") is alerts:
            match = _PERIOD.search(text)
            assert match is not None, text[:300]
            found.append((end_of(match[1]), end_of(match[2])))
    return found


def text_of(mail: Message) -> str:
    part = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    return cast(bytes, part.get_payload(decode=True)).decode()


Days = Callable[[WritingDesk], Coroutine[Any, Any, None]]


async def quiet_days(desk: WritingDesk) -> None:
    """Two days of news, two of none, one of news."""
    for title, until in (("One", "24 12:00"), ("Two", "25 12:00"), ("", "27 12:00")):
        if title:
            await desk.publish(title)
        await desk.go(f"2026-10-{until}")
    await desk.publish("Three")
    await desk.go("2026-10-28 12:00")


async def a_pause(desk: WritingDesk) -> None:
    """A pause by a reply from the second day on, over the change of clocks."""
    await desk.publish("One")
    await desk.go("2026-10-24 12:00")
    await desk.stand(paused_until=instant("2026-10-27 20:00"))
    await desk.publish("Two")
    await desk.go("2026-10-27 22:00")
    await desk.publish("Three")
    await desk.go("2026-10-29 12:00")


async def downtime(desk: WritingDesk) -> None:
    """The machine is off for three days; then one late digest, and the usual one."""
    await desk.publish("One")
    await desk.go("2026-10-24 12:00")
    await desk.publish("Two")
    desk.clock.now = instant("2026-10-27 13:00")
    await desk.tick()
    await desk.publish("Three")
    await desk.go("2026-10-28 12:00")


async def asked_for_now(desk: WritingDesk) -> None:
    """The operator sends what there is at noon, beside the windows."""
    await desk.publish("One")
    await desk.go("2026-10-24 09:00")
    await desk.publish("Two")
    await desk.go("2026-10-24 12:00")
    await desk.tick(regardless=True)
    await desk.publish("Three")
    await desk.go("2026-10-25 12:00")


async def every_hour(desk: WritingDesk) -> None:
    """News now and then, through a night."""
    for number in range(9):
        await desk.publish(f"Story {number}")
        await desk.go(f"2026-10-{23 + number // 3} {8 * (number % 3) + 7:02}:30", step=HALF_HOUR)


HALF_HOUR = timedelta(minutes=30)
HOURLY = Schedule(Cadence.HOURLY)
WEEKLY = Schedule(Cadence.WEEKLY, time(7), 0)
AT_ONCE = Schedule(Cadence.AT_ONCE)
NIGHT = Quiet(time(22), time(8, 30))


@pytest.mark.parametrize(
    ("subscriber", "days", "ends"),
    [
        (
            reader(),
            quiet_days,
            ["Sat 24 Oct 07:00", "Sun 25 Oct 07:00", "Wed 28 Oct 07:00"],
        ),
        (reader(), a_pause, ["Sat 24 Oct 07:00", "Tue 27 Oct 22:00", "Wed 28 Oct 07:00"]),
        (reader(), downtime, ["Sat 24 Oct 07:00", "Tue 27 Oct 15:00", "Wed 28 Oct 07:00"]),
        (reader(), asked_for_now, ["Sat 24 Oct 07:00", "Sat 24 Oct 15:00", "Sun 25 Oct 07:00"]),
        (reader(quiet=NIGHT), quiet_days, ["Sat 24 Oct 09:00", "Sun 25 Oct 09:00", None]),
        (reader(HOURLY), every_hour, None),
        (reader(AT_ONCE), every_hour, None),
        (reader(AT_ONCE, quiet=NIGHT), every_hour, None),
        (reader(WEEKLY), quiet_days, ["Mon 26 Oct 07:00"]),
        (reader(empty=True), quiet_days, None),
    ],
)
def test_periods_join_without_a_hole(
    file: Place, tmp_path: Path, subscriber: Subscriber, days: Days, ends: list[str] | None
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.tick()
        await days(desk)
        found = periods(desk)
        assert found[0][0] == f"Fri 23 Oct 12:00{FIRST}"
        for (_, until), (since, _) in pairwise(found):
            assert since == until
        if ends is None:
            assert len(found) > 3
        for (_, until), end in zip(found, ends or (), strict=bool(ends)):
            assert end is None or until == end

    at_the_desk(file, tmp_path, "2026-10-23 09:00", (subscriber,), test)


def test_period_of_an_alert_goes_on_from_the_last_mail_and_that_of_a_digest_from_a_digest(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.tick()
        for title, hour in (("One", 10), ("Two", 13)):
            await desk.publish(title, SEVERE)
            await desk.go(f"2026-11-22 {hour}:00", step=HALF_HOUR)
        await desk.publish("Three")
        await desk.go("2026-11-23 09:00")
        await desk.publish("Four", SEVERE)
        await desk.go("2026-11-23 12:00")
        assert periods(desk) == [(f"Sun 22 Nov 11:00{FIRST}", "Mon 23 Nov 07:00")]
        assert periods(desk, alerts=True) == [
            (f"Sun 22 Nov 11:00{FIRST}", "Sun 22 Nov 11:30"),
            ("Sun 22 Nov 11:30", "Sun 22 Nov 12:30"),
            ("Mon 23 Nov 07:00", "Mon 23 Nov 12:00"),
        ]

    at_the_desk(file, tmp_path, "2026-11-22 09:00", (reader(urgent=3),), test)


def test_digest_says_what_was_first_seen_before_its_period(file: Place, tmp_path: Path) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.tick()
        await desk.publish("One")
        await desk.go("2026-11-23 09:00")
        # Articles of before match by rules of today, and were nobody's (`retag`).
        seen_at = instant("2026-11-22 11:00")
        old = a_record("old", title="Old", first_seen_at=seen_at, backlog=True)
        await desk.publish("Two")
        await desk.tick()
        await desk.archive.write(_found_late, old)
        await desk.go("2026-11-24 09:00")
        assert "first seen before that" not in " ".join(text_of(desk.mails()[0]).split())
        assert (
            "Period: Mon 23 Nov 07:00 to Tue 24 Nov 07:00, Vilnius time (UTC+2). 1 story was first "
            "seen before that and is told only now." in " ".join(desk.last_text().split())
        )

    at_the_desk(file, tmp_path, "2026-11-22 09:00", (reader(),), test)


def _found_late(connection: Any, record: Any) -> None:
    records.add(connection, (record,))
    ledger.add_late(connection, {"desk": (a_match(record),)}, instant("2026-11-23 10:00"))


def test_beginning_is_not_the_end_of_what_nobody_read(place: Place, tmp_path: Path) -> None:
    async def test(desk: WritingDesk) -> None:
        async def begins() -> Beginning | None:
            found: Beginning | None = await desk.archive.read(
                beginnings.of_next, "desk", MailKind.DIGEST
            )
            return found

        await desk.tick()
        first = Beginning(instant("2026-11-22 09:00"), is_first=True)
        await desk.go("2026-11-23 09:00")
        assert {one.mailed for one in desk.written()} == {False}
        assert await begins() == first  # a window that had nothing to tell
        await desk.publish("One")
        await desk.go("2026-11-24 06:00")
        told = Beginning(instant("2026-11-24 05:00"))
        assert await begins() == told
        (due,) = await desk.archive.read(outbox.waiting, now=desk.clock(), regardless=True)
        sent = Delivery(due.message_id, "desk", Status.SENT, desk.clock())
        await desk.archive.write(outbox.settle, sent)
        assert await begins() == told
        await desk.publish("Two")
        await desk.go("2026-11-25 06:00")
        assert await begins() == Beginning(instant("2026-11-25 05:00"))
        (due,) = await desk.archive.read(outbox.waiting, now=desk.clock(), regardless=True)
        await desk.archive.write(undelivered.drop, due.message_id, desk.clock())
        assert await begins() == told  # what was given up waits again, and belongs to the next

    at_the_desk(place, tmp_path, "2026-11-22 09:00", (reader(),), test)


def test_beginning_of_who_left_and_came_back_is_when_they_did(file: Place, tmp_path: Path) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.publish("One")
        await desk.go("2026-11-23 09:00")
        asked = criteria(desk.desk.config.subscribers[0].interest)
        for stands, at in (({}, "2026-11-24 09:00"), ({"desk": asked}, "2026-12-24 09:00")):
            await desk.archive.write(subscribers.sync, stands, instant(at))
        narrowed = criteria(reader(countries=("BY",)).interest)
        await desk.archive.write(subscribers.sync, {"desk": narrowed}, instant("2026-12-25 09:00"))
        found = await desk.archive.read(beginnings.of_next, "desk", MailKind.DIGEST)
        assert found == Beginning(instant("2026-12-24 09:00"), is_first=True)
        assert await desk.archive.read(beginnings.of_next, "nobody", MailKind.DIGEST) is None

    at_the_desk(file, tmp_path, "2026-11-22 09:00", (reader(),), test)


def test_period_after_a_long_stop_begins_with_what_was_kept_though_no_digest_came_before(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.tick()
        await desk.publish("One", SEVERE)
        await desk.go("2026-11-23 12:00")  # an alert, whose token can say stop
        await desk.archive.write(subscriptions.stop, "desk", desk.clock())
        await desk.publish("Given up")
        await desk.go("2026-12-12 12:00", step=timedelta(hours=6))
        await desk.publish("Kept")
        await desk.archive.write(subscriptions.resume, "desk", desk.clock())
        await desk.go("2026-12-12 14:00")
        assert "Given up" not in desk.last_text()
        assert periods(desk) == [("Sat 5 Dec 14:00", "Sat 12 Dec 15:00")]
        # "Since your last digest" is no matter of the period: the alert is in their hands.
        assert "1 urgent alert since your last digest" in " ".join(desk.last_text().split())

    at_the_desk(file, tmp_path, "2026-11-23 09:00", (reader(WEEKLY, urgent=3),), test)


async def last_is_dropped(desk: WritingDesk) -> tuple[undelivered.Outcome, int]:
    """The operator gives the newest mail up."""
    last = desk.mails()[-1]["Message-ID"]
    done: tuple[undelivered.Outcome, int]
    done = await desk.archive.write(undelivered.drop, last, desk.clock())
    return done


def test_alerts_are_counted_since_the_last_digest_that_went_out(
    place: Place, tmp_path: Path
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.tick()
        await desk.publish("One")
        await desk.go("2026-11-23 09:00")
        for hour in (12, 14):
            await desk.publish("Two", SEVERE)
            await desk.go(f"2026-11-23 {hour}:00")
        await desk.publish("Three")
        await desk.go("2026-11-24 09:00")
        await last_is_dropped(desk)
        await desk.go("2026-11-25 04:00")
        await desk.publish("Four", SEVERE)
        await desk.go("2026-11-25 04:30")
        await last_is_dropped(desk)  # nobody got this alert: the digest tells of it
        await desk.go("2026-11-25 05:00")
        told = " ".join(desk.last_text().split())
        assert "Period: Mon 23 Nov 07:00 to Wed 25 Nov 07:00" in told
        assert "2 urgent alerts since your last digest" in told

    at_the_desk(place, tmp_path, "2026-11-22 09:00", (reader(urgent=3),), test)


def test_alerts_of_an_earlier_subscription_are_not_counted_in_the_first_digest_of_the_next(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.tick()
        await desk.publish("One", SEVERE)
        await desk.go("2026-11-22 12:00")
        asked = criteria(desk.desk.config.subscribers[0].interest)
        for stands, at in (({}, "2026-11-22 13:00"), ({"desk": asked}, "2026-12-22 13:00")):
            await desk.archive.write(subscribers.sync, stands, instant(at))
        desk.clock.now = instant("2026-12-22 14:00")
        await desk.publish("Two")
        await desk.go("2026-12-23 09:00")
        told = " ".join(desk.last_text().split())
        assert f"Period: Tue 22 Dec 15:00{FIRST}" in told
        assert "0 urgent alerts since your last digest" in told

    at_the_desk(file, tmp_path, "2026-11-22 09:00", (reader(urgent=3),), test)


def test_what_is_muted_is_counted_again_where_nobody_read_how_much_it_was(
    place: Place, tmp_path: Path
) -> None:
    async def test(desk: WritingDesk) -> None:
        def muted() -> str:
            told = re.search(r"\d (story|stories)\s+(is|are) left out", desk.last_text())
            return told[0][0] if told else "none"

        async def mute(story: str) -> None:
            wish = Mute(MuteKind.STORY, story, desk.clock())
            await desk.archive.write(subscriptions.mute, "desk", wish)

        await desk.tick()
        await mute(await desk.publish("Muted"))
        await desk.publish("One")
        await desk.go("2026-11-23 09:00")
        assert muted() == "1"
        await mute(await desk.publish("Muted, too"))
        await mute(await desk.publish("And this"))
        await desk.publish("Two")
        await desk.go("2026-11-24 09:00")
        assert muted() == "2"
        dropped = await last_is_dropped(desk)
        assert dropped == (undelivered.Outcome.DONE, 1)  # article that is told: "Two"
        await desk.go("2026-11-25 09:00")
        assert "Period: Mon 23 Nov 07:00" in desk.last_text()
        assert muted() == "2"
        await desk.publish("Three")
        await desk.go("2026-11-26 09:00")
        assert muted() == "none"

    at_the_desk(place, tmp_path, "2026-11-22 09:00", (reader(),), test)


def test_who_came_back_has_no_digest_of_a_window_of_before(file: Place, tmp_path: Path) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.tick()
        asked = criteria(desk.desk.config.subscribers[0].interest)
        for stands, at in (({}, "2026-11-17 09:00"), ({"desk": asked}, "2026-11-25 09:00")):
            await desk.archive.write(subscribers.sync, stands, instant(at))
        desk.clock.now = instant("2026-11-25 10:00")
        await desk.publish("One")
        await desk.go("2026-11-30 09:00")
        assert periods(desk) == [(f"Wed 25 Nov 11:00{FIRST}", "Mon 30 Nov 07:00")]

    at_the_desk(file, tmp_path, "2026-11-16 09:00", (reader(WEEKLY),), test)


def test_who_came_back_is_not_told_what_was_on_its_way_when_they_left(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.tick()
        await desk.publish("Before")
        await desk.go("2026-11-17 09:00")
        (due,) = await desk.archive.read(outbox.waiting, now=desk.clock(), regardless=True)
        asked = criteria(desk.desk.config.subscribers[0].interest)
        await desk.archive.write(subscribers.sync, {}, desk.clock())
        withdrawn = Delivery(due.message_id, "desk", Status.REFUSED, desk.clock())
        await desk.archive.write(outbox.withdraw, withdrawn)
        await desk.archive.write(subscribers.sync, {"desk": asked}, instant("2026-11-25 09:00"))
        desk.clock.now = instant("2026-11-25 10:00")
        await desk.publish("After")
        await desk.go("2026-11-26 09:00")
        told = " ".join(desk.last_text().split())
        assert f"Period: Wed 25 Nov 11:00{FIRST}" in told
        assert "After" in told and "Before" not in told

    at_the_desk(file, tmp_path, "2026-11-16 09:00", (reader(),), test)
