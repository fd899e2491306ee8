"""Where an archive is kept: a file of SQLite or a PostgreSQL server, held in the same way."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from hrwatch.errors import ArchiveError
from hrwatch.secrets import Secret
from hrwatch.stages.store import postgresql, sqlite

Migrate = Callable[[sa.Connection], None]


class Database(Protocol):
    """One place for an archive; each kind says in its own words what the archive asks of it."""

    @property
    def name(self) -> str:
        """What messages call it; no secret is part of it."""

    @property
    def path(self) -> Path | None:
        """The file it is, None where it is on a server."""

    def lock(self, now: datetime) -> None:
        """Hold it for writing until `close`; raise ArchiveHeld where somebody else does."""

    def lock_retagging(self, now: datetime) -> None:
        """Hold what keeps others from tagging anew, until `close`; it goes beside who holds the
        archive. Raise ArchiveHeld where somebody does it already."""

    def holder(self) -> str:
        """Return who holds it for writing, such as "process 17 since …"; empty for nobody."""

    def revision(self) -> str | None:
        """Return the revision of the archive in it, None where there is none, without changing
        anything; raise ArchiveError where something else is in its place."""

    def make(self, migrate: Migrate) -> None:
        """Given what makes the tables, make the archive: as a whole, or not at all."""

    def upgrade(self, migrate: Migrate, head: str) -> None:
        """Given what changes the tables to revision `head`, do it: as a whole, or not at all."""

    def writer(self) -> sa.Engine:
        """Return the engine on the one connection that writes; the database is locked. Under the
        execution option `synchronous=False` a commit does not wait for the disk."""

    def reader(self) -> sa.Engine:
        """Return the engine whose transactions see one unchanging state and change nothing."""

    def explaining(self) -> AbstractContextManager[None]:
        """Turn what the database says of itself into an ArchiveError with what to do."""

    def size(self, connection: sa.Connection) -> int:
        """Return how many bytes the archive takes."""

    def scrub(self, gone: Collection[bytes]) -> bool:
        """Let what was deleted leave the disk, as far as the database can; say whether it has:
        whether none of these stretches of it is found any more where we can look. The database was
        opened for writing, and no transaction is open."""

    def close(self) -> None:
        """Disconnect, and free the lock where it was held. Idempotent."""


def located(url: str, directory: Path, password: Secret | None) -> Database:
    """Given what is configured as the archive, a path that may be relative to `directory` or the
    address of a server, return where that is; nothing is opened yet."""
    if "://" not in url:
        return sqlite.File(directory / url)
    if url.startswith(postgresql.SCHEME):
        return postgresql.Server(url, password)
    scheme = url.partition("://")[0]
    raise ArchiveError(
        f"the archive cannot be kept in {scheme}: set archive to a path, such as archive.db, or to "
        f"{postgresql.SCHEME}user@host/database"
    )
