"""The time of day and the zone in a date, as they are written."""

import re
from dataclasses import dataclass
from datetime import time, timedelta

from hrwatch.model.feeds import FARTHEST_CLOCK

CLOCK = re.compile(r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d{1,12})?)?(?![\d:])")
# "14h30", "14 h", "14 Uhr 30"
HOURS = re.compile(
    r"(\d{1,2})\s?(?:h|hs|hrs|uhr)(?![^\W\d])(?:\s?(\d\d)(?!\d)(?:\s?m(?:in)?(?!\w))?(?:\s?(\d\d)\s?s(?!\w))?)?"
)
# Without GMT before it only one that is glued together: "14:05 - 3 March" has none.
OFFSET = re.compile(
    r"\s*(?:(?:gmt|utc|ut|z)\s?([+-])\s?(\d{1,2})|([+-])(\d\d))(?::?(\d\d))?(?![\d./])"
)
_LAST_SECOND, _NOON, _MIDNIGHT = 59, 12, 24


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day; 24:00 is 0:00, a day later."""

    time: time
    past_midnight: timedelta = timedelta(0)


def clock(hour: str, minute: str | None = None, second: str | None = None) -> Clock | None:
    """Given what a clock shows, return it, a leap second as the one before; None where no clock
    shows that."""
    if minute is not None and len(minute) == 1 and second is None:
        return None  # "1:2" is a ratio
    hours, minutes, seconds = int(hour), int(minute or 0), int(second or 0)
    if (hours, minutes, seconds) == (_MIDNIGHT, 0, 0):
        return Clock(time(0), timedelta(days=1))
    try:
        return Clock(time(hours, minutes, min(seconds, _LAST_SECOND) if seconds <= 60 else 60))  # noqa: PLR2004 - a leap second
    except ValueError:
        return None


def halved(shown: Clock, half: str) -> Clock | None:
    """Given a time and the half of the day that it is in ("am", "pm", or nothing), return it on a
    clock of 24 hours; None where both cannot be. "15:00 pm" is 15:00."""
    hour = shown.time.hour
    if half == "am" and hour > _NOON:
        return None
    if half == "am" and hour == _NOON:
        hour = 0
    elif half == "pm" and hour < _NOON:
        hour += _NOON
    return Clock(shown.time.replace(hour=hour), shown.past_midnight)


def offset(sign: str, hours: str, minutes: str | None) -> timedelta:
    """Given an offset as written, return how far its clock is ahead of UTC; one that no clock has
    is as good as none: zero."""
    ahead = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if ahead > FARTHEST_CLOCK:
        return timedelta(0)
    return -ahead if sign == "-" else ahead
