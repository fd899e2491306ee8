"""Times of the file, from text to what they mean: durations, schedules, hours, days.

Each function takes whatever stands in the file and raises ValueError with a sentence that goes to
the operator as it is.
"""

import re
from datetime import date, time, timedelta

from hrwatch.config.names import quoted
from hrwatch.model.mail import Cadence, Quiet, Schedule
from hrwatch.model.settings import AlertRule
from hrwatch.text import suggestion

LONGEST = timedelta(days=3650)
LONGEST_TIMEOUT = timedelta(minutes=10)  # of one request; a feed waits so long for the next
LONGEST_GAP = timedelta(hours=1)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"([0-9]{1,9})([smhd])")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_COUNT = re.compile(r"[1-9][0-9]{0,2}")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def one_value(value: object, expected: str) -> str:
    """Given a value that stands alone, return it as text, blanks around it left out; raise
    ValueError, which says what is `expected`, where it is none."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        raise ValueError(f"has no value; write {expected}, or remove the line")
    if isinstance(value, bool | int | float):
        raise ValueError(f"{str(value).lower()} does not say enough; write {expected}")
    raise ValueError(f"must be one value, not a list or mapping; write {expected}")


def duration(value: object) -> timedelta:
    """Given `10s`, `30m`, `6h` or `7d`, return it as a span of time; `0s` is none."""
    return _span(value, "a number and its unit (s, m, h or d), such as 30m")


def _span(value: object, expected: str) -> timedelta:
    written = one_value(value, expected)
    match = _DURATION.fullmatch(written)
    if not match and "#" in written:
        raise ValueError(f"{quoted(written)} is no duration; put a space before the # of a comment")
    if not match:
        raise ValueError(f"{quoted(written)} is no duration; write {expected}")
    try:
        span = timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError:
        span = timedelta.max
    if span > LONGEST:
        raise ValueError(f"{quoted(written)} is too long; at most {LONGEST.days}d")
    return span


def interval(value: object) -> timedelta:
    """Given a duration of at least a second, return it."""
    span = duration(value)
    if span < timedelta(seconds=1):
        raise ValueError("must be at least 1s")
    return span


def timeout(value: object) -> timedelta:
    """Given how long one request may take, return it."""
    span = interval(value)
    if span > LONGEST_TIMEOUT:
        raise ValueError("is longer than 10m; a site that takes so long does not answer any more")
    return span


def gap(value: object) -> timedelta:
    """Given how long two requests to one domain lie apart, return it."""
    span = duration(value)
    if span > LONGEST_GAP:
        raise ValueError("is longer than 1h; to ask a site less often, set every")
    return span


def backfill(value: object) -> timedelta | None:
    """Given a duration, `all` or `none`, return it; None stands for all, zero for none."""
    if value == "all":
        return None
    if value == "none":
        return timedelta(0)
    return _span(value, "a number and its unit, such as 3d, or all, or none")


def keep_for(value: object) -> timedelta | None:
    """Given a duration of at least a day, or `ever`, return it; None stands for ever."""
    if value == "ever":
        return None
    span = _span(value, "a number of days, such as 730d, or ever")
    if span < timedelta(days=1):
        raise ValueError("must be at least 1d; to keep no texts, set keep")
    return span


def schedule(value: object) -> Schedule:
    """Given `at once`, `hourly`, `daily HH:MM` or `weekly mon HH:MM`, return the schedule."""
    expected = "at once, hourly, daily 07:00 or weekly mon 07:00"
    words = one_value(value, expected).split()
    match words:
        case ["at", "once"]:
            return Schedule(Cadence.AT_ONCE)
        case ["hourly"]:
            return Schedule(Cadence.HOURLY)
        case ["daily", clock]:
            return Schedule(Cadence.DAILY, _clock(clock))
        case ["weekly", weekday, clock]:
            if weekday not in _WEEKDAYS:
                guess = suggestion(weekday[:3], _WEEKDAYS) or f"; write {', '.join(_WEEKDAYS)}"
                raise ValueError(f"{quoted(weekday)} is no weekday{guess}")
            return Schedule(Cadence.WEEKLY, _clock(clock), _WEEKDAYS.index(weekday))
        case ["daily"]:
            raise ValueError("says no time of day; write daily 07:00")
        case ["weekly", *_]:
            raise ValueError("needs a weekday and a time; write weekly mon 07:00")
        case _:
            raise ValueError(f"{quoted(' '.join(words))} is no schedule; write {expected}")


def report(value: object) -> Schedule | None:
    """Given `weekly mon HH:MM` or `off`, return when the operator's report is due; None: never."""
    if _is_off(value):
        return None
    due = schedule(value)
    if due.cadence is not Cadence.WEEKLY:
        raise ValueError("is weekly, or off; write weekly mon 07:00")
    return due


def alert(value: object) -> AlertRule | None:
    """Given `10 in 6h` or `off`, return when the operator is alerted; None: never."""
    if _is_off(value):
        return None
    expected = "a number of failures and a time, such as 10 in 6h, or off"
    written = one_value(value, expected)
    match written.split():
        case [count, "in", span] if _COUNT.fullmatch(count):
            return AlertRule(int(count), interval(span))
        case _:
            raise ValueError(f"{quoted(written)} is no alert; write {expected}")


def urgent(value: object) -> int:
    """Given `3 a day` or `off`, return how many alerts a day there may be."""
    if _is_off(value):
        return 0
    expected = "how many a day, such as 3 a day, or off"
    written = one_value(value, expected)
    match written.split():
        case [count, "a", "day"] if _COUNT.fullmatch(count):
            return int(count)
        case _:
            raise ValueError(f"{quoted(written)} is no number of alerts; write {expected}")


def quiet(value: object) -> Quiet | None:
    """Given `22:00-06:30` or `off`, return the quiet hours."""
    if _is_off(value):
        return None
    expected = "two times of day, such as 22:00-06:30"
    since, dash, until = one_value(value, expected).partition("-")
    if not dash:
        raise ValueError(f"{quoted(since)} says no end; write {expected}")
    hours = Quiet(_clock(since.strip()), _clock(until.strip()))
    if hours.since == hours.until:
        raise ValueError("begin when they end; to get no mail for some time, set pause_until")
    return hours


def day(value: object) -> date | None:
    """Given a day as YYYY-MM-DD, return it; None where the key has nothing behind it."""
    if value is None:
        return None
    if isinstance(value, date):
        return value
    written = one_value(value, "a day, such as 2027-01-15")
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError(
            f"{quoted(written)} is no day; write it as year, month and day, such as 2027-01-15"
        ) from None


def _is_off(value: object) -> bool:
    # YAML 1.1 reads a bare off as false.
    return value is None or value is False or value == "off"


def _clock(written: str) -> time:
    match = _TIME.fullmatch(written)
    if not match:
        raise ValueError(f"{quoted(written)} is no time of day; write it as HH:MM, such as 07:00")
    hour, minute = int(match[1]), int(match[2])
    if hour > 23 or minute > 59:  # noqa: PLR2004 - the clock's own numbers
        raise ValueError(f"there is no {written}; a time of day runs from 00:00 to 23:59")
    return time(hour, minute)
