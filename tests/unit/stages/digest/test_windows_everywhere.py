"""Daily digests in every time zone: one window a local day, never before its time, from 2026 to the
end of 2028; beside a plain look at what the clock on the wall shows."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from hrwatch.model.mail import Cadence, Schedule
from hrwatch.stages.digest.windows import current, following

TIMES = (time(0), time(2, 30), time(7))
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)


def check(zone: str, at: time, begin: datetime, end: datetime) -> None:
    """Go from one window to the next, from `begin` to `end`, and look at each."""
    place, schedule = ZoneInfo(zone), Schedule(Cadence.DAILY, at)
    before = current(schedule, zone, begin)
    assert before is not None
    moment = begin
    while (moment := following(schedule, zone, moment) or end) < end:
        window = current(schedule, zone, moment)
        told = (zone, at, moment)
        assert window is not None, told
        assert window.opened_at == moment, told
        assert current(schedule, zone, moment - SECOND) == before, told  # not a second earlier
        wall = moment.astimezone(place)
        assert wall.date() == window.local_date, told
        assert wall.time() >= at, told
        # It is its time, or clocks were put forward over that.
        earlier = (moment - SECOND).astimezone(place)
        assert (earlier.date(), earlier.time()) < (window.local_date, at), told
        # The days follow each other; only one that nobody there lived is left out.
        for day in days_between(before.local_date, window.local_date):
            assert not is_lived(day, place), told
        before = window
    assert before.local_date >= (end - DAY).astimezone(place).date() - DAY


def days_between(first: date, last: date) -> Iterator[date]:
    return (first + number * DAY for number in range(1, (last - first).days))


def is_lived(day: date, place: ZoneInfo) -> bool:
    """Say whether the clock on the wall ever shows the day."""
    noon = datetime.combine(day, time(12), UTC)
    hours = (noon + number * HOUR for number in range(-30, 31))
    return any(hour.astimezone(place).date() == day for hour in hours)


def changes(zone: str) -> tuple[datetime, ...]:
    """The beginnings of the weeks in which the zone's clocks change."""
    place = ZoneInfo(zone)
    weeks = [BEGIN + number * WEEK for number in range((END - BEGIN) // WEEK)]
    offsets = [week.astimezone(place).utcoffset() for week in weeks]
    pairs = zip(weeks, offsets, offsets[1:], strict=False)
    return tuple(week for week, before, after in pairs if before != after)


def test_daily_windows_round_changes_of_clocks_are_one_a_local_day() -> None:
    kinds = {}  # of zones whose clocks change alike one is looked at
    for zone in sorted(available_timezones()):
        kinds.setdefault((BEGIN.astimezone(ZoneInfo(zone)).utcoffset(), changes(zone)), zone)
    assert len(kinds) > 40
    for (_, found), zone in kinds.items():
        for week in found[:3]:
            for at in TIMES:
                check(zone, at, week - DAY, week + WEEK + DAY)


def test_daily_windows_of_a_midnight_that_is_left_out_open_at_one() -> None:
    check(
        "Asia/Beirut", time(0), datetime(2027, 3, 20, tzinfo=UTC), datetime(2027, 4, 5, tzinfo=UTC)
    )
    window = current(
        Schedule(Cadence.DAILY, time(0)), "Asia/Beirut", datetime(2027, 3, 28, tzinfo=UTC)
    )
    assert window is not None
    assert (window.key, window.opened_at.hour) == ("2027-03-28", 22)
    assert window.opened_at.astimezone(ZoneInfo("Asia/Beirut")).time() == time(1)


@pytest.mark.drill
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("at", TIMES, ids=str)
def test_daily_windows_in_every_zone_over_three_years_are_one_a_local_day(at: time) -> None:
    for zone in sorted(available_timezones()):
        check(zone, at, BEGIN, END)
