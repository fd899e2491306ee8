"""The one door to all transports: the operator's `mail.transport` → Transport."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from hrwatch.errors import DeliverError
from hrwatch.model.mail import Delivery, Mail
from hrwatch.model.settings import MailSettings
from hrwatch.stages.deliver.file import FileTransport
from hrwatch.stages.deliver.smtp import SmtpTransport, server, without_login


class Transport(Protocol):
    """Where mail goes. `deliver` never raises for what a server or a disk does: it is told."""

    async def deliver(self, mail: Mail) -> Delivery:
        """Given a mail, try it once; return what became of it, without the recipient's address."""
        ...

    async def close(self) -> None:
        """Let go of connections; a later `deliver` opens them again."""
        ...


def open_transport(
    settings: MailSettings, *, directory: Path, clock: Callable[[], datetime]
) -> Transport:
    """Given the settings, return their transport; raise DeliverError where there is none.

    `file:DIR` is relative to `directory`, the state directory. Nothing is connected to yet.
    """
    scheme, _, rest = settings.transport.partition(":")
    if scheme == "file" and rest:
        return FileTransport(directory / rest, clock=clock)
    if scheme == "smtp":
        host, port = server(settings.transport)
        return SmtpTransport(host, port, clock=clock)
    raise DeliverError(
        f"mail.transport {without_login(settings.transport)!r}: write file:DIR, or "
        "smtp://127.0.0.1:PORT for a mail server on this machine"
    )
