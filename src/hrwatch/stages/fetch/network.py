"""How connections are made: resolved once, every address checked, the checked address dialled."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from itertools import zip_longest
from typing import Any

import httpcore
import httpx

from hrwatch.errors import AddressRefused, TooLarge, Unreachable
from hrwatch.stages.fetch.failures import plain_words
from hrwatch.stages.fetch.guard import Address, Guard, plain

Resolve = Callable[[str, int], Awaitable[tuple[str, ...]]]

_MOST_DIALS = 4  # addresses tried for one connection; all of them are checked
_DIAL_SECONDS = 5.0  # for each but the last: a dead IPv6 route must not use up the deadline
_KEEP_ALIVE_SECONDS = 15.0
# h11 ends a head of 100 KB, but not a flood of small 1xx answers: 20 MB of them cost 8 s of CPU.
_HEAD_BYTES = 256_000


class Resolver:
    """The system's resolver in threads of its own: a name server that hangs must not hold up
    whoever else uses the event loop's threads."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolve")

    async def __call__(self, host: str, port: int) -> tuple[str, ...]:
        """Return the addresses of `host` as text, in the order to try them; raise OSError or
        UnicodeError."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lookup, host, port)

    def close(self) -> None:
        """Let go of the threads without waiting for a name server."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def lookup(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses of `host` as the system's resolver gives them; may take long."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[4][0]) for address in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Dials only what the guard lets through. Certificate and Host stay with the name: httpcore
    gives them the origin, while the socket goes to the address that was checked here."""

    def __init__(self, guard: Guard, resolve: Resolve, *, most_bytes: int) -> None:
        """`most_bytes` bounds what one request may bring over the wire, headers included."""
        self._guard = guard
        self._resolve = resolve
        self._most_bytes = most_bytes
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
            raise Unreachable(plain_words(error)) from error

    async def checked(self, host: str, port: int) -> tuple[str, ...]:
        """Return the addresses of `host` in the order to dial them, all of them let through; raise
        AddressRefused or Unreachable."""
        try:
            found = [plain(ip_address(text)) for text in await self._resolve(host, port)]
        except (OSError, UnicodeError, ValueError) as error:
            raise Unreachable(plain_words(error)) from error
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
        return GuardedStream(await self._dial.connect_tcp(address, port), self._most_bytes)


class GuardedStream(httpcore.AsyncNetworkStream):
    """A connection that ends a request which brings too much, be it header, body or framing."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, most_bytes: int) -> None:
        self._inner = inner
        self._most_bytes = most_bytes
        self._allowed = _HEAD_BYTES
        self._read = 0

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> bytes:
        """Return what came in; raise TooLarge once it is too much for this request."""
        data = await self._inner.read(max_bytes, timeout)
        self._read += len(data)
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
        try:
            inner = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except (httpcore.NetworkError, httpcore.TimeoutException, OSError, ValueError) as error:
            raise Unreachable(plain_words(error)) from error
        except asyncio.CancelledError:
            # httpcore closes the connection after an error, but not after the deadline's
            # cancellation: every handshake that hangs would leave a socket behind for good.
            await self.aclose()
            raise
        return GuardedStream(inner, self._most_bytes)

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks of the connection below."""
        return self._inner.get_extra_info(info)


class Transport(httpx.AsyncBaseTransport):
    """httpx over an httpcore pool with a backend of ours; both are public interfaces.

    httpcore's errors are let through: the client puts all of them into words in one place.
    """

    def __init__(
        self, backend: httpcore.AsyncNetworkBackend, context: ssl.SSLContext, keep: int
    ) -> None:
        """`keep` idle connections stay open for the next request to the same origin."""
        # How many are open at once is bounded by the turns; a bound here as well would stand
        # still for ever if a cancelled request ever left its place in the pool behind.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=None,
            max_keepalive_connections=keep,
            keepalive_expiry=_KEEP_ALIVE_SECONDS,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the answer comes without cookies, so that none can be kept."""
        dialled = False

        async def watch(event: str, _: Mapping[str, Any]) -> None:
            nonlocal dialled
            dialled = dialled or event == "connection.connect_tcp.started"

        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions={**request.extensions, "trace": watch},
        )
        try:
            answer = await self._pool.handle_async_request(asked)
        except (httpcore.NetworkError, httpcore.RemoteProtocolError):
            if dialled:
                raise
            # A connection that was kept: the server may have closed it in this very moment
            # (RFC 9112, 9.3.1). Asked once more; what is dialled then and fails has failed.
            answer = await self._pool.handle_async_request(asked)
        stream = answer.extensions.get("network_stream")
        if isinstance(stream, GuardedStream):
            stream.expect_body()
        headers = [pair for pair in answer.headers if not pair[0].lower().startswith(b"set-cookie")]
        return httpx.Response(answer.status, headers=headers, stream=_Stream(answer))

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._answer.aclose()


def _in_turn(addresses: list[Address]) -> tuple[str, ...]:
    """Return the first few addresses, the families in turn, the resolver's first one first."""
    first = addresses[0].version
    preferred = [str(a) for a in addresses if a.version == first]
    others = [str(a) for a in addresses if a.version != first]
    mixed = [a for pair in zip_longest(preferred, others) for a in pair if a is not None]
    return tuple(mixed[:_MOST_DIALS])
