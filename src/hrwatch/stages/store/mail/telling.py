"""What a subscriber was told of as new: what copies of it need not be told for."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from hrwatch import text
from hrwatch.model.articles import Copy, CopyKind
from hrwatch.model.mail import Reason
from hrwatch.stages.store import guarded
from hrwatch.stages.store.statements import chunks
from hrwatch.stages.store.tables import ledger, records


@dataclass(frozen=True, slots=True)
class ToldAsNew:
    """A version of an article that a digest told somebody of, not as a change of what was told."""

    record: str
    version: int
    story: str  # by then
    title_key: str
    copy: Copy | None = None


def told_as_new(
    connection: sa.Connection, subscriber: str, stories: Iterable[str]
) -> tuple[ToldAsNew, ...]:
    """Return what digests told the subscriber of these stories as new."""
    query = (
        sa.select(
            ledger.c.record,
            ledger.c.version,
            ledger.c.story,
            records.c.title,
            records.c.copy_of,
            records.c.copy_kind,
            records.c.copy_score,
        )
        .join(
            records,
            sa.and_(records.c.id == ledger.c.record, records.c.version == ledger.c.version),
        )
        .where(
            ledger.c.subscriber == subscriber,
            ledger.c.digest.is_not(None),
            ledger.c.reason == Reason.NEW,
        )
    )
    with guarded.of("ledger"):
        return tuple(
            ToldAsNew(
                row.record,
                row.version,
                row.story,
                text.title_key(row.title),
                row.copy_of and Copy(row.copy_of, CopyKind(row.copy_kind), row.copy_score),
            )
            for piece in chunks(sorted(set(stories)))
            for row in connection.execute(query.where(ledger.c.story.in_(piece)))
        )
