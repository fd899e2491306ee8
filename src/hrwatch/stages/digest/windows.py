"""When a digest is due: the windows of a subscriber's local time. Pure; asked at every tick.

A window opens at the first existing instant at or after HH:MM of a local date. So a gap (clocks
put forward over HH:MM) delays it to the end of the gap, a fold (HH:MM comes twice) opens it once,
and after downtime only the latest window is due: one late digest, not five.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from hrwatch.model.mail import Cadence, Schedule, Window

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
# Dates of schedules whose windows are remembered: a tick asks for those of every subscriber.
_REMEMBERED = 4096
# Zones have skipped a whole local day (Samoa, 30 December 2011) and have gone back over midnight,
# so the dates around today's are looked at too.
_DATES_BACK = {Cadence.DAILY: 3, Cadence.WEEKLY: 9}
_DAYS_AHEAD = {Cadence.DAILY: 2, Cadence.WEEKLY: 8}


@cache
def zone_of(timezone: str) -> ZoneInfo:
    """Return the zone of an IANA name. The library keeps but eight of them, and reads the others'
    files anew each time."""
    return ZoneInfo(timezone)


def current(schedule: Schedule, timezone: str, now: datetime) -> Window | None:
    """Given a schedule in an IANA zone, return the latest window that has opened at `now`.

    None for `at once`, which has no windows. Hourly windows are hours of UTC. Source of the gap
    and fold rules: PEP 495.
    """
    if schedule.cadence is Cadence.AT_ONCE:
        return None
    if schedule.cadence is Cadence.HOURLY:
        hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        local_date = hour.astimezone(zone_of(timezone)).date()
        return Window(hour.strftime("%Y-%m-%dT%HZ"), hour, local_date)
    opened = [window for window in _around(schedule, timezone, now) if window.opened_at <= now]
    return max(opened, key=lambda window: (window.opened_at, window.local_date))


def following(schedule: Schedule, timezone: str, now: datetime) -> datetime | None:
    """Return when the next window opens after `now` (UTC); None for `at once`."""
    if schedule.cadence is Cadence.AT_ONCE:
        return None
    if schedule.cadence is Cadence.HOURLY:
        hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return hour + timedelta(hours=1)
    days = _DAYS_AHEAD[schedule.cadence]
    opening = (window.opened_at for window in _around(schedule, timezone, now + days * _DAY))
    return min(instant for instant in opening if instant > now)


def week_of(day: date) -> str:
    """Return the ISO week of a date: "2026-W47"."""
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def _around(schedule: Schedule, timezone: str, now: datetime) -> tuple[Window, ...]:
    return _around_date(schedule, timezone, now.astimezone(zone_of(timezone)).date())


@lru_cache(maxsize=_REMEMBERED)
def _around_date(schedule: Schedule, timezone: str, today: date) -> tuple[Window, ...]:
    return tuple(_windows(schedule, zone_of(timezone), today))


def _windows(schedule: Schedule, zone: ZoneInfo, today: date) -> Iterator[Window]:
    if schedule.at is None:
        raise ValueError(f"a {schedule.cadence} schedule needs a time of day")
    for days in range(-1, _DATES_BACK[schedule.cadence]):
        day = today - days * _DAY
        if schedule.cadence is Cadence.WEEKLY:
            if day.weekday() == schedule.weekday:
                yield Window(day.isoformat(), first_instant(day, schedule.at, zone), day)
        elif _exists(day, zone):
            yield Window(day.isoformat(), first_instant(day, schedule.at, zone), day)


def first_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Given a local date and time, return the first existing instant (UTC) at or after it."""
    wall = datetime.combine(day, at.replace(tzinfo=None, fold=0))
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if _wall(instant, zone) == wall:
        return instant
    # In a gap. The offset before it (fold 0) leads past its end, the one after it (fold 1) before
    # its start; between them the end is found by halving.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    low, high = 0, int((instant - before) / _SECOND)
    while low < high:
        middle = (low + high) // 2
        if _wall(before + middle * _SECOND, zone) < wall:
            low = middle + 1
        else:
            high = middle
    return before + low * _SECOND


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _exists(day: date, zone: ZoneInfo) -> bool:
    return first_instant(day, time(0), zone).astimezone(zone).date() == day
