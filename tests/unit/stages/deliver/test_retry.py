"""Backing off: minutes, hours, and after a week no more."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from hrwatch.stages.deliver.retry import LASTING, next_try

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("attempts", "delay"),
    [
        (0, timedelta(minutes=1)),
        (1, timedelta(minutes=1)),
        (2, timedelta(minutes=5)),
        (5, timedelta(hours=1)),
        (6, timedelta(hours=2)),
        (7, timedelta(hours=4)),
        (10_000, timedelta(hours=4)),
    ],
)
def test_next_try_waits_longer_after_every_attempt(attempts: int, delay: timedelta) -> None:
    assert next_try(attempts, NOW, NOW) == NOW + delay


@given(st.integers(1, 500))
def test_next_try_never_comes_sooner_than_the_one_before(attempts: int) -> None:
    first, second = (next_try(number, NOW, NOW) for number in (attempts, attempts + 1))
    assert first is not None
    assert second is not None
    assert NOW < first <= second


@pytest.mark.parametrize(
    ("attempts", "age", "is_parked"),
    [
        (12, LASTING, True),
        (12, LASTING - MINUTE, False),
        (11, 9 * LASTING, False),  # it lay here, but was hardly tried
        (5_000, LASTING - MINUTE, False),  # `once` tries whatever waits, every minute
    ],
)
def test_next_try_is_none_after_a_week_of_tries(
    attempts: int, age: timedelta, is_parked: bool
) -> None:
    assert (next_try(attempts, NOW - age, NOW) is None) is is_parked


def test_mail_that_nobody_takes_is_tried_some_fifty_times_in_its_week() -> None:
    now, attempts = NOW, 1
    while (again := next_try(attempts, NOW, now)) is not None:
        now, attempts = again, attempts + 1
    assert LASTING <= now - NOW < LASTING + timedelta(hours=4)
    assert attempts == 49
