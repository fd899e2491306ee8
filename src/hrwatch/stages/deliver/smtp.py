"""The transports `smtp:`, `smtp+starttls:` and `smtps:`: one connection, a second one beside a mail
that takes long; one recipient an envelope, plain answers.

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
from hrwatch.stages.deliver.failures import (
    Stop,
    about_us,
    is_full,
    of_policy,
    plain_words,
    scrubbed,
)
from hrwatch.stages.deliver.rest import SHORT_REST, Rest
from hrwatch.stages.deliver.turns import Turns

# Seconds for one command, twice that for all before the mail, and again for each half of the mail:
# together, even with a second try, less than the claim.
TIMEOUT = 60.0
_FOR_GOOD = 500  # and above: permanent (RFC 5321, 4.2.1)
_CLOSING = 421  # the server ends the connection (RFC 5321, 3.8)
_LOGIN_WANTED = 530  # RFC 4954, 6
_OURS = ("the connection", "the sender")  # steps that are the same for every mail


class _Failure(NamedTuple):
    """What stopped a mail; `again`: on a fresh connection it may pass at once."""

    status: Status
    detail: str
    again: bool
    of_recipient: bool = False
    of_everybody: bool = False  # the next mail would fare the same


class SmtpTransport:
    """Hands mails to one server over one connection, kept between mails, and one more for each that
    takes long."""

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
        self._idle: list[aiosmtplib.SMTP] = []
        self._busy: set[aiosmtplib.SMTP] = set()
        self._turns = Turns(timeout)
        self._connecting = asyncio.Lock()  # a wrong password is tried once, not by everybody
        self._rest = Rest(clock)
        self._away = Rest(clock, SHORT_REST)

    @property
    def stopped(self) -> str:
        """Why nothing is tried at the moment: no STARTTLS, a certificate that is not the server's,
        a login that it refuses. Empty where mail is tried."""
        return self._rest.reason

    @property
    def resting(self) -> str:
        """The same, or why no server was there, or none for our sender, a moment ago."""
        return self.stopped or self._away.reason

    async def deliver(self, mail: Mail) -> Delivery:
        """Given a mail, hand it over; return SENT, DEFERRED, REFUSED or UNKNOWN with the server's
        words, the recipient's address taken out. While `resting`, DEFERRED without asking."""
        async with self._turns.taken():
            reason = self.resting
            failure = _Failure(Status.DEFERRED, reason, again=False) if reason else None
            if not reason:
                kept = bool(self._idle)
                failure = await self._try(mail)
                if failure is not None and failure.again and kept:
                    self._drop_idle()  # what was kept had been closed meanwhile
                    failure = await self._try(mail)
            # A server that is busy with another mail of ours is there; it wants no more at once.
            if failure is not None and failure.of_everybody and not self._busy:
                self._away.begin(failure.detail)
        told = failure or _Failure(Status.SENT, "taken", again=False)
        at = self._clock()
        return Delivery(
            mail.message_id, mail.subscriber, told.status, at, told.detail, told.of_recipient
        )

    async def close(self) -> None:
        """Say goodbye to the server, wherever there is a connection."""
        async with self._turns.taken():
            while self._idle:
                await goodbye(self._idle.pop())

    async def _try(self, mail: Mail) -> _Failure | None:
        """Try once; return what stopped it, or None. Only before DATA may `again` be true."""
        in_data = False
        step = "the connection"
        connection = None
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
            if not self.resting:
                self._rest.begin(str(stop))
            return _Failure(Status.DEFERRED, str(stop), again=False)
        except aiosmtplib.SMTPResponseException as error:
            failure = self._answered(error, step, mail.recipient)
            await self._reset(connection, error.code)
            connection = None
            return failure
        except (aiosmtplib.SMTPException, OSError) as error:
            reason = scrubbed(plain_words(error, self._server), mail.recipient)
            if in_data:
                return _Failure(Status.UNKNOWN, f"no answer to the mail: {reason}", again=False)
            lost = isinstance(error, aiosmtplib.SMTPServerDisconnected)
            detail = f"{step} failed: {reason}"
            return _Failure(Status.DEFERRED, detail, lost, of_everybody=step in _OURS)
        except ValueError:
            if in_data:
                raise
            # aiosmtplib, on newer Pythons: what stands there would say more than an address.
            for_good = step == "the recipient"
            status = Status.REFUSED if for_good else Status.DEFERRED
            detail = f"{step} is no address"
            return _Failure(status, detail, again=False, of_recipient=for_good)
        else:
            self._leave(connection)
            connection = None
        finally:
            # What failed in the middle is no beginning for the next mail.
            self._drop(connection)
        return None

    async def _connected(self) -> aiosmtplib.SMTP:
        """Return a connection for one mail."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_connected:
                self._busy.add(connection)
                return connection
        async with self._connecting:
            if reason := self.resting:  # since another mail just tried
                raise Stop(reason)
            connection = await connect(
                self._server,
                context=self._context,
                password=self._password,
                timeout=self._timeout,
            )
        self._busy.add(connection)
        self._rest.end()
        self._away.end()
        return connection

    async def _reset(self, connection: aiosmtplib.SMTP | None, code: int) -> None:
        """Leave the connection ready for the next mail, or closed."""
        if connection is None or code == _CLOSING:
            self._drop(connection)
            return
        try:
            await connection.rset()
        except (aiosmtplib.SMTPException, OSError):
            self._drop(connection)
        else:
            self._leave(connection)

    def _leave(self, connection: aiosmtplib.SMTP) -> None:
        self._busy.discard(connection)
        self._idle.append(connection)

    def _drop(self, connection: aiosmtplib.SMTP | None) -> None:
        if connection is not None:
            self._busy.discard(connection)
            drop(connection)

    def _drop_idle(self) -> None:
        while self._idle:
            drop(self._idle.pop())

    def _answered(
        self, error: aiosmtplib.SMTPResponseException, step: str, recipient: str
    ) -> _Failure:
        """Given a server's no, return whether it is for good. A refused greeting, sender or login
        is the operator's matter, to be mended, and no fault of this recipient."""
        said = scrubbed(f"{error.code} {error.message}", recipient)
        for_good = error.code >= _FOR_GOOD and not is_full(said)
        ours = error.code == _LOGIN_WANTED or (for_good and about_us(said))
        of_recipient = for_good and step == "the recipient" and not (ours or of_policy(said))
        refused = of_recipient or (for_good and step == "the mail" and not ours)
        status = Status.REFUSED if refused else Status.DEFERRED
        detail = f"{step} was refused: {said}"
        if ours and not self._server.user:
            detail += "; does it want a login? See mail.transport"
        again = error.code == _CLOSING and step != "the mail"
        return _Failure(status, detail, again, of_recipient, of_everybody=step in _OURS)
