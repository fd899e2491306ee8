"""The newsroom's server behaves like a real one: validators, gzip, failures."""

import gzip
import socket
import struct
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse

import pytest

from hrwatch.demo import server
from hrwatch.demo.newsroom import publications

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def site() -> Iterator[server.Server]:
    with server.serving() as newsroom:
        newsroom.publish(publications(NOW, 1), NOW)
        yield newsroom


def get(site: server.Server, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection(site.base.removeprefix("http://"), timeout=10)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers=sent)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("asked_with", "taken_from"),
    [("If_None_Match", "ETag"), ("If_Modified_Since", "Last-Modified")],
)
def test_feed_asked_again_with_a_validator_is_not_modified(
    site: server.Server, asked_with: str, taken_from: str
) -> None:
    first, body = get(site, "/invented-wire/feed")

    again, nothing = get(site, "/invented-wire/feed", **{asked_with: first.headers[taken_from]})

    assert (first.status, again.status, nothing) == (200, 304, b"")
    assert b"<rss" in body


def test_feed_in_round_two_is_modified_where_something_was_published(site: server.Server) -> None:
    tags = {
        path: get(site, path)[0].headers["ETag"]
        for path in ("/invented-wire/feed", "/hayali-haber/feed")
    }

    site.publish(publications(NOW, 2), NOW)

    answers = {path: get(site, path, If_None_Match=tag)[0].status for path, tag in tags.items()}
    assert answers == {"/invented-wire/feed": 200, "/hayali-haber/feed": 304}


def test_page_asked_for_with_gzip_comes_compressed(site: server.Server) -> None:
    path = "/invented-wire/minsk-letters"

    plain, body = get(site, path)
    packed, wire = get(site, path, Accept_Encoding="gzip")

    assert plain.headers["Content-Encoding"] is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(wire) == body


@pytest.mark.parametrize(
    ("path", "status"),
    [("/invented-courier/vanished-page", 404), ("/broken-bulletin/feed", 500), ("/nothing", 404)],
)
def test_page_that_is_gone_and_feed_that_fails_say_so(
    site: server.Server, path: str, status: int
) -> None:
    assert get(site, path)[0].status == status


def test_visitor_that_leaves_before_its_answer_leaves_no_trace_on_the_terminal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with server.serving() as newsroom:
        port = int(newsroom.base.rpartition(":")[2])
        slow = server.Document(b"x", "text/html", datetime.now(UTC), wait=timedelta(seconds=0.2))
        newsroom.documents = {"/slow": slow}
        with socket.create_connection(("127.0.0.1", port)) as visitor:
            visitor.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        while not newsroom.answers:
            time.sleep(0.05)
        time.sleep(0.3)
    assert capfd.readouterr().err == ""
