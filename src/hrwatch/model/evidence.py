"""What proves an article: its bytes as fetched, and what later visits to its page came to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hrwatch.model.feeds import Redirect


class CaptureKind(StrEnum):
    """What a link of the chain of captures holds."""

    PAGE = "page"  # the body of an article's page, content encoding undone
    ENTRY = "entry"  # what the feed gave, as JSON, where no page was read
    TOMBSTONE = "tombstone"  # that a capture before it was removed, and why


@dataclass(frozen=True, slots=True)
class Capture:
    """One body as fetched, and how. Append-only: each is chained to the one before."""

    kind: CaptureKind
    record: str  # id of the record it was fetched for
    feed: str
    requested_url: str
    url: str  # where the body came from
    redirects: tuple[Redirect, ...]
    status: int | None  # None: no page
    headers: tuple[tuple[str, str], ...]
    content_type: str
    fetched_at: datetime
    body_sha256: str  # hex
    body_size: int  # bytes
    certificate_sha256: str | None
    software: str  # such as "hrwatch 0.1.0"
    note: str = ""  # of a tombstone: which capture, and why


@dataclass(frozen=True, slots=True)
class Link:
    """A capture in its place in the chain."""

    number: int  # from 1, without gaps
    capture: Capture | None  # None: removed; its hashes stay
    row_hash: str  # SHA-256 (hex) of the capture
    chain_hash: str  # SHA-256 (hex) of the chain_hash before and of row_hash


class Standing(StrEnum):
    """What an article's page is found to be."""

    THERE = "there"
    MISSING = "missing"  # 404 or 410, not often or not long enough to say more
    REMOVED = "removed"  # 404 or 410 on three visits over 24 hours
    UNREACHABLE = "unreachable"  # refused, failing, or not answering; says nothing of the article
    UNCLEAR = "unclear"  # the address shows something else: a notice, a paywall, the front page


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of an article's page from visits after the first, and when the next one is."""

    record: str
    feed: str
    url: str
    standing: Standing = Standing.THERE
    wants_page: bool = False  # the page could not be read when the record was made
    visits: int = 0
    last_visit_at: datetime | None = None  # when the page was asked for, be it for another feed
    next_visit_at: datetime | None = None  # None: no more
    missing: int = 0  # visits in a row that found 404 or 410
    missing_since: datetime | None = None
    missing_until: datetime | None = None  # the last of those visits
    removed_at: datetime | None = None  # when REMOVED was first said
    status: int | None = None  # of the last answer; of a removed one, of the last that missed it
    error: str | None = None  # of the last visit
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None  # of the last body that was looked at
