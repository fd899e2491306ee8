"""From a mail server's address to a connection that may carry mail: under TLS where that is asked
for, logged in where there is a user. Here, and nowhere later, it is decided that no mail and no
password ever leaves unencrypted."""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

import aiosmtplib
import certifi

from hrwatch.errors import DeliverError, SecretError
from hrwatch.model.settings import Server, Tls
from hrwatch.secrets import Secret
from hrwatch.stages.deliver.failures import NOTHING_SENT, Stop, of_connection, of_login

_GREETING = "localhost"  # the real name of the machine is nobody's business
_PATIENCE = 5.0  # seconds for a goodbye
_UNKNOWN_METHOD = 504  # RFC 4954, 4: offered, and not there all the same


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return the context that verifies certificate and name, by `ca_file` alone where there is one;
    raise DeliverError where that cannot be read."""
    try:
        context = ssl.create_default_context(cafile=ca_file or certifi.where())
    except OSError as error:
        unreadable = not isinstance(error, ssl.SSLError)
        reason = f"cannot be read: {error.strerror}" if unreadable else "holds no certificate"
        raise DeliverError(f"mail.ca_file {ca_file} {reason}") from error
    if ca_file is not None:
        # The server's own certificate may stand there, without whoever signed it; and newer Pythons
        # ask more of a certificate than what small authorities write into theirs.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


async def connect(
    server: Server,
    *,
    context: ssl.SSLContext | None,
    password: Callable[[], Secret] | None,
    timeout: float,  # noqa: ASYNC109 - for each command, as aiosmtplib counts
) -> aiosmtplib.SMTP:
    """Return a connection ready for mail; raise Stop, or what aiosmtplib raises."""
    connection = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        local_hostname=_GREETING,
        timeout=timeout,
        use_tls=server.tls is Tls.ALWAYS,
        start_tls=False,  # done below, where a server without it is told apart
        tls_context=context,
    )
    try:
        await connection.connect()
        if server.tls is Tls.UPGRADED:
            await _upgrade(connection)
        in_the_clear = connection.get_transport_info("sslcontext") is None
        if in_the_clear and (server.user or server.tls is not Tls.NEVER):
            raise Stop(f"the connection to the mail server is not encrypted {NOTHING_SENT}")
        if server.user:
            await _log_in(connection, server.user, password)
    except (aiosmtplib.SMTPException, OSError) as error:
        drop(connection)
        stop = of_connection(error, server)
        if stop is not None:
            raise stop from error
        raise
    except BaseException:
        drop(connection)  # half a dialogue is no beginning for a mail, least of all in the clear
        raise
    return connection


async def goodbye(connection: aiosmtplib.SMTP) -> None:
    """End a connection in good order."""
    transport = connection.transport
    try:
        await connection.quit(timeout=_PATIENCE)
    except (aiosmtplib.SMTPException, OSError):
        pass
    finally:
        _cut(connection, transport)


def drop(connection: aiosmtplib.SMTP) -> None:
    """End a connection at once, without a word."""
    _cut(connection, connection.transport)


def _cut(connection: aiosmtplib.SMTP, transport: asyncio.BaseTransport | None) -> None:
    connection.close()
    # Closing alone would leave a task that waits for the server to end TLS too.
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


async def _upgrade(connection: aiosmtplib.SMTP) -> None:
    await connection.ehlo()
    if not connection.supports_extension("starttls"):
        # Never without: whoever sits between us and the server could have taken the offer out.
        raise Stop(f"the mail server offers no STARTTLS, or somebody took it out {NOTHING_SENT}")
    await connection.starttls()


async def _log_in(
    connection: aiosmtplib.SMTP, user: str, password: Callable[[], Secret] | None
) -> None:
    """Log in by the first method that both sides know. A refused password is not tried again by
    another method: servers lock an account after a few."""
    if password is None:
        raise Stop("no password was given for the mail server")
    try:
        secret = password()
    except SecretError as error:
        raise Stop(str(error)) from error
    await connection.ehlo()  # again: what was said before TLS counts for nothing (RFC 3207, 4.2)
    methods = {"plain": connection.auth_plain, "login": connection.auth_login}
    for name, log_in in methods.items():
        if name not in connection.server_auth_methods:
            continue
        try:
            await log_in(user, secret.reveal())
        except aiosmtplib.SMTPResponseException as error:
            if error.code != _UNKNOWN_METHOD:
                raise of_login(error) from None
        else:
            return
    raise Stop("the mail server offers no login by password (AUTH PLAIN or LOGIN)")
