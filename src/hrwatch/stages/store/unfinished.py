"""The mark of an archive that is still being filled from another.

No verb opens it as an archive: the rows that are missing might be those that tell what was mailed.
"""

from datetime import datetime

import sqlalchemy as sa

from hrwatch.errors import ArchiveError
from hrwatch.stages.store.tables import copying


def begin(connection: sa.Connection, source: str, now: datetime) -> None:
    """Note that the archive is being filled from the one that is called `source`."""
    connection.execute(sa.insert(copying).values(source=source, since=now))


def end(connection: sa.Connection) -> None:
    """Note that it holds all of it."""
    connection.execute(sa.delete(copying))


def source_of(connection: sa.Connection) -> str | None:
    """Return what the archive is being filled from, None where it is whole."""
    source: str | None = connection.scalar(sa.select(copying.c.source))
    return source


def refuse(connection: sa.Connection, name: str) -> None:
    """Raise ArchiveError where the archive, called `name`, is being filled."""
    if source := source_of(connection):
        raise ArchiveError(
            f"archive {name} is an unfinished copy of {source}: configure that one, and finish "
            "with hrwatch copy-archive"
        )
