"""`hrwatch run`: ticks that start what is due, until a signal ends it in good order."""

import asyncio
import logging
import os
import platform
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler

import hrwatch
from hrwatch import pipeline, wiring
from hrwatch.config import Config
from hrwatch.daemon.generations import Generation, Tools
from hrwatch.daemon.systemd import Notifier
from hrwatch.daemon.tasks import Tasks
from hrwatch.daemon.watching import WatchedFile, fields
from hrwatch.errors import ConfigError, HrwatchError
from hrwatch.model.feeds import FAILING, Feed, Outcome
from hrwatch.model.mail import Status
from hrwatch.pipeline.reading.turns import Turns
from hrwatch.stages.store.archive import Archive
from hrwatch.stages.store.articles.visits import Due
from hrwatch.stages.store.mail.outbox import Due as DueMail
from hrwatch.stages.store.running import daemon as daemon_table
from hrwatch.text import counted

POLLS = timedelta(seconds=1)
VISITS = timedelta(seconds=10)
REPLIES = timedelta(seconds=5)
DIGESTS = timedelta(seconds=5)
MAIL = timedelta(seconds=5)
FILE = timedelta(seconds=5)
KEEPING = timedelta(minutes=1)
TELLING = timedelta(minutes=1)
# Whoever reached the end of what is to be kept no longer need not look for more so soon.
KEPT = timedelta(hours=1)
BEAT = timedelta(seconds=10)
# Where the scheduler called no tick for so long, it hangs; systemd is then told nothing, and
# starts us anew. What a tick started may take its time: a mail server may, and a first poll does.
STALE = timedelta(minutes=2)
# How long the end waits for what has begun. TimeoutStopSec of the unit is above it.
DRAIN = timedelta(seconds=25)
# A daemon starts seldom: it may take its time to see that the archive is whole.
LOOK = timedelta(seconds=30)
# A clock that goes back by more would leave the scheduler waiting for a time that was here before.
SETBACK = timedelta(seconds=5)

log = logging.getLogger(__name__)


async def run(path: Path, directory: Path, notifier: Notifier) -> None:
    """Be the daemon until SIGTERM or SIGINT. `path` is the operator's file, `directory` the state
    directory; raise ConfigError, ArchiveError or DeliverError where it cannot begin."""
    watched = WatchedFile(path)
    config = watched.read()
    opening = asyncio.create_task(
        asyncio.to_thread(wiring.open_archive, config, directory, look=LOOK)
    )
    while not (await asyncio.wait([opening], timeout=BEAT.total_seconds()))[0]:
        notifier.extend_timeout(3 * BEAT)  # a large archive is being migrated
    archive = await opening
    try:
        generation = Generation(config, archive, Tools.open(config, directory, None))
        await Service(watched, directory, archive, generation, notifier).run()
    finally:
        archive.close()


class Service:
    """The running daemon. Ticks start tasks and wait for none of them."""

    def __init__(
        self,
        watched: WatchedFile,
        directory: Path,
        archive: Archive,
        generation: Generation,
        notifier: Notifier,
    ) -> None:
        self._watched = watched
        self._directory = directory
        self._archive = archive
        self._generation = generation
        self._notifier = notifier
        self._tasks = Tasks()
        self._stopping = asyncio.Event()
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._turns = Turns(generation.config.fetch.per_domain)
        self._visits = pipeline.VisitTurns()
        self._mails = pipeline.MailTurns()
        self._reload_asked = False
        self._ticked_at: dict[str, float] = {}  # on the monotonic clock
        self._failing = 0
        self._next_digest_at: datetime | None = None
        self._unwritten: dict[str, datetime] = {}  # subscribers without their digest, since when
        self._keep_from = 0.0  # on the monotonic clock: when to look for what is kept no longer
        self._wall, self._monotonic = wiring.utc_now(), time.monotonic()
        beat = min(BEAT, (notifier.watchdog_interval or BEAT * 2) / 2)
        self._ticks: dict[str, tuple[timedelta, Callable[[], Coroutine[object, object, None]]]] = {
            "polls": (POLLS, self._start_polls),
            "visits": (VISITS, self._start_visits),
            "replies": (REPLIES, self._heed_replies),
            "digests": (DIGESTS, self._write_digests),
            "mail": (MAIL, self._start_mails),
            "file": (FILE, self._look_at_file),
            "keeping": (KEEPING, self._keep_no_longer),
            "operator": (TELLING, self._tell_operator),
            "beat": (beat, self._beat),
        }

    async def run(self) -> None:
        """Work until a signal asks for the end, then end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._ask_for_reload)
        config, now = self._generation.config, wiring.utc_now()
        await wiring.put_in_force(self._archive, config, now, may_be_new=True)
        await self._archive.write(
            daemon_table.began,
            pid=os.getpid(),
            host=platform.node(),
            owner=self._generation.parts.owner,
            version=hrwatch.__version__,
            config_path=str(config.path.absolute()),
            now=now,
        )
        _tell_warnings(config)
        self._schedule()
        self._scheduler.start()
        log.info("event=started version=%s feeds=%d", hrwatch.__version__, len(config.feeds))
        await self._look_ahead()
        self._notifier.ready(self._status())
        try:
            await self._stopping.wait()
        finally:
            await self._end()

    async def _end(self) -> None:
        log.info("event=stopping tasks=%d", len(self._tasks))
        self._notifier.stopping(f"finishing {len(self._tasks)} pieces of work")
        self._scheduler.shutdown(wait=False)
        left = await self._tasks.drain(DRAIN)
        await self._generation.retire()
        await self._archive.write(daemon_table.ended, wiring.utc_now())
        log.info("event=stopped interrupted=%d", left)

    def _schedule(self) -> None:
        """Let every tick begin now, and again and again from now on."""
        now = wiring.utc_now()
        for name, (every, work) in self._ticks.items():
            self._ticked_at[name] = time.monotonic()
            self._scheduler.add_job(
                self._tick,
                "interval",
                args=(name, work),
                seconds=every.total_seconds(),
                id=name,
                next_run_time=now,
                replace_existing=True,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,  # the default drops a tick that comes late
            )

    async def _tick(self, name: str, work: Callable[[], Coroutine[object, object, None]]) -> None:
        """What the scheduler calls; a coroutine, because it calls functions in a thread."""
        self._ticked_at[name] = time.monotonic()
        self._tasks.start(f"{name}:", work())

    def _ask_for_reload(self) -> None:
        # Where the file is being looked at already, the next look finds that it was asked for.
        self._reload_asked = True
        self._tasks.start("file:", self._look_at_file())

    async def _start_polls(self) -> None:
        generation, turns = self._generation, self._turns
        enabled = [feed for feed in generation.config.feeds if feed.enabled]
        for feed in await pipeline.due_feeds(generation.parts, enabled, regardless=False):
            turns.add(feed)
        self._take_turns(generation, turns)

    def _take_turns(self, generation: Generation, turns: Turns) -> None:
        while (turn := turns.take()) is not None:
            if not self._tasks.start(f"poll:{turn.name}", self._poll(generation, turns, turn)):
                turns.leave(turn, None)  # the poll of before a reload is not over: due again soon

    async def _poll(self, generation: Generation, turns: Turns, feed: Feed) -> None:
        report = None
        try:
            async with generation.used():
                report = await pipeline.poll_feed(generation.parts, feed)
        finally:
            turns.leave(feed, report)
        if turns is self._turns:  # the next one need not wait for a tick
            self._take_turns(generation, turns)
        if report is None:
            return
        level = logging.INFO if report.outcome in (Outcome.NEW, Outcome.FAILED) else logging.DEBUG
        log.log(
            level,
            "event=poll feed=%s outcome=%s new=%d copies=%d seconds=%.1f%s",
            report.feed,
            report.outcome,
            report.new,
            report.copies,
            report.seconds,
            f" error={report.error!r}" if report.error else "",
        )

    async def _start_visits(self) -> None:
        generation, turns = self._generation, self._visits
        while turn := await turns.take(generation.parts, generation.config.feeds):
            feed, due = turn
            work = self._visit(generation, feed, due)
            if not self._tasks.start(f"visit:{due.record}", work):
                turns.leave(due)
                return  # the end has begun

    async def _visit(self, generation: Generation, feed: Feed, due: Due) -> None:
        try:
            async with generation.used():
                await pipeline.revisit(generation.parts, feed, due)
        finally:
            self._visits.leave(due)
        self._tasks.start("visits:", self._start_visits())  # the next need not wait for a tick

    async def _write_digests(self) -> None:
        async with self._generation.used() as generation:
            await pipeline.match_pass(generation.parts, generation.desk)
            failed = await pipeline.digest_pass(generation.parts, generation.desk, regardless=False)
        now = wiring.utc_now()
        self._unwritten = {name: self._unwritten.get(name, now) for name, _ in failed}

    async def _heed_replies(self) -> None:
        async with self._generation.used() as generation:
            await pipeline.replies_pass(generation.parts, generation.desk, self._directory)

    async def _tell_operator(self) -> None:
        async with self._generation.used() as generation:
            await pipeline.operator_pass(
                generation.parts, generation.desk, unwritten=self._unwritten
            )

    async def _start_mails(self) -> None:
        async with self._generation.used() as generation:
            turns = await self._mails.take(generation.parts, generation.desk)
            for subscriber, mails in turns:
                work = self._deliver(subscriber, mails)
                if not self._tasks.start(f"deliver:{subscriber}", work):
                    self._mails.leave(subscriber)  # the end has begun

    async def _deliver(self, subscriber: str, mails: Sequence[DueMail]) -> None:
        try:
            async with self._generation.used() as generation:
                deliveries = await pipeline.deliver(generation.parts, generation.desk, mails)
        finally:
            self._mails.leave(subscriber)
        for delivery in deliveries:
            log.log(
                logging.INFO if delivery.status is Status.SENT else logging.WARNING,
                "event=mail id=%s subscriber=%s status=%s detail=%r",
                delivery.message_id,
                delivery.subscriber,
                delivery.status,
                delivery.detail,
            )
        if deliveries:
            self._tasks.start("mail:", self._start_mails())  # the next need not wait for a tick

    async def _keep_no_longer(self) -> None:
        if time.monotonic() < self._keep_from:
            return
        async with self._generation.used() as generation:
            count = await pipeline.keep_no_longer(generation.parts, generation.config.feeds)
        if count:
            log.info("event=kept-no-longer articles=%d", count)
        else:
            self._keep_from = time.monotonic() + KEPT.total_seconds()

    async def _look_at_file(self) -> None:
        if self._watched.has_settled() or self._reload_asked:
            self._reload_asked = False
            await self._reload()

    async def _reload(self) -> None:
        """Put the operator's file in force as a whole, or keep what is in force as a whole."""
        self._notifier.reloading(time.monotonic_ns() // 1000)
        try:
            await self._put_in_force()
        except HrwatchError as error:
            if not isinstance(error, ConfigError):  # those are logged with their places
                log.error("event=config-refused error=%r", str(error))
                self._watched.error = str(error)
        now = wiring.utc_now()
        await self._archive.write(daemon_table.reloaded, now, self._watched.error)
        await self._look_ahead()
        self._notifier.ready(self._status())

    async def _put_in_force(self) -> None:
        config, old = self._watched.read(), self._generation
        if config.archive != old.config.archive:
            raise HrwatchError("the archive cannot be changed while the daemon runs: restart it")
        tools = Tools.open(config, self._directory, old)
        try:
            generation = Generation(config, self._archive, tools)
            await wiring.put_in_force(self._archive, config, wiring.utc_now(), may_be_new=True)
        except BaseException:
            await tools.leave()
            raise
        self._generation = generation
        self._turns = Turns(config.fetch.per_domain)
        self._keep_from = 0.0
        await old.retire()
        enabled = sum(feed.enabled for feed in config.feeds)
        subscribers = len(config.subscribers)
        log.info("event=config-in-force feeds=%d subscribers=%d", enabled, subscribers)
        _tell_warnings(config)

    async def _beat(self) -> None:
        """Tell the archive and systemd that all is well; systemd only if it is."""
        await self._mind_the_clock()
        states = await pipeline.feed_states(self._generation.desk)
        self._failing = sum(state.state in FAILING for state in states)
        await self._look_ahead()
        await self._archive.write(daemon_table.beat, wiring.utc_now(), self._next_digest_at)
        self._notifier.status(self._status())
        oldest = min(self._ticked_at.values())
        if time.monotonic() - oldest < STALE.total_seconds():
            self._notifier.watchdog()
        else:
            log.error("event=stale ticks=%r", self._ticked_at)

    async def _look_ahead(self) -> None:
        desk = self._generation.desk
        self._next_digest_at = await pipeline.next_digest_at(desk, wiring.utc_now())

    async def _mind_the_clock(self) -> None:
        wall, monotonic = wiring.utc_now(), time.monotonic()
        gone = timedelta(seconds=monotonic - self._monotonic)
        if wall - self._wall < gone - SETBACK:
            back = (gone - (wall - self._wall)).total_seconds()
            log.warning("event=clock-set-back seconds=%.0f", back)
            self._wall, self._monotonic = wall, monotonic
            self._schedule()
            await wiring.mind_the_clock(self._archive, wall)
        self._wall, self._monotonic = wall, monotonic

    def _status(self) -> str:
        feeds = sum(feed.enabled for feed in self._generation.config.feeds)
        parts = [f"{counted(feeds, 'feed')}, {self._failing} failing"]
        if self._next_digest_at:
            parts.append(f"next digest {self._next_digest_at:%d %b %H:%M} UTC")
        if self._watched.error:
            parts.append(f"the newest configuration is refused: {self._watched.error}")
        parts += [f"{work}: {told}" for work, told in sorted(self._tasks.trouble.items())]
        return "; ".join(parts)


def _tell_warnings(config: Config) -> None:
    for warning in config.warnings:
        log.warning(
            "event=config-warning file=%s line=%d column=%d path=%s warning=%r", *fields(warning)
        )
