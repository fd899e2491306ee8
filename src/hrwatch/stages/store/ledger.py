"""Who was told of what: a row for each match, which waits until a digest answers for it.

Every record is matched once, in the order of writing, with every subscriber there is by then.
What matched waits here; what did not will not later either, because criteria that come into force
afterwards do not reach back (`match`). So a digest looks at what waits, not at the archive.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hrwatch import text
from hrwatch.model.articles import Record
from hrwatch.model.mail import Match
from hrwatch.stages.store import records as record_table
from hrwatch.stages.store.statements import chunks, insert_missing
from hrwatch.stages.store.tables import ledger, progress, records

_MATCHED = "matched"


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


def add(
    connection: sa.Connection, matches: Mapping[str, Iterable[Match]], up_to: int, now: datetime
) -> None:
    """Given each subscriber's matches among the records up to `up_to`, let them wait."""
    add_late(connection, matches, now)
    connection.execute(insert_missing(connection, progress).values(name=_MATCHED, ordinal=0))
    connection.execute(
        sa.update(progress)
        .where(progress.c.name == _MATCHED, progress.c.ordinal < up_to)
        .values(ordinal=up_to)
    )


def matched(connection: sa.Connection, since: datetime) -> Iterator[Record]:
    """Yield the records first seen from `since` on that every subscriber was asked about, backlog
    left out."""
    up_to = sa.select(progress.c.ordinal).where(progress.c.name == _MATCHED).scalar_subquery()
    return record_table.stream(
        connection,
        records.c.ordinal <= up_to,
        records.c.first_seen_at >= since,
        sa.not_(records.c.backlog),
    )


def add_late(
    connection: sa.Connection, matches: Mapping[str, Iterable[Match]], now: datetime
) -> tuple[str, ...]:
    """Given each subscriber's matches among records that were matched before, let those wait that
    never did; return the subscriber of each."""
    values = [
        {
            "subscriber": subscriber,
            "record": match.record.id,
            "version": match.record.version,
            "reason": match.reason,
            "story": match.record.story,
            "matched_at": now,
        }
        for subscriber, found in matches.items()
        for match in found
    ]
    statement = insert_missing(connection, ledger).returning(ledger.c.subscriber)
    return tuple(
        subscriber
        for piece in chunks(values)
        for subscriber in connection.scalars(statement, piece)
    )


def waiting(connection: sa.Connection, subscriber: str) -> tuple[Record, ...]:
    """Return the records that matched for the subscriber and that no digest answers for yet."""
    ids = sa.select(ledger.c.record).where(
        ledger.c.subscriber == subscriber, ledger.c.settled_at.is_(None)
    )
    return tuple(record_table.stream(connection, records.c.id.in_(ids)))


def told(
    connection: sa.Connection, subscriber: str, stories: Iterable[str]
) -> frozenset[tuple[str, str]]:
    """Return, of these stories, those that a digest told the subscriber of, each with the keys of
    the titles it was told under."""
    query = (
        sa.select(ledger.c.story, records.c.title)
        .join(
            records,
            sa.and_(records.c.id == ledger.c.record, records.c.version == ledger.c.version),
        )
        .where(ledger.c.subscriber == subscriber, ledger.c.digest.is_not(None))
    )
    return frozenset(
        (row.story, text.title_key(row.title))
        for piece in chunks(sorted(set(stories)))
        for row in connection.execute(query.where(ledger.c.story.in_(piece)))
    )


def settle_all(connection: sa.Connection, subscriber: str, now: datetime) -> None:
    """Note that the subscriber needs to be told of nothing that waits."""
    connection.execute(
        sa.update(ledger)
        .where(ledger.c.subscriber == subscriber, ledger.c.settled_at.is_(None))
        .values(settled_at=now)
    )


def settle(
    connection: sa.Connection,
    subscriber: str,
    settled: Iterable[Record],
    now: datetime,
    digest: str | None,
) -> int:
    """Note that `digest` answers for these records, or, without one, that the subscriber needs to
    be told nothing of them; return how many were still waiting."""
    ids = sorted({record.id for record in settled})
    return sum(
        connection.execute(
            sa.update(ledger)
            .where(
                ledger.c.subscriber == subscriber,
                ledger.c.record.in_(piece),
                ledger.c.settled_at.is_(None),
            )
            .values(settled_at=now, digest=digest)
        ).rowcount
        for piece in chunks(ids)
    )
