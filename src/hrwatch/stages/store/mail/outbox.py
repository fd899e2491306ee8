"""Digests that were written and the mail on its way: the outbox.

A mail is `sending` before a transport is asked and `sent` after: a crash between repeats it under
the same Message-ID, and never loses it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from hrwatch.model.mail import Delivery, Digest, Earlier, Mail, MailKind, Status, Undelivered
from hrwatch.stages.store import guarded
from hrwatch.stages.store.mail import settling, subscriptions
from hrwatch.stages.store.statements import chunks, insert_missing
from hrwatch.stages.store.tables import digests, ledger, outbox

_NOT_SENT = tuple(status for status in Status if status is not Status.SENT)


@dataclass(frozen=True, slots=True)
class Due:
    """A mail to be tried, as far as it has to be known to say whether it may be sent."""

    message_id: str
    subscriber: str  # empty: the operator
    recipient: str
    kind: MailKind
    digest: str | None


class Claimed(NamedTuple):
    """A mail that is ours to send."""

    mail: Mail
    attempts: int  # this one included
    written_at: datetime


def window_taken(connection: sa.Connection, subscriber: str, key: str) -> bool:
    """Say whether the subscriber's window `key` has had its digest, be it an empty one."""
    query = sa.select(digests.c.id).where(
        digests.c.subscriber == subscriber, digests.c.window_key == key
    )
    return connection.scalar(query) is not None


def enqueue(
    connection: sa.Connection, digest: Digest, mails: Sequence[Mail], now: datetime
) -> bool:
    """Write the digest and its mails, one for each page; let its matches wait no longer.

    False, and nothing written, where its window is taken or another digest answers for one of its
    matches: somebody was quicker, and what is still waiting comes with the next digest.
    """
    with connection.begin_nested() as attempt:
        if _write_digest(connection, digest, mails, now):
            put(connection, mails, now, digest.id)
            if settling.settle_digest(connection, digest, now):
                return True
        attempt.rollback()
    return False


def put(
    connection: sa.Connection, mails: Iterable[Mail], now: datetime, digest: str | None = None
) -> None:
    """Queue mails: those of a digest, or ones that stand alone, as an answer does."""
    values = [_mail_values(mail, digest, now) for mail in mails]
    if values:
        connection.execute(sa.insert(outbox), values)


def waiting(connection: sa.Connection, *, now: datetime, regardless: bool) -> tuple[Due, ...]:
    """Return the mails to be tried now, oldest first; `regardless` of when their next try is set
    to. Not those that somebody is sending, and no page of a digest before the one in front of it.
    """
    query = _due(outbox, now, regardless=regardless)
    before = outbox.alias("before")
    is_unsettled = before.c.settled_at.is_(None) & ~_due(before, now, regardless=regardless)
    in_front = (before.c.digest == outbox.c.digest) & (before.c.page < outbox.c.page)
    columns = (
        outbox.c.message_id,
        outbox.c.subscriber,
        outbox.c.recipient,
        outbox.c.kind,
        outbox.c.digest,
    )
    rows = connection.execute(
        sa.select(*columns)
        .where(query, ~sa.exists().where(in_front, is_unsettled))
        .order_by(outbox.c.created_at, outbox.c.digest, outbox.c.page, outbox.c.message_id)
    ).all()
    with guarded.of("outbox.kind"):
        return tuple(Due(*row[:3], MailKind(row.kind), row.digest) for row in rows)


def claim(
    connection: sa.Connection, message_id: str, *, owner: str, now: datetime, until: datetime
) -> Claimed | None:
    """Mark a mail `sending` for `owner` and return it; None where it is settled or somebody else is
    sending it."""
    free = sa.select(outbox.c.message_id).where(
        outbox.c.message_id == message_id, outbox.c.settled_at.is_(None), _free(outbox, now)
    )
    row = connection.execute(
        sa.update(outbox)
        .where(outbox.c.message_id == free.with_for_update(skip_locked=True).scalar_subquery())
        .values(
            status=Status.SENDING,
            claimed_by=owner,
            claimed_until=until,
            attempts=outbox.c.attempts + 1,
        )
        .returning(outbox)
    ).one_or_none()
    if row is None:
        return None
    mail = Mail(
        message_id=row.message_id,
        subscriber=row.subscriber,
        recipient=row.recipient,
        sender=row.sender,
        bytes=row.bytes,
        kind=MailKind(row.kind),
        page=row.page,
    )
    return Claimed(mail, row.attempts, row.created_at)


def settle(
    connection: sa.Connection, delivery: Delivery, next_try_at: datetime | None = None
) -> None:
    """Write what became of a mail and free it; with `next_try_at` it is tried again from then on,
    without it the matter is closed."""
    connection.execute(
        sa.update(outbox)
        .where(outbox.c.message_id == delivery.message_id)
        .values(
            status=delivery.status,
            detail=delivery.detail,
            next_try_at=next_try_at,
            settled_at=delivery.at if next_try_at is None else None,
            claimed_by=None,
            claimed_until=None,
        )
    )


def refused_for_good(
    connection: sa.Connection, delivery: Delivery, recipient: str, *, waits: bool = True
) -> None:
    """Write that a mail server wants nothing for this recipient, ever: the subscriber is suspended
    at that address, and the mail waits with what else is for them, until they have another or
    somebody says that it is tried again. One that `waits` not, as an answer, is refused like any
    other: no article hangs on it."""
    subscriptions.suspend(connection, delivery.subscriber, recipient, delivery.detail, delivery.at)
    settle(connection, delivery, delivery.at if waits else None)


def has_not_left() -> sa.ColumnElement[bool]:
    """Return the condition that a mail is to be sent, or was refused or parked: that it is neither
    with its reader nor given up, which empties it."""
    return outbox.c.status.in_(_NOT_SENT) & (outbox.c.bytes != b"")


def withdraw(connection: sa.Connection, delivery: Delivery) -> None:
    """Close a mail that is not to be sent any more, as `delivery` says, and let the matches on its
    page wait again: they belong to the subscriber, not to the address that was written on it. The
    mail itself is emptied: nobody is to read it any more."""
    columns = (outbox.c.digest, outbox.c.page)
    mail = connection.execute(
        sa.select(*columns).where(outbox.c.message_id == delivery.message_id)
    ).one()
    if mail.digest is not None:
        settling.reopen(connection, mail.digest, mail.page, delivery.at)
    settle(connection, delivery)
    emptied = sa.update(outbox).where(outbox.c.message_id == delivery.message_id).values(bytes=b"")
    connection.execute(emptied)


def release_all(connection: sa.Connection) -> None:
    """Let mails that were being sent be tried again: for a process that knows it is alone."""
    connection.execute(
        sa.update(outbox)
        .where(outbox.c.claimed_by.is_not(None))
        .values(claimed_by=None, claimed_until=None)
    )


def counts(connection: sa.Connection) -> dict[Status, int]:
    """Return how many mails have each status; those without any are left out."""
    query = sa.select(outbox.c.status, sa.func.count()).group_by(outbox.c.status)
    rows = connection.execute(query).all()
    with guarded.of("outbox.status"):
        return {Status(status): count for status, count in rows}


def undelivered(connection: sa.Connection) -> tuple[Undelivered, ...]:
    """Return, for each subscriber whose newest mail did not arrive, what became of it. What was
    withdrawn is none of them: its matches wait again, and no digest answers for them."""
    answers = sa.exists().where(settling.told_on(outbox))
    later = outbox.alias("later")
    has_later = sa.exists().where(
        later.c.subscriber == outbox.c.subscriber, later.c.created_at > outbox.c.created_at
    )
    troubles = (Status.DEFERRED, Status.REFUSED, Status.UNKNOWN)
    query = (
        sa.select(outbox)
        .where(outbox.c.status.in_(troubles), answers | outbox.c.digest.is_(None), ~has_later)
        .order_by(outbox.c.subscriber, outbox.c.message_id)
    )
    return tuple(
        Undelivered(
            subscriber=row.subscriber,
            status=Status(row.status),
            written_at=row.created_at,
            settled_at=row.settled_at,
            next_try_at=row.next_try_at,
            attempts=row.attempts,
            detail=row.detail,
        )
        for row in connection.execute(query)
    )


def last_digest_at(connection: sa.Connection) -> datetime | None:
    """Return when the last digest was written that had something to tell; None for none yet."""
    query = sa.select(sa.func.max(digests.c.created_at)).where(digests.c.mail.is_not(None))
    written_at: datetime | None = connection.scalar(query)
    return written_at


def told_at(
    connection: sa.Connection, subscriber: str, records: Iterable[str]
) -> dict[str, Earlier]:
    """Return what digests told the subscriber of these records, by id; those of which none did are
    left out."""
    query = (
        sa.select(
            ledger.c.record,
            sa.func.min(digests.c.created_at).label("first"),
            sa.func.max(digests.c.created_at).label("last"),
            sa.func.max(ledger.c.version).label("version"),
        )
        .join(digests, digests.c.id == ledger.c.digest)
        .where(ledger.c.subscriber == subscriber)
        .group_by(ledger.c.record)
    )
    return {
        row.record: Earlier(row.first, row.last, row.version)
        for piece in chunks(sorted(set(records)))
        for row in connection.execute(query.where(ledger.c.record.in_(piece)))
    }


def _write_digest(
    connection: sa.Connection, digest: Digest, mails: Sequence[Mail], now: datetime
) -> bool:
    statement = insert_missing(connection, digests).values(
        id=digest.id,
        subscriber=digest.subscriber,
        window_key=digest.window.key if digest.window else None,
        created_at=now,
        subject=digest.pages[0].subject if digest.pages else "",
        matches=len(digest.matches),
        mail=mails[0].message_id if mails else None,
        kind=digest.kind,
    )
    return connection.execute(statement.returning(digests.c.id)).one_or_none() is not None


def _mail_values(mail: Mail, digest: str | None, now: datetime) -> dict[str, object]:
    return {
        "message_id": mail.message_id,
        "digest": digest,
        "page": mail.page,
        "kind": mail.kind,
        "subscriber": mail.subscriber,
        "recipient": mail.recipient,
        "sender": mail.sender,
        "bytes": mail.bytes,
        "status": Status.QUEUED,
        "attempts": 0,
        "created_at": now,
        "detail": "",
    }


def _due(mails: sa.FromClause, now: datetime, *, regardless: bool) -> sa.ColumnElement[bool]:
    waits = mails.c.settled_at.is_(None) & _free(mails, now)
    if regardless:
        return waits
    return waits & sa.or_(mails.c.next_try_at.is_(None), mails.c.next_try_at <= now)


def _free(mails: sa.FromClause, now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(mails.c.claimed_until.is_(None), mails.c.claimed_until <= now)
