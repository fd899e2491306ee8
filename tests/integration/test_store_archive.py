"""The archive's file: made, opened, locked, migrated, refused; read beside its writer."""

import asyncio
import os
import shutil
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from builders import NOW, a_feed, a_record
from hrwatch.errors import ArchiveError, ArchiveHeld, ArchiveNewer
from hrwatch.stages.store import feeds, records, sqlite
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.schema import SHIPPED, Schema
from hrwatch.stages.store.sqlite import engines
from hrwatch.stages.store.tables import metadata


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


def test_open_absolute_path_leaves_directory_alone(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere" / "news.db"
    Archive.open(str(path), directory=tmp_path / "state", writing=True).close()
    assert path.exists()
    assert not (tmp_path / "state").exists()


def test_open_again_finds_what_was_written(tmp_path: Path) -> None:
    for expected in (1, 0):
        with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
            assert archive.write_now(records.add, (a_record(),)) == expected


def test_open_database_server_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="cannot be kept in mysql"):
        Archive.open("mysql://db/hrwatch", directory=tmp_path, writing=True)


def test_open_second_writer_is_told_who_holds_it(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(ArchiveHeld, match=rf"held by process {os.getpid()} since 20\d\d-"):
        Archive.open("archive.db", directory=tmp_path / "state", writing=True)


def test_open_after_close_is_free_again(archive: Archive, tmp_path: Path) -> None:
    archive.close()
    archive.close()
    Archive.open("archive.db", directory=tmp_path / "state", writing=True).close()


def test_close_waits_for_no_reader(archive: Archive, tmp_path: Path) -> None:
    with Archive.open("archive.db", directory=tmp_path / "state", writing=False) as reader:
        with reader.reading() as connection:
            assert records.counts(connection).records == 0
            archive.write_now(records.add, (a_record(),))
            started = time.monotonic()
            archive.close()
            assert time.monotonic() - started < 5
        with reader.reading() as connection:
            assert records.counts(connection).records == 1


def test_open_with_a_sqlite_that_is_too_old_is_refused() -> None:
    engines.check_version()
    with pytest.raises(ArchiveError, match=r"SQLite 3.26.0 is too old"):
        engines.check_version((3, 26, 0))


def test_open_reading_beside_writer_sees_what_is_committed(
    archive: Archive, tmp_path: Path
) -> None:
    with Archive.open("archive.db", directory=tmp_path / "state", writing=False) as reader:
        archive.write_now(records.add, (a_record(),))
        with reader.reading() as connection:
            assert records.counts(connection).records == 1
            archive.write_now(records.add, (a_record("second"),))
            assert records.counts(connection).records == 1, "a reading sees one state"
        with reader.reading() as connection:
            assert records.counts(connection).records == 2


def test_open_reading_cannot_write(archive: Archive, tmp_path: Path) -> None:
    with Archive.open("archive.db", directory=tmp_path / "state", writing=False) as reader:
        with pytest.raises(ArchiveError, match="reading only"):
            reader.write_now(records.add, (a_record(),))
        with (
            pytest.raises(ArchiveError, match="may not be written"),
            reader.reading() as connection,
        ):
            records.add(connection, (a_record(),))


def test_open_reading_nothing_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="run hrwatch once"):
        Archive.open("archive.db", directory=tmp_path / "state", writing=False)
    assert not (tmp_path / "state").exists()


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


def test_open_writing_releases_what_dead_processes_claimed(tmp_path: Path) -> None:
    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        archive.write_now(feeds.sync, (a_feed(),), NOW)
        claim = {"owner": "dead", "now": NOW, "until": NOW.replace(year=2999)}
        assert archive.write_now(feeds.claim, "wire", **claim)
        assert archive.write_now(feeds.claim, "wire", **claim) is None
    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        assert archive.write_now(feeds.claim, "wire", **claim)


# Migrations


def test_migrations_on_disk_are_those_named_in_the_program() -> None:
    config = Config()
    config.set_main_option("script_location", str(SHIPPED.scripts))
    chain = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(chain)) == SHIPPED.revisions


def test_migrated_archive_has_the_tables_that_the_program_names(archive: Archive) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        options = {
            "include_object": lambda _, name, kind, *__: (
                kind != "table" or not name.startswith("search_index")
            ),
            "compare_type": True,
        }
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))

    with archive.reading() as connection:
        assert differences(connection) == []


def _next_version(tmp_path: Path, steps: str) -> Schema:
    """A later hrwatch: the shipped migrations and one more, which is there for tests only."""
    scripts = tmp_path / "next-version"
    shutil.copytree(SHIPPED.scripts, scripts)
    (scripts / "versions" / "9999_for_tests.py").write_text(
        "from alembic import op\n"
        f"revision, down_revision = '9999', '{SHIPPED.head}'\n"
        "branch_labels = depends_on = None\n"
        f"def upgrade():\n    {steps}\n"
    )
    return Schema(scripts, (*SHIPPED.revisions, "9999"))


def _filled(tmp_path: Path) -> Path:
    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        archive.write_now(records.add, (a_record(),))
    return archive.path


def test_open_older_archive_migrates_and_keeps_a_copy(tmp_path: Path) -> None:
    path = _filled(tmp_path)
    later = _next_version(tmp_path, "op.execute('CREATE TABLE notes (text TEXT)')")
    with (
        Archive.open("archive.db", directory=tmp_path, writing=True, schema=later) as archive,
        archive.reading() as connection,
    ):
        assert connection.exec_driver_sql("SELECT count(*) FROM notes").scalar() == 0
        assert records.counts(connection).records == 1
    kept = tmp_path / "archive.db.before-9999"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.rename(path)  # what an operator would do to go back
    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        assert archive.write_now(records.add, (a_record(),)) == 0


def test_open_migration_that_fails_leaves_the_archive_as_it_was(tmp_path: Path) -> None:
    path = _filled(tmp_path)
    steps = "op.execute('CREATE TABLE notes (text TEXT)'); op.execute('DROP TABLE not_there')"
    with pytest.raises(sa.exc.OperationalError, match="not_there"):
        Archive.open(
            "archive.db",
            directory=tmp_path,
            writing=True,
            schema=_next_version(tmp_path, steps),
        )
    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        assert archive.path == path
        with archive.reading() as connection:
            assert "notes" not in sa.inspect(connection).get_table_names()


def test_open_migration_that_breaks_references_is_undone(tmp_path: Path) -> None:
    _filled(tmp_path)
    later = _next_version(tmp_path, "op.execute('DELETE FROM records')")
    with pytest.raises(ArchiveError, match="1 rows point at rows that do not exist"):
        Archive.open("archive.db", directory=tmp_path, writing=True, schema=later)
    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        assert archive.write_now(records.add, (a_record(),)) == 0


@pytest.mark.parametrize("writing", [True, False])
def test_open_newer_archive_is_refused(tmp_path: Path, writing: bool) -> None:
    later = _next_version(tmp_path, "pass")
    Archive.open("archive.db", directory=tmp_path, writing=True, schema=later).close()
    with pytest.raises(ArchiveNewer, match="revision 9999"):
        Archive.open("archive.db", directory=tmp_path, writing=writing)


def test_open_reading_older_archive_says_what_to_do(tmp_path: Path) -> None:
    _filled(tmp_path)
    later = _next_version(tmp_path, "pass")
    with pytest.raises(ArchiveError, match="run hrwatch once"):
        Archive.open("archive.db", directory=tmp_path, writing=False, schema=later)


# Running functions


def test_write_function_that_fails_leaves_nothing(archive: Archive) -> None:
    def add_and_fail(connection: sa.Connection) -> None:
        records.add(connection, (a_record(),))
        raise ValueError("invented")

    async def act() -> int:
        with pytest.raises(ValueError, match="invented"):
            await archive.write(add_and_fail)
        return (await archive.read(records.counts)).records

    assert asyncio.run(act()) == 0


def test_write_whose_caller_is_cancelled_ends_its_transaction(archive: Archive) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(connection: sa.Connection) -> None:
        records.add(connection, (a_record(),))
        begun.set()
        assert go_on.wait(10)

    async def act() -> int:
        task = asyncio.create_task(archive.write(slow))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()
        await archive.write(records.add, (a_record("second"),))
        return (await archive.read(records.counts)).records

    assert asyncio.run(act()) == 2


def test_write_and_read_many_at_once_all_succeed(archive: Archive) -> None:
    async def act() -> int:
        writes = [archive.write(records.add, (a_record(f"record{n}"),)) for n in range(40)]
        reads = [archive.read(records.counts) for _ in range(40)]
        await asyncio.gather(*writes, *reads)
        return (await archive.read(records.counts)).records

    assert asyncio.run(act()) == 40


@pytest.mark.parametrize("verb", ["read", "write"])
def test_read_generator_is_refused_where_it_would_outlive_its_connection(
    archive: Archive, verb: str
) -> None:
    with pytest.raises(TypeError, match="consume the iterator"):
        asyncio.run(getattr(archive, verb)(records.stream))


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


def test_write_naive_time_is_refused(archive: Archive) -> None:
    with pytest.raises(sa.exc.StatementError, match="without a zone"):
        archive.write_now(feeds.sync, (a_feed(),), NOW.replace(tzinfo=None))


def test_write_wrong_sql_is_a_bug_and_raises_as_it_is(archive: Archive) -> None:
    with pytest.raises(sa.exc.OperationalError, match="not_there"):
        archive.write_now(lambda c: c.exec_driver_sql("SELECT 1 FROM not_there"))


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
