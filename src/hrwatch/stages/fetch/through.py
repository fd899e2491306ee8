"""How a proxy is asked for a connection: SOCKS5 (RFC 1928) and HTTP CONNECT (RFC 9110, 9.3.6).

httpcore has both, but reads a SOCKS answer in one piece, and keeps a tunnel whose handshake failed
in its pool for good.
"""

from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from ipaddress import IPv4Address, ip_address

import httpcore

from hrwatch.errors import AddressRefused, ProxyUnreachable, Unreachable
from hrwatch.proxies import Proxy, Speech, refusal
from hrwatch.stages.fetch.failures import plain_words
from hrwatch.stages.fetch.guard import Guard
from hrwatch.stages.fetch.network import GuardedBackend

WANTS_LOGIN = "the proxy wants a login, and hrwatch speaks to it without one"
_LONGEST_NAME = 255  # a byte tells how long it is
_LONGEST_HEAD = 16_384  # of a proxy's answer to CONNECT
_NO_LOGIN = b"\x05\x01\x00"
_CONNECT = b"\x05\x01\x00"
_IPV4, _NAME, _IPV6 = 1, 3, 4
_REPLIES = {  # RFC 1928, 6
    1: "the proxy failed to connect",
    2: "the proxy's rules do not allow the connection",
    3: "the proxy cannot reach the network",
    4: "the proxy cannot reach the host, or the name does not resolve there",
    5: "the connection was refused, says the proxy",
    6: "the connection took too long, says the proxy",
}

Handshake = Callable[[httpcore.AsyncNetworkStream, str, int], Awaitable[None]]


def judge(guard: Guard, host: str, port: int) -> None:
    """Raise AddressRefused for a host that is not to be asked of a proxy: its own network, and
    what it makes of an odd spelling, are none of ours."""
    reason = refusal(host)
    if reason is None:
        try:
            reason = guard.refusal(ip_address(host.strip("[]")), port)
        except ValueError:
            return  # an ordinary name
    if reason is not None:
        raise AddressRefused(f"no proxy is asked for {host}, {reason}")


class ThroughProxy(httpcore.AsyncNetworkBackend):
    """Gives connections that a proxy made. Whatever is asked for, only the proxy is dialled."""

    def __init__(self, proxy: Proxy, dial: GuardedBackend, handshake: Handshake | None) -> None:
        """`handshake` asks the proxy for a connection; None where the proxy itself is talked to."""
        self._proxy = proxy
        self._dial = dial
        self._handshake = handshake

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection to `host` by way of the proxy; raise ProxyUnreachable or
        Unreachable."""
        try:
            stream = await self._dial.connect_tcp(self._proxy.host, self._proxy.port)
        except Unreachable as error:
            raise ProxyUnreachable(
                f"the proxy {self._proxy} cannot be reached ({error}), and nothing goes around it"
            ) from error
        if self._handshake is None:
            return stream
        try:
            await self._handshake(stream, host, port)
        except (httpcore.NetworkError, httpcore.TimeoutException, OSError) as error:
            await stream.aclose()
            words = plain_words(error)
            raise ProxyUnreachable(f"the proxy {self._proxy} broke off: {words}") from error
        except BaseException:  # a cancelled deadline too: the socket would stay open
            await stream.aclose()
            raise
        return stream


def handshake_of(speech: Speech) -> Handshake:
    """Return how a proxy of that kind is asked for a connection."""
    return socks if speech is Speech.SOCKS else tunnel


async def greet(stream: httpcore.AsyncNetworkStream, _: str = "", __: int = 0) -> None:
    """Begin to speak SOCKS5 without a login; raise ProxyUnreachable where that is not taken."""
    await stream.write(_NO_LOGIN)
    version, method = await _exactly(stream, 2)
    if version != 5:  # noqa: PLR2004 - SOCKS5
        raise ProxyUnreachable("the proxy does not speak SOCKS5")
    if method != 0:
        raise ProxyUnreachable(WANTS_LOGIN)


async def socks(stream: httpcore.AsyncNetworkStream, host: str, port: int) -> None:
    """Ask for a connection to `host`, by its name, so that it is looked up there."""
    await greet(stream)
    await stream.write(_CONNECT + _destination(host) + port.to_bytes(2, "big"))
    version, reply, _, kind = await _exactly(stream, 4)
    if version != 5:  # noqa: PLR2004 - SOCKS5
        raise ProxyUnreachable("the proxy does not speak SOCKS5")
    if reply != 0:
        raise Unreachable(_REPLIES.get(reply, f"the proxy refuses (code {reply})"))
    lengths = {_IPV4: 4, _IPV6: 16}
    length = lengths.get(kind) or (await _exactly(stream, 1))[0]
    await _exactly(stream, length + 2)  # where it connected from: nobody's matter


async def tunnel(stream: httpcore.AsyncNetworkStream, host: str, port: int) -> None:
    """Ask an HTTP proxy for a tunnel to `host`; raise Unreachable where it gives none."""
    origin = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    await stream.write(f"CONNECT {origin} HTTP/1.1\r\nHost: {origin}\r\n\r\n".encode("ascii"))
    head = b""
    # By the byte: what follows the head belongs to the server, and TLS begins with our word.
    while not head.endswith(b"\r\n\r\n"):
        head += await _exactly(stream, 1)
        if len(head) > _LONGEST_HEAD:
            raise ProxyUnreachable("the proxy's answer has no end")
    words = head.split(b"\r\n", 1)[0].split(b" ", 2)
    if not words[0].startswith(b"HTTP/1.") or len(words) < 2 or not words[1].isdigit():  # noqa: PLR2004 - version and status
        raise ProxyUnreachable("the proxy does not answer with HTTP")
    status = int(words[1][:3])
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        raise ProxyUnreachable(WANTS_LOGIN)
    if not 200 <= status < 300:  # noqa: PLR2004 - HTTP's own numbers
        raise Unreachable(f"the proxy gives no connection: it answers {status}")


def _destination(host: str) -> bytes:
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        name = host.encode("ascii")
        if len(name) > _LONGEST_NAME:
            raise Unreachable("the host name is too long to be asked for") from None
        return bytes((_NAME, len(name))) + name
    return bytes((_IPV4 if isinstance(address, IPv4Address) else _IPV6,)) + address.packed


async def _exactly(stream: httpcore.AsyncNetworkStream, count: int) -> bytes:
    """Return so many bytes, in however many pieces they come."""
    data = b""
    while len(data) < count:
        piece = await stream.read(count - len(data))
        if not piece:
            raise ProxyUnreachable("the proxy closed the connection")
        data += piece
    return data
