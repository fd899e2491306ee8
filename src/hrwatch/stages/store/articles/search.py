"""Finding records in the archive by a query: the tree as SQL, and what was found, to look through.

Asks for exactly what `hrwatch.query.matches` says yes to; a test holds the two together.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa

from hrwatch import text as texts
from hrwatch.model.tags import Kind, Relation
from hrwatch.query import (
    And,
    Field,
    FieldName,
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
from hrwatch.stages.store.articles import words
from hrwatch.stages.store.articles.presence import is_latest, is_there
from hrwatch.stages.store.tables import records, tags

_SNIPPET = 240  # code points
_STEP = 80  # by which the snippet moves on, until it holds what was searched for
_told_at = sa.func.coalesce(records.c.published_at, records.c.first_seen_at)
_LOOKED_THROUGH = 50_000  # code points; folding the whole of a long report would be felt


@dataclass(frozen=True, slots=True)
class Found:
    """A record that a search found, as much of it as a list shows."""

    record: str
    feed: str
    title: str
    url: str
    language: str
    published_at: datetime | None
    whole_day: bool  # published_at names a day; no time of day was given
    first_seen_at: datetime
    story: str
    snippet: str  # where the text first says what was searched for, else how it begins


def find(connection: sa.Connection, node: Node, *, limit: int) -> tuple[Found, ...]:
    """Given a query's tree, return at most `limit` records, the newest first: by the date that the
    feed gives, else by when they were first seen."""
    order = (_told_at.desc(), records.c.ordinal.desc())
    # Sorted by their ordinals first: to carry every text through the sorting takes much longer.
    first = (
        sa.select(records.c.ordinal)
        .where(_condition(connection, node), is_latest(), is_there())
        .order_by(*order)
        .limit(limit)
    )
    query = sa.select(records).where(records.c.ordinal.in_(first)).order_by(*order)
    asked = tuple(_asked_words(node))
    return tuple(
        Found(
            record=row.id,
            feed=row.feed,
            title=row.title,
            url=row.url,
            language=row.language,
            published_at=row.published_at,
            whole_day=row.whole_day,
            first_seen_at=row.first_seen_at,
            story=row.story,
            snippet=_snippet(row.text, asked),
        )
        for row in connection.execute(query)
    )


def keywords(connection: sa.Connection) -> tuple[str, ...]:
    """Return the keywords that any record is tagged with, those too that nobody configures now."""
    query = sa.select(tags.c.value).where(tags.c.kind == Kind.KEYWORD).distinct()
    return tuple(connection.scalars(query))


def _condition(connection: sa.Connection, node: Node) -> sa.ColumnElement[bool]:
    if words.is_textual(node):
        return records.c.ordinal.in_(words.found(connection, node))
    match node:
        case And():
            return sa.and_(*(_condition(connection, part) for part in _gathered(node)))
        case Or():
            return sa.or_(*(_condition(connection, part) for part in _gathered(node)))
        case Not():
            return sa.not_(_condition(connection, node.node))
        case Field():
            return _field(node)
        case Since() | Until():
            return _dated(node)
    raise TypeError(f"no node of a query: {node!r}")


def _gathered(node: And | Or) -> Iterable[Node]:
    """Return a node's parts, those that ask for words put into one question to the index: it
    answers that much faster than many, and SQL bounds how many conditions may stand in a row."""
    alike, other = (And, Or) if isinstance(node, And) else (Or, And)
    asked, refused, rest = [], [], []
    for part in node.nodes:
        if words.is_textual(part):
            asked.append(part)
        elif isinstance(part, Not) and words.is_textual(part.node):
            refused.append(part.node)
        else:
            rest.append(part)
    if asked:
        rest.append(alike(tuple(asked)))
    if refused:
        rest.append(Not(other(tuple(refused))))  # neither of two is: not one or the other
    return rest


def _field(field: Field) -> sa.ColumnElement[bool]:
    match field.name:
        case FieldName.COUNTRY:
            return _tagged(field, (Kind.COUNTRY, Kind.PLACE), (Relation.SUBJECT,))
        case FieldName.KEYWORD:
            return _tagged(field, (Kind.KEYWORD,), (Relation.SUBJECT,))
        case FieldName.MENTIONS:
            return _tagged(field, tuple(Kind), tuple(Relation))
        case FieldName.LANGUAGE:
            language = sa.func.lower(records.c.language)
            return sa.or_(
                *(
                    sa.or_(language == value, language.startswith(f"{value}-", autoescape=True))
                    for value in field.values
                )
            )
        case FieldName.FEED:
            return records.c.feed.in_(field.values)


def _dated(node: Since | Until) -> sa.ColumnElement[bool]:
    midnight = datetime.combine(node.day, time(), UTC)
    if isinstance(node, Since):
        return _told_at >= midnight
    return _told_at < midnight + timedelta(days=1)


def _tagged(
    field: Field, kinds: tuple[Kind, ...], relations: tuple[Relation, ...]
) -> sa.ColumnElement[bool]:
    return records.c.ordinal.in_(
        sa.select(tags.c.record).where(
            tags.c.kind.in_(kinds), tags.c.value.in_(field.values), tags.c.relation.in_(relations)
        )
    )


def _asked_words(node: Node) -> Iterator[str]:
    """Yield what a text has to hold, as it stands in its search text; not what it must not hold."""
    match node:
        case And() | Or():
            for part in node.nodes:
                yield from _asked_words(part)
        case Near():
            for leaf in (*node.left, *node.right):
                yield from _asked_words(leaf)
        case Word() | Phrase():
            yield f" {' '.join(node.words)} "
        case Prefix():
            yield f" {' '.join(node.words)}"


def _snippet(text: str, asked: tuple[str, ...]) -> str:
    """Return a stretch of `text` that holds one of `asked`, the first there is, on one line."""
    start = 0
    if asked:
        for begin in range(0, min(len(text), _LOOKED_THROUGH), _STEP):
            folded = f" {texts.search_text(text[begin : begin + _SNIPPET - _STEP])} "
            if any(told in folded for told in asked):
                start = begin
                break
    stretch = text[start : start + _SNIPPET]
    if start:
        stretch = "…" + stretch.partition(" ")[2] if " " in stretch[:40] else "…" + stretch
    if start + _SNIPPET < len(text):
        stretch = stretch.rstrip() + "…"
    return " ".join(stretch.split())
