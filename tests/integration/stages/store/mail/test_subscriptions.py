"""What stands of a subscriber beside the operator's file, and when it ends."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from builders import NOW, a_record
from hrwatch.model.mail import Detail, Mute, MuteKind, Subscription
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.mail import subscriptions
from hrwatch.stages.store.removing import erasing
from postgres import Place

DAY = timedelta(days=1)
TOKEN, OTHER = "a" * 32, "b" * 32
ADDRESS = "anna@example.org"
FRESH = Subscription("desk", TOKEN)
STORY = Mute(MuteKind.STORY, "record1", NOW, NOW + DAY)
FEED = Mute(MuteKind.FEED, "invented-feed", NOW + DAY)
RECORD = a_record("record1")
SAID = ("torture", "beaten in custody")


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with place.open() as opened:
        yield opened


@pytest.fixture
def desk(archive: Archive) -> Archive:
    """An archive with a subscriber who was written to, at the address of the operator's file."""
    archive.write_now(subscriptions.sync, {"desk": ADDRESS}, NOW)
    archive.write_now(subscriptions.token_of, "desk", TOKEN)
    return archive


def of(archive: Archive, subscriber: str = "desk") -> Subscription | None:
    return ask(archive, subscriptions.of, subscriber)


def ask(archive: Archive, question: Callable[..., Any], *values: Any) -> Any:
    with archive.reading() as connection:
        return question(connection, *values)


# Tokens


def test_token_of_subscriber_is_made_once(archive: Archive) -> None:
    assert of(archive) is None
    assert archive.write_now(subscriptions.token_of, "desk", TOKEN) == TOKEN
    assert archive.write_now(subscriptions.token_of, "desk", OTHER) == TOKEN
    assert of(archive) == FRESH


def test_by_token_finds_whose_it_is_and_nobody_for_another(desk: Archive) -> None:
    desk.write_now(subscriptions.suspend, "unwritten", "b@example.org", "550 no such user", NOW)
    assert ask(desk, subscriptions.by_token, TOKEN) == FRESH
    assert ask(desk, subscriptions.by_token, OTHER) is None
    assert ask(desk, subscriptions.by_token, "") is None


def test_token_of_two_subscribers_is_never_one(desk: Archive) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        desk.write_now(subscriptions.token_of, "another", TOKEN)


# What they replied


def test_stop_and_pause_stand_until_resumed(desk: Archive) -> None:
    desk.write_now(subscriptions.pause, "desk", NOW + DAY, NOW)
    desk.write_now(subscriptions.stop, "desk", NOW)
    assert of(desk) == replace(FRESH, stopped_at=NOW, paused_until=NOW + DAY)
    desk.write_now(subscriptions.resume, "desk", NOW)
    assert of(desk) == FRESH


def test_pause_ends_a_stop(desk: Archive) -> None:
    desk.write_now(subscriptions.stop, "desk", NOW)
    desk.write_now(subscriptions.pause, "desk", NOW + DAY, NOW)
    assert of(desk) == replace(FRESH, paused_until=NOW + DAY)


def test_detail_is_the_latest_that_was_asked_for(desk: Archive) -> None:
    for detail in (Detail.LONGER, Detail.TITLES):
        desk.write_now(subscriptions.set_detail, "desk", detail)
    assert of(desk) == replace(FRESH, detail=Detail.TITLES)


def test_mutes_of_subscriber_end_with_their_time(desk: Archive) -> None:
    for wish in (FEED, STORY):
        desk.write_now(subscriptions.mute, "desk", wish)
    assert ask(desk, subscriptions.mutes_of, "desk", NOW) == (STORY, FEED)
    assert ask(desk, subscriptions.mutes_of, "desk", NOW + DAY) == (FEED,)
    assert ask(desk, subscriptions.mutes_of, "another", NOW) == ()


def test_mute_again_takes_the_place_of_the_wish_before(desk: Archive) -> None:
    desk.write_now(subscriptions.mute, "desk", STORY)
    later = replace(STORY, since=NOW + DAY, until=None)
    desk.write_now(subscriptions.mute, "desk", later)
    assert ask(desk, subscriptions.mutes_of, "desk", NOW) == (later,)
    desk.write_now(subscriptions.unmute, "desk", STORY.kind, STORY.value)
    assert ask(desk, subscriptions.mutes_of, "desk", NOW) == ()


# What their mail server said


def test_suspended_subscriber_stands_with_address_and_reason_until_lifted(desk: Archive) -> None:
    desk.write_now(subscriptions.suspend, "desk", ADDRESS, "550 no such user", NOW)
    assert of(desk) == replace(
        FRESH,
        suspended_at=NOW,
        suspended_address=ADDRESS,
        suspended_because="550 no such user",
    )
    desk.write_now(subscriptions.lift, "desk")
    assert of(desk) == FRESH


def test_all_gives_every_subscription_by_name(desk: Archive) -> None:
    desk.write_now(subscriptions.stop, "another", NOW)
    assert ask(desk, subscriptions.all) == (
        Subscription("another", "", stopped_at=NOW),
        FRESH,
    )


# When it ends


def test_sync_same_address_changes_nothing(desk: Archive) -> None:
    desk.write_now(subscriptions.stop, "desk", NOW)
    desk.write_now(subscriptions.mute, "desk", FEED)
    desk.write_now(subscriptions.sync, {"desk": ADDRESS.upper()}, NOW)
    assert of(desk) == replace(FRESH, stopped_at=NOW)
    assert ask(desk, subscriptions.mutes_of, "desk", NOW) == (FEED,)


@pytest.mark.parametrize(
    "file", [{}, {"desk": "boris@example.org"}], ids=["gone", "another-address"]
)
def test_sync_subscriber_who_is_gone_or_elsewhere_begins_anew(
    desk: Archive, file: dict[str, str]
) -> None:
    desk.write_now(subscriptions.stop, "desk", NOW)
    desk.write_now(subscriptions.mute, "desk", FEED)
    desk.write_now(subscriptions.reject, "desk", RECORD, [SAID], NOW)
    desk.write_now(subscriptions.sync, file, NOW)
    desk.write_now(subscriptions.sync, {"desk": ADDRESS}, NOW)
    assert of(desk) == Subscription("desk", "")
    assert ask(desk, subscriptions.by_token, TOKEN) is None
    assert ask(desk, subscriptions.mutes_of, "desk", NOW) == ()
    assert ask(desk, subscriptions.most_rejected, NOW) == ((SAID, 1),)


def test_sync_another_address_keeps_from_when_on_anything_was_kept_through_a_stop(
    desk: Archive,
) -> None:
    back_at = NOW + 20 * DAY
    desk.write_now(subscriptions.stop, "desk", NOW)
    desk.write_now(subscriptions.resume, "desk", back_at)
    kept = Subscription("desk", "", kept_from=back_at - subscriptions.KEPT_FOR_STOPPED)
    assert of(desk) == replace(kept, token=TOKEN)
    for address in ("boris@example.org", "vera@example.org"):  # before any digest
        desk.write_now(subscriptions.sync, {"desk": address}, back_at)
        assert of(desk) == kept
    desk.write_now(subscriptions.stop, "desk", back_at)
    desk.write_now(subscriptions.sync, {"desk": ADDRESS}, back_at + 20 * DAY)
    assert of(desk) == replace(kept, kept_from=back_at + 13 * DAY)


def test_erase_leaves_no_trace_of_one_and_all_of_another(desk: Archive) -> None:
    for name in ("desk", "another"):
        desk.write_now(subscriptions.stop, name, NOW)
        desk.write_now(subscriptions.mute, name, FEED)
        desk.write_now(subscriptions.reject, name, RECORD, [SAID], NOW)
        desk.write_now(subscriptions.note, f"key of {name}", name, "stop", NOW)
    assert desk.write_now(erasing.erase, "desk", NOW)
    for table in ("subscriptions", "mutes", "rejections", "replies"):
        with desk.reading() as connection:
            left = connection.scalars(sa.text(f"SELECT subscriber FROM {table}"))  # noqa: S608 - a table's name, written above
            assert left.all() == ["another"], table


# Rejections and replies


def test_most_rejected_counts_articles_and_not_who_rejected_them(archive: Archive) -> None:
    other = ("detention", "arrested")
    for name, record, terms in (
        ("desk", "record1", [SAID, other]),
        ("another", "record1", [SAID]),
        ("desk", "record2", [SAID]),
        ("desk", "record2", [other]),  # said before
    ):
        archive.write_now(subscriptions.reject, name, a_record(record), terms, NOW)
    archive.write_now(subscriptions.reject, "desk", a_record("old"), [other], NOW - 9 * DAY)
    assert ask(archive, subscriptions.most_rejected, NOW - DAY) == ((SAID, 2), (other, 1))


def test_most_muted_counts_the_subscribers_of_each_word_that_is_muted_now(archive: Archive) -> None:
    for name, word, until in (
        ("desk", "rally", None),
        ("another", "rally", NOW + DAY),
        ("desk", "march", NOW + DAY),
        ("another", "march", NOW),  # over
    ):
        archive.write_now(subscriptions.mute, name, Mute(MuteKind.WORD, word, NOW - DAY, until))
    archive.write_now(subscriptions.mute, "desk", FEED)
    assert ask(archive, subscriptions.most_muted, NOW) == (("rally", 2), ("march", 1))


def test_note_reply_twice_says_that_it_was_answered(archive: Archive) -> None:
    assert not ask(archive, subscriptions.answered, "key")
    assert archive.write_now(subscriptions.note, "key", "desk", "stop", NOW)
    assert not archive.write_now(subscriptions.note, "key", "desk", "start", NOW)
    assert ask(archive, subscriptions.answered, "key")
