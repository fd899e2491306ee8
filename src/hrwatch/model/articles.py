"""From an entry to a record: what reading and archiving hand on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hrwatch.model.feeds import Entry
from hrwatch.model.tags import Tag


@dataclass(frozen=True, slots=True)
class Article:
    """The page as extracted text."""

    url: str  # where it was read
    canonical: str  # rel=canonical, or empty; a claim of the page, not a fact
    title: str
    text: str
    language: str  # as the page says, or empty
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    site_name: str = ""
    # Canonical addresses of what it says is the same in another language; a claim too.
    translations: tuple[str, ...] = ()
    published_offset: int | None = None  # as an entry's


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What copies are recognised by."""

    text_hash: str  # SHA-256 (hex) of normalised title and text; empty when too short to judge
    words: int
    # The smallest hashes of its shingles; empty where it comes from the archive, whose index of
    # them is asked by hash.
    sketch: tuple[int, ...] = ()


class CopyKind(StrEnum):
    """In which way an article repeats its original."""

    SAME_PERMALINK = "same-permalink"
    SAME_TEXT = "same-text"
    NEAR_TEXT = "near-text"  # much of both is the same
    CONTAINED = "contained"  # the shorter one is for the most part in the longer one
    TRANSLATION = "translation"  # in another language by the same org, as its page says


@dataclass(frozen=True, slots=True)
class Copy:
    """A link from a record to the original that it repeats."""

    of: str  # record id of the original
    kind: CopyKind
    score: float  # 1.0: the same; else the share of both, or of the shorter one, that is shared


@dataclass(frozen=True, slots=True)
class Change:
    """What a publisher changed in an article, from one version to the next. Paragraphs in the
    order of the text."""

    title: tuple[str, str] | None = None  # before and after; None: the same
    added: tuple[str, ...] = ()  # paragraphs
    removed: tuple[str, ...] = ()
    # Paragraphs that stayed but for some words: what stood there, and what stands there now.
    replaced: tuple[tuple[str, str], ...] = ()
    # How many there are beyond those named here, which are bounded in number and length.
    more_added: int = 0
    more_removed: int = 0
    more_replaced: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What one hop makes of an entry and its page; a failed page is a value, not an end."""

    title: str
    summary: str  # plain text
    text: str  # the article's, else the feed's own content, else the summary
    language: str
    article: Article | None
    fingerprint: Fingerprint
    tags: tuple[Tag, ...]
    extract_error: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that a new one might be a copy of."""

    record: str
    feed: str
    feed_address: str
    permalink: str  # canonical
    title_key: str
    text_hash: str
    copy_of: str | None
    copy_kind: CopyKind | None = None
    unlinked: bool = False  # somebody said that it is no copy


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A record that a page names as its version in another language, or whose page names it so,
    or the original of such a record."""

    record: str
    feed: str
    feed_address: str
    permalink: str  # canonical
    page: str  # where its page was read; empty without one
    language: str
    translations: tuple[str, ...]  # canonical addresses that its page names
    copy_of: str | None
    # Of an original: the languages, and their addresses, that it is told in already.
    told_in: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NearCandidate:
    """A record whose text shares hashes with a new one, or the original of such a record."""

    record: str
    feed_address: str
    permalink: str  # canonical
    title: str
    text: str
    copy_of: str | None
    hashes: tuple[int, ...]  # that are shared with any of the new ones


class Kept(StrEnum):
    """What is left of an article in the archive."""

    FULL = "full"
    SUMMARY = "summary"  # title and the feed's summary
    HEADLINE = "headline"  # the title
    NOTHING = "nothing"  # purged: what it is recognised by, no word of it


@dataclass(frozen=True, slots=True)
class Record:
    """What the archive keeps of one entry; append-only, one row a version."""

    id: str
    version: int
    feed: str
    entry: Entry  # as the feed gave it; summary and content as plain text
    permalink: str  # canonical, empty without one
    article: Article | None
    title: str
    text: str
    language: str
    fingerprint: Fingerprint
    tags: tuple[Tag, ...]
    copy: Copy | None
    story: str  # id of the original; its own where it is no copy
    first_seen_at: datetime
    backlog: bool  # older than the backfill at the feed's first poll: archived, never mailed
    page_sha256: str | None  # of the page body as decoded
    extract_error: str | None
    guid_key: str = ""  # what identity recognises the entry by; empty: the key of its guid
    rules_hash: str | None = None  # of the rule set that made the tags; None: not kept
    seen_at: datetime | None = None  # when this version was first seen; None: first_seen_at
    change: Change | None = None  # from the version before
    entry_hash: str | None = None  # of what the feed gave (dedup.identity.entry_hash)
    kept: Kept = Kept.FULL
    unlinked: bool = False  # somebody said that it is no copy: it is not made one again
