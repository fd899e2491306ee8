"""When a feed is asked again: the longest of what the operator, the feed and the server say."""

from datetime import UTC, datetime, timedelta

from hrwatch.cadence import failures
from hrwatch.errors import AddressRefused, BadStatus, HrwatchError
from hrwatch.model.feeds import Because, Feed, FeedState, Hints, NotModified, Response, State

# No hint of a server keeps a feed unread for longer than this, and no failure either.
LONGEST = timedelta(days=1)
# Feeds that were added together are not asked together for ever: up to so much is added by chance.
SPREAD = 0.1
LONGEST_SPREAD = timedelta(minutes=30)
# Of all who come back when a skipped hour is over.
SPREAD_OF_SKIPPED = timedelta(minutes=5)
# A feed is looked at four times in the time that usually brings one entry.
LOOKS_A_GAP = 4
# Who refuses us is not asked more often than so, however short `every` is.
SHORTEST_AFTER_REFUSAL = timedelta(hours=1)
# After trouble of our own the feed is tried again so soon; then later and later, up to `every`.
AFTER_OUR_TROUBLE = timedelta(minutes=1)

OURS = frozenset({Because.NO_WORKER, Because.NO_PROXY, Because.BUG})

Plan = tuple[datetime | None, Because]  # when, and what set it; None: not again by itself

_HOUR = timedelta(hours=1)
_HOURS = frozenset(range(24))
_DAYS = frozenset(range(7))


def after_success(
    feed: Feed, state: FeedState, answer: Response | NotModified, now: datetime, chance: float
) -> Plan:
    """Given the state as a good poll left it (its hints, its rhythm) and the answer, return when
    the feed is polled next. `chance`, from 0 to below 1, spreads the polls; none is ever earlier
    than the longest hint, nor later than a day beyond our own interval."""
    own, because = _own_interval(feed, state)
    wait = own
    for reason, hint in (
        (Because.TTL, state.ttl),
        (Because.SY, state.hints.every),
        (Because.MAX_AGE, answer.max_age),
        (Because.EXPIRES, answer.expires),
        (Because.RETRY_AFTER, answer.retry_after),
    ):
        if hint is not None and (asked := min(hint, LONGEST)) > wait:
            wait, because = asked, reason
    at = _spread(now, wait, chance)
    latest = now + max(LONGEST, own)
    skipped_to, reason_to_skip = _first_allowed(at, state.hints)
    if reason_to_skip is not None and at < latest:
        at = max(at, min(skipped_to + chance * SPREAD_OF_SKIPPED, latest))
        because = reason_to_skip
    return min(at, now + own + LONGEST), because


def after_failure(
    feed: Feed, setbacks: float, error: HrwatchError, now: datetime, chance: float
) -> Plan:
    """Given the weighed failures in a row, this one among them, return when the feed is polled
    next: the wait grows with them in a straight line, up to a day."""
    if failures.ends_polling(error):
        return None, Because.GONE
    base, because = feed.every, Because.FAILURES
    if failures.is_refusal(error):
        base, because = max(feed.every, SHORTEST_AFTER_REFUSAL), Because.REFUSED
    if isinstance(error, AddressRefused):
        because = Because.NOT_ALLOWED_HERE
    # By the factor and not by the product: a long interval times many failures is no timedelta.
    wait = base * min(1 + setbacks, max(LONGEST / base, 1.0))
    if isinstance(error, BadStatus) and error.retry_after is not None:
        asked = timedelta(seconds=min(error.retry_after, LONGEST.total_seconds()))
        if asked > wait:
            wait, because = asked, Because.RETRY_AFTER
    return min(_spread(now, wait, chance), now + feed.every + LONGEST), because


def after_our_trouble(
    feed: Feed, state: FeedState, because: Because, now: datetime, chance: float
) -> Plan:
    """Return when a feed is tried again that we could not do our part for: soon, and where that
    happens again and again, at the feed's own pace at last; the site is asked each time."""
    wait = min(feed.every, AFTER_OUR_TROUBLE)
    was_ours = state.because in OURS
    if was_ours and state.next_poll_at and state.last_polled_at:
        wait = max(wait, min(feed.every, 2 * (state.next_poll_at - state.last_polled_at)))
    return _spread(now, wait, chance), because


def _own_interval(feed: Feed, state: FeedState) -> tuple[timedelta, Because]:
    """Return the interval by the operator's bounds and the feed's rhythm."""
    if feed.every_at_most is None or feed.every_at_most <= feed.every:
        return feed.every, Because.EVERY
    if state.state is State.QUIET:
        return feed.every_at_most, Because.RHYTHM
    if state.rhythm is None or state.rhythm / LOOKS_A_GAP <= feed.every:
        return feed.every, Because.EVERY
    return min(state.rhythm / LOOKS_A_GAP, feed.every_at_most), Because.RHYTHM


def _spread(now: datetime, wait: timedelta, chance: float) -> datetime:
    return now + wait + chance * min(SPREAD * wait, LONGEST_SPREAD)


def _first_allowed(at: datetime, hints: Hints) -> tuple[datetime, Because | None]:
    """Return the first moment from `at` on that the feed does not ask to skip (RSS 2.0, skipHours
    and skipDays), and which of the two moved it; whoever skips everything means nothing by it."""
    hours = frozenset() if set(hints.skip_hours) >= _HOURS else frozenset(hints.skip_hours)
    days = frozenset() if set(hints.skip_days) >= _DAYS else frozenset(hints.skip_days)
    at = at.astimezone(UTC)
    reason = None
    for _ in range(len(_HOURS) * (len(_DAYS) + 1)):
        if at.weekday() in days:
            reason = reason or Because.SKIP_DAYS
        elif at.hour in hours:
            reason = reason or Because.SKIP_HOURS
        else:
            break
        at = at.replace(minute=0, second=0, microsecond=0) + _HOUR
    return at, reason
