"""New records linked to the originals that they repeat, and to each other."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hrwatch import text, urls
from hrwatch.model.articles import (
    Candidate,
    Copy,
    CopyKind,
    Counterpart,
    NearCandidate,
    Record,
)
from hrwatch.model.feeds import Feed
from hrwatch.pipeline.parts import Parts
from hrwatch.stages.dedup import commons, copies, shelf
from hrwatch.stages.dedup.shelf import Shelf, Told
from hrwatch.stages.dedup.shingles import telling_hashes
from hrwatch.stages.dedup.translations import translation_of
from hrwatch.stages.store.articles import recognising, sketches
from hrwatch.stages.store.articles import translations as translation_table

# What is common is learned when an archive has so many records, each time it has doubled since,
# and later after every so many: seconds of work.
_FIRST = 200
_LATER = 10_000


@dataclass(frozen=True, slots=True)
class Linked:
    """Records with their originals, those that turned out to be originals of earlier ones, and by
    which hashes each is found from now on."""

    records: tuple[Record, ...]
    repeated_before: Mapping[str, tuple[str, ...]]
    hashes: Mapping[str, tuple[int, ...]]  # by record


@dataclass(frozen=True, slots=True)
class Alike:
    """What near copies are recognised by; empty, none are."""

    common: frozenset[int] = frozenset()  # shingles that tell nothing
    hashes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # of the new, by id
    found: tuple[NearCandidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Abroad:
    """What translations are recognised by; empty, none are."""

    counterparts: tuple[Counterpart, ...] = ()
    orgs: Mapping[str, str] = field(default_factory=dict)  # of feeds, by name


_NOTHING_ABROAD = Abroad()


async def link(parts: Parts, feed: Feed, new: Sequence[Record]) -> Linked:
    """Given a feed's new records, link each that repeats another to its original."""
    if not parts.link_copies:
        return Linked(tuple(new), {}, {})
    equal = await parts.archive.read(
        recognising.candidates,
        permalinks={record.permalink for record in new if record.permalink},
        text_hashes={h for record in new if (h := record.fingerprint.text_hash)},
    )
    abroad = Abroad(
        await parts.archive.read(
            translation_table.counterparts,
            permalinks={record.permalink for record in new if record.permalink},
            named={one for record in new if record.article for one in record.article.translations},
        ),
        parts.orgs,
    )
    if not parts.link_near:
        return linked(feed, new, equal, Alike(), abroad)
    if parts.common.shingles is None:
        parts.common.shingles = await parts.archive.read(sketches.common)
    common = parts.common.shingles
    hashes = comparable(feed, new, common)
    found = await parts.archive.read(
        sketches.near, hashes.values(), shared=shelf.SHARED, most=shelf.COMPARED
    )
    return await asyncio.to_thread(linked, feed, new, equal, Alike(common, hashes, found), abroad)


async def learn(parts: Parts) -> None:
    """Learn anew which shingles tell nothing, once enough was archived since the last time."""
    before, since = await parts.archive.read(sketches.standing)
    if since < min(max(before, _FIRST), _LATER):
        return
    latest = await parts.archive.read(sketches.sample, commons.SAMPLE)
    found = await asyncio.to_thread(commons.common, latest)
    await parts.archive.write(sketches.learned, found)
    parts.common.shingles = found


def comparable(
    feed: Feed, new: Sequence[Record], common: frozenset[int]
) -> dict[str, tuple[int, ...]]:
    """Return by which hashes each new record is found: those whose feed speaks for their page."""
    return {
        record.id: telling_hashes(record.fingerprint.sketch, common)
        for record in new
        if copies.is_own(record.permalink, feed.address)
    }


def linked(
    feed: Feed,
    new: Sequence[Record],
    equal: Iterable[Candidate],
    alike: Alike,
    abroad: Abroad = _NOTHING_ABROAD,
) -> Linked:
    """Given what the archive holds that new records may repeat, link each to its original, among
    themselves too."""
    known = list(equal)
    near = _shelf(alike)
    counterparts = list(abroad.counterparts)
    records, repeated_before = [], {}
    for record in new:
        hashes = alike.hashes.get(record.id, ())
        copy = copies.copy_of(
            feed_address=feed.address,
            permalink=record.permalink,
            title=record.title,
            told=record.fingerprint,
            candidates=known,
        )
        earlier = copies.repeated_before(
            feed_address=feed.address,
            permalink=record.permalink,
            title=record.title,
            candidates=known,
        )
        if copy is None and earlier:
            repeated_before[record.id] = earlier
        elif copy is None:
            copy = near.copy(_told(feed, record, hashes, None)) or translation_of(
                _counterpart(feed, record, None), counterparts, abroad.orgs
            )
        records.append(replace(record, copy=copy, story=copy.of if copy else record.id))
        known.append(_candidate(feed, record, copy))
        if copy and copy.kind is CopyKind.TRANSLATION:
            counterparts = [_told_in(one, record, copy) for one in counterparts]
        counterparts.append(_counterpart(feed, record, copy))
        if record.id in alike.hashes:
            near.put(_told(feed, record, hashes, copy))
    return Linked(tuple(records), repeated_before, alike.hashes)


def _shelf(alike: Alike) -> Shelf:
    """Return what is archived and may be like one of the new ones."""
    kept = Shelf(alike.common)
    for one in alike.found:
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
        copy_kind=copy.kind if copy else None,
    )


def _counterpart(feed: Feed, record: Record, copy: Copy | None) -> Counterpart:
    return Counterpart(
        record=record.id,
        feed=feed.name,
        feed_address=feed.address,
        permalink=record.permalink,
        page=record.article.url if record.article else "",
        language=record.language,
        translations=record.article.translations if record.article else (),
        copy_of=copy.of if copy else None,
    )


def _told_in(one: Counterpart, record: Record, copy: Copy) -> Counterpart:
    """Return a counterpart that knows of a new translation, where it is of that."""
    if copy.of != one.record:
        return one
    return replace(one, told_in=(*one.told_in, (record.language, record.permalink)))
