"""An archive on a PostgreSQL server: which database it is in, who holds it, how it is made."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property

import sqlalchemy as sa

from hrwatch.errors import ArchiveError
from hrwatch.secrets import Secret
from hrwatch.stages.store.postgresql import engines, lock, trouble
from hrwatch.stages.store.statements import stamp

SCHEME = "postgresql+psycopg://"
_OLDEST = 130_000  # PostgreSQL 13, the oldest that its developers still looked after in 2025
# Whatever a purge takes something out of.
_PURGED = ("records", "tags", "search_index", "sketches", "captures", "bodies", "outbox", "visits")


class Server:
    """An archive in a database of its own, held for writing by a lock of the writing session."""

    def __init__(self, url: str, password: Secret | None) -> None:
        try:
            given = sa.make_url(url)
        except (sa.exc.ArgumentError, ValueError):
            raise ArchiveError(
                f"the archive's address cannot be read: write {SCHEME}user@host/database"
            ) from None
        # The address is told in messages. A password in it, which the configuration refuses
        # anyway, goes the way of the other.
        self._password = password if given.password is None else Secret(str(given.password))
        self._url = sa.URL.create(
            given.drivername,
            username=given.username,
            host=given.host,
            port=given.port,
            database=given.database,
            query=given.query,
        )
        self._held_for = lock.WRITING

    @property
    def name(self) -> str:
        return str(self._url)

    @property
    def path(self) -> None:
        return None

    def lock(self, now: datetime) -> None:
        """Hold the archive for writing, from the server's own time on."""
        with self.explaining(), self._writer.connect() as connection:
            self._check(connection)

    def lock_retagging(self, now: datetime) -> None:
        """Hold what keeps others from tagging anew; it goes beside who holds the archive."""
        self._held_for = lock.RETAGGING
        self.lock(now)

    def holder(self) -> str:
        """Return who holds the archive for writing; empty for nobody."""
        with self.explaining(), self._reader.connect() as connection:
            return lock.holder(connection)

    def revision(self) -> str | None:
        """Return the archive's revision, None where the database is empty."""
        with self.explaining(), self._reader.connect() as connection:
            found = stamp(connection)
            if found is None and sa.inspect(connection).get_table_names():
                raise ArchiveError(
                    f"{self.name} holds tables, but not an archive of hrwatch: give it a database "
                    "of its own"
                )
        return found

    def make(self, migrate: Callable[[sa.Connection], None]) -> None:
        """Make the archive in one transaction."""
        with self.explaining(), self._writer.begin() as connection:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            migrate(connection)

    def upgrade(self, migrate: Callable[[sa.Connection], None], head: str) -> None:
        """Change the archive's tables in one transaction; a copy is for the server's own tools."""
        self.make(migrate)

    def writer(self) -> sa.Engine:
        """Return the engine on the one connection that writes and holds the lock."""
        return self._writer

    def reader(self) -> sa.Engine:
        """Return the engine on the few connections that read."""
        return self._reader

    def explaining(self) -> AbstractContextManager[None]:
        """Turn what PostgreSQL says of itself or the network into an ArchiveError."""
        return trouble.explaining(self.name)

    def size(self, connection: sa.Connection) -> int:
        """Return how many bytes the archive's tables and indexes take."""
        tables = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' "
        ours = "AND relnamespace = current_schema()::regnamespace"
        return int(connection.exec_driver_sql(tables + ours).scalar_one())

    def scrub(self, gone: Collection[bytes]) -> bool:
        """Free the room of deleted rows, to be written over; what a server's files, its log and its
        backups hold besides is its own tools' matter."""
        tables = ", ".join(_PURGED)
        with self._writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql(f"VACUUM {tables}")
            connection.exec_driver_sql("RESET statement_timeout")
        return True

    def close(self) -> None:
        """Disconnect, which frees the lock. Idempotent."""
        for name in ("_reader", "_writer"):
            if engine := self.__dict__.pop(name, None):
                engine.dispose()

    @cached_property
    def _writer(self) -> sa.Engine:
        return engines.writing_engine(self._url, self._password, self._held_for)

    @cached_property
    def _reader(self) -> sa.Engine:
        return engines.reading_engine(self._url, self._password)

    def _check(self, connection: sa.Connection) -> None:
        version = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
        if int(version) < _OLDEST:
            raise ArchiveError(
                f"archive {self.name}: the server is older than PostgreSQL {_OLDEST // 10_000}: "
                "update it, or use another"
            )
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise ArchiveError(
                f"archive {self.name}: the database is encoded in {encoding} and cannot hold every "
                "script: make it anew (createdb --encoding=UTF8 --template=template0)"
            )
