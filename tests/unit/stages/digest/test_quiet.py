"""Quiet hours: the clock on the wall counts, over midnight, gaps and folds."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.model.mail import Quiet
from hrwatch.stages.digest.quiet import is_quiet, loud_from

MINUTE = timedelta(minutes=1)


def hours(text: str) -> Quiet:
    since, until = text.split("-")
    return Quiet(time.fromisoformat(since), time.fromisoformat(until))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "zone", "now", "is_so", "loud"),
    [
        ("22:00-06:30", "UTC", "2026-11-22 21:59:59", False, "2026-11-22 21:59:59"),
        ("22:00-06:30", "UTC", "2026-11-22 22:00", True, "2026-11-23 06:30"),
        ("22:00-06:30", "UTC", "2026-11-23 06:29:59", True, "2026-11-23 06:30"),
        ("22:00-06:30", "UTC", "2026-11-23 06:30", False, "2026-11-23 06:30"),
        ("12:00-13:00", "UTC", "2026-11-22 12:30", True, "2026-11-22 13:00"),
        ("12:00-13:00", "UTC", "2026-11-22 23:30", False, "2026-11-22 23:30"),
        ("22:00-06:30", "Asia/Kathmandu", "2026-11-22 16:15", True, "2026-11-23 00:45"),
        # until lies in a gap (02:00 to 03:00): it ends with the gap
        ("22:00-02:30", "Europe/Berlin", "2027-03-28 00:59", True, "2027-03-28 01:00"),
        # all of it lies in the gap: none that night
        ("02:10-02:50", "Europe/Berlin", "2027-03-28 01:00", False, "2027-03-28 01:00"),
        # in a fold it is quiet both times, and not between
        ("02:10-02:20", "Europe/Berlin", "2026-10-25 00:15", True, "2026-10-25 00:20"),
        ("02:10-02:20", "Europe/Berlin", "2026-10-25 00:30", False, "2026-10-25 00:30"),
        ("02:10-02:20", "Europe/Berlin", "2026-10-25 01:15", True, "2026-10-25 01:20"),
        # midnight is left out
        ("22:00-00:30", "Asia/Beirut", "2027-03-27 21:59", True, "2027-03-27 22:00"),
        # until lies in a gap, and after the gap it is quiet again
        ("02:45-02:15", "Europe/Berlin", "2027-03-28 00:30", True, "2027-03-29 00:15"),
    ],
)
def test_quiet_hours_are_what_the_clock_on_the_wall_shows(
    quiet: str, zone: str, now: str, is_so: bool, loud: str
) -> None:
    assert is_quiet(hours(quiet), zone, instant(now)) is is_so
    assert loud_from(hours(quiet), zone, instant(now)) == instant(loud)


def test_quiet_hours_that_are_not_there_are_over() -> None:
    assert loud_from(None, "UTC", instant("2026-11-22 12:00")) == instant("2026-11-22 12:00")


ZONES = st.sampled_from(sorted(available_timezones()))
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: BEGIN + minutes * MINUTE)
MINUTES = st.integers(0, 24 * 60 - 1).map(lambda number: time(number // 60, number % 60))
QUIETS = (
    st.tuples(MINUTES, MINUTES)
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: Quiet(*pair))
)


@given(QUIETS, ZONES, INSTANTS)
def test_quiet_hours_end_once_and_no_time_of_them_is_told_as_their_end(
    quiet: Quiet, zone: str, now: datetime
) -> None:
    end = loud_from(quiet, zone, now)
    assert not is_quiet(quiet, zone, end)
    assert now <= end <= now + timedelta(days=2)
    if end > now:
        wall = end.astimezone(ZoneInfo(zone)).time()
        before = (end - MINUTE).astimezone(ZoneInfo(zone)).time()
        assert is_quiet(quiet, zone, now)
        assert wall == quiet.until or wall > before  # or a gap ended them
        assert is_quiet(quiet, zone, end - MINUTE)


@given(QUIETS, ZONES, INSTANTS)
def test_quiet_hours_and_the_rest_of_the_day_are_each_other_turned_round(
    quiet: Quiet, zone: str, now: datetime
) -> None:
    rest = Quiet(quiet.until, quiet.since)
    assert is_quiet(quiet, zone, now) != is_quiet(rest, zone, now)
