"""A query asked of one record in memory: what `match` does with a subscriber's query."""

from collections.abc import Iterable

from hrwatch import text as texts
from hrwatch.model.tags import Kind, Relation, Tag
from hrwatch.query.tree import And, Field, FieldName, Node, Not, Or, Phrase, Prefix, Word


def matches(  # noqa: PLR0913 - the parts of a record that can be asked for, each by its name
    node: Node, *, title: str, text: str, tags: Iterable[Tag], language: str, feed: str
) -> bool:
    """Given a query and what a record holds, say whether it is what was asked for: the same answer
    as the archive's search would give."""
    return _Asked(title, text, tuple(tags), language, feed).answers(node)


class _Asked:
    """One record; its title and text are folded when first a word is asked for."""

    def __init__(
        self, title: str, text: str, tags: tuple[Tag, ...], language: str, feed: str
    ) -> None:
        self._title = title
        self._text = text
        self._tags = tags
        self._language = language.lower()
        self._feed = feed
        self._folded: tuple[str, str] | None = None

    def answers(self, node: Node) -> bool:
        match node:
            case And():
                return all(self.answers(part) for part in node.nodes)
            case Or():
                return any(self.answers(part) for part in node.nodes)
            case Not():
                return not self.answers(node.node)
            case Field():
                return self._holds(node)
            case Word() | Phrase():
                return self._reads(f" {' '.join(node.words)} ")
            case Prefix():
                return self._reads(f" {' '.join(node.words)}")

    def _reads(self, words: str) -> bool:
        if self._folded is None:
            self._folded = (
                f" {texts.search_text(self._title)} ",
                f" {texts.search_text(self._text)} ",
            )
        return any(words in folded for folded in self._folded)

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
