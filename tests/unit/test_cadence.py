"""When a feed is polled next, and the state it is in."""

from datetime import timedelta

import pytest

from builders import NOW, a_feed, a_feed_state, a_parsed_feed, a_response, an_entry
from hrwatch import cadence
from hrwatch.errors import (
    AddressRefused,
    BadStatus,
    HopError,
    HrwatchError,
    ParseError,
    Unreachable,
)
from hrwatch.model.feeds import NotModified, Outcome, ParsedFeed, State, Validators

MINUTE = timedelta(minutes=1)
FEED = a_feed(every=30 * MINUTE)


@pytest.mark.parametrize(
    ("ttl", "max_age", "wait", "because"),
    [
        (None, None, 30 * MINUTE, "every"),
        (10 * MINUTE, 5 * MINUTE, 30 * MINUTE, "every"),
        (60 * MINUTE, None, 60 * MINUTE, "ttl"),
        (60 * MINUTE, 90 * MINUTE, 90 * MINUTE, "max-age"),
        (timedelta(days=365), None, cadence.LONGEST, "ttl"),
    ],
)
def test_after_reading_next_poll_is_the_largest_hint(
    ttl: timedelta | None, max_age: timedelta | None, wait: timedelta, because: str
) -> None:
    parsed = a_parsed_feed(ttl=ttl)
    after = _read(parsed, max_age=max_age)
    assert (after.next_poll_at, after.because) == (NOW + wait, because)


def _read(parsed: ParsedFeed, max_age: timedelta | None = None, new: int = 1):  # type: ignore[no-untyped-def]  # a FeedState
    answer = a_response(b"x", validators=Validators(etag='"1"'), max_age=max_age)
    before = a_feed_state(failures=3, error="old", validators=Validators(etag='"0"'))
    return cadence.after_reading(before, FEED, answer, parsed, new=new, body_hash="h", now=NOW)


def test_after_reading_keeps_what_the_next_poll_needs() -> None:
    newest = an_entry(published_at=NOW - MINUTE)
    after = _read(a_parsed_feed(an_entry(published_at=NOW - 9 * MINUTE), newest))
    assert after.state is State.OK
    assert after.outcome is Outcome.NEW
    assert after.validators == Validators(etag='"1"')
    assert (after.body_hash, after.failures, after.error) == ("h", 0, None)
    assert (after.entries, after.newest_entry_at) == (2, NOW - MINUTE)
    assert after.first_polled_at == NOW


def test_after_reading_document_cut_off_is_asked_for_again() -> None:
    after = _read(a_parsed_feed(cut_off=True))
    assert (after.validators, after.body_hash) == (Validators(), None)


def test_after_reading_no_entries_is_a_state_of_its_own() -> None:
    after = _read(ParsedFeed("rss20", "", "", "", None, ()), new=0)
    assert after.state is State.EMPTY
    assert after.error


def test_after_nothing_new_failures_are_over() -> None:
    before = a_feed_state(
        state=State.UNREACHABLE, failures=4, error="refused", body_hash="h", failing_since=NOW
    )
    answer = NotModified("http://wire.example/feed.xml", Validators(etag='"1"'), None, NOW)
    after = cadence.after_nothing_new(before, FEED, answer, NOW)
    assert (after.state, after.outcome) == (State.OK, Outcome.NOT_MODIFIED)
    assert (after.failures, after.error, after.body_hash) == (0, None, "h")
    assert after.failing_since is None


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (BadStatus("403 forbidden", 403), State.REFUSED),
        (BadStatus("429 too many requests", 429), State.REFUSED),
        (BadStatus("410 gone", 410), State.GONE),
        (BadStatus("500 server error", 500), State.UNREACHABLE),
        (Unreachable("connection refused"), State.UNREACHABLE),
        (AddressRefused("private address"), State.UNREACHABLE),
        (ParseError("an HTML page, not a feed"), State.NOT_A_FEED),
        (HopError("took too long"), State.INVALID),
    ],
)
def test_after_failure_state_tells_what_is_wrong(error: HrwatchError, state: State) -> None:
    after = cadence.after_failure(a_feed_state(), FEED, error, NOW)
    assert after.state is state
    assert after.error == str(error)
    assert after.outcome is Outcome.FAILED


def test_after_failure_of_our_own_settings_the_feed_is_tried_again_soon() -> None:
    state = a_feed_state(failures=9)
    after = cadence.after_failure(state, FEED, AddressRefused("the example contact"), NOW)
    assert after.next_poll_at == NOW + cadence.AFTER_REFUSAL_OF_OURS


def test_after_failure_backs_off_linearly_and_leaves_the_good_alone() -> None:
    state = a_feed_state(validators=Validators(etag='"1"'), body_hash="h", entries=7)
    waits = []
    for _ in range(60):
        state = cadence.after_failure(state, FEED, Unreachable("down"), NOW)
        assert state.next_poll_at is not None
        waits.append(state.next_poll_at - NOW)
    assert state.failing_since == NOW
    assert waits[:3] == [60 * MINUTE, 90 * MINUTE, 120 * MINUTE]
    assert waits[-1] == cadence.LONGEST
    assert (state.validators.etag, state.body_hash, state.entries) == ('"1"', "h", 7)


def test_after_failure_retry_after_is_obeyed_within_a_day() -> None:
    for seconds, wait in [(10, 60 * MINUTE), (7200, 120 * MINUTE), (10**9, cadence.LONGEST)]:
        after = cadence.after_failure(a_feed_state(), FEED, BadStatus("503", 503, seconds), NOW)
        assert after.next_poll_at == NOW + wait


@pytest.mark.parametrize(
    ("backfill", "age", "first", "backlog"),
    [
        (timedelta(days=3), timedelta(days=2), True, False),
        (timedelta(days=3), timedelta(days=4), True, True),
        (timedelta(days=3), timedelta(days=4), False, False),
        (timedelta(days=3), None, True, False),
        (None, timedelta(days=4000), True, False),
        (timedelta(0), timedelta(0), True, True),
        (timedelta(0), None, True, True),
        (timedelta(0), None, False, False),
    ],
)
def test_is_backlog_only_old_entries_of_a_first_poll_are(
    backfill: timedelta | None, age: timedelta | None, first: bool, backlog: bool
) -> None:
    entry = an_entry(published_at=None if age is None else NOW - age)
    feed = a_feed(backfill=backfill)
    assert cadence.is_backlog(entry, feed, first_poll=first, now=NOW) is backlog
