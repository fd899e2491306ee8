"""A writer that is killed: what was committed stays, what was not leaves nothing behind."""

import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import NOW
from hrwatch.errors import ArchiveHeld
from hrwatch.stages.store import feeds
from hrwatch.stages.store.archive import Archive
from socket_guard import process_environment

PER_TRANSACTION = 25
WRITER = """
import itertools, sys
from datetime import timedelta
from pathlib import Path
from builders import NOW, a_feed, a_record
from hrwatch.stages.store import feeds, records
from hrwatch.stages.store.archive import Archive

archive = Archive.open("archive.db", directory=Path(sys.argv[1]), writing=True)
archive.write_now(feeds.sync, (a_feed(),), NOW)
archive.write_now(feeds.claim, "wire", owner="dead", now=NOW, until=NOW + timedelta(days=9999))

def add(connection, start, pause):
    for number in range(start, start + 25):
        records.add(connection, (a_record(f"record{number:08}"),))
        if pause and number == start + 12:
            print("half-way", flush=True)
            sys.stdin.read()

print("open", flush=True)
first = int(sys.argv[3])
for start in itertools.count(first, 25):
    archive.write_now(add, start, sys.argv[2] == "pause" and start > first)
"""


@contextmanager
def writer(directory: Path, how: str = "run", first: int = 0) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds the archive and writes to it until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(directory), how, str(first)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=process_environment(directory / "refused.txt"),
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
        words = "SELECT count(*) FROM search_index WHERE search_index MATCH 'arvenia'"
        return record_count, tag_count, connection.scalar(sa.text(words))


def test_kill_in_a_transaction_leaves_whole_ones_only(tmp_path: Path) -> None:
    with writer(tmp_path, "pause") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half-way\n"
        with pytest.raises(ArchiveHeld, match=f"process {process.pid} since"):
            Archive.open("archive.db", directory=tmp_path, writing=True)
        with Archive.open("archive.db", directory=tmp_path, writing=False) as reader:
            assert figures(reader) == (PER_TRANSACTION,) * 3, "a reader is kept from nothing"
    with Archive.open("archive.db", directory=tmp_path, writing=False) as reader:
        assert figures(reader) == (PER_TRANSACTION,) * 3, "nor by what the dead left"
    with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
        assert figures(archive) == (PER_TRANSACTION,) * 3
        claimed = archive.write_now(feeds.claim, "wire", owner="us", now=NOW, until=NOW)
        assert claimed is not None, "what the dead had claimed is free"


def test_kill_at_any_moment_leaves_a_sound_archive(tmp_path: Path) -> None:
    chance = random.Random(20260302)  # noqa: S311 - moments, not secrets
    count = 0
    for _ in range(4):
        with (
            writer(tmp_path, first=count) as process,
            pytest.raises(subprocess.TimeoutExpired),
        ):
            process.wait(chance.uniform(0.02, 0.4))
        with Archive.open("archive.db", directory=tmp_path, writing=True) as archive:
            found = figures(archive)
        assert found[0] >= count, "what was committed is kept"
        assert found[0] % PER_TRANSACTION == 0
        assert len(set(found)) == 1
        count = found[0]
    connection = sqlite3.connect(tmp_path / "archive.db")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.execute("INSERT INTO search_index(search_index) VALUES ('integrity-check')")
    finally:
        connection.close()
