"""What is in trouble, and what is told of it: names and reasons, nobody's address."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from builders import NOW, a_feed_state, a_subscriber
from hrwatch.model.feeds import FeedState, State
from hrwatch.model.mail import Subscription
from hrwatch.model.operating import Holding, TroubleKind
from hrwatch.pipeline.mailing import troubles
from hrwatch.stages.store.mail.affairs import Lost

DAY = timedelta(days=1)
REFUSED = Subscription(
    "desk",
    "",
    suspended_at=NOW,
    suspended_address="Desk@Example.org",
    suspended_because="550 <desk@example.org>: no such user.",
)


def test_holding_gives_each_the_reason_that_lasts_longest(tmp_path: Path) -> None:
    key = tmp_path / "anna@private.example.asc"
    everybody = (
        a_subscriber(name="written-to"),
        a_subscriber(name="paused", pause_until=date(2026, 3, 9)),
        a_subscriber(name="over", pause_until=date(2026, 3, 2)),
        a_subscriber(name="pauses", timezone="Asia/Tokyo"),
        a_subscriber(name="stopped", pause_until=date(2099, 1, 1)),
        a_subscriber(name="desk"),
        a_subscriber(name="moved", address="new@example.org"),
        a_subscriber(name="keyed", pgp_key_file=key),
    )
    kept = (
        Subscription("pauses", "", paused_until=NOW + DAY),
        replace(REFUSED, subscriber="stopped", stopped_at=NOW, suspended_because=""),
        REFUSED,
        replace(REFUSED, subscriber="moved"),
    )

    held = troubles.holding(everybody, kept, NOW)

    assert held.paused == (("paused", date(2026, 3, 9)), ("pauses", date(2026, 3, 3)))
    assert held.stopped == ("stopped",)
    assert held.suspended == (("stopped", NOW, ""), ("desk", NOW, "550 [address]: no such user"))
    ((name, why),) = held.unusable
    assert name == "keyed"
    assert why.startswith("the key file cannot be read")


def test_mail_to_who_is_suspended_is_not_told_beside_it() -> None:
    lost = [
        Lost("<1>", "desk", NOW, "550 no", is_parked=False),
        Lost("<2>", "anna", NOW, "552 <anna@private.example> full", is_parked=True),
    ]
    held = Holding(suspended=(("desk", NOW, "550 no"),))

    (found,) = troubles.of_mail(lost, held)

    assert found.told == "a mail to anna was tried in vain for a week and kept: 552 [address] full"


def test_digest_that_cannot_be_written_for_want_of_a_key_is_told_by_its_key() -> None:
    unwritten = {"anna": NOW, "boris": NOW}
    held = Holding(unusable=(("anna", "it expired"),))
    assert [one.of for one in troubles.of_digests(unwritten, held)] == ["boris"]


def test_failing_feeds_come_with_those_first_that_wait_for_a_person() -> None:
    def state(feed: str, which: State, days: int, error: str = "") -> FeedState:
        return a_feed_state(
            feed=feed, state=which, failing_since=NOW - days * DAY, error=error or None
        )

    words = "a web page, not a feed; it offers Court hears of torture: http://x.example"
    states = [
        state("slow", State.UNREACHABLE, 9),
        state("fresh", State.UNREACHABLE, 0),
        state("well", State.OK, 9),
        state("page", State.NOT_A_FEED, 1, words),
        state("gone", State.GONE, 3),
    ]

    found = list(troubles.of_feeds(states))

    assert [one.of for one in found] == ["gone", "page", "slow", "fresh"]
    assert found[1].told == "feed page is not-a-feed since 2026-03-01: a web page, not a feed"
    assert [one.of for one in troubles.pressing(found, NOW)] == ["gone", "page", "slow"]


def test_disk_transport_and_configuration_are_told_only_where_they_are_in_trouble() -> None:
    nothing = (
        *troubles.of_disk(None),
        *troubles.of_disk(troubles.SCARCE),
        *troubles.of_transport("", None),
        *troubles.of_configuration(None),
    )
    assert nothing == ()
    (disk,) = troubles.of_disk(troubles.SCARCE - 1)
    (transport,) = troubles.of_transport("the server refuses us", NOW)
    (file,) = troubles.of_configuration("feeds.yaml:3:1: feeds")
    assert disk.told.endswith("200 MB are free")
    assert transport.told == "no mail leaves since 2026-03-02: the server refuses us"
    assert file.kind is TroubleKind.CONFIGURATION
