"""An archive in a file: its modes, its lock, its copies, and what stands in its place."""

import asyncio
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import a_record
from hrwatch.errors import ArchiveError
from hrwatch.stages.store import sqlite
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.sqlite import engines
from postgres import a_later_schema


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open("archive.db", directory=tmp_path / "state", writing=True) as opened:
        yield opened


def test_open_nothing_there_makes_private_archive(tmp_path: Path) -> None:
    directory = tmp_path / "100% of a state"
    Archive.open("archive.db", directory=directory, writing=True).close()
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
    assert modes == {"archive.db": 0o600, "archive.db.lock": 0o600}


def test_open_in_an_open_directory_keeps_its_mode_and_closes_its_own_files(tmp_path: Path) -> None:
    directory = tmp_path / "of-more"
    directory.mkdir()
    directory.chmod(0o755)
    before = os.umask(0o022)
    try:
        with Archive.open("archive.db", directory=directory, writing=True) as archive:
            asyncio.run(archive.write(records.add, (a_record(),)))
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
    finally:
        os.umask(before)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o755
    assert {"archive.db", "archive.db-wal", "archive.db-shm"} <= modes.keys()
    assert set(modes.values()) == {0o600}


def test_open_absolute_path_leaves_directory_alone(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere" / "news.db"
    Archive.open(str(path), directory=tmp_path / "state", writing=True).close()
    assert path.exists()
    assert not (tmp_path / "state").exists()


def test_open_with_a_sqlite_that_is_too_old_is_refused() -> None:
    engines.check_version()
    with pytest.raises(ArchiveError, match=r"SQLite 3.26.0 is too old"):
        engines.check_version((3, 26, 0))


def _empty(path: Path) -> None:
    path.touch()


def _no_database(path: Path) -> None:
    path.write_text("feeds:\n  - name: swapped file names\n")


def _foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (title)")
    connection.close()


def _torn(path: Path) -> None:
    Archive.open(str(path), directory=path.parent, writing=True).close()
    whole = path.read_bytes()
    path.write_bytes(whole[:1024] + bytes(len(whole) - 1024))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_empty, "is empty"),
        (_no_database, "no SQLite database"),
        (_foreign, "not an archive of hrwatch"),
        (_torn, "damaged"),
    ],
)
@pytest.mark.parametrize("writing", [True, False])
def test_open_what_is_no_archive_is_refused_and_untouched(
    tmp_path: Path, spoil: object, told: str, writing: bool
) -> None:
    path = tmp_path / "archive.db"
    assert callable(spoil)
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(ArchiveError, match=told):
        Archive.open("archive.db", directory=tmp_path, writing=writing)
    assert path.read_bytes() == before
    with pytest.raises(ArchiveError, match=told):  # the lock was given back
        Archive.open("archive.db", directory=tmp_path, writing=True)


def test_open_archive_gone_but_its_log_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "archive.db-wal").write_bytes(b"records, perhaps")
    with pytest.raises(ArchiveError, match="-wal is there"):
        Archive.open("archive.db", directory=tmp_path, writing=True)


def test_open_killed_while_making_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "archive.db.new").write_bytes(b"half an archive")
    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        assert archive.write_now(records.add, (a_record(),)) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["archive.db", "archive.db.lock"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_open_directory_of_another_user_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, -1)
    with pytest.raises(ArchiveError, match="belongs to user 12345"):
        Archive.open("archive.db", directory=tmp_path, writing=True)


def test_open_where_the_archive_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "archive.db.new").mkdir()
    with pytest.raises(ArchiveError, match="cannot be made ready"):
        Archive.open("archive.db", directory=tmp_path, writing=True)
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveError, match=r"directory .* cannot be made"):
        Archive.open("archive.db", directory=tmp_path / "file", writing=True)


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
)
def test_write_is_made_to_last(archive: Archive, pragma: str, value: object) -> None:
    found = archive.write_now(lambda c: c.exec_driver_sql(f"PRAGMA {pragma}").scalar())
    assert found == value


def test_write_waits_its_turn_where_another_program_writes(archive: Archive) -> None:
    # As a backup tool or a person with a shell would: they know nothing of our lock file.
    other = sqlite3.connect(archive.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.3, other.execute, ["COMMIT"])
    timer.start()
    try:
        with archive.reading() as connection:
            assert records.counts(connection).records == 0
        assert archive.write_now(records.add, (a_record(),)) == 1
    finally:
        timer.join()
        other.close()


def test_write_disk_full_says_what_to_do_and_keeps_what_was_there(archive: Archive) -> None:
    archive.write_now(records.add, (a_record(),))

    def fill(connection: sa.Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        records.add(connection, [a_record(f"large{n}", text="word " * 5000) for n in range(20)])

    with pytest.raises(ArchiveError, match="disk is full"):
        archive.write_now(fill)
    with archive.reading() as connection:
        assert records.counts(connection).records == 1


def test_copy_of_archive_in_use_is_whole(archive: Archive, tmp_path: Path) -> None:
    archive.write_now(records.add, (a_record(),))
    sqlite.copy(archive.path, tmp_path / "copy.db")
    with (
        Archive.open(str(tmp_path / "copy.db"), directory=tmp_path, writing=False) as copied,
        copied.reading() as connection,
    ):
        assert records.counts(connection).records == 1


def _filled(tmp_path: Path) -> None:
    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        archive.write_now(records.add, (a_record(),))


def test_open_older_archive_keeps_a_copy_to_go_back_to(tmp_path: Path) -> None:
    _filled(tmp_path)
    later = a_later_schema(tmp_path, "op.execute('CREATE TABLE notes (text TEXT)')")
    Archive.open("archive.db", directory=tmp_path, writing=True, schema=later).close()
    kept = tmp_path / "archive.db.before-9999"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.rename(tmp_path / "archive.db")  # what an operator would do to go back
    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        assert archive.write_now(records.add, (a_record(),)) == 0


def test_open_migration_that_breaks_references_is_undone(tmp_path: Path) -> None:
    _filled(tmp_path)
    later = a_later_schema(tmp_path, "op.execute('DELETE FROM records')")
    with pytest.raises(ArchiveError, match="1 rows point at rows that do not exist"):
        Archive.open("archive.db", directory=tmp_path, writing=True, schema=later)
    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        assert archive.write_now(records.add, (a_record(),)) == 0
