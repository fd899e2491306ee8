"""`hrwatch run`: ticks that start what is due, until a signal ends it in good order."""

import asyncio
import logging
import os
import platform
import signal
import time
from collections.abc import Callable, Coroutine
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
from hrwatch.daemon.work import Work
from hrwatch.errors import ConfigError, HrwatchError
from hrwatch.model.feeds import FAILING
from hrwatch.stages.store.archive import Archive
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
        self._notifier = notifier
        self._tasks = Tasks()
        self._work = Work(generation, directory, self._tasks)
        self._stopping = asyncio.Event()
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._reload_asked = False
        self._ticked_at: dict[str, float] = {}  # on the monotonic clock
        self._failing = 0
        self._next_digest_at: datetime | None = None
        self._wall, self._monotonic = wiring.utc_now(), time.monotonic()
        beat = min(BEAT, (notifier.watchdog_interval or BEAT * 2) / 2)
        self._ticks: dict[str, tuple[timedelta, Callable[[], Coroutine[object, object, None]]]] = {
            "polls": (POLLS, self._work.start_polls),
            "visits": (VISITS, self._work.start_visits),
            "replies": (REPLIES, self._work.heed_replies),
            "digests": (DIGESTS, self._work.write_digests),
            "mail": (MAIL, self._work.start_mails),
            "file": (FILE, self._look_at_file),
            "keeping": (KEEPING, self._work.keep_no_longer),
            "operator": (TELLING, self._work.tell_operator),
            "beat": (beat, self._beat),
        }

    async def run(self) -> None:
        """Work until a signal asks for the end, then end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._ask_for_reload)
        config, now = self._work.generation.config, wiring.utc_now()
        await wiring.put_in_force(self._archive, config, now, may_be_new=True)
        await self._archive.write(
            daemon_table.began,
            pid=os.getpid(),
            host=platform.node(),
            owner=self._work.generation.parts.owner,
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
        await self._work.generation.retire()
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
        config, old = self._watched.read(), self._work.generation
        if config.archive != old.config.archive:
            raise HrwatchError("the archive cannot be changed while the daemon runs: restart it")
        tools = Tools.open(config, self._directory, old)
        try:
            generation = Generation(config, self._archive, tools)
            await wiring.put_in_force(self._archive, config, wiring.utc_now(), may_be_new=True)
        except BaseException:
            await tools.leave()
            raise
        await self._work.go_on_with(generation)
        enabled = sum(feed.enabled for feed in config.feeds)
        subscribers = len(config.subscribers)
        log.info("event=config-in-force feeds=%d subscribers=%d", enabled, subscribers)
        _tell_warnings(config)

    async def _beat(self) -> None:
        """Tell the archive and systemd that all is well; systemd only if it is."""
        await self._mind_the_clock()
        states = await pipeline.feed_states(self._work.generation.desk)
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
        desk = self._work.generation.desk
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
        feeds = sum(feed.enabled for feed in self._work.generation.config.feeds)
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
