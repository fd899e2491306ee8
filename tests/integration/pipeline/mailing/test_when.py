"""When a subscriber is written to: pauses, quiet hours, digests of nothing, urgent alerts."""

from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import a_subscriber
from hrwatch import pipeline
from hrwatch.model.feeds import State
from hrwatch.model.mail import (
    Cadence,
    Detail,
    Interest,
    MailKind,
    Quiet,
    Schedule,
    Status,
    Subscriber,
)
from hrwatch.stages.store import tables
from postgres import Place, Places
from writing_desk import (
    COMMON,
    IN_PASSING,
    SEVERE,
    WritingDesk,
    Written,
    at_the_desk,
    instant,
)

DAILY = Schedule(Cadence.DAILY, time(7))
WEEKLY = Schedule(Cadence.WEEKLY, time(7), 0)
HOURLY = Schedule(Cadence.HOURLY)
AT_ONCE = Schedule(Cadence.AT_ONCE)
NIGHT = Quiet(time(22), time(6, 30))
HALF_HOUR = timedelta(minutes=30)
BEGIN = "2026-11-22 10:00"  # a Sunday


@pytest.fixture
def file(places: Places, tmp_path: Path) -> Place:
    """A place on SQLite: what these tests ask is not the database's to answer."""
    return places.make("sqlite", tmp_path / "state")


def reader(schedule: Schedule = DAILY, **changes: object) -> Subscriber:
    return a_subscriber(schedule=schedule, **changes)


def told(written: list[Written]) -> list[tuple[str, list[str]]]:
    """When each was mailed, and what it told."""
    return [(f"{one.at:%d %H:%M}", list(one.titles)) for one in written]


@pytest.mark.parametrize(
    ("schedule", "comes_at"), [(DAILY, "25 07:00"), (WEEKLY, "25 07:00"), (AT_ONCE, "25 00:00")]
)
def test_pause_of_the_operators_ends_with_one_digest_of_everything(
    file: Place, tmp_path: Path, schedule: Schedule, comes_at: str
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.tick()
        desk.change(pause_until=date(2026, 11, 25))
        await desk.publish("One")
        await desk.go("2026-11-24 12:00")
        await desk.publish("Two")
        assert told(await desk.go("2026-11-26 06:00")) == [(comes_at, ["One", "Two"])]

    at_the_desk(file, tmp_path, BEGIN, (reader(schedule),), test)


def test_pause_of_the_operators_holds_urgent_alerts_until_its_day_begins(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.tick()
        await desk.publish("One", SEVERE)
        assert told(await desk.go("2026-11-25 08:00")) == [("25 00:00", ["One"])]

    subscriber = reader(urgent=3, pause_until=date(2026, 11, 25))
    at_the_desk(file, tmp_path, BEGIN, (subscriber,), test)


@pytest.mark.parametrize(
    "stands",
    [
        {"stopped_at": instant(BEGIN)},
        {"suspended_at": instant(BEGIN), "suspended_address": "desk@example.org"},
        {"paused_until": instant("2026-12-24 10:00")},
    ],
)
def test_held_subscriber_is_written_nothing_and_one_late_digest_when_that_ends(
    place: Place, tmp_path: Path, stands: dict[str, object]
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.tick()
        await desk.stand(**stands)
        await desk.feed_is(State.UNREACHABLE)
        await desk.publish("One", SEVERE)
        await desk.go("2026-11-25 12:00")
        await desk.publish("Two", SEVERE)
        assert await desk.go("2026-11-27 12:00") == []
        assert await desk.tick(regardless=True) == []
        await desk.stand()
        assert told(await desk.go("2026-11-28 06:00")) == [("27 13:00", ["One", "Two"])]

    at_the_desk(place, tmp_path, BEGIN, (reader(urgent=3, empty=True),), test)


FRIDAY = Schedule(Cadence.WEEKLY, time(7), 4)


@pytest.mark.parametrize(
    ("until", "schedule", "comes_at"),
    [
        ("2026-11-23 09:00", FRIDAY, "27 07:00"),  # Monday's digest was read two hours before
        ("2026-11-25 09:00", FRIDAY, "27 07:00"),
        ("2026-11-27 06:00", FRIDAY, "27 07:00"),
        ("2026-11-27 09:00", FRIDAY, "27 10:00"),  # late: nothing came since seven
        ("2026-11-25 09:00", Schedule(Cadence.WEEKLY, time(7), 6), "29 07:00"),
        ("2026-11-25 09:00", Schedule(Cadence.WEEKLY, time(9), 0), "30 09:00"),
        ("2026-11-29 09:00", DAILY, "29 10:00"),
    ],
)
def test_changed_weekday_neither_skips_a_week_nor_brings_a_digest_between(
    file: Place, tmp_path: Path, until: str, schedule: Schedule, comes_at: str
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.publish("One")
        assert told(await desk.go(until)) == [("23 07:00", ["One"])]
        await desk.publish("Two")
        desk.change(schedule=schedule)
        assert told(await desk.go("2026-12-03 12:00")) == [(comes_at, ["Two"])]

    at_the_desk(file, tmp_path, "2026-11-20 10:00", (reader(WEEKLY),), test)


def test_daily_digest_that_becomes_weekly_comes_on_its_weekday(file: Place, tmp_path: Path) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.publish("One")
        assert told(await desk.go("2026-11-25 09:00")) == [("22 11:00", ["One"])]
        await desk.publish("Two")
        desk.change(schedule=FRIDAY)
        assert told(await desk.go("2026-12-03 12:00")) == [("27 07:00", ["Two"])]

    at_the_desk(file, tmp_path, BEGIN, (reader(),), test)


@pytest.mark.parametrize(("schedule", "comes_at"), [(WEEKLY, "30 07:00"), (FRIDAY, "27 07:00")])
def test_weekly_digest_under_the_key_of_older_archives_is_not_written_again(
    place: Place, tmp_path: Path, schedule: Schedule, comes_at: str
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.publish("One")
        assert told(await desk.go("2026-11-23 09:00")) == [("23 07:00", ["One"])]
        older = sa.update(tables.digests).values(window_key="2026-W48")
        await desk.archive.write(lambda c: c.execute(older) and None)
        await desk.publish("Two")
        desk.change(schedule=schedule)
        assert told(await desk.go("2026-12-03 12:00")) == [(comes_at, ["Two"])]

    at_the_desk(place, tmp_path, "2026-11-21 10:00", (reader(WEEKLY),), test)


@pytest.mark.parametrize(
    ("schedule", "changes"),
    [
        (AT_ONCE, {}),
        (HOURLY, {}),
        (Schedule(Cadence.DAILY, time(5)), {}),
        (Schedule(Cadence.WEEKLY, time(23), 0), {}),
        (WEEKLY, {"urgent": 3}),
    ],
)
def test_quiet_hours_hold_everything_and_it_comes_as_one_after_them(
    file: Place, tmp_path: Path, schedule: Schedule, changes: dict[str, int]
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.go("2026-11-23 22:00")
        await desk.publish("One", SEVERE)
        assert await desk.go("2026-11-24 01:00") == []
        await desk.publish("Two", SEVERE)
        found = await desk.go("2026-11-24 12:00", step=HALF_HOUR)
        assert told(found) == [("24 06:30", ["One", "Two"])]

    at_the_desk(file, tmp_path, BEGIN, (reader(schedule, quiet=NIGHT, **changes),), test)


def test_mail_in_the_outbox_waits_untried_in_quiet_hours_and_goes_after_them(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.publish("One")
        await desk.tick()
        desk.clock.now = instant("2026-11-22 22:00")
        assert await pipeline.deliver_pass(desk.parts, desk.desk) == ()
        desk.clock.now = instant("2026-11-23 06:30")
        sent = await pipeline.deliver_pass(desk.parts, desk.desk)
        assert [delivery.status for delivery in sent] == [Status.SENT]

    at_the_desk(file, tmp_path, BEGIN, (reader(AT_ONCE, quiet=NIGHT),), test)


@pytest.mark.parametrize(
    ("subscriber", "state", "times"),
    [
        (reader(DAILY), State.OK, []),
        (reader(DAILY, empty=True), State.OK, ["23 07:00", "24 07:00"]),
        (reader(DAILY), State.UNREACHABLE, ["23 07:00", "24 07:00"]),
        (reader(WEEKLY), State.UNREACHABLE, ["23 07:00"]),
        (reader(HOURLY, empty=True), State.UNREACHABLE, []),
        (reader(AT_ONCE, empty=True), State.UNREACHABLE, []),
    ],
)
def test_digest_of_nothing_comes_where_asked_for_and_while_a_feed_fails(
    file: Place, tmp_path: Path, subscriber: Subscriber, state: State, times: list[str]
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.go("2026-11-22 23:00")
        await desk.feed_is(state)
        await desk.publish("Only mentioned", IN_PASSING)
        found = told(await desk.go("2026-11-24 12:00"))
        assert [at for at, _ in found] == times
        if not times:
            assert desk.mails() == []
            return
        # What was only named in passing stands in it, once.
        assert [titles for _, titles in found] == [["Only mentioned"], []][: len(times)]
        text = " ".join(desk.last_text().split())
        assert "No new stories" in text
        assert ("not every feed could be read" in text) is (state is State.UNREACHABLE)
        assert ("your feeds are being read" in text) is (state is State.OK)

    asks = replace(subscriber, interest=Interest(countries=("BY",)))
    at_the_desk(file, tmp_path, BEGIN, (asks,), test)


def test_urgent_alerts_come_at_once_up_to_the_number_and_the_rest_in_one_more(
    place: Place, tmp_path: Path
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.tick()
        for title in ("One", "Two", "Three", "Four"):
            await desk.publish(title, SEVERE)
            await desk.publish(f"{title}, common")
            await desk.tick()
            desk.clock.advance(timedelta(seconds=5))
        # 22 November ends at 22:00 UTC there. What was left of it does not count for the 23rd.
        await desk.go("2026-11-22 23:00")
        for title in ("Five", "Six", "Seven"):
            await desk.publish(title, SEVERE)
            await desk.tick()
        await desk.go("2026-11-23 12:00")
        mailed = [one for one in desk.written() if one.mailed]
        alerts = [one for one in mailed if one.kind is MailKind.URGENT]
        assert told(alerts) == [
            ("22 10:00", ["One"]),
            ("22 10:00", ["Two"]),
            ("22 22:00", ["Three", "Four"]),
            ("22 23:00", ["Five"]),
            ("22 23:00", ["Six"]),
        ]
        (digest,) = [one for one in mailed if one.kind is MailKind.DIGEST]
        common = [f"{title}, common" for title in ("One", "Two", "Three", "Four")]
        assert told([digest]) == [("23 05:00", [*common, "Seven"])]
        assert "5 urgent alerts since your last digest" in " ".join(desk.last_text().split())

    at_the_desk(place, tmp_path, BEGIN, (reader(urgent=2, timezone="Europe/Vilnius"),), test)


def test_urgent_alert_leaves_out_what_is_not_severe_not_asked_for_or_only_mentioned(
    place: Place, tmp_path: Path
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.tick()
        await desk.publish("Common", COMMON)
        await desk.publish("Mentioned", IN_PASSING)
        await desk.go("2026-11-22 11:00")
        assert [one for one in desk.written() if one.mailed] == []
        await desk.publish("Severe", SEVERE)
        written = await desk.tick()
        assert told(written) == [("22 11:00", ["Severe"])]
        assert "Severe" in desk.last_text()
        assert "Common" not in desk.last_text()

    at_the_desk(place, tmp_path, BEGIN, (reader(urgent=1, countries=("BY",)),), test)


def test_urgent_alert_of_who_asked_for_another_keyword_never_comes(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.tick()
        await desk.publish("Both", (*COMMON, *SEVERE))
        assert told(await desk.go("2026-11-23 08:00")) == [("23 07:00", ["Both"])]

    at_the_desk(file, tmp_path, BEGIN, (reader(urgent=1, keywords=("press-freedom",)),), test)


def test_digest_tells_what_was_urgent_where_it_comes_first(file: Place, tmp_path: Path) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.tick()
        desk.clock.now = instant("2026-11-23 07:00")
        await desk.publish("Severe", SEVERE)
        written = await desk.tick()
        assert [(one.kind, one.titles) for one in written] == [(MailKind.DIGEST, ("Severe",))]
        assert await desk.tick() == []

    at_the_desk(file, tmp_path, BEGIN, (reader(urgent=3),), test)


def test_five_days_without_a_daemon_end_with_one_late_digest(file: Place, tmp_path: Path) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.go("2026-11-22 12:00")
        await desk.publish("One", SEVERE)
        desk.clock.now = instant("2026-11-27 13:00")
        assert told(await desk.tick()) == [("27 13:00", ["One"])]
        assert await desk.go("2026-11-28 06:00") == []

    at_the_desk(file, tmp_path, BEGIN, (reader(urgent=3),), test)


def test_detail_that_the_subscriber_chose_takes_the_place_of_the_operators(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.stand(detail=Detail.TITLES)
        await desk.publish("One")
        await desk.tick()
        assert "Matched" not in desk.last_text()
        await desk.stand(detail=Detail.USUAL)
        await desk.publish("Two")
        await desk.tick()
        assert "Matched" in desk.last_text()

    at_the_desk(file, tmp_path, BEGIN, (reader(AT_ONCE),), test)


def test_unusable_key_holds_the_digest_and_the_window_is_not_taken(
    file: Place, tmp_path: Path
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.publish("One")
        assert await desk.go("2026-11-25 12:00") == []
        ((name, error),) = desk.failed
        assert name == "desk"
        assert "the key file cannot be read" in str(error)
        assert "anna" not in str(error)
        assert desk.written() == []
        desk.change(pgp_key_file=None)
        assert told(await desk.go("2026-11-25 13:00")) == [("25 13:00", ["One"])]

    at_the_desk(file, tmp_path, BEGIN, (reader(pgp_key_file=tmp_path / "anna.asc"),), test)


@pytest.mark.parametrize("schedule", [AT_ONCE, DAILY])
def test_what_leads_to_no_mail_is_looked_at_again_after_a_minute_or_when_something_came(
    place: Place, tmp_path: Path, schedule: Schedule
) -> None:
    async def test(desk: WritingDesk) -> None:
        await desk.tick()
        await desk.publish("Mentioned", IN_PASSING)
        await desk.tick()
        for seconds, is_again in ((5, True), (5, False), (50, False), (5, True)):
            before = desk.desk.looks["desk"]
            desk.clock.advance(timedelta(seconds=seconds))
            await desk.tick()
            assert (desk.desk.looks["desk"] is not before) is is_again
        await desk.publish("Severe", SEVERE)
        assert told(await desk.tick()) != []
        assert desk.desk.looks == {}

    at_the_desk(place, tmp_path, BEGIN, (reader(schedule, urgent=3, countries=("BY",)),), test)
