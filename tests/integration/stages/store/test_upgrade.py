"""An archive that an earlier hrwatch made, as that version left it on the disk."""

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import NOW, a_feed, a_record
from hrwatch.query import parse
from hrwatch.secrets import Secret
from hrwatch.stages.store import tables
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, records, rows, search, words
from hrwatch.stages.store.database import located
from hrwatch.stages.store.mail import ledger, outbox
from hrwatch.stages.store.running import daemon
from hrwatch.stages.store.schema import SHIPPED, Schema, bring_up
from postgres import Place

DATA = Path(__file__).parents[3] / "data" / "store"


def test_upgrade_archive_of_the_first_migration_keeps_everything_and_a_copy(
    tmp_path: Path,
) -> None:
    path = tmp_path / "archive.db"
    path.write_bytes(gzip.decompress((DATA / "archive-0001.db.gz").read_bytes()))
    before = path.read_bytes()

    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        with archive.reading() as connection:
            assert daemon.last(connection) is None
            kept_records = list(records.stream(connection))
            assert [record.language for record in kept_records] == ["en", "ru"]
            assert {record.entry.published_offset for record in kept_records} == {None}
            found = search.find(connection, parse("酷刑 country:BY"), limit=5)
            assert [one.record for one in found] == ["record0002"]
            assert [one.record.id for one in ledger.waiting(connection, "desk")] == ["record0002"]
            (mail,) = outbox.waiting(connection, now=NOW, regardless=False)
            assert mail.message_id == "<1@example.org>"
        assert archive.write_now(feeds.claim, "wire", owner="us", now=NOW, until=NOW)

    kept = tmp_path / f"archive.db.before-{SHIPPED.head}"
    with closing(sqlite3.connect(f"{kept.as_uri()}?mode=ro", uri=True)) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert copy.execute("SELECT count(*) FROM records").fetchone() == (2,)
    assert len(before) <= kept.stat().st_size


@pytest.mark.parametrize("revision", SHIPPED.revisions[:-1])
def test_upgrade_from_any_revision_keeps_what_was_there(empty_place: Place, revision: str) -> None:
    password = empty_place.password and Secret(empty_place.password)
    database = located(empty_place.url, empty_place.directory, password or None)
    until = SHIPPED.revisions[: SHIPPED.revisions.index(revision) + 1]
    try:
        database.lock(NOW)
        bring_up(database, Schema(SHIPPED.scripts, until))
        with database.writer().begin() as connection:
            fill(connection)
    finally:
        database.close()

    with empty_place.open() as archive, archive.reading() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == SHIPPED.head
        assert feeds.due(connection, ("wire",), NOW, False) == ("wire",)
        assert [one.record for one in search.find(connection, parse("arvenia"), limit=2)] == [
            a_record().id
        ]
        assert daemon.last(connection) is None


def fill(connection: sa.Connection) -> None:
    """Write a feed and a record with as much of them as the archive's revision has columns for."""
    feed = {
        "feed": a_feed().name,
        "address": a_feed().address,
        "came_into_force_at": NOW,
        "state": "new",
        "because": "",
        "failures": 0,
        "entries": 0,
    }
    connection.execute(sa.insert(tables.feeds), feed)
    there = {column["name"] for column in sa.inspect(connection).get_columns("records")}
    values = {k: v for k, v in rows.record_values(a_record()).items() if k in there}
    ordinal = connection.scalar(
        sa.insert(tables.records).values(values).returning(tables.records.c.ordinal)
    )
    assert ordinal is not None
    words.add(connection, [rows.words(ordinal, a_record().title, a_record().text)])
