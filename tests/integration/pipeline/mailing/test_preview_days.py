"""`preview --since` against what a daemon really sent over the same days, on a moved clock."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from builders import a_record, a_subscriber, a_tag, an_entry
from fakes import Clock
from hrwatch import pipeline, wiring
from hrwatch.config import load
from hrwatch.model.articles import Record
from hrwatch.model.mail import Cadence, Mute, MuteKind, Quiet, Schedule, Subscriber
from hrwatch.model.tags import Relation
from hrwatch.stages.match import criteria
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.mail import subscribers, subscriptions

FIRST = datetime(2026, 10, 21, 22, tzinfo=UTC)  # the clocks go back on the 25th
MINUTE = timedelta(minutes=1)
STEPS = 100

Told = dict[str, set[str]]  # by a window, the records that its digest answers for


def invented(number: int, clock: Clock) -> Record:
    """An article on the clock's time: most are asked for, some only in passing, some not at all,
    and some copy the one before the last under its title."""
    tag = a_tag(
        "BY" if number % 7 else "MX",
        relation=Relation.SUBJECT if number % 11 < 4 and number < 75 else Relation.MENTION,
    )
    of = number - 2 if number % 6 == 5 else number
    entry = an_entry(guid=str(number), permalink=f"http://w.example/{number}")
    return a_record(
        f"r{number:04}",
        entry=entry,
        title=f"Invented case {of} of Arvenia",
        tags=(tag,),
        story=f"r{of:04}",
        first_seen_at=clock.now,
    )


@pytest.mark.parametrize(
    ("schedule", "zone", "step"),
    [
        (Schedule(Cadence.DAILY, time(7)), "Europe/Vilnius", 97 * MINUTE),
        (Schedule(Cadence.DAILY, time(2, 30)), "Europe/Berlin", 97 * MINUTE),
        (Schedule(Cadence.WEEKLY, time(0), weekday=0), "Asia/Beirut", 360 * MINUTE),
        (Schedule(Cadence.HOURLY), "UTC", 29 * MINUTE),
    ],
    ids=lambda value: str(getattr(value, "cadence", value)),
)
def test_preview_of_days_is_what_was_sent_on_them(
    tmp_path: Path, schedule: Schedule, zone: str, step: timedelta
) -> None:
    subscriber = a_subscriber(schedule=schedule, timezone=zone, countries=("BY",))

    sent, foreseen = asyncio.run(_live(tmp_path, Clock(FIRST), subscriber, step))

    assert len(sent) >= 2
    assert {key: told for key, told in foreseen.items() if key in sent} == sent
    assert len(foreseen.keys() - sent.keys()) <= 1  # the last is still to come
    assert sum(map(len, sent.values())) > 20


def test_preview_of_days_knows_quiet_hours_and_what_is_muted(tmp_path: Path) -> None:
    subscriber = a_subscriber(
        schedule=Schedule(Cadence.HOURLY),
        timezone="Europe/Vilnius",
        countries=("BY",),
        quiet=Quiet(time(23), time(6, 30)),
    )
    mutes = [
        Mute(MuteKind.STORY, f"r{number:04}", FIRST, until)
        for number, until in ((33, None), (22, FIRST + timedelta(days=9)), (24, None))
    ]

    sent, foreseen = asyncio.run(
        _live(tmp_path, Clock(FIRST), subscriber, 30 * MINUTE, mutes=mutes)
    )

    assert {key: told for key, told in foreseen.items() if key in sent} == sent
    assert len(foreseen.keys() - sent.keys()) <= 1
    told = set().union(*foreseen.values())
    assert {"r0023", "r0025", "r0034"} <= told
    assert told.isdisjoint({"r0033", "r0022", "r0024"})
    # What came before half past six is told then, by the window of six.
    assert any(key.endswith("T03Z") for key in foreseen)
    assert not any(
        key.endswith(("T21Z", "T22Z", "T23Z", "T00Z", "T01Z", "T02Z")) for key in foreseen
    )


async def _live(
    folder: Path,
    clock: Clock,
    subscriber: Subscriber,
    step: timedelta,
    *,
    mutes: Iterable[Mute] = (),
) -> tuple[Told, Told]:
    """Run the digest pass and archive a record at each step; return what was sent, and what
    `preview` says of it afterwards."""
    (folder / "feeds.yaml").write_text("feeds: []\n")
    config = load(folder / "feeds.yaml")
    async with wiring.open_parts(config, folder / "state") as opened:
        parts = replace(opened, clock=clock)
        desk = wiring.open_desk(replace(config, subscribers=(subscriber,)), parts.archive)
        asked = {subscriber.name: criteria(subscriber.interest)}
        await parts.archive.write(subscribers.sync, asked, clock.now)
        for mute in mutes:
            await parts.archive.write(subscriptions.mute, subscriber.name, mute)
        for number in range(STEPS):
            clock.advance(step)
            await pipeline.match_pass(parts, desk)
            await pipeline.digest_pass(parts, desk, regardless=False)
            await parts.archive.write(records.add, (invented(number, clock),))
        sent: Told = defaultdict(set)
        with parts.archive.reading() as connection:
            told = "SELECT d.window_key, l.record FROM ledger l JOIN digests d ON d.id = l.digest"
            for window, record in connection.exec_driver_sql(told):
                sent[window].add(record)
        foreseen = await pipeline.preview_since(desk, subscriber, FIRST, clock.now)
    return dict(sent), {
        one.digest.window.key: {match.record.id for match in one.digest.matches}
        for one in foreseen
        if one.digest.window
    }


def test_preview_of_who_is_told_at_once_is_by_their_day(tmp_path: Path) -> None:
    subscriber = a_subscriber(schedule=Schedule(Cadence.AT_ONCE), timezone="Asia/Tokyo")
    (tmp_path / "feeds.yaml").write_text("feeds: []\n")
    config = load(tmp_path / "feeds.yaml")
    seen = [datetime(2026, 11, 2, hour, tzinfo=UTC) for hour in (13, 14, 15, 16)]
    new = [
        a_record(f"r{n}", story=f"r{n}", title=f"Invented {n}", first_seen_at=at)
        for n, at in enumerate(seen)
    ]
    with wiring.open_archive(config, tmp_path / "state") as archive:
        archive.write_now(records.add, new)
        desk = wiring.open_desk(config, archive)

        foreseen = asyncio.run(pipeline.preview_since(desk, subscriber, seen[0], seen[-1]))

    assert [[m.record.id for m in one.digest.matches] for one in foreseen] == [["r0", "r1"], ["r2"]]
    assert [one.due_at.hour for one in foreseen] == [15, 15]


def test_preview_of_days_does_not_count_a_story_that_it_tells_as_left_out(tmp_path: Path) -> None:
    subscriber = a_subscriber(schedule=Schedule(Cadence.DAILY, time(7)))
    (tmp_path / "feeds.yaml").write_text("feeds: []\n")
    config = load(tmp_path / "feeds.yaml")
    at = datetime(2026, 11, 2, 13, tzinfo=UTC)
    of = {"r1": "r1", "r2": "r1", "r3": "r3"}
    new = [
        a_record(name, story=story, feed="wire" if name == "r1" else "herald", first_seen_at=at)
        for name, story in of.items()
    ]
    with wiring.open_archive(config, tmp_path / "state") as archive:
        archive.write_now(records.add, new)
        archive.write_now(subscribers.sync, {"desk": criteria(subscriber.interest)}, at)
        archive.write_now(subscriptions.mute, "desk", Mute(MuteKind.FEED, "herald", at))
        desk = wiring.open_desk(config, archive)

        (one,) = asyncio.run(pipeline.preview_since(desk, subscriber, at, at + 60 * MINUTE))

    assert [match.record.id for match in one.digest.matches] == ["r1"]
    assert "1 story is left out: you muted it." in " ".join(one.digest.pages[0].text.split())
