"""Whose turn it is."""

from builders import a_feed
from hrwatch.model.feeds import Feed
from hrwatch.pipeline.turns import FEEDS_AT_ONCE, Turns


def feed(site: str, number: int) -> Feed:
    return a_feed(name=f"{site}-{number}", url=f"https://feeds.{site}.example/{number}")


def taken(turns: Turns) -> list[str]:
    names = []
    while one := turns.take():
        names.append(one.name)
    return names


def test_take_of_one_site_gives_as_many_as_may_ask_it_at_once() -> None:
    turns = Turns(per_site=2)
    slow = [feed("slow", number) for number in range(5)]
    for one in [*slow, feed("other", 0)]:
        turns.add(one)

    assert taken(turns) == ["slow-0", "other-0", "slow-1"]
    turns.leave(slow[0])
    assert taken(turns) == ["slow-2"]


def test_take_in_all_gives_no_more_than_the_bound() -> None:
    turns = Turns(per_site=1)
    feeds = [feed(f"site{number}", 0) for number in range(FEEDS_AT_ONCE + 3)]
    for one in feeds:
        turns.add(one)

    assert len(taken(turns)) == FEEDS_AT_ONCE
    turns.leave(feeds[0])
    assert len(taken(turns)) == 1


def test_add_feed_that_waits_or_is_visited_is_not_added_again() -> None:
    turns = Turns(per_site=1)
    for _ in range(3):
        turns.add(feed("wire", 0))
    assert taken(turns) == ["wire-0"]
    turns.add(feed("wire", 0))
    assert len(turns) == 1
    turns.leave(feed("wire", 0))
    assert len(turns) == 0
    assert "wire-0" not in turns
