"""When an article is looked at again, and what is said of it after that."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from hrwatch.cadence import visits
from hrwatch.model.evidence import Standing, Visit
from hrwatch.model.mail import Reason

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FOUND = tuple(standing for standing in Standing if standing is not Standing.REMOVED)
NEW = Visit("record1", "wire", "http://wire.example/1", next_visit_at=NOW + 3 * HOUR)
found = st.sampled_from(FOUND)
chances = st.floats(0, 1, exclude_max=True)


def looked(*steps: tuple[Standing, timedelta], visit: Visit = NEW) -> Visit:
    """What is known after visits that found that, each so long after the first-seen moment."""
    for standing, since in steps:
        visit = visits.after(
            visit, standing, first_seen_at=NOW, now=NOW + since, chance=0.0, status=None
        )
    return visit


THERE, MISSING, UNREACHABLE, UNCLEAR = (
    Standing.THERE,
    Standing.MISSING,
    Standing.UNREACHABLE,
    Standing.UNCLEAR,
)
REMOVED = looked((MISSING, 3 * HOUR), (MISSING, 15 * HOUR), (MISSING, 27 * HOUR))


@pytest.mark.parametrize(
    ("seen_for", "wait"),
    [
        (timedelta(), 3 * HOUR),
        (3 * HOUR, 12 * HOUR),
        (11.5 * HOUR, DAY),  # within the hour: the next one
        (12 * HOUR, DAY),
        (2 * DAY, 3 * DAY),
        (50 * DAY, 60 * DAY),
    ],
)
def test_planned_is_later_and_later_after_the_article_was_first_seen(
    seen_for: timedelta, wait: timedelta
) -> None:
    assert visits.planned(NOW, NOW + seen_for, 0.0) == NOW + wait
    assert visits.planned(NOW, NOW + 60 * DAY, 0.0) is None


def test_missing_three_times_over_a_day_is_removed_and_looked_for_again() -> None:
    once, twice = looked((MISSING, 3 * HOUR)), looked((MISSING, 3 * HOUR), (MISSING, 15 * HOUR))
    assert (once.standing, once.next_visit_at) == (MISSING, NOW + 15 * HOUR)
    assert (twice.standing, twice.missing) == (MISSING, 2)
    assert (REMOVED.standing, REMOVED.missing) == (Standing.REMOVED, 3)
    assert (REMOVED.missing_since, REMOVED.missing_until) == (NOW + 3 * HOUR, NOW + 27 * HOUR)
    assert REMOVED.next_visit_at == NOW + 27 * HOUR + DAY
    for wait in (DAY, 7 * DAY):
        assert REMOVED.removed_at is not None
        still = looked((MISSING, 27 * HOUR + wait), visit=REMOVED)
        assert still.standing is Standing.REMOVED
        assert still.removed_at == REMOVED.removed_at
    assert looked((MISSING, 32 * DAY), visit=REMOVED).next_visit_at is None


def test_missing_three_times_within_hours_is_not_removed() -> None:
    visit = looked((MISSING, HOUR), (MISSING, 2 * HOUR), (MISSING, 3 * HOUR))
    assert (visit.standing, visit.missing) == (MISSING, 3)
    assert looked((MISSING, 25 * HOUR), visit=visit).standing is Standing.REMOVED


def test_what_cannot_be_reached_or_is_not_clear_leaves_the_count_of_missing() -> None:
    visit = looked((MISSING, 3 * HOUR), (UNREACHABLE, 15 * HOUR), (UNCLEAR, 27 * HOUR))
    assert (visit.standing, visit.missing) == (UNCLEAR, 1)
    assert visit.next_visit_at == NOW + 39 * HOUR
    assert looked((MISSING, 39 * HOUR), (THERE, 51 * HOUR), visit=visit).missing == 0


@pytest.mark.parametrize("otherwise", [UNREACHABLE, UNCLEAR])
def test_removed_stays_said_until_the_article_is_there_again(otherwise: Standing) -> None:
    removed = replace(REMOVED, status=404)
    later = looked((otherwise, 3 * DAY), visit=removed)
    assert (later.standing, later.status, later.missing) == (Standing.REMOVED, 404, 3)
    assert visits.news(removed, later) is None
    back = looked((THERE, 9 * DAY), visit=later)
    assert (back.standing, back.removed_at, back.missing_since) == (THERE, None, None)
    assert visits.news(later, back) is Reason.RETURNED
    assert visits.news(back, looked((THERE, 21 * DAY), visit=back)) is None


def test_removed_is_news_at_each_visit_that_misses_it_for_who_heard_of_it_since() -> None:
    before = looked((MISSING, 3 * HOUR), (MISSING, 15 * HOUR))
    assert visits.news(before, REMOVED) is Reason.REMOVED
    assert visits.news(REMOVED, looked((MISSING, 9 * DAY), visit=REMOVED)) is Reason.REMOVED
    assert visits.news(NEW, before) is None


PLANNED = replace(NEW, next_visit_at=NOW + 1.05 * DAY, last_visit_at=NOW + 12 * HOUR, visits=2)


@pytest.mark.parametrize(
    ("known", "since"),
    [
        (PLANNED, NOW + 1.1 * DAY - 0.2 * DAY),
        (replace(PLANNED, last_visit_at=NOW + DAY), NOW + DAY),
        (replace(PLANNED, next_visit_at=NOW + 20 * HOUR), None),  # its feed hastened it
        (replace(PLANNED, next_visit_at=NOW + 1.2 * DAY), None),
        (replace(PLANNED, missing=1), None),
        (replace(PLANNED, removed_at=NOW), None),
        (replace(PLANNED, wants_page=True), None),
        (replace(PLANNED, next_visit_at=None), None),
    ],
)
def test_look_of_another_feed_does_since_the_own_last_one_and_lately_if_it_was_planned(
    known: Visit, since: datetime | None
) -> None:
    assert visits.seen_since(known, NOW, NOW + 1.1 * DAY) == since


def test_look_of_another_feed_before_the_article_was_first_seen_does_not() -> None:
    known = replace(NEW, next_visit_at=NOW + 3 * HOUR)
    assert visits.seen_since(known, NOW, NOW + 3 * HOUR) == NOW + 2.4 * HOUR
    known = replace(known, last_visit_at=NOW + 2.9 * HOUR)
    assert visits.seen_since(known, NOW, NOW + 3 * HOUR) == NOW + 2.9 * HOUR


def test_look_of_another_feed_that_does_is_noted_as_of_when_it_was_made() -> None:
    own = visits.after(PLANNED, THERE, first_seen_at=NOW, now=NOW + 1.05 * DAY, chance=0.0)
    taken = visits.after(
        PLANNED, THERE, first_seen_at=NOW, now=NOW + 1.05 * DAY, chance=0.0, seen_at=NOW + DAY
    )
    assert taken == replace(own, last_visit_at=NOW + DAY)


def test_hastened_is_now_but_not_within_the_hour_and_not_without_end() -> None:
    at = NOW + 30 * timedelta(minutes=1)
    assert visits.hastened(NEW, NOW, at).next_visit_at == NOW + HOUR
    assert visits.hastened(NEW, NOW, NOW + 2 * HOUR).next_visit_at == NOW + 2 * HOUR
    ended = looked((THERE, 61 * DAY))
    assert ended.next_visit_at is None
    assert visits.hastened(ended, NOW, NOW + 90 * DAY).next_visit_at == NOW + 90 * DAY
    soon = replace(NEW, next_visit_at=NOW + HOUR / 2)
    assert visits.hastened(soon, NOW, NOW + 2 * HOUR) == soon
    tired = replace(NEW, visits=visits.MOST_HASTENED)
    assert visits.hastened(tired, NOW, NOW + 2 * HOUR) == tired


@given(st.lists(st.tuples(found, st.floats(0, 60), chances), max_size=60))
def test_removed_is_said_only_after_three_times_missing_over_a_day_since_it_was_there(
    steps: list[tuple[Standing, float, float]],
) -> None:
    visit, now, missed = NEW, NOW, []
    for standing, hours, chance in steps:
        now += hours * HOUR
        visit = visits.after(visit, standing, first_seen_at=NOW, now=now, chance=chance)
        missed = [] if standing is THERE else missed + [now] * (standing is MISSING)
        enough = len(missed) >= 3 and missed[-1] - missed[0] >= DAY
        assert (visit.standing is Standing.REMOVED) == enough
        assert visit.missing == len(missed)


@given(st.lists(st.tuples(found, chances, st.booleans()), max_size=80))
def test_visits_come_to_an_end_and_never_within_the_hour(
    steps: list[tuple[Standing, float, bool]],
) -> None:
    visit, now = NEW, NOW
    for standing, chance, is_hastened in steps:
        if is_hastened:
            visit = visits.hastened(visit, NOW, now)
        if visit.next_visit_at is None:
            break
        assert visit.next_visit_at >= (visit.last_visit_at or NOW) + HOUR
        now = visit.next_visit_at
        visit = visits.after(visit, standing, first_seen_at=NOW, now=now, chance=chance)
    assert visit.visits <= visits.MOST


@given(st.lists(st.tuples(found, chances), max_size=visits.MOST + 1))
def test_visits_left_to_the_schedule_are_few(steps: list[tuple[Standing, float]]) -> None:
    visit = NEW
    for standing, chance in steps:
        if visit.next_visit_at is None:
            break
        now = visit.next_visit_at
        visit = visits.after(visit, standing, first_seen_at=NOW, now=now, chance=chance)
    if {standing for standing, _ in steps} == {THERE}:
        assert visit.visits <= len(visits.SCHEDULE)
