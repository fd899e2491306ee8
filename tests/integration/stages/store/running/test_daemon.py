"""What the daemon tells of itself, read by whoever runs beside it."""

from datetime import timedelta

from builders import NOW
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.running import daemon
from hrwatch.stages.store.running.daemon import DaemonState

MINUTE = timedelta(minutes=1)
BEGAN = DaemonState(
    pid=17,
    host="desk",
    owner="17-a",
    version="0.1",
    started_at=NOW,
    beat_at=NOW,
    stopped_at=None,
    config_path="/etc/hrwatch/feeds.yaml",
    config_loaded_at=NOW,
    config_error=None,
    next_digest_at=None,
)


def last(archive: Archive) -> DaemonState:
    with archive.reading() as connection:
        state = daemon.last(connection)
    assert state is not None
    return state


def begin(archive: Archive, pid: int = 17) -> None:
    archive.write_now(
        daemon.began,
        pid=pid,
        host="desk",
        owner="17-a",
        version="0.1",
        config_path="/etc/hrwatch/feeds.yaml",
        now=NOW,
    )


def test_last_where_none_ever_ran_is_none(archive: Archive) -> None:
    with archive.reading() as connection:
        assert daemon.last(connection) is None


def test_began_is_read_back_and_nothing_of_the_one_before(archive: Archive) -> None:
    begin(archive, pid=16)
    archive.write_now(daemon.reloaded, NOW + MINUTE, "feeds.yaml:3:1: invented")
    archive.write_now(daemon.ended, NOW + MINUTE)
    begin(archive)
    assert last(archive) == BEGAN


def test_beat_tells_when_it_lived_and_the_next_digest(archive: Archive) -> None:
    begin(archive)
    archive.write_now(daemon.beat, NOW + MINUTE, NOW + 5 * MINUTE)
    state = last(archive)
    assert (state.beat_at, state.next_digest_at) == (NOW + MINUTE, NOW + 5 * MINUTE)
    assert state.started_at == NOW


def test_reloaded_bad_file_keeps_the_one_in_force_until_a_good_one(archive: Archive) -> None:
    begin(archive)
    archive.write_now(daemon.reloaded, NOW + MINUTE, "feeds.yaml:3:1: invented")
    assert (last(archive).config_loaded_at, last(archive).config_error) == (
        NOW,
        "feeds.yaml:3:1: invented",
    )
    archive.write_now(daemon.reloaded, NOW + 2 * MINUTE, None)
    assert (last(archive).config_loaded_at, last(archive).config_error) == (NOW + 2 * MINUTE, None)


def test_ended_is_told_and_promises_no_digest(archive: Archive) -> None:
    begin(archive)
    archive.write_now(daemon.beat, NOW, NOW + MINUTE)
    archive.write_now(daemon.ended, NOW + MINUTE)
    assert (last(archive).stopped_at, last(archive).next_digest_at) == (NOW + MINUTE, None)
