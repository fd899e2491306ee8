"""What the archive keeps: records added, looked up and streamed.

Records are append-only, a row a version; unless a function says otherwise it answers with the
latest version of each.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

import sqlalchemy as sa

from hrwatch.model.articles import Record
from hrwatch.model.evidence import Capture, Visit
from hrwatch.model.tags import Tag
from hrwatch.stages.store.articles import linking, purged, rows, sketches, translations, words
from hrwatch.stages.store.articles import visits as visit_table
from hrwatch.stages.store.articles.presence import is_latest, is_there
from hrwatch.stages.store.evidence import captures
from hrwatch.stages.store.evidence.bodies import Packed
from hrwatch.stages.store.statements import chunks, insert_missing
from hrwatch.stages.store.tables import records, tags

T = TypeVar("T")
_WRITTEN = (records.c.ordinal, records.c.id, records.c.version)
SHORTEST_PREFIX = 6
_PIECE = 50  # records of a stream that are in memory at once; one may be megabytes


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
    given = {(record.id, record.version): record for record in new}
    gone = purged.among(connection, given.values())
    added = _written(connection, {key: one for key, one in given.items() if key not in gone})
    _add_tags(connection, added)
    words.add(connection, [rows.words(number, r.title, r.text) for number, r in added])
    sketches.add(connection, {number: hashes[r.id] for number, r in added if r.id in hashes})
    translations.add(connection, {n: r.article.translations for n, r in added if r.article})
    linking.carry_on(connection, [(r.id, r.version) for _, r in added if r.version > 1])
    gone_ids = {record_id for record_id, _ in gone}
    for original, earlier in relinked.items():
        if original not in gone_ids:
            linking.relink(connection, original, earlier)
    visit_table.add(connection, [one for one in visits if one.record not in gone_ids])
    # The last, for the hold that it takes (`captures.hold`).
    captures.append(connection, [evidence[r.id] for _, r in added if r.id in evidence])
    return len(added)


def hold(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Let no other transaction change these records before this one ends; wait for who does. All
    that a transaction changes is held at once, in one order: so nobody waits for each other."""
    query = sa.select(records.c.ordinal).order_by(records.c.id, records.c.version)
    for piece in chunks(sorted(set(ids))):
        connection.execute(query.where(records.c.id.in_(piece)).with_for_update()).all()


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


def _written(
    connection: sa.Connection, given: Mapping[tuple[str, int], Record]
) -> list[tuple[int, Record]]:
    """Write a row for each of these records, by id and version, that is not there yet; return them
    with their ordinals."""
    statement = insert_missing(connection, records, returning=_WRITTEN)
    return [
        (row.ordinal, given[row.id, row.version])
        for piece in chunks(given.values())
        for row in connection.execute(statement, [rows.record_values(one) for one in piece])
    ]


def _add_tags(connection: sa.Connection, added: Iterable[tuple[int, Record]]) -> None:
    values = [row for ordinal, record in added for row in rows.tag_values(ordinal, record.tags)]
    if values:
        connection.execute(sa.insert(tags), values)


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
