"""What became of an article's page, in the ledger: that it was taken down, or is there again, waits
for those who were told of the article."""

from datetime import datetime

import sqlalchemy as sa

from hrwatch.model.articles import Record
from hrwatch.model.mail import ABOUT_PAGES, Reason
from hrwatch.stages.store.mail.ledger import let_wait
from hrwatch.stages.store.tables import in_force, ledger


def add_removed(connection: sa.Connection, record: Record, now: datetime) -> None:
    """Let it wait that an article was taken down, for those who were told of it and not of this; to
    whom its return is still to be told, that is not told any more."""
    _take_back(connection, record, Reason.RETURNED)
    told = _told_of(connection, record)
    let_wait(
        connection, record, Reason.REMOVED, told - _taking_for_removed(connection, record), now
    )


def add_returned(connection: sa.Connection, record: Record, now: datetime) -> None:
    """Let it wait that an article is there again, for those who were told that it was taken down;
    to whom that is still to be told, it is not told any more."""
    _take_back(connection, record, Reason.REMOVED)
    let_wait(connection, record, Reason.RETURNED, _taking_for_removed(connection, record), now)


def _take_back(connection: sa.Connection, record: Record, reason: Reason) -> None:
    connection.execute(
        sa.delete(ledger).where(
            ledger.c.record == record.id,
            ledger.c.reason == reason,
            ledger.c.settled_at.is_(None),
        )
    )


def _told_of(connection: sa.Connection, record: Record) -> frozenset[str]:
    """Return the subscribers of today whom a digest told of an article, whatever of it."""
    there = sa.select(in_force.c.subscriber).where(in_force.c.until.is_(None))
    query = sa.select(ledger.c.subscriber).where(
        ledger.c.record == record.id,
        ledger.c.digest.is_not(None),
        ledger.c.subscriber.in_(there),
    )
    return frozenset(connection.scalars(query))


def _taking_for_removed(connection: sa.Connection, record: Record) -> frozenset[str]:
    """Return the subscribers who know that an article was taken down, or are to be told so next,
    and of no return."""
    query = (
        sa.select(ledger.c.subscriber, ledger.c.reason)
        .where(ledger.c.record == record.id, ledger.c.reason.in_(ABOUT_PAGES))
        .order_by(ledger.c.matched_at)
    )
    last = {row.subscriber: row.reason for row in connection.execute(query)}
    removed = frozenset(name for name, reason in last.items() if reason == Reason.REMOVED)
    return removed & _told_of(connection, record)
