"""Whether an archive's file is whole: what SQLite finds when it reads all of it."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

_MOST_TOLD = 10
_PRIMARY = 0xFF  # of an extended error code
_AGAIN = 0.01  # seconds


def damage(
    connection: sqlite3.Connection, limit: timedelta | None = None
) -> tuple[str, ...] | None:
    """Return what is wrong with the file, empty where nothing is; None where reading all of it
    took longer than `limit`."""
    try:
        with _interrupted_after(limit, connection):
            found = connection.execute(f"PRAGMA integrity_check({_MOST_TOLD})").fetchall()
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return None
        if error.sqlite_errorcode & _PRIMARY == sqlite3.SQLITE_CORRUPT:
            return (str(error),)  # too damaged to be read to its end
        raise
    told = [line for (line,) in found if line != "ok"]
    if broken:
        told.append(f"{len(broken)} rows point at rows that do not exist")
    return tuple(told)


@contextmanager
def _interrupted_after(limit: timedelta | None, connection: sqlite3.Connection) -> Iterator[None]:
    over = threading.Event()

    def interrupt() -> None:
        if limit is None or over.wait(limit.total_seconds()):
            return
        while not over.wait(_AGAIN):  # an interrupt between two statements is forgotten
            connection.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def rows(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many rows each table has, those that the index of words is kept in too."""
    names = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    ).fetchall()
    return {name: _count(connection, name) for (name,) in names}


def _count(connection: sqlite3.Connection, table: str) -> int:
    quoted = '"' + table.replace('"', '""') + '"'
    counted = connection.execute(f"SELECT count(*) FROM {quoted}")  # noqa: S608 - a name of the file's own
    return int(counted.fetchone()[0])
