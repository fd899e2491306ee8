"""One writer at a time: a lock of the server, held by the session that writes and gone with it."""

from datetime import datetime

import sqlalchemy as sa

from hrwatch.errors import ArchiveHeld

PATIENCE = 2  # seconds; a writer that was just killed may keep its lock for a moment
_CALLED = "hrwatch "
_STRANGER = "another program"
WRITING = 1752331876
RETAGGING = 1752331877
# One of each for each schema of a database.
_KEY = "{}, hashtext(coalesce(current_schema(), ''))"
_HOLDER = """
    SELECT activity.application_name, activity.backend_start
    FROM pg_locks JOIN pg_stat_activity AS activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid = {}
      AND objid::bigint = hashtext(coalesce(current_schema(), ''))::bigint & 4294967295
"""


def called(process: int, host: str) -> str:
    """Return what a session is to call itself on the server, so that others can tell whose it is;
    PostgreSQL keeps 63 bytes of it."""
    return f"{_CALLED}process {process} on {host}"[:63]


def hold(
    connection: sa.engine.interfaces.DBAPIConnection, url: sa.URL, what: int = WRITING
) -> None:
    """Let the session of a new connection hold the archive for writing, or for RETAGGING beside who
    writes; raise ArchiveHeld where another one does. The server frees the lock when the session
    ends, however it ends."""
    cursor = connection.cursor()
    try:
        for _ in range(PATIENCE * 10):
            cursor.execute(f"SELECT pg_try_advisory_lock({_KEY.format(what)})")
            if cursor.fetchone() == (True,):
                return
            cursor.execute("SELECT pg_sleep(0.1)")
        cursor.execute(_HOLDER.format(what))
        row = cursor.fetchone()
        told = _told(row[0], row[1]) if row else _STRANGER
    finally:
        cursor.close()
        connection.rollback()  # the lock is the session's and stays
    if what == RETAGGING:
        raise ArchiveHeld(f"archive {url} is worked on by {told} (retag or purge): wait for it")
    raise ArchiveHeld(f"archive {url} is held by {told}: end it first, or wait for it")


def holder(connection: sa.Connection) -> str:
    """Return who holds the archive, such as "process 17 on desk since …"; empty for nobody."""
    row = connection.exec_driver_sql(_HOLDER.format(WRITING)).one_or_none()
    return _told(row[0], row[1]) if row else ""


def _told(name: str | None, since: datetime | None) -> str:
    who = (name or "").removeprefix(_CALLED) or _STRANGER
    return f"{who} since {since:%Y-%m-%dT%H:%M:%S+00:00}" if since else who
