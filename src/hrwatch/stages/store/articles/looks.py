"""What came of looking at an article again, written in one transaction: all of it, or nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import sqlalchemy as sa

from hrwatch.model.articles import Kept, Record
from hrwatch.model.evidence import Capture, Visit
from hrwatch.model.mail import Reason
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.articles import visits
from hrwatch.stages.store.articles.presence import is_latest
from hrwatch.stages.store.evidence import captures
from hrwatch.stages.store.evidence.bodies import Packed
from hrwatch.stages.store.mail import fates
from hrwatch.stages.store.tables import records

Evidence = tuple[Capture, Packed]


@dataclass(frozen=True, slots=True)
class Look:
    """What came of a visit to an article's page."""

    record: Record  # the version that was looked at
    visit: Visit  # as it is known now
    evidence: Evidence | None = None
    version: Record | None = None  # what the article has become
    reason: Reason | None = None  # REMOVED or RETURNED


@dataclass(frozen=True, slots=True)
class Restated:
    """What a feed says of an entry that it said something else of before."""

    record: str
    entry_hash: str
    looked_at: Record | None = None  # the version that was compared; None: none was
    evidence: Evidence | None = None
    version: Record | None = None


def keep(connection: sa.Connection, look: Look, owner: str, now: datetime) -> bool:
    """Write what came of a visit, and free its article; False, and nothing else written, where
    `owner` lost it, or the article was changed or removed from the archive under the visit."""
    record, visit = look.record, look.visit
    record_table.hold(connection, (record.id,))
    if not _is_as_it_was(connection, record):
        visits.release(connection, visit.record, owner)
        return False
    if not visits.finish(connection, visit, owner):
        return False
    if look.evidence:
        captures.append(connection, (look.evidence,))
    if look.version:
        record_table.add(connection, (look.version,))
    if look.reason is Reason.REMOVED:
        fates.add_removed(connection, look.version or record, now)
    if look.reason is Reason.RETURNED:
        fates.add_returned(connection, look.version or record, now)
    if not (visit.wants_page or visits.is_asked_for(connection, record.id)):
        visits.end(connection, record.id)
    return True


def keep_restated(
    connection: sa.Connection,
    restated: Iterable[Restated],
    *,
    hastened: Mapping[str, Visit] = MappingProxyType({}),
    moved: Iterable[Visit] = (),
) -> frozenset[str]:
    """Write what a feed says anew of its entries, which visits are made sooner because of that, by
    record, and which are made to another address; return the records of which nothing was written,
    because they were changed or removed from the archive meanwhile."""
    restated, moved, left = tuple(restated), tuple(moved), set()
    changed = {one.record for one in restated} | {visit.record for visit in moved}
    record_table.hold(connection, changed)
    for visit in moved:
        visits.move(connection, visit)
    for one in restated:
        if one.looked_at and not _is_as_it_was(connection, one.looked_at):
            left.add(one.record)
            continue
        if one.evidence:
            captures.append(connection, (one.evidence,))
        if one.version:
            record_table.add(connection, (one.version,))
        connection.execute(
            sa.update(records)
            .where(records.c.id == one.record, is_latest())
            .values(entry_hash=one.entry_hash)
        )
        if one.record in hastened:
            visits.hasten(connection, hastened[one.record])
    return frozenset(left)


def _is_as_it_was(connection: sa.Connection, record: Record) -> bool:
    """Say whether the latest version of a record that is held is this one, and as much is kept of
    it. A statement of its own: one that waits for a lock sees no version that is new since."""
    row = connection.execute(
        sa.select(records.c.version, records.c.kept).where(records.c.id == record.id, is_latest())
    ).one_or_none()
    return row is not None and (row.version, Kept(row.kept)) == (record.version, record.kept)
