"""What a digest shows, as values: made by compose, read by the templates, no wording inside."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hrwatch.model.feeds import Coverage, FeedState
from hrwatch.model.mail import Match, Subscriber, Window
from hrwatch.model.tags import Field, Relation


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a snippet; `marked` where it is a word that matched."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class MatchedTag:
    """One tag that made the match: what it is called and the words that say so."""

    label: str
    words: tuple[str, ...]
    fields: tuple[Field, ...]
    relation: Relation
    by_focus: bool = False  # the text leaves it open, its feed's country decided


@dataclass(frozen=True, slots=True)
class Report:
    """A record of a story, as its other reports are listed."""

    publisher: str
    language_code: str
    title: str  # empty where it is the shown one's
    link: str  # http(s); empty where it is the shown one's, or not given
    original: bool = False  # the shown one repeats it


class Undated(StrEnum):
    """Why no date is told of a story."""

    NOT_GIVEN = "not given"
    NOT_UNDERSTOOD = "not understood"
    AHEAD = "ahead"  # the publisher's date lay in the future


class NoExtract(StrEnum):
    """Why a digest cites nothing of a text."""

    TERMS = "terms"  # the publisher's
    HEADLINE = "headline"  # no more is archived, by the operator's choice


@dataclass(frozen=True, slots=True)
class Story:
    """A story as it is told, under its number; as a title alone it shows the first five fields and
    the link."""

    number: int
    title: str
    publisher: str
    language: str  # in words
    language_code: str
    link: str  # http(s), or empty
    published_at: datetime | None
    time_given: bool  # False: only the date is known
    undated: Undated | None  # why published_at is None
    first_seen_at: datetime
    keywords: tuple[MatchedTag, ...]
    countries: tuple[MatchedTag, ...]
    also_tagged: tuple[str, ...]  # subjects that were not asked for
    snippet: tuple[Piece, ...]
    also: tuple[Report, ...]
    reference: str
    sha256: str  # of the page, empty where none was fetched
    no_extract: NoExtract | None  # why there is no snippet, where none may be
    page_missing: bool  # it was wanted and could not be read: this rests on the feed's own text


@dataclass(frozen=True, slots=True)
class Section:
    """The stories of one country, the newest first."""

    code: str  # empty for stories without a country
    name: str
    stories: tuple[Story, ...]

    @property
    def first(self) -> int:
        """The number of its first story."""
        return self.stories[0].number

    @property
    def last(self) -> int:
        """The number of its last story."""
        return self.stories[-1].number


@dataclass(frozen=True, slots=True)
class Mention:
    """A title at the end, under the country it names."""

    country: str
    story: Story


@dataclass(frozen=True, slots=True)
class Trouble:
    """A feed that fails, so that its silence is not taken for an empty day."""

    name: str
    state: FeedState


@dataclass(frozen=True, slots=True)
class Asked:
    """The subscriber's interest in words, for "why you get this"."""

    countries: tuple[str, ...]
    keywords: tuple[str, ...]
    languages: tuple[str, ...]
    feeds: tuple[str, ...]
    excluded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Composition:
    """Everything that a digest says. `new` counts stories, never mentions or copies."""

    subscriber: Subscriber
    window: Window | None
    now: datetime
    sections: tuple[Section, ...]
    mentions: tuple[Mention, ...]
    troubles: tuple[Trouble, ...]
    asked: Asked
    coverage: Coverage
    matches: tuple[Match, ...]
    version: str  # of hrwatch

    @property
    def new(self) -> int:
        """How many stories are new; the sections' counts add up to it."""
        return sum(len(section.stories) for section in self.sections)
