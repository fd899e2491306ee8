"""The transports `smtp:`, `smtp+starttls:` and `smtps:`: one connection, one recipient an envelope,
plain answers.

What the server said decides (RFC 5321, 4.2): a lost connection after the body was sent leaves open
whether the mail was taken; that is UNKNOWN, and a second try with the same bytes and Message-ID
lets the mailbox recognise it.
"""

import asyncio
import ssl
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import aiosmtplib

from hrwatch.model.mail import Delivery, Mail, Status
from hrwatch.model.settings import Server
from hrwatch.secrets import Secret
from hrwatch.stages.deliver.connection import connect, drop, goodbye
from hrwatch.stages.deliver.failures import Stop, about_us, plain_words, scrubbed
from hrwatch.stages.deliver.rest import Rest

# Seconds for one command, twice that for all before the mail, and again for each half of the mail:
# together, even with a second try, less than the claim.
TIMEOUT = 60.0
_FOR_GOOD = 500  # and above: permanent (RFC 5321, 4.2.1)
_CLOSING = 421  # the server ends the connection (RFC 5321, 3.8)
_LOGIN_WANTED = 530  # RFC 4954, 6


class _Failure(NamedTuple):
    """What stopped a mail; `again`: on a fresh connection it may pass at once."""

    status: Status
    detail: str
    again: bool


class SmtpTransport:
    """Hands mails to one server over one connection, kept between mails."""

    def __init__(
        self,
        server: Server,
        *,
        clock: Callable[[], datetime],
        context: ssl.SSLContext | None = None,
        password: Callable[[], Secret] | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        """`password` is asked at every login, so that a changed one is used without a restart."""
        self._server = server
        self._clock = clock
        self._context = context
        self._password = password
        self._timeout = timeout
        self._connection: aiosmtplib.SMTP | None = None
        self._turn = asyncio.Lock()
        self._rest = Rest(clock)

    @property
    def stopped(self) -> str:
        """Why nothing is tried at the moment: no STARTTLS, a certificate that is not the server's,
        a login that it refuses. Empty where mail is tried."""
        return self._rest.reason

    async def deliver(self, mail: Mail) -> Delivery:
        """Given a mail, hand it over; return SENT, DEFERRED, REFUSED or UNKNOWN with the server's
        words, the recipient's address taken out. While `stopped`, DEFERRED without asking."""
        async with self._turn:
            failure = self._resting()
            if failure is None:
                kept = self._connection is not None
                failure = await self._try(mail)
                if failure is not None and failure.again and kept:
                    failure = await self._try(mail)  # the kept one had been closed meanwhile
        status, detail = (failure.status, failure.detail) if failure else (Status.SENT, "taken")
        return Delivery(mail.message_id, mail.subscriber, status, self._clock(), detail)

    async def close(self) -> None:
        """Say goodbye to the server, if there is a connection."""
        async with self._turn:
            connection, self._connection = self._connection, None
            if connection is not None:
                await goodbye(connection)

    def _resting(self) -> _Failure | None:
        reason = self.stopped
        return _Failure(Status.DEFERRED, reason, again=False) if reason else None

    async def _try(self, mail: Mail) -> _Failure | None:
        """Try once; return what stopped it, or None. Only before DATA may `again` be true."""
        in_data = False
        step = "the connection"
        try:
            async with asyncio.timeout(2 * self._timeout):
                connection = await self._connected()
                step = "the sender"
                await connection.mail(mail.sender)
                step = "the recipient"
                await connection.rcpt(mail.recipient)
            step, in_data = "the mail", True
            # Servers look into a mail before they take it: giving up early makes second copies.
            await connection.data(mail.bytes, timeout=2 * self._timeout)
        except Stop as stop:
            self._rest.begin(str(stop))
            return _Failure(Status.DEFERRED, str(stop), again=False)
        except aiosmtplib.SMTPResponseException as error:
            failure = self._answered(error, step, mail.recipient)
            await self._reset(error.code)
            return failure
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            reason = scrubbed(plain_words(error, self._server), mail.recipient)
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
            self._connection = None
            self._connection = await connect(
                self._server,
                context=self._context,
                password=self._password,
                timeout=self._timeout,
            )
            self._rest.end()
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
            drop(self._connection)
            self._connection = None

    def _answered(
        self, error: aiosmtplib.SMTPResponseException, step: str, recipient: str
    ) -> _Failure:
        """Given a server's no, return whether it is for good. A refused greeting, sender or login
        is the operator's matter, to be mended, and no fault of this recipient."""
        said = scrubbed(f"{error.code} {error.message}", recipient)
        ours = error.code == _LOGIN_WANTED or (error.code >= _FOR_GOOD and about_us(said))
        of_the_mail = step in ("the recipient", "the mail") and not ours
        status = Status.REFUSED if error.code >= _FOR_GOOD and of_the_mail else Status.DEFERRED
        detail = f"{step} was refused: {said}"
        if ours and not self._server.user:
            detail += "; does it want a login? See mail.transport"
        return _Failure(status, detail, again=error.code == _CLOSING and step != "the mail")
