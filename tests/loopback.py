"""An HTTP server on loopback that can misbehave: its answers are raw bytes or code."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from fakes import Clock
from hrwatch.model.settings import FetchSettings
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.fetch.network import Resolve


@dataclass(frozen=True)
class Request:
    """What a client asked; header names in lower case."""

    target: str
    headers: Mapping[str, str]
    connection: int  # the how-manieth connection it came over, from 1
    at: float  # on the event loop's clock, in seconds


Answer = bytes | Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Loopback:
    """A running server: what it was asked so far, and how often it was connected to."""

    host: str
    port: int
    scheme: str = "http"
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    @property
    def exemption(self) -> str:
        """The entry for `fetch.allow_addresses` that lets it be asked."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def url(self, path: str = "/") -> str:
        """The address of `path`."""
        return f"{self.scheme}://{self.exemption}{path}"


def an_answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """Return an HTTP answer with Content-Length; `content_type="…"` becomes Content-Type."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


@asynccontextmanager
async def serving(
    answers: Mapping[str, Answer] | Answer,
    *,
    host: str = "127.0.0.1",
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Loopback]:
    """Serve `answers` by path (or one for all) until the end of the block.

    A connection is kept after bytes with a length, and closed after code or other bytes.
    """
    tasks: set[asyncio.Task[None]] = set()
    writers: set[asyncio.StreamWriter] = set()
    server = Loopback(host, 0, "https" if tls else "http")

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = server.connections
        try:
            while True:
                request = _read(await reader.readuntil(b"\r\n\r\n"), number)
                server.requests.append(request)
                answer = _chosen(answers, request.target.partition("?")[0])
                if not isinstance(answer, bytes):
                    await answer(request, writer)
                    return
                writer.write(answer)
                await writer.drain()
                if b"\r\nContent-Length:" not in answer and not answer.startswith(b"HTTP/1.1 304"):
                    return
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client went away
        finally:
            writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        writers.add(writer)
        task = asyncio.create_task(converse(reader, writer))
        tasks.add(task)

    listener = await asyncio.start_server(connected, host, 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for writer in writers:
            writer.transport.abort()
        for task in tasks:
            task.cancel()
        broken = await asyncio.gather(*tasks, return_exceptions=True)
        for error in broken:
            if isinstance(error, Exception):
                raise error


def _chosen(answers: Mapping[str, Answer] | Answer, path: str) -> Answer:
    if not isinstance(answers, Mapping):
        return answers
    if path == "/robots.txt" and path not in answers:
        return an_answer(status="404 Not Found")  # most sites have none
    return answers[path]


def _read(head: bytes, connection: int) -> Request:
    first, *rest = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in rest if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    return Request(first.split(" ")[1], headers, connection, asyncio.get_running_loop().time())


@asynccontextmanager
async def a_fetcher(
    *servers: Loopback, resolve: Resolve | None = None, **settings: Any
) -> AsyncIterator[Fetcher]:
    """Give a fetcher that may ask `servers`, without a gap unless one is asked for."""
    chosen = {
        "allow_addresses": tuple(server.exemption for server in servers),
        "gap": timedelta(0),
        **settings,
    }
    fetcher = Fetcher(FetchSettings(**chosen), clock=Clock(), version="0.1", resolve=resolve)
    try:
        yield fetcher
    finally:
        await fetcher.aclose()


def connections(fetcher: Fetcher) -> list[object]:
    """Return what its pools hold, all ways together."""
    transports = [client._transport for client in fetcher._ways._clients.values()]
    pools = {pool for each in transports for pool in each._pools.values()}  # type: ignore[attr-defined]
    return [one for pool in pools for one in pool.connections]


def names(**addresses: str | tuple[str, ...]) -> Resolve:
    """Give a resolver that knows these names (`names(news="127.0.0.1")` answers news.example and
    what is below it) and literal addresses."""

    async def resolve(host: str, _: int) -> tuple[str, ...]:
        with suppress(ValueError):
            return (str(ip_address(host)),)
        found = addresses.get(host.removesuffix(".example").rpartition(".")[2])
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "invented: no such name")
        return (found,) if isinstance(found, str) else found

    return resolve
