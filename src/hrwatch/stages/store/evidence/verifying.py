"""Everything that was captured, computed anew: every row, the chain from its beginning to its end,
every body. What does not hold is told in plain words; memory stays flat."""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hrwatch.errors import ArchiveDamaged
from hrwatch.model.articles import Kept
from hrwatch.model.evidence import Capture, CaptureKind
from hrwatch.stages.store.evidence import captures, chaining
from hrwatch.stages.store.evidence.bodies import unpack
from hrwatch.stages.store.evidence.following import (
    NUMBERED,
    UNREADABLE,
    Chain,
    Row,
    noted_end,
    rows,
)
from hrwatch.stages.store.tables import bodies, records
from hrwatch.stages.store.tables import captures as table
from hrwatch.text import counted

_PIECE = 200  # hashes of bodies in memory
_NAMED = 5  # captures that are named for one body
# Names that a body can have, as they are compared in either database: a text of hexadecimal digits.
_NAMED_BY_HASH = sa.and_(
    sa.func.length(bodies.c.sha256) == len(chaining.START),
    sa.func.ltrim(sa.cast(bodies.c.sha256, sa.Text), "0123456789abcdef") == "",
    sa.cast(bodies.c.sha256, sa.Text) == bodies.c.sha256,
)
_RECORD = sa.select(records.c.id, records.c.version).where(
    records.c.ordinal == sa.bindparam("ordinal")
)
_BODY = sa.select(bodies).where(bodies.c.sha256 == sa.bindparam("sha256"))

Tell = Callable[[str], None]
Progress = Callable[[str, int, int], None]  # what is being done, how many are done, and of how many


@dataclass(slots=True)
class Verified:
    """What was found in the archive."""

    captures: int = 0  # those that hold something; no tombstones
    removed: int = 0  # emptied, with a tombstone
    tombstones: int = 0
    bodies: int = 0
    size: int = 0  # bytes of the bodies
    stored: int = 0  # bytes that they take
    number: int = 0  # of the last capture
    head: str = chaining.START  # its chain_hash
    last_at: datetime | None = None  # when it was made
    head_at: int | None = None  # the number under which the head that was asked for stands
    faults: int = 0


def verify(
    connection: sa.Connection, tell: Tell, progress: Progress, head: str | None = None
) -> Verified:
    """Compute everything anew, `tell` every fault, and return what was found; of `head`, a
    chain_hash, whether it stands in the chain."""
    found = Verified()

    def fault(words: str) -> None:
        found.faults += 1
        tell(words)

    _verify_rows(connection, found, fault, progress, head)
    _verify_bodies(connection, found, fault, progress)
    _verify_records(connection, fault)
    if head is not None and found.head_at is None:
        fault(f"the chain holds no {head}: what was noted then is not in this archive")
    return found


def end_of_chain(connection: sa.Connection) -> str | None:
    """Return what does not hold at the end of the chain, as far as that is seen without reading
    it: None where there are as many captures as are noted, and the last one is the one noted."""
    end = captures.end_of(connection)
    last = sa.select(table.c.number, table.c.chain_hash).order_by(table.c.number.desc()).limit(1)
    row = connection.execute(last).one_or_none()
    count = connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
    if count != end.number:
        return f"{counted(end.number, 'capture')} noted, {count} there"
    if row is not None and tuple(row) != end:
        return f"the last capture, {row.number}, is not the one that is noted, {end.number}"
    return None


def _verify_rows(
    connection: sa.Connection, found: Verified, fault: Tell, progress: Progress, head: str | None
) -> None:
    every = connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
    chain, done = Chain(fault), 0
    for done, row in enumerate(rows(connection), start=1):
        if done % _PIECE == 0 or done == every:
            progress("Reading captures", done, every)
        chain.follow(row)
        found.number, found.head = row.number, row.chain_hash
        if row.chain_hash == head:
            found.head_at = row.number
        if row.capture is not None:
            _count(row, row.capture, found, fault)
        elif row.error is None:
            found.removed += 1
    if every > done:
        fault(f"{counted(every - done, 'capture')} under a number that no capture can have")
    found.removed -= chain.finish(noted_end(connection))


def _count(row: Row, capture: Capture, found: Verified, fault: Tell) -> None:
    found.last_at = capture.fetched_at
    if capture.kind is CaptureKind.TOMBSTONE:
        found.tombstones += 1
        return
    found.captures += 1
    if row.held is None:
        fault(f"capture {row.number}: its body is missing")


def _verify_bodies(
    connection: sa.Connection, found: Verified, fault: Tell, progress: Progress
) -> None:
    every = connection.scalar(sa.select(sa.func.count()).select_from(bodies)) or 0
    for sha256 in _hashes(connection):
        found.bodies += 1
        if found.bodies % _PIECE == 0 or found.bodies == every:
            progress("Reading bodies", found.bodies, every)
        try:
            row = connection.execute(_BODY, {"sha256": sha256}).one()
            body = unpack(row.compressed, row.size)
        except UNREADABLE as error:
            told = str(error) if isinstance(error, ArchiveDamaged) else "it cannot be read"
            fault(f"capture {_had_by(connection, sha256)}: {told}")
            continue
        found.size += len(body)
        found.stored += len(row.compressed)
        if hashlib.sha256(body).hexdigest() != sha256:
            fault(f"capture {_had_by(connection, sha256)}: the body is not what was fetched")
        elif zlib.crc32(row.compressed) != row.crc32:
            told = "the body is what was fetched, but was stored otherwise"
            fault(f"capture {_had_by(connection, sha256)}: {told}")
    if every > found.bodies:
        fault(f"{counted(every - found.bodies, 'body', 'bodies')} whose name is no hash")
    is_had = sa.exists().where(table.c.body_sha256 == bodies.c.sha256)
    for sha256 in connection.scalars(sa.select(bodies.c.sha256).where(_NAMED_BY_HASH, ~is_had)):
        fault(f"no capture has the body {sha256}")


def _hashes(connection: sa.Connection) -> Iterator[str]:
    after = ""
    while True:
        query = sa.select(bodies.c.sha256).where(_NAMED_BY_HASH, bodies.c.sha256 > after)
        piece = connection.scalars(query.order_by(bodies.c.sha256).limit(_PIECE)).all()
        yield from piece
        if len(piece) < _PIECE:
            return
        after = piece[-1]


def _had_by(connection: sa.Connection, sha256: str) -> str:
    """Return the numbers of the first few captures with this body; its hash where it has none."""
    query = sa.select(table.c.number).where(NUMBERED, table.c.body_sha256 == sha256)
    found = connection.scalars(query.order_by(table.c.number).limit(_NAMED + 1)).all()
    more = ["…"] if len(found) > _NAMED else []
    return ", ".join([*map(str, found[:_NAMED]), *more]) or sha256


def _verify_records(connection: sa.Connection, fault: Tell) -> None:
    """Look for records that came with evidence, as all do that have an entry_hash and are kept in
    full, and have none: of a page that was read, the page."""
    same_page = sa.or_(
        table.c.body_sha256 == records.c.page_sha256,
        sa.and_(records.c.page_sha256.is_(None), records.c.article_url.is_(None)),
    )
    is_held = sa.exists().where(
        table.c.record == records.c.id, table.c.kind != CaptureKind.TOMBSTONE, same_page
    )
    query = sa.select(records.c.ordinal).where(
        records.c.kept == Kept.FULL, records.c.entry_hash.is_not(None), ~is_held
    )
    for ordinal in connection.scalars(query.order_by(records.c.ordinal)):
        told = _record(connection, ordinal)
        fault(f"{told}: no capture has what it was read from")


def _record(connection: sa.Connection, ordinal: int) -> str:
    try:
        row = connection.execute(_RECORD, {"ordinal": ordinal}).one()
    except UNREADABLE:
        return f"row {ordinal} of records, whose id cannot be read"
    return f"record {row.id}, version {row.version}"
