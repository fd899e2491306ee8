"""All that is said to SQLite alone: opening, copying, explaining its errors, full-text search."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import QueuePool

from hrwatch.errors import ArchiveError
from hrwatch.query import And, Node, Or, Phrase, Prefix, Word

HEADER = b"SQLite format 3\x00"
SIDE_FILES = ("-wal", "-shm")
OLDEST = (3, 35, 0)  # has RETURNING
_WAIT_SECONDS = 30
_ADVICE = {
    "SQLITE_FULL": "the disk is full: make room and start again, nothing was half written",
    "SQLITE_BUSY": "another program holds it: end that program and start again",
    "SQLITE_LOCKED": "another program holds it: end that program and start again",
    "SQLITE_READONLY": "it may not be written to: run as the user it belongs to, and see that "
    "neither the file nor the disk is read-only",
    "SQLITE_CANTOPEN": "it cannot be opened: see that the file and its directory belong to the "
    "user hrwatch runs as",
    "SQLITE_PERM": "it may not be opened: run as the user it belongs to",
    "SQLITE_IOERR": "the disk fails: see the system's log, then restore a backup onto a sound disk",
    "SQLITE_CORRUPT": "it is damaged: keep the file, and restore a backup (an archive.db.before-* "
    "beside it may be one)",
    "SQLITE_NOTADB": "it is no archive: move the file away, or set another archive",
    "SQLITE_TOOBIG": "a text is longer than it can hold",
}

search_index = sa.table(
    "search_index", sa.column("rowid", sa.Integer), sa.column("title"), sa.column("text")
)


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
        "PRAGMA cache_size=-16000",
    )
    return _engine(path, mode="rw", pragmas=pragmas, begin="BEGIN IMMEDIATE", connections=1)


def reading_engine(path: Path) -> sa.Engine:
    """Return an engine whose transactions each see one unchanging state and can change nothing."""
    return _engine(path, mode="ro", pragmas=("PRAGMA query_only=1",), begin="BEGIN", connections=4)


def _engine(
    path: Path, *, mode: str, pragmas: Sequence[str], begin: str, connections: int
) -> sa.Engine:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
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
        json_serializer=partial(json.dumps, ensure_ascii=False, separators=(",", ":")),
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


@contextmanager
def explaining(path: Path) -> Iterator[None]:
    """Turn what SQLite says of the file or the disk into an ArchiveError with what to do.

    Other errors (a broken constraint, wrong SQL) are bugs and pass as they are.
    """
    try:
        yield
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        name = getattr(cause, "sqlite_errorname", None) or ""
        for known, advice in _ADVICE.items():
            if name == known or name.startswith(known + "_"):
                raise ArchiveError(f"archive {path}: {advice} ({cause})") from error
        raise


def copy(path: Path, target: Path) -> None:
    """Copy the archive at `path`, committed changes only, to `target`; replaces it as a whole."""
    unfinished = target.with_name(target.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source,
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


def broken_references(connection: sa.Connection) -> int:
    """Return how many rows point at rows that do not exist."""
    return len(connection.exec_driver_sql("PRAGMA foreign_key_check").all())


def add_to_search_index(connection: sa.Connection, rows: Sequence[dict[str, object]]) -> None:
    """Index the words of records: each row holds `rowid`, `title` and `text` as search text."""
    if rows:
        connection.execute(sa.insert(search_index), list(rows))


def is_textual(node: Node) -> bool:
    """Say whether the search index can answer `node` by itself."""
    match node:
        case Word() | Phrase() | Prefix():
            return True
        case And() | Or():
            return all(map(is_textual, node.nodes))
    return False


def found_in_search_index(node: Node) -> sa.Select[tuple[int]]:
    """Given a textual node, return the query for the ordinals of what holds these words."""
    matched = sa.literal_column("search_index").op("MATCH")(sa.bindparam(None, _expression(node)))
    return sa.select(search_index.c.rowid).where(matched)


def _expression(node: Node) -> str:
    """Write a textual node in the language of FTS5. It never sees what a person wrote, only words
    that hold nothing but letters, digits and marks, each phrase in quotation marks."""
    match node:
        case Word() | Phrase():
            return f'"{" ".join(node.words)}"'
        case Prefix():
            return f'"{" ".join(node.words)}" *'
        case And() | Or():
            operator = " AND " if isinstance(node, And) else " OR "
            return f"({operator.join(map(_expression, node.nodes))})"
    raise TypeError(f"the search index knows no {type(node).__name__}")
