"""Counts for the operator's report, and mail that did not arrive."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from hrwatch.model.mail import MailKind, Status
from hrwatch.model.operating import Traffic
from hrwatch.stages.store.tables import digests, feeds, outbox, records

# Settled as this, a mail is parked: it was tried in vain for a week, and is kept.
_PARKED = (Status.DEFERRED, Status.UNKNOWN)


class Lost(NamedTuple):
    """A mail to a subscriber that was refused, or is parked."""

    message_id: str
    subscriber: str
    since: datetime
    detail: str
    is_parked: bool


class Stock(NamedTuple):
    """How much the archive holds."""

    records: int  # articles, each once
    new_records: int
    mails: int
    mail_bytes: int


def traffic(connection: sa.Connection, since: datetime) -> Traffic:
    """Return what became of mail from `since` on, and what waits now."""
    of_digests = (
        sa.select(digests.c.kind, sa.func.count())
        .where(digests.c.created_at >= since, digests.c.mail.is_not(None))
        .group_by(digests.c.kind)
    )
    written = {str(row.kind): int(row[1]) for row in connection.execute(of_digests)}
    settled = outbox.c.settled_at >= since
    refused = sa.and_(settled, outbox.c.status == Status.REFUSED)
    sent = _count(connection, settled, outbox.c.status == Status.SENT)
    withdrawn = _count(connection, refused, ~_is_whole())
    unsettled = outbox.c.settled_at.is_(None)
    waiting = sa.select(sa.func.count(), sa.func.min(outbox.c.created_at)).where(unsettled)
    count, oldest = connection.execute(waiting).one()
    return Traffic(
        digests=written.get(MailKind.DIGEST, 0),
        urgent=written.get(MailKind.URGENT, 0),
        sent=sent,
        refused=_count(connection, refused) - withdrawn,
        withdrawn=withdrawn,
        waiting=count,
        waiting_since=oldest,
        parked=parked(connection),
    )


def parked(connection: sa.Connection) -> int:
    """Return how many mails were tried in vain for a week, and wait for the operator."""
    return _count(connection, _is_parked())


def lost(connection: sa.Connection, since: datetime) -> tuple[Lost, ...]:
    """Return the mails to subscribers that were refused from `since` on, and those that are parked,
    whenever that was; but for those that were withdrawn or given up."""
    refused = sa.and_(outbox.c.settled_at >= since, outbox.c.status == Status.REFUSED, _is_whole())
    query = (
        sa.select(
            outbox.c.message_id,
            outbox.c.subscriber,
            outbox.c.settled_at,
            outbox.c.status,
            outbox.c.detail,
        )
        .where(sa.or_(refused, _is_parked()), outbox.c.subscriber != "")
        .order_by(outbox.c.created_at, outbox.c.message_id)
    )
    return tuple(
        Lost(
            row.message_id,
            row.subscriber,
            row.settled_at,
            row.detail,
            row.status != Status.REFUSED,
        )
        for row in connection.execute(query)
    )


def last_sent_at(connection: sa.Connection) -> datetime | None:
    """Return when a mail left last; None where none ever did."""
    query = sa.select(sa.func.max(outbox.c.settled_at)).where(outbox.c.status == Status.SENT)
    sent_at: datetime | None = connection.scalar(query)
    return sent_at


def only_copies(
    connection: sa.Connection, since: datetime, fewest: int
) -> tuple[tuple[str, int], ...]:
    """Return the feeds of which every article that was first seen from `since` on is a copy of
    another feed's, and how many those are, `fewest` at least."""
    original = records.alias("original")
    is_copy = (
        sa.exists()
        .where(original.c.id == records.c.copy_of, original.c.feed != records.c.feed)
        .correlate(records)
    )
    count = sa.func.count()
    copies = sa.func.sum(sa.case((is_copy, 1), else_=0))
    query = (
        sa.select(records.c.feed, count)
        .where(records.c.first_seen_at >= since, records.c.version == 1)
        .group_by(records.c.feed)
        .having(count >= fewest, copies == count)
        .order_by(records.c.feed)
    )
    return tuple((row.feed, int(row[1])) for row in connection.execute(query))


def stock(connection: sa.Connection, since: datetime) -> Stock:
    """Return how much the archive holds, and how many articles are new from `since` on."""
    articles = sa.select(sa.func.count()).where(records.c.version == 1)
    new = articles.where(records.c.first_seen_at >= since)
    size = sa.func.coalesce(sa.func.sum(sa.func.length(outbox.c.bytes)), 0)
    mails, mail_bytes = connection.execute(
        sa.select(sa.func.count(), size).select_from(outbox)
    ).one()
    return Stock(
        records=int(connection.scalar(articles) or 0),
        new_records=int(connection.scalar(new) or 0),
        mails=int(mails),
        mail_bytes=int(mail_bytes),
    )


def began_at(connection: sa.Connection) -> datetime | None:
    """Return when the archive was told of its first feed; None for none yet."""
    began: datetime | None = connection.scalar(sa.select(sa.func.min(feeds.c.came_into_force_at)))
    return began


def _count(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> int:
    query: sa.Select[Any] = sa.select(sa.func.count()).select_from(outbox).where(*conditions)
    return int(connection.scalar(query) or 0)


def _is_whole() -> sa.ColumnElement[bool]:
    """Return the condition that a mail was neither withdrawn nor given up, which empties it."""
    return outbox.c.bytes != b""


def _is_parked() -> sa.ColumnElement[bool]:
    return sa.and_(outbox.c.settled_at.is_not(None), outbox.c.status.in_(_PARKED), _is_whole())
