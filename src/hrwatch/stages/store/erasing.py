"""A subscriber taken out of the archive, with all that names them: nothing is left but counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hrwatch.stages.store import recalling
from hrwatch.stages.store.tables import (
    digests,
    erased,
    in_force,
    ledger,
    metadata,
    mutes,
    notices,
    outbox,
    rejections,
    replies,
)
from hrwatch.stages.store.tables import subscriptions as subscription_table

# Whatever names a subscriber, each table after those it refers to.
_TABLES = tuple(table for table in metadata.sorted_tables if "subscriber" in table.c)
_SAMPLE = 12  # rows of each table by which it is seen that no file holds any


@dataclass(frozen=True, slots=True)
class Erased:
    """What was removed."""

    digests: int
    mails: int
    message_ids: tuple[str, ...]  # of those mails
    leftovers: tuple[bytes, ...]  # by which it is known when no file holds it any more


def is_known(connection: sa.Connection, subscriber: str) -> bool:
    """Say whether anything names the subscriber."""
    return any(
        connection.scalar(sa.select(sa.exists().where(table.c.subscriber == subscriber)))
        for table in _TABLES
    )


def is_in_force(connection: sa.Connection, subscriber: str) -> bool:
    """Say whether whoever put the operator's file in force last found the subscriber in it."""
    open_ones = sa.and_(in_force.c.subscriber == subscriber, in_force.c.until.is_(None))
    return bool(connection.scalar(sa.select(sa.exists().where(open_ones))))


def erase(connection: sa.Connection, subscriber: str, now: datetime) -> Erased | None:
    """Remove every trace of a subscriber; None, and nothing is done, while a mail to them is being
    sent."""
    of_them = outbox.c.subscriber == subscriber
    mails = connection.execute(
        sa.select(outbox.c.message_id, outbox.c.recipient, outbox.c.claimed_until)
        .where(of_them)
        .with_for_update()
    ).all()
    if any(mail.claimed_until is not None and mail.claimed_until > now for mail in mails):
        return None
    leftovers = frozenset(_leftovers(connection, subscriber))
    count = connection.scalar(sa.select(sa.func.count()).where(digests.c.subscriber == subscriber))
    addresses = {mail.recipient for mail in mails}
    message_ids = tuple(mail.message_id for mail in mails)
    for table in reversed(_TABLES):
        connection.execute(sa.delete(table).where(table.c.subscriber == subscriber))
    _forget_what_the_operator_was_told(connection, {subscriber, *addresses}, message_ids)
    numbers = {"digests": count or 0, "mails": len(mails)}
    connection.execute(sa.insert(erased).values(erased_at=now, **numbers))
    return Erased(**numbers, message_ids=message_ids, leftovers=tuple(sorted(leftovers)))


def _forget_what_the_operator_was_told(
    connection: sa.Connection, names: set[str], message_ids: tuple[str, ...]
) -> None:
    """Remove the notices of a subscriber, and empty the operator's mails that name them."""
    for name in connection.scalars(sa.select(notices.c.name)).all():
        if name.partition(":")[2] in {*names, *message_ids}:
            connection.execute(sa.delete(notices).where(notices.c.name == name))
    query = sa.select(outbox.c.message_id).where(outbox.c.subscriber == "", outbox.c.bytes != b"")
    for message_id in connection.scalars(query).all():
        of_it = outbox.c.message_id == message_id
        row = connection.execute(sa.select(outbox.c.bytes).where(of_it)).one()
        words = recalling.text_of(row.bytes)
        if any(name in words for name in names):
            done = {
                "bytes": b"",
                "settled_at": sa.func.coalesce(outbox.c.settled_at, outbox.c.created_at),
            }
            connection.execute(sa.update(outbox).where(of_it).values(**done))


def _leftovers(connection: sa.Connection, subscriber: str) -> Iterator[bytes]:
    """Yield stretches that only rows of this subscriber have: their name alone may be anybody's
    word, but a row's columns stand one behind the other in a file."""
    pairs = (
        (ledger, ledger.c.subscriber, ledger.c.record),
        (ledger, ledger.c.subscriber, ledger.c.story),
        (in_force, in_force.c.subscriber, in_force.c.group),
        (digests, digests.c.id, digests.c.subscriber),
        (outbox, outbox.c.subscriber, outbox.c.recipient),
        (outbox, outbox.c.message_id, None),
        (outbox, outbox.c.recipient, None),
        (subscription_table, subscription_table.c.subscriber, subscription_table.c.token),
        (subscription_table, subscription_table.c.token, None),
        (subscription_table, subscription_table.c.subscriber, subscription_table.c.address),
        (rejections, rejections.c.subscriber, rejections.c.record),
        (mutes, mutes.c.subscriber, mutes.c.kind),
        (replies, replies.c.key, replies.c.subscriber),
    )
    for table, first, second in pairs:
        columns = (first,) if second is None else (first, second)
        query = sa.select(*columns).where(table.c.subscriber == subscriber).limit(_SAMPLE)
        for row in connection.execute(query):
            if all(row):
                yield "".join(row).encode()
