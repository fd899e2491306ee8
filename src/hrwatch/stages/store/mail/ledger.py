"""Who was told of what, and why: a row for each match, which waits until a digest answers for it.

Every record is matched once, in the order of writing, with every subscriber there is by then.
What matched waits here; what did not will not later either, because criteria that come into force
afterwards do not reach back (`match`). So a digest looks at what waits, not at the archive.

A row stands for one version of a record and one reason. Of an article nobody has more than one row
of NEW and CHANGED that waits: a later version takes the place of the one before.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa

from hrwatch.model.articles import Record
from hrwatch.model.evidence import Visit
from hrwatch.model.mail import Digest, Match, Reason
from hrwatch.stages.store import guarded
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.articles import visits as visit_table
from hrwatch.stages.store.statements import chunks, insert_missing
from hrwatch.stages.store.tables import in_force, ledger, progress, records

_MATCHED = "matched"
# Changes of one article that somebody is told of: what is edited all day cannot fill digests.
MOST_CHANGED = 5
_PIECE = 150  # rows named by three values each in one statement
_OF_VERSIONS = (Reason.NEW, Reason.CHANGED)
_ABOUT_PAGES = (Reason.REMOVED, Reason.RETURNED)


class Told(Protocol):
    """What is, or is to be, told for a reason: a match, or what waits."""

    @property
    def record(self) -> Record:
        """In the version that it is told in."""

    @property
    def reason(self) -> Reason:
        """Why it is told."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What no digest answers for yet."""

    record: Record  # in the version that is to be told
    reason: Reason
    matched_at: datetime


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Records that no subscriber was asked about yet; `up_to` is where the next ones begin."""

    records: tuple[Record, ...]
    up_to: int


def unmatched(connection: sa.Connection, limit: int) -> Unmatched | None:
    """Return the next records to be matched, backlog left out; None where all were.

    `limit` bounds how many are looked at.
    """
    after = connection.scalar(sa.select(progress.c.ordinal).where(progress.c.name == _MATCHED)) or 0
    ordinals = connection.scalars(
        sa.select(records.c.ordinal)
        .where(records.c.ordinal > after)
        .order_by(records.c.ordinal)
        .limit(limit)
    ).all()
    if not ordinals:
        return None
    found = record_table.written(connection, after, ordinals[-1])
    return Unmatched(tuple(record for record in found if not record.backlog), ordinals[-1])


def add(  # noqa: PLR0913 - what matched, and what goes with it in one transaction
    connection: sa.Connection,
    matches: Mapping[str, Iterable[Match]],
    up_to: int,
    now: datetime,
    *,
    versions: Iterable[Record] = (),
    visits: Iterable[Visit] = (),
) -> None:
    """Given each subscriber's matches among the records up to `up_to`, let them wait. `versions`
    are those of the records that are a later version of an article, whether they matched or not;
    `visits` are to be made to what matched, where none are yet."""
    matches = {subscriber: tuple(found) for subscriber, found in matches.items()}
    for record in versions:
        asking = {
            subscriber
            for subscriber, found in matches.items()
            if any(match.record.id == record.id for match in found)
        }
        _take_place(connection, record, frozenset(matches), frozenset(asking), now)
    add_late(connection, matches, now, visits)
    connection.execute(insert_missing(connection, progress).values(name=_MATCHED, ordinal=0))
    connection.execute(
        sa.update(progress)
        .where(progress.c.name == _MATCHED, progress.c.ordinal < up_to)
        .values(ordinal=up_to)
    )


def matched_up_to() -> sa.ScalarSelect[int]:
    """Return the question up to which ordinal every subscriber was asked about each record."""
    return sa.select(progress.c.ordinal).where(progress.c.name == _MATCHED).scalar_subquery()


def matched(connection: sa.Connection, since: datetime) -> Iterator[Record]:
    """Yield the records first seen from `since` on that every subscriber was asked about, backlog
    left out."""
    up_to = matched_up_to()
    return record_table.stream(
        connection,
        records.c.ordinal <= up_to,
        records.c.first_seen_at >= since,
        sa.not_(records.c.backlog),
    )


def add_late(
    connection: sa.Connection,
    matches: Mapping[str, Iterable[Match]],
    now: datetime,
    visits: Iterable[Visit] = (),
) -> tuple[str, ...]:
    """Given each subscriber's matches among records that were matched before, let those wait that
    never did, in no version; return the subscriber of each. `visits` as for `add`."""
    visit_table.add(connection, visits)
    found = [(subscriber, match) for subscriber, some in matches.items() for match in some]
    known = {
        (row.subscriber, row.record)
        for piece in chunks(sorted({match.record.id for _, match in found}))
        for row in connection.execute(_PAIRS.where(ledger.c.record.in_(piece)))
    }
    values = [
        _values(subscriber, match.record, match.reason, now)
        for subscriber, match in found
        if (subscriber, match.record.id) not in known
    ]
    statement = insert_missing(connection, ledger).returning(ledger.c.subscriber)
    return tuple(
        subscriber
        for piece in chunks(values)
        for subscriber in connection.scalars(statement, piece)
    )


def add_removed(connection: sa.Connection, record: Record, now: datetime) -> None:
    """Let it wait that an article was taken down, for those who were told of it and not of this; to
    whom its return is still to be told, that is not told any more."""
    _take_back(connection, record, Reason.RETURNED)
    told = _told_of(connection, record)
    _add_for(
        connection, record, Reason.REMOVED, told - _taking_for_removed(connection, record), now
    )


def add_returned(connection: sa.Connection, record: Record, now: datetime) -> None:
    """Let it wait that an article is there again, for those who were told that it was taken down;
    to whom that is still to be told, it is not told any more."""
    _take_back(connection, record, Reason.REMOVED)
    _add_for(connection, record, Reason.RETURNED, _taking_for_removed(connection, record), now)


def waiting(connection: sa.Connection, subscriber: str) -> tuple[Waiting, ...]:
    """Return what matched for the subscriber and what no digest answers for yet, in the order of
    writing."""
    query = (
        sa.select(records.c.ordinal, ledger.c.reason, ledger.c.matched_at)
        .join_from(ledger, records, _is_of(ledger, records))
        .where(ledger.c.subscriber == subscriber, ledger.c.settled_at.is_(None))
        .order_by(records.c.ordinal, ledger.c.matched_at, ledger.c.reason)
    )
    rows = connection.execute(query).all()
    found = record_table.numbered(connection, {row.ordinal for row in rows})
    with guarded.of("ledger"):
        return tuple(
            Waiting(found[row.ordinal], Reason(row.reason), row.matched_at) for row in rows
        )


def give_up(connection: sa.Connection, subscriber: str, before: datetime) -> None:
    """Forget what matched before then and waits for the subscriber."""
    connection.execute(
        sa.delete(ledger).where(
            ledger.c.subscriber == subscriber,
            ledger.c.settled_at.is_(None),
            ledger.c.matched_at < before,
        )
    )


def settle_all(connection: sa.Connection, subscriber: str, now: datetime) -> None:
    """Note that the subscriber needs to be told of nothing that waits."""
    connection.execute(
        sa.update(ledger)
        .where(ledger.c.subscriber == subscriber, ledger.c.settled_at.is_(None))
        .values(settled_at=now)
    )


def settle(
    connection: sa.Connection,
    subscriber: str,
    settled: Iterable[Told],
    now: datetime,
    digest: str | None,
) -> int:
    """Note that `digest` answers for these, or, without one, that the subscriber needs to be told
    nothing of them; return how many were still waiting."""
    keys = sorted({(told.record.id, told.record.version, told.reason.value) for told in settled})
    return sum(
        connection.execute(
            sa.update(ledger)
            .where(
                ledger.c.subscriber == subscriber,
                _KEY.in_(piece),
                ledger.c.settled_at.is_(None),
            )
            .values(settled_at=now, digest=digest)
        ).rowcount
        for piece in chunks(keys, _PIECE)
    )


def settle_digest(connection: sa.Connection, digest: Digest, now: datetime) -> bool:
    """Note that a digest answers for its matches, under which number and on which page; say
    whether all of them were still waiting."""
    settled = settle(connection, digest.subscriber, digest.matches, now, digest.id)
    page_of = {
        number: place
        for place, page in reversed(tuple(enumerate(digest.pages, 1)))  # the first that has it
        for number in page.numbers
    }
    placed = [
        {
            "whose": digest.subscriber,
            "id": match.record.id,
            "of_version": match.record.version,
            "why": match.reason.value,
            "at": number,
            "on": page_of.get(number, 1),
        }
        for match, number in zip(digest.matches, digest.numbers, strict=False)
    ]
    if placed:
        connection.execute(_PLACED, placed)
    return settled == len(digest.matches)


def told_on(mails: sa.Table) -> sa.ColumnElement[bool]:
    """Return the condition that a mail tells of a match: it is of its digest and its page. What was
    told before there were pages has none, and stands on every one."""
    on_page = sa.or_(ledger.c.page.is_(None), ledger.c.page == mails.c.page)
    return sa.and_(ledger.c.digest == mails.c.digest, on_page)


def reopen(connection: sa.Connection, digest: str, page: int, now: datetime) -> int:
    """Let what this page of `digest` answered for wait again, because nobody got it: an article in
    its latest version, whatever came of it meanwhile. Return how many articles that are."""
    latest = sa.select(sa.func.max(records.c.version)).where(records.c.id == ledger.c.record)
    of_page = sa.or_(ledger.c.page == page, ledger.c.page.is_(None))
    those = sa.and_(ledger.c.digest == digest, of_page)
    rows = connection.execute(
        sa.select(ledger, latest.scalar_subquery().label("latest")).where(those)
    ).all()
    none = {"digest": None, "settled_at": None, "number": None, "page": None}
    connection.execute(sa.update(ledger).where(those).values(**none))
    for row in rows:
        if row.reason in _OF_VERSIONS and row.version < row.latest:
            of_it = (ledger.c.subscriber == row.subscriber, ledger.c.record == row.record)
            as_latest = (ledger.c.version == row.latest) & (ledger.c.reason == row.reason)
            others = (ledger.c.reason.in_(_OF_VERSIONS), ~as_latest)
            connection.execute(
                sa.update(ledger)
                .where(*of_it, ledger.c.settled_at.is_(None), *others)
                .values(settled_at=now)
            )
            later = {"version": row.latest, "reason": row.reason, "matched_at": now}
            kept = {name: getattr(row, name) for name in ("subscriber", "record", "story")}
            connection.execute(insert_missing(connection, ledger).values(**kept, **later))
    return len({row.record for row in rows})


def _take_place(
    connection: sa.Connection,
    record: Record,
    subscribers: frozenset[str],
    asking: frozenset[str],
    now: datetime,
) -> None:
    """Let a later version of an article wait for those who know of an earlier one, or would have;
    for `asking` it matched. Who never had a row of it is none of them."""
    rows = connection.execute(
        sa.select(ledger).where(
            ledger.c.record == record.id,
            ledger.c.subscriber.in_(sorted(subscribers)),
        )
    ).all()
    rows = [row for row in rows if row.version < record.version]
    knowing = {row.subscriber for row in rows if row.digest is not None}
    replaced = [row for row in rows if row.settled_at is None and row.reason in _OF_VERSIONS]
    changed = {row.subscriber for row in replaced if row.reason == Reason.CHANGED}
    if record.change is not None:
        told = (row for row in rows if row.digest is not None and row.reason == Reason.CHANGED)
        times = Counter(row.subscriber for row in told)
        changed |= {name for name in knowing if times[name] < MOST_CHANGED}
    new = ({row.subscriber for row in replaced} - changed) & asking
    for row in replaced:
        connection.execute(
            sa.update(ledger)
            .where(ledger.c.subscriber == row.subscriber, _key(row) == _KEY)
            .values(settled_at=now)
        )
    values = [_values(name, record, Reason.CHANGED, now) for name in sorted(changed)]
    values += [_values(name, record, Reason.NEW, now) for name in sorted(new)]
    for piece in chunks(values):
        connection.execute(insert_missing(connection, ledger), piece)


def _take_back(connection: sa.Connection, record: Record, reason: Reason) -> None:
    connection.execute(
        sa.delete(ledger).where(
            ledger.c.record == record.id,
            ledger.c.reason == reason,
            ledger.c.settled_at.is_(None),
        )
    )


def _told_of(connection: sa.Connection, record: Record) -> frozenset[str]:
    """Return the subscribers of today whom a digest told of an article, whatever of it."""
    there = sa.select(in_force.c.subscriber).where(in_force.c.until.is_(None))
    query = sa.select(ledger.c.subscriber).where(
        ledger.c.record == record.id,
        ledger.c.digest.is_not(None),
        ledger.c.subscriber.in_(there),
    )
    return frozenset(connection.scalars(query))


def _taking_for_removed(connection: sa.Connection, record: Record) -> frozenset[str]:
    """Return the subscribers who know that an article was taken down, or are to be told so next,
    and of no return."""
    query = (
        sa.select(ledger.c.subscriber, ledger.c.reason)
        .where(ledger.c.record == record.id, ledger.c.reason.in_(_ABOUT_PAGES))
        .order_by(ledger.c.matched_at)
    )
    last = {row.subscriber: row.reason for row in connection.execute(query)}
    removed = frozenset(name for name, reason in last.items() if reason == Reason.REMOVED)
    return removed & _told_of(connection, record)


def _add_for(
    connection: sa.Connection,
    record: Record,
    reason: Reason,
    subscribers: Iterable[str],
    now: datetime,
) -> None:
    """Let a reason wait for these subscribers, once for each version."""
    values = [_values(name, record, reason, now) for name in sorted(subscribers)]
    for piece in chunks(values):
        connection.execute(insert_missing(connection, ledger), piece)


def _values(subscriber: str, record: Record, reason: Reason, now: datetime) -> dict[str, object]:
    return {
        "subscriber": subscriber,
        "record": record.id,
        "version": record.version,
        "reason": reason,
        "story": record.story,
        "matched_at": now,
    }


def _is_of(of_ledger: sa.Table, of_records: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(
        of_records.c.id == of_ledger.c.record, of_records.c.version == of_ledger.c.version
    )


_KEY = sa.tuple_(ledger.c.record, ledger.c.version, ledger.c.reason)
_PAIRS = sa.select(ledger.c.subscriber, ledger.c.record).distinct()
_PLACED = (
    sa.update(ledger)
    .where(
        ledger.c.subscriber == sa.bindparam("whose"),
        ledger.c.record == sa.bindparam("id"),
        ledger.c.version == sa.bindparam("of_version"),
        ledger.c.reason == sa.bindparam("why"),
    )
    .values(number=sa.bindparam("at"), page=sa.bindparam("on"))
)


def _key(row: sa.Row[tuple[object, ...]]) -> sa.Tuple:
    return sa.tuple_(row.record, row.version, row.reason)
