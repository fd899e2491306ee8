"""Whether a subscriber is written to now: what holds their mail, and what there is to be done."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from builders import a_subscriber
from hrwatch.model.mail import (
    Cadence,
    MailKind,
    Quiet,
    Schedule,
    Subscriber,
    Subscription,
    Window,
)
from hrwatch.pipeline.mailing.due import (
    Errand,
    Hold,
    errand,
    hold,
    may_be_sent,
    next_at,
    tells_of_nothing,
    window_of,
)

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DAILY = Schedule(Cadence.DAILY, time(7))
WEEKLY = Schedule(Cadence.WEEKLY, time(7), 0)
HOURLY = Schedule(Cadence.HOURLY)
AT_ONCE = Schedule(Cadence.AT_ONCE)
LONG_AGO = NOW - 400 * DAY
NIGHT = Quiet(time(22), time(6, 30))
REFUSED = {"suspended_at": NOW, "suspended_address": "desk@example.org"}


def stands(**changes: object) -> Subscription:
    return replace(Subscription("desk", "0" * 32), **changes)  # type: ignore[arg-type]


def vilnius(**changes: object) -> Subscriber:
    return a_subscriber(timezone="Europe/Vilnius", **changes)


@pytest.mark.parametrize(
    ("subscriber", "subscription", "held"),
    [
        (a_subscriber(), None, None),
        (a_subscriber(), stands(), None),
        (a_subscriber(), stands(stopped_at=NOW - HOUR), Hold.STOPPED),
        (a_subscriber(), stands(paused_until=NOW + HOUR), Hold.PAUSED),
        (a_subscriber(), stands(paused_until=NOW), None),
        (
            a_subscriber(address="Desk@example.org"),
            stands(**REFUSED),
            Hold.SUSPENDED,
        ),
        (
            a_subscriber(address="new@example.org"),
            stands(**REFUSED),
            None,
        ),
        (a_subscriber(pause_until=date(2026, 11, 22)), None, None),
        (a_subscriber(pause_until=date(2026, 11, 23)), None, Hold.PAUSED),
        # the longer pause counts
        (
            a_subscriber(pause_until=date(2026, 11, 22)),
            stands(paused_until=NOW + HOUR),
            Hold.PAUSED,
        ),
        (a_subscriber(pause_until=date(2026, 11, 23)), stands(paused_until=NOW), Hold.PAUSED),
        # it is the 23rd in Auckland already
        (a_subscriber(pause_until=date(2026, 11, 23), timezone="Pacific/Auckland"), None, None),
    ],
)
def test_hold_says_why_nothing_is_written(
    subscriber: Subscriber, subscription: Subscription | None, held: Hold | None
) -> None:
    now = NOW + 3 * HOUR if subscriber.timezone == "Pacific/Auckland" else NOW
    assert hold(subscriber, subscription, now) is held


def test_window_of_who_came_today_is_todays_and_none_of_a_day_before() -> None:
    subscriber = vilnius(schedule=DAILY)
    today = window_of(subscriber, NOW, NOW)
    assert today is not None
    assert today.key == "2026-11-22"
    assert window_of(subscriber, NOW, NOW - 5 * HOUR) is None  # 06:00 there: yesterday's is open
    assert window_of(vilnius(schedule=AT_ONCE), LONG_AGO, NOW) is None


@pytest.mark.parametrize(
    ("schedule", "now", "key"),
    [
        # Daily: the digest of that day, at its time, holds everything; none comes at midnight.
        (DAILY, "2026-11-24 22:00", None),
        (DAILY, "2026-11-25 04:59:59", None),
        (DAILY, "2026-11-25 05:00", "2026-11-25"),
        # Weekly: it comes late, at its time of the first day, not a week later.
        (WEEKLY, "2026-11-25 04:59:59", None),
        (WEEKLY, "2026-11-25 05:00", "2026-11-23"),
        (HOURLY, "2026-11-24 22:00", "2026-11-24T22Z"),
    ],
)
def test_window_after_a_pause_of_the_operators_opens_at_its_time_of_that_day(
    schedule: Schedule, now: str, key: str | None
) -> None:
    subscriber = vilnius(schedule=schedule, pause_until=date(2026, 11, 25))
    window = window_of(subscriber, LONG_AGO, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert (window and window.key) == key


OPEN = Window("2026-11-22", NOW, date(2026, 11, 22))


@pytest.mark.parametrize(
    ("schedule", "urgent", "standing", "what"),
    [
        (DAILY, 0, (OPEN, False, True), Errand.DIGEST),
        (DAILY, 0, (OPEN, False, False), Errand.DIGEST),  # to let the window have its turn
        (DAILY, 0, (OPEN, True, True), Errand.NOTHING),
        (DAILY, 3, (OPEN, True, True), Errand.ALERT),
        (DAILY, 3, (OPEN, True, False), Errand.NOTHING),
        (WEEKLY, 3, (None, False, True), Errand.ALERT),
        (WEEKLY, 0, (None, False, True), Errand.NOTHING),
        (AT_ONCE, 0, (None, False, True), Errand.DIGEST),
        (AT_ONCE, 3, (None, False, True), Errand.DIGEST),
        (AT_ONCE, 0, (None, False, False), Errand.NOTHING),
    ],
)
def test_errand_of_a_tick(
    schedule: Schedule, urgent: int, standing: tuple[Window | None, bool, bool], what: Errand
) -> None:
    window, taken, waits = standing
    subscriber = a_subscriber(schedule=schedule, urgent=urgent)
    assert errand(subscriber, window, taken=taken, waits=waits) is what


@pytest.mark.parametrize(
    ("schedule", "empty", "failing", "sent"),
    [
        (DAILY, False, False, False),
        (DAILY, True, False, True),
        (DAILY, False, True, True),
        (WEEKLY, True, False, True),
        (WEEKLY, False, True, True),
        (HOURLY, True, True, False),
        (AT_ONCE, True, True, False),
    ],
)
def test_digest_of_nothing_is_sent_daily_and_weekly_where_asked_for_or_a_feed_fails(
    schedule: Schedule, empty: bool, failing: bool, sent: bool
) -> None:
    assert tells_of_nothing(a_subscriber(schedule=schedule, empty=empty), failing=failing) is sent


@pytest.mark.parametrize(
    ("kind", "subscriber", "subscription", "sent"),
    [
        (MailKind.DIGEST, vilnius(), None, True),
        (MailKind.DIGEST, vilnius(), stands(stopped_at=NOW), False),
        (MailKind.ANSWER, vilnius(), stands(stopped_at=NOW), True),
        (MailKind.ANSWER, vilnius(), stands(stopped_at=NOW, **REFUSED), False),
        (MailKind.ANSWER, vilnius(address="new@example.org"), stands(**REFUSED), True),
        (MailKind.URGENT, vilnius(pause_until=date(2026, 12, 1)), None, False),
        (MailKind.ANSWER, vilnius(quiet=Quiet(time(11), time(12))), None, False),
        (MailKind.URGENT, vilnius(quiet=Quiet(time(11), time(12))), None, False),
        (MailKind.DIGEST, vilnius(quiet=Quiet(time(9), time(10))), None, True),
    ],
)
def test_mail_of_the_outbox_waits_in_quiet_hours_and_while_digests_are_held(
    kind: MailKind, subscriber: Subscriber, subscription: Subscription | None, sent: bool
) -> None:
    assert may_be_sent(kind, subscriber, subscription, NOW) is sent


@pytest.mark.parametrize(
    ("subscriber", "subscription", "due"),
    [
        (a_subscriber(schedule=DAILY), None, "2026-11-23 07:00"),
        (a_subscriber(schedule=AT_ONCE), None, None),
        (a_subscriber(schedule=DAILY), stands(stopped_at=NOW), None),
        (a_subscriber(schedule=DAILY, pause_until=date(2026, 12, 1)), None, "2026-12-01 07:00"),
        (a_subscriber(schedule=DAILY), stands(paused_until=NOW + HOUR), "2026-11-23 07:00"),
        (a_subscriber(schedule=DAILY), stands(paused_until=NOW + 2 * DAY), "2026-11-24 09:00"),
        (
            a_subscriber(schedule=Schedule(Cadence.DAILY, time(5)), quiet=NIGHT),
            None,
            "2026-11-23 06:30",
        ),
        # the window is open and waits for the end of quiet hours
        (a_subscriber(schedule=DAILY, quiet=Quiet(time(6), time(12))), None, "2026-11-22 12:00"),
    ],
)
def test_next_digest_is_told_when_it_will_come(
    subscriber: Subscriber, subscription: Subscription | None, due: str | None
) -> None:
    known = {"desk": subscription} if subscription else {}
    expected = datetime.fromisoformat(due).replace(tzinfo=UTC) if due else None
    assert next_at((subscriber,), known, NOW) == expected


def test_next_digest_is_the_first_of_all_subscribers() -> None:
    later = a_subscriber(name="later", schedule=Schedule(Cadence.DAILY, time(8)))
    assert next_at((later, a_subscriber()), {}, NOW) == NOW - 2 * HOUR + DAY
