"""What a digest shows, as values: made by compose, read by the templates, no wording inside."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hrwatch.model.articles import CopyKind
from hrwatch.model.evidence import Visit
from hrwatch.model.feeds import Coverage, FeedState, PublisherType
from hrwatch.model.mail import Beginning, Earlier, MailKind, Match, Reason, Subscriber, Window
from hrwatch.model.tags import Field, Relation


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a snippet; `marked` where it is a word that matched."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A word that says what an article is about, and where it stands."""

    text: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class MatchedTag:
    """One tag that made the match: what it is called and the words that say so."""

    label: str
    words: tuple[Word, ...]
    fields: tuple[Field, ...]  # where its words stand, those too that are not shown
    relation: Relation
    by_focus: bool = False  # the text leaves it open, its feed's country decided
    more_words: int = 0  # that say the same and are not shown


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like one record of a story another one is."""

    kind: CopyKind
    score: float  # as of Copy
    longer: bool = False  # the listed one is the longer of the two
    of_original: bool = False  # it is likeness to the original, which is not the shown one


@dataclass(frozen=True, slots=True)
class Report:
    """A record of a story, as its other reports are listed."""

    publisher: str
    language_code: str
    title: str  # empty where it is the shown one's
    link: str  # http(s); empty where it is the shown one's, or not given
    told_at: datetime  # when it was published, else first seen
    published: bool
    time_given: bool  # False: only the date is known
    likeness: Likeness | None = None  # to the shown one, where that is known
    original: bool = False  # the shown one repeats it
    same_house: bool = False  # as the shown one: no second source


class Undated(StrEnum):
    """Why no date is told of a story."""

    NOT_GIVEN = "not given"
    NOT_UNDERSTOOD = "not understood"
    AHEAD = "ahead"  # the publisher's date lay in the future


class NoExtract(StrEnum):
    """Why a digest cites nothing of a text."""

    TERMS = "terms"  # the publisher's
    HEADLINE = "headline"  # no more is archived, by the operator's choice
    SUMMARY = "summary"  # the same, and the feed gave none


@dataclass(frozen=True, slots=True)
class Story:
    """A story as it is told, under its number; as a title alone it shows the first five fields, the
    link and how many other reports there are, and has no words that matched, no extract and no
    report of these. What is not listed of anything is counted."""

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
    also_named: tuple[str, ...]  # what it names in passing and was not asked for
    snippet: tuple[Piece, ...]
    also: tuple[Report, ...]
    more_also: int  # other reports that are not listed
    reference: str
    sha256: str  # of the page, empty where none was fetched
    no_extract: NoExtract | None  # why there is no snippet, where none may be
    page_missing: bool  # it was wanted and could not be read: this rests on the feed's own text
    version: int = 1
    seen_at: datetime | None = None  # this version, where it is not the first
    publisher_type: PublisherType | None = None
    from_list: bool = False  # its publisher has no feed: it was found on a page that lists entries
    translated: bool = False  # by its own publisher
    publishers_offset: int | None = None  # minutes of its clock ahead of UTC; None: not known
    more_keywords: int = 0  # that made it match, beside `keywords`
    more_countries: int = 0
    more_tagged: int = 0
    more_named: int = 0


@dataclass(frozen=True, slots=True)
class Changed:
    """What a publisher changed, as a mail may tell it: no word that was taken out."""

    line: str
    put_in: tuple[str, ...]  # passages as they stand there now
    left_out: str  # what these do not show; empty: nothing
    took_out: bool  # words were taken out
    names_taken: bool = False  # names among them, which initials stand for now


@dataclass(frozen=True, slots=True)
class Update:
    """What became of an article that an earlier digest told, under its number."""

    number: int
    reason: Reason  # CHANGED, REMOVED or RETURNED
    title: str
    publisher: str
    language: str  # in words
    language_code: str
    link: str  # http(s), or empty
    earlier: Earlier | None  # what digests told this subscriber of it
    seen_at: datetime  # of the version that is told
    version: int
    changed: Changed | None  # of CHANGED
    visit: Visit | None  # what visits to its page came to
    also: tuple[str, ...]  # who else carried the story, of whom the same is to be told
    reference: str
    sha256: str  # of the page, empty where none was fetched
    publisher_type: PublisherType | None = None
    more_also: int = 0  # of whom the same is to be told, beside `also`


@dataclass(frozen=True, slots=True)
class Section:
    """What is told of one country or, as the subscriber chose, one keyword: new stories, then what
    became of older ones; the newest first."""

    code: str  # empty for stories without one
    name: str
    stories: tuple[Story, ...]
    updates: tuple[Update, ...] = ()

    @property
    def items(self) -> tuple[Story | Update, ...]:
        """All of it, in the order of the numbers."""
        return (*self.stories, *self.updates)

    @property
    def first(self) -> int:
        """The first number in it."""
        return self.items[0].number

    @property
    def last(self) -> int:
        """The last number in it."""
        return self.items[-1].number


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
class Occasion:
    """What a digest is written for, and what is to be said of the mail before it."""

    kind: MailKind = MailKind.DIGEST  # or URGENT
    alerts: int | None = None  # urgent ones since the last digest; None: they get none
    muted: int = 0  # stories left out since then, because the subscriber wants no more of them
    begins: Beginning | None = None  # its period; None: not known
    contact: str = ""  # who sends it, in the operator's words; empty: that is not told
    replies: bool = False  # their replies are read: the mail says what they may hold


@dataclass(frozen=True, slots=True)
class Composition:
    """Everything that a digest says. `new` counts stories, never mentions, copies or what became
    of stories that were told before."""

    subscriber: Subscriber
    window: Window | None
    now: datetime
    sections: tuple[Section, ...]
    mentions: tuple[Mention, ...]
    troubles: tuple[Trouble, ...]
    asked: Asked
    coverage: Coverage
    matches: tuple[Match, ...]
    numbers: tuple[int, ...]  # of each match the story that tells it; 0: none, it needs no telling
    version: str  # of hrwatch
    occasion: Occasion = Occasion()

    @property
    def new(self) -> int:
        """How many stories are new; the sections' counts add up to it."""
        return sum(len(section.stories) for section in self.sections)

    @property
    def updates(self) -> tuple[Update, ...]:
        """What became of stories that were told before."""
        return tuple(update for section in self.sections for update in section.updates)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What of a section stands on a page."""

    section: Section
    anchor: str
    begins: bool  # the section's first story stands here
    full: tuple[Story | Update, ...]
    titles: tuple[Story | Update, ...]  # the others, as titles only


@dataclass(frozen=True, slots=True)
class Sheet:
    """What of a composition stands on one page."""

    number: int
    of: int
    stretches: tuple[Stretch, ...]
    mentions: tuple[Mention, ...]
    contents: bool  # the list of sections stands here
    troubles: tuple[Trouble, ...]  # that are told with their states and since when
    named_troubles: tuple[Trouble, ...]  # that are told by state and name
    more_troubles: int  # that stand on pages further on
    more_sections: int = 0  # that the list of sections counts together

    @property
    def is_first(self) -> bool:
        """Whether it holds what is told once."""
        return self.number == 1

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of the stories that stand on it."""
        of_sections = (
            item.number for stretch in self.stretches for item in (*stretch.full, *stretch.titles)
        )
        return (*of_sections, *(mention.story.number for mention in self.mentions))
