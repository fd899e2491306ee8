"""Quiet hours of a subscriber's day: what the clock on their wall shows counts. Pure.

So no mail ever comes at a time that they named: an hour that comes twice is quiet both times, of
one that is left out nothing is, and hours over midnight belong to both days.
"""

from datetime import UTC, datetime, timedelta

from hrwatch.model.mail import Quiet
from hrwatch.stages.digest.windows import first_instant, zone_of

_DAY = timedelta(days=1)


def is_quiet(quiet: Quiet, timezone: str, now: datetime) -> bool:
    """Say whether `now` lies in the quiet hours of an IANA zone. They end where `until` begins."""
    wall = now.astimezone(zone_of(timezone)).time()
    if quiet.since <= quiet.until:
        return quiet.since <= wall < quiet.until
    return wall >= quiet.since or wall < quiet.until


def loud_from(quiet: Quiet | None, timezone: str, instant: datetime) -> datetime:
    """Return the next end of quiet hours (UTC) from `instant` on, which is `instant` itself where
    it does not lie in them."""
    if quiet is None or not is_quiet(quiet, timezone, instant):
        return instant
    zone = zone_of(timezone)
    today = instant.astimezone(zone).date()
    # In a gap over `until` its end may be quiet too; the day after the next one has no other gap.
    first = [first_instant(today + days * _DAY, quiet.until, zone) for days in (0, 1, 2)]
    again = [end.astimezone(zone).replace(fold=1).astimezone(UTC) for end in first]
    ends = [end for end in (*first, *again) if end > instant and not is_quiet(quiet, timezone, end)]
    return min(ends)
