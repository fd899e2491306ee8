"""What digests answer for in the ledger, and what they do not any more."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa

from hrwatch.model.articles import Record
from hrwatch.model.mail import OF_VERSIONS, Digest, Reason
from hrwatch.stages.store.statements import chunks, insert_missing
from hrwatch.stages.store.tables import digests, ledger, records

_PIECE = 150  # rows named by three values each in one statement
_KEY = sa.tuple_(ledger.c.record, ledger.c.version, ledger.c.reason)
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


class Told(Protocol):
    """What is, or is to be, told for a reason: a match, or what waits."""

    @property
    def record(self) -> Record:
        """In the version that it is told in."""

    @property
    def reason(self) -> Reason:
        """Why it is told."""


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
    its latest version, whatever came of it meanwhile. Return how many articles that are. With the
    first page, which counts what is muted, that waits to be counted again."""
    latest = sa.select(sa.func.max(records.c.version)).where(records.c.id == ledger.c.record)
    of_page = sa.or_(ledger.c.page == page, ledger.c.page.is_(None))
    those = sa.and_(ledger.c.digest == digest, of_page)
    if page == 1:
        those = sa.or_(those, _settled_with(connection, digest))
    rows = connection.execute(
        sa.select(ledger, latest.scalar_subquery().label("latest")).where(those)
    ).all()
    none = {"digest": None, "settled_at": None, "number": None, "page": None}
    connection.execute(sa.update(ledger).where(those).values(**none))
    for row in rows:
        if row.reason in OF_VERSIONS and row.version < row.latest:
            of_it = (ledger.c.subscriber == row.subscriber, ledger.c.record == row.record)
            as_latest = (ledger.c.version == row.latest) & (ledger.c.reason == row.reason)
            others = (ledger.c.reason.in_(OF_VERSIONS), ~as_latest)
            connection.execute(
                sa.update(ledger)
                .where(*of_it, ledger.c.settled_at.is_(None), *others)
                .values(settled_at=now)
            )
            later = {"version": row.latest, "reason": row.reason, "matched_at": now}
            kept = {name: getattr(row, name) for name in ("subscriber", "record", "story")}
            connection.execute(insert_missing(connection, ledger).values(**kept, **later))
    return len({row.record for row in rows if row.digest is not None})


def _settled_with(connection: sa.Connection, digest: str) -> sa.ColumnElement[bool]:
    """Return the condition that something was settled untold at the moment of `digest`: what it
    left out as muted. Anything else of that moment needs no telling when it is looked at again."""
    row = connection.execute(
        sa.select(digests.c.subscriber, digests.c.created_at).where(digests.c.id == digest)
    ).one()
    return sa.and_(
        ledger.c.subscriber == row.subscriber,
        ledger.c.settled_at == row.created_at,
        ledger.c.digest.is_(None),
    )
