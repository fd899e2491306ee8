"""Captures as a WARC file (ISO 28500:2017, version 1.1), which the tools of web archives read.

Of each page a `response`, of each entry without one a `resource`; and of every capture, removed
ones and tombstones too, a `metadata` record with all that is hashed of it: from the file alone the
chain can be computed anew.
"""

import uuid
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from typing import BinaryIO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from hrwatch.errors import ArchiveDamaged
from hrwatch.model.evidence import Capture, CaptureKind, Link
from hrwatch.stages.store import captures, chaining
from hrwatch.stages.store.archive import Archive

# True of what came over the wire, and not of the body, whose encoding was undone.
_UNDONE = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_ORIGINAL = "X-Archive-Orig-"  # what other archives call them by
# Invented once: the ids of the records follow from the captures, and are the same in every export.
_OURS = uuid.UUID("5a6d2f0e-4bd1-5c0e-9f43-6d0f3c1f7a52")
_JSON = "application/json"


class _AsSent(StatusAndHeaders):  # type: ignore[misc]  # it comes without types
    """A status line and headers, written byte for byte as they were sent."""

    def to_ascii_bytes(self, filter_func: object = None) -> bytes:
        """Not percent-encoded, as warcio would: it raises for some of what servers send."""
        return str(self.to_str(filter_func)).encode("latin-1", "replace") + b"\r\n"


class Warc:
    """A file that is being written: a member of gzip for each record."""

    def __init__(self, out: BinaryIO) -> None:
        self._writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")

    def write(self, archive: Archive, software: str, now: datetime) -> None:
        """Write every capture of an archive in the order of the chain, one body in memory at a
        time; raise ArchiveDamaged where one is missing or is not what was fetched."""
        with archive.reading() as connection:
            end = captures.end_of(connection)
            info = {
                "software": software,
                "format": "WARC File Format 1.1",
                "conformsTo": "https://iipc.github.io/warc-specifications/specifications/"
                "warc-format/warc-1.1/",
                "hrwatch-captures": end.number,
                "hrwatch-head": end.chain_hash,
            }
            told = "".join(f"{name}: {value}\r\n" for name, value in info.items()).encode()
            marks = {"WARC-Record-ID": _id("info", end.chain_hash), "WARC-Date": _date(now)}
            self._add("warcinfo", "", told, marks, "application/warc-fields")
            for link in captures.stream(connection):
                capture = link.capture
                if capture is None or capture.kind is CaptureKind.TOMBSTONE:
                    self._add_metadata(link, now)
                    continue
                body = captures.body(connection, capture.body_sha256)
                if body is None:
                    raise ArchiveDamaged(f"the body of capture {link.number} is missing")
                self._add_body(link, capture, body)
                self._add_metadata(link, now)

    def _add_body(self, link: Link, capture: Capture, body: bytes) -> None:
        marks = {
            "WARC-Record-ID": _id("body", link.row_hash),
            "WARC-Date": chaining.instant(capture.fetched_at),
        }
        if capture.kind is CaptureKind.PAGE:
            self._add("response", _target(link), body, marks, http=_http(capture, len(body)))
        else:
            self._add("resource", _target(link), body, marks, capture.content_type)

    def _add_metadata(self, link: Link, now: datetime) -> None:
        capture = link.capture
        told: dict[str, object] = {"row_hash": link.row_hash, "chain_hash": link.chain_hash}
        marks = {"WARC-Record-ID": _id("about", link.row_hash), "WARC-Date": _date(now)}
        if capture is None:
            told |= {"number": link.number, "removed": True}
        else:
            told["row"] = chaining.values(link.number, capture)
            marks["WARC-Date"] = chaining.instant(capture.fetched_at)
            if capture.kind is not CaptureKind.TOMBSTONE:
                marks["WARC-Refers-To"] = _id("body", link.row_hash)
        self._add("metadata", _target(link), chaining.canonical(told), marks, _JSON)

    def _add(  # noqa: PLR0913, PLR0917 - what a record of WARC is made of
        self,
        kind: str,
        target: str,
        block: bytes,
        marks: dict[str, str],
        content_type: str = "",
        http: _AsSent | None = None,
    ) -> None:
        self._writer.write_record(
            self._writer.create_warc_record(
                target,
                kind,
                payload=BytesIO(block),
                length=len(block),
                warc_content_type=content_type,
                warc_headers_dict=marks,
                http_headers=http,
            )
        )


def _http(capture: Capture, length: int) -> _AsSent:
    """Return the status line and headers as they came, but for what is not true of the body as it
    is kept. Which version of HTTP it was, and the reason, are not kept."""
    status = capture.status or HTTPStatus.OK
    try:
        line = f"{status:d} {HTTPStatus(status).phrase}"
    except ValueError:
        line = f"{status:d} Unknown"
    headers = [
        (f"{_ORIGINAL}{name}" if name.lower() in _UNDONE else name, value)
        for name, value in capture.headers
    ]
    return _AsSent(line, [*headers, ("Content-Length", str(length))], protocol="HTTP/1.1")


def _target(link: Link) -> str:
    """Return what a record is about: a page's address, else a name of our own, so that no tool
    shows an entry or a tombstone in the page's place."""
    if link.capture and link.capture.kind is CaptureKind.PAGE:
        return link.capture.url
    return f"urn:hrwatch:capture:{link.number}"


def _id(kind: str, told: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(_OURS, f'{kind} {told}')}>"


def _date(moment: datetime) -> str:
    return chaining.instant(moment.replace(microsecond=0))
