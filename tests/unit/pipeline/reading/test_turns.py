"""Whose turn it is."""

import pytest

from builders import a_feed
from hrwatch.model.feeds import Feed, Outcome, PollReport
from hrwatch.pipeline.reading.turns import FEEDS_AT_ONCE, Turns

QUICK = PollReport("any", Outcome.UNCHANGED, seconds=0.1)
FAILED = PollReport("any", Outcome.FAILED, seconds=0.1)


def feed(site: str, number: int) -> Feed:
    return a_feed(name=f"{site}-{number}", url=f"https://feeds.{site}.example/{number}")


def taken(turns: Turns) -> list[str]:
    names = []
    while one := turns.take():
        names.append(one.name)
    return names


def visited_before(turns: Turns, one: Feed, report: PollReport | None = QUICK) -> None:
    turns.add(one)
    assert turns.take() == one
    turns.leave(one, report)


def test_take_of_one_site_gives_as_many_as_may_ask_it_at_once() -> None:
    turns = Turns(per_site=2)
    slow = [feed("slow", number) for number in range(5)]
    for one in [*slow, feed("other", 0)]:
        turns.add(one)

    assert taken(turns) == ["slow-0", "other-0", "slow-1"]
    turns.leave(slow[0], QUICK)
    assert taken(turns) == ["slow-2"]


def test_take_in_all_gives_no_more_than_the_bound() -> None:
    turns = Turns(per_site=1)
    feeds = [feed(f"site{number}", 0) for number in range(FEEDS_AT_ONCE + 3)]
    for one in feeds:
        visited_before(turns, one)
    for one in feeds:
        turns.add(one)

    assert len(taken(turns)) == FEEDS_AT_ONCE
    turns.leave(feeds[0], QUICK)
    assert len(taken(turns)) == 1


def test_take_of_feeds_not_known_yet_leaves_a_quarter_of_the_places_in_all() -> None:
    turns = Turns(per_site=1)
    for number in range(FEEDS_AT_ONCE):
        turns.add(feed(f"site{number}", 0))

    assert len(taken(turns)) == FEEDS_AT_ONCE * 3 // 4


def test_take_of_feeds_not_known_yet_leaves_a_quarter_of_the_places_of_a_site() -> None:
    turns = Turns(per_site=8)
    known = [feed("site", number) for number in range(3)]
    for one in known:
        visited_before(turns, one)
    for number in range(10, 30):
        turns.add(feed("site", number))

    assert len(taken(turns)) == 6
    for one in known:
        turns.add(one)
    assert taken(turns) == ["site-0", "site-1"]


@pytest.mark.parametrize(
    ("report", "first"),
    [
        (QUICK, "site-0"),
        (PollReport("any", Outcome.NOT_MODIFIED, seconds=4.9), "site-0"),
        (PollReport("any", Outcome.UNCHANGED, seconds=5.1), "site-1"),
        (PollReport("any", Outcome.NEW, new=5, seconds=29.0), "site-0"),
        (PollReport("any", Outcome.NEW, new=5, seconds=31.0), "site-1"),
        (FAILED, "site-1"),
        (None, "site-1"),
    ],
)
def test_take_feed_that_was_well_and_quick_goes_before_others(
    report: PollReport | None, first: str
) -> None:
    turns = Turns(per_site=1)
    visited_before(turns, feed("site", 0), report)
    turns.add(feed("site", 1))
    turns.add(feed("site", 0))

    assert taken(turns) == [first]


def test_take_feed_that_failed_once_it_was_quick_has_lost_its_place() -> None:
    turns = Turns(per_site=1)
    visited_before(turns, feed("site", 0))
    visited_before(turns, feed("site", 0), FAILED)
    turns.add(feed("site", 1))
    turns.add(feed("site", 0))

    assert taken(turns) == ["site-1"]


def test_add_feed_that_waits_or_is_visited_is_not_added_again() -> None:
    turns = Turns(per_site=1)
    for _ in range(3):
        turns.add(feed("wire", 0))
    assert taken(turns) == ["wire-0"]
    turns.add(feed("wire", 0))
    assert len(turns) == 1
    turns.leave(feed("wire", 0), QUICK)
    assert len(turns) == 0
    assert "wire-0" not in turns
