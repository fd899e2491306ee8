"""The mails in the outbox that did not leave, for an operator who looks at them, has them tried
again or gives them up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

import sqlalchemy as sa

from hrwatch.model.mail import Delivery, MailKind, Status
from hrwatch.stages.store import guarded
from hrwatch.stages.store.mail import outbox, settling, subscriptions
from hrwatch.stages.store.tables import outbox as mails


@dataclass(frozen=True, slots=True)
class Left:
    """A mail that did not leave."""

    id: str  # of its Message-ID, what stands before the @
    message_id: str
    subscriber: str  # empty: the operator
    kind: MailKind
    page: int
    status: Status
    attempts: int
    written_at: datetime
    settled_at: datetime | None  # None: it is tried again, or waits for a better time
    next_try_at: datetime | None
    size: int  # bytes
    detail: str  # what the mail server or program said last

    @property
    def is_parked(self) -> bool:
        """Whether it was tried in vain for a week, and is tried no more by itself."""
        return self.settled_at is not None and self.status is not Status.REFUSED


class Outcome(Enum):
    """What became of an order about a mail."""

    DONE = auto()
    SENDING = auto()  # a transport has it at this moment
    GONE = auto()  # it was sent or given up meanwhile


def left(connection: sa.Connection) -> tuple[Left, ...]:
    """Return the mails that did not leave, oldest first; those that were given up are left out."""
    columns = [column for column in mails.c if column is not mails.c.bytes]
    rows = connection.execute(
        sa.select(*columns, sa.func.length(mails.c.bytes).label("size"))
        .where(outbox.has_not_left())
        .order_by(mails.c.created_at, mails.c.digest, mails.c.page, mails.c.message_id)
    ).all()
    with guarded.of("outbox.status"):
        return tuple(
            Left(
                id=row.message_id.strip("<>").partition("@")[0],
                message_id=row.message_id,
                subscriber=row.subscriber,
                kind=MailKind(row.kind),
                page=row.page,
                status=Status(row.status),
                attempts=row.attempts,
                written_at=row.created_at,
                settled_at=row.settled_at,
                next_try_at=row.next_try_at,
                size=row.size,
                detail=row.detail,
            )
            for row in rows
        )


def requeue(connection: sa.Connection, message_id: str, now: datetime) -> Outcome:
    """Let a mail be tried at once and as often as a new one; a subscriber who was suspended at its
    address is written to again."""
    outcome = _hold(connection, message_id, now)
    if outcome is Outcome.DONE:
        anew = {"status": Status.QUEUED, "attempts": 0, "next_try_at": None, "settled_at": None}
        where = mails.c.message_id == message_id
        connection.execute(sa.update(mails).where(where).values(**anew))
        row = connection.execute(
            sa.select(mails.c.subscriber, mails.c.recipient).where(where)
        ).one()
        standing = subscriptions.of(connection, row.subscriber)
        if standing and standing.suspended_address.casefold() == row.recipient.casefold():
            subscriptions.lift(connection, row.subscriber)
    return outcome


def drop(connection: sa.Connection, message_id: str, now: datetime) -> tuple[Outcome, int]:
    """Give a mail up and empty it; return how many articles wait again, which it told of."""
    outcome, articles = _hold(connection, message_id, now), 0
    if outcome is Outcome.DONE:
        where = mails.c.message_id == message_id
        columns = (mails.c.subscriber, mails.c.digest, mails.c.page)
        row = connection.execute(sa.select(*columns).where(where)).one()
        if row.digest is not None:
            articles = settling.reopen(connection, row.digest, row.page, now)
        told = "given up by the operator"
        outbox.settle(connection, Delivery(message_id, row.subscriber, Status.REFUSED, now, told))
        connection.execute(sa.update(mails).where(where).values(bytes=b""))
    return outcome, articles


def _hold(connection: sa.Connection, message_id: str, now: datetime) -> Outcome:
    """Say whether a mail is ours to change until the end of the transaction."""
    query = sa.select(mails.c.claimed_until).where(
        mails.c.message_id == message_id, outbox.has_not_left()
    )
    row = connection.execute(query.with_for_update()).one_or_none()
    if row is None:
        return Outcome.GONE
    is_sending = row.claimed_until is not None and row.claimed_until > now
    return Outcome.SENDING if is_sending else Outcome.DONE


def beginning(found: Iterable[Left], reference: str) -> tuple[Left, ...]:
    """Return those of the mails whose id begins so, or whose Message-ID it is."""
    wanted = reference.strip("<>").partition("@")[0].lower()
    return tuple(one for one in found if one.id.lower().startswith(wanted))
