"""An archive on a PostgreSQL server: who holds it, what it refuses, and a server that goes away."""

import logging
import os
import sys
import traceback
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import NOW, a_feed, a_mail, a_record
from hrwatch.errors import ArchiveError, ArchiveHeld
from hrwatch.model.mail import Digest
from hrwatch.secrets import Secret
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records
from hrwatch.stages.store.mail import outbox
from postgres import Place, Places, Server, a_later_schema
from postgres_wire import Way, a_refusing_server, a_way

UNTIL = NOW + timedelta(minutes=10)


@pytest.fixture
def place(places: Places, tmp_path: Path) -> Place:
    """A database with an empty archive."""
    return places.make("postgresql", tmp_path)


@pytest.fixture
def way(place: Place) -> Iterator[Way]:
    """A way to it that can be cut."""
    with a_way(place) as between:
        yield between


def count(archive: Archive) -> int:
    with archive.reading() as connection:
        return records.counts(connection).records


# Who holds it


def test_open_second_writer_is_told_process_machine_and_time(place: Place) -> None:
    told = rf"held by process {os.getpid()} on \S+ since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"
    with place.open(), pytest.raises(ArchiveHeld, match=told):
        place.open()


def test_open_archives_of_two_schemas_are_held_each_by_itself(place: Place) -> None:
    url = sa.make_url(place.url)
    with place.open() as archive, place.aside() as connection:
        connection.exec_driver_sql("CREATE SCHEMA second")
        connection.exec_driver_sql(f'ALTER DATABASE "{url.database}" SET search_path = second')
        with place.open() as second:
            assert second.write_now(records.add, (a_record(),)) == 1
            assert count(second) == 1
        assert count(archive) == 0


def test_hold_that_was_lost_and_taken_by_another_is_not_written_with(way: Way) -> None:
    with way.place.open() as archive:
        archive.write_now(feeds.sync, (a_feed(),), NOW)
        way.cut()
        way.mend()
        with way.place.open() as other:
            with pytest.raises(ArchiveHeld, match="end it first"):
                archive.write_now(records.add, (a_record(),))
            assert other.write_now(records.add, (a_record(),)) == 1
        assert archive.write_now(records.add, (a_record(),)) == 0, "ours again"


@pytest.mark.parametrize("what", ["feed", "mail"])
def test_claim_that_another_session_is_just_taking_is_passed_over(place: Place, what: str) -> None:
    """Several writers are for later; claims are ready for them."""

    def claim(connection: sa.Connection, owner: str) -> object:
        if what == "feed":
            return feeds.claim(connection, "wire", owner=owner, now=NOW, until=UNTIL)
        return outbox.claim(connection, "<1@example.org>", owner=owner, now=NOW, until=UNTIL)

    with place.open() as archive:
        archive.write_now(feeds.sync, (a_feed(),), NOW)
        archive.write_now(_queue_a_mail)
    with place.aside() as first, place.aside() as second:
        first.exec_driver_sql("BEGIN")
        assert claim(first, "us")
        second.exec_driver_sql("SET lock_timeout = '5s'")
        assert claim(second, "them") is None
        first.exec_driver_sql("ROLLBACK")
        assert claim(second, "them")
        assert claim(first, "us") is None


def _queue_a_mail(connection: sa.Connection) -> None:
    digest = Digest("1", "desk", None, (), ())
    outbox.enqueue(connection, digest, (a_mail(),), NOW)


# What its connections are


@pytest.mark.parametrize(
    ("setting", "writing", "reading"),
    [
        ("transaction_isolation", "read committed", "repeatable read"),
        ("transaction_read_only", "off", "on"),
        ("synchronous_commit", "on", None),
        ("TimeZone", "UTC", "UTC"),
        ("statement_timeout", "5min", "2min"),
    ],
)
def test_connections_are_set_as_the_archive_needs_them(
    place: Place, setting: str, writing: str, reading: str | None
) -> None:
    def shown(connection: sa.Connection) -> object:
        return connection.exec_driver_sql(f"SHOW {setting}").scalar()

    with place.open() as archive:
        assert archive.write_now(shown) == writing
        with archive.reading() as connection:
            assert reading in (None, shown(connection))


def test_migration_has_all_the_time_it_needs(place: Place, tmp_path: Path) -> None:
    noting = """op.execute("CREATE TABLE noted AS SELECT current_setting('statement_timeout')")"""
    with (
        place.open(schema=a_later_schema(tmp_path, noting)) as archive,
        archive.reading() as connection,
    ):
        assert connection.exec_driver_sql("SELECT * FROM noted").scalar() == "0"


# A server that goes away


def test_write_after_the_server_came_back_goes_on(way: Way) -> None:
    with way.place.open() as archive:
        assert archive.write_now(records.add, (a_record("first"),)) == 1
        way.cut()
        with pytest.raises(ArchiveError, match="cannot be reached"):
            archive.write_now(records.add, (a_record("lost"),))
        with pytest.raises(ArchiveError, match="cannot be reached"):
            count(archive)
        way.mend()
        assert archive.write_now(records.add, (a_record("second"),)) == 1
        assert count(archive) == 2


def test_write_cut_in_the_middle_leaves_nothing_and_the_next_one_works(way: Way) -> None:
    def add_and_lose(connection: sa.Connection) -> None:
        records.add(connection, (a_record("lost"),))
        way.cut()
        way.mend()
        records.add(connection, (a_record("lost too"),))

    with way.place.open() as archive:
        with pytest.raises(ArchiveError, match="server"):
            archive.write_now(add_and_lose)
        assert archive.write_now(records.add, (a_record("next"),)) == 1
        assert count(archive) == 1


def test_write_session_that_the_server_ends_is_replaced(place: Place, postgres: Server) -> None:
    name = sa.make_url(place.url).database
    with place.open() as archive:
        assert count(archive) == 0
        sessions = f"pg_stat_activity WHERE datname = '{name}'"
        assert len(postgres.run(f"SELECT pg_terminate_backend(pid) FROM {sessions}")) == 2  # noqa: S608 - a name of our own
        assert archive.write_now(records.add, (a_record(),)) == 1
        assert count(archive) == 1


def test_statement_that_takes_too_long_is_stopped_and_told(place: Place) -> None:
    def dawdle(connection: sa.Connection) -> None:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 50")
        connection.exec_driver_sql("SELECT pg_sleep(10)")

    with place.open() as archive:
        with pytest.raises(ArchiveError, match="took too long"):
            archive.write_now(dawdle)
        assert archive.write_now(records.add, (a_record(),)) == 1


def test_write_waits_its_turn_where_another_program_holds_a_table(place: Place) -> None:
    def impatiently(connection: sa.Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = 50")
        records.add(connection, (a_record(),))

    with place.open() as archive, place.aside() as other:
        other.exec_driver_sql("BEGIN; LOCK TABLE records")
        with pytest.raises(ArchiveError, match="another program holds its tables"):
            archive.write_now(impatiently)
        other.exec_driver_sql("COMMIT")
        assert archive.write_now(records.add, (a_record(),)) == 1


# What is refused


def test_open_server_that_is_not_there_says_what_to_look_at(tmp_path: Path) -> None:
    with pytest.raises(
        ArchiveError, match=r"archive postgresql\+psycopg://desk@127.0.0.1:1/a: the"
    ):
        Archive.open("postgresql+psycopg://desk@127.0.0.1:1/a", directory=tmp_path, writing=True)


def test_open_database_that_is_not_there_is_named(place: Place, tmp_path: Path) -> None:
    url = sa.make_url(place.url).set(database="hrwatch_nowhere").render_as_string()
    with pytest.raises(ArchiveError, match=r'database "hrwatch_nowhere" does not exist'):
        Archive.open(
            url,
            directory=tmp_path,
            writing=True,
            password=place.password and Secret(place.password),
        )


@pytest.mark.parametrize("table", ["songs", "alembic_version", "records"])
@pytest.mark.parametrize("writing", [True, False])
def test_open_database_of_something_else_is_refused_and_untouched(
    places: Places, tmp_path: Path, table: str, writing: bool
) -> None:
    foreign = places.make("postgresql", tmp_path, made=False)
    with foreign.aside() as connection:
        connection.exec_driver_sql(f"CREATE TABLE {table} (title text)")
        with pytest.raises(ArchiveError, match="a database of its own"):
            foreign.open(writing=writing)
        assert sa.inspect(connection).get_table_names() == [table]


def test_open_database_that_cannot_hold_every_script_is_refused(
    postgres: Server, places: Places, tmp_path: Path
) -> None:
    latin = places.make("postgresql", tmp_path, made=False)
    name = sa.make_url(latin.url).database
    owner = sa.make_url(latin.url).username
    postgres.run(f'DROP DATABASE "{name}"')
    postgres.run(
        f'CREATE DATABASE "{name}" OWNER "{owner}" TEMPLATE template0 ENCODING LATIN1 LOCALE "C"'
    )
    with pytest.raises(ArchiveError, match="encoded in LATIN1"):
        latin.open()


def test_open_user_without_a_schema_says_so(places: Places, tmp_path: Path) -> None:
    place = places.make("postgresql", tmp_path, made=False)
    with place.aside() as connection:
        connection.exec_driver_sql(
            f'ALTER DATABASE "{sa.make_url(place.url).database}" SET search_path = nowhere'
        )
    with pytest.raises(ArchiveError, match="search_path"):
        place.open()


def test_open_without_psycopg_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ArchiveError, match=r"pip install 'hrwatch\[postgresql\]'"):
        Archive.open("postgresql+psycopg://desk@localhost/a", directory=tmp_path, writing=True)


# The password


@pytest.mark.parametrize("in_url", [True, False])
def test_password_reaches_the_server_and_nobody_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, in_url: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    secret, heard = "hunter2-invented", []
    with a_refusing_server(heard) as port:
        login = f"desk:{secret}" if in_url else "desk"
        url = f"postgresql+psycopg://{login}@127.0.0.1:{port}/a?sslmode=disable&gssencmode=disable"
        with pytest.raises(ArchiveError, match="password authentication failed") as caught:
            Archive.open(
                url, directory=tmp_path, writing=True, password=None if in_url else Secret(secret)
            )
    assert set(heard) == {secret}
    told = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(caught.value.args)
    assert secret not in told


def test_password_may_hold_what_an_address_may_not(tmp_path: Path) -> None:
    secret, heard = "a:b@c/d?e=f&g'h\\i %41 пароль", []
    with a_refusing_server(heard) as port, pytest.raises(ArchiveError):
        url = f"postgresql+psycopg://desk@127.0.0.1:{port}/a?sslmode=disable&gssencmode=disable"
        Archive.open(url, directory=tmp_path, writing=True, password=Secret(secret))
    assert heard[0] == secret
