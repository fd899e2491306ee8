"""What the daemon says of itself, for the verbs that run beside it: one row, its last life."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hrwatch.stages.store.tables import daemon

_NAME = "daemon"


@dataclass(frozen=True, slots=True)
class DaemonState:
    """A daemon as it last told of itself."""

    pid: int
    host: str
    owner: str  # as it signs its claims
    version: str
    started_at: datetime
    beat_at: datetime  # when it was last known to live
    stopped_at: datetime | None  # None: it runs, or died without a word
    config_path: str
    config_loaded_at: datetime  # when what is in force was read
    config_error: str | None  # why the newest file is not in force; None: it is
    next_digest_at: datetime | None


def began(  # noqa: PLR0913 - what there is to tell, each by its name
    connection: sa.Connection,
    *,
    pid: int,
    host: str,
    owner: str,
    version: str,
    config_path: str,
    now: datetime,
) -> None:
    """Note that a daemon began, its configuration read; it takes the place of the one before."""
    connection.execute(sa.delete(daemon).where(daemon.c.name == _NAME))
    connection.execute(
        sa.insert(daemon).values(
            name=_NAME,
            pid=pid,
            host=host,
            owner=owner,
            version=version,
            started_at=now,
            beat_at=now,
            config_path=config_path,
            config_loaded_at=now,
        )
    )


def beat(connection: sa.Connection, now: datetime, next_digest_at: datetime | None) -> None:
    """Note that the daemon lives, and when it will write the next digest, if any."""
    _update(connection, beat_at=now, next_digest_at=next_digest_at)


def reloaded(connection: sa.Connection, now: datetime, config_error: str | None) -> None:
    """Note that the file was read again: in force since `now`, or refused with `config_error` and
    the one before kept."""
    if config_error is None:
        _update(connection, config_loaded_at=now, config_error=None)
    else:
        _update(connection, config_error=config_error)


def ended(connection: sa.Connection, now: datetime) -> None:
    """Note that the daemon ended in good order."""
    _update(connection, stopped_at=now, next_digest_at=None)


def last(connection: sa.Connection) -> DaemonState | None:
    """Return what the last daemon told of itself; None where there never was one."""
    row = connection.execute(sa.select(daemon).where(daemon.c.name == _NAME)).one_or_none()
    if row is None:
        return None
    return DaemonState(
        pid=row.pid,
        host=row.host,
        owner=row.owner,
        version=row.version,
        started_at=row.started_at,
        beat_at=row.beat_at,
        stopped_at=row.stopped_at,
        config_path=row.config_path,
        config_loaded_at=row.config_loaded_at,
        config_error=row.config_error,
        next_digest_at=row.next_digest_at,
    )


def _update(connection: sa.Connection, **values: object) -> None:
    connection.execute(sa.update(daemon).where(daemon.c.name == _NAME).values(**values))
