"""Seeing that what was deleted is gone from an archive's files.

Deleted content is overwritten (secure_delete), in pages that SQLite frees; what pages held that it
has rearranged may stand in their gaps, as may what an older hrwatch deleted. So the files are read,
and written anew where that is so.
"""

from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

_READ = 4_000_000  # bytes at once
_COLUMNS = ("title", "url", "summary", "content", "text", "article_text")


def scrub(path: Path, writer: sa.Engine, reader: sa.Engine, gone: Collection[bytes]) -> bool:
    """Given an archive's file and its engines, let these stretches leave it; say whether none of
    them is found any more but where another article says the same."""
    emptied = _empty_log(writer)
    left = _unsaid(reader, _found(path, gone))
    if left:
        _run(writer, "VACUUM")
        emptied = _empty_log(writer)
        left = _found(path, left)
    return emptied and not left


def _empty_log(writer: sa.Engine) -> bool:
    """Move what the write-ahead log holds into the file, and cut the log to nothing; say whether
    that was done: whoever is reading an older state may be waited for in vain."""
    ((busy, _, _),) = _run(writer, "PRAGMA wal_checkpoint(TRUNCATE)")
    return busy == 0


def _run(writer: sa.Engine, statement: str) -> list[tuple[int, ...]]:
    """Run what goes in no transaction."""
    with closing(writer.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute(statement)
        return [tuple(row) for row in cursor.fetchall()]


def _found(path: Path, stretches: Collection[bytes]) -> frozenset[bytes]:
    """Return which of these stretches the file holds, or the log beside it."""
    found: set[bytes] = set()
    overlap = max(map(len, stretches), default=0)
    for one in (path, path.with_name(path.name + "-wal")):
        for piece in _read(one, overlap):
            found.update(stretch for stretch in stretches if stretch in piece)
    return frozenset(found)


def _read(path: Path, overlap: int) -> Iterator[bytes]:
    if not path.exists():
        return
    before = b""
    with path.open("rb") as file:
        while piece := file.read(_READ):
            yield before + piece
            before = piece[-overlap:] if overlap else b""


def _unsaid(reader: sa.Engine, found: Collection[bytes]) -> frozenset[bytes]:
    """Return those of these stretches that no row of the archive has: others may say the same."""
    texts = sa.table("records", *map(sa.column, _COLUMNS))
    unsaid = set()
    for stretch in found:
        try:
            words = stretch.decode()
        except UnicodeDecodeError:  # of a body, which is compressed
            unsaid.add(stretch)
            continue
        says = [sa.func.instr(texts.c[name], words) > 0 for name in _COLUMNS]
        with reader.begin() as connection:
            if not connection.scalar(sa.select(sa.exists().where(sa.or_(*says)))):
                unsaid.add(stretch)
    return frozenset(unsaid)
