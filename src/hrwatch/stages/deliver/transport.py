"""The one door to all transports: the operator's `mail.transport` → Transport."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from hrwatch import transports
from hrwatch.errors import DeliverError
from hrwatch.model.mail import Delivery, Mail
from hrwatch.model.settings import Folder, MailSettings, Program, Server, Tls
from hrwatch.secrets import Secret
from hrwatch.stages.deliver.connection import tls_context
from hrwatch.stages.deliver.file import FileTransport
from hrwatch.stages.deliver.sendmail import SendmailTransport
from hrwatch.stages.deliver.smtp import SmtpTransport


class Transport(Protocol):
    """Where mail goes. `deliver` never raises for what a server or a disk does: it is told."""

    @property
    def stopped(self) -> str:
        """Why no mail leaves at the moment, whichever it is: somebody has to mend something first.
        Empty while mail is tried."""
        ...

    @property
    def resting(self) -> str:
        """Why no mail is tried at the moment: the same, or what may pass by itself, and would keep
        every mail from leaving. `deliver` then answers DEFERRED without asking anybody."""
        ...

    async def deliver(self, mail: Mail) -> Delivery:
        """Given a mail, try it once; return what became of it, without the recipient's address."""
        ...

    async def close(self) -> None:
        """Let go of connections; a later `deliver` opens them again."""
        ...


def open_transport(
    settings: MailSettings,
    *,
    directory: Path,
    clock: Callable[[], datetime],
    password: Callable[[], Secret] | None = None,
) -> Transport:
    """Given the settings, return their transport; raise DeliverError where there is none, and
    SecretError where it wants a password and `password` gives none.

    `file:DIR` is relative to `directory`, the state directory, the only place that transports
    write to. Nothing is connected to yet.
    """
    try:
        target = transports.parse(settings.transport)
    except ValueError as error:
        shown = transports.shown(settings.transport)
        raise DeliverError(f"mail.transport {shown!r} {error}") from None
    match target:
        case Folder(path):
            return FileTransport(directory / path, clock=clock)
        case Program(path):
            return SendmailTransport(path, directory, clock=clock)
        case Server():
            return _to_server(target, settings, clock, password)


def _to_server(
    server: Server,
    settings: MailSettings,
    clock: Callable[[], datetime],
    password: Callable[[], Secret] | None,
) -> SmtpTransport:
    if server.user:
        if password is None:
            raise DeliverError("mail.transport names a user, and no password was handed over")
        password()  # what is missing is said now, before anything is done
    context = None if server.tls is Tls.NEVER else tls_context(settings.ca_file)
    return SmtpTransport(server, clock=clock, context=context, password=password)
