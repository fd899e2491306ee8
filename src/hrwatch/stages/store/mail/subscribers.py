"""What each subscriber asks for, and since when: the ground for mailing nothing old."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from hrwatch.model.mail import InForce
from hrwatch.stages.store.mail import settling
from hrwatch.stages.store.tables import in_force as rows


def sync(
    connection: sa.Connection, criteria: Mapping[str, Iterable[tuple[str, str]]], now: datetime
) -> None:
    """Given every configured subscriber's (group, value) pairs, let new ones come into force at
    `now` and end those that are gone, with their subscriber or without. A pair that returns gets
    a row of its own."""
    query = sa.select(rows.c.subscriber).where(rows.c.until.is_(None)).distinct()
    listed = frozenset(connection.scalars(query))
    for subscriber in {**dict.fromkeys(listed, ()), **criteria}:
        _sync_one(connection, subscriber, criteria.get(subscriber, ()), now)
        if subscriber not in criteria or subscriber not in listed:
            # Whoever comes back under this name is not told what waited for who left, or was on
            # its way to them, and was withdrawn after.
            settling.settle_all(connection, subscriber, now)


def in_force(connection: sa.Connection, subscriber: str) -> tuple[InForce, ...]:
    """Return every pair the subscriber asks or ever asked for, with its times, oldest first."""
    query = sa.select(rows).where(rows.c.subscriber == subscriber).order_by(rows.c.number)
    return tuple(
        InForce(group=row.group, value=row.value, since=row.since, until=row.until)
        for row in connection.execute(query)
    )


def _sync_one(
    connection: sa.Connection,
    subscriber: str,
    criteria: Iterable[tuple[str, str]],
    now: datetime,
) -> None:
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
