"""Mail servers on loopback under TLS, good and bad ones, in the event loop of the test."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from hrwatch.model.settings import Server, Tls

USER, PASSWORD = "digest@desk.example", "correct horse, battery & staple"
EXTENSIONS = "250-host.test\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN"


class Authority:
    """A certificate authority of our own, with contexts for servers."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self._folder = folder
        self.file = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(self.file)

    def server(self, *identities: str, expired: bool = False) -> ssl.SSLContext:
        """Return the context of a server that goes by these names and addresses."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ended = datetime.now(UTC) - timedelta(days=1) if expired else None
        begun = ended - timedelta(days=9) if ended else None
        certificate = self._ca.issue_cert(*identities, not_before=begun, not_after=ended)
        certificate.configure_cert(context)
        return context

    def chain(self, *identities: str) -> trustme.Blob:
        """Return key and certificates of such a server, as its configuration takes them."""
        return self._ca.issue_cert(*identities).private_key_and_cert_chain_pem

    def pinned(self, *identities: str) -> tuple[ssl.SSLContext, Path]:
        """Return such a context, and a file with its certificate alone."""
        certificate = self._ca.issue_cert(*identities)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        file = self._folder / "leaf.pem"
        certificate.cert_chain_pems[0].write_to_path(file)
        return context, file

    def self_signed(self) -> ssl.SSLContext:
        """Return the context of a server whose certificate nobody else signed."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        key = self._folder / "ca.key"
        self._ca.private_key_pem.write_to_path(key)
        context.load_cert_chain(self.file, key)
        return context


@dataclass
class MailHost:
    """What a server was asked."""

    port: int = 0
    connections: int = 0
    accepted: list[tuple[str, bytes]] = field(default_factory=list)  # recipient, bytes
    logins: list[tuple[str, str, str]] = field(default_factory=list)  # method, user, password
    heard: list[bytes] = field(default_factory=list)  # lines, by a scripted server
    live: set[Any] = field(default_factory=set)

    def at(self, tls: Tls, user: str = "", host: str = "127.0.0.1") -> Server:
        """Return its address as a transport names it."""
        return Server(host, self.port, tls, user)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (recipient,) = envelope.rcpt_tos
        assert isinstance(envelope.original_content, bytes)
        self.accepted.append((recipient, envelope.original_content))
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Let in whoever knows the password."""
        assert isinstance(data, LoginPassword)
        user, password = data.login.decode(), data.password.decode()
        self.logins.append((mechanism, user, password))
        return AuthResult(success=(user, password) == (USER, PASSWORD), handled=False)


@asynccontextmanager
async def mail_host(
    tls: Tls, context: ssl.SSLContext, *, login: bool = False, without: tuple[str, ...] = ()
) -> AsyncIterator[MailHost]:
    """Give a server that takes every mail; `login` from those alone who know the password, by the
    mechanisms that are not `without`."""
    loop, host = asyncio.get_running_loop(), MailHost()

    class Connection(SMTP):
        def connection_made(self, transport: Any) -> None:
            host.connections += not self._tls_protocol
            host.live.add(transport)
            super().connection_made(transport)

    def connection() -> SMTP:
        with warnings.catch_warnings():  # aiosmtpd takes TLS from the start for none
            warnings.simplefilter("ignore", UserWarning)
            return Connection(
                host,
                hostname="host.test",
                tls_context=context if tls is Tls.UPGRADED else None,
                require_starttls=tls is Tls.UPGRADED,
                auth_required=login,
                auth_require_tls=tls is Tls.UPGRADED,
                auth_exclude_mechanism=without,
                authenticator=host.authenticate,
                loop=loop,
            )

    under = context if tls is Tls.ALWAYS else None
    server = await loop.create_server(connection, "127.0.0.1", 0, ssl=under)
    host.port = server.sockets[0].getsockname()[1]
    try:
        yield host
    finally:
        server.close()
        for transport in host.live:
            transport.abort()
        await asyncio.sleep(0.05)


@asynccontextmanager
async def scripted_host(
    answers: dict[str, str] | None = None,
    *,
    tls: Tls = Tls.NEVER,
    context: ssl.SSLContext | None = None,
    pause: float = 0,
) -> AsyncIterator[MailHost]:
    """Give a server that answers as told, by the first words of a line (`CONNECT` is the greeting),
    `pause` seconds later, and writes down what it hears; `~` closes the connection."""
    host = MailHost()
    told = {"CONNECT": "220 host.test", "EHLO": EXTENSIONS, "STARTTLS": "220 go", "DATA": "354 go"}
    told |= {"AUTH": "235 welcome", "QUIT": "221 bye"} | (answers or {})
    by_words = sorted(told, key=len, reverse=True)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host.connections += 1
        line = b"CONNECT"
        while line:
            asked = line.decode("latin-1").upper()
            answer = next((told[w] for w in by_words if asked.startswith(w)), "250 OK")
            await asyncio.sleep(pause)
            if answer == "~":
                break
            writer.write(answer.encode() + b"\r\n")
            await writer.drain()
            if asked.startswith("STARTTLS") and answer.startswith("220") and context:
                await writer.start_tls(context)
            if answer.startswith("354"):
                host.heard.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(b"250 OK\r\n")
            line = (await reader.readline()).rstrip()
            host.heard.append(line)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host.live.add(asyncio.current_task())
        try:
            await converse(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side left
        finally:
            writer.transport.abort()

    under = context if tls is Tls.ALWAYS else None
    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=under)
    host.port = server.sockets[0].getsockname()[1]
    try:
        yield host
    finally:
        server.close()
        for task in tuple(host.live):
            task.cancel()
        await asyncio.sleep(0.05)


@asynccontextmanager
async def overheard(host: MailHost) -> AsyncIterator[tuple[MailHost, bytearray]]:
    """Give the same server behind a wire that somebody listens to, and what was said on it."""
    said = bytearray()
    tapped = MailHost()

    async def pump(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, note: Callable[[bytes], None]
    ) -> None:
        while piece := await reader.read(65536):
            note(piece)
            writer.write(piece)
            await writer.drain()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, onward = await asyncio.open_connection("127.0.0.1", host.port)
        pumps = [
            asyncio.create_task(pump(reader, onward, said.extend)),
            asyncio.create_task(pump(there, writer, lambda piece: None)),
        ]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for task in pumps:
            task.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        onward.transport.abort()
        writer.transport.abort()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    tapped.port = server.sockets[0].getsockname()[1]
    try:
        yield tapped, said
    finally:
        server.close()
        await asyncio.sleep(0.05)
