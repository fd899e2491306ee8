"""Fetching from a host whose certificate the operator pinned: that one, and no other."""

import asyncio
import hashlib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from hrwatch.errors import Unreachable
from hrwatch.model.feeds import Response, Route
from loopback import Loopback, a_fetcher, an_answer, connections, names, serving
from proxying import proxying

FEED = b"<rss>an invented feed</rss>"
NEWS = names(news="127.0.0.1", other="127.0.0.1")


@dataclass(frozen=True)
class Shown:
    """A certificate under an authority that nobody knows, and who serves it."""

    context: ssl.SSLContext
    sha256: str
    authority: trustme.CA


def a_certificate(*identities: str, not_after: datetime | None = None) -> Shown:
    authority = trustme.CA()
    issued = authority.issue_cert(
        *(identities or ("news.example",)),
        not_before=not_after - timedelta(days=9) if not_after else None,
        not_after=not_after,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    der = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())
    return Shown(context, hashlib.sha256(der).hexdigest(), authority)


YESTERDAY = datetime.now(UTC) - timedelta(days=1)


def fetched(
    shown: Shown, pinned: str, *, url: str = "https://news.example/feed", home: str | None = None
) -> tuple[bytes, Loopback]:
    """Fetch from a server that shows a certificate, while another may be pinned."""

    async def work() -> tuple[bytes, Loopback]:
        async with (
            serving(an_answer(FEED), tls=shown.context) as server,
            a_fetcher(server, resolve=NEWS) as fetcher,
        ):
            with_port = url.replace(".example/", f".example:{server.port}/")
            route = Route(tls_sha256=pinned)
            try:
                answer = await fetcher.fetch(with_port, route=route, home=home)
            except Unreachable as error:
                assert server.requests == []  # not a byte was asked
                assert connections(fetcher) == []
                return str(error).encode(), server
            assert isinstance(answer, Response)
            assert answer.certificate_sha256 == shown.sha256
            return answer.body, server

    return asyncio.run(work())


@pytest.mark.parametrize(
    "shown",
    [
        a_certificate(),
        a_certificate("quite.another"),
        a_certificate(not_after=YESTERDAY),
    ],
    ids=["unknown authority", "another name", "expired"],
)
def test_fetch_of_the_pinned_certificate_needs_nobodys_word(shown: Shown) -> None:
    assert fetched(shown, shown.sha256)[0] == FEED
    assert fetched(shown, shown.sha256.upper())[0] == FEED


def test_fetch_of_another_certificate_than_the_pinned_one_asks_nothing_and_names_it() -> None:
    shown = a_certificate()

    told, _ = fetched(shown, a_certificate().sha256)

    assert b"is not the one that tls_sha256 pins" in told
    assert ":".join(shown.sha256[at : at + 2] for at in range(0, 64, 2)).upper() in told.decode()


def test_fetch_with_a_pin_does_not_believe_a_good_authority_instead(tmp_path: Path) -> None:
    shown = a_certificate()
    shown.authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    async def work() -> int:
        async with (
            serving(an_answer(FEED), tls=shown.context) as server,
            a_fetcher(server, resolve=NEWS, ca_file=tmp_path / "ca.pem") as fetcher,
        ):
            url = f"https://news.example:{server.port}/"
            await fetcher.fetch(url)
            with pytest.raises(Unreachable, match="tls_sha256"):
                await fetcher.fetch(url, route=Route(tls_sha256="00" * 32))
            return len(server.requests)

    assert asyncio.run(work()) == 1


def test_fetch_after_the_certificate_changed_is_refused() -> None:
    first, second = a_certificate(), a_certificate()

    async def work() -> list[int]:
        asked = []
        async with a_fetcher(resolve=NEWS, allow_addresses=("127.0.0.1",)) as fetcher:
            for shown in (first, second):
                async with serving(an_answer(FEED), tls=shown.context) as server:
                    url = f"https://news.example:{server.port}/"
                    route = Route(tls_sha256=first.sha256)
                    if shown is first:
                        await fetcher.fetch(url, route=route)
                    else:
                        with pytest.raises(Unreachable, match="tls_sha256"):
                            await fetcher.fetch(url, route=route)
                    asked.append(len(server.requests))
        return asked

    assert asyncio.run(work()) == [1, 0]


@pytest.mark.parametrize(
    ("url", "home", "is_read"),
    [
        ("https://news.example/story", "https://news.example/feed", True),
        ("https://NEWS.example/story", "https://news.example/feed", True),
        ("https://other.example/story", "https://news.example/feed", False),
        ("https://www.news.example/story", "https://news.example/feed", False),
    ],
)
def test_fetch_of_a_page_is_pinned_on_the_feeds_own_host_only(
    url: str, home: str, is_read: bool
) -> None:
    shown = a_certificate("news.example", "other.example", "www.news.example")

    told, _ = fetched(shown, shown.sha256, url=url, home=home)

    assert told == FEED if is_read else b"authority is not known" in told


def test_fetch_redirected_to_another_host_is_verified_as_usual() -> None:
    shown = a_certificate("news.example", "other.example")

    async def work() -> list[str]:
        async with serving(an_answer(FEED), tls=shown.context) as other:
            moved = an_answer(
                status="302 Found", location=f"https://other.example:{other.port}/feed"
            )
            async with (
                serving(moved, tls=shown.context) as server,
                a_fetcher(server, other, resolve=NEWS) as fetcher,
            ):
                url = f"https://news.example:{server.port}/"
                with pytest.raises(Unreachable, match="authority is not known"):
                    await fetcher.fetch(url, route=Route(tls_sha256=shown.sha256))
                return [request.target for request in (*server.requests, *other.requests)]

    assert asyncio.run(work()) == ["/"]


def test_fetch_without_the_pin_uses_no_connection_that_was_made_with_it() -> None:
    shown = a_certificate()

    async def work() -> int:
        async with (
            serving(an_answer(FEED), tls=shown.context) as server,
            a_fetcher(server, resolve=NEWS) as fetcher,
        ):
            url = f"https://news.example:{server.port}/"
            await fetcher.fetch(url, route=Route(tls_sha256=shown.sha256))
            for route in (Route(), Route(tls_sha256="11" * 32)):
                with pytest.raises(Unreachable):
                    await fetcher.fetch(url, route=route)
            return len(server.requests)

    assert asyncio.run(work()) == 1


@pytest.mark.parametrize("scheme", ["socks5h", "http"])
@pytest.mark.parametrize("is_right", [True, False])
def test_fetch_through_a_proxy_keeps_the_pin(scheme: str, is_right: bool) -> None:
    shown = a_certificate()

    async def work() -> int:
        async with (
            serving(an_answer(FEED), tls=shown.context) as server,
            proxying(scheme, news="127.0.0.1") as proxy,
            a_fetcher(resolve=NEWS) as fetcher,
        ):
            route = Route(proxy=proxy.address, tls_sha256=shown.sha256 if is_right else "22" * 32)
            url = f"https://news.example:{server.port}/"
            if is_right:
                await fetcher.fetch(url, route=route)
            else:
                with pytest.raises(Unreachable, match="tls_sha256"):
                    await fetcher.fetch(url, route=route)
                assert connections(fetcher) == []
            return len(server.requests)

    assert asyncio.run(work()) == int(is_right)
