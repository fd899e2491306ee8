"""Rest after what would fail for every mail: five minutes, whatever the clock does."""

from datetime import timedelta

import pytest

from fakes import Clock
from hrwatch.stages.deliver.rest import REST, Rest

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        (timedelta(0), "no login"),
        (REST - SECOND, "no login"),
        (REST, ""),
        (timedelta(days=9), ""),
        (-SECOND, ""),  # the clock was set back: better one try too many than none for a year
        (timedelta(days=-365), ""),
    ],
)
def test_rest_lasts_its_time_and_no_longer(later: timedelta, reason: str) -> None:
    clock = Clock()
    rest = Rest(clock)
    assert rest.reason == ""
    rest.begin("no login")
    clock.advance(later)
    assert rest.reason == reason


def test_rest_ends_when_it_works_again() -> None:
    rest = Rest(Clock())
    rest.begin("no login")
    rest.end()
    assert rest.reason == ""
