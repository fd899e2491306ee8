"""The archive as the pipeline holds it: opened once, written by one thread, read by a few."""

import asyncio
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

import sqlalchemy as sa

from hrwatch.errors import ArchiveError
from hrwatch.secrets import Secret
from hrwatch.stages.store import unfinished
from hrwatch.stages.store.articles import feeds, visits, words
from hrwatch.stages.store.database import Database, located
from hrwatch.stages.store.mail import outbox
from hrwatch.stages.store.notes import Notes
from hrwatch.stages.store.schema import SHIPPED, Schema, bring_up, make_or_require, require
from hrwatch.stages.store.statements import stamp

P = ParamSpec("P")
T = TypeVar("T")
_READERS = 3


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Archive:
    """What was polled and mailed. Functions of this package's modules are run through it, each
    call one transaction: all of it is kept, or nothing."""

    def __init__(self, database: Database, *, writing: bool, beside: bool = False) -> None:
        self._database = database
        self._beside = beside  # of a writer, who may bring it up to a later revision
        self._writing = database.writer() if writing else None
        self._reading = database.reader()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="archive-writer")
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="archive-reader")
        self._notes = Notes(self._writer, partial(self._change, False))

    @classmethod
    def open(  # noqa: PLR0913 - each by its name
        cls,
        url: str,
        *,
        directory: Path,
        writing: bool,
        clock: Callable[[], datetime] = _utc_now,
        schema: Schema = SHIPPED,
        password: Secret | None = None,
        copy_of: str | None = None,
    ) -> Self:
        """Given the configured archive, a path that may be relative to `directory` or the address
        of a PostgreSQL server, which may want a `password`, return it open.

        For writing it is locked, made where it is missing, and migrated. Raise ArchiveHeld where
        another process writes, ArchiveNewer where a newer hrwatch made it, else ArchiveError.
        With `copy_of` it is opened to be filled from the archive of that name, and not migrated.
        """
        database = located(url, directory, password)
        with ExitStack() as undo:
            undo.callback(database.close)
            if writing:
                database.lock(clock())
            if copy_of is not None:
                begin = partial(unfinished.begin, source=copy_of, now=clock())
                make_or_require(database, schema, begin)
            elif writing:
                bring_up(database, schema)
            else:
                require(database, schema)
            archive = cls(database, writing=writing)
            if copy_of is None:
                with archive.reading() as connection:
                    unfinished.refuse(connection, archive.name)
            if writing and copy_of is None:
                # We hold the lock, so whoever claimed anything is gone.
                archive.write_now(feeds.release_all)
                archive.write_now(outbox.release_all)
                archive.write_now(visits.release_all)
            undo.pop_all()
        return archive

    @classmethod
    def open_beside(
        cls,
        url: str,
        *,
        directory: Path,
        clock: Callable[[], datetime] = _utc_now,
        password: Secret | None = None,
    ) -> Self:
        """Given the same as `open`, return the archive open for tagging anew, which goes beside
        whoever holds it for writing: it is not migrated, and nothing that is claimed is released.

        Raise ArchiveHeld where another process tags anew, else ArchiveError.
        """
        database = located(url, directory, password)
        with ExitStack() as undo:
            undo.callback(database.close)
            require(database, SHIPPED)
            database.lock_retagging(clock())
            archive = cls(database, writing=True, beside=True)
            with archive.reading() as connection:
                unfinished.refuse(connection, archive.name)
            undo.pop_all()
        return archive

    @property
    def name(self) -> str:
        """What to call it: its path, or the address of its server, without a password."""
        return self._database.name

    @property
    def path(self) -> Path | None:
        """The file it is kept in; None where a server keeps it."""
        return self._database.path

    def size(self) -> int:
        """Return how many bytes it takes."""
        with self.reading() as connection:
            return self._database.size(connection)

    async def write(
        self,
        function: Callable[Concatenate[sa.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `function(connection, …)` in the writer thread as one transaction, return its result.

        A caller that is cancelled meanwhile leaves the transaction to end by itself.
        """
        return await asyncio.get_running_loop().run_in_executor(
            self._writer, lambda: self.write_now(function, *args, **kwargs)
        )

    async def note(
        self,
        function: Callable[Concatenate[sa.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """As `write`, without waiting for the disk, which is most of what a small transaction
        costs: when the power fails, the last few notes may be as if they had never been. A process
        that is killed loses none, and what is written later never outlives what was noted before.
        Notes that come together are one transaction; one that fails spoils no other.
        """
        noted: T = await self._notes.add(lambda c: _finished(function(c, *args, **kwargs)))
        return noted

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

    def scrub(self, gone: Collection[bytes]) -> bool:
        """Let what was deleted leave the disk; say whether none of these stretches of it is found
        any more. An index of words is written anew in small steps, beside whoever writes."""
        first = True
        while self.write_now(words.forget, first=first):
            first = False
        with self._database.explaining():
            return self._database.scrub(gone)

    def write_now(
        self,
        function: Callable[Concatenate[sa.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `function(connection, …)` in this thread as one transaction."""
        return self._change(True, lambda connection: function(connection, *args, **kwargs))

    def _change(self, synchronous: bool, function: Callable[[sa.Connection], T]) -> T:
        if self._writing is None:
            raise ArchiveError(f"archive {self.name} was opened for reading only")
        with self._database.explaining(), self._writing.connect() as connection:
            # Of the connection, not of the engine: an engine with options of its own is made anew,
            # and asks twice for everything that listens, at every transaction.
            connection.execution_options(synchronous=synchronous)
            return self._changed(connection, function)

    def _changed(self, connection: sa.Connection, function: Callable[[sa.Connection], T]) -> T:
        with connection.begin():
            if self._beside and stamp(connection) != SHIPPED.head:
                raise ArchiveError(
                    f"archive {self.name} was brought up to another revision meanwhile: run this "
                    "again with the hrwatch that did it"
                )
            return _finished(function(connection))

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a read-only connection on one unchanging state, for this thread."""
        with self._database.explaining(), self._reading.begin() as connection:
            yield connection

    def close(self) -> None:
        """End what is running, disconnect, free the lock. Idempotent."""
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _finished(result: T) -> T:
    """Return `result`; a generator would run after its transaction ended, on no connection."""
    if isinstance(result, Iterator):
        raise TypeError("consume the iterator inside the function that is given to the archive")
    return result
