"""One writer at a time: the lock file beside the archive, and the directory that both lie in."""

import fcntl
import os
import pwd
from datetime import datetime
from pathlib import Path

from hrwatch.errors import ArchiveError, ArchiveHeld


def own_directory(directory: Path) -> None:
    """Make the archive's directory (0700) where it is missing; raise ArchiveError where it is
    another user's: files written there by us could not be written by them any more."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = directory.stat().st_uid
    except OSError as error:
        raise ArchiveError(
            f"the archive's directory {directory} cannot be made: {error}"
        ) from error
    if owner != os.geteuid():
        raise ArchiveError(
            f"the archive's directory {directory} belongs to {_user(owner)}: run hrwatch as "
            f"{_user(owner)}, or set another state directory"
        )


def hold(archive: Path, now: datetime) -> int:
    """Lock `archive` for writing and return the lock's file descriptor, to be given to `free`.

    Raise ArchiveHeld where another process (or another archive object of this one) has it. The
    kernel frees the lock when its process ends, however it ends.
    """
    path = archive.with_name(archive.name + ".lock")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ArchiveError(f"the lock file {path} cannot be opened: {error}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        process, _, since = os.read(descriptor, 200).decode("ascii", "replace").partition(" ")
        os.close(descriptor)
        raise ArchiveHeld(
            f"archive {archive} is held by process {process or 'unknown'} since "
            f"{since.strip() or 'just now'}: end it first, or wait for it"
        ) from error
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {now.isoformat(timespec='seconds')}\n".encode(), 0)
    except OSError as error:
        os.close(descriptor)
        raise ArchiveError(f"the lock file {path} cannot be written: {error}") from error
    return descriptor


def free(descriptor: int) -> None:
    """Give the lock back. The file stays: removing it could free a lock that somebody waits on."""
    os.close(descriptor)


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
