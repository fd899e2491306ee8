"""Bytes of a named file: regular ones of bearable size only, never waiting for a pipe or device."""

import os
import stat
from pathlib import Path


def content(path: Path, limit: int) -> bytes:
    """Given a path, return what stands there, at most `limit` bytes; raise ValueError with a
    sentence for the operator where that cannot be had."""
    try:
        # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise ValueError(unreadable(error)) from error
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise ValueError(unreadable(IsADirectoryError()))
        if not stat.S_ISREG(mode):
            raise ValueError("is not a regular file, but a pipe, a socket or a device")
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            body = stream.read(limit + 1)
    except OSError as error:
        raise ValueError(unreadable(error)) from error
    finally:
        os.close(descriptor)
    if len(body) > limit:
        raise ValueError(f"is larger than {limit // 1_000_000} MB, the most that is read")
    return body


def unreadable(error: OSError | ValueError) -> str:
    """Return why a file cannot be read, in words for the operator that go behind its name."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "does not exist"
    if isinstance(error, PermissionError):
        return "may not be read by this user; change its owner or mode"
    if isinstance(error, IsADirectoryError):
        return "is a directory; name the file in it"
    reason = error.strerror if isinstance(error, OSError) else "that is no path"
    return f"cannot be read: {reason}"
