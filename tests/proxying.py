"""Two small proxies on loopback, for tests: SOCKS5 and HTTP. They look names up in a table."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter, "Running"], Awaitable[None]]


@dataclass
class Running:
    """A proxy: where it is, and what it was asked for."""

    scheme: str
    port: int = 0
    names: Mapping[str, str] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)  # the first line of each request, in HTTP
    connections: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def address(self) -> str:
        """What the operator writes."""
        return f"{self.scheme}://127.0.0.1:{self.port}"


@asynccontextmanager
async def proxying(
    scheme: str, *, talk: Talk | None = None, **names: str
) -> AsyncIterator[Running]:
    """Run a proxy of that scheme; `news="127.0.0.1"` lets it reach news.example. With `talk`, it
    says what that says."""
    running = Running(scheme, names=names)
    usual = {"socks5h": speak_socks, "http": speak_http}[scheme]
    tasks: set[asyncio.Task[None]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await (talk or usual)(reader, writer, running)
        writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.connections += 1
        running.writers.append(writer)
        tasks.add(asyncio.create_task(converse(reader, writer)))

    listener = await asyncio.start_server(connected, "127.0.0.1", 0)
    running.port = listener.sockets[0].getsockname()[1]
    try:
        yield running
    finally:
        listener.close()
        for writer in running.writers:
            writer.transport.abort()
        for task in tasks:
            task.cancel()
        for error in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(error, Exception):
                raise error


async def speak_socks(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, running: Running
) -> None:
    """SOCKS5 without a login, its answers a byte at a time."""

    async def answer(data: bytes) -> None:
        for at in range(len(data)):
            writer.write(data[at : at + 1])
            await writer.drain()
            await asyncio.sleep(0)

    version, count = await reader.readexactly(2)
    methods = await reader.readexactly(count)
    assert (version, methods) == (5, b"\x00")
    await answer(b"\x05\x00")
    version, command, _, kind = await reader.readexactly(4)
    assert (version, command) == (5, 1)
    if kind == 3:
        host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
    else:
        packed = await reader.readexactly({1: 4, 4: 16}[kind])
        host = ".".join(map(str, packed)) if kind == 1 else packed.hex(":", 2)
    port = int.from_bytes(await reader.readexactly(2), "big")
    running.asked.append((host, port))
    upstream = await _reached(running, host, port)
    if upstream is None:
        await answer(b"\x05\x04\x00\x01" + bytes(6))
        return
    await answer(b"\x05\x00\x00\x03\x09somewhere\x00\x01")
    await _passed_on(reader, writer, upstream)


async def speak_http(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, running: Running
) -> None:
    """CONNECT for tunnels, and plain requests in full."""
    head = await reader.readuntil(b"\r\n\r\n")
    line, _, rest = head.partition(b"\r\n")
    method, target, _ = line.decode().split(" ")
    running.lines.append(line.decode())
    parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
    host, port = parts.hostname or "", parts.port or 80
    running.asked.append((host, port))
    upstream = await _reached(running, host, port)
    if upstream is None:
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        return
    if method == "CONNECT":
        writer.write(b"HTTP/1.1 200 Connection established\r\nX-Proxy: small\r\n\r\n")
    else:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        upstream[1].write(f"{method} {path} HTTP/1.1\r\n".encode() + rest)
    await _passed_on(reader, writer, upstream)


Upstream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _reached(running: Running, host: str, port: int) -> Upstream | None:
    address = running.names.get(host.rpartition(".")[0].rpartition(".")[2], host)
    try:
        reader, writer = await asyncio.open_connection(address, port)
    except OSError:
        return None
    running.writers.append(writer)
    return reader, writer


async def _passed_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upstream: Upstream
) -> None:
    async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65_536):
                sink.write(data)
                await sink.drain()
        sink.close()

    await asyncio.gather(copy(reader, upstream[1]), copy(upstream[0], writer))
