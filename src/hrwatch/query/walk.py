"""A query asked of one record in memory: what `match` does with a subscriber's query."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from hrwatch import text as texts
from hrwatch.model.tags import Kind, Relation, Tag
from hrwatch.query.tree import (
    And,
    Field,
    FieldName,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Since,
    Until,
    Word,
)


def matches(  # noqa: PLR0913 - the parts of a record that can be asked for, each by its name
    node: Node,
    *,
    title: str,
    text: str,
    tags: Iterable[Tag],
    language: str,
    feed: str,
    told_at: datetime,
) -> bool:
    """Given a query and what a record holds, say whether it is what was asked for: the same answer
    as the archive's search would give. `told_at`: as its feed dates it, else when it was first
    seen."""
    return _Asked(title, text, tuple(tags), language, feed, told_at=told_at).answers(node)


class _Asked:
    """One record; its title and text are folded when first a word is asked for."""

    def __init__(  # noqa: PLR0913 - as above
        self,
        title: str,
        text: str,
        tags: tuple[Tag, ...],
        language: str,
        feed: str,
        *,
        told_at: datetime,
    ) -> None:
        self._title = title
        self._text = text
        self._tags = tags
        self._language = language.lower()
        self._feed = feed
        self._told_on = told_at.astimezone(UTC).date()
        self._folded: tuple[str, str] | None = None

    def answers(self, node: Node) -> bool:
        match node:
            case And():
                return all(self.answers(part) for part in node.nodes)
            case Or():
                return any(self.answers(part) for part in node.nodes)
            case Not():
                return not self.answers(node.node)
            case Near():
                return any(_is_near(node, folded) for folded in self._fields)
            case Word() | Phrase() | Prefix():
                asked = _as_written(node)
                return any(asked in folded for folded in self._fields)
            case _:
                return self._is(node)

    def _is(self, node: Field | Since | Until) -> bool:
        match node:
            case Field():
                return self._holds(node)
            case Since():
                return self._told_on >= node.day
            case Until():
                return self._told_on <= node.day

    @property
    def _fields(self) -> tuple[str, str]:
        if self._folded is None:
            self._folded = (
                f" {texts.search_text(self._title)} ",
                f" {texts.search_text(self._text)} ",
            )
        return self._folded

    def _holds(self, field: Field) -> bool:
        match field.name:
            case FieldName.COUNTRY:
                return self._is_about(field, keywords=False)
            case FieldName.KEYWORD:
                return self._is_about(field, keywords=True)
            case FieldName.MENTIONS:
                return any(tag.value in field.values for tag in self._tags)
            case FieldName.LANGUAGE:
                return any(
                    self._language == value or self._language.startswith(f"{value}-")
                    for value in field.values
                )
            case FieldName.FEED:
                return self._feed in field.values

    def _is_about(self, field: Field, *, keywords: bool) -> bool:
        return any(
            tag.relation is Relation.SUBJECT
            and tag.value in field.values
            and (tag.kind is Kind.KEYWORD) is keywords
            for tag in self._tags
        )


def _as_written(leaf: Leaf) -> str:
    """Return how a leaf stands in folded text, between spaces."""
    return f" {' '.join(leaf.words)}" + ("" if isinstance(leaf, Prefix) else " ")


def _is_near(node: Near, folded: str) -> bool:
    """Say whether a pair stands in the folded words of one field, in time that grows with their
    number alone."""
    lefts, rights = (
        [leaf for leaf in side if _as_written(leaf) in folded] for side in (node.left, node.right)
    )
    if not lefts or not rights:
        return False
    words = folded.split()
    places = {leaf: list(_places(leaf, words)) for leaf in {*lefts, *rights}}
    return any(
        _follows(places[first], places[second], len(first.words) + node.words)
        for left in lefts
        for right in rights
        for first, second in ((left, right), (right, left))
    )


def _places(leaf: Leaf, words: Sequence[str]) -> Iterator[int]:
    """Yield at which of `words` a leaf begins, in their order."""
    *first, last = leaf.words
    is_beginning = isinstance(leaf, Prefix)
    for end in range(len(first), len(words)):
        word = words[end]
        if (word.startswith(last) if is_beginning else word == last) and (
            not first or words[end - len(first) : end] == first
        ):
            yield end - len(first)


def _follows(first: Sequence[int], second: Sequence[int], farthest: int) -> bool:
    """Say whether one of `second` is at, or at most so far behind, one of `first`."""
    return any(
        bisect_left(second, place) < bisect_right(second, place + farthest) for place in first
    )
