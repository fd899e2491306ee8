"""An archive in a file: where it lies, who holds it, how it is made and changed as a whole."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa

from hrwatch.errors import ArchiveError
from hrwatch.stages.store.sqlite import disk, engines, lock, scrubbing, trouble
from hrwatch.stages.store.statements import stamp

_HEADER = b"SQLite format 3\x00"
SIDE_FILES = ("-wal", "-shm")


class File:
    """An archive in a file, held for writing by a lock file beside it."""

    def __init__(self, path: Path) -> None:
        engines.check_version()
        self._path = path
        self._locks: list[int] = []

    @property
    def name(self) -> str:
        return str(self._path)

    @property
    def path(self) -> Path:
        return self._path

    def lock(self, now: datetime) -> None:
        """Hold the archive for writing; its directory is made where it is missing."""
        lock.own_directory(self._path.parent)
        self._locks.append(lock.hold(self._path, now))

    def lock_retagging(self, now: datetime) -> None:
        """Hold what keeps others from tagging anew; it goes beside who holds the archive."""
        lock.own_directory(self._path.parent)
        self._locks.append(lock.hold(self._path, now, lock.RETAGGING))

    def holder(self) -> str:
        """Return who holds the archive for writing; empty for nobody."""
        return lock.holder(self._path)

    def revision(self) -> str | None:
        """Return the archive's revision, None where there is no file."""
        if not self._path.exists():
            if self._path.is_symlink():
                raise ArchiveError(
                    f"{self._path} is a link to a file that is not there: mount or restore what it "
                    "leads to, or remove the link to begin a new archive"
                )
            return None
        self._check_header()
        engine = engines.reading_engine(self._path)
        try:
            with self.explaining(), engine.begin() as connection:
                found = stamp(connection)
        finally:
            engine.dispose()
        if found is None:
            raise ArchiveError(
                f"{self._path} is a database, but not an archive of hrwatch: set another archive"
            )
        return found

    def make(self, migrate: Callable[[sa.Connection], None]) -> None:
        """Make the archive beside its place, and put it there when it is whole."""
        log = self._beside("-wal")
        if log.exists() and log.stat().st_size:  # readers leave empty ones behind
            raise ArchiveError(
                f"archive {self._path} is gone, but its {self._path.name}-wal is there and may "
                "hold records: put the archive back beside it, or move both away to begin a new one"
            )
        unfinished = self._beside(".new")
        with self._explaining_disk():
            for end in ("", *SIDE_FILES):
                unfinished.with_name(unfinished.name + end).unlink(missing_ok=True)
            unfinished.touch(mode=0o600)
            self._change(unfinished, migrate)
            unfinished.replace(self._path)

    def upgrade(self, migrate: Callable[[sa.Connection], None], head: str) -> None:
        """Change the archive's tables, a copy of it kept as FILE.before-HEAD."""
        with self._explaining_disk():
            engines.copy(self._path, self._beside(f".before-{head}"))
            self._change(self._path, migrate)

    def writer(self) -> sa.Engine:
        """Return the engine on the one connection that writes."""
        return self._writer

    def reader(self) -> sa.Engine:
        """Return the engine on the few connections that read."""
        return self._reader

    def explaining(self) -> AbstractContextManager[None]:
        """Turn what SQLite says of the file or the disk into an ArchiveError."""
        return trouble.explaining(self._path)

    def size(self, connection: sa.Connection) -> int:
        """Return the file's size in bytes."""
        counted = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        return int(connection.exec_driver_sql(counted).scalar_one())

    def scrub(self, gone: Collection[bytes]) -> bool:
        """Empty the write-ahead log into the file; where the file still holds any of these
        stretches, which no row has, in pages from before they were overwritten, write it anew."""
        return scrubbing.scrub(self._path, self._writer, self._reader, gone)

    def close(self) -> None:
        """Disconnect, move everything into the one file, free the lock. Idempotent."""
        if reader := self.__dict__.pop("_reader", None):
            reader.dispose()
        try:
            if writer := self.__dict__.pop("_writer", None):
                try:
                    with self.explaining():
                        engines.checkpoint(writer)
                finally:
                    writer.dispose()
        finally:
            while self._locks:
                lock.free(self._locks.pop())

    @cached_property
    def _writer(self) -> sa.Engine:
        return engines.writing_engine(self._path)

    @cached_property
    def _reader(self) -> sa.Engine:
        return engines.reading_engine(self._path)

    def _beside(self, end: str) -> Path:
        return self._path.with_name(self._path.name + end)

    def _check_header(self) -> None:
        try:
            with self._path.open("rb") as file:
                head = file.read(len(_HEADER))
        except OSError as error:
            raise ArchiveError(
                f"archive {self._path} cannot be read: {disk.reason(error)}"
            ) from error
        if head != _HEADER:
            told = "is empty" if not head else "is no SQLite database"
            raise ArchiveError(
                f"archive {self._path} {told}: restore a backup in its place, move it away to "
                "begin a new archive, or set another archive"
            )

    @contextmanager
    def _explaining_disk(self) -> Iterator[None]:
        try:
            with self.explaining():
                yield
        except OSError as error:
            raise ArchiveError(
                f"archive {self._path} cannot be made ready: {disk.reason(error)}"
            ) from error

    def _change(self, path: Path, migrate: Callable[[sa.Connection], None]) -> None:
        """Run `migrate` in one transaction: after a crash all of it is there, or nothing."""
        # Tables that are rebuilt would trip over references while they are gone: checked at the
        # end.
        engine = engines.writing_engine(path, foreign_keys=False)
        try:
            with engine.begin() as connection:
                migrate(connection)
                if broken := _broken_references(connection):
                    raise ArchiveError(
                        f"archive {path} was not migrated: {broken} rows point at rows that do not "
                        "exist; it is unchanged, restore a backup"
                    )
            engines.checkpoint(engine)
        finally:
            engine.dispose()


def _broken_references(connection: sa.Connection) -> int:
    """Return how many rows point at rows that do not exist."""
    return len(connection.exec_driver_sql("PRAGMA foreign_key_check").all())
