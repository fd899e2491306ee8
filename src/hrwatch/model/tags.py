"""What an article is about, and the words that say so."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a tag names."""

    COUNTRY = "country"
    PLACE = "place"
    KEYWORD = "keyword"


class Relation(StrEnum):
    """Whether the text is about it, or names it in passing."""

    SUBJECT = "subject"
    MENTION = "mention"


class Field(StrEnum):
    """Where in the record a word stands."""

    TITLE = "title"
    TEXT = "text"
    CATEGORIES = "categories"  # of the entry, as its publisher gave them


# Rules of evidence that is the feed's, not the text's alone.
BY_CATEGORY = "feed:category"  # the publisher says so
BY_FOCUS = "feed:focus"  # the text leaves it open, and the operator says what the feed is about


@dataclass(frozen=True, slots=True)
class Evidence:
    """A word that says so: `found` stands at `offset` of the stored title or text (code points), or
    is the category at that place of the entry's list, counted from 0."""

    rule: str  # such as "taxonomy:torture" or "gazetteer:name"
    term: str  # as the rule writes it: "torture*"
    found: str  # as the text writes it: "tortured"
    language: str  # of the term; empty for any
    field: Field
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Tag:
    """A country (two letters), a place below it, or a keyword, with why."""

    kind: Kind
    value: str  # "BY", "CN-XJ", "torture"
    relation: Relation
    evidence: tuple[Evidence, ...] = ()  # at most a few, the best first


@dataclass(frozen=True, slots=True)
class Cues:
    """What the operator says of a feed that helps to tag what it brings."""

    countries: tuple[str, ...] = ()  # what it mostly writes about: settles what a text leaves open
    publisher: str = ""  # whose own name says nothing of what it writes about
    trust_categories: bool = False  # a category that names a country or a keyword is a tag
    categories: tuple[tuple[str, tuple[str, ...]], ...] = ()  # each, what it means


@dataclass(frozen=True, slots=True)
class Keyword:
    """One issue of the taxonomy with its rules: terms per language and what guards them.

    `terms` and `weak` pair a language ("any" for all) with its phrases; a `*` ends an inflected
    word. See the head of the shipped taxonomy for the matching contract.
    """

    id: str
    label: str
    terms: tuple[tuple[str, tuple[str, ...]], ...]
    weak: tuple[tuple[str, tuple[str, ...]], ...] = ()
    near: tuple[tuple[str, tuple[str, ...]], ...] = ()  # language, phrases written "a ~5 b"
    passing: tuple[tuple[str, tuple[str, ...]], ...] = ()  # name the issue, are never about it
    mask: tuple[str, ...] = ()
    mask_regex: tuple[str, ...] = ()  # shipped rules only
    veto_near: tuple[str, ...] = ()
    need_near: tuple[tuple[str, tuple[str, ...]], ...] = ()  # term, its company
    mention_only: tuple[str, ...] = ()
    severity: int = 2
    group: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything the tagger is told: one value, hashed to tell one rule set from another."""

    keywords: tuple[Keyword, ...] = ()
    global_mask: tuple[str, ...] = ()
    review_cues: tuple[str, ...] = ()  # films, games: looked for at the head of a text
    # Words that pairs call by a name, "{police} ~5 {arrest}": name, language, phrases.
    lists: tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All that decides which tags an article gets, told from any other by its hash."""

    hash: str  # SHA-256, hex
    keywords: int
    terms: int  # phrases and pairs of all keywords and languages
