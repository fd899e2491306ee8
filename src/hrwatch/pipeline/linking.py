"""New records linked to the originals that they repeat, and to each other, in the archive's thread:
the texts of those they are like are read and compared there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from hrwatch import text, urls
from hrwatch.model.articles import Candidate, Copy, Record
from hrwatch.model.feeds import Feed
from hrwatch.pipeline.parts import Parts
from hrwatch.stages.dedup import commons, copies, shelf
from hrwatch.stages.dedup.shelf import Shelf, Told
from hrwatch.stages.dedup.shingles import telling, telling_hashes
from hrwatch.stages.store import records as record_table
from hrwatch.stages.store import sketches
from hrwatch.stages.store.archive import Archive

# What is common is learned anew after so many records: a second's work.
_LEARNED_AFTER = 1_000
_LEARNED_FIRST_AFTER = 200


@dataclass(frozen=True, slots=True)
class Linked:
    """Records with their originals, those that turned out to be originals of earlier ones, and by
    which hashes each is found from now on."""

    records: tuple[Record, ...]
    repeated_before: Mapping[str, tuple[str, ...]]
    hashes: Mapping[str, tuple[int, ...]]  # by record


async def link(parts: Parts, feed: Feed, new: Sequence[Record]) -> Linked:
    """Given a feed's new records, link each that repeats another to its original."""
    if not parts.link_copies:
        return Linked(tuple(new), {}, {})
    return await parts.archive.read(link_now, feed, new, near=parts.link_near)


async def learn(archive: Archive) -> None:
    """Learn anew which shingles tell nothing, once enough was archived since the last time."""
    since, known = await archive.read(_standing)
    if since < (_LEARNED_AFTER if known else _LEARNED_FIRST_AFTER):
        return
    found = await archive.read(_common)
    await archive.write(sketches.learned, found)


def _standing(connection: sa.Connection) -> tuple[int, bool]:
    return sketches.since_learned(connection), sketches.was_learned(connection)


def _common(connection: sa.Connection) -> frozenset[int]:
    latest = sketches.sample(connection, commons.SAMPLE)
    return commons.common(telling(title, told) for title, told in latest)


def link_now(connection: sa.Connection, feed: Feed, new: Sequence[Record], *, near: bool) -> Linked:
    """The same with a connection at hand; `near`: not only equal texts."""
    equal = list(
        record_table.candidates(
            connection,
            permalinks={record.permalink for record in new if record.permalink},
            text_hashes={h for record in new if (h := record.fingerprint.text_hash)},
        )
    )
    common = sketches.common(connection) if near else frozenset()
    hashes = {
        record.id: telling_hashes(record.fingerprint.sketch, common)
        for record in new
        if near and copies.is_own(record.permalink, feed.address)
    }
    alike = _shelf(connection, common, hashes.values())
    linked, repeated_before = [], {}
    for record in new:
        copy = copies.copy_of(
            feed_address=feed.address,
            permalink=record.permalink,
            title=record.title,
            told=record.fingerprint,
            candidates=equal,
        )
        earlier = copies.repeated_before(
            feed_address=feed.address,
            permalink=record.permalink,
            title=record.title,
            candidates=equal,
        )
        if copy is None and earlier:
            repeated_before[record.id] = earlier
        elif copy is None and record.id in hashes:
            copy = alike.copy(_told(feed, record, hashes[record.id], None))
        linked.append(replace(record, copy=copy, story=copy.of if copy else record.id))
        equal.append(_candidate(feed, record, copy))
        if record.id in hashes:
            alike.put(_told(feed, record, hashes[record.id], copy))
    return Linked(tuple(linked), repeated_before, hashes)


def _shelf(
    connection: sa.Connection, common: frozenset[int], new: Iterable[Sequence[int]]
) -> Shelf:
    """Return what is archived and may be like one of the new ones."""
    kept = Shelf(common)
    found = sketches.near(connection, new, shared=shelf.SHARED, most=shelf.COMPARED)
    for one in found:
        if copies.is_own(one.permalink, one.feed_address):
            original = one.copy_of or one.record
            site = urls.site_of(one.feed_address)
            kept.put(Told(one.record, one.title, one.text, one.hashes, original, site))
    return kept


def _told(feed: Feed, record: Record, hashes: tuple[int, ...], copy: Copy | None) -> Told:
    original = copy.of if copy else record.id
    return Told(record.id, record.title, record.text, hashes, original, urls.site_of(feed.address))


def _candidate(feed: Feed, record: Record, copy: Copy | None) -> Candidate:
    return Candidate(
        record=record.id,
        feed=feed.name,
        feed_address=feed.address,
        permalink=record.permalink,
        title_key=text.title_key(record.title),
        text_hash=record.fingerprint.text_hash,
        copy_of=copy.of if copy else None,
    )
