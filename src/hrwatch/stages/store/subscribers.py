"""What each subscriber asks for, and since when: the ground for mailing nothing old."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from hrwatch.model.mail import InForce
from hrwatch.stages.store.statements import insert_missing
from hrwatch.stages.store.tables import in_force as rows
from hrwatch.stages.store.tables import subscribers


def sync(
    connection: sa.Connection,
    subscriber: str,
    criteria: Iterable[tuple[str, str]],
    now: datetime,
) -> None:
    """Given a subscriber's (group, value) pairs as configured, let new ones come into force at
    `now` and end those that are gone. A pair that returns gets a row of its own."""
    wanted = dict.fromkeys(criteria)
    open_rows = {
        (row.group, row.value): row.number
        for row in connection.execute(
            sa.select(rows).where(rows.c.subscriber == subscriber, rows.c.until.is_(None))
        )
    }
    gone = [number for pair, number in open_rows.items() if pair not in wanted]
    if gone:
        connection.execute(sa.update(rows).where(rows.c.number.in_(gone)).values(until=now))
    added = [
        {"subscriber": subscriber, "group": group, "value": value, "since": now}
        for group, value in wanted
        if (group, value) not in open_rows
    ]
    if added:
        connection.execute(sa.insert(rows), added)


def sync_names(connection: sa.Connection, names: Iterable[str], now: datetime) -> None:
    """Given the names of all configured subscribers, end what others asked for."""
    configured = frozenset(names)
    listed = connection.scalars(
        sa.select(rows.c.subscriber).where(rows.c.until.is_(None)).distinct()
    )
    for name in listed.all():
        if name not in configured:
            sync(connection, name, (), now)


def in_force(connection: sa.Connection, subscriber: str) -> tuple[InForce, ...]:
    """Return every pair the subscriber asks or ever asked for, with its times, oldest first."""
    query = sa.select(rows).where(rows.c.subscriber == subscriber).order_by(rows.c.number)
    return tuple(
        InForce(group=row.group, value=row.value, since=row.since, until=row.until)
        for row in connection.execute(query)
    )


def since(connection: sa.Connection, subscriber: str) -> datetime | None:
    """Return when the subscriber first came into force; None for one the archive does not know."""
    query = sa.select(rows.c.since).where(rows.c.subscriber == subscriber).order_by(rows.c.since)
    return connection.scalar(query.limit(1))


def considered(connection: sa.Connection, subscriber: str) -> int:
    """Return the ordinal up to which every record was decided for the subscriber; 0 at first."""
    found = connection.scalar(
        sa.select(subscribers.c.considered).where(subscribers.c.subscriber == subscriber)
    )
    return found or 0


def consider(connection: sa.Connection, subscriber: str, ordinal: int) -> None:
    """Note that every record up to `ordinal` is decided for the subscriber: mailed, or of no
    interest. `records.unsent` begins after it, and stays quick in an old archive."""
    connection.execute(
        insert_missing(connection, subscribers).values(subscriber=subscriber, considered=ordinal)
    )
    connection.execute(
        sa.update(subscribers)
        .where(subscribers.c.subscriber == subscriber, subscribers.c.considered < ordinal)
        .values(considered=ordinal)
    )
