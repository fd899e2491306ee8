"""What PostgreSQL says of itself or the way to it, as errors that tell the operator what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from hrwatch.errors import ArchiveDamaged, ArchiveError

# By the beginnings of SQLSTATE (PostgreSQL's documentation, appendix A); the longest that fits.
_ADVICE = {
    "08": "the connection to the server was lost: see that it runs; what was not finished is not "
    "written",
    "25006": "it may not be written to: the server is a standby or read-only, or the archive was "
    "opened for reading",
    "25P03": "the server ended a transaction that had stood still: start again",
    "28": "the server refuses the user or the password: see archive_password_file, and pg_hba.conf",
    "3D000": "the server has no such database: make it (createdb --encoding=UTF8 …)",
    "3F": "the user has no schema to keep tables in: see its search_path",
    "40001": "another program changed the same: try again, nothing was half written",
    "40P01": "another program waited for this one and this one for it, so that the server stopped "
    "this one: try again, nothing was half written",
    "42501": "the user may not do that there: make it the owner of the database",
    "53": "the server has too little memory or too many connections: see its log",
    "53100": "the server's disk is full: make room and start again, nothing was half written",
    "54": "a text is longer than it can hold",
    "55P03": "another program holds its tables: end that program and start again",
    "57": "the server was shut down or is starting: see that it runs; what was not finished is not "
    "written",
    "57014": "the server took too long and was stopped: see its load and its log",
    "58": "the server's disk fails: see its log, then restore a backup onto a sound disk",
    "F0": "the server's configuration is broken: see its log",
    "XX001": "it is damaged: see the server's log, and restore a backup",
    "XX002": "an index is damaged: see the server's log, then REINDEX",
}
_DAMAGED = _ADVICE["XX001"]
_UNREACHED = (
    "the server cannot be reached, or refuses us: see that it runs, and that host, port, user, "
    "password and database are right"
)


@contextmanager
def explaining(name: str) -> Iterator[None]:
    """Turn what PostgreSQL says of itself or the network into an ArchiveError with what to do.

    Other errors (a broken constraint, wrong SQL) are bugs and pass as they are.
    """
    try:
        yield
    except ArchiveDamaged as error:
        raise ArchiveError(f"archive {name}: {_DAMAGED} ({error})") from error
    except sa.exc.DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None) or ""
        advice = next(
            (_ADVICE[state[:length]] for length in (5, 2) if state[:length] in _ADVICE), None
        )
        if not state and isinstance(error, sa.exc.OperationalError):
            advice = _UNREACHED
        if advice is None:
            raise
        cause = " ".join(str(error.orig).split())
        raise ArchiveError(f"archive {name}: {advice} ({cause})") from error
