"""From an address to entries: what polling hands on."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hrwatch.model.tags import Cues

FARTHEST_CLOCK = timedelta(hours=15)  # from UTC; no country's is farther


class Keep(StrEnum):
    """How much of an article is archived."""

    HEADLINE = "headline"  # title, address, dates and tags
    SUMMARY = "summary"  # and what the feed says of it
    FULL = "full"  # and its text, and its page as fetched


class Terms(StrEnum):
    """What a publisher's terms say of keeping copies, as far as the operator looked."""

    UNKNOWN = "unknown"
    OK = "ok"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Select:
    """Where a listing page keeps its entries: CSS selectors, empty where it is to be found out."""

    entry: str = ""  # one element for each entry; the others are looked for within it
    link: str = ""
    title: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """How the network is reached for one feed, where that is not the usual way."""

    proxy: str | None = None  # socks5h://host:port, or http://host:port
    tls_sha256: str | None = None  # of the one certificate its host may show, 64 hex digits


class PublisherType(StrEnum):
    """What kind of house publishes a feed."""

    NGO = "ngo"
    UN = "un"
    INTERGOVERNMENTAL = "intergovernmental"
    GOVERNMENT = "government"
    COURT = "court"
    MEDIA = "media"
    INDEPENDENT_MEDIA = "independent-media"
    PUBLIC_MEDIA = "public-media"
    STATE_MEDIA = "state-media"
    EXILE_MEDIA = "exile-media"
    RESEARCH = "research"
    HUMANITARIAN = "humanitarian"


@dataclass(frozen=True, slots=True)
class Feed:
    """An address with the operator's settings for it. Either `url` or `page` is set."""

    name: str
    url: str | None = None
    page: str | None = None  # a listing page that has no feed
    publisher: str = ""
    language: str = ""  # BCP 47, empty when not given
    enabled: bool = True
    every: timedelta = timedelta(minutes=30)
    backfill: timedelta | None = timedelta(days=3)  # None: all; zero: none
    every_at_most: timedelta | None = None  # how far a slow feed may slow its polls; None: not
    full_text: bool = True  # fetch the article page
    select: Select = field(default_factory=Select)  # of `page`
    route: Route = field(default_factory=Route)
    cues: Cues = field(default_factory=Cues)
    publisher_type: PublisherType | None = None
    org: str = ""  # who is behind it; what feeds of one org say is no second source
    terms: Terms = Terms.UNKNOWN
    keep: Keep = Keep.FULL
    keep_for: timedelta | None = None  # afterwards as under HEADLINE; None: for ever
    revisit: bool = True  # look again at articles that matched, for what is changed or taken down

    @property
    def address(self) -> str:
        """The address that is polled."""
        return self.url or self.page or ""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave us to ask with again (RFC 9110, 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """An address that was asked, and the status by which it sent us on."""

    url: str
    status: int


@dataclass(frozen=True, slots=True)
class Response:
    """A document as fetched: decoded body, after redirects."""

    url: str  # where the body came from
    requested_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    content_type: str  # the header as sent, empty when absent
    body: bytes  # content encoding undone
    validators: Validators
    retry_after: timedelta | None
    max_age: timedelta | None  # Cache-Control: max-age
    fetched_at: datetime
    expires: timedelta | None = None  # until Expires, where there is no max-age
    moved_to: str | None = None  # where it has moved for good (301, 308), when all hops say so
    redirects: tuple[Redirect, ...] = ()  # on the way, in order
    certificate_sha256: str | None = None  # of the server's certificate (DER), 64 hex digits


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that nothing changed (304). The validators that it was asked with stay: they
    are those of the document that was read."""

    url: str
    max_age: timedelta | None
    fetched_at: datetime
    expires: timedelta | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as the feed gives it. `title` is clean text; `summary` and `content` are raw."""

    guid: str  # empty when the feed gives none
    permalink: str  # absolute http(s) address, or empty
    title: str
    summary: str = ""  # HTML or text, untouched
    content: str = ""  # HTML or text, untouched: content:encoded, atom:content
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    categories: tuple[str, ...] = ()
    published_text: str = ""  # the publisher's words, where they are no date or one to come
    whole_day: bool = False  # published_at names a day (UTC); no time of day was given
    # Minutes by which the clock of published_at is ahead of UTC, as it was given with it; None
    # where it was not, or is UTC itself: machines write that for everybody.
    published_offset: int | None = None

    @property
    def tells_something(self) -> bool:
        """Whether there is anything in it that it could be recognised by."""
        return any((self.guid, self.permalink, self.title, self.summary, self.content))


@dataclass(frozen=True, slots=True)
class Hints:
    """When a feed document says that it is worth coming back, beside its ttl."""

    every: timedelta | None = None  # sy:updatePeriod and sy:updateFrequency (RSS 1.0 syndication)
    skip_hours: tuple[int, ...] = ()  # 0 to 23, UTC
    skip_days: tuple[int, ...] = ()  # 0 is Monday, UTC


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed document, read. `format` names the dialect, such as `rss20` or `atom10`."""

    format: str
    title: str
    link: str
    language: str
    ttl: timedelta | None
    entries: tuple[Entry, ...]
    warnings: tuple[str, ...] = ()
    cut_off: bool = False  # the document stops before its end, whether within an entry or not
    hints: Hints = field(default_factory=Hints)
    only_lists: bool = False  # every entry leads to a list (a tag, an author …), none to an article


@dataclass(frozen=True, slots=True)
class OfferedFeed:
    """A feed that a page advertises, or seems to link to."""

    url: str  # absolute
    title: str
    type: str  # rss, atom, json; empty where the page does not tell


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """What the archive remembers of one entry of a feed, enough to recognise it."""

    record: str
    guid_key: str  # text.key() of the guid, empty without one
    permalink: str  # canonical
    title_key: str  # text.title_key() of the title
    published_at: datetime | None
    entry_hash: str | None = None  # of what the feed gave; None: not kept


class State(StrEnum):
    """How a feed is doing; told apart because each asks something else of the operator."""

    NEW = "new"
    OK = "ok"
    QUIET = "quiet"
    EMPTY = "empty"
    NOT_A_FEED = "not-a-feed"
    LAYOUT_CHANGED = "layout-changed"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    GONE = "gone"
    INVALID = "invalid"
    DISABLED = "disabled"


FAILING = frozenset(
    {
        State.EMPTY,
        State.NOT_A_FEED,
        State.LAYOUT_CHANGED,
        State.UNREACHABLE,
        State.REFUSED,
        State.GONE,
        State.INVALID,
    }
)


class Outcome(StrEnum):
    """What one poll came to."""

    NEW = "new"
    UNCHANGED = "unchanged"
    NOT_MODIFIED = "not-modified"
    FAILED = "failed"


class Because(StrEnum):
    """What set a feed's next poll: the longest of what the operator, the feed and the server say,
    or what went wrong."""

    EVERY = "every"  # the operator's interval
    RHYTHM = "rhythm"  # a slow feed, within every_at_most
    TTL = "ttl"  # of the document
    SY = "sy"  # of the document: sy:updatePeriod and sy:updateFrequency
    SKIP_HOURS = "skip-hours"  # of the document
    SKIP_DAYS = "skip-days"  # of the document
    MAX_AGE = "max-age"  # of the server: Cache-Control
    EXPIRES = "expires"  # of the server
    RETRY_AFTER = "retry-after"  # of the server
    FAILURES = "failures"  # in a row, weighed
    REFUSED = "refused"  # the source does not want us
    GONE = "gone"  # for good: not polled again by itself
    NOT_ALLOWED_HERE = "not allowed here"  # our own settings or the address guard said no
    NO_WORKER = "no worker"  # the machine had no room to read it
    NO_PROXY = "no proxy"  # the operator's proxy cannot be used
    BUG = "bug"  # a fault of hrwatch


@dataclass(frozen=True, slots=True)
class FeedState:
    """What the archive knows of a feed between polls."""

    feed: str
    address: str
    state: State = State.NEW
    outcome: Outcome | None = None
    validators: Validators = field(default_factory=Validators)
    first_polled_at: datetime | None = None  # the first poll that brought a feed, if empty
    last_polled_at: datetime | None = None
    next_poll_at: datetime | None = None  # None: at once, or never where it is gone for good
    because: Because | None = None  # what set next_poll_at
    failures: int = 0  # in a row
    failing_since: datetime | None = None  # when it was first not well
    error: str | None = None
    body_hash: str | None = None  # SHA-256 (hex) of the last body that was read to its end
    bad_body_hash: str | None = None  # of the last body that ended its worker: not read again
    newest_entry_at: datetime | None = None
    entries: int = 0  # in the last document read
    setbacks: float = 0.0  # the failures in a row, weighed: what the next wait grows by
    conditional: int = 0  # polls in a row that a validator answered; -1: one lied, none is used
    moved_to: str | None = None  # where the server says the feed has moved for good
    moved_times: int = 0  # polls in a row that said so
    rhythm: timedelta | None = None  # usual time between two entries, as their dates tell
    warning: str | None = None  # what the parser found odd in the last document read
    ttl: timedelta | None = None  # what the last document read says of coming back,
    hints: Hints = field(default_factory=Hints)  # which holds while the server says "not modified"


@dataclass(frozen=True, slots=True)
class PollReport:
    """One poll, for people and for `once --json`."""

    feed: str
    outcome: Outcome
    new: int = 0
    copies: int = 0
    seconds: float = 0.0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which feeds a digest rests on, so that silence is told apart from failure."""

    configured: int  # enabled feeds
    read: int  # of those, not failing
    failing: tuple[FeedState, ...]
