"""Mail that tells of what is removed from the archive: taken back where it has not left, emptied
where it has."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import sqlalchemy as sa

from hrwatch.stages.store.mail import settling
from hrwatch.stages.store.statements import chunks
from hrwatch.stages.store.tables import digests, ledger, outbox, records


@dataclass(frozen=True, slots=True)
class Told:
    """Records as far as mails may tell of them."""

    ids: frozenset[str]
    addresses: frozenset[str]
    stories: frozenset[str]
    since: datetime  # when the first of them was first seen


@dataclass(frozen=True, slots=True)
class Mails:
    """The mails that tell of some records, by Message-ID."""

    queued: frozenset[str]
    sending: frozenset[str]  # a transport has them at this moment
    settled: frozenset[str]  # sent, or given up; those that were emptied are left out


def mails(connection: sa.Connection, told: Told, now: datetime) -> Mails:
    """Return the mails that may hold a word of these records: each that tells of their stories, and
    each that names one of them by its reference or its address, whatever story it was of then."""
    ids, stories = told.ids, told.stories
    of_stories = sa.select(records.c.id).where(records.c.story.in_(stories))
    # All pages of a digest: its first may name what stands on another.
    answering = sa.select(ledger.c.digest).where(
        ledger.c.digest.is_not(None),
        ledger.c.record.in_(of_stories) | ledger.c.story.in_(stories) | ledger.c.record.in_(ids),
    )
    is_answering = sa.func.coalesce(outbox.c.digest.in_(answering), sa.false())
    of_digests: sa.Select[Any] = sa.select(
        outbox.c.message_id, outbox.c.settled_at, outbox.c.claimed_until
    )
    wanted: dict[str, sa.Row[Any]] = {
        row.message_id: row for row in connection.execute(of_digests.where(is_answering))
    }
    for row in _bodies(connection, told.since, sa.not_(is_answering)):
        words = text_of(row.bytes)
        if any(name in words for name in (*ids, *told.addresses)):
            wanted[row.message_id] = row
    full = set(connection.scalars(sa.select(outbox.c.message_id).where(outbox.c.bytes != b"")))
    queued, sending, settled = set(), set(), set()
    for message_id, row in wanted.items():
        if row.settled_at is not None:
            settled |= {message_id} & full
        elif row.claimed_until is not None and row.claimed_until > now:
            sending.add(message_id)
        else:
            queued.add(message_id)
    return Mails(frozenset(queued), frozenset(sending), frozenset(settled))


def take_back(connection: sa.Connection, queued: Collection[str], now: datetime) -> bool:
    """Remove mails that have not left; what they told waits again, and the windows of digests of
    which no page is left are open again. False, and nothing done, where one is being sent by now.
    """
    free = sa.or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until <= now)
    query = (
        sa.select(outbox.c.digest, outbox.c.page)
        .where(outbox.c.message_id.in_(queued), outbox.c.settled_at.is_(None), free)
        .order_by(outbox.c.created_at.desc(), outbox.c.message_id)
    )
    those = connection.execute(query.with_for_update()).all()
    if len(those) < len(queued):
        return False
    # The latest first: of what two of them told in two versions, the first is told as it was then.
    for row in those:
        if row.digest is not None:
            settling.reopen(connection, row.digest, row.page, now)
    connection.execute(sa.delete(outbox).where(outbox.c.message_id.in_(queued)))
    of_it = sa.exists().where(outbox.c.digest == digests.c.id)
    of_page = sa.exists().where(ledger.c.digest == digests.c.id)
    gone = digests.c.id.in_({row.digest for row in those if row.digest is not None})
    connection.execute(sa.delete(digests).where(gone, ~of_it, ~of_page))
    return True


def settled(connection: sa.Connection, ids: Iterable[str]) -> frozenset[str]:
    """Return the settled mails, by Message-ID, that told of records with these ids themselves;
    those that were emptied are left out."""
    query = (
        sa.select(outbox.c.message_id)
        .join_from(ledger, outbox, settling.told_on(outbox))
        .where(outbox.c.settled_at.is_not(None), outbox.c.bytes != b"")
    )
    return frozenset(
        message_id
        for piece in chunks(ids)
        for message_id in connection.scalars(query.where(ledger.c.record.in_(piece)))
    )


def empty(connection: sa.Connection, settled: Iterable[str]) -> None:
    """Empty mails that are settled."""
    for piece in chunks(sorted(settled)):
        emptied = sa.update(outbox).where(outbox.c.message_id.in_(piece)).values(bytes=b"")
        connection.execute(emptied)


def settle(connection: sa.Connection, told: Told, now: datetime) -> None:
    """Note that nobody is to be told of these records."""
    for piece in chunks(told.ids):
        waiting = ledger.c.record.in_(piece) & ledger.c.settled_at.is_(None)
        connection.execute(sa.update(ledger).where(waiting).values(settled_at=now))


def _bodies(
    connection: sa.Connection, since: datetime, condition: sa.ColumnElement[bool]
) -> Iterator[sa.Row[Any]]:
    """Yield the mails written from `since` on, one at a time: together they may be many."""
    query = sa.select(outbox.c.message_id).where(
        outbox.c.created_at >= since, outbox.c.bytes != b"", condition
    )
    columns = (outbox.c.message_id, outbox.c.settled_at, outbox.c.claimed_until, outbox.c.bytes)
    for message_id in connection.scalars(query).all():
        one: sa.Select[Any] = sa.select(*columns).where(outbox.c.message_id == message_id)
        yield from connection.execute(one)


def text_of(mail: bytes) -> str:
    """Return the text part of a mail as it was written."""
    message = message_from_bytes(mail, policy=policy.default)
    body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
    return str(body.get_content()) if body is not None else ""
