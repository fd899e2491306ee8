"""The transport `smtp://host:port`: one connection, one recipient an envelope, plain answers. The
only home of aiosmtplib.

Without TLS, so to this machine alone. What the server said decides (RFC 5321, 4.2): a lost
connection after the body was sent leaves open whether the mail was taken; that is UNKNOWN, and a
second try with the same bytes and Message-ID lets the mailbox recognise it.
"""

import asyncio
import ipaddress
import re
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import aiosmtplib

from hrwatch import text
from hrwatch.errors import DeliverError
from hrwatch.model.mail import Delivery, Mail, Status

TIMEOUT = 60.0  # seconds for one command, twice that for the mail; all of it stays within the claim
_DEFAULT_PORT = 25
_FOR_GOOD = 500  # and above: permanent (RFC 5321, 4.2.1)
_CLOSING = 421  # the server ends the connection (RFC 5321, 3.8)
_GREETING = "localhost"  # the real name of the machine is nobody's business
_DETAIL_LIMIT = 200
_ADDRESS = re.compile(r"<?[^\s<>@]{1,200}@[^\s<>@]{1,255}")


class _Failure(NamedTuple):
    """What stopped a mail; `again`: on a fresh connection it may pass at once."""

    status: Status
    detail: str
    again: bool


def server(address: str) -> tuple[str, int]:
    """Given `smtp://host:port`, return host and port; raise DeliverError where it is malformed or
    not on this machine."""
    shown = f"mail.transport {without_login(address)!r}"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or _DEFAULT_PORT
    except ValueError as error:
        raise DeliverError(f"{shown} cannot be read: write smtp://HOST:PORT") from error
    if "@" in parts.netloc or parts.path.strip("/") or parts.query or not host:
        raise DeliverError(f"{shown}: write smtp://HOST:PORT, nothing more")
    if not _is_loopback(host):
        raise DeliverError(
            f"{shown}: without TLS mail goes to this machine only; use 127.0.0.1, ::1 or localhost"
        )
    return host, port


def without_login(address: str) -> str:
    """Return the address of a server as it may be shown: no user and no password."""
    return re.sub(r"//.*@", "//", address)


class SmtpTransport:
    """Hands mails to one server over one connection, kept between mails."""

    def __init__(
        self, host: str, port: int, *, clock: Callable[[], datetime], timeout: float = TIMEOUT
    ) -> None:
        self._host = host
        self._port = port
        self._clock = clock
        self._timeout = timeout
        self._connection: aiosmtplib.SMTP | None = None
        self._turn = asyncio.Lock()

    async def deliver(self, mail: Mail) -> Delivery:
        """Given a mail, hand it over; return SENT, DEFERRED, REFUSED or UNKNOWN with the server's
        words, the recipient's address taken out."""
        async with self._turn:
            kept = self._connection is not None
            failure = await self._try(mail)
            if failure is not None and failure.again and kept:
                failure = await self._try(mail)  # the kept connection had been closed meanwhile
        status, detail = (failure.status, failure.detail) if failure else (Status.SENT, "taken")
        return Delivery(mail.message_id, mail.subscriber, status, self._clock(), detail)

    async def close(self) -> None:
        """Say goodbye to the server, if there is a connection."""
        async with self._turn:
            connection, self._connection = self._connection, None
            if connection is not None:
                try:
                    await connection.quit(timeout=5)
                except (aiosmtplib.SMTPException, OSError):
                    connection.close()

    async def _try(self, mail: Mail) -> _Failure | None:
        """Try once; return what stopped it, or None. Only before DATA may `again` be true."""
        in_data = False
        step = "the connection"
        try:
            connection = await self._connected()
            step = "the sender"
            await connection.mail(mail.sender)
            step = "the recipient"
            await connection.rcpt(mail.recipient)
            step, in_data = "the mail", True
            # Servers look into a mail before they take it: giving up early makes second copies.
            await connection.data(mail.bytes, timeout=2 * self._timeout)
        except aiosmtplib.SMTPResponseException as error:
            failure = _answered(error, step, mail.recipient)
            await self._reset(error.code)
            return failure
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            reason = _scrubbed(str(error) or type(error).__name__, mail.recipient)
            if in_data:
                return _Failure(Status.UNKNOWN, f"no answer to the mail: {reason}", again=False)
            lost = isinstance(error, aiosmtplib.SMTPServerDisconnected)
            return _Failure(Status.DEFERRED, f"{step} failed: {reason}", again=lost)
        except ValueError:
            if in_data:
                raise
            # aiosmtplib, on newer Pythons: what stands there would say more than an address.
            self._drop()
            for_good = step == "the recipient"
            status = Status.REFUSED if for_good else Status.DEFERRED
            return _Failure(status, f"{step} is no address", again=False)
        except asyncio.CancelledError:
            self._drop()  # half a dialogue is no beginning for the next mail
            raise
        return None

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._connection is None or not self._connection.is_connected:
            connection = aiosmtplib.SMTP(
                hostname=self._host,
                port=self._port,
                local_hostname=_GREETING,
                timeout=self._timeout,
                use_tls=False,
                start_tls=False,
            )
            await connection.connect()
            self._connection = connection
        return self._connection

    async def _reset(self, code: int) -> None:
        """Leave the connection ready for the next mail, or closed."""
        if code == _CLOSING or self._connection is None:
            self._drop()
            return
        try:
            await self._connection.rset()
        except (aiosmtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _answered(error: aiosmtplib.SMTPResponseException, step: str, recipient: str) -> _Failure:
    """Given a server's no, return whether it is for good. A refused sender or greeting is the
    operator's matter, to be mended, and no fault of this recipient."""
    said = _scrubbed(f"{error.code} {error.message}", recipient)
    for_good = error.code >= _FOR_GOOD and step in ("the recipient", "the mail")
    status = Status.REFUSED if for_good else Status.DEFERRED
    return _Failure(status, f"{step} was refused: {said}", again=error.code == _CLOSING)


def _scrubbed(said: str, recipient: str) -> str:
    """Return what the server said on one line, with no address in it: logs hold no recipients."""
    said = re.sub(re.escape(recipient), "[address]", said, flags=re.IGNORECASE)
    said = _ADDRESS.sub("[address]", said)
    local = recipient.partition("@")[0]
    said = re.sub(rf"(?<!\w){re.escape(local)}(?!\w)", "[address]", said, flags=re.IGNORECASE)
    return text.clean_line(said, _DETAIL_LIMIT)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
