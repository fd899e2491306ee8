"""Digests over days of a moved clock: one a local day, over both changes of the clocks and after
days without a daemon; every record told once."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from builders import a_record, a_subscriber, an_entry
from fakes import Clock
from hrwatch import pipeline, wiring
from hrwatch.config import load
from hrwatch.model.mail import Cadence, Schedule, Subscriber
from hrwatch.stages.match import criteria
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.mail import subscribers

STEP = timedelta(minutes=97)
DAY = timedelta(days=1)
NEVER = timedelta(0)


@pytest.mark.parametrize(
    ("zone", "at", "first", "days"),
    [
        ("Europe/Vilnius", time(7, 0), datetime(2026, 10, 22, tzinfo=UTC), 7),
        ("Europe/Berlin", time(2, 30), datetime(2026, 10, 23, tzinfo=UTC), 5),  # 02:30 comes twice
        ("Europe/Berlin", time(2, 30), datetime(2027, 3, 26, tzinfo=UTC), 5),  # 02:30 is left out
        ("Asia/Beirut", time(0, 0), datetime(2027, 3, 26, tzinfo=UTC), 5),  # midnight is left out
        ("Pacific/Apia", time(0, 0), datetime(2026, 4, 3, tzinfo=UTC), 4),
    ],
)
def test_digests_of_many_days_are_one_a_local_day_and_tell_each_record_once(
    tmp_path: Path, zone: str, at: time, first: datetime, days: int
) -> None:
    clock = Clock(first)
    mails = asyncio.run(_live(tmp_path, clock, _daily(at, zone), days * DAY))

    local_days = {
        (first + timedelta(hours=hour)).astimezone(ZoneInfo(zone)).date().isoformat()
        for hour in range(days * 24)
    }
    assert all(count == 1 for count in mails.windows.values())
    assert len(local_days - mails.windows.keys()) <= 1  # the last may lie before its hour
    assert all(count == 1 for count in mails.titles.values())
    assert len(mails.titles) >= mails.archived - mails.a_day


def test_digests_after_days_without_a_daemon_are_one_that_tells_everything(tmp_path: Path) -> None:
    clock = Clock(datetime(2026, 10, 22, tzinfo=UTC))
    mails = asyncio.run(_live(tmp_path, clock, _daily(time(7), "UTC"), 6 * DAY, away=4 * DAY))

    assert sum(mails.windows.values()) <= 4
    assert all(count == 1 for count in mails.titles.values())


class Mails:
    """What was written, by window and by title."""

    def __init__(self) -> None:
        self.windows: Counter[str] = Counter()
        self.titles: Counter[str] = Counter()
        self.archived = 0

    @property
    def a_day(self) -> int:
        return int(DAY / STEP) + 1


async def _live(
    folder: Path, clock: Clock, subscriber: Subscriber, length: timedelta, away: timedelta = NEVER
) -> Mails:
    """Archive a record and run the digest pass at each step of the clock; after the first day, for
    as long as `away` says, nothing moves but the clock."""
    (folder / "feeds.yaml").write_text("feeds: []\n")
    config = load(folder / "feeds.yaml")
    mails, begun = Mails(), clock.now
    async with wiring.open_parts(config, folder / "state") as opened:
        parts = replace(opened, clock=clock)
        desk = wiring.open_desk(replace(config, subscribers=(subscriber,)), parts.archive)
        asked = {subscriber.name: criteria(subscriber.interest)}
        await parts.archive.write(subscribers.sync, asked, clock.now)
        while clock.now < begun + length:
            clock.advance(STEP)
            if DAY < clock.now - begun < DAY + away:
                continue
            mails.archived += 1
            title = f"Invented case {mails.archived:04} of Arvenia"
            entry = an_entry(guid=title, permalink=f"http://w.example/{mails.archived}")
            record = a_record(
                f"r{mails.archived:07}", entry=entry, title=title, first_seen_at=clock.now
            )
            await parts.archive.write(records.add, (record,))
            await pipeline.match_pass(parts, desk)
            await pipeline.digest_pass(parts, desk, regardless=False)
        _count(parts.archive, mails)
    return mails


def _count(archive: Archive, mails: Mails) -> None:
    windows = "SELECT window_key, count(*) FROM digests GROUP BY 1"
    told = (
        "SELECT r.title, count(*) FROM ledger l JOIN records r ON r.id = l.record "
        "WHERE l.digest IS NOT NULL GROUP BY 1"
    )
    with archive.reading() as connection:
        mails.windows.update({row[0]: row[1] for row in connection.exec_driver_sql(windows)})
        mails.titles.update({row[0]: row[1] for row in connection.exec_driver_sql(told)})


def _daily(at: time, zone: str) -> Subscriber:
    return a_subscriber(schedule=Schedule(Cadence.DAILY, at), timezone=zone)
