"""What SQLite says of a file or a disk, as errors that tell the operator what to do."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from hrwatch.errors import ArchiveDamaged, ArchiveError
from hrwatch.stages.store.sqlite import disk

DAMAGED = (
    "it is damaged: keep the file, and restore a backup (hrwatch restore FILE; an "
    "archive.db.before-* beside it may be one); hrwatch doctor looks through all of it"
)
_BUSY = "another program holds it: end that program (fuser and lsof name it)"
_ADVICE = {
    "SQLITE_FULL": disk.FULL,
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_READONLY": "it may not be written to: run as the user it belongs to, and see that "
    "neither the file nor the disk is read-only",
    "SQLITE_CANTOPEN": "it cannot be opened: see that the file and its directory belong to the "
    "user hrwatch runs as",
    "SQLITE_PERM": "it may not be opened: run as the user it belongs to",
    "SQLITE_IOERR": disk.FAILS,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": "it is no archive: move the file away, or set another archive",
    "SQLITE_TOOBIG": "a text is longer than it can hold",
}
# What Python's driver says, with the whole text, where it is the first to look into it.
_NO_TEXT = re.compile(r"Could not decode to UTF-8 column '(\w*)'")
# What it says where the description of its tables is damaged; what is asked of it is always right.
_NO_SUCH = ("no such table", "no such column", "malformed database schema")
# What SQLite may say, too, of a disk that is full or read-only.
_PERHAPS_THE_DISK = ("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY")


@contextmanager
def explaining(path: Path) -> Iterator[None]:
    """Turn what SQLite says of the file or the disk into an ArchiveError with what to do.

    Other errors (a broken constraint, wrong SQL) are bugs and pass as they are.
    """
    try:
        yield
    except ArchiveDamaged as error:
        raise ArchiveError(f"archive {path}: {DAMAGED} ({error})") from error
    except UnicodeDecodeError as error:  # SQLite's own words, with a piece of the file in them
        raise ArchiveError(f"archive {path}: {DAMAGED} (the names of its tables)") from error
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        name = getattr(cause, "sqlite_errorname", None) or ""
        for known, advice in _ADVICE.items():
            if name == known or name.startswith(known + "_"):
                told = (known in _PERHAPS_THE_DISK and disk.trouble(path)) or advice
                if disk.fails(path):  # which SQLite may take for a damaged file
                    told = disk.FAILS
                raise ArchiveError(f"archive {path}: {told} ({cause})") from error
        if told := _damage(str(cause)):
            raise ArchiveError(f"archive {path}: {DAMAGED} ({told})") from error
        raise


def _damage(told: str) -> str:
    """Return what is damaged by what SQLite or its driver say without a name for it; empty where
    they tell of something else."""
    if garbled := _NO_TEXT.match(told):  # the whole text follows
        return f"{garbled[1] or 'a text'} is no UTF-8"
    return told if told.startswith(_NO_SUCH) else ""
