"""When to poll a feed next and in which state it is: pure decisions after each poll."""

from dataclasses import replace
from datetime import datetime, timedelta

from hrwatch.errors import (
    AddressRefused,
    BadStatus,
    FetchError,
    HrwatchError,
    LayoutChanged,
    ParseError,
)
from hrwatch.model.feeds import (
    Entry,
    Feed,
    FeedState,
    NotModified,
    Outcome,
    ParsedFeed,
    Response,
    State,
    Validators,
)

# No hint of a server keeps a feed unread for longer than this.
LONGEST = timedelta(days=1)

# How soon a feed that our own settings kept us from asking is tried again.
AFTER_REFUSAL_OF_OURS = timedelta(minutes=1)

_REFUSALS = frozenset({401, 402, 403, 407, 429, 451})
_GONE = frozenset({404, 410})


def after_nothing_new(
    state: FeedState, feed: Feed, answer: NotModified | Response, now: datetime
) -> FeedState:
    """Given a poll that brought nothing new to read, return the feed's next state."""
    next_poll_at, because = _next(feed, now, (("max-age", answer.max_age),))
    not_modified = isinstance(answer, NotModified)
    return replace(
        state,
        state=state.state if state.state is State.EMPTY else State.OK,
        outcome=Outcome.NOT_MODIFIED if not_modified else Outcome.UNCHANGED,
        validators=answer.validators if not not_modified else state.validators,
        last_polled_at=now,
        next_poll_at=next_poll_at,
        because=because,
        failures=0,
        failing_since=state.failing_since if state.state is State.EMPTY else None,
        error=state.error if state.state is State.EMPTY else None,
    )


def after_reading(  # noqa: PLR0913 - what is known, what came, and when
    state: FeedState,
    feed: Feed,
    answer: Response,
    parsed: ParsedFeed,
    *,
    new: int,
    body_hash: str,
    now: datetime,
) -> FeedState:
    """Given a document read to its end, return the feed's next state."""
    entries = parsed.entries
    next_poll_at, because = _next(feed, now, (("ttl", parsed.ttl), ("max-age", answer.max_age)))
    dates = [d for entry in entries if (d := entry.published_at or entry.updated_at)]
    newest = max((min(d, now) for d in [*dates, state.newest_entry_at] if d), default=None)
    return replace(
        state,
        state=State.OK if entries else State.EMPTY,
        outcome=Outcome.NEW if new else Outcome.UNCHANGED,
        # Of a document that was cut off, nothing is kept that would spare reading it again.
        validators=Validators() if parsed.cut_off else answer.validators,
        # The backfill is measured at the first document that can be read whole and holds entries.
        first_polled_at=state.first_polled_at or (now if entries and not parsed.cut_off else None),
        last_polled_at=now,
        next_poll_at=next_poll_at,
        because=because,
        failures=0,
        failing_since=None if entries else state.failing_since or now,
        error=None if entries else "the feed answers, but holds no entries",
        body_hash=None if parsed.cut_off else body_hash,
        newest_entry_at=newest,
        entries=len(entries),
    )


def after_failure(state: FeedState, feed: Feed, error: HrwatchError, now: datetime) -> FeedState:
    """Given a poll that failed, return the feed's next state: it backs off linearly, and what was
    good before (validators, body hash, entries) is left alone."""
    failures = state.failures + 1
    wait = min(feed.every * (1 + failures), max(LONGEST, feed.every))
    because = "failures"
    if isinstance(error, AddressRefused):
        # Nobody was asked: as soon as the operator allows it, the feed is to be read.
        wait, because = min(feed.every, AFTER_REFUSAL_OF_OURS), "not allowed here"
    if isinstance(error, BadStatus) and error.retry_after is not None:
        asked = min(timedelta(seconds=error.retry_after), LONGEST)
        if asked > wait:
            wait, because = asked, "retry-after"
    return replace(
        state,
        state=_failing_state(error),
        outcome=Outcome.FAILED,
        last_polled_at=now,
        next_poll_at=now + wait,
        because=because,
        failures=failures,
        failing_since=state.failing_since or now,
        error=str(error),
    )


def is_backlog(entry: Entry, feed: Feed, *, first_poll: bool, now: datetime) -> bool:
    """Say whether an entry is archived only: older than the backfill when its feed is first read.

    An entry without a date counts as new.
    """
    dated = entry.published_at or entry.updated_at
    if not first_poll or feed.backfill is None:
        return False
    if feed.backfill == timedelta(0):
        return True
    return dated is not None and dated < now - feed.backfill


def _next(
    feed: Feed, now: datetime, hints: tuple[tuple[str, timedelta | None], ...]
) -> tuple[datetime, str]:
    wait, because = feed.every, "every"
    for name, hint in hints:
        if hint is not None and (asked := min(hint, LONGEST)) > wait:
            wait, because = asked, name
    return now + wait, because


def _failing_state(error: HrwatchError) -> State:
    if isinstance(error, BadStatus):
        if error.status in _REFUSALS:
            return State.REFUSED
        return State.GONE if error.status in _GONE else State.UNREACHABLE
    if isinstance(error, FetchError):
        return State.UNREACHABLE
    if isinstance(error, LayoutChanged):
        return State.LAYOUT_CHANGED
    return State.NOT_A_FEED if isinstance(error, ParseError) else State.INVALID
