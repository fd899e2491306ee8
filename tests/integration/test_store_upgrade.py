"""An archive that an earlier hrwatch made, as that version left it on the disk."""

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

from builders import NOW
from hrwatch.query import parse
from hrwatch.stages.store import daemon, feeds, ledger, outbox, records, search
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.schema import SHIPPED

DATA = Path(__file__).parents[1] / "data" / "store"


def test_upgrade_archive_of_the_first_migration_keeps_everything_and_a_copy(
    tmp_path: Path,
) -> None:
    path = tmp_path / "archive.db"
    path.write_bytes(gzip.decompress((DATA / "archive-0001.db.gz").read_bytes()))
    before = path.read_bytes()

    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        with archive.reading() as connection:
            assert daemon.last(connection) is None
            assert [record.language for record in records.stream(connection)] == ["en", "ru"]
            found = search.find(connection, parse("酷刑 country:BY"), limit=5)
            assert [one.record for one in found] == ["record0002"]
            assert [r.id for r in ledger.waiting(connection, "desk")] == ["record0002"]
            assert outbox.waiting(connection, now=NOW, regardless=False) == ("<1@example.org>",)
        assert archive.write_now(feeds.claim, "wire", owner="us", now=NOW, until=NOW)

    kept = tmp_path / f"archive.db.before-{SHIPPED.head}"
    with closing(sqlite3.connect(f"{kept.as_uri()}?mode=ro", uri=True)) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert copy.execute("SELECT count(*) FROM records").fetchone() == (2,)
    assert len(before) <= kept.stat().st_size
