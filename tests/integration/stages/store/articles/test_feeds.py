"""Feeds in the archive: brought in step with the configuration, claimed, polled, freed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from builders import NOW, a_feed
from hrwatch.model.feeds import Because, FeedState, Hints, Outcome, State, Validators
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds
from postgres import Place

MINUTE = timedelta(minutes=1)
POLLED = FeedState(
    feed="wire",
    address="http://wire.example/feed.xml",
    state=State.OK,
    outcome=Outcome.NEW,
    validators=Validators(etag='"a"', last_modified="Mon, 02 Mar 2026 09:00:00 GMT"),
    first_polled_at=NOW,
    last_polled_at=NOW,
    next_poll_at=NOW + 30 * MINUTE,
    because=Because.EVERY,
    failures=2,
    error="invented",
    body_hash="0" * 64,
    bad_body_hash="1" * 64,
    newest_entry_at=NOW - MINUTE,
    entries=7,
    setbacks=1.25,
    conditional=3,
    moved_to="http://wire.example/new.xml",
    moved_times=2,
    rhythm=timedelta(hours=5),
    warning="the charset is wrong",
    ttl=timedelta(hours=1),
    hints=Hints(every=timedelta(hours=2), skip_hours=(1, 2), skip_days=(6,)),
)


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with place.open() as opened:
        opened.write_now(feeds.sync, (a_feed(), a_feed(name="second", url="http://b.example")), NOW)
        yield opened


def claim(archive: Archive, feed: str = "wire", owner: str = "us") -> FeedState | None:
    return archive.write_now(feeds.claim, feed, owner=owner, now=NOW, until=NOW + MINUTE)


def state_of(archive: Archive, feed: str = "wire") -> FeedState:
    with archive.reading() as connection:
        (state,) = feeds.states(connection, (feed,))
    return state


def poll(archive: Archive) -> None:
    assert claim(archive)
    assert archive.write_now(feeds.finish, POLLED, "us")


def test_sync_new_feed_is_new_and_due_at_once(archive: Archive) -> None:
    assert state_of(archive) == FeedState("wire", "http://wire.example/feed.xml")
    with archive.reading() as connection:
        assert feeds.due(connection, ("wire", "unknown"), NOW, False) == ("wire",)


def test_finish_state_is_read_back_as_written(archive: Archive) -> None:
    poll(archive)
    assert state_of(archive) == POLLED


def test_sync_unchanged_feed_keeps_its_state(archive: Archive) -> None:
    poll(archive)
    archive.write_now(feeds.sync, (a_feed(publisher="The Wire"),), NOW + MINUTE)
    assert state_of(archive) == POLLED


def test_sync_changed_address_carries_nothing_over_from_the_old_document(archive: Archive) -> None:
    poll(archive)
    archive.write_now(feeds.sync, (a_feed(url="http://wire.example/new.xml"),), NOW + MINUTE)
    assert state_of(archive) == FeedState(
        feed="wire",
        address="http://wire.example/new.xml",
        last_polled_at=NOW,
    )


def test_states_come_in_the_order_asked_for(archive: Archive) -> None:
    with archive.reading() as connection:
        found = feeds.states(connection, ("second", "unknown", "wire"))
    assert [state.feed for state in found] == ["second", "wire"]


def test_due_is_what_has_waited_longest_first(archive: Archive) -> None:
    poll(archive)
    names = ("wire", "second")
    with archive.reading() as connection:
        assert feeds.due(connection, names, NOW + 29 * MINUTE, False) == ("second",)
        assert feeds.due(connection, names, NOW + 30 * MINUTE, False) == ("second", "wire")
        assert feeds.due(connection, names, NOW, True) == ("second", "wire")
        assert feeds.due(connection, ("wire",), NOW, False) == ()


def test_due_feed_that_is_gone_for_good_only_where_it_is_asked_for(archive: Archive) -> None:
    gone = replace(POLLED, state=State.GONE, next_poll_at=None, because=Because.GONE)
    assert claim(archive)
    assert archive.write_now(feeds.finish, gone, "us")
    much_later = NOW + timedelta(days=400)
    with archive.reading() as connection:
        assert feeds.due(connection, ("wire",), much_later, False) == ()
        assert feeds.due(connection, ("wire",), NOW, False, True) == ("wire",)
        assert feeds.due(connection, ("wire",), NOW, True) == ("wire",)
    archive.write_now(feeds.sync, (a_feed(),), NOW)
    with archive.reading() as connection:
        assert feeds.due(connection, ("wire",), much_later, False) == ()
    archive.write_now(feeds.sync, (a_feed(url="http://wire.example/new.xml"),), NOW)
    with archive.reading() as connection:
        assert feeds.due(connection, ("wire",), NOW, False) == ("wire",)


def test_finish_any_text_of_a_document_is_kept_as_one_short_line(archive: Archive) -> None:
    assert claim(archive)
    hostile = "odd:\x00 \ud800 a\nline " + "x" * 5000
    told = replace(POLLED, error=hostile, warning=hostile)
    assert archive.write_now(feeds.finish, told, "us")
    state = state_of(archive)
    assert state.error == state.warning
    assert state.error is not None
    assert state.error.startswith("odd: a line xxx")
    assert len(state.error) == 1000


def test_ask_the_forbidden_only_what_our_settings_kept_from_being_asked_is_due(
    archive: Archive,
) -> None:
    for because, due in ((Because.NOT_ALLOWED_HERE, ("wire",)), (Because.FAILURES, ())):
        assert claim(archive)
        assert archive.write_now(feeds.finish, replace(POLLED, because=because), "us")
        archive.write_now(feeds.sync, (a_feed(),), NOW)
        with archive.reading() as connection:
            assert feeds.due(connection, ("wire",), NOW, False) == (), "as often as it is run"
        archive.write_now(feeds.ask_the_forbidden)
        with archive.reading() as connection:
            assert feeds.due(connection, ("wire",), NOW, False) == due


def test_claim_is_for_one_until_it_runs_out(archive: Archive) -> None:
    assert claim(archive)
    assert claim(archive, owner="them") is None
    assert claim(archive) is None, "nor twice for the same"
    with archive.reading() as connection:
        assert feeds.due(connection, ("wire",), NOW, True) == ()
        assert feeds.due(connection, ("wire",), NOW + MINUTE, True) == ("wire",)
    later = {"now": NOW + MINUTE, "until": NOW + 2 * MINUTE}
    assert archive.write_now(feeds.claim, "wire", owner="them", **later)


def test_claim_unknown_feed_gives_none(archive: Archive) -> None:
    assert claim(archive, feed="unknown") is None


def test_release_frees_only_what_is_ours(archive: Archive) -> None:
    assert claim(archive)
    archive.write_now(feeds.release, "wire", "them")
    assert claim(archive, owner="them") is None
    archive.write_now(feeds.release, "wire", "us")
    assert claim(archive, owner="them")


def test_finish_of_a_claim_that_was_lost_writes_nothing(archive: Archive) -> None:
    assert claim(archive)
    later = {"now": NOW + MINUTE, "until": NOW + 2 * MINUTE}
    assert archive.write_now(feeds.claim, "wire", owner="them", **later)
    assert not archive.write_now(feeds.finish, POLLED, "us")
    assert state_of(archive).state is State.NEW
    assert archive.write_now(feeds.finish, POLLED, "them")


def test_finish_after_the_address_changed_writes_nothing_and_frees(archive: Archive) -> None:
    assert claim(archive)
    archive.write_now(feeds.sync, (a_feed(url="http://wire.example/new.xml"),), NOW)
    assert not archive.write_now(feeds.finish, POLLED, "us")
    assert state_of(archive).validators == Validators()
    assert claim(archive, owner="them")


def test_finish_other_zone_is_read_back_as_the_same_instant(archive: Archive) -> None:
    assert claim(archive)
    there = NOW.astimezone(ZoneInfo("Asia/Kathmandu"))
    archive.write_now(feeds.finish, replace(POLLED, last_polled_at=there), "us")
    read = state_of(archive).last_polled_at
    assert read == there
    assert read is not None
    assert read.utcoffset() == timedelta(0)
