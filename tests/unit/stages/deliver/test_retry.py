"""Backing off: minutes, hours, then once a day for ever."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from hrwatch.stages.deliver.retry import next_try


@pytest.mark.parametrize(
    ("attempts", "delay"),
    [
        (0, timedelta(minutes=1)),
        (1, timedelta(minutes=1)),
        (2, timedelta(minutes=5)),
        (5, timedelta(hours=1)),
        (9, timedelta(hours=16)),
        (10, timedelta(days=1)),
        (10_000, timedelta(days=1)),
    ],
)
def test_next_try_waits_longer_after_every_attempt(attempts: int, delay: timedelta) -> None:
    assert next_try(attempts, NOW) == NOW + delay


@given(st.integers(1, 500))
def test_next_try_never_comes_sooner_than_the_one_before(attempts: int) -> None:
    assert NOW < next_try(attempts, NOW) <= next_try(attempts + 1, NOW)
