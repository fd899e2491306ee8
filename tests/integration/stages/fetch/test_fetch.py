"""Fetching from servers that behave: documents, validators, redirects, statuses."""

import asyncio
import gzip
import logging
import pickle
import re
from datetime import UTC, datetime, timedelta

import pytest

from hrwatch.errors import AddressRefused, BadRedirect, BadStatus, FetchError
from hrwatch.model.feeds import NotModified, Redirect, Response, Validators
from hrwatch.stages.fetch import PAGES
from loopback import Loopback, Request, a_fetcher, an_answer, names, serving

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FEED = b"<rss>an invented feed</rss>"
ETAG = '"v1"'
DATE = "Sun, 01 Mar 2026 10:00:00 GMT"


def one_fetch(answer: bytes, path: str = "/feed") -> tuple[Response | NotModified, Loopback]:
    """Fetch `path` from a server that always gives `answer`."""

    async def work() -> tuple[Response | NotModified, Loopback]:
        async with serving(answer) as server, a_fetcher(server) as fetcher:
            return await fetcher.fetch(server.url(path)), server

    return asyncio.run(work())


def failed_fetch(answer: bytes, path: str = "/feed") -> FetchError:
    with pytest.raises(FetchError) as failed:
        one_fetch(answer, path)
    return failed.value


def test_fetch_of_a_document_gives_it_with_its_headers() -> None:
    response, server = one_fetch(
        an_answer(
            FEED,
            content_type="application/rss+xml; charset=utf-8",
            etag=ETAG,
            last_modified=DATE,
            cache_control="max-age=300",
            retry_after="60",
        ),
        "/feed?page=1#top",
    )
    assert isinstance(response, Response)
    assert response == Response(
        url=server.url("/feed?page=1"),
        requested_url=server.url("/feed?page=1"),
        status=200,
        headers=response.headers,
        content_type="application/rss+xml; charset=utf-8",
        body=FEED,
        validators=Validators(ETAG, DATE),
        retry_after=timedelta(minutes=1),
        max_age=timedelta(minutes=5),
        fetched_at=NOW,
    )
    assert ("etag", ETAG) in response.headers
    assert pickle.loads(pickle.dumps(response)) == response  # noqa: S301 - our own bytes


def test_fetch_says_who_asks_and_nothing_of_this_machine() -> None:
    _, server = one_fetch(an_answer(FEED))
    asked = dict(server.requests[0].headers)
    assert asked.pop("user-agent") == "hrwatch/0.1 (+mailto:desk@example.org)"
    assert asked.pop("accept-encoding") == "gzip"
    assert asked.pop("accept").startswith("application/rss+xml")
    assert asked == {"host": f"127.0.0.1:{server.port}", "connection": "keep-alive"}


def test_fetch_of_a_page_asks_for_html_first() -> None:
    async def work() -> str:
        async with serving(an_answer(b"<p>")) as server, a_fetcher(server) as fetcher:
            await fetcher.fetch(server.url(), accept=PAGES)
            return server.requests[0].headers["accept"]

    assert asyncio.run(work()).startswith("text/html")


def test_fetch_of_gzip_gives_the_body_undone() -> None:
    response, _ = one_fetch(an_answer(gzip.compress(FEED), content_encoding="gzip"))
    assert isinstance(response, Response)
    assert response.body == FEED


def test_fetch_of_an_empty_document_gives_an_empty_body() -> None:
    response, _ = one_fetch(an_answer(b""))
    assert isinstance(response, Response)
    assert response.body == b""


def test_fetch_of_chunks_until_the_end_of_the_connection_gives_the_whole() -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    closed = b"HTTP/1.0 200 OK\r\n\r\nabcde"
    for answer in (chunked, closed):
        response, _ = one_fetch(answer)
        assert isinstance(response, Response)
        assert response.body == b"abcde"


def test_fetch_with_validators_of_an_unchanged_document_is_not_modified() -> None:
    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        assert request.headers["if-none-match"] == ETAG
        assert request.headers["if-modified-since"] == DATE
        writer.write(
            b'HTTP/1.1 304 Not Modified\r\nETag: "v2"\r\nCache-Control: max-age=60\r\n\r\n'
        )

    async def work() -> Response | NotModified:
        async with serving(answer) as server, a_fetcher(server) as fetcher:
            told = await fetcher.fetch(server.url("/f"), validators=Validators(ETAG, DATE))
            assert told.url == server.url("/f")
            return told

    told = asyncio.run(work())
    assert isinstance(told, NotModified)
    assert told.max_age == timedelta(minutes=1)
    assert told.fetched_at == NOW


def test_fetch_of_not_modified_twice_uses_one_connection() -> None:
    async def work() -> int:
        answer = b"HTTP/1.1 304 Not Modified\r\n\r\n"
        async with serving(answer) as server, a_fetcher(server) as fetcher:
            for _ in range(2):
                await fetcher.fetch(server.url(), validators=Validators(ETAG))
            return server.connections

    assert asyncio.run(work()) == 1


def test_fetch_with_validators_sends_them_to_the_address_asked_and_no_further() -> None:
    async def work() -> tuple[Response | NotModified, list[Request]]:
        answers = {
            "/old": an_answer(status="301 Moved Permanently", location="/new"),
            "/new": an_answer(FEED, etag=ETAG),
        }
        async with serving(answers) as server, a_fetcher(server) as fetcher:
            told = await fetcher.fetch(server.url("/old"), validators=Validators(ETAG, DATE))
            return told, server.requests

    response, requests = asyncio.run(work())
    assert ["if-none-match" in request.headers for request in requests] == [True, False]
    assert isinstance(response, Response)
    # What /new gave is not to be asked of /old: it might be true there of something else.
    assert response.validators == Validators()


def test_fetch_told_not_modified_without_having_asked_is_a_bad_status() -> None:
    error = failed_fetch(b"HTTP/1.1 304 Not Modified\r\n\r\n")
    assert isinstance(error, BadStatus)
    assert error.status == 304


@pytest.mark.parametrize(
    "status", [201, 204, 206, 300, 305, 400, 401, 403, 404, 410, 418, 429, 451, 500, 503, 599, 999]
)
def test_fetch_of_another_status_names_it(status: int) -> None:
    error = failed_fetch(an_answer(b"" if status == 204 else b"no", status=f"{status} Whatever"))
    assert isinstance(error, BadStatus)
    assert error.status == status
    assert error.retry_after is None
    assert str(status) in str(error)


@pytest.mark.parametrize(
    ("value", "seconds"), [("120", 120), ("Mon, 02 Mar 2026 09:10:00 GMT", 600), ("soon", None)]
)
def test_fetch_of_a_busy_server_tells_when_to_come_back(value: str, seconds: float | None) -> None:
    error = failed_fetch(an_answer(status="429 Too Many Requests", retry_after=value))
    assert isinstance(error, BadStatus)
    assert error.retry_after == seconds


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_fetch_of_a_redirect_gives_the_document_behind_it(status: int) -> None:
    async def work() -> tuple[Response | NotModified, Loopback]:
        answers = {
            "/a": an_answer(b"moved", status=f"{status} Moved", location="b?x=1#part"),
            "/b": an_answer(FEED),
        }
        async with serving(answers) as server, a_fetcher(server) as fetcher:
            return await fetcher.fetch(server.url("/a")), server

    response, server = asyncio.run(work())
    assert isinstance(response, Response)
    assert response.body == FEED
    assert response.url == server.url("/b?x=1")
    assert response.requested_url == server.url("/a")


def test_fetch_of_five_redirects_arrives_and_of_six_does_not() -> None:
    async def work() -> Response | NotModified:
        answers = {
            f"/{number}": an_answer(status="302 Found", location=f"/{number - 1}")
            for number in range(1, 7)
        }
        async with (
            serving({**answers, "/0": an_answer(FEED)}) as server,
            a_fetcher(server) as fetcher,
        ):
            response = await fetcher.fetch(server.url("/5"))
            with pytest.raises(BadRedirect, match="more than 5 times"):
                await fetcher.fetch(server.url("/6"))
            return response

    assert isinstance(asyncio.run(work()), Response)


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [
        ((), None),
        ((301,), "/0"),
        ((308, 301), "/0"),
        ((302,), None),
        ((301, 302), None),
        ((307, 301), None),
    ],
)
def test_fetch_tells_where_it_moved_for_good_when_every_redirect_says_so(
    statuses: tuple[int, ...], moved_to: str | None
) -> None:
    async def work() -> tuple[Response, Loopback]:
        answers = {
            f"/{number}": an_answer(status=f"{status} Moved", location=f"/{number - 1}?q=1")
            for number, status in enumerate(reversed(statuses), start=1)
        }
        async with (
            serving({**answers, "/0": an_answer(FEED)}) as server,
            a_fetcher(server) as fetcher,
        ):
            asked = f"http://anna:s3cret@127.0.0.1:{server.port}/{len(statuses)}"
            response = await fetcher.fetch(asked)
            assert isinstance(response, Response)
            return response, server

    response, server = asyncio.run(work())
    assert response.moved_to == (server.url("/0?q=1") if moved_to else None)
    paths = [f"/{number}{'?q=1' * (number < len(statuses))}" for number in range(9)]
    assert response.redirects == tuple(  # and no login
        Redirect(server.url(paths[len(statuses) - done]), status)
        for done, status in enumerate(statuses)
    )


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("/feed?token=secret", "circle"),
        ("", "without saying where to"),
        ("ftp://127.0.0.1/x", "no http"),
        ("file:///etc/passwd", "no http"),
        ("//[::1", "no http"),
        ("http://[1.2.3.4]/", "no http"),
        ("http://\xb2\xb3.\xff/", "no http"),
        ("http://h:port/", "no http"),
        ("http:///", "no http|circle"),
        ("\x1b\x07", "no http"),
    ],
)
def test_fetch_of_a_redirect_to_nowhere_is_a_bad_redirect(location: str, words: str) -> None:
    answer = an_answer(status="302 Found", location=location)
    error = failed_fetch(answer, "/feed?token=secret")
    assert isinstance(error, BadRedirect)
    assert re.search(words, str(error))
    assert "secret" not in str(error)


def test_fetch_never_sends_a_cookie_back_nor_keeps_it() -> None:
    async def work() -> tuple[Response | NotModified, list[Request]]:
        answers = {
            "/a": an_answer(status="302 Found", location="/b", set_cookie="a=1"),
            "/b": an_answer(FEED, set_cookie="b=2; Path=/"),
        }
        async with serving(answers) as server, a_fetcher(server) as fetcher:
            await fetcher.fetch(server.url("/a"))
            return await fetcher.fetch(server.url("/b")), server.requests

    response, requests = asyncio.run(work())
    assert all("cookie" not in request.headers for request in requests)
    assert isinstance(response, Response)
    assert "set-cookie" not in dict(response.headers)


def test_fetch_with_a_password_sends_it_nowhere_and_shows_it_nowhere(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work() -> tuple[Response | NotModified, list[Request], str]:
        async with serving(an_answer(FEED)) as other:
            answers = {
                "/same": an_answer(status="302 Found", location="/feed"),
                "/other": an_answer(status="302 Found", location=other.url()),
                "/feed": an_answer(FEED),
                "/no": an_answer(status="401 Unauthorized"),
            }
            async with serving(answers) as server, a_fetcher(server, other) as fetcher:
                base = f"http://anna:s3cret@127.0.0.1:{server.port}"
                response = await fetcher.fetch(base + "/same?k=qu3ry")
                await fetcher.fetch(base + "/other")
                with pytest.raises(BadStatus) as failed:
                    await fetcher.fetch(base + "/no?k=qu3ry")
                return response, server.requests + other.requests, str(failed.value)

    with caplog.at_level(logging.DEBUG):
        response, requests, words = asyncio.run(work())
    authorized = ["authorization" in request.headers for request in requests]
    assert authorized == [False] * 5
    assert isinstance(response, Response)
    for shown in (response.url, response.requested_url, words, caplog.text):
        assert "s3cret" not in shown
        assert "anna" not in shown
    assert "qu3ry" not in words + caplog.text


def test_fetch_ignores_proxies_and_netrc_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    response, _ = one_fetch(an_answer(FEED))
    assert isinstance(response, Response)


def test_fetch_uses_one_connection_for_one_origin() -> None:
    async def work() -> int:
        async with serving(an_answer(FEED)) as server, a_fetcher(server) as fetcher:
            for _ in range(5):
                await fetcher.fetch(server.url())
            return server.connections

    assert asyncio.run(work()) == 1


def test_fetch_over_a_kept_connection_that_was_closed_asks_again() -> None:
    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        """Answer as if the connection were kept, and leave at the next request."""
        if request.connection == 1 and request.target == "/2":
            return
        writer.write(an_answer(FEED))

    async def work() -> tuple[int, int]:
        # The server's own loop closes after code, so the first answer is bytes.
        answers = {"/1": an_answer(FEED), "/2": answer}
        async with serving(answers) as server, a_fetcher(server) as fetcher:
            await fetcher.fetch(server.url("/1"))
            await fetcher.fetch(server.url("/2"))
            return server.connections, len(server.requests)

    assert asyncio.run(work()) == (2, 3)


def test_fetch_with_the_shipped_contact_asks_loopback_only() -> None:
    async def work() -> list[str]:
        asked: list[str] = []

        async def resolve(host: str, _: int) -> tuple[str, ...]:
            asked.append(host)
            return ("127.0.0.1",)

        answers = {
            "/": an_answer(FEED),
            "/away": an_answer(status="302 Found", location="http://news.example/"),
        }
        async with (
            serving(answers) as server,
            a_fetcher(server, resolve=resolve, loopback_only=True) as fetcher,
        ):
            for url in (
                "http://news.example/feed?token=t",
                "http://8.8.8.8/",
                "http://2130706433/",
                f"http://0.0.0.0:{server.port}/",
                server.url("/away"),
            ):
                with pytest.raises(AddressRefused, match=r"fetch\.contact") as refused:
                    await fetcher.fetch(url)
                assert "token" not in str(refused.value)
            await fetcher.fetch(f"http://localhost:{server.port}/")
        return asked

    assert asyncio.run(work()) == ["127.0.0.1", "localhost"]


def test_fetch_of_a_name_with_a_dot_at_its_end_asks_for_the_name() -> None:
    async def work() -> str:
        async with (
            serving(an_answer(FEED)) as server,
            a_fetcher(server, resolve=names(news="127.0.0.1")) as fetcher,
        ):
            await fetcher.fetch(f"http://news.example.:{server.port}/")
            return server.requests[0].headers["host"]

    assert asyncio.run(work()).startswith("news.example:")


@pytest.mark.parametrize("entry", ["localhost:80", "127.0.0.1:0", "10.0.0.1/8"])
def test_fetcher_with_an_exemption_that_cannot_be_read_says_so(entry: str) -> None:
    async def work() -> None:
        async with a_fetcher(allow_addresses=(entry,)):
            pass

    with pytest.raises(FetchError, match="allow_addresses"):
        asyncio.run(work())
