"""What a poll makes of the state of a feed. An empty, partial or broken answer never replaces what
is known from a good one: validators, body hash, entries, newest entry."""

from dataclasses import replace
from datetime import datetime, timedelta

from hrwatch.cadence import failures, moving, rhythm, trust, waits
from hrwatch.errors import HrwatchError, NoWorker, ProxyUnreachable
from hrwatch.model.feeds import (
    FAILING,
    Because,
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

NO_ENTRIES = "the feed answers, but holds no entries"
CUT_OFF = "the document stops before its end; what came whole of it was read"
ONLY_LISTS = (
    "the feed answers, but its entries lead to lists (tags, authors, sections), none to an article"
)
# Trouble of our own is nobody's business for so long; then silence must not pass for peace.
OURS_UNTOLD = timedelta(hours=1)

_DAY = timedelta(days=1)


def after_nothing_new(
    state: FeedState, feed: Feed, answer: NotModified | Response, *, now: datetime, chance: float
) -> FeedState:
    """Given a poll that brought nothing new to read, return the feed's next state."""
    if isinstance(answer, NotModified):
        outcome, validators = Outcome.NOT_MODIFIED, state.validators
        conditional = trust.after_not_modified(state)
    else:
        outcome, validators = Outcome.UNCHANGED, answer.validators
        conditional = trust.after_a_document(state)
    # What did not change is the last document that was kept: it held entries, or none.
    if state.entries:
        state = _well(moving.counted(state, feed, answer), now)
    else:
        state = _empty(state, NO_ENTRIES, now)
    state = replace(state, outcome=outcome, validators=validators, conditional=conditional)
    return _planned(state, feed, answer, now, chance)


def after_reading(  # noqa: PLR0913 - what is known, what came, when, and a chance
    state: FeedState,
    feed: Feed,
    answer: Response,
    parsed: ParsedFeed,
    *,
    new: int,
    body_hash: str,
    now: datetime,
    chance: float,
    lied: bool = False,
) -> FeedState:
    """Given a document read to its end, return the feed's next state. `lied`: the server said of
    this very document that nothing had changed."""
    state = replace(
        state,
        outcome=Outcome.NEW if new else Outcome.UNCHANGED,
        conditional=trust.after_a_document(state, lied=lied),
        ttl=parsed.ttl,
        hints=parsed.hints,
        # Empty or not, whole or not: the feed was seen, and what comes from now on is news.
        first_polled_at=state.first_polled_at or now,
        warning=parsed.warnings[0] if parsed.warnings else None,
    )
    is_whole = not parsed.cut_off
    if parsed.only_lists:
        state = _empty(state, ONLY_LISTS, now)
    elif not parsed.entries:
        if is_whole and not state.entries:  # there is nothing good to be kept instead
            state = replace(state, validators=answer.validators, body_hash=body_hash)
        state = _empty(state, NO_ENTRIES, now)
    else:
        state = moving.counted(_remembering(state, parsed, now), feed, answer)
        if is_whole:
            state = replace(
                state,
                validators=answer.validators,
                body_hash=body_hash,
                entries=len(parsed.entries),
            )
        elif not state.entries:  # of a partial document nothing is kept that spares reading it
            state = replace(
                state, validators=Validators(), body_hash=None, entries=len(parsed.entries)
            )
        state = _well(state, now) if is_whole else _unwell(state, State.INVALID, CUT_OFF, now)
    return _planned(state, feed, answer, now, chance)


def after_failure(
    state: FeedState, feed: Feed, error: HrwatchError, *, now: datetime, chance: float
) -> FeedState:
    """Given a poll that failed, return the feed's next state."""
    setbacks = state.setbacks + failures.weight(error)
    next_poll_at, because = waits.after_failure(feed, setbacks, error, now, chance)
    return replace(
        state,
        state=failures.state_of(error),
        outcome=Outcome.FAILED,
        last_polled_at=now,
        next_poll_at=next_poll_at,
        because=because,
        failures=state.failures + 1,
        setbacks=setbacks,
        failing_since=state.failing_since or now,
        error=str(error),
        moved_to=None,  # no longer in a row
        moved_times=0,
    )


def after_our_trouble(
    state: FeedState, feed: Feed, error: HrwatchError, *, now: datetime, chance: float
) -> FeedState:
    """Given a poll that our machine, proxy or program spoilt, return the next state:
    as it was, and tried again soon. Only what lasts is told as a failing feed."""
    because = _reason(error)
    next_poll_at, because = waits.after_our_trouble(feed, state, because, now, chance)
    since = state.failing_since or now
    lasts = now - since >= OURS_UNTOLD and state.state not in FAILING
    return replace(
        state,
        state=failures.state_of(error) if lasts else state.state,
        outcome=Outcome.FAILED,
        last_polled_at=now,
        next_poll_at=next_poll_at,
        because=because,
        failing_since=since,
        error=str(error),
    )


def is_backlog(entry: Entry, feed: Feed, state: FeedState, *, now: datetime) -> bool:
    """Say whether an entry is archived only: older than the backfill when its feed is first read.
    `state` is what was known before the document that it stands in.

    An entry without a date counts as new. As long as no document came whole and with entries, what
    comes may still be old, and its date tells: it is measured from the first poll.
    """
    if feed.backfill is None or _was_read_whole(state):
        return False
    if feed.backfill == timedelta(0) and state.first_polled_at is None:
        return True
    dated = entry.published_at or entry.updated_at
    if dated is None:
        return False
    if entry.whole_day and entry.published_at:
        dated += _DAY  # it may be of the last hour of that day
    return dated < (state.first_polled_at or now) - feed.backfill


def _was_read_whole(state: FeedState) -> bool:
    """Say whether a document was ever read that was whole and held entries: the hash of a partial
    one is not kept, and the entries of an empty one are none."""
    return bool(state.first_polled_at and state.body_hash and state.entries)


def _remembering(state: FeedState, parsed: ParsedFeed, now: datetime) -> FeedState:
    """Return the state with what entries tell, of a partial document too: they are archived."""
    dates = rhythm.dates(parsed.entries)
    # What is dated ahead tells nothing: at every poll it would seem to be of today.
    times = [at for at in dates if at <= now]
    known = [min(state.newest_entry_at, now)] if state.newest_entry_at else []
    if dates and not (times or known):
        known = [now]
    return replace(
        state,
        newest_entry_at=max((*times, *known), default=None),
        rhythm=rhythm.usual_gap(times) or state.rhythm,
    )


def _reason(error: HrwatchError) -> Because:
    if isinstance(error, ProxyUnreachable):
        return Because.NO_PROXY
    return Because.NO_WORKER if isinstance(error, NoWorker) else Because.BUG


def _well(state: FeedState, now: datetime) -> FeedState:
    is_quiet = rhythm.is_quiet(state.rhythm, state.newest_entry_at, now)
    return replace(
        state,
        state=State.QUIET if is_quiet else State.OK,
        failures=0,
        setbacks=0.0,
        failing_since=None,
        error=None,
    )


def _empty(state: FeedState, error: str, now: datetime) -> FeedState:
    # Nothing that was read says now where the feed has moved: polls that do so are in a row.
    return _unwell(replace(state, moved_to=None, moved_times=0), State.EMPTY, error, now)


def _unwell(state: FeedState, which: State, error: str, now: datetime) -> FeedState:
    """Return the state of a feed that answers, but not as it should: no failure to be had."""
    return replace(
        state,
        state=which,
        failures=0,
        setbacks=0.0,
        failing_since=state.failing_since or now,
        error=error,
    )


def _planned(
    state: FeedState, feed: Feed, answer: NotModified | Response, now: datetime, chance: float
) -> FeedState:
    next_poll_at, because = waits.after_success(feed, state, answer, now, chance)
    return replace(state, last_polled_at=now, next_poll_at=next_poll_at, because=because)
