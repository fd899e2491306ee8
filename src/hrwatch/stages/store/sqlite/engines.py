"""Connections to an archive's file, each kind with what SQLite has to be told first."""

import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import QueuePool

from hrwatch.errors import ArchiveError

OLDEST = (3, 35, 0)  # has RETURNING
_WAIT_SECONDS = 30


def check_version(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Raise ArchiveError where the SQLite that Python was built with cannot do what we ask."""
    if version < OLDEST:
        told = ".".join(map(str, version))
        wanted = ".".join(map(str, OLDEST))
        raise ArchiveError(
            f"SQLite {told} is too old for the archive: use a Python that comes with {wanted} or "
            'newer (python -c "import sqlite3; print(sqlite3.sqlite_version)")'
        )


def writing_engine(path: Path, *, foreign_keys: bool = True) -> sa.Engine:
    """Return an engine on one connection whose every transaction holds the write lock at once.

    A deferred BEGIN fails half-way when two writers meet; BEGIN IMMEDIATE waits its turn.
    """
    pragmas = (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",  # what is marked sent stays marked when the power fails
        f"PRAGMA foreign_keys={int(foreign_keys)}",
        "PRAGMA journal_size_limit=67108864",
        "PRAGMA secure_delete=1",  # what is deleted is overwritten; a purge promises that
        "PRAGMA cache_size=-16000",
    )
    return _engine(path, mode="rw", pragmas=pragmas, begin=_begin_writing, connections=1)


def reading_engine(path: Path) -> sa.Engine:
    """Return an engine whose transactions each see one unchanging state and can change nothing."""
    return _engine(
        path, mode="ro", pragmas=("PRAGMA query_only=1",), begin=_begin_reading, connections=4
    )


def _begin_writing(connection: sa.Connection) -> None:
    waits = connection.get_execution_options().get("synchronous", True)
    if connection.info.get("synchronous", True) != waits:
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if waits else 'NORMAL'}")
        connection.info["synchronous"] = waits
    _begin(connection, "BEGIN IMMEDIATE")


def _begin_reading(connection: sa.Connection) -> None:
    _begin(connection, "BEGIN")


def _begin(connection: sa.Connection, statement: str) -> None:
    # Past SQLAlchemy: half of what a small transaction costs would be the way of these words.
    connection.connection.cursor().execute(statement)


def _engine(
    path: Path,
    *,
    mode: str,
    pragmas: Sequence[str],
    begin: Callable[[sa.Connection], None],
    connections: int,
) -> sa.Engine:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw" if mode == "rw" else reading_address(path),
            uri=True,
            timeout=_WAIT_SECONDS,
            isolation_level=None,  # transactions are begun below, not by the driver
            check_same_thread=False,  # the pool hands a connection to one thread at a time
        )
        try:
            for pragma in pragmas:
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise
        return connection

    engine = sa.create_engine(
        "sqlite+pysqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # an error's trace goes into the log, which holds no titles
        json_serializer=partial(json.dumps, ensure_ascii=False, separators=(",", ":")),
    )

    event.listen(engine, "begin", begin)
    return engine


def reading_address(path: Path) -> str:
    """Return how SQLite is told to open a file for reading, wherever it lies."""
    how = "mode=ro&immutable=1" if _is_still(path) else "mode=ro"
    return f"{path.absolute().as_uri()}?{how}"


def _is_still(path: Path) -> bool:
    """Say whether nobody can change the file, and all there is stands in it: SQLite then has to be
    told, because it cannot make the files beside it by which readers mind a writer."""
    try:
        if not os.statvfs(path).f_flag & os.ST_RDONLY:
            return False
    except OSError:
        return False
    log = path.with_name(path.name + "-wal")
    return not log.exists() or log.stat().st_size == 0


def copy(path: Path, target: Path) -> None:
    """Copy the archive at `path`, committed changes only, to `target`; replaces it as a whole."""
    unfinished = target.with_name(target.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    with (
        closing(sqlite3.connect(reading_address(path), uri=True)) as source,
        closing(sqlite3.connect(unfinished)) as copied,
    ):
        source.backup(copied)
    unfinished.replace(target)


def checkpoint(engine: sa.Engine) -> None:
    """Move what the write-ahead log holds into the file itself, as far as readers let us: whoever
    opens the archive next sees the same either way, so that nobody is waited for."""
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA busy_timeout=0")
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
