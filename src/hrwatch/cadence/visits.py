"""When an article's page is looked at again, and what an answer says of the article. Pure.

THERE         the page answers, and with the article
MISSING       404 or 410
UNREACHABLE   refused, failing, or no answer: says nothing of the article
UNCLEAR       the address shows something else: says nothing of it either

Missing three times over at least a day, and never there between, is REMOVED; that stands until the
article is there again.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from hrwatch.model.evidence import Standing, Visit
from hrwatch.model.mail import Reason

# After it was first seen an article is looked at ever more seldom, at last not at all.
SCHEDULE = (
    timedelta(hours=3),
    timedelta(hours=12),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=21),
    timedelta(days=60),
)
WHILE_MISSING = timedelta(hours=12)
MISSING_TIMES = 3
MISSING_FOR = timedelta(hours=24)
# After it was found removed: it may return.
AFTER_REMOVAL = (timedelta(days=1), timedelta(days=7), timedelta(days=30))
# No page is looked at sooner after the last time, whatever its feed says.
SOONEST = timedelta(hours=1)
# Visits to one article, all together; a feed that says something else at every poll can bring
# about as many as the second, and leaves the others to the schedule.
MOST = 30
MOST_HASTENED = 16
# Articles that were found together are not looked at together: so much of a wait is added at most.
SPREAD = 0.1
# The same page is looked at for others that carry it too. Such a look does for an article that is
# due, if it was made in so much of its wait: more than the spread keeps them apart.
SHARED = 0.2


def planned(first_seen_at: datetime, now: datetime, chance: float) -> datetime | None:
    """Return when an article is looked at next while nothing is the matter; None: no more.
    `chance` is from 0 to below 1."""
    return _next(first_seen_at, SCHEDULE, now, chance)


def after(  # noqa: PLR0913 - what is known, what was found, when, and a chance
    visit: Visit,
    found: Standing,
    *,
    first_seen_at: datetime,
    now: datetime,
    chance: float,
    status: int | None = None,
    error: str | None = None,
    seen_at: datetime | None = None,
) -> Visit:
    """Given what is known of a page and what a visit found there (not REMOVED: that is judged
    here), return what is known now. `status` is that of the answer; `seen_at`, where it was not
    asked for now, when it was: a look that is handed on grows no younger by that."""
    was_removed = visit.standing is Standing.REMOVED
    if was_removed and found in (Standing.UNREACHABLE, Standing.UNCLEAR):
        visit = replace(visit, error=error)  # what was said when it was removed still stands
    else:
        visit = replace(visit, standing=found, status=status, error=error)
    if found is Standing.THERE:
        visit = replace(visit, missing=0, missing_since=None, missing_until=None, removed_at=None)
    elif found is Standing.MISSING:
        visit = _missing(visit, now, was_removed=was_removed)
    visit = replace(visit, visits=visit.visits + 1, last_visit_at=seen_at or now)
    return replace(visit, next_visit_at=_following(visit, first_seen_at, now, chance))


def seen_since(visit: Visit, first_seen_at: datetime, now: datetime) -> datetime | None:
    """Given an article whose look is due, return after when a look at its page that was made for
    another feed, and found it there, does for this one; None: it is to be asked for itself, as
    what is missing, and what its own feed says something else of."""
    due_at = visit.next_visit_at
    if visit.missing or visit.removed_at or visit.wants_page or due_at is None:
        return None
    planned_at = ((first_seen_at + wait, wait) for wait in SCHEDULE)
    of_plan = [wait for at, wait in planned_at if at <= due_at <= at + wait * SPREAD]
    if not of_plan:
        return None
    return max(visit.last_visit_at or first_seen_at, now - of_plan[0] * SHARED)


def hastened(visit: Visit, first_seen_at: datetime, now: datetime) -> Visit:
    """Given an article of which its feed says something else than before, return when it is looked
    at: now, but for what bounds the visits."""
    if visit.visits >= MOST_HASTENED:
        return visit
    at = max(now, (visit.last_visit_at or first_seen_at) + SOONEST)
    if visit.next_visit_at is not None and visit.next_visit_at <= at:
        return visit
    return replace(visit, next_visit_at=at)


def moved(visit: Visit, url: str, now: datetime) -> Visit:
    """Given an article that its feed links to under another address, return when it is looked at
    there. What was missed at the old one tells nothing of it; what was REMOVED may return."""
    was_missed = visit.missing or visit.standing is Standing.REMOVED
    visit = replace(visit, url=url, missing=0, missing_since=None, missing_until=None)
    visit = replace(visit, etag=None, last_modified=None)
    return hastened(visit, now, now) if was_missed else visit


def news(before: Visit, now: Visit) -> Reason | None:
    """Return what is to be told of an article after a visit to its page; None for nothing."""
    if now.standing is Standing.REMOVED and now.last_visit_at == now.missing_until:
        return Reason.REMOVED  # who heard of the article since is told at a later visit
    if before.standing is Standing.REMOVED and now.standing is Standing.THERE:
        return Reason.RETURNED
    return None


def _missing(visit: Visit, now: datetime, *, was_removed: bool) -> Visit:
    since = visit.missing_since or now
    visit = replace(visit, missing=visit.missing + 1, missing_since=since, missing_until=now)
    if was_removed or (visit.missing >= MISSING_TIMES and now - since >= MISSING_FOR):
        return replace(visit, standing=Standing.REMOVED, removed_at=visit.removed_at or now)
    return visit


def _following(
    visit: Visit, first_seen_at: datetime, now: datetime, chance: float
) -> datetime | None:
    if visit.visits >= MOST:
        return None
    if visit.removed_at is not None:
        return _next(visit.removed_at, AFTER_REMOVAL, now, chance)
    if visit.missing:
        return _spread(now, WHILE_MISSING, chance)
    return planned(first_seen_at, now, chance)


def _next(
    since: datetime, waits: tuple[timedelta, ...], now: datetime, chance: float
) -> datetime | None:
    wait = next((wait for wait in waits if since + wait >= now + SOONEST), None)
    return None if wait is None else _spread(since, wait, chance)


def _spread(since: datetime, wait: timedelta, chance: float) -> datetime:
    return since + wait * (1 + SPREAD * chance)
