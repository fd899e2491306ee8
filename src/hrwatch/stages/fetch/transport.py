"""httpx over httpcore, with connections of our own making. Both are public interfaces."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import httpcore
import httpx

from hrwatch.stages.fetch.network import GuardedStream
from hrwatch.stages.fetch.pinning import certificate

_KEEP_ALIVE_SECONDS = 15.0
# Under which an answer brings the certificate that its server showed (DER), None without TLS.
CERTIFICATE = "certificate"

Judge = Callable[[str, int], None]


def pool(
    backend: httpcore.AsyncNetworkBackend,
    context: ssl.SSLContext,
    keep: int,
    proxy: httpcore.Proxy | None = None,
) -> httpcore.AsyncConnectionPool:
    """Return a pool that keeps so many idle connections for the next request to the same origin;
    with `proxy`, requests are put to it in full, and the backend dials it."""
    # How many are open at once is bounded by the turns; a bound here as well would stand still
    # for ever if a cancelled request ever left its place in the pool behind.
    return httpcore.AsyncConnectionPool(
        ssl_context=context,
        max_connections=None,
        max_keepalive_connections=keep,
        keepalive_expiry=_KEEP_ALIVE_SECONDS,
        network_backend=backend,
        proxy=proxy,
    )


class Transport(httpx.AsyncBaseTransport):
    """Sends requests over pools, one for each scheme.

    httpcore's errors are let through: the client puts all of them into words in one place.
    """

    def __init__(
        self, pools: Mapping[str, httpcore.AsyncConnectionPool], judge: Judge | None = None
    ) -> None:
        """`judge` raises for a host and port that is not to be asked, before anything is sent."""
        self._pools = pools
        self._judge = judge

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the answer comes without cookies, so that none can be kept."""
        dialled = False
        made: list[httpcore.AsyncNetworkStream] = []

        async def watch(event: str, told: Mapping[str, Any]) -> None:
            nonlocal dialled
            dialled = dialled or event == "connection.connect_tcp.started"
            if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
                made.append(told["return_value"])

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
        if self._judge is not None:
            origin = asked.url.origin
            self._judge(origin.host.decode("ascii"), origin.port)
        through = self._pools[request.url.scheme]
        try:
            try:
                answer = await through.handle_async_request(asked)
            except (httpcore.NetworkError, httpcore.RemoteProtocolError):
                if dialled:
                    raise
                # A connection that was kept: the server may have closed it in this very moment
                # (RFC 9112, 9.3.1). Asked once more; what is dialled then and fails has failed.
                answer = await through.handle_async_request(asked)
        except asyncio.CancelledError:
            # Cancelled between its making and its first use, a connection would keep its socket,
            # neither idle nor closed: httpcore looks after it from the first use on.
            for one in made:
                await one.aclose()
            raise
        stream = answer.extensions.get("network_stream")
        shown = None
        if isinstance(stream, GuardedStream):
            stream.expect_body()
            shown = certificate(stream.get_extra_info("ssl_object"))
        headers = [pair for pair in answer.headers if not pair[0].lower().startswith(b"set-cookie")]
        return httpx.Response(
            answer.status,
            headers=headers,
            stream=_Stream(answer),
            extensions={CERTIFICATE: shown},
        )

    async def aclose(self) -> None:
        """Close every connection."""
        for each in {id(one): one for one in self._pools.values()}.values():
            await each.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._answer.aclose()
