"""The address guard at work: a forbidden listener never sees a connection."""

import asyncio
import socket

import pytest

from hrwatch.errors import AddressRefused, FetchError, Unreachable
from hrwatch.model.feeds import Response
from loopback import a_fetcher, an_answer, names, serving

FEED = b"<rss>an invented feed</rss>"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.2",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "017700000001",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "127.0.0.1.",
        "0.0.0.0",  # noqa: S104 - asked for, not bound
        "0",
        "[::]",
        "[::1]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[::1%25lo]",
        "0177.0.0.1",
        "１２７.0.0.1",
        "①②⑦.0.0.1",
        "127。0。0。1",
        "%31%32%37.0.0.1",
        "user@127.0.0.1",
        "example.org@127.0.0.1",
        "127.0.0.1#@example.org",
        "127.0.0.1?@example.org",
        "127.0.0.1\\@example.org",
    ],
)
def test_fetch_of_any_spelling_of_loopback_reaches_nothing(host: str) -> None:
    async def work() -> int:
        async with serving(an_answer(FEED), host="0.0.0.0") as server:  # noqa: S104 - must see all
            async with a_fetcher() as fetcher:
                front, mark, rest = host.partition("#")
                if not mark:
                    front, mark, rest = host.partition("?")
                with pytest.raises(FetchError) as refused:
                    await fetcher.fetch(f"http://{front}:{server.port}/{mark}{rest}")
                # What the system does not read as an address at all does not resolve.
                assert isinstance(refused.value, AddressRefused | Unreachable)
            return server.connections

    assert asyncio.run(work()) == 0


@pytest.mark.parametrize(
    "found",
    [
        ("10.0.0.1",),
        ("169.254.169.254",),
        ("8.8.8.8", "127.0.0.1"),
        ("2606:4700:4700::1111", "8.8.8.8", "::1"),
        ("::ffff:192.168.1.1",),
        ("fe80::1%eth0",),
    ],
)
def test_fetch_of_a_name_with_one_forbidden_address_is_refused(found: tuple[str, ...]) -> None:
    async def work() -> str:
        async with a_fetcher(resolve=names(news=found)) as fetcher:
            with pytest.raises(AddressRefused) as refused:
                await fetcher.fetch("http://news.example/feed?token=t")
            return str(refused.value)

    words = asyncio.run(work())
    assert words.startswith("news.example/feed: the address guard does not dial ")
    assert "fetch.allow_addresses" in words
    assert "token" not in words


def test_fetch_redirected_to_a_forbidden_address_makes_no_connection() -> None:
    async def work() -> tuple[int, int]:
        async with serving(an_answer(b"secret"), host="127.0.0.2") as forbidden:
            answer = an_answer(status="302 Found", location=forbidden.url("/admin?x=1"))
            async with serving(answer) as server, a_fetcher(server) as fetcher:
                with pytest.raises(AddressRefused, match=r"127\.0\.0\.2, a loopback address"):
                    await fetcher.fetch(server.url())
                return len(server.requests), forbidden.connections

    assert asyncio.run(work()) == (1, 0)


def test_fetch_of_an_allowed_address_on_another_port_is_refused() -> None:
    async def work() -> int:
        async with serving(an_answer(FEED)) as other, serving(an_answer(FEED)) as server:
            async with a_fetcher(server) as fetcher:
                await fetcher.fetch(server.url())
                with pytest.raises(AddressRefused):
                    await fetcher.fetch(other.url())
            return other.connections

    assert asyncio.run(work()) == 0


def test_fetch_of_a_network_that_is_allowed_reaches_any_port_in_it() -> None:
    async def work() -> Response:
        async with (
            serving(an_answer(FEED), host="127.0.0.3") as server,
            a_fetcher(allow_addresses=("127.0.0.0/29",)) as fetcher,
        ):
            response = await fetcher.fetch(server.url())
            assert isinstance(response, Response)
            return response

    assert asyncio.run(work()).body == FEED


def test_fetch_of_a_name_that_is_rebound_is_dialled_where_it_was_checked() -> None:
    """The first answer is allowed, every later one is not: one look-up makes one connection."""

    async def work() -> tuple[int, list[str]]:
        async with serving(an_answer(FEED)) as server:
            lookups: list[str] = []

            async def rebind(host: str, _: int) -> tuple[str, ...]:
                lookups.append(host)
                return ("127.0.0.1",) if len(lookups) == 1 else ("127.0.0.2",)

            async with a_fetcher(server, resolve=rebind) as fetcher:
                await fetcher.fetch(f"http://news.example:{server.port}/")
                await fetcher.fetch(f"http://news.example:{server.port}/")
                with pytest.raises(AddressRefused):  # a new connection: looked up, checked anew
                    await fetcher.fetch(f"http://www.news.example:{server.port}/")
            return server.connections, lookups

    assert asyncio.run(work()) == (1, ["news.example", "www.news.example"])


def test_fetch_of_a_kept_connection_is_not_used_for_another_name() -> None:
    async def work() -> list[tuple[int, str]]:
        resolve = names(one="127.0.0.1", two="127.0.0.1")
        async with (
            serving(an_answer(FEED)) as server,
            a_fetcher(server, resolve=resolve) as fetcher,
        ):
            for name in ("one", "two", "one"):
                await fetcher.fetch(f"http://{name}.example:{server.port}/")
            return [(request.connection, request.headers["host"]) for request in server.requests]

    told = [(connection, host.partition(":")[0]) for connection, host in asyncio.run(work())]
    assert told == [(1, "one.example"), (2, "two.example"), (1, "one.example")]


def test_fetch_of_a_name_with_a_dead_address_tries_the_next() -> None:
    async def work() -> int:
        async with serving(an_answer(FEED)) as server:
            resolve = names(news=("127.0.0.9", "::1", "127.0.0.1"))
            async with a_fetcher(
                resolve=resolve, allow_addresses=("127.0.0.0/8", "::1")
            ) as fetcher:
                await fetcher.fetch(f"http://news.example:{server.port}/")
            return server.connections

    assert asyncio.run(work()) == 1


def test_fetch_over_ipv6_of_an_allowed_literal_works() -> None:
    if not socket.has_ipv6:
        pytest.skip("this Python has no IPv6")

    async def work() -> tuple[str, str]:
        try:
            async with serving(an_answer(FEED), host="::1") as server:
                async with a_fetcher(server) as fetcher:
                    response = await fetcher.fetch(server.url("/feed"))
                assert isinstance(response, Response)
                return response.url, server.url("/feed")
        except OSError:
            pytest.skip("this machine has no ::1")

    got, expected = asyncio.run(work())
    assert got == expected
