"""Which records there still is something of: all but those that were purged."""

import sqlalchemy as sa

from hrwatch.model.articles import Kept
from hrwatch.stages.store.tables import records


def is_there() -> sa.ColumnElement[bool]:
    """Return the condition that a record was not purged.

    What it asks first stands before the text in a row: SQLite reads a row only as far as it must.
    """
    named = [column != "" for column in (records.c.title, records.c.url, records.c.guid)]
    return sa.or_(*named, records.c.kept != Kept.NOTHING)
