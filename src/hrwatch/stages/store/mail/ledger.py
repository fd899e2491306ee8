"""Who was told of what, and why: a row for each match, which waits until a digest answers for it.

Every record is matched once, in the order of writing, with every subscriber there is by then.
What matched waits here; what did not will not later either, because criteria that come into force
afterwards do not reach back (`match`). So a digest looks at what waits, not at the archive.

A row stands for one version of a record and one reason. Of an article nobody has more than one row
of NEW and CHANGED that waits: a later version takes the place of the one before. What becomes of an
article's page waits by `fates`; `settling` is what digests answer for.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hrwatch.model.articles import Record
from hrwatch.model.evidence import Visit
from hrwatch.model.mail import OF_VERSIONS, Match, Reason
from hrwatch.stages.store import guarded
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.articles import visits as visit_table
from hrwatch.stages.store.statements import chunks, insert_missing
from hrwatch.stages.store.tables import ledger, progress, records

_MATCHED = "matched"
# Changes of one article that somebody is told of: what is edited all day cannot fill digests.
MOST_CHANGED = 5
_PAIRS = sa.select(ledger.c.subscriber, ledger.c.record).distinct()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What no digest answers for yet."""

    record: Record  # in the version that is to be told
    reason: Reason
    matched_at: datetime


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Records that no subscriber was asked about yet; `up_to` is where the next ones begin."""

    records: tuple[Record, ...]
    up_to: int


def unmatched(connection: sa.Connection, limit: int) -> Unmatched | None:
    """Return the next records to be matched, backlog left out; None where all were.

    `limit` bounds how many are looked at.
    """
    after = connection.scalar(sa.select(progress.c.ordinal).where(progress.c.name == _MATCHED)) or 0
    ordinals = connection.scalars(
        sa.select(records.c.ordinal)
        .where(records.c.ordinal > after)
        .order_by(records.c.ordinal)
        .limit(limit)
    ).all()
    if not ordinals:
        return None
    found = record_table.written(connection, after, ordinals[-1])
    return Unmatched(tuple(record for record in found if not record.backlog), ordinals[-1])


def add(  # noqa: PLR0913 - what matched, and what goes with it in one transaction
    connection: sa.Connection,
    matches: Mapping[str, Iterable[Match]],
    up_to: int,
    now: datetime,
    *,
    versions: Iterable[Record] = (),
    visits: Iterable[Visit] = (),
) -> None:
    """Given each subscriber's matches among the records up to `up_to`, let them wait. `versions`
    are those of the records that are a later version of an article, whether they matched or not;
    `visits` are to be made to what matched, where none are yet."""
    matches = {subscriber: tuple(found) for subscriber, found in matches.items()}
    for record in versions:
        asking = {
            subscriber
            for subscriber, found in matches.items()
            if any(match.record.id == record.id for match in found)
        }
        _take_place(connection, record, frozenset(matches), frozenset(asking), now)
    add_late(connection, matches, now, visits)
    connection.execute(insert_missing(connection, progress).values(name=_MATCHED, ordinal=0))
    connection.execute(
        sa.update(progress)
        .where(progress.c.name == _MATCHED, progress.c.ordinal < up_to)
        .values(ordinal=up_to)
    )


def matched_up_to() -> sa.ScalarSelect[int]:
    """Return the question up to which ordinal every subscriber was asked about each record."""
    return sa.select(progress.c.ordinal).where(progress.c.name == _MATCHED).scalar_subquery()


def matched(connection: sa.Connection, since: datetime) -> Iterator[Record]:
    """Yield the records first seen from `since` on that every subscriber was asked about, backlog
    left out."""
    up_to = matched_up_to()
    return record_table.stream(
        connection,
        records.c.ordinal <= up_to,
        records.c.first_seen_at >= since,
        sa.not_(records.c.backlog),
    )


def add_late(
    connection: sa.Connection,
    matches: Mapping[str, Iterable[Match]],
    now: datetime,
    visits: Iterable[Visit] = (),
) -> tuple[str, ...]:
    """Given each subscriber's matches among records that were matched before, let those wait that
    never did, in no version; return the subscriber of each. `visits` as for `add`."""
    visit_table.add(connection, visits)
    found = [(subscriber, match) for subscriber, some in matches.items() for match in some]
    known = {
        (row.subscriber, row.record)
        for piece in chunks(sorted({match.record.id for _, match in found}))
        for row in connection.execute(_PAIRS.where(ledger.c.record.in_(piece)))
    }
    values = [
        _values(subscriber, match.record, match.reason, now)
        for subscriber, match in found
        if (subscriber, match.record.id) not in known
    ]
    statement = insert_missing(connection, ledger).returning(ledger.c.subscriber)
    return tuple(
        subscriber
        for piece in chunks(values)
        for subscriber in connection.scalars(statement, piece)
    )


def let_wait(
    connection: sa.Connection,
    record: Record,
    reason: Reason,
    subscribers: Iterable[str],
    now: datetime,
) -> None:
    """Let a reason wait for these subscribers, once for each version."""
    values = [_values(name, record, reason, now) for name in sorted(subscribers)]
    for piece in chunks(values):
        connection.execute(insert_missing(connection, ledger), piece)


def waiting(connection: sa.Connection, subscriber: str) -> tuple[Waiting, ...]:
    """Return what matched for the subscriber and what no digest answers for yet, in the order of
    writing."""
    query = (
        sa.select(records.c.ordinal, ledger.c.reason, ledger.c.matched_at)
        .join_from(
            ledger,
            records,
            (records.c.id == ledger.c.record) & (records.c.version == ledger.c.version),
        )
        .where(ledger.c.subscriber == subscriber, ledger.c.settled_at.is_(None))
        .order_by(records.c.ordinal, ledger.c.matched_at, ledger.c.reason)
    )
    rows = connection.execute(query).all()
    found = record_table.numbered(connection, {row.ordinal for row in rows})
    with guarded.of("ledger"):
        return tuple(
            Waiting(found[row.ordinal], Reason(row.reason), row.matched_at) for row in rows
        )


def _take_place(
    connection: sa.Connection,
    record: Record,
    subscribers: frozenset[str],
    asking: frozenset[str],
    now: datetime,
) -> None:
    """Let a later version of an article wait for those who know of an earlier one, or would have;
    for `asking` it matched. Who never had a row of it is none of them."""
    rows = connection.execute(
        sa.select(ledger).where(
            ledger.c.record == record.id,
            ledger.c.subscriber.in_(sorted(subscribers)),
        )
    ).all()
    rows = [row for row in rows if row.version < record.version]
    knowing = {row.subscriber for row in rows if row.digest is not None}
    replaced = [row for row in rows if row.settled_at is None and row.reason in OF_VERSIONS]
    changed = {row.subscriber for row in replaced if row.reason == Reason.CHANGED}
    if record.change is not None:
        told = (row for row in rows if row.digest is not None and row.reason == Reason.CHANGED)
        times = Counter(row.subscriber for row in told)
        changed |= {name for name in knowing if times[name] < MOST_CHANGED}
    new = ({row.subscriber for row in replaced} - changed) & asking
    for row in replaced:
        connection.execute(
            sa.update(ledger)
            .where(
                ledger.c.subscriber == row.subscriber,
                ledger.c.record == row.record,
                ledger.c.version == row.version,
                ledger.c.reason == row.reason,
            )
            .values(settled_at=now)
        )
    let_wait(connection, record, Reason.CHANGED, changed, now)
    let_wait(connection, record, Reason.NEW, new, now)


def _values(subscriber: str, record: Record, reason: Reason, now: datetime) -> dict[str, object]:
    return {
        "subscriber": subscriber,
        "record": record.id,
        "version": record.version,
        "reason": reason,
        "story": record.story,
        "matched_at": now,
    }
