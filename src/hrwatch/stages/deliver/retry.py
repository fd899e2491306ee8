"""When a mail that was not taken is tried again. Pure; asked when a delivery is settled."""

from datetime import datetime, timedelta

_DELAYS = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 2 * 60, 4 * 60, 8 * 60, 16 * 60)
)
_LONGEST = timedelta(days=1)


def next_try(attempts: int, now: datetime) -> datetime:
    """Given how often a mail was tried (from 1), return when to try it next: after a minute, then
    ever later up to a day. It never says never: giving up is the operator's."""
    return now + (*_DELAYS, _LONGEST)[min(max(attempts, 1), len(_DELAYS) + 1) - 1]
