"""What is captured of an entry, and what was captured read back, to be read again."""

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

import hrwatch
from hrwatch.errors import ArchiveDamaged
from hrwatch.model.evidence import Capture, CaptureKind
from hrwatch.model.feeds import Entry, Feed, Response, Validators
from hrwatch.stages.store.evidence import bodies, chaining
from hrwatch.stages.store.evidence.bodies import Packed

SOFTWARE = f"hrwatch {hrwatch.__version__}"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it was fetched, with the feed on whose behalf."""

    capture: Capture
    packed: Packed
    by: Feed


_TIMES = frozenset({"published_at", "updated_at"})


def page_capture(
    page: Response, packed: Packed, *, record: str, feed: str, note: str = ""
) -> Capture:
    """Return the capture of a page, whose body is `packed`, for a record of a feed."""
    return Capture(
        kind=CaptureKind.PAGE,
        record=record,
        feed=feed,
        requested_url=page.requested_url,
        url=page.url,
        redirects=page.redirects,
        status=page.status,
        headers=page.headers,
        content_type=page.content_type,
        fetched_at=page.fetched_at,
        body_sha256=packed.sha256,
        body_size=packed.size,
        certificate_sha256=page.certificate_sha256,
        software=SOFTWARE,
        note=note,
    )


def entry_capture(entry: Entry, *, record: str, feed: str, now: datetime) -> tuple[Capture, Packed]:
    """Return the capture of what a feed gave of an entry whose page was not read, with its body.

    Both addresses are the entry's own: a feed's may hold a secret of the operator's.
    """
    packed = bodies.pack(chaining.canonical(_entry_values(entry)))
    capture = Capture(
        kind=CaptureKind.ENTRY,
        record=record,
        feed=feed,
        requested_url=entry.permalink,
        url=entry.permalink,
        redirects=(),
        status=None,
        headers=(),
        content_type="application/json",
        fetched_at=now,
        body_sha256=packed.sha256,
        body_size=packed.size,
        certificate_sha256=None,
        software=SOFTWARE,
    )
    return capture, packed


def as_fetched_for(page: Fetched, *, record: str, feed: str) -> Capture:
    """Return the capture of a page for another record than the one that it was fetched for."""
    told = f"as fetched for record {page.capture.record}"
    return replace(page.capture, record=record, feed=feed, note=page.capture.note or told)


def page_of(capture: Capture, body: bytes) -> Response:
    """Given the capture of a page and its body, or as much of it as is read, return it as it was
    fetched."""
    return Response(
        url=capture.url,
        requested_url=capture.requested_url,
        status=capture.status or 0,
        headers=capture.headers,
        content_type=capture.content_type,
        body=body,
        validators=Validators(),
        retry_after=None,
        max_age=None,
        fetched_at=capture.fetched_at,
        redirects=capture.redirects,
        certificate_sha256=capture.certificate_sha256,
    )


def entry_of(body: bytes) -> Entry:
    """Given the body of an ENTRY capture, return the entry as the feed gave it; raise
    ArchiveDamaged where it is none. What a later hrwatch wrote beside it is passed over."""
    known = {field.name for field in fields(Entry)}
    try:
        told = {name: value for name, value in json.loads(body).items() if name in known}
        return Entry(**{name: _read(name, value) for name, value in told.items()})
    except (ValueError, TypeError, AttributeError) as error:
        raise ArchiveDamaged("the capture of an entry cannot be read") from error


def _entry_values(entry: Entry) -> dict[str, object]:
    return {
        name: chaining.instant(value) if isinstance(value, datetime) else value
        for name, value in asdict(entry).items()
    }


def _read(name: str, value: Any) -> Any:
    if name in _TIMES and value is not None:
        return datetime.fromisoformat(str(value))
    return tuple(value) if isinstance(value, list) else value
