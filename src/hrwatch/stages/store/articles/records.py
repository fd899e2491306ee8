"""What the archive keeps: records added, recognised, looked up and streamed.

Records are append-only, a row a version; unless a function says otherwise it answers with the
latest version of each.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import Any, TypeVar

import sqlalchemy as sa

from hrwatch import text
from hrwatch.model.articles import Candidate, CopyKind, Record
from hrwatch.model.evidence import Capture, Visit
from hrwatch.model.feeds import KnownEntry
from hrwatch.model.tags import Tag
from hrwatch.stages.store.articles import linking, purged, rows, sketches, translations, words
from hrwatch.stages.store.articles import visits as visit_table
from hrwatch.stages.store.articles.presence import is_first, is_latest, is_there
from hrwatch.stages.store.evidence import captures
from hrwatch.stages.store.evidence.captures import Packed
from hrwatch.stages.store.lists import among
from hrwatch.stages.store.statements import chunks, insert_missing
from hrwatch.stages.store.tables import feeds, records, tags

T = TypeVar("T")
_WRITTEN = (records.c.ordinal, records.c.id, records.c.version)
SHORTEST_PREFIX = 6
_PIECE = 50  # records of a stream that are in memory at once; one may be megabytes


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


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The beginning of an id that several records share; the first few of them."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the archive holds."""

    records: int  # latest versions only
    stories: int
    first_seen_at: datetime | None  # of the newest record


def add(  # noqa: PLR0913 - what is written with them in one transaction, each by its name
    connection: sa.Connection,
    new: Iterable[Record],
    *,
    relinked: Mapping[str, Iterable[str]] = MappingProxyType({}),
    hashes: Mapping[str, Iterable[int]] = MappingProxyType({}),
    evidence: Mapping[str, tuple[Capture, bytes | Packed]] = MappingProxyType({}),
    visits: Iterable[Visit] = (),
) -> int:
    """Add records with their tags and words; return how many were not there yet.

    Records that are there already, by id and version, stay as they are: adding twice is adding
    once; and what was purged does not come back, under its own id or another. `relinked` names,
    by the id of a new original, the records that carried its page before it did; `hashes`, by
    record, under which its text is found by those that are like it; `evidence`, by record, what
    it was read from, which is chained to the captures; `visits` are to be made to those whose
    page is still wanted.
    """
    brought = {(record.id, record.version): record for record in new}
    gone = purged.among(connection, brought.values())
    given = {key: one for key, one in brought.items() if key not in gone}
    purged_ids = {record_id for record_id, _ in gone}
    added = 0
    chained: list[tuple[Capture, bytes | Packed]] = []
    for piece in chunks(given.values()):
        statement = insert_missing(connection, records, returning=_WRITTEN)
        written = connection.execute(
            statement, [rows.record_values(record) for record in piece]
        ).all()
        numbered = [(row.ordinal, given[row.id, row.version]) for row in written]
        tag_values = list(
            chain.from_iterable(rows.tag_values(ordinal, r.tags) for ordinal, r in numbered)
        )
        if tag_values:
            connection.execute(sa.insert(tags), tag_values)
        words.add(connection, [rows.words(number, r.title, r.text) for number, r in numbered])
        sketches.add(connection, {n: hashes[r.id] for n, r in numbered if r.id in hashes})
        translations.add(connection, {n: r.article.translations for n, r in numbered if r.article})
        chained += [evidence[r.id] for _, r in numbered if r.id in evidence]
        added += len(numbered)
        linking.carry_on(connection, [(r.id, r.version) for _, r in numbered if r.version > 1])
    for original, earlier in relinked.items():
        if original not in purged_ids:
            linking.relink(connection, original, earlier)
    visit_table.add(connection, [one for one in visits if one.record not in purged_ids])
    captures.append(connection, chained)  # the last, for its lock (captures.py)
    return added


def hold(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Let no other transaction change these records before this one ends; wait for who does. All
    that a transaction changes is held at once, in one order: so nobody waits for each other."""
    query = sa.select(records.c.ordinal).order_by(records.c.id, records.c.version)
    for piece in chunks(sorted(set(ids))):
        connection.execute(query.where(records.c.id.in_(piece)).with_for_update()).all()


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


def get(
    connection: sa.Connection, record_id: str, version: int | None = None
) -> Record | Ambiguous | None:
    """Return the record with this id or, from six characters on, the one whose id begins so.

    Ambiguous where several do, None where none does; the latest version unless one is asked for.
    """
    matching = records.c.id == record_id
    if connection.scalar(sa.select(sa.func.count()).where(matching)) == 0:
        if len(record_id) < SHORTEST_PREFIX:
            return None
        # Ids are of lower-case letters and digits; a range can use the index, a LIKE cannot.
        matching = records.c.id.between(record_id, record_id + "zzzzzz") & records.c.id.startswith(
            record_id, autoescape=True
        )
        ids = connection.scalars(sa.select(records.c.id).where(matching).distinct().limit(5)).all()
        if len(ids) > 1:
            return Ambiguous(tuple(sorted(ids)))
    wanted = is_latest() if version is None else records.c.version == version
    return next(_read(connection, sa.select(records).where(matching, wanted)), None)


def versions(connection: sa.Connection, record_id: str) -> tuple[Record, ...]:
    """Return every version of a record, the first one first."""
    query = sa.select(records).where(records.c.id == record_id).order_by(records.c.version)
    return tuple(_read(connection, query))


def others(connection: sa.Connection, known: Iterable[Record]) -> tuple[Record, ...]:
    """Return all other records of the stories of these, originals and copies, those of one story in
    the order of writing; without their texts, which are long, and asked of the one that is shown
    only."""
    stories: dict[str, set[str]] = defaultdict(set)
    for record in known:
        stories[record.story].add(record.id)
    query = sa.select(records.c.ordinal, records.c.id, records.c.story)
    wanted = [
        row.ordinal
        for piece in chunks(sorted(stories))
        for row in connection.execute(
            query.where(records.c.story.in_(piece), is_latest(), is_there())
        )
        if row.id not in stories[row.story]
    ]
    return tuple(map(_without_text, numbered(connection, wanted).values()))


def numbered(connection: sa.Connection, ordinals: Iterable[int]) -> dict[int, Record]:
    """Return records by the order of their writing, whether they are the latest version or not."""
    return {
        ordinal: record
        for piece in chunks(sorted(set(ordinals)))
        for ordinal, record in _by_ordinal(connection, piece)
    }


def written(connection: sa.Connection, after: int, up_to: int) -> Iterator[Record]:
    """Yield the records whose ordinal is above `after` and not above `up_to`."""
    return stream(connection, records.c.ordinal > after, records.c.ordinal <= up_to)


def picked(
    connection: sa.Connection, since: datetime, until: datetime, pick: Callable[[Record], T | None]
) -> tuple[T, ...]:
    """Return what `pick` makes of the records first seen from `since` on and before `until`,
    backlog too, without what it makes None of."""
    seen = stream(connection, records.c.first_seen_at >= since, records.c.first_seen_at < until)
    return tuple(made for record in seen if (made := pick(record)) is not None)


def stream(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> Iterator[Record]:
    """Yield the records for which all `conditions` hold, every one without any, in the order of
    writing: a piece at a time, so that memory stays flat. Not those that were purged."""
    after = 0
    query = (
        sa.select(records).where(is_latest(), is_there(), *conditions).order_by(records.c.ordinal)
    )
    while True:
        piece = connection.execute(query.where(records.c.ordinal > after).limit(_PIECE)).all()
        yield from _with_tags(connection, piece)
        if len(piece) < _PIECE:
            return
        after = piece[-1].ordinal


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


def counts(connection: sa.Connection) -> Counts:
    """Return how much the archive holds."""
    row = connection.execute(
        sa.select(
            sa.func.count(records.c.id.distinct()),
            sa.func.count(records.c.story.distinct()),
            sa.func.max(records.c.first_seen_at),
        )
    ).one()
    return Counts(*row)


def _with_keys(
    connection: sa.Connection,
    query: sa.Select[Any],
    column: sa.Column[str],
    keys: Iterable[str],
    *conditions: sa.ColumnElement[bool],
) -> Iterator[sa.Row[Any]]:
    for piece in chunks(sorted({key for key in keys if key})):
        yield from connection.execute(query.where(column.in_(piece), is_latest(), *conditions))


def _read(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Record]:
    yield from _with_tags(connection, connection.execute(query).all())


def _by_ordinal(connection: sa.Connection, ordinals: Sequence[int]) -> Iterator[tuple[int, Record]]:
    query = sa.select(records).where(records.c.ordinal.in_(ordinals)).order_by(records.c.ordinal)
    found = connection.execute(query).all()
    return zip((row.ordinal for row in found), _with_tags(connection, found), strict=True)


def _without_text(record: Record) -> Record:
    return replace(
        record,
        text="",
        entry=replace(record.entry, summary="", content=""),
        article=record.article and replace(record.article, text=""),
    )


def _with_tags(connection: sa.Connection, piece: Iterable[sa.Row[Any]]) -> Iterator[Record]:
    found = list(piece)
    tagged: dict[int, list[Tag]] = defaultdict(list)
    query = sa.select(tags).order_by(tags.c.record, tags.c.position)
    for ordinals in chunks(row.ordinal for row in found):
        for row in connection.execute(query.where(tags.c.record.in_(ordinals))):
            tagged[row.record].append(rows.tag_from(row))
    for row in found:
        yield rows.record_from(row, tuple(tagged[row.ordinal]))
