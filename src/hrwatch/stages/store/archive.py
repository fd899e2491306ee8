"""The archive as the pipeline holds it: opened once, written by one thread, read by a few."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

import sqlalchemy as sa

from hrwatch.errors import ArchiveError, ArchiveMissing
from hrwatch.stages.store import feeds, lock, outbox, schema, sqlite
from hrwatch.stages.store.schema import SHIPPED, Schema

P = ParamSpec("P")
T = TypeVar("T")
_READERS = 3


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Archive:
    """What was polled and mailed. Functions of this package's modules are run through it, each
    call one transaction: all of it is kept, or nothing."""

    def __init__(self, path: Path, *, held: int | None) -> None:
        self.path = path
        self._held = held
        self._writing = sqlite.writing_engine(path) if held is not None else None
        self._reading = sqlite.reading_engine(path)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="archive-writer")
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="archive-reader")

    @classmethod
    def open(
        cls,
        url: str,
        *,
        directory: Path,
        writing: bool,
        clock: Callable[[], datetime] = _utc_now,
        schema: Schema = SHIPPED,
    ) -> Self:
        """Given the configured archive, a path that may be relative to `directory`, return it open.

        For writing it is locked, made where it is missing, and migrated. Raise ArchiveHeld where
        another process writes, ArchiveNewer where a newer hrwatch made it, else ArchiveError.
        """
        sqlite.check_version()
        path = _located(url, directory)
        return (
            cls._open_writing(path, clock(), schema) if writing else cls._open_reading(path, schema)
        )

    @classmethod
    def _open_writing(cls, path: Path, now: datetime, known: Schema) -> Self:
        lock.own_directory(path.parent)
        with ExitStack() as undo:
            held = lock.hold(path, now)
            undo.callback(lock.free, held)
            if not path.exists():
                schema.create(path, known)
            elif schema.revision(path, known) != known.head:
                schema.upgrade(path, known)
            archive = cls(path, held=held)
            undo.pop_all()
            undo.callback(archive.close)
            # We hold the lock, so whoever claimed anything is gone.
            archive.write_now(feeds.release_all)
            archive.write_now(outbox.release_all)
            undo.pop_all()
        return archive

    @classmethod
    def _open_reading(cls, path: Path, known: Schema) -> Self:
        if not path.exists():
            raise ArchiveMissing(
                f"there is no archive {path}: nothing polled yet: run hrwatch once"
            )
        found = schema.revision(path, known)
        if found != known.head:
            raise ArchiveError(
                f"archive {path} has revision {found}, older than this hrwatch ({known.head}): "
                "run hrwatch once to bring it up to date; it is copied first"
            )
        return cls(path, held=None)

    async def write(
        self,
        function: Callable[Concatenate[sa.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `function(connection, …)` in the writer thread as one transaction, return its result.

        A caller that is cancelled meanwhile leaves the transaction to end by itself.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._writer, lambda: self.write_now(function, *args, **kwargs)
        )

    async def read(
        self,
        function: Callable[Concatenate[sa.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `function(connection, …)` in a reader thread on one unchanging state."""

        def call() -> T:
            with self.reading() as connection:
                return _finished(function(connection, *args, **kwargs))

        return await asyncio.get_running_loop().run_in_executor(self._readers, call)

    def write_now(
        self,
        function: Callable[Concatenate[sa.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `function(connection, …)` in this thread as one transaction."""
        if self._writing is None:
            raise ArchiveError(f"archive {self.path} was opened for reading only")
        with sqlite.explaining(self.path), self._writing.begin() as connection:
            return _finished(function(connection, *args, **kwargs))

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a read-only connection on one unchanging state, for this thread."""
        with sqlite.explaining(self.path), self._reading.begin() as connection:
            yield connection

    def close(self) -> None:
        """End what is running, move everything into the one file, free the lock. Idempotent."""
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self._reading.dispose()
        if self._writing is None or self._held is None:
            return
        try:
            with sqlite.explaining(self.path):
                sqlite.checkpoint(self._writing)
        finally:
            self._writing.dispose()
            lock.free(self._held)
            self._writing = self._held = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _located(url: str, directory: Path) -> Path:
    if "://" in url:
        scheme = url.partition("://")[0]
        raise ArchiveError(
            f"this version keeps its archive in SQLite, not in {scheme}: set archive to a path, "
            "such as archive.db"
        )
    return directory / url


def _finished(result: T) -> T:
    """Return `result`; a generator would run after its transaction ended, on no connection."""
    if isinstance(result, Iterator):
        raise TypeError("consume the iterator inside the function that is given to the archive")
    return result
