"""What was deleted leaves an archive's file, even what was deleted carelessly before."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from builders import TEXT, a_record
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.sqlite import engines

NAME = "Kzintavak of the quay, who is invented"


def leave(folder: Path) -> None:
    """Delete something as SQLite does by itself: the page is free, and holds it still."""
    with closing(sqlite3.connect(folder / "archive.db")) as connection:
        connection.execute("PRAGMA secure_delete=0")
        connection.execute("INSERT INTO progress VALUES (?, 1)", (NAME,))
        connection.commit()
        connection.execute("DELETE FROM progress WHERE name = ?", (NAME,))
        connection.commit()


def held(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in sorted(folder.glob("archive.db*")))


def test_scrub_writes_a_file_anew_that_holds_what_was_deleted_before(tmp_path: Path) -> None:
    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        archive.write_now(records.add, (a_record(),))
        leave(tmp_path)
        assert NAME.encode() in held(tmp_path)

        assert archive.scrub([NAME.encode()])

        assert NAME.encode() not in held(tmp_path)
        with archive.reading() as connection:
            assert [one.text for one in records.stream(connection)] == [TEXT]


def test_scrub_of_what_another_article_says_too_leaves_that_alone(tmp_path: Path) -> None:
    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        archive.write_now(records.add, (a_record(),))
        assert archive.scrub([TEXT[:40].encode()])
        assert TEXT[:40].encode() in held(tmp_path)


def test_scrub_while_somebody_reads_an_older_state_says_that_it_is_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_WAIT_SECONDS", 0.1)
    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        archive.write_now(records.add, (a_record(title=NAME, text=NAME),))
        with closing(sqlite3.connect(tmp_path / "archive.db")) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM records").fetchone()
            archive.write_now(records.add, (a_record("later000001"),))
            assert not archive.scrub([b"nowhere to be found"])
        assert archive.scrub([b"nowhere to be found"])
