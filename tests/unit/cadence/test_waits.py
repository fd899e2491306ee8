"""When a feed is asked again, and because of what."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_feed, a_feed_state, a_response
from hrwatch.cadence import waits
from hrwatch.errors import AddressRefused, BadStatus, HrwatchError, ParseError, Unreachable
from hrwatch.model.feeds import Because, Hints, NotModified, State

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FEED = a_feed(every=30 * MINUTE)
SLOW = a_feed(every=30 * MINUTE, every_at_most=4 * HOUR)


@pytest.mark.parametrize(
    ("known", "answered", "wait", "because"),
    [
        ({}, {}, 30 * MINUTE, Because.EVERY),
        ({"ttl": 10 * MINUTE}, {"max_age": 5 * MINUTE}, 30 * MINUTE, Because.EVERY),
        ({"ttl": HOUR}, {}, HOUR, Because.TTL),
        ({"ttl": HOUR}, {"max_age": 2 * HOUR}, 2 * HOUR, Because.MAX_AGE),
        ({"hints": Hints(every=3 * HOUR)}, {"max_age": 2 * HOUR}, 3 * HOUR, Because.SY),
        ({"ttl": HOUR}, {"expires": 2 * HOUR}, 2 * HOUR, Because.EXPIRES),
        ({"ttl": 5 * HOUR}, {"retry_after": 6 * HOUR}, 6 * HOUR, Because.RETRY_AFTER),
        ({"ttl": 365 * DAY}, {}, DAY, Because.TTL),
        ({}, {"max_age": 365 * DAY}, DAY, Because.MAX_AGE),
        ({}, {"retry_after": 365 * DAY}, DAY, Because.RETRY_AFTER),
    ],
)
def test_after_success_the_longest_hint_sets_the_next_poll(
    known: dict[str, Any], answered: dict[str, Any], wait: timedelta, because: Because
) -> None:
    state, not_modified = a_feed_state(**known), NotModified("", None, NOW)
    for answer in (a_response(**answered), replace(not_modified, **answered)):
        assert waits.after_success(FEED, state, answer, NOW, 0.0) == (NOW + wait, because)


@pytest.mark.parametrize(
    ("hints", "minutes", "because"),
    [
        # NOW is a Monday, 09:00; the next poll would be at 09:30.
        (Hints(skip_hours=(10, 11)), 30, Because.EVERY),
        (Hints(skip_hours=(9,)), 60, Because.SKIP_HOURS),
        (Hints(skip_hours=(9, 10, 12)), 120, Because.SKIP_HOURS),
        (Hints(skip_days=(0,)), 15 * 60, Because.SKIP_DAYS),
        (Hints(skip_days=(0,), skip_hours=(0, 1, 9)), 17 * 60, Because.SKIP_DAYS),
        (Hints(skip_days=(0, 1)), 24 * 60, Because.SKIP_DAYS),  # no longer than a day
        (Hints(skip_hours=tuple(range(9, 24)), skip_days=(1,)), 24 * 60, Because.SKIP_HOURS),
        (Hints(skip_hours=tuple(range(24))), 30, Because.EVERY),
        (Hints(skip_days=tuple(range(7))), 30, Because.EVERY),
    ],
)
def test_after_success_skipped_hours_are_waited_for(
    hints: Hints, minutes: int, because: Because
) -> None:
    state = a_feed_state(hints=hints)
    plan = waits.after_success(FEED, state, a_response(), NOW, 0.0)
    assert plan == (NOW + minutes * MINUTE, because)


def test_chance_moves_no_poll_of_a_fast_feed_beyond_a_day_and_its_interval() -> None:
    feed, latest = a_feed(every=MINUTE), NOW + DAY + MINUTE
    after_success = waits.after_success(feed, a_feed_state(ttl=DAY), a_response(), NOW, 0.99)
    assert after_success == (latest, Because.TTL)
    after_failure = waits.after_failure(feed, 1e6, Unreachable("down"), NOW, 0.99)
    assert after_failure == (latest, Because.FAILURES)


def test_after_success_interval_beyond_a_day_is_not_shortened_by_a_skipped_day() -> None:
    state = a_feed_state(hints=Hints(skip_days=(2,)))
    feed = a_feed(every=2 * DAY)
    assert waits.after_success(feed, state, a_response(), NOW, 0.0)[0] == NOW + 2 * DAY


@pytest.mark.parametrize(
    ("state", "wait", "because"),
    [
        ({}, 30 * MINUTE, Because.EVERY),
        ({"rhythm": HOUR}, 30 * MINUTE, Because.EVERY),
        ({"rhythm": 8 * HOUR}, 2 * HOUR, Because.RHYTHM),
        ({"rhythm": 7 * DAY}, 4 * HOUR, Because.RHYTHM),
        ({"rhythm": HOUR, "state": State.QUIET}, 4 * HOUR, Because.RHYTHM),
    ],
)
def test_after_success_interval_adapts_within_the_operators_bounds(
    state: dict[str, Any], wait: timedelta, because: Because
) -> None:
    plan = waits.after_success(SLOW, a_feed_state(**state), a_response(), NOW, 0.0)
    assert plan == (NOW + wait, because)
    at_its_word = waits.after_success(FEED, a_feed_state(**state), a_response(), NOW, 0.0)
    assert at_its_word == (NOW + 30 * MINUTE, Because.EVERY)


@pytest.mark.parametrize(
    ("setbacks", "error", "minutes", "because"),
    [
        (0.25, Unreachable("down"), 37.5, Because.FAILURES),
        (1, ParseError("HTML"), 60, Because.FAILURES),
        (2, ParseError("HTML"), 90, Because.FAILURES),
        (10_000_000, ParseError("HTML"), 24 * 60, Because.FAILURES),
        (1, AddressRefused("private"), 60, Because.NOT_ALLOWED_HERE),
        (1, BadStatus("403", 403), 120, Because.REFUSED),
        (2, BadStatus("403", 403), 180, Because.REFUSED),
        (99, BadStatus("403", 403), 24 * 60, Because.REFUSED),
        (0.25, BadStatus("429", 429, 60.0), 37.5, Because.FAILURES),
        (0.25, BadStatus("429", 429, 7200.0), 120, Because.RETRY_AFTER),
        (0.25, BadStatus("503", 503, 1e300), 24 * 60, Because.RETRY_AFTER),
        (1, BadStatus("404", 404), 60, Because.FAILURES),
    ],
)
def test_after_failure_the_wait_grows_in_a_straight_line_up_to_a_day(
    setbacks: float, error: HrwatchError, minutes: float, because: Because
) -> None:
    plan = waits.after_failure(FEED, setbacks, error, NOW, 0.0)
    assert plan == (NOW + minutes * MINUTE, because)


def test_after_failure_gone_for_good_is_not_asked_again() -> None:
    assert waits.after_failure(FEED, 1, BadStatus("410", 410), NOW, 0.5) == (None, Because.GONE)


def test_after_our_trouble_the_feed_is_tried_soon_and_then_at_its_own_pace() -> None:
    state, steps = a_feed_state(because=Because.EVERY), []
    for _ in range(7):
        at, because = waits.after_our_trouble(FEED, state, Because.NO_WORKER, NOW, 0.0)
        assert at is not None
        steps.append((at - NOW) / MINUTE)
        state = a_feed_state(because=because, last_polled_at=NOW, next_poll_at=at)
    assert steps == [1, 2, 4, 8, 16, 30, 30]
    fast = a_feed(every=timedelta(seconds=20))
    at, _ = waits.after_our_trouble(fast, a_feed_state(), Because.NO_WORKER, NOW, 0.0)
    assert at == NOW + timedelta(seconds=20)


spans = st.timedeltas(timedelta(0), timedelta(days=366))
intervals = st.timedeltas(timedelta(seconds=1), timedelta(days=3650))
chances = st.floats(0, 1, exclude_max=True)
hints_given = st.builds(
    Hints,
    every=st.none() | spans,
    skip_hours=st.lists(st.integers(0, 23)).map(tuple),
    skip_days=st.lists(st.integers(0, 6)).map(tuple),
)
states_known = st.builds(
    a_feed_state,
    ttl=st.none() | spans,
    hints=hints_given,
    rhythm=st.none() | spans,
    state=st.sampled_from([State.OK, State.QUIET]),
)
answers_given = st.builds(
    a_response,
    max_age=st.none() | spans,
    expires=st.none() | spans,
    retry_after=st.none() | spans,
)


@given(intervals, st.none() | intervals, states_known, answers_given, chances)
def test_after_success_is_never_before_every_nor_beyond_a_day_more(  # type: ignore[no-untyped-def]
    every: timedelta, at_most: timedelta | None, state, answer, chance: float
) -> None:
    feed = a_feed(every=every, every_at_most=at_most)
    at, because = waits.after_success(feed, state, answer, NOW, chance)
    assert at is not None
    own = max(every, at_most or every)
    assert NOW + every <= at <= NOW + own + DAY
    assert because in Because


@given(st.none() | spans, st.none() | spans, chances)
def test_after_success_chance_makes_no_poll_earlier_nor_much_later(
    ttl: timedelta | None, max_age: timedelta | None, chance: float
) -> None:
    state, answer = a_feed_state(ttl=ttl), a_response(max_age=max_age)
    plain, _ = waits.after_success(FEED, state, answer, NOW, 0.0)
    at, _ = waits.after_success(FEED, state, answer, NOW, chance)
    assert at is not None
    assert plain is not None
    assert timedelta(0) <= at - plain <= min(0.1 * (plain - NOW), 30 * MINUTE)


errors = st.one_of(
    st.sampled_from([Unreachable("down"), ParseError("HTML"), AddressRefused("private")]),
    st.builds(
        BadStatus,
        st.just("no"),
        st.integers(400, 599).filter(lambda status: status != 410),
        st.none() | st.floats(0, 1e18),
    ),
)


@given(intervals, st.floats(0, 1e9), st.floats(0, 1e3), errors, chances)
def test_after_failure_waits_at_least_every_and_longer_for_more(
    every: timedelta, setbacks: float, more: float, error: HrwatchError, chance: float
) -> None:
    feed = a_feed(every=every)
    at, _ = waits.after_failure(feed, setbacks, error, NOW, chance)
    later, _ = waits.after_failure(feed, setbacks + more, error, NOW, chance)
    assert at is not None
    assert later is not None
    assert NOW + every <= at <= later <= NOW + every + DAY
