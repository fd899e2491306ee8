"""An archive looked at, without opening it for work: what it is, who holds it, if it is whole."""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from hrwatch.errors import ArchiveError
from hrwatch.secrets import Secret
from hrwatch.stages.store import tables
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds as feed_table
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.database import located
from hrwatch.stages.store.mail import outbox
from hrwatch.stages.store.schema import SHIPPED
from hrwatch.stages.store.sqlite import DAMAGED, File, engines, explaining, health
from hrwatch.stages.store.statements import pieces


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands where the archive is configured to be."""

    name: str
    path: Path | None  # None: on a server
    revision: str | None  # None: there is no archive yet
    is_current: bool  # this program works with that revision
    is_older: bool  # the next writer brings it up to date
    holder: str  # "process 17 since …"; empty where nobody holds it


def standing(url: str, directory: Path, password: Secret | None) -> Standing:
    """Given the configured archive, return what is there, without changing it; raise ArchiveError
    where it cannot be read or is something else."""
    database = located(url, directory, password)
    try:
        revision, holder = database.revision(), database.holder()
    finally:
        database.close()
    current = revision == SHIPPED.head
    return Standing(
        name=database.name,
        path=database.path,
        revision=revision,
        is_current=current,
        is_older=not current and revision in SHIPPED.revisions,
        holder=holder,
    )


def damage(file: Path, limit: timedelta) -> tuple[str, ...] | None:
    """Return what is wrong with an archive's file, empty for nothing; None where reading all of it
    takes longer than `limit`. Raise ArchiveError where it cannot be read at all."""
    with (
        explaining(file),
        closing(sqlite3.connect(engines.reading_address(file), uri=True)) as connection,
    ):
        return health.damage(connection, limit)


def read_through(archive: Archive, limit: timedelta) -> int | None:
    """Read every row of an archive, and return how many there are; None where that takes longer
    than `limit`. Raise ArchiveError at what hrwatch cannot have written: damage that leaves the
    file's pages in order is found by nothing else."""
    rows, deadline = 0, time.monotonic() + limit.total_seconds()
    with archive.reading() as connection:
        for table in tables.metadata.sorted_tables:
            if table is tables.bodies:
                continue  # most of the archive, by its bytes: `hrwatch verify` reads them
            for piece in pieces(connection, table):
                rows += len(piece)
                if time.monotonic() > deadline:
                    return None
        # What stands for something else (a state, a kind of tag) is only told by being made so.
        for _ in records.stream(connection):
            if time.monotonic() > deadline:
                return None
        feed_table.states(connection, feed_table.names(connection))
        outbox.counts(connection)
    return rows


def refuse_damaged(url: str, directory: Path, limit: timedelta) -> None:
    """Raise ArchiveError where the configured archive is a file that is damaged, as far as that is
    seen within `limit`: whoever writes to it would make it worse, and might find out late."""
    found = located(url, directory, None)
    if not isinstance(found, File) or not found.path.exists():
        return
    try:
        told = damage(found.path, limit)
    except ArchiveError:
        return  # whoever opens it next says what it is
    if told:
        raise ArchiveError(f"archive {found.path}: {DAMAGED} ({'; '.join(told)})")
