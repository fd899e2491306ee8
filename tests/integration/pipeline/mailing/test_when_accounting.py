"""At least once, and not twice: digests of a mix of all settings over simulated time, beside a
plain model of what each subscriber is owed at each tick."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from builders import a_subscriber, a_tag
from hrwatch.model.feeds import State
from hrwatch.model.mail import Cadence, MailKind, Quiet, Schedule, Subscriber
from hrwatch.model.tags import Relation
from postgres import Place, Places
from writing_desk import WritingDesk, Written, at_the_desk, instant

BEGIN = "2026-10-18 09:00"  # clocks go back in Europe on the 25th, in America on 1 November
ZONES = ("UTC", "Europe/Vilnius", "America/Havana", "Asia/Kathmandu", "Australia/Lord_Howe")
DAY = timedelta(days=1)
MENTIONS_WAIT = A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Story:
    """An article as the model knows it."""

    title: str
    seen_at: datetime
    country: tuple[str, Relation]
    keyword: tuple[str, Relation]


@dataclass
class Reader:
    """A subscriber as the model knows them."""

    subscriber: Subscriber
    subject: list[Story] = field(default_factory=list)  # what waits
    mentioned: list[Story] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    alerts: dict[date, int] = field(default_factory=dict)
    folded: set[date] = field(default_factory=set)
    stopped_at: datetime | None = None
    paused_until: datetime | None = None
    told: list[str] = field(default_factory=list)

    def local(self, now: datetime) -> datetime:
        return now.astimezone(ZoneInfo(self.subscriber.timezone))

    def get(self, story: Story) -> None:
        """Let a story wait where it was asked for."""
        interest = self.subscriber.interest
        in_full = True
        lists = ((story.country, interest.countries), (story.keyword, interest.keywords))
        for (value, relation), wanted in lists:
            if wanted and value not in wanted:
                return
            in_full = in_full and (not wanted or relation is Relation.SUBJECT)
        (self.subject if in_full else self.mentioned).append(story)

    def forget(self, now: datetime) -> None:
        """Give up what a stop of more than a week does not keep, when anything new has come."""
        if self.stopped_at and self.stopped_at <= now - A_WEEK:
            self.subject = [story for story in self.subject if story.seen_at >= now - A_WEEK]
            self.mentioned = [story for story in self.mentioned if story.seen_at >= now - A_WEEK]

    def is_held(self, now: datetime) -> bool:
        subscriber, local = self.subscriber, self.local(now)
        if self.stopped_at or (self.paused_until and now < self.paused_until):
            return True
        if subscriber.pause_until and local.date() < subscriber.pause_until:
            return True
        quiet = subscriber.quiet
        if quiet is None:
            return False
        if quiet.since < quiet.until:
            return quiet.since <= local.time() < quiet.until
        return local.time() >= quiet.since or local.time() < quiet.until

    def window(self, now: datetime) -> str | None:
        """The key of the window that is open; no time of the model's lies in a gap or a fold."""
        schedule, local = self.subscriber.schedule, self.local(now)
        if schedule.cadence is Cadence.AT_ONCE:
            return None
        if schedule.cadence is Cadence.HOURLY:
            return f"{now:%Y-%m-%dT%HZ}"
        assert schedule.at is not None
        day = local.date() if local.time() >= schedule.at else local.date() - DAY
        again = self.subscriber.pause_until
        if again and (local.date() < again or (local.date() == again and day < again)):
            return None  # digests come again at their time of that day
        if schedule.cadence is Cadence.WEEKLY:
            while day.weekday() != schedule.weekday:
                day -= DAY
        return f"{day}" if day >= self.came else None

    came: date = date.min

    def severe(self) -> list[Story]:
        """What is urgent of that which waits."""
        asked = self.subscriber.interest.keywords
        return [
            story
            for story in self.subject
            if story.keyword == ("torture", Relation.SUBJECT) and (not asked or "torture" in asked)
        ]

    def owed(
        self, now: datetime, *, failing: bool, everybody: bool
    ) -> tuple[MailKind, set[str]] | None:
        """What is written to them at a tick; None: nothing."""
        if self.is_held(now):
            return None
        is_at_once = self.subscriber.schedule.cadence is Cadence.AT_ONCE
        if everybody or is_at_once:
            return self._digest(now) if self.subject else None
        key = self.window(now)
        if key is not None and key not in self.taken:
            self.taken.add(key)
            has_a_day = self.subscriber.schedule.cadence in (Cadence.DAILY, Cadence.WEEKLY)
            if self.subject or (has_a_day and (failing or self.subscriber.empty)):
                return self._digest(now)
            return None
        return self._alert(now)

    def _digest(self, now: datetime) -> tuple[MailKind, set[str]]:
        fresh = [story for story in self.mentioned if story.seen_at >= now - MENTIONS_WAIT]
        titles = {story.title for story in (*self.subject, *fresh)}
        self.subject, self.mentioned = [], []
        return MailKind.DIGEST, titles

    def _alert(self, now: datetime) -> tuple[MailKind, set[str]] | None:
        severe, most, today = self.severe(), self.subscriber.urgent, self.local(now).date()
        if not severe or not most:
            return None
        is_left = any(self.local(story.seen_at).date() < today for story in severe)
        before = today - DAY
        if is_left and self.alerts.get(before, 0) >= most and before not in self.folded:
            self.folded.add(before)
        elif self.alerts.get(today, 0) < most:
            self.alerts[today] = self.alerts.get(today, 0) + 1
        else:
            return None
        self.subject = [story for story in self.subject if story not in severe]
        return MailKind.URGENT, {story.title for story in severe}


def readers(chance: random.Random, count: int, length: timedelta) -> list[Reader]:
    """Subscribers with settings of every kind; pauses end within `length`."""
    first = instant(BEGIN).date()
    made = []
    for number in range(count):
        at = time(chance.choice((0, 5, 7, 13, 23)), chance.choice((0, 30)))
        schedule = chance.choice(
            (
                Schedule(Cadence.AT_ONCE),
                Schedule(Cadence.HOURLY),
                Schedule(Cadence.DAILY, at),
                Schedule(Cadence.WEEKLY, at, chance.randrange(7)),
            )
        )
        quiets = (None, Quiet(time(22), time(6, 30)), Quiet(time(12), time(13, 15)))
        pauses = (None, None, None, first + DAY, first + length // 2)
        subscriber = a_subscriber(
            name=f"reader-{number}",
            schedule=schedule,
            timezone=chance.choice(ZONES),
            quiet=chance.choice(quiets),
            urgent=chance.choice((0, 1, 3)),
            empty=chance.random() < 0.3,
            pause_until=chance.choice(pauses),
            countries=chance.choice(((), ("BY",), ("BY", "RU"))),
            keywords=chance.choice(((), ("torture",), ("press-freedom",))),
        )
        made.append(Reader(subscriber))
    return made


async def live(
    desk: WritingDesk, everybody: list[Reader], chance: random.Random, length: timedelta
) -> None:
    """Let time pass with articles, wishes, failing feeds and days without a daemon; compare what
    was written at each tick with what was owed."""
    begun, failing, number = desk.clock(), False, 0
    for reader in everybody:
        reader.came = reader.local(begun).date()
    while desk.clock() < begun + length:
        is_away = chance.random() < 0.004
        most = 4 * 24 * 3600 if is_away else 4800
        desk.clock.advance(timedelta(seconds=chance.randint(5, most)))
        new = chance.choice((0, 0, 0, 1, 2, 5))
        for _ in range(new):
            number += 1
            story = a_story(chance, number, desk.clock())
            tags = [a_tag(value, relation=how) for value, how in (story.country, story.keyword)]
            await desk.publish(story.title, tuple(tags))
            for reader in everybody:
                reader.get(story)
        if chance.random() < 0.02:
            failing = not failing
            await desk.feed_is(State.UNREACHABLE if failing else State.OK)
        await wish(desk, chance.choice(everybody), chance)
        if new:
            for reader in everybody:
                reader.forget(desk.clock())
        await compare(desk, everybody, failing=failing, all_of_them=chance.random() < 0.01)
    for reader in everybody:  # whatever was held comes
        reader.stopped_at = reader.paused_until = None
        await desk.stand(reader.subscriber.name)
    for _ in range(8 * 3):  # a week, for those whose digests are weekly
        desk.clock.advance(timedelta(hours=8))
        await compare(desk, everybody, failing=failing, all_of_them=False)
    for reader in everybody:
        assert reader.subject == [], reader.subscriber
        assert len(reader.told) == len(set(reader.told))


def a_story(chance: random.Random, number: int, now: datetime) -> Story:
    relations = (Relation.SUBJECT, Relation.SUBJECT, Relation.MENTION)
    return Story(
        f"Invented case {number:05}",
        now,
        (chance.choice(("BY", "RU")), chance.choice(relations)),
        (chance.choice(("torture", "press-freedom")), chance.choice(relations)),
    )


async def wish(desk: WritingDesk, reader: Reader, chance: random.Random) -> None:
    """Let a subscriber stop, pause or come back, now and then."""
    if chance.random() > 0.05:
        return
    now = desk.clock()
    reader.stopped_at = now if chance.random() < 0.2 else None
    pauses = (None, now + timedelta(hours=chance.randint(1, 100)))
    reader.paused_until = chance.choice(pauses)
    await desk.stand(
        reader.subscriber.name,
        stopped_at=reader.stopped_at,
        paused_until=reader.paused_until,
    )


async def compare(
    desk: WritingDesk, everybody: Iterable[Reader], *, failing: bool, all_of_them: bool
) -> None:
    now = desk.clock()
    written = [one for one in await desk.tick(regardless=all_of_them) if one.mailed]
    by_name: dict[str, list[Written]] = {}
    for one in written:
        by_name.setdefault(one.subscriber, []).append(one)
    for reader in everybody:
        owed = reader.owed(now, failing=failing, everybody=all_of_them)
        found = by_name.get(reader.subscriber.name, [])
        told = [(one.kind, set(one.titles)) for one in found]
        assert told == ([] if owed is None else [owed]), (now, reader.subscriber)
        reader.told += [title for one in found for title in one.titles]


def account(place: Place, folder: Path, *, seed: int, count: int, length: timedelta) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same in every run
    everybody = readers(chance, count, length)

    async def test(desk: WritingDesk) -> None:
        await live(desk, everybody, chance, length)

    at_the_desk(place, folder, BEGIN, tuple(one.subscriber for one in everybody), test)


@pytest.mark.parametrize(("engine", "seed", "days"), [("sqlite", 1, 2), ("postgresql", 2, 1)])
def test_digests_of_all_settings_tell_what_is_owed_and_nothing_twice(
    places: Places, tmp_path: Path, engine: str, seed: int, days: int
) -> None:
    place = places.make(engine, tmp_path / "state")
    account(place, tmp_path, seed=seed, count=5, length=days * DAY)


@pytest.mark.drill
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(3, 9))
def test_digests_of_a_month_tell_what_is_owed_and_nothing_twice(
    places: Places, tmp_path: Path, seed: int
) -> None:
    place = places.make("sqlite", tmp_path / "state")
    account(place, tmp_path, seed=seed, count=20, length=31 * DAY)
