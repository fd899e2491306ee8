"""Windows: one a local day, hour or week, over gaps, folds and skipped days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.model.mail import Cadence, Schedule, Window
from hrwatch.stages.digest.windows import current, first_instant

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def daily(at: str) -> Schedule:
    return Schedule(Cadence.DAILY, time.fromisoformat(at))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "zone", "now", "key", "opened"),
    [
        ("07:00", "UTC", "2026-11-22 07:00", "2026-11-22", "2026-11-22 07:00"),
        ("07:00", "UTC", "2026-11-22 06:59:59", "2026-11-21", "2026-11-21 07:00"),
        ("07:00", "Europe/Vilnius", "2026-11-22 05:00", "2026-11-22", "2026-11-22 05:00"),
        ("00:00", "Asia/Kathmandu", "2026-11-21 18:15", "2026-11-22", "2026-11-21 18:15"),
        # a gap at midnight: the day begins at 01:00
        ("00:00", "Asia/Beirut", "2027-03-27 22:00", "2027-03-28", "2027-03-27 22:00"),
        ("00:00", "Asia/Beirut", "2027-03-27 21:59:59", "2027-03-27", "2027-03-26 22:00"),
        # a gap over 02:30: it opens when the clock says 03:00
        ("02:30", "Europe/Berlin", "2027-03-28 01:00", "2027-03-28", "2027-03-28 01:00"),
        ("02:30", "Europe/Berlin", "2027-03-28 00:59:59", "2027-03-27", "2027-03-27 01:30"),
        # 02:30 comes twice: the first time opens it, the second changes nothing
        ("02:30", "Europe/Berlin", "2026-10-25 00:30", "2026-10-25", "2026-10-25 00:30"),
        ("02:30", "Europe/Berlin", "2026-10-25 01:30", "2026-10-25", "2026-10-25 00:30"),
        # midnight comes twice
        ("00:00", "America/Havana", "2026-11-01 05:00", "2026-11-01", "2026-11-01 04:00"),
        # a gap of half an hour
        ("02:10", "Australia/Lord_Howe", "2026-10-03 15:30", "2026-10-04", "2026-10-03 15:30"),
        # Samoa had no 30 December 2011
        ("07:00", "Pacific/Apia", "2011-12-30 12:00", "2011-12-29", "2011-12-29 17:00"),
        ("07:00", "Pacific/Apia", "2011-12-30 17:00", "2011-12-31", "2011-12-30 17:00"),
    ],
)
def test_current_window_of_a_day_opens_at_the_first_existing_instant(
    at: str, zone: str, now: str, key: str, opened: str
) -> None:
    window = current(daily(at), zone, instant(now))
    assert window == Window(key, instant(opened), date.fromisoformat(key))


@pytest.mark.parametrize(
    ("weekday", "now", "key", "opened"),
    [
        (0, "2026-11-23 07:00", "2026-11-23", "2026-11-23 07:00"),
        (0, "2026-11-23 06:59", "2026-11-16", "2026-11-16 07:00"),
        (6, "2026-11-23 06:59", "2026-11-22", "2026-11-22 07:00"),
        (4, "2027-01-01 08:00", "2027-01-01", "2027-01-01 07:00"),
        (0, "2026-11-29 23:59", "2026-11-23", "2026-11-23 07:00"),
    ],
)
def test_current_window_of_a_week_opens_on_its_weekday_and_is_named_after_its_date(
    weekday: int, now: str, key: str, opened: str
) -> None:
    schedule = Schedule(Cadence.WEEKLY, time(7), weekday)
    window = current(schedule, "UTC", instant(now))
    assert window is not None
    assert (window.key, window.opened_at) == (key, instant(opened))


def test_current_window_of_an_hour_is_the_hour_of_utc() -> None:
    window = current(Schedule(Cadence.HOURLY), "Asia/Kathmandu", instant("2026-11-21 18:40"))
    assert window == Window("2026-11-21T18Z", instant("2026-11-21 18:00"), date(2026, 11, 21))


def test_current_window_at_once_is_none() -> None:
    assert current(Schedule(Cadence.AT_ONCE), "UTC", instant("2026-11-21 18:40")) is None


def test_current_window_of_a_day_without_a_time_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="time of day"):
        current(Schedule(Cadence.DAILY), "UTC", instant("2026-11-21 18:40"))


def test_current_window_after_long_downtime_is_the_latest_alone() -> None:
    schedule = daily("07:00")
    windows = {
        current(schedule, "UTC", instant("2026-11-10 08:00") + hours * timedelta(hours=1))
        for hours in range(12)
    }
    assert len(windows) == 1


ZONES = st.sampled_from(sorted(available_timezones()))
DATES = st.dates(date(2005, 1, 1), date(2035, 12, 31))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(ZONES, DATES, TIMES)
def test_first_instant_is_at_or_after_the_wall_time_and_nothing_before_it_is(
    zone: str, day: date, at: time
) -> None:
    place = ZoneInfo(zone)
    wall = datetime.combine(day, at)
    opened = first_instant(day, at, place)
    assert opened.astimezone(place).replace(tzinfo=None) >= wall
    assert (opened - SECOND).astimezone(place).replace(tzinfo=None) < wall


@given(ZONES, DATES, TIMES)
def test_current_window_of_a_day_turns_exactly_when_it_opens(
    zone: str, day: date, at: time
) -> None:
    schedule, place = Schedule(Cadence.DAILY, at), ZoneInfo(zone)
    opened = first_instant(day, at, place)
    window, before = current(schedule, zone, opened), current(schedule, zone, opened - SECOND)
    assert window is not None
    assert before is not None
    assert before.local_date < day
    # Only a date that the zone skipped has no window of its own.
    skipped = first_instant(day, time(0), place).astimezone(place).date() != day
    assert skipped or (window.local_date == day and window.opened_at == opened)


TRANSITIONS = [
    ("Europe/Berlin", 2026),
    ("Asia/Beirut", 2027),
    ("America/Havana", 2026),
    ("Australia/Lord_Howe", 2026),
    ("Africa/Casablanca", 2026),
    ("America/Santiago", 2026),
    ("Asia/Tehran", 2022),
    ("Pacific/Apia", 2011),
]


@pytest.mark.parametrize(("zone", "year"), TRANSITIONS)
@pytest.mark.parametrize("at", ["00:00", "02:30", "07:00"])
def test_current_windows_of_a_year_are_one_a_local_day(zone: str, year: int, at: str) -> None:
    place, schedule = ZoneInfo(zone), daily(at)
    begin = datetime(year, 1, 2, 12, tzinfo=UTC)
    ticks = [begin + hours * timedelta(hours=1) for hours in range(0, 363 * 24, 7)]
    seen: list[str] = []
    for tick in ticks:
        window = current(schedule, zone, tick)
        assert window is not None
        if not seen or window.key != seen[-1]:
            seen.append(window.key)
    first, last = ticks[0].astimezone(place).date(), ticks[-1].astimezone(place).date()
    days = {tick.astimezone(place).date().isoformat() for tick in ticks}
    expected = sorted(day for day in days if first.isoformat() < day < last.isoformat())
    assert seen == sorted(set(seen))
    assert [key for key in seen if key in expected] == expected
