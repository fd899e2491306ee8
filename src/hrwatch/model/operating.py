"""How hrwatch fares, for its operator: names and counts, no address and no title."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from hrwatch.model.feeds import State


class TroubleKind(StrEnum):
    """What does not work, in the order in which it is to be mended."""

    DISK = "disk"
    TRANSPORT = "transport"  # no mail leaves
    CONFIGURATION = "configuration"  # the newest file is refused
    DIGEST = "digest"  # of a subscriber, which cannot be written
    KEY = "key"  # of a subscriber, to which nothing can be encrypted
    SUSPENDED = "suspended"  # a subscriber, whose mail server refused them for good
    MAIL = "mail"  # refused, or waiting for days
    FEED = "feed"


# What waits for no number of failures: the operator is told of each.
AT_ONCE = frozenset(
    {
        TroubleKind.DISK,
        TroubleKind.TRANSPORT,
        TroubleKind.DIGEST,
        TroubleKind.KEY,
        TroubleKind.SUSPENDED,
    }
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that does not work, and what to do."""

    kind: TroubleKind
    of: str  # a feed, a subscriber, a Message-ID; empty where there is but one
    told: str  # a sentence without its end
    remedy: str
    since: datetime | None = None  # None: not known
    state: State | None = None  # of a feed

    @property
    def name(self) -> str:
        """Under what it is told once."""
        return f"{self.kind}:{self.of}" if self.of else self.kind.value


@dataclass(frozen=True, slots=True)
class Quietened:
    """A feed that brings nothing any more."""

    feed: str
    newest_at: datetime | None
    rhythm: timedelta | None


@dataclass(frozen=True, slots=True)
class Holding:
    """Subscribers to whom nothing is written at the moment, by name."""

    paused: tuple[tuple[str, date], ...] = ()  # with the first day that has mail again
    stopped: tuple[str, ...] = ()
    suspended: tuple[tuple[str, datetime, str], ...] = ()  # with since when, and why
    unusable: tuple[tuple[str, str], ...] = ()  # whose key cannot be used, with why


@dataclass(frozen=True, slots=True)
class Traffic:
    """What became of mail within the time that a report tells of, and what waits now."""

    digests: int = 0
    urgent: int = 0
    sent: int = 0  # mails, the operator's too
    refused: int = 0
    withdrawn: int = 0
    waiting: int = 0
    waiting_since: datetime | None = None  # the oldest of them
    parked: int = 0  # tried in vain for a week, whenever that was


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much there is."""

    archive: int  # bytes
    records: int  # articles, each once
    new_records: int  # within the time that a report tells of
    mails: int  # in the outbox, those that left too
    mail_bytes: int
    free: int | None = None  # bytes on the archive's disk; None where a server keeps it
    archive_before: int | None = None  # when the last report was written; None: there was none
    before_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Affairs:
    """All that a weekly report tells; what is counted is of the seven days before `now`."""

    week: str  # "2026-W47"
    now: datetime
    version: str
    first: tuple[Trouble, ...]  # what somebody should mend, the worst first
    failing: tuple[Trouble, ...]  # feeds, all of them
    states: tuple[tuple[State, int], ...]
    quiet: tuple[Quietened, ...]
    only_copies: tuple[tuple[str, int], ...]  # feeds, with how many articles they brought
    moved: tuple[str, ...]  # feeds that have moved for good
    subscribers: int
    holding: Holding
    traffic: Traffic
    rejected: tuple[tuple[str, str, int], ...]  # what was looked for, the term, how many articles
    muted: tuple[tuple[str, int], ...]  # words, and how many subscribers want none found by them
    sizes: Sizes
