"""The transport `file:DIR`: one *.eml a mail, renamed into place, so that a reader of the folder
never meets half a mail."""

import asyncio
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from hrwatch.errors import DeliverError
from hrwatch.model.mail import Delivery, Mail, Status

_MESSAGE_ID = re.compile(r"<([0-9A-Za-z_-]{1,64})@[0-9A-Za-z.-]{1,190}>")


class FileTransport:
    """Writes each mail to DIR/OPAQUE.eml, after the opaque part of its Message-ID; the same mail
    again is the same file."""

    stopped = resting = ""  # a disk that is full for one mail may have room for the next

    def __init__(self, folder: Path, *, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock

    async def deliver(self, mail: Mail) -> Delivery:
        """Given a mail, write it durably; DEFERRED with the reason where the disk says no."""
        name = name_of(mail.message_id)
        try:
            await asyncio.to_thread(_write, self._folder, name, mail.bytes)
        except OSError as error:
            reason = f"{self._folder} cannot be written to: {error.strerror or error}"
            return self._told(mail, Status.DEFERRED, reason)
        return self._told(mail, Status.SENT, f"{self._folder.name}/{name}")

    async def close(self) -> None:
        """Nothing is held between mails."""

    def _told(self, mail: Mail, status: Status, detail: str) -> Delivery:
        return Delivery(mail.message_id, mail.subscriber, status, self._clock(), detail)


def name_of(message_id: str) -> str:
    """Return the file that a mail is written to; raise DeliverError where there can be none."""
    match = _MESSAGE_ID.fullmatch(message_id)
    if match is None:
        raise DeliverError(f"Message-ID {message_id!r} gives no file name: the archive is not ours")
    return f"{match[1]}.eml"


def partial_of(path: Path) -> Path:
    """Return where a mail lies until all of it is written; a power cut may leave it there."""
    return path.with_name(f".{path.name}.partial")


def _write(folder: Path, name: str, data: bytes) -> None:
    """Write, flush to disk, rename, flush the folder: what is reported as sent survives a power
    cut. Readable by the service alone: it names a subscriber."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = partial_of(folder / name)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(partial, flags, 0o600), "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(folder / name)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
