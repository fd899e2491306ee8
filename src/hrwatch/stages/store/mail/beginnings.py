"""Where the period of a digest begins: where that of the one before it ended, which went out."""

from datetime import datetime

import sqlalchemy as sa

from hrwatch.model.mail import Beginning, MailKind, Status
from hrwatch.stages.store.mail import subscriptions
from hrwatch.stages.store.mail.subscribers import in_force
from hrwatch.stages.store.tables import digests, outbox

_NOT_SENT = tuple(status for status in Status if status is not Status.SENT)


def of_next(connection: sa.Connection, subscriber: str, kind: MailKind) -> Beginning | None:
    """Return where the period of the subscriber's next mail of that kind begins; None where nobody
    of this name is, or was, in force.

    A digest goes on from the last digest, an urgent alert from whichever of both was the last.
    After a stop either begins from when on what matched was kept, be it that nothing went out yet.
    """
    ends = (MailKind.DIGEST, MailKind.URGENT) if kind is MailKind.URGENT else (MailKind.DIGEST,)
    begun = after_last(connection, subscriber, *ends)
    standing = subscriptions.of(connection, subscriber)
    kept_from = standing.kept_from if standing else None
    if begun is not None and kept_from is not None and kept_from > begun.at:
        return Beginning(kept_from)
    return begun


def after_last(connection: sa.Connection, subscriber: str, *kinds: MailKind) -> Beginning | None:
    """Return when the subscriber's last mail of these kinds was written that went out, or since
    when they are subscribed, where there is none since; None where nobody of this name is, or was,
    in force."""
    since = subscribed_at(connection, subscriber)
    query = sa.select(sa.func.max(digests.c.created_at)).where(went_out(subscriber, *kinds))
    told_at: datetime | None = connection.scalar(query)
    if told_at is not None and (since is None or told_at >= since):
        return Beginning(told_at)
    return None if since is None else Beginning(since, is_first=True)


def went_out(subscriber: str, *kinds: MailKind) -> sa.ColumnElement[bool]:
    """Return the condition that a digest of these kinds was mailed to the subscriber, or will be: a
    window that had nothing to tell was not, nor what was given up before it left."""
    # Nothing is left of a mail that was given up; one that was sent may be emptied by a purge. Both
    # are asked of indexes: what lies behind a mail's bytes in its row costs reading all of them.
    given_up = sa.select(outbox.c.message_id).where(
        outbox.c.status.in_(_NOT_SENT), outbox.c.subscriber == subscriber, outbox.c.bytes == b""
    )
    return sa.and_(
        digests.c.subscriber == subscriber,
        digests.c.kind.in_(kinds),
        digests.c.mail.not_in(given_up),  # the page that tells the period
        sa.exists().where(outbox.c.message_id == digests.c.mail),
    )


def subscribed_at(connection: sa.Connection, subscriber: str) -> datetime | None:
    """Return since when somebody asks for anything without a break: who left and came back is told
    nothing of the time between. None where nobody of this name is, or was, in force."""
    began: datetime | None = None
    ended: datetime | None = None  # None: still in force
    for one in sorted(in_force(connection, subscriber), key=lambda one: one.since):
        if began is None or (ended is not None and one.since > ended):
            began, ended = one.since, one.until
        elif ended is not None:
            ended = None if one.until is None else max(ended, one.until)
    return began
