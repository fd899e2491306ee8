"""The words of records in an index of SQLite's FTS5, and how it is asked for them."""

from collections.abc import Sequence

import sqlalchemy as sa

from hrwatch.query import And, Leaf, Near, Node, Or, Phrase, Prefix, Word
from hrwatch.stages.store.rows import Words

_index = sa.table(
    "search_index", sa.column("rowid", sa.Integer), sa.column("title"), sa.column("text")
)


def add(connection: sa.Connection, new: Sequence[Words]) -> None:
    """Index the words of records."""
    values = [{"rowid": words.ordinal, "title": words.title, "text": words.text} for words in new]
    connection.execute(sa.insert(_index), values)


def found(node: Node) -> sa.Select[tuple[int]]:
    """Given a textual node, return the query for the ordinals of what holds these words."""
    matched = sa.literal_column("search_index").op("MATCH")(sa.bindparam(None, _expression(node)))
    return sa.select(_index.c.rowid).where(matched)


def _expression(node: Node) -> str:
    """Write a textual node in the language of FTS5. It never sees what a person wrote, only words
    that hold nothing but letters, digits and marks, each phrase in quotation marks."""
    match node:
        case Word() | Phrase() | Prefix():
            return _phrase(node)
        case Near():
            pairs = [(left, right) for left in node.left for right in node.right]
            near = [f"NEAR({_phrase(a)} {_phrase(b)}, {node.words})" for a, b in pairs]
            return f"({' OR '.join(near)})"
        case And() | Or():
            operator = " AND " if isinstance(node, And) else " OR "
            return f"({operator.join(map(_expression, node.nodes))})"
    raise TypeError(f"the search index knows no {type(node).__name__}")


def _phrase(leaf: Leaf) -> str:
    return f'"{" ".join(leaf.words)}"' + (" *" if isinstance(leaf, Prefix) else "")
