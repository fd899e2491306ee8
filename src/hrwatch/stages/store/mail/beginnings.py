"""Where the period of a digest begins: where that of the one before it ended, which went out."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from hrwatch.model.mail import Beginning, InForce, MailKind, Status
from hrwatch.stages.store.mail import subscriptions
from hrwatch.stages.store.mail.subscribers import in_force
from hrwatch.stages.store.tables import digests, outbox

_NOT_SENT = tuple(status for status in Status if status is not Status.SENT)


def of_next(connection: sa.Connection, subscriber: str, kind: MailKind) -> Beginning | None:
    """Return where the period of the subscriber's next mail of that kind begins; None where nobody
    of this name is, or was, in force.

    A digest goes on from the last digest, an urgent alert from whichever of both was the last. A
    window that had nothing to tell, and what was given up before it left, ends no period: nobody
    read of it. After a stop it begins from when on what matched was kept.
    """
    subscribed_at = _subscribed_at(in_force(connection, subscriber))
    ends = (MailKind.DIGEST, MailKind.URGENT) if kind is MailKind.URGENT else (MailKind.DIGEST,)
    # Nothing is left of a mail that was given up; one that was sent may be emptied by a purge. Both
    # are asked of indexes: what lies behind a mail's bytes in its row costs reading all of them.
    given_up = sa.select(outbox.c.message_id).where(
        outbox.c.status.in_(_NOT_SENT), outbox.c.subscriber == subscriber, outbox.c.bytes == b""
    )
    query = sa.select(sa.func.max(digests.c.created_at)).where(
        digests.c.subscriber == subscriber,
        digests.c.kind.in_(ends),
        digests.c.mail.not_in(given_up),  # the page that tells the period
        sa.exists().where(outbox.c.message_id == digests.c.mail),
    )
    told_at: datetime | None = connection.scalar(query)
    standing = subscriptions.of(connection, subscriber)
    if standing is not None and standing.kept_from is not None and told_at is not None:
        told_at = max(told_at, standing.kept_from)
    if told_at is not None and (subscribed_at is None or told_at >= subscribed_at):
        return Beginning(told_at)
    return None if subscribed_at is None else Beginning(subscribed_at, is_first=True)


def _subscribed_at(stood: Iterable[InForce]) -> datetime | None:
    """Return since when somebody asks for anything without a break: who left and came back is told
    nothing of the time between."""
    began: datetime | None = None
    ended: datetime | None = None  # None: still in force
    for one in sorted(stood, key=lambda one: one.since):
        if began is None or (ended is not None and one.since > ended):
            began, ended = one.since, one.until
        elif ended is not None:
            ended = None if one.until is None else max(ended, one.until)
    return began
