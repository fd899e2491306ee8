"""The nodes of a query: what `grammar` makes, and `walk` and the archive's search read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
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


Leaf = Word | Phrase | Prefix


@dataclass(frozen=True, slots=True)
class Near:
    """Any of one side and any of the other, whichever comes first, with at most `words` other words
    between them, in the title or in the text. Where they overlap, none is between them."""

    left: tuple[Leaf, ...]
    right: tuple[Leaf, ...]
    words: int


@dataclass(frozen=True, slots=True)
class Since:
    """Dated on this day (UTC) or later: by its feed, else by when it was first seen."""

    day: date


@dataclass(frozen=True, slots=True)
class Until:
    """Dated on this day (UTC) or before: by its feed, else by when it was first seen."""

    day: date


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


Node = Leaf | Near | Since | Until | Field | Not | And | Or


def rolled_up(node: Node, parents: Mapping[str, str]) -> Node:
    """Given a query and which country each territory belongs to, return the query with every
    country bringing its territories."""
    match node:
        case Field(FieldName.COUNTRY | FieldName.MENTIONS):
            return Field(node.name, with_territories(node.values, parents))
        case Not():
            return Not(rolled_up(node.node, parents))
        case And():
            return And(tuple(rolled_up(part, parents) for part in node.nodes))
        case Or():
            return Or(tuple(rolled_up(part, parents) for part in node.nodes))
    return node


def places_asked_for(node: Node) -> frozenset[str]:
    """Return the countries and places that a query names, but for those that it does not want."""
    match node:
        case Field(FieldName.COUNTRY | FieldName.MENTIONS):
            return frozenset(node.values)
        case And() | Or():
            return frozenset().union(*map(places_asked_for, node.nodes))
    return frozenset()


def with_territories(codes: Iterable[str], parents: Mapping[str, str]) -> tuple[str, ...]:
    """Given codes and which country each territory belongs to, return them with the territories
    below each; a ring of parents ends the climb."""
    asked = dict.fromkeys(codes)
    for code in parents:
        seen, above = {code}, parents.get(code)
        while above is not None and above not in seen:
            if above in asked:
                asked[code] = None
                break
            seen.add(above)
            above = parents.get(above)
    return tuple(asked)


def _words(written: str) -> tuple[str, ...]:
    return tuple(text.search_text(written).split())
