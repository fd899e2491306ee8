"""Which entries of a document are new: the step between parse and the fetching of pages.

An entry is told by its guid, else by its canonical permalink, else by title and date, else by its
title and text. What feeds do wrong is met here: one guid for several entries, guids that change
at every poll, links that gain session keys, guids that are used again years later.
"""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hrwatch import text, urls
from hrwatch.model.feeds import Entry, KnownEntry


@dataclass(frozen=True, slots=True)
class Marks:
    """What an entry is recognised by; every field is short enough for an index."""

    guid_key: str  # of the guid; without guid and permalink, of what stands in for them
    permalink: str  # canonical
    title_key: str
    published_at: datetime | None


def marks(entry: Entry) -> Marks:
    """Given an entry, return what it is recognised by."""
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
    return Marks(guid_key, permalink, title_key, entry.published_at)


def record_id(feed: str, entry_marks: Marks) -> str:
    """Return the archive reference of an entry: twelve letters and digits (60 bits), the same
    whenever it is computed, so that an entry written twice after a crash is one record."""
    told = "\n".join((feed, entry_marks.guid_key, entry_marks.permalink, entry_marks.title_key))
    digest = hashlib.sha256(told.encode("utf-8", "replace")).digest()
    return base64.b32encode(digest)[:12].decode("ascii").lower()


def unseen(entries: Iterable[Entry], known: Iterable[KnownEntry]) -> tuple[Entry, ...]:
    """Given a document's entries and what the archive knows of that feed, return the new ones.

    Each once, in the order of the document. Idempotent: nothing is unseen twice.
    """
    marked: dict[Marks, Entry] = {}
    for entry in entries:
        told = marks(entry)
        marked.setdefault(Marks(told.guid_key, told.permalink, told.title_key, None), entry)
    archive = _Memory(known)
    document = _Memory(
        KnownEntry("", told.guid_key, told.permalink, told.title_key, entry.published_at)
        for told, entry in marked.items()
    )
    return tuple(
        entry
        for told, entry in marked.items()
        if not _is_known(told, entry.published_at, archive, document)
    )


class _Memory:
    """Known entries by guid and by permalink, with the guids and permalinks that several share."""

    def __init__(self, known: Iterable[KnownEntry]) -> None:
        self.by_guid: dict[str, list[KnownEntry]] = defaultdict(list)
        self.by_permalink: dict[str, list[KnownEntry]] = defaultdict(list)
        for entry in known:
            if entry.guid_key:
                self.by_guid[entry.guid_key].append(entry)
            if entry.permalink:
                self.by_permalink[entry.permalink].append(entry)

    def shares_guid(self, guid_key: str) -> bool:
        return len(self.by_guid.get(guid_key, ())) > 1

    def shares_permalink(self, permalink: str) -> bool:
        return len({entry.title_key for entry in self.by_permalink.get(permalink, ())}) > 1


def _is_known(
    told: Marks, published_at: datetime | None, archive: _Memory, document: _Memory
) -> bool:
    same_guid = archive.by_guid.get(told.guid_key, []) if told.guid_key else []
    same_permalink = archive.by_permalink.get(told.permalink, []) if told.permalink else []

    if any(k.permalink == told.permalink and k.title_key == told.title_key for k in same_guid):
        return True
    shared = document.shares_guid(told.guid_key) or archive.shares_guid(told.guid_key)
    if same_guid and not shared:
        # An edited title or a moved page is the same entry; where both differ, the feed has used
        # an old guid for something new, and losing that would be worse than telling it twice.
        return any(
            k.permalink == told.permalink or k.title_key == told.title_key for k in same_guid
        )
    if same_guid:
        return False

    same_page = [k for k in same_permalink if k.title_key == told.title_key]
    if not told.guid_key and same_page:
        return True
    if any(_dates_agree(k.published_at, published_at) for k in same_page):
        return True  # only the guid changed
    shared = document.shares_permalink(told.permalink) or archive.shares_permalink(told.permalink)
    return (
        not told.guid_key
        and not shared
        and any(published_at and k.published_at == published_at for k in same_permalink)
    )


def _dates_agree(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or one == other
