"""Fetching through a proxy: by name, by the proxy alone, and not at all where it cannot be."""

import asyncio
import hashlib
import ssl
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from hrwatch.errors import (
    AddressRefused,
    BadStatus,
    FetchError,
    ProxyUnreachable,
    TlsFailed,
    Unreachable,
)
from hrwatch.model.feeds import Response, Route
from loopback import Loopback, a_fetcher, an_answer, connections, serving
from proxying import Running, proxying

FEED = b"<rss>an invented feed</rss>"
BOTH = pytest.mark.parametrize("scheme", ["socks5h", "http"])
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter, Running], Awaitable[None]]


class LookedUp:
    """A resolver that knows this machine only, and remembers what it was asked."""

    def __init__(self) -> None:
        self.names: list[str] = []

    async def __call__(self, host: str, _: int) -> tuple[str, ...]:
        self.names.append(host)
        return ("127.0.0.1",)


def body(answer: object) -> bytes:
    assert isinstance(answer, Response)
    return answer.body


@BOTH
@pytest.mark.parametrize("own", [True, False])
def test_fetch_through_a_proxy_has_names_looked_up_there_only(scheme: str, own: bool) -> None:
    async def work() -> tuple[Running, Loopback, list[str]]:
        resolve = LookedUp()
        async with serving(an_answer(FEED)) as server, proxying(scheme, news="127.0.0.1") as proxy:
            general = "socks5h://127.0.0.1:9" if own else proxy.address
            route = Route(proxy=proxy.address) if own else Route()
            async with a_fetcher(resolve=resolve, proxy=general) as fetcher:
                for _ in range(2):
                    url = f"http://news.example:{server.port}/feed?x=1"
                    assert body(await fetcher.fetch(url, route=route)) == FEED
            return proxy, server, resolve.names

    proxy, server, looked_up = asyncio.run(work())
    assert set(proxy.asked) == {("news.example", server.port)}
    assert looked_up == ["127.0.0.1"]  # the proxy itself
    assert [request.target[-9:] for request in server.requests] == ["/feed?x=1"] * 2
    assert server.requests[0].headers["host"] == f"news.example:{server.port}"
    assert server.connections == proxy.connections == 1


@BOTH
def test_fetch_through_a_proxy_under_tls_checks_the_name(scheme: str, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued = authority.issue_cert("news.example")
    issued.configure_cert(context)
    der = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())
    shown = hashlib.sha256(der).hexdigest()

    async def work() -> tuple[Running, int]:
        async with (
            serving(an_answer(FEED), tls=context) as server,
            proxying(scheme, news="127.0.0.1", other="127.0.0.1") as proxy,
            a_fetcher(
                resolve=LookedUp(), proxy=proxy.address, ca_file=tmp_path / "ca.pem"
            ) as fetcher,
        ):
            url = f"https://news.example:{server.port}/feed"
            for _ in range(2):
                answer = await fetcher.fetch(url)
                assert isinstance(answer, Response)
                assert (answer.body, answer.certificate_sha256) == (FEED, shown)
            with pytest.raises(Unreachable, match="is for another name"):
                await fetcher.fetch(f"https://other.example:{server.port}/feed")
            assert len(connections(fetcher)) == 1
            return proxy, len(server.requests)

    proxy, requests = asyncio.run(work())
    assert [host for host, _ in proxy.asked] == ["news.example", "other.example"]
    assert requests == 2


@BOTH
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[fe80::1]",
        "[64:ff9b::7f00:1]",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "0x7f000001",
        "１２７.0.0.1",
        "127.0.0.1.",
        "localhost",
        "LOCALHOST.",
        "news.localhost",
        "printer.local",
        "metadata.google.internal",
        "router.lan",
        "nas.home.arpa",
        "intranet",
    ],
)
def test_fetch_through_a_proxy_of_what_is_private_sends_nothing(scheme: str, host: str) -> None:
    async def work() -> tuple[int, list[str]]:
        resolve = LookedUp()
        async with proxying(scheme) as proxy:
            async with a_fetcher(resolve=resolve, proxy=proxy.address) as fetcher:
                for url_scheme in ("http", "https"):
                    with pytest.raises(AddressRefused, match=r"no proxy is asked|no http"):
                        await fetcher.fetch(f"{url_scheme}://{host}/feed")
            return proxy.connections, resolve.names

    assert asyncio.run(work()) == (0, [])


@BOTH
def test_fetch_through_a_proxy_redirected_to_what_is_private_goes_no_further(scheme: str) -> None:
    async def work() -> tuple[int, int]:
        async with serving(an_answer(b"secret")) as private:
            moved = an_answer(status="302 Found", location=private.url("/"))
            async with (
                serving(moved) as server,
                proxying(scheme, news="127.0.0.1") as proxy,
                a_fetcher(resolve=LookedUp(), proxy=proxy.address) as fetcher,
            ):
                with pytest.raises(AddressRefused):
                    await fetcher.fetch(f"http://news.example:{server.port}/")
            return len(server.requests), private.connections

    assert asyncio.run(work()) == (1, 0)


@BOTH
def test_fetch_through_a_proxy_of_an_allowed_literal_asks_the_proxy(scheme: str) -> None:
    async def work() -> tuple[int, int]:
        async with (
            serving(an_answer(FEED)) as server,
            proxying(scheme) as proxy,
            a_fetcher(server, proxy=proxy.address) as fetcher,
        ):
            assert body(await fetcher.fetch(server.url())) == FEED
            return proxy.connections, server.connections

    assert asyncio.run(work()) == (1, 1)


@BOTH
@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("as_page", [True, False])
def test_fetch_while_the_proxy_is_gone_never_goes_directly(
    scheme: str, own: bool, as_page: bool
) -> None:
    async def work() -> tuple[int, list[str]]:
        resolve = LookedUp()
        async with serving(an_answer(FEED)) as server:
            async with proxying(scheme) as gone:
                pass
            # The server is allowed, and its name would resolve: only the way is missing.
            settings = {} if own else {"proxy": gone.address}
            route = Route(proxy=gone.address) if own else Route()
            async with a_fetcher(server, resolve=resolve, **settings) as fetcher:
                for url in (f"http://news.example:{server.port}/", server.url()):
                    with pytest.raises(ProxyUnreachable, match="nothing goes around it") as failed:
                        await fetcher.fetch(url, route=route, obey_robots=as_page)
                    assert gone.address in str(failed.value)
                assert connections(fetcher) == []
            return server.connections, resolve.names

    direct, looked_up = asyncio.run(work())
    assert direct == 0
    assert set(looked_up) == {"127.0.0.1"}


def says(*answers: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: Running) -> None:
        for answer in answers:
            await reader.read(1000)
            writer.write(answer)
            await writer.drain()

    return talk


async def hangs(reader: asyncio.StreamReader, _: asyncio.StreamWriter, running: Running) -> None:
    while await reader.read(1000):
        pass
    running.lines.append("closed")


@pytest.mark.parametrize(
    ("scheme", "talk", "kind", "words"),
    [
        ("socks5h", says(), ProxyUnreachable, "the proxy closed the connection|broke off"),
        ("socks5h", says(b"\x05\xff"), ProxyUnreachable, "wants a login"),
        ("socks5h", says(b"\x05\x02"), ProxyUnreachable, "wants a login"),
        ("socks5h", says(b"HTTP/1.1 400 Bad\r\n\r\n"), ProxyUnreachable, "does not speak SOCKS5"),
        ("socks5h", says(b"\x05\x00", b"\x05"), ProxyUnreachable, "closed the connection"),
        ("socks5h", says(b"\x05\x00", b"\x04\x00\x00\x01"), ProxyUnreachable, "not speak SOCKS5"),
        ("socks5h", says(b"\x05\x00", b"\x05\x02\x00\x01"), Unreachable, "rules do not allow"),
        ("socks5h", says(b"\x05\x00", b"\x05\x05\x00\x01"), Unreachable, "was refused"),
        ("socks5h", says(b"\x05\x00", b"\x05\xf0\x00\x01"), Unreachable, "code 240"),
        ("http", says(), ProxyUnreachable, "the proxy closed the connection|broke off"),
        ("http", says(b"\x05\xff\r\n\r\n"), ProxyUnreachable, "does not answer with HTTP"),
        ("http", says(b"HTTP/1.1 407 No\r\n\r\n"), ProxyUnreachable, "wants a login"),
        ("http", says(b"HTTP/1.1 403 No\r\n\r\n"), Unreachable, "it answers 403"),
        ("http", says(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 9000), ProxyUnreachable, "no end"),
        ("http", says(b"HTTP/1.1 200 OK\r\n\r\n", b"no TLS"), TlsFailed, "TLS"),
    ],
)
def test_fetch_through_a_proxy_that_fails_says_how_and_keeps_no_connection(
    scheme: str, talk: Talk, kind: type[FetchError], words: str
) -> None:
    async def work() -> None:
        async with (
            proxying(scheme, talk=talk) as proxy,
            a_fetcher(resolve=LookedUp(), proxy=proxy.address) as fetcher,
        ):
            with pytest.raises(Unreachable, match=words) as failed:
                await fetcher.fetch("https://news.example/feed?token=t")
            assert type(failed.value) is kind
            assert "token" not in str(failed.value)
            assert connections(fetcher) == []

    asyncio.run(work())


@BOTH
def test_fetch_through_a_proxy_that_hangs_ends_at_the_deadline_and_closes(scheme: str) -> None:
    async def work() -> None:
        async with (
            proxying(scheme, talk=hangs) as proxy,
            a_fetcher(
                resolve=LookedUp(), proxy=proxy.address, timeout=timedelta(seconds=0.3)
            ) as fetcher,
        ):
            with pytest.raises(Unreachable, match="no complete answer within"):
                await fetcher.fetch("https://news.example/feed")
            await asyncio.sleep(0.1)
            assert proxy.lines == ["closed"]
            assert connections(fetcher) == []

    asyncio.run(work())


def test_fetch_of_an_onion_goes_through_tor_and_never_to_a_name_server() -> None:
    async def work() -> tuple[list[tuple[str, int]], list[str]]:
        resolve = LookedUp()
        async with (
            serving(an_answer(FEED)) as server,
            proxying("socks5h", abc="127.0.0.1") as proxy,
            a_fetcher(server, resolve=resolve) as fetcher,
        ):
            url = f"http://abc.onion:{server.port}/feed"
            with pytest.raises(AddressRefused, match="only Tor reaches"):
                await fetcher.fetch(url)
            assert resolve.names == []
            assert body(await fetcher.fetch(url, route=Route(proxy=proxy.address))) == FEED
            return proxy.asked, resolve.names

    asked, looked_up = asyncio.run(work())
    assert [host for host, _ in asked] == ["abc.onion"]
    assert looked_up == ["127.0.0.1"]


@BOTH
def test_fetch_of_a_page_through_a_proxy_asks_robots_txt_the_same_way(scheme: str) -> None:
    async def work() -> tuple[Running, Loopback]:
        async with (
            serving({"/story": an_answer(FEED)}) as server,
            proxying(scheme, news="127.0.0.1") as proxy,
            a_fetcher(server, resolve=LookedUp()) as fetcher,
        ):
            await fetcher.fetch(
                f"http://news.example:{server.port}/story",
                route=Route(proxy=proxy.address),
                obey_robots=True,
            )
            return proxy, server

    proxy, server = asyncio.run(work())
    assert [request.target for request in server.requests] == ["/robots.txt", "/story"]
    assert server.connections == proxy.connections
    assert {host for host, _ in proxy.asked} == {"news.example"}


def test_fetch_plainly_through_an_http_proxy_asks_it_in_full_and_tunnels_the_rest() -> None:
    async def work() -> list[str]:
        async with (
            serving(an_answer(FEED)) as server,
            proxying("http", news="127.0.0.1") as proxy,
            a_fetcher(resolve=LookedUp(), proxy=proxy.address) as fetcher,
        ):
            await fetcher.fetch(f"http://news.example:{server.port}/a")
            with pytest.raises(Unreachable):
                await fetcher.fetch(f"https://news.example:{server.port}/b")
            return [line.replace(str(server.port), "PORT") for line in proxy.lines]

    assert asyncio.run(work()) == [
        "GET http://news.example:PORT/a HTTP/1.1",
        "CONNECT news.example:PORT HTTP/1.1",
    ]


@pytest.mark.parametrize("value", ["socks5://127.0.0.1:9050", "https://p.example:1", "x"])
def test_fetcher_with_a_proxy_that_cannot_be_read_says_so(value: str) -> None:
    async def work() -> None:
        async with a_fetcher(proxy=value):
            pass

    with pytest.raises(FetchError, match=r"fetch\.proxy"):
        asyncio.run(work())


@pytest.mark.parametrize("as_page", [True, False])
def test_fetch_of_plain_http_through_a_proxy_that_wants_a_login_blames_no_site(
    as_page: bool,
) -> None:
    async def work() -> None:
        answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
        async with (
            proxying("http", talk=says(answer)) as proxy,
            a_fetcher(resolve=LookedUp(), proxy=proxy.address) as fetcher,
        ):
            for _ in range(4):
                with pytest.raises(ProxyUnreachable, match="wants a login"):
                    await fetcher.fetch("http://news.example/feed", obey_robots=as_page)

    asyncio.run(work())


def test_fetch_of_a_site_that_asks_for_a_proxy_login_itself_is_its_own_trouble() -> None:
    async def work() -> None:
        async with (
            serving(an_answer(status="407 Proxy Authentication Required")) as server,
            a_fetcher(server) as fetcher,
        ):
            with pytest.raises(BadStatus, match="407"):
                await fetcher.fetch(server.url())

    asyncio.run(work())
