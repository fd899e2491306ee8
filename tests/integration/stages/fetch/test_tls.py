"""Fetching under TLS: whose certificate is believed, and what is said when it is not."""

import asyncio
import hashlib
import logging
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from hrwatch.errors import FetchError, Unreachable
from hrwatch.model.feeds import Response
from hrwatch.model.settings import FetchSettings
from hrwatch.stages.fetch.ways import tls_context
from loopback import a_fetcher, an_answer, names, serving

FEED = b"<rss>an invented feed</rss>"
NEWS = names(news="127.0.0.1", other="127.0.0.1")


class Authority:
    """A certificate authority of our own, with contexts for servers."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self.file = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(self.file)

    def server(self, *identities: str, not_after: datetime | None = None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(
            *identities,
            not_before=not_after - timedelta(days=9) if not_after else None,
            not_after=not_after,
        ).configure_cert(context)
        return context


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def fetch_from(
    context: ssl.SSLContext, ca_file: Path | None, host: str = "news.example"
) -> Response:
    async def work() -> Response:
        async with (
            serving(an_answer(FEED), tls=context) as server,
            a_fetcher(server, resolve=NEWS, ca_file=ca_file) as fetcher,
        ):
            response = await fetcher.fetch(f"https://{host}:{server.port}/feed?token=t")
            assert isinstance(response, Response)
            return response

    return asyncio.run(work())


def test_fetch_under_tls_of_a_name_under_the_operators_authority_works(
    authority: Authority,
) -> None:
    assert fetch_from(authority.server("news.example"), authority.file).body == FEED


def test_fetch_under_tls_tells_the_servers_certificate_on_kept_connections_too(
    authority: Authority,
) -> None:
    async def work() -> list[str | None]:
        async with (
            serving(an_answer(FEED), tls=authority.server("news.example")) as server,
            serving(an_answer(FEED)) as plain,
            a_fetcher(server, plain, resolve=NEWS, ca_file=authority.file) as fetcher,
        ):
            place = ("127.0.0.1", server.port)
            expected = await asyncio.to_thread(ssl.get_server_certificate, place)
            der = ssl.PEM_cert_to_DER_cert(expected)
            told = [hashlib.sha256(der).hexdigest()]
            secure = f"https://news.example:{server.port}/"
            for url in (secure, secure, f"http://news.example:{plain.port}/"):
                answer = await fetcher.fetch(url)
                assert isinstance(answer, Response)
                told.append(answer.certificate_sha256)
            assert server.connections == 2  # ours, and the one that looked at the certificate
            return told

    expected, *told = asyncio.run(work())
    assert told == [expected, expected, None]


def test_fetch_under_tls_checks_the_name_and_not_the_dialled_address(
    authority: Authority,
) -> None:
    with pytest.raises(Unreachable, match="the TLS certificate is for another name"):
        fetch_from(authority.server("127.0.0.1"), authority.file)
    assert fetch_from(authority.server("127.0.0.1"), authority.file, "127.0.0.1").body == FEED


def test_fetch_under_tls_of_an_expired_certificate_says_so(authority: Authority) -> None:
    expired = authority.server("news.example", not_after=datetime.now(UTC) - timedelta(days=1))
    with pytest.raises(Unreachable, match="the TLS certificate has expired") as failed:
        fetch_from(expired, authority.file)
    assert "token" not in str(failed.value)


def test_fetch_under_tls_of_an_unknown_authority_names_the_setting(authority: Authority) -> None:
    with pytest.raises(Unreachable, match=r"authority is not known; fetch\.ca_file adds one"):
        fetch_from(authority.server("news.example"), None)


def test_fetch_under_tls_from_a_server_without_it_is_unreachable() -> None:
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def work() -> str:
        listener = await asyncio.start_server(refuse, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        async with listener, a_fetcher(allow_addresses=("127.0.0.1",)) as fetcher:
            with pytest.raises(Unreachable) as failed:
                await fetcher.fetch(f"https://127.0.0.1:{port}/")
            return str(failed.value)

    assert "TLS" in asyncio.run(work())


def test_fetch_without_tls_from_a_server_that_wants_it_fails(authority: Authority) -> None:
    async def work() -> None:
        context = authority.server("127.0.0.1")
        async with serving(an_answer(FEED), tls=context) as server, a_fetcher(server) as fetcher:
            with pytest.raises(FetchError):
                await fetcher.fetch(f"http://127.0.0.1:{server.port}/")

    asyncio.run(work())


def test_fetch_whose_handshake_hangs_ends_at_the_deadline_and_closes() -> None:
    closed: list[bool] = []

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the client closes
        closed.append(True)
        writer.close()

    async def work() -> None:
        listener = await asyncio.start_server(hang, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        async with (
            listener,
            a_fetcher(allow_addresses=("127.0.0.1",), timeout=timedelta(seconds=0.3)) as fetcher,
        ):
            with pytest.raises(Unreachable, match=r"no complete answer within 0\.3 s"):
                await fetcher.fetch(f"https://127.0.0.1:{port}/")
            await asyncio.sleep(0.1)
            assert closed == [True]

    asyncio.run(work())


def test_fetch_redirected_from_https_to_http_goes_on_and_is_logged_once(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> Response:
        async with serving(an_answer(FEED)) as plain:
            moved = an_answer(status="302 Found", location=plain.url("/f?token=t"))
            context = authority.server("127.0.0.1")
            async with (
                serving(moved, tls=context) as server,
                a_fetcher(plain, server, ca_file=authority.file) as fetcher,
            ):
                for _ in range(3):
                    response = await fetcher.fetch(server.url("/f?token=t"))
                assert isinstance(response, Response)
                return response

    with caplog.at_level(logging.INFO):
        response = asyncio.run(work())
    assert response.url.startswith("http://")
    assert caplog.text.count("event=redirected-to-http address=127.0.0.1:") == 1
    assert "token" not in caplog.text


def test_fetcher_with_a_ca_file_trusts_it_beside_the_usual_authorities(
    authority: Authority,
) -> None:
    usual = tls_context(FetchSettings()).get_ca_certs()

    trusted = tls_context(FetchSettings(ca_file=authority.file)).get_ca_certs()

    assert len(usual) > 50
    assert len(trusted) == len(usual) + 1
    assert all(one in trusted for one in usual)


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_fetcher_with_a_ca_file_that_cannot_be_read_names_it(
    tmp_path: Path, text: str | None
) -> None:
    file = tmp_path / "ca.pem"
    if text is not None:
        file.write_text(text)

    async def work() -> None:
        async with a_fetcher(ca_file=file):
            pass

    with pytest.raises(FetchError, match=r"fetch\.ca_file .*ca\.pem cannot be read"):
        asyncio.run(work())
