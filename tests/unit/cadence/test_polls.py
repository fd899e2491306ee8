"""What a poll makes of the state of a feed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_feed, a_feed_state, a_parsed_feed, a_response, an_entry
from hrwatch import cadence
from hrwatch.cadence import polls
from hrwatch.errors import (
    BadStatus,
    HopError,
    HrwatchError,
    NoWorker,
    ParseError,
    ProxyUnreachable,
    Unreachable,
)
from hrwatch.model.feeds import (
    FAILING,
    Because,
    Entry,
    FeedState,
    Hints,
    NotModified,
    Outcome,
    ParsedFeed,
    State,
    Validators,
)

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
FEED = a_feed(every=30 * MINUTE)
OLD, NEW = Validators(etag='"0"'), Validators(etag='"1"')
# What a good poll left.
GOOD = a_feed_state(
    state=State.OK,
    validators=OLD,
    body_hash="good",
    entries=7,
    newest_entry_at=NOW - DAY,
    first_polled_at=NOW - DAY,
    last_polled_at=NOW - 30 * MINUTE,
    next_poll_at=NOW,
)
WEEKLY = tuple(an_entry(guid=str(n), published_at=NOW - 7 * DAY * n) for n in range(1, 11))
NOT_MODIFIED = NotModified("http://wire.example/feed.xml", None, NOW)


def read(before: FeedState, parsed: ParsedFeed, new: int = 1, **changes: Any) -> FeedState:
    answer = a_response(b"x", validators=NEW, **changes)
    return cadence.after_reading(
        before, FEED, answer, parsed, new=new, body_hash="new", now=NOW, chance=0.0
    )


def nothing_new(before: FeedState, answer: Any = NOT_MODIFIED, at: Any = NOW) -> FeedState:
    return cadence.after_nothing_new(before, FEED, answer, now=at, chance=0.0)


def failed(before: FeedState, error: HrwatchError, at: Any = NOW) -> FeedState:
    return cadence.after_failure(before, FEED, error, now=at, chance=0.0)


def kept(state: FeedState) -> tuple[object, ...]:
    """What a bad answer may not replace."""
    return state.validators, state.body_hash, state.entries, state.newest_entry_at


def test_after_reading_keeps_what_the_next_poll_needs() -> None:
    newest = an_entry(published_at=NOW - MINUTE)
    parsed = a_parsed_feed(
        an_entry(published_at=NOW - 9 * MINUTE),
        newest,
        ttl=60 * MINUTE,
        hints=Hints(skip_hours=(3,)),
        warnings=("the charset is wrong", "two more"),
    )
    before = a_feed_state(failures=3, setbacks=2.5, error="old", failing_since=NOW - DAY)
    after = read(before, parsed)
    assert (after.state, after.outcome) == (State.OK, Outcome.NEW)
    assert kept(after) == (NEW, "new", 2, NOW - MINUTE)
    assert (after.failures, after.setbacks, after.error, after.failing_since) == (0, 0, None, None)
    assert (after.first_polled_at, after.last_polled_at) == (NOW, NOW)
    assert (after.ttl, after.hints) == (60 * MINUTE, Hints(skip_hours=(3,)))
    assert after.warning == "the charset is wrong"
    assert (after.next_poll_at, after.because) == (NOW + 60 * MINUTE, Because.TTL)
    assert read(after, a_parsed_feed()).warning is None


def test_after_nothing_new_the_documents_own_hints_still_hold() -> None:
    before = replace(GOOD, ttl=2 * 60 * MINUTE, warning="odd")
    after = nothing_new(before)
    assert (after.next_poll_at, after.because) == (NOW + 2 * 60 * MINUTE, Because.TTL)
    assert after.warning == "odd"


@pytest.mark.parametrize(
    ("parsed", "state", "error"),
    [
        (a_parsed_feed(cut_off=True), State.INVALID, polls.CUT_OFF),
        (a_parsed_feed(only_lists=True), State.EMPTY, polls.ONLY_LISTS),
        (replace(a_parsed_feed(), entries=()), State.EMPTY, polls.NO_ENTRIES),
        (replace(a_parsed_feed(cut_off=True), entries=()), State.EMPTY, polls.NO_ENTRIES),
    ],
    ids=["cut off", "only lists", "empty", "cut off before the first entry"],
)
def test_after_reading_bad_document_replaces_nothing_good(
    parsed: ParsedFeed, state: State, error: str
) -> None:
    old_news = replace(
        parsed,
        entries=tuple(replace(entry, published_at=NOW - 9 * DAY) for entry in parsed.entries),
    )
    after = read(GOOD, old_news, new=0)
    assert (after.state, after.error) == (state, error)
    assert kept(after) == kept(GOOD)
    assert after.failing_since == NOW
    # The good document is back, or the server still believes in it: all is well again.
    for again in (NOT_MODIFIED, a_response(validators=OLD)):
        healed = nothing_new(after, again)
        assert (healed.state, healed.error, healed.failing_since) == (State.OK, None, None)


def test_after_reading_first_document_that_is_partial_is_asked_for_again() -> None:
    empty = read(a_feed_state(), replace(a_parsed_feed(), entries=()), new=0)
    for before in (a_feed_state(), empty):
        after = read(before, a_parsed_feed(cut_off=True))
        assert (after.validators, after.body_hash) == (Validators(), None)
        assert (after.state, after.entries, after.first_polled_at) == (State.INVALID, 1, NOW)


def test_after_reading_feed_that_was_always_empty_is_not_parsed_at_every_poll() -> None:
    after = read(a_feed_state(), replace(a_parsed_feed(), entries=()), new=0)
    assert (after.validators, after.body_hash) == (NEW, "new")
    assert after.first_polled_at == NOW
    still = nothing_new(after, replace(NOT_MODIFIED, fetched_at=NOW + DAY), NOW + DAY)
    assert (still.state, still.error) == (State.EMPTY, polls.NO_ENTRIES)
    assert still.failing_since == NOW


def test_after_reading_newest_entry_never_goes_back() -> None:
    after = read(GOOD, a_parsed_feed(an_entry(published_at=NOW - 99 * DAY)), new=0)
    assert (after.newest_entry_at, after.entries) == (NOW - DAY, 1)


def test_after_reading_few_entries_leave_the_rhythm_that_was_known() -> None:
    assert read(replace(GOOD, rhythm=7 * DAY), a_parsed_feed()).rhythm == 7 * DAY


def test_after_reading_entry_dated_ahead_tells_only_that_there_is_one() -> None:
    ahead = a_parsed_feed(an_entry(published_at=NOW + 999 * DAY))
    assert read(GOOD, ahead).newest_entry_at == GOOD.newest_entry_at
    assert read(replace(GOOD, newest_entry_at=None), ahead).newest_entry_at == NOW


def test_entry_dated_ahead_does_not_keep_a_feed_from_being_quiet() -> None:
    ahead = an_entry(guid="ahead", published_at=NOW + 999 * DAY)
    before = read(a_feed_state(), a_parsed_feed(ahead, *WEEKLY))
    assert (before.state, before.rhythm) == (State.OK, 7 * DAY)
    assert nothing_new(before, at=NOW + 64 * DAY).state is State.QUIET


def test_quiet_feed_is_told_apart_and_ends_with_news() -> None:
    before = read(a_feed_state(), a_parsed_feed(*WEEKLY))
    assert (before.state, before.rhythm) == (State.OK, 7 * DAY)
    later = NOW + 64 * DAY
    quiet = nothing_new(before, at=later)
    assert (quiet.state, quiet.error, quiet.failing_since) == (State.QUIET, None, None)
    assert quiet.state not in FAILING
    news = an_entry(guid="news", published_at=later)
    after = cadence.after_reading(
        quiet,
        FEED,
        a_response(),
        a_parsed_feed(news, *WEEKLY),
        new=1,
        body_hash="n",
        now=later,
        chance=0.0,
    )
    assert after.state is State.OK


def test_after_nothing_new_failures_are_over() -> None:
    before = replace(
        GOOD, state=State.UNREACHABLE, failures=4, setbacks=1.0, error="down", failing_since=NOW
    )
    after = nothing_new(before)
    assert (after.state, after.outcome) == (State.OK, Outcome.NOT_MODIFIED)
    assert (after.failures, after.setbacks, after.error) == (0, 0, None)
    assert kept(after) == kept(GOOD)
    assert after.conditional == 1
    assert nothing_new(after, a_response(validators=NEW)).conditional == 0


def test_after_failure_weighs_backs_off_and_leaves_the_good_alone() -> None:
    state, waits = GOOD, []
    for _ in range(200):
        state = failed(state, Unreachable("down"))
        assert state.next_poll_at is not None
        waits.append((state.next_poll_at - NOW) / MINUTE)
    assert (state.state, state.outcome, state.error) == (State.UNREACHABLE, Outcome.FAILED, "down")
    assert (state.failures, state.setbacks, state.failing_since) == (200, 50.0, NOW)
    assert waits[:4] == [37.5, 45, 52.5, 60]
    assert waits[-1] == 24 * 60
    assert kept(state) == kept(GOOD)


@pytest.mark.parametrize("between", ["failure", "empty", "only lists", "our trouble"])
def test_proposal_of_a_new_address_counts_polls_in_a_row(between: str) -> None:
    there = "http://wire.example/new.xml"
    state = GOOD
    for _ in range(2):
        state = read(state, a_parsed_feed(), moved_to=there)
    if between == "failure":
        state = failed(state, Unreachable("down"))
    elif between == "empty":
        state = read(state, replace(a_parsed_feed(), entries=()), moved_to=there)
    elif between == "only lists":
        state = read(state, a_parsed_feed(only_lists=True), moved_to=there)
    else:
        state = cadence.after_our_trouble(state, FEED, NoWorker("none"), now=NOW, chance=0.0)
    proposals = []
    for _ in range(3):
        state = read(state, a_parsed_feed(), moved_to=there)
        proposals.append(cadence.proposal(state))
    # Where we did not do our part, nothing was asked, and the row goes on.
    goes_on = between == "our trouble"
    assert proposals == ([there] * 3 if goes_on else [None, None, there])


def test_after_failure_gone_for_good_has_no_next_poll() -> None:
    after = failed(GOOD, BadStatus("410 gone", 410))
    assert (after.state, after.next_poll_at, after.because) == (State.GONE, None, Because.GONE)
    slow = failed(GOOD, BadStatus("404 not found", 404))
    assert (slow.state, slow.next_poll_at) == (State.GONE, NOW + 60 * MINUTE)


@pytest.mark.parametrize(
    ("error", "because"),
    [
        (NoWorker("no room"), Because.NO_WORKER),
        (ProxyUnreachable("the proxy is down"), Because.NO_PROXY),
        (HopError("a bug"), Because.BUG),
    ],
)
def test_after_our_trouble_the_feed_is_as_it_was_and_tried_soon(
    error: HrwatchError, because: Because
) -> None:
    after = cadence.after_our_trouble(GOOD, FEED, error, now=NOW, chance=0.0)
    assert (after.state, after.failures, after.setbacks) == (State.OK, 0, 0)
    assert (after.outcome, after.error) == (Outcome.FAILED, str(error))
    assert (after.next_poll_at, after.because) == (NOW + MINUTE, because)
    assert kept(after) == kept(GOOD)
    well = nothing_new(after)
    assert (well.error, well.failing_since) == (None, None)


def test_after_our_trouble_that_lasts_the_silence_is_told() -> None:
    error, at, state = NoWorker("no room"), NOW, GOOD
    while at <= NOW + 59 * MINUTE:
        state = cadence.after_our_trouble(state, FEED, error, now=at, chance=0.0)
        assert state.state is State.OK
        at += 10 * MINUTE
    state = cadence.after_our_trouble(state, FEED, error, now=at, chance=0.0)
    assert (state.state, state.failing_since) == (State.INVALID, NOW)


def test_lied_about_document_ends_the_use_of_validators() -> None:
    before = replace(GOOD, conditional=12)
    after = cadence.after_reading(
        before,
        FEED,
        a_response(validators=NEW),
        a_parsed_feed(),
        new=1,
        body_hash="h",
        now=NOW,
        chance=0.0,
        lied=True,
    )
    assert cadence.validators_to_ask_with(after, FEED) == Validators()
    again = nothing_new(after, a_response(validators=NEW))
    assert cadence.validators_to_ask_with(again, FEED) == Validators()


errors = st.sampled_from(
    [
        Unreachable("down"),
        ParseError("HTML"),
        BadStatus("403", 403),
        BadStatus("503", 503, 60.0),
        HopError("too long"),
    ]
)


@given(st.lists(errors, min_size=1, max_size=30), st.floats(0, 1, exclude_max=True))
def test_failures_in_a_row_only_add_and_one_success_ends_them(
    row: list[HrwatchError], chance: float
) -> None:
    state = GOOD
    for count, error in enumerate(row, start=1):
        before = state.setbacks
        state = cadence.after_failure(state, FEED, error, now=NOW, chance=chance)
        assert state.setbacks > before
        assert state.failures == count
        assert state.state in FAILING
        assert kept(state) == kept(GOOD)
    assert nothing_new(state).setbacks == 0


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
    state = a_feed_state() if first else GOOD
    assert cadence.is_backlog(entry, feed, state, now=NOW) is backlog


NO_BACKFILL, THREE_DAYS = timedelta(0), 3 * DAY


@pytest.mark.parametrize(
    "first",
    [
        replace(a_parsed_feed(), entries=()),
        a_parsed_feed(cut_off=True),
        a_parsed_feed(only_lists=True),
    ],
    ids=["empty", "cut off", "only lists"],
)
@pytest.mark.parametrize(
    ("backfill", "entry", "backlog"),
    [
        (NO_BACKFILL, an_entry(published_at=None), False),
        (NO_BACKFILL, an_entry(published_at=NOW + DAY), False),
        (NO_BACKFILL, an_entry(published_at=NOW - MINUTE), True),
        (NO_BACKFILL, an_entry(published_at=NOW - 9 * MINUTE, whole_day=True), False),
        (THREE_DAYS, an_entry(published_at=NOW - 2 * DAY), False),
        (THREE_DAYS, an_entry(published_at=NOW - 4 * DAY), True),
        (None, an_entry(published_at=NOW - 400 * DAY), False),
    ],
)
def test_is_backlog_after_a_document_that_was_not_whole_dates_tell(
    first: ParsedFeed, backfill: timedelta | None, entry: Entry, backlog: bool
) -> None:
    feed, ten_days_later = a_feed(backfill=backfill), NOW + 10 * DAY
    state = read(a_feed_state(), first)
    assert state.first_polled_at == NOW
    assert cadence.is_backlog(entry, feed, state, now=ten_days_later) is backlog
    state = read(state, a_parsed_feed())
    assert not cadence.is_backlog(entry, feed, state, now=ten_days_later), "all that was old is in"


def test_is_backlog_feed_that_never_answered_with_a_feed_has_its_first_poll_before_it() -> None:
    state = failed(failed(a_feed_state(), Unreachable("down")), ParseError("HTML"))
    assert cadence.is_backlog(an_entry(), a_feed(backfill=NO_BACKFILL), state, now=NOW)
