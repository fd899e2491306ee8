"""The nodes of a query: what `grammar` makes, and `walk` and the archive's search read."""

from dataclasses import dataclass
from enum import StrEnum

from hrwatch import text


class FieldName(StrEnum):
    """What a field asks of a record."""

    COUNTRY = "country"  # a country or a place that the article is about
    KEYWORD = "keyword"  # a keyword that it is about
    MENTIONS = "mentions"  # a country, place or keyword that it is about, or names in passing
    LANGUAGE = "language"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Word:
    """A word in the title or the text. One that folding cuts up is asked for as a phrase."""

    text: str

    @property
    def words(self) -> tuple[str, ...]:
        """The words that stand next to each other, as the archive indexes them."""
        return _words(self.text)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words next to each other, in the title or in the text."""

    text: str

    @property
    def words(self) -> tuple[str, ...]:
        """The words that stand next to each other, as the archive indexes them."""
        return _words(self.text)


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words next to each other, the last of which only begins so; `text` is without the star."""

    text: str

    @property
    def words(self) -> tuple[str, ...]:
        """The words, as the archive indexes them; the last is the beginning of one."""
        return _words(self.text)


@dataclass(frozen=True, slots=True)
class Field:
    """Any of these values in that field."""

    name: FieldName
    values: tuple[str, ...]  # countries in capitals, keywords and languages in small letters


@dataclass(frozen=True, slots=True)
class Not:
    """What is not so."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """All of these; two at least."""

    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these; two at least."""

    nodes: "tuple[Node, ...]"


Node = Word | Phrase | Prefix | Field | Not | And | Or


def _words(written: str) -> tuple[str, ...]:
    return tuple(text.search_text(written).split())
