"""Taking an article out of the archive again: a publisher's, or a victim's, request.

What stays is what it is recognised by, so that it never comes back: the id of its record, its
dates, its feed, keys and hashes, and a tombstone in the chain of captures that says why. Mail that
tells of it is taken back where it has not left; of what has left, the bytes are emptied.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import sqlalchemy as sa

from hrwatch import text
from hrwatch.model.articles import Kept
from hrwatch.stages.store import captures, rows, words
from hrwatch.stages.store import records as record_table
from hrwatch.stages.store.statements import chunks
from hrwatch.stages.store.tables import (
    bodies,
    digests,
    ledger,
    outbox,
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
    "text": "",
    "article_url": None,
    "article_canonical": None,
    "article_title": None,
    "article_text": None,
    "article_language": None,
    "article_authors": None,
    "article_published_at": None,
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
class Mails:
    """The mails that tell of some records, by Message-ID."""

    queued: frozenset[str]
    sending: frozenset[str]  # a transport has them at this moment
    settled: frozenset[str]  # sent, or given up; those that were emptied are left out


@dataclass(frozen=True, slots=True)
class Purged:
    """What was removed."""

    records: int
    versions: int
    captures: int
    leftovers: tuple[bytes, ...]  # by which it is known when no file holds it any more


def held(connection: sa.Connection, record_id: str) -> tuple[Held, ...]:
    """Given the id of a record, return it and all that carry its page, in whichever feed, oldest
    first."""
    keys = sa.select(records.c.permalink_key).where(
        records.c.id == record_id, records.c.permalink_key != ""
    )
    return _held(connection, (records.c.id == record_id) | records.c.permalink_key.in_(keys))


def held_at(connection: sa.Connection, address: str, canonical: str) -> tuple[Held, ...]:
    """Given an address as somebody wrote it, and its canonical form, return the records of that
    page: by their own address, else by where their page was read or says that it is."""
    of_feeds = _held(connection, records.c.permalink_key == text.key(canonical))
    return of_feeds or _held(
        connection,
        records.c.article_url.in_((address, canonical))
        | records.c.article_canonical.in_((address, canonical)),
    )


def others(connection: sa.Connection, found: Collection[Held]) -> tuple[Held, ...]:
    """Return the records of the same stories that are not among `found`: what other addresses, of
    other publishers mostly, tell of it."""
    ids = {one.id for one in found}
    of_stories = _held(connection, records.c.story.in_({one.story for one in found}))
    return tuple(one for one in of_stories if one.id not in ids and one.kept is not Kept.NOTHING)


def mails(connection: sa.Connection, found: Collection[Held], now: datetime) -> Mails:
    """Return the mails that may hold a word of these records: each that tells of their stories, and
    each that names one of them by its reference or its address, whatever story it was of then."""
    ids = {one.id for one in found}
    stories = {one.story for one in found}
    of_stories = sa.select(records.c.id).where(records.c.story.in_(stories))
    answering = sa.select(ledger.c.digest).where(
        ledger.c.record.in_(of_stories) | ledger.c.story.in_(stories) | ledger.c.record.in_(ids)
    )
    told = outbox.c.digest.in_(answering)
    of_digests: sa.Select[Any] = sa.select(
        outbox.c.message_id, outbox.c.settled_at, outbox.c.claimed_until
    )
    wanted: dict[str, sa.Row[Any]] = {
        row.message_id: row for row in connection.execute(of_digests.where(told))
    }
    since = min(one.first_seen_at for one in found)
    names = [*ids, *(one.url for one in found if one.url)]
    for row in _bodies(connection, since, sa.not_(told)):
        if any(name in told_in(row.bytes) for name in names):
            wanted[row.message_id] = row
    full = set(connection.scalars(sa.select(outbox.c.message_id).where(outbox.c.bytes != b"")))
    queued, sending, settled = set(), set(), set()
    for message_id, row in wanted.items():
        if row.settled_at is not None:
            settled |= {message_id} & full
        elif row.claimed_until is not None and row.claimed_until > now:
            sending.add(message_id)
        else:
            queued.add(message_id)
    return Mails(frozenset(queued), frozenset(sending), frozenset(settled))


def told_in(mail: bytes) -> str:
    """Return the text part of a mail as it was written."""
    message = message_from_bytes(mail, policy=policy.default)
    body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
    return str(body.get_content()) if body is not None else ""


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
    rows_of_them = records.c.id.in_([one.id for one in found])
    connection.execute(sa.select(records.c.ordinal).where(rows_of_them).with_for_update()).all()
    letters = mails(connection, found, now)
    if letters.sending:
        return None
    if not _take_back(connection, letters.queued, [one.id for one in found], now):
        return None  # one of them was just taken to be sent
    _empty(connection, letters.settled)
    full = [one for one in found if one.kept is not Kept.NOTHING]
    ids = [one.id for one in full]
    leftovers = list(_stretches(connection, full))
    packed = _packed(connection, ids)
    _settle(connection, ids, now)
    versions = 0
    for piece in chunks(ids):
        versions += _empty_records(connection, piece)
        connection.execute(sa.delete(visits).where(visits.c.record.in_(piece)))
    removed = 0
    for one in full:
        numbers = [link.number for link in captures.of(connection, one.id)]
        erased = captures.erase(connection, numbers, reason, now, software)
        if not erased:
            captures.bury(connection, (one.id, one.feed), reason, now, software)
        removed += erased
    query = sa.select(bodies.c.sha256)
    still_there = {
        sha256
        for piece in chunks(packed)
        for sha256 in connection.scalars(query.where(bodies.c.sha256.in_(piece)))
    }
    leftovers += [stretch for sha256, stretch in packed.items() if sha256 not in still_there]
    return Purged(len(ids), versions, removed, tuple(leftovers))


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
        .where(record_table.is_latest())
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


def _bodies(
    connection: sa.Connection, since: datetime, condition: sa.ColumnElement[bool]
) -> Iterator[sa.Row[Any]]:
    """Yield the mails written from `since` on, one at a time: together they may be many."""
    query = sa.select(outbox.c.message_id).where(
        outbox.c.created_at >= since, outbox.c.bytes != b"", condition
    )
    columns = (outbox.c.message_id, outbox.c.settled_at, outbox.c.claimed_until, outbox.c.bytes)
    for message_id in connection.scalars(query).all():
        one: sa.Select[Any] = sa.select(*columns).where(outbox.c.message_id == message_id)
        yield from connection.execute(one)


def _take_back(
    connection: sa.Connection, queued: Collection[str], ids: Iterable[str], now: datetime
) -> bool:
    """Remove mails that have not left; what they told waits again, all but these records. The
    windows that they were written for are open again. False where one is being sent by now."""
    free = sa.or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until <= now)
    query = sa.select(outbox.c.message_id, outbox.c.digest).where(
        outbox.c.message_id.in_(queued), outbox.c.settled_at.is_(None), free
    )
    rows = connection.execute(query.with_for_update()).all()
    if len(rows) < len(queued):
        return False
    those = [row.digest for row in rows]
    connection.execute(
        sa.update(ledger).where(ledger.c.digest.in_(those)).values(digest=None, settled_at=None)
    )
    connection.execute(sa.delete(outbox).where(outbox.c.message_id.in_(queued)))
    connection.execute(sa.delete(digests).where(digests.c.id.in_(those)))
    return True


def _empty(connection: sa.Connection, settled: Iterable[str]) -> None:
    for piece in chunks(sorted(settled)):
        emptied = sa.update(outbox).where(outbox.c.message_id.in_(piece)).values(bytes=b"")
        connection.execute(emptied)


def _settle(connection: sa.Connection, ids: Iterable[str], now: datetime) -> None:
    """Note that nobody is to be told of these records."""
    for piece in chunks(ids):
        waiting = ledger.c.record.in_(piece) & ledger.c.settled_at.is_(None)
        connection.execute(sa.update(ledger).where(waiting).values(settled_at=now))


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
    """Yield stretches of what these records say and no other record of their stories does."""
    columns = (records.c.id, records.c.title, records.c.url, records.c.summary, records.c.text)
    ids = {one.id for one in found}
    of_stories = records.c.id.in_(ids) | records.c.story.in_({one.story for one in found})
    told = connection.execute(sa.select(*columns).where(of_stories)).all()
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
