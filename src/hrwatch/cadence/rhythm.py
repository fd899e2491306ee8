"""How often a feed brings something, as the dates of its entries tell; and when it went quiet."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from hrwatch.model.feeds import Entry

# Of fewer times nothing is concluded: a feed of five entries has no habits.
FEWEST_TIMES = 6
# What a feed did long ago says little of what it does now.
MOST_TIMES = 20
# Quiet is who brings nothing for so many times the usual, and for so long at least.
TIMES_THE_USUAL = 10
SHORTEST_QUIET = timedelta(days=14)


def dates(entries: Iterable[Entry]) -> tuple[datetime, ...]:
    """Return when the entries were published, else changed, as far as they say."""
    found = (entry.published_at or entry.updated_at for entry in entries)
    return tuple(at for at in found if at is not None)


def usual_gap(times: Iterable[datetime]) -> timedelta | None:
    """Given when entries were published, return the usual time between two; None where there are
    too few times to tell. The median: neither a summer's silence nor a day of ten counts much;
    what came at one moment is one time."""
    latest = sorted(set(times))[-MOST_TIMES:]
    if len(latest) < FEWEST_TIMES:
        return None
    gaps = [(after - before).total_seconds() for before, after in pairwise(latest)]
    return timedelta(seconds=round(median(gaps)))


def is_quiet(usual: timedelta | None, newest_at: datetime | None, now: datetime) -> bool:
    """Say whether a feed brought nothing new for far longer than it used to."""
    if usual is None or newest_at is None:
        return False
    return now - newest_at > max(usual * TIMES_THE_USUAL, SHORTEST_QUIET)
