"""The disk that an archive lies on: what it refuses, in words that say what to do."""

import errno
import os
from pathlib import Path

FULL = "the disk is full: make room; nothing was half written, the next attempt goes on from there"
READ_ONLY = (
    "the disk is mounted read-only: see the system's log (dmesg) for why, and mount it for writing"
)
FAILS = (
    "the disk fails: see the system's log (dmesg); mend or replace it, and restore a backup if the "
    "archive did not survive"
)
FOREIGN = "it belongs to another user: run hrwatch as that user, or give it to the one it runs as"
# Without so many bytes SQLite cannot even make the files by which readers and writer mind each
# other, and calls that an input/output error.
_LEAST = 262_144
_OF_THE_DISK = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: READ_ONLY,
    errno.EIO: FAILS,
}
_REASONS = {**_OF_THE_DISK, errno.EACCES: FOREIGN, errno.EPERM: FOREIGN}


def trouble(path: Path) -> str:
    """Return why nothing can be written beside `path`, where its disk is the reason; else an empty
    string. The file that tells has no name, and is gone when it is closed."""
    try:
        if os.statvfs(path.parent).f_flag & os.ST_RDONLY:
            return READ_ONLY
        descriptor = os.open(path.parent, os.O_TMPFILE | os.O_WRONLY, 0o600)
    except OSError as error:
        return _OF_THE_DISK.get(error.errno or 0, "")
    try:
        # A disk that stopped being written to, for an error it met, may tell only now.
        os.write(descriptor, bytes(_LEAST))
        os.fsync(descriptor)
    except OSError as error:
        return _OF_THE_DISK.get(error.errno or 0, "")
    finally:
        os.close(descriptor)
    return ""


def fails(path: Path) -> bool:
    """Say whether not even the first byte of `path` can be had from its disk."""
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        return error.errno == errno.EIO
    return False


def reason(error: OSError) -> str:
    """Return what an error of the system means here."""
    return _REASONS.get(error.errno or 0, error.strerror or str(error))
