"""What subscribers ask for, and since when, as the archive dates it."""

from datetime import timedelta

from builders import NOW
from hrwatch.model.mail import InForce
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.mail import subscribers

DAY = timedelta(days=1)
BELARUS, RUSSIA = ("countries", "BY"), ("countries", "RU")


def sync(archive: Archive, day: int, **criteria: tuple[tuple[str, str], ...]) -> None:
    archive.write_now(subscribers.sync, criteria, NOW + day * DAY)


def in_force(archive: Archive, subscriber: str = "desk") -> tuple[InForce, ...]:
    with archive.reading() as connection:
        return subscribers.in_force(connection, subscriber)


def test_sync_new_pairs_stand_from_now_on(archive: Archive) -> None:
    sync(archive, 0, desk=(BELARUS, RUSSIA, BELARUS), another=(RUSSIA,))
    assert in_force(archive) == (InForce(*BELARUS, since=NOW), InForce(*RUSSIA, since=NOW))
    assert in_force(archive, "another") == (InForce(*RUSSIA, since=NOW),)


def test_sync_again_changes_nothing(archive: Archive) -> None:
    sync(archive, 0, desk=(BELARUS,))
    sync(archive, 1, desk=(BELARUS,))
    assert in_force(archive) == (InForce(*BELARUS, since=NOW),)


def test_sync_pair_that_goes_and_returns_has_two_times(archive: Archive) -> None:
    sync(archive, 0, desk=(BELARUS, RUSSIA))
    sync(archive, 1, desk=(RUSSIA,))
    sync(archive, 2, desk=(RUSSIA, BELARUS))
    assert in_force(archive) == (
        InForce(*BELARUS, since=NOW, until=NOW + DAY),
        InForce(*RUSSIA, since=NOW),
        InForce(*BELARUS, since=NOW + 2 * DAY),
    )


def test_sync_subscriber_that_is_gone_asks_for_nothing(archive: Archive) -> None:
    sync(archive, 0, desk=(BELARUS,), another=(RUSSIA,))
    sync(archive, 1, another=(RUSSIA,))
    assert in_force(archive) == (InForce(*BELARUS, since=NOW, until=NOW + DAY),)
    assert in_force(archive, "another") == (InForce(*RUSSIA, since=NOW),)


def test_in_force_value_may_be_a_long_query_in_any_script(archive: Archive) -> None:
    long = ("query", "пытки OR " * 200 + "拷問")
    sync(archive, 0, desk=(long,))
    assert in_force(archive) == (InForce(*long, since=NOW),)
