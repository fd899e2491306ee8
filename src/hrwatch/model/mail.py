"""From a subscriber to a delivered mail."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path

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


class Grouping(StrEnum):
    """Under what the stories of a digest stand."""

    COUNTRY = "country"
    KEYWORD = "keyword"


class Detail(StrEnum):
    """How much of each story a digest tells."""

    TITLES = "titles"
    USUAL = "usual"
    LONGER = "longer"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the subscriber's day in which no mail is sent; over midnight where `until` is the
    earlier one."""

    since: time
    until: time


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person or desk that gets digests."""

    name: str
    address: str
    interest: Interest
    schedule: Schedule
    timezone: str = "UTC"
    subject: str = "discreet"  # or "full"
    urgent: int = 0  # urgent alerts a day, beside the digests
    quiet: Quiet | None = None
    empty: bool = False  # a daily or weekly digest goes out when nothing matched too
    pause_until: date | None = None  # the first local day with mail again
    mail_language: str = "en"  # of the mail's own words
    group_by: Grouping = Grouping.COUNTRY
    text_only: bool = False
    detail: Detail = Detail.USUAL
    pgp_key_file: Path | None = None  # mail is encrypted to it, or held


@dataclass(frozen=True, slots=True)
class Subscription:
    """What the archive keeps of a subscriber beside the operator's file: what they replied, and
    what became of their mail."""

    subscriber: str
    token: str  # unguessable; who writes to us with it has read our mail. Empty: none was sent
    detail: Detail | None = None  # instead of the operator's
    paused_until: datetime | None = None
    stopped_at: datetime | None = None  # by their own wish
    suspended_at: datetime | None = None  # their mail server refused them for good
    suspended_address: str = ""  # to which: another one is not suspended
    suspended_because: str = ""
    kept_from: datetime | None = None  # what matched before was given up: they had stopped


class MuteKind(StrEnum):
    """What a subscriber wants to hear no more of."""

    STORY = "story"  # a story's id
    FEED = "feed"
    WORD = "word"  # by which articles are found, as replies compare it


@dataclass(frozen=True, slots=True)
class Mute:
    """What a subscriber wants to hear no more of, and for how long."""

    kind: MuteKind
    value: str
    since: datetime
    until: datetime | None = None  # None: for ever


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


OF_VERSIONS = (Reason.NEW, Reason.CHANGED)  # a version of an article is told
ABOUT_PAGES = (Reason.REMOVED, Reason.RETURNED)  # what became of its page is


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

    key: str  # unique for the subscriber: its local date "2026-11-22", or "2026-11-22T07Z"
    opened_at: datetime  # the instant from which it is due
    local_date: date


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where the period that a digest tells of begins; it ends when the digest is written."""

    at: datetime
    is_first: bool = False  # no digest was before it: it begins with the subscription


class MailKind(StrEnum):
    """What a mail is for."""

    DIGEST = "digest"
    URGENT = "urgent"  # an alert, beside the digests
    ANSWER = "answer"  # to a subscriber's reply
    REPORT = "report"  # the operator's, weekly
    ALERT = "alert"  # the operator's


@dataclass(frozen=True, slots=True)
class Page:
    """One part of a digest: what one mail holds. "Part" is what MIME calls its pieces."""

    subject: str
    text: str
    html: str  # empty: text alone
    numbers: tuple[int, ...]  # of the items that stand in it
    # What an encrypted mail shows outside; empty: `subject`, where the subscriber chose no full one
    discreet: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """One composed digest, before it becomes one mail or several."""

    id: str
    subscriber: str
    window: Window | None  # None: at once
    pages: tuple[Page, ...]  # none: the window had nothing to tell
    matches: tuple[Match, ...]  # all that it answers for, to be written into the ledger
    # Under which number a match stands, in the order of `matches`.
    numbers: tuple[int, ...] = ()
    kind: MailKind = MailKind.DIGEST  # or URGENT


@dataclass(frozen=True, slots=True)
class Mail:
    """Frozen bytes for one recipient; outbox and deliver handle only this."""

    message_id: str
    subscriber: str  # empty: the operator
    recipient: str
    sender: str  # envelope sender
    bytes: bytes
    kind: MailKind = MailKind.DIGEST
    page: int = 1  # of its digest


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
    of_recipient: bool = False  # REFUSED: the address, not this mail


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
