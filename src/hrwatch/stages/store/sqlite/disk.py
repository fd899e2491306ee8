"""The disk that an archive lies on: what it refuses, in words that say what to do."""

import errno
import os
from pathlib import Path

FULL = "the disk is full: make room; nothing was half written, the next attempt goes on from there"
READ_ONLY = (
    "the disk is mounted read-only: see the system's log (dmesg) for why, and mount it for writing"
)
FOREIGN = "it belongs to another user: run hrwatch as that user, or give it to the one it runs as"
# With less than this, SQLite cannot even make the files by which readers and writer mind each
# other, and calls that an input/output error.
_LEAST = 262_144
_REASONS = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: FOREIGN,
    errno.EPERM: FOREIGN,
}


def trouble(path: Path) -> str:
    """Return why nothing can be written beside `path`, where its disk is the reason; else an empty
    string."""
    try:
        found = os.statvfs(path.parent)
    except OSError:
        return ""
    if found.f_flag & os.ST_RDONLY:
        return READ_ONLY
    return FULL if found.f_bavail * found.f_frsize < _LEAST else ""


def reason(error: OSError) -> str:
    """Return what an error of the system means here."""
    return _REASONS.get(error.errno or 0, error.strerror or str(error))
