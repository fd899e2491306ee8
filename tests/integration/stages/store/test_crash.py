"""A writer that is killed: what was committed stays, what was not leaves nothing behind."""

import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
import sqlalchemy as sa

from builders import NOW
from hrwatch.errors import ArchiveHeld
from hrwatch.query import Word
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import feeds, words
from postgres import Place
from socket_guard import process_environment

PER_TRANSACTION = 25
WRITER = """
import itertools, sys
from datetime import timedelta
from pathlib import Path
from builders import NOW, a_feed, a_record
from hrwatch.stages.store.articles import feeds, records
from postgres import Place

archive = Place(sys.argv[3], Path(sys.argv[4]), sys.argv[5] or None).open()
archive.write_now(feeds.sync, (a_feed(),), NOW)
archive.write_now(feeds.claim, "wire", owner="dead", now=NOW, until=NOW + timedelta(days=9999))

def add(connection, start, pause):
    for number in range(start, start + 25):
        records.add(connection, (a_record(f"record{number:08}"),))
        if pause and number == start + 12:
            print("half-way", flush=True)
            sys.stdin.read()

print("open", flush=True)
first = int(sys.argv[2])
for start in itertools.count(first, 25):
    archive.write_now(add, start, sys.argv[1] == "pause" and start > first)
"""


@contextmanager
def writer(place: Place, how: str = "run", first: int = 0) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds the archive and writes to it until it is killed."""
    where = (place.url, str(place.directory), place.password or "")
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, how, str(first), *where],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=process_environment(place.directory / "refused.txt"),
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


def figures(archive: Archive) -> tuple[int, int, int]:
    """How many records there are, how many of them have their tag, how many their words."""
    with archive.reading() as connection:
        record_count = connection.scalar(sa.text("SELECT count(*) FROM records"))
        tag_count = connection.scalar(sa.text("SELECT count(DISTINCT record) FROM tags"))
        found = words.found(connection, Word("arvenia")).subquery()
        indexed_count = connection.scalar(sa.select(sa.func.count()).select_from(found))
        return record_count, tag_count, indexed_count


def test_kill_in_a_transaction_leaves_whole_ones_only(place: Place) -> None:
    with writer(place, "pause") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half-way\n"
        with pytest.raises(ArchiveHeld, match=f"process {process.pid} (on .* )?since"):
            place.open()
        with place.open(writing=False) as reader:
            assert figures(reader) == (PER_TRANSACTION,) * 3, "a reader is kept from nothing"
    with place.open(writing=False) as reader:
        assert figures(reader) == (PER_TRANSACTION,) * 3, "nor by what the dead left"
    with place.open() as archive:
        assert figures(archive) == (PER_TRANSACTION,) * 3
        claimed = archive.write_now(feeds.claim, "wire", owner="us", now=NOW, until=NOW)
        assert claimed is not None, "what the dead had claimed is free"


def test_kill_at_any_moment_leaves_a_sound_archive(place: Place) -> None:
    chance = random.Random(20260302)  # noqa: S311 - moments, not secrets
    count = 0
    for _ in range(4):
        with (
            writer(place, first=count) as process,
            pytest.raises(subprocess.TimeoutExpired),
        ):
            process.wait(chance.uniform(0.02, 0.4))
        with place.open() as archive:
            found = figures(archive)
        assert found[0] >= count, "what was committed is kept"
        assert found[0] % PER_TRANSACTION == 0
        assert len(set(found)) == 1
        count = found[0]
    if place.is_file:
        with closing(sqlite3.connect(place.directory / place.url)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            connection.execute("INSERT INTO search_index(search_index) VALUES ('integrity-check')")
