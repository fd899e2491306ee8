"""Tags made anew: what is read of a record for it, and how its new tags take the old ones' place.

The texts stay as they are, and so do the index of words and the ledger: who was told of what does
not change by what we think of it today.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hrwatch.model.articles import Kept
from hrwatch.model.tags import Tag
from hrwatch.stages.store.articles import rows
from hrwatch.stages.store.articles.rule_sets import Share
from hrwatch.stages.store.statements import chunks
from hrwatch.stages.store.tables import records, tags


@dataclass(frozen=True, slots=True)
class Tagged:
    """A record as far as tagging asks for it."""

    ordinal: int
    record: str
    feed: str
    title: str
    text: str
    language: str
    categories: tuple[str, ...]
    url: str
    first_seen_at: datetime
    tags: tuple[Tag, ...]  # as they are


@dataclass(frozen=True, slots=True)
class Retagged:
    """The tags that a record is to have from now on."""

    ordinal: int
    rules_hash: str
    tags: tuple[Tag, ...] | None  # None: those that it has


def newest(connection: sa.Connection) -> int:
    """Return the ordinal of the record that was written last; 0 without any."""
    return connection.scalar(sa.select(sa.func.max(records.c.ordinal))) or 0


def tagged(
    connection: sa.Connection, share: Share, *, after: int, up_to: int, limit: int
) -> tuple[Tagged, ...]:
    """Given the records that one rule set tagged of one feed, return the next of them, from behind
    the ordinal `after` on and not above `up_to`."""
    tagged_by = records.c.rules_hash
    of_it = tagged_by.is_(None) if share.rules_hash is None else tagged_by == share.rules_hash
    found = connection.execute(
        sa.select(
            records.c.ordinal,
            records.c.id,
            records.c.feed,
            records.c.title,
            records.c.text,
            records.c.language,
            records.c.categories,
            records.c.url,
            records.c.first_seen_at,
        )
        .where(records.c.feed == share.feed, of_it, records.c.kept == Kept.FULL)
        .where(records.c.ordinal > after, records.c.ordinal <= up_to)
        .order_by(records.c.ordinal)
        .limit(limit)
    ).all()
    by_record: dict[int, list[Tag]] = defaultdict(list)
    query = sa.select(tags).where(tags.c.record.in_([row.ordinal for row in found]))
    for row in connection.execute(query.order_by(tags.c.record, tags.c.position)):
        by_record[row.record].append(rows.tag_from(row))
    return tuple(
        Tagged(
            ordinal=row.ordinal,
            record=row.id,
            feed=row.feed,
            title=row.title,
            text=row.text,
            language=row.language,
            categories=tuple(row.categories),
            url=row.url,
            first_seen_at=row.first_seen_at,
            tags=tuple(by_record[row.ordinal]),
        )
        for row in found
    )


def replace(connection: sa.Connection, retagged: Sequence[Retagged]) -> frozenset[int]:
    """Give records their new tags; return the ordinals of those that have them now.

    A record that another writer is just changing is left for later instead of being waited for:
    who waits holds up others, and two that wait for each other hold up both.
    """
    free = connection.scalars(
        sa.select(records.c.ordinal)
        .where(records.c.ordinal.in_([one.ordinal for one in retagged]))
        .where(records.c.kept == Kept.FULL)  # by now: it may have been removed since it was read
        .with_for_update(skip_locked=True, key_share=True)  # SQLite has one writer, and no words
    )
    ordinals = frozenset(free)
    ours = [one for one in retagged if one.ordinal in ordinals]
    _replace_tags(connection, [one for one in ours if one.tags is not None])
    by_hash: dict[str, list[int]] = defaultdict(list)
    for one in ours:
        by_hash[one.rules_hash].append(one.ordinal)
    for rules_hash, of_it in by_hash.items():
        connection.execute(
            sa.update(records).where(records.c.ordinal.in_(of_it)).values(rules_hash=rules_hash)
        )
    return ordinals


def _replace_tags(connection: sa.Connection, changed: Iterable[Retagged]) -> None:
    for piece in chunks(changed):
        ordinals = [one.ordinal for one in piece]
        connection.execute(sa.delete(tags).where(tags.c.record.in_(ordinals)))
        values = [v for one in piece for v in rows.tag_values(one.ordinal, one.tags or ())]
        if values:
            connection.execute(sa.insert(tags), values)
