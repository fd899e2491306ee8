"""How connections are made: resolved once, every address checked, the checked address dialled."""

import asyncio
import select
import socket
import ssl
import time
from collections.abc import Iterable
from ipaddress import ip_address
from itertools import zip_longest
from typing import Any

import httpcore

from hrwatch.errors import AddressRefused, TlsFailed, TooLarge, Unreachable
from hrwatch.proxies import is_onion
from hrwatch.stages.fetch.failures import kind, plain_words
from hrwatch.stages.fetch.guard import Address, Guard, plain
from hrwatch.stages.fetch.pinning import Pin
from hrwatch.stages.fetch.resolving import Resolve

_MOST_DIALS = 4  # addresses tried for one connection; all of them are checked
_HANDSHAKE_SECONDS = 10.0  # who takes longer speaks no TLS
_DIAL_SECONDS = 5.0  # for each but the last: a dead IPv6 route must not use up the deadline
_TRUSTED = 1.0  # seconds for which an idle connection is taken for open without a look
# h11 ends a head of 100 KB, but not a flood of small 1xx answers: 20 MB of them cost 8 s of CPU.
_HEAD_BYTES = 256_000


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Dials only what the guard lets through. Certificate and Host stay with the name: httpcore
    gives them the origin, while the socket goes to the address that was checked here."""

    def __init__(
        self, guard: Guard, resolve: Resolve, *, most_bytes: int, pin: Pin | None = None
    ) -> None:
        """`most_bytes` bounds what one request may bring over the wire, headers included; of the
        host that `pin` names, only its certificate is believed."""
        self._guard = guard
        self._resolve = resolve
        self._most_bytes = most_bytes
        self._pin = pin
        self._dial = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve `host`, check all its addresses, dial them in turn; raise AddressRefused or
        Unreachable."""
        addresses = await self.checked(host, port)
        for address in addresses[:-1]:
            try:
                async with asyncio.timeout(_DIAL_SECONDS):
                    return await self._dialled(address, port)
            except (httpcore.NetworkError, httpcore.TimeoutException, TimeoutError):
                continue
        try:
            return await self._dialled(addresses[-1], port)
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            raise kind(error)(plain_words(error)) from error

    async def checked(self, host: str, port: int) -> tuple[str, ...]:
        """Return the addresses of `host` in the order to dial them, all of them let through; raise
        AddressRefused or Unreachable."""
        if is_onion(host):  # before a name server learns of it (RFC 7686, 2)
            raise AddressRefused(
                "only Tor reaches an onion address: add `proxy: socks5h://127.0.0.1:9050`"
            )
        try:
            found = [plain(ip_address(text)) for text in await self._resolve(host, port)]
        except (OSError, UnicodeError, ValueError) as error:
            raise kind(error)(plain_words(error)) from error
        if not found:
            raise Unreachable("the name does not resolve to any address")
        for address in found:
            reason = self._guard.refusal(address, port)
            if reason is not None:
                raise AddressRefused(
                    f"the address guard does not dial {address}, {reason}; if it is meant, "
                    f"add it to fetch.allow_addresses"
                )
        return _in_turn(found)

    async def _dialled(self, address: str, port: int) -> httpcore.AsyncNetworkStream:
        inner = await self._dial.connect_tcp(address, port)
        return GuardedStream(inner, self._most_bytes, self._pin)


class GuardedStream(httpcore.AsyncNetworkStream):
    """A connection that ends a request which brings too much, be it header, body or framing."""

    def __init__(
        self, inner: httpcore.AsyncNetworkStream, most_bytes: int, pin: Pin | None
    ) -> None:
        self._inner = inner
        self._most_bytes = most_bytes
        self._pin = pin
        self._socket: socket.socket | None = inner.get_extra_info("socket")
        self._allowed = _HEAD_BYTES
        self._read = 0
        self._open_at = time.monotonic()  # when it was last known to be open

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> bytes:
        """Return what came in; raise TooLarge once it is too much for this request."""
        data = await self._inner.read(max_bytes, timeout)
        self._read += len(data)
        self._open_at = time.monotonic()
        if self._read > self._allowed:
            raise TooLarge(f"more than {self._allowed} bytes came over the wire")
        return data

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> None:
        """Send the next request; what comes back is the head of an answer first."""
        self._allowed = _HEAD_BYTES
        self._read = 0
        await self._inner.write(buffer, timeout)

    def expect_body(self) -> None:
        """Let as much in as a body may take, now that the head is there."""
        self._allowed = self._most_bytes

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> httpcore.AsyncNetworkStream:
        """Return this connection under TLS; raise Unreachable with the reason in plain words."""
        pin = self._pin if self._pin and self._pin.host == server_hostname else None
        context = pin.context if pin else ssl_context
        try:
            inner = await self._inner.start_tls(context, server_hostname, _HANDSHAKE_SECONDS)
        except httpcore.TimeoutException as error:
            raise TlsFailed(
                f"the TLS handshake was not finished within {_HANDSHAKE_SECONDS:g} s; is this a "
                "server that speaks TLS?"
            ) from error
        except (httpcore.NetworkError, OSError, ValueError) as error:
            raise kind(error)(plain_words(error)) from error
        except asyncio.CancelledError:
            # httpcore closes the connection after an error, but not after the deadline's
            # cancellation: every handshake that hangs would leave a socket behind for good.
            await self.aclose()
            raise
        if pin is not None:
            try:
                pin.check(inner.get_extra_info("ssl_object"))
            except Unreachable:
                await inner.aclose()
                raise
        return GuardedStream(inner, self._most_bytes, self._pin)

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks of the connection below."""
        if info == "is_readable":
            return self._is_readable()
        return self._inner.get_extra_info(info)

    def _is_readable(self) -> bool:
        """Say whether an idle connection was closed by the other side. httpcore asks it of all idle
        connections twice at every request, and each look lets go of the interpreter, so that other
        threads get in between. One that was closed within `_TRUSTED` is asked anew elsewhere."""
        if self._socket is None or self._socket.fileno() < 0:
            return True
        now = time.monotonic()
        if now - self._open_at < _TRUSTED:
            return False
        poll = select.poll()
        poll.register(self._socket.fileno(), select.POLLIN)
        if poll.poll(0):
            return True
        self._open_at = now
        return False


def _in_turn(addresses: list[Address]) -> tuple[str, ...]:
    """Return the first few addresses, the families in turn, the resolver's first one first."""
    first = addresses[0].version
    preferred = [str(a) for a in addresses if a.version == first]
    others = [str(a) for a in addresses if a.version != first]
    mixed = [a for pair in zip_longest(preferred, others) for a in pair if a is not None]
    return tuple(mixed[:_MOST_DIALS])
