"""Fetching from servers that misbehave: every way ends soon, in a FetchError with plain words."""

import asyncio
import gzip
import re
import time
import tracemalloc
import zlib
from datetime import timedelta

import pytest

from hrwatch.errors import BadEncoding, BadStatus, FetchError, TooLarge, Unreachable
from hrwatch.model.feeds import Response
from loopback import Answer, Request, a_fetcher, an_answer, names, serving

CAP = 20_000


def fetch_fails(answer: Answer, *, timeout: float = 20, max_bytes: int = CAP) -> FetchError:
    """Fetch from a server that gives `answer`, and return the error that it must end in."""

    async def work() -> FetchError:
        settings = {"timeout": timedelta(seconds=timeout), "max_bytes": max_bytes}
        async with serving(answer) as server, a_fetcher(server, **settings) as fetcher:
            with pytest.raises(FetchError) as failed:
                await fetcher.fetch(server.url("/feed?token=t"))
            words = str(failed.value)
            assert words.startswith(f"127.0.0.1:{server.port}/feed: ")
            assert "token" not in words
            return failed.value

    return asyncio.run(work())


async def drip_body(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def drip_headers(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(1000):
        writer.write(b"X-%d: y\r\n" % number)
        await writer.drain()
        await asyncio.sleep(0.05)


async def silence(_: Request, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def redirect_slowly(request: Request, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.2)
    writer.write(an_answer(status="302 Found", location=request.target + "x"))


@pytest.mark.parametrize("answer", [drip_body, drip_headers, silence, redirect_slowly])
def test_fetch_that_drags_on_ends_at_the_deadline(answer: Answer) -> None:
    started = time.monotonic()

    async def work() -> str:
        async with (
            serving(answer) as server,
            a_fetcher(server, timeout=timedelta(seconds=0.5)) as fetcher,
        ):
            with pytest.raises(Unreachable) as failed:
                await fetcher.fetch(server.url("/feed"))
            return str(failed.value)

    assert asyncio.run(work()).endswith("no complete answer within 0.5 s")
    assert time.monotonic() - started < 3


async def flood_of_100s(_: Request, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 400)
        await writer.drain()


async def endless_headers(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X: " + b"y" * 10_000 + b"\r\n")
        await writer.drain()


async def endless_header(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        writer.write(b"y" * 10_000)
        await writer.drain()


async def endless_body(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"y" * 10_000)
        await writer.drain()


async def endless_chunk_extension(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;")
    while True:
        writer.write(b"y" * 10_000)
        await writer.drain()


async def tiny_chunks_in_long_frames(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1;" + b"y" * 10_000 + b"\r\nx\r\n")
        await writer.drain()


async def endless_trailers(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
    while True:
        writer.write(b"X: " + b"y" * 10_000 + b"\r\n")
        await writer.drain()


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (flood_of_100s, TooLarge, "over the wire"),
        (endless_headers, Unreachable, "headers have no end"),
        (endless_header, Unreachable, "headers have no end"),
        (endless_body, TooLarge, "were sent"),
        (endless_chunk_extension, Unreachable, "no end|not speak proper"),
        (tiny_chunks_in_long_frames, TooLarge, "over the wire"),
        (endless_trailers, Unreachable, "no end|not speak proper"),
        (an_answer(b"x" * (CAP + 1)), TooLarge, "20001 bytes are announced, 20000 are allowed"),
        (
            an_answer(gzip.compress(bytes(CAP + 1), mtime=0), content_encoding="gzip"),
            TooLarge,
            "once",
        ),
        (an_answer(b"", content_encoding="gzip, gzip"), BadEncoding, "more than once"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Encoding: br\r\n"
            b"Content-Length: 0\r\n\r\n",
            BadEncoding,
            "more than once",
        ),
        (an_answer(b"x", content_encoding="br"), BadEncoding, "not asked for: br"),
        (an_answer(b"plain", content_encoding="gzip"), BadEncoding, "broken"),
        (
            an_answer(gzip.compress(b"x" * 999, mtime=0)[:-9], content_encoding="gzip"),
            BadEncoding,
            "stops before its end",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
            + gzip.compress(b"x" * 999, mtime=0)[:-1],
            BadEncoding,
            "stops before its end",
        ),
    ],
)
def test_fetch_of_too_much_or_a_bad_encoding_is_refused(
    answer: Answer, kind: type[FetchError], words: str
) -> None:
    error = fetch_fails(answer, timeout=10)
    assert type(error) is kind
    assert re.search(words, str(error))


async def close_at_once(_: Request, __: asyncio.StreamWriter) -> None:
    return


async def reset(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def half_an_answer(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(an_answer(b"x" * 1000)[:-500])


async def half_a_chunk(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nabc")


async def half_the_headers(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Ty")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (close_at_once, "closed the connection without an answer"),
        (reset, "closed|reset|broke"),
        (half_an_answer, "closed before the answer was complete"),
        (half_a_chunk, "closed before the answer was complete"),
        (half_the_headers, "closed the connection|not speak proper HTTP"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "does not answer with HTTP"),
        (b"<html>no status line at all</html>\r\n\r\n", "does not answer with HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: \x00\r\n\r\n", "headers cannot be read"),
        (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "headers cannot be read"),
        (b"HTTP/1.1 200 OK\r\n: empty\r\n\r\n", "headers cannot be read"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "proper HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "proper HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n", "HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "proper HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "proper HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", "proper HTTP"),
    ],
)
def test_fetch_of_broken_http_is_unreachable_with_the_reason(answer: Answer, words: str) -> None:
    error = fetch_fails(answer, timeout=10)
    assert type(error) is Unreachable
    assert re.search(words, str(error))


def test_fetch_told_to_switch_protocols_is_a_bad_status() -> None:
    error = fetch_fails(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")
    assert isinstance(error, BadStatus | Unreachable)


def test_fetch_of_header_bytes_in_no_encoding_gives_the_document() -> None:
    answer = (
        b"HTTP/1.1 200 \xff\xfe\r\nX: \xff\xfe\x1b[31m\r\nETag: \xe9\r\nContent-Length: 2\r\n\r\nok"
    )

    async def work() -> Response:
        async with serving(answer) as server, a_fetcher(server) as fetcher:
            response = await fetcher.fetch(server.url())
            assert isinstance(response, Response)
            return response

    response = asyncio.run(work())
    assert response.body == b"ok"
    assert response.validators.etag is None


def test_fetch_of_ten_thousand_tiny_chunks_lets_others_run_meanwhile() -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"1\r\nx\r\n" * 10_000
        + b"0\r\n\r\n"
    )

    async def work() -> tuple[int, int]:
        steps = 0

        async def others() -> None:
            nonlocal steps
            while True:
                await asyncio.sleep(0)
                steps += 1

        async with serving(answer) as server, a_fetcher(server) as fetcher:
            await fetcher.fetch(server.url())  # connected: what is counted is the body
            before = steps
            running = asyncio.create_task(others())
            response = await fetcher.fetch(server.url())
            running.cancel()
            assert isinstance(response, Response)
            return len(response.body), steps - before

    length, steps = asyncio.run(work())
    assert length == 10_000
    assert steps > 30


def test_fetch_of_a_gzip_bomb_stays_within_its_memory() -> None:
    layer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = layer.compress(bytes(1_000_000)) + layer.flush(zlib.Z_FULL_FLUSH)
    megabyte = layer.compress(bytes(1_000_000)) + layer.flush(zlib.Z_FULL_FLUSH)

    async def bomb(_: Request, writer: asyncio.StreamWriter) -> None:
        """A gigabyte of zeros in a megabyte, all of it there at once."""
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + head)
        writer.write(megabyte * 1_000)
        await writer.drain()

    tracemalloc.start()
    try:
        error = fetch_fails(bomb, max_bytes=10_000_000)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert type(error) is TooLarge
    assert most < 64_000_000


def test_fetch_of_a_name_that_is_not_known_says_so() -> None:
    async def work() -> str:
        async with a_fetcher(resolve=names()) as fetcher:
            with pytest.raises(Unreachable) as failed:
                await fetcher.fetch("http://nowhere.example/feed?token=t")
            return str(failed.value)

    assert asyncio.run(work()) == "nowhere.example/feed: the name does not resolve"


def test_fetch_of_a_name_that_cannot_be_looked_up_is_unreachable() -> None:
    async def work() -> None:
        async with a_fetcher() as fetcher:
            for host in ("a" * 70 + ".example", "a..example", "%31.example", "-", "_._"):
                with pytest.raises(Unreachable):
                    await fetcher.fetch(f"http://{host}/")

    asyncio.run(work())


def test_fetch_of_a_name_whose_server_hangs_ends_at_the_deadline() -> None:
    async def hang(_: str, __: int) -> tuple[str, ...]:
        await asyncio.sleep(60)
        return ()

    async def work() -> None:
        async with a_fetcher(resolve=hang, timeout=timedelta(seconds=0.2)) as fetcher:
            with pytest.raises(Unreachable, match=r"within 0\.2 s"):
                await fetcher.fetch("http://slow.example/")

    asyncio.run(work())


def test_fetch_from_a_port_nobody_listens_on_is_refused_in_plain_words() -> None:
    async def work() -> str:
        async with serving(b"") as server:
            pass
        async with a_fetcher(server) as fetcher:
            with pytest.raises(Unreachable) as failed:
                await fetcher.fetch(server.url("/feed"))
            return str(failed.value)

    assert asyncio.run(work()).endswith("/feed: the connection was refused")


def test_fetch_that_failed_in_every_way_leaves_the_fetcher_usable() -> None:
    async def work() -> int:
        answers: dict[str, Answer] = {
            "/close": close_at_once,
            "/half": half_an_answer,
            "/drip": drip_body,
            "/flood": flood_of_100s,
            "/ok": an_answer(b"ok"),
        }
        async with (
            serving(answers) as server,
            a_fetcher(
                server, timeout=timedelta(seconds=0.3), concurrency=2, max_bytes=CAP
            ) as fetcher,
        ):
            for _ in range(2):
                for path in ("/close", "/half", "/drip", "/flood"):
                    with pytest.raises(FetchError):
                        await fetcher.fetch(server.url(path))
            response = await fetcher.fetch(server.url("/ok"))
            assert isinstance(response, Response)
            return len(response.body)

    assert asyncio.run(work()) == 2
