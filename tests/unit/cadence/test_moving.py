"""Where a feed says that it has moved, and when that is proposed."""

import pytest

from builders import NOW, a_feed, a_feed_state, a_response
from hrwatch.cadence import moving
from hrwatch.model.feeds import FeedState, NotModified, State

FEED = a_feed()
NEW = "http://wire.example/new.xml"


def polled(*addresses: str | None, state: FeedState | None = None) -> FeedState:
    """The state after polls whose answers said that the feed moved to these addresses."""
    state = state or a_feed_state(state=State.OK)
    for address in addresses:
        state = moving.counted(state, FEED, a_response(moved_to=address))
    return state


@pytest.mark.parametrize(
    ("said", "proposed"),
    [
        ((NEW,), None),
        ((NEW, NEW), None),
        ((NEW, NEW, NEW), NEW),
        ((NEW, NEW, None, NEW), None),
        ((NEW, NEW, "http://other.example/", NEW), None),
        ((NEW, NEW, NEW, None), None),
        (("http://wire.example/feed.xml",) * 3, None),
        (("http://wire.example/" + "x" * 2000,) * 3, None),
    ],
)
def test_proposal_comes_when_the_same_was_said_three_times(
    said: tuple[str | None, ...], proposed: str | None
) -> None:
    assert moving.proposal(polled(*said)) == proposed


def test_proposal_ends_when_the_old_address_answers_itself_or_the_feed_fails() -> None:
    state = polled(NEW, NEW, NEW)
    not_modified = NotModified("", None, NOW)
    assert moving.proposal(moving.counted(state, FEED, not_modified)) is None
    failing = a_feed_state(moved_to=NEW, moved_times=3, state=State.NOT_A_FEED)
    assert moving.proposal(failing) is None


def test_proposal_never_gives_up_tls() -> None:
    feed = a_feed(url="https://wire.example/feed.xml")
    assert moving.counted(a_feed_state(), feed, a_response(moved_to=NEW)).moved_times == 0
    secure = a_response(moved_to="https://wire.example/new.xml")
    assert moving.counted(a_feed_state(), feed, secure).moved_times == 1
