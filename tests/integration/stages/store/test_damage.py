"""Damage within the values of an archive, which leaves the pages of its file in order: told as that
by whatever reads them, and found by whoever reads everything."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import a_feed, a_record
from hrwatch.errors import ArchiveDamaged, ArchiveError
from hrwatch.stages.store import sqlite, unfinished
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records
from hrwatch.stages.store.mail import outbox
from hrwatch.stages.store.running import checkup, daemon
from hrwatch.stages.store.tables import digests as digest_table
from hrwatch.stages.store.tables import outbox as outbox_table
from postgres import Place, Places

LIMIT = timedelta(seconds=20)
NOW = a_record().first_seen_at


def fill(place: Place) -> None:
    with place.open() as archive:
        archive.write_now(records.add, [a_record(f"record{number:04}") for number in range(3)])
        archive.write_now(feeds.sync, (a_feed(),), NOW)
        archive.write_now(
            daemon.began,
            pid=1,
            host="invented",
            owner="1@invented",
            version="1",
            config_path="feeds.yaml",
            now=NOW,
        )
        archive.write_now(_mail)


def _mail(connection: sa.Connection) -> None:
    connection.execute(
        sa.insert(digest_table).values(
            id="1", subscriber="desk", created_at=NOW, subject="Invented", matches=0
        )
    )
    connection.execute(
        sa.insert(outbox_table).values(
            message_id="<1@invented>",
            digest="1",
            subscriber="desk",
            recipient="desk@example.org",
            sender="digest@example.org",
            bytes=b"",
            status="queued",
            attempts=0,
            created_at=NOW,
            detail="",
        )
    )


def all_records(connection: sa.Connection) -> object:
    return list(records.stream(connection))


def all_feeds(connection: sa.Connection) -> object:
    return feeds.states(connection, ["wire"])


Read = Callable[[sa.Connection], object]
# What is written over a value, whoever reads it, what is said of it.
OF_ANY_ENGINE = [
    ("UPDATE records SET copy_of = 'x', copy_kind = 'strange'", all_records, "records"),
    ("UPDATE records SET authors = '17'", all_records, "records.authors"),
    ("UPDATE tags SET kind = 'keyworf'", all_records, "tags"),
    ("UPDATE tags SET relation = 'subjecs'", all_records, "tags"),
    ("UPDATE tags SET evidence = '[{\"rule\": 1}]'", all_records, "tags"),
    ("UPDATE tags SET evidence = '[1]'", all_records, "tags"),
    ("UPDATE feeds SET state = 'oj'", all_feeds, "feeds"),
    ("UPDATE outbox SET status = 'sens'", outbox.counts, "outbox.status"),
]
OF_FILES = [
    ("UPDATE records SET title = CAST(x'41ff42' AS TEXT)", all_records, "title is no UTF-8"),
    ("UPDATE records SET text = x'414243'", all_records, "records.text"),
    ("UPDATE records SET authors = '[\"A'", all_records, "records.authors"),
    ("UPDATE records SET first_seen_at = '2026-03-0\x7f 09:00'", all_records, "first_seen_at"),
    ("UPDATE records SET first_seen_at = '2026-03-0\x7f 09:00'", records.counts, "first_seen_at"),
    ("UPDATE records SET words = 'many'", all_records, "records.words"),
    ("UPDATE daemon SET pid = x'00'", daemon.last, "daemon.pid"),
    (
        "UPDATE daemon SET config_path = CAST(x'41ff42' AS TEXT)",
        daemon.last,
        "config_path is no UTF-8",
    ),
    ("UPDATE tags SET evidence = CAST(x'41ff42' AS TEXT)", all_records, "evidence is no UTF-8"),
    ("ALTER TABLE feeds RENAME COLUMN state TO stbte", all_feeds, "no such column"),
    ("ALTER TABLE daemon RENAME TO demon", daemon.last, "no such table"),
]


def is_told(place: Place, read: Read, words: str) -> None:
    with place.open(writing=False) as archive:
        with pytest.raises(ArchiveError) as caught, archive.reading() as connection:
            read(connection)
        with pytest.raises(ArchiveError, match="it is damaged"):
            checkup.read_through(archive, LIMIT)
    told = str(caught.value)
    assert re.fullmatch(
        rf"archive \S+: it is damaged: .*restore a backup.* \(.*{re.escape(words)}.*\)", told
    )


@pytest.mark.parametrize(("statement", "read", "words"), OF_ANY_ENGINE)
def test_value_that_stands_for_nothing_is_told_as_damage(
    place: Place, statement: str, read: Read, words: str
) -> None:
    fill(place)
    with place.aside() as connection:
        connection.exec_driver_sql(statement)

    is_told(place, read, words)


@pytest.mark.parametrize(("statement", "read", "words"), OF_FILES)
def test_value_of_a_file_that_is_garbled_is_told_as_damage(
    places: Places, tmp_path: Path, statement: str, read: Read, words: str
) -> None:
    place = places.make("sqlite", tmp_path / "state")
    fill(place)
    with place.aside() as connection:
        connection.exec_driver_sql(statement)

    is_told(place, read, words)


def test_garbled_text_is_not_repeated(places: Places, tmp_path: Path) -> None:
    place = places.make("sqlite", tmp_path / "state")
    fill(place)
    with place.aside() as connection:
        connection.exec_driver_sql("UPDATE records SET text = text || CAST(x'ff' AS TEXT)")

    with (
        place.open(writing=False) as archive,
        pytest.raises(ArchiveError) as caught,
        archive.reading() as connection,
    ):
        all_records(connection)

    assert "Arvenia" not in str(caught.value)


def test_names_of_tables_that_are_garbled_are_told_as_damage(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE records (id)")
    path.write_bytes(path.read_bytes().replace(b"records", b"rec\xff\xfeds"))

    with (
        pytest.raises(ArchiveError, match="it is damaged"),
        sqlite.explaining(path),
        closing(sqlite3.connect(path)) as connection,
    ):
        connection.execute("SELECT id FROM records")


def test_read_through_sound_archive_counts_its_rows(place: Place) -> None:
    fill(place)

    with place.open(writing=False) as archive:
        rows = checkup.read_through(archive, LIMIT)
        in_no_time = checkup.read_through(archive, timedelta(0))

    assert rows == 10  # 3 records with a tag each, 1 feed, 1 daemon, 1 digest with its mail
    assert in_no_time is None


def test_damage_while_writing_is_told_too(place: Place) -> None:
    fill(place)
    with place.open() as archive:

        def find(connection: sa.Connection) -> None:
            raise ArchiveDamaged("records.title holds what it cannot")

        with pytest.raises(ArchiveError, match="it is damaged"):
            archive.write_now(find)


def test_empty_archive_is_not_taken_for_damaged(archive: Archive) -> None:
    with archive.reading() as connection:
        assert records.counts(connection).first_seen_at is None
        assert unfinished.source_of(connection) is None
    assert checkup.read_through(archive, LIMIT) == 0
