"""The operator's mails over weeks, on a moved clock: which are written, when, and that no week of
failures makes a storm of them."""

import asyncio
import email
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import sqlalchemy as sa

from builders import a_mail, a_record
from fakes import Clock
from hrwatch import pipeline, wiring
from hrwatch.config import load
from hrwatch.model.articles import Copy, CopyKind
from hrwatch.model.mail import Digest
from hrwatch.pipeline import Desk, Parts
from hrwatch.stages.deliver import Transport
from hrwatch.stages.store import tables
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.mail import notices, outbox, subscriptions
from hrwatch.stages.store.running import daemon as daemon_table

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PLENTY, LITTLE = 10**10, 10**8
FEEDS = 60
ADDRESS = "caucasus@private.example"


@dataclass
class World:
    """What the operator's mails tell of, and the clock that all of it goes by."""

    parts: Parts
    desk: Desk
    clock: Clock
    free: int = PLENTY

    @property
    def archive(self) -> Archive:
        return self.parts.archive

    def write(self, function: Callable[..., Any], *values: Any, **named: Any) -> None:
        self.archive.write_now(lambda c: function(c, *values, **named) and None)

    def fail(self, numbers: range, state: str = "unreachable") -> None:
        """Let these feeds begin to fail now."""
        self._feeds(numbers, state=state, failing_since=self.clock.now, error="no answer")

    def mend(self, numbers: range) -> None:
        self._feeds(numbers, state="ok", failing_since=None, error=None)

    def _feeds(self, numbers: range, **values: Any) -> None:
        of = tables.feeds.c.feed.in_([f"feed-{number:02}" for number in numbers])
        self.archive.write_now(
            lambda c: c.execute(sa.update(tables.feeds).where(of).values(**values)).rowcount
        )

    def stop_transport(self, why: str) -> None:
        stopped = SimpleNamespace(stopped=why)
        self.parts = replace(self.parts, transport=cast(Transport, stopped))

    def send(self) -> None:
        """Let everything that waits leave now."""
        rows = tables.outbox
        sent = sa.update(rows).where(rows.c.settled_at.is_(None))
        values = {"status": "sent", "settled_at": self.clock.now}
        self.archive.write_now(lambda c: c.execute(sent.values(**values)).rowcount)

    async def look(self, **named: Any) -> None:
        await pipeline.operator_pass(self.parts, self.desk, free=lambda _: self.free, **named)

    async def until(self, end: datetime, step: timedelta = HOUR) -> None:
        """Let time pass, looking at every step."""
        while self.clock.now < end:
            await self.look()
            self.clock.advance(step)

    def mails(self) -> list[tuple[datetime, str, str]]:
        """When each of the operator's mails was written, its subject and its text."""
        rows = tables.outbox
        query = sa.select(rows).where(rows.c.subscriber == "").order_by(rows.c.created_at)
        with self.archive.reading() as connection:
            found = []
            for row in connection.execute(query):
                mail = email.message_from_bytes(row.bytes, policy=policy.default)
                assert mail["To"] == row.recipient == "ops@example.org"
                found.append((row.created_at, str(mail["Subject"]), str(mail.get_content())))
        return found


def in_the_world(
    folder: Path, test: Callable[[World], Awaitable[None]], mail: str = "operator: ops@example.org"
) -> None:
    """Run `test` with sixty feeds that work and two subscribers, from a Monday on."""
    feeds = "".join(
        f"  - {{name: feed-{number:02}, url: 'http://wire{number}.example/feed.xml'}}\n"
        for number in range(FEEDS)
    )
    (folder / "feeds.yaml").write_text(
        f"mail: {{{mail}}}\nfeeds:\n{feeds}subscribers:\n"
        f"  - {{name: caucasus, address: {ADDRESS}}}\n"
        "  - {name: anna, address: anna@private.example, pause_until: 2099-01-15}\n"
    )
    config = load(folder / "feeds.yaml")

    async def run() -> None:
        async with wiring.open_parts(config, folder / "state") as parts:
            clock = Clock(MONDAY)
            ok = sa.update(tables.feeds).values(state="ok", came_into_force_at=MONDAY)
            parts.archive.write_now(lambda c: c.execute(ok).rowcount)
            desk = wiring.open_desk(config, parts.archive)
            await test(World(replace(parts, clock=clock), desk, clock))

    asyncio.run(run())


def test_four_weeks_of_failures_bring_their_alerts_once_and_four_reports(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        await world.until(MONDAY + 10 * HOUR)
        world.fail(range(30))  # for ever
        await world.until(MONDAY + 3 * DAY)
        world.write(subscriptions.suspend, "caucasus", ADDRESS, "550 no such user", world.clock.now)
        await world.until(MONDAY + 9 * DAY)
        world.free = LITTLE
        await world.until(MONDAY + 12 * DAY)
        world.free = PLENTY
        await world.until(MONDAY + 15 * DAY)
        world.fail(range(30, 45))  # fifteen more
        await world.until(MONDAY + 20 * DAY)
        world.free = LITTLE
        await world.until(MONDAY + 28 * DAY)

        told = [(f"{at:%d %H}", subject.partition(": ")[2]) for at, subject, _ in world.mails()]
        assert told == [
            ("02 07", "the week to 2026-11-02, nothing to do"),
            ("02 10", "30 failures within 6 hours"),
            ("05 00", "a subscriber's address is refused"),
            ("09 07", "the week to 2026-11-09, 2 things to do"),
            ("11 00", "the disk is nearly full"),
            ("16 07", "the week to 2026-11-16, 2 things to do"),
            ("17 00", "15 failures within 6 hours"),
            ("22 00", "the disk is nearly full"),
            ("23 07", "the week to 2026-11-23, 3 things to do"),
        ]
        everything = " ".join(text for _, _, text in world.mails())
        assert "private.example" not in everything
        assert "paused: anna until 2099-01-15" in everything

    in_the_world(tmp_path, test)


def test_feeds_that_come_and_go_for_a_week_bring_few_alerts_a_day(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        while world.clock.now < MONDAY + 5 * DAY:
            world.fail(range(20))
            await world.look()
            world.clock.advance(HOUR)
            world.mend(range(20))
            await world.look()
            world.clock.advance(HOUR)
        alerts = Counter(at.date() for at, subject, _ in world.mails() if "failures" in subject)
        assert len(alerts) == 5
        assert max(alerts.values()) <= 4

    in_the_world(tmp_path, test)


def test_transport_that_stops_again_and_again_is_told_once_until_mail_left(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        for minute in range(0, 3 * 1440, 20):
            world.stop_transport("the mail server refuses our password (535)" * (minute % 40 == 0))
            await world.look()
            world.clock.advance(timedelta(minutes=20))
        alerts = [
            text for _, subject, text in world.mails() if subject == "hrwatch: no mail leaves"
        ]
        assert len(alerts) == 1
        assert "refuses our password (535)" in alerts[0]
        world.send()
        await world.until(world.clock.now + 2 * DAY)
        world.stop_transport("the certificate has expired")
        await world.look()
        alerts = [
            subject for _, subject, _ in world.mails() if subject == "hrwatch: no mail leaves"
        ]
        assert len(alerts) == 2

    in_the_world(tmp_path, test)


def test_report_tells_what_the_archive_knows_and_nobody_is_told_twice(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        world.clock.now = MONDAY + 13 * DAY
        world.fail(range(1), state="layout-changed")
        a_copy = Copy("original", CopyKind.SAME_TEXT, 1.0)
        seen = world.clock.now - DAY
        copies = [
            a_record(f"r{n}", feed="feed-07", copy=a_copy, story="original", first_seen_at=seen)
            for n in range(12)
        ]
        original = a_record("original", feed="feed-08", first_seen_at=seen)
        world.write(records.add, [original, *copies])
        world.write(
            subscriptions.reject, "anna", original, [("torture", "beaten")], world.clock.now
        )
        for number, status in enumerate(("sent", "refused", "deferred")):
            mail = a_mail(message_id=f"<{number}>", subscriber="anna")
            digest = Digest(f"d{number}", "anna", None, (), ())
            world.write(outbox.enqueue, digest, (mail,), seen - 4 * DAY)
            values = {"status": status, "settled_at": seen, "detail": f"552 to {ADDRESS}"}
            of = tables.outbox.c.message_id == f"<{number}>"
            change = sa.update(tables.outbox).where(of).values(**values)
            world.archive.write_now(lambda c, change=change: c.execute(change).rowcount)
        await world.until(MONDAY + 14 * DAY + 9 * HOUR)

        before, (_, _, text) = world.mails()
        assert "2026-11-15" in before[1]  # the week before was still to be told
        for told in (
            "feed-00 since 2026-11-15, for 31 hours",
            "feed-07: 12 articles",
            "Torture and other ill-treatment, by the term beaten: 1 article",
            "1 mail sent, 1 refused for good.",
            "1 mail parked",
            "Articles: 13, 13 of them new.",
            "A mail to anna was refused: 552 to [address].",
        ):
            assert told in text, text
        await world.until(MONDAY + 21 * DAY + 9 * HOUR)
        assert "since the report of 2026-11-16)" in world.mails()[-1][2]

    in_the_world(tmp_path, test)


def test_after_weeks_of_standstill_there_is_one_report(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        await world.look()
        world.clock.now = MONDAY + 25 * DAY
        await world.until(world.clock.now + 5 * HOUR)
        assert [subject for _, subject, _ in world.mails()] == [
            "hrwatch: the week to 2026-11-27, nothing to do"
        ]

    in_the_world(tmp_path, test)


def test_digest_that_cannot_be_written_and_a_refused_configuration_are_told(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        now = world.clock.now
        world.write(
            daemon_table.began,
            pid=1,
            host="h",
            owner="o",
            version="1",
            config_path="feeds.yaml",
            now=now,
        )
        world.write(daemon_table.reloaded, now, "feeds.yaml:3:1: feeds: there are none")
        world.clock.advance(10 * HOUR)
        await world.look(unwritten={"anna": now})
        texts = {subject: " ".join(text.split()) for _, subject, text in world.mails()}
        assert (
            "The digest for anna cannot be written." in texts["hrwatch: a digest cannot be written"]
        )
        report = texts["hrwatch: the week to 2026-11-02, 2 things to do"]
        assert "1. The newest configuration is refused" in report

    in_the_world(tmp_path, test)


def test_what_is_switched_off_is_not_written(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        world.free = LITTLE
        world.fail(range(40))
        await world.until(MONDAY + 8 * DAY)
        subjects = {subject for _, subject, _ in world.mails()}
        assert all("week to" in subject for subject in subjects) == ("alert: off" in mail)
        assert any("week to" in subject for subject in subjects) == ("report: off" not in mail)

    for number, switch in enumerate(("alert: off", "report: off")):
        mail = f"operator: ops@example.org, {switch}"
        (tmp_path / str(number)).mkdir()
        in_the_world(tmp_path / str(number), test, mail)


def test_nobody_is_written_to_without_an_operator(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        world.free = LITTLE
        await world.until(MONDAY + 8 * DAY)
        with world.archive.reading() as connection:
            assert notices.told(connection) == {}
        assert world.mails() == []

    in_the_world(tmp_path, test, "report: weekly mon 07:00")
