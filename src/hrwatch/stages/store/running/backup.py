"""Copies of an archive to rely on: made beside whoever writes, looked through before they count,
and put back without losing what was there."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hrwatch.errors import ArchiveError, ArchiveMissing, ArchiveNewer
from hrwatch.stages.store import postgresql
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.database import located
from hrwatch.stages.store.schema import SHIPPED, Schema
from hrwatch.stages.store.sqlite import SIDE_FILES, File, disk, engines, explaining, health

# Pages of 4 KB that are copied between two words about how far it is.
_PAGES = 500
_UNWRITABLE = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_TRUNCATE")

Tell = Callable[[int, int], None]  # pages copied, pages in all


@dataclass(frozen=True, slots=True)
class Contents:
    """What a copy was found to hold."""

    revision: str
    records: int  # versions of records, each of them
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of a restore."""

    contents: Contents
    archive: Path
    kept: Path | None  # where the archive that was there is now


def back_up(url: str, directory: Path, target: Path, tell: Tell) -> Contents:
    """Given the configured archive, copy it to `target`, which must not be there yet, as it stood
    at one moment; a writer goes on meanwhile. Raise ArchiveError, and leave nothing, where the
    copy cannot be made or is not whole."""
    source = _file(url, directory, "back it up with pg_dump --format=custom --file=FILE {}").path
    _refuse_to_overwrite(target)
    if File(source).revision() is None:
        raise ArchiveMissing(f"there is no archive {source}: nothing to back up")
    unfinished = target.with_name(f".{target.name}.unfinished")
    with _disappearing(unfinished, f"backup {target}"):
        with explaining(source):
            _copy(source, unfinished, tell)
            contents = _examined(unfinished, f"archive {source}", "no backup was kept of it")
        _flush(unfinished)
        _refuse_to_overwrite(target)
        unfinished.rename(target)
        _flush(target.parent)
    return contents


def restore(  # noqa: PLR0913 - each by its name
    file: Path,
    url: str,
    directory: Path,
    *,
    replace: bool,
    now: datetime,
    tell: Tell,
    schema: Schema = SHIPPED,
) -> Restored:
    """Given a backup, put a copy of it in the place of the configured archive, brought up to this
    program's schema. With `replace` one that is there is moved aside, whatever state it is in.

    Raise ArchiveHeld while somebody writes, ArchiveNewer for the backup of a newer hrwatch, and
    ArchiveError for what is no whole backup: then nothing was changed.
    """
    place = _file(url, directory, "restore it with pg_restore --clean --if-exists --dbname={} FILE")
    _check_there(file)
    place.lock(now)
    try:
        place.lock_retagging(now)
        archive = Path(os.path.realpath(place.path))
        _check_free(archive, file, replace)
        unfinished = _beside(archive, ".restoring")
        scraps = (".lock", f".before-{schema.head}")
        with _disappearing(unfinished, f"the copy {unfinished} of {file}", scraps):
            with _explaining_backup(file):
                _copy(file, unfinished, tell)
                contents = _examined(unfinished, f"backup {file}", "nothing was changed")
            if contents.revision not in schema.revisions:
                raise ArchiveNewer(
                    f"backup {file} has revision {contents.revision}, made by a newer hrwatch than "
                    "this one: install that version; nothing was changed"
                )
            # Opened as any archive is: it is migrated, and lets go of what was claimed.
            Archive.open(
                str(unfinished), directory=directory, writing=True, clock=lambda: now, schema=schema
            ).close()
            kept = _put_in_place(unfinished, archive, f".before-restore-{now:%Y%m%dT%H%M%SZ}")
    finally:
        place.close()
    return Restored(contents, archive, kept)


def _file(url: str, directory: Path, advice: str) -> File:
    """Return the archive as a file; raise ArchiveError with `advice` where it is on a server."""
    found = located(url, directory, None)
    if isinstance(found, File):
        return found
    address = found.name.replace(postgresql.SCHEME, "postgresql://", 1)
    raise ArchiveError(
        f"archive {found.name} is on a PostgreSQL server: {advice.format(repr(address))}"
    )


def _refuse_to_overwrite(target: Path) -> None:
    if os.path.lexists(target):
        raise ArchiveError(f"{target} is there already: a backup never overwrites; name a new file")


def _check_there(file: Path) -> None:
    if not file.exists():
        raise ArchiveError(f"there is no backup {file}; nothing was changed")
    if not file.is_file() or not file.stat().st_size:
        raise ArchiveError(f"{file} is no backup, but empty or no file; nothing was changed")


def _check_free(archive: Path, file: Path, replace: bool) -> None:
    """Raise ArchiveError where restoring `file` as `archive` would replace what nobody named."""
    if archive.exists() and archive.samefile(file):
        raise ArchiveError(f"{file} is the archive itself: name a backup of it")
    if not replace and (os.path.lexists(archive) or _holds(_beside(archive, "-wal"))):
        raise ArchiveError(
            f"there is an archive {archive}: say --replace to move it aside and have {file} in its "
            "place; nothing was changed"
        )


def _copy(source: Path, target: Path, tell: Tell) -> None:
    """Copy the database, committed changes only, as it stands at this moment, into one file."""
    with closing(_opened(source)) as original, closing(sqlite3.connect(target)) as copied:
        # As long as this transaction lasts, no writer can make the copy begin anew.
        original.execute("BEGIN")
        before = health.rows(original)
        with _writing():
            original.backup(
                copied,
                pages=_PAGES,
                progress=lambda _, left, pages: tell(pages - left, pages),
            )
            # Not WAL: one file, to be read even where nothing can be written.
            copied.execute("PRAGMA journal_mode=DELETE")
        if health.rows(copied) != before:
            raise ArchiveError(f"the copy of {source} does not hold the same rows: try again")


def _opened(source: Path) -> sqlite3.Connection:
    return sqlite3.connect(engines.reading_address(source), uri=True, timeout=30)


def _examined(copy: Path, whose: str, outcome: str) -> Contents:
    """Return what the copy holds; raise ArchiveError, blaming `whose`, where it is not whole."""
    with closing(_opened(copy)) as connection:
        if found := health.damage(connection):
            raise ArchiveError(f"{whose} is damaged ({'; '.join(found)}): {outcome}")
        rows = health.rows(connection)
        if not {"alembic_version", "records"} <= rows.keys():
            raise ArchiveError(f"{whose} is a database, but not an archive of hrwatch: {outcome}")
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return Contents(str(revision), rows["records"], copy.stat().st_size)


def _put_in_place(new: Path, archive: Path, end: str) -> Path | None:
    """Move `new` to `archive`; return where what was there is kept now, None for nothing."""
    kept = None
    if archive.exists() or _holds(_beside(archive, "-wal")):
        kept = _beside(archive, end)
        # Under both names until the new one stands: whenever this is killed, there is an archive.
        for part in ("-wal", ""):
            if _holds(_beside(archive, part)):
                _double(_beside(archive, part), _beside(kept, part))
        _flush(archive.parent)
        for part in SIDE_FILES:  # beside the new one they would be taken for its own
            _beside(archive, part).unlink(missing_ok=True)
    new.replace(archive)
    _flush(archive.parent)
    return kept


def _holds(file: Path) -> bool:
    """Say whether there is anything in a file; readers leave empty ones beside the archive."""
    return file.exists() and file.stat().st_size > 0


def _double(file: Path, name: Path) -> None:
    try:
        name.hardlink_to(file)
    except OSError:  # a file system without links, or a name that is taken, which is told below
        with name.open("xb") as copied, file.open("rb") as original:
            shutil.copyfileobj(original, copied)
        _flush(name)


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _flush(path: Path) -> None:
    """Have the disk keep what was written: a file's bytes, or a folder's names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _disappearing(path: Path, what: str, scraps: tuple[str, ...] = ()) -> Iterator[None]:
    """Make an empty file that only its owner may read; whatever is left of it at the end goes. An
    error of the disk becomes an ArchiveError about `what`."""

    def remove() -> None:
        for end in ("", "-journal", *SIDE_FILES, *scraps):
            _beside(path, end).unlink(missing_ok=True)

    try:
        remove()
        path.touch(mode=0o600, exist_ok=False)
        try:
            yield
        finally:
            remove()
    except OSError as error:
        raise ArchiveError(f"{what} cannot be written: {disk.reason(error)}") from error


@contextmanager
def _writing() -> Iterator[None]:
    """Tell trouble with the disk of the copy apart from trouble with what is copied."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname in _UNWRITABLE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise


@contextmanager
def _explaining_backup(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise ArchiveError(
            f"backup {file} cannot be read ({error}): use another one; nothing was changed"
        ) from error
