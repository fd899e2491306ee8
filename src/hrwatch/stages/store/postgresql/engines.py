"""Connections to an archive's server, each kind with what PostgreSQL has to be told first."""

import json
import os
import socket
from collections.abc import Mapping
from functools import partial

import sqlalchemy as sa
from sqlalchemy import event

from hrwatch.errors import ArchiveError, ArchiveHeld
from hrwatch.secrets import Secret

WRITER = "hrwatch process "  # how the connection that writes calls itself on the server
_CONNECT_SECONDS = 10
_LOCK_SECONDS = 2  # a writer that was just killed may keep its lock for a moment
_PLAIN = {
    "timezone": "UTC",
    # So that the server soon knows of a machine that fell off the network, and frees its lock.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
_WRITING = _PLAIN | {
    "synchronous_commit": "on",  # what is marked sent stays marked when the power fails
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "statement_timeout": "5min",
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "10min",
}
_READING = _PLAIN | {
    "default_transaction_isolation": "repeatable read",
    "default_transaction_read_only": "on",
    "statement_timeout": "2min",
}
# One for each schema of a database; held by the session, so that it goes when the session goes.
_KEY = "1752331876, hashtext(coalesce(current_schema(), ''))"
_HOLDER = """
    SELECT activity.application_name, activity.backend_start
    FROM pg_locks JOIN pg_stat_activity AS activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid = 1752331876
      AND objid::bigint = hashtext(coalesce(current_schema(), ''))::bigint & 4294967295
"""


def writing_engine(url: sa.URL, password: Secret | None) -> sa.Engine:
    """Return an engine on one connection that holds the archive: a new one, after the server went
    away, takes the lock again or raises ArchiveHeld."""
    engine = _engine(url, password, settings=_WRITING, connections=1)

    @event.listens_for(engine, "connect")
    def _hold(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
        try:
            _take_lock(connection, url)
        except BaseException:
            connection.close()
            raise

    return engine


def reading_engine(url: sa.URL, password: Secret | None) -> sa.Engine:
    """Return an engine whose transactions each see one unchanging state and can change nothing."""
    return _engine(url, password, settings=_READING, connections=4)


def _engine(
    url: sa.URL, password: Secret | None, *, settings: Mapping[str, str], connections: int
) -> sa.Engine:
    told = {"connect_timeout": str(_CONNECT_SECONDS), "client_encoding": "utf8"}
    secret = {} if password is None else {"password": password.reveal()}
    options = " ".join(f"-c {name}={_escaped(value)}" for name, value in settings.items())
    called = f"{WRITER}{os.getpid()} on {socket.gethostname()}"
    try:
        return sa.create_engine(
            url,
            connect_args=told | secret | {"options": options, "application_name": called[:63]},
            pool_size=connections,
            max_overflow=0,
            pool_pre_ping=True,  # a server that was started anew is met with a new connection
            json_serializer=partial(json.dumps, ensure_ascii=False, separators=(",", ":")),
        )
    except ImportError as error:
        raise ArchiveError(
            "an archive on PostgreSQL needs the library psycopg, which is not there "
            f"({error}): pip install 'hrwatch[postgresql]'"
        ) from error


def _escaped(value: str) -> str:
    return value.replace(" ", "\\ ")


def _take_lock(connection: sa.engine.interfaces.DBAPIConnection, url: sa.URL) -> None:
    cursor = connection.cursor()
    try:
        for _ in range(_LOCK_SECONDS * 10):
            cursor.execute(f"SELECT pg_try_advisory_lock({_KEY})")
            if cursor.fetchone() == (True,):
                return
            cursor.execute("SELECT pg_sleep(0.1)")
        cursor.execute(_HOLDER)
        name, since = cursor.fetchone() or (None, None)
    finally:
        cursor.close()
        connection.rollback()  # the lock is the session's and stays
    who = (name or "").removeprefix("hrwatch ") or "another program"
    when = f"{since:%Y-%m-%dT%H:%M:%S+00:00}" if since else "just now"
    raise ArchiveHeld(f"archive {url} is held by {who} since {when}: end it first, or wait for it")
