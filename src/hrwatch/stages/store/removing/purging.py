"""Taking an article out of the archive again: a publisher's, or a victim's, request.

What stays is what it is recognised by, so that it never comes back: the id of its record, its
dates, its feed, keys and hashes, and a tombstone in the chain of captures that says why. Mail that
tells of it is taken back where it has not left; of what has left, the bytes are emptied.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hrwatch.model.articles import Kept
from hrwatch.stages.store.articles import purged, rows, words
from hrwatch.stages.store.articles import records as record_table
from hrwatch.stages.store.evidence import captures, tombstones
from hrwatch.stages.store.removing import recalling, requested
from hrwatch.stages.store.removing.requested import Held
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
class Purged:
    """What was removed."""

    records: int
    versions: int
    captures: int
    leftovers: tuple[bytes, ...]  # by which it is known when no file holds it any more


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
    told = requested.told_of(found)
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
    beside = records.c.id.in_(ids) | requested.of_story_or_page(found)
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
