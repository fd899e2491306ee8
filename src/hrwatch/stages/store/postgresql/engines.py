"""Connections to an archive's server, each kind with what PostgreSQL has to be told first."""

import json
import os
import socket
from collections.abc import Mapping
from functools import partial

import sqlalchemy as sa
from sqlalchemy import event

from hrwatch.errors import ArchiveError
from hrwatch.secrets import Secret
from hrwatch.stages.store.postgresql import lock

_CONNECT_SECONDS = 10
# So that either end soon knows of the other that fell off the network: nobody waits for hours, and
# the server frees the lock. The server's half goes with what a connection is told first.
_KEPT_ALIVE = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,  # milliseconds
}
_PLAIN = {
    "timezone": "UTC",
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


def writing_engine(url: sa.URL, password: Secret | None, what: int) -> sa.Engine:
    """Return an engine on one connection that holds the archive by the lock `what`: a new one,
    after the server went away, takes the lock again or raises ArchiveHeld."""
    engine = _engine(url, password, settings=_WRITING, connections=1)

    @event.listens_for(engine, "connect")
    def _hold(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
        try:
            lock.hold(connection, url, what)
        except BaseException:
            connection.close()
            raise

    @event.listens_for(engine, "begin")
    def _wait_for_the_disk(connection: sa.Connection) -> None:
        if not connection.get_execution_options().get("synchronous", True):
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")

    return engine


def reading_engine(url: sa.URL, password: Secret | None) -> sa.Engine:
    """Return an engine whose transactions each see one unchanging state and can change nothing."""
    return _engine(url, password, settings=_READING, connections=4)


def _engine(
    url: sa.URL, password: Secret | None, *, settings: Mapping[str, str], connections: int
) -> sa.Engine:
    told = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_SECONDS}
    secret = {} if password is None else {"password": password.reveal()}
    options = " ".join(f"-c {name}={_escaped(value)}" for name, value in settings.items())
    called = lock.called(os.getpid(), socket.gethostname())
    try:
        return sa.create_engine(
            url,
            connect_args=_KEPT_ALIVE
            | told
            | secret
            | {"options": options, "application_name": called, "client_encoding": "utf8"},
            pool_size=connections,
            max_overflow=0,
            hide_parameters=True,  # an error's trace goes into the log, which holds no titles
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
