"""What `feeds` and `status` say of a feed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders import NOW, a_feed, a_feed_state
from hrwatch.cli.feeds import feed_object, needs_a_hand, proposed_line, remarks
from hrwatch.config import Config
from hrwatch.config.loading import configured
from hrwatch.config.reading import parse
from hrwatch.model.feeds import Because, State

NEW = "http://wire.example/new.xml"
MOVED = {"moved_to": NEW, "moved_times": 3, "state": State.OK}
TOLD = "(it has moved for good; the old address still leads there)"
FILE = b"""\
feeds:
  - name: wire
    url: http://wire.example/feed.xml
"""


def a_config(more: bytes = b"") -> Config:
    return configured(parse(FILE + more, "feeds.yaml"), Path("feeds.yaml"))


def test_proposed_line_is_the_line_to_change() -> None:
    state = a_feed_state(**MOVED)
    assert proposed_line(a_config(), a_feed(), state) == f"feeds.yaml:3: url: {NEW}   {TOLD}"
    assert proposed_line(None, a_feed(), state) == f"url: {NEW}   {TOLD}"


@pytest.mark.parametrize(
    "changes", [{"moved_times": 2}, {"state": State.DISABLED}, {"state": State.UNREACHABLE}]
)
def test_proposed_line_is_none_before_it_is_believed_or_for_a_feed_that_is_not_read(
    changes: dict[str, Any],
) -> None:
    assert proposed_line(a_config(), a_feed(), a_feed_state(**(MOVED | changes))) is None


def test_proposed_line_names_the_feed_that_has_the_address_already() -> None:
    config = a_config(b"  - {name: newer, url: 'http://wire.example/new.xml'}\n")
    line = proposed_line(config, a_feed(), a_feed_state(**MOVED))
    assert line == "it has moved for good to the address of newer: one of the two can go"


@pytest.mark.parametrize(
    ("state", "days", "said"),
    [
        (State.OK, 0, ()),
        (State.QUIET, 0, ()),
        (State.UNREACHABLE, 0.9, ()),
        (State.UNREACHABLE, 1.1, ("unreachable since",)),
        (State.EMPTY, 0.9, ()),
        (State.EMPTY, 1.1, ("empty since",)),
        (State.REFUSED, 0, ("refused since",)),
        (State.NOT_A_FEED, 0, ("not-a-feed since",)),
        (State.LAYOUT_CHANGED, 0, ("layout-changed since",)),
        (State.INVALID, 0, ("invalid since",)),
        (State.GONE, 0, ("gone since",)),
    ],
)
def test_needs_a_hand_what_a_person_mends_at_once_and_the_rest_when_it_lasts(
    state: State, days: float, said: tuple[str, ...]
) -> None:
    since = None if state in (State.OK, State.QUIET) else NOW - timedelta(days=days)
    known = a_feed_state(state=state, failing_since=since, error="invented")
    found = tuple(needs_a_hand(a_config(), a_feed(), known, NOW))
    assert len(found) == len(said)
    for line, beginning in zip(found, said, strict=True):
        assert line.startswith(beginning)
        assert line.endswith(": invented")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (MOVED, "feeds.yaml:3: url:"),
        ({"state": State.GONE, "error": "410", "because": Because.GONE}, "not asked again"),
        ({"state": State.OK, "error": "met KeyError", "because": Because.BUG}, "met KeyError"),
    ],
)
def test_needs_a_hand_names_what_has_moved_is_gone_or_met_a_bug(
    changes: dict[str, Any], said: str
) -> None:
    found = needs_a_hand(a_config(), a_feed(), a_feed_state(**changes), NOW)
    assert said in " ".join(found)


def test_remarks_tell_error_oddity_and_move() -> None:
    state = a_feed_state(**MOVED, warning="the charset is wrong", error="no worker")
    assert list(remarks(a_config(), a_feed(), state)) == [
        "no worker",
        "it can be read, but is odd: the charset is wrong",
        f"feeds.yaml:3: url: {NEW}   {TOLD}",
    ]


def test_feed_object_proposes_an_address_only_when_it_is_believed() -> None:
    believed = feed_object(a_feed(), a_feed_state(**MOVED, because=Because.TTL))
    assert (believed["moved_to"], believed["because"]) == (NEW, "ttl")
    once = feed_object(a_feed(), a_feed_state(moved_to=NEW, moved_times=1, warning="odd"))
    assert (once["moved_to"], once["warning"], once["because"]) == (None, "odd", "")
