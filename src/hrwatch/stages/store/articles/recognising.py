"""What entries and articles are recognised by: keys of guids, pages, titles and texts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from hrwatch import text
from hrwatch.model.articles import Candidate, CopyKind
from hrwatch.model.feeds import KnownEntry
from hrwatch.stages.store.articles.presence import is_first, is_latest, is_there
from hrwatch.stages.store.lists import among
from hrwatch.stages.store.statements import chunks
from hrwatch.stages.store.tables import feeds, records

# Made once: they are asked for every step of a poll, and making one costs more than the answer.
_CANDIDATES = (
    sa.select(
        records.c.ordinal,
        records.c.id,
        records.c.feed,
        sa.func.coalesce(feeds.c.address, "").label("feed_address"),
        records.c.permalink,
        records.c.title,
        records.c.text_hash,
        records.c.copy_of,
        records.c.copy_kind,
        records.c.unlinked,
    )
    .select_from(records.outerjoin(feeds, feeds.c.feed == records.c.feed))
    .where(is_first(), is_there())
)
_BY_PERMALINK = _CANDIDATES.where(among(records.c.permalink_key, "keys"))
_BY_TEXT = _CANDIDATES.where(among(records.c.text_hash, "keys"))


def known(
    connection: sa.Connection,
    feed: str,
    *,
    guid_keys: Iterable[str],
    permalinks: Iterable[str],
    title_keys: Iterable[str],
) -> tuple[KnownEntry, ...]:
    """Given what a feed's entries might be recognised by, return the records of that feed that
    share any of it; `permalinks` are canonical. Empty keys are passed over."""
    by_key = {text.key(permalink): permalink for permalink in permalinks}
    wanted = (
        (records.c.guid_key, guid_keys),
        (records.c.permalink_key, by_key),
        (records.c.title_key, title_keys),
    )
    columns = (
        records.c.ordinal,
        records.c.id,
        records.c.guid_key,
        records.c.permalink,
        records.c.permalink_key,
        records.c.title_key,
        records.c.published_at,
        records.c.first_seen_at,
        records.c.entry_hash,
    )
    found = {
        row.ordinal: KnownEntry(
            record=row.id,
            guid_key=row.guid_key,
            # Of what was purged the key alone is left.
            permalink=row.permalink or by_key.get(row.permalink_key, ""),
            title_key=row.title_key,
            # A date that lay ahead was set to when its entry was first seen, and tells nothing.
            published_at=None if row.published_at == row.first_seen_at else row.published_at,
            entry_hash=row.entry_hash,
        )
        for column, keys in wanted
        for row in _with_keys(connection, sa.select(*columns), column, keys, records.c.feed == feed)
    }
    return tuple(found[ordinal] for ordinal in sorted(found))


def candidates(
    connection: sa.Connection, *, permalinks: Iterable[str], text_hashes: Iterable[str]
) -> tuple[Candidate, ...]:
    """Return the records, oldest first, whose canonical permalink or text hash is among these, as
    they were read first: what became of one later makes nothing a copy of it."""
    wanted = (
        (_BY_PERMALINK, map(text.key, permalinks)),
        (_BY_TEXT, text_hashes),
    )
    found = {
        row.ordinal: Candidate(
            record=row.id,
            feed=row.feed,
            feed_address=row.feed_address,
            permalink=row.permalink,
            title_key=text.title_key(row.title),
            text_hash=row.text_hash,
            copy_of=row.copy_of,
            copy_kind=CopyKind(row.copy_kind) if row.copy_kind else None,
            unlinked=row.unlinked,
        )
        for query, keys in wanted
        for piece in chunks(sorted({key for key in keys if key}))
        for row in connection.execute(query, {"keys": piece})
    }
    return tuple(found[ordinal] for ordinal in sorted(found))


def carriers(connection: sa.Connection) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return, by canonical permalink and title key, the feeds that carried a page, in the order in
    which they did; pages of one feed only are left out."""
    shared = (
        sa.select(records.c.permalink_key, records.c.title_key)
        .where(records.c.permalink != "", records.c.title_key != "")
        .group_by(records.c.permalink_key, records.c.title_key)
        .having(sa.func.count(records.c.feed.distinct()) > 1)
        .subquery()
    )
    query = (
        sa.select(records.c.permalink, records.c.title_key, records.c.feed)
        .join(
            shared,
            sa.and_(
                records.c.permalink_key == shared.c.permalink_key,
                records.c.title_key == shared.c.title_key,
            ),
        )
        .order_by(records.c.ordinal)
    )
    found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for row in connection.execute(query):
        found[row.permalink, row.title_key][row.feed] = None
    return {page: tuple(feeds) for page, feeds in found.items()}


def _with_keys(
    connection: sa.Connection,
    query: sa.Select[Any],
    column: sa.Column[str],
    keys: Iterable[str],
    *conditions: sa.ColumnElement[bool],
) -> Iterator[sa.Row[Any]]:
    for piece in chunks(sorted({key for key in keys if key})):
        yield from connection.execute(query.where(column.in_(piece), is_latest(), *conditions))
