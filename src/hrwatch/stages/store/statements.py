"""What the functions on several tables say alike, in the words of whichever database it is."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

T = TypeVar("T")
# Databases bound the parameters of one statement; SQLite allows 32 766, old builds 999.
MOST_VALUES = 500
_PIECE = 200  # rows in memory, and in one transaction of who copies them
# What was fetched or mailed may be megabytes a row.
_LARGE = frozenset({"bodies", "outbox"})
_LARGE_PIECE = 10


def insert_missing(
    connection: sa.Connection,
    table: sa.Table,
    *,
    rows: sa.Select[Any] | None = None,
    returning: tuple[sa.Column[Any], ...] = (),
) -> sa.Insert:
    """Return an INSERT into `table`, of what `rows` selects if it is given, that passes over what
    is there already."""
    return _insert_missing(connection.dialect.name, table, rows, returning)


@cache  # making one costs as much as what it does
def _insert_missing(
    dialect: str,
    table: sa.Table,
    rows: sa.Select[Any] | None,
    returning: tuple[sa.Column[Any], ...],
) -> sa.Insert:
    insert: sa.Insert = sqlite.insert(table).on_conflict_do_nothing()
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - 2 MB, for its archives only

        insert = postgresql.insert(table).on_conflict_do_nothing()
    if rows is not None:
        insert = insert.from_select(rows.selected_columns.keys(), rows)
    return insert.returning(*returning) if returning else insert


def chunks(values: Iterable[T], size: int = MOST_VALUES) -> Iterator[Sequence[T]]:
    """Return `values` in pieces of at most `size`."""
    remaining = iter(values)
    while piece := tuple(islice(remaining, size)):
        yield piece


def pieces(
    connection: sa.Connection, table: sa.Table, after: tuple[Any, ...] | None = None
) -> Iterator[list[dict[str, Any]]]:
    """Yield a table's rows in the order of their keys, from behind `after` on, a few at a time."""
    keys = tuple(table.primary_key.columns)
    size = _LARGE_PIECE if table.name in _LARGE else _PIECE
    query = sa.select(table).order_by(*keys).limit(size)
    while True:
        later = query if after is None else query.where(sa.tuple_(*keys) > after)
        piece = [dict(row) for row in connection.execute(later).mappings()]
        if piece:
            yield piece
        if len(piece) < size:
            return
        after = tuple(piece[-1][key.name] for key in keys)


def continue_numbering(connection: sa.Connection, column: sa.Column[int]) -> None:
    """Let the next row be numbered after those that were written with their numbers."""
    if connection.dialect.name == "postgresql":
        numbers = sa.func.pg_get_serial_sequence(column.table.name, column.name)
        connection.execute(sa.select(sa.func.setval(numbers, sa.func.max(column))))


def stamp(connection: sa.Connection) -> str | None:
    """Return the revision of the archive that the tables are; None where they are no archive."""
    names = sa.inspect(connection).get_table_names()
    if "alembic_version" not in names or "records" not in names:
        return None
    return str(connection.scalar(sa.text("SELECT version_num FROM alembic_version")))
