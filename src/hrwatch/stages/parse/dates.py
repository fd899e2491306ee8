"""The dates of entries as feedparser reads them, made aware and kept within reason."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

# Before this there was no feed; a date so old is a server's default, not a date.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# A publisher in another zone who writes no zone is at most this far ahead.
AHEAD = timedelta(days=1)
# Of anything else that begins with a number feedparser takes the first digits for a year, and
# this month's first day for the rest.
_WHOLE = re.compile(
    r"[^\d+-]"  # a word: "Mon, 02 Mar 2026"
    r"|\d{4}-\d\d(?:-\d\d)?(?!\d)|\d{8}(?:\d{6})?(?!\d)"  # ISO 8601, with and without hyphens
    r"|\d{1,2}[ -][^\W\d]"  # "02 Mar 2026"
    r"|\d{4}년\s+\d\d?월\s+\d\d?일\s+\d"  # Korean
)


def sane(parsed: Sequence[int] | None, written: str, now: datetime) -> datetime | None:
    """Given feedparser's UTC time tuple and what it was read from, return the time; None where
    there is none, or where it lies before 1990 or more than a day ahead."""
    if parsed is None or not _WHOLE.match(written):
        return None
    try:
        year, month, day, hour, minute, second = parsed[:6]
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, OverflowError, TypeError):  # fields out of range, or not six of them
        return None
    # Not clamped to `now`: a date that is another at every poll would make the entry a new one.
    return moment if EARLIEST <= moment <= now + AHEAD else None
