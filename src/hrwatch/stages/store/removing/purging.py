"""Taking an article out of the archive again: a publisher's, or a victim's, request.

What stays is what it is recognised by, so that it never comes back: the id of its record, its
dates, its feed, keys and hashes, and a tombstone in the chain of captures that says why. Mail that
tells of it is taken back where it has not left; of what has left, the bytes are emptied.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hrwatch import text
from hrwatch.model.articles import Kept
from hrwatch.stages.store.articles import purged, rows, words
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.articles.presence import is_latest
from hrwatch.stages.store.evidence import captures, tombstones
from hrwatch.stages.store.removing import recalling
from hrwatch.stages.store.removing.recalling import Told
from hrwatch.stages.store.statements import chunks
from hrwatch.stages.store.tables import (
    bodies,
    records,
    sketches,
    tags,
    translations,
    visits,
)
from hrwatch.stages.store.tables import captures as capture_table

# What nothing is left of; a title's key stays, which is a hash.
_EMPTIED: dict[str, object] = {
    "guid": "",
    "url": "",
    "permalink": "",
    "title": "",
    "entry_title": None,
    "summary": "",
    "content": None,
    "authors": [],
    "categories": [],
    "published_text": None,
    "published_offset": None,
    "text": "",
    "article_url": None,
    "article_canonical": None,
    "article_title": None,
    "article_text": None,
    "article_language": None,
    "article_authors": None,
    "article_published_at": None,
    "article_published_offset": None,
    "article_site_name": None,
    "article_translations": None,
    "extract_error": None,
    "change": None,
    "kept": Kept.NOTHING,
}
_OF_RECORD = (tags, sketches, translations)
# A stretch of what is removed by which its leftovers are told: long enough to be nobody else's.
_STRETCH = 40  # characters, or bytes
_STRETCHES = 4  # of one text
_LEAST = 12


@dataclass(frozen=True, slots=True)
class Held:
    """A record as far as who removes it has to know it."""

    id: str
    feed: str
    title: str
    url: str
    versions: int
    first_seen_at: datetime
    story: str
    kept: Kept


@dataclass(frozen=True, slots=True)
class Purged:
    """What was removed."""

    records: int
    versions: int
    captures: int
    leftovers: tuple[bytes, ...]  # by which it is known when no file holds it any more


def held(connection: sa.Connection, record_id: str) -> tuple[Held, ...]:
    """Given the id of a record, return it and all that carry the same article, oldest first: its
    page under its title, in whichever feed, and of its story what was read at the same address.

    Not all of its page: many titles may lead to it, and any feed can name any address.
    """
    columns = (records.c.permalink_key, records.c.title_key, records.c.story, records.c.article_url)
    rows = connection.execute(sa.select(*columns).where(records.c.id == record_id)).all()
    pages = {row[:2] for row in rows if all(row[:2])}
    read_at = {row[2:] for row in rows if row.article_url}
    return _held(
        connection,
        (records.c.id == record_id)
        | sa.tuple_(*columns[:2]).in_(pages)
        | sa.tuple_(*columns[2:]).in_(read_at),
    )


def held_at(connection: sa.Connection, address: str, canonical: str) -> tuple[Held, ...]:
    """Given an address as somebody wrote it, and its canonical form, return the records of that
    page: by their own address or where their page was read, else by what their page says."""
    of_page = _held(
        connection,
        (records.c.permalink_key == text.key(canonical))
        | records.c.article_url.in_((address, canonical)),
    )
    return of_page or _held(connection, records.c.article_canonical.in_((address, canonical)))


def others(connection: sa.Connection, found: Collection[Held]) -> tuple[Held, ...]:
    """Return the records of the same stories and pages that are not among `found`: what other
    addresses, of other publishers mostly, tell of it, and other titles of a page that is shared."""
    ids = {one.id for one in found}
    beside = _held(connection, _of_story_or_page(found))
    return tuple(one for one in beside if one.id not in ids and one.kept is not Kept.NOTHING)


def told_of(found: Iterable[Held]) -> Told:
    """Return records as far as mails may tell of them."""
    found = tuple(found)
    return Told(
        ids=frozenset(one.id for one in found),
        addresses=frozenset(one.url for one in found if one.url),
        stories=frozenset(one.story for one in found),
        since=min(one.first_seen_at for one in found),
    )


def purge(
    connection: sa.Connection,
    found: Sequence[Held],
    reason: str,
    *,
    now: datetime,
    software: str,
) -> Purged | None:
    """Remove these records and what any mail still holds of them; `software` does it, and says so
    in the tombstones. None, and nothing is done, while a mail that tells of them is being sent.

    What is removed already stays so: it gets no second tombstone.
    """
    # Who is just writing a later version of one of them is waited for, and finds it removed.
    record_table.hold(connection, (one.id for one in found))
    told = told_of(found)
    mails = recalling.mails(connection, told, now)
    if mails.sending or not recalling.take_back(connection, mails.queued, now):
        return None
    recalling.empty(connection, mails.settled)
    recalling.settle(connection, told, now)
    full = [one for one in found if one.kept is not Kept.NOTHING]
    ids = [one.id for one in full]
    leftovers = list(_stretches(connection, full))
    packed = _packed(connection, ids)
    purged.note(connection, ids)
    versions = 0
    for piece in chunks(ids):
        versions += _empty_records(connection, piece)
        connection.execute(sa.delete(visits).where(visits.c.record.in_(piece)))
    removed = 0
    for one in full:
        numbers = [link.number for link in captures.of(connection, one.id)]
        erased = tombstones.erase(connection, numbers, reason, now, software)
        if not erased:
            tombstones.bury(connection, (one.id, one.feed), reason, now, software)
        removed += erased
    query = sa.select(bodies.c.sha256)
    still_there = {
        sha256
        for piece in chunks(packed)
        for sha256 in connection.scalars(query.where(bodies.c.sha256.in_(piece)))
    }
    leftovers += [stretch for sha256, stretch in packed.items() if sha256 not in still_there]
    return Purged(len(ids), versions, removed, tuple(leftovers))


def _of_story_or_page(found: Iterable[Held]) -> sa.ColumnElement[bool]:
    found = tuple(found)
    pages = sa.select(records.c.permalink_key).where(
        records.c.id.in_({one.id for one in found}), records.c.permalink_key != ""
    )
    return records.c.story.in_({one.story for one in found}) | records.c.permalink_key.in_(pages)


def _held(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> tuple[Held, ...]:
    """Return the latest versions of the records of which any version meets a condition."""
    ids = sa.select(records.c.id).where(condition)
    count = (
        sa.select(
            records.c.id,
            sa.func.count().label("versions"),
            sa.func.min(records.c.ordinal).label("first"),
        )
        .where(records.c.id.in_(ids))
        .group_by(records.c.id)
        .subquery()
    )
    query = (
        sa.select(records, count.c.versions)
        .join(count, count.c.id == records.c.id)
        .where(is_latest())
        .order_by(count.c.first)
    )
    return tuple(
        Held(
            id=row.id,
            feed=row.feed,
            title=row.title,
            url=row.url,
            versions=row.versions,
            first_seen_at=row.first_seen_at,
            story=row.story,
            kept=Kept(row.kept),
        )
        for row in connection.execute(query)
    )


def _empty_records(connection: sa.Connection, ids: Sequence[str]) -> int:
    query = sa.select(records.c.ordinal, records.c.title, records.c.text)
    found = connection.execute(query.where(records.c.id.in_(ids))).all()
    ordinals = [row.ordinal for row in found]
    words.remove(connection, [rows.words(row.ordinal, row.title, row.text) for row in found])
    for piece in chunks(ordinals):
        for table in _OF_RECORD:
            connection.execute(sa.delete(table).where(table.c.record.in_(piece)))
        connection.execute(
            sa.update(records).where(records.c.ordinal.in_(piece)).values(**_EMPTIED)
        )
    return len(found)


def _stretches(connection: sa.Connection, found: Sequence[Held]) -> Iterator[bytes]:
    """Yield stretches of what these records say and no other of their stories and pages does."""
    columns = (records.c.id, records.c.title, records.c.url, records.c.summary, records.c.text)
    ids = {one.id for one in found}
    beside = records.c.id.in_(ids) | _of_story_or_page(found)
    told = connection.execute(sa.select(*columns).where(beside)).all()
    staying = "\n".join(words for row in told if row.id not in ids for words in row[1:])
    for row in told:
        if row.id in ids:
            for words in row[1:]:
                yield from (one.encode() for one in _pieces(words) if one not in staying)


def _pieces(words: str) -> Iterator[str]:
    step = max(len(words) // _STRETCHES, _STRETCH)
    for start in range(0, len(words), step):
        if len(piece := words[start : start + _STRETCH]) >= _LEAST:
            yield piece


def _packed(connection: sa.Connection, ids: Iterable[str]) -> dict[str, bytes]:
    """Return a stretch of each body that these records have captures of, by its hash."""
    found = {}
    for piece in chunks(ids):
        hashes = sa.select(capture_table.c.body_sha256).where(capture_table.c.record.in_(piece))
        for row in connection.execute(sa.select(bodies).where(bodies.c.sha256.in_(hashes))):
            middle = len(row.compressed) // 2
            found[row.sha256] = row.compressed[middle : middle + _STRETCH]
    return found
