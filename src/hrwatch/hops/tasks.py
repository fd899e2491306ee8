"""What goes into the hops, and what comes out that no stage has a type for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from hrwatch.model.articles import Change, Reading
from hrwatch.model.feeds import Entry, ParsedFeed, Response, Select
from hrwatch.model.tags import Cues
from hrwatch.stages.dedup import changes, identity


@dataclass(frozen=True, slots=True)
class FeedTask:
    """A feed's body as fetched."""

    body: bytes
    url: str  # where it came from, after redirects
    content_type: str
    now: datetime
    language: str = ""  # as the operator says


@dataclass(frozen=True, slots=True)
class ListingTask:
    """A listing page's body as fetched, and where the operator says that its entries stand."""

    body: bytes
    url: str  # where it came from, after redirects
    content_type: str
    select: Select
    now: datetime
    language: str = ""  # as the operator says


@dataclass(frozen=True, slots=True)
class ArticleTask:
    """A new entry, and its page where one was fetched."""

    entry: Entry
    page: Response | None
    page_error: str | None  # why there is no page, where one was wanted
    language: str  # of the feed, as the operator or the feed says; may be empty
    now: datetime
    cues: Cues = field(default_factory=Cues)  # of the feed


@dataclass(frozen=True, slots=True)
class ChangeTask:
    """One article as it was, from what the archive kept as evidence, and as it is now."""

    before: ArticleTask
    after: ArticleTask
    versions: tuple[changes.Told, ...] = ()  # what the archive has of it, where that is several


@dataclass(frozen=True, slots=True)
class Revised:
    """An article as it is now, against what it was, both read by today's code."""

    reading: Reading  # of what is there now
    # None: nothing, or noise, or nothing that like can be compared with, or what a version says.
    change: Change | None
    # Share of the words of the old text that are still there, 0 to 1. 0 where there was an article
    # and is none now; 1 where there was none, so that nothing can be missed.
    alike: float
    is_again: bool = False  # a version says what it says now, and it said something else between


@dataclass(frozen=True, slots=True)
class Document:
    """A feed or a listing page, read, with what each of its entries is recognised by."""

    feed: ParsedFeed
    marks: tuple[identity.Marks, ...]  # in the order of feed.entries

    @property
    def marked(self) -> Iterator[identity.Marked]:
        """The entries, each with its marks."""
        return map(identity.Marked, self.feed.entries, self.marks)
