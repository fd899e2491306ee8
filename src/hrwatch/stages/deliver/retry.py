"""When a mail that was not taken is tried again, and when no more. Pure; asked when a delivery is
settled."""

from datetime import datetime, timedelta

_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 2 * 60))
# A mailbox with room again, or a server that is back, waits no longer than this for its mail.
_LONGEST = timedelta(hours=4)
# RFC 5321, 4.5.4.1, asks for four to five days at least; a desk may be away for a week.
LASTING = timedelta(days=7)
# Not after a week in which it was hardly tried: the daemon was off, or it was held.
_TRIES = 12


def next_try(attempts: int, written_at: datetime, now: datetime) -> datetime | None:
    """Given how often a mail was tried (from 1) and when it was written, return when to try it
    next: after a minute, then ever later up to four hours. None: after a week of that it is parked
    until the operator says what becomes of it."""
    if attempts >= _TRIES and now - written_at >= LASTING:
        return None
    return now + (*_DELAYS, _LONGEST)[min(max(attempts, 1), len(_DELAYS) + 1) - 1]
