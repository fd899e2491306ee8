"""The dates of entries as feedparser reads them, made aware and kept within reason."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

# Before this there was no feed; a date so old is a server's default, not a date.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# A publisher in another zone who writes no zone is at most this far ahead.
AHEAD = timedelta(days=1)


def sane(parsed: Sequence[int] | None, now: datetime) -> datetime | None:
    """Given feedparser's UTC time tuple, return the time; None where there is none or where it
    lies before 1990, `now` where it lies more than a day in the future."""
    if parsed is None:
        return None
    try:
        year, month, day, hour, minute, second = parsed[:6]
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, OverflowError, TypeError):  # fields out of range, or not six of them
        return None
    if moment < EARLIEST:
        return None
    return now if moment > now + AHEAD else moment
