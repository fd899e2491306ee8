"""Which entries of a document are new: the step between parse and the fetching of pages.

An entry is told by its guid, else by its canonical permalink, else by title and date, else by its
title and text. What feeds do wrong is met here: one guid for several entries, guids that change
at every poll, links that gain session keys, guids that are used again years later.
"""

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hrwatch import text, urls
from hrwatch.model.feeds import Entry, KnownEntry

_HASH_VERSION = 1  # of entry_hash: counted up with every change of what is hashed


@dataclass(frozen=True, slots=True)
class Marks:
    """What an entry is recognised by; every field is short enough for an index."""

    guid_key: str  # of the guid; without guid and permalink, of what stands in for them
    permalink: str  # canonical
    title_key: str
    published_at: datetime | None
    entry_hash: str  # of all that the feed says of it; no part of what it is recognised by


@dataclass(frozen=True, slots=True)
class Marked:
    """An entry with what it is recognised by."""

    entry: Entry
    marks: Marks


@dataclass(frozen=True, slots=True)
class Recognised:
    """An entry of a document that the archive knows, and as what."""

    marked: Marked
    known: KnownEntry

    @property
    def record(self) -> str:
        return self.known.record

    @property
    def is_restated(self) -> bool:
        """Its feed says something else of it than before."""
        return self.known.entry_hash != self.marked.marks.entry_hash

    @property
    def is_comparable(self) -> bool:
        """False: what was said before was hashed otherwise, or not at all."""
        made = (self.known.entry_hash or "").partition(":")[0]
        return made == self.marked.marks.entry_hash.partition(":")[0]


def marks(entry: Entry) -> Marks:
    """Given an entry, return what it is recognised by. All that strangers wrote in it may have to
    be read for that: it is a worker's work."""
    permalink = urls.canonical(entry.permalink) if entry.permalink else ""
    title_key = text.title_key(entry.title)
    if entry.guid:
        guid_key = text.key(entry.guid)
    elif permalink:
        guid_key = ""
    else:
        dated = entry.published_at.isoformat() if entry.published_at else ""
        # Title and date tell an entry, so that its text may change; without both its text does.
        body = "" if title_key and dated else text.normalised(entry.content or entry.summary)
        guid_key = text.key(f"nameless\n{title_key}\n{dated}\n{body}")
    return Marks(guid_key, permalink, title_key, entry.published_at, entry_hash(entry))


def entry_hash(entry: Entry) -> str:
    """Given an entry as its feed gives it, return what tells whether the feed says something else
    of it later: a hash of title, summary and content, its own version before it, so that two made
    in different ways are never compared."""
    told = "\0".join(" ".join(each.split()) for each in (entry.title, entry.summary, entry.content))
    return f"{_HASH_VERSION}:{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()[:32]}"


def record_id(feed: str, entry_marks: Marks) -> str:
    """Return the archive reference of an entry: twelve letters and digits (60 bits), the same
    whenever it is computed, so that an entry written twice after a crash is one record."""
    told = "\n".join((feed, entry_marks.guid_key, entry_marks.permalink, entry_marks.title_key))
    digest = hashlib.sha256(told.encode("utf-8", "replace")).digest()
    return base64.b32encode(digest)[:12].decode("ascii").lower()


def unseen(document: Iterable[Marked], known: Iterable[KnownEntry]) -> tuple[Marked, ...]:
    """Given a document's entries and what the archive knows of that feed, return the new ones.

    Each once, in the order of the document; those with nothing in them are nobody's news.
    Idempotent: nothing is unseen twice.
    """
    each: dict[tuple[str, str, str], Marked] = {}
    for one in document:
        if one.entry.tells_something:
            told = one.marks
            each.setdefault((told.guid_key, told.permalink, told.title_key), one)
    in_archive, in_document = _Memory(known), _Memory(one.marks for one in each.values())
    return tuple(one for one in each.values() if not _is_known(one.marks, in_archive, in_document))


def recognised(document: Iterable[Marked], known: Iterable[KnownEntry]) -> tuple[Recognised, ...]:
    """Given a document's entries and what the archive knows of that feed, return the known ones;
    none of which it cannot be told which they are."""
    entries = tuple(document)
    guids = Counter(one.marks.guid_key for one in entries)
    pages = Counter((one.marks.permalink, one.marks.title_key) for one in entries)
    whole: dict[tuple[str, str, str], list[KnownEntry]] = defaultdict(list)
    by_guid: dict[str, list[KnownEntry]] = defaultdict(list)
    by_page: dict[tuple[str, str], list[KnownEntry]] = defaultdict(list)
    for each in known:
        whole[each.guid_key, each.permalink, each.title_key].append(each)
        by_guid[each.guid_key].append(each)
        by_page[each.permalink, each.title_key].append(each)
    found: dict[str, Recognised] = {}
    for one in entries:
        told = one.marks
        page = told.permalink, told.title_key
        same = whole.get((told.guid_key, *page), [])
        of_guid = by_guid.get(told.guid_key, []) if told.guid_key else []
        if not same and of_guid and guids[told.guid_key] == 1:
            one_agrees = page[0] == of_guid[0].permalink or page[1] == of_guid[0].title_key
            # Of a guid that several entries had nobody can say whose it is.
            same = of_guid if one_agrees and len(of_guid) == 1 else []
        elif not same and not of_guid and all(page) and pages[page] == 1:  # under a guid of today
            same = [
                each
                for each in by_page.get(page, [])
                if not guids[each.guid_key] and _dates_agree(each.published_at, told.published_at)
            ]
        if len(same) == 1:
            found.setdefault(same[0].record, Recognised(one, same[0]))
    return tuple(found.values())


class _Memory:
    """What a document or the archive holds, by each way in which an entry is recognised."""

    def __init__(self, held: Iterable[Marks | KnownEntry]) -> None:
        self.whole: set[tuple[str, str, str]] = set()
        self.guid_permalinks: dict[str, set[str]] = defaultdict(set)
        self.guid_titles: dict[str, set[str]] = defaultdict(set)
        self.guid_entries: Counter[str] = Counter()
        self.page_titles: dict[str, set[str]] = defaultdict(set)
        self.page_dates: dict[str, set[datetime]] = defaultdict(set)
        # Of one page under one title: the guids it came under, each with its date.
        self.same_page: dict[tuple[str, str], dict[str, datetime | None]] = defaultdict(dict)
        for one in held:
            self.whole.add((one.guid_key, one.permalink, one.title_key))
            if one.guid_key:
                self.guid_permalinks[one.guid_key].add(one.permalink)
                self.guid_titles[one.guid_key].add(one.title_key)
                self.guid_entries[one.guid_key] += 1
            if one.permalink:
                self.page_titles[one.permalink].add(one.title_key)
                self.same_page[one.permalink, one.title_key][one.guid_key] = one.published_at
                if one.published_at:
                    self.page_dates[one.permalink].add(one.published_at)

    def shares_guid(self, guid_key: str) -> bool:
        return self.guid_entries[guid_key] > 1

    def shares_page(self, permalink: str) -> bool:
        return len(self.page_titles.get(permalink, ())) > 1


def _is_known(told: Marks, archive: _Memory, document: _Memory) -> bool:
    if (told.guid_key, told.permalink, told.title_key) in archive.whole:
        return True
    if told.guid_key and archive.guid_entries[told.guid_key]:
        return _is_known_by_guid(told, archive, document)
    return bool(told.permalink) and _is_known_by_page(told, archive, document)


def _is_known_by_guid(told: Marks, archive: _Memory, document: _Memory) -> bool:
    if archive.shares_guid(told.guid_key) or document.shares_guid(told.guid_key):
        return False  # the guid says nothing, and page and title do not both agree
    # An edited title or a moved page is the same entry; where both differ, the feed has used an
    # old guid for something new, and losing that would be worse than telling it twice.
    return (
        told.permalink in archive.guid_permalinks[told.guid_key]
        or told.title_key in archive.guid_titles[told.guid_key]
    )


def _is_known_by_page(told: Marks, archive: _Memory, document: _Memory) -> bool:
    same_page = archive.same_page.get((told.permalink, told.title_key), {})
    if told.guid_key:
        return any(
            _dates_agree(dated, told.published_at)
            for guid_key, dated in same_page.items()
            # A guid that still stands in the document has not changed into this one.
            if not document.guid_entries[guid_key]
        )
    shared = document.shares_page(told.permalink) or archive.shares_page(told.permalink)
    return bool(same_page) or (
        not shared and told.published_at in archive.page_dates.get(told.permalink, ())
    )


def _dates_agree(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or one == other
