"""What it costs to write to many: 10 000 matches for 500 subscribers, from archived records to
mails in the outbox.

`make bench` runs it and prints the figures.
"""

# ruff: noqa: T201 - the figures are what a measurement is for
import asyncio
import resource
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from hrwatch.pipeline import digest_pass, match_pass
from hrwatch.stages.store.archive import Archive
from mailing import FILE, a_mailroom

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

SUBSCRIBERS = 500
ARTICLES = 20  # that everybody asked for: 10 000 matches
MILLISECONDS_A_MATCH = 6
MEGABYTES = 100  # more than before the first digest


def readers() -> str:
    return FILE.partition("  # Many")[0] + "".join(
        f"  - {{name: r{n:03}, address: r{n:03}@desk.example, send: at once}}\n"
        for n in range(SUBSCRIBERS)
    )


def peak() -> float:
    """Return the peak of resident memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def test_ten_thousand_matches_of_five_hundred_subscribers_are_written_in_a_minute(
    tmp_path: Path,
) -> None:
    async def measure() -> tuple[float, float, float]:
        with Archive.open("archive.db", directory=tmp_path / "state", writing=True) as archive:
            room = await a_mailroom(tmp_path, archive, file=readers())
            room.receive(range(ARTICLES))
            began, before = time.process_time(), peak()
            await match_pass(room.parts, room.desk)
            matched = time.process_time()
            await digest_pass(room.parts, room.desk, regardless=False)
            written = time.process_time()
            with archive.reading() as connection:
                mails = connection.scalar(sa.text("SELECT count(*) FROM outbox"))
                told = connection.scalar(
                    sa.text("SELECT count(*) FROM ledger WHERE digest IS NOT NULL")
                )
            assert (mails, told) == (SUBSCRIBERS, SUBSCRIBERS * ARTICLES)
        return matched - began, written - matched, peak() - before

    matching, writing, megabytes = asyncio.run(measure())
    print(f"\n{matching:.1f} s to match, {writing:.1f} s to write, {megabytes:.0f} MB more")
    assert 1_000 * (matching + writing) / (SUBSCRIBERS * ARTICLES) < MILLISECONDS_A_MATCH
    assert megabytes < MEGABYTES
