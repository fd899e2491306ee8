"""An hrwatch that polls nothing and writes digests on a clock of its own: articles are put straight
into the archive; for tests of when digests are due and of what each of them tells."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from builders import a_feed, a_record, a_tag, an_entry
from fakes import Clock
from hrwatch import pipeline, wiring
from hrwatch.config import Config, load
from hrwatch.errors import HrwatchError
from hrwatch.model.feeds import State
from hrwatch.model.mail import MailKind, Subscriber, Subscription
from hrwatch.model.tags import Keyword, Relation, Rules, Tag
from hrwatch.pipeline import Desk, Parts
from hrwatch.stages.fetch import Fetcher
from hrwatch.stages.store import tables
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles import records
from hrwatch.stages.store.statements import insert_missing
from hrwatch.workers import Workers
from parts import the_parts
from postgres import Place

RULES = Rules(
    keywords=(
        Keyword("torture", "Torture", terms=(), severity=3),
        Keyword("press-freedom", "Press freedom", terms=(), severity=2),
    )
)
SEVERE = (a_tag("BY"), a_tag("torture"))
COMMON = (a_tag("BY"), a_tag("press-freedom"))
IN_PASSING = (
    a_tag("BY", relation=Relation.MENTION),
    a_tag("torture", relation=Relation.MENTION),
)


@dataclass(frozen=True, slots=True)
class Written:
    """A digest, or a window that had nothing to tell."""

    subscriber: str
    kind: MailKind
    key: str | None
    at: datetime
    mailed: bool
    titles: tuple[str, ...]


@dataclass
class WritingDesk:
    """The digests of some subscribers."""

    clock: Clock
    parts: Parts
    desk: Desk
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def archive(self) -> Archive:
        return self.parts.archive

    async def publish(self, title: str, tags: tuple[Tag, ...] = COMMON) -> str:
        """Archive an article that is first seen now."""
        number = next(self._numbers)
        address = f"http://w.example/{number}"
        entry = an_entry(guid=f"guid-{number}", permalink=address, title=title)
        record = a_record(f"r{number:07}", entry=entry, tags=tags, first_seen_at=self.clock())
        await self.archive.write(records.add, (replace(record, text=f"{title}: invented."),))
        return record.id

    async def tick(self, *, regardless: bool = False) -> list[Written]:
        """Do what the daemon does every few seconds; return what was written."""
        before = len(self.written())
        await pipeline.match_pass(self.parts, self.desk)
        self.failed = await pipeline.digest_pass(self.parts, self.desk, regardless=regardless)
        return self.written()[before:]

    failed: tuple[tuple[str, HrwatchError], ...] = ()

    async def go(self, to: str, *, step: timedelta = timedelta(hours=1)) -> list[Written]:
        """Let the clock go on to `to` (UTC), with a tick at each step; return what was mailed."""
        end, found = instant(to), []
        while self.clock() < end:
            self.clock.now = min(end, self.clock() + step)
            found += await self.tick()
        return [one for one in found if one.mailed]

    async def stand(self, subscriber: str = "desk", **changes: Any) -> None:
        """Let this stand of a subscriber beside the operator's file."""
        stands = replace(Subscription(subscriber, ""), **changes)
        values = {name: getattr(stands, name) for name in Subscription.__slots__}
        del values["token"]

        def put(connection: sa.Connection) -> None:
            table = tables.subscriptions
            connection.execute(insert_missing(connection, table).values(subscriber=subscriber))
            of_them = table.c.subscriber == subscriber
            connection.execute(sa.update(table).where(of_them).values(**values))

        await self.archive.write(put)

    async def feed_is(self, state: State) -> None:
        """Let the one feed be so from now on."""
        table = tables.feeds
        await self.archive.write(lambda c: c.execute(sa.update(table).values(state=state)) and None)

    def change(self, **changes: Any) -> None:
        """Let the operator change their one subscriber."""
        (subscriber,) = self.desk.config.subscribers
        config = replace(self.desk.config, subscribers=(replace(subscriber, **changes),))
        self.desk = wiring.open_desk(config, self.archive)

    def written(self) -> list[Written]:
        """Every digest so far, the oldest first."""
        titles: dict[str, list[str]] = {}
        told = (
            sa.select(tables.ledger.c.digest, tables.records.c.title)
            .join(
                tables.records,
                sa.and_(
                    tables.records.c.id == tables.ledger.c.record,
                    tables.records.c.version == tables.ledger.c.version,
                ),
            )
            .where(tables.ledger.c.digest.is_not(None))
            .order_by(tables.records.c.ordinal)
        )
        query = sa.select(tables.digests).order_by(tables.digests.c.created_at, tables.digests.c.id)
        with self.archive.reading() as connection:
            for row in connection.execute(told):
                titles.setdefault(row.digest, []).append(row.title)
            return [
                Written(
                    row.subscriber,
                    MailKind(row.kind),
                    row.window_key,
                    row.created_at,
                    row.mail is not None,
                    tuple(titles.get(row.id, ())),
                )
                for row in connection.execute(query)
            ]

    def mails(self) -> list[Message]:
        """Every mail so far, the oldest first."""
        query = sa.select(tables.outbox.c.bytes).order_by(tables.outbox.c.created_at)
        with self.archive.reading() as connection:
            return [message_from_bytes(bytes_) for bytes_ in connection.scalars(query)]

    def last_text(self) -> str:
        """The text part of the newest mail."""
        mail = self.mails()[-1]
        part = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
        return cast(bytes, part.get_payload(decode=True)).decode()


def instant(text: str) -> datetime:
    """A time as `2026-11-22 07:00`, UTC."""
    return datetime.fromisoformat(f"{text}+00:00")


def config_of(folder: Path, *subscribers: Subscriber) -> Config:
    """A configuration with these subscribers, one feed and two keywords."""
    (folder / "feeds.yaml").write_text("feeds: []\n")
    loaded = load(folder / "feeds.yaml")
    return replace(loaded, subscribers=subscribers, feeds=(a_feed(name="wire"),), rules=RULES)


def at_the_desk(
    place: Place,
    folder: Path,
    begin: str,
    subscribers: tuple[Subscriber, ...],
    test: Callable[[WritingDesk], Coroutine[Any, Any, None]],
) -> None:
    """Run `test` with the digests of these subscribers, who came into force at `begin` (UTC)."""
    clock = Clock(instant(begin))
    config = config_of(folder, *subscribers)

    async def run() -> None:
        with place.open(clock=clock) as archive:
            parts = the_parts(
                folder,
                archive=archive,
                fetcher=cast(Fetcher, None),
                workers=cast(Workers, None),
                clock=clock,
            )
            numbers = itertools.count()
            parts = replace(
                parts,
                new_id=lambda: f"{next(numbers):012}",
                new_token=lambda: f"{next(numbers):032x}",
            )
            await wiring.put_in_force(archive, config, clock())
            await test(WritingDesk(clock, parts, wiring.open_desk(config, archive)))

    asyncio.run(run())
