"""How often a feed brings something, and when it went quiet."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, an_entry
from hrwatch.cadence import rhythm

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def ago(*lengths: timedelta) -> list[datetime]:
    return [NOW - length for length in lengths]


@pytest.mark.parametrize(
    ("times", "usual"),
    [
        ([], None),
        (ago(*(DAY * n for n in range(5))), None),
        (ago(*(DAY * n for n in range(6))), DAY),
        # One long silence and one busy hour do not change what is usual.
        (ago(DAY * 400, *(DAY * n for n in range(6)), HOUR / 2), DAY),
        # What comes ten at a time comes once.
        (ago(*(7 * DAY * (n // 10) for n in range(100))), 7 * DAY),
        # Only the latest count: a weekly feed that became an hourly one.
        (ago(*(7 * DAY * n for n in range(1, 50)), *(HOUR * n for n in range(20))), HOUR),
    ],
)
def test_usual_gap_is_the_median_of_the_latest(
    times: list[datetime], usual: timedelta | None
) -> None:
    assert rhythm.usual_gap(times) == usual


@given(
    st.lists(st.integers(0, 10**8).map(lambda seconds: NOW - timedelta(seconds=seconds))),
    st.randoms(),
)
def test_usual_gap_does_not_depend_on_the_order(times: list[datetime], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(times)
    random.shuffle(shuffled)
    found = rhythm.usual_gap(times)
    assert rhythm.usual_gap(shuffled) == found
    assert found is None or found >= timedelta(0)


@pytest.mark.parametrize(
    ("usual", "age", "quiet"),
    [
        (HOUR, 13 * DAY, False),
        (HOUR, 15 * DAY, True),
        (7 * DAY, 69 * DAY, False),
        (7 * DAY, 71 * DAY, True),
        (None, 4000 * DAY, False),
        (HOUR, None, False),
    ],
)
def test_is_quiet_after_ten_times_the_usual_and_two_weeks(
    usual: timedelta | None, age: timedelta | None, quiet: bool
) -> None:
    newest_at = None if age is None else NOW - age
    assert rhythm.is_quiet(usual, newest_at, NOW) is quiet


def test_dates_are_of_publication_else_of_the_change() -> None:
    entries = (
        an_entry(published_at=NOW, updated_at=NOW + HOUR),
        an_entry(published_at=None, updated_at=NOW - HOUR),
        an_entry(published_at=None, updated_at=None),
    )
    assert rhythm.dates(entries) == (NOW, NOW - HOUR)
