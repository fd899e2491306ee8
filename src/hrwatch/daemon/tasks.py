"""The daemon's own tasks: started by ticks, drained at the end; a scheduler would cancel them."""

import asyncio
import logging
from collections.abc import Coroutine
from datetime import timedelta

from hrwatch.errors import HrwatchError

log = logging.getLogger(__name__)


class Tasks:
    """Named pieces of work; one name runs at most once at a time."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[None]] = {}
        self._draining = False
        self.trouble: dict[str, str] = {}  # by kind of work, what it met last time

    def __len__(self) -> int:
        return len(self._running)

    def __contains__(self, name: str) -> bool:
        return name in self._running

    def start(self, name: str, work: Coroutine[object, object, None]) -> bool:
        """Run `work` under `name`; where that name runs already, or the end has begun, drop it, and
        return False.

        What it raises is logged, kept as `trouble` until the same kind of work succeeds, and ends
        nothing else.
        """
        if self._draining or name in self._running:
            work.close()
            return False
        task = asyncio.create_task(self._watched(name.partition(":")[0], work), name=name)
        self._running[name] = task
        task.add_done_callback(lambda _: self._running.pop(name, None))
        return True

    async def drain(self, limit: timedelta) -> int:
        """Start nothing any more, wait until everything ended, at most `limit`, then cancel the
        rest; return how many."""
        self._draining = True
        running = list(self._running.values())
        if running:
            await asyncio.wait(running, timeout=limit.total_seconds())
        left = [task for task in running if not task.done()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        return len(left)

    async def _watched(self, kind: str, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except HrwatchError as error:
            if self.trouble.get(kind) != str(error):  # once, not at every tick
                log.error("event=trouble work=%s error=%r", kind, str(error))
            self.trouble[kind] = str(error)
        except Exception as error:  # a bug in one piece of work must not stop the others
            log.exception("event=bug work=%s", kind)
            self.trouble[kind] = f"{type(error).__name__} in hrwatch itself: see the log"
        else:
            if self.trouble.pop(kind, None):
                log.info("event=trouble-over work=%s", kind)
