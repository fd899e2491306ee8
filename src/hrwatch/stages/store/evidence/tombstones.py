"""Captures that are removed, and the tombstones that stand in the chain for them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from hrwatch.model.evidence import Capture, CaptureKind, Link
from hrwatch.stages.store import guarded
from hrwatch.stages.store.evidence import bodies, captures, chaining
from hrwatch.stages.store.statements import chunks
from hrwatch.stages.store.tables import captures as table


def erase(
    connection: sa.Connection, numbers: Iterable[int], reason: str, now: datetime, software: str
) -> int:
    """Remove what the captures with these numbers hold, and the bodies that no other capture has;
    append a tombstone for each record, with their hashes and the reason. Return how many were
    removed: tombstones, and what was removed before, stay as they are."""
    captures.hold(connection)
    removed: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for piece in chunks(sorted(set(numbers))):
        query = sa.select(table).where(
            table.c.number.in_(piece),
            table.c.kind != CaptureKind.TOMBSTONE,
            table.c.record.is_not(None),
        )
        for link in map(captures.link_from, connection.execute(query.order_by(table.c.number))):
            if link.capture:
                removed[link.capture.record, link.capture.feed].append(link)
    empty = {column.name: None for column in table.columns if column.name not in captures.STAYING}
    hashes: set[str] = set()
    for links in removed.values():
        for some in chunks(links):
            gone = table.c.number.in_([link.number for link in some])
            connection.execute(sa.update(table).where(gone).values(empty))
            hashes.update(link.capture.body_sha256 for link in some if link.capture)
    bodies.remove(connection, hashes)
    tombstones = [
        _tombstone(record, feed, now, software, _note(links, reason))
        for (record, feed), links in removed.items()
    ]
    captures.append(connection, [(tombstone, b"") for tombstone in tombstones])
    return sum(map(len, removed.values()))


def bury(
    connection: sa.Connection, record: tuple[str, str], reason: str, now: datetime, software: str
) -> None:
    """Append a tombstone for a record, given by its id and feed, that there are no captures of."""
    captures.append(connection, [(_tombstone(*record, now, software, _note([], reason)), b"")])


def latest(connection: sa.Connection, record_id: str) -> Capture | None:
    """Return the latest tombstone of a record; None without any."""
    query = (
        sa.select(table)
        .where(table.c.record == record_id, table.c.kind == CaptureKind.TOMBSTONE)
        .order_by(table.c.number.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else captures.link_from(row).capture


def reason(tombstone: Capture) -> str:
    """Given a tombstone, return why it stands; raise ArchiveDamaged where it says nothing."""
    with guarded.of("the note of a tombstone"):
        return str(json.loads(tombstone.note)["reason"])


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
