"""What a publisher writes as a date, in words or digits, read as a time: for feeds and listings.

A wrong date is worse than none: what is not understood to its last word gives none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from hrwatch.stages.parse.dates import relative, written
from hrwatch.stages.parse.dates.names import folded
from hrwatch.text import clean_line

# Before this there was no feed; a date so old is a server's default, not a date.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# What is announced for later than this is a default or a slip as well.
AHEAD = timedelta(days=730)
MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Dated:
    """What was read: `at` is UTC, None where nothing was; a `whole_day` stands at midnight."""

    at: datetime | None
    whole_day: bool = False
    offset: int | None = None  # minutes that the clock it was read from is ahead; None: none given


NOTHING = Dated(None)


@dataclass(frozen=True, slots=True)
class EntryDates:
    """The dates of one entry of a feed."""

    published: Dated
    updated_at: datetime | None
    kept: str  # the publisher's words, where they are no date or one that is to come


def read(text: str, *, language: str, now: datetime, relative_too: bool = True) -> Dated:
    """Given a date as written, the language around it (BCP 47, may be empty) and the time, return
    what it says; without a zone it is UTC.

    With `relative_too`, "2 hours ago" and "3 March" count from `now`; a feed is read without,
    since its dates must be the same at every poll. A date may lie up to two years ahead.
    """
    if not text or len(text) > MAX_LENGTH:
        return NOTHING
    told = folded(text)
    if relative_too and (counted := relative.read(told, now.astimezone(UTC))):
        return Dated(*counted) if counted[0] >= EARLIEST else NOTHING
    found = written.read(told, language, now if relative_too else None)
    if found is None:
        return NOTHING
    clock = found.clock or time(0)
    try:
        at = datetime.combine(found.day, clock, UTC) + found.past_midnight - found.offset
    except OverflowError:
        return NOTHING
    if not EARLIEST <= at <= now + AHEAD:
        return NOTHING
    # "Z", "GMT", "+0000" and "-0000" are a machine's clock, not a publisher's.
    ahead = found.offset // timedelta(minutes=1) if found.clock is not None else 0
    return Dated(at, whole_day=found.clock is None, offset=ahead or None)


def of_entry(told: Sequence[str], *, updated: str = "", language: str, now: datetime) -> EntryDates:
    """Given the dates that a feed gives for an entry, the one that is meant most first, and the
    one of its last change, return what they say and the words that are worth keeping."""
    given = [words for words in told if words]
    read_as = [read(words, language=language, now=now, relative_too=False) for words in given]
    published = next((dated for dated in read_as if dated.at is not None), NOTHING)
    first = read_as[0].at if read_as else None
    understood = first is not None and first <= now
    changed = read(updated, language=language, now=now, relative_too=False)
    kept = "" if understood or not given else clean_line(given[0], MAX_LENGTH)
    return EntryDates(published, changed.at, kept)
