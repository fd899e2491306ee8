"""Values looked at as they are read: whether hrwatch can have written them.

Damaged bytes within a text leave the pages of a file in order, so that the database hands them out
as they are: a text that is no UTF-8, a list that is no JSON, a time that is none.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from hrwatch.errors import ArchiveDamaged

# What a column gives, by what SQLAlchemy says of its type; lists and mappings
# are kept as JSON.
_KINDS: dict[type, tuple[type, ...]] = {object: (list, dict), float: (float, int)}
# What making something of a value that hrwatch cannot have written may end with: a list in a
# thousand lists is one too.
_UNLIKELY = (ValueError, TypeError, KeyError, OverflowError, RecursionError)


class Guarded(TypeDecorator[Any]):
    """The type of a column, for which reading what it cannot hold raises ArchiveDamaged."""

    impl = sa.Text  # in its place stands what is guarded
    cache_ok = True

    def __init__(self, guarded: TypeEngine[Any], told: str, expected: tuple[type, ...]) -> None:
        super().__init__()
        self.impl = guarded  # type: ignore[assignment]  # SQLAlchemy's own PickleType does it
        self.told = told  # what messages call the column
        self.expected = expected

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any | None], Any | None]:
        """Return what makes a value of the column of what the database gives."""
        read = super().result_processor(dialect, coltype)
        # None where there is nothing to take the maximum of; that a row lacks what it must have
        # SQLite finds by itself.
        told, expected = self.told, frozenset((*self.expected, type(None)))

        def process(value: Any | None) -> Any | None:
            if read is not None:
                try:
                    value = read(value)
                except _UNLIKELY as error:
                    raise ArchiveDamaged(f"{told} holds what it cannot") from error
            if type(value) not in expected:
                raise ArchiveDamaged(f"{told} holds what it cannot")
            return value

        return process


def guard(metadata: sa.MetaData) -> None:
    """Have every value of these tables looked at as it is read."""
    for table in metadata.tables.values():
        for column in table.columns:
            given = column.type
            kind = (given.impl_instance if isinstance(given, TypeDecorator) else given).python_type
            column.type = Guarded(given, str(column), _KINDS.get(kind, (kind,)))


@contextmanager
def of(told: str) -> Iterator[None]:
    """While values of `told` are made into what they stand for: an error is the archive's damage,
    since what was written could be made into it."""
    try:
        yield
    except _UNLIKELY as error:
        raise ArchiveDamaged(f"{told} holds what it cannot") from error
