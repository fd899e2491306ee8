"""One writer at a time: the lock file beside the archive, and the directory that both lie in.

A second lock file is for whoever tags anew: one at a time too, but beside the writer.
"""

import fcntl
import os
import pwd
import time
from datetime import datetime
from pathlib import Path

from hrwatch.errors import ArchiveError, ArchiveHeld
from hrwatch.stages.store.sqlite import disk

# `holder` has the lock for some microseconds.
_LOOKS = 3
_A_LOOK_SECONDS = 0.05
WRITING = ".lock"
RETAGGING = ".retagging"


def own_directory(directory: Path) -> None:
    """Make the archive's directory (0700) where it is missing; raise ArchiveError where it is
    another user's: files written there by us could not be written by them any more.

    One that is there keeps its mode: it may be anybody's home. `doctor` tells what is open.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = directory.stat().st_uid
    except OSError as error:
        raise ArchiveError(
            f"the archive's directory {directory} cannot be made: {disk.reason(error)}"
        ) from error
    if owner != os.geteuid():
        raise ArchiveError(
            f"the archive's directory {directory} belongs to {_user(owner)}: run hrwatch as "
            f"{_user(owner)}, give it to {_user(os.geteuid())} (chown -R), or set another state "
            "directory"
        )


def hold(archive: Path, now: datetime, what: str = WRITING) -> int:
    """Lock `archive` for writing, or for RETAGGING, and return the lock's file descriptor, to be
    given to `free`.

    Raise ArchiveHeld where another process (or another archive object of this one) has it. The
    kernel frees the lock when its process ends, however it ends.
    """
    path = archive.with_name(archive.name + what)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ArchiveError(
            f"the lock file {path} cannot be opened: {disk.reason(error)}"
        ) from error
    if not _locked(descriptor):
        told = _told(descriptor)
        os.close(descriptor)
        if what == RETAGGING:
            raise ArchiveHeld(
                f"archive {archive} is worked on by {told} (retag or purge): wait for it"
            )
        raise ArchiveHeld(f"archive {archive} is held by {told}: end it first, or wait for it")
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {now.isoformat(timespec='seconds')}\n".encode(), 0)
    except OSError as error:
        os.close(descriptor)
        raise ArchiveError(
            f"the lock file {path} cannot be written: {disk.reason(error)}"
        ) from error
    return descriptor


def holder(archive: Path) -> str:
    """Return who holds `archive` for writing, such as "process 17 since …"; empty for nobody."""
    try:
        descriptor = os.open(archive.with_name(archive.name + WRITING), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ArchiveError(f"the lock file of {archive} cannot be read: {error}") from error
    try:
        # For a moment the lock is ours, shared with whoever else is looking.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _told(descriptor)
    finally:
        os.close(descriptor)
    return ""


def free(descriptor: int) -> None:
    """Give the lock back. The file stays: removing it could free a lock that somebody waits on."""
    os.close(descriptor)


def _locked(descriptor: int) -> bool:
    """Say whether the lock is ours now; somebody who only looks at it is waited for."""
    for _ in range(_LOOKS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_A_LOOK_SECONDS)
        else:
            return True
    return False


def _told(descriptor: int) -> str:
    process, _, since = os.read(descriptor, 200).decode("ascii", "replace").partition(" ")
    return f"process {process or 'unknown'} since {since.strip() or 'just now'}"


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
