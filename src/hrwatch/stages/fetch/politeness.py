"""Turns: how many requests run at once, to everybody and to one domain, and how far apart."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(slots=True)
class _Domain:
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    running: int = 0
    ready_at: float = 0.0  # loop time before which no request starts


class Politeness:
    """Hands out turns: at most `concurrency` at once, `per_domain` of them to one domain, and
    `gap` between the last start or end and the next start there.

    Domains take turns among themselves, requests to one domain in the order they came.
    """

    def __init__(self, *, concurrency: int, per_domain: int, gap: timedelta) -> None:
        self._concurrency = concurrency
        self._per_domain = per_domain
        self._gap = gap.total_seconds()
        self._running = 0
        self._domains: dict[str, _Domain] = {}
        self._alarm: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def turn(self, domain: str, longer: timedelta = timedelta(0)) -> AsyncIterator[None]:
        """Wait for a turn to ask `domain`, and hold it; a cancelled wait or visit frees it. Where
        the site asks for a `longer` gap, it gets it after this visit."""
        place = self._domains.setdefault(domain, _Domain())
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        place.waiting.append(granted)
        self._hand_out()
        try:
            await granted
        except asyncio.CancelledError:
            if granted.done() and not granted.cancelled():
                self._give_back(place)  # granted in the very moment of the cancellation
            raise
        try:
            yield
        finally:
            self._give_back(place, longer.total_seconds())

    def _give_back(self, place: _Domain, longer: float = 0.0) -> None:
        self._running -= 1
        place.running -= 1
        # Of several at once, one may have asked for a longer rest than the last to leave.
        ready_at = asyncio.get_running_loop().time() + max(self._gap, longer)
        place.ready_at = max(place.ready_at, ready_at)
        self._hand_out()

    def _hand_out(self) -> None:
        """Grant every turn that can be had now, and come back when a gap is over."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        next_at = float("inf")
        for name, place in list(self._domains.items()):
            while place.waiting and place.waiting[0].cancelled():
                place.waiting.popleft()
            if not place.waiting:
                if place.running == 0 and place.ready_at <= now:
                    del self._domains[name]  # nothing left to remember of it
            elif place.ready_at > now:
                next_at = min(next_at, place.ready_at)
            elif place.running < self._per_domain and self._running < self._concurrency:
                self._grant(place, now)
                self._domains[name] = self._domains.pop(name)  # the others go first next time
                next_at = min(next_at, place.ready_at) if place.waiting else next_at
        if next_at < float("inf"):
            self._alarm = loop.call_at(next_at, self._hand_out)

    def _grant(self, place: _Domain, now: float) -> None:
        self._running += 1
        place.running += 1
        place.ready_at = now + self._gap
        place.waiting.popleft().set_result(None)
