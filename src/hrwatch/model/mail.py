"""From a subscriber to a delivered mail."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from hrwatch.model.articles import Record
from hrwatch.model.tags import Relation, Tag


class Cadence(StrEnum):
    """How often a subscriber is written to."""

    AT_ONCE = "at once"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a digest is due, in the subscriber's own zone."""

    cadence: Cadence
    at: time | None = None  # daily, weekly
    weekday: int | None = None  # weekly; 0 is Monday


@dataclass(frozen=True, slots=True)
class Interest:
    """What a subscriber asked for: AND between the lists, OR within, empty is all."""

    countries: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    exclude_countries: tuple[str, ...] = ()
    exclude_keywords: tuple[str, ...] = ()
    exclude_feeds: tuple[str, ...] = ()
    query: str | None = None
    relation: Relation = Relation.SUBJECT
    roll_up: bool = False


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person or desk that gets digests."""

    name: str
    address: str
    interest: Interest
    schedule: Schedule
    timezone: str = "UTC"
    subject: str = "discreet"  # or "full"


@dataclass(frozen=True, slots=True)
class InForce:
    """One criterion of a subscriber and the time for which it stands, so that what is widened
    later mails nothing old and what is narrowed loses nothing already asked for."""

    group: str  # a field of Interest
    value: str  # one member of it; "*" for an empty list
    since: datetime
    until: datetime | None = None  # None: still in force


class Reason(StrEnum):
    """Why a record is mailed."""

    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"
    RETURNED = "returned"  # there again after it was told as removed


@dataclass(frozen=True, slots=True)
class Match:
    """A record that a subscriber asked for, with the tags that say so."""

    record: Record
    because: tuple[Tag, ...]
    relation: Relation  # MENTION: stands as a title at the end, never alone a reason to send
    reason: Reason = Reason.NEW


@dataclass(frozen=True, slots=True)
class Earlier:
    """What digests told a subscriber of a record before."""

    first_at: datetime
    last_at: datetime
    version: int  # the latest that was told


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a subscriber's time that gets at most one digest."""

    key: str  # unique for the subscriber: "2026-11-22", "2026-W47", "2026-11-22T07Z"
    opened_at: datetime  # the instant from which it is due
    local_date: date


@dataclass(frozen=True, slots=True)
class Digest:
    """One composed digest, before it becomes a mail."""

    id: str
    subscriber: str
    window: Window | None  # None: at once
    subject: str
    text: str
    html: str
    matches: tuple[Match, ...]  # all that it answers for, to be written into the ledger


@dataclass(frozen=True, slots=True)
class Mail:
    """Frozen bytes for one recipient; outbox and deliver handle only this."""

    message_id: str
    subscriber: str
    recipient: str
    sender: str  # envelope sender
    bytes: bytes


class Status(StrEnum):
    """Where a mail is."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # the connection broke where acceptance could not be told


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt at one mail. `detail` never holds the recipient's address."""

    message_id: str
    subscriber: str
    status: Status
    at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """The newest mail to a subscriber, where it did not arrive."""

    subscriber: str
    status: Status  # DEFERRED, REFUSED or UNKNOWN
    written_at: datetime
    settled_at: datetime | None  # None: it is tried again
    next_try_at: datetime | None
    attempts: int
    detail: str  # what the mail server or program said last
