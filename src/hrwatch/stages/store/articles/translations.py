"""Which archived pages are named as the same article in another language, and by which."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from hrwatch import text
from hrwatch.model.articles import CopyKind, Counterpart
from hrwatch.stages.store.articles.presence import is_latest, is_there
from hrwatch.stages.store.lists import among
from hrwatch.stages.store.statements import chunks, insert_missing
from hrwatch.stages.store.tables import feeds, records, translations

# So many of each kind are looked at: a page that a whole site names is nobody's translation.
_MOST = 200

# Made once: they are asked for every step of a poll, and making one costs more than the answer.
_FOUND = (
    sa.select(
        records.c.ordinal,
        records.c.id,
        records.c.feed,
        sa.func.coalesce(feeds.c.address, "").label("feed_address"),
        records.c.permalink,
        records.c.article_url,
        records.c.language,
        records.c.article_translations,
        records.c.copy_of,
    )
    .select_from(records.outerjoin(feeds, feeds.c.feed == records.c.feed))
    .where(is_latest(), is_there())
    .order_by(records.c.ordinal)
)
_NAMED = _FOUND.where(among(records.c.permalink_key, "keys")).limit(_MOST)
_NAMING = _FOUND.where(
    records.c.ordinal.in_(
        sa.select(translations.c.record).where(among(translations.c.permalink_key, "keys"))
    )
).limit(_MOST)
_BY_ID = _FOUND.where(among(records.c.id, "keys"))
_TOLD_IN = sa.select(records.c.story, records.c.language, records.c.permalink).where(
    among(records.c.story, "keys"), records.c.copy_kind == CopyKind.TRANSLATION
)


def add(connection: sa.Connection, new: Mapping[int, Iterable[str]]) -> None:
    """Index records, by their ordinals, under the canonical addresses that their pages name."""
    values = [
        {"permalink_key": text.key(address), "record": ordinal}
        for ordinal, named in new.items()
        for address in named
    ]
    for rows in chunks(values):
        connection.execute(insert_missing(connection, translations), rows)


def counterparts(
    connection: sa.Connection, *, permalinks: Iterable[str], named: Iterable[str]
) -> tuple[Counterpart, ...]:
    """Return the records whose pages name one of `permalinks`, those whose permalink is among
    `named`, and their originals, oldest first; addresses are canonical."""
    rows: dict[int, Any] = {}
    for query, addresses in ((_NAMING, permalinks), (_NAMED, named)):
        for piece in chunks(sorted({text.key(one) for one in addresses if one})):
            for row in connection.execute(query, {"keys": piece}):
                rows[row.ordinal] = row
    missing = {row.copy_of for row in rows.values() if row.copy_of} - {
        row.id for row in rows.values()
    }
    for piece in chunks(sorted(missing)):
        rows |= {row.ordinal: row for row in connection.execute(_BY_ID, {"keys": piece})}
    told_in: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    for piece in chunks(sorted(row.id for row in rows.values() if row.copy_of is None)):
        for story, language, permalink in connection.execute(_TOLD_IN, {"keys": piece}):
            told_in[story][language, permalink] = None
    return tuple(
        Counterpart(
            record=row.id,
            feed=row.feed,
            feed_address=row.feed_address,
            permalink=row.permalink,
            page=row.article_url or "",
            language=row.language,
            translations=tuple(row.article_translations or ()),
            copy_of=row.copy_of,
            told_in=tuple(told_in[row.id]),
        )
        for _, row in sorted(rows.items())
    )
