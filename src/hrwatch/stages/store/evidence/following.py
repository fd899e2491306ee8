"""The chain of captures followed from its beginning, each row computed anew."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hrwatch.errors import ArchiveDamaged
from hrwatch.model.evidence import Capture, CaptureKind
from hrwatch.stages.store import guarded
from hrwatch.stages.store.evidence import bodies, captures, chaining, tombstones
from hrwatch.stages.store.evidence.captures import STAYING, End
from hrwatch.stages.store.tables import bodies as body_table
from hrwatch.stages.store.tables import captures as table
from hrwatch.text import counted

_PIECE = 200  # rows in memory
_ROW = sa.select(table, body_table.c.sha256.label("held")).outerjoin(
    body_table, body_table.c.sha256 == table.c.body_sha256
)
_EMPTIED = tuple(column.name for column in table.columns if column.name not in STAYING)
_HASHES = sa.select(table.c.number, table.c.row_hash, table.c.chain_hash)
# Columns of SQLite hold what they are given: text is behind every number, and is none.
NUMBERED = sa.and_(table.c.number > 0, sa.cast(table.c.number, sa.BigInteger) == table.c.number)
# What reading a row that was tampered with may end with; the last two from psycopg, which reads
# JSON itself.
UNREADABLE = (ArchiveDamaged, sa.exc.DBAPIError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of captures as it was found."""

    number: int
    kind: str
    row_hash: str
    chain_hash: str
    capture: Capture | None  # None: emptied, or not to be read
    computed: str | None  # the row_hash that it should have; None: nothing to compute it from
    held: str | None = None  # its body_sha256, where there is such a body
    error: str | None = None  # why it cannot be read

    @property
    def is_as_written(self) -> bool:
        """Whether it is as its row_hash says; of an emptied one only its tombstone can tell."""
        return self.error is None and self.computed in (None, self.row_hash)


class Chain:
    """How far the chain was followed; what does not hold is told."""

    def __init__(self, fault: Callable[[str], None]) -> None:
        self._fault = fault
        self._number = 0
        # What the next row may follow on: the chain_hash as it stands, and, where that was altered,
        # as it should be: then this one row is to blame. Nothing, behind a gap.
        self._before: tuple[str, ...] = (chaining.START,)
        self._emptied: dict[int, tuple[str, str]] = {}  # kind and row_hash; no tombstone as yet

    def follow(self, row: Row) -> None:
        """Look at the next row."""
        if row.number != self._number + 1:
            self._fault(_gap(self._number + 1, row.number - 1))
            self._before = ()
        if row.error is not None:
            self._fault(f"capture {row.number} cannot be read: {row.error}")
        elif row.computed is None:
            self._emptied[row.number] = (row.kind, row.row_hash)
        elif not row.is_as_written:
            self._fault(f"capture {row.number} is not as it was written: its row was altered")
        self._link(row)
        self._number = row.number
        if row.capture and row.capture.kind is CaptureKind.TOMBSTONE:
            self._bury(row.number, row.capture)

    def finish(self, end: End | None) -> int:
        """Given the end of the chain as it is noted, None where that cannot be read, compare it;
        return how many captures are gone that no tombstone speaks of."""
        for number in self._emptied:
            self._fault(f"capture {number} was emptied, and no tombstone says why")
        if end is None:
            self._fault("the noted end of the chain cannot be read")
        elif end.number > self._number:
            self._fault(f"{_gap(self._number + 1, end.number)}: the end is cut off")
        elif end.number < self._number:
            self._fault(f"capture {self._number} is behind the noted end, capture {end.number}")
        elif end.chain_hash not in self._before:
            self._fault(f"capture {end.number} is not the end of the chain that was noted")
        return len(self._emptied)

    def _link(self, row: Row) -> None:
        hashes = {row.row_hash, row.computed or row.row_hash}
        follows = {chaining.chain_hash(one, other) for one in self._before for other in hashes}
        if row.chain_hash in follows or not self._before:
            self._before = (row.chain_hash,)
            return
        self._fault(f"capture {row.number} does not follow on the one before: the chain is broken")
        self._before = (row.chain_hash, chaining.chain_hash(self._before[0], row.row_hash))

    def _bury(self, number: int, tombstone: Capture) -> None:
        try:
            removed = tombstones.removed_by(tombstone)
        except ArchiveDamaged as error:
            self._fault(f"capture {number}: {error}")
            return
        for gone, was in removed.items():
            if gone not in self._emptied:
                self._fault(f"capture {gone} is there, but the tombstone {number} says it is not")
            elif self._emptied.pop(gone) != was:
                self._fault(f"capture {gone} is not the one that the tombstone {number} speaks of")


def noted_end(connection: sa.Connection) -> End | None:
    """Return the end of the chain as it is noted; None where that cannot be read."""
    try:
        return captures.end_of(connection)
    except UNREADABLE:
        return None


def body_of(connection: sa.Connection, row: Row) -> bytes | None:
    """Return the body of a capture; None where it never had one, or was removed. Raise
    ArchiveDamaged where it or what is told of it is not what was archived."""
    if row.error is not None:
        raise ArchiveDamaged(f"it cannot be read: {row.error}")
    if not row.is_as_written:
        raise ArchiveDamaged("its row was altered")
    if row.capture is None or row.capture.kind is CaptureKind.TOMBSTONE:
        return None
    try:
        body = bodies.get(connection, row.capture.body_sha256)
    except UNREADABLE as error:
        told = str(error) if isinstance(error, ArchiveDamaged) else "its body cannot be read"
        raise ArchiveDamaged(told) from error
    if body is None:
        raise ArchiveDamaged("its body is missing")
    return body


def rows(connection: sa.Connection) -> Iterator[Row]:
    """Yield every row of captures that has a number, in their order, a few at a time; one that
    cannot be read with the reason."""
    after = 0
    while True:
        behind = sa.and_(NUMBERED, table.c.number > after)
        numbers = connection.scalars(
            sa.select(table.c.number).where(behind).order_by(table.c.number).limit(_PIECE)
        ).all()
        if not numbers:
            return
        after = numbers[-1]
        try:
            piece = _ROW.where(behind, table.c.number <= after).order_by(table.c.number)
            found = list(map(_row, connection.execute(piece).all()))
        except UNREADABLE:
            found = [_alone(connection, number) for number in numbers]
        yield from found


def _row(row: sa.Row[Any]) -> Row:
    capture = captures.link_from(row).capture
    computed = None
    if capture is not None:
        with guarded.of("captures"):
            computed = chaining.row_hash(row.number, capture)
    elif left := [name for name in _EMPTIED if row._mapping[name] is not None]:
        raise ArchiveDamaged(f"it has {', '.join(left)}, but is nobody's")
    return Row(row.number, row.kind, row.row_hash, row.chain_hash, capture, computed, row.held)


def _alone(connection: sa.Connection, number: int) -> Row:
    only = table.c.number == number
    try:
        return _row(connection.execute(_ROW.where(only)).one())
    except UNREADABLE as error:
        told = str(error) if isinstance(error, ArchiveDamaged) else "it holds what is no text"
    try:
        row = connection.execute(_HASHES.where(only)).one()
    except UNREADABLE:
        return Row(number, "", "", "", None, None, error=told)
    return Row(number, "", row.row_hash, row.chain_hash, None, None, error=told)


def _gap(first: int, last: int) -> str:
    if first == last:
        return f"capture {first} is missing"
    return f"captures {first} to {last} are missing ({counted(last - first + 1, 'row')})"
