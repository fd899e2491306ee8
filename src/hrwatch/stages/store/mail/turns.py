"""Who may be due for a digest: what a tick asks of the archive for all subscribers at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from hrwatch.model.mail import MailKind, Reason, Window
from hrwatch.model.tags import Kind, Relation
from hrwatch.stages.store.mail import beginnings
from hrwatch.stages.store.statements import chunks
from hrwatch.stages.store.tables import digests, in_force, ledger, records, tags

_PIECE = 400  # windows named by two values each in one statement


@dataclass(frozen=True, slots=True)
class Standing:
    """How a subscriber stands between two digests."""

    since: datetime  # when they first came into force, be it that they left since
    newest_at: datetime | None  # when the newest of what waits for them matched; None: nothing does


def standings(connection: sa.Connection) -> dict[str, Standing]:
    """Return how each subscriber stands who is, or ever was, in force, by name."""
    newest = (
        sa.select(sa.func.max(ledger.c.matched_at))
        .where(ledger.c.subscriber == in_force.c.subscriber, ledger.c.settled_at.is_(None))
        .scalar_subquery()
    )
    query = sa.select(
        in_force.c.subscriber,
        sa.func.min(in_force.c.since).label("since"),
        newest.label("newest"),
    ).group_by(in_force.c.subscriber)
    return {row.subscriber: Standing(row.since, row.newest) for row in connection.execute(query)}


def taken(connection: sa.Connection, windows: Mapping[str, str]) -> frozenset[str]:
    """Given the key of a window of each subscriber, return those whose window has had its digest,
    be it an empty one."""
    key = sa.tuple_(digests.c.subscriber, digests.c.window_key)
    return frozenset(
        subscriber
        for piece in chunks(sorted(windows.items()), _PIECE)
        for subscriber in connection.scalars(sa.select(digests.c.subscriber).where(key.in_(piece)))
    )


def told_since(
    connection: sa.Connection, subscriber: str, window: Window, today: date, week: str
) -> bool:
    """Say whether a weekly window needs no digest because another one came since it opened: under
    the key of a later local date, up to `today`, which was their weekday until it was changed; or
    under its `week` ("2026-W47"), which was the key in archives of before."""
    of_later_day = digests.c.window_key.between(window.key, today.isoformat())
    of_its_week = sa.and_(digests.c.window_key == week, digests.c.created_at >= window.opened_at)
    query = sa.select(digests.c.id).where(
        digests.c.subscriber == subscriber, sa.or_(of_later_day, of_its_week)
    )
    return connection.scalar(query.limit(1)) is not None


def alerts(connection: sa.Connection, subscriber: str, since: datetime, until: datetime) -> int:
    """Return how many urgent alerts were written to the subscriber from `since` and before
    `until`, without those that held what was above the number of a day."""
    query = sa.select(sa.func.count()).where(
        digests.c.subscriber == subscriber,
        digests.c.kind == MailKind.URGENT,
        digests.c.window_key.is_(None),
        digests.c.created_at >= since,
        digests.c.created_at < until,
    )
    return connection.scalar(query) or 0


def alerts_since_digest(connection: sa.Connection, subscriber: str) -> int:
    """Return how many urgent alerts went out to the subscriber since the last digest that did; to
    who was told nothing yet, since they subscribed."""
    begun = beginnings.after_last(connection, subscriber, MailKind.DIGEST)
    query = sa.select(sa.func.count()).where(beginnings.went_out(subscriber, MailKind.URGENT))
    if begun is not None:
        written_at = digests.c.created_at
        query = query.where(written_at >= begun.at if begun.is_first else written_at > begun.at)
    return connection.scalar(query) or 0


def names_any(connection: sa.Connection, subscriber: str, keywords: Iterable[str]) -> bool:
    """Say whether anything new that waits for the subscriber is about one of these keywords."""
    query = (
        sa.select(ledger.c.record)
        .join(
            records,
            sa.and_(records.c.id == ledger.c.record, records.c.version == ledger.c.version),
        )
        .join(tags, tags.c.record == records.c.ordinal)
        .where(
            ledger.c.subscriber == subscriber,
            ledger.c.settled_at.is_(None),
            ledger.c.reason == Reason.NEW,
            tags.c.kind == Kind.KEYWORD,
            tags.c.relation == Relation.SUBJECT,
            tags.c.value.in_(sorted(keywords)),
        )
        .limit(1)
    )
    return connection.scalar(query) is not None
