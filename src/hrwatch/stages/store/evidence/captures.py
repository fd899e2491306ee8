"""Captures: what was fetched, as it came, each chained to the one before. Append-only.

Bodies are kept by their SHA-256, compressed, each once. What is removed (a purge, the end of a
period of keeping) leaves its hashes in the chain, and a tombstone that says so.
"""

import hashlib
import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from hrwatch.errors import ArchiveDamaged
from hrwatch.model.evidence import Capture, CaptureKind, Link
from hrwatch.model.feeds import Redirect
from hrwatch.stages.store import guarded
from hrwatch.stages.store.evidence import chaining
from hrwatch.stages.store.statements import chunks, insert_missing
from hrwatch.stages.store.tables import bodies, chain, records
from hrwatch.stages.store.tables import captures as table

_NAME = "captures"
_LEVEL = 6  # of zlib: 9 takes twice the time for a hundredth less
# Bytes: the largest body that can be configured to be fetched. No noted size lets more be unpacked.
_LARGEST = 1000**3
# What stays of a row whose capture was removed.
STAYING = frozenset({"number", "kind", "row_hash", "chain_hash"})


# Made once: it is asked for every page, and making it costs more than the answer.
_OF_PAGE = (
    sa.select(table, records.c.title_key)
    .join(records, records.c.id == table.c.record)
    .where(
        records.c.permalink_key == sa.bindparam("permalink_key"),
        # A version was read from it: later visits may have met a notice in the page's place.
        records.c.page_sha256 == table.c.body_sha256,
        table.c.kind == CaptureKind.PAGE,
        table.c.fetched_at >= sa.bindparam("since"),
    )
    .order_by(table.c.number.desc())
)


@dataclass(frozen=True, slots=True)
class Packed:
    """A body as it is kept: a fifth of its size, mostly."""

    sha256: str  # of the body (hex)
    size: int  # of the body, in bytes
    compressed: bytes


class End(NamedTuple):
    """The end of the chain: how many captures there ever were, and the last one's chain_hash."""

    number: int
    chain_hash: str


def pack(body: bytes) -> Packed:
    """Return a body as it is kept."""
    return Packed(hashlib.sha256(body).hexdigest(), len(body), zlib.compress(body, _LEVEL))


@guarded.of("bodies")
def unpack(packed: bytes, size: int, most: int | None = None) -> bytes:
    """Given what is kept of a body of `size` bytes, return the body, or its first `most` bytes;
    raise ArchiveDamaged where it is not one of that size."""
    if not 0 <= size <= _LARGEST:
        raise ArchiveDamaged("the body of a capture is not as long as it was")
    inflater = zlib.decompressobj()
    try:
        body = inflater.decompress(packed, size + 1 if most is None else max(most, 1))
        whole = inflater.eof and len(body) == size and not inflater.unused_data
    except zlib.error as error:
        raise ArchiveDamaged("the body of a capture cannot be decompressed") from error
    if most is None and not whole:
        raise ArchiveDamaged("the body of a capture is not as long as it was")
    return body


def append(
    connection: sa.Connection, captures: Iterable[tuple[Capture, bytes | Packed]]
) -> tuple[Link, ...]:
    """Append captures, each with its body, to the chain; return them in their places. Raise
    ValueError where a body is not the one that its capture names."""
    captures = tuple(captures)
    if not captures:
        return ()
    end = _locked(connection)
    links = []
    for capture, body in captures:
        if capture.kind is not CaptureKind.TOMBSTONE:
            _keep(connection, capture, body if isinstance(body, Packed) else pack(body))
        number = end.number + 1
        row_hash = chaining.row_hash(number, capture)
        end = End(number, chaining.chain_hash(end.chain_hash, row_hash))
        links.append(Link(number, capture, row_hash, end.chain_hash))
    connection.execute(sa.insert(table), [_row_values(link) for link in links])
    connection.execute(sa.update(chain).where(chain.c.name == _NAME).values(end._asdict()))
    return tuple(links)


def of(connection: sa.Connection, record_id: str) -> tuple[Link, ...]:
    """Return the captures of a record in their order, tombstones too; those that were removed are
    nobody's any more."""
    query = sa.select(table).where(table.c.record == record_id).order_by(table.c.number)
    return tuple(map(link_from, connection.execute(query)))


def latest(connection: sa.Connection, record_id: str) -> tuple[Capture, bytes] | None:
    """Return a record's latest capture with its body; None where it has none, or none any more."""
    held = [link.capture for link in of(connection, record_id) if link.capture]
    held = [capture for capture in held if capture.kind is not CaptureKind.TOMBSTONE]
    if not held:
        return None
    found = body(connection, held[-1].body_sha256)
    if found is None:
        raise ArchiveDamaged("the body of a capture is missing")
    return held[-1], found


def body(connection: sa.Connection, sha256: str) -> bytes | None:
    """Return the body with this hash; None where it is not kept. Raise ArchiveDamaged for one that
    is not what it was."""
    packed = packed_body(connection, sha256)
    if packed is None:
        return None
    found = unpack(packed.compressed, packed.size)
    if hashlib.sha256(found).hexdigest() != sha256:
        raise ArchiveDamaged("the body of a capture is not what was fetched")
    return found


def packed_body(connection: sa.Connection, sha256: str) -> Packed | None:
    """Return the body with this hash as it is kept; None where it is not."""
    row = connection.execute(sa.select(bodies).where(bodies.c.sha256 == sha256)).one_or_none()
    return None if row is None else Packed(row.sha256, row.size, row.compressed)


def of_page(
    connection: sa.Connection, permalink_key: str, since: datetime
) -> tuple[tuple[Capture, str], ...]:
    """Return the captures of pages that were fetched from `since` on and read as versions of
    records with this key of a canonical permalink, the latest first, each with the key of its
    record's title."""
    rows = connection.execute(_OF_PAGE, {"permalink_key": permalink_key, "since": since})
    found = ((link_from(row).capture, row.title_key) for row in rows)
    return tuple((capture, title_key) for capture, title_key in found if capture)


def erase(
    connection: sa.Connection, numbers: Iterable[int], reason: str, now: datetime, software: str
) -> int:
    """Remove what the captures with these numbers hold, and the bodies that no other capture has;
    append a tombstone for each record, with their hashes and the reason. Return how many were
    removed: tombstones, and what was removed before, stay as they are."""
    _locked(connection)
    removed: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for piece in chunks(sorted(set(numbers))):
        query = sa.select(table).where(
            table.c.number.in_(piece),
            table.c.kind != CaptureKind.TOMBSTONE,
            table.c.record.is_not(None),
        )
        for link in map(link_from, connection.execute(query.order_by(table.c.number))):
            if link.capture:
                removed[link.capture.record, link.capture.feed].append(link)
    empty = {column.name: None for column in table.columns if column.name not in STAYING}
    hashes: set[str] = set()
    for links in removed.values():
        for some in chunks(links):
            gone = table.c.number.in_([link.number for link in some])
            connection.execute(sa.update(table).where(gone).values(empty))
            hashes.update(link.capture.body_sha256 for link in some if link.capture)
    still_had = sa.exists().where(table.c.body_sha256 == bodies.c.sha256)
    for those in chunks(sorted(hashes)):
        connection.execute(sa.delete(bodies).where(bodies.c.sha256.in_(those), ~still_had))
    tombstones = [
        _tombstone(record, feed, now, software, _note(links, reason))
        for (record, feed), links in removed.items()
    ]
    append(connection, [(tombstone, b"") for tombstone in tombstones])
    return sum(map(len, removed.values()))


def bury(
    connection: sa.Connection, record: tuple[str, str], reason: str, now: datetime, software: str
) -> None:
    """Append a tombstone for a record, given by its id and feed, that there are no captures of."""
    append(connection, [(_tombstone(*record, now, software, _note([], reason)), b"")])


def tombstone(connection: sa.Connection, record_id: str) -> Capture | None:
    """Return the latest tombstone of a record; None without any."""
    query = (
        sa.select(table)
        .where(table.c.record == record_id, table.c.kind == CaptureKind.TOMBSTONE)
        .order_by(table.c.number.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else link_from(row).capture


def reason(tombstone: Capture) -> str:
    """Given a tombstone, return why it stands; raise ArchiveDamaged where it says nothing."""
    with guarded.of("the note of a tombstone"):
        return str(json.loads(tombstone.note)["reason"])


def end_of(connection: sa.Connection) -> End:
    """Return the end of the chain, as it is noted."""
    row = connection.execute(sa.select(chain).where(chain.c.name == _NAME)).one_or_none()
    return End(0, chaining.START) if row is None else End(row.number, row.chain_hash)


@guarded.of("captures")
def link_from(row: sa.Row[Any]) -> Link:
    """Given a row of captures, return it in its place of the chain."""
    capture = None
    if row.record is not None:
        if row.fetched_at is None:
            raise ValueError("no time")
        capture = Capture(
            kind=CaptureKind(row.kind),
            record=row.record,
            feed=row.feed,
            requested_url=row.requested_url,
            url=row.url,
            redirects=tuple(Redirect(url, status) for url, status in row.redirects),
            status=row.status,
            headers=tuple((name, value) for name, value in row.headers),
            content_type=row.content_type,
            fetched_at=row.fetched_at,
            body_sha256=row.body_sha256,
            body_size=row.body_size,
            certificate_sha256=row.certificate_sha256,
            software=row.software,
            note=row.note,
        )
    return Link(row.number, capture, row.row_hash, row.chain_hash)


@guarded.of("the note of a tombstone")
def removed_by(tombstone: Capture) -> Mapping[int, tuple[str, str]]:
    """Given a tombstone, return the numbers of the captures it stands for, each with its kind and
    row_hash; raise ArchiveDamaged where that is not what it holds."""
    removed = json.loads(tombstone.note)["removed"]
    return {int(one["number"]): (str(one["kind"]), str(one["row_hash"])) for one in removed}


def _note(removed: Sequence[Link], reason: str) -> str:
    """Return what a tombstone says: canonical JSON, and so always the same."""
    told = [
        {
            "number": link.number,
            "kind": link.capture.kind.value if link.capture else None,
            "row_hash": link.row_hash,
            "body_sha256": link.capture.body_sha256 if link.capture else None,
        }
        for link in removed
    ]
    return chaining.canonical({"removed": told, "reason": reason}).decode()


def _tombstone(record: str, feed: str, now: datetime, software: str, note: str) -> Capture:
    return Capture(
        kind=CaptureKind.TOMBSTONE,
        record=record,
        feed=feed,
        requested_url="",
        url="",
        redirects=(),
        status=None,
        headers=(),
        content_type="",
        fetched_at=now,
        body_sha256="",
        body_size=0,
        certificate_sha256=None,
        software=software,
        note=note,
    )


def _locked(connection: sa.Connection) -> End:
    """Return the end of the chain, and let no other transaction append before this one ends.

    Whoever changes records too holds all of them before (`records.hold`): first records, then the
    chain. Two that did it the other way round would wait for each other for good.
    """
    row = insert_missing(connection, chain)
    connection.execute(row.values(name=_NAME, number=0, chain_hash=chaining.START))
    query = sa.select(chain.c.number, chain.c.chain_hash).where(chain.c.name == _NAME)
    # On SQLite whoever writes is alone anyway.
    return End(*connection.execute(query.with_for_update()).one())


def _keep(connection: sa.Connection, capture: Capture, packed: Packed) -> None:
    if (packed.sha256, packed.size) != (capture.body_sha256, capture.body_size):
        raise ValueError("a capture names another body than it was given")
    connection.execute(
        insert_missing(connection, bodies).values(
            sha256=packed.sha256,
            size=packed.size,
            compressed=packed.compressed,
            crc32=zlib.crc32(packed.compressed),
        )
    )


def _row_values(link: Link) -> dict[str, object]:
    assert link.capture is not None  # noqa: S101 - for the type; what is appended is there
    return {
        **chaining.values(link.number, link.capture),
        "fetched_at": link.capture.fetched_at,
        "row_hash": link.row_hash,
        "chain_hash": link.chain_hash,
    }
