"""The archive on either engine: made, held, migrated, refused, read beside its writer."""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from builders import NOW, a_feed, a_record
from hrwatch.errors import ArchiveError, ArchiveHeld, ArchiveMissing, ArchiveNewer
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records
from hrwatch.stages.store.schema import SHIPPED
from hrwatch.stages.store.tables import metadata
from postgres import Place, a_later_schema


def test_open_again_finds_what_was_written(empty_place: Place) -> None:
    for expected in (1, 0):
        with empty_place.open() as archive:
            assert archive.write_now(records.add, (a_record(),)) == expected


def test_open_second_writer_is_told_who_holds_it(archive: Archive, place: Place) -> None:
    with pytest.raises(ArchiveHeld, match=rf"held by process {os.getpid()} (on .* )?since 20\d\d-"):
        place.open()


def test_open_after_close_is_free_again(archive: Archive, place: Place) -> None:
    archive.close()
    archive.close()
    place.open().close()


def test_close_waits_for_no_reader(archive: Archive, place: Place) -> None:
    with place.open(writing=False) as reader:
        with reader.reading() as connection:
            assert records.counts(connection).records == 0
            archive.write_now(records.add, (a_record(),))
            started = time.monotonic()
            archive.close()
            assert time.monotonic() - started < 5
        with reader.reading() as connection:
            assert records.counts(connection).records == 1


def test_open_reading_beside_writer_sees_what_is_committed(archive: Archive, place: Place) -> None:
    with place.open(writing=False) as reader:
        archive.write_now(records.add, (a_record(),))
        with reader.reading() as connection:
            assert records.counts(connection).records == 1
            archive.write_now(records.add, (a_record("second"),))
            assert records.counts(connection).records == 1, "a reading sees one state"
        with reader.reading() as connection:
            assert records.counts(connection).records == 2


def test_open_reading_cannot_write(archive: Archive, place: Place) -> None:
    with place.open(writing=False) as reader:
        with pytest.raises(ArchiveError, match="reading only"):
            reader.write_now(records.add, (a_record(),))
        with (
            pytest.raises(ArchiveError, match="may not be written"),
            reader.reading() as connection,
        ):
            records.add(connection, (a_record(),))


def test_open_reading_nothing_there_says_what_to_do(empty_place: Place) -> None:
    with pytest.raises(ArchiveMissing, match="run hrwatch once"):
        empty_place.open(writing=False)
    assert not empty_place.directory.exists()


def test_open_kind_of_database_that_is_unknown_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="cannot be kept in mysql"):
        Archive.open("mysql://db/hrwatch", directory=tmp_path, writing=True)


def test_open_writing_releases_what_dead_processes_claimed(place: Place) -> None:
    with place.open() as archive:
        archive.write_now(feeds.sync, (a_feed(),), NOW)
        claim = {"owner": "dead", "now": NOW, "until": NOW.replace(year=2999)}
        assert archive.write_now(feeds.claim, "wire", **claim)
        assert archive.write_now(feeds.claim, "wire", **claim) is None
    with place.open() as archive:
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


def _filled(place: Place) -> None:
    with place.open() as archive:
        archive.write_now(records.add, (a_record(),))


def test_open_migration_that_fails_leaves_the_archive_as_it_was(
    place: Place, tmp_path: Path
) -> None:
    _filled(place)
    steps = "op.execute('CREATE TABLE notes (text TEXT)'); op.execute('nonsense')"
    with pytest.raises(sa.exc.DBAPIError, match="nonsense"):
        place.open(schema=a_later_schema(tmp_path, steps))
    with place.open() as archive, archive.reading() as connection:
        assert "notes" not in sa.inspect(connection).get_table_names()


def test_open_older_archive_is_migrated_and_keeps_what_it_held(
    place: Place, tmp_path: Path
) -> None:
    _filled(place)
    later = a_later_schema(tmp_path, "op.execute('CREATE TABLE notes (text TEXT)')")
    with place.open(schema=later) as archive, archive.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM notes").scalar() == 0
        assert records.counts(connection).records == 1


@pytest.mark.parametrize("writing", [True, False])
def test_open_newer_archive_is_refused(place: Place, tmp_path: Path, writing: bool) -> None:
    later = a_later_schema(tmp_path, "pass")
    place.open(schema=later).close()
    with pytest.raises(ArchiveNewer, match="revision 9999"):
        place.open(writing=writing)


def test_open_reading_older_archive_says_what_to_do(place: Place, tmp_path: Path) -> None:
    _filled(place)
    later = a_later_schema(tmp_path, "pass")
    with pytest.raises(ArchiveError, match="run hrwatch once"):
        place.open(writing=False, schema=later)


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


def test_note_does_not_wait_for_the_disk_and_write_does(archive: Archive, place: Place) -> None:
    question = "PRAGMA synchronous" if place.is_file else "SHOW synchronous_commit"
    waits, does_not = ("2", "1") if place.is_file else ("on", "off")

    def ask(connection: sa.Connection) -> str:
        return str(connection.exec_driver_sql(question).scalar())

    async def test() -> list[str]:
        return [
            await archive.write(ask),
            await archive.note(ask),
            await archive.note(ask),
            await archive.write(ask),
            archive.write_now(ask),
        ]

    assert asyncio.run(test()) == [waits, does_not, does_not, waits, waits]


class Killed(BaseException):
    """Stands for what ends a thread."""


def test_note_to_an_archive_that_is_closed_is_an_error_at_once(archive: Archive) -> None:
    async def act() -> None:
        archive.close()
        for _ in range(2):
            with pytest.raises(RuntimeError, match="shutdown"):
                await archive.note(records.counts)

    asyncio.run(act())


def test_notes_that_come_together_are_one_transaction_and_one_that_fails_spoils_no_other(
    archive: Archive,
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    transactions: list[object] = []

    def hold(_: sa.Connection) -> None:
        begun.set()
        assert go_on.wait(10)

    def add(connection: sa.Connection, name: str) -> str:
        transactions.append(connection.get_transaction())
        records.add(connection, (a_record(name),))
        return name

    def fail(connection: sa.Connection) -> None:
        add(connection, "spoilt")
        raise Killed

    async def together(*changes: Callable[[sa.Connection], object]) -> list[object]:
        """Note changes that have all come before the first of them can be made."""
        begun.clear()
        go_on.clear()
        held = asyncio.create_task(archive.write(hold))
        await asyncio.to_thread(begun.wait, 10)
        noted = [asyncio.ensure_future(archive.note(change)) for change in changes]
        await asyncio.sleep(0)
        noted[-1].cancel()  # its caller is gone before it was begun
        go_on.set()
        await held
        return await asyncio.gather(*noted[:-1], return_exceptions=True)

    async def act() -> None:
        names = [f"record{n:06}" for n in range(5)]
        changes = [partial(add, name=name) for name in names]
        assert await together(*changes) == names[:-1]
        assert len(set(transactions)) == 1
        first, error, second = await together(
            partial(add, name="before"), fail, partial(add, name="after"), partial(add, name="x")
        )
        assert (first, second) == ("before", "after")
        assert isinstance(error, Killed)
        assert (await archive.read(records.counts)).records == len(names[:-1]) + 2
        assert await archive.read(records.get, "spoilt") is None

    asyncio.run(act())


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


def test_name_and_size_tell_what_it_is_and_takes(archive: Archive, place: Place) -> None:
    assert archive.name.endswith(place.url)
    assert (archive.path is None) is not place.is_file
    assert 10_000 < archive.size() < 2_000_000


def test_write_naive_time_is_refused(archive: Archive) -> None:
    with pytest.raises(sa.exc.StatementError, match="without a zone"):
        archive.write_now(feeds.sync, (a_feed(),), NOW.replace(tzinfo=None))


def test_write_wrong_sql_is_a_bug_and_raises_as_it_is(archive: Archive) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="nonsense"):
        archive.write_now(lambda c: c.exec_driver_sql("SELECT 1 nonsense FROM WHERE"))
