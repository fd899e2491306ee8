"""A digest of very many articles: nothing else stands still while it is written."""

import asyncio
import time
from pathlib import Path

import sqlalchemy as sa

from hrwatch.stages.store import tables
from hrwatch.stages.store.archive import Archive
from mailing import FILE, a_mailroom

ARTICLES = 600
BEAT = 0.005  # seconds
ONE_READER = FILE.rpartition("  - ")[0]


def test_everything_else_goes_on_while_a_large_digest_is_written(tmp_path: Path) -> None:
    longest = 0.0

    async def beat() -> None:
        nonlocal longest
        while True:
            began = time.monotonic()
            await asyncio.sleep(BEAT)
            longest = max(longest, time.monotonic() - began)

    async def test() -> float:
        with Archive.open("archive.db", directory=tmp_path / "state", writing=True) as archive:
            room = await a_mailroom(tmp_path, archive, file=ONE_READER)
            room.receive(range(ARTICLES))
            heart = asyncio.create_task(beat())
            began = time.monotonic()
            await room.write()
            heart.cancel()
            took = time.monotonic() - began
            with archive.reading() as connection:
                mails = connection.scalar(sa.select(sa.func.count()).select_from(tables.outbox))
            assert mails > 1
            return took

    took = asyncio.run(test())
    assert longest < took / 3
