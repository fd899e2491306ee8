"""The index of words that search asks, in the words of whichever database holds the archive."""

from collections.abc import Sequence

import sqlalchemy as sa

from hrwatch.query import And, Near, Node, Or, Phrase, Prefix, Word
from hrwatch.stages.store.articles.rows import Words
from hrwatch.stages.store.sqlite import words as sqlite_words


def add(connection: sa.Connection, new: Sequence[Words]) -> None:
    """Index the words of records."""
    if not new:
        return
    if connection.dialect.name == "postgresql":
        from hrwatch.stages.store.postgresql import words  # noqa: PLC0415 - brings its dialect

        words.add(connection, new)
    else:
        sqlite_words.add(connection, new)


def remove(connection: sa.Connection, gone: Sequence[Words]) -> None:
    """Take records out of the index, given the words that it holds of them."""
    if not gone:
        return
    if connection.dialect.name == "postgresql":
        from hrwatch.stages.store.postgresql import words  # noqa: PLC0415 - brings its dialect

        words.remove(connection, gone)
    else:
        sqlite_words.remove(connection, gone)


def forget(connection: sa.Connection, *, first: bool) -> bool:
    """Take one step in writing anew what of the index still holds words that were taken out; say
    whether there is another one to take."""
    return connection.dialect.name == "sqlite" and sqlite_words.forget(connection, first=first)


def found(connection: sa.Connection, node: Node) -> sa.Select[tuple[int]]:
    """Given a textual node, return the query for the ordinals of what holds these words."""
    if connection.dialect.name == "postgresql":
        from hrwatch.stages.store.postgresql import words  # noqa: PLC0415 - brings its dialect

        return words.found(node)
    return sqlite_words.found(node)


def is_textual(node: Node) -> bool:
    """Say whether the index can answer `node` by itself."""
    match node:
        case Word() | Phrase() | Prefix() | Near():
            return True
        case And() | Or():
            return all(map(is_textual, node.nodes))
    return False
