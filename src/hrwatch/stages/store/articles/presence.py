"""Which rows of records are asked for: the latest version, the first one, what was not purged."""

import sqlalchemy as sa

from hrwatch.model.articles import Kept
from hrwatch.stages.store.tables import records


def is_latest() -> sa.ColumnElement[bool]:
    """Return the condition that a record has no newer version."""
    newer = records.alias("newer")
    return ~sa.exists().where(newer.c.id == records.c.id, newer.c.version > records.c.version)


def is_first() -> sa.ColumnElement[bool]:
    """Return the condition that a version is the one that its article was first read in: what
    later ones are compared with, because nobody's later edit can take the place of another's news.

    Written so that no database takes it for rare, which it does while it knows of few records, and
    looks for it in an index instead of what is asked for besides.
    """
    return records.c.version <= 1


def is_there() -> sa.ColumnElement[bool]:
    """Return the condition that a record was not purged.

    What it asks first stands before the text in a row: SQLite reads a row only as far as it must.
    What it asks for is written out, not given with each query: PostgreSQL plans it once.
    """
    empty: sa.ColumnElement[str] = sa.literal_column("''")
    nothing: sa.ColumnElement[str] = sa.literal_column(f"'{Kept.NOTHING}'")
    named = [column != empty for column in (records.c.title, records.c.url, records.c.guid)]
    return sa.or_(*named, records.c.kept != nothing)
