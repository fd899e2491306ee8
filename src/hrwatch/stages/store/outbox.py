"""What each subscriber was told: digests and the ledger; and the mail on its way: the outbox.

A mail is `sending` before a transport is asked and `sent` after: a crash between repeats it under
the same Message-ID, and never loses it.
"""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from hrwatch.model.articles import Record
from hrwatch.model.mail import Delivery, Digest, Mail, Reason, Status
from hrwatch.stages.store.statements import chunks, insert_missing
from hrwatch.stages.store.tables import digests, ledger, outbox

# What a transport could not do yet, or may have done without being able to say so.
_UNFINISHED = (Status.QUEUED, Status.DEFERRED, Status.UNKNOWN)


def window_taken(connection: sa.Connection, subscriber: str, key: str) -> bool:
    """Say whether the subscriber's window `key` has had its digest, be it an empty one."""
    query = sa.select(digests.c.id).where(
        digests.c.subscriber == subscriber, digests.c.window_key == key
    )
    return connection.scalar(query) is not None


def mailed_stories(
    connection: sa.Connection, subscriber: str, stories: Iterable[str]
) -> frozenset[str]:
    """Return those of `stories` of which the subscriber was told."""
    query = sa.select(ledger.c.story).where(ledger.c.subscriber == subscriber).distinct()
    return frozenset(
        story
        for piece in chunks(sorted(set(stories)))
        for story in connection.scalars(query.where(ledger.c.story.in_(piece)))
    )


def enqueue(connection: sa.Connection, digest: Digest, mail: Mail | None, now: datetime) -> bool:
    """Write the digest, the ledger rows of its matches and, where there is one, its mail.

    False, and nothing written, where its window is taken or one of its matches is in the ledger:
    somebody else was quicker, and what is still new comes with the next digest.
    """
    with connection.begin_nested() as attempt:
        if _write_digest(connection, digest, mail, now) and _write_matches(connection, digest, now):
            if mail is not None:
                connection.execute(sa.insert(outbox), [_mail_values(digest, mail, now)])
            return True
        attempt.rollback()
    return False


def mark_covered(
    connection: sa.Connection, subscriber: str, copies: Iterable[Record], now: datetime
) -> None:
    """Note in the ledger, without a digest, records whose story the subscriber was told of."""
    values = [
        {
            "subscriber": subscriber,
            "record": record.id,
            "version": record.version,
            "reason": Reason.NEW,
            "story": record.story,
            "digest": None,
            "covered_at": now,
        }
        for record in copies
    ]
    if values:
        connection.execute(insert_missing(connection, ledger), values)


def claim(
    connection: sa.Connection, *, owner: str, now: datetime, until: datetime, limit: int
) -> tuple[tuple[Mail, int], ...]:
    """Take up to `limit` mails that are due, oldest first, and mark them `sending` for `owner`;
    return each with the number of attempts, this one included.

    Mails that somebody left `sending` are due when that claim has run out.
    """
    due = sa.or_(
        sa.and_(
            outbox.c.status.in_(_UNFINISHED),
            sa.or_(outbox.c.next_try_at.is_(None), outbox.c.next_try_at <= now),
        ),
        sa.and_(
            outbox.c.status == Status.SENDING,
            sa.or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until <= now),
        ),
    )
    wanted = connection.scalars(
        sa.select(outbox.c.message_id)
        .where(outbox.c.settled_at.is_(None), due)
        .order_by(outbox.c.created_at, outbox.c.message_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    connection.execute(
        sa.update(outbox)
        .where(outbox.c.message_id.in_(wanted))
        .values(
            status=Status.SENDING,
            claimed_by=owner,
            claimed_until=until,
            attempts=outbox.c.attempts + 1,
        )
    )
    claimed = connection.execute(
        sa.select(outbox)
        .where(outbox.c.message_id.in_(wanted))
        .order_by(outbox.c.created_at, outbox.c.message_id)
    )
    return tuple(
        (
            Mail(
                message_id=row.message_id,
                subscriber=row.subscriber,
                recipient=row.recipient,
                sender=row.sender,
                bytes=row.bytes,
            ),
            row.attempts,
        )
        for row in claimed
    )


def settle(connection: sa.Connection, delivery: Delivery, next_try_at: datetime | None) -> None:
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
    return {Status(status): count for status, count in connection.execute(query)}


def waiting(connection: sa.Connection) -> int:
    """Return how many mails are yet to be tried, or tried again."""
    query = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.settled_at.is_(None))
    return connection.execute(query).scalar_one()


def _write_digest(
    connection: sa.Connection, digest: Digest, mail: Mail | None, now: datetime
) -> bool:
    statement = insert_missing(connection, digests).values(
        id=digest.id,
        subscriber=digest.subscriber,
        window_key=digest.window.key if digest.window else None,
        created_at=now,
        subject=digest.subject,
        matches=len(digest.matches),
        mail=mail.message_id if mail else None,
    )
    return connection.execute(statement.returning(digests.c.id)).one_or_none() is not None


def _write_matches(connection: sa.Connection, digest: Digest, now: datetime) -> bool:
    values = [
        {
            "subscriber": digest.subscriber,
            "record": match.record.id,
            "version": match.record.version,
            "reason": match.reason,
            "story": match.record.story,
            "digest": digest.id,
            "covered_at": now,
        }
        for match in digest.matches
    ]
    if not values:
        return True
    statement = insert_missing(connection, ledger).returning(ledger.c.record)
    return len(connection.execute(statement, values).all()) == len(values)


def _mail_values(digest: Digest, mail: Mail, now: datetime) -> dict[str, object]:
    return {
        "message_id": mail.message_id,
        "digest": digest.id,
        "subscriber": mail.subscriber,
        "recipient": mail.recipient,
        "sender": mail.sender,
        "bytes": mail.bytes,
        "status": Status.QUEUED,
        "attempts": 0,
        "created_at": now,
        "detail": "",
    }
