"""What stands of a subscriber beside the operator's file: their token, what they replied, and
whether their mail server refused them for good.

All of it belongs to one subscriber at one address. It ends where either leaves the operator's file:
whoever comes back is written to as the file says, and a name or a desk may be somebody else's then,
who never read the mails that a reply would have to answer.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from hrwatch.model.articles import Record
from hrwatch.model.mail import Detail, Mute, MuteKind, Subscription
from hrwatch.stages.store import guarded
from hrwatch.stages.store.mail import settling
from hrwatch.stages.store.statements import insert_missing
from hrwatch.stages.store.tables import mutes, rejections, replies, subscriptions

# So long what matches is kept for who stopped, should they start again: who did it by mistake
# misses nothing, and who comes back after a year is not sent a year.
KEPT_FOR_STOPPED = timedelta(days=7)

Term = tuple[str, str]  # a keyword or a country, and the term that spoke for it


def sync(connection: sa.Connection, addresses: Mapping[str, str], now: datetime) -> None:
    """Given every configured subscriber's address, note them, and end what stood of those who are
    gone or had another address. What was given up while they had stopped is so at any address; of
    rejections only counts are ever told: they stay."""
    kept_from = {}
    for row in connection.execute(sa.select(subscriptions)).all():
        address = addresses.get(row.subscriber)
        if address is None or row.address.casefold() not in ("", address.casefold()):
            since = _end_stop(connection, row.subscriber, now)
            kept_from[row.subscriber] = since or row.kept_from  # of an earlier stop
            of_them = subscriptions.c.subscriber == row.subscriber
            connection.execute(sa.delete(subscriptions).where(of_them))
            connection.execute(sa.delete(mutes).where(mutes.c.subscriber == row.subscriber))
    for subscriber, address in addresses.items():
        _change(connection, subscriber, address=address)
        if since := kept_from.get(subscriber):
            _change(connection, subscriber, kept_from=since)


def token_of(connection: sa.Connection, subscriber: str, new: str) -> str:
    """Return the subscriber's token, which is `new` where they had none."""
    _have(connection, subscriber)
    connection.execute(
        sa.update(subscriptions)
        .where(subscriptions.c.subscriber == subscriber, subscriptions.c.token.is_(None))
        .values(token=new)
    )
    query = sa.select(subscriptions.c.token).where(subscriptions.c.subscriber == subscriber)
    return str(connection.scalar(query))


def of(connection: sa.Connection, subscriber: str) -> Subscription | None:
    """Return what stands of a subscriber; None for nothing yet."""
    query = sa.select(subscriptions).where(subscriptions.c.subscriber == subscriber)
    return _subscription(connection.execute(query).one_or_none())


def by_token(connection: sa.Connection, token: str) -> Subscription | None:
    """Return whose token it is; None for nobody's."""
    query = sa.select(subscriptions).where(subscriptions.c.token == token)
    return _subscription(connection.execute(query).one_or_none())


def all(connection: sa.Connection) -> tuple[Subscription, ...]:
    """Return what stands of every subscriber, by name; those of whom nothing does are left out."""
    rows = connection.execute(sa.select(subscriptions).order_by(subscriptions.c.subscriber))
    return tuple(found for row in rows if (found := _subscription(row)))


def set_detail(connection: sa.Connection, subscriber: str, detail: Detail) -> None:
    """Tell so much of each story from now on, whatever the operator's file says."""
    _change(connection, subscriber, detail=detail)


def pause(connection: sa.Connection, subscriber: str, until: datetime, now: datetime) -> None:
    """Write nothing to the subscriber until then, be it that they stopped before; what matches
    waits."""
    _end_stop(connection, subscriber, now)
    _change(connection, subscriber, paused_until=until, stopped_at=None)


def stop(connection: sa.Connection, subscriber: str, now: datetime) -> None:
    """Write nothing to the subscriber until they say otherwise; what matches waits for
    `KEPT_FOR_STOPPED`. Who stopped before has stopped since then."""
    since = sa.func.coalesce(subscriptions.c.stopped_at, now)
    _change(connection, subscriber, stopped_at=since)


def resume(connection: sa.Connection, subscriber: str, now: datetime) -> None:
    """Write to a subscriber again who stopped or paused."""
    _end_stop(connection, subscriber, now)
    _change(connection, subscriber, stopped_at=None, paused_until=None)


def kept_from(standing: Subscription, now: datetime) -> datetime | None:
    """Return from when on what matched is kept for a subscriber who has stopped; None where they
    have not, or not so long that anything was given up."""
    if standing.stopped_at is None or standing.stopped_at > now - KEPT_FOR_STOPPED:
        return None
    return now - KEPT_FOR_STOPPED


def forget_for_stopped(connection: sa.Connection, now: datetime) -> None:
    """Give up what waits too long for those who have stopped."""
    for standing in all(connection):
        if (since := kept_from(standing, now)) is not None:
            settling.give_up(connection, standing.subscriber, since)


def suspend(
    connection: sa.Connection, subscriber: str, address: str, because: str, now: datetime
) -> None:
    """Write nothing to the subscriber at `address`, which their mail server refused for good."""
    _change(
        connection,
        subscriber,
        suspended_at=now,
        suspended_address=address,
        suspended_because=because,
    )


def lift(connection: sa.Connection, subscriber: str) -> None:
    """Write to a subscriber again who was suspended."""
    _change(connection, subscriber, suspended_at=None, suspended_address="", suspended_because="")


def mute(connection: sa.Connection, subscriber: str, wish: Mute) -> None:
    """Let the subscriber hear no more of something; a later wish about it takes an earlier one's
    place."""
    unmute(connection, subscriber, wish.kind, wish.value)
    values = {"kind": wish.kind, "value": wish.value, "since": wish.since, "until": wish.until}
    connection.execute(sa.insert(mutes).values(subscriber=subscriber, **values))


def unmute(connection: sa.Connection, subscriber: str, kind: MuteKind, value: str) -> None:
    """Let the subscriber hear of something again."""
    connection.execute(
        sa.delete(mutes).where(
            mutes.c.subscriber == subscriber, mutes.c.kind == kind, mutes.c.value == value
        )
    )


def mutes_of(connection: sa.Connection, subscriber: str, now: datetime) -> tuple[Mute, ...]:
    """Return what the subscriber wants to hear no more of as of `now`, the oldest wish first."""
    query = (
        sa.select(mutes)
        .where(
            mutes.c.subscriber == subscriber,
            sa.or_(mutes.c.until.is_(None), mutes.c.until > now),
        )
        .order_by(mutes.c.since, mutes.c.kind, mutes.c.value)
    )
    rows = connection.execute(query).all()
    with guarded.of("mutes.kind"):
        return tuple(Mute(MuteKind(row.kind), row.value, row.since, row.until) for row in rows)


def most_muted(connection: sa.Connection, now: datetime) -> tuple[tuple[str, int], ...]:
    """Return the words that are muted as of `now`, and by how many subscribers, the most first."""
    query = (
        sa.select(mutes.c.value, sa.func.count())
        .where(mutes.c.kind == MuteKind.WORD, sa.or_(mutes.c.until.is_(None), mutes.c.until > now))
        .group_by(mutes.c.value)
    )
    found = [(str(row.value), int(row[1])) for row in connection.execute(query)]
    return tuple(sorted(found, key=lambda one: (-one[1], one[0])))


def reject(
    connection: sa.Connection,
    subscriber: str,
    record: Record,
    terms: Iterable[Term],
    now: datetime,
) -> None:
    """Note that a record is not about what the subscriber asked for, though these terms said so;
    once, however often they say it."""
    connection.execute(
        insert_missing(connection, rejections).values(
            subscriber=subscriber,
            record=record.id,
            version=record.version,
            rejected_at=now,
            terms=[list(term) for term in terms],
        )
    )


def most_rejected(connection: sa.Connection, since: datetime) -> tuple[tuple[Term, int], ...]:
    """Return the terms that articles were told for and rejected from `since` on, and for how many
    articles, the most first."""
    query = sa.select(rejections.c.record, rejections.c.terms).where(
        rejections.c.rejected_at >= since
    )
    rows = connection.execute(query).all()
    with guarded.of("rejections.terms"):
        pairs = {(row.record, str(value), str(term)) for row in rows for value, term in row.terms}
    counted = Counter((value, term) for _, value, term in pairs)
    return tuple(sorted(counted.items(), key=lambda one: (-one[1], one[0])))


def answered(connection: sa.Connection, key: str) -> bool:
    """Say whether the reply with this key was answered."""
    return connection.scalar(sa.select(replies.c.key).where(replies.c.key == key)) is not None


def heeded_since(
    connection: sa.Connection, subscriber: str, since: datetime, *, command: str | None = None
) -> int:
    """Return how many replies of the subscriber's were heeded from `since` on; of one command, or
    of all."""
    query = sa.select(sa.func.count()).where(
        replies.c.subscriber == subscriber, replies.c.answered_at >= since
    )
    if command is not None:
        query = query.where(replies.c.command == command)
    return connection.execute(query).scalar_one()


def note(connection: sa.Connection, key: str, subscriber: str, command: str, now: datetime) -> bool:
    """Note that a reply is answered; say False, and change nothing, where it was before."""
    statement = insert_missing(connection, replies).values(
        key=key, subscriber=subscriber, command=command, answered_at=now
    )
    return connection.execute(statement.returning(replies.c.key)).one_or_none() is not None


def _change(connection: sa.Connection, subscriber: str, **values: Any) -> None:
    _have(connection, subscriber)
    connection.execute(
        sa.update(subscriptions).where(subscriptions.c.subscriber == subscriber).values(**values)
    )


def _end_stop(connection: sa.Connection, subscriber: str, now: datetime) -> datetime | None:
    """Give up what waits too long for a subscriber who had stopped; return from when on it is kept,
    None for ever."""
    standing = of(connection, subscriber)
    since = kept_from(standing, now) if standing else None
    if since is not None:
        settling.give_up(connection, subscriber, since)
        _change(connection, subscriber, kept_from=since)
    return since


def _have(connection: sa.Connection, subscriber: str) -> None:
    connection.execute(insert_missing(connection, subscriptions).values(subscriber=subscriber))


def _subscription(row: sa.Row[Any] | None) -> Subscription | None:
    if row is None:
        return None
    with guarded.of("subscriptions.detail"):
        detail = None if row.detail is None else Detail(row.detail)
    return Subscription(
        subscriber=row.subscriber,
        token=row.token or "",
        detail=detail,
        paused_until=row.paused_until,
        stopped_at=row.stopped_at,
        suspended_at=row.suspended_at,
        suspended_address=row.suspended_address,
        suspended_because=row.suspended_because,
        kept_from=row.kept_from,
    )
