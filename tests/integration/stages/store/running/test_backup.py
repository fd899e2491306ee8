"""Backups: made beside a writer, whole or not at all; put back without losing what was there."""

import gzip
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from builders import NOW, a_capture, a_record
from disks import a_disk, fill
from hrwatch.errors import ArchiveError, ArchiveHeld, ArchiveNewer
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.evidence import captures, tombstones
from hrwatch.stages.store.evidence.verifying import verify
from hrwatch.stages.store.running import backup

DATA = Path(__file__).parents[4] / "data" / "store"
STAMP = "20260302T090000Z"
SIDE_FILES = {f"archive.db{end}" for end in ("-wal", "-shm", ".lock", ".retagging")}


def an_archive(directory: Path, *ids: str) -> Path:
    with Archive.open("archive.db", directory=directory, writing=True) as archive:
        archive.write_now(records.add, tuple(map(a_record, ids)))
    return directory / "archive.db"


def ids_in(directory: Path, name: str = "archive.db") -> list[str]:
    with (
        Archive.open(name, directory=directory, writing=False) as archive,
        archive.reading() as connection,
    ):
        return [record.id for record in records.stream(connection)]


def back_up(directory: Path, target: Path, tell: backup.Tell = lambda *_: None) -> backup.Contents:
    return backup.back_up("archive.db", directory, target, tell)


def restore(
    file: Path, directory: Path, *, replace: bool = False, tell: backup.Tell = lambda *_: None
) -> backup.Restored:
    return backup.restore(file, "archive.db", directory, replace=replace, now=NOW, tell=tell)


def test_back_up_gives_one_private_file_that_holds_the_same(tmp_path: Path) -> None:
    an_archive(tmp_path / "state", "first-record", "second-record")
    target = tmp_path / "100% safe.db"

    contents = back_up(tmp_path / "state", target)

    assert (contents.records, contents.size) == (2, target.stat().st_size)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"state", target.name}
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert ids_in(tmp_path, target.name) == ["first-record", "second-record"]


def test_back_up_beside_a_writer_is_one_moment_of_it_and_holds_nobody_up(tmp_path: Path) -> None:
    words = "invented words " * 1_000
    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        long = (a_record(f"record{number:06}", text=f"{number} {words}") for number in range(300))
        archive.write_now(records.add, tuple(long))
        stop = threading.Event()
        written = []

        def write() -> None:
            number = 1000
            while not stop.is_set():
                archive.write_now(records.add, (a_record(f"record{number:06}"),))
                written.append(number)
                number += 1

        told: list[tuple[int, int]] = []
        writer = threading.Thread(target=write)
        writer.start()
        try:
            before = len(written)
            contents = back_up(tmp_path, tmp_path / "copy.db", lambda *step: told.append(step))
            during = len(written) - before
        finally:
            stop.set()
            writer.join()

    assert during > 0
    assert len(told) > 2
    assert told == sorted(told)  # it never began anew
    assert 300 <= contents.records <= 300 + len(written)


def _none(path: Path) -> None:
    path.parent.mkdir()


def _torn(path: Path) -> None:
    an_archive(path.parent, *(f"record{number:06}" for number in range(300)))
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes(4096) + whole[middle + 4096 :])


def _foreign(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (title)")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_none, "there is no archive"),
        (_torn, "is damaged"),
        (_foreign, "not an archive of hrwatch"),
    ],
)
def test_back_up_of_no_sound_archive_is_refused_and_leaves_nothing(
    tmp_path: Path, spoil: Callable[[Path], None], told: str
) -> None:
    spoil(tmp_path / "state" / "archive.db")

    with pytest.raises(ArchiveError, match=told):
        back_up(tmp_path / "state", tmp_path / "copy.db")

    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_back_up_overwrites_nothing(tmp_path: Path) -> None:
    an_archive(tmp_path, "record-one")
    target = tmp_path / "notes.txt"
    target.write_text("mine")

    with pytest.raises(ArchiveError, match="never overwrites"):
        back_up(tmp_path, target)

    assert target.read_text() == "mine"


def test_back_up_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    an_archive(tmp_path / "state", "record-one")

    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(tmp_path / "state", tmp_path / "copy.db", interrupt)

    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_back_up_into_no_folder_says_so(tmp_path: Path) -> None:
    an_archive(tmp_path, "record-one")
    with pytest.raises(ArchiveError, match="cannot be written: No such file"):
        back_up(tmp_path, tmp_path / "stick" / "copy.db")


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a megabyte, with an archive on it and no room for a second."""
    with a_disk(tmp_path / "full disk", 1) as folder:
        an_archive(folder, "record-one")
        fill(folder, left=100_000)
        yield folder


def test_back_up_onto_a_full_disk_names_the_backup_and_leaves_nothing(
    tmp_path: Path, full_disk: Path
) -> None:
    an_archive(tmp_path / "state", "record-one", "record-two")
    before = {path.name for path in full_disk.iterdir()}

    with pytest.raises(ArchiveError, match=r"copy\.db cannot be written: the disk is full"):
        back_up(tmp_path / "state", full_disk / "copy.db")

    assert {path.name for path in full_disk.iterdir()} == before


def test_restore_onto_a_full_disk_changes_nothing(tmp_path: Path, full_disk: Path) -> None:
    an_archive(tmp_path, "record-two")
    back_up(tmp_path, tmp_path / "copy.db")

    with pytest.raises(ArchiveError, match="cannot be written: the disk is full"):
        restore(tmp_path / "copy.db", full_disk, replace=True)

    assert not list(full_disk.glob("*restor*"))
    (full_disk / "filler").unlink()
    assert ids_in(full_disk) == ["record-one"]


@pytest.mark.parametrize(
    ("verb", "tool"),
    [("back_up", "pg_dump .*'postgresql://desk@db/news'"), ("restore", "pg_restore")],
)
def test_archive_on_a_server_is_left_to_the_servers_tools(
    tmp_path: Path, verb: str, tool: str
) -> None:
    url = "postgresql+psycopg://desk@db/news"
    with pytest.raises(ArchiveError, match=tool):
        if verb == "back_up":
            backup.back_up(url, tmp_path, tmp_path / "copy", lambda *_: None)
        else:
            backup.restore(tmp_path, url, tmp_path, replace=False, now=NOW, tell=lambda *_: None)


def test_restore_where_nothing_is_makes_the_archive(tmp_path: Path) -> None:
    an_archive(tmp_path / "old", "record-one")
    back_up(tmp_path / "old", tmp_path / "copy.db")

    done = restore(tmp_path / "copy.db", tmp_path / "new")

    assert done.kept is None
    assert ids_in(tmp_path / "new") == ["record-one"]
    left = {path.name for path in (tmp_path / "new").iterdir()}
    assert left - SIDE_FILES == {"archive.db"}
    assert stat.S_IMODE((tmp_path / "new" / "archive.db").stat().st_mode) == 0o600


def test_restored_archive_holds_its_captures_whole(tmp_path: Path) -> None:
    bodies = [b"<p>One.</p>", b"<p>Two.</p>"]
    with Archive.open("archive.db", directory=tmp_path / "state", writing=True) as archive:
        archive.write_now(captures.append, [(a_capture(body), body) for body in bodies])
        archive.write_now(tombstones.erase, [1], "asked for", NOW, "hrwatch 9")
        with archive.reading() as connection:
            head = captures.end_of(connection).chain_hash
    back_up(tmp_path / "state", tmp_path / "backup.db")

    restore(tmp_path / "backup.db", tmp_path / "other")

    with (
        Archive.open("archive.db", directory=tmp_path / "other", writing=False) as archive,
        archive.reading() as connection,
    ):
        found = verify(connection, pytest.fail, lambda *_: None, head)
    assert (found.captures, found.removed, found.head_at) == (1, 1, 3)


def test_restore_over_an_archive_wants_to_be_told_and_keeps_it(tmp_path: Path) -> None:
    an_archive(tmp_path, "record-one")
    back_up(tmp_path, tmp_path / "copy.db")
    present = an_archive(tmp_path, "record-two").read_bytes()

    with pytest.raises(ArchiveError, match="say --replace"):
        restore(tmp_path / "copy.db", tmp_path)
    assert (tmp_path / "archive.db").read_bytes() == present
    done = restore(tmp_path / "copy.db", tmp_path, replace=True)

    assert done.kept == tmp_path / f"archive.db.before-restore-{STAMP}"
    assert done.kept.read_bytes() == present
    assert ids_in(tmp_path) == ["record-one"]
    assert ids_in(tmp_path, done.kept.name) == ["record-one", "record-two"]


def test_restore_keeps_what_only_the_log_of_a_killed_writer_holds(tmp_path: Path) -> None:
    an_archive(tmp_path / "state", "record-one")
    back_up(tmp_path / "state", tmp_path / "copy.db")
    killed = tmp_path / "killed"
    killed.mkdir()
    with Archive.open("archive.db", directory=tmp_path / "state", writing=True) as archive:
        archive.write_now(records.add, (a_record("record-two"),))
        for name in ("archive.db", "archive.db-wal"):  # as a power cut leaves them
            shutil.copy(tmp_path / "state" / name, killed / name)

    done = restore(tmp_path / "copy.db", killed, replace=True)

    assert done.kept is not None
    assert ids_in(killed) == ["record-one"]
    assert ids_in(killed, done.kept.name) == ["record-one", "record-two"]


def test_restore_replaces_even_what_is_no_archive_any_more(tmp_path: Path) -> None:
    an_archive(tmp_path, "record-one")
    back_up(tmp_path, tmp_path / "copy.db")
    (tmp_path / "archive.db").write_bytes(b"nothing that was ever a database")

    done = restore(tmp_path / "copy.db", tmp_path, replace=True)

    assert done.kept is not None
    assert done.kept.read_bytes() == b"nothing that was ever a database"
    assert ids_in(tmp_path) == ["record-one"]


def test_restore_archive_of_an_older_hrwatch_is_brought_up_to_date(tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    old.write_bytes(gzip.decompress((DATA / "archive-0001.db.gz").read_bytes()))

    done = restore(old, tmp_path / "state")

    assert done.contents.revision == "0001"
    assert ids_in(tmp_path / "state") == ["record0001", "record0002"]
    assert {path.name for path in tmp_path.iterdir()} <= {
        "state",
        "old.db",
        "old.db-wal",
        "old.db-shm",
    }


def _newer(path: Path) -> None:
    an_archive(path.parent, "record-one")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def _empty(path: Path) -> None:
    path.parent.mkdir()
    path.touch()


def _text(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("feeds:\n" * 100)


@pytest.mark.parametrize(
    ("spoil", "error", "told"),
    [
        (_none, ArchiveError, "there is no backup"),
        (_empty, ArchiveError, "is no backup, but empty"),
        (_text, ArchiveError, "cannot be read .file is not a database"),
        (_foreign, ArchiveError, "not an archive of hrwatch"),
        (_torn, ArchiveError, "backup .* is damaged|backup .* cannot be read"),
        (_newer, ArchiveNewer, "9999, made by a newer hrwatch"),
    ],
)
def test_restore_of_what_is_no_sound_backup_changes_nothing(
    tmp_path: Path, spoil: Callable[[Path], None], error: type[ArchiveError], told: str
) -> None:
    spoil(tmp_path / "backups" / "archive.db")
    present = an_archive(tmp_path / "state", "record-one").read_bytes()

    with pytest.raises(error, match=told):
        restore(tmp_path / "backups" / "archive.db", tmp_path / "state", replace=True)

    assert (tmp_path / "state" / "archive.db").read_bytes() == present
    left = {path.name for path in (tmp_path / "state").iterdir()}
    assert left - SIDE_FILES == {"archive.db"}


def test_restore_while_somebody_tags_anew_is_refused(tmp_path: Path) -> None:
    an_archive(tmp_path, "record-one")
    back_up(tmp_path, tmp_path / "copy.db")
    with (
        Archive.open_beside("archive.db", directory=tmp_path),
        pytest.raises(ArchiveHeld, match="worked on by process"),
    ):
        restore(tmp_path / "copy.db", tmp_path, replace=True)
    restore(tmp_path / "copy.db", tmp_path, replace=True)


def test_restore_of_the_archive_over_itself_is_refused(tmp_path: Path) -> None:
    path = an_archive(tmp_path, "record-one")
    with pytest.raises(ArchiveError, match="is the archive itself"):
        restore(path, tmp_path, replace=True)
    assert ids_in(tmp_path) == ["record-one"]


def test_restore_while_somebody_writes_is_refused(tmp_path: Path) -> None:
    an_archive(tmp_path, "record-one")
    back_up(tmp_path, tmp_path / "copy.db")
    with (
        Archive.open("archive.db", directory=tmp_path, writing=True),
        pytest.raises(ArchiveHeld, match="held by process"),
    ):
        restore(tmp_path / "copy.db", tmp_path, replace=True)


def test_restore_that_is_interrupted_changes_nothing(tmp_path: Path) -> None:
    an_archive(tmp_path, "record-one")
    back_up(tmp_path, tmp_path / "copy.db")

    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(tmp_path / "copy.db", tmp_path, replace=True, tell=interrupt)

    assert ids_in(tmp_path) == ["record-one"]
    assert not list(tmp_path.glob("*restor*"))
    an_archive(tmp_path, "record-two")  # the lock is free again


def test_restore_archive_elsewhere_by_a_link_is_replaced_where_it_lies(tmp_path: Path) -> None:
    real = an_archive(tmp_path / "large disk", "record-one")
    back_up(tmp_path / "large disk", tmp_path / "copy.db")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "archive.db").symlink_to(real)

    done = restore(tmp_path / "copy.db", tmp_path / "state", replace=True)

    assert done.archive == real
    assert (tmp_path / "state" / "archive.db").is_symlink()
    assert ids_in(tmp_path / "state") == ["record-one"]
