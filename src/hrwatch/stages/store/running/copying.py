"""An archive copied into another database: in pieces, so that a copy that was ended goes on where
it stood, and compared in the end, row by row."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hrwatch.errors import ArchiveError
from hrwatch.stages.store import tables, unfinished
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import rows, words
from hrwatch.stages.store.statements import continue_numbering, pieces

# What changes once it is written, or is in no order of writing, is copied anew by every try; each
# after what it refers to.
_CHANGING = (
    tables.feeds,
    tables.rule_sets,
    tables.sketches,
    tables.common_shingles,
    tables.translations,
    tables.bodies,
    tables.captures,
    tables.chain,
    tables.purged_pages,
    tables.visits,
    tables.progress,
    tables.in_force,
    tables.digests,
    tables.ledger,
    tables.outbox,
    tables.subscriptions,
    tables.mutes,
    tables.rejections,
    tables.replies,
    tables.notices,
    tables.erased,
    tables.daemon,
)
_COPIED = (tables.records, tables.tags, *_CHANGING)

Row = Mapping[str, Any]
Tell = Callable[[str, int, int], None]  # what is being done, rows done, rows in all


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy came to."""

    records: int
    rows: int  # of all tables
    found_there: int  # records that were there already


class _Counter:
    """Tells how far the work is."""

    def __init__(self, tell: Tell, rows: int) -> None:
        self._tell = tell
        self._all = rows
        self._done = 0

    def add(self, doing: str, done: int) -> None:
        self._done += done
        self._tell(doing, self._done, self._all)


def copy(source: Archive, target: Archive, now: datetime, tell: Tell) -> Copied:
    """Given two archives held for writing, copy what is missing in the target and compare all.

    Raise ArchiveError where the target holds another archive: then it is left as it is. The same
    where the two differ in the end: then it stays unfinished.
    """
    with source.reading() as given:
        counts = _counts(given)
        counter = _Counter(tell, 3 * sum(counts.values()))
        with target.reading() as taken:
            is_begun = _is_begun(taken, source.name, target.name)
            before = _counts(taken)
        if is_begun or not any(before.values()):
            target.write_now(_begin, source.name, now)
            _copy_records(given, target, counter)
            for table in _CHANGING:
                _copy_table(given, target, table, counter)
        elif before != counts:
            raise _another(source, target)
        with target.reading() as taken:
            differing = _differing(given, taken, counter)
    if differing and not is_begun and any(before.values()):
        raise _another(source, target)
    if differing:
        raise ArchiveError(
            f"archive {target.name} differs from {source.name} in {', '.join(differing)}: the one "
            "was changed since the copy was begun; remove the copy, and begin anew"
        )
    target.write_now(_end)
    return Copied(counts["records"], sum(counts.values()), before["records"])


def _is_begun(taken: sa.Connection, source: str, target: str) -> bool:
    begun = unfinished.source_of(taken)
    if begun not in (None, source):
        raise ArchiveError(
            f"archive {target} is an unfinished copy of {begun}, not of {source}: name another "
            "target, or remove it first"
        )
    return begun is not None


def _another(source: Archive, target: Archive) -> ArchiveError:
    return ArchiveError(
        f"archive {target.name} is there already and is not the same as {source.name}: name a "
        "target that is not there yet, or is empty"
    )


def _begin(connection: sa.Connection, source: str, now: datetime) -> None:
    if unfinished.source_of(connection) is None:
        unfinished.begin(connection, source, now)
    for table in reversed(_CHANGING):
        connection.execute(sa.delete(table))


def _end(connection: sa.Connection) -> None:
    continue_numbering(connection, tables.records.c.ordinal)
    continue_numbering(connection, tables.in_force.c.number)
    continue_numbering(connection, tables.erased.c.number)
    unfinished.end(connection)


def _copy_records(given: sa.Connection, target: Archive, counter: _Counter) -> None:
    with target.reading() as taken:
        last = taken.scalar(sa.select(sa.func.max(tables.records.c.ordinal)))
        there = taken.scalar(sa.select(sa.func.count()).select_from(tables.records)) or 0
        tags = taken.scalar(sa.select(sa.func.count()).select_from(tables.tags)) or 0
    counter.add("Copying records", there + tags)
    for piece in pieces(given, tables.records, None if last is None else (last,)):
        ordinals = [row["ordinal"] for row in piece]
        query = sa.select(tables.tags).where(tables.tags.c.record.in_(ordinals))
        tags_of = [dict(row) for row in given.execute(query).mappings()]
        target.write_now(_add_records, piece, tags_of)
        counter.add("Copying records", len(piece) + len(tags_of))


def _add_records(connection: sa.Connection, piece: Sequence[Row], tags: Sequence[Row]) -> None:
    connection.execute(sa.insert(tables.records), piece)
    if tags:
        connection.execute(sa.insert(tables.tags), tags)
    words.add(connection, [rows.words(r["ordinal"], r["title"], r["text"]) for r in piece])


def _copy_table(given: sa.Connection, target: Archive, table: sa.Table, counter: _Counter) -> None:
    def add(connection: sa.Connection, piece: Sequence[Row]) -> None:
        connection.execute(sa.insert(table), piece)

    for piece in pieces(given, table):
        target.write_now(add, piece)
        counter.add(f"Copying {table.name}", len(piece))


def _counts(connection: sa.Connection) -> dict[str, int]:
    return {
        table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in _COPIED
    }


def _differing(given: sa.Connection, taken: sa.Connection, counter: _Counter) -> list[str]:
    """Return the names of the tables that are not the same in both."""
    counted = "SELECT count(*) FROM search_index"
    indexed = [connection.exec_driver_sql(counted).scalar() for connection in (given, taken)]
    differing = ["search_index"] if indexed[0] != indexed[1] else []
    return differing + [
        table.name
        for table in _COPIED
        if _digest(given, table, counter) != _digest(taken, table, counter)
    ]


def _digest(connection: sa.Connection, table: sa.Table, counter: _Counter) -> str:
    """Return what stands for every value of every row."""
    digest = hashlib.sha256()
    for piece in pieces(connection, table):
        for row in piece:
            values = [row[column.name] for column in table.columns]
            told = json.dumps(values, ensure_ascii=False, sort_keys=True, default=_plain)
            digest.update(told.encode() + b"\n")
        counter.add(f"Comparing {table.name}", len(piece))
    return digest.hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"a {type(value).__name__} cannot be compared")
