"""The pool of workers: started when there is work, replaced when ended, gone when idle."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Concatenate, TypeVar, cast

from hrwatch import hops
from hrwatch.errors import HopError
from hrwatch.model.settings import HopLimits
from hrwatch.model.tags import Rules
from hrwatch.workers.bench import perform
from hrwatch.workers.frames import result_type
from hrwatch.workers.process import Worker

IDLE = timedelta(seconds=30)
# Libraries leak and fragment; a worker that has done so much is replaced.
HOPS_PER_WORKER = 500

Task = TypeVar("Task")
Result = TypeVar("Result")


class Workers:
    """Runs hops, at most `count` at once, first come first served.

    With a count of 0 they run in this process, one at a time, in a thread: nothing can be ended
    there, so the limits on time and memory do not hold.
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
        self._inline = registry.registry(rules) if count == 0 else None
        self._rules = rules
        self._limits = limits
        self._idle_seconds = idle.total_seconds()
        self._registry = registry.__name__
        self._slots = asyncio.Semaphore(max(count, 1))
        self._idle: list[Worker] = []
        self._timers: dict[Worker, asyncio.TimerHandle] = {}
        self._busy: set[Worker] = set()
        self._endings: set[asyncio.Task[None]] = set()
        self._closed = False

    async def run(self, hop: Callable[Concatenate[Task, ...], Result], task: Task) -> Result:
        """Do a hop of the registry; return its result or raise what it failed with.

        Raise HopError where it took too long or too much, or ended its worker. Cancelled, it
        ends the worker: nobody would know what that is doing.
        """
        async with self._slots:
            if self._closed:
                raise HopError("the workers are closed")
            if self._inline is not None:
                done: object = await asyncio.to_thread(perform, self._inline, hop.__name__, task)
                return cast(Result, done)
            worker = await self._take()
            try:
                done = await worker.exchange(hop.__name__, task, result_type(hop))
                return cast(Result, done)
            finally:
                self._busy.discard(worker)
                await self._give_back(worker)

    async def close(self) -> None:
        """End every worker, those at work too."""
        self._closed = True
        for worker in (*self._idle, *self._busy):
            self._stop(worker)
        while self._endings:
            await asyncio.gather(*self._endings)

    async def _take(self) -> Worker:
        if self._idle:
            worker = self._idle.pop()  # the latest: the others may become idle enough to end
            self._timers.pop(worker).cancel()
        else:
            worker = await Worker.start(self._registry, self._rules, self._limits)
        self._busy.add(worker)
        return worker

    async def _give_back(self, worker: Worker) -> None:
        if not worker.usable or worker.hops >= HOPS_PER_WORKER or self._closed:
            self._stop(worker)
            return
        self._idle.append(worker)
        loop = asyncio.get_running_loop()
        self._timers[worker] = loop.call_later(self._idle_seconds, self._stop, worker)

    def _stop(self, worker: Worker) -> None:
        """End a worker, without waiting for it."""
        if timer := self._timers.pop(worker, None):
            timer.cancel()
            self._idle.remove(worker)
        ending = asyncio.ensure_future(worker.end())
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
