"""Which record is a copy of which, where that changes after they were written."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hrwatch.model.articles import Copy, CopyKind
from hrwatch.model.mail import Reason
from hrwatch.stages.store import guarded
from hrwatch.stages.store.articles.presence import is_latest
from hrwatch.stages.store.statements import insert_missing
from hrwatch.stages.store.tables import ledger, records

_LINK = ("copy_of", "copy_kind", "copy_score", "story", "unlinked")


@dataclass(frozen=True, slots=True)
class Unlinked:
    """A record that stands alone now: what it was a copy of, and for whom it waits again."""

    record: str
    was: Copy
    waits_for: tuple[str, ...]  # subscribers who were not told of it because it was that


def relink(connection: sa.Connection, original: str, earlier: Iterable[str]) -> None:
    """Make `earlier` records, and what was a copy of them, copies of `original`; not those of which
    somebody said that they are no copy. The ledger keeps their story as it was: whoever was told of
    it is still to be told what the publisher says."""
    moved = tuple(
        connection.scalars(
            sa.select(records.c.id)
            .where(records.c.id.in_(tuple(earlier)), sa.not_(records.c.unlinked))
            .distinct()
        )
    )
    of_them = [records.c[name].in_(moved) for name in ("id", "copy_of", "story")]
    query = sa.select(records.c.ordinal).where(sa.or_(*of_them))
    # In the order of `records.hold`, which nobody waits for each other in.
    connection.execute(query.order_by(records.c.id, records.c.version).with_for_update()).all()
    connection.execute(
        sa.update(records)
        .where(records.c.id.in_(moved))
        .values(copy_of=original, copy_kind=CopyKind.SAME_PERMALINK, copy_score=1.0)
    )
    connection.execute(
        sa.update(records).where(records.c.copy_of.in_(moved)).values(copy_of=original)
    )
    connection.execute(sa.update(records).where(records.c.story.in_(moved)).values(story=original))


def carry_on(connection: sa.Connection, versions: Iterable[tuple[str, int]]) -> None:
    """Let these later versions, by id and number, be copies of what the version before is one of,
    whatever became of that since they were read."""
    for record, version in versions:
        before = connection.execute(
            sa.select(*(records.c[name] for name in _LINK))
            .where(records.c.id == record, records.c.version < version)
            .order_by(records.c.version.desc())
            .limit(1)
        ).one_or_none()
        if before is not None:
            connection.execute(
                sa.update(records)
                .where(records.c.id == record, records.c.version == version)
                .values(before._asdict())
            )


def unlink(connection: sa.Connection, record: str) -> Unlinked | None:
    """Let a record stand alone again, in all its versions, and for good: no later article makes it
    a copy; return None where it is none.

    Whoever was told of no version of it because a digest had told of its story has the latest one
    waiting.
    """
    row = connection.execute(
        sa.select(records)
        .where(records.c.id == record, is_latest())
        .with_for_update()  # not while another writer makes something else of it
    ).one_or_none()
    if row is None or row.copy_of is None:
        return None
    with guarded.of("records"):
        was = Copy(row.copy_of, CopyKind(row.copy_kind), row.copy_score)
    link = {"copy_of": None, "copy_kind": None, "copy_score": None, "story": record}
    connection.execute(
        sa.update(records).where(records.c.id == record).values(**link, unlinked=True)
    )
    waits_for = _wait_again(connection, row)
    connection.execute(sa.update(ledger).where(ledger.c.record == record).values(story=record))
    return Unlinked(record, was, waits_for)


def _wait_again(connection: sa.Connection, latest: sa.Row[Any]) -> tuple[str, ...]:
    """Let the latest version of a record wait for whom it was settled, in whichever version, only
    because a digest had told of its story; return the subscribers."""
    told = ledger.alias("told")
    of_record = ledger.c.record == latest.id
    of_the_story = sa.exists().where(
        told.c.subscriber == ledger.c.subscriber,
        told.c.story == ledger.c.story,
        told.c.record != latest.id,
        told.c.digest.is_not(None),
    )
    rows = connection.execute(
        sa.select(ledger, of_the_story.label("is_copy")).where(of_record).order_by(ledger.c.version)
    ).all()
    knowing = {row.subscriber for row in rows if row.digest is not None or row.settled_at is None}
    last = {
        row.subscriber: row
        for row in rows
        if row.is_copy and row.reason == Reason.NEW and row.subscriber not in knowing
    }
    for subscriber, row in last.items():
        key = {"subscriber": subscriber, "record": latest.id, "version": latest.version}
        key |= {"reason": Reason.NEW}
        told_of = {"story": latest.id, "matched_at": row.matched_at}
        connection.execute(insert_missing(connection, ledger).values(**key, **told_of))
        connection.execute(
            sa.update(ledger)
            .where(*(ledger.c[name] == value for name, value in key.items()))
            .values(settled_at=None)
        )
    return tuple(sorted(last))
