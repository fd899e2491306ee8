"""The newsroom's web server: loopback only, with what real servers do: validators and gzip."""

import gzip
import hashlib
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer

from hrwatch.demo import markup
from hrwatch.demo.newsroom import Publication

HOST = "127.0.0.1"
SLOWNESS = timedelta(seconds=1.5)
MISSING = b"<!DOCTYPE html><title>Not found</title><p>This page is gone."


@dataclass(frozen=True, slots=True)
class Document:
    """What stands at one address."""

    body: bytes
    content_type: str
    changed_at: datetime
    status: int = HTTPStatus.OK
    wait: timedelta = timedelta(0)

    @property
    def etag(self) -> str:
        """A strong validator (RFC 9110, 8.8.3)."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


@dataclass(slots=True)
class Server:
    """The newsroom as a visitor sees it; `publish` changes what stands there."""

    base: str  # http://127.0.0.1:PORT
    documents: Mapping[str, Document] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)  # by status

    def publish(self, publications: tuple[Publication, ...], now: datetime) -> None:
        """Put up the feeds and pages of `publications` in the place of what was there."""
        self.documents = documents(publications, self.base, now)


def feed_path(publication: Publication) -> str:
    """Return where a publication's feed stands."""
    return f"/{publication.name}/feed"


def documents(
    publications: tuple[Publication, ...], base: str, now: datetime
) -> dict[str, Document]:
    """Return every feed and page by its path; pages that are gone have none."""
    found = {}
    for publication in publications:
        stories = publication.stories
        found[feed_path(publication)] = Document(
            markup.feed(publication, base),
            markup.CONTENT_TYPES[publication.format],
            max((story.updated_at for story in stories), default=now),
            publication.status,
            SLOWNESS if publication.slow else timedelta(0),
        )
        for story in stories:
            if not story.gone and story.path.startswith(f"/{publication.name}/"):
                body = markup.page(publication, story)
                found[story.path] = Document(body, "text/html; charset=utf-8", story.updated_at)
    return found


@contextmanager
def serving() -> Iterator[Server]:
    """Serve an empty newsroom on a free port of loopback until the block is left."""
    newsroom = Server(base="")

    class Visit(_Visit):
        server_side = newsroom

    with _Listener((HOST, 0), Visit) as listener:
        newsroom.base = f"http://{HOST}:{listener.server_address[1]}"
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield newsroom
        finally:
            listener.shutdown()
            thread.join()


class _Listener(ThreadingTCPServer):
    """Not http.server's own class: that one asks the name service who it is."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a visitor that left before its answer, as it may on a busy machine."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # as it came


class _Visit(BaseHTTPRequestHandler):
    server_side: Server
    protocol_version = "HTTP/1.1"
    server_version = "invented-newsroom"
    sys_version = ""
    timeout = 30  # seconds that an idle connection is kept

    def do_GET(self) -> None:
        document = self.server_side.documents.get(self.path)
        if document is None:
            self._answer(HTTPStatus.NOT_FOUND, MISSING, {"Content-Type": "text/html"})
            return
        time.sleep(document.wait.total_seconds())
        headers = {
            "Content-Type": document.content_type,
            "ETag": document.etag,
            "Last-Modified": format_datetime(document.changed_at, usegmt=True),
            "Vary": "Accept-Encoding",
        }
        if document.status != HTTPStatus.OK:
            self._answer(document.status, b"out of order", {"Content-Type": "text/plain"})
        elif self._knows(document):
            self._answer(HTTPStatus.NOT_MODIFIED, b"", headers)
        elif "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(document.body)
            self._answer(HTTPStatus.OK, body, headers | {"Content-Encoding": "gzip"})
        else:
            self._answer(HTTPStatus.OK, document.body, headers)

    def _knows(self, document: Document) -> bool:
        """Say whether the visitor has this version (RFC 9110, 13.2.2: the ETag goes first)."""
        if tags := self.headers.get("If-None-Match"):
            return document.etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        since = self.headers.get("If-Modified-Since")
        return since is not None and parsedate_to_datetime(since) >= document.changed_at

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.server_side.answers[status] += 1
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the demo tells what happens in its own words."""
