"""The words of records in an index of SQLite's FTS5, and how it is asked for them."""

from collections.abc import Sequence

import sqlalchemy as sa

from hrwatch.query import And, Leaf, Near, Node, Or, Phrase, Prefix, Word
from hrwatch.stages.store.articles.rows import Words

_PAGES = 500  # of 4 KB; a step of some hundredths of a second
_MERGED = 2  # changes; fewer, and there was nothing to merge

_index = sa.table(
    "search_index", sa.column("rowid", sa.Integer), sa.column("title"), sa.column("text")
)


def add(connection: sa.Connection, new: Sequence[Words]) -> None:
    """Index the words of records."""
    values = [{"rowid": words.ordinal, "title": words.title, "text": words.text} for words in new]
    connection.execute(sa.insert(_index), values)


def remove(connection: sa.Connection, gone: Sequence[Words]) -> None:
    """Take records out of the index. It holds no texts, and has to be told the words that it is to
    forget; until its pieces are merged (`forget`), they stand in it, marked as deleted."""
    values = [{"rowid": words.ordinal, "title": words.title, "text": words.text} for words in gone]
    deleted = (
        "INSERT INTO search_index(search_index, rowid, title, text) "
        "VALUES ('delete', :rowid, :title, :text)"
    )
    connection.execute(sa.text(deleted), values)


def forget(connection: sa.Connection, *, first: bool) -> bool:
    """Merge some pages of the index, so that no piece of it holds what was deleted; say whether
    there is more to merge. All of it at once ('optimize') would hold up whoever writes. The option
    secure-delete does the same sooner, and makes an index that SQLite before 3.42 cannot read."""
    changes = sa.text("SELECT total_changes()")
    before = connection.execute(changes).scalar_one()
    # Below zero: whatever the pieces are, all of them are to become one (FTS5, 6.8).
    merge = sa.text("INSERT INTO search_index(search_index, rank) VALUES ('merge', :pages)")
    connection.execute(merge, {"pages": -_PAGES if first else _PAGES})
    after = connection.execute(changes).scalar_one()
    return bool(after - before >= _MERGED)


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
