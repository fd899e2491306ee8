"""What is kept no longer: texts and captures of articles after the time that the operator set."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from hrwatch.model.articles import Kept, Record
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.articles import rows, words
from hrwatch.stages.store.evidence import tombstones
from hrwatch.stages.store.mail import ledger as ledger_table
from hrwatch.stages.store.mail import outbox as outbox_table
from hrwatch.stages.store.removing import recalling
from hrwatch.stages.store.statements import chunks, insert_missing
from hrwatch.stages.store.tables import captures as capture_table
from hrwatch.stages.store.tables import ledger, outbox, progress, records, sketches, tags

# Of a row, what `cut` may change.
_CONTENT = ("summary", "content", "text", "article_text", "change", "kept")
# Words that were taken out may stand in the index for so long: writing it anew takes seconds.
_WORDS_STAY = timedelta(days=1)
_TAKEN_OUT = "words taken out"  # in `progress`: when the first of them were, in seconds since 1970


@dataclass(frozen=True, slots=True)
class Term:
    """Whose articles are kept how long, and what tombstones say of it."""

    feeds: tuple[str, ...]
    before: datetime  # first seen
    reason: str


def shorten(  # noqa: PLR0913 - each by its name
    connection: sa.Connection,
    term: Term,
    cut: Callable[[Record], Record],
    *,
    limit: int,
    now: datetime,
    software: str,
) -> int:
    """Cut all versions of at most `limit` records whose time is over, the oldest first, to what
    `cut` leaves of them, remove their captures, and empty the mails that quoted them; return how
    many records that were.

    Not those that nobody was asked about yet, that wait for a digest, or whose mail has not left.
    """
    ids = tuple(connection.scalars(_over(term).limit(limit)))
    record_table.hold(connection, ids)
    for record_id in ids:
        _shorten(connection, record_id, cut)
    numbers = [
        number
        for piece in chunks(ids)
        for number in connection.scalars(
            sa.select(capture_table.c.number).where(capture_table.c.record.in_(piece))
        )
    ]
    recalling.empty(connection, recalling.settled(connection, ids))
    tombstones.erase(connection, numbers, term.reason, now, software)
    if ids:
        since = insert_missing(connection, progress)
        connection.execute(since.values(name=_TAKEN_OUT, ordinal=int(now.timestamp())))
    return len(ids)


def has_words_to_forget(connection: sa.Connection, now: datetime) -> bool:
    """Say whether words that were taken out have stood in the index of words for long enough."""
    since = connection.scalar(sa.select(progress.c.ordinal).where(progress.c.name == _TAKEN_OUT))
    return since is not None and since <= (now - _WORDS_STAY).timestamp()


def forgot_words(connection: sa.Connection) -> None:
    """Note that the index of words holds none that were taken out before it was written anew."""
    connection.execute(sa.delete(progress).where(progress.c.name == _TAKEN_OUT))


def counts(connection: sa.Connection) -> dict[Kept, int]:
    """Return how many versions of records are kept only in part, by what is left of them."""
    # In these words: the index of them is asked, whose condition that is.
    query = sa.select(records.c.kept, sa.func.count()).where(sa.text("kept != 'full'"))
    return {Kept(kept): count for kept, count in connection.execute(query.group_by(records.c.kept))}


def _over(term: Term) -> sa.Select[Any]:
    """Return the query for the ids of the records whose time is over."""
    leaving = sa.select(outbox.c.digest).where(outbox_table.has_not_left())
    waits = sa.exists().where(
        ledger.c.record == records.c.id,
        ledger.c.settled_at.is_(None) | ledger.c.digest.in_(leaving),
    )
    return (
        sa.select(records.c.id)
        .where(
            records.c.feed.in_(term.feeds),
            records.c.first_seen_at < term.before,
            records.c.version == 1,
            records.c.kept.in_((Kept.FULL, Kept.SUMMARY)),
            records.c.backlog | (records.c.ordinal <= ledger_table.matched_up_to()),
            ~waits,
        )
        .order_by(records.c.first_seen_at)
    )


def _shorten(connection: sa.Connection, record_id: str, cut: Callable[[Record], Record]) -> None:
    columns = (records.c.ordinal, records.c.version, records.c.title, records.c.text)
    query = sa.select(*columns).where(records.c.id == record_id)
    by_version = {row.version: row for row in connection.execute(query)}
    for record in map(cut, record_table.versions(connection, record_id)):
        row = by_version[record.version]
        values = rows.record_values(record)
        connection.execute(
            sa.update(records)
            .where(records.c.ordinal == row.ordinal)
            .values({name: values[name] for name in _CONTENT})
        )
        words.remove(connection, [rows.words(row.ordinal, row.title, row.text)])
        words.add(connection, [rows.words(row.ordinal, record.title, record.text)])
        for table in (tags, sketches):
            connection.execute(sa.delete(table).where(table.c.record == row.ordinal))
        if tag_values := rows.tag_values(row.ordinal, record.tags):
            connection.execute(sa.insert(tags), tag_values)
