"""Captures as a WARC file (ISO 28500:2017, version 1.1), which the tools of web archives read.

Of each page a `response`, of each entry without one a `resource`; and of every capture, removed
ones and tombstones too, a `metadata` record with all that is hashed of it: from the file alone the
chain can be computed anew. What is damaged has that record alone.
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from typing import BinaryIO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from hrwatch.errors import ArchiveDamaged
from hrwatch.model.evidence import Capture, CaptureKind
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.evidence import chaining
from hrwatch.stages.store.evidence.following import Row, body_of, noted_end, rows

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

    def write(
        self, archive: Archive, software: str, now: datetime, gap: Callable[[str], None]
    ) -> None:
        """Write every capture of an archive in the order of the chain, one body in memory at a
        time; `gap` is told of each that is not in the file as it was fetched, and why."""
        with archive.reading() as connection:
            end = noted_end(connection)
            if end is None:
                gap("the noted end of the chain cannot be read")
            info = {
                "software": software,
                "format": "WARC File Format 1.1",
                "conformsTo": "https://iipc.github.io/warc-specifications/specifications/"
                "warc-format/warc-1.1/",
                **({"hrwatch-captures": end.number, "hrwatch-head": end.chain_hash} if end else {}),
            }
            told = "".join(f"{name}: {value}\r\n" for name, value in info.items()).encode()
            marks = {
                "WARC-Record-ID": _id("info", end.chain_hash if end else ""),
                "WARC-Date": _date(now),
            }
            self._add("warcinfo", "", told, marks, "application/warc-fields")
            for row in rows(connection):
                body = None
                try:
                    body = body_of(connection, row)
                except ArchiveDamaged as error:
                    gap(f"capture {row.number}: {error}; only what is known of it is in the file")
                if row.capture and body is not None:
                    self._add_body(row, row.capture, body)
                self._add_metadata(row, now, has_body=body is not None)

    def _add_body(self, row: Row, capture: Capture, body: bytes) -> None:
        marks = {
            "WARC-Record-ID": _id("body", row.row_hash),
            "WARC-Date": chaining.instant(capture.fetched_at),
        }
        if capture.kind is CaptureKind.PAGE:
            self._add("response", _target(row), body, marks, http=_http(capture, len(body)))
        else:
            self._add("resource", _target(row), body, marks, capture.content_type)

    def _add_metadata(self, row: Row, now: datetime, *, has_body: bool) -> None:
        capture = row.capture
        told: dict[str, object] = {"row_hash": row.row_hash, "chain_hash": row.chain_hash}
        # By its number, which no two have: damaged hashes may be alike.
        about = row.row_hash if row.is_as_written else f"{row.number} {row.row_hash}"
        marks = {"WARC-Record-ID": _id("about", about), "WARC-Date": _date(now)}
        if capture is None:
            told |= {"number": row.number, "removed": row.error is None}
        else:
            told["row"] = chaining.values(row.number, capture)
            marks["WARC-Date"] = chaining.instant(capture.fetched_at)
        if has_body:
            marks["WARC-Refers-To"] = _id("body", row.row_hash)
        self._add("metadata", _target(row), chaining.canonical(told), marks, _JSON)

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


def _target(row: Row) -> str:
    """Return what a record is about: a page's address, else a name of our own, so that no tool
    shows an entry, a tombstone or what was altered in the page's place."""
    if row.is_as_written and row.capture and row.capture.kind is CaptureKind.PAGE:
        return row.capture.url
    return f"urn:hrwatch:capture:{row.number}"


def _id(kind: str, told: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(_OURS, f'{kind} {told}')}>"


def _date(moment: datetime) -> str:
    return chaining.instant(moment.replace(microsecond=0))
