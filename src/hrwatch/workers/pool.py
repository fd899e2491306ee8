"""The pool of workers: started when there is work, replaced when ended, gone when idle."""

import asyncio
import functools
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import ModuleType
from typing import Concatenate, TypeVar, cast

from hrwatch import hops
from hrwatch.errors import NoWorker
from hrwatch.model.settings import HopLimits
from hrwatch.model.tags import Rules
from hrwatch.workers.bench import Bench
from hrwatch.workers.frames import result_type
from hrwatch.workers.process import Lost, Worker

IDLE = timedelta(seconds=30)
# Parsers leak and memory fragments; a worker that has done so much is replaced.
HOPS_PER_WORKER = 500

log = logging.getLogger(__name__)

Task = TypeVar("Task")
Result = TypeVar("Result")


class Workers:
    """Runs hops, at most `count` at once, first come first served.

    A worker ends when it has had nothing to do for `idle`. With a count of 0 the hops run in this
    process, one at a time, in a thread: none can be ended there, so that no limit holds.
    """

    def __init__(
        self,
        count: int,
        rules: Rules,
        limits: HopLimits,
        *,
        idle: timedelta = IDLE,
        registry: ModuleType = hops,
    ) -> None:
        self._rules = rules
        self._limits = limits
        self._idle_seconds = idle.total_seconds()
        self._registry = registry.__name__
        self._slots = asyncio.Semaphore(max(count, 1))
        self._resting: dict[Worker, asyncio.TimerHandle] = {}  # the latest last
        self._busy: set[Worker] = set()
        self._endings: set[asyncio.Task[None]] = set()
        self._closed = False
        self._bench = Bench(registry.registry(rules)) if count == 0 else None
        self._thread = ThreadPoolExecutor(1, "hop") if count == 0 else None

    async def run(self, hop: Callable[Concatenate[Task, ...], Result], task: Task) -> Result:
        """Do a hop of the registry; return its result or raise what it failed with.

        Raise HopError where it took too long or too much, or ended its worker; NoWorker where
        none could be had. When this is cancelled the worker is ended.
        """
        async with self._slots:
            self._check_open()
            if self._bench is not None:
                loop = asyncio.get_running_loop()
                work = functools.partial(self._bench.perform, hop.__name__, task)
                return cast(Result, await loop.run_in_executor(self._thread, work))
            declared = result_type(hop)  # the answer is loaded by it
            try:
                return cast(Result, await self._run(hop.__name__, task, declared, fresh=False))
            except Lost as lost:
                log.warning("event=worker-lost error=%r", str(lost.told))
            try:
                return cast(Result, await self._run(hop.__name__, task, declared, fresh=True))
            except Lost as lost:
                raise lost.told from None

    async def _run(self, name: str, task: object, declared: object, *, fresh: bool) -> object:
        """Do a hop in one worker; raise Lost as well."""
        worker = await self._take(fresh=fresh)
        try:
            self._check_open()  # it may have been closed while the worker was started
            return await worker.exchange(name, task, declared)
        except Lost:
            self._check_open()  # then it was ended from here
            raise
        finally:
            self._give_back(worker)

    def _check_open(self) -> None:
        if self._closed:
            raise NoWorker("the workers are closed")

    async def close(self) -> None:
        """End every worker, those at work too."""
        self._closed = True
        for worker in list(self._resting):
            self._resting.pop(worker).cancel()
            self._end(worker)
        for worker in self._busy:
            self._end(worker)
        if self._thread:
            self._thread.shutdown(wait=False, cancel_futures=True)
        while self._endings:
            await asyncio.wait(self._endings)

    async def _take(self, *, fresh: bool) -> Worker:
        """Return a worker, started for this where `fresh`; one that was ended from outside while
        it rested is nobody's worker any more."""
        worker = None
        while self._resting and not fresh:
            rested, timer = self._resting.popitem()  # the latest: the others may end
            timer.cancel()
            if rested.alive:
                worker = rested
                break
            self._end(rested)
        if worker is None:
            worker = await Worker.start(self._registry, self._rules, self._limits)
        self._busy.add(worker)
        return worker

    def _give_back(self, worker: Worker) -> None:
        self._busy.discard(worker)
        if not worker.usable or worker.hops >= HOPS_PER_WORKER or self._closed:
            self._end(worker)
            return
        loop = asyncio.get_running_loop()
        self._resting[worker] = loop.call_later(self._idle_seconds, self._dismiss, worker)

    def _dismiss(self, worker: Worker) -> None:
        del self._resting[worker]
        self._end(worker)

    def _end(self, worker: Worker) -> None:
        """Have a worker ended, without waiting for it."""
        ending = asyncio.ensure_future(worker.end())
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
